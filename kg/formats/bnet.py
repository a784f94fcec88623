"""Boolean networks (.bnet): ``target, factors`` on each line, with ``!``, ``&`` and ``|``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg import boolean, foreign
from kg.diagnostics import Location
from kg.losses import Ledger
from kg.mechanism import Edge, Mechanism, Node

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
    "effect": "the function of the object says how far it goes, and cites nothing",
    "edge.evidence": "a Boolean network cites nothing",
    "requirement.evidence": "a Boolean network cites nothing",
    "*": "a Boolean network holds functions and no more",
}
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
    functions: dict[str, boolean.Function] = {}
    for rule in rules.values():
        record = ledger.record("rule", rule.target, {"target": rule.target, "factors": rule.factors}, rule.at)
        record.take("target")
        record.take("factors")
        try:
            functions[rule.target] = boolean.parsed(rule.factors)
        except ValueError as error:
            column, reason = error.args
            ledger.complain(rule.at.moved(rule.column + column), "no-function", reason, "such as (A & !B) | C")
    for target, rule in rules.items():
        draft.node(target, at=rule.at)
        for name in functions[target].variables if target in functions else ():
            draft.node(name, at=rule.at)
    for target, function in functions.items():
        if rules[target].factors != target:  # else a free input
            try:
                boolean.express(draft, target, function, rules[target].at)
            except ValueError as error:
                hint = "give parts of it variables of their own"
                ledger.complain(rules[target].at, "no-function", str(error.args[1]), hint)
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
