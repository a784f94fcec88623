"""What-if in the page gives the answers of ``kg whatif``: the same questions, put to Python and to JavaScript."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from test_page import Open, chromium, file, visit  # noqa: F401  (fixtures)
from test_semantics import generated, sketch

import kg
from kg import causal
from kg.mechanism import (
    Assumption,
    Change,
    Condition,
    Evidence,
    Expect,
    Expectation,
    Frozen,
    Mechanism,
    Reading,
    Requirement,
)
from kg.page import network
from kg.page.picture import asset
from kg.vocabulary import Term

SEEDS = sorted(path.parent.name for path in kg.shelf("seeds").glob("*/mechanism.yaml"))
Question = tuple[str, dict[str, str], str, tuple[str, ...]]  # condition, values, reading, assumptions

#: Puts questions to the interpreter; answers come back with names for numbers, as Answer.as_dict() has them.
ASK = """
all => all.map(([data, keys, labels, edges, words, questions, apart]) => {
  const model = new Model(data), named = Object.fromEntries;
  const conditions = data.conditions.map(c => c[0]), assumptions = data.assumptions.map(a => a[0]);
  const readings = data.readings.map(r => r.key);
  const missing = {start: of => `whether ${keys[of]} is present`, effect: of => `how far ${edges[of]} goes`};
  const why = {
    subject: why => why.open ? `it is unknown whether ${labels[why.node]} is present` : `${labels[why.node]} is absent`,
    requires: why => `it requires ${labels[why.node]}, which is ${why.open ? 'unknown' : 'absent'}`,
    unless: why => `${labels[why.node]} ${why.open ? 'may be' : 'is'} present`,
    blocked: why => `${why.open ? 'it may be ' : ''}blocked: ${words[why.edge]}`
  };
  const plain = (answer, node) => {
    const step = answer.step(node);
    return {
      before: answer.before[node], after: answer.after[node],
      edges: step.because.map(b => ({edge: edges[b.edge], fires: [null, false, true][b.fires + 1], why: b.why ? why[b.why.kind](b.why) : ''})),
      status: step.status + (step.under.length ? ' ' + step.under.map(n => assumptions[n]).join(', ') : ''),
      weakest: step.weakest < 0 ? '' : data.claims[step.weakest], rests_on: step.restsOn.map(e => edges[e]),
      species: named(step.species.map(([taxon, count]) => [taxon < 0 ? 'not stated' : data.taxa[taxon], count])),
      missing: step.missing.map(m => missing[m.kind](m.of)).sort(), closed: step.closed.map(n => keys[n]),
      observed: step.observed.map(([relation, than]) => `${relation} ${relation === 'is' ? than : conditions[than]}`)
    };
  };
  const answers = questions.map(([condition, values, reading, assume]) => {
    const answer = model.ask({
      condition: conditions.indexOf(condition), reading: readings.indexOf(reading), assume: assume.map(a => assumptions.indexOf(a)),
      values: new Map(Object.entries(values).map(([k, v]) => [keys.indexOf(k), v]))
    });
    return {
      settings: named([...answer.settings].map(([n, v]) => [keys[n], v])), values: named(answer.after.map((v, n) => [keys[n], v])),
      changed: answer.changed.map(n => keys[n]), because: named(answer.changed.map(n => [keys[n], plain(answer, n)])),
      disagree: named([...answer.disagree].map(([n, by]) => [keys[n], named(by.map((v, k) => [readings[answer.readings[k]], v]))]))
    };
  });
  const found = apart ? [...model.discriminate()].filter(Boolean).map(one => [
    one.condition < 0 ? '' : conditions[one.condition], named([...one.values].map(([n, v]) => [keys[n], v])),
    named(one.outcomes.map(([n, by]) => [keys[n], named(by.map((v, k) => [readings[k], v]))]))
  ]) : [];
  return [answers, found];
})
"""


def by_python(mechanism: Mechanism, question: Question) -> dict[str, Any]:
    condition, values, reading, assume = question
    answer = causal.whatif(mechanism, condition, values, reading, assume).as_dict()
    for step in answer["because"].values():
        if step["missing"] and "its own history" in step["missing"][0]:
            step["missing"] = []  # the page says so where an unknown misses nothing
    return {key: answer[key] for key in ("settings", "values", "changed", "because", "disagree")}


def differences(tab: Any, asked: Iterable[tuple[Mechanism, list[Question]]]) -> tuple[int, list[Any]]:
    """How many answers were compared, and those in which Python and JavaScript differ; experiments included."""
    asked = list(asked)
    rows = []
    for m, questions in asked:
        labels, words = [n.label for n in m.nodes.values()], [m.words(e) for e in m.edges]
        names, apart = [e.name for e in m.edges], bool(m.readings)
        rows.append([network.compiled(m), list(m.nodes), labels, names, words, questions, apart])
    compared, wrong = 0, []
    for (mechanism, questions), (answers, found) in zip(asked, tab.evaluate(ASK, rows), strict=True):
        for question, theirs in zip(questions, answers, strict=True):
            ours = by_python(mechanism, question)
            wrong += [(mechanism.id, question, key, ours[key], theirs[key]) for key in ours if ours[key] != theirs[key]]
            wrong += [
                (mechanism.id, question, "order") for _ in range(list(ours["settings"]) != list(theirs["settings"]))
            ]
        if mechanism.readings:
            experiments = [
                [
                    one.condition,
                    dict(one.settings),
                    {n: {r: causal._plain(v) for r, v in by.items()} for n, by in one.outcomes.items()},
                ]
                for one in causal.discriminate(mechanism)
            ]
            wrong += [(mechanism.id, "discriminate", experiments, found)] if experiments != found else []
        compared += len(questions)
    return compared, wrong


@pytest.fixture
def interpreter(chromium: Any) -> Iterator[Any]:  # noqa: F811
    """network.js alone, without a page."""
    tab = chromium.new_page()
    tab.add_script_tag(content=asset("network.js"))
    yield tab
    tab.close()


def singles(m: Mechanism) -> Iterator[dict[str, str]]:
    for key, node in m.nodes.items():
        for value in ("absent", "present", "unknown", *node.levels):
            yield {key: value}


def several(m: Mechanism, rnd: random.Random) -> dict[str, str]:
    chosen = rnd.sample(list(m.nodes), rnd.randint(2, min(6, len(m.nodes))))
    return {key: rnd.choice([*(m.nodes[key].levels or causal.PLAIN), "unknown"]) for key in chosen}


def questions(m: Mechanism, multiple: int, rnd: random.Random) -> Iterator[Question]:
    """Every condition and single intervention under every reading, with and without assumptions; others at random."""
    ways = list(itertools.product(("", *causal.readings(m)), [(), *((name,) for name in m.assumptions)]))
    for reading, assume in ways:
        yield from ((condition, {}, reading, assume) for condition in ("", *m.conditions))
    for values in singles(m):
        yield from (("", values, reading, assume) for reading, assume in ways)
    for _ in range(multiple):
        reading, assume = rnd.choice(ways)
        condition = rnd.choice(["", *m.conditions])
        yield condition, several(m, rnd), reading, assume


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_answered_in_the_page_as_in_python(interpreter: Any, name: str) -> None:
    mechanism = kg.read(name)
    asked = list(questions(mechanism, 500, random.Random(name)))
    compared, wrong = differences(interpreter, [(mechanism, asked)])
    assert wrong == [] and compared == len(asked) > 500


def made(seed: int) -> Mechanism:
    """A generated mechanism with levels, evidence, a rival reading, assumptions, conditions and observations, too."""
    m, rnd = generated(seed, 7), random.Random(-seed)
    keys = list(m.nodes)
    taxa = (Term("NCBITaxon:10090", "Mus musculus"), Term("NCBITaxon:9606", "Homo sapiens"))
    ladder = ("none", "partial", "strong")

    def evidence() -> tuple[Evidence, ...]:
        claim = rnd.choice(["finding", "background", "interpretation", "hypothesis", "inference"])
        return (Evidence(claim=claim, because="made", taxon=tuple(rnd.sample(taxa, rnd.randint(0, 2)))),)

    def levelled(needed: Requirement) -> Requirement:
        ladders = nodes[needed.node].levels
        return replace(needed, level=rnd.choice(ladders[1:]) if ladders else "", evidence=evidence())

    nodes = {
        k: replace(n, levels=ladder if rnd.random() < 0.3 else (), outcome=rnd.random() < 0.3)
        for k, n in m.nodes.items()
    }
    edges = []
    for edge in m.edges:
        levels = nodes[edge.sentence.object].levels if edge.sentence.object in nodes else ()
        level = rnd.choice(["", *levels[1:]]) if levels and edge.role == "increases" else ""
        needs = {k: tuple(map(levelled, getattr(edge, k))) for k in ("requires", "unless")}
        edges.append(replace(edge, level=level, evidence=evidence(), run=rnd.random() < 0.9, **needs))
    rival = Change(requires=(Requirement(node=rnd.choice(keys)),), run=rnd.choice([None, False]))
    values = [Frozen({k: rnd.choice(["present", "absent"]) for k in rnd.sample(keys, n)}) for n in (1, 2, 3)]
    expectations = [
        Expectation(
            given=rnd.choice(["c0", "c1"]),
            expect=Expect(
                rnd.choice(keys),
                *rnd.choice([("is", "present"), ("same as", "c1"), ("higher than", "c1"), ("lower than", "c0")]),
            ),
            reading=rnd.choice(["", "", "rival"]),
            evidence=(Evidence(claim="finding", because="made"),),
        )
        for _ in range(4)
    ]
    return replace(
        m,
        id=f"made-{seed}",
        nodes=Frozen(nodes),
        edges=tuple(edges),
        readings=Frozen({"rival": Reading(key="rival", edges=Frozen({rnd.choice(edges).name: rival}))}),
        assumptions=Frozen({"a0": Assumption(key="a0", values=values[0])}),
        conditions=Frozen({f"c{n}": Condition(key=f"c{n}", values=v) for n, v in enumerate(values[1:])}),
        expectations=tuple(expectations),
    )


@pytest.mark.parametrize(
    "seeds", [range(25), pytest.param(range(25, 500), marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_generated_mechanisms_are_answered_in_the_page_as_in_python(interpreter: Any, seeds: range) -> None:
    runnable = [m for m in map(made, seeds) if any(edge.executes for edge in m.edges)]
    compared, wrong = differences(interpreter, [(m, list(questions(m, 20, random.Random(m.id)))) for m in runnable])
    assert wrong == [] and compared > 100 * len(runnable)


def test_an_experiment_may_move_what_only_a_rival_reading_needs() -> None:
    m, _ = sketch(
        "nodes: {B: {outcome: 'yes'}, X: {}}\nedges: [{edge: A promotes B, name: e}]\n"
        "readings: {rival: {edges: {e: {requires: [X]}}}}\nconditions: {a: {set: {A: present}}}"
    )
    assert [dict(one.settings) for one in causal.discriminate(m)] == [{"X": "absent"}]
