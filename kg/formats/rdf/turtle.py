"""Turtle, TriG and RDF 1.2, in sections with a heading that a reader understands."""

from __future__ import annotations

import io
import re
from functools import cache, cached_property
from importlib.util import find_spec

from rdflib import OWL, PROV, RDF, RDFS, SKOS, XSD, Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.plugins.serializers.trig import TrigSerializer
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node

from kg import data_dir
from kg.formats.rdf.names import BIOLINK, KGV, MATCH, OA
from kg.model import identities, rdf_files, vocabulary
from kg.model.mechanism import Mechanism


def words() -> str:
    """The end of ontology/vocabulary.ttl: what the tables say of verbs, claims, kinds and local terms, as Turtle.

    >>> "kgv:degrades a owl:ObjectProperty" in words()
    True
    """
    blocks = ["", "# ---- verbs, from predicates.tsv"]
    relations: dict[str, str] = {}
    for word in vocabulary.predicates().values():
        said = [
            "a owl:ObjectProperty",
            f"rdfs:label {_quoted(word.phrase)}",
            f"skos:definition {_quoted(word.definition)}",
        ]
        if word.kinds.endswith("> edge"):
            said.append("rdfs:range biolink:Association")
        else:
            said.append("rdfs:domain kgv:Node ; rdfs:range kgv:Node")
            said += ["rdfs:subPropertyOf kgv:causallyUpstreamOf"] * (word.role != "none")
        if word.ro_match in MATCH:
            said.append(f"skos:{word.ro_match}Match obo:{word.ro.replace(':', '_')}")
            relations[f"obo:{word.ro.replace(':', '_')}"] = word.ro_label
        said += [f"skos:broadMatch {word.biolink}"] * bool(word.biolink)
        if word.qualifiers:
            said.append(f"skos:note {_quoted('Biolink qualifiers: ' + word.qualifiers.replace(';', '; '))}")
        blocks.append(f"kgv:{word.verb} " + " ;\n    ".join(said) + " .")
    blocks += ["", "# ---- what others call the relations that verbs are mapped to"]
    blocks += [f"{relation} rdfs:label {_quoted(label)} ." for relation, label in sorted(relations.items())]
    blocks += ["", "# ---- claims, from claims.tsv, firmest first"]
    for claim in vocabulary.claims().values():
        bare = "Supports a bare triple." if claim.bare == "yes" else "Supports no bare triple."
        said = [
            f"rdfs:label {_quoted(claim.label)}",
            f"skos:definition {_quoted(claim.meaning)}",
            f"skos:note {_quoted(bare)}",
        ]
        said.append(f"skos:example {_quoted(f'An item of evidence with kgv:claim kgv:{claim.claim}')}")
        blocks.append(f"kgv:{claim.claim} a kgv:Claim, owl:NamedIndividual ;\n    " + " ;\n    ".join(said) + " .")
    blocks += ["", "# ---- kinds of node, from categories.tsv"]
    kinds: dict[str, list[str]] = {}
    for row in vocabulary.table("categories.tsv"):
        kinds.setdefault(row["kind"], []).append(row["category"])
    notes = [_quoted(f"{kind}: terms of {', '.join(of)}") for kind, of in sorted(kinds.items())]
    blocks.append("kgv:kind skos:note " + ",\n        ".join(notes) + " .")
    blocks += [
        "",
        "# ---- local terms, from terms.tsv: where no ontology has the class, or the nearest one asserts more",
    ]
    for entry in vocabulary.terms().values():
        if entry.id.startswith("kg:"):
            said = [f"a owl:Class ; rdfs:label {_quoted(entry.label)}", f"skos:definition {_quoted(entry.definition)}"]
            said += [f"skos:altLabel {', '.join(map(_quoted, entry.synonyms))}"] if entry.synonyms else []
            said.append(f"biolink:category {entry.category}")
            said += [f"{one.predicate} <{vocabulary.expand(one.object)}>" for one in identities.of_local(entry.id)]
            blocks.append(f"{entry.id} " + " ;\n    ".join(said) + " .")
    return "\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    return Literal(text).n3()


EDGES = """\
Each edge is a biolink:Association: rdf:subject, rdf:predicate and rdf:object say what it is about, kgv:evidence leads to
what supports it. The triple itself, subject verb object, stands here too only if a source states it, unhedged, as a
finding or as background, and nothing disputes it. What is not stated (a species, a place, a size) is left out."""


RUN = """\
What follows from the mechanism under each of its conditions and readings: computed by kg, observed by nobody. A
kgv:DerivedValue says which node has which value; kgv:status whether a source observed the same."""


def head(mechanism: Mechanism, model: str = EDGES) -> str:
    """The first lines of a file, for whoever opens it in an editor: what it is, what it is not, how it is cited."""
    said = [
        mechanism.title,
        " · ".join(mechanism.caveats),
        "",
        *model.split("\n"),
        "The words kgv: are explained in this file.",
        "",
        f"To cite an edge, give its IRI and the version: {mechanism.cite('edge', 'NAME')}"
        if vocabulary.citable(mechanism.id)
        else f"{vocabulary.DRAFT}.",
    ]
    return "".join(f"# {' '.join(line.split())}".rstrip() + "\n" for line in said) + "\n"


#: The parts of a mechanism in the order in which one reads them; what has none of these classes comes last.
SECTIONS = {
    KGV.Mechanism: "the mechanism",
    PROV.Entity: "a run: what was derived, by what, and from which version",
    PROV.Activity: "a run: what was derived, by what, and from which version",
    PROV.SoftwareAgent: "a run: what was derived, by what, and from which version",
    KGV.Source: "sources",
    BIOLINK.Association: "edges",
    KGV.Requirement: "what edges require",
    KGV.Node: "nodes",
    KGV.Place: "places",
    KGV.Note: "notes",
    KGV.Evidence: "evidence",
    OA.TextQuoteSelector: "places in a text: words",
    OA.TextPositionSelector: "places in a text: characters, counted from 0",
    KGV.Condition: "conditions: what a run starts from",
    KGV.Setting: "settings of conditions and assumptions",
    KGV.Match: "matches: what else a term is, and who says so",
    KGV.Context: "contexts: where and in what something was seen",
    KGV.Assumption: "assumptions: what a source leaves open",
    KGV.Reading: "readings: rival encodings of the same text",
    KGV.Expectation: "expectations: what a source says comes out",
    KGV.DerivedValue: "derived values",
    KGV.Claim: "kinds of claim",
    KGV.Role: "what an edge does in a run",
    KGV.Extent: "how far a decrease goes",
    OWL.ObjectProperty: "properties and verbs",
    OWL.DatatypeProperty: "properties with a text, a number, true or false",
    OWL.Class: "classes",
}


LAST = "terms of ontologies"


class Turtle(TurtleSerializer):
    """Turtle in the order in which one reads a mechanism: what it is, its edges, what they rest on."""

    topClasses = list(SECTIONS)  # noqa: N815, RUF012
    predicateOrder = [  # noqa: N815, RUF012
        *(RDF.type, DCTERMS.title, RDFS.label, SKOS.definition, KGV.caveat, RDF.subject, RDF.predicate, RDF.object),
        *(KGV.actsOn, KGV.requires, KGV.unless, KGV.evidence, KGV.claim, OA.exact, PROV.wasDerivedFrom),
    ]

    @cached_property
    def short_names(self) -> dict[tuple[Node, bool], str | None]:
        return {}

    def get_pname(self, uri: Node, gen_prefix: bool = True) -> str | None:
        """An IRI with its prefix, looked up once: a name is met some thirty times, and a look-up is half of all the time."""
        key = uri, gen_prefix
        if key not in self.short_names:
            self.short_names[key] = super().get_pname(uri, gen_prefix)
        return self.short_names[key]


class Sections(Turtle):
    """The same, with a line of comment before each part."""

    section = ""

    def statement(self, subject: Node) -> bool:
        kinds = set(self.store.objects(subject, RDF.type))
        section = next((said for kind, said in SECTIONS.items() if kind in kinds), LAST)
        if section != self.section:
            self.section = section
            self.write(f"\n{self.indent()}# ---- {section}\n")
        return bool(super().statement(subject))


class Trig(Sections, TrigSerializer):
    def __init__(self, store: Dataset) -> None:
        super().__init__(store)
        self.contexts.sort(key=lambda graph: str(graph.identifier))  # rdflib has them in the order of their hashes


def serialized(serializer: TurtleSerializer) -> str:
    out = io.BytesIO()
    serializer.serialize(out)
    return out.getvalue().decode("utf-8")


@cache
def definitions() -> Graph:
    """What ontology/vocabulary.ttl says of what has a name, as a graph that is read once: copy it before you change it."""
    found, text = Graph(bind_namespaces="none"), (data_dir("ontology") / "vocabulary.ttl").read_text(encoding="utf-8")
    if not find_spec("pyoxigraph"):  # in the page of the bench; rdflib takes fifteen times as long
        return found.parse(data=text, format="turtle")
    for subject, predicate, value, form, _ in rdf_files.triples(text, ".ttl"):
        if not subject.startswith("_:") and not (value.startswith("_:") and not form):
            found.add((URIRef(subject), URIRef(predicate), _term(value, form)))
    return found


def _term(value: str, form: str) -> URIRef | Literal:
    if not form:
        return URIRef(value)
    language = form.removeprefix("@") if form.startswith("@") else None
    return Literal(value, lang=language, datatype=None if language or form == str(XSD.string) else URIRef(form))


def explained(data: Graph) -> Graph:
    """Add to a graph what the words of ours that it uses mean, so that it can be read alone."""
    known, seen = definitions(), set()
    todo = {term for triple in data for term in triple if str(term).startswith(KGV) and isinstance(term, URIRef)}
    while todo:
        word = todo.pop()
        seen.add(word)
        for predicate in (RDF.type, RDFS.label, SKOS.definition, *MATCH.values()):
            for value in known.objects(word, predicate):
                if value != OWL.NamedIndividual:
                    data.add((word, predicate, value))
                if str(value).startswith(KGV) and isinstance(value, URIRef) and value not in seen:
                    todo.add(value)
                for label in known.objects(value, RDFS.label) if predicate in MATCH.values() else ():
                    data.add((value, RDFS.label, label))
    return data


def reified(data: Graph) -> str:
    """Turtle of RDF 1.2: an association is a reifier, too, of the triple that it is about, asserted or not."""
    about = {predicate: dict(data.subject_objects(predicate)) for predicate in (RDF.subject, RDF.predicate, RDF.object)}
    lines = ["", "# RDF 1.2: the triple that each edge is about. Only those that stand above, too, are asserted."]
    for edge in sorted(data.subjects(RDF.type, BIOLINK.Association), key=str):
        s, p, o = (_turtle(data, about[part][edge]) for part in about)
        lines.append(f"{_turtle(data, edge)} rdf:reifies <<( {s} {p} {o} )>> .")
    return serialized(Sections(data)) + "\n".join(lines) + "\n"


def _turtle(data: Graph, name: Node) -> str:
    """An IRI in Turtle, with a prefix of the graph where its last part is a plain word."""
    for prefix, namespace in data.namespaces():
        local = str(name).removeprefix(str(namespace))
        if local != str(name) and re.fullmatch(r"[A-Za-z_][\w-]*", local, re.ASCII):
            return f"{prefix}:{local}"
    return f"<{name}>"
