"""Exact answers by clingo (the extra ``kg[exact]``): fixed points, and what they settle that propagation leaves open.

A fixed point gives every gate the value that its inputs give it. Unknown starting values and unstated effects may be
either, so a mechanism has many; what is the same in all of them is settled. A run from rest may reach only some of them.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kg.model.diagnostics import install
from kg.model.mechanism import Mechanism
from kg.reasoning.network import AS_WRITTEN, Network, QueryError, Run, Value


@dataclass(frozen=True)
class FixedPoints:
    """The fixed points that were found, and whether these are all; if not, the time or the number ran out."""

    points: tuple[Mapping[str, Value], ...]
    complete: bool
    seconds: float

    def settled(self) -> dict[str, Value]:
        """The nodes that have one value in every fixed point; empty unless all were found."""
        if not self.complete or not self.points:
            return {}
        first = self.points[0]
        return {node: value for node, value in first.items() if all(point[node] == value for point in self.points)}


def fixed_points(
    mechanism: Mechanism,
    condition: str = "",
    values: Mapping[str, str] | None = None,
    reading: str = "",
    assume: Collection[str] = (),
    nodes: Iterable[str] = (),
    most: int = 1000,
    seconds: float = 10,
) -> FixedPoints:
    """The fixed points of a mechanism, as values of some nodes (default: all) and of what these depend on.

    Only the part of the network that the nodes depend on is solved. The search ends after so many points or seconds,
    and then says that it is not complete.

    >>> from kg.formats import read
    >>> found = fixed_points(read("ta1-tlr7"), "both", nodes=["tumour_control"])
    >>> found.complete, {point["tumour_control"] for point in found.points}
    (True, {'strong'})

    Raises QueryError for what is not known, or if clingo is not installed.
    """
    run = Run(mechanism, assume, reading)
    net = run.networks[reading or AS_WRITTEN]
    facts, held, _ = net.facts(run.settings(condition, values))
    roots = list(nodes) or list(net.variables)
    for node in roots:
        if node not in net.variables:
            raise QueryError(f"no node is called {node!r}")
    cone = net.cone(number for node in roots for number in net.variables[node])
    shown = [node for node, gates in net.variables.items() if cone & set(gates)]
    return _solved(net, _program(net, facts, held, cone), shown, most, seconds)


def _program(net: Network, facts: Mapping[int, bool], held: Collection[int], cone: Collection[int]) -> str:
    """The gates as equivalences: t(g) if and only if its body holds. Open inputs are free."""
    rules = []
    for number in sorted(cone):
        if number in facts:
            rules.append(f"t({number})." if facts[number] else f":- t({number}).")
            continue
        rules.append(f"{{ t({number}) }}.")
        if number in held or not net.gates[number]:
            continue
        literals = [("not " if literal & 1 else "") + f"t({literal >> 1})" for literal in net.ins[number]]
        if net.gates[number] == 1:
            rules.append(f"b({number}) :- {', '.join(literals)}." if literals else f"b({number}).")
        else:
            rules += [f"b({number}) :- {literal}." for literal in literals]
        rules.append(f":- t({number}), not b({number}). :- b({number}), not t({number}).")
    visible = sorted({number for gates in net.variables.values() for number in gates if number in cone})
    rules += [f"#show v({number}) : t({number})." for number in visible] or ["#show v/1."]
    return "\n".join([*rules, "#show."])


def _solved(net: Network, program: str, shown: list[str], most: int, seconds: float) -> FixedPoints:
    try:
        import clingo
    except ImportError:
        raise QueryError(f"exact answers need clingo: {install('exact')}") from None
    started = time.monotonic()
    control = clingo.Control(["--project=show", "-n", str(most + 1)])
    control.add("base", [], program)
    control.ground([("base", [])])
    points: list[dict[str, Value]] = []

    def keep(model: clingo.Model) -> None:
        true = {symbol.arguments[0].number for symbol in model.symbols(shown=True)}
        value = {number: number in true for node in shown for number in net.variables[node]}
        points.append({node: net.read(node, value) for node in shown})

    with control.solve(on_model=keep, async_=True) as handle:
        done = handle.wait(seconds)
        if not done:
            handle.cancel()
        exhausted = done and bool(handle.get().exhausted)
    complete = exhausted and len(points) <= most
    return FixedPoints(tuple(sorted(points[:most], key=repr)), complete, time.monotonic() - started)
