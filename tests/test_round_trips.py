"""Sign, identifier, citation, species and name come back from every format that can hold them, and from every pair."""

import itertools

import pytest
import round_trips
from round_trips import ASKED, BOTH, facts

from kg import checks, formats

every = pytest.mark.parametrize("name", BOTH)
asked_of = pytest.mark.parametrize("asked", ASKED)
#: What a format cannot hold: all else must come back whole.
NOT_HELD = {
    "bnet": {"sign", "identifier", "citation", "species", "name"},
    "sbml": {"sign", "citation"},  # of an influence without a sign, which is in no function
    "sif": {"identifier", "citation", "species", "name"},
    "gocam": {"identifier", "species"},  # of a small molecule that acts
}


def test_the_mechanism_has_a_case_of_each_kind():
    one = round_trips.mechanism()
    assert checks.check(one, sources="").errors == ()
    assert {sign for _, sign in facts(one, "sign")} == {1, -1, 0}
    assert all(len(facts(one, asked)) >= 3 for asked in ASKED)
    assert any(not label.isascii() for _, label in facts(one, "name"))


@every
@asked_of
def test_what_a_format_can_hold_comes_back(name, asked):
    missing = facts(round_trips.mechanism(), asked) - facts(round_trips.returned(name), asked)
    assert bool(missing) == (asked in NOT_HELD.get(name, ())), missing


@every
@asked_of
def test_what_does_not_come_back_is_in_the_loss_report(name, asked):
    """Fact by fact: the record that says it is reported as lost, or as changed, with the field that holds it."""
    told_of(round_trips.mechanism(), round_trips.returned(name), round_trips.account(name), asked)


def told_of(before, after, account, asked):
    told = round_trips.reported(account, asked)
    for of, said in facts(before, asked) - facts(after, asked):
        names = {of} if " " not in of else round_trips.behind(before, of, asked)
        assert any(name in told or any(one.startswith(f"{name} ") for one in told) for name in names), (of, said, told)


@every
def test_nothing_comes_back_that_was_not_said(name):
    """No identifier, citation or species but those of the mechanism, at any place; no other sign of two things, no other name."""
    before, after = round_trips.mechanism(), round_trips.returned(name)
    for asked in ASKED:
        own = {of for of, _ in facts(before, asked)}
        assert not {one for one in facts(after, asked) - facts(before, asked) if one[0] in own and asked != "name"}
    if "name" not in NOT_HELD.get(name, ()):
        assert facts(after, "name") >= facts(before, "name")


def through(first, second):
    """What goes through two formats loses what either loses, and no more; and the second report says what it loses.

    Nothing of the files of others is a nanopublication, since none says what kind of statement it makes.
    """
    one, two = round_trips.returned(first), round_trips.returned(first, second)
    if two is None:
        assert second == "nanopub" and not any(edge.asserted for edge in one.edges)
        return
    for asked in ASKED:
        held = facts(one, asked, needs=False) & facts(round_trips.returned(second), asked)
        assert held <= facts(two, asked), (asked, held - facts(two, asked))
        told_of(one, two, round_trips.account(first, second), asked)


@pytest.mark.parametrize(
    ("first", "second"), [("kgx", "bel"), ("bel", "graphml"), ("sif", "cx2"), ("sbml", "kgx"), ("gocam", "sbml")]
)
def test_a_pair_of_formats_loses_what_either_loses(first, second):
    through(first, second)


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), list(itertools.product(BOTH, repeat=2)))
def test_every_pair_of_formats_loses_what_either_loses(first, second):
    through(first, second)


# ---------------------------------------------------------------- what acts on an edge, and names

BLOCKS = """id: blocks
title: What acts on an edge
licence: CC0-1.0
sources: {s: {kind: review, pmid: 1, read: full}, t: {kind: review, pmid: 2, read: full}}
nodes:
  A: {term: none, kind: molecule}
  B: {term: none, kind: molecule}
  C: {term: none, kind: molecule}
  D: {term: none, kind: molecule}
  E: {term: none, kind: molecule}
edges:
- edge: D degrades B
  name: loss
  evidence: [{source: s, anchor: it goes, claim: finding, taxon: NCBITaxon:10090 ! Mus musculus}]
- edge: C blocks loss
  evidence: [{source: s, anchor: it stays, claim: finding}]
- edge: A promotes B
  unless: [E]
  evidence:
  - {source: s, anchor: it comes, claim: finding, taxon: NCBITaxon:10090 ! Mus musculus}
  - {source: t, anchor: it came, claim: finding}
- edge: B inhibits A
  name: fall
  evidence: [{source: s, anchor: it falls, claim: finding}]
- edge: E blocks fall
  evidence: [{source: t, anchor: it does not, claim: finding}]
- edge: E promotes D
  requires: [A]
  evidence: [{source: t, anchor: it does, claim: finding}]
"""


@pytest.fixture
def acting(tmp_path):
    file = tmp_path / "blocks.yaml"
    file.write_text(BLOCKS, encoding="utf-8")
    assert formats.examine(file)[1].errors == ()
    return formats.read(file)


@pytest.mark.parametrize("name", ["sif", "kgx", "kgxl", "bel", "gocam"])
def test_what_blocks_a_loss_has_a_positive_sign_and_never_a_negative_one(name, acting):
    """A format of pairs says what follows for the object: more of it, where what is blocked lowers it."""
    signs = dict(facts(round_trips.again(acting, name), "sign"))
    if name != "bel":  # which brings the edge back that is blocked
        assert (signs["C B"], signs["E B"], signs["E A"]) == (1, -1, 1)
    assert (signs["D B"], signs["A B"], signs["B A"]) == (-1, 1, -1)


def test_no_publication_of_sbml_states_a_species_that_it_does_not(acting):
    """Of two publications of an influence one states a species: an input could not say which."""
    again = round_trips.again(acting, "sbml")
    assert {said for of, said in facts(again, "citation") if of == "A B"} == {"1", "2"}
    assert not [said for of, said in facts(again, "species") if of == "A B"]
    assert {said for of, said in facts(again, "species") if of == "D B"} == {"NCBITaxon:10090"}
    # what is excluded cites nothing of its own; what is cited is the subject, though A comes first
    assert not [said for of, said in facts(again, "citation") if of == "E B"]
    assert {said for of, said in facts(again, "citation", needs=False) if of == "E D"} == {"2"}


@pytest.mark.parametrize("name", ["sif", "bnet"])
def test_a_node_without_a_term_keeps_its_name_through_a_format_of_names(name, tmp_path):
    names = ["TNFα", "TNF_alpha", "TNF-α"] if name == "bnet" else ["TNF-α", "γδ T cell", "αβ T cell", "a:b", "a b"]
    file = tmp_path / "x.sif"
    file.write_text("".join(f"{one}\tactivates\tX\n" for one in names), encoding="utf-8")
    before = formats.read(file)
    after = round_trips.again(before, name)
    assert facts(after, "name") == facts(before, "name")
    assert {edge.sentence for edge in after.edges if name == "sif"} <= {edge.sentence for edge in before.edges}
