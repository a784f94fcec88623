"""What becomes of every value that a conversion reads: carried, changed or lost, and never silently.

There are two accounts. **Reading** a foreign file, a ``Ledger`` lists every value of every record when the record is
opened; a reader takes values out of it, and what nobody takes is lost, with that as the reason. **Writing**, nothing
is declared: the file is read back, and ``compare`` measures what came back of each value of the mechanism. Either
way each value has one fate, so the counts add up by construction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from typing import Any, cast

from kg.model import vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location
from kg.model.limits import most
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Effect, Evidence, Expect, Node, Sentence, TrackedRecord

FATES = ("carried", "changed", "lost")
MOST_FAULTS = most("complaints")  # of one file: nobody reads more
MOST_RECORDS = most("records")  # of one file: what a report holds in memory
UNUSED = "kg has no field for it"
LEFT_OUT = "it is an inference or a hypothesis, or depends on one, which the format cannot state"
#: Why a format that names publications by identifiers leaves some of one out.
FIRMEST = "only the preferred identifier of a publication is written, since two would be read as two publications"
NOW = "now "  # so begins how a value changed that was read back


@dataclass(frozen=True)
class ReportedValue:
    """One value of one record, and what became of it: ``how`` it changed, or why it was lost."""

    record: str  # the kind of record: node, edge, evidence ...
    name: str  # which one
    field: str
    said: str
    fate: str = "carried"
    how: str = ""
    at: Location | None = dataclass_field(default=None, compare=False)


@dataclass(frozen=True)
class Account:
    """The loss report of one step: a reading or a writing. ``added`` is what the result says and the input did not."""

    step: str  # such as "reading x.sif (SIF)"
    values: tuple[ReportedValue, ...]
    records: Mapping[str, int]  # kind of record -> how many were read
    added: tuple[ReportedValue, ...] = ()
    left_out: str = ""  # what was not written on purpose, how much of it, and how to include it

    def count(self, fate: str = "", record: str = "") -> int:
        """How many values had a fate; all of them for none, of all kinds of record for none."""
        return sum(fate in ("", one.fate) and record in ("", one.record) for one in self.values)

    @property
    def lost(self) -> tuple[ReportedValue, ...]:
        return tuple(one for one in self.values if one.fate == "lost")

    @property
    def changed(self) -> tuple[ReportedValue, ...]:
        return tuple(one for one in self.values if one.fate == "changed")

    def __str__(self) -> str:
        counts = ", ".join(f"{fate} {self.count(fate)}" for fate in FATES)
        lines = [f"{self.step}: read {len(self.values)} values of {sum(self.records.values())} records: {counts}"]
        lines += [f"  left out: {self.left_out}"] if self.left_out else []
        wide = max([9, *(len(kind) for kind in self.records)])
        lines.append(f"  {'':<{wide}}  records  values" + "".join(f"{fate:>9}" for fate in FATES))
        for kind, records in self.records.items():
            numbers = "".join(f"{self.count(fate, kind):>9}" for fate in FATES)
            lines.append(f"  {kind:<{wide}}{records:>9}{self.count('', kind):>8}{numbers}")
        for title, values in (("changed", self.changed), ("lost", self.lost), ("added", self.added)):
            lines += _grouped(title, values)
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for ``--losses``."""
        kinds = {
            kind: {
                "records": records,
                "values": self.count("", kind),
                **{fate: self.count(fate, kind) for fate in FATES},
            }
            for kind, records in self.records.items()
        }
        total = {"values": len(self.values), **{fate: self.count(fate) for fate in FATES}}
        shown = {title: [_plain(one) for one in getattr(self, title)] for title in ("changed", "lost", "added")}
        left = {"left_out": self.left_out} if self.left_out else {}
        return {
            "step": self.step,
            **left,
            "read": total,
            "by_record": kinds,
            **{f"{k}_values": v for k, v in shown.items()},
        }


def _plain(value: ReportedValue) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "record": value.record,
        "name": value.name,
        "field": value.field,
        "value": value.said,
        "how": value.how,
    }
    if value.at:
        plain |= {"file": value.at.path, "line": value.at.line, "column": value.at.column}
    return {key: one for key, one in plain.items() if key == "name" or one != ""}


def _grouped(title: str, values: Sequence[ReportedValue]) -> list[str]:
    """Lines under each reason: the same field of the same kind of record, with the first three of them named."""
    groups: dict[str, dict[tuple[str, str], list[ReportedValue]]] = {}
    for one in values:
        why = "" if one.how.startswith(NOW) else one.how
        groups.setdefault(why, {}).setdefault((one.record, one.field), []).append(one)
    lines = []
    for why, fields in groups.items():
        lines.append(f"{title}{': ' * bool(why)}{why}")
        for (record, name), same in fields.items():
            times = f" × {len(same)}" if len(same) > 1 else ""
            named = list(dict.fromkeys(one.name for one in same if one.name))
            which = f" ({', '.join(named[:3])}{' ...' if len(named) > 3 else ''})" if named else ""
            example = f": {_short(same[0].said)} is {_short(same[0].how)}" if same[0].how and not why else ""
            lines.append(f"  {name} of {record}{times}{which}{example}")
    return lines


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


# ---------------------------------------------------------------- reading


class Ledger:
    """Who reads a foreign file keeps one: every record with all its values, what became of each, and complaints.

    >>> ledger = Ledger("x.tsv", "a table")
    >>> row = ledger.record("edge", "e1", {"subject": "A", "score": "0.5"})
    >>> row.take("subject")
    'A'
    >>> [(one.field, one.fate, one.how) for one in ledger.account().values]
    [('subject', 'carried', ''), ('score', 'lost', 'kg has no field for it')]
    """

    def __init__(self, file: str, title: str, columns: Mapping[str, str] | None = None) -> None:
        self.file, self.title = file, title
        self.columns = columns or {}  # of a table: which column says what, as somebody said beforehand
        self.wrong: list[Diagnostic] = []
        self.taken: list[ForeignRecord] = []
        self.keys: Mapping[str, str] = {}  # the id of a node -> its key, where the order of the file gave another

    def anew(self) -> Ledger:
        """A ledger of the same file, to read it again with the keys that its names have in any order."""
        made = Ledger(self.file, self.title, self.columns)
        made.keys = self.keys
        return made

    def record(self, kind: str, name: str, values: Mapping[str, Any], at: Location | None = None) -> ForeignRecord:
        """Open a record: all its values are lost until somebody takes them. Raises InvalidMechanism for too many."""
        if len(self.taken) >= MOST_RECORDS:
            raise self.stop(at, "too-many", f"the file has more than {MOST_RECORDS:,} records", "split it")
        self.taken.append(ForeignRecord(self, kind, name, values, at))
        return self.taken[-1]

    def at(self, line: int = 1, column: int = 1, text: str = "") -> Location:
        return Location(self.file, line, column, text)

    def complain(self, at: Location | None, code: str, message: str, help: str = "", severity: str = "error") -> None:
        found = Diagnostic(at or self.at(), code, message, help, severity)
        if (severity != "error" and len(self.wrong) >= MOST_FAULTS) or found in self.wrong:
            return  # what is set aside is counted in the report, too
        self.wrong.append(found)
        if severity == "error" and len(self.wrong) >= MOST_FAULTS:
            raise self.stop(
                at, "too-many", f"{MOST_FAULTS - 1} complaints are listed, and reading stops", "is it another format?"
            )

    def aside(self, at: Location | None, code: str, message: str, help: str = "", said: object = "") -> None:
        """Set a part of the file aside: it is lost, a warning says why, and the rest is read."""
        at = at or self.at()
        self.complain(at, code, f"{message}; it is set aside", help, "warning")
        text = str(said) if said else at.text
        self.record("unread", f"line {at.line}", {"text": text or message}, at).lost("text", message)

    def stop(self, at: Location | None, code: str, message: str, help: str = "") -> InvalidMechanism:
        """The exception to raise where nothing more can be read, with every complaint so far."""
        self.wrong.append(Diagnostic(at or self.at(), code, message, help))
        return InvalidMechanism(self.wrong)

    def account(self) -> Account:
        """The loss report of what was read."""
        values = tuple(value for record in self.taken for value in record.values())
        records = Counter(record.kind for record in self.taken)
        return Account(f"reading {self.file} ({self.title})", values, records)


class ForeignRecord:
    """A record of a foreign file, from which a reader takes values. Nested values are leaves with dotted names."""

    def __init__(self, ledger: Ledger, kind: str, name: str, values: Mapping[str, Any], at: Location | None) -> None:
        self.ledger = ledger
        self.kind, self.name, self.at, self._raw = kind, name, at, values
        self.fates: dict[str, tuple[str, str]] = {}

    def take(self, name: str, default: Any = "") -> Any:
        """A value, which is carried from here on; the default if there is none. Blanks around texts go."""
        found = self._raw.get(name, default)
        self.fates[name] = ("carried", "")
        return found.strip() if isinstance(found, str) else default if found is None else found

    def text(self, name: str, carry: bool = True) -> str:
        """A single value as text without the blanks around it; empty if there is none.

        A list or an object in its place is a complaint, and stays lost. ``carry`` False leaves the value's fate as it is.
        """
        value = self._value(name)
        if isinstance(value, (Mapping, list, tuple)):
            found = "an object" if isinstance(value, Mapping) else "a list"
            self.ledger.complain(self.at, "wrong-kind", f"{name!r} of {self.kind} is {found}; expected a single value")
            return ""
        if carry:
            self.fates[name] = ("carried", "")
        return "" if value is None else str(value).strip()

    def items(self, name: str, carry: bool = True) -> list[Any]:
        """A value that is a list, or nothing; anything else in its place is a complaint, and stays lost."""
        value = self._value(name)
        if value is not None and not isinstance(value, (list, tuple)):
            self.ledger.complain(self.at, "wrong-kind", f"{name!r} of {self.kind} is not a list")
            return []
        if carry:
            self.fates[name] = ("carried", "")
        return list(value or ())

    def several(self, name: str) -> bool:
        """Whether a value is a list."""
        return isinstance(self._value(name), (list, tuple))

    def many(self, name: str, between: str = r"\|") -> list[str]:
        """The texts of a list, or of a single text with something ``between`` them; the value's fate stays what it is."""
        found = self.items(name, carry=False) if self.several(name) else re.split(between, self.text(name, carry=False))
        return [said for said in (str(one).strip() for one in found) if said]

    def kept(self, name: str, said: Sequence[str], kept: Container[str], why: str) -> None:
        """Of the texts that a value ``said``, those in ``kept`` were carried; ``why`` the others were not. One of them
        is enough for the value to be lost: what is called changed is all there."""
        without = [one for one in said if one not in kept]
        if not without:
            self.carried(name)
        elif len(without) < len(said):
            self.lost(name, f"without {', '.join(without)}: {why}")
        else:
            self.lost(name, why)

    def _value(self, name: str) -> Any:
        """A value, or by a dotted name one within nested values; None if there is none."""
        found: Any = self._raw
        for step in (name,) if name in self._raw else name.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        return found

    def see(self, name: str, default: Any = "") -> Any:
        """A value, whose fate stays what it is."""
        found = self._raw.get(name, default)
        return found.strip() if isinstance(found, str) else default if found is None else found

    def fields(self) -> list[str]:
        """The names of all values that say something."""
        return [".".join(path) for path, _ in _leaves(self._raw)]

    def carried(self, *names: str) -> None:
        """Values that were understood, and are in the mechanism."""
        self.fates |= dict.fromkeys(names, ("carried", ""))

    def changed(self, name: str, how: str) -> None:
        self.fates[name] = ("changed", how)

    def lost(self, name: str, why: str) -> None:
        self.fates[name] = ("lost", why)

    def joined(self, name: str) -> None:
        """What was carried went to an edge that says the same: its evidence is there, and it has no name of its own."""
        for field, (fate, _) in self.fates.items():
            if fate == "carried":
                self.fates[field] = ("changed", f"joined to the edge {name}, which says the same")

    def values(self) -> Iterator[ReportedValue]:
        """All values that say something, each with its fate."""
        for path, said in _leaves(self._raw):
            above = (".".join(path[:n]) for n in range(len(path), 0, -1))
            fate, how = next((self.fates[name] for name in above if name in self.fates), ("lost", UNUSED))
            yield ReportedValue(self.kind, self.name, ".".join(path), said, fate, how, self.at)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The values at the ends of nested ones, as texts by the names that lead there; lists of single values stay whole."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, (list, tuple)) and any(isinstance(one, (Mapping, list)) for one in value):
        for i, inner in enumerate(value):
            yield from _leaves(inner, (*path, str(i)))
    elif value not in ("", None, [], ()):
        yield path, "|".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value).strip()


# ---------------------------------------------------------------- writing

#: What tells two items of a list apart, surest first: by these the items of two lists are paired.
IDENTITY = {
    "source": ("label", "pmid", "doi", "url"),
    "place": ("label", "term"),
    "edge": ("name", "edge", "ends"),
    "requirement": ("node",),
    "expectation": ("given and expect",),
    "note": ("note",),
    "stop": ("title",),
    "evidence": ("all", "anchor", "span", "because", "source"),
}


@dataclass(frozen=True)
class _Key:
    """A key of the notation: its field, what its value is, and the kind of record that it holds, if it holds one."""

    key: str
    field: str
    form: str
    of: str
    required: bool


@cache
def _notation() -> dict[str, list[_Key]]:
    rows = vocabulary.table("notation.tsv")
    kinds = {row["record"] for row in rows}
    found: dict[str, list[_Key]] = {kind: [] for kind in kinds}
    for row in rows:
        form, _, of = row["kind"].partition(":")
        holds = of if of in kinds and form in ("record", "list", "map") else ""
        found[row["record"]].append(_Key(row["key"], row["field"], form, holds, bool(row["required"])))
    return found


def values(mechanism: Mechanism) -> Iterator[ReportedValue]:
    """Every value of a mechanism, as compare counts them.

    >>> from kg.formats import read
    >>> next(values(read("ta1-tlr7"))).said
    'ta1-tlr7'
    """
    return iter(compare(mechanism, mechanism, {}, "").values)


def compare(
    before: Mechanism, after: Mechanism, why: Mapping[str, str], step: str, written: Mechanism | None = None
) -> Account:
    """What came back of each value of a mechanism: the loss report of a file that was written and read again.

    ``why`` says why a format cannot hold a kind of record (``note``, ``blocking edge``, ``denied edge``), or such a part of one
    (``requirement.evidence``), or a value (``edge.level``). What belongs to a record that was lost was lost with it.
    ``written`` is what was written of the mechanism, where the format leaves out what it cannot mark as an inference.
    """
    kept = written or before
    names = {edge.name for edge in kept.edges}
    stated = [edge.name for edge in before.edges if not edge.definition]
    left = [name for name in stated if name not in names]
    nodes = [key for key in before.nodes if key not in kept.nodes]
    walk = _Walk(before, after, why, {*left, *nodes})
    walk.pair("mechanism", "", ("", before, ""), ("", after, ""))
    count = f"{len(left)} of {len(stated)} edges" + f" and {len(nodes)} of {len(before.nodes)} nodes" * bool(nodes)
    told = (
        f"{count}, each of which is an inference or a hypothesis, or depends on one; --all includes them"
        if left
        else ""
    )
    return Account(step, tuple(walk.values), walk.records, tuple(walk.added), told)


class _Walk:
    """One pass over two mechanisms, part by part, as the table of the notation lists the parts."""

    def __init__(self, before: Mechanism, after: Mechanism, why: Mapping[str, str], left: Container[str]) -> None:
        self.before, self.after, self.why, self.left = before, after, why, left
        self.values: list[ReportedValue] = []
        self.added: list[ReportedValue] = []
        self.records: Counter[str] = Counter()
        self.alias: dict[str, str] = {}  # the key of a source afterwards -> what it was before

    def pair(
        self, kind: str, above: str, mine: _Part | None, theirs: _Part | None, of: str = "", gone: str = ""
    ) -> None:
        """A record before and after; either may be missing. ``above`` names the record that it is a part of, ``of``
        is that one's kind, and ``gone`` says why that one was lost, if it was."""
        one, other = (part[1] if part else None for part in (mine, theirs))
        said, then = (_said(kind, part, of) for part, of in ((mine, self.before), (theirs, self.after)))
        name = f"{above} {(mine or theirs or ('',))[0]}".strip()
        self.records[kind] += one is not None
        if kind == "source" and mine and theirs:
            self.alias[theirs[0]] = mine[0]
        at = one.at if one else None
        names = (f"{of}.{kind}", *_sorts(one), kind)
        if isinstance(one, (Edge, Node)) and (mine or ("",))[0] in self.left:
            gone = LEFT_OUT
        else:
            gone = self.why.get(names[0], gone) or (self.reason(names) if other is None else "")
        for field, value in said.items():
            now = then.get(field)
            fate = "carried" if now == value else "lost" if now is None else "changed"
            how = "" if fate == "carried" else f"{NOW}{now}" if fate == "changed" else gone or self.reason(names, field)
            self.values.append(ReportedValue(kind, name, field, value, fate, how, at))
        self.added += [ReportedValue(kind, name, field, now) for field, now in then.items() if field not in said]
        for part in _notation()[kind]:
            if part.of:
                first, second = _parts(part, one), _parts(part, other)
                for one_part, other_part in self.paired(part, first, second):
                    self.pair(part.of, name, one_part, other_part, kind, gone)

    def paired(self, key: _Key, first: list[_Part], second: list[_Part]) -> Iterator[tuple[_Part | None, _Part | None]]:
        """Each record of either list once: with the one of the other list that is the same, if there is one."""
        left = dict(enumerate(second))
        partner: dict[int, Any] = {}
        for by in IDENTITY.get(key.of, ("label",) if key.form != "list" else ("all",)):
            index: dict[object, list[int]] = {}
            for j, other in left.items():
                index.setdefault(_identity(by, other, self.after, self.alias), []).append(j)
            for i, one in enumerate(first):
                known = _identity(by, one, self.before, {})
                same = index.get(known) if known and i not in partner else None
                if same:
                    partner[i] = left.pop(same.pop(0))
        yield from ((one, partner.get(i)) for i, one in enumerate(first))
        yield from ((None, other) for other in left.values())

    def reason(self, names: Sequence[str], field: str = "") -> str:
        """Why a format cannot hold a record, by what one may call it, or one field of a record that it holds."""
        known = (*(f"{name}.{field}" for name in names), *names, "*")
        return next((self.why[name] for name in known if name in self.why), UNUSED)


def _sorts(record: TrackedRecord | None) -> Iterator[str]:
    """What sort of edge a record is, where a format may hold others and not this one."""
    if isinstance(record, Edge):
        yield from ["blocking edge"] if record.role == "blocks" else []
        yield from ["denied edge"] if record.denied else []


#: Lists whose order says nothing.
UNORDERED = frozenset({"about", "light", "taxon", "same", "narrower", "broader"})
#: A record with its name and, if a mapping holds it, its key there.
_Part = tuple[str, TrackedRecord, str]


def _said(kind: str, part: _Part | None, mechanism: Mechanism) -> dict[str, str]:
    """The values of a record by their keys, as texts; what equals the default says nothing."""
    if part is None:
        return {}
    _, record, own = part
    found = {"key": own} if own else {}
    default = type(record)()
    for key in _notation()[kind]:
        value = getattr(record, key.field)
        empty = value == getattr(default, key.field) and not (key.required and isinstance(value, bool))
        if key.of and value == () and getattr(default, key.field) is None:
            found[key.key] = "none"  # a reading takes away what an edge requires
        if key.of or empty:
            continue
        found[key.key] = _text(tuple(sorted(value, key=str)) if key.key in UNORDERED else value)
    stated = not isinstance(record, Effect) or record.claim
    if isinstance(record, Evidence) and (record.anchor or record.span or (stated and not record.because)):
        source = mechanism.source(record)
        found |= {"source": source.key} if source else {}  # the first source of the file, where none is named
    if isinstance(record, Edge) and record.name == record.sentence.name:
        del found["name"]
    if isinstance(record, Node) and record.term:  # its term says the same already
        entry = vocabulary.terms().get(record.term.id)
        twice = {"name": record.term.label, "kind": entry.kind if entry else ""}
        found = {key: said for key, said in found.items() if twice.get(key) != said}
    return found


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (Sentence, Expect)):
        return value.text
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in sorted(value.items()))
    if isinstance(value, tuple):
        return "|".join(map(_text, value))
    return str(value)


def _parts(key: _Key, record: TrackedRecord | None) -> list[_Part]:
    """The records that a key holds."""
    value = getattr(record, key.field) if record else None
    if value is None:
        return []
    if key.form == "record":
        return [(key.key, value, "")]
    if key.form == "map":
        return [(name, one, name) for name, one in value.items()]
    stated = [one for one in value if not (isinstance(one, Edge) and one.definition)]  # what follows is made again
    return [(_name(one) or f"{key.key} {i}", one, "") for i, one in enumerate(stated, 1)]


def _name(record: Any) -> str:
    return str(getattr(record, "name", "") or getattr(record, "node", "") or getattr(record, "title", ""))


def _identity(by: str, part: _Part, mechanism: Mechanism, alias: Mapping[str, str]) -> object:
    label, record = part[0], cast(Any, part[1])
    if by == "label":
        return label
    if by == "all":
        return record
    if by == "source" and isinstance(record, Evidence):
        source = mechanism.source(record)
        return alias.get(source.key, source.key) if source else ""
    if by == "edge":
        return record.sentence
    if by == "ends":
        return (record.subject, record.sentence.object)
    if by == "given and expect":
        return (record.given, record.expect.text, record.reading)
    return getattr(record, by)
