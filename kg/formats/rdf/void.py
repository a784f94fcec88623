"""What a folder of exports holds: VoID and DCAT."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rdflib import OWL, PROV, RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from kg import __version__
from kg.formats.rdf.names import BIOLINK, KGV, OA, PREFIXES, SCHEMA, Value, iri, stem
from kg.formats.rdf.turtle import Turtle, serialized
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
    ".jsonl": "application/jsonl",
    ".sbml": "application/sbml+xml",
    ".yaml": "application/yaml",
}


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
    return serialized(Turtle(data))
