"""The languages of the page: every word of the interface has a row in each table, and no row is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import jinja2
import pytest
from jinja2 import nodes

import kg
from kg.model import languages, records, vocabulary
from kg.page import picture, speech, words
from kg.reasoning import conflict, whatif

HERE = Path(kg.__file__).parent
PAGE = HERE / "page"


def literals(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may be: a literal, or one of several."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for part in [node.body, node.orelse] if isinstance(node, ast.IfExp) else []:
        yield from literals(part)


def of_python() -> Iterator[str]:
    for file in (file for folder in ("model", "reasoning", "page") for file in (HERE / folder).glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {t.id: n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "speak":
                said = call.args[0]
                yield from literals(names.get(said.id, said) if isinstance(said, ast.Name) else said)


def of_template() -> Iterator[str]:
    source = (PAGE / "explorer.html").read_text(encoding="utf-8")
    yield from speech.texts(source)
    for call in jinja2.Environment().parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "speak":
            first = call.args[0]
            for part in [first, *first.find_all(nodes.Const)] if isinstance(first, nodes.CondExpr) else [first]:
                if isinstance(part, nodes.Const) and isinstance(part.value, str):
                    yield part.value


def of_script(source: str) -> Iterator[str]:
    """The keys of speak`...` and speak('...'), those within ${} of others, too.

    >>> list(of_script("speak`${n} of ${speak(`a`) + speak`b ${1}`}`, speak('c')"))
    ['{0} of {1}', 'b {0}', 'c']
    """
    yield from re.findall(r"\bspeak\('([^']+)'", source)
    for match in re.finditer(r"\bspeak`", source):
        yield template(source, match.end())[0]


def template(source: str, at: int) -> tuple[str, int]:
    """The key of a template literal, and where it ends."""
    key, count = "", 0
    while source[at] != "`":
        if source.startswith("${", at):
            key, count, depth, at = f"{key}{{{count}}}", count + 1, 1, at + 2
            while depth:
                if source[at] == "`":
                    at = template(source, at + 1)[1]
                else:
                    depth += {"{": 1, "}": -1}.get(source[at], 0)
                at += 1
        else:
            key, at = key + source[at], at + 1
    return key, at


#: What scripts ask for by a name that they compute.
COMPUTED = {
    "is required for", "must be absent for", "set", "contested", "reproduces an observation", "prediction under assumption",
    "Set absent", "Set present", "condition", "reading", "comparison", "assumption", "screen",
    *(f"{relation} under “{{0}}”" for relation in ("same as", "higher than", "lower than")),
}  # fmt: skip


def of_data() -> Iterator[str]:
    """What tables of the code and of ontology/ say of any mechanism."""
    yield from COMPUTED
    yield from ("present", "absent", "unknown", "text", "as written", *(f"{stance} this" for stance in ("disputes", "qualifies")))
    yield from (*words.READ.values(), *words.STANCES.values(), *records.STATUS.values(), records.BY_DEFINITION)
    yield from (*picture.ROLES.values(), *picture.KINDS, *whatif.MARKS)
    yield from (*conflict.KINDS.values(), *conflict.VERDICTS, *conflict.CONTEXTS, "time", "dose")
    yield from (claim.label for claim in vocabulary.claims().values())
    for predicate in vocabulary.predicates().values():
        for many in (False, True):
            yield f"{{0}} {predicate.said(many)} {{1}}" + (" from {2}" if predicate.verb == "protects" else "")


def keys() -> set[str]:
    scripts = [of_script(file.read_text(encoding="utf-8")) for file in sorted((PAGE / "js").glob("*.js"))]
    return {*of_python(), *of_template(), *(key for script in scripts for key in script), *of_data()}


def values(m: kg.Mechanism) -> set[str]:
    """Words of a mechanism that many have: kinds of source, levels, species, hedges of the whole."""
    levels = {level for node in m.nodes.values() for level in node.levels}
    species = {records.common_name(taxon) for item in m.evidence() for taxon in item.taxon}
    return {*levels, *species, *(source.kind for source in m.sources.values()), *(item.hedge for item in m.scope)}
