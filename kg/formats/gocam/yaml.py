"""GO-CAM YAML, the causal activity models of the Gene Ontology as gocam-py writes them.

Read, an activity is a node whose term is its function; what enables it, which process it is part of and where it
occurs are nodes and edges with their own evidence. A place without evidence is the place of its node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.formats.gocam import relations
from kg.formats.shared import bounded, drafting
from kg.formats.shared.bounded import Object
from kg.formats.shared.losses import FIRMEST, ForeignRecord, Ledger
from kg.model import foreign, vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import BARE, Evidence, Frozen, Node, Note, Place, Sentence
from kg.model.vocabulary import Term
from kg.reasoning import outward
from kg.reasoning.outward import Statement

LOST = {
    "mechanism": "GO-CAM holds only the title, species and comments of a model",
    **dict.fromkeys(("source.pmid", "source.url"), FIRMEST),
    "source": "GO-CAM holds only the identifier of a publication",
    "evidence": "an item of evidence is a publication and an ECO term that support a relation",
    "place": "GO-CAM holds places of activities by their terms: a component, in a cell, in an organ",
    "note": "a comment is about the model, and has no evidence",
    "node.term": "an activity has a function, a gene product that enables it, or a process; no other term",
    "node": "GO-CAM has no slot for it",
    "edge": "GO-CAM asserts relations between activities, and of one with its parts; what is supposed or disputed is "
    "not asserted",
    "requirement": "what a relation requires is causally upstream of its object, in a relation of its own",
    "effect": "GO-CAM does not say how far a decrease goes",
    "*": "GO-CAM holds only activities and relations between them",
}
#: Associations of an activity or of one of its terms: the verb of each, and the type that it is written with.
CAVEAT = "Caveat: "  # so begins the comment of ours that is kg writes it anew
PARTS = {
    "enabled_by": ("enabled_by", "EnabledByAssociation"),
    "part_of": ("part_of", "BiologicalProcessAssociation"),
    "occurs_in": ("occurs_in", "CellularAnatomicalEntityAssociation"),
    "located_in": ("located_in", "CellularAnatomicalEntityAssociation"),
    "happens_during": ("related_to", "PhaseAssociation"),
    "has_part": ("part_of", "ProteinComplexHasPartAssociation"),
    # As gocam-py had them before there were molecular associations; they are not written.
    **dict.fromkeys(("has_input", "has_primary_input"), ("has_input", "MoleculeAssociation")),
    **dict.fromkeys(("has_output", "has_primary_output"), ("produces", "MoleculeAssociation")),
}
INNER = ("part_of", "happens_during", "has_part")  # what an association may hold in turn
MOLECULES = ("enabled_by", "has_part", "has_input", "has_primary_input", "has_output", "has_primary_output")
KINDS = {**dict.fromkeys(MOLECULES, "molecule"), **dict.fromkeys(("occurs_in", "located_in"), "structure")}
COMPLEX = ("EnabledByProteinComplexAssociation", "PartOfProteinComplexAssociation")


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The model of a GO-CAM file in YAML. Nothing is fetched: labels are those of its list of objects."""
    text = bounded.text(file, ledger)
    return _GoCamYamlReader(file, ledger, text, bounded.mapping(text, ledger)).mechanism()


class _GoCamYamlReader:
    """One pass over the model: activities and molecules are nodes first, so that associations find them."""

    def __init__(self, file: Path, ledger: Ledger, text: str, model: Object) -> None:
        self.ledger, self.model, self.place_of = ledger, model, bounded.Places(text, ledger)
        self.draft = drafting.Draft(file, ledger, text)
        self.places: dict[str, Place] = {}
        self.homes: dict[tuple[Term | None, str], str] = {}  # a term, and the place around it -> the key of the place
        self.labels: dict[str, str] = {}
        self.objects: dict[str, ForeignRecord] = {}
        self.seen: set[str] = set()

    def mechanism(self) -> Mechanism:
        draft = self.draft
        head = {k: v for k, v in self.model.items() if k not in ("activities", "molecules", "objects")}
        record = self.ledger.record("model", "", head, self.ledger.at())
        record.lost("provenances", relations.WHO)
        for said in self.items(self.model, "objects"):
            self.object(said)
        activities = [one for one in self.items(self.model, "activities") if self.identified(one, "an activity")]
        molecules = [one for one in self.items(self.model, "molecules") if self.identified(one, "a molecule")]
        records = [self.activity(one) for one in activities]
        for one in molecules:
            self.molecule(one)
        for one, activity in zip(activities, records, strict=True):
            self.associations(one, activity)
        scope, notes = self.head(record)
        for id, seen in self.objects.items():
            if "id" not in seen.fates:
                seen.lost("id", f"nothing that is kept refers to {id}")
                seen.lost("label", f"nothing that is kept refers to {id}")
        return draft.mechanism(places=Frozen(self.places), scope=scope, notes=notes)

    # -- small words ----------------------------------------------------------

    def items(self, said: Mapping[str, Any], name: str) -> Iterator[Object]:
        """The mappings under a key: a list of them, or a single one."""
        found = said.get(name)
        for one in found if isinstance(found, list) else [found] if found not in (None, "") else []:
            if isinstance(one, Object):
                yield one
            else:
                at = self.place_of(said)
                self.ledger.complain(at, "no-element", f"{name!r} holds {str(one)[:40]!r}, which has no keys")

    def identified(self, said: Object, what: str) -> bool:
        id = said.get("id")
        if not isinstance(id, str) or not id:
            self.ledger.complain(self.place_of(said), "no-element", f"{what} has no id", "id: gomodel:MODEL/NAME")
        elif id in self.seen:
            self.ledger.complain(self.place_of(said), "duplicate-key", f"the id {id} occurs twice", "one id for each")
        else:
            self.seen.add(id)
            return True
        return False

    def label(self, id: str) -> str:
        """What the file calls a term, an activity or a molecule; the object that says it is then carried."""
        if seen := self.objects.get(id):
            seen.carried("id", "label")
        entry = vocabulary.terms().get(id)
        if entry and seen and self.labels[id] != entry.label:
            seen.changed("label", f"{entry.label}, as it was looked up")
        return self.labels.get(id, "")

    def object(self, said: Object) -> None:
        seen = self.ledger.record("object", str(said.get("id", "")), said, self.place_of(said))
        id, label = seen.text("id", carry=False), seen.text("label", carry=False)
        if not id:
            self.ledger.complain(seen.at, "no-element", "an object has no id", "id: GO:0005737")
        self.objects[id], self.labels[id] = seen, " ".join(label.split())
        seen.changed("type", "kg derives it from the position of its id")

    @staticmethod
    def curie(said: Object) -> str:
        found = said.get("term")
        return found.strip() if isinstance(found, str) else ""

    # -- the parts of a model ---------------------------------------------------

    def head(self, record: ForeignRecord) -> tuple[tuple[Evidence, ...], tuple[Note, ...]]:
        self.draft.about["title"] = record.text("title")
        id = record.text("id")
        self.draft.about["id"] = id.removeprefix(vocabulary.BASE)
        taxa: list[Term] = []
        for field in ("taxon", "additional_taxa"):
            found = [relations.taxon(record, field, one, self.label(one)) for one in self.texts(record, field)]
            taxa += filter(None, found)
            if all(found):
                record.carried(field)
        scope = (Evidence(source="file", claim=drafting.UNCLASSIFIED, taxon=tuple(taxa)),) if taxa else ()
        record.lost("status", "kg does not keep how far the curation of a model is")
        said = self.texts(record, "comments")
        comments = tuple(Note(note=one) for one in said if not one.startswith(CAVEAT))
        record.carried("comments")
        return scope, comments

    def texts(self, record: ForeignRecord, field: str) -> list[str]:
        """The texts of a field, which is a list of them, or a single one."""
        found = record.items(field, carry=False) if record.several(field) else [record.text(field, carry=False)]
        if odd := next((one for one in found if not isinstance(one, str)), None):
            self.ledger.complain(record.at, "wrong-kind", f"{field!r} holds {str(odd)[:40]!r}, which is not text")
        return [" ".join(one.split()) for one in found if isinstance(one, str) and one.strip()]

    def activity(self, said: Object) -> ForeignRecord:
        """The node of an activity. What kg wrote says by its id which node it is; else its function is its term."""
        at, id = self.place_of(said), str(said["id"])
        apart = (*PARTS, "molecular_function", "molecular_associations", "causal_associations")
        record = self.ledger.record("activity", id, {k: v for k, v in said.items() if k not in apart}, at)
        record.lost("provenances", relations.WHO)
        record.carried("id")
        parts = {name: next(self.items(said, name), Object()) for name in (*PARTS, "molecular_function")}
        names = {name: self.label(self.curie(part)) or self.curie(part) for name, part in parts.items()}
        ours = self.ours(id)
        term, stated = None, "" if ours else "process"
        if parts["molecular_function"]:
            term, stated = self.stated("molecular_function", parts["molecular_function"], id), "process"
        elif ours:  # kg states no function of what has none: the node is what enables it, or the process
            single = [n for n in ("enabled_by", "part_of") if parts[n] and not set(parts[n]) - {"type", "term"}]
            for name in single[:1]:
                term, stated = self.stated(name, parts[name], id), KINDS.get(name, "process")
                del said[name]
        gene, function = names["enabled_by"], names["molecular_function"]
        own = self.label(id)
        shown = own or (term.label if ours and term else ": ".join(filter(None, (gene, function)))) or id
        key = f"{gene}_activity" if gene and not ours else id.rpartition("/")[2]
        if not ours:
            record.changed("id", "the node is called by its key")
        kind = self.kind(term, stated)
        self.draft.node(id, shown, key=key, term=term, kind=kind, place=self.at_place(said, id), at=at)
        return record

    @staticmethod
    def kind(term: Term | None, stated: str) -> str:
        """The kind of a node, where its term does not tell it already."""
        entry = vocabulary.terms().get(term.id) if term else None
        return "" if entry and entry.kind == stated else stated

    @staticmethod
    def ours(id: str) -> bool:
        return id.startswith(vocabulary.BASE) and "/node/" in id

    def stated(self, name: str, said: Object, of: str) -> Term | None:
        """The term of an association that becomes the term of its node."""
        record = self.ledger.record(name, of, {k: v for k, v in said.items() if k != "evidence"}, self.place_of(said))
        record.changed("type", "kg derives it from its position")
        record.lost("provenances", relations.WHO)
        for item in self.items(said, "evidence"):
            lost = self.ledger.record("evidence", f"{name} of {of}", item, self.place_of(item))
            for field in item:
                lost.lost(field, "the term of a node has no evidence of its own")
        return relations.term(record, "term", self.curie(said), self.label(self.curie(said)))

    def at_place(self, said: Object, of: str, key: str = "occurs_in") -> str:
        """The place of a node, if it is stated without evidence; it is taken out of what is said."""
        chain = [*self.chain(said, key)]
        plain = all(drafting.term(self.curie(one), at=None) and not one.get("evidence") for one in chain)
        if not chain or not plain or isinstance(said.get(key), list):
            return ""
        inside = ""
        for one in reversed(chain):
            apart = {k: v for k, v in one.items() if k != "part_of"}
            record = self.ledger.record(key, of, apart, self.place_of(one))
            record.changed("type", "kg derives it from its position")
            record.lost("provenances", relations.WHO)
            label = self.label(self.curie(one))
            term = relations.term(record, "term", self.curie(one), label)
            made = self.homes.get((term, inside), "")
            if not made:
                made = drafting.unused(drafting.as_key(term.label if term else ""), self.places)
                self.homes[term, inside] = made
                self.places[made] = Place(key=made, term=term, inside=inside)
            inside = made
        del said[key]
        return inside

    def chain(self, said: Object, key: str) -> Iterator[Object]:
        """An association and those that it holds, one in the other."""
        one = said.get(key)
        while isinstance(one, Object):
            yield one
            one = one.get("part_of")

    def molecule(self, said: Object) -> None:
        id, at = str(said["id"]), self.place_of(said)
        record = self.ledger.record("molecule", id, {k: v for k, v in said.items() if k != "located_in"}, at)
        curie = self.curie(said)
        label = self.label(curie)
        term = relations.term(record, "term", curie, label)
        ours = self.ours(id)
        record.carried("id")
        if not ours:
            record.changed("id", "the node is called by its key")
        own = self.label(id) or label or curie or id
        where = self.at_place(said, id, "located_in")
        key = id.rpartition("/")[2] if ours else own
        self.draft.node(id, own, key=key, term=term, kind=self.kind(term, "molecule"), place=where, at=at)
        self.parts(said, id)

    def associations(self, said: Object, activity: ForeignRecord) -> None:
        """What an activity is said to be joined to: its parts, molecules, and other activities."""
        id = activity.name
        self.parts(said, id)
        for name, end in (("molecular_associations", "molecule"), ("causal_associations", "downstream_activity")):
            for one in self.items(said, name):
                other = one.get(end)
                record = self.association(name.removesuffix("s"), f"{id} to {other}", one)
                relation = record.text("predicate", carry=False)
                if not isinstance(other, str) or other not in self.draft.keys:
                    message = f"the association leads to {str(other)[:60]!r}, which is not in the file"
                    self.ledger.complain(record.at, "unknown-node", f"{message}; it is set aside", severity="warning")
                    for field in record.fields():
                        record.lost(field, message)
                    continue
                record.carried(end)
                ends = (self.draft.keys[id], self.draft.keys[other])
                if relation:
                    sentence = self.draft.sentence(record, "predicate", *ends, foreign.relation(relation))
                else:
                    sentence = Sentence(ends[0], "related_to", ends[1])
                self.edge(sentence, record, one)

    def parts(self, said: Object, id: str) -> None:
        for name in PARTS:
            for one in self.items(said, name):
                self.part(name, one, id)

    def part(self, name: str, said: Object, of: str) -> None:
        """An association with a term as an edge, and what it holds in turn as edges of that term's node.

        A term inside another is a node of its own: the cytosol of a neuron is not that of a muscle.
        """
        record, curie = self.association(name, of, said), self.curie(said)
        if not curie:
            self.ledger.complain(record.at, "no-element", f"{name!r} has no term", "term: GO:0005737")
            return
        label = self.label(curie)
        term = relations.term(record, "term", curie, label)
        within = ", ".join(filter(None, (self.curie(one) for one in self.chain(said, "part_of"))))
        id = f"{curie} in {within}" if within else curie
        kind = self.kind(term, KINDS.get(name, "molecule" if said.get("type") in COMPLEX else "process"))
        self.draft.node(id, label or curie, key=label or curie, term=term, kind=kind, at=record.at)
        verb = PARTS[name][0]
        if name == "happens_during":
            record.changed("term", "related_to: kg has no verb for happens during")
        if said.get("type") in COMPLEX:
            record.lost("type", "that it is a complex is not said")
        ends = (id, of) if name == "has_part" else (of, id)
        keys = self.draft.keys
        self.edge(Sentence(keys[ends[0]], verb, keys[ends[1]]), record, said)
        for inner in INNER:
            for one in self.items(said, inner):
                self.part(inner, one, id)

    def association(self, kind: str, name: str, said: Object) -> ForeignRecord:
        apart = {k: v for k, v in said.items() if k not in ("evidence", *INNER)}
        record = self.ledger.record(kind, name, apart, self.place_of(said))
        record.changed("type", "kg derives it from its position")
        record.lost("provenances", relations.WHO)
        return record

    def edge(self, sentence: Sentence, record: ForeignRecord, said: Object) -> None:
        items = []
        for one in self.items(said, "evidence"):
            item = self.ledger.record("evidence", record.name, one, self.place_of(one))
            item.lost("provenances", relations.WHO)
            items.append(
                relations.evidence(self.draft, item, "term", "reference", self.label(item.text("term", carry=False)))
            )
        self.draft.edge(sentence, record, items)


# ---------------------------------------------------------------- writing

#: Of which ontologies a term of each slot is.
PLACES = (
    ("GO", "CellularAnatomicalEntityAssociation"),
    ("CL", "CellTypeAssociation"),
    ("UBERON", "GrossAnatomyAssociation"),
)
PRODUCTS = ("biolink:Gene", "biolink:Protein", "biolink:Polypeptide", "biolink:MicroRNA")
CAUSAL = {"affects": "RO:0002211", "positively_regulates": "RO:0002213", "negatively_regulates": "RO:0002212"}
UPSTREAM = (
    "RO:0002411"  # causally upstream of: what an edge requires, or what acts on an edge without a sign for its object
)
SIGNED = {1: "RO:0002304", -1: "RO:0002305"}  # causally upstream of, with a positive or a negative effect
TAKEN = {"has_input": "RO:0002233", "has_participant": "RO:0000057", "produces": "RO:0002234"}
OF_TERMS = {"enabled_by": ("molecule",), "part_of": ("process",), "occurs_in": ("structure", "cell")}


def text(mechanism: Mechanism, name: str = "gocam") -> str:
    """A mechanism as a GO-CAM model: a node is an activity, or a molecule where it is only taken in or given out.

    A signed edge says what its sign does and no more: causally upstream with a positive or a negative effect.
    """
    import yaml

    dumped = yaml.safe_dump(_GoCamYamlWriter(mechanism).model(), sort_keys=False, allow_unicode=True, width=110)
    return str(dumped)


def _asserts(item: Evidence) -> bool:
    """Whether an item lets a curator of GO assert its edge: as for a bare triple, or of a file that states no claim, or
    as the curator's own inference, which has an evidence code of its own."""
    return not item.hedge and item.claim in (*BARE, drafting.UNCLASSIFIED, relations.INFERENCE)


class _GoCamYamlWriter:
    """One pass over a mechanism."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.labels: dict[str, str] = {}
        every = outward.statements(mechanism)
        asserted = {one.name for one in every if any(map(_asserts, one.behind)) and not one.disputed}
        told = [one for one in every if one.name in asserted or one.kind == outward.DEFINITION]
        self.edges = told
        self.terms = self.only(OF_TERMS, subjects=("part_of",))
        self.molecules = self.only(dict.fromkeys(TAKEN, ("molecule",)))
        nested = [key for key in self.terms if sum(e.subject == key for e in self.edges) > 1]
        self.terms -= set(nested)

    def only(self, verbs: Mapping[str, Sequence[str]], subjects: Sequence[str] = ()) -> set[str]:
        """The nodes with a term that are only ever the object of some verbs, or the subject of some others."""
        found = {key for key, node in self.m.nodes.items() if node.term and not node.place}
        for edge in self.edges:
            object = self.m.nodes.get(edge.object)
            if object is None or object.drawn_as not in verbs.get(edge.verb, ()):
                found.discard(edge.object)
            if edge.verb not in subjects:
                found.discard(edge.subject)
        return found & {edge.object for edge in self.edges}

    def id(self, key: str) -> str:
        return f"{vocabulary.BASE}{self.m.id}/node/{key}"

    def curie(self, term: Term) -> str:
        self.labels.setdefault(term.id, term.label)
        return term.id

    def model(self) -> dict[str, Any]:
        m, taxa = self.m, [taxon.id for item in self.m.scope for taxon in item.taxon]
        activities = [self.activity(node) for key, node in m.nodes.items() if key not in self.terms | self.molecules]
        molecules = []
        for key in m.nodes:
            node = m.nodes[key]
            if key in self.molecules and node.term:
                self.named(node)
                molecules.append({"id": self.id(key), "term": self.curie(node.term)})
        comments = [f"{CAVEAT}{outward.caveat(m)}", *(note.note for note in m.notes)]
        said: dict[str, Any] = {"id": f"{vocabulary.BASE}{m.id}", "title": m.title}
        said |= {"taxon": taxa[0]} if taxa else {}
        said |= {"additional_taxa": list(dict.fromkeys(taxa[1:]))} if taxa[1:] else {}
        said |= {"comments": comments}
        said |= {"activities": activities} | ({"molecules": molecules} if molecules else {})
        objects = [{"id": id, "label": label, "type": "gocam:Object"} for id, label in self.labels.items()]
        return said | {"objects": objects}

    def named(self, node: Node, stated: bool = True) -> None:
        """An activity or a molecule is labelled as an object, unless it is called by its term, and that is ``stated``."""
        if not (node.term and stated) or node.name:
            self.labels[self.id(node.key)] = node.label

    def activity(self, node: Node) -> dict[str, Any]:
        said: dict[str, Any] = {"id": self.id(node.key)}
        entry = vocabulary.terms().get(node.term.id) if node.term else None
        out = [edge for edge in self.edges if edge.subject == node.key]
        prefix = node.term.id.partition(":")[0] if node.term else ""
        category = entry.category if entry else ""
        kind = node.drawn_as  # a function is read as a process, and what enables an activity as a molecule
        function = category == "biolink:MolecularActivity" or (prefix == "GO" and not category)
        if node.term and kind == "process" and function:
            said["molecular_function"] = {"type": "MolecularFunctionAssociation", "term": self.curie(node.term)}
        elif node.term and kind in ("molecule", "treatment") and (category in PRODUCTS or not entry):
            said["enabled_by"] = {"type": PARTS["enabled_by"][1], "term": self.curie(node.term)}
        elif node.term and kind == "process" and prefix == "GO" and category == "biolink:BiologicalProcess":
            said["part_of"] = {"type": PARTS["part_of"][1], "term": self.curie(node.term)}
        self.named(node, stated=len(said) > 1)
        if where := self.where(node.place):
            said["occurs_in"] = where
        for edge in out:
            if edge.object in self.terms and edge.verb not in said:
                said[edge.verb] = self.part(edge, edge.verb)
        for edge in out:
            self.relation(said, edge)
        return said

    def part(self, edge: Statement, slot: str) -> dict[str, Any]:
        """An association with a term, and what that is part of in turn."""
        node = self.m.nodes[edge.object]
        term = node.term or Term("", "")
        prefix = term.id.partition(":")[0]
        type = dict(PLACES).get(prefix, PARTS[slot][1]) if slot == "occurs_in" else PARTS[slot][1]
        said = {"type": type, **self.evidence(edge), "term": self.curie(term)}
        if node.name:
            self.labels[term.id] = node.name
        inner = next((e for e in self.edges if e.subject == node.key and e.object in self.terms), None)
        if inner and slot != "enabled_by":
            said["part_of"] = self.part(inner, slot)
        return said

    def relation(self, said: dict[str, Any], edge: Statement) -> None:
        """An edge to another activity or to a molecule, where GO-CAM has a relation for it."""
        object = edge.object
        if object in self.molecules:
            one = {"type": "MoleculeAssociation", **self.evidence(edge), "predicate": TAKEN[edge.verb]}
            said.setdefault("molecular_associations", []).append({**one, "molecule": self.id(object)})
        elif object in self.m.nodes and object not in self.terms:
            acts = edge.verb == "required_for" or edge.predicate.role == "blocks"
            signed = (
                edge.effect if edge.predicate.role == "blocks" else edge.sign if edge.predicate.role != "none" else 0
            )
            relation = CAUSAL.get(edge.verb) or SIGNED.get(signed, UPSTREAM if acts else "")
            if relation:
                causal = {"type": "CausalAssociation", **self.evidence(edge), "predicate": relation}
                causal["downstream_activity"] = self.id(object)
                said.setdefault("causal_associations", []).append(causal)

    def evidence(self, edge: Statement) -> dict[str, Any]:
        """The items that support an edge: publications, and ECO terms for what the source reports or the curator had."""
        items = []
        for item in filter(_asserts, edge.behind):
            code = item.assay or outward.evidence_code(self.m, item)
            one = {"term": self.curie(code)} if code else {}
            one |= dict(zip(("reference",), outward.credited(self.m, item), strict=False))
            items += [one] if one else []
        return {"evidence": items} if items else {}

    def where(self, place: str) -> dict[str, Any]:
        """A place and those around it, as far as each is of the ontology that GO-CAM asks for there."""
        chain: list[dict[str, Any]] = []
        stage = 0
        while place and (one := self.m.places.get(place)) and len(chain) < 9:
            place = one.inside
            prefix = one.term.id.partition(":")[0] if one.term else ""
            rank = next((i for i, (ontology, _) in enumerate(PLACES) if ontology == prefix), -1)
            if one.term is None or rank < stage or (rank == stage and chain and rank < 2):
                continue
            chain.append({"type": PLACES[rank][1], "term": self.curie(one.term)})
            stage = rank
        said: dict[str, Any] = {}
        for link in reversed(chain):
            said = {**link, **({"part_of": said} if said else {})}
        return said if chain and chain[0]["type"] == PLACES[0][1] else {}
