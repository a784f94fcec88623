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
    for one in every:
        if isinstance(one, dict) and one is not graph:
            ledger.record("graph", "another", one, place(one)).lost("nodes", "only one graph of a file is read")
    draft.about["title"] = str(head.take("label"))
    about = graph.get("metadata")
    for name, field in (("description", "summary"), ("version", "version")):
        if isinstance(about, dict) and about.get(name):
            draft.about[field] = str(about[name])
            head.take(f"metadata.{name}")
    for one in graph["nodes"]:
        if not isinstance(one, dict) or not one.get("id"):
            ledger.complain(place(one), "no-element", "a node has no id", '{"id": "p(HGNC:FYN)", ...}')
            continue
        node = ledger.record("node", str(one["id"]), one, place(one))
        node.take("id")
        if one.get("label") == one["id"]:
            node.take("label")
        bel.node(draft, str(one["id"]), node.at)
    for one in graph.get("edges") or []:
        if not isinstance(one, dict) or not all(one.get(end) for end in ("source", "relation", "target")):
            ledger.complain(place(one), "no-element", "an edge lacks its source, its relation or its target")
            continue
        data = one.get("metadata")
        items = data.get("evidences") if isinstance(data, dict) else None
        rest = (
            {**one, "metadata": {k: v for k, v in data.items() if k != "evidences"}} if isinstance(data, dict) else one
        )
        edge = ledger.record("edge", f"{one['source']} {one['relation']} {one['target']}", rest, place(one))
        ends = [str(edge.take(end)) for end in ("source", "target")]
        if one.get("label") == f"{ends[0]} {one['relation']} {ends[1]}":
            edge.changed("label", "made again from the rest")
        items = items if isinstance(items, list) else [items] if items else []
        evidence = [_evidence(draft, ledger, item, edge.name, place(item)) for item in items if isinstance(item, dict)]
        for item in items:
            if not isinstance(item, dict):
                ledger.record("evidence", edge.name, {"evidence": item}, edge.at).lost("evidence", "it is no object")
        bel.edge(draft, edge, "relation", ends[0], ends[1], evidence)
    return draft.mechanism()


def _evidence(draft: drafting.Draft, ledger: Ledger, said: dict[str, Any], of: str, at: Any) -> Evidence:
    flat = {
        f"{k}.{name}" if isinstance(v, dict) else k: (v[name] if isinstance(v, dict) else v)
        for k, v in said.items()
        for name in (v if isinstance(v, dict) else [""])
    }
    item = ledger.record("evidence", of, flat, at)
    item.lost("summary_text", "the words of a publication are pointed to, not copied")
    if said.get("bel_statement") == of:
        item.changed("bel_statement", "made again from the edge")
    source = bel.cited(draft, item, "citation.type", "citation.id")
    for context in ("experiment_context", "biological_context"):
        if item.see(f"{context}.species_common_name"):
            taxon = bel.species(item, f"{context}.species_common_name")
            break
    else:
        taxon = ()
    return Evidence(source=source, claim=drafting.UNCLASSIFIED, taxon=taxon, at=at)
