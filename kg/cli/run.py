"""Run: whatif, why, paths, discriminate."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from kg.cli.exchange import is_bulk, print_bulk_routes
from kg.cli.group import AT_LEAST_ONE, JSON, main, settings_of
from kg.cli.printing import number_of, print_credit, valid_mechanism

if TYPE_CHECKING:
    from kg.model.mechanism import Mechanism
    from kg.reasoning.network import Input, Value
    from kg.reasoning.reasons import Why
    from kg.reasoning.whatif import Answer, Row


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
    from kg.reasoning import disagreements, whatif

    mechanism = valid_mechanism(mech)
    if conditions:
        if condition or fixed:
            raise click.UsageError("--conditions shows every condition: leave out --in and --fixed-points")
        more = settings_of(settings)
        rows = whatif.table(mechanism, assume, reading, more)
        asked = bool(more or reading or assume)
        cite = whatif.cited(mechanism, more, reading, assume) if asked else mechanism.cite("run")
        if as_json:
            plain = {
                row.condition: {n: {r: whatif.shown(v) for r, v in by.items()} for n, by in row.values.items()}
                for row in rows
            }
            click.echo(json.dumps({**plain, "cite": cite}, ensure_ascii=False, indent=1))
        else:
            _print_conditions(mechanism, rows, cite)
        return
    if fixed:
        _print_fixed_points(mechanism, condition, settings_of(settings), reading, assume, seconds, as_json)
        return
    answer = whatif.whatif(mechanism, condition, settings_of(settings), reading, assume)
    if as_json:
        supports, shown = disagreements.Supports(mechanism), answer.as_dict()
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
    from kg.reasoning import reasons

    mechanism = valid_mechanism(mech)
    answer = reasons.why(mechanism, node, condition, settings_of(settings), reading, assume, 50 if every else 1)
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

    from kg.reasoning import disagreements, merge, routes

    if is_bulk(mech):
        if also:
            raise click.UsageError("--with goes with mechanisms, not with a folder of `kg bulk`")
        print_bulk_routes(mech, start, end, longest or 0, most, as_json)
        return
    mechanism = merge.merge(map(valid_mechanism, (mech, *also))) if also else valid_mechanism(mech)
    if isinstance(mechanism, merge.Union):
        start, end = (mechanism.keys.get(name, name) for name in (start, end))
    found = routes.routes(mechanism, start, end, longest or 0)
    supports = disagreements.Supports(mechanism)
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
        f"{number_of(len(rows), 'route')}{' and more' if capped else ''}; {word[net]}. A route is no effect: ask `kg whatif`."
    )


def _species(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{label} {count}" for label, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def _print_answer(mechanism: Mechanism, answer: Answer) -> None:
    from kg.model import vocabulary
    from kg.reasoning import disagreements, whatif

    supports = disagreements.Supports(mechanism)
    given = mechanism.conditions[answer.condition].title if answer.condition else ""
    click.echo(click.style(f"{mechanism.id}: {given or 'what if'}", bold=True))
    click.echo("  set: " + (", ".join(f"{node} {value}" for node, value in answer.settings.items()) or "nothing"))
    if answer.assumptions:
        click.echo("  assumed: " + ", ".join(answer.assumptions))
    for step in answer.changed:
        if step.status == "set":
            continue
        label = mechanism.nodes[step.node].label
        change = f"{whatif.shown(step.before)} → {whatif.shown(step.after)}"
        observed = f": {', '.join(step.observed)}" if step.observed else ""
        click.echo(f"\n{click.style(label, bold=True)}: {change}    {step.status}{observed}")
        for name, value in answer.disagree.get(step.node, {}).items():
            click.echo(f"    {whatif.shown(value)} if {name}")
        for one in step.because:
            edge = mechanism.edge(one.edge)
            mark = "✓" if one.fires else "?" if one.fires is None else "✗"
            claim = vocabulary.claims()[whatif.acting_claim(edge)].label if whatif.acting_claim(edge) else ""
            tail = f" ({one.why})" if one.why else f" [{claim}]" if claim else ""
            click.echo(f"    {mark} {mechanism.words(edge)}{tail} — {supports.of(edge.name).counts}")
        if step.missing:
            click.echo(f"    open: {'; '.join(step.missing)}")
        elif step.rests_on:
            weakest = vocabulary.claims()[step.weakest].label if step.weakest else "none"
            edges = f"{number_of(len(step.rests_on), 'edge')}: {_species(step.species)}"
            click.echo(f"    rests on {edges}; weakest link: {weakest}")
            click.echo(f"    {supports.of(*step.rests_on)}")
            if step.closed:
                causes = ", ".join(mechanism.nodes[node].label for node in step.closed)
                click.echo(f"    and on this, that nothing unlisted causes {causes}")
    if not [step for step in answer.changed if step.status != "set"]:
        click.echo("  nothing else changes")
    click.echo()
    print_credit(mechanism, answer.cite)


def _print_conditions(mechanism: Mechanism, rows: Sequence[Row], cite: str) -> None:
    from kg.reasoning import whatif

    def cell(by: Mapping[str, Value]) -> str:
        return " | ".join(dict.fromkeys(map(whatif.shown, by.values())))

    asked = list(rows[0].values) if rows else []
    lines = [["condition", *(mechanism.nodes[node].label for node in asked)]]
    lines += [[row.title or row.condition, *(cell(row.values[node]) for node in asked)] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for i, line in enumerate(lines):
        text = "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        click.echo(click.style(text, bold=True) if i == 0 else text)
    if any(len(set(by.values())) > 1 for row in rows for by in row.values.values()):
        click.echo(f"a | b: the readings disagree ({', '.join(next(iter(rows[0].values.values())))})")
    print_credit(mechanism, cite)


def _print_fixed_points(
    mechanism: Mechanism,
    condition: str,
    settings: Mapping[str, str],
    reading: str,
    assume: Sequence[str],
    seconds: float,
    as_json: bool,
) -> None:
    from kg.reasoning import exact, whatif

    found = exact.fixed_points(mechanism, condition, settings, reading, assume, seconds=seconds)
    if as_json:
        plain = [{n: v if isinstance(v, str) else list(v) for n, v in point.items()} for point in found.points]
        shown = {"fixed_points": plain, "complete": found.complete, "cite": mechanism.cite()}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    limit = "" if found.complete else f" and perhaps more: not decided in {seconds:g} s, or more than can be listed"
    click.echo(f"{number_of(len(found.points), 'fixed point')}{limit}")
    same = found.settled()
    for node in mechanism.nodes:
        values = list(dict.fromkeys(whatif.shown(point[node]) for point in found.points if node in point))
        mark = "" if node in same or not found.complete else "    differs between them"
        click.echo(f"    {mechanism.nodes[node].label}: {' or '.join(values) or 'none'}{mark}")
    print_credit(mechanism)


def _said(mechanism: Mechanism, fact: Input) -> str:
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


def _print_why(mechanism: Mechanism, answer: Why, every: bool) -> None:
    from kg.reasoning import disagreements, whatif

    supports = disagreements.Supports(mechanism)
    click.echo(click.style(f"{mechanism.nodes[answer.node].label}: {whatif.shown(answer.value)}", bold=True))
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
                + f": {whatif.shown(then)}"
            )
    click.echo()
    print_credit(mechanism)


def _why_as_dict(answer: Why) -> dict[str, Any]:
    def plain(facts: Sequence[Input]) -> list[dict[str, str]]:
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
