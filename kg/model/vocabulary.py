"""What the words mean: terms, predicates, prefixes and claim levels, read from the tables in ontology/."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
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
MIRIAM = "urn:miriam:"  # so begin identifiers in older models of SBML; what follows is encoded
IDENTIFIER = f"{BASE}identifier/"  # below it is whatever has an identifier of a prefix that nobody registered
IN_AN_IRI = "~!$&'()*+,;=:@/"  # what a path of an IRI holds as it is, beside letters, digits and _ . -
WORD = re.compile(r"[\w.-]+")  # what a prefix may be put before
CURIE = re.compile(r"(?!https?:|urn:|file:|ftp:)[A-Za-z_][A-Za-z0-9_.-]*:[^\s|]+")  # what can be read as one
SCHEMES = ("http://", "https://", "")
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

DRAFT = "A draft, not published yet: publish it before you cite it"


def citable(id: str) -> bool:
    """Whether kg publishes a mechanism of this id: only those will have an address below ``BASE``.

    >>> citable("ta1-tlr7"), citable("my-draft")
    (True, False)
    """
    return id == "all" or id in _shipped()


@cache
def _shipped() -> frozenset[str]:
    try:
        return frozenset(file.parent.name for file in data_dir("seeds").glob("*/mechanism.yaml"))
    except StopIteration:  # in a browser kg comes without mechanisms
        return frozenset()


def credit(cite: str, *ids: str) -> str:
    """What a reader is told of citing something that these mechanisms say; ``cite`` is its IRI with the version.

    >>> credit(f"{BASE}ta1-tlr7, version 0.1.0", "ta1-tlr7")
    'Cite as https://w3id.org/immune-kg/ta1-tlr7, version 0.1.0'
    >>> credit(f"{BASE}my-draft", "my-draft")
    'A draft, not published yet: publish it before you cite it'
    """
    return f"Cite as {cite}" if all(map(citable, ids)) else DRAFT


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
        """The IRI in the Biolink Model's form, so that graphs of others join on it; one of ours if nobody registered the prefix.

        >>> Term("FOO:123", "foo").iri
        'https://w3id.org/immune-kg/identifier/FOO:123'
        """
        return iri(self.id)

    @property
    def taxon(self) -> str:
        """The species that the term itself is of, such as NCBITaxon:9606 for any HGNC id; empty if it is of none.

        >>> Term("HGNC:15631", "TLR7").taxon, Term("MESH:D051199", "Toll-Like Receptor 7").taxon
        ('NCBITaxon:9606', '')
        """
        entry, row = terms().get(self.id), prefixes().get(self.prefix)
        return (entry.taxon if entry else "") or (row.taxon if row else "")


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
    """How a CURIE is written, made an IRI, and opened in a browser: a row of ``prefixes.tsv``, or of the registry."""

    prefix: str
    also: str  # what others call it, in small letters, with | between; the prefix itself in small letters goes without saying
    kgx: str  # how the Biolink Model spells it, where kg does otherwise
    name: str
    pattern: str  # empty where nobody says how its identifiers look
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
    """The prefixes that were verified by hand. ``prefix`` finds the others."""
    return {row["prefix"]: Prefix(**row) for row in table("prefixes.tsv")}


@cache
def registry() -> Mapping[str, Prefix]:
    """The prefixes of biology of others: ``registry/prefixes.tsv``, which ``registry/build.py`` makes.

    Of a prefix that was verified by hand, a row has only further names and forms.
    """
    more = {"kgx": "", "taxon": "", "iri_from": "ontology/registry/sources.tsv"}
    return {row["prefix"]: Prefix(**row, **more) for row in table("registry/prefixes.tsv")}


@cache
def _names(all: bool) -> Mapping[str, str]:
    """How each prefix is spelt, by its names in small letters: those verified by hand, or those of the registry."""
    rows = registry() if all else prefixes()
    found = {name: row.prefix for row in rows.values() for name in row.also.split("|") if name}
    return {**found, **{prefix.casefold(): prefix for prefix in rows}}


def names() -> frozenset[str]:
    """Every name of a registered prefix, in small letters."""
    return frozenset((*_names(False), *_names(True)))


def prefix(name: str) -> Prefix | None:
    """The prefix that somebody writes so, in any case or by another name; None if nobody registered it.

    The big table is read when the first name is met that the small one does not have.

    >>> [prefix(name).prefix for name in ("hgnc", "uniprot", "Ensembl", "react", "SwissProt")]
    ['HGNC', 'UniProtKB', 'ENSEMBL', 'Reactome', 'UniProtKB']
    >>> prefix("XYZ")
    """
    if verified := prefixes().get(name):
        return verified
    folded = name.casefold()
    spelt = _names(False).get(folded) or _names(True).get(folded, "")
    return prefixes().get(spelt) or registry().get(spelt)


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
def _converter(all: bool) -> Converter:
    """The forms in which others write identifiers as IRIs, as the library curies takes them: those of the prefixes that were
    verified by hand, in 0.15 s, or those of the registry, in twice as much. A form stands once, so curies need not compare them.
    """
    from curies import Converter, Record

    found: dict[str, str] = {}  # a form -> its prefix; what two share is the first's
    if not all:
        found = {f"{scheme}w3id.org/biolink/vocab/": "biolink" for scheme in SCHEMES}
    for row in (registry() if all else prefixes()).values():
        names = [row.prefix, row.prefix.casefold(), *filter(None, row.also.split("|"))]
        places = [f"identifiers.org/{name}{end}" for name in names for end in "/:" if " " not in name]
        places += [f"bioregistry.io/{name}:" for name in names if all and " " not in name]
        for form in (row.iri, *row.forms.split("|"), *places):
            bare = form.partition("://")[2] or form
            for scheme in SCHEMES if bare else ():
                found.setdefault(f"{scheme}{bare}", row.prefix)
    by: dict[str, list[str]] = {}
    for form, owner in found.items():
        by.setdefault(owner, []).append(form)
    records = [Record(prefix=owner, uri_prefix=first, uri_prefix_synonyms=rest) for owner, (first, *rest) in by.items()]
    return Converter(records, strict=False)


def registered(name: str) -> str:
    """How a prefix is spelt here, whatever others call it; nothing if nobody registered it.

    >>> registered("ChEBI"), registered("uniprot"), registered("ensembl"), registered("XYZ")
    ('CHEBI', 'UniProtKB', 'ENSEMBL', '')
    """
    if name.casefold() == "biolink":
        return "biolink"
    known = prefix(name)
    return known.prefix if known else ""


def expand(curie: str) -> str:
    """A CURIE as an IRI; what cannot stand in one is percent-encoded, as in some DOIs.

    >>> expand("HGNC:15631"), expand("doi:10.1002/(SICI)1097<1::A>3.0;2-#")
    ('http://identifiers.org/hgnc/15631', 'https://doi.org/10.1002/(SICI)1097%3C1::A%3E3.0;2-%23')
    >>> expand("rdf:subject")
    'http://www.w3.org/1999/02/22-rdf-syntax-ns#subject'

    Raises KeyError if the prefix is not registered.
    """
    name, _, local = curie.partition(":")
    start = namespaces().get(name)
    if start is None:
        known = prefix(name)
        if known is None:
            raise KeyError(name)
        start = known.iri
    return start + quote(local, safe=IN_AN_IRI)


def iri(curie: str) -> str:
    """The IRI of an identifier, also of one whose prefix nobody registered: that is one of ours, which says no more than
    what the thing is called.

    >>> iri("GO:0006915"), iri("FOO:1<2")
    ('http://purl.obolibrary.org/obo/GO_0006915', 'https://w3id.org/immune-kg/identifier/FOO:1%3C2')
    """
    try:
        return expand(curie)
    except KeyError:
        return IDENTIFIER + quote(curie, safe=IN_AN_IRI)


def published(curie: str) -> list[str]:
    """The other IRIs under which an identifier is published, as ``prefixes.tsv`` lists their beginnings.

    >>> published("NCBIGene:51284")[0]
    'https://identifiers.org/ncbigene/51284'
    """
    name, _, local = curie.partition(":")
    row = prefixes().get(name)
    forms = row.forms.split("|") if row and row.forms else []
    return [form + quote(local, safe=IN_AN_IRI) for form in forms]


def compress(said: str) -> str:
    """An identifier in any form that others write, as a CURIE; nothing if it is in none.

    >>> compress("http://purl.obolibrary.org/obo/GO_0006915"), compress("identifiers.org/hgnc/HGNC:15631")
    ('GO:0006915', 'HGNC:15631')
    >>> compress("chebi:15422"), compress("https://w3id.org/biolink/vocab/affects"), compress("http://example.org/1")
    ('CHEBI:15422', 'biolink:affects', '')
    >>> compress("urn:miriam:hgnc:HGNC%3A15631"), compress("urn:miriam:uniprot:P01375")
    ('HGNC:15631', 'UniProtKB:P01375')

    What has a registered prefix looks as its row says. IRIs of other OBO ontologies and of other spaces of
    identifiers.org name their prefix themselves, and so do those of identifiers whose prefix nobody registered.
    """
    if said.startswith(MIRIAM):
        said = unquote(said.removeprefix(MIRIAM))
    name, _, local = said.partition(":")
    if name not in namespaces() and ":" not in said and "/" not in said:  # a plain name
        return ""
    if spelt := name if name in namespaces() else registered(name):
        return _shaped(spelt, local)
    if "/" not in said:
        return ""
    for all in (False, True):
        found = unquote(_converter(all).compress(said) or "").partition(":")
        if curie := _shaped(found[0], found[2]):
            return curie
    if said.startswith(IDENTIFIER):
        own = unquote(said.removeprefix(IDENTIFIER))
        return own if CURIE.fullmatch(own) else ""
    other = re.fullmatch(
        r"https?://(?:purl\.obolibrary\.org/obo/([A-Za-z]+)_(\w+)|identifiers\.org/([\w.]+)[/:](\S+))", said
    )
    return ":".join(filter(None, other.groups())) if other else ""


def _shaped(spelt: str, local: str) -> str:
    """The CURIE of a registered prefix; nothing if no identifier of it looks so."""
    row = prefixes().get(spelt) or (None if spelt in namespaces() else registry().get(spelt))
    local = local.removeprefix(f"{spelt}:")  # some write CHEBI:CHEBI:15422
    pattern = (row.pattern or r"[^\s|]+") if row else r"\w+"
    return f"{spelt}:{local}" if spelt and re.fullmatch(pattern, local, re.ASCII) else ""


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
    name, _, local = curie.partition(":")
    known = prefix(name)
    return known.link.replace("$1", local) if known else ""
