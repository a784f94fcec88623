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
    elements: Any = found
    if isinstance(found, dict):
        elements, found = _parts(found)
    if isinstance(elements, list):
        parts = {"nodes": bounded.List(), "edges": bounded.List()}
        for one in elements:
            data = one.get("data") if isinstance(one, dict) else None
            parts["edges" if isinstance(data, dict) and "source" in data else "nodes"].append(one)
        for part in parts.values():
            part.offset = getattr(elements, "offset", 0)
        elements = parts
        found = {} if isinstance(found, list) else found
    if not isinstance(elements, dict):
        hint = '{"elements": {"nodes": [...], "edges": [...]}}, or nodes and edges alone'
        raise ledger.stop(None, "no-graph", "there are no elements, and no nodes and edges", hint)
    head = {key: value for key, value in found.items() if key not in ("elements", "data", "style")}
    head |= {f"elements.{key}": value for key, value in elements.items() if key not in ("nodes", "edges")}
    network = attributes.DrawnNetwork(attributes.apart(head, found.get("data"), "data"), styled=_styled(found))
    for kind, into in (("nodes", network.nodes), ("edges", network.edges)):
        for one in place.records(elements, kind):
            data = one.get("data") if "data" in one else _named(one)
            if not isinstance(data, dict):
                message = f"one of the {kind} has no data"
                ledger.aside(place(one), "no-element", message, '{"data": {"id": ...}}', json.dumps(one))
                continue
            where = drafting.position(one.get("position"))
            outer = one if "data" in one else {}
            beside = {key: value for key, value in outer.items() if key != "data" and not (where and key == "position")}
            if where:
                more = {key: value for key, value in one["position"].items() if key not in ("x", "y")}
                beside |= {"position": more} if more else {}
            said = attributes.apart(beside, data, "data")
            id, source, target = attributes.texts(ledger, kind, said, ("id", "source", "target"), place(one))
            said = {key: value for key, value in said.items() if key not in ("id", "source", "target")}
            into.append(attributes.Item(said, place(one), id, source, target, where))
    return attributes.mechanism(drafting.Draft(file, ledger, text), ledger, network)


def _parts(found: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    """The elements of a network and what stands beside them: under a name of their own, or nodes and edges alone, as
    vis.js, D3 and networkx have them."""
    if "elements" in found or not isinstance(found.get("nodes"), list):
        return found.get("elements"), found
    edges = next((name for name in ("edges", "links") if isinstance(found.get(name), list)), "edges")
    elements = {"nodes": found["nodes"], "edges": found.get(edges, [])}
    return elements, {key: value for key, value in found.items() if key not in ("nodes", edges)}


def _named(one: Mapping[str, Any]) -> dict[str, Any]:
    """A node or an edge without data of its own, with its ends under the names that Cytoscape gives them."""
    ends = {"from": "source", "to": "target"}
    return {ends[key] if key in ends and ends[key] not in one else key: value for key, value in one.items()}


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
