"""Graphs sent to a store elsewhere by the SPARQL 1.1 Graph Store Protocol, so that a run that broke off can be resumed.

https://www.w3.org/TR/sparql11-http-rdf-update/. What the store has already is asked for and not sent again; what it has
and should not have makes the graph be replaced; in the end it must have what we have. What needs several requests goes
into a temporary graph, which the store then moves at once, if it knows SPARQL Update. Graphs are compared as ordered
lines on disk, so memory does not grow with them.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

from kg.model import files, rdf_files, vocabulary
from kg.reasoning.merge import ALL
from kg.reasoning.merge import merge as merged
from kg.sparql.query import NoAnswer
from kg.sparql.sorting import compared, ordered, written

if TYPE_CHECKING:
    from kg.model.mechanism import Mechanism

CHUNK = 20_000  # triples of a request
BYTES = 16 << 20  # bytes of a request, after the last triple that it holds
ATTEMPTS, PAUSE = 4, 0.5  # how often a request is sent, and the seconds before the second time; doubled each time
DEFAULT = ""  # the name of the default graph here
TRIPLES = "application/n-triples"
#: Where a store takes SPARQL Update, by the end of the path of its Graph Store Protocol.
UPDATES = {
    "/store": "/update",  # Oxigraph
    "/data": "/update",  # Apache Jena Fuseki
    "/rdf-graphs/service": "/statements",  # RDF4J, GraphDB
}

Say = Callable[[str], None]


class Sent(NamedTuple):
    """What became of a graph: its name, its triples, and how many of them had to be sent."""

    graph: str
    triples: int
    sent: int


@dataclass(frozen=True)
class Target:
    """A graph store: its address, how long it may be silent within a request, and who asks.

    ``update`` is its address for SPARQL Update, which is guessed for known stores; with ``in_place`` it is not used. A
    password goes over plain http only if that is said to be ``insecure``.
    """

    url: str
    seconds: float = 300.0
    user: str = ""
    password: str = ""
    update: str = ""
    insecure: bool = False
    in_place: bool = False

    def graph(self, name: str) -> str:
        mark = "&" if "?" in self.url else "?"
        return self.url + mark + (f"graph={quote(name, safe='')}" if name else "default")


def push(
    target: Target,
    over: Iterable[str | Path | Mechanism] = (),
    graph: str = "",
    merge: bool = False,
    progress: Say = lambda words: None,
    warn: Say = lambda words: None,
) -> Iterator[Sent]:
    """Send every named graph of mechanisms and RDF files, everything in seeds/ if none is named, one after the other.

    Triples that a file puts into no graph go into ``graph``, or else into one that is called by the file's name. With
    ``merge`` the default graph becomes the merge of all that is sent, for a store whose default graph is not a union.
    ``warn`` is told of a graph that must be filled in place, so that others may see a part of it meanwhile.

    Raises NoAnswer if the store refuses, cannot be reached, or has something else than we have in the end.
    """
    for address in filter(None, (target.url, target.update)):
        if target.user and urlsplit(address).scheme != "https" and not target.insecure:
            message = "a password over plain http can be read by everybody on the way"
            raise NoAnswer("not-encrypted", message, "use https, or use --insecure", name=address)
    with files.scratch() as folder:
        run = _Run(target, folder, progress, warn)
        progress("reading")
        everything = written(
            ordered((f"{g}\t{t} .\n".encode() for g, t in graphs(over, graph)), run.folder), run.folder
        )
        with open(everything, "rb") as lines:
            for key, group in groupby(lines, lambda line: line.partition(b"\t")[0]):
                if key:  # a store on disk may have a default graph, which is not sent by itself
                    yield run.sent(key.decode(), (line.partition(b"\t")[2] for line in group))
        if merge:
            with open(everything, "rb") as lines:
                yield run.sent(DEFAULT, ordered((line.partition(b"\t")[2] for line in lines), run.folder))


def graphs(over: Iterable[str | Path | Mechanism], graph: str = "") -> Iterator[tuple[str, Any]]:
    """The triples of mechanisms and RDF files, or of the store that a folder is, each with the name of its graph."""
    import pyoxigraph as ox

    from kg import formats
    from kg.formats.rdf import write

    mechanisms = []
    given = list(over) or list(formats.seeds())
    for one in given:
        if on_disk := rdf_files.store_of(one):
            if len(given) > 1:
                raise NoAnswer("store-alone", "a store on disk can only be sent alone", name=str(one))
            yield from _named(ox.Store.read_only(str(on_disk)), DEFAULT)
        elif rdf_files.is_rdf(one):
            name = graph or f"file:///{quote(Path(one).name)}"
            yield from _named(rdf_files.stream(Path(one), name), name)
        else:
            mechanisms.append(formats.valid(one) if isinstance(one, (str, Path)) else one)
    for mechanism in mechanisms:
        yield from _named(ox.parse(formats.text(mechanism, ".nq"), format=ox.RdfFormat.N_QUADS), DEFAULT)
    if len(mechanisms) > 1:
        lines = write.lines(write.together(merged(mechanisms)), vocabulary.BASE + ALL)
        yield from _named(ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS), DEFAULT)


def _named(quads: Iterable[Any], default: str) -> Iterator[tuple[str, Any]]:
    """Triples with the name of their graph; those of the default graph, and of one without a name, with ``default``."""
    return ((getattr(quad.graph_name, "value", default) or default, quad.triple) for quad in quads)


@dataclass
class _Run:
    """One run of push: where to, a folder for what is compared, and who is told."""

    target: Target
    folder: Path
    progress: Say
    warn: Say
    update: str | None = None  # the address of SPARQL Update, once it is known; empty if there is none

    def sent(self, name: str, lines: Iterable[bytes]) -> Sent:
        """Make a graph of the store elsewhere the one that it is here, by sending what is missing."""
        shown, size, blank = name or "the default graph", 0, False

        def counted() -> Iterator[bytes]:
            nonlocal size, blank
            for line in lines:
                size += 1
                blank = blank or (b"_:" in line and _blank(line))
                yield line

        ours = written(counted(), self.folder)
        if blank:  # they have other names there, so they can neither be compared nor sent in parts
            self.progress(f"{shown}: {size} triples")
            _request(self.target, self.target.graph(name), "PUT", ours, TRIPLES)
            self._check(name, ours, size, blank)
            return Sent(name, size, size)
        self.progress(f"asking what there is of {shown}")
        missing, lacking, wrong = self._difference(name, ours)
        if not lacking and not wrong:
            return Sent(name, size, 0)
        source, total, method = (ours, size, "PUT") if wrong else (missing, lacking, "POST")
        if total > CHUNK and not self.target.in_place and self._updates():
            done = self._at_once(name, source, total, bool(wrong))
        else:
            if total > CHUNK:
                why = "" if self.target.in_place else ", since no SPARQL Update is known there (--update URL)"
                self.warn(f"{shown} is filled in place{why}: if this run ends early, push again, or a part of it stays")
            done = self._parts(name, source, total, method, shown)
        self._check(name, ours, size, blank)
        return Sent(name, size, done)

    def _at_once(self, name: str, source: Path, total: int, replace: bool) -> int:
        """Send lines into a temporary graph, resuming what broke off there, and then have them moved or added at once."""
        between = f"urn:kg:push:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        missing, lacking, wrong = self._difference(between, source)
        if wrong:
            done = self._parts(between, source, total, "PUT", between)
        else:
            done = self._parts(between, missing, lacking, "POST", between)
        if any(self._difference(between, source)[1:]):
            raise NoAnswer("not-the-same", f"it has not kept all of {between}", "push again", name=self.target.url)
        to = f"GRAPH <{name}>" if name else "DEFAULT"
        command = (
            f"MOVE GRAPH <{between}> TO {to}" if replace else f"ADD GRAPH <{between}> TO {to} ; DROP GRAPH <{between}>"
        )
        self.progress(command)
        _request(self.target, self.update or "", "POST", command.encode(), "application/sparql-update")
        return done

    def _parts(self, name: str, source: Path, total: int, method: str, shown: str) -> int:
        """Send the lines of a file, in several requests if they are many. The first replaces the graph if it is a PUT."""
        done = 0
        with open(source, "rb") as lines:
            while done < total or (method == "PUT" and not done):
                body, count = bytearray(), 0
                for line in lines:
                    body += line
                    count += 1
                    if count == CHUNK or len(body) > BYTES:
                        break
                self.progress(f"{shown}: {done} of {total} triples")
                _request(self.target, self.target.graph(name), method, bytes(body), TRIPLES)
                method, done = "POST", done + count
                if not count:
                    break
        return done

    def _difference(self, name: str, ours: Path) -> tuple[Path, int, int]:
        """What a graph lacks of the lines of a file, as a file, how many they are, and how many it has beside them."""
        lacking = wrong = 0

        def missing() -> Iterator[bytes]:
            nonlocal lacking, wrong
            with open(ours, "rb") as mine, open(theirs, "rb") as other:
                for line, own in compared(mine, other):
                    if own:
                        lacking += 1
                        yield line
                    else:
                        wrong += 1

        theirs = self._there(name)
        return written(missing(), self.folder), lacking, wrong

    def _check(self, name: str, ours: Path, size: int, blank: bool) -> None:
        """Raise NoAnswer unless the store has in the end what we have."""
        self.progress(f"checking {name or 'the default graph'}")
        if blank:
            with open(self._there(name), "rb") as lines:
                found = sum(1 for _ in lines)
            same = found == size
        else:
            _, lacking, wrong = self._difference(name, ours)
            found, same = size - lacking + wrong, not lacking and not wrong
        if not same:
            message = f"after loading, it has {found} triples of {name or 'the default graph'}, but here are {size}"
            hint = "push again; if that does not help, the store changes what it is sent"
            raise NoAnswer("not-the-same", message, hint)

    def _there(self, name: str) -> Path:
        """The triples that a graph of the store has, as ordered lines in a file; none if there is no such graph."""
        import pyoxigraph as ox

        def lines(reply: IO[bytes], kind: str) -> Path:
            format = ox.RdfFormat.from_media_type(kind)
            if format is None:
                raise SyntaxError(f"it answers with {kind}")
            found = ox.parse(reply, format=format, base_iri=self.target.url)
            return written(ordered((f"{quad.triple} .\n".encode() for quad in found), self.folder), self.folder)

        try:
            return _request(self.target, self.target.graph(name), "GET", read=lines) or written((), self.folder)
        except SyntaxError as error:
            message = f"it does not answer as a graph store: {error}"
            raise NoAnswer("no-store", message, "the address of a graph store, such as http://localhost:7878/store",
                           name=self.target.url) from None  # fmt: skip

    def _updates(self) -> bool:
        """Whether the store takes SPARQL Update, where it is said to or where a store of its kind does."""
        if self.update is None:
            self.update = self.target.update
            base, mark, _ = self.target.url.partition("?")
            end = next((end for end in UPDATES if base.endswith(end)), "")
            if not self.update and end and not mark:
                self.update = base.removesuffix(end) + UPDATES[end]
                with suppress(NoAnswer):  # then it is not a store of this kind, or lets us not
                    _request(
                        self.target, self.update, "POST", b"INSERT DATA {}", "application/sparql-update", attempts=1
                    )
                    return True
                self.update = ""
        return bool(self.update)


def _blank(line: bytes) -> bool:
    """Whether a line of N-Triples has a blank node, and not only a text that looks like one."""
    return bool(re.search(rb"(?:^|\s)_:", re.sub(rb'"(?:[^"\\]|\\.)*"', b'""', line)))


def _request(
    target: Target,
    url: str,
    method: str,
    body: bytes | Path | None = None,
    kind: str = "",
    read: Callable[[IO[bytes], str], Path] | None = None,
    attempts: int = 0,
) -> Path | None:
    """Send a request, and give its reply, with the media type, to ``read``; None for a graph that is not there.

    Tried again while the store cannot be reached or is overloaded. A redirect is not followed, so that neither a password
    nor data reach another address than the one that was named.
    """
    import http.client
    import urllib.error
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    headers = {"User-Agent": "kg", "Accept": f"{TRIPLES}, text/turtle;q=0.5"}
    if body is not None:
        headers |= {
            "Content-Type": kind,
            "Content-Length": str(len(body) if isinstance(body, bytes) else body.stat().st_size),
        }
    if target.user:
        secret = base64.b64encode(f"{target.user}:{target.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    opener, wrong = urllib.request.build_opener(Stay), ""
    for attempt in range(attempts or ATTEMPTS):
        time.sleep(PAUSE * 2 ** (attempt - 1) if attempt else 0)
        data = open(body, "rb") if isinstance(body, Path) else body  # noqa: SIM115
        try:
            request = urllib.request.Request(url, data=data, headers=headers, method=method)
            with opener.open(request, timeout=target.seconds) as reply:
                if read:
                    return read(reply, reply.headers.get_content_type())
                reply.read()
                return None
        except urllib.error.HTTPError as error:
            if error.code == 404 and method == "GET":
                return None
            said = " ".join(error.read(2000).decode("utf-8", "replace").split())[:300]
            wrong = f"it answers {error.code} {error.reason}" + f": {said}" * bool(said)
            if error.code < 500 or error.code == 501:
                hint = "--user NAME, and the password in $KG_PASSWORD" if error.code in (401, 403) else ""
                if 300 <= error.code < 400:
                    place = error.headers.get("Location", "")
                    wrong = f"it answers {error.code} and leads to {place[:300]}, where nothing was sent"
                    hint = "push to that address, if you trust it"
                raise NoAnswer("not-sent", wrong, hint, name=url) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            wrong = f"it cannot be reached: {getattr(error, 'reason', error)}"
        finally:
            if not isinstance(data, bytes) and data is not None:
                data.close()
    raise NoAnswer("not-sent", wrong, "push again: what has arrived is not sent again", name=url)
