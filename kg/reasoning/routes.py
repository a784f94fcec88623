"""The signed routes from one node to another."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.model.diagnostics import near
from kg.model.mechanism import Mechanism
from kg.model.records import Edge
from kg.reasoning.network import QueryError


@dataclass(frozen=True)
class Route:
    """A way through the graph along signed edges. It is no effect: brakes and requirements lie along it."""

    edges: tuple[str, ...]
    sign: int  # the product of the signs


def routes(mechanism: Mechanism, start: str, end: str, longest: int = 0) -> Iterator[Route]:
    """Every simple route from one node to another along signed edges, shortest first.

    An edge that blocks an edge counts as an edge to the object of that edge, with the opposite sign of what it blocks.

    Raises QueryError for a node that there is not.
    """
    for node in (start, end):
        if node not in mechanism.nodes:
            raise QueryError(f"no node is called {node!r}; {near(node, mechanism.nodes)}")
    out: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    back: dict[str, set[str]] = defaultdict(set)
    for edge in mechanism.edges:
        signed = sign(mechanism, edge)
        if signed:
            out[edge.subject].append((edge.name, mechanism.object(edge), signed))
            back[mechanism.object(edge)].add(edge.subject)
    far = {end: 0}  # how far each node is from the end, so that no dead end is entered
    queue = deque([end])
    while queue:
        here = queue.popleft()
        for before in back[here] - far.keys():
            far[before] = far[here] + 1
            queue.append(before)
    for length in range(far.get(start, 1), (longest or len(mechanism.nodes)) + 1 if start in far else 0):
        yield from _walk(out, far, start, end, length)


def _walk(
    out: Mapping[str, list[tuple[str, str, int]]], far: Mapping[str, int], start: str, end: str, length: int
) -> Iterator[Route]:
    """The simple routes of exactly this length, depth first, without recursion."""
    stack: list[tuple[str, tuple[str, ...], frozenset[str], int]] = [(start, (), frozenset([start]), 1)]
    while stack:
        node, edges, seen, sign = stack.pop()
        if node == end and len(edges) == length and edges:
            yield Route(edges, sign)
        for name, there, each in reversed(out.get(node, ())):
            if there not in seen and there in far and len(edges) + 1 + far[there] <= length and node != end:
                stack.append((there, (*edges, name), seen | {there}, sign * each))


def sign(mechanism: Mechanism, edge: Edge) -> int:
    """The sign of an edge along a route, a blocking edge turning that of what it blocks; 0 for verbs without a role, whose sign says nothing of an effect."""
    turned = 1
    while edge.role == "blocks":  # valid mechanisms have no circle of blocking edges
        turned, edge = -turned, mechanism.blocked(edge)[0]
    return turned * {"increases": 1, "decreases": -1}.get(edge.role, 0)
