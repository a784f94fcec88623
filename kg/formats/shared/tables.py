"""Tables and workbooks of others, read within bounds; cells, written so that no spreadsheet runs them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from kg.formats.shared.bounded import LARGEST
from kg.formats.shared.losses import Ledger
from kg.model.diagnostics import InvalidMechanism, Location, install
from kg.model.limits import most

MOST_COLUMNS = most("columns")
FORMULA = re.compile(r"[=@]|[+-](?![\d.]*(?:[eE][+-]?\d+)?$)[A-Za-z(\"'].*[(!|]", re.DOTALL)


@dataclass(frozen=True)
class TableRow:
    """A row of a table: its cells by column, and where it stands; in a workbook, lines and columns are the sheet's."""

    cells: dict[str, str]
    at: Location
    sheet: bool = False
    head: Location | None = None  # where the header stands

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


Named = Callable[[Sequence[str]], bool]  # whether the cells of a line name columns
TOP = 30  # lines among which the header is looked for, where others may stand above it


def rows(
    text: str, ledger: Ledger, delimiter: str, quotes: bool = False, named: Named = lambda cells: True
) -> Iterator[TableRow]:
    """The rows of a table with a header. A spreadsheet would run some cells; nobody passes those on unseen.

    The header is the first line that ``named`` takes for one; if it takes none, the first line.

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
        yield from _table(placed(), ledger, named)
    except csv.Error as error:
        at = ledger.at(reader.line_num)
        hint = "is a quotation mark open, or a cell longer than 131,072 characters?"
        raise ledger.stop(at, "no-table", str(error), hint) from None


def _table(
    lines: Iterable[tuple[list[str], Location]], ledger: Ledger, named: Named, sheet: bool = False
) -> Iterator[TableRow]:
    header: list[str] = []
    lines = iter(lines)
    top = list(islice(lines, TOP))
    first = next((n for n, (cells, _) in enumerate(top) if named([cell.strip() for cell in cells])), 0)
    for cells, at in top[:first]:
        if text := " ".join(cell.strip() for cell in cells if cell.strip()):
            ledger.record("line", f"line {at.line}", {"text": text}, at).lost("text", "it is above the header")
    lines = chain(top[first:], lines)
    for cells, at in lines:
        if len(cells) > MOST_COLUMNS:
            raise ledger.stop(at, "too-many", f"a row has more than {MOST_COLUMNS:,} columns")
        if not header:
            header, head = [cell.strip() for cell in cells], at
            twice = next((name for name, times in Counter(header).items() if name and times > 1), "")
            if twice or not any(header):
                message = f"the column {twice!r} occurs twice" if twice else "the table has no header"
                raise ledger.stop(at, "no-table", message, "the first row names the columns, once each")
            header = [name or f"unnamed {number}" for number, name in enumerate(header, 1)]
            continue
        if not any(cell.strip() for cell in cells):
            continue
        cells = [*cells, *[""] * (len(header) - len(cells))] if sheet else cells
        if len(cells) != len(header):
            message = f"this row has {len(cells)} cells, the header {len(header)}"
            ledger.aside(at, "odd-row", message, "a cell that holds the delimiter splits a row", "\t".join(cells))
            continue
        row = TableRow(dict(zip(header, cells, strict=True)), at, sheet, head)
        for name, cell in row.cells.items():
            if FORMULA.match(cell):
                message = f"a spreadsheet would run the cell {name!r}: {cell[:40]!r}"
                place = row.place(name) if sheet else at.word(cell[:40])
                ledger.complain(place, "formula-cell", message, "remove what makes it a formula")
        yield row
    if not header:
        raise ledger.stop(None, "no-table", "the file is empty")


WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")  # so begins what is UTF-16


def workbook(file: Path, ledger: Ledger, named: Named = lambda cells: True) -> Iterator[TableRow]:
    """The rows of the first sheet of an .xlsx file, by openpyxl (the extra ``kg[xlsx]``); formulas are not computed.

    Raises InvalidMechanism for what is not a workbook, is too large when unpacked, declares entities, or if openpyxl is
    not installed. Of other sheets it is reported that they were not read.
    """
    try:
        import openpyxl
    except ImportError:
        help = f"{install('xlsx')}; or save the sheet as CSV"
        raise ledger.stop(None, "no-library", "openpyxl, which reads .xlsx files, is missing", help) from None
    _harmless(file, ledger)
    try:
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
        first = next(iter(sheets), None)
        for other in sheets[1:]:
            ledger.record("sheet", other.title, {"name": other.title}).lost("name", "only the first sheet is read")
        lines = ((_cells(cells), ledger.at(n)) for n, cells in enumerate(_lines_of(first), 1))
        yield from _table(lines, ledger, named, sheet=True)
        book.close()
    except InvalidMechanism:
        raise
    except Exception as error:  # openpyxl raises whatever it trips over in a file that is none
        message = (
            f"this is not a workbook that can be read: {' '.join(str(error).split())[:200] or type(error).__name__}"
        )
        raise ledger.stop(None, "no-table", message, "save the sheet as CSV") from None


def _lines_of(sheet: Any) -> Iterator[Sequence[Any]]:
    if sheet is not None:
        sheet.reset_dimensions()  # what a file says of its size may be anything
        yield from sheet.iter_rows()


def _cells(cells: Sequence[Any]) -> list[str]:
    """A row of a sheet as texts, without the empty cells at its end, and of too many one too many."""
    found = [_shown(one.value) for one in cells[: MOST_COLUMNS + 1]]
    while found and not found[-1]:
        found.pop()
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
        raise ledger.stop(None, "no-table", f"this is not a workbook: {error}", "save the sheet as CSV") from None


def cell(value: object) -> str:
    """A value as a cell of a table: lists with | between, no tabs or line ends, and nothing that a spreadsheet runs.

    >>> cell(["a", "b"]), cell("=1+1")
    ('a|b', "'=1+1")
    """
    said = "|".join(map(str, value)) if isinstance(value, list) else str(value)
    said = " ".join(re.split(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", said))
    return f"'{said}" if FORMULA.match(said) else said
