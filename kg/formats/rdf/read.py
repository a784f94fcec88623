"""Our own RDF, read again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from rdflib import OWL, PROV, RDF, RDFS, SKOS, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from kg.formats.rdf.names import BIOLINK, CITO, KGV, MATCH, OA, SCHEMA, Triples, V
from kg.formats.rdf.nanopublications import NANOPUBS
from kg.formats.shared import bounded
from kg.formats.shared.losses import Ledger, Taken
from kg.model import records, vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import ONE_LOWER, Edge, Effect, Evidence, Frozen, Note, Place, Requirement, Sentence, Source, Stop
from kg.model.vocabulary import Term

SYNTAX = {".ttl": ("turtle",), ".nq": ("nquads",), ".trig": ("trig",), ".jsonld": ("json-ld",)}


#: What follows from the rest, and is made again when the mechanism is written.
MADE = (
    *(RDF.type, RDFS.label, RDF.object, DCTERMS.source, SCHEMA.name, SKOS.definition, SKOS.exactMatch, SKOS.closeMatch),
    *(SKOS.broadMatch, BIOLINK.category, BIOLINK.agent_type, BIOLINK.knowledge_level, BIOLINK.publications),
    *(BIOLINK.has_evidence_of_type, BIOLINK.species_context_qualifier, BIOLINK.anatomical_context_qualifier),
    *(KGV.inMechanism, KGV.role, KGV.asserted, KGV.executes, KGV.speciesStated, KGV.termStated, KGV.inputSha256),
    *(
        KGV.caveat,
        KGV.supportingPapers,
        KGV.disputingPapers,
        KGV.qualifyingPapers,
        KGV.disagreements,
        KGV.node,
        KGV.textSha256,
        CITO.supports,
        CITO.disputes,
        CITO.qualifies,
    ),
)


def mechanisms(triples: Iterable[tuple[Node, Node, Node]], ledger: Ledger) -> list[Mechanism]:
    """The mechanisms that kg wrote as these triples, by their ids; none if there is none.

    >>> from kg.formats import read
    >>> (again,) = mechanisms(graph(read("ta1-tlr7")), Ledger("x.ttl", "RDF"))
    >>> again.words(again.edge("protection"))
    'Tα-1 protects miR-146a-5p from RNase A'

    Raises InvalidMechanism where one is not written as kg writes it.
    """
    said: Triples = {}
    for subject, predicate, value in dict.fromkeys(triples):  # nanopublications of one mechanism say much again
        said.setdefault(subject, {}).setdefault(predicate, []).append(value)
    records: dict[Node, Taken] = {}
    roots = sorted(str(s) for s in said if KGV.Mechanism in said[s].get(RDF.type, []))
    roots = [root for root in roots if root.startswith(vocabulary.BASE)]
    if not roots:
        return []
    for subject in sorted(said, key=str):
        values = {_local(p): sorted(map(str, all)) for p, all in said[subject].items()}
        kind = next(iter(sorted(map(_local, said[subject].get(RDF.type, [])))), "term")
        name = next((str(subject).removeprefix(f"{r}/") for r in roots if str(subject).startswith(f"{r}/")), subject)
        records[subject] = ledger.record(kind, str(name), values, ledger.at())
    try:
        return [_Reader(said, records, root, ledger).mechanism() for root in roots]
    except (TypeError, AttributeError) as error:  # the JSON of a tour or of a change holds something else
        raise ledger.stop(
            None, "no-mechanism", f"the tour or a reading is not written as kg writes it: {error}"
        ) from None


def refuse_remote_context(value: Any, ledger: Ledger) -> None:
    """Complain of a JSON-LD context that would have to be fetched."""
    todo = [value]
    while todo:
        one = todo.pop()
        contexts = one.get("@context", []) if isinstance(one, dict) else []
        for context in contexts if isinstance(contexts, list) else [contexts]:
            away = (
                context if isinstance(context, str) else context.get("@import") if isinstance(context, dict) else None
            )
            if away:
                message = f"the context {str(away)[:80]!r} would have to be fetched"
                raise ledger.stop(None, "remote-context", message, "put the context into the file")
        todo += one.values() if isinstance(one, dict) else one if isinstance(one, list) else []


class _Reader:
    """One pass over the triples about one mechanism: the inverse of _Writer."""

    def __init__(self, data: Triples, records: Mapping[Node, Taken], root: str, ledger: Ledger) -> None:
        self.data, self.records, self.root, self.ledger = data, records, root, ledger

    # -- small words ----------------------------------------------------------

    def all(self, about: Node, predicate: Node) -> list[Node]:
        """The values of a predicate, in the order of their IRIs; they are carried."""
        found = self.data.get(about, {}).get(predicate, [])
        if found:
            self.records[about].take(_local(predicate))
        return sorted(found, key=str)

    def one(self, about: Node, predicate: Node) -> str:
        return next(map(str, self.all(about, predicate)), "")

    def key(self, name: Node | str, part: str) -> str:
        """The key at the end of an IRI of ours: the part of the mechanism that it names."""
        return unquote(str(name).removeprefix(f"{self.root}/{part}/"))

    def keys(self, about: Node, predicate: Node, part: str) -> str:
        """The key that a predicate leads to; nothing if it leads to none."""
        return next((self.key(one, part) for one in self.all(about, predicate)), "")

    def typed(self, kind: Node) -> list[Node]:
        found = [about for about, said in self.data.items() if kind in said.get(RDF.type, [])]
        return sorted((one for one in found if str(one).startswith(f"{self.root}/")), key=str)

    def terms(self, about: Node, predicate: Node) -> tuple[Term, ...]:
        return tuple(
            Term(self.one(one, SKOS.notation), self.one(one, RDFS.label)) for one in self.all(about, predicate)
        )

    def term(self, about: Node, predicate: Node = KGV.denotes) -> Term | None:
        return next(iter(self.terms(about, predicate)), None)

    def named(self, about: Node, term: Term | None) -> str:
        label = self.one(about, RDFS.label)
        return "" if term and label == term.label else label

    # -- the parts of a mechanism -----------------------------------------------

    def mechanism(self) -> Mechanism:
        root = URIRef(self.root)
        made = Mechanism(
            id=self.root.removeprefix(vocabulary.BASE),
            title=self.one(root, DCTERMS.title),
            summary=self.one(root, DCTERMS.description),
            licence=unquote(self.one(root, DCTERMS.license).removeprefix("https://spdx.org/licenses/")),
            version=self.one(root, OWL.versionInfo),
            status=self.one(root, SCHEMA.creativeWorkStatus),
            sources=self.table(KGV.Source, "source", self.source),
            scope=self.items(root, KGV.scope),
            places=self.table(KGV.Place, "place", self.place),
            nodes=self.table(KGV.Node, "node", self.node),
            edges=tuple(self.edge(one) for one in self.typed(BIOLINK.Association)),
            readings=self.table(KGV.Reading, "reading", self.reading),
            assumptions=self.table(KGV.Assumption, "assumption", self.assumption),
            conditions=self.table(KGV.Condition, "condition", self.condition),
            expectations=tuple(self.expectation(one) for one in self.typed(KGV.Expectation)),
            notes=tuple(self.note(one) for one in self.typed(KGV.Note)),
            tour=tuple(_made(Stop, one) for one in self.json(root, KGV.tour, list)),
            layout=tuple(tuple(row.split()) for row in self.one(root, KGV.layout).splitlines()),
            file=self.ledger.file,
            at=self.ledger.at(),
        )
        self.made_again()
        return made

    def made_again(self) -> None:
        """What nobody took, and follows from the rest, is not lost; nor are the words that the file explains."""
        mapped = {str(o) for said in self.data.values() for p in MATCH.values() for o in said.get(p, [])}
        for about, record in self.records.items():
            name = str(about)
            ours = name == self.root or name.startswith(f"{self.root}/")
            explained = name.startswith((str(KGV), NANOPUBS)) or name in mapped or SKOS.notation in self.data[about]
            for predicate in self.data[about]:
                word = _local(predicate)
                bare = str(predicate).startswith(str(KGV)) and word in vocabulary.predicates()
                derived = explained or (ours and (predicate in MADE or bare))
                twice = record.kind == "Association" and word == "label"
                if (derived and word not in record.fates) or twice:
                    record.changed(word, "made again from the rest")

    def table(self, kind: Node, part: str, read: Callable[[Node, str], V]) -> Frozen[V]:
        return Frozen({self.key(one, part): read(one, self.key(one, part)) for one in self.typed(kind)})

    def source(self, about: Node, key: str) -> Source:
        works = [str(one) for one in self.all(about, SCHEMA.identifier)]
        known = {prefix: vocabulary.expand(f"{prefix}:") for prefix in ("doi", "PMID")}
        by = {p: next((w.removeprefix(base) for w in works if w.startswith(base)), "") for p, base in known.items()}
        return Source(
            key=key,
            kind=self.one(about, DCTERMS.type),
            title=self.one(about, DCTERMS.title),
            authors=self.one(about, DCTERMS.creator),
            publisher=self.one(about, DCTERMS.publisher),
            date=self.one(about, DCTERMS.date),
            doi=by["doi"],
            pmid=by["PMID"],
            url=next((work for work in works if not work.startswith(tuple(known.values()))), ""),
            texts=tuple(map(str, self.all(about, KGV.textSha256))),
            read=self.one(about, KGV.read),
            reports=self.keys(about, KGV.reports, "source"),
            interest=self.one(about, KGV.interest),
            at=self.ledger.at(),
        )

    def place(self, about: Node, key: str) -> Place:
        term = self.term(about)
        return Place(key=key, term=term, name=self.named(about, term), inside=self.keys(about, KGV.inside, "place"))

    def node(self, about: Node, key: str) -> records.Node:
        term, kind = self.term(about), self.one(about, KGV.kind)
        label = self.named(about, term)
        made = records.Node(
            key=key,
            term=term,
            name="" if term is None and label == key else label,
            place=self.keys(about, KGV.place, "place"),
            at_start=self.one(about, KGV.startsAs),
            levels=tuple(filter(None, self.one(about, KGV.levels).split("|"))),
            outcome=self.one(about, KGV.outcome) == "true",
            forms=self.terms(about, KGV.form),
            note=self.one(about, SKOS.note),
            at=self.ledger.at(),
        )
        return made if made.drawn_as == kind else replace(made, kind=kind)

    def edge(self, about: Node) -> Edge:
        verb = self.one(about, RDF.predicate).removeprefix(str(KGV))
        object, blocked = self.one(about, RDF.object), next(iter(self.all(about, KGV.actsOn)), None)
        other = self.keys(blocked, RDF.subject, "node") if blocked and verb == "protects" else ""
        part = "edge" if object.startswith(f"{self.root}/edge/") else "node"
        effect = self.one(about, KGV.effect)
        stated = next(iter(self.all(about, KGV.effectEvidence)), None)
        level = self.one(about, KGV.level)
        to = {str(KGV.toLevel): level, str(KGV.oneLevelLower): ONE_LOWER}.get(effect, "")
        complete = effect == str(KGV.complete)
        says: dict[str, Any] = vars(self.item(stated)) if stated else {}
        says = {name: value for name, value in says.items() if name not in ("at", "spots", "stance")}
        return Edge(
            sentence=Sentence(self.keys(about, RDF.subject, "node"), verb, self.key(object, part), other),
            name=self.key(about, "edge"),
            place=self.keys(about, KGV.place, "place"),
            requires=self.requirements(about, KGV.requires),
            unless=self.requirements(about, KGV.unless),
            level="" if level == to else level,
            effect=Effect(**says, complete=complete, to=to) if effect else None,
            run=self.one(about, KGV.run) != "false",
            evidence=self.items(about, KGV.evidence),
            at=self.ledger.at(),
        )

    def requirements(self, about: Node, kind: Node) -> tuple[Requirement, ...]:
        return tuple(
            Requirement(self.keys(one, KGV.node, "node"), self.one(one, KGV.level), self.items(one, KGV.evidence))
            for one in self.all(about, kind)
        )

    def items(self, about: Node, predicate: Node) -> tuple[Evidence, ...]:
        return tuple(self.item(one) for one in self.all(about, predicate))

    def item(self, about: Node) -> Evidence:
        there = next(iter(self.all(about, OA.hasSelector)), None)
        anchor, start, end = (self.one(there, p) if there else "" for p in (OA.exact, OA.start, OA.end))
        return Evidence(
            source=self.keys(about, PROV.wasDerivedFrom, "source") or self.keys(about, PROV.wasInfluencedBy, "source"),
            anchor=anchor,
            span=(int(start), int(end)) if start.isdigit() and end.isdigit() else None,
            says=self.one(about, KGV.says),
            because=self.one(about, KGV.because),
            claim=self.one(about, KGV.claim).removeprefix(str(KGV)),
            hedge=self.one(about, KGV.hedge),
            taxon=self.terms(about, BIOLINK.species_context_qualifier),
            assay=self.term(about, KGV.assay),
            time=self.one(about, KGV.time),
            dose=self.one(about, KGV.dose),
            stance=self.one(about, KGV.stance) or "supports",
            at=self.ledger.at(),
        )

    def settings(self, about: Node) -> Frozen[str]:
        return Frozen({self.keys(one, KGV.node, "node"): self.one(one, KGV.value) for one in self.all(about, KGV.sets)})

    def json(self, about: Node, predicate: Node, kind: type[V]) -> V:
        """A value that is written as JSON: a list, or an object."""
        said = self.one(about, predicate)
        found = bounded.objects(said, self.ledger) if said else kind()
        if not isinstance(found, kind):
            raise self.ledger.stop(None, "no-json", f"kgv:{_local(predicate)} is no {kind.__name__}")
        return found

    def titled(self, about: Node, key: str) -> str:
        label = self.one(about, RDFS.label)
        return "" if label == key else label

    def condition(self, about: Node, key: str) -> records.Condition:
        return records.Condition(key, self.titled(about, key), self.settings(about), at=self.ledger.at())

    def assumption(self, about: Node, key: str) -> records.Assumption:
        title, because = self.titled(about, key), self.one(about, KGV.because)
        return records.Assumption(key, title, self.settings(about), because, at=self.ledger.at())

    def reading(self, about: Node, key: str) -> records.Reading:
        self.all(about, KGV.changes)
        changes = {name: _made(records.Change, one) for name, one in self.json(about, KGV.replacement, dict).items()}
        return records.Reading(key, self.one(about, RDFS.label), Frozen(changes), at=self.ledger.at())

    def expectation(self, about: Node) -> records.Expectation:
        said = re.fullmatch(r"(\S+) (is|same as|higher than|lower than) (\S+)", self.one(about, RDFS.label))
        given, reading = self.keys(about, KGV.condition, "condition"), self.keys(about, KGV.reading, "reading")
        expect = records.Expect(*said.groups()) if said else records.Expect()
        return records.Expectation(given, expect, reading, self.items(about, KGV.evidence), at=self.ledger.at())

    def note(self, about: Node) -> Note:
        on = [re.sub("^.*/(node|edge)/", "", str(one)) for one in self.all(about, KGV.about)]
        return Note(self.one(about, RDFS.comment), tuple(map(unquote, on)), self.items(about, KGV.evidence))


#: The records and terms in a record that is written as JSON: field -> what it holds.
HOLDS = {
    "requires": Requirement,
    "unless": Requirement,
    "evidence": Evidence,
    "effect": Effect,
    "taxon": Term,
    "assay": Term,
}


def _made(kind: type[V], said: Mapping[str, Any]) -> V:
    """A record from its JSON: the inverse of plain_value. What it does not know raises TypeError."""
    made = {}
    for name, value in said.items():
        of: type[Any] | None = HOLDS.get(name)
        if of and isinstance(value, list):
            value = tuple(_made(of, one) for one in value)
        elif name == "translations":
            value = Frozen({tag: _made(records.Translation, one) for tag, one in value.items()})
        elif of and isinstance(value, dict):
            value = _made(of, value)
        made[name] = tuple(value) if isinstance(value, list) else value
    return kind(**made)


def _local(name: Node) -> str:
    """The last part of an IRI.

    >>> _local(RDFS.label)
    'label'
    """
    return re.split("[/#]", str(name))[-1]
