"""The notation, written: a Mechanism as YAML text."""

from __future__ import annotations

from typing import Any

import yaml

from kg.model import records
from kg.model.keys import RECORDS, notation
from kg.model.mechanism import Mechanism
from kg.model.records import Sentence, TrackedRecord


def text(mechanism: Mechanism, name: str = "yaml") -> str:
    """A mechanism in the notation. Reading it again gives an equal mechanism; comments are not kept."""
    written = yaml.serialize(_mapping(mechanism, "mechanism"), Dumper=yaml.BaseDumper, allow_unicode=True, width=110)
    return str(written)


def _mapping(record: TrackedRecord, name: str) -> yaml.Node:
    default = RECORDS[name]()
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    for key in notation()[name].values():
        value = getattr(record, key.field)
        derived = isinstance(record, records.Edge) and key.key == "name" and record.sentence.name == value
        instead = notation()[name].get(key.instead)
        needed = key.required and not (instead and getattr(record, instead.field))
        if derived or (value == getattr(default, key.field) and not needed):
            continue
        pairs.append((_scalar(key.key), _value(value, key.kind)))
    if not pairs:  # of an effect that is unstated
        pairs = [
            (_scalar(key.key), _value(getattr(record, key.field), key.kind))
            for key in notation()[name].values()
            if key.short == "yes"
        ]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=False)


def _value(value: Any, kind: str) -> yaml.Node:
    form, _, of = kind.partition(":")
    if form == "record":
        return _mapping(value, of)
    if form == "list":
        told = [item for item in value if not (isinstance(item, records.Edge) and item.definition)]
        items = [_mapping(item, of) if of in RECORDS else _scalar(str(item)) for item in told]
        return _sequence(items, flow=of not in RECORDS and of != "term")
    if form == "map":
        return yaml.MappingNode(
            "tag:yaml.org,2002:map", [(_scalar(k), _mapping(v, of)) for k, v in value.items()], flow_style=False
        )
    if form in ("values", "names"):
        pairs = [(_scalar(k), _scalar(v)) for k, v in value.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=form == "values")
    if form == "rows":
        return _sequence([_sequence([_scalar(cell) for cell in row]) for row in value], flow=False)
    if form == "span":
        return _sequence([_scalar(str(end)) for end in value])
    if form == "yesno":
        return _scalar("yes" if value else "no")
    if value is None:
        return _scalar(of)
    return _scalar(value.text if isinstance(value, (Sentence, records.Expect)) else str(value))


def _scalar(value: str) -> yaml.Node:
    return yaml.ScalarNode("tag:yaml.org,2002:str", value)


def _sequence(items: list[yaml.Node], flow: bool = True) -> yaml.Node:
    return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=flow)
