"""Boolean functions, and mechanisms made of them: what .bnet and SBML-qual have in common.

Every Boolean function is expressible. Its prime implicants are taken, all of them, so that a run settles whatever
percolation settles (Blake's canonical form). A function that is false where all its variables are false has a
positive variable in each, and becomes edges that increase its target, with ``requires`` and ``unless``; any other has
a complement of which that holds, and becomes complete decreases from a present start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from kg.formats.shared import drafting
from kg.model.diagnostics import Location
from kg.model.mechanism import Mechanism
from kg.model.records import ONE_LOWER, Edge, Effect, Evidence, Node, Requirement, Sentence

MOST_VARIABLES = 24  # of one function: its table has two to the power of these rows
MOST_TOKENS = 100_000  # of one function, as text
MOST_TERMS = 2000  # prime implicants of one function
RANK = {"|": 1, "&": 2, "!": 3}
TOKEN = re.compile(r"\s*(?:([A-Za-z_][\w.\-]*(?::[0-9]+)?)|([01](?![\w.]))|(&&?|\|\|?|[!()]))")
_BLANKS = re.compile(r"\s*")
#: A conjunction: which variables are true in it, and which are false.
Term = tuple[frozenset[str], frozenset[str]]


class NoFunction(Exception):
    """A text, or a formula of SBML, that is no function that can be read: why, and in which column (from 0)."""

    def __init__(self, reason: str, column: int = 0) -> None:
        super().__init__(reason)
        self.column = column


@dataclass
class Function:
    """A Boolean function as its table: bit i is its value where variable k is bit k of i.

    >>> f = parsed("a & !b | c")
    >>> sorted((sorted(p), sorted(n)) for p, n in primes(f))
    [(['a'], ['b']), (['c'], [])]
    """

    variables: tuple[str, ...]
    table: int


def parsed(factors: str, first: Sequence[str] = ()) -> Function:
    """A function from its text. Raises NoFunction.

    ``first`` are its first variables, whether it depends on them or not, so that functions can be compared.
    """
    postfix = list(_postfix(factors))
    names = tuple(dict.fromkeys((*first, *(token for token in postfix if token not in RANK and token not in "01"))))
    if len(names) > MOST_VARIABLES:
        raise NoFunction(f"the function has {len(names)} variables; {MOST_VARIABLES} is the most")
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

    def fault(reason: str) -> NoFunction:
        return NoFunction(reason, min(position, max(len(factors) - 1, 0)))

    end = len(factors.rstrip())
    tokens = 0
    while position < end:
        found = TOKEN.match(factors, position)
        position = found.start(found.lastindex or 0) if found else _BLANKS.match(factors, position).end()  # type: ignore[union-attr]
        tokens += 1
        if tokens > MOST_TOKENS:
            raise fault(f"the function has more than {MOST_TOKENS:,} words and signs")
        if found is None:
            raise fault(f"{factors[position]!r} is no part of a function")
        token = found[1] or found[2] or found[3][0]
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
    """All prime implicants of a function: the terms that no shorter one implies. Raises NoFunction for too many."""
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
                raise NoFunction(f"the function has more than {MOST_TERMS} prime implicants")
        return known[table, n]

    def names(mask: int) -> frozenset[str]:
        return frozenset(name for k, name in enumerate(function.variables) if mask >> k & 1)

    found = [(names(p), names(q)) for p, q in of(function.table, len(function.variables))]
    return sorted(found, key=lambda term: (len(term[0]) + len(term[1]), sorted(term[0]), sorted(term[1])))


def sign(function: Function, name: str) -> int:
    """1 if more of a variable can only make the function true, -1 if only false, 0 if it can do both or nothing.

    >>> [sign(parsed("a & !b | b & c & !c"), name) for name in "ab"]
    [1, -1]
    """
    k, rows = function.variables.index(name), 1 << len(function.variables)
    column = _column(k, rows)
    high, low = (function.table & column) >> (1 << k), function.table & ~column
    return (not low & ~high) - (not high & ~low)


def complement(function: Function) -> Function:
    """The function that is true where this one is false."""
    return replace(function, table=((1 << (1 << len(function.variables))) - 1) & ~function.table)


def depends(function: Function, name: str) -> bool:
    """Whether a variable matters at all.

    >>> depends(parsed("a | a & b"), "b")
    False
    """
    k, rows = function.variables.index(name), 1 << len(function.variables)
    column = _column(k, rows)
    return (function.table & column) >> (1 << k) != function.table & ~column


def threshold(name: str, level: int) -> str:
    """The variable that is true where a variable of several levels has at least this one.

    >>> threshold("x", 1), threshold("x", 2)
    ('x', 'x:2')
    """
    return f"{name}:{level}" if level > 1 else name


def of_threshold(variable: str) -> tuple[str, int]:
    """The inverse of ``threshold``."""
    name, _, level = variable.partition(":")
    return name, int(level or 1)


def impossible(variables: Sequence[str]) -> int:
    """As a table: where one has a level, and not a lower one. What a function says there does not matter."""
    rows = 1 << len(variables)
    table = 0
    for high in variables:
        for low in variables:
            (one, level), (other, least) = of_threshold(high), of_threshold(low)
            if one == other and level > least:
                table |= _column(variables.index(high), rows) & ~_column(variables.index(low), rows)
    return table


def express(
    draft: drafting.Draft,
    target: str,
    functions: Sequence[Function],
    at: Location | None,
    evidence: Sequence[Evidence] = (),
) -> None:
    """The functions of a node as edges to it, which all rest on the ``evidence``; all their variables are nodes of the
    draft by the names of the file.

    ``functions[k]`` is true where the node has at least level k + 1, all over the same variables; of a Boolean node
    there is one. A level that holds without any input is one that the node starts with, and decreases lower it.
    Raises NoFunction if one has too many prime implicants.
    """
    key, names = draft.keys[target], functions[0].variables
    never, everything = impossible(names), (1 << (1 << len(names))) - 1
    tables = [function.table | never for function in functions]
    levels = draft.nodes[key].levels or ("absent", "present")
    place = {name: number for number, name in enumerate(draft.nodes)}
    start = next((k for k in range(len(tables), 0, -1) if tables[k - 1] & 1), 0)
    terms = {table: _possible(Function(names, table), never) for table in tables[start:]}
    if start or not any(terms.values()):
        draft.nodes[key] = replace(draft.nodes[key], at_start=levels[start])
    lower: list[Term] = []  # what lowers it further
    for k, table in enumerate(tables[:start]):
        lost = _possible(Function(names, everything & ~table | never), never)
        for term in lost:
            if term not in lower:
                effect = Effect(to=levels[k]) if k else Effect(complete=True)
                _edge(draft, key, "prevents", term, at, place, effect=effect, evidence=evidence)
        lower += lost
    for k, table in enumerate(tables[start:], start):
        if table not in tables[k + 1 :]:
            more = {"level": levels[k + 1]} if draft.nodes[key].levels else {}
            for term in terms[table]:
                _edge(draft, key, "promotes", term, at, place, evidence=evidence, **more)


def _possible(function: Function, never: int) -> list[Term]:
    """The prime implicants that hold somewhere."""
    rows = 1 << len(function.variables)
    columns = {name: _column(k, rows) for k, name in enumerate(function.variables)}

    def holds(term: Term) -> int:
        table = (1 << rows) - 1
        for name in term[0]:
            table &= columns[name]
        for name in term[1]:
            table &= ~columns[name]
        return table

    return [term for term in primes(function) if holds(term) & ~never]


def _edge(
    draft: drafting.Draft, key: str, verb: str, term: Term, at: Location | None, place: Mapping[str, int], **more: Any
) -> None:
    """A conjunction as an edge: the first variable that must be true is its subject, the others are what it needs."""

    def needed(variables: Iterable[str]) -> list[Requirement]:
        found = []
        for name, level in map(of_threshold, variables):
            node = draft.nodes[draft.keys[name]]
            found.append(Requirement(node.key, node.levels[level] if level > 1 else ""))
        return sorted(found, key=lambda one: (bool(one.level), place.get(one.node, 0)))

    first, *true = needed(term[0])  # without input it holds from the start, and no edge says so
    requires = (first, *true) if first.level else tuple(true)
    unless = tuple(needed(sorted(term[1])))
    draft.edge(Sentence(first.node, verb, key), requires=requires, unless=unless, at=at, **more)


# ---------------------------------------------------------------- a mechanism as functions


@dataclass
class Net:
    """The functions of a mechanism, as it runs: what docs/semantics.md says, in Boolean terms."""

    mechanism: Mechanism
    extra: list[str] = field(default_factory=list)  # variables of what the file leaves open
    names: dict[tuple[str, ...], str] = field(default_factory=dict)  # what a variable stands for -> its name

    def __post_init__(self) -> None:
        for key, node in self.mechanism.nodes.items():  # the name that a file had, where it can be one
            own = not node.term and re.fullmatch(r"[A-Za-z_]\w*", node.name, re.ASCII)
            self.name(node.name if own else word(key), key)

    def name(self, wanted: str, *of: str) -> str:
        """The variable that stands for something: as it is wanted, or with a number if another one is called so."""
        if of not in self.names:
            tries = (wanted if n == 1 else f"{wanted}_{n}" for n in count(1))
            self.names[of] = next(one for one in tries if one not in self.names.values())
        return self.names[of]

    def functions(self) -> Iterator[tuple[str, str]]:
        """Each variable of a node with its function; ``extra`` is complete after the last."""
        for node in self.mechanism.nodes.values():
            for rank in range(1, max(2, len(node.levels))):
                name = self.variable(node, rank)
                yield name, self.function(node, rank, name)

    def variable(self, node: Node, rank: int) -> str:
        """The variable that is true where a node has at least the level of that rank."""
        name = self.names[(node.key,)]
        return self.name(f"{name}__{word(node.levels[rank])}", node.key, str(rank)) if rank > 1 else name

    def open(self, wanted: str, *of: str) -> str:
        """A variable of what the file leaves open."""
        name = self.name(wanted, *of)
        self.extra += [name] if name not in self.extra else []
        return name

    def start(self, node: Node) -> int | None:
        """The rank of the level that a node starts from; None if it is not known."""
        increased = any(
            e.executes and e.role == "increases" and e.sentence.object == node.key for e in self.mechanism.edges
        )
        said = node.at_start or ("absent" if increased else "unknown")
        return node.levels.index(said) if said in node.levels else {"absent": 0, "present": 1}.get(said)

    def function(self, node: Node, rank: int, name: str) -> str:
        into = [edge for edge in self.mechanism.edges if edge.executes and edge.sentence.object == node.key]
        increases = [edge for edge in into if edge.role == "increases"]
        decreases = [edge for edge in into if edge.role == "decreases"]
        reached = self.start(node)

        def raised(to: int) -> list[str]:
            """What raises the node to a rank, before anything lowers it."""
            causes = [self.fires(edge) for edge in increases if self.rank(node, edge.level) >= to]
            if reached is None:
                at = self.variable(node, to)
                start = self.open(f"{at}__start", node.key, str(to), "start") if causes or decreases else at
                return [start, *causes]
            return ["1"] if reached >= to else causes

        causes, spared = raised(rank), []
        for edge in decreases:
            spare, to = f"!{_bracketed(self.fires(edge))}", edge.effect.to if edge.effect else ""
            if edge.effect is None or edge.effect.extent == "unstated":
                spare = f"({spare} | {self.open(f'{word(edge.name)}__spares', edge.name, 'spares')})"
            elif to == ONE_LOWER and rank + 1 < len(node.levels):
                spare = f"({' | '.join([spare, *dict.fromkeys(raised(rank + 1))])})"
            if to not in node.levels or rank > node.levels.index(to):
                spared.append(spare)
        if node.thing:  # without it there is no activity
            spared.append(self.names[(node.activity_of,)])
        alternatives = " | ".join(dict.fromkeys(causes)) or "0"
        return " & ".join([f"({alternatives})" if spared and len(causes) > 1 else alternatives, *spared])

    def rank(self, node: Node, level: str) -> int:
        return max(node.levels.index(level), 1) if level in node.levels else 1

    def fires(self, edge: Edge) -> str:
        nodes = self.mechanism.nodes
        needs = [self.names[(edge.subject,)]]
        needs += [self.variable(nodes[one.node], self.rank(nodes[one.node], one.level)) for one in edge.requires]
        needs += [f"!{self.variable(nodes[one.node], self.rank(nodes[one.node], one.level))}" for one in edge.unless]
        for other in self.mechanism.edges:
            if other.executes and other.role == "blocks" and edge in self.mechanism.blocked(other):
                needs.append(f"!{_bracketed(self.fires(other))}")
        return _all(dict.fromkeys(needs))


def word(name: str) -> str:
    """A name as a variable: letters, digits and underscores, no digit first.

    >>> word("n-1"), word("2026")
    ('n_1', '_2026')
    """
    word = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"_{word}" if word[0].isdigit() else word


def _all(needs: Sequence[str] | dict[str, None]) -> str:
    said = " & ".join(needs)
    return f"({said})" if len(needs) > 1 else said


def _bracketed(said: str) -> str:
    return said if said.startswith("(") or re.fullmatch(r"\w+", said) else f"({said})"
