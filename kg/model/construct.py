"""The one way in: a mechanism from any reader, held to the kinds of value that the notation has.

Types are not enough, since what a file says decides them: each field is held to its row in ``ontology/notation.tsv``,
so that every writer can rely on it. What names refer to, and what is sensible, is for ``kg.checks``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from kg.model import keys
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location
from kg.model.keys import RECORDS, Key
from kg.model.limits import most
from kg.model.mechanism import Mechanism
from kg.model.records import Expect, Frozen, Sentence, TrackedRecord
from kg.model.vocabulary import Term

LONGEST = most("value")
Faults = Iterator[tuple[str, keys.Fault]]  # where in the value (a step such as "0"), and what is wrong


def faults(mechanism: Mechanism) -> list[Diagnostic]:
    """Every value of a mechanism that no file in the notation could hold, at its place; empty if all are right.

    >>> from dataclasses import replace
    >>> from kg.formats import read
    >>> [one.message for one in faults(replace(read("ta1-tlr7"), licence="", version=1))]
    ["the mechanism needs 'licence': the licence of the encoding (SPDX name); ...", 'expected text, found int']
    """
    here = mechanism.at or Location(mechanism.file or "<mechanism>", 1, 1)
    return sorted(set(_record(mechanism, "mechanism", here)))


def _record(record: TrackedRecord, name: str, here: Location) -> Iterator[Diagnostic]:
    """The faults of a record and of all records in it; ``here`` is where it stands if it does not say so itself."""
    here = record.at or here
    default = type(record)()
    for key in keys.notation()[name].values():
        value = getattr(record, key.field)
        at = record.locations.get(key.key, here)
        if value == getattr(default, key.field) and type(value) is type(getattr(default, key.field)):
            form, _, of = key.kind.partition(":")
            unsaid = isinstance(value, bool) or key.kind in ("term:none", "values")  # these may say nothing
            unsaid = unsaid or (form == "list" and of not in RECORDS) or getattr(record, "definition", False)
            if key.required and not unsaid:
                yield Diagnostic(at, *keys.unmet(name, key))
            continue
        for step, found in _value(value, key):
            yield Diagnostic(record.locations.get(f"{key.key}.{step}", at), *found)
        for inner in _inner(value, key):
            yield from _record(inner, key.kind.partition(":")[2], at)


def _inner(value: Any, key: Key) -> list[TrackedRecord]:
    """The records that a value holds, as far as it has the shape of its kind."""
    form, _, of = key.kind.partition(":")
    if of not in RECORDS or form not in ("record", "list", "map"):
        return []
    found = [value] if form == "record" else list(value.values()) if isinstance(value, Frozen) else value
    return [one for one in found if isinstance(one, RECORDS[of])] if isinstance(found, (list, tuple)) else []


def _value(value: Any, key: Key) -> Faults:
    """What is wrong with the value of a key, but for what is wrong inside the records that it holds."""
    form, _, of = key.kind.partition(":")
    yield from SHAPES[form](value, of, key) if form in SHAPES else _single(value, key.kind)


def _single(value: Any, kind: str) -> Faults:
    form = kind.partition(":")[0]
    if form == "term":
        yield from _term(value)
    elif form == "yesno":
        yield from [] if isinstance(value, bool) else [_other(value, keys.in_words(kind))]
    elif not isinstance(value, str):
        yield _other(value, keys.in_words(kind))
    elif odd := keys.UNSEEN.search(value):
        yield "", ("wrong-kind", f"the character U+{ord(odd.group()):04X} is not allowed in text", "remove it")
    elif len(value) > LONGEST:
        yield "", _long(value)
    elif found := keys.fault(kind, value):
        yield "", found


def _long(text: str) -> keys.Fault:
    return "too-long", f"a value has {len(text):,} characters; {LONGEST:,} is the most", "shorten it"


def _other(value: Any, wanted: str) -> tuple[str, keys.Fault]:
    return "", ("wrong-kind", f"expected {wanted}, found {type(value).__name__}", "")


def _term(value: Any) -> Faults:
    if not isinstance(value, Term) or not isinstance(value.id, str) or not isinstance(value.label, str):
        yield _other(value, keys.in_words("term"))
    elif not re.fullmatch(r"[^\s:]+:\S+", value.id) or not value.label.strip() or keys.UNSEEN.search(value.label):
        yield "", ("malformed-curie", f"{keys.shortened(str(value))} is not written ID ! label", "")
    elif len(str(value)) > LONGEST:
        yield "", _long(str(value))


def _record_of(value: Any, of: str, key: Key) -> Faults:
    if not isinstance(value, RECORDS[of]):
        yield _other(value, keys.in_words(key.kind))


def _list(value: Any, of: str, key: Key) -> Faults:
    if not isinstance(value, tuple):
        yield _other(value, keys.in_words(key.kind))
        return
    for n, item in enumerate(value):
        for _, found in _record_of(item, of, key) if of in RECORDS else _single(item, of):
            yield str(n), found


def _map(value: Any, of: str, key: Key) -> Faults:
    if not isinstance(value, Frozen):
        yield _other(value, keys.in_words(key.kind))
        return
    for name, item in value.items():
        yield from ((name, found) for _, found in _single(name, "key"))
        yield from ((name, found) for _, found in _record_of(item, of, key))
        if getattr(item, "key", name) != name:
            yield name, ("wrong-kind", f"{item.key!r} stands under the name {name!r}", "")


def _values(value: Any, of: str, key: Key) -> Faults:
    if not isinstance(value, Frozen):
        yield _other(value, keys.in_words(key.kind))
        return
    for name, item in value.items():
        yield from ((name, found) for _, found in _single(name, "key"))
        yield from ((f"{name}.value", found) for _, found in _single(item, of or "value"))


def _rows(value: Any, of: str, key: Key) -> Faults:
    if not isinstance(value, tuple) or not all(isinstance(row, tuple) for row in value):
        yield _other(value, keys.in_words(key.kind))
        return
    for r, row in enumerate(value):
        for c, cell in enumerate(row):
            yield from ((f"{r}.{c}", found) for _, found in ([] if cell == "." else _single(cell, "key")))


def _span(value: Any, of: str, key: Key) -> Faults:
    ends = value if isinstance(value, tuple) else ()
    if len(ends) != 2 or not all(type(end) is int for end in ends) or not 0 <= ends[0] < ends[1]:
        yield "", ("wrong-kind", f"a span is {keys.in_words('span')}", "`kg locate FILE PHRASE` prints it")


def _sentence(value: Any, of: str, key: Key) -> Faults:
    if not isinstance(value, Sentence):
        yield _other(value, keys.in_words("sentence"))
        return
    for word in (value.subject, value.verb, value.object, *([value.other] if value.other != "" else [])):
        for _, (_, told, hint) in _single(word, "key"):
            yield "", ("unreadable-sentence", told, hint)


def _expect(value: Any, of: str, key: Key) -> Faults:
    if not isinstance(value, Expect):
        yield _other(value, keys.in_words("expect"))
        return
    for kind, word in (
        ("key", value.node),
        (f"choice:{'|'.join(keys.RELATIONS)}", value.relation),
        ("key", value.than),
    ):
        for _, (_, told, hint) in _single(word, kind):
            yield "", ("unreadable-expectation", told, hint)


#: How a value of each compound kind is held to it.
SHAPES: dict[str, Callable[[Any, str, Key], Faults]] = {
    "record": _record_of,
    "list": _list,
    "map": _map,
    "values": _values,
    "names": lambda value, of, key: _values(value, "text", key),
    "rows": _rows,
    "span": _span,
    "sentence": _sentence,
    "expect": _expect,
}


def built(name: str, said: Any, at: Location | None = None) -> TrackedRecord:
    """A record from plain values, by the names of its fields, as JSON holds them; terms are ``ID ! label``.

    >>> built("requirement", {"node": "TLR7", "level": "strong"})
    Requirement(node='TLR7', level='strong', evidence=())

    Raises InvalidMechanism if it is no such record.
    """
    here = at or Location("<record>", 1, 1)
    wrong = [] if isinstance(said, Mapping) else [Diagnostic(here, "wrong-kind", *_other(said, f"a {name}")[1][1:])]
    rows = {key.field: key for key in keys.notation()[name].values()} | {"key": KEY_OF_A_MAP}
    known = {one.name for one in fields(RECORDS[name])}
    values: dict[str, Any] = {}
    for field, value in said.items() if isinstance(said, Mapping) else ():
        if field not in rows or field not in known:
            wrong.append(Diagnostic(here, "unknown-key", f"{field!r} is not a key of {keys.with_article(name)}"))
        else:
            values[field] = _typed(value, rows[field], here)
    if not wrong:
        record = RECORDS[name](**values, at=at)
        wrong = [Diagnostic(here, *found) for _, found in (_single(values["key"], "key") if "key" in values else ())]
        wrong += _record(record, name, here)
        if not wrong:
            return record
    raise InvalidMechanism(wrong)


#: The name under which a record stands in a mapping, as a field of the record itself.
KEY_OF_A_MAP = Key("", "key", "key", "key", "", "", "", "")


def _typed(value: Any, key: Key, at: Location) -> Any:
    """A plain value as the type that the field of a key has; what fits none stays as it is, to be complained of."""
    form, _, of = key.kind.partition(":")
    if form == "term":
        return _as_term(value, at)
    if form == "record":
        return built(of, value, at)
    if form == "map" and isinstance(value, Mapping):
        own = [field.name for field in fields(RECORDS[of])]
        return Frozen(
            {
                k: built(of, {"key": k, **v} if "key" in own and isinstance(v, Mapping) else v, at)
                for k, v in value.items()
            }
        )
    if form in ("values", "names") and isinstance(value, Mapping):
        return Frozen(value)
    if form in ("list", "span", "rows") and isinstance(value, (list, tuple)):
        if of in RECORDS:
            return tuple(built(of, one, at) for one in value)
        inner = (_as_term(one, at) if of == "term" else tuple(one) if isinstance(one, list) else one for one in value)
        return tuple(inner)
    return value


def _as_term(value: Any, at: Location) -> Any:
    """A term as ``ID ! label``, or as an object with id and label."""
    if isinstance(value, Mapping) and set(value) <= {"id", "label"}:
        return Term(value.get("id", ""), value.get("label", ""), at)
    id, _, label = value.partition(" ! ") if isinstance(value, str) else ("", "", "")
    return Term(id, label, at) if label else value
