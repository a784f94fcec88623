"""What a mechanism compiles to: AND and OR gates over what is known, propagated in linear time.

``docs/semantics.md`` states the rules, each with an example that runs. In short: an edge *fires* if its subject and
all it requires are present, nothing of its ``unless`` is, and no edge that blocks it fires. A node is *present* if it
starts so or a firing increase supports it, and no complete decrease fires. Values are present, absent and unknown
(strong Kleene logic, least fixpoint), so an answer is never firmer than what is known, and it is found in linear time.
A loop keeps the value that it starts with if nothing that can happen on the way changes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from kg.model.diagnostics import KgError, near
from kg.model.mechanism import Mechanism, once
from kg.model.records import ONE_LOWER, Edge, Frozen, Node, Requirement
from kg.reasoning import contexts
from kg.reasoning.contexts import Claim, Context

T = TypeVar("T")


#: A node's value: present, absent, unknown, a level, or the lowest and highest level that it may have.
Value = str | tuple[str, str]


NO_CONTEXT = Context()


AS_WRITTEN = "as written"  # the reading of the file itself, before any `readings:` is applied


PLAIN = ("absent", "present")


class QueryError(KgError, ValueError):
    """A question that has no answer: no such node, value, condition or reading, or contradictory settings."""


class Input(NamedTuple):
    """Something known that an answer may stand on, and that can be taken back.

    ``kind`` is edge (the edge holds, or the definition from which it follows), requires or unless (a condition of the edge), start (a starting value), closed
    (nothing else causes this node), effect (the size of a decrease), set (an intervention), was (the value with
    which the run before ended) or left out (the edge, or its condition, was seen in another context than the one asked).
    """

    kind: str
    name: str  # of the edge or node
    node: str = ""  # of a requirement
    value: str = ""


class Settings(Frozen[str]):
    """What a run fixes, node -> value, and the context in which it is asked.

    Settings are equal if they fix the same in the same context. ``holds`` says of each claim that does not simply hold
    in the context whether it does: no, or None where sources of this context disagree.
    """

    __slots__ = ("context", "holds")

    def __init__(
        self,
        values: Mapping[str, str] = Frozen(),
        context: Context = NO_CONTEXT,
        holds: Mapping[Claim, bool | None] | None = None,
    ) -> None:
        super().__init__(values)
        self.context = context
        self.holds = holds or {}

    def also(self, values: Mapping[str, str]) -> Settings:
        """The same with further values, in the same context; later ones win."""
        return Settings({**self, **values}, self.context, self.holds)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return False
        context = other.context if isinstance(other, Settings) else NO_CONTEXT
        return dict(self) == dict(other) and self.context == context

    def __hash__(self) -> int:
        return super().__hash__()


def claim(fact: Input) -> Claim:
    """The claim that a fact is, as ``Settings.holds`` names it."""
    return tuple(filter(None, (fact.kind, fact.name, fact.node)))


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
        self.starts: dict[int, int] = {}  # gate of a node -> the input that says how it starts
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
        """What an input says; None for a gate, and for how a gate was."""
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

    def propagate(
        self,
        facts: Mapping[int, bool],
        held: Collection[int] = (),
        starts: Mapping[int, int] | None = None,
        asked: Iterable[int] | None = None,
    ) -> dict[int, bool]:
        """What must be true or false in the end if these facts hold; what is not in it is open.

        The dict is in the order in which things were decided. ``settle`` explains the arguments.
        """
        return self.settle(facts, held, starts, asked)[0]

    def settle(
        self,
        facts: Mapping[int, bool],
        held: Collection[int] = (),
        starts: Mapping[int, int] | None = None,
        asked: Iterable[int] | None = None,
    ) -> tuple[dict[int, bool], dict[int, bool]]:
        """What must be true or false in the end, and which of it only because it starts so and nothing changes it.

        First all that follows from the facts, whatever the start. Then loops: what is still open keeps the value with
        which it starts if nothing that can happen on the way changes it, and more may follow from that. ``starts``
        are the facts that say how gates start (default: those of rest); ``asked`` are the gates that matter (default:
        those of all nodes).
        """
        value = self.percolate(facts, held)
        kept = self._kept(value, facts, held, starts, asked)
        return (self.percolate({**value, **kept}, held) if kept else value), kept

    def percolate(self, facts: Mapping[int, bool], held: Collection[int] = ()) -> dict[int, bool]:
        """The least fixpoint of the facts alone: what holds in the end from whatever start.

        Breadth first, each literal reaching what it feeds from the lowest number up. ``held`` gates are fixed from
        outside: only a fact decides them. The work is linear in what the facts reach, whatever the size of the network.
        """
        gates, ins, outs = self.gates, self.ins, self._outs
        value = {number: known for number, known in facts.items() if number < len(gates)}
        for number in self._constant:
            if number not in held:
                value.setdefault(number, gates[number] == 1)
        left: dict[int, int] = {}
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

    def _kept(
        self,
        value: Mapping[int, bool],
        facts: Mapping[int, bool],
        held: Collection[int],
        starts: Mapping[int, int] | None,
        asked: Iterable[int] | None,
    ) -> dict[int, bool]:
        """The gates of nodes that percolation leaves open and that keep the value with which they start."""
        if asked is None:
            asked = self.starts if len(value) < len(self.gates) else ()
        if not any(number not in value and number in self._looped for number in asked):
            return {}
        starts = self.starts if starts is None else starts
        roots = [n for n, start in starts.items() if start in facts and n not in value and n in self._looped]
        may = self.possible(roots, facts, held, starts)
        kept = {n: n << 1 | 1 in may for n in self.starts if n not in value}
        return {n: known for n, known in kept.items() if (n << 1 in may) is not known}

    def possible(
        self,
        roots: Iterable[int],
        facts: Mapping[int, bool],
        held: Collection[int],
        starts: Mapping[int, int] | None = None,
    ) -> set[int]:
        """Which values the roots, and all that they depend on, may have on the way: twice a gate, plus one for true.

        The least set that has the start and, with some values, all that these bring about, in whatever order and
        however late. It leaves out nothing that can happen, and a gate that has one value in it never changes.
        """
        starts = self.starts if starts is None else starts
        gates, ins, outs = self.gates, self.ins, self._outs
        may: set[int] = set()
        queue: list[int] = []
        cone, stack = set(roots), list(roots)
        for number in stack:  # grows while it is read
            given = facts.get(number)
            inner = given is None and number not in held and gates[number]  # what it depends on matters
            if inner and number in starts:
                given = facts.get(starts[number])
                inner = given is not None  # else it may have either value, whatever comes
            elif inner and not ins[number]:
                given = gates[number] == 1
            if inner:
                new = [literal >> 1 for literal in ins[number] if literal >> 1 not in cone]
                cone.update(new)
                stack += dict.fromkeys(new)
                if given is None:
                    continue
            queue += [number << 1, number << 1 | 1] if given is None else [number << 1 | given]
        may.update(queue)
        left: dict[int, int] = {}
        for one in queue:  # grows while it is read
            for out in outs[one >> 1]:
                fed = out >> 1
                if fed not in cone or fed in held or fed in facts:
                    continue
                arriving = (one ^ out) & 1
                if arriving == (gates[fed] == 1):  # only all literals together bring it about
                    rest = left.get(fed) or len(ins[fed])
                    left[fed] = rest - 1
                    if rest > 1:
                        continue
                if fed << 1 | arriving not in may:
                    may.add(fed << 1 | arriving)
                    queue.append(fed << 1 | arriving)
        return may

    @cached_property
    def _looped(self) -> set[int]:
        """The gates that lie in a loop or depend on one: only for these the start matters."""
        left = [len(literals) for literals in self.ins]
        queue = [number for number, count in enumerate(left) if not count]
        for number in queue:  # grows while it is read
            for out in self._outs[number]:
                left[out >> 1] -= 1
                if not left[out >> 1]:
                    queue.append(out >> 1)
        return {number for number, count in enumerate(left) if count}

    def facts(
        self, settings: Mapping[str, str], after: Mapping[str, str] | None = None
    ) -> tuple[dict[int, bool], set[int], Mapping[int, int]]:
        """All that is known under some settings, the gates of the nodes that are set, which are held, and the starts.

        Numbers go by the nodes, whatever the order of the settings, so that the same settings always have the same
        reasons. ``after`` are the settings of a run before this one: nodes then start with the values with which that
        run ended, as further facts.

        Raises QueryError for a value that a node does not have.
        """
        facts = dict(self.given)
        for claim, holds in settings.holds.items() if isinstance(settings, Settings) else ():
            number = self._claims.get(claim)  # none for an edge that does not run in this reading
            if number is not None and holds is None:
                facts.pop(number, None)
            elif number is not None and holds is not None:
                facts[number] = holds
        held: set[int] = set()
        for node in sorted(settings, key=self.variables.__getitem__):
            value = settings[node]
            rank = self.rank(node, value)
            for k, number in enumerate(self.variables[node], 1):
                held.add(number)
                if rank is not None:
                    facts[number] = k <= rank
        if after is None:
            return facts, held, self.starts
        ended = self.propagate(*self.facts(after))
        size = len(self.gates)  # numbers from here on: how each gate was
        facts.update((size + number, ended[number]) for number in self.starts if number in ended)
        return facts, held, {number: size + number for number in self.starts}

    @cached_property
    def _claims(self) -> dict[Claim, int]:
        """The inputs that say whether an edge or a condition of one holds, by the claim."""
        return {what: n for n, what in self._inputs.items() if what[0] in ("edge", "requires", "unless")}

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
        raise QueryError(f"{value!r} is not a value of {node!r}: {', '.join(('unknown', *levels))}")

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


@once
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
    defined = [edge for edge in mechanism.edges if edge.definition]
    for edge in (*edges, *defined):
        net.fires[edge.name] = net.gate(1, ())
    for edge in edges:
        _firing(net, edge, blockers[edge.name])
    needs: dict[str, list[int]] = defaultdict(list)
    for edge in defined:  # it lets its object be, unless the subject is not there
        number, claim = net.fires[edge.name], net.input(("edge", edge.name), True)
        net.gates[number], net.ins[number] = 2, (claim << 1 | 1, net.variables[edge.subject][0] << 1)
        needs[edge.sentence.object].append(number << 1)
    for node in mechanism.nodes.values():
        _value(net, node, increases[node.key], decreases[node.key], needs[node.key])
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


def _value(net: Network, node: Node, increases: list[Edge], decreases: list[Edge], needs: list[int]) -> None:
    """node >= k: (starts so, or a firing increase reaches k) AND no complete decrease fires AND what it is the activity of is there."""
    levels = net.levels[node.key]
    unstated = {edge.name: net.input(("effect", edge.name), None) << 1 for edge in decreases if _unstated(edge)}
    start = node.at_start or ("absent" if increases else "unknown")
    rank = net.rank(node.key, start)
    raised: list[int] = []  # the gate of each level, before anything lowers it
    for k, number in enumerate(net.variables[node.key], 1):
        known = None if rank is None else rank >= k
        kind = "closed" if known is False and increases else "start"
        said = start if len(levels) == 2 else f"{start} ({levels[k]})"
        base = net.starts[number] = net.input((kind, node.key, "", said), known)
        causes = [base << 1]
        for edge in increases:
            reached = levels.index(edge.level) if edge.level in levels else 1
            if reached >= k:
                causes.append(net.fires[edge.name] << 1)
        if decreases or needs:
            raised.append(net.gate(2, tuple(causes)))
        else:
            net.gates[number], net.ins[number] = 2, tuple(causes)
    for k, gate in enumerate(raised, 1):
        spared = (_spared_literal(net, edge, unstated.get(edge.name), levels, k, raised) for edge in decreases)
        kept = (literal for literal in spared if literal is not None)
        net.ins[net.variables[node.key][k - 1]] = (gate << 1, *kept, *needs)


def _unstated(edge: Edge) -> bool:
    return edge.effect is None or edge.effect.extent == "unstated"


def _spared_literal(
    net: Network, edge: Edge, unstated: int | None, levels: Sequence[str], k: int, raised: Sequence[int]
) -> int | None:
    """The literal by which the object of a decrease keeps a level: not fired, or ...; None if it keeps it anyway."""
    spared = net.fires[edge.name] << 1 | 1
    to = edge.effect.to if edge.effect else ""
    if unstated is not None:  # ... perhaps even so
        return net.gate(2, (spared, unstated)) << 1
    if to == ONE_LOWER and k < len(raised):  # ... raised to the next level
        return net.gate(2, (spared, raised[k] << 1)) << 1
    return None if to in levels and k <= levels.index(to) else spared


@once
def under(mechanism: Mechanism, reading: str) -> Mechanism:
    """The mechanism under one of its readings. Raises QueryError if there is none of that name."""
    if reading == AS_WRITTEN:
        return mechanism
    if reading not in mechanism.readings:
        raise QueryError(f"no reading is called {reading!r}; there are: {', '.join(readings(mechanism))}")
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

    Raises QueryError for an assumption or a reading that there is not.
    """

    def __init__(self, mechanism: Mechanism, assume: Collection[str] = (), only: str = "") -> None:
        self.mechanism = mechanism
        self.assumed: dict[str, str] = {}
        for name in assume:
            self.assumed.update(_named(mechanism.assumptions, name, "assumption").values)
        self.assumptions = tuple(assume)
        names = (only,) if only else readings(mechanism)
        self.networks = {name: compile(under(mechanism, name)) for name in names}

    def settings(
        self,
        condition: str = "",
        values: Mapping[str, str] | None = None,
        context: Context = NO_CONTEXT,
    ) -> Settings:
        """What a condition, the assumptions and further settings fix; later ones win.

        The context is that of the condition, with the kinds that ``context`` states set otherwise.

        Raises QueryError if a condition, a node or a value is not known.
        """
        found = dict(self.assumed)
        asked = NO_CONTEXT
        if condition:
            named = _named(self.mechanism.conditions, condition, "condition")
            found.update(named.values)
            asked = contexts.of(named)
        asked = asked.also(context)
        found.update(values or {})
        for node, value in found.items():
            if node not in self.mechanism.nodes:
                raise QueryError(f"no node is called {node!r}; {near(node, self.mechanism.nodes)}")
            self._any.rank(node, value)
        each = (contexts.fates(under(self.mechanism, name), asked) for name in self.networks)
        return Settings(found, asked, {claim: holds for one in each for claim, holds in contexts.holds(one).items()})

    def then(self, first: Settings, values: Mapping[str, str]) -> Settings:
        """What a run fixes that follows another: the same with further values, which win over the assumptions, too.

        Raises QueryError as ``settings`` does.
        """
        self.settings(values=values)
        return first.also(values)

    @property
    def _any(self) -> Network:
        return next(iter(self.networks.values()))

    def values(
        self, settings: Mapping[str, str], reading: str = "", after: Mapping[str, str] | None = None
    ) -> dict[str, Value]:
        """The value of every node, under one reading (the first, if none is named).

        ``after`` are the settings of a run before this one, from whose end it starts; without it, a run starts from
        rest.

        >>> from kg.formats import read
        >>> run = Run(read("ta1-tlr7"))
        >>> both = run.settings("both")
        >>> run.values({**both, "TLR7": "absent"}, after=both)["tumour_control"]
        'partial'
        """
        net = self.networks[reading] if reading else self._any
        value = net.propagate(*net.facts(settings, after))
        return {node: net.read(node, value) for node in net.variables}


def _named(table: Mapping[str, T], name: str, what: str) -> T:
    if name not in table:
        raise QueryError(f"no {what} is called {name!r}; {near(name, table)}")
    return table[name]
