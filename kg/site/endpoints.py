"""What a server answers to each path of the table in ``paths``: it looks up, asks the pool, and computes nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ipaddress
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import kg
from kg.model import vocabulary
from kg.site import addresses, described
from kg.site.paths import PATHS, openapi
from kg.sparql import NoAnswer, questions
from kg.sparql.library import text_of
from kg.sparql.protocol import GRAPHS, LONGEST, ROWS, Operation, Refused, encoded, operation, ranked

if TYPE_CHECKING:
    from kg.site.server import Edition, Server

#: What a query may not be answered from an earlier answer for: it gives another result each time.
VOLATILE = re.compile(r"\b(now|rand|uuid|struuid)\b", re.IGNORECASE)
NO_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\\ufffd]')
HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::\d{1,5})?", re.ASCII)
#: The endings of the files of a mechanism, and of what its runs derive, by media type.
WHOLE = {
    "text/turtle": ".ttl",
    "application/ld+json": ".jsonld",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
}


def app(server: Server) -> Starlette:
    """The server, which has an edition, as an ASGI application; with it ends what the server has started."""

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        watching = [asyncio.create_task(one) for one in (server.watch(), server.connections.watch())]
        yield
        for one in watching:
            one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await one
        await server.edition.pool.closed()
        server.stale.append(server.edition.folder)
        server.forget()

    answers = {
        "sparql": _sparql,
        "id": _id,
        "about": _about,
        "embed": _embed,
        "oembed": _oembed,
        "health": _health,
        "openapi": _openapi,
        "file": _file,
    }
    routes = []
    for path in PATHS:
        methods = ["GET", "POST"] if path.posted else ["GET"]
        for route in (path.route, f"{path.route}/") if path.posted else (path.route,):
            routes.append(Route(route, answers[path.name](server), methods=methods))
    routes.append(Route("/", answers["file"](server)))

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        headers = {"Retry-After": "5"} if error.status == 503 and error.reason.startswith("busy") else {}
        return PlainTextResponse(error.reason + "\n", error.status, headers)

    async def failed(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        reasons = {404: "there is no such page", 405: "this address is read-only: use GET, HEAD, or POST with a query"}
        return PlainTextResponse(
            reasons.get(error.status_code, error.detail) + "\n", error.status_code, dict(error.headers or {})
        )

    return Starlette(
        routes=routes,
        middleware=_middleware(server),
        lifespan=life,
        exception_handlers={Refused: refused, HTTPException: failed},
    )


def _middleware(server: Server) -> list[Middleware]:
    """Other origins may read what is public. What is being written is not: only who asks here by name may read it."""
    if server.options.watch:
        return [Middleware(_OwnNames, server=server)]
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
            allow_headers=["*"],
            expose_headers=["ETag", "Link", "Location", "X-SPARQL-MaxRows", "X-SPARQL-Limits"],
            max_age=86400,
        )
    ]


class _OwnNames:
    """Refuse requests under a name that is not this server's: a page that made its own name lead here may not read."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self.app, self.server = app, server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _own(self.server, Request(scope)):
            name = "this server does not answer under this name: kg serve --allow-host NAME"
            await PlainTextResponse(f"{name}\n", 421)(scope, receive, send)
            return
        await self.app(scope, receive, send)


Endpoint = Callable[[Request], Awaitable[Response]]


def _own(server: Server, request: Request) -> str:
    """The name and port under which this server was asked, if it is one of its own; else nothing."""
    host = request.headers.get("host", "")
    found = HOST.fullmatch(host)
    here = request.scope.get("server") or ("", None)
    return host if found and found[1].strip("[]").lower() in {*server.hosts, here[0]} else ""


def _base(server: Server, request: Request) -> str:
    """The address of this server as others see it, without a slash at its end.

    A name that is not allowed is not repeated: then it is the address at which the connection came in.
    """
    if server.options.url:
        return server.url
    name = _own(server, request)
    if not name:
        host, port = request.scope.get("server") or ("", None)
        if not port:
            return server.url
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"{request.url.scheme}://{name}"


def _client(request: Request) -> str:
    """Who asks, as far as turns are taken: an address, of IPv6 the network of a customer."""
    host = request.client.host if request.client else ""
    with contextlib.suppress(ValueError):  # a proxy may say what is not an address
        address = ipaddress.ip_address(host)
        if isinstance(address, ipaddress.IPv6Address):
            return str(address.ipv4_mapped or ipaddress.ip_network((int(address), 64), strict=False))
    return host


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
    said, body = await _unless_gone(request, edition.pool.ask(asking, _client(request)))
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
    message = f"a request of more than {LONGEST >> 20} MB is too long for a question"
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
            raise Refused(400, "the client has disconnected")
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
            raise Refused(404, "this is not an IRI")
        edition, accept = server.edition, ", ".join(request.headers.getlist("accept"))
        data = await _data(server, request, path, asked)
        if data is None:
            raise Refused(404, f"{vocabulary.BASE}{path} names nothing that is served here")
        page = _page(edition, path, asked)
        offered = [*["text/html"] * bool(page), *data]
        wanted = ranked(accept, offered) or (offered if "text/html" in ranked(accept, ["text/html"]) else [])
        if not wanted:
            raise Refused(406, f"this is available as {', '.join(offered)}")
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
    said, body = await _unless_gone(request, server.edition.pool.ask(asking, _client(request)))
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
            raise Refused(400, "format is json or xml")
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
                "waiting": edition.pool.asked - len(edition.pool.busy),
                "connections": len(server.connections.open),
                "workers": limits.workers,
                "seconds": limits.seconds,
                "rows": limits.rows,
                "complaint": server.complaint,
            },
            headers={"Cache-Control": "no-store"},
        )

    return endpoint


def _openapi(server: Server) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        ids = [str(one["id"]) for one in server.edition.mechanisms]
        return JSONResponse(openapi(_base(server, request), min(ids, default="")))

    return endpoint


def _file(server: Server) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        edition, path = server.edition, request.path_params.get("path", "")
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
