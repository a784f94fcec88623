"""Sign, identifier, citation, species and name come back from every format that can hold them, and from every pair."""

import itertools

import pytest
import round_trips
from round_trips import ASKED, BOTH, facts

from kg import checks

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
