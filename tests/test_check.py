"""A check that can fail: what kg check catches when a mechanism is turned into its opposite."""

import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner
from conftest import SEED

import kg
from kg.cli.group import main
from kg.sparql import declared

OPPOSITE = {"increases": "inhibits", "decreases": "promotes"}


def run(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def flipped(name):
    """The first mechanism with the sign of one edge turned; what only the old sign may have goes with it."""
    edge = SEED.edge(name)
    sentence = replace(edge.sentence, verb=OPPOSITE[edge.role])
    turned = replace(edge, sentence=sentence, level="", effect=None)
    return replace(SEED, edges=tuple(turned if one is edge else one for one in SEED.edges))


def test_a_flipped_sign_is_an_error_unless_the_check_says_that_nothing_pins_the_edge():
    """17 of 18 flips are caught; the other edge is one that every check names as pinned by no expectation.

    One flip leaves a blocking edge with nothing to block, and is caught by that before anything is run.
    """
    flips = [edge.name for edge in SEED.edges if edge.executes and edge.role in OPPOSITE]
    missed = []
    for name in flips:
        found = kg.check(flipped(name)).errors
        missed += [] if found else [name]
        if name == "degradation":
            assert {one.code for one in found} == {"blocks-nothing"}
        elif found:
            assert {one.code for one in found} <= {"expectation-fails", "expectation-open"}
            assert any(name in one.help for one in found), "the edge is among those that could be wrong"
            assert all(one.steps for one in found)
    assert (len(flips), missed) == (18, ["uptake"])
    assert "uptake" in kg.check(SEED).runs.unpinned


@pytest.fixture
def copy(tmp_path):
    """The first mechanism in a folder of its own, with three of its declared answers."""
    seed = kg.data_dir("seeds") / "ta1-tlr7"
    folder = tmp_path / "ta1-tlr7"
    (folder / "answers").mkdir(parents=True)
    shutil.copy(seed / "mechanism.yaml", folder)
    for name in ("what-protects", "what-it-activates", "is-it-called-a-treatment"):
        shutil.copy(seed / "answers" / f"{name}.csv", folder / "answers")
    return folder


def test_declared_answers_are_asked_and_a_difference_is_an_error(copy):
    fine = run(copy)
    assert fine.exit_code == 0 and "3 of 3 saved answers are unchanged" in fine.stdout
    answer = copy / "answers" / "what-protects.csv"
    answer.write_text(answer.read_text(encoding="utf-8").replace("RNase A", "RNase B"), encoding="utf-8")
    wrong = run(copy)
    assert wrong.exit_code == 1
    assert (
        "what-protects.csv:2:1: answer-differs: the answer is another one now: 1 rows gone, 1 rows new" in wrong.stderr
    )
    rows = [line.strip() for line in wrong.stderr.splitlines() if line.startswith("    ")]
    assert [(row[0], "RNase B" in row) for row in rows] == [("-", True), ("+", False)]
    (plain,) = json.loads(run(copy, "--json").stdout)
    assert plain["answers"] == {"declared": 3, "differ": 1}
    (copy / "answers" / "what-protect.csv").write_text("a\n", encoding="utf-8")
    assert "no question of the library is called 'what-protect'" in run(copy).stderr


def test_a_mechanism_without_declared_answers_asks_nothing(tmp_path):
    assert declared.examine(SEED).declared > 40
    assert declared.examine(replace(SEED, file=str(tmp_path / "mechanism.yaml"))) == declared.Answers()


def test_a_strict_check_of_what_cannot_be_checked_says_so(tmp_path):
    path = tmp_path / "mechanism.yaml"
    path.write_text(
        "id: sketch\ntitle: A sketch\nlicence: CC0-1.0\n"
        'sources: {s: {kind: review, title: "[loops]", doi: 10.1000/loop, read: excerpt}}\n'
        "nodes: {A: {term: none, name: A}, B: {term: none, name: B}}\n"
        "edges: [{edge: A promotes B, evidence: [{source: s, claim: background, says: A promotes B}]}]\n",
        encoding="utf-8",
    )
    assert run(path).exit_code == 0
    strict = run(path, "--strict")
    assert strict.exit_code == 1 and "nothing was checked" in strict.stderr
    path.write_text(path.read_text(encoding="utf-8") + "status: outline\n", encoding="utf-8")
    outline = run(path, "--strict")
    assert outline.exit_code == 0, outline.stderr
    assert (
        "nothing could be checked, as the file says: Outline: only excerpts of its sources were read" in outline.stdout
    )


def test_a_layout_that_is_not_used_since_there_are_too_many_lines_gets_a_hint():
    drawn = [one.code for one in kg.check(SEED, run=False).diagnostics if one.code == "layout"]
    more = [replace(SEED.edges[0], name=f"again-{n}") for n in range(30)]
    (hint,) = [
        one
        for one in kg.check(replace(SEED, edges=(*SEED.edges, *more)), run=False).diagnostics
        if one.code == "layout"
    ]
    assert drawn == [] and hint.severity == "hint" and "a layout is used for up to 48 lines" in hint.help
