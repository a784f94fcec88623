"""RDF held to ontology/shapes.ttl: tests/wrong-rdf/NAME.ttl earns the complaint shape-NAME, word for word as in NAME.txt.

NAME.MORE.ttl is another such file. tests/wrong-rdf/nothing-wrong.ttl is the small mechanism that all of them break.
"""

import json
import socket
from pathlib import Path

import pyshacl
import pytest
from click.testing import CliRunner
from conftest import SAMPLE, SEEDS, slowly
from rdflib import RDF, RDFS, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection

import kg
from kg import formats
from kg.checks import shapes
from kg.cli.group import main
from kg.formats.rdf import names
from kg.model import rdf_files, vocabulary
from kg.model.diagnostics import InvalidMechanism
from kg.reasoning import outward

HERE = Path(__file__).parent / "wrong-rdf"
GOOD = HERE / "nothing-wrong.ttl"
FILES = sorted(set(HERE.glob("*.ttl")) - {GOOD})
SH = Namespace(shapes.SHACL)
SHAPES = Graph().parse(kg.data_dir("ontology") / "shapes.ttl")
PREFIX = "https://w3id.org/immune-kg/shapes/"


def name(path):
    return path.name.partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_complaints_are_word_for_word_and_for_one_reason(path, monkeypatch):
    monkeypatch.chdir(HERE)
    found = shapes.examine(path.name).diagnostics
    assert "\n".join(map(str, found)) + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert {one.code for one in found} == {f"shape-{name(path)}"}
    assert list(found) == sorted(found)
    assert all(one.message and one.help for one in found)


def test_every_shape_has_a_file_that_only_it_complains_of():
    properties = set(SHAPES.objects(None, SH.property))
    constraints = {shape for shape in SHAPES.subjects(RDF.type, SH.NodeShape) if (shape, SH.message, None) in SHAPES}
    constraints |= {shape for shape, _ in SHAPES.subject_objects(SH.sparql)}
    made = {str(shape).removeprefix(PREFIX) for shape in properties | constraints}
    assert made | {"nothing"} == {name(path) for path in FILES}
    assert len(FILES) >= 12


def test_the_small_mechanism_conforms():
    assert shapes.examine(GOOD).diagnostics == ()


@pytest.mark.parametrize(
    "mechanism", slowly((one for one in SEEDS if one.id in SAMPLE), fast=()), ids=lambda mechanism: mechanism.id
)
def test_every_export_conforms(mechanism, built):
    """All of them for the first mechanism; for the others Turtle and the runs, since the other forms say the same."""
    for row in formats.writers():
        file = built / f"{mechanism.id}{row.suffix}"
        if rdf_files.is_rdf(file) and (mechanism.id == "ta1-tlr7" or row.name in ("ttl", "run")):
            report = shapes.examine(file)
            assert report.diagnostics == (), row.suffix
            assert row.name in ("run", "nanopub") or report.edges == len(mechanism.edges)


def test_the_shapes_are_shacl_and_fetch_nothing():
    good = Graph().parse(GOOD)
    conforms, _, text = pyshacl.validate(good, shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text


def test_the_lists_in_the_shapes_are_the_tables():
    kgs = Namespace(PREFIX)
    verbs = [str(verb).removeprefix(str(names.KGV)) for verb in _listed(kgs["edge-predicate"])]
    assert verbs == list(vocabulary.predicates()), "write the verbs of predicates.tsv into kgs:edge-predicate"
    claims = [str(claim).removeprefix(str(names.KGV)) for claim in _listed(kgs["evidence-claim"])]
    assert claims == list(vocabulary.claims())
    query = str(SHAPES.value(kgs["bare-triple-query"], SH.select))
    bare = [claim.claim for claim in vocabulary.claims().values() if claim.bare == "yes"]
    assert f"?claim IN ({', '.join(f'kgv:{claim}' for claim in bare)})" in query
    own = {claim.claim for claim in vocabulary.claims().values() if claim.locator == "no" or not claim.eco}
    said = {str(claim).removeprefix(str(names.KGV)) for claim in SHAPES.objects(None, SH.hasValue)} - {
        "true",
        "false",
        "blocking",
    }
    assert said == own


def _listed(shape):
    return Collection(SHAPES, SHAPES.value(shape, SH["in"]))


def test_every_word_in_the_shapes_is_in_the_vocabulary():
    words = Graph().parse(kg.data_dir("ontology") / "vocabulary.ttl")
    for triple in SHAPES:
        for term in triple:
            if isinstance(term, URIRef) and term.startswith(str(names.KGV)):
                assert words.value(term, RDFS.label), term


# ---------------------------------------------------------------- kg check FILE


def test_kg_check_validates_rdf_in_every_syntax(tmp_path):
    ok = CliRunner().invoke(main, ["check", str(GOOD)])
    assert ok.exit_code == 0 and "2 edges" in ok.stdout and "nothing wrong" in ok.stdout
    wrong = HERE / "edge-evidence.ttl"
    result = CliRunner().invoke(main, ["check", str(GOOD), str(wrong)])
    assert result.exit_code == 1
    assert f"{wrong}:36:1: shape-edge-evidence: an edge has no evidence: edge:two" in result.stderr
    found = json.loads(CliRunner().invoke(main, ["check", str(wrong), "--json"]).stdout)
    assert [one["code"] for one in found[0]["diagnostics"]] == ["shape-edge-evidence"]
    warned = CliRunner().invoke(main, ["check", str(HERE / "mechanism-version.ttl")])
    assert warned.exit_code == 0 and "1 warning" in warned.stdout
    graph = Dataset().graph(URIRef("https://example.org/tiny"))
    graph.parse(wrong)
    syntaxes = {".nt": "nt", ".rdf": "pretty-xml", ".jsonld": "json-ld", ".ttl": "turtle"}
    for suffix, format in syntaxes.items():
        file = tmp_path / f"other{suffix}"
        graph.serialize(file, format=format)
        (one,) = shapes.examine(file).diagnostics
        assert one.code == "shape-edge-evidence"
        assert "edge/two" in one.at.text or "edge:two" in one.at.text, suffix
    for suffix, format in ((".nq", "nquads"), (".trig", "trig")):
        file = tmp_path / f"other{suffix}"
        data = Dataset()
        for triple in graph:
            data.graph(URIRef("https://example.org/tiny")).add(triple)
        data.serialize(file, format=format)
        assert [one.code for one in shapes.examine(file).diagnostics] == ["shape-edge-evidence"]


BOMB = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>"""
FILE_OF_OURS = BOMB.replace('"aaaaaaaaaa"', 'SYSTEM "file:///etc/hostname"').replace("&a;", "x")
TURTLE = GOOD.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "text", "code", "words"),
    [
        ("cut.ttl", TURTLE[:1500], "rdf-syntax", "cut off"),
        ("cut.jsonld", '{"@context": {"kgv": "https://w3id.org/immune-kg/vocab/"}, "@graph": [', "rdf-syntax", "not JSON-LD"),
        ("empty.jsonld", "", "rdf-syntax", "cut off"),
        ("turtle.jsonld", TURTLE, "rdf-syntax", "it can be read as turtle.ttl"),
        ("json.ttl", '{"@id": "https://example.org/a", "https://example.org/b": "c"}', "rdf-syntax", "it can be read as json.jsonld"),
        ("far.jsonld", '{"@context": "http://127.0.0.1:9/context", "@id": "x"}', "rdf-remote-context", "nothing is fetched"),
        ("far.jsonld", '{"@context": ["https://w3id.org/ro/crate/1.1/context"], "@id": "x"}', "rdf-remote-context", "nothing is fetched"),
        ("import.jsonld", '{"@context": {"@version": 1.1, "@import": "http://127.0.0.1:9/c"}, "@id": "x"}', "rdf-remote-context", "nothing"),
        ("bomb.rdf", BOMB, "rdf-entity", "not expanded"),
        ("quadratic.rdf", BOMB.replace("&a;", "x" * 1000), "rdf-entity", "not expanded"),
        ("ours.rdf", FILE_OF_OURS, "rdf-syntax", "ENTITY"),
        ("latin.ttl", "é".encode("latin-1"), "rdf-encoding", "not UTF-8"),
        ("nul.nt", "\0", "rdf-syntax", "nul.nt:1:1"),
        ("nothing.nt", "", "shape-nothing", "nothing to check"),
        ("deep.ttl", "<urn:a> <urn:b> " + "[ <urn:b> " * 50_000, "rdf-syntax", "deep.ttl:1:"),
        ("deep.jsonld", "[" * 50_000, "rdf-syntax", "deep.jsonld:1:"),
        ("iri.ttl", "<urn:a> <urn:b> <urn:c d> .", "rdf-syntax", "iri.ttl:1:"),
    ],
)  # fmt: skip
def test_bad_rdf_ends_with_a_complaint_and_exit_1(file, text, code, words, tmp_path, monkeypatch):
    def no_net(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", no_net)
    monkeypatch.chdir(tmp_path)
    Path(file).write_bytes(text if isinstance(text, bytes) else text.encode())
    result = CliRunner().invoke(main, ["check", file])
    assert result.exit_code == 1
    assert f": {code}: " in result.stderr and words in result.stderr
    assert "Traceback" not in result.output
    assert len(result.stderr) < 2000


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(InvalidMechanism, match="not-found"):
        shapes.examine(tmp_path / "none.ttl")
    monkeypatch.setattr(shapes, "LARGEST", 10)
    with pytest.raises(InvalidMechanism, match="rdf-too-large"):
        shapes.examine(GOOD)


def test_values_of_a_wrong_kind_are_complaints_and_nothing_else(tmp_path, capfd):
    file = tmp_path / "odd.ttl"
    text = TURTLE.replace(
        'oa:exact "the drug kills"', 'oa:start "x"^^<http://www.w3.org/2001/XMLSchema#integer> ; oa:end "y"'
    )
    file.write_text(text.replace("kgv:asserted true", "kgv:asserted <<>>".replace("<<>>", '"yes"')), encoding="utf-8")
    assert {one.code for one in shapes.examine(file).diagnostics} == {"shape-selector-words"}
    assert capfd.readouterr() == ("", "")


# ---------------------------------------------------------------- joining with the graphs of others

FOREIGN = """
@prefix biolink: <https://w3id.org/biolink/vocab/> .
@prefix GO: <http://purl.obolibrary.org/obo/GO_> .
@prefix MESH: <http://id.nlm.nih.gov/mesh/> .
@prefix ex: <https://example.org/their/> .

MESH:D051199 biolink:category biolink:Protein ; biolink:name "their TLR7" .
ex:imiquimod biolink:interacts_with MESH:D051199 .
GO:0034154 biolink:name "their pathway" .
"""


@pytest.fixture(scope="module")
def merged(built):
    """Our Turtle and a graph of somebody else who writes identifiers as the Biolink Model's prefix map does."""
    graph = Graph().parse(built / "ta1-tlr7.ttl", format="turtle")
    return graph.parse(data=FOREIGN, format="turtle")


def test_nodes_join_on_their_terms(merged):
    query = """SELECT ?label ?theirs WHERE { ?node a kgv:Node ; rdfs:label ?label ; kgv:denotes ?term .
        ?term <https://w3id.org/biolink/vocab/name> ?theirs }"""
    found = {(str(a), str(b)) for a, b in merged.query(query, initNs={"kgv": names.KGV, "rdfs": RDFS})}
    assert ("TLR7", "their TLR7") in found
    assert {theirs for _, theirs in found} == {"their TLR7", "their pathway"}
    across = """SELECT ?drug ?edge WHERE { ?drug biolink:interacts_with ?term . ?node kgv:denotes ?term .
        ?edge kgv:requires/kgv:node|rdf:subject|rdf:object ?node }"""
    assert list(merged.query(across, initNs={"kgv": names.KGV, "biolink": names.BIOLINK, "rdf": RDF}))


def test_no_bare_triple_of_a_merged_graph_is_unhedged_guessing(merged):
    """Whoever asks the merged graph for plain triples gets no hypothesis and no inference of ours as a fact."""
    query = """SELECT ?s ?p ?o WHERE { ?s ?p ?o . ?s a kgv:Node . ?o a kgv:Node }"""
    bare = list(merged.query(query, initNs={"kgv": names.KGV}))
    firm = {URIRef(names.KGV[claim.claim]) for claim in vocabulary.claims().values() if claim.bare == "yes"}
    assert bare
    for s, p, o in bare:
        edges = (
            set(merged.subjects(RDF.subject, s))
            & set(merged.subjects(RDF.predicate, p))
            & set(merged.subjects(RDF.object, o))
        )
        items = [item for edge in edges for item in merged.objects(edge, names.KGV.evidence)]
        assert firm & {merged.value(item, names.KGV.claim) for item in items}
        assert Literal("disputes") not in {merged.value(item, names.KGV.stance) for item in items}


def test_every_edge_can_be_cited_by_its_iri_and_a_version(merged):
    query = """SELECT ?edge ?version ?hash ?licence WHERE { ?edge a biolink:Association ; kgv:inMechanism ?mechanism .
        ?mechanism owl:versionInfo ?version ; kgv:inputSha256 ?hash ; dcterms:license ?licence }"""
    cited = {str(row.edge) for row in merged.query(query, initNs={key: names.PREFIXES[key] for key in names.PREFIXES})}
    seed = next(mechanism for mechanism in SEEDS if mechanism.id == "ta1-tlr7")
    assert cited == {names.iri(seed, "edge", *one.name.split("/")) for one in outward.statements(seed)}
