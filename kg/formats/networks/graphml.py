"""GraphML: written by networkx from the view ``Mechanism.graph``, read from anybody's: Cytoscape, yEd, igraph, Gephi."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import networkx as nx

from kg.formats.networks import attributes
from kg.formats.shared import bounded, drafting
from kg.formats.shared.bounded import Element
from kg.formats.shared.losses import Ledger
from kg.model.mechanism import Mechanism

LOST = {**attributes.LOST, "mechanism.layout": "GraphML has no positions of its own"}


#: The elements of GraphML and those of their attributes that are read.
ELEMENTS: dict[str, Container[str]] = {
    "graphml": ("schemaLocation",),
    "key": ("id", "for", "attr.name", "attr.type"),
    "default": (),
    "graph": ("id", "edgedefault"),
    "node": ("id",),
    "edge": bounded.Anything(),
    "hyperedge": bounded.Anything(),
    "data": ("key",),
}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The graph of a GraphML file; the graphs inside its nodes are read as if they stood beside them."""
    text = bounded.text(file, ledger)
    root = bounded.elements(text, ledger)
    bounded.unread(root, ELEMENTS, ledger)
    keys = {key.attributes.get("id", ""): key for key in root.all("key")}
    graphs = list(root.all("graph"))
    if root.tag != "graphml" or not graphs:
        raise ledger.stop(root.at, "no-graph", f"<{root.tag}> holds no graph", "a GraphML file is <graphml><graph>...")

    def said_of(of: Element, kind: str) -> dict[str, str]:
        said: dict[str, str] = {}
        for key in keys.values():
            if key.attributes.get("for", "all") in (kind, "all"):
                default = next((one.text for one in key.all("default")), "")
                said |= {key.attributes.get("attr.name", key.attributes["id"]): default} if default.strip() else {}
        for data in of.all("data"):
            id = data.attributes.get("key", "")
            name = keys[id].attributes.get("attr.name", id) if id in keys else id
            if data.text.strip():
                said[name] = data.text
            for leaf in _leaves(data):
                said[leaf.tag if leaf.tag == "NodeLabel" else f"{name}.{leaf.tag}"] = leaf.text
        return said

    network = attributes.Network(said_of(graphs[0], "graph"))
    if id := graphs[0].attributes.get("id", ""):
        network.attributes = {"id": id, **network.attributes}
    todo = list(graphs)
    while todo:
        graph = todo.pop(0)
        directed = graph.attributes.get("edgedefault", "directed")
        for node in graph.all("node"):
            network.nodes.append(attributes.Item(said_of(node, "node"), node.at, node.attributes.get("id", "")))
            todo += node.all("graph")
        for edge in graph.all("edge"):
            said = dict(edge.attributes)
            ends = said.pop("source", ""), said.pop("target", "")
            id = said.pop("id", "")
            if said.pop("directed", str(directed == "directed").lower()) == "false":
                said["directed"] = "false"
            network.edges.append(attributes.Item({**said, **said_of(edge, "edge")}, edge.at, id, *ends))
        for odd in graph.all("hyperedge"):
            ledger.complain(odd.at, "hyperedge", "an edge of more than two ends", "kg's edges join two nodes")
    return attributes.mechanism(drafting.Draft(file, ledger, text), ledger, network)


def _leaves(data: Element) -> list[Element]:
    """The texts in what others nest in a value, such as yEd's shapes and labels."""
    found, todo = [], list(data.children)
    while todo:
        one = todo.pop(0)
        todo += one.children
        found += [one] if one.text.strip() else []
    return found


def text(mechanism: Mechanism, name: str = "graphml") -> str:
    """A mechanism as GraphML; evidence is one JSON text for each edge."""
    lines = nx.generate_graphml(attributes.graph(mechanism), named_key_ids=True)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n"
