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

import kg
from kg import formats
from kg.formats.boolean import formulas
from kg.model.diagnostics import InvalidMechanism
from kg.model.mechanism import Mechanism
from kg.model.records import Frozen, Node
from kg.reasoning import exact, network, whatif

SAMPLES = Path(os.environ["KG_SAMPLES"]) if os.environ.get("KG_SAMPLES") else None
MODELS = sorted((SAMPLES.parent / "reasoning" / "models").glob("*.bnet")) if SAMPLES else []
SEED = kg.read("ta1-tlr7")

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
        ("x, a & | b", 8, "'|' cannot stand here"),
        ("x, (a | b", 4, "this bracket is never closed"),
        ("x, a | b)", 9, "no bracket opens"),
        ("x, a b", 6, "no operator before 'b'"),
        ("x, a $ b", 6, "'$' is no part"),
        ("x, a &", 6, "a value is missing"),
        ("x a", 1, "the line has no comma"),
        ("1x, a", 1, "is no name of a variable"),
        ("x, " + " & ".join(f"v{i}" for i in range(25)), 4, "25 variables"),
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
    rng = random.Random(7)
    for _ in range(60):
        function = formulas.Function(("a", "b", "c", "d"), rng.getrandbits(16))
        found = formulas.primes(function)

        def holds(term, row):
            return all(row >> "abcd".index(v) & 1 for v in term[0]) and not any(
                row >> "abcd".index(v) & 1 for v in term[1]
            )

        def implies(term, function=function):
            return all(function.table >> row & 1 for row in range(16) if holds(term, row))

        assert all(implies(term) for term in found)
        for true, false in found:
            assert not any(implies((true - {v}, false - {v})) for v in true | false)
        assert all((function.table >> row & 1) == any(holds(term, row) for term in found) for row in range(16))


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
