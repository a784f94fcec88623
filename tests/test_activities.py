"""The activity of a thing, written in one line: the edge between the two follows, and everything that reads edges sees it."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from conftest import ACTIVE

import kg
from kg import checks, formats, page
from kg.cli import main
from kg.formats.notation import schema
from kg.formats.notation.read import parse_bytes
from kg.formats.notation.write import text
from kg.model import construct
from kg.model.records import Edge, Frozen, Sentence
from kg.reasoning import disagreements, gaps, merge, network, outward, routes
from kg.reasoning.whatif import whatif

NAME = "TLR7-required_for-TLR7_active"
#: Formats that bring the activity back when they are read.
KEEP = (".yaml", ".ttl", ".jsonld", ".graphml", ".cyjs", ".cx2", ".bel", "_edges.tsv", "_edges.jsonl")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mechanism.yaml"
    path.write_text(text(ACTIVE), encoding="utf-8")
    return str(path)


def without(node):
    """The same with a plain node in the place of the activity."""
    return replace(ACTIVE, nodes=Frozen({**ACTIVE.nodes, node: replace(ACTIVE.nodes[node], activity_of="")}))


# ---- what is written, and what follows from it


def test_name_kind_and_category_follow_where_they_are_not_stated():
    node = ACTIVE.nodes["TLR7_active"]
    assert (node.label, node.drawn_as, node.term) == ("TLR7 activity", "process", None)
    assert node.category == "biolink:MolecularActivity"
    own = replace(ACTIVE, nodes=Frozen({**ACTIVE.nodes, "TLR7_active": replace(node, name="signal", kind="state")}))
    assert (own.nodes["TLR7_active"].label, own.nodes["TLR7_active"].drawn_as) == ("signal", "state")
    assert ACTIVE.find("TLR7 activity").key == "TLR7_active"


def test_the_long_form_is_the_short_one_with_more_keys():
    short, long = (
        parse_bytes(f"nodes: {{A: a, B: {said}}}".encode())[0].nodes["B"]
        for said in ("activity of A", "{activity of: A}")
    )
    assert short == long and short.activity_of == "A" and short.thing
    placed = parse_bytes(b"nodes: {A: a, B: {activity of: A, in: blood, levels: [none, much]}}")[0].nodes["B"]
    assert (placed.place, placed.levels) == ("blood", ("none", "much"))


def test_the_edge_follows_from_the_node_and_goes_with_it():
    edge = ACTIVE.edge(NAME)
    assert edge.definition and not edge.evidence and edge.claim == "by definition" and not edge.executes
    assert ACTIVE.words(edge) == "TLR7 is required for TLR7 activity"
    assert [e.name for e in replace(ACTIVE, edges=()).edges] == [NAME]
    assert replace(ACTIVE, title="again").edges == ACTIVE.edges
    assert not any(e.definition for e in without("TLR7_active").edges)


def test_the_file_that_is_written_has_the_line_and_not_the_edge():
    written = text(ACTIVE)
    assert "activity of: TLR7" in written and "required_for" not in written and "term: none" not in written
    again, wrong = parse_bytes(written.encode())
    assert (again, wrong) == (ACTIVE, [])


def test_an_editor_completes_it_and_takes_no_node_that_says_nothing():
    import jsonschema

    made = {"$ref": "#/definitions/node", "definitions": schema.schema()["definitions"]}
    entry = schema.schema()["properties"]["nodes"]["additionalProperties"]
    jsonschema.validate({"activity of": "TLR7"}, made)
    jsonschema.validate("activity of TLR7", {**entry, "definitions": made["definitions"]})
    for wrong in ({"name": "TLR7"}, {"activity of": "the TLR7"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, made)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate("activity of the TLR7", {**entry, "definitions": made["definitions"]})


def test_it_needs_no_evidence_and_is_no_unsupported_edge(file):
    assert checks.check(ACTIVE).diagnostics == () and construct.faults(ACTIVE) == []
    assert NAME not in {gap.about for gap in gaps.gaps([ACTIVE])}
    printed = CliRunner().invoke(main, ["check", file]).output
    assert "by no source" not in printed and "1 by definition" in printed
    bare = replace(ACTIVE, edges=(*ACTIVE.edges, Edge(Sentence("TLR7", "binds", "miR146a"), "bare")))
    assert [one.code for one in construct.faults(bare)] == ["missing-key"]


def test_it_is_in_no_disagreement():
    """That the receptor lowers its own activity is a finding like any other, and no contradiction of what it is."""
    down = replace(ACTIVE.edges[0], sentence=Sentence("TLR7", "inhibits", "TLR7_active"), name="down")
    assert disagreements.conflicts([replace(ACTIVE, edges=(*ACTIVE.edges, down))]) == []


# ---- runs


def test_without_the_thing_there_is_no_activity_whatever_else_there_is():
    answer = whatif(ACTIVE, "rest", {"TLR7": "absent"})
    steps = {step.node: step for step in answer.changed}
    assert steps["TLR7_active"].after == steps["maturation"].after == "absent"
    assert steps["TLR7_active"].rests_on == (NAME,) and steps["TLR7_active"].weakest == ""
    assert steps["TLR7_active"].species == {}
    because = {one.edge: (one.fires, one.why) for one in steps["TLR7_active"].because}
    assert because == {"miR146a-activates-TLR7_active": (True, ""), NAME: (False, "TLR7 is absent")}
    assert whatif(without("TLR7_active"), "rest", {"TLR7": "absent"}).values["maturation"] == "present"


def test_the_command_line_says_that_it_follows_from_a_definition(file):
    ask = CliRunner().invoke
    explained = ask(main, ["whatif", file, "--set", "TLR7=absent", "--explain"]).output
    assert "✗ TLR7 is required for TLR7 activity (TLR7 is absent) — by definition" in explained
    assert "depends on 1 edge\n    by definition" in explained
    why = ask(main, ["why", file, "maturation", "--set", "TLR7=absent"]).output
    assert "TLR7 is required for TLR7 activity  (necessary) — by definition" in why
    paths = ask(main, ["paths", file, "TLR7", "TLR7_active"]).output
    assert (
        "TLR7 —is required for→ TLR7 activity\n   weakest step: TLR7 —is required for→ TLR7 activity (by definition)"
        in paths
    )


def test_a_route_leads_through_it_and_none_of_edges_alone():
    (route,) = routes.routes(ACTIVE, "TLR7", "maturation")
    first = route.hops[0]
    assert (first.edge, first.kind, first.sign) == (NAME, "requires", 1)
    assert list(routes.routes(ACTIVE, "TLR7", "maturation", edges_only=True)) == []
    assert routes.weakest_hop(ACTIVE, route).claim == "finding"


@pytest.mark.parametrize("ending", [".bnet", ".sbml"])
def test_a_function_needs_the_thing(ending, tmp_path):
    """Read again, the function runs as the mechanism does."""
    file = tmp_path / f"function{ending}"
    file.write_text(formats.text(ACTIVE, ending, everything=True), encoding="utf-8")
    again = formats.read(file)
    for value in ("absent", "present"):
        given = {"TLR7": value, "miR146a": "present"}
        ours, theirs = (network.Run(m).values(given) for m in (ACTIVE, again))
        assert ours["TLR7_active"] == theirs["TLR7_active"] == value


# ---- exports


def test_the_outward_graph_marks_it_as_a_definition_and_not_as_a_finding():
    one = outward.by_name(ACTIVE)[NAME]
    assert (one.kind, one.subject, one.verb, one.object) == ("definition", "TLR7", "required_for", "TLR7_active")
    assert (one.knowledge_level, one.agent_type) == ("logical_entailment", "manual_agent")
    assert (one.claim, one.asserted, one.inferred, one.publications, one.species) == ("", False, False, (), ())
    assert NAME in outward.by_name(outward.without_inferences(ACTIVE))
    at = ACTIVE.graph.edges["TLR7", "TLR7_active", NAME]
    assert (at["role"], at["knowledge_level"]) == ("definition", "logical_entailment") and "claim" not in at
    assert ACTIVE.graph.nodes["TLR7_active"]["activity_of"] == "TLR7"


@pytest.mark.parametrize("ending", KEEP)
def test_what_is_written_is_read_as_the_same_activity(ending, tmp_path):
    for name in (ending, ending.replace("edges", "nodes")):
        (tmp_path / f"again{name}").write_text(formats.text(ACTIVE, name), encoding="utf-8")
    again = formats.read(tmp_path / f"again{ending}")
    node = again.nodes["TLR7_active"]
    assert (node.activity_of, node.label, node.name, node.drawn_as) == ("TLR7", "TLR7 activity", "", "process")
    assert [edge.name for edge in again.edges if edge.definition] == [NAME]
    assert len(again.edges) == len(ACTIVE.edges)


def test_no_format_loses_the_edge_that_follows(tmp_path, file):
    """What is reported of a definition is reported of its node; that the edge is made again is not a loss and no addition."""
    losses = tmp_path / "losses.json"
    for ending in (".graphml", ".bel", "_edges.tsv"):
        CliRunner().invoke(main, ["convert", file, str(tmp_path / f"out{ending}"), "--losses", str(losses)])
        assert NAME not in losses.read_text(encoding="utf-8"), ending


def test_rdf_says_whose_activity_it_is_and_conforms(tmp_path):
    from rdflib import Graph

    written = formats.text(ACTIVE, ".ttl")
    graph = Graph().parse(data=written, format="turtle")
    asked = "SELECT ?of { ?node kgv:activityOf ?of } "
    (row,) = graph.query(asked)
    assert str(row.of).endswith("/node/TLR7")
    bare = "ASK { ?of kgv:required_for ?node }"
    assert not graph.query(bare).askAnswer
    (tmp_path / "a.ttl").write_text(written, encoding="utf-8")
    assert CliRunner().invoke(main, ["check", str(tmp_path / "a.ttl")]).exit_code == 0
    less = written.replace("kgv:activityOf node:TLR7 ;", "")
    assert less != written
    (tmp_path / "b.ttl").write_text(less, encoding="utf-8")
    assert "shape-edge-evidence" in CliRunner().invoke(main, ["check", str(tmp_path / "b.ttl")]).stderr


def test_a_definition_lacks_no_species(file):
    found = CliRunner().invoke(main, ["ask", "what-lacks-a-species", file, "--format", "csv"]).output
    assert NAME not in found and "TLR7_active-promotes-maturation" in found


def test_the_page_tells_it_and_draws_it_as_a_definition():
    html = page.html(ACTIVE)
    assert "This follows from a definition: TLR7 activity is the activity of TLR7" in html
    assert "follows from a definition" in page.svg(ACTIVE) + html
    scene = json.loads(html.partition('id="scene">')[2].partition("</script>")[0])
    assert {line["style"] for line in scene["lines"] if scene["edges"][line["edge"]]["name"] == NAME} == {"definition"}


# ---- several mechanisms, and two versions of one


def test_activities_of_one_thing_are_one_node_in_several_mechanisms():
    other = parse_bytes(
        b"id: other\nnodes:\n  R: {term: 'MESH:D051199 ! Toll-Like Receptor 7'}\n  R_on: activity of R\n  R_off: activity of S\n  S: {term: 'MESH:D051193 ! Toll-Like Receptors'}\n"
    )[0]
    third = parse_bytes(  # where the key TLR7 is another thing
        b"id: third\nnodes:\n  TLR7: {term: 'MESH:D051193 ! Toll-Like Receptors'}\n  TLR7_active: activity of TLR7\n"
    )[0]
    whole = merge.merge([ACTIVE, other, third])
    assert whole.keys["other.R_on"] == "TLR7_active" and whole.keys["other.R_off"] != "TLR7_active"
    assert whole.nodes["TLR7_active"].activity_of == whole.keys["other.R"] == "TLR7"
    assert whole.keys["third.TLR7"] == "S" and whole.keys["third.TLR7_active"] == "R_off"
    defined = {edge.sentence.text for edge in whole.edges if edge.definition}
    assert defined == {"TLR7 required_for TLR7_active", "S required_for R_off"}
    (alone,) = [edge.sentence.text for edge in merge.merge([ACTIVE, third]).edges if "third" in edge.name]
    assert alone == "third.TLR7 required_for third.TLR7_active"


def test_a_comparison_of_two_versions_tells_that_it_is_an_activity_now(file, tmp_path):
    before = tmp_path / "before.yaml"
    before.write_text(text(without("TLR7_active")), encoding="utf-8")
    edits = kg.diff(str(before), file).changes
    told = {(one.kind, one.about) for one in edits}
    assert ("edge-added", NAME) in told and ("node-changed", "TLR7_active") in told
    assert any("activity of" in one.words and one.new == "TLR7" for one in edits)
