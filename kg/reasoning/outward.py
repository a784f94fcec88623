"""What every export says of a mechanism: its statements, derived once, so that all formats say the same.

A statement is an edge, something that an edge requires or excludes, or a definition: that a thing is required for its
activity. Formats write what stands here, and RDF too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kg.model import identities, vocabulary
from kg.model.mechanism import Mechanism, once
from kg.model.records import BARE, Edge, Evidence, Frozen, Node, Requirement, Source, plain
from kg.model.vocabulary import Predicate, Term
from kg.reasoning import contexts, disagreements, routes, whatif

if TYPE_CHECKING:
    import networkx as nx

#: What is said of a node that an edge requires and the object of that edge, by what the edge does to it.
NEEDED = {"increases": "required_for", "decreases": "affects", "blocks": "affects", "none": "related_to"}
NOT_PROVIDED = "not_provided"
ENTAILED = "logical_entailment"  # in the Biolink Model the knowledge level of what follows from a definition
DEFINITION = "definition"  # the kind of such a statement


@dataclass(frozen=True)
class Statement:
    """What an export says of two nodes, and what it rests on.

    ``behind`` is the evidence for what is said: that which supports it or, where all evidence disputes it and it is
    ``negated``, that which disputes it. Species, publications, hedges and claim are those of ``behind``.
    """

    name: str  # the edge's name; of a requirement EDGE/requires/NODE, as in its IRI
    kind: str  # edge, requires, unless or definition
    edge: Edge  # the edge that says it
    subject: str  # keys of nodes; a blocking edge goes to the object of what it blocks
    verb: str
    object: str
    acts_on: str  # the edge that it blocks, is required for, or stops
    effect: int  # +1, -1 or 0: what follows for the object, where what lowers it is blocked, say
    evidence: tuple[Evidence, ...]
    behind: tuple[Evidence, ...]
    claim: (
        str  # the firmest claim of behind; what no source supports is the curator's inference; empty for a definition
    )
    acting_claim: str  # the weakest of the claims on which the edge acts in a run
    asserted: bool  # whether it stands as a bare triple
    negated: bool
    disputed: bool
    publications: tuple[str, ...]  # CURIEs, or addresses where there is no number

    @property
    def predicate(self) -> Predicate:
        return vocabulary.predicates()[self.verb]

    @property
    def sign(self) -> int:
        """+1, -1 or 0: the sign of its verb."""
        return {"+": 1, "-": -1}.get(self.predicate.sign, 0)

    @property
    def inferred(self) -> bool:
        """Whether it is no more than a conclusion, a hypothesis, or the curator's own step; a definition is more."""
        return self.kind != DEFINITION and _conjecture(self.claim)

    @property
    def hedges(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.hedge for item in self.behind if item.hedge))

    @property
    def species(self) -> tuple[Term, ...]:
        """The union of the species that its evidence states; none where none is stated."""
        return tuple(dict.fromkeys(taxon for item in self.behind for taxon in item.taxon))

    @property
    def context(self) -> dict[str, str]:
        """In what it was seen, by kind, beside its species: what its evidence states, and the edge itself."""
        own = self.edge.context if self.kind == "edge" else {}
        stated = contexts.stated(self.behind, own)
        return {kind: contexts.listed(said) for kind, said in stated.items() if kind != "species"}

    @property
    def anchors(self) -> tuple[str, ...]:
        """The words of sources that it points to, without those that only the curator's own step starts from."""
        return tuple(dict.fromkeys(item.anchor for item in self.behind if item.anchor and not own_step(item)))

    @property
    def knowledge_level(self) -> str:
        """A knowledge assertion is what stands as a bare triple, or is firmly denied; a hedged finding is none."""
        if self.kind == DEFINITION:
            return ENTAILED
        level = vocabulary.claims()[self.claim].knowledge_level
        firm = self.asserted or (self.negated and any(_firm(item) for item in self.behind))
        return level if firm or level != "knowledge_assertion" else NOT_PROVIDED

    @property
    def agent_type(self) -> str:
        """The curator makes inferences and definitions; who made what sources state is not provided."""
        return (
            "manual_agent"
            if self.kind == DEFINITION or vocabulary.claims()[self.claim].locator == "no"
            else NOT_PROVIDED
        )


@once
def statements(mechanism: Mechanism) -> tuple[Statement, ...]:
    """All statements, in the order of the file; what an edge requires follows it.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> [one.name for one in statements(seed) if one.subject == "TLR7"]
    ['activation/requires/TLR7']
    >>> words(seed, by_name(seed)["activation/requires/TLR7"])
    'TLR7 is required for TLR7 signalling'

    Raises KeyError if the mechanism is not valid.
    """
    told = list(_Statements(mechanism).all())
    disputed = {(one.subject, one.verb, one.object) for one in told if one.disputed}
    return tuple(
        replace(one, asserted=False) if one.asserted and (one.subject, one.verb, one.object) in disputed else one
        for one in told
    )


@once
def by_name(mechanism: Mechanism) -> dict[str, Statement]:
    """The statements by their names."""
    return {one.name: one for one in statements(mechanism)}


@once
def without_inferences(mechanism: Mechanism) -> Mechanism:
    """What sources state of a mechanism, for formats that cannot say what is an inference or a hypothesis.

    Edges, requirements and effects that are no more are left out, and nodes that only these joined.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> len(seed.edges), len(without_inferences(seed).edges)
    (28, 16)
    """
    return _stated(mechanism, [edge for edge in mechanism.edges if not by_name(mechanism)[edge.name].inferred])


@once
def functions_without_inferences(mechanism: Mechanism) -> Mechanism:
    """The same for formats that hold functions, of which no half is true: an edge is left out with what it requires.

    What may act on a node by an edge that is left out is open: the node starts unknown.
    """
    kept = [
        edge
        for edge in mechanism.edges
        if not by_name(mechanism)[edge.name].inferred
        and not any(_inferred(one.evidence or edge.evidence) for one in (*edge.requires, *edge.unless))
    ]
    made = _stated(mechanism, kept)
    names = {edge.name for edge in made.edges}
    left = {mechanism.object(edge) for edge in mechanism.edges if edge.executes and edge.name not in names}
    nodes = {key: replace(node, at_start="unknown") if key in left else node for key, node in made.nodes.items()}
    return replace(made, nodes=Frozen(nodes))


def _stated(mechanism: Mechanism, edges: Sequence[Edge]) -> Mechanism:
    """A mechanism with only some of its edges, and of these what is no inference."""

    def needs(edge: Edge, kind: str) -> tuple[Requirement, ...]:
        return tuple(one for one in getattr(edge, kind) if not _inferred(one.evidence or edge.evidence))

    def stated(edge: Edge) -> Edge:
        effect = None if edge.effect and edge.effect.claim and _inferred([edge.effect]) else edge.effect
        return replace(edge, requires=needs(edge, "requires"), unless=needs(edge, "unless"), effect=effect)

    names = {edge.name for edge in edges}
    while gone := {e.name for e in edges if e.name in names and {b.name for b in mechanism.blocked(e)} - names}:
        names -= gone  # what acts on an edge goes with it
    made = tuple(stated(edge) for edge in edges if edge.name in names)
    joined = {key for one in statements(mechanism) for key in (one.subject, one.object)}
    still = {key for one in made for key in (one.subject, mechanism.object(one), one.sentence.other)}
    still |= {one.node for edge in made for one in (*edge.requires, *edge.unless)}
    nodes = {key: node for key, node in mechanism.nodes.items() if key in still or key not in joined}
    # what else the file says may be about what is gone, and no format of this kind holds it
    rest: dict[str, Any] = dict.fromkeys(("readings", "assumptions", "conditions"), Frozen())
    rest |= dict.fromkeys(("expectations", "notes", "tour", "layout"), ())
    return replace(mechanism, edges=made, nodes=Frozen(nodes), **rest)


def _inferred(items: Iterable[Evidence]) -> bool:
    return _conjecture(_firmest(_supporting(items)))


def _conjecture(claim: str) -> bool:
    """Whether a claim is no more than a conclusion, a hypothesis, or the curator's own step."""
    known = vocabulary.claims()[claim]
    return known.knowledge_level == "prediction" or known.locator == "no"


def words(mechanism: Mechanism, statement: Statement) -> str:
    """A statement in words, with labels for keys."""
    if statement.kind in ("edge", DEFINITION):
        return mechanism.words(statement.edge)
    subject, object = (mechanism.nodes[key] for key in (statement.subject, statement.object))
    return f"{subject.label} {statement.predicate.said(subject.many)} {object.label}"


def by_species(mechanism: Mechanism, statement: Statement) -> Iterator[tuple[Term | None, Statement]]:
    """A statement once for each species, with the evidence that states that species or none; None where none is stated.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> [taxon.label for taxon, _ in by_species(seed, by_name(seed)["fall-in-blood"])]
    ['Homo sapiens', 'Mus musculus']
    """
    for taxon in statement.species or (None,):
        behind = tuple(item for item in statement.behind if taxon in (item.taxon or (taxon,)))
        asserted = statement.asserted and any(map(_firm, behind))
        works = _publications(mechanism, behind)
        claim = _firmest(behind) if behind else statement.claim
        yield taxon, replace(statement, behind=behind, claim=claim, asserted=asserted, publications=works)


class _Statements:
    """One pass over a mechanism."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.raised = Counter(e.sentence.object for e in mechanism.edges if e.role == "increases" and not e.denied)
        self.disputed = {_triple(e) for e in mechanism.edges if e.disputed}
        firm = any(edge.asserted for edge in mechanism.edges)  # in files of others none is, and nothing is to be found
        self.opposed = disagreements.opposed(mechanism) if firm else frozenset()

    def all(self) -> Iterable[Statement]:
        for edge in self.m.edges:
            said = self.edge(edge)
            yield said
            for kind in ("requires", "unless"):
                for needed in getattr(edge, kind):
                    if needed.node not in (said.subject, said.object):  # of its own ends an edge says enough
                        yield self.requirement(said, kind, needed)

    def edge(self, edge: Edge) -> Statement:
        blocked = self.m.blocked(edge)
        free = _triple(edge) not in self.disputed and edge.name not in self.opposed
        return self.made(
            edge.evidence,
            name=edge.name,
            kind=DEFINITION if edge.definition else "edge",
            edge=edge,
            subject=edge.subject,
            verb=edge.verb,
            object=self.m.object(edge),
            acts_on=blocked[0].name if blocked else "",
            effect=routes.sign(self.m, edge),
            acting_claim=whatif.acting_claim(edge),
            asserted=edge.asserted and free,
        )

    def requirement(self, said: Statement, kind: str, needed: Requirement) -> Statement:
        """What an edge requires or excludes; without evidence of its own it stands in the edge's.

        It is bare only where the edge is; that a node is required for another, only where no other edge raises that.
        """
        edge = said.edge
        items = needed.evidence or edge.evidence
        verb = NEEDED[edge.role] if kind == "requires" else "blocks"
        disputed = any(item.stance == "disputes" for item in items)
        only = verb != "required_for" or self.raised[edge.sentence.object] == 1
        bare = vocabulary.predicates()[verb].bare == "yes" and kind == "requires"
        return self.made(
            items,
            name=f"{edge.name}/{kind}/{needed.node}",
            kind=kind,
            edge=edge,
            subject=needed.node,
            verb=verb,
            object=said.object,
            acts_on=edge.name,
            effect=said.effect if kind == "requires" else -said.effect,
            acting_claim=_firmest(_supporting(items)),
            asserted=said.asserted and bare and only and not disputed and any(map(_firm, _supporting(items))),
        )

    def made(self, items: Sequence[Evidence], **more: Any) -> Statement:
        disputed = any(item.stance == "disputes" for item in items)
        negated = disputed and all(item.stance == "disputes" for item in items)
        behind = tuple(items) if negated else _supporting(items)
        return Statement(
            evidence=tuple(items),
            behind=behind,
            claim="" if more["kind"] == DEFINITION else _firmest(behind),
            negated=negated,
            disputed=disputed,
            publications=_publications(self.m, behind),
            **more,
        )


def _triple(edge: Edge) -> tuple[str, str, str]:
    return edge.subject, edge.verb, edge.sentence.object


def _supporting(items: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(item for item in items if item.stance == "supports")


def _firm(item: Evidence) -> bool:
    return item.claim in BARE and not item.hedge


def _firmest(items: Iterable[Evidence]) -> str:
    return whatif.claim_of(replace(item, stance="supports") for item in items)


def _publications(mechanism: Mechanism, items: Iterable[Evidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(work for item in items for work in credited(mechanism, item)))


def own_step(item: Evidence) -> bool:
    """Whether an item is the curator's own step, which is not a publication's: its claim says so, or it has a reason of ours
    where it states neither such a claim nor a place.
    """
    claim = vocabulary.claims().get(item.claim)
    locator = claim.locator if claim else ""
    return locator == "no" or (locator != "yes" and bool(item.because) and not (item.anchor or item.span))


def credited(mechanism: Mechanism, item: Evidence) -> tuple[str, ...]:
    """The publication to which an item is credited: the text that its evidence names, by its firmest identifier.

    A study that is known only through a report is not credited with what the report tells, since nobody read it there;
    nor is any publication with the curator's own step.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> credited(seed, seed.edge("migration").evidence[0])[0].startswith("https://peptideassociation.org/")
    True
    """
    source = mechanism.source(item)
    return () if source is None or own_step(item) else works(source)[:1]


def evidence_code(mechanism: Mechanism, item: Evidence) -> Term | None:
    """The term of ECO for what the curator had: words of the author, words that report the author's, or a step of ours.

    >>> from kg.formats import read
    >>> seed = read("ta1-tlr7")
    >>> str(evidence_code(seed, seed.edge("priming").evidence[0]))
    'ECO:0000305 ! curator inference used in manual assertion'
    """
    claim, source = vocabulary.claims().get(item.claim), mechanism.source(item)
    code = (claim.eco_retold if source and source.reports else claim.eco) if claim else ""
    return Term(code, vocabulary.terms()[code].label) if code else None


def works(source: Source) -> tuple[str, ...]:
    """What identifies a source, firmest first: CURIEs, then its address."""
    named = (("doi", source.doi), ("PMID", source.pmid))
    short = vocabulary.abbreviate(source.url, {})
    url = short if short.partition(":")[0] in vocabulary.prefixes() else source.url  # such as one of PubMed Central
    return (*(f"{prefix}:{local}" for prefix, local in named if local), *filter(None, [url]))


# ---------------------------------------------------------------- nodes, and the whole


@once
def identifiers(mechanism: Mechanism) -> dict[str, str]:
    """The CURIE of each node: its term or, where it has none or shares it with another node, its own.

    A cell in a place is not all cells of its type, and has its own, too.

    >>> from kg.formats import read
    >>> found = identifiers(read("ta1-tlr7"))
    >>> found["TLR7"], found["DC_in_lymph_node"], found["Ta1"]
    ('MESH:D051199', 'immunekg:ta1-tlr7/node/DC_in_lymph_node', 'immunekg:ta1-tlr7/node/Ta1')
    """
    terms = Counter(node.term.id for node in mechanism.nodes.values() if node.term)

    def identifier(node: Node) -> str:
        alone = node.term is not None and terms[node.term.id] == 1 and not located(node)
        return node.term.id if node.term and alone else curie(mechanism, "node", node.key)

    return {node.key: identifier(node) for node in mechanism.nodes.values()}


def located(node: Node) -> bool:
    """Whether a node is cells of a type at a place: that there are more of them means that they are there."""
    return bool(node.place) and node.drawn_as == "cell"


def curie(mechanism: Mechanism, *steps: str) -> str:
    """The CURIE of a mechanism or a part of it, whose IRI begins with vocabulary.BASE.

    >>> from kg.formats import read
    >>> curie(read("ta1-tlr7"), "edge", "degradation")
    'immunekg:ta1-tlr7/edge/degradation'
    """
    return f"{vocabulary.OWN}:{'/'.join(quote(step, safe=vocabulary.IN_AN_IRI) for step in mechanism.address(*steps))}"


def matched(node: Node) -> dict[str, tuple[str, ...]]:
    """The further identities of a node by what each is to it, as SKOS calls that: those of the file and those that mappings give.

    >>> found = matched(Node(term=Term("MESH:D051199", "Toll-Like Receptor 7")))
    >>> list(found), "HGNC:15631" in found["narrow_match"]
    (['narrow_match'], True)
    """
    found: dict[str, list[str]] = {}
    for one in identities.of(node):
        found.setdefault(f"{one.match}_match", []).append(one.object)
    return {kind: tuple(found[kind]) for match in identities.MATCHES if (kind := f"{match}_match") in found}


def caveat(mechanism: Mechanism) -> str:
    """The one text that stands before every export: where it comes from, which species, and that it is no advice.

    >>> from kg.formats import read
    >>> caveat(read("pd1-blockade")).split(" · ")[-1]
    'Research findings, not medical advice'
    """
    return " · ".join(" ".join(line.split()) for line in mechanism.caveats)  # a comment is one line


@once
def graph(mechanism: Mechanism) -> nx.MultiDiGraph[str]:
    """The mechanism as ``Mechanism.graph`` describes it."""
    import networkx as nx

    m = mechanism
    about = _filled(id=m.id, title=m.title, licence=m.licence, status=m.status, caveat=caveat(m))
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(**about)
    for node in m.nodes.values():
        made.add_node(
            node.key,
            **_filled(
                label=node.label,
                name=node.name,
                term=node.term.id if node.term else "",
                term_label=node.term.label if node.term else "",
                kind=node.drawn_as,
                activity_of=node.activity_of,
                place=node.place,
                at_start=node.at_start,
                levels="|".join(node.levels),
                outcome=node.outcome,
                **_matches(node),
                **{kind: "|".join(ids) for kind, ids in matched(node).items()},
                note=node.note,
            ),
        )
    for one in statements(m):
        made.add_edge(one.subject, one.object, key=one.name, **_attributes(m, one))
    return made


def _attributes(mechanism: Mechanism, one: Statement) -> dict[str, Any]:
    edge = one.edge
    said = _filled(
        predicate=one.verb,
        sign=one.sign,
        role=one.predicate.role if one.kind == "edge" else one.kind,
        claim=one.claim if any(item.stance == "supports" for item in one.evidence) else "",
        asserted=one.asserted,
        executes=edge.executes and one.kind == "edge",
        disputed=one.disputed,
        place=edge.place,
        publications="|".join(one.publications),
        knowledge_level=one.knowledge_level,
        agent_type=one.agent_type,
        mechanism=edge.mechanism,
        species="|".join(sorted(taxon.label for taxon in one.species)),
    )
    if one.kind != "edge":
        return said | _filled(edge=one.acts_on, sentence=words(mechanism, one))
    return said | _filled(
        blocks=one.acts_on,
        requires="|".join(map(_needed, edge.requires)),
        unless="|".join(map(_needed, edge.unless)),
        level=edge.level,
        effect=edge.effect.extent if edge.effect else "",
        context=json.dumps(dict(edge.context), ensure_ascii=False) if edge.context else "",
        sentence=edge.sentence.text,
        evidence=json.dumps([plain(item) for item in edge.evidence], ensure_ascii=False),
    )


def _needed(requirement: Requirement) -> str:
    return requirement.node + (f">={requirement.level}" if requirement.level else "")


def _filled(**values: str | int | bool) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value != ""}


def _matches(node: Node) -> dict[str, str]:
    """The further terms that a file gives a node: identifiers and labels, for each kind."""
    terms = {kind: getattr(node, kind) for kind in identities.WRITTEN}
    ids = {kind: "|".join(term.id for term in some) for kind, some in terms.items()}
    return ids | {f"{kind}_labels": "|".join(term.label for term in some) for kind, some in terms.items()}
