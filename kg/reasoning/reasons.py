"""The reasons of an answer: minimal sets of facts that decide it, what would change it, and what an unknown lacks."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.model.diagnostics import near
from kg.model.mechanism import Mechanism
from kg.reasoning.network import AS_WRITTEN, Input, Network, QueryError, Run, Value


class Reasons:
    """Why a node has its value: subset-minimal sets of facts that alone force it, everything else unknown."""

    def __init__(self, net: Network, settings: Mapping[str, str], node: str) -> None:
        self.net = net
        self.node = node
        self.facts, self.held = net.facts(settings)
        self.settings = dict(settings)
        self._all = value = net.propagate(self.facts, self.held)
        self.value = net.read(node, value)
        #: the gates that make up the value; none if it is open
        self.goal = {number: value[number] for number in net.variables[node] if number in value}
        self.decided = len(self.goal) == len(net.variables[node])

    def enough(self, facts: Iterable[int]) -> bool:
        """Whether these facts alone force the value."""
        value = self.net.propagate({number: self.facts[number] for number in facts}, self.held)
        return all(value.get(number) is known for number, known in self.goal.items())

    def one(self, without: Collection[int] = ()) -> list[int] | None:
        """One minimal reason that uses none of ``without``; None if there is none."""
        usable = {number: known for number, known in self.facts.items() if number not in without}
        value = self.net.propagate(usable, self.held) if without else self._all
        if any(value.get(number) is not known for number, known in self.goal.items()):
            return None
        keep = _traced(self.net, value, self.goal, usable)
        for number in sorted(keep, key=lambda n: (self._rank(n), n)):
            if self.enough(keep - {number}):
                keep.discard(number)
        return sorted(keep)

    def all(self, most: int = 50) -> tuple[list[list[int]], bool]:
        """Minimal reasons, smallest first, and whether these are all of them.

        Reiter's hitting-set tree: a further reason avoids some fact of each that is known.
        """
        found: list[list[int]] = []
        seen: set[frozenset[int]] = set()
        branches: deque[frozenset[int]] = deque([frozenset()])
        while branches and len(seen) < 20 * most:
            without = branches.popleft()
            known = next((reason for reason in found if not without & set(reason)), None)
            reason = known or self.one(without)
            if reason is None:
                continue
            if known is None:
                found.append(reason)
                if len(found) > most:
                    return sorted(found, key=len)[:most], False
            for number in reason:
                branch = without | {number}
                if branch not in seen:
                    seen.add(branch)
                    branches.append(branch)
        return sorted(found, key=len), not branches

    def necessary(self) -> list[int]:
        """The facts without which the value is lost: they are in every reason."""
        reason = self.one() or []
        return [number for number in reason if not self.enough(self.facts.keys() - {number})]

    def inputs(self, numbers: Iterable[int]) -> list[Input]:
        """Facts as what they say; a node that was set is one fact, whatever its levels."""
        sets = {n: node for node in self.settings for n in self.net.variables[node]}
        found = []
        for number in numbers:
            what = self.net.what(number)
            if what is None:
                what = Input("set", sets[number], value=self.settings[sets[number]])
            found.append(what)
        return list(dict.fromkeys(found))

    def _rank(self, number: int) -> int:
        """What is given up first when there is a choice: closed-world facts, then starts, then edges, then settings."""
        what = self.net.what(number)
        order = ("closed", "start", "effect", "requires", "unless", "edge")
        return order.index(what.kind) if what else len(order)


def _traced(net: Network, value: Mapping[int, bool], goal: Iterable[int], facts: Mapping[int, bool]) -> set[int]:
    """Facts that are enough for the goal, found by walking back from it along what was decided first."""
    order = {number: place for place, number in enumerate(value)}
    needed: set[int] = set()
    stack, seen = list(goal), set(goal)
    while stack:
        number = stack.pop()
        if number in facts:
            needed.add(number)
            continue
        decides = value[number] is not (net.gates[number] == 1)  # one literal decided it: a false one of an AND ...
        literals = [literal for literal in net.ins[number] if literal >> 1 in value]
        if decides:
            firm = [lit for lit in literals if value[lit >> 1] ^ bool(lit & 1) is value[number]]
            literals = [min(firm, key=lambda lit: order[lit >> 1])] if firm else []
        for literal in literals:
            if literal >> 1 not in seen:
                seen.add(literal >> 1)
                stack.append(literal >> 1)
    return needed


def missing_facts(net: Network, decided: Mapping[int, bool], node: str, settings: Mapping[str, str]) -> list[str]:
    """The unknown facts that an open value depends on, in words."""
    words = {"set": "whether {} is present", "start": "whether {} is present", "effect": "how far {} goes"}
    facts = _open(net, decided, node, settings)
    found = {words.get(fact.kind, "{}").format(fact.name) for fact in facts}
    return sorted(found) or [f"{node} depends on its own history: a loop that nothing settles"]


def _open(net: Network, decided: Mapping[int, bool], node: str, settings: Mapping[str, str]) -> set[Input]:
    """The unknown facts that an open value depends on; none if a loop that nothing settles leaves it open."""
    found: set[Input] = set()
    held = {n: name for name, value in settings.items() if value == "unknown" for n in net.variables[name]}
    stack = [number for number in net.variables[node] if number not in decided]
    seen = set(stack)
    while stack:
        number = stack.pop()
        what = net.what(number)
        if number in held:
            found.add(Input("set", held[number], value="unknown"))
            continue
        if what is not None:
            found.add(what)
        for literal in net.ins[number]:
            if literal >> 1 not in decided and literal >> 1 not in seen:
                seen.add(literal >> 1)
                stack.append(literal >> 1)
    return found


def unsettled(run: Run, node: str, condition: str = "") -> list[Input]:
    """The unknown facts that leave a node open under a condition, as the file is written; none if it is settled.

    >>> from kg.formats import read
    >>> [fact.name for fact in unsettled(Run(read("ta1-tlr7")), "tumour_control", "both-miR-unstated")]
    ['tumour_miR146a_high']
    """
    net, settings = run.networks[AS_WRITTEN], run.settings(condition)
    return sorted(_open(net, net.propagate(*net.facts(settings)), node, settings))


@dataclass(frozen=True)
class Why:
    """Why a node has its value: minimal reasons, what is in all of them, and what would change it."""

    node: str
    value: Value
    reasons: tuple[tuple[Input, ...], ...]
    complete: bool  # whether these are all reasons
    necessary: tuple[Input, ...]
    changes: tuple[tuple[Mapping[str, str], Value], ...]  # smallest interventions that change the value, and to what
    missing: tuple[str, ...] = ()  # for an unknown value: the facts that would settle it


def why(
    mechanism: Mechanism,
    node: str,
    condition: str = "",
    values: Mapping[str, str] | None = None,
    reading: str = "",
    assume: Collection[str] = (),
    most: int = 1,
) -> Why:
    """Why a node has its value, with at most so many minimal reasons.

    >>> from kg.formats import read
    >>> answer = why(read("ta1-tlr7"), "DC_maturation", values={"TLR7": "absent"})
    >>> [(one.kind, one.name) for one in answer.reasons[0]]
    [('closed', 'DC_maturation'), ('closed', 'TLR7_active'), ('set', 'TLR7'), ('requires', 'activation')]

    Raises QueryError for what is not known.
    """
    run = Run(mechanism, assume, reading)
    if node not in mechanism.nodes:
        raise QueryError(f"no node is called {node!r}; {near(node, mechanism.nodes)}")
    settings = run.settings(condition, values)
    net = run.networks[reading or AS_WRITTEN]
    reasons = Reasons(net, settings, node)
    if not reasons.decided:
        missing = missing_facts(net, net.propagate(reasons.facts, reasons.held), node, settings)
        return Why(node, reasons.value, (), True, (), tuple(_changes(net, settings, node)), tuple(missing))
    found, complete = reasons.all(most) if most > 1 else ([reasons.one() or []], False)
    return Why(
        node,
        reasons.value,
        tuple(tuple(_by_kind(reasons.inputs(one))) for one in found),
        complete,
        tuple(_by_kind(reasons.inputs(reasons.necessary()))),
        tuple(_changes(net, settings, node)),
    )


def _by_kind(inputs: Iterable[Input]) -> list[Input]:
    order = ("closed", "start", "set", "edge", "effect", "requires", "unless")
    return sorted(inputs, key=lambda one: (order.index(one.kind), one.name, one.node))


def _changes(net: Network, settings: Mapping[str, str], node: str) -> Iterator[tuple[Mapping[str, str], Value]]:
    """The single settings of other nodes, or else the pairs, that give the node another value for certain."""
    now = net.read(node, net.propagate(*net.facts(settings)))
    cone = net.cone(net.variables[node])
    others = [name for name, gates in net.variables.items() if name != node and cone & set(gates)]
    options = [(name, value) for name in others for value in net.levels[name] if settings.get(name) != value]
    for size in (1, 2) if len(options) <= 60 else (1,):
        found = False
        for chosen in itertools.combinations(options, size):
            clamp = dict(chosen)
            if len(clamp) < size:
                continue
            then = net.read(node, net.propagate(*net.facts({**settings, **clamp})))
            if then != now and isinstance(then, str) and then != "unknown":
                found = True
                yield clamp, then
        if found:
            return
