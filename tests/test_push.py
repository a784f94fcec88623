"""Graphs in a store elsewhere: a real one, `oxigraph serve`; what broke off is gone on with, what is lost is noticed."""

import json
import os
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import tracemalloc
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError, URLError

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from conftest import LITTLE

from kg import formats, sparql
from kg.cli.group import main
from kg.sparql import Engine, NoAnswer, sorting
from kg.sparql import push as pushing
from kg.sparql.push import Sent, Target, push

OXIGRAPH = Path(sysconfig.get_path("scripts")) / "oxigraph"
SMALL = """<urn:s> <urn:p> "shared" <urn:a> .
<urn:s> <urn:p> "one"@en-GB <urn:a> .
<urn:s> <urn:p> "shared" <urn:b> .
"""


@pytest.fixture
def store(tmp_path):
    """The address of an empty store in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = open(tmp_path / "store.log", "wb")  # noqa: SIM115
    process = subprocess.Popen([OXIGRAPH, "serve", "-b", f"127.0.0.1:{port}"], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/store?default", timeout=5).close()
                break
            except URLError:
                assert time.monotonic() < until and process.poll() is None, (tmp_path / "store.log").read_text()
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        log.close()


@pytest.fixture
def between(store):
    """Something between us and the store that can fail: ``status(number, method)`` decides on each write."""

    class Handler(BaseHTTPRequestHandler):
        status = staticmethod(lambda number, method: 0)
        writes = 0
        sent = 0
        lose = False
        secrets = set()  # noqa: RUF012
        redirects = {}  # noqa: RUF012
        place = ""

        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            own = type(self)
            code = 0
            own.secrets |= {self.headers["Authorization"]} - {None}
            if self.command in own.redirects:
                self.send_response(own.redirects[self.command])
                self.send_header("Location", own.place)
                self.end_headers()
                return
            if self.command != "GET":
                own.writes += 1
                code = own.status(own.writes, self.command)
            if code:
                self.send_response(code)
                self.end_headers()
                return
            if self.command != "GET":
                own.sent += body.count(b" .\n")
                body = body[: body.rfind(b"<", 0, -3)].rpartition(b"\n")[0] if own.lose else body
            headers = {k: v for k, v in self.headers.items() if k in ("Accept", "Content-Type", "Authorization")}
            request = urllib.request.Request(store + self.path, body or None, headers, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=20) as reply:
                    code, kind, data = reply.status, reply.headers["Content-Type"], reply.read()
            except HTTPError as error:
                code, kind, data = error.code, "text/plain", error.read()
            self.send_response(code)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_PUT = do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Handler.url = f"http://127.0.0.1:{server.server_port}/store"
    yield Handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def many(tmp_path):
    file = tmp_path / "many.ttl"
    file.write_text("".join(f"<urn:s> <urn:p> {n} .\n" for n in range(1000)))
    return file


def count(store, graph="", endpoint="/query"):
    where = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
    answer = sparql.ask(f"SELECT (COUNT(*) AS ?n) {{ {where} }}", endpoint=store + endpoint)
    return int(answer.rows[0][0].text)


def put(store, graph, turtle):
    request = urllib.request.Request(
        f"{store}/store?graph={graph}", turtle.encode(), {"Content-Type": "text/turtle"}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=20).close()


def test_graphs_are_sent_once_and_replaced_when_they_change(store, tmp_path):
    file = tmp_path / "data.nq"
    file.write_text(SMALL)
    put(store, "urn:theirs", "<urn:x> <urn:y> 1 .")
    put(store, "urn:b", "<urn:s> <urn:p> 'shared', 'stale' .")
    target = Target(store + "/store")
    assert list(push(target, [file])) == [Sent("urn:a", 2, 2), Sent("urn:b", 1, 1)]
    assert (count(store, "urn:a"), count(store, "urn:b"), count(store, "urn:theirs"), count(store)) == (2, 1, 1, 0)
    assert list(push(target, [file])) == [Sent("urn:a", 2, 0), Sent("urn:b", 1, 0)]
    assert list(push(target, [file], merge=True))[2:] == [Sent("", 2, 2)]
    assert count(store) == 2, "a triple of two graphs stands in the default graph once"


def test_what_broke_off_is_resumed_and_nobody_ever_sees_a_part(store, between, many, monkeypatch):
    monkeypatch.setattr(pushing, "CHUNK", 100)
    monkeypatch.setattr(pushing, "PAUSE", 0)
    between.status = staticmethod(lambda number, method: 503 if number > 4 else 0)  # the first asks for SPARQL Update
    with pytest.raises(NoAnswer, match=r"it answers 503 .*\n.*push again"):
        list(push(Target(between.url), [many]))
    assert count(store, "file:///many.ttl") == 0
    between.status, between.sent = staticmethod(lambda number, method: 0), 0
    assert list(push(Target(between.url), [many])) == [Sent("file:///many.ttl", 1000, 700)]
    assert between.sent == 700 and count(store, "file:///many.ttl") == 1000
    many.write_text("".join(f"<urn:s> <urn:p> {n} .\n" for n in range(500, 1500)))
    between.status, between.writes = staticmethod(lambda number, method: 503 if number > 4 else 0), 0
    with pytest.raises(NoAnswer):
        list(push(Target(between.url), [many]))
    assert count(store, "file:///many.ttl") == 1000, "it is replaced at once, or not at all"
    between.status = staticmethod(lambda number, method: 0)
    assert list(push(Target(between.url), [many])) == [Sent("file:///many.ttl", 1000, 700)]
    assert sparql.ask("ASK { GRAPH ?g { <urn:s> <urn:p> 0 } }", endpoint=store + "/query").truth is False
    everything = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert sparql.ask(everything, endpoint=store + "/query").rows[0][0].text == "1000", "no temporary graph is left"


@pytest.mark.parametrize("in_place", [True, False], ids=["wished", "no update"])
def test_without_update_a_graph_is_filled_in_place_and_that_is_said(store, between, many, monkeypatch, in_place):
    monkeypatch.setattr(pushing, "CHUNK", 100)
    monkeypatch.setattr(pushing, "PAUSE", 0)
    last = 3 if in_place else 4
    between.status = staticmethod(
        lambda number, method: 405 if number == 1 and not in_place else 503 if number > last else 0
    )
    said = []
    with pytest.raises(NoAnswer):
        list(push(Target(between.url, in_place=in_place), [many], warn=said.append))
    assert count(store, "file:///many.ttl") == 300
    assert len(said) == 1 and "filled in place" in said[0] and ("--update" in said[0]) != in_place
    between.status = staticmethod(lambda number, method: 0)
    assert list(push(Target(between.url, in_place=True), [many])) == [Sent("file:///many.ttl", 1000, 700)]


@pytest.mark.slow
def test_a_push_that_is_killed_leaves_the_graph_as_it_was(store, tmp_path):
    file = tmp_path / "large.nt"
    file.write_text("".join(f'<urn:s:{n}> <urn:p> "new" .\n' for n in range(60_000)))
    put(store, "urn:g", "<urn:s> <urn:p> 'old' .")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = 0
    for wait in (0.9, 1.2, 1.5, 1.8):
        command = [sys.executable, "-m", "kg", "push", store + "/store", str(file), "--graph", "urn:g"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        killed += process.poll() is None
        process.kill()
        process.wait()
        assert count(store, "urn:g") in (1, 60_000)
    assert killed, "none was killed while it was at work"
    assert CliRunner().invoke(main, ["push", store + "/store", str(file), "--graph", "urn:g"]).exit_code == 0
    assert count(store, "urn:g") == 60_000


def test_memory_does_not_grow_with_the_graph(between, tmp_path, monkeypatch):
    """What is compared is ordered in runs on disk; the same is found whatever the size of a run."""
    monkeypatch.setattr(sorting, "RUN", 10_000)
    file = tmp_path / "many.nt"
    file.write_text("".join(f'<urn:s> <urn:p> "{n * 7919 % 3000}" .\n' for n in range(4000)))
    assert list(push(Target(between.url), [file], graph="urn:g")) == [Sent("urn:g", 3000, 3000)]
    assert list(push(Target(between.url), [file], graph="urn:g", merge=True)) == [
        Sent("urn:g", 3000, 0),
        Sent("", 3000, 3000),
    ]
    monkeypatch.setattr(sorting, "RUN", 1_000_000)
    tracemalloc.start()
    try:
        lines = (b"%09d\n" % (n * 7919 % 200_000) for n in range(200_000))
        assert sum(1 for _ in sorting.ordered(lines, tmp_path)) == 200_000
        assert tracemalloc.get_traced_memory()[1] < 5_000_000, "it would be some 20 MB at once"
    finally:
        tracemalloc.stop()


def test_a_store_that_is_busy_for_a_moment_is_asked_again(store, between, many, monkeypatch):
    monkeypatch.setattr(pushing, "PAUSE", 0)
    between.status = staticmethod(lambda number, method: 503 if number % 2 else 0)
    assert list(push(Target(between.url), [many], graph="urn:g")) == [Sent("urn:g", 1000, 1000)]


def test_a_store_that_loses_something_is_noticed(between, many):
    between.lose = True
    with pytest.raises(NoAnswer, match="after loading, it has 999 triples of urn:g, but here are 1000"):
        list(push(Target(between.url), [many], graph="urn:g"))


def test_blank_nodes_are_sent_whole_and_never_doubled(store, tmp_path):
    file = tmp_path / "blank.ttl"
    file.write_text("[] <urn:p> [ <urn:q> 1 ] .")
    for _ in range(2):
        assert list(push(Target(store + "/store"), [file], graph="urn:g")) == [Sent("urn:g", 2, 2)]
    assert count(store, "urn:g") == 2


def test_a_store_on_disk_is_sent(store, tmp_path):
    disk = ox.Store(str(tmp_path / "disk"))
    disk.bulk_load(SMALL.encode(), format=ox.RdfFormat.N_QUADS)
    del disk
    assert [one.graph for one in push(Target(store + "/store"), [tmp_path / "disk"])] == ["urn:a", "urn:b"]


def test_the_command_says_what_it_sent_and_what_stands_in_the_way(store, tmp_path):
    file = tmp_path / "data.nq"
    file.write_text(SMALL)

    def run(*arguments):
        return CliRunner().invoke(main, ["push", *map(str, arguments)])

    assert run(store + "/store", file).stdout == "urn:a: 2 triples, 2 sent\nurn:b: 1 triple, 1 sent\n"
    assert json.loads(run(store + "/store", file, "--json").stdout)[0] == {"graph": "urn:a", "triples": 2, "sent": 0}
    for url, words in (
        (store + "/", "no-store"),
        (store + "/query", "it answers 400"),
        ("http://127.0.0.1:9/", "reached"),
    ):
        found = run(url, file)
        assert found.exit_code == 1 and words in found.stderr and "Traceback" not in found.output
    assert run("file:///etc/passwd", file).exit_code == 2
    assert run(store + "/store", tmp_path / "none.ttl").exit_code == 1


def test_the_password_is_sent_and_never_shown(between, many, monkeypatch):
    monkeypatch.setenv("KG_PASSWORD", "secret-word")
    between.status = staticmethod(lambda number, method: 401)
    found = CliRunner().invoke(main, ["push", between.url, str(many), "--user", "me", "--insecure"])
    assert found.exit_code == 1 and "--user NAME" in found.stderr and "secret-word" not in found.output
    assert between.secrets == {"Basic bWU6c2VjcmV0LXdvcmQ="}


def test_a_password_goes_over_plain_http_only_if_that_is_said(between, many, monkeypatch):
    monkeypatch.setenv("KG_PASSWORD", "secret-word")
    found = CliRunner().invoke(main, ["push", between.url, str(many), "--user", "me"])
    assert found.exit_code == 1 and "not-encrypted" in found.stderr and "--insecure" in found.stderr
    wrong = CliRunner().invoke(main, ["push", "http://me:secret-word@127.0.0.1:9/store", str(many)])
    assert wrong.exit_code == 2 and "secret-word" not in wrong.output
    assert between.secrets == set(), "nothing was sent"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_neither_password_nor_data_follow_a_redirect(between, many, code, method):
    """To another origin, or to the same: the address is said, and a person decides."""
    seen = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.command, self.headers["Authorization"]))
            self.send_response(200)
            self.end_headers()

        do_PUT = do_POST = do_GET  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        between.place = f"http://localhost:{server.server_port}/steal"
        between.redirects = {method: code}
        target = Target(between.url, user="me", password="secret-word", insecure=True)
        if method == "PUT":
            many.write_text("[] <urn:p> 1 .")
        with pytest.raises(NoAnswer, match=f"it answers {code} and leads to http://localhost") as refused:
            list(push(target, [many]))
        assert "secret-word" not in str(refused.value) and seen == []
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.slow
def test_every_question_is_answered_there_as_it_is_here(store):
    """All of seeds/ in `oxigraph serve`, each question of the library, cell by cell."""
    assert CliRunner().invoke(main, ["push", store + "/store", "--merge"]).exit_code == 0
    with Engine(120) as engine:
        engine.load()
        for name in sparql.questions():
            here, there = engine.ask(name), sparql.ask(name, endpoint=store + "/query")
            assert (there.text("csv"), there.turtle) == (here.text("csv"), here.turtle), name
    ran = CliRunner().invoke(main, ["ask", "--all", "--endpoint", store + "/query"])
    assert (
        ran.exit_code == 0
        and f"{len(sparql.questions())} of {len(sparql.questions())} questions answered" in ran.stdout
    )


@pytest.mark.slow
def test_every_question_is_asked_with_one_command():
    found = CliRunner().invoke(main, ["ask", "--all", "cgas-sting"])
    known = sparql.questions()
    assert found.exit_code == 0 and [line.split()[0] for line in found.stdout.splitlines()[:-1]] == list(known)
    assert found.stdout.endswith(f"{len(known)} of {len(known)} questions answered\n")
    assert CliRunner().invoke(main, ["ask", "--all", "--with", "node=TLR7"]).exit_code == 2
    nowhere = CliRunner().invoke(main, ["ask", "--all", "--endpoint", "http://127.0.0.1:9/"])
    assert nowhere.exit_code == 1 and f"0 of {len(known)} questions answered" in nowhere.stdout


def test_a_mechanism_is_sent_with_what_its_runs_derive():
    found = list(pushing.graphs([str(LITTLE)]))
    lines = formats.text(formats.valid(LITTLE), ".nq").splitlines()
    assert len(found) == sum(line.startswith("<") for line in lines) > 100
