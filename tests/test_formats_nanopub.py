"""Nanopublications: our own read back, and those of others."""

import os
from pathlib import Path

import pytest
from conftest import SEED

import kg
from kg import formats
from kg.formats.shared import losses
from kg.reasoning import outward

SAMPLES = Path(os.environ["KG_SAMPLES"]) if os.environ.get("KG_SAMPLES") else None
HEAD = """@prefix np: <http://www.nanopub.org/nschema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <http://example.org/> .
ex:H { ex:np np:hasAssertion ex:A ; np:hasProvenance ex:P ; np:hasPublicationInfo ex:I ; a np:Nanopublication . }
"""


def read(tmp_path, text, name="x.trig"):
    file = tmp_path / name
    file.write_text(HEAD + text, encoding="utf-8")
    return formats._parsed(file)


@pytest.fixture
def ours(tmp_path):
    file = tmp_path / "ta1-tlr7.nanopub.trig"
    formats.write(SEED, file)
    return file


def test_our_nanopublications_bring_back_each_asserted_edge_whole(ours):
    again = kg.read(ours)
    asserted = {edge.name: edge for edge in SEED.edges if outward.by_name(SEED)[edge.name].asserted}
    assert {edge.name for edge in again.edges} == asserted.keys()
    for edge in again.edges:
        before = asserted[edge.name]
        assert (edge.sentence, edge.place, edge.level, edge.run) == (
            before.sentence,
            before.place,
            before.level,
            before.run,
        )
        assert len(edge.evidence) == len(before.evidence)
        assert [one.node for one in edge.requires] == [one.node for one in before.requires]
    assert (again.id, again.title, again.licence) == (SEED.id, SEED.title, SEED.licence)


def test_a_triple_that_somebody_added_to_ours_is_lost_and_not_called_made_again(ours):
    before = formats._parsed(ours)[1].account()
    species = "Species: primarily mouse, by the source's own account"  # it is said of the whole, which is not there
    assert [one.said for one in before.lost] == [species]
    text = ours.read_text(encoding="utf-8")
    ours.write_text(text + '<urn:x> { <urn:s> <urn:said> "a remark" . }\n', encoding="utf-8")
    account = formats._parsed(ours)[1].account()
    added = [(one.field, one.said, one.how) for one in account.lost if one not in before.lost]
    assert added == [("urn:said", "a remark", losses.UNUSED)]


def test_a_file_without_an_asserted_edge_holds_no_nanopublication(tmp_path):
    file = tmp_path / "x.sif"
    file.write_text("A\tactivates\tB\n", encoding="utf-8")
    with pytest.raises(formats.InvalidMechanism, match="nothing-to-write"):
        formats.convert(file, tmp_path / "x.nanopub.trig")
    assert not (tmp_path / "x.nanopub.trig").exists()


@pytest.mark.parametrize(
    ("assertion", "sentence"),
    [
        ("ex:a ex:decreases ex:b .", "a limits b"),
        ("ex:a ex:positivelyRegulates ex:b .", "a positively_regulates b"),
        ("ex:a <http://purl.obolibrary.org/obo/RO_0002212> ex:b .", "a negatively_regulates b"),
        ("ex:a ex:zaps ex:b .", "a related_to b"),
        # what blocks acts on an edge, which is not said; that it lowers the object is
        ("ex:a ex:blocks ex:b .", "a limits b"),
        ("ex:s rdf:subject ex:a ; rdf:predicate ex:increases ; rdf:object ex:b .", "a promotes b"),
        ('ex:A rdfs:label "p(HGNC:A) => p(HGNC:B)" . ex:a ex:zaps ex:b .', "p_HGNC_A promotes p_HGNC_B"),
    ],
)
def test_an_assertion_is_the_sentence_that_says_no_more(assertion, sentence, tmp_path):
    mechanism, ledger = read(tmp_path, f"ex:A {{ {assertion} }}\n")
    assert [edge.sentence.text for edge in mechanism.edges] == [sentence]
    assert ledger.wrong == []
    account = ledger.account()
    assert account.count() == sum(account.count(fate) for fate in losses.FATES)


def test_licence_and_publication_are_taken_from_where_they_stand(tmp_path):
    rest = "ex:A { ex:a ex:increases ex:b . } ex:P { ex:A prov:wasDerivedFrom <https://doi.org/10.1000/x> . }\n"
    stated = "ex:I { ex:np dct:license <https://creativecommons.org/publicdomain/zero/1.0/> . }\n"
    mechanism, ledger = read(tmp_path, rest + stated)
    assert mechanism.licence == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert [source.doi for source in mechanism.sources.values()] == ["10.1000/x"]
    assert ledger.account().count("lost") == 0
    other = "ex:A2 { ex:c ex:increases ex:d . } ex:I2 { ex:np2 dct:license <urn:other> . }\n"
    head = "ex:H2 { ex:np2 a np:Nanopublication ; np:hasAssertion ex:A2 ; np:hasPublicationInfo ex:I2 . }\n"
    assert read(tmp_path, rest + stated + head + other)[0].licence == "NOASSERTION"


def test_what_stands_apart_is_lost_and_an_empty_nanopublication_is_told(tmp_path):
    text = "ex:A { ex:a ex:increases ex:b . } ex:other { ex:x ex:y ex:z . }\n"
    _, ledger = read(tmp_path, text)
    assert [(one.field, one.how) for one in ledger.account().lost] == [("y", "it is not part of a nanopublication")]
    file = tmp_path / "empty.trig"
    file.write_text(HEAD, encoding="utf-8")
    with pytest.raises(formats.InvalidMechanism, match="np has no assertion"):
        formats.parse(file)


@pytest.mark.skipif(SAMPLES is None, reason="KG_SAMPLES names no folder of files by others")
def test_the_nanopublication_sample():
    mechanism, ledger = formats._parsed(SAMPLES / "nanopub_openbel-1.trig")
    account = ledger.account()
    assert sum(account.records.values()) == 29  # each quad
    (edge,) = mechanism.edges
    ends = [mechanism.nodes[key].label for key in (edge.subject, edge.sentence.object)]
    assert (ends, edge.verb) == (['a(SCHEM:"Adenosine triphosphate")', "cat(p(HGNC:UCP1))"], "limits")
    (item,) = edge.evidence
    assert (mechanism.source(item).pmid, [taxon.label for taxon in item.taxon]) == ("9703368", ["Homo sapiens"])
    assert mechanism.places[edge.place].term.id == "UBERON:0001134"
    quoted = [one for one in account.lost if one.field == "value"]
    assert len(quoted) == 1 and quoted[0].said not in formats.text(mechanism, ".yaml")
    assert mechanism.licence == "NOASSERTION"  # the rights that the file states are those of another document
