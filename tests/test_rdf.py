"""RDF that says no more than the mechanism does, in four forms that say the same."""

import json
import subprocess
import sys
from dataclasses import replace

import pyoxigraph as ox
import pytest
from conftest import SAMPLE, SEEDS, SOME, slowly
from pyld import jsonld
from rdflib import PROV, RDF, SKOS, BNode, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic

import kg
from kg import formats
from kg.formats import rdf
from kg.formats.rdf import names, write
from kg.model import vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Frozen, Node, Sentence, Source
from kg.model.vocabulary import Term
from kg.reasoning import outward

by_id = pytest.mark.parametrize("mechanism", SOME, ids=lambda m: m.id)


def mechanism_of(*claims, stance="supports", verb="activates"):
    """A mechanism of one edge whose evidence has these claims."""
    because = {"inference": "ours", "gap": "ours"}
    evidence = tuple(
        Evidence(anchor="a few words", claim=claim, because=because.get(claim, ""), stance=stance) for claim in claims
    )
    nodes = {key: Node(key=key, term=Term("MESH:D051199", "Toll-Like Receptor 7")) for key in "ab"}
    source = Source(key="paper", kind="paper", title="T", doi="10.1000/1")
    edge = Edge(sentence=Sentence("a", verb, "b"), name="one", evidence=evidence)
    return Mechanism(
        id="m", title="M", licence="CC0-1.0", sources=Frozen({"paper": source}), nodes=Frozen(nodes), edges=(edge,)
    )


def bare(mechanism):
    """Every triple between two nodes, but what a node is an activity of."""
    nodes = {URIRef(names.iri(mechanism, "node", key)) for key in mechanism.nodes}
    return {t for t in write.graph(mechanism) if t[0] in nodes and t[2] in nodes and t[1] != names.KGV.activityOf}


@pytest.mark.parametrize("claim", vocabulary.claims())
def test_a_bare_triple_needs_a_finding_or_background(claim):
    assert len(bare(mechanism_of(claim))) == (claim in ("finding", "background"))


def test_a_hedged_sentence_and_a_joint_effect_are_no_bare_triples():
    mechanism = mechanism_of("background")
    hedged = replace(mechanism.edges[0].evidence[0], hedge="can")
    assert bare(replace(mechanism, edges=(replace(mechanism.edges[0], evidence=(hedged,)),))) == set()
    assert bare(mechanism_of("finding", verb="synergises_with")) == set()


def test_a_paper_that_was_not_read_is_named_by_its_report_and_credited_with_nothing():
    seed = next(m for m in SEEDS if m.id == "ta1-tlr7")
    graph = write.graph(seed)
    paper = URIRef("https://doi.org/10.1158/0008-5472.CAN-25-5547")
    assert not list(graph.subjects(names.BIOLINK.publications, paper))
    (unread,) = graph.subjects(names.SCHEMA.identifier, paper)
    (report,) = graph.subjects(names.KGV.reports, unread)
    items = set(graph.subjects(PROV.wasDerivedFrom, report))
    assert {graph.value(item, names.KGV.claim) for item in items} >= {names.KGV.finding}
    assert {str(work) for item in items for work in graph.objects(item, names.BIOLINK.publications)} == {
        str(graph.value(report, names.SCHEMA.identifier))
    }


def test_a_bare_triple_is_withheld_when_disputed_and_given_beside_weaker_evidence():
    mechanism = mechanism_of("finding", "hypothesis")
    assert len(bare(mechanism)) == 1
    doubt = replace(mechanism.edges[0].evidence[0], stance="disputes")
    edge = replace(mechanism.edges[0], evidence=(*mechanism.edges[0].evidence, doubt))
    assert bare(replace(mechanism, edges=(edge,))) == set()
    elsewhere = replace(edge, name="two", evidence=(doubt,))  # the same triple, disputed under another name
    twice = replace(mechanism, edges=(mechanism.edges[0], elsewhere))
    assert bare(twice) == set()
    asserted = write.graph(twice).value(URIRef(names.iri(twice, "edge", "one")), names.KGV.asserted)
    assert asserted == Literal(False), "it would claim a triple that is not there"
    qualified = replace(edge, evidence=(mechanism.edges[0].evidence[0], replace(doubt, stance="qualifies")))
    assert len(bare(replace(mechanism, edges=(qualified,)))) == 1


def test_of_opposite_statements_that_nothing_separates_neither_is_a_bare_triple():
    nodes = {"a": Node("a", Term("MESH:D051199", "Toll-Like Receptor 7")), "b": Node("b", name="b")}
    mechanism = replace(mechanism_of("finding"), nodes=Frozen(nodes))
    (edge,) = mechanism.edges
    opposite = replace(edge, name="two", sentence=Sentence("a", "inhibits", "b"))
    assert len(bare(replace(mechanism, edges=(opposite,)))) == 1
    assert bare(replace(mechanism, edges=(edge, opposite))) == set()
    mouse, human = (Term("NCBITaxon:10090", "Mus musculus"), Term("NCBITaxon:9606", "Homo sapiens"))
    one, other = (
        replace(e, evidence=tuple(replace(item, taxon=(taxon,)) for item in e.evidence))
        for e, taxon in ((edge, mouse), (opposite, human))
    )
    assert len(bare(replace(mechanism, edges=(one, other)))) == 2, "the species separates them"


@by_id
def test_the_statements_of_a_seed_are_those_of_every_export(mechanism):
    """Ends, species, publications and knowledge level; what is asserted is a bare triple, and nothing else is."""
    graph, biolink = write.graph(mechanism), names.BIOLINK
    nodes = names.iri(mechanism, "node", "")
    there = {str(s) for s in graph.subjects(RDF.type, biolink.Association)}
    said = {names.iri(mechanism, "edge", *one.name.split("/")): one for one in outward.statements(mechanism)}
    assert there == set(said)
    expected = set()
    for iri, one in said.items():
        about = URIRef(iri)
        subject, verb, object = (str(graph.value(about, part)) for part in (RDF.subject, RDF.predicate, RDF.object))
        assert (subject, verb) == (nodes + one.subject, str(names.KGV[one.verb]))
        assert object in (nodes + one.object, names.iri(mechanism, "edge", one.acts_on))
        assert {str(t) for t in graph.objects(about, biolink.species_context_qualifier)} == {t.iri for t in one.species}
        works = {work if "://" in work else vocabulary.expand(work) for work in one.publications}
        assert {str(work) for work in graph.objects(about, biolink.publications)} == works
        assert str(graph.value(about, biolink.knowledge_level)) == one.knowledge_level
        assert str(graph.value(about, biolink.agent_type)) == one.agent_type
        expected |= {(subject, verb, object)} if one.asserted and object.startswith(nodes) else set()
    assert {tuple(map(str, triple)) for triple in bare(mechanism)} == expected
    assert 0 < len(expected) < len(said)


@by_id
def test_no_node_is_isolated(mechanism):
    graph = write.graph(mechanism)
    joined = set(graph.objects(None, RDF.subject)) | set(graph.objects(None, RDF.object))
    alone = {key for key in mechanism.nodes if URIRef(names.iri(mechanism, "node", key)) not in joined}
    assert alone == {
        key for key in mechanism.nodes if not any(key in (s.subject, s.object) for s in outward.statements(mechanism))
    }


@pytest.mark.parametrize("mechanism", SOME, ids=lambda m: m.id)
def test_all_forms_say_the_same_to_rdflib_and_to_pyoxigraph(mechanism, built):
    forms = {name: built / f"{mechanism.id}.{name}" for name in ("ttl", "trig", "nq", "jsonld")}
    wanted = write.graph(mechanism)
    assert not any(isinstance(term, BNode) for triple in wanted for term in triple)
    for name, format in (("ttl", "turtle"), ("jsonld", "json-ld")):
        assert isomorphic(Graph().parse(forms[name], format=format), wanted)
    for name, format in (("trig", "trig"), ("nq", "nquads")):
        data = Dataset().parse(forms[name], format=format)
        named = {str(g.identifier): g for g in data.graphs() if len(g)}
        assert set(named) == {names.iri(mechanism), names.iri(mechanism, "run")}
        assert isomorphic(named[names.iri(mechanism)], wanted)
        assert isomorphic(named[names.iri(mechanism, "run")], write.run_graph(mechanism))
    sizes = {}
    for name, file in forms.items():
        quads = list(ox.parse(path=file))
        run = ox.NamedNode(names.iri(mechanism, "run"))
        sizes[name] = {(str(q.subject), str(q.predicate), str(q.object)) for q in quads if q.graph_name != run}
    assert sizes["ttl"] == sizes["trig"] == sizes["nq"] == sizes["jsonld"]
    assert len(sizes["ttl"]) == len(wanted)


@by_id
def test_every_edge_carries_its_evidence_and_every_item_its_claim_and_place(mechanism):
    graph = write.graph(mechanism)
    for edge in mechanism.edges:
        about = URIRef(names.iri(mechanism, "edge", edge.name))
        assert (about, RDF.type, names.BIOLINK.Association) in graph
        assert graph.value(about, names.BIOLINK.knowledge_level) and graph.value(about, names.BIOLINK.agent_type)
        items = list(graph.objects(about, names.KGV.evidence))
        assert len(items) == len(edge.evidence)
        for item in items:
            claim = graph.value(item, names.KGV.claim)
            unread = str(graph.value(graph.value(item, PROV.wasDerivedFrom), names.KGV.read)) in (
                "excerpt",
                "abstract",
            )
            assert graph.value(item, names.OA.hasSelector) or graph.value(item, names.KGV.because) or unread
            assert graph.value(claim, SKOS.definition)
        stated = bool(list(graph.objects(about, names.BIOLINK.species_context_qualifier)))
        assert graph.value(about, names.KGV.speciesStated) == Literal(stated)


def test_a_curators_inference_names_no_publication():
    graph = write.graph(mechanism_of("inference"))
    assert list(graph.objects(None, names.BIOLINK.publications)) == []
    assert [str(o) for o in set(write.graph(mechanism_of("finding")).objects(None, names.BIOLINK.publications))] == [
        "https://doi.org/10.1000/1"
    ]


def test_a_blocking_edge_points_to_the_edge_it_blocks():
    seed = next(m for m in SEEDS if m.id == "ta1-tlr7")
    graph = write.graph(seed)
    there = graph.value(URIRef(names.iri(seed, "edge", "protection")), names.KGV.actsOn)
    assert str(there) == names.iri(seed, "edge", "degradation")


def test_iris_survive_reordering_and_new_wording():
    mechanism = mechanism_of("finding", "hypothesis")
    edge = mechanism.edges[0]
    turned = replace(mechanism, edges=(replace(edge, evidence=edge.evidence[::-1]),))
    assert {t for t in write.graph(turned) if t[1] != names.KGV.inputSha256} == {
        t for t in write.graph(mechanism) if t[1] != names.KGV.inputSha256
    }
    reworded = replace(edge, sentence=Sentence("a", "promotes", "b"))
    ends = {
        str(s)
        for s in write.graph(replace(mechanism, edges=(reworded,))).subjects()
        if "/edge/" in s or "/evidence/" in s
    }
    assert ends == {str(s) for s in write.graph(mechanism).subjects() if "/edge/" in s or "/evidence/" in s}


def test_awkward_names_make_iris_that_parse():
    mechanism = mechanism_of("finding")
    awkward = "CD8+.T_cell-2"
    edge = replace(
        mechanism.edges[0], name=awkward, evidence=(Evidence(claim="finding", anchor='a "b" \\ <c>\n{d}', hedge="é"),)
    )
    text = rdf.text(replace(mechanism, edges=(edge,)), "ttl")
    assert len(list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))) == len(
        Graph().parse(data=text, format="turtle")
    )


def test_json_ld_holds_its_context_and_fetches_none():
    context = json.loads(formats.text(SEEDS[0], ".jsonld"))["@context"]
    assert isinstance(context, dict) and "@import" not in context
    assert not [term for term in context.values() if isinstance(term, dict) and "@context" in term]


@by_id
def test_json_ld_is_what_a_web_developer_expects(mechanism, built):
    """Short keys, lists where there may be several, evidence inside its edge, and the same triples to pyld."""
    found = json.loads((built / f"{mechanism.id}.jsonld").read_text(encoding="utf-8"))
    edges = {edge["id"]: edge for edge in found["edges"]}
    for edge in mechanism.edges:
        shown = edges[f"edge/{edge.name}"]
        assert shown["type"] == "Association" and shown["subject"] == f"node/{edge.subject}"
        assert shown["predicate"] == edge.verb and shown["asserted"] is outward.by_name(mechanism)[edge.name].asserted
        assert sorted(item["claim"] for item in shown.get("evidence", [])) == sorted(
            item.claim for item in edge.evidence
        )
    assert found["version"] == mechanism.version and found["caveat"] == sorted(mechanism.caveats)
    quads = jsonld.to_rdf(found, {"format": "application/n-quads"})
    assert isomorphic(Graph().parse(data=quads, format="nt"), write.graph(mechanism))


def test_the_context_knows_every_verb():
    context = json.loads((kg.data_dir("ontology") / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    for verb in vocabulary.predicates():
        assert context[verb]["@id"] == f"kgv:{verb}", "python tests/derived.py adds it"


@pytest.mark.parametrize("mechanism", slowly((one for one in SEEDS if one.id in SAMPLE), fast=()), ids=lambda m: m.id)
def test_the_same_bytes_whatever_the_hash_seed(mechanism, tmp_path):
    code = (
        "import sys, hashlib; from kg import formats; m = formats.read(sys.argv[1]);"
        "[print(row.name, hashlib.sha256(formats.text(m, row.suffix).encode()).hexdigest()) for row in formats.writers()]"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, mechanism.id],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
            cwd=kg.data_dir("seeds").parent,
        ).stdout
        for seed in ("0", "1")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) == len(list(formats.writers()))


def test_the_run_graph_holds_values_and_no_edges():
    seed = next(m for m in SEEDS if m.id == "ta1-tlr7")
    graph = write.run_graph(seed)
    about = URIRef(names.iri(seed, "run", "both-without-TLR7", "as-written", "tumour_control"))
    assert str(graph.value(about, names.KGV.value)) == "partial"
    assert str(graph.value(about, names.KGV.status)) == "reproduces an observation"
    assert list(graph.objects(about, names.KGV.usesEdge))
    assert not list(graph.subjects(RDF.type, names.BIOLINK.Association))
    assert (URIRef(names.iri(seed, "run")), PROV.wasDerivedFrom, URIRef(names.iri(seed))) in graph
    nodes = {URIRef(names.iri(seed, "node", key)) for key in seed.nodes}
    assert not [triple for triple in graph if triple[0] in nodes]
    derived = {
        (str(c), str(n))
        for s, c in graph.subject_objects(names.KGV.condition)
        for n in graph.objects(s, names.KGV.node)
    }
    for given in seed.conditions.values():
        at = names.iri(seed, "condition", given.key)
        there = {key for key in seed.nodes if (at, names.iri(seed, "node", key)) in derived}
        assert there == set(seed.nodes) - set(given.values), "what a condition sets does not follow from it"


def parsed(tmp_path, text, suffix):
    file = tmp_path / f"x{suffix}"
    file.write_text(text, encoding="utf-8")
    return formats._parsed(file)


@pytest.mark.parametrize("doi", ['10.1002/(SICI)1097<1::"A">3.0;2-#', "10.12/ä|{}%^`\\", "10.1000/a%20b"])
@pytest.mark.parametrize("suffix", [".ttl", ".trig", ".nq", ".jsonld"])
def test_any_doi_is_an_iri_and_comes_back(doi, suffix, tmp_path):
    mechanism = mechanism_of("finding")
    source = replace(mechanism.sources["paper"], doi=doi, url="https://doi.org/no-number")
    again, _ = parsed(tmp_path, formats.text(replace(mechanism, sources=Frozen({"paper": source})), suffix), suffix)
    assert (again.sources["paper"].doi, again.sources["paper"].url) == (doi, source.url)


@pytest.mark.parametrize("char", ["\u2028", "\u0085", "\u2029"])
def test_a_line_of_quads_ends_where_a_line_ends(char, tmp_path):
    mechanism = replace(mechanism_of("finding"), title=f"one{char}two")
    text = formats.text(mechanism, ".nq")
    assert parsed(tmp_path, text, ".nq")[0].title == mechanism.title
    assert any(char in line for line in write.lines(write.graph(mechanism), "urn:x"))


ROOT = "<https://w3id.org/immune-kg/m>"
NODE = "<https://w3id.org/immune-kg/m/node/a>"


@pytest.mark.parametrize(
    "more",
    [
        f"GRAPH <https://w3id.org/immune-kg/m/run> {{ {NODE} <urn:p> 'odd' }}",
        f"{NODE} a <urn:odd> .",
        f"{ROOT} <http://purl.org/dc/terms/title> 'Z odd' .",
        f"{NODE} <https://w3id.org/immune-kg/vocab/kind> 'odd' .",
        "<https://w3id.org/immune-kg/vocab/activates> <http://www.w3.org/2000/01/rdf-schema#label> 'odd' .",
        "<urn:odd> <urn:p> 'x' .",
        f"{NODE} <urn:p> [ <urn:p> 'odd' ] .",
    ],
)
def test_what_kg_does_not_write_again_is_lost(more, tmp_path):
    text = formats.text(mechanism_of("finding"), ".trig")
    before = parsed(tmp_path, text, ".trig")[1].account()
    assert not before.lost
    mechanism, ledger = parsed(tmp_path, text + more, ".trig")
    lost = " ".join(f"{one.name} {one.said}" for one in ledger.account().lost)
    assert "odd" in lost and "odd" not in formats.text(mechanism, ".yaml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kgv:asserted true", "kgv:asserted true ; kgv:run 'perhaps'"),
        ("kgv:speciesStated false ;", "kgv:speciesStated false ; kgv:effect kgv:huge ;"),
        ('oa:exact "a few words"', 'oa:start 5 ; oa:end "far"'),
        ("    kgv:evidence ", "    kgv:evidence <urn:nowhere>, "),
        ("oa:hasSelector ", "oa:hasSelector <urn:nowhere>, "),
    ],
)
def test_a_value_that_kg_does_not_write_is_complained_of(old, new, tmp_path):
    text = formats.text(mechanism_of("finding"), ".ttl")
    assert old in text
    _, ledger = parsed(tmp_path, text.replace(old, new, 1), ".ttl")
    assert "wrong-kind" in [one.code for one in ledger.wrong]


@pytest.mark.parametrize("tour", ['[{"title": "A", "light": [{}]}]', '[{"unheard_of": 1}]', "[5]", "{}", "no"])
def test_a_tour_in_json_is_held_to_the_notation(tour, tmp_path):
    graph = write._RdfWriter(mechanism_of("finding")).graph
    graph.add((URIRef(names.iri(mechanism_of("finding"))), names.KGV.tour, Literal(tour)))
    file = tmp_path / "x.ttl"
    graph.serialize(file, format="turtle")
    with pytest.raises(kg.InvalidMechanism) as error:
        formats.read(file)
    assert str(error.value.diagnostics[0].at).startswith(f"{file}:1:")


def test_a_context_of_json_that_nothing_uses_is_reported(tmp_path):
    said = json.loads(formats.text(mechanism_of("finding"), ".jsonld"))
    said["@context"]["unused"] = "http://example.org/odd"
    said["nodes"][0]["dropped"] = None
    _, ledger = parsed(tmp_path, json.dumps(said), ".jsonld")
    told = " ".join(f"{one.field} {one.said}" for one in ledger.account().values if one.fate != "carried")
    assert "example.org/odd" in told
