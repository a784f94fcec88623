"""Every complaint about a mechanism that was read: each rule is one function.

A complaint's code is its name for life: tests/wrong/CODE.yaml shows a file that earns it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.checks import edges, evidence, names, terms  # noqa: F401  (each registers its rules)
from kg.checks.anchors import Coverage, looked_up
from kg.checks.rules import rules
from kg.checks.runs import ExpectationRuns, executed
from kg.model.construct import faults
from kg.model.diagnostics import Diagnostic
from kg.model.mechanism import Mechanism


@dataclass(frozen=True)
class CheckReport:
    """Everything that was found, in file order; how much of the quoted text was checked; what became of the runs."""

    diagnostics: tuple[Diagnostic, ...]
    coverage: Coverage
    runs: ExpectationRuns = ExpectationRuns(not_run="the file has errors")

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The complaints that stop a build."""
        return tuple(one for one in self.diagnostics if one.severity == "error")


def check(
    mechanism: Mechanism, sources: str | Path | None = None, strict: bool = False, run: bool = True
) -> CheckReport:
    """Every complaint about a mechanism that was read.

    ``sources`` is a folder with the source texts, which are found by their hash; the environment variable
    KG_SOURCES names it by default; an empty name leaves the texts alone. ``strict`` makes every anchor or span that was not checked a complaint. ``run``
    False leaves the expectations out; a mechanism with errors is not run in any case.

    >>> from kg.formats import read
    >>> check(read("ta1-tlr7")).errors
    ()
    """
    shape = faults(mechanism)
    if any(one.code != "missing-key" for one in shape):  # no rule can read values of another kind
        return CheckReport(tuple(shape), Coverage())
    return judged(mechanism, sources, strict, run, shape)


def judged(
    mechanism: Mechanism,
    sources: str | Path | None,
    strict: bool,
    run: bool,
    shape: Iterable[Diagnostic] = (),
    pins: bool = True,
) -> CheckReport:
    """Every complaint of the rules about a mechanism in which each value has its kind, beside those about its shape.

    Without ``pins`` the report does not say which edges no expectation tests, which takes longest.
    """
    found = [*shape, *(one for each in rules() for one in each(mechanism))]
    folder = os.environ.get("KG_SOURCES") if sources is None else sources
    quoted, coverage = looked_up(mechanism, Path(folder) if folder else None, strict)
    if not run or any(one.severity == "error" for one in found):
        return CheckReport(tuple(sorted({*found, *quoted})), coverage)
    failed, runs = executed(mechanism, pins)
    return CheckReport(tuple(sorted({*found, *quoted, *failed})), coverage, runs)
