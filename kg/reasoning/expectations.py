"""What a source says must come out, held against what a run says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.model.records import Expectation
from kg.reasoning.network import Network, Run, Value


@dataclass(frozen=True)
class ExpectationOutcome:
    """What became of an expectation under one reading: True, False, or None where the run leaves it open."""

    expectation: Expectation
    reading: str
    holds: bool | None
    value: Value
    other: Value = ""  # under the other condition, for same as, higher than, lower than


def outcomes(run: Run) -> Iterator[ExpectationOutcome]:
    """Every expectation under every reading that it is about."""
    for expectation in run.mechanism.expectations:
        for name in run.networks:
            if expectation.reading in ("", name):
                yield outcome(run, expectation, name)


def outcome(run: Run, expectation: Expectation, reading: str) -> ExpectationOutcome:
    """One expectation under one reading."""
    net, wanted = run.networks[reading], expectation.expect
    value = run.values(run.settings(expectation.given), reading)[wanted.node]
    low, high = bounds(net, wanted.node, value)
    if wanted.relation == "is":
        rank = net.rank(wanted.node, wanted.than)
        holds = None if rank is None else True if low == high == rank else None if low <= rank <= high else False
        if rank is None:
            holds = low != high
        return ExpectationOutcome(expectation, reading, holds, value)
    other = run.values(run.settings(wanted.than), reading)[wanted.node]
    other_low, other_high = bounds(net, wanted.node, other)
    if wanted.relation == "lower than":
        low, high, other_low, other_high = other_low, other_high, low, high
    if wanted.relation == "same as":
        holds = (
            True if low == high == other_low == other_high else False if low > other_high or high < other_low else None
        )
    else:
        holds = True if low > other_high else False if high <= other_low else None
    return ExpectationOutcome(expectation, reading, holds, value, other)


def bounds(net: Network, node: str, value: Value) -> tuple[int, int]:
    levels = net.levels[node]
    if value == "unknown":
        return 0, len(levels) - 1
    ends = (value, value) if isinstance(value, str) else value
    return levels.index(ends[0]), levels.index(ends[1])


def observed(run: Run, settings: Mapping[str, str]) -> dict[str, list[str]]:
    """What a source's finding says of nodes under a condition of these settings, where every reading agrees with it."""
    found: dict[str, list[str]] = {}
    refuted = set()
    for one in run.mechanism.expectations:
        finding = any(item.claim == "finding" and item.stance == "supports" for item in one.evidence)
        if not finding or run.settings(one.given) != settings:
            continue
        said = found.setdefault(one.expect.node, [])
        said += [f"{one.expect.relation} {one.expect.than}"]
        if not all(outcome(run, one, name).holds for name in run.networks if one.reading in ("", name)):
            refuted.add(one.expect.node)
    return {node: list(dict.fromkeys(said)) for node, said in found.items() if node not in refuted}
