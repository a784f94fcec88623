"""Rules about terms: ids, labels, species."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kg.checks.rules import error, rule, warning
from kg.model import vocabulary
from kg.model.diagnostics import Diagnostic, near
from kg.model.mechanism import Mechanism
from kg.model.vocabulary import Term
from kg.reasoning import contexts


def _terms(m: Mechanism) -> Iterator[Term]:
    yield from (place.term for place in m.places.values() if place.term)
    for node in m.nodes.values():
        yield from (node.term,) if node.term else ()
        yield from node.forms
    for item in m.evidence():
        yield from item.taxon
        if item.assay:
            yield item.assay
    for record in contexts.stating(m):
        for kind, said in record.context.items():
            if term := contexts.term_of(said):
                yield replace(term, at=record.location_of(f"context.{kind}.value"))


@rule
def terms_are_what_they_say(m: Mechanism) -> Iterator[Diagnostic]:
    """A term's prefix is registered, its id well formed, and its label the one that was looked up."""
    unpinned: set[Term] = {taxon for item in m.evidence() for taxon in item.taxon if not _is_species(taxon)}
    for term in _terms(m):
        prefix = vocabulary.prefixes().get(term.prefix)
        entry = vocabulary.terms().get(term.id)
        local = term.id.partition(":")[2]
        if prefix is None:
            yield error(
                term.at,
                "unregistered-prefix",
                f"{term.prefix!r} is no prefix in ontology/prefixes.tsv",
                near(term.prefix, vocabulary.prefixes()),
            )
        elif not re.search(prefix.pattern, local, re.ASCII):
            yield error(
                term.at,
                "malformed-curie",
                f"{term.id!r} is no identifier of {prefix.name}",
                _likely_id(term, prefix.pattern),
            )
        elif entry is None and term.prefix == "kg":
            close = near(term.id, [known for known in vocabulary.terms() if known.startswith("kg:")])
            yield error(term.at, "unknown-term", f"the local term {term.id} is not in ontology/terms.tsv", close)
        elif entry is None and term not in unpinned:
            unpinned.add(term)  # once is enough for a warning
            meant = _labelled(term.label)
            hint = (
                f"{meant.id} has this label"
                if meant
                else "add a row to ontology/terms.tsv that says where you looked it up"
            )
            yield warning(term.at, "unpinned-term", f"nobody has checked that {term.id} is {term.label!r}", hint)
        elif entry is not None and entry.obsolete:
            yield error(term.at, "obsolete-term", f"{term.id} is obsolete", f"use {entry.obsolete}")
        elif entry is not None and entry.label != term.label:
            at = term.at.word(term.label) if term.at else None
            yield error(
                at, "label-mismatch", f"{term.id} is {entry.label!r}, not {term.label!r}", _right_term(entry, term)
            )


def _labelled(label: str) -> vocabulary.Entry | None:
    """The pinned term that has a label."""
    return next((e for e in vocabulary.ground(label, 1) if e.label.casefold() == label.casefold()), None)


def _right_term(entry: vocabulary.Entry, term: Term) -> str:
    meant = _labelled(term.label)
    return f"write {entry.id} ! {entry.label}" + (
        f", or {meant.id} ! {meant.label}" if meant and meant is not entry else ""
    )


def _likely_id(term: Term, pattern: str) -> str:
    meant = _labelled(term.label)
    return f"write {meant.id} ! {meant.label}" if meant else f"after '{term.prefix}:' it matches {pattern}"


def _is_species(taxon: Term) -> bool:
    """Whether a term is a species by its label, or is one that ``terms.tsv`` knows by another label."""
    entry, prefix = vocabulary.terms().get(taxon.id), vocabulary.prefixes().get(taxon.prefix)
    label = entry.label if entry else taxon.label
    return prefix is None or (
        taxon.prefix == "NCBITaxon" and bool(re.fullmatch(r"[A-Z][a-z-]+ [a-z][a-z. -]*.*", label))
    )


@rule
def taxa_are_species(m: Mechanism) -> Iterator[Diagnostic]:
    """A taxon is a species of the NCBI Taxonomy: a label of two words or more, the first a genus."""
    for item in m.evidence():
        for taxon in item.taxon:
            if not _is_species(taxon):
                at = taxon.at.word(taxon.label) if taxon.at and taxon.prefix == "NCBITaxon" else taxon.at
                hint = "such as NCBITaxon:10090 ! Mus musculus; leave taxon out if none is stated"
                yield error(at, "not-a-species", f"{str(taxon)!r} is no species", hint)


@rule
def contexts_are_of_known_kinds(m: Mechanism) -> Iterator[Diagnostic]:
    """A context is of a kind that ontology/contexts.tsv lists; what has a key of its own stands under that key."""
    elsewhere = {"species": "taxon", "taxon": "taxon", "place": "in", "in": "in", "assay": "assay"}
    for record in contexts.stating(m):
        for kind in record.context:
            if kind not in contexts.kinds():
                told = f"{kind!r} is no kind of context in ontology/contexts.tsv"
                hint = f"write {elsewhere[kind]}: beside context:" if kind in elsewhere else ""
                hint = hint or near(kind, contexts.kinds())
                yield warning(record.location_of(f"context.{kind}"), "unknown-context", told, hint)


@rule
def human_terms_rest_on_human_evidence(m: Mechanism) -> Iterator[Diagnostic]:
    """A node grounded to a human gene makes a human claim; evidence from other species alone does not carry it."""
    human = "NCBITaxon:9606"
    for edge in m.edges:
        stated = {taxon.id for taxon in edge.taxa}
        for part, name in (("subject", edge.subject), ("object", edge.sentence.object)):
            term = m.nodes[name].term if name in m.nodes else None
            if term and term.taxon == human and stated and human not in stated:
                labels = ", ".join(sorted({taxon.label for taxon in edge.taxa}))
                message = f"{name!r} is the human {term}, but the evidence is from {labels} only"
                yield warning(
                    edge.location_of(part),
                    "human-on-animal",
                    message,
                    "ground it to a species-neutral term, and list forms:",
                )
