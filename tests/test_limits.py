"""How much kg reads: whatever is more than the table of limits says ends in the complaint that stands there."""

import re
import time
from pathlib import Path

import pytest
from test_formats import SMALL

from kg import formats
from kg.checks import shapes
from kg.formats import rdf
from kg.model import foreign, limits, rdf_files
from kg.model.diagnostics import InvalidMechanism
from kg.review import papers, suggest

ROOT = Path(__file__).parents[1]
MODEL = 'id: a\ntitle: %s\nlicence: CC0-1.0\nsources: {s: {kind: review, title: S}}\nnodes: {A: none, B: none}\nedges:\n- {edge: A activates B, evidence: [{claim: inference, because: so}]}\n'  # fmt: skip
SPECIES = SMALL["sbml"][1].replace('qual:maxLevel="1"/>', 'qual:maxLevel="21"/>', 1)
RATE = "node A { rate_up = %s1%s; rate_down = 0; }"
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">%s</rdf:RDF>'


def nested(opens, times, closes=""):
    return opens * times + closes * times


def edges(times):
    return "".join(f"A{n}\tactivates\tB\n" for n in range(times))


def implicants(width):
    return "targets, factors\nA, " + " & ".join(f"(B{n} | C{n})" for n in range(width)) + "\n"


#: By limit: the file that has too much, and where it cannot be large here, what is set lower for the test.
TOO_MUCH = {
    "file": ("x.yaml", "# long\n", ("kg.formats.shared.bounded.LARGEST", 3)),
    "parts": ("x.cyjs", SMALL["cyjs"][1], ("kg.formats.shared.bounded.MOST_PARTS", 3)),
    "records": ("x.sif", edges(60), ("kg.formats.shared.losses.MOST_RECORDS", 50)),
    "columns": ("x.csv", "subject,verb,object," + ",".join(f"a{n}" for n in range(1000)) + "\nA,activates,B\n", None),
    "complaints": ("x.bnet", "targets, factors\n" + "".join(f"A{n}, B )\n" for n in range(1100)), None),
    "value": ("x.yaml", MODEL % ("a" * 100_001), None),
    "depth": ("x.cyjs", '{"elements": ' + nested("[", 101, "]") + "}", None),
    "depth of XML": ("x.graphml", nested("<graphml>", 301, "</graphml>"), None),
    "depth of an article": ("x.xml", "<article>" + nested("<sec>", 121, "</sec>") + "</article>", None),
    "depth of the notation": ("x.yaml", "id: " + nested("[", 33, "]"), None),
    "depth of RDF/XML": ("x.rdf", RDF % nested("<a>", 1001, "</a>"), None),
    "entity": ("x.rdf", f'<!DOCTYPE a [<!ENTITY a "{"a" * 1001}">]>' + RDF % "", None),
    "validated RDF": ("x.ttl", "# long\n", ("kg.checks.shapes.LARGEST", 3)),
    "drafted text": ("x.txt", "TLR7 activates MyD88. " * 100_000, None),
    "variables": ("x.bnet", "targets, factors\nA, " + " | ".join(f"B{n}" for n in range(201)) + "\n", None),
    "tokens": ("x.bnet", "targets, factors\nA, B" + " | B" * 50_001 + "\n", None),
    "diagram": ("x.bnet", implicants(6), ("kg.formats.boolean.formulas.MOST_NODES", 5)),
    "implicants": ("x.bnet", implicants(12), None),
    "conditions": ("x.bnd", RATE % ("1 ? (" * 22, ") : 0" * 22), None),
    "levels": ("x.sbml", SPECIES, None),
}
#: What is not a file: the tests that show it.
ELSEWHERE = {
    "unpacked": "tests/test_formats_table.py::test_a_hostile_workbook_is_refused_and_nothing_is_written",
    "question": "tests/test_serve.py::test_what_is_wrong_is_refused_with_a_readable_reason",
    "bench": "tests/test_bench.py::test_what_is_too_long_to_be_sent_changes_nothing",
    "endpoint": "tests/test_questions.py::test_an_endpoint_that_answers_with_too_much_is_a_complaint",
}


def test_each_limit_is_shown():
    assert {*TOO_MUCH, *ELSEWHERE} == set(limits.LIMITS)
    for name in ELSEWHERE.values():
        file, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_more_is_refused_by_its_code(name, tmp_path, monkeypatch):
    file_name, text, lower = TOO_MUCH[name]
    if lower:
        monkeypatch.setattr(*lower)
    file = tmp_path / file_name
    file.write_text(text, encoding="utf-8")
    read = {"validated RDF": shapes.read, "drafted text": suggest.draft, "depth of an article": papers.read}.get(name)
    if file.suffix == ".rdf":
        read = rdf_files.content
    began = time.monotonic()
    if read:
        with pytest.raises(InvalidMechanism) as refused:
            read(file)
        wrong = refused.value.diagnostics
    else:
        try:
            wrong = formats._parsed(file)[1].wrong
        except InvalidMechanism as error:
            wrong = error.diagnostics
    found = [one for one in wrong if one.code == limits.LIMITS[name].code and one.severity == "error"]
    assert found and found[0].at.path == str(file), [str(one) for one in wrong][:3]
    most = limits.LIMITS[name].most
    assert lower or name in ("complaints", "entity") or str(most) in found[0].message.replace(",", ""), found[0].message
    assert time.monotonic() - began < 20


def test_the_docs_show_the_table():
    assert limits.table() in (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


#: Texts over which a careless pattern goes again from each of their characters.
RUNS = [
    "\n",
    " ",
    "\t",
    "id\t",
    "node ",
    "# ",
    "#\n",
    "A",
    "1",
    "A*",
    "SET ",
    '"elements"',
    ",a",
    ";\\",
    "_",
    '"',
    "\\",
]


@pytest.mark.parametrize("run", RUNS)
def test_no_pattern_that_looks_at_a_whole_file_takes_the_square_of_its_length(run):
    text = (run * 65_536)[:65_536]
    began = time.monotonic()
    for row in formats.FORMATS.values():
        re.search(row.mark, text)
    formats.COLUMNS.match(text)
    rdf.QUAD.match(text)
    foreign._passive(f"{text}_by")
    assert time.monotonic() - began < 5
