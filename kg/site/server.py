"""The server: the site, and over the same mechanisms a SPARQL endpoint, IRIs that resolve, and what can be embedded.

Nothing is computed here. A process of its own prepares the site and the data, and questions are answered in processes
that can be ended (``kg.sparql.pool``), so the server answers whatever they do. ``docs/serve.md`` says what is where.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

import kg
from kg.model import vocabulary
from kg.site import addresses, described
from kg.sparql import NoAnswer, questions
from kg.sparql.library import text_of
from kg.sparql.pool import Limits, Pool
from kg.sparql.protocol import GRAPHS, LONGEST, ROWS, Operation, Refused, encoded, operation, ranked

CHANGES = 0.5  # seconds between two looks at the files that are watched
CODE = "from kg.site.prepare import main; main()"
#: What a query may not be answered from an earlier answer for: it gives another result each time.
VOLATILE = re.compile(r"\b(now|rand|uuid|struuid)\b", re.IGNORECASE)
NO_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\\ufffd]')
#: The endings of the files of a mechanism, and of what its runs derive, by media type.
WHOLE = {
    "text/turtle": ".ttl",
    "application/ld+json": ".jsonld",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
}


@dataclass(frozen=True)
class Options:
    """How a server is run."""

    paths: tuple[str, ...] = ()
    url: str = ""  # the address that others see; without it, the one that they ask
    limits: Limits = Limits()
    ancestors: str = ""  # who may show pages in a frame, as in Content-Security-Policy; anybody if empty
    watch: bool = False
    log: bool = True


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

    def __init__(self, options: Options, url: str, say: Callable[[str], None]) -> None:
        self.options, self.url, self.say = options, url, say
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


# ---------------------------------------------------------------- what is asked for


def app(server: Server) -> Starlette:
    """The server, which has an edition, as an ASGI application; with it ends what the server has started."""

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(server.watch())
        yield
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await server.edition.pool.closed()
        server.stale.append(server.edition.folder)
        server.forget()

    routes = [
        *(Route(path, _sparql(server), methods=["GET", "POST"]) for path in ("/sparql", "/sparql/")),
        Route("/id", _id(server)),
        Route("/id/{path:path}", _id(server)),
        Route("/data/{path:path}", _about(server)),
        Route("/embed/{id:path}", _embed(server)),
        Route("/oembed", _oembed(server)),
        Route("/health", _health(server)),
        Route("/{path:path}", _file(server)),
    ]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=["ETag", "Link", "Location", "X-SPARQL-MaxRows", "X-SPARQL-Limits"],
        max_age=86400,
    )

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        headers = {"Retry-After": "5"} if error.status == 503 and error.reason.startswith("busy") else {}
        return PlainTextResponse(error.reason + "\n", error.status, headers)

    async def failed(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        reasons = {404: "there is no such page", 405: "this address is only read: GET, HEAD, and POST of a query"}
        return PlainTextResponse(
            reasons.get(error.status_code, error.detail) + "\n", error.status_code, dict(error.headers or {})
        )

    return Starlette(
        routes=routes,
        middleware=[cors],
        lifespan=life,
        exception_handlers={Refused: refused, HTTPException: failed},
    )


Endpoint = Callable[[Request], Any]


def _base(server: Server, request: Request) -> str:
    """The address of this server as others see it, without a slash at its end."""
    if server.options.url:
        return server.url
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}" if re.fullmatch(r"[\w.:\[\]-]{1,255}", host, re.ASCII) else server.url


def _sparql(server: Server) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = await _body(request, server.options.limits.seconds) if request.method == "POST" else b""
        address: bytes = request.scope["query_string"]
        asked = operation(request.method, address, request.headers, body)
        accept, url = ", ".join(request.headers.getlist("accept")), f"{_base(server, request)}/sparql"
        if asked is None:
            wanted = ranked(accept, (*GRAPHS, "text/html"))
            if wanted[:1] == ["text/html"] and "query.html" in server.edition.made["site"]:
                return RedirectResponse(f"{server.prefix}/query.html", 303, {"Vary": "Accept"})
            asked = Operation(described.service(url, server.options.limits))
        return await _answered(server, request, asked, accept, url)

    return endpoint


async def _answered(server: Server, request: Request, asked: Operation, accept: str, url: str) -> Response:
    """The answer to a query, or that it is the one that is known already."""
    edition, limits = server.edition, server.options.limits
    media = ranked(accept, (*ROWS, *GRAPHS))
    packed = encoded(request.headers.get("accept-encoding", ""))
    headers = {
        "Vary": "Accept, Accept-Encoding",
        "X-SPARQL-Limits": f"seconds={limits.seconds:g}, rows={limits.rows}",
        "Link": f'<{url}>; rel="describedby"',
        "X-Content-Type-Options": "nosniff",
    }
    if VOLATILE.search(asked.query):
        headers["Cache-Control"] = "no-store"
    else:
        about = json.dumps([edition.made["digest"], *asked, media, limits.rows, url])
        headers["ETag"] = f'W/"{hashlib.sha256(about.encode("utf-8", "replace")).hexdigest()[:32]}"'
        headers["Cache-Control"] = "no-cache"
        if request.method in ("GET", "HEAD") and _known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
    asking = {
        "query": asked.query,
        "default": asked.default,
        "named": asked.named,
        "media": media,
        "base": url,
        "gzip": packed,
    }
    said, body = await _unless_gone(request, edition.pool.ask(asking))
    if said["status"] != 200:
        raise Refused(said["status"], body.decode("utf-8", "replace"))
    if said["gzip"]:
        headers["Content-Encoding"] = "gzip"
    if said["cut"]:
        headers["X-SPARQL-MaxRows"] = str(limits.rows)
    text = "; charset=utf-8" if said["media"].startswith("text/") else ""
    return Response(body, media_type=said["media"] + text, headers=headers)


async def _body(request: Request, seconds: float) -> bytes:
    """The body of a request, if it comes in as much time as its answer may take, and is no longer than a question."""
    message = f"a request of more than {LONGEST >> 20} MB is no question"
    if int(request.headers.get("content-length", "0") or 0) > LONGEST:
        raise Refused(413, message)
    parts, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                parts.append(part)
                size += len(part)
                if size > LONGEST:
                    raise Refused(413, message)
    except TimeoutError:
        raise Refused(408, f"the query did not arrive within {seconds:g} s") from None
    except ClientDisconnect:
        raise Refused(400, "the connection ended within the query") from None
    return b"".join(parts)


async def _unless_gone(request: Request, answer: Any) -> Any:
    """Wait for an answer, and give it up, which ends its worker, as soon as the client has gone."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    tasks = [asyncio.ensure_future(answer), asyncio.ensure_future(gone())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not tasks[0].done():
            raise Refused(400, "the client has gone")
        return tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _known(request: Request, tag: str) -> bool:
    """Whether a client has this already (RFC 9110, 13.1.2)."""
    given = request.headers.get("if-none-match", "").split(",")
    return tag.removeprefix("W/") in [one.strip().removeprefix("W/") for one in given]


def _id(server: Server) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        path = _below(request, "/id")
        asked = request.scope["query_string"].decode("ascii", "replace")
        if NO_IRI.search(path + asked):
            raise Refused(404, "that is no IRI")
        edition, accept = server.edition, ", ".join(request.headers.getlist("accept"))
        data = await _data(server, request, path, asked)
        if data is None:
            raise Refused(404, f"{vocabulary.BASE}{path} names nothing that is served here")
        page = _page(edition, path, asked)
        offered = [*["text/html"] * bool(page), *data]
        wanted = ranked(accept, offered) or (offered if "text/html" in ranked(accept, ["text/html"]) else [])
        if not wanted:
            raise Refused(406, f"this can be had as {', '.join(offered)}")
        place = f"/{page}" if wanted[0] == "text/html" else data[wanted[0]]
        return RedirectResponse(server.prefix + place, 303, {"Vary": "Accept"})

    return endpoint


def _below(request: Request, start: str) -> str:
    """What follows in the address of a request, as it was sent, so that it is what follows the base of an IRI."""
    raw: bytes = request.scope["raw_path"]
    return raw.decode("ascii", "replace").partition("?")[0].removeprefix(start).removeprefix("/")


def _about(server: Server) -> Endpoint:
    """What the data say of an IRI of ours, with prefixes, and with what a reader of it needs beside."""

    async def endpoint(request: Request) -> Response:
        path = _below(request, "/data")
        if NO_IRI.search(path) or not await _there(server, request, f"{vocabulary.BASE}{path}"):
            raise Refused(404, f"{vocabulary.BASE}{path} names nothing that is served here")
        accept, url = ", ".join(request.headers.getlist("accept")), f"{_base(server, request)}/sparql"
        return await _answered(server, request, Operation(described.part(path)), accept, url)

    return endpoint


def _page(edition: Edition, path: str, asked: str) -> str:
    """The page that shows what an IRI names, with its fragment; nothing if there is none."""
    page = addresses.where(path)
    if asked and path.endswith("/run"):
        pairs = [(key, value.replace(":", "=", 1)) for key, value in parse_qsl(asked)]
        page = page.partition("#")[0] + "#tab=runs" + "".join(f"&{key}={quote(value, safe='')}" for key, value in pairs)
    return page if page.partition("#")[0] in edition.made["site"] else ""


async def _data(server: Server, request: Request, path: str, asked: str) -> dict[str, str] | None:
    """Where the data about an IRI are, by media type; nothing if it names nothing here."""
    edition = server.edition
    site, terms = edition.made["site"], edition.made["terms"]
    if not path:
        found = {"text/turtle": "/void.ttl"} if "void.ttl" in site else {}
        return found or dict.fromkeys(GRAPHS, "/sparql")
    data = dict.fromkeys(GRAPHS, f"/data/{path}")
    if path in terms or path in ("vocab", "term", "shapes", "np", "void"):
        name = terms.get(path) or next((n for rest, n in terms.items() if rest.startswith(f"{path}/")), "")
        own = {"application/trig" if name.endswith(".trig") else "text/turtle": f"/{name}"} if name else None
        known = own and not asked and await _there(server, request, f"{vocabulary.BASE}{path}")
        return {**data, **own} if own and known else own
    before, answer, question = path.rpartition("answer/")
    if answer and (not before or before.endswith("/")):
        return _question(edition, before.rstrip("/"), question, asked)
    first, _, rest = path.partition("/")
    if asked and rest != "run":
        return None
    iri = f"{vocabulary.BASE}{path}"
    if not await _there(server, request, iri):
        return None
    if asked:
        return {}  # a run that nobody has declared is computed by the page, and is in no file
    files = {kind: f"/{first}{'.run' * bool(rest)}{ending}" for kind, ending in WHOLE.items()}
    files = {kind: file for kind, file in files.items() if rest in ("", "run") and file[1:] in site}
    return {**data, **files}


def _question(edition: Edition, mechanism: str, name: str, asked: str) -> dict[str, str] | None:
    """Where a question is answered, as its IRI says: about one mechanism, with parameters, or about all."""
    if name not in questions() or (mechanism and not edition.page(mechanism)):
        return None
    try:
        text, _, _ = text_of(name, dict(parse_qsl(asked)))
    except NoAnswer:
        return None
    graphs = [f"{vocabulary.BASE}{mechanism}", f"{vocabulary.BASE}{mechanism}/run"] if mechanism else []
    where = "".join(f"&default-graph-uri={quote(one, safe='')}&named-graph-uri={quote(one, safe='')}" for one in graphs)
    kinds = GRAPHS if questions()[name].makes_a_graph else tuple(ROWS)
    return dict.fromkeys(kinds, f"/sparql?query={quote(text, safe='')}{where}")


async def _there(server: Server, request: Request, iri: str) -> bool:
    """Whether the data say anything of an IRI."""
    query = f"ASK {{ {{ <{iri}> ?p ?o }} UNION {{ GRAPH <{iri}> {{ ?s ?p ?o }} }} }}"
    asking = {"query": query, "default": (), "named": (), "media": ["application/json"], "base": iri, "gzip": False}
    said, body = await _unless_gone(request, server.edition.pool.ask(asking))
    return said["status"] == 200 and bool(json.loads(body)["boolean"])


def _embed(server: Server) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        page = server.edition.page(request.path_params["id"])
        if not page:
            raise Refused(404, "there is no such mechanism here")
        theme = request.query_params.get("theme", "")
        look = f"&theme={theme}" if theme in ("light", "dark") else ""
        return RedirectResponse(f"{server.prefix}/{quote(page)}?embed=1{look}", 307, _framing(server))

    return endpoint


def _oembed(server: Server) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        asked, base = request.query_params, _base(server, request)
        form = asked.get("format", "json")
        if form not in ("json", "xml"):
            raise Refused(501, "format is json or xml")
        about = _embedded(server, base, asked.get("url", ""))
        if about is None:
            raise Refused(404, "url is the address of a mechanism on this server")
        size = {}
        for name, key, usual in (("width", "maxwidth", 1100), ("height", "maxheight", 560)):
            given = asked.get(key, str(usual))
            if not re.fullmatch(r"[1-9][0-9]{0,5}", given, re.ASCII):
                raise Refused(400, f"{key} is a number of pixels")
            size[name] = min(usual, int(given))
        page = f"{base}/embed/{quote(about['id'])}"
        strip = " · ".join(about["caveats"])
        frame = (
            f'<iframe src="{escape(page)}" title="{escape(about["title"])}" width="{size["width"]}" '
            f'height="{size["height"]}" loading="lazy" sandbox="allow-scripts allow-popups" '
            f'style="border:1px solid #999;max-width:100%"></iframe><p><small>{escape(strip)}</small></p>'
        )
        said = {
            "type": "rich",
            "version": "1.0",
            "title": about["title"],
            "provider_name": "kg",
            "provider_url": f"{base}/",
            "cache_age": 3600,
            **size,
            "html": frame,
        }
        if form == "json":
            return JSONResponse(said)
        lines = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in said.items())
        head = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
        return Response(f"{head}<oembed>{lines}</oembed>\n", media_type="text/xml")

    return endpoint


def _embedded(server: Server, base: str, url: str) -> dict[str, Any] | None:
    """The mechanism whose page, on this server, an address is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if f"{parts.scheme}://{parts.netloc}" not in [one.removesuffix(server.prefix) for one in (base, server.url)]:
        return None
    for one in server.edition.mechanisms:
        name = quote(addresses.file_name(one["id"]))
        if parts.path.removeprefix(server.prefix) in (
            f"/{name}.html",
            f"/{name}/",
            f"/{name}/index.html",
            f"/embed/{name}",
            f"/id/{name}",
        ):
            return one
    return None


def _framing(server: Server) -> dict[str, str]:
    """Who may show a page in a frame."""
    given = server.options.ancestors
    return {"Content-Security-Policy": f"frame-ancestors {given}"} if given else {}


def _health(server: Server) -> Endpoint:
    async def endpoint(_: Request) -> Response:
        edition, limits = server.edition, server.options.limits
        return JSONResponse(
            {
                "status": "the last good data is served" if server.complaint else "ok",
                "version": kg.__version__,
                "mechanisms": {one["id"]: one["version"] for one in edition.mechanisms},
                "quads": edition.pool.quads,
                "data": f"sha256:{edition.made['digest']}",
                "busy": len(edition.pool.busy),
                "workers": limits.workers,
                "seconds": limits.seconds,
                "rows": limits.rows,
                "complaint": server.complaint,
            },
            headers={"Cache-Control": "no-store"},
        )

    return endpoint


def _file(server: Server) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        edition, path = server.edition, request.path_params["path"]
        site = edition.made["site"]
        name = f"{path}index.html" if not path or path.endswith("/") else path
        about = site.get(name)
        if about is None:
            if f"{path}/index.html" in site:
                return RedirectResponse(f"{server.prefix}/{quote(path)}/", 308)
            raise HTTPException(404)
        packed = about["packed"] and encoded(request.headers.get("accept-encoding", ""))
        headers = {
            "ETag": f'"{about["tag"]}{"-gzip" * packed}"',
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            **({"Vary": "Accept-Encoding"} if about["packed"] else {}),
            **(_framing(server) if name.endswith(".html") else {}),
        }
        own = next((m for m in edition.mechanisms if name == edition.page(m["id"])), None)
        if own:
            base = _base(server, request)
            at = f"{base}/oembed?url={quote(f'{base}/{name}', safe='')}"
            headers["Link"] = (
                f'<{at}&format=json>; rel="alternate"; type="application/json+oembed", '
                f'<{at}&format=xml>; rel="alternate"; type="text/xml+oembed"'
            )
        if _known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        file = edition.folder / "site" / (name + ".gz" * packed)
        return FileResponse(file, media_type=about["media"], headers=headers)

    return endpoint


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
        server = Server(replace(options, url=seen), seen or here, say)

        async def serve() -> None:
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, asyncio.current_task().cancel)  # type: ignore
            server.edition = await server.open()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().remove_signal_handler(number)
                signal.signal(number, lambda *_: None)  # uvicorn raises it once more when it has stopped
            others = f", which others see as {seen}/," * bool(seen)
            say(f"serving {server.edition.pool.quads} quads at {here}/{others} until Ctrl-C")
            config = uvicorn.Config(
                app(server),
                http="h11",  # it refuses a head of more than 64 kB
                ws="none",
                lifespan="on",
                log_config=_logging(),
                access_log=options.log,
                server_header=False,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=int(options.limits.seconds) + 5,
            )
            await uvicorn.Server(config).serve(sockets=[listener])

        with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(serve())


def _logging() -> dict[str, Any]:
    """An access log on stderr: when, who, what, and what came of it."""
    access = '%(asctime)s %(client_addr)s "%(request_line)s" %(status_code)s'
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "access": {"()": "uvicorn.logging.AccessFormatter", "fmt": access, "use_colors": False},
            "plain": {"format": "%(asctime)s %(message)s"},
        },
        "handlers": {
            "access": {"class": "logging.StreamHandler", "formatter": "access"},
            "plain": {"class": "logging.StreamHandler", "formatter": "plain"},
        },
        "loggers": {
            "uvicorn.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
            "uvicorn.error": {"handlers": ["plain"], "level": "WARNING", "propagate": False},
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
            raise ValueError(f"{word!r} is no origin: 'self', 'none', or such as https://example.org")
    return " ".join(words)
