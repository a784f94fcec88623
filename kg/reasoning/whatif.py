"""What follows if something is given, missing or changed, with the edges that decide each value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from kg.model import vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import Edge
from kg.reasoning.expectations import observed
from kg.reasoning.network import AS_WRITTEN, Network, QueryError, Run, Value, under
from kg.reasoning.reasons import Reasons, missing_facts


@dataclass(frozen=True)
class Because:
    """An edge that decided a node, and why it fires or does not."""

    edge: str
    fires: bool | None
    why: str = ""


@dataclass(frozen=True)
class Step:
    """A node whose value changed, with what decided it and what that stands on."""

    node: str
    before: Value
    after: Value
    because: tuple[Because, ...]
    status: str
    weakest: str = ""  # the weakest claim that one minimal reason stands on; inference if it needs a closed world
    species: Mapping[str, int] = field(default_factory=dict)  # how many of those edges state it; "not stated"
    rests_on: tuple[str, ...] = ()  # those edges
    missing: tuple[str, ...] = ()  # for an unknown: the facts that would settle it
    closed: tuple[str, ...] = ()  # nodes of which it is assumed that nothing unlisted causes them
    observed: tuple[str, ...] = ()  # what a finding says of it under this condition: a value, or only a comparison


@dataclass(frozen=True)
class Answer:
    """What follows from some settings, compared with the starting state."""

    settings: Mapping[str, str]
    condition: str
    assumptions: tuple[str, ...]
    reading: str
    values: Mapping[str, Value]
    changed: tuple[Step, ...]
    disagree: Mapping[str, Mapping[str, Value]]  # node -> reading -> value, where readings differ
    cite: str  # the IRI of this answer and the version of the mechanism

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for ``--json``."""
        return {
            "settings": dict(self.settings),
            "condition": self.condition,
            "assumptions": list(self.assumptions),
            "reading": self.reading,
            "values": {node: _plain(value) for node, value in self.values.items()},
            "changed": [step.node for step in self.changed],
            "because": {
                step.node: {
                    "before": _plain(step.before),
                    "after": _plain(step.after),
                    "edges": [{"edge": b.edge, "fires": b.fires, "why": b.why} for b in step.because],
                    "status": step.status,
                    "weakest": step.weakest,
                    "species": dict(step.species),
                    "rests_on": list(step.rests_on),
                    "missing": list(step.missing),
                    "closed": list(step.closed),
                    "observed": list(step.observed),
                }
                for step in self.changed
            },
            "disagree": {
                node: {name: _plain(value) for name, value in by.items()} for node, by in self.disagree.items()
            },
            "cite": self.cite,
        }


def _plain(value: Value) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def shown(value: Value) -> str:
    """A value as one reads it.

    >>> shown(("none", "partial"))
    'none to partial'
    """
    return value if isinstance(value, str) else " to ".join(value)


def whatif(
    mechanism: Mechanism,
    condition: str = "",
    values: Mapping[str, str] | None = None,
    reading: str = "",
    assume: Collection[str] = (),
) -> Answer:
    """What follows from a condition and further settings, node by node, in the order in which it follows.

    Every answer is computed under each reading, unless one is named; where readings differ, that is the answer.

    >>> from kg.formats import read
    >>> answer = whatif(read("ta1-tlr7"), values={"chemotherapy": "present", "tumour_miR146a_high": "present"})
    >>> answer.values["miR146a"], answer.values["tumour_control"]
    ('absent', 'partial')

    Raises QueryError for what is not known: a condition, node, value, reading or assumption.
    """
    if not any(edge.executes for edge in mechanism.edges):
        raise QueryError(f"{mechanism.id} has no edge that can be run")
    run = Run(mechanism, assume, reading)
    settings = run.settings(condition, values)
    main = reading or AS_WRITTEN
    net = run.networks[main]
    before = run.values(run.assumed, main)
    decided = net.propagate(*net.facts(settings))
    after = {node: net.read(node, decided) for node in net.variables}
    each = {name: run.values(settings, name) for name in run.networks}
    disagree = {
        node: {name: each[name][node] for name in each}
        for node in after
        if len({each[name][node] for name in each}) > 1
    }
    place = {number: i for i, number in enumerate(decided)}
    order = sorted(after, key=lambda node: max(place.get(n, len(place)) for n in net.variables[node]))
    seen = observed(run, settings)
    spoken = under(mechanism, main)
    changed = tuple(
        _step(run, spoken, net, settings, decided, node, before[node], after[node], disagree, seen)
        for node in order
        if before[node] != after[node] or node in disagree
    )
    cite = cited(mechanism, settings, reading, run.assumptions)
    return Answer(settings, condition, run.assumptions, main, after, changed, disagree, cite)


def cited(mechanism: Mechanism, settings: Mapping[str, str], reading: str = "", assume: Collection[str] = ()) -> str:
    """How the answer to a what-if is cited: by the condition that sets just this, else by all that was set.

    The order in which things were set does not matter, nor that of the file.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> cited(seed, {"chemotherapy": "present"})
    'https://w3id.org/immune-kg/ta1-tlr7/run?set=chemotherapy:present, version 0.1.0'
    >>> cited(seed, seed.conditions["both"].values)
    'https://w3id.org/immune-kg/ta1-tlr7/run/both, version 0.1.0'
    """
    named = sorted(key for key, one in mechanism.conditions.items() if one.values == settings and not assume)
    pairs = [] if named else [("set", f"{node}:{value}") for node, value in sorted(settings.items())]
    pairs += [("reading", reading)] * bool(reading) + [("assume", one) for one in sorted(assume)]
    asked = "" if named and not pairs else f"?{urlencode(pairs or [('set', '')], safe=':')}"
    return mechanism.cite("/".join(["run", *named[:1]]) + asked)


def _step(
    run: Run,
    mechanism: Mechanism,
    net: Network,
    settings: Mapping[str, str],
    decided: Mapping[int, bool],
    node: str,
    before: Value,
    after: Value,
    disagree: Mapping[str, Mapping[str, Value]],
    observed: Mapping[str, list[str]],
) -> Step:
    if node in settings:
        return Step(node, before, after, (), "set")
    because = tuple(_deciding(mechanism, net, decided, node))
    reasons = Reasons(net, settings, node)
    if not reasons.decided:
        status = "readings disagree" if node in disagree else "unknown"
        return Step(node, before, after, because, status, missing=tuple(missing_facts(net, decided, node, settings)))
    inputs = reasons.inputs(reasons.one() or [])
    edges = list(dict.fromkeys(one.name for one in inputs if one.kind in ("edge", "requires", "unless", "effect")))
    resting = [mechanism.edge(name) for name in edges]
    closed = tuple(dict.fromkeys(one.name for one in inputs if one.kind == "closed"))  # once, whatever its levels
    claims = [acting_claim(edge) for edge in resting] + ["inference"] * bool(closed)
    weakest = max(filter(None, claims), key=_weakness, default="")
    species: dict[str, int] = {}
    for edge in resting:
        for label in mechanism.support(edge).species or ("not stated",):
            species[label] = species.get(label, 0) + 1
    assumed = [
        name
        for name in run.assumptions
        if any(i.kind == "set" and i.name in mechanism.assumptions[name].values for i in inputs)
    ]
    if node in disagree:
        status = "readings disagree"
    elif node in observed:
        status = "reproduces an observation"
    else:
        status = "prediction" + (f" under assumption {', '.join(assumed)}" if assumed else "")
    said = tuple(observed.get(node, ())) if status == "reproduces an observation" else ()
    return Step(
        node,
        before,
        after,
        because,
        status,
        weakest,
        species,
        tuple(edges),
        closed=closed,
        observed=said,
    )


def acting_claim(edge: Edge) -> str:
    """The claim on which an edge acts in a run: the weakest of the sentence, its requirements, and a complete effect.

    >>> from kg.formats import read
    >>> acting_claim(read("ta1-tlr7").edge("depletion"))      # that levels fell far enough is the curator's inference
    'inference'
    """
    parts = [edge.claim, edge.effect.claim if edge.effect else ""]
    for needed in (*edge.requires, *edge.unless):
        claims = [item.claim for item in needed.evidence if item.stance == "supports"]
        parts.append(min(claims, key=_weakness, default=""))
    return max(filter(None, parts), key=_weakness, default="")


def _weakness(claim: str) -> int:
    return list(vocabulary.claims()).index(claim)


def _deciding(mechanism: Mechanism, net: Network, decided: Mapping[int, bool], node: str) -> Iterator[Because]:
    """The edges into a node, with whether each fires and why not."""
    into = [
        e for e in mechanism.edges if e.executes and e.role in ("increases", "decreases") and e.sentence.object == node
    ]
    for edge in into:
        fires = decided.get(net.fires[edge.name])
        yield Because(edge.name, fires, "" if fires else _why_not(mechanism, net, decided, edge))


def _why_not(mechanism: Mechanism, net: Network, decided: Mapping[int, bool], edge: Edge) -> str:
    """The first thing that keeps an edge from firing, or else the first that leaves it open.

    In the order of the literals of its gate: the subject, what it requires, its unless, what blocks it.
    """
    blockers = [e for e in mechanism.edges if e.executes and e.role == "blocks" and edge in mechanism.blocked(e)]

    def value(name: str) -> str:
        return shown(net.read(name, decided))

    needs = [*((True, needed) for needed in edge.requires), *((False, needed) for needed in edge.unless)]
    literals = net.ins[net.fires[edge.name]][1:]  # without that the edge holds
    for wanted in (False, None):
        for place, literal in enumerate(literals):
            known = decided.get(literal >> 1)
            if (None if known is None else known ^ bool(literal & 1)) is not wanted:
                continue
            open_ = wanted is None
            if place == 0:
                subject = mechanism.nodes[edge.subject].label
                return f"it is unknown whether {subject} is present" if open_ else f"{subject} is {value(edge.subject)}"
            if place <= len(needs):
                required, needed = needs[place - 1]
                label = mechanism.nodes[needed.node].label
                if required:
                    levels = mechanism.nodes[needed.node].levels
                    at = f" at {needed.level or levels[1]}" if levels else ""
                    return f"it requires {label}{at}, which is {value(needed.node)}"
                return f"{label} {'may be' if open_ else 'is'} present"
            return f"{'it may be ' if open_ else ''}blocked: {mechanism.words(blockers[place - 1 - len(needs)])}"
    return ""


@dataclass(frozen=True)
class Row:
    """A declared condition with the value of each outcome under each reading."""

    condition: str
    title: str
    values: Mapping[str, Mapping[str, Value]]  # outcome node -> reading -> value


def table(
    mechanism: Mechanism, assume: Collection[str] = (), reading: str = "", values: Mapping[str, str] | None = None
) -> list[Row]:
    """Every declared condition and what comes out of it: the nodes that are outcomes, or all if none is.

    ``values`` are set on top of each condition.

    >>> from kg.formats import read
    >>> {row.condition: row.values["tumour_control"]["as written"] for row in table(read("ta1-tlr7"))}["both"]
    'strong'
    """
    run = Run(mechanism, assume, reading)
    asked = [node.key for node in mechanism.nodes.values() if node.outcome] or list(mechanism.nodes)
    rows = []
    for condition in mechanism.conditions.values():
        each = {name: run.values(run.settings(condition.key, values), name) for name in run.networks}
        found = {node: {name: each[name][node] for name in each} for node in asked}
        rows.append(Row(condition.key, condition.title, found))
    return rows
