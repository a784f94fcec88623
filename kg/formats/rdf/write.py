"""A mechanism as triples: one ``biolink:Association`` per edge with its evidence, and what its runs derive.

``docs/rdf.md`` explains the model and the IRIs. A bare triple stands only where the edge is asserted. Every node has an IRI,
nothing is blank, and no clock is read, so the same mechanism gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rdflib import OWL, PROV, RDF, RDFS, SKOS, Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from kg import __version__
from kg.formats.rdf.names import (
    BIOLINK,
    CITO,
    KGV,
    OA,
    PREFIXES,
    ROLES,
    SCHEMA,
    Value,
    bind,
    canonical,
    date_literal,
    digest,
    input_hash,
    iri,
    plain_value,
    works,
)
from kg.formats.rdf.turtle import explained
from kg.model import identities, licences, vocabulary
from kg.model.mechanism import Mechanism, once
from kg.model.records import LANGUAGE, NAMED, ONE_LOWER, Edge, Effect, Evidence, Note, Requirement, Source
from kg.model.vocabulary import Term
from kg.reasoning import contexts, disagreements, identity, merge, network, outward, whatif
from kg.reasoning.conflict import Conflict


def dataset(mechanism: Mechanism) -> Dataset:
    """The mechanism in the named graph with its IRI, and what its runs derive in the graph ``ID/run``."""
    data = Dataset(default_union=False)
    bind(data, mechanism)
    for name, triples in ((iri(mechanism), graph(mechanism)), (iri(mechanism, "run"), run_graph(mechanism))):
        named = data.graph(URIRef(name))
        for triple in triples:
            named.add(triple)
    return data


def lines(graph: Graph, name: str) -> list[str]:
    """The triples of a graph as sorted lines of N-Quads, in the graph of that name."""
    data = Dataset(default_union=False)
    for triple in graph:
        data.graph(URIRef(name)).add(triple)
    return sorted(f"{line}\n" for line in data.serialize(format="nquads").split("\n") if line)


@once
def graph(mechanism: Mechanism) -> Graph:
    """A mechanism as an ``rdflib.Graph``, which is made once: copy it before you change it.

    >>> from kg.formats import read
    >>> mechanism = read("ta1-tlr7")
    >>> edge = URIRef(iri(mechanism, "edge", "degradation"))
    >>> print(graph(mechanism).value(edge, RDF.predicate))
    https://w3id.org/immune-kg/vocab/degrades
    """
    return _RdfWriter(mechanism).graph


@once
def run_graph(mechanism: Mechanism) -> Graph:
    """What follows under every declared condition and reading: derived values, never asserted edges. It is made once."""
    return _RunsWriter(mechanism).graph


def run_alone(mechanism: Mechanism) -> Graph:
    """The derived graph with what its words mean, and what nodes, edges, conditions and readings are called."""
    whole, data = graph(mechanism), Graph(bind_namespaces="none")
    bind(data, mechanism)
    for triple in run_graph(mechanism):
        data.add(triple)
    for predicate in (KGV.node, KGV.condition, KGV.reading, KGV.usesEdge, KGV.side):
        for about in set(data.objects(None, predicate)):
            for label in (*whole.objects(about, RDFS.label), *whole.objects(about, DCTERMS.title)):
                data.add((about, RDFS.label, label))
    return explained(data)


class _RdfWriter:
    """One pass over a mechanism, adding what it says to a graph."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.graph = Graph(bind_namespaces="none")
        bind(self.graph, mechanism)
        self.head()
        for source in mechanism.sources.values():
            self.source(source)
        for place in mechanism.places.values():
            at = self.part("place", place.key)
            self.say(at, RDF.type, KGV.Place)
            self.say(at, RDFS.label, place.label)
            self.denotes(at, place.term)
            if place.inside:
                self.say(at, KGV.inside, self.part("place", place.inside))
        self.nodes()
        for edge in mechanism.edges:
            self.edge(edge)
        for note in mechanism.notes:
            self.note(note)
        self.runs()
        self.matches()
        self.translations()
        explained(self.graph)

    # -- small words ----------------------------------------------------------

    def part(self, *steps: str) -> URIRef:
        return URIRef(iri(self.m, *steps))

    def say(self, subject: URIRef, predicate: URIRef, value: Value | None) -> None:
        """Add a triple, unless there is nothing to say."""
        if value is None or value == "":
            return
        self.graph.add((subject, predicate, value if isinstance(value, (URIRef, Literal)) else Literal(value)))

    def denotes(self, subject: URIRef, term: Term | None, predicate: URIRef = KGV.denotes) -> None:
        """Point to an ontology term, and say what it is called, so that the file can be read alone."""
        if term is None:
            return
        entry, about = vocabulary.terms().get(term.id), URIRef(term.iri)
        self.say(subject, predicate, about)
        self.say(about, RDFS.label, term.label)
        self.say(about, SKOS.notation, term.id)
        if entry:
            self.say(about, SKOS.definition, entry.definition)
            self.say(about, BIOLINK.category, URIRef(BIOLINK[entry.category.removeprefix("biolink:")]))

    def translations(self) -> None:
        """What the mechanism and its parts are called in other languages: preferred labels, beside the one rdfs:label."""
        m, about = self.m, URIRef(iri(self.m))
        self.say(about, KGV.translations, canonical(plain_value(m.translations)) if m.translations else "")
        for tag, words in m.translations.items():
            named = {about: words.title} | {
                self.part(parts.removesuffix("s"), key): said
                for parts in NAMED
                for key, said in getattr(words, parts).items()
                if key in getattr(m, parts)
            }
            for part, said in named.items() if re.fullmatch(LANGUAGE, tag) else ():
                self.say(part, SKOS.prefLabel, Literal(said, lang=tag) if said else None)

    @property
    def supports(self) -> disagreements.Supports:
        return disagreements.supports(self.m)

    # -- the parts of a mechanism -----------------------------------------------

    def head(self) -> None:
        m, about = self.m, URIRef(iri(self.m))
        self.say(about, RDF.type, KGV.Mechanism)
        self.say(about, RDF.type, SCHEMA.Dataset)
        self.say(about, DCTERMS.title, m.title)
        self.say(about, DCTERMS.description, m.summary)
        self.say(about, SCHEMA.creativeWorkStatus, m.status)
        self.passport(about)
        for source in m.sources:
            self.say(about, DCTERMS.source, self.part("source", source))
        for item in m.scope:
            self.say(about, KGV.scope, self.evidence(item, "scope"))
        for before, name in zip((about, *(self.part("edge", name) for name in m.spine)), m.spine, strict=False):
            self.say(before, KGV.spine if before == about else KGV.nextOnSpine, self.part("edge", name))
        self.say(about, KGV.layout, "\n".join(" ".join(row) for row in m.layout))
        self.say(about, KGV.tour, canonical([plain_value(stop) for stop in m.tour]) if m.tour else "")

    def passport(self, about: URIRef) -> None:
        """What every export carries: licence, version, a hash of what it was made from, and the source strip."""
        self.say(about, DCTERMS.license, URIRef(licences.iri(self.m.licence)))
        self.say(about, OWL.versionInfo, self.m.version)
        self.say(about, KGV.inputSha256, input_hash(self.m))
        for caveat in self.m.caveats:
            self.say(about, KGV.caveat, caveat)

    def source(self, source: Source) -> None:
        about = self.part("source", source.key)
        self.say(about, RDF.type, KGV.Source)
        self.say(about, DCTERMS.type, source.kind)
        self.say(about, DCTERMS.title if source.title else RDFS.label, source.label)
        self.say(about, DCTERMS.creator, source.authors)
        self.say(about, DCTERMS.publisher, source.publisher)
        self.say(about, DCTERMS.date, date_literal(source.date))
        for work in works(source):
            self.say(about, SCHEMA.identifier, URIRef(work))
        self.say(about, DCTERMS.license, URIRef(licences.iri(source.licence)) if source.licence else None)
        for sha in source.texts:
            self.say(about, KGV.textSha256, sha)
        self.say(about, KGV.read, source.read)
        self.say(about, KGV.interest, source.interest)
        if source.reports:
            self.say(about, KGV.reports, self.part("source", source.reports))

    def nodes(self) -> None:
        for node in self.m.nodes.values():
            about = self.part("node", node.key)
            self.say(about, RDF.type, KGV.Node)
            self.say(about, RDFS.label, node.label)
            self.denotes(about, node.term)
            self.say(about, KGV.termStated, None if node.term else False)
            for kind in identities.WRITTEN:
                for term in getattr(node, kind):
                    self.denotes(about, term, URIRef(KGV[kind]))
            self.say(about, KGV.activityOf, self.part("node", node.activity_of) if node.activity_of else None)
            self.say(about, KGV.kind, node.drawn_as)
            self.say(about, KGV.startsAs, node.at_start)
            self.say(about, KGV.outcome, node.outcome or None)
            self.say(about, KGV.levels, "|".join(node.levels))
            self.say(about, KGV.plural, node.plural)
            self.say(about, SKOS.note, node.note)
            if node.place:
                self.say(about, KGV.place, self.part("place", node.place))

    def matches(self) -> None:
        """What else the terms of nodes and places are, in every IRI form that others publish, and who says so."""
        nodes, places = self.m.nodes.values(), self.m.places.values()
        terms = [*(node.term for node in nodes), *(place.term for place in places)]
        for term in filter(None, terms):
            for form in vocabulary.published(term.id):
                self.say(URIRef(term.iri), SKOS.exactMatch, URIRef(form))
        for match in identities.of_all(nodes, places):
            subject, there = (URIRef(vocabulary.iri(end)) for end in (match.subject, match.object))
            relation = URIRef(SKOS[f"{match.match}Match"])
            for form in (there, *map(URIRef, vocabulary.published(match.object))):
                self.say(subject, relation, form)
            self.say(there, SKOS.notation, match.object)
            if (there, RDFS.label, None) not in self.graph:
                self.say(there, RDFS.label, identities.label(match.object))
            digest = hashlib.sha256(" ".join([match.subject, match.match, match.object]).encode()).hexdigest()[:10]
            about = self.part("match", digest)
            self.say(about, RDF.type, KGV.Match)
            self.say(about, RDF.subject, subject)
            self.say(about, RDF.predicate, relation)
            self.say(about, RDF.object, there)
            self.say(about, KGV.givenAs, match.predicate)
            for source in match.sources:
                self.say(about, KGV.mappedBy, identities.named(source))
            for id in match.via:
                self.say(about, KGV.via, URIRef(vocabulary.iri(id)))

    def edge(self, edge: Edge) -> None:
        m, about, said = self.m, self.part("edge", edge.name), outward.by_name(self.m)[edge.name]
        whole_edge = said.acts_on and not edge.sentence.other  # "A blocks EDGE": its object is an edge, not a node
        object = self.part("edge", said.acts_on) if whole_edge else self.part("node", edge.sentence.object)
        self.statement(said, object)
        self.say(about, KGV.role, ROLES[edge.role])
        self.say(about, KGV.executes, edge.executes)
        self.say(about, KGV.run, None if edge.run else False)
        self.support(about, edge.name)
        if said.acts_on:
            self.say(about, KGV.actsOn, self.part("edge", said.acts_on))
        place = m.places.get(edge.place)
        if place:
            self.say(about, KGV.place, self.part("place", place.key))
            self.denotes(about, place.term, BIOLINK.anatomical_context_qualifier)
        self.say(about, KGV.level, edge.level)
        if edge.effect:
            to = edge.effect.to
            said_of_it = KGV.complete if edge.effect.complete else KGV.oneLevelLower if to == ONE_LOWER else KGV.toLevel
            self.say(about, KGV.effect, URIRef(said_of_it if edge.effect.complete or to else KGV.unstated))
            self.say(about, KGV.level, to if said_of_it == KGV.toLevel else "")
            if edge.effect.claim:
                self.say(about, KGV.effectEvidence, self.evidence(edge.effect, f"{edge.name}/effect"))
        for item in edge.evidence:
            self.say(about, KGV.evidence, self.evidence(item, edge.name, about))
        self.context(about, edge.context)
        for kind in ("requires", "unless"):
            for needed in getattr(edge, kind):
                self.requirement(edge, kind, needed)

    def statement(self, said: outward.Statement, object: URIRef) -> None:
        """What every export says of an edge, or of what an edge requires or excludes."""
        about, verb = self.part("edge", *said.name.split("/")), URIRef(KGV[said.verb])
        subject = self.part("node", said.subject)
        self.say(about, RDF.type, BIOLINK.Association)
        self.say(about, RDFS.label, outward.words(self.m, said))
        self.say(about, RDF.subject, subject)
        self.say(about, RDF.predicate, verb)
        self.say(about, RDF.object, object)
        if said.asserted:
            self.say(subject, verb, object)
        self.say(about, KGV.inMechanism, URIRef(iri(self.m)))
        self.say(about, KGV.asserted, said.asserted)
        self.say(about, BIOLINK.agent_type, said.agent_type)
        self.say(about, BIOLINK.knowledge_level, said.knowledge_level)
        for work in said.publications:
            self.say(about, BIOLINK.publications, _work(work))
        self.species(about, said.species)

    def support(self, about: URIRef, *edges: str) -> None:
        support = self.supports.of(*edges)
        for counted in ("supporting", "disputing", "qualifying"):
            self.say(about, URIRef(KGV[f"{counted}Papers"]), getattr(support, counted))
        self.say(about, KGV.disagreements, support.disagreements)

    def requirement(self, edge: Edge, kind: str, needed: Requirement) -> None:
        """What an edge requires or excludes; where no item of evidence is its own, it rests on that of the edge."""
        whole, about = self.part("edge", edge.name), self.part("edge", edge.name, kind, needed.node)
        said = outward.by_name(self.m).get(f"{edge.name}/{kind}/{needed.node}")
        self.say(whole, URIRef(KGV[kind]), about)
        self.say(about, RDF.type, KGV.Requirement)
        self.say(about, KGV.node, self.part("node", needed.node))
        self.say(about, KGV.level, needed.level)
        for item in needed.evidence:
            self.say(about, KGV.evidence, self.evidence(item, f"{edge.name}/{kind}/{needed.node}", about))
        if said:
            self.statement(said, whole if kind == "unless" else self.part("node", said.object))
            self.say(about, KGV.executes, False)  # by itself: the edge looks at it
            if kind == "unless":
                self.say(about, KGV.actsOn, whole)
            for item in () if needed.evidence else edge.evidence:
                self.say(about, KGV.evidence, self.evidence(item, edge.name, about))

    def evidence(self, item: Evidence, of: str, about: URIRef | None = None) -> URIRef:
        """A node for an item of evidence; its IRI is made from what it says, not from where it stands in the file."""
        here = self.part("evidence", of, digest(item))
        source = self.m.source(item)
        self.say(here, RDF.type, KGV.Evidence)
        claim = vocabulary.claims().get(item.claim)
        self.say(here, KGV.claim, URIRef(KGV[claim.claim]) if claim else None)
        self.denotes(here, outward.evidence_code(self.m, item), BIOLINK.has_evidence_of_type)
        self.say(here, KGV.hedge, item.hedge)
        self.say(here, KGV.says, item.says)
        self.say(here, KGV.because, item.because)
        if item.assay:
            self.denotes(here, item.assay, KGV.assay)
        self.say(here, KGV.time, item.time)
        self.say(here, KGV.dose, item.dose)
        self.context(here, item.context)
        if not isinstance(item, Effect):
            self.say(here, KGV.stance, item.stance)
            if about is not None:
                self.say(here, URIRef(CITO[item.stance]), about)
        self.species(here, item.taxon)
        meant = item.source or _needs_place(item.claim)  # else the step rests on no source
        if source and meant and item.because and not (item.anchor or item.span):
            self.say(
                here, PROV.wasInfluencedBy, self.part("source", source.key)
            )  # the step is the curator's all the same
        elif source and (item.anchor or item.span or not item.because):
            self.say(here, PROV.wasDerivedFrom, self.part("source", source.key))
            for work in outward.credited(self.m, item):
                self.say(here, BIOLINK.publications, _work(work))
            self.selector(here, item, source)
        return here

    def selector(self, here: URIRef, item: Evidence, source: Source) -> None:
        if not (item.anchor or item.span):
            return
        there = URIRef(f"{here}/selector")
        self.say(here, OA.hasSelector, there)
        if item.span:
            self.say(there, RDF.type, OA.TextPositionSelector)
            self.say(there, OA.start, item.span[0])
            self.say(there, OA.end, item.span[1])
        else:
            self.say(there, RDF.type, OA.TextQuoteSelector)
            self.say(there, OA.exact, item.anchor)
        for sha in source.texts[: 1 if item.span else None]:
            self.say(there, KGV.textSha256, sha)

    def species(self, about: URIRef, taxa: Sequence[Term]) -> None:
        self.say(about, KGV.speciesStated, bool(taxa))
        for taxon in taxa:
            self.denotes(about, taxon, BIOLINK.species_context_qualifier)

    def context(self, about: URIRef, stated: Mapping[str, str]) -> None:
        """The context that something states, a node for each kind: two statements of one context share it."""
        for kind, text in stated.items():
            here = self.part("context", kind, hashlib.sha256(text.encode()).hexdigest()[:10])
            term = contexts.term_of(text)
            self.say(about, KGV.context, here)
            self.say(here, RDF.type, KGV.Context)
            self.say(here, KGV.contextKind, kind)
            self.say(here, RDFS.label, term.label if term else text)
            if term:
                self.denotes(here, term)

    def note(self, note: Note) -> None:
        name = hashlib.sha256(note.note.encode()).hexdigest()[:10]
        about = self.part("note", name)
        self.say(about, RDF.type, KGV.Note)
        self.say(about, RDFS.comment, note.note)
        self.say(about, KGV.inMechanism, URIRef(iri(self.m)))
        edges = {edge.name for edge in self.m.edges}
        for on in note.about:
            self.say(about, KGV.about, self.part("edge" if on in edges else "node", on))
        for item in note.evidence:
            self.say(about, KGV.evidence, self.evidence(item, f"note/{name}"))

    def runs(self) -> None:
        """What a run starts from, and what a source says must come out."""
        for kind, table in (("condition", self.m.conditions), ("assumption", self.m.assumptions)):
            for given in table.values():
                about = self.part(kind, given.key)
                self.say(about, RDF.type, URIRef(KGV[kind.capitalize()]))
                self.say(about, RDFS.label, given.title or given.key)
                self.say(about, KGV.inMechanism, URIRef(iri(self.m)))
                for node, value in given.values.items():
                    setting = self.part(kind, given.key, node)
                    self.say(about, KGV.sets, setting)
                    self.say(setting, RDF.type, KGV.Setting)
                    self.say(setting, KGV.node, self.part("node", node))
                    self.say(setting, KGV.value, value)
                self.say(about, KGV.because, getattr(given, "because", ""))
        for condition in self.m.conditions.values():
            about = self.part("condition", condition.key)
            self.context(about, condition.context)
            for taxon in condition.taxon:
                self.denotes(about, taxon, BIOLINK.species_context_qualifier)
        for reading in self.m.readings.values():
            about = self.part("reading", reading.key)
            self.say(about, RDF.type, KGV.Reading)
            self.say(about, RDFS.label, reading.title)
            self.say(about, KGV.inMechanism, URIRef(iri(self.m)))
            for name in reading.edges:
                self.say(about, KGV.changes, self.part("edge", name))
            changes = {name: self.sourced(plain_value(change)) for name, change in reading.edges.items()}
            self.say(about, KGV.replacement, canonical(changes))
        for one in self.m.expectations:
            about = self.part(
                "expectation", hashlib.sha256(f"{one.given} {one.expect.text} {one.reading}".encode()).hexdigest()[:10]
            )
            self.say(about, RDF.type, KGV.Expectation)
            self.say(about, RDFS.label, one.expect.text)
            self.say(about, KGV.condition, self.part("condition", one.given))
            self.say(about, KGV.node, self.part("node", one.expect.node))
            if one.reading:
                self.say(about, KGV.reading, self.part("reading", one.reading))
            for item in one.evidence:
                self.say(about, KGV.evidence, self.evidence(item, f"expectation/{one.given}/{one.expect.node}", about))

    def sourced(self, said: Any) -> Any:
        """Evidence in JSON with its source named, where the file means the first one: here nothing is the first."""
        if isinstance(said, dict):
            place = "anchor" in said or "span" in said or _needs_place(said.get("claim", ""))
            named = "claim" in said and (place or "because" not in said)
            first = {"source": next(iter(self.m.sources), "")} if named else {}
            return {**first, **{name: self.sourced(value) for name, value in said.items()}}
        return [self.sourced(one) for one in said] if isinstance(said, list) else said


def _work(name: str) -> URIRef:
    """The IRI of a publication: of a CURIE, or an address as it stands."""
    return URIRef(name if "://" in name else vocabulary.expand(name))


def _needs_place(claim: str) -> bool:
    """Whether a claim of that kind has a place in a source, so that it means the first one where it names none."""
    known = vocabulary.claims().get(claim)
    return known is not None and known.locator == "yes"


class _RunsWriter(_RdfWriter):
    """The derived graph. It says which mechanism and version it was derived from, and by what."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.graph = Graph(bind_namespaces="none")
        bind(self.graph, mechanism)
        about, activity, agent = self.part("run"), self.part("run", "activity"), URIRef(KGV.kg)
        self.say(about, RDF.type, PROV.Entity)
        self.say(about, PROV.wasDerivedFrom, URIRef(iri(mechanism)))
        self.say(about, PROV.wasGeneratedBy, activity)
        self.say(activity, RDF.type, PROV.Activity)
        self.say(activity, PROV.used, URIRef(iri(mechanism)))
        self.say(activity, KGV.usedVersion, mechanism.version)
        self.say(activity, PROV.wasAssociatedWith, agent)
        self.say(agent, RDF.type, PROV.SoftwareAgent)
        self.say(agent, RDFS.label, f"kg {__version__}")
        self.passport(about)
        if any(edge.executes for edge in mechanism.edges):
            for condition in mechanism.conditions.values():
                answer = self.part("run", condition.key)
                self.say(answer, RDF.type, PROV.Entity)
                self.say(answer, RDFS.label, f"What follows: {condition.title or condition.key}")
                self.say(answer, KGV.condition, self.part("condition", condition.key))
                self.say(answer, DCTERMS.isPartOf, about)
                for reading in network.readings(mechanism):
                    self.derived(condition.key, reading)
        for conflict in self.supports.conflicts:
            _conflict(self.graph, conflict, {mechanism.id: mechanism}, iri(mechanism))

    def derived(self, condition: str, reading: str) -> None:
        answer = whatif.whatif(self.m, condition, reading=reading)
        steps = {step.node: step for step in (*answer.changed, *answer.outcomes)}
        named = reading.replace(" ", "-")
        given = self.m.conditions[condition].values
        for node, value in answer.values.items():
            if node in given:  # what a condition sets does not follow from it
                continue
            about = self.part("run", condition, named, node)
            self.say(about, RDF.type, KGV.DerivedValue)
            self.say(about, KGV.condition, self.part("condition", condition))
            self.say(about, KGV.node, self.part("node", node))
            if reading != network.AS_WRITTEN:
                self.say(about, KGV.reading, self.part("reading", reading))
            self.say(about, KGV.value, whatif.shown(value))
            step = steps.get(node)
            if step:
                self.say(about, KGV.status, step.status)
                self.say(about, KGV.weakestClaim, URIRef(KGV[step.weakest]) if step.weakest else None)
                for edge in step.rests_on:
                    self.say(about, KGV.usesEdge, self.part("edge", edge))
                for missing in step.missing:
                    self.say(about, KGV.missing, missing)
                if step.rests_on:
                    self.support(about, *step.rests_on)


def together(whole: merge.Union) -> Graph:
    """What holds between mechanisms: which nodes are one or of one thing, and where two mechanisms disagree.

    It is a graph of its own, ``all``. What one mechanism alone disagrees about is in its graph ``ID/run``.
    """
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, replace=True)
    by_id = {m.id: m for m in whole.parts}
    for link in identity.links(whole.parts):
        one, other = (URIRef(iri(by_id[id], "node", key)) for id, key in (link.one, link.other))
        for here, there in ((one, other), (other, one)):
            graph.add((here, KGV.sameThing if link.differs else KGV.sameNode, there))
    for conflict in disagreements.supports(whole).conflicts:
        if len({side.mechanism for side in conflict.sides}) > 1:
            _conflict(graph, conflict, by_id, f"{vocabulary.BASE}{merge.ALL}")
    return graph


def _conflict(graph: Graph, one: Conflict, by_id: Mapping[str, Mechanism], base: str) -> None:
    """A disagreement as a node with its sides; CiTO joins two edges that disagree for all that is stated."""
    said = " ".join([one.key, *(side.words for side in one.sides)])
    about = URIRef(f"{base}/conflict/{hashlib.sha256(said.encode()).hexdigest()[:10]}")
    say: list[tuple[URIRef, Value]] = [
        (RDF.type, KGV.Conflict),
        (RDFS.label, one.title),
        (KGV.conflictKind, one.kind),
        (KGV.verdict, one.verdict),
        (RDFS.comment, " / ".join(side.words for side in one.sides)),
        *((KGV.separatedBy, name) for name, *_ in one.separated),
        *((SKOS.note, f"{name}: {here} / {there}") for name, here, there in one.separated),
        *((KGV.notStated, name) for name in one.open),
    ]
    say += [(KGV.because, one.because)] if one.because else []
    sides = []
    for side in one.sides:
        m = by_id[side.mechanism]
        names = [hashlib.sha256(side.about[0].encode()).hexdigest()[:10]] if side.kind == "note" else side.about
        parts = [URIRef(iri(m, side.kind, name)) for name in names]
        say += [(KGV.side, part) for part in parts]
        say.append((KGV.inMechanism, URIRef(iri(m))))
        sides.append(parts if side.kind == "edge" else [])
    for predicate, value in say:
        graph.add((about, predicate, value if isinstance(value, (URIRef, Literal)) else Literal(value)))
    if one.kind == "opposite-signs" and one.verdict in ("direct", "possible") and [len(s) for s in sides] == [1, 1]:
        (here,), (there,) = sides
        graph.add((here, CITO.disagreesWith, there))
        graph.add((there, CITO.disagreesWith, here))
