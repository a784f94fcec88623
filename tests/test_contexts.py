"""Contexts: what is left out of a run that is asked in one, what is contested, and what separates two statements."""

import itertools
from dataclasses import replace

import pytest

import kg
from kg.model.records import Condition, Edge, Evidence, Frozen, Node, Place, Requirement, Sentence, Source
from kg.model.vocabulary import Term
from kg.reasoning import contexts, disagreements, reasons, whatif
from kg.reasoning.contexts import Context

MOUSE = Term("NCBITaxon:10090", "Mus musculus")
HUMAN = Term("NCBITaxon:9606", "Homo sapiens")


def item(stance="supports", source="one", **stated):
    taxon = stated.pop("taxon", ())
    return Evidence(source=source, says="so", claim="finding", stance=stance, taxon=taxon, context=Frozen(stated))


def mechanism(*edges, **conditions):
    """Edges into C from A, and from C to the outcome D; conditions set A, in the context that each gives."""
    asked = {"plain": {}} | conditions
    return kg.Mechanism(
        id="contexts",
        title="Contexts",
        licence="CC0-1.0",
        sources=Frozen({key: Source(key, "journal article", f"Study {key}", pmid=n) for n, key in (("1", "one"), ("2", "two"))}),
        nodes=Frozen({key: Node(key, None, key, outcome=key == "D") for key in "ABCD"}),
        edges=(*edges, Edge(Sentence("C", "activates", "D"), "last", evidence=(item(),))),
        conditions=Frozen(
            {
                key: Condition(key, key, Frozen({"A": "present", "B": "absent"}), Frozen({k: v for k, v in said.items() if k != "taxon"}), said.get("taxon", ()))
                for key, said in asked.items()
            }
        ),
    )  # fmt: skip


def edge(*items, name="first", verb="activates", **more):
    return Edge(Sentence("A", verb, "C"), name, evidence=items, **more)


def test_a_contested_edge_that_cannot_act_names_what_keeps_it_from_acting():
    m = mechanism(edge(item(inducer="LPS"), item("disputes", "two", inducer="LPS")), asked={"inducer": "LPS"})
    whys = [kg.whatif(m, "asked", {"A": a}, about="C").steps["C"].because[0].why for a in ("present", "absent")]
    assert whys == ["contested in this context: Study one for, Study two against", "A is absent"]


def outcome(m, condition):
    return kg.whatif(m, condition).values["D"]


LPS = {"inducer": "LPS"}
CELL = {"cell": "CL:0000235 ! macrophage"}


@pytest.mark.parametrize(
    ("stated", "asked", "holds"),
    [
        ({}, LPS, True),  # what is not stated is used
        (LPS, {}, True),  # without a context in the question nothing changes
        (LPS, {"inducer": "lps"}, True),
        (LPS, {"inducer": "poly(I:C)"}, False),
        (LPS, CELL, True),
        (CELL, {"cell": "macrophage"}, True),  # words agree with a term that is called so
        (CELL, {"cell": "CL:0000235 ! macrophage"}, True),
        (CELL, {"cell": "CL:0000084 ! T cell"}, False),
        ({"taxon": (MOUSE,)}, {"taxon": (MOUSE,)}, True),
        ({"taxon": (MOUSE,)}, {"taxon": (HUMAN,)}, False),
        ({"taxon": (MOUSE,)}, {"taxon": (HUMAN, MOUSE)}, True),
        ({"taxon": (MOUSE,)}, {"species": "mouse"}, True),
        ({"taxon": (MOUSE,)}, {"species": "human"}, False),
        ({**LPS, **CELL}, {**LPS, "cell": "B cell"}, False),
        ({"a.b": "c"}, {"a.b": "d"}, False),  # a kind that no table lists
    ],
)
def test_an_edge_that_was_seen_in_another_context_only_is_left_out(stated, asked, holds):
    m = mechanism(edge(item(**stated)), asked=asked)
    answer = kg.whatif(m, "asked")
    assert answer.values["D"] == ("present" if holds else "absent")
    assert [(one.edge, one.verdict) for one in answer.fates] == ([] if holds else [("first", "left out")])
    assert outcome(m, "plain") == "present"


def test_time_and_dose_have_keys_of_their_own_and_count_all_the_same():
    m = mechanism(edge(replace(item(), time="24 h", dose="1 mg/kg")), early={"time": "1 h"}, right={"dose": "1 mg/kg"})
    assert (outcome(m, "early"), outcome(m, "right")) == ("absent", "present")


def test_one_source_of_the_context_is_enough():
    m = mechanism(edge(item(**LPS), item(inducer="R848", source="two")), asked={"inducer": "R848"})
    assert outcome(m, "asked") == "present"


def test_the_context_of_an_edge_holds_for_all_of_its_evidence():
    m = mechanism(edge(item(), context=Frozen(LPS)), asked={"inducer": "R848"}, same=LPS)
    assert (outcome(m, "asked"), outcome(m, "same")) == ("absent", "present")


def test_a_requirement_that_was_seen_in_another_context_is_left_out():
    needed = (Requirement("B", "", (item(**CELL),)),)
    m = mechanism(edge(item(), requires=needed), here=CELL, there={"cell": "T cell"})
    assert (outcome(m, "plain"), outcome(m, "here"), outcome(m, "there")) == ("absent", "absent", "present")
    assert kg.whatif(m, "there").as_dict()["left_out"] == [
        {"edge": "first", "node": "B", "differences": [{"kind": "cell", "stated": "macrophage", "asked": "T cell"}]}
    ]


@pytest.mark.parametrize(
    ("supports", "disputes", "asked", "value", "status"),
    [
        (LPS, LPS, LPS, "unknown", "contested"),
        ({}, LPS, LPS, "unknown", "contested"),  # a source of this very context disagrees with the edge
        (LPS, {}, LPS, "unknown", "contested"),
        ({}, {}, LPS, "present", "prediction"),  # nothing of this context: as it is without one
        (LPS, LPS, {}, "present", "prediction"),
        (LPS, {"inducer": "R848"}, LPS, "present", "prediction"),  # the doubt is about another context
        (LPS, {"inducer": "R848"}, {"inducer": "R848"}, "absent", "prediction"),
    ],
)
def test_what_sources_of_the_context_disagree_on_is_contested(supports, disputes, asked, value, status):
    m = mechanism(edge(item(**supports), item("disputes", "two", **disputes)), asked=asked)
    answer = kg.whatif(m, "asked")
    step = answer.steps["D"]
    assert (step.after, step.status) == (value, status)
    if status == "contested":
        (one,) = answer.as_dict()["contested"]
        assert one == {"edge": "first", "supports": ["Study one"], "disputes": ["Study two"]}
        assert step.missing == ("whether first holds in this context",)
        row = {row.condition: row for row in whatif.table(m)}["asked"]
        assert row.status["D"] == "contested"


def test_opposite_edges_of_one_context_are_contested_and_both_are_named():
    up, down = edge(item(**LPS)), edge(item(source="two", **LPS), name="second", verb="degrades")
    m = mechanism(up, down, asked=LPS, other={"inducer": "R848"}, apart=CELL)
    answer = kg.whatif(m, "asked")
    assert {one.edge: one.against for one in answer.fates} == {"first": "second", "second": "first"}
    assert answer.steps["D"].status == "contested"
    assert [one.verdict for one in kg.whatif(m, "other").fates] == ["left out", "left out"]
    assert not kg.whatif(m, "apart").fates  # neither states a cell: it is as it is without a context
    separated = mechanism(up, edge(item(source="two", inducer="R848"), name="second", verb="degrades"), asked=LPS)
    assert [one.verdict for one in kg.whatif(separated, "asked").fates] == ["left out"]
    assert outcome(separated, "asked") == "present"


def test_a_context_of_the_question_adds_to_that_of_the_condition():
    m = mechanism(edge(item(**LPS, **CELL)), asked=LPS)
    assert kg.whatif(m, "asked", context={"cell": "T cell"}).values["D"] == "absent"
    answer = kg.whatif(m, "asked", context={"cell": "macrophage"})
    assert answer.values["D"] == "present"
    assert answer.as_dict()["context"] == {"inducer": "LPS", "cell": "macrophage"}
    assert answer.compared_with == "asked"


def test_a_reason_names_what_is_left_out():
    m = mechanism(edge(item(**LPS)), asked={"inducer": "R848"})
    why = kg.why(m, "D", "asked")
    assert ("left out", "first") in {(one.kind, one.name) for one in why.reasons[0]}
    assert reasons.why(m, "D", "plain").value == "present"


def test_conditions_that_set_the_same_in_two_contexts_are_two():
    m = mechanism(edge(item(**LPS)), asked=LPS, other={"inducer": "R848"})
    cites = {name: kg.whatif(m, name).cite for name in m.conditions}
    assert len(set(cites.values())) == len(cites)
    assert "context=inducer:flagellin" in kg.whatif(m, "plain", context={"inducer": "flagellin"}).cite


def test_disagreements_are_separated_by_context():
    for stated, other in itertools.product((LPS, {}), ({"inducer": "R848"}, LPS, {})):
        m = mechanism(edge(item(**stated)), edge(item(source="two", **other), name="second", verb="degrades"))
        (found,) = [one for one in disagreements.conflicts([m]) if one.kind == "opposite-signs"]
        apart = bool(stated and other and stated != other)
        assert [by for by, *_ in found.separated] == ["inducer"] * apart
        assert ("inducer" in found.open) is (bool(stated) != bool(other))


def test_a_cell_that_evidence_states_goes_before_the_cell_of_the_place():
    up = edge(item(cell="B cell"), place="dc")
    down = edge(item(source="two", cell="T cell"), name="second", verb="degrades", place="dc")
    m = replace(mechanism(up, down), places=Frozen({"dc": Place("dc", Term("CL:0000451", "dendritic cell"))}))
    (found,) = [one for one in disagreements.conflicts([m]) if one.kind == "opposite-signs"]
    assert ("cell", "B cell", "T cell") in found.separated


def test_fates_of_no_context_are_none():
    assert contexts.fates(mechanism(edge(item(**LPS))), Context()) == {}
