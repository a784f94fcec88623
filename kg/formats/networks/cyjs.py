"""Cytoscape JSON (.cyjs), as Cytoscape exports it and Cytoscape.js takes it, with positions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.formats.networks import attributes
from kg.formats.shared import bounded, drafting
from kg.formats.shared.losses import Ledger
from kg.model.mechanism import Mechanism

LOST = attributes.LOST


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The network of a Cytoscape JSON file."""
    text = bounded.text(file, ledger)
    found, place = bounded.objects(text, ledger), bounded.Places(text, ledger)
    elements: Any = found.get("elements") if isinstance(found, dict) else None
    if isinstance(elements, list):
        parts = {"nodes": bounded.List(), "edges": bounded.List()}
        for one in elements:
            data = one.get("data") if isinstance(one, dict) else None
            parts["edges" if isinstance(data, dict) and "source" in data else "nodes"].append(one)
        for part in parts.values():
            part.offset = getattr(elements, "offset", 0)
        elements = parts
    if not isinstance(elements, dict):
        raise ledger.stop(None, "no-graph", "there are no elements", '{"elements": {"nodes": [...], "edges": [...]}}')
    head = {key: value for key, value in found.items() if key not in ("elements", "data", "style")}
    head |= {f"elements.{key}": value for key, value in elements.items() if key not in ("nodes", "edges")}
    network = attributes.DrawnNetwork(attributes.apart(head, found.get("data"), "data"), styled=_styled(found))
    for kind, into in (("nodes", network.nodes), ("edges", network.edges)):
        for one in place.records(elements, kind):
            data = one.get("data")
            if not isinstance(data, dict):
                ledger.complain(place(one), "no-element", f"one of the {kind} has no data", '{"data": {"id": ...}}')
                continue
            where = drafting.position(one.get("position"))
            beside = {key: value for key, value in one.items() if key != "data" and not (where and key == "position")}
            if where:
                more = {key: value for key, value in one["position"].items() if key not in ("x", "y")}
                beside |= {"position": more} if more else {}
            said = attributes.apart(beside, data, "data")
            id, source, target = attributes.texts(ledger, kind, said, ("id", "source", "target"), place(one))
            said = {key: value for key, value in said.items() if key not in ("id", "source", "target")}
            into.append(attributes.Item(said, place(one), id, source, target, where))
    return attributes.mechanism(drafting.Draft(file, ledger, text), ledger, network)


def _styled(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"style": found["style"]} if found.get("style") else {}


def text(mechanism: Mechanism, name: str = "cyjs") -> str:
    """A mechanism as Cytoscape JSON; positions are those of its layout, if it has one."""
    graph, at = attributes.graph(mechanism), attributes.positions(mechanism)
    nodes: list[dict[str, Any]] = [{"data": {"id": key, **said}} for key, said in graph.nodes(data=True)]
    for node in nodes:
        if where := at.get(node["data"]["id"]):
            node["position"] = {"x": where[0], "y": where[1]}
    edges = [
        {"data": {"id": key, "source": one, "target": other, "interaction": said["predicate"], **said}}
        for one, other, key, said in graph.edges(keys=True, data=True)
    ]
    whole = {
        "format_version": "1.0",
        "generated_by": "kg",
        "data": graph.graph,
        "elements": {"nodes": nodes, "edges": edges},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
