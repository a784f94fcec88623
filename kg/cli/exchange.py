"""Exchange and scale: formats, convert, bulk, reach."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.group import AT_LEAST_ONE, EVERYTHING, FILE, FROM, JSON, main, settings_of
from kg.cli.printing import Progress, Reporter, complaint_counts, number_of

if TYPE_CHECKING:
    from kg.bulk.graph import Graph


@main.command()
@JSON
def formats(as_json: bool) -> None:
    """List the formats, and which of them are read and written."""
    from kg.formats import FORMATS
    from kg.site.build import OTHERS, outputs

    rows = [
        {"name": r.name, "suffix": r.suffix, "reads": r.reads, "writes": r.writes, "title": r.title}
        for r in FORMATS.values()
    ]
    rows += [
        {"name": n, "suffix": s, "reads": False, "writes": True, "title": OTHERS[s]}
        for n, s in outputs().items()
        if s in OTHERS
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    names, suffixes = (max(len(str(row[key])) for row in rows) + 1 for key in ("name", "suffix"))
    for row in rows:
        marks = ("reads" if row["reads"] else "").ljust(6) + ("writes" if row["writes"] else "").ljust(7)
        click.echo(f"{row['name']:<{names}}{row['suffix']:<{suffixes}}{marks}{row['title']}")


@main.command()
@click.argument("path", metavar="IN")
@click.argument("out", metavar="OUT")
@FROM
@click.option("--to", "target", default="", metavar="NAME", help="The format of OUT [default: by its ending].")
@click.option("--strict", is_flag=True, help="Write nothing, and fail, if anything would be lost or is set aside.")
@click.option(
    "--columns",
    "said",
    default="",
    metavar="COLUMN=NAME,...",
    help="Assign the columns of a table, such as subject=Source,object=Target; saved in IN.columns.",
)
@click.option("--losses", "report", metavar="FILE.json", help="Write the loss report there, too, as JSON.")
@EVERYTHING
def convert(
    path: str, out: str, source: str, target: str, strict: bool, said: str, report: str | None, everything: bool
) -> None:
    """Convert a mechanism, or a file in any format that is read, and say what became of every value.

    Ends with a loss report: what was read, carried, changed and lost, once for reading IN and once for writing OUT,
    which is read again to see. `kg formats` lists the formats.
    """
    from kg import formats
    from kg.formats.tables.columns import given

    try:
        made = formats.convert(path, out, source, target, strict, everything, given(said), report or "")
    except ValueError as error:
        from kg.model.diagnostics import InvalidMechanism

        if isinstance(error, InvalidMechanism):
            raise
        raise click.UsageError(str(error)) from None
    if made.warnings:
        click.echo(f"{complaint_counts(made.warnings)}; `kg check` shows them", err=True)
    for one in made.guessed:
        click.echo(one.message)
    click.echo("\n\n".join(map(str, made.accounts)))
    if strict and (made.lost or made.set_aside):
        why = f"{number_of(made.lost, 'value')} would be lost" if made.lost else "the reader warns of its file"
        click.echo(f"kg: {why}, so nothing was written (--strict)", err=True)
        sys.exit(1)


@main.command()
@click.argument("nodes")
@click.argument("edges")
@click.option(
    "-o", "--out", required=True, metavar="DIR", help="Where to write: a new folder, or one of an earlier run."
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "python", "duckdb", "spark"]),
    default="auto",
    show_default=True,
    help="The engine; auto means Python for small files and DuckDB for others.",
)
@click.option("--master", metavar="URL", help="Spark's master [default: local[*]].")
@click.option("--conf", multiple=True, metavar="NAME=VALUE", help="A setting of Spark.")
@click.option(
    "--memory",
    metavar="SIZE",
    help="Memory that DuckDB may use before it writes to disk [default: 128MB a core]; takes DuckDB.",
)
@click.option(
    "--max-rejects",
    "most",
    default="",
    metavar="N|P%",
    help="If more rows than this are wrong, fail and write only the rejected rows.",
)
@click.option(
    "--prefixes", type=FILE, metavar="FILE", help="More prefixes: a JSON prefix map, or a table with prefix and iri."
)
@click.option("--gzip", "packed", is_flag=True, help="Compress the N-Quads.")
@click.option("--store", is_flag=True, help="Also write an on-disk store, for `kg ask QUESTION DIR`.")
@JSON
def bulk(
    nodes: str,
    edges: str,
    out: str,
    engine: str,
    master: str | None,
    conf: Sequence[str],
    memory: str | None,
    most: str,
    prefixes: Path | None,
    packed: bool,
    store: bool,
    as_json: bool,
) -> None:
    """Validate a KGX graph of any size and make it RDF.

    NODES and EDGES are each a file, a folder, or a pattern in quotes: TSV, JSON lines or Parquet, plain or compressed.
    Writes N-Quads, tables in Parquet, VoID, a page of plots, and every row that was rejected, with its place and reason.
    Needs kg[bulk], for Spark kg[spark]. docs/bulk.md has the rules and what is written.
    """
    from dataclasses import asdict

    from kg import bulk as of

    settings = settings_of(conf, "--conf")
    if (master or conf) and engine != "spark":
        raise click.UsageError("--master and --conf go with --engine spark")
    if memory and engine in ("python", "spark"):
        raise click.UsageError("--memory goes with --engine duckdb")
    engine = "duckdb" if memory else engine
    try:
        more = of.prefix_map(prefixes) if prefixes else None
        with Progress() as say:
            done = of.bulk(
                *(nodes, edges, out, engine, packed, most, more, store, master or "local[*]", settings),
                memory or "",
                _Rate(say),
            )
    except (of.TooManyRejects, of.Missing, of.EngineFailed) as error:
        click.echo(f"kg: {error}", err=True)
        sys.exit(1)
    except ValueError as error:
        from kg.model.diagnostics import InvalidMechanism

        if isinstance(error, InvalidMechanism):
            raise
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(json.dumps({**asdict(done), "folder": str(done.folder)}, ensure_ascii=False, indent=1))
        return
    for kind, counts in (("nodes", done.nodes), ("edges", done.edges)):
        click.echo(f"{kind}: {counts.read:,} read, {counts.written:,} written, {counts.rejected:,} rejected")
    for reason, n in sorted(done.reasons.items(), key=lambda one: (-one[1], one[0])):
        kind, _, said = reason.partition(": ")
        click.echo(f"  {n:>9,}  {kind}: {of.explained(said)}")
    for file, columns in done.ignored.items():
        click.echo(f"{file}: not carried over: {', '.join(columns)}")
    if done.unregistered:
        click.echo(f"prefixes that are not registered: {', '.join(done.unregistered)}")
        click.echo("  their identifiers have IRIs of kg; --prefixes FILE gives them their own")
    size = sum(done.files.values()) / 1e6
    click.echo(
        f"{done.quads:,} quads, {done.asserted:,} edges asserted; {size:,.0f} MB in {done.seconds:.1f} s: {done.folder}"
    )


@main.command()
@click.argument("folder")
@click.argument("node")
@click.option("--steps", type=AT_LEAST_ONE, metavar="N", help="At most this many steps away [default: any].")
@click.option("--back", is_flag=True, help="List the nodes from which it can be reached.")
@click.option("--most", type=AT_LEAST_ONE, default=100, show_default=True, metavar="N", help="Print at most this many.")
@JSON
def reach(folder: str, node: str, steps: int | None, back: bool, most: int, as_json: bool) -> None:
    """List what can be reached from a node of a large graph, nearest first.

    FOLDER is one that `kg bulk` wrote; NODE is an id. + and - are the signs of the walks on which every edge states one;
    where there is none, no such walk is known. A walk is no effect.
    """
    graph = _graph(folder)
    found = _known(lambda: graph.reach(node, steps or 0, back))
    if as_json:
        rows = [one._asdict() for one in found[:most]]
        click.echo(json.dumps({"reached": len(found), "nodes": rows}, ensure_ascii=False, indent=1))
        return
    for one in found[:most]:
        click.echo(f"{one.steps:>4}  {one.signs or '?':<3} {one.node}")
    more = f"; these are the first {most}: --most N" if len(found) > most else ""
    click.echo(f"{number_of(len(found), 'node')}{more}")


def is_bulk(path: str) -> bool:
    return (Path(path) / "edges-00000.parquet").is_file()


def _graph(folder: str) -> Graph:
    try:
        from kg.bulk.graph import Graph
    except ModuleNotFoundError as error:
        from kg.model.diagnostics import install

        raise click.ClickException(f"this needs {error.name}: {install('bulk')}") from None
    try:
        return Graph.read(folder)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _known(ask: Callable[[], Any]) -> Any:
    """An answer about nodes of a large graph; the command ends if one of them is not there."""
    from kg.bulk.graph import Unknown

    try:
        return ask()
    except Unknown as error:
        raise click.ClickException(str(error)) from None


def print_bulk_routes(folder: str, start: str, end: str, longest: int, most: int, as_json: bool) -> None:
    import itertools

    graph = _graph(folder)
    found = graph.routes(start, end, longest)
    routes = _known(lambda: list(itertools.islice(found, most)))
    capped = next(found, None) is not None
    if as_json:
        rows = [[[one._asdict() for one in step] for step in route] for route in routes]
        click.echo(json.dumps({"routes": rows, "capped": capped}, ensure_ascii=False, indent=1))
        return
    marks = {(): "?", (-1,): "−", (0,): "?", (1,): "+"}
    for route in routes:
        steps = [tuple(sorted({edge.sign for edge in step})) for step in route]
        said = "".join(f" {marks.get(sign, '±')}> {step[0].object}" for sign, step in zip(steps, route, strict=True))
        click.echo(f"{route[0][0].subject}{said}")
    click.echo(f"{number_of(len(routes), 'route')}{' and more' if capped else ''}. A route alone does not predict an effect; ? is a step without a sign, ± one with both.")  # fmt: skip


class _Rate:
    """Tells of a long run: what is done, rows, rows per second, and the share that is done where it is known."""

    def __init__(self, say: Reporter) -> None:
        self.say, self.doing, self.since, self.last = say, "", 0.0, 0.0

    def __call__(self, doing: str, part: float, rows: int) -> None:
        import time

        now = time.monotonic()
        if doing != self.doing:
            self.doing, self.since, self.last = doing, now, 0.0
        if now - self.last < 0.2:
            return
        self.last, spent = now, now - self.since
        words = [doing, f"{rows:,} rows" if rows else ""]
        words.append(f"{rows / spent:,.0f} rows/s" if rows and spent > 0.5 else "")
        self.say(", ".join(filter(None, words)), part if 0 < part <= 1 else -1.0)
