"""What evidence would settle most: each kind of gap is found where it is, and not where it was filled."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from conftest import SEED

from kg.cli.group import main
from kg.formats.notation import read
from kg.reasoning import experiments
from kg.reasoning.gaps import KINDS
from kg.reasoning.gaps import gaps as find

MOUSE = ', taxon: "NCBITaxon:10090 ! Mus musculus"'
TEXT = """
id: small
title: Small
licence: CC0-1.0
sources:
  blog: {kind: blog, url: "https://example.org/", reports: paper}
  paper: {kind: review, doi: 10.1000/one, read: no}
  other: {kind: review, doi: 10.1000/two}
nodes:
  drug: {term: "MESH:D012259 ! Ribonuclease, Pancreatic", at start: absent}
  helper: {term: "MESH:D051199 ! Toll-Like Receptor 7"}
  step: {term: "GO:0034154 ! toll-like receptor 7 signaling pathway"}
  end: {term: "kg:tumour-control ! control of established tumour", outcome: yes}
  aside: {term: "kg:dendritic-cell-maturation ! dendritic cell maturation"}
edges:
- edge: drug activates step
  name: first
  requires: [helper]
  evidence: [{anchor: a, claim: finding}]
- edge: step promotes end
  name: second
  evidence: [{anchor: b, claim: finding, source: other}]
- edge: step promotes aside
  name: side
  evidence: [{claim: inference, because: it seems so}]
conditions: {given: {set: {drug: present}}, all: {set: {drug: present, helper: present}}}
expectations:
- {given: all, expect: end is present, evidence: [{anchor: c, claim: finding}]}
"""


def gaps(*pairs):
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    mechanism, wrong = read.parse_bytes(text.encode())
    assert not wrong
    return [(gap.kind, gap.about, gap.outcomes) for gap in find([mechanism])]


def test_gaps_are_those_of_the_file_and_those_first_that_touch_an_outcome():
    assert gaps() == [
        ("blocks-outcome", "helper", ("end",)),
        ("not-known-at-start", "helper", ("end",)),
        ("one-secondary-source", "first", ("end",)),
        ("no-species", "first", ("end",)),
        ("no-species", "second", ("end",)),
        ("inference-only", "side", ()),
        ("unpinned", "side", ()),
    ]


@pytest.mark.parametrize(
    ("filled", "pairs"),
    [
        (("blocks-outcome", "helper"), [("Toll-Like Receptor 7\"}", "Toll-Like Receptor 7\", at start: present}")]),
        (("not-known-at-start", "helper"), [("Toll-Like Receptor 7\"}", "Toll-Like Receptor 7\", at start: absent}")]),
        (("one-secondary-source", "first"), [("{anchor: a, claim: finding}", "{anchor: a, claim: finding, source: other}")]),
        (("no-species", "first"), [("{anchor: a, claim: finding}", "{anchor: a, claim: finding" + MOUSE + "}")]),
        (("inference-only", "side"), [("{claim: inference, because: it seems so}", "{anchor: d, claim: hypothesis}")]),
        (("unpinned", "side"), [("end is present, evidence: [{anchor: c, claim: finding}]}", "end is present, evidence: [{anchor: c, claim: finding}]}\n- {given: all, expect: aside is present, evidence: [{anchor: c, claim: finding}]}")]),
    ],
)  # fmt: skip
def test_a_gap_that_is_filled_is_none(filled, pairs):
    assert filled in {gap[:2] for gap in gaps()}
    assert filled not in {gap[:2] for gap in gaps(*pairs)}


def test_unknown_size_of_a_decrease_blocks_an_outcome():
    found = gaps(("step promotes end", "step limits end"), ('tumour", outcome', 'tumour", at start: present, outcome'))
    assert ("blocks-outcome", "second", ("end",)) in found


def test_the_seed_names_what_whatif_leaves_open():
    open_ = {gap.about for gap in find([SEED]) if gap.kind == "blocks-outcome"}
    assert open_ == {"spontaneous_bodies", "tumour_miR146a_high"}
    assert {gap.about for gap in find([SEED]) if gap.kind == "unpinned"} == set(experiments.unpinned(SEED))
    counts = [len(gap.outcomes) for gap in find([SEED])]
    assert counts == sorted(counts, reverse=True) and counts[0] == 3


def test_a_mechanism_that_does_not_run_has_gaps_all_the_same():
    still = replace(SEED, edges=tuple(replace(edge, run=False) for edge in SEED.edges), expectations=())
    found = find([still])
    assert {gap.outcomes for gap in found} == {()}
    assert {gap.kind for gap in found} == {"inference-only", "one-secondary-source", "no-species"}


def test_the_command_counts_and_says_where():
    result = CliRunner().invoke(main, ["gaps", "ta1-tlr7"])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "ta1-tlr7: gaps that affect tumour control, miR-146a-5p, CD8⁺ T-cell priming"
    assert lines[1] == f"  {KINDS['blocks-outcome']}"
    assert lines[2].startswith("    is apoptotic body without chemotherapy present? Undecided in: Nothing given")
    found = json.loads(CliRunner().invoke(main, ["gaps", "ta1-tlr7", "--json"]).output)
    assert found[0]["outcomes"] == ["tumour_control", "miR146a", "CD8_priming"]
    assert len(found) == len(find([SEED]))
