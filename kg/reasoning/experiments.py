"""Which edges no expectation pins, and which interventions tell two readings apart."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import ne

from kg.model.mechanism import Mechanism
from kg.reasoning.expectations import outcomes
from kg.reasoning.network import AS_WRITTEN, QueryError, Run, Settings, Value


def unpinned(mechanism: Mechanism, assume: Collection[str] = ()) -> list[str]:
    """The executing edges that no expectation pins: without them every expectation comes out as it did."""

    def results(m: Mechanism) -> Iterator[bool | None]:
        return (one.holds for one in outcomes(Run(m, assume)))

    whole = list(results(mechanism))
    found = []
    for edge in mechanism.edges:
        if edge.executes:
            without = tuple(replace(e, run=False) if e is edge else e for e in mechanism.edges)
            if not any(map(ne, results(replace(mechanism, edges=without)), whole)):  # one that differs is enough
                found.append(edge.name)
    return found


@dataclass(frozen=True)
class Experiment:
    """An intervention, on top of a condition, after which the readings predict different outcomes."""

    condition: str
    settings: Mapping[str, str]
    outcomes: Mapping[str, Mapping[str, Value]]  # outcome node -> reading -> value


def discriminate(mechanism: Mechanism, assume: Collection[str] = (), most: int = 2) -> list[Experiment]:
    """The smallest interventions that tell the readings apart: the experiments worth doing.

    Single settings on top of a declared condition, and the conditions themselves, are tried first; larger sets only
    where none of those does it. An outcome counts only where every reading has a definite value.

    Raises QueryError if there is only one reading.
    """
    run = Run(mechanism, assume)
    if len(run.networks) < 2:
        raise QueryError(f"{mechanism.id} has one reading only, so there is nothing to tell apart")
    net = run.networks[AS_WRITTEN]
    asked = [node.key for node in mechanism.nodes.values() if node.outcome] or list(mechanism.nodes)
    cone = {
        gate for other in run.networks.values() for gate in other.cone(g for n in asked for g in other.variables[n])
    }
    movable = [name for name, gates in net.variables.items() if name not in asked and cone & set(gates)]
    options = [(name, value) for name in movable for value in net.levels[name]]
    conditions = ("", *mechanism.conditions)
    already = {name for name in conditions if _differing(run, run.settings(name), asked)}
    found: list[Experiment] = []
    seen: set[Settings] = set()  # two conditions may come to the same settings
    for size in (1, 0, *range(2, most + 1)):  # one setting more than a declared condition, or that condition itself
        if size > 1 and found:
            break
        for condition, chosen in itertools.product(conditions, itertools.combinations(options, size)):
            if size and condition in already:
                continue  # nothing has to be added to it
            settings = run.settings(condition, dict(chosen))
            if len(dict(chosen)) < size or settings in seen:
                continue
            differ = _differing(run, settings, asked)
            if differ:
                seen.add(settings)
                found.append(Experiment(condition, dict(chosen), differ))
    return found


def _differing(run: Run, settings: Mapping[str, str], asked: Iterable[str]) -> dict[str, dict[str, Value]]:
    """The nodes for which every reading has a definite value, and not all the same."""
    each = {name: run.values(settings, name) for name in run.networks}
    differ = {}
    for node in asked:
        by = {name: each[name][node] for name in each}
        if all(isinstance(v, str) and v != "unknown" for v in by.values()) and len(set(by.values())) > 1:
            differ[node] = by
    return differ
