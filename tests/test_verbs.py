"""The verb that a word means: synonyms, forms, spelling, and which nodes it can join."""

import json

import pytest
from click.testing import CliRunner

from kg.cli.group import main
from kg.model import verbs, vocabulary

EVERY = list(vocabulary.predicates().values())


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("secretes", "secretes"),
        ("secretion", "secretes"),
        ("upregulates", "upregulates"),
        ("up-regulated", "upregulates"),
        ("Down Regulates", "downregulates"),
        ("neutralizes", "neutralises"),
        ("stimulates", "activates"),
        ("phagocytosed", "engulfs"),
        ("leads to", "results_in"),
        ("binds to", "binds"),
        ("is required for", "required_for"),
        ("regulates", "affects"),  # no sign is made up
        ("reduce", "limits"),
        ("activtes", "activates"),
        ("zzzzz", ""),
        ("", ""),
    ],
)
def test_a_word_means_a_verb(word, verb):
    assert [one.verb for one in verbs.meant(word)][:1] == ([verb] if verb else [])


def test_each_synonym_means_one_verb_and_is_none_itself():
    for verb in EVERY:
        for word in (verb.verb, *verb.also.split()):
            assert verbs.meant(word) == [verb], word


def test_a_synonym_of_a_signed_verb_never_means_one_of_the_other_sign():
    for word, sign in {"increases": "+", "decreases": "-", "boosts": "+", "dampens": "-", "antagonises": "-"}.items():
        assert {one.sign for one in verbs.meant(word)} == {sign}


def test_a_verb_joins_nodes_of_its_kinds():
    kills = vocabulary.predicates()["kills"]
    assert verbs.fitting([kills], "cell", "cell") == verbs.fitting([kills], "", "other") == [kills]
    assert verbs.fitting([kills], "cell", "molecule") == []


def run(*words):
    return CliRunner().invoke(main, ["verbs", *words])


def test_the_command_lists_and_finds():
    every = run().output
    assert all(f"  {one.verb}" in every for one in EVERY)
    assert every.index("Verbs that raise") < every.index("  activates") < every.index("Verbs that lower")
    found = json.loads(run("gives off", "--json").output)
    assert "secretes" in [one["verb"] for one in found]
    assert run("transports", "to").output == run("transports to").output != ""
    assert run("stimulates").output.startswith("activates")
    nothing = run("qqqq")
    assert (nothing.exit_code, "no verb means 'qqqq'" in nothing.output) == (1, True)
