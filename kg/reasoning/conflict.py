"""A disagreement as a value: its sides, their contexts, and what separates them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.model import vocabulary
from kg.model.languages import speak
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Source, common_name, plain
from kg.model.vocabulary import Term
from kg.reasoning import contexts
from kg.reasoning.identity import around, taxa

#: What can separate two statements that contradict each other, in the order in which it is named.
CONTEXTS = (
    "place",
    "cell",
    "form",
    "species",
    *(kind for kind in contexts.kinds() if kind != "cell"),
    "assay",
    "condition",
)


Context = Mapping[str, Mapping[str, str]]  # of CONTEXTS: what is stated, as name -> label


@dataclass(frozen=True)
class Side:
    """One side of a disagreement: an edge, a route, a node, a note or a source of a mechanism, and what it rests on."""

    mechanism: str
    kind: str  # edge, node, note or source
    about: tuple[str, ...]  # names of edges, or the key of a node or a source
    words: str
    evidence: tuple[Evidence, ...] = ()
    sources: tuple[str, ...] = ()  # the source of each item of evidence, as one cites it

    @property
    def lines(self) -> tuple[str, ...]:
        """Each item of evidence in one line: what kind of claim, how it is hedged, its species, its place, its source."""
        found: dict[str, int] = {}
        for item, source in zip(self.evidence, self.sources, strict=True):
            claim = vocabulary.claims()[item.claim].label if item.claim in vocabulary.claims() else "no claim"
            said = [claim, item.stance * (item.stance != "supports"), f"“{item.hedge}”" * bool(item.hedge)]
            said += [f"{kind}: {contexts.listed(these)}" for kind, these in contexts.stated([item]).items()]
            said += [f"at “{item.anchor}”" * bool(item.anchor)]
            line = f"{'; '.join(filter(None, said))}: {item.because or ' — '.join(filter(None, (item.says, source)))}"
            found[line] = found.get(line, 0) + 1
        return tuple(line + f" (×{times})" * (times > 1) for line, times in found.items())

    def as_dict(self) -> dict[str, Any]:
        items = [{**plain(item), "source": s} for item, s in zip(self.evidence, self.sources, strict=True)]
        return {
            "mechanism": self.mechanism,
            "kind": self.kind,
            "about": list(self.about),
            "words": self.words,
            "evidence": items,
        }


@dataclass(frozen=True)
class Conflict:
    """A disagreement, kept with its sides.

    ``verdict`` is *separated* (something stated differs between the sides), *possible* (it is not stated whether it
    does), *direct* (what is stated is the same) or *noted* (nothing is contradicted, but a reader should know).
    """

    kind: str  # a key of KINDS
    verdict: str
    sides: tuple[Side, ...]
    separated: tuple[tuple[str, str, str], ...] = ()  # what separates the sides, and what each of them states
    open: tuple[str, ...] = ()  # what might separate them, and is not stated on some side
    because: str = ""  # in words, where there is more to say

    @property
    def key(self) -> str:
        """What makes it the same disagreement in two versions of a file: its kind and what it is about."""
        return " ".join(
            [self.kind, *sorted(f"{side.mechanism}:{side.kind}:{'>'.join(side.about)}" for side in self.sides)]
        )

    @property
    def title(self) -> str:
        by = ", ".join(dict.fromkeys(speak(name) for name, *_ in self.separated))
        why = speak("separated by {0}", by) if self.verdict == "separated" else speak(WHY.get(self.verdict, ""))
        return f"{speak(KINDS[self.kind])}: {why}" if why else speak(KINDS[self.kind])

    def as_dict(self) -> dict[str, Any]:
        """The disagreement as plain values, for ``--json``."""
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "title": self.title,
            "separated": [{"by": name, "sides": [one, other]} for name, one, other in self.separated],
            "not_stated": list(self.open),
            "because": self.because,
            "sides": [side.as_dict() for side in self.sides],
        }


KINDS = {
    "opposite-signs": "Opposite signs",
    "different-outcomes": "Different outcomes of one intervention",
    "different-starts": "Different starting states",
    "disputed": "Disputed by another source",
    "qualified": "Qualified by another source",
    "human-on-animal": "A human statement on animal evidence only",
    "firmer-than-source": "Firmer than the source",
    "one-paper": "One paper, not two",
}


#: What a title says of a verdict.
WHY = {"direct": "nothing stated separates them", "possible": "it is not stated what may separate them"}
VERDICTS = ("direct", "possible", "separated", "noted")


def edge_side(m: Mechanism, *edges: Edge) -> Side:
    items = tuple(item for edge in edges for item in edge.evidence)
    return side_of(m, "edge", [edge.name for edge in edges], "; ".join(map(m.words, edges)), items)


def side_of(m: Mechanism, kind: str, about: Iterable[str], words: str, items: Iterable[Evidence] = ()) -> Side:
    evidence = tuple(items)
    return Side(m.id, kind, tuple(about), words, evidence, tuple(cited_as(m, item) for item in evidence))


def cited_as(m: Mechanism, item: Evidence) -> str:
    source = m.source(item)
    if source is None or (item.because and not (item.anchor or item.span)):
        return "the curator's own"
    return named(source)


def named(source: Source) -> str:
    """A source in a few words: its title, its identifier, and how it was read."""
    id = f"doi:{source.doi}" if source.doi else f"PMID:{source.pmid}" if source.pmid else ""
    return ", ".join(
        filter(None, (source.title or id or source.url or source.key, id * bool(source.title), f"read: {source.read}"))
    )


def _stated(items: Iterable[Evidence], own: Mapping[str, str] | None = None) -> dict[str, dict[str, str]]:
    """Species, every kind of context, and assay, as items of evidence state them."""
    items = tuple(items)
    assays = {item.assay.id: item.assay.label for item in items if item.assay}
    found: dict[str, dict[str, str]] = {name: {} for name in CONTEXTS if name not in ("place", "form", "condition")}
    return {**found, **contexts.stated(items, own), "assay": assays}


def context(m: Mechanism, edge: Edge) -> dict[str, dict[str, str]]:
    """All that an edge states about where, when and in what it holds. What it does not state is empty."""
    ends = [m.nodes[edge.subject], m.nodes[m.object(edge)]]
    here, cells = around(m, edge.place or ends[1].place or ends[0].place)
    stated = _stated((item for item in edge.evidence if item.stance == "supports"), edge.context)
    for term in (term for node in ends for term in (node.term, *node.narrower) if term and term.taxon):
        own = Term(term.taxon, vocabulary.terms()[term.taxon].label if term.taxon in vocabulary.terms() else term.taxon)
        if len(taxa(ends[0]) | taxa(ends[1])) == 1:  # forms of several species state none
            stated["species"].setdefault(own.id, common_name(own))
    return {"place": here, **stated, "cell": stated["cell"] or cells}


def compared(one: Context, other: Context) -> tuple[list[tuple[str, str, str]], list[str]]:
    """What separates two contexts, and what might but is not stated.

    Place and species must be stated on both sides; time, dose and assay count as open where only one side states them,
    since hardly any source gives them.
    """
    separated, left = [], []
    for name in dict.fromkeys((*CONTEXTS, *one, *other)):
        here, there = one.get(name, {}), other.get(name, {})
        if here and there:
            if not here.keys() & there.keys():
                separated.append((name, contexts.listed(here), contexts.listed(there)))
        elif here or there or (name in ("place", "species") and name in one):
            left.append(name)
    return separated, left


def order(name: str) -> int:
    """The place of a kind of context among those that separate two statements; what the table does not know comes last."""
    return CONTEXTS.index(name) if name in CONTEXTS else len(CONTEXTS)


def verdict_of(separated: Sequence[object], left: Sequence[str]) -> str:
    return "separated" if separated else "possible" if left else "direct"
