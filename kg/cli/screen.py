"""Screen: every node in turn against the outcomes, and predictions beside published perturbations."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.group import FILE, JSON, main
from kg.cli.printing import number_of, print_credit, print_table, valid_mechanism

if TYPE_CHECKING:
    from kg.model.mechanism import Mechanism
    from kg.reasoning.screens import Comparison, Observation, Outcome, Trial


@main.command()
@click.argument("mech")
@click.option("--in", "condition", default="", metavar="CONDITION", help="On top of a declared condition.")
@click.option(
    "--with",
    "value",
    type=click.Choice(["present", "absent"]),
    default="absent",
    show_default=True,
    help="What each node is set to.",
)
@click.option("--pairs", is_flag=True, help="Every pair of nodes instead.")
@click.option("--observed", type=FILE, metavar="FILE.tsv", help="Compare with published perturbations instead.")
@click.option("--reading", default="", metavar="NAME", help="Only under this reading [default: all of them].")
@click.option("--assume", multiple=True, metavar="NAME", help="Switch on a declared assumption.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, a line for each intervention and outcome.")
@JSON
def screen(
    mech: str,
    condition: str,
    value: str,
    pairs: bool,
    observed: Path | None,
    reading: str,
    assume: Sequence[str],
    as_csv: bool,
    as_json: bool,
) -> None:
    """Set every node in turn, and show what each does to the outcomes.

    With --pairs the table shows only the pairs that do what neither node does alone; CSV and JSON have all. --observed
    takes a tab-separated table with the columns condition, set (NODE=VALUE, several joined by ;), outcome, observed
    (lost, reduced, unchanged or increased) and source, and says where the mechanism agrees, disagrees, or leaves it open.
    """
    from kg.reasoning import screens

    if as_csv and as_json:
        raise click.UsageError("either --csv or --json, not both")
    mechanism = valid_mechanism(mech)
    if observed:
        if condition or pairs or as_csv or value != "absent":
            raise click.UsageError(
                "--observed names conditions and nodes itself: leave out --in, --with, --pairs, --csv"
            )
        seen = screens.read_observed(mechanism, observed)
        found = screens.compare(mechanism, seen, reading, assume)
        if as_json:
            click.echo(json.dumps([one.as_dict() for one in found], ensure_ascii=False, indent=1))
        else:
            _print_comparisons(mechanism, seen, found)
        return
    trials = screens.screen(mechanism, condition, value, pairs, reading, assume)
    if as_json:
        click.echo(json.dumps([trial.as_dict() for trial in trials], ensure_ascii=False, indent=1))
    elif as_csv:
        _print_csv(trials)
    else:
        count, shown = len(trials), trials
        if pairs:
            singles = screens.screen(mechanism, condition, value, False, reading, assume)
            shown = list(screens.together(trials, singles))
        _print_trials(mechanism, [trial for trial in shown if any(one.changed for one in trial.outcomes)])
        _print_rest(mechanism, shown, count, pairs)
        print_credit(mechanism)


def _cell(one: Outcome) -> str:
    from kg.reasoning import whatif

    after = " | ".join(map(whatif.shown, one.each))
    return f"{whatif.shown(one.before)} → {after}" if one.changed else "·"


def _print_trials(mechanism: Mechanism, trials: Collection[Trial]) -> None:
    """The interventions that change an outcome, with each outcome in a column."""
    if not trials:
        return
    heads = [mechanism.nodes[one.node].label for one in next(iter(trials)).outcomes]
    lines = [["set", *heads]]
    for trial in trials:
        settings = ", ".join(f"{mechanism.nodes[node].label} {value}" for node, value in trial.settings.items())
        lines.append([settings, *map(_cell, trial.outcomes)])
    print_table(lines)


def _print_rest(mechanism: Mechanism, shown: Collection[Trial], count: int, pairs: bool) -> None:
    """What was tried and changes nothing, in a line."""
    if pairs:
        click.echo(f"{number_of(count, 'pair')} tried; {len(shown)} do what neither node does alone")
        return
    idle = [trial for trial in shown if not any(one.changed for one in trial.outcomes)]
    labels = ", ".join(mechanism.nodes[node].label for trial in idle for node in trial.settings)
    click.echo(f"{number_of(count, 'node')} tried; {len(idle)} change no outcome" + f": {labels}" * bool(idle))


def _print_csv(trials: Sequence[Trial]) -> None:
    from kg.reasoning import whatif

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["set", "outcome", "before", "after"])
    for trial in trials:
        settings = ";".join(f"{node}={value}" for node, value in trial.settings.items())
        for one in trial.outcomes:
            after = "|".join(map(whatif.shown, one.each))
            out.writerow([settings, one.node, whatif.shown(one.before), after])


def _print_comparisons(mechanism: Mechanism, seen: Sequence[Observation], found: Sequence[Comparison]) -> None:
    """Every observation with its verdict, and the reason wherever it is not agreement."""
    from kg.reasoning import screens

    for one in found:
        settings = ", ".join(
            f"{mechanism.nodes[node].label} {value}" for node, value in one.observation.settings.items()
        )
        given = mechanism.conditions[one.observation.condition].title if one.observation.condition else "start"
        label = mechanism.nodes[one.observation.outcome].label
        source = f" ({one.observation.source})" if one.observation.source else ""
        click.echo(f"{one.verdict}: {given}, {settings}: {label} {one.observation.observed}{source}")
        if one.reason:
            click.echo(f"    predicted {one.predicted}: {one.reason}")
    counts = [f"{sum(one.verdict == verdict for one in found)} {verdict}" for verdict in screens.VERDICTS]
    click.echo(f"{number_of(len(found), 'observation')}: {', '.join(counts)}")
    if seen:
        answer, often = screens.constant(seen)
        click.echo(f"always predicting “{answer}” would agree {number_of(often, 'time')}")
    print_credit(mechanism)
