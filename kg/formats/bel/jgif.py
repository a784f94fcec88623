"""JGIF, the JSON of the Causal Biological Networks: BEL terms as nodes, each edge with its items of evidence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kg.formats.shared import bel, bounded, drafting
from kg.formats.shared.losses import Ledger
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence

TERM = re.compile(r"\w+\(.+\)", re.DOTALL)  # a term of BEL


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The graph of a JGIF file; of a file with several graphs, the only one that has nodes."""
    text = bounded.text(file, ledger)
    found, place = bounded.objects(text, ledger), bounded.Places(text, ledger)
    several = found.get("graphs") if isinstance(found, dict) else None
    every = [found.get("graph"), *(several if isinstance(several, list) else [])] if isinstance(found, dict) else []
    graphs = [one for one in every if isinstance(one, dict) and isinstance(one.get("nodes"), (list, dict))]
    if len(graphs) != 1:
        hint = '{"graph": {"nodes": [...], "edges": [...]}}'
        raise ledger.stop(None, "no-graph", f"the file holds {len(graphs)} graphs with nodes", hint)
    graph: dict[str, Any] = graphs[0]
    if isinstance(nodes := graph["nodes"], dict):  # version 2 of the JSON Graph Format names nodes by their keys
        graph["nodes"] = bounded.List()
        for id, one in nodes.items():
            graph["nodes"].append(_identified(id, one))
    draft = drafting.Draft(file, ledger, text)
    head = ledger.record("graph", "", {k: v for k, v in graph.items() if k not in ("nodes", "edges")}, ledger.at())
    ledger.record("file", "", {k: v for k, v in found.items() if k not in ("graph", "graphs")}, ledger.at())
    others = [one for one in every if one is not graph] + ([] if isinstance(several, list) else [several])
    for one in others:
        ledger.record("graph", "another", {"graph": one}, place(one)).lost("graph", "only one graph of a file is read")
    draft.about["title"] = head.text("label")
    for name, field in (("description", "summary"), ("version", "version")):
        draft.about[field] = head.text(f"metadata.{name}")
    labels: dict[str, str] = {}
    stated = set[str]()
    for one in place.records(graph, "nodes", "id"):
        node = ledger.record("node", str(one["id"]), one, place(one))
        id, label = node.text("id"), node.text("label", carry=False)
        if label == id or (label and not TERM.match(id)):  # then the label says what the id only counts
            node.carried("label")
            labels[id] = label
        bel.node(draft, labels.get(id, id), node.at)
        stated.add(bel.canonical(labels.get(id, id)))
    for one in place.records(graph, "edges", "source", "relation", "target"):
        data: Any = one.get("metadata")
        apart = isinstance(data, dict) and isinstance(data.get("evidences", []), list)
        rest = {**one, "metadata": {k: v for k, v in data.items() if k != "evidences"}} if apart else one
        edge = ledger.record("edge", f"{one['source']} {one['relation']} {one['target']}", rest, place(one))
        ends = [edge.text(end) for end in ("source", "target")]
        ends = [labels.get(end, end) for end in ends]
        for end in (end for end in ends if bel.canonical(end) not in stated):
            message = f"{end!r} is missing from the nodes of the file; the edge is kept"
            ledger.complain(edge.at, "unknown-node", message, "an id of the nodes", "warning")
        if one.get("label") == f"{ends[0]} {one['relation']} {ends[1]}":
            edge.changed("label", "kg derives it from the rest")
        items = place.records(data, "evidences") if apart else ()
        evidence = [_evidence(draft, ledger, item, edge.name, place(item)) for item in items]
        bel.edge(draft, edge, "relation", ends[0], ends[1], evidence)
    return draft.mechanism()


def _identified(id: str, said: Any) -> bounded.Object:
    """A node of a mapping, with its key as its id."""
    made = bounded.Object({"id": id, **(said if isinstance(said, dict) else {"said": said})})
    made.offset = getattr(said, "offset", 0)
    return made


def _evidence(draft: drafting.Draft, ledger: Ledger, said: dict[str, Any], of: str, at: Any) -> Evidence:
    item = ledger.record("evidence", of, said, at)
    item.lost("summary_text", "kg points to the words of a publication and does not copy them")
    if said.get("bel_statement") == of:
        item.changed("bel_statement", "kg derives it from the edge")
    source = bel.cited(draft, item, "citation.type", "citation.id")
    contexts = [f"{one}.species_common_name" for one in ("experiment_context", "biological_context")]
    context = next((one for one in contexts if item.text(one, carry=False)), contexts[0])
    taxon = bel.species(item, context)
    return Evidence(source=source, claim=drafting.UNCLASSIFIED, taxon=taxon, at=at)
