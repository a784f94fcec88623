"""BEL nodelink JSON, as PyBEL writes it: nodes with their BEL terms, a link for each statement with its evidence."""

from __future__ import annotations

from pathlib import Path

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
        if found.get(field) is True:  # as every mechanism is
            whole.carried(field)
    head = ledger.record("graph", "", graph if isinstance(graph, dict) else {}, ledger.at())
    for name, field in (("name", "title"), ("version", "version"), ("description", "summary")):
        draft.about[field] = head.text(f"document_metadata.{name}")
    numbered: list[str] = []
    named: dict[str, str] = {}
    for one in place.records(found, "nodes", "bel"):
        node = ledger.record("node", str(one["bel"]), one, place(one))
        numbered.append(node.text("bel"))
        if named.setdefault(node.text("id", carry=False) or node.name, numbered[-1]) != numbered[-1]:
            ledger.complain(node.at, "no-element", f"{one['id']!r} occurs twice", "each node has an id of its own")
        for field in ("concept", "function", "variants", "members"):
            node.changed(field, "kg derives it from the BEL term")
        bel.node(draft, numbered[-1], node.at)
    for number, one in enumerate(place.records(found, "links", "source", "target", "relation")):
        link = ledger.record("edge", str(one.get("key") or number), one, place(one))
        ends = [_end(one[side], numbered, named) for side in ("source", "target")]
        if not all(ends):
            message = "a link joins what is not a node"
            help = "the id of a node, or its number"
            ledger.complain(link.at, "no-element", f"{message}; it is set aside", help, "warning")
            for field in link.fields():
                link.lost(field, message)
            continue
        link.carried("source", "target")
        said = [_modified(link, side, term) for side, term in zip(("source", "target"), ends, strict=True)]
        bel.edge(draft, link, "relation", said[0], said[1], _evidence(draft, link))
    return draft.mechanism()


def _end(said: object, numbered: list[str], named: dict[str, str]) -> str:
    """The term of the node that an end of a link means, by its id or by its number; empty if there is none."""
    if str(said) not in named and type(said) is int and 0 <= said < len(numbered):
        return numbered[said]
    return named.get(str(said), "")


def _modified(link: ForeignRecord, side: str, term: str) -> str:
    """The term of a side; its activity is another node than its presence."""
    field = f"{side}_modifier.modifier"
    kind = link.text(field)
    if kind and kind not in MODIFIERS:
        link.changed(field, f"{kind} of {term}, without more")
    return f"{MODIFIERS.get(kind, kind)}({term})" if kind else term


def _evidence(draft: drafting.Draft, link: ForeignRecord) -> list[Evidence]:
    if not link.text("citation.identifier", carry=False):
        return []
    source = bel.cited(draft, link, "citation.namespace", "citation.identifier")
    link.lost("evidence", "kg points to the words of a publication and does not copy them")
    field = "annotations.Species"
    told = link.items(field, carry=False) if link.several(field) else []
    numbers = [str(one.get("identifier", "")) if isinstance(one, dict) else "" for one in told]
    taxa = tuple(filter(None, (drafting.taxon(f"NCBITaxon:{number}") for number in numbers if number)))
    if len(taxa) < len(told):
        link.lost(field, "the species is not in ontology/terms.tsv, so nobody has checked its name")
        taxa = ()
    for i, one in enumerate(told if taxa else ()):
        link.carried(f"{field}.{i}.identifier")
        if str(one.get("namespace")).casefold() in ("ncbitaxon", "taxonomy"):
            link.carried(f"{field}.{i}.namespace")
    return [Evidence(source=source, claim=drafting.UNCLASSIFIED, taxon=taxa, at=link.at)]
