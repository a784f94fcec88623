"""BEL, the Biological Expression Language, as its three formats share it: terms, relations, citations.

A BEL term is a node as it stands: ``p(HGNC:FYN)`` and ``kin(p(HGNC:FYN))`` are presence and activity, two nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kg.formats.shared import drafting
from kg.formats.shared.losses import ForeignRecord
from kg.model import foreign, vocabulary
from kg.model.diagnostics import Location
from kg.model.records import Evidence
from kg.model.vocabulary import Term

MOLECULES = ("p", "proteinAbundance", "a", "abundance", "g", "geneAbundance", "r", "rnaAbundance", "m")
KINDS = {
    **dict.fromkeys((*MOLECULES, "microRNAAbundance", "complex", "complexAbundance", "composite"), "molecule"),
    **dict.fromkeys(("bp", "biologicalProcess"), "process"),
    **dict.fromkeys(("path", "pathology"), "state"),
}
#: Relations by their short signs and old names.
SHORT = {
    "->": "increases",
    "=>": "directlyIncreases",
    "-|": "decreases",
    "=|": "directlyDecreases",
    "--": "association",
    "→": "increases",
    "⇒": "directlyIncreases",
    "reg": "regulates",
    "cnc": "causesNoChange",
    "pos": "positiveCorrelation",
    "neg": "negativeCorrelation",
    ":>": "transcribedTo",
    ">>": "translatedTo",
}
#: Functions by their long names, and those of BEL 1.0 that say an activity.
LONG = {
    "proteinAbundance": "p",
    "abundance": "a",
    "geneAbundance": "g",
    "rnaAbundance": "r",
    "microRNAAbundance": "m",
    "complexAbundance": "complex",
    "compositeAbundance": "composite",
    "biologicalProcess": "bp",
    "pathology": "path",
    "populationAbundance": "pop",
    "activity": "act",
    "molecularActivity": "ma",
    "catalyticActivity": "cat",
    "chaperoneActivity": "chap",
    "gtpBoundActivity": "gtp",
    "kinaseActivity": "kin",
    "peptidaseActivity": "pep",
    "phosphataseActivity": "phos",
    "ribosylationActivity": "ribo",
    "transcriptionalActivity": "tscript",
    "transportActivity": "tport",
    "cellSecretion": "sec",
    "cellSurfaceExpression": "surf",
    "translocation": "tloc",
    "degradation": "deg",
    "reaction": "rxn",
    "location": "loc",
    "proteinModification": "pmod",
    "variant": "var",
    "fragment": "frag",
    "fusion": "fus",
    "substitution": "sub",
    "truncation": "trunc",
}
_PARTS = re.compile(r'(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<plain>[^"]+|")', re.DOTALL)
NOTHING: Mapping[str, str] = {}
_SIMPLE = re.compile(r'(\w+)\(\s*([\w.]+)\s*:\s*(?:"([^"]*)"|([^\s",()]+))\s*(?:!\s*(?:"([^"]*)"|([^",()]+?))\s*)?\)')


def relation(said: str) -> str:
    """A relation by its name.

    >>> relation("=>"), relation(" isA")
    ('directlyIncreases', 'isA')
    """
    word = said.strip()
    return SHORT.get(word, word)


def canonical(said: str) -> str:
    """A term in one spelling: with the short names of functions, and without blanks and quotation marks that it can spare.

    >>> canonical('proteinAbundance( HGNC:"FYN" )'), canonical('bp(GO:"a b")')
    ('p(HGNC:FYN)', 'bp(GO:"a b")')
    """
    made = ""
    for part in _PARTS.finditer(" ".join(said.split())):
        if part["quoted"] and made.endswith(":") and re.fullmatch(r'"[A-Za-z0-9_.-]+"', part["quoted"]):
            made += part["quoted"][1:-1]
        elif part["quoted"]:
            made += part["quoted"]
        else:
            plain = re.sub(r"(?<!\s)\s*([():])\s*", r"\1", part["plain"])
            made += re.sub(
                r"\b\w+(?=\()", lambda found: LONG.get(found[0], found[0]), re.sub(r"(?<!\s)\s*,\s*", ", ", plain)
            )
    return made.strip()


def node(draft: drafting.Draft, said: str, at: Location | None, more: Mapping[str, str] = NOTHING) -> str:
    """The key of the node that a BEL term is; its ontology term where name and namespace are one that was looked up.

    ``more`` is what the file says of it beside the term: key, term, kind, name, note and levels.
    """
    words, id = " ".join(said.split()), canonical(said)
    found = _SIMPLE.fullmatch(id)
    kind = KINDS.get(id.partition("(")[0], "")
    term = _term(found[2], found[3] or found[4], found[5] or found[6] or "", at) if found and kind else None
    stated, _, label = more.get("term", "").partition(" ! ")
    term = drafting.identifier(stated, label, at) if stated else term
    kind = more.get("kind") or kind
    kind = "" if kind == "other" or (term and _kind(term) == kind) else kind
    key, name, note = (more.get(part, "") for part in ("key", "name", "note"))
    levels = tuple(filter(None, more.get("levels", "").split("|")))
    shown = name or (term.label if term and key else key) or words
    return draft.node(id, shown, key=key, term=term, at=at, name=name, note=note, kind=kind, levels=levels)


def _kind(term: Term) -> str:
    entry = vocabulary.terms().get(term.id)
    return entry.kind if entry else ""


def _term(namespace: str, name: str, label: str, at: Location | None) -> Term | None:
    """A term by its id, or by the name that it has in its namespace."""
    for prefix in (namespace, namespace.replace("_", ".")):  # a namespace of BEL has no dot
        if found := drafting.term(f"{prefix}:{name}", label, at):
            return found
    prefix = vocabulary.registered(namespace)
    named = (e for e in vocabulary.terms().values() if e.id.startswith(f"{prefix}:") and e.label == name)
    entry = next(named, None)
    if entry and not entry.obsolete:
        return Term(entry.id, entry.label, at)
    return (
        drafting.identifier(f"{namespace}:{name}", label, at) if label else None
    )  # what has a label beside it is an id


def edge(
    draft: drafting.Draft,
    record: ForeignRecord,
    field: str,
    subject: str,
    object: str,
    items: Iterable[Evidence],
    name: str = "",
    verb: str = "",
    level: str = "",
    place: str = "",
) -> str:
    """The name of an edge between two BEL terms; ``field`` of the record holds the relation, and ``verb`` is the one
    that the file says it stands for.
    """
    said = relation(record.text(field))
    own = vocabulary.predicates().get(verb)
    stands = own and own.role != "blocks" and said in (own.bel, "causesNoChange")
    evidence = tuple(items) or (Evidence(source="file", claim=drafting.UNCLASSIFIED, at=record.at),)
    if said == "causesNoChange":
        evidence = tuple(replace(item, stance="disputes") for item in evidence)
    one, other = (node(draft, end, record.at) for end in (subject, object))
    found = foreign.Relation.of(verb) if stands else foreign.relation(said if said[:1].isalpha() else f"BEL {said}")
    sentence = draft.sentence(record, field, one, other, found)
    return draft.edge(sentence, record, evidence, name=name, level=level, place=place)


#: Databases of citations, and the prefixes of their numbers; of an address there is none.
DATABASES = {"pubmed": "PMID:", "pmid": "PMID:", "doi": "doi:", "online resource": "", "url": "", "": ""}


def cited(draft: drafting.Draft, record: ForeignRecord, kind: str, id: str) -> str:
    """The source that a citation means, the file itself if none; ``kind`` and ``id`` are the fields that name database
    and number.
    """
    database, number = record.text(kind, carry=False), record.text(id, carry=False)
    prefix = DATABASES.get(database.casefold())
    source = draft.cite(f"{prefix or ''}{number}")
    for field in (kind, id):
        if source and (field == id or prefix is not None):
            record.carried(field)
        else:
            record.lost(field, "it is not a PubMed number, a DOI or a web address")
    return source or "file"


def species(record: ForeignRecord, field: str) -> tuple[Term, ...]:
    """The species of an item, where it was looked up."""
    said = record.text(field, carry=False)
    found = drafting.taxon(said) if said else None
    if found:
        record.carried(field)
    elif said:
        record.lost(field, "the species is not in ontology/terms.tsv, so nobody has checked its name")
    return (found,) if found else ()
