"""GO-CAM, causal models of the Gene Ontology, as its two formats share it: relations, evidence, and the names of terms.

An activity is a node, and so is each gene product, process and place that its evidence speaks of; what joins them is an
edge with that evidence. GO says more than kg in one respect (a regulation is direct or not), and a report tells it.
"""

from __future__ import annotations

from kg.formats.shared import drafting
from kg.formats.shared.losses import ForeignRecord
from kg.model import vocabulary
from kg.model.records import Evidence
from kg.model.vocabulary import Term

INFERENCE = "inference"  # the claim of what the curator of a file inferred
WHO = "kg does not keep who entered it, and when"


def evidence(draft: drafting.Draft, record: ForeignRecord, code: str, reference: str, label: str) -> Evidence:
    """An item of evidence: the fields ``code`` and ``reference`` hold an ECO term and a publication."""
    eco = record.text(code)
    assay = drafting.term(eco, label, record.at) if eco.startswith("ECO:") else None
    if eco and assay is None:
        record.lost(code, "it is not a term of ECO")
    claims = vocabulary.claims()
    if eco in (claims[INFERENCE].eco, claims[INFERENCE].eco_retold):
        why = f"The file gives the evidence code {eco}, an inference of its curator."
        return Evidence(source="", claim=INFERENCE, because=why, at=record.at)
    if any(eco in (claim.eco, claim.eco_retold) for claim in claims.values() if claim.eco):
        record.changed(code, "it says what kind of statement it is, and no assay")
        assay = None
    cited = record.text(reference)
    source = draft.cite(cited) if cited else ""
    if cited and not source:
        record.lost(reference, "it is not a PubMed number, a DOI or a web address")
    return Evidence(source=source or "file", claim=drafting.UNCLASSIFIED, assay=assay, at=record.at)


def taxon(record: ForeignRecord, field: str, said: str, label: str) -> Term | None:
    """The species of a model: one that was looked up, else as the file names it; a number alone may be a genus.

    What is none is lost; that the field is carried is for the reader to say, who knows whether it holds others.
    """
    found = drafting.taxon(said)
    if found is None and said.startswith("NCBITaxon:") and len(label.split()) > 1:
        found = drafting.term(said, label, record.at)
    if found is None:
        record.lost(field, f"the file does not name {said}, nor does ontology/terms.tsv: it may be no species")
    return found


def term(record: ForeignRecord, field: str, curie: str, label: str) -> Term | None:
    """The term that ``field`` of a record holds; where kg does not know its prefix, the name is what is kept."""
    record.text(field)
    found = drafting.identifier(curie, label, record.at)
    if curie and found is None:
        why = "it is not a valid CURIE of its prefix"
        record.lost(field, why if label else f"kept as the node's name: {why}")
    return found
