"""Expectations, run under every reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kg.checks.rules import error, warning
from kg.model import vocabulary
from kg.model.diagnostics import Diagnostic
from kg.model.mechanism import Mechanism
from kg.reasoning import derivation, expectations, experiments, network, whatif
from kg.reasoning.reasons import Reasons, why


@dataclass(frozen=True)
class ExpectationRuns:
    """What became of the expectations when the mechanism was run under each of its readings."""

    expectations: int = 0
    held: int = 0  # under every reading
    readings: int = 0
    inferred: tuple[str, ...] = ()  # expectations that hold only by way of a curator's inference
    unpinned: tuple[str, ...] = ()  # executing edges without which every expectation comes out as it did
    not_run: str = ""  # why nothing was run

    def __str__(self) -> str:
        if self.not_run:
            return f"no expectation was run: {self.not_run}"
        under = f"under {self.readings} readings" if self.readings > 1 else "when run"
        lines = [f"{self.held} of {self.expectations} expectations hold {under}"]
        if self.inferred:
            lines.append(f"{len(self.inferred)} depend on an inference by the curator: {', '.join(self.inferred)}")
        if self.unpinned:
            lines.append(f"{len(self.unpinned)} edges are not tested by any expectation: {', '.join(self.unpinned)}")
        return "\n  ".join(lines)


def executed(m: Mechanism) -> tuple[list[Diagnostic], ExpectationRuns]:
    """Every expectation under every reading, what it rests on, and the edges that none of them pins."""
    whole = all(edge.verb in vocabulary.predicates() for edge in m.edges) and all(
        one.given in m.conditions and one.expect.node in m.nodes for one in m.expectations
    )
    if not whole:  # some of it could not be read
        return [], ExpectationRuns(not_run="the file has errors")
    if not any(edge.executes for edge in m.edges):
        return [], ExpectationRuns(not_run="no edge executes")
    if not m.expectations:
        return [], ExpectationRuns(not_run="the file states none")
    run = network.Run(m)
    found: list[Diagnostic] = []
    held: dict[int, bool] = {}
    inferred: dict[str, None] = {}
    idle = network.Run(replace(m, edges=tuple(replace(edge, run=False) for edge in m.edges)))
    for number, one in enumerate(m.expectations):
        name = f"{one.given}: {one.expect.text}"
        for reading in run.networks if not one.reading else (one.reading,):
            outcome = expectations.outcome(run, one, reading)
            held[number] = held.get(number, True) and outcome.holds is True
            if outcome.holds is not True:
                found.append(_unmet(m, run, outcome))
            elif _rests_on_inference(m, run, outcome):
                inferred[name] = None
        fixed = one.expect.node in m.conditions[one.given].values
        if held[number] and (fixed or expectations.outcome(idle, one, network.AS_WRITTEN).holds):
            why = f"{one.given} sets {one.expect.node}" if fixed else "it holds without any edge"
            found.append(warning(one.location_of("expect"), "vacuous-expectation", f"this tests nothing: {why}"))
    runs = ExpectationRuns(
        expectations=len(m.expectations),
        held=sum(held.values()),
        readings=len(run.networks),
        inferred=tuple(inferred),
        unpinned=tuple(experiments.unpinned(m)),
    )
    return found, runs


def _unmet(m: Mechanism, run: network.Run, outcome: expectations.ExpectationOutcome) -> Diagnostic:
    """A complaint about an expectation that fails, or that is left open: the run does not bear it out."""
    one, wanted = outcome.expectation, outcome.expectation.expect
    by = f" ({outcome.reading})" if len(run.networks) > 1 else ""
    than = f", under {wanted.than!r} {whatif.shown(outcome.other)}" if outcome.other else ""
    message = f"under {one.given!r}{by} {wanted.node} is {whatif.shown(outcome.value)}{than}; expected: {wanted.text}"
    net, spoken = run.networks[outcome.reading], network.under(m, outcome.reading)
    steps: list[str] = []
    edges: dict[str, None] = {}
    for condition in (one.given, wanted.than) if outcome.other else (one.given,):
        reasons = Reasons(net, run.settings(condition), wanted.node)
        if not reasons.decided:
            missing = why(m, wanted.node, condition, reading=outcome.reading).missing
            steps.append(f"undecided under {condition}: {'; '.join(missing)}")
            edges.update(dict.fromkeys(_open_edges(net, run.settings(condition), wanted.node)))
            continue
        facts = derivation.by_cause(spoken, reasons.inputs(reasons.one() or []))
        steps.append(f"under {condition}:")
        steps += [f"  {words}" for words in dict.fromkeys(derivation.in_words(spoken, fact) for fact in facts)]
        edges.update(dict.fromkeys(fact.name for fact in facts if fact.kind in ("edge", "requires", "unless")))
    edges.update((edge.name, None) for edge in spoken.edges if edge.executes and spoken.object(edge) == wanted.node)
    edges = {name: None for name in edges if not spoken.edge(name).definition}
    hint = f"one of these may be wrong: {', '.join(edges)}" if edges else "no edge leads to it"
    if outcome.holds is None:
        return error(one.location_of("expect"), "expectation-open", message, hint, tuple(steps))
    return error(one.location_of("expect"), "expectation-fails", message, hint, tuple(steps))


def _open_edges(net: network.Network, settings: Mapping[str, str], node: str) -> Iterator[str]:
    """The edges that leave a node open: those of which it is not settled whether they fire, or how far they go."""
    decided = net.propagate(*net.facts(settings))
    cone = net.cone(number for number in net.variables[node] if number not in decided)
    sizes = {what.name for number in cone - decided.keys() if (what := net.what(number)) and what.kind == "effect"}
    yield from (name for name, gate in net.fires.items() if name in sizes or (gate in cone and gate not in decided))


def _rests_on_inference(m: Mechanism, run: network.Run, outcome: expectations.ExpectationOutcome) -> bool:
    """Whether a minimal reason of the value uses an edge that acts on the curator's inference."""
    net = run.networks[outcome.reading]
    reasons = Reasons(net, run.settings(outcome.expectation.given), outcome.expectation.expect.node)
    facts = reasons.inputs(reasons.one() or []) if reasons.decided else []
    spoken = network.under(m, outcome.reading)
    return any(whatif.acting_claim(spoken.edge(fact.name)) == "inference" for fact in facts if fact.kind == "edge")
