"""DuckDB here and Spark beyond: what each needs to run the same SQL over the same lines, and to write what comes out."""

from __future__ import annotations

import os
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table

from kg.bulk import lines
from kg.bulk.lines import Count, InputFile
from kg.bulk.run import Parts, Progress

MEMORY = 128  # MB for each core: DuckDB's manual wants 125 at least, and more makes nothing much faster here
CHUNK = 250_000  # lines that DuckDB is given at once
LINES = ibis.schema({"file": "string", "number": "int64", "fault": "string", "line": "string"})


class BulkEngine(ABC):
    """Something that runs SQL over named tables, each of which is a folder of Parquet files or the lines of files."""

    dialect = ""

    def __init__(self, work: Path, progress: Progress) -> None:
        self.work, self.progress = work, progress
        self.schemas: dict[str, ibis.Schema] = {}

    def table(self, name: str) -> Table:
        """A table that was staged, for expressions."""
        return ibis.table(self.schemas[name], name=name)

    def sql(self, expression: Table) -> str:
        return str(ibis.to_sql(expression, dialect=self.dialect))

    def stage(self, name: str, expression: Table) -> Table:
        """Compute a table once and keep it on disk."""
        self.schemas[name] = expression.schema()
        self._stage(name, self.sql(expression))
        return self.table(name)

    def view(self, name: str, expression: Table) -> Table:
        """Give a table a name, so that what is asked of it need not say what it is."""
        self.schemas[name] = expression.schema()
        self._view(name, self.sql(expression))
        return self.table(name)

    @abstractmethod
    def read(
        self, name: str, groups: Sequence[Sequence[InputFile]], rows: Callable[[Table, InputFile], Table]
    ) -> Table:
        """Stage what ``rows`` makes of the lines of files; files of a group have one header."""

    @abstractmethod
    def counted(self) -> int:
        """How many lines the tables of lines have that were made so far, counted apart from what was made of them."""

    @abstractmethod
    def _stage(self, name: str, sql: str) -> None: ...

    @abstractmethod
    def _view(self, name: str, sql: str) -> None: ...

    @abstractmethod
    def rows(self, expression: Table) -> list[tuple[Any, ...]]:
        """A small result."""

    @abstractmethod
    def batches(self, expression: Table) -> Iterator[pa.RecordBatch]:
        """A result of any size, in its order."""

    @abstractmethod
    def text(self, expression: Table, stem: str, folder: Path, packed: bool) -> list[Path]:
        """Write a column of texts to files, ``STEM-00000.nq`` and so on."""

    @abstractmethod
    def parquet(self, expression: Table, stem: str, folder: Path) -> list[Path]:
        """Write a table to Parquet files, ``STEM-00000.parquet`` and so on."""

    @abstractmethod
    def close(self) -> None: ...


class DuckDB(BulkEngine):
    """DuckDB in this process. The lines come from Python, which numbers them, and texts leave as they lie in memory."""

    dialect, end = "duckdb", "\n"

    def __init__(self, work: Path, progress: Progress, memory: str = "") -> None:
        import duckdb

        memory = memory or f"{MEMORY * (os.cpu_count() or 1)}MB"

        super().__init__(work, progress)
        self.total = 0
        self.connection = duckdb.connect(
            config={"memory_limit": memory, "temp_directory": str(work / "spill"), "preserve_insertion_order": "true"}
        )

    def read(
        self, name: str, groups: Sequence[Sequence[InputFile]], rows: Callable[[Table, InputFile], Table]
    ) -> Table:
        """By CHUNK lines at a time: so memory does not grow with the files, and there is something to tell."""
        size = sum(file.path.stat().st_size for files in groups for file in files)
        parts = self.work / name
        parts.mkdir()
        done = made = read = 0
        for files in groups:
            count = Count()
            expression = rows(ibis.table(LINES, name="chunk"), files[0])
            self.schemas[name], sql = expression.schema(), self.sql(expression)
            for chunk in _chunks(lines.batches(files, count)):
                self.connection.register("chunk", chunk)
                self._copy(sql, parts / f"{made:06}.parquet")
                made += 1
                read += chunk.num_rows
                self.progress(f"checking {name.partition('_')[0]}s", (done + count.bytes) / size if size else 1, read)
            done += count.bytes
        self.total += read
        self.connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{_pattern(parts)}/*.parquet')")
        return self.table(name)

    def _copy(self, sql: str, file: Path, compression: str = "lz4_raw") -> None:
        options = f"FORMAT parquet, COMPRESSION {compression}, ROW_GROUP_SIZE 30720"
        self.connection.execute(f"COPY ({sql}) TO '{_quoted(file)}' ({options})")

    def counted(self) -> int:
        return self.total

    def _stage(self, name: str, sql: str) -> None:
        file = self.work / f"{name}.parquet"
        self._copy(sql, file)
        self.connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{_pattern(file)}')")

    def _view(self, name: str, sql: str) -> None:
        self.connection.execute(f"CREATE VIEW {name} AS {sql}")

    def rows(self, expression: Table) -> list[tuple[Any, ...]]:
        return list(self.connection.sql(self.sql(expression)).fetchall())

    def batches(self, expression: Table) -> Iterator[pa.RecordBatch]:
        yield from self.connection.sql(self.sql(expression)).to_arrow_reader(4096)

    def text(self, expression: Table, stem: str, folder: Path, packed: bool) -> list[Path]:
        rows = 0
        with Parts(folder, stem, packed) as parts:
            for batch in self.batches(expression):
                for column in batch.columns:
                    parts.write(_content(column))
                rows += len(batch)
                self.progress(f"writing {stem}", -1, rows)
        return parts.files

    def parquet(self, expression: Table, stem: str, folder: Path) -> list[Path]:
        file = folder / f"{stem}-00000.parquet"
        self.progress(f"writing the table of {stem}", -1, 0)
        self._copy(self.sql(expression), file, "zstd")
        return [file]

    def close(self) -> None:
        self.connection.close()


def _chunks(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches as tables of CHUNK lines, about; one table at least, so that there are always columns."""
    found: list[pa.RecordBatch] = []
    first = True
    for batch in batches:
        found.append(batch)
        if sum(map(len, found)) >= CHUNK:
            yield pa.Table.from_batches(found, lines.SCHEMA)
            found, first = [], False
    if found or first:
        yield pa.Table.from_batches(found, lines.SCHEMA)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _pattern(path: Path) -> str:
    """A path as a pattern that only it matches."""
    return re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", _quoted(path))


def _content(column: pa.Array) -> memoryview | bytes:
    """The texts of an array as one piece of memory, which is how Arrow has them."""
    if len(column) == 0:
        return b""
    offsets = memoryview(column.buffers()[1]).cast("q" if pa.types.is_large_string(column.type) else "i")
    content = memoryview(column.buffers()[2])
    return content[offsets[column.offset] : offsets[column.offset + len(column)]]


class Spark(BulkEngine):
    """Spark, local or on a cluster that reads the same paths. It numbers no lines."""

    dialect, end = "pyspark", ""

    def __init__(
        self, work: Path, progress: Progress, master: str = "local[*]", settings: Mapping[str, str] | None = None
    ) -> None:
        from pyspark.sql import SparkSession

        super().__init__(work, progress)
        builder = SparkSession.builder.master(master).appName("kg bulk")
        defaults = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.adaptive.enabled": "true",
            "spark.local.dir": str(work / "spill"),
            "spark.sql.warehouse.dir": str(work / "warehouse"),
            "spark.executorEnv.PYTHONPATH": os.pathsep.join(_packages()),
        }
        for key, value in {**defaults, **(settings or {})}.items():
            builder = builder.config(key, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        self.total = 0

    def read(
        self, name: str, groups: Sequence[Sequence[InputFile]], rows: Callable[[Table, InputFile], Table]
    ) -> Table:
        tables = [rows(self._lines(f"{name}_{n}", files), files[0]) for n, files in enumerate(groups)]
        whole = tables[0]
        for table in tables[1:]:
            whole = whole.union(table)
        return self.stage(name, whole)

    def _lines(self, name: str, files: Sequence[InputFile]) -> Table:
        from pyspark.sql import DataFrame
        from pyspark.sql import functions as f

        self.progress("reading", -1, 0)
        frames: list[DataFrame] = []
        for file in files:
            named = f.lit(str(file.path)).alias("file")
            none = f.lit(None).cast("bigint").alias("number")
            if file.format == "parquet":
                frame = self.session.read.parquet(str(file.path))
                known = [slot for slot in file.header if slot in frame.columns]
                frames.append(_converted(frame.select(*known), file, list(known)))
                self.total += frame.count()
                continue
            path = self._unpacked(file) if file.packed == ".zst" else file.path
            text = self.session.read.option("lineSep", "\n").text(path.absolute().as_uri())
            value = f.regexp_replace("value", "\\A\ufeff", "")
            fault = f.when(f.is_valid_utf8("value"), "").otherwise("not-utf8").alias("fault")
            frame = text.select(named, none, fault, f.make_valid_utf8(value).alias("line"))
            frames.append(frame if file.format == "tsv" else _converted(frame, file))
            self.total += text.count()
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.unionAll(frame)
        whole.createOrReplaceTempView(name)
        self.schemas[name] = LINES
        return self.table(name)

    def _unpacked(self, file: InputFile) -> Path:
        """A file that Spark cannot unpack by itself, unpacked."""
        plain = self.work / "plain" / f"{len(list(self.work.glob('plain/*')))}-{file.path.stem}"
        plain.parent.mkdir(exist_ok=True)
        with plain.open("wb") as out:
            for block in lines._blocks(file.path, lines.BLOCK):
                out.write(block)
        return plain

    def counted(self) -> int:
        return self.total

    def _stage(self, name: str, sql: str) -> None:
        self.progress(f"computing {name}", -1, 0)
        path = str(self.work / f"{name}.parquet")
        self.session.sql(sql).write.mode("overwrite").parquet(path)
        self.session.read.schema(_fields(self.schemas[name])).parquet(path).createOrReplaceTempView(name)

    def _view(self, name: str, sql: str) -> None:
        self.session.sql(sql).createOrReplaceTempView(name)

    def rows(self, expression: Table) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.session.sql(self.sql(expression)).collect()]

    def batches(self, expression: Table) -> Iterator[pa.RecordBatch]:
        path = self.work / "result.parquet"
        self.session.sql(self.sql(expression)).coalesce(1).write.mode("overwrite").parquet(str(path))
        for file in sorted(path.glob("part-*.parquet")):
            yield from pq.ParquetFile(file).iter_batches(4096)

    def text(self, expression: Table, stem: str, folder: Path, packed: bool) -> list[Path]:
        self.progress(f"writing {stem}", -1, 0)
        path = self.work / f"{stem}.text"
        frame = self.session.sql(self.sql(expression))
        frame.write.mode("overwrite").option("compression", "gzip" if packed else "none").text(str(path))
        return _moved(path, "part-*", folder / stem, ".nq" + ".gz" * packed)

    def parquet(self, expression: Table, stem: str, folder: Path) -> list[Path]:
        self.progress(f"writing the table of {stem}", -1, 0)
        path = self.work / f"{stem}.table"
        frame = self.session.sql(self.sql(expression))
        frame.write.mode("overwrite").option("compression", "zstd").parquet(str(path))
        return _moved(path, "part-*.parquet", folder / stem, ".parquet")

    def close(self) -> None:
        self.session.stop()


def _packages() -> list[str]:
    """Where Python finds kg and what it needs, for processes of Spark."""
    import sys

    return [path for path in sys.path if path]


def _fields(schema: ibis.Schema) -> str:
    """A schema as Spark writes it: an empty table must have its columns, too."""
    types = {"string": "STRING", "int64": "BIGINT", "boolean": "BOOLEAN"}
    return ", ".join(f"`{name}` {types.get(str(kind).lstrip('!'), 'STRING')}" for name, kind in schema.items())


def _converted(frame: Any, file: InputFile, columns: list[str] | None = None) -> Any:
    """Lines of JSON, or rows of Parquet, as lines of cells, by the function that DuckDB's lines go through."""
    of, path = file.of, str(file.path)

    def convert(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from kg.bulk import lines

        for batch in batches:
            if columns is None:
                faults, said = lines.flattened(batch["line"].to_pylist(), of, batch["fault"])
            else:
                faults, said = lines.flattened(batch.to_pylist(), of)
            name, none = pa.repeat(pa.scalar(path), len(said)), pa.nulls(len(said), pa.int64())
            yield pa.RecordBatch.from_arrays([name, none, faults, said], schema=lines.SCHEMA)

    return frame.mapInArrow(convert, "file string, number bigint, fault string, line string")


def _moved(path: Path, pattern: str, stem: Path, suffix: str) -> list[Path]:
    files: list[Path] = []
    for file in sorted(path.glob(pattern)):
        if file.stat().st_size:
            files.append(stem.with_name(f"{stem.name}-{len(files):05}{suffix}"))
            file.rename(files[-1])
    shutil.rmtree(path)
    return files
