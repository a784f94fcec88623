"""SBML-qual, Boolean models only: each species is a node, each transition the function of its output.

It is read without a library: what a hostile file could make one do, the guards of ``kg.foreign`` refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kg import boolean, foreign
from kg.foreign import Element
from kg.losses import Ledger
from kg.mechanism import Mechanism

#: A comparison of a species with a level, as a Boolean of whether the species is there.
COMPARED = {
    ("eq", 1): "{}",
    ("eq", 0): "!{}",
    ("neq", 1): "!{}",
    ("neq", 0): "{}",
    ("geq", 1): "{}",
    ("lt", 1): "!{}",
    ("gt", 0): "{}",
    ("leq", 0): "!{}",
    ("geq", 0): "1",
    ("leq", 1): "1",
    ("lt", 0): "0",
    ("gt", 1): "0",
}
TURNED = {"geq": "leq", "leq": "geq", "lt": "gt", "gt": "lt"}
SIGNS = {"positive": 1, "negative": -1}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The model of an SBML-qual file. Species without the compartment that SBML asks for are read, with a warning."""
    text = foreign.text(file, ledger)
    root = foreign.elements(text, ledger)
    model = next(root.all("model"), None)
    if root.tag != "sbml" or model is None:
        raise ledger.stop(root.at, "no-graph", f"<{root.tag}> holds no model", "an SBML file is <sbml><model>...")
    draft = foreign.Draft(file, ledger, text)
    head = ledger.record("model", "", _said(model, apart=("listOfQualitativeSpecies", "listOfTransitions")), model.at)
    draft.about["title"] = str(head.take("name") or head.take("id"))
    species = [one for part in model.all("listOfQualitativeSpecies") for one in part.all("qualitativeSpecies")]
    homeless = [one for one in species if not one.attributes.get("compartment")]
    if homeless:
        message = f"{len(homeless)} species have no qual:compartment, which SBML-qual asks for"
        ledger.complain(homeless[0].at, "no-compartment", message, "they are read all the same", "warning")
    for one in species:
        _species(draft, ledger, one)
    for part in model.all("listOfTransitions"):
        for one in part.all("transition"):
            _transition(draft, ledger, one)
    return draft.mechanism()


def _said(element: Element, apart: tuple[str, ...] = ()) -> dict[str, object]:
    """The attributes of an element, and below them what its children say, for the ledger."""
    said: dict[str, object] = dict(element.attributes)
    for i, child in enumerate(child for child in element.children if child.tag not in apart):
        inner = _said(child)
        said[f"{child.tag}.{i}"] = {**inner, **({"text": child.text.strip()} if child.text.strip() else {})}
    return said


def _species(draft: foreign.Draft, ledger: Ledger, element: Element) -> None:
    id = element.attributes.get("id", "")
    record = ledger.record("species", id, _said(element), element.at)
    if not id:
        ledger.complain(element.at, "no-element", "a species has no qual:id")
        return
    if str(record.take("maxLevel", "1")) != "1":
        message = f"{id!r} has levels up to {element.attributes['maxLevel']}; only Boolean models are read"
        ledger.complain(element.at, "not-boolean", message, "make a Boolean model of it, as GINsim does")
    label = str(record.take("name"))
    record.take("id")
    record.lost("compartment", "a place needs an ontology term")
    draft.node(id, label, at=element.at)
    if str(record.see("constant")) == "false":
        record.take("constant")


def _transition(draft: foreign.Draft, ledger: Ledger, element: Element) -> None:
    """The function of each output of a transition: its terms, and what holds where none of them does."""
    terms = [one for part in element.all("listOfFunctionTerms") for one in part.children]
    inputs = [one for part in element.all("listOfInputs") for one in part.all("input")]
    outputs = [one for part in element.all("listOfOutputs") for one in part.all("output")]
    id = element.attributes.get("id", "")
    record = ledger.record(
        "transition", id, _said(element, ("listOfInputs", "listOfOutputs", "listOfFunctionTerms")), element.at
    )
    record.changed("id", "the edges are called by their sentences")
    try:
        said = _function(
            terms, {one.attributes.get("id", ""): one.attributes.get("thresholdLevel", "") for one in inputs}
        )
        function = boolean.parsed(said)
    except ValueError as error:
        ledger.complain(
            element.at, "no-function", str(error.args[-1]), "terms of and, or, not and comparisons with 0 or 1"
        )
        return
    for name in function.variables:
        if name not in draft.keys:
            ledger.complain(
                element.at, "unknown-node", f"the function of {id!r} speaks of {name!r}, which is no species"
            )
            return
    for one in inputs:
        _input(ledger, one, function)
    for one in outputs:
        target = one.attributes.get("qualitativeSpecies", "")
        output = ledger.record("output", target, {**_said(one), "function": said}, one.at)
        for name in ("qualitativeSpecies", "function"):
            output.take(name)
        if output.see("transitionEffect") == "assignmentLevel":
            output.take("transitionEffect")
        else:
            ledger.complain(one.at, "not-boolean", f"the output {target!r} is not assigned its level")
        output.changed("id", "the edges are called by their sentences")
        if target not in draft.keys:
            ledger.complain(one.at, "unknown-node", f"the output {target!r} is no species")
        elif said != target:  # else a free input
            try:
                boolean.express(draft, target, function, element.at)
            except ValueError as error:
                ledger.complain(element.at, "no-function", str(error.args[-1]), "give parts of it species of their own")


def _input(ledger: Ledger, element: Element, function: boolean.Function) -> None:
    """An input is said again by the function: its sign is carried where the function has the same."""
    name = element.attributes.get("qualitativeSpecies", "")
    record = ledger.record("input", name, _said(element), element.at)
    record.take("qualitativeSpecies")
    record.changed("id", "the edges are called by their sentences")
    if name not in function.variables:
        record.lost("qualitativeSpecies", "the function does not depend on it")
        record.lost("sign", "the function does not depend on it")
        return
    if record.see("transitionEffect") == "none":
        record.take("transitionEffect")
    sign = str(record.see("sign"))
    if SIGNS.get(sign) == boolean.sign(function, name):
        record.take("sign")
    elif sign:
        record.lost("sign", "the function does not say so")


def _function(terms: list[Element], thresholds: Mapping[str, str]) -> str:
    """The Boolean function of all terms, as text. Raises ValueError."""
    default = "0"
    true: list[str] = []
    false: list[str] = []
    for term in terms:
        level = term.attributes.get("resultLevel", "")
        if level not in ("0", "1"):
            raise ValueError(f"a term results in the level {level!r}; only Boolean models are read")
        if term.tag == "defaultTerm":
            default = level
            continue
        math = next(iter(next(term.all("math"), term).children), None)
        if math is None:
            raise ValueError("a function term has no formula")
        (true if level == "1" else false).append(_math(math, thresholds))
    yes, no = " | ".join(true) or "0", " | ".join(false)
    if default == "1":
        return f"({yes}) | !({no})" if no else "1"
    return f"({yes}) & !({no})" if no else yes


def _math(element: Element, thresholds: Mapping[str, str]) -> str:
    """A formula in MathML as a text with &, | and !. Raises ValueError for what is not Boolean."""
    if element.tag in ("true", "false"):
        return "1" if element.tag == "true" else "0"
    if element.tag != "apply" or not element.children:
        raise ValueError(f"<{element.tag}> is no Boolean formula")
    operator, *of = element.children
    if operator.tag in ("and", "or") and of:
        return f"({(' & ' if operator.tag == 'and' else ' | ').join(_math(one, thresholds) for one in of)})"
    if operator.tag == "not" and len(of) == 1:
        return f"!{_math(of[0], thresholds)}"
    if len(of) != 2:
        raise ValueError(f"<{operator.tag}/> of {len(of)} is no Boolean formula")
    (one, other), word = of, operator.tag
    level = _level(other, thresholds)
    if level is None:
        one, other, word = other, one, TURNED.get(word, word)
        level = _level(other, thresholds)
    name, shape = one.text.strip(), COMPARED.get((word, level if level is not None else -1))
    if one.tag != "ci" or shape is None:
        raise ValueError(f"<{operator.tag}/> does not compare a species with 0 or 1")
    return shape.format(name)


def _level(element: Element, thresholds: Mapping[str, str]) -> int | None:
    """A number, or the threshold of an input by its id."""
    said = element.text.strip() if element.tag == "cn" else thresholds.get(element.text.strip(), "")
    return int(said) if said in ("0", "1") else None
