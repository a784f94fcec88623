"""Terms in downloaded files: found, held against the pinned ones, and added with release and hash; small files of our own."""

import hashlib
import json
import shutil

import pytest
from click.testing import CliRunner

import kg
from kg.cli.group import main
from kg.model import catalogue, grounding, vocabulary
from kg.model.diagnostics import InvalidMechanism

OBO = r"""format-version: 1.2
data-version: releases/2026-01-01
ontology: go

[Term]
id: GO:0006915
name: apoptotic process
namespace: biological_process
synonym: "apoptosis" NARROW []

[Term]
id: GO:0034154
name: toll-like receptor 7 pathway {comment="renamed"}
namespace: biological_process

[Term]
id: GO:0097189
name: apoptotic body
namespace: cellular_component
is_obsolete: true
replaced_by: GO:0000001

[Term]
id: GO:9000001
name: made up process\, of a \"test\"
namespace: biological_process
synonym: "made up \"thing\"" EXACT [] ! said so
synonym: "invention" RELATED []

[Term]
id: GO:9000002
name: gone
namespace: biological_process
is_obsolete: true

[Term]
id: XYZ:1
name: of an unknown prefix

[Typedef]
id: part_of
name: part of
"""
HGNC = (
    "hgnc_id\tsymbol\tname\tlocus_group\tstatus\talias_symbol\tprev_symbol\n"
    "HGNC:15631\tTLR7\ttoll like receptor 7\tprotein-coding gene\tApproved\tCD287\t\n"
    "HGNC:31533\tMIR146\tmicroRNA 146a\tnon-coding RNA\tApproved\tMIRN146|miRNA146A\tMIRN146A\n"
    "HGNC:999999\tMADE1\tmade up 1\tprotein-coding gene\tApproved\t\t\n"
    "HGNC:999998\tGONE1\tgone\twithdrawn\tEntry Withdrawn\t\t\n"
)
MGI = (
    "MGI Accession ID\tChr\tMarker Symbol\tStatus\tMarker Name\tMarker Type\tMarker Synonyms (pipe-separated)\n"
    "MGI:2176882\tX\tTlr7\tO\ttoll-like receptor 7\tGene\t\n"
    "MGI:9999999\t1\tMade1\tO\tmade up 1\tGene\tfirst|second\n"
)
MESH = """*NEWRECORD
RECTYPE = D
MH = Made Up Cells
MN = A11.999
ENTRY = Cells, Made Up|T017|NON|EQV|NLM
PRINT ENTRY = Invented Cells|T017
UI = D999999

*NEWRECORD
RECTYPE = C
NM = madeupimab
SY = MU-101|T116|EQV
UI = C999999

*NEWRECORD
RECTYPE = D
MH = Toll Like Receptor Seven
UI = D051199
"""
TAXA = (
    "9606\t|\tHomo sapiens\t|\t\t|\tscientific name\t|\n"
    "9606\t|\thuman\t|\t\t|\tgenbank common name\t|\n"
    "10090\t|\thouse mouse\t|\t\t|\tgenbank common name\t|\n"
    "10090\t|\tMus domesticus musculus\t|\t\t|\tscientific name\t|\n"
    "999999\t|\tInventus minor\t|\t\t|\tscientific name\t|\n"
    "999999\t|\tlesser invention\t|\t\t|\tcommon name\t|\n"
    "999999\t|\tInventus minor L.\t|\t\t|\tauthority\t|\n"
)


@pytest.fixture
def files(tmp_path):
    found = {}
    texts = {"go.obo": OBO, "hgnc.txt": HGNC, "mgi.rpt": MGI, "d2026.bin": MESH, "names.dmp": TAXA}
    for name, text in texts.items():
        found[name] = tmp_path / name
        found[name].write_text(text, encoding="utf-8")
    return found


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with a copy of the tables."""
    root = tmp_path / "project"
    shutil.copytree(kg.data_dir("ontology"), root / "ontology")
    (root / "setup.cfg").touch()
    monkeypatch.setattr(catalogue, "data_dir", lambda name: root / name)
    monkeypatch.setattr(vocabulary, "data_dir", lambda name: root / name)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    yield root / "ontology" / "terms.tsv"
    monkeypatch.undo()
    vocabulary.terms.cache_clear()
    grounding._pinned.cache_clear()


def run(*arguments):
    return CliRunner().invoke(main, ["ground", *map(str, arguments)])


def test_terms_are_found_in_a_file_with_its_release_and_hash(files):
    result = run("made", "up", "--obo", files["go.obo"])
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == 'GO:9000001 ! made up process, of a "test"'
    sha = hashlib.sha256(files["go.obo"].read_bytes()).hexdigest()
    assert f"go.obo releases/2026-01-01 sha256:{sha}" in result.output
    assert 'also: made up "thing", invention' in result.output
    assert json.loads(run("MADE1", "--table", files["hgnc.txt"], "--json").output)["matches"][0]["id"] == "HGNC:999999"
    assert run("second", "--table", files["mgi.rpt"]).output.startswith("MGI:9999999 ! Made1")
    for gone, name in (("gone", "go.obo"), ("GONE1", "hgnc.txt")):
        option = "--obo" if name.endswith("obo") else "--table"
        assert run(gone, option, files[name]).exit_code == 1


def test_pinned_labels_are_held_against_a_file(files):
    result = run("--obo", files["go.obo"])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "GO:0034154 ! toll-like receptor 7 signaling pathway: another label: toll-like receptor 7 pathway" in lines
    assert "GO:0097189 ! apoptotic body: obsolete: replaced by GO:0000001" in lines
    assert "GO:0036019 ! endolysosome: missing" in lines
    assert not any(line.startswith(("GO:0006915", "HGNC", "CL:")) for line in lines)
    found = json.loads(run("--table", files["hgnc.txt"], "--json").output)
    assert {"id": "HGNC:31533", "pinned": "MIR146A", "what": "another label", "there": "MIR146"} in found["found"]
    assert found["compared"] == sum(id.startswith("HGNC:") for id in vocabulary.terms())


def test_headings_of_mesh_and_organisms_are_found_compared_and_added(files, checkout):
    assert run("invented", "cells", "--table", files["d2026.bin"]).output.startswith("MESH:D999999 ! Made Up Cells")
    assert run("mu-101", "--table", files["d2026.bin"]).output.startswith("MESH:C999999 ! madeupimab")
    assert run("lesser", "invention", "--table", files["names.dmp"]).output.startswith(
        "NCBITaxon:999999 ! Inventus minor"
    )
    differs = run("--table", files["d2026.bin"]).output
    assert "MESH:D051199 ! Toll-Like Receptor 7: another label: Toll Like Receptor Seven" in differs
    organisms = run("--table", files["names.dmp"]).output
    assert "NCBITaxon:10090 ! Mus musculus: another label: Mus domesticus musculus" in organisms
    assert "NCBITaxon:9606" not in organisms
    assert run("--table", files["d2026.bin"], "--add", "MESH:D999999", "--category", "biolink:Cell").exit_code == 0
    assert run("--table", files["names.dmp"], "--add", "NCBITaxon:999999").exit_code == 0
    assert vocabulary.terms()["MESH:D999999"].synonyms == ("Cells, Made Up", "Invented Cells")
    added = vocabulary.terms()["NCBITaxon:999999"]
    assert (added.synonyms, added.category) == (("lesser invention",), "biolink:OrganismTaxon")


def test_a_file_that_agrees_ends_with_0(tmp_path):
    rows = [entry for entry in vocabulary.terms().values() if entry.id.startswith("HGNC:")]
    file = tmp_path / "hgnc.txt"
    lines = [f"{entry.id}\t{entry.label}\t\tApproved\n" for entry in rows]
    file.write_text("hgnc_id\tsymbol\tname\tstatus\n" + "".join(lines), encoding="utf-8")
    result = run("--table", file)
    assert result.exit_code == 0 and f"{len(rows)} terms of terms.tsv compared" in result.output
    assert "0 differences" in result.output


def test_terms_are_added_in_order_and_every_other_line_stays(files, checkout):
    before = checkout.read_text(encoding="utf-8").splitlines()
    assert run("--obo", files["go.obo"], "--add", "GO:9000001").exit_code == 0
    assert run("--table", files["hgnc.txt"], "--add", "HGNC:999999").exit_code == 0
    assert run("--table", files["mgi.rpt"], "--add", "MGI:9999999").exit_code == 0
    after = checkout.read_text(encoding="utf-8").splitlines()
    new = [line for line in after if line not in before]
    assert [line for line in after if line in before] == before
    sha = hashlib.sha256(files["go.obo"].read_bytes()).hexdigest()
    assert new[0].split("\t") == [
        "GO:9000001", 'made up process, of a "test"', 'made up "thing"|invention', "biolink:BiologicalProcess", "", "", "",
        f"go.obo releases/2026-01-01 sha256:{sha}", "1970-01-02",
    ]  # fmt: skip
    assert new[1].split("\t")[3:5] == ["biolink:Gene", "NCBITaxon:9606"]
    assert [id for id in (line.split(":")[0] for line in after) if id in ("GO", "HGNC")] == sorted(
        id for id in (line.split(":")[0] for line in after) if id in ("GO", "HGNC")
    )
    assert vocabulary.terms()["MGI:9999999"].taxon == "NCBITaxon:10090"
    grounding._pinned.cache_clear()
    assert kg.ground("MADE1").best.id == "HGNC:999999"


@pytest.mark.parametrize(
    ("name", "ids", "words"),
    [
        ("go.obo", ["GO:9000001", "GO:1"], "'GO:1' is not in it"),
        ("go.obo", ["GO:9000001", "GO:0006915"], "in terms.tsv already"),
        ("go.obo", ["GO:9000002"], "is obsolete"),
        ("go.obo", ["XYZ:1"], "not a prefix of prefixes.tsv"),
        ("hgnc.txt", ["HGNC:999998"], "is obsolete"),
    ],
)
def test_what_cannot_be_added_is_told_and_nothing_is_written(name, ids, words, files, checkout):
    before = checkout.read_bytes()
    option = "--obo" if name.endswith("obo") else "--table"
    result = run(option, files[name], *(part for id in ids for part in ("--add", id)))
    assert (result.exit_code, words in result.output) == (1, True), result.output
    assert checkout.read_bytes() == before
    assert sorted(path.name for path in checkout.parent.iterdir()) == sorted(
        path.name for path in kg.data_dir("ontology").iterdir()
    )


def test_a_category_that_is_not_clear_has_to_be_said(tmp_path, checkout):
    file = tmp_path / "chebi.obo"
    file.write_text("format-version: 1.2\n\n[Term]\nid: CHEBI:1\nname: something\n", encoding="utf-8")
    assert "say --category" in run("--obo", file, "--add", "CHEBI:1").output
    assert "is not a category" in run("--obo", file, "--add", "CHEBI:1", "--category", "biolink:Thing").output
    assert run("--obo", file, "--add", "CHEBI:1", "--category", "biolink:SmallMolecule").exit_code == 0


def test_an_installed_kg_adds_nothing(files, tmp_path, monkeypatch):
    (tmp_path / "site" / "ontology").mkdir(parents=True)
    monkeypatch.setattr(catalogue, "data_dir", lambda name: tmp_path / "site" / name)
    with pytest.raises(InvalidMechanism, match="installed kg"):
        catalogue.add(catalogue.read(files["go.obo"], "obo"), ["GO:9000001"])


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--obo", "hgnc_id\tsymbol\n", "no format-version"),
        ("--obo", "format-version: 1.2\n", "no term in it"),
        ("--table", "a\tb\n1\t2\n", "lacks the columns"),
        ("--table", "hgnc_id\tsymbol\nX\tY\n", "no term in it"),
        ("--table", "", "lacks the columns"),
    ],
)
def test_a_file_of_another_kind_is_refused(option, text, words, tmp_path):
    file = tmp_path / "file"
    file.write_text(text, encoding="utf-8")
    result = run("x", option, file)
    assert (result.exit_code, words in result.output) == (1, True), result.output


@pytest.mark.parametrize("arguments", [[], ["--add", "GO:1"], ["--category", "x"], ["x", "--obo", "no-such-file"]])
def test_what_is_not_understood_ends_with_2(arguments):
    assert run(*arguments).exit_code == 2
