"""Questions of many at once to one store: forks of the process that holds it, each with a limit of time and memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.sparql.engine import ROWS, SECONDS
from kg.sparql.protocol import Refused
from kg.sparql.turns import SHORT, Turn, Turns

CODE = "from kg.sparql.fork import hold; hold()"
WAITING = 64  # questions that may wait, for each worker
KNOWN = 1000  # long questions that are remembered, so that none of them begins as a short one again
NICE = 10  # how much less of the processor a long question gets


@dataclass(frozen=True)
class Limits:
    """What a question may take, and how many are answered at once."""

    seconds: float = SECONDS
    rows: int = ROWS
    workers: int = max(4, 2 * (os.cpu_count() or 1))

    @property
    def memory(self) -> int:
        """What a question may take beside the data, in bytes: all of them together three quarters of the machine."""
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4 // self.workers


@dataclass(eq=False)
class _Worker:
    """A fork, and the connection to it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pid: int

    def slow_down(self) -> None:
        """Leave the processor to others, if they want it; that cannot be undone."""
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self.pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICE))

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.writer.close()


@dataclass(eq=False)
class Pool:
    """A store in a process of its own, and forks of it that answer; one that is ended is replaced."""

    limits: Limits
    address: Path
    process: asyncio.subprocess.Process
    quads: int
    idle: list[_Worker] = field(default_factory=list)
    busy: set[_Worker] = field(default_factory=set)
    asked: int = 0  # questions that wait or are being answered
    retired: bool = False

    def __post_init__(self) -> None:
        self.turns = Turns(self.limits.workers, WAITING * self.limits.workers)
        self.long: dict[int, None] = {}  # hashes of questions that were no short ones, the newest last

    @classmethod
    async def of(cls, files: Sequence[tuple[str, str]], store: str, address: Path, limits: Limits) -> Pool:
        """Load files, each into the graph of its name, or open a store; raises ValueError if they cannot be read."""
        code = f"import sys; sys.path[:] = {sys.path!r}; {CODE}"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            code,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # so that Ctrl-C reaches the server alone, which then ends it
        )
        about: dict[str, Any] = {"address": str(address), "files": list(files), "store": store}
        about |= {"seconds": limits.seconds, "rows": limits.rows, "memory": limits.memory}
        assert process.stdin and process.stdout
        try:
            process.stdin.write(json.dumps(about).encode() + b"\n")
            said = json.loads(await process.stdout.readline() or b'{"error": "the process that loads it has ended"}')
        except BaseException:
            process.kill()
            raise
        if "error" in said:
            await process.wait()
            raise ValueError(said["error"])
        pool = cls(limits, address, process, said["quads"])
        pool.idle += [await pool._forked() for _ in range(limits.workers)]
        return pool

    async def ask(self, request: Mapping[str, Any], client: str = "") -> tuple[dict[str, Any], bytes]:
        """The reply to a request of a client, as ``kg.sparql.fork`` makes it.

        Raises Refused if too many wait, if no worker is free in time, if it takes too long, or if the worker breaks off.
        A caller who gives up, by cancelling, ends the worker as well.
        """
        self.asked += 1
        try:
            reply = await self._in_turn(Turn(client, _hash(request) in self.long), request)
            if reply is None:
                reply = await self._in_turn(Turn(client, True), request)
                assert reply, "a long question is not broken off"
            return reply
        finally:
            self.asked -= 1
            self._ended_if_retired()

    async def _in_turn(self, turn: Turn, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes] | None:
        """The reply, once it is this question's turn; None if it was broken off, since it is a long one."""
        try:
            async with asyncio.timeout(self.limits.seconds):
                await self.turns.take(turn)
        except TimeoutError:
            raise Refused(503, "busy: other questions use all of the time; ask again later") from None
        start = time.monotonic()
        try:
            return await self._answered(turn, request)
        finally:
            took = time.monotonic() - start
            self._remember(_hash(request), took > SHORT)
            self.turns.give(turn, took)

    def _remember(self, question: int, long: bool) -> None:
        self.long.pop(question, None)
        if long:
            self.long[question] = None
            if len(self.long) > KNOWN:
                del self.long[next(iter(self.long))]

    async def _answered(self, turn: Turn, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes] | None:
        worker = self.idle.pop() if self.idle and not turn.long else await self._forked()
        overdue = None
        if turn.long:
            worker.slow_down()
        else:
            overdue = asyncio.get_running_loop().call_later(SHORT, self._overdue, turn, worker)
        self.busy.add(worker)
        try:
            reply = await self._reply(worker, request)
        except BaseException as error:
            worker.end()
            if turn.broken_off and isinstance(error, Refused):
                return None
            raise
        finally:
            self.busy.discard(worker)
            if overdue:
                overdue.cancel()
        if turn.long:
            worker.end()
        else:
            self.idle.append(worker)
        return reply

    def _overdue(self, turn: Turn, worker: _Worker) -> None:
        """What is no short question goes on as a long one, or is broken off."""
        if self.turns.goes_on(turn):
            worker.slow_down()
        else:
            turn.broken_off = True
            worker.end()

    async def _forked(self) -> _Worker:
        try:
            reader, writer = await asyncio.open_unix_connection(self.address)
            return _Worker(reader, writer, int(await reader.readline()))
        except (OSError, ValueError):
            raise Refused(503, "no process is free: ask again later") from None

    async def _reply(self, worker: _Worker, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        start, seconds = time.monotonic(), self.limits.seconds
        try:
            async with asyncio.timeout(seconds + 1):  # the worker ends itself, unless it is stopped
                worker.writer.write(json.dumps(request).encode() + b"\n")
                about = json.loads(await worker.reader.readline() or b"{}")
                return about, await worker.reader.readexactly(about["bytes"])
        except (OSError, KeyError, TimeoutError, asyncio.IncompleteReadError):
            if time.monotonic() - start >= seconds:
                message = f"time-limit: it took longer than {seconds:g} s and was stopped; make it narrower"
                raise Refused(503, message) from None
            message = "engine-ended: the query probably is nested too deeply, is too long, or needs too much memory"
            raise Refused(400, message) from None

    def retire(self) -> None:
        """End all as soon as nobody waits for an answer any more."""
        self.retired = True
        self._ended_if_retired()

    def _ended_if_retired(self) -> None:
        if self.retired and not self.asked:
            self.end()

    def end(self) -> None:
        """End all processes, whatever they are doing."""
        while self.idle:
            self.idle.pop().end()
        for worker in self.busy:
            worker.end()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.address.unlink(missing_ok=True)

    async def closed(self) -> None:
        """End all processes, and wait until they have ended."""
        self.end()
        await self.process.communicate()


def _hash(request: Mapping[str, Any]) -> int:
    """The same number for the same question to the same graphs."""
    return hash((request["query"], *request["default"], "", *request["named"]))
