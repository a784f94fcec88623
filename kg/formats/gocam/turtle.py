"""GO-CAM in Turtle, as the Gene Ontology publishes its models: individuals of classes, and relations between them.

An individual is a node, a relation an edge; an ``owl:Axiom`` about the relation brings its evidence. It is read as
triples: OWL says more than is used here, and what is not used is reported.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from kg.formats.gocam import relations
from kg.formats.shared import bounded, drafting
from kg.formats.shared.drafting import local
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model import foreign, vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence, Note
from kg.model.vocabulary import compress

RDF, OWL = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2002/07/owl#"
INDIVIDUAL = f"{OWL}NamedIndividual"
ENDS = (f"{OWL}annotatedSource", f"{OWL}annotatedProperty", f"{OWL}annotatedTarget")
NEAR = 20_000  # characters behind a name within which what is said of it is looked up
#: What kind of node stands on either side of a relation, where the relation tells.
KINDS = {"RO:0002333": ("process", "molecule"), "BFO:0000066": ("process", "structure"), "RO:0002233": ("process", "")}
#: What is not kept, and why.
LOST = {
    **dict.fromkeys(("contributor", "date", "providedBy", "created", "creator"), relations.WHO),
    **dict.fromkeys(("x", "y"), "the nodes are not on a grid"),
    "modelstate": "kg does not keep how far the curation of a model is",
}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The model of a GO-CAM file in Turtle. Nothing is fetched, so a term has the label that kg or the file knows."""
    text = bounded.text(file, ledger)
    return _GoCamTurtleReader(file, ledger, text).mechanism()


class _GoCamTurtleReader:
    """One pass over the triples, by subject."""

    def __init__(self, file: Path, ledger: Ledger, text: str) -> None:
        self.ledger, self.text, self.places = ledger, text, bounded.Places(text, ledger).at
        self.draft = drafting.Draft(file, ledger, text)
        self.data: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for one in bounded.triples(text, ledger, ".ttl"):
            self.data[one.subject][one.predicate].append(one.object)
        self.records: dict[str, ForeignRecord] = {}
        self.kinds: dict[str, str] = {}  # what its relations tell of an individual
        self.begins: dict[str, int] = {}  # the last part of a name -> where a line begins with it
        for found in re.finditer(r"(?m)^[ \t]*<?(\S+)", text):
            self.begins.setdefault(local(found[1].rstrip(">").replace(":", "/")), found.start(1))
        types = {about: said.get(f"{RDF}type", []) for about, said in self.data.items()}
        self.individuals = {about for about, of in types.items() if INDIVIDUAL in of}
        self.classes = {about: [one for one in types[about] if one != INDIVIDUAL] for about in types}
        self.proofs = {
            one for one in self.individuals if any(compress(c).startswith("ECO:") for c in self.classes[one])
        }
        self.axioms: dict[tuple[str, ...], list[str]] = defaultdict(list)  # what they are about -> the axioms
        for about, of in types.items():
            if f"{OWL}Axiom" in of:
                ends = tuple(next(iter(self.data[about].get(end, [])), "") for end in ENDS)
                self.axioms[ends].append(about)

    def mechanism(self) -> Mechanism:
        models = [about for about, of in self.classes.items() if f"{OWL}Ontology" in of]
        nodes = sorted(self.individuals - self.proofs, key=self.where)
        if len(models) != 1 or not nodes:
            message = f"the file holds {len(models)} models of {len(nodes)} individuals"
            raise self.ledger.stop(None, "no-graph", message, "a GO-CAM file is one owl:Ontology with individuals")
        for about in sorted(self.data, key=self.where):
            if about not in self.individuals and about != models[0] and f"{OWL}Axiom" not in self.classes[about]:
                self.record("declaration", about).changed("type", "OWL requires it; it is not part of the model")
        for proof in sorted(self.proofs, key=self.where):
            record = self.record("evidence", proof)
            for field in map(local, self.data[proof]):
                if field not in record.fates:
                    record.lost(field, "nothing that is kept refers to it")
        scope, notes = self.head(models[0])
        relations = self.relations(nodes)
        joined: dict[str, set[tuple[str, str]]] = defaultdict(set)  # of each individual, its relations and their ends
        for s, p, o in relations:
            joined[s].add((p, o))
            for about, kind in zip((s, o), KINDS.get(compress(p), ("", "")), strict=True):
                if kind:
                    self.kinds.setdefault(about, kind)
        for about in nodes:
            self.node(about, joined[about])
        for s, p, o in relations:
            self.relation(s, p, o)
        asserted = set[tuple[str, ...]](relations)
        for ends, axioms in self.axioms.items():
            for axiom in axioms if ends not in asserted else ():
                record = self.record("axiom", axiom, local(ends[0]))
                for field in map(local, self.data[axiom]):
                    record.lost(field, "it is about a relation that the file does not assert between nodes")
        return self.draft.mechanism(scope=scope, notes=notes)

    # -- small words ----------------------------------------------------------

    def where(self, about: str) -> int:
        return self.begins.get(local(about), 0)

    def record(self, kind: str, about: str, name: str = "", without: Collection[tuple[str, str]] = ()) -> ForeignRecord:
        """The record of a subject: each predicate by its last word, its values as CURIEs where they are names of terms."""
        said: dict[str, list[str]] = {}
        for predicate, values in self.data[about].items():
            for value in values:
                if (predicate, value) in without:
                    continue
                word = "individual" if (predicate, value) == (f"{RDF}type", INDIVIDUAL) else local(predicate)
                said.setdefault(word, []).append(compress(value) or value)
        plain = {word: values[0] if len(values) == 1 else values for word, values in said.items()}
        found = self.ledger.record(kind, name or local(about), plain, self.places(self.where(about)))
        found.changed("individual", "OWL requires it; it is not part of the model")
        for word, why in LOST.items():
            found.lost(word, why)
        self.records[about] = found
        return found

    def label(self, *names: str) -> str:
        """What the file calls a thing, or else its class; nothing if it does not say."""
        for name in names:
            if found := self.one(name, "label") if name in self.data else "":
                return found
        return ""

    def one(self, about: str, word: str) -> str:
        """The first value of the property with that last word; any others are lost."""
        found, record = self.all(about, word), self.records.get(about)  # none yet if it is the class of another
        if len(found) > 1 and record:
            record.changed(word, f"the first of several is kept: {found[0]}")
        elif found and record:
            record.carried(word)
        return " ".join(found[0].split()) if found else ""

    def all(self, about: str, word: str) -> list[str]:
        return [value for p, values in self.data[about].items() if local(p) == word for value in values]

    # -- the parts of a model ---------------------------------------------------

    def head(self, model: str) -> tuple[tuple[Evidence, ...], tuple[Note, ...]]:
        record = self.record("model", model)
        record.changed("type", "a model is a mechanism")
        self.draft.about["title"], self.draft.about["id"] = self.one(model, "title"), local(model)
        stated = self.one(model, "in_taxon")
        said = relations.taxon(record, "in_taxon", compress(stated), self.label(stated)) if stated else None
        comments = self.all(model, "comment")
        record.carried("comment")
        scope = (Evidence(source="file", claim=drafting.UNCLASSIFIED, taxon=(said,)),) if said else ()
        return scope, tuple(Note(note=" ".join(one.split())) for one in comments if one.strip())

    def relations(self, nodes: list[str]) -> list[tuple[str, str, str]]:
        """What joins two individuals that are nodes."""
        known = set(nodes)
        return [(s, p, o) for s in nodes for p, values in self.data[s].items() for o in values if o in known]

    def node(self, about: str, joined: Collection[tuple[str, str]]) -> None:
        record = self.record("individual", about, without=joined)
        classes = sorted(compress(one) or one for one in self.classes[about] if not one.startswith("_:"))
        label = self.label(about, *self.classes[about])
        term = drafting.identifier(classes[0], label, record.at) if len(classes) == 1 else None
        if term:
            record.carried("type")
        elif len(self.classes[about]) != 1 or not classes:
            record.lost("type", "a node has one term; here are several classes, or one that is made of others")
        else:
            record.changed("type", "kept as the node's name: it is not a valid CURIE of its prefix")
        stated = self.kinds.get(about, "")
        entry = vocabulary.terms().get(term.id) if term else None
        kind = "" if entry and entry.kind == stated else stated
        shown = label or (term.label if term else "") or ", ".join(classes) or local(about)
        self.draft.node(about, shown, key=shown, term=term, kind=kind, at=record.at)

    def relation(self, subject: str, predicate: str, object: str) -> None:
        relation = compress(predicate) or predicate
        begin = self.where(subject)
        start = self.text.find(local(predicate), begin, begin + NEAR)
        end = self.text.find(local(object), start, start + NEAR) if start >= 0 else -1
        said = {"predicate": relation, "object": local(object)}
        at = self.places(end if end >= 0 else self.where(subject))
        record = self.ledger.record("relation", f"{local(subject)} to {local(object)}", said, at)
        record.changed("object", "the node is called by its key")
        record.text("predicate")
        items = []
        for axiom in self.axioms.get((subject, predicate, object), ()):
            told = self.record("axiom", axiom, record.name)
            for field in ("type", *map(local, ENDS)):
                told.changed(field, "it says which relation this is about")
            for proof in self.all(axiom, "evidence"):
                if proof in self.proofs:
                    told.changed("evidence", "the item of evidence is a part of its edge")
                    items.append(self.evidence(proof))
        one, other = self.draft.keys[subject], self.draft.keys[object]
        sentence = self.draft.sentence(record, "predicate", one, other, foreign.relation(relation))
        self.draft.edge(sentence, record, items)

    def evidence(self, proof: str) -> Evidence:
        label = self.label(*self.classes[proof])
        return relations.evidence(self.draft, self.records[proof], "type", "source", label)
