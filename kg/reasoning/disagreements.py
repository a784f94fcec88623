"""Where mechanisms, or the sources of one, disagree: both sides, and what separates them.

A disagreement is never resolved. It is shown with both sides, and with what separates them, if anything stated does.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kg.model import identities, vocabulary
from kg.model.mechanism import Mechanism, once
from kg.model.records import Edge, Evidence, Node, Requirement, Source, Support, common_name
from kg.reasoning import routes
from kg.reasoning.conflict import (
    VERDICTS,
    Conflict,
    Side,
    _stated,
    compared,
    context,
    edge_side,
    named,
    order,
    side_of,
    verdict_of,
)
from kg.reasoning.contexts import listed
from kg.reasoning.identity import around, groups, related
from kg.reasoning.merge import Union, merge
from kg.reasoning.predictions import of_outcomes

HUMAN = "NCBITaxon:9606"


OBSERVED = ("finding", "background")


#: Words by which a source says that it is not sure. Others ("under normal circumstances") set a condition.
DOUBTS = frozenset(
    "apparently appear appears could likely may maybe might perhaps plausible plausibly possible possibly potential "
    "potentially presumably probably proposed seem seems suggest suggested suggesting suggests".split()
)


FAR = 4  # steps of a route that is held against an edge of the other sign


def conflicts(mechanisms: Iterable[Mechanism]) -> list[Conflict]:
    """Every disagreement within and between valid mechanisms: what nothing explains first.

    >>> from kg.formats import read
    >>> [one.kind for one in conflicts([read("ta1-tlr7")])][:1]
    ['disputed']
    """
    parts = list(mechanisms)
    found = [
        one for look in (_signs, of_outcomes, _starts, _disputes, _humans, _hedges, _papers) for one in look(parts)
    ]
    return sorted(found, key=lambda one: VERDICTS.index(one.verdict))


def _effect(m: Mechanism, edge: Edge) -> tuple[str, int]:
    """What an edge says of its object, as a sign, and whether as a cause or as an order in time."""
    sign = routes.sign(m, edge)
    return ("effect", sign) if sign else ("time", m.sign(edge))


def _signs(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """Two edges of opposite sign on one pair, by what the nodes are; and an edge against a route of another mechanism."""
    related_by_node = {(m.id, node.key): name for name, m, node in related(parts)}
    on: dict[object, list[tuple[Mechanism, Edge, int]]] = defaultdict(list)
    for m in parts:
        for edge in (edge for edge in m.edges if not edge.definition):
            ends = related_by_node[m.id, edge.subject], related_by_node[m.id, m.object(edge)]
            kind, sign = _effect(m, edge)
            if sign and ends[0] != ends[1]:
                on[(*ends, kind)].append((m, edge, sign))
    paired = set()
    for some in on.values():
        for (m, a, sign), (n, b, against) in itertools.combinations(some, 2):
            if sign != against:
                paired |= {(m.id, a.name, n.id), (n.id, b.name, m.id)}
                yield _opposed(m, (a,), n, (b,))
    yield from _set_apart(parts, related_by_node, paired)
    for (start, end, kind), some in ((key, some) for key, some in on.items() if isinstance(key, tuple)):
        for (m, edge, sign), n in itertools.product(some, parts):
            if n is not m and kind == "effect" and (m.id, edge.name, n.id) not in paired:
                route = _against(n, related_by_node, start, end, -sign)
                if route:
                    yield _opposed(m, (edge,), n, route)


@once
def opposed(mechanism: Mechanism) -> frozenset[str]:
    """The edges on whose pair of nodes another edge of their mechanism has the opposite sign, and nothing separates them.

    No run is made to find them.
    """
    names = {
        (part.id, side.about[0])
        for part in mechanism.parts
        for one in _signs([part])
        if one.verdict != "separated"
        for side in one.sides
        if side.kind == "edge" and len(side.about) == 1
    }
    whole = isinstance(mechanism, Union)  # there an edge is called by its mechanism, too
    return frozenset(f"{home}.{name}" if whole else name for home, name in names)


def _set_apart(
    parts: Sequence[Mechanism], related_by_node: Mapping[tuple[str, str], str], paired: Collection[tuple[str, str, str]]
) -> Iterator[Conflict]:
    """Two edges of opposite sign by one thing in two forms or places, which a note of the file sets side by side."""
    for m in parts:
        edges = {edge.name: edge for edge in m.edges}
        for note in m.notes:
            named = [edges[name] for name in note.about if name in edges]
            for a, b in itertools.combinations(named, 2):
                of_one_thing = (
                    a.subject != b.subject and related_by_node[m.id, a.subject] == related_by_node[m.id, b.subject]
                )
                signs = {routes.sign(m, a), routes.sign(m, b)}
                if of_one_thing and signs == {1, -1} and (m.id, a.name, m.id) not in paired:
                    yield _opposed(m, (a,), m, (b,))


def _against(
    m: Mechanism, related_by_node: Mapping[tuple[str, str], str], start: str, end: str, sign: int
) -> tuple[Edge, ...]:
    """The shortest route of that sign between two things, if all short routes between them have it."""
    found: list[routes.Route] = []
    ends = [[key for key in m.nodes if related_by_node[m.id, key] == name] for name in (start, end)]
    for one, other in itertools.product(*ends):
        found += itertools.islice(routes.routes(m, one, other, FAR, edges_only=True), 50)
    if not found or any(route.sign != sign for route in found):
        return ()
    return tuple(m.edge(name) for name in min(found, key=lambda route: len(route.edges)).edges)


def _things(m: Mechanism, n: Mechanism) -> Mapping[tuple[str, str], str]:
    """Every node of two mechanisms with a name for the thing that it is."""
    return _own_things(m) if m is n else {(part.id, node.key): name for name, part, node in related([m, n])}


@once
def _own_things(m: Mechanism) -> Mapping[tuple[str, str], str]:
    return {(m.id, node.key): name for name, _, node in related([m])}


def _opposed(m: Mechanism, ours: Sequence[Edge], n: Mechanism, theirs: Sequence[Edge]) -> Conflict:
    a, b = ours[0], theirs[-1]
    one, other = context(m, a), context(n, b)
    separated, left = compared(one, other)
    related_by_node = _things(m, n)
    ends = (a.subject, m.object(a)), (theirs[0].subject, n.object(b))
    alike = (
        2 if related_by_node[m.id, ends[0][1]] == related_by_node[n.id, ends[1][1]] else 1
    )  # objects of two things have no form in common
    for name, here, there in _forms(m, ends[0][:alike], n, ends[1][:alike]):
        separated += [(name, here, there)] if here and there else []
        left += [name] * (not (here and there))
    separated += _conditions(m, ours, n, theirs)
    separated.sort(key=lambda row: order(row[0]))
    notes = [note.note for note in m.notes if m is n and {a.name, b.name} <= set(note.about)]
    sides = edge_side(m, *ours), edge_side(n, *theirs)
    because = f"The file says: {' '.join(notes)}" if notes else ""
    return Conflict("opposite-signs", verdict_of(separated, left), sides, tuple(separated), tuple(left), because)


def _forms(m: Mechanism, ours: Sequence[str], n: Mechanism, theirs: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Where two nodes of one thing are of different form: the form of each, empty where it is not stated."""
    for here, there in zip((m.nodes[key] for key in ours), (n.nodes[key] for key in theirs), strict=True):
        if here.term and there.term and here.term.id != there.term.id:
            yield "form", _form(here), _form(there)
        elif {f.id for f in here.narrower}.isdisjoint(f.id for f in there.narrower) and (
            here.narrower or there.narrower
        ):
            yield "form", ", ".join(f.label for f in here.narrower), ", ".join(f.label for f in there.narrower)
        place = [around(m, here.place), around(n, there.place)]
        for number, name in enumerate(("place", "cell")):
            one, other = place[0][number], place[1][number]
            if one and other and not one.keys() & other.keys():
                yield name, f"{here.label}: {listed(one)}", f"{there.label}: {listed(other)}"


def _form(node: Node) -> str:
    """The form in which a node's term is the thing that it is; else its label."""
    return (identities.form(node.term.id) if node.term else "") or node.label


def _conditions(
    m: Mechanism, ours: Sequence[Edge], n: Mechanism, theirs: Sequence[Edge]
) -> Iterator[tuple[str, str, str]]:
    """A node that one side requires and the other excludes, or that they require at different levels."""
    names = _things(m, n)

    def needs(p: Mechanism, edges: Sequence[Edge], kind: str) -> dict[str, Requirement]:
        return {names[p.id, r.node]: r for edge in edges for r in getattr(edge, kind)}

    for kind, other in (("requires", "unless"), ("unless", "requires")):
        for name, r in needs(m, ours, kind).items():
            if name in needs(n, theirs, other):
                label = m.nodes[r.node].label
                words = (f"with {label}", f"without {label}")
                yield ("condition", *(words if kind == "requires" else words[::-1]))
    for name, r in needs(m, ours, "requires").items():
        again = needs(n, theirs, "requires").get(name)
        if again and r.level != again.level and r.level and again.level:
            label = m.nodes[r.node].label
            yield "condition", f"{label} at {r.level}", f"{label} at {again.level}"


def _starts(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """A shared node that two mechanisms start differently."""
    for group in groups(parts):
        stated = [(m, node) for m, node in group if node.at_start]
        if len({node.at_start for _, node in stated}) > 1:
            sides = tuple(side_of(m, "node", [node.key], f"{node.label} starts {node.at_start}") for m, node in stated)
            because = "In one graph of both the node starts unknown."
            yield Conflict("different-starts", "possible", sides, open=("why it starts so",), because=because)


def _statements(m: Mechanism) -> Iterator[tuple[Callable[..., Side], tuple[Evidence, ...]]]:
    """Everything that carries evidence, as a maker of its side, with that evidence."""

    def maker(kind: str, about: str, words: str) -> Callable[..., Side]:
        return lambda items: side_of(m, kind, [about], words, items)

    for edge in m.edges:
        yield maker("edge", edge.name, m.words(edge)), edge.evidence
        for word, needs in (("requires", edge.requires), ("unless", edge.unless)):
            for needed in needs:
                words = f"{m.words(edge)} {word} {m.nodes[needed.node].label}"
                yield maker("edge", edge.name, words), needed.evidence
        if edge.effect and edge.effect.claim:
            yield maker("edge", edge.name, f"{m.words(edge)}: how far it goes"), (edge.effect,)
    for note in m.notes:
        yield maker("note", note.note, note.note), note.evidence
    for one in m.expectations:
        yield maker("node", one.expect.node, f"{one.expect.text} under {one.given}"), one.evidence


def _disputes(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """What a source disputes, and what a study other than those that support it qualifies."""
    for m in parts:
        for make, items in _statements(m):
            held = [item for item in items if item.stance == "supports"]
            studies = {_study(m, item) for item in held}
            for kind, stance in (("disputed", "disputes"), ("qualified", "qualifies")):
                against = [item for item in items if item.stance == stance]
                if kind == "qualified":
                    against = [item for item in against if _study(m, item) not in studies | {""}]
                if against:
                    of_note = make(()).kind == "note"  # what a note is about has no one species, time or dose
                    separated, left = ([], []) if of_note else compared(_stated(held), _stated(against))
                    verdict = "possible" if of_note else verdict_of(separated, left)
                    verdict = "noted" if kind == "qualified" else verdict
                    sides = make(held), replace(make(against), words=f"the same, {kind}")
                    yield Conflict(kind, verdict, sides, tuple(separated), tuple(left))


def _study(m: Mechanism, item: Evidence) -> str:
    """The study behind an item of evidence; nothing for the curator's own step."""
    source = m.source(item)
    return m.papers[source.key] if source and not item.because else ""


def _humans(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """A human term, or a human hope, where all that was seen was seen in animals."""
    for m in parts:
        for edge in m.edges:
            seen = {t.id: common_name(t) for i in edge.evidence if i.claim in OBSERVED for t in i.taxon}
            said = {t.id for i in edge.evidence if i.claim not in OBSERVED for t in i.taxon}
            ends = [m.nodes[edge.subject], m.nodes[m.object(edge)]]
            human = [str(node.term) for node in ends if node.term and node.term.taxon == HUMAN]
            if seen and HUMAN not in seen and (human or HUMAN in said):
                what = f"{', '.join(human)} is human" if human else "It is said of people"
                because = f"{what}; what was seen was seen in {listed(seen)} only."
                yield Conflict("human-on-animal", "noted", (edge_side(m, edge),), because=because)


def doubt(hedge: str) -> str:
    """The word of a hedge by which the source says that it is not sure; nothing for a mere condition.

    >>> doubt("may play"), doubt("under normal circumstances")
    ('may', '')
    """
    return next((word for word in hedge.casefold().replace(",", " ").split() if word in DOUBTS), "")


def _hedges(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """A finding or background claim whose source says may; and an unhedged one whose source says may elsewhere."""
    sides: tuple[Side, ...]
    for m in parts:
        for make, items in _statements(m):
            observed = [i for i in items if i.claim in OBSERVED and i.stance != "disputes"]
            weak = [i for i in observed if doubt(i.hedge)]
            flat = [
                i for i in observed if not i.hedge and i.stance == "supports" and m.source(i) in map(m.source, weak)
            ]
            weak = [i for i in weak if flat or i.stance == "supports"]
            if not weak or make(()).kind == "note":  # a note weighs words; it asserts nothing
                continue
            words = ", ".join(dict.fromkeys(f"“{i.hedge}”" for i in weak))
            if flat:
                because = f"The same source says it flatly, and elsewhere with {words}."
                sides = make(flat), replace(make(weak), words=f"hedged: {words}")
            else:
                because = f"It is written down as {vocabulary.claims()[weak[0].claim].label}; the source says {words}."
                sides = (make(weak),)
            yield Conflict("firmer-than-source", "noted", sides, because=because)


def _papers(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """Sources that are one study: by DOI or PubMed number, or because one only reports the other."""
    whole = merge(parts)
    by_study: dict[str, list[Source]] = defaultdict(list)
    for key, study in whole.papers.items():
        by_study[study].append(whole.sources[key])
    for some in by_study.values():
        if len(some) > 1:
            sides = []
            for source in some:
                m, own = next(
                    (m, own)
                    for m in parts
                    for own in m.sources.values()
                    if replace(own, key=source.key, reports=source.reports) == source
                )
                sides.append(side_of(m, "source", [own.key], named(own)))
            told = any(source.reports in whole.sources for source in some)
            why = "One reports the other" if told else "They have one DOI or PubMed number"
            yield Conflict("one-paper", "noted", tuple(sides), because=f"{why}; together they count once.")


def of_edge(among: Iterable[Conflict]) -> dict[tuple[str, str], list[Conflict]]:
    """The disagreements that each edge is in, by mechanism and name."""
    found: dict[tuple[str, str], list[Conflict]] = defaultdict(list)
    for one in among:
        for mechanism, name in dict.fromkeys(
            (side.mechanism, name) for side in one.sides if side.kind == "edge" for name in side.about
        ):
            found[mechanism, name].append(one)
    return found


class Supports:
    """What edges of a mechanism rest on, and in how many disagreements they are. Raises KeyError if it is not valid.

    >>> from kg.formats import read
    >>> supports = Supports(read("ta1-tlr7"))
    >>> supports.of("degradation").counts
    '1 source, 2 qualifying, 1 disagreement'
    """

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.conflicts = conflicts(mechanism.parts)
        whole = isinstance(mechanism, Union)  # there an edge is called by its mechanism, too
        pairs = of_edge(self.conflicts).items()
        self.by_edge = {f"{home}.{name}" if whole else name: found for (home, name), found in pairs}

    def of(self, *names: str) -> Support:
        """The counts for an edge, or for all edges of a derivation together; a disagreement counts once."""
        disagreements = {id(one) for name in names for one in self.by_edge.get(name, ())}
        return replace(self.m.support(*map(self.m.edge, names)), disagreements=len(disagreements))


@once
def supports(mechanism: Mechanism) -> Supports:
    """The same, looked for once for each mechanism. Raises KeyError if it is not valid."""
    return Supports(mechanism)
