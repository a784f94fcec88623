"""Compare: conflicts, gaps, diff."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.group import JSON, main
from kg.cli.printing import Progress, number_of, print_credit, valid_mechanisms

if TYPE_CHECKING:
    from kg.reasoning.conflict import Conflict


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@JSON
def conflicts(paths: Sequence[str], as_json: bool) -> None:
    """Show where mechanisms, or their sources, disagree, and what separates the sides.

    Opposite signs on one pair, different predictions, disputed statements, human statements on animal evidence,
    statements firmer than their source, and two sources that are one paper; over all of seeds/ unless PATHs are given.
    Nothing is resolved: direct disagreement comes first, then what is possible, then what something stated separates.
    """
    from kg.reasoning import disagreements
    from kg.reasoning.conflict import VERDICTS

    parts = valid_mechanisms(paths)
    found = disagreements.conflicts([part for one in parts for part in one.parts])
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        _print_conflict(one)
    counts = [(sum(one.verdict == verdict for one in found), verdict) for verdict in VERDICTS]
    click.echo("; ".join(f"{n} {verdict}" for n, verdict in counts if n) or "no disagreement was found")
    for part in parts:
        print_credit(part)


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@JSON
def gaps(paths: Sequence[str], as_json: bool) -> None:
    """Show what evidence would settle most: what is missing, by how many outcomes depend on it.

    Lists unknowns that leave an outcome undecided, starting states that are not stated, edges supported only by an inference or
    by one source that reports a study at second hand, edges that no expectation tests, and species that are not stated. Covers
    all of seeds/ unless PATHs are given. Outcomes are counted, not weighted.
    """
    from kg.reasoning import gaps

    parts = valid_mechanisms(paths)
    found = gaps.gaps(part for one in parts for part in one.parts)
    if as_json:
        click.echo(json.dumps([gap.as_dict() for gap in found], ensure_ascii=False, indent=1))
        return
    for mechanism, on in dict.fromkeys((gap.mechanism, gap.labels) for gap in found):
        some = [gap for gap in found if (gap.mechanism, gap.labels) == (mechanism, on)]
        click.secho(f"{mechanism}: gaps that affect {', '.join(on) or 'no outcome'}", bold=True)
        for kind, title in gaps.KINDS.items():
            of_kind = [gap for gap in some if gap.kind == kind]
            if of_kind:
                click.echo(f"  {title}")
            for gap in of_kind:
                click.echo(f"    {gap.words} ({gap.about})")
    click.echo(number_of(len(found), "gap") if found else "no gap was found")
    for part in parts:
        print_credit(part)


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
    from kg.model import files
    from kg.review import diff

    with Progress() as say:
        found = diff.diff(old, new, say)
    if page:
        files.write(Path(page), diff.html(found))
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1) if as_json else found.text(), nl=as_json)


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
