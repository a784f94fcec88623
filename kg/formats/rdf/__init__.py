"""RDF: one ``biolink:Association`` per edge with its evidence, and a bare triple only where the edge is asserted.

``docs/rdf.md`` explains the model and the IRIs. Every node has an IRI, nothing is blank, and no clock is read, so the
same mechanism gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from rdflib import OWL, PROV, RDF, RDFS, SKOS, XSD, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS
from rdflib.plugins.serializers.trig import TrigSerializer
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node

from kg import __version__, shelf
from kg.formats.rdf import assertions
from kg.formats.shared import foreign
from kg.formats.shared.losses import Ledger, Taken
from kg.model import mechanism as m
from kg.model import vocabulary
from kg.model.mechanism import (
    Edge,
    Effect,
    Evidence,
    Frozen,
    Mechanism,
    Note,
    Place,
    Requirement,
    Sentence,
    Source,
    Stop,
    plain,
)
from kg.model.vocabulary import Term
from kg.reasoning import causal, conflicts

KGV = Namespace(vocabulary.BASE + "vocab/")
BIOLINK = Namespace("https://w3id.org/biolink/vocab/")
OA = Namespace("http://www.w3.org/ns/oa#")
CITO = Namespace("http://purl.org/spar/cito/")
SCHEMA = Namespace("http://schema.org/")
PREFIXES = {
    "biolink": BIOLINK,
    "cito": CITO,
    "dcterms": DCTERMS,
    "kg": Namespace(vocabulary.BASE + "term/"),
    "kgv": KGV,
    "oa": OA,
    "obo": Namespace("http://purl.obolibrary.org/obo/"),
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "xsd": XSD,
}
MATCH = {"exact": SKOS.exactMatch, "close": SKOS.closeMatch, "broad": SKOS.broadMatch}
#: What an edge does in a run, as a word of the vocabulary: a verb such as kgv:blocks has another meaning.
ROLES = {"increases": KGV.increasing, "decreases": KGV.decreasing, "blocks": KGV.blocking, "none": KGV.noRole}
Value = URIRef | Literal | str | bool | int
V = TypeVar("V")
Triples = dict[Node, dict[Node, list[Node]]]  # subject -> predicate -> values


def text(mechanism: Mechanism, name: str) -> str:
    """A mechanism as one of the RDF rows of FORMATS: ``ttl``, ``trig``, ``nq``, ``jsonld``, ``rdf12``, ``nanopub``, ``run``."""
    if name == "ttl":
        return _head(mechanism) + _serialized(_Sections(graph(mechanism)))
    if name == "rdf12":
        return _head(mechanism) + _reified(graph(mechanism))
    if name == "nanopub":
        return _head(mechanism) + _nanopubs(mechanism)
    if name == "run":
        return _head(mechanism, RUN) + _serialized(_Sections(_alone(mechanism)))
    if name == "jsonld":
        return _Json(mechanism, graph(mechanism)).text()
    data = dataset(mechanism)
    if name == "trig":
        return _head(mechanism) + _serialized(_Trig(data))
    lines = data.serialize(format="nquads").splitlines()
    return "".join(f"{line}\n" for line in sorted(filter(None, lines)))


def dataset(mechanism: Mechanism) -> Dataset:
    """The mechanism in the named graph with its IRI, and what its runs derive in the graph ``ID/run``."""
    data = Dataset(default_union=False)
    _bind(data, mechanism)
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
    return sorted(f"{line}\n" for line in data.serialize(format="nquads").splitlines() if line)


def graph(mechanism: Mechanism) -> Graph:
    """A mechanism as an ``rdflib.Graph``.

    >>> from kg.formats import read
    >>> mechanism = read("ta1-tlr7")
    >>> edge = URIRef(iri(mechanism, "edge", "degradation"))
    >>> print(graph(mechanism).value(edge, RDF.predicate))
    https://w3id.org/immune-kg/vocab/degrades
    """
    return _Writer(mechanism).graph


def run_graph(mechanism: Mechanism) -> Graph:
    """What follows under every declared condition and reading: derived values, never asserted edges."""
    return _Runs(mechanism).graph


def _alone(mechanism: Mechanism) -> Graph:
    """The derived graph with what its words mean, and what nodes, edges, conditions and readings are called."""
    whole, data = graph(mechanism), run_graph(mechanism)
    for predicate in (KGV.node, KGV.condition, KGV.reading, KGV.usesEdge, KGV.side):
        for about in set(data.objects(None, predicate)):
            for label in (*whole.objects(about, RDFS.label), *whole.objects(about, DCTERMS.title)):
                data.add((about, RDFS.label, label))
    return _explained(data)


def words() -> str:
    """The end of ontology/vocabulary.ttl: what the tables say of verbs, claims, kinds and local terms, as Turtle.

    >>> "kgv:degrades a owl:ObjectProperty" in words()
    True
    """
    blocks = ["", "# ---- verbs, from predicates.tsv"]
    relations: dict[str, str] = {}
    for word in vocabulary.predicates().values():
        said = [
            "a owl:ObjectProperty",
            f"rdfs:label {_quoted(word.phrase)}",
            f"skos:definition {_quoted(word.definition)}",
        ]
        if word.kinds.endswith("> edge"):
            said.append("rdfs:range biolink:Association")
        else:
            said.append("rdfs:domain kgv:Node ; rdfs:range kgv:Node")
            said += ["rdfs:subPropertyOf kgv:causallyUpstreamOf"] * (word.role != "none")
        if word.ro_match in MATCH:
            said.append(f"skos:{word.ro_match}Match obo:{word.ro.replace(':', '_')}")
            relations[f"obo:{word.ro.replace(':', '_')}"] = word.ro_label
        said += [f"skos:broadMatch {word.biolink}"] * bool(word.biolink)
        if word.qualifiers:
            said.append(f"skos:note {_quoted('Biolink qualifiers: ' + word.qualifiers.replace(';', '; '))}")
        blocks.append(f"kgv:{word.verb} " + " ;\n    ".join(said) + " .")
    blocks += ["", "# ---- what others call the relations that verbs are mapped to"]
    blocks += [f"{relation} rdfs:label {_quoted(label)} ." for relation, label in sorted(relations.items())]
    blocks += ["", "# ---- claims, from claims.tsv, firmest first"]
    for claim in vocabulary.claims().values():
        bare = "Supports a bare triple." if claim.bare == "yes" else "Supports no bare triple."
        said = [
            f"rdfs:label {_quoted(claim.label)}",
            f"skos:definition {_quoted(claim.meaning)}",
            f"skos:note {_quoted(bare)}",
        ]
        said.append(f"skos:example {_quoted(f'An item of evidence with kgv:claim kgv:{claim.claim}')}")
        blocks.append(f"kgv:{claim.claim} a kgv:Claim, owl:NamedIndividual ;\n    " + " ;\n    ".join(said) + " .")
    blocks += ["", "# ---- kinds of node, from categories.tsv"]
    kinds: dict[str, list[str]] = {}
    for row in vocabulary.table("categories.tsv"):
        kinds.setdefault(row["kind"], []).append(row["category"])
    notes = [_quoted(f"{kind}: terms of {', '.join(of)}") for kind, of in sorted(kinds.items())]
    blocks.append("kgv:kind skos:note " + ",\n        ".join(notes) + " .")
    blocks += [
        "",
        "# ---- local terms, from terms.tsv: where no ontology has the class, or the nearest one asserts more",
    ]
    for entry in vocabulary.terms().values():
        if entry.id.startswith("kg:"):
            said = [f"a owl:Class ; rdfs:label {_quoted(entry.label)}", f"skos:definition {_quoted(entry.definition)}"]
            said += [f"skos:altLabel {', '.join(map(_quoted, entry.synonyms))}"] if entry.synonyms else []
            said.append(f"biolink:category {entry.category}")
            blocks.append(f"{entry.id} " + " ;\n    ".join(said) + " .")
    return "\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    return Literal(text).n3()


def iri(mechanism: Mechanism, *steps: str) -> str:
    """The IRI of a mechanism, or of a part of it: ``iri(m, "edge", "degradation")``."""
    first, *rest = mechanism.address(*steps)
    return "/".join([vocabulary.BASE + first, *(quote(step, safe="~!$&'()*+,;=:@/") for step in rest)])


def input_hash(mechanism: Mechanism) -> str:
    """A SHA-256 of all that a mechanism's file says, whatever its layout, its comments and the order of its records.

    It is taken of the values as JSON: keys sorted, no spaces, UTF-8, and nothing that has the value it has when left
    out. Which source comes first is part of it, since evidence that names none means that one.
    """
    first = next(iter(mechanism.sources), "")
    return hashlib.sha256(_canonical([first, _said(mechanism)]).encode("utf-8", "backslashreplace")).hexdigest()


def _said(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        said = {field.name: (getattr(value, field.name), field.default) for field in fields(value) if field.compare}
        return {name: _said(own) for name, (own, default) in said.items() if own != default}
    if isinstance(value, Mapping):
        return {key: _said(one) for key, one in value.items()}
    if isinstance(value, tuple):
        ordered = not value or isinstance(value[0], Stop) or not is_dataclass(value[0])
        return [_said(one) for one in value] if ordered else sorted(map(_said, value), key=_canonical)
    return value


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _bind(target: Graph, mechanism: Mechanism) -> None:
    for prefix, namespace in PREFIXES.items():
        target.bind(prefix, namespace, replace=True)
    for part in ("edge", "evidence", "node", "place", "source"):
        target.bind(part, Namespace(iri(mechanism, part) + "/"), replace=True)


EDGES = """\
Each edge is a biolink:Association: rdf:subject, rdf:predicate and rdf:object say what it is about, kgv:evidence leads to
what it rests on. The triple itself, subject verb object, stands here too only if a source states it, unhedged, as a
finding or as background, and nothing disputes it. What is not stated (a species, a place, a size) is left out."""
RUN = """\
What follows from the mechanism under each of its conditions and readings: computed by kg, observed by nobody. A
kgv:DerivedValue says which node has which value; kgv:status whether a source observed the same."""


def _head(mechanism: Mechanism, model: str = EDGES) -> str:
    """The first lines of a file, for whoever opens it in an editor: what it is, what it is not, how it is cited."""
    said = [
        mechanism.title,
        " · ".join(mechanism.caveats),
        "",
        *model.split("\n"),
        "The words kgv: are explained in this file.",
        "",
        f"To cite an edge, give its IRI and the version: {mechanism.cite('edge', 'NAME')}",
    ]
    return "".join(f"# {' '.join(line.split())}".rstrip() + "\n" for line in said) + "\n"


#: The parts of a mechanism in the order in which one reads them; what has none of these classes comes last.
SECTIONS = {
    KGV.Mechanism: "the mechanism",
    PROV.Entity: "a run: what was derived, by what, and from which version",
    PROV.Activity: "a run: what was derived, by what, and from which version",
    PROV.SoftwareAgent: "a run: what was derived, by what, and from which version",
    KGV.Source: "sources",
    BIOLINK.Association: "edges",
    KGV.Requirement: "what edges require",
    KGV.Node: "nodes",
    KGV.Place: "places",
    KGV.Note: "notes",
    KGV.Evidence: "evidence",
    OA.TextQuoteSelector: "places in a text: words",
    OA.TextPositionSelector: "places in a text: characters, counted from 0",
    KGV.Condition: "conditions: what a run starts from",
    KGV.Setting: "settings of conditions and assumptions",
    KGV.Assumption: "assumptions: what a source leaves open",
    KGV.Reading: "readings: rival encodings of the same text",
    KGV.Expectation: "expectations: what a source says comes out",
    KGV.DerivedValue: "derived values",
    KGV.Claim: "kinds of claim",
    KGV.Role: "what an edge does in a run",
    KGV.Extent: "how far a decrease goes",
    OWL.ObjectProperty: "properties and verbs",
    OWL.DatatypeProperty: "properties with a text, a number, true or false",
    OWL.Class: "classes",
}
LAST = "terms of ontologies"


class _Turtle(TurtleSerializer):
    """Turtle in the order in which one reads a mechanism: what it is, its edges, what they rest on."""

    topClasses = list(SECTIONS)  # noqa: N815, RUF012
    predicateOrder = [  # noqa: N815, RUF012
        *(RDF.type, DCTERMS.title, RDFS.label, SKOS.definition, KGV.caveat, RDF.subject, RDF.predicate, RDF.object),
        *(KGV.actsOn, KGV.requires, KGV.unless, KGV.evidence, KGV.claim, OA.exact, PROV.wasDerivedFrom),
    ]


class _Sections(_Turtle):
    """The same, with a line of comment before each part."""

    section = ""

    def statement(self, subject: Node) -> bool:
        kinds = set(self.store.objects(subject, RDF.type))
        section = next((said for kind, said in SECTIONS.items() if kind in kinds), LAST)
        if section != self.section:
            self.section = section
            self.write(f"\n{self.indent()}# ---- {section}\n")
        return bool(super().statement(subject))


class _Trig(_Sections, TrigSerializer):
    def __init__(self, store: Dataset) -> None:
        super().__init__(store)
        self.contexts.sort(key=lambda graph: str(graph.identifier))  # rdflib has them in the order of their hashes


def _serialized(serializer: TurtleSerializer) -> str:
    out = io.BytesIO()
    serializer.serialize(out)
    return out.getvalue().decode("utf-8")


@cache
def _vocabulary() -> Graph:
    return Graph(bind_namespaces="none").parse(shelf("ontology") / "vocabulary.ttl", format="turtle")


def _explained(data: Graph) -> Graph:
    """Add to a graph what the words of ours that it uses mean, so that it can be read alone."""
    known, seen = _vocabulary(), set()
    todo = {term for triple in data for term in triple if isinstance(term, URIRef) and term.startswith(KGV)}
    while todo:
        word = todo.pop()
        seen.add(word)
        for predicate in (RDF.type, RDFS.label, SKOS.definition, *MATCH.values()):
            for value in known.objects(word, predicate):
                if value != OWL.NamedIndividual:
                    data.add((word, predicate, value))
                if isinstance(value, URIRef) and value.startswith(KGV) and value not in seen:
                    todo.add(value)
                for label in known.objects(value, RDFS.label) if predicate in MATCH.values() else ():
                    data.add((value, RDFS.label, label))
    return data


class _Writer:
    """One pass over a mechanism, adding what it says to a graph."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.graph = Graph(bind_namespaces="none")
        _bind(self.graph, mechanism)
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
        _explained(self.graph)

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

    @cached_property
    def supports(self) -> conflicts.Supports:
        return conflicts.Supports(self.m)

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
        self.say(about, KGV.layout, "\n".join(" ".join(row) for row in m.layout))
        self.say(about, KGV.tour, _canonical([_said(stop) for stop in m.tour]) if m.tour else "")

    def passport(self, about: URIRef) -> None:
        """What every export carries: licence, version, a hash of what it was made from, and the source strip."""
        self.say(about, DCTERMS.license, URIRef(f"https://spdx.org/licenses/{quote(self.m.licence)}"))
        self.say(about, OWL.versionInfo, self.m.version)
        self.say(about, KGV.inputSha256, input_hash(self.m))
        for caveat in self.m.caveats:
            self.say(about, KGV.caveat, caveat)

    def source(self, source: Source) -> None:
        about = self.part("source", source.key)
        self.say(about, RDF.type, KGV.Source)
        self.say(about, DCTERMS.type, source.kind)
        self.say(about, DCTERMS.title, source.title)
        self.say(about, DCTERMS.creator, source.authors)
        self.say(about, DCTERMS.publisher, source.publisher)
        self.say(about, DCTERMS.date, _date(source.date))
        for work in _works(source):
            self.say(about, SCHEMA.identifier, URIRef(work))
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
            for form in node.forms:
                self.denotes(about, form, KGV.form)
            self.say(about, KGV.kind, node.drawn_as)
            self.say(about, KGV.startsAs, node.at_start)
            self.say(about, KGV.outcome, node.outcome or None)
            self.say(about, KGV.levels, "|".join(node.levels))
            self.say(about, SKOS.note, node.note)
            if node.place:
                self.say(about, KGV.place, self.part("place", node.place))

    def edge(self, edge: Edge) -> None:
        m, about = self.m, self.part("edge", edge.name)
        blocked = m.blocked(edge)
        subject, verb = self.part("node", edge.subject), URIRef(KGV[edge.verb])
        whole_edge = blocked and not edge.sentence.other  # "A blocks EDGE": its object is an edge, not a node
        object = self.part("edge", blocked[0].name) if whole_edge else self.part("node", edge.sentence.object)
        self.say(about, RDF.type, BIOLINK.Association)
        self.say(about, RDFS.label, m.words(edge))
        self.say(about, RDF.subject, subject)
        self.say(about, RDF.predicate, verb)
        self.say(about, RDF.object, object)
        if m.bare(edge):
            self.say(subject, verb, object)
        self.say(about, KGV.inMechanism, URIRef(iri(m)))
        self.say(about, KGV.role, ROLES[edge.role])
        self.say(about, KGV.asserted, m.bare(edge))
        self.say(about, KGV.executes, edge.executes)
        self.say(about, KGV.run, None if edge.run else False)
        self.support(about, edge.name)
        self.say(about, BIOLINK.agent_type, "not_provided")
        claim = vocabulary.claims().get(edge.claim)
        self.say(about, BIOLINK.knowledge_level, claim.knowledge_level if claim else "not_provided")
        if blocked:
            self.say(about, KGV.actsOn, self.part("edge", blocked[0].name))
        place = m.places.get(edge.place)
        if place:
            self.say(about, KGV.place, self.part("place", place.key))
            self.denotes(about, place.term, BIOLINK.anatomical_context_qualifier)
        self.say(about, KGV.level, edge.level)
        for kind in ("requires", "unless"):
            for needed in getattr(edge, kind):
                self.requirement(edge, kind, needed)
        if edge.effect:
            self.say(about, KGV.effect, URIRef(KGV.complete if edge.effect.complete else KGV.unstated))
            if edge.effect.claim:
                self.say(about, KGV.effectEvidence, self.evidence(edge.effect, f"{edge.name}/effect"))
        for item in edge.evidence:
            self.say(about, KGV.evidence, self.evidence(item, edge.name, about))
        self.species(about, edge.taxa)

    def support(self, about: URIRef, *edges: str) -> None:
        support = self.supports.of(*edges)
        for counted in ("supporting", "disputing", "qualifying"):
            self.say(about, URIRef(KGV[f"{counted}Papers"]), getattr(support, counted))
        self.say(about, KGV.disagreements, support.disagreements)

    def requirement(self, edge: Edge, kind: str, needed: Requirement) -> None:
        about = self.part("edge", edge.name, kind, needed.node)
        self.say(self.part("edge", edge.name), URIRef(KGV[kind]), about)
        self.say(about, RDF.type, KGV.Requirement)
        self.say(about, KGV.node, self.part("node", needed.node))
        self.say(about, KGV.level, needed.level)
        for item in needed.evidence:
            self.say(about, KGV.evidence, self.evidence(item, f"{edge.name}/{kind}/{needed.node}", about))

    def evidence(self, item: Evidence, of: str, about: URIRef | None = None) -> URIRef:
        """A node for an item of evidence; its IRI is made from what it says, not from where it stands in the file."""
        here = self.part("evidence", of, _digest(item))
        source = self.m.source(item)
        self.say(here, RDF.type, KGV.Evidence)
        claim = vocabulary.claims().get(item.claim)
        if claim:
            self.say(here, KGV.claim, URIRef(KGV[claim.claim]))
            code = claim.eco_retold if source and source.reports else claim.eco
            if code:
                self.denotes(here, Term(code, vocabulary.terms()[code].label), BIOLINK.has_evidence_of_type)
        self.say(here, KGV.hedge, item.hedge)
        self.say(here, KGV.says, item.says)
        self.say(here, KGV.because, item.because)
        if item.assay:
            self.denotes(here, item.assay, KGV.assay)
        self.say(here, KGV.time, item.time)
        self.say(here, KGV.dose, item.dose)
        if not isinstance(item, Effect):
            self.say(here, KGV.stance, item.stance)
            if about is not None:
                self.say(here, URIRef(CITO[item.stance]), about)
        self.species(here, item.taxon)
        if source and item.source and item.because and not (item.anchor or item.span):
            self.say(
                here, PROV.wasInfluencedBy, self.part("source", source.key)
            )  # the step is the curator's all the same
        elif source and (item.anchor or item.span or not item.because):
            self.say(here, PROV.wasDerivedFrom, self.part("source", source.key))
            own = claim is not None and claim.locator == "no"  # a curator's own step is not the publication's
            for work in () if own else self.cited(source, item):
                self.say(here, BIOLINK.publications, URIRef(work))
                if about is not None and item.stance == "supports":
                    self.say(about, BIOLINK.publications, URIRef(work))
            self.selector(here, item, source)
        return here

    def cited(self, source: Source, item: Evidence) -> list[str]:
        """The work that stands behind an item: for a finding the study that its source reports, else the source itself."""
        return _works(self.m.sources.get(source.reports, source) if item.claim == "finding" else source)[:1]

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
        for reading in self.m.readings.values():
            about = self.part("reading", reading.key)
            self.say(about, RDF.type, KGV.Reading)
            self.say(about, RDFS.label, reading.title)
            self.say(about, KGV.inMechanism, URIRef(iri(self.m)))
            for name in reading.edges:
                self.say(about, KGV.changes, self.part("edge", name))
            changes = {name: self.sourced(_said(change)) for name, change in reading.edges.items()}
            self.say(about, KGV.replacement, _canonical(changes))
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
            named = "claim" in said and ("anchor" in said or "span" in said or "because" not in said)
            first = {"source": next(iter(self.m.sources), "")} if named else {}
            return {**first, **{name: self.sourced(value) for name, value in said.items()}}
        return [self.sourced(one) for one in said] if isinstance(said, list) else said


class _Runs(_Writer):
    """The derived graph. It says which mechanism and version it was derived from, and by what."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.graph = Graph(bind_namespaces="none")
        _bind(self.graph, mechanism)
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
                for reading in causal.readings(mechanism):
                    self.derived(condition.key, reading)
        for conflict in self.supports.conflicts:
            _conflict(self.graph, conflict, {mechanism.id: mechanism}, iri(mechanism))

    def derived(self, condition: str, reading: str) -> None:
        answer = causal.whatif(self.m, condition, reading=reading)
        steps = {step.node: step for step in answer.changed}
        named = reading.replace(" ", "-")
        for node, value in answer.values.items():
            about = self.part("run", condition, named, node)
            self.say(about, RDF.type, KGV.DerivedValue)
            self.say(about, KGV.condition, self.part("condition", condition))
            self.say(about, KGV.node, self.part("node", node))
            if reading != causal.AS_WRITTEN:
                self.say(about, KGV.reading, self.part("reading", reading))
            self.say(about, KGV.value, causal.shown(value))
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


def together(mechanisms: Sequence[Mechanism]) -> Graph:
    """What holds between mechanisms: which nodes are one or of one thing, and where two mechanisms disagree.

    It is a graph of its own, ``all``. What one mechanism alone disagrees about is in its graph ``ID/run``.
    """
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, replace=True)
    by_id = {m.id: m for m in mechanisms}
    for link in conflicts.links(mechanisms):
        one, other = (URIRef(iri(by_id[id], "node", key)) for id, key in (link.one, link.other))
        for here, there in ((one, other), (other, one)):
            graph.add((here, KGV.sameThing if link.differs else KGV.sameNode, there))
    for conflict in conflicts.find(mechanisms):
        if len({side.mechanism for side in conflict.sides}) > 1:
            _conflict(graph, conflict, by_id, f"{vocabulary.BASE}{conflicts.ALL}")
    return graph


def _conflict(graph: Graph, one: conflicts.Conflict, by_id: Mapping[str, Mechanism], base: str) -> None:
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


def _works(source: Source) -> list[str]:
    """The IRIs that identify a source, firmest first."""
    named = [("doi", source.doi), ("PMID", source.pmid)]
    return [vocabulary.expand(f"{prefix}:{local}") for prefix, local in named if local] + [source.url] * bool(
        source.url
    )


def _digest(item: Evidence) -> str:
    content = json.dumps(plain(item), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:10]


def _date(date: str) -> Literal | None:
    kind = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}.get(len(date))
    return Literal(date, datatype=kind) if kind else None


def _reified(data: Graph) -> str:
    """Turtle of RDF 1.2: an association is a reifier, too, of the triple that it is about, asserted or not."""
    about = {predicate: dict(data.subject_objects(predicate)) for predicate in (RDF.subject, RDF.predicate, RDF.object)}
    lines = ["", "# RDF 1.2: the triple that each edge is about. Only those that stand above, too, are asserted."]
    for edge in sorted(about[RDF.subject], key=str):
        s, p, o = (_turtle(data, about[part][edge]) for part in about)
        lines.append(f"{_turtle(data, edge)} rdf:reifies <<( {s} {p} {o} )>> .")
    return _serialized(_Sections(data)) + "\n".join(lines) + "\n"


def _turtle(data: Graph, name: Node) -> str:
    """An IRI in Turtle, with a prefix of the graph where its last part is a plain word."""
    for prefix, namespace in data.namespaces():
        local = str(name).removeprefix(str(namespace))
        if local != str(name) and re.fullmatch(r"[A-Za-z_][\w-]*", local, re.ASCII):
            return f"{prefix}:{local}"
    return f"<{name}>"


NP = Namespace("http://www.nanopub.org/nschema#")
NANOPUBS = vocabulary.BASE + "np/"
#: From an edge, along these, one reaches all that its nanopublication must say to be understood alone.
BELONGS = (
    *(RDF.subject, RDF.object, KGV.actsOn, KGV.requires, KGV.unless, KGV.node, KGV.place, KGV.inside),
    *(KGV.denotes, KGV.form),
    *(KGV.evidence, KGV.effectEvidence, KGV.claim, KGV.assay, OA.hasSelector, PROV.wasDerivedFrom, KGV.reports),
    *(BIOLINK.has_evidence_of_type, BIOLINK.species_context_qualifier, BIOLINK.anatomical_context_qualifier),
)


def _nanopubs(mechanism: Mechanism) -> str:
    """One nanopublication per asserted edge: unsigned, undated, and named by the hash of what it says (a trusty URI).

    The assertion is the bare triple and what its two ends denote; the provenance is the association with its evidence
    and sources; the publication info is licence, version, hash of the input, and the source strip.
    """
    whole = graph(mechanism)
    prefixes: set[str] = set()
    bodies = []
    for edge in mechanism.edges:
        if mechanism.bare(edge):
            code = _trusty(_nanopub(mechanism, whole, edge, "@"))
            for name, part in _nanopub(mechanism, whole, edge, code).items():
                _bind(part, mechanism)
                part.bind("np", NP)
                header, _, body = _serialized(_Turtle(part)).partition("\n\n")
                prefixes |= set(header.splitlines())
                bodies.append(f"<{name}> {{\n{body.strip()}\n}}\n")
    return "\n".join([*sorted(prefixes), "", *bodies])


def _nanopub(mechanism: Mechanism, whole: Graph, edge: Edge, code: str) -> dict[str, Graph]:
    """The four graphs of a nanopublication by their IRIs, for the code that ends the IRI."""
    here = URIRef(NANOPUBS + code)
    names = [URIRef(f"{here}#{part}") for part in ("Head", "assertion", "provenance", "pubinfo")]
    head, assertion, provenance, pubinfo = parts = [Graph(bind_namespaces="none") for _ in names]
    head.add((here, RDF.type, NP.Nanopublication))
    for predicate, name in zip((NP.hasAssertion, NP.hasProvenance, NP.hasPublicationInfo), names[1:], strict=True):
        head.add((here, predicate, name))
    about, root = URIRef(iri(mechanism, "edge", edge.name)), URIRef(iri(mechanism))
    ends = [whole.value(about, RDF.subject), whole.value(about, RDF.object)]
    verbs = {URIRef(KGV[one.verb]) for one in mechanism.edges}
    assertion.add((URIRef(str(ends[0])), URIRef(KGV[edge.verb]), URIRef(str(ends[1]))))
    reached, todo = {about}, [about]
    while todo:
        subject = todo.pop()
        node = (subject, RDF.type, KGV.Node) in whole
        target = assertion if subject in ends and node else provenance
        for s, p, o in whole.triples((subject, None, None)):
            if not (node and p in verbs):  # other edges of a node are not this edge's to assert
                target.add((s, p, o))
            if p in BELONGS and isinstance(o, URIRef) and o not in reached:
                reached.add(o)
                todo.append(o)
    provenance.add((names[1], PROV.wasDerivedFrom, about))
    passport = (RDF.type, DCTERMS.title, DCTERMS.license, OWL.versionInfo, KGV.inputSha256, KGV.caveat)
    for predicate in (*passport, SCHEMA.creativeWorkStatus):
        for value in whole.objects(root, predicate):
            pubinfo.add((root, predicate, value))
            if predicate not in (RDF.type, DCTERMS.title):
                pubinfo.add((here, predicate, value))
    pubinfo.add((here, DCTERMS.title, Literal(mechanism.words(edge))))
    pubinfo.add((here, PROV.wasDerivedFrom, root))
    return {str(name): part for name, part in zip(names, parts, strict=True)}


def _trusty(parts: Mapping[str, Graph]) -> str:
    """The code of a trusty URI, module RA: a SHA-256 of the sorted quads, in which a space stands for the code itself."""

    def named(name: Node | str) -> str:
        return str(name).replace(f"{NANOPUBS}@", f"{NANOPUBS} ")

    quads = [
        (named(name), named(s), named(p), o if isinstance(o, Literal) else named(o))
        for name, part in parts.items()
        for s, p, o in part
    ]

    def key(quad: tuple[str, str, str, str]) -> tuple[bytes, bytes, bytes, bool, bytes, bytes]:
        *names, value = quad
        graph, subject, predicate = (name.encode() for name in names)
        kind = str(value.datatype or XSD.string).encode() if isinstance(value, Literal) else b""
        return graph, subject, predicate, isinstance(value, Literal), str(value).encode(), kind

    def line(value: str) -> str:
        if isinstance(value, Literal):
            escaped = str(value).replace("\\", "\\\\").replace("\n", "\\n")
            return f"^{value.datatype or XSD.string} {escaped}\n"
        return f"{value}\n"

    said = "".join(f"{g}\n{s}\n{p}\n{line(o)}" for g, s, p, o in sorted(quads, key=key))
    return "RA" + base64.urlsafe_b64encode(hashlib.sha256(said.encode()).digest()).decode().rstrip("=")


DCAT, VOID = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://rdfs.org/ns/void#")
MEDIA = {
    ".ttl": "text/turtle",
    ".trig": "application/trig",
    ".nq": "application/n-quads",
    ".jsonld": "application/ld+json",
    ".graphml": "application/graphml+xml",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".tsv": "text/tab-separated-values",
    ".jsonl": "application/jsonl",
    ".sbml": "application/sbml+xml",
    ".yaml": "application/yaml",
}


def stem(file: str) -> str:
    """The id of the mechanism that a file of a build is about.

    >>> stem("ta1-tlr7_edges.tsv")
    'ta1-tlr7'
    """
    return re.split("[._]", file, maxsplit=1)[0]


def collection(mechanisms: Sequence[Mechanism], files: Mapping[str, bytes]) -> str:
    """What a build holds, as Turtle in VoID, DCAT and schema.org: each mechanism with its counts and its files."""
    data = Graph(bind_namespaces="none")
    for prefix, namespace in {**PREFIXES, "dcat": DCAT, "void": VOID}.items():
        data.bind(prefix, namespace)
    whole = URIRef(vocabulary.BASE)

    def say(about: URIRef, *pairs: tuple[URIRef, Value]) -> None:
        for predicate, value in pairs:
            data.add((about, predicate, value if isinstance(value, (URIRef, Literal)) else Literal(value)))

    kinds = [(RDF.type, kind) for kind in (VOID.Dataset, DCAT.Dataset, SCHEMA.Dataset)]
    say(whole, *kinds, (DCTERMS.title, "Immune mechanisms as knowledge graphs"), (SCHEMA.softwareVersion, __version__))
    if "all.nq" in files:
        say(whole, (VOID.dataDump, URIRef("all.nq")))
    for mechanism in mechanisms:
        about, said = URIRef(iri(mechanism)), graph(mechanism)
        say(whole, (DCTERMS.hasPart, about), (VOID.subset, about))
        say(about, *kinds, (RDF.type, KGV.Mechanism), (SCHEMA.name, mechanism.title))
        for predicate in (
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.license,
            OWL.versionInfo,
            KGV.inputSha256,
            KGV.caveat,
        ):
            for value in said.objects(about, predicate):
                data.add((about, predicate, value))
                if predicate == DCTERMS.license:
                    data.add((about, SCHEMA.license, value))
                    data.add((whole, DCTERMS.license, value))
        say(about, (VOID.triples, len(said)), (VOID.distinctSubjects, len(set(said.subjects()))))
        say(
            about,
            (VOID.properties, len(set(said.predicates()))),
            (VOID.classes, len(set(said.objects(None, RDF.type)))),
        )
        say(
            about,
            (VOID.uriSpace, f"{about}/"),
            *((VOID.vocabulary, URIRef(str(space))) for space in (KGV, BIOLINK, OA, PROV)),
        )
        for kind, count in sorted(Counter(map(str, said.objects(None, RDF.type))).items()):
            part = URIRef(f"{about}/void/{re.split('[/#]', kind)[-1]}")
            say(about, (VOID.classPartition, part))
            say(part, (VOID["class"], URIRef(kind)), (VOID.entities, count))
        for name, content in sorted(files.items()):
            if stem(name) != mechanism.id:
                continue
            file, media = URIRef(name), MEDIA.get("." + name.rpartition(".")[2], "application/octet-stream")
            say(about, (DCAT.distribution, file))
            if media in tuple(MEDIA.values())[:4]:
                say(about, (VOID.dataDump, file))
            say(file, (RDF.type, DCAT.Distribution), (DCAT.mediaType, media), (DCAT.byteSize, len(content)))
            say(file, (SCHEMA.sha256, hashlib.sha256(content).hexdigest()))
    return _serialized(_Turtle(data))


class _Json:
    """JSON-LD for people who read JSON: one object, the mechanism, and in it lists of edges, nodes and so on.

    ontology/context.jsonld gives the keys, their order and their types; it goes into the file, so nothing is fetched.
    What belongs to one thing alone stands inside it: evidence in its edge, a selector in its evidence.
    """

    NESTED = (KGV.scope, KGV.requires, KGV.unless, KGV.effectEvidence, KGV.evidence, KGV.sets, OA.hasSelector)
    LISTS = (
        ("sources", KGV.Source),
        ("places", KGV.Place),
        ("nodes", KGV.Node),
        ("edges", BIOLINK.Association),
        ("conditions", KGV.Condition),
        ("assumptions", KGV.Assumption),
        ("readings", KGV.Reading),
        ("expectations", KGV.Expectation),
        ("notes", KGV.Note),
        ("terms", None),  # ontology terms and our own words: what they are called and mean
    )

    def __init__(self, mechanism: Mechanism, data: Graph) -> None:
        self.data, self.root = data, URIRef(iri(mechanism))
        self.context = json.loads((shelf("ontology") / "context.jsonld").read_text(encoding="utf-8"))["@context"]
        self.context["@base"] = f"{self.root}/"
        self.keys: dict[str, tuple[int, str]] = {}  # IRI -> where its key stands, and the key
        for place, (key, meaning) in enumerate(self.context.items()):
            name = meaning.get("@id", "") if isinstance(meaning, dict) else str(meaning)
            prefix, _, local = name.partition(":")
            if prefix in PREFIXES and local:
                self.keys.setdefault(f"{PREFIXES[prefix]}{local}", (place, key))
        self.inside = {o for s, p, o in data if p in self.NESTED}

    def text(self) -> str:
        whole = {"@context": self.context, **self.thing(self.root)}
        left = set(self.data.subjects()) - self.inside - {self.root}
        for key, kind in self.LISTS:
            these = left if kind is None else left & set(self.data.subjects(RDF.type, kind))
            left = left - these
            if these:
                whole[key] = [self.thing(one) for one in sorted(these, key=str)]
        return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"

    def thing(self, about: Node) -> dict[str, object]:
        """What is said of one IRI, in the order of the context."""
        said: dict[str, list[Node]] = {}
        for predicate, value in self.data.predicate_objects(about):
            said.setdefault(str(predicate), []).append(value)
        found: dict[str, object] = {"id": self.reference(about)}
        if kinds := said.pop(str(RDF.type), []):
            found["type"] = _one_or_all([self.word(kind) for kind in sorted(kinds, key=str)])
        unknown = len(self.context)
        for name in sorted(said, key=lambda name: (self.keys.get(name, (unknown, "")), name)):
            key = self.keys[name][1] if name in self.keys else self.short(name)
            meaning = self.context.get(key)
            typed = meaning if isinstance(meaning, dict) else {}
            values = [
                self.value(one, typed.get("@type", ""), name)
                for one in sorted(said[name], key=lambda one: (str(one), repr(one)))
            ]
            found[key] = values if typed.get("@container") == "@set" else _one_or_all(values)
        return found

    def value(self, value: Node, type: str, predicate: str) -> object:
        if isinstance(value, Literal):
            if value.datatype in (None, XSD.boolean, XSD.integer):
                return value.toPython() if value.datatype else str(value)
            return {"@type": self.short(str(value.datatype)), "@value": str(value)}
        if URIRef(predicate) in self.NESTED:
            return self.thing(value)
        shown = self.word(value) if type == "@vocab" else self.reference(value)
        return shown if type else {"id": shown}

    def word(self, name: Node) -> str:
        """A class, a verb or a claim: its key in the context, or its name in our vocabulary."""
        ours = str(name).removeprefix(str(KGV))
        return (
            self.keys[str(name)][1] if str(name) in self.keys else ours if ours != str(name) else self.short(str(name))
        )

    def reference(self, name: Node) -> str:
        """An IRI, short: a path below the mechanism, or with a prefix."""
        below = str(name).removeprefix(self.context["@base"])
        return below if below != str(name) else self.short(str(name))

    @staticmethod
    def short(name: str) -> str:
        for prefix, namespace in PREFIXES.items():
            local = name.removeprefix(str(namespace))
            if local != name and re.fullmatch(r"\w[\w.-]*", local):
                return f"{prefix}:{local}"
        return name


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


# ---------------------------------------------------------------- reading our own RDF again

LOST = {"*": "what is said twice, the RDF says once"}
#: The same for one row of FORMATS.
LOST_OF = {
    "nanopub": {
        "mechanism": "of the whole, a nanopublication says title, licence, version and caveats",
        "edge": "only what a source asserts is a nanopublication: nothing supposed, inferred or disputed",
        "*": "it belongs to no edge that is a nanopublication",
    }
}
SYNTAX = {".ttl": ("turtle",), ".nq": ("nquads",), ".trig": ("trig",), ".jsonld": ("json-ld",)}
#: What follows from the rest, and is made again when the mechanism is written.
MADE = (
    *(RDF.type, RDFS.label, RDF.object, DCTERMS.source, SCHEMA.name, SKOS.definition, SKOS.exactMatch, SKOS.closeMatch),
    *(SKOS.broadMatch, BIOLINK.category, BIOLINK.agent_type, BIOLINK.knowledge_level, BIOLINK.publications),
    *(BIOLINK.has_evidence_of_type, BIOLINK.species_context_qualifier, BIOLINK.anatomical_context_qualifier),
    *(KGV.inMechanism, KGV.role, KGV.asserted, KGV.executes, KGV.speciesStated, KGV.termStated, KGV.inputSha256),
    *(
        KGV.caveat,
        KGV.supportingPapers,
        KGV.disputingPapers,
        KGV.qualifyingPapers,
        KGV.disagreements,
        KGV.node,
        KGV.textSha256,
        CITO.supports,
        CITO.disputes,
        CITO.qualifies,
    ),
)


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """A mechanism from RDF that kg wrote, in any of its serialisations. Nothing is fetched.

    Raises InvalidMechanism for what is no RDF, refers to a context elsewhere, or holds not one mechanism of ours.
    """
    said = foreign.text(file, ledger)
    syntaxes = SYNTAX.get(file.suffix) or (("json-ld",) if said.lstrip()[:1] in ("{", "[") else ("trig", "nquads"))
    if "json-ld" in syntaxes:
        _no_remote_context(foreign.objects(said, ledger), ledger)
    for syntax in syntaxes:
        data = Dataset(default_union=False)
        try:
            data.parse(data=said, format=syntax)
            break
        except Exception as error:  # rdflib raises whatever its parsers trip over
            if syntax == syntaxes[-1]:
                line = getattr(error, "lines", 0) if isinstance(getattr(error, "lines", 0), int) else 0
                reason = " ".join(str(getattr(error, "_why", None) or error or type(error).__name__).split())[:200]
                raise ledger.stop(ledger.at(line + 1), "no-rdf", f"this is no {syntax}: {reason}") from None
    told = ((s, p, o) for s, p, o, graph in data.quads() if not str(graph or "").endswith("/run"))
    found = mechanisms(told, ledger)  # what a run derives is derived again
    if not found and any(data.quads((None, RDF.type, NP.Nanopublication, None))):
        return assertions.parsed(file, ledger, said)
    if len(found) != 1:
        message = f"it holds {len(found)} mechanisms of kg" if found else "it holds no mechanism that kg wrote"
        raise ledger.stop(None, "no-mechanism", message, "RDF of others is asked by `kg ask` and checked by `kg check`")
    return found[0]


def mechanisms(triples: Iterable[tuple[Node, Node, Node]], ledger: Ledger) -> list[Mechanism]:
    """The mechanisms that kg wrote as these triples, by their ids; none if there is none.

    >>> from kg.formats import read
    >>> (again,) = mechanisms(graph(read("ta1-tlr7")), Ledger("x.ttl", "RDF"))
    >>> again.words(again.edge("protection"))
    'Tα-1 protects miR-146a-5p from RNase A'

    Raises InvalidMechanism where one is not written as kg writes it.
    """
    said: Triples = {}
    for subject, predicate, value in dict.fromkeys(triples):  # nanopublications of one mechanism say much again
        said.setdefault(subject, {}).setdefault(predicate, []).append(value)
    records: dict[Node, Taken] = {}
    roots = sorted(str(s) for s in said if KGV.Mechanism in said[s].get(RDF.type, []))
    roots = [root for root in roots if root.startswith(vocabulary.BASE)]
    if not roots:
        return []
    for subject in sorted(said, key=str):
        values = {_local(p): sorted(map(str, all)) for p, all in said[subject].items()}
        kind = next(iter(sorted(map(_local, said[subject].get(RDF.type, [])))), "term")
        name = next((str(subject).removeprefix(f"{r}/") for r in roots if str(subject).startswith(f"{r}/")), subject)
        records[subject] = ledger.record(kind, str(name), values, ledger.at())
    try:
        return [_Reader(said, records, root, ledger).mechanism() for root in roots]
    except (TypeError, AttributeError) as error:  # the JSON of a tour or of a change holds something else
        raise ledger.stop(
            None, "no-mechanism", f"the tour or a reading is not written as kg writes it: {error}"
        ) from None


def _no_remote_context(value: Any, ledger: Ledger) -> None:
    """Complain of a JSON-LD context that would have to be fetched."""
    todo = [value]
    while todo:
        one = todo.pop()
        contexts = one.get("@context", []) if isinstance(one, dict) else []
        for context in contexts if isinstance(contexts, list) else [contexts]:
            away = (
                context if isinstance(context, str) else context.get("@import") if isinstance(context, dict) else None
            )
            if away:
                message = f"the context {str(away)[:80]!r} would have to be fetched"
                raise ledger.stop(None, "remote-context", message, "put the context into the file")
        todo += one.values() if isinstance(one, dict) else one if isinstance(one, list) else []


class _Reader:
    """One pass over the triples about one mechanism: the inverse of _Writer."""

    def __init__(self, data: Triples, records: Mapping[Node, Taken], root: str, ledger: Ledger) -> None:
        self.data, self.records, self.root, self.ledger = data, records, root, ledger

    # -- small words ----------------------------------------------------------

    def all(self, about: Node, predicate: Node) -> list[Node]:
        """The values of a predicate, in the order of their IRIs; they are carried."""
        found = self.data.get(about, {}).get(predicate, [])
        if found:
            self.records[about].take(_local(predicate))
        return sorted(found, key=str)

    def one(self, about: Node, predicate: Node) -> str:
        return next(map(str, self.all(about, predicate)), "")

    def key(self, name: Node | str, part: str) -> str:
        """The key at the end of an IRI of ours: the part of the mechanism that it names."""
        return unquote(str(name).removeprefix(f"{self.root}/{part}/"))

    def keys(self, about: Node, predicate: Node, part: str) -> str:
        """The key that a predicate leads to; nothing if it leads to none."""
        return next((self.key(one, part) for one in self.all(about, predicate)), "")

    def typed(self, kind: Node) -> list[Node]:
        found = [about for about, said in self.data.items() if kind in said.get(RDF.type, [])]
        return sorted((one for one in found if str(one).startswith(f"{self.root}/")), key=str)

    def terms(self, about: Node, predicate: Node) -> tuple[Term, ...]:
        return tuple(
            Term(self.one(one, SKOS.notation), self.one(one, RDFS.label)) for one in self.all(about, predicate)
        )

    def term(self, about: Node, predicate: Node = KGV.denotes) -> Term | None:
        return next(iter(self.terms(about, predicate)), None)

    def named(self, about: Node, term: Term | None) -> str:
        label = self.one(about, RDFS.label)
        return "" if term and label == term.label else label

    # -- the parts of a mechanism -----------------------------------------------

    def mechanism(self) -> Mechanism:
        root = URIRef(self.root)
        made = Mechanism(
            id=self.root.removeprefix(vocabulary.BASE),
            title=self.one(root, DCTERMS.title),
            summary=self.one(root, DCTERMS.description),
            licence=unquote(self.one(root, DCTERMS.license).removeprefix("https://spdx.org/licenses/")),
            version=self.one(root, OWL.versionInfo),
            status=self.one(root, SCHEMA.creativeWorkStatus),
            sources=self.table(KGV.Source, "source", self.source),
            scope=self.items(root, KGV.scope),
            places=self.table(KGV.Place, "place", self.place),
            nodes=self.table(KGV.Node, "node", self.node),
            edges=tuple(self.edge(one) for one in self.typed(BIOLINK.Association)),
            readings=self.table(KGV.Reading, "reading", self.reading),
            assumptions=self.table(KGV.Assumption, "assumption", self.assumption),
            conditions=self.table(KGV.Condition, "condition", self.condition),
            expectations=tuple(self.expectation(one) for one in self.typed(KGV.Expectation)),
            notes=tuple(self.note(one) for one in self.typed(KGV.Note)),
            tour=tuple(_made(Stop, one) for one in self.json(root, KGV.tour, list)),
            layout=tuple(tuple(row.split()) for row in self.one(root, KGV.layout).splitlines()),
            file=self.ledger.file,
            at=self.ledger.at(),
        )
        self.made_again()
        return made

    def made_again(self) -> None:
        """What nobody took, and follows from the rest, is not lost; nor are the words that the file explains."""
        mapped = {str(o) for said in self.data.values() for p in MATCH.values() for o in said.get(p, [])}
        for about, record in self.records.items():
            name = str(about)
            ours = name == self.root or name.startswith(f"{self.root}/")
            explained = name.startswith((str(KGV), NANOPUBS)) or name in mapped or SKOS.notation in self.data[about]
            for predicate in self.data[about]:
                word = _local(predicate)
                bare = str(predicate).startswith(str(KGV)) and word in vocabulary.predicates()
                derived = explained or (ours and (predicate in MADE or bare))
                twice = record.kind == "Association" and word == "label"
                if (derived and word not in record.fates) or twice:
                    record.changed(word, "made again from the rest")

    def table(self, kind: Node, part: str, read: Callable[[Node, str], V]) -> Frozen[V]:
        return Frozen({self.key(one, part): read(one, self.key(one, part)) for one in self.typed(kind)})

    def source(self, about: Node, key: str) -> Source:
        works = [str(one) for one in self.all(about, SCHEMA.identifier)]
        known = {prefix: vocabulary.expand(f"{prefix}:") for prefix in ("doi", "PMID")}
        by = {p: next((w.removeprefix(base) for w in works if w.startswith(base)), "") for p, base in known.items()}
        return Source(
            key=key,
            kind=self.one(about, DCTERMS.type),
            title=self.one(about, DCTERMS.title),
            authors=self.one(about, DCTERMS.creator),
            publisher=self.one(about, DCTERMS.publisher),
            date=self.one(about, DCTERMS.date),
            doi=by["doi"],
            pmid=by["PMID"],
            url=next((work for work in works if not work.startswith(tuple(known.values()))), ""),
            texts=tuple(map(str, self.all(about, KGV.textSha256))),
            read=self.one(about, KGV.read),
            reports=self.keys(about, KGV.reports, "source"),
            interest=self.one(about, KGV.interest),
            at=self.ledger.at(),
        )

    def place(self, about: Node, key: str) -> Place:
        term = self.term(about)
        return Place(key=key, term=term, name=self.named(about, term), inside=self.keys(about, KGV.inside, "place"))

    def node(self, about: Node, key: str) -> m.Node:
        term, kind = self.term(about), self.one(about, KGV.kind)
        label = self.named(about, term)
        made = m.Node(
            key=key,
            term=term,
            name="" if term is None and label == key else label,
            place=self.keys(about, KGV.place, "place"),
            at_start=self.one(about, KGV.startsAs),
            levels=tuple(filter(None, self.one(about, KGV.levels).split("|"))),
            outcome=self.one(about, KGV.outcome) == "true",
            forms=self.terms(about, KGV.form),
            note=self.one(about, SKOS.note),
            at=self.ledger.at(),
        )
        return made if made.drawn_as == kind else replace(made, kind=kind)

    def edge(self, about: Node) -> Edge:
        verb = self.one(about, RDF.predicate).removeprefix(str(KGV))
        object, blocked = self.one(about, RDF.object), next(iter(self.all(about, KGV.actsOn)), None)
        other = self.keys(blocked, RDF.subject, "node") if blocked and verb == "protects" else ""
        part = "edge" if object.startswith(f"{self.root}/edge/") else "node"
        effect = self.one(about, KGV.effect)
        stated = next(iter(self.all(about, KGV.effectEvidence)), None)
        complete = effect == str(KGV.complete)
        says: dict[str, Any] = vars(self.item(stated)) if stated else {}
        says = {name: value for name, value in says.items() if name not in ("at", "spots", "stance")}
        return Edge(
            sentence=Sentence(self.keys(about, RDF.subject, "node"), verb, self.key(object, part), other),
            name=self.key(about, "edge"),
            place=self.keys(about, KGV.place, "place"),
            requires=self.requirements(about, KGV.requires),
            unless=self.requirements(about, KGV.unless),
            level=self.one(about, KGV.level),
            effect=Effect(**says, complete=complete) if effect else None,
            run=self.one(about, KGV.run) != "false",
            evidence=self.items(about, KGV.evidence),
            at=self.ledger.at(),
        )

    def requirements(self, about: Node, kind: Node) -> tuple[Requirement, ...]:
        return tuple(
            Requirement(self.keys(one, KGV.node, "node"), self.one(one, KGV.level), self.items(one, KGV.evidence))
            for one in self.all(about, kind)
        )

    def items(self, about: Node, predicate: Node) -> tuple[Evidence, ...]:
        return tuple(self.item(one) for one in self.all(about, predicate))

    def item(self, about: Node) -> Evidence:
        there = next(iter(self.all(about, OA.hasSelector)), None)
        anchor, start, end = (self.one(there, p) if there else "" for p in (OA.exact, OA.start, OA.end))
        return Evidence(
            source=self.keys(about, PROV.wasDerivedFrom, "source") or self.keys(about, PROV.wasInfluencedBy, "source"),
            anchor=anchor,
            span=(int(start), int(end)) if start.isdigit() and end.isdigit() else None,
            says=self.one(about, KGV.says),
            because=self.one(about, KGV.because),
            claim=self.one(about, KGV.claim).removeprefix(str(KGV)),
            hedge=self.one(about, KGV.hedge),
            taxon=self.terms(about, BIOLINK.species_context_qualifier),
            assay=self.term(about, KGV.assay),
            time=self.one(about, KGV.time),
            dose=self.one(about, KGV.dose),
            stance=self.one(about, KGV.stance) or "supports",
            at=self.ledger.at(),
        )

    def settings(self, about: Node) -> Frozen[str]:
        return Frozen({self.keys(one, KGV.node, "node"): self.one(one, KGV.value) for one in self.all(about, KGV.sets)})

    def json(self, about: Node, predicate: Node, kind: type[V]) -> V:
        """A value that is written as JSON: a list, or an object."""
        said = self.one(about, predicate)
        found = foreign.objects(said, self.ledger) if said else kind()
        if not isinstance(found, kind):
            raise self.ledger.stop(None, "no-json", f"kgv:{_local(predicate)} is no {kind.__name__}")
        return found

    def titled(self, about: Node, key: str) -> str:
        label = self.one(about, RDFS.label)
        return "" if label == key else label

    def condition(self, about: Node, key: str) -> m.Condition:
        return m.Condition(key, self.titled(about, key), self.settings(about), at=self.ledger.at())

    def assumption(self, about: Node, key: str) -> m.Assumption:
        title, because = self.titled(about, key), self.one(about, KGV.because)
        return m.Assumption(key, title, self.settings(about), because, at=self.ledger.at())

    def reading(self, about: Node, key: str) -> m.Reading:
        self.all(about, KGV.changes)
        changes = {name: _made(m.Change, one) for name, one in self.json(about, KGV.replacement, dict).items()}
        return m.Reading(key, self.one(about, RDFS.label), Frozen(changes), at=self.ledger.at())

    def expectation(self, about: Node) -> m.Expectation:
        said = re.fullmatch(r"(\S+) (is|same as|higher than|lower than) (\S+)", self.one(about, RDFS.label))
        given, reading = self.keys(about, KGV.condition, "condition"), self.keys(about, KGV.reading, "reading")
        expect = m.Expect(*said.groups()) if said else m.Expect()
        return m.Expectation(given, expect, reading, self.items(about, KGV.evidence), at=self.ledger.at())

    def note(self, about: Node) -> Note:
        on = [re.sub("^.*/(node|edge)/", "", str(one)) for one in self.all(about, KGV.about)]
        return Note(self.one(about, RDFS.comment), tuple(map(unquote, on)), self.items(about, KGV.evidence))


#: The records and terms in a record that is written as JSON: field -> what it holds.
HOLDS = {
    "requires": Requirement,
    "unless": Requirement,
    "evidence": Evidence,
    "effect": Effect,
    "taxon": Term,
    "assay": Term,
}


def _made(kind: type[V], said: Mapping[str, Any]) -> V:
    """A record from its JSON: the inverse of _said. What it does not know raises TypeError."""
    made = {}
    for name, value in said.items():
        of: type[Any] | None = HOLDS.get(name)
        if of and isinstance(value, list):
            value = tuple(_made(of, one) for one in value)
        elif name == "translations":
            value = Frozen({tag: _made(m.Translation, one) for tag, one in value.items()})
        elif of and isinstance(value, dict):
            value = _made(of, value)
        made[name] = tuple(value) if isinstance(value, list) else value
    return kind(**made)


def _local(name: Node) -> str:
    """The last part of an IRI.

    >>> _local(RDFS.label)
    'label'
    """
    return re.split("[/#]", str(name))[-1]
