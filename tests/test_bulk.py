"""Whole KGX graphs: every bad row is named, nothing is dropped, and Python, DuckDB and Spark write the same."""

import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import ibis
import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg import bulk
from kg.bulk import engines, lines, rules, run, slots
from kg.bulk.graph import Graph
from kg.cli import group
from kg.model import rdf_files as quads_
from kg.model import vocabulary
from kg.model.diagnostics import InvalidMechanism
from kg.model.files import PART

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import kgx

NODES = """\
id⇥category⇥name⇥xref⇥note
HGNC:15631⇥biolink:Gene⇥TLR7⇥MESH:D051199⇥ours
GO:0006915⇥biolink:BiologicalProcess⇥apoptotic process⇥⇥
CHEBI:1⇥Drug|ChemicalEntity⇥a "quoted\\ name⇥⇥
https://example.org/x⇥biolink:Gene⇥an IRI⇥⇥
XYZ:a<b⇥biolink:Gene⇥unregistered⇥⇥
GO:12⇥biolink:BiologicalProcess⇥too short⇥⇥
nothing⇥biolink:Gene⇥no CURIE⇥⇥
HGNC:1⇥biolink:Gen⇥no such class⇥⇥
⇥biolink:Gene⇥no id⇥⇥
HGNC:2⇥biolink:Gene⇥short
HGNC:3⇥biolink:Gene⇥one⇥⇥
HGNC:3⇥biolink:Gene⇥another⇥⇥
HGNC:4⇥biolink:Gene⇥twice⇥⇥
HGNC:4⇥biolink:Gene⇥twice⇥⇥
""".replace("⇥", "\t")
EDGES = """\
id⇥subject⇥predicate⇥object⇥publications⇥species_context_qualifier⇥knowledge_level⇥negated⇥supporting_text⇥score
uuid:0a⇥HGNC:15631⇥biolink:affects⇥GO:0006915⇥PMID:1|PMID:2⇥NCBITaxon:9606⇥knowledge_assertion⇥⇥said "so"⇥1
e 2⇥HGNC:15631⇥affects⇥GO:0006915⇥doi:10.1000/x|PMID:3⇥NCBITaxon:10090⇥knowledge_assertion⇥true⇥a\\b|c⇥1
⇥GO:0006915⇥biolink:related_to⇥CHEBI:1⇥⇥⇥⇥⇥⇥1
⇥GO:0006915⇥biolink:related_to⇥CHEBI:1⇥⇥⇥⇥⇥⇥1

u4⇥HGNC:15631⇥biolink:affects⇥https://example.org/x⇥⇥⇥prediction⇥⇥⇥1
id⇥subject⇥predicate⇥object⇥publications⇥species_context_qualifier⇥knowledge_level⇥negated⇥supporting_text⇥score
b1⇥HGNC:9⇥biolink:affects⇥GO:0006915⇥⇥⇥⇥⇥⇥1
b2⇥HGNC:no⇥biolink:affects⇥GO:0006915⇥⇥⇥⇥⇥⇥1
b3⇥HGNC:15631⇥biolink:affects⇥XYZ:1⇥⇥⇥⇥⇥⇥1
b4⇥HGNC:15631⇥⇥GO:0006915⇥⇥⇥⇥⇥⇥1
b5⇥HGNC:15631⇥biolink:afects⇥GO:0006915⇥⇥⇥⇥⇥⇥1
b6⇥HGNC:15631⇥biolink:affects⇥GO:0006915⇥PMID:x⇥⇥⇥⇥⇥1
b7⇥HGNC:15631⇥biolink:affects⇥GO:0006915⇥⇥mouse⇥⇥⇥⇥1
b8⇥HGNC:15631⇥biolink:affects⇥GO:0006915⇥⇥⇥⇥maybe⇥⇥1
b9⇥HGNC:15631⇥biolink:affects⇥GO:0006915⇥more
c1⇥HGNC:15631⇥biolink:affects⇥GO:0006915⇥⇥⇥⇥⇥a\x07bell⇥1
c2⇥HGNC:15631⇥biolink:affects⇥GO:0006915⇥⇥⇥⇥⇥caf\udce9⇥1
c3⇥HGNC:15631⇥biolink:affects⇥GO:0006915⇥⇥⇥⇥⇥⇥1
c3⇥HGNC:15631⇥biolink:affects⇥CHEBI:1⇥⇥⇥⇥⇥⇥1
c4⇥HGNC:3⇥biolink:affects⇥CHEBI:1⇥⇥⇥⇥⇥⇥1
""".replace("⇥", "\t")
REJECTED = """\
nodes 6 malformed-curie id XYZ:a<b
nodes 7 malformed-curie id GO:12
nodes 8 malformed-curie id nothing
nodes 9 unknown-category category Gen
nodes 10 missing-value id
nodes 11 odd-row  3 cells, not 5
nodes 12 duplicate-id id HGNC:3
nodes 13 duplicate-id id HGNC:3
nodes 15 repeated-row id HGNC:4
edges 5 repeated-row id md5-1
edges 9 missing-node subject HGNC:9
edges 10 malformed-curie subject HGNC:no
edges 11 missing-node object XYZ:1
edges 12 missing-value predicate
edges 13 unknown-predicate predicate afects
edges 14 malformed-curie publications PMID:x
edges 15 malformed-curie species_context_qualifier mouse
edges 16 not-a-flag negated maybe
edges 17 odd-row  5 cells, not 10
edges 18 unseen-character
edges 19 not-utf8
edges 20 duplicate-id id c3
edges 21 duplicate-id id c3
edges 22 missing-node subject HGNC:3
"""


def write(folder, nodes=NODES, edges=EDGES):
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "nodes.tsv", folder / "edges.tsv"
    for file, text in zip(files, (nodes, edges), strict=True):
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return files


@pytest.fixture(scope="module", params=["python", "duckdb"])
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bulk")
    return bulk.bulk(*write(folder), folder / "graph", engine=request.param, store=True)


def quads(folder):
    """Every line of the N-Quads of a folder, sorted, whatever the name of the graph."""
    found = []
    for file in sorted(Path(folder).glob("*.nq*")):
        with gzip.open(file, "rt") if file.suffix == ".gz" else file.open(encoding="utf-8", newline="\n") as text:
            found += [re.sub(r"immune-kg/bulk/[^/>]+", "immune-kg/bulk/G", line) for line in text]
    return sorted(found)


def test_every_bad_row_is_named_with_its_place_and_reason(made):
    rows = [line.split("\t") for line in (made.folder / "rejects.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["of", "file", "line", "reason", "column", "value", "id"]
    said = [" ".join((of, line, reason, column, value)).rstrip() for of, _, line, reason, column, value, _ in rows[1:]]
    assert [re.sub(r"md5-\w+", "md5-1", one) for one in said] == REJECTED.splitlines()
    table = pq.read_table(made.folder / "rejects.parquet")
    assert table.num_rows == made.nodes.rejected + made.edges.rejected == len(rows) - 1
    assert sum(made.reasons.values()) == len(rows) - 1
    assert all(fault.partition(": ")[2].partition(" ")[0] in slots.REASONS for fault in made.reasons)


def test_what_was_read_is_what_was_written_and_rejected(made):
    assert (made.nodes, made.edges) == (run.Counts(14, 5, 9), run.Counts(19, 4, 15))
    with pytest.raises(AssertionError, match="3 rows read"):
        run.Counts(3, 1, 1)
    assert made.ignored == {
        str(made.folder.parent / "nodes.tsv"): ("note",),
        str(made.folder.parent / "edges.tsv"): ("score",),
    }


def test_an_edge_is_an_association_and_a_bare_triple_only_if_asserted(made):
    store = ox.Store.read_only(str(made.folder / "store"))
    ask = f"""PREFIX b: <{slots.BIOLINK}> PREFIX r: <{vocabulary.NAMESPACES["rdf"]}> PREFIX k: <{slots.KGV}>
    SELECT ?e ?asserted (GROUP_CONCAT(STR(?p); separator=' ') AS ?cited) (SAMPLE(?said) AS ?text) WHERE {{
      ?e a b:Association ; r:predicate b:affects ; k:asserted ?asserted .
      OPTIONAL {{ ?e b:publications ?p }} OPTIONAL {{ ?e b:supporting_text ?said }} }} GROUP BY ?e ?asserted ORDER BY ?e"""
    rows = [[t.value if t else "" for t in row] for row in store.query(ask, use_default_graph_as_union=True)]
    assert [(row[0].rpartition("/")[2], row[1]) for row in rows] == [
        ("e%202", "false"),
        ("u4", "false"),
        ("urn:uuid:0a", "true"),
    ]
    assert sorted(set(rows[0][2].split())) == ["http://www.ncbi.nlm.nih.gov/pubmed/3", "https://doi.org/10.1000/x"]
    assert rows[0][3] in ("a\\b", "c") and rows[2][3] == 'said "so"'
    bare = [q for q in store if q.predicate.value == slots.BIOLINK + "affects"]
    assert [(q.subject.value, q.object.value) for q in bare] == [
        ("http://identifiers.org/hgnc/15631", "http://purl.obolibrary.org/obo/GO_0006915")
    ]
    assert made.asserted == 1


def test_void_counts_what_is_there(made):
    lines_ = quads(made.folder)
    assert len(lines_) == len(set(lines_)) == made.quads == len(ox.Store.read_only(str(made.folder / "store")))
    void = (made.folder / "void.ttl").read_text(encoding="utf-8")
    graph = list(ox.parse(void, format=ox.RdfFormat.TURTLE, base_iri="urn:x/"))
    said = {str(q.predicate.value).rpartition("#")[2]: q.object.value for q in graph if q.subject.value == made.graph}
    assert int(said["triples"]) == made.quads and int(said["entities"]) == 9
    parts = {q.subject: q.object.value for q in graph if q.predicate.value.endswith("#property")}
    counts = {parts[q.subject]: int(q.object.value) for q in graph if q.subject in parts and q.predicate.value.endswith("triples")}  # fmt: skip
    for name, n in counts.items():
        assert sum(f"> <{name}> " in line and line.startswith("<") for line in lines_) == n, name


def test_the_table_has_lists_and_nothing_where_nothing_is_stated(made):
    rows = {row["id"]: row for row in pq.read_table(made.folder / "edges-00000.parquet").to_pylist()}
    assert rows["uuid:0a"]["publications"] == ["PMID:1", "PMID:2"] and rows["uuid:0a"]["negated"] is None
    assert rows["e 2"]["negated"] is True and rows["e 2"]["asserted"] is False
    assert rows["u4"]["publications"] is None and rows["u4"]["species_context_qualifier"] is None


def test_the_manifest_has_the_hash_of_every_file(made):
    import hashlib

    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    files = {file.name for file in made.folder.iterdir() if file.is_file()} - {"manifest.json"}
    assert set(manifest["files"]) == files
    for name in files:
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == manifest["files"][name]["sha256"]


@pytest.mark.parametrize("made", ["python"], indirect=True)
def test_the_same_graph_from_json_and_parquet_and_packed(made, tmp_path):
    good = ([], [])
    for kept, text in zip(good, (NODES, EDGES), strict=True):
        header, *rows = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").splitlines()
        for row in rows:
            cells = dict(zip(header.split("\t"), row.split("\t"), strict=False))
            many = {"category", "xref", "publications", "supporting_text"}
            kept.append({k: v.split("|") if k in many else v for k, v in cells.items() if v})
    for kind in ("nodes", "edges"):
        rows = [row for row in good[kind == "edges"] if row and row.get("id") not in ("id", "c1", "c2", "b9", "HGNC:2")]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / f"{kind}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
        names = sorted({name for row in rows for name in row})
        many = {"category", "xref", "publications", "supporting_text"}
        types = {name: pa.list_(pa.string()) if name in many else pa.string() for name in names}
        schema = pa.schema([(name, types[name]) for name in names])
        pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / f"{kind}.parquet")
        packed = pa.output_stream(str(tmp_path / f"{kind}.tsv.zst"), compression="zstd")
        packed.write(made.folder.parent.joinpath(f"{kind}.tsv").read_bytes())
        packed.close()
    both = ("python", "duckdb")
    for of_nodes, of_edges, engines_ in ((".parquet", ".jsonl.gz", both), (".tsv.zst", ".parquet", both[:1])):
        files = tmp_path / f"nodes{of_nodes}", tmp_path / f"edges{of_edges}"
        for engine in engines_:
            done = bulk.bulk(*files, tmp_path / "out", engine=engine, packed=True)
            expected = [re.sub(r"md5-\w+", "", line) for line in quads(made.folder)]
            assert [re.sub(r"md5-\w+", "", line) for line in quads(tmp_path / "out")] == expected, (files, engine)
            assert done.nodes.written == 5 and done.edges.written == 4


AWKWARD_ROWS = [
    *("HGNC:1|HGNC:2", "PMID:1|PMID:x", " PMID:1 | PMID:2 ", "|", "PMID:1||", "XYZ:1|PMID:1", "XYZ:1", "PMID:", ":1"),
    *("XYZ:1|PMID:x", "XYZ:a|ABC:b|GO:0000001", "XYZ:a|https:x", "Https:x", "XYZ:/x"),
    *("doi:10.1000/x|nonsense", "doi:10.1000/x<y>", "doi:10.1000/a%2Fb", "doi:10.1000/a%zz", "doi:10.1000/é[1]"),
    *("https://example.org/x", "https://example.org/#a#b", "http://a:b/", "http://[::1]/", "ftp://x/y", "PMID:١"),
    *("http://example.org/\ue000", "https://example.org/%", "https:x", "N:a#b", "M:a#b", "N:%41", "M:[x]", "M:ok?x"),
    *(
        "S::abc",
        "S:@a:b@",
        "S:/x",
        "T:x|M:y",
        "P7:x|P3:y|GO:0000001",
        "M:\U000e0001",
        "M:\U0010fffd",
        "M:🧬",
        "M:\U0001ffff",
    ),
]
AWKWARD_IDS = [
    "a b",
    "a%20b",
    "a<b>[c]#d",
    "uuid:0A",
    "uuid:x",
    "\x7f",
    "\x85",
    "\ue000",
    "é\u2028",
    "x" * 300,
    "{|}^`\\",
]
AWKWARD_IDS += ["\U000e0001", "\U0002fffe", "🧬"]
AWKWARD_IDS += ["https://w3id.org/immune-kg/a/b", "https://w3id.org/immune-kg/a b", "true", '"']


def awkward(folder):
    """Rows with every value that one might read in two ways, and random ones."""
    rnd = random.Random(7)
    ids = ["HGNC:1", "GO:0006915", "https://example.org/x", "M:a#b"]
    nodes = [[one, rnd.choice(["Gene", "biolink:Gene|Gene", "gene", ""]), said, xref] for xref in AWKWARD_ROWS for one, said in [(f"CHEBI:{rnd.randrange(30)}", rnd.choice(AWKWARD))]]  # fmt: skip
    nodes += [[one, "biolink:Gene", "", ""] for one in ids]
    columns = ["subject", "negated", "publications", "id", "predicate", "object", "knowledge_level", "supporting_text"]
    edges = []
    for number in range(1500):
        id = rnd.choice(["", str(number % 1400), *(f"{number}{one}" for one in AWKWARD_IDS), *AWKWARD_IDS])
        said = rnd.choice(["PMID:1|PMID:2", ""]) if number % 2 else rnd.choice(AWKWARD_ROWS)
        row = [rnd.choice(ids), rnd.choice(["", "true", "False", "TRUE", "no"][: 1 + number % 5]), said, id]
        row += [rnd.choice(["affects", "biolink:affects", "related_to"])]
        row += [rnd.choice(ids) if number % 9 else rnd.choice(AWKWARD_ROWS)]
        row += [rnd.choice(["knowledge_assertion", ""]), rnd.choice(AWKWARD)]
        edges.append(row)

    def table(name, header, rows):
        lines = ["\t".join(header), *("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row) for row in rows)]  # fmt: skip
        spoilt = [line[: rnd.randrange(len(line) + 1)] if rnd.random() < 0.05 else line for line in lines[1:]]
        (folder / name).write_text("\n".join([lines[0], *spoilt]), encoding="utf-8", newline="")
        return folder / name

    return table("nodes.tsv", ["id", "category", "name", "xref"], nodes), table("edges.tsv", columns, edges)


@pytest.mark.parametrize("more", [8, pytest.param(300, marks=pytest.mark.slow)])  # Biolink's map has as many
def test_python_and_duckdb_say_the_same_of_every_row(tmp_path, more):
    files = awkward(tmp_path)
    prefixes = {"M": "https://example.org/m/", "N": "https://example.org/n#", "S": "http://example.org", "T": "M:"}
    prefixes |= {f"P{number}": f"https://example.org/p{number}/" for number in range(more)}
    plain, duck = (
        bulk.bulk(*files, tmp_path / f"{engine}[1]*?" / "g", engine=engine, prefixes=prefixes, store=True)
        for engine in ("python", "duckdb")
    )
    assert (plain.folder / "rejects.tsv").read_text() == (duck.folder / "rejects.tsv").read_text()
    assert quads(plain.folder) == quads(duck.folder)
    assert plain.unregistered == duck.unregistered and "XYZ" in plain.unregistered
    assert plain.edges.rejected > 300 and plain.edges.written > 100 and len(plain.reasons) > 10
    for name in ("void.ttl", "summary.html"):
        assert (plain.folder / name).read_text() == (duck.folder / name).read_text()
    for name in ("rejects", "nodes-00000", "edges-00000"):
        ours, theirs = (pq.read_table(one.folder / f"{name}.parquet") for one in (plain, duck))
        assert ours.schema.names == theirs.schema.names
        assert list(map(str, ours.schema.types)) == list(map(str, theirs.schema.types))
        assert sorted(map(str, ours.to_pylist())) == sorted(map(str, theirs.to_pylist()))
    left, right = (json.loads((one.folder / "manifest.json").read_text()) for one in (plain, duck))
    assert (left.pop("engine"), right.pop("engine")) == ("python", "duckdb")
    assert {**left, "files": 0} == {**right, "files": 0}


def test_what_is_small_is_read_by_python_and_the_rest_by_duckdb(tmp_path, monkeypatch):
    files = write(tmp_path)

    def engine():
        done = bulk.bulk(*files, tmp_path / "out")
        return json.loads((done.folder / "manifest.json").read_text())["engine"]

    assert engine() == "python"
    with pytest.raises(ValueError, match="did you mean 'spark'"):
        bulk.bulk(*files, tmp_path / "out", engine="sprak")
    monkeypatch.setattr(bulk, "SMALL", sum(file.stat().st_size for file in files) - 1)
    assert engine() == "duckdb"


def test_json_lines_that_are_none_are_named():
    rows = [
        '{"id": "a"}',
        "[1]",
        '{"id": "\\q"}',
        '{"id": "\\ud800"}',
        '{"id": {"a": 1}}',
        '{"id": "a\\u0007"}',
        "{",
        " ",
        '{"negated": [true, false]}',
        '{"negated": [true]}',
        '{"id": "a", "id": "b"}',
        '{"id": NaN}',
        '{"id": 1E2}',
        "[" * 100_000,
        "\u2028",
    ]
    faults, said = lines.flattened(rows, "edge")
    assert faults.to_pylist() == ["", "no-json", "bad-escape", "bad-escape", "nested-value", "unseen-character", "no-json", "blank", "many-values", "", "repeated-key", "no-json", "", "no-json", "no-json"]  # fmt: skip
    assert [said[n].as_py().split(slots.CELL)[0] for n in (0, 12)] == ["a", "1E2"]


def test_files_that_cannot_be_read_at_all_are_refused_together(tmp_path):
    (tmp_path / "n.tsv").write_text("id\tid\n")
    (tmp_path / "e.tsv").write_text("subject\tpredicat\tobject\n")
    with pytest.raises(InvalidMechanism) as error:
        bulk.bulk(tmp_path / "n.tsv", tmp_path / "e.tsv", tmp_path / "out")
    assert [one.code for one in error.value.diagnostics] == ["missing-column", "no-table"]
    assert "did you mean 'predicat'?" in str(error.value)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["e.tsv", "n.tsv"]


def test_files_of_which_no_row_could_be_right_are_refused(tmp_path):
    _, edges = write(tmp_path)
    (tmp_path / "mac.tsv").write_bytes(b"id\tcategory\rGO:0006915\tbiolink:Gene\r")
    pq.write_table(pa.table({"id": ["a"], "name": pa.array([2**62], pa.timestamp("us"))}), tmp_path / "time.parquet")
    (tmp_path / "deep.jsonl").write_text("[" * 100_000)
    raw = pa.array([b"GO:1", b"\xff"], pa.binary())
    bad = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    pq.write_table(pa.table({"id": bad}), tmp_path / "bytes.parquet")
    for name, said in (("mac.tsv", "CR alone"), ("time.parquet", "timestamp"), ("bytes.parquet", "not UTF-8"), ("", "no such file")):  # fmt: skip
        with pytest.raises(InvalidMechanism, match=said):
            bulk.bulk(tmp_path / name if name else "", edges, tmp_path / "out")
    assert bulk.bulk(tmp_path / "deep.jsonl", edges, tmp_path / "out").reasons["nodes: no-json"] == 1


def test_too_many_rejects_leave_only_the_rejects(tmp_path):
    files = [str(file) for file in write(tmp_path)]
    ran = CliRunner().invoke(group.main, ["bulk", *files, "-o", str(tmp_path / "out"), "--max-rejects", "10%"])
    assert ran.exit_code == 1 and "24 of 33 rows are rejected, more than 10%" in ran.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["edges.tsv", "nodes.tsv", "out.rejects.tsv"]
    for option, code in (("--max-rejects=some", 2), ("--memory=much", 1), ("--conf=x", 2), ("--conf=x=1", 2)):
        ran = CliRunner().invoke(group.main, ["bulk", *files, "-o", str(tmp_path / "out"), option])
        assert (ran.exit_code, "Traceback" in ran.stderr) == (code, False), ran.stderr
    assert not list(tmp_path.glob(".*"))


def test_a_run_that_is_broken_off_leaves_what_was_there_and_can_be_run_again(tmp_path, made):
    files = write(tmp_path)
    shutil.copytree(made.folder, tmp_path / "graph")
    before = (tmp_path / "graph" / "manifest.json").read_bytes()

    def stop(doing, part, rows):
        if doing.startswith("writing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulk.bulk(*files, tmp_path / "graph", progress=stop)
    assert (tmp_path / "graph" / "manifest.json").read_bytes() == before
    assert not list(tmp_path.glob(".*"))
    left = tmp_path / f"{PART}left" / "swap" / "graph"  # by a kill
    left.mkdir(parents=True)
    (left / "edges-00009.nq").write_text("half")
    again = bulk.bulk(*files, tmp_path / "graph")
    assert not (tmp_path / "graph" / "edges-00009.nq").exists() and not list(tmp_path.glob(".*"))
    assert quads(again.folder) == quads(made.folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("do not touch")
    (tmp_path / "mine" / "manifest.json").write_text("{}")  # many programs call a file so
    with pytest.raises(ValueError, match=r"holds 'manifest\.json', which kg bulk did not write"):
        bulk.bulk(*files, tmp_path / "mine")
    (again.folder / "thesis.txt").write_text("do not touch")
    with pytest.raises(ValueError, match=r"holds 'thesis\.txt'"):
        bulk.bulk(*files, again.folder)
    (tmp_path / "new.rejects.tsv").write_text("mine")
    with pytest.raises(ValueError, match=r"new\.rejects\.tsv already exists"):
        bulk.bulk(*files, tmp_path / "new")
    (again.folder / "thesis.txt").unlink()
    inside = [again.folder / f"{of}-00000.parquet" for of in ("nodes", "edges")]
    with pytest.raises(ValueError, match="lies in the folder that is to be written"):
        bulk.bulk(*inside, again.folder)
    assert inside[0].is_file() and (tmp_path / "new.rejects.tsv").read_text() == "mine"


@pytest.mark.parametrize("engine", ["python", "duckdb"])
def test_predicates_of_older_biolink_versions_are_kept(engine, tmp_path):
    nodes = "id\tcategory\tname\nHGNC:1\tbiolink:Gene\ta\nHGNC:2\tbiolink:Gene\tb\n"
    edges = "id\tsubject\tpredicate\tobject\ne1\tHGNC:1\tbiolink:positively_regulates\tHGNC:2\n"
    made = bulk.bulk(*write(tmp_path, nodes, edges), tmp_path / "graph", engine=engine)
    assert (made.nodes.rejected, made.edges.rejected) == (0, 0)
    assert any("vocab/positively_regulates>" in line for line in quads(tmp_path / "graph"))


def test_more_prefixes_come_from_a_map(tmp_path):
    (tmp_path / "map.json").write_text('{"@context": {"XYZ": "https://example.org/xyz/"}}')
    assert bulk.prefix_map(tmp_path / "map.json") == {"XYZ": "https://example.org/xyz/"}
    for row in ("A B\thttps://example.org/", "A\thttps://example.org/[", "A\thttps://example.org/a#b#", "A\texample", "http\thttps://x.org/", "A\thttp://"):  # fmt: skip
        (tmp_path / "map.tsv").write_text(f"prefix\tiri\n{row}\n")
        with pytest.raises(InvalidMechanism, match="malformed-prefix"):
            bulk.prefix_map(tmp_path / "map.tsv")
    for name, text in (("a.json", "[1]"), ("b.json", '{"@context": "x"}'), ("c.json", "[" * 100_000), ("d.json", "\udcff"), ("e.tsv", "prefix\tiri\nX\n")):  # fmt: skip
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(InvalidMechanism):
            bulk.prefix_map(tmp_path / name)
    (tmp_path / "list.jsonld").write_text('\ufeff{"@context": [{"XYZ": "https://example.org/xyz/"}]}')
    assert bulk.prefix_map(tmp_path / "list.jsonld") == {"XYZ": "https://example.org/xyz/"}
    known = slots.Prefixes.registered({"XYZ": "https://example.org/xyz/", "GO": "https://wrong.example/"})
    assert known.iri("GO") == "http://purl.obolibrary.org/obo/GO_"
    assert re.fullmatch(known.one, "XYZ:1") and not re.fullmatch(known.one, "GO:1")


def test_the_store_and_the_graph_are_asked_from_the_command_line(made):
    call = CliRunner().invoke
    assert quads_.store_of(made.folder) == quads_.store_of(made.folder / "store") == made.folder / "store"
    asked = call(group.main, ["ask", "SELECT (COUNT(*) AS ?n) { ?e a biolink:Association }", str(made.folder), "--format", "csv"])  # fmt: skip
    assert asked.output.splitlines()[:2] == ["n", "4"], asked.output
    routes = call(group.main, ["paths", str(made.folder), "HGNC:15631", "CHEBI:1"])
    assert "HGNC:15631 ?> GO:0006915 ?> CHEBI:1" in routes.output
    assert call(group.main, ["paths", str(made.folder), "HGNC:15632", "CHEBI:1"]).exit_code == 1
    reached = json.loads(call(group.main, ["reach", str(made.folder), "HGNC:15631", "--json"]).output)
    assert reached["reached"] == 3


def test_the_page_needs_no_network_and_says_what_is_not_stated(made):
    page = (made.folder / "summary.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)\s*=|url\(|@import", page)
    assert "not stated" in page and "Homo sapiens (NCBITaxon:9606)" in page and "not medical advice" in page


# ---------------------------------------------------------------- the same answers as networkx


def test_reach_and_routes_are_those_of_networkx():
    rnd = random.Random(5)
    rows = [
        (f"n{rnd.randrange(40)}", f"n{rnd.randrange(40)}", rnd.choice(["increased", "decreased", None]))
        for _ in range(90)
    ]
    table = {"subject": [r[0] for r in rows], "object": [r[1] for r in rows], "predicate": ["affects"] * 90}
    table |= {"id": [str(n) for n in range(90)], "object_direction_qualifier": [r[2] for r in rows]}
    ours, theirs, signed = Graph.of(pa.table(table)), nx.DiGraph(), nx.DiGraph()
    for a, b, direction in rows:
        theirs.add_edge(a, b)
        for sign in (1, -1) if direction else ():
            signed.add_edge((a, sign), (b, sign * (1 if direction == "increased" else -1)))
    for node in sorted(theirs)[:12]:
        for limit in (1, 2, 99):
            near = nx.single_source_shortest_path_length(theirs, node, limit)
            found = ours.reach(node, 0 if limit == 99 else limit)
            assert {one.node: one.steps for one in found} == {n: d for n, d in near.items() if n != node}
            walks = nx.single_source_shortest_path_length(signed, (node, 1), limit) if (node, 1) in signed else {}
            for one in found:
                assert one.signs == "".join(mark for mark, sign in (("+", 1), ("-", -1)) if (one.node, sign) in walks)
        back = {one.node for one in ours.reach(node, back=True)}
        assert back == nx.ancestors(theirs, node) - {node}
        for other in sorted(theirs)[12:18]:
            paths = [(r[0][0].subject, *(step[0].object for step in r)) for r in ours.routes(node, other, 5)]
            assert sorted(paths) == sorted({tuple(p) for p in nx.all_simple_paths(theirs, node, other, 5)})
            assert [len(p) for p in paths] == sorted(len(p) for p in paths)


# ---------------------------------------------------------------- each function of text, on each engine

AWKWARD = [
    "",
    "a",
    "a.b",
    "a|b",
    " | a || b| ",
    "^$(x)[y]{2}*+?",
    'said "so"',
    "it's",
    "back\\slash",
    "\\",
    "\\n",
    "tab\there",
]
AWKWARD += [
    "two\nlines",
    "cr\rlf\r\n",
    "\r",
    "µ γ",
    "𝔸🧬z",
    "%41<>`",
    "\x1e",
    "a\x1eb\x1ec",
    "GO:1\x1ePMID:2",
    "\x85\u2028",
]
P = {"GO": "http://go/", "PMID": "http://pm/"}
FUNCTIONS = {
    "text": (lambda v: rules.text("<", v, "\\'\"\n"), lambda v: f"<{v}\\'\"\n"),
    "escaped": (
        rules.escaped,
        lambda v: v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r"),
    ),
    "encoded": (rules.encoded, lambda v: re.sub(r'[%<>"{}|\\^` \[\]#]', lambda m: f"%{ord(m[0]):02X}", v)),
    "listed": (
        rules.listed,
        lambda v: "\x1e".join(filter(None, (i.strip(" ") for i in v.split("|")))) if "|" in v else v,
    ),
    "expanded": (
        lambda v: rules.expanded(v, P, many=True),
        lambda v: re.sub(r"(\A|\x1e)(GO|PMID):", lambda m: m[1] + P[m[2]], v),
    ),
    "split": (lambda v: v.split("\x1e").length().cast("string"), lambda v: str(v.count("\x1e") + 1)),
    "item": (lambda v: v.split("\t")[0], lambda v: v.split("\t")[0]),
    "left": (lambda v: v.left(2), lambda v: v[:2]),
    "substr": (lambda v: v.substr(1), lambda v: v[1:]),
    "length": (lambda v: v.length().cast("string"), lambda v: str(len(v))),
    "lower": (lambda v: v.lower(), lambda v: v.lower()),
    "replace": (lambda v: v.replace(".", "\\"), lambda v: v.replace(".", "\\")),
    "contains": (lambda v: rules.chosen(v.contains("|"), "y", "n"), lambda v: "ny"["|" in v]),
    "ends": (lambda v: rules.chosen(v.endswith("\r"), "y", "n"), lambda v: "ny"[v.endswith("\r")]),
    "starts": (lambda v: rules.chosen(v.startswith("^$("), "y", "n"), lambda v: "ny"[v.startswith("^$(")]),
    "whole": (
        lambda v: rules.chosen(v.re_search(slots.whole(r"[a-z.]*", True)), "y", "n"),
        lambda v: "ny"[bool(re.fullmatch(r"[a-z.]*(\x1e[a-z.]*)*", v))],
    ),
    "control": (
        lambda v: rules.chosen(v.re_search(slots.CONTROL), "y", "n"),
        lambda v: "ny"[bool(re.search(slots.CONTROL, v))],
    ),
    "hash": (lambda v: v.hexdigest("md5"), lambda v: __import__("hashlib").md5(v.encode()).hexdigest()),
    "in": (lambda v: rules.chosen(v.isin(["it's", "\\", "a.b"]), "y", "n"), lambda v: "ny"[v in ("it's", "\\", "a.b")]),
    "table": (lambda v: v.nullif("").fill_null("none"), lambda v: v or "none"),
}


def functions(engine, source):
    """Each function of each awkward text, as an engine computes it."""
    table = ibis.table({"n": "int64", "v": "string"}, name=source)
    made = table.select("n", **{name: of(table.v) for name, (of, _) in FUNCTIONS.items()}).order_by("n")
    return engine.rows(made)


def expected():
    return [(n, *(plain(v) for _, plain in FUNCTIONS.values())) for n, v in enumerate(AWKWARD)]


def test_every_function_of_text_on_duckdb(tmp_path):
    engine = engines.DuckDB(tmp_path, lambda *_: None)
    engine.connection.register("awkward", pa.table({"n": range(len(AWKWARD)), "v": AWKWARD}))
    for ours, right in zip(functions(engine, "awkward"), expected(), strict=True):
        assert dict(zip(FUNCTIONS, ours[1:], strict=True)) == dict(zip(FUNCTIONS, right[1:], strict=True)), AWKWARD[
            right[0]
        ]
    engine.close()


SPARK = """
import json, os, signal, subprocess, sys, threading, time
sys.path[:0] = json.loads(os.environ["KG_PATHS"])
from kg import bulk
from kg.bulk import engines
import test_bulk

nodes, edges, out, master, kill = sys.argv[1:]

def executors():
    listed = subprocess.run(["ps", "-ewwo", "pid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    mine = [line.split(None, 1) for line in listed if "CoarseGrainedExecutorBackend" in line and out in line]
    return [int(pid) for pid, args in mine if "java" in args.split()[0]]

def progress(doing, part, rows):
    if kill and doing == "computing edge_rows":
        for _ in range(600):  # they start when they like
            if found := executors():
                os.kill(found[0], signal.SIGKILL)
                return print("killed")
            time.sleep(0.1)

settings = {"spark.executor.extraJavaOptions": f"-Dkg.out={out}"}
bulk.bulk(nodes, edges, out, engine="spark", master=master, settings=settings, progress=progress)
if not kill:
    from pathlib import Path
    import pyarrow as pa, pyarrow.parquet as pq
    work = Path(out).parent / "functions"
    work.mkdir()
    engine = engines.Spark(work, lambda *_: None, master)
    pq.write_table(pa.table({"n": range(len(test_bulk.AWKWARD)), "v": test_bulk.AWKWARD}), work / "awkward.parquet")
    engine.session.read.parquet(str(work / "awkward.parquet")).createOrReplaceTempView("awkward")
    for ours, right in zip(test_bulk.functions(engine, "awkward"), test_bulk.expected(), strict=True):
        assert ours == right, (ours, right)
    engine.close()
print("done")
"""


@pytest.fixture(scope="module")
def hundred_thousand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hundred")
    files = kgx.write(100_000, folder)
    return files, bulk.bulk(*files, folder / "duckdb", engine="duckdb")


@pytest.mark.slow
@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,1024]"])
def test_spark_writes_the_same_bytes_even_if_an_executor_is_killed(hundred_thousand, tmp_path, master):
    assert shutil.which("java"), "Spark needs Java 17: apt-get install openjdk-17-jre-headless"
    files, ours = hundred_thousand
    kill = "yes" if "cluster" in master else ""
    paths = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "benchmarks"), *sys.path]
    ran = subprocess.run(
        [sys.executable, "-c", SPARK, *map(str, files), str(tmp_path / "spark"), master, kill],
        env={**os.environ, "KG_PATHS": json.dumps(paths)},
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert ran.returncode == 0 and "done" in ran.stdout and ("killed" in ran.stdout) == bool(kill), ran.stderr[-3000:]
    assert quads(tmp_path / "spark") == quads(ours.folder)

    def rejects(folder):
        rows = (folder / "rejects.tsv").read_text(encoding="utf-8").splitlines()[1:]
        return sorted([*row.split("\t")[:2], *row.split("\t")[3:]] for row in rows)

    assert rejects(tmp_path / "spark") == rejects(ours.folder)
    assert len(rejects(ours.folder)) > 1500
    theirs = json.loads((tmp_path / "spark" / "manifest.json").read_text(encoding="utf-8"))
    here = json.loads((ours.folder / "manifest.json").read_text(encoding="utf-8"))
    assert [theirs[key] for key in ("nodes", "edges", "quads", "asserted")] == [
        here[key] for key in ("nodes", "edges", "quads", "asserted")
    ]


@pytest.mark.slow
def test_python_writes_the_same_of_many_rows(hundred_thousand, tmp_path):
    files, ours = hundred_thousand
    plain = bulk.bulk(*files, tmp_path / "python", engine="python")
    assert quads(plain.folder) == quads(ours.folder)
    assert (plain.folder / "rejects.tsv").read_text() == (ours.folder / "rejects.tsv").read_text()
    assert (plain.folder / "void.ttl").read_text() == (ours.folder / "void.ttl").read_text().replace("/duckdb", "/python").replace('"duckdb', '"python')  # fmt: skip


#: What a run writes before it is moved.
MADE = f"{PART}*/swap/out/edges-*.nq"


@pytest.mark.slow
def test_a_killed_run_leaves_nothing_half_written(tmp_path):
    files = [str(file) for file in kgx.write(200_000, tmp_path)]  # so many that the signals come while it writes
    command = [sys.executable, "-m", "kg", "bulk", *files, "-o", str(tmp_path / "out")]
    for how in (signal.SIGKILL, signal.SIGINT):
        left = set(tmp_path.glob(MADE))
        assert bool(left) == (how == signal.SIGINT)  # what the kill before has left
        heard = partial(
            signal.signal, signal.SIGINT, signal.SIG_DFL
        )  # who is started in the background hears no Ctrl-C
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=heard)
        seen = threading.Event()
        for _ in range(2400):
            if set(tmp_path.glob(MADE)) - left:
                seen.set()
                break
            if run.poll() is not None:
                break
            seen.wait(0.05)
        run.send_signal(how)
        _, said = run.communicate(timeout=60)
        assert seen.is_set() and run.returncode != 0 and not (tmp_path / "out").exists()
        assert "Traceback" not in said
    assert not list(tmp_path.glob(".kg*"))
    assert subprocess.run(command, check=True, capture_output=True, timeout=300).stdout
    assert quads(tmp_path / "out")
