"""Every question over a synthetic graph in our shape: rdflib, oxrdflib and pyoxigraph alone, and `kg ask`, in one run.

    pip install -e . oxrdflib && python benchmarks/sparql.py [TRIPLES ...]      # default: 100000 1000000

Prints medians in milliseconds of CPU time (of both processes of `kg ask`; Linux), which other work on the machine disturbs
less than the clock; the load time, and what `kg ask` adds to pyoxigraph; every answer is compared with
pyoxigraph's. A contender that needs more than LIMIT seconds for a question is given up on it, and so is rdflib above
100,000 triples, where it needs minutes for each of most questions.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import sparql
from kg.model.vocabulary import BASE, NAMESPACES

RUNS, LIMIT = 5, 5.0
KGV, RDF, RDFS, BIOLINK = (NAMESPACES[name] for name in ("kgv", "rdf", "rdfs", "biolink"))
SELVES = [
    "miR-146a-5p",
    "TLR7 signalling",
    "tumour control",
    "antigen presentation",
    "TLR7",
    "RNase A",
    "Tα-1 supplement",
]
CONDITIONS = ["both", "both-without-TLR7", "chemo", "both-miR-low"]
VERBS = ["activates", "enables", "promotes", "supplies", "degrades", "binds", "carries"]
CLAIMS = ["finding", "background", "inference", "hypothesis", "caution", "regulatory", "gap", "interpretation"]


def graph(triples: int, seed: int = 1) -> Iterator[str]:
    """N-Quads of so many triples, a mechanism of 60 nodes and 100 edges after the other, each with its runs."""
    rnd = random.Random(seed)
    made = 0
    for number in range(10**9):
        for line in _shared() if number == 0 else ():
            yield line
            made += 1
        for line in _mechanism(number, rnd):
            if made >= triples:
                return
            yield line
            made += 1


def _line(s: str, p: str, o: str, g: str) -> str:
    term = o if o.startswith('"') else f"<{o}>"
    return f"<{s}> <{p}> {term} <{g}> .\n"


def _shared() -> Iterator[str]:
    for claim in CLAIMS:
        yield _line(KGV + claim, RDFS + "label", f'"{claim}"', BASE + "vocabulary")
        yield _line(KGV + claim, NAMESPACES["skos"] + "definition", f'"what {claim} means"', BASE + "vocabulary")
    for verb in VERBS:
        yield _line(KGV + verb, RDFS + "label", f'"{verb}"', BASE + "vocabulary")
        yield _line(KGV + verb, NAMESPACES["skos"] + "broadMatch", BIOLINK + "affects", BASE + "vocabulary")
    for taxon in ("NCBITaxon:9606", "NCBITaxon:10090"):
        about = NAMESPACES["obo"] + taxon.replace(":", "_")
        yield _line(about, NAMESPACES["skos"] + "notation", f'"{taxon}"', BASE + "vocabulary")
        yield _line(about, RDFS + "label", f'"{taxon}"', BASE + "vocabulary")


FLAG = '"{}"^^<http://www.w3.org/2001/XMLSchema#boolean>'


def _head(me: str, number: int) -> Iterator[str]:
    """The mechanism itself, its place and its source."""
    for about, predicate, value in (
        (me, RDF + "type", KGV + "Mechanism"),
        (me, NAMESPACES["dcterms"] + "title", f'"Mechanism {number}"'),
        (me, KGV + "caveat", '"Synthetic"'),
        (f"{me}/place/cell", RDF + "type", KGV + "Place"),
        (f"{me}/place/cell", RDFS + "label", '"Dendritic cell"'),
        (f"{me}/source/s", RDF + "type", KGV + "Source"),
        (f"{me}/source/s", NAMESPACES["dcterms"] + "title", f'"Source {number}"'),
        (f"{me}/source/s", NAMESPACES["dcterms"] + "type", '"paper"'),
        (f"{me}/source/s", KGV + "read", '"full"'),
    ):
        yield _line(about, predicate, value, me)


def _nodes(me: str, number: int) -> Iterator[str]:
    """Sixty nodes with a term each; every fiftieth mechanism names those that questions ask for."""
    for n in range(60):
        label = SELVES[n] if number % 50 == 0 and n < len(SELVES) else f"node {number}-{n}"
        about = f"{me}/node/n{n}"
        term = f"http://id.nlm.nih.gov/mesh/D{(number * 7 + n) % 5000 + 51000:06}"
        yield _line(about, RDF + "type", KGV + "Node", me)
        yield _line(about, RDFS + "label", f'"{label}"', me)
        yield _line(about, KGV + "denotes", term, me)
        yield _line(term, NAMESPACES["skos"] + "notation", f'"MESH:{term[-7:]}"', me)
        yield _line(term, RDFS + "label", f'"{term[-7:]}"', me)
        yield _line(about, KGV + "kind", '"molecule"', me)
        if n % 20 == 2:
            yield _line(about, KGV + "outcome", FLAG.format("true"), me)


def _mechanism(number: int, rnd: random.Random) -> Iterator[str]:
    id = f"m{number}"
    me, run = BASE + id, f"{BASE}{id}/run"

    def say(s: str, p: str, o: str, g: str = me) -> str:
        return _line(s, p, o, g)

    yield from _head(me, number)
    nodes = [f"{me}/node/n{n}" for n in range(60)]
    yield from _nodes(me, number)
    edges = []
    for e in range(100):
        about, verb = f"{me}/edge/e{e}", rnd.choice(VERBS)
        subject, object = nodes[rnd.randrange(59)], nodes[rnd.randrange(1, 60)]
        subject, object = sorted((subject, object), key=nodes.index)
        edges.append(about)
        asserted = rnd.random() < 0.6
        yield say(about, RDF + "type", BIOLINK + "Association")
        yield say(about, RDFS + "label", f'"edge {number}-{e}"')
        yield say(about, RDF + "subject", subject)
        yield say(about, RDF + "predicate", KGV + verb)
        yield say(about, RDF + "object", object)
        yield say(about, KGV + "asserted", FLAG.format(str(asserted).lower()))
        yield say(about, KGV + "executes", FLAG.format("true"))
        yield say(about, KGV + "speciesStated", FLAG.format("false"))
        yield say(about, KGV + "inMechanism", me)
        yield say(about, KGV + "role", KGV + ("decreasing" if verb == "degrades" else "increasing"))
        yield say(about, KGV + "place", f"{me}/place/cell")
        if asserted:
            yield say(subject, KGV + verb, object)
        if e % 10 == 9:
            yield say(about, KGV + "actsOn", edges[e - 1])
            yield say(about, KGV + "requires", f"{about}/requires/x")
            yield say(f"{about}/requires/x", RDF + "type", KGV + "Requirement")
            yield say(f"{about}/requires/x", KGV + "node", rnd.choice(nodes))
        for i in range(2):
            item = f"{me}/evidence/e{e}/{i}"
            yield say(about, KGV + "evidence", item)
            yield say(item, RDF + "type", KGV + "Evidence")
            yield say(item, KGV + "claim", KGV + (rnd.choice(CLAIMS[:2]) if asserted else CLAIMS[2]))
            yield say(item, KGV + "stance", '"disputes"' if rnd.random() < 0.02 else '"supports"')
            yield say(item, KGV + "because", f'"reason {e}-{i}"')
            yield say(item, NAMESPACES["prov"] + "wasDerivedFrom", f"{me}/source/s")
            if rnd.random() < 0.2:
                taxon = rnd.choice(("NCBITaxon_9606", "NCBITaxon_10090"))
                yield say(item, BIOLINK + "species_context_qualifier", NAMESPACES["obo"] + taxon)
    for n in range(5):
        note = f"{me}/note/{n}"
        yield say(note, RDF + "type", KGV + "Note")
        yield say(note, RDFS + "comment", f'"A note {number}-{n} about a biomarker"')
        yield say(note, KGV + "about", rnd.choice(nodes))
        yield say(note, KGV + "evidence", f"{note}/evidence")
        yield say(f"{note}/evidence", KGV + "claim", KGV + rnd.choice(CLAIMS[3:]))
        yield say(f"{note}/evidence", KGV + "stance", '"supports"')
    named = CONDITIONS if number % 50 == 0 else [f"c{number}-{c}" for c in range(4)]
    for condition in named:
        given = f"{me}/condition/{condition}"
        yield say(given, RDF + "type", KGV + "Condition")
        yield say(given, RDFS + "label", f'"{condition}"')
        yield say(given, KGV + "sets", f"{given}/s")
        yield say(f"{given}/s", KGV + "node", nodes[5])
        yield say(f"{given}/s", KGV + "value", '"absent"')
        for reading in ("", "other"):
            for node in nodes:
                about = f"{run}/{condition}/{reading}/{node[-3:]}"
                yield say(about, RDF + "type", KGV + "DerivedValue", run)
                yield say(about, KGV + "condition", given, run)
                yield say(about, KGV + "node", node, run)
                yield say(about, KGV + "value", f'"{rnd.choice(("present", "present", "absent"))}"', run)
                if reading:
                    yield say(about, KGV + "reading", f"{me}/reading/other", run)
                if rnd.random() < 0.3:
                    yield say(about, KGV + "status", '"prediction"', run)
                    yield say(about, KGV + "weakestClaim", KGV + "inference", run)
                    for edge in rnd.sample(edges, 6):
                        yield say(about, KGV + "usesEdge", edge, run)


def _terms(rows: Any, plain: Callable[[Any], Any]) -> list[tuple[Any, ...]]:
    return [tuple(plain(term) for term in row) for row in rows]


def bare(file: str) -> tuple[Callable[[str], Any]]:
    """pyoxigraph alone, in this process; merged, since its union of graphs counts a triple once for each graph."""
    store = ox.Store()
    store.bulk_extend(
        ox.Quad(quad.subject, quad.predicate, quad.object) for quad in ox.parse(path=file, format=ox.RdfFormat.N_QUADS)
    )

    def plain(term: Any) -> str:
        return "" if term is None else str(getattr(term, "value", term))

    def ask(query: str) -> Any:
        found = store.query(query)
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        return _terms(
            ([t.subject, t.predicate, t.object] for t in found) if isinstance(found, ox.QueryTriples) else found, plain
        )

    return (ask,)


def through_rdflib(file: str, backend: str) -> tuple[Callable[[str], Any]]:
    """rdflib with its own store, or with pyoxigraph behind it (oxrdflib)."""
    from rdflib import Dataset

    data = Dataset(store=backend, default_union=True)
    data.parse(file, format="ox-nq" if backend == "Oxigraph" else "nquads")

    def ask(query: str) -> Any:
        found = data.query(query)
        if found.type == "ASK":
            return bool(found.askAnswer)
        return _terms(
            found.graph if found.type == "CONSTRUCT" else found, lambda term: "" if term is None else str(term)
        )

    return (ask,)


def ours(file: str) -> tuple[Callable[[str], Any], int]:
    """`kg ask --format csv`: the same engine in its own process, with its limits; and the id of that process."""
    engine = sparql.Engine(600, names=False)
    engine.load(file)

    def ask(query: str) -> Any:
        answer = engine.ask(query, rows=10**7, labels=False)
        if answer.truth is not None:
            return answer.truth
        return _terms(answer.rows, lambda term: "" if term is None else term.text)

    return ask, engine.process.pid


CONTENDERS = {
    "pyoxigraph": bare,
    "kg ask": ours,
    "oxrdflib": lambda file: through_rdflib(file, "Oxigraph"),
    "rdflib": lambda file: through_rdflib(file, "default"),
}


def _cpu(others: list[int]) -> float:
    """Seconds of CPU that this process and others have used."""
    theirs = [int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9 for pid in others]
    return time.process_time() + sum(theirs)


def _work(contender: str, file: str, pipe: Any) -> None:
    """A contender in a process of its own: loads, then answers what is sent, with its seconds."""
    try:
        started = time.perf_counter()
        ask, *others = CONTENDERS[contender](file)
        pipe.send(time.perf_counter() - started)
        while query := pipe.recv():
            started = _cpu(others)
            found = ask(query)
            seconds = _cpu(others) - started
            pipe.send((seconds, found if isinstance(found, bool) else hash(frozenset(found)) ^ len(found)))
    except ImportError as error:
        pipe.send(str(error))


class Contender:
    """One process; it is started again after a question that it could not answer in time."""

    def __init__(self, name: str, file: str) -> None:
        self.name, self.file, self.load = name, file, 0.0
        self.start()

    def start(self) -> None:
        self.pipe, other = get_context("fork").Pipe()
        self.process = get_context("fork").Process(target=_work, args=(self.name, self.file, other))
        self.process.start()
        other.close()
        said = self.pipe.recv()
        self.missing = said if isinstance(said, str) else ""
        self.load = self.load or (0.0 if self.missing else said)

    def ask(self, query: str) -> tuple[float, Any] | None:
        self.pipe.send(query)
        if self.pipe.poll(LIMIT if self.name.endswith("rdflib") else None):
            answer: tuple[float, Any] = self.pipe.recv()
            return answer
        self.stop()
        self.start()
        return None

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()


def main(sizes: list[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "graph.nq")
            with open(file, "w", encoding="utf-8") as out:
                out.writelines(graph(size))
            compare(file, size)


def compare(file: str, size: int) -> None:
    found = [Contender(name, file) for name in CONTENDERS if name != "rdflib" or size <= 100_000]
    for one in [one for one in found if one.missing]:
        print(f"{one.name}: not run ({one.missing})")
    there = [one for one in found if not one.missing]
    print(f"\n{size:,} triples, median of {RUNS}, ms\n")
    print(f"| question | {' | '.join(one.name for one in there)} | kg ask adds | same |")
    print("|---|" + "---|" * (len(there) + 2))
    print(f"| (load) | {' | '.join(f'{1000 * one.load:,.0f}' for one in there)} | | |")
    medians: dict[str, list[float]] = {one.name: [] for one in there}
    beyond, different = 0, 0
    for name, question in sparql.questions().items():
        times: dict[str, list[float]] = {one.name: [] for one in there}
        answers: dict[str, Any] = {}
        for turn in range(RUNS):
            for one in there:
                if turn and (not times[one.name] or times[one.name][0] > 1):
                    continue  # one slow run says enough
                said = one.ask(question.text)
                if said:
                    times[one.name].append(said[0])
                    answers[one.name] = said[1]
        middle = {key: 1000 * statistics.median(seconds) for key, seconds in times.items() if seconds}
        added = middle["kg ask"] - middle["pyoxigraph"]
        beyond += added > max(50, 0.1 * middle["pyoxigraph"])
        same = len(set(answers.values())) == 1
        different += not same
        for key, value in middle.items():
            medians[key].append(value / middle["pyoxigraph"])
        cells = " | ".join(f"{middle[one.name]:,.1f}" if one.name in middle else f"> {LIMIT:g} s" for one in there)
        print(f"| {name} | {cells} | {added:+.1f} | {'yes' if same else 'NO'} |", flush=True)
    ratios = " | ".join(f"{statistics.median(medians[one.name]):.1f}" for one in there if medians[one.name])
    print(f"| median ratio to pyoxigraph | {ratios} | | |")
    print(f"\nanswers that differ: {different}; questions to which kg ask adds more than 10 % and 50 ms: {beyond}")
    for one in there:
        one.stop()


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [100_000, 1_000_000])
