"""Load: every question of the library over HTTP, from 1 and 16 clients: `kg serve`, `oxigraph serve`, rdflib-endpoint.

    pip install -e '.[test,benchmark]' && apt-get install wrk && python benchmarks/serve.py [FILE.nq]

Default data: all of seeds/, as quads. Each server gets the same file and the same queries, one after the other, by POST. A
question that a server does not answer within LIMIT seconds, alone, is left out for all of them. Then `kg serve` for a
minute while every second a query that would never end is sent to it, and is stopped after one: no other may fail.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from kg import sparql
from kg.sparql.process import unite

LIMIT = 2.0
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LUA = """
local bodies, at, threads = {}, 0, {}
for line in io.lines("%s") do bodies[#bodies + 1] = line end
function setup(thread) thread:set("first", #threads * 7); table.insert(threads, thread) end
function request()
  at = at + 1
  return wrk.format("POST", nil, {["Content-Type"] = "application/x-www-form-urlencoded",
    ["Accept"] = "application/sparql-results+json, text/turtle;q=0.5"}, bodies[(at + first) %% #bodies + 1])
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"n": %%d, "s": %%f, "p50": %%f, "p99": %%f, "failed": %%d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""
RDFLIB = """import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
data = Dataset(default_union=True)
data.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=data), port=int(sys.argv[2]), log_level="warning")
"""


@contextmanager
def running(name: str, data: Path, folder: Path, more: Sequence[str] = ()) -> Iterator[str]:
    """A server over a file of quads, and its SPARQL address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    scripts = Path(sys.executable).parent
    if name == "kg serve":
        command = [sys.executable, "-m", "kg", "serve", str(data), "--port", port, "--no-log", *more]
        address = f"http://127.0.0.1:{port}/sparql"
    elif name == "oxigraph serve":
        store = ox.Store(str(folder / "store"))
        store.bulk_load(path=data, format=ox.RdfFormat.N_QUADS)
        unite(store)
        del store
        command = [str(scripts / "oxigraph"), "serve", "-l", str(folder / "store"), "-b", f"127.0.0.1:{port}"]
        address = f"http://127.0.0.1:{port}/query"
    else:
        command = [sys.executable, "-c", RDFLIB, str(data), port]
        address = f"http://127.0.0.1:{port}/"
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 120
        while not isinstance(asked(address, "ASK {}", 5), float):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit((folder / "log").read_text())
            time.sleep(0.1)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def asked(address: str, query: str, seconds: float) -> float | str:
    """How long an answer takes, or why there is none."""
    headers = {"Accept": "application/sparql-results+json, text/turtle;q=0.5"}
    request = urllib.request.Request(address, urllib.parse.urlencode({"query": query}).encode(), headers)
    start = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=seconds) as reply:
            reply.read()
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        return str(error)
    return time.monotonic() - start


def load(address: str, queries: Sequence[str], clients: int, seconds: float, folder: Path) -> dict[str, float]:
    """What wrk measures: requests, seconds, latencies in ms, failures of any kind."""
    bodies = folder / "bodies"
    bodies.write_text("".join(urllib.parse.urlencode({"query": query}) + "\n" for query in queries))
    (folder / "wrk.lua").write_text(LUA % bodies)
    command = ["wrk", "-t", str(min(2, clients)), "-c", str(clients), "-d", f"{seconds:g}s", "--timeout", "30s"]
    said = subprocess.run(
        [*command, "-s", str(folder / "wrk.lua"), address], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(re.findall(r"RESULT (.*)", said.stdout)[0])
    return found


def main() -> None:
    """Print a row for each server and number of clients, and one for the minute with queries that are stopped."""
    asking = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asking.add_argument("data", nargs="?", type=Path)
    asking.add_argument("--seconds", type=float, default=10)
    asking.add_argument("--runaway", type=float, default=60, help="seconds of the last part")
    asking.add_argument("--only", default="kg serve,oxigraph serve,rdflib-endpoint")
    given = asking.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = given.data or seeds(folder)
        queries = {name: question.query for name, question in sparql.questions().items()}
        names = [one for one in given.only.split(",") if one]
        left = dict(queries)
        for server in names if len(names) > 1 else []:
            untried = list(left)
            while untried:  # a server that is still busy with what was given up would be late with the next one, too
                with running(server, data, fresh(folder)) as address:
                    while untried:
                        question = untried.pop(0)
                        took = asked(address, left[question], LIMIT)
                        if not isinstance(took, float):
                            print(f"left out: {question}, on which {server} says {took}", flush=True)
                            del left[question]
                            break
        print(f"\n{len(left)} of {len(queries)} questions, {os.cpu_count()} processors")
        print("| server | clients | requests/s | p50 ms | p99 ms | failed |\n|---|---|---|---|---|---|")
        for server in names:
            with running(server, data, fresh(folder)) as address:
                for clients in (1, 16):
                    found = load(address, list(left.values()), clients, given.seconds, folder)
                    row(server, str(clients), found)
        if given.runaway:
            stopping(data, list(queries.values()), given.runaway, fresh(folder))


def stopping(data: Path, queries: Sequence[str], seconds: float, folder: Path) -> None:
    """A minute of questions while a query that never ends is sent every second, and stopped after one."""
    stopped: list[float | str] = []
    with running("kg serve", data, folder, ["--seconds", "1"]) as address:
        over = threading.Event()

        def send() -> None:
            sent = []
            while not over.wait(1):
                sent.append(threading.Thread(target=lambda: stopped.append(asked(address, FOREVER, 30))))
                sent[-1].start()
            for one in sent:
                one.join()

        sender = threading.Thread(target=send)
        sender.start()
        found = load(address, queries, 16, seconds, folder)
        over.set()
        sender.join()
    row("kg serve, a query stopped every second", "16", found)
    print(f"stopped: {stopped.count('503')} of {len(stopped)}")


def row(server: str, clients: str, found: dict[str, float]) -> None:
    cells = [server, clients, f"{found['n'] / found['s']:.0f}", f"{found['p50']:.1f}", f"{found['p99']:.1f}"]
    print(f"| {' | '.join([*cells, format(found['failed'], '.0f')])} |", flush=True)


def seeds(folder: Path) -> Path:
    """All of seeds/ as one file of quads."""
    from kg.sparql.push import graphs

    quads = (ox.Quad(*triple, ox.NamedNode(graph)) for graph, triple in graphs([]))
    ox.serialize(quads, folder / "seeds.nq", format=ox.RdfFormat.N_QUADS)
    return folder / "seeds.nq"


def fresh(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


if __name__ == "__main__":
    main()
