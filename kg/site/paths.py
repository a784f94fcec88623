"""The paths that a server answers, as one table, and the OpenAPI document that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import kg
from kg.sparql.protocol import GRAPHS, ROWS

PLAIN = "text/plain"
JSON = "application/json"
ANY = "*/*"
WRONG = {
    400: "the request is wrong; the text says where and why",
    404: "nothing has this name",
    405: "this address is read-only",
    406: "the answer is not available in this form; the text lists the forms",
    408: "the request did not arrive in time",
    413: "the request is too long",
    415: "the body is of another type, in another charset, or compressed",
    421: "the server does not answer under this name",
    503: "the question took too long, or too many are waiting (then with Retry-After)",
}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a path: of its address, or of what stands behind the ``?``."""

    name: str
    means: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    within: bool = False  # the address itself
    needed: bool = False
    example: str = ""  # with {id} for a mechanism that is there, and {url} for the server


@dataclass(frozen=True)
class Path:
    """A path: how it is asked, and what it answers by status, with the media types of 200."""

    address: str
    name: str  # of the function that answers it
    does: str
    gives: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    posted: bool = False  # also by POST, with the parameters as a form, or the query as the body

    @property
    def route(self) -> str:
        """As Starlette writes it: a name that stands last may hold slashes."""
        return self.address[:-1] + ":path}" if self.address.endswith("}") else self.address


NAME = Parameter("path", "what follows https://w3id.org/immune-kg/ in an IRI", within=True, example="{id}")
GRAPH = {"type": "array", "items": {"type": "string", "format": "uri"}}
PIXELS = {"type": "integer", "minimum": 1, "maximum": 999_999}
#: OpenAPI cannot say what SPARQL is. The pattern describes the simplest questions, so that a tester that makes up requests
#: from this document asks some, instead of sending noise that is refused before it gets anywhere.
SIMPLEST = (
    r"^((SELECT (\*|DISTINCT \?p|\?s \?o)|CONSTRUCT) WHERE \{ \?s \?p \?o \} LIMIT [1-9][0-9]{0,2}"
    r"|ASK \{ \?s (\?p|a) (\?o|\"[A-Za-z0-9 ]{0,9}\") \}|DESCRIBE <urn:[a-z]{2,9}:[a-z]{1,9}>)$"
)
QUERY = (
    Parameter(
        "query",
        "a question in SPARQL 1.1; the pattern shows only the simplest. Without a question, the service is described",
        {"type": "string", "pattern": SIMPLEST},
    ),
    Parameter("default-graph-uri", "a graph of the default graph", GRAPH),
    Parameter("named-graph-uri", "a named graph", GRAPH),
)
ANSWERS = (*ROWS, *GRAPHS)
PATHS = (
    Path("/sparql", "sparql", "Ask a question in SPARQL", ANSWERS, (303, 304, 400, 403, 406, 408, 413, 415, 503), QUERY, True),
    Path("/id", "id", "Find what the base of all IRIs names", (), (303, 404, 406)),
    Path("/id/{path}", "id", "Find the page or the data of what an IRI names", (), (303, 404, 406, 503), (NAME,)),
    Path("/data/{path}", "about", "Read what the data say of what an IRI names", GRAPHS, (304, 400, 404, 406, 503), (NAME,)),
    Path("/embed/{id}", "embed", "Show the explorer of a mechanism as a bare player", (), (307, 404),
         (Parameter("id", "a mechanism", within=True, example="{id}"), Parameter("theme", "light or dark"))),
    Path("/oembed", "oembed", "Describe how a page of a mechanism is embedded", (JSON, "text/xml"), (400, 404),
         (Parameter("url", "the address of a page of a mechanism on this server", {"type": "string", "format": "uri"}, needed=True,
                    example="{url}/{id}.html"),
          Parameter("format", "the format of the answer", {"type": "string", "enum": ["json", "xml"]}),
          Parameter("maxwidth", "the greatest width, in pixels", PIXELS),
          Parameter("maxheight", "the greatest height, in pixels", PIXELS))),
    Path("/health", "health", "Say what is served, and with which limits", (JSON,)),
    Path("/openapi.json", "openapi", "Describe the paths of this server", (JSON,)),
    Path("/{path}", "file", "Read a file of the site", (ANY,), (206, 304, 308, 404, 416),
         (Parameter("path", "the name of a file", within=True, example="{id}.html"),)),
)  # fmt: skip


def openapi(url: str, id: str = "") -> dict[str, Any]:
    """The OpenAPI document of a server at an address, with examples about a mechanism if there is one.

    >>> openapi("http://localhost:8000")["paths"]["/health"]["get"]["summary"]
    'Say what is served, and with which limits'
    """
    paths = {}
    for one in PATHS:
        paths[one.address] = {"get": _operation(one, "get", url, id)}
        if one.posted:
            paths[one.address]["post"] = _operation(one, "post", url, id)
    return {
        "openapi": "3.1.0",
        "info": {"title": "kg serve", "version": kg.__version__, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": url}],
        "paths": paths,
    }


def _operation(one: Path, method: str, url: str, id: str) -> dict[str, Any]:
    said: dict[str, Any] = {"summary": one.does, "operationId": f"{method}-{one.address.strip('/').replace('/', '-')}"}
    answers = {200: "the answer"} if one.gives else {}
    answers |= {
        status: WRONG.get(status, "see the header Location" if status != 304 else "unchanged")
        for status in one.statuses
    }
    said["responses"] = {str(status): _response(one, status, text) for status, text in sorted(answers.items())}
    if method == "get":
        said["parameters"] = [_parameter(parameter, url, id) for parameter in one.parameters]
        return said
    form = {p.name: {**p.schema, "description": p.means} for p in one.parameters}
    needed = [one.parameters[0].name]
    said["requestBody"] = {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": form, "required": needed},
            },
            "application/sparql-query": {"schema": dict(one.parameters[0].schema)},
        },
    }
    return said


def _parameter(one: Parameter, url: str, id: str) -> dict[str, Any]:
    said: dict[str, Any] = {"name": one.name, "in": "path" if one.within else "query", "description": one.means}
    said["required"] = one.within or one.needed
    example = {"example": one.example.format(url=url, id=id)} if id and one.example else {}
    return {**said, **example, "schema": dict(one.schema)}


def _response(one: Path, status: int, text: str) -> dict[str, Any]:
    kinds = one.gives if status in (200, 206) else (PLAIN,) if status >= 400 else ()
    return {"description": text, **({"content": {kind: {} for kind in kinds}} if kinds else {})}
