"""Graphs in a store elsewhere: a real one, `oxigraph serve`; what broke off is gone on with, what is lost is noticed."""

import json
import socket
import subprocess
import sysconfig
import threading
import time
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
from kg.sparql import Engine, NoAnswer
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

        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            own = type(self)
            code = 0
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


def test_what_broke_off_is_gone_on_with(store, between, many, monkeypatch):
    monkeypatch.setattr(pushing, "CHUNK", 100)
    monkeypatch.setattr(pushing, "PAUSE", 0)
    between.status = staticmethod(lambda number, method: 503 if number > 3 else 0)
    with pytest.raises(NoAnswer, match=r"it answers 503 .*\n.*push again"):
        list(push(Target(between.url), [many]))
    assert count(store, "file:///many.ttl") == 300
    between.status, between.sent = staticmethod(lambda number, method: 0), 0
    assert list(push(Target(between.url), [many])) == [Sent("file:///many.ttl", 1000, 700)]
    assert between.sent == 700 and count(store, "file:///many.ttl") == 1000


def test_a_store_that_is_busy_for_a_moment_is_asked_again(store, between, many, monkeypatch):
    monkeypatch.setattr(pushing, "PAUSE", 0)
    between.status = staticmethod(lambda number, method: 503 if number % 2 else 0)
    assert list(push(Target(between.url), [many], graph="urn:g")) == [Sent("urn:g", 1000, 1000)]


def test_a_store_that_loses_something_is_noticed(between, many):
    between.lose = True
    with pytest.raises(NoAnswer, match="it has 999 triples of urn:g in the end, which are 1000 here"):
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
    found = CliRunner().invoke(main, ["push", between.url, str(many), "--user", "me"])
    assert found.exit_code == 1 and "--user NAME" in found.stderr and "secret-word" not in found.output


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
