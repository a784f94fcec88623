"""What is too much for one picture, as several: an overview with a box for each part, and a picture of each part.

The parts of several mechanisms are the mechanisms; those of a large one are its outermost places, or else groups of nodes
that many steps join.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from kg.model.languages import speak
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Frozen, Node, Sentence
from kg.page.drawing import Drawing, draw
from kg.page.layout import lines, spoken
from kg.reasoning.merge import Union

CROWDED = 120  # with more edges a picture is an overview first
SMALL, CLOSE = 15.0, 17.0  # of the letters in a box of the overview: size, and from line to line
BROAD = 1.6  # how many times more columns than rows an overview has
LONE = 3  # nodes: smaller groups stand together
MOST = 24  # boxes of an overview; what is in further groups stands together


@dataclass(frozen=True)
class Part:
    """One of the parts: what it is called, what is drawn of it, and what its nodes and edges are in the whole."""

    key: str
    title: str
    mechanism: Mechanism
    nodes: Mapping[str, str]
    edges: Mapping[str, str]


@dataclass(frozen=True)
class Overview:
    """A box for each part, and a line between two that share nodes, or between which steps run.

    >>> from kg.formats import read
    >>> from kg.reasoning.merge import merge
    >>> whole = overview(merge([read("ta1-tlr7"), read("ta1-efferocytosis")]))
    >>> whole.between, whole.texts["ta1-tlr7"][-1]
    ({('ta1-tlr7', 'ta1-efferocytosis'): 1}, '28 steps')
    """

    parts: tuple[Part, ...]
    between: Mapping[tuple[str, str], int]
    counted: tuple[str, str]  # what the numbers on lines count: one, and several

    @cached_property
    def texts(self) -> Mapping[str, tuple[str, ...]]:
        """What stands in the box of each part: its title, shortened, and how many steps it has."""
        return {part.key: (*lines(spoken(part.title), 3, SMALL), steps_of(part.mechanism)) for part in self.parts}

    @cached_property
    def sheet(self) -> Mechanism:
        """What is drawn: parts as the nodes of a mechanism, on a grid."""
        return Mechanism(
            id="overview",
            nodes=Frozen({part.key: Node(key=part.key, name=part.title) for part in self.parts}),
            edges=tuple(Edge(sentence=Sentence(a, "related_to", b), name=f"{a}|{b}") for a, b in self.between),
            layout=_near([part.key for part in self.parts], self.between),
        )

    @cached_property
    def drawing(self) -> Drawing:
        return draw(self.sheet)


def overview(m: Mechanism) -> Overview | None:
    """The parts of several mechanisms or of a large one; nothing of what is one picture, or falls into no parts."""
    if isinstance(m, Union):
        return _of_several(m) if len(m.parts) > 1 else None
    if len(m.edges) <= CROWDED:
        return None
    groups = _groups(m)
    return _of_groups(m, groups) if len(groups) > 1 else None


def steps_of(m: Mechanism) -> str:
    """How many steps a curator wrote of a mechanism."""
    count = sum(not edge.definition for edge in m.edges)
    return speak("{0} step" if count == 1 else "{0} steps", count)


def _of_several(whole: Union) -> Overview:
    parts = tuple(
        Part(
            part.id,
            part.title or part.id,
            part,
            {key: whole.keys[f"{part.id}.{key}"] for key in part.nodes},
            {edge.name: f"{part.id}.{edge.name}" for edge in part.edges},
        )
        for part in whole.parts
    )
    homes: dict[str, list[str]] = {}
    for name, key in whole.keys.items():
        homes.setdefault(key, []).append(name.partition(".")[0])
    order = [part.key for part in parts]
    pairs = (sorted(set(ids), key=order.index) for ids in homes.values())
    return Overview(
        parts,
        dict(Counter(pair for ids in pairs for pair in combinations(ids, 2))),
        ("{0} node in both", "{0} nodes in both"),
    )


def near(m: Mechanism, name: str, most: int = 40) -> Mechanism:
    """The steps around a node or an edge, the nearest first and about so many at most, as a mechanism.

    >>> from kg.formats import read
    >>> part = near(read("ta1-tlr7"), "TLR7", 6)
    >>> "TLR7" in part.nodes, 6 <= len(part.edges) < 12
    (True, True)
    """
    at: dict[str, list[Edge]] = {}
    of: dict[str, list[str]] = {}
    for edge in m.edges:
        ends = (edge.subject, _end(m, edge), *(one.node for one in (*edge.requires, *edge.unless)))
        of[edge.name] = [key for key in dict.fromkeys(ends) if key in m.nodes]
        for key in of[edge.name]:
            at.setdefault(key, []).append(edge)
    start = of.get(name, [])
    held = dict.fromkeys(start or [name] * (name in m.nodes) or [max(m.nodes, key=lambda key: len(at.get(key, ())))])
    count: set[str] = set()
    for key in (todo := list(held)):  # grows while it is read
        if len(count) >= most:
            break
        for edge in at.get(key, ()):
            count.add(edge.name)
            more = [key for key in of[edge.name] if key not in held]
            held |= dict.fromkeys(more)
            todo += more
    return _part(m, "", m.title, held).mechanism


def _of_groups(m: Mechanism, groups: Sequence[tuple[str, Sequence[str]]]) -> Overview:
    home = {key: n for n, (_, keys) in enumerate(groups) for key in keys}
    parts = tuple(_part(m, f"part-{n + 1}", title, keys) for n, (title, keys) in enumerate(groups))
    across: Counter[tuple[str, str]] = Counter()
    for edge in m.edges:
        ends = sorted({home[key] for key in (edge.subject, _end(m, edge)) if key in home})
        across.update((parts[a].key, parts[b].key) for a, b in combinations(ends, 2))
    return Overview(parts, dict(across), ("{0} step between them", "{0} steps between them"))


def _part(m: Mechanism, key: str, title: str, keys: Iterable[str]) -> Part:
    """The nodes of a group with the edges among them."""
    held = set(keys)
    edges = tuple(edge for edge in m.edges if edge.subject in held and _end(m, edge) in held)
    mechanism = Mechanism(
        id=m.id,
        title=title,
        sources=m.sources,
        places=m.places,
        nodes=Frozen({key: _alone(node, held) for key, node in m.nodes.items() if key in held}),
        edges=tuple(edge for edge in edges if not edge.definition),
        notes=tuple(note for note in m.notes if {*note.about} & {edge.name for edge in edges}),
    )
    return Part(key, title, mechanism, {key: key for key in held}, {edge.name: edge.name for edge in mechanism.edges})


def _alone(node: Node, held: Container[str]) -> Node:
    """A node as it is drawn where the thing that it is an activity of is not."""
    if not node.activity_of or node.activity_of in held:
        return node
    return replace(node, activity_of="", name=node.label, kind=node.drawn_as)


def _end(m: Mechanism, edge: Edge) -> str:
    """The node that an edge acts on; of one that acts on an edge, the object of that."""
    return m.object(edge)


def _groups(m: Mechanism) -> list[tuple[str, list[str]]]:
    """Nodes by their outermost place, if most have one; else, and where a place is crowded itself, by what joins them."""
    outer = {key: m.within(node.place)[-1] if node.place in m.places else "" for key, node in m.nodes.items()}
    placed: dict[str, list[str]] = {}
    for key, place in outer.items():
        placed.setdefault(place, []).append(key)
    found: list[tuple[str, list[str]]] = []
    for place, keys in placed.items():
        title = m.places[place].label if place else ""
        inside = [edge for edge in m.edges if {edge.subject, _end(m, edge)} <= set(keys)]
        if place and len(inside) <= CROWDED:
            found.append((title, keys))
        else:
            found += [(f"{title}: {hubs}" if title else hubs, some) for hubs, some in _joined(m, keys)]
    found.sort(key=lambda group: -len(group[1]))
    large = [group for group in found[: MOST - 1] if len(group[1]) >= LONE]
    rest = [key for _, keys in found[len(large) :] for key in keys]
    return [*large, *([(speak("{0} other nodes", len(rest)), rest)] if rest else [])]


def _joined(m: Mechanism, keys: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Groups of nodes with many steps among them, by the Louvain method, called by those that most steps touch."""
    import networkx as nx

    number = {key: n for n, key in enumerate(keys)}  # whole numbers, so that the order of hashes decides nothing
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(number.values())
    for edge in m.edges:
        a, b = number.get(edge.subject), number.get(_end(m, edge))
        if a is not None and b is not None and a != b:
            graph.add_edge(a, b)
    for group in nx.community.louvain_communities(graph, seed=1):
        hubs = sorted(group, key=lambda n: (-graph.degree(n), n))[:3]
        yield ", ".join(m.nodes[keys[n]].label for n in hubs), [keys[n] for n in sorted(group)]


def _near(ids: Sequence[str], weights: Mapping[tuple[str, str], int]) -> tuple[tuple[str, ...], ...]:
    """A grid on which parts that are joined lie near each other: swapped in pairs, as long as that shortens the lines."""
    broad = max(1, math.ceil(math.sqrt(len(ids) * BROAD)))
    cells = [(n // broad, n % broad) for n in range(math.ceil(len(ids) / broad) * broad)]
    at: dict[str, tuple[int, int]] = dict(zip(ids, cells, strict=False))
    free = [f".{n}" for n in range(len(cells) - len(ids))]
    at |= dict(zip(free, cells[len(ids) :], strict=True))

    def length() -> float:
        return sum(math.sqrt(weight) * math.dist(at[a], at[b]) ** 2 for (a, b), weight in weights.items())

    best, better = length(), True
    while better:
        better = False
        for a, b in combinations(at, 2):
            at[a], at[b] = at[b], at[a]
            if (now := length()) < best - 1e-9:
                best, better = now, True
            else:
                at[a], at[b] = at[b], at[a]
    by = {cell: name if name in ids else "." for name, cell in at.items()}
    return tuple(tuple(by[row, column] for column in range(broad)) for row in range(len(cells) // broad))
