"""Where opposite edges meet in a run: both fire on one node, and the run cannot say which prevails, or one of them does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kg.model import vocabulary
from kg.model.languages import speak
from kg.model.mechanism import Mechanism
from kg.model.records import Edge
from kg.reasoning.conflict import compared, context
from kg.reasoning.network import Network


class Meeting(NamedTuple):
    """An edge that raises a node and one that lowers it, where both fire."""

    node: str
    increase: str
    decrease: str


def meetings(mechanism: Mechanism, net: Network, decided: Mapping[int, bool]) -> list[Meeting]:
    """Every pair of opposite edges that fire on a node which they leave open, or that have one and the same subject.

    A decrease that is known to prevail over an increase by something else is no disagreement, and is left out.
    """
    into: dict[str, tuple[list[Edge], list[Edge]]] = {}
    for edge in mechanism.edges:
        if edge.executes and edge.role in ("increases", "decreases") and decided.get(net.fires[edge.name]):
            into.setdefault(edge.sentence.object, ([], []))[edge.role == "decreases"].append(edge)
    found = []
    for node, (increases, decreases) in into.items():
        is_open = any(number not in decided for number in net.variables[node])
        for up in increases:
            for down in decreases:
                if is_open or up.subject == down.subject:
                    found.append(Meeting(node, up.name, down.name))
    return found


def behind(net: Network, decided: Mapping[int, bool], node: str, found: list[Meeting]) -> tuple[Meeting, ...]:
    """The meetings that leave a node open, and those on the node itself."""
    stack = [number for number in net.variables[node] if number not in decided]
    seen = set(stack)
    while stack:
        for literal in net.ins[stack.pop()]:
            if literal >> 1 not in decided and literal >> 1 not in seen:
                seen.add(literal >> 1)
                stack.append(literal >> 1)
    return tuple(one for one in found if one.node == node or seen & set(net.variables[one.node]))


def in_words(mechanism: Mechanism, one: Meeting) -> str:
    """Both edges with what supports them, and what would settle which of them prevails."""
    up, down = mechanism.edge(one.increase), mechanism.edge(one.decrease)
    said = " against ".join(f"{mechanism.words(edge)} ({_support(mechanism, edge)})" for edge in (up, down))
    return f"{said}; {settles(mechanism, one)}"


def _support(mechanism: Mechanism, edge: Edge) -> str:
    claim = vocabulary.claims()[edge.claim].label if edge.claim else "no source supports it"
    return f"{claim}, {mechanism.support(edge).counts}"


def settles(mechanism: Mechanism, one: Meeting) -> str:
    """What would settle a meeting: how far the decrease goes, and what is not stated that may separate the edges."""
    up, down = mechanism.edge(one.increase), mechanism.edge(one.decrease)
    separated, left = compared(context(mechanism, up), context(mechanism, down))
    apart = "".join(
        speak("; they differ by {0}: {1} / {2}", speak(name), here, there) for name, here, there in separated
    )
    by = speak(" or ").join(map(speak, left))
    stated = speak(", or whether they differ by {0}", by) if left and not separated else ""
    return speak("to settle it: how far the second goes where both act") + stated + apart


def otherwise(missing: Sequence[str], found: Sequence[Meeting]) -> list[str]:
    """What an unknown lacks beside how far the decreases of some meetings go, which these say themselves."""
    told = {f"how far {one.decrease} goes" for one in found}
    return [fact for fact in missing if fact not in told]
