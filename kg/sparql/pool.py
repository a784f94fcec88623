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

CODE = "from kg.sparql.fork import hold; hold()"


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
        self.free = asyncio.Semaphore(self.limits.workers)

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

    async def ask(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The reply to a request, as ``kg.sparql.fork`` makes it.

        Raises Refused if no worker is free in time, if it takes too long, or if the worker breaks off. A caller who
        gives up, by cancelling, ends the worker as well.
        """
        self.asked += 1
        try:
            async with asyncio.timeout(self.limits.seconds):
                await self.free.acquire()
            try:
                return await self._answered(request)
            finally:
                self.free.release()
        except TimeoutError:
            raise Refused(503, "busy: other questions take all the time there is; ask again later") from None
        finally:
            self.asked -= 1
            self._ended_if_retired()

    async def _answered(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        worker = self.idle.pop() if self.idle else await self._forked()
        self.busy.add(worker)
        try:
            reply = await self._reply(worker, request)
        except BaseException:
            worker.end()
            raise
        finally:
            self.busy.discard(worker)
        self.idle.append(worker)
        return reply

    async def _forked(self) -> _Worker:
        try:
            reader, writer = await asyncio.open_unix_connection(self.address)
            return _Worker(reader, writer, int(await reader.readline()))
        except (OSError, ValueError):
            raise Refused(503, "no process can be had for it: ask again later") from None

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
