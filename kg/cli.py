"""The kg command. Each command is its arguments, one verb of the library, and what it prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import kg

if TYPE_CHECKING:
    from kg.diagnostics import Diagnostic
    from kg.site.build import Built

SOURCES = click.option(
    "--sources", metavar="DIR", help="Folder of source texts, found by their hash [default: $KG_SOURCES]."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


class _Commands(click.Group):
    """A command group in which a complaint about a mechanism ends with exit code 1, on stderr, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from kg.diagnostics import InvalidMechanism

        try:
            return super().invoke(ctx)
        except InvalidMechanism as error:
            click.echo(str(error), err=True)
            click.echo(_counted(error.diagnostics), err=True)
            ctx.exit(1)
        except OSError as error:
            click.echo(f"{error.filename or 'kg'}: {error.strerror or error}", err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(kg.__version__, message="kg %(version)s")
def main() -> None:
    """Immune mechanisms as knowledge graphs: written once, then checked, drawn, exported and asked.

    A mechanism is named by its id in seeds/, its file, or its folder.
    """


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--out", default="exports", show_default=True, metavar="DIR", help="Where to write.")
@click.option("--only", metavar="NAME,...", help="Only these outputs, such as ttl,html.")
@SOURCES
def build(paths: Sequence[str], out: str, only: str | None, sources: str | None) -> None:
    """Write mechanisms as RDF, GraphML, a page and a picture.

    Builds every mechanism in seeds/ unless PATHs are given. Stops with all complaints, and writes nothing, if any
    mechanism is invalid. Unchanged inputs are not built again.
    """
    from kg.site.build import build as run
    from kg.site.build import outputs

    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    unknown = [name for name in names if name not in outputs()]
    if unknown:
        raise click.UsageError(f"--only: {unknown[0]!r} is none of {', '.join(outputs())}")
    with _progress() as say:
        done = run(paths, out, names, sources, say)
    _complain(done.warnings)
    _print_built(done)


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@SOURCES
@click.option("--strict", is_flag=True, help="Fail on every anchor or span that was not checked.")
@JSON
def check(paths: Sequence[str], sources: str | None, strict: bool, as_json: bool) -> None:
    """Check mechanisms: shape, terms, signs, evidence, anchors.

    Prints every complaint of every file in one run. Exit code 1 if there is any error.
    """
    from kg import formats

    files = list(paths) or [str(path) for path in formats.seeds()]
    failed = False
    results = []
    for path in files:
        mechanism, report = formats.examine(path, sources, strict)
        failed = failed or bool(report.errors)
        summary = {
            "id": mechanism.id,
            "file": mechanism.file,
            "nodes": len(mechanism.nodes),
            "edges": len(mechanism.edges),
            "anchors": {
                "total": report.coverage.total,
                "checked": report.coverage.checked,
                "matched": report.coverage.matched,
                "wrong": report.coverage.wrong,
                "skipped": dict(report.coverage.skipped),
            },
        }
        results.append({**summary, "diagnostics": [one.as_dict() for one in report.diagnostics]})
        if not as_json:
            _complain(report.diagnostics)
            counted = _counted(report.diagnostics) if report.diagnostics else "nothing wrong"
            size = f"{_n(len(mechanism.nodes), 'node')}, {_n(len(mechanism.edges), 'edge')}"
            click.echo(f"{mechanism.file}: {size}, {counted}")
            click.echo(f"  {report.coverage}")
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False, indent=1))
    if failed:
        sys.exit(1)


@main.command()
@click.argument("words", nargs=-1, required=True, metavar="TEXT")
@click.option("-n", "--most", default=10, show_default=True, metavar="N", help="How many to show.")
@JSON
def ground(words: Sequence[str], most: int, as_json: bool) -> None:
    """Find the terms that a text may mean, best first.

    Searches labels, synonyms and ids of the terms in ontology/terms.tsv. Copy a line after `term:`.
    """
    from dataclasses import asdict

    found = kg.ground(" ".join(words), most)
    if as_json:
        click.echo(json.dumps([{**asdict(entry), "kind": entry.kind} for entry in found], ensure_ascii=False, indent=1))
    for entry in () if as_json else found:
        click.echo(f"{entry.id} ! {entry.label}")
        click.echo(f"    {entry.kind}, {entry.category}; {entry.verified_in}, {entry.verified_on}")
        if entry.synonyms:
            click.echo(f"    also: {', '.join(entry.synonyms)}")
        if entry.definition:
            click.echo(f"    {entry.definition}")
    if not found:
        click.echo(f"no term is like {' '.join(words)!r}; CONTRIBUTING.md says how to add one", err=True)
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("words", nargs=-1, required=True, metavar="PHRASE")
@JSON
def locate(file: Path, words: Sequence[str], as_json: bool) -> None:
    """Find a phrase in a text: its section, paragraph and span.

    The span goes after `span:`; a phrase that is found exactly once may go after `anchor:`.
    """
    from dataclasses import asdict

    from kg import texts

    phrase = " ".join(words)
    found = texts.locate(file, phrase)
    text = texts.open_text(file)
    if as_json:
        click.echo(
            json.dumps({"sha256": text.sha256, "found": [asdict(one) for one in found]}, ensure_ascii=False, indent=1)
        )
    else:
        for one in found:
            section = f"“{one.section}”, " if one.section else ""
            click.echo(f"span: [{one.start}, {one.end}]    {section}paragraph {one.paragraph}")
        if len(found) == 1:
            click.echo(
                f"anchor: {text.text[found[0].start : found[0].end]}"
                if len(phrase.split()) <= 8
                else "too long for an anchor"
            )
        elif found:
            click.echo(f"found {len(found)} times: no anchor until a word more makes it the only one")
        click.echo(f"sha256: {text.sha256}")
    if not found:
        nearest = text.nearest(phrase)
        click.echo(f"{file} does not say this" + (f"; it says: {nearest}" if nearest else ""), err=True)
        sys.exit(1)


@main.command()
@click.argument("name")
def new(name: str) -> None:
    """Write a commented starter: NAME/mechanism.yaml.

    The starter is valid: `kg check NAME` and `kg build NAME` work at once.
    """
    import re

    folder = Path(name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", folder.name):
        raise click.UsageError(f"{folder.name!r}: a name is small letters, digits and hyphens, such as pd1-blockade")
    file = folder / "mechanism.yaml"
    if file.exists():
        raise click.UsageError(f"{file} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    starter = (kg.shelf("ontology") / "starter.yaml").read_text(encoding="utf-8")
    from kg.formats import yaml

    file.write_text(starter.replace("NAME", folder.name), encoding="utf-8", newline="\n")
    (folder / "mechanism.schema.json").write_text(_schema(yaml.schema()), encoding="utf-8", newline="\n")
    click.echo(f"{file}\nedit it, then: kg check {name}")


@main.command()
@JSON
def formats(as_json: bool) -> None:
    """List the formats, and which of them are read and written."""
    from kg.formats import FORMATS
    from kg.site.build import outputs

    rows = [
        {"name": r.name, "suffix": r.suffix, "reads": r.reads, "writes": r.writes, "title": r.title}
        for r in FORMATS.values()
    ]
    titles = {"html": "the explorer: one offline page", "svg": "the picture alone"}
    rows += [
        {"name": n, "suffix": s, "reads": False, "writes": True, "title": titles[n]}
        for n, s in outputs().items()
        if n in titles
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        marks = ("reads" if row["reads"] else "").ljust(6) + ("writes" if row["writes"] else "").ljust(7)
        click.echo(f"{row['name']:<9}{row['suffix']:<10}{marks} {row['title']}")


@main.command()
@click.option("--guide", is_flag=True, help="Print the tables of docs/notation.md instead.")
def schema(guide: bool) -> None:
    """Print the notation as a JSON Schema, for editors."""
    from kg.formats import yaml

    click.echo(yaml.guide() if guide else _schema(yaml.schema()), nl=False)


# ---------------------------------------------------------------- printing


def _schema(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


class _progress:  # noqa: N801  (used as `with _progress() as say`)
    """Says on stderr what is being done, on one line that is overwritten; silent if nobody looks."""

    def __enter__(self) -> Callable[[str], None]:
        self.shown = sys.stderr.isatty()
        return self.say

    def say(self, words: str) -> None:
        if self.shown:
            click.echo(f"\r\x1b[K{words}", nl=False, err=True)

    def __exit__(self, *error: object) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def _complain(diagnostics: Sequence[Diagnostic]) -> None:
    for one in diagnostics:
        click.echo(str(one), err=True)


def _counted(diagnostics: Sequence[Diagnostic]) -> str:
    counts = [(sum(one.severity == kind for one in diagnostics), kind) for kind in ("error", "warning")]
    return ", ".join(_n(n, kind) for n, kind in counts if n)


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _print_built(done: Built) -> None:
    """A short table for each mechanism, and where the files are."""

    def counted(counts: dict[str, int]) -> str:
        return ", ".join(f"{name} {count}" for name, count in counts.items())

    for one in done.summaries:
        click.echo(f"{one.id}: {one.title}")
        rows = {
            "graph": f"{_n(one.nodes, 'node')}, {_n(one.edges, 'edge')}, {one.asserted} of them asserted as bare triples",
            "evidence": f"{_n(one.evidence, 'item')}: {counted(one.claims)}",
            "species": f"{counted(one.species)} (edges that state it)",
            "anchors": one.anchors,
            **({"warnings": f"{one.warnings}; `kg check` shows them"} if one.warnings else {}),
        }
        for name, text in rows.items():
            click.echo(f"  {name:<9} {text}")
        for file, size in one.files.items():
            click.echo(f"  {size / 1000:>8.1f} kB  {done.folder / file}")
    if not done.fresh:
        click.echo("nothing has changed since the last build, so nothing was written")
