"""A derivation: the facts of a reason in the order of causes, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.model.mechanism import Mechanism
from kg.reasoning.network import Input


def causal(mechanism: Mechanism) -> dict[str, int]:
    """The place of every node among causes and effects; within a loop, from where it is entered.

    >>> from kg.formats import read
    >>> place = causal(read("ta1-tlr7"))
    >>> place["chemotherapy"] < place["TLR7_active"] < place["tumour_control"]
    True
    """
    after: dict[str, list[str]] = {key: [] for key in mechanism.nodes}
    caused = set()
    for edge in mechanism.edges:
        if (edge.executes or edge.definition) and mechanism.object(edge) in after:
            for cause in (edge.subject, *(needed.node for needed in (*edge.requires, *edge.unless))):
                after[cause].append(mechanism.object(edge))
            caused.add(mechanism.object(edge))
    roots = [key for key in after if key not in caused]
    finished: list[str] = []
    seen: set[str] = set()
    for root in reversed([*roots, *after]):  # a node is finished after all that follows from it
        stack: list[tuple[str, Iterator[str]]] = [] if root in seen else [(root, iter(after[root]))]
        seen.add(root)
        while stack:
            node, rest = stack[-1]
            there = next((key for key in rest if key not in seen), None)
            if there is None:
                finished.append(node)
                stack.pop()
            else:
                seen.add(there)
                stack.append((there, iter(after[there])))
    return {key: place for place, key in enumerate(reversed(finished))}


def by_cause(mechanism: Mechanism, facts: Iterable[Input]) -> list[Input]:
    """The facts of a reason, causes first: a node's own before the edges into it, an edge before its conditions."""
    place = causal(mechanism)
    kinds = ("set", "start", "was", "closed", "left out", "edge", "requires", "unless", "effect")

    def key(fact: Input) -> tuple[int, int, str, str]:
        node = fact.name if fact.name in place else mechanism.object(mechanism.edge(fact.name))
        return place[node], kinds.index(fact.kind), fact.name, fact.node

    return sorted(facts, key=key)


def in_words(mechanism: Mechanism, fact: Input) -> str:
    """A fact that a reason stands on, in words."""
    node = mechanism.nodes.get(fact.name)
    label, many = (node.label, node.many) if node else ("", False)
    if fact.kind == "closed":
        return f"nothing unlisted causes {label}"
    if fact.kind == "start":
        return f"{label} {'start' if many else 'starts'} {fact.value}"
    if fact.kind == "was":
        return f"{label} {'were' if many else 'was'} {fact.value} at the end of the run before"
    if fact.kind == "set":
        return f"{label} {'are' if many else 'is'} set to {fact.value}"
    words = mechanism.words(mechanism.edge(fact.name))
    if fact.kind == "left out":
        needed = f" needs no {mechanism.nodes[fact.node].label}" if fact.node else ""
        return f"{words}{needed or ' is left out'}: it was seen in another context"
    if fact.kind in ("requires", "unless"):
        return f"{words} {fact.kind} {mechanism.nodes[fact.node].label}"
    return words
