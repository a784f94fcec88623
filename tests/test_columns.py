"""Tables of others: their columns are guessed, the guess is told, and a person's word goes before it."""

import openpyxl
import pytest
from click.testing import CliRunner

from kg import formats
from kg.cli.group import main
from kg.formats.tables import columns
from kg.model import foreign
from kg.model.diagnostics import InvalidMechanism

OMNIPATH = """source\ttarget\tsource_genesymbol\ttarget_genesymbol\tis_directed\tis_stimulation\tis_inhibition\treferences
Q1\tQ2\tTLR7\tIRF7\tTrue\tTrue\tFalse\tSIGNOR:15361868;a book
Q3\tQ1\tA20\tTLR7\tTrue\tFalse\tTrue\t
Q3\tQ2\tA20\tIRF7\tTrue\tTrue\tTrue\tHPRD:11
"""
COLLECTRI = "source,target,weight,references\nMYC,TERT,1,10022128;10491298\nSPI1,BGLAP,-1,10022617\n"
GEPHI = "Source,Target,Type,Id,Label,Weight\nTLR7,IRF7,Directed,0,activates,1.0\nA20,TLR7,Directed,1,inhibits,1.0\n"
BARE = "Source,Target,Type,Weight\nTLR7,IRF7,Directed,1.0\n"
MITAB = """#ID(s) interactor A\tID(s) interactor B\tAlias(es) interactor A\tAlias(es) interactor B\tPublication Identifier(s)\tHost organism(s)\tCausal statement
uniprotkb:Q9NYK1\tuniprotkb:Q92985\tpsi-mi:tlr7_human(display_long)|psi-mi:TLR7(display_short)\tpsi-mi:IRF7(display_short)\tpubmed:15361868|imex:IM-1\ttaxid:9606(human)\tpsi-mi:"MI:2235"(up-regulates)
uniprotkb:P21580\tuniprotkb:Q9NYK1\tpsi-mi:A20(display_short)\tpsi-mi:TLR7(display_short)\t-\t-\tpsi-mi:"MI:2240"(down-regulates)
"""
TITLE = (
    "Supplementary table 3: edges\t\t\n\t\t\nRegulator\tEffect\tTarget gene\nTLR7\tactivates\tIRF7\nA20\tzaps\tTLR7\n"
)
ODD = "Foo\tBar\tBaz\tNote\nTLR7\tinhibits\tIRF7\tx\n"


def read(tmp_path, name, text, **more):
    (tmp_path / name).write_text(text, encoding="utf-8")
    mechanism, ledger = formats._parsed(tmp_path / name, **more)
    return mechanism, ledger, [one.message for one in ledger.wrong if one.code == "columns"]


def sentences(mechanism):
    return [edge.sentence.text for edge in mechanism.edges]


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.mark.parametrize(
    ("name", "text", "said", "unused"),
    [
        ("o.tsv", OMNIPATH, ["TLR7 promotes IRF7", "A20 limits TLR7", "A20 promotes IRF7", "A20 limits IRF7"], "is_directed"),
        ("c.csv", COLLECTRI, ["MYC promotes TERT", "SPI1 limits BGLAP"], ""),
        ("g.csv", GEPHI, ["TLR7 activates IRF7", "A20 inhibits TLR7"], "Type, Id, Weight"),
        ("b.csv", BARE, ["TLR7 related_to IRF7"], "Type, Weight"),
        ("m.tsv", MITAB, ["TLR7 promotes IRF7", "A20 limits TLR7"], ""),
        ("t.tsv", TITLE, ["TLR7 activates IRF7", "A20 related_to TLR7"], ""),
        ("w.csv", "Regulator,Target,Way,No\nA1,B1,activates,1\nA2,B1,represses,2\n", ["A1 activates B1", "A2 suppresses B1"], "No"),
        ("d.csv", "Gene A,Gene B,Kind,Way\nA1,B1,binding,up\nA2,B1,binding,down\n", ["A1 promotes B1", "A2 limits B1"], ""),
        ("n.csv", "TF,Target,Mode,PubMed\nA1,B1,inhibits,11\n", ["A1 inhibits B1"], ""),
        ("f.csv", "from,to,sign\nA1,B1,-1\n", ["A1 limits B1"], ""),
        ("k.csv", "subject,predicate,object\nA1,biolink:affects,B1\n", ["A1 affects B1"], ""),
        ("s.csv", "Regulator;Interaction;Target\nA1;is inhibited by;B1\n", ["B1 inhibits A1"], ""),
    ],
)  # fmt: skip
def test_a_table_of_others_is_read_by_the_names_of_its_columns(tmp_path, name, text, said, unused):
    mechanism, ledger, told = read(tmp_path, name, text)
    assert sentences(mechanism) == said
    assert len(told) == 1 and told[0].startswith("Columns: subject = ")
    assert told[0].partition("; not used: ")[2] == unused
    assert not any(one.severity == "error" for one in ledger.wrong)


def test_publications_are_those_of_the_cells(tmp_path):
    def cited(name, text):
        mechanism, ledger, _ = read(tmp_path, name, text)
        pmids = [[mechanism.sources[item.source].pmid for item in edge.evidence] for edge in mechanism.edges]
        return pmids, [one.how for one in ledger.account().lost if "publication" in one.how]

    assert cited("o.tsv", OMNIPATH)[0] == [["15361868"], [""], ["11"], ["11"]]
    assert cited("c.csv", COLLECTRI) == ([["10022128", "10491298"], ["10022617"]], [])
    assert cited("m.tsv", MITAB) == ([["15361868"], [""]], ["without imex:IM-1: it identifies no publication"])
    assert cited("y.csv", "TF,Target gene,Sign,source\nA,B,-1,PMID:11\n") == ([["11"]], [])  # without a target
    pmids, lost = cited("x.csv", "TF,Target,PMID\nA,B,PMID: 15361868\nA,C,SIGNOR:15361868\n")
    assert (pmids, lost) == ([["15361868"], [""]], ["'SIGNOR:15361868' identifies no publication"])


def test_identifiers_and_species_of_mitab(tmp_path):
    mechanism, ledger, _ = read(tmp_path, "m.tsv", MITAB)
    assert {one.field for one in ledger.account().lost} == {"Publication Identifier(s)"}  # a hyphen alone is nothing
    assert {key: node.term.id for key, node in mechanism.nodes.items()} == {
        "TLR7": "UniProtKB:Q9NYK1",
        "IRF7": "UniProtKB:Q92985",
        "A20": "UniProtKB:P21580",
    }
    assert [[taxon.id for taxon in edge.taxa] for edge in mechanism.edges] == [["NCBITaxon:9606"], []]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("source\ttarget\tsource_genesymbol\ttarget_genesymbol\nQ9NYK1\tQ92985\tTLR7\tIRF7\n", ["UniProtKB:Q9NYK1", "UniProtKB:Q92985"]),
        ("source\ttarget\tsource_genesymbol\ttarget_genesymbol\nQ9NYK1\tCOMPLEX:1\tTLR7\tIRF7\n", ["UniProtKB:Q9NYK1", "COMPLEX:1"]),
        ("source\ttarget\tsource name\ttarget name\nMIMAT1\tQ92985\tM\tIRF7\n" + "Q9NYK1\tQ92985\tTLR7\tIRF7\n" * 3, [None, "UniProtKB:Q92985", "UniProtKB:Q9NYK1"]),
        ("source\ttarget\tsign\nQ9NYK1\tQ92985\t-1\n", ["UniProtKB:Q9NYK1", "UniProtKB:Q92985"]),
        ("Gene A\tGene B\tEntrez A\tEntrez B\nTLR7\tIRF7\t51284\t3665\n", ["NCBIGene:51284", "NCBIGene:3665"]),
        ("source\ttarget\tsign\nB3GAT1\tIL6\t-1\n", [None, None]),  # a symbol that looks like an accession
        ("Gene A\tGene B\tID A\tID B\nTLR7\tIRF7\t51284\t3665\n", [None, None]),  # nobody says whose numbers these are
    ],
)  # fmt: skip
def test_bare_identifiers_are_of_whom_the_header_or_every_cell_says(tmp_path, text, ids):
    mechanism, _, _ = read(tmp_path, "x.tsv", text)
    assert [node.term and node.term.id for node in mechanism.nodes.values()] == ids


def test_that_nothing_says_how_things_act_is_a_warning(tmp_path):
    _, ledger, told = read(tmp_path, "b.csv", BARE)
    assert "no column of relations or signs was found" in told[0]
    assert [one.severity for one in ledger.wrong] == ["warning"]


def test_a_wrong_name_is_told_at_the_header_wherever_that_stands(tmp_path):
    (tmp_path / "t.tsv").write_text(TITLE, encoding="utf-8")
    result = run("convert", tmp_path / "t.tsv", tmp_path / "t.yaml", "--columns", "subject=Regulatr,verb=Effect")
    assert "t.tsv:3:1: unknown-column: no column is called 'Regulatr'" in result.stderr
    assert "did you mean 'Regulator'?" in result.stderr


def test_a_row_without_an_end_is_set_aside_and_a_line_above_the_header_is_lost(tmp_path):
    mechanism, ledger, _ = read(tmp_path, "t.tsv", TITLE + "\tactivates\tX\n")
    assert len(mechanism.edges) == 2 and "X" not in mechanism.nodes
    assert [(one.at.line, one.severity) for one in ledger.wrong if one.code == "no-sentence"] == [(6, "warning")]
    assert ("line", "text") in {(one.record, one.field) for one in ledger.account().lost}


def test_a_number_in_a_workbook_is_a_publication(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Table 1"], [], ["Source", "Target", "Label", "PubMed ID"], ["A", "B", "activates", 15361868]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    mechanism = formats.read(tmp_path / "x.xlsx")
    assert sentences(mechanism) == ["A activates B"]
    assert [source.pmid for source in mechanism.sources.values()] == ["15361868"]


def test_what_a_person_says_goes_before_the_guess_and_is_kept_beside_the_file(tmp_path):
    file, out = tmp_path / "x.tsv", tmp_path / "x.yaml"
    file.write_text(ODD, encoding="utf-8")
    failed = run("convert", file, out)
    assert failed.exit_code == 1 and "no column 'subject'" in failed.stderr and "--columns" in failed.stderr
    wrong = run("convert", file, out, "--columns", "subject=Foo,verb=Baar,objct=Baz")
    assert wrong.exit_code == 1 and "did you mean 'Bar'?" in wrong.stderr and "did you mean 'object'?" in wrong.stderr
    assert not out.exists() and not (tmp_path / "x.tsv.columns").exists()
    done = run("convert", file, out, "--columns", "subject=foo,verb=Bar,object=Baz")
    assert done.exit_code == 0 and "Columns: subject = Foo, verb = Bar, object = Baz; not used: Note" in done.stdout
    assert (tmp_path / "x.tsv.columns").read_text() == "subject=foo\nverb=Bar\nobject=Baz\n"
    assert sentences(formats.read(file)) == ["TLR7 inhibits IRF7"]
    turned = run("convert", file, out, "--columns", "subject=Baz,verb=Bar,object=Foo")
    assert turned.exit_code == 0 and sentences(formats.read(out)) == ["IRF7 inhibits TLR7"]


def test_columns_of_what_is_no_table_are_refused(tmp_path):
    (tmp_path / "x.sif").write_text("A1\tactivates\tB1\n", encoding="utf-8")
    result = run("convert", tmp_path / "x.sif", tmp_path / "x.yaml", "--columns", "subject=A")
    assert result.exit_code == 2 and "is read as sif" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.sif"]


def test_check_whatif_and_build_read_a_format_that_is_named(tmp_path):
    file = tmp_path / "edges.prn"
    file.write_text("TF,Target,Effect\nA1,B1,activates\n", encoding="utf-8")
    assert run("check", file).exit_code == 0  # a first line in columns is that of a table, whatever the ending
    (tmp_path / "prose.txt").write_text("Some prose, with a comma; and no column.\n", encoding="utf-8")
    prose = run("check", tmp_path / "prose.txt")
    assert prose.exit_code == 1 and "use --from NAME" in prose.output
    checked = run("check", file, "--from", "table")
    assert checked.exit_code == 0 and "Columns: subject = TF, verb = Effect, object = Target" in checked.output
    answer = run("whatif", file, "--from", "table", "--set", "A1=present")
    assert "B1" in answer.stdout and "Columns: subject = TF" in answer.stderr
    assert run("build", file, "--from", "table", "--only", "ttl", "-o", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "edges.ttl").is_file()
    unknown = run("whatif", file, "--from", "tabel")
    assert unknown.exit_code == 2 and "did you mean 'table'?" in unknown.stderr


def test_what_was_read_as_the_wrong_format_names_the_others(tmp_path):
    (tmp_path / "x.tsv").write_text(ODD, encoding="utf-8")
    with pytest.raises(InvalidMechanism) as error:
        formats.parse(tmp_path / "x.tsv")
    (hint,) = (one for one in error.value.diagnostics if one.code == "read-as")
    assert (hint.message, hint.help) == (
        "the file was read as table (spreadsheet), by its ending and its first lines",
        "if it has another format, use --from kgx or signor",
    )


def test_the_names_of_columns_are_spelt_as_they_are_looked_up_and_lead_to_flags_that_have_a_row():
    for role, names in columns._names().items():
        assert list(names) == list(map(columns.folded, names)) and len(set(names)) == len(names), role
        assert columns.holds()[role]
    assert [foreign.relation(word).sign for word in ("is_stimulation", "is_inhibition")] == [1, -1]


def test_a_row_that_its_source_denies_is_disputed(tmp_path):
    file = tmp_path / "x.tsv"
    file.write_text(
        "Source\tTarget\tEffect\tNegative\nA\tB\tactivates\ttrue\nA\tC\tactivates\tfalse\nA\tD\tactivates\tsome\n"
    )
    mechanism, ledger = formats._parsed(file)
    assert [edge.evidence[0].stance for edge in mechanism.edges] == ["disputes", "supports", "supports"]
    assert [(one.field, one.said) for one in ledger.account().lost] == [("Negative", "some")]
