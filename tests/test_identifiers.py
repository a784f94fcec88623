"""Identifiers in every form that others write are one CURIE here, and every CURIE is one IRI."""

import re
import subprocess
import sys

import pytest
from conftest import LITTLE

from kg import formats
from kg.formats.shared import drafting
from kg.model import vocabulary
from kg.model.vocabulary import compress, expand, registered

IDS = sorted(vocabulary.terms())
#: What identifiers.org calls the spaces for which it has another name than ours.
THEIRS = {"NCBITaxon": "taxonomy", "PMID": "pubmed", "UniProtKB": "uniprot", "WB": "wormbase"}


@pytest.mark.parametrize("id", IDS)
def test_every_pinned_term_is_known_in_each_form(id):
    prefix, _, local = id.partition(":")
    theirs = THEIRS.get(prefix, prefix.lower())
    bare = expand(id).partition("://")[2]
    forms = [id, *(scheme + bare for scheme in ("http://", "https://", ""))]
    forms += [f"{prefix.lower()}:{local}", f"{prefix.upper()}:{local}", f"{prefix}:{id}", f"{theirs}:{local}"]
    for scheme in ("http://", "https://", ""):
        forms += [f"{scheme}identifiers.org/{name}" for name in (f"{theirs}/{local}", f"{theirs}:{local}", id)]
        forms.append(f"{scheme}identifiers.org/{theirs}/{id}")
    assert {form: compress(form) for form in forms} == dict.fromkeys(forms, id)
    assert {form: drafting.term(form).id for form in forms} == dict.fromkeys(forms, id)


@pytest.mark.parametrize(
    ("said", "curie"),
    [
        ("https://w3id.org/biolink/vocab/Gene", "biolink:Gene"),
        ("w3id.org/biolink/vocab/affects", "biolink:affects"),
        ("Biolink:Gene", "biolink:Gene"),
        ("rdf:type", "rdf:type"),
        ("http://identifiers.org/mirbaseMI0000477", "mirbase:MI0000477"),  # as the Biolink Model writes it
        ("https://identifiers.org/mirbase/MI0000477", "mirbase:MI0000477"),
        ("https://identifiers.org/mirbase.mature/MIMAT0000449", "mirbase.mature:MIMAT0000449"),
        ("UniProt Knowledgebase:P05231", "UniProtKB:P05231"),
        ("http://doi.org/10.1000/xyz(1)", "doi:10.1000/xyz(1)"),
        ("http://purl.obolibrary.org/obo/FOO_0000001", "FOO:0000001"),  # not ours, and yet it says its prefix
        ("https://identifiers.org/reactome:R-HSA-109582", "Reactome:R-HSA-109582"),
        ("http://purl.uniprot.org/hgnc/15631", "HGNC:15631"),
        ("https://identifiers.org/intact:EBI-366083", "INTACT:EBI-366083"),
    ],
)
def test_forms_of_others(said, curie):
    assert compress(said) == curie


@pytest.mark.parametrize(
    "said",
    [
        "",
        ":",
        "TLR7",
        "IL-6/IL-6R",
        "GO",
        "GO:",
        "GO:6915",
        "GO:0006915\n",
        "GO:000６915",
        "go:0006915 ",
        "XYZ:1",
        "http:",
        "http://example.org/GO_0006915",
        "purl.obolibrary.org/obo/",
        "http://purl.obolibrary.org/obo/go.owl",
        "identifiers.org",
        "p(HGNC:CXCR6)",
    ],
)
def test_what_is_no_identifier_is_none(said):
    assert compress(said) == ""
    assert drafting.term(said) is None


def test_a_prefix_that_nobody_registered_is_said():
    assert registered("XYZ") == ""
    with pytest.raises(KeyError):
        expand("XYZ:1")


def test_no_form_belongs_to_two_prefixes():
    rows = vocabulary.prefixes().values()
    names = [name for row in rows for name in {row.prefix.casefold(), *filter(None, row.also.split("|"))}]
    assert len(names) == len(set(names))
    assert all(name == name.casefold() for row in rows for name in row.also.split("|"))


def test_a_query_calls_a_namespace_as_it_declares():
    iri = expand("GO:0006915")
    assert vocabulary.abbreviate(iri, {}) == "GO:0006915"
    assert (
        vocabulary.abbreviate(iri, {"GO": "http://example.org/", "o": "http://purl.obolibrary.org/obo/"})
        == "o:GO_0006915"
    )
    assert vocabulary.abbreviate(iri, {"": ""}) == "GO:0006915"
    assert vocabulary.abbreviate("http://example.org/a b", {"x": "http://example.org/"}) == "http://example.org/a b"


NODES = """id\tname\tcategory
HGNC:15631\tTLR7\tbiolink:Gene
GO:0034154\ttoll-like receptor 7 signaling pathway\tbiolink:BiologicalProcess
"""
EDGES = """id\tsubject\tpredicate\tobject\tcategory\tpublications
1\tHGNC:15631\tbiolink:affects\tGO:0034154\tbiolink:Association\tPMID:1234567
"""


def test_a_graph_that_names_things_by_iris_is_the_one_that_names_them_by_curies(tmp_path):
    found = []
    for folder in ("curies", "iris"):
        (tmp_path / folder).mkdir()
        for of, table in (("nodes", NODES), ("edges", EDGES)):
            if folder == "iris":
                table = re.sub(r"(?:HGNC|GO|biolink):\w+", lambda found: expand(found[0]), table)
            (tmp_path / folder / f"x_{of}.tsv").write_text(table)
        mechanism = formats.read(tmp_path / folder / "x_edges.tsv")
        found.append(([node.term for node in mechanism.nodes.values()], [edge.verb for edge in mechanism.edges]))
    assert found[0] == found[1]
    assert [term.id for term in found[0][0]] == ["HGNC:15631", "GO:0034154"] and found[0][1] == ["affects"]


def test_building_does_not_load_the_library(tmp_path):
    """It takes longer to load than a small mechanism to read, and what kg writes is spelt as kg spells it."""
    code = (
        "import sys; from kg.cli import main; main(sys.argv[1:], standalone_mode=False); print('curies' in sys.modules)"
    )
    run = [sys.executable, "-c", code, "build", str(LITTLE), "-o", str(tmp_path)]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()[-1] == "False"
