"""The server over real HTTP: the SPARQL 1.1 Protocol, limits that hold, IRIs that resolve, embeds, and how it stops."""

import gzip
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox
import pytest
from rdflib import Graph

JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
#: Three graphs: the first two share a triple, the default graph of the file has one of its own.
DATA = """<urn:s> <urn:p> "shared" <urn:a> .
<urn:s> <urn:p> "one" <urn:a> .
<urn:s> <urn:p> "shared" <urn:b> .
<urn:s> <urn:p> "two" <urn:b> .
<urn:s> <urn:p> "three" <urn:c> .
<urn:s> <urn:q> "bare" .
"""
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }"
OBJECTS = "SELECT ?o { ?s <urn:p> ?o } ORDER BY ?o"


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def media(self):
        return self.headers["Content-Type"].partition(";")[0]

    @property
    def values(self):
        """The values of a JSON answer, row by row."""
        return [[one["value"] for one in row.values()] for row in json.loads(self.body)["results"]["bindings"]]


class Served(NamedTuple):
    """A server in a process of its own."""

    process: subprocess.Popen
    port: int
    log: Path

    def ask(self, path="/sparql", query=None, method="GET", body=None, headers=None, **parameters):
        """One request. A query goes into the address, unless there is a body."""
        pairs = [("query", query)] * (query is not None)
        pairs += [(k.replace("_", "-"), v) for k, vs in parameters.items() for v in ([vs] if isinstance(vs, str) else vs)]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path + "?" * bool(pairs) + urlencode(pairs), body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def post(self, body, kind, **headers):
        return self.ask(method="POST", body=body, headers={"Content-Type": kind, **headers})

    def raw(self, data, wait=10):
        """What comes back for bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


def serving(folder, *arguments):
    """Start `kg serve` and wait until it serves."""
    log = folder / f"serve-{time.monotonic_ns()}.log"
    with open(log, "wb") as file:
        command = [sys.executable, "-m", "kg", "serve", *map(str, arguments), "--port", "0"]
        process = subprocess.Popen(command, stderr=file, stdout=file)
    until = time.monotonic() + 60
    while not (found := re.search(r"serving \d+ quads at http://127.0.0.1:(\d+)/", log.read_text())):
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise AssertionError(log.read_text())
        time.sleep(0.02)
    return Served(process, int(found[1]), log)


def stopped(server):
    server.process.send_signal(signal.SIGTERM)
    try:
        return server.process.wait(30)
    finally:
        server.process.kill()


def eventually(holds, seconds=20):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to hold"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def server(folder):
    """RDF of three graphs, with tight limits."""
    (folder / "data.nq").write_text(DATA)
    (folder / "many.ttl").write_text("".join(f"<urn:many> <urn:has> {n} .\n" for n in range(200)))
    found = serving(folder, folder / "data.nq", folder / "many.ttl", "--seconds", "1", "--rows", "50", "--workers", "2")
    yield found
    assert stopped(found) == 0, found.log.read_text()
    assert "Traceback" not in found.log.read_text(), found.log.read_text()


# ---------------------------------------------------------------- three ways to ask, and what is no way


def form(**parameters):
    return urlencode(parameters, doseq=True)


@pytest.mark.parametrize("way", ["get", "form", "direct"])
def test_a_query_is_asked_in_three_ways(server, way):
    if way == "get":
        reply = server.ask(query=OBJECTS)
    elif way == "form":
        reply = server.post(form(query=OBJECTS), "application/x-www-form-urlencoded; charset=UTF-8")
    else:
        reply = server.post(OBJECTS, "application/sparql-query")
    assert (reply.status, reply.media) == (200, JSON)
    assert reply.values == [["one"], ["shared"], ["three"], ["two"]]


WRONG = {
    "two queries": (400, "there are 2 queries", "GET", "query=ASK{}&query=ASK{}", None, ""),
    "two queries in a form": (400, "there are 2 queries", "POST", "", "query=ASK{}&query=ASK{}", "application/x-www-form-urlencoded"),
    "a query in body and address": (400, "send it once", "POST", "query=ASK{}", "ASK {}", "application/sparql-query"),
    "no query": (400, "there is no query", "POST", "", "x=y", "application/x-www-form-urlencoded"),
    "an empty query": (400, "the query is empty", "GET", "query=", None, ""),
    "no type": (415, "holds no query", "POST", "", "ASK {}", ""),
    "another type": (415, "'text/plain'", "POST", "", "ASK {}", "text/plain"),
    "another charset": (415, "utf-16", "POST", "", "ASK {}", "application/sparql-query; charset=UTF-16"),
    "latin-1 in a body": (400, "not UTF-8: byte 12", "POST", "", b"ASK { ?s ?p '\xe9' }", "application/sparql-query"),
    "latin-1 in a form": (400, "not UTF-8", "POST", "", b"query=ASK%20%7B%20?s%20?p%20'%E9'%20%7D", "application/x-www-form-urlencoded"),
    "latin-1 in the address": (400, "not UTF-8", "GET", "query=ASK%20%7B%20?s%20?p%20'%E9'%20%7D", None, ""),
    "no SPARQL": (400, "query:1:1: syntax", "GET", "query=tell%20me", None, ""),
    "a brace too few": (400, "the query ends too early", "GET", "query=ASK%20%7B", None, ""),
    "an unknown prefix": (400, "the prefix 'no:' is not declared", "GET", "query=ASK%20%7B%20?s%20no:p%201%20%7D", None, ""),
    "an update in the address": (403, "updates are refused", "GET", "update=CLEAR%20ALL", None, ""),
    "an update in a form": (403, "updates are refused", "POST", "", "update=CLEAR+ALL", "application/x-www-form-urlencoded"),
    "an update as a body": (403, "updates are refused", "POST", "", "CLEAR ALL", "application/sparql-update"),
    "an update as a query": (403, "no-update", "GET", "query=CLEAR%20ALL", None, ""),
    "an update that hides": (403, "no-update", "POST", "", "PREFIX a: <urn:a>\n#\nINSERT DATA { a:b a:c 1 }", "application/sparql-query"),
    "SERVICE": (403, "no-service", "GET", "query=ASK%20%7B%20SERVICE%20%3Chttp://127.0.0.1:9/%3E%20%7B%20%7D%20%7D", None, ""),
    "SERVICE that hides": (403, "no-service", "POST", "", "PREFIX service: <http://x/> ASK { { } trueSERVICE<http://127.0.0.1:9/>{ } }", "application/sparql-query"),
    "a graph that is no IRI": (400, "default-graph-uri is an absolute IRI", "GET", "query=ASK%7B%7D&default-graph-uri=a%20b", None, ""),
    "too many parameters": (400, "more than 1000", "GET", "&" .join(f"a{n}=1" for n in range(1001)), None, ""),
    "a query that is nested too deeply": (400, "nested too deeply", "POST", "", "ASK " + "{" * 50000 + "}" * 50000, "application/sparql-query"),
    "a body that is too long": (413, "more than 1 MB", "POST", "", b"#" * (1 << 20) + b"\nASK{}", "application/sparql-query"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_a_readable_reason(server, name):
    status, reason, method, address, body, kind = WRONG[name]
    headers = {"Content-Type": kind} if kind else {}
    reply = server.ask(f"/sparql?{address}" if address else "/sparql", None, method, body, headers)
    assert (reply.status, reply.media) == (status, "text/plain"), reply.text
    assert reason in reply.text


def test_a_compressed_body_is_refused_and_so_is_one_of_unknown_length_that_never_ends(server):
    reply = server.post(gzip.compress(b"ASK {}"), "application/sparql-query", **{"Content-Encoding": "gzip"})
    assert reply.status == 415 and "'gzip'" in reply.text
    chunk = b"%x\r\n%s\r\n" % (1 << 16, b" " * (1 << 16))
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert server.raw(head + 17 * chunk).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(server, method):
    reply = server.ask(query="ASK {}", method=method, body=b"")
    assert reply.status == 405 and {"GET", "POST"} <= set(reply.headers["Allow"].split(", ")) and reply.text


def test_nothing_that_was_refused_has_changed_the_data(server):
    assert server.ask(query="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").values == [["205"]]


# ---------------------------------------------------------------- the dataset


@pytest.mark.parametrize("way", ["get", "form", "direct"])
@pytest.mark.parametrize(
    ("default", "named", "objects", "graphs"),
    [
        ([], [], ["bare", "one", "shared", "three", "two"], ["urn:a", "urn:a", "urn:b", "urn:b", "urn:c"]),
        (["urn:a"], [], ["one", "shared"], []),
        (["urn:a", "urn:b"], [], ["one", "shared", "two"], []),
        ([], ["urn:b"], [], ["urn:b", "urn:b"]),
        (["urn:a"], ["urn:b", "urn:c"], ["one", "shared"], ["urn:b", "urn:b", "urn:c"]),
        (["urn:a", "urn:b"], ["urn:c"], ["one", "shared", "two"], ["urn:c"]),
        (["urn:none"], ["urn:none"], [], []),
    ],
)
def test_the_graphs_of_the_request_are_the_dataset(server, way, default, named, objects, graphs):
    """A default graph of several is their merge: what two of them say counts once."""

    def asked(query):
        pairs = {"default-graph-uri": default, "named-graph-uri": named}
        if way == "get":
            return server.ask(f"/sparql?{form(query=query, **pairs)}")
        if way == "form":
            return server.post(form(query=query, **pairs), "application/x-www-form-urlencoded")
        kind = {"Content-Type": "application/sparql-query"}
        return server.ask(f"/sparql?{form(**pairs)}", None, "POST", query, kind)

    own = "VALUES ?p { <urn:p> <urn:q> }"
    assert [row[0] for row in asked(f"SELECT ?o {{ {own} ?s ?p ?o }} ORDER BY ?o").values] == objects
    inside = asked(f"SELECT ?g {{ {own} GRAPH ?g {{ <urn:s> <urn:p> ?o }} }} ORDER BY ?g").values
    assert [row[0] for row in inside if row[0].startswith("urn:")] == sorted(graphs * 2)


def test_the_graphs_of_the_request_go_before_those_of_the_query(server):
    query = "SELECT ?o FROM <urn:b> { ?s <urn:p> ?o } ORDER BY ?o"
    assert server.ask(query=query).values == [["shared"], ["two"]]
    assert server.ask(query=query, default_graph_uri="urn:a").values == [["one"], ["shared"]]
    several = "PREFIX u: <urn:> SELECT ?o FROM <urn:a> FROM u:b FROM NAMED <urn:c> { ?s <urn:p> ?o } ORDER BY ?o"
    assert server.ask(query=several).values == [["one"], ["shared"], ["two"]]
    assert server.ask(query=several.replace("{ ?s", "{ GRAPH ?g { ?s").replace("?o }", "?o } }")).values == [["three"]]


# ---------------------------------------------------------------- the form of the answer


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        (OBJECTS, "", JSON),
        (OBJECTS, "*/*", JSON),
        (OBJECTS, JSON, JSON),
        (OBJECTS, "application/json", "application/json"),
        (OBJECTS, XML, XML),
        (OBJECTS, CSV, CSV),
        (OBJECTS, TSV, TSV),
        (OBJECTS, f"{CSV};q=0.5, {XML};q=0.9, */*;q=0.1", XML),
        (OBJECTS, "text/*", CSV),
        (OBJECTS, f"text/turtle, {TSV};q=0.1", TSV),
        (OBJECTS, f"{JSON};q=0, */*", XML),
        (OBJECTS, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml"),
        ("ASK { ?s ?p ?o }", "", JSON),
        ("ASK { ?s ?p ?o }", XML, XML),
        ("CONSTRUCT WHERE { <urn:s> ?p ?o }", "", "text/turtle"),
        ("CONSTRUCT WHERE { <urn:s> ?p ?o }", "application/n-triples", "application/n-triples"),
        ("CONSTRUCT WHERE { <urn:s> ?p ?o }", "application/ld+json", "application/ld+json"),
        ("CONSTRUCT WHERE { <urn:s> ?p ?o }", "application/rdf+xml", "application/rdf+xml"),
        ("DESCRIBE <urn:s>", "text/turtle;q=0.2, application/n-triples", "application/n-triples"),
    ],
)
def test_the_answer_comes_as_it_is_wanted(server, query, accept, media):
    reply = server.ask(query=query, headers={"Accept": accept} if accept else {})
    assert (reply.status, reply.media) == (200, media)
    assert {"Accept", "Accept-Encoding"} <= set(reply.headers["Vary"].split(", "))
    if media in (JSON, XML, TSV) and query == OBJECTS:
        form = ox.QueryResultsFormat.from_media_type(media)
        found = [row[0].value for row in ox.parse_query_results(reply.body, format=form)]
        assert found == ["one", "shared", "three", "two"]
    if media == CSV:
        assert reply.body == b"o\r\none\r\nshared\r\nthree\r\ntwo\r\n"
    if query.startswith("ASK"):
        assert ox.parse_query_results(reply.body, format=ox.QueryResultsFormat.from_media_type(media))
    if query[0] in "CD":
        assert len(list(ox.parse(reply.body, format=ox.RdfFormat.from_media_type(media)))) == 5


@pytest.mark.parametrize(
    ("query", "accept"), [(OBJECTS, "image/png"), (OBJECTS, "text/turtle"), ("DESCRIBE <urn:s>", CSV), ("ASK {}", "*/*;q=0")]
)
def test_a_form_that_there_is_not_is_refused_with_those_that_there_are(server, query, accept):
    reply = server.ask(query=query, headers={"Accept": accept})
    assert reply.status == 406 and ("text/turtle" if query[0] == "D" else JSON) in reply.text


def test_every_kind_of_term_is_written_as_the_engine_writes_it(server):
    query = """SELECT * { VALUES (?a ?b ?c) { ("x\\t\\n\\"é"@en-GB <urn:é> 1.50) (UNDEF true "2020-01-01"^^xsd:date)
      (<<( <urn:s> <urn:p> "o" )>> "" 1e0) } }"""
    prefixed = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> " + query
    own = ox.Store().query(prefixed).serialize(format=ox.QueryResultsFormat.JSON)
    assert json.loads(server.ask(query=query).body) == json.loads(own)
    for media in (XML, CSV, TSV):
        native = ox.Store().query(prefixed).serialize(format=ox.QueryResultsFormat.from_media_type(media))
        assert server.ask(query=query, headers={"Accept": media}).body == native


def test_an_answer_is_known_again_by_its_tag_until_the_question_or_its_form_changes(server):
    first = server.ask(query=OBJECTS)
    tag = first.headers["ETag"]
    again = server.ask(query=OBJECTS, headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert server.ask(query=OBJECTS, headers={"If-None-Match": tag, "Accept": CSV}).status == 200
    assert server.ask(query=OBJECTS + " LIMIT 1", headers={"If-None-Match": tag}).status == 200
    assert server.ask(query=OBJECTS, default_graph_uri="urn:a", headers={"If-None-Match": tag}).status == 200
    volatile = server.ask(query="SELECT (RAND() AS ?x) {}")
    assert volatile.headers["ETag"] is None and volatile.headers["Cache-Control"] == "no-store"


def test_an_answer_is_compressed_if_that_is_wanted_and_worth_it(server):
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?o LIMIT 40"
    packed = server.ask(query=query, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == server.ask(query=query).body
    assert server.ask(query=query, headers={"Accept-Encoding": "gzip;q=0"}).headers["Content-Encoding"] is None
    assert server.ask(query="ASK {}", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] is None


def test_a_page_of_another_origin_may_read(server):
    reply = server.ask(query="ASK {}", headers={"Origin": "https://example.org"})
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-SPARQL-MaxRows" in reply.headers["Access-Control-Expose-Headers"]
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "content-type"
    flight = server.ask(method="OPTIONS", headers=asked)
    assert flight.status == 200 and "POST" in flight.headers["Access-Control-Allow-Methods"]
    asked["Access-Control-Request-Method"] = "DELETE"
    assert server.ask(method="OPTIONS", headers=asked).status == 400
    refused = server.ask(query="no", headers={"Origin": "https://example.org"})
    assert refused.status == 400 and refused.headers["Access-Control-Allow-Origin"] == "*"


def test_a_head_has_the_headers_of_the_answer_and_no_body(server):
    head, get = server.ask(query=OBJECTS, method="HEAD"), server.ask(query=OBJECTS)
    assert (head.status, head.body) == (200, b"")
    assert (head.headers["ETag"], head.headers["Content-Length"]) == (get.headers["ETag"], str(len(get.body)))


def test_the_service_describes_itself_with_its_limits_and_graphs(server):
    for accept in ("", "application/rdf+xml", "text/turtle"):
        reply = server.ask(headers={"Accept": accept} if accept else {})
        graph = Graph().parse(data=reply.body, format=reply.media)
        query = """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
            PREFIX kgv: <https://w3id.org/immune-kg/vocab/> PREFIX void: <http://rdfs.org/ns/void#>
            SELECT ?endpoint ?seconds ?rows ?name ?triples { ?service a sd:Service ; sd:endpoint ?endpoint ;
              kgv:timeLimit ?seconds ; kgv:rowLimit ?rows ; sd:defaultDataset/sd:namedGraph ?g ;
              sd:supportedLanguage sd:SPARQL11Query . ?g sd:name ?name ; sd:graph/void:triples ?triples } ORDER BY ?name"""
        found = [[str(value) for value in row] for row in graph.query(query)]
        here = [f"http://127.0.0.1:{server.port}/sparql", "1", "50"]
        assert [row[:3] for row in found] == [here] * 5
        assert [row[3:] for row in found] == [
            ["file:///data.nq", "1"], ["file:///many.ttl", "200"], ["urn:a", "2"], ["urn:b", "2"], ["urn:c", "1"]
        ]  # fmt: skip


# ---------------------------------------------------------------- limits


def test_a_question_that_takes_too_long_is_stopped_and_the_server_answers_meanwhile(server):
    replies = []
    threads = [threading.Thread(target=lambda: replies.append(server.ask(query=FOREVER))) for _ in range(3)]
    for thread in threads:
        thread.start()
    eventually(lambda: json.loads(server.ask("/health").body)["busy"] == 2)
    assert server.ask("/").status == 200
    for thread in threads:
        thread.join(30)
    stopped = [reply for reply in replies if reply.status == 503]
    assert len(stopped) == 3 and any("longer than 1 s" in reply.text for reply in stopped)
    for _ in range(3):
        assert server.ask(query=OBJECTS).status == 200  # those that were ended have been replaced


def test_a_question_whose_asker_has_gone_is_stopped(server):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        asked = f"GET /sparql?{urlencode({'query': FOREVER})} HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(asked.encode())
        eventually(lambda: json.loads(server.ask("/health").body)["busy"] == 1)
    eventually(lambda: json.loads(server.ask("/health").body)["busy"] == 0)


@pytest.mark.parametrize("media", [JSON, XML, CSV, TSV, "text/turtle", "application/n-triples"])
def test_an_answer_has_no_more_rows_than_it_may_and_says_that_there_are_more(server, media):
    graph = media in ("text/turtle", "application/n-triples")
    query = ("CONSTRUCT" if graph else "SELECT * ") + "{ ?s <urn:has> ?o }" * (1 + graph)
    query = query.replace("}{", "} WHERE {")
    reply = server.ask(query=query, headers={"Accept": media})
    if graph:
        found = list(ox.parse(reply.body, format=ox.RdfFormat.from_media_type(media)))
    elif media == CSV:
        found = reply.body.splitlines()[1:]
    else:
        found = list(ox.parse_query_results(reply.body, format=ox.QueryResultsFormat.from_media_type(media)))
    assert len(found) == 50 and reply.headers["X-SPARQL-MaxRows"] == "50"
    assert reply.headers["X-SPARQL-Limits"] == "seconds=1, rows=50"


def test_an_answer_of_as_many_rows_as_it_may_have_is_whole(server):
    reply = server.ask(query="SELECT ?o { ?s <urn:has> ?o } ORDER BY ?o LIMIT 50")
    assert len(reply.values) == 50 and reply.headers["X-SPARQL-MaxRows"] is None


def test_slow_and_broken_clients_keep_nobody_waiting(server):
    """Many who send half a request, or read nothing, and the next one is answered at once."""
    slow = []
    try:
        for n in range(40):
            connection = socket.create_connection(("127.0.0.1", server.port))
            head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 999\r\n"
            connection.sendall(head + (b"\r\nASK {" if n % 2 else b""))
            slow.append(connection)
        assert server.ask(query=OBJECTS).status == 200
        assert json.loads(server.ask("/health").body)["busy"] == 0
    finally:
        for connection in slow:
            connection.close()
    assert server.raw(b"\x16\x03\x01\x00\xff nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert server.raw(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")
