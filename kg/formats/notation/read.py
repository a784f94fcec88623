"""The notation, read: YAML text in, a Mechanism out, every value with its line and column."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import yaml

from kg.formats.shared import bounded
from kg.formats.shared.losses import Ledger
from kg.model import records, vocabulary
from kg.model.diagnostics import Diagnostic, Location, near
from kg.model.grounding import exactly
from kg.model.keys import (
    FORMER,
    KEY,
    RECORDS,
    RELATIONS,
    UNSEEN,
    Key,
    fault,
    in_words,
    mend,
    notation,
    shortened,
    truths,
    unmet,
    with_article,
)
from kg.model.lexicon import lexicon
from kg.model.limits import most
from kg.model.mechanism import Mechanism
from kg.model.records import Frozen, Sentence, TrackedRecord
from kg.model.vocabulary import Term

DEEPEST = most("depth of the notation")  # no mechanism nests lists and keys so deep


BREAK = r"\r\n|[\n\r\x85\u2028\u2029]"  # what YAML counts as the end of a line


def parse(path: Path, ledger: Ledger) -> Mechanism:
    """The mechanism of a file as far as it can be read; every complaint about its shape goes to the ledger."""
    bounded.size(path, ledger)
    mechanism, wrong = parse_bytes(path.read_bytes(), str(path))
    ledger.wrong += wrong
    return mechanism


def parse_bytes(data: bytes, name: str = "<text>") -> tuple[Mechanism, list[Diagnostic]]:
    """The same for bytes that are not in a file."""
    reader = _NotationReader(name)
    mechanism = reader.mechanism(data)
    return mechanism, sorted(reader.wrong)


@dataclasses.dataclass(frozen=True)
class Block:
    """Where the value of a top-level key is in the text: its last line with content, counted from 0, and how it is laid out."""

    last: int
    indent: int  # the column of its items
    flow: bool  # written inside { } or [ ]


def blocks(text: str) -> dict[str, Block]:
    """Every top-level key of a text in the notation, and where its value ends: what is added to it goes behind that line.

    >>> blocks("id: a\\nsources:\\n  paper: {kind: review}  # the first\\n\\nnodes: {}\\n")["sources"]
    Block(last=2, indent=2, flow=False)
    """
    root = _compose(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    lines = re.split(BREAK, text)
    found = {}
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        column = value.start_mark.column
        found[key.value] = Block(_last_line(value, lines), column, bool(getattr(value, "flow_style", False)))
    return found


def _last_line(node: yaml.Node, lines: list[str]) -> int:
    """The last line of a node; what follows a block in YAML's own count is comments and blank lines."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last, lines)
    line: int = node.end_mark.line
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        line -= node.end_mark.column == 0
        while line > node.start_mark.line and not lines[line].strip():
            line -= 1
    return line


class _NotationReader:
    """One pass over the composed YAML nodes. Nothing is retyped: ``NO`` stays nitric oxide, not False."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: list[str] = []
        self.wrong: list[Diagnostic] = []
        self.split: dict[int, tuple[yaml.ScalarNode, yaml.ScalarNode]] = {}  # a value, and where its rest begins

    def mechanism(self, data: bytes) -> Mechanism:
        nothing = Mechanism(file=self.name, at=Location(self.name, 1, 1))
        text = self.decode(data)
        root = self.compose(text) if text is not None else None
        if root is None:
            if not self.wrong:
                self.wrong.append(
                    Diagnostic(
                        Location(self.name, 1, 1), "missing-key", "the file is empty", "`kg new NAME` writes a starter"
                    )
                )
            return nothing
        found = self.record(root, "mechanism", {"file": self.name})
        for whole, rest in self.split.values():
            hint = f'put the value in quotation marks: "{whole.value}"'
            self.complain(rest, "label-split", "the comma before this ends the value inside { } or [ ]", hint)
        return found if isinstance(found, Mechanism) else nothing

    def decode(self, data: bytes) -> str | None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8", "replace")
            line = before.count("\n") + 1
            column = len(before) - before.rfind("\n")
            shown = data.splitlines()[line - 1].decode("utf-8", "replace") if data.splitlines()[line - 1 :] else ""
            at = Location(self.name, line, column, shown)
            message = f"byte 0x{data[error.start]:02x} is not UTF-8"
            self.wrong.append(Diagnostic(at, "not-utf8", message, "save the file as UTF-8"))
            return None
        self.lines = re.split(BREAK, text)
        return text

    def compose(self, text: str) -> yaml.Node | None:
        try:
            try:  # libyaml is ten times as fast; only PyYAML's own words are the same everywhere
                return _compose(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
            except yaml.YAMLError:
                return _compose(text, yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            problem = error.problem or str(error)
            fault = next((fault for fault in _FAULTS if fault[0] in problem), ("", problem, "", False))
            _, message, hint, opened = fault
            mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
            at = self.location(mark.line, mark.column) if mark else Location(self.name, 1, 1)
            message = message.replace("{}", "".join(re.findall("'(.+?)'", problem)[-1:]))
            if error.context_mark and "flow" in str(error.context) and not opened:
                hint = f"is the bracket closed that opens on line {error.context_mark.line + 1}?"
            elif not mark and (escape := re.search(r"\\U(?!00(0|10))", text)):
                lines = re.split(BREAK, text[: escape.start()])
                at = self.location(len(lines) - 1, len(lines[-1]))
        except yaml.reader.ReaderError as error:
            lines, hint = re.split(BREAK, text[: error.position]), "remove it"
            at = self.location(len(lines) - 1, len(lines[-1]))
            message = (
                f"character U+{ord(text[error.position]):04X} is not allowed in YAML"
                if error.position < len(text)
                else str(error.reason)
            )
        self.wrong.append(Diagnostic(at, "yaml-syntax", message, hint))
        return None

    # -- the shapes of YAML ---------------------------------------------------

    def record(
        self,
        node: yaml.Node,
        name: str,
        given: dict[str, Any] | None = None,
        at: Location | None = None,
        example: str = "",
    ) -> TrackedRecord | None:
        """A mapping as the record of that name; its short form, where it has one, is a single value."""
        at = at or self.at(node)
        keys = notation()[name]
        values: dict[str, Any] = dict(given or {})
        locations: dict[str, Location] = {}
        short = self.short(node, keys)
        if short and not isinstance(node, yaml.MappingNode):
            pairs = [short]
        elif isinstance(node, yaml.MappingNode):
            pairs = self.pairs(node, name, keys)
        else:
            message = f"expected the keys of {with_article(name)}, found {_what(node)}"
            self.complain(node, "wrong-kind", message, f"for example {example}" if example else "")
            return None
        for key, value in pairs:
            locations[key.key] = self.at(value)
            found = self.value(value, key.kind, key, locations)
            if found is not None:  # else its spot tells that the key is there, and was complained of
                values[key.field] = found
        self.require(node, at, name, keys, {key.key: value for key, value in pairs})
        if name == "edge" and not values.get("name"):
            values["name"] = values.get("sentence", Sentence()).name
        return RECORDS[name](**values, at=at, locations=Frozen(locations))

    def short(self, node: yaml.Node, keys: dict[str, Key]) -> tuple[Key, yaml.Node] | None:
        """The key that a single value stands for, and its value: by the words with which it opens, or else the one that needs none."""
        said = node.value.split() if isinstance(node, yaml.ScalarNode) else []
        for key in keys.values():
            opening = key.opening.split()
            if opening and said[: len(opening)] == opening:
                at = [self.at(node), *self.words_at(node, said)][len(opening) + 1 :][:1] or [self.at(node)]
                mark = yaml.Mark(self.name, 0, at[0].line - 1, at[0].column - 1, None, 0)
                return key, yaml.ScalarNode(node.tag, " ".join(said[len(opening) :]), mark, node.end_mark)
        plain = next((key for key in keys.values() if key.short == "yes"), None)
        return (plain, node) if plain else None

    def require(
        self, node: yaml.Node, at: Location, name: str, keys: dict[str, Key], given: dict[str, yaml.Node]
    ) -> None:
        for key in keys.values():
            if not key.required or key.instead in given:
                continue
            if key.key not in given:
                self.wrong.append(Diagnostic(at, *unmet(name, key)))
                continue
            value = given[key.key]
            of_records = key.kind.startswith(("list:", "map:")) and key.kind.partition(":")[2] in RECORDS
            if of_records and isinstance(value, yaml.CollectionNode) and not value.value:
                self.complain(value, *unmet(name, key, empty=True))

    def pairs(self, node: yaml.MappingNode, name: str, keys: dict[str, Key]) -> list[tuple[Key, yaml.Node]]:
        """The known keys of a mapping, once each, with their values; complaints about all others."""
        found: dict[str, tuple[Key, yaml.Node]] = {}
        before: yaml.Node | None = None
        for key_node, value in self.unique(node):
            written = str(key_node.value)
            key = FORMER.get(name, {}).get(written, written)
            if key in keys:
                found[key] = (keys[key], value)
                before = value
            elif (
                node.flow_style
                and isinstance(before, yaml.ScalarNode)
                and isinstance(value, yaml.ScalarNode)
                and not value.value
            ):
                self.rejoin(before, key_node)
            else:
                self.complain(key_node, "unknown-key", f"{key!r} is not a key of {with_article(name)}", near(key, keys))
        return list(found.values())

    def unique(self, node: yaml.MappingNode) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
        seen: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.complain(key, "wrong-kind", f"a key is a name, found {_what(key)}")
            elif key.value in seen:
                first = seen[key.value][0].start_mark.line + 1
                self.complain(
                    key,
                    "duplicate-key",
                    f"{key.value!r} occurs twice; first on line {first}",
                    "remove or rename one of them",
                )
            else:
                seen[key.value] = (key, value)
        return list(seen.values())

    def rejoin(self, before: yaml.ScalarNode, rest: yaml.ScalarNode) -> None:
        """``{term: X ! A, B}``: YAML ends the value at the comma. Go on with what was meant, and say so at the end."""
        before.value = f"{before.value}, {rest.value}"
        self.split.setdefault(id(before), (before, rest))

    # -- the kinds of value ---------------------------------------------------

    def value(self, node: yaml.Node, kind: str, key: Key, locations: dict[str, Location]) -> Any:
        form, _, of = kind.partition(":")
        if form == "record":
            return self.record(node, of, example=f"{key.key}: {key.example}")
        if form == "list":
            return self.list_of(node, of, key, locations)
        if form == "map":
            return self.map_of(node, of, key)
        if form == "values":
            return self.values(node, of or "value", key, locations)
        if form == "names":
            return self.values(node, "text", key, locations)
        if form == "rows":
            return self.rows(node, key, locations)
        if form == "span":
            return self.span(node)
        if form == "sentence":
            return self.sentence(node, locations)
        if form == "expect":
            return self.expect(node, locations)
        return self.single(node, kind)

    def single(self, node: yaml.Node, kind: str) -> Any:
        form, _, of = kind.partition(":")
        if not isinstance(node, yaml.ScalarNode):
            self.complain(node, "wrong-kind", f"expected {in_words(kind)}, found {_what(node)}")
            return None
        text = node.value.strip()
        if form == "term":
            return None if text == of == "none" else self.term(node, text)
        if found := fault(kind, text):
            self.complain(node, *found)
            return None
        return truths(of)[text] if form == "yesno" else text

    def term(self, node: yaml.ScalarNode, text: str) -> Term | None:
        if not text:
            self.complain(node, "wrong-kind", f"this is empty; expected {in_words('term')}", _TERM)
            return None
        found = re.fullmatch(r"(\S+)\s+!\s+(.+)", text, re.DOTALL)
        if not found or ":" not in found[1].strip(":"):
            self.complain(
                node,
                "malformed-curie",
                f"{shortened(text)} is not written ID ! label",
                _labelled(text) or _TERM,
            )
            return None
        return Term(found[1], " ".join(found[2].split()), self.at(node))

    def list_of(self, node: yaml.Node, of: str, key: Key, locations: dict[str, Location]) -> tuple[Any, ...] | None:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not isinstance(node, yaml.SequenceNode) and (
            (of in RECORDS and of != "requirement") or isinstance(node, yaml.MappingNode)
        ):
            message = f"expected a list, each item after '- ', found {_what(node)}"
            self.complain(node, "wrong-kind", message, f"for example {key.example}" if key.example else "")
            return None
        if isinstance(node, yaml.SequenceNode) and node.flow_style and of == "term":
            items = self.rejoined(items)
        found: list[Any] = []
        for item in items:
            locations[f"{key.key}.{len(found)}"] = self.at(item)
            value = self.record(item, of, example=key.example) if of in RECORDS else self.single(item, of)
            if value is not None:
                found.append(value)
        return tuple(found)

    def rejoined(self, items: list[yaml.Node]) -> list[yaml.Node]:
        """``[X:1 ! A, B]`` is two items to YAML and one term to its author."""
        whole: list[yaml.Node] = []
        for item in items:
            last = whole[-1] if whole else None
            if (
                isinstance(last, yaml.ScalarNode)
                and isinstance(item, yaml.ScalarNode)
                and " ! " in last.value
                and not re.match(r"\S+:\S", item.value)
            ):
                self.rejoin(last, item)
            else:
                whole.append(item)
        return whole

    def map_of(self, node: yaml.Node, of: str, key: Key) -> Frozen[Any] | None:
        if not isinstance(node, yaml.MappingNode):
            message, hint = f"expected 'name: ...' lines, found {_what(node)}", f"for example {key.example}"
            self.complain(node, "wrong-kind", message, hint)
            return None
        found = {}
        for name, value in self.unique(node):
            if not re.fullmatch(KEY, name.value):
                self.complain(
                    name, "wrong-kind", f"{shortened(name.value)} is not {in_words('key')}", mend("key", name.value)
                )
                continue
            given = {} if of == "change" else {"key": name.value}
            record = self.record(value, of, given, self.at(name), key.example)
            if record is not None:
                found[name.value] = record
        return Frozen(found)

    def values(self, node: yaml.Node, of: str, key: Key, locations: dict[str, Location]) -> Frozen[str] | None:
        if not isinstance(node, yaml.MappingNode):
            hint = f"for example {key.key}: {key.example}"
            self.complain(node, "wrong-kind", f"expected {in_words(key.kind)}, found {_what(node)}", hint)
            return None
        found = {}
        for name, value in self.unique(node):
            text = self.single(value, of)
            if text is not None:
                found[name.value] = text
                locations[f"{key.key}.{name.value}"] = self.at(name)
                locations[f"{key.key}.{name.value}.value"] = self.at(value)
        return Frozen(found)

    def rows(self, node: yaml.Node, key: Key, locations: dict[str, Location]) -> tuple[tuple[str, ...], ...] | None:
        if not isinstance(node, yaml.SequenceNode) or not all(isinstance(row, yaml.SequenceNode) for row in node.value):
            self.complain(node, "wrong-kind", "expected rows: a list whose items are lists of node keys")
            return None
        rows = []
        for r, row in enumerate(node.value):
            cells = []
            for c, cell in enumerate(row.value):
                text = "." if isinstance(cell, yaml.ScalarNode) and cell.value == "." else self.single(cell, "key")
                cells.append(text or ".")
                locations[f"{key.key}.{r}.{c}"] = self.at(cell)
            rows.append(tuple(cells))
        return tuple(rows)

    def span(self, node: yaml.Node) -> tuple[int, int] | None:
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        digits = [
            item.value
            for item in items
            if isinstance(item, yaml.ScalarNode) and re.fullmatch(r"[0-9]{1,12}", item.value)
        ]
        if len(items) != 2 or len(digits) != 2 or int(digits[0]) >= int(digits[1]):
            self.complain(
                node,
                "wrong-kind",
                "a span is [first character, last character + 1]",
                "`kg locate FILE PHRASE` prints it",
            )
            return None
        return int(digits[0]), int(digits[1])

    def sentence(self, node: yaml.Node, locations: dict[str, Location]) -> Sentence | None:
        if not isinstance(node, yaml.ScalarNode):
            self.complain(node, "wrong-kind", f"expected a sentence, found {_what(node)}")
            return None
        words = node.value.split()
        locations.update(zip(("subject", "verb", "object", "from", "other"), self.words_at(node, words), strict=False))
        odd = next((word for word in words if not re.fullmatch(KEY, word)), "")
        if len(words) not in (3, 5) or (len(words) == 5 and words[3] != "from"):
            said = f"{shortened(node.value.strip())} is " if words else "this is "
            message = said + (f"{len(words)} word{'s' * (len(words) != 1)}" if len(words) != 5 else "not a sentence")
            hint = "write: subject verb object, or: A protects B from C, or: A blocks EDGE"
            self.complain(node, "unreadable-sentence", message if words else "this is empty", hint)
            return None
        if odd:
            at = self.words_at(node, words)[words.index(odd)]
            message = f"{shortened(odd)} is not {in_words('key')}"
            self.wrong.append(Diagnostic(at, "unreadable-sentence", message, mend("key", odd)))
            return None
        return Sentence(words[0], words[1], words[2], words[4] if len(words) == 5 else "")

    def expect(self, node: yaml.Node, locations: dict[str, Location]) -> records.Expect | None:
        text = self.single(node, "text")
        found = re.fullmatch(rf"({KEY})\s+({'|'.join(RELATIONS).replace(' ', chr(92) + 's+')})\s+({KEY})", text or "")
        if text and not found:
            forms = "NODE is VALUE, or NODE same as | higher than | lower than CONDITION"
            self.complain(node, "unreadable-expectation", f"{shortened(text)} is not an expectation", f"write: {forms}")
        if not found or not isinstance(node, yaml.ScalarNode):
            return None
        at = self.words_at(node, node.value.split())
        locations.update({"expect.node": at[0], "expect.than": at[-1]})
        return records.Expect(found[1], " ".join(found[2].split()), found[3])

    # -- places ---------------------------------------------------------------

    def location(self, line: int, column: int) -> Location:
        return Location(self.name, line + 1, column + 1, self.lines[line] if line < len(self.lines) else "")

    def at(self, node: yaml.Node) -> Location:
        return self.location(node.start_mark.line, node.start_mark.column)

    def words_at(self, node: yaml.Node, words: list[str]) -> list[Location]:
        """Where each word of a single value stands, however the value is quoted and over how many lines."""
        line, column = node.start_mark.line, node.start_mark.column
        found = []
        for word in words:
            while line < min(node.end_mark.line, len(self.lines) - 1) and self.lines[line].find(word, column) < 0:
                line, column = line + 1, 0
            column = max(column, self.lines[line].find(word, column))
            found.append(self.location(line, column))
            column += len(word)
        return found

    def complain(self, node: yaml.Node, code: str, message: str, hint: str = "") -> None:
        self.wrong.append(Diagnostic(self.at(node), code, message, hint))


_QUOTE = "put the text in quotation marks"


#: What YAML complains of: its words, ours, the mend, and whether the fault is where the thing began.
_FAULTS = (
    ("mapping values", "a value cannot hold ': '", f"{_QUOTE}; if this is a key, indent it as its neighbours", False),
    ("but found '<scalar>'", "this is neither in the value before it nor a key", f"{_QUOTE}, all of it", False),
    (
        "expected <block end>",
        "this stands in another column than what it belongs to",
        "indent it as its neighbours",
        False,
    ),
    ("character '\\t'", "a tab cannot indent a line", "indent with blanks", False),
    ("cannot start any token", "no value starts with {}", _QUOTE, False),
    (
        "could not find expected ':'",
        "this is no 'key: value', nor the rest of the line above",
        "a key ends in a colon and a blank; a text that goes on is indented deeper than its key",
        True,
    ),
    (
        "unexpected end of stream",
        "the quotation mark that opens here is never closed",
        "close it, or leave it out",
        True,
    ),
    ("'<stream end>'", "the bracket that opens here is never closed", "close it", True),
    ("undefined alias", "YAML takes what starts with *, & or ! for something else", _QUOTE, False),
    ("reference", "YAML takes what starts with *, & or ! for something else", f"{_QUOTE}, or write it out", False),
    ("another document", "there is a second document here", "put it into a file of its own", False),
    ("too large", "there is no such character", "", False),
    ("not in range", "there is no such character", "", False),
)


def compose(text: str) -> yaml.Node | None:
    """The text as YAML nodes with their places, as the reader takes it; None if it is empty. Raises ``yaml.YAMLError``."""
    return _compose(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def _compose(text: str, loader: Any) -> yaml.Node | None:
    """The text as YAML nodes, without what the notation leaves out of YAML.

    Composing recurses, natively with libyaml, so the depth is counted first.
    """
    try:
        for _ in bounded.events(text, loader, DEEPEST, UNSEEN):
            pass
        found: yaml.Node | None = yaml.compose(text, Loader=loader)
    except (ValueError, OverflowError) as error:  # PyYAML trips over escapes such as "\\UFFFFFFFF"
        raise yaml.MarkedYAMLError(problem=str(error)) from None
    return found


def _what(node: yaml.Node) -> str:
    kinds = {yaml.ScalarNode: "a single value", yaml.SequenceNode: "a list", yaml.MappingNode: "'key: value' pairs"}
    return kinds[type(node)]


_TERM = "for example GO:0036019 ! endolysosome; `kg ground TEXT` finds the id"


def _labelled(text: str) -> str:
    """The term that somebody meant who wrote only its id or only its label."""
    id = text.partition("!")[0].strip()
    known = vocabulary.terms().get(id) or lexicon().term(id) or exactly(text).best
    return f"write {known.id} ! {known.label}" if known else ""
