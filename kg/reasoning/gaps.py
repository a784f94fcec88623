"""What evidence would settle most: what is missing, by how many outcomes depend on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.model.mechanism import Mechanism
from kg.model.records import Edge
from kg.reasoning import experiments, reasons
from kg.reasoning.network import AS_WRITTEN, Run

#: Kinds of gap, in the order in which those of equal weight are told.
KINDS = {
    "blocks-outcome": "Unknown, and an outcome depends on it",
    "not-known-at-start": "Starting state not stated",
    "inference-only": "Supported only by an inference of the curator",
    "one-secondary-source": "Supported by one source, which reports the study at second hand",
    "unpinned": "Not tested by any expectation",
    "no-species": "Species not stated",
}


@dataclass(frozen=True)
class Gap:
    """Something that is not known of a node or an edge, and the outcomes that depend on it."""

    kind: str
    mechanism: str
    about: str  # the name of an edge or the key of a node
    words: str
    outcomes: tuple[str, ...]  # keys of the nodes
    labels: tuple[str, ...]  # and what they are called

    def as_dict(self) -> dict[str, object]:
        """The gap as plain values, for ``--json``."""
        return {**vars(self), "outcomes": list(self.outcomes), "labels": list(self.labels)}


def gaps(mechanisms: Iterable[Mechanism]) -> list[Gap]:
    """Every gap of valid mechanisms: those first on which most outcomes depend.

    An outcome is a node with ``outcome: yes``; where a mechanism declares none, every node is one.

    >>> from kg.formats import read
    >>> [(gap.kind, gap.about) for gap in gaps([read("ta1-tlr7")])][:1]
    [('blocks-outcome', 'spontaneous_bodies')]
    """
    found = [gap for m in mechanisms for gap in _Gaps(m).all()]
    order = list(KINDS)
    return sorted(found, key=lambda gap: (-len(gap.outcomes), order.index(gap.kind)))


class _Gaps:
    """One mechanism, with the outcomes that each of its edges and nodes bears on."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.asked = [node.key for node in mechanism.nodes.values() if node.outcome] or list(mechanism.nodes)
        self.run = Run(mechanism) if any(edge.executes for edge in mechanism.edges) else None
        self.on: dict[str, list[str]] = {}  # the name of an edge or the key of a node -> outcomes
        if self.run:
            net = self.run.networks[AS_WRITTEN]
            for outcome in self.asked:
                cone = net.cone(net.variables[outcome])
                for name, gate in net.fires.items():
                    self.on.setdefault(name, []).extend([outcome] * (gate in cone))
                for key, gates in net.variables.items():
                    self.on.setdefault(key, []).extend([outcome] * bool(cone & set(gates)))

    def all(self) -> Iterator[Gap]:
        yield from self.unknowns()
        for node in self.m.nodes.values():
            made = any(e.executes and e.role == "increases" and e.sentence.object == node.key for e in self.m.edges)
            if node.at_start in ("", "unknown") and not made and self.on.get(node.key):
                yield self.gap(
                    "not-known-at-start", node.key, f"{'are' if node.many else 'is'} {node.label} present at the start?"
                )
        for edge in self.m.edges:
            yield from self.edge(edge)
        if self.m.expectations and self.run:
            for name in experiments.unpinned(self.m):
                yield self.gap("unpinned", name, self.m.words(self.m.edge(name)))

    def unknowns(self) -> Iterator[Gap]:
        """The facts that leave an outcome open under a declared condition, as ``kg whatif`` names them."""
        left: dict[tuple[str, str], dict[str, list[str]]] = {}  # whether, or how far -> outcome -> conditions
        for condition in self.m.conditions.values() if self.run else ():
            for outcome in self.asked:
                for fact in reasons.unsettled(self.run, outcome, condition.key) if self.run else ():
                    under = left.setdefault(("how far" if fact.kind == "effect" else "whether", fact.name), {})
                    under.setdefault(outcome, []).append(condition.title or condition.key)
        for (word, about), by in left.items():
            far = word == "how far"
            node = self.m.nodes.get(about)
            verb, label = ("are" if node.many else "is", node.label) if node else ("", "")
            said = f"how far {self.m.words(self.m.edge(about))}?" if far else f"{verb} {label} present?"
            conditions = "; ".join(dict.fromkeys(name for names in by.values() for name in names))
            yield self.gap("blocks-outcome", about, f"{said} Undecided in: {conditions}", by)

    def edge(self, edge: Edge) -> Iterator[Gap]:
        support, words = self.m.support(edge), self.m.words(edge)
        held = [item for item in edge.evidence if item.stance == "supports"]
        if held and all(item.claim == "inference" for item in held):
            yield self.gap("inference-only", edge.name, words)
        elif support.supporting == 1 and all(
            source.reports or source.read in ("report", "no")
            for item in held
            if not item.because and (source := self.m.source(item))
        ):
            yield self.gap("one-secondary-source", edge.name, words)
        if not support.species and not all(item.claim == "inference" for item in held):
            yield self.gap("no-species", edge.name, words)

    def gap(self, kind: str, about: str, words: str, outcomes: Iterable[str] | None = None) -> Gap:
        on = tuple(self.on.get(about, ()) if outcomes is None else outcomes)
        return Gap(kind, self.m.id, about, words, on, tuple(self.m.nodes[key].label for key in on))
