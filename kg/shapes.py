"""RDF from anywhere, held to ontology/shapes.ttl: complaints about a file in the one form that all complaints have.

pyoxigraph reads the file, since it fetches nothing and says line and column; pyshacl validates it.
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

from kg import shelf
from kg.diagnostics import Diagnostic, InvalidMechanism, Location

if TYPE_CHECKING:
    import pyoxigraph as ox
    from rdflib import Graph
    from rdflib.term import Node

#: The endings of RDF files, and what pyoxigraph calls the syntax.
SYNTAXES = {
    ".ttl": "TURTLE",
    ".trig": "TRIG",
    ".nq": "N_QUADS",
    ".nt": "N_TRIPLES",
    ".jsonld": "JSON_LD",
    ".rdf": "RDF_XML",
}
LARGEST = 64_000_000  # bytes; a larger file is for an engine that streams
LONGEST = 1000  # characters that one entity of RDF/XML may stand for
SHACL = "http://www.w3.org/ns/shacl#"
BIOLINK, KGV = "https://w3id.org/biolink/vocab/", "https://w3id.org/immune-kg/vocab/"
#: A file in which nothing is one of these says nothing that the shapes are about.
OURS = [BIOLINK + "Association", *(KGV + name for name in ("Mechanism", "Node", "Evidence", "DerivedValue"))]


@dataclass(frozen=True)
class Report:
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


def is_rdf(path: str | Path) -> bool:
    """Whether a file's name ends as that of an RDF file.

    >>> is_rdf("ta1-tlr7.ttl"), is_rdf("ta1-tlr7")
    (True, False)
    """
    return Path(path).suffix in SYNTAXES


def examine(path: str | Path) -> Report:
    """Validate an RDF file by ontology/shapes.ttl. All its graphs are taken as one, and nothing is fetched.

    Raises InvalidMechanism if the file is not there, is too large, or is not RDF in the syntax that its name says.
    """
    from rdflib import RDF, URIRef

    file = Path(path)
    text = _text(file)
    graph = _graph(_parsed(file, text))
    edges = len(set(graph.subjects(RDF.type, URIRef(OURS[0]))))
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
    return Report(str(file), len(graph), edges, tuple(sorted(found)))


# ---------------------------------------------------------------- reading


def read(path: str | Path) -> Graph:
    """An RDF file as an ``rdflib.Graph``, all its graphs as one. Nothing is fetched.

    Raises InvalidMechanism if the file is not there, is too large, or is not RDF in the syntax that its name says.
    """
    return _graph(_parsed(Path(path), _text(Path(path))))


def _text(file: Path) -> str:
    """The text of a file that is there, is not too large, is UTF-8, and hides no bomb."""
    if not file.is_file():
        raise _refusal(file, "not-found", "there is no such file")
    if file.stat().st_size > LARGEST:
        message = f"{file.stat().st_size / 1e6:.0f} MB is more than the {LARGEST / 1e6:.0f} MB that are validated here"
        raise _refusal(file, "rdf-too-large", message, "give ontology/shapes.ttl to a SHACL engine that streams")
    data = file.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        message = f"byte {data[error.start]:#04x} is not UTF-8"
        raise _refusal(
            file, "rdf-encoding", message, "save the file as UTF-8", _place(file, before, len(before))
        ) from None
    for entity in re.finditer(r"<!ENTITY\s[^>]*", text) if file.suffix == ".rdf" else ():
        if "&" in entity.group() or "%" in entity.group() or len(entity.group()) > LONGEST:
            message = "an entity that stands for other entities, or for very much, is not expanded"
            raise _refusal(file, "rdf-entity", message, "write the text itself", _place(file, text, entity.start()))
    return text


def _parsed(file: Path, text: str) -> list[ox.Quad]:
    import pyoxigraph

    def parse(suffix: str) -> list[ox.Quad]:
        syntax = getattr(pyoxigraph.RdfFormat, SYNTAXES[suffix])
        return list(pyoxigraph.parse(text, format=syntax, base_iri="https://w3id.org/immune-kg/here/"))

    try:
        return parse(file.suffix)
    except (SyntaxError, ValueError) as error:
        if "LoadDocumentCallback" in str(error):
            message = "its @context is on the web, and nothing is fetched"
            at = _place(file, text, max(text.find('"@context"'), 0))
            raise _refusal(file, "rdf-remote-context", message, "write the context into the file", at) from None
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        lines = text.splitlines() or [""]
        line = min(line, len(lines))
        at = Location(str(file), line, min(column, len(lines[line - 1]) + 1), lines[line - 1])
        message = re.sub(r"^Parser error (at|between) line .*?: ", "", str(getattr(error, "msg", error)))
        name = SYNTAXES[file.suffix].replace("_", "-").title()
        raise _refusal(file, "rdf-syntax", f"this is not {name}: {message}", _other(file, parse), at) from None


def _other(file: Path, parse: object) -> str:
    """The ending under which the file could be read, as a hint."""
    for suffix in SYNTAXES:
        try:
            if suffix != file.suffix and callable(parse) and parse(suffix):
                return f"it can be read as {file.stem}{suffix}"
        except (SyntaxError, ValueError):
            continue
    return "the file may be cut off, or be in another format"


def _graph(quads: list[ox.Quad]) -> Graph:
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
        for quad in quads:
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

    shapes = Graph().parse(shelf("ontology") / "shapes.ttl")
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
        return _place(Path(self.file), self.text, first.start() if first else 0)

    def _subject(self, mention: re.Match[str]) -> bool:
        before = self.text[max(0, mention.start() - 60) : mention.start()].rstrip(' \t\r\n"')
        return before.endswith((".", "{", "about=")) or not before or bool(re.search(r'"@?id"?\s*:$', before))


def _place(file: Path, text: str, index: int) -> Location:
    """The line and column of the character with this index."""
    start = text.rfind("\n", 0, index) + 1
    line = text[start:].partition("\n")[0].rstrip("\r")
    return Location(str(file), text.count("\n", 0, index) + 1, index - start + 1, line)


def _refusal(file: Path, code: str, message: str, mend: str = "", at: Location | None = None) -> InvalidMechanism:
    return InvalidMechanism([Diagnostic(at or Location(str(file), 1, 1), code, message, mend)])
