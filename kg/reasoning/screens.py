"""Screens: every node, or every pair, set in turn; and what is predicted of perturbations that were published."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.model.mechanism import Mechanism
from kg.reasoning.asked import key_of, keyed
from kg.reasoning.expectations import bounds
from kg.reasoning.network import Network, QueryError, Run, Value
from kg.reasoning.whatif import START, plain, whatif, why_in_a_line

#: What an experiment may say of an outcome.
OBSERVED = ("lost", "reduced", "unchanged", "increased")

VERDICTS = ("agree", "disagree", "undecided")

#: The columns of a table of published perturbations; others are left alone.
COLUMNS = ("condition", "set", "outcome", "observed", "source")


@dataclass(frozen=True)
class Outcome:
    """An outcome before and after an intervention, under each reading; the first reading is the main one."""

    node: str
    readings: Mapping[str, tuple[Value, Value]]

    @property
    def before(self) -> Value:
        return next(iter(self.readings.values()))[0]

    @property
    def after(self) -> Value:
        return next(iter(self.readings.values()))[1]

    @property
    def changed(self) -> bool:
        """Whether it changes under any reading."""
        return any(before != after for before, after in self.readings.values())

    @property
    def each(self) -> tuple[Value, ...]:
        """The value afterwards under each reading, equal ones once."""
        return tuple(dict.fromkeys(after for _, after in self.readings.values()))

    def as_dict(self) -> dict[str, Any]:
        """The outcome as plain values; its value under each reading only where they differ."""
        found: dict[str, Any] = {"node": self.node, "before": plain(self.before), "after": plain(self.after)}
        if len(self.each) > 1:
            found["disagree"] = {name: plain(after) for name, (_, after) in self.readings.items()}
        return found


@dataclass(frozen=True)
class Trial:
    """One intervention of a screen, with every outcome."""

    settings: Mapping[str, str]
    outcomes: tuple[Outcome, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"set": dict(self.settings), "outcomes": [one.as_dict() for one in self.outcomes]}


def screen(
    mechanism: Mechanism,
    condition: str = "",
    value: str = "absent",
    pairs: bool = False,
    reading: str = "",
    assume: Collection[str] = (),
) -> list[Trial]:
    """Every node, or every pair of nodes, set to a value on top of a condition, with what that does to each outcome.

    The outcomes are those that the mechanism declares, or else all nodes. Without a condition the interventions start
    from the starting state. The work is linear in the number of interventions.

    >>> from kg.formats import read
    >>> trials = {tuple(trial.settings): trial for trial in screen(read("ta1-tlr7"), "both")}
    >>> [(one.before, one.after) for one in trials["TLR7",].outcomes if one.node == "tumour_control"]
    [('strong', 'partial')]

    Raises QueryError for what is not known: a condition, value, reading or assumption.
    """
    run = Run(mechanism, assume, reading)
    asked = mechanism.outcomes or tuple(mechanism.nodes)
    base = run.settings(condition)
    before = _values(run, base, asked)
    found = []
    for nodes in itertools.combinations(mechanism.nodes, 2 if pairs else 1):
        settings = dict.fromkeys(nodes, value)
        after = _values(run, base.also(settings), asked)
        found.append(Trial(settings, tuple(_outcome(node, before, after) for node in asked)))
    return found


def _values(run: Run, settings: Mapping[str, str], asked: Iterable[str]) -> dict[str, dict[str, Value]]:
    """The values of some nodes under each reading."""
    found = {}
    for name, net in run.networks.items():
        decided = net.propagate(*net.facts(settings))
        found[name] = {node: net.read(node, decided) for node in asked}
    return found


def _outcome(node: str, before: Mapping[str, Mapping[str, Value]], after: Mapping[str, Mapping[str, Value]]) -> Outcome:
    return Outcome(node, {name: (before[name][node], after[name][node]) for name in after})


def together(trials: Iterable[Trial], singles: Iterable[Trial]) -> Iterator[Trial]:
    """The pairs of a screen that do to some outcome what neither of their nodes does alone."""
    alone = {next(iter(trial.settings)): trial.outcomes for trial in singles}
    for trial in trials:
        parts = [alone[node] for node in trial.settings]
        if any(one not in others for one, *others in zip(trial.outcomes, *parts, strict=True)):
            yield trial


# ---- beside published perturbations


@dataclass(frozen=True)
class Observation:
    """A row of a table of published perturbations: what was set, and what was seen of an outcome."""

    line: int
    condition: str
    settings: Mapping[str, str]
    outcome: str
    observed: str  # one of OBSERVED
    source: str


@dataclass(frozen=True)
class Comparison:
    """An observation beside what the mechanism predicts of it."""

    observation: Observation
    outcome: Outcome
    predicted: str  # one of OBSERVED, or several where the run leaves it open
    verdict: str  # agree, disagree or undecided
    reason: str

    def as_dict(self) -> dict[str, Any]:
        seen = self.observation
        return {
            **{name: getattr(seen, name) for name in ("line", "condition")},
            "set": dict(seen.settings),
            "outcome": self.outcome.as_dict(),
            "observed": seen.observed,
            "predicted": self.predicted,
            "verdict": self.verdict,
            "reason": self.reason,
            "source": seen.source,
        }


def read_observed(mechanism: Mechanism, path: str | Path) -> list[Observation]:
    """The rows of a tab-separated table with the columns condition, set, outcome, observed and source.

    ``set`` is ``NODE=VALUE``, or several joined by semicolons; an empty condition is the starting state. A row that begins
    with ``#`` is a comment, such as why a published perturbation is left out.

    Raises QueryError, which names every line that is wrong.
    """
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise QueryError(f"{path}:1: no column is called {', '.join(missing)}")
        found, wrong = [], []
        for row in rows:
            line = rows.line_num
            if (next(iter(row.values())) or "").startswith("#"):
                continue
            try:
                found.append(_observation(mechanism, line, {name: (row[name] or "").strip() for name in COLUMNS}))
            except QueryError as error:
                wrong.append(f"{path}:{line}: {error}")
    if wrong:
        raise QueryError("\n".join(wrong))
    return found


def _observation(mechanism: Mechanism, line: int, row: Mapping[str, str]) -> Observation:
    """A row of the table. Raises QueryError for what it cannot mean."""
    pairs = [part.partition("=") for part in row["set"].split(";")]
    if any(not (name.strip() and value.strip()) for name, _, value in pairs):
        raise QueryError(f"set is {row['set']!r}; write NODE=VALUE, or several with ; between them")
    if row["observed"] not in OBSERVED:
        raise QueryError(f"observed is {row['observed']!r}, not one of {', '.join(OBSERVED)}")
    settings = keyed(mechanism, {name.strip(): value.strip() for name, _, value in pairs})
    Run(mechanism).settings(row["condition"], settings)
    outcome = key_of(mechanism, row["outcome"])
    return Observation(line, row["condition"], settings, outcome, row["observed"], row["source"])


def compare(
    mechanism: Mechanism, observations: Iterable[Observation], reading: str = "", assume: Collection[str] = ()
) -> list[Comparison]:
    """Each observation beside what the mechanism predicts of it, under every reading unless one is named.

    ``lost`` is the lowest value, ``reduced`` a lower one; of a node that is only present or absent, reduced is lost.
    Where a run leaves it open, or the readings disagree, nothing is decided.

    Raises QueryError for a reading or an assumption that there is not.
    """
    run = Run(mechanism, assume, reading)
    found = []
    for seen in observations:
        base = run.settings(seen.condition)
        settings = base.also(seen.settings)
        before, after = (_values(run, given, [seen.outcome]) for given in (base, settings))
        outcome = _outcome(seen.outcome, before, after)
        predicted = [each for name, net in run.networks.items() for each in _directions(net, seen, outcome, name)]
        ladder = len(next(iter(run.networks.values())).levels[seen.outcome])
        held = {_matches(seen.observed, one, ladder) for one in predicted}
        verdict = "undecided" if len(held) > 1 else "agree" if held == {True} else "disagree"
        said = " or ".join(one for one in OBSERVED if one in predicted)
        reason = "" if verdict == "agree" else _reason(mechanism, run, seen, verdict, reading, assume)
        found.append(Comparison(seen, outcome, said, verdict, reason))
    return found


def _directions(net: Network, seen: Observation, outcome: Outcome, reading: str) -> set[str]:
    """What may become of the outcome under one reading, given what is open before and after."""
    if not _reaches(net, seen):
        return {"unchanged"}
    (low, high), (then_low, then_high) = (bounds(net, seen.outcome, value) for value in outcome.readings[reading])
    found = set()
    for before, after in itertools.product(range(low, high + 1), range(then_low, then_high + 1)):
        lower = "lost" if after == 0 else "reduced"
        found.add("unchanged" if after == before else "increased" if after > before else lower)
    return found


def _reaches(net: Network, seen: Observation) -> bool:
    """Whether the outcome depends on anything that was set."""
    cone = net.cone(net.variables[seen.outcome])
    return any(cone & set(net.variables[node]) for node in seen.settings)


def _matches(observed: str, predicted: str, levels: int) -> bool:
    return predicted == observed or (levels == 2 and (observed, predicted) == ("reduced", "lost"))


def _reason(
    mechanism: Mechanism, run: Run, seen: Observation, verdict: str, reading: str, assume: Collection[str]
) -> str:
    """Why a prediction is not what was observed: the edges that decide it, or what is open."""
    if not any(_reaches(net, seen) for net in run.networks.values()):
        label = mechanism.nodes[seen.outcome].label
        return f"no edge leads from {' or '.join(mechanism.nodes[n].label for n in seen.settings)} to {label}"
    against = seen.condition or START
    answer = whatif(mechanism, seen.condition, seen.settings, reading, assume, against, about=[seen.outcome])
    step = answer.steps[seen.outcome]
    line = why_in_a_line(mechanism, answer, step)
    if verdict == "disagree" and step.rests_on:
        line += f"; it depends on {', '.join(step.rests_on)}"
    return line


def constant(observations: Sequence[Observation]) -> tuple[str, int]:
    """The answer that would agree most often if it were given every time, and how often: no run is needed for that."""
    return Counter(one.observed for one in observations).most_common(1)[0]
