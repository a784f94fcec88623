"""What the commands of a run print: outcomes first, short, and never firmer than what they stand on."""

import json

import pytest
from click.testing import CliRunner
from test_semantics import sketch

import kg
from kg.cli.group import main
from kg.reasoning.network import QueryError
from kg.reasoning.whatif import whatif

LOOP = """
id: loop
title: A feed-forward loop
licence: CC0-1.0
sources: {s: {kind: review, title: "[loops]", doi: 10.1000/loop, read: no}}
nodes:
  S: {term: none, name: stimulus, at start: absent}
  IL23: {term: none, name: IL-23}
  IL17: {term: none, name: IL-17}
  CCL20: {term: none, name: CCL20}
  skin: {term: none, name: inflammation, outcome: yes}
edges:
- {edge: S induces IL23, evidence: [{claim: inference, because: a sketch}]}
- {edge: IL23 induces IL17, evidence: [{claim: inference, because: a sketch}]}
- {edge: IL17 induces CCL20, evidence: [{claim: inference, because: a sketch}]}
- {edge: CCL20 promotes IL17, evidence: [{claim: inference, because: a sketch}]}
- {edge: IL17 promotes skin, evidence: [{claim: inference, because: a sketch}]}
conditions: {lesion: {title: Lesion, set: {S: present}}}
"""


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def said(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def loop(tmp_path):
    path = tmp_path / "loop.yaml"
    path.write_text(LOOP, encoding="utf-8")
    return path


# ---- whatif


def test_an_answer_opens_with_every_outcome_and_fits_a_screen():
    text = said("whatif", "ta1-tlr7", "--in", "both", "--set", "TLR7=absent")
    lines = text.splitlines()
    assert len(lines) <= 24
    assert lines[0] == "ta1-tlr7: Chemotherapy and Tα-1, TLR7 absent"
    assert lines[1] == "  compared with Chemotherapy and Tα-1"
    assert lines[2].startswith("tumour control: strong → partial    reproduces an observation: lower than both")
    assert lines[3].startswith("    no longer: T-cell killing of tumour cells promotes tumour control")
    assert lines[4].startswith("miR-146a-5p: present, unchanged")
    assert lines[6].startswith("CD8⁺ T-cell priming: present → absent")
    others = lines[lines.index("also changed") + 1 :]
    assert [line.split(":")[0].strip() for line in others[:5]] == [
        "TLR7 signalling",
        "dendritic-cell maturation",
        "dendritic cell in the lymph node",
        "antigen presentation",
        "T-cell killing of tumour cells",
    ]
    assert "unchanged: 13 other nodes" in text


def test_an_answer_may_be_compared_with_the_start_or_another_condition():
    start = said("whatif", "ta1-tlr7", "--in", "both", "--set", "TLR7=absent", "--against", "start")
    assert "compared with the starting state" in start
    assert "tumour control: none to partial → partial" in start
    other = said("whatif", "ta1-tlr7", "--in", "both", "--against", "chemo")
    assert "compared with Chemotherapy alone" in other
    assert "tumour control: partial → strong" in other
    assert "did you mean 'both'" in run("whatif", "ta1-tlr7", "--against", "bot").stderr


def test_the_long_form_names_edges_sources_and_species():
    text = said("whatif", "ta1-tlr7", "--in", "both", "--set", "TLR7=absent", "--explain")
    assert "✓ tumour-cell death promotes tumour control [curator inference] — no source" in text
    assert "depends on 3 edges: not stated 3" in text
    assert "and assumes that nothing unlisted causes T-cell killing of tumour cells" in text


def test_what_a_loop_loses_is_said(loop):
    text = said("whatif", loop, "--in", "lesion", "--set", "IL23=absent")
    assert "inflammation: present → " in text
    assert "IL-17: present → " in text
    plain = json.loads(said("whatif", loop, "--in", "lesion", "--set", "IL23=absent", "--json"))
    assert plain["compared_with"] == "lesion"
    assert plain["outcomes"][0]["before"] == "present"
    assert {"IL17", "CCL20", "skin"} < set(plain["changed"])


def test_readings_that_disagree_are_both_named():
    text = said("whatif", "ta1-tlr7", "--in", "chemo", "--set", "RNase A=absent")
    assert "tumour control: partial → strong | partial    readings disagree" in text
    assert "    strong if as written, partial if also-delivers" in text


# ---- names, why and paths


def test_a_node_goes_by_any_of_its_names():
    by_key = said("why", "ta1-tlr7", "DC_maturation", "--in", "both", "--json")
    assert said("why", "ta1-tlr7", "dendritic cell maturation", "--in", "both", "--json") == by_key
    assert said("paths", "ta1-tlr7", "MESH:D051199", "CD8+ T-cell priming") == said(
        "paths", "ta1-tlr7", "TLR7", "CD8_priming"
    )
    many = run("paths", "ta1-tlr7", "chemotherapy", "thymosin alpha-1")
    assert many.exit_code == 1
    assert "names 3 nodes: Ta1_supplement (Tα-1 supplement), Ta1_blood (Tα-1 in blood), Ta1 (Tα-1)" in many.stderr
    assert "did you mean 'TLR7 signalling'?" in run("why", "ta1-tlr7", "TLR7 signallin").stderr


def test_a_mechanism_says_what_a_name_might_have_been():
    seed = kg.read("ta1-tlr7")
    for ask, hint in (
        (lambda: seed.node("TLR"), "did you mean 'TLR7'?"),
        (lambda: seed.edge("degradatio"), "did you mean 'degradation'?"),
        (lambda: seed.find("RNaseA"), ""),
    ):
        if hint:
            with pytest.raises(KeyError) as error:
                ask()
            assert hint in str(error.value)
        else:
            assert ask().key == "RNase_A"


def test_why_tells_causes_before_what_follows():
    found = json.loads(said("why", "ta1-tlr7", "CD8_priming", "--in", "both", "--json"))
    edges = [fact["name"] for fact in found["reasons"][0] if fact["kind"] == "edge"]
    chain = ["engulfment", "cargo", "activation", "maturation", "migration", "presentation", "priming"]
    assert [name for name in edges if name in chain] == chain
    assert found["reasons"][0][0] == {"kind": "set", "name": "chemotherapy", "value": "present"}


def test_a_route_leads_through_what_an_edge_requires_and_names_its_weakest_step():
    text = said("paths", "ta1-tlr7", "TLR7", "TLR7_active")
    assert text.startswith("+  TLR7 —is required for→ TLR7 signalling\n")
    assert "weakest step: TLR7 —is required for→ TLR7 signalling (1 source, finding)" in text
    found = json.loads(said("paths", "ta1-tlr7", "TLR7", "CD8_priming", "--json"))
    assert found["net"] == "+"
    assert [step["kind"] for step in found["routes"][0]["steps"]] == ["requires", "edge", "edge", "edge"]
    assert found["routes"][0]["weakest"]["edge"] == "priming"


def test_routes_raise_when_they_are_asked_for():
    with pytest.raises(QueryError, match="no node is called 'a'"):
        kg.routes(kg.read("ta1-tlr7"), "a", "b")


# ---- never firmer than its parts


def test_each_cell_of_the_table_is_observed_predicted_or_assumed():
    lines = said("whatif", "ta1-tlr7", "--conditions").splitlines()
    row = {line.split("  ")[0]: line for line in lines}
    assert "≷ strong" in row["Chemotherapy and Tα-1"] and "· present" in row["Chemotherapy and Tα-1"]
    assert "✓ present" in row["Bodies engulfed, Tα-1 beside them"]
    assert "≠ strong | partial" in row["Chemotherapy, RNase A absent"]
    assert "≠ readings disagree (as written, also-delivers)" in lines and "✓ observed" in lines
    assumed = said("whatif", "ta1-tlr7", "--conditions", "--assume", "no-spontaneous-bodies")
    assert "Nothing given                                                      * none" in assumed
    assert "* prediction under an assumption" in assumed
    plain = json.loads(said("whatif", "ta1-tlr7", "--conditions", "--json"))
    assert plain["status"]["shielded"] == {
        "tumour_control": "prediction",
        "miR146a": "observed",
        "CD8_priming": "prediction",
    }


@pytest.mark.parametrize(
    ("parts", "claim"),
    [
        ("evidence: [{claim: finding, anchor: x}]", "finding"),
        ("evidence: [{claim: finding, anchor: x, stance: qualifies}]", "inference"),
        ("requires: [C], evidence: [{claim: finding, anchor: x}]", "inference"),
        (
            "requires: [{node: C, evidence: [{claim: background, anchor: x}]}], evidence: [{claim: finding, anchor: x}]",
            "background",
        ),
    ],
)
def test_a_step_that_no_source_states_makes_the_weakest_link(parts, claim):
    mechanism, _ = sketch(f"nodes: {{B: {{outcome: 'yes'}}, C: {{}}}}\nedges: [{{edge: A promotes B, {parts}}}]")
    (step,) = whatif(mechanism, values={"A": "present", "C": "present"}).outcomes
    assert (step.after, step.weakest) == ("present", claim)


def test_a_complete_effect_that_no_source_states_makes_the_weakest_link():
    mechanism, _ = sketch(
        "nodes: {B: {outcome: 'yes', at start: present}}\n"
        "edges: [{edge: A degrades B, effect: complete, evidence: [{claim: finding, anchor: x}]}]"
    )
    (step,) = whatif(mechanism, values={"A": "present"}).outcomes
    assert (step.after, step.weakest) == ("absent", "inference")


# ---- where opposite edges meet

MEET = """
id: meet
title: Two sources disagree
licence: CC0-1.0
sources:
  one: {kind: journal article, title: "[one]", doi: 10.1000/one, read: no}
  two: {kind: journal article, title: "[two]", doi: 10.1000/two, read: no}
nodes:
  A: {term: none, name: IL-6, at start: absent}
  C: {term: none, name: inflammation, at start: unknown}
  D: {term: none, name: damage, outcome: yes, at start: unknown}
  E: {term: none, name: fever, at start: unknown}
edges:
- edge: A promotes C
  name: up
  evidence: [{source: one, claim: finding, says: more of it, taxon: "NCBITaxon:10090 ! Mus musculus"}]
- edge: A limits C
  name: down
  evidence: [{source: two, claim: background, says: less of it, taxon: "NCBITaxon:9606 ! Homo sapiens"}]
- {edge: C promotes D, evidence: [{source: one, claim: finding, says: more of it}]}
- {edge: A promotes E, name: hot, in: skin, evidence: [{source: one, claim: finding, says: more of it}]}
- {edge: A limits E, name: cold, in: blood, evidence: [{source: two, claim: finding, says: less of it}]}
places: {skin: {term: "UBERON:0002097 ! skin of body"}, blood: {term: "UBERON:0000178 ! blood"}}
notes:
- {note: Both are reported., about: [up, down], evidence: [{claim: inference, because: They are.}]}
"""
AGAINST = "IL-6 promotes inflammation (finding, 1 source) against IL-6 limits inflammation (background, 1 source)"


@pytest.fixture
def meet(tmp_path):
    path = tmp_path / "meet.yaml"
    path.write_text(MEET, encoding="utf-8")
    return path


def test_where_opposite_edges_meet_both_are_named_with_what_would_settle_it(meet):
    text = said("whatif", meet, "--set", "IL-6=present")
    lines = text.splitlines()
    assert lines[2] == "damage: unknown, unchanged    unknown"
    assert lines[3].startswith(f"    {AGAINST}; to settle it: how far the second goes where both act")
    assert lines[3].endswith("they differ by species: mouse / human")
    assert "opposite edges meet\n    fever: IL-6 promotes fever (finding, 1 source) against IL-6 limits fever" in text
    assert "how far down goes" not in text
    assert AGAINST in said("whatif", meet, "--set", "IL-6=present", "--explain")
    plain = json.loads(said("whatif", meet, "--set", "IL-6=present", "--json"))
    assert plain["opposed"] == [
        {"node": "C", "increase": "up", "decrease": "down"},
        {"node": "E", "increase": "hot", "decrease": "cold"},
    ]
    assert plain["because"]["D"]["opposed"] == plain["opposed"][:1]
    assert "against" not in said("whatif", meet, "--set", "IL-6=absent")


def test_why_names_both_edges(meet):
    text = said("why", meet, "inflammation", "--set", "A=present")
    assert AGAINST in text and "how far down goes" not in text
    plain = json.loads(said("why", meet, "damage", "--set", "A=present", "--json"))
    assert [one["increase"] for one in plain["opposed"]] == ["up"]


def test_a_decrease_that_prevails_by_rule_is_no_disagreement():
    plain = json.loads(said("whatif", "ta1-tlr7", "--in", "chemo", "--json"))
    assert plain["opposed"] == []


# ---- an established state


def test_a_loop_that_was_started_goes_on_without_what_started_it(loop):
    rest = said("whatif", loop, "--in", "lesion", "--set", "IL23=absent")
    assert "inflammation: present → absent" in rest
    text = said("whatif", loop, "--in", "lesion", "--then", "IL-23=absent")
    lines = text.splitlines()
    assert lines[:3] == [
        "loop: Lesion; then IL-23 absent",
        "  compared with where that run ended",
        "inflammation: present, unchanged    prediction; weakest link: curator inference",
    ]
    plain = json.loads(said("whatif", loop, "--in", "lesion", "--then", "IL23=absent", "--json"))
    assert (plain["then"], plain["compared_with"], plain["changed"]) == ({"IL23": "absent"}, "before", ["IL23"])
    assert plain["cite"] == "https://w3id.org/immune-kg/loop/run/lesion?then=IL23:absent"
    both = said("whatif", loop, "--in", "lesion", "--then", "IL23=absent", "--then", "CCL20=absent")
    assert "inflammation: present → absent" in both
    assert run("whatif", loop, "--then", "IL23").exit_code == 2


# ---- the main line


def test_the_main_line_is_printed_with_what_each_step_claims():
    lines = said("paths", "ta1-tlr7", "--spine").splitlines()
    assert [line.split("  ")[0] for line in lines[1:10]] == [str(n) for n in range(1, 10)]
    assert "curator inference  no source" in lines[4]
    assert "↳ Tα-1 protects miR-146a-5p from RNase A" in lines[5]
    steps = json.loads(said("paths", "ta1-tlr7", "--spine", "--json"))
    assert [step["edge"] for step in steps if step["claim"] == "inference"] == ["cargo", "priming"]
    assert [step["edge"] for step in steps if not step["leads_on"]] == ["protection"]
    asked = json.loads(said("ask", "the-main-line", "ta1-tlr7", "--format", "json"))["results"]["bindings"]
    assert [row["edge"]["value"].rpartition("/")[2] for row in asked] == [step["edge"] for step in steps]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["ta1-tlr7"], 2, "write FROM and TO, or --spine"),
        (["ta1-tlr7", "TLR7"], 2, "write FROM and TO, or --spine"),
        (["ta1-tlr7", "TLR7", "CD8_priming", "--spine"], 2, "write FROM and TO, or --spine"),
    ],
)
def test_there_are_routes_or_the_main_line(words, code, told):
    result = run("paths", *words)
    assert (result.exit_code, told in result.output) == (code, True)


def test_a_mechanism_without_a_main_line_says_so(loop):
    result = run("paths", loop, "--spine")
    assert (result.exit_code, "declares no main line" in result.output) == (1, True)
