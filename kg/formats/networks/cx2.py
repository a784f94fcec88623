"""CX2, the exchange format of Cytoscape and NDEx: nodes with positions, edges, their attributes, and how they look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.formats.networks import attributes
from kg.formats.shared import bounded, drafting
from kg.formats.shared.losses import Ledger
from kg.model.diagnostics import Location
from kg.model.mechanism import Mechanism

LOST = attributes.LOST
LOOKS = ("visualProperties", "visualEditorProperties", "nodeBypasses", "edgeBypasses")
PARTS = ("attributeDeclarations", "networkAttributes", "nodes", "edges", "metaData", "status", *LOOKS)
KIND_OF = ("networkAttributes", "nodes", "edges")
TYPES = [f"{many}{one}" for many in ("", "list_of_") for one in ("string", "boolean", "integer", "long", "double")]
USED = "used to read the attribute"
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
        if not any("nodes" in part for part in found):
            raise ledger.stop(None, "no-graph", "the file has no CXVersion 2.0, and no nodes of CX 1")
        return attributes.mechanism(drafting.Draft(file, ledger, text), ledger, _first_version(found, place, ledger))
    aspects: dict[str, bounded.List] = {}
    for part in found[1:]:
        for name, items in part.items():
            known = aspects.setdefault(name, bounded.List())
            known.offset = known.offset or part.offset
            known.extend(items if isinstance(items, list) else [items])
    rules = next((one for one in aspects.get("attributeDeclarations", []) if isinstance(one, dict)), {})
    declared = {kind: _Declared(ledger, kind, rules.get(kind), place(rules)) for kind in KIND_OF}
    about: dict[str, Any] = {}
    for one in place.records(aspects, "networkAttributes"):
        about |= one
    network = attributes.DrawnNetwork(declared["networkAttributes"].named(about))
    network.styled = {name: aspects[name] for name in aspects if name in LOOKS and any(aspects[name])}
    _beside(ledger, found[0], aspects, rules)
    for name in aspects.keys() - set(PARTS):
        ledger.record("aspect", name, {name: aspects[name]}, ledger.at())
    for kind, into in (("nodes", network.nodes), ("edges", network.edges)):
        ends = ("id", "s", "t")[: 1 if kind == "nodes" else 3]
        for one in place.records(aspects, kind, *ends):
            where = drafting.position(one)
            used = (*ends, "v", *(("x", "y") if where else ()))
            values = one.get("v") or {}
            values = declared[kind].named(values) if isinstance(values, dict) else values
            said = attributes.apart({key: value for key, value in one.items() if key not in used}, values, "v")
            id, source, target = (str(one.get(key, "")).strip() if key in ends else "" for key in ("id", "s", "t"))
            into.append(attributes.Item(said, place(one), id, source, target, where))
    return attributes.mechanism(drafting.Draft(file, ledger, text), ledger, network)


def _first_version(found: list[Any], place: bounded.Places, ledger: Ledger) -> attributes.DrawnNetwork:
    """The network of a CX 1 file: nodes and edges with short names, and their attributes apart from them."""
    aspects: dict[str, bounded.List] = {}
    for part in found:
        for name, items in part.items():
            aspects.setdefault(name, bounded.List()).extend(items if isinstance(items, list) else [items])
    of: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, aspect in (("nodes", "nodeAttributes"), ("edges", "edgeAttributes"), ("", "networkAttributes")):
        for one in place.records(aspects, aspect, "n"):
            owners = one.get("po", "")
            for owner in owners if isinstance(owners, list) else [owners]:
                of.setdefault((kind, str(owner)), {})[str(one["n"])] = one.get("v")
    network = attributes.DrawnNetwork(of.pop(("", ""), {}))
    for kind, into, ends in (("nodes", network.nodes, ("@id",)), ("edges", network.edges, ("@id", "s", "t"))):
        for one in place.records(aspects, kind, *ends):
            said = {key: value for key, value in one.items() if key not in ends}
            said = attributes.apart(said, of.pop((kind, str(one["@id"])), {}), "attributes")
            id, source, target = (str(one[key]).strip() if key in ends else "" for key in ("@id", "s", "t"))
            into.append(attributes.Item(said, place(one), id, source, target))
    for (kind, owner), rest in of.items():
        ledger.record("attributes", f"{kind} {owner}", rest)
    read = ("nodes", "edges", "nodeAttributes", "edgeAttributes", "networkAttributes")
    for name in aspects.keys() - set(read):
        record = ledger.record("aspect", name, {name: aspects[name]}, ledger.at())
        if name in ("status", "metaData", "numberVerification"):
            record.changed(name, "kg writes it anew")
    return network


def _beside(ledger: Ledger, first: Mapping[str, Any], aspects: Mapping[str, bounded.List], rules: object) -> None:
    """What a file says of itself: it is used, or made again; what else stands there is lost."""
    known = {"metaData": ("name", "elementCount"), "status": ("success", "error")}
    parts = [("descriptor", dict(first), ("CXVersion", "hasFragments"))]
    parts += [(name, one, keys) for name, keys in known.items() for one in aspects.get(name, [])]
    for name, said, keys in parts:
        record = ledger.record("aspect", name, said if isinstance(said, dict) else {name: said}, ledger.at())
        for key in keys:
            record.changed(key, "kg writes it anew")
    for declared in aspects.get("attributeDeclarations", []):
        said = declared if isinstance(declared, dict) else {"declarations": declared}
        more = {kind: rule for kind, rule in said.items() if declared is not rules or kind not in KIND_OF}
        ledger.record("aspect", "attributeDeclarations", more, ledger.at())


class _Declared:
    """The attributes that a file declares for nodes, edges or the network: short names, defaults and types."""

    def __init__(self, ledger: Ledger, kind: str, rules: Any, at: Location) -> None:
        self.short: dict[str, str] = {}
        self.defaults: dict[str, Any] = {}
        if not isinstance(rules, dict):
            rules = {} if rules is None else {kind: rules}
        for name, rule in rules.items():
            said = rule if isinstance(rule, dict) else {"rule": rule}
            record = ledger.record("aspect", f"attributeDeclarations {kind} {name}", {"name": name, **said}, at)
            alias = record.text("a", carry=False)
            if alias and alias != name:
                self.short[alias] = name
            if record.text("d", carry=False) in ("", *TYPES):
                record.changed("d", USED)
            if "v" in said:
                self.defaults[name] = said["v"]
            for key in ("a", "v"):
                record.changed(key, USED)
            if isinstance(rule, dict):
                record.changed("name", USED)

    def named(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Attributes by their full names, with the values that are declared as defaults."""
        made: dict[str, Any] = {}
        for name, value in said.items():
            made[drafting.unused(self.short.get(name, name), made)] = value
        return {**self.defaults, **made}


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
