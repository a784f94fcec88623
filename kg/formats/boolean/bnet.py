"""Boolean networks as text, in three languages.

BoolNet (.bnet) has ``target, factors`` on each line, with ``!``, ``&`` and ``|``, and is the one that is written.
BooleanNet has ``target* = factors``, with ``not``, ``and`` and ``or``, and may say what a variable starts from.
MaBoSS (.bnd) has ``Node target { logic = factors; rate_up = ...; rate_down = ...; }``.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg.formats.boolean import formulas
from kg.formats.shared import bounded, drafting, losses
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model.diagnostics import Location
from kg.model.limits import most
from kg.model.mechanism import Mechanism
from kg.reasoning import outward

LOST = {
    "mechanism": "a Boolean network holds only functions",
    "source": "a Boolean network cites nothing",
    "evidence": "a Boolean network cites nothing",
    "place": "a Boolean network has no places",
    "node.term": "a variable has a name but no identifier",
    "node.name": "a variable has one name",
    "node.note": "a variable has only a name",
    "node.same": "a variable has a name but no identifier",
    "node.narrower": "a variable has a name but no identifier",
    "node.broader": "a variable has a name but no identifier",
    "node.in": "a variable has no place",
    "node.kind": "a variable has only a name",
    "node.outcome": "a variable has only a name",
    "node.levels": "a variable is true or false; higher levels are variables of their own",
    "node.at start": "a function states a condition, not a starting value",
    "edge": "the function of its object states its effect, as other edges; an edge that does not run is in no function",
    "requirement": "the function of the object states it, as another edge",
    "effect": "the function of the object says how far it goes, and cites nothing",
    "edge.evidence": "a Boolean network cites nothing",
    "requirement.evidence": "a Boolean network cites nothing",
    "*": "a Boolean network holds only functions",
}
HEADER = ("factors", "functions")
NAME = r"[^\W\d][\w.\-]*"
#: A rule of BooleanNet, perhaps with the rank in which it is applied; what variables start from; a node of MaBoSS.
_RULE = re.compile(rf"\s*(?:(?P<rank>[0-9]+)\s*:\s*)?(?P<target>{NAME})\s*\*\s*=(?P<factors>.*)")
_START = re.compile(rf"\s*(?P<targets>(?:{NAME}\s*=\s*)+)(?P<value>true|false|random|[01])\s*", re.IGNORECASE)
_NODE = re.compile(r"\bnode\s+(?P<target>[^\s{]+)\s*\{(?P<inner>[^{}]*)\}\s*;?", re.IGNORECASE)
_ITEM = re.compile(r'\b(?P<key>\w+)\s*=\s*(?P<value>"[^"]*"|[^;]*);?')
#: How fast a node of MaBoSS goes up and down, where its logic alone says so.
RATES = {"rate_up": "@logic ? 1 : 0", "rate_down": "@logic ? 0 : 1"}
_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_AMOUNT = re.compile(rf"(?:{_NUMBER}|\$\w+)(?:\s*[*/]\s*(?:{_NUMBER}|\$\w+))*")
DEEPEST = most("conditions")  # conditions within conditions of a rate

# ---------------------------------------------------------------- reading


@dataclass
class _Rule:
    """A variable with the text of its function; ``rest`` is what else the file says of it, and why that is lost."""

    target: str
    factors: str
    at: Location
    column: int  # where the text stands in the line, from 0
    rest: dict[str, tuple[str, str]] = field(default_factory=dict)


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The network of a file. A variable that is its own function, or has none, is a free input: unknown, if nothing says
    what it starts from."""
    text = bounded.text(file, ledger)
    draft = drafting.Draft(file, ledger, text)
    rules: dict[str, _Rule] = {}
    starts: list[ForeignRecord] = []
    for rule in _nodes(text, ledger) if _NODE.search(text) else _rules(text, ledger, starts):
        if rule.target in rules:
            first = rules[rule.target].at.line
            ledger.complain(rule.at, "duplicate-key", f"{rule.target!r} has a function already, on line {first}")
        rules.setdefault(rule.target, rule)
    taken = {target.casefold() for target in rules}
    words = {word: token for word, token in formulas.WORDS.items() if word not in taken}
    functions: dict[str, formulas.Function] = {}
    for rule in rules.values():
        said = {"target": rule.target, "factors": rule.factors, **{key: one for key, (one, _) in rule.rest.items()}}
        record = ledger.record("rule", rule.target, said, rule.at)
        record.carried("target", "factors")
        for key, (_, why) in rule.rest.items():
            record.lost(key, why)
        try:
            if (level := rule.factors.find(":")) >= 0:
                raise formulas.NoFunction("a variable is true or false, and has no levels", level)
            functions[rule.target] = formulas.parsed(rule.factors, words)
        except formulas.NoFunction as error:
            at = rule.at.moved(rule.column + error.column)
            ledger.complain(at, "no-function", str(error), "for example (A & !B) | C")
    for target, rule in rules.items():
        draft.node(target, at=rule.at)
        for name in functions[target].variables if target in functions else ():
            draft.node(name, at=rule.at)
    free = set(draft.keys) - set(rules)
    for target, function in functions.items():
        if function.is_variable(target):
            free.add(target)
            continue
        try:
            formulas.express(draft, target, [function], rules[target].at)
        except formulas.NoFunction as error:
            hint = "split it: introduce variables for parts of it"
            ledger.complain(rules[target].at, "no-function", str(error), hint)
    for start in starts:
        _start(draft, start, free)
    if ledger.wrong and not draft.edges:
        raise ledger.stop(None, "no-edges", "the file has no function that can be read")
    return draft.mechanism()


def _start(draft: drafting.Draft, record: ForeignRecord, free: Container[str]) -> None:
    """What a variable starts from. It stays so where no function moves it."""
    target, value = record.text("target"), record.text("value").casefold()
    if target in draft.keys and target not in free:
        for key in record.fields():
            record.lost(key, "the function of the variable decides its value, so a starting value has no effect")
        return
    at_start = {"true": "present", "1": "present", "false": "absent", "0": "absent"}.get(value, "unknown")
    key = draft.node(target, at=record.at)
    draft.nodes[key] = replace(draft.nodes[key], at_start=at_start)


def _rules(text: str, ledger: Ledger, starts: list[ForeignRecord]) -> Iterator[_Rule]:
    """The rules on the lines of BoolNet and BooleanNet; what variables start from goes to ``starts``."""
    uncertain = False  # whether a third column says how probable a function is
    for number, line in enumerate(text.split("\n"), 1):
        said, mark, comment = line.partition("#")
        at = ledger.at(number, 1, line if len(line) < 10_000 else "")
        if mark and comment.strip():
            ledger.record("comment", str(number), {"text": comment}, at).lost("text", "comments are not kept")
        target, comma, factors = said.partition(",")
        head = [word.strip().casefold() for word in said.split(",")] if len(said) < 100 else []
        if not said.strip():
            continue
        if head[:1] == ["targets"] and head[1:2] and head[1] in HEADER:
            uncertain = head[2:] == ["probabilities"]
        elif rule := _RULE.fullmatch(said):
            rank = {"rank": (rule["rank"], "when it is applied is not said")} if rule["rank"] else {}
            yield _rule(rule["target"], rule["factors"], at, rule.start("factors"), rank)
        elif start := _START.fullmatch(said):
            for name in re.findall(NAME, start["targets"]):
                starts.append(ledger.record("start", name, {"target": name, "value": start["value"]}, at))
        elif not comma or not re.fullmatch(NAME, target.strip()):
            message = (
                "the line has no comma" if not comma else f"{target.strip()[:40]!r} is not a valid name of a variable"
            )
            ledger.complain(at, "no-function", message, "a line is: target, factors")
        else:
            factors, _, chance = factors.partition(",") if uncertain else (factors, "", "")
            rest = {"probability": (chance.strip(), "kg has no probabilities of functions")} if chance.strip() else {}
            yield _rule(target.strip(), factors, at, len(target) + 1, rest)


def _rule(target: str, factors: str, at: Location, ahead: int, rest: dict[str, tuple[str, str]]) -> _Rule:
    """A rule of a line; ``ahead`` is where the text of its function begins."""
    return _Rule(target, factors.strip(), at, ahead + len(factors) - len(factors.lstrip()), rest)


def _nodes(text: str, ledger: Ledger) -> Iterator[_Rule]:
    """The nodes of MaBoSS."""
    place = bounded.Places(text, ledger).shown

    def blank(found: re.Match[str]) -> str:
        if said := found[0].strip("/* \t\n"):
            at = place(found.start())
            ledger.record("comment", str(at.line), {"text": said}, at).lost("text", "comments are not kept")
        return re.sub(r"[^\n]", " ", found[0])

    plain = re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.DOTALL)
    shape = "Node A { logic = B & !C; }"
    found, ends = list(_NODE.finditer(plain)), [0, *(one.end() for one in _NODE.finditer(plain))]
    for end, start in zip(ends, [*(one.start() for one in found), len(plain)], strict=True):
        if between := plain[end:start].strip():
            at = place(plain.index(between, end))
            ledger.complain(at, "no-function", f"{between.split()[0][:40]!r} is not a node", shape)
    for one in found:
        at, target = place(one.start()), one["target"].strip('"')
        if not re.fullmatch(NAME, target):
            ledger.complain(at, "no-function", f"{target[:40]!r} is not a valid name of a variable", shape)
            continue
        items, odd = {}, _ITEM.sub("", one["inner"]).strip()
        for item in _ITEM.finditer(one["inner"]):
            said = item["value"].strip()
            if item["key"] in items or not said:
                odd = odd or item[0].strip()
            items[item["key"]] = (said.strip('"'), one.start("inner") + item.start("value"))
        if odd:
            ledger.complain(at, "no-function", f"{odd[:40]!r} of {target!r} is not a setting, or occurs twice", shape)
        yield _node(target, items, at, place(items["logic"][1]) if "logic" in items else at, ledger)


def _node(target: str, items: Mapping[str, tuple[str, int]], at: Location, place: Location, ledger: Ledger) -> _Rule:
    """A node of MaBoSS as a rule. As there it goes up where its rate up is more than nothing, and down likewise.

    A parameter is taken for more than nothing. A rate that is not stated follows the logic; without logic it is nothing.
    """
    said = {key: value for key, (value, _) in items.items()}
    logic = said.get("logic", "")
    rest = {key: (value, losses.UNUSED) for key, value in said.items() if key != "logic"}
    rest |= {key: (said[key], "kg does not keep the size of rates") for key in RATES if key in said}
    plain = _Rule(target, logic or target, replace(place, column=1), place.column - 1, rest)
    try:
        up, down = (_moves(said.get(key) or (usual if logic else "0"), said) for key, usual in RATES.items())
        moves = f"!{target} & {up} | {target} & !{down}"
        if logic and len({one.number for one in formulas.together([logic, moves], formulas.WORDS)}) == 1:
            return plain
    except formulas.NoFunction as error:
        if not logic:
            ledger.complain(at, "no-function", f"the rates of {target!r}: {error}", "logic = B & !C;")
        for key in RATES.keys() & rest.keys() if logic else ():
            rest[key] = (said[key], f"the logic alone is read: {error}")
        return plain
    if logic and not any("@logic" in said.get(key, "@logic") for key in RATES):
        rest["logic"] = (logic, "the rates were used instead")
    return replace(plain, factors=moves, at=at, column=0)


def _moves(rate: str, said: Mapping[str, str], deep: int = 0) -> str:
    """Where a rate is more than nothing, as the text of a function. Raises NoFunction for a rate that cannot be read."""
    rate = rate.strip()
    marks = [(found.start(), found[0]) for found in re.finditer(r"[()?:]", rate)]
    depth, asked, ask, other, closed = 0, 0, -1, -1, 0
    for position, mark in marks:
        depth += {"(": 1, ")": -1}.get(mark, 0)
        closed = closed or (position if depth == 0 and mark == ")" else 0)
        asked += {"?": 1, ":": -1}.get(mark, 0) if depth == 0 else 0
        ask = position if mark == "?" and depth == 0 and ask < 0 else ask
        other = position if mark == ":" and depth == 0 and asked == 0 and other < 0 else other
    if deep > DEEPEST:
        raise formulas.NoFunction(f"conditions are nested more than {DEEPEST} levels deep")
    if rate.startswith("(") and closed == len(rate) - 1:
        return _moves(rate[1:-1], said, deep + 1)
    if _AMOUNT.fullmatch(rate):
        return "0" if 0 in map(float, re.findall(rf"(?<![\w$.]){_NUMBER}", rate)) else "1"
    if not 0 < ask < other:
        raise formulas.NoFunction(f"{rate[:40]!r} is neither a number nor of the form: condition ? rate : rate")
    condition = re.sub(r"@(\w+)", lambda found: f"({said.get(found[1], found[0])})", rate[:ask])
    formulas.parsed(condition, formulas.WORDS)
    yes, no = (_moves(one, said, deep + 1) for one in (rate[ask + 1 : other], rate[other + 1 :]))
    return f"(({condition}) & {yes} | !({condition}) & {no})"


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
    return "\n".join([*head, *_lines(formulas.Net(mechanism, NAME))]) + "\n"
