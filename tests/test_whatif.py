"""What-if in the page gives the answers of ``kg whatif``; and what else a reader does with a run, or with numbers of one's own."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import FIRST, SAMPLE, SEED, Open
from test_semantics import generated, sketch

import kg
from kg import page
from kg.model import vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import (
    Assumption,
    Change,
    Condition,
    Effect,
    Evidence,
    Expect,
    Expectation,
    Frozen,
    Reading,
    Requirement,
    Source,
)
from kg.model.vocabulary import Term
from kg.page import network as in_page
from kg.page.picture import Picture, asset
from kg.page.words import Narrative, rests
from kg.reasoning import experiments, meetings, network, routes, screens, whatif
from kg.reasoning.disagreements import Supports

one_seed_or_some = pytest.mark.parametrize(
    "seeds", [(FIRST,), pytest.param(SAMPLE, marks=pytest.mark.slow)], ids=["one", "some"]
)
#: Condition, values, reading, assumptions, what a second run sets, and what the answer is compared with.
Question = tuple[str, dict[str, str], str, tuple[str, ...], dict[str, str], str]

#: Puts questions to the interpreter; answers come back with names for numbers, as Answer.as_dict() has them.
ASK = (Path(__file__).parent / "js" / "ask.js").read_text(encoding="utf-8")


def by_python(mechanism: Mechanism, question: Question) -> dict[str, Any]:
    condition, values, reading, assume, then, against = question
    answer = whatif.whatif(mechanism, condition, values, reading, assume, against, then=then).as_dict()
    supports = Supports(mechanism)
    answer["because"] = {node: answer["because"][node] for node in answer["changed"]}  # the page asks for the others
    for step in answer["because"].values():
        for edge in step["edges"]:
            del edge["before"]  # the page does not show it
        counts = supports.of(*step["rests_on"]).as_dict() if step["rests_on"] else None
        step["support"] = counts and {key: counts[key] for key in counts if key not in ("claims", "species", "defined")}
        if counts:  # listed, so that they compare with JavaScript's
            step["support"].update(designs=list(counts["designs"]), read=list(counts["read"]))
    for one in answer["opposed"]:
        one["words"] = meetings.in_words(mechanism, meetings.Meeting(**one))
    for key in ("left_out", "contested"):
        answer[key] = [[one["edge"], one.get("node", "")] for one in answer[key]]
    keys = ("left_out", "contested", "settings", "compared_with", "values", "changed", "because", "opposed", "disagree")
    return {key: answer[key] for key in keys}


def asked(mechanism: Mechanism, questions: list[Question]) -> list[Any]:
    """What ASK takes of a mechanism: its network, what its numbers are called, and questions."""
    labels, words = [n.label for n in mechanism.nodes.values()], [mechanism.words(e) for e in mechanism.edges]
    names, apart = [e.name for e in mechanism.edges], bool(mechanism.readings)
    return [in_page.compiled(mechanism), list(mechanism.nodes), labels, names, words, questions, apart]


def told_apart(mechanism: Mechanism) -> list[Any]:
    """The experiments that tell its readings apart, as ASK has them."""
    return [
        [
            one.condition,
            dict(one.settings),
            {n: {r: whatif.plain(v) for r, v in by.items()} for n, by in one.outcomes.items()},
        ]
        for one in (experiments.discriminate(mechanism) if mechanism.readings else ())
    ]


def differences(tab: Any, several: Iterable[tuple[Mechanism, list[Question]]]) -> tuple[int, list[Any]]:
    """How many answers were compared, and those in which Python and JavaScript differ; experiments included."""
    several = list(several)
    answered = tab.evaluate(ASK, [asked(*one) for one in several])
    compared, wrong = 0, []
    for (mechanism, questions), (answers, found) in zip(several, answered, strict=True):
        for question, theirs in zip(questions, answers, strict=True):
            ours = by_python(mechanism, question)
            wrong += [(mechanism.id, question, key, ours[key], theirs[key]) for key in ours if ours[key] != theirs[key]]
            wrong += [
                (mechanism.id, question, "order") for _ in range(list(ours["settings"]) != list(theirs["settings"]))
            ]
        ours = told_apart(mechanism)
        wrong += [(mechanism.id, "discriminate", ours, found)] if ours != found else []
        compared += len(questions)
    return compared, wrong


@pytest.fixture(scope="module")
def interpreter(chromium: Any) -> Iterator[Any]:
    """The scripts that know of no page, alone."""
    tab = chromium.new_page()
    for name in ("speak", "given", "network", "reasons", "meetings", "model", "trials", "routes", "overlay"):
        tab.add_script_tag(content=asset(f"js/{name}.js"))
    yield tab
    tab.close()


def singles(m: Mechanism) -> Iterator[dict[str, str]]:
    for key, node in m.nodes.items():
        for value in ("absent", "present", "unknown", *node.levels):
            yield {key: value}


def several(m: Mechanism, rnd: random.Random) -> dict[str, str]:
    chosen = rnd.sample(list(m.nodes), rnd.randint(2, min(6, len(m.nodes))))
    return {key: rnd.choice([*(m.nodes[key].levels or network.PLAIN), "unknown"]) for key in chosen}


def questions(m: Mechanism, multiple: int, rnd: random.Random) -> Iterator[Question]:
    """Every condition and single intervention under every reading, with and without assumptions; others at random, half of
    them with a second run."""
    ways = list(itertools.product(("", *network.readings(m)), [(), *((name,) for name in m.assumptions)]))
    for reading, assume in ways:
        yield from ((condition, {}, reading, assume, {}, "") for condition in ("", *m.conditions))
    for values in singles(m):
        yield from (("", values, reading, assume, {}, "") for reading, assume in ways)
    against = ["", "", "start", *m.conditions]
    for _ in range(multiple):
        reading, assume = rnd.choice(ways)
        condition = rnd.choice(["", *m.conditions])
        yield (
            condition,
            several(m, rnd),
            reading,
            assume,
            several(m, rnd) if rnd.random() < 0.5 else {},
            rnd.choice(against),
        )


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name != FIRST)) for name in SAMPLE])
def test_a_seed_is_answered_in_the_page_as_in_python(interpreter: Any, name: str) -> None:
    mechanism = kg.read(name)
    rnd = random.Random(name)
    some = rnd.sample(list(questions(mechanism, 100, rnd)), 150 if name == FIRST else 300)
    compared, wrong = differences(interpreter, [(mechanism, some)])
    assert wrong == [] and compared == len(some)


def made(seed: int) -> Mechanism:
    """A generated mechanism with levels, evidence, a rival reading, assumptions, conditions and observations, too."""
    m, rnd = generated(seed, 7), random.Random(-seed)
    keys = list(m.nodes)
    taxa = (Term("NCBITaxon:10090", "Mus musculus"), Term("NCBITaxon:9606", "Homo sapiens"))
    ladder = ("none", "partial", "strong")

    def evidence() -> tuple[Evidence, ...]:
        claim = rnd.choice(["finding", "background", "interpretation", "hypothesis", "inference"])
        own = Evidence(
            claim=claim, source="s", because="made", taxon=tuple(rnd.sample(taxa, rnd.randint(0, 2))), context=context()
        )
        disputed = rnd.random() < 0.2
        return (
            own,
            *[Evidence(claim=claim, source="t", because="made", stance="disputes", context=context())] * disputed,
        )

    def context() -> Frozen[str]:
        return Frozen({"inducer": rnd.choice(["LPS", "R848"])} if rnd.random() < 0.4 else {})

    def levelled(needed: Requirement) -> Requirement:
        ladders = nodes[needed.node].levels
        return replace(needed, level=rnd.choice(ladders[1:]) if ladders else "", evidence=evidence())

    nodes = {
        k: replace(n, levels=ladder if rnd.random() < 0.3 else (), outcome=rnd.random() < 0.3)
        for k, n in m.nodes.items()
    }
    active = random.Random(f"active {seed}")
    of = {key: active.choice(keys) for key in keys if active.random() < 0.2}
    nodes |= {key: replace(nodes[key], activity_of=thing) for key, thing in of.items() if thing != key}
    edges = []
    for edge in m.edges:
        levels = nodes[edge.sentence.object].levels if edge.sentence.object in nodes else ()
        level = rnd.choice(["", *levels[1:]]) if levels and edge.role == "increases" else ""
        needs = {k: tuple(map(levelled, getattr(edge, k))) for k in ("requires", "unless")}
        if levels and edge.effect and rnd.random() < 0.7:
            needs["effect"] = Effect(to=rnd.choice(["none", "partial", "one level lower"]))
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
        sources=Frozen({key: Source(key, "journal article", f"Study {key}") for key in "st"}),
        nodes=Frozen(nodes),
        edges=tuple(edges),
        readings=Frozen({"rival": Reading(key="rival", edges=Frozen({rnd.choice(edges).name: rival}))}),
        assumptions=Frozen({"a0": Assumption(key="a0", values=values[0])}),
        conditions=Frozen(
            {f"c{n}": Condition(key=f"c{n}", values=v, context=context()) for n, v in enumerate(values[1:])}
        ),
        expectations=tuple(expectations),
    )


#: Opposite steps of two subjects, and readings that disagree in a condition to which something is added.
CONTESTED = """
nodes: {A: {}, B: {}, E: {}, C: {at start: absent}, D: {outcome: 'yes'}}
edges: [{edge: A promotes C, name: up}, {edge: B limits C, name: down}, {edge: C promotes D}, {edge: E promotes D}]
readings: {rival: {edges: {up: {run: 'no'}}}}
conditions: {a: {set: {A: present, B: absent}}, b: {set: {A: present, B: present}}}
"""

#: An activity, of which only that of its thing is known that it is needed, and one that starts as it is.
ACTIVE = """
nodes: {A_active: activity of A, B_active: {activity of: B, at start: present}, C: {outcome: 'yes'}}
edges: [{edge: D activates A_active}, {edge: A_active promotes C}, {edge: B_active promotes C}, {edge: E limits A_active}]
conditions: {a: {set: {A: absent, D: present}}, b: {set: {A: present, B: present, D: present, E: present}}}
"""


@pytest.mark.parametrize("seeds", [range(3), pytest.param(range(3, 500), marks=pytest.mark.slow)], ids=["few", "many"])
def test_generated_mechanisms_are_answered_in_the_page_as_in_python(interpreter: Any, seeds: range) -> None:
    runnable = [
        m
        for m in (sketch(CONTESTED)[0], sketch(ACTIVE)[0], *map(made, seeds))
        if any(edge.executes for edge in m.edges)
    ]
    compared, wrong = differences(interpreter, [(m, list(questions(m, 20, random.Random(m.id)))) for m in runnable])
    assert wrong == [] and compared > 100 * len(runnable)


TRIALS = """
all => all.map(([data, keys, asked]) => {
  const model = new Model(data), readings = data.readings.map(r => r.key), conditions = data.conditions.map(c => c[0]);
  const assumptions = data.assumptions.map(a => a[0]);
  return asked.map(([condition, value, reading, assume]) => [...trials(model, {
    condition: conditions.indexOf(condition), reading: readings.indexOf(reading), assume: assume.map(a => assumptions.indexOf(a))
  }, value)].map(trial => ({set: {[keys[trial.node]]: value}, outcomes: trial.outcomes.map(({node, before, after}) => ({
    node: keys[node], before: before[0], after: after[0],
    ...after.some(value => !same(value, after[0])) && {disagree: Object.fromEntries(after.map((value, k) => [readings[k], value]))}
  }))})));
})
"""


@one_seed_or_some
def test_a_screen_in_the_page_has_every_cell_of_kg_screen(seeds: tuple[str, ...], interpreter: Any) -> None:
    rows, wanted = [], []
    for m in (*map(kg.read, seeds), *(m for m in map(made, range(12)) if any(edge.executes for edge in m.edges))):
        asked = [[condition, value, "", []] for condition in ("", *m.conditions) for value in ("absent", "present")]
        asked += [
            [condition, "absent", reading, list(m.assumptions)]
            for condition, reading in zip(m.conditions, m.readings, strict=False)
        ]
        wanted += [[trial.as_dict() for trial in kg.screen(m, *one[:2], False, *one[2:])] for one in asked]
        rows.append([in_page.compiled(m), list(m.nodes), asked])
    found = [trials for some in interpreter.evaluate(TRIALS, rows) for trials in some]
    assert found == wanted and sum(len(trials) for trials in wanted) > 900


ROUTES = """
all => all.map(scene => scene.nodes.map((_, from) => scene.nodes.map((_, to) => {
  const {routes, capped} = between(scene, from, to), spelled = ({node, edge, kind, sign, claim, sources}) => [node, edge, kind, sign, claim, sources];
  return [capped, routes.map(route => [route.sign, route.hops.map(hop => spelled(hop).slice(0, 4)), spelled(weakestOf(route))])];
})))
"""


@one_seed_or_some
def test_routes_in_the_page_are_those_of_kg_paths(seeds: tuple[str, ...], interpreter: Any) -> None:
    """With the weakest step of each."""
    kinds, claims = list(routes.WORDS), list(vocabulary.claims())

    def by_python(m: Mechanism, start: str, end: str) -> list[Any]:
        told, every = Narrative(m), kg.routes(m, start, end)

        def spelled(hop: routes.Hop) -> list[int]:
            return [told.node_number[hop.node], told.edge_number[hop.edge], kinds.index(hop.kind), hop.sign]

        found = []
        for route in itertools.islice(every, 100):
            hop, claim, sources = routes.weakest_hop(m, route)
            weakest = [*spelled(hop), claims.index(claim) if claim else -1, sources]
            found.append([route.sign, [spelled(hop) for hop in route.hops], weakest])
        return [next(every, None) is not None, found]

    read = [kg.read(name) for name in seeds]
    scenes = [page.scene(Picture(Narrative(m))) for m in read]
    answers = interpreter.evaluate(ROUTES, [{key: one[key] for key in ("nodes", "edges", "hops")} for one in scenes])
    assert answers == [[[by_python(m, start, end) for end in m.nodes] for start in m.nodes] for m in read]
    assert "requires" in {hop.kind for m in read for hop, _ in routes.hops(m)}


def test_an_experiment_may_move_what_only_a_rival_reading_needs() -> None:
    m, _ = sketch(
        "nodes: {B: {outcome: 'yes'}, X: {}}\nedges: [{edge: A promotes B, name: e}]\n"
        "readings: {rival: {edges: {e: {requires: [X]}}}}\nconditions: {a: {set: {A: present}}}"
    )
    assert [dict(one.settings) for one in experiments.discriminate(m)] == [{"X": "absent"}]


# ---- what a reader does


BOTH = "#tab=runs&in=both&set=TLR7%3Dabsent"


def steps(tab: Any) -> dict[str, str]:
    return dict(tab.locator("#follows > li").evaluate_all("all => all.map(e => [e.dataset.step, e.innerText])"))


def test_a_condition_at_a_click_and_a_node_by_keyboard(visit: Open) -> None:
    tab = visit("#tab=runs")
    assert not tab.locator("#answer").is_visible() and not tab.locator("#bar").is_visible()
    tab.get_by_role("button", name="Chemotherapy and Tα-1", exact=True).click()
    assert tab.evaluate("location.hash") == "#tab=runs&in=both"
    assert "Tumour control: strong" in tab.locator("#said").inner_text()
    answer = whatif.whatif(SEED, "both")
    shown = steps(tab)
    assert list(shown) == [step.node for step in answer.changed if step.node not in answer.settings]
    for step in answer.changed:
        if step.node in shown:
            assert step.status in shown[step.node] and whatif.shown(step.after) in shown[step.node]
    assert "higher than under “Chemotherapy alone”" in shown["tumour_control"]
    tab.focus("#set-nodes summary")
    tab.keyboard.press("Enter")
    tab.fill("#set-find", "tlr7")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("location.hash") == BOTH and tab.evaluate("document.activeElement.tagName") == "SELECT"
    assert "Tumour control: partial" in tab.locator("#said").inner_text()
    assert "TLR7: absent, set" in tab.locator("#values").inner_text()
    assert "Tumour control: partial, changed from strong" in tab.locator("#values").inner_text()
    signalling = steps(tab)["TLR7_active"]
    assert "does not act" in signalling and "because it needs TLR7, which is absent" in signalling
    blocked = f"because it is blocked: {Narrative(SEED).say(SEED.edge('protection'))}"
    assert blocked in steps(tab)[SEED.edge("degradation").sentence.object]
    tab.click("#unset")
    assert tab.evaluate("location.hash") == "#tab=runs" and not tab.locator("#answer").is_visible()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_the_outcomes_are_seen_without_scrolling(visit: Open, width: int, height: int) -> None:
    tab = visit(BOTH, width, height)
    box = tab.locator("#outcome").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= height and box["x"] + box["width"] <= width
    told = Narrative(SEED)
    assert " ".join(tab.locator("#against").inner_text().split()) == "Outcomes, compared with “Chemotherapy and Tα-1”"
    labels, values = (tab.locator(f"#outcomes {tag}").all_inner_texts() for tag in ("dt", "dd"))
    assert dict(zip(labels, (" ".join(value.split()) for value in values), strict=True)) == {
        told.title("tumour_control"): "strong → partial",
        told.title("miR146a"): "present unchanged",
        told.title("CD8_priming"): "present → absent",
    }


def test_what_is_marked_in_the_picture_differs_from_the_condition(visit: Open) -> None:
    tab = visit(BOTH)
    told = [line for line in tab.locator("#values").inner_text().splitlines() if "changed from" in line]
    answer = whatif.whatif(SEED, "both", {"TLR7": "absent"})
    assert len(told) + 1 == len(answer.changed) == 8, "TLR7 itself is set"
    shown = steps(tab)
    changed = [step.node for step in answer.changed if step.node != "TLR7"]
    assert list(shown) == [*changed, "miR146a"], "an outcome that stays comes last"
    for step in answer.changed:
        if step.node in shown:
            assert f"{whatif.shown(step.before)} → {whatif.shown(step.after)}" in " ".join(shown[step.node].split())
    tab.evaluate("location.hash = 'node=CD8_priming&in=both&set=TLR7%3Dabsent'")
    tab.get_by_text("Now: absent; in “Chemotherapy and Tα-1”: present.").wait_for()
    alone = visit("#tab=runs&in=both")
    assert "Outcomes, compared with the start" in alone.locator("#against").inner_text()


def test_what_is_set_wins_over_an_assumption() -> None:
    for how in ({"values": {"spontaneous_bodies": "present"}}, {"then": {"spontaneous_bodies": "present"}}):
        answer = whatif.whatif(SEED, "both", assume=["no-spontaneous-bodies"], **how)
        assert answer.values["spontaneous_bodies"] == "present"


CONTEXTS = """
nodes: {C: {outcome: 'yes'}}
edges:
- {edge: A promotes B, name: elsewhere, evidence: [{claim: finding, because: a sketch, context: {inducer: LPS}}]}
- edge: A promotes C
  name: disputed
  evidence:
  - {claim: finding, source: one, says: so, context: {inducer: R848}}
  - {claim: finding, source: two, says: no, stance: disputes, context: {inducer: R848}}
conditions: {viral: {title: A virus, set: {A: present}, context: {inducer: R848}}}
"""


def test_a_run_in_a_context_says_what_it_leaves_out_and_what_is_contested(visit: Open, tmp_path: Path) -> None:
    studies = {key: Source(key, "journal article", f"Study {key}") for key in ("one", "two")}
    mechanism = replace(sketch(CONTEXTS)[0], sources=Frozen(studies))
    path = tmp_path / "contexts.html"
    path.write_text(page.html(replace(mechanism, id="contexts", title="Two inducers")), encoding="utf-8")
    tab = visit("#tab=runs&in=viral", path=path)
    answer, shown = whatif.whatif(mechanism, "viral"), steps(tab)
    said = tab.locator("#context").inner_text()
    assert "In this context: inducer: R848" in said and [str(one) in said for one in answer.fates] == [True, True]
    assert said.index("A promotes B") < said.index("Contested: sources") < said.index("A promotes C")
    assert "sources of this context disagree on it" in shown["C"] and "contested" in shown["C"]
    assert "Not settled: whether this holds in this context: A promotes C." in shown["C"]


LOOP = """
nodes: {S: {}, A: {}, B: {outcome: 'yes'}}
edges: [{edge: A promotes B}, {edge: B promotes A}, {edge: S promotes A}]
conditions: {lesion: {title: The lesion, set: {S: present}}}
"""


def test_a_second_run_is_set_by_keyboard_and_says_where_it_starts(visit: Open, tmp_path: Path) -> None:
    mechanism, _ = sketch(LOOP)
    path = tmp_path / "sustained.html"
    path.write_text(page.html(replace(mechanism, id="sustained", title="A loop")), encoding="utf-8")
    tab = visit("#tab=runs&in=lesion", path=path)
    tab.focus("#then-nodes summary")
    tab.keyboard.press("Enter")
    tab.locator("#then-nodes").get_by_label("S", exact=True).focus()
    tab.keyboard.press("a")
    assert tab.evaluate("location.hash") == "#tab=runs&in=lesion&then=S%3Dabsent"
    assert tab.locator("#against").inner_text() == "Outcomes, compared with where “The lesion” ended"
    assert tab.locator("#outcomes").inner_text().split() == ["B", "present", "unchanged"], "the loop sustains itself"
    assert tab.locator("#given").inner_text() == "S present. Then, from where that ended: S absent"
    assert tab.locator("#running-title").inner_text() == "The lesion · then S absent"
    assert tab.locator("#command").inner_text() == "kg whatif sustained --in lesion --then S=absent"
    again = visit(tab.evaluate("location.hash"), path=path)
    assert again.locator("#outcomes").inner_text() == tab.locator("#outcomes").inner_text()
    again.evaluate("location.hash = 'node=A&in=lesion&then=S%3Dabsent'")
    again.get_by_text("Now: present, as where “The lesion” ended.").wait_for()


def test_two_conditions_are_compared_and_what_differs_is_marked(visit: Open) -> None:
    tab = visit("#tab=runs&in=both-without-TLR7")
    tab.select_option("#compare", label=SEED.conditions["both"].title)
    assert tab.evaluate("location.hash") == "#tab=runs&in=both-without-TLR7&against=both"
    assert tab.locator("#command").inner_text() == "kg whatif ta1-tlr7 --in both-without-TLR7 --against both"
    answer = whatif.whatif(SEED, "both-without-TLR7", against="both")
    marked = [line for line in tab.locator("#values").inner_text().splitlines() if "changed from" in line]
    assert len(marked) == len([step for step in answer.changed if step.status != "set"]) == 7
    assert "strong → partial" in " ".join(tab.locator("#outcomes").inner_text().split())
    tab.evaluate("location.hash = 'node=CD8_priming&in=both-without-TLR7&against=both'")
    tab.get_by_text("Now: absent; in “Chemotherapy and Tα-1”: present.").wait_for()


#: Notes what is written on each canvas, by the element that it lies in.
WRITTEN = """() => {
  window.written = {other: [], net: []};
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
    window.written[this.canvas.closest('#other, #net')?.id]?.push(text);
    return write.call(this, text, ...at);
  };
  document.getElementById('theme').click();
  return new Promise(done => setTimeout(() => done(Object.values(window.written).map(some => [...some])), 300));
}"""


@pytest.mark.slow
def test_two_runs_stand_side_by_side_and_what_differs_has_a_sign(visit: Open) -> None:
    tab = visit("#tab=runs&in=both-without-TLR7&against=both")
    assert not tab.locator("#other").is_visible()
    tab.get_by_role("button", name="Side by side").click()
    assert tab.evaluate("location.hash") == "#tab=runs&in=both-without-TLR7&against=both&beside=1"
    answer = whatif.whatif(SEED, "both-without-TLR7", against="both")
    titles = [SEED.conditions[key].title for key in ("both", "both-without-TLR7")]
    assert [tab.locator(f"#{one}-of strong").inner_text() for one in ("other", "net")] == titles
    heads = [tab.locator(f"#{one}-of li.filled").all_inner_texts() for one in ("other", "net")]
    assert heads == [
        ["Δ Tumour control: strong", "Δ CD8⁺ T-cell priming: present"],
        ["Δ Tumour control: partial", "Δ CD8⁺ T-cell priming: absent"],
    ]
    left, right = ([text for text in some if text.startswith("Δ ")] for some in tab.evaluate(WRITTEN))
    assert len(left) == len(right) == len(answer.changed) == 8
    assert [text[2] for text in left] == ["✓"] * 8 and sorted(text[2] for text in right) == ["✓", *["✕"] * 7]
    both = tab.evaluate("Object.values(written).map(some => some.filter(text => text === 'Δ').length)")
    assert both[0] == both[1] >= 5, "lines of steps that act in one of the two; some find no room beside badges"

    def node() -> Any:
        return tab.evaluate("explorer.at('TLR7')")

    before, box = node(), tab.locator("#other").bounding_box()
    x, y = box["x"] + 0.75 * box["width"], box["y"] + box["height"] - 30  # beside the small map
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 60, y - 40, steps=4)
    tab.mouse.up()
    tab.wait_for_function("x => Math.abs(explorer.at('TLR7').x - x - 60) < 8", arg=before["x"])
    tab.click("#nearer")
    seen = tab.evaluate("document.querySelector('#other canvas').toDataURL()")
    tab.click("#farther")
    tab.wait_for_function("seen => document.querySelector('#other canvas').toDataURL() !== seen", arg=seen)
    spot, net = node(), tab.locator("#net").bounding_box()
    tab.mouse.click(spot["x"] - net["x"] + box["x"], spot["y"])
    assert "node=TLR7" in tab.evaluate("location.hash") and tab.locator("#other").is_visible()
    tab.click("#tab-tour")
    assert not tab.locator("#other").is_visible(), "a stop has one picture"
    tab.click("#tab-runs")
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.wait_for_function(
        "() => document.getElementById('other').getBoundingClientRect().bottom < document.getElementById('net').getBoundingClientRect().top"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("after", "names"),
    [
        ("in=both", ["The start", "Chemotherapy and Tα-1"]),
        ("against=both", ["Chemotherapy and Tα-1", "The start"]),
        ("in=both&set=TLR7%3Dabsent", ["Chemotherapy and Tα-1", "Chemotherapy and Tα-1 · TLR7 absent"]),
        ("set=TLR7%3Dabsent&against=both", ["Chemotherapy and Tα-1", "TLR7 absent"]),
        (
            "in=both&then=TLR7%3Dabsent",
            ["Where “Chemotherapy and Tα-1” ended", "Chemotherapy and Tα-1 · then TLR7 absent"],
        ),
    ],
)
def test_any_two_runs_can_stand_side_by_side(visit: Open, after: str, names: list[str]) -> None:
    tab = visit(f"#tab=runs&{after}&beside=1")
    assert [tab.locator(f"#{one}-of strong").inner_text() for one in ("other", "net")] == names
    assert tab.locator("#other canvas").is_visible()
    tab.get_by_role("button", name="Side by side").click()
    assert tab.locator("#other").is_hidden() and tab.evaluate("location.hash") == f"#tab=runs&{after}"


def test_a_screen_opens_the_run_of_a_cell_by_mouse_and_keyboard(visit: Open) -> None:
    tab, told = visit("#tab=runs&in=both"), Narrative(SEED)
    tab.get_by_role("button", name="Every node in turn").click()
    assert tab.evaluate("location.hash") == "#tab=runs&in=both&screen=absent"
    assert not tab.locator("#answer").is_visible()
    trials = kg.screen(SEED, "both")

    def cell(one: screens.Outcome) -> str:
        after = " | ".join(map(whatif.shown, one.each))
        return whatif.shown(one.before) + f" → {after}" * one.changed

    wanted = {
        told.title(next(iter(trial.settings))): [cell(one) for one in trial.outcomes]
        for trial in trials
        if any(one.changed for one in trial.outcomes)
    }
    read = "all => all.map(r => [...r.cells].map(c => c.querySelector('.sign') ? [...c.querySelectorAll('.sign ~ *')].map(e => e.innerText).join(' ') : c.innerText))"
    rows = tab.locator("#screened tbody tr").evaluate_all(read)
    assert {row[0]: [" ".join(cell.split()) for cell in row[1:]] for row in rows} == wanted
    signs = dict.fromkeys(tab.locator("#screened .sign").all_inner_texts())
    assert set(signs) == {"▽", "▼", "·", "=", "?"} and [row[0] for row in rows].index("TLR7") > 4, "the strongest first"
    idle = {told.title(key) for key in SEED.nodes} - wanted.keys()
    tab.get_by_text(f"Nodes that change no outcome ({len(idle)})").click()
    assert all(name in tab.locator("#screen-rest").inner_text() for name in idle)
    tab.locator("#screened button[tabindex='0']").focus()
    for key in ("ArrowDown", "End", "ArrowLeft", "Home", "ArrowUp", "ArrowUp", "ArrowRight"):
        tab.keyboard.press(key)
    first = next(trial for trial in trials if told.title(next(iter(trial.settings))) == rows[0][0])
    node, outcome = next(iter(first.settings)), first.outcomes[1]
    said = f"{rows[0][0]} absent: {told.title(outcome.node)} {whatif.shown(outcome.before)} → {whatif.shown(outcome.after)}"
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == f"{said}, lost"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == f"#tab=runs&in=both&set={node}%3Dabsent"
    assert tab.locator("#outcome").is_visible() and tab.evaluate("document.activeElement.id") == "runs"
    tab.get_by_role("button", name="Every node in turn").click()
    tab.locator("#whatif").get_by_label("present", exact=True).check()
    tab.select_option("#screen-in", label="Nothing given")
    assert tab.evaluate("location.hash") == "#tab=runs&in=untreated&screen=present"
    assert tab.locator("#screen-command").inner_text() == "kg screen ta1-tlr7 --in untreated --with present"
    raised = [trial for trial in kg.screen(SEED, "untreated", "present") if any(o.changed for o in trial.outcomes)]
    assert tab.locator("#screened tbody tr").count() == len(raised) and "▲" in tab.locator("#screened").inner_text()


def test_a_link_names_a_node_by_any_of_its_names(visit: Open) -> None:
    """In a link as a page writes it, and, of a key, as the IRI of a run does."""
    for said in ("TLR7%3Dabsent", "Toll-like+receptor+7%3Dabsent", "MESH:D051199%3Dabsent", "TLR7:absent"):
        tab = visit(f"#tab=runs&in=both&set={said}")
        assert tab.evaluate("location.hash") == BOTH and "strong → partial" in " ".join(
            tab.locator("#outcomes").inner_text().split()
        )


MEET = """
nodes: {A: {at start: absent}, C: {at start: unknown}, D: {outcome: 'yes', at start: unknown}}
edges:
- {edge: A promotes C, name: up, evidence: [{claim: finding, because: a sketch}]}
- {edge: A limits C, name: down, evidence: [{claim: finding, because: a sketch}]}
- {edge: C promotes D, evidence: [{claim: finding, because: a sketch}]}
"""


def test_where_opposite_steps_meet_the_page_names_both(visit: Open, tmp_path: Path) -> None:
    mechanism, _ = sketch(MEET)
    path = tmp_path / "meet.html"
    path.write_text(page.html(replace(mechanism, id="meet", title="Two sources disagree")), encoding="utf-8")
    said = visit("#tab=runs&set=A%3Dpresent", path=path).locator("#outcomes .opposed").inner_text()
    (meeting,) = whatif.whatif(mechanism, values={"A": "present"}).opposed
    assert said == meetings.in_words(mechanism, meeting) and said.endswith("or whether they differ by place or species")


LOOPS = {
    "{edge: S promotes A, unless: [B]}, {edge: A promotes B}": "A loop brakes itself, so it has no settled value: A, B.",
    "{edge: S promotes A, unless: [B]}, {edge: S promotes B, unless: [A]}": "The values of a loop depend on the order of events: A, B.",
}


@pytest.mark.parametrize("edges", LOOPS)
def test_where_a_loop_leaves_a_node_open_the_page_names_it(visit: Open, tmp_path: Path, edges: str) -> None:
    mechanism, _ = sketch(f"nodes: {{A: {{}}, B: {{outcome: 'yes'}}}}\nedges: [{edges}]")
    path = tmp_path / "loop.html"
    path.write_text(page.html(replace(mechanism, id="loop", title="A loop")), encoding="utf-8")
    assert LOOPS[edges] in steps(visit("#tab=runs&set=S%3Dpresent", path=path))["B"]


def test_an_answer_says_what_it_stands_on_and_its_steps_lead_to_their_evidence(visit: Open) -> None:
    tab = visit(BOTH)
    step = next(one for one in whatif.whatif(SEED, "both", {"TLR7": "absent"}).changed if one.node == "CD8_priming")
    tab.locator("[data-step=CD8_priming] summary").click()
    text = steps(tab)["CD8_priming"]
    assert f"Rests on {len(step.rests_on)} step" in text and "weakest link: curator inference" in text
    assert (
        step.species == {"not stated": 1}
        and "not stated 1" in text
        and "of the whole the source says: primarily mouse" in text
    )
    assert f"This assumes that nothing else causes {', '.join(Narrative(SEED).title(n) for n in step.closed)}." in text
    supports = Supports(SEED)
    assert f"Sources: {rests(supports.of(*step.rests_on))}." in text
    first = supports.of(step.because[0].edge)
    assert f"· {rests(first)}" in tab.locator("[data-step=CD8_priming] .because").inner_text()
    for caveat in SEED.caveats:
        assert caveat in tab.locator("#answer .strip").inner_text()
    tab.locator("[data-step=CD8_priming] .because button").first.click()
    assert tab.locator(".card:visible h2").inner_text() == Narrative(SEED).say(SEED.edge("priming"))
    assert tab.locator("#running").is_visible() and "TLR7: absent, set" in tab.locator("#values").inner_text()
    tab.click("#tab-runs")
    assert list(steps(tab)), "the run is still there"


def test_an_unknown_names_what_would_settle_it_and_readings_say_where_they_disagree(visit: Open) -> None:
    shown = steps(visit("#tab=runs&in=both-miR-unstated"))["tumour_control"]
    assert "Not settled: whether High miR-146a-5p in the tumour is present." in shown and "unknown" in shown
    tab = visit("#tab=runs&in=chemo&set=RNase_A%3Dabsent")
    shown = steps(tab)["tumour_control"]
    assert "readings disagree" in shown and "as written: strong" in shown.replace("\n", " ")
    assert "strong | partial" in tab.locator("#outcomes").inner_text()
    tab.locator("#whatif summary", has_text="Readings").click()
    tab.get_by_label("as written").check()
    assert "reading=as+written" in tab.evaluate("location.hash") and "prediction" in steps(tab)["tumour_control"]
    tab.locator("[data-assume]").check()
    assert "assume=no-spontaneous-bodies" in tab.evaluate("location.hash")


def test_the_experiment_that_tells_the_readings_apart(visit: Open) -> None:
    tab = visit("#tab=runs")
    tab.click("#apart")
    tab.locator("#experiments li button").first.wait_for()
    found, told = experiments.discriminate(SEED), Narrative(SEED)
    said = tab.locator("#experiments > li strong").all_inner_texts()
    assert said == [
        " + ".join(
            filter(
                None, (SEED.conditions[one.condition].title, *(f"{told.title(n)} {v}" for n, v in one.settings.items()))
            )
        )
        for one in found
    ]
    tab.locator("#experiments li button").first.click()
    assert tab.evaluate("location.hash") == f"#tab=runs&in={found[0].condition}&set=RNase_A%3Dabsent"
    assert "readings disagree" in steps(tab)["tumour_control"]


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("set=TLR%3Dabsent", "No node is called “TLR”. Is it TLR7 or TLR7_active?"),
        (
            "set=thymosin+alpha-1%3Dabsent",
            "“thymosin alpha-1” names 3 nodes: Ta1_supplement (Tα-1 supplement), Ta1_blood",
        ),
        ("set=TLR7%3Dstrong", "TLR7: “strong” is not a value of this node: unknown, absent, present."),
        ("set=TLR7%3Dabsent&set=TLR7%3Dpresent", "TLR7 is set twice: to absent and to present."),
        ("set=TLR7", "“TLR7” sets nothing: it should be NODE=VALUE."),
        pytest.param("in=bot&set=TLR7%3Dabsent", "No condition is called “bot”.", marks=pytest.mark.slow),
        ("in=both&in=chemo", "More than one condition is asked for."),
        ("in=both&beside=yes", "For two pictures side by side write beside=1, not “yes”."),
        (
            "screen=absent&set=TLR7%3Dabsent",
            "A screen sets every node itself: leave out set, then, against and beside.",
        ),
        ("screen=some", "A screen sets nodes absent or present, not “some”."),
        ("then=TLR%3Dabsent", "No node is called “TLR”. Is it TLR7 or TLR7_active?"),
        ("reading=x&assume=y", "No reading is called “x”.\nNo assumption is called “y”."),
    ],
)
def test_a_link_that_asks_for_what_cannot_be_runs_nothing_and_says_why(visit: Open, link: str, said: str) -> None:
    tab = visit(f"#tab=runs&{link}")
    assert said in tab.locator("#wrong").inner_text() and tab.locator("#wrong").get_attribute("role") == "alert"
    assert not tab.locator("#answer").is_visible() and not tab.locator("#running").is_visible()
    tab.locator("[data-condition]").first.click()
    assert tab.locator("#wrong").inner_text() == "" and tab.locator("#answer").is_visible()


def test_a_stop_with_a_condition_shows_its_run_where_it_is_lit(visit: Open) -> None:
    n = next(n for n, stop in enumerate(SEED.tour, 1) if stop.condition == "unprotected")
    tab = visit(f"#stop={n}")
    told = tab.locator("#values").inner_text().splitlines()
    assert told == ["MiR-146a-5p: absent, changed from unknown", "RNase A: present"] or set(told) == {
        f"{Narrative(SEED).title('miR146a')}: absent, changed from unknown",
        "RNase A: present",
    }
    assert not tab.locator("#bar").is_visible(), "the picture stays where it is"
    tab.click(".stop:visible [data-try]")
    assert tab.evaluate("location.hash") == f"#stop={n}&tab=runs&in=unprotected" and tab.locator("#answer").is_visible()
    tab.click("#tab-tour")
    tab.click("#next")
    assert "RNase A: present" in tab.locator("#values").inner_text()
    tab.click("#next")
    assert tab.locator("#values").inner_text() == ""


def test_a_node_is_set_in_its_card_and_the_focus_stays(visit: Open) -> None:
    tab = visit("#node=TLR7&in=both")
    assert "Now: present, as at the start." in tab.locator(".card:visible .set-here").inner_text()
    tab.focus(".card.on select")
    tab.keyboard.press("ArrowDown")
    assert "set=TLR7%3Dabsent" in tab.evaluate("location.hash")
    assert tab.evaluate("document.activeElement.id").startswith("card-")
    assert "Now: absent, set." in tab.locator(".card:visible .set-here").inner_text()
    tab.click("#stop-run")
    assert tab.evaluate("location.hash") == "#node=TLR7" and tab.locator(".card.on select").input_value() == ""


def test_what_cannot_run_in_a_page_says_so(visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_page, "MOST", 10)
    path = tmp_path / "many.html"
    path.write_text(page.html(SEED), encoding="utf-8")
    tab = visit("#tab=runs&in=both&set=TLR7%3Dabsent", path=path)
    assert "are too many to run in a page; kg whatif runs them" in tab.locator("#runs").inner_text()
    assert tab.locator("#runs table").count() == 2, "the tables stay"
    monkeypatch.undo()
    broken = replace(SEED, conditions=Frozen({"c": Condition(key="c", values=Frozen({"no such node": "present"}))}))
    assert in_page.compiled(broken) == {"why": "This mechanism cannot be run: kg check says what is wrong with it."}


def test_without_a_script_the_tables_stay(visit: Open) -> None:
    tab = visit(js=False)
    assert not tab.locator("#whatif").is_visible() and tab.locator("#runs table").count() == 2


# ---- numbers of one's own


@pytest.mark.parametrize(
    ("text", "rows", "wrong", "heading"),
    [
        ("TLR7\t1.8\nRNase A\t-0.6", [("TLR7", 1.8), ("RNase A", -0.6)], [], ""),
        ("gene;log2FC\r\nTLR7;1e-3", [("TLR7", 0.001)], [], "gene, log2FC"),
        ('\ufeff"a ""b"", c",2\n\nd , \u22123', [('a "b", c', 2), ("d", -3)], [], ""),
        ("TLR7\t1,5", [], ["1: “1,5” has a comma; write 1.5"], ""),
        ("TLR7;1,5\nA;2", [("A", 2)], ["1: “1,5” has a comma; write 1.5"], ""),
        ("gene,value\nTLR7,1,5", [], ["2: 3 columns; the heading has 2"], "gene, value"),
        (
            "name,value\nTLR7,high\nB,NA\nC,\nD,Infinity",
            [],
            ["2: “high” is not a number", "3: “NA” is not a number", "4: no number", "5: “Infinity” is not a number"],
            "name, value",
        ),
        ("NA,NA\n,1", [], ["1: “NA” is not a number", "2: no name before the number"], ""),
        ('"TLR7,1', [], ["1: a quotation mark is not closed"], ""),
        ("TLR7 1.8", [], ["1: only one column; put a tab, a semicolon or a comma before the number"], ""),
        ("TLR7,1.8,,", [("TLR7", 1.8)], [], ""),
        ("", [], [], ""),
    ],
)
def test_a_table_is_read_or_its_lines_are_named(
    interpreter: Any, text: str, rows: Any, wrong: Any, heading: str
) -> None:
    found = interpreter.evaluate("text => readTable(text)", text)
    assert [(row["name"], *row["numbers"]) for row in found["rows"]] == rows
    assert [f"{one['line']}: {one['what']}" for one in found["wrong"]] == wrong
    assert found["heading"] == heading


EVIL = "<img src=x onerror=\"document.title='gone'\">"
TABLE = f"gene\tlog2FC\nTLR7\t1.8\ntlr-7\t0.5\nMESH:D012259\t-2.4\nIL6\t3\nTα-1\tx\n{EVIL}\t1\nthymosin alpha-1\t0.6\n"
COLUMNS = "gene,0 h,4 h,24 h\nTLR7,0.5,1.8,\nRNase A,-0.6,NA,-4\n"


def test_numbers_of_ones_own_colour_the_picture_and_what_does_not_fit_is_listed(visit: Open) -> None:
    tab = visit("#tab=explore")
    before = tab.evaluate("document.querySelector('#net canvas').toDataURL()")
    tab.fill("#table", TABLE)
    tab.click("#colour")
    said = tab.locator("#coloured").inner_text()
    assert said.startswith("5 nodes coloured by 3 of 6 rows. The first line was read as a heading: gene, log2FC.")
    listed = tab.locator("#complaints").inner_text()
    for line in (
        "line 6: “x” is not a number",
        "line 5: “IL6” is not a node here",
        f"line 7: “{EVIL}” is not a node here",
        "line 3: “tlr-7” (0.5) names TLR7 again; line 2 (1.8) is shown",
        "line 8: “thymosin alpha-1” names 3 nodes: Tα-1 supplement, Tα-1 in blood, Tα-1",
    ):
        assert line in listed
    assert [tab.locator(f"#scale-at-{n}").inner_text() for n in range(3)] == ["−2.4", "0", "2.4"]
    assert "RNase A: your number -2.4" in tab.locator("#values").inner_text()
    tab.wait_for_function("before => document.querySelector('#net canvas').toDataURL() !== before", arg=before)
    assert "Your" not in tab.evaluate("location.hash") and "2.4" not in tab.evaluate("location.hash")
    tab.fill("#middle", "1")
    tab.keyboard.press("Tab")
    assert [tab.locator(f"#scale-at-{n}").inner_text() for n in range(3)] == ["−2.4", "1", "4.4"]
    tab.evaluate("location.hash = 'node=TLR7'")
    assert "Your number: 1.8 (line 2, “TLR7”)" in tab.locator(".card:visible .yours").inner_text()
    tab.click("#tab-explore")
    tab.click("#uncolour")
    assert not tab.locator("#bar").is_visible() and tab.locator("#values").inner_text() == ""
    assert tab.title() == SEED.title


@pytest.mark.slow
def test_columns_of_numbers_are_stepped_through_on_one_scale(visit: Open) -> None:
    tab = visit("#tab=explore")
    tab.fill("#table", COLUMNS)
    tab.click("#colour")
    assert "3 columns of numbers share one scale" in tab.locator("#coloured").inner_text()

    def shown() -> tuple[str, str, list[str]]:
        name = tab.locator("#column option:checked").inner_text()
        return name, tab.locator("#column-of").inner_text(), tab.locator("#values").inner_text().splitlines()

    first = ("0 h", "1 of 3, one scale", ["TLR7: your number in 0 h 0.5", "RNase A: your number in 0 h -0.6"])
    assert shown() == first
    written = tab.evaluate(WRITTEN)[1]
    assert "0.5" in written and "1.8" not in written
    tab.click("#column-on")
    assert shown() == ("4 h", "2 of 3, one scale", ["TLR7: your number in 4 h 1.8"])
    assert [tab.locator(f"#scale-at-{n}").inner_text() for n in range(3)] == ["−4", "0", "4"]
    tab.focus("#stage")
    tab.keyboard.press("PageDown")
    assert shown() == ("24 h", "3 of 3, one scale", ["RNase A: your number in 24 h -4"])
    tab.keyboard.press("PageDown")
    tab.keyboard.press("PageUp")
    tab.click("#column-on")
    assert shown() == first, "round and round"
    tab.select_option("#column", label="4 h")
    tab.evaluate("location.hash = 'node=RNase_A'")
    assert "Your numbers: 0 h -0.6; 4 h no number; 24 h -4 (line 3" in tab.locator(".card:visible .yours").inner_text()
    tab.click("#tab-explore")
    tab.fill("#table", "gene,log2FC,note\nTLR7,1.8,sensor\n")
    tab.click("#colour")
    assert "line 2: column 3 (note): “sensor” is not a number" in tab.locator("#complaints").inner_text()
    assert not tab.locator("#scale").is_visible()


def test_a_saved_picture_carries_the_run_and_the_numbers(visit: Open) -> None:
    def saved() -> str:
        if not tab.locator("#share").get_attribute("open"):
            tab.click("#share summary")
        with tab.expect_download() as download:
            tab.click("#save-svg")
        return " ".join(ElementTree.fromstring(Path(download.value.path()).read_bytes()).itertext())

    tab = visit(BOTH)
    text = saved()
    assert "What if: Chemotherapy and Tα-1 · TLR7 absent" in text and "✕ set: absent" in text and "✓ partial" in text
    tab.click("#stop-run")
    assert "What if" not in saved()
    tab.click("#tab-explore")
    tab.fill("#table", TABLE)
    tab.click("#colour")
    text = saved()
    assert "Coloured by the reader’s own numbers" in text and "−2.4" in text and "medical advice" in text
    tab.emulate_media(media="print")
    tab.locator("#static svg text", has_text="−2.4").first.wait_for(state="attached")
    tab.emulate_media(media="screen")
    tab.click("#uncolour")
    tab.emulate_media(media="print")
    tab.locator("#static svg text", has_text="−2.4").first.wait_for(state="detached")


def test_a_file_is_opened_or_dropped_and_what_is_no_text_is_refused(visit: Open, tmp_path: Path) -> None:
    tab = visit("#tab=explore")
    path = tmp_path / "numbers.csv"
    path.write_text("TLR7,1\n")
    tab.set_input_files("#open-table", path)
    tab.get_by_text("1 node coloured by 1 of 1 row.").wait_for()
    drop = """text => { const data = new DataTransfer; text.startsWith('file') ? data.items.add(new File([text.slice(4)], 'a.tsv')) : data.setData('text/plain', text);
      document.getElementById('stage').dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: data})) }"""
    tab.click("#tab-tour")
    tab.evaluate(drop, "TLR7\t1\nRNase A\t2")
    tab.get_by_text("2 nodes coloured by 2 of 2 rows.").wait_for()
    tab.evaluate(drop, "fileTα-1 in blood\t2")
    tab.get_by_text("1 node coloured by 1 of 1 row.").wait_for()
    tab.evaluate(drop, "filePK\0\1")
    tab.get_by_text("This is not text.").wait_for()
    assert not tab.locator("#scale").is_visible()


# ---- for everybody, everywhere


@pytest.mark.slow
@pytest.mark.parametrize("how", ["", "?theme=dark", "360", "forced"])
@pytest.mark.parametrize("what", ["answer", "screen", "then", "wrong", "numbers", "experiment", "card", "stop"])
def test_axe_finds_nothing_in_a_run_or_an_overlay(visit: Open, what: str, how: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    after = {
        "answer": BOTH,
        "screen": "#tab=runs&in=both&screen=absent",
        "then": "#tab=runs&in=both&then=chemotherapy%3Dabsent&beside=1",
        "wrong": "#tab=runs&in=bot",
        "numbers": "#tab=explore",
        "card": "#node=TLR7&in=both",
        "stop": "#stop=4",
    }
    tab = visit((how if how.startswith("?") else "") + after.get(what, "#tab=runs"), 360 if how == "360" else 1440)
    if how == "forced":
        tab.emulate_media(forced_colors="active")
        tab.reload()
    if what == "answer":
        tab.locator("#set-nodes summary").click()
        tab.locator("#whatif summary", has_text="Readings").click()
        tab.locator("#follows summary").last.click()
    if what == "then":
        tab.locator("#then-nodes summary").click()
    if what == "numbers":
        tab.fill("#table", COLUMNS)
        tab.click("#colour")
    if what == "experiment":
        tab.click("#apart")
        tab.locator("#experiments li").first.wait_for()
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]][:4]) for one in found] == []


@pytest.mark.parametrize("after", [BOTH + "&beside=1", "#tab=runs&in=both&screen=absent", "#tab=explore"])
def test_nothing_is_wider_than_a_narrow_screen(visit: Open, after: str) -> None:
    tab = visit(after, 360, 740)
    if after.startswith(BOTH):
        tab.locator("#set-nodes summary").click()
    if after == "#tab=explore":
        tab.fill("#table", COLUMNS)
        tab.click("#colour")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    assert tab.locator("#bar").is_visible() and tab.locator("#strip").is_visible()


def test_a_mechanism_shows_itself_in_a_notebook(visit: Open, file: Path) -> None:
    shown = SEED._repr_html_()
    assert shown.count("<iframe") == 1 and 'sandbox="allow-scripts"' in shown
    below = shown.partition("</iframe>")[2]
    assert all(escape(caveat) in below for caveat in SEED.caveats) and "Cancer Research" in below
    host = file.with_name("host.html")
    host.write_text(f"<!doctype html><meta charset=utf-8><title>host</title>{shown}", encoding="utf-8")
    tab = visit(path=host)
    frame = tab.frame_locator("iframe")
    frame.locator("#tab-runs").click()
    frame.get_by_role("button", name="Chemotherapy alone", exact=True).click()
    assert frame.locator("[data-step=tumour_control]").inner_text().startswith("Tumour control")
    assert not frame.locator("#share").is_visible() and frame.locator("#strip").is_visible()
    assert repr(SEED).startswith("<Mechanism ta1-tlr7: ")
