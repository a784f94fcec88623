"""Graphs sent to a store elsewhere by the SPARQL 1.1 Graph Store Protocol, so that a second run goes on where one broke off.

https://www.w3.org/TR/sparql11-http-rdf-update/. What the store has already is asked for and not sent again; what it has
and should not have makes the graph be replaced; in the end the store's own count must be ours.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from kg.model import rdf_files, vocabulary
from kg.reasoning.merge import ALL
from kg.reasoning.merge import merge as merged
from kg.sparql.process import add, unite
from kg.sparql.query import NoAnswer

if TYPE_CHECKING:
    from kg.model.mechanism import Mechanism

CHUNK = 20_000  # triples of a request
ATTEMPTS, PAUSE = 4, 0.5  # how often a request is sent, and the seconds before the second time; doubled each time
DEFAULT = ""  # the name of the default graph here


class Sent(NamedTuple):
    """What became of a graph: its name, its triples, and how many of them had to be sent."""

    graph: str
    triples: int
    sent: int


@dataclass(frozen=True)
class Target:
    """A graph store: its address, how long it may take for a request, and who asks."""

    url: str
    seconds: float = 300.0
    user: str = ""
    password: str = ""

    def graph(self, name: str) -> str:
        mark = "&" if "?" in self.url else "?"
        return self.url + mark + (f"graph={quote(name, safe='')}" if name else "default")


def push(
    target: Target,
    over: Iterable[str | Path | Mechanism] = (),
    graph: str = "",
    merge: bool = False,
    progress: Callable[[str], None] = lambda words: None,
) -> Iterator[Sent]:
    """Send every named graph of mechanisms and RDF files, everything in seeds/ if none is named, one after the other.

    Triples that a file puts into no graph go into ``graph``, or else into one that is called by the file's name. With
    ``merge`` the default graph becomes the merge of all that is sent, for a store whose default graph is no union.

    Raises NoAnswer if the store refuses, cannot be reached, or counts otherwise than we do in the end.
    """
    import pyoxigraph as ox

    store = loaded(over, graph)
    if merge:
        unite(store)
    names = sorted(name.value for name in store.named_graphs() if isinstance(name, ox.NamedNode))
    for name in [*names, *[DEFAULT] * merge]:
        yield _sent(target, store, name, progress)


def loaded(over: Iterable[str | Path | Mechanism], graph: str = "") -> Any:
    """A store of pyoxigraph with the named graphs of mechanisms and RDF files, or the one that a folder is."""
    import pyoxigraph as ox

    from kg import formats
    from kg.formats.rdf import write

    store, mechanisms = ox.Store(), []
    given = list(over) or list(formats.seeds())
    for one in given:
        if on_disk := rdf_files.store_of(one):
            if len(given) > 1:
                raise NoAnswer("store-alone", "a store on disk is sent alone", name=str(one))
            return ox.Store.read_only(str(on_disk))
        if rdf_files.is_rdf(one):
            add(store, Path(one), graph or f"file:///{quote(Path(one).name)}")
        else:
            mechanisms.append(formats.valid(one) if isinstance(one, (str, Path)) else one)
    for mechanism in mechanisms:
        store.bulk_load(formats.text(mechanism, ".nq").encode(), format=ox.RdfFormat.N_QUADS)
    if len(mechanisms) > 1:
        lines = write.lines(write.together(merged(mechanisms)), vocabulary.BASE + ALL)
        store.bulk_load("".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    return store


def _sent(target: Target, store: Any, name: str, progress: Callable[[str], None]) -> Sent:
    """Make a graph of the store elsewhere the one that it is here, by sending what is missing."""
    import pyoxigraph as ox

    graph = ox.NamedNode(name) if name else ox.DefaultGraph()
    shown = name or "the default graph"

    def ours() -> Iterator[Any]:
        return (quad.triple for quad in store.quads_for_pattern(None, None, None, graph))

    count = sum(1 for _ in ours())
    progress(f"asking what there is of {shown}")
    there = _there(target, name)
    blank = any("_:" in str(triple) and _blank(triple) for triple in ours())
    if not blank:
        held = {str(triple) for triple in there}
        missing = [triple for triple in ours() if str(triple) not in held]
        replace = len(held) > count - len(missing)  # it holds what it should not
        if not missing and not replace:
            return Sent(name, count, 0)
        source: Iterable[Any] = ours() if replace else missing
        total = count if replace else len(missing)
    else:  # they have other names there, so they can neither be compared nor sent in parts
        source, replace, total = ours(), True, count
    done, size = 0, count if blank else CHUNK
    triples = iter(source)
    while chunk := list(islice(triples, max(size, 1))):
        progress(f"{shown}: {done} of {total} triples")
        _request(target, name, "PUT" if replace else "POST", b"".join(f"{one} .\n".encode() for one in chunk))
        replace = False
        done += len(chunk)
    progress(f"counting {shown}")
    found = len(_there(target, name))
    if found != count:
        message = f"it has {found} triples of {shown} in the end, which are {count} here"
        raise NoAnswer("not-the-same", message, "push again; if that does not help, the store changes what it is sent")
    return Sent(name, count, done)


def _blank(triple: Any) -> bool:
    import pyoxigraph as ox

    parts = (triple.subject, triple.object)
    return any(
        isinstance(part, ox.BlankNode) or (isinstance(part, ox.Triple) and _blank(part)) for part in chain(parts)
    )


def _there(target: Target, name: str) -> list[Any]:
    """The triples that a graph of the store has; none if there is no such graph."""
    import pyoxigraph as ox

    status, kind, data = _request(target, name, "GET")
    if status == 404:
        return []
    format = ox.RdfFormat.from_media_type(kind)
    try:
        if format is None:
            raise ValueError(f"it answers with {kind}")
        return list({quad.triple for quad in ox.parse(data, format=format, base_iri=target.url)})
    except (SyntaxError, ValueError) as error:
        message = f"it does not answer as a graph store: {error}"
        raise NoAnswer("no-store", message, "the address of a graph store, such as http://localhost:7878/store",
                       name=target.url) from None  # fmt: skip


def _request(target: Target, name: str, method: str, body: bytes | None = None) -> tuple[int, str, bytes]:
    """The status, media type and body of a reply; tried again while the store cannot be reached or is overloaded."""
    import http.client
    import urllib.error
    import urllib.request

    headers = {"User-Agent": "kg", "Accept": "application/n-triples, text/turtle;q=0.5"}
    headers |= {"Content-Type": "application/n-triples"} if body is not None else {}
    if target.user:
        secret = base64.b64encode(f"{target.user}:{target.password}".encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    request = urllib.request.Request(target.graph(name), data=body, headers=headers, method=method)
    wrong = ""
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE * 2 ** (attempt - 1) if attempt else 0)
        try:
            with urllib.request.urlopen(request, timeout=target.seconds) as reply:
                return reply.status, reply.headers.get_content_type(), reply.read()
        except urllib.error.HTTPError as error:
            if error.code == 404 and method == "GET":
                return 404, "", b""
            said = " ".join(error.read(2000).decode("utf-8", "replace").split())[:300]
            wrong = f"it answers {error.code} {error.reason}" + f": {said}" * bool(said)
            if error.code < 500 or error.code == 501:
                hint = "--user NAME, and the password in $KG_PASSWORD" if error.code in (401, 403) else ""
                raise NoAnswer("not-sent", wrong, hint, name=target.url) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            wrong = f"it cannot be reached: {getattr(error, 'reason', error)}"
    raise NoAnswer("not-sent", wrong, "push again: what has arrived is not sent again", name=target.url)
