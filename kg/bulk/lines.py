"""Files of KGX as raw lines, in Arrow: TSV, JSON lines and Parquet, plain or compressed, one or many."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kg.bulk.slots import CELL, ITEM, TAB, slots
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location, near

BLOCK = 4 * 2**20  # bytes that are read at once
FEW = 64  # lines that are decoded one by one
SCHEMA = pa.schema([("file", pa.string()), ("number", pa.int64()), ("fault", pa.string()), ("line", pa.string())])
FORMATS = {".tsv": "tsv", ".txt": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet"}
PACKED = (".gz", ".zst", ".bz2")
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class InputFile:
    """A file of nodes or of edges, and the columns that its rows have."""

    path: Path
    of: str  # node or edge
    format: str  # tsv, jsonl or parquet
    header: tuple[str, ...]  # of a line
    columns: tuple[str, ...]  # of these, what the file has: lines of JSON may have any
    ignored: tuple[str, ...]  # columns that are not carried over

    @property
    def separator(self) -> str:
        return TAB if self.format == "tsv" else CELL

    @property
    def packed(self) -> str:
        return self.path.suffix.lower() if self.path.suffix.lower() in PACKED else ""


def texts(cells: Sequence[str], empty: bool = False) -> pa.Array:
    """Texts as Arrow has them, nothing for the empty text unless it is to stay.

    ``pa.array`` and ``pa.scalar`` would do, after they have loaded pandas if there is one, which takes as long as 5,000 edges.

    >>> texts(["a", "", "é"]).to_pylist(), texts(["a", ""], empty=True).to_pylist()
    (['a', None, 'é'], ['a', ''])
    """
    raw = [cell.encode() for cell in cells]
    sizes = np.fromiter(map(len, raw), np.int32, len(raw))
    there = None if empty else pa.py_buffer(np.packbits(sizes > 0, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), len(raw), [there, _ends(sizes), pa.py_buffer(b"".join(raw))])


def _ends(sizes: np.ndarray[Any, Any]) -> pa.Buffer:
    return pa.py_buffer(np.concatenate([np.zeros(1, np.int32), np.cumsum(sizes, dtype=np.int32)]))


def _repeated(text: str, times: int) -> pa.Array:
    raw = text.encode()
    content = pa.py_buffer(raw * times)
    return pa.Array.from_buffers(pa.string(), times, [None, _ends(np.full(times, len(raw), np.int32)), content])


def inputs(of: str, given: str | Path) -> list[InputFile]:
    """The files that a path, a folder or a pattern (``edges-*.tsv.gz``) names, sorted, with their headers.

    Raises InvalidMechanism, with all complaints, if there is none, or if one is of no known kind, lacks a column that
    every row needs, or names a column twice.
    """
    path = Path(given)
    if not str(given):
        found = []
    elif path.is_dir():
        found = sorted(file for file in path.iterdir() if file.is_file() and _format(file))
    elif path.is_file():
        found = [path]
    else:
        at = Path(path.anchor) if path.is_absolute() else Path()
        pattern = str(path.relative_to(path.anchor)) if path.is_absolute() else str(path)
        found = sorted(at.glob(pattern)) if re.search(r"[*?\[]", pattern) else []
    wrong: list[Diagnostic] = []
    read = []
    for file in found:
        try:
            read.append(_opened(file, of))
        except InvalidMechanism as error:
            wrong += error.diagnostics
    if not found:
        kinds = f"a folder without {', '.join(FORMATS)}" if path.is_dir() and str(given) else "there is no such file"
        wrong.append(Diagnostic(Location(str(given), 1, 1), "not-found", kinds))
    if wrong:
        raise InvalidMechanism(wrong)
    return read


def _format(file: Path) -> str:
    suffixes = [suffix.lower() for suffix in file.suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return FORMATS.get(suffixes[-1], "") if suffixes else ""


def _opened(file: Path, of: str) -> InputFile:
    def refused(code: str, message: str, help: str = "", column: int = 1) -> InvalidMechanism:
        return InvalidMechanism([Diagnostic(Location(str(file), 1, column, shown), code, message, help)])

    shown, form = "", _format(file)
    if not form:
        raise refused(
            "unknown-format", f"{file.name} ends in none of {', '.join(FORMATS)}", "with or without .gz, .zst"
        )
    known = {slot.column for slot in slots(of)}
    try:
        if form == "tsv":
            first = next(iter(_blocks(file, BLOCK)), b"").partition(b"\n")[0]
            shown = first.removeprefix(b"\xef\xbb\xbf").decode("utf-8").removesuffix("\r")
            names = shown.split(TAB) if shown else []
        elif form == "jsonl":
            names = _keys(file)
        else:
            schema = pq.read_schema(file)
            names = schema.names
            for name in known.intersection(names):
                kind = schema.field(name).type
                if pa.types.is_temporal(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
                    raise refused("no-table", f"the column {name!r} holds {kind}", "texts, numbers, flags and lists of them are read")  # fmt: skip
    except UnicodeDecodeError:
        raise refused("not-utf8", "the header is not UTF-8", "save the file as UTF-8") from None
    except (pa.ArrowInvalid, EOFError) as error:
        raise refused("no-table", str(error).partition("\n")[0]) from None
    if form == "tsv" and "\r" in shown:
        raise refused("no-table", "a line ends in CR alone", "save the file with LF or CRLF", shown.index("\r") + 1)
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise refused("no-table", f"the column {twice!r} occurs twice", column=shown.rfind(twice) + 1)
    missing = [slot.column for slot in slots(of) if slot.needed and slot.column not in names]
    if missing and not (form == "jsonl" and not names):
        others = [name for name in names if name not in known]
        raise refused("missing-column", f"there is no column {missing[0]!r}", near(missing[0], others or names))
    header = tuple(names) if form == "tsv" else tuple(slot.column for slot in slots(of))
    there = tuple(name for name in names if name in known) if form == "parquet" else header
    return InputFile(file, of, form, header, there, tuple(name for name in names if name not in known))


def _keys(file: Path, rows: int = 1000) -> list[str]:
    """The keys of the first objects: others may follow, and are ignored in silence only if they are not slots."""
    found: dict[str, None] = {}
    for number, line in enumerate(next(iter(_blocks(file, BLOCK)), b"").split(b"\n")):
        if number == rows:
            break
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        found.update(dict.fromkeys(row if isinstance(row, dict) else ()))
    return [name.encode("utf-8", "backslashreplace").decode() for name in found]


def _blocks(file: Path, size: int, seen: Callable[[int], None] = lambda done: None) -> Iterator[bytes]:
    """The bytes of a file, unpacked; ``seen`` is told how far the file has been read."""
    with pa.OSFile(str(file)) as raw:
        packed = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}.get(file.suffix.lower())
        stream = pa.CompressedInputStream(raw, packed) if packed else raw
        while block := stream.read(size):
            seen(raw.tell())
            yield block


@dataclass
class Count:
    """How far the reading is."""

    bytes: int = 0
    lines: int = 0


def batches(files: Sequence[InputFile], count: Count) -> Iterator[pa.RecordBatch]:
    """The lines of files one after the other, with their numbers; what is not UTF-8 is named and made readable."""
    for file in files:
        before, number = count.bytes, 1

        def seen(done: int, before: int = before) -> None:
            count.bytes = before + done

        for lines in _rows(file) if file.format == "parquet" else _split(_blocks(file.path, BLOCK, seen)):
            faults = None
            if isinstance(lines, pa.Array):
                faults, lines = _readable(lines)
            if file.format != "tsv":
                rows = lines.to_pylist() if isinstance(lines, pa.Array) else lines
                faults, lines = flattened(rows, file.of, faults)
            numbers = np.arange(number, number + len(lines))
            number += len(lines)
            count.lines += len(lines)
            name = _repeated(str(file.path), len(lines))
            faults = _repeated("", len(lines)) if faults is None else faults
            numbered = pa.Array.from_buffers(pa.int64(), len(lines), [None, pa.py_buffer(numbers)])
            yield from pa.Table.from_arrays([name, numbered, faults, lines], schema=SCHEMA).to_batches(20_000)
        seen(file.path.stat().st_size)


def _split(blocks: Iterable[bytes]) -> Iterator[pa.Array]:
    """Blocks of bytes as arrays of lines, without the line ends."""
    rest, first = b"", True
    for block in blocks:
        if first:
            block, first = block.removeprefix(b"\xef\xbb\xbf"), False
        whole, end, after = block.rpartition(b"\n")
        if not end:
            rest += block
            continue
        yield pc.split_pattern(_binary(rest + whole), "\n")[0].values
        rest = after
    if rest:
        yield _binary(rest)


def _binary(content: bytes) -> pa.Array:
    """One piece of bytes, which is not copied."""
    return pa.Array.from_buffers(pa.binary(), 1, [None, _ends(np.array([len(content)])), pa.py_buffer(content)])


def _readable(lines: pa.Array) -> tuple[pa.Array | None, pa.Array]:
    """Bytes as text, and which of them are none."""
    try:
        return None, lines.cast(pa.string())
    except pa.ArrowInvalid:
        if len(lines) <= FEW:
            raw = lines.to_pylist()
            said = [line.decode("utf-8", "replace") for line in raw]
            wrong = ["" if text.encode() == line else "not-utf8" for text, line in zip(said, raw, strict=True)]
            return texts(wrong, empty=True), texts(said, empty=True)
    half = len(lines) // 2  # few lines are wrong: they are found by halving
    found = [_readable(lines[:half]), _readable(lines[half:])]
    faults = [_repeated("", len(said)) if wrong is None else wrong for wrong, said in found]
    return pa.concat_arrays(faults), pa.concat_arrays([said for _, said in found])


def flattened(
    lines: Sequence[str | Mapping[str, Any]], of: str, faults: pa.Array | None = None
) -> tuple[pa.Array, pa.Array]:
    """Objects, as lines of JSON or as mappings, as lines of cells in the order of the slots; and what is wrong with them.

    >>> faults, lines = flattened(['{"id": "GO:1", "category": ["biolink:Gene", "biolink:Protein"]}', "[]"], "node")
    >>> faults.to_pylist(), lines[0].as_py().split(CELL)[:2] == ["GO:1", "biolink:Gene" + ITEM + "biolink:Protein"]
    (['', 'no-json'], True)
    """
    said, wrong = [], []
    for line, fault in zip(lines, faults.to_pylist() if faults is not None else [""] * len(lines), strict=True):
        text = ""
        if isinstance(line, str) and not line.strip(" \t\r"):
            fault = fault or "blank"
        elif not fault:
            try:
                text = _cells(_object(line) if isinstance(line, str) else line, of)
                text.encode("utf-8")
            except _Fault as error:
                fault, text = str(error), ""
            except UnicodeEncodeError:
                fault, text = "bad-escape", ""
            except (ValueError, RecursionError) as error:
                fault = "bad-escape" if "escape" in str(error) else "no-json"
        said.append(text)
        wrong.append(fault)
    return texts(wrong, empty=True), texts(said, empty=True)


class _Fault(ValueError):
    pass


def _object(line: str) -> Any:
    """A line of JSON, with its numbers as they are written."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        row = dict(found)
        if len(row) < len(found):
            raise _Fault("repeated-key")
        return row

    def constant(name: str) -> None:
        raise _Fault("no-json")

    return json.loads(line, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=constant)


def _cells(row: Any, of: str) -> str:
    if not isinstance(row, Mapping):
        raise _Fault("no-json")
    cells = []
    for slot in slots(of):
        cell = _cell(row.get(slot.column))
        if ITEM in cell and not slot.many:
            raise _Fault("many-values")
        cells.append(cell)
    return CELL.join(cells)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        if NOT_TEXT.search(value):
            raise _Fault("unseen-character")
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        if any(isinstance(item, (list, tuple, Mapping)) for item in value):
            raise _Fault("nested-value")
        return ITEM.join(filter(None, map(_cell, value)))
    if isinstance(value, Mapping):
        raise _Fault("nested-value")
    return str(value)


def _rows(file: InputFile) -> Iterator[list[dict[str, Any]]]:
    names = [slot.column for slot in slots(file.of)]
    with pq.ParquetFile(file.path) as table:
        known = [name for name in names if name in table.schema_arrow.names]
        for batch in table.iter_batches(20_000, columns=known):
            try:
                yield batch.to_pylist()
            except UnicodeDecodeError:
                at = Location(str(file.path), 1, 1)
                raise InvalidMechanism([Diagnostic(at, "not-utf8", "a text in this file is not UTF-8")]) from None
