"""The exports beyond plain RDF 1.1: reifiers, nanopublications, and what describes a whole build."""

import hashlib
import json
import logging
import warnings
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pyoxigraph as ox
import pytest
from conftest import ACTIVE, LITTLE, SOME
from nanopub import Nanopub, NanopubConf
from rdflib import OWL, PROV, RDF, SKOS, ConjunctiveGraph, Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

import kg
from kg import formats
from kg.checks import shapes
from kg.formats import rdf
from kg.formats.rdf import names, void, write
from kg.model import vocabulary
from kg.model.diagnostics import InvalidMechanism
from kg.model.records import Condition, Frozen
from kg.reasoning import outward
from kg.site.build import build

by_id = pytest.mark.parametrize("mechanism", SOME, ids=lambda m: m.id)
PASSPORT = (DCTERMS.license, OWL.versionInfo, names.KGV.inputSha256, names.KGV.caveat)


def iri_of(mechanism, statement):
    return names.iri(mechanism, "edge", *statement.name.split("/"))


@by_id
def test_each_edge_is_a_reifier_of_its_triple_and_nothing_more_is_asserted(mechanism, built):
    file = built / f"{mechanism.id}.rdf12.ttl"
    quads = list(ox.parse(path=file))
    reified = {q.subject.value: q.object for q in quads if isinstance(q.object, ox.Triple)}
    said = {iri_of(mechanism, one): one for one in outward.statements(mechanism)}
    assert set(reified) == set(said)
    plain = [q for q in quads if not isinstance(q.object, ox.Triple)]
    assert len(plain) == len(write.graph(mechanism))
    bare = {(q.subject, q.predicate, q.object) for q in plain}
    asserted = {reified[iri] for iri, one in said.items() if one.asserted}  # two edges may be one triple, at two levels
    for iri, one in said.items():
        triple = reified[iri]
        assert triple.predicate.value == str(names.KGV[one.verb])
        assert ((triple.subject, triple.predicate, triple.object) in bare) == (triple in asserted)
    store = ox.Store()
    store.bulk_load(path=file)
    query = "PREFIX kgv: <https://w3id.org/immune-kg/vocab/> SELECT ?e { ?s ?p ?o ~ ?e . ?e kgv:evidence/kgv:claim kgv:finding }"
    found = {row["e"].value for row in store.query(query)}
    assert found <= {iri for iri in said if reified[iri] in asserted}


# ---------------------------------------------------------------- nanopublications


def nanopublications(text):
    data = Dataset().parse(data=text, format="trig")
    parts = {}
    for graph in data.graphs():
        name, mark, part = str(graph.identifier).partition("#")
        if mark:
            parts.setdefault(name, {})[part] = graph
    return parts


@by_id
def test_every_asserted_edge_is_a_valid_nanopublication_with_its_trusty_uri(mechanism, built):
    found = nanopublications((built / f"{mechanism.id}.nanopub.trig").read_text(encoding="utf-8"))
    assert len(found) == sum(one.asserted for one in outward.statements(mechanism))
    for name, parts in found.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            quads = ConjunctiveGraph()
            for part, graph in parts.items():
                for triple in graph:
                    quads.get_context(URIRef(f"{name}#{part}")).add(triple)
            publication = Nanopub(rdf=quads, conf=NanopubConf())
            assert publication.is_valid and publication.has_valid_trusty
        assert publication.source_uri == name
        for predicate in PASSPORT:
            assert list(parts["pubinfo"].objects(URIRef(name), predicate))


@by_id
def test_a_nanopublication_asserts_one_edge_and_gives_its_evidence(mechanism, built):
    nodes = {URIRef(names.iri(mechanism, "node", key)) for key in mechanism.nodes}
    edges = {URIRef(names.iri(mechanism, "edge", edge.name)) for edge in mechanism.edges}
    for name, parts in nanopublications((built / f"{mechanism.id}.nanopub.trig").read_text(encoding="utf-8")).items():
        said = (
            t for graph in parts.values() for t in graph if t[1] != names.KGV.activityOf
        )  # what a node is, is not an edge
        bare = [t for t in said if t[0] in nodes and t[2] in nodes | edges]
        assert len(bare) == 1 and bare[0] in parts["assertion"]
        (edge,) = parts["provenance"].objects(URIRef(f"{name}#assertion"), PROV.wasDerivedFrom)
        settings = {names.KGV.startsAs, names.KGV.outcome, names.KGV.levels, SKOS.note}
        assert not settings & set(parts["assertion"].predicates()), "a setting of the model is not an assertion"
        items = list(parts["provenance"].objects(edge, names.KGV.evidence))
        assert items and all(parts["provenance"].value(item, names.KGV.claim) for item in items)


def test_a_nanopublication_is_renamed_when_what_it_says_changes():
    seed = ACTIVE
    turned, newer = replace(seed, edges=seed.edges[::-1]), replace(seed, version="99")
    names, same, others = (set(nanopublications(rdf.text(one, "nanopub"))) for one in (seed, turned, newer))
    assert names == same and not names & others


def test_nothing_is_logged_while_nanopublications_are_made(caplog):
    with caplog.at_level(logging.WARNING):
        rdf.text(ACTIVE, "nanopub")
    assert caplog.records == []


# ---------------------------------------------------------------- what every export carries


@pytest.mark.parametrize("mechanism", SOME, ids=lambda m: m.id)
def test_licence_version_input_hash_and_source_strip_travel_in_every_rdf_export(mechanism, built):
    for row in formats.writers():
        if row.module == "kg.formats.rdf" and row.name not in ("rdf12",):
            format = {"ttl": "turtle", "trig": "trig", "nq": "nquads", "jsonld": "json-ld"}[
                row.suffix.rpartition(".")[2]
            ]
            data = Dataset().parse(built / f"{mechanism.id}{row.suffix}", format=format)
            about = URIRef(names.iri(mechanism, "run") if row.name == "run" else names.iri(mechanism))
            said = {(p, str(o)) for _, p, o, _ in data.quads((about, None, None, None))}
            assert (names.KGV.inputSha256, names.input_hash(mechanism)) in said
            assert (OWL.versionInfo, mechanism.version) in said
            assert {caveat for p, caveat in said if p == names.KGV.caveat} == set(mechanism.caveats)
            assert {licence for p, licence in said if p == DCTERMS.license} == {
                f"https://spdx.org/licenses/{mechanism.licence}"
            }


def test_the_input_hash_is_of_what_is_said_and_not_of_how(tmp_path):
    seed = kg.data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml"
    mechanism = kg.read(seed)
    copy = tmp_path / "mechanism.yaml"
    copy.write_text("# a comment\n" + seed.read_text(encoding="utf-8"), encoding="utf-8")
    assert names.input_hash(kg.read(copy)) == names.input_hash(mechanism)
    assert names.input_hash(replace(mechanism, edges=mechanism.edges[::-1])) == names.input_hash(mechanism)
    turned = Frozen(reversed(list(mechanism.sources.items())))
    assert names.input_hash(replace(mechanism, sources=turned)) != names.input_hash(mechanism)
    more = Frozen({**mechanism.conditions, "new": Condition(key="new", values=Frozen({"TLR7": "absent"}))})
    assert names.input_hash(replace(mechanism, conditions=more)) != names.input_hash(mechanism)


# ---------------------------------------------------------------- what describes a build


def quads(file):
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("<")]


def test_all_quads_are_in_one_file(built, in_build):
    lines = quads(built / "all.nq")
    assert lines == sorted(set(lines))
    between = {line for line in lines if line.endswith("<https://w3id.org/immune-kg/all> .")}
    assert between and set(lines) - between == {line for m in in_build for line in quads(built / f"{m.id}.nq")}


@by_id
def test_the_caveat_opens_each_file(mechanism, built):
    """As a comment before the data; JSON-LD has none, and says it before anything that it says of edges."""
    for ending in (".ttl", ".trig", ".nq", ".run.ttl", ".rdf12.ttl", ".nanopub.trig"):
        opening = (built / f"{mechanism.id}{ending}").read_text(encoding="utf-8").partition("<")[0]
        assert outward.caveat(mechanism) in opening, ending
    for name in ("all.nq", "void.ttl"):
        assert outward.caveat(mechanism) in (built / name).read_text(encoding="utf-8").partition("<")[0], name
    keys = list(json.loads((built / f"{mechanism.id}.jsonld").read_text(encoding="utf-8")))
    assert keys.index("caveat") < keys.index("edges") and keys[0] == "@context"


def test_void_counts_what_is_there_and_names_every_file(built, in_build):
    assert list(ox.parse(path=built / "void.ttl"))  # with no base, so no address is relative
    data = Graph().parse(built / "void.ttl")
    words = Graph().parse(kg.data_dir("ontology") / "vocabulary.ttl")
    known = tuple(map(str, words.objects(None, DCTERMS.references)))
    for mechanism in in_build:
        about = URIRef(names.iri(mechanism))
        graph = write.graph(mechanism)
        assert data.value(about, void.VOID.triples) == Literal(len(graph))
        for predicate in PASSPORT:
            assert set(data.objects(about, predicate)) == set(graph.objects(about, predicate))
        named = {str(data.value(o, DCTERMS.title)): o for o in data.objects(about, void.DCAT.distribution)}
        assert set(named) == {path.name for path in built.glob(f"{mechanism.id}[._]*")}
        for name, file in named.items():
            content = (built / name).read_bytes()
            assert str(data.value(file, void.DCAT.downloadURL)) == vocabulary.BASE + name
            assert str(data.value(file, void.DCAT.mediaType) or void.MEDIA_TYPES).startswith(void.MEDIA_TYPES)
            assert str(data.value(file, names.SCHEMA.sha256)) == hashlib.sha256(content).hexdigest()
            assert data.value(file, void.DCAT.byteSize) == Literal(len(content))
        counts = {
            data.value(part, void.VOID["class"]): data.value(part, void.VOID.entities)
            for part in data.objects(about, void.VOID.classPartition)
        }
        assert counts[names.BIOLINK.Association] == Literal(len(outward.statements(mechanism)))
        assert (about, RDF.type, names.SCHEMA.Dataset) in data and (about, RDF.type, void.DCAT.Dataset) in data
        linked = [(names.KGV.denotes, term) for term in graph.objects(None, names.KGV.denotes)]
        for match in graph.subjects(RDF.type, names.KGV.Match):
            linked.append((graph.value(match, RDF.predicate), graph.value(match, RDF.object)))
        counted = Counter((how, vocabulary.compress(str(term)).partition(":")[0]) for how, term in linked)
        prefixes = {Literal(space): prefix for prefix, space in vocabulary.namespaces().items()}
        links = {
            (
                data.value(link, void.VOID.linkPredicate),
                prefixes[data.value(data.value(link, void.VOID.objectsTarget), void.VOID.uriSpace)],
            ): link
            for link in data.subjects(void.VOID.subjectsTarget, about)
        }
        assert {ends: int(data.value(link, void.VOID.triples)) for ends, link in links.items()} == {
            ends: count for ends, count in counted.items() if ends[1] != "kg"
        }
    catalogue = URIRef(vocabulary.BASE)
    assert (catalogue, RDF.type, void.DCAT.Catalog) in data
    assert len(set(data.objects(catalogue, void.DCAT.dataset))) == len(in_build)
    assert data.value(catalogue, void.VOID.dataDump) == URIRef(f"{vocabulary.BASE}all.nq")
    for term in {p for _, p, _ in data} | set(data.objects(None, RDF.type)):
        assert str(term).startswith((*known, str(names.KGV))), term
    assert shapes.examine(built / "void.ttl").diagnostics == ()


def test_the_crate_describes_every_file_and_carries_the_source_strip(built, in_build):
    crate = json.loads((built / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = {one["@id"]: one for one in crate["@graph"]}
    assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    files = {path.name for path in built.iterdir() if not path.name.startswith(".")} - {"ro-crate-metadata.json"}
    assert {part["@id"] for part in entities["./"]["hasPart"]} == files | {
        names.iri(mechanism) for mechanism in in_build
    }
    for name in files:
        assert entities[name]["description"], name
        assert entities[name]["sha256"] == hashlib.sha256((built / name).read_bytes()).hexdigest()
    for mechanism in in_build:
        shown = entities[names.iri(mechanism)]
        assert all(caveat in shown["description"] for caveat in mechanism.caveats)
        assert shown["identifier"] == f"sha256:{names.input_hash(mechanism)}" and shown["version"] == mechanism.version
    newest = max(source.date for mechanism in in_build for source in mechanism.sources.values())
    assert entities["./"]["datePublished"] == newest  # no clock: the newest date that the sources give, and it is said
    assert f"Dated {newest} by the newest of its sources" in entities["./"]["description"]


def test_source_date_epoch_dates_a_crate_and_nonsense_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    build([LITTLE], tmp_path)
    crate = json.loads((tmp_path / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert crate["@graph"][1]["datePublished"] == datetime(1970, 1, 2, tzinfo=UTC).date().isoformat()
    for nonsense in ("yesterday", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", nonsense)
        with pytest.raises(InvalidMechanism, match="no-date"):
            build([LITTLE], tmp_path / "none")
        assert not (tmp_path / "none").exists()


def test_a_build_of_some_outputs_describes_no_whole(tmp_path):
    build([LITTLE], tmp_path, ["ttl"])
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == [f"{ACTIVE.id}.ttl"]
