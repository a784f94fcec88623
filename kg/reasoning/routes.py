"""The signed routes from one node to another, along edges and through what edges require."""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from kg.model.frames import frame
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Requirement
from kg.reasoning.asked import key_of
from kg.reasoning.whatif import claim_of, weakest

if TYPE_CHECKING:
    from kg.model.frames import DataFrame

#: How a step of a route leads on: the node is the subject of the edge, or a condition of it.
WORDS = {"edge": "→", "requires": "—is required for→", "unless": "—must be absent for→"}


class Hop(NamedTuple):
    """One step of a route, from a node to the object of an edge: as its subject, or as what it requires or excludes."""

    node: str
    edge: str
    kind: str  # a key of WORDS
    sign: int


@dataclass(frozen=True)
class Route:
    """A way through the graph along signed steps. It is no effect: brakes and other requirements lie along it."""

    hops: tuple[Hop, ...]

    @property
    def edges(self) -> tuple[str, ...]:
        return tuple(hop.edge for hop in self.hops)

    @property
    def sign(self) -> int:
        """The product of the signs: +1 or -1."""
        return -1 if sum(hop.sign < 0 for hop in self.hops) % 2 else 1


class Weakest(NamedTuple):
    """The step of a route that stands on least: its claim, and how many independent sources support it."""

    hop: Hop
    claim: str
    sources: int


def apart(mechanism: Mechanism, found: Sequence[Route]) -> list[tuple[str, ...]]:
    """For each route the edges that tell it from others with the same words; none where no other reads like it.

    >>> from kg.formats import read
    >>> m = read("ta1-tlr7")
    >>> apart(m, list(routes(m, "T_cell_killing", "tumour_control")))
    [('kills-with-chemo',), ('kills-alone',)]
    """
    alike: dict[str, list[Route]] = defaultdict(list)
    for route in found:
        alike[in_words(mechanism, route)].append(route)
    told = []
    for route in found:
        others = alike[in_words(mechanism, route)]
        shared = set.intersection(*(set(other.edges) for other in others))
        told.append(tuple(edge for edge in route.edges if len(others) > 1 and edge not in shared))
    return told


class Routes(Iterator[Route]):
    """Routes, found one after the other as they are asked for: there may be very many."""

    def __init__(self, found: Iterator[Route]) -> None:
        self._found = found

    def __next__(self) -> Route:
        return next(self._found)

    def to_frame(self, most: int = 1000) -> DataFrame:
        """The next routes as a pandas data frame: sign, length, nodes and edges. Raises MissingLibrary without pandas.

        >>> from kg.formats import read
        >>> routes(read("ta1-tlr7"), "TLR7", "TLR7_active").to_frame()["edges"].tolist()
        ['activation']
        """
        return frame(
            {
                "sign": route.sign,
                "steps": len(route.hops),
                "nodes": "|".join(hop.node for hop in route.hops),
                "edges": "|".join(route.edges),
            }
            for route in itertools.islice(self, most)
        )


def routes(mechanism: Mechanism, start: str, end: str, longest: int = 0, edges_only: bool = False) -> Routes:
    """Every simple route from one node to another along signed steps, shortest first.

    A step leads from the subject of an edge to its object; or from a node that the edge requires, with the same sign,
    or must not meet, with the opposite one; ``edges_only`` leaves these two out. An edge that blocks an edge counts as
    an edge to the object of that edge, with the opposite sign of what it blocks.

    >>> from kg.formats import read
    >>> [(hop.edge, hop.kind) for hop in next(routes(read("ta1-tlr7"), "TLR7", "TLR7_active")).hops]
    [('activation', 'requires')]

    Raises QueryError for a node that there is not.
    """
    start, end = key_of(mechanism, start), key_of(mechanism, end)
    return Routes(_routes(mechanism, start, end, longest or len(mechanism.nodes), edges_only))


def _routes(mechanism: Mechanism, start: str, end: str, longest: int, edges_only: bool) -> Iterator[Route]:
    out: dict[str, list[tuple[Hop, str]]] = defaultdict(list)
    back: dict[str, set[str]] = defaultdict(set)
    for hop, there in hops(mechanism, edges_only):
        out[hop.node].append((hop, there))
        back[there].add(hop.node)
    far = {end: 0}  # how far each node is from the end, so that no dead end is entered
    queue = deque([end])
    while queue:
        here = queue.popleft()
        for before in back[here] - far.keys():
            far[before] = far[here] + 1
            queue.append(before)
    for length in range(far.get(start, 1), longest + 1 if start in far else 0):
        yield from _walk(out, far, start, end, length)


def hops(mechanism: Mechanism, edges_only: bool = False) -> Iterator[tuple[Hop, str]]:
    """Every step that a route may take, with the node that it leads to: edges first, then what they require.

    >>> from kg.formats import read
    >>> [there for hop, there in hops(read("ta1-tlr7")) if hop.node == "TLR7"]
    ['TLR7_active']
    """
    signed = [(edge, mechanism.object(edge), sign(mechanism, edge)) for edge in mechanism.edges]
    for edge, there, each in signed:
        if each and not (edge.definition and edges_only):
            yield Hop(edge.subject, edge.name, "requires" if edge.definition else "edge", each), there
    for edge, there, each in () if edges_only else signed:
        for kind, turn in (("requires", 1), ("unless", -1)):
            for needed in getattr(edge, kind):
                if each and needed.node != edge.subject:
                    yield Hop(needed.node, edge.name, kind, turn * each), there


def _walk(
    out: Mapping[str, list[tuple[Hop, str]]], far: Mapping[str, int], start: str, end: str, length: int
) -> Iterator[Route]:
    """The simple routes of exactly this length, depth first, without recursion."""
    stack: list[tuple[str, tuple[Hop, ...], frozenset[str]]] = [(start, (), frozenset([start]))]
    while stack:
        node, hops, seen = stack.pop()
        if node == end and len(hops) == length and hops:
            yield Route(hops)
        for hop, there in reversed(out.get(node, ())):
            if there not in seen and there in far and len(hops) + 1 + far[there] <= length and node != end:
                stack.append((there, (*hops, hop), seen | {there}))


def sign(mechanism: Mechanism, edge: Edge) -> int:
    """The sign of an edge along a route, a blocking edge turning that of what it blocks; 0 for verbs without a role, whose sign says nothing of an effect.

    What a thing is required for by definition it raises.
    """
    if edge.definition:
        return 1
    turned = 1
    while edge.role == "blocks":  # valid mechanisms have no circle of blocking edges
        turned, edge = -turned, mechanism.blocked(edge)[0]
    return turned * {"increases": 1, "decreases": -1}.get(edge.role, 0)


def net_sign(found: Iterable[Route]) -> str:
    """What the signs of several routes come to: + or -, mixed if they disagree, none if there is no route."""
    signs = {route.sign for route in found}
    return "none" if not signs else "mixed" if len(signs) > 1 else "+" if signs == {1} else "-"


class SpineStep(NamedTuple):
    """An edge of the main line: its claim, how many independent sources support it, and whether it leads on.

    An edge that does not lead on acts on the node at which the line has arrived.
    """

    edge: str
    claim: str
    sources: int
    leads_on: bool


def spine(mechanism: Mechanism) -> list[SpineStep]:
    """The main line that the file declares (``spine:``), edge by edge; empty if it declares none.

    >>> from kg.formats import read
    >>> [(step.edge, step.claim) for step in spine(read("ta1-tlr7"))][2:5]
    [('engulfment', 'finding'), ('cargo', 'inference'), ('protection', 'finding')]
    """
    found, at = [], ""
    for name in mechanism.spine:
        edge = mechanism.edge(name)
        leads_on = at in ("", edge.subject)
        found.append(
            SpineStep(
                name, "" if edge.definition else claim_of(edge.evidence), mechanism.support(edge).supporting, leads_on
            )
        )
        at = mechanism.object(edge)
    return found


def weakest_hop(mechanism: Mechanism, route: Route) -> Weakest:
    """The step of a route that stands on the weakest claim; of several, the one with the fewest sources.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> weakest_hop(seed, next(routes(seed, "chemotherapy", "tumour_control")))[1:]
    ('inference', 0)
    """
    each = [stands_on(mechanism, hop) for hop in route.hops]
    claim = weakest(one.claim for one in each if one.claim)
    return min((one for one in each if one.claim == claim), key=lambda one: one.sources)


def stands_on(mechanism: Mechanism, hop: Hop) -> Weakest:
    """What supports one step: the evidence of the edge, or that of the requirement; nothing need support a definition.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> [stands_on(seed, hop)[1:] for hop, there in hops(seed) if hop.node == "TLR7"]
    [('finding', 1)]
    """
    edge = mechanism.edge(hop.edge)
    if edge.definition:
        return Weakest(hop, "", 0)
    if hop.kind != "edge":
        needs: tuple[Requirement, ...] = getattr(edge, hop.kind)
        edge = replace(edge, evidence=next(needed.evidence for needed in needs if needed.node == hop.node))
    return Weakest(hop, claim_of(edge.evidence), mechanism.support(edge).supporting)


def in_words(mechanism: Mechanism, route: Route) -> str:
    """A route by the labels of its nodes."""
    last = mechanism.object(mechanism.edge(route.hops[-1].edge))
    said = "".join(f"{mechanism.nodes[hop.node].label} {WORDS[hop.kind]} " for hop in route.hops)
    return f"{said}{mechanism.nodes[last].label}"
