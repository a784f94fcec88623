"""A SPARQL server elsewhere: a POST for the answer, as the protocol has it, and one for what it comes from."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from typing import Any

from kg.model import vocabulary
from kg.model.limits import most
from kg.sparql.answer import Answer, BoundValue, Row, table
from kg.sparql.process import as_graph
from kg.sparql.query import NoAnswer, Query, read

LARGEST = most("endpoint")  # bytes of an answer; nobody reads a larger one, and it may never end
CUT = "X-SPARQL-MaxRows"  # by which a server says that there are more rows: Virtuoso, and `kg serve`
OF_GRAPHS = ("CONSTRUCT", "DESCRIBE")
ABOUT = """SELECT DISTINCT ?mechanism ?version ?caveat {
  ?mechanism a kgv:Mechanism ; kgv:caveat ?caveat . OPTIONAL { ?mechanism owl:versionInfo ?version } }"""


def remote(query: Query, endpoint: str, seconds: float, rows: int) -> Answer:
    """The answer of a SPARQL endpoint, with the source strip and the version of the mechanisms that it holds."""
    answer = _posted(query, endpoint, seconds, rows)
    try:
        about = _posted(read(ABOUT, endpoint), endpoint, seconds, 100_000)
    except NoAnswer:  # it has answered the question; a server of others need not know what a mechanism is
        return answer
    caveats: dict[str, tuple[str, ...]] = {}
    versions: dict[str, str] = {}
    for mechanism, version, caveat in about.rows:
        if mechanism and caveat:
            id = mechanism.text.removeprefix(vocabulary.BASE)
            caveats[id] = tuple(sorted({*caveats.get(id, ()), caveat.text}))
            versions[id] = version.text if version else ""
    return replace(answer, caveats=caveats, versions=versions, called=query.called)


def _posted(query: Query, endpoint: str, seconds: float, rows: int) -> Answer:
    import http.client
    import urllib.error
    import urllib.parse
    import urllib.request

    if not re.match(r"https?://[^\s/]", endpoint):
        raise NoAnswer("no-endpoint", "an endpoint is an http or https address", name=endpoint)
    graph = query.form in OF_GRAPHS
    accept = "text/turtle" if graph else "application/sparql-results+json"
    request = urllib.request.Request(
        endpoint,
        data=urllib.parse.urlencode({"query": query.text}).encode(),
        headers={"Accept": accept, "User-Agent": "kg"},
    )
    until = time.monotonic() + seconds
    parts, size = [], 0
    try:
        with urllib.request.urlopen(request, timeout=seconds) as reply:
            while part := reply.read1(65536):
                parts.append(part)
                size += len(part)
                if time.monotonic() > until:
                    raise TimeoutError
                if size > LARGEST:
                    message = f"it answers with more than {LARGEST >> 20} MB"
                    raise NoAnswer("endpoint", message, "put a LIMIT into the query", name=endpoint)
    except urllib.error.HTTPError as error:
        said = " ".join(error.read(2000).decode("utf-8", "replace").split())[:300]
        raise NoAnswer("endpoint", f"it answers {error.code} {error.reason}", said, name=endpoint) from None
    except NoAnswer:
        raise
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            message = f"it took longer than {seconds:g} s"
            raise NoAnswer("time-limit", message, "use a larger --seconds", name=endpoint) from None
        raise NoAnswer("endpoint", f"it cannot be reached: {reason}", name=endpoint) from None
    answer = received(b"".join(parts), query, rows, reply.headers.get_content_type(), endpoint)
    return replace(answer, capped=answer.capped or CUT in reply.headers)


def received(data: bytes, query: Query, rows: int, media: str = "data", name: str = "") -> Answer:
    """The answer that bytes of a server are. Raises NoAnswer, at the address ``name``, for what is none."""
    graph = query.form in OF_GRAPHS
    try:
        return _parsed(data, query, graph, rows)
    except (SyntaxError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        message = f"it answers with {media}, not with {'Turtle' if graph else 'a SPARQL result in JSON'}"
        raise NoAnswer("endpoint", message, name=name) from None


def _parsed(data: bytes, query: Query, graph: bool, rows: int) -> Answer:
    if graph:
        said = as_graph(data, rows, query.prefixes)
        found = table(said["terms"], said["rows"])
        variables = tuple(said["variables"])
        return Answer(query.form, variables, found, None, said["turtle"], said["capped"], prefixes=query.prefixes)
    result = json.loads(data)
    if "boolean" in result:
        return Answer(query.form, truth=bool(result["boolean"]), prefixes=query.prefixes)
    names = tuple(map(str, result["head"]["vars"]))
    bindings = result["results"]["bindings"]
    bound_rows: list[Row] = []
    for bound in bindings[:rows]:
        row: list[BoundValue | None] = []
        for name in names:
            one = bound.get(name)
            row.append(_bound(one) if one is not None else None)
        bound_rows.append(tuple(row))
    return Answer(query.form, names, tuple(bound_rows), capped=len(bindings) > rows, prefixes=query.prefixes)


def _bound(said: dict[str, Any]) -> BoundValue:
    """A term of an answer. Raises TypeError, or KeyError, if its parts are no texts."""
    text = said["value"] if isinstance(said["value"], str) else json.dumps(said["value"])  # of a quoted triple
    parts = (said["type"].replace("typed-literal", "literal"), said.get("datatype", ""), said.get("xml:lang", ""))
    if not all(isinstance(one, str) for one in parts):
        raise TypeError(parts)
    return BoundValue(parts[0], text, *parts[1:])
