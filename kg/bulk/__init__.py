"""Graphs of millions of edges: KGX validated and made into RDF by one pipeline, on DuckDB here or on Spark beyond.

Nothing is dropped without a word: each row of the input is written, or stands among the rejects with its place and its
reason, and the two are counted against the lines that were read. All is made in a folder beside the output and moved
there at the end, so a run that ends early leaves what was there before. ``docs/bulk.md`` describes what is written.
From below: ``rules`` are the expressions, ``lines`` reads files, ``engines`` run the one over the other, ``summary`` is the
page of plots, and ``graph`` answers questions about paths over the table of edges.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kg
from kg import vocabulary
from kg.diagnostics import Diagnostic, InvalidMechanism, Location, near

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from kg.bulk.engines import Engine, Progress
    from kg.bulk.lines import Input

MANIFEST = "manifest.json"


class TooManyRejects(ValueError):
    """More rows are wrong than were allowed; the rejects say which."""


class Missing(ValueError):
    """A package that the extras ``kg[bulk]`` or ``kg[spark]`` bring is not installed."""


class Failed(ValueError):
    """The engine gave up: no memory, no Java, no cluster."""


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
class Result:
    """What a run has written, and what it has not."""

    folder: Path
    graph: str
    nodes: Counts
    edges: Counts
    quads: int
    asserted: int
    reasons: Mapping[str, int]  # REASON COLUMN of the nodes or edges -> rows
    ignored: Mapping[str, tuple[str, ...]]  # file -> columns that are not carried over
    files: Mapping[str, int]  # name -> bytes
    seconds: float = field(default=0.0, compare=False)


def bulk(
    nodes: str | Path,
    edges: str | Path,
    folder: str | Path,
    engine: str = "duckdb",
    packed: bool = False,
    most: str = "",
    prefixes: Mapping[str, str] | None = None,
    store: bool = False,
    master: str = "local[*]",
    settings: Mapping[str, str] | None = None,
    memory: str = "1GB",
    progress: Progress = lambda words, part, rows: None,
) -> Result:
    """Validate KGX and write it as N-Quads, Parquet and VoID below a folder, with the rejects and a manifest.

    ``nodes`` and ``edges`` are each a file, a folder or a pattern. ``most`` is how many rows may be rejected, as a number
    or as a percentage (``2%``). ``prefixes`` adds prefixes to those of ontology/prefixes.tsv. ``store`` adds an on-disk
    store of pyoxigraph. ``master`` and ``settings`` are Spark's; ``memory`` is what DuckDB may use before it writes to disk.

    Raises InvalidMechanism if a file cannot be read at all, TooManyRejects, Missing without the engine's packages, and Failed.
    """
    limit = _limit(most)
    out = Path(folder)
    _free(out)
    try:
        from kg.bulk import engines, rules
    except ModuleNotFoundError as error:
        raise Missing(f"kg bulk needs {error.name}: pip install 'kg[bulk]'") from None
    files = _inputs(nodes, edges)
    known = rules.Prefixes.registered(prefixes)
    graph = f"{vocabulary.BASE}bulk/{_slug(out.resolve().name)}"
    work = out.resolve().parent / f".{out.resolve().name}.partial"
    if (work / "before").is_dir() and not out.exists():  # killed between two renamings: what was there is still there
        (work / "before").rename(out)
    shutil.rmtree(work, ignore_errors=True)
    (work / "out").mkdir(parents=True)
    started = time.monotonic()
    try:
        try:
            run: Engine
            if engine == "spark":
                run = engines.Spark(work, progress, master, settings)
            else:
                run = engines.DuckDB(work, progress, memory)
            try:
                made = _Pipeline(run, files, known, graph, work / "out", packed)
                counted = made.checked(limit, out)
                summary = made.written()
            finally:
                run.close()
        except ModuleNotFoundError as error:
            extra = "spark" if engine == "spark" else "bulk"
            raise Missing(f"--engine {engine} needs {error.name}: pip install 'kg[{extra}]'") from None
        except engines.failures() as error:
            raise Failed(f"{engine} gave up: {str(error).strip().partition(chr(10))[0]}") from None
        if store:
            _store(work / "out", made.parts, progress)
        result = _described(work / "out", out, graph, made, counted, summary, engine, started)
        _moved(work / "out", out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return result


def _limit(most: str) -> tuple[float, bool] | None:
    """``--max-rejects`` as a number, and whether it is a percentage."""
    if not most:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", most.strip())
    if not found or (not found[2] and "." in found[1]):
        raise ValueError(f"{most!r} is neither a number of rows nor a percentage such as 2%")
    return float(found[1]), bool(found[2])


def _free(out: Path) -> None:
    """Raise ValueError if a folder holds what no run of ours wrote."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MANIFEST).is_file())):
        raise ValueError(f"{out} is there already, and no {MANIFEST} says that kg bulk wrote it")


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "graph"


def _inputs(nodes: str | Path, edges: str | Path) -> dict[str, list[Input]]:
    from kg.bulk import lines

    files = {}
    wrong: list[Diagnostic] = []
    for of, given in (("node", nodes), ("edge", edges)):
        try:
            files[of] = lines.inputs(of, given)
        except InvalidMechanism as error:
            wrong += error.diagnostics
    if wrong:
        raise InvalidMechanism(wrong)
    return files


class _Pipeline:
    """One run: lines, rows, rows that share an id, what is kept, what is rejected, and what is written."""

    def __init__(
        self, run: Engine, files: Mapping[str, list[Input]], prefixes: Any, graph: str, out: Path, packed: bool
    ) -> None:
        self.run, self.files, self.prefixes, self.graph, self.out, self.packed = (
            run,
            files,
            prefixes,
            graph,
            out,
            packed,
        )
        self.rows: dict[str, Table] = {}  # what is kept
        self.parts: list[Path] = []
        self.used = {
            of: {slot for file in these for slot in file.header} - _absent(these) for of, these in files.items()
        }

    def checked(self, limit: tuple[float, bool] | None, out: Path) -> tuple[dict[str, Counts], dict[str, int]]:
        """Validate every row, and write the rejects."""
        from kg.bulk import rules

        run, before = self.run, 0
        counts: dict[str, Counts] = {}
        wrong: list[tuple[str, Table, dict[str, int]]] = []
        nodes: Table | None = None
        for of in ("node", "edge"):
            groups: dict[tuple[str, tuple[str, ...]], list[Input]] = {}
            for file in self.files[of]:
                groups.setdefault((file.separator, file.header), []).append(file)
            known = nodes

            def of_lines(lines: Table, file: Input, of: str = of, known: Table | None = known) -> Table:
                return rules.rows(lines, of, file.header, file.separator, self.prefixes, known)

            staged = run.read(f"{of}_rows", list(groups.values()), of_lines)
            ids = run.stage(f"{of}_shared", rules.shared(rules.good(staged)))
            again = run.stage(f"{of}_again", rules.again(rules.good(staged), ids, of))
            self.rows[of] = rules.kept(staged, ids, again)
            found = dict(run.rows(staged.group_by("fault").aggregate(rows=staged.count())))
            twice = dict(run.rows(again.group_by("fault").aggregate(rows=again.count())))
            skipped = sum(found.pop(f"{fault} ", 0) for fault in rules.SKIPPED)
            bad = {fault: n for fault, n in found.items() if fault}
            kept = found.get("", 0) - sum(twice.values()) + twice.pop("", 0)
            bad = {fault: bad.get(fault, 0) + twice.get(fault, 0) for fault in (*bad, *twice)}
            lines = run.counted() - before
            before += lines
            counts[of] = Counts(lines - skipped, kept, sum(bad.values()))
            wrong.append((of, rules.rejects(of, staged, again), bad))
            if of == "node":
                nodes = run.stage("node_ids", self.rows["node"].select("id"))
        reasons = {f"{of}s: {fault.strip()}": n for of, _, bad in wrong for fault, n in bad.items()}
        self._reject([table for _, table, _ in wrong])
        if limit is not None:
            most, percent = limit
            read, rejected = (sum(getattr(one, name) for one in counts.values()) for name in ("read", "rejected"))
            if rejected > (most / 100 * read if percent else most):
                _keep(self.out, out)
                raise TooManyRejects(
                    f"{rejected} of {read} rows are rejected, more than {most:g}{'%' * percent}: {_beside(out)}"
                    f" says which\n{_reasons(reasons)}"
                )
        return counts, dict(sorted(reasons.items()))

    def _reject(self, tables: list[Table]) -> None:
        """All rejects, as Parquet and as TSV, in the order of files and lines."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        whole = tables[0].union(tables[1])
        columns = ("of", "file", "line", "reason", "column", "value", "id")
        ordered = whole.order_by([whole.of.desc(), "file", "line", "id", "reason", "column", "value"]).select(*columns)
        types = {name: pa.int64() if name == "line" else pa.string() for name in columns}
        schema = pa.schema(list(types.items()))
        with (
            pq.ParquetWriter(self.out / "rejects.parquet", schema, compression="zstd") as table,
            (self.out / "rejects.tsv").open("w", encoding="utf-8", newline="\n") as text,
        ):
            text.write("\t".join(columns) + "\n")
            for batch in self.run.batches(ordered):
                table.write_batch(pa.RecordBatch.from_arrays([c.cast(t) for c, t in zip(batch.columns, types.values(), strict=True)], schema=schema))  # fmt: skip
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    text.write("\t".join("" if cell is None else _cell(str(cell)) for cell in row) + "\n")

    def written(self) -> dict[str, Any]:
        """Write what is kept, and count it."""
        from kg.bulk import rules, summary

        end = getattr(self.run, "end", "\n")
        for of in ("node", "edge"):
            used = self.used[of]
            quads = rules.quads(self.rows[of], of, self.graph, self.prefixes, used, end)
            self.parts += self.run.text(quads, f"{of}s", self.out, self.packed)
            self.run.parquet(rules.table(self.rows[of], of, self.graph, self.prefixes, used), f"{of}s", self.out)
        return summary.counted(self.run, self.rows["node"], self.rows["edge"], self.used)


def _absent(files: Iterable[Input]) -> set[str]:
    """Columns that no file of lines of JSON or of Parquet has, which all have every slot as far as reading goes."""
    from kg.bulk import rules

    files = list(files)
    if any(file.format == "jsonl" for file in files):
        return set()
    found: set[str] = set()
    for file in files:
        if file.format == "tsv":
            found |= set(file.header)
        else:
            import pyarrow.parquet as pq

            found |= set(pq.read_schema(file.path).names)
    return {slot.column for slot in rules.slots(files[0].of)} - found


def _cell(text: str) -> str:
    return re.sub(r"[\t\n\r\x1e]", lambda found: {"\t": " ", "\x1e": "|"}.get(found[0], " "), text)


def _reasons(reasons: Mapping[str, int]) -> str:
    wide = max((len(f"{n:,}") for n in reasons.values()), default=0)
    return "\n".join(f"  {n:>{wide},}  {reason}" for reason, n in sorted(reasons.items(), key=lambda one: (-one[1], one[0])))  # fmt: skip


def explained(fault: str) -> str:
    """A reason and its column, in words.

    >>> explained("malformed-curie subject")
    'malformed-curie, subject: this is no CURIE, or not as its prefix has them'
    """
    from kg.bulk.rules import REASONS

    reason, _, column = fault.partition(" ")
    return f"{', '.join(filter(None, (reason, column)))}: {REASONS[reason]}"


def _beside(out: Path) -> Path:
    return out.parent / f"{out.name}.rejects.tsv"


def _keep(made: Path, out: Path) -> None:
    """The rejects of a run that failed, beside the folder that it did not write."""
    shutil.move(made / "rejects.tsv", _beside(out))


def _moved(made: Path, out: Path) -> None:
    """Put a finished folder where it belongs; what a run of ours wrote there before gives way."""
    out.parent.mkdir(parents=True, exist_ok=True)
    before = made.parent / "before"
    if out.exists():
        out.rename(before)
    made.rename(out)
    _beside(out).unlink(missing_ok=True)


def _store(out: Path, parts: list[Path], progress: Progress) -> None:
    """An on-disk store of pyoxigraph, filled by its own bulk loader."""
    import pyoxigraph as ox

    store = ox.Store(str(out / "store"))
    for number, part in enumerate(parts):
        progress("loading the store", number / len(parts), 0)
        if part.suffix == ".gz":
            with gzip.open(part) as file:
                store.bulk_load(file, format=ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]
        else:  # the loader reads a file by itself faster than through Python
            store.bulk_load(path=str(part), format=ox.RdfFormat.N_QUADS)
    store.flush()


def _described(
    made: Path,
    out: Path,
    graph: str,
    pipeline: _Pipeline,
    counted: tuple[dict[str, Counts], dict[str, int]],
    summary: dict[str, Any],
    engine: str,
    started: float,
) -> Result:
    """VoID, the page and the manifest."""
    from kg.bulk import summary as page

    counts, reasons = counted
    ignored = {str(file.path): file.ignored for these in pipeline.files.values() for file in these if file.ignored}
    about = {
        "graph": graph,
        "kg": kg.__version__,
        "nodes": vars(counts["node"]),
        "edges": vars(counts["edge"]),
        **{name: summary[name] for name in ("quads", "asserted")},
        "rejected": reasons,
        "ignored_columns": {name: list(columns) for name, columns in ignored.items()},
        "inputs": {str(file.path): _sha256(file.path) for these in pipeline.files.values() for file in these},
    }
    (made / "void.ttl").write_text(page.void(about, summary, pipeline.parts), encoding="utf-8", newline="\n")
    (made / "summary.html").write_text(page.html(out.name, about, summary), encoding="utf-8", newline="\n")
    files: dict[str, dict[str, int | str]] = {}
    for file in sorted(made.iterdir()):
        if file.is_file():
            files[file.name] = {"bytes": file.stat().st_size, "sha256": _sha256(file)}
    manifest = {**about, "engine": engine, "files": files}
    (made / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sizes = {name: int(file["bytes"]) for name, file in files.items()}
    return Result(
        out,
        graph,
        counts["node"],
        counts["edge"],
        summary["quads"],
        summary["asserted"],
        reasons,
        ignored,
        sizes,
        time.monotonic() - started,
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def prefix_map(file: str | Path) -> dict[str, str]:
    """Prefixes from a file: a JSON object (or a JSON-LD ``@context``), or a table with the columns prefix and iri.

    Raises InvalidMechanism if it is neither.
    """
    path = Path(file)
    text = path.read_text(encoding="utf-8")
    at = Location(str(path), 1, 1)
    if path.suffix.lower() in (".json", ".jsonld"):
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidMechanism([Diagnostic(Location(str(path), error.lineno, error.colno), "no-json", error.msg)]) from None  # fmt: skip
        found = found.get("@context", found) if isinstance(found, dict) else {}
        pairs = {name: iri for name, iri in found.items() if isinstance(iri, str) and not name.startswith("@")}
    else:
        header, *rows = [line.split("\t") for line in text.splitlines()] or [[]]
        if not {"prefix", "iri"} <= set(header):
            help = near("prefix", header)
            raise InvalidMechanism([Diagnostic(at, "missing-column", "there are no columns 'prefix' and 'iri'", help)])
        pairs = {row[header.index("prefix")]: row[header.index("iri")] for row in rows if len(row) == len(header)}
    wrong = [
        Diagnostic(at, "malformed-prefix", f"{name!r} is no prefix, or {iri!r} no beginning of an IRI")
        for name, iri in pairs.items()
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.\-]*", name)
        or not re.fullmatch(r'[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]*', iri)
    ]
    if wrong:
        raise InvalidMechanism(wrong)
    return pairs
