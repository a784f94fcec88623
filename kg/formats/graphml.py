"""GraphML by networkx: the view ``Mechanism.graph`` with its plain attributes."""

from __future__ import annotations

import networkx as nx

from kg.mechanism import Mechanism


def text(mechanism: Mechanism, name: str = "graphml") -> str:
    """A mechanism as GraphML; evidence is one JSON text for each edge."""
    lines = nx.generate_graphml(mechanism.graph, named_key_ids=True)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n"
