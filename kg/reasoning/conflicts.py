"""Several mechanisms at once: one graph of all of them, and where they, or their sources, disagree.

Nodes are one when term, form, place, species and levels agree; they are kin, linked but separate, when only the thing
agrees: the peptide in blood and in the endolysosome, the gene and the mature strand, a receptor of mouse and of human.
A disagreement is never resolved. It is shown with both sides, and with what separates them, if anything stated does.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from kg.model import vocabulary
from kg.model.mechanism import (
    Assumption,
    Change,
    Condition,
    Edge,
    Evidence,
    Frozen,
    Mechanism,
    Node,
    Note,
    Place,
    Reading,
    Requirement,
    Sentence,
    Source,
    Stop,
    Support,
    common_name,
    plain,
)
from kg.model.vocabulary import Term
from kg.reasoning import causal
from kg.reasoning.causal import Reasons, Run

if TYPE_CHECKING:
    pass

S = TypeVar("S", Assumption, Condition)
ALL = "all"  # the name of the graph of several mechanisms; no mechanism may be called so

# ---------------------------------------------------------------- one graph


@dataclass(frozen=True)
class Union(Mechanism):
    """Several mechanisms as one graph: a ``Mechanism``, so that it is drawn, run, searched and written as one.

    A node that several mechanisms have stands once, under the key that the first of them gives it; a key that means two
    things is ``ID.KEY`` for the later one. An edge is called ``ID.NAME`` and keeps its mechanism; so are conditions,
    assumptions and readings. Expectations, tours and scopes are each mechanism's own, and stay there.
    """

    parts: tuple[Mechanism, ...] = ()
    keys: Frozen[str] = Frozen()  # ID.KEY of every node of every mechanism -> its key here

    def address(self, *steps: str) -> tuple[str, ...]:
        """The IRI of an edge or a node is that of the mechanism it comes from; of a shared node, of the first one."""
        if len(steps) < 2:
            return (self.id, *steps)
        kind, name, *rest = steps
        home, _, own = name.partition(".")
        home, own = self._homes.get(name, (home, own))
        return (home, kind, own, *rest) if any(part.id == home for part in self.parts) else (self.id, *steps)

    @cached_property
    def _homes(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for name, key in self.keys.items():
            home, _, own = name.partition(".")
            found.setdefault(key, (home, own))
        return found

    @property
    def caveats(self) -> tuple[str, ...]:
        """The source strips of all of them: what only some say names them."""
        ids: dict[str, list[str]] = {}
        for part in self.parts:
            for line in part.caveats:
                ids.setdefault(line, []).append(part.id)
        shared = [line for line, of in ids.items() if len(of) == len(self.parts)]
        return (*(f"{', '.join(of)}: {line}" for line, of in ids.items() if line not in shared), *shared)


def merge(mechanisms: Iterable[Mechanism]) -> Union:
    """One graph of several mechanisms, in their order.

    >>> from kg.formats import read
    >>> whole = merge([read("ta1-tlr7")])
    >>> whole.edge("ta1-tlr7.degradation").sentence.text, whole.edge("ta1-tlr7.degradation").mechanism
    ('RNase_A degrades miR146a', 'ta1-tlr7')
    """
    parts = tuple(mechanisms)
    keys: dict[str, str] = {}
    homes: dict[str, list[tuple[Mechanism, Node]]] = {}  # a node of the whole -> what it is made of
    for group in _groups(parts):
        key = _free(group[0][1].key, group[0][0].id, homes)
        homes[key] = group
        keys.update({f"{part.id}.{node.key}": key for part, node in group})
    places: dict[str, Place] = {}
    sources: dict[str, Source] = {}
    moved = {part.id: _Moved(part, keys, places, sources) for part in parts}
    nodes = {key: _one([node for _, node in group], key, moved[group[0][0].id].places) for key, group in homes.items()}
    return Union(
        id=ALL,
        title=f"{len(parts)} mechanism{'s' * (len(parts) != 1)} as one graph",
        summary="A node that several mechanisms share stands once; each step says which mechanism it comes from. "
        "The mechanisms were encoded apart, and nobody has tested them together.",
        licence=" AND ".join(dict.fromkeys(part.licence for part in parts)),
        sources=Frozen(sources),
        places=Frozen(places),
        nodes=Frozen(nodes),
        edges=tuple(move.edge(edge) for move in moved.values() for edge in move.m.edges),
        readings=Frozen(pair for move in moved.values() for pair in move.readings()),
        assumptions=Frozen(pair for move in moved.values() for pair in move.starts(move.m.assumptions)),
        conditions=Frozen(pair for move in moved.values() for pair in move.starts(move.m.conditions)),
        notes=tuple(move.note(note) for move in moved.values() for note in move.m.notes),
        tour=tuple(move.stop() for move in moved.values()),
        parts=parts,
        keys=Frozen(keys),
        file=ALL,
    )


def _one(nodes: Sequence[Node], key: str, places: Mapping[str, str]) -> Node:
    """One node of several that are the same: what any of them states.

    Where they start differently it starts unknown; where they are called differently it has the name of its term.
    """
    first = nodes[0]
    names = {node.name for node in nodes}
    starts = {node.at_start for node in nodes if node.at_start}
    return replace(
        first,
        key=key,
        name=first.name if len(names) == 1 else "",
        place=places.get(first.place, ""),
        at_start="unknown" if len(starts) > 1 else next(iter(starts), ""),
        levels=max((node.levels for node in nodes), key=len),
        outcome=any(node.outcome for node in nodes),
        kind=next((node.kind for node in nodes if node.kind), ""),
        note=" ".join(dict.fromkeys(node.note for node in nodes if node.note)),
    )


def _free(key: str, home: str, taken: Iterable[str]) -> str:
    while key in taken:
        key = f"{home}.{key}"
    return key


class _Moved:
    """One mechanism on its way into the whole: what its names are there."""

    def __init__(
        self, m: Mechanism, keys: Mapping[str, str], places: dict[str, Place], sources: dict[str, Source]
    ) -> None:
        self.m = m
        self.nodes = {key: keys[f"{m.id}.{key}"] for key in m.nodes}
        self.edges = {edge.name: f"{m.id}.{edge.name}" for edge in m.edges}
        self.places: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        for key in sorted(m.places, key=lambda key: len(m.within(key))):  # outermost first
            new = replace(m.places[key], inside=self.places.get(m.places[key].inside, ""))
            same = (k for k, p in places.items() if replace(p, key=key, name=new.name) == new)
            self.places[key] = next(same, "") or _free(key, m.id, places)
            places.setdefault(self.places[key], replace(new, key=self.places[key]))
        for key in sorted(
            m.sources, key=lambda key: len(m.behind(key))
        ):  # what is reported stands before what reports it
            own = m.sources[key]
            new_source = replace(own, reports=self.sources.get(own.reports, ""))
            again = (k for k, s in sources.items() if replace(s, key=key) == new_source)
            self.sources[key] = next(again, "") or _free(key, m.id, sources)
            sources.setdefault(self.sources[key], replace(new_source, key=self.sources[key]))

    def name(self, own: str) -> str:
        return self.nodes.get(own) or self.edges.get(own, own)

    def evidence(self, items: Iterable[Evidence]) -> tuple[Evidence, ...]:
        return tuple(self.item(item) for item in items)

    def item(self, item: Any) -> Any:
        source = self.m.source(item)
        return replace(item, source=self.sources[source.key] if source else "")

    def needs(self, needs: Iterable[Requirement]) -> tuple[Requirement, ...]:
        return tuple(replace(r, node=self.nodes[r.node], evidence=self.evidence(r.evidence)) for r in needs)

    def edge(self, edge: Edge) -> Edge:
        said = edge.sentence
        return replace(
            edge,
            sentence=Sentence(
                self.nodes[said.subject], said.verb, self.name(said.object), self.nodes.get(said.other, "")
            ),
            name=self.edges[edge.name],
            place=self.places.get(edge.place, ""),
            requires=self.needs(edge.requires),
            unless=self.needs(edge.unless),
            effect=self.item(edge.effect) if edge.effect else None,
            evidence=self.evidence(edge.evidence),
            mechanism=self.m.id,
        )

    def readings(self) -> Iterator[tuple[str, Reading]]:
        for key, reading in self.m.readings.items():
            changes: dict[str, Change] = {}
            for name, change in reading.edges.items():
                changes[self.edges[name]] = replace(
                    change,
                    requires=None if change.requires is None else self.needs(change.requires),
                    unless=None if change.unless is None else self.needs(change.unless),
                    effect=self.item(change.effect) if change.effect else None,
                )
            name = f"{self.m.id}.{key}"
            yield name, replace(reading, key=name, title=f"{self.m.id}: {reading.title}", edges=Frozen(changes))

    def starts(self, table: Mapping[str, S]) -> Iterator[tuple[str, S]]:
        for key, start in table.items():
            name = f"{self.m.id}.{key}"
            values = Frozen({self.nodes[node]: value for node, value in start.values.items()})
            yield name, replace(start, key=name, title=f"{self.m.id}: {start.title or key}", values=values)

    def note(self, note: Note) -> Note:
        return replace(note, about=tuple(map(self.name, note.about)), evidence=self.evidence(note.evidence))

    def stop(self) -> Stop:
        return Stop(title=self.m.title, caption=self.m.summary, light=tuple(self.edges.values()))


# ---------------------------------------------------------------- what is the same, and what is kin


@dataclass(frozen=True)
class Link:
    """Two nodes of one thing. ``differs`` says why they are not one node; empty means that they are."""

    one: tuple[str, str]  # the mechanism's id and the node's key
    other: tuple[str, str]
    differs: tuple[str, ...] = ()  # of form, place, cell, species, levels; or "kept apart" by their own file


def links(mechanisms: Sequence[Mechanism]) -> list[Link]:
    """Every two nodes of one thing, within and across mechanisms, in their order.

    >>> from kg.formats import read
    >>> [link.differs for link in links([read("ta1-tlr7")]) if link.one[1] == "Ta1_blood"]
    [('place', 'cell')]
    """
    one = {(m.id, node.key): n for n, group in enumerate(_groups(mechanisms)) for m, node in group}
    kin: dict[str, list[tuple[Mechanism, Node]]] = defaultdict(list)
    for name, m, node in _kin(mechanisms):
        kin[name].append((m, node))
    found = []
    for of_one_thing in kin.values():
        for (m, a), (n, b) in itertools.combinations(of_one_thing, 2):
            ends = (m.id, a.key), (n.id, b.key)
            same = one[ends[0]] == one[ends[1]]
            found.append(Link(*ends, () if same else _differs(m, a, n, b) or ("kept apart",)))
    return found


def identity(m: Mechanism, node: Node) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """What must agree for two nodes to be one: the term, the forms (which hold the species), the places around it."""
    around = tuple(place.term.id if (place := m.places[key]).term else key for key in m.within(node.place))
    return node.term.id if node.term else "", frozenset(form.id for form in node.forms), around


def _groups(mechanisms: Sequence[Mechanism]) -> list[list[tuple[Mechanism, Node]]]:
    """The nodes of all mechanisms, those together that are one.

    What one file keeps apart stays apart: where it has two nodes of one identity, keys decide. Nodes whose levels cannot
    be brought together stay apart, too.
    """
    alike: dict[object, list[tuple[Mechanism, Node]]] = {}
    for m in mechanisms:
        for node in m.nodes.values():
            alike.setdefault(identity(m, node), []).append((m, node))
    by_key = {who: len({m.id for m, _ in some}) < len(some) for who, some in alike.items()}
    groups: dict[object, list[list[tuple[Mechanism, Node]]]] = {}
    order = []
    for m in mechanisms:
        for node in m.nodes.values():
            who = identity(m, node)
            known = groups.setdefault((who, node.key if by_key[who] or not who[0] else ""), [])
            group = next((g for g in known if all(_fit(node.levels, other.levels) for _, other in g)), None)
            if group is None:
                group = []
                known.append(group)
                order.append(group)
            group.append((m, node))
    return order


def _fit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the levels of two nodes can be one scale: one has none, or its levels are among the other's, in order."""
    few, many = sorted((one, other), key=len)
    rest = iter(many)
    return all(level in rest for level in few)


def _kin(mechanisms: Sequence[Mechanism]) -> Iterator[tuple[str, Mechanism, Node]]:
    """Every node with a name for the thing that it is, whatever its form, place or species.

    Two nodes are of one thing if a term or form of theirs is the same, or stands in one family of families.tsv.
    """
    root: dict[str, str] = {}

    def top(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for m in mechanisms:
        for node in m.nodes.values():
            own = [term.id for term in (node.term, *node.forms) if term] or [f"{m.id}.{node.key}"]
            for name in own:
                root[top(name)] = top(own[0])
                if name in families():
                    root[top(name)] = top(f"family {families()[name][0]}")
    for m in mechanisms:
        for node in m.nodes.values():
            yield top(node.term.id if node.term else f"{m.id}.{node.key}"), m, node


@cache
def families() -> Mapping[str, tuple[str, str]]:
    """Terms of one thing in its several forms: id -> (the thing, the form).

    >>> families()["HGNC:31533"], families()["kg:miR-146a-5p"]
    (('miR-146a', 'human gene'), ('miR-146a', 'mature strand'))
    """
    return {row["id"]: (row["family"], row["form"]) for row in vocabulary.table("families.tsv")}


def _differs(m: Mechanism, a: Node, n: Mechanism, b: Node) -> tuple[str, ...]:
    """What keeps two nodes of one thing from being one."""

    def forms(node: Node) -> tuple[str, frozenset[str]]:
        return node.term.id if node.term else "", frozenset(form.id for form in node.forms)

    around = (_around(m, a.place), _around(n, b.place))
    pairs: dict[str, tuple[object, object]] = {
        "form": (forms(a), forms(b)),
        "place": (around[0][0], around[1][0]),
        "cell": (around[0][1], around[1][1]),
        "species": (_taxa(a), _taxa(b)),
        "levels": (a.levels, b.levels) if not _fit(a.levels, b.levels) else (0, 0),
    }
    return tuple(name for name, (one, other) in pairs.items() if one != other)


def _around(m: Mechanism, place: str) -> tuple[dict[str, str], dict[str, str]]:
    """The places around something, and the cells among them: term -> label."""
    here: dict[str, str] = {}
    cells: dict[str, str] = {}
    for key in m.within(place):
        one = m.places[key]
        entry = vocabulary.terms().get(one.term.id) if one.term else None
        of = cells if entry and entry.kind == "cell" else here
        of[one.term.id if one.term else key] = one.label
    return here, cells


def _taxa(node: Node) -> frozenset[str]:
    return frozenset(term.taxon for term in (node.term, *node.forms) if term and term.taxon)


# ---------------------------------------------------------------- disagreement

#: What can separate two statements that contradict each other, in the order in which it is named.
CONTEXTS = ("place", "cell", "form", "species", "time", "dose", "assay", "condition")
HUMAN = "NCBITaxon:9606"
OBSERVED = ("finding", "background")
#: Words by which a source says that it is not sure. Others ("under normal circumstances") set a condition.
DOUBTS = frozenset(
    "apparently appear appears could likely may maybe might perhaps plausible plausibly possible possibly potential "
    "potentially presumably probably proposed seem seems suggest suggested suggesting suggests".split()
)
FAR = 4  # steps of a route that is held against an edge of the other sign

Context = Mapping[str, Mapping[str, str]]  # of CONTEXTS: what is stated, as name -> label


@dataclass(frozen=True)
class Side:
    """One side of a disagreement: an edge, a route, a node, a note or a source of a mechanism, and what it rests on."""

    mechanism: str
    kind: str  # edge, node, note or source
    about: tuple[str, ...]  # names of edges, or the key of a node or a source
    words: str
    evidence: tuple[Evidence, ...] = ()
    sources: tuple[str, ...] = ()  # the source of each item of evidence, as one cites it

    @property
    def lines(self) -> tuple[str, ...]:
        """Each item of evidence in one line: what kind of claim, how it is hedged, its species, its place, its source."""
        found: dict[str, int] = {}
        for item, source in zip(self.evidence, self.sources, strict=True):
            claim = vocabulary.claims()[item.claim].label if item.claim in vocabulary.claims() else "no claim"
            said = [claim, item.stance * (item.stance != "supports"), f"“{item.hedge}”" * bool(item.hedge)]
            said += [f"species: {', '.join(map(common_name, item.taxon))}" * bool(item.taxon)]
            said += [f"at “{item.anchor}”" * bool(item.anchor)]
            line = f"{'; '.join(filter(None, said))}: {item.because or ' — '.join(filter(None, (item.says, source)))}"
            found[line] = found.get(line, 0) + 1
        return tuple(line + f" (×{times})" * (times > 1) for line, times in found.items())

    def as_dict(self) -> dict[str, Any]:
        items = [{**plain(item), "source": s} for item, s in zip(self.evidence, self.sources, strict=True)]
        return {
            "mechanism": self.mechanism,
            "kind": self.kind,
            "about": list(self.about),
            "words": self.words,
            "evidence": items,
        }


@dataclass(frozen=True)
class Conflict:
    """A disagreement, kept with its sides.

    ``verdict`` is *separated* (something stated differs between the sides), *possible* (it is not stated whether it
    does), *direct* (what is stated is the same) or *noted* (nothing is contradicted, but a reader should know).
    """

    kind: str  # a key of KINDS
    verdict: str
    sides: tuple[Side, ...]
    separated: tuple[tuple[str, str, str], ...] = ()  # what separates the sides, and what each of them states
    open: tuple[str, ...] = ()  # what might separate them, and is not stated on some side
    because: str = ""  # in words, where there is more to say

    @property
    def key(self) -> str:
        """What makes it the same disagreement in two versions of a file: its kind and what it is about."""
        return " ".join(
            [self.kind, *sorted(f"{side.mechanism}:{side.kind}:{'>'.join(side.about)}" for side in self.sides)]
        )

    @property
    def title(self) -> str:
        by = ", ".join(dict.fromkeys(name for name, *_ in self.separated))
        why = f" by {by}" if self.verdict == "separated" else ""
        return f"{KINDS[self.kind]}: {self.verdict}{why}"

    def as_dict(self) -> dict[str, Any]:
        """The disagreement as plain values, for ``--json``."""
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "title": self.title,
            "separated": [{"by": name, "sides": [one, other]} for name, one, other in self.separated],
            "not_stated": list(self.open),
            "because": self.because,
            "sides": [side.as_dict() for side in self.sides],
        }


KINDS = {
    "opposite-signs": "Opposite signs",
    "different-outcomes": "Different outcomes of one intervention",
    "different-starts": "Different starting states",
    "disputed": "Disputed by another source",
    "qualified": "Qualified by another source",
    "human-on-animal": "A human statement on animal evidence only",
    "firmer-than-source": "Firmer than the source",
    "one-paper": "One paper, not two",
}
VERDICTS = ("direct", "possible", "separated", "noted")


def find(mechanisms: Iterable[Mechanism]) -> list[Conflict]:
    """Every disagreement within and between valid mechanisms: what nothing explains first.

    >>> from kg.formats import read
    >>> [one.kind for one in find([read("ta1-tlr7")])][:1]
    ['disputed']
    """
    parts = list(mechanisms)
    found = [one for look in (_signs, _outcomes, _starts, _disputes, _humans, _hedges, _papers) for one in look(parts)]
    return sorted(found, key=lambda one: VERDICTS.index(one.verdict))


def _edge_side(m: Mechanism, *edges: Edge) -> Side:
    items = tuple(item for edge in edges for item in edge.evidence)
    return _side(m, "edge", [edge.name for edge in edges], "; ".join(map(m.words, edges)), items)


def _side(m: Mechanism, kind: str, about: Iterable[str], words: str, items: Iterable[Evidence] = ()) -> Side:
    evidence = tuple(items)
    return Side(m.id, kind, tuple(about), words, evidence, tuple(_cited(m, item) for item in evidence))


def _cited(m: Mechanism, item: Evidence) -> str:
    source = m.source(item)
    if source is None or (item.because and not (item.anchor or item.span)):
        return "the curator's own"
    return named(source)


def named(source: Source) -> str:
    """A source in a few words: its title, its identifier, and how it was read."""
    id = f"doi:{source.doi}" if source.doi else f"PMID:{source.pmid}" if source.pmid else ""
    return ", ".join(
        filter(None, (source.title or id or source.url or source.key, id * bool(source.title), f"read: {source.read}"))
    )


# -- what is stated about where, when and in what something holds


def _stated(m: Mechanism, items: Iterable[Evidence]) -> dict[str, dict[str, str]]:
    """Species, time, dose and assay, as items of evidence state them."""
    found: dict[str, dict[str, str]] = {name: {} for name in ("species", "time", "dose", "assay")}
    for item in items:
        found["species"].update({taxon.id: common_name(taxon) for taxon in item.taxon})
        found["assay"].update({item.assay.id: item.assay.label} if item.assay else {})
        for name in ("time", "dose"):
            text = " ".join(getattr(item, name).split())
            found[name].update({text.casefold(): text} if text else {})
    return found


def _context(m: Mechanism, edge: Edge) -> dict[str, dict[str, str]]:
    """All that an edge states about where, when and in what it holds. What it does not state is empty."""
    ends = [m.nodes[edge.subject], m.nodes[m.object(edge)]]
    here, cells = _around(m, edge.place or ends[1].place or ends[0].place)
    stated = _stated(m, (item for item in edge.evidence if item.stance == "supports"))
    for term in (term for node in ends for term in (node.term, *node.forms) if term and term.taxon):
        own = Term(term.taxon, vocabulary.terms()[term.taxon].label if term.taxon in vocabulary.terms() else term.taxon)
        if len(_taxa(ends[0]) | _taxa(ends[1])) == 1:  # forms of several species state none
            stated["species"].setdefault(own.id, common_name(own))
    return {"place": here, "cell": cells, **stated}


def _compared(one: Context, other: Context) -> tuple[list[tuple[str, str, str]], list[str]]:
    """What separates two contexts, and what might but is not stated.

    Place and species must be stated on both sides; time, dose and assay count as open where only one side states them,
    since hardly any source gives them.
    """
    separated, left = [], []
    for name in (name for name in CONTEXTS if name in one):
        here, there = one[name], other[name]
        if here and there:
            if not here.keys() & there.keys():
                separated.append((name, _list(here), _list(there)))
        elif here or there or name in ("place", "species"):
            left.append(name)
    return separated, left


def _list(stated: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(stated.values()))


def _verdict(separated: Sequence[object], left: Sequence[str]) -> str:
    return "separated" if separated else "possible" if left else "direct"


# -- opposite signs


def _effect(m: Mechanism, edge: Edge) -> tuple[str, int]:
    """What an edge says of its object, as a sign, and whether as a cause or as an order in time."""
    sign = causal.sign(m, edge)
    return ("effect", sign) if sign else ("time", m.sign(edge))


def _signs(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """Two edges of opposite sign on one pair, by what the nodes are; and an edge against a route of another mechanism."""
    kin = {(m.id, node.key): name for name, m, node in _kin(parts)}
    on: dict[object, list[tuple[Mechanism, Edge, int]]] = defaultdict(list)
    for m in parts:
        for edge in m.edges:
            ends = kin[m.id, edge.subject], kin[m.id, m.object(edge)]
            kind, sign = _effect(m, edge)
            if sign and ends[0] != ends[1]:
                on[(*ends, kind)].append((m, edge, sign))
    paired = set()
    for some in on.values():
        for (m, a, sign), (n, b, against) in itertools.combinations(some, 2):
            if sign != against:
                paired |= {(m.id, a.name, n.id), (n.id, b.name, m.id)}
                yield _opposed(m, (a,), n, (b,))
    yield from _set_apart(parts, kin, paired)
    for (start, end, kind), some in ((key, some) for key, some in on.items() if isinstance(key, tuple)):
        for (m, edge, sign), n in itertools.product(some, parts):
            if n is not m and kind == "effect" and (m.id, edge.name, n.id) not in paired:
                route = _against(n, kin, start, end, -sign)
                if route:
                    yield _opposed(m, (edge,), n, route)


def _set_apart(
    parts: Sequence[Mechanism], kin: Mapping[tuple[str, str], str], paired: Collection[tuple[str, str, str]]
) -> Iterator[Conflict]:
    """Two edges of opposite sign by one thing in two forms or places, which a note of the file sets side by side."""
    for m in parts:
        edges = {edge.name: edge for edge in m.edges}
        for note in m.notes:
            named = [edges[name] for name in note.about if name in edges]
            for a, b in itertools.combinations(named, 2):
                of_one_thing = a.subject != b.subject and kin[m.id, a.subject] == kin[m.id, b.subject]
                signs = {causal.sign(m, a), causal.sign(m, b)}
                if of_one_thing and signs == {1, -1} and (m.id, a.name, m.id) not in paired:
                    yield _opposed(m, (a,), m, (b,))


def _against(m: Mechanism, kin: Mapping[tuple[str, str], str], start: str, end: str, sign: int) -> tuple[Edge, ...]:
    """The shortest route of that sign between two things, if all short routes between them have it."""
    found: list[causal.Route] = []
    ends = [[key for key in m.nodes if kin[m.id, key] == name] for name in (start, end)]
    for one, other in itertools.product(*ends):
        found += itertools.islice(causal.routes(m, one, other, FAR), 50)
    if not found or any(route.sign != sign for route in found):
        return ()
    return tuple(m.edge(name) for name in min(found, key=lambda route: len(route.edges)).edges)


def _opposed(m: Mechanism, ours: Sequence[Edge], n: Mechanism, theirs: Sequence[Edge]) -> Conflict:
    a, b = ours[0], theirs[-1]
    one, other = _context(m, a), _context(n, b)
    separated, left = _compared(one, other)
    kin = {(part.id, node.key): name for name, part, node in _kin([m, n] if m is not n else [m])}
    ends = (a.subject, m.object(a)), (theirs[0].subject, n.object(b))
    alike = 2 if kin[m.id, ends[0][1]] == kin[n.id, ends[1][1]] else 1  # objects of two things have no form in common
    for name, here, there in _forms(m, ends[0][:alike], n, ends[1][:alike]):
        separated += [(name, here, there)] if here and there else []
        left += [name] * (not (here and there))
    separated += _conditions(m, ours, n, theirs)
    separated.sort(key=lambda row: CONTEXTS.index(row[0]))
    notes = [note.note for note in m.notes if m is n and {a.name, b.name} <= set(note.about)]
    sides = _edge_side(m, *ours), _edge_side(n, *theirs)
    because = f"The file says: {' '.join(notes)}" if notes else ""
    return Conflict("opposite-signs", _verdict(separated, left), sides, tuple(separated), tuple(left), because)


def _forms(m: Mechanism, ours: Sequence[str], n: Mechanism, theirs: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Where two nodes of one thing are of different form: the form of each, empty where it is not stated."""
    for here, there in zip((m.nodes[key] for key in ours), (n.nodes[key] for key in theirs), strict=True):
        if here.term and there.term and here.term.id != there.term.id:
            yield "form", _form(here), _form(there)
        elif {f.id for f in here.forms}.isdisjoint(f.id for f in there.forms) and (here.forms or there.forms):
            yield "form", ", ".join(f.label for f in here.forms), ", ".join(f.label for f in there.forms)
        place = [_around(m, here.place), _around(n, there.place)]
        for number, name in enumerate(("place", "cell")):
            one, other = place[0][number], place[1][number]
            if one and other and not one.keys() & other.keys():
                yield name, f"{here.label}: {_list(one)}", f"{there.label}: {_list(other)}"


def _form(node: Node) -> str:
    """The form that a node's term is of, as families.tsv has it; else its label."""
    return families()[node.term.id][1] if node.term and node.term.id in families() else node.label


def _conditions(
    m: Mechanism, ours: Sequence[Edge], n: Mechanism, theirs: Sequence[Edge]
) -> Iterator[tuple[str, str, str]]:
    """A node that one side requires and the other excludes, or that they require at different levels."""
    names = {(p.id, node.key): name for name, p, node in _kin([m, n] if m is not n else [m])}

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


# -- different predictions


def _outcomes(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """Two mechanisms that are given the same, on nodes that they share, and predict different things."""
    shared: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for link in links(parts):
        if not link.differs and link.one[0] != link.other[0]:
            shared[link.one[0], link.other[0]][link.one[1]] = link.other[1]
    by_id = {m.id: m for m in parts}
    runs = {m.id: Run(m) for m in parts if any(edge.executes for edge in m.edges)}
    for (one, other), same in shared.items():
        if one in runs and other in runs:
            yield from _predictions(runs[one], runs[other], same, by_id[one], by_id[other])


def _predictions(a: Run, b: Run, same: Mapping[str, str], m: Mechanism, n: Mechanism) -> Iterator[Conflict]:
    back = {theirs: ours for ours, theirs in same.items()}
    given: dict[str, dict[str, str]] = {}  # what an intervention is called -> settings, by the keys of m
    for condition in m.conditions.values():
        if condition.values.keys() <= same.keys():
            given[condition.title or condition.key] = dict(condition.values)
    for condition in n.conditions.values():
        if condition.values.keys() <= back.keys():
            given[condition.title or condition.key] = {back[k]: v for k, v in condition.values.items()}
    declared = len(given)
    for key in same:
        for value in ("present", "absent"):
            given[f"{m.nodes[key].label} {value}"] = {key: value}
    told: set[str] = set()
    for number, (title, settings) in enumerate(given.items()):
        moved = {same[key]: value for key, value in settings.items()}
        for key, theirs in same.items():
            if key in settings or key in told:
                continue
            values = _definite(a, settings, key), _definite(b, moved, theirs)
            if "" in values or values[0] == values[1]:
                continue
            depends = _depends(a, settings, key) and _depends(b, moved, theirs)
            if depends or (number < declared and (m.nodes[key].outcome or n.nodes[theirs].outcome)):
                told.add(key)
                yield _predicted(a, b, title, (settings, moved), (key, theirs), values)


def _definite(run: Run, settings: Mapping[str, str], node: str) -> str:
    """Whether a node is present or absent under every reading; empty if that is open or they disagree."""
    found = set()
    for net in run.networks.values():
        value = net.propagate(*net.facts(settings))
        found.add({True: "present", False: "absent", None: ""}[value.get(net.variables[node][0])])
    return found.pop() if len(found) == 1 else ""


def _depends(run: Run, settings: Mapping[str, str], node: str) -> bool:
    net = next(iter(run.networks.values()))
    cone = net.cone([net.variables[node][0]])
    return all(cone & set(net.variables[key]) for key in settings)


def _predicted(
    a: Run, b: Run, title: str, settings: Sequence[Mapping[str, str]], nodes: Sequence[str], values: Sequence[str]
) -> Conflict:
    sides, assumed = [], []
    for run, given, node, value in zip((a, b), settings, nodes, values, strict=True):
        m, net = run.mechanism, next(iter(run.networks.values()))
        facts = Reasons(net, given, node)
        inputs = facts.inputs(facts.one() or [])
        edges = [m.edge(name) for name in dict.fromkeys(i.name for i in inputs if i.kind == "edge")]
        words = f"if {title}: {m.nodes[node].label} {value}"
        sides.append(_side(m, "node", [node], words, (item for edge in edges for item in edge.evidence)))
        closed = [m.nodes[i.name].label for i in inputs if i.kind == "closed"]
        assumed += [f"{m.id} takes it that nothing unlisted causes {', '.join(closed)}"] * bool(closed)
    because = "; ".join(assumed) + "." * bool(assumed)
    left = ("what else causes it",) if assumed else ()
    return Conflict("different-outcomes", _verdict((), left), tuple(sides), open=left, because=because)


def _starts(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """A shared node that two mechanisms start differently."""
    for group in _groups(parts):
        stated = [(m, node) for m, node in group if node.at_start]
        if len({node.at_start for _, node in stated}) > 1:
            sides = tuple(_side(m, "node", [node.key], f"{node.label} starts {node.at_start}") for m, node in stated)
            because = "In one graph of both the node starts unknown."
            yield Conflict("different-starts", "possible", sides, open=("why it starts so",), because=because)


# -- sources and their words


def _statements(m: Mechanism) -> Iterator[tuple[Callable[..., Side], tuple[Evidence, ...]]]:
    """Everything that carries evidence, as a maker of its side, with that evidence."""

    def maker(kind: str, about: str, words: str) -> Callable[..., Side]:
        return lambda items: _side(m, kind, [about], words, items)

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
        for side, items in _statements(m):
            held = [item for item in items if item.stance == "supports"]
            studies = {_study(m, item) for item in held}
            for kind, stance in (("disputed", "disputes"), ("qualified", "qualifies")):
                against = [item for item in items if item.stance == stance]
                if kind == "qualified":
                    against = [item for item in against if _study(m, item) not in studies | {""}]
                if against:
                    of_note = side(()).kind == "note"  # what a note is about has no one species, time or dose
                    separated, left = ([], []) if of_note else _compared(_stated(m, held), _stated(m, against))
                    verdict = "possible" if of_note else _verdict(separated, left)
                    verdict = "noted" if kind == "qualified" else verdict
                    sides = side(held), replace(side(against), words=f"the same, {kind}")
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
                because = f"{what}; what was seen was seen in {_list(seen)} only."
                yield Conflict("human-on-animal", "noted", (_edge_side(m, edge),), because=because)


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
        for side, items in _statements(m):
            observed = [i for i in items if i.claim in OBSERVED and i.stance != "disputes"]
            weak = [i for i in observed if doubt(i.hedge)]
            flat = [
                i for i in observed if not i.hedge and i.stance == "supports" and m.source(i) in map(m.source, weak)
            ]
            weak = [i for i in weak if flat or i.stance == "supports"]
            if not weak or side(()).kind == "note":  # a note weighs words; it asserts nothing
                continue
            words = ", ".join(dict.fromkeys(f"“{i.hedge}”" for i in weak))
            if flat:
                because = f"The same source says it flatly, and elsewhere with {words}."
                sides = side(flat), replace(side(weak), words=f"hedged: {words}")
            else:
                because = f"It is written down as {vocabulary.claims()[weak[0].claim].label}; the source says {words}."
                sides = (side(weak),)
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
                sides.append(_side(m, "source", [own.key], named(own)))
            told = any(source.reports in whole.sources for source in some)
            why = "One reports the other" if told else "They have one DOI or PubMed number"
            yield Conflict("one-paper", "noted", tuple(sides), because=f"{why}; together they count once.")


def of_edge(conflicts: Iterable[Conflict]) -> dict[tuple[str, str], list[Conflict]]:
    """The disagreements that each edge is in, by mechanism and name."""
    found: dict[tuple[str, str], list[Conflict]] = defaultdict(list)
    for one in conflicts:
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
        self.conflicts = find(mechanism.parts)
        whole = isinstance(mechanism, Union)  # there an edge is called by its mechanism, too
        pairs = of_edge(self.conflicts).items()
        self.by_edge = {f"{home}.{name}" if whole else name: found for (home, name), found in pairs}

    def of(self, *names: str) -> Support:
        """The counts for an edge, or for all edges of a derivation together; a disagreement counts once."""
        disagreements = {id(one) for name in names for one in self.by_edge.get(name, ())}
        return replace(self.m.support(*map(self.m.edge, names)), disagreements=len(disagreements))
