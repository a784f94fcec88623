"""KGX against the Biolink Model that the package ``biolink-model`` ships, and the readings of its qualifiers."""

import csv
import io
import itertools
import json
import re
from functools import cache
from importlib.resources import files

import pytest
import yaml
from conftest import SEED, SOME
from test_formats import FULL

from kg import formats
from kg.formats.tables import kgx
from kg.model import vocabulary
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Frozen, Node, Sentence, Source
from kg.model.vocabulary import Term
from kg.reasoning import outward

HEADER = "id\tsubject\tpredicate\tobject\t"


@cache
def biolink():
    text = (files("biolink_model") / "schema" / "biolink_model.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def slot(column):
    return biolink()["slots"][column.replace("_", " ")]


def ancestors(kind, name):
    while name:
        yield name
        name = biolink()[kind].get(name, {}).get("is_a")


def rows(mechanism, suffix):
    text = formats.texts(mechanism, formats.FORMATS["kgx"])[suffix]
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def words(curie):
    assert curie.startswith("biolink:"), curie
    return curie.removeprefix("biolink:").replace("_", " ")


@pytest.mark.parametrize("mechanism", [SEED, FULL], ids=["seed", "full"])
def test_every_column_value_and_class_is_of_the_biolink_model(mechanism):
    classes = {"".join(word[:1].upper() + word[1:] for word in name.split()) for name in biolink()["classes"]}
    nodes, edges = rows(mechanism, "_nodes.tsv"), rows(mechanism, "_edges.tsv")
    own = [node for node in nodes if f"immunekg:{mechanism.id}/node/" in (node["id"] + node["xref"])]
    assert len(own) == len(mechanism.nodes)
    ends = {edge["object"] for edge in edges}  # of what there is a place, in which a cell is said to be, or a match
    assert {node["id"] for node in nodes if node not in own} <= ends
    assert len({node["id"] for node in nodes}) == len(nodes)
    for row in (*nodes, *edges):
        for column, value in row.items():
            definition = slot(column)
            if "|" in value:
                assert definition.get("multivalued"), f"{column} holds one value"
            values = biolink()["enums"].get(definition.get("range"), {}).get("permissible_values")
            if values and value:
                assert value in values, f"{column}: {value}"
        assert {one.removeprefix("biolink:") for one in row["category"].split("|")} <= classes
    for edge in edges:
        for column in ("subject", "predicate", "object", "knowledge_level", "agent_type"):
            assert edge[column]  # what the model requires of every association
        for column in ("predicate", *(["qualified_predicate"] if edge["qualified_predicate"] else [])):
            assert "related to" in set(ancestors("slots", words(edge[column])))
        assert {edge["subject"], edge["object"]} <= {node["id"] for node in nodes}
        for column, value in edge.items():
            if value and column.endswith("qualifier"):
                assert {"qualifier", "statement qualifier"} & set(ancestors("slots", column.replace("_", " ")))


def every_verb():
    """A mechanism with an edge of each verb between things of each class that associations tell apart."""
    terms = ["MESH:D051199 ! Toll-Like Receptor 7", "CHEBI:15422 ! ATP", "kg:thymosin-alpha-1 ! thymosin alpha-1"]
    terms += ["GO:0034154 ! toll-like receptor 7 signaling pathway", "CL:0000451 ! dendritic cell"]
    nodes = {f"N{i}": Node(f"N{i}", Term(*one.split(" ! "))) for i, one in enumerate(terms)}
    item = (Evidence(source="s", claim="finding"),)
    verbs = [verb for verb, word in vocabulary.predicates().items() if word.role != "blocks"]
    edges = [
        Edge(Sentence(a, verb, b), f"{a}-{verb}-{b}", evidence=item)
        for verb, (a, b) in itertools.product(verbs, itertools.permutations(nodes, 2))
    ]
    edges += [Edge(Sentence("N0", "blocks", edge.name), f"not-{edge.name}", evidence=item) for edge in edges]
    source = Source("s", "journal article", pmid="1")
    return Mechanism(id="verbs", title="Verbs", sources=Frozen({"s": source}), nodes=Frozen(nodes), edges=tuple(edges))


@pytest.mark.parametrize(
    "mechanism", [*SOME, FULL, pytest.param(every_verb(), marks=pytest.mark.slow)], ids=lambda m: m.id
)
def test_every_edge_is_valid_under_its_class_of_the_biolink_model(mechanism):
    from biolink_model.datamodel import pydanticmodel_v2 as classes

    lines = formats.text(mechanism, "_edges.jsonl").splitlines()
    assert len(lines) >= len(outward.statements(mechanism))
    for row in map(json.loads, lines):
        made = getattr(classes, row["category"][0].removeprefix("biolink:"))(**row)
        ids = [row[slot] for slot in ("id", "subject", "object", "predicate", "primary_knowledge_source")]
        assert all(re.fullmatch(r"[\w.]+:[\w./%~!$&'()*+,;=:@-]+", one) and "//" not in one for one in ids), ids
        assert str(made.knowledge_level) != "knowledge_assertion" or str(made.agent_type) == "not_provided"


@pytest.mark.parametrize("mechanism", SOME, ids=lambda m: m.id)
def test_every_node_is_valid_under_its_class_of_the_biolink_model(mechanism):
    from biolink_model.datamodel import pydanticmodel_v2 as classes

    for row in map(json.loads, formats.text(mechanism, "_nodes.jsonl").splitlines()):
        row["category"] = row["category"][:1]  # a protein that is given is a treatment, too: a class of its own there
        getattr(classes, row["category"][0].removeprefix("biolink:"))(**row)


def test_an_edge_that_says_a_direction_is_of_a_class_that_can():
    rows = {
        row["id"].rpartition("/")[2]: row
        for row in map(json.loads, formats.text(SEED, "_edges.jsonl").split("\n")[:-1])
    }
    assert rows["degradation"]["category"] == ["biolink:GeneRegulatesGeneAssociation"]
    assert rows["degradation"]["object_direction_qualifier"] == "increased"
    assert rows["activation"]["predicate"] == "biolink:acts_upstream_of_or_within_positive_effect"
    assert rows["reversal"]["predicate"] == "biolink:disrupts"
    # a species each, since a row has one; and what is at a place is not all of its kind
    assert {rows[taxon]["species_context_qualifier"] for taxon in ("NCBITaxon:9606", "NCBITaxon:10090")} == {
        "NCBITaxon:9606",
        "NCBITaxon:10090",
    }
    assert rows["migration"]["object"] == rows["in"]["subject"] == "immunekg:ta1-tlr7/node/DC_in_lymph_node"
    assert (rows["in"]["predicate"], rows["in"]["object"]) == (
        "biolink:located_in",
        "immunekg:ta1-tlr7/place/lymph_node",
    )


def test_the_metadata_open_with_the_caveat_and_are_read_again(tmp_path):
    formats.write(SEED, tmp_path / "x_edges.tsv")
    said = json.loads((tmp_path / "x_metadata.json").read_text(encoding="utf-8"))
    assert next(iter(said.items())) == ("caveat", outward.caveat(SEED))
    again = formats.read(tmp_path / "x_nodes.tsv")
    assert [again.title, again.licence, again.version, again.id] == [SEED.title, SEED.licence, SEED.version, SEED.id]
    assert again.edge("activation").requires[0].node == "TLR7"
    assert again.nodes["DC_in_lymph_node"].place == "lymph_node"


def test_only_slots_of_the_model_are_written_and_lists_are_the_models():
    for column in {*kgx.NODES, *kgx.EDGES}:
        assert (column in kgx.LISTS) == bool(slot(column).get("multivalued")), column


def edge(tmp_path, columns, cells):
    file = tmp_path / "x_edges.tsv"
    file.write_text(f"{HEADER}{columns}\ne\tMESH:D051199\t{cells}\n", encoding="utf-8")
    mechanism, ledger = formats._parsed(file)
    return mechanism, mechanism.edges[0], ledger.account()


ASPECT = "object_aspect_qualifier\tobject_direction_qualifier\tqualified_predicate"


@pytest.mark.parametrize(
    ("cells", "verb"),
    [
        ("biolink:affects\tGO:1\tactivity\tincreased\tbiolink:causes", "activates"),
        ("biolink:affects\tGO:1\tactivity_or_abundance\tdecreased\tbiolink:causes", "limits"),
        ("biolink:affects\tGO:1\texpression\tdownregulated\tbiolink:causes", "limits"),
        ("biolink:affects\tGO:1\tsynthesis\tincreased\t", "promotes"),
        # more of its breakdown is less of it: no sign is read from a direction alone
        ("biolink:affects\tGO:1\tglycosylation\tincreased\tbiolink:causes", "affects"),
        ("biolink:affects\tGO:1\tubiquitination\tincreased\tbiolink:causes", "ubiquitinates"),
        # a qualified predicate that says no cause says no sign
        ("biolink:affects\tGO:1\tactivity\tincreased\tbiolink:related_to", "affects"),
        ("biolink:affects\tGO:1\t\t\t", "affects"),
        ("biolink:interacts_with\tGO:1\t\t\t", "interacts_with"),
        ("biolink:causes\tGO:1\t\t\t", "results_in"),
        ("biolink:treats\tGO:1\t\t\t", "related_to"),
        # what contributes to a thing is not therefore required for it
        ("biolink:contributes_to\tGO:1\t\t\t", "promotes"),
        ("biolink:acts_upstream_of_negative_effect\tGO:1\t\t\t", "limits"),
    ],
)
def test_predicates_and_qualifiers_become_the_verb_that_says_the_same(cells, verb, tmp_path):
    _, found, account = edge(tmp_path, ASPECT, cells)
    assert found.verb == verb
    said = [one for one in account.values if one.field in (*kgx.QUALIFIERS, "predicate")]
    assert (
        verb not in ("affects", "related_to")
        or not any(cells.split("\t")[2:])
        or {one.fate for one in said} > {"carried"}
    )


def test_a_negated_edge_is_disputed_and_never_run(tmp_path):
    _, found, _ = edge(tmp_path, "negated\tpublications", "biolink:causes\tGO:1\ttrue\tPMID:1")
    assert found.disputed and not found.asserted and not found.executes


def test_publications_become_sources_that_nobody_read(tmp_path):
    mechanism, found, account = edge(
        tmp_path, "publications", "biolink:causes\tGO:1\tPMID:12|doi:10.1000/x|https://a.org/b|odd"
    )
    sources = [mechanism.sources[item.source] for item in found.evidence]
    assert [(s.pmid, s.doi, s.url, s.read) for s in sources] == [
        ("12", "", "", "no"),
        ("", "10.1000/x", "", "no"),
        ("", "", "https://a.org/b", "no"),
    ]
    (lost,) = (one for one in account.lost if one.field == "publications")
    assert lost.how.startswith("without odd: ")


def test_a_node_file_is_found_beside_its_edges(tmp_path):
    (tmp_path / "x_nodes.tsv").write_text(
        "id\tcategory\tname\tsymbol\tdescription\tfoo\nMESH:D051199\tbiolink:Protein\tTLR7\ttlr\tnice\t9\nX:1\tbiolink:Cell\tcell x\t\t\t\n",
        encoding="utf-8",
    )
    file = tmp_path / "x_edges.tsv"
    file.write_text(f"{HEADER}score\ne\tMESH:D051199\tbiolink:causes\tX:1\t0.4\n", encoding="utf-8")
    for name in (file, tmp_path / "x_nodes.tsv"):
        mechanism, ledger = formats._parsed(name)
        first, second = mechanism.nodes.values()
        assert (first.term.id, first.term.label, first.label, first.note) == (
            "MESH:D051199",
            "Toll-Like Receptor 7",
            "tlr",
            "nice",
        )
        assert (str(second.term), second.label, second.kind) == ("X:1 ! cell x", "cell x", "cell")
        account = ledger.account()
        assert account.records == {"node": 2, "edge": 1}
        assert {(one.field, one.said) for one in account.lost} >= {("foo", "9"), ("score", "0.4")}
