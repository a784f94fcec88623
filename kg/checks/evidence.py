"""Rules about evidence and sources."""

from __future__ import annotations

from collections.abc import Iterator

from kg.checks.names import said_keys
from kg.checks.rules import error, rule
from kg.model import vocabulary
from kg.model.diagnostics import Diagnostic
from kg.model.mechanism import Mechanism
from kg.model.records import Effect

ANCHOR_WORDS = 8  # an anchor is a pointer, not a quotation: this many words at most


@rule
def evidence_says_what_and_where(m: Mechanism) -> Iterator[Diagnostic]:
    """Evidence has a claim, and either a place in the source or the curator's because."""
    scope = set(map(id, m.scope))
    changes = [change for reading in m.readings.values() for change in reading.edges.values()]
    effects = [*(edge.effect for edge in m.edges), *(change.effect for change in changes)]
    unclaimed = [one for one in effects if one and not one.claim and one != Effect(complete=one.complete, to=one.to)]
    for item in (*m.evidence(), *unclaimed):
        claim = vocabulary.claims().get(item.claim)
        if claim is None and id(item) not in scope and "claim" not in item.locations:
            yield error(
                item.at,
                "missing-claim",
                "it does not say what kind of statement it is",
                f"claim: one of {', '.join(vocabulary.claims())}",
            )
        source = m.source(item)
        partial = source is not None and source.read != "full"
        if claim and claim.locator == "no" and not (item.because or "because" in item.locations):
            yield error(
                item.location_of("claim"),
                "missing-because",
                f"{item.claim!r} is the curator's own, so it needs `because:`",
                "say in your own words why",
            )
        elif claim and claim.locator == "yes" and not (partial or {"anchor", "span"} & said_keys(item)):
            yield error(
                item.location_of("claim"),
                "missing-anchor",
                f"{item.claim!r} needs its place in the source: `anchor:` or `span:`",
                "`kg locate FILE PHRASE` finds a place; or claim: inference with because:",
            )
        if item.anchor and item.span:
            yield error(item.location_of("span"), "two-locators", "it has an anchor already", "keep one of them")
        words = item.anchor.split()
        if len(words) > ANCHOR_WORDS:
            yield error(
                item.location_of("anchor"),
                "anchor-too-long",
                f"the anchor has {len(words)} words; the limit is {ANCHOR_WORDS}",
                f"for example: {' '.join(words[:ANCHOR_WORDS])}",
            )


@rule
def inferences_state_no_species(m: Mechanism) -> Iterator[Diagnostic]:
    """What the curator infers was seen in no species, so `inference` and `gap` have no taxon."""
    for item in m.evidence():
        claim = vocabulary.claims().get(item.claim)
        if item.taxon and claim and claim.locator == "no":
            message = f"{item.claim!r} is the curator's own, so it was not seen in any species"
            yield error(
                item.location_of("taxon"),
                "inferred-species",
                message,
                "remove taxon:, or make the part that was seen a finding",
            )


@rule
def sources_can_be_found_again(m: Mechanism) -> Iterator[Diagnostic]:
    """A source has a DOI, a PubMed number, an address or the hash of its text."""
    for source in m.sources.values():
        if not {"doi", "pmid", "url", "texts"} & said_keys(source):
            yield error(
                source.at,
                "no-identity",
                f"nothing says how to find {source.key!r} again",
                "give it doi:, pmid:, url: or texts:",
            )


@rule
def an_outline_is_of_excerpts(m: Mechanism) -> Iterator[Diagnostic]:
    """`status: outline` tells every reader that only excerpts were read, so it must be so."""
    for source in m.sources.values() if m.status == "outline" else ():
        if source.read == "full":
            message = f"`status: outline` means that only excerpts were read, but {source.key!r} was read in full"
            yield error(
                source.location_of("read"),
                "no-outline",
                message,
                "remove `status:`, or say in `read:` how much of it was read",
            )
