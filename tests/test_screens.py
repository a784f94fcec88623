"""Screens: each trial is a what-if; and what is predicted of published perturbations is held against them."""

import csv
import io
import itertools
import json

import pytest
from click.testing import CliRunner
from conftest import SEED
from test_semantics import generated, sketch

import kg
from kg.cli.group import main
from kg.reasoning import screens
from kg.reasoning.network import QueryError
from kg.reasoning.whatif import whatif

HEAD = "condition\tset\toutcome\tobserved\tsource\n"


def run(*arguments):
    return CliRunner().invoke(main, ["screen", *map(str, arguments)])


@pytest.mark.parametrize(("condition", "value"), [("", "absent"), ("both", "absent"), ("chemo", "present")])
def test_each_trial_is_the_answer_of_a_whatif(condition, value):
    trials = kg.screen(SEED, condition, value)
    assert [dict(trial.settings) for trial in trials] == [{node: value} for node in SEED.nodes]
    for trial in trials:
        answer = whatif(SEED, condition, trial.settings)
        assert [(one.node, one.before, one.after) for one in trial.outcomes] == [
            (step.node, step.before, step.after) for step in answer.outcomes
        ]
        for one in trial.outcomes:
            by = dict(zip(("as written", "also-delivers"), [after for _, after in one.readings.values()], strict=True))
            assert answer.disagree.get(one.node, by) == by


@pytest.mark.parametrize("seed", range(20))
def test_pairs_are_all_pairs_and_those_that_do_more_are_told_apart(seed):
    mechanism = generated(seed, 5)
    pairs, singles = kg.screen(mechanism, pairs=True), kg.screen(mechanism)
    assert [tuple(trial.settings) for trial in pairs] == list(itertools.combinations(mechanism.nodes, 2))
    alone = {next(iter(trial.settings)): {one.node: one.after for one in trial.outcomes} for trial in singles}
    for trial in pairs:
        values = whatif(mechanism, values=trial.settings).values if mechanism.edges else {}
        assert {one.node: one.after for one in trial.outcomes} == values
        a, b = trial.settings
        more = any(values[node] not in (alone[a][node], alone[b][node]) for node in values)
        assert (trial in list(screens.together(pairs, singles))) >= more


def test_either_of_two_causes_will_do_and_the_loss_of_both_shows_it():
    mechanism, _ = sketch(
        "nodes: {A: {at start: present}, B: {at start: present}, C: {outcome: 'yes'}}\n"
        "edges: [{edge: A promotes C}, {edge: B promotes C}]"
    )
    singles, pairs = kg.screen(mechanism), kg.screen(mechanism, pairs=True)
    assert [trial.outcomes[0].changed for trial in singles] == [False, False, True]
    assert [dict(trial.settings) for trial in screens.together(pairs, singles)] == [{"A": "absent", "B": "absent"}]


def test_a_screen_prints_a_table_json_or_csv():
    text = run("ta1-tlr7", "--in", "both").stdout
    assert (
        "TLR7 absent                              strong → partial          ·                  present → absent" in text
    )
    assert "22 nodes tried; 4 change no outcome: apoptotic body without chemotherapy, immune suppression" in text
    plain = json.loads(run("ta1-tlr7", "--in", "both", "--json").stdout)
    assert {"node": "tumour_control", "before": "strong", "after": "partial"} in next(
        one["outcomes"] for one in plain if one["set"] == {"TLR7": "absent"}
    )
    rows = list(csv.DictReader(io.StringIO(run("ta1-tlr7", "--in", "both", "--csv").stdout)))
    assert len(rows) == 3 * len(SEED.nodes)
    assert {"set": "TLR7=absent", "outcome": "tumour_control", "before": "strong", "after": "partial"} in rows
    pairs = run("ta1-tlr7", "--in", "both", "--pairs").stdout
    assert "231 pairs tried; 33 do what neither node does alone" in pairs
    assert run("ta1-tlr7", "--csv", "--json").exit_code == 2
    assert "did you mean 'both'" in run("ta1-tlr7", "--in", "bot").stderr


@pytest.mark.parametrize(
    ("row", "verdict", "predicted", "reason"),
    [
        ("both\tTLR7=absent\tCD8_priming\tlost", "agree", "lost", ""),
        ("both\tTLR7=absent\tCD8_priming\treduced", "agree", "lost", ""),
        ("both\tTLR7=absent\ttumour control\treduced", "agree", "reduced", ""),
        ("both\tTLR7=absent\ttumour control\tlost", "disagree", "reduced", "no longer: T-cell killing"),
        ("both\tTLR7=absent; chemotherapy=absent\ttumour_control\treduced", "disagree", "lost", "no longer"),
        ("both\tRNase A=absent\tCD8_priming\treduced", "disagree", "unchanged", "it depends on cell-death"),
        ("both\timmune_suppression=present\tCD8_priming\treduced", "disagree", "unchanged", "no edge leads from"),
        ("\timmune_suppression=present\tCD8_priming\tunchanged", "agree", "unchanged", ""),
        ("chemo\tRNase_A=absent\tCD8_priming\tincreased", "undecided", "unchanged or increased", "also-delivers"),
        ("both\tchemotherapy=absent\tCD8_priming\tlost", "undecided", "lost or unchanged", "undecided: whether spont"),
    ],
)
def test_a_prediction_stands_beside_what_was_observed(tmp_path, row, verdict, predicted, reason):
    path = tmp_path / "observed.tsv"
    path.write_text(f"{HEAD}{row}\ta paper\n", encoding="utf-8")
    (found,) = screens.compare(SEED, screens.read_observed(SEED, path))
    assert (found.verdict, found.predicted) == (verdict, predicted)
    assert reason in found.reason and bool(found.reason) == bool(reason)
    text = run("ta1-tlr7", "--observed", path).stdout
    assert f"{verdict}: " in text and "(a paper)" in text and f"1 {verdict}" in text and found.reason in text
    (plain,) = json.loads(run("ta1-tlr7", "--observed", path, "--json").stdout)
    assert (plain["line"], plain["verdict"]) == (2, verdict)


def test_the_best_constant_answer_is_told_beside_the_score(tmp_path):
    path = tmp_path / "observed.tsv"
    rows = ["both\tTLR7=absent\tCD8_priming\tlost\t", "both\tRNase_A=absent\tCD8_priming\tunchanged\t"]
    path.write_text(HEAD + "\n".join([*rows, rows[1]]) + "\n", encoding="utf-8")
    text = run("ta1-tlr7", "--observed", path).stdout
    assert "3 observations: 3 agree, 0 disagree, 0 undecided" in text
    assert "always predicting “unchanged” would agree 2 times" in text


def test_every_wrong_line_of_a_table_is_named(tmp_path):
    path = tmp_path / "observed.tsv"
    rows = [
        "both\tTLR=absent\tCD8_priming\tlost\t",
        "bot\tTLR7=absent\tCD8_priming\tlost\t",
        "both\tTLR7\tCD8_priming\tlost\t",
        "both\tTLR7=absent\tCD8\tlost\t",
        "both\tTLR7=absent\tCD8_priming\tgone\t",
        "both\tTLR7=strong\tCD8_priming\tlost\t",
        "both",
    ]
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(QueryError) as error:
        screens.read_observed(SEED, path)
    lines = str(error.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["2", "3", "4", "5", "6", "7", "8"]
    assert run("ta1-tlr7", "--observed", path).exit_code == 1
    path.write_text("condition\tset\toutcome\tobserved\n", encoding="utf-8")
    with pytest.raises(QueryError, match="no column is called source"):
        screens.read_observed(SEED, path)
    assert run("ta1-tlr7", "--observed", path, "--pairs").exit_code == 2


def test_a_row_that_begins_with_a_hash_is_a_comment(tmp_path):
    path = tmp_path / "observed.tsv"
    row = "both\tTLR7=absent\tCD8_priming\tlost\ta paper"
    path.write_text(f"{HEAD}# no edge reaches it: K000\n#\t\t\t\t\n{row}\n", encoding="utf-8")
    (seen,) = screens.read_observed(SEED, path)
    assert (seen.line, seen.outcome) == (4, "CD8_priming")
