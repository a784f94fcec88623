"""Those who mean no good to a server: silent and slow connections, floods, and questions without end."""

import asyncio
import json
import logging
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode

import pytest
import uvicorn
from test_serve import FOREVER, Served, eventually, serving, stopped

from kg.site import connections
from kg.site.connections import Connections, Seldom, bounded
from kg.sparql import turns
from kg.sparql.protocol import Refused
from kg.sparql.turns import Turn, Turns

# ---------------------------------------------------------------- connections


async def answer(scope, receive, send):
    """What is asked for: ``/wait`` for ever, ``/large`` more than any buffer takes, else a word."""
    if scope["path"] == "/wait":
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(400 if scope["path"] == "/large" else 0):
        await send({"type": "http.response.body", "body": b" " * 65536, "more_body": True})
    await send({"type": "http.response.body", "body": b"word"})


@pytest.fixture
def tiny(monkeypatch):
    """A server of four connections whose limits of time are a fraction of a second: its port and its connections."""
    for name, seconds in (("HEAD", 0.5), ("READING", 0.5), ("SWEEP", 0.05)):
        monkeypatch.setattr(connections, name, seconds)
    counted = Connections(4)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        answer, http=bounded(counted), lifespan="off", ws="none", log_config=None, timeout_keep_alive=60
    )
    server = uvicorn.Server(config)

    async def run():
        watching = asyncio.create_task(counted.watch())
        await server.serve(sockets=[listener])
        watching.cancel()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    yield listener.getsockname()[1], counted
    for one in list(counted.open):
        one.loop.call_soon_threadsafe(one.transport.abort)
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def connected(port, data=b""):
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(data)
    return connection


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def ended(connection, within=3.0):
    """Whether the other side ends a connection, in time."""
    connection.settimeout(within)
    try:
        while connection.recv(1 << 16):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


@pytest.mark.parametrize(
    ("name", "first", "then"),
    [
        ("it says nothing", b"", b""),
        ("it says a part of a head", b"GET / HTTP/1.1\r\nHost: ", b""),
        ("it says a head letter by letter", b"GET / HTTP/1.1\r\nX: ", b"a"),
        ("it says nothing after an answer", GET, b""),
        ("it says a second head letter by letter", GET + b"GET / HTTP/1.1\r\nX: ", b"a"),
        ("it is answered and does not end its body", GET[:-2] + b"Content-Length: 9999\r\n\r\n", b"a"),
    ],
)
def test_a_connection_is_closed_that_does_not_say_a_whole_head_in_time(tiny, name, first, then):
    port, counted = tiny
    with connected(port, first) as connection:
        start = time.monotonic()
        while then and time.monotonic() - start < 3:
            try:
                connection.sendall(then)
            except ConnectionError:
                break
            time.sleep(0.1)
        assert ended(connection) and time.monotonic() - start < 3, name
    eventually(lambda: not counted.open)


def test_a_connection_that_asks_in_time_lives_longer_than_the_limit(tiny):
    port, _ = tiny
    with connected(port) as connection:
        for _ in range(6):
            time.sleep(0.2)
            connection.sendall(GET)
            said = b""
            while not said.endswith(b"0\r\n\r\n"):
                said += connection.recv(4096) or b"0\r\n\r\n"
            assert said.startswith(b"HTTP/1.1 200 ")
        connection.sendall(GET.replace(b"/ ", b"/wait "))
        assert not ended(connection, 1.0), "what is being answered has the time that it needs"


def test_a_client_that_reads_nothing_is_left_and_one_that_reads_slowly_is_not(tiny):
    port, counted = tiny
    ask = GET.replace(b"/ ", b"/large ")
    with connected(port, ask) as deaf, connected(port, ask) as slow:
        until, size = time.monotonic() + 1.5, 0
        while time.monotonic() < until:
            size += len(slow.recv(300_000))
            time.sleep(0.03)
        eventually(lambda: len(counted.open) == 1, 5)
        while size < 400 * 65536 and (part := slow.recv(1 << 20)):
            size += len(part)
        assert size > 400 * 65536
        deaf.setblocking(False)


def test_whoever_is_silent_longest_makes_room_and_if_all_are_answered_the_next_is_told(tiny):
    port, counted = tiny
    waiting = GET.replace(b"/ ", b"/wait ")
    silent = [connected(port) for _ in range(2)]
    eventually(lambda: len(counted.silent) == 2)
    busy = [connected(port, waiting) for _ in range(2)]
    eventually(lambda: len(counted.open) == 4 and len(counted.silent) == 2)
    with connected(port, GET) as next:
        assert next.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert ended(silent[0], 0.3), "the oldest one"
    busy += [connected(port, waiting) for _ in range(2)]
    eventually(lambda: not counted.silent and len(counted.open) == 4)
    with connected(port, GET) as refused:
        said = refused.recv(4096)
    assert said.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: " in said
    head, _, body = said.partition(b"\r\n\r\n")
    assert int(re.search(rb"Content-Length: (\d+)", head)[1]) == len(body)
    for one in silent + busy:
        one.close()


def test_a_kind_of_line_is_logged_once_in_a_minute(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(connections.time, "monotonic", lambda: clock[0])
    said = []
    logger = logging.Logger("kg.test")
    handler = logging.StreamHandler()
    handler.addFilter(Seldom())
    handler.emit = lambda record: said.append(record.getMessage())
    logger.addHandler(handler)
    for n in range(2000):
        clock[0] += 0.02
        logger.warning("closed %s", n)
        logger.error("another kind")
    assert said == ["closed 0", "another kind"]
    clock[0] += 60
    logger.warning("closed %s", "again")
    assert said[2:] == ["closed again (1999 more since the last such line)"]


def test_there_are_never_more_connections_than_files_that_may_be_opened():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert connections.allowed(100, 4) == 100
    assert 2 * connections.allowed(10 * hard, 4) < hard
    code = "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (300, 300)); from kg.site.connections import allowed; allowed(9, 4)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "300 files here, which are too few" in found.stderr


@pytest.mark.slow
def test_a_thousand_silent_connections_stop_nothing_and_fill_no_log(tmp_path, monkeypatch):
    (tmp_path / "x.ttl").write_text("<urn:s> <urn:p> 1 .")
    limited = f"import os, resource as r, sys; r.setrlimit(r.RLIMIT_NOFILE, (1024, 1024)); os.execv({sys.executable!r}, sys.argv[1:])"
    real = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **named: real([sys.executable, "-c", limited, *command], **named)
    )
    server = serving(tmp_path, tmp_path / "x.ttl", "--workers", "2", "--no-log")
    monkeypatch.undo()
    held = []
    try:
        size = server.log.stat().st_size
        for _ in range(1050):
            held.append(socket.create_connection(("127.0.0.1", server.port), timeout=10))
        took = []
        for _ in range(20):
            start = time.monotonic()
            assert server.ask("/health").status == 200
            took.append(time.monotonic() - start)
        assert max(took) < 2
        assert server.log.stat().st_size - size < 1000
    finally:
        for one in held:
            one.close()
        assert stopped(server) == 0


# ---------------------------------------------------------------- whose turn it is


def in_turn(scenario):
    return asyncio.run(asyncio.wait_for(scenario(), 20))


async def taken(turns, *clients, long=False):
    """Tasks of clients that wait for their turn, in this order."""
    found = [asyncio.create_task(turns.take(Turn(client, long)), name=client) for client in clients]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return found


def test_the_client_who_has_had_the_least_time_comes_first():
    async def scenario():
        places = Turns(1, 10)
        first = Turn("greedy")
        await places.take(first)
        greedy = await taken(places, "greedy", "greedy", "greedy")
        (modest,) = await taken(places, "modest")
        places.give(first, 5.0)
        await asyncio.sleep(0.01)
        assert modest.done() and not any(task.done() for task in greedy)
        places.give(Turn("modest"), 0.1)
        await asyncio.sleep(0.01)
        assert [task.done() for task in greedy] == [True, False, False]
        for task in greedy:
            task.cancel()

    in_turn(scenario)


def test_long_questions_never_take_all_places_nor_one_client_all_of_theirs():
    async def scenario():
        places = Turns(4, 20)
        greedy = await taken(places, *["greedy"] * 5, long=True)
        assert sum(task.done() for task in greedy) == 2
        others = await taken(places, "other", "third", long=True)
        assert [task.done() for task in others] == [True, False]
        (short,) = await taken(places, "greedy")
        assert short.done(), "a short one finds a place"
        (late,) = await taken(places, "late")
        assert not late.done() and places.free == 0
        places.give(Turn("greedy", True), 30)
        await asyncio.sleep(0.01)
        assert late.done(), "a short one of who has had no time goes before a long one"
        places.give(Turn("late"), 0.1)
        await asyncio.sleep(0.01)
        assert others[1].done() and sum(task.done() for task in greedy) == 2
        for task in greedy + others:
            task.cancel()

    in_turn(scenario)


def test_there_is_room_to_wait_for_so_many_and_who_waits_with_most_gives_way():
    async def scenario():
        places = Turns(1, 3)
        now = Turn("greedy")
        await places.take(now)
        greedy = await taken(places, "greedy", "greedy", "greedy")
        with pytest.raises(Refused, match="busy: 3 questions wait already") as refused:
            await places.take(Turn("greedy"))
        assert refused.value.status == 503
        (modest,) = await taken(places, "modest")
        await asyncio.sleep(0.01)
        with pytest.raises(Refused):
            greedy[2].result()
        greedy[0].cancel()
        await asyncio.sleep(0.01)
        places.give(now, 1)
        await asyncio.sleep(0.01)
        assert modest.done() and places.waiting[False].keys() == {"greedy"}
        greedy[1].cancel()
        await asyncio.sleep(0.01)
        assert not places.waiting[False] and places.free == 0
        places.give(Turn("modest"), 1)
        assert places.free == 1, "no place is lost"

    in_turn(scenario)


def test_a_turn_that_comes_when_its_client_has_gone_is_not_lost():
    async def scenario():
        places = Turns(1, 3)
        now = Turn("now")
        await places.take(now)
        (waiting,) = await taken(places, "a")
        waiting.cancel()  # and before it knows
        places.give(now, 1)
        await asyncio.sleep(0.01)
        assert places.free == 1 and not places.waiting[False]
        await places.take(now)
        (waiting,) = await taken(places, "a")
        places.give(now, 1)
        waiting.cancel()  # after it was given, before it runs
        await asyncio.sleep(0.01)
        assert places.free == 1 and not places.waiting[False]

    in_turn(scenario)


def test_time_counts_less_the_longer_ago_it_was_and_few_clients_are_remembered(monkeypatch):
    async def scenario():
        places = Turns(1, 3)
        places.free = 0
        places.give(Turn("a"), 8.0)
        now = time.monotonic()
        assert places.time_of("a", now + turns.HALF) == pytest.approx(4, rel=0.01)
        monkeypatch.setattr(turns, "CLIENTS", 10)
        for n in range(100):
            places.give(Turn(str(n)), 0.001)
        assert len(places.had) <= 10 and "a" in places.had

    in_turn(scenario)


@pytest.mark.slow
def test_questions_without_end_do_not_keep_short_ones_waiting(tmp_path):
    """Nine clients that ask for ever, each time in other words, on four workers; and a queue that is full says so."""
    (tmp_path / "x.ttl").write_text("".join(f"<urn:s{n}> <urn:p{n % 7}> {n} .\n" for n in range(2000)))
    server = serving(tmp_path, tmp_path / "x.ttl", "--workers", "4", "--seconds", "5", "--no-log")
    over, said = threading.Event(), []

    def greedy():
        n = 0
        while not over.is_set():
            n += 1
            said.append(server.ask(query=FOREVER.replace("?n)", f"?n{n}x{threading.get_ident()})")).status)

    threads = [threading.Thread(target=greedy) for _ in range(9)]
    try:
        for thread in threads:
            thread.start()
        eventually(lambda: json.loads(server.ask("/health").body)["waiting"] >= 5)
        took = []
        for n in range(60):
            start = time.monotonic()
            assert server.ask(query=f"SELECT ?o {{ <urn:s{n}> ?p ?o }}").status == 200
            took.append(time.monotonic() - start)
        assert sorted(took)[30] < 0.5 and sorted(took)[58] < 2, sorted(took)
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
        assert stopped(server) == 0
    assert set(said) == {503}


@pytest.mark.slow
def test_a_server_that_is_full_says_when_to_ask_again(tmp_path):
    (tmp_path / "x.ttl").write_text("".join(f"<urn:s{n}> <urn:p{n % 7}> {n} .\n" for n in range(2000)))
    server = serving(tmp_path, tmp_path / "x.ttl", "--workers", "1", "--seconds", "20", "--no-log")
    held = []
    try:
        for n in range(140):
            query = urlencode({"query": FOREVER.replace("?n)", f"?n{n})")})
            held.append(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            held[-1].sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        found = []

        def refused():
            found.append(server.ask(query=FOREVER.replace("?n)", "?other)"), headers={"X": "1"}))
            return found[-1].status == 503 and "questions wait already" in found[-1].text

        assert refused() and found[-1].headers["Retry-After"] == "5"
        assert server.ask("/").status == 200
    finally:
        for one in held:
            one.close()
        assert stopped(server) == 0


@pytest.mark.slow
def test_who_lets_others_in_is_told_what_they_can_see(tmp_path):
    (tmp_path / "x.ttl").write_text("<urn:s> <urn:p> 1 .")
    server: Served = serving(tmp_path, tmp_path / "x.ttl", "--host", "0.0.0.0", "--workers", "1")
    try:
        text = server.log.read_text()
        assert "everyone who can reach port" in text and "all of the data at /sparql" in text
        link = server.ask(query="ASK {}", headers={"Host": "evil.example.org"}).headers["Link"]
        assert f"http://127.0.0.1:{server.port}/sparql" in link, "the address at which it was asked"
        assert os.getpid() and server.ask("/health").status == 200
    finally:
        assert stopped(server) == 0
