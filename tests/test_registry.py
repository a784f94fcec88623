"""The prefixes of others, and identifiers of prefixes that nobody registered: what they are read as, and where they survive."""

import importlib.util
import re
import subprocess
import sys

import pytest
from conftest import LITTLE

from kg import bulk, checks, data_dir, formats
from kg.bulk import slots
from kg.formats.rdf import void
from kg.model import vocabulary
from kg.model.vocabulary import compress, expand, iri, prefix

ROWS = {name: row for name, row in vocabulary.registry().items() if name not in vocabulary.prefixes()}
NAMED = [
    *("NCBIGene ENSEMBL Reactome KEGG OMIM HP MP DOID RGD FB ZFIN fplx EFO MI PMCID SO DBSNP INTERPRO".split()),
    *("HMDB PFAM UMLS ORPHA CLO RXNORM SNOMEDCT ComplexPortal WIKIPATHWAYS INTACT signor hgnc.symbol".split()),
]


@pytest.mark.parametrize("name", NAMED)
def test_a_prefix_that_biologists_write_is_known_in_any_case(name):
    spelt = {prefix(one).prefix for one in (name, name.lower(), name.upper())}
    assert len(spelt) == 1 and {one.lower() for one in spelt} == {name.lower()}


def test_every_name_leads_to_one_prefix_and_a_verified_row_wins():
    assert len(ROWS) > 1400 and len(vocabulary.names()) > 2000
    owners = {}
    for row in (*vocabulary.prefixes().values(), *vocabulary.registry().values()):
        for name in {row.prefix.casefold(), *filter(None, row.also.split("|"))}:
            assert owners.setdefault(name, row.prefix) == row.prefix, name
            assert prefix(name).prefix == row.prefix
    for name in vocabulary.prefixes().keys() & vocabulary.registry().keys():
        assert prefix(name) is vocabulary.prefixes()[name]
        assert not vocabulary.registry()[name].iri and not vocabulary.registry()[name].pattern


def test_no_prefix_of_the_registry_is_a_word_of_rdf():
    assert not vocabulary.names() & {*vocabulary.NAMESPACES, vocabulary.OWN, "http", "https", "urn"} - {"kg"}
    assert prefix("http") is None and compress("http://example.org/1") == ""


def test_every_row_of_the_registry_makes_an_iri_and_has_a_pattern_that_can_be_read():
    for name, row in ROWS.items():
        assert re.fullmatch(slots.IRI, expand(f"{name}:1").removesuffix("1") + "x"), name
        re.compile(row.pattern)
        assert (row.name and not row.link) or row.link.count("$1") == 1


def test_an_iri_of_the_registry_comes_back_as_its_curie():
    """Where two prefixes have one IRI, as those of KEGG, it is the first one's."""
    firsts = {}
    for name, row in ROWS.items():
        firsts.setdefault(row.iri.partition("://")[2], name)
    names = [
        name
        for name in sorted(ROWS)[::3]
        if firsts[ROWS[name].iri.partition("://")[2]] == name and not ROWS[name].pattern
    ]
    assert len(names) > 60
    assert {name: compress(ROWS[name].iri + "1") for name in names} == {name: f"{name}:1" for name in names}


@pytest.mark.parametrize(
    ("said", "curie"),
    [
        ("SwissProt:P05231", "UniProtKB:P05231"),
        ("GeneID:51284", "NCBIGene:51284"),
        ("REACT:R-HSA-168164", "Reactome:R-HSA-168164"),
        ("https://reactome.org/content/detail/R-HSA-168164", "Reactome:R-HSA-168164"),
        ("http://identifiers.org/ensembl/ENSG00000185507", "ENSEMBL:ENSG00000185507"),
        ("https://www.ensembl.org/id/ENSG00000185507", "ENSEMBL:ENSG00000185507"),
        ("https://bioregistry.io/zfin:ZDB-GENE-1-1", "ZFIN:ZDB-GENE-1-1"),
        ("PMC:PMC99", "PMCID:PMC99"),
        ("HP:1", ""),
        ("FOO:123", ""),
        ("https://w3id.org/immune-kg/identifier/FOO:1%3C2", "FOO:1<2"),
    ],
)
def test_forms_of_the_registry(said, curie):
    assert compress(said) == curie


EDGES = """subject\tpredicate\tobject\tpublications
uniprotkb:Q9NYK1\tbiolink:affects\tHGNC:6122\tPMID:1
UniProtKB:Q9NYK1\tbiolink:affects\thgnc:6122\tpubmed:2
FOO:123\tbiolink:affects\tensembl:ENSG00000185507\tPMCID:PMC99
RGD:none\tbiolink:affects\tGO:12\t
FOO:9\tbiolink:affects\tHGNC:6122\t
"""
IDS = ["UniProtKB:Q9NYK1", "HGNC:6122", "FOO:123", "ENSEMBL:ENSG00000185507", "RGD:none", "FOO:9"]


@pytest.fixture
def read(tmp_path):
    (tmp_path / "x_edges.tsv").write_text(EDGES, encoding="utf-8")
    return formats._parsed(tmp_path / "x_edges.tsv")


def test_what_is_spelt_in_two_ways_is_one_node_and_what_nobody_registered_is_an_identifier(read):
    mechanism, ledger = read
    terms = {key: node.term and node.term.id for key, node in mechanism.nodes.items()}
    assert list(terms.values()) == [*IDS[:5], None, IDS[5]]
    assert [len(edge.evidence) for edge in mechanism.edges] == [2, 1, 1, 1]
    lost = [(one.record, one.field) for one in ledger.account().lost]
    assert lost == [("edge", "object")]  # GO has no such identifier, and nobody says what else it is
    report = checks.check(mechanism, sources="")
    assert not report.errors
    assert [one.code for one in report.diagnostics].count("unregistered-prefix") == 1


@pytest.mark.parametrize(
    "ending", ".yaml .graphml .cx2 .cyjs .ttl .trig .nq .jsonld .bel _edges.tsv _edges.jsonl".split()
)
def test_every_format_that_has_a_place_for_an_identifier_brings_it_back(read, tmp_path, ending):
    formats.write(read[0], tmp_path / f"y{ending}")
    again = formats.read(tmp_path / f"y{ending}")
    assert {node.term.id for node in again.nodes.values() if node.term} == set(IDS)
    assert {source.url for source in again.sources.values()} == {"", "http://www.ncbi.nlm.nih.gov/pmc/PMC99"}


def test_kgx_has_it_as_the_id_and_cites_pubmed_central(read):
    nodes = [line.split("\t") for line in formats.text(read[0], "_nodes.tsv").splitlines()]
    assert {row[0] for row in nodes} >= set(IDS)
    assert "\tPMCID:PMC99\t" in formats.text(read[0], "_edges.tsv")


FURTHER = """id: further
title: Further identities of others
licence: CC0-1.0
sources:
  one: {kind: review, title: One, url: "https://example.org/one"}
nodes:
  sensing: {term: Reactome:R-HSA-168164 ! sensing, same: ["FOO:123 ! sensing of foo"], narrower: ["KEGG:hsa04620 ! hsa04620"]}
  group: {term: GO:0034154 ! toll-like receptor 7 signaling pathway, same: ["Reactome:R-HSA-168181 ! TLR7/8 cascade"]}
edges:
- edge: sensing promotes group
  evidence: [{source: one, claim: unclassified}]
"""


@pytest.mark.parametrize("ending", ["_edges.tsv", ".graphml", ".ttl", ".bel"])
def test_further_identities_come_back_too(tmp_path, ending):
    (tmp_path / "m.yaml").write_text(FURTHER, encoding="utf-8")
    mechanism = formats.read(tmp_path / "m.yaml")
    assert not checks.check(mechanism, sources="").errors
    formats.write(mechanism, tmp_path / f"y{ending}")
    again, ledger = formats._parsed(tmp_path / f"y{ending}")
    assert again.nodes["sensing"].term.id == "Reactome:R-HSA-168164"
    assert not [one for one in ledger.wrong if one.code == "unknown-node"]
    if ending != ".bel":  # which has no place for them
        for key, node in mechanism.nodes.items():
            for kind in ("same", "narrower"):
                assert {term.id for term in getattr(again.nodes[key], kind)} == {
                    term.id for term in getattr(node, kind)
                }


def test_in_rdf_it_is_the_notation_of_what_the_node_denotes(read):
    text = formats.text(read[0], ".nq")
    assert f'<{iri("FOO:123")}> <http://www.w3.org/2004/02/skos/core#notation> "FOO:123"' in text
    assert void._space(iri("FOO:123")) == ("identifier", vocabulary.IDENTIFIER)
    assert void._space(expand("ENSEMBL:1")) == ("ENSEMBL", "http://identifiers.org/ensembl/")


def test_a_name_with_a_colon_is_no_identifier(tmp_path):
    (tmp_path / "x.sif").write_text("FOO:123\tactivates\tcomplex:IL6\n", encoding="utf-8")
    assert {node.term for node in formats.read(tmp_path / "x.sif").nodes.values()} == {None}


NODES = "id\tcategory\tname\txref\nhgnc:6122\tbiolink:Gene\tIRF7\tEnsembl:ENSG00000185507|OMIM:605047|FOO:2\nkegg:hsa04623\tbiolink:Pathway\tDNA sensing\t\nFOO:1\tbiolink:Gene\t\t\n"
BULK = "id\tsubject\tpredicate\tobject\tknowledge_level\n1\thgnc:6122\tbiolink:affects\tkegg:hsa04623\tknowledge_assertion\n"


@pytest.mark.parametrize("engine", ["python", "duckdb"])
def test_bulk_needs_no_more_prefixes_for_a_graph_of_others(tmp_path, engine):
    for name, text in (("nodes", NODES), ("edges", BULK)):
        (tmp_path / f"{name}.tsv").write_text(text, encoding="utf-8")
    done = bulk.bulk(tmp_path / "nodes.tsv", tmp_path / "edges.tsv", tmp_path / "out", engine=engine)
    said = "".join(file.read_text(encoding="utf-8") for file in sorted(done.folder.glob("*.nq")))
    assert (
        f"<{expand('HGNC:6122')}> <{vocabulary.NAMESPACES['biolink']}affects> <http://www.kegg.jp/entry/hsa04623>"
        in said
    )
    assert (
        "<http://identifiers.org/ensembl/ENSG00000185507>" in said
        and "<http://purl.obolibrary.org/obo/OMIM_605047>" in said
    )
    assert f"<{iri('FOO:1')}> " in said and f"<{iri('FOO:2')}>" in said
    assert not done.reasons and done.unregistered == ("FOO",)


def test_prefixes_of_ones_own_win_over_the_registry_and_are_as_they_are_written():
    known = slots.Prefixes.registered(
        {"KEGG": "https://example.org/k/", "GO": "https://example.org/g/", "Own": "https://example.org"}
    )
    assert known.iri("KEGG") == "https://example.org/k/" and known.iri("kegg") == f"{vocabulary.IDENTIFIER}kegg:"
    assert (
        known.iri("GO") == "http://purl.obolibrary.org/obo/GO_" and known.iri("own") == f"{vocabulary.IDENTIFIER}own:"
    )
    pattern = re.compile(slots.whole(known.one).replace(r"\z", r"\Z"))
    for said, right in (("KEGG:x", True), ("kegg:x", False), ("go:0006915", True), ("go:6915", False), ("Own:/x", True), ("Own:x", False), ("ENSEMBL:x#y", True)):  # fmt: skip
        assert bool(pattern.fullmatch(said)) is right, said


def test_the_big_table_is_not_read_for_what_the_small_one_has(tmp_path):
    code = (
        "import sys; from kg.cli import main; main(sys.argv[1:], standalone_mode=False);"
        "from kg.model import vocabulary; print(vocabulary.registry.cache_info().currsize)"
    )
    for arguments in (["check", str(LITTLE)], ["build", str(LITTLE), "-o", str(tmp_path)]):
        run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
        assert run.stdout.splitlines()[-1] == "0", arguments


@pytest.mark.slow
def test_the_registry_is_what_its_pinned_packages_make(tmp_path):
    folder = data_dir("ontology") / "registry"
    spec = importlib.util.spec_from_file_location("build", folder / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    for name, text in build.files(tmp_path).items():
        assert text == (folder / name).read_text(encoding="utf-8"), name
