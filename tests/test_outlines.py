"""The mechanisms of which only excerpts were read, and what others say of the first: nothing is more than it was."""

import csv
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import SEED, SEEDS, slowly
from rdflib import URIRef
from test_coverage import missing

import kg
from kg import formats, page
from kg.checks import check
from kg.cli.group import main
from kg.formats.rdf import names, write
from kg.model import vocabulary
from kg.model.lexicon import lexicon
from kg.model.mechanism import Mechanism
from kg.model.records import STATUS, Evidence, Frozen
from kg.model.vocabulary import Term
from kg.page.picture import Picture
from kg.page.words import Narrative

BY_ID = {mechanism.id: mechanism for mechanism in SEEDS}
OUTLINES = [mechanism for mechanism in SEEDS if mechanism.status == "outline"]
MOUSE, HUMAN = Term("NCBITaxon:10090", "Mus musculus"), Term("NCBITaxon:9606", "Homo sapiens")
by_id = pytest.mark.parametrize(
    "outline", slowly(OUTLINES, fast=("complement-synapses",)), ids=lambda outline: outline.id
)


def with_evidence(*items):
    """The first mechanism, with more evidence on the edge `activation`."""
    edges = tuple(
        replace(edge, evidence=(*edge.evidence, *items)) if edge.name == "activation" else edge for edge in SEED.edges
    )
    return replace(SEED, edges=edges)


def test_an_outline_is_a_mechanism_of_whose_sources_none_was_read_in_full():
    for seed in SEEDS:
        assert (seed.status == "outline") == all(source.read != "full" for source in seed.sources.values()), seed.id
    assert OUTLINES and SEED not in OUTLINES


@by_id
def test_an_outline_says_so_wherever_it_appears(outline):
    said = STATUS["outline"]
    assert said in outline.caveats
    assert outline.graph.graph["status"] == "outline" and said in outline.graph.graph["caveat"]
    about = URIRef(names.iri(outline))
    assert str(write.graph(outline).value(about, names.SCHEMA.creativeWorkStatus)) == "outline"
    assert said in {str(text) for text in write.run_graph(outline).objects(None, names.KGV.caveat)}
    assert json.loads(formats.text(outline, ".jsonld"))["status"] == "outline"
    for text in (page.html(outline), page.svg(outline)):
        assert said in re.sub(r"</tspan><tspan[^>]*>", " ", text)
    run = CliRunner().invoke(main, ["check", outline.id, "--strict"])
    assert run.exit_code == 0 and f"{outline.file}: outline, " in run.stdout
    run = CliRunner().invoke(main, ["whatif", outline.id, "--conditions"])
    assert said in run.stdout


def test_the_first_mechanism_is_no_outline_and_keeps_its_strip():
    assert SEED.caveats == (
        "From a blog report about a journal article we have not read",
        "Species: primarily mouse, by the source's own account",
        "Research findings, not medical advice",
    )


@pytest.mark.parametrize("read", ["full", "abstract", "excerpt"])
def test_a_study_of_which_something_was_read_is_not_known_second_hand(read):
    paper = replace(SEED.sources["paper"], read=read)
    first_hand = replace(SEED, sources=Frozen({**SEED.sources, "paper": paper}))
    assert first_hand.caveats[0] == f"From {len(SEED.sources)} sources"
    assert len(Narrative(first_hand).credits) == len(SEED.sources) > len(Narrative(SEED).credits) == 2


def test_a_commentary_among_other_sources_does_not_make_a_mechanism_second_hand():
    article, *others = SEED.sources
    moved = replace(SEED, sources=Frozen({key: SEED.sources[key] for key in (*others, article)}))
    assert moved.caveats[0] == f"From {len(SEED.sources)} sources"
    assert len(Narrative(moved).credits) == len(SEED.sources)


@by_id
def test_an_outline_points_into_no_text_and_says_that_it_was_not_checked(outline):
    items = list(outline.evidence())
    assert not any(item.anchor or item.span for item in items)
    report = check(outline, "", strict=True)
    assert report.diagnostics == () and report.coverage.total == 0
    rests = [item for item in items if not item.because]
    assert report.coverage.no_text == len(rests) > 0
    assert report.coverage.reasons == {"no text": len(rests)}
    skipped = (
        f"0 of 0 anchors and spans were compared with the source text; {len(rests)} more have a source without a text"
    )
    assert str(report.coverage) == f"{skipped}; nothing could be checked, as the file says: {STATUS['outline']}"
    assert str(check(outline, "").coverage) == skipped
    assert all(outline.source(item).read in ("excerpt", "abstract", "report") for item in rests)


@pytest.mark.parametrize("read", ["full", "excerpt"])
@pytest.mark.parametrize(
    "places",
    [{}, {"anchor": "a"}, {"span": (1, 2)}, {"because": "b"}, {"anchor": "a", "because": "b"}],
    ids=lambda places: "-".join(places) or "none",
)
def test_evidence_needs_a_place_unless_its_source_was_not_read_in_full(places, read):
    """An item that needs none and has none, and is not our own, is counted as one without text; no other is."""
    first = next(iter(SEED.sources.values()))
    sources = Frozen({"it": replace(first, key="it", read=read, reports="", texts=())})
    item = Evidence(source="it", claim="finding", **places)
    edges = tuple(replace(edge, evidence=(item,), requires=(), unless=(), effect=None) for edge in SEED.edges[:1])
    report = check(Mechanism(id="m", title="M", sources=sources, nodes=SEED.nodes, edges=edges), "", run=False)
    located = bool({"anchor", "span"} & set(places))
    assert ("missing-anchor" in {one.code for one in report.errors}) is (read == "full" and not located)
    assert report.coverage.no_text == (read == "excerpt" and not places)
    assert report.coverage.total == located


@by_id
def test_every_edge_of_an_outline_rests_on_a_source_or_is_called_an_inference(outline):
    for edge in (edge for edge in outline.edges if not edge.definition):
        assert all(item.claim == "inference" or not item.because for item in edge.evidence)
        assert edge.evidence


@by_id
def test_an_outline_can_be_run_walked_through_and_asked(outline):
    assert len(outline.conditions) >= 3 and outline.expectations
    assert 4 <= len(outline.tour) <= 12
    assert sum(bool(stop.question and stop.answer) for stop in outline.tour) == 1
    assert all(stop.caption and stop.plain for stop in outline.tour)
    assert "not known" in outline.tour[-1].title and "excerpt" in outline.tour[-1].caption
    assert list((Path(outline.file).parent / "answers").glob("*.csv"))


def test_the_same_key_is_the_same_thing_in_every_mechanism():
    """So that what is one thing can be joined, and what is in another place or form stays apart."""
    seen = {}
    for mechanism in SEEDS:
        for node in mechanism.nodes.values():
            term = seen.setdefault(node.key, node.term)
            assert term == node.term, f"{node.key} of {mechanism.id}"
    places = {
        (m.id, m.places[node.place].term.id if node.place else "")
        for m in SEEDS
        for node in m.nodes.values()
        if node.term and node.term.id == "kg:miR-146a-5p"
    }
    assert places == {("ta1-tlr7", "GO:0036019"), ("mir146a-brake", "GO:0005615")}


# ---------------------------------------------------------------- what others say of the first


def test_what_qualifies_or_disputes_lends_an_edge_no_species_and_no_publication():
    activation = SEED.edge("activation")
    assert {taxon for item in activation.evidence for taxon in item.taxon} == {MOUSE, HUMAN}
    assert {item.stance for item in activation.evidence if item.taxon} == {"qualifies"}
    assert activation.taxa == SEED.support(activation).species == ()
    graph, about = write.graph(SEED), URIRef(names.iri(SEED, "edge", "activation"))
    assert not set(graph.objects(about, names.BIOLINK.species_context_qualifier))
    maturation = SEED.edge("maturation")
    assert SEED.support(maturation).species == ("Mus musculus",), "what supports it lends it"
    cited = {str(work) for work in graph.objects(about, names.BIOLINK.publications)}
    assert any("j.isci.2021.103441" in work for work in cited)
    assert not any("s41544-019-0009-x" in work for work in cited), "a review that only qualifies it"


def test_support_is_counted_in_papers_by_stance():
    support = SEED.support(SEED.edge("activation"))
    assert (support.supporting, support.disputing) == (2, 0)
    assert support.qualifying == 8
    assert support.read == ("excerpt", "report"), "the study itself is known through the article only"
    twice = with_evidence(Evidence(source="miR-146a-ligand", claim="finding"))
    assert twice.support(twice.edge("activation")).supporting == 2, "one paper counts once"


def test_a_dispute_takes_the_bare_triple_and_a_qualification_does_not():
    assert SEED.edge("activation").asserted
    qualified = with_evidence(Evidence(source="let-7", claim="finding", stance="qualifies"))
    disputed = with_evidence(Evidence(source="let-7", claim="finding", stance="disputes"))
    assert qualified.edge("activation").asserted and not disputed.edge("activation").asserted
    assert not any(edge.disputed for edge in SEED.edges)


def test_no_value_of_a_run_rests_on_what_others_say():
    """Without the literature every condition comes out as it does with it."""
    own = replace(
        SEED,
        edges=tuple(
            replace(edge, evidence=tuple(item for item in edge.evidence if item.source in ("", "article")))
            for edge in SEED.edges
        ),
    )
    assert sum(len(edge.evidence) for edge in own.edges) < sum(len(edge.evidence) for edge in SEED.edges)
    for condition in SEED.conditions:
        with_it, without = kg.whatif(SEED, condition), kg.whatif(own, condition)
        assert with_it.values == without.values
        assert [(s.node, s.status, s.weakest) for s in with_it.changed] == [
            (s.node, s.status, s.weakest) for s in without.changed
        ]
    assert [edge.asserted for edge in SEED.edges] == [edge.asserted for edge in own.edges]


def test_a_disputed_line_carries_a_cross():
    disputed = BY_ID["cgas-sting"]
    shapes = Picture(Narrative(disputed))
    crossed = {disputed.edges[line["edge"]].name for line in shapes.lines if line["mark"].count("L") > 4}
    assert {edge.name for edge in disputed.edges if edge.disputed} <= crossed and "MyD88-not-needed" in crossed
    assert "disputed" in page.html(disputed).partition('id="legend"')[2]


# ---------------------------------------------------------------- against the literature that was read


@pytest.fixture(scope="module")
def literature():
    """All that the rows say, without those whose identifiers may not be used."""
    table = Path(os.environ.get("KG_SOURCES") or "") / "biology" / "literature.tsv"
    if not table.is_file():
        missing(f"KG_SOURCES={os.environ.get('KG_SOURCES', '')} holds no biology/literature.tsv")
    with open(table, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["status"] == "READ"]
    with open(table.parent.parent / "texts" / "sources.tsv", encoding="utf-8", newline="") as file:
        rows += csv.DictReader(file, delimiter="\t")
    return [" ".join(row.values()) for row in rows]


def test_a_source_is_named_as_a_row_that_was_read_names_it(literature):
    """Each identifier stands in a row, and all of a source's in the same; abstracts were looked up elsewhere."""
    encoded = [m for m in (SEED, *OUTLINES) if all(source.read != "abstract" for source in m.sources.values())]
    others = [source for mechanism in encoded for source in mechanism.sources.values()]
    others = [source for source in others if source.key not in ("article", "paper")]
    assert others
    for source in others:
        pmc = re.fullmatch(r"https://pmc\.ncbi\.nlm\.nih\.gov/articles/(PMC\d+)", source.url)
        address = pmc[1] if pmc else re.sub(r"^https?://(github\.com/)?(?=.*wikipathways|preview)", "", source.url)
        identifiers = [text for text in (source.doi, source.pmid, address) if text]
        assert identifiers
        assert any(all(text in row for text in identifiers) for row in literature), identifiers
        assert source.read == "excerpt" and not source.texts


def test_a_source_of_the_bibliography_is_named_and_was_read_as_it_says():
    table = Path(os.environ.get("KG_SOURCES", "")) / "texts" / "sources.tsv"
    if not table.is_file():
        missing(f"KG_SOURCES={os.environ.get('KG_SOURCES', '')} holds no texts/sources.tsv")
    with open(table, encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file, delimiter="\t")}
    ours = [source for mechanism in SEEDS for source in mechanism.sources.values() if source.key in rows]
    assert ours
    for source in ours:
        row = rows[source.key]
        whole = row["read"] == "full" and bool(row["sha256"])  # of others what was found was an abstract or passages
        assert source.read == "full" if whole else source.read in ("abstract", "excerpt"), source.key
        assert source.texts == tuple(filter(None, [row["sha256"]])), source.key
        stated = {source.doi: row["doi"], source.pmid: row["pmid"], source.date[:4]: row["year"]}
        assert all(mine == theirs for mine, theirs in stated.items() if theirs), source.key
        assert "[" in row["title"] or source.title.casefold() == row["title"].casefold(), source.key


def test_every_term_of_a_seed_was_looked_up_or_is_defined_here():
    used = {node.term.id for m in SEEDS for node in m.nodes.values() if node.term}
    used |= {form.id for m in SEEDS for node in m.nodes.values() for form in node.narrower}
    used |= {place.term.id for m in SEEDS for place in m.places.values()}
    assert not {id for id in used if id not in vocabulary.terms() and not lexicon().term(id)}


def test_an_outline_of_a_source_read_in_full_is_a_contradiction():
    outline = OUTLINES[0]
    full = {key: replace(source, read="full") for key, source in outline.sources.items()}
    found = check(replace(outline, sources=Frozen(full)), "").errors
    assert "no-outline" in {one.code for one in found}


#: A brake that leaves less of a relay than the full signal needs.
BRAKE = """
id: brake
title: A brake
licence: CC0-1.0
sources: {one: {kind: database, title: One, url: "https://example.org/one"}}
nodes:
  brake: {term: none, name: the brake, at start: absent}
  relay: {term: none, name: the relay, levels: [none, lowered, full], at start: full}
  signal: {term: none, name: the signal, levels: [none, low, high]}
  answer: {term: none, name: the answer}
edges:
- edge: brake suppresses relay
  effect: {to: lowered, says: so, claim: finding}
  evidence: [{says: so, claim: finding}]
- {edge: relay promotes signal, name: some, level: low, evidence: [{says: so, claim: finding}]}
- {edge: relay promotes signal, name: all, level: high, requires: [{node: relay, level: full}], evidence: [{says: so, claim: finding}]}
- {edge: signal promotes answer, name: last, requires: [{node: signal, level: high}], evidence: [{says: so, claim: finding}]}
"""


def test_why_a_step_does_not_act_is_said_in_the_levels_of_the_file(tmp_path):
    file = tmp_path / "mechanism.yaml"
    file.write_text(BRAKE, encoding="utf-8")
    answer = kg.whatif(kg.read(file), "", {"brake": "present"})
    steps = {step.node: step for step in answer.changed}
    said = {one.edge: one.why for node in ("signal", "answer") for one in steps[node].because if not one.fires}
    assert said == {
        "all": "it requires the relay at full, which is lowered",
        "last": "it requires the signal at high, which is low",
    }
