"""The server: the site, and over the same mechanisms a SPARQL endpoint, IRIs that resolve, and what can be embedded.

Nothing is computed here. A process of its own prepares the site and the data, and questions are answered in processes
that can be ended (``kg.sparql.pool``), so the server answers whatever they do. ``docs/serve.md`` says what is where.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from kg.site import addresses
from kg.site.connections import BACKLOG, HEAD, Connections, Seldom, allowed, bounded
from kg.site.endpoints import app
from kg.sparql.pool import Limits, Pool

CHANGES = 0.5  # seconds between two looks at the files that are watched
CODE = "from kg.site.prepare import main; main()"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Options:
    """How a server is run."""

    paths: tuple[str, ...] = ()
    url: str = ""  # the address that others see; without it, the one that they ask
    limits: Limits = Limits()
    ancestors: str = ""  # who may show pages in a frame, as in Content-Security-Policy; anybody if empty
    watch: bool = False
    log: bool = True
    hosts: tuple[str, ...] = ()  # names under which it is asked, beside its own
    connections: int = 1000  # at most, as far as the system lets it open as many files


@dataclass
class Edition:
    """What is served at one time: the site in a folder, the data in a pool, and what must be known of both."""

    folder: Path
    made: Mapping[str, Any]
    pool: Pool

    @property
    def mechanisms(self) -> list[dict[str, Any]]:
        return list(self.made["mechanisms"])

    def page(self, id: str) -> str:
        """The explorer of a mechanism, by its id; nothing if there is no such mechanism."""
        return next((f"{addresses.file_name(m['id'])}.html" for m in self.mechanisms if m["id"] == id), "")


class ServingFailed(Exception):
    """What stands in the way of serving, as complaints."""


class Server:
    """The state of a server: the edition that it serves, and what is wrong with the next one."""

    def __init__(self, options: Options, url: str, say: Callable[[str], None], host: str = "") -> None:
        self.options, self.url, self.say = options, url, say
        named = (host, urlsplit(url).hostname or "", *options.hosts)
        self.hosts = frozenset(name.strip("[]").lower() for name in (*LOOPBACK, *named) if name)
        self.connections = Connections(allowed(options.connections, options.limits.workers))
        self.prefix = urlsplit(options.url).path  # what a proxy takes away before it passes a request on
        self.edition: Edition
        self.stale: list[Path] = []  # of the edition before, from which a file may still be on its way
        self.complaint = ""

    async def open(self) -> Edition:
        """Prepare an edition. Raises ServingFailed with the complaints; then nothing of it is left."""
        folder = Path(tempfile.mkdtemp(prefix="kg-"))
        try:
            return await self._opened(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    async def _opened(self, folder: Path) -> Edition:
        site = folder / "site"
        site.mkdir()
        code = f"import sys; sys.path[:] = {sys.path!r}; {CODE}"
        pipe = subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdin=pipe, stdout=pipe, start_new_session=True
        )
        try:
            about = {"paths": self.options.paths, "folder": str(site), "url": self.url}
            said, _ = await process.communicate(json.dumps(about).encode() + b"\n")
        except BaseException:
            process.kill()
            raise
        made = json.loads(said or b'{"complaints": ["kg: the site could not be made; see above"]}')
        if "complaints" in made:
            raise ServingFailed("\n".join(made["complaints"]))
        try:
            pool = await Pool.of(made["load"], made["store"], folder / "socket", self.options.limits)
        except ValueError as error:
            raise ServingFailed(str(error)) from None
        return Edition(folder, made, pool)

    async def watch(self) -> None:
        """Serve a new edition whenever a file has changed; if it is wrong, keep the last good one and say so.

        Without ``--watch`` only when the process that holds the data has ended, such as for want of memory.
        """
        seen, pause = self._stamps(), CHANGES
        while True:
            await asyncio.sleep(pause)
            ended = self.edition.pool.process.returncode is not None
            stamps = self._stamps() if self.options.watch else seen
            if stamps == seen and not ended:
                continue
            seen = stamps
            reason = "the process that held the data has ended" if ended else "a file has changed"
            self.say(f"{reason}: preparing what there is now")
            try:
                edition = await self.open()
            except (ServingFailed, OSError) as failed:
                self.complaint = str(failed)
                self.say(f"{failed}\nthe last good data is still served")
                pause = min(2 * pause, 60) if ended else CHANGES
                continue
            before, self.edition, self.complaint, pause = self.edition, edition, "", CHANGES
            before.pool.retire()
            self.forget()
            self.stale.append(before.folder)
            self.say(f"serving what it says now: {edition.pool.quads} quads")

    def forget(self) -> None:
        """Take away the folders of earlier editions."""
        while self.stale:
            shutil.rmtree(self.stale.pop(), ignore_errors=True)

    def _stamps(self) -> list[tuple[str, int, int]]:
        """When each file that is served was changed last, and its size."""
        from kg import formats
        from kg.model import rdf_files

        files = [
            Path(path) if rdf_files.is_rdf(path) else _found(path) for path in self.options.paths
        ] or formats.seeds()
        stamps = []
        for file in files:
            with contextlib.suppress(OSError):
                about = file.stat()
                stamps.append((str(file), about.st_mtime_ns, about.st_size))
        return stamps


def _found(path: str) -> Path:
    from kg import formats
    from kg.model.diagnostics import InvalidMechanism

    try:
        return formats.find(path)
    except InvalidMechanism:  # it is gone: the next edition complains
        return Path(path)


# ---------------------------------------------------------------- a process


def run(options: Options, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; what is being answered then is answered first.

    Raises ServingFailed if the mechanisms or files are wrong, and OSError if the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # said to be TCP, so that asyncio sends at once what it is given: else each answer waits 40 ms for its head's receipt
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
        at = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        here, seen = f"http://{shown}:{at}", options.url.rstrip("/")
        try:
            server = Server(replace(options, url=seen), seen or here, say, host)
        except ValueError as error:
            raise ServingFailed(f"kg: {error}") from None

        async def serve() -> None:
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, asyncio.current_task().cancel)  # type: ignore
            server.edition = await server.open()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().remove_signal_handler(number)
                signal.signal(number, lambda *_: None)  # uvicorn raises it once more when it has stopped
            others = f", which others see as {seen}/," * bool(seen)
            say(f"serving {server.edition.pool.quads} quads at {here}/{others} until Ctrl-C")
            if not _is_loopback(host):
                say(PUBLIC.format(at=at, limits=options.limits))
            config = uvicorn.Config(
                app(server),
                http=bounded(server.connections),  # over h11, which refuses a head of more than 64 kB
                ws="none",
                lifespan="on",
                log_config=_logging(),
                access_log=options.log,
                server_header=False,
                timeout_keep_alive=int(HEAD),
                backlog=BACKLOG,
                timeout_graceful_shutdown=int(options.limits.seconds) + 5,
            )
            await uvicorn.Server(config).serve(sockets=[listener])

        with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(serve())


#: What who lets others in must know.
PUBLIC = """everyone who can reach port {at} of this machine can now, without a password and without encryption,
  read every page and download, and all of the data at /sparql, also those that no page shows;
  ask anything, each question for {limits.seconds:g} s and {limits.rows} rows at most, {limits.workers} at once
nobody can change anything. docs/serve.md says what to put before it"""


def _is_loopback(host: str) -> bool:
    """Whether only this machine can connect to an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _logging() -> dict[str, Any]:
    """An access log on stderr: when, who, what, and what came of it. Of other lines, one of each kind in a minute."""
    access = '%(asctime)s %(client_addr)s "%(request_line)s" %(status_code)s'
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "access": {"()": "uvicorn.logging.AccessFormatter", "fmt": access, "use_colors": False},
            "plain": {"format": "%(asctime)s %(message)s"},
        },
        "filters": {"seldom": {"()": Seldom}},
        "handlers": {
            "access": {"class": "logging.StreamHandler", "formatter": "access"},
            "plain": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["seldom"]},
        },
        "loggers": {
            "uvicorn.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
            **{
                name: {"handlers": ["plain"], "level": "WARNING", "propagate": False}
                for name in ("uvicorn.error", "asyncio", "kg.serve")
            },
        },
    }


def ancestors(text: str) -> str:
    """A list for frame-ancestors, if it is one; raises ValueError, since it becomes a header.

    >>> ancestors("'self' https://*.example.org:8443")
    "'self' https://*.example.org:8443"
    """
    one = r"'self'|'none'|\*|https?:|(?:https?://)?(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+|:\*)?"
    words: Sequence[str] = text.split()
    for word in words:
        if not re.fullmatch(one, word, re.ASCII):
            raise ValueError(f"{word!r} is not an origin: 'self', 'none', or such as https://example.org")
    return " ".join(words)
