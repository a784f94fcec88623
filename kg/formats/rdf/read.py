"""Our own RDF, read again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from rdflib import OWL, PROV, RDF, RDFS, SKOS
from rdflib.namespace import DCTERMS

from kg.formats.rdf.names import BIOLINK, KGV, OA, SCHEMA, V, digest
from kg.formats.shared import bounded, drafting, losses
from kg.formats.shared.losses import Ledger
from kg.model import construct, licences, records, vocabulary
from kg.model.keys import fault, notation, shortened
from kg.model.mechanism import Mechanism
from kg.model.records import ONE_LOWER, Edge, Effect, Evidence, Frozen, Note, Place, Requirement, Sentence, Source
from kg.model.vocabulary import Term
from kg.reasoning import outward

Data = dict[str, dict[str, list[str]]]  # subject -> predicate -> values
Statement = tuple[str, str, str]
Forms = dict[Statement, str]  # statement -> datatype or language of its literal, as in Triple


def by_subject(triples: Iterable[tuple[object, object, object]]) -> Data:
    """Triples of RDF by subject and predicate, as texts; what is said twice is said once."""
    said: Data = {}
    for subject, predicate, value in dict.fromkeys((str(s), str(p), str(o)) for s, p, o in triples):
        said.setdefault(subject, {}).setdefault(predicate, []).append(value)
    return said


def readers(data: Data, ledger: Ledger) -> list[Reader]:
    """A reader for each mechanism that kg wrote as these triples."""
    roots = sorted(s for s in data if str(KGV.Mechanism) in data[s].get(str(RDF.type), []))
    return [Reader(data, root, ledger) for root in roots if root.startswith(vocabulary.BASE)]


def mechanisms(triples: Iterable[tuple[object, object, object]], ledger: Ledger) -> list[Mechanism]:
    """The mechanisms that kg wrote as these triples, by their ids; none if there is none.

    >>> from kg.formats import read
    >>> from kg.formats.rdf.write import graph
    >>> (again,) = mechanisms(graph(read("ta1-tlr7")), Ledger("x.ttl", "RDF"))
    >>> again.words(again.edge("protection"))
    'Tα-1 protects miR-146a-5p from RNase A'

    Raises InvalidMechanism where one is not written as kg writes it.
    """
    return [one.mechanism() for one in readers(by_subject(triples), ledger)]


class Reader:
    """One pass over the triples about one mechanism: the inverse of the writer. It keeps count of what it used."""

    def __init__(self, data: Data, root: str, ledger: Ledger) -> None:
        self.data, self.root, self.ledger = data, root, ledger
        self.used: set[Statement] = set()
        self.names: dict[
            str, str
        ] = {}  # what the file calls an item of evidence -> what kg calls it when it is written

    # -- small words ----------------------------------------------------------

    def values(self, about: str, predicate: str) -> list[str]:
        """The values of a predicate, in their order; none of them is used by that."""
        return sorted(self.data.get(about, {}).get(str(predicate), []))

    def all(self, about: str, predicate: str) -> list[str]:
        found = self.values(about, predicate)
        self.used |= {(about, str(predicate), value) for value in found}
        return found

    def one(self, about: str, predicate: str) -> str:
        """The first value of a predicate; any others are lost."""
        found = next(iter(self.values(about, predicate)), "")
        self.used.add((about, str(predicate), found))
        return found

    def parts(self, about: str, predicate: str) -> list[str]:
        """What a predicate leads to, as far as the file says something of it; any other value is a complaint."""
        found = self.values(about, predicate)
        for one in found:
            if one not in self.data:
                self.complain(about, predicate, one)
        self.used |= {(about, str(predicate), one) for one in found}
        return [one for one in found if one in self.data]

    def part(self, about: str, predicate: str) -> str:
        """The one thing that a predicate leads to; nothing if it leads to none."""
        found = self.parts(about, predicate)
        if len(found) > 1:
            self.complain(about, predicate, found[1])
        return next(iter(found), "")

    def truth(self, about: str, predicate: str, default: bool) -> bool:
        said = self.one(about, predicate)
        if said not in ("", "true", "false"):
            self.complain(about, predicate, said)
        return said == "true" if said else default

    def complain(self, about: str, predicate: str, said: str) -> None:
        message = f"{_local(predicate)} of {about.removeprefix(f'{self.root}/')} is {shortened(said)}"
        self.ledger.complain(None, "wrong-kind", message, "RDF that kg wrote has another value there")

    def now(self, name: str) -> str:
        """What kg calls a thing when it is written again: an item of evidence is called by what it says."""
        item, selector, _ = name.partition("/selector")
        return self.names.get(item, item) + selector

    def key(self, name: str, part: str) -> str:
        """The key at the end of an IRI of ours: the part of the mechanism that it names."""
        return unquote(name.removeprefix(f"{self.root}/{part}/"))

    def keys(self, about: str, predicate: str, part: str) -> str:
        """The key that a predicate leads to; nothing if it leads to none."""
        return self.key(self.one(about, predicate), part)

    def typed(self, kind: str) -> list[str]:
        """The parts of the mechanism that are of a class."""
        found = [about for about, said in self.data.items() if str(kind) in said.get(str(RDF.type), [])]
        return sorted(one for one in found if one.startswith(f"{self.root}/"))

    def terms(self, about: str, predicate: str) -> tuple[Term, ...]:
        return tuple(
            Term(self.one(one, SKOS.notation), self.one(one, RDFS.label)) for one in self.all(about, predicate)
        )

    def term(self, about: str, predicate: str = KGV.denotes) -> Term | None:
        one = self.one(about, predicate)
        return Term(self.one(one, SKOS.notation), self.one(one, RDFS.label)) if one else None

    def named(self, about: str, term: Term | None) -> str:
        label = self.one(about, RDFS.label)
        return "" if term and label == term.label else label

    # -- the parts of a mechanism -----------------------------------------------

    def mechanism(self) -> Mechanism:
        root = self.root
        return Mechanism(
            id=self.root.removeprefix(vocabulary.BASE),
            title=self.one(root, DCTERMS.title),
            summary=self.one(root, DCTERMS.description),
            licence=licences.named(self.one(root, DCTERMS.license)),
            version=self.one(root, OWL.versionInfo),
            status=self.one(root, SCHEMA.creativeWorkStatus),
            sources=self.table(KGV.Source, "source", self.source),
            scope=self.items(root, KGV.scope),
            places=self.table(KGV.Place, "place", self.place),
            nodes=self.table(KGV.Node, "node", self.node),
            edges=tuple(self.edge(one) for one in self.typed(BIOLINK.Association) if self.is_edge(one)),
            readings=self.table(KGV.Reading, "reading", self.reading),
            assumptions=self.table(KGV.Assumption, "assumption", self.assumption),
            conditions=self.table(KGV.Condition, "condition", self.condition),
            expectations=tuple(self.expectation(one) for one in self.typed(KGV.Expectation)),
            notes=tuple(self.note(one) for one in self.typed(KGV.Note)),
            tour=tuple(self.built("stop", one) for one in self.json(root, KGV.tour, list)),
            spine=self.spine(),
            layout=tuple(tuple(row.split(" ")) for row in self.one(root, KGV.layout).split("\n") if row),
            translations=Frozen(
                {key: self.built("wording", one) for key, one in self.json(root, KGV.translations, dict).items()}
            ),
            file=self.ledger.file,
            at=self.ledger.at(),
        )

    def spine(self) -> tuple[str, ...]:
        """The names of the edges on the main line, each once: in a file of others the line may lead back."""
        found: list[str] = []
        here = self.one(self.root, KGV.spine)
        while here and self.key(here, "edge") not in found:
            found.append(self.key(here, "edge"))
            here = self.one(here, KGV.nextOnSpine)
        return tuple(found)

    def table(self, kind: str, part: str, read: Callable[[str, str], V]) -> Frozen[V]:
        return Frozen({self.key(one, part): read(one, self.key(one, part)) for one in self.typed(kind)})

    def source(self, about: str, key: str) -> Source:
        works = self.values(about, SCHEMA.identifier)
        by: dict[str, Any] = {}
        for field, base in (("doi", vocabulary.expand("doi:")), ("pmid", vocabulary.expand("PMID:")), ("url", "")):
            for work in works:
                said = unquote(work.removeprefix(base)) if base else work
                if work.startswith(base) and field not in by and not fault(KINDS[field], said):
                    by[field] = said
                    self.used.add((about, str(SCHEMA.identifier), work))
                    works.remove(work)
                    break
        return Source(
            key=key,
            kind=self.one(about, DCTERMS.type),
            title=self.one(about, DCTERMS.title),
            authors=self.one(about, DCTERMS.creator),
            publisher=self.one(about, DCTERMS.publisher),
            date=self.one(about, DCTERMS.date),
            licence=licences.named(self.one(about, DCTERMS.license)),
            texts=tuple(self.all(about, KGV.textSha256)),
            read=self.one(about, KGV.read),
            reports=self.keys(about, KGV.reports, "source"),
            interest=self.one(about, KGV.interest),
            at=self.ledger.at(),
            **by,
        )

    def place(self, about: str, key: str) -> Place:
        term = self.term(about)
        return Place(key=key, term=term, name=self.named(about, term), inside=self.keys(about, KGV.inside, "place"))

    def node(self, about: str, key: str) -> records.Node:
        term, kind = self.term(about), self.one(about, KGV.kind)
        label = self.named(about, term)
        of = self.keys(about, KGV.activityOf, "node")
        made = records.Node(
            key=key,
            term=term,
            name="" if term is None and label in (key, self.activity(of)) else label,
            activity_of=of,
            place=self.keys(about, KGV.place, "place"),
            at_start=self.one(about, KGV.startsAs),
            plural=self.one(about, KGV.plural),
            levels=tuple(filter(None, self.one(about, KGV.levels).split("|"))),
            outcome=self.truth(about, KGV.outcome, False),
            same=self.terms(about, KGV.same),
            narrower=self.terms(about, KGV.narrower),
            broader=self.terms(about, KGV.broader),
            note=self.one(about, SKOS.note),
            at=self.ledger.at(),
        )
        return made if made.drawn_as == kind else replace(made, kind=kind)

    def activity(self, of: str) -> str:
        """What the activity of a node is called where it is given no other name; nothing for no node."""
        label = next(iter(self.values(f"{self.root}/node/{quote(of, safe=vocabulary.IN_AN_IRI)}", RDFS.label)), of)
        return records.Node(activity_of=of, thing=records.Node(name=label)).label if of else ""

    def edge(self, about: str) -> Edge:
        verb = self.one(about, RDF.predicate).removeprefix(str(KGV))
        object, blocked = self.one(about, RDF.object), next(iter(self.values(about, KGV.actsOn)), "")
        other = self.keys(blocked, RDF.subject, "node") if verb == "protects" else ""
        part = "edge" if object.startswith(f"{self.root}/edge/") else "node"
        extent, level = self.one(about, KGV.effect), self.one(about, KGV.level)
        to = {str(KGV.toLevel): level, str(KGV.oneLevelLower): ONE_LOWER}.get(extent, "")
        if not to and extent not in ("", str(KGV.complete), str(KGV.unstated)):
            self.complain(about, KGV.effect, extent)
        complete = extent == str(KGV.complete)
        stated = self.part(about, KGV.effectEvidence) if extent else ""
        effect = self.item(stated, Effect, complete=complete, to=to) if stated else Effect(complete=complete, to=to)
        return Edge(
            sentence=Sentence(self.keys(about, RDF.subject, "node"), verb, self.key(object, part), other),
            name=self.key(about, "edge"),
            place=self.keys(about, KGV.place, "place"),
            requires=self.requirements(about, KGV.requires),
            unless=self.requirements(about, KGV.unless),
            level="" if extent == str(KGV.toLevel) else level,
            effect=effect if extent else None,
            run=self.truth(about, KGV.run, True),
            context=self.context(about),
            evidence=self.items(about, KGV.evidence),
            at=self.ledger.at(),
        )

    def is_edge(self, about: str) -> bool:
        """Whether an association is an edge of the file; else it says what an edge requires or excludes, and is read with
        that, or it follows from a definition."""
        defined = outward.ENTAILED in self.values(about, BIOLINK.knowledge_level)
        return not defined and str(KGV.Requirement) not in self.values(about, RDF.type)

    def requirements(self, about: str, kind: str) -> tuple[Requirement, ...]:
        """What an edge requires or excludes, with evidence of its own: what it shares with the edge is the edge's."""
        shared = self.values(about, KGV.evidence)
        return tuple(
            Requirement(
                self.keys(one, KGV.node, "node"),
                self.one(one, KGV.level),
                tuple(self.item(item) for item in self.parts(one, KGV.evidence) if item not in shared),
            )
            for one in self.parts(about, kind)
        )

    def items(self, about: str, predicate: str) -> tuple[Evidence, ...]:
        return tuple(self.item(one) for one in self.parts(about, predicate))

    def item(self, about: str, kind: type[Evidence] = Evidence, **more: Any) -> Any:
        """An item of evidence, or how far an effect goes with what that rests on."""
        there = self.part(about, OA.hasSelector)
        anchor, *ends = (self.one(there, p) for p in (OA.exact, OA.start, OA.end))
        span: Any = tuple(int(end) if re.fullmatch("[0-9]{1,12}", end) else -1 for end in ends) if any(ends) else None
        more |= {
            key.field: self.one(about, TEXTS[key.field])
            for key in notation()[kind.__name__.lower()].values()
            if key.field in TEXTS
        }
        if kind is Evidence:
            more |= {"context": self.context(about)}
            more |= {"assay": self.term(about, KGV.assay), "stance": self.one(about, KGV.stance) or "supports"}
        made = kind(
            source=self.keys(about, PROV.wasDerivedFrom, "source") or self.keys(about, PROV.wasInfluencedBy, "source"),
            anchor=anchor,
            span=span,
            claim=self.one(about, KGV.claim).removeprefix(str(KGV)),
            taxon=self.terms(about, BIOLINK.species_context_qualifier),
            **more,
            at=self.ledger.at(),
        )
        self.names[about] = f"{about.rpartition('/')[0]}/{digest(made)}"
        return made

    def context(self, about: str) -> Frozen[str]:
        found = {}
        for one in self.parts(about, KGV.context):
            term, label = self.term(one), self.one(one, RDFS.label)
            found[self.one(one, KGV.contextKind)] = str(term) if term else label
        return Frozen(found)

    def settings(self, about: str) -> Frozen[str]:
        return Frozen(
            {self.keys(one, KGV.node, "node"): self.one(one, KGV.value) for one in self.parts(about, KGV.sets)}
        )

    def json(self, about: str, predicate: str, kind: type[V]) -> V:
        """A value that is written as JSON: a list, or an object."""
        said = self.one(about, predicate)
        found = bounded.objects(said, self.ledger) if said else kind()
        if not isinstance(found, kind):
            raise self.ledger.stop(None, "no-json", f"kgv:{_local(predicate)} is not a {kind.__name__}")
        return found

    def built(self, name: str, said: Any) -> Any:
        """A record that is written as JSON; the inverse of plain_value."""
        return construct.built(name, said, self.ledger.at())

    def titled(self, about: str, key: str) -> str:
        label = self.one(about, RDFS.label)
        return "" if label == key else label

    def condition(self, about: str, key: str) -> records.Condition:
        return records.Condition(
            key,
            self.titled(about, key),
            self.settings(about),
            self.context(about),
            self.terms(about, BIOLINK.species_context_qualifier),
            at=self.ledger.at(),
        )

    def assumption(self, about: str, key: str) -> records.Assumption:
        title, because = self.titled(about, key), self.one(about, KGV.because)
        return records.Assumption(key, title, self.settings(about), because, at=self.ledger.at())

    def reading(self, about: str, key: str) -> records.Reading:
        changes = {name: self.built("change", one) for name, one in self.json(about, KGV.replacement, dict).items()}
        return records.Reading(key, self.one(about, RDFS.label), Frozen(changes), at=self.ledger.at())

    def expectation(self, about: str) -> records.Expectation:
        said = re.fullmatch(r"(\S+) (is|same as|higher than|lower than) (\S+)", self.one(about, RDFS.label))
        given, reading = self.keys(about, KGV.condition, "condition"), self.keys(about, KGV.reading, "reading")
        expect = records.Expect(*said.groups()) if said else records.Expect()
        return records.Expectation(given, expect, reading, self.items(about, KGV.evidence), at=self.ledger.at())

    def note(self, about: str) -> Note:
        on = [re.sub("^.*/(node|edge)/", "", str(one)) for one in self.all(about, KGV.about)]
        return Note(self.one(about, RDFS.comment), tuple(map(unquote, on)), self.items(about, KGV.evidence))


#: The texts of an item of evidence.
TEXTS = {"says": KGV.says, "because": KGV.because, "hedge": KGV.hedge, "time": KGV.time, "dose": KGV.dose}
#: What kind of value a field of a source is, where the IRI of a work tells it.
KINDS = {"doi": "doi", "pmid": "digits", "url": "url"}


def account(told: Forms, reader: Reader, again: Forms) -> None:
    """Open a record for each subject: what was used is carried, what kg says again follows, and the rest is lost."""
    data = by_subject(told)
    derived = {(subject, predicate) for subject, predicate, _ in again}

    def fate(subject: str, predicate: str, value: str) -> tuple[str, str]:
        if (subject, predicate, value) in reader.used:
            return "carried", ""
        if predicate == str(KGV.inputSha256):
            return "changed", "kg writes it anew"
        now, value = reader.now(subject), reader.now(value)
        if (now, predicate, value) in again:
            return "changed", "kg derives it from the rest"
        otherwise = "kg derives it from the rest, with another result"
        return "lost", otherwise if (now, predicate) in derived else losses.UNUSED

    def reformed(subject: str, predicate: str, value: str) -> str:
        """The datatype or the language of a literal, where kg writes another."""
        form = told[subject, predicate, value]
        return form if form != again.get((reader.now(subject), predicate, reader.now(value)), form) else ""

    for subject in sorted(data):
        values: dict[str, list[str]] = {}
        fates: dict[str, tuple[str, str]] = {}
        for predicate, said in sorted(data[subject].items()):
            groups: dict[tuple[str, str], list[str]] = {}
            for value in sorted(said):
                groups.setdefault(fate(subject, predicate, value), []).append(value)
            for one, some in groups.items():
                word = drafting.unused(_local(predicate), values)
                values[word], fates[word] = some, one
            if forms := sorted(filter(None, (reformed(subject, predicate, value) for value in said))):
                word = drafting.unused(f"form of {_local(predicate)}", values)
                values[word], fates[word] = forms, ("changed", "kg writes another datatype or language")
        kind = next(iter(sorted(map(_local, data[subject].get(str(RDF.type), [])))), "term")
        name = subject.removeprefix(f"{reader.root}/")
        reader.ledger.record(kind, name, values, reader.ledger.at()).fates |= fates


def _local(name: str) -> str:
    """The last part of an IRI.

    >>> _local(RDFS.label)
    'label'
    """
    return re.split("[/#]", name)[-1]
