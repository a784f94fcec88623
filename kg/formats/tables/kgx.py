"""KGX: nodes and edges of the Biolink Model, as two tables (TSV) or two files of JSON lines, and metadata beside them.

Every column is a slot of the Biolink Model, and every edge is of the class of association that its ends and its
qualifiers ask for. A node is identified by its term, or by a CURIE of its own where it has none or shares it with
another node, since presence and activity of one thing are two nodes here. What an edge requires is an edge, too, and so
is each further identity of a node: the Biolink Model has its matches as predicates, so that a narrower term, such as a
gene of one species, is no other name of the node.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from kg.formats.shared import bounded, drafting, tables
from kg.formats.shared.losses import FIRMEST, ForeignRecord, Ledger
from kg.model import foreign, identities, vocabulary
from kg.model.diagnostics import InvalidMechanism, Location
from kg.model.foreign import Relation
from kg.model.lexicon import lexicon
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence, Frozen, Node, Place, Requirement
from kg.reasoning import outward
from kg.reasoning.outward import Statement

NODES = ("id", "category", "name", "synonym", "description", "xref")
QUALIFIERS = (
    "qualified_predicate",
    "object_aspect_qualifier",
    "object_direction_qualifier",
    "causal_mechanism_qualifier",
)
EDGES = (
    *("id", "subject", "predicate", "object", "category", "original_predicate", *QUALIFIERS),
    *("negated", "anatomical_context_qualifier", "qualifiers", "species_context_qualifier", "publications"),
    *("supporting_text", "has_evidence_of_type", "knowledge_level", "agent_type"),
    *("primary_knowledge_source", "aggregator_knowledge_source"),
)
LISTS = frozenset({"category", "xref", "publications", "supporting_text", "anatomical_context_qualifier"})
LISTS |= {"synonym", "qualifiers", "has_evidence_of_type", "aggregator_knowledge_source"}
INFORES = "infores:immune-kg"  # kg as a source of knowledge; not registered yet
#: Where kg itself says what a row says; of what a file of others asserted, kg is but an aggregator.
OURS = {"primary_knowledge_source": INFORES}
CAUSES = {"qualified_predicate": "biolink:causes", "object_aspect_qualifier": "activity_or_abundance"}
GENERAL_ROW = {"class": "Association", "qualifiers": ""}
#: Aspects of an object of which more is more of the object: their direction is a sign.
SIGNED = frozenset({"", "activity_or_abundance", "abundance", "activity", "expression", "synthesis", "stability"})
OF_SUBJECT = ("subject_direction_qualifier", "subject_aspect_qualifier")
DIRECTIONS = ("increased", "upregulated", "decreased", "downregulated")
CAUSAL = ("biolink:causes", "causes")
#: A class of the Biolink Model for each kind that a node may be drawn as.
GENERAL = {
    "treatment": "biolink:Treatment",
    "molecule": "biolink:ChemicalEntity",
    "structure": "biolink:AnatomicalEntity",
    "cell": "biolink:Cell",
    "process": "biolink:BiologicalProcess",
    "state": "biolink:BiologicalEntity",
}
#: The predicate of the Biolink Model for what another term is to that of a node.
MATCHES = {
    **{match: f"biolink:{match}_match" for match in identities.MATCHES},
    "related": "biolink:related_to_at_concept_level",
}
END = r"(\.\w+)$"
BESIDE = {"edges": r"edges\2", "nodes": r"nodes\2", "metadata": "metadata.json"}  # the files that belong together
#: Which slot of the metadata is which key of a mechanism.
METADATA = {"name": "title", "description": "summary", "license": "licence", "version": "version"}
UNREGISTERED = "kept as the node's name: it is not a valid CURIE of its prefix"
VERBS = vocabulary.BASE + "vocab/"
LOST = {
    "mechanism": "the metadata file has no key for it",
    **dict.fromkeys(("source.pmid", "source.url"), FIRMEST),
    "source": "the Biolink Model holds only the identifiers of the publications of an edge",
    "evidence": "the Biolink Model holds publications and texts of an edge, not items of evidence",
    "place": "the Biolink Model holds only the terms of the places of edges",
    "node.in": "a node of the Biolink Model has no place",
    "edge": "in the Biolink Model another edge has the same statement, and the two are merged",
    "edge.level": "the Biolink Model has no levels",
    "edge.run": "the Biolink Model does not say what is executed",
    "node": "the Biolink Model has no slot for it",
    "requirement": "the Biolink Model has no levels",
    "requirement.evidence": "the Biolink Model holds publications and texts of an edge, not items of evidence",
    "effect": "the Biolink Model does not say how far a decrease goes",
    "*": "KGX holds only nodes and edges",
}


# ---------------------------------------------------------------- reading


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The graph of an edge file, and of the files of nodes and metadata beside it if there are any (or the other way
    round)."""
    parts = {part: file.with_name(re.sub(rf"(nodes|edges){END}", end, file.name)) for part, end in BESIDE.items()}
    found = {part: one for part, one in parts.items() if one.is_file()}
    if len(set(parts.values())) == 1 or "edges" not in found:  # a file that is called otherwise, or alone
        found = {"edges": file}
    text = bounded.text(found["edges"], ledger)
    draft = drafting.Draft(found["edges"], ledger, text)
    places: dict[str, Place] = {}
    if about := found.get("metadata"):
        _about(draft, bounded.objects(bounded.text(about, ledger), ledger))
    rows = list(_rows(text, found["edges"], ledger))
    matched = _matched(cells for cells, _ in rows)
    if nodes := found.get("nodes"):
        _nodes(draft, _rows(bounded.text(nodes, ledger), nodes, ledger), matched, places)
    stated = frozenset(draft.keys) | matched if nodes else None  # the nodes that the file of nodes has
    needs: list[tuple[ForeignRecord, list[str]]] = []
    for number, (cells, at) in enumerate(rows, 1):
        edge = ledger.record("edge", str(cells.get("id") or number), cells, at)
        if any(drafting.nothing(edge.text(slot, carry=False)) for slot in ("subject", "predicate", "object")):
            message = "the edge lacks its subject, its predicate or its object"
            ledger.complain(at, "no-sentence", f"{message}; it is set aside", severity="warning")
            for slot in edge.fields():
                edge.lost(slot, message)
            continue
        path = _path(edge.text("id", carry=False))
        if path and edge.text("knowledge_level", carry=False) == outward.ENTAILED:
            _definition(draft, edge)
            continue
        for end in (edge.text(side, carry=False) for side in ("subject", "object")):
            if stated is not None and _spelt(end) not in stated and _path(end)[1:2] != ["place"]:
                message = f"{end!r} is not a row of {nodes.name if nodes else ''}; it is a node by its identifier alone"
                ledger.complain(at, "unknown-node", message, severity="warning")
        if path[1:2] + path[3:] == ["node", "in"]:
            _located(draft, edge, places)
        elif _is_match(path):
            _match(draft, edge, path[3])
        elif path[1:2] == ["edge"] and path[3:4] in (["requires"], ["unless"]) and len(path) > 4:
            needs.append((edge, path))
        else:
            _edge(draft, edge, places)
    for edge, path in needs:
        _requirement(draft, edge, path, places)
    return draft.mechanism(places=Frozen(places))


def _path(id: str) -> list[str]:
    """The steps of one of our identifiers; none for another.

    >>> _path("immunekg:ta1-tlr7/edge/activation/requires/TLR7")
    ['ta1-tlr7', 'edge', 'activation', 'requires', 'TLR7']
    """
    for start in (f"{vocabulary.OWN}:", vocabulary.BASE):
        if id.startswith(start):
            return [unquote(step) for step in id.removeprefix(start).split("/")]
    return []


def _spelt(id: str) -> str:
    """An identifier as kg spells it, so that what a file spells in two ways is one node.

    >>> _spelt("uniprotkb:Q9NYK1"), _spelt("FOO:123")
    ('UniProtKB:Q9NYK1', 'FOO:123')
    """
    return vocabulary.compress(id) or id


def _nodes(
    draft: drafting.Draft,
    rows: Iterable[tuple[Mapping[str, Any], Location]],
    matched: Container[str],
    places: dict[str, Place],
) -> None:
    """The rows of nodes; what is ``matched`` is a further identity of one, unless the row names a node of the mechanism."""
    for number, (cells, at) in enumerate(rows, 1):
        node = draft.ledger.record("node", str(cells.get("id") or number), cells, at)
        ours = any(_path(one)[1:2] == ["node"] for one in node.many("xref"))
        if ours or _spelt(node.text("id", carry=False)) not in matched:
            _node(draft, node, places)
            continue
        for slot in node.fields():
            node.changed(slot, "a further identity of a node")


def _about(draft: drafting.Draft, said: Any) -> None:
    """What the metadata say of the whole."""
    if not isinstance(said, dict):
        draft.ledger.complain(draft.ledger.at(), "no-table", "the metadata are no JSON object", '{"name": ...}')
        return
    record = draft.ledger.record("metadata", "", said, draft.ledger.at())
    for slot, field in METADATA.items():
        if value := record.text(slot):
            draft.about[field] = value
    record.lost("creative_work_status", "it depends on how much of each source was read, which KGX does not say")
    path = _path(record.text("id", carry=False))
    if len(path) == 1:
        draft.about["id"] = path[0]
        record.carried("id")
    for slot in ("caveat", "knowledge_source", "biolink_version", "prefixes"):
        record.changed(slot, "kg writes it anew")


def _rows(text: str, file: Path, ledger: Ledger) -> Iterator[tuple[Mapping[str, Any], Location]]:
    if file.suffix != ".jsonl":
        yield from ((row.cells, row.at) for row in tables.rows(text, ledger, "\t"))
        return
    for number, line in enumerate(text.split("\n"), 1):
        at = ledger.at(number, 1, line if len(line) < 10_000 else "")
        if line.strip():
            try:
                found = bounded.objects(line, Ledger(ledger.file, ledger.title), at)
            except InvalidMechanism as error:
                wrong = error.diagnostics[-1]
                ledger.aside(wrong.at, wrong.code, wrong.message, wrong.help, line)
                continue
            if isinstance(found, dict):
                yield found, at
            else:
                ledger.aside(at, "no-table", "a line is one JSON object", '{"id": ...}', line)


def _node(draft: drafting.Draft, node: ForeignRecord, places: dict[str, Place]) -> None:
    id, label = node.text("id"), next(iter(node.many("name")), "")
    node.kept("name", node.many("name"), (label,), "kg has one name for a node")
    path = _path(id)
    if path[1:2] == ["place"] and len(path) == 3:
        terms = [term for one in node.many("xref") if (term := drafting.term(one, label, node.at))]
        node.carried("xref")
        node.changed("category", "it is the place of a node")
        name = "" if terms and terms[0].label == label else label
        places[path[2]] = Place(key=path[2], term=next(iter(terms), None), name=name, at=node.at)
        return
    if not id or _spelt(id) in draft.keys:
        told = f"the id {id!r} occurs twice" if id else "a node has no id"
        draft.ledger.complain(node.at, "no-element", told, "each node has an id of its own")
        return
    names = [id, *node.many("xref")]
    ours = [one for one in names if _path(one)[1:2] == ["node"]]
    curies = [one for one in names if one not in ours] if ours else [id]
    ways = (drafting.term, drafting.identifier)  # what is registered goes before what is not
    known = ((found, one) for way in ways for one in curies if (found := way(one, label, node.at)))
    term, curie = next(known, (None, ""))
    node.kept("xref", names[1:], (id, curie, *ours[:1]), "kg has one term for a node")
    if term is None and not ours:
        node.lost("id", UNREGISTERED)
    if term and label != term.label:
        node.changed("name", f"{term.label}, as it was looked up")
    symbol, also = node.text("symbol"), node.many("synonym")
    if ours and len(also) == 1:  # what kg calls a node beside its term
        symbol = also[0]
        node.carried("synonym")
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
    spelt = _spelt(id)
    if spelt != id:
        node.changed("id", spelt)
    name = _path(ours[0])[-1] if ours else symbol or ("" if term and vocabulary.prefix(term.prefix) else label) or spelt
    draft.node(
        spelt,
        symbol or label or spelt,
        key=name,
        term=term,
        kind=kind,
        note=node.text("description"),
        at=node.at,
    )


def _category(said: str) -> str:
    return vocabulary.compress(said if ":" in said else f"biolink:{said}") or said


def _end(draft: drafting.Draft, edge: ForeignRecord, side: str) -> str:
    said = edge.text(side)
    id = _spelt(said)
    if id != said:
        edge.changed(side, id)
    if id not in draft.keys:
        term = drafting.identifier(id, "", edge.at)
        if term is None:
            edge.lost(side, UNREGISTERED)
        return draft.node(id, id, term=term, at=edge.at)
    return draft.keys[id]


def _edge(draft: drafting.Draft, edge: ForeignRecord, places: dict[str, Place]) -> None:
    subject, object = _end(draft, edge, "subject"), _end(draft, edge, "object")
    sentence = draft.sentence(edge, "predicate", subject, object, _relation(edge))
    path = _path(edge.text("id"))
    if [_category(one) for one in edge.many("category")] == ["biolink:Association"] or path:
        edge.carried("category")
    more: dict[str, Any] = {}
    for slot in ("anatomical_context_qualifier", *(["qualifiers"] if path else [])):
        where = edge.many(slot)
        place = drafting.term(where[0], "", edge.at) if len(where) == 1 else None
        if place:
            edge.carried(slot)
            key = next(
                (k for k, p in places.items() if p.term == place), drafting.unused(drafting.as_key(place.label), places)
            )
            places.setdefault(key, Place(key=key, term=place, at=edge.at))
            more["place"] = key
    draft.about["id"] = draft.about["id"] or (path[0] if path[1:2] == ["edge"] else "")
    negated = edge.text("negated").casefold() == "true"
    if negated:
        more["run"] = False
    elif edge.text("negated").casefold() != "false":
        edge.lost("negated", "it is neither true nor false")
    name = path[2] if path[1:2] == ["edge"] and len(path) > 2 else edge.text("id")
    draft.edge(sentence, edge, _evidence(draft, edge, negated), name=name, **more)


def _definition(draft: drafting.Draft, edge: ForeignRecord) -> None:
    """A row of ours that follows from what its object is the activity of."""
    subject, object = (_end(draft, edge, side) for side in ("subject", "object"))
    draft.active[object] = subject
    for slot in edge.fields():
        edge.changed(slot, "what the object is the activity of")


def _is_match(path: list[str]) -> bool:
    """Whether the steps of an identifier are those of a row of ours that says a further identity of a node."""
    return path[1:2] == ["node"] and len(path) > 4 and path[3] in (*MATCHES, *identities.WRITTEN)


def _matched(rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """What only stands in a file of ours since it is a further identity of a node."""
    ends: dict[bool, set[str]] = {True: set(), False: set()}
    for cells in rows:
        match = _is_match(_path(str(cells.get("id") or "")))
        ends[match] |= {str(cells.get(side) or "") for side in (("object",) if match else ("subject", "object"))}
    return frozenset(map(_spelt, ends[True])) - set(map(_spelt, ends[False] if ends[True] else ()))


def _match(draft: drafting.Draft, edge: ForeignRecord, said: str) -> None:
    """A row of ours that says a further identity: kg derives it again, unless the file of the mechanism stated it."""
    key, id = draft.keys.get(_spelt(edge.text("subject", carry=False))), edge.text("object", carry=False)
    term = drafting.identifier(id, "", edge.at)
    if key and term and said in identities.WRITTEN:
        more: dict[str, Any] = {said: (*getattr(draft.nodes[key], said), term)}
        draft.nodes[key] = replace(draft.nodes[key], **more)
    for slot in edge.fields():
        edge.changed(
            slot, f"{said}: {id}" if said in identities.WRITTEN else "kg derives it from the identifiers of the node"
        )


def _located(draft: drafting.Draft, edge: ForeignRecord, places: Mapping[str, Place]) -> None:
    """A row of ours that says in which place a node is."""
    key, place = draft.keys.get(_spelt(edge.text("subject"))), _path(edge.text("object"))[-1]
    if key and place in places:
        draft.nodes[key] = replace(draft.nodes[key], place=place)
        for slot in edge.fields():
            edge.changed(slot, "the place of a node")


def _requirement(draft: drafting.Draft, edge: ForeignRecord, path: list[str], places: dict[str, Place]) -> None:
    """A row of ours that says what an edge requires or excludes; alone, where that edge is missing, it is an edge."""
    of = [(says, one) for says, one in draft.edges.items() if one.name == path[2]]
    if not of or _spelt(edge.text("subject", carry=False)) not in draft.keys:
        _edge(draft, edge, places)
        return
    (says, one), field = of[0], path[3]
    items = tuple(_evidence(draft, edge, negated=False))
    known = {(item.source, item.taxon) for item in (*one.evidence, *draft.again.get(says, ()))}
    own = () if {(item.source, item.taxon) for item in items} <= known else items  # else it stands in the edge's
    subject = draft.keys[_spelt(edge.text("subject"))]
    needed = (*getattr(one, field), Requirement(subject, "", own, at=edge.at))
    more: dict[str, Any] = {field: needed}
    draft.edges[says] = replace(one, **more)
    for slot in edge.fields():
        if edge.fates.get(slot, ("",))[0] != "lost":
            edge.changed(slot, f"{field} of the edge {one.name}")


def _relation(edge: ForeignRecord) -> Relation:
    """What predicate and qualifiers say: by the verb's own name, as predicates.tsv maps them, or by their sign."""
    predicate, original = edge.text("predicate"), edge.text("original_predicate")
    predicate = vocabulary.compress(predicate) or predicate
    slots = (*QUALIFIERS, *OF_SUBJECT)
    said = {slot: edge.text(slot, carry=False) for slot in slots if edge.text(slot, carry=False)}
    own = vocabulary.predicates().get(original.removeprefix(VERBS)) if original.startswith(VERBS) else None
    stated = foreign.relation(predicate)
    if own and own.role == "blocks":  # kg writes what follows for the object
        signed = foreign.sign(said.get("object_direction_qualifier", "")) or stated.sign
        follows = Relation(foreign.SIGNED.get(signed, "affects"), signed, "the edge that it acts on is not said")
        for slot in said:
            edge.changed(slot, f"{follows.verb}: {follows.lacks}")
        return follows
    if own:
        again = (predicate, said) == (own.biolink or "biolink:related_to", _qualifiers(own))
        for slot in said:
            edge.carried(slot) if again else edge.changed(slot, f"{own.verb}: the original predicate says it")
        return (
            Relation.of(own.verb) if again else replace(Relation.of(own.verb), lacks="the original predicate says it")
        )
    if original:
        before = foreign.relation(original)
        told = before.sign and not stated.sign and not said
        why = "kg has no field for the verb of another source"
        edge.carried("original_predicate") if told else edge.lost("original_predicate", why)
        stated = before if told else stated
    if not said:
        return stated
    alike = [p for p in vocabulary.predicates().values() if p.biolink == predicate and _qualifiers(p) == said]
    if fits := min((p for p in alike if p.role != "blocks"), key=lambda p: p.ro_match == "broad", default=None):
        edge.carried(*said)
        return Relation.of(fits.verb)
    return _qualified(edge, predicate, stated, said)


def _qualified(edge: ForeignRecord, predicate: str, stated: Relation, said: Mapping[str, str]) -> Relation:
    """A predicate with qualifiers that no verb has: its sign, where the aspect of the object is one that says it."""
    aspect, direction = said.get("object_aspect_qualifier", ""), said.get("object_direction_qualifier", "")
    qualified = said.get("qualified_predicate", "biolink:causes")
    signed = foreign.sign(direction) * _more(aspect)
    less = said.get("subject_direction_qualifier", "")
    if less and stated.sign:  # what more of the subject does is not said
        return replace(stated, verb="affects", lacks=f"the subject is {less}, so the sign is not that of the subject")
    if less:
        signed *= foreign.sign(less) * _more(said.get("subject_aspect_qualifier", ""))
    if not signed or qualified not in CAUSAL:
        return stated
    verb = foreign.SIGNED[signed]
    if less:
        for slot in ("subject_direction_qualifier", "object_direction_qualifier"):
            edge.changed(slot, f"{verb}: the sign is that of both directions together")
    elif direction in DIRECTIONS:
        edge.carried("object_direction_qualifier")
    else:
        edge.changed(
            "object_direction_qualifier", f"{verb}: it is not a direction of the Biolink Model, but says a sign"
        )
    return Relation(verb, signed, f"kg has no verb for {predicate} with these qualifiers")


def _more(aspect: str) -> int:
    """Of a thing of which an aspect is increased there is more (1), less (-1), or it is not said which (0)."""
    return -1 if aspect == "degradation" else int(aspect in SIGNED)


def _qualifiers(predicate: vocabulary.Predicate) -> dict[str, str]:
    said = dict(pair.split("=") for pair in predicate.qualifiers.split(";") if pair)
    return {slot: f"biolink:{value}" if slot == "qualified_predicate" else value for slot, value in said.items()}


def _evidence(draft: drafting.Draft, edge: ForeignRecord, negated: bool) -> list[Evidence]:
    """One item for each publication; the file itself where none is cited. What is negated is disputed."""
    cited = {one: draft.cite(one) for one in edge.many("publications")}
    known = [one for one, source in cited.items() if source]
    edge.kept("publications", list(cited), known, "it is not a PubMed number, a DOI or a web address")
    sources = list(dict.fromkeys(cited[one] for one in known)) or ["file"]
    species = edge.many("species_context_qualifier")
    taxa = drafting.taxa(species)
    why = "the species is not in ontology/terms.tsv, so nobody has checked its name"
    edge.kept("species_context_qualifier", species, taxa, why)
    edge.lost("supporting_text", "an anchor points into a text with a hash, and the file gives none")
    for slot in ("knowledge_level", "agent_type"):
        if edge.text(slot, carry=False) == "not_provided":
            edge.carried(slot)
    edge.lost("has_evidence_of_type", "an evidence code names no assay")
    for slot in ("primary_knowledge_source", "aggregator_knowledge_source"):
        if edge.many(slot) == [INFORES]:
            edge.changed(slot, "kg writes it anew")
        else:
            edge.lost(slot, "kg keeps the publications of an edge, not through whom it came")
    stance = "disputes" if negated else "supports"
    says: dict[str, Any] = {"claim": drafting.UNCLASSIFIED, "taxon": tuple(taxa.values()), "stance": stance}
    return [Evidence(source=source, at=edge.at, **says) for source in sources]


# ---------------------------------------------------------------- writing


def text(mechanism: Mechanism, name: str) -> str:
    """The edges (``kgx``, ``kgxl``), the nodes or the metadata (for the endings of the files beside them)."""
    if "metadata" in name:
        return json.dumps(_metadata(mechanism), ensure_ascii=False) + "\n"
    nodes = "nodes" in name
    rows = list(_node_rows(mechanism) if nodes else (*_edge_rows(mechanism), *_match_rows(mechanism)))
    if name in ("kgxl", "_nodes.jsonl"):
        return "".join(json.dumps({k: v for k, v in row.items() if v}, ensure_ascii=False) + "\n" for row in rows)
    columns = NODES if nodes else EDGES
    lines = ["\t".join(columns), *("\t".join(_cell(row[column]) for column in columns) for row in rows)]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return "true" if value is True else tables.cell(value)


def _metadata(mechanism: Mechanism) -> dict[str, Any]:
    """What stands beside nodes and edges, which have no place for it: above all the caveat."""
    said = {
        "caveat": outward.caveat(mechanism),
        "id": outward.curie(mechanism),
        "name": mechanism.title,
        "description": mechanism.summary,
        "license": mechanism.licence,
        "version": mechanism.version,
        "creative_work_status": mechanism.status,
        "knowledge_source": INFORES,
        "biolink_version": vocabulary.table("biolink.tsv")[0]["verified_in"].rpartition(" ")[2],
    }
    return {key: value for key, value in said.items() if value} | {"prefixes": {vocabulary.OWN: vocabulary.BASE}}


def _biolink(curie: str) -> str:
    """A CURIE as the Biolink Model spells its prefix; another one as it is.

    >>> _biolink("Reactome:R-HSA-168164"), _biolink("GO:0006915")
    ('REACT:R-HSA-168164', 'GO:0006915')
    """
    name, colon, local = curie.partition(":")
    row = vocabulary.prefixes().get(name)
    return f"{row.kgx}{colon}{local}" if row and row.kgx else curie


def _node_rows(mechanism: Mechanism) -> Iterator[dict[str, Any]]:
    """A row for each node, and for each place in which a cell is said to be."""
    ids = outward.identifiers(mechanism)
    for node in mechanism.nodes.values():
        names = {outward.curie(mechanism, "node", node.key), *([node.term.id] if node.term else [])} - {ids[node.key]}
        place = mechanism.places.get(node.place) if outward.located(node) else None
        yield {
            "id": _biolink(ids[node.key]),
            "category": _categories(node),
            "name": node.term.label if node.term and not place else node.label,
            "synonym": [node.name] if node.name and node.term and not place else [],
            "description": node.note,
            "xref": sorted(map(_biolink, names)),
        }
    own = set(ids.values())
    for id in dict.fromkeys(match.object for node in mechanism.nodes.values() for match in identities.of(node)):
        if id not in own:
            known = lexicon().term(id)
            entry = vocabulary.terms().get(id)
            category = (entry.category if entry else known.category if known else "") or "biolink:NamedThing"
            yield {
                "id": _biolink(id),
                "category": [category],
                "name": identities.label(id),
                "synonym": [],
                "description": "",
                "xref": [],
            }
    for place in _places(mechanism):
        entry = vocabulary.terms().get(place.term.id) if place.term else None
        yield {
            "id": outward.curie(mechanism, "place", place.key),
            "category": [(entry.category if entry else "") or "biolink:NamedThing"],
            "name": place.label,
            "synonym": [],
            "description": "",
            "xref": [place.term.id] if place.term else [],
        }


def _places(mechanism: Mechanism) -> Iterator[Place]:
    keys = dict.fromkeys(node.place for node in mechanism.nodes.values() if outward.located(node))
    yield from (mechanism.places[key] for key in keys if key in mechanism.places)


def _categories(node: Node) -> list[str]:
    entry = vocabulary.terms().get(node.term.id) if node.term else None
    categories = [node.category or "biolink:NamedThing"]
    if node.kind and not (entry and entry.kind == node.kind):
        categories = [*categories, GENERAL[node.kind]] if entry else [GENERAL[node.kind]]
    return list(map(_category, categories))


def _edge_rows(mechanism: Mechanism) -> Iterator[dict[str, Any]]:
    """A row for each statement, or one for each of its species, of which a row holds one; and for each cell in a place."""
    ids = outward.identifiers(mechanism)
    for one in outward.statements(mechanism):
        place = mechanism.places.get(one.edge.place)
        for taxon, row in outward.by_species(mechanism, one):
            steps = one.name.split("/") + ([taxon.id] if taxon and len(one.species) > 1 else [])
            yield _row(
                outward.curie(mechanism, "edge", *steps),
                ids[one.subject],
                ids[one.object],
                one.verb,
                **_association(mechanism, one, place.term.id if place and place.term else ""),
                negated=one.negated or "",
                species_context_qualifier=taxon.id if taxon else "",
                publications=list(row.publications),
                supporting_text=list(row.anchors),
                has_evidence_of_type=_codes(mechanism, row.behind),
                knowledge_level=row.knowledge_level,
                agent_type=row.agent_type,
                **({"aggregator_knowledge_source": [INFORES]} if row.claim == drafting.UNCLASSIFIED else OURS),
            )
    for node in mechanism.nodes.values():
        if outward.located(node) and node.place in mechanism.places:
            yield _row(
                outward.curie(mechanism, "node", node.key, "in"),
                ids[node.key],
                outward.curie(mechanism, "place", node.place),
                "located_in",
                predicate="biolink:located_in",
                category=["biolink:Association"],
                knowledge_level=outward.NOT_PROVIDED,
                agent_type=outward.NOT_PROVIDED,
                **OURS,
            )


def _match_rows(mechanism: Mechanism) -> Iterator[dict[str, Any]]:
    """A row for each further identity of a node: what the other term is to it, and how its source writes that."""
    ids = outward.identifiers(mechanism)
    keys = {match: key for key, match in identities.WRITTEN.items()}
    for node in mechanism.nodes.values():
        for one in identities.of(node):
            if one.object == ids[node.key]:  # the term of a node that is no other's stands as its identifier
                continue
            kind = keys[one.match] if one.sources == (identities.FILE,) else one.match
            yield {
                **_row(outward.curie(mechanism, "node", node.key, kind, one.object), ids[node.key], one.object, ""),
                "predicate": MATCHES[one.match],
                "original_predicate": one.predicate,
                "category": ["biolink:Association"],
                "knowledge_level": outward.NOT_PROVIDED,
                "agent_type": outward.NOT_PROVIDED,
                **OURS,
            }


def _row(id: str, subject: str, object: str, verb: str, **said: Any) -> dict[str, Any]:
    ends = {"id": id, "subject": _biolink(subject), "object": _biolink(object), "original_predicate": VERBS + verb}
    return {**dict.fromkeys(EDGES, ""), **said, **ends}


def _codes(mechanism: Mechanism, items: Iterable[Evidence]) -> list[str]:
    codes = (outward.evidence_code(mechanism, item) for item in items)
    return list(dict.fromkeys(code.id for code in codes if code))


def _association(mechanism: Mechanism, one: Statement, place: str) -> dict[str, Any]:
    """Category, predicate and qualifiers: those of the verb, as far as an association between such nodes holds them.

    Where it does not hold the direction, a predicate says it. A place that has no slot of its own is a qualifier.
    """
    verb = one.predicate
    said = _qualifiers(verb)
    if one.verb == "blocks":  # what follows for the object
        direction = {1: "increased", -1: "decreased"}.get(one.effect)
        said = dict(CAUSES, object_direction_qualifier=direction) if direction else {}
    found = _fitting(mechanism, one) if said else GENERAL_ROW
    slots = found["qualifiers"].split("|")
    predicate = verb.biolink or "biolink:related_to"
    if said and (one.effect or found["qualifiers"]):
        predicate = f"biolink:{found['negative' if one.effect < 0 else 'predicate']}"
    elif one.verb == "blocks":
        predicate = "biolink:affects"
    where = "anatomical_context_qualifier" if "anatomical_context_qualifier" in slots else "qualifiers"
    return {
        "category": [f"biolink:{found['class']}"],
        "predicate": predicate,
        **{slot: value for slot, value in said.items() if slot in slots},
        **({where: [place]} if place else {}),
    }


def _fitting(mechanism: Mechanism, one: Statement) -> dict[str, str]:
    """The first row of associations.tsv that joins such a subject to such an object; the last joins any."""
    ends = {side: _categories(mechanism.nodes[getattr(one, side)])[0][8:] for side in ("subject", "object")}
    rows = vocabulary.table("associations.tsv")
    return next(row for row in rows if all(not row[side] or ends[side] in row[side].split("|") for side in ends))
