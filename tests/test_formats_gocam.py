"""GO-CAM, checked by the model of the gocam package; its relations, parts, places and evidence."""

import dataclasses
import os
from collections import Counter
from pathlib import Path

import pytest
import yaml
from conftest import SOME
from gocam.datamodel import Model

import kg
from kg import formats
from kg.formats.shared import bounded, losses
from kg.model import vocabulary
from kg.model.records import Frozen, Node, Source
from kg.model.vocabulary import Term
from kg.reasoning import outward

SAMPLES = Path(os.environ["KG_SAMPLES"]) if os.environ.get("KG_SAMPLES") else None
real = pytest.mark.skipif(SAMPLES is None, reason="KG_SAMPLES names no folder of files by others")

#: The verbs of which GO-CAM says the sign.
BY_ROLE = [verb for verb, word in vocabulary.predicates().items() if word.role != "none"]
HEAD = "id: gomodel:1a\ntitle: A model\nactivities:\n"
TWO = """- id: gomodel:1a/1
  enabled_by: {term: WB:WBGene00000001}
  causal_associations:
  - {predicate: "%s", downstream_activity: gomodel:1a/2}
- id: gomodel:1a/2
  enabled_by: {term: WB:WBGene00000002}
"""


def read(tmp_path, text):
    file = tmp_path / "x.gocam.yaml"
    file.write_text(text, encoding="utf-8")
    return formats._parsed(file)


def written(mechanism):
    return Model.model_validate(yaml.safe_load(formats.text(mechanism, ".gocam.yaml")))


@pytest.mark.parametrize(
    ("relation", "verb", "fate"),
    [
        ("RO:0002213", "positively_regulates", "carried"),
        ("RO:0002212", "negatively_regulates", "carried"),
        ("RO:0002629", "positively_regulates", "changed"),
        ("RO:0002630", "negatively_regulates", "changed"),
        ("RO:0002407", "positively_regulates", "changed"),
        ("RO:0002409", "negatively_regulates", "changed"),
        ("RO:0002304", "promotes", "carried"),
        ("RO:0002305", "limits", "carried"),
        ("RO:0002211", "affects", "carried"),
        ("RO:0002411", "affects", "changed"),
        ("RO:0002413", "affects", "changed"),
        ("RO:9999999", "related_to", "changed"),
    ],
)
def test_a_relation_is_the_verb_that_says_no_more(relation, verb, fate, tmp_path):
    mechanism, ledger = read(tmp_path, HEAD + TWO % relation)
    (edge,) = (one for one in mechanism.edges if one.verb != "enabled_by")
    assert edge.verb == verb
    assert [one.fate for one in ledger.account().values if one.field == "predicate"] == [fate]


def test_parts_of_complexes_places_and_phases_are_edges_with_their_own_evidence(tmp_path):
    text = (
        HEAD
        + """- id: gomodel:1a/1
  enabled_by:
    type: EnabledByProteinComplexAssociation
    term: GO:0005737
    evidence: [{reference: PMID:1, term: ECO:0000314}]
    has_part:
    - {type: ProteinComplexHasPartAssociation, term: WB:WBGene00000001, evidence: [{reference: PMID:2}]}
  occurs_in:
    term: GO:0005829
    evidence: [{reference: PMID:3}]
    part_of: {type: CellTypeAssociation, term: CL:0000451}
  happens_during: {term: GO:0000279}
- id: gomodel:1a/2
  occurs_in: {term: GO:0005829, part_of: {type: CellTypeAssociation, term: CL:0000451}}
objects:
- {id: GO:0005829, label: cytosol}
- {id: gomodel:1a/2, label: a second activity}
"""
    )
    mechanism, ledger = read(tmp_path, text)
    assert ledger.wrong == []
    said = {edge.sentence.text: [mechanism.source(item).pmid for item in edge.evidence] for edge in mechanism.edges}
    activity, complex = "GO_0005737_activity", "GO_0005737"
    assert said == {
        f"{activity} enabled_by {complex}": ["1"],
        f"WB_WBGene00000001 part_of {complex}": ["2"],
        f"{activity} occurs_in cytosol": ["3"],
        "cytosol part_of CL_0000451": [""],
        f"{activity} related_to GO_0000279": [""],
    }
    second = mechanism.nodes["2"]  # a place without evidence is the place of its node, and that in another
    assert (second.name, mechanism.places[second.place].inside) == ("a second activity", "dendritic_cell")
    fates = {(one.record, one.field, one.fate) for one in ledger.account().values}
    assert ("enabled_by", "type", "lost") in fates and ("happens_during", "term", "changed") in fates


def test_the_species_of_a_model_is_one_that_is_named(tmp_path):
    text = HEAD + TWO % "RO:0002213" + "objects: [{id: NCBITaxon:6239, label: Caenorhabditis elegans}]\n"
    head = text.replace("title:", "taxon: NCBITaxon:6239\nadditional_taxa: [NCBITaxon:10090]\ntitle:")
    mechanism, ledger = read(tmp_path, head)
    (item,) = mechanism.scope
    assert [taxon.label for taxon in item.taxon] == ["Caenorhabditis elegans", "Mus musculus"]
    assert not [one for one in ledger.account().lost if "tax" in one.field]
    model = written(mechanism)
    assert (model.taxon, model.additional_taxa) == ("NCBITaxon:6239", ["NCBITaxon:10090"])


def test_complaints_say_where(tmp_path):
    text = (
        HEAD
        + """- id: gomodel:1a/1
  enabled_by: {term: WB:WBGene00000001}
  part_of: {type: BiologicalProcessAssociation}
  causal_associations:
  - {predicate: RO:0002213, downstream_activity: gomodel:1a/9}
- {enabled_by: {term: WB:WBGene00000001}}
- id: gomodel:1a/1
- word
"""
    )
    _, ledger = read(tmp_path, text)
    assert [(one.at.line, one.code) for one in sorted(ledger.wrong)] == [
        (1, "no-element"),  # the word in the list of activities
        (6, "no-element"),
        (8, "unknown-node"),
        (9, "no-element"),
        (10, "duplicate-key"),
    ]


@pytest.mark.parametrize(
    ("text", "at", "code"),
    [
        ("id: x\nid: y\n", (2, 1), "duplicate-key"),
        ("id: &a x\ntitle: *a\n", (1, 5), "no-yaml"),
        ("id: !!python/object:os.system x\n", (1, 5), "no-yaml"),
        ("activities: [a\n", (2, 1), "no-yaml"),
        ("- a\n", (1, 1), "no-yaml"),
        ("id: a\n---\nid: b\n", (3, 1), "no-yaml"),
        ("? [a]\n: b\n", (1, 3), "no-yaml"),
        ("a: " + "[" * 200, (1, 103), "no-yaml"),
    ],
)
def test_yaml_that_hides_something_is_refused_where_it_stands(text, at, code, tmp_path):
    with pytest.raises(formats.InvalidMechanism) as caught:
        read(tmp_path, text)
    (one,) = (one for one in caught.value.diagnostics if one.severity == "error")
    assert (one.code, (one.at.line, one.at.column)) == (code, at)


def test_one_file_holds_no_more_values_than_memory_does(tmp_path, monkeypatch):
    monkeypatch.setattr(bounded, "MOST_PARTS", 50)
    with pytest.raises(formats.InvalidMechanism, match="too-many"):
        read(tmp_path, "activities:\n" + "- {id: a}\n" * 60)


@pytest.mark.parametrize("mechanism", SOME, ids=lambda m: m.id)
def test_what_is_written_is_a_model_of_gocam_in_which_an_inference_has_the_code_of_one(mechanism):
    model = written(mechanism)
    causal = {}
    for activity in model.activities:
        for one in activity.causal_associations or []:
            codes = {item.term for item in one.evidence or []}
            works = {item.reference for item in one.evidence or [] if item.reference}
            ends = tuple(id.rpartition("/")[2] for id in (activity.id, one.downstream_activity))
            told = (o for o in outward.statements(mechanism) if (o.subject, o.object) == ends)
            assert works <= {work for o in told for work in o.publications}, ends  # what is hedged is not asserted
            causal.setdefault((activity.id, one.downstream_activity), []).append((one.predicate, codes))
    for one in outward.statements(mechanism):
        ends = tuple(f"https://w3id.org/immune-kg/{mechanism.id}/node/{key}" for key in (one.subject, one.object))
        follows = {1: "RO:0002304", -1: "RO:0002305"}.get(one.effect, "RO:0002411")
        relation = {"increases": "RO:0002304", "decreases": "RO:0002305", "blocks": follows}
        wanted = "RO:0002411" if one.verb == "required_for" else relation.get(one.predicate.role, "RO:0002211")
        said = [codes for predicate, codes in causal.get(ends, []) if predicate == wanted]
        if one.asserted and one.verb in ("required_for", "affects", *BY_ROLE):
            assert any(codes - {"ECO:0000305"} for codes in said), one.name
        if one.claim == "inference" and one.verb in ("required_for", *BY_ROLE):
            assert {"ECO:0000305"} in said, one.name
        joining = [o.claim for o in outward.statements(mechanism) if (o.subject, o.object) == (one.subject, one.object)]
        if set(joining) == {"hypothesis"}:
            assert not any(codes - {"ECO:0000305"} for codes in said), one.name
    assert model.comments[0] == f"Caveat: {outward.caveat(mechanism)}"
    labels = {one.id: one.label for one in model.objects}
    used = {a.enabled_by.term for a in model.activities if a.enabled_by}
    assert used <= labels.keys()


def test_a_molecule_that_is_only_taken_in_or_given_out_is_no_activity(tmp_path):
    text = (
        HEAD
        + """- id: gomodel:1a/1
  molecular_function: {term: GO:0004707}
  molecular_associations:
  - {predicate: RO:0002233, molecule: gomodel:1a/3, evidence: [{reference: PMID:1}]}
  - {predicate: RO:0002234, molecule: gomodel:1a/4}
molecules:
- {id: gomodel:1a/3, term: CHEBI:15422}
- {id: gomodel:1a/4, term: CHEBI:16761}
"""
    )
    mechanism, _ = read(tmp_path, text)
    model = written(mechanism)
    assert [one.term for one in model.molecules] == ["CHEBI:15422", "CHEBI:16761"]
    (activity,) = model.activities
    assert [one.predicate for one in activity.molecular_associations] == ["RO:0002233", "RO:0002234"]
    account = formats.account(mechanism, formats.FORMATS["gocam"])
    assert {one.field for one in (*account.lost, *account.changed)} <= {"title", "texts"}


def test_a_node_that_is_used_otherwise_is_not_hidden_in_a_term():
    """A gene product that itself lowers something stays an activity, or its edge would vanish."""
    mechanism, _ = formats._parsed(formats.find("ta1-tlr7"))
    nodes = {**mechanism.nodes, "x": Node("x", Term("WB:WBGene00000001", "x"), kind="molecule")}
    sentence = kg.model.records.Sentence
    edges = [
        kg.model.records.Edge(sentence("TLR7_active", "enabled_by", "x"), "one"),
        kg.model.records.Edge(sentence("x", "limits", "TLR7"), "two"),
    ]
    item = kg.model.records.Evidence(source="s", claim="unclassified")
    made = kg.model.mechanism.Mechanism(
        id="m",
        sources=Frozen({"s": Source("s", "database", "a title", pmid="1")}),
        nodes=Frozen({key: nodes[key] for key in ("TLR7_active", "TLR7", "x")}),
        edges=tuple(dataclasses.replace(edge, evidence=(item,)) for edge in edges),
    )
    account = formats.account(made, formats.FORMATS["gocam"])
    lost = {one.said for one in account.lost if one.field == "edge"}
    assert lost == {"TLR7_active enabled_by x"}


@real
def test_the_gocam_sample():
    mechanism, ledger = formats._parsed(SAMPLES / "gocam_568b0f9600000284.yaml")
    account = ledger.account()
    assert (account.records["activity"], account.records["causal_association"]) == (10, 9)
    relations = Counter(one.said for one in account.values if one.field == "predicate" and one.said != "RO:0002233")
    assert relations == {"RO:0002629": 7, "RO:0002630": 2}
    causal = [edge for edge in mechanism.edges if edge.role != "none"]
    assert [len(causal), sum(len(edge.evidence) for edge in causal)] == [9, 11]
    assert Counter(mechanism.sign(edge) for edge in causal) == {1: 7, -1: 2}
    items = [item for edge in mechanism.edges for item in edge.evidence]
    assert len(items) == account.records["evidence"] == 53
    assert sum(bool(mechanism.source(item).pmid) for item in items) == 49  # four cite GO_REF or PAINT_REF
    assert all(item.assay.id.startswith("ECO:") for item in items)
    (lost,) = (one for one in account.lost if one.field == "taxon")
    assert lost.said == "NCBITaxon:6239" and not mechanism.scope  # a number without a name may be a genus


@real
def test_the_gocam_sample_comes_back_from_gocam_as_it_was():
    mechanism, _ = formats._parsed(SAMPLES / "gocam_568b0f9600000284.yaml")
    model = written(mechanism)
    assert len(model.activities) == 10 and len(model.molecules) == 4
    account = formats.account(mechanism, formats.FORMATS["gocam"])
    assert account.count("lost") == 0 and account.added == ()
    assert {(one.record, one.field) for one in account.changed} == {("source", "title"), ("source", "texts")}
    assert {fate for fate in losses.FATES if account.count(fate, "edge")} == {"carried"}


# ---------------------------------------------------------------- Turtle

TURTLE = """@prefix : <http://model.geneontology.org/1a/> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<http://model.geneontology.org/1a> a owl:Ontology ;
  <https://w3id.org/biolink/vocab/in_taxon> obo:NCBITaxon_10090 .
:n1 a owl:NamedIndividual, obo:GO_0035591 .
"""


def read_turtle(tmp_path, text):
    file = tmp_path / "x.gocam.ttl"
    file.write_text(TURTLE + text, encoding="utf-8")
    return formats._parsed(file)


def test_a_relation_may_be_said_the_other_way_round_and_a_model_has_a_species(tmp_path):
    text = ":n2 a owl:NamedIndividual, obo:GO_0005737 ;\n obo:BFO_0000051 :n1 ; obo:RO_0002327 :n1 .\n"
    mechanism, ledger = read_turtle(tmp_path, text)
    assert [edge.verb for edge in mechanism.edges] == ["part_of", "enabled_by"]
    assert {edge.subject for edge in mechanism.edges} == {next(iter(mechanism.nodes))}
    assert [taxon.label for item in mechanism.scope for taxon in item.taxon] == ["Mus musculus"]
    assert {one.fate for one in ledger.account().values if one.field == "predicate"} == {"changed"}


def test_what_is_no_single_class_or_is_not_asserted_is_lost_and_says_why(tmp_path):
    text = """:n2 a owl:NamedIndividual, [ a owl:Class ; owl:complementOf obo:GO_0005737 ] ; obo:BFO_0000050 :n1 .
[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :n1 ; owl:targetIndividual :n2 .
[] a owl:Axiom ; owl:annotatedSource :n2 ; owl:annotatedProperty obo:RO_0002333 ; owl:annotatedTarget :n1 .
"""
    mechanism, ledger = read_turtle(tmp_path, text)
    assert [(edge.verb, mechanism.nodes[edge.subject].term) for edge in mechanism.edges] == [("part_of", None)]
    lost = {(one.record, one.field): one.how for one in ledger.account().lost}
    assert "several classes" in lost["individual", "type"]
    assert "does not assert" in lost["axiom", "annotatedTarget"]
    assert ("declaration", "targetIndividual") in lost and ("declaration", "complementOf") in lost


def test_turtle_without_one_model_is_refused(tmp_path):
    with pytest.raises(formats.InvalidMechanism, match="2 models"):
        read_turtle(tmp_path, "<http://model.geneontology.org/2> a owl:Ontology .\n")
    with pytest.raises(formats.InvalidMechanism) as caught:
        read_turtle(tmp_path, ":n2 a owl:NamedIndividual ; .. nonsense\n")
    errors = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert [(one.code, one.at.line) for one in errors] == [("no-rdf", 7)]


@real
def test_the_turtle_sample_has_its_triples_and_each_has_one_fate():
    mechanism, ledger = formats._parsed(SAMPLES / "gocam_Test035.ttl")
    account = ledger.account()
    assert {edge.verb for edge in mechanism.edges} == {"part_of", "enabled_by", "promotes", "related_to"}
    pmids = [mechanism.source(item).pmid for edge in mechanism.edges for item in edge.evidence]
    assert sorted(pmids) == ["", "26607792", "26607792", "26607792"]  # one relation has no evidence
    triples = account.count() - account.records["relation"]  # of a relation, predicate and object are two values
    assert triples == 97 and all("|" not in one.said for one in account.values)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{term: WB:WBGene00000001}", "{term: [WB:WBGene00000001, more]}"),
        ('predicate: "RO:0002213"', 'predicate: {a: "RO:0002213"}'),
        ("title: A model", "title: [A model]"),
        ("activities:", "comments: [{a: b}]\nactivities:"),
        ("activities:", "objects: [{id: [WB:WBGene00000001], label: x}]\nactivities:"),
        ("activities:", "objects: [{label: x}]\nactivities:"),
    ],
)
def test_a_list_or_a_mapping_in_place_of_a_text_is_complained_of(old, new, tmp_path):
    text = HEAD + TWO % "RO:0002213"
    assert old in text
    ledger = read(tmp_path, text.replace(old, new, 1))[1]
    assert {one.code for one in ledger.wrong} & {"wrong-kind", "no-element"}


def test_what_the_curator_of_a_file_inferred_is_no_finding(tmp_path):
    evidence = (
        "  - {predicate: RO:0002304, downstream_activity: gomodel:1a/2, evidence: [{term: %s, reference: PMID:1}]}"
    )
    text = (HEAD + TWO).replace('  - {predicate: "%s", downstream_activity: gomodel:1a/2}', evidence)
    for code, claim in (("ECO:0000305", "inference"), ("ECO:0000314", "unclassified"), ("ECO:0000204", "unclassified")):
        mechanism, _ = read(tmp_path, text % code)
        (edge,) = (one for one in mechanism.edges if one.verb == "promotes")
        assert [item.claim for item in edge.evidence] == [claim]
        assert bool(edge.evidence[0].assay) == (code == "ECO:0000314")
