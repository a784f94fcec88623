"""SBML-qual: levels by brute force, Boolean models against another engine, and what libsbml says of what is written."""

import itertools
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import libsbml
import pytest
from click.testing import CliRunner
from conftest import EVERY, LITTLE, SEED

import kg
from kg import checks, formats
from kg.cli.group import main
from kg.formats.boolean import formulas
from kg.reasoning import whatif

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
    "terms", ["", '<qual:listOfFunctionTerms><qual:defaultTerm qual:resultLevel="0"/></qual:listOfFunctionTerms>']
)
def test_a_transition_without_a_function_is_an_influence_of_each_input(terms, tmp_path):
    said = transition("c", AND_NOT, [("a", "positive"), ("b", "negative"), ("d", "dual")])
    head, _, rest = said.partition("<qual:listOfFunctionTerms>")
    file = written(tmp_path, head + terms + rest.partition("</qual:listOfFunctionTerms>")[2], ids="abcd")
    mechanism, ledger = formats._parsed(file)
    assert ledger.wrong == []
    assert [(edge.sentence.text, mechanism.sign(edge)) for edge in mechanism.edges] == [
        ("a promotes c", 1),
        ("b limits c", -1),
        ("d affects c", 0),
    ]
    assert not any(
        one.fate == "lost" and one.field in ("sign", "qualitativeSpecies") for one in ledger.account().values
    )
    assert checks.check(mechanism, sources="").errors == ()


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
    expected = formulas.parsed(f"{table} | (a & b & 0)")
    for row in range(4):
        true = {name for k, name in enumerate("ab") if row >> k & 1}
        given = {name: "present" if name in true else "absent" for name in "ab"}
        want = "present" if expected.value(true) else "absent"
        assert whatif.whatif(mechanism, "", given).values["x"] == want


def test_the_function_of_a_node_is_read_once_to_be_written(tmp_path, monkeypatch):
    """Once for each of its inputs, a function of many would take minutes."""
    file = tmp_path / "x.bnet"
    file.write_text("x, " + " | ".join(f"v{i}" for i in range(30)) + "\n", encoding="utf-8")
    mechanism, calls, together = formats.read(file), [], formulas.together
    monkeypatch.setattr(formulas, "together", lambda *said: calls.append(said) or together(*said))
    assert formats.text(mechanism, ".sbml").count('qual:sign="positive"') == 30
    assert len(calls) == 1


def test_an_id_that_is_no_key_and_no_name_is_reported_as_changed(tmp_path):
    file = written(tmp_path, transition("_b", compared("geq", "a_", 1)), ids=("_b", "a_"))
    mechanism, ledger = formats._parsed(file)
    assert [node.label for node in mechanism.nodes.values()] == ["_b it is", "a_ it is"]
    told = {
        one.said: (one.fate, one.how) for one in ledger.account().values if (one.record, one.field) == ("species", "id")
    }
    assert told == {"_b": ("changed", "the node is called b"), "a_": ("carried", "")}


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


@pytest.mark.parametrize("highest", ["0", "21", "two", "-1"])
def test_levels_that_are_none_are_refused(highest, tmp_path):
    file = written(tmp_path, transition("c", AND_NOT))
    text = file.read_text(encoding="utf-8").replace('maxLevel="1"', f'maxLevel="{highest}"', 1)
    file.write_text(text, encoding="utf-8")
    _, wrong = formats.parse(file)
    assert [(one.code, one.at.line) for one in wrong] == [("no-levels", 5)]


# ---------------------------------------------------------------- levels


def leveled(tmp_path, highest, terms, default, target="x"):
    """A model of species with levels: ``terms`` are pairs of a level and MathML, in their order."""
    said = "".join(
        f'<qual:functionTerm qual:resultLevel="{level}"><math xmlns="http://www.w3.org/1998/Math/MathML">{formula}'
        "</math></qual:functionTerm>"
        for level, formula in terms
    )
    parts = [
        f'<qual:qualitativeSpecies qual:id="{id}" qual:compartment="c" qual:constant="false" qual:maxLevel="{level}"/>'
        for id, level in highest.items()
    ]
    one = transition(target, "<true/>", default=default)
    start, end = one.index("<qual:functionTerm"), one.index("</qual:listOfFunctionTerms>")
    file = tmp_path / "x.sbml"
    file.write_text(
        f"{HEAD}<qual:listOfQualitativeSpecies>{''.join(parts)}</qual:listOfQualitativeSpecies>"
        f"<qual:listOfTransitions>{one[:start]}{said}{one[end:]}</qual:listOfTransitions></model></sbml>\n",
        encoding="utf-8",
    )
    return formats._parsed(file)


COMPARE = {"eq": "__eq__", "neq": "__ne__", "geq": "__ge__", "gt": "__gt__", "leq": "__le__", "lt": "__lt__"}


def random_formula(rng, highest, deep):
    """A formula as MathML, and what it says of levels."""
    if deep == 0 or rng.random() < 0.3:
        name, word = rng.choice(sorted(highest)), rng.choice(sorted(COMPARE))
        level = rng.randint(0, highest[name])
        return compared(word, name, level), lambda at: getattr(at[name], COMPARE[word])(level)
    parts = [random_formula(rng, highest, deep - 1) for _ in range(2)]
    if rng.random() < 0.3:
        return f"<apply><not/>{parts[0][0]}</apply>", lambda at: not parts[0][1](at)
    both = rng.random() < 0.5
    said = f"<apply><{'and' if both else 'or'}/>{parts[0][0]}{parts[1][0]}</apply>"
    return said, lambda at: (all if both else any)(part(at) for _, part in parts)


def test_models_of_levels_give_the_level_that_their_terms_say(tmp_path):
    """Random transitions of a species with three levels, by brute force: every setting of its inputs."""
    rng = random.Random(11)
    highest = {"a": 2, "b": 1, "c": 2, "x": 2}
    inputs = {name: level for name, level in highest.items() if name != "x"}
    settings = [
        dict(zip(inputs, at, strict=True)) for at in itertools.product(*(range(n + 1) for n in inputs.values()))
    ]
    seen, constant = set(), 0
    for _ in range(80):
        terms = [(rng.randint(0, 2), *random_formula(rng, inputs, 2)) for _ in range(rng.randint(1, 3))]
        default = rng.randint(0, 2)
        try:
            mechanism, ledger = leveled(tmp_path, highest, [(level, said) for level, said, _ in terms], default)
        except formats.InvalidMechanism as error:  # a constant, which has no edges
            constant += error.diagnostics[-1].code == "no-edges"
            continue
        assert {one.code for one in ledger.wrong} <= {"terms-clash"}
        for at in settings:
            want = default
            for k, (level, _, holds) in enumerate(terms):
                if holds(at) and not any(other(at) and n != level for n, _, other in terms[:k]):
                    want = level
                    break
            given = {name: level_name(mechanism, name, level) for name, level in at.items()}
            value = whatif.whatif(mechanism, "", given).values["x"]
            assert value == level_name(mechanism, "x", want), (at, [(n, said) for n, said, _ in terms], default)
            seen.add(want)
    assert seen == {0, 1, 2} and constant < 40


def level_name(mechanism, node, level):
    return (mechanism.nodes[node].levels or ("absent", "present"))[level]


def test_terms_that_hold_together_are_told(tmp_path):
    terms = [(2, compared("geq", "a", 1)), (1, compared("geq", "b", 1))]
    _, ledger = leveled(tmp_path, {"a": 1, "b": 1, "x": 2}, terms, 0)
    assert [(one.code, one.severity) for one in ledger.wrong] == [("terms-clash", "warning")]
    apart = [(2, compared("eq", "a", 2)), (1, compared("eq", "a", 1))]
    assert leveled(tmp_path, {"a": 2, "x": 2}, apart, 0)[1].wrong == []


def test_a_level_that_holds_without_any_input_is_the_start_and_decreases_lower_it(tmp_path):
    terms = [(2, compared("eq", "a", 0)), (0, compared("geq", "b", 1))]
    mechanism, _ = leveled(tmp_path, {"a": 1, "b": 1, "x": 2}, terms, 1)
    assert mechanism.nodes["x"].at_start == "level2" and list(mechanism.nodes) == ["a", "b", "x"]
    assert {edge.verb for edge in mechanism.edges} == {"prevents"}
    assert {edge.effect.extent for edge in mechanism.edges} == {"complete", "to level1"}
    wanted = {("absent", "absent"): "level2", ("absent", "present"): "level2"}
    wanted |= {("present", "absent"): "level1", ("present", "present"): "none"}
    for (a, b), x in wanted.items():
        assert whatif.whatif(mechanism, "", {"a": a, "b": b}).values["x"] == x


def test_annotations_as_miriam_are_terms_of_nodes_and_places(tmp_path):
    def is_(iri):
        return (
            '<annotation><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns:b="http://biomodels.net/biology-qualifiers/"><r:Description><b:is><r:Bag>'
            f'<r:li r:resource="{iri}"/></r:Bag></b:is></r:Description></r:RDF></annotation>'
        )

    file = written(tmp_path, transition("c", AND_NOT))
    text = file.read_text(encoding="utf-8")
    cell = f'<listOfCompartments><compartment id="c">{is_("http://purl.obolibrary.org/obo/CL_0000451")}</compartment>'
    text = text.replace("<qual:listOfQ", f"{cell}</listOfCompartments><qual:listOfQ", 1)
    text = text.replace('"c"/>', f'"c">{is_("http://identifiers.org/uniprot/P05231")}</qual:qualitativeSpecies>', 1)
    file.write_text(text, encoding="utf-8")
    mechanism, ledger = formats._parsed(file)
    assert ledger.wrong == []
    assert [str(node.term) for node in mechanism.nodes.values()] == ["UniProtKB:P05231 ! a it is", "None", "None"]
    assert [(place.term.label) for place in mechanism.places.values()] == ["dendritic cell"]
    assert {node.place for node in mechanism.nodes.values()} == {"c"}
    resources = [one.fate for one in ledger.account().values if one.field.endswith(".resource")]
    assert resources == ["carried", "carried"]


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize("mechanism", EVERY, ids=lambda m: m.id)
def test_what_is_written_is_right_for_libsbml(mechanism):
    for suffix in (".sbml", ".boolean.sbml"):
        document = libsbml.readSBMLFromString(formats.text(mechanism, suffix))
        document.checkConsistency()
        assert document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) == 0, document.getErrorLog().toString()
        assert document.getNumErrors(libsbml.LIBSBML_SEV_FATAL) == 0
        plugin = document.getModel().getPlugin("qual")
        species = [plugin.getQualitativeSpecies(i) for i in range(plugin.getNumQualitativeSpecies())]
        levels = {one.getMaxLevel() for one in species}
        assert levels == (
            {1} if suffix == ".boolean.sbml" else {max(1, len(n.levels) - 1) for n in mechanism.nodes.values()}
        )


def test_written_levels_run_as_the_mechanism_does(tmp_path):
    """The seed under each of its conditions: read again, with native levels and as a Boolean copy, it settles the same."""
    formats.convert("ta1-tlr7", tmp_path / "x.sbml", everything=True)
    native, copy = (formats.read(tmp_path / name) for name in ("x.sbml", "x.boolean.sbml"))
    assert native.nodes["tumour_control"].levels == ("none", "partial", "strong")
    for condition in SEED.conditions.values():
        ours = whatif.whatif(SEED, "", condition.values).values
        theirs = whatif.whatif(native, "", condition.values).values
        assert {key: theirs[key] for key in SEED.nodes} == dict(ours), condition.key
        given = {key: one for node, value in condition.values.items() for key, one in in_copy(node, value).items()}
        twice = whatif.whatif(copy, "", given).values
        wanted = {key: one for node, value in ours.items() for key, one in in_copy(node, value).items()}
        assert {key: twice[key] for key in wanted} == wanted, condition.key


def in_copy(node, value):
    """A value in a Boolean copy, where each higher level is a node of its own."""
    levels = SEED.nodes[node].levels
    if not levels or value == "unknown":
        return {node: value}
    ranks = [levels.index(one) for one in ((value, value) if isinstance(value, str) else value)]
    names = [node, *(f"{node}__{level}" for level in levels[2:])]
    found = [
        ("absent" if max(ranks) < k else "present" if min(ranks) >= k else "unknown") for k in range(1, len(levels))
    ]
    return dict(zip(names, found, strict=True))


def test_another_engine_settles_the_boolean_copy_alike(tmp_path):
    formats.convert("ta1-tlr7", tmp_path / "x.sbml", everything=True)
    copy = tmp_path / "x.boolean.sbml"
    mechanism = formats.read(copy)
    copy.write_text(re.sub(' qual:name="[^"]*"', "", copy.read_text(encoding="utf-8")), encoding="utf-8")
    percolated(copy, mechanism)  # it calls a species by its name, if it has one


def test_published_models_come_back_from_sbml_with_the_same_functions(tmp_path):
    """A .bnet of others as SBML-qual: the fixed settings of its inputs lead to the same values."""
    file = tmp_path / "m.bnet"
    file.write_text("targets, factors\nA, B & !C | D\nB, !A | C\nC, C\nD, D\nE, !(A & B)\n", encoding="utf-8")
    before = formats.read(file)
    formats.convert(file, tmp_path / "m.sbml")
    after = formats.read(tmp_path / "m.sbml")
    for given in itertools.product(("present", "absent"), repeat=2):
        at = dict(zip("CD", given, strict=True))
        ours, theirs = whatif.whatif(before, "", at).values, whatif.whatif(after, "", at).values
        assert {key: theirs[key] for key in "ABCDE"} == {key: ours[key] for key in "ABCDE"}


def test_without_libsbml_writing_says_what_to_install_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "libsbml", None)
    result = CliRunner().invoke(main, ["convert", "ta1-tlr7", str(tmp_path / "x.sbml")])
    assert result.exit_code == 1 and "[sbml]" in result.stderr
    assert list(tmp_path.iterdir()) == []
    file = written(tmp_path, transition("c", AND_NOT))
    assert formats.read(file).edges  # reading needs no library


def test_a_build_writes_sbml_where_it_is_asked_for(tmp_path):
    result = CliRunner().invoke(main, ["build", str(LITTLE), "--only", "sbml", "-o", str(tmp_path)])
    assert result.exit_code == 0, result.output
    names = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    assert names == {"tlr7-activity.sbml", "tlr7-activity.boolean.sbml"}


# ---------------------------------------------------------------- another engine

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


def percolated(file, mechanism):
    """What the other engine settles of a file, for its free inputs all false and all true, is what kg settles."""
    done = subprocess.run(
        [sys.executable, "-c", AEON, str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for line in done.stdout.splitlines():
        free, known = json.loads(line)
        assert free
        values = whatif.whatif(mechanism, "", {n: "present" if v else "absent" for n, v in free.items()}).values
        assert len(known) > len(free)
        for name, value in values.items():
            assert value == {True: "present", False: "absent", None: "unknown"}[known.get(name)], name


@pytest.mark.skipif(SAMPLES is None, reason="KG_SAMPLES names no folder of files by others")
def test_the_sbml_sample_has_its_counts_and_runs_as_in_another_engine():
    mechanism, ledger = formats._parsed(SAMPLES / IL6)
    account = ledger.account()
    assert (account.records["species"], account.records["transition"], account.records["input"]) == (86, 86, 149)
    signs = [one.said for one in account.values if (one.record, one.field) == ("input", "sign")]
    assert (signs.count("positive"), signs.count("negative"), signs.count("unknown")) == (102, 46, 1)
    assert [one.code for one in ledger.wrong] == ["no-compartment"]
    percolated(SAMPLES / IL6, mechanism)


def test_names_that_mean_something_to_libsbml_are_names(tmp_path):
    """``infinity`` and ``time`` are words of its formulas; after ``&#`` without an end it ends the process."""
    words = ("infinity", "time", "pi", "true", "avogadro")
    lines = "".join(f"  {key}: {{term: none, name: 'a & b &#x1 {key}', levels: [0, 1, 2]}}\n" for key in words)
    edges = "".join(
        f"- {{edge: {one} promotes {other}, level: 2, evidence: [{{claim: inference, because: ours}}]}}\n"
        for one, other in itertools.pairwise(words)
    )
    head = "id: m\ntitle: 'ends in &#'\nlicence: CC0-1.0\nsources: {s: {kind: review, pmid: 1, read: no}}\n"
    (tmp_path / "x.yaml").write_text(f"{head}nodes:\n{lines}edges:\n{edges}", encoding="utf-8")
    before = kg.read(tmp_path / "x.yaml")
    after = formats.convert(tmp_path / "x.yaml", tmp_path / "x.sbml", everything=True) and kg.read(tmp_path / "x.sbml")
    assert {node.label for node in after.nodes.values()} == {node.label for node in before.nodes.values()}
    assert {one.sentence for one in before.edges} == {one.sentence for one in after.edges}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ci>a</ci>", "<ci>a</ci><unheard_of/>"),
        ("</math>", "</math>beside it"),
        ("<model ", "<listOfUnheardOf/><model "),
        ("<qual:listOfOutputs>", "<qual:listOfOutputs>some text"),
        ("<qual:transition ", '<unheard_of more="1"/><qual:transition '),
    ],
)
def test_what_stands_anywhere_in_a_model_is_reported(old, new, tmp_path):
    file = written(tmp_path, transition("b", compared("geq", "a", 1)), ids="ab")
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        ledger = formats._parsed(file)[1]
    except formats.InvalidMechanism:
        return  # a formula with something else in it is none
    odd = [one for one in ledger.account().lost if one.record == "element"]
    assert odd or any(one.severity == "error" for one in ledger.wrong)


def test_a_model_of_another_level_is_no_qualitative_one(tmp_path):
    file = written(tmp_path, transition("b", compared("geq", "a", 1)), ids="ab")
    file.write_text(file.read_text(encoding="utf-8").replace('level="3"', 'level="2"', 1), encoding="utf-8")
    assert [one.code for one in formats.parse(file)[1] if one.severity == "error"] == ["wrong-kind"]
