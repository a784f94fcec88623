"""Connections to the server: how many there are at once, how long each may be silent, and what is logged about them.

uvicorn, which speaks HTTP, closes a silent connection only after its first answer. Here every connection has a time limit
for each head, and for reading what it asked for. Where all connections are in use, the one that has been silent longest
makes room, so that those who say nothing keep nobody out.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 15.0  # seconds for the head of a request, from the start of a connection or the answer before
READING = 30.0  # seconds in which a client must read PROGRESS bytes of what waits for it
PROGRESS = 16_384
SWEEP = 1.0  # seconds between two looks at all connections
BACKLOG = 256  # connections that the kernel keeps for us, and that are taken at once
FILES = 128  # files that are open beside connections and what they are sent: workers, pipes, modules
MINUTE = 60.0
BUSY = b"busy: all connections are in use; ask again in a while\n"
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(BUSY), BUSY)
)

log = logging.getLogger("kg.serve")


class Connections:
    """All connections of a server, of which there are at most ``most``."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.open: set[Connection] = set()
        self.silent: dict[Connection, float] = {}  # those without a request, oldest first, since when

    def opened(self, one: Connection) -> None:
        if len(self.open) >= self.most:
            if not self.silent:
                log.warning("refused a connection: all are in use, and each is being answered")
                one.transport.write(FULL)
                one.transport.close()
                return
            log.warning("closed the connection that was silent longest: all are in use")
            self.close(next(iter(self.silent)))
        self.open.add(one)
        self.silent[one] = time.monotonic()

    def close(self, one: Connection) -> None:
        self.closed(one)
        one.transport.abort()

    def closed(self, one: Connection) -> None:
        self.open.discard(one)
        self.silent.pop(one, None)

    def asked(self, one: Connection) -> None:
        """A request has come, or the answer to the last one is complete."""
        if one not in self.open:
            return
        if one.answering:
            self.silent.pop(one, None)
        else:
            self.silent.setdefault(one, time.monotonic())

    async def watch(self) -> None:
        """Close, again and again, the connections whose time is over."""
        while True:
            await asyncio.sleep(SWEEP)
            now = time.monotonic()
            for one in [one for one, since in self.silent.items() if now - since > HEAD]:
                if not one.left:  # else it still reads its last answer
                    log.warning("closed a connection: no request came within %g s", HEAD)
                    self.close(one)
            for one in [one for one in self.open if one.stalled(now)]:
                log.warning("closed a connection: it read less than %d kB in %g s", PROGRESS // 1024, READING)
                self.close(one)


class Connection(H11Protocol):
    """A connection that says to ``connections`` what becomes of it."""

    counted: Connections  # set by bounded(); uvicorn makes the connections

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.mark, self.moved = 0, 0.0  # bytes that waited to be read, and since when no progress has been made

    @property
    def answering(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def left(self) -> int:
        """Bytes that the client has not taken yet."""
        return self.transport.get_write_buffer_size()

    def stalled(self, now: float) -> bool:
        """Whether the client does not read what waits for it."""
        left = self.left
        if not left or not self.moved or left <= self.mark - PROGRESS:
            self.mark, self.moved = left, now
        return bool(left) and now - self.moved > READING

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.counted.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.counted.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.counted.asked(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.counted.asked(self)

    def resume_writing(self) -> None:
        self.moved = 0.0  # it has read enough to be sent more
        super().resume_writing()


def bounded(connections: Connections) -> type[Connection]:
    """The class of connections that uvicorn makes, which are counted in ``connections``."""
    return type("Bounded", (Connection,), {"counted": connections})


def allowed(wanted: int, workers: int) -> int:
    """How many connections there may be, if so many are wanted: each takes two open files, since it may be sent one.

    The process may open as many files from now on as the system lets it. Raises ValueError if these are too few.
    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 2 * wanted + BACKLOG + FILES + 2 * workers
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(ValueError, OSError):  # macOS has a lower limit than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    found = wanted if soft == resource.RLIM_INFINITY else min(wanted, (soft - BACKLOG - FILES - 2 * workers) // 2)
    if found < 1:
        raise ValueError(f"a process may open {soft} files here, which are too few: see `ulimit -n`")
    return found


class Seldom(logging.Filter):
    """One line of each kind in a minute; the next line of a kind says how many there were in between.

    >>> import logging
    >>> record = logging.LogRecord("kg", logging.WARNING, "", 0, "closed %s", ("it",), None)
    >>> seldom = Seldom()
    >>> seldom.filter(record), seldom.filter(record)
    (True, False)
    """

    KINDS = 100  # that are remembered

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        kind, now = (record.msg.partition("\n")[0], fault), time.monotonic()
        since, more = self.seen.get(kind, (-MINUTE, 0))
        if now - since < MINUTE:
            self.seen[kind] = (since, more + 1)
            return False
        if more:
            record.msg = f"{record.msg.rstrip()} ({more} more since the last such line)"
        if len(self.seen) >= self.KINDS:
            self.seen.clear()
        self.seen[kind] = (now, 0)
        return True
