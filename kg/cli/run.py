"""Run: whatif, why, paths, discriminate."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import click

from kg.cli.answers import (
    explain_answer,
    print_answer,
    print_conditions,
    print_fixed_points,
    print_routes,
    print_routes_as_json,
    print_spine,
    print_why,
    why_as_dict,
)
from kg.cli.exchange import is_bulk, print_bulk_routes
from kg.cli.group import AT_LEAST_ONE, FROM, JSON, main, settings_of
from kg.cli.printing import print_credit, valid_mechanism


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
            click.option(
                "--then",
                multiple=True,
                metavar="NODE=VALUE",
                help="Set this in a second run, which starts where the first ended.",
            ),
            click.option(
                "--context",
                multiple=True,
                metavar="KIND=VALUE",
                help="Ask in this context, such as cell=macrophage or species=mouse.",
            ),
            JSON,
        )
    ):
        command = option(command)
    return command


@main.command()
@_asking
@click.option(
    "--against",
    default="",
    metavar="start|CONDITION",
    help="Compare with this [default: with --in where --set is given, else with the start].",
)
@FROM
@click.option("--explain", is_flag=True, help="Print every step with its edges, sources and species.")
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
    then: Sequence[str],
    context: Sequence[str],
    as_json: bool,
    against: str,
    source: str,
    explain: bool,
    conditions: bool,
    fixed: bool,
    seconds: float,
) -> None:
    """Show what follows if nodes are given, missing or changed.

    Compares what is set on top of --in with that condition, all else with the starting state. Prints every outcome with
    why, then what else changes in the order in which it follows. Under every reading, unless one is named. NODE is a
    key, a label, or a name or identifier of its term. With --then a second run starts from where the first one ended, and
    is compared with it: does a loop sustain itself once it is started? In a context, edges that were seen in another
    one only are left out, and the answer names them.
    """
    from kg.reasoning import asked, disagreements, whatif

    mechanism = valid_mechanism(mech, source)
    if conditions:
        if condition or fixed or then or context:
            raise click.UsageError(
                "--conditions shows every condition: leave out --in, --then, --context and --fixed-points"
            )
        more = asked.keyed(mechanism, settings_of(settings))
        rows = whatif.table(mechanism, assume, reading, more)
        narrowed = bool(more or reading or assume)
        cite = whatif.cited(mechanism, more, reading, assume) if narrowed else mechanism.cite("run")
        if as_json:
            plain = {
                row.condition: {n: {r: whatif.shown(v) for r, v in by.items()} for n, by in row.values.items()}
                for row in rows
            }
            status = {row.condition: dict(row.status) for row in rows}
            click.echo(json.dumps({**plain, "status": status, "cite": cite}, ensure_ascii=False, indent=1))
        else:
            print_conditions(mechanism, rows, cite)
        return
    if fixed:
        values = asked.keyed(mechanism, settings_of(settings))
        print_fixed_points(mechanism, condition, values, reading, assume, seconds, as_json)
        return
    later = settings_of(then, "--then")
    asked_in = settings_of(context, "--context")
    answer = whatif.whatif(
        mechanism, condition, settings_of(settings), reading, assume, against, then=later, context=asked_in
    )
    if as_json:
        supports, shown = disagreements.supports(mechanism), answer.as_dict()
        for step in shown["because"].values():
            step["support"] = supports.of(*step["rests_on"]).as_dict() if step["rests_on"] else None
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        (explain_answer if explain else print_answer)(mechanism, answer)


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
    then: Sequence[str],
    context: Sequence[str],
    as_json: bool,
    every: bool,
) -> None:
    """Show what a node's value stands on, and what would change it.

    A reason is a smallest set of facts that forces the value whatever else is unknown: edges, requirements, starting
    values, settings, and that nothing unlisted causes a node. Causes come before what follows from them. NODE is a key,
    a label, or a name or identifier of its term.
    """
    from kg.reasoning import asked, reasons, whatif

    mechanism = valid_mechanism(mech)
    values = asked.keyed(mechanism, settings_of(settings))
    node = asked.key_of(mechanism, node)
    later = asked.keyed(mechanism, settings_of(then, "--then")) or None
    asked_in = settings_of(context, "--context")
    most = 50 if every else 1
    answer = reasons.why(mechanism, node, condition, values, reading, assume, most, later, asked_in)
    opposed = whatif.opposed_at(mechanism, node, condition, values, reading, assume, later, asked_in)
    if as_json:
        click.echo(
            json.dumps(
                {**why_as_dict(mechanism, answer, opposed), "cite": mechanism.cite()}, ensure_ascii=False, indent=1
            )
        )
    else:
        print_why(mechanism, answer, every, opposed)


@main.command()
@click.argument("mech")
@click.option("--assume", multiple=True, metavar="NAME", help="Switch on a declared assumption.")
@JSON
def discriminate(mech: str, assume: Sequence[str], as_json: bool) -> None:
    """Find the experiment that would tell the readings apart.

    Prints the smallest interventions after which the readings predict different outcomes.
    """
    from kg.reasoning import experiments, whatif

    mechanism = valid_mechanism(mech)
    found = experiments.discriminate(mechanism, assume)
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
                + ", ".join(f"{whatif.shown(v)} ({name})" for name, v in by.items())
            )
    print_credit(mechanism)


@main.command()
@click.argument("mech")
@click.argument("start", metavar="[FROM", default="")
@click.argument("end", metavar="TO]", default="")
@click.option("--spine", is_flag=True, help="Print the main line that the file declares, instead of FROM and TO.")
@click.option("--with", "also", multiple=True, metavar="MECH", help="Also use this mechanism.")
@click.option("--longest", type=AT_LEAST_ONE, metavar="N", help="Only routes of at most N edges [default: any].")
@click.option(
    "--most", type=AT_LEAST_ONE, default=100, show_default=True, metavar="N", help="Stop after this many routes."
)
@JSON
def paths(
    mech: str,
    start: str,
    end: str,
    spine: bool,
    also: Sequence[str],
    longest: int | None,
    most: int,
    as_json: bool,
) -> None:
    """List every signed route between two nodes, shortest first.

    A route leads along edges, and through what an edge requires or must not meet. With each stands its weakest step. A
    route is no effect: other brakes and requirements lie along it; `kg whatif` says what follows. Through several
    mechanisms, named by --with, or all of seeds/ with `kg paths all FROM TO`, a node may be called as MECH.KEY, too. With
    --spine it is the main line that the file declares, with the claim of each step. Of a
    folder that `kg bulk` wrote, only the shortest routes are listed unless --longest is given, and nodes are called by ids.
    """
    import itertools

    from kg.reasoning import merge, routes

    if spine == bool(end) or (spine and start):
        raise click.UsageError("write FROM and TO, or --spine")
    if spine:
        print_spine(valid_mechanism(mech), as_json)
        return
    if is_bulk(mech):
        if also:
            raise click.UsageError("--with goes with mechanisms, not with a folder of `kg bulk`")
        print_bulk_routes(mech, start, end, longest or 0, most, as_json)
        return
    mechanism = merge.merge(map(valid_mechanism, (mech, *also))) if also else valid_mechanism(mech)
    every = routes.routes(mechanism, start, end, longest or 0)
    found = list(itertools.islice(every, most))
    capped = next(every, None) is not None
    net = routes.net_sign(found)
    net = "unknown" if capped and net in "+-" else net  # of the others nothing is known
    if as_json:
        print_routes_as_json(mechanism, found, net, capped)
    else:
        print_routes(mechanism, found, net, capped)
        if isinstance(mechanism, merge.Union) and not found:
            for name in (start, end):
                if others := mechanism.also_called(mechanism.find(name).key):
                    said = f"{name} is a node of one mechanism; others have their own: {', '.join(others)}"
                    click.echo(said, err=True)
