"""The kg command. Each command is its arguments, one verb of the library, and what it prints."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import kg

if TYPE_CHECKING:
    from kg.bulk.graph import Graph
    from kg.model.catalogue import Catalogue
    from kg.model.diagnostics import Diagnostic
    from kg.model.mechanism import Mechanism
    from kg.reasoning import causal
    from kg.reasoning.conflicts import Conflict
    from kg.site.build import Built
    from kg.sparql import Question

SOURCES = click.option(
    "--sources", metavar="DIR", help="Folder of source texts, found by their hash [default: $KG_SOURCES]."
)
AT_LEAST_ONE = click.IntRange(min=1)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def _impossible() -> type[Exception]:
    from kg.reasoning.causal import Impossible

    return Impossible


class _Commands(click.Group):
    """A command group in which a complaint about a mechanism ends with exit code 1, on stderr, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from kg.model.diagnostics import InvalidMechanism

        try:
            return super().invoke(ctx)
        except InvalidMechanism as error:
            click.echo(str(error), err=True)
            click.echo(_counted(error.diagnostics), err=True)
            ctx.exit(1)
        except _impossible() as error:
            click.echo(f"kg: {error}", err=True)
            ctx.exit(1)
        except BrokenPipeError:  # whoever reads has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
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
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a character shows an escape, not a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


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
    if not out or (only is not None and not names):
        raise click.UsageError(f"{'--only' if out else '--out'} is empty")
    unknown = [name for name in names if name not in outputs()]
    if unknown:
        raise click.UsageError(f"--only: {unknown[0]!r} is none of {', '.join(outputs())}")
    with _progress() as say:
        done = run(paths, out, names, sources, say)
    _complain(done.warnings)
    _print_built(done)


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--out", default="site", show_default=True, metavar="DIR", help="Where to write.")
@click.option("--url", default="", metavar="URL", help="Where it will be published, for snippets to paste.")
@SOURCES
def site(paths: Sequence[str], out: str, url: str, sources: str | None) -> None:
    """Write a whole site as plain files, for any static host and for opening from a folder.

    The explorer of every mechanism, a page for each term, source and question with its answer, SPARQL in the browser,
    downloads, and how to embed. No page makes a request outside the folder. Files there that kg did not write stay. If
    any mechanism is invalid, it prints all complaints and writes nothing.
    """
    from kg import formats
    from kg.site.build import valid
    from kg.site.static import write

    if not out:
        raise click.UsageError("--out is empty")
    with _progress() as say:
        found, warnings = valid([formats.find(path) for path in paths] or formats.seeds(), sources, say)
        files = write([mechanism for mechanism, _ in found], out, url, say)
    _complain(warnings)
    size = sum(file.stat().st_size for file in files)
    click.echo(f"{_n(len(found), 'mechanism')}, {_n(len(files), 'file')}, {size / 1e6:.1f} MB")
    click.echo(f"open {Path(out) / 'index.html'}, or publish the folder")


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@SOURCES
@click.option("--strict", is_flag=True, help="Fail on every anchor or span that was not checked.")
@JSON
def check(paths: Sequence[str], sources: str | None, strict: bool, as_json: bool) -> None:
    """Check mechanisms: shape, terms, signs, evidence, anchors, expectations.

    Prints every complaint of every file in one run; how many anchors were looked up; whether what the sources say must
    come out does come out, and which edges no expectation pins. RDF files, from anywhere, are validated by SHACL. Exit
    code 1 if there is any error.
    """
    from dataclasses import asdict

    from kg import formats
    from kg.checks import shapes
    from kg.model import rdf_files
    from kg.model.diagnostics import InvalidMechanism

    files = list(paths) or [str(path) for path in formats.seeds()]
    failed = False
    results = []
    for path in files:
        if rdf_files.is_rdf(path):
            rdf = shapes.examine(path)
            failed = failed or bool(rdf.errors)
            results.append(rdf.as_dict())
            if not as_json:
                _complain(rdf.diagnostics)
                counted = _counted(rdf.diagnostics) if rdf.diagnostics else "nothing wrong"
                click.echo(f"{rdf.file}: {_n(rdf.edges, 'edge')}, {_n(rdf.triples, 'triple')}, {counted}")
            continue
        try:
            mechanism, report = formats.examine(path, sources, strict)
        except (InvalidMechanism, OSError) as error:  # this file cannot be read; the others can still be checked
            failed = True
            results.append({"file": path, "diagnostics": [one.as_dict() for one in _unread(path, error)]})
            _complain([] if as_json else _unread(path, error))
            continue
        failed = failed or bool(report.errors)
        summary = {
            "id": mechanism.id,
            "file": mechanism.file,
            "status": mechanism.status,
            "nodes": len(mechanism.nodes),
            "edges": len(mechanism.edges),
            "anchors": {
                "total": report.coverage.total,
                "checked": report.coverage.checked,
                "matched": report.coverage.matched,
                "wrong": report.coverage.wrong,
                "skipped": report.coverage.reasons,
            },
            "runs": asdict(report.runs),
            "support": {} if report.errors else _support(mechanism),
        }
        results.append({**summary, "diagnostics": [one.as_dict() for one in report.diagnostics]})
        if not as_json:
            _complain(report.diagnostics)
            counted = _counted(report.diagnostics) if report.diagnostics else "nothing wrong"
            size = f"{_n(len(mechanism.nodes), 'node')}, {_n(len(mechanism.edges), 'edge')}"
            said = ", ".join(filter(None, (mechanism.status, size, counted)))
            click.echo(f"{mechanism.file}: {said}")
            click.echo(f"  {report.coverage}\n  {report.runs}")
            if not report.errors:
                click.echo(f"  {_supported(mechanism)}")
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False, indent=1))
    if failed:
        sys.exit(1)


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command()
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option("-n", "--most", type=AT_LEAST_ONE, default=10, show_default=True, metavar="N", help="How many to show.")
@click.option("--obo", type=FILE, metavar="FILE", help="Look in this OBO file instead.")
@click.option("--table", type=FILE, metavar="FILE", help="Look in this gene table of HGNC or MGI instead.")
@click.option("--add", multiple=True, metavar="ID", help="Add this term of the file to ontology/terms.tsv.")
@click.option("--category", default="", metavar="NAME", help="The Biolink category of what is added.")
@JSON
def ground(
    words: Sequence[str],
    most: int,
    obo: Path | None,
    table: Path | None,
    add: Sequence[str],
    category: str,
    as_json: bool,
) -> None:
    """Find the terms that a text may mean, best first.

    Searches labels, synonyms and ids of the terms in ontology/terms.tsv. Copy a line after `term:`. With --obo or --table
    it searches a file that was downloaded; without a TEXT it compares the labels of terms.tsv with the file, and ends
    with 1 if any differs. --add writes rows, with the release and the hash of the file, in a checkout only.
    """
    from dataclasses import asdict

    from kg.model import catalogue

    if obo and table:
        raise click.UsageError("either an --obo file or a --table, not both")
    if not (obo or table) and (add or category or not words):
        raise click.UsageError("--add needs --obo FILE or --table FILE" if words or add else "which TEXT?")
    file = obo or table
    of = catalogue.read(file, "obo" if obo else "table") if file else None
    if of and add:
        for entry in catalogue.add(of, add, category):
            click.echo(f"added {entry.id} ! {entry.label} ({entry.category}), as read in {entry.verified_in}")
        return
    if of and not words:
        _print_recheck(of, as_json)
        return
    text = " ".join(words)
    found = of.found(text, most) if of else kg.ground(text, most)
    if as_json:
        click.echo(json.dumps([{**asdict(entry), "kind": entry.kind} for entry in found], ensure_ascii=False, indent=1))
    for entry in () if as_json else found:
        click.echo(f"{entry.id} ! {entry.label}")
        about = [
            ", ".join(filter(None, (entry.kind, entry.category))),
            ", ".join(filter(None, (entry.verified_in, entry.verified_on))),
        ]
        click.echo(f"    {'; '.join(about)}")
        if entry.synonyms:
            click.echo(f"    also: {', '.join(entry.synonyms)}")
        if entry.definition:
            click.echo(f"    {entry.definition}")
    if not found:
        hint = "" if of else "; CONTRIBUTING.md says how to add one"
        click.echo(f"no term is like {text!r}{hint}", err=True)
        sys.exit(1)


def _print_recheck(of: Catalogue, as_json: bool) -> None:
    """The pinned terms that a file says something else of; ends the command with 1 if there is any."""
    from kg.model import catalogue

    found, compared = catalogue.recheck(of)
    if as_json:
        rows = [vars(one) for one in found]
        click.echo(
            json.dumps({"file": of.verified_in, "compared": compared, "found": rows}, ensure_ascii=False, indent=1)
        )
    else:
        for one in found:
            click.echo(str(one))
        click.echo(
            f"{_n(compared, 'term')} of terms.tsv compared with {of.verified_in}: {_n(len(found), 'difference')}"
        )
    if found:
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

    from kg.model import texts

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
    from kg.formats import notation

    file.write_text(starter.replace("NAME", folder.name), encoding="utf-8", newline="\n")
    (folder / "mechanism.schema.json").write_text(_schema(notation.schema()), encoding="utf-8", newline="\n")
    click.echo(f"{file}\nedit it, then: kg check {name}")


@main.command("add-source")
@click.argument("mech")
@click.option("--doi", default="", metavar="DOI", help="Its DOI, such as 10.1016/j.isci.2021.103441.")
@click.option("--pmid", default="", metavar="NUMBER", help="Its PubMed number.")
@click.option(
    "--text",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The text that anchors will be read from: only its hash goes into the file.",
)
@click.option("--key", default="", metavar="NAME", help="What evidence will call it [default: made from the DOI].")
@click.option("--kind", default="publication", show_default=True, help="What it is, such as journal article.")
@click.option("--title", default="", help="Its title.")
@click.option(
    "--read",
    type=click.Choice(["full", "excerpt", "abstract", "report", "no"]),
    default="no",
    show_default=True,
    help="How much of it was read.",
)
def add_source(mech: str, doi: str, pmid: str, text: Path | None, key: str, kind: str, title: str, read: str) -> None:
    """Append a source to a mechanism file, and stubs for what it says.

    Every line of the file stays as it is, with its comments. The stubs are comments: fill them in, and take the # away.
    Nothing is looked up on the network. A DOI or PubMed number that the file has already is refused.
    """
    from kg.review import curate

    if not (doi or pmid):
        raise click.UsageError("give it a --doi, a --pmid, or both")
    file, source = curate.add_source(mech, doi, pmid, text, key, kind, title, read)
    click.echo(f"{file}: added {source.key!r} to sources, and stubs behind the last edge\nthen: kg check {mech}")


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
@click.option("--from", "source", default="", metavar="NAME", help="The format of IN [default: as it looks].")
@click.option("--to", "target", default="", metavar="NAME", help="The format of OUT [default: as its name ends].")
@click.option("--strict", is_flag=True, help="Write nothing, and fail, if anything would be lost.")
@click.option("--losses", "report", metavar="FILE.json", help="Write the loss report there, too, as JSON.")
def convert(path: str, out: str, source: str, target: str, strict: bool, report: str | None) -> None:
    """Convert a mechanism, or a file in any format that is read, and say what became of every value.

    Ends with a loss report: what was read, carried, changed and lost, once for reading IN and once for writing OUT,
    which is read again to see. `kg formats` lists the formats.
    """
    from kg import formats

    try:
        made = formats.convert(path, out, source, target, strict)
    except ValueError as error:
        from kg.model.diagnostics import InvalidMechanism

        if isinstance(error, InvalidMechanism):
            raise
        raise click.UsageError(str(error)) from None
    if made.warnings:
        click.echo(f"{_counted(made.warnings)}; `kg check` shows them", err=True)
    if report:
        accounts = {"files": list(made.files), "steps": [account.as_dict() for account in made.accounts]}
        Path(report).write_text(json.dumps(accounts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo("\n\n".join(map(str, made.accounts)))
    if strict and made.lost:
        click.echo(f"kg: {_n(made.lost, 'value')} would be lost, so nothing was written (--strict)", err=True)
        sys.exit(1)


@main.command()
@click.option("--guide", is_flag=True, help="Print the tables of docs/notation.md instead.")
def schema(guide: bool) -> None:
    """Print the notation as a JSON Schema, for editors."""
    from kg.formats import notation

    click.echo(notation.guide() if guide else _schema(notation.schema()), nl=False)


@main.command()
@click.argument("question", required=False)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--with", "given", multiple=True, metavar="NAME=VALUE", help="A parameter of the question.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "tsv", "json", "turtle"]),
    help="How to print the answer [default: table, or turtle for a graph].",
)
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead.")
@click.option(
    "--seconds", type=click.FloatRange(0, 86400, min_open=True), default=30.0, show_default=True, help="Time limit."
)
@click.option("--rows", type=click.IntRange(1), default=10_000, show_default=True, help="Most rows to print.")
@click.option("--explain", is_flag=True, help="Print the query and how it works, and do not run it.")
@click.option(
    "--all", "every", is_flag=True, help="Ask every question of the library, and print how many rows each gives."
)
def ask(
    question: str | None,
    paths: Sequence[str],
    given: Sequence[str],
    form: str | None,
    endpoint: str | None,
    seconds: float,
    rows: int,
    explain: bool,
    every: bool,
) -> None:
    """Ask a question in SPARQL. Without one, list the questions.

    QUESTION is a name from that list, a FILE.rq, a query, or - for standard input. It is asked over mechanisms and RDF
    files (.ttl .nt .nq .trig .jsonld .rdf), by default over all of seeds/. Each mechanism comes with what its runs derive.
    """
    import shutil

    from kg import sparql

    if every:
        over = [*filter(None, [question]), *paths]
        if endpoint and over:
            raise click.UsageError("either PATHs are asked or an --endpoint, not both")
        if given or form or explain:
            raise click.UsageError("--all takes no --with, --format or --explain")
        _print_all(over, endpoint or "", seconds, rows)
        return
    if question is None:
        _print_questions(sparql.questions().values())
        return
    if endpoint and paths:
        raise click.UsageError("either PATHs are asked or an --endpoint, not both")
    pairs = _settings(given, "--with")
    try:
        text = _standard_input() if question == "-" else question
        if explain:
            click.echo(sparql.explained(text, pairs), nl=False)
            return
        table = form in (None, "table")
        answer = sparql.ask(
            text, *paths, given=pairs, endpoint=endpoint or "", seconds=seconds, rows=rows, labels=table
        )
        click.echo(answer.text(form or "", shutil.get_terminal_size((100, 24)).columns), nl=False)
    except sparql.NoAnswer as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if answer.capped:
        click.echo(f"kg: these are the first {len(answer.rows)} rows; there are more: --rows N", err=True)
    if form in ("csv", "tsv") or (table and not answer.turtle):  # JSON and Turtle hold it themselves
        for line in answer.about:
            click.echo(click.style(line, dim=True), err=not table)


# ---------------------------------------------------------------- running a mechanism


def _asking(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that runs a mechanism."""
    for option in reversed(
        (
            click.argument("mech"),
            click.option("--in", "condition", default="", metavar="CONDITION", help="Start from a declared condition."),
            click.option(
                "--set", "settings", multiple=True, metavar="NODE=VALUE", help="present, absent, unknown or a level."
            ),
            click.option(
                "--reading", default="", metavar="NAME", help="Only under this reading [default: all of them]."
            ),
            click.option("--assume", multiple=True, metavar="NAME", help="Switch on a declared assumption."),
            JSON,
        )
    ):
        command = option(command)
    return command


def _settings(pairs: Sequence[str], option: str = "--set") -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise click.UsageError(f"{option} {pair!r}: write {'NODE' if option == '--set' else 'NAME'}=VALUE")
        if found.setdefault(name, value) != value:
            raise click.UsageError(f"{option}: {name} is set to {found[name]} and to {value}")
    return found


@main.command()
@_asking
@click.option("--conditions", is_flag=True, help="Print every declared condition with its outcomes.")
@click.option("--fixed-points", "fixed", is_flag=True, help="Print the exact fixed points (needs kg[exact]).")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.001, max=86400),
    default=10.0,
    show_default=True,
    metavar="S",
    help="Time limit of --fixed-points.",
)
def whatif(
    mech: str,
    condition: str,
    settings: Sequence[str],
    reading: str,
    assume: Sequence[str],
    as_json: bool,
    conditions: bool,
    fixed: bool,
    seconds: float,
) -> None:
    """Show what follows if nodes are given, missing or changed.

    Compares with the starting state, in the order in which things follow, and says for each step which edges decided
    it, what they rest on, and whether a source observed it. Under every reading, unless one is named.
    """
    from kg.reasoning import causal, conflicts

    mechanism = _valid(mech)
    if conditions:
        if condition or fixed:
            raise click.UsageError("--conditions shows every condition: leave out --in and --fixed-points")
        more = _settings(settings)
        rows = causal.table(mechanism, assume, reading, more)
        asked = bool(more or reading or assume)
        cite = causal.cited(mechanism, more, reading, assume) if asked else mechanism.cite("run")
        if as_json:
            plain = {
                row.condition: {n: {r: causal.shown(v) for r, v in by.items()} for n, by in row.values.items()}
                for row in rows
            }
            click.echo(json.dumps({**plain, "cite": cite}, ensure_ascii=False, indent=1))
        else:
            _print_conditions(mechanism, rows, cite)
        return
    if fixed:
        _print_fixed_points(mechanism, condition, _settings(settings), reading, assume, seconds, as_json)
        return
    answer = causal.whatif(mechanism, condition, _settings(settings), reading, assume)
    if as_json:
        supports, shown = conflicts.Supports(mechanism), answer.as_dict()
        for step in shown["because"].values():
            step["support"] = supports.of(*step["rests_on"]).as_dict() if step["rests_on"] else None
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        _print_answer(mechanism, answer)


@main.command()
@_asking
@click.argument("node")
@click.option("--all", "every", is_flag=True, help="All minimal reasons (50 at most), not one.")
def why(
    mech: str,
    node: str,
    condition: str,
    settings: Sequence[str],
    reading: str,
    assume: Sequence[str],
    as_json: bool,
    every: bool,
) -> None:
    """Show what a node's value stands on, and what would change it.

    A reason is a smallest set of facts that forces the value whatever else is unknown: edges, requirements, starting
    values, settings, and that nothing unlisted causes a node.
    """
    from kg.reasoning import causal

    mechanism = _valid(mech)
    answer = causal.why(mechanism, node, condition, _settings(settings), reading, assume, 50 if every else 1)
    if as_json:
        click.echo(json.dumps({**_why_as_dict(answer), "cite": mechanism.cite()}, ensure_ascii=False, indent=1))
    else:
        _print_why(mechanism, answer, every)


@main.command()
@click.argument("mech")
@click.option("--assume", multiple=True, metavar="NAME", help="Switch on a declared assumption.")
@JSON
def discriminate(mech: str, assume: Sequence[str], as_json: bool) -> None:
    """Find the experiment that would tell the readings apart.

    Prints the smallest interventions after which the readings predict different outcomes.
    """
    from kg.reasoning import causal

    mechanism = _valid(mech)
    found = causal.discriminate(mechanism, assume)
    if as_json:
        rows = [
            {
                "condition": one.condition,
                "set": dict(one.settings),
                "outcomes": {n: dict(by) for n, by in one.outcomes.items()},
            }
            for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo("no intervention on one or two nodes tells the readings apart")
    for one in found:
        given = [mechanism.conditions[one.condition].title or one.condition] if one.condition else []
        extra = [f"{mechanism.nodes[node].label} {value}" for node, value in one.settings.items()]
        click.echo("; ".join([*given, *extra]))
        for node, by in one.outcomes.items():
            click.echo(
                f"    {mechanism.nodes[node].label}: "
                + ", ".join(f"{causal.shown(v)} ({name})" for name, v in by.items())
            )
    _strip(mechanism)


@main.command()
@click.argument("mech")
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option("--with", "also", multiple=True, metavar="MECH", help="Go through this mechanism, too.")
@click.option("--longest", type=AT_LEAST_ONE, metavar="N", help="Only routes of at most N edges [default: any].")
@click.option(
    "--most", type=AT_LEAST_ONE, default=100, show_default=True, metavar="N", help="Stop after so many routes."
)
@JSON
def paths(mech: str, start: str, end: str, also: Sequence[str], longest: int | None, most: int, as_json: bool) -> None:
    """List every signed route between two nodes, shortest first.

    A route is no effect: brakes and requirements lie along it. `kg whatif` says what follows. Through several mechanisms,
    named by --with, or all of seeds/ with `kg paths all FROM TO`, a node may be called by its key or as MECH.KEY. Of a
    folder that `kg bulk` wrote, only the shortest routes are listed unless --longest is given, and nodes are called by ids.
    """
    import itertools

    from kg.reasoning import causal, conflicts

    if _is_bulk(mech):
        if also:
            raise click.UsageError("--with goes with mechanisms, not with a folder of `kg bulk`")
        _print_routes(mech, start, end, longest or 0, most, as_json)
        return
    mechanism = conflicts.merge(map(_valid, (mech, *also))) if also else _valid(mech)
    if isinstance(mechanism, conflicts.Union):
        start, end = (mechanism.keys.get(name, name) for name in (start, end))
    found = causal.routes(mechanism, start, end, longest or 0)
    supports = conflicts.Supports(mechanism)
    signs: set[int] = set()
    rows = []
    for route in itertools.islice(found, most):
        signs.add(route.sign)
        support = supports.of(*route.edges)
        sign = "+" if route.sign > 0 else "-"
        rows.append({"edges": list(route.edges), "sign": sign, "support": support.as_dict()})
        if not as_json:
            via = " → ".join(mechanism.nodes[mechanism.edge(name).subject].label for name in route.edges)
            click.echo(f"{'+' if route.sign > 0 else '−'}  {via} → {mechanism.nodes[end].label} — {support.counts}")
    capped = next(found, None) is not None
    net = "none" if not signs else "mixed" if len(signs) > 1 else "unknown" if capped else "+" if signs == {1} else "-"
    if as_json:
        click.echo(json.dumps({"routes": rows, "net": net, "capped": capped}, ensure_ascii=False, indent=1))
        return
    word = {
        "none": "there is no signed route",
        "mixed": "the routes disagree: mixed",
        "+": "all are positive",
        "-": "all are negative",
        "unknown": "those shown agree, the others were not looked at",
    }
    click.echo(
        f"{_n(len(rows), 'route')}{' and more' if capped else ''}; {word[net]}. A route is no effect: ask `kg whatif`."
    )


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@JSON
def conflicts(paths: Sequence[str], as_json: bool) -> None:
    """Show where mechanisms, or their sources, disagree, and what separates the sides.

    Opposite signs on one pair, different predictions, disputed statements, human statements on animal evidence,
    statements firmer than their source, and two sources that are one paper; over all of seeds/ unless PATHs are given.
    Nothing is resolved: direct disagreement comes first, then what is possible, then what something stated separates.
    """
    from kg import formats
    from kg.reasoning import conflicts

    parts = [_valid(path) for path in paths or map(str, formats.seeds())]
    found = conflicts.find([part for one in parts for part in one.parts])
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        _print_conflict(one)
    counts = [(sum(one.verdict == verdict for one in found), verdict) for verdict in conflicts.VERDICTS]
    click.echo("; ".join(f"{n} {verdict}" for n, verdict in counts if n) or "no disagreement was found")
    for part in parts:
        _strip(part)


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@JSON
def gaps(paths: Sequence[str], as_json: bool) -> None:
    """Show what evidence would settle most: what is missing, by how many outcomes depend on it.

    Unknowns that leave an outcome open, starting states that nobody states, edges on the curator's inference or on one
    source that only retells a study, edges that no expectation pins, species that are not stated; over all of seeds/
    unless PATHs are given. Outcomes are counted, not weighed.
    """
    from kg import formats
    from kg.reasoning import gaps

    parts = [_valid(path) for path in paths or map(str, formats.seeds())]
    found = gaps.find(part for one in parts for part in one.parts)
    if as_json:
        click.echo(json.dumps([gap.as_dict() for gap in found], ensure_ascii=False, indent=1))
        return
    for number in sorted({len(gap.outcomes) for gap in found}, reverse=True):
        click.echo(
            click.style(
                f"{_n(number, 'outcome')} depend{'s' * (number == 1)} on it" if number else "no outcome depends on it",
                bold=True,
            )
        )
        for kind, title in gaps.KINDS.items():
            some = [gap for gap in found if len(gap.outcomes) == number and gap.kind == kind]
            if some:
                click.echo(f"  {title}")
            for gap in some:
                on = f": {', '.join(gap.labels)}" if gap.labels else ""
                click.echo(f"    {gap.mechanism}: {gap.words} ({gap.about}){on}")
    click.echo(_n(len(found), "gap") if found else "nothing is missing")
    for part in parts:
        _strip(part)


@main.command()
@click.argument("old")
@click.argument("new")
@click.option("--html", "page", metavar="FILE", help="Write it as one offline page, with pictures.")
@JSON
def diff(old: str, new: str, page: str | None, as_json: bool) -> None:
    """Show what changed between two versions of mechanisms, as Markdown for a review.

    OLD and NEW are files, folders, ids in seeds/, git revisions (HEAD~1:seeds/ta1-tlr7) or built RDF. Edges, signs,
    evidence, claims, species, terms, disagreements, expectations and answers are compared, not layout: a file that was
    only reformatted has not changed. Exit code 0 whether there are differences or not.
    """
    from kg.review import diff

    with _progress() as say:
        found = diff.diff(old, new, say)
    if page:
        Path(page).write_text(diff.html(found), encoding="utf-8", newline="\n")
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1) if as_json else found.text(), nl=as_json)


@main.command()
@click.argument("mech")
@click.option(
    "--url", default="", metavar="URL", help="Where the page, or its folder, is [default: beside the host page]."
)
@click.option("--stop", default=0, metavar="N", help="Open at this stop of the tour.")
@click.option("--height", default=560, show_default=True, metavar="PIXELS", help="Height of the frame.")
@click.option("--language", default="", metavar="TAG", help="Captions in this language, such as de, where there are.")
@click.option("--images", "folder", metavar="DIR", help="Write a picture of each stop, with captions, instead.")
def embed(mech: str, url: str, stop: int, height: int, language: str, folder: str | None) -> None:
    """Print HTML that puts the explorer into another page.

    A frame of fixed height that needs no script in the host page, what it is told from, and a link. For slides and for
    course systems that strip frames, --images writes one SVG for each stop of the tour, and a file of captions with
    alternative texts. docs/embedding.md has more.
    """
    from kg import page

    mechanism = _valid(mech)
    known = sorted({tag for one in mechanism.tour for tag in one.translations})
    if language and language not in known:
        raise click.UsageError(
            f"--language: the tour is not translated into {language!r}; there is: {', '.join(known)}"
        )
    if folder is None:
        click.echo(page.embed(mechanism, url, stop, height, language), nl=False)
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, text in page.pictures(mechanism, language).items():
        (Path(folder) / name).write_text(text, encoding="utf-8", newline="\n")
        click.echo(Path(folder) / name)


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="NAME", help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 is any free one.")
@click.option("--url", default="", metavar="URL", help="The address that others see, where a proxy stands before it.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 86400, min_open=True),
    default=30.0,
    show_default=True,
    help="Time of a query.",
)
@click.option(
    "--rows", type=AT_LEAST_ONE, default=10_000, show_default=True, metavar="N", help="Most rows of an answer."
)
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N", help="Queries at once [default: two per processor]."
)
@click.option(
    "--frame-ancestors",
    default="",
    metavar="LIST",
    help="Who may show pages in a frame, such as 'self' [default: all].",
)
@click.option("--watch", is_flag=True, help="Serve what files say as soon as they are saved.")
@click.option("--log/--no-log", default=True, show_default=True, help="Write each request to stderr.")
def serve(
    paths: Sequence[str],
    host: str,
    port: int,
    url: str,
    seconds: float,
    rows: int,
    workers: int | None,
    frame_ancestors: str,
    watch: bool,
    log: bool,
) -> None:
    """Serve the site, and a SPARQL endpoint over the same data at /sparql.

    PATHs are mechanisms, RDF files, or one folder of a store that pyoxigraph keeps on disk; by default all of seeds/.
    The endpoint only answers questions, and each has a limit of time and rows. docs/serve.md says what is where.
    """
    import re

    try:
        from kg.site import server
        from kg.sparql.pool import Limits
    except ModuleNotFoundError as error:
        raise click.ClickException(f"kg serve needs kg[serve]: there is no {error.name}") from None
    if not hasattr(os, "fork"):
        raise click.ClickException("kg serve needs Linux, macOS, or WSL")
    if url and not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?", url, re.ASCII):
        raise click.UsageError("--url is an address, such as https://example.org/kg")
    try:
        framing = server.ancestors(frame_ancestors)
    except ValueError as error:
        raise click.UsageError(f"--frame-ancestors: {error}") from None
    limits = Limits(seconds, rows, workers or Limits.workers)
    options = server.Options(tuple(paths), url, limits, framing, watch, log)
    click.echo("preparing the site and the data", err=True)
    try:
        server.run(options, host, port, lambda words: click.echo(words, err=True))
    except server.Failed as failed:
        click.echo(str(failed), err=True)
        sys.exit(1)


@main.command()
@click.argument("url")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--graph", default="", metavar="IRI", help="Where triples of a file go that names no graph.")
@click.option("--merge", is_flag=True, help="Make the default graph the merge of all that is sent.")
@click.option("--user", default="", metavar="NAME", help="Who asks; the password is in $KG_PASSWORD.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 86400, min_open=True),
    default=300.0,
    show_default=True,
    help="Time limit of a request.",
)
@JSON
def push(url: str, paths: Sequence[str], graph: str, merge: bool, user: str, seconds: float, as_json: bool) -> None:
    """Send named graphs to a SPARQL store elsewhere.

    URL is the address of its Graph Store Protocol, such as http://localhost:7878/store. PATHs are mechanisms, RDF files,
    or one folder of a store that pyoxigraph keeps on disk; by default all of seeds/. Graphs of the same names are
    replaced, others stay. What is there already is not sent again, so a run that broke off is gone on with; at the end
    the store's own count must be ours. docs/scale.md says which store for what.
    """
    import re

    from kg.sparql import NoAnswer
    from kg.sparql.push import Target
    from kg.sparql.push import push as run

    if not re.match(r"https?://[^\s/]", url):
        raise click.UsageError("URL is an address, such as http://localhost:7878/store")
    target = Target(url, seconds, user, os.environ.get("KG_PASSWORD", ""))
    done = []
    try:
        with _progress() as say:
            for one in run(target, paths, graph, merge, say):
                done.append(one._asdict())
                if not as_json:
                    came = f"{one.sent} sent" if one.sent else "there already"
                    say("")
                    click.echo(f"{one.graph or 'the default graph'}: {_n(one.triples, 'triple')}, {came}")
    except NoAnswer as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(done, ensure_ascii=False, indent=1))


# ---------------------------------------------------------------- graphs of any size


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
    help="What runs it; auto: Python if the files are small, else DuckDB.",
)
@click.option("--master", metavar="URL", help="Spark's master [default: local[*]].")
@click.option("--conf", multiple=True, metavar="NAME=VALUE", help="A setting of Spark's.")
@click.option(
    "--memory",
    metavar="SIZE",
    help="What DuckDB may use before it writes to disk [default: 128MB a core]; takes DuckDB.",
)
@click.option(
    "--max-rejects",
    "most",
    default="",
    metavar="N|P%",
    help="Fail, and write only the rejects, if more rows are wrong.",
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

    settings = _settings(conf, "--conf")
    if (master or conf) and engine != "spark":
        raise click.UsageError("--master and --conf go with --engine spark")
    if memory and engine in ("python", "spark"):
        raise click.UsageError("--memory goes with --engine duckdb")
    engine = "duckdb" if memory else engine
    try:
        more = of.prefix_map(prefixes) if prefixes else None
        with _progress() as say:
            done = of.bulk(
                *(nodes, edges, out, engine, packed, most, more, store, master or "local[*]", settings),
                memory or "",
                _Rate(say),
            )
    except (of.TooManyRejects, of.Missing, of.Failed) as error:
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
    size = sum(done.files.values()) / 1e6
    click.echo(
        f"{done.quads:,} quads, {done.asserted:,} edges asserted; {size:,.0f} MB in {done.seconds:.1f} s: {done.folder}"
    )


@main.command()
@click.argument("folder")
@click.argument("node")
@click.option("--steps", type=AT_LEAST_ONE, metavar="N", help="At most so many steps away [default: any].")
@click.option("--back", is_flag=True, help="From where the node is reached, instead.")
@click.option("--most", type=AT_LEAST_ONE, default=100, show_default=True, metavar="N", help="Print so many.")
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
    click.echo(f"{_n(len(found), 'node')}{more}")


def _is_bulk(path: str) -> bool:
    return (Path(path) / "edges-00000.parquet").is_file()


def _graph(folder: str) -> Graph:
    try:
        from kg.bulk.graph import Graph
    except ModuleNotFoundError as error:
        raise click.ClickException(f"this needs {error.name}: pip install 'kg[bulk]'") from None
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


def _print_routes(folder: str, start: str, end: str, longest: int, most: int, as_json: bool) -> None:
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
    click.echo(f"{_n(len(routes), 'route')}{' and more' if capped else ''}. A route is no effect; ? is a step without a sign, ± one with both.")  # fmt: skip


# ---------------------------------------------------------------- printing


class _Rate:
    """Tells of a long run: what is done, how far, rows, rows per second, and the time left where it is known."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say, self.doing, self.since, self.last = say, "", 0.0, 0.0

    def __call__(self, doing: str, part: float, rows: int) -> None:
        import time

        now = time.monotonic()
        if doing != self.doing:
            self.doing, self.since, self.last = doing, now, 0.0
        if now - self.last < 0.2:
            return
        self.last, spent = now, now - self.since
        words = [doing, f"{part:.0%}" if 0 < part <= 1 else "", f"{rows:,} rows" if rows else ""]
        words.append(f"{rows / spent:,.0f} rows/s" if rows and spent > 0.5 else "")
        words.append(f"{spent * (1 - part) / part:.0f} s left" if 0.01 < part < 1 and spent > 1 else "")
        self.say(", ".join(filter(None, words)))


def _print_questions(questions: Iterable[Question]) -> None:
    """The library by topic, each question with what it can be asked about."""
    known = list(questions)
    wide = max((len(one.name) for one in known), default=0)
    for topic in dict.fromkeys(one.topic for one in sorted(known, key=lambda one: one.topic)):
        click.echo(click.style(topic, bold=True))
        for one in known:
            if one.topic == topic:
                given = "".join(f" {p.name}={p.default}" for p in one.parameters)
                click.echo(f"  {one.name:<{wide}}  {one.summary}{click.style(given, dim=True)}")
    click.echo("\nkg ask QUESTION [PATH]... [--with NAME=VALUE]; --explain shows the query and how it works")


def _print_all(over: Sequence[str], endpoint: str, seconds: float, rows: int) -> None:
    """Every question of the library with the rows of its answer; ends the command with 1 if one is not answered."""
    from kg import sparql

    failed = 0
    known = sparql.questions()
    wide = max(map(len, known))
    with sparql.Engine(seconds) if not endpoint else contextlib.nullcontext() as engine:
        if engine:
            engine.load(*over)
        for name in known:
            try:
                answer = (
                    engine.ask(name, rows=rows)
                    if engine
                    else sparql.ask(name, endpoint=endpoint, seconds=seconds, rows=rows)
                )
                found = ("yes" if answer.truth else "no") if answer.truth is not None else _n(len(answer.rows), "row")
                click.echo(f"{name:<{wide}}  {found}" + ", and there are more" * answer.capped)
            except sparql.NoAnswer as error:
                failed += 1
                click.echo(str(error), err=True)
    answered = len(known) - failed
    click.echo(f"{answered} of {_n(len(known), 'question')} answered")
    if failed:
        sys.exit(1)


def _standard_input() -> str:
    """A query from standard input; the line at its end tells it from the name of a question."""
    from kg.sparql import NoAnswer

    try:
        return sys.stdin.buffer.read().decode("utf-8") + "\n"
    except UnicodeDecodeError as error:
        raise NoAnswer("not-text", f"byte {error.start} is no UTF-8", name="-") from None


def _unread(path: str, error: Exception) -> Sequence[Diagnostic]:
    """Why a file could not be read, as complaints."""
    from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location

    if isinstance(error, InvalidMechanism):
        return error.diagnostics
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return [Diagnostic(Location(path, 1, 1), "unreadable", reason)]


def _valid(path: str) -> Mechanism:
    """A mechanism to run, or `all` of seeds/ as one; the complaints end the command if it is not valid."""
    from kg import formats
    from kg.reasoning import conflicts

    if path == conflicts.ALL and not Path(path).exists():
        return conflicts.merge(_valid(str(seed)) for seed in formats.seeds())
    return formats.valid(path)


def _strip(mechanism: Mechanism, cite: str = "") -> None:
    """What kind of source an answer comes from, and how to cite it: no answer is printed without."""
    click.echo(click.style(" · ".join(mechanism.caveats), dim=True))
    click.echo(click.style(f"Cite as {cite or mechanism.cite()}", dim=True))


def _species(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{label} {count}" for label, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def _print_answer(mechanism: Mechanism, answer: causal.Answer) -> None:
    from kg.model import vocabulary
    from kg.reasoning import causal, conflicts

    supports = conflicts.Supports(mechanism)
    given = mechanism.conditions[answer.condition].title if answer.condition else ""
    click.echo(click.style(f"{mechanism.id}: {given or 'what if'}", bold=True))
    click.echo("  set: " + (", ".join(f"{node} {value}" for node, value in answer.settings.items()) or "nothing"))
    if answer.assumptions:
        click.echo("  assumed: " + ", ".join(answer.assumptions))
    for step in answer.changed:
        if step.status == "set":
            continue
        label = mechanism.nodes[step.node].label
        change = f"{causal.shown(step.before)} → {causal.shown(step.after)}"
        observed = f": {', '.join(step.observed)}" if step.observed else ""
        click.echo(f"\n{click.style(label, bold=True)}: {change}    {step.status}{observed}")
        for name, value in answer.disagree.get(step.node, {}).items():
            click.echo(f"    {causal.shown(value)} if {name}")
        for one in step.because:
            edge = mechanism.edge(one.edge)
            mark = "✓" if one.fires else "?" if one.fires is None else "✗"
            claim = vocabulary.claims()[causal.standing(edge)].label if causal.standing(edge) else ""
            tail = f" ({one.why})" if one.why else f" [{claim}]" if claim else ""
            click.echo(f"    {mark} {mechanism.words(edge)}{tail} — {supports.of(edge.name).counts}")
        if step.missing:
            click.echo(f"    open: {'; '.join(step.missing)}")
        elif step.rests_on:
            weakest = vocabulary.claims()[step.weakest].label if step.weakest else "none"
            counted = f"{_n(len(step.rests_on), 'edge')}: {_species(step.species)}"
            click.echo(f"    rests on {counted}; weakest link: {weakest}")
            click.echo(f"    {supports.of(*step.rests_on)}")
            if step.closed:
                causes = ", ".join(mechanism.nodes[node].label for node in step.closed)
                click.echo(f"    and on this, that nothing unlisted causes {causes}")
    if not [step for step in answer.changed if step.status != "set"]:
        click.echo("  nothing else changes")
    click.echo()
    _strip(mechanism, answer.cite)


def _print_conditions(mechanism: Mechanism, rows: Sequence[causal.Row], cite: str) -> None:
    from kg.reasoning import causal

    def cell(by: Mapping[str, causal.Value]) -> str:
        return " | ".join(dict.fromkeys(map(causal.shown, by.values())))

    asked = list(rows[0].values) if rows else []
    lines = [["condition", *(mechanism.nodes[node].label for node in asked)]]
    lines += [[row.title or row.condition, *(cell(row.values[node]) for node in asked)] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for i, line in enumerate(lines):
        text = "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        click.echo(click.style(text, bold=True) if i == 0 else text)
    if any(len(set(by.values())) > 1 for row in rows for by in row.values.values()):
        click.echo(f"a | b: the readings disagree ({', '.join(next(iter(rows[0].values.values())))})")
    _strip(mechanism, cite)


def _print_conflict(one: Conflict) -> None:
    click.echo(click.style(one.title, bold=True))
    for side in one.sides:
        click.echo(f"  {side.mechanism}: {side.words}")
        for line in side.lines:
            click.echo(f"      {line}")
    for name, here, there in one.separated:
        click.echo(f"  {name}: {here} / {there}")
    if one.open:
        click.echo(f"  not stated on both sides: {', '.join(one.open)}")
    if one.because:
        click.echo(f"  {one.because}")
    click.echo()


def _print_fixed_points(
    mechanism: Mechanism,
    condition: str,
    settings: Mapping[str, str],
    reading: str,
    assume: Sequence[str],
    seconds: float,
    as_json: bool,
) -> None:
    from kg.reasoning import causal, exact

    found = exact.fixed_points(mechanism, condition, settings, reading, assume, seconds=seconds)
    if as_json:
        plain = [{n: v if isinstance(v, str) else list(v) for n, v in point.items()} for point in found.points]
        shown = {"fixed_points": plain, "complete": found.complete, "cite": mechanism.cite()}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    limit = "" if found.complete else f" and perhaps more: not decided in {seconds:g} s, or more than can be listed"
    click.echo(f"{_n(len(found.points), 'fixed point')}{limit}")
    same = found.settled()
    for node in mechanism.nodes:
        values = list(dict.fromkeys(causal.shown(point[node]) for point in found.points if node in point))
        mark = "" if node in same or not found.complete else "    differs between them"
        click.echo(f"    {mechanism.nodes[node].label}: {' or '.join(values) or 'none'}{mark}")
    _strip(mechanism)


def _said(mechanism: Mechanism, fact: causal.Input) -> str:
    """A fact that a reason stands on, in words."""
    label = mechanism.nodes[fact.name].label if fact.name in mechanism.nodes else ""
    if fact.kind == "closed":
        return f"nothing unlisted causes {label}"
    if fact.kind == "start":
        return f"{label} starts {fact.value}"
    if fact.kind == "set":
        return f"{label} is set {fact.value}"
    words = mechanism.words(mechanism.edge(fact.name))
    if fact.kind in ("requires", "unless"):
        return f"{words} {fact.kind} {mechanism.nodes[fact.node].label}"
    return words


def _print_why(mechanism: Mechanism, answer: causal.Why, every: bool) -> None:
    from kg.reasoning import causal, conflicts

    supports = conflicts.Supports(mechanism)
    click.echo(click.style(f"{mechanism.nodes[answer.node].label}: {causal.shown(answer.value)}", bold=True))
    for i, reason in enumerate(answer.reasons, 1):
        click.echo(f"\nreason {i} of {len(answer.reasons)}" if every else "\nbecause")
        for fact in reason:
            necessary = "" if fact not in answer.necessary else "  (in every reason)" if every else "  (necessary)"
            counts = f" — {supports.of(fact.name).counts}" if fact.kind in ("edge", "effect") else ""
            click.echo(f"    {_said(mechanism, fact)}{necessary}{counts}")
    if every and not answer.complete:
        click.echo(f"\nthere are more than {len(answer.reasons)} reasons")
    if answer.missing:
        click.echo("\nopen: " + "; ".join(answer.missing))
    if answer.changes:
        click.echo("\nit would change with")
        for settings, then in answer.changes:
            click.echo(
                "    "
                + ", ".join(f"{mechanism.nodes[n].label} {v}" for n, v in settings.items())
                + f": {causal.shown(then)}"
            )
    click.echo()
    _strip(mechanism)


def _why_as_dict(answer: causal.Why) -> dict[str, Any]:
    def plain(facts: Sequence[causal.Input]) -> list[dict[str, str]]:
        return [{key: value for key, value in fact._asdict().items() if value} for fact in facts]

    return {
        "node": answer.node,
        "value": answer.value,
        "reasons": [plain(reason) for reason in answer.reasons],
        "complete": answer.complete,
        "necessary": plain(answer.necessary),
        "changes": [{"set": dict(settings), "then": then} for settings, then in answer.changes],
        "missing": list(answer.missing),
    }


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


def _support(mechanism: Mechanism) -> dict[str, Any]:
    """What each edge rests on, as counts."""
    from kg.reasoning import conflicts

    supports = conflicts.Supports(mechanism)
    return {edge.name: supports.of(edge.name).as_dict() for edge in mechanism.edges}


def _supported(mechanism: Mechanism) -> str:
    """How many edges rest on how many sources, and how many disagreements there are."""
    from collections import Counter

    from kg.reasoning import conflicts

    papers = Counter(mechanism.support(edge).supporting for edge in mechanism.edges)
    counts = [f"{count} on {_n(n, 'source') if n else 'no source'}" for n, count in sorted(papers.items())]
    found = len(conflicts.find([mechanism]))
    return f"edges rest {', '.join(counts)}; {_n(found, 'disagreement')}" + ": `kg conflicts` shows them" * bool(found)


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
            **({"status": one.status} if one.status else {}),
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
