"""ontology/vocabulary.ttl: every word that an export uses is defined, and what OWL 2 RL makes of it is true."""

import re

import owlrl
import pyoxigraph as ox
import pytest
from conftest import SEEDS, SOME
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

import kg
from kg import formats
from kg.formats.rdf import names, write
from kg.model import vocabulary

FILE = kg.data_dir("ontology") / "vocabulary.ttl"
MARK = "# ==== MADE FROM THE TABLES ====\n"
WORDS = Graph().parse(FILE)
ONTOLOGY = URIRef(vocabulary.BASE + "vocab")
VANN = Namespace("http://purl.org/vocab/vann/")
MATCHES = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.relatedMatch)
ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
own = sorted({term for term in WORDS.subjects() if str(term).startswith((str(names.KGV), vocabulary.BASE + "term/"))})
parsers = {".ttl": "turtle", ".run.ttl": "turtle", ".trig": "trig", ".nq": "nquads", ".jsonld": "json-ld"}


@pytest.fixture(scope="module")
def exported(built, in_build):
    """Every triple of every RDF export."""
    suffixes = [row.suffix for row in formats.writers() if row.module == "kg.formats.rdf" and row.suffix in parsers]
    files = [built / f"{mechanism.id}{suffix}" for mechanism in in_build for suffix in suffixes]
    found = {quad.triple for file in files for quad in ox.parse(path=file)}
    return set(Graph().parse(data=ox.serialize(found, format=ox.RdfFormat.N_TRIPLES), format="nt"))


@pytest.mark.parametrize("term", own, ids=lambda term: term.rpartition("/")[2])
def test_every_word_is_typed_labelled_and_defined_and_shown_by_an_example(term):
    assert WORDS.value(term, RDF.type)
    assert len(list(WORDS.objects(term, RDFS.label))) == 1
    assert len(list(WORDS.objects(term, SKOS.definition))) == 1
    if str(term).startswith(str(names.KGV)):
        assert WORDS.value(term, SKOS.example)


def test_a_label_names_one_property_one_class_and_one_individual_at_most():
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.NamedIndividual):
        labels = [str(WORDS.value(term, RDFS.label)) for term in WORDS.subjects(RDF.type, kind) if term in own]
        assert len(labels) == len(set(labels))


def test_the_ontology_names_its_version_its_licence_and_what_it_is():
    version = str(WORDS.value(ONTOLOGY, OWL.versionInfo))
    assert WORDS.value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{version}")
    assert str(WORDS.value(ONTOLOGY, DCTERMS.license)).endswith("CC0-1.0")
    assert WORDS.value(ONTOLOGY, DCTERMS.title) and WORDS.value(ONTOLOGY, DCTERMS.description)


def test_no_word_dangles():
    mentioned = {term for triple in WORDS for term in triple if str(term).startswith(str(names.KGV))}
    assert (
        mentioned
        - {URIRef(str(names.KGV)), WORDS.value(ONTOLOGY, OWL.versionIRI)}
        - set(own)
        - {Literal(str(names.KGV))}
        == set()
    )
    classes = set(WORDS.subjects(RDF.type, OWL.Class))
    for _, _, about in WORDS.triples((None, RDFS.domain, None)):
        assert about in classes
    for _, _, about in WORDS.triples((None, RDFS.range, None)):
        assert about in classes or str(about).startswith(str(XSD))


def test_every_term_of_an_export_is_ours_and_defined_or_declared_external(exported, in_build):
    external = tuple(str(namespace) for namespace in WORDS.objects(ONTOLOGY, DCTERMS.references))
    prefixes = vocabulary.prefixes().values()
    identifiers = tuple(iri for row in prefixes for iri in (row.iri, *filter(None, row.forms.split("|"))))
    documents = {o for _, p, o in exported if p in (names.SCHEMA.identifier, names.BIOLINK.publications)}
    ids = tuple(names.iri(mechanism) for mechanism in in_build)
    for term in {term for triple in exported for term in triple if isinstance(term, URIRef)} - documents:
        if str(term).startswith((str(names.KGV), vocabulary.BASE + "term/")):
            assert term in own, f"{term} is used and not defined"
        else:
            assert str(term).startswith((*external, *identifiers, *ids)), (
                f"{term} is neither ours nor declared external"
            )


def test_predicates_and_classes_of_an_export_are_words_not_identifiers(exported):
    external = tuple(str(namespace) for namespace in WORDS.objects(ONTOLOGY, DCTERMS.references))
    for term in {p for _, p, _ in exported} | {o for _, p, o in exported if p == RDF.type}:
        assert term in own or str(term).startswith(external)
        assert not str(term).startswith(str(names.PREFIXES["obo"]))
    for namespace in external:
        assert WORDS.value(URIRef(namespace), RDFS.label) and WORDS.value(
            URIRef(namespace), VANN.preferredNamespacePrefix
        )


def test_mappings_lead_to_registered_identifiers():
    for match in MATCHES:
        for term, target in WORDS.subject_objects(match):
            assert term in own
            known = r"http://purl.obolibrary.org/obo/(RO|BFO)_\d{7}|https://w3id.org/(biolink/vocab/\w+)|http://www.w3.org/ns/oa#\w+"
            local = str(term).startswith(vocabulary.BASE + "term/")
            assert vocabulary.compress(str(target)) if local else re.fullmatch(known, str(target)), target


def test_what_an_export_says_of_a_word_the_ontology_says_too(exported):
    """The matches of a local term have a source each, as test_identities.py looks up."""
    for s, p, o in exported:
        matched = p in MATCHES and not str(s).startswith(vocabulary.BASE + "term/")
        if s in own and (p in (RDFS.label, SKOS.definition) or matched) and s != names.KGV.kg:
            assert (s, p, o) in WORDS


@pytest.mark.parametrize("suffix", [".ttl", ".run.ttl", ".jsonld"])
@pytest.mark.parametrize("mechanism", SOME, ids=lambda m: m.id)
def test_whoever_has_one_file_can_read_every_word_in_it(mechanism, suffix, built):
    """Each word of ours is labelled and defined in the file, and each part, and each ontology term, is labelled."""
    graph = Graph().parse(built / f"{mechanism.id}{suffix}", format=parsers[suffix])
    named = (RDFS.label, DCTERMS.title, RDFS.comment)
    parts = tuple(
        names.iri(mechanism, kind) + "/" for kind in ("edge", "node", "place", "condition", "reading", "source")
    )
    matched = {graph.value(one, RDF.object) for one in graph.subjects(RDF.type, names.KGV.Match)}  # ids of others
    for term in {term for triple in graph for term in triple if isinstance(term, URIRef)} - matched:
        if str(term).startswith(str(names.KGV)):
            assert graph.value(term, RDFS.label) and graph.value(term, SKOS.definition), term
        is_part = str(term).startswith(parts) and (term, RDF.type, names.KGV.Requirement) not in graph
        if (is_part and (term, RDF.type, names.KGV.Setting) not in graph) or str(term).startswith(
            str(names.PREFIXES["obo"])
        ):
            assert any(graph.value(term, predicate) for predicate in named), term


def test_no_word_is_a_verb_and_a_role_or_a_property_of_edges():
    verbs = {names.KGV[verb] for verb in vocabulary.predicates()}
    roles = set(WORDS.subjects(RDF.type, names.KGV.Role))
    of_edges = set(WORDS.subjects(RDFS.domain, names.BIOLINK.Association))
    assert not verbs & (roles | of_edges) and not roles & of_edges
    assert set(names.ROLES.values()) == roles
    assert set(names.ROLES) == {word.role for word in vocabulary.predicates().values()}


# ---------------------------------------------------------------- what may be inferred


def closure(*graphs):
    whole = Graph()
    for graph in graphs:
        for triple in graph:
            whole.add(triple)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(whole)
    return whole


def contradictions(graph):
    return [*graph.objects(None, ERROR), *graph.subjects(RDF.type, OWL.Nothing)]


SEED = next(mechanism for mechanism in SEEDS if mechanism.id == "ta1-tlr7")
NODE = Namespace(names.iri(SEED, "node") + "/")


@pytest.fixture(scope="module")
def stated():
    return write.graph(SEED)


@pytest.fixture(scope="module")
def inferred(stated):
    return closure(WORDS, stated, write.run_graph(SEED))


@pytest.mark.slow
def test_the_ontology_and_the_seed_contradict_nothing_in_owl_2_rl(inferred):
    assert contradictions(inferred) == []
    both = Graph().add((NODE.TLR7, RDF.type, names.KGV.Node)).add((NODE.TLR7, RDF.type, names.KGV.Place))
    assert contradictions(closure(WORDS, both)), "the reasoner would not notice"


@pytest.mark.slow
def test_the_causal_closure_carries_no_sign(stated, inferred):
    """RNase A degrades the microRNA that activates TLR7 signalling: upstream of it, and that is all that may be inferred."""
    rnase, signalling, upstream = NODE.RNase_A, NODE.TLR7_active, names.KGV.causallyUpstreamOf
    assert (rnase, upstream, signalling) in inferred
    assert (rnase, upstream, signalling) not in stated
    signs = {names.KGV[word.verb] for word in vocabulary.predicates().values() if word.sign != "0"}
    assert set(inferred.predicates(rnase, signalling)) & signs == set()
    nodes = {NODE[key] for key in SEED.nodes}
    for s, p, o in inferred:
        if s in nodes and o in nodes and p in signs:
            assert (s, p, o) in stated, "a signed edge was inferred"


def test_only_verbs_that_say_a_cause_are_upstream():
    upstream = set(WORDS.subjects(RDFS.subPropertyOf, names.KGV.causallyUpstreamOf))
    causal = {w.verb for w in vocabulary.predicates().values() if w.role != "none" and not w.kinds.endswith("> edge")}
    assert upstream == {names.KGV[verb] for verb in causal}
    assert names.KGV.falls_after not in upstream and names.KGV.binds not in upstream
    assert list(WORDS.objects(names.KGV.causallyUpstreamOf, RDFS.subPropertyOf)) == []


def test_it_is_owl_2_rl():
    """Nothing but named classes and properties, and one set of disjoint classes: no restriction, no union, no chain."""
    used = {p for _, p, _ in WORDS} | set(WORDS.objects(None, RDF.type))
    constructs = {term for term in used if str(term).startswith(str(OWL))}
    named = {OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    assert constructs <= named | {
        OWL.NamedIndividual,
        OWL.SymmetricProperty,
        OWL.TransitiveProperty,
        OWL.AllDisjointClasses,
        OWL.members,
        OWL.versionIRI,
        OWL.versionInfo,
    }
