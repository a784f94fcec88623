"""Loops: what a run settles from rest, and after another run, holds in every attractor that can be reached from there.

The oracle is mpbn, which knows nothing of this project: the most permissive semantics has each step of every timing.
"""

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from test_coverage import missing
from test_semantics import SEED, examples, generated, in_bnet, sketch
from test_whatif import made

import kg
from kg.model.records import Effect, Frozen
from kg.reasoning import network
from kg.reasoning.network import Run
from kg.reasoning.reasons import Loop, Reasons, open_loop, why

MPBN = """
import json, sys
import mpbn

def ends(rules, start):
    return list(mpbn.MPBooleanNetwork(rules).attractors(reachable_from=start))

for first, start, second, changed in json.load(sys.stdin):
    one = ends(first, start)
    two = []
    for end in one if second else ():
        two += ends(second, {k: v for k, v in {**end, **changed}.items() if v != "*"})
    print(json.dumps([one, two]))
"""

LESION = {"stimulus": "present"}
SKIN = """
nodes: {stimulus: {at start: absent}, drug: {at start: absent}}
edges:
- {edge: stimulus induces IL23}
- {edge: IL23 induces IL17, name: induction}
- {edge: IL17 induces CCL20, name: recruiting}
- {edge: CCL20 promotes IL17, name: closing}
- {edge: IL17 promotes skin}
- {edge: drug inhibits IL17, effect: complete}
"""


def facts(node, *arguments, **more):
    return {(one.kind, one.name) for one in why(sketch(SKIN)[0], node, *arguments, **more).reasons[0]}


# ---- what follows from rest, and after another run


def test_a_loop_that_nothing_starts_is_absent_and_the_answer_names_what_is_taken_to_cause_it_no_further():
    run = Run(sketch(SKIN)[0])
    assert set(run.values({}).values()) == {"absent"}
    assert facts("IL17") >= {("closed", "IL17"), ("closed", "CCL20"), ("closed", "IL23"), ("start", "stimulus")}


@pytest.mark.parametrize("node", ["IL17", "CCL20"])
def test_without_one_of_these_facts_it_is_unknown(node):
    net = Run(sketch(SKIN)[0]).networks[network.AS_WRITTEN]
    reasons = Reasons(net, {}, "skin")
    closed = next(n for n in reasons.facts if net.what(n) and net.what(n)[:2] == ("closed", node))
    assert reasons.enough(reasons.facts.keys())
    assert not reasons.enough(reasons.facts.keys() - {closed})


def test_a_loop_that_is_started_is_present():
    assert set(Run(sketch(SKIN)[0]).values(LESION).values()) == {"present", "absent"}
    assert Run(sketch(SKIN)[0]).values(LESION)["skin"] == "present"


def test_once_started_the_loop_sustains_itself_and_the_answer_says_what_was_there_before():
    run = Run(sketch(SKIN)[0])
    later = run.values({**LESION, "IL23": "absent"}, after=LESION)
    assert (later["IL23"], later["IL17"], later["skin"]) == ("absent", "present", "present")
    assert run.values({**LESION, "IL23": "absent"})["skin"] == "absent"  # where it never started
    stands = facts("skin", values=LESION, then={"IL23": "absent"})
    assert stands >= {("was", "IL17"), ("was", "CCL20"), ("edge", "recruiting"), ("edge", "closing")}
    assert ("set", "stimulus") not in stands


def test_a_drug_ends_the_loop_for_good():
    run = Run(sketch(SKIN)[0])
    treated = {**LESION, "drug": "present"}
    assert run.values(treated, after=LESION)["skin"] == "absent"
    assert run.values({"drug": "absent"}, after={"drug": "present"})["skin"] == "absent"


def test_a_second_run_of_the_same_settings_changes_nothing():
    for condition in SEED.conditions.values():
        run = Run(SEED)
        assert run.values(condition.values, after=condition.values) == run.values(condition.values)


def test_how_a_node_with_levels_was_is_one_fact():
    m, _ = sketch(
        "nodes: {S: {at start: absent}, C: {levels: [none, partial, strong]}}\n"
        "edges: [{edge: S promotes C, level: strong}, {edge: C promotes C, level: strong}]"
    )
    answer = why(m, "C", values={"S": "present"}, then={"S": "absent"})
    assert answer.value == "strong"
    assert [one for one in answer.reasons[0] if one.kind == "was"] == [network.Input("was", "C", "", "strong")]


BRAKE = "nodes: {S: {at start: present}}\nedges: [{edge: S promotes A, unless: [B]}, {edge: A promotes B}, {edge: B promotes C}]"
SWITCH = "edges: [{edge: S promotes A, unless: [B]}, {edge: S promotes B, unless: [A]}]"


def loop_of(text, node, given):
    net = Run(sketch(text)[0]).networks[network.AS_WRITTEN]
    return open_loop(net, net.propagate(*net.facts(given)), node)


def test_an_open_loop_says_whether_it_brakes_itself_or_the_order_decides():
    assert loop_of(BRAKE, "C", {}) == Loop(("A", "B"), brakes=True)
    assert loop_of(SWITCH, "A", {"S": "present"}) == Loop(("A", "B"), brakes=False)
    assert loop_of(SWITCH, "A", {}) is None or loop_of(SWITCH, "A", {"S": "absent"}) is None
    assert why(sketch(BRAKE)[0], "C").missing == ("a loop brakes itself, so it has no settled value: A, B",)
    assert why(sketch(SWITCH)[0], "A", values={"S": "present"}).missing == ("the order of events settles a loop: A, B",)


def test_a_loop_that_a_pulse_may_have_started_stays_open():
    """S sets off both the loop and what keeps S from it; which is first, the file does not say."""
    text = (
        "nodes: {S: {at start: present}}\nedges: [{edge: S promotes A, unless: [D]}, {edge: A promotes B}, "
        "{edge: B promotes A}, {edge: S promotes D}]"
    )
    assert Run(sketch(text)[0]).values({})["A"] == "unknown"
    assert loop_of(text, "A", {}) == Loop(("A", "B"), brakes=False)
    assert compared([(sketch(text)[0], {}, {})]) == {"definite": 4, "open": 4, "open, but settled": 0}


@pytest.mark.parametrize("seed", range(40))
def test_reasons_of_a_second_run_are_enough_and_minimal(seed):
    mechanism = generated(seed, 4)
    rnd = random.Random(seed)
    first = {rnd.choice(list(mechanism.nodes)): rnd.choice(["present", "absent"])}
    second = {rnd.choice(list(mechanism.nodes)): rnd.choice(["present", "absent"])}
    net = Run(mechanism).networks[network.AS_WRITTEN]
    for node in mechanism.nodes:
        reasons = Reasons(net, second, node, first)
        found = reasons.one() if reasons.decided else []
        assert not reasons.decided or reasons.enough(found)
        assert not any(reasons.enough(set(found) - {fact}) for fact in found)


# ---- against the most permissive semantics


def completed(mechanism, given, rnd):
    """The functions and the start, with each free input at a value drawn once."""
    rules = dict(line.split(", ", 1) for line in in_bnet(mechanism, given).splitlines()[1:])
    start = {}
    for name, function in rules.items():
        if name == function:  # free
            rules[name] = str(rnd.randrange(2))
            start[name] = int(rules[name])
    for node in mechanism.nodes.values():
        for k in range(1, len(node.levels or network.PLAIN)):
            name = f"{node.key}__{k}"
            if node.key in given:
                start[name] = int(rules[name])
            elif f"start_{node.key}" in rules:
                start[name] = start[f"start_{node.key}"]
            elif name not in start:
                said = node.at_start or "absent"
                levels = node.levels or network.PLAIN
                start[name] = int(said != "absent" and (levels.index(said) if said in levels else 1) >= k)
    return rules, start


def some(m, rnd):
    keys = rnd.sample(list(m.nodes), min(2, len(m.nodes)))
    return {key: rnd.choice(["present", "absent"]) for key in keys if not m.nodes[key].levels}


def written():
    """The seeds under every condition and reading, and the examples of the document; and a change after each."""
    rnd = random.Random(17)
    for path in sorted(kg.data_dir("seeds").glob("*/mechanism.yaml")):
        m = kg.read(path.parent.name)
        for reading in network.readings(m):
            for condition in m.conditions.values():
                yield network.under(m, reading), dict(condition.values), {**condition.values, **some(m, rnd)}
    for example in examples():
        m, data = sketch(example.values[0])
        given = {node: value for node, value in data.get("set", {}).items() if value != "unknown"}
        yield m, given, {**given, **some(m, rnd)}


def drawn(count, free):
    """Generated networks, with free inputs or without: then only loops can leave something open."""
    for seed in range(count):
        m, rnd = generated(seed, 5 + seed % 9), random.Random(-seed)
        if not free:
            nodes = {k: replace(n, at_start=n.at_start.replace("unknown", "") or "absent") for k, n in m.nodes.items()}
            edges = [replace(e, effect=Effect(complete=True)) if e.effect else e for e in m.edges]
            m = replace(m, nodes=Frozen(nodes), edges=tuple(edges))
        first = some(m, rnd) if seed % 3 else {}
        yield m, first, {**first, **some(m, rnd)}


def compared(asked):
    """Definite values, unknown ones, and of these how many have one value in all attractors; for both runs."""
    rnd, rows = random.Random(1), []
    asked = list(asked)
    for m, first, second in asked:
        rules, start = completed(m, first, rnd)
        later, begun = completed(m, second, random.Random(0))
        free = {name: rules[name] for name in later if name in rules and "__" not in name}
        later.update(free)
        changed = {name: value for name, value in begun.items() if name.split("__")[0] in second}
        changed.update({name: int(value) for name, value in free.items()})
        changed.update({name: int(later[name]) for name in later if name not in rules})
        rows.append([rules, start, later, changed])
    done = subprocess.run(
        [sys.executable, "-c", MPBN], input=json.dumps(rows), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(rows)
    counts = {"definite": 0, "open": 0, "open, but settled": 0}
    for (m, first, second), ends in zip(asked, answers, strict=True):
        net = network.compile(m)
        for settings, after, found in ((first, None, ends[0]), (second, first, ends[1])):
            ours = net.propagate(*net.facts(settings, after))
            assert found
            for node, gates in net.variables.items():
                for k, gate in enumerate(gates, 1):
                    theirs = {end[f"{node}__{k}"] for end in found}
                    if gate in ours:
                        counts["definite"] += 1
                        assert theirs == {int(ours[gate])}, (m.id, settings, after, node, k)
                    else:
                        counts["open"] += 1
                        counts["open, but settled"] += len(theirs) == 1 and "*" not in theirs
    return counts


def levelled(count):
    """Generated networks in which nodes have levels and decreases lower them to one, or by one."""
    for seed in range(count):
        m, rnd = made(seed), random.Random(-seed)
        edges = [replace(e, effect=replace(e.effect, complete=not e.effect.to)) if e.effect else e for e in m.edges]
        m = replace(m, edges=tuple(edges))
        first = some(m, rnd)
        yield m, first, {**first, **some(m, rnd)}


@pytest.mark.parametrize(
    ("asked", "most"),
    [
        (drawn(80, free=True), 0.35),
        (drawn(80, free=False), 0.02),
        (levelled(40), 0.35),
        *(
            pytest.param(*one, marks=pytest.mark.slow)
            for one in (
                (written(), 0.35),
                (drawn(300, free=True), 0.35),
                (drawn(300, free=False), 0.02),
                (levelled(150), 0.35),
            )
        ),
    ],
    ids=["free", "fixed", "levels", "seeds", "many-free", "many-fixed", "many-levels"],
)
def test_what_is_settled_holds_in_every_attractor_that_is_reached(asked, most):
    counts = compared(asked)
    print(counts)
    total = counts["open"] + counts["definite"]
    assert total > 250
    assert counts["open"] < most * total


def published(folder):
    """Published models: from rest, each free input at a value drawn, and after a change. They stay where they are."""
    for path in sorted(folder.glob("*.bnet")):
        m, rnd = kg.read(path), random.Random(path.name)
        made = {e.sentence.object for e in m.edges if e.role == "increases"}
        free = [key for key, node in m.nodes.items() if node.at_start in ("", "unknown") and key not in made]
        for _ in range(4):
            first = {key: rnd.choice(["present", "absent"]) for key in free}
            moved = {key: rnd.choice(["present", "absent"]) for key in rnd.sample(list(m.nodes), 2)}
            yield m, first, {**first, **moved}


def test_so_it_is_on_published_models():
    folder = Path(os.environ.get("KG_SOURCES") or "") / "reasoning" / "models"
    if not list(folder.glob("*.bnet")):
        missing(f"KG_SOURCES={os.environ.get('KG_SOURCES', '')} holds no reasoning/models")
    counts = compared(published(folder))
    print(counts)
    total = counts["open"] + counts["definite"]
    assert total > 1500
    assert counts["open"] < 0.4 * total
