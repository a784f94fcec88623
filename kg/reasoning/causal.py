"""Run a mechanism: what follows if something is given, missing or changed, and what each answer stands on.

``docs/semantics.md`` states the rules, each with an example that runs. In short: an edge *fires* if its subject and
all it requires are present, nothing of its ``unless`` is, and no edge that blocks it fires. A node is *present* if it
starts so or a firing increase supports it, and no complete decrease fires. Values are present, absent and unknown
(strong Kleene logic, least fixpoint), so an answer is never firmer than what is known, and it is found in linear time.
"""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from kg.model import vocabulary
from kg.model.diagnostics import near
from kg.model.mechanism import Edge, Expectation, Mechanism, Node, Requirement

T = TypeVar("T")

#: A node's value: present, absent, unknown, a level, or the lowest and highest level that it may have.
Value = str | tuple[str, str]

AS_WRITTEN = "as written"  # the reading of the file itself, before any `readings:` is applied
PLAIN = ("absent", "present")


class Impossible(ValueError):
    """A question that has no answer: no such node, value, condition or reading, or contradictory settings."""


# ---------------------------------------------------------------- the network


class Input(NamedTuple):
    """Something known that an answer may stand on, and that can be taken back.

    ``kind`` is edge (the edge holds), requires or unless (a condition of the edge), start (a starting value), closed
    (nothing else causes this node), effect (the size of a decrease) or set (an intervention).
    """

    kind: str
    name: str  # of the edge or node
    node: str = ""  # of a requirement
    value: str = ""


class Network:
    """AND and OR gates over literals: what a mechanism compiles to.

    A gate or input is a number; a literal is twice that number, plus one if negated.
    """

    def __init__(self) -> None:
        self.gates: list[int] = []  # 0 an input, 1 AND, 2 OR
        self.ins: list[Sequence[int]] = []
        self._inputs: dict[int, tuple[str, ...]] = {}  # plain tuples: the garbage collector does not walk them
        self.given: dict[int, bool] = {}  # inputs that are known
        self.variables: dict[str, list[int]] = {}  # node -> the gate of each level above the lowest
        self.levels: dict[str, tuple[str, ...]] = {}
        self.fires: dict[str, int] = {}  # edge -> gate
        self._outs: list[list[int]] = []
        self._constant: list[int] = []  # gates that nothing feeds: an AND is true, an OR is false

    def input(self, what: tuple[str, ...], value: bool | None) -> int:
        """A new input, described by the fields of an Input; a value of None leaves it open."""
        number = len(self.gates)
        self.gates.append(0)
        self.ins.append(())
        self._inputs[number] = what
        if value is not None:
            self.given[number] = value
        return number

    def what(self, number: int) -> Input | None:
        """What an input says; None for a gate."""
        return Input(*self._inputs[number]) if number in self._inputs else None

    def gate(self, kind: int, literals: Sequence[int]) -> int:
        self.gates.append(kind)
        self.ins.append(literals)
        return len(self.gates) - 1

    def freeze(self) -> Network:
        """Turn the literals round: which gates does each one feed."""
        outs: list[list[int]] = [[] for _ in self.gates]
        for number, literals in enumerate(self.ins):
            for literal in literals:
                outs[literal >> 1].append(number << 1 | literal & 1)
        self._outs = outs
        self._constant = [n for n, kind in enumerate(self.gates) if kind and not self.ins[n]]
        return self

    def propagate(self, facts: Mapping[int, bool], held: Collection[int] = ()) -> dict[int, bool]:
        """The least fixpoint: what must be true or false if these facts hold; what is not in it is open.

        The dict is in the order in which things were decided: the facts as given, then breadth first, each literal
        reaching what it feeds from the lowest number up. ``held`` gates are fixed from outside: only a fact decides
        them. The work is linear in what the facts reach, whatever the size of the network.
        """
        value = dict(facts)
        for number in self._constant:
            if number not in held:
                value.setdefault(number, self.gates[number] == 1)
        left: dict[int, int] = {}
        gates, ins, outs = self.gates, self.ins, self._outs
        queue = list(value)
        for number in queue:  # grows while it is read
            known = value[number]
            for out in outs[number]:
                fed = out >> 1
                if fed in value or fed in held:
                    continue
                arriving = known ^ bool(out & 1)
                if arriving is (gates[fed] == 1):  # does not decide the gate by itself
                    rest = left.get(fed) or len(ins[fed])
                    left[fed] = rest - 1
                    if rest > 1:
                        continue
                value[fed] = arriving
                queue.append(fed)
        return value

    def facts(self, settings: Mapping[str, str]) -> tuple[dict[int, bool], set[int]]:
        """All that is known under some settings: the inputs, and the gates of the nodes that are set, which are held.

        Both by number, whatever the order of the settings, so that the same settings always have the same reasons.

        Raises Impossible for a value that a node does not have.
        """
        facts = dict(self.given)
        held: set[int] = set()
        for node in sorted(settings, key=self.variables.__getitem__):
            value = settings[node]
            rank = self.rank(node, value)
            for k, number in enumerate(self.variables[node], 1):
                held.add(number)
                if rank is not None:
                    facts[number] = k <= rank
        return facts, held

    def cone(self, roots: Iterable[int]) -> set[int]:
        """All gates and inputs that some gates depend on."""
        seen = set(roots)
        stack = list(seen)
        while stack:
            for literal in self.ins[stack.pop()]:
                if literal >> 1 not in seen:
                    seen.add(literal >> 1)
                    stack.append(literal >> 1)
        return seen

    def rank(self, node: str, value: str) -> int | None:
        """How high a value is among the levels of a node, from 0; None for unknown."""
        levels = self.levels[node]
        if value == "unknown":
            return None
        if value in levels:
            return levels.index(value)
        if value in PLAIN:
            return 0 if value == "absent" else len(levels) - 1 if len(levels) == 2 else 1
        raise Impossible(f"{value!r} is no value of {node!r}: {', '.join(('unknown', *levels))}")

    def read(self, node: str, value: Mapping[int, bool]) -> Value:
        """The value of a node in a propagated network."""
        levels = self.levels[node]
        low = high = 0
        for k, number in enumerate(self.variables[node], 1):
            if value.get(number) is True:
                low = k
            if value.get(number) is not False:
                high = k
        if low == high:
            return levels[low]
        return "unknown" if (low, high) == (0, 1) and len(levels) == 2 else (levels[low], levels[high])


def compile(mechanism: Mechanism) -> Network:
    """A mechanism as a network; readings are applied before, by ``under``.

    >>> from kg.formats import read
    >>> network = compile(read("ta1-tlr7"))
    >>> network.levels["tumour_control"]
    ('none', 'partial', 'strong')
    """
    net = Network()
    edges = [edge for edge in mechanism.edges if edge.executes]
    increases: dict[str, list[Edge]] = defaultdict(list)
    decreases: dict[str, list[Edge]] = defaultdict(list)
    blockers: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.role == "increases":
            increases[edge.sentence.object].append(edge)
        elif edge.role == "decreases":
            decreases[edge.sentence.object].append(edge)
    blocking = [edge for edge in edges if edge.role == "blocks"]
    for edge in blocking:
        for blocked in mechanism.blocked(edge):
            blockers[blocked.name].append(edge.name)
    # numbers first, since nodes and edges refer to one another
    for node in mechanism.nodes.values():
        net.levels[node.key] = node.levels or PLAIN
        net.variables[node.key] = [net.gate(1, ()) for _ in net.levels[node.key][1:]]
    for edge in edges:
        net.fires[edge.name] = net.gate(1, ())
    for edge in edges:
        _firing(net, edge, blockers[edge.name])
    for node in mechanism.nodes.values():
        _value(net, node, increases[node.key], decreases[node.key])
    return net.freeze()


def _firing(net: Network, edge: Edge, blockers: list[str]) -> None:
    """fires = holds AND subject AND every requirement AND none of unless AND no blocker fires."""
    literals = [net.input(("edge", edge.name), True) << 1, net.variables[edge.subject][0] << 1]
    for kind, needs in (("requires", edge.requires), ("unless", edge.unless)):
        for needed in needs:
            literals.append(_condition(net, edge, kind, needed) << 1)
    literals += [net.fires[name] << 1 | 1 for name in blockers]
    net.ins[net.fires[edge.name]] = tuple(literals)


def _condition(net: Network, edge: Edge, kind: str, needed: Requirement) -> int:
    """A requirement is a claim of its own, so that an answer can stand or fall with it."""
    levels = net.levels[needed.node]
    rank = levels.index(needed.level) if needed.level in levels else 1
    there = net.variables[needed.node][max(rank, 1) - 1] << 1
    claim = net.input((kind, edge.name, needed.node), True)
    return net.gate(2, (there | (kind == "unless"), claim << 1 | 1))


def _value(net: Network, node: Node, increases: list[Edge], decreases: list[Edge]) -> None:
    """node >= k: (starts so, or a firing increase reaches k) AND no complete decrease fires."""
    levels = net.levels[node.key]
    spared = [_spared(net, edge) for edge in decreases]
    start = node.at_start or ("absent" if increases else "unknown")
    rank = net.rank(node.key, start)
    for k, number in enumerate(net.variables[node.key], 1):
        known = None if rank is None else rank >= k
        kind = "closed" if known is False and increases else "start"
        said = start if len(levels) == 2 else f"{start} ({levels[k]})"
        base = net.input((kind, node.key, "", said), known)
        causes = [base << 1]
        for edge in increases:
            reached = levels.index(edge.level) if edge.level in levels else 1
            if reached >= k:
                causes.append(net.fires[edge.name] << 1)
        if spared:
            net.ins[number] = (net.gate(2, tuple(causes)) << 1, *spared)
        else:
            net.gates[number], net.ins[number] = 2, tuple(causes)


def _spared(net: Network, edge: Edge) -> int:
    """The literal that a decrease leaves its object: not fired, or, if its size is unstated, perhaps even so."""
    fires = net.fires[edge.name] << 1 | 1
    if edge.effect and edge.effect.complete:
        return fires
    return net.gate(2, (fires, net.input(("effect", edge.name), None) << 1)) << 1


# ---------------------------------------------------------------- asking


def under(mechanism: Mechanism, reading: str) -> Mechanism:
    """The mechanism under one of its readings. Raises Impossible if there is none of that name."""
    if reading == AS_WRITTEN:
        return mechanism
    if reading not in mechanism.readings:
        raise Impossible(f"no reading is called {reading!r}; there are: {', '.join(readings(mechanism))}")
    changes = mechanism.readings[reading].edges
    edges = []
    for edge in mechanism.edges:
        change = changes.get(edge.name)
        new: dict[str, Any] = {}
        if change is not None:
            keys = ("requires", "unless", "level", "effect", "run")
            new = {key: getattr(change, key) for key in keys if getattr(change, key) is not None}
        edges.append(replace(edge, **new) if new else edge)
    return replace(mechanism, edges=tuple(edges))


def readings(mechanism: Mechanism) -> tuple[str, ...]:
    """The names of the readings, the file as written first."""
    return (AS_WRITTEN, *mechanism.readings)


class Run:
    """A mechanism compiled under each of its readings, ready for questions.

    >>> from kg.formats import read
    >>> run = Run(read("ta1-tlr7"))
    >>> run.values({"TLR7": "absent"})["TLR7"]
    'absent'

    Raises Impossible for an assumption or a reading that there is not.
    """

    def __init__(self, mechanism: Mechanism, assume: Collection[str] = (), only: str = "") -> None:
        self.mechanism = mechanism
        self.assumed: dict[str, str] = {}
        for name in assume:
            self.assumed.update(_named(mechanism.assumptions, name, "assumption").values)
        self.assumptions = tuple(assume)
        names = (only,) if only else readings(mechanism)
        self.networks = {name: compile(under(mechanism, name)) for name in names}

    def settings(self, condition: str = "", values: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a condition, the assumptions and further settings fix; later ones win.

        Raises Impossible if a condition, a node or a value is not known.
        """
        found = dict(self.assumed)
        if condition:
            found.update(_named(self.mechanism.conditions, condition, "condition").values)
        found.update(values or {})
        for node, value in found.items():
            if node not in self.mechanism.nodes:
                raise Impossible(f"no node is called {node!r}; {near(node, self.mechanism.nodes)}")
            self._any.rank(node, value)
        return found

    @property
    def _any(self) -> Network:
        return next(iter(self.networks.values()))

    def values(self, settings: Mapping[str, str], reading: str = "") -> dict[str, Value]:
        """The value of every node, under one reading (the first, if none is named)."""
        net = self.networks[reading] if reading else self._any
        value = net.propagate(*net.facts(settings))
        return {node: net.read(node, value) for node in net.variables}


def _named(table: Mapping[str, T], name: str, what: str) -> T:
    if name not in table:
        raise Impossible(f"no {what} is called {name!r}; {near(name, table)}")
    return table[name]


# ---------------------------------------------------------------- reasons


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


# ---------------------------------------------------------------- what if


@dataclass(frozen=True)
class Because:
    """An edge that decided a node, and why it fires or does not."""

    edge: str
    fires: bool | None
    why: str = ""


@dataclass(frozen=True)
class Step:
    """A node whose value changed, with what decided it and what that stands on."""

    node: str
    before: Value
    after: Value
    because: tuple[Because, ...]
    status: str
    weakest: str = ""  # the weakest claim that one minimal reason stands on; inference if it needs a closed world
    species: Mapping[str, int] = field(default_factory=dict)  # how many of those edges state it; "not stated"
    rests_on: tuple[str, ...] = ()  # those edges
    missing: tuple[str, ...] = ()  # for an unknown: the facts that would settle it
    closed: tuple[str, ...] = ()  # nodes of which it is assumed that nothing unlisted causes them
    observed: tuple[str, ...] = ()  # what a finding says of it under this condition: a value, or only a comparison


@dataclass(frozen=True)
class Answer:
    """What follows from some settings, compared with the starting state."""

    settings: Mapping[str, str]
    condition: str
    assumptions: tuple[str, ...]
    reading: str
    values: Mapping[str, Value]
    changed: tuple[Step, ...]
    disagree: Mapping[str, Mapping[str, Value]]  # node -> reading -> value, where readings differ
    cite: str  # the IRI of this answer and the version of the mechanism

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for ``--json``."""
        return {
            "settings": dict(self.settings),
            "condition": self.condition,
            "assumptions": list(self.assumptions),
            "reading": self.reading,
            "values": {node: _plain(value) for node, value in self.values.items()},
            "changed": [step.node for step in self.changed],
            "because": {
                step.node: {
                    "before": _plain(step.before),
                    "after": _plain(step.after),
                    "edges": [{"edge": b.edge, "fires": b.fires, "why": b.why} for b in step.because],
                    "status": step.status,
                    "weakest": step.weakest,
                    "species": dict(step.species),
                    "rests_on": list(step.rests_on),
                    "missing": list(step.missing),
                    "closed": list(step.closed),
                    "observed": list(step.observed),
                }
                for step in self.changed
            },
            "disagree": {
                node: {name: _plain(value) for name, value in by.items()} for node, by in self.disagree.items()
            },
            "cite": self.cite,
        }


def _plain(value: Value) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def shown(value: Value) -> str:
    """A value as one reads it.

    >>> shown(("none", "partial"))
    'none to partial'
    """
    return value if isinstance(value, str) else " to ".join(value)


def whatif(
    mechanism: Mechanism,
    condition: str = "",
    values: Mapping[str, str] | None = None,
    reading: str = "",
    assume: Collection[str] = (),
) -> Answer:
    """What follows from a condition and further settings, node by node, in the order in which it follows.

    Every answer is computed under each reading, unless one is named; where readings differ, that is the answer.

    >>> from kg.formats import read
    >>> answer = whatif(read("ta1-tlr7"), values={"chemotherapy": "present", "tumour_miR146a_high": "present"})
    >>> answer.values["miR146a"], answer.values["tumour_control"]
    ('absent', 'partial')

    Raises Impossible for what is not known: a condition, node, value, reading or assumption.
    """
    if not any(edge.executes for edge in mechanism.edges):
        raise Impossible(f"{mechanism.id} has no edge that can be run")
    run = Run(mechanism, assume, reading)
    settings = run.settings(condition, values)
    main = reading or AS_WRITTEN
    net = run.networks[main]
    before = run.values(run.assumed, main)
    decided = net.propagate(*net.facts(settings))
    after = {node: net.read(node, decided) for node in net.variables}
    each = {name: run.values(settings, name) for name in run.networks}
    disagree = {
        node: {name: each[name][node] for name in each}
        for node in after
        if len({each[name][node] for name in each}) > 1
    }
    place = {number: i for i, number in enumerate(decided)}
    order = sorted(after, key=lambda node: max(place.get(n, len(place)) for n in net.variables[node]))
    seen = _observed(run, settings)
    spoken = under(mechanism, main)
    changed = tuple(
        _step(run, spoken, net, settings, decided, node, before[node], after[node], disagree, seen)
        for node in order
        if before[node] != after[node] or node in disagree
    )
    cite = cited(mechanism, settings, reading, run.assumptions)
    return Answer(settings, condition, run.assumptions, main, after, changed, disagree, cite)


def cited(mechanism: Mechanism, settings: Mapping[str, str], reading: str = "", assume: Collection[str] = ()) -> str:
    """How the answer to a what-if is cited: by the condition that sets just this, else by all that was set.

    The order in which things were set does not matter, nor that of the file.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> cited(seed, {"chemotherapy": "present"})
    'https://w3id.org/immune-kg/ta1-tlr7/run?set=chemotherapy:present, version 0.1.0'
    >>> cited(seed, seed.conditions["both"].values)
    'https://w3id.org/immune-kg/ta1-tlr7/run/both, version 0.1.0'
    """
    named = sorted(key for key, one in mechanism.conditions.items() if one.values == settings and not assume)
    pairs = [] if named else [("set", f"{node}:{value}") for node, value in sorted(settings.items())]
    pairs += [("reading", reading)] * bool(reading) + [("assume", one) for one in sorted(assume)]
    asked = "" if named and not pairs else f"?{urlencode(pairs or [('set', '')], safe=':')}"
    return mechanism.cite("/".join(["run", *named[:1]]) + asked)


def _step(
    run: Run,
    mechanism: Mechanism,
    net: Network,
    settings: Mapping[str, str],
    decided: Mapping[int, bool],
    node: str,
    before: Value,
    after: Value,
    disagree: Mapping[str, Mapping[str, Value]],
    observed: Mapping[str, list[str]],
) -> Step:
    if node in settings:
        return Step(node, before, after, (), "set")
    because = tuple(_deciding(mechanism, net, decided, node))
    reasons = Reasons(net, settings, node)
    if not reasons.decided:
        status = "readings disagree" if node in disagree else "unknown"
        return Step(node, before, after, because, status, missing=tuple(_missing(net, decided, node, settings)))
    inputs = reasons.inputs(reasons.one() or [])
    edges = list(dict.fromkeys(one.name for one in inputs if one.kind in ("edge", "requires", "unless", "effect")))
    resting = [mechanism.edge(name) for name in edges]
    closed = tuple(dict.fromkeys(one.name for one in inputs if one.kind == "closed"))  # once, whatever its levels
    claims = [standing(edge) for edge in resting] + ["inference"] * bool(closed)
    weakest = max(filter(None, claims), key=_weakness, default="")
    species: dict[str, int] = {}
    for edge in resting:
        for label in mechanism.support(edge).species or ("not stated",):
            species[label] = species.get(label, 0) + 1
    assumed = [
        name
        for name in run.assumptions
        if any(i.kind == "set" and i.name in mechanism.assumptions[name].values for i in inputs)
    ]
    if node in disagree:
        status = "readings disagree"
    elif node in observed:
        status = "reproduces an observation"
    else:
        status = "prediction" + (f" under assumption {', '.join(assumed)}" if assumed else "")
    said = tuple(observed.get(node, ())) if status == "reproduces an observation" else ()
    return Step(
        node,
        before,
        after,
        because,
        status,
        weakest,
        species,
        tuple(edges),
        closed=closed,
        observed=said,
    )


def standing(edge: Edge) -> str:
    """The claim on which an edge acts in a run: the weakest of the sentence, its requirements, and a complete effect.

    >>> from kg.formats import read
    >>> standing(read("ta1-tlr7").edge("depletion"))      # that levels fell far enough is the curator's inference
    'inference'
    """
    parts = [edge.claim, edge.effect.claim if edge.effect else ""]
    for needed in (*edge.requires, *edge.unless):
        claims = [item.claim for item in needed.evidence if item.stance == "supports"]
        parts.append(min(claims, key=_weakness, default=""))
    return max(filter(None, parts), key=_weakness, default="")


def _weakness(claim: str) -> int:
    return list(vocabulary.claims()).index(claim)


def _deciding(mechanism: Mechanism, net: Network, decided: Mapping[int, bool], node: str) -> Iterator[Because]:
    """The edges into a node, with whether each fires and why not."""
    into = [
        e for e in mechanism.edges if e.executes and e.role in ("increases", "decreases") and e.sentence.object == node
    ]
    for edge in into:
        fires = decided.get(net.fires[edge.name])
        yield Because(edge.name, fires, "" if fires else _why_not(mechanism, net, decided, edge))


def _why_not(mechanism: Mechanism, net: Network, decided: Mapping[int, bool], edge: Edge) -> str:
    """The first thing that keeps an edge from firing, or else the first that leaves it open.

    In the order of the literals of its gate: the subject, what it requires, its unless, what blocks it.
    """
    blockers = [e for e in mechanism.edges if e.executes and e.role == "blocks" and edge in mechanism.blocked(e)]

    def value(name: str) -> str:
        return shown(net.read(name, decided))

    needs = [*((True, needed) for needed in edge.requires), *((False, needed) for needed in edge.unless)]
    literals = net.ins[net.fires[edge.name]][1:]  # without that the edge holds
    for wanted in (False, None):
        for place, literal in enumerate(literals):
            known = decided.get(literal >> 1)
            if (None if known is None else known ^ bool(literal & 1)) is not wanted:
                continue
            open_ = wanted is None
            if place == 0:
                subject = mechanism.nodes[edge.subject].label
                return f"it is unknown whether {subject} is present" if open_ else f"{subject} is {value(edge.subject)}"
            if place <= len(needs):
                required, needed = needs[place - 1]
                label = mechanism.nodes[needed.node].label
                if required:
                    levels = mechanism.nodes[needed.node].levels
                    at = f" at {needed.level or levels[1]}" if levels else ""
                    return f"it requires {label}{at}, which is {value(needed.node)}"
                return f"{label} {'may be' if open_ else 'is'} present"
            return f"{'it may be ' if open_ else ''}blocked: {mechanism.words(blockers[place - 1 - len(needs)])}"
    return ""


def _missing(net: Network, decided: Mapping[int, bool], node: str, settings: Mapping[str, str]) -> list[str]:
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
class Row:
    """A declared condition with the value of each outcome under each reading."""

    condition: str
    title: str
    values: Mapping[str, Mapping[str, Value]]  # outcome node -> reading -> value


def table(
    mechanism: Mechanism, assume: Collection[str] = (), reading: str = "", values: Mapping[str, str] | None = None
) -> list[Row]:
    """Every declared condition and what comes out of it: the nodes that are outcomes, or all if none is.

    ``values`` are set on top of each condition.

    >>> from kg.formats import read
    >>> {row.condition: row.values["tumour_control"]["as written"] for row in table(read("ta1-tlr7"))}["both"]
    'strong'
    """
    run = Run(mechanism, assume, reading)
    asked = [node.key for node in mechanism.nodes.values() if node.outcome] or list(mechanism.nodes)
    rows = []
    for condition in mechanism.conditions.values():
        each = {name: run.values(run.settings(condition.key, values), name) for name in run.networks}
        found = {node: {name: each[name][node] for name in each} for node in asked}
        rows.append(Row(condition.key, condition.title, found))
    return rows


# ---------------------------------------------------------------- expectations


@dataclass(frozen=True)
class Outcome:
    """What became of an expectation under one reading: True, False, or None where the run leaves it open."""

    expectation: Expectation
    reading: str
    holds: bool | None
    value: Value
    other: Value = ""  # under the other condition, for same as, higher than, lower than


def outcomes(run: Run) -> Iterator[Outcome]:
    """Every expectation under every reading that it is about."""
    for expectation in run.mechanism.expectations:
        for name in run.networks:
            if expectation.reading in ("", name):
                yield outcome(run, expectation, name)


def outcome(run: Run, expectation: Expectation, reading: str) -> Outcome:
    """One expectation under one reading."""
    net, wanted = run.networks[reading], expectation.expect
    value = run.values(run.settings(expectation.given), reading)[wanted.node]
    low, high = _bounds(net, wanted.node, value)
    if wanted.relation == "is":
        rank = net.rank(wanted.node, wanted.than)
        holds = None if rank is None else True if low == high == rank else None if low <= rank <= high else False
        if rank is None:
            holds = low != high
        return Outcome(expectation, reading, holds, value)
    other = run.values(run.settings(wanted.than), reading)[wanted.node]
    other_low, other_high = _bounds(net, wanted.node, other)
    if wanted.relation == "lower than":
        low, high, other_low, other_high = other_low, other_high, low, high
    if wanted.relation == "same as":
        holds = (
            True if low == high == other_low == other_high else False if low > other_high or high < other_low else None
        )
    else:
        holds = True if low > other_high else False if high <= other_low else None
    return Outcome(expectation, reading, holds, value, other)


def _bounds(net: Network, node: str, value: Value) -> tuple[int, int]:
    levels = net.levels[node]
    if value == "unknown":
        return 0, len(levels) - 1
    ends = (value, value) if isinstance(value, str) else value
    return levels.index(ends[0]), levels.index(ends[1])


def _observed(run: Run, settings: Mapping[str, str]) -> dict[str, list[str]]:
    """What a source's finding says of nodes under a condition of these settings, where every reading agrees with it."""
    found: dict[str, list[str]] = {}
    refuted = set()
    for one in run.mechanism.expectations:
        finding = any(item.claim == "finding" and item.stance == "supports" for item in one.evidence)
        if not finding or run.settings(one.given) != settings:
            continue
        said = found.setdefault(one.expect.node, [])
        said += [f"{one.expect.relation} {one.expect.than}"]
        if not all(outcome(run, one, name).holds for name in run.networks if one.reading in ("", name)):
            refuted.add(one.expect.node)
    return {node: list(dict.fromkeys(said)) for node, said in found.items() if node not in refuted}


def unpinned(mechanism: Mechanism, assume: Collection[str] = ()) -> list[str]:
    """The executing edges that no expectation pins: without them every expectation comes out as it did."""

    def results(m: Mechanism) -> list[bool | None]:
        return [one.holds for one in outcomes(Run(m, assume))]

    whole = results(mechanism)
    found = []
    for edge in mechanism.edges:
        if edge.executes:
            without = tuple(replace(e, run=False) if e is edge else e for e in mechanism.edges)
            if results(replace(mechanism, edges=without)) == whole:
                found.append(edge.name)
    return found


# ---------------------------------------------------------------- why, what would change it, which experiment, which routes


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

    Raises Impossible for what is not known.
    """
    run = Run(mechanism, assume, reading)
    if node not in mechanism.nodes:
        raise Impossible(f"no node is called {node!r}; {near(node, mechanism.nodes)}")
    settings = run.settings(condition, values)
    net = run.networks[reading or AS_WRITTEN]
    reasons = Reasons(net, settings, node)
    if not reasons.decided:
        missing = _missing(net, net.propagate(reasons.facts, reasons.held), node, settings)
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


@dataclass(frozen=True)
class Experiment:
    """An intervention, on top of a condition, after which the readings predict different outcomes."""

    condition: str
    settings: Mapping[str, str]
    outcomes: Mapping[str, Mapping[str, Value]]  # outcome node -> reading -> value


def discriminate(mechanism: Mechanism, assume: Collection[str] = (), most: int = 2) -> list[Experiment]:
    """The smallest interventions that tell the readings apart: the experiments worth doing.

    Single settings on top of a declared condition, and the conditions themselves, are tried first; larger sets only
    where none of those does it. An outcome counts only where every reading has a definite value.

    Raises Impossible if there is only one reading.
    """
    run = Run(mechanism, assume)
    if len(run.networks) < 2:
        raise Impossible(f"{mechanism.id} has one reading only, so there is nothing to tell apart")
    net = run.networks[AS_WRITTEN]
    asked = [node.key for node in mechanism.nodes.values() if node.outcome] or list(mechanism.nodes)
    cone = {
        gate for other in run.networks.values() for gate in other.cone(g for n in asked for g in other.variables[n])
    }
    movable = [name for name, gates in net.variables.items() if name not in asked and cone & set(gates)]
    options = [(name, value) for name in movable for value in net.levels[name]]
    conditions = ("", *mechanism.conditions)
    already = {name for name in conditions if _differing(run, run.settings(name), asked)}
    found: list[Experiment] = []
    seen: set[frozenset[tuple[str, str]]] = set()  # two conditions may come to the same settings
    for size in (1, 0, *range(2, most + 1)):  # one setting more than a declared condition, or that condition itself
        if size > 1 and found:
            break
        for condition, chosen in itertools.product(conditions, itertools.combinations(options, size)):
            if size and condition in already:
                continue  # nothing has to be added to it
            settings = run.settings(condition, dict(chosen))
            key = frozenset(settings.items())
            if len(dict(chosen)) < size or key in seen:
                continue
            differ = _differing(run, settings, asked)
            if differ:
                seen.add(key)
                found.append(Experiment(condition, dict(chosen), differ))
    return found


def _differing(run: Run, settings: Mapping[str, str], asked: Iterable[str]) -> dict[str, dict[str, Value]]:
    """The nodes for which every reading has a definite value, and not all the same."""
    each = {name: run.values(settings, name) for name in run.networks}
    differ = {}
    for node in asked:
        by = {name: each[name][node] for name in each}
        if all(isinstance(v, str) and v != "unknown" for v in by.values()) and len(set(by.values())) > 1:
            differ[node] = by
    return differ


@dataclass(frozen=True)
class Route:
    """A way through the graph along signed edges. It is no effect: brakes and requirements lie along it."""

    edges: tuple[str, ...]
    sign: int  # the product of the signs


def routes(mechanism: Mechanism, start: str, end: str, longest: int = 0) -> Iterator[Route]:
    """Every simple route from one node to another along signed edges, shortest first.

    An edge that blocks an edge counts as an edge to the object of that edge, with the opposite sign of what it blocks.

    Raises Impossible for a node that there is not.
    """
    for node in (start, end):
        if node not in mechanism.nodes:
            raise Impossible(f"no node is called {node!r}; {near(node, mechanism.nodes)}")
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
