"""Files of others, read within bounds: text, JSON, YAML, XML and RDF, with a place for every complaint.

All formats read through this file, so that a hostile file meets the same guards everywhere.
"""

from __future__ import annotations

import bisect
import codecs
import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.entities import html5
from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any
from xml.parsers import expat

from kg.formats.shared.losses import Ledger
from kg.model import rdf_files
from kg.model.diagnostics import InvalidMechanism, Location
from kg.model.limits import most

LARGEST = most("file")  # what a conversion holds in memory; more is for tools that stream


MOST_PARTS = most("parts")


LONGEST_LINE = 10_000  # characters: a longer one is not shown beside a complaint


DEEPEST = most("depth")  # no format of a graph nests so deep


DEEPEST_XML = most("depth of XML")  # formulas nest deeper


UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def size(file: Path, ledger: Ledger) -> None:
    """Raise InvalidMechanism if a file is too large to be read whole."""
    if file.stat().st_size > LARGEST:
        size = f"{file.stat().st_size / 2**20:.0f} MiB; the limit is {LARGEST // 2**20} MiB"
        raise ledger.stop(None, "too-large", f"the file has {size}", "split it")


def text(file: Path, ledger: Ledger) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark. What no text has is read as U+FFFD, with a complaint each.

    Raises InvalidMechanism if the file is too large, or no text.
    """
    size(file, ledger)
    data = file.read_bytes()
    encoding = unicode(data)
    # a byte that is not UTF-8 becomes half of a surrogate pair, which is not allowed in text either
    found = data.decode(encoding, "surrogateescape" if encoding == "utf-8-sig" else "replace")
    odd = list(UNSEEN.finditer(found))
    foreign = sum(one.group() >= "\udc80" for one in odd)  # bytes of another encoding, of which a text has many
    no_text = "\0" in found or len(odd) - foreign > len(found) // 100 + 1 or foreign > len(found) // 5 + 1
    places = Places(found, ledger)
    for one in odd:
        at = places.shown(one.start())
        code, what, mend = _unseen(one.group())
        if no_text:
            raise ledger.stop(at, code, what, mend)
        message = f"{what}; it is read as U+FFFD"
        ledger.complain(at, code, message, mend, "warning")
        ledger.record("line", str(at.line), {"character": repr(one.group())}, at).lost("character", message)
    return UNSEEN.sub("\ufffd", found)


def unicode(data: bytes) -> str:
    """How a text is encoded, by the mark at its beginning: tables that spreadsheets save as Unicode have one.

    >>> unicode("a".encode("utf-16")), unicode(b"a")
    ('utf-16', 'utf-8-sig')
    """
    return "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _unseen(one: str) -> tuple[str, str, str]:
    """What is wrong with a character: code, message and help."""
    byte = ord(one) - 0xDC00
    if not 0x80 <= byte <= 0xFF:
        return "unseen-character", f"U+{ord(one):04X} is not allowed in text", "remove it"
    windows = bytes([byte]).decode("cp1252", "replace")
    meant = f"; it may be {windows}, if the file is in Windows-1252" if windows.isprintable() and byte > 0xA0 else ""
    return "not-utf8", f"byte 0x{byte:02x} is not UTF-8", f"save the file as UTF-8{meant}"


def place(text: str, offset: int, ledger: Ledger) -> Location:
    """Where a character stands; the line goes with it if it is one that a person reads."""
    return Places(text, ledger).shown(offset)


class Object(dict[str, Any]):
    """A JSON object that knows where in the text it begins."""

    offset = 0


class List(list[Any]):
    """A JSON list that knows where in the text it begins."""

    offset = 0


def objects(text: str, ledger: Ledger, line: Location | None = None) -> Any:
    """JSON, its objects and lists with their offsets. Raises InvalidMechanism for what is none, nests too deep, or holds
    what no text has.

    ``line`` is where the text stands, if it is one line of a file.
    """

    def at_offset(offset: int) -> Location:
        return line.moved(offset) if line else place(text, offset, ledger)

    def pairs(found: list[tuple[str, Any]]) -> Object:
        made = Object(found)
        if len(made) != len(found):
            names = [name for name, _ in found]
            twice = next(name for name in names if names.count(name) > 1)
            raise _Twice(twice)
        return made

    made_so_far = 0

    def parsed(made: Object | List, texts: Iterable[Any], offset: int) -> None:
        nonlocal made_so_far
        made.offset, made_so_far = offset, made_so_far + 1
        if made_so_far > MOST_PARTS:
            raise ledger.stop(at_offset(offset), "too-many", f"there are more than {MOST_PARTS:,} objects")
        if odd := next(filter(None, (UNSEEN.search(one) for one in texts if isinstance(one, str))), None):
            message = f"U+{ord(odd.group()):04X} is not allowed in text"
            raise ledger.stop(at_offset(offset), "unseen-character", message, "remove it")

    def parse(s_and_end: tuple[str, int], *rest: Any) -> tuple[Object, int]:
        offset = s_and_end[1] - 1
        try:
            made, end = JSONObject(s_and_end, *rest)
        except _Twice as error:
            at = at_offset(offset)
            raise ledger.stop(at, "duplicate-key", f"{error} occurs twice in this object", "remove one") from None
        parsed(made, (*made, *made.values()), offset)
        return made, end

    def parse_list(s_and_end: tuple[str, int], *rest: Any) -> tuple[List, int]:
        items, end = JSONArray(s_and_end, *rest)
        made = List(items)
        parsed(made, made, s_and_end[1] - 1)
        return made, end

    def constant(name: str) -> Any:
        raise ledger.stop(line, "no-json", f"{name} is not a value of JSON", "a number, or null")

    decoder: Any = json.JSONDecoder(object_pairs_hook=pairs, parse_constant=constant)
    decoder.parse_object, decoder.parse_array = parse, parse_list
    decoder.scan_once = py_make_scanner(decoder)
    deep = depth(text)
    if deep >= 0:
        message = f"this is nested more than {DEEPEST} levels deep"
        raise ledger.stop(at_offset(deep), "too-deep", message)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        at = at_offset(min(error.pos, max(len(text) - 1, 0)))
        whole = "" if text.rstrip()[-1:] in ("}", "]") else "; the file seems to be cut short"
        raise ledger.stop(at, "no-json", f"{error.msg}{whole}") from None
    except InvalidMechanism:  # a ValueError, too, and told already
        raise
    except ValueError as error:  # a number of more digits than Python reads
        raise ledger.stop(line, "no-json", str(error)) from None


class _Twice(Exception):
    pass


def depth(text: str) -> int:
    """Where brackets outside of JSON strings open deeper than DEEPEST; -1 if nowhere."""
    deep = 0
    for found in re.finditer(r'"(?:[^"\\]++|\\.)*+"|[][{}]', text, re.DOTALL):
        mark = found.group()
        deep += mark in "[{" if len(mark) == 1 else 0
        deep -= mark in "]}" if len(mark) == 1 else 0
        if deep > DEEPEST:
            return found.start()
    return -1


class Places:
    """Where in a text its objects and lists begin, looked up quickly."""

    def __init__(self, text: str, ledger: Ledger) -> None:
        self.text, self.ledger = text, ledger

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def __call__(self, value: object, within: object = None) -> Location:
        """The place of an object or a list; of any other value, the place of what it stands in."""
        return self.at(getattr(value, "offset", getattr(within, "offset", 0)))

    def at(self, offset: int) -> Location:
        line = bisect.bisect_right(self.starts, offset)
        return self.ledger.at(line, offset - self.starts[line - 1] + 1)

    def shown(self, offset: int) -> Location:
        """The same with its line, if it is one that a person reads."""
        at = self.at(offset)
        start, end = self.starts[at.line - 1], [*self.starts[at.line : at.line + 1], len(self.text) + 1][0] - 1
        line = self.text[start:end] if end - start < LONGEST_LINE else ""
        return self.ledger.at(at.line, at.column, UNSEEN.sub("\ufffd", line))

    def items(self, of: Mapping[str, Any], name: str) -> list[Any]:
        """The list under a name, empty if nothing is there; anything else there is a complaint."""
        found = of.get(name)
        if found is not None and not isinstance(found, list):
            self.ledger.complain(self(found, of), "wrong-kind", f"{name!r} is not a list")
        return found if isinstance(found, list) else []

    def records(self, of: Mapping[str, Any], name: str, *needed: str) -> Iterator[Object]:
        """The objects in the list under a name; what else stands there, or has no single value where one is ``needed``,
        is a complaint.
        """
        within = self.items(of, name)
        for one in within:
            lacking = [key for key in needed if not _single(one.get(key))] if isinstance(one, Object) else [""]
            if not lacking:
                yield one
            else:
                told = f"has no single value for {lacking[0]!r}" if lacking[0] else "is not an object"
                shown = ", ".join(f'"{key}": ...' for key in needed)
                said = json.dumps(one, ensure_ascii=False)
                self.ledger.aside(self(one, within), "no-element", f"one of {name!r} {told}", f"{{{shown}}}", said)


def _single(value: object) -> bool:
    """Whether a value is one, and says something."""
    return not isinstance(value, (dict, list)) and value is not None and str(value).strip() != ""


def events(text: str, loader: Any, deepest: int = DEEPEST, unseen: re.Pattern[str] = UNSEEN) -> Iterator[Any]:
    """The events of a YAML text, without what would vanish silently or stand for something endless.

    Raises ``yaml.MarkedYAMLError`` for tags, anchors and aliases, for what nests too deep, and for unseen characters.
    """
    import yaml

    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        mark: Any = event.start_mark
        if count > 2 * MOST_PARTS:  # a list has two events, at its ends
            raise yaml.MarkedYAMLError(problem=f"there are more than {MOST_PARTS:,} values", problem_mark=mark)
        if depth > deepest:
            raise yaml.MarkedYAMLError(problem=f"this is nested more than {deepest} levels deep", problem_mark=mark)
        if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
            raise yaml.MarkedYAMLError(problem="a tag or a reference", problem_mark=mark)
        odd = unseen.search(event.value) if isinstance(event, yaml.ScalarEvent) else None
        if odd:
            problem = f"this holds the character U+{ord(odd.group()):04X}, which is not allowed in text"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        yield event


class _Nested:
    """Lists and mappings of YAML in the making, from their events."""

    def __init__(self, stop: Callable[[Any, str, str, str], InvalidMechanism]) -> None:
        self.stop = stop
        self.found: Any = None
        self.open: list[tuple[Any, Any]] = []  # what is not closed yet, and the key whose value comes next
        self.parts = 0

    def add(self, made: Any, mark: Any) -> None:
        """A value in its place; a list or a mapping stays open for what is in it."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise self.stop(mark, "too-many", f"there are more than {MOST_PARTS:,} values", "split the file")
        is_key = self.open and not isinstance(self.open[-1][0], list) and self.open[-1][1] is None
        if not self.open:
            if self.found is not None:
                raise self.stop(mark, "no-yaml", "there is a second document here", "put it into a file of its own")
            self.found = made
        elif is_key:
            self.key(made, mark)
        else:
            self.value(made)
        if not isinstance(made, str):
            self.open.append((made, None))

    def key(self, made: Any, mark: Any) -> None:
        within = self.open[-1][0]
        if not isinstance(made, str):
            raise self.stop(mark, "no-yaml", "a key is a single word here", "")
        if made in within:
            raise self.stop(mark, "duplicate-key", f"{made!r} occurs twice in this mapping", "remove one")
        self.open[-1] = (within, made)

    def value(self, made: Any) -> None:
        within, key = self.open[-1]
        if isinstance(within, list):
            within.append(made)
        else:
            within[key] = made
            self.open[-1] = (within, None)


def mapping(text: str, ledger: Ledger) -> Object:
    """The one mapping that a YAML text is; single values stay texts. Raises InvalidMechanism for what is none."""
    import yaml

    def stop(mark: Any, code: str, message: str, help: str = "") -> InvalidMechanism:
        return ledger.stop(ledger.at(mark.line + 1, mark.column + 1) if mark else None, code, message, help)

    nested = _Nested(stop)
    try:
        for event in events(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            if isinstance(event, yaml.CollectionEndEvent):
                nested.open.pop()
            elif isinstance(event, yaml.NodeEvent):
                made: Any = event.value if isinstance(event, yaml.ScalarEvent) else []
                mark: Any = event.start_mark
                if isinstance(event, yaml.MappingStartEvent):
                    made = Object()
                    made.offset = mark.index
                nested.add(made, mark)
    except yaml.MarkedYAMLError as error:
        problem = str(error.problem or error)
        raise stop(error.problem_mark or error.context_mark, "no-yaml", problem) from None
    except InvalidMechanism:  # a ValueError, too, and told already
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # PyYAML trips over escapes such as "\\UFFFFFFFF"
        raise stop(None, "no-yaml", str(error).partition("\n")[0]) from None
    if not isinstance(nested.found, Object):
        raise ledger.stop(None, "no-yaml", "the file holds no 'key: value' pairs")
    return nested.found


@dataclass
class Element:
    """An element of XML: its local name, attributes, where it stands, and its content: elements and text, in order."""

    tag: str
    attributes: dict[str, str]
    at: Location
    content: list[Element | str] = field(default_factory=list)

    @cached_property
    def children(self) -> list[Element]:
        return [one for one in self.content if isinstance(one, Element)]

    @cached_property
    def text(self) -> str:
        """Its text, also that beside its children."""
        return "".join(one for one in self.content if isinstance(one, str))

    def all(self, tag: str) -> Iterator[Element]:
        return (child for child in self.children if child.tag == tag)


def elements(text: str, ledger: Ledger, doctype: bool = False, deepest: int = DEEPEST_XML) -> Element:
    """XML as elements. Raises InvalidMechanism for what is none, and for anything that declares entities.

    With ``doctype`` the file may name a document type, as journals do. It is never fetched; the characters that it names
    (``&alpha;``) are those of HTML, and any other name is a complaint.
    """
    parser = expat.ParserCreate("utf-8", namespace_separator="}")
    stack: list[Element] = []
    roots: list[Element] = []
    counted = [0]

    def here() -> Location:
        return ledger.at(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def start(tag: str, attributes: dict[str, str]) -> None:
        said: dict[str, str] = {}
        for name, value in attributes.items():
            local = name.rpartition("}")[2]
            said[name if local in said else local] = value
        made = Element(tag.rpartition("}")[2], said, here())
        if stack:
            stack[-1].content.append(made)
        else:
            roots.append(made)
        stack.append(made)
        counted[0] += 1
        if counted[0] > MOST_PARTS:
            raise ledger.stop(here(), "too-many", f"there are more than {MOST_PARTS:,} elements", "split the file")
        if len(stack) > deepest:
            raise ledger.stop(here(), "too-deep", f"this is nested more than {deepest} levels deep")

    def characters(said: str) -> None:
        stack[-1].content.append(said)

    def declared(_: str, __: str | None, ___: str | None, has_subset: int) -> None:
        if has_subset or not doctype:
            message = "the file declares a document type, and with it perhaps entities"
            mend = "remove <!DOCTYPE ...> as far as its >" if doctype else "remove <!DOCTYPE ...>; no graph needs one"
            raise ledger.stop(here(), "doctype", message, mend)

    def named(name: str, is_parameter: bool) -> None:
        if not is_parameter and stack:
            meant = html5.get(f"{name};")
            if meant is None:
                message = f"&{name}; is not a character that HTML has; it is read as U+FFFD"
                ledger.complain(here(), "unknown-character", message, "write the character itself", "warning")
            characters(meant or "\ufffd")

    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler = start, characters
    parser.EndElementHandler = lambda _: stack.pop()
    parser.StartDoctypeDeclHandler = declared
    parser.SkippedEntityHandler = named
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        at = ledger.at(error.lineno, error.offset + 1)
        raise ledger.stop(at, "no-xml", expat.errors.messages[error.code]) from None
    return roots[0]


TEXT = "#text"  # among the attributes that an element may have: that it holds text


def unread(root: Element, known: Mapping[str, Container[str]], ledger: Ledger, others: bool = True) -> None:
    """Record what no reader of a format asks for: attributes and texts that its elements do not have and, with
    ``others``, elements that are none of its own.

    ``known`` holds, by ``outer/inner`` or else by the name of an element wherever it stands, the attributes that are
    read, and TEXT if its text is. An element ``data`` holds anything; the texts in it are read.
    """
    todo = [(root, "", False)]
    while todo:
        one, outer, within = todo.pop()
        own = known.get(f"{outer}/{one.tag}", known.get(one.tag))
        said = {name: value for name, value in one.attributes.items() if name not in (own or ())}
        text = "" if within else one.text.strip()
        said |= {"text": text} if text and TEXT not in (own or ()) else {}
        if own is None and not said and not one.children and not (within and one.text.strip()):
            said = {"element": one.tag}  # its name is all that it says
        if said and (own is not None or others):
            ledger.record("element", one.tag, said, one.at)
        name = one.tag if own is not None else ""
        todo += [(child, name, within or one.tag == "data") for child in reversed(one.children)]


class Anything:
    """Attributes of any name: the reader of the element records them itself."""

    def __contains__(self, name: object) -> bool:
        return name != TEXT


def triples(text: str, ledger: Ledger, suffix: str) -> list[rdf_files.Triple]:
    """The triples of a text in RDF. Raises InvalidMechanism for what is none, and for more than a report holds."""
    try:
        found = rdf_files.triples(text, suffix)
    except (SyntaxError, ValueError) as error:
        said = re.sub(r"^Parser error (at|between) line .*?: ", "", str(getattr(error, "msg", error)))
        at = ledger.at(getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1)
        raise ledger.stop(at, "no-rdf", said[:300], "the file may be cut short, or be in another syntax") from None
    if len(found) > MOST_PARTS:
        raise ledger.stop(None, "too-many", f"there are more than {MOST_PARTS:,} triples", "split the file")
    return found
