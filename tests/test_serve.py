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
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from rdflib import Graph

from kg import sparql
from kg.site.paths import PATHS

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
        pairs += [
            (k.replace("_", "-"), v) for k, vs in parameters.items() for v in ([vs] if isinstance(vs, str) else vs)
        ]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path + "?" * bool(pairs) + urlencode(pairs), body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def post(self, body, kind, **headers):
        return self.ask(method="POST", body=body, headers={"Content-Type": kind, **headers})

    def raw(self, data):
        """The first that comes back for bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(data)
            return connection.recv(65536)


def serving(folder, *arguments):
    """Start `kg serve` and wait until it serves."""
    log = folder / f"serve-{time.monotonic_ns()}.log"
    with open(log, "wb") as file:
        command = [sys.executable, "-m", "kg", "serve", *map(str, arguments), "--port", "0"]
        process = subprocess.Popen(command, stderr=file, stdout=file)
    until = time.monotonic() + 240  # all mechanisms, on a machine that is busy
    while not (found := re.search(r"serving \d+ quads at http://(?:127.0.0.1|0.0.0.0):(\d+)/", log.read_text())):
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


def eventually(holds, seconds=60):
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


# ---------------------------------------------------------------- three ways to ask, and what is not a way


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


def test_the_address_may_end_in_a_slash_and_is_the_base_of_relative_iris(server):
    found = server.ask(
        "/sparql/", query="CONSTRUCT { <s> <p> 1 } WHERE {}", headers={"Accept": "application/n-triples"}
    )
    assert found.text.startswith(f"<http://127.0.0.1:{server.port}/s> <http://127.0.0.1:{server.port}/p> ")


WRONG = {
    "two queries": (400, "there are 2 queries", "GET", "query=ASK{}&query=ASK{}", None, ""),
    "two queries in a form": (400, "there are 2 queries", "POST", "", "query=ASK{}&query=ASK{}", "application/x-www-form-urlencoded"),
    "a query in body and address": (400, "send it once", "POST", "query=ASK{}", "ASK {}", "application/sparql-query"),
    "no query": (400, "there is no query", "POST", "", "x=y", "application/x-www-form-urlencoded"),
    "an empty query": (400, "the query is empty", "GET", "query=", None, ""),
    "no type": (415, "holds no query", "POST", "", "ASK {}", ""),
    "another type": (415, "'text/plain'", "POST", "", "ASK {}", "text/plain"),
    "another charset": (415, "utf-16", "POST", "", "ASK {}", "application/sparql-query; charset=UTF-16"),
    "latin-1 in a body": (400, "not UTF-8: byte 13", "POST", "", b"ASK { ?s ?p '\xe9' }", "application/sparql-query"),
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
    "a graph that is not an IRI": (400, "default-graph-uri is an absolute IRI", "GET", "query=ASK%7B%7D&default-graph-uri=a%20b", None, ""),
    "too many parameters": (400, "more than 1000", "GET", "&".join(f"a{n}=1" for n in range(1001)), None, ""),
    "a query that is nested too deeply": (400, "nested too deeply", "POST", "", "ASK " + "{" * 5000 + "}" * 5000, "application/sparql-query"),
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
    ("query", "accept"),
    [(OBJECTS, "image/png"), (OBJECTS, "text/turtle"), ("DESCRIBE <urn:s>", CSV), ("ASK {}", "*/*;q=0")],
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


def test_a_query_that_does_not_arrive_is_given_up(server):
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 999\r\n\r\nASK"
    )
    assert server.raw(head).startswith(b"HTTP/1.1 408 ")


def test_slow_and_broken_clients_keep_nobody_waiting(server):
    """Many who send half a request, or read nothing, and the next one is answered at once."""
    slow = []
    try:
        for n in range(40):
            connection = socket.create_connection(("127.0.0.1", server.port))
            head = (
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 999\r\n"
            )
            connection.sendall(head + (b"\r\nASK {" if n % 2 else b""))
            slow.append(connection)
        assert server.ask(query=OBJECTS).status == 200
        assert json.loads(server.ask("/health").body)["busy"] == 0
    finally:
        for connection in slow:
            connection.close()
    assert server.raw(b"\x16\x03\x01\x00\xff nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert server.raw(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 150_000).startswith(b"HTTP/1.1 400 ")


# ---------------------------------------------------------------- the site, and IRIs that resolve

BASE = "https://w3id.org/immune-kg/"


@pytest.fixture(scope="module")
def site(folder):
    """A mechanism, as others see it at an address of its own."""
    options = ("--frame-ancestors", "'self' https://lms.example.org", "--allow-host", "kg.example.org")
    found = serving(folder, "cgas-sting", *options)
    yield found
    assert stopped(found) == 0, found.log.read_text()
    assert "Traceback" not in found.log.read_text(), found.log.read_text()


def test_the_site_is_served_with_types_tags_and_compression(site):
    first = site.ask("/")
    assert (first.status, first.media) == (200, "text/html") and b"STING" in first.body
    page = site.ask("/cgas-sting.html")
    packed = site.ask("/cgas-sting.html", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == page.body and len(packed.body) < len(page.body) / 2
    assert packed.headers["ETag"] != page.headers["ETag"] and packed.headers["Vary"].startswith("Accept-Encoding")
    for tag in (page.headers["ETag"], "W/" + page.headers["ETag"]):
        assert site.ask("/cgas-sting.html", headers={"If-None-Match": tag}).status == 304
    assert site.ask("/cgas-sting.ttl").headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert site.ask("/cgas-sting").headers["Location"] == "/cgas-sting/"
    assert site.ask("/cgas-sting/").status == 200
    part = site.ask("/cgas-sting.html", headers={"Range": "bytes=0-14"})
    assert (part.status, part.body) == (206, b"<!doctype html>")


@pytest.mark.parametrize(
    "path",
    ["/../setup.cfg", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/cgas-sting.html/..",
     "/cgas-sting.html.gz", "/cgas-sting.html%00", "/.site.json/", "/id/../../etc/passwd", "/id/%2e%2e/", "/id//",
     "/embed/../index", "/embed/%2e%2e%2findex", "/embed/", "/none.html", "/\\..\\setup.cfg", "/socket", "/%0d%0aX-A:%20b"],
)  # fmt: skip
def test_no_path_leads_out_of_the_site(site, path):
    reply = site.ask(path)
    assert reply.status == 404 and reply.media == "text/plain"
    assert reply.headers["X-A"] is None


def turtle_of(site, path):
    """What an IRI's data say, as triples; the redirect is followed as a client does."""
    reply = site.ask(f"/id/{path}", headers={"Accept": "text/turtle, application/trig;q=0.5"})
    assert reply.status == 303 and "Accept" in reply.headers["Vary"], f"{path}: {reply.status} {reply.text}"
    data = site.ask(reply.headers["Location"], headers={"Accept": "text/turtle, application/trig;q=0.5"})
    assert data.status == 200, f"{path}: {data.text}"
    return list(ox.parse(data.body, format=ox.RdfFormat.from_media_type(data.media)))


def kinds(names):
    """The first IRI of each kind."""
    found = {}
    for name in sorted(names):
        first, *rest = name.split("/")
        own = first in ("vocab", "term", "shapes", "np")
        found.setdefault(
            (first,)
            if own
            else (len(rest), rest[0] if rest else "", rest[1] if rest[:1] == ["run"] and len(rest) > 2 else ""),
            name,
        )
    return sorted(found.values())


def minted(site):
    """Every IRI of ours that any file of the site says something of."""
    found = set()
    for name in ("cgas-sting.nq", "cgas-sting.nanopub.trig", "vocabulary.ttl", "shapes.ttl"):
        reply = site.ask(f"/{name}")
        for quad in ox.parse(reply.body, format=ox.RdfFormat.from_media_type(reply.media)):
            found |= {term.value for term in (quad.subject, quad.graph_name) if isinstance(term, ox.NamedNode)}
    return {iri.removeprefix(BASE) for iri in found if iri.startswith(BASE)} - {""}


def test_an_iri_of_each_kind_leads_to_data_that_say_what_it_is(site):
    named = kinds(minted(site))
    assert len(named) > 10
    for name in named:
        assert any(
            q.subject.value == BASE + name or getattr(q.graph_name, "value", "") == BASE + name
            for q in turtle_of(site, name)
        ), name


@pytest.mark.slow
def test_every_iri_leads_to_data_and_to_a_page(site):
    for name in sorted(minted(site)):
        assert turtle_of(site, name)
        page = site.ask(f"/id/{name}", headers={"Accept": "text/html"})
        assert page.status == 303 and site.ask(page.headers["Location"].partition("#")[0]).status == 200, name


@pytest.mark.parametrize(
    ("path", "accept", "place"),
    [
        ("cgas-sting", "", "/cgas-sting.html"),
        ("cgas-sting", "text/html,application/xhtml+xml,*/*;q=0.8", "/cgas-sting.html"),
        ("cgas-sting", "text/turtle", "/cgas-sting.ttl"),
        ("cgas-sting", "application/ld+json", "/cgas-sting.jsonld"),
        ("cgas-sting", "application/n-quads", "/cgas-sting.nq"),
        ("cgas-sting/run", "text/turtle", "/cgas-sting.run.ttl"),
        ("cgas-sting/run?set=cGAS:absent", "text/html", "/cgas-sting.html#tab=runs&set=cGAS%3Dabsent"),
        ("vocab/degrades", "text/html", "/vocabulary.html#degrades"),
        ("vocab/degrades", "text/turtle", "/vocabulary.ttl"),
        ("cgas-sting/answer/mechanisms", "text/html", "/questions/mechanisms.html"),
        ("answer/mechanisms", "text/html", "/questions/mechanisms.html"),
        ("", "text/turtle", "/void.ttl"),
        ("void", "text/turtle", "/void.ttl"),
        ("term/STING", "text/html", "/term/STING.html"),
        ("term/STING", "application/ld+json", "/data/term/STING"),
        ("term/STING", "text/turtle", "/vocabulary.ttl"),
        ("cgas-sting/edge/DNA-sensing", "application/rdf+xml", "/data/cgas-sting/edge/DNA-sensing"),
    ],
)
def test_an_iri_leads_to_the_page_or_the_data_that_are_wanted(site, path, accept, place):
    reply = site.ask(f"/id/{path}", headers={"Accept": accept} if accept else {})
    assert (reply.status, reply.headers["Location"]) == (303, place) and "Accept" in reply.headers["Vary"]


def test_the_iri_of_an_answer_leads_to_the_answer(site):
    reply = site.ask("/id/cgas-sting/answer/what-protects?node=STING", headers={"Accept": CSV})
    place = reply.headers["Location"]
    assert reply.status == 303 and "default-graph-uri=" in place and "STING" in place
    assert site.ask(place, headers={"Accept": CSV}).body.startswith(b"edge,protector,from,place\r\n")


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("cgas-sting/edge/none", "text/turtle", 404),
        ("none", "text/html", 404),
        ("vocab/none", "text/turtle", 404),
        ("cgas-sting/answer/none", "text/html", 404),
        ("cgas-sting/answer/what-protects?none=1", "text/html", 404),
        ("cgas-sting/edge/%3E%20%7D%20%23", "text/turtle", 404),
        ("cgas-sting?set=a", "text/html", 404),
        ("cgas-sting", "image/png", 406),
        ("cgas-sting/answer/what-protects", "text/turtle", 406),
        ("cgas-sting/answer/asserted-edges", "text/csv", 406),
        ("vocab", "application/rdf+xml", 406),
        ("cgas-sting/run?set=cGAS:absent", "text/turtle", 406),
    ],
)
def test_an_iri_that_is_not_there_or_not_as_wanted_is_refused(site, path, accept, status):
    reply = site.ask(f"/id/{path}", headers={"Accept": accept})
    assert reply.status == status and reply.media == "text/plain" and reply.text


def test_the_data_about_an_iri_are_read_alone(site):
    """With prefixes, labels of what it names, its evidence, and the caveat."""
    text = site.ask("/data/cgas-sting/edge/DNA-sensing", headers={"Accept": "text/turtle"}).text
    assert "@prefix kgv: <" in text and "\nedge:DNA-sensing " in text and "\nevidence:DNA-sensing" in text
    for label in ("DNA sensing by cGAS", "activates", "finding"):
        assert f'rdfs:label "{label}"' in text, label
    assert '"Research findings, not medical advice"' in text and 'owl:versionInfo "0.2.0"' in text
    assert site.ask("/data/cgas-sting/edge/none", headers={"Accept": "text/turtle"}).status == 404


# ---------------------------------------------------------------- embeds


def test_oembed_gives_a_frame_and_is_found_from_the_pages(site):
    here = f"http://127.0.0.1:{site.port}"
    page = site.ask("/cgas-sting/").text
    (found,) = re.findall(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)
    link = site.ask("/cgas-sting.html").headers["Link"]
    for address in (found.replace("&amp;", "&"), re.match("<([^>]+)>", link)[1]):
        assert address.startswith(here)
        said = json.loads(site.ask(address.removeprefix(here)).body)
        assert (said["type"], said["version"], said["width"], said["height"]) == ("rich", "1.0", 1100, 560)
        (frame,) = re.findall(r'<iframe src="([^"]+)"', said["html"])
        assert "not medical advice" in said["html"] and "sandbox=" in said["html"] and "<script" not in said["html"]
        embedded = site.ask(frame.removeprefix(here))
        assert (embedded.status, embedded.headers["Location"]) == (307, "/cgas-sting.html?embed=1")
    small = site.ask("/oembed", url=f"{here}/embed/cgas-sting", maxwidth="300", maxheight="9000", format="xml")
    assert small.media == "text/xml" and "<width>300</width><height>560</height>" in small.text
    assert "&lt;iframe" in small.text


@pytest.mark.parametrize(
    ("url", "more", "status"),
    [
        ("", {}, 404),
        ("https://elsewhere.example.org/cgas-sting.html", {}, 404),
        ("HERE/none.html", {}, 404),
        ("HERE/about.html", {}, 404),
        ("http://[", {}, 404),
        ("HERE/cgas-sting.html", {"maxwidth": "-1"}, 400),
        ("HERE/cgas-sting.html", {"maxheight": "1e9"}, 400),
        ("HERE/cgas-sting.html", {"format": "yaml"}, 400),
    ],
)
def test_oembed_refuses_what_is_no_mechanism_here(site, url, more, status):
    reply = site.ask("/oembed", url=url.replace("HERE", f"http://127.0.0.1:{site.port}"), **more)
    assert reply.status == status and reply.media == "text/plain"


def test_who_may_frame_a_page_is_said_on_every_page(site, server):
    said = "frame-ancestors 'self' https://lms.example.org"
    for path in ("/", "/cgas-sting.html", "/embed/cgas-sting", "/terms.html"):
        assert site.ask(path).headers["Content-Security-Policy"] == said
    assert site.ask("/embed/cgas-sting?theme=dark").headers["Location"].endswith("?embed=1&theme=dark")
    assert site.ask("/embed/cgas-sting?theme=x%0d%0aX-A:b").headers["Location"].endswith("?embed=1")
    assert server.ask("/").headers["Content-Security-Policy"] is None


@pytest.mark.slow
def test_a_browser_shows_what_oembed_gives_in_a_page_that_may_frame_it_and_in_no_other(site, server, folder, chromium):
    from axe_playwright_python.sync_playwright import Axe

    endpoint = server
    allowing = serving(folder, "cgas-sting", "--frame-ancestors", "http://127.0.0.1:*")
    host = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    context = chromium.new_context()
    try:
        for name, server, sandbox, shown in (  # a name for each, since a browser keeps what it had a second ago
            ("scripts.html", allowing, "allow-scripts", True),
            ("none.html", allowing, "", True),
            ("refused.html", site, "allow-scripts", False),
        ):
            url = f"http://127.0.0.1:{server.port}/cgas-sting.html"
            html = json.loads(server.ask("/oembed", url=url).body)["html"]
            html = html.replace("allow-scripts allow-popups", sandbox).replace('loading="lazy"', "")
            (folder / name).write_text(f"<!doctype html><title>A course</title>{html}", encoding="utf-8")
            tab = context.new_page()
            tab.goto(f"http://127.0.0.1:{host.server_port}/{name}", wait_until="load")
            frame = tab.frame_locator("iframe")
            if shown:
                frame.locator("#strip").wait_for()
                assert "not medical advice" in frame.locator("#strip").inner_text()
                frame.locator("#net canvas" if sandbox else "#static svg").first.wait_for()
            else:
                tab.wait_for_timeout(1500)  # the frames of a page have loaded, or were refused, before it has
                assert frame.locator("#strip").count() == 0
            tab.close()
        tab = context.new_page()
        tab.goto(f"http://127.0.0.1:{endpoint.port}/")
        assert Axe().run(tab).response["violations"] == [] and tab.locator("h1").inner_text() == "A SPARQL endpoint"
    finally:
        context.close()
        host.shutdown()
        host.server_close()
        assert stopped(allowing) == 0


def test_a_host_that_is_none_does_not_get_into_an_answer(site):
    for host in (
        "evil<script>",
        "evil example",
        "x/../y",
        "evil.example.org",
        "127.0.0.1.evil.example.org",
        "127.0.0.1@evil",
        "[::1",
    ):
        for path in ("/cgas-sting.html", "/sparql?query=ASK%7B%7D", "/openapi.json"):
            reply = site.ask(path, headers={"Host": host})
            assert reply.status == 200 and host not in str(reply.headers) + reply.text, (host, path)
            assert f"127.0.0.1:{site.port}" in (reply.headers["Link"] or reply.text)
        asked = site.ask("/oembed", url=f"http://{host}/cgas-sting.html", headers={"Host": host})
        assert asked.status == 404
    for host in ("localhost:9", "KG.example.org", "[::1]:8000"):  # the second one by --allow-host
        assert f"//{host}/oembed" in site.ask("/cgas-sting.html", headers={"Host": host}).headers["Link"]


def test_every_path_is_described_in_openapi_and_answers_as_it_is_described(site):
    """What schemathesis tries by the thousand, here once for each path and example."""
    said = json.loads(site.ask("/openapi.json").body)
    assert {path.address for path in PATHS} == set(said["paths"])
    for path, operations in said["paths"].items():
        about = operations["get"]
        filled = {p["name"]: str(p["example"]) for p in about.get("parameters", []) if "example" in p}
        address = path.format(**filled)
        given = {
            p["name"]: filled[p["name"]] for p in about.get("parameters", []) if p["in"] == "query" and p["required"]
        }
        for asked in (
            address + "?" * bool(given) + urlencode(given),
            f"{address}/no%20such" if "{" in path else address,
        ):
            for accept in ("*/*", "image/png"):
                reply = site.ask(asked, headers={"Accept": accept})
                found = about["responses"].get(str(reply.status))
                assert found, (asked, reply.status)
                kinds = found.get("content", {})
                assert not reply.body or not kinds or reply.media in kinds or "*/*" in kinds, (asked, reply.media)
        for method in ("PUT", "DELETE", "PATCH", *["POST"] * ("post" not in operations)):
            assert site.ask(address, method=method, body=b"").status == 405, (method, path)
    pattern = said["paths"]["/sparql"]["post"]["requestBody"]["content"]["application/sparql-query"]["schema"][
        "pattern"
    ]
    for query in ("SELECT * WHERE { ?s ?p ?o } LIMIT 9", 'ASK { ?s a "x 1" }', "DESCRIBE <urn:ab:c>"):
        assert re.search(pattern, query) and site.post(query, "application/sparql-query").status == 200


# ---------------------------------------------------------------- its life


def test_health_says_what_is_served(site):
    said = json.loads(site.ask("/health").body)
    assert (said["status"], said["complaint"], said["mechanisms"]) == ("ok", "", {"cgas-sting": "0.2.0"})
    lines = site.ask("/cgas-sting.nq").text.splitlines()
    assert said["quads"] == sum(line.startswith("<") for line in lines) > 500, "each counts once"
    assert said["rows"] == 10_000


def test_a_question_whose_asker_has_gone_is_stopped(site):
    """Long before its time is over, which is 30 s here."""
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        asked = f"GET /sparql?{urlencode({'query': FOREVER})} HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(asked.encode())
        eventually(lambda: json.loads(site.ask("/health").body)["busy"] == 1)
    eventually(lambda: json.loads(site.ask("/health").body)["busy"] == 0, seconds=20)


def test_requests_are_logged_and_nothing_in_them_steers_a_terminal(site):
    site.ask("/none?%1b[31m")
    eventually(lambda: '"GET /none?%1b[31m HTTP/1.1" 404' in site.log.read_text())
    assert re.search(r'^\d{4}-\d\d-\d\d [\d:,]+ 127\.0\.0\.1:\d+ "GET /none', site.log.read_text(), re.MULTILINE)


@pytest.mark.slow
def test_a_change_is_served_and_a_broken_one_is_not(tmp_path):
    file = tmp_path / "data.ttl"
    file.write_text("<urn:s> <urn:p> 1 .")
    server = serving(tmp_path, file, "--watch", "--workers", "2")
    try:
        count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        assert server.ask(query=count).values == [["1"]]
        tag = server.ask(query=count).headers["ETag"]
        file.write_text("<urn:s> <urn:p> 1, 2 .")
        eventually(lambda: server.ask(query=count).values == [["2"]])
        assert server.ask(query=count, headers={"If-None-Match": tag}).status == 200
        other = server.ask(query=count, headers={"Origin": "https://evil.example.org"})
        assert other.headers["Access-Control-Allow-Origin"] is None, "a draft is not for other origins"
        for host, status in (("evil.example.org", 421), (f"localhost:{server.port}", 200), ("127.0.0.1", 200)):
            assert server.ask("/", headers={"Host": host}).status == status, "nor under a name that leads here"
        file.write_text("<urn:s> <urn:p> 1, 2, ")
        eventually(lambda: json.loads(server.ask("/health").body)["complaint"])
        said = json.loads(server.ask("/health").body)
        assert "data.ttl:1:" in said["complaint"] and said["status"] == "the last good data is served"
        assert server.ask(query=count).values == [["2"]]
        assert "rdf-syntax" in server.log.read_text() and "the last good data is still served" in server.log.read_text()
        file.write_text("<urn:s> <urn:p> 1, 2, 3 .")
        eventually(lambda: server.ask(query=count).values == [["3"]])
        assert json.loads(server.ask("/health").body)["complaint"] == ""
    finally:
        assert stopped(server) == 0
    assert "Traceback" not in server.log.read_text()


@pytest.mark.slow
def test_a_mechanism_is_served_while_it_is_written(tmp_path):
    """As in a terminal: kg new, kg serve --watch, an edit, a slip, its mend."""
    file = tmp_path / "mine" / "mechanism.yaml"
    subprocess.run([sys.executable, "-m", "kg", "new", "mine"], cwd=tmp_path, check=True, capture_output=True)
    text = file.read_text()
    server = serving(tmp_path, tmp_path / "mine", "--watch", "--workers", "2")
    try:
        title = re.search("^title: (.*)", text, re.MULTILINE)[1].strip('"')
        assert title in server.ask("/mine.html").text
        file.write_text(text.replace(title, "Another title"))
        eventually(lambda: "Another title" in server.ask("/mine.html").text)
        assert [row[0] for row in server.ask(query="SELECT ?t { ?m a kgv:Mechanism ; dcterms:title ?t }").values] == [
            "Another title"
        ]
        file.write_text(text.replace("edges:", "edgs:", 1))
        eventually(lambda: json.loads(server.ask("/health").body)["complaint"])
        assert "did you mean 'edges'?" in json.loads(server.ask("/health").body)["complaint"]
        assert "did you mean 'edges'?" in server.log.read_text() and "Another title" in server.ask("/mine.html").text
        file.write_text(text)
        eventually(lambda: title in server.ask("/mine.html").text)
    finally:
        assert stopped(server) == 0


@pytest.mark.slow
def test_the_data_are_loaded_again_if_the_process_that_holds_them_ends(folder):
    (folder / "small.ttl").write_text("<urn:s> <urn:p> 1 .")
    server = serving(folder, folder / "small.ttl", "--workers", "1")
    try:
        for pid in children(server.process.pid):
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: server.ask(query="ASK { ?s ?p 1 }").status == 200)
    finally:
        assert stopped(server) == 0
    assert "the process that held the data has ended" in server.log.read_text()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


@pytest.mark.slow
def test_behind_a_proxy_it_gives_the_address_that_others_see(folder):
    (folder / "small.ttl").write_text(f"<{BASE}mine> <urn:p> 1 .")
    server = serving(folder, folder / "small.ttl", "--workers", "1", "--url", "https://example.org/kg/")
    try:
        for host in ("127.0.0.1", "example.org", "evil.example"):
            reply = server.ask(headers={"Accept": "application/n-triples", "Host": host})
            assert "<https://example.org/kg/sparql> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>" in reply.text
            assert host not in reply.text.replace("https://example.org/kg/", "")
        found = server.ask("/id/mine", headers={"Accept": "text/turtle"})
        assert found.headers["Location"].startswith("/kg/data/mine")
        assert "<urn:p>" in server.ask(found.headers["Location"].removeprefix("/kg")).text
    finally:
        assert stopped(server) == 0


def children(pid):
    """The processes that a process has started, and theirs."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = {pid}
    while more := {child for child, parent in pairs if parent in found} - found:
        found |= more
    return found - {pid}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_after_what_it_is_answering_and_leaves_nothing_behind(folder, tmp_path, monkeypatch, number):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (folder / "small.ttl").write_text("<urn:s> <urn:p> 1 .")
    server = serving(folder, folder / "small.ttl", "--seconds", "1", "--workers", "2")
    started = children(server.process.pid)
    replies = []
    asking = threading.Thread(target=lambda: replies.append(server.ask(query="SELECT ?x { BIND(1 AS ?x) } ")))
    slow = threading.Thread(
        target=lambda: replies.append(
            server.ask(
                query=FOREVER.replace(
                    "?a ?b ?c",
                    "VALUES ?x { " + "1 " * 900 + "} VALUES ?y { " + "1 " * 900 + "} VALUES ?z { " + "1 " * 900 + "}",
                )
            )
        )
    )
    asking.start(), slow.start()
    eventually(lambda: json.loads(server.ask("/health").body)["busy"] == 1)
    server.process.send_signal(number)
    assert server.process.wait(30) == 0, server.log.read_text()
    asking.join(10), slow.join(10)
    assert sorted(reply.status for reply in replies) == [200, 503]
    assert "Traceback" not in server.log.read_text(), server.log.read_text()
    assert list(tmp_path.iterdir()) == []
    assert len(started) == 3
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


@pytest.mark.slow
def test_whatever_ends_the_server_ends_what_it_has_started(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (folder / "small.ttl").write_text("<urn:s> <urn:p> 1 .")
    server = serving(folder, folder / "small.ttl", "--workers", "2", "--seconds", "2")
    started = children(server.process.pid)
    values = " ".join(f"VALUES ?v{n} {{ {'1 ' * 900} }}" for n in range(4))
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(
        f"GET /sparql?{urlencode({'query': f'SELECT (COUNT(*) AS ?n) {{ {values} }}'})} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    )
    eventually(lambda: json.loads(server.ask("/health").body)["busy"] == 1)
    limits = [Path(f"/proc/{pid}/limits").read_text() for pid in started]
    assert sum(bool(re.search(r"Max address space +\d", text)) for text in limits) == 2, "a fork may take all memory"
    server.process.kill()
    server.process.wait()
    connection.close()
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    assert list(tmp_path.iterdir()) == []


def started(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "kg", "serve", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )


def test_a_file_that_cannot_be_read_is_a_complaint(tmp_path):
    (tmp_path / "cut.ttl").write_text("<urn:s> <urn:p> ")
    found = started(tmp_path / "cut.ttl", "--port", "0")
    assert found.returncode == 1 and "cut.ttl:1:" in found.stderr and "Traceback" not in found.stderr


@pytest.mark.slow
def test_every_mechanism_that_is_wrong_is_complained_of_at_once(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("id: wrong\nnodes: {a: {}}\nedges:\n- edge: a degrads a\n")
    found = started(wrong, "ta1-tlr", "--port", "0")
    assert found.returncode == 1 and "Traceback" not in found.stderr
    assert "wrong.yaml:4:11: unknown-verb" in found.stderr and "did you mean 'ta1-tlr7'?" in found.stderr


def test_a_port_that_is_taken_is_a_complaint(server, tmp_path):
    found = started(tmp_path / "none.ttl", "--port", server.port)
    assert found.returncode == 1 and "Address already in use" in found.stderr and "Traceback" not in found.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--url", "ftp://x"),
        ("--url", "http://x\r\nX-A: b"),
        ("--frame-ancestors", "'self'; script-src *"),
        ("--frame-ancestors", "x\r\nX-A: b"),
        ("--seconds", "0"),
        ("--port", "70000"),
        ("--allow-host", "kg.example.org:80"),
        ("--connections", "1"),
    ],
)
def test_options_that_are_not_understood_end_with_2(arguments):
    from click.testing import CliRunner

    from kg.cli.group import main

    assert CliRunner().invoke(main, ["serve", *arguments]).exit_code == 2


@pytest.mark.parametrize("library", ["starlette", "uvicorn"])
def test_without_the_extra_it_says_what_to_install(library):
    code = f"import sys; sys.modules[{library!r}] = None; from kg.cli import main; main(['serve', '--port', '0'])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (
        found.returncode == 1
        and f"kg serve needs {library}: " in found.stderr
        and "immune-mechanism-kg[serve]" in found.stderr
    )


@pytest.mark.slow
def test_a_store_on_disk_is_served_without_being_loaded(folder):
    store = ox.Store(str(folder / "store"))
    store.bulk_load(DATA.encode(), format=ox.RdfFormat.N_QUADS)
    del store
    server = serving(folder, folder / "store", "--workers", "2", "--seconds", "2")
    try:
        assert server.ask(query="SELECT ?o { GRAPH <urn:b> { ?s ?p ?o } } ORDER BY ?o").values == [["shared"], ["two"]]
        assert len(server.ask(query="SELECT ?o { ?s ?p ?o }", default_graph_uri=["urn:a", "urn:b"]).values) == 3
        assert server.ask(query=FOREVER).status in (200, 503)
        assert server.ask(query="INSERT DATA { <urn:x> <urn:y> 1 }").status == 403
    finally:
        assert stopped(server) == 0


@pytest.mark.slow
@pytest.mark.parametrize("paths", [("ta1-tlr7",), ()], ids=["one", "all"])
def test_every_question_is_answered_as_kg_ask_answers_it(folder, paths):
    server = serving(folder, *paths, "--seconds", "60")
    try:
        with sparql.Engine(120) as engine:
            engine.load(*paths)
            for name in sparql.questions():
                here, there = engine.ask(name), sparql.ask(name, endpoint=f"http://127.0.0.1:{server.port}/sparql")
                assert (there.text("csv"), there.turtle, there.cite) == (here.text("csv"), here.turtle, here.cite), name
                assert set(there.caveats) == set(here.caveats)
    finally:
        assert stopped(server) == 0


def test_kg_ask_says_when_a_server_has_cut_an_answer(server):
    answer = sparql.ask("SELECT ?o { ?s <urn:has> ?o }", endpoint=f"http://127.0.0.1:{server.port}/sparql")
    assert answer.capped and len(answer.rows) == 50
