"""GraphML: written by networkx from the view ``Mechanism.graph``, read from anybody's: Cytoscape, yEd, igraph, Gephi."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import networkx as nx

from kg.formats.networks import attributes
from kg.formats.shared import bounded, drafting
from kg.formats.shared.bounded import Element
from kg.formats.shared.losses import Ledger
from kg.model import foreign
from kg.model.mechanism import Mechanism

LOST = {**attributes.LOST, "mechanism.layout": "GraphML has no positions of its own"}
SCHEMA = ["http://graphml.graphdrawing.org/xmlns", "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd"]
#: The elements of GraphML where they may stand, and those of their attributes that are read.
ELEMENTS: dict[str, Container[str]] = {
    "/graphml": (),
    "graphml/key": bounded.Anything(),
    "key/default": (bounded.TEXT,),
    **dict.fromkeys(("graphml/graph", "node/graph"), ("id", "edgedefault")),
    "graph/node": ("id",),
    **dict.fromkeys(("graph/edge", "graph/hyperedge"), bounded.Anything()),
    **dict.fromkeys(("graph/data", "node/data", "edge/data"), ("key", bounded.TEXT)),
    "Arrows": ("source", "target"),
}
ENDS = ("source", "target")
DOMAINS = ("graphml", "graph", "node", "edge", "hyperedge", "port", "endpoint", "all")
TYPES = ("boolean", "int", "long", "float", "double", "string")


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The graph of a GraphML file; the graphs inside its nodes are read as if they stood beside them."""
    text = bounded.text(file, ledger)
    root = bounded.elements(text, ledger)
    graphs = list(root.all("graph"))
    if root.tag != "graphml" or not graphs:
        raise ledger.stop(root.at, "no-graph", f"<{root.tag}> holds no graph", "a GraphML file is <graphml><graph>...")
    if root.attributes.get("schemaLocation", "").split() == SCHEMA:
        del root.attributes["schemaLocation"]  # it says no more than that this is GraphML
    bounded.unread(root, ELEMENTS, ledger)
    keys = _Keys(root, ledger)
    network = attributes.DrawnNetwork(_about(keys, graphs[0]))
    for other in graphs[1:]:
        ledger.record("graph", "another", _about(keys, other), other.at)
    while graphs:
        graph = graphs.pop(0)
        directed = graph.attributes.get("edgedefault", "directed")
        if directed not in ("directed", "undirected"):
            ledger.complain(graph.at, "wrong-kind", f"{directed!r} is not an edgedefault", "directed or undirected")
        for node in graph.all("node"):
            network.nodes.append(attributes.Item(keys.said(node), node.at, node.attributes.get("id", "")))
            for inner in node.all("graph"):
                ledger.record("graph", f"in {node.attributes.get('id', '')}", _about(keys, inner), inner.at)
                graphs.append(inner)
        for edge in graph.all("edge"):
            said = dict(edge.attributes)
            id, source, target = (said.pop(part, "") for part in ("id", "source", "target"))
            if said.setdefault("directed", str(directed == "directed").lower()) == "true":
                del said["directed"]
            said |= keys.said(edge, said)
            network.edges.append(attributes.Item(said, edge.at, id, source, target))
        for odd in graph.all("hyperedge"):
            ledger.aside(
                odd.at, "hyperedge", "an edge of more than two ends", "kg's edges join two nodes", odd.attributes
            )
    return attributes.mechanism(drafting.Draft(file, ledger, text), ledger, network)


def _about(keys: _Keys, graph: Element) -> dict[str, str]:
    """What a graph says of itself."""
    said = {"id": graph.attributes["id"]} if graph.attributes.get("id") else {}
    return said | keys.said(graph, said)


class _Keys:
    """The attributes that a file declares, each as an element ``key``; one id may stand for nodes and again for edges."""

    def __init__(self, root: Element, ledger: Ledger) -> None:
        self.keys = {(key.attributes.get("id", ""), key.attributes.get("for", "all")): key for key in root.all("key")}
        #: Whether the ends of lines say signs: every tool draws arrowheads, but a tee only where it is meant.
        self.signed = any(foreign.sign(f"arrow:{said}") < 0 for _, said in _arrows(root))
        self.records = {key: ledger.record("key", key[0], one.attributes, one.at) for key, one in self.keys.items()}
        for one in root.all("key"):
            if not one.attributes.get("id") or one not in self.keys.values():
                ledger.complain(one.at, "no-element", "a key has no id of its own", '<key id="d0" ...>')

    def said(self, of: Element, beside: Container[str] = ()) -> dict[str, str]:
        """What an element says by its data and by the defaults; of two with one name, both are there."""
        said: dict[str, str] = {}

        def put(name: str, text: str) -> None:
            if text.strip():
                said[drafting.unused(name, said, beside)] = text

        for data in of.all("data"):
            name = self.name(data.attributes.get("key", ""), of.tag)
            put(name, data.text)
            for leaf in _leaves(data):
                put(leaf.tag if leaf.tag in ("NodeLabel", "EdgeLabel") else f"{name}.{leaf.tag}", leaf.text)
            for end, arrow in _arrows(data):
                put(f"{end} arrow" if self.signed else f"{end} end", arrow)
        given = {data.attributes.get("key", "") for data in of.all("data")}
        for (id, domain), key in self.keys.items():
            for default in key.all("default") if domain in (of.tag, "all") and id not in given else ():
                put(self.name(id, of.tag), default.text)
        return said

    def name(self, id: str, tag: str) -> str:
        """The name of an attribute, by the key that is for elements of the kind; ``id`` if there is none."""
        found = next((key for key in ((id, tag), (id, "all")) if key in self.keys), None)
        if found is None:
            return id
        for field, known in (("for", DOMAINS), ("attr.type", TYPES), ("id", id), ("attr.name", None)):
            if known is None or self.keys[found].attributes.get(field, "") in known:
                self.records[found].changed(field, "used to read the attribute")
        return self.keys[found].attributes.get("attr.name", id)


def _arrows(within: Element) -> list[tuple[str, str]]:
    """The ends of lines that yEd draws, as (source or target, shape)."""
    found, todo = [], [within]
    while todo:
        one = todo.pop()
        todo += one.children
        if one.tag == "Arrows":
            found += [(end, one.attributes[end]) for end in ENDS if one.attributes.get(end, "none") != "none"]
    return found


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
