"""Boolean networks (.bnet): ``target, factors`` on each line, with ``!``, ``&`` and ``|``.

Every Boolean function is expressible. Its prime implicants are taken, all of them, so that a run settles whatever
percolation settles (Blake's canonical form). A function that is false where all its variables are false has a
positive variable in each, and becomes edges that increase its target, with ``requires`` and ``unless``; any other has
a complement of which that holds, and becomes complete decreases from a present start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kg import foreign
from kg.diagnostics import Location
from kg.losses import Ledger
from kg.mechanism import Edge, Effect, Mechanism, Node, Requirement, Sentence

MOST_VARIABLES = 16  # of one function: its table has two to the power of these rows
MOST_TERMS = 2000  # prime implicants of one function
RANK = {"|": 1, "&": 2, "!": 3}
TOKEN = re.compile(r"\s*(?:([A-Za-z_][\w.:\-]*)|([01](?![\w.]))|([!&|()]))")
LOST = {
    "mechanism": "a Boolean network holds functions and no more",
    "source": "a Boolean network cites nothing",
    "evidence": "a Boolean network cites nothing",
    "place": "a Boolean network has no places",
    "node.term": "a variable has a name and no identifier",
    "node.name": "a variable has one name",
    "node.note": "a variable has a name and no more",
    "node.forms": "a variable has a name and no identifier",
    "node.in": "a variable is in no place",
    "node.kind": "a variable has a name and no more",
    "node.outcome": "a variable has a name and no more",
    "node.levels": "a variable is true or false; higher levels are variables of their own",
    "node.at start": "a function says what holds, not what it starts from",
    "edge": "the function of its object says what it does, in other edges; what does not run is in no function",
    "requirement": "the function of the object says it in another edge",
    "effect": "the function of the object says it in another edge",
    "*": "a Boolean network holds functions and no more",
}
#: A conjunction: which variables are true in it, and which are false.
Term = tuple[frozenset[str], frozenset[str]]


# ---------------------------------------------------------------- functions


@dataclass
class Function:
    """A Boolean function as its table: bit i is its value where variable k is bit k of i.

    >>> f = parsed("a & !b | c")
    >>> sorted((sorted(p), sorted(n)) for p, n in primes(f))
    [(['a'], ['b']), (['c'], [])]
    """

    variables: tuple[str, ...]
    table: int


def parsed(factors: str) -> Function:
    """A function from its text. Raises ValueError with the column (from 0) and the reason."""
    postfix = list(_postfix(factors))
    names = tuple(dict.fromkeys(token for token in postfix if token not in RANK and token not in "01"))
    if len(names) > MOST_VARIABLES:
        raise ValueError(0, f"the function has {len(names)} variables; {MOST_VARIABLES} is the most")
    rows = 1 << len(names)
    everything = (1 << rows) - 1
    columns = {name: _column(k, rows) for k, name in enumerate(names)}
    stack: list[int] = []
    for token in postfix:
        if token == "!":
            stack.append(everything & ~stack.pop())
        elif token in RANK:
            one, other = stack.pop(), stack.pop()
            stack.append(one & other if token == "&" else one | other)
        else:
            stack.append({"0": 0, "1": everything}[token] if token in "01" else columns[token])
    return Function(names, stack.pop())


def _column(k: int, rows: int) -> int:
    """The table of variable k: runs of 2^k zeros and ones."""
    run = 1 << k
    column, wide = ((1 << run) - 1) << run, 2 * run
    while wide < rows:
        column |= column << wide
        wide *= 2
    return column


def _postfix(factors: str) -> Iterator[str]:
    """The tokens with operators behind what they join; without recursion, since models of others nest deep."""
    operators: list[tuple[str, int]] = []
    value, position = False, 0  # whether a value stands before this place

    def fault(reason: str) -> ValueError:
        return ValueError(min(position, max(len(factors) - 1, 0)), reason)

    while factors[position:].strip():
        found = TOKEN.match(factors, position)
        position += len(factors[position:]) - len(factors[position:].lstrip())
        if found is None:
            raise fault(f"{factors[position]!r} is no part of a function")
        token = found[1] or found[2] or found[3]
        if value == (token in ("(", "!") or not found[3]):
            raise fault(f"{token!r} cannot stand here" if found[3] else f"there is no operator before {token!r}")
        if token == ")":
            while operators and operators[-1][0] != "(":
                yield operators.pop()[0]
            if not operators:
                raise fault("no bracket opens before this one closes")
            operators.pop()
        elif token in ("(", "!"):
            operators.append((token, position))
        elif token in RANK:
            while operators and operators[-1][0] != "(" and RANK[operators[-1][0]] >= RANK[token]:
                yield operators.pop()[0]
            operators.append((token, position))
            value = False
        else:
            yield token
            value = True
        position = found.end()
    if not value:
        raise fault("a value is missing at the end")
    while operators:
        token, position = operators.pop()
        if token == "(":
            raise fault("this bracket is never closed")
        yield token


def primes(function: Function) -> list[Term]:
    """All prime implicants of a function: the terms that no shorter one implies. Raises ValueError for too many."""
    known: dict[tuple[int, int], frozenset[tuple[int, int]]] = {}

    def of(table: int, n: int) -> frozenset[tuple[int, int]]:
        """The primes of a table of n variables, as masks of the true and of the false ones."""
        if table == 0 or table == (1 << (1 << n)) - 1:
            return frozenset([(0, 0)] if table else [])
        if (table, n) not in known:
            half, top = 1 << (n - 1), 1 << (n - 1)
            low, high = table & ((1 << half) - 1), table >> half
            either = of(low & high, n - 1)
            without = [(p, q | top) for p, q in of(low, n - 1) - either]
            with_it = [(p | top, q) for p, q in of(high, n - 1) - either]
            known[table, n] = frozenset((*either, *without, *with_it))
            if len(known[table, n]) > MOST_TERMS:
                raise ValueError(0, f"the function has more than {MOST_TERMS} prime implicants")
        return known[table, n]

    def names(mask: int) -> frozenset[str]:
        return frozenset(name for k, name in enumerate(function.variables) if mask >> k & 1)

    found = [(names(p), names(q)) for p, q in of(function.table, len(function.variables))]
    return sorted(found, key=lambda term: (len(term[0]) + len(term[1]), sorted(term[0]), sorted(term[1])))


def complement(function: Function) -> Function:
    """The function that is true where this one is false."""
    return replace(function, table=((1 << (1 << len(function.variables))) - 1) & ~function.table)


# ---------------------------------------------------------------- reading


@dataclass
class _Rule:
    target: str
    factors: str
    at: Location
    column: int


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The network of a .bnet file. A variable that is its own function, or has none, is a free input: unknown."""
    text = foreign.text(file, ledger)
    draft = foreign.Draft(file, ledger, text)
    rules: dict[str, _Rule] = {}
    for rule in _rules(text, ledger):
        if rule.target in rules:
            first = rules[rule.target].at.line
            ledger.complain(rule.at, "duplicate-key", f"{rule.target!r} has a function already, on line {first}")
        rules.setdefault(rule.target, rule)
    functions: dict[str, Function] = {}
    for rule in rules.values():
        record = ledger.record("rule", rule.target, {"target": rule.target, "factors": rule.factors}, rule.at)
        record.take("target")
        record.take("factors")
        try:
            functions[rule.target] = parsed(rule.factors)
        except ValueError as error:
            column, reason = error.args
            ledger.complain(rule.at.moved(rule.column + column), "no-function", reason, "such as (A & !B) | C")
    for target, rule in rules.items():
        draft.node(target, at=rule.at)
        for name in functions[target].variables if target in functions else ():
            draft.node(name, at=rule.at)
    for target, function in functions.items():
        if rules[target].factors != target:  # else a free input
            _express(draft, ledger, rules[target], function)
    if ledger.wrong and not draft.edges:
        raise ledger.stop(None, "no-edges", "the file has no function that can be read")
    return draft.mechanism()


def _rules(text: str, ledger: Ledger) -> Iterator[_Rule]:
    for number, line in enumerate(text.splitlines(), 1):
        said, mark, comment = line.partition("#")
        at = ledger.at(number, 1, line if len(line) < 10_000 else "")
        if mark and comment.strip():
            ledger.record("comment", str(number), {"text": comment}, at).lost("text", "comments are not kept")
        target, comma, factors = said.partition(",")
        if not said.strip() or (target.strip(), factors.strip()) == ("targets", "factors"):
            continue
        if not comma or not re.fullmatch(r"[A-Za-z_][\w.:\-]*", target.strip()):
            message = "the line has no comma" if not comma else f"{target.strip()[:40]!r} is no name of a variable"
            ledger.complain(at, "no-function", message, "a line is: target, factors")
            continue
        column = len(target) + 1 + len(factors) - len(factors.lstrip())
        yield _Rule(target.strip(), factors.strip(), at, column)


def _express(draft: foreign.Draft, ledger: Ledger, rule: _Rule, function: Function) -> None:
    """A function as edges: increases if it is false where all is false, else its complement as complete decreases."""
    target = draft.keys[rule.target]
    present = bool(function.table & 1)
    try:
        terms = primes(complement(function) if present else function)
    except ValueError as error:
        ledger.complain(rule.at, "no-function", str(error.args[1]), "give parts of it variables of their own")
        return
    if present or not terms:
        draft.nodes[target] = replace(draft.nodes[target], at_start="present" if present else "absent")
    more: dict[str, Any] = {"effect": Effect(complete=True)} if present else {}
    for true, false in terms:
        subject, *others = sorted((draft.keys[name] for name in true), key=list(draft.nodes).index)
        draft.edge(
            Sentence(subject, "prevents" if present else "promotes", target),
            requires=tuple(map(Requirement, others)),
            unless=tuple(Requirement(draft.keys[name]) for name in sorted(false)),
            at=rule.at,
            **more,
        )


# ---------------------------------------------------------------- writing


@dataclass
class _Net:
    """The functions of a mechanism, as it runs: what docs/semantics.md says, in Boolean terms."""

    mechanism: Mechanism
    extra: list[str] = field(default_factory=list)  # variables of what the file leaves open
    names: dict[str, str] = field(default_factory=dict)  # a node's key -> its variable

    def __post_init__(self) -> None:
        for key in self.mechanism.nodes:
            self.names[key] = foreign.unused(_word(key), set(self.names.values()))

    def lines(self) -> Iterator[str]:
        yield "targets, factors"
        for node in self.mechanism.nodes.values():
            for rank in range(1, max(2, len(node.levels))):
                name = self.variable(node, rank)
                yield f"{name}, {self.function(node, rank, name)}"
        for name in self.extra:
            yield f"{name}, {name}"

    def variable(self, node: Node, rank: int) -> str:
        """The variable that is true where a node has at least the level of that rank."""
        return self.names[node.key] + (f"__{_word(node.levels[rank])}" if rank > 1 else "")

    def open(self, name: str) -> str:
        self.extra += [name] if name not in self.extra else []
        return name

    def function(self, node: Node, rank: int, name: str) -> str:
        into = [edge for edge in self.mechanism.edges if edge.executes and edge.sentence.object == node.key]
        increases = [edge for edge in into if edge.role == "increases"]
        decreases = [edge for edge in into if edge.role == "decreases"]
        start = node.at_start or ("absent" if increases else "unknown")
        reached = node.levels.index(start) if start in node.levels else {"absent": 0, "present": 1}.get(start)
        causes = [self.fires(edge) for edge in increases if self.rank(node, edge.level) >= rank]
        if reached is None:
            causes.insert(0, self.open(f"{name}__start") if causes or decreases else name)
        elif reached >= rank:
            causes = ["1"]
        spared = [f"!{_bracketed(self.fires(edge))}" for edge in decreases]
        for i, edge in enumerate(decreases):
            if not (edge.effect and edge.effect.complete):
                spared[i] = f"({spared[i]} | {self.open(f'{_word(edge.name)}__spares')})"
        alternatives = " | ".join(dict.fromkeys(causes)) or "0"
        return " & ".join([f"({alternatives})" if spared and len(causes) > 1 else alternatives, *spared])

    def rank(self, node: Node, level: str) -> int:
        return max(node.levels.index(level), 1) if level in node.levels else 1

    def fires(self, edge: Edge) -> str:
        nodes = self.mechanism.nodes
        needs = [self.names[edge.subject]]
        needs += [self.variable(nodes[one.node], self.rank(nodes[one.node], one.level)) for one in edge.requires]
        needs += [f"!{self.variable(nodes[one.node], self.rank(nodes[one.node], one.level))}" for one in edge.unless]
        for other in self.mechanism.edges:
            if other.executes and other.role == "blocks" and edge in self.mechanism.blocked(other):
                needs.append(f"!{_bracketed(self.fires(other))}")
        return _all(dict.fromkeys(needs))


def _word(name: str) -> str:
    """A name as a variable: letters, digits and underscores, no digit first.

    >>> _word("n-1"), _word("2026")
    ('n_1', '_2026')
    """
    word = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"_{word}" if word[0].isdigit() else word


def _all(needs: Sequence[str] | dict[str, None]) -> str:
    said = " & ".join(needs)
    return f"({said})" if len(needs) > 1 else said


def _bracketed(said: str) -> str:
    return said if said.startswith("(") or re.fullmatch(r"\w+", said) else f"({said})"


def text(mechanism: Mechanism, name: str = "bnet") -> str:
    """A mechanism as it runs, as Boolean functions. What the file leaves open, and higher levels, are variables
    named with two underscores: ``NODE__start``, ``EDGE__spares``, ``NODE__LEVEL``."""
    return "\n".join(_Net(mechanism).lines()) + "\n"
