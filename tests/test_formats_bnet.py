"""Boolean networks against another engine: what a run settles is what percolation settles, and the fixed points are the same.

The models of others stay where they are, below the folder beside KG_SAMPLES; generated ones are made here.
"""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SEED

from kg import formats
from kg.formats.boolean import formulas
from kg.model.diagnostics import InvalidMechanism
from kg.model.mechanism import Mechanism
from kg.model.records import Frozen, Node
from kg.reasoning import exact, network, whatif

SAMPLES = Path(os.environ["KG_SAMPLES"]) if os.environ.get("KG_SAMPLES") else None
MODELS = sorted((SAMPLES.parent / "reasoning" / "models").glob("*.bnet")) if SAMPLES else []

AEON = """
import json, sys
import biodivine_aeon as ba
for text in json.load(sys.stdin):
    network = ba.BooleanNetwork.from_bnet(text).infer_valid_graph()
    graph = ba.AsynchronousGraph(network)
    space = ba.Percolation.percolate_subspace(graph, {})
    known = {network.get_variable_name(v): bool(x) for v, x in space.items() if x is not None}
    fixed = ba.FixedPoints.symbolic(graph).vertices()
    points = [vertex.to_named_dict() for vertex in fixed] if fixed.cardinality() <= 2000 else None
    print(json.dumps([known, points]))
"""


def generated(seed):
    """A network of random functions: nested, negated, constant, with loops and free inputs."""
    rng = random.Random(seed)
    names = [f"x{i}" for i in range(rng.randint(2, 7))]

    def expression(deep):
        if deep == 0 or rng.random() < 0.25:
            return rng.choice([*names, *(f"!{name}" for name in names), "0", "1"] if rng.random() < 0.1 else names)
        if rng.random() < 0.3:
            return f"!({expression(deep - 1)})"
        return f"({expression(deep - 1)} {rng.choice('&|')} {expression(deep - 1)})"

    lines = [f"{name}, {name if rng.random() < 0.2 else expression(3)}" for name in names]
    return "targets, factors\n" + "\n".join([*lines, f"y, {names[0]}"]) + "\n"


def read(text, tmp_path):
    file = tmp_path / "x.bnet"
    file.write_text(text, encoding="utf-8")
    return formats.parse(file)[0]


def compared(texts, tmp_path):
    """Each network as kg reads it, with what the other engine settles of it and its fixed points."""
    done = subprocess.run(
        [sys.executable, "-c", AEON], input=json.dumps(texts), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(texts)
    return [(read(text, tmp_path), *row) for text, row in zip(texts, rows, strict=True)]


def hold(texts, tmp_path):
    definite = found = 0
    for mechanism, known, points in compared(texts, tmp_path):
        net = network.Run(mechanism).networks[network.AS_WRITTEN]
        settled = net.percolate(*net.facts({})[:2])  # whatever the start, as in the other engine
        values = {node: net.read(node, settled) for node in mechanism.nodes}
        from_rest = whatif.whatif(mechanism).values
        assert all(from_rest[node] == value for node, value in values.items() if value != "unknown")
        for name, value in known.items():
            ours = values[foreign_key(name)]
            definite += 1
            found += ours != "unknown"
            assert ours in ({True: "present", False: "absent"}[value], "unknown"), (mechanism.id, name)
        for name, value in values.items():  # what kg settles, percolation settles as well
            assert value == "unknown" or name in {foreign_key(one) for one in known}, (mechanism.id, name)
        if points is not None:
            ours = exact.fixed_points(mechanism, most=2000, seconds=60)
            assert ours.complete
            as_set = {frozenset((name, value == "present") for name, value in point.items()) for point in ours.points}
            assert as_set == {frozenset((foreign_key(n), v) for n, v in point.items()) for point in points}
    assert found == definite  # all prime implicants are there, so nothing that percolation settles is left open
    return definite


def foreign_key(name):
    from kg.formats.shared import drafting

    return drafting.as_key(name)


def test_generated_networks_settle_and_rest_as_in_another_engine(tmp_path):
    assert hold([generated(seed) for seed in range(150)], tmp_path) > 80


@pytest.mark.skipif(SAMPLES is None, reason="KG_SAMPLES names no folder of files by others")
def test_published_models_settle_and_rest_as_in_another_engine(tmp_path):
    assert len(MODELS) == 10
    hold([file.read_text(encoding="utf-8") for file in MODELS], tmp_path)
    for file in MODELS:
        mechanism, ledger = formats._parsed(file)
        names = set(
            re.findall(r"[A-Za-z_]\w*", re.sub(r"#.*|targets,\s*factors", "", file.read_text(encoding="utf-8")))
        )
        assert set(mechanism.nodes) == {foreign_key(name) for name in names}
        assert not [one for one in ledger.account().values if one.fate != "carried" and one.record == "rule"]


def test_the_written_functions_run_as_the_mechanism_does(tmp_path):
    """The seed under each of its conditions: the network that was written settles the same."""
    for condition in SEED.conditions.values():
        given = {node: value for node, value in condition.values.items() if value in ("present", "absent")}
        text = formats.text(SEED, ".bnet", everything=True)
        for node, value in given.items():
            text = re.sub(rf"^{node}, .*$", f"{node}, {int(value == 'present')}", text, flags=re.MULTILINE)
        ours, theirs = whatif.whatif(SEED, "", given).values, whatif.whatif(read(text, tmp_path)).values
        for node in SEED.nodes.values():
            if not node.levels and node.key in theirs:
                assert theirs[node.key] == ours[node.key], (condition.key, node.key)


def test_every_function_of_three_variables_is_expressed(tmp_path):
    """All 256 of them: under each setting the node has the value that the function has."""
    for table in range(0, 256, 5):
        rows = [row for row in range(8) if table >> row & 1]
        terms = [" & ".join(("" if row >> k & 1 else "!") + "abc"[k] for k in range(3)) for row in rows]
        mechanism = read(f"x, {' | '.join(f'({term})' for term in terms) or '0 & a & b & c'}\ny, a | b | c\n", tmp_path)
        for row in range(8):
            given = {"abc"[k]: "present" if row >> k & 1 else "absent" for k in range(3)}
            assert whatif.whatif(mechanism, "", given).values["x"] == ("present" if row in rows else "absent")


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("x, a & | b", 8, "'|' is not allowed here"),
        ("x, (a | b", 4, "this bracket is never closed"),
        ("x, a | b)", 9, "no bracket opens"),
        ("x, a b", 6, "no operator before 'b'"),
        ("x, a $ b", 6, "'$' is not part"),
        ("x, a &", 6, "a value is missing"),
        ("x a", 1, "the line has no comma"),
        ("1x, a", 1, "is not a valid name of a variable"),
        ("x, " + " & ".join(f"v{i}" for i in range(201)), 4, "201 variables"),
        ("x, " + " & ".join(f"(a{i} | b{i})" for i in range(12)), 1, "more than 2,000 prime implicants"),
    ],
)
def test_a_line_that_is_no_function_is_told_with_its_place(line, column, message, tmp_path):
    file = tmp_path / "x.bnet"
    file.write_text(f"targets, factors\ny, a\n{line}\n", encoding="utf-8")
    _, wrong = formats.parse(file)
    assert [(one.at.line, one.at.column, one.code) for one in wrong] == [(3, column, "no-function")]
    assert message in wrong[0].message


def test_a_function_nested_thousands_deep_is_read(tmp_path):
    mechanism = read("x, " + "(" * 20_000 + "!a" + ")" * 20_000 + "\ny, x\n", tmp_path)
    assert whatif.whatif(mechanism, "", {"a": "absent"}).values["y"] == "present"


def test_two_functions_for_one_variable_are_refused(tmp_path):
    file = tmp_path / "x.bnet"
    file.write_text("x, a\nx, b\n", encoding="utf-8")
    _, wrong = formats.parse(file)
    assert [str(one.at) for one in wrong] == [f"{file}:2:1"]


def test_a_file_of_free_inputs_has_no_edges(tmp_path):
    file = tmp_path / "x.bnet"
    file.write_text("x, x\n", encoding="utf-8")
    with pytest.raises(InvalidMechanism, match="no edge"):
        formats.parse(file)


def test_prime_implicants_are_all_there_is():
    """By brute force: each implies the function, none does with a literal less, and together they are the function."""
    rng, names = random.Random(7), "abcd"
    rows = [{name for k, name in enumerate(names) if row >> k & 1} for row in range(16)]
    for _ in range(60):
        true = [row for row in rows if rng.random() < 0.5]
        terms = [" & ".join(name if name in row else f"!{name}" for name in names) for row in true]
        function = formulas.parsed(" | ".join(terms) or "0")
        found = formulas.primes(function)

        def holds(term, row):
            return term[0] <= row and not term[1] & row

        def implies(term, true=true):
            return all(row in true for row in rows if holds(term, row))

        assert all(implies(term) for term in found)
        for yes, no in found:
            assert not any(implies((yes - {v}, no - {v})) for v in yes | no)
        for row in rows:
            assert function.value(row) == (row in true) == any(holds(term, row) for term in found)


@pytest.mark.parametrize("factors", ["B:high", "B:2", "!C | B:1"])
def test_a_variable_with_a_level_is_refused_at_its_place(factors, tmp_path):
    with pytest.raises(InvalidMechanism) as error:
        read(f"targets, factors\nA, {factors}\n", tmp_path)
    wrong = next(one for one in error.value.diagnostics if one.code == "no-function")
    assert (wrong.at.line, wrong.at.column) == (2, len("A, ") + factors.index(":") + 1)


def test_every_variable_has_a_name_of_its_own():
    nodes = {key: Node(key=key, levels=("0", "1", "2")) for key in ("a.b", "a_b", "a_b___2", "2026")}
    names = [name for name, _ in formulas.Net(Mechanism(id="m", nodes=Frozen(nodes))).functions()]
    assert len(set(names)) == len(names) == 8
    assert all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in names), names


# ---------------------------------------------------------------- many variables


@pytest.mark.parametrize("many", [20, 150])
def test_a_function_of_many_variables_is_read(many, tmp_path):
    """Any of many, but for some others: a table of it would have two to the power of ``many`` rows."""
    any_of, none_of = [[f"{letter}{i}" for i in range(many // 2)] for letter in "vw"]
    mechanism = read(f"x, ({' | '.join(any_of)}) & !({' | '.join(none_of)})\ny, x\n", tmp_path)
    assert len(mechanism.edges) == many // 2 + 1
    off = dict.fromkeys((*any_of, *none_of), "absent")
    for given, value in (
        ({}, "absent"),
        ({"v3": "present"}, "present"),
        ({"v3": "present", "w4": "present"}, "absent"),
    ):
        assert whatif.whatif(mechanism, "", {**off, **given}).values["y"] == value


def test_what_acts_together_stands_together_in_a_diagram(tmp_path):
    """In the order in which these first stand, the diagram would have two to the power of 30 nodes."""
    pairs = [(f"a{i}", f"b{i}") for i in range(30)]
    any_of = " | ".join(one for one, _ in pairs)
    mechanism = read(f"x, ({any_of}) & ({' | '.join(f'{one} & {other}' for one, other in pairs)})\n", tmp_path)
    assert {(e.subject, *(n.node for n in e.requires)) for e in mechanism.edges} == set(pairs)


def test_terms_are_joined_in_halves(monkeypatch):
    """One after the other, each of 60 terms of 60 variables would leave a diagram of all before it."""
    monkeypatch.setattr(formulas, "MOST_NODES", 60_000)
    others = " & ".join(f"!w{i}" for i in range(60))
    function = formulas.parsed(" | ".join(f"(v{i} & {others})" for i in range(60)))
    assert len(formulas.primes(function)) == 60
    assert function.value({"v7"}) and not function.value({"v7", "w7"})


def test_a_function_that_no_diagram_holds_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(formulas, "MOST_NODES", 40)
    file = tmp_path / "x.bnet"
    file.write_text("y, a\nx, " + " ^ ".join(f"v{i}" for i in range(40)) + "\n", encoding="utf-8")
    _, wrong = formats.parse(file)
    assert [(str(one.at), one.code) for one in wrong] == [(f"{file}:2:4", "no-function")]
    assert "more than 40 nodes" in wrong[0].message


# ---------------------------------------------------------------- the languages of functions

BOOLNET = "targets, factors\nA, B & !C | D\nB, A ^ !!C\nE, 1\n"
LANGUAGES = {
    "x.bnet": "Targets, Functions, Probabilities\nA, B && ~C || D, 1\nB, (A | C) & !(A & C), 1.0\nE, TRUE, 1\n",
    "y.bnet": "A* = B and not C or D\nB *= (A or C) and not (A and C)\nE* = True\n",
    "x.booleannet": "#RULES\nC = Random\nD = Random\n1: A*=B and not C or D\n2: B* = A xor C\n2: E* = true\n",
    "x.bnd": "// a model\nNode A { logic = (B AND NOT C) OR D; rate_up = @logic ? $u_A : 0.0; rate_down = @logic ? 0 : 2*$d; }\n"
    "NODE B {\n  logic = A ^ C;\n}\nnode E { rate_up = 1; /* stays */ }\n",
    "x.txt": "node A { rate_up = (B & !C | D) ? 1/3 : 0; rate_down = (@more ? 0 : 1); more = B & !C | D; }\n"
    "node B { logic = A XOR C; rate_up = $f(x); }\nnode E { logic = 1; }\n",
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_of_functions_says_the_same(name, tmp_path):
    expected = read(BOOLNET, tmp_path)
    file = tmp_path / name
    file.write_text(LANGUAGES[name], encoding="utf-8")
    mechanism, ledger = formats._parsed(file)
    assert [one for one in ledger.wrong if one.severity == "error"] == []
    assert set(mechanism.nodes) == set(expected.nodes) == set("ABCDE")

    def said(one):
        return {
            (e.sentence.text, frozenset(n.node for n in e.requires), frozenset(n.node for n in e.unless))
            for e in one.edges
        }

    assert said(mechanism) == said(expected)
    assert mechanism.nodes["E"].at_start == "present"


def test_what_is_no_function_of_a_language_is_reported(tmp_path):
    def lost(name):
        file = tmp_path / name
        file.write_text(LANGUAGES[name], encoding="utf-8")
        return {(one.name, one.field): one.how for one in formats._parsed(file)[1].account().lost}

    assert lost("x.bnet")["A", "probability"] == "kg has no probabilities of functions"
    assert lost("x.booleannet")["A", "rank"] == "when it is applied is not said"
    assert lost("x.bnd") == {
        ("1", "text"): "comments are not kept",
        ("6", "text"): "comments are not kept",
        ("A", "rate_up"): "kg does not keep the size of rates",
        ("A", "rate_down"): "kg does not keep the size of rates",
        ("E", "rate_up"): "kg does not keep the size of rates",
    }
    assert "the logic alone is read" in lost("x.txt")["B", "rate_up"]


def test_a_node_that_only_goes_up_stays_there(tmp_path):
    """As MaBoSS runs it: without a rate down, what was once there does not go."""
    file = tmp_path / "x.bnd"
    file.write_text(
        "node A { logic = B; rate_up = @logic ? 1 : 0; rate_down = 0; }\nnode C { logic = A; }\n", encoding="utf-8"
    )
    mechanism = formats.read(file)
    assert {edge.sentence.text for edge in mechanism.edges} == {"B promotes A", "A promotes A", "A promotes C"}


def test_rates_that_do_not_ask_the_logic_go_before_it(tmp_path):
    file = tmp_path / "x.bnd"
    file.write_text("node A { logic = B; rate_up = C ? 1 : 0; rate_down = C ? 0 : (1); }\n", encoding="utf-8")
    mechanism, ledger = formats._parsed(file)
    assert [edge.sentence.text for edge in mechanism.edges] == ["C promotes A"]
    assert {one.field: one.how for one in ledger.account().lost}["logic"] == "the rates were used instead"


def test_what_a_variable_starts_from_is_kept_where_no_function_moves_it(tmp_path):
    file = tmp_path / "x.booleannet"
    file.write_text("A = B = True\nC = False\nD = Random\nA* = B and C or D\nD* = D\n", encoding="utf-8")
    mechanism, ledger = formats._parsed(file)
    starts = {key: node.at_start for key, node in mechanism.nodes.items()}
    assert starts == {"A": "", "B": "present", "C": "absent", "D": "unknown"}
    assert {(one.name, one.field) for one in ledger.account().lost} == {("A", "target"), ("A", "value")}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("y* = a\nx * = a and and b\n", "2:13", "'and' is not allowed here"),
        ("y* = a\n 3: x* = a or\n", "2:13", "a value is missing"),
        ("node y { logic = a; }\nnode x {\n  logic = a AND b);\n}\n", "3:18", "no bracket opens"),
        ("node y { logic = a; }\nsomething else\n", "2:1", "'something' is not a node"),
        ("node y { logic = a; }\nnode x { logic = a; logic = b; }\n", "2:1", "occurs twice"),
        ("node y { logic = a; }\n node x { rate_up = max(a, b); }\n", "2:2", "neither a number"),
        ("node y { logic = a; }\nnode 7x { logic = a; }\n", "2:1", "not a valid name"),
    ],
)
def test_a_fault_is_told_with_its_place_in_every_language(text, place, message, tmp_path):
    file = tmp_path / "x.txt"
    file.write_text(text, encoding="utf-8")
    _, wrong = formats.parse(file)
    assert [(str(one.at), one.code) for one in wrong] == [(f"{file}:{place}", "no-function")]
    assert message in wrong[0].message


def test_a_rate_of_many_conditions_ends_in_a_complaint(tmp_path):
    deep = "(" * 3000 + "a ? 1 : 0" + ")" * 3000
    file = tmp_path / "x.bnd"
    file.write_text(f"node y {{ logic = a; }}\nnode x {{ rate_up = {deep}; }}\n", encoding="utf-8")
    assert "nested more than" in formats.parse(file)[1][0].message


def test_names_come_back_as_the_file_has_them(tmp_path):
    text = "targets, factors\n_A, B_ & !_C\nIL-6, TNF.a | IL_6\nTNFα, !IL-6\nNOT, NOT\nB_, !(A) | NOT\n"
    nodes = {"IL.6": Node("IL.6", name="a b"), "IL_6": Node("IL_6")}  # the first cannot keep its name, the second can
    assert dict(formulas.Net(Mechanism(id="m", nodes=Frozen(nodes))).names) == {("IL_6",): "IL_6", ("IL.6",): "IL_6_2"}
    mechanism = read(text, tmp_path)
    names = ["_A", "B_", "_C", "IL-6", "TNF.a", "IL_6", "TNFα", "NOT", "A"]
    assert [node.label for node in mechanism.nodes.values()] == names
    written = formats.text(mechanism, ".bnet")
    assert {line.partition(",")[0] for line in written.splitlines()[2:]} == set(names)
    again = read(written, tmp_path)
    assert {node.label for node in again.nodes.values()} == set(names)
    assert {one.sentence for one in again.edges} == {one.sentence for one in mechanism.edges}
