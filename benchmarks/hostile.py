"""`kg serve` under those who mean no good: idle connections, questions without end, and a soak that watches memory.

    python benchmarks/hostile.py idle 10000
    python benchmarks/hostile.py runaway --workers 4
    python benchmarks/hostile.py soak --minutes 10

Each part starts a server over all of seeds/ (or PATHs) and prints one row. Latencies are of the requests of four honest
clients, one after the other: the first page, and short questions of the library.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

HONEST = (
    "/",
    "/health",
    "/sparql?query=" + urllib.parse.quote("SELECT ?m ?t { ?m a kgv:Mechanism ; dcterms:title ?t }"),
    "/sparql?query=" + urllib.parse.quote("SELECT ?e { ?e a biolink:Association } LIMIT 100"),
    "/sparql?query=" + urllib.parse.quote("ASK { ?s ?p 'x' }"),
)
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . FILTER(?a != %d) }"


@contextmanager
def serving(paths: Sequence[str], *options: str) -> Iterator[tuple[int, int, Path]]:
    """A server: its port, its process, and its log."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with open(log, "wb") as file:
            command = [sys.executable, "-m", "kg", "serve", *paths, "--port", "0", "--no-log", *options]
            process = subprocess.Popen(command, stdout=file, stderr=file)
        try:
            while not (found := re.search(r"quads at http://127.0.0.1:(\d+)/", log.read_text())):
                if process.poll() is not None:
                    raise SystemExit(log.read_text())
                time.sleep(0.1)
            yield int(found[1]), process.pid, log
        finally:
            process.terminate()
            process.wait(60)


def asked(port: int, path: str, seconds: float = 30) -> tuple[int, float]:
    """The status of an answer, 0 if there is none, and its seconds."""
    start = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=seconds) as reply:
            reply.read()
            return reply.status, time.monotonic() - start
    except urllib.error.HTTPError as error:
        return error.code, time.monotonic() - start
    except OSError:
        return 0, time.monotonic() - start


def honest(port: int, seconds: float, clients: int = 4, pause: float = 0.05) -> list[tuple[int, float]]:
    """What honest clients are answered within so many seconds."""
    found: list[tuple[int, float]] = []
    until = time.monotonic() + seconds

    def one() -> None:
        while time.monotonic() < until:
            found.append(asked(port, random.choice(HONEST)))
            time.sleep(pause)

    together(one, clients)
    return found


def together(task: Callable[[], None], times: int) -> None:
    threads = [threading.Thread(target=task) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def shown(name: str, found: Sequence[tuple[int, float]], more: str = "") -> None:
    took = sorted(seconds for _, seconds in found)
    p50, p99 = (took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.99))
    failed = sum(status != 200 for status, _ in found)
    load = os.getloadavg()[0]
    print(
        f"{name}: {len(found)} honest requests, p50 {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms, "
        f"worst {1000 * took[-1]:.0f} ms, failed {failed}; {more}load of the machine {load:.1f}",
        flush=True,
    )


def idle(paths: Sequence[str], count: int, seconds: float, options: Sequence[str]) -> None:
    """So many connections that say nothing, while others ask."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(count, hard - 200)
    with serving(paths, *options) as (port, pid, log):
        shown("quiet", honest(port, 5))
        before, size = memory(pid), log.stat().st_size
        held = []
        with ProcessPoolExecutor(1) as others:  # so that they do not wait for the loop below
            asking = others.submit(honest, port, seconds)
            for _ in range(count):
                held.append(socket.create_connection(("127.0.0.1", port), timeout=30))
            print(f"{count} connected, the server has {connections(port)} open")
            found = asking.result()
        grown, written = memory(pid) - before, log.stat().st_size - size
        shown(f"{count} idle", found, f"memory +{grown:.0f} MB, log {written} bytes, ")
        for one in held:
            one.close()
        shown("after they left", honest(port, 3))


def runaway(paths: Sequence[str], count: int, seconds: float, options: Sequence[str]) -> None:
    """So many clients that ask what never ends, each time in other words, while others ask."""
    with serving(paths, *options) as (port, _, _log):
        shown("quiet", honest(port, 5))
        until = time.monotonic() + seconds + 5
        said: list[int] = []

        def greedy() -> None:
            while time.monotonic() < until:
                query = urllib.parse.quote(FOREVER % random.randrange(1 << 30))
                said.append(asked(port, f"/sparql?query={query}", 120)[0])

        greedies = threading.Thread(target=together, args=(greedy, count))
        greedies.start()
        time.sleep(3)
        shown(f"{count} runaways", honest(port, seconds))
        greedies.join()
        print("runaways answered:", {status: said.count(status) for status in sorted(set(said))})


def connections(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as reply:
        return int(json.load(reply)["connections"])


def memory(pid: int) -> float:
    """The memory that a process has for itself, in MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def soak(paths: Sequence[str], minutes: float, options: Sequence[str]) -> None:
    """Some requests a second, some of them hostile, and the memory of each process every half a minute."""
    wrong = ("/sparql?query=no", "/%00", "/id/none", "/sparql?query=" + urllib.parse.quote(FOREVER % 1))
    with serving(paths, "--seconds", "2", *options) as (port, pid, log):
        found: list[tuple[int, float]] = []
        until = time.monotonic() + 60 * minutes

        def hostile() -> None:
            while time.monotonic() < until:
                asked(port, random.choice(wrong))
                with socket.create_connection(("127.0.0.1", port)) as one:
                    one.sendall(
                        random.choice((b"GET / HT", b"\x16\x03\x01 nonsense\r\n\r\n", b"POST /sparql HTTP/1.1\r\n"))
                    )
                    time.sleep(1)

        threads = [
            threading.Thread(target=hostile),
            threading.Thread(target=lambda: found.extend(honest(port, 60 * minutes, 2, 0.2))),
        ]
        for thread in threads:
            thread.start()
        start = time.monotonic()
        while time.monotonic() < until:
            children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
            sizes = " ".join(f"{memory(int(child)):.1f}" for child in children)
            files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
            print(
                f"{time.monotonic() - start:4.0f} s: server {memory(pid):.1f} MB, data {sizes} MB, {files} open files",
                flush=True,
            )
            time.sleep(min(30, max(0, until - time.monotonic()) + 0.1))
        for thread in threads:
            thread.join()
        shown(f"soak of {minutes:g} minutes", found, f"log {log.stat().st_size} bytes, ")


def main() -> None:
    asking = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asking.add_argument("part", choices=["idle", "runaway", "soak"])
    asking.add_argument("count", nargs="?", type=int)
    asking.add_argument("--seconds", type=float, default=20)
    asking.add_argument("--minutes", type=float, default=10)
    asking.add_argument("--path", action="append", default=[])
    given, options = asking.parse_known_args()
    if given.part == "idle":
        idle(given.path, given.count or 10_000, given.seconds, options)
    elif given.part == "runaway":
        runaway(given.path, given.count or 9, given.seconds, options)
    else:
        soak(given.path, given.minutes, options)


if __name__ == "__main__":
    main()
