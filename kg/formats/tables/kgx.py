"""KGX: nodes and edges of the Biolink Model, as two tables (TSV) or two files of JSON lines.

Every column is a slot of the Biolink Model. A node is identified by its term, or by its own IRI where it has none or
shares it with another node, since presence and activity of one thing are two nodes here.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.formats.shared import bounded, drafting, tables
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model import vocabulary
from kg.model.diagnostics import Location
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Frozen, Node, Place, Sentence, Source

NODES = ("id", "category", "name", "symbol", "description", "xref")
QUALIFIERS = (
    "qualified_predicate",
    "object_aspect_qualifier",
    "object_direction_qualifier",
    "causal_mechanism_qualifier",
)
EDGES = (
    *("id", "subject", "predicate", "object", "category", "original_predicate", *QUALIFIERS),
    *("negated", "anatomical_context_qualifier", "species_context_qualifier", "publications", "supporting_text"),
    *("knowledge_level", "agent_type"),
)
LISTS = frozenset({"category", "xref", "publications", "supporting_text", "anatomical_context_qualifier"})
#: Aspects of an object of which more is more of the object: their direction is a sign.
SIGNED = frozenset({"", "activity_or_abundance", "abundance", "activity", "expression", "synthesis", "stability"})
#: A class of the Biolink Model for each kind that a node may be drawn as.
GENERAL = {
    "treatment": "biolink:Treatment",
    "molecule": "biolink:ChemicalEntity",
    "structure": "biolink:AnatomicalEntity",
    "cell": "biolink:Cell",
    "process": "biolink:BiologicalProcess",
    "state": "biolink:BiologicalEntity",
}
DIRECTIONS = {"increased": 1, "upregulated": 1, "decreased": -1, "downregulated": -1}
VERBS = vocabulary.BASE + "vocab/"
LOST = {
    "mechanism": "KGX holds nodes and edges; nothing is said of the graph",
    "source": "the Biolink Model holds the publications of an edge by their identifiers, and no more of them",
    "evidence": "the Biolink Model holds publications and texts of an edge, not items of evidence",
    "place": "the Biolink Model holds places of edges by their terms, and no more of them",
    "node.in": "a node of the Biolink Model is in no place",
    "blocking edge": "an edge of the Biolink Model joins two nodes, never an edge",
    "edge": "in the Biolink Model it says the same as another edge, and is joined to it",
    "edge.level": "the Biolink Model has no levels",
    "edge.run": "the Biolink Model does not say what is executed",
    "node": "the Biolink Model has no slot for it",
    "requirement": "the Biolink Model has no requirements of an edge",
    "effect": "the Biolink Model does not say how far a decrease goes",
    "*": "KGX holds nodes and edges, and no more",
}


# ---------------------------------------------------------------- reading


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The graph of an edge file, and of the node file beside it if there is one (or the other way round)."""
    edges, nodes = file, None
    for one, other in (("edges", "nodes"), ("nodes", "edges")):
        beside = file.with_name(re.sub(rf"{one}(\.\w+)$", rf"{other}\1", file.name))
        if beside != file and beside.is_file():
            edges, nodes = (file, beside) if one == "edges" else (beside, file)
    text = bounded.text(edges, ledger)
    draft = drafting.Draft(edges, ledger, text)
    places: dict[str, Place] = {}
    if nodes:
        for number, (cells, at) in enumerate(_rows(bounded.text(nodes, ledger), nodes, ledger), 1):
            _node(draft, ledger.record("node", str(cells.get("id") or number), cells, at))
    for number, (cells, at) in enumerate(_rows(text, edges, ledger), 1):
        edge = ledger.record("edge", str(cells.get("id") or number), cells, at)
        if not all(edge.text(slot, carry=False) for slot in ("subject", "predicate", "object")):
            ledger.complain(at, "no-sentence", "the edge lacks its subject, its predicate or its object")
            continue
        _edge(draft, edge, places)
    return draft.mechanism(places=Frozen(places))


def _rows(text: str, file: Path, ledger: Ledger) -> Iterator[tuple[Mapping[str, Any], Location]]:
    if file.suffix != ".jsonl":
        yield from ((row.cells, row.at) for row in tables.rows(text, ledger, "\t"))
        return
    for number, line in enumerate(text.split("\n"), 1):
        at = ledger.at(number, 1, line if len(line) < 10_000 else "")
        if line.strip():
            found = bounded.objects(line, ledger, at)
            if isinstance(found, dict):
                yield found, at
            else:
                ledger.complain(at, "no-table", "a line is one JSON object", '{"id": ...}')


def _node(draft: drafting.Draft, node: ForeignRecord) -> None:
    id, label = node.text("id"), node.text("name")
    if not id or id in draft.keys:
        told = f"the id {id!r} stands twice" if id else "a node has no id"
        draft.ledger.complain(node.at, "no-element", told, "each node has an id of its own")
        return
    names = [id, *node.many("xref")]
    ours = [one for one in names if one.startswith(vocabulary.BASE) and "/node/" in one]
    curies = [one for one in names if one not in ours] if ours else [id]
    term, curie = next(((term, one) for one in curies if (term := drafting.term(one, label, node.at))), (None, ""))
    node.kept("xref", names[1:], (id, curie, *ours[:1]), "kg has one term for a node")
    if term is None and not ours:
        node.changed("id", "kept as the node's name: its prefix is not registered in ontology/prefixes.tsv")
    if term and label != term.label:
        node.changed("name", f"{term.label}, as it was looked up")
    symbol = node.text("symbol")
    categories = [_category(one) for one in node.many("category")]
    entry = vocabulary.terms().get(term.id) if term else None
    kinds = {row["category"]: row["kind"] for row in vocabulary.table("categories.tsv")}
    of_term = entry.category if entry else ""
    said = next((one for one in categories if kinds.get(one, "other") != "other" and one != of_term), "")
    kind = kinds[said] if said and not (entry and entry.kind == kinds[said]) else ""
    if (said and not kind) or of_term in categories or len(categories) > 1:
        node.kept("category", categories, (of_term, said), "kg draws a node as one kind")
    elif kind:
        node.changed("category", f"kind: {kind}")
    else:
        node.lost("category", "kg has no kind of node for it")
    name = ours[0].rpartition("/")[2] if ours else symbol or (label if term is None else "") or id
    draft.node(
        id,
        symbol or label or id,
        key=name,
        term=term,
        kind=kind,
        note=node.text("description"),
        at=node.at,
    )


def _category(said: str) -> str:
    return vocabulary.compress(said if ":" in said else f"biolink:{said}") or said


def _end(draft: drafting.Draft, edge: ForeignRecord, side: str) -> str:
    id = edge.text(side)
    if id not in draft.keys:
        term = drafting.term(id, "", edge.at)
        if term is None:
            edge.changed(side, "kept as the node's name: its prefix is not registered in ontology/prefixes.tsv")
        return draft.node(id, id, term=term, at=edge.at)
    return draft.keys[id]


def _edge(draft: drafting.Draft, edge: ForeignRecord, places: dict[str, Place]) -> None:
    subject, object = _end(draft, edge, "subject"), _end(draft, edge, "object")
    sentence = Sentence(subject, _verb(edge), object)
    if [_category(one) for one in edge.many("category")] == ["biolink:Association"]:
        edge.carried("category")
    more: dict[str, Any] = {}
    where = edge.many("anatomical_context_qualifier")
    place = drafting.term(where[0], "", edge.at) if len(where) == 1 else None
    if place:
        edge.carried("anatomical_context_qualifier")
        key = next(
            (k for k, p in places.items() if p.term == place), drafting.unused(drafting.as_key(place.label), places)
        )
        places[key] = Place(key=key, term=place, at=edge.at)
        more["place"] = key
    id = edge.text("id")
    draft.about["id"] = draft.about["id"] or _graph(id)
    negated = edge.text("negated").casefold() == "true"
    if negated:
        more["run"] = False
    elif edge.text("negated").casefold() != "false":
        edge.lost("negated", "it is neither true nor false")
    draft.edge(sentence, edge, _evidence(draft, edge, negated), name=_own(id, "edge"), **more)


def _graph(id: str) -> str:
    """The id of the mechanism that one of our IRIs names."""
    found = re.match(rf"{re.escape(vocabulary.BASE)}([a-z0-9-]+)/(edge|node)/", id)
    return found[1] if found else ""


def _own(id: str, part: str) -> str:
    """The key that one of our IRIs ends in; any other identifier stays what it is."""
    return id.rpartition("/")[2] if id.startswith(vocabulary.BASE) and f"/{part}/" in id else id


def _verb(edge: ForeignRecord) -> str:
    """The verb that predicate and qualifiers say: by its own name, as predicates.tsv maps it, or by its sign."""
    predicate, original = edge.text("predicate"), edge.text("original_predicate")
    predicate = vocabulary.compress(predicate) or predicate
    said = {slot: edge.text(slot, carry=False) for slot in QUALIFIERS if edge.text(slot, carry=False)}
    own = vocabulary.predicates().get(original.removeprefix(VERBS)) if original.startswith(VERBS) else None
    if original and not own:
        edge.lost("original_predicate", "kg has no place for the verb of another source")
    alike = [p for p in vocabulary.predicates().values() if p.biolink == predicate and _qualifiers(p) == said]
    alike = sorted(alike, key=lambda p: p.verb != predicate.partition(":")[2])
    found = own if own and own.role != "blocks" else next((p for p in alike if p.role != "blocks"), None)
    if found and own and (predicate, said) != (own.biolink or "biolink:related_to", _qualifiers(own)):
        for slot in ("predicate", *said):
            edge.changed(slot, f"{own.verb}: the original predicate says it")
    elif found:
        edge.carried(*said)
    if found:
        return found.verb
    aspect, direction = said.get("object_aspect_qualifier", ""), said.get("object_direction_qualifier", "")
    qualified = said.get("qualified_predicate", "biolink:causes")
    sign = DIRECTIONS.get(direction, 0) if aspect in SIGNED and qualified == "biolink:causes" else 0
    verb = drafting.SIGNED[sign] if sign else "affects" if predicate == "biolink:affects" else "related_to"
    if sign:
        edge.carried("object_direction_qualifier")
    if predicate != f"biolink:{verb}":
        edge.changed("predicate", f"{verb}: kg has no verb for {predicate}" + " with these qualifiers" * bool(said))
    return verb


def _qualifiers(predicate: vocabulary.Predicate) -> dict[str, str]:
    said = dict(pair.split("=") for pair in predicate.qualifiers.split(";") if pair)
    return {slot: f"biolink:{value}" if slot == "qualified_predicate" else value for slot, value in said.items()}


def _evidence(draft: drafting.Draft, edge: ForeignRecord, negated: bool) -> list[Evidence]:
    """One item for each publication; the file itself where none is cited. What is negated is disputed."""
    cited = {one: draft.cite(one) for one in edge.many("publications")}
    known = [one for one, source in cited.items() if source]
    edge.kept("publications", list(cited), known, "it is no number of PubMed, no DOI and no address")
    sources = list(dict.fromkeys(cited[one] for one in known)) or ["file"]
    species = edge.text("species_context_qualifier", carry=False)
    taxon = drafting.taxon(species) if species else None
    if taxon:
        edge.carried("species_context_qualifier")
    elif species:
        edge.lost(
            "species_context_qualifier", "the species is not in ontology/terms.tsv, so nobody has checked its name"
        )
    edge.lost("supporting_text", "an anchor points into a text with a hash, and the file gives none")
    for slot in ("knowledge_level", "agent_type"):
        if edge.text(slot, carry=False) == "not_provided":
            edge.carried(slot)
    edge.lost("has_evidence_of_type", "an evidence code tells no assay")
    stance = "disputes" if negated else "supports"
    says: dict[str, Any] = {"claim": drafting.UNCLASSIFIED, "taxon": (taxon,) if taxon else (), "stance": stance}
    return [Evidence(source=source, at=edge.at, **says) for source in sources]


# ---------------------------------------------------------------- writing


def text(mechanism: Mechanism, name: str) -> str:
    """The edges (``kgx``, ``kgxl``), or the nodes (for the ending of the file beside them)."""
    nodes = "nodes" in name
    rows = [_node_row(mechanism, node) for node in mechanism.nodes.values()] if nodes else list(_edge_rows(mechanism))
    if name in ("kgxl", "_nodes.jsonl"):
        return "".join(json.dumps({k: v for k, v in row.items() if v}, ensure_ascii=False) + "\n" for row in rows)
    columns = NODES if nodes else EDGES
    lines = ["\t".join(columns), *("\t".join(map(tables.cell, map(row.__getitem__, columns))) for row in rows)]
    return "\n".join(lines) + "\n"


def _id(mechanism: Mechanism, node: Node) -> str:
    terms = Counter(other.term.id for other in mechanism.nodes.values() if other.term)
    return node.term.id if node.term and terms[node.term.id] == 1 else _iri(mechanism, "node", node.key)


def _iri(mechanism: Mechanism, *steps: str) -> str:
    return "/".join([vocabulary.BASE + mechanism.id, *steps])


def _node_row(mechanism: Mechanism, node: Node) -> dict[str, Any]:
    entry = vocabulary.terms().get(node.term.id) if node.term else None
    categories = [(entry.category if entry else "") or "biolink:NamedThing"]
    if node.kind and not (entry and entry.kind == node.kind):
        categories = [*categories, GENERAL[node.kind]] if entry else [GENERAL[node.kind]]
    names = {_iri(mechanism, "node", node.key), *([node.term.id] if node.term else [])} - {_id(mechanism, node)}
    return {
        "id": _id(mechanism, node),
        "category": list(map(_category, categories)),
        "name": node.term.label if node.term else node.label,
        "symbol": node.name if node.term else "",
        "description": node.note,
        "xref": sorted(names),
    }


def _edge_rows(mechanism: Mechanism) -> Iterator[dict[str, Any]]:
    for edge in mechanism.edges:
        if edge.role == "blocks" and not edge.sentence.other:
            continue  # its object is an edge
        ends = [mechanism.nodes[key] for key in (edge.subject, edge.sentence.object)]
        place = mechanism.places.get(edge.place)
        taxa = {tuple(taxon.id for taxon in item.taxon) for item in edge.evidence}
        species = next(iter(taxa)) if len(taxa) == 1 else ()  # a species that all items state is the edge's
        works = dict.fromkeys(filter(None, (_work(mechanism.source(item)) for item in _behind(edge))))
        claim = vocabulary.claims().get(edge.claim)
        yield {
            "id": _iri(mechanism, "edge", edge.name),
            "subject": _id(mechanism, ends[0]),
            "predicate": edge.predicate.biolink or "biolink:related_to",
            "object": _id(mechanism, ends[1]),
            "category": ["biolink:Association"],
            "original_predicate": VERBS + edge.verb,
            **dict.fromkeys(QUALIFIERS, ""),
            **_qualifiers(edge.predicate),
            "negated": "true" if edge.denied else "",
            "anatomical_context_qualifier": [place.term.id] if place and place.term else [],
            "species_context_qualifier": species[0] if len(species) == 1 else "",
            "publications": list(works),
            "supporting_text": [item.anchor for item in _behind(edge) if item.anchor],
            "knowledge_level": claim.knowledge_level if claim else "not_provided",
            "agent_type": "not_provided",
        }


def _behind(edge: Edge) -> list[Evidence]:
    """The evidence of others for what the row says: for the edge, or against it where it is negated."""
    stance = "disputes" if edge.denied else "supports"
    return [item for item in edge.evidence if item.stance == stance and not item.because]


def _work(source: Source | None) -> str:
    if source is None:
        return ""
    return f"PMID:{source.pmid}" if source.pmid else f"doi:{source.doi}" if source.doi else source.url
