"""The process that holds the data of a server: it loads once, and then forks itself for whoever connects.

A fork shares the memory of what was loaded, so it costs milliseconds; it answers one question after another, and is
ended by the kernel when one takes longer than it may, wherever in the engine it is then. Needs ``os.fork``.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import select
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from kg.model.diagnostics import InvalidMechanism
from kg.model.vocabulary import NAMESPACES
from kg.sparql.process import add, distinct, misread, unite
from kg.sparql.protocol import GRAPHS, ROWS
from kg.sparql.query import NoAnswer, Query, read, tokens

SMALLEST = 1000  # bytes from which an answer is worth compressing


def hold() -> None:
    """Load what a line of JSON says, say in another how it went, and fork for each connection until stdin ends.

    The line has ``address``, the path of the socket, in a folder that ends with this process; ``files``, each with the name of its graph; or ``store``, a folder
    of pyoxigraph's; ``seconds`` and ``rows``, the limits of a question; ``memory``, what a fork may take more, in bytes.
    """
    import pyoxigraph as ox

    said = json.loads(sys.stdin.buffer.readline())
    store = ox.Store()
    try:
        for path, graph in said["files"]:
            add(store, Path(path), graph)
        size = len(ox.Store.read_only(said["store"]) if said["store"] else store)  # before each is there twice
        unite(store)
    except (InvalidMechanism, OSError, ValueError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(said["address"])
    listener.listen(64)
    print(json.dumps({"quads": size}), flush=True)
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those that have ended
                pass
        if os.fork() == 0:
            try:
                listener.close()
                os.close(sys.stdin.fileno())
                _limited(said["memory"])
                _answers(connection, ox.Store.read_only(said["store"]) if said["store"] else store, said)
            finally:  # whatever it was, the end of the connection says it
                os._exit(0)
        connection.close()
    shutil.rmtree(Path(said["address"]).parent, ignore_errors=True)  # the server has died, and cannot do it any more


def _limited(memory: int) -> None:
    """Let this process have so many bytes more than it has."""
    import resource

    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _answers(connection: socket.socket, store: Any, limits: Mapping[str, Any]) -> None:
    """Say who this is, and answer each line of JSON: with a line that says how many bytes follow, and these."""
    asked = _Asked(store)
    with connection, connection.makefile("rwb") as channel:
        channel.write(b"%d\n" % os.getpid())
        channel.flush()
        for line in channel:
            signal.setitimer(signal.ITIMER_REAL, limits["seconds"])  # its signal ends the process
            about, body = asked.reply(json.loads(line), limits["rows"])
            signal.setitimer(signal.ITIMER_REAL, 0)
            channel.write(json.dumps({**about, "bytes": len(body)}).encode() + b"\n" + body)
            channel.flush()


class _Asked:
    """A store that is asked, and the last dataset that was made of it."""

    def __init__(self, store: Any) -> None:
        import pyoxigraph as ox

        self.store = store
        self.graphs: tuple[object, ...] = ()
        self.merged = ox.Store()
        own = store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        self.union = next(own, None) is None  # a store that is read only cannot be united

    def reply(self, request: Mapping[str, Any], most: int) -> tuple[dict[str, Any], bytes]:
        """The status and media type of an answer, and the answer; if it is none, the reason as plain text."""
        try:
            query = read(request["query"], "query")
        except NoAnswer as error:
            refused = error.diagnostics[0].code in ("no-service", "no-update")
            return {"status": 403 if refused else 400, "media": "text/plain"}, str(error).encode("utf-8", "replace")
        try:
            media, body, cut = self._answer(query, request, most)
        except SyntaxError:
            found = misread(query.text)
            wrong = NoAnswer("syntax", found["error"], at=query.at(found["offset"]))
            return {"status": 400, "media": "text/plain"}, str(wrong).encode("utf-8", "replace")
        except (OSError, ValueError, RuntimeError, UnicodeError) as error:
            return {"status": 400, "media": "text/plain"}, f"not-answered: {error}".encode("utf-8", "replace")
        if not media:
            reason = f"this answer is available as {', '.join(body.decode().split())}"
            return {"status": 406, "media": "text/plain"}, reason.encode()
        packed = request["gzip"] and len(body) >= SMALLEST
        return {"status": 200, "media": media, "cut": cut, "gzip": packed}, gzip.compress(body, 5) if packed else body

    def _answer(self, query: Query, request: Mapping[str, Any], most: int) -> tuple[str, bytes, bool]:
        """The media type, the answer in it, and whether there is more; the first type of those that are wanted."""
        import pyoxigraph as ox

        store, dataset = self._dataset(query, request)
        found = store.query(query.text, base_iri=request["base"], **dataset)
        offered: Sequence[str] = GRAPHS if isinstance(found, ox.QueryTriples) else tuple(ROWS)
        media = next((kind for kind in request["media"] if kind in offered), "")
        if not media:
            return "", " ".join(offered).encode(), False
        if isinstance(found, ox.QueryTriples):
            triples, cut = distinct(found, most)
            form = ox.RdfFormat.from_media_type(media)
            names = dict(sorted(query.prefixes.items()))
            return media, ox.serialize(triples, format=form, prefixes=names) or b"", cut
        form = getattr(ox.QueryResultsFormat, ROWS[media].upper())
        if isinstance(found, ox.QueryBoolean):
            return media, found.serialize(format=form) or b"", False
        lines = list(islice(rows(found), most))
        head = json.dumps([variable.value for variable in found.variables], ensure_ascii=False, separators=(",", ":"))
        text = f'{{"head":{{"vars":{head}}},"results":{{"bindings":[{",".join(lines)}]}}}}'
        cut = len(lines) == most and next(found, None) is not None
        if ROWS[media] == "json":
            return media, text.encode(), cut
        parsed = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
        return media, parsed.serialize(format=form) or b"", cut

    def _dataset(self, query: Query, request: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The store to ask, and which graphs of it: those of the request, else those of the query, else all.

        A default graph of several is their merge, in which a triple stands once. The engine would give it once for each
        graph, so that a count is wrong; so the merge is made.
        """
        import pyoxigraph as ox

        default, named = request["default"], request["named"]
        if not (default or named):
            default, named = chosen(query, request["base"])
            if len(default) < 2:
                return self.store, {"use_default_graph_as_union": True} if self.union and not (default or named) else {}
        names = [ox.NamedNode(iri) for iri in named]
        if len(default) < 2:
            return self.store, {"default_graph": [ox.NamedNode(iri) for iri in default], "named_graphs": names}
        graphs = (tuple(default), tuple(named))
        if self.graphs != graphs:
            self.merged = ox.Store()
            for iri in default:
                quads = self.store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
                self.merged.bulk_extend(ox.Quad(*quad.triple) for quad in quads)
            for name in names:
                self.merged.bulk_extend(self.store.quads_for_pattern(None, None, None, name))
            self.graphs = graphs
        return self.merged, {"default_graph": [ox.DefaultGraph()], "named_graphs": names}


def chosen(query: Query, base: str) -> tuple[list[str], list[str]]:
    """The graphs that a query names with FROM and with FROM NAMED.

    >>> chosen(read("SELECT * FROM <urn:a> FROM kg:b FROM NAMED <c> { ?s ?p ?o }", "query"), "http://x/")
    (['urn:a', 'https://w3id.org/immune-kg/term/b'], ['http://x/c'])
    """
    default: list[str] = []
    named: list[str] = []
    words = list(tokens(query.text))
    for before, token in pairwise(words):
        if before.kind == "word" and before.text.casefold() == "base" and token.kind == "iri":
            base = urljoin(base, token.text[1:-1])
    for n, token in enumerate(words[:-1]):
        if token.kind == "word" and token.text.casefold() == "from":
            is_named = words[n + 1].text.casefold() == "named" and n + 2 < len(words)
            graph = words[n + 2] if is_named else words[n + 1]
            prefix, _, local = graph.text.partition(":")
            iri = urljoin(base, graph.text[1:-1]) if graph.kind == "iri" else query.prefixes.get(prefix, "") + local
            (named if is_named else default).append(iri)
    return list(dict.fromkeys(default)), list(dict.fromkeys(named))


def rows(found: Any) -> Iterator[str]:
    """Rows of the engine as SPARQL results in JSON, each term written once: most stand in many rows.

    >>> import pyoxigraph as ox
    >>> print(*rows(ox.Store().query("SELECT ?a ?b { VALUES (?a ?b) { (1 UNDEF) ('x'@en <urn:y>) } }")), sep=chr(10))
    {"a":{"type":"literal","value":"1","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}
    {"a":{"type":"literal","value":"x","xml:lang":"en"},"b":{"type":"uri","value":"urn:y"}}
    """
    keys = [json.dumps(variable.value, ensure_ascii=False) + ":" for variable in found.variables]
    said: dict[Any, str] = {}
    for row in found:
        parts = []
        for key, term in zip(keys, row, strict=True):
            if term is not None:
                text = said.get(term)
                if text is None:
                    text = said[term] = json.dumps(_plain(term), ensure_ascii=False, separators=(",", ":"))
                parts.append(key + text)
        yield "{" + ",".join(parts) + "}"


def _plain(term: Any) -> dict[str, Any]:
    import pyoxigraph as ox

    if type(term) is ox.NamedNode:
        return {"type": "uri", "value": term.value}
    if type(term) is ox.BlankNode:
        return {"type": "bnode", "value": term.value}
    if type(term) is ox.Triple:
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _plain(part) for name, part in parts.items()}}
    plain = {"type": "literal", "value": term.value}
    if term.language:
        return {**plain, "xml:lang": term.language, **({"its:dir": term.direction.value} if term.direction else {})}
    datatype = term.datatype.value
    return plain if datatype == NAMESPACES["xsd"] + "string" else {**plain, "datatype": datatype}
