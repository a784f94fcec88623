"""JGIF, the JSON of the Causal Biological Networks: BEL terms as nodes, each edge with its items of evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kg.formats.shared import bel, bounded, drafting
from kg.formats.shared.losses import Ledger
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The graph of a JGIF file; of a file with several graphs, the only one that has nodes."""
    text = bounded.text(file, ledger)
    found, place = bounded.objects(text, ledger), bounded.Places(text, ledger)
    several = found.get("graphs") if isinstance(found, dict) else None
    every = [found.get("graph"), *(several if isinstance(several, list) else [])] if isinstance(found, dict) else []
    graphs = [one for one in every if isinstance(one, dict) and isinstance(one.get("nodes"), list)]
    if len(graphs) != 1:
        hint = '{"graph": {"nodes": [...], "edges": [...]}}'
        raise ledger.stop(None, "no-graph", f"the file holds {len(graphs)} graphs with nodes", hint)
    graph: dict[str, Any] = graphs[0]
    draft = drafting.Draft(file, ledger, text)
    head = ledger.record("graph", "", {k: v for k, v in graph.items() if k not in ("nodes", "edges")}, ledger.at())
    ledger.record("file", "", {k: v for k, v in found.items() if k not in ("graph", "graphs")}, ledger.at())
    others = [one for one in every if one is not graph] + ([] if isinstance(several, list) else [several])
    for one in others:
        ledger.record("graph", "another", {"graph": one}, place(one)).lost("graph", "only one graph of a file is read")
    draft.about["title"] = head.text("label")
    for name, field in (("description", "summary"), ("version", "version")):
        draft.about[field] = head.text(f"metadata.{name}")
    for one in place.records(graph, "nodes", "id"):
        node = ledger.record("node", str(one["id"]), one, place(one))
        if node.text("label", carry=False) == node.text("id"):
            node.carried("label")
        bel.node(draft, node.text("id"), node.at)
    for one in place.records(graph, "edges", "source", "relation", "target"):
        data: Any = one.get("metadata")
        apart = isinstance(data, dict) and isinstance(data.get("evidences", []), list)
        rest = {**one, "metadata": {k: v for k, v in data.items() if k != "evidences"}} if apart else one
        edge = ledger.record("edge", f"{one['source']} {one['relation']} {one['target']}", rest, place(one))
        ends = [edge.text(end) for end in ("source", "target")]
        if one.get("label") == f"{ends[0]} {one['relation']} {ends[1]}":
            edge.changed("label", "made again from the rest")
        items = place.records(data, "evidences") if apart else ()
        evidence = [_evidence(draft, ledger, item, edge.name, place(item)) for item in items]
        bel.edge(draft, edge, "relation", ends[0], ends[1], evidence)
    return draft.mechanism()


def _evidence(draft: drafting.Draft, ledger: Ledger, said: dict[str, Any], of: str, at: Any) -> Evidence:
    item = ledger.record("evidence", of, said, at)
    item.lost("summary_text", "the words of a publication are pointed to, not copied")
    if said.get("bel_statement") == of:
        item.changed("bel_statement", "made again from the edge")
    source = bel.cited(draft, item, "citation.type", "citation.id")
    contexts = [f"{one}.species_common_name" for one in ("experiment_context", "biological_context")]
    context = next((one for one in contexts if item.text(one, carry=False)), contexts[0])
    taxon = bel.species(item, context)
    return Evidence(source=source, claim=drafting.UNCLASSIFIED, taxon=taxon, at=at)
