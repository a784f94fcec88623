"""Small edits of a text: what was asked changes, and nothing else; comments and order stay; complaints have mends that mend."""

import random
import re
from pathlib import Path

import pytest
from conftest import LITTLE, SOME

import kg
from kg import checks
from kg.bench import mend
from kg.formats.notation import edit
from kg.formats.notation.read import parse_bytes

TEXT = LITTLE.read_text(encoding="utf-8")
SEED = (kg.data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml").read_text(encoding="utf-8")
WRONG = sorted((Path(__file__).parent / "wrong").rglob("*.yaml"))


def paths(value, at=()):
    for step, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield (*at, step)
        yield from paths(inner, (*at, step))


def comments(text):
    return [line for line in text.split("\n") if line.lstrip().startswith("#")]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("of", "old", "new"),
    [
        ("node", "TLR7", "receptor"),
        ("node", "Ta1", "peptide"),
        ("source", "article", "blog"),
        ("place", "dendritic_cell", "dc"),
        ("condition", "both", "two"),
    ],
)
def test_a_name_is_changed_everywhere_and_back(of, old, new):
    changes = edit.renamed(SEED, of, old, new)
    after = edit.applied(SEED, changes)
    mechanism, wrong = parse_bytes(after.encode())
    assert not [
        one for one in (*wrong, *checks.judged(mechanism, "", False, run=False).diagnostics) if one.severity == "error"
    ]
    assert new in getattr(mechanism, f"{of}s") and old not in getattr(mechanism, f"{of}s")
    assert list(getattr(mechanism, f"{of}s")).index(new) == list(getattr(kg.read("ta1-tlr7"), f"{of}s")).index(old)
    assert comments(after) == comments(SEED)
    assert edit.applied(after, edit.renamed(after, of, new, old)) == SEED


def test_names_of_edges_that_follow_their_sentences_are_changed_too():
    text = "nodes: {A: none, B: none}\nedges:\n- edge: A activates B\n- edge: B blocks A-activates-B\n- {edge: B inhibits A, name: own}\nspine: [A-activates-B, own, B-blocks-A-activates-B]\n"
    after = edit.applied(text, edit.renamed(text, "node", "A", "X"))
    assert after == text.replace("A: none", "X: none").replace("A act", "X act").replace("A-", "X-").replace(
        "inhibits A", "inhibits X"
    )


@pytest.mark.parametrize(
    ("of", "old", "new", "said"),
    [
        ("node", "TLR", "X", "no node is called 'TLR'; did you mean 'TLR7'"),
        ("node", "TLR7", "miR146a", "the name 'miR146a' is taken"),
        ("node", "TLR7", "Toll-like Rezeptor", "for example Toll-like_Rezeptor"),
        ("node", "TLR7", "", "is not a name of letters"),
        ("level", "TLR7", "X", "cannot be changed"),
    ],
)
def test_a_name_that_cannot_be_is_refused(of, old, new, said):
    with pytest.raises(edit.CannotEdit, match=re.escape(said)):
        edit.renamed(TEXT, of, old, new)


def test_a_name_written_with_escapes_is_no_half_renaming():
    text = 'nodes: {A: none, B: none}\nedges:\n- edge: A activates B\nspine: []\nlayout:\n- ["\\x41", B]\n'
    with pytest.raises(edit.CannotEdit, match="escapes"):
        edit.renamed(text, "node", "A", "X")


# ---------------------------------------------------------------- values


@pytest.mark.parametrize("mechanism", SOME, ids=lambda one: one.id)
def test_any_value_can_be_set_and_taken_out_and_nothing_else_changes(mechanism):
    text = Path(mechanism.file).read_text(encoding="utf-8")
    every = [*paths(edit.content(text))]
    for path in random.Random(mechanism.id).sample(every, 6):
        edited = edit.applied(text, edit.changed(text, path, "new, with: #1"))
        held = edit.content(edited)
        for step in path:
            held = held[step]
        assert held == "new, with: #1"
        gone = edit.applied(text, edit.changed(text, path, None))
        assert comments(gone) == comments(text)  # changed() itself proves the rest
        assert edit.applied(text, edit.changed(text, path, None)) == gone


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("nodes", "TLR7_active", "kind"), "process", "  TLR7_active: {activity of: TLR7, kind: process}"),
        (("nodes", "miR146a", "name"), "miR-146a", "  miR146a: {term: kg:miR-146a-5p ! miR-146a-5p, name: miR-146a}"),
        (("nodes", "IL6"), "none", "  IL6: none"),
        (("conditions", "both"), {"set": {"TLR7": "present"}}, "  both: {set: {TLR7: present}}"),
        (("edges", 0, "evidence", 0, "hedge"), "may, or", "claim: finding, hedge: \"may, or\", taxon: NCBITaxon:10090 ! Mus musculus}]"),
        (("edges", 0, "requires", 0), "TLR7", "  requires: [TLR7]"),
        (("edges", 2), {"edge": "A activates B", "evidence": [{"claim": "finding"}]}, "- edge: A activates B\n  evidence:\n  - {claim: finding}"),
        (("summary",), "One: two # three", 'summary: "One: two # three"'),
        (("notes", 0), {"note": "Beware"}, "notes:\n- {note: Beware}"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_written_where_it_belongs(path, value, line):
    after = edit.applied(TEXT, edit.changed(TEXT, path, value))
    assert line in after and all(one in after.split("\n") for one in comments(TEXT))
    order = list(edit.content(after))
    assert order == [key for key in kg.model.keys.notation()["mechanism"] if key in order]


def test_the_first_of_everything_can_be_written_into_an_empty_text():
    text = ""
    for path, value in (
        (("id",), "a"),
        (("nodes", "A"), "none"),
        (("nodes", "B"), "none"),
        (("edges", 0), {"edge": "A activates B", "evidence": [{"claim": "finding"}]}),
    ):
        text = edit.applied(text, edit.changed(text, path, value))
    assert (
        text
        == "id: a\n\nnodes:\n  A: none\n  B: none\n\nedges:\n- edge: A activates B\n  evidence:\n  - {claim: finding}\n"
    )
    for path in (("edges", 0), ("nodes", "A"), ("nodes", "B")):
        text = edit.applied(text, edit.changed(text, path, None))
    assert text == "id: a\n\nnodes: {}\n\nedges: []\n"
    text = edit.applied(text, edit.changed(text, ("edges", 0), {"edge": "A activates B"}))
    assert text.endswith("edges:\n- edge: A activates B\n")


def test_items_are_moved_with_the_comments_above_them():
    before = edit.content(SEED)["edges"]
    after = edit.applied(SEED, edit.moved(SEED, ("edges", 3), 1))
    assert edit.content(after)["edges"] == [*before[:3], before[4], before[3], *before[5:]]
    assert edit.applied(after, edit.moved(after, ("edges", 4), -1)) == SEED
    with pytest.raises(edit.CannotEdit, match="further"):
        edit.moved(SEED, ("edges", 0), -1)


@pytest.mark.parametrize("text", ["a: [", "- 1", "x", "a: b: c", "\x00"])
def test_a_text_that_cannot_be_read_is_not_edited(text):
    with pytest.raises(edit.CannotEdit):
        edit.changed(text, ("id",), "a")


# ---------------------------------------------------------------- mends


def complaints(text):
    mechanism, wrong = parse_bytes(text.encode())
    broken = any(one.severity == "error" for one in wrong)
    return mechanism, sorted({*wrong, *checks.judged(mechanism, "", False, run=not broken).diagnostics})


def test_each_mend_answers_its_complaint():
    mended = set()
    for file in WRONG:
        try:
            text = file.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
        mechanism, found = complaints(text)
        told = [(one.code, one.message) for one in found]
        for one in found:
            for fix in mend.mends(one, text, mechanism)[:2]:
                after = edit.applied(text, fix.changes)
                left = [(other.code, other.message) for other in complaints(after)[1]]
                assert left.count((one.code, one.message)) < told.count((one.code, one.message)), (
                    file.name,
                    str(one),
                    fix,
                )
                assert comments(after) == comments(text)
                mended.add(one.code)
    assert mended >= {"wrong-kind", "unknown-value", "unknown-verb", "unknown-key", "missing-key", "unknown-node", "label-mismatch", "malformed-curie", "label-split", "yaml-syntax", "missing-claim", "obsolete-term", "unregistered-prefix"}  # fmt: skip


def test_what_is_missing_is_inserted_with_the_place_to_fill_in():
    text = TEXT.replace("licence: CC0-1.0\n", "").replace("evidence: [{says: the cell matures, claim: finding}]", "")
    mechanism, found = complaints(text)
    fixes = {one.message: mend.mends(one, text, mechanism) for one in found if one.code == "missing-key"}
    made = [
        (fix.name, edit.applied(text, fix.changes)[slice(*fix.select)]) for mends in fixes.values() for fix in mends
    ]
    assert ("Add licence", "CC0-1.0") in made and any(name == "Add evidence" for name, _ in made)
