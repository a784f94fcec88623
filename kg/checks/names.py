"""Rules about names: what is declared, and that each use of it resolves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.checks.rules import error, hint, rule
from kg.model import vocabulary
from kg.model.diagnostics import Diagnostic, Location, near, nearest
from kg.model.mechanism import Mechanism
from kg.model.records import (
    GRID_LINES,
    LANGUAGE,
    NAMED,
    ONE_LOWER,
    Assumption,
    Change,
    Condition,
    Edge,
    Effect,
    Expectation,
    Requirement,
    TrackedRecord,
    Wording,
)
from kg.reasoning import merge

RESERVED = {
    merge.ALL: "the graph of all mechanisms",
    **dict.fromkeys(
        ("vocab", "term", "identifier", "shapes", "shapes-core", "np"),
        "IRIs of words, terms, identifiers, shapes and nanopublications",
    ),
    "void": "the description of a build",
    **dict.fromkeys(
        "about answer context downloads embed index query questions sources terms vocabulary write".split(),
        "a page of the site",
    ),
}


VALUES = ("present", "absent", "unknown")


def said_keys(record: TrackedRecord) -> set[str]:
    """The keys of a record that have something to say, or that have been complained of already."""
    return {key for key in (*vars(record), *record.locations) if key in record.locations or getattr(record, key)}


def _starts(m: Mechanism) -> tuple[Assumption | Condition, ...]:
    return (*m.assumptions.values(), *m.conditions.values())


@rule
def ids_are_free(m: Mechanism) -> Iterator[Diagnostic]:
    """No mechanism takes the name of a file or an IRI that is about all of them."""
    if m.id in RESERVED:
        message = f"{m.id!r} is reserved for {RESERVED[m.id]}"
        yield error(m.location_of("id"), "reserved-id", message, "give it another id")


def _requirements(m: Mechanism) -> Iterator[Requirement]:
    """What the edges require or exclude, as written and under each reading."""
    changes = (change for reading in m.readings.values() for change in reading.edges.values())
    parts: Iterable[Edge | Change] = (*m.edges, *changes)
    for part in parts:
        yield from (*(part.requires or ()), *(part.unless or ()))


def _mentions(m: Mechanism) -> Iterator[tuple[Location | None, str]]:
    """Every place where a node is named, with the name."""
    names = {edge.name for edge in m.edges}
    for edge in m.edges:
        sentence = edge.sentence
        if sentence.subject:
            yield edge.location_of("subject"), sentence.subject
            known = edge.verb in vocabulary.predicates()
            if not (edge.role == "blocks" and not sentence.other if known else sentence.object in names):
                yield edge.location_of("object"), sentence.object
        if sentence.other:
            yield edge.location_of("other"), sentence.other
    yield from ((needed.location_of("node"), needed.node) for needed in _requirements(m))
    for given in _starts(m):
        yield from ((given.location_of(f"set.{name}"), name) for name in given.values)
    yield from ((one.location_of("expect.node"), one.expect.node) for one in m.expectations if one.expect.node)
    for r, row in enumerate(m.layout):
        yield from ((m.locations.get(f"layout.{r}.{c}"), cell) for c, cell in enumerate(row) if cell != ".")
    yield from ((node.location_of("activity of"), node.activity_of) for node in m.nodes.values() if node.activity_of)


@rule
def nodes_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """Whatever names a node names one that the file declares."""
    for at, name in _mentions(m):
        if name not in m.nodes:
            yield error(at, "unknown-node", f"no node is called {name!r}", near(name, m.nodes))


@rule
def nodes_or_edges_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """Notes and tour stops speak of nodes and edges that there are; readings change edges that there are."""
    names = {*m.nodes, *(edge.name for edge in m.edges)}
    for records, key in ((m.notes, "about"), (m.tour, "light")):
        for record in records:
            for i, name in enumerate(getattr(record, key)):
                if name not in names:
                    yield error(
                        record.location_of(f"{key}.{i}"),
                        "unknown-name",
                        f"no node and no edge is called {name!r}",
                        near(name, names),
                    )
    edges = {edge.name for edge in m.edges}
    for reading in m.readings.values():
        for name, change in reading.edges.items():
            if name not in edges:
                yield error(change.at, "unknown-edge", f"no edge is called {name!r}", near(name, edges))


@rule
def activities_are_of_things(m: Mechanism) -> Iterator[Diagnostic]:
    """What a node is the activity of is a thing: not itself, by whatever way round, and no process or state."""
    told: set[str] = set()
    for node in m.nodes.values():
        way = [node.key]
        while (of := m.nodes[way[-1]].activity_of) in m.nodes and of not in way:
            way.append(of)
        thing, here = m.nodes.get(node.activity_of), node.location_of("activity of")
        if of == node.key:
            if node.key not in told:
                told.update(way)
                message = f"{node.key!r} is defined as its own activity, in a circle: {' > '.join([*way, of])}"
                others = [key for key in m.nodes if key not in way and m.nodes[key].drawn_as not in NO_THINGS]
                yield error(here, "activity-of-itself", message, near(node.key, others))
        elif thing and (thing.activity_of or thing.drawn_as in NO_THINGS) and node.activity_of not in told:
            what = "an activity" if thing.activity_of else f"a {thing.drawn_as}"
            message = f"{thing.key!r} is {what}; only a molecule, structure, cell or treatment has an activity"
            if thing.activity_of:
                hint = f"write activity of {thing.activity_of}, or an edge from {thing.key}"
            else:
                hint = f"name the molecule or cell that is active, or write a term and an edge such as: {thing.key} triggers {node.key}"
            yield error(here, "activity-of-no-thing", message, hint)


NO_THINGS = ("process", "state")  # kinds of node that have no activity of their own: they are one


@rule
def places_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """`in:` names a place that the file declares, and no place lies in itself."""
    placed: list[tuple[TrackedRecord, str]] = [(place, place.inside) for place in m.places.values()]
    placed += [(node, node.place) for node in m.nodes.values()] + [(edge, edge.place) for edge in m.edges]
    for record, name in placed:
        if name and name not in m.places:
            yield error(record.location_of("in"), "unknown-place", f"no place is called {name!r}", near(name, m.places))
    told: set[str] = set()
    for key, place in m.places.items():
        around = m.within(key)
        if m.places[around[-1]].inside == key and key not in told:  # else it is only inside such a circle
            told.update(around)
            circle = " in ".join([*around, key])
            yield error(
                place.location_of("in"), "place-in-itself", f"{key!r} lies in itself: {circle}", "remove one `in:`"
            )


@rule
def sources_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """Evidence and `reports:` name sources that the file declares."""
    for item in m.evidence():
        if item.source and item.source not in m.sources:
            yield error(
                item.location_of("source"),
                "unknown-source",
                f"no source is called {item.source!r}",
                near(item.source, m.sources),
            )
    for source in m.sources.values():
        if source.reports and (source.reports not in m.sources or source.reports == source.key):
            others = [key for key in m.sources if key != source.key]
            yield error(
                source.location_of("reports"),
                "unknown-source",
                f"no other source is called {source.reports!r}",
                near(source.reports, others),
            )


@rule
def conditions_and_readings_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """Expectations and tour stops name conditions and readings that the file declares."""
    for stop in m.tour:
        if stop.condition and stop.condition not in m.conditions:
            yield error(
                stop.location_of("condition"),
                "unknown-condition",
                f"no condition is called {stop.condition!r}",
                near(stop.condition, m.conditions),
            )
    for one in m.expectations:
        if one.given and one.given not in m.conditions:
            yield error(
                one.location_of("given"),
                "unknown-condition",
                f"no condition is called {one.given!r}",
                near(one.given, m.conditions),
            )
        if one.expect.relation not in ("", "is") and one.expect.than not in m.conditions:
            yield error(
                one.location_of("expect.than"),
                "unknown-condition",
                f"no condition is called {one.expect.than!r}",
                near(one.expect.than, m.conditions),
            )
        if one.reading and one.reading not in m.readings:
            yield error(
                one.location_of("reading"),
                "unknown-reading",
                f"no reading is called {one.reading!r}",
                near(one.reading, m.readings),
            )


def _which_level(m: Mechanism, one: Expectation) -> Iterator[Diagnostic]:
    """Of a node with several levels above the lowest, present says too little to be held against a run."""
    levels = m.nodes[one.expect.node].levels if one.expect.node in m.nodes else ()
    if one.expect.than == "present" and len(levels) > 2 and "present" not in levels:
        message = f"{one.expect.node} has the levels {', '.join(levels)}; present does not say which"
        hint = " or ".join(f"{one.expect.node} is {level}" for level in levels[1:])
        yield error(one.location_of("expect.than"), "which-level", message, f"write {hint}")


@rule
def values_are_known(m: Mechanism) -> Iterator[Diagnostic]:
    """A value is present, absent, unknown or a level of that node."""
    for node in m.nodes.values():
        yield from _wrong_value(m, node.location_of("at start"), node.key, node.at_start, VALUES)
    for given in _starts(m):
        for name, value in given.values.items():
            yield from _wrong_value(m, given.location_of(f"set.{name}.value"), name, value, VALUES)
    for one in m.expectations:
        if one.expect.relation == "is":
            yield from _wrong_value(m, one.location_of("expect.than"), one.expect.node, one.expect.than, VALUES)
            yield from _which_level(m, one)


@rule
def levels_are_known(m: Mechanism) -> Iterator[Diagnostic]:
    """A level is declared by the node that an edge raises or lowers to it, or that an edge needs at it."""
    edges = {edge.name: edge for edge in m.edges}
    changed = ((edges.get(name), change) for reading in m.readings.values() for name, change in reading.edges.items())
    parts: Iterable[tuple[Edge | None, Edge | Change]] = (*((edge, edge) for edge in m.edges), *changed)
    for edge, part in parts:
        if edge and part.level and edge.verb in vocabulary.predicates() and edge.role == "increases":
            yield from _wrong_value(m, part.location_of("level"), edge.sentence.object, part.level, ())
        if edge and part.effect:
            yield from _lowered(m, part.effect, edge.sentence.object)
    for needed in _requirements(m):
        yield from _wrong_value(m, needed.location_of("level"), needed.node, needed.level, ())


def _lowered(m: Mechanism, effect: Effect, name: str) -> Iterator[Diagnostic]:
    """The complaint about a decrease to a level that its object does not have, or by one if it has no levels."""
    if effect.to != ONE_LOWER:
        yield from _wrong_value(m, effect.location_of("to"), name, effect.to, ())
    elif name in m.nodes and not m.nodes[name].levels:
        declared = "remove it, or give the node such as levels: [none, low, normal]"
        yield error(effect.location_of("to"), "unknown-level", f"{name!r} has no levels", declared)


def _wrong_value(
    m: Mechanism, at: Location | None, name: str, value: str, also: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """The complaint about a value that is neither a level of the node nor one of the words that may also stand there."""
    levels = m.nodes[name].levels if name in m.nodes else ()
    if name not in m.nodes or not value or value in (*also, *levels):
        return
    if also and not levels:
        yield error(at, "unknown-value", f"{value!r} is not a value of {name!r}", near(value, also))
    elif levels:
        close = nearest(value, (*also, *levels))
        declared = f"did you mean {close!r}?" if close else f"it has {', '.join(levels)}"
        yield error(at, "unknown-level", f"{name!r} has no level {value!r}", declared)
    else:
        declared = f"remove it, or give the node such as levels: [none, {value}]"
        yield error(at, "unknown-level", f"{name!r} has no levels", declared)


@rule
def readings_change_something(m: Mechanism) -> Iterator[Diagnostic]:
    """A reading differs from the file as it stands."""
    for reading in m.readings.values():
        edges = {edge.name: edge for edge in m.edges}
        differs = any(
            name not in edges
            or any(
                key in change.locations if value is None else value != getattr(edges[name], key)
                for key, value in _changed(change)
            )
            for name, change in reading.edges.items()
        )
        if reading.edges and not differs:
            yield error(
                reading.at,
                "empty-reading",
                f"the reading {reading.key!r} changes nothing",
                "let it replace a key of an edge, or remove it",
            )


def _changed(change: TrackedRecord) -> Iterator[tuple[str, object]]:
    return ((key, getattr(change, key)) for key in ("requires", "unless", "level", "effect", "run"))


@rule
def stops_light_something(m: Mechanism) -> Iterator[Diagnostic]:
    """A stop of the tour lights at least one node or edge."""
    for stop in m.tour:
        if not stop.light and "light" in stop.locations and "light.0" not in stop.locations:
            yield error(
                stop.location_of("light"),
                "dark-stop",
                f"the stop {stop.title!r} highlights nothing",
                "light: [NODE or EDGE, ...]",
            )


@rule
def translations_are_in_a_language(m: Mechanism) -> Iterator[Diagnostic]:
    """A translation is named by its language tag (BCP 47), and says something."""
    said = [(words.at, tag, words == Wording(tag)) for tag, words in m.translations.items()]
    said += [(words.at, tag, stop.told(tag) == stop) for stop in m.tour for tag, words in stop.translations.items()]
    for at, tag, silent in said:
        if not re.fullmatch(LANGUAGE, tag):
            yield error(at, "language-tag", f"{tag!r} is not a language tag", "for example de, fr or pt-BR")
        elif silent:
            yield error(at, "language-tag", f"{tag!r} translates nothing", "give a title or a caption")


@rule
def translations_name_what_there_is(m: Mechanism) -> Iterator[Diagnostic]:
    """A translation names parts of the mechanism; where one was begun, what it leaves out is listed."""
    for words in m.translations.values():
        missing = [field for field in ("title", "summary") if getattr(m, field) and not getattr(words, field)]
        for parts in NAMED:
            known, said = getattr(m, parts), getattr(words, parts)
            kind = parts.removesuffix("s")
            for key in said:
                if key not in known:
                    here = words.location_of(f"{parts}.{key}")
                    yield error(here, "unknown-name", f"no {kind} is called {key!r}", near(key, known))
            missing += [f"{kind} {key}" for key in known if key not in said]
        missing += [f"stop {n}" for n, stop in enumerate(m.tour, 1) if words.key not in stop.translations]
        if missing:
            more = f" and {len(missing) - 5} more" * (len(missing) > 5)
            message = f"{words.key!r} leaves {len(missing)} text{'s' * (len(missing) > 1)} in the original language"
            yield hint(words.at, "translation-incomplete", message, f"{', '.join(missing[:5])}{more}")


@rule
def the_spine_is_a_line(m: Mechanism) -> Iterator[Diagnostic]:
    """Each edge of the spine leads on from where the one before arrived, or acts on it from the side."""
    edges = {edge.name: edge for edge in m.edges}
    at = ""
    for i, name in enumerate(m.spine):
        here = m.location_of(f"spine.{i}")
        if name not in edges:
            yield error(here, "unknown-edge", f"no edge is called {name!r}", near(name, edges))
            return
        if name in m.spine[:i]:
            yield error(here, "broken-spine", f"{name!r} occurs in the spine twice", "keep one of them")
            return
        subject, object = edges[name].subject, m.object(edges[name])
        if at and at not in (subject, object):
            from_there = [edge.name for edge in m.edges if edge.subject == at]
            told = f"{name!r} neither starts at {at!r}, which the line has reached, nor acts on it"
            yield error(here, "broken-spine", told, f"from there lead: {', '.join(from_there)}" if from_there else "")
            return
        at = object


@rule
def the_layout_shows_each_node_once(m: Mechanism) -> Iterator[Diagnostic]:
    """A layout, if there is one, holds every node once, and no place's box would close around a foreign node."""
    cells = [(r, c, name) for r, row in enumerate(m.layout) for c, name in enumerate(row) if name in m.nodes]
    seen: set[str] = set()
    for r, c, name in cells:
        if name in seen:
            yield error(
                m.locations.get(f"layout.{r}.{c}"), "layout", f"{name!r} occurs in the layout twice", "keep one of them"
            )
        seen.add(name)
    seen |= {nearest(cell, m.nodes) for row in m.layout for cell in row if cell not in (".", *m.nodes)}
    drawn = len(m.edges) + sum(
        len({n.node for n in (*edge.requires, *edge.unless)} - {edge.subject}) for edge in m.edges
    )
    if m.layout and drawn > GRID_LINES:
        message = f"the layout is not used: the picture has {drawn} lines, edges and conditions together"
        yield hint(
            m.location_of("layout"), "layout", message, f"a layout is used for up to {GRID_LINES} lines; remove it"
        )
    for name in m.nodes if m.layout else ():
        if name not in seen:
            yield error(m.location_of("layout"), "layout", f"{name!r} is not in the layout", "put it in an empty cell")
    told: set[tuple[int, int]] = set()
    for place in sorted(m.places, key=lambda place: -len(m.within(place))):  # the innermost box says it
        inside = [(r, c) for r, c, name in cells if place in m.within(m.nodes[name].place)]
        for r, c, name in cells:
            if inside and place not in m.within(m.nodes[name].place):
                rows, columns = [p[0] for p in inside], [p[1] for p in inside]
                if min(rows) <= r <= max(rows) and min(columns) <= c <= max(columns) and (r, c) not in told:
                    told.add((r, c))
                    yield error(
                        m.locations.get(f"layout.{r}.{c}"),
                        "layout",
                        f"{name!r} is not in {place!r}, whose box would close around it",
                        f"move it, or give it in: {place}",
                    )
