"""Every export says the same: the formats read by tools of others, and compared pairwise with what is to be said."""

import html
import json
import logging
import re
from collections import defaultdict
from dataclasses import replace
from itertools import combinations

import networkx as nx
import pytest
import rdflib
from click.testing import CliRunner
from conftest import ACTIVE, EVERY, SEEDS, SOME

from kg import formats
from kg.cli import main
from kg.formats.tables import kgx
from kg.model import foreign, identities, vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Frozen, Node, Place, Requirement, Sentence, Source
from kg.model.vocabulary import Term
from kg.reasoning import outward

every_seed = pytest.mark.parametrize("mechanism", [*EVERY, ACTIVE], ids=lambda m: m.id)
some_seeds = pytest.mark.parametrize("mechanism", [*SOME, ACTIVE], ids=lambda m: m.id)
LEVELS = {"knowledge_assertion", "prediction", "not_provided", "logical_entailment"}
LABELS = {entry.label: entry.id for entry in vocabulary.terms().values() if entry.id.startswith("NCBITaxon:")}


def facts():
    """Of a statement by its name: its ends, publications, species and knowledge level, as far as a format says them."""
    return defaultdict(lambda: {"publications": set(), "species": set()})


def by_core(mechanism):
    found = facts()
    for one in outward.statements(mechanism):
        found[one.name] |= {
            "ends": (one.subject, one.object),
            "publications": set(one.publications),
            "species": {taxon.id for taxon in one.species},
            "level": one.knowledge_level,
        }
    return found


def by_network(edges):
    found = facts()
    for subject, object, name, said in edges:
        found[name] |= {
            "ends": (subject, object),
            "publications": {*said.get("publications", "").split("|")} - {""},
            "species": {LABELS[label] for label in said.get("species", "").split("|") if label},
            "level": said["knowledge_level"],
        }
    return found


def by_graphml(mechanism):
    graph = nx.parse_graphml(formats.text(mechanism, ".graphml"), force_multigraph=True)
    return by_network(graph.edges(keys=True, data=True))


def by_cyjs(mechanism):
    edges = [edge["data"] for edge in json.loads(formats.text(mechanism, ".cyjs"))["elements"]["edges"]]
    return by_network((edge["source"], edge["target"], edge["id"], edge) for edge in edges)


def by_cx2(mechanism):
    aspects = {name: items for part in json.loads(formats.text(mechanism, ".cx2")) for name, items in part.items()}
    keys = {node["id"]: node["v"]["key"] for node in aspects["nodes"]}
    return by_network((keys[edge["s"]], keys[edge["t"]], edge["v"]["key"], edge["v"]) for edge in aspects["edges"])


def by_kgx(mechanism):
    """The rows of a statement, one for each species, together."""
    found, nodes = facts(), {id: key for key, id in outward.identifiers(mechanism).items()}
    for row in map(json.loads, formats.text(mechanism, "_edges.jsonl").splitlines()):
        name = re.fullmatch(rf"immunekg:{mechanism.id}/edge/(.+?)(/NCBITaxon:\d+)?", row["id"])
        if name is None:  # in which place a cell is, and what else a node is
            assert row["predicate"] in ("biolink:located_in", *kgx.MATCHES.values())
            continue
        one = found[name[1]]
        one["ends"] = (nodes[row["subject"]], nodes[row["object"]])
        one["publications"] |= set(row.get("publications", []))
        one["species"] |= {row["species_context_qualifier"]} if "species_context_qualifier" in row else set()
        one.setdefault("level", row["knowledge_level"])
        assert one["level"] == row["knowledge_level"]
    return found


def by_rdf(mechanism):
    graph = rdflib.Graph().parse(data=formats.text(mechanism, ".ttl"), format="turtle")
    biolink = rdflib.Namespace(vocabulary.NAMESPACES["biolink"])
    base, found = f"{vocabulary.BASE}{mechanism.id}/", facts()
    acts = rdflib.URIRef(f"{vocabulary.NAMESPACES['kgv']}actsOn")
    for about in graph.subjects(rdflib.RDF.type, biolink.Association):
        one = found[str(about).removeprefix(f"{base}edge/")]
        ends = [str(graph.value(about, end)) for end in (rdflib.RDF.subject, rdflib.RDF.object)]
        inner = graph.value(about, acts) or about
        while "/edge/" in ends[1]:  # what blocks an edge goes to the object of that edge
            ends[1] = str(graph.value(inner, rdflib.RDF.object))
            inner = graph.value(inner, acts)
        one["ends"] = tuple(end.removeprefix(f"{base}node/") for end in ends)
        works = {str(work) for work in graph.objects(about, biolink.publications)}
        numbers = {work: vocabulary.compress(work) for work in works}
        one["publications"] = {said if said.startswith(("PMID:", "doi:")) else work for work, said in numbers.items()}
        one["species"] = {vocabulary.compress(str(t)) for t in graph.objects(about, biolink.species_context_qualifier)}
        one["level"] = str(graph.value(about, biolink.knowledge_level))
    return found


# ---- what else nodes are


def matches_by_core(mechanism):
    return {(n.key, one.match, one.object) for n in mechanism.nodes.values() for one in identities.of(n)}


def matches_by_network(nodes):
    kinds = {f"{match}_match": match for match in identities.MATCHES}
    return {(key, kinds[k], id) for key, said in nodes for k in kinds if k in said for id in said[k].split("|")}


def matches_by_graphml(mechanism):
    graph = nx.parse_graphml(formats.text(mechanism, ".graphml"), force_multigraph=True)
    return matches_by_network(graph.nodes(data=True))


def matches_by_cyjs(mechanism):
    nodes = [node["data"] for node in json.loads(formats.text(mechanism, ".cyjs"))["elements"]["nodes"]]
    return matches_by_network((node["id"], node) for node in nodes)


def matches_by_cx2(mechanism):
    aspects = {name: items for part in json.loads(formats.text(mechanism, ".cx2")) for name, items in part.items()}
    return matches_by_network((node["v"]["key"], node["v"]) for node in aspects["nodes"])


def matches_by_kgx(mechanism):
    keys = {id: key for key, id in outward.identifiers(mechanism).items()}
    kinds = {predicate: match for match, predicate in kgx.MATCHES.items()}
    rows = map(json.loads, formats.text(mechanism, "_edges.jsonl").splitlines())
    rows = [row for row in rows if row["predicate"] in kinds and "/node/" in row["id"]]
    found = {(keys[row["subject"]], kinds[row["predicate"]], vocabulary.compress(row["object"])) for row in rows}
    assert len(found) == len(rows)
    return found


def matches_by_rdf(mechanism):
    """By the term of each node; other published forms of an identifier are matches of it, too, and are left out."""
    graph = rdflib.Graph().parse(data=formats.text(mechanism, ".ttl"), format="turtle")
    ids = {one: str(id) for one, id in graph.subject_objects(rdflib.SKOS.notation)}
    found = set()
    for node in mechanism.nodes.values():
        about = rdflib.URIRef(node.term.iri) if node.term else None
        for match in identities.MATCHES if node.term else ():
            objects = graph.objects(about, rdflib.SKOS[f"{match}Match"])
            found |= {(node.key, match, ids[one]) for one in objects if one in ids}
    return found


MATCHED = {
    "core": matches_by_core,
    "graphml": matches_by_graphml,
    "cyjs": matches_by_cyjs,
    "cx2": matches_by_cx2,
    "kgx": matches_by_kgx,
    "rdf": matches_by_rdf,
}


@some_seeds
def test_all_formats_state_the_same_identities_and_none_states_a_species_by_them(mechanism):
    said = {name: read(mechanism) for name, read in MATCHED.items()}
    assert mechanism is ACTIVE or len(said["core"]) > 2
    for (one, here), (other, there) in combinations(said.items(), 2):
        assert here == there, (one, other)
    nodes = formats.text(mechanism, "_nodes.tsv").partition("\n")[0].split("\t")
    assert "in_taxon" not in nodes and "taxon" not in nodes
    rows = map(json.loads, formats.text(mechanism, "_edges.jsonl").splitlines())
    assert not any("species_context_qualifier" in row for row in rows if row["predicate"] in kgx.MATCHES.values())


@some_seeds
def test_identities_are_derived_again_and_are_neither_lost_nor_stated_by_the_file(mechanism, tmp_path):
    """Of what a file states nothing is lost; what mappings say does not become what the file states."""
    for ending in (".graphml", ".cx2", "_edges.tsv"):
        formats.write(mechanism, tmp_path / f"again{ending}")
        again, ledger = formats._parsed(tmp_path / f"again{ending}")
        for key, node in mechanism.nodes.items():
            for kind in identities.WRITTEN:
                assert set(getattr(again.nodes[key], kind)) == set(getattr(node, kind)), (ending, key, kind)
        lost = {(one.field, one.name) for one in ledger.account().lost}
        assert not [pair for pair in lost if pair[0].endswith("_match")], ending
        assert set(again.nodes) == set(mechanism.nodes)


def in_pybel(mechanism, tmp_path):
    """The statements that PyBEL reads, by the annotations that name them; one for each item of evidence."""
    import pybel

    file = tmp_path / f"{mechanism.id}.bel"
    file.write_text(formats.text(mechanism, ".bel"), encoding="utf-8")
    logging.disable(logging.CRITICAL)
    try:
        graph = pybel.from_bel_script(str(file))
    finally:
        logging.disable(logging.NOTSET)
    assert not [one for _, one, _ in graph.warnings if "metadata" not in str(one) and "ersion" not in str(one)]
    return graph


def named(entities):
    return {entity.identifier if hasattr(entity, "identifier") else entity for entity in entities}


def by_bel(mechanism, tmp_path):
    found = facts()
    for source, target, said in in_pybel(mechanism, tmp_path).edges(data=True):
        if "annotations" not in said:  # of a part PyBEL reads neither citation nor evidence
            assert said["relation"] in ("hasComponent", "partOf")
            ends = (_key(mechanism, target), _key(mechanism, source))  # the whole that carries it, and the part
            told = (o for o in outward.statements(mechanism) if (o.subject, o.object, o.verb) == (*ends, "carries"))
            (name,) = (one.name for one in told)
            found[name] = {"ends": ends}
            continue
        given = {key: named(values) for key, values in said["annotations"].items()}
        acts = next((kind for kind in ("requires", "unless") if f"kg_{kind}" in given), "")
        ends = [_key(mechanism, end) for end in (source, target)]
        name = f"{min(given[f'kg_{acts}'])}/{acts}/{ends[0]}" if acts else min(given["kg_edge"])
        one = outward.by_name(mechanism)[name]
        if ends != [one.subject, one.object]:  # what has no direction is read in both
            assert said["relation"] in ("association", "negativeCorrelation", "positiveCorrelation")
            continue
        found[name]["ends"] = (one.subject, one.object)
        cited = f"{said['citation'].namespace}:{said['citation'].identifier}"
        work = re.sub(r"^pubmed:", "PMID:", re.sub(r"^(online resource|url):", "", cited))
        found[name]["publications"] |= set() if work.startswith(vocabulary.BASE) else {work}
        found[name]["species"] |= {f"NCBITaxon:{number}" for number in given.get("Species", ())}
    return found


def _key(mechanism, term):
    """The node that a term of BEL is."""
    own = term.name if term.namespace == "node" else ""
    curie = f"{term.namespace}:{term.identifier}"
    keys = [
        n.key for n in mechanism.nodes.values() if n.term and n.term.id.replace(".", "_") == curie.replace(".", "_")
    ]
    located = [key for key in keys if outward.located(mechanism.nodes[key])]
    return own or (located or keys)[0]


SAY = {"core": by_core, "graphml": by_graphml, "cyjs": by_cyjs, "cx2": by_cx2, "kgx": by_kgx, "rdf": by_rdf}


def test_what_rests_on_the_same_words_is_read_apart_by_pybel(tmp_path):
    """Two edges into one node that require the same thing, for the same reason: PyBEL would take the second for the first."""
    item = Evidence(source="review", claim="finding", says="nothing comes of either without TLR7")
    edge = next(edge for edge in ACTIVE.edges if not edge.definition)
    nodes = Frozen({**ACTIVE.nodes, "IRAK4": Node(key="IRAK4", name="IRAK4", kind="molecule")})
    needs = (Requirement(node="IRAK4", evidence=(item,)),)
    both = tuple(replace(edge, name=name, level="", requires=needs) for name in ("one-way", "another-way"))
    found = by_bel(replace(ACTIVE, nodes=nodes, edges=both), tmp_path)
    assert {"one-way/requires/IRAK4", "another-way/requires/IRAK4"} <= set(found)


@every_seed
def test_all_formats_state_the_same_edges_publications_species_and_knowledge_levels(mechanism, tmp_path):
    said = {name: dict(read(mechanism)) for name, read in SAY.items()}
    said["bel"] = dict(by_bel(mechanism, tmp_path))
    assert {one["level"] for one in said["core"].values()} <= LEVELS
    for (one, here), (other, there) in combinations(said.items(), 2):
        assert here.keys() == there.keys(), (one, other)
        for name in here:
            shared = here[name].keys() & there[name].keys()
            wrong = {key: (here[name][key], there[name][key]) for key in shared if here[name][key] != there[name][key]}
            assert not wrong, (one, other, name)


@some_seeds
def test_sif_states_the_edges_of_findings_alone_and_with_all_the_rest(mechanism):
    def lines(everything):
        return {tuple(line.split("\t")) for line in formats.text(mechanism, ".sif", everything).splitlines()}

    def line(o):
        """What blocks an edge that lowers a node raises the node: SIF says what follows."""
        verb = o.verb if not o.acts_on or o.sign in (0, o.effect) else foreign.SIGNED[o.effect]
        return o.subject, verb, o.object

    stated = {line(o): o.inferred for o in reversed(outward.statements(mechanism)) if not o.negated}
    alone = {(key,) for key in mechanism.nodes} - {(end,) for ends in stated for end in ends[::2]}
    assert lines(everything=True) == stated.keys() | alone
    told = [o for o in outward.statements(mechanism) if not o.negated and not o.inferred]
    kept = {o.name for o in outward.statements(outward.without_inferences(mechanism))}
    assert {line(o) for o in told if o.name in kept} == {one for one in lines(everything=False) if len(one) == 3}
    # what stands on a finding is left out only with the edge that it acts on
    assert all(outward.by_name(mechanism)[o.acts_on].inferred for o in told if o.name not in kept)


@every_seed
def test_no_node_is_alone_in_a_network_unless_it_is_in_the_file(mechanism):
    joined = {key for one in outward.statements(mechanism) for key in (one.subject, one.object)}
    alone = set(mechanism.nodes) - joined
    for name in ("graphml", "cyjs", "cx2", "kgx"):
        ends = {end for one in SAY[name](mechanism).values() for end in one["ends"]}
        assert set(mechanism.nodes) - ends == alone == set(), name


@some_seeds
def test_an_inference_never_looks_like_a_finding(mechanism, tmp_path):
    for one in outward.statements(mechanism):
        assert one.asserted <= (one.claim in ("finding", "background"))
        assert (one.knowledge_level == "knowledge_assertion") <= (one.asserted or one.negated), one.name
        if one.claim == "inference":
            assert (one.knowledge_level, one.agent_type, one.publications) == ("prediction", "manual_agent", ())
        if one.hedges and not any(item.claim in ("finding", "background") and not item.hedge for item in one.behind):
            assert one.knowledge_level != "knowledge_assertion"
    for *_, said in in_pybel(mechanism, tmp_path).edges(data=True):
        if "annotations" not in said:
            continue
        own = "inference" in named(said["annotations"].get("kg_claim", ()))
        defined = "kg_definition" in said["annotations"]
        assert said["citation"].identifier.startswith(vocabulary.BASE) == (own or defined)
        assert (said["evidence"] == "[it follows from a definition]") == defined
        assert said["evidence"].startswith("[the curator's own step: ") == own


def test_opposite_statements_that_nothing_separates_are_both_no_facts():
    def asserted(*places):
        item = (Evidence(source="s", claim="finding"),)
        edges = [
            Edge(Sentence("A", verb, "B"), verb, place, evidence=item)
            for verb, place in zip(("activates", "inhibits"), places, strict=True)
        ]
        terms = {"here": Term("UBERON:0000178", "blood"), "there": Term("kg:tumour", "tumour")}
        made = Mechanism(
            id="both",
            sources=Frozen({"s": Source("s", "journal article", pmid="1")}),
            places=Frozen({key: Place(key, term) for key, term in terms.items()}),
            nodes=Frozen({key: Node(key, name=key) for key in "AB"}),
            edges=tuple(edges),
        )
        levels = {one.knowledge_level for one in outward.statements(made)}
        return {one.asserted for one in outward.statements(made)}, levels

    assert asserted("here", "here") == ({False}, {"not_provided"})
    assert asserted("here", "there") == ({True}, {"knowledge_assertion"})


@pytest.mark.parametrize("ending", [".ttl", ".graphml", ".cyjs", ".cx2", ".bnet", ".bel", ".gocam.yaml", ".sbml"])
@some_seeds
def test_every_file_with_a_place_for_it_carries_the_caveat(mechanism, ending):
    text = " ".join(html.unescape(formats.text(mechanism, ending)).replace("''", "'").split())
    assert all(part in text for part in mechanism.caveats) and "not medical advice" in text


def test_what_is_left_out_is_counted_and_all_includes_it(tmp_path):
    run = CliRunner().invoke
    for name, count in (("x.sif", "12 of 28 edges"), ("x.bnet", "13 of 28 edges")):
        done = run(main, ["convert", "ta1-tlr7", str(tmp_path / name), "--losses", str(tmp_path / "l.json")])
        assert f"left out: {count}" in done.output and "--all includes them" in done.output
        assert count in json.loads((tmp_path / "l.json").read_text(encoding="utf-8"))["steps"][1]["left_out"]
        less = (tmp_path / name).read_text(encoding="utf-8")
        done = run(main, ["convert", "ta1-tlr7", str(tmp_path / name), "--all"])
        assert "left out" not in done.output
        assert "CD8_priming" in (tmp_path / name).read_text(encoding="utf-8") and "CD8_priming" not in less
    for options in ([], ["--all"]):  # which makes another build of the same files
        assert run(main, ["build", "ta1-tlr7", "--only", "sif", "-o", str(tmp_path), *options]).exit_code == 0
        assert ("CD8_priming" in (tmp_path / "ta1-tlr7.sif").read_text(encoding="utf-8")) == bool(options)


def test_a_function_without_its_inferences_is_open_and_not_another_function():
    seed = next(m for m in SEEDS if m.id == "ta1-tlr7")
    rules = dict(line.split(", ", 1) for line in formats.text(seed, ".bnet").splitlines()[2:])
    # that bodies form without chemotherapy is an inference, so that without it they may form or not
    assert rules["apoptotic_bodies"] == "apoptotic_bodies__start | tumour_cell_death"
    assert rules["apoptotic_bodies__start"] == "apoptotic_bodies__start"
    assert rules["TLR7_active"] == "(miR146a & TLR7)"
    assert "tumour_control" not in rules
