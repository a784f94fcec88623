"""What the panel of the bench tells of a run: expectations as they turn, and every node set in turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.model.mechanism import Mechanism
from kg.reasoning import expectations, screens
from kg.reasoning.network import Network, Run, Value
from kg.reasoning.whatif import shown

#: What became of an expectation, by whether it holds.
STATES = {True: "holds", False: "fails", None: "open"}


def expected(m: Mechanism, before: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every expectation in words, with its line, what became of it, and ``was``, if that was something else before.

    >>> from kg.formats import read
    >>> expected(read("ta1-tlr7"), {})[0]["state"]
    'holds'
    """
    found = []
    for one in expectations.outcomes(Run(m)):
        said, at = one.expectation, one.expectation.at
        reading = (
            f", reading {one.reading}" if said.reading or (len(m.readings) > 0 and one.reading in m.readings) else ""
        )
        words = (
            f"{m.nodes[said.expect.node].label} {said.expect.relation} {said.expect.than}, given {said.given}{reading}"
        )
        state = STATES[one.holds]
        was = before.get(words, state)
        value = f"{shown(one.value)}, {shown(one.other)}" if one.other else shown(one.value)
        found.append(
            {
                "words": words,
                "state": state,
                "was": was if was != state else "",
                "value": value,
                "line": at.line if at else 1,
            }
        )
    return found


def screen(m: Mechanism, condition: str, value: str) -> dict[str, Any]:
    """Every node set in turn, with each outcome afterwards, and whether it is higher, lower, other or the same: as ``kg screen``.

    >>> from kg.formats import read
    >>> row = next(row for row in screen(read("ta1-tlr7"), "both", "absent")["rows"] if row["node"] == "TLR7")
    >>> row["cells"][0]
    {'after': 'partial', 'way': 'lower'}
    """
    net = next(iter(Run(m).networks.values()))
    trials = screens.screen(m, condition, value)
    rows = []
    for trial in trials:
        (node,) = trial.settings
        cells = [
            {"after": shown(one.after), "way": _way(net, one.node, one.before, one.after)} for one in trial.outcomes
        ]
        rows.append({"node": node, "label": m.nodes[node].label, "cells": cells})
    first = trials[0].outcomes if trials else ()
    return {
        "outcomes": [{"label": m.nodes[one.node].label, "before": shown(one.before)} for one in first],
        "rows": rows,
    }


def _way(net: Network, node: str, before: Value, after: Value) -> str:
    """How a value differs from the one before, by its bounds."""
    if before == after:
        return "same"
    old, new = expectations.bounds(net, node, before), expectations.bounds(net, node, after)
    return "higher" if new > old and new[1] >= old[1] else "lower" if new < old and new[1] <= old[1] else "other"
