"""The keys of the notation, what each may hold, and how a complaint names it: read from ``ontology/notation.tsv``.

The reader, the writer, the editors' JSON Schema, the guide and the rules of shape all follow this table. A new key is one row
there and one field in ``kg/model/records.py``.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from kg.model import records, vocabulary
from kg.model.diagnostics import nearest
from kg.model.mechanism import Mechanism
from kg.model.records import TrackedRecord

RECORDS: dict[str, type[TrackedRecord]] = {
    "mechanism": Mechanism,
    "source": records.Source,
    "place": records.Place,
    "node": records.Node,
    "edge": records.Edge,
    "requirement": records.Requirement,
    "effect": records.Effect,
    "evidence": records.Evidence,
    "reading": records.Reading,
    "change": records.Change,
    "assumption": records.Assumption,
    "condition": records.Condition,
    "expectation": records.Expectation,
    "note": records.Note,
    "stop": records.Stop,
    "translation": records.Translation,
    "wording": records.Wording,
}


#: Former names of keys, which files may still have: record -> former name -> key.
FORMER = {"node": {"forms": "narrower"}}


RELATIONS = ("is", "same as", "higher than", "lower than")


UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # no format can hold these in a text


KEY = r"[A-Za-z0-9][A-Za-z0-9_.+-]*"  # of nodes, places, edges ...: one word of a sentence, one step of an IRI


#: Kinds of single values: what they must match, and how the complaint names them.
SHAPES = {
    "text": (r"(?s).+", "text"),
    "value": (r"\S+", "one word: present, absent, unknown or a level"),
    "id": (r"[a-z0-9][a-z0-9-]{0,63}", "a name of small letters, digits and hyphens, 64 at most"),
    "key": (KEY, "a name of letters, digits and _ . + -"),
    "date": (r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", "a date: 2026, 2026-06 or 2026-06-24"),
    "doi": (r"10\.[0-9]{2,9}/\S+", "a DOI such as 10.1158/0008-5472.CAN-25-5547"),
    "digits": (r"[0-9]+", "a number such as 42295795"),
    "url": (r"https?://[^\s<>\"{}|\\^`]+", "an address that starts with https:// or http://"),
    "licence": (
        r"(?:[A-Za-z0-9][A-Za-z0-9.+-]*|https?://[^\s<>\"{}|\\^`]+)",
        "an SPDX id such as CC-BY-4.0, or an address",
    ),
    "sha256": (r"[0-9a-f]{64}", "the 64 hexadecimal digits of a SHA-256"),
    "about": (KEY, "the name of a node or an edge"),
}


@dataclasses.dataclass(frozen=True)
class Key:
    """A row of ``notation.tsv``."""

    record: str
    key: str
    field: str
    kind: str
    required: str  # yes; or ``unless KEY``, if another key makes up for it
    short: str  # yes: its value may stand for the whole record; other words: its value behind these may
    meaning: str
    example: str

    @property
    def instead(self) -> str:
        """The key that makes up for it where it is required; empty if none does."""
        return self.required.removeprefix("unless ") if self.required.startswith("unless ") else ""

    @property
    def opening(self) -> str:
        """The words before its value where that stands for the whole record; empty if none is needed."""
        return f"{self.short} " if self.short not in ("", "yes") else ""


@cache
def notation() -> dict[str, dict[str, Key]]:
    """The whole notation: record -> key -> what it is."""
    found: dict[str, dict[str, Key]] = {name: {} for name in RECORDS}
    for row in vocabulary.table("notation.tsv"):
        found[row["record"]][row["key"]] = Key(**row)
    return found


def is_date(text: str) -> bool:
    year, month, day = [*text.split("-"), "1", "1"][:3]
    try:
        datetime.date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def with_article(name: str) -> str:
    return {"mechanism": "the mechanism", "evidence": "evidence"}.get(
        name, f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    )


def in_words(kind: str) -> str:
    """A kind of value in words, for complaints and for the guide."""
    form, _, of = kind.partition(":")
    if form == "choice":
        return f"one of: {', '.join(of.split('|'))}"
    words: dict[str, Callable[[], str]] = {
        "key": lambda: f"the name of {with_article(of)}" if of else SHAPES["key"][1],
        "record": lambda: f"the keys of {with_article(of)}",
        "map": lambda: f"name: {of} lines",
        "list": lambda: f"a list of {plural(of)}",
        "term": lambda: "a term: ID ! label" + ", or none" * bool(of),
        "yesno": lambda: " or ".join(["yes or no", *filter(None, [of.replace("|", " or ")])]),
        "span": lambda: "[first character, last character + 1]",
        "sentence": lambda: "a sentence",
        "expect": lambda: "an expectation",
        "values": lambda: "KIND: text pairs" if of else "NODE: value pairs",
        "names": lambda: f"{of.upper()}: name pairs",
        "rows": lambda: "rows of node keys",
    }
    return words[form]() if form in words else SHAPES[form][1]


def shortened(text: str) -> str:
    """A value as a complaint shows it."""
    return repr(text if len(text) <= 80 else f"{text[:77]}...")


def likeliest(word: str, words: Iterable[str]) -> str:
    """A hint for a word where the complaint lists all that may stand there."""
    close = nearest(word, words)
    return f"did you mean {close!r}?" if close else ""


def latin(char: str) -> str:
    """A letter in ASCII where it has a common form: é as e, α as alpha."""
    name = unicodedata.name(char, "")
    if name.startswith("GREEK") and " LETTER " in name:
        return name.partition(" LETTER ")[2].partition(" ")[0].lower()
    return unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode() or char


def mend(form: str, text: str) -> str:
    """What a single value must be like, made from what it is: the part of it that fits, or its letters that do."""
    tries = [text.lower()] if form in ("id", "sha256") else []
    if form in ("doi", "digits", "url", "sha256"):
        tries += [part.group() for part in [re.search(SHAPES[form][0], text)] if part]
    if form == "licence":  # CC BY 4.0
        tries += [
            part.group().replace(" ", "-").upper()
            for part in [re.search(r"(?i)\bcc[ -]by[a-z -]* [0-9.]+", text)]
            if part
        ]
    if form in ("id", "key", "about"):
        other = re.sub(r"[^A-Za-z0-9_.+-]+", "_", "".join(map(latin, text))).strip("_")
        tries.append(re.sub("[^a-z0-9]+", "-", other.lower()) if form == "id" else other)
    fitting = next((word for word in tries if re.fullmatch(SHAPES[form][0], word)), "")
    return f"for example {fitting}" if fitting else ""


def plural(name: str) -> str:
    return {"evidence": "evidence", "about": "node or edge names", "text": "texts", "sha256": "SHA-256 sums"}.get(
        name, f"{name}s"
    )


#: What is wrong with a value: the code of the complaint, its message, and the mend.
Fault = tuple[str, str, str]


def fault(kind: str, text: str) -> Fault | None:
    """What is wrong with a single value of that kind, as it is written in a file; None if nothing is.

    >>> fault("choice:supports|disputes", "disputs")
    ('wrong-kind', "'disputs' is not one of: supports, disputes", "did you mean 'disputes'?")
    >>> fault("date", "2026-02-30")
    ('impossible-date', 'the calendar has no 2026-02-30', 'year-month-day, such as 2026-06-24')
    """
    form, _, of = kind.partition(":")
    if form in ("choice", "yesno"):
        known = list(truths(of)) if form == "yesno" else of.split("|")
        said = {"true": "yes", "false": "no"}.get(text.lower(), text) if form == "yesno" else text
        told = f"{shortened(text)} is not {in_words(kind)}"
        return None if text in known else ("wrong-kind", told, likeliest(said, known))
    if not re.fullmatch(SHAPES[form][0], text):
        told = f"{shortened(text)} is not {in_words(kind)}" if text else f"this is empty; expected {in_words(kind)}"
        return "wrong-kind", told, mend(form, text)
    if form == "date" and not is_date(text):
        return "impossible-date", f"the calendar has no {text}", "year-month-day, such as 2026-06-24"
    return None


def truths(words: str) -> dict[str, bool]:
    """The words for true and false, with the two that a key has of its own.

    >>> truths("complete|unstated")
    {'yes': True, 'no': False, 'complete': True, 'unstated': False}
    """
    return {"yes": True, "no": False, **dict(zip(filter(None, words.split("|")), (True, False), strict=False))}


def unmet(record: str, key: Key, empty: bool = False) -> Fault:
    """The complaint about a key that a record needs and does not have, or has with nothing in it."""
    item = re.fullmatch(r"- (\{.*\})", key.example)
    shown = f"[{item[1]}]" if item else f"{{{key.example}}}" if key.kind.startswith("map:") else key.example
    edge = key.example.startswith("- edge")
    hint = f"for example {key.example if edge else f'{key.key}: {shown}'}" if key.example else ""
    told = (
        f"{key.key!r} is empty: {key.meaning}" if empty else f"{with_article(record)} needs {key.key!r}: {key.meaning}"
    )
    return "missing-key", told, hint
