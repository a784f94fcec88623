"""GraphML, Cytoscape JSON and CX2 by the libraries that others read them with."""

import io
import json
import warnings

import igraph
import networkx as nx
import pytest
from click.testing import CliRunner
from conftest import SEED
from test_formats import FULL

import kg
from kg import cli, formats
from kg.formats.networks import attributes


@pytest.fixture
def cx2():
    """NDEx's reader of CX2. To import it takes half a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ndex2.cx2 import RawCX2NetworkFactory
    return RawCX2NetworkFactory().get_cx2network


both = pytest.mark.parametrize("mechanism", [SEED, FULL], ids=["seed", "full"])


@both
def test_networkx_reads_the_graphml_as_the_graph_it_was_written_from(mechanism):
    read = nx.read_graphml(io.BytesIO(formats.text(mechanism, ".graphml").encode()), force_multigraph=True)
    written = attributes.graph(mechanism)
    assert dict(read.nodes(data=True)) == dict(written.nodes(data=True))
    for one, other, key, said in written.edges(keys=True, data=True):
        assert read.edges[one, other, key].items() >= said.items()


@both
def test_igraph_reads_the_graphml_with_all_nodes_edges_and_attributes(mechanism, tmp_path):
    file = tmp_path / "x.graphml"
    file.write_text(formats.text(mechanism, ".graphml"), encoding="utf-8")
    read = igraph.Graph.Read_GraphML(str(file))
    assert (read.vcount(), read.ecount()) == (len(mechanism.nodes), mechanism.graph.number_of_edges())
    assert {vertex["id"]: vertex["label"] for vertex in read.vs} == {n.key: n.label for n in mechanism.nodes.values()}
    written = mechanism.graph.edges(data=True)
    assert sorted(edge["sentence"] for edge in read.es) == sorted(said["sentence"] for *_, said in written)


@both
def test_ndex2_reads_the_cx2_with_positions_attributes_and_style(mechanism, cx2):
    text = formats.text(mechanism, ".cx2")
    network = cx2(json.loads(text))
    assert (len(network.get_nodes()), len(network.get_edges())) == (
        len(mechanism.nodes),
        mechanism.graph.number_of_edges(),
    )
    assert network.get_network_attributes()["name"] == mechanism.title
    by_key = {node["v"]["key"]: node for node in network.get_nodes().values()}
    assert {key: node["v"]["name"] for key, node in by_key.items()} == {
        n.key: n.label for n in mechanism.nodes.values()
    }
    at = attributes.positions(mechanism)
    assert {key: (node["x"], node["y"]) for key, node in by_key.items()} == at
    assert len(set(at.values())) == len(mechanism.nodes)
    signs = {edge["v"]["key"]: edge["v"]["sign"] for edge in network.get_edges().values()}
    assert signs == {key: said["sign"] for *_, key, said in mechanism.graph.edges(keys=True, data=True)}
    style = network.get_visual_properties()
    arrows = {pair["v"]: pair["vp"] for pair in style["edgeMapping"]["EDGE_TARGET_ARROW_SHAPE"]["definition"]["map"]}
    assert arrows == {1: "triangle", -1: "tee", 0: "none"}
    again = json.loads(json.dumps(network.to_cx2()))  # ndex2's own writer, read by kg
    assert [part for part in again if "nodes" in part]


def test_what_ndex2_writes_is_read(tmp_path, cx2):
    network = cx2(json.loads(formats.text(SEED, ".cx2")))
    file = tmp_path / "x.cx2"
    file.write_text(json.dumps(network.to_cx2()), encoding="utf-8")
    mechanism, _ = formats.parse(file)
    assert (mechanism.nodes, mechanism.layout) == (SEED.nodes, SEED.layout)
    assert {edge.name: edge.sentence for edge in mechanism.edges} == {e.name: e.sentence for e in SEED.edges}


def test_what_networkx_and_igraph_write_is_read(tmp_path):
    graph = nx.MultiDiGraph(name="a network")
    graph.add_edge("IL6", "STAT3", key="e", interaction="activates", pmid="1234567", weight=0.5)
    graph.add_edge("STAT3", "SOCS3", sign=-1)
    nx.write_graphml(graph, tmp_path / "x.graphml")
    mechanism, ledger = formats._parsed(tmp_path / "x.graphml")
    assert [edge.sentence.text for edge in mechanism.edges] == ["IL6 activates STAT3", "STAT3 limits SOCS3"]
    assert [mechanism.source(edge.evidence[0]).pmid for edge in mechanism.edges] == ["1234567", ""]
    assert [one.field for one in ledger.account().lost] == ["weight"]
    other = igraph.Graph.DictList(
        [{"name": "A"}, {"name": "B"}], [{"source": "A", "target": "B", "sign": 1.0}], directed=True
    )
    other.write_graphml(str(tmp_path / "y.graphml"))
    mechanism, _ = formats.parse(tmp_path / "y.graphml")
    assert [edge.sentence.text for edge in mechanism.edges] == ["n0 promotes n1"]
    assert [node.label for node in mechanism.nodes.values()] == ["A", "B"]


def test_cytoscape_js_gets_its_elements(tmp_path):
    data = json.loads(formats.text(SEED, ".cyjs"))
    ids = {node["data"]["id"] for node in data["elements"]["nodes"]}
    assert ids == set(SEED.nodes)
    assert all({edge["data"]["source"], edge["data"]["target"]} <= ids for edge in data["elements"]["edges"])
    flat = [*data["elements"]["nodes"], *data["elements"]["edges"]]  # the list that Cytoscape.js takes, too
    (tmp_path / "x.cyjs").write_text(json.dumps({"data": data["data"], "elements": flat}), encoding="utf-8")
    mechanism, _ = formats.parse(tmp_path / "x.cyjs")
    assert (mechanism.nodes, mechanism.layout) == (SEED.nodes, SEED.layout)


# ---------------------------------------------------------------- files with a fault: a complaint with its place, or a right result


def cyjs(node="", edge="", whole=""):
    """A network of two nodes and an edge, with a fault among their attributes."""
    nodes = f'{{"data": {{"id": "a"{node}}}}}, {{"data": {{"id": "b"}}}}'
    edges = f'{{"data": {{"id": "e", "source": "a", "target": "b", "interaction": "inhibits"{edge}}}}}'
    return f'{{"data": {{"id": "x"{whole}}},\n "elements": {{"nodes": [{nodes}],\n "edges": [{edges}]}}}}'


def graphml(part):
    ends = '<node id="a"/><node id="b"/>'
    return f'<graphml>\n<graph edgedefault="directed">{ends}\n<edge source="a" target="b">{part}</edge>\n</graph></graphml>'


EVIDENCE = ', "evidence": "[{%s}]"'
SOURCES = r', "sources": "[{\"key\": \"s\", \"kind\": \"article\", \"title\": \"T\", %s}]"'
FAULTS = [
    ("a.cyjs", cyjs(node=', "place": []'), 2, "'place' of node is a list; expected a single value"),
    ("a.cyjs", cyjs(node=', "kind": {"a": 1}'), 2, "'kind' of node is an object; expected a single value"),
    ("a.cyjs", '{"elements":\n {"nodes": 5, "edges": []}}', 2, "'nodes' is not a list"),
    ("a.cyjs", '{"elements": {"nodes": [],\n "edges": [-1]}}', 2, "one of 'edges' is not an object"),
    ("a.cyjs", cyjs(edge=EVIDENCE % r"\"claim\": \"finding\", \"stance\": \"agrees\""), 3, "'agrees' is not one of"),
    ("a.cyjs", cyjs(edge=EVIDENCE % r"\"anchor\": {\"a\": 1}"), 3, "expected text, found Object"),
    ("a.cyjs", cyjs(edge=EVIDENCE % r"\"span\": [3, [9]]"), 3, "a span is [first character, last character + 1]"),
    ("a.cyjs", cyjs(whole=SOURCES % r"\"url\": \"https://a org/x\""), 1, "'https://a org/x' is not an address"),
    ("a.cyjs", cyjs(whole=SOURCES % r"\"texts\": -1"), 1, "expected a list of SHA-256 sums, found int"),
    ("a.cyjs", cyjs(node=r', "note": "a\u0007"'), 2, "U+0007 is not allowed in text"),
    ("a.graphml", graphml("<data key='evidence'>[{\"claim\": 5}]</data>"), 3, "expected one of: finding"),
    (
        "a.graphml",
        '<graphml><graph edgedefault="both"><node id="a"/></graph></graphml>',
        1,
        "'both' is not an edgedefault",
    ),
    ("a.cx2", '[{"CXVersion": "2.0"},\n {"networkAttributes": [5]}]', 2, "one of 'networkAttributes' is not an object"),
    (
        "a.cx2",
        '[{"CXVersion": "2.0"},\n {"attributeDeclarations": [{"nodes": {"name": {"a": ["n"]}}}]}]',
        2,
        "'a' of aspect",
    ),
    ("a.bel.nodelink.json", '{"nodes": [{"bel": "p(X:Y)", "id": ["a"]}],\n "links": []}', 1, "'id' of node is a list"),
    (
        "a.bel.nodelink.json",
        '{"nodes": [{"bel": "p(X:Y)"}],\n "links": [{"source": [0], "target": 0, "relation": "increases"}]}',
        2,
        "one of 'links' has no single value for 'source'",
    ),
]
WANTED = ("out.ttl", "out.yaml", "out.sif", "out.graphml")


@pytest.mark.parametrize(("name", "text", "line", "message"), FAULTS)
def test_a_fault_of_a_file_is_complained_of_at_its_place_and_nothing_is_written(name, text, line, message, tmp_path):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    checked = CliRunner().invoke(cli.main, ["check", str(file)])
    assert checked.exit_code == 1 and f"{file}:{line}:" in checked.output and message in checked.output
    for out in WANTED:
        done = CliRunner().invoke(cli.main, ["convert", str(file), str(tmp_path / out)])
        assert done.exit_code == 1 and message in done.output and not (tmp_path / out).exists()


@pytest.mark.parametrize("name", ["a\x07b.sif", b"a\xffb.sif".decode("utf-8", "surrogateescape"), "a\u2028b.sif"])
def test_a_file_of_any_name_is_converted(name, tmp_path):
    file = tmp_path / name
    file.write_text("A\tactivates\tB\n", encoding="utf-8")
    for out in WANTED:
        formats.convert(file, tmp_path / out)
        if not out.endswith(".sif"):
            assert kg.read(tmp_path / out).edges[0].sentence.text == "A activates B"


@pytest.mark.parametrize("suffix", [".graphml", ".cyjs", ".cx2"])
def test_nodes_that_are_named_by_digits_keep_their_names(suffix, tmp_path):
    file = tmp_path / "x.sif"
    file.write_text("2026\tactivates\t1\n", encoding="utf-8")
    formats.convert(file, tmp_path / f"x{suffix}")
    again = kg.read(tmp_path / f"x{suffix}")
    assert list(again.nodes) == ["2026", "1"] and again.edges[0].sentence.text == "2026 activates 1"


def test_text_beside_elements_and_empty_elements_that_nobody_knows_are_reported(tmp_path):
    file = tmp_path / "x.graphml"
    file.write_text(graphml("<data key='interaction'>inhibits</data>beside<odd/>"), encoding="utf-8")
    lost = {(one.name, one.field, one.said) for one in formats.convert(file, tmp_path / "x.sif").accounts[0].lost}
    assert {("edge", "text", "beside"), ("odd", "element", "odd")} <= lost
