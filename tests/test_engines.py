"""Our RDF, questions and shapes in engines of others: Jena under Java, and Comunica, N3.js and two SHACL engines under Node.

One process of each, over what ``kg build`` wrote. ``.ci/run`` installs them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from test_javascript import ROOT, TESTS, without
from test_shapes import FILES, GOOD, PREFIX, name

import kg
from kg import sparql
from kg.sparql import BoundValue, Engine
from kg.sparql.library import text_of

pytestmark = pytest.mark.slow

JARS = Path("/usr/share/java")  # where Debian has them
#: Jena, and what its jars need of others to read and to answer.
NEEDED = (
    *(f"jena-{part}" for part in ("arq", "base", "core", "iri")),
    *(f"commons-{part}" for part in ("codec", "compress", "csv", "io", "lang3")),
    *("dexx.collection", "guava", "slf4j-api", "slf4j-nop", "thrift"),
)
BRACKETED = "org/apache/jena/ext/"  # Debian's Jena looks for its messages without this, and has them with it
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
#: Questions about other things than those that they name: a node whose label is its key, too.
OTHERS = {"edges-of-a-node": {"node": "TLR7"}, "what-protects": {"node": "PD-1 signalling"}}


def ended(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def under_node(script: str, *arguments: Path) -> str:
    node = shutil.which("node")
    if not node or not (ROOT / "node_modules" / "n3").exists():
        without("node, or its packages (npm ci)", "no engine in JavaScript was asked")
    return ended(node, str(TESTS / script), *map(str, arguments))


def jena(folder: Path, *arguments: Path) -> None:
    java = shutil.which("java")
    if not java or not (JARS / "jena-arq.jar").exists():
        without("java, or Jena (the package libapache-jena-java)", "Jena was not asked")
    with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
        for entry in jar.namelist():
            if entry.startswith(BRACKETED) and entry.endswith(".properties"):
                place = folder / "messages" / entry.removeprefix(BRACKETED)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(jar.read(entry))
    path = ":".join([str(folder / "messages"), *(str(JARS / f"{jar}.jar") for jar in NEEDED)])
    ended(java, "-Xmx1g", "-cp", path, str(TESTS.parent / "java" / "Ask.java"), *map(str, arguments))


# ---------------------------------------------------------------- questions


Row = tuple[BoundValue | None, ...]


@pytest.fixture(scope="module")
def answers(built: Path) -> dict[str, sparql.Answer]:
    """What kg answers about all mechanisms, by the names of files."""
    with Engine(60) as engine:
        engine.load(built / "all.nq")
        found = {stem: engine.ask(stem) for stem in sparql.questions()}
        return found | {f"other-{stem}": engine.ask(stem, given) for stem, given in OTHERS.items()}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    asked = {stem: one.text for stem, one in sparql.questions().items()}
    asked |= {f"other-{stem}": text_of(stem, given)[0] for stem, given in OTHERS.items()}
    for stem, text in asked.items():
        (tmp_path / f"{stem}.rq").write_text(text, encoding="utf-8")
    return sorted(tmp_path.glob("*.rq"))


def value(term: dict[str, str] | None) -> BoundValue | None:
    """A term of the JSON form of SPARQL results."""
    if term is None or term["type"] == "uri":
        return term and BoundValue("uri", term["value"])
    datatype = term.get("datatype", "")
    return BoundValue("literal", term["value"], "" if datatype == XSD_STRING else datatype, term.get("xml:lang", ""))


def told(file: Path) -> tuple[Sequence[str], Iterable[Row], bool | None]:
    """The variables, the rows and the truth of an answer in a file of its own."""
    if file.with_suffix(".nt").exists():
        triples = ox.parse(path=file.with_suffix(".nt"))
        graph = {tuple(map(_term, (triple.subject, triple.predicate, triple.object))) for triple in triples}
        return ("s", "p", "o"), list(graph), None  # Comunica gives a triple once for each solution that makes it
    said: dict[str, Any] = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    names = said["head"].get("vars", [])
    rows = [tuple(value(row.get(name)) for name in names) for row in said.get("results", {}).get("bindings", [])]
    return names, rows, said.get("boolean")


def _term(term: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple) -> BoundValue:
    if isinstance(term, ox.Literal):
        return BoundValue("literal", term.value, term.datatype.value.replace(XSD_STRING, ""), term.language or "")
    assert isinstance(term, ox.NamedNode)
    return BoundValue("uri", term.value)


@pytest.mark.parametrize("engine", ["jena", "comunica"])
def test_every_question_has_the_same_answer(
    engine: str, answers: dict[str, sparql.Answer], files: list[Path], built: Path, tmp_path: Path
) -> None:
    """The same rows as often; also in the same order in Jena, while Comunica sorts texts by the reader's language."""
    if engine == "jena":
        jena(tmp_path, built / "all.nq", *files)
    else:
        under_node("comunica.mjs", built / "all.nq", *files)
    assert len(files) == len(answers) > 50
    for file in files:
        ours, (variables, rows, truth) = answers[file.stem], told(file)
        assert truth == ours.truth, file.stem
        assert ours.turtle or list(variables) == list(ours.variables or ()), file.stem
        assert Counter(rows) == Counter(map(tuple, ours.rows or ())), file.stem
        assert engine != "jena" or ours.turtle or list(rows) == list(map(tuple, ours.rows or ())), file.stem


# ---------------------------------------------------------------- shapes, and RDF itself


def test_the_core_shapes_work_in_engines_without_sparql(built: Path) -> None:
    """Each broken file earns the one complaint that it earns from kg, but for those that only SPARQL can see."""
    whole = [GOOD, built / "ta1-tlr7.ttl", built / "ta1-tlr7.run.ttl"]
    said = json.loads(under_node("shacl.mjs", kg.data_dir("ontology") / "shapes-core.ttl", *whole, *FILES))
    for file in (*whole, *FILES):
        seen = file not in whole and not name(file).startswith(("bare-triple", "nothing"))
        assert len(said[str(file)]) == 2
        for engine, shapes in said[str(file)].items():
            assert set(shapes) == ({PREFIX + name(file)} if seen else set()), (file.name, engine)


def test_n3_reads_what_oxigraph_reads(built: Path) -> None:
    endings = (".ttl", ".run.ttl", ".trig", ".nq", ".rdf12.ttl", ".nanopub.trig")
    files = [*(built / f"ta1-tlr7{ending}" for ending in endings), built / "all.nq", built / "void.ttl"]
    for file, lines in json.loads(under_node("n3.mjs", *files)).items():
        wanted = set(ox.parse(path=file))
        assert set(ox.parse(lines.encode(), format=ox.RdfFormat.N_QUADS)) == wanted and wanted, file
