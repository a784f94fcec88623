"""The notation for editors and readers: its JSON Schema, and the tables of the authoring guide."""

from __future__ import annotations

import json
from typing import Any

from kg.model import vocabulary
from kg.model.keys import KEY, RECORDS, SHAPES, in_words, notation


def schema() -> dict[str, Any]:
    """The notation as a JSON Schema (draft 7, which editors read): completion and hover while one writes."""
    verbs = "|".join(vocabulary.predicates())
    any_text: dict[str, Any] = {"type": "string"}

    def shape(kind: str) -> dict[str, Any]:
        form, _, of = kind.partition(":")
        if form == "record":
            return entry(of)
        if form == "list":
            items = entry(of) if of in RECORDS else shape(of)
            many = {"type": "array", "items": items}
            return many if of in RECORDS and of != "requirement" else {"anyOf": [many, items]}
        if form == "map":
            return {"type": "object", "propertyNames": {"pattern": f"^{KEY}$"}, "additionalProperties": entry(of)}
        if form == "values":
            return {"type": "object", "additionalProperties": {"type": "string"}}
        if form == "rows":
            return {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
        if form == "span":
            return {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 2, "maxItems": 2}
        if form == "choice":
            # editors read an unquoted no as false, as YAML 1.1 does; kg reads it as it is written
            return {"enum": [*of.split("|"), *([False] if "no" in of.split("|") else [])]}
        if form == "yesno":
            return {"enum": ["yes", "no", *filter(None, of.split("|")), True, False]}
        if form == "sentence":
            return {**any_text, "pattern": rf"^{KEY} ({verbs}) {KEY}( from {KEY})?$"}
        if form in ("digits", "date"):  # an editor may read either as a number
            return {"type": ["string", "integer"], "pattern": f"^{SHAPES[form][0]}$"}
        if form == "term":
            return {**any_text, "pattern": r"^\S+:\S+ ! .+$" + "|^none$" * bool(of)}
        if form in SHAPES and form not in ("text", "value"):
            return {**any_text, "pattern": f"^{SHAPES[form][0]}$"}
        return any_text

    def entry(name: str) -> dict[str, Any]:
        ref = {"$ref": f"#/definitions/{name}"}
        short = next((key for key in notation()[name].values() if key.short), None)
        return {"anyOf": [ref, shape(short.kind)]} if short else ref

    def record(name: str) -> dict[str, Any]:
        keys = notation()[name].values()
        properties = {key.key: {**shape(key.kind), "description": key.meaning} for key in keys}
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [key.key for key in keys if key.required],
            "properties": properties,
        }

    title = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "A mechanism in the notation of kg"}
    return {
        **title,
        **record("mechanism"),
        "definitions": {name: record(name) for name in RECORDS if name != "mechanism"},
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
            marks = " (needed)" * bool(key.required) + " (may stand alone)" * bool(key.short)
            cells = (f"`{key.key}`{marks}", key.meaning, in_words(key.kind), f"`{key.example}`" if key.example else "")
            out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        out.append("")
    out += ["### verbs", "", "| verb | in a run | joins | means |", "|---|---|---|---|"]
    out += [f"| `{p.verb}` | {p.role} | {p.kinds} | {p.definition} |" for p in vocabulary.predicates().values()]
    return "\n".join([*out, ""])
