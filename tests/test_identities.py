"""What else a term is: derived with its source, joined on by others, used to find and to merge, and never a species."""

import pytest
from conftest import SEEDS
from rdflib import RDF, SKOS, Graph, URIRef

import kg
from kg import sparql
from kg.formats.notation import parse_bytes
from kg.formats.rdf import names, write
from kg.formats.tables import sssom
from kg.model import identities, vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import Frozen, Node
from kg.model.vocabulary import Term
from kg.reasoning.identity import groups, links

TLR7 = Term("MESH:D051199", "Toll-Like Receptor 7")
IL10 = Term("MESH:D016753", "Interleukin-10")
MATCHES = [SKOS[f"{match}Match"] for match in identities.MATCHES]
#: Records in the forms in which others publish them, each about something in the three mechanisms that are asked.
THEIRS = """
@prefix bp: <http://www.biopax.org/release/biopax-level3.owl#> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <http://example.org/> .
ex:biopax a bp:Protein ; bp:xref ex:xref .
ex:xref bp:db "UniProt" ; bp:id "Q9NYK1" .
<http://purl.uniprot.org/uniprot/Q9NYK1> a ex:Protein ; rdfs:seeAlso <http://identifiers.org/hgnc/15631> .
<https://identifiers.org/ncbigene/51284> a ex:Gene .
<https://identifiers.org/ncbigene/3586> a ex:Gene .
<http://purl.uniprot.org/uniprot/P06454> a ex:Protein .
ex:of-uniprot rdfs:seeAlso <http://purl.uniprot.org/hgnc/8760> .
ex:mouse rdfs:seeAlso <http://identifiers.org/mgi/MGI:96537> .
ex:macrophages rdfs:seeAlso obo:CL_0000235 .
ex:dendritic-cells rdfs:seeAlso <https://identifiers.org/CL:0000451> .
ex:lymph-nodes rdfs:seeAlso obo:UBERON_0000029 .
ex:drug rdfs:seeAlso obo:CHEBI_135915 .
ex:of-nothing rdfs:seeAlso <http://identifiers.org/hgnc/1> .
"""


@pytest.fixture(scope="module")
def seeds():
    return {one.id: one for one in SEEDS}


def mechanism(id, *nodes):
    return Mechanism(id=id, title=id, nodes=Frozen({node.key: node for node in nodes}))


def test_records_of_others_join_with_the_question_of_the_library(tmp_path):
    (tmp_path / "theirs.ttl").write_text(THEIRS, encoding="utf-8")
    answer = sparql.ask(
        "what-joins-with-others", "ta1-tlr7", "ta1-efferocytosis", "pd1-blockade", tmp_path / "theirs.ttl"
    )
    found = {(row[0].text.rpartition("/")[2], row[1].text, row[2].text.rpartition("/")[2]) for row in answer.rows}
    ends = {str(one).rpartition("/")[2] for one in set(Graph().parse(data=THEIRS, format="turtle").subjects())}
    assert ends - {one[0] for one in found} == {"xref", "of-nothing"}
    assert {
        ("biopax", "narrow", "TLR7"),
        ("P06454", "related", "Ta1"),
        ("of-uniprot", "narrow", "PD1"),
        ("macrophages", "denotes", "macrophage"),
        ("dendritic-cells", "exact", "dendritic_cell"),
        ("lymph-nodes", "broad", "lymph_node"),
        ("drug", "close", "Ta1"),
    } <= found


def test_every_match_of_an_export_has_a_source_or_is_another_form_of_an_identifier(seeds):
    for one in seeds.values():
        graph = write.graph(one)
        said = {tuple(graph.value(about, part) for part in (RDF.subject, RDF.predicate, RDF.object)): about
                for about in graph.subjects(RDF.type, names.KGV.Match)}  # fmt: skip
        assert said and all(triple in graph for triple in said)
        assert all(graph.value(about, names.KGV.mappedBy) for about in said.values())
        forms = {URIRef(form): vocabulary.expand(id) for id in _ids(one) for form in vocabulary.published(id)}
        terms = {URIRef(vocabulary.expand(id)) for id in _ids(one)}
        for subject, relation, object in (t for match in MATCHES for t in graph.triples((None, match, None))):
            if subject in terms:
                canonical = URIRef(forms.get(object, object))
                assert (subject, relation, canonical) in said or (canonical == subject and relation == SKOS.exactMatch)


def _ids(one):
    places = [place.term.id for place in one.places.values() if place.term]
    nodes = [node.term.id for node in one.nodes.values() if node.term]
    return {*places, *nodes, *(match.object for id in (*places, *nodes) for match in identities.matches(id))} | {
        match.object for node in one.nodes.values() for match in identities.of(node)
    }


def test_a_match_states_no_species_of_the_mechanism(seeds):
    one = mechanism("x", Node("TLR7", TLR7))
    graph = write.graph(one)
    assert (URIRef(TLR7.iri), SKOS.narrowMatch, URIRef(vocabulary.expand("HGNC:15631"))) in graph
    assert not [o for o in graph.objects() if "NCBITaxon" in str(o)]
    assert {one.match for one in identities.matches(TLR7.id)} == {"narrow"}
    assert {one.match for one in identities.matches("HGNC:15631") if one.object == TLR7.id} == {"broad"}


def test_every_local_term_of_a_seed_has_a_broader_one_or_a_reason(seeds):
    rows = vocabulary.table("mappings.tsv")
    used = {term.id for m in seeds.values() for part in (*m.nodes.values(), *m.places.values()) if (term := part.term)}
    broader = {row["subject"] for row in rows if row["predicate"] == "skos:broadMatch"}
    none = {row["subject"] for row in rows if not row["object"]}
    assert {id for id in used if id.startswith("kg:")} <= broader | none and not broader & none
    assert [(row["object"], row["object_label"]) for row in rows if row["object"]] == [
        (row["object"], identities.label(row["object"])) for row in rows if row["object"]
    ]
    assert all(row["why"] for row in rows)


def test_what_a_file_writes_is_a_match_of_the_file_and_leads_on():
    node = Node("x", Term("kg:tumour-control", "control"), same=(Term("fplx:TLR", "TLR"),), broader=(IL10,))
    found = {one.object: one for one in identities.of(node)}
    assert (found["fplx:TLR"].match, found["fplx:TLR"].sources) == ("exact", ("file",))
    assert (found["MESH:D051193"].match, found["MESH:D051193"].via) == ("exact", ("fplx:TLR",))
    assert found[IL10.id].match == "broad" and "HGNC:5962" not in found  # what is narrower than a broader term


def test_a_family_is_not_called_as_its_members_are():
    family = Node("HSP70", Term("MESH:D018840", "HSP70 Heat-Shock Proteins"))
    assert "HGNC:5232" in {one.object for one in identities.of(family)}
    assert "HSPA1A" not in identities.names(family)


def test_find_knows_identities(seeds):
    for name in ("Q9NYK1", "UniProtKB:Q9NYK1", "HGNC:15631", "Tlr7"):
        key = f"UniProtKB:{name}" if name == "Q9NYK1" else name
        assert seeds["ta1-tlr7"].find(key).key == "TLR7"
    with pytest.raises(kg.UnknownName):
        seeds["ta1-tlr7"].find("HGNC:5962")


def test_merging_uses_identities():
    neutral, human, mouse = (
        mechanism(id, Node(f"in_{id}", term))
        for id, term in (
            ("one", TLR7),
            ("two", Term("HGNC:15631", "TLR7")),
            ("three", Term("MGI:2176882", "Tlr7")),
        )
    )
    assert {(link.one[0], link.other[0], link.differs) for link in links([neutral, human, mouse])} == {
        ("one", "two", ("form", "species")),
        ("one", "three", ("form", "species")),
        ("two", "three", ("form", "species")),
    }
    family = mechanism("four", Node("TLRs", Term("fplx:TLR", "TLR")))
    mesh = mechanism("five", Node("receptors", Term("MESH:D051193", "Toll-Like Receptors")))
    assert [len(group) for group in groups([family, mesh])] == [2]  # FamPlex says that they are one
    assert links([family, neutral]) == []


def test_the_table_of_matches_names_its_prefixes_and_the_source_of_each_row(seeds):
    lines = sssom.table(list(seeds.values())).splitlines()
    head = [line[1:] for line in lines if line.startswith("#")]
    names_, *rows = (line.split("\t") for line in lines if not line.startswith("#"))
    known = {line.partition(":")[0].strip() for line in head if line.startswith("  ")}
    assert tuple(names_) == sssom.COLUMNS and len(rows) > 100
    for row in (dict(zip(names_, row, strict=True)) for row in rows):
        assert {row[column].partition(":")[0] for column in names_ if column.endswith("_id")} <= known
        assert row["mapping_justification"].startswith("semapv:") and row["comment"]


def test_forms_is_a_former_name_of_narrower():
    text = kg.data_dir("seeds").joinpath("pd1-blockade", "mechanism.yaml").read_text(encoding="utf-8")
    old, wrong = parse_bytes(text.replace("narrower:", "forms:").encode())
    new, _ = parse_bytes(text.encode())
    assert wrong == [] and old == new and any(node.narrower for node in new.nodes.values())
