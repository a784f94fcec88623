"""Formats, both ways: every value that goes in has one fate, and the loss report says which. All formats at once."""

import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import SEED
from hypothesis import given
from hypothesis import strategies as st

import kg
from kg import checks, formats
from kg.cli.group import main
from kg.formats.shared import bel, bounded, losses
from kg.model import records, vocabulary
from kg.model.diagnostics import InvalidMechanism
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence, Frozen, Sentence
from kg.model.vocabulary import Term
from kg.reasoning import outward

BOTH = {row.name: row for row in formats.FORMATS.values() if row.reads and row.writes}
READ = {row.name: row for row in formats.FORMATS.values() if row.reads}
GO, MOUSE = Term("GO:0036019", "endolysosome"), Term("NCBITaxon:10090", "Mus musculus")


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def full():
    """A small mechanism in which every key of the notation says something."""
    item = Evidence(
        source="paper",
        anchor="some words of it",
        claim="finding",
        hedge="may",
        taxon=(MOUSE,),
        stance="disputes",
        assay=Term("ECO:0000335", "substance quantification evidence"),
        says="it falls",
        time="24 h",
        dose="1 mg/kg",
        context=Frozen({"cell": "CL:0000235 ! macrophage", "inducer": "LPS"}),
    )
    span = Evidence(source="report", span=(3, 9), claim="background")
    own = Evidence(because="it follows", claim="inference")
    needs = (records.Requirement("C", "high", (item,)),)
    effect = records.Effect(
        complete=True,
        source="paper",
        anchor="no more of it",
        claim="finding",
        hedge="may",
        taxon=(MOUSE,),
        says="it goes",
    )
    edges = (
        records.Edge(
            Sentence("A", "activates", "B"),
            "first",
            "lysosome",
            needs,
            (records.Requirement("D"),),
            "",
            None,
            False,
            (span,),
        ),
        records.Edge(
            Sentence("A", "promotes", "C"),
            "raise",
            level="high",
            evidence=(item, span),
            context=Frozen({"genotype": "TLR7-deficient"}),
        ),
        records.Edge(Sentence("D", "degrades", "B"), "break", "", effect=effect, evidence=(own,)),
        records.Edge(Sentence("D", "limits", "C"), "lower", effect=records.Effect(to="none"), evidence=(span,)),
        records.Edge(Sentence("A", "protects", "B", "D"), "shield", evidence=(span,)),
        records.Edge(Sentence("C", "blocks", "break"), "stop", evidence=(span,)),
        records.Edge(Sentence("A", "binds", "D"), "A-binds-D", evidence=(span,)),
    )
    set_ = Frozen({"A": "present"})
    return Mechanism(
        id="full",
        title="Everything at once",
        summary="A mechanism with every key",
        licence="CC0-1.0",
        version="1.2",
        sources=Frozen(
            {
                "report": records.Source(
                    "report",
                    "web article",
                    "A report",
                    "Writer W",
                    "Publisher",
                    "2026-06-24",
                    "10.1000/a",
                    "1",
                    "https://example.org/a",
                    ("a" * 64,),
                    "excerpt",
                    "paper",
                    "sells it",
                    "CC-BY-4.0",
                ),
                "paper": records.Source(
                    "paper", "journal article", "A paper", doi="10.1000/b", pmid="2", texts=("b" * 64,), read="abstract"
                ),
            }
        ),
        status="outline",
        scope=(dataclasses.replace(item, stance="supports", assay=None, time="", dose="", context=Frozen()),),
        places=Frozen(
            {
                "lysosome": records.Place("lysosome", GO, "the lysosome", "cell"),
                "cell": records.Place("cell", Term("CL:0000451", "dendritic cell")),
            }
        ),
        nodes=Frozen(
            {
                "A": records.Node(
                    "A",
                    Term("CHEBI:80287", "Thymosin alpha-1"),
                    "the peptide",
                    "lysosome",
                    "present",
                    (),
                    True,
                    (Term("CHEBI:135915", "thymalfasin"),),
                    "treatment",
                    "a note",
                    "no",
                    (Term("MESH:D000077596", "Thymalfasin"),),
                    (Term("MESH:D013947", "Thymosin"),),
                ),
                "B": records.Node("B", Term("MESH:D051199", "Toll-Like Receptor 7")),
                "C": records.Node(
                    "C",
                    Term("MESH:D051199", "Toll-Like Receptor 7"),
                    "active",
                    levels=("none", "high"),
                    activity_of="B",
                ),
                "D": records.Node("D", None, "no term"),
            }
        ),
        edges=edges,
        readings=Frozen(
            {
                "other": records.Reading(
                    "other",
                    "Another reading",
                    Frozen(
                        {
                            "first": records.Change((records.Requirement("D"),), (), run=True),
                            "break": records.Change(
                                effect=records.Effect(span=(1, 2), because="so it seems", claim="background")
                            ),
                            "raise": records.Change(level="none"),
                        }
                    ),
                )
            }
        ),
        assumptions=Frozen({"shut": records.Assumption("shut", "Shut", set_, "not stated")}),
        conditions=Frozen({"on": records.Condition("on", "On", set_, Frozen({"inducer": "LPS"}), (MOUSE,))}),
        expectations=(records.Expectation("on", records.Expect("A", "is", "present"), "other", (span,)),),
        notes=(records.Note("Something to say", ("A", "first"), (item,)),),
        tour=(
            records.Stop(
                "Here",
                "See",
                "Look",
                ("A", "first"),
                "on",
                "Why?",
                "Because",
                Frozen({"de": records.Translation("de", "Hier", "Sieh", "Schau", "Warum?", "Darum")}),
            ),
        ),
        spine=("first", "break"),
        layout=(("A", "."), ("B", "C"), ("D", ".")),
        translations=Frozen(
            {
                "de": records.Wording(
                    "de",
                    "Der Titel",
                    "Worum es geht",
                    Frozen({"cell": "Zelle"}),
                    Frozen({"A": "Peptid", "B": "Rezeptor"}),
                    Frozen({"other": "Eine andere Lesart"}),
                    Frozen({"shut": "Zu"}),
                    Frozen({"on": "An"}),
                )
            }
        ),
    )


FULL = full()
#: What a format may hold of most mechanisms, and not of this: a grid with an empty column, edges that differ in little,
#: one that is not so and one that blocks it, an item that occurs twice.
ODD = dataclasses.replace(
    FULL,
    edges=(
        *FULL.edges,
        records.Edge(Sentence("A", "binds", "D"), "again", evidence=FULL.edges[0].evidence * 2),
        records.Edge(Sentence("D", "binds", "C"), "not-so", evidence=FULL.edges[1].evidence[:1]),
        records.Edge(Sentence("A", "blocks", "not-so"), "no-matter", evidence=FULL.edges[0].evidence),
        records.Edge(
            Sentence("A", "prevents", "E"),
            "A-prevents-E",
            effect=records.Effect(complete=True, because="it follows", claim="inference"),
            evidence=FULL.edge("break").evidence,
        ),
    ),
    nodes=Frozen({**FULL.nodes, "E": records.Node("E", kind="state", at_start="present")}),
    layout=(("A", ".", "."), ("B", "C", "."), ("D", ".", ".")),
)


def slow(name):
    """Two forms of RDF say what Turtle says, and what the runs derive: their long cases are slow tests."""
    return [pytest.mark.slow] if name in ("trig", "nq") else []


MECHANISMS = {"seed": SEED, "full": FULL, "odd": ODD}
of_both = pytest.mark.parametrize(
    ("which", "row"),
    [
        pytest.param(which, row, id=f"{which}-{name}", marks=slow(name) if which == "seed" else [])
        for which in ("seed", "full")
        for name, row in BOTH.items()
    ],
)
by_form = pytest.mark.parametrize("row", [pytest.param(row, id=name, marks=slow(name)) for name, row in BOTH.items()])


@cache
def account_of(which, name):
    """What a format keeps of one of these mechanisms."""
    return formats.account(MECHANISMS[which], BOTH[name], everything=True)


@cache
def returned(which, name):
    """One of these mechanisms, written in a format and read again."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{MECHANISMS[which].id}{BOTH[name].suffix}"
        formats.write(MECHANISMS[which], file, everything=True)
        return formats.parse(file)


def seen(mechanism):
    return {(one.record, one.name, one.field): one.said for one in losses.values(mechanism)}


# ---------------------------------------------------------------- the counts add up


def test_the_full_mechanism_uses_every_key_of_the_notation():
    used = {(one.record, one.field) for one in losses.values(FULL)}
    kinds = {row["record"] for row in vocabulary.table("notation.tsv")}
    for row in vocabulary.table("notation.tsv"):
        form, _, of = row["kind"].partition(":")
        holds_records = of in kinds and form in ("record", "list", "map")
        assert holds_records or (row["record"], row["key"]) in used, row


@of_both
def test_what_comes_back_is_what_the_report_says(row, which):
    """Equal except for exactly what was changed, lost and added; and every loss has the format's own reason."""
    mechanism, account = MECHANISMS[which], account_of(which, row.name)
    assert account.count() == sum(account.count(fate) for fate in losses.FATES) == len(list(losses.values(mechanism)))
    for kind in account.records:
        assert account.count("", kind) == sum(account.count(fate, kind) for fate in losses.FATES)
    assert losses.UNUSED not in {one.how for one in account.lost}
    again, wrong = returned(which, row.name)
    assert not [one for one in wrong if one.severity == "error"]
    carried = sorted((one.record, one.field, one.said) for one in account.values if one.fate == "carried")
    changed = sorted((one.record, one.field, one.how.removeprefix(losses.NOW)) for one in account.changed)
    added = sorted((one.record, one.field, one.said) for one in account.added)
    assert sorted(carried + changed + added) == sorted((o.record, o.field, o.said) for o in losses.values(again))
    if row.name == "yaml":
        assert again == mechanism


@by_form
def test_every_reason_that_a_format_gives_is_one_that_it_needs(row):
    used = {one.how for which in MECHANISMS for one in account_of(which, row.name).lost}
    assert set(formats.reasons(row).values()) == used


def test_what_goes_with_a_lost_record_has_its_reason_and_not_one_of_its_own():
    lost = {(o.record, o.name, o.field): o.how for o in account_of("odd", "kgx").lost}
    denied = {(o.record, o.name, o.field): o.how for o in account_of("odd", "bel").lost}
    assert denied["edge", "not-so", "name"] == denied["evidence", "not-so evidence 1", "claim"]
    assert "can deny only causal" in denied["edge", "not-so", "name"]
    alone = {(o.record, o.name, o.field): o.how for o in account_of("odd", "sif").lost}
    assert "the two are merged" in lost["edge", "again", "edge"]
    assert alone["evidence", "first C evidence 1", "anchor"] == alone["requirement", "first C", "level"]


def test_an_edge_that_is_not_so_is_written_as_such_or_not_at_all():
    rows = formats.texts(ODD, BOTH["kgx"])["_edges.tsv"].splitlines()
    column = rows[0].split("\t").index("negated")
    assert [row.split("\t")[column] for row in rows if "/not-so" in row] == ["true"]
    said = [one.name for one in outward.statements(ODD) if one.negated]
    assert sum(row.split("\t")[column] == "true" for row in rows) == len(said) == 2  # and a requirement that is none
    assert "D\tbinds\tC" not in formats.text(ODD, ".sif")


@of_both
def test_what_a_format_gives_back_is_a_mechanism_that_can_be_used(row, which):
    """Its shape and its meaning are right; writing it again loses nothing more."""
    again, _ = returned(which, row.name)
    report = checks.check(again, sources="")
    assert not report.errors, "\n".join(map(str, report.errors))
    assert again.graph.number_of_nodes() == len(again.nodes)
    second = formats.account(again, row)
    what = {"title", "texts", "kind", "id", "key", "source"}  # of the file itself, which is another file now
    assert not [one for one in (*second.lost, *second.changed) if one.field not in what], str(second)


@pytest.mark.parametrize("ending", ["yaml", "ttl", "jsonld", "graphml", "cyjs", "cx2"])
@pytest.mark.parametrize(
    "effect",
    [records.Effect(complete=True), records.Effect(to="none"), records.Effect(to=records.ONE_LOWER), records.Effect()],
    ids=lambda effect: effect.extent,
)
def test_how_far_a_decrease_goes_is_read_again(ending, effect, tmp_path):
    edges = tuple(dataclasses.replace(e, effect=effect) if e.name == "lower" else e for e in FULL.edges)
    file = tmp_path / f"full.{ending}"
    file.write_text(formats.text(dataclasses.replace(FULL, edges=edges), f".{ending}"), encoding="utf-8")
    assert formats.read(file).edge("lower").effect == effect


@by_form
def test_nothing_is_added_but_what_a_file_of_that_format_is(row):
    """What the source does not state is not stated: no default, no guess."""
    account = account_of("seed", row.name)
    kinds = {(one.record, one.field) for one in account.added}
    allowed = {("source", "kind"), ("source", "title"), ("source", "texts"), ("source", "key"), ("source", "read")}
    allowed |= {("evidence", "source"), ("evidence", "claim"), ("place", "key"), ("place", "term")}
    if row.name in ("bnet", "sbml"):  # a function says in other edges, of other variables, what holds
        allowed |= {("node", "key"), ("node", "at start"), ("edge", "edge"), ("edge", "name")}
        allowed |= {("requirement", "node"), ("effect", "complete"), ("edge", "level")}
    if row.name == "sif":  # what an edge requires is a line of its own
        allowed |= {("edge", "edge")}
    if row.name in ("kgx", "kgxl"):  # a row states a species, and publications: not which of these states it
        allowed |= {("evidence", "taxon")}
    inferred = {"inference"} if row.name == "gocam" else set()  # which has a code for it
    if row.name == "gocam":  # an activity that has no term there keeps its label as a name; a model has a species
        allowed |= {("node", "name"), ("evidence", "taxon"), ("evidence", "because"), ("edge", "edge")}
    assert kinds <= allowed
    assert {one.said for one in account.added if one.field == "claim"} <= {"unclassified", *inferred}
    assert {one.said for one in account.added if one.field == "read"} <= {"no"}


TEXT = st.sampled_from(
    ["plain", "=1+1", "a\tb", "one\ntwo", "Tα-1 → x", '"quoted"', "a|b", "<b>&amp;", "樹", "#x", "a, b"]
)


@by_form
@given(text=TEXT)
def test_awkward_texts_are_carried_or_reported(row, text):
    nodes = {**FULL.nodes, "B": dataclasses.replace(FULL.nodes["B"], name=text, note=text)}
    mechanism = dataclasses.replace(FULL, title=text, nodes=Frozen(nodes))
    account = formats.account(mechanism, row)
    again = {(one.record, one.field, one.said) for one in losses.values(mechanism)}
    assert {(o.record, o.field, o.said) for o in account.values} == again
    assert account.count() == sum(account.count(fate) for fate in losses.FATES)


# ---------------------------------------------------------------- the ledger of a reading


def test_a_value_that_nobody_takes_is_lost_and_each_has_one_fate():
    ledger = losses.Ledger("x", "a format")
    record = ledger.record("edge", "e", {"a": "1", "b": {"c": 2, "d": [3, 4]}, "e": [{"f": 5}], "g": "", "h": None})
    record.take("a")
    record.changed("b.c", "to two")
    account = ledger.account()
    assert {(one.field, one.said, one.fate) for one in account.values} == {
        ("a", "1", "carried"),
        ("b.c", "2", "changed"),
        ("b.d", "3|4", "lost"),
        ("e.0.f", "5", "lost"),
    }
    assert [one.how for one in account.lost] == [losses.UNUSED] * 2
    record.take("b")
    assert {one.fate for one in ledger.account().values if one.field.startswith("b.")} == {"changed", "carried"}


SMALL = {
    "sif": ("x.sif", "A\tactivates\tB\nB\t-1\tC\nC\tzaps\tA\nD\n"),
    "kgx": (
        "x_edges.tsv",
        "id\tsubject\tpredicate\tobject\tpublications\tspecies_context_qualifier\tnegated\tscore\n"
        "e1\tMESH:D051199\tbiolink:affects\tGO:0036019\tPMID:123|PMID:45\tNCBITaxon:10090\t\t0.9\n"
        "e2\tX:1\tbiolink:treats\tMESH:D051199\t\tNCBITaxon:9606\ttrue\t\n",
    ),
    "kgxl": (
        "x_edges.jsonl",
        '{"id": "e1", "subject": "MESH:D051199", "predicate": "biolink:affects", "object": "GO:0036019", '
        '"object_aspect_qualifier": "activity", "object_direction_qualifier": "decreased", "publications": ["PMID:7"]}\n',
    ),
    "graphml": (
        "x.graphml",
        """<?xml version="1.0"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="name" attr.type="string"/>
<key id="d1" for="edge" attr.name="interaction" attr.type="string"><default>activates</default></key>
<key id="d2" for="edge" attr.name="PubMed" attr.type="string"/>
<graph id="G 1" edgedefault="directed">
<node id="n0"><data key="d0">IL6</data></node>
<node id="n1"><data key="d0">STAT3</data><graph><node id="n2"/></graph></node>
<edge id="e7" source="n0" target="n1"/>
<edge source="n1" target="n2"><data key="d1">zaps</data><data key="d2">12345</data></edge>
</graph></graphml>
""",
    ),
    "cyjs": (
        "x.cyjs",
        """{"data": {"name": "A network", "curator": "somebody"},
 "elements": {
  "nodes": [
   {"data": {"id": "12", "name": "IL6", "represents": "uniprot:P05231"}, "position": {"x": 1.5, "y": 2}},
   {"data": {"id": "13", "name": "STAT3", "score": 0.25}, "position": {"x": 3, "y": 4}}
  ],
  "edges": [
   {"data": {"id": "14", "source": "12", "target": "13", "interaction": "positively regulates", "pmid": "7654321"}},
   {"data": {"id": "15", "source": "13", "target": "12", "interaction": "xyz", "sign": -1}, "selected": true}
  ]
 }}
""",
    ),
    "cx2": (
        "x.cx2",
        """[{"CXVersion": "2.0", "hasFragments": false},
{"attributeDeclarations": [{"nodes": {"name": {"a": "n", "d": "string"}, "represents": {"a": "r", "d": "string"}},
 "edges": {"interaction": {"a": "i", "d": "string", "v": "inhibits"}, "citation": {"d": "list_of_string"}}}]},
{"networkAttributes": [{"name": "Some network", "author": "somebody"}]},
{"nodes": [{"id": 4, "x": 0.5, "y": 7, "v": {"n": "IL6", "r": "uniprot:P05231"}},
 {"id": 5, "v": {"n": "STAT3"}}]},
{"edges": [{"id": 21, "s": 4, "t": 5, "v": {"i": "activates", "citation": ["pubmed:7654321"]}},
 {"id": 22, "s": 5, "t": 4}]},
{"visualProperties": [{"default": {"node": {"NODE_WIDTH": 3}}}]},
{"status": [{"success": true}]}]
""",
    ),
    "bnet": ("x.bnet", "targets, factors\nA1, B1 & !C1\nB1, !A1 | C1\nC1, C1  # an input\n"),
    "jgif": (
        "x.jgif.json",
        """{"graph": {"label": "A small graph", "type": "BEL-V1.0", "metadata": {"version": "2.0", "author": "somebody"},
 "nodes": [{"id": "p(HGNC:FYN)", "label": "p(HGNC:FYN)"},
  {"id": "kin(p(HGNC:FYN))", "label": "kin(p(HGNC:FYN))"},
  {"id": "bp(GO:\\"lymphocyte chemotaxis\\")"}],
 "edges": [
  {"source": "p(HGNC:FYN)", "relation": "directlyIncreases", "target": "kin(p(HGNC:FYN))", "metadata": {"evidences": [
   {"summary_text": "Some words.", "citation": {"type": "PubMed", "id": "7654321"},
    "experiment_context": {"species_common_name": "Mouse", "cell": "T cell"}},
   {"summary_text": "Modified assertion", "citation": {"type": "Other", "id": "a book"}, "confidence": 3,
    "experiment_context": {"species_common_name": "Human"}}]}},
  {"source": "kin(p(HGNC:FYN))", "relation": "-|", "target": "bp(GO:\\"lymphocyte chemotaxis\\")"}
 ]}}
""",
    ),
    "bel": (
        "x.bel",
        """SET DOCUMENT Name = "A small graph"
SET DOCUMENT Version = "1.0"
DEFINE NAMESPACE HGNC AS URL "https://example.org/hgnc.belns"
# a comment
SET Citation = {"PubMed", "A journal", "7654321"}
SET Evidence = "Some words (of it)
over two lines"
SET Species = "10090"
SET Cell = {"T cell", "B cell"}
kin(p(HGNC:FYN)) => bp(GO:"lymphocyte chemotaxis")
UNSET Species
p(HGNC:FYN) cnc bp(GO:"lymphocyte chemotaxis")
a(CHEBI:ATP) -| (p(HGNC:FYN) -> p(HGNC:LCK))
p(HGNC:LCK)
SET Citation = {"PubMed", "Another journal", "7654322"}
SET Species = "9606"
p(HGNC:LCK) -> p(HGNC:FYN)
""",
    ),
    "nodelink": (
        "x.bel.nodelink.json",
        """{"directed": true, "multigraph": true,
 "graph": {"document_metadata": {"name": "A small graph", "version": "1.0", "licenses": "CC BY 4.0"}},
 "nodes": [{"bel": "p(HGNC:FYN)", "function": "Protein", "id": "ab"},
  {"bel": "bp(GO:x)", "id": "cd"}],
 "links": [
  {"source": 0, "target": 1, "relation": "increases", "key": "k1", "source_modifier": {"modifier": "Activity"},
   "citation": {"namespace": "pubmed", "identifier": "7654321", "journal": "J"}, "evidence": "Some words.",
   "annotations": {"Species": [{"namespace": "Species", "identifier": "10090"}], "Confidence": [{"identifier": "High"}]}},
  {"source": 0, "target": 1, "relation": "causesNoChange", "key": "k2",
   "citation": {"namespace": "pubmed", "identifier": "7654322"}, "annotations": {"Species": [{"identifier": "9606"}]}}
 ]}
""",
    ),
    "gocam": (
        "x.gocam.yaml",
        """---
id: gomodel:1a
title: Ein kleines Modell über ein Signal
status: production
comments:
- a comment of somebody
activities:
- id: gomodel:1a/1
  enabled_by:
    type: EnabledByGeneProductAssociation
    evidence:
    - {term: ECO:0000314, reference: PMID:7654321, with_objects: [WB:WBVar00000001]}
    provenances: [{contributor: [somebody], date: '2019-09-23'}]
    term: WB:WBGene00006575
  molecular_function: {type: MolecularFunctionAssociation, term: GO:0035591}
  occurs_in: {type: CellularAnatomicalEntityAssociation, term: GO:0005737}
  part_of:
    term: GO:0002225
    part_of: {term: GO:0140367, evidence: [{reference: GO_REF:0000015}]}
  causal_associations:
  - type: CausalAssociation
    evidence: [{term: ECO:0000315, reference: PMID:7654322}, {reference: doi:10.1000/xyz}]
    predicate: RO:0002630
    downstream_activity: gomodel:1a/2
- id: gomodel:1a/2
  enabled_by: {term: XYZ:7}
  molecular_associations:
  - {type: MoleculeAssociation, predicate: RO:0002233, molecule: gomodel:1a/3}
molecules:
- {id: gomodel:1a/3, term: CHEBI:15422}
objects:
- {id: WB:WBGene00006575, label: tir-1 Cele, type: gocam:Object}
- {id: GO:0002225, label: positive regulation of antimicrobial peptide production}
- {id: GO:0016045, label: detection of bacterium}
""",
    ),
    "gocamttl": (
        "x.gocam.ttl",
        """@prefix : <http://model.geneontology.org/1a/> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix lego: <http://geneontology.org/lego/> .

<http://model.geneontology.org/1a> a owl:Ontology ; dc:title "A small model" ; dc:date "2020-01-24" .
:n1 a owl:NamedIndividual, obo:GO_0035591 ; dc:contributor "somebody" ;
    obo:RO_0002333 :n2 ;
    obo:RO_0002630 :n3 .
:n2 a owl:NamedIndividual, <http://identifiers.org/wormbase/WBGene00006575> .
:n3 a owl:NamedIndividual, obo:GO_0004707 ; rdfs:label "the kinase" ;
    obo:RO_0002348 :n1 .
:e1 a owl:NamedIndividual, obo:ECO_0000314 ; dc:source "PMID:7654321" ; lego:evidence-with "WB:WBVar00000001" .
:e2 a owl:NamedIndividual, obo:ECO_0000315 ; dc:source "PMID:7654322" .
[] a owl:Axiom ; owl:annotatedSource :n1 ; owl:annotatedProperty obo:RO_0002630 ; owl:annotatedTarget :n3 ;
    lego:evidence :e1 ; dc:date "2020-01-25" .
[] a owl:Axiom ; owl:annotatedSource :n3 ; owl:annotatedProperty obo:RO_0002630 ; owl:annotatedTarget :n1 .
""",
    ),
    "nanopub": (
        "x.nanopub.trig",
        """@prefix np: <http://www.nanopub.org/nschema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix one: <http://example.org/np1#> .
@prefix two: <http://example.org/np2#> .
@prefix ex: <http://example.org/> .

one:Head { ex:np1 np:hasAssertion one:a ; np:hasProvenance one:p ; np:hasPublicationInfo one:i ; a np:Nanopublication . }
one:a {
  one:s rdf:subject ex:one ; rdf:predicate ex:decreases ; rdf:object ex:two ; a rdf:Statement ;
    obo:BFO_0000066 obo:CL_0000451 , obo:NCBITaxon_10090 .
  one:a rdfs:label "p(HGNC:FYN) -| bp(GO:\\"lymphocyte chemotaxis\\")" .
}
one:p {
  one:a prov:hadPrimarySource <http://www.ncbi.nlm.nih.gov/pubmed/7654321> ; prov:wasDerivedFrom one:q .
  one:q prov:value "Some words of it." .
}
one:i { ex:np1 dct:created "2014-07-03" . }

two:Head { ex:np2 np:hasAssertion two:a ; np:hasProvenance two:p ; np:hasPublicationInfo two:i ; a np:Nanopublication . }
two:a {
  obo:CHEBI_80287 ex:isIndicatedFor ex:sepsis .
  ex:sepsis rdfs:label "the sepsis" .
  obo:GO_0034154 obo:BFO_0000050 ex:response .
}
two:p { two:a prov:wasAttributedTo ex:somebody . }
two:i { ex:np2 rdfs:comment "a remark" . }
""",
    ),
    "table": (
        "x.csv",
        "Subject,verb,object,from,source,text,anchor,taxon,subject term,requires,remark\n"
        "TLR7,activates,IRF7,,PMID:7654321,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,some few words,mouse,MESH:D051199 ! Toll-Like Receptor 7,MyD88|miR,mine\n"
        '"RNase A",degrades,miR,,10.1000/xyz,,,,,,"a ""quoted"" one"\n'
        "Ta1,protects,miR,RNase A,https://example.org/a,,,,,,\n",
    ),
    "sbml": (
        "x.sbml",
        """<?xml version="1.0"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"
 xmlns:qual="http://www.sbml.org/sbml/level3/version1/qual/version1"><model name="A model">
<qual:listOfQualitativeSpecies>
<qual:qualitativeSpecies qual:id="IL6" qual:name="interleukin 6" qual:compartment="cell" qual:maxLevel="1"/>
<qual:qualitativeSpecies qual:id="STAT3" qual:compartment="cell" qual:maxLevel="1"/>
</qual:listOfQualitativeSpecies><qual:listOfTransitions>
<qual:transition qual:id="t"><qual:listOfInputs>
<qual:input qual:qualitativeSpecies="IL6" qual:sign="positive" qual:transitionEffect="none"/></qual:listOfInputs>
<qual:listOfOutputs><qual:output qual:qualitativeSpecies="STAT3" qual:transitionEffect="assignmentLevel"/></qual:listOfOutputs>
<qual:listOfFunctionTerms><qual:defaultTerm qual:resultLevel="0"/><qual:functionTerm qual:resultLevel="1">
<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><eq/><ci>IL6</ci><cn type="integer">1</cn></apply></math>
</qual:functionTerm></qual:listOfFunctionTerms></qual:transition></qual:listOfTransitions></model></sbml>
""",
    ),
    "signor": (
        "x.csv",
        "ENTITYA;TYPEA;IDA;DATABASEA;ENTITYB;TYPEB;IDB;DATABASEB;EFFECT;TAX_ID;PMID;SENTENCE;SIGNOR_ID\n"
        'A;protein;Q04206;UNIPROT;B;protein;P08581;UNIPROT;"up-regulates activity";10090;19530226;"A does B.";S-1\n'
        "B;protein;P08581;UNIPROT;C;phenotype;S-P1;SIGNOR;unknown;9606;;;S-2\n",
    ),
}


@pytest.fixture(params=sorted(set(READ) - {"yaml"}))
def small(request, tmp_path):
    """A small file of every format that is read: of others where kg does not write it so."""
    row = READ[request.param]
    if row.name in SMALL:
        name, text = SMALL[row.name]
        (tmp_path / name).write_text(text, encoding="utf-8")
        return row, tmp_path / name
    for suffix, text in formats.texts(FULL, row).items():
        (tmp_path / f"full{suffix}").write_text(text, encoding="utf-8")
    return row, tmp_path / f"full{row.suffix}"


def test_an_import_is_first_class(small, tmp_path):
    """Read, check, page, RDF, what-if; and through our own notation it comes back equal."""
    row, file = small
    mechanism, report = formats.examine(file)
    assert not report.errors, "\n".join(map(str, report.errors))
    assert formats.recognise(file) == row
    out = tmp_path / "again.yaml"
    formats.write(mechanism, out)
    assert kg.read(out) == mechanism
    result = run("build", file, "--only", "nq,html", "-o", tmp_path / "built")
    assert result.exit_code == 0, result.output
    assert run("check", *(tmp_path / "built").glob("*.nq")).exit_code == 0
    if any(edge.executes for edge in mechanism.edges):
        start = next(edge.subject for edge in mechanism.edges if edge.executes)
        assert kg.whatif(mechanism, "", {start: "present"}).values[start] == "present"


def test_an_import_says_where_each_edge_stands(small):
    row, file = small
    mechanism, _ = formats.parse(file)
    if row.name in SMALL:
        assert len({edge.at.line for edge in mechanism.edges if edge.at}) == len(mechanism.edges)


def test_an_import_states_nothing_that_its_file_does_not(small):
    row, file = small
    mechanism, _ = formats.parse(file)
    if row.name in SMALL:
        assert mechanism.licence == "NOASSERTION"
        assert {item.claim for item in mechanism.evidence()} == {"unclassified"}
        assert not any(edge.asserted for edge in mechanism.edges)
        assert f'"{mechanism.version}"' in SMALL[row.name][1] or not mechanism.version
        assert not mechanism.scope and not mechanism.layout


def mutants(file, account):
    """Each carried value replaced in the file by another one of its field, or by a slip of the pen, where it stands there
    word for word and only once."""
    text = file.read_text(encoding="utf-8")
    carried = [one for one in account.values if one.fate == "carried"]
    for one in carried:
        if text.count(one.said) == 1 and len(one.said) > 1:
            same = (o.said for o in carried if (o.record, o.field) == (one.record, one.field) and o.said != one.said)
            yield one, text.replace(one.said, next(same, one.said[:-1] + ("1" if one.said[-1] != "1" else "2")))


def test_what_is_reported_as_carried_matters(small, tmp_path):
    """Change a carried value in the file, and the mechanism is another one, or the reader complains: no value is
    called carried and then dropped."""
    row, file = small
    mechanism, ledger = formats._parsed(file)

    def said(one):
        found = (v for v in losses.values(one) if (v.record, v.name) != ("source", "file"))
        return sorted((v.record, v.name, v.field, v.said) for v in found)

    tried = 0
    every = list(mutants(file, ledger.account()))
    for value, text in every if row.name in SMALL else every[:: len(every) // 25 + 1]:
        other = tmp_path / "mutant" / file.name
        other.parent.mkdir(exist_ok=True)
        other.write_text(text, encoding="utf-8")
        try:
            again, second = formats._parsed(other, row.name)
        except InvalidMechanism:
            continue
        fates = {
            v.fate
            for v in second.account().values
            if (v.record, v.name, v.field) == (value.record, value.name, value.field)
        }
        told = said(again) != said(mechanism) or fates != {"carried"} or second.wrong
        assert told, f"{value.field} of {value.record} {value.name}: {value.said} is reported as carried, and is not"
        tried += 1
    assert tried or row.name not in SMALL


ODD_THING = "odd thing"


def with_an_odd_thing(name):
    """The small file of a format again and again: each time something that no format has, in one place of all."""
    text = SMALL[name][1]
    if name in ("graphml", "sbml"):
        for found in re.finditer(r"<[a-zA-Z:]+\b", text):
            yield found.group(), f'{text[: found.end()]} zz="{ODD_THING}"{text[found.end() :]}'
        return

    def objects(value, path=()):
        if isinstance(value, dict):
            yield path
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from objects(one, (*path, key)) if isinstance(one, (dict, list)) else ()

    for path in objects(json.loads(text)):
        whole = json.loads(text)
        there = whole
        for key in path:
            there = there[key]
        there["zz"] = ODD_THING
        yield str(path), json.dumps(whole)


@pytest.mark.parametrize("name", ["cyjs", "cx2", "jgif", "nodelink", "kgxl", "graphml", "sbml"])
def test_what_no_format_has_is_lost_wherever_it_stands(name, tmp_path):
    """In every object and every element of a file: reported once, as lost."""
    for where, text in with_an_odd_thing(name):
        file = tmp_path / SMALL[name][0]
        file.write_text(text, encoding="utf-8")
        _, ledger = formats._parsed(file, name)
        assert [one.fate for one in ledger.account().values if ODD_THING in one.said] == ["lost"], where


# ---------------------------------------------------------------- the command


def test_convert_ends_with_the_loss_report_as_text_and_json(tmp_path):
    out, report = tmp_path / "x_edges.tsv", tmp_path / "losses.json"
    result = run("convert", "ta1-tlr7", out, "--losses", report)
    assert result.exit_code == 0, result.output
    assert out.is_file() and (tmp_path / "x_nodes.tsv").is_file()
    data = json.loads(report.read_text(encoding="utf-8"))
    assert data["files"] == ["x_edges.tsv", "x_nodes.tsv", "x_metadata.json"]
    reading, writing = data["steps"]
    assert reading["read"]["lost"] == 0
    read = writing["read"]
    assert read["values"] == read["carried"] + read["changed"] + read["lost"]
    assert f"carried {read['carried']}, changed {read['changed']}, lost {read['lost']}" in result.output
    lost = {(one["record"], one["name"], one["field"]): one["how"] for one in writing["lost_values"]}
    assert lost["effect", "degradation effect", "complete"] == "the Biolink Model does not say how far a decrease goes"
    assert "claim of effect × 2" in result.output


def test_strict_writes_nothing_if_anything_is_lost(tmp_path):
    result = run("convert", "ta1-tlr7", tmp_path / "x.sif", "--strict")
    assert result.exit_code == 1 and "would be lost" in result.stderr
    assert list(tmp_path.iterdir()) == []
    assert run("convert", "ta1-tlr7", tmp_path / "x.yaml", "--strict").exit_code == 0
    assert kg.read(tmp_path / "x.yaml") == SEED


def test_formats_are_named_or_guessed_and_a_wrong_guess_is_explained(tmp_path):
    file = tmp_path / "network.txt"
    file.write_text("A activates B\n", encoding="utf-8")
    assert "unknown-format" in run("convert", file, tmp_path / "x.yaml").stderr
    assert run("convert", file, tmp_path / "x.yaml", "--from", "sif").exit_code == 0
    assert run("convert", file, tmp_path / "y.txt", "--from", "sif", "--to", "sif").exit_code == 0
    wrong = tmp_path / "x.sif"
    wrong.write_text(SMALL["signor"][1], encoding="utf-8")
    result = run("convert", wrong, tmp_path / "z.yaml", "--from", "kgx")
    assert result.exit_code == 1 and "it looks like SIGNOR, not KGX" in result.stderr
    assert run("convert", file, tmp_path / "z.yaml", "--from", "nonsense").exit_code == 2
    assert run("convert", file, tmp_path / "z.nonsense").exit_code == 2
    assert not (tmp_path / "z.yaml").exists()


def test_wrong_input_writes_nothing(tmp_path):
    file = tmp_path / "x_edges.tsv"
    file.write_text("subject\tpredicate\tobject\nA\tbiolink:affects\n", encoding="utf-8")
    result = run("convert", file, tmp_path / "out.yaml")
    assert result.exit_code == 1
    assert f"{file}:2:1: odd-row" in result.stderr
    assert not (tmp_path / "out.yaml").exists()


# ---------------------------------------------------------------- hostile files

BILLION = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'
REMOTE = '{"@context": ["https://example.org/c.jsonld", {}], "@id": "https://w3id.org/immune-kg/x", "@type": "a:B"}'
HOSTILE = {
    "remote context": REMOTE.encode(),
    "bytes": b"\xff\x00\xfe rubbish \x80",
    "utf16": "subject\tpredicate\tobject\n".encode("utf-16"),
    "latin1": "id\tsubject\tobject\nTα\té\n".encode()[:-3] + b"\xe9\n",
    "empty": b"",
    "blank": b"\n\n \n",
    "zero": b"A\x00B\n",
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep xml": b"<a>" * 100_000,
    "bomb": BILLION.encode(),
    "external": EXTERNAL.encode(),
    "truncated": b'{"graph": {"nodes": [{"id": "a"',
    "twice": b'{"subject": "A", "subject": "B", "predicate": "x", "object": "C"}\n',
    "nan": b'{"subject": NaN, "predicate": "x", "object": "C"}\n',
    "digits": b'{"subject": ' + b"9" * 5000 + b"}\n",
    "formula": b"subject\tpredicate\tobject\n=cmd|' /C calc'!A0\tbiolink:affects\tB\n",
    "header twice": b"subject\tsubject\tpredicate\tobject\nA\tB\tC\tD\n",
    "no quote": b'ENTITYA;ENTITYB;EFFECT\n"A;B;unknown\n',
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("name", sorted(set(READ) - {"yaml"}))
def test_a_hostile_file_earns_a_clear_complaint_and_nothing_is_written(name, what, tmp_path):
    row = READ[name]
    file = tmp_path / f"x{row.suffix}"
    file.write_bytes(HOSTILE[what])
    result = run("convert", file, tmp_path / "out.yaml", "--from", name)
    assert result.exit_code in (0, 1) and not isinstance(result.exception, Exception), result.output
    if result.exit_code == 1:
        assert str(file) in result.stderr and ": " in result.stderr
        assert not (tmp_path / "out.yaml").exists()
    else:
        assert kg.read(tmp_path / "out.yaml").edges


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sif", "A activates " + "B " * 60),
        ("jgif", '{"graph": {"label": "x", "nodes": [' + ",".join(["{}"] * 60) + "]}}"),
        ("graphml", "<graphml><graph>" + "<node/>" * 60 + "</graph></graphml>"),
        ("kgx", "subject\tpredicate\tobject\n" + "A\tbiolink:causes\tB\n" * 60),
    ],
)
def test_one_file_holds_no_more_than_memory_does(name, text, tmp_path, monkeypatch):
    monkeypatch.setattr(losses, "MOST_RECORDS", 50)
    monkeypatch.setattr(bounded, "MOST_PARTS", 50)
    file = tmp_path / f"x{READ[name].suffix}"
    file.write_text(text, encoding="utf-8")
    result = run("convert", file, tmp_path / "out.yaml", "--from", name)
    assert result.exit_code == 1 and f"{file}:" in result.stderr and "too-many" in result.stderr
    assert not (tmp_path / "out.yaml").exists()


MANY = 100_000
LONG = {
    "function": ("bnet", b"x, " + b"a & " * MANY + b"a\n", "100,000 words and signs"),
    "quotation": ("bel", b'SET Evidence = "' + b"a\n" * MANY, "never closed"),
    "continued": ("bel", b"a\\\n" * MANY, "never closed"),
    "columns": ("kgx", b"\t".join(b"c%d" % i for i in range(MANY)) + b"\n", "1,000 columns"),
    "faults": ("kgx", b"subject\tpredicate\tobject\n" + b"A\n" * MANY, "no edge that can be read"),
    "text": ("jgif", b'{"graph": "' + b"a" * 30 * MANY + b'"}', "0 graphs"),
}


@pytest.mark.parametrize("what", LONG)
def test_a_long_file_takes_no_longer_than_it_is_long(what, tmp_path):
    """Where time or memory grew with the square of a file's length, these would not end; the process may hold 1 GB."""
    name, data, words = LONG[what]
    file = tmp_path / f"x{READ[name].suffix}"
    file.write_bytes(data)
    code = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from kg import formats
from kg.formats.shared import losses
try:
    formats.FORMATS[{name!r}].load().parse(__import__("pathlib").Path({str(file)!r}), losses.Ledger("x", "x"))
except formats.InvalidMechanism as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and words in done.stdout, done.stderr[-500:]


def test_what_a_file_says_many_times_is_one_edge_with_all_its_evidence(tmp_path):
    file = tmp_path / "x.sif"
    file.write_text("A\tactivates\tB\n" * 3, encoding="utf-8")
    mechanism, ledger = formats._parsed(file)
    assert len(mechanism.edges) == len(mechanism.edges[0].evidence) == 1
    assert [one.fate for one in ledger.account().values].count("changed") == 6
    table = tmp_path / "x.csv"
    rows = "A,activates,B,PMID:1\nA,activates,B,PMID:2\nA,activates,B,PMID:1\n"
    table.write_text("subject,verb,object,source\n" + rows, encoding="utf-8")
    edge = formats.parse(table)[0].edges[0]
    assert [item.source for item in edge.evidence] == ["PMID_1", "PMID_2", "PMID_1"]


def test_each_fault_of_json_is_told_once(tmp_path):
    file = tmp_path / "x_edges.jsonl"
    faults = [(HOSTILE["twice"], "duplicate-key"), (HOSTILE["nan"], "no-json"), (HOSTILE["digits"], "no-json")]
    for data, code in (*faults, (b'{"subject": "A", "pred', "no-json")):
        file.write_bytes(data)
        result = run("convert", file, tmp_path / "out.yaml", "--from", "kgxl")
        assert result.exit_code == 1 and not (tmp_path / "out.yaml").exists()
        assert len(re.findall(rf"{re.escape(str(file))}:1:\d+: {code}:", result.stderr)) == 1


def test_no_context_is_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("something was fetched"))
    file = tmp_path / "x.jsonld"
    for text in (REMOTE, '{"a": {"@context": {"@import": "https://example.org/c"}}}'):
        file.write_text(text, encoding="utf-8")
        result = run("convert", file, tmp_path / "out.yaml")
        assert result.exit_code == 1 and "remote-context" in result.stderr


def test_a_spreadsheet_runs_no_cell_that_kg_reads_or_writes(tmp_path):
    file = tmp_path / "x_edges.tsv"
    file.write_bytes(HOSTILE["formula"])
    result = run("convert", file, tmp_path / "out.yaml")
    assert f"{file}:2:1: formula-cell" in result.stderr
    nodes = {**FULL.nodes, "D": dataclasses.replace(FULL.nodes["D"], name="=cmd|' /C calc'!A0")}
    written = formats.texts(dataclasses.replace(FULL, nodes=Frozen(nodes)), BOTH["kgx"])["_nodes.tsv"]
    assert "\t'=cmd" in written and "\t=cmd" not in written


@pytest.mark.parametrize("name", sorted(set(READ) - {"yaml"}))
def test_a_file_that_is_too_large_is_not_opened(name, tmp_path):
    file = tmp_path / f"x{READ[name].suffix}"
    with file.open("wb") as stream:
        stream.truncate(100 * 2**20)  # a sparse file: one line of 100 MiB
    result = run("convert", file, tmp_path / "out.yaml", "--from", name)
    assert result.exit_code == 1 and "too-large" in result.stderr
    assert not (tmp_path / "out.yaml").exists()


# ---------------------------------------------------------------- real files of others

BEL = ["cbn_cytotoxic_tcell_2.0_Hs.jgif.json", "conib_paris2013b.bel.nodelink.json", "conib_paris2013b.bel"]
SAMPLES = Path(os.environ["KG_SAMPLES"]) if os.environ.get("KG_SAMPLES") else None
real = pytest.mark.skipif(SAMPLES is None, reason="KG_SAMPLES names no folder of files by others")


def sample(name):
    mechanism, ledger = formats._parsed(SAMPLES / name)
    return mechanism, ledger.account()


@real
@pytest.mark.parametrize(
    "name",
    [
        "kgx_monarch-tiny_edges.tsv",
        "signor_test_data.csv",
        "korkut_stmts.sif",
        "ndex_glypican2.cx2",
        "il6_signaling.sbmlqual.xml",
        "gocam_568b0f9600000284.yaml",
        "gocam_Test035.ttl",
        "nanopub_openbel-1.trig",
        *BEL,
    ],
)
def test_a_real_file_passes_through_our_notation(name, tmp_path):
    mechanism, account = sample(name)
    assert not checks.check(mechanism, sources="").errors
    formats.write(mechanism, tmp_path / "x.yaml")
    assert kg.read(tmp_path / "x.yaml") == mechanism
    assert account.count() == sum(account.count(fate) for fate in losses.FATES) > 0


@real
def test_the_kgx_sample():
    mechanism, account = sample("kgx_monarch-tiny_edges.tsv")
    assert account.records == {"edge": 500}
    assert {edge.verb for edge in mechanism.edges} == {"has_phenotype"}
    items = [item for edge in mechanism.edges for item in edge.evidence]
    assert len(items) >= 500 and all(mechanism.source(item).pmid or mechanism.source(item).doi for item in items)
    assert not any(item.stance == "disputes" for item in items)


@real
def test_the_signor_sample():
    mechanism, account = sample("signor_test_data.csv")
    assert account.records == {"edge": 20}
    species = [item.taxon[0].id for edge in mechanism.edges for item in edge.evidence]
    assert (species.count("NCBITaxon:9606"), species.count("NCBITaxon:10090")) == (12, 8)
    assert [edge.verb for edge in mechanism.edges].count("affects") == 1
    assert sum(one.field == "SENTENCE" for one in account.lost) == 19


@real
def test_the_sif_sample():
    mechanism, account = sample("korkut_stmts.sif")
    signs = [mechanism.sign(edge) for edge in mechanism.edges]
    assert account.records == {"edge": 971}
    assert (signs.count(0), signs.count(1), signs.count(-1)) == (670, 265, 36)


# ---------------------------------------------------------------- what each format holds

GUIDE = kg.data_dir("seeds").parent / "docs" / "formats.md"
FULL_TABLES_MARK = "<!-- made by tests/derived.py from a mechanism in which every key says something -->\n"
CELLS = {frozenset({"carried"}): "yes", frozenset({"changed"}): "changed", frozenset({"lost"}): "no"}


def tables_of_formats():
    """One row for each key of the notation, one column for each format that is read and written."""
    columns = {name: account_of("full", name) for name in BOTH if name != "yaml"}
    keys = dict.fromkeys((one.record, one.field) for one in losses.values(FULL))
    lines = [f"| record | key | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    for record, field in keys:
        fates = [
            frozenset(one.fate for one in account.values if (one.record, one.field) == (record, field))
            for account in columns.values()
        ]
        lines.append(f"| {record} | `{field}` | {' | '.join(CELLS.get(one, 'part') for one in fates)} |")
    lines += ["", "| format | what it cannot hold | why |", "|---|---|---|"]
    for name, row in BOTH.items():
        for part, why in formats.reasons(row).items():
            lines.append(f"| {name} | {'all else' if part == '*' else part.replace('.', ': ')} | {why} |")
    return "\n".join(lines) + "\n"


def test_the_guide_names_every_ending():
    text = GUIDE.read_text(encoding="utf-8")
    for row in formats.FORMATS.values():
        assert f"`{row.suffix}`" in text, f"docs/formats.md does not name {row.suffix}"


@real
def test_the_cx2_sample():
    mechanism, account = sample("ndex_glypican2.cx2")
    assert (len(mechanism.nodes), len(mechanism.edges)) == (2, 1)
    assert (account.records["node"], account.records["edge"]) == (2, 1)
    assert {one.field for one in account.lost if one.record == "style"} == {
        "visualProperties",
        "visualEditorProperties",
    }
    assert {node.term.id for node in mechanism.nodes.values()} == {"UniProtKB:P21741", "UniProtKB:A4D2A7"}


@real
def test_the_jgif_sample():
    mechanism, account = sample(BEL[0])
    assert (len(mechanism.nodes), len(mechanism.edges)) == (55, 56)
    assert (account.records["node"], account.records["edge"], account.records["evidence"]) == (55, 56, 435)
    species = [one for one in account.values if one.field == "experiment_context.species_common_name"]
    names = [one.said.casefold() for one in species]
    assert (names.count("human"), names.count("mouse"), names.count("rat")) == (332, 91, 12)
    items = [item for edge in mechanism.edges for item in edge.evidence]
    assert [t.id for item in items for t in item.taxon].count("NCBITaxon:9606") == 332
    assert {one.said for one in species if one.fate == "lost"} == {"Rat"}  # its name is not in terms.tsv
    assert sum(one.field == "summary_text" for one in account.lost) == 435
    assert sum(bool(mechanism.source(item).pmid) for item in items) == 404  # 14 have the number 0, and 17 no database


@real
def test_the_nodelink_sample():
    mechanism, account = sample(BEL[1])
    assert (account.records["node"], account.records["edge"]) == (25, 82)
    said = [one.said for one in account.values if (one.record, one.field) == ("edge", "relation")]
    assert (said.count("increases"), said.count("decreases"), said.count("causesNoChange")) == (14, 27, 3)
    assert sum(one.field == "evidence" for one in account.lost) == 80
    items = [item for edge in mechanism.edges for item in edge.evidence]
    assert sum(item.source != "file" for item in items) == 80
    disputed = [edge for edge in mechanism.edges if edge.disputed]
    assert {edge.verb for edge in disputed} == {"affects"} and len(disputed) == 3


@real
def test_a_wrong_guess_on_a_real_file_is_explained(tmp_path):
    result = run("convert", SAMPLES / BEL[0], tmp_path / "x.yaml", "--from", "cx2")
    assert result.exit_code == 1 and "it looks like JGIF, not CX2" in result.stderr
    other = tmp_path / "y.cx2"
    other.write_bytes((SAMPLES / BEL[1]).read_bytes())
    assert "it looks like BEL nodelink JSON, not CX2" in run("check", other).stderr


@real
def test_the_bel_sample():
    mechanism, account = sample(BEL[2])
    assert account.records["evidence"] == 33
    said = [bel.relation(one.said) for one in account.values if (one.record, one.field) == ("statement", "relation")]
    assert (said.count("increases"), said.count("decreases"), said.count("causesNoChange")) == (
        14,
        28,
        3,
    )  # one occurs twice
    items = [item for edge in mechanism.edges for item in edge.evidence]
    assert {mechanism.source(item).pmid for item in items} == {"23383175"}
    assert {taxon.id for item in items for taxon in item.taxon} == {"NCBITaxon:10090"}


def test_a_bel_script_brings_back_signs_verbs_claims_hedges_and_what_acts_on_an_edge(tmp_path):
    formats.write(SEED, tmp_path / "ta1-tlr7.bel")
    again = kg.read(tmp_path / "ta1-tlr7.bel")
    here, there = ({edge.name: edge for edge in one.edges} for one in (SEED, again))
    assert here.keys() == there.keys()
    assert all((there[name].sentence, there[name].level) == (here[name].sentence, here[name].level) for name in here)
    for name in here:
        said = [
            sorted((item.claim, item.hedge, item.because) for item in edges[name].evidence if item.stance == "supports")
            for edges in (here, there)
        ]
        assert said[0] == said[1] or not said[0], name
    assert again.blocked(again.edge("protection")) == (again.edge("degradation"),)


def test_a_statement_about_a_statement_blocks_an_edge_of_the_file_or_is_lost(tmp_path):
    file = tmp_path / "x.bel"
    file.write_text(
        "p(HGNC:A) -| (p(HGNC:B) -> p(HGNC:C))\np(HGNC:B) -> p(HGNC:C)\n"
        "p(HGNC:A) -> (p(HGNC:B) -> p(HGNC:C))\np(HGNC:A) -| (p(HGNC:B) -| p(HGNC:C))\nSET kg_claim = nonsense\n"
        "p(HGNC:A) -> p(HGNC:B)\n",
        encoding="utf-8",
    )
    mechanism, ledger = formats._parsed(file)
    assert [edge.verb for edge in mechanism.edges] == ["promotes", "promotes", "blocks"]
    assert mechanism.blocked(mechanism.edges[2]) == (mechanism.edges[0],)
    assert {(one.name, one.how) for one in ledger.account().lost if one.record == "statement"} == {
        ("line 3", "kg can only block a statement"),
        ("line 4", "no edges of the file say what it is about"),
    }
    assert ("kg_claim", "it is not written as kg writes it") in {(o.field, o.how) for o in ledger.account().lost}


def test_a_bel_script_with_an_open_quotation_mark_or_no_statement_is_told_where(tmp_path):
    file = tmp_path / "x.bel"
    file.write_text(
        'SET DOCUMENT Name = "x"\np(HGNC:A) -> p(HGNC:B)\np(HGNC:A -> p(HGNC:B)\nSET Evidence = "open\n',
        encoding="utf-8",
    )
    _, wrong = formats.parse(file)
    assert [(one.at.line, one.code) for one in wrong] == [(3, "no-statement"), (4, "no-statement")]


def test_an_import_can_disagree_with_a_seed(tmp_path):
    file = tmp_path / "theirs.csv"
    file.write_text(
        "subject,verb,object,subject term,object term,source\n"
        "miR,inhibits,TLR7_on,kg:miR-146a-5p ! miR-146a-5p,GO:0034154 ! toll-like receptor 7 signaling pathway,PMID:1\n",
        encoding="utf-8",
    )
    result = run("conflicts", file, "ta1-tlr7")
    assert "Opposite signs: it is not stated what may separate them\n  theirs: miR inhibits TLR7_on\n" in result.output
    other = tmp_path / "theirs.sif"
    other.write_text("A\t-1\tB\nC\t1\tB\n", encoding="utf-8")
    assert (
        "Opposite signs: it is not stated what may separate them\n  theirs"
        not in run("conflicts", other, "ta1-tlr7").output
    )  # nothing in common


def test_a_wrong_cell_of_a_spreadsheet_is_told_by_row_and_column(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text(
        "subject,verb,object,claim,taxon,source\n"
        "TLR7,activats,IRF7,finding,mouse,PMID:1\n"
        'TLR7,activates,,fnding,mice,"a, book"\n'
        "TLR7,activates,IRF7,,,\n",
        encoding="utf-8",
    )
    _, wrong = formats.parse(file)
    assert [(str(one.at).removeprefix(f"{file}:"), one.message) for one in wrong] == [
        ("2:6", "row 2, column B (verb): 'activats' is not a verb"),
        ("3:16", "row 3, column C (object): the object is empty"),
        ("3:17", "row 3, column D (claim): 'fnding' is not a claim"),
        ("3:24", "row 3, column E (taxon): 'mice' is not a species in ontology/terms.tsv"),
        ("3:30", "row 3, column F (source): 'a, book' identifies no publication"),
    ]
    assert "did you mean 'activates'?" in wrong[0].help and "did you mean 'finding'?" in wrong[2].help
    file.write_text("subject,object,verb phrase\nA,B,C\n", encoding="utf-8")
    result = run("check", file)
    assert result.exit_code == 1 and "no column 'verb'" in result.stderr


NOTHING = """id: supposed
title: Nothing but a supposition
licence: CC0-1.0
sources: {s: {kind: review, pmid: 1, read: no}}
nodes: {a: {term: none, name: A}, b: {term: none, name: B}}
edges:
- {edge: a may_predict b, run: no, evidence: [{claim: hypothesis, says: it may}]}
"""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nanopub", "only what a source asserts is a nanopublication"),
        ("bnet", "an edge that does not run is in no function"),
        ("sbml", "an edge that does not run is in no transition"),
        ("gocam", "what is supposed or disputed is not asserted"),
    ],
)
def test_a_format_into_which_nothing_goes_says_so_at_the_mechanism(name, why, tmp_path):
    file = tmp_path / "supposed.yaml"
    file.write_text(NOTHING, encoding="utf-8")
    out = tmp_path / f"out{BOTH[name].suffix}"
    result = run("convert", file, out, "--all")
    assert result.exit_code == 1 and not out.exists()
    assert (
        f"{file}:1:1: nothing-to-write: a {BOTH[name].suffix} file can hold no edge of this mechanism" in result.stderr
    )
    assert why in result.stderr
    assert re.findall(r"\S+:\d+:\d+:", result.stderr) == [f"{file}:1:1:"], "no other file is named"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    result = run("convert", "ta1-tlr7", tmp_path / "nowhere" / "x.ttl")
    assert result.exit_code and f"{tmp_path / 'nowhere'}: there is no such folder" in result.stderr
    assert ".kg" not in result.stderr
