"""The queries by which a server describes what it is, and what an IRI of ours names."""

from __future__ import annotations

import json

from kg.model import vocabulary
from kg.sparql.pool import Limits

SERVICE = """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX dcterms: <http://purl.org/dc/terms/>
CONSTRUCT {{
  <{url}> a sd:Service ; sd:endpoint <{url}> ; sd:supportedLanguage sd:SPARQL11Query ;
    dcterms:description {said} ; kgv:timeLimit {seconds} ; kgv:rowLimit {rows} ;
    sd:feature sd:UnionDefaultGraph ;
    sd:resultFormat {formats} ;
    sd:defaultDataset <{url}#dataset> ; sd:availableGraphs <{url}#dataset> .
  <{url}#dataset> a sd:Dataset, sd:GraphCollection ; sd:defaultGraph <{url}#default> .
  <{url}#default> a sd:Graph ; void:triples ?whole .
  <{url}#dataset> sd:namedGraph ?entry .
  ?entry a sd:NamedGraph ; sd:name ?graph ; sd:graph ?entry ; void:triples ?triples .
}} WHERE {{
  {{ SELECT (COUNT(*) AS ?whole) {{ ?s ?p ?o }} }}
  OPTIONAL {{ SELECT ?graph (COUNT(*) AS ?triples) {{ GRAPH ?graph {{ ?s ?p ?o }} }} GROUP BY ?graph }}
  BIND(IRI(CONCAT("{url}#graph=", ENCODE_FOR_URI(STR(?graph)))) AS ?entry)
}}"""
FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
)
#: From a thing, along these, one reaches what belongs to it alone, and is shown with it.
WITHIN = """kgv:evidence|kgv:effectEvidence|kgv:requires|kgv:unless|kgv:scope|kgv:sets|oa:hasSelector"""
PART = """CONSTRUCT {{
  ?part ?predicate ?value .
  ?named rdfs:label ?label .
  {mechanism} dcterms:title ?title ; kgv:caveat ?caveat ; dcterms:license ?licence ; owl:versionInfo ?version .
}} WHERE {{
  {{ {iri} ({within})* ?part . ?part ?predicate ?value }}
  UNION {{ {iri} ({within})*/!rdf:type ?named . ?named rdfs:label|dcterms:title ?label }}
  UNION {{ {mechanism} dcterms:title ?title ; kgv:caveat ?caveat ; dcterms:license ?licence ; owl:versionInfo ?version }}
}}"""


def service(url: str, limits: Limits) -> str:
    """The query that describes a SPARQL service, in the words of SPARQL 1.1 Service Description."""
    said = f"Answers within {limits.seconds:g} s or not at all, and gives {limits.rows} rows at most."
    return SERVICE.format(
        url=url,
        said=json.dumps(said),
        seconds=f'"{limits.seconds:g}"^^xsd:decimal',
        rows=limits.rows,
        formats=", ".join(f"<http://www.w3.org/ns/formats/{name}>" for name in FORMATS),
    )


def part(path: str) -> str:
    """The query for what the data say of an IRI: with its evidence, labels of what it names, prefixes, and the caveat.

    ``path`` is what follows the base.

    >>> print(part("ta1-tlr7/edge/degradation").split("CONSTRUCT")[0].splitlines()[-1])
    PREFIX source: <https://w3id.org/immune-kg/ta1-tlr7/source/>
    """
    mechanism = f"{vocabulary.BASE}{path.partition('/')[0]}"
    own = {kind: f"{mechanism}/{kind}/" for kind in ("edge", "evidence", "node", "place", "source")}
    prefixes = {**vocabulary.NAMESPACES, **own}
    said = PART.format(iri=f"<{vocabulary.BASE}{path}>", mechanism=f"<{mechanism}>", within=WITHIN)
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items()) + said
