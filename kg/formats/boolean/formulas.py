"""Boolean functions, and mechanisms made of them: what .bnet and SBML-qual have in common.

Every Boolean function is expressible. Its prime implicants are taken, all of them, so that a run settles whatever
percolation settles (Blake's canonical form). They come from a decision diagram, not from a table, so that a function may have
many variables. A function that is false where all its variables are false has a positive variable in each, and becomes
edges that increase its target, with ``requires`` and ``unless``; any other has a complement of which that holds, and
becomes complete decreases from a present start.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from types import MappingProxyType
from typing import Any

from kg.formats.shared import drafting
from kg.model.diagnostics import Location
from kg.model.limits import most
from kg.model.mechanism import Mechanism
from kg.model.records import ONE_LOWER, Edge, Effect, Evidence, Node, Requirement, Sentence

MOST_VARIABLES = most("variables")  # of one function: a diagram is as deep as it has variables
MOST_NODES = most("diagram")  # of the decision diagrams of one function
MOST_TOKENS = most("tokens")  # of one function, as text
MOST_TERMS = most("implicants")  # prime implicants of one function: each becomes an edge
RANK = {"|": 1, "^": 2, "&": 3, "!": 4}
#: What several languages of functions write in words, in small letters.
WORDS = {"and": "&", "or": "|", "not": "!", "xor": "^", "true": "1", "false": "0"}
TOKEN = re.compile(r"\s*(?:([^\W\d][\w.\-]*(?::[0-9]+)?)|([01](?![\w.]))|(&&?|\|\|?|[!~^()]))")
_BLANKS = re.compile(r"\s*")
#: Of a variable of a function, the items of evidence that what it does there rests on; of "" those of all of it.
Rests = Mapping[str, Sequence[Evidence]]
#: A conjunction: which variables are true in it, and which are false.
Term = tuple[frozenset[str], frozenset[str]]


class NoFunction(Exception):
    """A text, or a formula of SBML, that is not a function that can be read: why, and in which column (from 0)."""

    def __init__(self, reason: str, column: int = 0) -> None:
        super().__init__(reason)
        self.column = column


class Diagrams:
    """Reduced ordered binary decision diagrams over variables in one order (Bryant 1986): equal functions are one number.

    0 is false and 1 is true; any other number is a node: which variable it asks for, and where no and yes lead.
    """

    def __init__(self, variables: Sequence[str]) -> None:
        self.variables = tuple(variables)
        self.nodes = [(len(self.variables), 0, 0), (len(self.variables), 1, 1)]
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._chosen: dict[tuple[int, int, int], int] = {}

    def node(self, k: int, low: int, high: int) -> int:
        """The function that is ``low`` where variable k is false, and ``high`` where it is true. Raises NoFunction."""
        if low == high:
            return low
        if (k, low, high) not in self._numbers:
            if len(self.nodes) >= MOST_NODES:
                raise NoFunction(f"the function is too large: its decision diagram has more than {MOST_NODES:,} nodes")
            self._numbers[k, low, high] = len(self.nodes)
            self.nodes.append((k, low, high))
        return self._numbers[k, low, high]

    def choose(self, f: int, yes: int, no: int) -> int:
        """The function that is ``yes`` where f is true, and ``no`` where it is false."""
        if f < 2:
            return yes if f else no
        if yes == no or (yes, no) == (1, 0):
            return f if yes != no else yes
        if (f, yes, no) not in self._chosen:
            k = min(self.nodes[one][0] for one in (f, yes, no))
            low = self.choose(self._branch(f, k, 1), self._branch(yes, k, 1), self._branch(no, k, 1))
            high = self.choose(self._branch(f, k, 2), self._branch(yes, k, 2), self._branch(no, k, 2))
            self._chosen[f, yes, no] = self.node(k, low, high)
        return self._chosen[f, yes, no]

    def _branch(self, f: int, k: int, to: int) -> int:
        return self.nodes[f][to] if self.nodes[f][0] == k else f

    def both(self, f: int, g: int) -> int:
        return self.choose(f, g, 0)

    def either(self, f: int, g: int) -> int:
        return self.choose(f, 1, g)

    def differ(self, f: int, g: int) -> int:
        return self.choose(f, self.negation(g), g)

    def negation(self, f: int) -> int:
        return self.choose(f, 0, 1)

    def variable(self, name: str) -> int:
        return self.node(self.variables.index(name), 0, 1)

    def given(self, f: int, k: int, value: bool) -> int:
        """A function where variable k has a value."""
        known: dict[int, int] = {}

        def of(one: int) -> int:
            at, low, high = self.nodes[one]
            if at >= k:
                return (high if value else low) if at == k else one
            if one not in known:
                known[one] = self.node(at, of(low), of(high))
            return known[one]

        return of(f)

    def term(self, term: Term) -> int:
        """A conjunction as a function."""
        found = 1
        for names, true in zip(term, (True, False), strict=True):
            for name in names:
                one = self.variable(name)
                found = self.both(found, one if true else self.negation(one))
        return found


@dataclass(frozen=True)
class Function:
    """A Boolean function: its variables, whether it depends on them or not, and its number among diagrams.

    >>> f = parsed("a & !b | c")
    >>> sorted((sorted(p), sorted(n)) for p, n in primes(f))
    [(['a'], ['b']), (['c'], [])]
    >>> f.value({"a", "b"}), f.value({"b", "c"})
    (False, True)
    """

    diagrams: Diagrams
    number: int
    variables: tuple[str, ...]

    def value(self, true: Container[str]) -> bool:
        """What it is where these variables are true and the others false."""
        one = self.number
        while one > 1:
            k, low, high = self.diagrams.nodes[one]
            one = high if self.diagrams.variables[k] in true else low
        return bool(one)

    def is_variable(self, name: str) -> bool:
        """Whether it is a variable, and no more."""
        return name in self.variables and self.number == self.diagrams.variable(name)

    def never(self) -> bool:
        """Whether it holds nowhere that is possible: where a variable has a level, it has the lower ones."""
        never = impossible(self.diagrams)
        return self.diagrams.either(self.number, never) == never


def parsed(factors: str, words: Mapping[str, str] = MappingProxyType({})) -> Function:
    """A function from its text; ``words`` are names that are operators or constants. Raises NoFunction.

    >>> parsed("A AND NOT B", WORDS).value("A")
    True
    """
    return together([factors], words)[0]


def together(texts: Iterable[str], words: Mapping[str, str] = MappingProxyType({})) -> list[Function]:
    """Functions over the same variables, so that equal ones are equal. Raises NoFunction."""
    postfixes = [list(_postfix(factors, words)) for factors in texts]
    names = dict.fromkeys(token for one in postfixes for token in one if token not in RANK and token not in "01")
    if len(names) > MOST_VARIABLES:
        raise NoFunction(f"the function has {len(names)} variables; the limit is {MOST_VARIABLES}")
    diagrams = Diagrams(_order(postfixes))
    values = {"0": 0, "1": 1, **{name: diagrams.variable(name) for name in names}}
    return [Function(diagrams, _number(diagrams, postfix, values), tuple(names)) for postfix in postfixes]


def _order(postfixes: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Variables in the order that the larger part of each joint has them, so that what acts together stands together
    and the diagrams stay small.

    >>> _order([list(_postfix("(a | b | c) & (a & x | b & y | c & z)", {}))])
    ('a', 'x', 'b', 'y', 'c', 'z')
    """
    stack: list[dict[str, None]] = [{}]
    for token in (token for postfix in postfixes for token in (*postfix, "|")):
        if token in RANK and token != "!":
            other, one = stack.pop(), stack.pop()
            stack.append({**other, **one} if len(other) > len(one) else {**one, **other})
        elif token not in RANK:
            stack.append({} if token in "01" else {token: None})
    return tuple(stack[0])


def _number(diagrams: Diagrams, postfix: Iterable[str], values: Mapping[str, int]) -> int:
    """The number of a function. What one operator joins waits, and is joined in halves, so that few large parts are made."""
    stack: list[tuple[str, list[int]]] = []

    def taken() -> int:
        sign, parts = stack.pop()
        join = {"&": diagrams.both, "|": diagrams.either, "^": diagrams.differ}.get(sign, diagrams.both)
        while len(parts) > 1:
            parts = [join(*parts[i : i + 2]) if i + 1 < len(parts) else parts[i] for i in range(0, len(parts), 2)]
        return parts[0]

    for token in postfix:
        if token == "!":
            stack.append(("", [diagrams.negation(taken())]))
        elif token in RANK:
            other = taken()
            if stack[-1][0] == token:
                stack[-1][1].append(other)
            else:
                stack.append((token, [taken(), other]))
        else:
            stack.append(("", [values[token]]))
    return taken()


def _postfix(factors: str, words: Mapping[str, str]) -> Iterator[str]:
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
            raise fault(f"{factors[position]!r} is not part of a function")
        said = found[1] or found[2] or found[3]
        token = words.get(said.casefold(), said) if found[1] else said[0].replace("~", "!")
        sign = token in RANK or token in ("(", ")")
        if value == (token in ("(", "!") or not sign):
            raise fault(f"{said!r} is not allowed here" if sign else f"there is no operator before {said!r}")
        if token == ")":
            while operators and operators[-1][0] != "(":
                yield operators.pop()[0]
            if not operators:
                raise fault("no bracket opens before this one closes")
            operators.pop()
        elif token in ("(", "!"):
            operators.append((token, position))
        elif sign:
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
    diagrams, names = function.diagrams, function.diagrams.variables
    known: dict[int, frozenset[tuple[int, int]]] = {0: frozenset(), 1: frozenset([(0, 0)])}

    def of(one: int) -> frozenset[tuple[int, int]]:
        """The primes of a diagram, as masks of the true and of the false ones."""
        if one not in known:
            k, low, high = diagrams.nodes[one]
            either = of(diagrams.both(low, high))
            without = [(p, q | 1 << k) for p, q in of(low) - either]
            with_it = [(p | 1 << k, q) for p, q in of(high) - either]
            known[one] = frozenset((*either, *without, *with_it))
            if len(known[one]) > MOST_TERMS:
                raise NoFunction(f"the function has more than {MOST_TERMS:,} prime implicants")
        return known[one]

    def named(mask: int) -> frozenset[str]:
        return frozenset(name for k, name in enumerate(names) if mask >> k & 1)

    found = [(named(p), named(q)) for p, q in of(function.number)]
    return sorted(found, key=lambda term: (len(term[0]) + len(term[1]), sorted(term[0]), sorted(term[1])))


def _halves(function: Function, name: str) -> tuple[int, int]:
    """A function where a variable is false, and where it is true."""
    k = function.diagrams.variables.index(name)
    low, high = (function.diagrams.given(function.number, k, value) for value in (False, True))
    return low, high


def sign(function: Function, name: str) -> int:
    """1 if more of a variable can only make the function true, -1 if only false, 0 if it can do both or nothing.

    >>> [sign(parsed("a & !b | b & c & !c"), name) for name in "ab"]
    [1, -1]
    """
    low, high = _halves(function, name)
    either = function.diagrams.either(low, high)
    return (either == high) - (either == low)


def depends(function: Function, name: str) -> bool:
    """Whether a variable matters at all.

    >>> depends(parsed("a | a & b"), "b")
    False
    """
    low, high = _halves(function, name)
    return low != high


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


def impossible(diagrams: Diagrams) -> int:
    """Where one has a level, and not a lower one. What a function says there does not matter."""
    found = 0
    levels: dict[str, list[tuple[int, str]]] = {}
    for variable in diagrams.variables:
        name, level = of_threshold(variable)
        levels.setdefault(name, []).append((level, variable))
    for several in map(sorted, levels.values()):
        for (_, low), (_, high) in pairwise(several):
            found = diagrams.either(found, diagrams.term((frozenset([high]), frozenset([low]))))
    return found


def express(
    draft: drafting.Draft,
    target: str,
    functions: Sequence[Function],
    at: Location | None,
    rests: Rests = MappingProxyType({}),
) -> None:
    """The functions of a node as edges to it; all their variables are nodes of the draft by the names of the file.

    ``functions[k]`` is true where the node has at least level k + 1, all over the same variables; of a Boolean node
    there is one. A level that holds without any input is one that the node starts with, and decreases lower it.
    What a variable does there ``rests`` on its items of evidence, and on those of "". Raises NoFunction if a function has too many prime
    implicants.
    """
    key, diagrams = draft.keys[target], functions[0].diagrams
    never = impossible(diagrams)
    numbers = [diagrams.either(function.number, never) for function in functions]
    levels = draft.nodes[key].levels or ("absent", "present")
    place = {name: number for number, name in enumerate(draft.nodes)}
    start = next((k for k in range(len(numbers), 0, -1) if replace(functions[0], number=numbers[k - 1]).value(())), 0)
    terms = {number: _possible(replace(functions[0], number=number), never) for number in numbers[start:]}
    if start or not any(terms.values()):
        draft.nodes[key] = replace(draft.nodes[key], at_start=levels[start])
    lower: list[Term] = []  # what lowers it further
    for k, number in enumerate(numbers[:start]):
        less = diagrams.either(diagrams.negation(number), never)
        lost = _possible(replace(functions[0], number=less), never)
        for term in lost:
            if term not in lower:
                effect = Effect(to=levels[k]) if k else Effect(complete=True)
                _edge(draft, key, "prevents", term, at, place, rests, effect=effect)
        lower += lost
    for k, number in enumerate(numbers[start:], start):
        if number not in numbers[k + 1 :]:
            more = {"level": levels[k + 1]} if draft.nodes[key].levels else {}
            for term in terms[number]:
                _edge(draft, key, "promotes", term, at, place, rests, **more)


def _possible(function: Function, never: int) -> list[Term]:
    """The prime implicants that hold somewhere."""
    diagrams, found = function.diagrams, primes(function)
    return [term for term in found if diagrams.either(diagrams.term(term), never) != never] if never else found


def _edge(
    draft: drafting.Draft,
    key: str,
    verb: str,
    term: Term,
    at: Location | None,
    place: Mapping[str, int],
    rests: Rests,
    **more: Any,
) -> None:
    """A conjunction as an edge: the first variable that must be true is its subject, the others are what it needs.

    One that something is cited for goes first.
    """

    def needed(variables: Iterable[str]) -> list[Requirement]:
        found = []
        for name, level in map(of_threshold, variables):
            node = draft.nodes[draft.keys[name]]
            found.append(Requirement(node.key, node.levels[level] if level > 1 else "", tuple(rests.get(name, ()))))
        return sorted(found, key=lambda one: (bool(one.level), not one.evidence, place.get(one.node, 0)))

    first, *true = needed(term[0])  # without input it holds from the start, and no edge says so
    requires = (replace(first, evidence=()), *true) if first.level else tuple(true)
    unless = tuple(needed(sorted(term[1])))
    more["evidence"] = tuple(dict.fromkeys((*rests.get("", ()), *first.evidence)))
    draft.edge(Sentence(first.node, verb, key), requires=requires, unless=unless, at=at, **more)


# ---------------------------------------------------------------- a mechanism as functions


@dataclass
class Net:
    """The functions of a mechanism, as it runs: what docs/semantics.md says, in Boolean terms."""

    mechanism: Mechanism
    shape: str = r"(?a:[A-Za-z_]\w*)"  # of a name of a variable, in the format that is written
    extra: list[str] = field(default_factory=list)  # variables of what the file leaves open
    names: dict[tuple[str, ...], str] = field(default_factory=dict)  # what a variable stands for -> its name

    def __post_init__(self) -> None:
        nodes = self.mechanism.nodes
        own = {key: node.label for key, node in nodes.items() if not node.term and re.fullmatch(self.shape, node.label)}
        for key in (*own, *(key for key in nodes if key not in own)):  # the name that a file had, where it can be one
            self.name(own.get(key) or word(key), key)

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
    return said if said.startswith("(") or re.fullmatch(r"[\w.\-]+", said) else f"({said})"
