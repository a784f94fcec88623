"""The parts of a mechanism: sources, places, nodes, edges, and the evidence on every edge, as frozen values.

The fields of each class are the keys of the notation (ontology/notation.tsv); docs/notation.md explains them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

from kg.model import vocabulary
from kg.model.diagnostics import Location
from kg.model.languages import speak
from kg.model.vocabulary import Predicate, Term

V = TypeVar("V")


class Frozen(Mapping[str, V]):
    """A mapping that cannot be changed, in the order of the file; equal to another whatever the order.

    >>> Frozen({"a": 1})["a"]
    1
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, V] | Iterable[tuple[str, V]] = ()) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Frozen({self._items!r})"


@dataclass(frozen=True)
class TrackedRecord:
    """What every part of a mechanism file has: where it stands, and where each of its keys stands."""

    at: Location | None = field(default=None, compare=False, repr=False, kw_only=True)
    locations: Frozen[Location] = field(default=Frozen(), compare=False, repr=False, kw_only=True)

    def location_of(self, key: str) -> Location | None:
        """Where the value of a key stands, or else the record itself."""
        return self.locations.get(key, self.at)


@dataclass(frozen=True)
class Evidence(TrackedRecord):
    """One reason to believe, or doubt, a statement: a place in a source, or the curator's own because.

    Where a source was not read in full there may be no place to give; ``says`` tells in our words what it says.
    """

    source: str = ""
    anchor: str = ""
    span: tuple[int, int] | None = None
    says: str = ""
    because: str = ""
    claim: str = ""
    hedge: str = ""
    taxon: tuple[Term, ...] = ()
    assay: Term | None = None
    time: str = ""
    dose: str = ""
    context: Frozen[str] = Frozen()  # kind of ontology/contexts.tsv -> a term or words
    stance: str = "supports"


@dataclass(frozen=True)
class Source(TrackedRecord):
    """A text, or a study that is known through one. ``read`` says how much of it the curator read."""

    key: str = ""
    kind: str = ""
    title: str = ""
    authors: str = ""
    publisher: str = ""
    date: str = ""
    doi: str = ""
    pmid: str = ""
    url: str = ""
    texts: tuple[str, ...] = ()
    read: str = "full"
    reports: str = ""
    interest: str = ""
    licence: str = ""

    @property
    def label(self) -> str:
        """Its title; where none was seen, what is known: its kind, where it appeared, and when.

        >>> Source(kind="journal article", publisher="Blood", date="2013-10-24").label
        'journal article, Blood, 2013-10-24'
        """
        return self.title or ", ".join(filter(None, (self.kind, self.publisher, self.date))) or self.key


@dataclass(frozen=True)
class Place(TrackedRecord):
    """Where things happen: a tissue, a cell, a compartment, possibly inside another place."""

    key: str = ""
    term: Term | None = None
    name: str = ""
    inside: str = ""

    @property
    def label(self) -> str:
        return self.name or (self.term.label if self.term else self.key)


@dataclass(frozen=True)
class Node(TrackedRecord):
    """A participant: something that is present or not, active or not, or has a level."""

    key: str = ""
    term: Term | None = None
    name: str = ""
    place: str = ""
    at_start: str = ""
    levels: tuple[str, ...] = ()
    outcome: bool = False
    narrower: tuple[Term, ...] = ()
    kind: str = ""
    note: str = ""
    plural: str = ""  # yes or no; empty: as its label tells
    same: tuple[Term, ...] = ()
    broader: tuple[Term, ...] = ()
    activity_of: str = ""  # the key of the node whose activity this is
    thing: Node | None = field(default=None, compare=False, repr=False)  # that node: its mechanism fills it in

    @property
    def label(self) -> str:
        """What it is called: by its name, its term, what it is the activity of, or else its key.

        >>> [Node(activity_of="X", thing=Node(name=name)).label for name in ("TLR7", "T cells")]
        ['TLR7 activity', 'activity of T cells']
        """
        return self.name or (self.term.label if self.term else self._as_activity) or self.key

    @property
    def _as_activity(self) -> str:
        if self.thing is None:
            return ""
        return activity(self.thing.label, self.thing.many)

    @property
    def many(self) -> bool:
        """Whether it is spoken of in the plural: as the file says, else as its label does.

        >>> [Node(name=name).many for name in ("Th17 cells", "apoptosis", "cells of the lymph node", "KRAS")]
        [True, False, True, False]
        """
        head = re.split(r" (?:of|in|on|for|with|without|to|from|after|by|at) |[,(]", self.label.strip())[0].split()
        return self.plural == "yes" or (not self.plural and bool(head) and bool(re.search(PLURAL, head[-1])))

    @property
    def drawn_as(self) -> str:
        """Its kind, as written or as its term's category says: treatment, molecule, ... or other; an activity is a process."""
        by_term = vocabulary.kind_of_term(self.term.id) if self.term else "other"
        return self.kind or ("process" if self.activity_of and by_term == "other" else by_term)

    @property
    def category(self) -> str:
        """The class of the Biolink Model that it is of, as its term says; an activity without one is that of a molecule, or
        a process; nothing where neither says.

        >>> Node(activity_of="X", thing=Node(kind="molecule")).category
        'biolink:MolecularActivity'
        """
        entry = vocabulary.terms().get(self.term.id) if self.term else None
        if self.thing and not self.term:
            return "biolink:MolecularActivity" if self.thing.drawn_as == "molecule" else "biolink:BiologicalProcess"
        return entry.category if entry else ""


def activity(thing: str, many: bool) -> str:
    """What the activity of a thing is called that has no name of its own.

    >>> activity("TLR7", many=False), activity("T cells", many=True)
    ('TLR7 activity', 'activity of T cells')
    """
    return speak("activity of {0}" if many else "{0} activity", thing)


@dataclass(frozen=True)
class Requirement(TrackedRecord):
    """A node that an edge needs (requires) or must not meet (unless), possibly at a level."""

    node: str = ""
    level: str = ""
    evidence: tuple[Evidence, ...] = ()


#: The end of a word in the plural; apoptosis, virus, process and pancreas are singular.
PLURAL = r"(?<![sui])(?<!pancrea)(?<!diabete)(?<!serie)(?<!specie)(?<!rabie)(?<!len)(?<=[a-z])s$"


ONE_LOWER = "one level lower"  # how far a decrease goes, where no level is named


@dataclass(frozen=True)
class Effect(Evidence):
    """How far a decrease goes, and where that stands: complete, to a level, one level lower, or else unstated."""

    complete: bool = False
    to: str = ""

    @property
    def extent(self) -> str:
        """How far it goes, in words.

        >>> Effect(complete=True).extent, Effect(to="low").extent, Effect(to=ONE_LOWER).extent, Effect().extent
        ('complete', 'to low', 'one level lower', 'unstated')
        """
        to = self.to if self.to in ("", ONE_LOWER) else f"to {self.to}"
        return "complete" if self.complete else to or "unstated"


@dataclass(frozen=True)
class Sentence:
    """An edge as it is said: ``subject verb object``, with ``other`` in ``A protects B from C``.

    >>> Sentence("Ta1", "protects", "miR146a", "RNase_A").text
    'Ta1 protects miR146a from RNase_A'
    """

    subject: str = ""
    verb: str = ""
    object: str = ""
    other: str = ""

    @property
    def text(self) -> str:
        return f"{self.subject} {self.verb} {self.object}" + (f" from {self.other}" if self.other else "")

    @property
    def name(self) -> str:
        """The name of an edge that is given none: its words, joined by hyphens."""
        return self.text.replace(" ", "-") if self.subject else ""


@dataclass(frozen=True)
class Edge(TrackedRecord):
    """A signed sentence with its evidence, and the conditions under which it acts."""

    sentence: Sentence = Sentence()
    name: str = ""
    place: str = ""
    requires: tuple[Requirement, ...] = ()
    unless: tuple[Requirement, ...] = ()
    level: str = ""
    effect: Effect | None = None
    run: bool = True
    evidence: tuple[Evidence, ...] = ()
    context: Frozen[str] = Frozen()
    mechanism: str = ""  # in a graph of several mechanisms: the one that says it
    definition: bool = False  # it follows from what its object is (``activity of``), so that no source need state it

    @property
    def subject(self) -> str:
        return self.sentence.subject

    @property
    def verb(self) -> str:
        return self.sentence.verb

    @property
    def predicate(self) -> Predicate:
        """What the verb means. Raises KeyError for a verb that is not in predicates.tsv."""
        return vocabulary.predicates()[self.verb]

    @property
    def role(self) -> str:
        """increases, decreases, blocks or none."""
        return self.predicate.role

    @property
    def executes(self) -> bool:
        """Whether a run uses it: ``run: no`` and verbs without a role are only drawn and exported."""
        return self.run and self.role != "none"

    @property
    def disputed(self) -> bool:
        return any(item.stance == "disputes" for item in self.evidence)

    @property
    def denied(self) -> bool:
        """Whether all of its evidence disputes it: what the sources say is that it is not so."""
        return bool(self.evidence) and all(item.stance == "disputes" for item in self.evidence)

    @property
    def asserted(self) -> bool:
        """Whether it may stand as a bare triple: an unhedged finding or background claim supports it, none disputes it."""
        firm = (item for item in self.evidence if item.stance == "supports" and not item.hedge)
        return any(item.claim in BARE for item in firm) and not self.disputed and self.predicate.bare == "yes"

    @property
    def taxa(self) -> tuple[Term, ...]:
        """The species that its supporting evidence states. What qualifies or disputes it was seen elsewhere, perhaps."""
        stated = (taxon for item in self.evidence if item.stance == "supports" for taxon in item.taxon)
        return tuple(dict.fromkeys(stated))

    @property
    def claim(self) -> str:
        """The firmest claim among its supporting evidence, in the order of claims.tsv; a definition claims nothing."""
        if self.definition:
            return BY_DEFINITION
        supporting = {item.claim for item in self.evidence if item.stance == "supports"}
        return next((claim for claim in vocabulary.claims() if claim in supporting), "")


def defined(nodes: Mapping[str, Node], edges: Iterable[Edge]) -> tuple[Frozen[Node], tuple[Edge, ...]]:
    """Nodes that know of which node they are the activity, and the edges with those that follow from it.

    That a thing is required for its activity is an edge like any other, for all that reads the edges of a mechanism: it has
    no evidence and needs none. It is made here and nowhere else.

    >>> _, (edge,) = defined({"A": Node("A"), "A_active": Node("A_active", activity_of="A")}, ())
    >>> edge.name, edge.definition
    ('A-required_for-A_active', True)
    """
    things = {key: nodes.get(node.activity_of) if node.activity_of != key else None for key, node in nodes.items()}
    known = {
        key: replace(node, thing=None if (of := things[key]) is None else replace(of, thing=None))
        for key, node in nodes.items()
    }
    wanted = {Sentence(node.activity_of, DEFINED, key): node for key, node in known.items() if node.thing}
    kept = [edge for edge in edges if not edge.definition or edge.sentence in wanted]
    for sentence in dict.fromkeys(edge.sentence for edge in kept if edge.definition):
        del wanted[sentence]
    made = (
        Edge(sentence, sentence.name, definition=True, at=node.location_of("activity of"))
        for sentence, node in wanted.items()
    )
    return Frozen(known), (*kept, *made)


GRID_LINES = 48  # a layout of a file's own is used up to so many lines: the search for their ways grows with the square
BY_DEFINITION = "by definition"  # in the place of what supports such an edge


DEFINED = "required_for"  # the verb of the edge that follows from what an activity is of


#: What must be said beside a mechanism of that status.
STATUS = {"outline": "Outline: only excerpts of its sources were read"}


BARE = frozenset(claim.claim for claim in vocabulary.claims().values() if claim.bare == "yes")


@dataclass(frozen=True)
class Change(TrackedRecord):
    """What a reading replaces in one edge; None leaves the edge's own."""

    requires: tuple[Requirement, ...] | None = None
    unless: tuple[Requirement, ...] | None = None
    level: str | None = None
    effect: Effect | None = None
    run: bool | None = None


@dataclass(frozen=True)
class Reading(TrackedRecord):
    """A rival encoding of the same text."""

    key: str = ""
    title: str = ""
    edges: Frozen[Change] = Frozen()


@dataclass(frozen=True)
class Assumption(TrackedRecord):
    """What the source leaves open and a run may fix; never on unless asked for."""

    key: str = ""
    title: str = ""
    values: Frozen[str] = Frozen()
    because: str = ""


@dataclass(frozen=True)
class Condition(TrackedRecord):
    """A named starting point of a run, and the context in which it is asked, if it states one."""

    key: str = ""
    title: str = ""
    values: Frozen[str] = Frozen()
    context: Frozen[str] = Frozen()
    taxon: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Expect:
    """What must come out: ``relation`` is one of is, same as, higher than, lower than.

    >>> Expect("tumour_control", "same as", "chemo").text
    'tumour_control same as chemo'
    """

    node: str = ""
    relation: str = ""
    than: str = ""

    @property
    def text(self) -> str:
        return f"{self.node} {self.relation} {self.than}"


@dataclass(frozen=True)
class Expectation(TrackedRecord):
    """What a source says must come out under a condition."""

    given: str = ""
    expect: Expect = Expect()
    reading: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Note(TrackedRecord):
    """Something to say that no edge can: a status, a caution, a gap."""

    note: str = ""
    about: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Translation(TrackedRecord):
    """The words of a stop in another language; ``key`` is its tag, such as de or pt-BR."""

    key: str = ""
    title: str = ""
    caption: str = ""
    plain: str = ""
    question: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Wording(TrackedRecord):
    """What a mechanism and its parts are called in another language; ``key`` is its tag, such as de or pt-BR."""

    key: str = ""
    title: str = ""
    summary: str = ""
    places: Frozen[str] = Frozen()  # the key of a place -> its name in this language; so for the others
    nodes: Frozen[str] = Frozen()
    readings: Frozen[str] = Frozen()
    assumptions: Frozen[str] = Frozen()
    conditions: Frozen[str] = Frozen()


#: The parts of a mechanism that a Wording names, and which field of them is what they are called.
NAMED = {"places": "name", "nodes": "name", "readings": "title", "assumptions": "title", "conditions": "title"}
LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"  # the tag of a language, as BCP 47 has it


@dataclass(frozen=True)
class Stop(TrackedRecord):
    """A stop of the guided tour."""

    title: str = ""
    caption: str = ""
    plain: str = ""
    light: tuple[str, ...] = ()
    condition: str = ""
    question: str = ""
    answer: str = ""
    translations: Frozen[Translation] = Frozen()

    def told(self, language: str) -> Stop:
        """The stop in another language; its own words where there is no translation.

        >>> Stop(title="The shield", translations=Frozen({"de": Translation(title="Der Schutz")})).told("de").title
        'Der Schutz'
        """
        words = self.translations.get(language, Translation())
        fields = ("title", "caption", "plain", "question", "answer")
        return replace(self, **{name: getattr(words, name) or getattr(self, name) for name in fields})


@dataclass(frozen=True)
class Support:
    """What edges rest on, as counts: no grade, no product. Two sources that report one paper count once."""

    supporting: int  # independent papers, and so on
    disputing: int
    qualifying: int
    claims: Mapping[str, int]
    species: tuple[str, ...]  # labels of the taxa that the supporting evidence states; empty means not stated
    designs: tuple[str, ...]  # labels of the assays that it states
    read: tuple[str, ...]  # how those papers were read: full, excerpt, abstract, report, no
    disagreements: int | None = None  # that the edges are in; None: not looked for, ``conflicts.support`` looks
    defined: bool | None = None  # true if all of them follow from definitions, and no source need support them

    def as_dict(self) -> dict[str, Any]:
        """The counts as plain values, for ``--json``."""
        values = {**asdict(self), "claims": dict(self.claims)}
        return {key: value for key, value in values.items() if value is not None}

    @property
    def counts(self) -> str:
        """The independent sources by stance, and the disagreements, in a few words."""
        if self.defined:
            return speak(BY_DEFINITION)
        n = self.supporting
        said = [speak("{0} sources" if n > 1 else "{0} source", n) if n else speak("no source")]
        said += [speak("{0} disputing", self.disputing)] if self.disputing else []
        said += [speak("{0} qualifying", self.qualifying)] if self.qualifying else []
        n = self.disagreements or 0
        said += [speak("{0} disagreements" if n > 1 else "{0} disagreement", n)] if n else []
        return ", ".join(said)

    def __str__(self) -> str:
        if self.defined:
            return BY_DEFINITION
        stated = {"species": self.species, "assays": self.designs, "read": self.read}
        return "; ".join(
            [self.counts, *(f"{name}: {', '.join(said) or 'not stated'}" for name, said in stated.items())]
        )


def common_name(taxon: Term) -> str:
    """A species as a reader says it; its scientific name where none is known.

    >>> common_name(Term("NCBITaxon:10090", "Mus musculus"))
    'mouse'
    """
    entry = vocabulary.terms().get(taxon.id)
    return next(iter(entry.synonyms), taxon.label) if entry else taxon.label


def plain(evidence: Evidence) -> dict[str, Any]:
    """An item of evidence as plain values: the keys of the notation that have something to say."""
    values: dict[str, Any] = {
        one.name: value
        for one in fields(evidence)
        if (value := getattr(evidence, one.name)) and one.name not in ("at", "locations")
    }
    if evidence.taxon:
        values["taxon"] = [str(taxon) for taxon in evidence.taxon]
    if evidence.assay:
        values["assay"] = str(evidence.assay)
    if evidence.context:
        values["context"] = dict(evidence.context)
    return values
