"""The reasons of an answer: minimal sets of facts that decide it, what would change it, and what an unknown lacks."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.model.diagnostics import near
from kg.model.mechanism import Mechanism
from kg.model.records import Frozen
from kg.reasoning.contexts import Context
from kg.reasoning.network import AS_WRITTEN, Input, Network, QueryError, Run, Settings, Value


class Reasons:
    """Why a node has its value: subset-minimal sets of facts that alone force it, everything else unknown.

    ``after`` are the settings of a run before this one, from whose end it starts.
    """

    def __init__(
        self, net: Network, settings: Mapping[str, str], node: str, after: Mapping[str, str] | None = None
    ) -> None:
        self.net = net
        self.node = node
        self.facts, self.held, self.starts = net.facts(settings, after)
        self.settings = settings
        self.after = after
        self._all = value, _ = net.settle(self.facts, self.held, self.starts)
        self.value = net.read(node, value)
        #: the gates that make up the value; none if it is open
        self.goal = {number: value[number] for number in net.variables[node] if number in value}
        self.decided = len(self.goal) == len(net.variables[node])

    def enough(self, facts: Iterable[int]) -> bool:
        """Whether these facts alone force the value."""
        value, _ = self._given({number: self.facts[number] for number in facts})
        return all(value.get(number) is known for number, known in self.goal.items())

    def one(self, without: Collection[int] = ()) -> list[int] | None:
        """One minimal reason that uses none of ``without``; None if there is none."""
        usable = {number: known for number, known in self.facts.items() if number not in without}
        value, kept = self._given(usable) if without else self._all
        if any(value.get(number) is not known for number, known in self.goal.items()):
            return None
        keep = self._traced(value, kept, usable)
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
            if number in sets:
                what = Input("set", sets[number], value=self.settings[sets[number]])
            elif what and self.facts[number] is not self.net.given.get(number):
                what = Input("left out", what.name, what.node)
            found.append(what or self._was(number))
        return list(dict.fromkeys(found))

    def _was(self, number: int) -> Input:
        """How a gate was at the end of the run before, as one fact for its node, whatever its levels."""
        gate = number - len(self.net.gates)
        node = next(node for node, gates in self.net.variables.items() if gate in gates)
        value = self.net.read(node, self.net.propagate(*self.net.facts(self.after or {})))
        return Input("was", node, value=value if isinstance(value, str) else " to ".join(value))

    def _given(self, facts: Mapping[int, bool]) -> tuple[dict[int, bool], dict[int, bool]]:
        return self.net.settle(facts, self.held, self.starts, self.goal)

    def _rank(self, number: int) -> int:
        """What is given up first when there is a choice: closed-world facts, then starts, then edges, then settings."""
        what = self.net.what(number)
        order = ("closed", "start", "effect", "requires", "unless", "edge")
        if number >= len(self.net.gates):
            return order.index("start")
        return order.index(what.kind) if what else len(order)

    def _traced(self, value: Mapping[int, bool], kept: Mapping[int, bool], facts: Mapping[int, bool]) -> set[int]:
        """Facts that are enough for the goal, found by walking back from it along what was decided first."""
        net = self.net
        order = {number: place for place, number in enumerate(value)}
        needed: set[int] = set()
        unchanged: set[int] = set()  # gates of nodes that keep the value with which they start
        stack, seen = list(self.goal), set(self.goal)
        while stack:
            number = stack.pop()
            if number in facts:
                needed.add(number)
                continue
            if number in kept:
                unchanged.add(number)
                continue
            literals = [literal for literal in net.ins[number] if literal >> 1 in value]
            if value[number] is not (net.gates[number] == 1):  # one literal decided it: a false one of an AND ...
                firm = [lit for lit in literals if value[lit >> 1] ^ bool(lit & 1) is value[number]]
                literals = [min(firm, key=lambda lit: order[lit >> 1])] if firm else []
            for literal in literals:
                if literal >> 1 not in seen:
                    seen.add(literal >> 1)
                    stack.append(literal >> 1)
        return needed | self._unmoved({number: kept[number] for number in unchanged}, facts)

    def _unmoved(self, gates: Mapping[int, bool], facts: Mapping[int, bool]) -> set[int]:
        """Facts that are enough for gates to have one value all the way: how nodes start, and what rules a change out.

        A loop may lead back to where it began: nothing in it changes first.
        """
        net = self.net
        needed: set[int] = set()
        may = net.possible(gates, facts, self.held, self.starts)
        stack = list(gates.items())
        seen = set(stack)
        for number, known in stack:  # grows while it is read
            if number in facts:
                needed.add(number)
                continue
            if number in self.starts:
                needed.add(self.starts[number])
            wanted = [(lit >> 1, known ^ bool(lit & 1)) for lit in net.ins[number]]
            if known is not (net.gates[number] == 1):  # one literal is enough
                wanted = [one for one in wanted if one[0] << 1 | (not one[1]) not in may][:1]
            stack += [one for one in wanted if one not in seen]
            seen.update(wanted)
        return needed


def missing_facts(net: Network, decided: Mapping[int, bool], node: str, settings: Mapping[str, str]) -> list[str]:
    """The unknown facts that an open value depends on, in words."""
    words = {
        "set": "whether {} is present",
        "start": "whether {} is present",
        "effect": "how far {} goes",
        "edge": "whether {} holds in this context",
        "requires": "what {} requires in this context",
        "unless": "what stops {} in this context",
    }
    facts = unknown_facts(net, decided, node, settings)
    found = {words.get(fact.kind, "{}").format(fact.name) for fact in facts}
    loop = None if found else open_loop(net, decided, node)
    if loop is None:
        return sorted(found)
    said = "a loop brakes itself, so it has no settled value" if loop.brakes else "the order of events settles a loop"
    return [f"{said}: {', '.join(loop.nodes)}"]


def unknown_facts(net: Network, decided: Mapping[int, bool], node: str, settings: Mapping[str, str]) -> set[Input]:
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


@dataclass(frozen=True)
class Loop:
    """Nodes that depend on one another, and whether some way round lowers what it starts from: a brake."""

    nodes: tuple[str, ...]
    brakes: bool


def open_loop(net: Network, decided: Mapping[int, bool], node: str) -> Loop | None:
    """The loop that leaves a node open; the first one on the way to it, and one that brakes itself before others.

    A loop that brakes itself never comes to rest. Any other has two ways to end, and the order of events decides.
    """
    roots = [number for number in net.variables[node] if number not in decided]
    names = {number: name for name, gates in net.variables.items() for number in gates}
    found = None
    for part in _parts(net, decided, roots):
        brakes = _brakes(net, part)
        if found is None or (brakes and not found.brakes):
            inside = {names[number] for number in part if number in names}
            found = Loop(tuple(name for name in net.variables if name in inside), brakes)
    return found


def _parts(net: Network, decided: Mapping[int, bool], roots: Iterable[int]) -> Iterator[list[int]]:
    """The loops among the open gates that some gates depend on, those next to the gates first (Kosaraju)."""
    feeds: dict[int, list[int]] = {}  # open gate -> the open gates that it feeds
    finished: list[int] = []
    for root in roots:
        stack = [(root, False)]
        while stack:
            number, done = stack.pop()
            if done:
                finished.append(number)
            elif number not in feeds:
                feeds[number] = []
                stack.append((number, True))
                stack += [(literal >> 1, False) for literal in net.ins[number] if literal >> 1 not in decided]
    for number in feeds:
        for literal in net.ins[number]:
            if literal >> 1 in feeds:
                feeds[literal >> 1].append(number)
    placed: set[int] = set()
    for number in reversed(finished):
        part = [] if number in placed else [number]
        placed.add(number)
        for one in part:  # grows while it is read
            new = [other for other in dict.fromkeys(feeds[one]) if other not in placed]
            placed.update(new)
            part += new
        if len(part) > 1 or (part and part[0] in feeds[part[0]]):
            yield part


def _brakes(net: Network, part: Collection[int]) -> bool:
    """Whether some way round a loop turns the sign: then its gates cannot be given sides that fit all literals."""
    inside = set(part)
    joined: dict[int, list[tuple[int, int]]] = {number: [] for number in part}
    for number in part:
        for literal in net.ins[number]:
            if literal >> 1 in inside:
                joined[number].append((literal >> 1, literal & 1))
                joined[literal >> 1].append((number, literal & 1))
    first = next(iter(part))
    side, queue = {first: 0}, [first]
    for number in queue:  # grows while it is read
        for other, turned in joined[number]:
            if other not in side:
                side[other] = side[number] ^ turned
                queue.append(other)
            elif side[other] != side[number] ^ turned:
                return True
    return False


def unsettled(run: Run, node: str, condition: str = "") -> list[Input]:
    """The unknown facts that leave a node open under a condition, as the file is written; none if it is settled.

    >>> from kg.formats import read
    >>> [fact.name for fact in unsettled(Run(read("ta1-tlr7")), "tumour_control", "both-miR-unstated")]
    ['tumour_miR146a_high']
    """
    net, settings = run.networks[AS_WRITTEN], run.settings(condition)
    return sorted(unknown_facts(net, net.propagate(*net.facts(settings)), node, settings))


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
    then: Mapping[str, str] | None = None,
    context: Mapping[str, str] | None = None,
) -> Why:
    """Why a node has its value, with at most so many minimal reasons.

    ``then`` asks for a second run, which starts where the first one ended and sets more; ``context`` is that of
    ``whatif``.

    >>> from kg.formats import read
    >>> answer = why(read("ta1-tlr7"), "DC_maturation", values={"TLR7": "absent"})
    >>> [(one.kind, one.name) for one in answer.reasons[0]]
    [('closed', 'DC_maturation'), ('closed', 'TLR7_active'), ('set', 'TLR7'), ('requires', 'activation')]

    Raises QueryError for what is not known.
    """
    run = Run(mechanism, assume, reading)
    if node not in mechanism.nodes:
        raise QueryError(f"no node is called {node!r}; {near(node, mechanism.nodes)}")
    asked = Context(Frozen(context or {}))
    settings: Settings = run.settings(condition, values, asked)
    after: Settings | None = None
    if then:
        settings, after = run.then(settings, then), settings
    net = run.networks[reading or AS_WRITTEN]
    reasons = Reasons(net, settings, node, after)
    changes = tuple(_changes(net, settings, node, after))
    if not reasons.decided:
        missing = missing_facts(net, net.propagate(*net.facts(settings, after)), node, settings)
        return Why(node, reasons.value, (), True, (), changes, tuple(missing))
    found, complete = reasons.all(most) if most > 1 else ([reasons.one() or []], False)
    return Why(
        node,
        reasons.value,
        tuple(tuple(_by_kind(reasons.inputs(one))) for one in found),
        complete,
        tuple(_by_kind(reasons.inputs(reasons.necessary()))),
        changes,
    )


def _by_kind(inputs: Iterable[Input]) -> list[Input]:
    order = ("closed", "start", "was", "set", "left out", "edge", "effect", "requires", "unless")
    return sorted(inputs, key=lambda one: (order.index(one.kind), one.name, one.node))


def _changes(
    net: Network, settings: Settings, node: str, after: Mapping[str, str] | None
) -> Iterator[tuple[Mapping[str, str], Value]]:
    """The single settings of other nodes, or else the pairs, that give the node another value for certain."""
    asked = net.variables[node]
    now = net.read(node, net.propagate(*net.facts(settings, after), asked))
    cone = net.cone(net.variables[node])
    others = [name for name, gates in net.variables.items() if name != node and cone & set(gates)]
    options = [(name, value) for name in others for value in net.levels[name] if settings.get(name) != value]
    for size in (1, 2) if len(options) <= 60 else (1,):
        found = False
        for chosen in itertools.combinations(options, size):
            clamp = dict(chosen)
            if len(clamp) < size:
                continue
            then = net.read(node, net.propagate(*net.facts(settings.also(clamp), after), asked))
            if then != now and isinstance(then, str) and then != "unknown":
                found = True
                yield clamp, then
        if found:
            return
