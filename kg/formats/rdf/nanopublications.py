"""Our asserted edges as nanopublications with trusty IRIs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence

from rdflib import OWL, PROV, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from kg.formats.rdf.names import BIOLINK, KGV, OA, SCHEMA, bind, iri
from kg.formats.rdf.turtle import Turtle, head, serialized
from kg.formats.rdf.write import graph
from kg.model import vocabulary
from kg.model.mechanism import Mechanism, once
from kg.reasoning import outward

NP = Namespace("http://www.nanopub.org/nschema#")


NANOPUBS = vocabulary.BASE + "np/"


#: From an edge, along these, one reaches all that its nanopublication must say to be understood alone.
BELONGS = (
    *(RDF.subject, RDF.object, KGV.actsOn, KGV.requires, KGV.unless, KGV.node, KGV.place, KGV.inside),
    *(KGV.denotes, KGV.same, KGV.narrower, KGV.broader, KGV.activityOf),
    *(KGV.evidence, KGV.effectEvidence, KGV.claim, KGV.assay, KGV.context, OA.hasSelector, PROV.wasDerivedFrom),
    *(PROV.wasInfluencedBy, KGV.reports),
    *(BIOLINK.has_evidence_of_type, BIOLINK.species_context_qualifier, BIOLINK.anatomical_context_qualifier),
)


#: What an assertion says of the two ends of its triple; the settings of the model and the notes are no assertions.
ASSERTED = (
    *(RDF.type, RDFS.label, KGV.denotes, KGV.same, KGV.narrower, KGV.broader, KGV.activityOf),
    *(KGV.kind, KGV.termStated, KGV.place),
)


def nanopubs(mechanism: Mechanism) -> str:
    """One nanopublication per asserted statement: unsigned, undated, and named by the hash of what it says (a trusty URI).

    The assertion is the bare triple and what its two ends denote; the provenance is the association with its evidence
    and sources; the publication info is licence, version, hash of the input, and the source strip.
    """
    return _trig(mechanism, [part for _, parts in published(mechanism).values() for part in parts.items()])


def alone(mechanism: Mechanism, code: str) -> str:
    """The nanopublication with a code, in a file of its own, with the caveat on top."""
    return head(mechanism) + _trig(mechanism, list(published(mechanism)[code][1].items()))


@once
def published(mechanism: Mechanism) -> dict[str, tuple[outward.Statement, dict[str, Graph]]]:
    """Each nanopublication by the code that ends its IRI: what it asserts, and its graphs by their IRIs."""
    found = {}
    for said in outward.statements(mechanism):
        if said.asserted:
            code = _trusty(_nanopub(mechanism, said, "@"))
            found[code] = said, _nanopub(mechanism, said, code)
    return found


def _trig(mechanism: Mechanism, parts: Sequence[tuple[str, Graph]]) -> str:
    prefixes: set[str] = set()
    bodies = []
    for name, part in parts:
        bind(part, mechanism)
        part.bind("np", NP)
        header, _, body = serialized(Turtle(part)).partition("\n\n")
        prefixes |= set(header.split("\n"))
        bodies.append(f"<{name}> {{\n{body.strip()}\n}}\n")
    return "\n".join([*sorted(prefixes), "", *bodies])


def _nanopub(mechanism: Mechanism, said: outward.Statement, code: str) -> dict[str, Graph]:
    """The four graphs of a nanopublication by their IRIs, for the code that ends the IRI."""
    here = URIRef(NANOPUBS + code)
    names = [URIRef(f"{here}#{part}") for part in ("Head", *GRAPHS)]
    head, assertion, provenance, pubinfo = parts = [Graph(bind_namespaces="none") for _ in names]
    head.add((here, RDF.type, NP.Nanopublication))
    for predicate, name in zip(GRAPHS.values(), names[1:], strict=True):
        head.add((here, predicate, name))
    about, root, whole = URIRef(iri(mechanism, "edge", *said.name.split("/"))), URIRef(iri(mechanism)), graph(mechanism)
    ends = [whole.value(about, RDF.subject), whole.value(about, RDF.object)]
    verbs = {URIRef(KGV[one.verb]) for one in outward.statements(mechanism)}
    assertion.add((URIRef(str(ends[0])), URIRef(KGV[said.verb]), URIRef(str(ends[1]))))
    reached, todo = {about}, [about]
    while todo:
        subject = todo.pop()
        node = (subject, RDF.type, KGV.Node) in whole
        for s, p, o in whole.triples((subject, None, None)):
            target = assertion if subject in ends and p in ASSERTED else provenance
            others = (node and p in verbs) or p in (
                KGV.nextOnSpine,
                SKOS.prefLabel,
            )  # which are not this statement's to speak of
            if not others:
                target.add((s, p, o))
            if p in BELONGS and isinstance(o, URIRef) and o not in reached:
                reached.add(o)
                todo.append(o)
    provenance.add((names[1], PROV.wasDerivedFrom, about))
    for predicate in (RDF.type, DCTERMS.title, *PASSPORT):
        for value in whole.objects(root, predicate):
            pubinfo.add((root, predicate, value))
            if predicate not in (RDF.type, DCTERMS.title):
                pubinfo.add((here, predicate, value))
    pubinfo.add((here, DCTERMS.title, Literal(outward.words(mechanism, said))))
    pubinfo.add((here, PROV.wasDerivedFrom, root))
    return {str(name): part for name, part in zip(names, parts, strict=True)}


PASSPORT = (DCTERMS.license, OWL.versionInfo, KGV.inputSha256, KGV.caveat, SCHEMA.creativeWorkStatus)
GRAPHS = {"assertion": NP.hasAssertion, "provenance": NP.hasProvenance, "pubinfo": NP.hasPublicationInfo}


def framed(data: Mapping[str, Mapping[str, Sequence[str]]], root: str) -> Iterator[tuple[str, str, str]]:
    """What stands around the edges in nanopublications of a mechanism, which is so for any."""

    def said(about: str, predicate: str) -> Sequence[str]:
        return data.get(about, {}).get(str(predicate), ())

    for here in [one for one in data if one.startswith(NANOPUBS) and "#" not in one]:
        yield here, str(RDF.type), str(NP.Nanopublication)
        yield here, str(PROV.wasDerivedFrom), root
        yield from ((here, str(predicate), f"{here}#{part}") for part, predicate in GRAPHS.items())
        yield from ((here, str(one), value) for one in PASSPORT for value in said(root, one))
        for edge in said(f"{here}#assertion", PROV.wasDerivedFrom):
            if str(BIOLINK.Association) in said(edge, RDF.type):
                yield f"{here}#assertion", str(PROV.wasDerivedFrom), edge
                yield from ((here, str(DCTERMS.title), label) for label in said(edge, RDFS.label))


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
            return f"{f'@{value.language}' if value.language else f'^{value.datatype or XSD.string}'} {escaped}\n"
        return f"{value}\n"

    said = "".join(f"{g}\n{s}\n{p}\n{line(o)}" for g, s, p, o in sorted(quads, key=key))
    return "RA" + base64.urlsafe_b64encode(hashlib.sha256(said.encode()).digest()).decode().rstrip("=")
