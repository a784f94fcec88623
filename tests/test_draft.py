"""`kg draft`: which sentences the rules propose, what they set aside, and what another reader's proposals must prove."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli.group import main
from kg.model.diagnostics import InvalidMechanism
from kg.review import relations, suggest

#: Sentences of our own, and what is proposed of each: subject, verb, object; nothing where the rules should keep silent.
SAID = {
    "RNase A degrades miR-146a.": [("RNase A", "degrades", "miR-146a")],
    "Enzymes (RNase A) rapidly degrade these microRNAs.": [("RNase A", "degrades", "microRNAs")],
    "TLR7 is activated by miR-146a.": [("miR-146a", "activates", "TLR7")],
    "Loss of TLR7 reduced IL-6 production.": [("TLR7", "promotes", "IL-6 production")],
    "TLR7-deficient mice showed increased IL-6.": [("TLR7", "limits", "IL-6")],
    "Dendritic cells showed increased CD86.": [],
    "Activation of TLR7 by miR-146a is new.": [("miR-146a", "activates", "TLR7")],
    "Inhibition of TLR7 by RNase A is new.": [("RNase A", "inhibits", "TLR7")],
    "LPS-induced IL-6 was measured.": [("LPS", "induces", "IL-6")],
    "MyD88 is required for IL-6 production.": [("MyD88", "required_for", "IL-6 production")],
    "IL-6 production depends on MyD88.": [("MyD88", "required_for", "IL-6 production")],
    "IL-6 was reduced following chemotherapy.": [("IL-6", "falls_after", "chemotherapy")],
    "TLR7 and TLR9 activate MyD88.": [("TLR9", "activates", "MyD88"), ("TLR7", "activates", "MyD88")],
    "Once shielded by RNase A, miR-146a activates TLR7.": [("miR-146a", "activates", "TLR7")],
    "Dendritic cells in the spleen secrete IL-6.": [("Dendritic cells", "secretes", "IL-6")],
    "Dendritic cells stimulated with LPS were washed.": [],
    "A PD-L1 antibody limits IL-6.": [],
    "The release of IL-6 was measured in dendritic cells.": [],
    "They released apoptotic bodies (ABs). ABs inhibit TLR7.": [("ABs", "inhibits", "TLR7")],
}


def proposed(text, tmp_path, **more):
    file = tmp_path / "text.txt"
    file.write_text(text, encoding="utf-8")
    return kg.draft(file, **more)


@pytest.mark.parametrize("text", SAID)
def test_a_sentence_is_proposed_as_it_is_said(text, tmp_path):
    found = proposed(text, tmp_path).proposals
    assert [(one.subject, one.verb, one.object) for one in found] == SAID[text]


def test_a_proposal_has_its_hedge_its_species_and_the_words_that_say_it(tmp_path):
    text = "In mice, RNase A may degrade miR-146a.\n\nIn mice and in human cells RNase A degrades miR-146a."
    one, two = proposed(text, tmp_path).proposals
    assert (one.hedge, one.species, one.words) == ("may", "Mus musculus", "RNase A may degrade miR-146a")
    assert (two.hedge, two.species) == ("", "")  # of two species neither is that of the statement
    assert text[two.start : two.end] == "RNase A degrades miR-146a"


def test_what_the_text_denies_is_set_aside_and_never_proposed(tmp_path):
    found = proposed("TLR7 does not activate MyD88. TLR9 failed to activate MyD88.", tmp_path)
    assert not found.proposals and found.mechanism is None
    assert [one.code for one in found.aside] == ["denied", "denied"]
    assert [one.at.column for one in found.aside] == [1, 31]


def test_the_mechanism_is_valid_its_anchors_hold_and_no_claim_is_guessed(tmp_path):
    text = ". ".join(text.rstrip(".") for text in SAID) + ". " + "More words follow here. " * 80
    found = proposed(text, tmp_path)
    checked = kg.check(found.mechanism, sources=str(tmp_path))
    assert not checked.errors and len(found.proposals) > 12
    items = [item for edge in found.mechanism.edges for item in edge.evidence]
    assert {item.claim for item in items} == {"unclassified"}
    assert all(len(item.anchor.split()) <= 8 for item in items)
    assert sum(len(item.anchor) for item in items) <= 0.1 * len(text)
    assert any(item.span for item in items)  # where anchors would be too many, or stand twice


def test_a_name_of_several_meanings_has_no_term_and_is_told(tmp_path):
    found = proposed("Tumor antigens activate TLR7.", tmp_path)
    assert [one.code for one in found.aside] == ["ambiguous-name"]
    assert found.mechanism.nodes["Tumor_antigens"].term is None
    assert found.mechanism.nodes["TLR7"].term.id


def test_names_of_a_mechanism_keep_their_node(tmp_path):
    known = kg.read("ta1-tlr7")
    found = proposed("Tumour control is enhanced by TLR7.", tmp_path, known=known)
    assert set(found.mechanism.nodes) == {"TLR7", "tumour_control"}


PROOF = "RNase A rapidly degrades miR-146a. Then TLR7 is silent."
LINES = [
    ({"subject": "RNase A", "verb": "degrades", "object": "miR-146a", "quote": "rapidly degrades miR-146a"}, ""),
    ({"subject": "RNase A", "verb": "degrades", "object": "miR-146a", "quote": "slowly degrades"}, "anchor-not-found"),
    ({"subject": "no such thing", "verb": "degrades", "object": "miR-146a", "quote": "rapidly"}, "unknown-name"),
    ({"subject": "RNase A", "verb": "zaps", "object": "miR-146a", "quote": "rapidly"}, "unknown-verb"),
    ({"subject": "RNase A", "verb": "degrades", "quote": "rapidly"}, "no-sentence"),
    ({"type": "DecreaseAmount", "subj": {"name": "RNase A"}, "obj": {"name": "miR-146a"}, "evidence": [{"text": "degrades miR-146a"}]}, ""),
    ({"type": "Complex", "members": [{"name": "RNase A"}, {"name": "miR-146a"}], "evidence": [{"text": "not there"}]}, "anchor-not-found"),
    ([1], "no-sentence"),
]  # fmt: skip


@pytest.mark.parametrize("listed", [False, True])
def test_what_others_propose_must_prove_itself(listed, tmp_path):
    said = [one for one, _ in LINES]
    file = tmp_path / "proposals.jsonl"
    file.write_text(json.dumps(said) if listed else "\n".join(map(json.dumps, said)), encoding="utf-8")
    found = proposed(PROOF, tmp_path, proposed=file)
    assert [(one.subject, one.verb, one.object) for one in found.proposals] == [
        ("RNase A", "degrades", "miR-146a"),
        ("RNase A", "downregulates", "miR-146a"),
    ]
    assert [one.code for one in found.aside] == list(filter(None, (code for _, code in LINES)))
    if not listed:
        assert [one.at.line for one in found.aside] == [n for n, (_, code) in enumerate(LINES, 1) if code]


@pytest.mark.parametrize("text", ["", "\n", "{", '{"a": NaN}'])
def test_proposals_that_cannot_be_read_are_a_complaint(text, tmp_path):
    file = tmp_path / "p.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidMechanism) as error:
        proposed(PROOF, tmp_path, proposed=file)
    assert all(one.at.path == str(file) for one in error.value.diagnostics)


def test_the_command_writes_what_it_lists_and_overwrites_nothing(tmp_path):
    file, out = tmp_path / "paper.txt", tmp_path / "mine.yaml"
    file.write_text("RNase A degrades miR-146a. TLR7 does not activate MyD88.", encoding="utf-8")
    run = CliRunner().invoke(main, ["draft", str(file), "-o", str(out)])
    assert run.exit_code == 0 and "RNase A degrades miR-146a\n" in run.output and "denied" in run.output
    assert kg.read(out).edges[0].sentence.verb == "degrades"
    before = out.read_bytes()
    assert CliRunner().invoke(main, ["draft", str(file), "-o", str(out)]).exit_code == 2
    assert out.read_bytes() == before
    said = json.loads(CliRunner().invoke(main, ["draft", str(file), "--json"]).stdout)
    assert [one["verb"] for one in said["proposals"]] == ["degrades"] and said["aside"][0]["code"] == "denied"


def test_a_text_of_which_nothing_is_proposed_fails(tmp_path):
    file, out = tmp_path / "paper.txt", tmp_path / "mine.yaml"
    file.write_text("Nothing of note happened.", encoding="utf-8")
    run = CliRunner().invoke(main, ["draft", str(file), "-o", str(out)])
    assert run.exit_code == 1 and "0 sentences proposed" in run.output and not out.exists()


def test_every_word_of_the_table_is_looked_up_somewhere():
    text = (kg.data_dir("ontology").parent / "kg" / "review" / "relations.py").read_text(encoding="utf-8")
    text += (kg.data_dir("ontology").parent / "kg" / "review" / "suggest.py").read_text(encoding="utf-8")
    uses = [row["use"] for row in relations.vocabulary.table("words.tsv")]
    assert len(uses) == len(set(uses)) and all(re.search(rf"""["']{use}["']""", text) for use in uses)


@pytest.mark.parametrize(
    ("data", "code", "help"),
    [
        (b"", "no-text", ""),
        (b"\x89PNG\r\n\x1a\n\0\0", "not-utf8", "UTF-8"),
        (
            b'<?xml version="1.0"?><article><p>TLR7 activates MyD88.</p></article>',
            "no-text",
            "kg add-source MECH --jats",
        ),
        (b"<html><p>TLR7 activates MyD88.</p></html>", "no-text", "--jats"),
        (b"TLR7 is here. " * 150_000, "too-large", "split it"),
    ],
)
def test_what_is_no_plain_text_of_an_article_is_refused(data, code, help, tmp_path):
    file = tmp_path / "text.txt"
    file.write_bytes(data)
    with pytest.raises(InvalidMechanism) as error:
        kg.draft(file)
    assert error.value.diagnostics[-1].code == code and help in error.value.diagnostics[-1].help


def test_bytes_of_another_encoding_are_told_and_the_rest_is_read(tmp_path):
    file = tmp_path / "text.txt"
    file.write_bytes("A café. TLR7 activates MyD88.".encode("latin-1"))
    found = kg.draft(file)
    assert [one.code for one in found.aside] == ["not-utf8"] and len(found.proposals) == 1


def test_a_text_without_full_stops_is_read_in_pieces(tmp_path, monkeypatch):
    """As one sentence a megabyte would take hours."""
    text, read = "RNase A degrades miR-146a and " * 80, []

    def sentence(text, *more):
        read.append(text)
        return relations.Sentence(text, *more)

    monkeypatch.setattr(suggest, "Sentence", sentence)
    found = proposed(text, tmp_path).proposals
    assert "".join(read) == text and max(map(len, read)) <= 1000 and all(one.endswith(" ") for one in read)
    assert sum(text[one.start : one.end] == "RNase A degrades miR-146a" for one in found) > 70


def test_an_ending_that_no_format_has_is_a_wrong_use(tmp_path):
    file = tmp_path / "paper.txt"
    file.write_text("TLR7 activates MyD88.", encoding="utf-8")
    run = CliRunner().invoke(main, ["draft", str(file), "-o", str(tmp_path / "mine.txt")])
    assert run.exit_code == 2 and "no format is written to '.txt'" in run.output
    assert [one.name for one in tmp_path.iterdir()] == ["paper.txt"]


def test_a_draft_has_the_schema_that_its_first_line_names(tmp_path: Path) -> None:
    text = tmp_path / "paper.txt"
    text.write_text("We found that IL-10 reduces TNF.\n", encoding="utf-8")
    out = tmp_path / "mine" / "mechanism.yaml"
    done = CliRunner().invoke(main, ["draft", str(text), "-o", str(out)])
    assert done.exit_code == 0, done.output
    first = out.read_text(encoding="utf-8").partition("\n")[0]
    assert (out.parent / first.partition("$schema=")[2]).is_file()
