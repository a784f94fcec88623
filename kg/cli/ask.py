"""Ask: SPARQL, ready questions or one's own."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from kg.cli.group import main, settings_of
from kg.cli.printing import number_of

if TYPE_CHECKING:
    from kg.sparql import Question


@main.command()
@click.argument("question", required=False)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--with", "given", multiple=True, metavar="NAME=VALUE", help="A parameter of the question.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "tsv", "json", "turtle"]),
    help="How to print the answer [default: table, or turtle for a graph]. CSV holds values as they are.",
)
@click.option("--safe", is_flag=True, help="In CSV, put ' before a value that a spreadsheet would run, such as =1+1.")
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead.")
@click.option(
    "--seconds", type=click.FloatRange(0, 86400, min_open=True), default=30.0, show_default=True, help="Time limit."
)
@click.option("--rows", type=click.IntRange(1), default=10_000, show_default=True, help="Print at most this many rows.")
@click.option("--explain", is_flag=True, help="Print the query and how it works, and do not run it.")
@click.option(
    "--all", "every", is_flag=True, help="Ask every question of the library, and print how many rows each gives."
)
def ask(
    question: str | None,
    paths: Sequence[str],
    given: Sequence[str],
    form: str | None,
    safe: bool,
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
        if given or form or safe or explain:
            raise click.UsageError("--all takes no --with, --format, --safe or --explain")
        _print_all(over, endpoint or "", seconds, rows)
        return
    if safe and form != "csv":
        raise click.UsageError("--safe is for --format csv")
    if question is None:
        _print_questions(sparql.questions().values())
        return
    if endpoint and paths:
        raise click.UsageError("either PATHs are asked or an --endpoint, not both")
    pairs = settings_of(given, "--with")
    try:
        text = _standard_input() if question == "-" else question
        if explain:
            click.echo(sparql.explained(text, pairs), nl=False)
            return
        table = form in (None, "table")
        answer = sparql.ask(
            text, *paths, given=pairs, endpoint=endpoint or "", seconds=seconds, rows=rows, labels=table
        )
        click.echo(answer.text(form or "", shutil.get_terminal_size((100, 24)).columns, safe), nl=False)
    except sparql.NoAnswer as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for hint in answer.hints:
        click.echo(f"kg: {hint}", err=True)
    if answer.capped:
        click.echo(f"kg: these are the first {len(answer.rows)} rows; there are more: --rows N", err=True)
    if form == "csv" and not safe and answer.formulas:
        values = number_of(answer.formulas, "value")
        click.echo(
            f"kg: a spreadsheet would run {values} that begin with =, +, - or @: --safe puts ' before them", err=True
        )
    if form in ("csv", "tsv") or (table and not answer.turtle):  # JSON and Turtle hold it themselves
        for line in answer.about:
            click.echo(click.style(line, dim=True), err=not table)


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
                found = (
                    ("yes" if answer.truth else "no")
                    if answer.truth is not None
                    else number_of(len(answer.rows), "row")
                )
                click.echo(f"{name:<{wide}}  {found}" + ", and there are more" * answer.capped)
            except sparql.NoAnswer as error:
                failed += 1
                click.echo(str(error), err=True)
    answered = len(known) - failed
    click.echo(f"{answered} of {number_of(len(known), 'question')} answered")
    if failed:
        sys.exit(1)


def _standard_input() -> str:
    """A query from standard input; the line at its end tells it from the name of a question."""
    from kg.sparql import NoAnswer

    try:
        return sys.stdin.buffer.read().decode("utf-8") + "\n"
    except UnicodeDecodeError as error:
        raise NoAnswer("not-text", f"byte {error.start} is not UTF-8", name="-") from None
