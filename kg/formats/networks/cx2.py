"""CX2, the exchange format of Cytoscape and NDEx: nodes with positions, edges, their attributes, and how they look."""

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
LOOKS = ("visualProperties", "visualEditorProperties", "nodeBypasses", "edgeBypasses")
PARTS = ("attributeDeclarations", "networkAttributes", "nodes", "edges", "metaData", "status", *LOOKS)
#: How a mechanism looks: colours by kind of node, and the end of an edge by its sign.
KINDS = {"treatment": "#B7D5F0", "molecule": "#CFE8CF", "structure": "#F2E3B6", "cell": "#F3CFC6", "process": "#DCD3EE"}
ARROWS = {1: "triangle", -1: "tee", 0: "none"}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The network of a CX2 file."""
    text = bounded.text(file, ledger)
    found, place = bounded.objects(text, ledger), bounded.Places(text, ledger)
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise ledger.stop(None, "no-graph", "CX2 is a list of aspects", '[{"CXVersion": "2.0"}, ...]')
    if not found or found[0].get("CXVersion") != "2.0":
        raise ledger.stop(None, "no-graph", "the file does not begin with CXVersion 2.0", "CX 1 is another format")
    aspects: dict[str, list[Any]] = {}
    for part in found[1:]:
        for name, items in part.items():
            aspects.setdefault(name, []).extend(items if isinstance(items, list) else [items])
    declared = next((one for one in aspects.get("attributeDeclarations", []) if isinstance(one, dict)), {})
    network = attributes.Network(_named(aspects.get("networkAttributes"), declared.get("networkAttributes")))
    network.styled = {name: aspects[name] for name in aspects if name in LOOKS and any(aspects[name])}
    _beside(ledger, found[0], aspects)
    for name in aspects.keys() - set(PARTS):
        ledger.record("aspect", name, {name: aspects[name]}, ledger.at())
    for kind, into in (("nodes", network.nodes), ("edges", network.edges)):
        for one in aspects.get(kind, []):
            if not isinstance(one, dict) or "id" not in one:
                ledger.complain(place(one), "no-element", f"one of the {kind} has no id", '{"id": 0, ...}')
                continue
            where = drafting.position(one)
            used = ("id", "s", "t", "v", *(("x", "y") if where else ()))
            values = one.get("v") or {}
            values = _named([values], declared.get(kind)) if isinstance(values, dict) else values
            said = attributes.apart({key: value for key, value in one.items() if key not in used}, values, "v")
            id, source, target = (str(one.get(key, "")) for key in ("id", "s", "t"))
            into.append(attributes.Item(said, place(one), id, source, target, where))
    return attributes.mechanism(drafting.Draft(file, ledger, text), ledger, network)


def _beside(ledger: Ledger, first: Mapping[str, Any], aspects: Mapping[str, list[Any]]) -> None:
    """What a file says of itself: it is used, or made again; what else stands there is lost."""
    known = {"metaData": ("name", "elementCount"), "status": ("success", "error")}
    parts = [("descriptor", dict(first), ("CXVersion", "hasFragments"))]
    parts += [(name, one, keys) for name, keys in known.items() for one in aspects.get(name, [])]
    for name, said, keys in parts:
        record = ledger.record("aspect", name, said if isinstance(said, dict) else {name: said}, ledger.at())
        for key in keys:
            record.changed(key, "made again for what is written")
    for number, declared in enumerate(aspects.get("attributeDeclarations", [])):
        said = declared if isinstance(declared, dict) else {"declarations": declared}
        record = ledger.record("aspect", "attributeDeclarations", said, ledger.at())
        for kind, rules in said.items() if number == 0 else ():
            for attribute in rules if isinstance(rules, dict) else ():
                for key in "adv":
                    record.changed(f"{kind}.{attribute}.{key}", "used to read the attribute")


def _named(items: list[Any] | None, declared: Mapping[str, Any] | None) -> dict[str, Any]:
    """Attributes by their full names, with the values that are declared as defaults."""
    declared = declared if isinstance(declared, dict) else {}
    rules = {name: rule for name, rule in declared.items() if isinstance(rule, dict)}
    short = {rule["a"]: name for name, rule in rules.items() if "a" in rule}
    said = {name: rule["v"] for name, rule in rules.items() if "v" in rule}
    for item in items or []:
        said |= {short.get(name, name): value for name, value in item.items()} if isinstance(item, dict) else {}
    return said


def text(mechanism: Mechanism, name: str = "cx2") -> str:
    """A mechanism as CX2. Positions are those of its layout; nodes and edges are numbered in the order of the file."""
    graph, at = attributes.graph(mechanism), attributes.positions(mechanism)
    number = {key: i for i, key in enumerate(graph.nodes)}
    nodes: list[dict[str, Any]] = []
    for key, said in graph.nodes(data=True):
        where = dict(zip(("x", "y"), at[key], strict=True)) if key in at else {}
        shown = {"n": said["label"], **({"r": said["term"]} if "term" in said else {})}
        apart = ("name", "term") if "name" in said else ("label", "term")  # a name of its own has its label beside it
        rest = {name: value for name, value in said.items() if name not in apart}
        nodes.append({"id": number[key], **where, "v": {"key": key, **shown, **rest}})
    edges: list[dict[str, Any]] = []
    for one, other, key, said in graph.edges(keys=True, data=True):
        rest = {name: value for name, value in said.items() if name != "predicate"}
        ends = {"id": len(edges), "s": number[one], "t": number[other]}
        edges.append({**ends, "v": {"key": key, "i": said["predicate"], **rest}})
    network = {"name": graph.graph["title"], **{name: v for name, v in graph.graph.items() if name != "title"}}
    declared = {
        "networkAttributes": _declared([network], {}),
        "nodes": _declared([node["v"] for node in nodes], {"n": "name", "r": "represents"}),
        "edges": _declared([edge["v"] for edge in edges], {"i": "interaction"}),
    }
    aspects: dict[str, list[Any]] = {
        "attributeDeclarations": [declared],
        "networkAttributes": [network],
        "nodes": nodes,
        "edges": edges,
        "visualProperties": [_style()],
    }
    counts = [{"name": name, "elementCount": len(items)} for name, items in aspects.items() if items]
    whole: list[dict[str, Any]] = [{"CXVersion": "2.0", "hasFragments": False}, {"metaData": counts}]
    whole += [{name: items} for name, items in aspects.items() if items]
    lines = [json.dumps(part, ensure_ascii=False) for part in [*whole, {"status": [{"success": True}]}]]
    return "[" + ",\n".join(lines) + "]\n"


def _declared(items: list[dict[str, Any]], short: Mapping[str, str]) -> dict[str, dict[str, str]]:
    kinds = {bool: "boolean", int: "integer", str: "string"}
    found: dict[str, dict[str, str]] = {}
    for item in items:
        for name, value in item.items():
            alias = {"a": name} if name in short else {}
            found[short.get(name, name)] = {"d": kinds[type(value)], **alias}
    return found


def _style() -> dict[str, Any]:
    """Nodes coloured by kind, edges that end as their sign says, dashed where no bare triple may stand for them."""

    def discrete(attribute: str, pairs: Mapping[Any, Any]) -> dict[str, Any]:
        table = [{"v": value, "vp": shown} for value, shown in pairs.items()]
        return {"type": "DISCRETE", "definition": {"attribute": attribute, "map": table}}

    node = {
        "NODE_SHAPE": "round-rectangle",
        "NODE_WIDTH": 180.0,
        "NODE_HEIGHT": 50.0,
        "NODE_BACKGROUND_COLOR": "#EEEEEE",
    }
    edge = {"EDGE_WIDTH": 2.0, "EDGE_LINE_COLOR": "#555555", "EDGE_TARGET_ARROW_SHAPE": "none"}
    label = {"type": "PASSTHROUGH", "definition": {"attribute": "name", "type": "string"}}
    return {
        "default": {"network": {"NETWORK_BACKGROUND_COLOR": "#FFFFFF"}, "node": node, "edge": edge},
        "nodeMapping": {"NODE_LABEL": label, "NODE_BACKGROUND_COLOR": discrete("kind", KINDS)},
        "edgeMapping": {
            "EDGE_TARGET_ARROW_SHAPE": discrete("sign", ARROWS),
            "EDGE_LINE_STYLE": discrete("asserted", {True: "solid", False: "dashed"}),
        },
    }
