"""Next week's paper: a source is appended, every line stays, and what is to be refused is refused."""

import difflib
import hashlib
import re

import pytest
from click.testing import CliRunner

import kg
from kg.cli.group import main
from kg.model.diagnostics import InvalidMechanism
from kg.reasoning import disagreements
from kg.review import curate

SEED = (kg.data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml").read_bytes()
DOI = "10.1000/a.later.paper"


def run(*arguments):
    return CliRunner().invoke(main, ["add-source", *map(str, arguments)])


@pytest.fixture
def file(tmp_path):
    copy = tmp_path / "mechanism.yaml"
    copy.write_bytes(SEED)
    return copy


def test_a_second_paper_supports_one_edge_disputes_another_and_adds_one(file, tmp_path):
    paper = tmp_path / "paper.txt"
    paper.write_text(
        "Bodies were taken up.\n\nNo degradation was seen.\n\nThe strand lowered suppression.\n" + "More. " * 200,
        encoding="utf-8",
    )
    result = run(file, "--doi", DOI, "--pmid", "99999999", "--text", paper, "--key", "later", "--kind", "journal article",
                 "--title", "A later paper", "--read", "full")  # fmt: skip
    assert result.exit_code == 0, result.output
    text = file.read_text(encoding="utf-8")
    (dispute, new) = (
        re.search(r"#(  - \{source: later, .*stance: disputes\})", text)[1],
        re.search(r"# (- edge: SUBJECT.*?claim: finding\})", text, re.S)[1].replace("\n# ", "\n"),
    )
    support = dispute.replace(", stance: disputes", "")
    for edge, stub, words in (
        ("engulf these apoptotic bodies, claim: finding}", support, "Bodies were taken up"),
        ('says: "the peptide keeps miR-146a-5p from being broken down by enzymes"}  # what the peptide protects miR-146a-5p from', dispute, "No degradation was seen"),
    ):  # fmt: skip
        assert edge in text
        text = text.replace(edge, f"{edge}\n{stub.replace('AT MOST EIGHT WORDS OF IT', words)}", 1)
    new = new.replace("SUBJECT verb OBJECT", "miR146a limits immune_suppression")
    text = text.replace(
        "edges:\n", f"edges:\n{new.replace('AT MOST EIGHT WORDS OF IT', 'The strand lowered suppression')}\n", 1
    )
    file.write_text(text, encoding="utf-8")
    mechanism, report = kg.formats.examine(file, tmp_path)
    assert report.errors == ()
    assert (report.coverage.matched, report.coverage.wrong) == (3, 0)
    assert mechanism.support(mechanism.edge("engulfment")).supporting == 2
    degradation = mechanism.support(mechanism.edge("degradation"))
    assert (degradation.supporting, degradation.disputing) == (1, 1)
    assert mechanism.edge("miR146a-limits-immune_suppression").asserted
    assert not mechanism.edge("degradation").asserted
    assert ("disputed", "degradation") in {
        (one.kind, one.sides[0].about[0]) for one in disagreements.conflicts([mechanism])
    }


def indented(data):
    """The same with the list of edges two columns further right."""
    head, edges, tail = re.split(rb"(?<=\nedges:\n)|(?=\nreadings:)", data)
    return head + re.sub(rb"(?m)^(?=\S| )", b"  ", edges) + tail


LAYOUTS = {
    "the seed": SEED,
    "line breaks of Windows": SEED.replace(b"\n", b"\r\n"),
    "a byte order mark": b"\xef\xbb\xbf" + SEED,
    "comments behind the sources": SEED.replace(b"\nscope:", b"\n\n# between\n  # and indented\nscope:"),
    "a comment beside the last value": SEED.replace(
        b"read: excerpt\n\nscope", b"read: excerpt   # part of it\n\nscope"
    ),
    "an indented list": indented(SEED),
}


@pytest.mark.parametrize("data", LAYOUTS.values(), ids=list(LAYOUTS))
def test_every_line_stays_byte_for_byte(data, file):
    file.write_bytes(data)
    before = kg.read(file)
    curate.add_source(file, DOI)
    lines, after = data.splitlines(keepends=True), file.read_bytes().splitlines(keepends=True)
    changes = difflib.SequenceMatcher(None, lines, after, autojunk=False).get_opcodes()
    assert {tag for tag, *_ in changes} == {"equal", "insert"}
    again = kg.read(file)
    assert set(again.sources) - set(before.sources) == {"a.later.paper"}
    assert again.sources["a.later.paper"].read == "no"
    assert again.edges == before.edges and again.notes == before.notes


def test_a_file_that_ends_without_a_break_and_with_a_long_text(file):
    text = (kg.data_dir("ontology") / "starter.yaml").read_text(encoding="utf-8").replace("NAME", "small")
    for tail in (text.rstrip(), text + "notes:\n- note: |\n    Long.\n\n    Text.\n\n\n"):
        file.write_text(tail, encoding="utf-8")
        curate.add_source(file, DOI)
        assert file.read_text(encoding="utf-8").count(DOI) == 2  # the source, and the heading of its stubs
        kg.read(file)


def test_the_hash_of_a_text_goes_in_and_the_text_does_not(file, tmp_path):
    paper = tmp_path / "paper.txt"
    paper.write_text("Nobody may copy this.\n", encoding="utf-8")
    source = curate.add_source(file, DOI, text=paper).source
    assert source.texts == (hashlib.sha256(paper.read_bytes()).hexdigest(),)
    assert "Nobody may copy" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("doi", [f"https://doi.org/{DOI}", f"http://dx.doi.org/{DOI}", f"doi:{DOI}", f" DOI: {DOI}"])
@pytest.mark.parametrize("pmid", ["123", "PMID:123", "https://pubmed.ncbi.nlm.nih.gov/123/"])
def test_an_identifier_is_taken_in_the_form_in_which_it_was_copied(doi, pmid, file):
    source = curate.add_source(file, doi, pmid).source
    assert (source.doi, source.pmid) == (DOI, "123")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--doi", "10.1158/0008-5472.CAN-25-5547"], 1, "'paper' has this DOI already"),
        (["--doi", "10.1158/0008-5472.can-25-5547"], 1, "'paper' has this DOI already"),
        (["--doi", DOI, "--pmid", "42295795"], 1, "'paper' has this PubMed number already"),
        (["--doi", f"https://example.org/{DOI}"], 1, f"did you mean '{DOI}'?"),
        (["--doi", "https://doi.org/10.1158/0008-5472.CAN-25-5547"], 1, "'paper' has this DOI already"),
        (["--pmid", "PMID:42295795"], 1, "'paper' has this PubMed number already"),
        (["--doi", "doi"], 1, "'doi' is not a DOI"),
        (["--doi", DOI, "--pmid", "PMC12"], 1, "did you mean '12'?"),
        (["--doi", DOI, "--key", "paper"], 1, "a source is called 'paper' already"),
        (["--doi", DOI, "--key", "two words"], 1, "is not a name"),
        ([], 2, "--doi, a --pmid, or both"),
        (["--doi", DOI, "--text", "no-such-file"], 2, "does not exist"),
        (["--doi", DOI, "--read", "some"], 2, "Invalid value"),
    ],
)
def test_what_cannot_be_added_is_refused_and_nothing_is_written(arguments, code, words, file):
    result = run(file, *arguments)
    assert (result.exit_code, words in result.output) == (code, True), result.output
    assert file.read_bytes() == SEED
    assert [path.name for path in file.parent.iterdir()] == ["mechanism.yaml"]


def test_a_broken_file_and_brackets_are_refused(file):
    file.write_bytes(SEED.replace(b"title: How", b"titel: How"))
    assert run(file, "--doi", DOI).exit_code == 1
    starter = (kg.data_dir("ontology") / "starter.yaml").read_text(encoding="utf-8").replace("NAME", "small")
    sources = re.search(r"\nsources:.*?(?=\n\S)", starter, re.S)
    flow = starter.replace(sources[0], '\nsources: {one: {kind: review, url: "https://example.org/"}}')
    file.write_text(flow, encoding="utf-8")
    with pytest.raises(InvalidMechanism, match="inside brackets"):
        curate.add_source(file, DOI)
    assert file.read_text(encoding="utf-8") == flow


def test_two_sources_of_one_ending_get_two_keys(file):
    assert curate.add_source(file, "10.1000/x").source.key == "x"
    assert curate.add_source(file, "10.1001/x").source.key == "x-2"
    assert curate.add_source(file, pmid="7").source.key == "pmid-7"
