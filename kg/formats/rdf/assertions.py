"""Nanopublications of others: an assertion with its provenance, read as edges with their evidence.

What an assertion says in triples between things is an edge; what it says as a statement of BEL, in its label, is that
statement. Our own are read by ``kg.formats.rdf``, which wrote them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

from kg.formats.shared import bel, bounded, drafting
from kg.formats.shared.drafting import local
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model import foreign, licences
from kg.model.diagnostics import Location
from kg.model.mechanism import Mechanism
from kg.model.rdf_files import Triple
from kg.model.records import Evidence, Frozen, Place
from kg.model.vocabulary import Term, compress

NP, RDF = "http://www.nanopub.org/nschema#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PARTS = {"hasAssertion": "assertion", "hasProvenance": "provenance", "hasPublicationInfo": "pubinfo"}
#: Where an assertion comes from: the property that leads to a publication.
CITED = ("hadPrimarySource", "wasQuotedFrom", "wasDerivedFrom", "source", "references", "isSupportedBy")
WHO = ("creator", "createdBy", "authoredBy", "created", "contributor", "wasAttributedTo", "generatedAtTime")
BEL = re.compile(r"(\w+\(.+\))\s+([\w:|=>-]+|→|⇒)\s+(\w+\(.+\))")
WHERE = ("BFO_0000066", "occursIn")
ABOUT = ("type", "label", "name", "comment", "description", "title", "altLabel", "prefLabel")  # words about one thing
#: The parts of a statement or an interaction, by the names that others give them.
REIFIED = {"subject": "subject", "predicate": "predicate", "object": "object", "type": "predicate"}
REIFIED |= {"source": "subject", "hasSource": "subject", "target": "object", "hasTarget": "object"}
#: Vocabularies in which a nanopublication speaks of itself.
BOOKKEEPING = (NP, "http://purl.org/nanopub/", "http://www.w3.org/ns/prov#", "http://purl.org/pav/")
NEAR = 50_000  # characters of one nanopublication within which its parts are looked up
SPECIES = re.compile(r"(?:wwwtax\.cgi\?id=|NCBITaxon_|/taxonomy/|NCBITaxon:)(\d+)$", re.IGNORECASE)


def parsed(file: Path, ledger: Ledger, text: str) -> Mechanism:
    """The nanopublications of a file that kg did not write. Nothing is fetched."""
    found = bounded.triples(text, ledger, file.suffix if file.suffix in (".trig", ".nq") else ".trig")
    draft = drafting.Draft(file, ledger, text)
    reader = _NanopubReader(draft, ledger, text, found)
    heads = [t for t in found if t.predicate == f"{RDF}type" and t.object == f"{NP}Nanopublication"]
    for head in dict.fromkeys(heads):
        reader.nanopub(head.subject, head.graph)
    reader.rest()
    draft.about["licence"] = reader.licences.pop() if len(reader.licences) == 1 else ""
    return draft.mechanism(places=Frozen(reader.places))


def _relation(iri: str) -> foreign.Relation:
    """What a property is: by its CURIE, else by the words at its end.

    >>> _relation("http://purl.obolibrary.org/obo/BFO_0000050").verb
    'part_of'
    >>> _relation("http://www.selventa.com/vocabulary/positivelyRegulates").verb
    'positively_regulates'
    """
    words = (compress(iri), local(iri), re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local(iri)))
    found = [foreign.relation(word) for word in words if word]
    return next((one for one in found if one.known), found[-1])


def _says_more(one: str, other: str) -> bool:
    """Whether the first of two properties or classes says more of what an edge is: a sign, or a verb of its own."""
    ranks = [
        (bool(r.sign), r.known and r.verb not in ("interacts_with", "related_to")) for r in map(_relation, (one, other))
    ]
    return ranks[0] > ranks[1]


class _NanopubReader:
    """One pass over the graphs of a file: every triple is a record, all of it lost until it is used."""

    def __init__(self, draft: drafting.Draft, ledger: Ledger, text: str, found: list[Triple]) -> None:
        self.draft, self.ledger, self.text, self.at = draft, ledger, text, bounded.Places(text, ledger).at
        self.graphs: dict[str, list[Triple]] = defaultdict(list)
        for one in found:
            self.graphs[one.graph].append(one)
        self.labels = {t.subject: t.object for t in found if t.literal and local(t.predicate) in ("label", "name")}
        self.records: dict[Triple, ForeignRecord] = {}
        self.places: dict[str, Place] = {}
        self.licences: set[str] = set()
        self.cursor = 0

    def record(self, triple: Triple, kind: str) -> ForeignRecord:
        """The record of a triple: what it says is one value, named by its predicate."""
        if triple not in self.records:
            word, said = local(triple.predicate), triple.object
            made = self.ledger.record(kind, local(triple.subject), {word: said}, self.where(triple))
            self.records[triple] = made
            if word in WHO:
                made.lost(word, "kg does not keep who entered it, and when")
        return self.records[triple]

    def where(self, triple: Triple) -> Location:
        """Where the object of a triple stands, within the nanopublication that is read."""
        said = triple.object if triple.literal else re.split("[/#]", triple.object.rstrip("/#"))[-1]
        found = self.text.find(json.dumps(said)[1:-1] if triple.literal else said, self.cursor, self.cursor + NEAR)
        return self.at(max(found, self.cursor))

    def carried(self, triple: Triple, kind: str) -> None:
        self.record(triple, kind).take(local(triple.predicate))

    def made(self, triple: Triple, kind: str, how: str) -> None:
        self.record(triple, kind).changed(local(triple.predicate), how)

    # -- the parts of a nanopublication -------------------------------------------

    def nanopub(self, about: str, head: str) -> None:
        """One nanopublication: its assertion becomes edges, each with the evidence that its provenance gives."""
        self.cursor = max(self.text.find(local(about), self.cursor, self.cursor + 20 * NEAR), self.cursor)
        graphs: dict[str, str] = {}
        for one in self.graphs[head]:
            if one.subject == about and (part := PARTS.get(local(one.predicate))):
                graphs[part] = one.object
            self.made(one, "head", "a nanopublication is one or more edges")
        assertion, info = (self.graphs.get(graphs.get(part, "-"), []) for part in ("assertion", "pubinfo"))
        provenance = self.graphs.get(graphs.get("provenance", "-"), [])
        for one in info:
            if local(one.predicate) in ("license", "rights") and one.subject == about:
                self.licences.add(licences.named(one.object))
                self.carried(one, "pubinfo")
            else:
                self.record(one, "pubinfo")
        if not assertion:
            self.ledger.complain(self.at(self.cursor), "no-edges", f"{local(about)[:60]} has no assertion")
            return
        source = self.source(provenance, graphs["assertion"])
        taxon, place = self.context(assertion)
        evidence = [Evidence(source=source, claim=drafting.UNCLASSIFIED, taxon=taxon, at=self.at(self.cursor))]
        said = next((t for t in assertion if local(t.predicate) == "label" and BEL.fullmatch(t.object.strip())), None)
        if said:
            self.statement(said, assertion, evidence, place)
        else:
            self.edges(assertion, evidence, place)

    def source(self, provenance: list[Triple], assertion: str) -> str:
        """The publication that an assertion comes from: the firmest property that leads to one."""
        quoted = {t.subject for t in provenance if local(t.predicate) in ("value", "wasQuotedFrom")}
        for one in provenance:
            record = self.record(one, "provenance")
            if local(one.predicate) == "value":
                record.lost("value", "kg points to the words of a publication and does not copy them")
        firm = [one for one in provenance if compress(one.object).startswith(("PMID:", "doi:"))]
        for word, told in ((word, told) for told in (firm, provenance) for word in CITED):
            for one in told:
                short = compress(one.object)
                cited = short if short.startswith(("PMID:", "doi:")) else one.object
                about = one.subject == assertion or one.subject in quoted
                if local(one.predicate) == word and about and (source := self.draft.cite(cited)):
                    for same in provenance:
                        if same.object == one.object and local(same.predicate) in CITED:
                            self.carried(same, "provenance")
                    return source
        return "file"

    def context(self, assertion: list[Triple]) -> tuple[tuple[Term, ...], str]:
        """The species and the place that a statement is said to occur in, where kg knows them."""
        taxa: list[Term] = []
        places: list[str] = []
        for one in assertion:
            if local(one.predicate) not in WHERE:
                continue
            record, word = self.record(one, "assertion"), local(one.predicate)
            number = SPECIES.search(one.object)
            known = drafting.taxon(number[1]) if number else None
            term = None if number else drafting.term(one.object, self.labels.get(one.object, ""), record.at)
            if known:
                taxa.append(known)
            elif term and not places:
                key = drafting.as_key(term.label)
                self.places[key] = Place(key=key, term=term)
                places.append(key)
            else:
                record.lost(word, "the species, or the place, is none that kg knows; an edge is in one place")
                continue
            record.take(word)
        return tuple(taxa), next(iter(places), "")

    def statement(self, said: Triple, assertion: list[Triple], evidence: list[Evidence], place: str) -> None:
        """A statement of BEL: its triples say the same again, and are made from it."""
        for one in assertion:
            if one == said and (found := BEL.fullmatch(said.object.strip())):
                parts = dict(zip(("subject", "relation", "object"), found.groups(), strict=True))
                statement = self.ledger.record("statement", local(one.subject), parts, self.where(one))
                self.records[one] = statement
                for end in ("subject", "object"):
                    statement.take(end)
                bel.edge(self.draft, statement, "relation", found[1], found[3], evidence, place=place)
                continue
            record = self.record(one, "assertion")
            if not record.fates:
                record.changed(local(one.predicate), "the statement of BEL says it")

    def edges(self, assertion: list[Triple], evidence: list[Evidence], place: str) -> None:
        """Each triple between two things is an edge; a reified statement is one, too, and so is what has a source and a
        target. What a nanopublication says of itself is none."""
        about: dict[str, dict[str, Triple]] = defaultdict(dict)
        for one in assertion:
            if part := REIFIED.get(local(one.predicate)):
                known = about[one.subject].get(part)
                if known is None or (part == "predicate" and _says_more(one.object, known.object)):
                    about[one.subject][part] = one
        used: set[Triple] = set()
        for name, parts in about.items():
            if {"subject", "object"} <= parts.keys():
                s, o = parts["subject"], parts["object"]
                p = parts.get("predicate", o)
                used |= {one for one in assertion if one.subject == name}
                self.carried(s, "assertion")
                self.carried(o, "assertion")
                self.edge(p, s.object, p.object if p != o else "", o.object, evidence, place)
        for one in assertion:
            if one.predicate.startswith(BOOKKEEPING) or one.subject in self.graphs:
                used.add(one)
                record = self.record(one, "assertion")
                if not record.fates:
                    record.lost(local(one.predicate), "it speaks of the nanopublication, and joins no two things")
            used |= {one} if one.literal or local(one.predicate) in (*ABOUT, *WHERE) else set()
            if one not in used:
                self.edge(one, one.subject, one.predicate, one.object, evidence, place)
        for one in assertion:
            self.described(one)

    def described(self, one: Triple) -> None:
        record = self.record(one, "assertion")
        if local(one.predicate) in ("label", "name") and one.subject in self.draft.keys:
            record.take(local(one.predicate))

    def edge(self, one: Triple, subject: str, said: str, object: str, evidence: list[Evidence], place: str) -> None:
        record, word = self.record(one, "assertion"), local(one.predicate)
        record.take(word)
        ends = (self.node(subject, record), self.node(object, record))
        relation = _relation(said) if said else foreign.Relation("related_to")
        sentence = self.draft.sentence(record, word, ends[0], ends[1], relation)
        self.draft.edge(sentence, record, evidence, place=place)

    def node(self, iri: str, record: ForeignRecord) -> str:
        label = " ".join(self.labels.get(iri, "").split()) or local(iri)
        return self.draft.node(iri, label, key=label, term=drafting.identifier(iri, label, record.at), at=record.at)

    def rest(self) -> None:
        """What stands in no part of a nanopublication."""
        for triples in self.graphs.values():
            for one in triples:
                if one not in self.records:
                    self.record(one, "triple").lost(local(one.predicate), "it is not part of a nanopublication")
