"""Several mechanisms as one graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from kg.model.mechanism import Mechanism
from kg.model.records import (
    Assumption,
    Change,
    Condition,
    Edge,
    Evidence,
    Frozen,
    Node,
    Note,
    Place,
    Reading,
    Requirement,
    Sentence,
    Source,
    Stop,
)
from kg.reasoning.identity import groups

S = TypeVar("S", Assumption, Condition)


ALL = "all"  # the name of the graph of several mechanisms; no mechanism may be called so


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

    def find(self, text: str) -> Node:
        """A node by what people call it, and by ``ID.KEY``, as the mechanism ID has it. Raises UnknownName."""
        return super().find(self.keys.get(text, text))

    def also_called(self, key: str) -> list[str]:
        """Other nodes that a mechanism of the whole calls so: they are in another place, or have other levels.

        >>> from kg.formats import read
        >>> merge([read("icd"), read("ta1-tlr7")]).also_called("tumour_control")
        ['ta1-tlr7.tumour_control']
        """
        here = self.keys.get(key, key)
        return [other for name, other in self.keys.items() if name.partition(".")[2] == key and other != here]

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
    for group in groups(parts):
        key = _free(group[0][1].key, group[0][0].id, homes)
        homes[key] = group
        keys.update({f"{part.id}.{node.key}": key for part, node in group})
    places: dict[str, Place] = {}
    sources: dict[str, Source] = {}
    moved = {part.id: _Moved(part, keys, places, sources) for part in parts}
    nodes = {key: _one(group, key, moved) for key, group in homes.items()}
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


def _one(group: Sequence[tuple[Mechanism, Node]], key: str, moved: Mapping[str, _Moved]) -> Node:
    """One node of several that are the same: what any of them states.

    Where they start differently it starts unknown; where they are called differently it has the name of its term.
    """
    nodes = [node for _, node in group]
    first, places = nodes[0], moved[group[0][0].id].places
    active = (moved[m.id].nodes.get(node.activity_of, "") for m, node in group if node.activity_of)
    names = {node.name for node in nodes}
    starts = {node.at_start for node in nodes if node.at_start}
    return replace(
        first,
        key=key,
        activity_of=next(active, ""),
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
