"""What follows if something is given, missing or changed, compared with how it was before, with the edges that decide it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from kg.model import vocabulary
from kg.model.frames import frame
from kg.model.mechanism import Mechanism
from kg.model.records import BY_DEFINITION, Edge, Effect, Evidence, Frozen
from kg.reasoning import contexts
from kg.reasoning.asked import keyed
from kg.reasoning.contexts import Context, Fate, fates
from kg.reasoning.expectations import observed
from kg.reasoning.meetings import Meeting, behind, in_words, meetings
from kg.reasoning.network import AS_WRITTEN, Input, Network, QueryError, Run, Settings, Value, claim, under
from kg.reasoning.reasons import Reasons, missing_facts, unknown_facts

if TYPE_CHECKING:
    from kg.model.frames import DataFrame

BEFORE = "before"  # what an answer with ``then`` is compared with: where the run before it ended
START = "start"  # what an answer is compared with unless something is set on top of a condition: the starting state

UNSTATED = "inference"  # what a step that no source states counts as: the curator drew it


@dataclass(frozen=True)
class Because:
    """An edge that decided a node, and why it fires or does not."""

    edge: str
    fires: bool | None
    why: str = ""
    before: bool | None = None  # whether it fired in what the answer is compared with


@dataclass(frozen=True)
class Step:
    """A node with its value before and after, what decided it, and what that stands on."""

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
    opposed: tuple[Meeting, ...] = ()  # opposite edges that both fire and leave it open, or contradict each other

    def as_dict(self) -> dict[str, Any]:
        """The step as plain values, without its node."""
        return {
            "before": plain(self.before),
            "after": plain(self.after),
            "edges": [{"edge": b.edge, "fires": b.fires, "before": b.before, "why": b.why} for b in self.because],
            "status": self.status,
            "weakest": self.weakest,
            "species": dict(self.species),
            "rests_on": list(self.rests_on),
            "missing": list(self.missing),
            "closed": list(self.closed),
            "observed": list(self.observed),
            "opposed": [one._asdict() for one in self.opposed],
        }


@dataclass(frozen=True)
class WhatIf:
    """What follows from some settings, compared with a condition or with the starting state."""

    settings: Mapping[str, str]
    then: Mapping[str, str]  # what was set after a first run had ended
    condition: str
    context: Context  # in which it is asked
    fates: tuple[Fate, ...]  # the edges, and requirements, that do not simply hold in it
    assumptions: tuple[str, ...]
    reading: str
    compared_with: str  # START, BEFORE, or the key of a condition
    values: Mapping[str, Value]
    before: Mapping[str, Value]  # in what it is compared with
    outcomes: tuple[Step, ...]  # every declared outcome, changed or not
    changed: tuple[Step, ...]  # every node that changed, outcomes among them, in the order in which it follows
    opposed: tuple[Meeting, ...]  # wherever opposite edges meet
    steps: Mapping[str, Step]  # of all these, and of the nodes that were asked about
    disagree: Mapping[str, Mapping[str, Value]]  # node -> reading -> value, where readings differ
    cite: str  # the IRI of this answer and the version of the mechanism

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for ``--json``."""
        return {
            "settings": dict(self.settings),
            "then": dict(self.then),
            "condition": self.condition,
            "context": self.context.as_dict(),
            "left_out": [one.as_dict() for one in self.fates if one.verdict == "left out"],
            "contested": [one.as_dict() for one in self.fates if one.verdict == "contested"],
            "assumptions": list(self.assumptions),
            "reading": self.reading,
            "compared_with": self.compared_with,
            "outcomes": [
                {"node": step.node, "before": plain(step.before), "after": plain(step.after)} for step in self.outcomes
            ],
            "values": {node: plain(value) for node, value in self.values.items()},
            "changed": [step.node for step in self.changed],
            "because": {node: step.as_dict() for node, step in self.steps.items()},
            "opposed": [one._asdict() for one in self.opposed],
            "disagree": {
                node: {name: plain(value) for name, value in by.items()} for node, by in self.disagree.items()
            },
            "cite": self.cite,
        }

    def to_frame(self) -> DataFrame:
        """A row for each node: its value before and after, and whether it changed. Raises MissingLibrary without pandas.

        >>> from kg.formats import read
        >>> table = whatif(read("ta1-tlr7"), "both", {"TLR7": "absent"}).to_frame()
        >>> table[table.node == "tumour_control"].values.tolist()
        [['tumour_control', 'strong', 'partial', True]]
        """
        changed = {step.node for step in self.changed}
        return frame(
            {"node": node, "before": shown(self.before[node]), "after": shown(value), "changed": node in changed}
            for node, value in self.values.items()
        )


def plain(value: Value) -> str | list[str]:
    """A value as ``--json`` has it: a range is a list."""
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
    against: str = "",
    about: Collection[str] = (),
    then: Mapping[str, str] | None = None,
    context: Mapping[str, str] | None = None,
) -> WhatIf:
    """What follows from a condition and further settings: every outcome, and every node that changes.

    What is set on top of a condition is compared with that condition, all else with the starting state; ``against``
    names another condition, or START. A node may be named by its key, its label, or a name of its term. Every answer
    is computed under each reading, unless one is named; where readings differ, that is the answer. ``about`` names
    nodes whose steps are wanted even if they are no outcomes and do not change. ``then`` is set after the run of all else
    has ended: a second run starts from there, and is compared with it. ``context`` (kind -> term or words) is added to
    that of the condition: edges that were seen in another context only are left out, and the answer names them; what
    sources of this context disagree on is contested.

    >>> from kg.formats import read
    >>> answer = whatif(read("ta1-tlr7"), "both", {"TLR7": "absent"})
    >>> answer.compared_with, [(step.before, step.after) for step in answer.outcomes if step.node == "tumour_control"]
    ('both', [('strong', 'partial')])

    Raises QueryError for what is not known: a condition, node, value, reading or assumption.
    """
    if not any(edge.executes for edge in mechanism.edges):
        raise QueryError(f"{mechanism.id} has no edge that can be run")
    run = Run(mechanism, assume, reading)
    values = keyed(mechanism, values)
    first = run.settings(condition, values, Context(Frozen(context or {})))
    later = keyed(mechanism, then)
    settings = run.then(first, later)
    ended = first if later else None
    more = values or context
    against = against or (BEFORE if later else condition if condition and more else START)
    base = first if against == BEFORE else run.settings("" if against == START else against)
    compared = _Comparison(run, reading or AS_WRITTEN, settings, base, ended)
    before, after = compared.before, compared.after
    was = {} if against == START else _disagreeing(run, base)  # the start is that of the file as written
    disagree = _disagreeing(run, settings, ended)
    changed = [node for node in compared.order() if before[node] != after[node] or disagree.get(node) != was.get(node)]
    compared.disagree = disagree
    steps = {node: compared.step(node) for node in dict.fromkeys((*changed, *mechanism.outcomes, *about))}
    return WhatIf(
        settings,
        later,
        condition,
        settings.context,
        tuple(fates(mechanism, settings.context).values()),
        run.assumptions,
        reading or AS_WRITTEN,
        against,
        after,
        before,
        tuple(steps[node] for node in mechanism.outcomes),
        tuple(steps[node] for node in changed),
        tuple(compared.opposed),
        steps,
        disagree,
        cited(mechanism, first, reading, run.assumptions, later),
    )


def opposed_at(
    mechanism: Mechanism,
    node: str,
    condition: str = "",
    values: Mapping[str, str] | None = None,
    reading: str = "",
    assume: Collection[str] = (),
    then: Mapping[str, str] | None = None,
    context: Mapping[str, str] | None = None,
) -> tuple[Meeting, ...]:
    """The opposite edges that leave a node open under some settings, or that contradict each other on it."""
    run = Run(mechanism, assume, reading)
    first = run.settings(condition, keyed(mechanism, values), Context(Frozen(context or {})))
    settings = run.then(first, keyed(mechanism, then))
    compared = _Comparison(run, reading or AS_WRITTEN, settings, settings, first if then else None)
    return behind(compared.net, compared.decided, node, compared.opposed)


def _disagreeing(
    run: Run, settings: Mapping[str, str], after: Mapping[str, str] | None = None
) -> dict[str, dict[str, Value]]:
    """The nodes to which the readings give different values, with the value under each."""
    each = {name: run.values(settings, name, after) for name in run.networks}
    found = {}
    for node in run.mechanism.nodes:
        by = {name: each[name][node] for name in each}
        if len(set(by.values())) > 1:
            found[node] = by
    return found


def cited(
    mechanism: Mechanism,
    settings: Mapping[str, str],
    reading: str = "",
    assume: Collection[str] = (),
    then: Mapping[str, str] | None = None,
) -> str:
    """How the answer to a what-if is cited: by the condition that sets just this, else by all that was set.

    The order in which things were set does not matter, nor that of the file.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> cited(seed, {"chemotherapy": "present"})
    'https://w3id.org/immune-kg/ta1-tlr7/run?set=chemotherapy:present, version 0.1.0'
    >>> cited(seed, seed.conditions["both"].values)
    'https://w3id.org/immune-kg/ta1-tlr7/run/both, version 0.1.0'
    """
    same = (key for key, one in mechanism.conditions.items() if Settings(one.values, contexts.of(one)) == settings)
    named = [] if assume else sorted(same)
    pairs = [] if named else [("set", f"{node}:{value}") for node, value in sorted(settings.items())]
    if isinstance(settings, Settings) and not named:
        pairs += [("context", f"{kind}:{said}") for kind, said in sorted(settings.context.as_dict().items())]
    pairs += [("then", f"{node}:{value}") for node, value in sorted((then or {}).items())]
    pairs += [("reading", reading)] * bool(reading) + [("assume", one) for one in sorted(assume)]
    asked = "" if named and not pairs else f"?{urlencode(pairs or [('set', '')], safe=':')}"
    return mechanism.cite("/".join(["run", *named[:1]]) + asked)


class _Comparison:
    """The nodes of a mechanism under some settings beside those under others, in one reading."""

    def __init__(
        self,
        run: Run,
        reading: str,
        settings: Settings,
        base: Settings,
        ended: Settings | None = None,
    ) -> None:
        """``ended`` are the settings of a run before this one, from whose end it starts."""
        self.run = run
        self.net = run.networks[reading]
        self.mechanism = under(run.mechanism, reading)
        self.settings = settings
        self.ended = ended
        self.decided = self.net.propagate(*self.net.facts(settings, ended))
        self.base = self.net.propagate(*self.net.facts(base))
        self.after = {node: self.net.read(node, self.decided) for node in self.net.variables}
        self.before = {node: self.net.read(node, self.base) for node in self.net.variables}
        self.disagree: Mapping[str, Mapping[str, Value]] = {}
        self.observed = {} if ended else observed(run, settings)  # what sources say is of runs from rest
        self.opposed = [one for one in meetings(self.mechanism, self.net, self.decided) if one.node not in settings]

    def order(self) -> list[str]:
        """The nodes in the order in which their values follow; what is open comes last."""
        place = {number: i for i, number in enumerate(self.decided)}
        variables = self.net.variables
        return sorted(self.after, key=lambda node: max(place.get(n, len(place)) for n in variables[node]))

    def step(self, node: str) -> Step:
        before, after = self.before[node], self.after[node]
        if node in self.settings:
            return Step(node, before, after, (), "set")
        because = tuple(self._deciding(node))
        opposed = behind(self.net, self.decided, node, self.opposed)
        reasons = Reasons(self.net, self.settings, node, self.ended)
        if not reasons.decided:
            status = "readings disagree" if node in self.disagree else self._why_open(node)
            missing = tuple(missing_facts(self.net, self.decided, node, self.settings))
            return Step(node, before, after, because, status, missing=missing, opposed=opposed)
        inputs = reasons.inputs(reasons.one() or [])
        edges = list(dict.fromkeys(one.name for one in inputs if one.kind in ("edge", "requires", "unless", "effect")))
        resting = [self.mechanism.edge(name) for name in edges]
        closed = tuple(dict.fromkeys(one.name for one in inputs if one.kind == "closed"))  # once, whatever its levels
        claims = [*filter(None, map(acting_claim, resting)), *["inference"] * bool(closed)]
        species: dict[str, int] = {}
        for edge in (edge for edge in resting if not edge.definition):
            for label in self.mechanism.support(edge).species or ("not stated",):
                species[label] = species.get(label, 0) + 1
        status = self._status(node, inputs)
        return Step(
            node,
            before,
            after,
            because,
            status,
            weakest(claims),
            species,
            tuple(edges),
            closed=closed,
            observed=tuple(self.observed.get(node, ())) if status == "reproduces an observation" else (),
            opposed=opposed,
        )

    def _deciding(self, node: str) -> Iterator[Because]:
        """The edges into a node, with whether each fires, why not, and whether it fired before."""
        apart = fates(self.mechanism, self.settings.context)
        for edge in self.mechanism.edges:
            acts = edge.definition or (edge.executes and edge.role in ("increases", "decreases"))
            if acts and edge.sentence.object == node:
                gate, fate = self.net.fires[edge.name], apart.get(("edge", edge.name))
                fires = self.decided.get(gate)
                why = "" if fires else _why_not(self.mechanism, self.net, self.decided, edge)
                if fate and not fires and (fires is None or fate.verdict == "left out"):
                    why = f"{fate.verdict} in this context: {fate}"
                yield Because(edge.name, fires, why, self.base.get(gate))

    def _status(self, node: str, inputs: Iterable[Input]) -> str:
        """Whether a settled value was observed or is predicted; ``inputs`` are the facts of a reason."""
        if node in self.disagree:
            return "readings disagree"
        if node in self.observed:
            return "reproduces an observation"
        assumed = self._assumed(inputs)
        return "prediction" + (f" under assumption {', '.join(assumed)}" if assumed else "")

    def _why_open(self, node: str) -> str:
        """Whether a value is open since sources of the context disagree on something that it depends on, or else."""
        contested = {claim for claim, holds in self.settings.holds.items() if holds is None}
        facts = unknown_facts(self.net, self.decided, node, self.settings) if contested else ()
        return "contested" if any(claim(fact) in contested for fact in facts) else "unknown"

    def _assumed(self, inputs: Iterable[Input]) -> list[str]:
        """The assumptions that a reason uses."""
        relied = {one.name for one in inputs if one.kind == "set"}
        assumptions = self.run.mechanism.assumptions
        return [name for name in self.run.assumptions if relied & assumptions[name].values.keys()]

    def status(self, node: str) -> str:
        """What a value is, as a key of MARKS; that the readings agree on it is taken as given."""
        if node in self.settings:
            return "set"
        if isinstance(self.after[node], tuple) or self.after[node] == "unknown":
            return self._why_open(node)
        said = self.observed.get(node, [])
        if any(one.startswith("is ") for one in said):
            return "observed"
        if said:
            return "prediction, of which a comparison was observed"
        reasons = Reasons(self.net, self.settings, node, self.ended) if self.run.assumptions else None
        assumed = self._assumed(reasons.inputs(reasons.one() or [])) if reasons else []
        return "prediction under an assumption" if assumed else "prediction"


def acting_claim(edge: Edge) -> str:
    """The claim on which an edge acts in a run: the weakest of the sentence, its requirements, and a stated effect.

    A definition claims nothing.

    >>> from kg.formats import read
    >>> acting_claim(read("ta1-tlr7").edge("depletion"))      # that levels fall to low is the curator's inference
    'inference'
    """
    parts = [] if edge.definition else [claim_of(edge.evidence)]
    parts += [claim_of(needed.evidence) for needed in (*edge.requires, *edge.unless)]
    parts += [edge.effect.claim or UNSTATED] if edge.effect and edge.effect != Effect() else []
    return weakest(parts)


def claim_of(evidence: Iterable[Evidence]) -> str:
    """The firmest claim that supports a statement; what no source supports is the curator's own inference.

    >>> claim_of([Evidence(claim="finding", stance="qualifies")])
    'inference'
    """
    claims = {item.claim for item in evidence if item.stance == "supports"}
    return min(filter(None, claims), key=_weakness, default=UNSTATED)


def weakest(claims: Iterable[str]) -> str:
    """The weakest of some claims; nothing if there is none.

    >>> weakest(["finding", "hypothesis", "background"])
    'hypothesis'
    """
    return max(claims, key=_weakness, default="")


def claim_label(claim: str) -> str:
    """What a claim is called; what follows from a definition has none.

    >>> claim_label("inference"), claim_label("")
    ('curator inference', 'by definition')
    """
    return vocabulary.claims()[claim].label if claim else BY_DEFINITION


def _weakness(claim: str) -> int:
    return list(vocabulary.claims()).index(claim)


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


def why_in_a_line(mechanism: Mechanism, answer: WhatIf, step: Step) -> str:
    """The edges into a node that act differently now; where there is none, those that act as before, or do not.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> answer = whatif(seed, "both", {"TLR7": "absent"})
    >>> why_in_a_line(seed, answer, answer.outcomes[2])
    'no longer: antigen presentation enables CD8⁺ T-cell priming (antigen presentation is absent)'
    """
    if step.node in answer.disagree:
        return ", ".join(f"{shown(value)} if {name}" for name, value in answer.disagree[step.node].items())
    if step.opposed:
        return "; ".join(in_words(mechanism, one) for one in step.opposed)
    if step.missing:
        return f"undecided: {'; '.join(step.missing)}"
    turned = [one for one in step.because if one.fires is not one.before] if step.before != step.after else []
    acting = [one for one in step.because if one.fires]
    said = []
    for one in turned or acting or step.because:
        how = ("now" if turned else "as before") if one.fires else "no longer" if one.before else "not"
        how = "perhaps" if one.fires is None else how
        edge, why = mechanism.edge(one.edge), f" ({one.why})" if one.why else ""
        how = "by definition" if edge.definition else how
        said.append(f"{how}: {mechanism.words(edge)}{why}")
    return "; ".join(list(dict.fromkeys(said))[:2]) or "no edge leads to it"


#: What the value of an outcome under a condition is, and its mark in a table. Where a finding states a comparison with
#: another condition only, the value itself is predicted.
MARKS = {
    "observed": "✓",
    "prediction": "·",
    "prediction, of which a comparison was observed": "≷",
    "prediction under an assumption": "*",
    "unknown": "?",
    "contested": "⇅",
    "readings disagree": "≠",
    "set": "=",
}


@dataclass(frozen=True)
class ConditionRow:
    """A declared condition with the value of each outcome under each reading, and what that value is."""

    condition: str
    title: str
    values: Mapping[str, Mapping[str, Value]]  # outcome node -> reading -> value
    status: Mapping[str, str]  # outcome node -> a key of MARKS


def table(
    mechanism: Mechanism, assume: Collection[str] = (), reading: str = "", values: Mapping[str, str] | None = None
) -> list[ConditionRow]:
    """Every declared condition and what comes out of it: the nodes that are outcomes, or all if none is.

    ``values`` are set on top of each condition.

    >>> from kg.formats import read
    >>> {row.condition: row.values["tumour_control"]["as written"] for row in table(read("ta1-tlr7"))}["both"]
    'strong'
    """
    run = Run(mechanism, assume, reading)
    values, main = keyed(mechanism, values), reading or AS_WRITTEN
    rows = []
    for condition in mechanism.conditions.values():
        settings = run.settings(condition.key, values)
        compared = _Comparison(run, main, settings, settings)
        each = {name: run.values(settings, name) for name in run.networks}
        found, status = {}, {}
        for node in mechanism.outcomes or mechanism.nodes:
            found[node] = {name: each[name][node] for name in each}
            split = len(set(found[node].values())) > 1
            status[node] = "readings disagree" if split else compared.status(node)
        rows.append(ConditionRow(condition.key, condition.title, found, status))
    return rows
