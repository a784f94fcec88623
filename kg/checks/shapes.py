"""RDF from anywhere, held to ontology/shapes.ttl: complaints about a file in the one form that all complaints have.

``quads`` reads the file, since that fetches nothing and says line and column; pyshacl validates it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg import data_dir
from kg.model import rdf_files
from kg.model.diagnostics import Diagnostic, Location
from kg.model.limits import most

if TYPE_CHECKING:
    import pyoxigraph as ox
    from rdflib import Graph
    from rdflib.term import Node

LARGEST = most("validated RDF")  # bytes; a larger file is for an engine that streams
SHACL = "http://www.w3.org/ns/shacl#"
BIOLINK, KGV = "https://w3id.org/biolink/vocab/", "https://w3id.org/immune-kg/vocab/"
#: A file in which nothing is one of these says nothing that the shapes are about.
OURS = [BIOLINK + "Association", *(KGV + name for name in ("Mechanism", "Node", "Evidence", "DerivedValue"))]


@dataclass(frozen=True)
class ShapesReport:
    """An RDF file: its size, and every complaint in the order of the file."""

    file: str
    triples: int
    edges: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.diagnostics if one.severity == "error")

    def as_dict(self) -> dict[str, object]:
        """The report as plain values, for ``--json``."""
        found = [one.as_dict() for one in self.diagnostics]
        return {"file": self.file, "triples": self.triples, "edges": self.edges, "diagnostics": found}


def examine(path: str | Path) -> ShapesReport:
    """Validate an RDF file by ontology/shapes.ttl. All its graphs are taken as one, and nothing is fetched.

    Raises InvalidMechanism if the file is not there, is too large, or is not RDF in the syntax that its name says.
    """
    from rdflib import RDF, URIRef

    file = Path(path)
    data = rdf_files.content(file, LARGEST)
    graph = _graph(rdf_files.parsed(file, data, "https://w3id.org/immune-kg/here/"))
    text = data.decode("utf-8")
    stated, needed = (set(graph.subjects(RDF.type, URIRef(kind))) for kind in (OURS[0], KGV + "Requirement"))
    edges = len(stated - needed)
    if any((None, RDF.type, URIRef(kind)) in graph for kind in OURS):
        found = _complaints(graph, _Places(str(file), text))
    else:
        found = [
            Diagnostic(
                Location(str(file), 1, 1),
                "shape-nothing",
                "no mechanism, edge, node or evidence is in this RDF, so there is nothing to check",
                "docs/rdf.md says how they are written",
            )
        ]
    return ShapesReport(str(file), len(graph), edges, tuple(sorted(found)))


def read(path: str | Path) -> Graph:
    """An RDF file as an ``rdflib.Graph``, all its graphs as one. Nothing is fetched.

    Raises InvalidMechanism if the file is not there, is too large, or is not RDF in the syntax that its name says.
    """
    file = Path(path)
    return _graph(rdf_files.parsed(file, rdf_files.content(file, LARGEST), "https://w3id.org/immune-kg/here/"))


def _graph(found: list[ox.Quad]) -> Graph:
    """All quads as one rdflib graph; RDF 1.2 triple terms are left out, since the shapes know none."""
    import pyoxigraph
    from rdflib import BNode, Graph, Literal, URIRef

    @cache
    def term(one: object) -> Node:
        if isinstance(one, pyoxigraph.Literal):
            kind = None if one.language else URIRef(one.datatype.value)
            if kind == URIRef("http://www.w3.org/2001/XMLSchema#string"):
                kind = None  # rdflib tells "a" from "a"^^xsd:string, and RDF does not
            return Literal(one.value, lang=one.language, datatype=kind, normalize=False)
        name = str(getattr(one, "value"))  # noqa: B009
        return BNode(name) if isinstance(one, pyoxigraph.BlankNode) else URIRef(name)

    graph = Graph(bind_namespaces="none")
    with _quiet():
        for quad in found:
            if not isinstance(quad.object, pyoxigraph.Triple):
                graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return graph


@contextmanager
def _quiet() -> Iterator[None]:
    """rdflib warns on stderr, with a traceback, of a literal such as "x"^^xsd:integer; the shapes say it better."""
    logger = logging.getLogger("rdflib.term")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


# ---------------------------------------------------------------- validating


def _complaints(graph: Graph, places: _Places) -> list[Diagnostic]:
    import pyshacl
    from rdflib import BNode, Graph, Literal, URIRef

    shapes = Graph().parse(data_dir("ontology") / "shapes.ttl")
    with _quiet():
        _, results, text = pyshacl.validate(graph, shacl_graph=shapes, inplace=True, inference="none")
    if not isinstance(results, Graph):
        raise ValueError(f"SHACL failed: {text}")  # a fault in the shapes, never in the data

    def shown(term: Node) -> str:
        if isinstance(term, Literal):
            return f"“{term}”"
        return "a blank node" if isinstance(term, BNode) else places.short(str(term))

    found = set()
    for result in results.subjects(URIRef(SHACL + "focusNode")):
        about = {name: results.value(result, URIRef(SHACL + name)) for name in ("focusNode", "value", "sourceShape")}
        focus, value, shape = about["focusNode"], about["value"], about["sourceShape"]
        if focus is None or shape is None:
            continue
        query = shapes.value(shape, URIRef(SHACL + "sparql"), default=shape)
        message, mend = (shapes.value(query, URIRef(SHACL + name)) for name in ("message", "description"))
        path = results.value(result, URIRef(SHACL + "resultPath"))
        what = "" if value is None or value == focus else f" has {shown(value)}"
        if what and query != shape and path is not None:
            what = f" {shown(path)} {shown(value)}" if value is not None else ""
        warning = results.value(result, URIRef(SHACL + "resultSeverity")) == URIRef(SHACL + "Warning")
        found.add(
            Diagnostic(
                places.of(focus),
                f"shape-{str(shape).rpartition('/')[2]}",
                f"{message}: {shown(focus)}{what}",
                str(mend or ""),
                "warning" if warning else "error",
            )
        )
    return list(found)


class _Places:
    """Where in a text an IRI stands, however the text abbreviates it."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        declared = r'(?:@prefix|PREFIX)\s+([\w.-]*):\s*<([^>]*)>|"([\w.-]+)"\s*:\s*"(\w+:[^"]+[/#])"|xmlns:([\w.-]+)\s*=\s*"([^"]*)"'
        found = [tuple(filter(None, match.groups(""))) for match in re.finditer(declared, text)]
        self.prefixes = [("", pair[0]) if len(pair) == 1 else pair for pair in found]

    def short(self, iri: str) -> str:
        """An IRI as the text would write it."""
        names = [f"{prefix}:{iri.removeprefix(start)}" for prefix, start in self.prefixes if iri.startswith(start)]
        return min(names, key=len, default=f"<{iri}>")

    def of(self, term: Node) -> Location:
        """The first mention of an IRI as a subject, else its first mention, else the file's first character."""
        from rdflib import URIRef

        if not isinstance(term, URIRef):
            return Location(self.file, 1, 1, self.text.partition("\n")[0])
        ways = [re.escape(f"<{term}>"), re.escape(f'"{term}"')]
        for prefix, start in self.prefixes:
            if term.startswith(start):
                local = "".join(rf"\\?{re.escape(char)}" for char in str(term)[len(start) :])
                ways.append(rf"(?<![\w:.-]){re.escape(prefix)}:{local}(?![\w:/%\\-]|\.\w)")
        mentions = list(re.finditer("|".join(ways), self.text))
        first = next(filter(self._subject, mentions), mentions[0] if mentions else None)
        return rdf_files.place(Path(self.file), self.text, first.start() if first else 0)

    def _subject(self, mention: re.Match[str]) -> bool:
        before = self.text[max(0, mention.start() - 60) : mention.start()].rstrip(' \t\r\n"')
        return before.endswith((".", "{", "about=")) or not before or bool(re.search(r'"@?id"?\s*:$', before))
