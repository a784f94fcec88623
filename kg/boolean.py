"""Boolean functions, and mechanisms made of them: what .bnet and SBML-qual have in common.

Every Boolean function is expressible. Its prime implicants are taken, all of them, so that a run settles whatever
percolation settles (Blake's canonical form). A function that is false where all its variables are false has a
positive variable in each, and becomes edges that increase its target, with ``requires`` and ``unless``; any other has
a complement of which that holds, and becomes complete decreases from a present start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from kg import foreign
from kg.diagnostics import Location
from kg.mechanism import Effect, Requirement, Sentence

MOST_VARIABLES = 16  # of one function: its table has two to the power of these rows
MOST_TERMS = 2000  # prime implicants of one function
RANK = {"|": 1, "&": 2, "!": 3}
TOKEN = re.compile(r"\s*(?:([A-Za-z_][\w.:\-]*)|([01](?![\w.]))|([!&|()]))")
#: A conjunction: which variables are true in it, and which are false.
Term = tuple[frozenset[str], frozenset[str]]


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


def express(draft: foreign.Draft, target: str, function: Function, at: Location | None) -> None:
    """The function of a node as edges to it; all its variables are nodes of the draft by the names the file gives them.

    Raises ValueError if it has too many prime implicants.
    """
    key = draft.keys[target]
    present = bool(function.table & 1)
    terms = primes(complement(function) if present else function)
    if present or not terms:
        draft.nodes[key] = replace(draft.nodes[key], at_start="present" if present else "absent")
    more: dict[str, Any] = {"effect": Effect(complete=True)} if present else {}
    place = {name: number for number, name in enumerate(draft.nodes)}
    for true, false in terms:
        subject, *others = sorted((draft.keys[name] for name in true), key=place.__getitem__)
        draft.edge(
            Sentence(subject, "prevents" if present else "promotes", key),
            requires=tuple(map(Requirement, others)),
            unless=tuple(Requirement(draft.keys[name]) for name in sorted(false)),
            at=at,
            **more,
        )
