"""What must hold of a mechanism: one @rule function each. A rule yields the complaints that it finds.

A complaint's code is its name for life: tests/wrong/CODE.yaml shows a file that earns it.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg.model import texts, vocabulary
from kg.model.diagnostics import Diagnostic, Location, near, nearest
from kg.model.mechanism import Assumption, Change, Condition, Edge, Effect, Evidence, Mechanism, Record
from kg.model.vocabulary import Predicate, Term
from kg.reasoning import causal, conflicts

ANCHOR_WORDS = 8  # an anchor is a pointer, not a quotation: this many words at most
ANCHOR_SHARE = 0.15  # of a source's characters, for all its anchors together
RESERVED = {
    conflicts.ALL: "the graph of all of them",
    **dict.fromkeys(("vocab", "term", "shapes", "np"), "IRIs of words, terms, shapes and nanopublications"),
    "void": "the description of a build",
    **dict.fromkeys(
        "about answer context downloads embed index query questions sources terms vocabulary".split(),
        "pages of the site",
    ),
}
VALUES = ("present", "absent", "unknown")

Rule = Callable[["Mechanism"], Iterable[Diagnostic]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Register a rule; rules run in the order of this file."""
    RULES.append(function)
    return function


@dataclass(frozen=True)
class Coverage:
    """What became of the anchors and spans of a mechanism: all of them end in exactly one count.

    Counted apart is evidence that points nowhere, since its source was not read in full: there is no text to look in.
    """

    matched: int = 0
    wrong: int = 0
    skipped: Counter[str] = field(default_factory=Counter)  # why it was not checked -> how many
    no_text: int = 0

    @property
    def checked(self) -> int:
        return self.matched + self.wrong

    @property
    def reasons(self) -> dict[str, int]:
        """Why something was not checked, and how often, with what is counted apart."""
        return {**self.skipped, **({"no text": self.no_text} if self.no_text else {})}

    @property
    def total(self) -> int:
        return self.checked + sum(self.skipped.values())

    def __str__(self) -> str:
        line = f"{self.checked} of {self.total} anchors and spans checked"
        why = [f"{count} skipped: {reason}" for reason, count in sorted(self.skipped.items())]
        apart = [f"{self.no_text} more skipped: no text"] * bool(self.no_text)
        return "; ".join([line + (f", {self.wrong} wrong" if self.wrong else ""), *why, *apart])


@dataclass(frozen=True)
class Runs:
    """What became of the expectations when the mechanism was run under each of its readings."""

    expectations: int = 0
    held: int = 0  # under every reading
    readings: int = 0
    inferred: tuple[str, ...] = ()  # expectations that hold only by way of a curator's inference
    unpinned: tuple[str, ...] = ()  # executing edges without which every expectation comes out as it did
    not_run: str = ""  # why nothing was run

    def __str__(self) -> str:
        if self.not_run:
            return f"no expectation was run: {self.not_run}"
        under = f"under {self.readings} readings" if self.readings > 1 else "when run"
        lines = [f"{self.held} of {self.expectations} expectations hold {under}"]
        if self.inferred:
            lines.append(f"{len(self.inferred)} of them only by way of an inference: {', '.join(self.inferred)}")
        if self.unpinned:
            lines.append(f"{len(self.unpinned)} edges that no expectation pins: {', '.join(self.unpinned)}")
        return "\n  ".join(lines)


@dataclass(frozen=True)
class Report:
    """Everything that was found, in file order; how much of the quoted text was checked; what became of the runs."""

    diagnostics: tuple[Diagnostic, ...]
    coverage: Coverage
    runs: Runs = Runs(not_run="the file has errors")

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The complaints that stop a build."""
        return tuple(one for one in self.diagnostics if one.severity == "error")


def check(mechanism: Mechanism, sources: str | Path | None = None, strict: bool = False, run: bool = True) -> Report:
    """Every complaint about a mechanism that was read.

    ``sources`` is a folder with the source texts, which are found by their hash; the environment variable
    KG_SOURCES names it by default; an empty name leaves the texts alone. ``strict`` makes every anchor or span that was not checked a complaint. ``run``
    False leaves the expectations out; a mechanism with errors is not run in any case.

    >>> from kg.formats import read
    >>> check(read("ta1-tlr7")).errors
    ()
    """
    found = [one for each in RULES for one in each(mechanism)]
    folder = os.environ.get("KG_SOURCES") if sources is None else sources
    quoted, coverage = _anchors(mechanism, Path(folder) if folder else None, strict)
    if not run or any(one.severity == "error" for one in found):
        return Report(tuple(sorted({*found, *quoted})), coverage)
    failed, runs = _runs(mechanism)
    return Report(tuple(sorted({*found, *quoted, *failed})), coverage, runs)


def _error(at: Location | None, code: str, message: str, help: str = "") -> Diagnostic:
    return Diagnostic(at or Location("<mechanism>", 1, 1), code, message, help)


def _warning(at: Location | None, code: str, message: str, help: str = "") -> Diagnostic:
    return Diagnostic(at or Location("<mechanism>", 1, 1), code, message, help, "warning")


def _said(record: Record) -> set[str]:
    """The keys of a record that have something to say, or that have been complained of already."""
    return {key for key in (*vars(record), *record.spots) if key in record.spots or getattr(record, key)}


def _starts(m: Mechanism) -> tuple[Assumption | Condition, ...]:
    return (*m.assumptions.values(), *m.conditions.values())


# ---------------------------------------------------------------- names


@rule
def ids_are_free(m: Mechanism) -> Iterator[Diagnostic]:
    """No mechanism takes the name of a file or an IRI that is about all of them."""
    if m.id in RESERVED:
        message = f"{m.id!r} names what is about all mechanisms: {RESERVED[m.id]}"
        yield _error(m.spot("id"), "reserved-id", message, "give it another id")


@rule
def nodes_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """Whatever names a node names one that the file declares."""

    def unknown(at: Location | None, name: str) -> Iterator[Diagnostic]:
        if name not in m.nodes:
            yield _error(at, "unknown-node", f"no node is called {name!r}", near(name, m.nodes))

    names = {edge.name for edge in m.edges}
    for edge in m.edges:
        sentence = edge.sentence
        if sentence.subject:
            yield from unknown(edge.spot("subject"), sentence.subject)
            known = edge.verb in vocabulary.predicates()
            if not (edge.role == "blocks" and not sentence.other if known else sentence.object in names):
                yield from unknown(edge.spot("object"), sentence.object)
        if sentence.other:
            yield from unknown(edge.spot("other"), sentence.other)
        for needed in (*edge.requires, *edge.unless):
            yield from unknown(needed.spot("node"), needed.node)
    for reading in m.readings.values():
        for change in reading.edges.values():
            for needed in (*(change.requires or ()), *(change.unless or ())):
                yield from unknown(needed.spot("node"), needed.node)
    for given in _starts(m):
        for name in given.values:
            yield from unknown(given.spot(f"set.{name}"), name)
    for expectation in m.expectations:
        if expectation.expect.node:
            yield from unknown(expectation.spot("expect.node"), expectation.expect.node)
    for r, row in enumerate(m.layout):
        for c, cell in enumerate(row):
            if cell != ".":
                yield from unknown(m.spots.get(f"layout.{r}.{c}"), cell)


@rule
def nodes_or_edges_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """Notes and tour stops speak of nodes and edges that there are; readings change edges that there are."""
    names = {*m.nodes, *(edge.name for edge in m.edges)}
    for records, key in ((m.notes, "about"), (m.tour, "light")):
        for record in records:
            for i, name in enumerate(getattr(record, key)):
                if name not in names:
                    yield _error(
                        record.spot(f"{key}.{i}"),
                        "unknown-name",
                        f"no node and no edge is called {name!r}",
                        near(name, names),
                    )
    edges = {edge.name for edge in m.edges}
    for reading in m.readings.values():
        for name, change in reading.edges.items():
            if name not in edges:
                yield _error(change.at, "unknown-edge", f"no edge is called {name!r}", near(name, edges))


@rule
def places_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """`in:` names a place that the file declares, and no place lies in itself."""
    placed: list[tuple[Record, str]] = [(place, place.inside) for place in m.places.values()]
    placed += [(node, node.place) for node in m.nodes.values()] + [(edge, edge.place) for edge in m.edges]
    for record, name in placed:
        if name and name not in m.places:
            yield _error(record.spot("in"), "unknown-place", f"no place is called {name!r}", near(name, m.places))
    told: set[str] = set()
    for key, place in m.places.items():
        around = m.within(key)
        if m.places[around[-1]].inside == key and key not in told:  # else it is only inside such a circle
            told.update(around)
            circle = " in ".join([*around, key])
            yield _error(place.spot("in"), "place-in-itself", f"{key!r} lies in itself: {circle}", "remove one `in:`")


@rule
def sources_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """Evidence and `reports:` name sources that the file declares."""
    for item in m.evidence():
        if item.source and item.source not in m.sources:
            yield _error(
                item.spot("source"),
                "unknown-source",
                f"no source is called {item.source!r}",
                near(item.source, m.sources),
            )
    for source in m.sources.values():
        if source.reports and (source.reports not in m.sources or source.reports == source.key):
            others = [key for key in m.sources if key != source.key]
            yield _error(
                source.spot("reports"),
                "unknown-source",
                f"no other source is called {source.reports!r}",
                near(source.reports, others),
            )


@rule
def conditions_and_readings_are_declared(m: Mechanism) -> Iterator[Diagnostic]:
    """Expectations and tour stops name conditions and readings that the file declares."""
    for stop in m.tour:
        if stop.condition and stop.condition not in m.conditions:
            yield _error(
                stop.spot("condition"),
                "unknown-condition",
                f"no condition is called {stop.condition!r}",
                near(stop.condition, m.conditions),
            )
    for one in m.expectations:
        if one.given and one.given not in m.conditions:
            yield _error(
                one.spot("given"),
                "unknown-condition",
                f"no condition is called {one.given!r}",
                near(one.given, m.conditions),
            )
        if one.expect.relation not in ("", "is") and one.expect.than not in m.conditions:
            yield _error(
                one.spot("expect.than"),
                "unknown-condition",
                f"no condition is called {one.expect.than!r}",
                near(one.expect.than, m.conditions),
            )
        if one.reading and one.reading not in m.readings:
            yield _error(
                one.spot("reading"),
                "unknown-reading",
                f"no reading is called {one.reading!r}",
                near(one.reading, m.readings),
            )


@rule
def values_are_known(m: Mechanism) -> Iterator[Diagnostic]:
    """A value is present, absent, unknown or a level of that node; a level is declared by that node."""

    def wrong(at: Location | None, name: str, value: str, also: tuple[str, ...]) -> Iterator[Diagnostic]:
        levels = m.nodes[name].levels if name in m.nodes else ()
        if name not in m.nodes or not value or value in (*also, *levels):
            return
        if also and not levels:
            yield _error(at, "unknown-value", f"{value!r} is no value of {name!r}", near(value, also))
        elif levels:
            close = nearest(value, (*also, *levels))
            declared = f"did you mean {close!r}?" if close else f"it has {', '.join(levels)}"
            yield _error(at, "unknown-level", f"{name!r} has no level {value!r}", declared)
        else:
            declared = f"remove it, or give the node such as levels: [none, {value}]"
            yield _error(at, "unknown-level", f"{name!r} has no levels", declared)

    for node in m.nodes.values():
        yield from wrong(node.spot("at start"), node.key, node.at_start, VALUES)
    for given in _starts(m):
        for name, value in given.values.items():
            yield from wrong(given.spot(f"set.{name}.value"), name, value, VALUES)
    for one in m.expectations:
        if one.expect.relation == "is":
            yield from wrong(one.spot("expect.than"), one.expect.node, one.expect.than, VALUES)
    for edge in m.edges:
        if edge.level and edge.verb in vocabulary.predicates() and edge.role == "increases":
            yield from wrong(edge.spot("level"), edge.sentence.object, edge.level, ())
        for needed in (*edge.requires, *edge.unless):
            yield from wrong(needed.spot("level"), needed.node, needed.level, ())
    for reading in m.readings.values():
        for name, change in reading.edges.items():
            of = next((edge for edge in m.edges if edge.name == name), None)
            if of and change.level and of.verb in vocabulary.predicates() and of.role == "increases":
                yield from wrong(change.spot("level"), of.sentence.object, change.level, ())
            for needed in (*(change.requires or ()), *(change.unless or ())):
                yield from wrong(needed.spot("level"), needed.node, needed.level, ())


# ---------------------------------------------------------------- terms


def _terms(m: Mechanism) -> Iterator[Term]:
    yield from (place.term for place in m.places.values() if place.term)
    for node in m.nodes.values():
        yield from (node.term,) if node.term else ()
        yield from node.forms
    for item in m.evidence():
        yield from item.taxon
        if item.assay:
            yield item.assay


@rule
def terms_are_what_they_say(m: Mechanism) -> Iterator[Diagnostic]:
    """A term's prefix is registered, its id well formed, and its label the one that was looked up."""
    unpinned: set[Term] = {taxon for item in m.evidence() for taxon in item.taxon if not _is_species(taxon)}
    for term in _terms(m):
        prefix = vocabulary.prefixes().get(term.prefix)
        entry = vocabulary.terms().get(term.id)
        local = term.id.partition(":")[2]
        if prefix is None:
            yield _error(
                term.at,
                "unregistered-prefix",
                f"{term.prefix!r} is no prefix in ontology/prefixes.tsv",
                near(term.prefix, vocabulary.prefixes()),
            )
        elif not re.search(prefix.pattern, local, re.ASCII):
            yield _error(
                term.at,
                "malformed-curie",
                f"{term.id!r} is no identifier of {prefix.name}",
                _likely_id(term, prefix.pattern),
            )
        elif entry is None and term.prefix == "kg":
            close = near(term.id, [known for known in vocabulary.terms() if known.startswith("kg:")])
            yield _error(term.at, "unknown-term", f"the local term {term.id} is not in ontology/terms.tsv", close)
        elif entry is None and term not in unpinned:
            unpinned.add(term)  # once is enough for a warning
            meant = _labelled(term.label)
            hint = (
                f"{meant.id} has this label"
                if meant
                else "add a row to ontology/terms.tsv that says where you looked it up"
            )
            yield _warning(term.at, "unpinned-term", f"nobody has checked that {term.id} is {term.label!r}", hint)
        elif entry is not None and entry.obsolete:
            yield _error(term.at, "obsolete-term", f"{term.id} is obsolete", f"use {entry.obsolete}")
        elif entry is not None and entry.label != term.label:
            at = term.at.word(term.label) if term.at else None
            yield _error(
                at, "label-mismatch", f"{term.id} is {entry.label!r}, not {term.label!r}", _right_term(entry, term)
            )


def _labelled(label: str) -> vocabulary.Entry | None:
    """The pinned term that has a label."""
    return next((e for e in vocabulary.ground(label, 1) if e.label.casefold() == label.casefold()), None)


def _right_term(entry: vocabulary.Entry, term: Term) -> str:
    meant = _labelled(term.label)
    return f"write {entry.id} ! {entry.label}" + (
        f", or {meant.id} ! {meant.label}" if meant and meant is not entry else ""
    )


def _likely_id(term: Term, pattern: str) -> str:
    meant = _labelled(term.label)
    return f"write {meant.id} ! {meant.label}" if meant else f"after '{term.prefix}:' it matches {pattern}"


def _is_species(taxon: Term) -> bool:
    """Whether a term is a species by its label, or is one that ``terms.tsv`` knows by another label."""
    entry, prefix = vocabulary.terms().get(taxon.id), vocabulary.prefixes().get(taxon.prefix)
    label = entry.label if entry else taxon.label
    return prefix is None or (
        taxon.prefix == "NCBITaxon" and bool(re.fullmatch(r"[A-Z][a-z-]+ [a-z][a-z. -]*.*", label))
    )


@rule
def taxa_are_species(m: Mechanism) -> Iterator[Diagnostic]:
    """A taxon is a species of the NCBI Taxonomy: a label of two words or more, the first a genus."""
    for item in m.evidence():
        for taxon in item.taxon:
            if not _is_species(taxon):
                at = taxon.at.word(taxon.label) if taxon.at and taxon.prefix == "NCBITaxon" else taxon.at
                hint = "such as NCBITaxon:10090 ! Mus musculus; leave taxon out if none is stated"
                yield _error(at, "not-a-species", f"{str(taxon)!r} is no species", hint)


# ---------------------------------------------------------------- sentences


@rule
def verbs_are_known(m: Mechanism) -> Iterator[Diagnostic]:
    """An edge's verb stands in predicates.tsv, and only a verb that protects takes `from`."""
    for edge in m.edges:
        if not edge.verb:
            continue
        if edge.verb not in vocabulary.predicates():
            yield _error(
                edge.spot("verb"), "unknown-verb", f"{edge.verb!r} is no verb", near(edge.verb, vocabulary.predicates())
            )
        elif bool(edge.sentence.other) != (edge.verb == "protects"):
            said = edge.sentence
            if said.other:
                message, form = f"{said.verb!r} takes no `from`", f"{said.subject} {said.verb} {said.object}"
                yield _error(edge.spot("from"), "unreadable-sentence", message, f"write: {form}")
            else:
                form = f"{said.text} from NODE"
                yield _error(
                    edge.spot("verb"), "unreadable-sentence", "'protects' does not say from what", f"write: {form}"
                )


@rule
def blocking_edges_block_one_edge(m: Mechanism) -> Iterator[Diagnostic]:
    """`A blocks EDGE` and `A protects B from C` act on exactly one edge, which is not, by way of others, itself."""
    told: set[str] = set()
    names = [edge.name for edge in m.edges]
    for edge in m.edges:
        if (
            edge.verb not in vocabulary.predicates()
            or edge.role != "blocks"
            or (edge.verb == "protects") != bool(edge.sentence.other)
        ):
            continue
        found, sentence = m.blocked(edge), edge.sentence
        unknown = {(e.subject, e.sentence.object) for e in m.edges if e.verb not in vocabulary.predicates()}
        if not found and (sentence.other, sentence.object) in unknown:
            continue  # the verb of the edge that it means has been complained of
        circle = _circle(m, edge)
        if circle and not told & set(circle):
            told.update(circle)
            yield _error(
                edge.spot("object"),
                "blocks-itself",
                f"{edge.name!r} blocks itself: {' blocks '.join(circle)}",
                "name an edge that does not block",
            )
        elif not sentence.other and not found:
            yield _error(
                edge.spot("object"),
                "blocks-nothing",
                f"no edge is called {sentence.object!r}",
                near(sentence.object, [n for n in names if n != edge.name]),
            )
        elif not found and {sentence.object, sentence.other} <= set(m.nodes):
            hint = f"write that edge too, such as: {sentence.other} degrades {sentence.object}"
            yield _error(
                edge.spot("other"),
                "blocks-nothing",
                f"there is no edge by which {sentence.other!r} lowers {sentence.object!r}",
                hint,
            )
        elif len(found) > 1:
            either = " or ".join(f"`{edge.subject} blocks {one.name}`" for one in found)
            yield _error(
                edge.spot("other"),
                "blocks-two",
                f"by {len(found)} edges {sentence.other!r} lowers {sentence.object!r}",
                f"name one: {either}",
            )


def _circle(m: Mechanism, edge: Edge) -> list[str]:
    """The names of the edges by which an edge blocks itself, from it to it; none if it does not."""
    now, names = edge, [edge.name]
    while now.role == "blocks" and not now.sentence.other and len(names) <= len(m.edges):
        blocked = m.blocked(now)
        if not blocked or blocked[0].verb not in vocabulary.predicates():
            break
        now = blocked[0]
        names.append(now.name)
        if now is edge:
            return names
    return []


@rule
def edges_are_said_once(m: Mechanism) -> Iterator[Diagnostic]:
    """No two edges have the same name, and none says the same again: sentence, place, level, requirements."""
    first: dict[str, Location | None] = {}
    said: dict[tuple[object, ...], Location | None] = {}
    for edge in m.edges:
        if not edge.sentence.subject:
            continue
        needs = frozenset((key, one.node, one.level) for key in ("requires", "unless") for one in getattr(edge, key))
        same = (edge.sentence, edge.place, edge.level, needs)
        again = said.get(same)
        if again:
            yield _error(
                edge.spot("edge"),
                "duplicate-edge",
                f"line {again.line} says this already",
                "put its evidence there, or say what differs",
            )
        elif edge.name in first:
            seen = first[edge.name]
            yield _error(
                edge.spot("name" if "name" in edge.spots else "edge"),
                "duplicate-edge",
                f"line {seen.line if seen else 1} has the name {edge.name!r} already",
                "give one of them another `name:`",
            )
        elif edge.name in m.nodes:
            message = f"a node has the name {edge.name!r} already"
            yield _error(edge.spot("name"), "duplicate-edge", message, "give the edge another `name:`")
        first.setdefault(edge.name, edge.at)
        said.setdefault(same, edge.at)


@rule
def kinds_make_sense(m: Mechanism) -> Iterator[Diagnostic]:
    """A verb's subject and object are of kinds that can do that: RNA is degraded, a process is not."""
    for edge in m.edges:
        if edge.verb not in vocabulary.predicates():
            continue
        ends = [("subject", edge.subject, edge.predicate.subject_kinds)]
        if edge.predicate.kinds.split(" > ")[1] != "edge":
            ends.append(("object", edge.sentence.object, edge.predicate.object_kinds))
        for part, name, kinds in ends:
            kind = m.nodes[name].drawn_as if name in m.nodes else "other"
            if kinds and kind != "other" and kind not in kinds:
                message = f"{name!r} is a {kind}; the {part} of {edge.verb!r} is a {' or '.join(sorted(kinds))}"
                verbs = [p.verb for p in vocabulary.predicates().values() if _fits(m, edge, p)]
                hint = f"these verbs fit: {', '.join(verbs[:6])}" if verbs else ""
                yield _error(edge.spot(part), "senseless-kind", message, hint or "another node, or another verb")


def _fits(m: Mechanism, edge: Edge, other: Predicate) -> bool:
    """Whether another verb of the same role could stand in an edge."""

    def takes(kinds: frozenset[str], name: str) -> bool:
        kind = m.nodes[name].drawn_as if name in m.nodes else "other"
        return not kinds or kind == "other" or kind in kinds

    alike = (other.role, other.sign) == (edge.role, edge.predicate.sign)
    return alike and takes(other.subject_kinds, edge.subject) and takes(other.object_kinds, edge.sentence.object)


@rule
def opposite_signs_are_explained(m: Mechanism) -> Iterator[Diagnostic]:
    """Two executing edges of opposite sign on one pair in one place need a note that speaks of both."""
    seen: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    edges = [
        edge
        for edge in m.edges
        if edge.verb in vocabulary.predicates() and edge.run and edge.role in ("increases", "decreases")
    ]
    for i, edge in enumerate(edges):
        seen[edge.subject, edge.sentence.object, edge.place].append(i)
    for (subject, object, _), same in seen.items():
        for i in same[1:]:
            first, second = edges[same[0]], edges[i]
            explained = any({first.name, second.name} <= set(note.about) for note in m.notes)
            if first.role != second.role and not explained:
                message = (
                    f"{subject!r} both {first.predicate.phrase} and {second.predicate.phrase} {object!r} in one place"
                )
                help = f"give them different `in:`, or a note about: [{first.name}, {second.name}]"
                yield _error(second.spot("verb"), "both-signs", message, help)


@rule
def increases_are_not_complete(m: Mechanism) -> Iterator[Diagnostic]:
    """`effect:` belongs to an edge that decreases, `level:` to one that increases."""
    by_name = {edge.name: edge for edge in m.edges}
    told: list[tuple[Edge, Edge | Change]] = [(edge, edge) for edge in m.edges]
    told += [(by_name[n], c) for reading in m.readings.values() for n, c in reading.edges.items() if n in by_name]
    for edge, says in told:
        if edge.verb not in vocabulary.predicates():
            continue
        if says.effect and edge.role != "decreases":
            use = "remove it" + (", or use `level:`" if edge.role == "increases" else "")
            message = f"{edge.verb!r} lowers nothing, so it has no `effect:`"
            yield _error(says.spot("effect"), "senseless-key", message, use)
        if says.level and edge.role != "increases":
            use = "remove it" + (", or use `effect:`" if edge.role == "decreases" else "")
            message = f"{edge.verb!r} raises nothing, so it has no `level:`"
            yield _error(says.spot("level"), "senseless-key", message, use)


@rule
def nodes_are_used(m: Mechanism) -> Iterator[Diagnostic]:
    """Some edge touches every node."""
    touched = {name for edge in m.edges for name in (edge.subject, edge.sentence.object, edge.sentence.other)}
    needs = [needed for edge in m.edges for needed in (*edge.requires, *edge.unless)]
    for reading in m.readings.values():
        for change in reading.edges.values():
            needs += [*(change.requires or ()), *(change.unless or ())]
    touched |= {needed.node for needed in needs}
    touched |= {nearest(name, m.nodes) for name in touched - {*m.nodes}}  # a slip of the pen is told where it is
    if all(edge.subject for edge in m.edges):  # what a sentence touches that cannot be read is not known
        for node in m.nodes.values():
            if node.key not in touched and m.edges:
                message = f"no edge touches {node.key!r}"
                yield _warning(node.at, "untouched-node", message, "write one, or remove the node")


@rule
def supplements_feed_the_target(m: Mechanism) -> Iterator[Diagnostic]:
    """A complete decrease beats every increase: what a supplement adds to a depleted pool is lost there."""
    edges = [edge for edge in m.edges if edge.verb in vocabulary.predicates() and edge.executes]
    emptied = {
        edge.sentence.object: edge
        for edge in edges
        if edge.role == "decreases" and edge.effect and edge.effect.complete
    }
    for edge in edges:
        subject = m.nodes.get(edge.subject)
        by = emptied.get(edge.sentence.object)
        if (
            edge.role == "increases"
            and by
            and subject
            and subject.drawn_as == "treatment"
            and by.subject != edge.subject
        ):
            line = by.at.line if by.at else 1
            message = f"{by.subject!r} empties {edge.sentence.object!r} (line {line}), so this adds nothing"
            yield _warning(
                edge.spot("object"),
                "feeds-depleted",
                message,
                "let the supplement feed what the pool feeds, beside the pool",
            )


# ---------------------------------------------------------------- evidence


@rule
def evidence_says_what_and_where(m: Mechanism) -> Iterator[Diagnostic]:
    """Evidence has a claim, and either a place in the source or the curator's because."""
    scope = set(map(id, m.scope))
    changes = [change for reading in m.readings.values() for change in reading.edges.values()]
    effects = [*(edge.effect for edge in m.edges), *(change.effect for change in changes)]
    unclaimed = [one for one in effects if one and not one.claim and one != Effect(complete=one.complete)]
    for item in (*m.evidence(), *unclaimed):
        claim = vocabulary.claims().get(item.claim)
        if claim is None and id(item) not in scope and "claim" not in item.spots:
            yield _error(
                item.at,
                "missing-claim",
                "it does not say what kind of statement it is",
                f"claim: one of {', '.join(vocabulary.claims())}",
            )
        source = m.source(item)
        partial = source is not None and source.read != "full"
        if claim and claim.locator == "no" and not (item.because or "because" in item.spots):
            yield _error(
                item.spot("claim"),
                "missing-because",
                f"{item.claim!r} is the curator's own, so it needs `because:`",
                "say in your own words why",
            )
        elif claim and claim.locator == "yes" and not (partial or {"anchor", "span"} & _said(item)):
            yield _error(
                item.spot("claim"),
                "missing-anchor",
                f"{item.claim!r} needs its place in the source: `anchor:` or `span:`",
                "`kg locate FILE PHRASE` finds a place; or claim: inference with because:",
            )
        if item.anchor and item.span:
            yield _error(item.spot("span"), "two-locators", "it has an anchor already", "keep one of them")
        words = item.anchor.split()
        if len(words) > ANCHOR_WORDS:
            yield _error(
                item.spot("anchor"),
                "anchor-too-long",
                f"the anchor has {len(words)} words; {ANCHOR_WORDS} is the most",
                f"such as: {' '.join(words[:ANCHOR_WORDS])}",
            )


@rule
def inferences_state_no_species(m: Mechanism) -> Iterator[Diagnostic]:
    """What the curator infers was seen in no species, so `inference` and `gap` have no taxon."""
    for item in m.evidence():
        claim = vocabulary.claims().get(item.claim)
        if item.taxon and claim and claim.locator == "no":
            message = f"{item.claim!r} is the curator's own: it was seen in no species"
            yield _error(
                item.spot("taxon"),
                "inferred-species",
                message,
                "remove taxon:, or make the part that was seen a finding",
            )


@rule
def sources_can_be_found_again(m: Mechanism) -> Iterator[Diagnostic]:
    """A source has a DOI, a PubMed number, an address or the hash of its text."""
    for source in m.sources.values():
        if not {"doi", "pmid", "url", "texts"} & _said(source):
            yield _error(
                source.at,
                "no-identity",
                f"nothing tells how to find {source.key!r} again",
                "give it doi:, pmid:, url: or texts:",
            )


@rule
def an_outline_is_of_excerpts(m: Mechanism) -> Iterator[Diagnostic]:
    """`status: outline` tells every reader that only excerpts were read, so it must be so."""
    for source in m.sources.values() if m.status == "outline" else ():
        if source.read == "full":
            message = f"an outline says that only excerpts were read, and {source.key!r} was read in full"
            yield _error(
                source.spot("read"),
                "no-outline",
                message,
                "remove `status:`, or say in `read:` how much of it was read",
            )


@rule
def human_terms_rest_on_human_evidence(m: Mechanism) -> Iterator[Diagnostic]:
    """A node grounded to a human gene makes a human claim; evidence from other species alone does not carry it."""
    human = "NCBITaxon:9606"
    for edge in m.edges:
        stated = {taxon.id for taxon in edge.taxa}
        for part, name in (("subject", edge.subject), ("object", edge.sentence.object)):
            term = m.nodes[name].term if name in m.nodes else None
            if term and term.taxon == human and stated and human not in stated:
                labels = ", ".join(sorted({taxon.label for taxon in edge.taxa}))
                message = f"{name!r} is the human {term}, but the evidence is from {labels} only"
                yield _warning(
                    edge.spot(part),
                    "human-on-animal",
                    message,
                    "ground it to a species-neutral term, and list forms:",
                )


# ---------------------------------------------------------------- runs, tour, picture


@rule
def readings_change_something(m: Mechanism) -> Iterator[Diagnostic]:
    """A reading differs from the file as it stands."""
    for reading in m.readings.values():
        edges = {edge.name: edge for edge in m.edges}
        differs = any(
            name not in edges
            or any(
                key in change.spots if value is None else value != getattr(edges[name], key)
                for key, value in _changed(change)
            )
            for name, change in reading.edges.items()
        )
        if reading.edges and not differs:
            yield _error(
                reading.at,
                "empty-reading",
                f"the reading {reading.key!r} changes nothing",
                "let it replace a key of an edge, or remove it",
            )


def _changed(change: Record) -> Iterator[tuple[str, object]]:
    return ((key, getattr(change, key)) for key in ("requires", "unless", "level", "effect", "run"))


@rule
def stops_light_something(m: Mechanism) -> Iterator[Diagnostic]:
    """A stop of the tour lights at least one node or edge."""
    for stop in m.tour:
        if not stop.light and "light" in stop.spots and "light.0" not in stop.spots:
            yield _error(
                stop.spot("light"), "dark-stop", f"the stop {stop.title!r} lights nothing", "light: [NODE or EDGE, ...]"
            )


@rule
def translations_are_in_a_language(m: Mechanism) -> Iterator[Diagnostic]:
    """A translation is named by its language tag (BCP 47), and says something."""
    for stop in m.tour:
        for words in stop.translations.values():
            if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", words.key):
                yield _error(words.at, "language-tag", f"{words.key!r} is no language tag", "such as de, fr or pt-BR")
            elif stop.told(words.key) == stop:
                yield _error(words.at, "language-tag", f"{words.key!r} translates nothing", "give a title or a caption")


@rule
def the_layout_shows_each_node_once(m: Mechanism) -> Iterator[Diagnostic]:
    """A layout, if there is one, holds every node once, and no place's box would close around a foreign node."""
    cells = [(r, c, name) for r, row in enumerate(m.layout) for c, name in enumerate(row) if name in m.nodes]
    seen: set[str] = set()
    for r, c, name in cells:
        if name in seen:
            yield _error(
                m.spots.get(f"layout.{r}.{c}"), "layout", f"{name!r} stands in the layout twice", "keep one of them"
            )
        seen.add(name)
    seen |= {nearest(cell, m.nodes) for row in m.layout for cell in row if cell not in (".", *m.nodes)}
    for name in m.nodes if m.layout else ():
        if name not in seen:
            yield _error(m.spot("layout"), "layout", f"{name!r} is not in the layout", "put it in an empty cell")
    told: set[tuple[int, int]] = set()
    for place in sorted(m.places, key=lambda place: -len(m.within(place))):  # the innermost box says it
        inside = [(r, c) for r, c, name in cells if place in m.within(m.nodes[name].place)]
        for r, c, name in cells:
            if inside and place not in m.within(m.nodes[name].place):
                rows, columns = [p[0] for p in inside], [p[1] for p in inside]
                if min(rows) <= r <= max(rows) and min(columns) <= c <= max(columns) and (r, c) not in told:
                    told.add((r, c))
                    yield _error(
                        m.spots.get(f"layout.{r}.{c}"),
                        "layout",
                        f"{name!r} is not in {place!r}, whose box would close around it",
                        f"move it, or give it in: {place}",
                    )


# ---------------------------------------------------------------- anchors and texts


def _anchors(m: Mechanism, folder: Path | None, strict: bool) -> tuple[list[Diagnostic], Coverage]:
    """Every anchor and span looked up in the texts that are at hand, and what became of each."""
    found: list[Diagnostic] = []
    files = texts.by_hash(folder) if folder and folder.is_dir() else {}
    if folder and not folder.is_dir():
        at = Location(m.at.path if m.at else m.file, 1, 1)
        found.append(_error(at, "no-folder", f"there is no folder {folder}", "--sources DIR names one that there is"))
        strict = False  # one complaint is enough
    at_hand = {
        key: [texts.open_text(files[sha]) for sha in source.texts if sha in files] for key, source in m.sources.items()
    }
    for source in m.sources.values():
        for i, sha in enumerate(source.texts):
            if files and sha not in files:
                found.append(
                    _warning(
                        source.spot(f"texts.{i}"),
                        "unknown-text",
                        f"no text in {folder} has this hash",
                        _likeliest(m, source.key, files),
                    )
                )
    matched = wrong = 0
    skipped: Counter[str] = Counter()
    quoted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for item in _located(m):
        of = m.source(item)
        key = of.key if of else ""
        here = at_hand.get(key, [])
        if not here or (item.span and of and here[0].sha256 != of.texts[0]):
            why = "no text at hand" if of and of.texts else "its source has no text"
            skipped[why] += 1
            if strict:
                spot = item.spot("anchor" if item.anchor else "span")
                found.append(
                    _error(
                        spot,
                        "unchecked",
                        f"this was not checked: {why}",
                        f"--sources names {'another' if folder else 'the'} folder, with the text of {key!r}"
                        if of and of.texts
                        else f"give {key!r} the hash of its text, under texts:",
                    )
                )
            continue
        spans, complaint = _look_up(item, here)
        if complaint:
            wrong += 1
            found.append(complaint)
            continue
        matched += 1
        if item.anchor:
            for text, span in spans:
                quoted[key, text.sha256].update(range(*span))
    for (key, sha), characters in quoted.items():
        text = next(text for text in at_hand[key] if text.sha256 == sha)
        share = len(characters) / len(text)
        if share > ANCHOR_SHARE:
            message = f"the anchors reproduce {share:.0%} of {key!r}; {ANCHOR_SHARE:.0%} is the most"
            found.append(
                _error(m.sources[key].at, "too-much-quoted", message, "point at some of them by span: instead")
            )
    return found, Coverage(matched, wrong, skipped, sum(1 for _ in _without_text(m)))


def _located(m: Mechanism) -> Iterator[Evidence]:
    return (item for item in m.evidence() if item.anchor or item.span)


def _without_text(m: Mechanism) -> Iterator[Evidence]:
    """The evidence that points nowhere, and rests on a source that was not read in full: it needs no place."""
    for item in m.evidence():
        source = m.source(item)
        if not (item.anchor or item.span or item.because) and source and source.read != "full":
            yield item


def _look_up(
    item: Evidence, here: list[texts.Text]
) -> tuple[list[tuple[texts.Text, tuple[int, int]]], Diagnostic | None]:
    """Where an anchor or span stands in the texts of its source, or what is wrong with it."""
    if item.span:
        if item.span[1] > len(here[0]):
            return [], _error(
                item.spot("span"),
                "span-outside",
                f"the text has {len(here[0])} characters",
                "`kg locate FILE PHRASE` prints the span of a phrase",
            )
        return [(here[0], item.span)], None
    spans = [(text, found) for text in here for found in text.find(item.anchor)]
    most = max((len(text.find(item.anchor)) for text in here), default=0)
    if most == 0:
        nearest = here[0].nearest(item.anchor)
        return [], _error(
            item.spot("anchor"),
            "anchor-absent",
            "the source does not say this",
            f"it says: {nearest}" if nearest else "`kg locate FILE PHRASE` finds a place",
        )
    if most > 1:
        return [], _error(
            item.spot("anchor"),
            "anchor-repeated",
            f"the source says this {most} times",
            "a word more, before or after, makes it the only one",
        )
    return spans, None


def _likeliest(m: Mechanism, key: str, files: dict[str, Path]) -> str:
    """The text at hand that holds most of a source's anchors, if any does."""
    anchors = [item.anchor for item in _located(m) if item.anchor and (source := m.source(item)) and source.key == key]
    best, most = "", 0
    for sha, path in files.items():
        if path.suffix in (".txt", ".md", ".html", ".xml") and anchors:
            text = texts.open_text(path)
            hits = sum(len(text.find(anchor)) == 1 for anchor in anchors)
            if hits > most:
                best, most = f"{path.name} holds {hits} of its {len(anchors)} anchors; its hash is {sha}", hits
    return best


# ---------------------------------------------------------------- runs


def _runs(m: Mechanism) -> tuple[list[Diagnostic], Runs]:
    """Every expectation under every reading, what it rests on, and the edges that none of them pins."""
    whole = all(edge.verb in vocabulary.predicates() for edge in m.edges) and all(
        one.given in m.conditions and one.expect.node in m.nodes for one in m.expectations
    )
    if not whole:  # some of it could not be read
        return [], Runs(not_run="the file has errors")
    if not any(edge.executes for edge in m.edges):
        return [], Runs(not_run="no edge executes")
    if not m.expectations:
        return [], Runs(not_run="the file states none")
    run = causal.Run(m)
    found: list[Diagnostic] = []
    held: dict[int, bool] = {}
    inferred: dict[str, None] = {}
    idle = causal.Run(replace(m, edges=tuple(replace(edge, run=False) for edge in m.edges)))
    for number, one in enumerate(m.expectations):
        name = f"{one.given}: {one.expect.text}"
        for reading in run.networks if not one.reading else (one.reading,):
            outcome = causal.outcome(run, one, reading)
            held[number] = held.get(number, True) and outcome.holds is True
            if outcome.holds is not True:
                found.append(_unmet(m, run, outcome))
            elif _rests_on_inference(m, run, outcome):
                inferred[name] = None
        fixed = one.expect.node in m.conditions[one.given].values
        if held[number] and (fixed or causal.outcome(idle, one, causal.AS_WRITTEN).holds):
            why = f"{one.given} sets {one.expect.node}" if fixed else "it holds without any edge"
            found.append(_warning(one.spot("expect"), "vacuous-expectation", f"this tests nothing: {why}"))
    runs = Runs(
        expectations=len(m.expectations),
        held=sum(held.values()),
        readings=len(run.networks),
        inferred=tuple(inferred),
        unpinned=tuple(causal.unpinned(m)),
    )
    return found, runs


def _unmet(m: Mechanism, run: causal.Run, outcome: causal.Outcome) -> Diagnostic:
    """A complaint about an expectation that fails (an error) or is left open (a warning)."""
    one, wanted = outcome.expectation, outcome.expectation.expect
    by = f" ({outcome.reading})" if len(run.networks) > 1 else ""
    than = f", under {wanted.than!r} {causal.shown(outcome.other)}" if outcome.other else ""
    message = f"under {one.given!r}{by} {wanted.node} is {causal.shown(outcome.value)}{than}; expected: {wanted.text}"
    net = run.networks[outcome.reading]
    edges: dict[str, None] = {}
    for condition in (one.given, wanted.than) if outcome.other else (one.given,):
        reasons = causal.Reasons(net, run.settings(condition), wanted.node)
        facts = reasons.inputs(reasons.one() or [])
        edges.update(dict.fromkeys(fact.name for fact in facts if fact.kind in ("edge", "requires")))
    if outcome.holds is None:
        missing = causal.why(m, wanted.node, one.given, reading=outcome.reading).missing
        return _warning(
            one.spot("expect"), "expectation-open", message, f"open: {'; '.join(missing)}" if missing else ""
        )
    hint = f"one of these may be wrong: {', '.join(edges)}" if edges else "no edge leads to it"
    return _error(one.spot("expect"), "expectation-fails", message, hint)


def _rests_on_inference(m: Mechanism, run: causal.Run, outcome: causal.Outcome) -> bool:
    """Whether a minimal reason of the value uses an edge that acts on the curator's inference."""
    net = run.networks[outcome.reading]
    reasons = causal.Reasons(net, run.settings(outcome.expectation.given), outcome.expectation.expect.node)
    facts = reasons.inputs(reasons.one() or []) if reasons.decided else []
    spoken = causal.under(m, outcome.reading)
    return any(causal.standing(spoken.edge(fact.name)) == "inference" for fact in facts if fact.kind == "edge")
