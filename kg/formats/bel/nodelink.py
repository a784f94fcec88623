"""BEL nodelink JSON, as PyBEL writes it: nodes with their BEL terms, a link for each statement with its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kg.formats.shared import bel, bounded, drafting
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence

MODIFIERS = {"Activity": "act", "Degradation": "deg"}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The graph of a nodelink file; links count nodes from 0, or name their ids."""
    text = bounded.text(file, ledger)
    found, place = bounded.objects(text, ledger), bounded.Places(text, ledger)
    if not isinstance(found, dict) or not all(isinstance(found.get(part), list) for part in ("nodes", "links")):
        raise ledger.stop(None, "no-graph", "there are no nodes and links", '{"nodes": [{"bel": ...}], "links": [...]}')
    draft = drafting.Draft(file, ledger, text)
    graph = found.get("graph")
    rest = {k: v for k, v in found.items() if k not in ("nodes", "links", "graph")}
    rest |= {} if isinstance(graph, dict) else {"graph": graph}
    whole = ledger.record("file", "", rest, ledger.at())
    for field in ("directed", "multigraph"):
        if whole.see(field) is True:  # as every mechanism is
            whole.take(field)
    head = ledger.record("graph", "", graph if isinstance(graph, dict) else {}, ledger.at())
    document = head.see("document_metadata", {})
    for name, field in (("name", "title"), ("version", "version"), ("description", "summary")):
        if isinstance(document, dict) and document.get(name):
            draft.about[field] = str(document[name])
            head.take(f"document_metadata.{name}")
    terms: dict[object, str] = {}
    for number, one in enumerate(found["nodes"]):
        if not isinstance(one, dict) or not one.get("bel"):
            ledger.complain(place(one), "no-element", "a node has no BEL term", '{"bel": "p(HGNC:FYN)", ...}')
            continue
        node = ledger.record("node", str(one["bel"]), one, place(one))
        terms[number] = terms[one.get("id")] = str(node.take("bel"))
        for field in ("concept", "function", "variants", "members"):
            if node.see(field):
                node.changed(field, "made again from its BEL term")
        bel.node(draft, terms[number], node.at)
    for number, one in enumerate(found["links"]):
        ends = [one.get(end) for end in ("source", "target")] if isinstance(one, dict) else []
        if not ends or not all(end in terms for end in ends) or not one.get("relation"):
            ledger.complain(place(one), "no-element", "a link lacks its relation, or joins what is no node")
            continue
        link = ledger.record("edge", str(one.get("key") or number), one, place(one))
        said = [_modified(link, side, terms[link.take(side)]) for side in ("source", "target")]
        bel.edge(draft, link, "relation", said[0], said[1], _evidence(draft, link))
    return draft.mechanism()


def _modified(link: ForeignRecord, side: str, term: str) -> str:
    """The term of a side; its activity is another node than its presence."""
    modifier = link.see(f"{side}_modifier", {})
    kind = str(modifier.get("modifier", "")) if isinstance(modifier, dict) else ""
    if not kind:
        return term
    if kind in MODIFIERS:
        link.take(f"{side}_modifier.modifier")
    else:
        link.changed(f"{side}_modifier.modifier", f"{kind} of {term}, without more")
    return f"{MODIFIERS.get(kind, kind)}({term})"


def _evidence(draft: drafting.Draft, link: ForeignRecord) -> list[Evidence]:
    citation: Any = link.see("citation", {})
    if not isinstance(citation, dict) or not citation:
        return []
    namespace = "PMID" if str(citation.get("namespace")).casefold() == "pubmed" else str(citation.get("namespace"))
    source = draft.cite(f"{namespace}:{citation.get('identifier')}")
    if source:
        for field in ("namespace", "identifier"):
            link.take(f"citation.{field}")
    link.lost("evidence", "the words of a publication are pointed to, not copied")
    notes = link.see("annotations", {})
    told = notes.get("Species") if isinstance(notes, dict) else None
    numbers = [str(one.get("identifier")) for one in told or [] if isinstance(one, dict)]
    taxa = [drafting.taxon(f"NCBITaxon:{number}") for number in numbers]
    if taxa and all(taxa):
        for i in range(len(told or [])):
            for field in ("identifier", "namespace"):
                link.take(f"annotations.Species.{i}.{field}")
    elif taxa:
        link.lost("annotations.Species", "the species is not in ontology/terms.tsv, so nobody has checked its name")
    taxon = tuple(one for one in taxa if one) if all(taxa) else ()
    return [Evidence(source=source or "file", claim=drafting.UNCLASSIFIED, taxon=taxon, at=link.at)]
