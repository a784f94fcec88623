"""In which context a statement holds, and what becomes of the edges when a question is asked in one.

A context is what evidence, an edge or a condition states under ``context:`` (kinds in ``ontology/contexts.tsv``), beside
the species, the time and the dose. Two statements of one kind *agree* if they name the same thing; what is not stated
neither agrees nor differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kg.model import vocabulary
from kg.model.mechanism import Mechanism, once
from kg.model.records import Condition, Edge, Evidence, Frozen, common_name
from kg.model.vocabulary import Term

#: What is stated: kind of context -> every name of the thing, each with how the thing is called.
Stated = Mapping[str, Mapping[str, str]]
#: A claim of a mechanism that holds or not: edge, or requires or unless with the edge and the node.
Claim = tuple[str, ...]


def kinds() -> tuple[str, ...]:
    """The kinds of context of ``ontology/contexts.tsv``."""
    return tuple(row["kind"] for row in vocabulary.table("contexts.tsv"))


def stating(mechanism: Mechanism) -> Iterator[Edge | Evidence | Condition]:
    """Everything in a file that states a context."""
    yield from (edge for edge in mechanism.edges if edge.context)
    yield from (item for item in mechanism.evidence() if item.context)
    yield from (condition for condition in mechanism.conditions.values() if condition.context)


def term_of(text: str) -> Term | None:
    """The term that a context names as ``ID ! label``; None for words.

    >>> str(term_of("CL:0000235 ! macrophage")), term_of("LPS")
    ('CL:0000235 ! macrophage', None)
    """
    found = re.fullmatch(r"([^\s:]+:\S+) ! (\S+(?: \S+)*)", text)
    return Term(found[1], found[2]) if found else None


def names(text: str) -> dict[str, str]:
    """All names of what a context states, each with how it is called: words agree with a term that is called so.

    >>> names("LPS"), "CL:0000235" in names("CL:0000235 ! macrophage")
    ({'lps': 'LPS'}, True)
    """
    term = term_of(text)
    shown = term.label if term else " ".join(text.split())
    entry = vocabulary.terms().get(term.id) if term else None
    every = [term.id, term.label, *(entry.synonyms if entry else ())] if term else [shown]
    return {name.casefold() if not term or name != term.id else name: shown for name in every}


def stated(items: Iterable[Evidence], own: Mapping[str, str] | None = None) -> dict[str, dict[str, str]]:
    """What items of evidence state about where and in what it was seen, with what an edge itself states.

    >>> stated([Evidence(context=Frozen({"inducer": "LPS"}), dose="1 mg/kg")])
    {'inducer': {'lps': 'LPS'}, 'dose': {'1 mg/kg': '1 mg/kg'}}
    """
    found: dict[str, dict[str, str]] = {}

    def add(kind: str, those: Mapping[str, str]) -> None:
        if those:
            found.setdefault(kind, {}).update(those)

    for kind, text in (own or {}).items():
        add(kind, names(text))
    for item in items:
        add("species", species(item.taxon))
        for kind, text in item.context.items():
            add(kind, names(text))
        add("time", names(item.time) if item.time else {})
        add("dose", names(item.dose) if item.dose else {})
    return found


def species(taxa: Iterable[Term]) -> dict[str, str]:
    """Species as a context states them, by identifier, scientific and common name."""
    return {name: said for t in taxa for said in [common_name(t)] for name in (t.id, t.label.casefold(), said)}


def listed(names: Mapping[str, str]) -> str:
    """What is stated of one kind, as one reads it: each thing once."""
    return ", ".join(dict.fromkeys(names.values()))


@dataclass(frozen=True)
class Context:
    """The context of a question: kind -> term or words, and the species."""

    values: Frozen[str] = Frozen()
    taxon: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values or self.taxon)

    @property
    def stated(self) -> Stated:
        of_species = {"species": species(self.taxon)} if self.taxon else {}
        return {**of_species, **{kind: names(text) for kind, text in self.values.items()}}

    def also(self, other: Context) -> Context:
        """The same with what another states; where both state a kind, the other wins.

        >>> str(Context(Frozen({"cell": "B cell", "sex": "female"})).also(Context(Frozen({"cell": "T cell"}))))
        'cell: T cell; sex: female'
        """
        named = "species" in other.values or other.taxon
        return Context(Frozen({**self.values, **other.values}), other.taxon if named else self.taxon)

    def as_dict(self) -> dict[str, str]:
        """Each kind with what is stated of it, for ``--json``."""
        return {kind: listed(named) for kind, named in self.stated.items()}

    def __str__(self) -> str:
        return "; ".join(f"{kind}: {text}" for kind, text in self.as_dict().items())


def of(condition: Condition) -> Context:
    """The context that a condition states."""
    return Context(condition.context, condition.taxon)


@dataclass(frozen=True)
class Difference:
    """Where a statement was made in another context than the question."""

    kind: str
    stated: str
    asked: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.stated}, not {self.asked}"


@dataclass(frozen=True)
class Fate:
    """What becomes of an edge, or of a requirement of one, when a question is asked in a context.

    *left out*: all that supports it was seen in another context, as ``differences`` say. *contested*: sources of this
    context disagree on it; ``supports`` and ``disputes`` name each of them, and for opposite edges ``against`` is the
    other edge.
    """

    edge: str
    verdict: Literal["left out", "contested"]
    node: str = ""  # of a requirement
    differences: tuple[Difference, ...] = ()
    against: str = ""
    supports: tuple[str, ...] = ()
    disputes: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.verdict == "left out":
            return "; ".join(map(str, self.differences))
        supports, disputes = (" and ".join(titles) for titles in (self.supports, self.disputes))
        return f"{supports} {'for this' if self.against else 'for'}, {disputes} {'for the opposite' if self.against else 'against'}"

    def as_dict(self) -> dict[str, Any]:
        """The fate as plain values, for ``--json``; what is empty is left out."""
        plain: dict[str, Any] = {"edge": self.edge, "node": self.node, "against": self.against}
        plain["differences"] = [vars(one) for one in self.differences]
        plain |= {"supports": list(self.supports), "disputes": list(self.disputes)}
        return {key: value for key, value in plain.items() if value}


def compared(said: Stated, asked: Stated) -> tuple[list[Difference], bool]:
    """What differs between a statement and a question, and whether they agree on anything that both state."""
    both = [kind for kind in asked if said.get(kind)]
    apart = [kind for kind in both if not said[kind].keys() & asked[kind].keys()]
    return [Difference(kind, listed(said[kind]), listed(asked[kind])) for kind in apart], len(apart) < len(both)


@once
def fates(mechanism: Mechanism, context: Context) -> dict[Claim, Fate]:
    """Every claim of a mechanism that does not simply hold in a context, with what becomes of it.

    The same edges hold as without a context, but for these: an edge or a requirement all of whose support was seen in
    another context is left out, and one on which sources of this context disagree is contested. A source is of this
    context if it states nothing else; at least one side must state this very context, else nothing is contested that
    was not before.
    """
    asked = context.stated
    found: dict[Claim, Fate] = {}
    if not asked:
        return found
    agreeing: set[str] = set()  # edges that a source of this very context supports
    for edge in mechanism.edges:
        fate, agrees = _fate(mechanism, edge.name, "", edge.evidence, edge.context, asked)
        if fate:
            found["edge", edge.name] = fate
        if agrees:
            agreeing.add(edge.name)
        for kind, needs in (("requires", edge.requires), ("unless", edge.unless)):
            for needed in needs:
                fate, _ = _fate(mechanism, edge.name, needed.node, needed.evidence, {}, asked)
                if fate:
                    found[kind, edge.name, needed.node] = fate
    for one, other in _opposites(mechanism.edges):
        here = [found.get(("edge", edge.name)) for edge in (one, other)]
        if not any(here) and {one.name, other.name} & agreeing:
            for edge, against in ((one, other), (other, one)):
                named = _sources(mechanism, edge.evidence), _sources(mechanism, against.evidence)
                found["edge", edge.name] = Fate(edge.name, "contested", "", (), against.name, *named)
    return found


def _fate(
    mechanism: Mechanism, edge: str, node: str, items: Iterable[Evidence], own: Mapping[str, str], asked: Stated
) -> tuple[Fate | None, bool]:
    """What becomes of a claim with this evidence, and whether something that supports it states this very context."""
    differences, agrees = compared(stated((), own), asked)
    if differences:
        return Fate(edge, "left out", node, tuple(differences)), False
    sides: dict[str, list[tuple[Evidence, list[Difference], bool]]] = {"supports": [], "disputes": []}
    for item in items:
        if item.stance in sides:
            sides[item.stance].append((item, *compared(stated([item]), asked)))
    here = {name: [(item, same) for item, apart, same in side if not apart] for name, side in sides.items()}
    if sides["supports"] and not here["supports"]:
        apart = (difference for _, differences, _ in sides["supports"] for difference in differences)
        return Fate(edge, "left out", node, tuple(dict.fromkeys(apart))), False
    supported = agrees or any(same for _, same in here["supports"])
    if here["supports"] and here["disputes"] and (supported or any(same for _, same in here["disputes"])):
        named = (_sources(mechanism, (item for item, _ in here[name])) for name in ("supports", "disputes"))
        return Fate(edge, "contested", node, (), "", *named), supported
    return None, supported


def _opposites(edges: Iterable[Edge]) -> Iterable[tuple[Edge, Edge]]:
    """Every two edges by which one node both increases and decreases another."""
    on: dict[tuple[str, str], dict[str, list[Edge]]] = {}
    for edge in edges:
        if edge.executes and not edge.denied and edge.role in ("increases", "decreases"):
            on.setdefault((edge.subject, edge.sentence.object), {}).setdefault(edge.role, []).append(edge)
    for by in on.values():
        yield from ((up, down) for up in by.get("increases", ()) for down in by.get("decreases", ()))


def _sources(mechanism: Mechanism, items: Iterable[Evidence]) -> tuple[str, ...]:
    """The titles of the sources of some evidence, each once."""
    found = (mechanism.source(item) for item in items)
    return tuple(dict.fromkeys(source.label for source in found if source))


def holds(fates: Mapping[Claim, Fate]) -> dict[Claim, bool | None]:
    """Whether each of these claims holds in a run: no if it is left out, not known if it is contested."""
    return {claim: None if fate.verdict == "contested" else False for claim, fate in fates.items()}
