"""What a folder of exports holds: VoID and DCAT."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rdflib import OWL, PROV, RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from kg import __version__
from kg.formats.rdf.names import BIOLINK, KGV, MATCH, OA, PREFIXES, SCHEMA, Value, iri, stem
from kg.formats.rdf.turtle import Turtle, definitions, serialized
from kg.formats.rdf.write import graph
from kg.model import vocabulary
from kg.model.mechanism import Mechanism

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
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".sbml": "application/sbml+xml",
    ".yaml": "application/yaml",
}


KINDS = (VOID.Dataset, DCAT.Dataset, SCHEMA.Dataset)
PASSPORT = (DCTERMS.title, DCTERMS.description, DCTERMS.license, OWL.versionInfo, KGV.inputSha256, KGV.caveat)
DUMPS = tuple(MEDIA.values())[:4]  # the media types of RDF
#: Of these the registry of media types knows nothing, so a file that has one says it as a text.
UNREGISTERED = ("application/graphml+xml", "application/jsonl")
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
ABOUT = vocabulary.BASE + "void"  # the description itself; what it alone speaks of has an IRI below it


def collection(mechanisms: Sequence[Mechanism], files: Mapping[str, bytes], url: str = "", endpoint: str = "") -> str:
    """What a build holds, as Turtle in VoID, DCAT and schema.org: each mechanism with its counts, links and files.

    ``url`` is the folder on the web where the files lie; without it they are where the IRIs of mechanisms will lead.
    ``endpoint`` is the address of a SPARQL endpoint over them, if there is one.
    """
    return serialized(Turtle(_Description(mechanisms, files, url, endpoint).graph))


class _Description:
    """One pass over a build, adding what it holds to a graph."""

    def __init__(self, mechanisms: Sequence[Mechanism], files: Mapping[str, bytes], url: str, endpoint: str) -> None:
        self.files, self.home = files, f"{url.rstrip('/')}/" if url else vocabulary.BASE
        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in {**PREFIXES, "dcat": DCAT, "void": VOID}.items():
            self.graph.bind(prefix, namespace)
        whole, about = URIRef(vocabulary.BASE), URIRef(ABOUT)
        title = "Immune mechanisms as knowledge graphs"
        self.say(
            about,
            (RDF.type, VOID.DatasetDescription),
            (DCTERMS.title, f"{title}: what there is"),
            (SCHEMA.about, whole),
        )
        self.say(whole, *((RDF.type, kind) for kind in (*KINDS, DCAT.Catalog)), (DCTERMS.title, title))
        self.say(whole, (SCHEMA.softwareVersion, __version__))
        self.distributions(whole, "all")
        for match in MATCH.values():
            self.links(whole, URIRef(f"{vocabulary.BASE}vocab"), match, definitions().objects(None, match))
        for mechanism in mechanisms:
            self.mechanism(whole, mechanism)
        if endpoint:
            service = URIRef(f"{ABOUT}/sparql")
            self.say(whole, (VOID.sparqlEndpoint, URIRef(endpoint)), (DCAT.service, service))
            self.say(service, (RDF.type, DCAT.DataService), (DCAT.endpointURL, URIRef(endpoint)))
            self.say(service, (DCTERMS.title, "SPARQL"), (DCAT.servesDataset, whole))

    def say(self, about: URIRef, *pairs: tuple[URIRef, Value]) -> None:
        for predicate, value in pairs:
            self.graph.add((about, predicate, value if isinstance(value, (URIRef, Literal)) else Literal(value)))

    def mechanism(self, whole: URIRef, mechanism: Mechanism) -> None:
        about, said = URIRef(iri(mechanism)), graph(mechanism)
        self.say(whole, (DCTERMS.hasPart, about), (VOID.subset, about), (DCAT.dataset, about))
        self.say(about, *((RDF.type, kind) for kind in (*KINDS, KGV.Mechanism)), (SCHEMA.name, mechanism.title))
        for predicate in PASSPORT:
            for value in said.objects(about, predicate):
                self.graph.add((about, predicate, value))
                if predicate == DCTERMS.license:
                    self.graph.add((about, SCHEMA.license, value))
                    self.graph.add((whole, DCTERMS.license, value))
        self.say(about, (VOID.triples, len(said)), (VOID.distinctSubjects, len(set(said.subjects()))))
        self.say(about, (VOID.properties, len(set(said.predicates()))))
        self.say(about, (VOID.classes, len(set(said.objects(None, RDF.type)))), (VOID.uriSpace, f"{about}/"))
        self.say(about, *((VOID.vocabulary, URIRef(str(space))) for space in (KGV, BIOLINK, OA, PROV)))
        for kind, count in sorted(Counter(map(str, said.objects(None, RDF.type))).items()):
            part = URIRef(f"{ABOUT}/{mechanism.id}/{re.split('[/#]', kind)[-1]}")
            self.say(about, (VOID.classPartition, part))
            self.say(part, (VOID["class"], URIRef(kind)), (VOID.entities, count))
        self.links(whole, about, KGV.denotes, said.objects(None, KGV.denotes))
        matches: dict[Node, list[Node]] = {}
        for match in said.subjects(RDF.type, KGV.Match):
            matches.setdefault(next(said.objects(match, RDF.predicate)), []).extend(said.objects(match, RDF.object))
        for relation, objects in sorted(matches.items()):
            self.links(whole, about, URIRef(str(relation)), objects)
        self.distributions(about, mechanism.id)

    def distributions(self, about: URIRef, name: str) -> None:
        """The files that hold a dataset."""
        for file, content in sorted(self.files.items()):
            if stem(file) != name:
                continue
            here, there = URIRef(f"{ABOUT}/{file}"), URIRef(self.home + file)
            media = MEDIA.get(Path(file).suffix, "")
            self.say(about, (DCAT.distribution, here))
            if media in DUMPS:
                self.say(about, (VOID.dataDump, there))
            self.say(here, (RDF.type, DCAT.Distribution), (DCTERMS.title, file), (DCAT.downloadURL, there))
            self.say(here, (DCAT.accessURL, there), (DCAT.byteSize, len(content)))
            self.say(here, (SCHEMA.sha256, hashlib.sha256(content).hexdigest()))
            if media:
                registered = media not in UNREGISTERED
                kind = (DCAT.mediaType, URIRef(MEDIA_TYPES + media)) if registered else (DCTERMS.format, media)
                self.say(here, kind)

    def links(self, whole: URIRef, source: URIRef, predicate: URIRef, terms: Iterable[Node]) -> None:
        """A set of links from a dataset to each vocabulary that it points into."""
        counted = Counter(found for term in terms if (found := _space(str(term)))[0] not in ("", "kg"))
        for (prefix, space), count in sorted(counted.items()):
            links = "/".join([source.removeprefix(vocabulary.BASE), re.split("[/#]", predicate)[-1], prefix])
            about, target = URIRef(f"{ABOUT}/{links}"), URIRef(f"{ABOUT}/{prefix}")
            self.say(whole, (VOID.subset, about))
            self.say(about, (RDF.type, VOID.Linkset), (VOID.linkPredicate, predicate), (VOID.triples, count))
            self.say(about, (VOID.subjectsTarget, source), (VOID.objectsTarget, target))
            self.say(target, (RDF.type, VOID.Dataset), (VOID.uriSpace, space))


def _space(term: str) -> tuple[str, str]:
    """The prefix and the beginning of the longest namespace in which a term lies; nothing if it lies in none."""
    known = {**vocabulary.namespaces(), "identifier": vocabulary.IDENTIFIER}
    found = [(len(space), prefix, space) for prefix, space in known.items() if term.startswith(space)]
    if not found and (row := vocabulary.prefix(vocabulary.compress(term).partition(":")[0])):
        return row.prefix, row.iri
    return max(found)[1:] if found else ("", "")
