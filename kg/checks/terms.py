"""Rules about terms: ids, labels, species."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.checks.rules import error, hint, rule, warning
from kg.model import vocabulary
from kg.model.diagnostics import Diagnostic, Location, near
from kg.model.grounding import Match, exactly
from kg.model.keys import likeliest
from kg.model.lexicon import LexiconTerm, lexicon, origin
from kg.model.mechanism import Mechanism
from kg.model.records import Condition, Evidence, common_name
from kg.model.vocabulary import Term
from kg.reasoning import contexts


def _terms(m: Mechanism) -> Iterator[Term]:
    yield from (place.term for place in m.places.values() if place.term)
    for node in m.nodes.values():
        yield from (node.term,) if node.term else ()
        yield from (*node.same, *node.narrower, *node.broader)
    for item in m.evidence():
        yield from item.taxon
        if item.assay:
            yield item.assay
    for condition in m.conditions.values():
        yield from condition.taxon
    for record in contexts.stating(m):
        for kind, said in record.context.items():
            if term := contexts.term_of(said):
                yield replace(term, at=record.location_of(f"context.{kind}.value"))


@rule
def terms_are_what_they_say(m: Mechanism) -> Iterator[Diagnostic]:
    """A term's prefix is registered, its id well formed, and its label the one that was looked up or that the lexicon has."""
    unpinned: set[Term] = {taxon for item in m.evidence() for taxon in item.taxon if not _is_species(taxon)}
    unregistered: set[str] = set()
    for term in _terms(m):
        prefix = vocabulary.prefix(term.prefix)
        local = term.id.partition(":")[2]
        if prefix is None:
            if term.prefix not in unregistered:
                unregistered.add(term.prefix)  # once is enough: all its identifiers are kept as they are
                told = f"the prefix {term.prefix!r} is not registered, so {term.id} cannot be looked up; it is kept as written"
                yield warning(term.at, "unregistered-prefix", told, likeliest(term.prefix, vocabulary.prefixes()))
        elif prefix.prefix != term.prefix:
            told = f"{prefix.name} has the prefix {prefix.prefix!r}, not {term.prefix!r}"
            yield error(term.at, "unregistered-prefix", told, f"write {prefix.prefix}:{local}")
        elif prefix.pattern and not re.search(prefix.pattern, local, re.ASCII):
            verified = term.prefix in vocabulary.prefixes()
            yield (error if verified else warning)(
                term.at,
                "malformed-curie",
                f"{term.id!r} is not a valid identifier of {prefix.name}",
                _likely_id(term, prefix.pattern),
            )
        elif entry := vocabulary.terms().get(term.id):
            yield from _as_pinned(term, entry)
        elif term.prefix == "kg":
            close = near(term.id, [known for known in vocabulary.terms() if known.startswith("kg:")])
            yield error(term.at, "unknown-term", f"the local term {term.id} is not in ontology/terms.tsv", close)
        elif known := lexicon().term(term.id):
            yield from _as_in_the_lexicon(term, known)
        elif (now := lexicon().replacement(term.id)) is not None:
            new = lexicon().term(now)
            hint = f"use {now}" + (f" ! {new.label}" if new else "") if now else "nothing replaces it"
            yield error(term.at, "obsolete-term", f"{term.id} is obsolete", hint)
        elif term not in unpinned:
            unpinned.add(term)  # once is enough for a warning
            meant = _labelled(term.label)
            pin = f"pin it: `kg ground --obo FILE --add {term.id}`, or --table FILE, with its ontology or table downloaded"
            hint = f"{meant.id} has this label; or {pin}" if meant else pin
            yield warning(term.at, "unpinned-term", f"nobody has checked that {term.id} is {term.label!r}", hint)


def _as_pinned(term: Term, entry: vocabulary.Entry) -> Iterator[Diagnostic]:
    """A term beside its row of terms.tsv."""
    if entry.obsolete:
        yield error(term.at, "obsolete-term", f"{term.id} is obsolete", f"use {entry.obsolete}")
    elif entry.label != term.label:
        message = f"{term.id} is {entry.label!r}, not {term.label!r}"
        yield error(_at_label(term), "label-mismatch", message, _right_term(entry.id, entry.label, term))


def _as_in_the_lexicon(term: Term, known: LexiconTerm) -> Iterator[Diagnostic]:
    """A term beside the lexicon, where a synonym is not wrong; its label may be newer than the lexicon's release."""
    if known.label == term.label:
        return
    of = f"in {origin(known.source)}"
    if lexicon().calls(term.id, term.label):
        message = f"{term.label!r} is a synonym of {term.id}; its label is {known.label!r} {of}"
        yield warning(_at_label(term), "synonym-as-label", message, f"write {known.id} ! {known.label}")
    else:
        message = f"{term.id} is {known.label!r} {of}, not {term.label!r}"
        yield error(_at_label(term), "label-mismatch", message, _right_term(known.id, known.label, term))


def _at_label(term: Term) -> Location | None:
    return term.at.word(term.label) if term.at else None


def _labelled(label: str) -> Match | None:
    """The term that has a label, or is meant by it beyond doubt."""
    found = exactly(label)
    return found.best if found.best and not found.ambiguous else None


def _right_term(id: str, label: str, term: Term) -> str:
    meant = _labelled(term.label)
    return f"write {id} ! {label}" + (f", or {meant}" if meant and meant.id != id else "")


def _likely_id(term: Term, pattern: str) -> str:
    meant = _labelled(term.label)
    return f"write {meant}" if meant else f"after '{term.prefix}:' it matches {pattern}"


NAMING = 3  # letters from which on a name is taken for one: A, B and X1 stand for anything


@rule
def what_has_a_term_is_given_it(m: Mechanism) -> Iterator[Diagnostic]:
    """A node without a term, although its name is one: no term at all is no better than one that nobody has checked."""
    for node in m.nodes.values():
        name = node.name or node.key.replace("_", " ")
        if node.term is None and len(name) >= NAMING and (meant := _labelled(name)) and not meant.taxon:
            message = f"{node.key!r} has no term, and {node.label!r} may be {meant}"
            at = node.location_of("term") or node.at
            yield hint(at, "term-at-hand", message, f"write term: {meant}, if that is meant")


def _is_species(taxon: Term) -> bool:
    """Whether a term is a species by its label, or is one that ``terms.tsv`` knows by another label."""
    entry, prefix = vocabulary.terms().get(taxon.id), vocabulary.prefixes().get(taxon.prefix)
    label = entry.label if entry else taxon.label
    return prefix is None or (
        taxon.prefix == "NCBITaxon" and bool(re.fullmatch(r"[A-Z][a-z-]+ [a-z][a-z. -]*.*", label))
    )


def _species(id: str) -> str:
    known = vocabulary.terms().get(id) or lexicon().term(id)
    return common_name(Term(id, known.label if known else id))


@rule
def taxa_are_species(m: Mechanism) -> Iterator[Diagnostic]:
    """A taxon is a species of the NCBI Taxonomy: a label of two words or more, the first a genus."""
    records: Iterable[Evidence | Condition] = (*m.evidence(), *m.conditions.values())
    for stating in records:
        for taxon in stating.taxon:
            if not _is_species(taxon):
                at = taxon.at.word(taxon.label) if taxon.at and taxon.prefix == "NCBITaxon" else taxon.at
                hint = "for example NCBITaxon:10090 ! Mus musculus; leave taxon out if none is stated"
                yield error(at, "not-a-species", f"{str(taxon)!r} is not a species", hint)


@rule
def contexts_are_of_known_kinds(m: Mechanism) -> Iterator[Diagnostic]:
    """A context is of a kind that ontology/contexts.tsv lists; what has a key of its own stands under that key."""
    elsewhere = {"species": "taxon", "taxon": "taxon", "place": "in", "in": "in", "assay": "assay"}
    for record in contexts.stating(m):
        for kind in record.context:
            if kind not in contexts.kinds():
                told = f"{kind!r} is not a kind of context in ontology/contexts.tsv"
                help = f"write {elsewhere[kind]}: beside context:" if kind in elsewhere else ""
                help = help or near(kind, contexts.kinds())
                yield warning(record.location_of(f"context.{kind}"), "unknown-context", told, help)


@rule
def terms_of_a_species_rest_on_its_evidence(m: Mechanism) -> Iterator[Diagnostic]:
    """A node grounded to a gene of a species makes a claim about it; evidence from other species alone does not carry it."""
    for edge in m.edges:
        stated = {taxon.id for taxon in edge.taxa}
        labels = ", ".join(sorted({taxon.label for taxon in edge.taxa}))
        for part, name in (("subject", edge.subject), ("object", edge.sentence.object)):
            term = m.nodes[name].term if name in m.nodes else None
            own = term.taxon if term else ""
            if not own or not stated or own in stated:
                continue
            at = edge.location_of(part)
            if own == "NCBITaxon:9606":
                message = f"{name!r} is the human {term}, but the evidence is from {labels} only"
                yield warning(
                    at, "human-on-animal", message, "ground it to a species-neutral term, and list it under narrower:"
                )
            else:
                message = f"{name!r} is {term} of {_species(own)}, but the evidence is from {labels} only"
                yield warning(
                    at, "other-species", message, "ground it to a species-neutral term, and list it under narrower:"
                )
