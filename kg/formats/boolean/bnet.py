"""Boolean networks (.bnet): ``target, factors`` on each line, with ``!``, ``&`` and ``|``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.formats.boolean import formulas
from kg.formats.shared import bounded, drafting
from kg.formats.shared.losses import Ledger
from kg.model.diagnostics import Location
from kg.model.mechanism import Mechanism
from kg.reasoning import outward

LOST = {
    "mechanism": "a Boolean network holds functions and no more",
    "source": "a Boolean network cites nothing",
    "evidence": "a Boolean network cites nothing",
    "place": "a Boolean network has no places",
    "node.term": "a variable has a name and no identifier",
    "node.name": "a variable has one name",
    "node.note": "a variable has a name and no more",
    "node.same": "a variable has a name and no identifier",
    "node.narrower": "a variable has a name and no identifier",
    "node.broader": "a variable has a name and no identifier",
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
CONSTANT = re.compile(r"(?<![\w.\-])(true|false)(?![\w.\-])", re.IGNORECASE)  # a word, and no variable
HEADER = ("factors", "functions")
NAME = re.compile(r"[A-Za-z_][\w.\-]*")
# ---------------------------------------------------------------- reading


@dataclass
class _Rule:
    target: str
    factors: str
    at: Location
    column: int


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The network of a .bnet file. A variable that is its own function, or has none, is a free input: unknown."""
    text = bounded.text(file, ledger)
    draft = drafting.Draft(file, ledger, text)
    rules: dict[str, _Rule] = {}
    for rule in _rules(text, ledger):
        if rule.target in rules:
            first = rules[rule.target].at.line
            ledger.complain(rule.at, "duplicate-key", f"{rule.target!r} has a function already, on line {first}")
        rules.setdefault(rule.target, rule)
    functions: dict[str, formulas.Function] = {}
    for rule in rules.values():
        record = ledger.record("rule", rule.target, {"target": rule.target, "factors": rule.factors}, rule.at)
        record.text("target")
        record.text("factors")
        try:
            if (level := rule.factors.find(":")) >= 0:
                raise formulas.NoFunction("a variable is true or false, and has no levels", level)
            functions[rule.target] = formulas.parsed(CONSTANT.sub(_digit, rule.factors))
        except formulas.NoFunction as error:
            at = rule.at.moved(rule.column + error.column)
            ledger.complain(at, "no-function", str(error), "such as (A & !B) | C")
    for target, rule in rules.items():
        draft.node(target, at=rule.at)
        for name in functions[target].variables if target in functions else ():
            draft.node(name, at=rule.at)
    for target, function in functions.items():
        if rules[target].factors != target:  # else a free input
            try:
                formulas.express(draft, target, [function], rules[target].at)
            except formulas.NoFunction as error:
                hint = "give parts of it variables of their own"
                ledger.complain(rules[target].at, "no-function", str(error), hint)
    if ledger.wrong and not draft.edges:
        raise ledger.stop(None, "no-edges", "the file has no function that can be read")
    return draft.mechanism()


def _digit(constant: re.Match[str]) -> str:
    """A constant as the digit that it is, as wide as the word, so that columns stay."""
    return ("1" if constant[0].casefold() == "true" else "0").ljust(len(constant[0]))


def _rules(text: str, ledger: Ledger) -> Iterator[_Rule]:
    for number, line in enumerate(text.split("\n"), 1):
        said, mark, comment = line.partition("#")
        at = ledger.at(number, 1, line if len(line) < 10_000 else "")
        if mark and comment.strip():
            ledger.record("comment", str(number), {"text": comment}, at).lost("text", "comments are not kept")
        target, comma, factors = said.partition(",")
        if not said.strip() or (target.strip().casefold() == "targets" and factors.strip().casefold() in HEADER):
            continue
        if not comma or not NAME.fullmatch(target.strip()):
            message = "the line has no comma" if not comma else f"{target.strip()[:40]!r} is no name of a variable"
            ledger.complain(at, "no-function", message, "a line is: target, factors")
            continue
        column = len(target) + 1 + len(factors) - len(factors.lstrip())
        yield _Rule(target.strip(), factors.strip(), at, column)


# ---------------------------------------------------------------- writing


#: A function cannot say what in it is an inference, so none is written unless all is asked for.
without_inferences = outward.functions_without_inferences


def _lines(net: formulas.Net) -> Iterator[str]:
    yield from (f"{name}, {factors}" for name, factors in net.functions())
    yield from (f"{name}, {name}" for name in net.extra)


def text(mechanism: Mechanism, name: str = "bnet") -> str:
    """A mechanism as it runs, as Boolean functions. What the file leaves open, and higher levels, are variables
    named with two underscores: ``NODE__start``, ``EDGE__spares``, ``NODE__LEVEL``."""
    head = [f"# {outward.caveat(mechanism)}", "targets, factors"]
    return "\n".join([*head, *_lines(formulas.Net(mechanism))]) + "\n"
