"""Several mechanisms at once: one graph of all, and where they disagree, each kind found and explained for its reason."""

import itertools
import json

import networkx as nx
import pytest
from click.testing import CliRunner
from conftest import SEED, SEEDS

import kg
from kg import page
from kg.cli.group import main
from kg.formats.notation import read
from kg.model import identities
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Frozen, Node, Place, Sentence
from kg.model.vocabulary import Term, table, terms
from kg.page.picture import Picture
from kg.page.words import Narrative
from kg.reasoning import disagreements, routes, whatif
from kg.reasoning.conflict import compared, context
from kg.reasoning.disagreements import conflicts as find
from kg.reasoning.identity import links, related
from kg.reasoning.merge import merge
from kg.sparql import ask

MOUSE, HUMAN = "NCBITaxon:10090 ! Mus musculus", "NCBITaxon:9606 ! Homo sapiens"
PLACES = """
  blood: UBERON:0000178 ! blood
  tumour: kg:tumour ! tumour
  dendritic_cell: CL:0000451 ! dendritic cell
  lysosome: {term: "GO:0036019 ! endolysosome", in: dendritic_cell}
  other_cell: CL:0000625 ! CD8-positive, alpha-beta T cell
"""


PAPER = f"paper: {{kind: review, title: One, doi: 10.1000/one, texts: [{'0' * 64}]}}"


def mechanism(id, edges, nodes="", more="", sources=PAPER, file=None):
    """A small mechanism: what a test says of nodes and edges, in the notation."""
    text = f"id: {id}\ntitle: {id}\nlicence: CC0-1.0\nversion: 1\nsources:\n  {sources}\nplaces:{PLACES}nodes:\n"
    text += (nodes or NODES) + f"edges:\n{edges}" + more
    found, wrong = read.parse_bytes(text.encode(), id)
    assert not wrong, "\n".join(map(str, wrong))
    errors = kg.check(found, sources="").errors
    assert not errors, "\n".join(map(str, errors))
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return found


NODES = """
  peptide: {term: "kg:thymosin-alpha-1 ! thymosin alpha-1", in: blood}
  receptor: {term: "MESH:D051199 ! Toll-Like Receptor 7", in: lysosome}
  signal: {term: "GO:0034154 ! toll-like receptor 7 signaling pathway", in: lysosome, outcome: yes}
"""


def edge(sentence, name="e", evidence="{claim: finding, anchor: x}", more=""):
    return f"- edge: {sentence}\n  name: {name}\n{more}  evidence:\n  - {evidence}\n"


# ---------------------------------------------------------------- one graph


def test_nodes_are_one_when_term_form_place_and_species_agree():
    one = mechanism("one", edge("receptor activates signal") + edge("peptide promotes signal", "p"))
    two = mechanism("two", edge("receptor activates signal") + edge("peptide limits signal", "p"))
    whole = merge([one, two])
    assert list(whole.nodes) == ["peptide", "receptor", "signal"]
    assert [e.name for e in whole.edges] == ["one.e", "one.p", "two.e", "two.p"]
    assert [e.mechanism for e in whole.edges] == ["one", "one", "two", "two"]
    assert all(not link.differs for link in links([one, two]))


@pytest.mark.parametrize(
    ("term", "rest", "differs"),
    [
        ("kg:thymosin-alpha-1 ! thymosin alpha-1", "in: lysosome", ("place", "cell")),
        ("kg:thymosin-alpha-1 ! thymosin alpha-1", "in: tumour", ("place",)),
        ("kg:thymosin-alpha-1 ! thymosin alpha-1", "kind: molecule", ("place",)),  # not stated is not an agreement
        ("CHEBI:135915 ! thymalfasin", "in: blood", ("form",)),
        (
            "kg:thymosin-alpha-1 ! thymosin alpha-1",
            'in: blood, narrower: ["CHEBI:135915 ! thymalfasin"]',
            ("form",),
        ),
        ("kg:thymosin-alpha-1 ! thymosin alpha-1", "in: blood, levels: [none, some]", ()),
    ],
)
def test_nodes_of_one_thing_are_linked_and_apart_when_something_differs(term, rest, differs):
    nodes = NODES.replace('{term: "kg:thymosin-alpha-1 ! thymosin alpha-1", in: blood}', f'{{term: "{term}", {rest}}}')
    e = edge("peptide promotes signal") + edge("receptor activates signal", "r")
    one, two = mechanism("one", e), mechanism("two", e, nodes)
    (link,) = (link for link in links([one, two]) if link.one[1] == "peptide")
    assert (link.one, link.other, link.differs) == (("one", "peptide"), ("two", "peptide"), differs)
    whole = merge([one, two])
    assert ("two.peptide" in whole.nodes) is bool(differs)
    assert whole.edge("two.e").subject == ("two.peptide" if differs else "peptide")


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("HGNC:31533 ! MIR146A", "kg:miR-146a-5p ! miR-146a-5p"),  # gene and mature strand
        ("mirbase:MI0000477 ! hsa-mir-146a", "mirbase.mature:MIMAT0000449 ! hsa-miR-146a-5p"),  # hairpin and strand
        ("HGNC:15631 ! TLR7", "MGI:2176882 ! Tlr7"),  # human and mouse
    ],
)
def test_gene_hairpin_and_strand_and_two_species_are_of_one_thing(here, there):
    found = []
    for id, term in (("one", here), ("two", there)):
        nodes = NODES + f'  it: {{term: "{term}", in: lysosome}}\n'
        all_ = (
            edge("it promotes signal") + edge("peptide promotes receptor", "p") + edge("receptor activates signal", "r")
        )
        found.append(mechanism(id, all_, nodes))
    (link,) = (link for link in links(found) if link.one == ("one", "it") and link.other == ("two", "it"))
    assert "form" in link.differs
    assert {"it", "two.it"} <= set(merge(found).nodes)


def test_forms_of_one_thing_are_pinned_terms_with_one_thing_each():
    rows = [row for row in table("mappings.tsv") if row["subject_form"] or row["object_form"]]
    assert all(row["subject_form"] and row["object_form"] and row["subject"].startswith("kg:") for row in rows)
    ends = {row[end] for row in rows for end in ("subject", "object")}
    assert ends <= set(terms()) and not any(terms()[id].obsolete for id in ends)
    things = {row["object"]: row["subject"] for row in rows}
    assert len(things) == len(rows) and not set(things) & {row["subject"] for row in rows}
    for end in ("subject", "object"):
        assert all(identities.form(row[end]) == row[f"{end}_form"] for row in rows)


#: One thing in several forms each, as the table that this replaces had them.
FAMILIES = [
    "HGNC:31533 MGI:2676831 mirbase:MI0000477 mirbase:MI0000170 mirbase.mature:MIMAT0000449 mirbase.mature:MIMAT0000158 "
    "kg:miR-146a-5p kg:miR-146a-duplex kg:miR-146a-in-RISC",
    "kg:thymosin-alpha-1 CHEBI:135915 CHEBI:80287 MESH:D000077596 DRUGBANK:DB04900 CHEMBL.COMPOUND:CHEMBL2103979",
    "HGNC:15631 MGI:2176882 UniProtKB:Q9NYK1 MESH:D051199",
    "HGNC:10044 MGI:97919",
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.split()[0])
def test_any_two_forms_of_one_thing_are_related_and_no_other_is(family):
    for one, other in itertools.combinations([*family.split(), "HGNC:9623"], 2):
        pair = [Mechanism(id=n, nodes=Frozen({"x": Node("x", Term(id, id))})) for n, id in (("a", one), ("b", other))]
        names = [name for name, _, _ in related(pair)]
        assert (names[0] == names[1]) is (other != "HGNC:9623"), (one, other)


def test_what_one_file_keeps_apart_stays_apart():
    nodes = NODES + '  twin: {term: "kg:thymosin-alpha-1 ! thymosin alpha-1", in: blood}\n'
    all_ = edge("peptide promotes signal") + edge("twin limits receptor", "t") + edge("receptor activates signal", "r")
    one, two = mechanism("one", all_, nodes), mechanism("two", all_, nodes)
    whole = merge([one, two])
    assert set(whole.nodes) == {"peptide", "twin", "receptor", "signal"}
    assert {link.differs for link in links([one]) if link.one[1] == "peptide"} == {("kept apart",)}


def test_a_node_that_is_called_differently_has_the_name_of_its_term():
    def called(id, name):
        nodes = NODES.replace("in: lysosome, outcome: yes", f"in: lysosome, outcome: yes, name: {name}")
        return mechanism(id, edge("receptor activates signal") + edge("peptide promotes receptor", "p"), nodes)

    one, two = called("one", "alarm"), called("two", "signalling")
    assert merge([one, called("again", "alarm")]).nodes["signal"].label == "alarm"
    assert merge([one, two]).nodes["signal"].label == "toll-like receptor 7 signaling pathway"


def test_one_node_may_have_two_keys_and_is_an_outcome_if_one_of_them_is():
    one = mechanism("one", edge("receptor activates signal") + edge("peptide promotes receptor", "p"))
    nodes = NODES.replace("  signal:", "  alarm:").replace(", outcome: yes", "")
    two = mechanism("two", edge("receptor activates alarm") + edge("peptide promotes receptor", "p"), nodes)
    for parts in ([one, two], [two, one]):
        whole = merge(parts)
        key = parts[0].edge("e").sentence.object
        assert list(whole.nodes) == ["peptide", "receptor", key] and whole.nodes[key].outcome
        assert {e.sentence.object for e in whole.edges if e.name.endswith(".e")} == {key}


def test_levels_and_starts_come_together_or_stay_apart():
    def with_signal(id, rest):
        nodes = NODES.replace("in: lysosome, outcome: yes}", f"in: lysosome, {rest}}}")
        return mechanism(id, edge("receptor activates signal") + edge("peptide promotes receptor", "p"), nodes)

    plain = with_signal("plain", "at start: present")
    some = with_signal("some", "levels: [none, weak, strong]")
    few = with_signal("few", "levels: [none, strong], at start: none")
    other = with_signal("other", "levels: [low, high]")
    whole = merge([plain, some, few, other])
    assert whole.nodes["signal"].levels == ("none", "weak", "strong")
    assert whole.nodes["signal"].at_start == "unknown"  # present and none
    assert whole.nodes["other.signal"].levels == ("low", "high")
    assert ("different-starts", "possible") in {(one.kind, one.verdict) for one in find([plain, few])}


def test_the_union_is_a_mechanism_like_any_other(tmp_path):
    one = mechanism("one", edge("peptide promotes receptor"), more=CONDITION)
    two = mechanism("two", edge("receptor activates signal"), more=CONDITION)
    whole = merge([one, two])
    (route,) = routes.routes(whole, "peptide", "signal")
    assert route.edges == ("one.e", "two.e")
    assert whatif.whatif(whole, "one.given").values["signal"] == "present"
    assert {data["mechanism"] for *_, data in whole.graph.edges(data=True)} == {"one", "two"}
    kg.write(whole, tmp_path / "all.graphml")
    assert nx.read_graphml(tmp_path / "all.graphml", force_multigraph=True).number_of_edges() == 2
    html = page.html(whole)
    assert "one: From 1 source" not in html and "From 1 source" in html  # what all say is said once
    assert "https://w3id.org/immune-kg/two/edge/e" in html  # what is copied is the edge of its own mechanism
    assert whole.cite("edge", "two.e") == "https://w3id.org/immune-kg/two/edge/e"
    assert whole.cite("node", "signal") == "https://w3id.org/immune-kg/one/node/signal"
    assert [stop.light for stop in whole.tour] == [("one.e",), ("two.e",)]


CONDITION = "conditions: {given: {set: {peptide: present}}}\n"


def test_a_union_of_the_seeds_says_what_each_of_them_says():
    whole = merge(SEEDS)
    assert len(whole.edges) == sum(len(m.edges) for m in SEEDS)
    assert len(list(whole.evidence())) == sum(
        len(list(m.evidence())) - len(m.scope) - sum(len(e.evidence) for e in m.expectations) for m in SEEDS
    )
    for m in SEEDS:
        for own in m.edges:
            here = whole.edge(f"{m.id}.{own.name}")
            for end in ("subject", "object", "other"):
                mine, ours = getattr(own.sentence, end), getattr(here.sentence, end)
                same = mine in m.nodes and m.nodes[mine].term == whole.nodes[ours].term
                assert same or ours == (f"{m.id}.{mine}" if mine else "")
            assert whole.support(here) == m.support(own)
            assert whole.sign(here) == m.sign(own) and routes.sign(whole, here) == routes.sign(m, own)
        for caveat in m.caveats:
            assert any(caveat in line for line in whole.caveats)


def test_one_source_in_two_files_counts_once_and_other_content_stays_apart():
    same = mechanism("one", edge("peptide promotes signal") + edge("receptor activates signal", "r"))
    again = mechanism("two", edge("peptide promotes signal") + edge("receptor activates signal", "r"))
    other = mechanism(
        "three",
        edge("peptide promotes signal") + edge("receptor activates signal", "r"),
        sources="paper: {kind: blog, doi: 10.1000/ONE}",
    )
    whole = merge([same, again, other])
    assert list(whole.sources) == ["paper", "three.paper"]
    assert whole.support(*whole.edges).supporting == 1
    (one,) = find([same, again, other])
    assert (one.kind, one.verdict) == ("one-paper", "noted") and "one DOI" in one.because


# ---------------------------------------------------------------- opposite signs


def opposed(ours, theirs, more_ours="", more_theirs="", nodes="", to="signal"):
    """What is found between 'peptide promotes signal' and 'peptide limits signal', stated with different contexts."""
    rest = edge(f"receptor {'activates signal' if to == 'signal' else 'precedes signal'}", "r")
    one = mechanism("one", edge("peptide promotes signal", evidence=ours, more=more_ours) + rest)
    two = mechanism("two", edge("peptide limits signal", evidence=theirs, more=more_theirs) + rest, nodes)
    (found,) = (c for c in find([one, two]) if c.kind == "opposite-signs")
    assert [side.about for side in found.sides] == [("e",), ("e",)]
    assert [side.mechanism for side in found.sides] == ["one", "two"]
    return found


def item(**stated):
    said = "".join(f', {key}: "{value}"' for key, value in stated.items())
    return f"{{claim: finding, anchor: x{said}}}"


MICE = {"taxon": MOUSE}


def test_a_planted_direct_conflict_is_found():
    found = opposed(item(**MICE), item(**MICE))
    assert (found.verdict, found.separated, found.open) == ("direct", (), ())


@pytest.mark.parametrize(
    ("ours", "theirs", "more", "by", "sides"),
    [
        (item(**MICE), item(taxon=HUMAN), "", "species", ("mouse", "human")),
        (item(**MICE), item(**MICE), "  in: tumour\n", "place", ("endolysosome", "tumour")),
        (
            item(**MICE),
            item(**MICE),
            "  in: other_cell\n",
            "cell",
            ("dendritic cell", "CD8-positive, alpha-beta T cell"),
        ),
        (item(**MICE, time="1 h"), item(**MICE, time="7 days"), "", "time", ("1 h", "7 days")),
        (item(**MICE, dose="low"), item(**MICE, dose="high"), "", "dose", ("low", "high")),
        (
            item(**MICE, assay="ECO:0000335 ! substance quantification evidence"),
            item(**MICE, assay="ECO:0001091 ! knockout phenotypic evidence"),
            "",
            "assay",
            ("substance quantification evidence", "knockout phenotypic evidence"),
        ),
    ],
)
def test_a_pseudo_conflict_is_explained_by_what_separates_it(ours, theirs, more, by, sides):
    found = opposed(ours, theirs, more_theirs=more)
    assert found.verdict == "separated"
    assert (by, *sides) in found.separated
    assert f"by {', '.join(name for name, *_ in found.separated)}" in found.title


def test_a_form_separates():
    nodes = NODES.replace("kg:thymosin-alpha-1 ! thymosin alpha-1", "CHEBI:135915 ! thymalfasin")
    found = opposed(item(**MICE), item(**MICE), nodes=nodes)
    assert found.separated == (("form", "peptide", "drug"),)


def test_the_pool_of_a_node_separates():
    nodes = NODES.replace('thymosin alpha-1", in: blood', 'thymosin alpha-1", in: tumour')
    found = opposed(item(**MICE), item(**MICE), nodes=nodes)
    assert found.separated == (("place", "thymosin alpha-1: blood", "thymosin alpha-1: tumour"),)


def test_a_condition_separates():
    needs = ("  requires: [receptor]\n", "  unless: [receptor]\n")
    words = ("with Toll-Like Receptor 7", "without Toll-Like Receptor 7")
    assert opposed(item(**MICE), item(**MICE), *needs).separated == (("condition", *words),)
    assert opposed(item(**MICE), item(**MICE), *needs[::-1]).separated == (("condition", *words[::-1]),)


@pytest.mark.parametrize(
    ("ours", "theirs", "separated"),
    [("weak", "strong", True), ("weak", "weak", False), ("weak", "", False), ("", "strong", False)],
)
def test_a_condition_at_two_levels_separates(ours, theirs, separated):
    nodes = NODES.replace("in: lysosome}", "in: lysosome, levels: [none, weak, strong]}", 1)
    said = "peptide promotes signal", "peptide limits signal"
    parts = []
    for id, sentence, level in zip(("one", "two"), said, (ours, theirs), strict=True):
        needed = f"  requires: [{{node: receptor{f', level: {level}' if level else ''}}}]\n"
        e = edge(sentence, evidence=item(**MICE), more=needed) + edge("receptor activates signal", "r")
        parts.append(mechanism(id, e, nodes))
    (found,) = (c for c in find(parts) if c.kind == "opposite-signs")
    words = ("condition", "Toll-Like Receptor 7 at weak", "Toll-Like Receptor 7 at strong")
    assert found.separated == (words,) * separated


@pytest.mark.parametrize(
    ("ours", "theirs", "open"),
    [
        (item(), item(), ("species",)),
        (item(**MICE), item(), ("species",)),
        (item(**MICE, dose="low"), item(**MICE), ("dose",)),
        (item(**MICE, time="1 h"), item(**MICE), ("time",)),
    ],
)
def test_where_the_context_is_not_stated_a_conflict_is_possible(ours, theirs, open):
    found = opposed(ours, theirs)
    assert (found.verdict, found.open) == ("possible", open)


def test_a_place_that_nobody_states_leaves_a_conflict_possible():
    nodes = NODES.replace(", in: blood", "").replace(", in: lysosome", "")
    rest = edge("receptor activates signal", "r")
    one = mechanism("one", edge("peptide promotes signal", evidence=item(**MICE)) + rest, nodes)
    two = mechanism("two", edge("peptide limits signal", evidence=item(**MICE)) + rest, nodes)
    (found,) = (c for c in find([one, two]) if c.kind == "opposite-signs")
    assert (found.verdict, found.open) == ("possible", ("place",))


def test_the_pool_of_the_object_separates():
    nodes = NODES.replace("in: lysosome, outcome: yes", "in: tumour, outcome: yes")
    found = opposed(item(**MICE), item(**MICE), "  in: tumour\n", nodes=nodes)
    label = "toll-like receptor 7 signaling pathway"
    assert ("place", f"{label}: endolysosome", f"{label}: tumour") in found.separated


def test_edges_between_two_pools_of_one_thing_are_not_opposed():
    nodes = NODES + '  pool: {term: "kg:thymosin-alpha-1 ! thymosin alpha-1", in: tumour}\n'
    rest = edge("receptor activates signal", "r")
    one = mechanism("one", edge("peptide promotes pool") + rest, nodes)
    two = mechanism("two", edge("peptide limits pool") + rest, nodes)
    assert [c for c in find([one, two]) if c.kind == "opposite-signs"] == []


def test_same_signs_are_no_conflict_and_time_is_not_cause():
    rest = edge("receptor activates signal", "r")
    up = mechanism("up", edge("peptide promotes signal") + rest)
    also = mechanism("also", edge("peptide induces signal") + rest)
    after = mechanism("after", edge("peptide falls_after signal") + rest)
    later = mechanism("later", edge("peptide rises_after signal") + rest)
    assert [c for c in find([up, also, after]) if c.kind == "opposite-signs"] == []
    assert [c.verdict for c in find([after, later]) if c.kind == "opposite-signs"] == ["possible"]


def test_a_shield_and_a_brake_are_opposite():
    rest = edge("receptor degrades peptide", "d") + edge("receptor activates signal", "r")
    nodes = NODES + '  shield: {term: "MESH:D012259 ! Ribonuclease, Pancreatic", in: lysosome}\n'
    one = mechanism("one", rest + edge("shield protects peptide from receptor"), nodes)
    two = mechanism("two", rest + edge("shield depletes peptide"), nodes)
    assert [[s.about for s in c.sides] for c in find([one, two]) if c.kind == "opposite-signs"] == [[("e",), ("e",)]]


def test_an_edge_is_held_against_a_route_of_another_mechanism():
    one = mechanism("one", edge("peptide promotes signal") + edge("receptor precedes signal", "b"))
    two = mechanism("two", edge("peptide limits receptor", "first") + edge("receptor activates signal", "second"))
    (found,) = (c for c in find([one, two]) if c.kind == "opposite-signs")
    assert [side.about for side in found.sides] == [("e",), ("first", "second")]
    agreeing = mechanism(
        "three", edge("peptide promotes receptor", "first") + edge("receptor activates signal", "second")
    )
    assert [c for c in find([one, agreeing]) if c.kind == "opposite-signs"] == []


def routed(*edges, nodes=""):
    """What 'peptide promotes signal' is held against, of a mechanism with these edges."""
    one = mechanism("one", edge("peptide promotes signal") + edge("receptor precedes signal", "b"))
    two = mechanism("two", "".join(edge(said, f"e{n}") for n, said in enumerate(edges)), NODES + nodes)
    return [c.sides[1].about for c in find([one, two]) if c.kind == "opposite-signs"]


def test_an_edge_is_held_against_the_shortest_of_short_routes_that_all_have_one_sign():
    extra = "".join(
        f'  n{n}: {{term: "MESH:D012259 ! Ribonuclease, Pancreatic", in: {place}}}\n'
        for n, place in enumerate(("blood", "tumour", "lysosome"))
    )
    brake = ("peptide limits receptor", "receptor activates signal")
    assert routed(*brake) == [("e0", "e1")]
    assert routed(*brake, "peptide promotes n0", "n0 promotes n1", "n1 limits signal", nodes=extra) == [("e0", "e1")]
    assert routed(*brake, "peptide promotes n0", "n0 promotes signal", nodes=extra) == [], "they are mixed"
    four = ("peptide limits n0", "n0 promotes n1", "n1 promotes n2", "n2 promotes signal", "receptor precedes signal")
    assert routed(*four, nodes=extra) == [("e0", "e1", "e2", "e3")]
    five = (
        "peptide limits n0",
        "n0 promotes n1",
        "n1 promotes n2",
        "n2 promotes receptor",
        "receptor activates signal",
    )
    assert routed(*five, nodes=extra) == [], "it is too long"


def test_a_note_of_the_file_about_both_is_told():
    both = (
        edge("peptide promotes signal", "up")
        + edge("peptide limits signal", "down")
        + edge("receptor precedes signal", "b")
    )
    one = mechanism("one", both, more="notes:\n- {note: Two states of one thing., about: [up, down]}\n")
    (found,) = (c for c in find([one]) if c.kind == "opposite-signs")
    assert found.because == "The file says: Two states of one thing."


# ---------------------------------------------------------------- the other kinds


def test_two_mechanisms_that_predict_different_outcomes():
    start = NODES.replace("in: blood", "in: blood, at start: absent")
    one = mechanism("one", edge("peptide promotes signal") + edge("receptor precedes signal", "b"), start, CONDITION)
    two = mechanism(
        "two",
        edge("receptor activates signal", "r") + edge("peptide depletes signal", more="  effect: complete\n"),
        start.replace("in: lysosome}", "in: lysosome, at start: present}", 1),
    )
    (found,) = (c for c in find([one, two]) if c.kind == "different-outcomes")
    assert [side.words.partition(": ")[2] for side in found.sides] == [
        "toll-like receptor 7 signaling pathway present",
        "toll-like receptor 7 signaling pathway absent",
    ]
    assert found.verdict == "direct"
    assert [c for c in find([one, one]) if c.kind == "different-outcomes"] == []


def test_a_different_outcome_that_rests_on_a_closed_world_is_only_possible():
    start = NODES.replace("in: blood", "in: blood, at start: absent")
    one = mechanism("one", edge("peptide promotes signal") + edge("receptor precedes signal", "b"), start, CONDITION)
    needy = edge("peptide promotes signal", more="  requires: [receptor]\n")
    absent = start.replace("in: lysosome}", "in: lysosome, at start: absent}", 1)
    two = mechanism("two", needy, absent, CONDITION)
    (found,) = (c for c in find([one, two]) if c.kind == "different-outcomes")
    assert found.verdict == "possible" and "two assumes that nothing unlisted causes" in found.because


@pytest.mark.parametrize(
    ("declared", "outcomes", "place", "found"),
    [
        (True, ("one", "two"), "lysosome", 1),
        (True, ("one",), "lysosome", 1),
        (True, ("two",), "lysosome", 1),
        (True, (), "lysosome", 0),
        (False, ("one", "two"), "lysosome", 0),
        (True, ("one", "two"), "tumour", 0),
    ],
)
def test_what_an_intervention_does_not_reach_counts_for_a_shared_outcome_under_a_declared_condition(
    declared, outcomes, place, found
):
    """In one the peptide brings the signal about; in the other it has nothing to do with it, and there is none."""
    start = NODES.replace("in: blood", "in: blood, at start: absent").replace(
        "in: lysosome}", "in: lysosome, at start: absent}"
    )

    def nodes(id, place):
        return start.replace("in: lysosome, outcome: yes", f"in: {place}{', outcome: yes' * (id in outcomes)}")

    one = mechanism(
        "one",
        edge("peptide promotes signal") + edge("receptor precedes signal", "b"),
        nodes("one", "lysosome"),
        CONDITION * declared,
    )
    two = mechanism("two", edge("receptor activates signal") + edge("peptide binds receptor", "b"), nodes("two", place))
    for parts in ([one, two], [two, one]):
        assert len([c for c in find(parts) if c.kind == "different-outcomes"]) == found


def test_what_the_readings_of_a_mechanism_disagree_about_is_no_prediction():
    start = NODES.replace("in: blood", "in: blood, at start: absent")
    rest = edge("receptor precedes signal", "b")
    shut = "readings: {shut: {title: Shut, edges: {e: {run: no}}}}\n"
    two_ways = mechanism("one", edge("peptide promotes signal") + rest, start, CONDITION + shut)
    yes = mechanism("two", edge("peptide promotes signal") + rest, start)
    no = mechanism("three", edge("peptide depletes signal", more="  effect: complete\n") + rest, start)
    assert [c for other in (yes, no) for c in find([two_ways, other]) if c.kind == "different-outcomes"] == []
    assert [c.kind for c in find([yes, no])].count("different-outcomes") == 1


def test_a_prediction_is_told_of_the_intervention_on_which_all_of_it_depends():
    start = NODES.replace("in: blood", "in: blood, at start: absent").replace(", outcome: yes", "")
    more = "conditions: {given: {title: Both, set: {peptide: present, receptor: present}}}\n"
    rest = edge("receptor precedes signal", "b")
    one = mechanism("one", edge("peptide promotes signal") + rest, start, more)
    two = mechanism("two", edge("peptide depletes signal", more="  effect: complete\n") + rest, start, more)
    (found,) = (c for c in find([one, two]) if c.kind == "different-outcomes")
    assert {side.words.partition(":")[0] for side in found.sides} == {"if thymosin alpha-1 present"}


def test_two_that_start_alike_do_not_disagree():
    start = NODES.replace("in: blood", "in: blood, at start: absent")
    said = edge("receptor activates signal") + edge("peptide promotes receptor", "p")
    one, two, other = (
        mechanism(id, said, nodes)
        for id, nodes in (("one", start), ("two", start), ("other", start.replace("absent", "present")))
    )
    assert [c for c in find([one, two]) if c.kind == "different-starts"] == []
    assert [c.verdict for c in find([one, other]) if c.kind == "different-starts"] == ["possible"]


def test_a_dispute_is_found_and_explained():
    two = "paper: {kind: review, doi: 10.1000/one}\n  later: {kind: review, doi: 10.1000/two}"

    def disputed(ours, theirs):
        evidence = f"{ours}\n  - {theirs[:-1]}, source: later, stance: disputes}}"
        one = mechanism(
            "one",
            edge("peptide promotes signal", evidence=evidence) + edge("receptor precedes signal", "b"),
            sources=two,
        )
        (found,) = (c for c in find([one]) if c.kind == "disputed")
        assert [side.about for side in found.sides] == [("e",), ("e",)]
        return found.verdict

    assert disputed(item(**MICE), item(**MICE)) == "direct"
    assert disputed(item(**MICE), item(taxon=HUMAN)) == "separated"
    assert disputed(item(**MICE), item()) == "possible"


def test_what_another_study_qualifies_is_noted_and_the_same_study_again_is_not():
    two = f"{PAPER}\n  later: {{kind: review, title: Later, doi: 10.1000/two}}\n  again: {{kind: blog, title: Blog, url: 'https://example.org/', reports: paper}}"

    def qualified(source):
        evidence = f"{item(**MICE)}\n  - {item(taxon=HUMAN)[:-1]}, source: {source}, stance: qualifies}}"
        said = edge("peptide promotes signal", evidence=evidence) + edge("receptor precedes signal", "b")
        return [c for c in find([mechanism("one", said, sources=two)]) if c.kind == "qualified"]

    (found,) = qualified("later")
    assert (found.verdict, found.separated) == ("noted", (("species", "mouse", "human"),))
    assert found.title == "Qualified by another source"
    assert qualified("again") == []
    own = f"{item(**MICE)}\n  - {{claim: inference, because: it may not be so, stance: qualifies}}"
    said = edge("peptide promotes signal", evidence=own) + edge("receptor precedes signal", "b")
    assert [c for c in find([mechanism("one", said)]) if c.kind == "qualified"] == [], "the curator is not a study"


def test_what_a_note_says_has_no_one_species_and_its_dispute_is_possible():
    note = f"notes:\n- note: Something to weigh.\n  evidence:\n  - {item(**MICE)}\n  - {item(taxon=HUMAN)[:-1]}, stance: disputes}}\n"
    one = mechanism("one", edge("peptide promotes signal") + edge("receptor precedes signal", "b"), more=note)
    (found,) = find([one])
    assert (found.kind, found.verdict, found.separated, found.open) == ("disputed", "possible", (), ())


def test_one_thing_in_two_forms_that_a_note_sets_side_by_side():
    nodes = NODES + '  drug: {term: "CHEBI:135915 ! thymalfasin", in: tumour}\n'
    both = edge("peptide promotes signal", "up") + edge("drug limits receptor", "down")
    note = "notes:\n- {note: Two forms of one peptide., about: [up, down]}\n"
    (found,) = (c for c in find([mechanism("one", both, nodes, note)]) if c.kind == "opposite-signs")
    assert found.separated == (
        ("place", "thymosin alpha-1: blood", "thymalfasin: tumour"),
        ("form", "peptide", "drug"),
    )
    assert found.because == "The file says: Two forms of one peptide."
    assert [c for c in find([mechanism("one", both, nodes)]) if c.kind == "opposite-signs"] == []


@pytest.mark.parametrize(
    ("up", "down", "found"),
    [
        ("peptide promotes signal", "drug limits signal", 1),  # on one thing they are opposed as it is, and told once
        ("peptide promotes signal", "drug precedes receptor", 0),  # an order in time has no sign
        ("peptide promotes signal", "drug promotes receptor", 0),
        ("peptide promotes signal", "peptide limits receptor", 0),  # one thing in one form, on two others
    ],
)
def test_a_note_sets_only_opposite_effects_of_two_forms_against_each_other(up, down, found):
    nodes = NODES + '  drug: {term: "CHEBI:135915 ! thymalfasin", in: tumour}\n'
    rest = (
        edge("drug binds receptor", "b") + edge("peptide binds receptor", "c") + edge("receptor precedes signal", "d")
    )
    note = "notes:\n- {note: Two edges., about: [up, down]}\n"
    both = mechanism("one", edge(up, "up") + edge(down, "down") + rest, nodes, note)
    assert len([c for c in find([both]) if c.kind == "opposite-signs"]) == found


def test_a_human_statement_on_animal_evidence_is_noted():
    nodes = NODES.replace("MESH:D051199 ! Toll-Like Receptor 7", "HGNC:15631 ! TLR7")
    rest = edge("peptide promotes signal", "p")
    animal = mechanism("one", edge("receptor activates signal", evidence=item(**MICE)) + rest, nodes)
    human = mechanism("two", edge("receptor activates signal", evidence=item(taxon=HUMAN)) + rest, nodes)
    hope = f'{item(**MICE)}\n  - {{claim: hypothesis, anchor: y, taxon: "{HUMAN}"}}'
    hoped = mechanism("three", edge("receptor activates signal", evidence=hope) + rest)
    (one,) = find([animal])
    assert one.kind == "human-on-animal" and "HGNC:15631 ! TLR7 is human" in one.because and "mouse" in one.because
    assert find([human]) == []
    nowhere = mechanism("four", edge("receptor activates signal", evidence=item()) + rest, nodes)
    assert find([nowhere]) == [], "nothing was seen in an animal"
    assert [c.because for c in find([hoped])] == ["It is said of people; what was seen was seen in mouse only."]


@pytest.mark.parametrize(
    ("hedges", "found"),
    [(["may"], 1), (["could play"], 1), (["", "suggests"], 1), (["under normal circumstances"], 0), ([""], 0)],
)
def test_a_claim_firmer_than_its_source_is_noted(hedges, found):
    items = [
        f"{{claim: finding, anchor: x{n}{f', hedge: {hedge}' if hedge else ''}}}" for n, hedge in enumerate(hedges)
    ]
    one = mechanism(
        "one", edge("peptide promotes signal", evidence="\n  - ".join(items)) + edge("receptor precedes signal", "b")
    )
    assert [c.kind for c in find([one])] == ["firmer-than-source"] * found


FLAT, MAY = "claim: finding", "claim: finding, hedge: may"


@pytest.mark.parametrize(
    ("items", "sides"),
    [
        ([MAY], 1),
        ([MAY, FLAT], 2),
        ([MAY, f"{FLAT}, source: later"], 1),  # who says it flatly is another
        ([MAY, f"{FLAT}, stance: qualifies"], 1),
        ([FLAT, f"{MAY}, stance: qualifies"], 2),
        ([f"{MAY}, stance: qualifies"], 0),
        ([FLAT, f"{MAY}, stance: disputes"], 0),
        (["claim: hypothesis, hedge: may"], 0),
        (["claim: hypothesis, hedge: may", FLAT], 0),
    ],
)
def test_what_is_hedged_is_shown_beside_what_the_same_source_says_flatly(items, sides):
    evidence = "\n  - ".join(f"{{{said}, anchor: x{n}}}" for n, said in enumerate(items))
    sources = f"{PAPER}\n  later: {{kind: review, title: Later, doi: 10.1000/two}}"
    said = edge("peptide promotes signal", evidence=evidence) + edge("receptor precedes signal", "b")
    found = [c for c in find([mechanism("one", said, sources=sources)]) if c.kind == "firmer-than-source"]
    assert [len(one.sides) for one in found] == [sides] * bool(sides)


def test_a_note_weighs_words_and_is_firmer_than_nothing():
    note = "notes:\n- {note: It may be so., evidence: [{claim: finding, hedge: may, anchor: x}]}\n"
    assert (
        find([mechanism("one", edge("peptide promotes signal") + edge("receptor precedes signal", "b"), more=note)])
        == []
    )


def test_a_report_and_its_paper_count_once():
    sources = "blog: {kind: blog, url: 'https://example.org/', reports: paper}\n  paper: {kind: review, pmid: 1}"
    evidence = "{claim: finding, anchor: x}\n  - {claim: finding, anchor: y, source: paper}"
    one = mechanism(
        "one",
        edge("peptide promotes signal", evidence=evidence) + edge("receptor precedes signal", "b"),
        sources=sources,
    )
    assert one.support(one.edge("e")).supporting == 1
    assert [(c.kind, c.because) for c in find([one])] == [
        ("one-paper", "One reports the other; together they count once.")
    ]


def test_three_sources_that_share_identifiers_in_a_chain_are_one_paper():
    sources = "a: {kind: x, doi: 10.1000/one}\n  b: {kind: x, doi: 10.1000/ONE, pmid: 7}\n  c: {kind: x, pmid: 7}\n  d: {kind: x, pmid: 8}"
    one = mechanism("one", edge("peptide promotes signal") + edge("receptor precedes signal", "b"), sources=sources)
    assert one.papers["a"] == one.papers["b"] == one.papers["c"] != one.papers["d"]


# ---------------------------------------------------------------- the known ones


def test_the_first_mechanism_is_as_its_reviewers_found_it():
    """oddities.tsv: O11 the contested status, O20 the hedge of the lead; and a report that is not a second paper."""
    found = {(c.kind, c.sides[0].about[0]) for c in find([SEED])}
    assert ("firmer-than-source", "protection") in found
    assert any(kind == "disputed" and "Contested" in about for kind, about in found)
    assert ("one-paper", "paper") in found


# ---------------------------------------------------------------- as a user sees it


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def two(tmp_path):
    """Two files that contradict each other."""
    rest = edge("receptor activates signal", "r")
    mechanism(
        "one", edge("peptide promotes signal", evidence=item(**MICE)) + rest, file=tmp_path / "one" / "mechanism.yaml"
    )
    mechanism(
        "two", edge("peptide limits signal", evidence=item(**MICE)) + rest, file=tmp_path / "two" / "mechanism.yaml"
    )
    return [str(tmp_path / "one"), str(tmp_path / "two")]


def test_the_command_shows_both_sides(two):
    result = run("conflicts", *two)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "Opposite signs: nothing stated separates them"
    assert "  one: thymosin alpha-1 promotes toll-like receptor 7 signaling pathway" in lines
    assert "  two: thymosin alpha-1 limits toll-like receptor 7 signaling pathway" in lines
    assert any("species: mouse; at “x”" in line for line in lines)
    assert "1 direct" in lines
    (found,) = json.loads(run("conflicts", *two, "--json").output)
    assert found["verdict"] == "direct" and [side["mechanism"] for side in found["sides"]] == ["one", "two"]
    assert "no disagreement was found" in run("conflicts", two[0]).output
    assert run("conflicts", "no-such").exit_code == 1


def test_paths_go_through_several_mechanisms(tmp_path):
    for id, said in (("one", "peptide promotes receptor"), ("two", "receptor activates signal")):
        mechanism(id, edge(said), file=tmp_path / id / "mechanism.yaml")
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    alone = json.loads(run("paths", one, "peptide", "signal", "--json").output)
    both = json.loads(run("paths", one, "peptide", "two.signal", "--with", two, "--json").output)
    assert alone["net"] == "none"
    (route,) = both["routes"]
    assert (route["edges"], route["sign"]) == (["one.e", "two.e"], "+")
    assert route["support"]["supporting"] == 1, "both files have the same paper"


def test_where_there_is_no_route_the_nodes_that_others_call_so_are_named(tmp_path):
    elsewhere = NODES.replace('signaling pathway", in: lysosome', 'signaling pathway", in: blood')
    for id, said, nodes in (("one", "receptor activates signal", NODES), ("two", "peptide promotes signal", elsewhere)):
        mechanism(id, edge(said), nodes=nodes, file=tmp_path / id / "mechanism.yaml")
    result = run("paths", str(tmp_path / "one"), "peptide", "signal", "--with", str(tmp_path / "two"))
    assert "0 routes" in result.output and "others have their own: two.signal" in result.output
    result = run("paths", str(tmp_path / "one"), "peptide", "two.signal", "--with", str(tmp_path / "two"))
    assert "1 route;" in result.output and "have their own" not in result.output


@pytest.mark.slow
def test_paths_go_from_one_seed_into_another():
    found = json.loads(run("paths", "all", "radiotherapy", "tumour_restraint", "--json").output)["routes"]
    assert {edge.partition(".")[0] for edge in found[0]["edges"]} == {"cgas-sting", "cdc1-cross-priming"}
    assert "did you mean" in run("paths", "all", "radiotherpy", "tumour_restraint").output


def test_the_page_and_the_build_show_it(two, tmp_path):
    result = run("build", *two, "-o", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    html = (tmp_path / "out" / "all.html").read_text(encoding="utf-8")
    assert "Opposite signs: nothing stated separates them" in html and "<li>disagreement</li>" in html
    assert "Opposite signs" not in (tmp_path / "out" / "one.html").read_text(encoding="utf-8")
    quads = (tmp_path / "out" / "all.nq").read_text(encoding="utf-8")
    assert "<http://purl.org/spar/cito/disagreesWith>" in quads
    assert run("check", str(tmp_path / "out" / "all.nq")).exit_code == 0
    assert (tmp_path / "out" / "all.graphml").is_file()
    for one, other in itertools.permutations(("one", "two")):
        line = f"<https://w3id.org/immune-kg/{one}/node/signal> <https://w3id.org/immune-kg/vocab/sameNode> <https://w3id.org/immune-kg/{other}/node/signal>"
        assert line in quads


def test_a_contradiction_carries_a_mark_in_the_picture_and_what_something_separates_does_not():
    up = mechanism("up", edge("peptide promotes signal", evidence=item(**MICE)))
    for taxon, marked in (("mouse", ["up.e", "down.e"]), ("human", [])):
        stated = MICE if taxon == "mouse" else {"taxon": HUMAN}
        down = mechanism("down", edge("peptide limits signal", evidence=item(**stated)))
        shapes = Picture(Narrative(merge([up, down])))
        each = [line for view in shapes.views[1:] for line in view["lines"]]
        crossed = [shapes.m.edges[line["edge"]].name for line in each if line["mark"]]
        assert crossed == marked, taxon
        assert ["disputed or contradicted"] * bool(marked) == [
            k["text"] for k in shapes.legend if "contra" in k["text"]
        ]


def test_conflicts_are_values_that_keep_their_key():
    rest = edge("receptor activates signal", "r")
    up = mechanism("up", edge("peptide promotes signal", evidence=item(**MICE)) + rest)
    down = mechanism("down", edge("peptide limits signal", evidence=item(taxon=HUMAN)) + rest)
    (here,), (there,) = ([c for c in find(parts) if c.kind == "opposite-signs"] for parts in ([up, down], [down, up]))
    assert here.key == there.key
    assert here.as_dict()["separated"] == [{"by": "species", "sides": ["mouse", "human"]}]
    assert disagreements.of_edge([here]).keys() == {("up", "e"), ("down", "e")}


def test_a_disagreement_counts_once_for_all_edges_of_a_derivation():
    up = mechanism(
        "up", edge("peptide promotes signal", evidence=item(**MICE)) + edge("receptor activates signal", "r")
    )
    down = mechanism("down", edge("peptide limits signal", evidence=item(taxon=HUMAN)))
    assert disagreements.Supports(up).of("e").disagreements == 0, "alone it disagrees with nobody"
    whole = disagreements.Supports(merge([up, down]))
    both = whole.of("up.e", "down.e")
    assert [whole.of(name).disagreements for name in ("up.e", "down.e", "up.r")] == [1, 1, 0]
    assert both.disagreements == 1 and both.counts.endswith(", 1 disagreement")
    assert up.support(up.edge("e")).as_dict().get("disagreements") is None, "not looked for is not none"


# ---------------------------------------------------------------- questions over several mechanisms


def test_questions_go_from_one_mechanism_into_another():
    one = mechanism("one", edge("peptide promotes receptor") + edge("receptor precedes signal", "b"))
    nodes = NODES.replace("kg:thymosin-alpha-1 ! thymosin alpha-1", "CHEBI:135915 ! thymalfasin")
    two = mechanism("two", edge("receptor activates signal") + edge("peptide limits receptor", "l"), nodes)

    def rows(question, *over, **given):
        return [[value.text if value else "" for value in row] for row in ask(question, *over, given=given).rows]

    shared = {(row[0], frozenset((row[1], row[3]))) for row in rows("which-nodes-are-shared", one, two)}
    assert ("one node", frozenset(["Toll-Like Receptor 7"])) in shared
    assert ("one thing, kept apart", frozenset(["thymosin alpha-1", "thymalfasin"])) in shared
    leading = {(row[0], row[1], row[3]) for row in rows("what-leads-into-another-mechanism", one, two)}
    assert ("one", "thymosin alpha-1 promotes Toll-Like Receptor 7", TWO) in leading
    reached = {
        row[2].rpartition("immune-kg/")[2]
        for row in rows("what-is-reached-across-mechanisms", one, two, node="peptide")
    }
    assert "two/node/signal" in reached
    assert rows("where-statements-disagree", one, two)[0][:3] == ["opposite-signs", "separated", "form"]
    assert rows("which-nodes-are-shared", one) == []
    assert [row[:4] for row in rows("how-many-papers", one)] == [["1", "0", "0", "0"]] * 2


TWO = "Toll-Like Receptor 7 activates toll-like receptor 7 signaling pathway"


def test_a_stated_cell_type_counts_whether_or_not_a_table_knows_it():
    dendritic, unlisted = Term("CL:0000451", "dendritic cell"), Term("CL:0000576", "monocyte")
    assert unlisted.id not in terms()
    places = Frozen({"one": Place("one", dendritic), "other": Place("other", unlisted)})
    nodes = Frozen({"A": Node("A"), "B": Node("B")})
    m = Mechanism(id="m", places=places, nodes=nodes)
    sides = [context(m, Edge(Sentence("A", "promotes", "B"), place=place)) for place in places]
    separated, _ = compared(*sides)
    assert ("cell", "dendritic cell", "monocyte") in separated
