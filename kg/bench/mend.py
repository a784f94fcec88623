"""Mends: what a complaint can be answered with by one click, as an edit of the text.

A mend is proposed where kg knows the word that was meant, what is missing, or what is declared nowhere. All come from here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kg.formats.notation import edit
from kg.formats.notation.edit import CannotEdit, Change
from kg.formats.notation.read import BREAK
from kg.model import verbs
from kg.model.diagnostics import Diagnostic
from kg.model.grounding import exactly
from kg.model.keys import KEY, notation
from kg.model.mechanism import Mechanism

#: What the help of a complaint proposes: a word, a key, or a term.
_MEANT = re.compile(r"did you mean '([^']+)'|^write ([a-z_]+)[:;]|^for example ([^\s{}\[\]]+)$")
_TERM = re.compile(r"(?:^write |^use |did you mean )'?(\S+:\S+?(?: ! .+?)?)'?(?:[;?]|$)|^(\S+:\S+) has this label")
#: What is declared in a part of the text: the code of the complaint, the part, and what is written there.
_DECLARED = {
    "unknown-node": "nodes",
    "unknown-place": "places",
    "unknown-source": "sources",
    "unknown-condition": "conditions",
}
QUOTE = "Put it in quotation marks"
#: What a complaint asks for that is no required key: the key, and what is written there.
_GIVEN = {
    "missing-claim": "claim",
    "missing-because": "because",
    "missing-anchor": "anchor",
    "no-identity": "url",
    "term-at-hand": "term",
}
MOST = 4  # that are proposed for one complaint


@dataclass(frozen=True)
class Mend:
    """An edit that answers a complaint; ``select`` is what the writer has to fill in, in characters of the text after it."""

    name: str
    changes: tuple[Change, ...]
    select: tuple[int, int] | None = None


def offset(text: str, line: int, column: int) -> int:
    """The place of a line and column, which count from 1, in characters.

    >>> offset("a\\nbc", 2, 2)
    3
    """
    starts = _starts(text)
    return min(starts[min(line, len(starts)) - 1] + column - 1, len(text))


@lru_cache(maxsize=2)
def _starts(text: str) -> list[int]:
    return [0, *(one.end() for one in re.finditer(BREAK, text))]


def mends(one: Diagnostic, text: str, mechanism: Mechanism) -> list[Mend]:
    """The edits of a text that a complaint of it can be answered with, the likeliest first; none where kg knows none.

    >>> from kg.formats.notation.read import parse_bytes
    >>> text = "id: a\\ntitel: b\\n"
    >>> mechanism, wrong = parse_bytes(text.encode())
    >>> [mend.name for mend in mends(next(one for one in wrong if one.code == "unknown-key"), text, mechanism)]
    ['Write title', 'Remove titel']
    """
    found: dict[str, Mend] = {}
    for make in (_quoted, _term, _verb, _word, _missing, _declared, _removed):
        try:
            for mend in make(one, text, mechanism):
                found.setdefault(mend.name, mend)
        except CannotEdit:
            continue  # the text has to be mended elsewhere first
    return [*found.values()][:MOST]


def _at(one: Diagnostic, text: str) -> int:
    return offset(text, one.at.line, one.at.column)


def _named(one: Diagnostic) -> str:
    """The word that a complaint is about: the first that it quotes."""
    found = re.search(r"'([^']*)'", one.message)
    return found[1] if found else ""


def _instead(one: Diagnostic, text: str, word: str) -> Mend:
    """Another word in place of the one that was complained of, or of the value that holds it."""
    at, old = _at(one, text), _named(one)
    if old and text.startswith(old, at):
        return Mend(f"Write {word}", (Change(at, at + len(old), word),))
    path, _said = edit.scalar_at(text, at)
    return Mend(f"Write {word}", tuple(edit.changed(text, path, word)))


def _word(one: Diagnostic, text: str, _m: Mechanism) -> Iterator[Mend]:
    if one.code in _GIVEN:
        return
    if meant := _MEANT.search(one.help):
        yield _instead(one, text, next(filter(None, meant.groups())))


def _verb(one: Diagnostic, text: str, _m: Mechanism) -> Iterator[Mend]:
    if one.code == "unknown-verb":
        yield from _word(one, text, _m)
        for verb in verbs.meant(_named(one)):
            yield _instead(one, text, verb.verb)


def _term(one: Diagnostic, text: str, _m: Mechanism) -> Iterator[Mend]:
    """A term as ``ID ! label``, in place of the value."""
    meant = _TERM.search(one.help)
    if not meant:
        return
    path, said = edit.scalar_at(text, _at(one, text))
    new = meant[1] or f"{meant[2]} ! {said.partition(' ! ')[2]}"
    if " ! " not in new and " ! " in said:
        new = f"{new} ! {said.partition(' ! ')[2]}"
    yield Mend(f"Write {new}", tuple(edit.changed(text, path, new)))


def _quoted(one: Diagnostic, text: str, _m: Mechanism) -> Iterator[Mend]:
    """A value in quotation marks that would be something else without."""
    if one.code == "label-split" and (whole := re.search(r'"(.*)"$', one.help)):
        written = r"\s*,\s*".join(re.escape(piece.strip()).replace(r"\ ", r"\s+") for piece in whole[1].split(","))
        at = _at(one, text)
        for there in re.finditer(written, text):
            if there.start() <= at <= there.end():
                yield Mend(QUOTE, (Change(there.start(), there.end(), json.dumps(whole[1], ensure_ascii=False)),))
    if one.code == "yaml-syntax" and "quotation marks" in one.help:
        line = _line(text, _at(one, text))
        end = text.find("\n", line) if "\n" in text[line:] else len(text)
        said = re.match(r"""(\s*(?:- )*[\w ]+: +)([^\s"'{\[|>].*?)\s*$""", text[line:end])
        if said:
            start = line + len(said[1])
            change = Change(start, start + len(said[2]), json.dumps(said[2], ensure_ascii=False))
            edit.content(edit.applied(text, [change]))  # else the fault is another
            yield Mend(QUOTE, (change,))
    if one.code == "yaml-syntax" and "tab cannot indent" in one.message:
        line = _line(text, _at(one, text))
        tabs = re.match(r"[ \t]*", text[line:])
        if tabs and "\t" in tabs.group():
            yield Mend("Indent with blanks", (Change(line, line + tabs.end(), tabs.group().replace("\t", "  ")),))


def _line(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _missing(one: Diagnostic, text: str, _m: Mechanism) -> Iterator[Mend]:
    """A key that a record needs, with what is left to fill in selected."""
    if key_given := _GIVEN.get(one.code):
        path, record = edit.path_at(text, _at(one, text))
        if key_given not in notation()[record]:
            return
        meant = re.search(r"write term: (.*), if that is meant", one.help)
        changes = edit.changed(
            text, [*path, key_given], meant[1] if meant else edit.stub(notation()[record][key_given].kind)
        )
        yield Mend(
            f"Write {meant[1]}" if meant else f"Add {key_given}",
            tuple(changes),
            None if meant else _to_fill(text, changes, "finding"),
        )
        return
    found = re.search(r"needs '([a-z ]+)':|^'([a-z ]+)' is empty", one.message)
    if one.code != "missing-key" or not (found or one.message == "the file is empty"):
        return
    path, record = (
        edit.path_at(text, _at(one, text)) if found and one.at.line + one.at.column > 2 else ([], "mechanism")
    )
    key = notation()[record].get(next(filter(None, found.groups())) if found else "id")
    if key is None:
        return
    plain = key.kind in ("id", "text") and key.key in ("id", "licence")
    value = key.example if plain else edit.stub(key.kind)
    changes = edit.changed(text, [*path, key.key], value)
    yield Mend(f"Add {key.key}", tuple(changes), _to_fill(text, changes, key.example if plain else ""))


def _to_fill(text: str, changes: list[Change], example: str) -> tuple[int, int]:
    """What of an insertion is to be filled in: its first empty text, an example, or else where it ends."""
    (change,) = changes
    after = len(change.text)
    for sought, margin in (('""', 1), (example, 0), ("none", 0)):
        at = change.text.find(sought) if sought else -1
        if at >= 0:
            return change.start + at + margin, change.start + at + len(sought) - margin
    return change.start + after, change.start + after


def _declared(one: Diagnostic, text: str, m: Mechanism) -> Iterator[Mend]:
    """A declaration of what the text names."""
    part, name = _DECLARED.get(one.code, ""), _named(one)
    if not part or not re.fullmatch(KEY, name) or name in getattr(m, part):
        return
    value: edit.Value = {
        "nodes": "none",
        "conditions": {"set": {}},
        "sources": {"kind": "journal article", "title": ""},
    }.get(part)
    select = ""
    if part in ("nodes", "places"):
        best = exactly(name.replace("_", " ")).best
        value = f"{best.id} ! {best.label}" if best else value
    if value is None:  # a place, which needs a term
        value = {"term": ""}
    changes = edit.changed(text, (part, name), value)
    fill = isinstance(value, dict)
    yield Mend(f"Declare {name}", tuple(changes), _to_fill(text, changes, select) if fill else None)


def _removed(one: Diagnostic, text: str, _m: Mechanism) -> Iterator[Mend]:
    """Without a key that means nothing, or an edge that stands twice."""
    at = _at(one, text)
    if one.code == "unknown-key":
        path, _record = edit.path_at(text, at)
        yield Mend(f"Remove {_named(one)}", tuple(edit.changed(text, [*path, _named(one)], None)))
    elif one.code in ("duplicate-edge", "senseless-key"):
        path, _record = edit.path_at(text, at)
        if one.code == "duplicate-edge" and path[:1] == ["edges"]:
            yield Mend("Remove the edge", tuple(edit.changed(text, path[:2], None)))
        elif one.help.startswith("remove it"):
            path, _said = edit.scalar_at(text, at)
            yield Mend(f"Remove {path[-1]}", tuple(edit.changed(text, path, None)))
