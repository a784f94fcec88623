"""Files of others: read within bounds, with a place for every complaint, and made into a mechanism.

Texts, tables, JSON and XML are read here for all formats, so that a hostile file meets the same guards everywhere.
A ``Draft`` is what a reader fills: it finds keys, terms, sources and verbs, and adds nothing that a file does not say.
"""

from __future__ import annotations

import bisect
import csv
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from json.decoder import JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from kg.formats.shared.losses import Ledger, Taken
from kg.model import rdf_files, vocabulary
from kg.model.diagnostics import InvalidMechanism, Location
from kg.model.mechanism import Edge, Evidence, Frozen, Mechanism, Node, Sentence, Source
from kg.model.vocabulary import Predicate, Term

LARGEST = 64 * 2**20  # bytes: what a conversion holds in memory; more is for tools that stream
MOST_PARTS = 1_000_000  # objects of JSON or elements of XML in one file
DEEPEST = 100  # no format of a graph nests so deep
DEEPEST_XML = 300  # formulas nest deeper
FORMULA = re.compile(r"[=@]|[+-](?![\d.]*(?:[eE][+-]?\d+)?$)[A-Za-z(\"'].*[(!|]", re.DOTALL)
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
UNCLASSIFIED = "unclassified"  # the claim of what a file asserts without saying what kind of statement it is


# ---------------------------------------------------------------- reading


def text(file: Path, ledger: Ledger) -> str:
    """The text of a file. Raises InvalidMechanism if it is too large, no UTF-8, or holds what no text has."""
    if file.stat().st_size > LARGEST:
        size = f"{file.stat().st_size / 2**20:.0f} MiB; {LARGEST // 2**20} MiB is the most that is read at once"
        raise ledger.stop(None, "too-large", f"the file has {size}", "split it")
    data = file.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ledger.stop(None, "not-utf8", "the file looks like UTF-16", "save the file as UTF-8")
    try:
        found = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        lines = data[: error.start].decode("utf-8", "replace").split("\n")
        at = ledger.at(len(lines), len(lines[-1]) + 1, lines[-1][-200:] if len(lines[-1]) < 200 else "")
        byte = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise ledger.stop(at, "not-utf8", byte, "save the file as UTF-8") from None
    odd = UNSEEN.search(found)
    if odd:
        at = place(found, odd.start(), ledger)
        raise ledger.stop(at, "unseen-character", f"U+{ord(odd.group()):04X} is in no text", "remove it")
    return found


def place(text: str, offset: int, ledger: Ledger) -> Location:
    """Where a character stands; the line goes with it if it is one that a person reads."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)]
    return ledger.at(text.count("\n", 0, offset) + 1, offset - start + 1, line if len(line) < 10_000 else "")


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells by column, and where it stands; in a workbook, lines and columns are the sheet's."""

    cells: dict[str, str]
    at: Location
    sheet: bool = False

    def place(self, name: str) -> Location:
        """Where the cell of a column stands; the row, if it has no such column."""
        if self.sheet:
            return replace(self.at, column=[*self.cells, name].index(name) + 1) if name in self.cells else self.at
        at = self.at
        for column, cell in self.cells.items():
            at = at.word(cell.strip()) if cell.strip() else at
            if column == name:
                return at
            at = at.moved(len(cell) + 1)
        return self.at


def rows(text: str, ledger: Ledger, delimiter: str, quotes: bool = False) -> Iterator[Row]:
    """The rows of a table with a header. A spreadsheet would run some cells; nobody passes those on unseen.

    Raises InvalidMechanism for a table that is none; complains of rows of another length and of formulas.
    """
    lines = text.split("\n")
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
        strict=quotes,
    )

    def placed() -> Iterator[tuple[list[str], Location]]:
        last = 0
        for cells in reader:
            line, last = last + 1, reader.line_num
            shown = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
            yield cells, ledger.at(line, 1, shown if len(shown) < 10_000 else "")

    try:
        yield from _table(placed(), ledger)
    except csv.Error as error:
        at = ledger.at(reader.line_num)
        hint = "is a quotation mark open, or a cell longer than 131,072 characters?"
        raise ledger.stop(at, "no-table", str(error), hint) from None


def _table(lines: Iterable[tuple[list[str], Location]], ledger: Ledger, sheet: bool = False) -> Iterator[Row]:
    header: list[str] = []
    for cells, at in lines:
        if not header:
            header = [cell.strip() for cell in cells]
            twice = next((name for name, times in Counter(header).items() if name and times > 1), "")
            if twice or not any(header):
                message = f"the column {twice!r} stands twice" if twice else "the table has no header"
                raise ledger.stop(at, "no-table", message, "the first row names the columns, once each")
            header = [name or f"unnamed {number}" for number, name in enumerate(header, 1)]
            continue
        if not any(cell.strip() for cell in cells):
            continue
        cells = [*cells, *[""] * (len(header) - len(cells))] if sheet else cells
        if len(cells) != len(header):
            message = f"this row has {len(cells)} cells, the header {len(header)}"
            ledger.complain(at, "odd-row", message, "a cell that holds the delimiter splits a row")
            continue
        row = Row(dict(zip(header, cells, strict=True)), at, sheet)
        for name, cell in row.cells.items():
            if FORMULA.match(cell):
                message = f"a spreadsheet would run the cell {name!r}: {cell[:40]!r}"
                place = row.place(name) if sheet else at.word(cell[:40])
                ledger.complain(place, "formula-cell", message, "remove what makes it a formula")
        yield row
    if not header:
        raise ledger.stop(None, "no-table", "the file is empty")


MOST_COLUMNS = 1000
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")  # so begins what is UTF-16


def workbook(file: Path, ledger: Ledger) -> Iterator[Row]:
    """The rows of the first sheet of an .xlsx file, by openpyxl (the extra ``kg[xlsx]``); formulas are not computed.

    Raises InvalidMechanism for what is no workbook, is too large when unpacked, declares entities, or if openpyxl is
    not installed. Of other sheets it is reported that they were not read.
    """
    try:
        import openpyxl
    except ImportError:
        help = "python -m pip install 'immune-mechanism-kg[xlsx]'; or save the sheet as CSV"
        raise ledger.stop(None, "no-library", "openpyxl, which reads .xlsx files, is missing", help) from None
    _harmless(file, ledger)
    try:
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
        first = next(iter(sheets), None)
        for other in sheets[1:]:
            ledger.record("sheet", other.title, {"name": other.title}).lost("name", "only the first sheet is read")
        lines = ((_cells(cells, ledger), ledger.at(n)) for n, cells in enumerate(_lines_of(first), 1))
        yield from _table(lines, ledger, sheet=True)
        book.close()
    except InvalidMechanism:
        raise
    except Exception as error:  # openpyxl raises whatever it trips over in a file that is none
        message = f"this is no workbook that can be read: {' '.join(str(error).split())[:200] or type(error).__name__}"
        raise ledger.stop(None, "no-table", message, "save the sheet as CSV") from None


def _lines_of(sheet: Any) -> Iterator[Sequence[Any]]:
    if sheet is not None:
        sheet.reset_dimensions()  # what a file says of its size may be anything
        yield from sheet.iter_rows()


def _cells(cells: Sequence[Any], ledger: Ledger) -> list[str]:
    """A row of a sheet as texts, without the empty cells at its end."""
    found = [_shown(one.value) for one in cells[: MOST_COLUMNS + 1]]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise ledger.stop(None, "too-many", f"a row has more than {MOST_COLUMNS:,} columns")
    return found


def _shown(value: object) -> str:
    """The value of a cell as a person would write it.

    >>> _shown(7654321.0), _shown(None), _shown(True)
    ('7654321', '', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _harmless(file: Path, ledger: Ledger) -> None:
    """Raise InvalidMechanism for a packed file that is none, unpacks to very much, or declares a document type."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            if sum(part.file_size for part in parts) > 2 * LARGEST or file.stat().st_size > LARGEST:
                raise ledger.stop(None, "too-large", f"unpacked it is above {2 * LARGEST // 2**20} MiB", "split it")
            for part in parts:
                data = packed.read(part)
                if b"<!DOCTYPE" in data or b"<!ENTITY" in data or data[:2] in WIDE:
                    message = f"{part.filename} declares a document type, or hides one as UTF-16"
                    raise ledger.stop(None, "doctype", message, "no workbook needs one")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise ledger.stop(None, "no-table", f"this is no workbook: {error}", "save the sheet as CSV") from None


def cell(value: object) -> str:
    """A value as a cell of a table: lists with | between, no tabs or line ends, and nothing that a spreadsheet runs.

    >>> cell(["a", "b"]), cell("=1+1")
    ('a|b', "'=1+1")
    """
    said = "|".join(map(str, value)) if isinstance(value, list) else str(value)
    said = " ".join(re.split(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", said))
    return f"'{said}" if FORMULA.match(said) else said


class Object(dict[str, Any]):
    """A JSON object that knows where in the text it begins."""

    offset = 0


def objects(text: str, ledger: Ledger, line: Location | None = None) -> Any:
    """JSON, its objects with their offsets. Raises InvalidMechanism for what is none, or nests too deep.

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

    def parse(s_and_end: tuple[str, int], *rest: Any) -> tuple[Object, int]:
        nonlocal made_so_far
        made_so_far += 1
        if made_so_far > MOST_PARTS:
            raise ledger.stop(at_offset(s_and_end[1] - 1), "too-many", f"there are more than {MOST_PARTS:,} objects")
        try:
            made, end = JSONObject(s_and_end, *rest)
        except _Twice as error:
            at = at_offset(s_and_end[1] - 1)
            raise ledger.stop(at, "duplicate-key", f"{error} stands twice in this object", "remove one") from None
        made.offset = s_and_end[1] - 1
        return made, end

    def constant(name: str) -> Any:
        raise ledger.stop(line, "no-json", f"{name} is no value of JSON", "a number, or null")

    decoder: Any = json.JSONDecoder(object_pairs_hook=pairs, parse_constant=constant)
    decoder.parse_object = parse
    decoder.scan_once = py_make_scanner(decoder)
    deep = depth(text)
    if deep >= 0:
        message = f"this is nested more than {DEEPEST} deep"
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
    """Line and column of offsets of one text, or of objects that have one, looked up quickly."""

    def __init__(self, text: str, ledger: Ledger) -> None:
        self.text, self.ledger = text, ledger
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def __call__(self, value: object) -> Location:
        offset = value if isinstance(value, int) else getattr(value, "offset", 0)
        line = bisect.bisect_right(self.starts, offset)
        return self.ledger.at(line, offset - self.starts[line - 1] + 1)


def events(text: str, loader: Any, deepest: int = DEEPEST, unseen: re.Pattern[str] = UNSEEN) -> Iterator[Any]:
    """The events of a YAML text, without what would vanish silently or stand for something endless.

    Raises ``yaml.MarkedYAMLError`` for tags, anchors and aliases, for what nests too deep, and for unseen characters.
    """
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        mark: Any = event.start_mark
        if depth > deepest:
            raise yaml.MarkedYAMLError(problem=f"this is nested more than {deepest} deep", problem_mark=mark)
        if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
            raise yaml.MarkedYAMLError(problem="a tag or a reference", problem_mark=mark)
        odd = unseen.search(event.value) if isinstance(event, yaml.ScalarEvent) else None
        if odd:
            problem = f"this holds the character U+{ord(odd.group()):04X}, which no text has"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        yield event


def mapping(text: str, ledger: Ledger) -> Object:
    """The one mapping that a YAML text is; single values stay texts. Raises InvalidMechanism for what is none."""
    import yaml

    found: Any = None
    stack: list[tuple[Any, Any]] = []  # what is open, and the key whose value comes next
    parts = 0

    def stop(mark: Any, code: str, message: str, help: str = "") -> InvalidMechanism:
        return ledger.stop(ledger.at(mark.line + 1, mark.column + 1) if mark else None, code, message, help)

    try:
        for event in events(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            mark: Any = event.start_mark
            if isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                continue
            if not isinstance(event, yaml.NodeEvent):
                continue
            parts += 1
            if parts > MOST_PARTS:
                raise stop(mark, "too-many", f"there are more than {MOST_PARTS:,} values", "split the file")
            made: Any = event.value if isinstance(event, yaml.ScalarEvent) else []
            if isinstance(event, yaml.MappingStartEvent):
                made = Object()
                made.offset = mark.index
            if not stack:
                if found is not None:
                    raise stop(mark, "no-yaml", "there is a second document here", "put it into a file of its own")
                found = made
            else:
                within, key = stack[-1]
                if isinstance(within, list):
                    within.append(made)
                elif key is None:
                    if not isinstance(made, str):
                        raise stop(mark, "no-yaml", "a key is a single word here")
                    if made in within:
                        raise stop(mark, "duplicate-key", f"{made!r} stands twice in this mapping", "remove one")
                    stack[-1] = (within, made)
                    continue
                else:
                    within[key] = made
                    stack[-1] = (within, None)
            if not isinstance(made, str):
                stack.append((made, None))
    except yaml.MarkedYAMLError as error:
        problem = str(error.problem or error)
        raise stop(error.problem_mark or error.context_mark, "no-yaml", problem) from None
    except InvalidMechanism:  # a ValueError, too, and told already
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # PyYAML trips over escapes such as "\\UFFFFFFFF"
        raise stop(None, "no-yaml", str(error).partition("\n")[0]) from None
    if not isinstance(found, Object):
        raise ledger.stop(None, "no-yaml", "the file holds no 'key: value' pairs")
    return found


@dataclass
class Element:
    """An element of XML: its local name, attributes, text, children, and where it stands."""

    tag: str
    attributes: dict[str, str]
    at: Location
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Element]:
        return (child for child in self.children if child.tag == tag)


def elements(text: str, ledger: Ledger) -> Element:
    """XML as elements. Raises InvalidMechanism for what is none, and for anything that declares entities."""
    parser = expat.ParserCreate(namespace_separator="}")
    stack: list[Element] = []
    roots: list[Element] = []
    counted = [0]

    def here() -> Location:
        return ledger.at(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def start(tag: str, attributes: dict[str, str]) -> None:
        made = Element(tag.rpartition("}")[2], {k.rpartition("}")[2]: v for k, v in attributes.items()}, here())
        (stack[-1].children if stack else roots).append(made)
        stack.append(made)
        counted[0] += 1
        if counted[0] > MOST_PARTS:
            raise ledger.stop(here(), "too-many", f"there are more than {MOST_PARTS:,} elements", "split the file")
        if len(stack) > DEEPEST_XML:
            raise ledger.stop(here(), "too-deep", f"this is nested more than {DEEPEST_XML} deep")

    def characters(said: str) -> None:
        stack[-1].text += said

    def doctype(*_: object) -> None:
        message = "the file declares a document type, and with it perhaps entities"
        raise ledger.stop(here(), "doctype", message, "remove <!DOCTYPE ...>; no graph needs one")

    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler = start, characters
    parser.EndElementHandler = lambda _: stack.pop()
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        at = ledger.at(error.lineno, error.offset + 1)
        raise ledger.stop(at, "no-xml", expat.errors.messages[error.code]) from None
    return roots[0]


def unread(root: Element, known: Mapping[str, Container[str]], ledger: Ledger, others: bool = True) -> None:
    """Record what no reader of a format asks for: attributes that its elements do not have and, with ``others``,
    elements that are none of its own, with their texts. An element ``data`` holds anything; its texts are read.
    """
    todo = [(root, False)]
    while todo:
        one, within = todo.pop()
        own = known.get(one.tag)
        if own is not None or others:
            said = {name: value for name, value in one.attributes.items() if name not in (own or ())}
            said |= {"text": one.text} if own is None and not within else {}
            if said:
                ledger.record("element", one.tag, said, one.at)
        todo += [(child, within or one.tag == "data") for child in reversed(one.children)]


class Anything:
    """Attributes of any name: the reader of the element records them itself."""

    def __contains__(self, name: object) -> bool:
        return True


# ---------------------------------------------------------------- drafting a mechanism


KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


def as_key(name: str) -> str:
    """A name as a key of the notation.

    >>> as_key("p(HGNC:CXCR6)")
    'p_HGNC_CXCR6'
    """
    return re.sub(r"[^A-Za-z0-9_.+-]+", "_", name).strip("_").lstrip("_.+-") or "x"


#: Prefixes of others, in small letters, for those in ontology/prefixes.tsv.
PREFIXES = {
    "uniprot": "UniProtKB",
    "uniprot knowledgebase": "UniProtKB",
    "pubchem": "PUBCHEM.COMPOUND",
    "drugbank": "DRUGBANK",
    "go": "GO",
    "chebi": "CHEBI",
    "hgnc": "HGNC",
    "mgi": "MGI",
    "wormbase": "WB",
    "mesh": "MESH",
    "mondo": "MONDO",
}


def term(curie: str, label: str = "", at: Location | None = None) -> Term | None:
    """A term of an ontology that kg knows, with the label that was looked up, else the given one, else its id."""
    prefix, _, local = curie.partition(":")
    prefix = prefix if prefix in vocabulary.prefixes() else PREFIXES.get(prefix.casefold(), prefix)
    curie = f"{prefix}:{local.removeprefix(f'{prefix}:')}"  # some write CHEBI:CHEBI:15422
    known = vocabulary.prefixes().get(prefix)
    if known is None or not re.search(known.pattern, curie.partition(":")[2], re.ASCII) or re.search(r"\s", curie):
        return None
    entry = vocabulary.terms().get(curie)
    if entry is None and prefix == "kg":
        return None
    return Term(curie, entry.label if entry else " ".join(label.split()) or curie, at)


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


def curie(iri: str) -> str:
    """An IRI as a CURIE, if it is in the form of a registered prefix, of an OBO ontology, or of identifiers.org.

    >>> curie("http://purl.obolibrary.org/obo/RO_0002333"), curie("http://identifiers.org/wormbase/WBGene00017990")
    ('RO:0002333', 'WB:WBGene00017990')
    """
    if obo := re.fullmatch(r"https?://purl\.obolibrary\.org/obo/([A-Za-z]+)_(\w+)", iri):
        return f"{obo[1]}:{obo[2]}"
    for prefix in vocabulary.prefixes().values():
        if iri.startswith(prefix.iri) and prefix.iri.endswith(("/", "_", "#", "=")):
            return f"{prefix.prefix}:{iri.removeprefix(prefix.iri)}"
    if known := re.fullmatch(r"https?://identifiers\.org/([\w.]+)[/:](\S+)", iri):
        return f"{PREFIXES.get(known[1].casefold(), known[1])}:{known[2]}"
    return ""


def local(iri: str) -> str:
    """The last part of an IRI, decoded.

    >>> local("http://example.org/a#Adenosine%20triphosphate")
    'Adenosine triphosphate'
    """
    return unquote(re.split("[/#]", iri.rstrip("/#"))[-1])


def taxon(said: str) -> Term | None:
    """A species by its number in the NCBI Taxonomy or by its name, if its name was looked up.

    >>> str(taxon("10090"))
    'NCBITaxon:10090 ! Mus musculus'
    """
    local = said.rpartition(":")[2].strip()
    for entry in vocabulary.terms().values():
        names = [name.casefold() for name in (entry.label, *entry.synonyms)]
        if entry.id.startswith("NCBITaxon:") and (entry.id == f"NCBITaxon:{local}" or local.casefold() in names):
            return Term(entry.id, entry.label)
    return None


SIGNED = {1: "promotes", -1: "limits"}  # the verbs that say a sign, and no more


def verb(said: str) -> Predicate | None:
    """A verb of kg by its name or its phrase; None if kg has no such verb.

    >>> verb("positively regulates").verb
    'positively_regulates'
    """
    word = re.sub(r"[\s-]+", "_", said.strip()).casefold()
    return vocabulary.predicates().get(word) or next(
        (one for one in vocabulary.predicates().values() if one.phrase.casefold() == said.strip().casefold()), None
    )


class Draft:
    """A mechanism in the making. What an edge rests on is what the file cites, else the file itself.

    A file that does not say what kind of statement an edge is gives the claim ``unclassified``; a publication that it
    cites was not read by kg (``read: no``); a licence that it does not state is NOASSERTION, SPDX's word for that.
    """

    def __init__(self, file: Path, ledger: Ledger, text: str | bytes) -> None:
        self.file, self.ledger = file, ledger
        kind = f"{ledger.title.partition(':')[0]} file"
        sha = hashlib.sha256(text.encode("utf-8") if isinstance(text, str) else text).hexdigest()
        self.whole = Source(key="file", kind=kind, title=file.name, texts=(sha,), at=ledger.at())
        self.about = {"id": "", "title": "", "licence": "", "summary": "", "version": "", "status": ""}
        self.nodes: dict[str, Node] = {}
        self.keys: dict[str, str] = {}  # what the file calls a node -> its key
        self.edges: dict[tuple[Any, ...], Edge] = {}  # what one says -> the edge
        self.evidence: dict[tuple[Any, ...], dict[Evidence, None]] = {}  # the items of each
        self.again: dict[tuple[Any, ...], list[Evidence]] = {}  # those that came when the edge was there already
        self.sources: dict[str, Source] = {}
        self.works: dict[str, tuple[str, ...]] = {}  # the key of a source -> what identifies it
        self.by: dict[str, str] = {}  # what identifies a source -> its key
        self.cited: dict[str, str] = {}  # a publication as the file names it -> its key
        self.names: set[str] = set()
        self.numbers: dict[str, int] = {}  # a name -> the number that it was given last

    def node(self, id: str, label: str = "", key: str = "", **says: Any) -> str:
        """The key of the node that the file calls so, which is made if there is none; ``says`` are fields of Node."""
        if id not in self.keys:
            made = self.free(as_key(key or id), self.nodes)
            term, shown = says.get("term"), " ".join((label or id).split())
            if not says.get("name") and shown != (term.label if term else made):
                says["name"] = shown
            self.keys[id] = made
            self.nodes[made] = Node(key=made, **says)
        return self.keys[id]

    def free(self, name: str, *taken: Container[str]) -> str:
        """A name that nobody has; the numbers that were given away are not tried again."""
        made = unused(name, *taken, first=self.numbers.get(name, 1))
        self.numbers[name] = int(made.removeprefix(name).lstrip("-") or 1)
        return made

    def cite(self, publication: str) -> str:
        """The key of the source that a CURIE or an address identifies; nothing if it identifies none."""
        said = publication.strip()
        if said not in self.cited:
            self.cited[said] = self._source(said)
        return self.cited[said]

    def _source(self, said: str) -> str:
        prefix, _, local = said.partition(":")
        known: dict[str, Any]
        if prefix.casefold() in ("pmid", "pubmed") and re.fullmatch(r"\d+", local.strip()):
            name, known = f"PMID_{local.strip()}", {"pmid": local.strip()}
        elif found := re.fullmatch(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{2,9}/\S+)", said, re.IGNORECASE):
            name, known = as_key(f"doi_{found[1]}"), {"doi": found[1]}
        elif re.fullmatch(r"https?://[^\s<>\"]+", said):
            name, known = as_key(said.partition("://")[2])[:60], {"url": said}
        else:
            return ""
        if len(self.works) != len(self.sources):  # a file may bring sources of its own
            self.works = {key: (one.pmid, one.doi, one.url) for key, one in self.sources.items()}
            self.by = {work: key for key, works in reversed(self.works.items()) for work in works if work}
        (work,) = known.values()
        if work not in self.by:
            made = unused(name, self.sources)
            self.sources[made] = Source(key=made, kind="publication", read="no", **known)
            self.works[made], self.by[work] = ("", "", ""), made
        return self.by[work]

    def edge(
        self,
        sentence: Sentence,
        record: Taken | None = None,
        evidence: Sequence[Evidence] = (),
        name: str = "",
        **more: Any,
    ) -> str:
        """Add an edge between nodes by their keys. What was said before gets the evidence of this one, too."""
        at = record.at if record else more.pop("at", None)
        items = tuple(evidence) or (Evidence(source="file", claim=UNCLASSIFIED, at=at),)
        says = (
            sentence,
            more.get("place", ""),
            more.get("level", ""),
            more.get("requires", ()),
            more.get("unless", ()),
        )
        if before := self.edges.get(says):
            known = self.evidence[says]
            more_of_it = [one for one in items if one.source != "file" or one not in known]
            known.update(dict.fromkeys(more_of_it))
            self.again.setdefault(says, []).extend(more_of_it)
            if record:
                record.joined(before.name)
            return before.name
        made = self.free(as_key(name) if name else sentence.name, self.names, self.nodes)
        self.names.add(made)
        self.edges[says] = Edge(sentence=sentence, name=made, evidence=items, at=at, **more)
        self.evidence[says] = dict.fromkeys(items)
        return made

    def mechanism(self, **parts: Any) -> Mechanism:
        """What was drafted. Raises InvalidMechanism if there is no edge or no node."""
        if not self.edges:
            raise self.ledger.stop(None, "no-edges", "the file has no edge that can be read")
        name = re.sub("[^a-z0-9]+", "-", (self.about["id"] or self.file.name.partition(".")[0]).lower()).strip("-")[:64]
        sources = dict(self.sources)
        for known, more in self.again.items():  # in one go: a file may say one thing a hundred thousand times
            self.edges[known] = replace(self.edges[known], evidence=(*self.edges[known].evidence, *more))
        self.again = {}
        edges = tuple(self.edges.values())
        items = [*parts.get("scope", ()), *(item for edge in edges for item in edge.evidence)]
        if not sources or any(item.source == "file" for item in items):
            sources = {"file": self.whole, **sources}
        says: dict[str, Any] = {
            "id": name or "mechanism",
            "title": " ".join(self.about["title"].split()) or self.file.name,
            "licence": self.about["licence"] or "NOASSERTION",
            "summary": self.about["summary"],
            "version": self.about["version"],
            "status": self.about["status"],
        }
        return Mechanism(
            **says,
            sources=Frozen(sources),
            nodes=Frozen(self.nodes),
            edges=edges,
            file=str(self.file),
            at=self.ledger.at(),
            **parts,
        )


def unused(name: str, *taken: Container[str], first: int = 1) -> str:
    """The name, or the name with a number that nobody has; ``first`` is the number to try first.

    >>> unused("A", {"A", "A-2"})
    'A-3'
    """
    made = (name if n == 1 else f"{name}-{n}" for n in range(first, 10**9))
    return next(one for one in made if not any(one in names for names in taken))


def position(said: Any) -> tuple[float, float] | None:
    """Where a node stands in a picture; None if it is not said as two numbers.

    >>> position({"x": 1, "y": 2.5})
    (1, 2.5)
    """
    found = (said.get("x"), said.get("y")) if isinstance(said, dict) else (None, None)
    x, y = (one if isinstance(one, (int, float)) and not isinstance(one, bool) else None for one in found)
    return None if x is None or y is None else (x, y)
