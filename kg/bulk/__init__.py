"""Whole KGX graphs, of thousands of edges or of millions: every row validated, and made into RDF.

Nothing is dropped without a word: each row of the input is written, or stands among the rejects with its place and its
reason, and the two are counted against the lines that were read. All is made in a folder beside the output and moved
there at the end, so a run that ends early leaves what was there before. ``docs/bulk.md`` describes what is written.
From below: ``slots`` are the columns and their patterns, ``lines`` reads files, ``run`` is what a run does. Small graphs
take ``plain``, row by row in Python; others ``tables``, which gives the expressions of ``rules`` to one of ``engines``.
``summary`` is the page of plots, and ``graph`` answers questions about paths over the table of edges.
"""

from __future__ import annotations

import gc
import gzip
import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import kg
from kg.model import vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, KgError, Location, install, near
from kg.model.files import replacing, scratch, settle

if TYPE_CHECKING:
    from kg.bulk.lines import InputFile
    from kg.bulk.run import BulkOptions, BulkRun, BulkSummary, Counts, Progress

MANIFEST = "manifest.json"
ENGINES = ("auto", "python", "duckdb", "spark")
SMALL, PACKED = 16 * 2**20, 8  # bytes of input that Python reads faster than DuckDB starts; of one that is packed


class BulkError(KgError, ValueError):
    """A whole graph cannot be converted."""


class TooManyRejects(BulkError):
    """More rows are wrong than were allowed; the rejects say which."""


class Missing(BulkError):
    """A package that the extras ``kg[bulk]`` or ``kg[spark]`` bring is not installed."""


class EngineFailed(BulkError):
    """The engine gave up (no memory, no Java, no cluster), or the store did."""


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
    unregistered: tuple[str, ...]  # prefixes that nobody registered; their identifiers are kept
    files: Mapping[str, int]  # name -> bytes
    seconds: float = field(default=0.0, compare=False)


def bulk(
    nodes: str | Path,
    edges: str | Path,
    folder: str | Path,
    engine: str = "auto",
    packed: bool = False,
    most: str = "",
    prefixes: Mapping[str, str] | None = None,
    store: bool = False,
    master: str = "local[*]",
    settings: Mapping[str, str] | None = None,
    memory: str = "",
    progress: Progress = lambda words, part, rows: None,
) -> Result:
    """Validate KGX and write it as N-Quads, Parquet and VoID below a folder, with the rejects and a manifest.

    ``nodes`` and ``edges`` are each a file, a folder or a pattern. ``engine`` is one of ENGINES; ``auto`` takes Python for
    what is SMALL, and DuckDB for the rest. ``most`` is how many rows may be rejected, as a number or as a percentage
    (``2%``). ``prefixes`` adds prefixes to those of ontology/prefixes.tsv. ``store`` adds an on-disk store of pyoxigraph.
    ``master`` and ``settings`` are Spark's; ``memory`` is what DuckDB may use before it writes to disk.

    Raises InvalidMechanism if a file cannot be read at all, TooManyRejects, Missing without the engine's packages, EngineFailed,
    and ValueError for an unknown engine or a folder that holds what no run of ours wrote.
    """
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine!r}; {near(engine, ENGINES)}")
    limit = _limit(most)
    out = Path(folder).resolve()
    settle(out.parent)
    _free(out)
    try:
        from kg.bulk.run import BulkOptions
        from kg.bulk.slots import Prefixes

        files = _inputs(nodes, edges)
    except ModuleNotFoundError as error:
        raise Missing(f"kg bulk needs {error.name}: {install('bulk')}") from None
    if engine == "auto":
        engine = "python" if sum(map(_weight, (*files["node"], *files["edge"]))) <= SMALL else "duckdb"
    graph = f"{vocabulary.BASE}bulk/{_slug(out.name)}"
    for file in (*files["node"], *files["edge"]):
        if out in file.path.resolve().parents:
            raise ValueError(f"{file.path} lies in the folder that is to be written")
    started = time.monotonic()
    with replacing(out, [_beside(out).name]) as made, scratch(out.parent) as work:
        made.mkdir()
        try:
            with ExitStack() as stack:
                options = BulkOptions(files, Prefixes.registered(prefixes), graph, made, packed)
                run = _run(engine, stack, work, progress, master, settings, memory, options)
                counts, reasons = run.checked()
                run.write_rejects()
                _limited(limit, counts, reasons, made, out)
                summary = run.written()
        except ModuleNotFoundError as error:
            extra = "spark" if engine == "spark" else "bulk"
            raise Missing(f"--engine {engine} needs {error.name}: {install(extra)}") from None
        except _failures() as error:
            said = str(error).strip().partition("\n")[0]
            more = "; --memory SIZE gives it more" if "Out of Memory" in said and engine == "duckdb" else ""
            raise EngineFailed(f"{engine} gave up: {said}{more}") from None
        if store:
            _store(made, run.parts, progress)
        return _described(made, out, graph, run, counts, reasons, summary, engine, started)


def _run(
    engine: str,
    stack: ExitStack,
    work: Path,
    progress: Progress,
    master: str,
    settings: Mapping[str, str] | None,
    memory: str,
    options: BulkOptions,
) -> BulkRun:
    """A run on an engine, which ends with the stack."""
    if engine == "python":
        from kg.bulk.plain import Plain

        if gc.isenabled():  # rows make no cycles, and looking for some among so many takes a third of the time
            gc.disable()
            stack.callback(gc.enable)
        return Plain(progress, options)
    from kg.bulk import engines
    from kg.bulk.tables import Tables

    started = engines.Spark(work, progress, master, settings) if engine == "spark" else engines.DuckDB(work, progress, memory)  # fmt: skip
    stack.callback(started.close)
    return Tables(started, options)


def _weight(file: InputFile) -> int:
    """The bytes of a file, about, when it is unpacked."""
    return file.path.stat().st_size * (PACKED if file.packed or file.format == "parquet" else 1)


def _failures() -> tuple[type[Exception], ...]:
    """What engines raise when they give up, of those that were started."""
    names = (("duckdb", "Error"), ("pyspark.errors", "PySparkException"))
    return tuple(getattr(sys.modules[module], name) for module, name in names if module in sys.modules)


def _limited(
    limit: tuple[float, bool] | None, counts: Mapping[str, Counts], reasons: Mapping[str, int], made: Path, out: Path
) -> None:
    """Raise TooManyRejects if more rows are wrong than were allowed, and keep the list of them."""
    if limit is None:
        return
    most, percent = limit
    read, rejected = (sum(getattr(one, name) for one in counts.values()) for name in ("read", "rejected"))
    if rejected > (most / 100 * read if percent else most):
        _keep(made, out)
        raise TooManyRejects(
            f"{rejected} of {read} rows are rejected, more than {most:g}{'%' * percent}: {_beside(out)}"
            f" says which\n{_reasons(reasons)}"
        )


def _limit(most: str) -> tuple[float, bool] | None:
    """``--max-rejects`` as a number, and whether it is a percentage."""
    if not most:
        return None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(%?)", most.strip())
    if not found or (not found[2] and "." in found[1]):
        raise ValueError(f"{most!r} is neither a number of rows nor a percentage such as 2%")
    return float(found[1]), bool(found[2])


def _free(out: Path) -> None:
    """Raise ValueError if a folder holds what no run of ours wrote, or a list of rejects beside it is another's."""
    from kg.bulk.slots import REJECTS

    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is not a folder")
    there = {path.name for path in out.iterdir()} if out.exists() else set()
    if there:
        try:
            manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
            known = {*manifest["files"], MANIFEST, "store"} if {"kg", "engine"} <= manifest.keys() else set()
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            known = set()
        if other := sorted(there - known):
            raise ValueError(f"{out} already exists, and holds {other[0]!r}, which kg bulk did not write")
    beside = _beside(out)
    ours = "\t".join(REJECTS).encode() + b"\n"
    if beside.exists() and not (beside.is_file() and beside.read_bytes().startswith(ours)):
        raise ValueError(f"{beside} already exists, and kg bulk did not write it")


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "graph"


def _inputs(nodes: str | Path, edges: str | Path) -> dict[str, list[InputFile]]:
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


def _reasons(reasons: Mapping[str, int]) -> str:
    wide = max((len(f"{n:,}") for n in reasons.values()), default=0)
    return "\n".join(f"  {n:>{wide},}  {reason}" for reason, n in sorted(reasons.items(), key=lambda one: (-one[1], one[0])))  # fmt: skip


def explained(fault: str) -> str:
    """A reason and its column, in words.

    >>> explained("malformed-curie subject")
    'malformed-curie, subject: this is not a CURIE, or not a valid one for its prefix'
    """
    from kg.bulk.slots import REASONS

    reason, _, column = fault.partition(" ")
    return f"{', '.join(filter(None, (reason, column)))}: {REASONS[reason]}"


def _beside(out: Path) -> Path:
    return out.parent / f"{out.name}.rejects.tsv"


def _keep(made: Path, out: Path) -> None:
    """The rejects of a run that failed, beside the folder that it did not write."""
    with replacing(_beside(out)) as new:
        shutil.move(made / "rejects.tsv", new)


def _store(out: Path, parts: list[Path], progress: Progress) -> None:
    """An on-disk store of pyoxigraph, filled by its own bulk loader."""
    import pyoxigraph as ox

    store = ox.Store(str(out / "store"))
    for number, part in enumerate(parts):
        progress("loading the store", number / len(parts), 0)
        try:
            if part.suffix == ".gz":
                with gzip.open(part) as file:
                    store.bulk_load(file, format=ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]
            else:  # the loader reads a file by itself faster than through Python
                store.bulk_load(path=str(part), format=ox.RdfFormat.N_QUADS)
        except (SyntaxError, OSError) as error:
            raise EngineFailed(f"the store does not accept {part.name} as N-Quads: {error}") from None
    store.flush()


def _described(
    made: Path,
    out: Path,
    graph: str,
    run: BulkRun,
    counts: Mapping[str, Counts],
    reasons: Mapping[str, int],
    summary: BulkSummary,
    engine: str,
    started: float,
) -> Result:
    """VoID, the page and the manifest."""
    from kg.bulk import summary as page

    ignored = {str(file.path): file.ignored for these in run.files.values() for file in these if file.ignored}
    about = {
        "graph": graph,
        "kg": kg.__version__,
        "nodes": vars(counts["node"]),
        "edges": vars(counts["edge"]),
        "quads": summary.quads,
        "asserted": summary.asserted,
        "rejected": reasons,
        "ignored_columns": {name: list(columns) for name, columns in ignored.items()},
        "unregistered_prefixes": sorted(run.unregistered),
        "inputs": {
            str(file): digest for file, digest in _hashes(f.path for these in run.files.values() for f in these)
        },
    }
    (made / "void.ttl").write_text(page.void(about, summary, run.parts), encoding="utf-8", newline="\n")
    (made / "summary.html").write_text(page.html(out.name, about, summary), encoding="utf-8", newline="\n")
    hashes = {file.name: digest for file, digest in _hashes(made.iterdir())}
    sizes = {name: (made / name).stat().st_size for name in hashes}
    files = {name: {"bytes": sizes[name], "sha256": digest} for name, digest in hashes.items()}
    manifest = {**about, "engine": engine, "files": files}
    (made / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Result(
        out,
        graph,
        counts["node"],
        counts["edge"],
        summary.quads,
        summary.asserted,
        reasons,
        ignored,
        tuple(sorted(run.unregistered)),
        sizes,
        time.monotonic() - started,
    )


def _hashes(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """The SHA-256 of files, on all cores."""

    def digest(file: Path) -> tuple[Path, str]:
        with file.open("rb") as content:
            return file, hashlib.file_digest(content, "sha256").hexdigest()

    with ThreadPoolExecutor(os.cpu_count()) as cores:
        return list(cores.map(digest, sorted(path for path in paths if path.is_file())))


def prefix_map(file: str | Path) -> dict[str, str]:
    """Prefixes from a file: a JSON object (or a JSON-LD ``@context``), or a table with the columns prefix and iri.

    Raises InvalidMechanism if it is neither.
    """
    from kg.bulk.slots import FRAGMENT, IRI, REST

    path = Path(file)
    at = Location(str(path), 1, 1)

    def refused(code: str, said: str, help: str = "", line: int = 1, column: int = 1) -> InvalidMechanism:
        return InvalidMechanism([Diagnostic(Location(str(path), line, column), code, said, help)])

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise refused("not-utf8", "the file is not UTF-8") from None
    if path.suffix.lower() in (".json", ".jsonld"):
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            raise refused("no-json", error.msg, "", error.lineno, error.colno) from None
        except RecursionError:
            raise refused("no-json", "it is nested too deeply") from None
        whole = found.get("@context", found) if isinstance(found, dict) else found
        maps = whole if isinstance(whole, list) else [whole]
        if not all(isinstance(one, dict) for one in maps):
            raise refused("no-prefixes", "this is not an object of prefixes and IRIs")
        pairs = [pair for one in maps for pair in one.items() if isinstance(pair[1], str) and not pair[0].startswith("@")]  # fmt: skip
    else:
        header, *rows = [line.split("\t") for line in text.splitlines()] or [[]]
        if not {"prefix", "iri"} <= set(header):
            raise refused("missing-column", "there are no columns 'prefix' and 'iri'", near("prefix", header))
        short = next((number for number, row in enumerate(rows, 2) if len(row) != len(header)), 0)
        if short:
            raise refused("odd-row", f"this row does not have {len(header)} cells, as the header does", "", short)
        pairs = [(row[header.index("prefix")], row[header.index("iri")]) for row in rows]
    wrong = [
        Diagnostic(at, "malformed-prefix", f"{name!r} is not a prefix, or {iri!r} is not the beginning of an IRI")
        for name, iri in pairs
        if not re.fullmatch(r"(?!https?\Z)[A-Za-z_][A-Za-z0-9_.\-]*", name)
        or not re.fullmatch(f"{IRI}|(?!https?:)[a-z][a-z0-9+.-]*:{REST}{FRAGMENT}", iri)
    ]
    if wrong:
        raise InvalidMechanism(wrong)
    return dict(pairs)
