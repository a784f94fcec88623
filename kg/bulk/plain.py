"""A run row by row in Python, for graphs that are small: it is done before an engine has started.

The rules are those of ``rules``, and so is what is written; ``tests/test_bulk.py`` holds the two against each other.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import compress, islice, repeat
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kg.bulk import lines
from kg.bulk.lines import Count, InputFile, texts
from kg.bulk.run import COUNTED, MOST_VALUES, BulkRun, BulkSummary, Counts, Parts
from kg.bulk.slots import (
    BIOLINK,
    BOOLEAN,
    CELL,
    CONTROL,
    ENCODED,
    FRAGMENT,
    HIDDEN,
    IRI,
    ITEM,
    KGV,
    LOCAL,
    MOST,
    RDF,
    REJECTS,
    SKIPPED,
    Slot,
    biolink,
    slots,
)
from kg.model.vocabulary import BASE, expand

UNSEEN, HIDING = re.compile(CONTROL), re.compile(HIDDEN)
OURS, UUID = re.compile(re.escape(BASE) + LOCAL + FRAGMENT), re.compile("uuid:[0-9A-Fa-f-]+")
BAR, ESCAPED = re.compile(r"(?<! ) *(?:\| *)+"), re.compile(r'[\\"\n\r]')
QUOTED = str.maketrans({char: quote(char, safe="") for char in ENCODED})
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
ROWS, MANY = 2_000, 10_000  # rows that are written at once; cells of a column that are remembered
Cells = list[str]  # a row: a cell for each slot, the empty text where nothing is said


class PlainRow(NamedTuple):
    """A row, where it stands, and what is wrong with it: ``REASON COLUMN``, and the value at fault."""

    file: str
    number: int
    cells: Cells
    fault: str
    value: str


class Plain(BulkRun):
    """All rows in memory, which is why graphs must be small."""

    def checked(self) -> tuple[dict[str, Counts], dict[str, int]]:
        self.kept: dict[str, dict[str, Sequence[str]]] = {}  # column -> cells
        self.wrong: dict[str, list[PlainRow]] = {}
        self.spaces: dict[str, str] = {}  # of the prefixes that were met
        self.iris: dict[str, str] = {}  # of CURIEs that are right, as far as they were met
        counts: dict[str, Counts] = {}
        reasons: dict[str, int] = {}
        nodes: set[str] = set()
        for of in ("node", "edge"):
            right, wrong, read = self._read(of, nodes)
            kept, again = _once(right)
            columns = zip(*kept, strict=True) if kept else [()] * len(slots(of))
            self.kept[of] = {slot.column: tuple(cells) for slot, cells in zip(slots(of), columns, strict=True)}
            self.wrong[of] = wrong + again
            counts[of] = Counts(read, len(kept), len(self.wrong[of]))
            reasons |= {f"{of}s: {fault.strip()}": n for fault, n in Counter(row.fault for row in self.wrong[of]).items()}  # fmt: skip
            if of == "node":
                nodes = set(self.kept[of]["id"])
        return counts, dict(sorted(reasons.items()))

    def _read(self, of: str, nodes: set[str]) -> tuple[list[PlainRow], list[PlainRow], int]:
        """The rows that are right by themselves, those that are wrong, and how many there are."""
        size = sum(file.path.stat().st_size for file in self.files[of])
        right: list[PlainRow] = []
        wrong: list[PlainRow] = []
        skipped = done = read = 0
        for files in self.groups(of):
            count = Count()
            check = _Rules(self, of, files[0], nodes).row
            for batch in lines.batches(files, count):
                file, *columns = batch.columns  # a batch is of one file
                for row in map(check, repeat(file[0].as_py()), *(column.to_pylist() for column in columns)):
                    if not row.fault:
                        right.append(row)
                    elif row.fault in SKIPPED:
                        skipped += 1
                    else:
                        wrong.append(row)
                self.progress(f"checking {of}s", (done + count.bytes) / max(size, 1), read + count.lines)
            done, read = done + count.bytes, read + count.lines
        return right, wrong, read - skipped

    def rejects(self) -> Iterator[pa.RecordBatch]:
        for of, wrong in self.wrong.items():
            found = []
            for file, number, cells, fault, value in wrong:
                reason, _, column = fault.partition(" ")
                found.append((f"{of}s", file, str(number), reason, column, value, cells[0][:MOST]))
            found.sort(key=lambda one: (one[1], int(one[2]), one[6], *one[3:6]))
            columns = list(zip(*found, strict=True)) or [()] * len(REJECTS)
            yield pa.RecordBatch.from_arrays([texts(column, empty=True) for column in columns], REJECTS)

    def written(self) -> BulkSummary:
        edges = self.kept["edge"]
        asserted = [
            level == "knowledge_assertion" and negated.lower() != "true"
            for level, negated in zip(edges["knowledge_level"], edges["negated"], strict=True)
        ]
        for of, columns in self.kept.items():
            iris = list(map(self._edge if of == "edge" else self.iri, columns["id"]))
            with Parts(self.out, f"{of}s", self.packed) as parts:
                for done, lines in enumerate(_batched(self._lines(of, iris, asserted))):
                    # each by itself: in one text, a single 🧬 would make every letter four bytes
                    parts.write(b"".join(map(str.encode, lines)))
                    self.progress(f"writing {of}s", -1, min(done * ROWS + ROWS, len(iris)))
            self.parts += parts.files
            self.progress(f"writing the table of {of}s", -1, len(iris))
            table = self._table(of, iris, asserted if of == "edge" else None)
            pq.write_table(table, self.out / f"{of}s-00000.parquet", compression="zstd")
        return self._counted(asserted)

    def iri(self, curie: str) -> str:
        """A CURIE as its IRI; what is an IRI stays."""
        iri = self.iris.get(curie)
        if iri is None:
            prefix, _, local = curie.partition(":")
            space = self.spaces.get(prefix)
            if space is None:
                space = self.spaces[prefix] = self.prefixes.iri(prefix)
                if space and not self.prefixes.is_registered(prefix):
                    self.unregistered.add(prefix)
            iri = self.iris[curie] = space + local if space else curie
        return iri

    def _edge(self, id: str) -> str:
        if OURS.fullmatch(id):
            return id
        return f"urn:{id}" if UUID.fullmatch(id) else f"{self.graph}/edge/{id.translate(QUOTED)}"

    def _lines(self, of: str, iris: Sequence[str], asserted: Sequence[bool]) -> Iterator[str]:
        """The lines of N-Quads of each row, as one text; then the bare triples of the edges that are asserted."""
        stop, columns = f" <{self.graph}> .\n", self.kept[of]
        said: list[tuple[Iterable[Any], Mapping[Any, Sequence[str]]]] = []
        for slot in slots(of):
            if slot.property and (slot.always() or slot.column in self.used[of]):
                opening, closing, value = self._object(slot)
                none = "not_provided" if slot.always() and not slot.needed else ""
                opening = f"> <{expand(slot.property)}> {opening}"
                said.append((columns[slot.column], _Said(opening, value, closing + stop, none)))
        if of == "edge":
            type_ = [f"> <{RDF}type> <{BIOLINK}Association>{stop}"]
            stated = map(bool, columns["species_context_qualifier"])
            for name, flags, more in (("asserted", asserted, type_), ("speciesStated", stated, [])):
                opening = f'> <{KGV}{name}> "'
                line = {
                    flag: f'{opening}{word}"^^<{BOOLEAN}>{stop}' for flag, word in ((True, "true"), (False, "false"))
                }
                said.append((flags, {flag: [*more, line[flag]] for flag in line}))
        cells, lines = zip(*said, strict=True)
        for iri, row in zip(iris, zip(*cells, strict=True), strict=True):
            pieces = [""]
            for cell, of_cell in zip(row, lines, strict=True):
                pieces += of_cell[cell]
            yield f"<{iri}".join(pieces)
        if of == "edge":
            triples = zip(columns["subject"], columns["predicate"], columns["object"], strict=True)
            for subject, predicate, object in compress(triples, asserted):
                yield f"<{self.iri(subject)}> <{BIOLINK}{predicate}> <{self.iri(object)}>{stop}"

    def _object(self, slot: Slot) -> tuple[str, str, Callable[[str], str]]:
        """What stands before and after a value, and how it is written."""
        if slot.value in ("category", "predicate"):
            return f"<{BIOLINK}", ">", str
        if slot.value == "flag":
            return '"', f'"^^<{BOOLEAN}>', str.lower
        if slot.value in ("curie", "node") and slot.property != "skos:notation":
            return "<", ">", self.iri
        return '"', '"', _escaped

    def _table(self, of: str, iris: list[str], asserted: list[bool] | None) -> pa.Table:
        """Rows as ``rules.table`` has them: lists as lists, nothing as NULL, with the IRI, and whether asserted."""
        columns: dict[str, pa.Array] = {"iri": texts(iris)}
        for slot in slots(of):
            if slot.column in self.used[of] or slot.needed or slot.column == "id":
                cells = self.kept[of][slot.column]
                column = texts([cell.lower() for cell in cells] if slot.value == "flag" else cells)
                if slot.many:
                    column = pc.split_pattern(column, ITEM)
                columns[slot.column] = column.cast(pa.bool_()) if slot.value == "flag" else column
        if asserted is not None:
            columns["asserted"] = texts(["true" if flag else "false" for flag in asserted]).cast(pa.bool_())
        return pa.table(columns)

    def _counted(self, asserted: list[bool]) -> BulkSummary:
        self.progress("counting", -1, 0)
        statements: Counter[str] = Counter()
        for of, columns in self.kept.items():
            for slot in slots(of):
                if slot.property and (slot.always() or slot.column in self.used[of]):
                    column = columns[slot.column]
                    stated = len(column) - (0 if slot.always() and not slot.many else column.count(""))
                    statements[slot.property] += stated + ("".join(column).count(ITEM) if slot.many else 0)
        edges = self.kept["edge"]
        bare = zip(edges["subject"], edges["predicate"], edges["object"], strict=True)
        statements[""] = len(set(compress(bare, asserted)))
        statements.update(dict.fromkeys(("rdf:type", "kgv:asserted", "kgv:speciesStated"), len(asserted)))
        degrees = Counter(edges["subject"])
        degrees.update(edges["object"])
        return BulkSummary.of(
            sum(asserted),
            statements,
            _most(self.kept["node"]["category"]),
            {column: _most(edges[column]) for column in COUNTED},
            Counter(degrees.values()),
        )


class _Rules:
    """What the rows of files with one header must fulfil."""

    def __init__(self, run: Plain, of: str, file: InputFile, nodes: set[str]) -> None:
        self.run, self.of = run, of
        self.tsv, self.separator, self.first = file.format == "tsv", file.separator, file.separator.join(file.header)
        self.width = len(file.header)
        #: Where each slot stands in a line; the empty text stands behind the last cell.
        self.places = itemgetter(*(file.header.index(s.column) if s.column in file.header else self.width for s in slots(of)))  # fmt: skip
        self.patterns: dict[str, re.Pattern[str]] = {}
        self.none = [""] * len(slots(of))
        there = [(number, slot) for number, slot in enumerate(slots(of)) if slot.column in file.header]
        self.lists = [number for number, slot in there if slot.many]
        self.named = [number for number, slot in there if slot.value in ("category", "predicate")]
        self.needed = [(number, f"missing-value {slot.column}") for number, slot in there if slot.needed]
        self.tests: list[tuple[int, set[str], Callable[[str], str], str]] = []
        for number, slot in there:
            if slot.value != "text":
                good = nodes if slot.value == "node" else {""}
                self.tests.append((number, good, partial(self._tests(slot), slot), slot.column))

    def row(self, file: str, number: int, fault: str, line: str) -> PlainRow:
        line = line.removesuffix("\r")
        cells = line.split(self.separator)
        width = len(cells)
        cells.append("")
        row = list(self.places(cells)) if width == self.width else self.none.copy()
        if self.tsv and "|" in line:
            for place in self.lists:
                if "|" in row[place]:
                    row[place] = BAR.sub(ITEM, row[place]).removeprefix(ITEM).removesuffix(ITEM)
        for place in self.named:
            row[place] = row[place].replace("biolink:", "")
        if self.of == "edge" and not row[0]:
            row[0] = f"md5-{hashlib.md5(CELL.join(row).encode(), usedforsecurity=False).hexdigest()}"
        value = ""
        if fault:
            fault = fault if fault in SKIPPED else f"{fault} "
        elif self.tsv and not line.strip(" \t\r"):
            fault = "blank"
        elif self.tsv and line == self.first:
            fault = "header"
        elif self.tsv and UNSEEN.search(line):
            fault = "unseen-character "
        elif width != self.width:
            fault, value = "odd-row ", f"{width} cells, not {self.width}"
        else:
            fault, value = self._fault(row)
        return PlainRow(file, number, row, fault, value[:MOST])

    def _fault(self, row: Cells) -> tuple[str, str]:
        for place, fault in self.needed:
            if not row[place]:
                return fault, ""
        for place, good, test, column in self.tests:
            value = row[place]
            if value not in good:
                if reason := test(value):
                    return f"{reason} {column}", value
                good.add(value)
        if self.of == "edge" and HIDING.search(row[0]):
            return "unseen-character id", row[0]
        return "", ""

    def _tests(self, slot: Slot) -> Callable[[Slot, str], str]:
        return {
            "curie": self._curie,
            "node": self._end,
            "category": self._category,
            "predicate": self._predicate,
            "flag": self._flag,
        }[slot.value]

    def _curie(self, slot: Slot, value: str) -> str:
        items = value.split(ITEM) if slot.many else [value]
        return "" if all(map(self._right, items)) else "malformed-curie"

    def _end(self, slot: Slot, value: str) -> str:
        return "missing-node" if self._right(value) else "malformed-curie"

    def _category(self, slot: Slot, value: str) -> str:
        return "" if set(value.split(ITEM)).issubset(biolink(self.of, "mixin")) else "unknown-category"

    def _predicate(self, slot: Slot, value: str) -> str:
        return "" if value in biolink("predicate") else "unknown-predicate"

    def _flag(self, slot: Slot, value: str) -> str:
        return "" if value.lower() in ("true", "false") else "not-a-flag"

    def _right(self, value: str) -> bool:
        prefix = value.partition(":")[0]
        if prefix not in self.patterns:
            known = self.run.prefixes.iri(prefix)
            curie = f"{IRI}|{re.escape(prefix)}:(?:{self.run.prefixes.curie(prefix)})" if known else IRI
            self.patterns[prefix] = re.compile(curie, re.ASCII)
        return self.patterns[prefix].fullmatch(value) is not None


def _once(right: Sequence[PlainRow]) -> tuple[list[Cells], list[PlainRow]]:
    """The rows that are written, and those that share an id: one of several that say the same is written."""
    twice = {id for id, n in Counter(row.cells[0] for row in right).items() if n > 1}
    shared: defaultdict[str, list[PlainRow]] = defaultdict(list)
    kept = []
    for row in right:
        if row.cells[0] in twice:
            shared[row.cells[0]].append(row)
        else:
            kept.append(row.cells)
    again = []
    for id, rows in shared.items():
        rows.sort(key=itemgetter(0, 1))
        if any(row.cells != rows[0].cells for row in rows):
            fault = "duplicate-id id"
        else:
            kept.append(rows.pop(0).cells)
            fault = "repeated-row id"
        again += [row._replace(fault=fault, value=id[:MOST]) for row in rows]
    return kept, again


class _Said(dict[str, Sequence[str]]):
    """What lines of N-Quads say for a cell, behind the subject: a line for each item. Cells that come again are kept."""

    def __init__(self, opening: str, value: Callable[[str], str], closing: str, none: str) -> None:
        self.opening, self.value, self.closing, self.none = opening, value, closing, none

    def __missing__(self, cell: str) -> Sequence[str]:
        items = (cell or self.none).split(ITEM)
        lines = [f"{self.opening}{self.value(item)}{self.closing}" for item in items if item]
        if len(self) < MANY:
            self[cell] = lines
        return lines


def _batched(lines: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(lines, ROWS)):
        yield some


def _escaped(value: str) -> str:
    return value.translate(ESCAPES) if ESCAPED.search(value) else value


def _most(cells: Sequence[str]) -> list[tuple[str, int]]:
    """Rows by their cells, most first, as Tables counts them."""
    return sorted(Counter(cells).items(), key=lambda one: (-one[1], one[0]))[:MOST_VALUES]
