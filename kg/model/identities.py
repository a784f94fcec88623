"""What else a term is: the same thing, or a more exact or more general one, in the words of others, and who says so.

A node keeps its one term. Its further identities are what its file writes under ``same:``, ``narrower:`` and ``broader:``,
what ontology/mappings.tsv says of local terms, and what the mappings of the lexicon lead to. ontology/matches.tsv says
what each predicate of a source means here. None of them says that a mechanism is of a species: a human gene is a
narrower identity of a protein of no species.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kg.model import lexicon, vocabulary
from kg.model.records import Node, Place, common_name
from kg.model.vocabulary import Term

#: The keys under which a file writes further terms of a node, and the match of each.
WRITTEN = {"same": "exact", "narrower": "narrow", "broader": "broad"}
#: The matches, the firmest first.
MATCHES = ("exact", "narrow", "broad", "close", "related")
FILE = "file"  # the source of what the file of a mechanism says itself
LOCAL = "local"  # the source of what ontology/mappings.tsv says of local terms
MEMBER = "biolink:member_of"  # a family is not called as its members are, nor the other way
ORTHOLOG = "biolink:orthologous_to"
#: The match that two steps make together; any other two make none.
_TWO_STEPS = {
    **{("exact", match): match for match in MATCHES},
    **{(match, "exact"): match for match in MATCHES},
    ("narrow", "narrow"): "narrow",
    ("narrow", "close"): "narrow",
    ("narrow", "other species"): "narrow",
    ("broad", "broad"): "broad",
    ("exact", "other species"): "related",
    ("related", "close"): "related",
}


@dataclass(frozen=True)
class Match:
    """What another identifier is to a term: exact, narrow (it is more exact), broad, close or related.

    ``predicate`` is that of the last step, as its source writes it, and ``sources`` are those that say so; ``via`` are
    the identifiers on the way.
    """

    subject: str
    match: str
    object: str
    predicate: str
    sources: tuple[str, ...]
    via: tuple[str, ...] = ()


@cache
def matches(id: str) -> tuple[Match, ...]:
    """The further identities of a term, the firmest first.

    >>> [(one.match, one.object, *one.via) for one in matches("MESH:D051199")][:1]
    [('narrow', 'HGNC:15631')]
    >>> [one.match for one in matches("HGNC:15631") if one.object == "MESH:D051199"]
    ['broad']
    """
    return _reached(id, [Match(id, "exact", id, "", ())])


def of(node: Node) -> tuple[Match, ...]:
    """The further identities of a node, those that its file writes among them; none if it has no term to be matched.

    >>> found = of(Node(term=Term("kg:STING", "STING"), narrower=(Term("HGNC:27962", "STING1"),)))
    >>> [(one.object, one.sources) for one in found if one.object in ("HGNC:27962", "UniProtKB:Q86WV6")]
    [('HGNC:27962', ('file',)), ('UniProtKB:Q86WV6', ('hgnc',))]
    """
    if node.term is None:
        return ()
    written = [
        Match(node.term.id, match, term.id, f"skos:{match}Match", (FILE,))
        for key, match in WRITTEN.items()
        for term in getattr(node, key)
        if term.id != node.term.id
    ]
    return _reached(node.term.id, [Match(node.term.id, "exact", node.term.id, "", ()), *written])


def of_all(nodes: Iterable[Node], places: Iterable[Place]) -> list[Match]:
    """The further identities of nodes and places, each once and as the firmest says it, by subject and object."""
    found: dict[tuple[str, str], Match] = {}
    every = (*map(of, nodes), *(matches(place.term.id) for place in places if place.term))
    for one in (one for some in every for one in some):
        ends = one.subject, one.object
        found[ends] = min(found.get(ends, one), one, key=_firmness)
    return [found[ends] for ends in sorted(found)]


def named(source: str) -> str:
    """The name and the release of who says that two identifiers match.

    >>> named("file"), named("hgnc").partition(" 20")[0]
    ('the file of the mechanism', 'HUGO Gene Nomenclature Committee')
    """
    own = {FILE: "the file of the mechanism", LOCAL: "ontology/mappings.tsv"}
    return own.get(source) or lexicon.origin(source)


def things(node: Node) -> tuple[Match, ...]:
    """What names the same thing as a node: what is one with it or nearly so, and its form in this or another species.

    Where a source gives it several genes of one species, it is a family, and none of them is the same thing.

    >>> [one.object for one in things(Node(term=Term("MESH:D051199", "Toll-Like Receptor 7")))][0]
    'HGNC:15631'
    """
    near = [one for one in of(node) if one.match in ("exact", "narrow", "close") or one.predicate == ORTHOLOG]
    found = [one for one in near if one.predicate != MEMBER]
    taxa = {row.prefix for row in vocabulary.prefixes().values() if row.taxon}
    prefixes = (one.object.partition(":")[0] for one in found if one.match == "narrow")
    genes = Counter(prefix for prefix in prefixes if prefix in taxa)
    family = max(genes.values(), default=0) > 1
    return tuple(one for one in found if not family or one.match != "narrow" or one.sources == (FILE,))


def names(node: Node) -> tuple[str, ...]:
    """The identifiers and labels of the same thing: somebody may call a node so.

    >>> names(Node(term=Term("MESH:D051199", "Toll-Like Receptor 7")))[:2]
    ('HGNC:15631', 'TLR7')
    """
    found = [(one.object, label(one.object)) for one in things(node) if one.match != "related"]
    return tuple(dict.fromkeys(name for pair in found for name in pair if name))


def canonical(term: Term | None) -> str:
    """One identifier for all that sources say is exactly one: the first of them; nothing for no term.

    >>> canonical(Term("MESH:D051193", "Toll-Like Receptors")) == canonical(Term("fplx:TLR", "TLR"))
    True
    """
    if term is None:
        return ""
    return min(term.id, *(one.object for one in matches(term.id) if one.match == "exact"), term.id)


def label(id: str) -> str:
    """What a term is called, by terms.tsv or by the lexicon; nothing if neither has it."""
    known = vocabulary.terms().get(id) or lexicon.lexicon().term(id)
    return known.label if known else ""


def of_local(id: str) -> list[lexicon.Mapping]:
    """What ontology/mappings.tsv says of a local term; nothing if no class of an ontology fits.

    >>> [one.object for one in of_local("kg:tumour-draining-lymph-node")], of_local("kg:tumour-control")
    (['UBERON:0000029'], [])
    """
    return [one for one in _local().get(id, ()) if one.subject == id]


def thing(id: str) -> str:
    """The term of which another is a form, as ontology/mappings.tsv says: one thing as gene, precursor, strand, peptide or drug.

    >>> thing("mirbase:MI0000477"), thing("CHEBI:135915"), thing("HGNC:9623")
    ('kg:miR-146a-5p', 'kg:thymosin-alpha-1', '')
    """
    return _forms().get(id, ("", ""))[0]


def form(id: str) -> str:
    """In which form a term is the thing that it is; of which species and kind it is, where no table says; else nothing.

    >>> form("kg:thymosin-alpha-1"), form("CHEBI:135915"), form("MGI:2176882"), form("MESH:D051199")
    ('peptide', 'drug', 'mouse gene', '')
    """
    if stated := _forms().get(id, ("", ""))[1]:
        return stated
    known, taxon = vocabulary.terms().get(id) or lexicon.lexicon().term(id), species(id)
    return (
        f"{common_name(Term(taxon, taxon))} {vocabulary.category_in_words(known.category)}" if known and taxon else ""
    )


@cache
def _forms() -> Mapping[str, tuple[str, str]]:
    """Terms of one thing in several forms: id -> (the term that they are forms of, the form)."""
    found: dict[str, tuple[str, str]] = {}
    for row in vocabulary.table("mappings.tsv"):
        for end in ("subject", "object") if row["object_form"] else ():
            found.setdefault(row[end], (row["subject"], row[f"{end}_form"]))
    return found


def species(id: str) -> str:
    """The species that a term is of; empty if it is of none, or not known.

    >>> species("MESH:C495348"), species("UniProtKB:Q9NYK1"), species("MESH:D051199")
    ('NCBITaxon:9606', 'NCBITaxon:9606', '')
    """
    if taxon := Term(id, "").taxon:
        return taxon
    if id.startswith(("UniProtKB:", "NCBIGene:")):  # of the gene that is mapped to it
        genes = (one.subject for one in lexicon.lexicon().mappings(id) if one.object == id)
        return next(filter(None, map(species, genes)), "")
    if id.startswith("MESH:"):  # whose labels end in the species
        known = lexicon.lexicon().term(id)
        return _SPECIES.get(known.label.rpartition(", ")[2], "") if known else ""
    return ""


_SPECIES = {"human": "NCBITaxon:9606", "mouse": "NCBITaxon:10090"}


def _reached(id: str, starts: list[Match]) -> tuple[Match, ...]:
    """What the mappings lead to from some matches of a term, each by the shortest way, and by the firmest of these."""
    found = {one.object: one for one in starts}
    todo = list(starts)
    while todo:
        further: dict[str, Match] = {}
        for here in todo:
            for one in _steps(here):
                if one.object in found:
                    continue
                known = further.get(one.object)
                further[one.object] = min(known, one, key=_firmness) if known else one
        found |= further
        todo = [one for one in further.values() if one.predicate != MEMBER]
    return tuple(sorted((one for one in found.values() if one.object != id), key=_firmness))


def _firmness(one: Match) -> tuple[int, int, str, tuple[str, ...]]:
    return MATCHES.index(one.match), len(one.via), one.object, one.via


def _steps(here: Match) -> Iterator[Match]:
    """One step on from a match, with all sources that say the same."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for mapping in _mappings(here.object):
        forward = mapping.subject == here.object
        there = mapping.object if forward else mapping.subject
        step = _meaning(mapping, forward)
        if step and (match := _TWO_STEPS.get((here.match, step))):
            said.setdefault((there, match, mapping.predicate), []).append(mapping.source)
    via = (*here.via, here.object) if here.object != here.subject else ()
    for (there, match, predicate), sources in sorted(said.items()):
        yield Match(here.subject, match, there, predicate, tuple(sorted(sources)), via)


def _meaning(mapping: lexicon.Mapping, forward: bool) -> str:
    """What a mapping says of its far end. What is of a species is more exact than what is of none."""
    row = _meanings().get(mapping.predicate)
    if row is None:
        return ""
    step = row["forward" if forward else "backward"]
    if step not in ("close", "exact"):
        return step
    ends = [bool(species(end)) for end in (mapping.subject, mapping.object)]
    if ends[0] == ends[1]:
        return step
    return "narrow" if ends[1] == forward else "broad"


@cache
def _meanings() -> Mapping[str, Mapping[str, str]]:
    return {row["predicate"]: row for row in vocabulary.table("matches.tsv")}


def _mappings(id: str) -> list[lexicon.Mapping]:
    return [*_local().get(id, ()), *lexicon.lexicon().mappings(id)]


@cache
def _local() -> Mapping[str, list[lexicon.Mapping]]:
    """The mappings of local terms, by either end."""
    found: dict[str, list[lexicon.Mapping]] = {}
    for row in vocabulary.table("mappings.tsv"):
        if not row["object"]:  # the row says why no class fits
            continue
        one = lexicon.Mapping(row["subject"], row["predicate"], row["object"], LOCAL)
        found.setdefault(one.subject, []).append(one)
        found.setdefault(one.object, []).append(one)
    return found
