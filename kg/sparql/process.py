"""The process that can be killed: it reads one line of JSON after another and answers each. pyoxigraph works here."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kg.model import rdf_files, vocabulary
from kg.model.diagnostics import InvalidMechanism
from kg.model.vocabulary import NAMESPACES
from kg.sparql.query import tokens

LABELS = (NAMESPACES["rdfs"] + "label", NAMESPACES["dcterms"] + "title")


def serve() -> None:
    """Answer one line of JSON with another until there are no more."""
    import signal

    import pyoxigraph as ox

    _bounded()
    store, on_disk = ox.Store(), False
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if hasattr(signal, "setitimer"):  # if the parent dies first, this ends by itself
            signal.setitimer(signal.ITIMER_REAL, request["seconds"] + 5)
        try:
            if request["do"] == "open":
                store, on_disk, said = ox.Store.read_only(request["path"]), True, {}
            else:
                do = {"check": _check, "load": _load, "unite": _unite, "ask": _ask}[request["do"]]
                said = do(store, {**request, "on_disk": on_disk})
        except SyntaxError as error:
            said = misread(request["query"]) if "query" in request else {"error": str(error)}
        except (OSError, ValueError, RuntimeError) as error:
            said = {"error": str(error)}
        sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
        sys.stdout.buffer.flush()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def _bounded() -> None:
    """Let the process have three quarters of the memory, so that a greedy query ends it and not the machine."""
    with contextlib.suppress(ImportError, ValueError, OSError, AttributeError):
        import os
        import resource

        most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def misread(query: str) -> dict[str, Any]:
    """Where and why the engine does not understand a query.

    It tries each keyword by taking as many characters, so the place that it names is past the fault by up to a
    keyword. Asked once more with wide gaps between the tokens, the place falls into the token or the gap behind it.
    """
    import pyoxigraph as ox

    gap, wide, starts = " " * 64, "", []
    found = list(tokens(query))
    for before, token in zip([None, *found], found, strict=False):
        if before is None or before.end < token.start or token.text in "(){}[];," or before.text in "(){}[];,":
            wide += gap
        starts.append(len(wide))
        wide += token.text
    place = None
    try:
        ox.Store().query(wide + gap)
    except SyntaxError as error:
        place = re.match(r"error at (\d+):(\d+): expected (.*)", str(error), re.DOTALL)
    if place is None:
        return {"error": "the engine does not understand the query", "offset": 0}
    lines = wide.split("\n")
    at = sum(len(line) + 1 for line in lines[: int(place[1]) - 1]) + int(place[2]) - 1
    ended = at >= len(wide) + len(gap)
    here = max((n for n, start in enumerate(starts) if start <= at), default=0)
    there = "the query ends too early" if ended else f"{found[here].text[:40]!r} does not belong here"
    if not ended and found and found[here].kind == "iri" and ":" not in found[here].text:
        there += ": an IRI must be absolute, such as <https://...>"
    return {"error": _reason(there, place[3]), "offset": found[-1].end if ended else found[here].start if found else 0}


def _reason(there: str, expected: str) -> str:
    """What is wrong there, from the engine's list of all that might have stood there instead."""
    sentence = re.search(r"\b(?:The|Invalid|Unexpected|Blank|Variable)\b[^,\[\"]+ [^,\[\"]+", expected)
    if sentence:
        return sentence.group().strip()
    quoted = set(re.findall(r'"((?:[^"\\]|\\.)+)"', expected))
    words = sorted(set(re.findall(r"\b[A-Z]{2,}\b", re.sub(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]', " ", expected))))
    kinds = [
        ("a variable", bool(quoted & {"?", "$"})),
        ("an IRI", "<" in quoted or ":" in quoted),
        ("a literal", bool(quoted & {"'", '\\"'})),
        ("an expression", len(words) > 6),
        *[(f"'{mark}'", mark in quoted) for mark in "{}().;,"],
    ]
    wanted = [kind for kind, holds in kinds if holds]
    wanted += words[: 7 - len(wanted)] if wanted and len(words) <= 6 else []
    if not wanted and "CONSTRUCT" in words:
        wanted = ["SELECT, ASK, CONSTRUCT or DESCRIBE"]
    return there + (f"; expected: {', '.join(wanted)}" if wanted else "")


def _check(_: Any, request: dict[str, Any]) -> dict[str, Any]:
    import pyoxigraph as ox

    ox.Store().query(request["query"])
    return {}


def _load(store: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Add the triples of a text, or what a file holds, under a name or, if graphs are not told apart, under none."""
    import pyoxigraph as ox

    graph = ox.NamedNode(request["graph"]) if request["names"] else ox.DefaultGraph()
    if "text" in request:
        store.bulk_load(request["text"].encode(), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
        return {}
    path = Path(request["path"])
    try:
        add(store, path, request["graph"], request["names"])
    except InvalidMechanism as error:
        (one,) = error.diagnostics
        place = {"line": one.at.line, "column": one.at.column, "text": one.at.text}
        return {"error": one.message, "code": one.code, "help": one.help, **place}
    return {}


def add(store: Any, file: Path, name: str, names: bool = True) -> None:
    """Add an RDF file to a store: its triples as the graph with this name, its quads as the graphs that they name.

    Without ``names`` all of it goes into the default graph. Raises InvalidMechanism if it cannot be read.
    """
    import pyoxigraph as ox

    data, own = rdf_files.content(file), ox.DefaultGraph()
    graph = ox.NamedNode(name) if names else own
    if file.suffix.lower() not in (".nq", ".trig", ".jsonld"):
        try:
            store.bulk_load(data, format=rdf_files.syntax(file), base_iri=name, to_graph=graph)
        except (SyntaxError, ValueError) as error:
            raise rdf_files.fault(file, data, error) from None
        return
    store.bulk_extend(
        ox.Quad(
            quad.subject,
            quad.predicate,
            quad.object,
            quad.graph_name if names and quad.graph_name != own else graph,
        )
        for quad in rdf_files.parsed(file, data, name)
    )


def unite(store: Any) -> None:
    """Make the default graph of a store the merge of all its graphs, in which each triple stands once.

    So a simple pattern sees everything, and ``GRAPH`` and ``FROM`` still tell graphs apart. The engine's own union of
    graphs (``use_default_graph_as_union``) will not do: it gives a triple once for each graph in which it stands, so that
    counts are wrong where mechanisms share terms.

    >>> import pyoxigraph as ox
    >>> store = ox.Store()
    >>> for graph in ("urn:a", "urn:b"):
    ...     store.load(b"<urn:s> <urn:p> 'o' .", ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    >>> unite(store)
    >>> [len(list(store.query("SELECT * { ?s ?p ?o }"))), len(list(store.query("SELECT * { GRAPH ?g { ?s ?p ?o } }")))]
    [1, 2]
    """
    store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")


def _unite(store: Any, _: dict[str, Any]) -> dict[str, Any]:
    unite(store)
    return {}


def _ask(store: Any, request: dict[str, Any]) -> dict[str, Any]:
    import pyoxigraph as ox

    most = request["rows"]
    said: dict[str, Any] = {"variables": [], "truth": None, "turtle": "", "capped": False, "terms": [], "rows": []}
    # a store on disk holds one graph, and keeps its triples once: the union is that graph
    found = store.query(request["query"], use_default_graph_as_union=request["on_disk"])
    if isinstance(found, ox.QueryBoolean):
        said["truth"] = bool(found)
    elif isinstance(found, ox.QueryTriples):
        said.update(as_graph(found, most, request["prefixes"]))
    else:
        said["variables"] = [variable.value for variable in found.variables]
        said.update(_table(itertools.islice(found, most)))
        said["capped"] = len(said["rows"]) == most and next(found, None) is not None
    iris = [one[1] for one in said["terms"] if one and one[0] == "uri"] if request["labels"] else []
    said["labels"] = {iri: label for iri in iris if (label := _label(store, iri))}
    said["caveats"], said["versions"] = _mechanisms(store)
    return said


def _table(rows: Iterable[Iterable[Any]]) -> dict[str, Any]:
    """Rows of terms as numbers, and each term once: most terms stand in many rows, and to say them takes the time."""
    numbers: dict[Any, int] = {}
    counted = [[numbers.setdefault(term, len(numbers)) for term in row] for row in rows]
    return {"terms": [None if term is None else _plain(term) for term in numbers], "rows": counted}


def _mechanisms(store: Any) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The source strip and the version of each mechanism that is there, by its id; a run or a copy bears its own."""
    import pyoxigraph as ox

    strips: dict[str, set[str]] = {}
    versions: dict[str, set[str]] = {}
    caveat, derived, version = (
        ox.NamedNode(NAMESPACES[prefix] + name)
        for prefix, name in (("kgv", "caveat"), ("prov", "wasDerivedFrom"), ("owl", "versionInfo"))
    )
    for quad in store.quads_for_pattern(None, caveat, None, None):
        of = next((q.object for q in store.quads_for_pattern(quad.subject, derived, None, None)), quad.subject)
        id = of.value.removeprefix(vocabulary.BASE)
        strips.setdefault(id, set()).add(quad.object.value)
        found = versions.setdefault(id, set())
        found.update(q.object.value for q in store.quads_for_pattern(quad.subject, version, None, None))
    return (
        {id: sorted(strip) for id, strip in sorted(strips.items())},
        {id: " and ".join(sorted(one)) for id, one in sorted(versions.items())},
    )


def _label(store: Any, iri: str) -> str:
    import pyoxigraph as ox

    for predicate in LABELS:
        quads = store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None, None)
        found = sorted(quad.object.value for quad in quads if isinstance(quad.object, ox.Literal))
        if found:
            return str(found[0])
    return ""


def _plain(term: Any) -> list[str]:
    """A term of the engine as plain texts, in the order of ``Value``."""
    import pyoxigraph as ox

    if type(term) is ox.NamedNode:
        return ["uri", term.value]
    if type(term) is ox.Literal:
        if term.language:
            return ["literal", term.value, "", term.language]
        datatype = term.datatype.value
        return ["literal", term.value, "" if datatype == NAMESPACES["xsd"] + "string" else datatype]
    return ["bnode", term.value] if type(term) is ox.BlankNode else ["triple", str(term)]


def as_graph(source: Any, rows: int, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """A graph, as an iterator of the engine's or as Turtle: its triples as rows, and as Turtle in a stable order."""
    import pyoxigraph as ox

    if isinstance(source, bytes):
        source = (quad.triple for quad in ox.parse(source, format=ox.RdfFormat.TURTLE))
    ordered, capped = distinct(source, rows)
    names = dict(sorted(prefixes.items()))
    turtle = (ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=names) or b"").decode()
    table = _table((one.subject, one.predicate, one.object) for one in ordered)
    return {"variables": ["subject", "predicate", "object"], **table, "turtle": turtle, "capped": capped}


def distinct(source: Iterable[Any], most: int) -> tuple[list[Any], bool]:
    """The triples of a graph in a stable order, each once; and whether there are more than so many."""
    triples: dict[Any, str] = {}
    for triple in source:
        if triple in triples:
            continue
        if len(triples) == most:
            return sorted(triples, key=triples.__getitem__), True
        triples[triple] = str(triple)
    return sorted(triples, key=triples.__getitem__), False
