"""Answers in words: what follows, why, and what comes out under each condition."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from kg.cli.printing import number_of, print_credit, print_table

if TYPE_CHECKING:
    from kg.model.mechanism import Mechanism
    from kg.reasoning.disagreements import Supports
    from kg.reasoning.meetings import Meeting
    from kg.reasoning.network import Input
    from kg.reasoning.reasons import Why
    from kg.reasoning.routes import Route
    from kg.reasoning.whatif import ConditionRow, Step, WhatIf


def _species(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{label} {count}" for label, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def print_answer(mechanism: Mechanism, answer: WhatIf) -> None:
    """Every outcome with one line of why, then what else changes, one line each."""
    from kg.reasoning import whatif

    _print_question(mechanism, answer)
    for step in answer.outcomes:
        _print_change(mechanism, answer, step)
        if step.status != "set":
            click.echo(f"    {whatif.why_in_a_line(mechanism, answer, step)}")
    outcomes = {step.node for step in answer.outcomes}
    others = [step for step in answer.changed if step.node not in outcomes and step.status != "set"]
    if others:
        click.echo("\nalso changed" if outcomes else "")
    for step in others:
        _print_change(mechanism, answer, step, "    " if outcomes else "")
    _print_meetings(mechanism, answer, [step.opposed for step in answer.outcomes])
    same = len(answer.values) - len(outcomes | {step.node for step in answer.changed})
    click.echo(f"\nunchanged: {number_of(same, 'other node')}. --explain shows each step with its edges and sources.")
    print_credit(mechanism, answer.cite)


def _print_meetings(mechanism: Mechanism, answer: WhatIf, told: Iterable[Sequence[Meeting]]) -> None:
    """Where else opposite edges meet."""
    from kg.reasoning import meetings

    known = {one for some in told for one in some}
    others = [one for one in answer.opposed if one not in known]
    if others:
        click.echo("\nopposite edges meet")
    for one in others:
        click.echo(f"    {mechanism.nodes[one.node].label}: {meetings.in_words(mechanism, one)}")


def _print_question(mechanism: Mechanism, answer: WhatIf) -> None:
    """What was set, and what the answer is compared with."""
    from kg.reasoning import whatif

    def title(condition: str) -> str:
        return mechanism.conditions[condition].title or condition

    given: Mapping[str, str] = mechanism.conditions[answer.condition].values if answer.condition else {}
    later = [f"{mechanism.nodes[node].label} {value}" for node, value in answer.then.items()]
    on_top = [
        f"{mechanism.nodes[node].label} {value}" for node, value in answer.settings.items() if given.get(node) != value
    ]
    on_top = [words for words in on_top if words not in later]
    asked = ([title(answer.condition)] if answer.condition else []) + on_top
    then = f"; then {', '.join(later)}" if later else ""
    click.echo(click.style(f"{mechanism.id}: {', '.join(asked) or 'nothing set'}{then}", bold=True))
    if answer.assumptions:
        click.echo("  assumed: " + ", ".join(answer.assumptions))
    against = answer.compared_with
    words = "where that run ended" if against == whatif.BEFORE else "the starting state"
    click.echo(f"  compared with {title(against) if against in mechanism.conditions else words}")
    if answer.context:
        click.echo(f"  in this context: {answer.context}")
    reasons = {"left out": "all that supports it was seen in another context", "contested": "sources disagree on it"}
    for verdict, reason in reasons.items():
        fates = [one for one in answer.fates if one.verdict == verdict]
        if fates:
            click.echo(f"  {verdict}, since {reason}:")
        for one in fates:
            needed = f" requires {mechanism.nodes[one.node].label}" if one.node else ""
            click.echo(f"    {mechanism.words(mechanism.edge(one.edge))}{needed} ({one})")


def _print_change(mechanism: Mechanism, answer: WhatIf, step: Step, indent: str = "") -> None:
    """A node with its value before and after, and whether that was observed or is predicted."""
    from kg.model import vocabulary
    from kg.reasoning import whatif

    by = answer.disagree.get(step.node, {})
    after = " | ".join(dict.fromkeys(map(whatif.shown, by.values()))) or whatif.shown(step.after)
    before = whatif.shown(step.before)
    change = f"{after}, unchanged" if before == after else f"{before} → {after}"
    observed = f": {', '.join(step.observed)}" if step.observed else ""
    weakest = f"; weakest link: {vocabulary.claims()[step.weakest].label}" if step.weakest and not indent else ""
    label = click.style(mechanism.nodes[step.node].label, bold=True)
    click.echo(f"{indent}{label}: {change}    {step.status}{observed}{weakest}")


def explain_answer(mechanism: Mechanism, answer: WhatIf) -> None:
    """Each outcome and each change with the edges that decide it, and all that these rest on."""
    from kg.reasoning import disagreements

    supports = disagreements.supports(mechanism)
    _print_question(mechanism, answer)
    click.echo("  set: " + (", ".join(f"{node} {value}" for node, value in answer.settings.items()) or "nothing"))
    outcomes = {step.node for step in answer.outcomes}
    steps = [*answer.outcomes, *(step for step in answer.changed if step.node not in outcomes)]
    for step in steps:
        if step.status != "set":
            click.echo()
            _print_change(mechanism, answer, step)
            _print_grounds(mechanism, answer, step, supports)
    _print_meetings(mechanism, answer, [step.opposed for step in steps])
    if not [step for step in answer.changed if step.status != "set"]:
        click.echo("\nnothing else changes")
    click.echo()
    print_credit(mechanism, answer.cite)


def _print_grounds(mechanism: Mechanism, answer: WhatIf, step: Step, supports: Supports) -> None:
    """The edges into a node, and what its value rests on."""
    from kg.model import vocabulary
    from kg.reasoning import meetings, whatif

    for name, value in answer.disagree.get(step.node, {}).items():
        click.echo(f"    {whatif.shown(value)} if {name}")
    for one in step.because:
        edge = mechanism.edge(one.edge)
        mark = "✓" if one.fires else "?" if one.fires is None else "✗"
        claim = vocabulary.claims()[whatif.acting_claim(edge)].label if whatif.acting_claim(edge) else ""
        tail = f" ({one.why})" if one.why else f" [{claim}]" if claim else ""
        click.echo(f"    {mark} {mechanism.words(edge)}{tail} — {supports.of(edge.name).counts}")
    for meeting in step.opposed:
        click.echo(f"    {meetings.in_words(mechanism, meeting)}")
    missing = meetings.otherwise(step.missing, step.opposed)
    if missing:
        click.echo(f"    undecided: {'; '.join(missing)}")
    elif step.rests_on:
        species = f": {_species(step.species)}" if step.species else ""
        click.echo(f"    depends on {number_of(len(step.rests_on), 'edge')}{species}")
        click.echo(f"    {supports.of(*step.rests_on)}")
        if step.closed:
            causes = ", ".join(mechanism.nodes[node].label for node in step.closed)
            click.echo(f"    and assumes that nothing unlisted causes {causes}")


def print_conditions(mechanism: Mechanism, rows: Sequence[ConditionRow], cite: str) -> None:
    from kg.reasoning import whatif

    def cell(row: ConditionRow, node: str) -> str:
        said = " | ".join(dict.fromkeys(map(whatif.shown, row.values[node].values())))
        return f"{whatif.MARKS[row.status[node]]} {said}"

    asked = list(rows[0].values) if rows else []
    lines = [["condition", *(f"  {mechanism.nodes[node].label}" for node in asked)]]
    lines += [[row.title or row.condition, *(cell(row, node) for node in asked)] for row in rows]
    print_table(lines)
    used = {status for row in rows for status in row.status.values()}
    readings = f" ({', '.join(next(iter(rows[0].values.values())))})" if asked else ""
    for status, mark in whatif.MARKS.items():
        if status in used:
            click.echo(f"{mark} {status}{readings if status == 'readings disagree' else ''}")
    print_credit(mechanism, cite)


def print_fixed_points(
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


def print_why(mechanism: Mechanism, answer: Why, every: bool, opposed: Sequence[Meeting] = ()) -> None:
    from kg.reasoning import derivation, disagreements, meetings, whatif

    supports = disagreements.supports(mechanism)
    click.echo(click.style(f"{mechanism.nodes[answer.node].label}: {whatif.shown(answer.value)}", bold=True))
    for i, reason in enumerate(answer.reasons, 1):
        click.echo(f"\nreason {i} of {len(answer.reasons)}" if every else "\nbecause")
        for fact in derivation.by_cause(mechanism, reason):
            necessary = "" if fact not in answer.necessary else "  (in every reason)" if every else "  (necessary)"
            counts = f" — {supports.of(fact.name).counts}" if fact.kind in ("edge", "effect") else ""
            click.echo(f"    {derivation.in_words(mechanism, fact)}{necessary}{counts}")
    if every and not answer.complete:
        click.echo(f"\nthere are more than {len(answer.reasons)} reasons")
    for one in opposed:
        click.echo(f"\n{meetings.in_words(mechanism, one)}")
    missing = meetings.otherwise(answer.missing, opposed)
    if missing:
        click.echo(f"\nopen: {'; '.join(missing)}")
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


def why_as_dict(mechanism: Mechanism, answer: Why, opposed: Sequence[Meeting] = ()) -> dict[str, Any]:
    from kg.reasoning import derivation, meetings

    def plain(facts: Sequence[Input]) -> list[dict[str, str]]:
        return [
            {key: value for key, value in fact._asdict().items() if value}
            for fact in derivation.by_cause(mechanism, facts)
        ]

    return {
        "node": answer.node,
        "value": answer.value,
        "reasons": [plain(reason) for reason in answer.reasons],
        "complete": answer.complete,
        "necessary": plain(answer.necessary),
        "changes": [{"set": dict(settings), "then": then} for settings, then in answer.changes],
        "missing": list(answer.missing),
        "opposed": [{**one._asdict(), "words": meetings.in_words(mechanism, one)} for one in opposed],
    }


def print_routes(mechanism: Mechanism, found: Sequence[Route], net: str, capped: bool) -> None:
    """Each route with its sign and its weakest step, then what the signs come to."""
    from kg.reasoning import routes, whatif

    for route, through in zip(found, routes.apart(mechanism, found), strict=True):
        step, claim, sources = routes.weakest_hop(mechanism, route)
        counted = f"{number_of(sources, 'source') if sources else 'no source'}, " if claim else ""
        rests = counted + whatif.claim_label(claim)
        weakest = routes.in_words(mechanism, routes.Route((step,)))
        sign = "+" if route.sign > 0 else "−"
        click.echo(f"{sign}  {routes.in_words(mechanism, route)}")
        if through:
            click.echo(f"   through {', '.join(through)}")
        click.echo(f"   weakest step: {weakest} ({rests})")
    word = {
        "none": "there is no signed route",
        "mixed": "their signs differ",
        "+": "all are positive",
        "-": "all are negative",
        "unknown": "the routes shown have one sign; others were not examined",
    }
    more = " and more" if capped else ""
    click.echo(
        f"{number_of(len(found), 'route')}{more}; {word[net]}. A route alone does not predict an effect: ask `kg whatif`."
    )


def print_spine(mechanism: Mechanism, as_json: bool) -> None:
    """The main line, a step a line, each with its claim and its sources."""
    from kg.reasoning import routes, whatif
    from kg.reasoning.network import QueryError

    steps = routes.spine(mechanism)
    if not steps:
        raise QueryError(f"{mechanism.id} declares no main line: `spine:` lists its edges")
    if as_json:
        click.echo(json.dumps([step._asdict() for step in steps], ensure_ascii=False, indent=1))
        return
    rows = [("", "step", "claim", "supported by")]
    for number, step in enumerate(steps, 1):
        label = whatif.claim_label(step.claim)
        sources = number_of(step.sources, "source") if step.sources else "no source"
        words = mechanism.words(mechanism.edge(step.edge))
        rows.append((f"{number}", words if step.leads_on else f"↳ {words}", label, sources))
    print_table(rows)
    click.echo(
        "\n↳ acts on the node that the line has reached. A route alone does not predict an effect: ask `kg whatif`."
    )
    print_credit(mechanism)


def print_routes_as_json(mechanism: Mechanism, found: Sequence[Route], net: str, capped: bool) -> None:
    from kg.reasoning import disagreements, routes

    supports = disagreements.supports(mechanism)
    rows = []
    for route in found:
        hop, claim, sources = routes.weakest_hop(mechanism, route)
        rows.append(
            {
                "edges": list(route.edges),
                "steps": [one._asdict() for one in route.hops],
                "sign": "+" if route.sign > 0 else "-",
                "weakest": {**hop._asdict(), "claim": claim, "sources": sources},
                "support": supports.of(*route.edges).as_dict(),
            }
        )
    click.echo(json.dumps({"routes": rows, "net": net, "capped": capped}, ensure_ascii=False, indent=1))
