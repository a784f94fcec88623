"""SIGNOR: its table of causal interactions, as the site exports it (semicolons, commas or tabs)."""

from __future__ import annotations

import re
from pathlib import Path

from kg.formats.shared import bounded, drafting, tables
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model import foreign
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence

KINDS = {"protein": "molecule", "chemical": "molecule", "smallmolecule": "molecule", "complex": "molecule"} | {
    "proteinfamily": "molecule",
    "mirna": "molecule",
    "phenotype": "process",
    "stimulus": "treatment",
}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The interactions of a SIGNOR table. SENTENCE is not copied: it is the source's own words."""
    text = bounded.text(file, ledger)
    draft = drafting.Draft(file, ledger, text)
    delimiter = next(iter(re.findall(r"\AENTITYA([;\t,])", text)), ";")
    for number, row in enumerate(tables.rows(text, ledger, delimiter, quotes=True), 1):
        if any(drafting.nothing(row.cells.get(end, "")) for end in ("ENTITYA", "ENTITYB")):
            ledger.aside(row.at, "no-sentence", "the row names no ENTITYA, or no ENTITYB")
            continue
        edge = ledger.record("edge", row.cells.get("SIGNOR_ID") or str(number), row.cells, row.at)
        subject, object = _entity(draft, edge, "A"), _entity(draft, edge, "B")
        sentence = draft.sentence(edge, "EFFECT", subject, object, foreign.relation(edge.text("EFFECT") or "unknown"))
        draft.edge(sentence, edge, _evidence(draft, edge), name=edge.text("SIGNOR_ID"))
    return draft.mechanism()


def _entity(draft: drafting.Draft, edge: ForeignRecord, side: str) -> str:
    name, id, database, kind = (edge.text(f"{part}{side}") for part in ("ENTITY", "ID", "DATABASE", "TYPE"))
    term = drafting.identifier(f"{database}:{id.removeprefix('CID:')}", name, edge.at)
    if term is None and id:
        edge.lost(f"ID{side}", f"it is not an identifier of {database or 'no database'}")
        edge.lost(f"DATABASE{side}", "it only says whose the identifier is")
    if kind and kind not in KINDS:
        edge.lost(f"TYPE{side}", f"kg has no kind of node for {kind!r}")
    elif kind in KINDS and kind != KINDS[kind]:
        edge.changed(f"TYPE{side}", f"kind: {KINDS[kind]}")
    id = f"{database}:{id}" if id else name
    if id in draft.keys and name not in (draft.keys[id], draft.nodes[draft.keys[id]].label):
        edge.changed(f"ENTITY{side}", f"{draft.keys[id]}, as the file calls it before")
    return draft.node(id, name, key=name, term=term, kind=KINDS.get(kind, ""), at=edge.at)


def _evidence(draft: drafting.Draft, edge: ForeignRecord) -> list[Evidence]:
    """What the row rests on: its publication, and its species where kg has looked it up."""
    species, pmid = (edge.text(name, carry=False) for name in ("TAX_ID", "PMID"))
    taxon = drafting.taxon(species) if species else None
    if taxon:
        edge.carried("TAX_ID")
    elif species:
        edge.lost("TAX_ID", "no species of ontology/terms.tsv has this number")
    source = draft.cite(f"PMID:{pmid}")
    if source:
        edge.carried("PMID")
    elif pmid:
        edge.lost("PMID", "it is not a PubMed number")
    edge.lost("SENTENCE", "kg points to the words of a publication and does not copy them")
    edge.lost("SCORE", "kg keeps no scores")
    claim = drafting.UNCLASSIFIED
    return [Evidence(source=source or "file", claim=claim, taxon=(taxon,) if taxon else (), at=edge.at)]
