"""What a run does, whoever computes it: it checks every row, names those that are wrong, and writes the others."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from kg.bulk.lines import InputFile
from kg.bulk.slots import ITEM, REJECTS, Prefixes

#: Called with what is being done, the part of it that is done (0 to 1, or less than 0 if unknown), and the rows so far.
Progress = Callable[[str, float, int], None]
PART = 512 * 2**20  # bytes of N-Quads in a part, about
MOST_VALUES = 10_000  # different cells of a column that are counted
#: What is counted of edges, and what the page calls it.
COUNTED = {
    "predicate": "Edges by predicate",
    "primary_knowledge_source": "Edges by source",
    "species_context_qualifier": "Edges by species",
    "knowledge_level": "Edges by level of knowledge",
    "has_evidence_of_type": "Edges by evidence code",
}


@dataclass(frozen=True)
class Counts:
    """How many rows were read, and what became of them."""

    read: int
    written: int
    rejected: int

    def __post_init__(self) -> None:
        if self.read != self.written + self.rejected:
            raise AssertionError(f"{self.read} rows read, {self.written} written, {self.rejected} rejected")


@dataclass(frozen=True)
class BulkSummary:
    """What a graph holds, in numbers."""

    quads: int
    asserted: int
    properties: Mapping[str, int]  # property -> statements; the bare triples of asserted edges are not among them
    categories: Mapping[str, int]  # class of nodes -> nodes
    by: Mapping[str, Mapping[str, int]]  # column of COUNTED -> value -> edges
    degrees: Mapping[int, int]  # edges of a node -> nodes

    @classmethod
    def of(
        cls,
        asserted: int,
        statements: Counter[str],
        categories: Sequence[tuple[str, int]],
        by: Mapping[str, Sequence[tuple[str, int]]],
        degrees: Mapping[int, int],
    ) -> BulkSummary:
        """From counts of cells. In ``statements``, bare triples stand at the empty text."""
        values = {column: _items(cells) for column, cells in by.items()}
        properties = {name: n for name, n in sorted(statements.items()) if name}
        return cls(statements.total(), asserted, properties, _items(categories), values, dict(sorted(degrees.items())))


def _items(cells: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Rows by the items of their cells, most first: a row of a list counts for each."""
    found: Counter[str] = Counter()
    for cell, n in cells:
        for item in cell.split(ITEM):
            found[item] += n
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True)
class BulkOptions:
    """What a run reads and writes, whichever engine does it."""

    files: Mapping[str, list[InputFile]]  # node or edge -> its files
    prefixes: Prefixes
    graph: str  # the IRI of the named graph
    out: Path
    packed: bool  # compress the N-Quads


class BulkRun(ABC):
    """One run over files of nodes and of edges, into a folder: ``checked``, then ``rejects``, then ``written``."""

    def __init__(self, progress: Progress, options: BulkOptions) -> None:
        self.files, self.prefixes, self.graph = options.files, options.prefixes, options.graph
        self.out, self.packed, self.progress = options.out, options.packed, progress
        self.parts: list[Path] = []
        self.unregistered: set[str] = set()  # prefixes of what is written
        #: The columns of nodes and of edges that any file has.
        self.used = {of: {slot for file in these for slot in file.columns} for of, these in self.files.items()}

    def groups(self, of: str) -> list[list[InputFile]]:
        """The files of nodes or of edges; those of a group have one header."""
        found: dict[tuple[str, tuple[str, ...]], list[InputFile]] = {}
        for file in self.files[of]:
            found.setdefault((file.separator, file.header), []).append(file)
        return list(found.values())

    @abstractmethod
    def checked(self) -> tuple[dict[str, Counts], dict[str, int]]:
        """Validate every row: counts of nodes and of edges, and how many rows are wrong by ``OFs: REASON COLUMN``."""

    @abstractmethod
    def rejects(self) -> Iterator[pa.RecordBatch]:
        """The rows that are not written: columns REJECTS, nodes first, in the order of files and lines."""

    @abstractmethod
    def written(self) -> BulkSummary:
        """Write the rows that are right, as N-Quads and as tables, and count them."""

    def write_rejects(self) -> None:
        """``rejects.parquet`` and ``rejects.tsv``."""
        schema = pa.schema([(name, pa.int64() if name == "line" else pa.string()) for name in REJECTS])
        with (
            pq.ParquetWriter(self.out / "rejects.parquet", schema, compression="zstd") as table,
            (self.out / "rejects.tsv").open("w", encoding="utf-8", newline="\n") as text,
        ):
            text.write("\t".join(REJECTS) + "\n")
            for batch in self.rejects():
                columns = [column.cast(kind) for column, kind in zip(batch.columns, schema.types, strict=True)]
                table.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
                for row in zip(*(column.to_pylist() for column in columns), strict=True):
                    text.write("\t".join("" if cell is None else _cell(str(cell)) for cell in row) + "\n")


def _cell(text: str) -> str:
    return re.sub(r"[\t\n\r\x1e]", lambda found: {"\t": " ", "\x1e": "|"}.get(found[0], " "), text)


class Parts:
    """N-Quads in files of about PART bytes, ``STEM-00000.nq`` and so on."""

    def __init__(self, folder: Path, stem: str, packed: bool) -> None:
        self.folder, self.stem, self.packed = folder, stem, packed
        self.files: list[Path] = []
        self._open = ExitStack()
        self._raw: pa.NativeFile = None
        self._out: pa.NativeFile = None

    def __enter__(self) -> Parts:
        return self

    def write(self, text: bytes | memoryview) -> None:
        if self._raw is None or self._raw.tell() >= PART:
            self._open.close()
            self.files.append(self.folder / f"{self.stem}-{len(self.files):05}.nq{'.gz' * self.packed}")
            self._raw = self._open.enter_context(pa.OSFile(str(self.files[-1]), "wb"))
            self._out = self._raw
            if self.packed:
                self._out = self._open.enter_context(pa.CompressedOutputStream(self._raw, "gzip"))
        self._out.write(text)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
