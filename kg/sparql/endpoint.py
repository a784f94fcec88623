"""A SPARQL server elsewhere: one POST, as the protocol has it."""

from __future__ import annotations

import json
import re
import time

from kg.sparql.answer import Answer, Row, Value
from kg.sparql.process import as_graph
from kg.sparql.query import NoAnswer, Query


def remote(query: Query, endpoint: str, seconds: float, rows: int) -> Answer:
    """The answer of a SPARQL endpoint: one POST, as the protocol has it."""
    import urllib.error
    import urllib.parse
    import urllib.request

    if not re.match(r"https?://[^\s/]", endpoint):
        raise NoAnswer("no-endpoint", "an endpoint is an http or https address", name=endpoint)
    graph = query.form in ("CONSTRUCT", "DESCRIBE")
    accept = "text/turtle" if graph else "application/sparql-results+json"
    request = urllib.request.Request(
        endpoint,
        data=urllib.parse.urlencode({"query": query.text}).encode(),
        headers={"Accept": accept, "User-Agent": "kg"},
    )
    until = time.monotonic() + seconds
    parts = []
    try:
        with urllib.request.urlopen(request, timeout=seconds) as reply:
            while part := reply.read1(65536):
                parts.append(part)
                if time.monotonic() > until:
                    raise TimeoutError
    except urllib.error.HTTPError as error:
        said = " ".join(error.read(2000).decode("utf-8", "replace").split())[:300]
        raise NoAnswer("endpoint", f"it answers {error.code} {error.reason}", said, name=endpoint) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            message = f"it took longer than {seconds:g} s"
            raise NoAnswer("time-limit", message, "give it more --seconds", name=endpoint) from None
        raise NoAnswer("endpoint", f"it cannot be reached: {reason}", name=endpoint) from None
    try:
        return _received(b"".join(parts), query, graph, rows)
    except (ValueError, KeyError, TypeError, AttributeError):
        kind = reply.headers.get_content_type()
        message = f"it answers with {kind} that is no {'Turtle' if graph else 'SPARQL result in JSON'}"
        raise NoAnswer("endpoint", message, name=endpoint) from None


def _received(data: bytes, query: Query, graph: bool, rows: int) -> Answer:
    if graph:
        said = as_graph(data, rows, query.prefixes)
        found = tuple(tuple(Value(*one) for one in row) for row in said["rows"])
        variables = tuple(said["variables"])
        return Answer(query.form, variables, found, None, said["turtle"], said["capped"], prefixes=query.prefixes)
    result = json.loads(data)
    if "boolean" in result:
        return Answer(query.form, truth=bool(result["boolean"]), prefixes=query.prefixes)
    names = tuple(map(str, result["head"]["vars"]))
    kinds = {"typed-literal": "literal"}
    bindings = result["results"]["bindings"]
    table: list[Row] = []
    for bound in bindings[:rows]:
        row: list[Value | None] = []
        for name in names:
            one = bound.get(name)
            text = one and (one["value"] if isinstance(one["value"], str) else json.dumps(one["value"]))
            row.append(
                one
                and Value(kinds.get(one["type"], one["type"]), text, one.get("datatype", ""), one.get("xml:lang", ""))
            )
        table.append(tuple(row))
    return Answer(query.form, names, tuple(table), capped=len(bindings) > rows, prefixes=query.prefixes)
