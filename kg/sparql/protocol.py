"""The SPARQL 1.1 Protocol without a server: what a request asks, and in which form the answer may be.

https://www.w3.org/TR/sparql11-protocol/. Only its query operation is known here: an update is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from kg.model.limits import most

LONGEST = most("question")  # bytes of a request's body; a query of that length is no question
#: Media types of rows and of yes or no, best first, with the engine's name of each format.
ROWS = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}
#: Media types of a graph, best first; the engine knows them by these names.
GRAPHS = (
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
)


class Refused(Exception):
    """A request that is not answered: the HTTP status, and the reason in words."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


class Operation(NamedTuple):
    """What is asked: the text of a query, and the graphs that it is asked of; without any, what the server has."""

    query: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def operation(method: str, address: bytes, headers: Mapping[str, str], body: bytes) -> Operation | None:
    """The query that a request carries in one of the three ways of the protocol; nothing if a GET asks nothing.

    ``address`` is what stands behind the ``?``; the names of ``headers`` are in small letters.

    >>> operation("GET", b"query=ASK%20%7B%7D&default-graph-uri=urn:a", {}, b"")
    Operation(query='ASK {}', default=('urn:a',), named=())

    Raises Refused for what the protocol forbids, for text that is not UTF-8, and for an update.
    """
    given = _pairs(address)
    if method == "POST":
        kind = _content_type(headers)
        if kind == "application/sparql-update":
            raise Refused(403, "this endpoint only answers questions: updates are refused")
        if kind == "application/sparql-query":
            if any(name in ("query", "update") for name, _ in given):
                raise Refused(400, "the query stands in the body and in the address: send it once")
            given.append(("query", _utf8(body)))
        else:
            given += _pairs(body)
    queries = [value for name, value in given if name == "query"]
    if any(name == "update" for name, _ in given):
        raise Refused(403, "this endpoint only answers questions: updates are refused")
    if len(queries) > 1:
        raise Refused(400, f"there are {len(queries)} queries: send one")
    graphs = {
        key: tuple(dict.fromkeys(_graph(value, key) for name, value in given if name == key))
        for key in ("default-graph-uri", "named-graph-uri")
    }
    if not queries:
        if method == "POST":
            raise Refused(400, "there is no query: send it as the parameter 'query'")
        return None
    return Operation(queries[0], *graphs.values())


def ranked(accept: str, offered: Sequence[str]) -> list[str]:
    """The media types that are acceptable, those that are wanted most first; among equals, as they are offered.

    The most exact range says how much a type is wanted (RFC 9110, 12.5.1). An empty header accepts everything.

    >>> ranked("text/*;q=0.5, text/csv;q=0, */*;q=0.1", ["application/json", "text/csv", "text/plain"])
    ['text/plain', 'application/json']
    """
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        if kind:
            ranges[kind] = float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 0.0

    def wanted(kind: str) -> float:
        keys = (kind, kind.partition("/")[0] + "/*", "*/*")
        return next((ranges[key] for key in keys if key in ranges), 0.0 if ranges else 1.0)

    return sorted(filter(wanted, offered), key=wanted, reverse=True)


def encoded(accept: str) -> bool:
    """Whether a header Accept-Encoding allows gzip.

    >>> encoded("br, gzip"), encoded("gzip;q=0, *"), encoded("")
    (True, False, False)
    """
    return bool(ranked(accept.replace("*", "*/*") or "identity", ["gzip"]))


def _content_type(headers: Mapping[str, str]) -> str:
    """The media type of a body. Raises Refused if it is none that carries a query, or is not plain UTF-8."""
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity"):
        raise Refused(415, f"a body in the encoding {coding!r} is not read: send it as it is")
    kind, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charset = next((part[8:].strip("\"'") for part in parameters if part.startswith("charset=")), "utf-8")
    if charset not in ("utf-8", "utf8"):
        raise Refused(415, f"the charset {charset!r} is not read: send the query in UTF-8")
    known = ("application/sparql-query", "application/x-www-form-urlencoded", "application/sparql-update")
    if kind not in known:
        raise Refused(415, f"a body of the type {kind or 'nothing'!r} holds no query: send {known[0]} or {known[1]}")
    return kind


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError as error:
        raise Refused(400, f"the parameters are not UTF-8, percent-encoded: byte {error.start}") from None
    except ValueError:
        raise Refused(400, "there are more than 1000 parameters") from None


def _utf8(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"the query is not UTF-8: byte {error.start}") from None


def _graph(iri: str, parameter: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*", iri):
        raise Refused(400, f"{parameter} is an absolute IRI, which {iri[:200]!r} is not")
    return iri
