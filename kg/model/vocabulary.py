"""What the words mean: terms, predicates, prefixes and claim levels, read from the tables in ontology/."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from kg import data_dir
from kg.model.diagnostics import Location

if TYPE_CHECKING:
    from curies import Converter

#: The base of every IRI that kg makes. Not registered yet: docs/rdf.md says what that means.
BASE = "https://w3id.org/immune-kg/"
OWN = "immunekg"  # the prefix that stands for it in the CURIEs of tables
IN_AN_IRI = "~!$&'()*+,;=:@/"  # what a path of an IRI holds as it is, beside letters, digits and _ . -
WORD = re.compile(r"[\w.-]+")  # what a prefix may be put before
#: Prefixes of the words that RDF is written in, beside those of identifiers in ontology/prefixes.tsv.
NAMESPACES = {
    "biolink": "https://w3id.org/biolink/vocab/",
    "cito": "http://purl.org/spar/cito/",
    "dcterms": "http://purl.org/dc/terms/",
    "kg": f"{BASE}term/",
    "kgv": f"{BASE}vocab/",
    "oa": "http://www.w3.org/ns/oa#",
    "obo": "http://purl.obolibrary.org/obo/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True)
class Term:
    """An ontology class, written ``GO:0006915 ! apoptotic process`` as in OBO files.

    >>> str(Term("GO:0036019", "endolysosome"))
    'GO:0036019 ! endolysosome'
    """

    id: str
    label: str
    at: Location | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.id} ! {self.label}"

    @property
    def prefix(self) -> str:
        return self.id.partition(":")[0]

    @property
    def iri(self) -> str:
        """The IRI in the Biolink Model's form, so that graphs of others join on it."""
        return expand(self.id)

    @property
    def taxon(self) -> str:
        """The species that the term itself is of, such as NCBITaxon:9606 for any HGNC id; empty if it is of none.

        >>> Term("HGNC:15631", "TLR7").taxon, Term("MESH:D051199", "Toll-Like Receptor 7").taxon
        ('NCBITaxon:9606', '')
        """
        entry, prefix = terms().get(self.id), prefixes().get(self.prefix)
        return (entry.taxon if entry else "") or (prefix.taxon if prefix else "")


@dataclass(frozen=True)
class Entry:
    """A row of ``terms.tsv``: a term that was looked up, and where and when (no later than that day)."""

    id: str
    label: str
    synonyms: tuple[str, ...]
    category: str
    taxon: str
    definition: str
    obsolete: str
    verified_in: str
    verified_on: str

    @property
    def kind(self) -> str:
        return kind_of(self.category)


@dataclass(frozen=True)
class Predicate:
    """A row of ``predicates.tsv``: a verb, what it does in a run, and what others call it."""

    verb: str
    phrase: str
    role: str  # increases, decreases, blocks or none
    sign: str  # +, - or 0
    kinds: str
    bare: str  # no: it joins more than two things, or proposes, so it never stands as a bare triple
    ro: str
    ro_label: str
    ro_match: str  # exact, close, broad or none
    biolink: str
    qualifiers: str
    bel: str
    definition: str
    also: str  # words of others for it, in one word each, with blanks between

    def said(self, many: bool) -> str:
        """Its phrase with a subject in the singular, or in the plural.

        >>> [predicates()[verb].said(True) for verb in ("produces", "suppresses", "required_for", "negatively_regulates")]
        ['produce', 'suppress', 'are required for', 'negatively regulate']
        """
        if not many:
            return self.phrase
        before, verb, rest = re.fullmatch(r"((?:\w+ly )?)(\S+)(.*)", self.phrase).groups()  # type: ignore[union-attr]
        irregular = {"is": "are", "has": "have", "may": "may"}
        return before + irregular.get(verb, re.sub("(?<=ss)es$|s$", "", re.sub("ies$", "ys", verb))) + rest

    @property
    def subject_kinds(self) -> frozenset[str]:
        """Kinds of node that may be its subject; empty means any."""
        return self._kinds_of(0)

    @property
    def object_kinds(self) -> frozenset[str]:
        """Kinds of node that may be its object; empty means any."""
        return self._kinds_of(1)

    def _kinds_of(self, side: int) -> frozenset[str]:
        kinds = self.kinds.split(" > ")[side].split()
        return frozenset() if kinds == ["any"] else frozenset(kinds)


@dataclass(frozen=True)
class Prefix:
    """A row of ``prefixes.tsv``: how a CURIE is written, made an IRI, and opened in a browser."""

    prefix: str
    also: str  # what others call it, in small letters, with | between; the prefix itself in small letters goes without saying
    name: str
    pattern: str
    iri: str
    forms: str  # other beginnings of IRIs that are published for it, with | between
    link: str
    taxon: str
    iri_from: str


@dataclass(frozen=True)
class Claim:
    """A row of ``claims.tsv``: a kind of statement, and whether it may stand as a bare triple."""

    claim: str
    label: str
    bare: str
    knowledge_level: str
    eco: str  # the evidence code
    eco_retold: str  # the same where the source retells the study of another
    locator: str
    meaning: str


def table(name: str) -> list[dict[str, str]]:
    """The rows of a TSV table in ontology/, as dicts by column."""
    with open(data_dir("ontology") / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def terms() -> Mapping[str, Entry]:
    """Every pinned term by its id."""
    rows: list[dict[str, Any]] = [
        {**row, "synonyms": tuple(filter(None, row["synonyms"].split("|")))} for row in table("terms.tsv")
    ]
    return {row["id"]: Entry(**row) for row in rows}


@cache
def predicates() -> Mapping[str, Predicate]:
    """Every predicate by its verb.

    >>> predicates()["degrades"].role
    'decreases'
    """
    return {row["verb"]: Predicate(**row) for row in table("predicates.tsv")}


@cache
def prefixes() -> Mapping[str, Prefix]:
    """Every registered CURIE prefix."""
    return {row["prefix"]: Prefix(**row) for row in table("prefixes.tsv")}


@cache
def claims() -> Mapping[str, Claim]:
    """Every claim level, firmest first."""
    return {row["claim"]: Claim(**row) for row in table("claims.tsv")}


@cache
def _kinds() -> Mapping[str, str]:
    return {row["category"]: row["kind"] for row in table("categories.tsv")}


def kind_of(category: str) -> str:
    """The kind of node that a Biolink category makes, such as molecule; ``other`` if none."""
    return _kinds().get(category, "other")


def category_in_words(category: str) -> str:
    """A Biolink category as a reader says it.

    >>> category_in_words("biolink:MolecularActivity")
    'molecular activity'
    """
    return " ".join(re.findall(r"[A-Z]+[a-z]*", category.removeprefix("biolink:"))).casefold()


def kind_of_term(id: str) -> str:
    """The kind of node that a term makes, by terms.tsv or by the lexicon.

    >>> kind_of_term("HGNC:15631"), kind_of_term("UBERON:0000178"), kind_of_term("XYZ:1")
    ('molecule', 'structure', 'other')
    """
    from kg.model.lexicon import lexicon

    known = terms().get(id) or lexicon().term(id)
    return kind_of(known.category) if known else "other"


@cache
def namespaces() -> Mapping[str, str]:
    """The beginning of the IRI that each prefix stands for: those of identifiers, and those of words."""
    return {**{prefix: row.iri for prefix, row in prefixes().items()}, **NAMESPACES}


@cache
def _converter() -> Converter:
    """The forms in which others write identifiers, as the library curies takes them. It takes 0.15 s to load."""
    from curies import Converter, Record

    def record(prefix: str, iri: str, names: Iterable[str], forms: Iterable[str]) -> Record:
        kept = {f"{scheme}{form}" for form in forms for scheme in ("http://", "https://", "")} - {iri}
        return Record(
            prefix=prefix,
            prefix_synonyms=sorted({*names} - {prefix}),
            uri_prefix=iri,
            uri_prefix_synonyms=sorted(kept),
        )

    records = [record("biolink", NAMESPACES["biolink"], ["biolink"], ["w3id.org/biolink/vocab/"])]
    for row in prefixes().values():
        names = [row.prefix.casefold(), *filter(None, row.also.split("|"))]
        places = {f"identifiers.org/{name}{end}" for name in (row.prefix, *names) for end in "/:"}
        others = {form.partition("://")[2] for form in row.forms.split("|") if form}
        records.append(record(row.prefix, row.iri, names, {row.iri.partition("://")[2], *places, *others}))
    return Converter(records)


def registered(prefix: str) -> str:
    """How a prefix is spelt in ``prefixes.tsv``, whatever others call it; nothing if it is not there.

    >>> registered("ChEBI"), registered("uniprot"), registered("XYZ")
    ('CHEBI', 'UniProtKB', '')
    """
    return prefix if prefix in prefixes() else _converter().standardize_prefix(prefix.casefold()) or ""


def expand(curie: str) -> str:
    """A CURIE as an IRI; what cannot stand in one is percent-encoded, as in some DOIs.

    >>> expand("HGNC:15631"), expand("doi:10.1002/(SICI)1097<1::A>3.0;2-#")
    ('http://identifiers.org/hgnc/15631', 'https://doi.org/10.1002/(SICI)1097%3C1::A%3E3.0;2-%23')
    >>> expand("rdf:subject")
    'http://www.w3.org/1999/02/22-rdf-syntax-ns#subject'

    Raises KeyError if the prefix is not registered.
    """
    prefix, _, local = curie.partition(":")
    return namespaces()[prefix] + quote(local, safe=IN_AN_IRI)


def published(curie: str) -> list[str]:
    """The other IRIs under which an identifier is published, as ``prefixes.tsv`` lists their beginnings.

    >>> published("NCBIGene:51284")[0]
    'https://identifiers.org/ncbigene/51284'
    """
    prefix, _, local = curie.partition(":")
    row = prefixes().get(prefix)
    forms = row.forms.split("|") if row and row.forms else []
    return [form + quote(local, safe=IN_AN_IRI) for form in forms]


def compress(said: str) -> str:
    """An identifier in any form that others write, as a CURIE; nothing if it is in none.

    >>> compress("http://purl.obolibrary.org/obo/GO_0006915"), compress("identifiers.org/hgnc/HGNC:15631")
    ('GO:0006915', 'HGNC:15631')
    >>> compress("chebi:15422"), compress("https://w3id.org/biolink/vocab/affects"), compress("http://example.org/1")
    ('CHEBI:15422', 'biolink:affects', '')

    What has a registered prefix looks as ``prefixes.tsv`` says. IRIs of other OBO ontologies and of other spaces of
    identifiers.org name their prefix themselves.
    """
    prefix, _, local = said.partition(":")
    if prefix not in namespaces():
        if ":" not in said and "/" not in said:  # a plain name
            return ""
        if found := _converter().compress(said):
            prefix, _, local = unquote(found).partition(":")
        else:
            prefix = registered(prefix)
    local = local.removeprefix(f"{prefix}:")  # some write CHEBI:CHEBI:15422
    row = prefixes().get(prefix)
    if prefix and re.fullmatch(row.pattern if row else r"\w+", local, re.ASCII):
        return f"{prefix}:{local}"
    other = re.fullmatch(
        r"https?://(?:purl\.obolibrary\.org/obo/([A-Za-z]+)_(\w+)|identifiers\.org/([\w.]+)[/:](\S+))", said
    )
    return ":".join(filter(None, other.groups())) if other else ""


def abbreviate(iri: str, declared: Mapping[str, str]) -> str:
    """An IRI as a table shows it: with the prefix whose IRI is the longest that it begins with, if a plain word is left.

    >>> abbreviate("http://purl.obolibrary.org/obo/GO_0006915", {}), abbreviate("http://x/1", {"x": "http://x/"})
    ('GO:0006915', 'x:1')
    >>> abbreviate("https://w3id.org/immune-kg/ta1-tlr7/edge/uptake", {})
    'ta1-tlr7/edge/uptake'
    """
    known = {**namespaces(), **declared}
    fits = [
        prefix for prefix, start in known.items() if start and iri.startswith(start) and WORD.fullmatch(iri, len(start))
    ]
    if fits:
        prefix = min(fits, key=lambda prefix: (-len(known[prefix]), prefix))
        return f"{prefix}:{iri[len(known[prefix]) :]}"
    return iri.removeprefix(BASE) or iri


def link(curie: str) -> str:
    """A web page about a CURIE, or nothing if there is none.

    >>> link("MESH:D051199")
    'https://meshb.nlm.nih.gov/record/ui?ui=D051199'
    """
    prefix, _, local = curie.partition(":")
    known = prefixes().get(prefix)
    return known.link.replace("$1", local) if known else ""
