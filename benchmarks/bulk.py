"""`kg bulk` beside plain Python, polars, rdflib and pyoxigraph, and beside `cp` and `cat` of what it writes, in one run.

    pip install -e '.[bulk,benchmark]' && python benchmarks/bulk.py [EDGES ...] [--only NAMES] [--rounds N]

Every contender is a process of its own that reads the same KGX with 1.5 % bad rows (`benchmarks/kgx.py`). Prints medians of
wall and CPU seconds, peak memory, and the ratio to `cp` of the N-Quads; RUNS rounds, in turn, below 1 M edges. What each does:

    kg bulk        checks every rule, writes N-Quads, Parquet, VoID, manifest with hashes, rejects, page; with --engine auto, which is
                   Python below about 80,000 edges and DuckDB above, and on Spark with two cores of this machine
    plain Python   checks every rule line by line, writes the same N-Quads and the rejects; its lines are compared with ours
    polars         checks nodes and predicates only, writes the N-Quads of subject, predicate, object and publications
    rdflib         plain Python's edges as rdflib terms, serialised (only up to 20,000 edges)
    pyoxigraph     plain Python's edges as pyoxigraph terms, serialised (only up to 200,000 edges)
    the store      what --store adds, beside pyoxigraph's own bulk loader on the same N-Quads (only up to 1 M edges)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import kgx

RUNS, QUOTE = 3, '"'
FLAG = '"{}"^^<http://www.w3.org/2001/XMLSchema#boolean>'


class Plain:
    """The rules of docs/bulk.md, line by line, with dictionaries: what one would write first, and what we are held against."""

    def __init__(self, graph: str) -> None:
        from kg.bulk import slots as rules

        self.rules, self.graph = rules, graph
        known = rules.Prefixes.registered()
        self.known, self.one = known, re.compile(known.one, re.ASCII)
        self.iris: dict[str, str] = {}
        self.classes = {of: set(rules.biolink(of, "mixin")) for of in ("node", "edge")}
        self.predicates = set(rules.biolink("predicate"))
        self.nodes: dict[str, str] = {}
        self.rejected: Counter[str] = Counter()

    def iri(self, curie: str) -> str:
        prefix, _, local = curie.partition(":")
        if prefix not in self.iris:
            self.iris[prefix] = self.known.iri(prefix)
        return self.iris[prefix] + local if self.iris[prefix] else curie

    def rows(self, of: str, file: Path) -> Iterator[dict[str, str]]:
        """The rows that are right; two passes, since a row is wrong if a later one has its id and says something else."""
        first: dict[str, int] = {}
        wrong: set[str] = set()
        for cells, fault in self.checked(of, file):
            if not fault:
                said = hash("\x1f".join(cells.values()))
                if first.setdefault(cells["id"], said) != said:
                    wrong.add(cells["id"])
        seen: set[str] = set()
        for cells, fault in self.checked(of, file):
            if not fault:
                fault = "duplicate-id" if cells["id"] in wrong else "repeated-row" if cells["id"] in seen else ""
                seen.add(cells["id"])
            if fault:
                self.rejected[fault] += 1
            else:
                yield cells

    def checked(self, of: str, file: Path) -> Iterator[tuple[dict[str, str], str]]:
        slots, control = self.rules.slots(of), re.compile(self.rules.CONTROL)
        with file.open("rb") as lines:
            header = next(lines).decode().rstrip("\r\n").split("\t")
            places = [(slot, header.index(slot.column) if slot.column in header else -1) for slot in slots]
            for raw in lines:
                try:
                    line = raw.decode().rstrip("\r\n")
                except UnicodeDecodeError:
                    yield {}, "not-utf8"
                    continue
                if not line.strip(" \t\r"):
                    continue
                cells = line.split("\t")
                if control.search(line) or len(cells) != len(header):
                    yield {}, "unseen-character" if control.search(line) else "odd-row"
                    continue
                row = {}
                for slot, place in places:
                    value = cells[place] if place >= 0 else ""
                    if slot.many and "|" in value:
                        value = "\x1e".join(filter(None, (item.strip(" ") for item in value.split("|"))))
                    row[slot.column] = (
                        value.replace("biolink:", "") if slot.value in ("category", "predicate") else value
                    )
                if of == "edge" and not row["id"]:
                    row["id"] = "md5-" + hashlib.md5("\x1f".join(row.values()).encode()).hexdigest()
                yield row, self.fault(of, row, slots)

    def fault(self, of: str, row: dict[str, str], slots: Any) -> str:
        for slot in slots:
            if slot.needed and not row[slot.column]:
                return "missing-value"
        for slot in slots:
            value = row[slot.column]
            if not value:
                continue
            if slot.value == "curie" and not all(map(self.one.fullmatch, value.split("\x1e"))):
                return "curie"
            if slot.value == "node" and value not in self.nodes:
                return "missing-node" if self.one.fullmatch(value) else "curie"
            if slot.value == "category" and not self.classes[of].issuperset(value.split("\x1e")):
                return "unknown-category"
            if slot.value == "predicate" and value not in self.predicates:
                return "unknown-predicate"
            if slot.value == "flag" and value.lower() not in ("true", "false"):
                return "not-a-flag"
        return ""

    def about(self, of: str, row: dict[str, str]) -> str:
        id = row["id"]
        if of == "node":
            return self.iri(id)
        if id.startswith("uuid:"):
            return f"urn:{id}"
        return f"{self.graph}/edge/" + re.sub(r'[%<>"{}|\\^` ]', lambda found: f"%{ord(found[0]):02X}", id)

    def triples(self, of: str, row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
        """What is said of a row: IRIs bare, literals as N-Quads write them."""
        rules, about = self.rules, self.about(of, row)
        if of == "edge":
            asserted = row["knowledge_level"] == "knowledge_assertion" and row["negated"].lower() != "true"
            yield about, rules.RDF + "type", rules.BIOLINK + "Association"
            yield about, rules.KGV + "asserted", FLAG.format("true" if asserted else "false")
            yield (
                about,
                rules.KGV + "speciesStated",
                FLAG.format("true" if row["species_context_qualifier"] else "false"),
            )
            if asserted:
                yield self.nodes[row["subject"]], rules.BIOLINK + row["predicate"], self.nodes[row["object"]]
        for slot in rules.slots(of):
            value = row[slot.column] or ("not_provided" if slot.column in ("knowledge_level", "agent_type") else "")
            if not value or not slot.property:
                continue
            for item in value.split("\x1e"):
                if slot.value in ("category", "predicate"):
                    said = rules.BIOLINK + item
                elif slot.value == "flag":
                    said = FLAG.format(item.lower())
                elif slot.value == "node":
                    said = self.nodes[item]
                elif slot.value == "curie" and slot.property != "skos:notation":
                    said = self.iri(item)
                else:
                    said = item.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
                    said = f'"{said}"'
                yield about, rules.property_iri(slot.property), said

    def read(self, nodes: Path, edges: Path) -> Iterator[tuple[str, dict[str, str]]]:
        for row in self.rows("node", nodes):
            self.nodes[row["id"]] = self.iri(row["id"])
            yield "node", row
        for row in self.rows("edge", edges):
            yield "edge", row


def plain(nodes: Path, edges: Path, out: Path) -> None:
    plain = Plain("https://w3id.org/immune-kg/bulk/ours")
    tail = f" <{plain.graph}> .\n"
    with (out / "edges.nq").open("w", encoding="utf-8", newline="\n") as text:
        for of, row in plain.read(nodes, edges):
            for s, p, o in plain.triples(of, row):
                text.write(f"<{s}> <{p}> {o if o[0] == QUOTE else f'<{o}>'}{tail}")
    (out / "rejects.json").write_text(json.dumps(plain.rejected))


def with_rdflib(nodes: Path, edges: Path, out: Path) -> None:
    from rdflib import Dataset, Literal, URIRef

    plain, data = Plain("https://w3id.org/immune-kg/bulk/ours"), Dataset()
    graph = data.graph(URIRef(plain.graph))
    for of, row in plain.read(nodes, edges):
        for s, p, o in plain.triples(of, row):
            graph.add((URIRef(s), URIRef(p), Literal(o.strip('"')) if o[0] == '"' else URIRef(o)))
    data.serialize(str(out / "edges.nq"), format="nquads", encoding="utf-8")


def with_pyoxigraph(nodes: Path, edges: Path, out: Path) -> None:
    import pyoxigraph as ox

    plain = Plain("https://w3id.org/immune-kg/bulk/ours")
    graph = ox.NamedNode(plain.graph)
    quads = (
        ox.Quad(ox.NamedNode(s), ox.NamedNode(p), ox.Literal(o.strip('"')) if o[0] == '"' else ox.NamedNode(o), graph)
        for of, row in plain.read(nodes, edges)
        for s, p, o in plain.triples(of, row)
    )
    ox.serialize(quads, str(out / "edges.nq"), format=ox.RdfFormat.N_QUADS)


def with_polars(nodes: Path, edges: Path, out: Path) -> None:
    import polars as pl

    from kg.bulk import slots as rules
    from kg.model import vocabulary

    known = {prefix: row.iri for prefix, row in vocabulary.prefixes().items()}
    options = {
        "separator": "\t",
        "quote_char": None,
        "infer_schema": False,
        "truncate_ragged_lines": True,
        "encoding": "utf8-lossy",
    }

    def iri(column: str) -> pl.Expr:
        prefix = pl.col(column).str.split_exact(":", 1)
        return prefix.struct.field("field_0").replace_strict(known, default="") + prefix.struct.field("field_1")

    ids = pl.scan_csv(nodes, **options).select("id").unique()
    frame = pl.scan_csv(edges, **options).filter(
        pl.col("predicate").is_in([f"biolink:{p}" for p in rules.biolink("predicate")])
    )
    for side in ("subject", "object"):
        frame = frame.join(ids, left_on=side, right_on="id", how="semi")
    frame = frame.unique("id")
    about, stop = pl.lit("<urn:") + pl.col("id") + "> <", " <https://w3id.org/immune-kg/bulk/ours> .\n"
    said = [
        about + f"{rules.RDF}type> <{rules.BIOLINK}Association>{stop}",
        about + f"{rules.RDF}subject> <" + iri("subject") + f">{stop}",
        about + f"{rules.RDF}predicate> <{rules.BIOLINK}" + pl.col("predicate").str.slice(8) + f">{stop}",
        about + f"{rules.RDF}object> <" + iri("object") + f">{stop}",
        about
        + f"{rules.BIOLINK}publications> <"
        + pl.col("publications").str.replace_all("PMID:", known["PMID"])
        + f">{stop}",
    ]
    with (out / "edges.nq").open("wb") as text:
        for lines in frame.select(pl.concat_str(said, ignore_nulls=True)).collect(engine="streaming").to_series():
            text.write(lines.encode())


def ours(nodes: Path, edges: Path, out: Path) -> None:
    from kg.bulk import bulk

    bulk(nodes, edges, out / "ours")


def on_spark(nodes: Path, edges: Path, out: Path) -> None:
    from kg.bulk import bulk

    bulk(nodes, edges, out / "ours", engine="spark", master="local[2]")


def our_store(nodes: Path, edges: Path, out: Path) -> None:
    from kg import bulk

    bulk._store(out, _written(nodes.parent), lambda words, part, rows: None)


def their_store(nodes: Path, edges: Path, out: Path) -> None:
    import pyoxigraph as ox

    store = ox.Store(str(out / "store"))
    for file in _written(nodes.parent):
        store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)


def _written(folder: Path) -> list[Path]:
    return sorted((folder / "kg-bulk" / "ours").glob("*.nq"))


#: Who, and from how many edges to how many.
CONTENDERS = {
    "kg bulk": (ours, 0, 10**9),
    "kg bulk on Spark": (on_spark, 100_000, 1_000_000),
    "plain Python": (plain, 0, 1_000_000),
    "polars": (with_polars, 0, 1_000_000),
    "rdflib": (with_rdflib, 0, 20_000),
    "pyoxigraph": (with_pyoxigraph, 0, 200_000),
    "the store of kg bulk": (our_store, 0, 1_000_000),
    "the store of pyoxigraph": (their_store, 0, 1_000_000),
}


def once(command: list[str]) -> tuple[float, float, float]:
    """Wall and CPU seconds of a process, and its peak memory in MB; of Spark, without its Java."""
    started = time.perf_counter()
    os.sync()  # nobody waits for what another has left to be written
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{command} ended with {process.returncode}: {said.read().decode()[-2000:]}")
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    asking = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asking.add_argument("sizes", nargs="*", type=int, metavar="EDGES", default=[100_000, 1_000_000, 10_000_000])
    asking.add_argument(
        "--only", default=",".join(CONTENDERS), help="contenders, with commas between; kg bulk is needed"
    )
    asking.add_argument("--rounds", type=int, help="how often, in turn; the median is printed")
    given = asking.parse_args()
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(size, Path(folder), given.only.split(","), given.rounds or (RUNS if size < 1_000_000 else 1))


def measure(size: int, folder: Path, only: list[str], runs: int) -> None:
    files = [str(file) for file in kgx.write(size, folder)]
    there = [name for name, (_, least, most) in CONTENDERS.items() if least <= size <= most and name in only]
    times: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(runs):
        for name in there:
            out = folder / name.replace(" ", "-")
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            times.setdefault(name, []).append(once([sys.executable, __file__, name, *files, str(out)]))
        written = list(map(str, _written(folder)))
        copy = folder / "copy"  # one copy at a time: 10 M edges are 26 GB
        for name, command in (("cp", f"cp {' '.join(written)} {copy}"), ("cat", f"cat {' '.join(written)} > {copy}/all.nq")):  # fmt: skip
            copy.mkdir()
            times.setdefault(name, []).append(once(["sh", "-c", command]))
            shutil.rmtree(copy)
    bytes_ = sum(Path(file).stat().st_size for file in written)
    base = statistics.median(wall for wall, _, _ in times["cp"])
    print(f"\n{size:,} edges, {bytes_ / 1e6:,.0f} MB of N-Quads, median of {runs}\n")
    print("| | wall, s | CPU, s | peak, MB | wall / cp | edges per CPU second |\n|---|---|---|---|---|---|")
    for name, found in times.items():
        wall, cpu, peak = (statistics.median(one[i] for one in found) for i in range(3))
        rate = "" if name in ("cp", "cat") else f"{size / cpu:,.0f}"
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {peak:,.0f} | {wall / base:.1f} | {rate} |", flush=True)
    if "plain Python" in there:
        print(f"\nthe lines of plain Python and of kg bulk are {'the same' if _same(folder) else 'NOT the same'}")


def _same(folder: Path) -> bool:
    """Whether two contenders wrote the same lines, in whatever order: by the sum of their hashes."""

    def total(files: list[Path]) -> tuple[int, int]:
        lines = whole = 0
        for file in files:
            with file.open("rb") as text:
                for line in text:
                    lines, whole = lines + 1, (whole + hash(line)) % 2**64
        return lines, whole

    return total(_written(folder)) == total([folder / "plain-Python" / "edges.nq"])


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in CONTENDERS:
        CONTENDERS[sys.argv[1]][0](*map(Path, sys.argv[2:5]))
    else:
        main()
