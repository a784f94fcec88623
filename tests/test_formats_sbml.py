"""SBML-qual against another engine, and what is not Boolean or not whole in it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg import boolean, causal, formats

SAMPLES = Path(os.environ["KG_SAMPLES"]) if os.environ.get("KG_SAMPLES") else None
IL6 = "il6_signaling.sbmlqual.xml"

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1" qual:required="true"
 xmlns:qual="http://www.sbml.org/sbml/level3/version1/qual/version1"><model id="m" name="A model">
"""


def species(*ids, more='qual:compartment="c"'):
    rows = "\n".join(
        f'<qual:qualitativeSpecies qual:id="{id}" qual:name="{id} it is" qual:constant="false" qual:maxLevel="1" {more}/>'
        for id in ids
    )
    return f"<qual:listOfQualitativeSpecies>\n{rows}\n</qual:listOfQualitativeSpecies>\n"


def transition(target, formula, inputs=(), default=0, level=1):
    ins = "".join(
        f'<qual:input qual:id="i_{name}" qual:qualitativeSpecies="{name}" qual:transitionEffect="none" qual:sign="{sign}"'
        f' qual:thresholdLevel="1"/>'
        for name, sign in inputs
    )
    return (
        f'<qual:transition qual:id="t_{target}"><qual:listOfInputs>{ins}</qual:listOfInputs><qual:listOfOutputs>'
        f'<qual:output qual:qualitativeSpecies="{target}" qual:transitionEffect="assignmentLevel"/></qual:listOfOutputs>'
        f'<qual:listOfFunctionTerms><qual:defaultTerm qual:resultLevel="{default}"/>'
        f'<qual:functionTerm qual:resultLevel="{level}"><math xmlns="http://www.w3.org/1998/Math/MathML">{formula}</math>'
        "</qual:functionTerm></qual:listOfFunctionTerms></qual:transition>\n"
    )


def compared(word, name, level):
    return f"<apply><{word}/><ci>{name}</ci><cn type='integer'>{level}</cn></apply>"


def written(tmp_path, *transitions, ids="abc", more='qual:compartment="c"'):
    file = tmp_path / "x.sbml"
    parts = [HEAD, species(*ids, more=more), "<qual:listOfTransitions>", *transitions, "</qual:listOfTransitions>"]
    file.write_text("".join(parts) + "</model></sbml>\n", encoding="utf-8")
    return file


AND_NOT = f"<apply><and/>{compared('eq', 'a', 1)}<apply><not/>{compared('geq', 'b', 1)}</apply></apply>"


def test_transitions_become_edges_and_signs_are_held_against_the_functions(tmp_path):
    file = written(tmp_path, transition("c", AND_NOT, [("a", "positive"), ("b", "positive")]))
    mechanism, ledger = formats._parsed(file)
    assert ledger.wrong == []
    (edge,) = mechanism.edges
    assert (edge.sentence.text, [one.node for one in edge.unless]) == ("a promotes c", ["b"])
    assert (mechanism.title, mechanism.nodes["a"].label) == ("A model", "a it is")
    signs = {one.name: (one.fate, one.how) for one in ledger.account().values if one.field == "sign"}
    assert signs == {"a": ("carried", ""), "b": ("lost", "the function does not say so")}
    assert ledger.account().records == {"model": 1, "species": 3, "transition": 1, "input": 2, "output": 1}


@pytest.mark.parametrize(
    ("formula", "default", "level", "table"),
    [
        (compared("eq", "a", 1), 0, 1, "a"),
        (compared("eq", "a", 0), 0, 1, "!a"),
        (compared("lt", "a", 1), 0, 1, "!a"),
        (compared("gt", "a", 0), 0, 1, "a"),
        (compared("leq", "a", 0), 0, 1, "!a"),
        (compared("neq", "a", 1), 1, 0, "a"),
        ("<apply><geq/><cn>1</cn><ci>a</ci></apply>", 1, 0, "0"),
        ("<apply><geq/><ci>a</ci><ci>i_a</ci></apply>", 0, 1, "a"),
        ("<true/>", 0, 1, "1"),
        (AND_NOT, 1, 0, "!(a & !b)"),
    ],
)
def test_a_term_is_the_function_that_it_says(formula, default, level, table, tmp_path):
    other = transition("c", compared("eq", "b", 1))
    file = written(tmp_path, transition("x", formula, [("a", "dual")], default, level), other, ids="abcx")
    mechanism, _ = formats.parse(file)
    expected = boolean.parsed(f"{table} | (a & b & 0)")
    for row in range(4):
        given = {name: "present" if row >> k & 1 else "absent" for k, name in enumerate(expected.variables)}
        want = "present" if expected.table >> row & 1 else "absent"
        assert causal.whatif(mechanism, "", given).values["x"] == want


def test_species_without_a_compartment_are_read_with_a_complaint(tmp_path):
    file = written(tmp_path, transition("c", AND_NOT), more="")
    mechanism, wrong = formats.parse(file)
    assert [(one.code, one.severity, one.at.line) for one in wrong] == [("no-compartment", "warning", 5)]
    assert "3 species" in wrong[0].message and len(mechanism.nodes) == 3


@pytest.mark.parametrize(
    ("transitions", "more", "code"),
    [
        ([transition("c", AND_NOT)], 'qual:maxLevel="2"', "no-xml"),
        ([transition("c", AND_NOT, level=2)], "", "no-function"),
        ([transition("c", "<apply><plus/><ci>a</ci><ci>b</ci></apply>")], "", "no-function"),
        ([transition("c", compared("eq", "nobody", 1))], "", "unknown-node"),
        ([transition("nobody", AND_NOT)], "", "unknown-node"),
    ],
)
def test_what_is_not_boolean_or_not_whole_is_refused_with_its_place(transitions, more, code, tmp_path):
    file = written(tmp_path, transition("a", compared("eq", "b", 1)), *transitions, more=more)
    try:
        _, wrong = formats.parse(file)
    except formats.InvalidMechanism as error:
        wrong = error.diagnostics
    found = [one for one in wrong if one.severity == "error"]
    assert [one.code for one in found] == [code] and found[0].at.line > 4


def test_levels_above_one_are_refused(tmp_path):
    file = written(tmp_path, transition("c", AND_NOT))
    file.write_text(file.read_text(encoding="utf-8").replace('maxLevel="1"', 'maxLevel="2"', 1), encoding="utf-8")
    _, wrong = formats.parse(file)
    assert [(one.code, one.at.line) for one in wrong] == [("not-boolean", 5)]


AEON = """
import json, sys
import biodivine_aeon as ba
network = ba.BooleanNetwork.from_sbml(open(sys.argv[1]).read()).infer_valid_graph()
graph = ba.AsynchronousGraph(network)
for value in (0, 1):
    free = {v: value for v in network.variables() if v in network.explicit_parameters() or not network.predecessors(v)
            or network.predecessors(v) == {v}}
    space = ba.Percolation.percolate_subspace(graph, free)
    names = {network.get_variable_name(v): value for v in free}
    print(json.dumps([names, {network.get_variable_name(v): bool(x) for v, x in space.items() if x is not None}]))
"""


@pytest.mark.skipif(SAMPLES is None, reason="KG_SAMPLES names no folder of files by others")
def test_the_sbml_sample_has_its_counts_and_runs_as_in_another_engine():
    mechanism, ledger = formats._parsed(SAMPLES / IL6)
    account = ledger.account()
    assert (account.records["species"], account.records["transition"], account.records["input"]) == (86, 86, 149)
    signs = [one.said for one in account.values if (one.record, one.field) == ("input", "sign")]
    assert (signs.count("positive"), signs.count("negative"), signs.count("unknown")) == (102, 46, 1)
    assert [one.code for one in ledger.wrong] == ["no-compartment"]
    done = subprocess.run([sys.executable, "-c", AEON, str(SAMPLES / IL6)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for line in done.stdout.splitlines():
        free, known = json.loads(line)
        assert free
        values = causal.whatif(mechanism, "", {n: "present" if v else "absent" for n, v in free.items()}).values
        assert len(known) > len(free)
        for name, value in values.items():
            assert value == {True: "present", False: "absent", None: "unknown"}[known.get(name)], name
