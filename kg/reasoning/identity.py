"""Which nodes of several mechanisms are one, and which are only related."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.model import identities, vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import Node


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
    one = {(m.id, node.key): n for n, group in enumerate(groups(mechanisms)) for m, node in group}
    by_name: dict[str, list[tuple[Mechanism, Node]]] = defaultdict(list)
    for name, m, node in related(mechanisms):
        by_name[name].append((m, node))
    found = []
    for of_one_thing in by_name.values():
        for (m, a), (n, b) in itertools.combinations(of_one_thing, 2):
            ends = (m.id, a.key), (n.id, b.key)
            same = one[ends[0]] == one[ends[1]]
            found.append(Link(*ends, () if same else _differs(m, a, n, b) or ("kept apart",)))
    return found


def identity(m: Mechanism, node: Node) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """What must agree for two nodes to be one: the term, the narrower ones (which hold the species), the places around it.

    Terms agree, too, if a source says that they match exactly.
    """
    places = tuple(identities.canonical(m.places[key].term) or key for key in m.within(node.place))
    return _what(node), frozenset(form.id for form in node.narrower), places


def _what(node: Node) -> str:
    """One name for what a node is: that of its term, or of what it is the activity of; nothing where neither has a term."""
    of = identities.canonical(node.thing.term) if node.thing and not node.term else ""
    return f"{ACTIVITY} {of}" if of else identities.canonical(node.term)


ACTIVITY = "activity of"


def groups(mechanisms: Sequence[Mechanism]) -> list[list[tuple[Mechanism, Node]]]:
    """The nodes of all mechanisms, those together that are one.

    What one file keeps apart stays apart: where it has two nodes of one identity, keys decide. Nodes whose levels cannot
    be brought together stay apart, too.
    """
    alike: dict[object, list[tuple[Mechanism, Node]]] = {}
    for m in mechanisms:
        for node in m.nodes.values():
            alike.setdefault(identity(m, node), []).append((m, node))
    by_key = {who: len({m.id for m, _ in some}) < len(some) for who, some in alike.items()}
    found: dict[object, list[list[tuple[Mechanism, Node]]]] = {}
    order = []
    for m in mechanisms:
        for node in m.nodes.values():
            who = identity(m, node)
            known = found.setdefault((who, node.key if by_key[who] or not who[0] else ""), [])
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


def related(mechanisms: Sequence[Mechanism]) -> Iterator[tuple[str, Mechanism, Node]]:
    """Every node with a name for the thing that it is, whatever its form, place or species.

    Two nodes are of one thing if a term or a further identity of theirs is the same (``identities.things``), or if both are
    forms of one (``identities.thing``).
    """
    root: dict[str, str] = {}

    def top(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for m in mechanisms:
        for node in m.nodes.values():
            written = [term.id for term in (node.term, *node.narrower) if term]
            own = written + [one.object for one in identities.things(node)] or [_what(node) or f"{m.id}.{node.key}"]
            for name in own:
                root[top(name)] = top(own[0])
                if of := identities.thing(name):
                    root[top(name)] = top(f"forms of {of}")
    for m in mechanisms:
        for node in m.nodes.values():
            yield top(node.term.id if node.term else _what(node) or f"{m.id}.{node.key}"), m, node


def _differs(m: Mechanism, a: Node, n: Mechanism, b: Node) -> tuple[str, ...]:
    """What keeps two nodes of one thing from being one."""

    def forms(node: Node) -> tuple[str, frozenset[str]]:
        return _what(node), frozenset(form.id for form in node.narrower)

    places = (around(m, a.place), around(n, b.place))
    pairs: dict[str, tuple[object, object]] = {
        "form": (forms(a), forms(b)),
        "place": (places[0][0], places[1][0]),
        "cell": (places[0][1], places[1][1]),
        "species": (taxa(a), taxa(b)),
        "levels": (a.levels, b.levels) if not _fit(a.levels, b.levels) else (0, 0),
    }
    return tuple(name for name, (one, other) in pairs.items() if one != other)


def around(m: Mechanism, place: str) -> tuple[dict[str, str], dict[str, str]]:
    """The places around something, and the cells among them: term -> label.

    A term of the Cell Ontology is a cell, whether or not terms.tsv has it.
    """
    here: dict[str, str] = {}
    cells: dict[str, str] = {}
    for key in m.within(place):
        one = m.places[key]
        id = one.term.id if one.term else ""
        entry = vocabulary.terms().get(id)
        of = cells if (entry.kind == "cell" if entry else id.startswith("CL:")) else here
        of[id or key] = one.label
    return here, cells


def taxa(node: Node) -> frozenset[str]:
    return frozenset(term.taxon for term in (node.term, *node.narrower) if term and term.taxon)
