"""GraphML, Cytoscape JSON and CX2 by the libraries that others read them with."""

import io
import json
import warnings

import igraph
import networkx as nx
import pytest
from test_formats import FULL

import kg
from kg import formats
from kg.exchange import networks

SEED = kg.read("ta1-tlr7")


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
    written = networks.graph(mechanism)
    assert dict(read.nodes(data=True)) == dict(written.nodes(data=True))
    for one, other, key, said in written.edges(keys=True, data=True):
        assert read.edges[one, other, key].items() >= said.items()


@both
def test_igraph_reads_the_graphml_with_all_nodes_edges_and_attributes(mechanism, tmp_path):
    file = tmp_path / "x.graphml"
    file.write_text(formats.text(mechanism, ".graphml"), encoding="utf-8")
    read = igraph.Graph.Read_GraphML(str(file))
    assert (read.vcount(), read.ecount()) == (len(mechanism.nodes), len(mechanism.edges))
    assert {vertex["id"]: vertex["label"] for vertex in read.vs} == {n.key: n.label for n in mechanism.nodes.values()}
    assert sorted(edge["sentence"] for edge in read.es) == sorted(edge.sentence.text for edge in mechanism.edges)


@both
def test_ndex2_reads_the_cx2_with_positions_attributes_and_style(mechanism, cx2):
    text = formats.text(mechanism, ".cx2")
    network = cx2(json.loads(text))
    assert (len(network.get_nodes()), len(network.get_edges())) == (len(mechanism.nodes), len(mechanism.edges))
    assert network.get_network_attributes()["name"] == mechanism.title
    by_key = {node["v"]["key"]: node for node in network.get_nodes().values()}
    assert {key: node["v"]["name"] for key, node in by_key.items()} == {
        n.key: n.label for n in mechanism.nodes.values()
    }
    at = networks.positions(mechanism)
    assert {key: (node["x"], node["y"]) for key, node in by_key.items()} == at
    assert len(set(at.values())) == len(mechanism.nodes)
    signs = {edge["v"]["key"]: edge["v"]["sign"] for edge in network.get_edges().values()}
    assert signs == {edge.name: mechanism.sign(edge) for edge in mechanism.edges}
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
