"""Relation words of others: every row of ontology/foreign.tsv, and words that no row has."""

import pytest

from kg import formats
from kg.model import foreign, vocabulary

ROWS = vocabulary.table("foreign.tsv")


def test_every_row_keeps_its_sign_or_says_that_it_does_not():
    for row in ROWS:
        verb = vocabulary.predicates()[row["verb"]]
        assert verb.role != "blocks", row
        assert row["sign"] == verb.sign or (verb.sign == "0" and "sign" in row["lacks"]), row
    words = [foreign._form(row["word"]) for row in ROWS]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("word", "verb", "turned"),
    [
        ("ACTIVATION", "activates", False),
        (":INHIBITS", "inhibits", False),
        ("down-regulates quantity by repression", "suppresses", False),
        ("DecreaseAmount", "downregulates", False),
        ("stronglyRepressedBy", "limits", True),
        ("is activated by", "activates", True),
        ("transcriptional repression of", "limits", False),
        ("biolink:has_member", "part_of", True),
        ("biolink:entity_negatively_regulates_entity", "negatively_regulates", False),
        ("http://x/none", "related_to", False),
        ("increases_degradation_of", "degrades", False),
        ("decreases degradation of", "stabilises", False),
        ("arrow:t_shape", "limits", False),
        ("does not activate", "related_to", False),
        ("activates or inhibits", "related_to", False),
        ("negatively associated", "related_to", False),
        ("blocks", "limits", False),
        ("deactivates", "inhibits", False),
        ("⊣", "limits", False),
        ("↑", "promotes", False),
        ("++", "promotes", False),
        ("controls-state-change-of", "affects", False),
    ],
)
def test_a_word_keeps_its_sign_and_no_other_is_guessed(word, verb, turned):
    found = foreign.relation(word)
    assert (found.verb, found.turned) == (verb, turned)


def edges(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    mechanism, ledger = formats._parsed(file)
    return [edge.sentence.text for edge in mechanism.edges], ledger


def test_every_reader_has_the_same_words(tmp_path):
    """One word in a SIF file, in KGX, as an attribute of a network, and as the end of a line."""
    assert edges(tmp_path, "x.sif", "A\trepression\tB\n")[0] == ["A suppresses B"]
    kgx = "subject\tpredicate\tobject\nX:1\trepression\tX:2\n"
    assert edges(tmp_path, "x_edges.tsv", kgx)[0] == ["X_1 suppresses X_2"]
    nodes = '{"data": {"id": "a"}}, {"data": {"id": "b"}}'
    for said in ('"Interaction": "repression"', '"label": ":REPRESSION"', '"type": "repression"'):
        one = f'{{"elements": {{"nodes": [{nodes}], "edges": [{{"data": {{"source": "a", "target": "b", {said}}}}}]}}}}'
        assert edges(tmp_path, "x.cyjs", one)[0] == ["a suppresses b"]


def test_a_sign_that_no_verb_keeps_is_lost_and_not_changed(tmp_path):
    said, ledger = edges(tmp_path, "x.sif", "A\tnegatively correlated with\tB\n")
    assert said == ["A related_to B"]
    assert [one.field for one in ledger.account().lost] == ["relation"]


def test_a_verb_that_does_not_join_its_nodes_gives_way_to_its_sign(tmp_path):
    kgx = "subject\tpredicate\tobject\nMESH:D051199\tkills\tGO:0006915\n"
    assert edges(tmp_path, "x_edges.tsv", kgx)[0] == ["MESH_D051199 limits GO_0006915"]
