"""The networkx view: plain attributes, so that every networkx algorithm and writer works."""

import json

import networkx as nx
import pytest
from conftest import EVERY, SEEDS, SOME

import kg

by_id = pytest.mark.parametrize("mechanism", SOME, ids=lambda m: m.id)


@by_id
def test_nodes_and_edges_are_all_there_under_their_names(mechanism):
    graph = mechanism.graph
    assert set(graph) == set(mechanism.nodes)
    needed = {
        f"{edge.name}/{kind}/{one.node}": one.node
        for edge in mechanism.edges
        for kind in ("requires", "unless")
        for one in getattr(edge, kind)
        if one.node not in (edge.subject, mechanism.object(edge))
    }
    assert {key for _, _, key in graph.edges(keys=True)} == {edge.name for edge in mechanism.edges} | needed.keys()
    assert all(needed[key] == subject for subject, _, key in graph.edges(keys=True) if key in needed)


@pytest.mark.parametrize("mechanism", EVERY, ids=lambda m: m.id)
def test_no_node_is_isolated_and_a_receptor_is_joined_to_its_signalling(mechanism):
    graph = mechanism.graph
    assert not list(nx.isolates(graph))
    for edge in mechanism.edges:
        for one in edge.requires:
            assert graph.has_edge(one.node, mechanism.object(edge)) or one.node == mechanism.object(edge)


@by_id
def test_attributes_are_plain_and_none_is_left_out(mechanism):
    graph = mechanism.graph
    rows = [graph.graph, *(data for _, data in graph.nodes(data=True)), *(data for *_, data in graph.edges(data=True))]
    for row in rows:
        assert all(type(value) in (str, int, bool) and value != "" for value in row.values()), row


@by_id
def test_evidence_is_one_json_text(mechanism):
    for *_, name, data in mechanism.graph.edges(keys=True, data=True):
        if "edge" in data:  # a requirement, whose evidence stands with the edge that needs it
            continue
        if mechanism.edge(name).definition:
            assert "evidence" not in data
            continue
        found = json.loads(data["evidence"])
        assert len(found) == len(mechanism.edge(name).evidence)
        assert all(item["claim"] for item in found)


@by_id
def test_graphml_and_node_link_come_back_equal(mechanism, tmp_path):
    graph = mechanism.graph
    file = tmp_path / "m.graphml"
    kg.write(mechanism, file)
    again = nx.read_graphml(file, force_multigraph=True)
    assert {n: d for n, d in again.nodes(data=True)} == {n: d for n, d in graph.nodes(data=True)}  # noqa: C416
    assert sorted(d["sentence"] for *_, d in again.edges(data=True)) == sorted(
        d["sentence"] for *_, d in graph.edges(data=True)
    )
    linked = nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(graph, edges="edges"))), edges="edges")
    assert nx.utils.graphs_equal(linked, graph)


def test_an_edge_that_blocks_an_edge_goes_to_its_object():
    seed = next(m for m in SEEDS if m.id == "ta1-tlr7")
    assert seed.graph.edges["Ta1", "miR146a", "protection"]["blocks"] == "degradation"


def test_signs_and_roles_are_those_of_the_verbs():
    graph = next(m for m in SEEDS if m.id == "ta1-tlr7").graph
    assert graph.edges["RNase_A", "miR146a", "degradation"]["sign"] == -1
    assert graph.edges["miR146a", "TLR7_active", "activation"]["sign"] == 1
    assert graph.edges["miR146a", "TLR7_active", "activation"]["requires"] == "TLR7"
    assert graph.edges["Ta1", "engulfed_bodies", "binding"]["role"] == "none"


def test_a_requirement_says_what_needs_it_and_what_it_rests_on():
    seeds = {m.id: m.graph for m in SEEDS}
    receptor = seeds["ta1-tlr7"].edges["TLR7", "TLR7_active", "activation/requires/TLR7"]
    assert (receptor["predicate"], receptor["edge"], receptor["role"]) == ("required_for", "activation", "requires")
    assert (receptor["claim"], receptor["asserted"], "species" in receptor) == ("finding", True, False)
    # that something is required for what lowers a node does not make it required for the node
    assert seeds["mir146a-brake"].edges["MyD88", "IRAK1", "exhaustion/requires/MyD88"]["predicate"] == "affects"
    # nor is what one of several ways requires required without doubt
    assert not seeds["ta1-tlr7"].edges[
        "tumour_cell_death", "tumour_control", "kills-with-chemo/requires/tumour_cell_death"
    ]["asserted"]


def test_algorithms_run_on_it():
    graph = next(m for m in SEEDS if m.id == "ta1-tlr7").graph
    path = nx.shortest_path(graph, "miR146a", "tumour_control")
    assert path[:3] == ["miR146a", "TLR7_active", "DC_maturation"]
    assert max(nx.degree_centrality(graph).values()) > 0


def test_a_mechanism_cannot_be_changed():
    mechanism = SEEDS[0]
    with pytest.raises(AttributeError):
        mechanism.title = "another"
    with pytest.raises(TypeError):
        mechanism.nodes["x"] = None
