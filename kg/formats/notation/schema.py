"""The notation for editors and readers: its JSON Schema, and the tables of the authoring guide."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kg.model import files, vocabulary
from kg.model.keys import FORMER, KEY, RECORDS, SHAPES, in_words, notation

Shape = dict[str, Any]
TEXT: Shape = {"type": "string"}
SCHEMA = "mechanism.schema.json"
#: The first line of a file, by which editors find the schema beside it.
EDITORS = f"# yaml-language-server: $schema={SCHEMA}\n"


def schema() -> Shape:
    """The notation as a JSON Schema (draft 7, which editors read): completion and hover while one writes."""
    title = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "A mechanism in the notation of kg"}
    parts = {name: _record(name) for name in RECORDS if name != "mechanism"}
    return {**title, **_record("mechanism"), "definitions": parts}


def _record(name: str) -> Shape:
    """The keys of a record, and no others."""
    keys = notation()[name].values()
    former = {old: _shape(notation()[name][new].kind) for old, new in FORMER.get(name, {}).items()}
    either = [[{"required": [one]} for one in (key.key, key.instead)] for key in keys if key.instead]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key.key for key in keys if key.required and not key.instead],
        **({"allOf": [{"anyOf": pair} for pair in either]} if either else {}),
        "properties": {**{key.key: {**_shape(key.kind), "description": key.meaning} for key in keys}, **former},
    }


def _entry(name: str) -> Shape:
    """A record where it is held: as a mapping, or as its short form."""
    ref = {"$ref": f"#/definitions/{name}"}
    short = [key for key in notation()[name].values() if key.short]
    behind = [{**TEXT, "pattern": f"^{key.opening}{KEY}$"} for key in short if key.opening]
    return {"anyOf": [ref, *(_shape(key.kind) for key in short if not key.opening), *behind]} if short else ref


def _shape(kind: str) -> Shape:
    """What a value of that kind looks like."""
    form, _, of = kind.partition(":")
    if form in FORMS:
        return FORMS[form](of)
    return {**TEXT, "pattern": f"^{SHAPES[form][0]}$"} if form in SHAPES and form not in ("text", "value") else TEXT


def _list(of: str) -> Shape:
    items = _entry(of) if of in RECORDS else _shape(of)
    many = {"type": "array", "items": items}
    return many if of in RECORDS and of != "requirement" else {"anyOf": [many, items]}


def _number(form: str) -> Shape:  # an editor may read it as a number
    return {"type": ["string", "integer"], "pattern": f"^{SHAPES[form][0]}$"}


def _sentence() -> Shape:
    return {**TEXT, "pattern": rf"^{KEY} ({'|'.join(vocabulary.predicates())}) {KEY}( from {KEY})?$"}


#: The shape of each kind that is more than one text.
FORMS: dict[str, Callable[[str], Shape]] = {
    "record": _entry,
    "list": _list,
    "map": lambda of: {
        "type": "object",
        "propertyNames": {"pattern": f"^{KEY}$"},
        "additionalProperties": _entry(of),
    },
    **dict.fromkeys(("values", "names"), lambda of: {"type": "object", "additionalProperties": TEXT}),
    "rows": lambda of: {"type": "array", "items": {"type": "array", "items": TEXT}},
    "span": lambda of: {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 2, "maxItems": 2},
    # editors read an unquoted no as false, as YAML 1.1 does; kg reads it as it is written
    "choice": lambda of: {"enum": [*of.split("|"), *([False] if "no" in of.split("|") else [])]},
    "yesno": lambda of: {"enum": ["yes", "no", *filter(None, of.split("|")), True, False]},
    "sentence": lambda of: _sentence(),
    "digits": lambda of: _number("digits"),
    "date": lambda of: _number("date"),
    "term": lambda of: {**TEXT, "pattern": r"^\S+:\S+ ! .+$" + "|^none$" * bool(of)},
}


def as_text() -> str:
    """The JSON Schema as the text of its file."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def guide() -> str:
    """The keys of every record as Markdown tables: the reference part of docs/notation.md."""
    out = []
    for name, keys in notation().items():
        out += [f"### {name}", "", "| key | what it is | value | example |", "|---|---|---|---|"]
        for key in keys.values():
            marks = f" (needed{f', unless `{key.instead}` is there' * bool(key.instead)})" * bool(key.required)
            marks += " (may stand alone)" * (key.short == "yes")
            marks += f" (may stand alone: `{key.opening}{key.example}`)" * bool(key.opening)
            cells = (f"`{key.key}`{marks}", key.meaning, in_words(key.kind), f"`{key.example}`" if key.example else "")
            out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        out.append("")
    out += ["### verbs", "", "| verb | in a run | joins | means |", "|---|---|---|---|"]
    out += [f"| `{p.verb}` | {p.role} | {p.kinds} | {p.definition} |" for p in vocabulary.predicates().values()]
    return "\n".join([*out, ""])


def with_schema(file: Path, text: str) -> None:
    """Write a file in the notation, and beside it the schema that its first line names, for editors; the folder is made."""
    made = {file: f"{EDITORS}{text.removeprefix(EDITORS)}", file.with_name(SCHEMA): as_text()}
    files.write_all(made, file.parent)
