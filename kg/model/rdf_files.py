"""RDF files from anywhere, read safely: nothing is fetched, no entity explodes, and each fault has its place and reason.

pyoxigraph parses them. ``kg check`` and ``kg ask`` read RDF through this file, so they refuse the same and say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location
from kg.model.limits import most

if TYPE_CHECKING:
    import pyoxigraph as ox

#: The endings of RDF files, and the media type of each.
SUFFIXES = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".owl": "application/rdf+xml",
}
LONGEST = most("entity")  # characters that one entity of RDF/XML may stand for
DEEPEST = most("depth of RDF/XML")  # elements inside one another; the parser's time grows with the square of it


def is_rdf(path: object) -> TypeGuard[str | Path]:
    """Whether a file's name ends as that of an RDF file.

    >>> is_rdf("ta1-tlr7.ttl"), is_rdf("THEIRS.TTL"), is_rdf("ta1-tlr7")
    (True, True, False)
    """
    return isinstance(path, (str, Path)) and Path(path).suffix.lower() in SUFFIXES


def store_of(path: object) -> Path | None:
    """The store that pyoxigraph keeps on disk in a folder, or in the folder that ``kg bulk --store`` wrote; None without.

    >>> store_of("ta1-tlr7") is None
    True
    """
    if not isinstance(path, (str, Path)):
        return None
    return next((store for store in (Path(path), Path(path) / "store") if (store / "CURRENT").is_file()), None)


def syntax(file: Path) -> ox.RdfFormat:
    """The syntax that a file's name says."""
    import pyoxigraph as ox

    found = ox.RdfFormat.from_media_type(SUFFIXES[file.suffix.lower()])
    if found is None:
        raise ValueError(f"pyoxigraph does not know {file.suffix}")
    return found


def content(file: Path, largest: int = 0) -> bytes:
    """What a file holds, without a byte order mark, once it is known to hide nothing that harms.

    Raises InvalidMechanism if there is no such file, if it is larger than so many bytes, is not UTF-8, or has entities
    that stand for much, or elements without end.
    """
    if not file.is_file():  # a pipe would keep us waiting, too
        there = file.is_dir() or file.exists()
        message = f"it is a {'folder' if file.is_dir() else 'device or a pipe'}" if there else "there is no such file"
        raise refusal(file, "not-found", message)
    size = file.stat().st_size
    if largest and size > largest:
        message = f"{size / 1e6:.0f} MB is more than the {largest / 1e6:.0f} MB that are validated here"
        raise refusal(file, "rdf-too-large", message, "give ontology/shapes.ttl to a SHACL engine that streams")
    data = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        message = f"byte {data[error.start]:#04x} is not UTF-8"
        at = place(file, before, len(before))
        raise refusal(file, "rdf-encoding", message, "save the file as UTF-8", at) from None
    if SUFFIXES[file.suffix.lower()] == "application/rdf+xml":
        _harmless(file, text)
    return data


def _harmless(file: Path, text: str) -> None:
    """Raise InvalidMechanism for RDF/XML that is small to write and large to read."""
    from xml.parsers import expat

    for entity in re.finditer(r"<!ENTITY\s[^>]*", text):
        if "&" in entity.group() or "%" in entity.group() or len(entity.group()) > LONGEST:
            message = "an entity that stands for other entities, or for very much, is not expanded"
            raise refusal(file, "rdf-entity", message, "write the text itself", place(file, text, entity.start()))
    parser, depth = expat.ParserCreate(), 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            at = place(file, text, len(text.encode()[: parser.CurrentByteIndex].decode("utf-8", "ignore")))
            raise refusal(file, "rdf-depth", f"more than {DEEPEST} elements stand inside one another", "", at)

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError:  # not well formed: the parser of RDF says it better
        return


def parsed(file: Path, data: bytes, base: str) -> list[ox.Quad]:
    """The quads of a file's content. Raises InvalidMechanism, with the place, if it is not what its name says."""
    import pyoxigraph as ox

    try:
        return list(ox.parse(data, format=syntax(file), base_iri=base, rename_blank_nodes=True))
    except (SyntaxError, ValueError) as error:
        raise fault(file, data, error) from None


def stream(file: Path, base: str) -> Iterator[ox.Quad]:
    """The quads of a file, one after the other: never all in memory but those of JSON-LD and RDF/XML.

    Raises InvalidMechanism, with the place, if it is not what its name says.
    """
    import pyoxigraph as ox

    if not file.is_file() or SUFFIXES[file.suffix.lower()] in ("application/rdf+xml", "application/ld+json"):
        yield from parsed(file, content(file), base)
        return
    with open(file, "rb") as data:
        if data.read(3) != b"\xef\xbb\xbf":
            data.seek(0)
        try:
            yield from ox.parse(data, format=syntax(file), base_iri=base, rename_blank_nodes=True)
        except (SyntaxError, ValueError) as error:
            raise fault(file, content(file), error) from None


class Triple(NamedTuple):
    """What a quad says as texts: IRIs as they are, blank nodes as ``_:`` and a name; ``graph`` is empty for the default.

    ``form`` is the datatype of a literal, or ``@`` and its language; it is empty for an IRI and a blank node.
    """

    subject: str
    predicate: str
    object: str
    form: str = ""
    graph: str = ""

    @property
    def literal(self) -> bool:
        """Whether the object is a literal."""
        return bool(self.form)


def triples(text: str, suffix: str) -> list[Triple]:
    """The triples of a text in the syntax of a file's ending, within the graphs they stand in; nothing is fetched.

    >>> triples("<urn:a> <urn:b> 'c'@en .", ".ttl")
    [Triple(subject='urn:a', predicate='urn:b', object='c', form='@en', graph='')]

    Raises SyntaxError, with ``lineno`` and ``offset``, if it is not what the ending says.
    """
    import pyoxigraph as ox

    def said(term: object) -> str:
        return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(getattr(term, "value", ""))

    def form(term: object) -> str:
        if not isinstance(term, ox.Literal):
            return ""
        return f"@{term.language}" if term.language else term.datatype.value

    syntax = ox.RdfFormat.from_media_type(SUFFIXES[suffix])
    found = ox.parse(text.encode(), format=syntax, base_iri="urn:file", rename_blank_nodes=True)
    return [
        Triple(said(q.subject), q.predicate.value, said(q.object), form(q.object), said(q.graph_name)) for q in found
    ]


def fault(file: Path, data: bytes, error: Exception) -> InvalidMechanism:
    """What the parser complains of, as a complaint of ours."""
    text = data.decode("utf-8", "replace")
    if "LoadDocumentCallback" in str(error):
        message = "its @context is not in the file, and nothing is fetched"
        at = place(file, text, max(text.find('"@context"'), 0))
        return refusal(file, "rdf-remote-context", message, "write the context into the file", at)
    line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
    lines = text.split("\n")
    line = min(line, len(lines))
    here = lines[line - 1].rstrip("\r")
    at = Location(str(file), line, min(column, len(here) + 1), here)
    said = re.sub(r"^Parser error (at|between) line .*?: | \(line \d+\)$", "", str(getattr(error, "msg", error)))
    message = f"this is not {syntax(file).name}: {said[:300]}"
    return refusal(file, "rdf-syntax", message, _other(file, data), at)


def _other(file: Path, data: bytes) -> str:
    """The ending under which the file could be read, as a hint."""
    import pyoxigraph as ox

    for suffix in SUFFIXES:
        other = file.with_suffix(suffix)
        try:
            if syntax(other) != syntax(file) and list(ox.parse(data, format=syntax(other), base_iri="urn:here")):
                return f"it can be read as {other.name}"
        except (SyntaxError, ValueError):
            continue
    return "the file may be cut off, or be in another format"


def place(file: Path, text: str, index: int) -> Location:
    """The line and column of the character with this index."""
    start = text.rfind("\n", 0, index) + 1
    line = text[start:].partition("\n")[0].rstrip("\r")
    return Location(str(file), text.count("\n", 0, index) + 1, index - start + 1, line)


def refusal(file: Path, code: str, message: str, mend: str = "", at: Location | None = None) -> InvalidMechanism:
    """A complaint about a whole file, or about a place in it."""
    return InvalidMechanism([Diagnostic(at or Location(str(file), 1, 1), code, message, mend)])
