"""Files of others keep their meaning: what is odd in one is set aside and told, and nothing is made up."""

import json

import pytest
from click.testing import CliRunner

import kg
from kg import checks, formats
from kg.cli import main
from kg.model.diagnostics import InvalidMechanism


def read(tmp_path, name, text):
    """The mechanism of a file, which the check takes, and the ledger of its reader."""
    file = tmp_path / name
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    mechanism, ledger = formats._parsed(file)
    assert checks.check(mechanism, sources="", run=False).errors == ()
    assert [one for one in ledger.wrong if one.severity == "error"] == []
    return mechanism, ledger


def sentences(mechanism):
    return [edge.sentence.text for edge in mechanism.edges]


def lost(ledger):
    return {one.field: one.how for one in ledger.account().lost}


def pmids(mechanism):
    return [[mechanism.source(item).pmid for item in edge.evidence] for edge in mechanism.edges]


# ---------------------------------------------------------------- set aside, and not refused

BOTH = 'SET Citation = {"PubMed", "%s"}\np(HGNC:A) %s p(HGNC:B)\n'


def test_sources_that_disagree_are_two_edges_and_a_conflict(tmp_path):
    file = tmp_path / "x.bel"
    mechanism, ledger = read(tmp_path, file.name, BOTH % ("11", "->") + BOTH % ("22", "-|"))
    assert [(mechanism.sign(edge), *works) for edge, works in zip(mechanism.edges, pmids(mechanism), strict=True)] == [
        (1, "11"),
        (-1, "22"),
    ]
    assert [(one.code, one.severity) for one in ledger.wrong] == [("both-signs", "warning")]
    (note,) = mechanism.notes
    assert note.about == tuple(edge.name for edge in mechanism.edges)
    run = CliRunner().invoke
    assert "PMID:11" in run(main, ["conflicts", str(file)]).output
    assert run(main, ["convert", str(file), str(tmp_path / "x.yaml")]).exit_code == 0
    assert checks.check(kg.read(tmp_path / "x.yaml"), sources="").errors == ()


@pytest.mark.parametrize(
    ("name", "text", "code", "edges"),
    [
        ("x.bel", BOTH % ("11", "->") + "p(HGNC:B)) -> p(HGNC:C)\n", "no-statement", 1),
        ("x.bel", BOTH % ("11", "->") + 'SET Evidence = "never closed\n', "no-statement", 1),
        ("x.sif", "A\tactivates\tB\nA\tactivates\n", "no-sentence", 1),
        ("x_edges.tsv", "subject\tpredicate\tobject\nX:1\tcauses\tX:2\nX:1\tcauses\n", "odd-row", 1),
        ("x_edges.tsv", "subject\tpredicate\tobject\nX:1\tcauses\tX:2\nX:1\t\tX:3\n", "no-sentence", 1),
        ("x_edges.jsonl", '{"subject": "X:1", "predicate": "causes", "object": "X:2"}\n[]\n', "no-table", 1),
        ("x.sif", "A\tactivates\tB\x02\n", "unseen-character", 1),
        ("x.csv", "Source,Effect,Target\nTNF-\udcb5,activates,B\n", "not-utf8", 1),
        (
            "x.cyjs",
            '{"elements": {"nodes": [{"data": {"id": "a"}}, {"data": {"id": "b"}}], "edges": ['
            '{"data": {"source": "a", "target": "b"}}, {"data": {"source": "a", "target": "c"}}, 7]}}',
            "unknown-node",
            1,
        ),
    ],
)
def test_a_bad_line_is_set_aside_and_counted_and_strict_refuses_it(name, text, code, edges, tmp_path):
    mechanism, ledger = read(tmp_path, name, text)
    assert len(mechanism.edges) == edges
    assert code in {one.code for one in ledger.wrong}
    assert ledger.account().lost
    result = CliRunner().invoke(main, ["convert", str(tmp_path / name), str(tmp_path / "y.yaml"), "--strict"])
    assert result.exit_code == 1 and not (tmp_path / "y.yaml").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])  # as spreadsheets save "Unicode text" and "CSV UTF-8"
@pytest.mark.parametrize("name", ["x.tsv", "x.txt", "x.sif"])
def test_the_mark_of_an_encoding_is_heeded(encoding, name, tmp_path):
    text = "TNF-α\tactivates\tB\n" if name == "x.sif" else "Source\tEffect\tTarget\nTNF-α\tactivates\tB\n"
    (tmp_path / name).write_text(text, encoding=encoding)
    mechanism = formats.read(tmp_path / name)
    assert [node.name or key for key, node in mechanism.nodes.items()][:1] == ["TNF-α"]


def test_a_file_of_nothing_but_bad_lines_is_refused(tmp_path):
    with pytest.raises(InvalidMechanism, match="no-edges"):
        read(tmp_path, "x.sif", "A B\nC D\n")


@pytest.mark.parametrize("end", ["-", "NA", "nan", "NULL", "n/a", "."])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.sif", "\nA\t-\tB\nA\tactivates\t{end}\n{end}\tactivates\tB\n"),
        ("x_edges.tsv", "subject\tpredicate\tobject\nX:1\tcauses\tX:2\nX:1\tcauses\t{end}\n{end}\tcauses\tX:2\n"),
        ("x.csv", "ENTITYA;IDA;ENTITYB;IDB;EFFECT\nA;1;B;2;unknown\nA;1;{end};;unknown\n{end};;B;2;unknown\n"),
    ],
)
def test_an_end_that_stands_for_nothing_is_no_node(name, text, end, tmp_path):
    mechanism, ledger = read(tmp_path, name, text.format(end=end))
    assert (len(mechanism.nodes), len(mechanism.edges)) == (2, 1)
    assert [(one.at.line, one.code) for one in ledger.wrong] == [(3, "no-sentence"), (4, "no-sentence")]
    assert len({one.at.line for one in ledger.account().lost} & {3, 4}) == 2


def test_an_end_that_the_nodes_lack_is_told(tmp_path):
    (tmp_path / "x_nodes.tsv").write_text("id\tcategory\tname\nX:1\tbiolink:Gene\tone\n", encoding="utf-8")
    mechanism, ledger = read(tmp_path, "x_edges.tsv", "subject\tpredicate\tobject\nX:1\tcauses\tX:2\n")
    assert sentences(mechanism) == ["one results_in X_2"]
    assert [(one.code, one.severity) for one in ledger.wrong] == [("unknown-node", "warning")]
    edges = [{"source": "p(HGNC:A)", "relation": "increases", "target": "p(HGNC:B)"}]
    graph = {"graph": {"label": "x", "nodes": [{"id": "p(HGNC:A)"}], "edges": edges}}
    mechanism, ledger = read(tmp_path, "x.jgif.json", json.dumps(graph))
    assert sentences(mechanism) == ["p_HGNC_A promotes p_HGNC_B"]
    assert [(one.code, one.severity) for one in ledger.wrong] == [("unknown-node", "warning")]


# ---------------------------------------------------------------- nothing is made up


@pytest.mark.parametrize("header", ["0\t1\t2", "source\tinteraction\ttarget", "Regulator\tEffect\tTarget"])
def test_a_header_of_sif_is_no_edge(header, tmp_path):
    assert sentences(read(tmp_path, "x.sif", f"{header}\nA\tactivates\tB\n")[0]) == ["A activates B"]


def test_columns_of_extended_sif_are_no_nodes(tmp_path):
    text = (
        "PARTICIPANT_A\tINTERACTION_TYPE\tPARTICIPANT_B\tINTERACTION_DATA_SOURCE\tINTERACTION_PUBMED_ID\n"
        "A\tcontrols-expression-of\tB\treactome\t11;22\n\nPARTICIPANT\tPARTICIPANT_TYPE\nA\tProteinReference\n"
    )
    mechanism, ledger = read(tmp_path, "x.sif", text)
    assert (sentences(mechanism), pmids(mechanism)) == (["A affects B"], [["11", "22"]])
    assert list(mechanism.nodes) == ["A", "B"]
    assert set(lost(ledger)) == {"INTERACTION_DATA_SOURCE", "PARTICIPANT_TYPE"}


def test_words_of_a_boolean_language_are_no_variables(tmp_path):
    mechanism, _ = read(tmp_path, "x.bnet", "Targets, Functions\nA, B && !_C || false\nB, true\n_C, _C\n")
    assert list(mechanism.nodes) == ["A", "B", "C"]
    assert mechanism.nodes["B"].at_start == "present"
    assert "\nA, (B & !_C)\n" in formats.text(mechanism, ".bnet")


def test_the_number_0_is_no_publication(tmp_path):
    mechanism, ledger = read(tmp_path, "x.bel", BOTH % ("0", "->"))
    assert pmids(mechanism) == [[""]]
    assert "id" in lost(ledger)


NANOPUB = """@prefix np: <http://www.nanopub.org/nschema#> . @prefix npx: <http://purl.org/nanopub/x/> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <http://example.org/> .
ex:h { ex:n a np:Nanopublication ; np:hasAssertion ex:a ; np:hasProvenance ex:p ; np:hasPublicationInfo ex:i . }
ex:a { ex:a npx:asSentence ex:words ; npx:about ex:gene . %s }
ex:p { ex:a prov:wasDerivedFrom ex:pathway , <http://identifiers.org/pubmed/11> . }
ex:i { ex:n ex:by ex:me . }
"""


def test_what_a_nanopublication_says_of_itself_is_no_edge(tmp_path):
    parts = "ex:s a ex:Interaction , ex:Inhibition ; ex:source ex:one ; ex:target ex:two ; ex:participants ex:one ."
    mechanism, ledger = read(tmp_path, "x.nanopub.trig", NANOPUB % parts)
    assert (sentences(mechanism), pmids(mechanism)) == (["one inhibits two"], [["11"]])
    assert {"asSentence", "about", "participants"} <= set(lost(ledger))
    with pytest.raises(InvalidMechanism, match="no-edges"):
        read(tmp_path, "y.nanopub.trig", NANOPUB % "")


def test_what_is_lost_is_not_called_changed(tmp_path):
    text = "subject\tpredicate\tobject\tpublications\nX:1\tcauses\tX:2\tPMID:11|a book\n"
    _, ledger = read(tmp_path, "x_edges.tsv", text)
    assert set(lost(ledger)) == {"publications"}
    text = 'SET Species = "9606"\n' + BOTH % ("11", "->")
    assert lost(read(tmp_path, "x.bel", text)[1])["Species"] == "a citation ends the annotations before it"


TERMS = ["p(HGNC:A)", 'proteinAbundance(HGNC:"A")', "p( HGNC : A )", 'p(HGNC:"A")']


@pytest.mark.parametrize("first", TERMS)
def test_a_term_of_bel_is_one_node_however_it_is_spelled(first, tmp_path):
    """Its name is as the file has it first; another name, an activity and a name with blanks stay apart."""
    text = f"{first} -> p(HGNC:B)\n" + "".join(f"{one} -| p(HGNC:C)\n" for one in TERMS)
    text += 'activity(p(HGNC:A)) -> p(HGNC:B)\nact(proteinAbundance(HGNC:A)) -> p(HGNC:B)\np(HGNC:"A a") -> p(HGNC:B)\n'
    text += "a(CHEBI:x) -| (proteinAbundance(HGNC:A) -> p(HGNC:B))\n"
    mechanism, _ = read(tmp_path, "x.bel", text)
    assert sentences(mechanism) == [
        "p_HGNC_A promotes p_HGNC_B",
        "p_HGNC_A limits p_HGNC_C",
        "act_p_HGNC_A promotes p_HGNC_B",
        "p_HGNC_A_a promotes p_HGNC_B",
        "a_CHEBI_x blocks p_HGNC_A-promotes-p_HGNC_B",
    ]
    assert mechanism.nodes["p_HGNC_A"].label == first


# ---------------------------------------------------------------- where the format puts it


YED = """<graphml xmlns:y="http://www.yworks.com/xml/graphml"><key for="node" id="d1"/><key for="edge" id="d2"/><graph>
<node id="n0"><data key="d1"><y:ShapeNode><y:NodeLabel>A</y:NodeLabel></y:ShapeNode></data></node>
<node id="n1"><data key="d1"><y:ShapeNode><y:NodeLabel>B</y:NodeLabel></y:ShapeNode></data></node>
%s</graph></graphml>"""
LINE = '<edge source="n0" target="n1"><data key="d2"><y:E><y:Arrows source="{}" target="{}"/>{}</y:E></data></edge>\n'


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([("none", "standard", "<y:EdgeLabel>inhibits</y:EdgeLabel>")], ["n0 inhibits n1"]),
        ([("none", "t_shape", "")], ["n0 limits n1"]),
        ([("t_shape", "none", "")], ["n1 limits n0"]),
        ([("standard", "none", "<y:EdgeLabel>inhibits</y:EdgeLabel>")], ["n1 inhibits n0"]),
        ([("none", "standard", "")], ["n0 related_to n1"]),  # every tool draws arrowheads
        ([("none", "standard", ""), ("none", "t_shape", "")], ["n0 promotes n1", "n0 limits n1"]),
    ],
)
def test_an_edge_of_yed_is_what_its_label_or_its_arrowhead_says(lines, said, tmp_path):
    mechanism, _ = read(tmp_path, "x.graphml", YED % "".join(LINE.format(*line) for line in lines))
    assert sentences(mechanism) == said


def test_labels_are_read_where_the_format_puts_them(tmp_path):
    nodes = [{"id": "-77", "label": "p(HGNC:A)"}, {"id": "5", "label": "p(HGNC:B)"}]
    edges = [{"source": "-77", "relation": "increases", "target": "5"}]
    for several in (nodes, {one["id"]: {"label": one["label"]} for one in nodes}):
        graph = {"graph": {"label": "x", "nodes": several, "edges": edges}}
        assert sentences(read(tmp_path, "x.jgif.json", json.dumps(graph))[0]) == ["p_HGNC_A promotes p_HGNC_B"]
    (tmp_path / "x_nodes.jsonl").write_text('{"id": "X:1", "name": ["one"]}\n{"id": "X:2"}\n', encoding="utf-8")
    row = {"subject": "X:1", "predicate": "causes", "object": "X:2"}
    assert [node.label for node in read(tmp_path, "x_edges.jsonl", json.dumps(row))[0].nodes.values()] == ["one", "X:2"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("x.cyjs", [{"data": {"id": "A"}}, {"data": {"id": "B"}}, {"data": {"source": "A", "target": "B", "interaction": "inhibits"}}]),
        ("x.json", {"nodes": [{"id": "A"}, {"id": "B"}], "edges": [{"from": "A", "to": "B", "label": "inhibits"}]}),
        ("x.json", {"nodes": [{"id": "A"}, {"id": "B"}], "links": [{"source": "A", "target": "B", "type": "inhibits"}]}),
        (
            "x.cx",
            [
                {"numberVerification": [{"longNumber": 1}]},
                {"nodes": [{"@id": 1, "n": "A"}, {"@id": 2, "n": "B"}]},
                {"edges": [{"@id": 3, "s": 1, "t": 2}]},
                {"edgeAttributes": [{"po": 3, "n": "interaction", "v": "inhibits"}]},
            ],
        ),
    ],
)  # fmt: skip
def test_a_network_has_one_meaning_in_several_shapes_of_json(name, found, tmp_path):
    mechanism, _ = read(tmp_path, name, json.dumps(found))
    assert sentences(mechanism) == ["A inhibits B"]


def test_keys_of_other_scripts_are_distinct_and_do_not_depend_on_the_order(tmp_path):
    one, _ = read(tmp_path, "x.sif", "TNF-α\tactivates\tTNF-β\nαβ T\tactivates\tγδ T\n")
    other, _ = read(tmp_path, "x.sif", "γδ T\tactivates\tαβ T\nTNF-β\tactivates\tTNF-α\n")
    assert set(one.nodes) == set(other.nodes) == {"TNF-alpha", "TNF-beta", "alphabeta_T", "gammadelta_T"}
    assert [node.label for node in one.nodes.values()] == ["TNF-α", "TNF-β", "αβ T", "γδ T"]


def test_a_table_of_kg_with_tabs_and_quotation_marks_is_no_kgx(tmp_path):
    text = 'subject\tverb\tobject\tsource\n"A" signalling\trepression\tB\t11\n'
    mechanism, _ = read(tmp_path, "x.tsv", text)
    assert (sentences(mechanism), pmids(mechanism)) == (["A_signalling suppresses B"], [["11"]])


DESCRIBED = """<annotation><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>
<b:isDescribedBy xmlns:b="http://biomodels.net/biology-qualifiers/"><rdf:Bag><rdf:li rdf:resource="urn:miriam:pubmed:11"/>
</rdf:Bag></b:isDescribedBy></rdf:Description></rdf:RDF></annotation>"""
MODEL = """<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"
 xmlns:qual="http://www.sbml.org/sbml/level3/version1/qual/version1"><model>%s<qual:listOfQualitativeSpecies>
<qual:qualitativeSpecies qual:id="A" qual:compartment="c" qual:maxLevel="1"/>
<qual:qualitativeSpecies qual:id="B" qual:compartment="c" qual:maxLevel="1">%s</qual:qualitativeSpecies>
</qual:listOfQualitativeSpecies><qual:listOfTransitions><qual:transition qual:id="t">%s<qual:listOfInputs>
<qual:input qual:qualitativeSpecies="A" qual:transitionEffect="none"/></qual:listOfInputs><qual:listOfOutputs>
<qual:output qual:qualitativeSpecies="B" qual:transitionEffect="assignmentLevel"/></qual:listOfOutputs>
<qual:listOfFunctionTerms><qual:defaultTerm qual:resultLevel="0"/><qual:functionTerm qual:resultLevel="1">
<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><eq/><ci>A</ci><cn type="integer">1</cn></apply></math>
</qual:functionTerm></qual:listOfFunctionTerms></qual:transition></qual:listOfTransitions></model></sbml>"""


def test_publications_of_sbml_are_evidence_of_edges_or_of_notes(tmp_path):
    mechanism, _ = read(tmp_path, "x.sbml", MODEL % ("", "", DESCRIBED))
    assert pmids(mechanism) == [["11"]] and not mechanism.notes
    mechanism, _ = read(tmp_path, "x.sbml", MODEL % (DESCRIBED, DESCRIBED, ""))
    assert pmids(mechanism) == [[""]]
    assert [(note.about, mechanism.source(*note.evidence).pmid) for note in mechanism.notes] == [
        ((), "11"),
        (("B",), "11"),
    ]


# ---------------------------------------------------------------- gates, and names in any order

GATES = "A\t1\tand1\nD\t-1\tand1\nC\t1\tand1\nand1\t1\tB\nand1\t-1\tE\nB\t1\tF\n"


def conjunctions(mechanism):
    return [
        (edge.sentence.text, [one.node for one in edge.requires], [one.node for one in edge.unless])
        for edge in mechanism.edges
    ]


def test_what_acts_on_a_gate_acts_together_on_what_the_gate_acts_on(tmp_path):
    mechanism, ledger = read(tmp_path, "x.sif", GATES)
    assert conjunctions(mechanism) == [
        ("A promotes B", ["C"], ["D"]),
        ("A limits E", ["C"], ["D"]),
        ("B promotes F", [], []),
    ]
    assert set(mechanism.nodes) == set("ABCDEF")
    told = {(one.name, one.field): one.said for one in ledger.account().changed}
    assert told == {("and1", "inputs"): "A|D|C", ("and1", "outputs"): "B|E"}
    for given, value in (({}, "absent"), ({"A": "present"}, "absent"), ({"A": "present", "C": "present"}, "present")):
        start = {**dict.fromkeys("ACD", "absent"), **given}
        assert kg.whatif(mechanism, "", start).values["F"] == value
    assert kg.whatif(mechanism, "", {"A": "present", "C": "present", "D": "present"}).values["F"] == "absent"


def test_a_gate_that_needs_nobody_or_feeds_a_gate_stays_a_node_with_its_meaning(tmp_path):
    text = "A\t-1\tAND_1\nC\t-1\tAND_1\nAND_1\t1\tB\nA\t1\tand2\nC\t-1\tand2\nand2\t1\tand3\nD\t1\tand3\nand3\t1\tE\n"
    mechanism, _ = read(tmp_path, "x.sif", text)
    for a in ("present", "absent"):
        for c in ("present", "absent"):
            values = kg.whatif(mechanism, "", {"A": a, "C": c, "D": "present"}).values
            assert values["B"] == ("present" if (a, c) == ("absent", "absent") else "absent")
            assert values["E"] == ("present" if (a, c) == ("present", "absent") else "absent")


@pytest.mark.parametrize("line", ["and1\tbinds\tZ", "Z\t0\tand1", "and7\t1\tZ", "ANDV1\t1\tZ"])
def test_a_node_that_is_no_gate_stays_what_it_is(line, tmp_path):
    mechanism, _ = read(tmp_path, "x.sif", f"A\t1\tand1\n{line}\nANDV1\t1\tC\n")
    assert {line.split("\t")[0], line.split("\t")[2], "and1"} <= set(mechanism.nodes)


def test_a_gate_of_a_network_keeps_what_its_edges_rest_on(tmp_path):
    nodes = [{"id": one} for one in ("A", "C", "and1", "B")]
    edges = [
        {"from": "A", "to": "and1", "label": "activates", "pmid": "11"},
        {"from": "C", "to": "and1", "label": "activates", "pmid": "22"},
        {"from": "and1", "to": "B", "label": "activates", "pmid": "33"},
    ]
    edges += [{**edges[0], "pmid": "44"}, {**edges[2], "pmid": "55"}]  # said again, of another paper
    mechanism, _ = read(tmp_path, "x.json", json.dumps({"nodes": nodes, "edges": edges}))
    (edge,) = mechanism.edges
    assert conjunctions(mechanism) == [("A activates B", ["C"], [])]
    assert pmids(mechanism) == [["33", "55", "11", "44"]]
    assert [mechanism.source(item).pmid for item in edge.requires[0].evidence] == ["22"]


@pytest.mark.parametrize("ending", ["graphml", "cyjs", "cx2"])
def test_a_node_of_ours_is_no_gate_whatever_it_is_called(ending, tmp_path):
    """Where a gate stayed a node, its edges have all that they require already."""
    (tmp_path / "x.sif").write_text(f"{GATES}and1\t1\tand2\nG\t1\tand2\nand2\t1\tH\n", encoding="utf-8")
    before = kg.read(tmp_path / "x.sif")
    assert {"and1", "and2"} <= set(before.nodes)
    formats.write(before, tmp_path / f"y.{ending}")
    assert kg.read(tmp_path / f"y.{ending}").nodes.keys() == before.nodes.keys()
    assert sorted(conjunctions(kg.read(tmp_path / f"y.{ending}"))) == sorted(conjunctions(before))


def test_names_that_make_one_key_have_theirs_in_any_order(tmp_path):
    names = ["TNF-α", "TNF-alpha", "TNF−alpha", "A b", "A:b", "A_b", "A_b-2", "CD4⁺", "CD4⁻", "CD4"]
    keys = []
    for order in (names, names[::-1]):
        text = "".join(f"{one}\tactivates\tX\n" for one in order)
        mechanism, ledger = read(tmp_path, "x.sif", text)
        keys.append({node.label: key for key, node in mechanism.nodes.items()})
        assert ledger.account().records == {"edge": len(names)}
        assert sentences(mechanism) == [f"{keys[-1][one]} activates X" for one in order]
    assert keys[0] == keys[1] and len(set(keys[0].values())) == len(names) + 1
    assert all(keys[0][one] == one for one in ("TNF-alpha", "A_b", "A_b-2", "CD4"))
    assert (keys[0]["CD4⁺"], keys[0]["CD4⁻"]) == ("CD4+", "CD4-")


def test_nodes_of_one_name_have_keys_by_their_ids(tmp_path):
    nodes = [{"id": one, "label": "IL-6"} for one in ("7", "12", "3")] + [{"id": "X"}]
    edges = [
        {"from": one["id"], "to": "X", "label": word}
        for one, word in zip(nodes, ("activates", "inhibits", "binds"), strict=False)
    ]
    found = []
    for order in (nodes, nodes[::-1]):
        mechanism, _ = read(tmp_path, "x.json", json.dumps({"nodes": order, "edges": edges}))
        found.append(sentences(mechanism))
    assert found[0] == found[1] == ["IL-6-3 activates X", "IL-6 inhibits X", "IL-6-2 binds X"]


# ---------------------------------------------------------------- species, signs and publications in odd cells


def test_all_species_of_a_cell_are_carried(tmp_path):
    both = ["NCBITaxon:10090", "NCBITaxon:9606"]
    kgx = "subject\tpredicate\tobject\tspecies_context_qualifier\nA:1\tbiolink:affects\tA:2\t" + "|".join(both) + "\n"
    table = (
        "regulator;verb;target;species\nA;activates;B;taxid:10090(mouse)|taxid:9606(human)\nC;activates;D;x, mouse\n"
    )
    for name, text in (("x_edges.tsv", kgx), ("x.csv", table)):
        mechanism, ledger = read(tmp_path, name, text)
        assert sorted(taxon.id for taxon in mechanism.edges[0].evidence[0].taxon) == both
    assert [taxon.id for taxon in mechanism.edges[1].evidence[0].taxon] == both[:1]
    assert lost(ledger)["species"].startswith("'x' is not a species")


def test_less_of_a_subject_turns_the_sign_in_kgx(tmp_path):
    header = (
        "subject\tpredicate\tobject\tsubject_direction_qualifier\tobject_aspect_qualifier\tobject_direction_qualifier\n"
    )
    rows = ["affects\tA:2\tdecreased\tactivity\tincreased", "affects\tA:2\tdecreased\tdegradation\tincreased"]
    rows += ["affects\tA:2\tincreased\tactivity\tincreased", "positively_regulates\tA:2\tdecreased\t\t"]
    for row, sign in zip(rows, (-1, 1, 1, 0), strict=True):
        mechanism, ledger = read(tmp_path, "x_edges.tsv", f"{header}A:1\tbiolink:{row}\n")
        assert [mechanism.sign(edge) for edge in mechanism.edges] == [sign]
    assert lost(ledger)["predicate"].startswith("affects: the subject is decreased")


def test_a_line_that_is_no_json_is_set_aside(tmp_path):
    good = '{"subject": "A:1", "predicate": "biolink:affects", "object": "A:2"}'
    mechanism, ledger = read(tmp_path, "x_edges.jsonl", f"{good}\n{{bad\n{good.replace('A:2', 'A:3')}\n")
    assert len(mechanism.edges) == 2
    assert [(one.code, one.at.line) for one in ledger.wrong] == [("no-json", 2)]


def test_a_number_of_pubmed_is_known_in_all_its_forms(tmp_path):
    forms = ["12", "PMID: 12", "pubmed:PMID:12", "12.0", "https://pubmed.ncbi.nlm.nih.gov/12/", "PMID12"]
    rows = "".join(f"A{number};activates;B;{form}\n" for number, form in enumerate(forms))
    mechanism, _ = read(tmp_path, "x.csv", f"regulator;verb;target;pmid\n{rows}C;activates;D;PMC99\n")
    assert pmids(mechanism) == [["12"]] * len(forms) + [[""]]
    assert "PMC99" in mechanism.source(mechanism.edges[-1].evidence[0]).url


def test_a_hyphen_is_a_sign_where_a_plus_stands_beside_it_and_else_it_is_told(tmp_path):
    text = "TF,target,effect,note\nA,B,{},-\nC,D,-,-\n"
    mechanism, _ = read(tmp_path, "x.csv", text.format("+"))
    assert [mechanism.sign(edge) for edge in mechanism.edges] == [1, -1]
    mechanism, ledger = read(tmp_path, "x.csv", text.format("activation"))
    assert [mechanism.sign(edge) for edge in mechanism.edges] == [1, 0]
    assert lost(ledger)["effect"].startswith("a hyphen alone")
    mechanism, ledger = read(tmp_path, "x.csv", text.format(""))  # and a column of placeholders says no sign
    assert [mechanism.sign(edge) for edge in mechanism.edges] == [0, 0]
    mechanism, _ = formats._parsed(tmp_path / "x.csv", columns={"subject": "TF", "object": "target", "sign": "effect"})
    assert [mechanism.sign(edge) for edge in mechanism.edges] == [0, -1]


def test_an_obsolete_term_of_others_is_no_reason_to_refuse_their_file(tmp_path):
    (tmp_path / "x.tsv").write_text("source\tinteraction\ttarget\nGO:0043234\tactivates\tTLR7\n")
    done = CliRunner().invoke(main, ["convert", str(tmp_path / "x.tsv"), str(tmp_path / "y.graphml")])
    assert done.exit_code == 0, done.output
    for name in ("x.tsv", "y.graphml"):
        _, report = formats.examine(tmp_path / name, sources="")
        assert [(one.code, one.severity) for one in report.diagnostics if one.code == "obsolete-term"] == [
            ("obsolete-term", "warning")
        ]


def test_a_comment_at_the_end_of_a_line_of_bel_is_no_part_of_the_statement(tmp_path):
    mechanism, ledger = read(tmp_path, "x.bel", 'p(HGNC:A) -> p(HGNC:"B // c") // why\n')
    assert [mechanism.sign(edge) for edge in mechanism.edges] == [1]
    assert lost(ledger)["text"] == "comments are not kept"


def cyjs(*edges):
    nodes = [{"data": {"id": name, "shared_name": f"{name}!"}} for name in "AB"]
    elements = {"nodes": nodes, "edges": [{"data": {"source": "A", "target": "B", **said}} for said in edges]}
    return json.dumps({"elements": elements})


@pytest.mark.parametrize(
    ("said", "works", "taxa"),
    [
        ({"PMID": ["12", "34"]}, ["12", "34"], []),
        ({"pubmed_ids": "['12', '34']", "organism": "10090"}, ["12", "34"], ["NCBITaxon:10090"]),
        ({"Reference": "PMID: 12, PMID: 34", "species": "human; mouse"}, ["12", "34"], ["NCBITaxon:9606", "NCBITaxon:10090"]),
        ({"Species": "Mus musculus"}, [""], ["NCBITaxon:10090"]),
    ],
)  # fmt: skip
def test_publications_and_species_of_an_edge_of_a_network_are_carried(said, works, taxa, tmp_path):
    mechanism, ledger = read(tmp_path, "x.cyjs", cyjs({"interaction": "activates", **said}))
    assert pmids(mechanism) == [works]
    assert [[one.id for one in item.taxon] for item in mechanism.edges[0].evidence] == [taxa] * len(works)
    assert not set(said) & set(lost(ledger))


def test_a_weight_of_a_network_is_a_sign_where_one_is_negative(tmp_path):
    mechanism, _ = read(tmp_path, "x.cyjs", cyjs({"weight": -1.0}, {"weight": 1}))
    assert [mechanism.sign(edge) for edge in mechanism.edges] == [-1, 1]
    assert [node.name for node in mechanism.nodes.values()] == ["A!", "B!"]
    for weights in ((1, 1.0), (-1, 0.5)):
        mechanism, _ = read(tmp_path, "x.cyjs", cyjs(*({"weight": one} for one in weights)))
        assert [mechanism.sign(edge) for edge in mechanism.edges] == [0]


def test_inputs_and_outputs_of_an_activity_are_edges_in_older_files_of_go_cam(tmp_path):
    term = "{{term: 'CHEBI:{}', evidence: [{{term: 'ECO:0000314', reference: 'PMID:{}'}}]}}"
    said = f"  has_input: [{term.format(15422, 12)}]\n  has_primary_output: {term.format(16761, 34)}\n"
    text = f"id: x\ntitle: T\nactivities:\n- id: a\n  molecular_function: {{term: 'GO:0016887'}}\n{said}"
    mechanism, _ = read(tmp_path, "x.gocam.yaml", text)
    found = {(edge.sentence.verb, mechanism.nodes[edge.sentence.object].term.id) for edge in mechanism.edges}
    assert found == {("has_input", "CHEBI:15422"), ("produces", "CHEBI:16761")}
    assert sorted(pmids(mechanism)) == [["12"], ["34"]]


IS = '<is xmlns="http://biomodels.net/biology-qualifiers/"><Bag>{}</Bag></is>'
QUAL = """<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" xmlns:qual="q" level="3" version="1"><model id="m"><qual:listOfQualitativeSpecies><qual:qualitativeSpecies qual:id="A" qual:compartment="c">
<annotation><RDF><Description>{}</Description></RDF></annotation></qual:qualitativeSpecies>
<qual:qualitativeSpecies qual:id="B" qual:compartment="c"/></qual:listOfQualitativeSpecies><qual:listOfTransitions><qual:transition>
<qual:listOfInputs><qual:input qual:qualitativeSpecies="A"/></qual:listOfInputs>
<qual:listOfOutputs><qual:output qual:qualitativeSpecies="B" qual:transitionEffect="assignmentLevel"/></qual:listOfOutputs>
<qual:listOfFunctionTerms><qual:defaultTerm qual:resultLevel="0"/><qual:functionTerm qual:resultLevel="1"><math>
<apply><eq/><ci>A</ci><cn type="integer">1</cn></apply></math></qual:functionTerm></qual:listOfFunctionTerms>
</qual:transition></qual:listOfTransitions></model></sbml>"""


@pytest.mark.parametrize("also", ["", "urn:miriam:hgnc:HGNC%3A15631", "http://x/none"])
def test_an_identifier_of_miriam_is_the_term_of_its_species(also, tmp_path):
    said = [one for one in ("urn:miriam:uniprot:Q9NYK1", also) if one]
    bags = IS.format("".join(f'<li resource="{one}"/>' for one in said))
    mechanism, ledger = read(tmp_path, "x.sbml", QUAL.format(bags))
    assert mechanism.nodes["A"].term.id == "UniProtKB:Q9NYK1"
    assert [one.said for one in ledger.account().lost if one.field.endswith(".resource")] == said[1:]


def test_an_end_without_a_name_is_called_by_its_identifier(tmp_path):
    header = "ID(s) interactor A\tID(s) interactor B\tAlias(es) interactor A\tAlias(es) interactor B\tCausal statement"
    row = 'uniprotkb:Q9NYK1\tuniprotkb:Q92985\t-\tpsi-mi:IRF7(display_short)\tpsi-mi:"MI:2235"(up-regulates)'
    mechanism, _ = read(tmp_path, "x.tsv", f"{header}\n{row}\n")
    assert [node.term.id for node in mechanism.nodes.values()] == ["UniProtKB:Q9NYK1", "UniProtKB:Q92985"]
    assert [mechanism.sign(edge) for edge in mechanism.edges] == [1]


def test_sif_reads_a_line_with_blanks_among_lines_with_tabs_a_header_with_blanks_and_identifiers(tmp_path):
    mechanism, _ = read(tmp_path, "mixed.sif", "A\tactivates\tB\nC inhibits D\nCD8 T cell\n")
    assert [(mechanism.sign(edge), edge.subject) for edge in mechanism.edges] == [(1, "A"), (-1, "C")]
    assert "CD8 T cell" in [node.label for node in mechanism.nodes.values()]
    mechanism, ledger = read(tmp_path, "header.sif", "source interaction target\nHGNC:15631 activates uniprot:Q9NYK1\n")
    assert len(mechanism.edges) == 1 and not ledger.account().lost
    assert [node.term.id for node in mechanism.nodes.values()] == ["HGNC:15631", "UniProtKB:Q9NYK1"]
