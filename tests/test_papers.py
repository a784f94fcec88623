"""Article files: what JATS, BioC and plain text state is taken, their text has sections, and what is odd is told with its place."""

import hashlib
import json
import re
from html import escape
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg import page
from kg.cli.group import main
from kg.formats.shared import bounded
from kg.formats.shared.losses import Ledger
from kg.model import files, keys, texts
from kg.model.diagnostics import InvalidMechanism
from kg.page import quotes
from kg.page.words import Narrative
from kg.review import curate, papers
from kg.site import static

DOCTYPE = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) v1.0//EN" "JATS-archivearticle1.dtd">'
CC_BY = '<license license-type="open-access" xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Free.</license-p></license>'
META = """<article-id pub-id-type="pmid">99000001</article-id><article-id pub-id-type="pmc">900001</article-id>
<article-id pub-id-type="doi">10.1000/clocks.1</article-id>
<title-group><article-title>Clocks of the T<italic>&#x3b1;</italic>-1 lab<xref ref-type="fn" rid="n">*</xref></article-title>
<subtitle>a test</subtitle></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>van der Berg</surname><given-names>Anne-Marie J.</given-names></name></contrib>
<contrib contrib-type="author"><collab>Test Group<contrib-group><contrib><name><surname>Not</surname></name></contrib></contrib-group></collab></contrib>
<contrib contrib-type="editor"><name><surname>Else</surname><given-names>N</given-names></name></contrib></contrib-group>
<pub-date pub-type="pmc-release"><year>2022</year></pub-date><pub-date pub-type="collection"><year>2021</year></pub-date>
<pub-date pub-type="epub"><day>3</day><month>Feb</month><year>2021</year></pub-date>
<permissions><copyright-statement>No words of it.</copyright-statement>{licence}</permissions>
<abstract><title>Abstract</title><p>Clocks were wound.</p></abstract>
<abstract abstract-type="toc"><p>An advertisement.</p></abstract>"""
BODY = """<body><sec><title>Results</title><p>Mice <xref ref-type="bibr" rid="r1"><sup>1</sup></xref> ate TLR<xref rid="x">7</xref>-rich
cheese.<fn id="f"><p>Brie, mostly.</p></fn> They<fig><caption><p>A bed.</p></caption></fig>slept.</p>
<sec><label>2.1</label><title>Cheese &amp; sleep</title><p>CD8<sup>+</sup> cells, at <inline-formula><mml:math><mml:msub><mml:mi>K</mml:mi>
<mml:mi>d</mml:mi></mml:msub></mml:math></inline-formula>, woke first:<list><list-item><p>the young;</p></list-item><list-item><p>the old.</p></list-item></list>All
others slept on. &alpha; and &#946; were lost.</p>
<table-wrap><label>Table 1.</label><caption><title>Naps.</title><p>In hours.</p></caption><table><tr><th>mouse</th><th>nap</th></tr>
<tr><td>one</td><td>5 <sup>a</sup></td></tr></table><table-wrap-foot><fn><p>a, counted twice.</p></fn></table-wrap-foot></table-wrap>
<disp-formula><tex-math>\\documentclass{article}</tex-math></disp-formula></sec></sec>
<sec><title>Methods</title><p># P was small<inline-graphic><alt-text>a picture</alt-text></inline-graphic>.</p>
<ref-list><ref><mixed-citation>Here 2002</mixed-citation></ref></ref-list></sec></body>
<back><ack><p>We thank nobody.</p></ack><sec><title>Interests</title><fn-group><fn><p>None.</p></fn></fn-group></sec><ref-list><ref><mixed-citation>Elsewhere 2001</mixed-citation></ref></ref-list>
<app-group><app><title>Appendix</title><p>More cheese.</p></app></app-group></back>
<floats-group><fig><label>Figure 1.</label><caption><p>A mouse.</p></caption></fig></floats-group>
<sub-article><body><p>A letter of reviewers.</p></body></sub-article>"""
TEXT = """Clocks of the Tα-1 lab: a test

## Abstract

Clocks were wound.

## Results

Mice 1 ate TLR7-rich cheese. They slept.

Brie, mostly.

A bed.

### 2.1 Cheese & sleep

CD8+ cells, at Kd, woke first:

the young;

the old.

All others slept on. α and β were lost.

Table 1. Naps. In hours.

mouse | nap

one | 5 a

a, counted twice.

[formula]

## Methods

 # P was small.

## Appendix

More cheese.

## Figures and tables

Figure 1. A mouse.
"""


def jats(licence=CC_BY, meta=META, body=BODY, head=DOCTYPE):
    journal = "<journal-meta><journal-title-group><journal-title>J Clocks</journal-title></journal-title-group></journal-meta>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n<article article-type="research-article" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML">\n'
        f"<front>{journal}\n<article-meta>{meta.replace('{licence}', licence)}</article-meta></front>\n{body}</article>\n"
    )


PASSAGES = [
    ({"type": "front", "section_type": "TITLE", "article-id_doi": "10.1000/clocks.2", "article-id_pmc": "PMC900002",
      "article-id_pmid": "99000002", "name_0": "surname:Berg;given-names:Anne J", "name_10": "surname:Last;given-names:Z",
      "name_2": "surname:Wei;given-names:Y", "year": "2020", "license": "See https://creativecommons.org/licenses/by-sa/3.0/ for terms"},
     "Naps of mice"),
    ({"type": "abstract", "section_type": "ABSTRACT"}, "Mice napped."),
    ({"type": "abstract_title_1", "section_type": "ABSTRACT"}, "Aim"),
    ({"type": "abstract", "section_type": "ABSTRACT"}, "To count naps."),
    ({"type": "title_1", "section_type": "RESULTS"}, "Results"),
    ({"type": "title_2", "section_type": "RESULTS"}, "At noon"),
    ({"type": "paragraph", "section_type": "RESULTS"}, "Old mice napped longer."),
    ({"type": "ref", "section_type": "REF", "year": "1999", "name_0": "surname:Elsewhere", "article-id_doi": "10.1000/other"}, "Another paper"),
]  # fmt: skip
BIOC_TEXT = "Naps of mice\n\n## Abstract\n\nMice napped.\n\n### Aim\n\nTo count naps.\n\n## Results\n\n### At noon\n\nOld mice napped longer.\n"


def bioc_json(passages=PASSAGES, documents=1):
    made = [{"infons": infons, "offset": 0, "text": text, "annotations": []} for infons, text in passages]
    return json.dumps([{"source": "PMC", "documents": [{"id": "900002", "infons": {}, "passages": made}] * documents}])


def bioc_xml(passages=PASSAGES):
    def passage(infons, text):
        said = "".join(f'<infon key="{key}">{escape(value)}</infon>' for key, value in infons.items())
        return f"<passage>{said}<offset>0</offset><text>{escape(text)}</text></passage>"

    made = "".join(passage(*one) for one in passages)
    return (
        '<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection><source>PMC</source><date/><key/>'
        f"<document><id>900002</id>{made}</document></collection>"
    )


def read(tmp_path, text, name="paper.xml", **chosen):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return papers.read(file, chosen)


def codes(paper):
    return [one.code for one in (*paper.errors, *paper.warnings)]


@pytest.mark.parametrize("name", ["paper.xml", "paper.nxml", "paper"])
def test_an_article_in_jats_is_taken_as_it_states_itself(name, tmp_path):
    paper = read(tmp_path, jats(), name)
    assert dict(paper.source) == {
        "title": "Clocks of the Tα-1 lab: a test",
        "authors": "van der Berg AMJ, Test Group",
        "kind": "journal article",
        "publisher": "J Clocks",
        "date": "2021-02-03",
        "doi": "10.1000/clocks.1",
        "pmid": "99000001",
        "url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC900001/",
        "licence": "CC-BY-4.0",
    }
    assert paper.text == TEXT
    assert codes(paper) == ["formula"]


def test_a_span_is_named_by_its_sections(tmp_path):
    text = texts.Text(read(tmp_path, jats()).text)
    sections = {
        phrase: text.section(text.find(phrase)[0][0]) for phrase in ("were wound", "others slept on", "P was small")
    }
    assert sections == {
        "were wound": "Abstract",
        "others slept on": "Results > 2.1 Cheese & sleep",
        "P was small": "Methods",
    }


@pytest.mark.parametrize(("name", "make"), [("paper.json", bioc_json), ("paper.xml", bioc_xml)])
def test_an_article_in_bioc_is_taken_as_it_states_itself(name, make, tmp_path):
    paper = read(tmp_path, make(), name)
    assert {name: value for name, value in paper.source.items() if value} == {
        "title": "Naps of mice",
        "authors": "Berg AJ, Wei Y, Last Z",
        "date": "2020",
        "doi": "10.1000/clocks.2",
        "pmid": "99000002",
        "url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC900002/",
        "licence": "CC-BY-SA-3.0",
    }
    assert (paper.text, codes(paper)) == (BIOC_TEXT, [])


@pytest.mark.parametrize(
    "document",
    [
        {"id": "99000003", "infons": {"doi": "10.1000/naps.3"}},
        {
            "id": "10.1000/naps.3",
            "pmid": 99000003,
            "pmcid": None,
            "doi": "10.1000/naps.3",
            "authors": ["Berg A", "Wei Y"],
        },
    ],
)
def test_pubtator_states_identifiers_and_journals_in_its_own_way(document, tmp_path):
    passages = [
        {
            "infons": {"type": "title", "journal": "J Naps. 2020 Jan 3;1(2):3-4", "authors": "Berg A, Wei Y, "},
            "text": "Naps",
        },
        {"infons": {"type": "abstract"}, "sentences": [{"text": "Mice napped."}, {"text": "Long."}]},
    ]
    paper = read(tmp_path, json.dumps({"PubTator3": [{**document, "passages": passages}]}), "paper.json")
    assert {name: value for name, value in paper.source.items() if value} == {
        "title": "Naps",
        "authors": "Berg A, Wei Y",
        "publisher": "J Naps",
        "doi": "10.1000/naps.3",
        "pmid": "99000003",
    }
    assert (paper.text, codes(paper)) == ("Naps\n\n## Abstract\n\nMice napped. Long.\n", [])


def test_plain_text_is_its_own_text(tmp_path):
    paper = read(tmp_path, "Naps\n\nMice napped.\n", "paper.txt")
    assert (paper.source, paper.text) == ({}, None)


def article_id(said):
    return META.replace('<article-id pub-id-type="pmid">', f'{said}<article-id pub-id-type="pmid">')


TWO = '<article-id pub-id-type="doi">10.1000/other</article-id>'
VERSION = TWO.replace('"doi"', '"doi" specific-use="version"')


def test_of_two_dois_one_is_chosen(tmp_path):
    paper = read(tmp_path, jats(meta=article_id(TWO)))
    (error,) = paper.errors
    assert (error.code, error.at.line, error.at.column) == ("several-identifiers", 6, 1)
    assert "10.1000/other, 10.1000/clocks.1" in error.message
    assert read(tmp_path, jats(meta=article_id(TWO)), doi="10.1000/CLOCKS.1").errors == ()
    assert read(tmp_path, jats(meta=article_id(VERSION))).source["doi"] == "10.1000/clocks.1"
    (error,) = read(tmp_path, jats(), doi="10.1000/elsewhere").errors
    assert (error.code, error.at.line) == ("other-article", 6)


@pytest.mark.parametrize(
    ("said", "licence", "told"),
    [
        ('<license xlink:href="http://creativecommons.org/licenses/by-nc/3.0"/>', "CC-BY-NC-3.0", []),
        ('<license><license-p>see <ext-link xlink:href="https://creativecommons.org/licenses/by/4.0/">here</ext-link></license-p></license>', "CC-BY-4.0", []),
        ("<ali:license_ref xmlns:ali='u'>https://creativecommons.org/licenses/by-nc-nd/4.0/</ali:license_ref>", "CC-BY-NC-ND-4.0", []),
        ("<license><license-p>by/4.0: https://creativecommons.org/licenses/by/4.0/. Data: http://creativecommons.org/publicdomain/zero/1.0/</license-p></license>", "CC-BY-4.0", []),
        ('<license xlink:href="https://creativecommons.org/publicdomain/zero/1.0/"/>', "CC0-1.0", []),
        ("<license><license-p>The Creative Commons Attribution License permits all.</license-p></license>", "", ["licence-unclear"]),
        ('<license xlink:href="https://creativecommons.org/licenses/by/4.0/"/><license xlink:href="https://creativecommons.org/licenses/by-nd/4.0/"/>', "", ["licence-unclear"]),
        ("<copyright-statement>Free under a Creative Commons licence.</copyright-statement>", "", ["licence-unclear"]),
        ("", "", []),
    ],
)  # fmt: skip
def test_the_licence_is_what_an_address_says_and_never_a_guess(said, licence, told, tmp_path):
    paper = read(tmp_path, jats(licence=said, body="<body><p>x</p></body>"))
    assert (paper.source.get("licence", ""), codes(paper)) == (licence, told)


BOMB = '<!DOCTYPE article [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
DEEP = "<sec>" * 400 + "</sec>" * 400


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (jats(head=BOMB, body="<body><p>&b;</p></body>"), "doctype", 2),
        (jats(head=OUTSIDE, body="<body><p>&x;</p></body>"), "doctype", 2),
        (jats(body=f"<body>{DEEP}</body>"), "too-deep", 17),
        (jats(body="<body><p>"), "no-xml", 17),
        ("<html><p>A page.</p></html>", "no-article", 1),
        ("<set>" + "<article/>" * 2 + "</set>", "no-article", 1),
        (bioc_json(documents=2), "no-article", 1),
        ('{"a": [1]}', "no-article", 1),
        ("[" * 200, "too-deep", 1),
        ("{", "no-json", 1),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_its_place(text, code, line, tmp_path):
    with pytest.raises(InvalidMechanism) as caught:
        read(tmp_path, text)
    (error,) = caught.value.diagnostics
    assert (error.code, error.at.line, Path(error.at.path).name) == (code, line, "paper.xml")


NESTED = {
    "sec": ("<sec>", "</sec>"), "table": ("<table-wrap><table><tr><td>a", "</td></tr></table></table-wrap>"),
    "list": ("<p>a<list>", "</list></p>"), "note": ("<p>a<fn>", "</fn></p>"), "figure": ("<fig><caption><p>a", "</p></caption></fig>"),
    "formula": ("<p>a<inline-formula>", "</inline-formula></p>"), "math": ("<mml:math>", "</mml:math>"),
}  # fmt: skip


@pytest.mark.parametrize("form", NESTED)
def test_what_is_nested_as_deep_as_is_read_takes_no_longer_than_its_length(form, tmp_path):
    head, foot = NESTED[form]
    deep = 100 // foot.count("</")
    paper = read(tmp_path, jats(body=f"<body>{head * deep}<p>the end</p>{foot * deep}</body>"))
    assert paper.text.count("the end" if form != "math" else "theend") == 1


def test_a_document_type_is_let_pass_for_articles_only():
    ledger = Ledger("x.xml", "x")
    assert bounded.elements(f"{DOCTYPE}<article>&beta;</article>", ledger, doctype=True).text == "β"
    with pytest.raises(InvalidMechanism, match="doctype"):
        bounded.elements(f"{DOCTYPE}<article/>", ledger)


def test_an_unknown_character_and_a_missing_title_are_told(tmp_path):
    meta = re.sub("<title-group>.*?</title-group>", "", META, flags=re.S)
    paper = read(tmp_path, jats(meta=meta, body="<body><p>An &unheardof; sign.</p></body>"))
    assert codes(paper) == ["unknown-character", "no-title"]
    assert (paper.source["title"], paper.warnings[0].at.line) == ("", 16)
    assert "An \ufffd sign." in paper.text


def test_without_abstract_and_body_there_is_no_text(tmp_path):
    meta = re.sub("<abstract>.*</abstract>", "", META, flags=re.S)
    paper = read(tmp_path, jats(meta=meta, body=""))
    assert (paper.text, codes(paper)) == ("", ["no-text"])


@pytest.mark.parametrize(
    ("date", "taken"),
    [
        ("<year>2021</year><month>2</month><day>30</day>", "2021-02"),
        ("<year>2021</year><season>Spring</season>", "2021"),
        ("<year>2021</year><month>Sept</month>", "2021-09"),
        ("<year>MMXXI</year>", ""),
    ],
)
def test_of_a_date_is_taken_what_the_calendar_has(date, taken, tmp_path):
    meta = re.sub("<pub-date.*</pub-date>", f'<pub-date date-type="pub">{date}</pub-date>', META, flags=re.S)
    assert read(tmp_path, jats(meta=meta)).source.get("date", "") == taken


# ---- into a mechanism


@pytest.fixture
def mech(tmp_path):
    """A mechanism of one edge, and a folder of papers beside it."""
    folder = tmp_path / "naps"
    folder.mkdir()
    starter = (kg.data_dir("ontology") / "starter.yaml").read_text(encoding="utf-8").replace("NAME", "naps")
    (folder / "mechanism.yaml").write_text(starter, encoding="utf-8")
    (tmp_path / "papers").mkdir()
    return folder / "mechanism.yaml"


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def add(mech, text, *options, name="paper.xml"):
    file = mech.parent.parent / "papers" / name
    file.write_text(text, encoding="utf-8")
    return run("add-source", mech, "--jats", file, *options), file


def test_a_paper_becomes_a_source_and_its_text_is_saved_beside_it(mech):
    result, file = add(mech, jats(), "--read", "full")
    assert result.exit_code == 0, result.output
    assert "in 6 sections" in result.output and "formula: warning" in result.output
    source = kg.read(mech).sources["clocks.1"]
    text = file.with_suffix(".txt")
    assert text.read_text(encoding="utf-8") == TEXT
    assert source.texts == (hashlib.sha256(text.read_bytes()).hexdigest(),)
    assert (source.licence, source.publisher, source.read) == ("CC-BY-4.0", "J Clocks", "full")
    assert "wound" not in mech.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [("naps.json", bioc_json(), "clocks.2"), ("naps.nxml", jats(), "clocks.1"), ("naps.xml", bioc_xml(), "clocks.2")],
)
def test_each_form_of_a_paper_is_added(name, text, key, mech):
    result, file = add(mech, text, name=name)
    assert result.exit_code == 0, result.output
    assert file.with_suffix(".txt").exists() and key in kg.read(mech).sources


def test_plain_text_needs_an_identifier_and_is_hashed_as_it_is(mech):
    result, file = add(mech, "Naps\n\nMice napped.\n", name="paper.txt")
    assert (result.exit_code, "no-identity" in result.output) == (1, True)
    result, file = add(mech, "Naps\n\nMice napped.\n", "--doi", "10.1000/plain", name="paper.txt")
    assert result.exit_code == 0, result.output
    source = kg.read(mech).sources["plain"]
    assert (source.texts, source.kind) == ((hashlib.sha256(file.read_bytes()).hexdigest(),), "publication")


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(mech):
    before = mech.read_bytes()
    (mech.parent.parent / "papers" / "paper.txt").write_text("My notes.\n", encoding="utf-8")
    result, file = add(mech, jats(meta=article_id(TWO)), "--key", "two words")
    assert result.exit_code == 1
    for code in ("several-identifiers", "wrong-kind", "other-text"):
        assert f": {code}:" in result.output
    assert re.search(r"paper\.xml:6:1: several-identifiers", result.output)
    assert mech.read_bytes() == before
    assert file.with_suffix(".txt").read_text(encoding="utf-8") == "My notes.\n"


def test_a_paper_that_is_there_already_is_refused_by_each_of_its_names(mech):
    add(mech, jats())
    result, _ = add(mech, jats(body="<body><p>Another version.</p></body>"), name="again.xml")
    told = ("this DOI already", "this PubMed number already", "this address already")
    assert result.exit_code == 1 and all(words in result.output for words in told)
    assert not (mech.parent.parent / "papers" / "again.txt").exists()


def test_who_has_the_article_only_gets_the_text_that_was_read(mech):
    _, file = add(mech, jats())
    before = mech.read_bytes()
    file.with_suffix(".txt").unlink()
    result, _ = add(mech, jats())
    assert (result.exit_code, "already exists, with this text" in result.output) == (0, True)
    assert mech.read_bytes() == before and file.with_suffix(".txt").read_text(encoding="utf-8") == TEXT


def test_a_fault_in_writing_leaves_no_text_behind(mech, monkeypatch):
    before = mech.read_bytes()

    def fails(data):
        if bytes(data).startswith(before[:20]):
            raise OSError(28, "no room")
        return data

    monkeypatch.setattr(files, "_bytes", fails)
    result, file = add(mech, jats())
    assert result.exit_code == 1 and not file.with_suffix(".txt").exists() and mech.read_bytes() == before


def test_the_options_contradict_each_other(mech):
    result, _ = add(mech, jats(), "--text", mech)
    assert (result.exit_code, "either --jats" in result.output) == (2, True)


def cited(mech, *items):
    """Evidence from the paper on the first edge."""
    text = mech.read_text(encoding="utf-8")
    lines = "".join(f"  - {{source: clocks.1, {item}, claim: finding}}\n" for item in items)
    mech.write_text(re.sub(r"(\n  evidence:\n)", lambda found: found[1] + lines, text, count=1), encoding="utf-8")


def test_a_complaint_about_an_anchor_names_the_section(mech):
    result, file = add(mech, jats(), "--read", "full")
    cited(mech, "anchor: others were sleeping on", "anchor: slept")
    result = run("check", mech, "--sources", file.parent)
    assert "it says: others slept on, in “Results > 2.1 Cheese & sleep”" in result.output
    assert "the source says this 2 times, in “Results” and “Results > 2.1 Cheese & sleep”" in result.output


# ---- sentences and passages


def quoted(mech, licence=CC_BY, *items, keep=True):
    result, file = add(mech, jats(licence=licence), "--read", "full")
    assert result.exit_code == 0, result.output
    cited(mech, *(items or ("anchor: others slept on",)))
    if not keep:
        file.with_suffix(".txt").write_text("Another text.\n", encoding="utf-8")
    return kg.read(mech), file.parent


@pytest.mark.parametrize(
    ("licence", "keep", "reason"),
    [
        (CC_BY, True, ""),
        (CC_BY.replace("/by/", "/by-sa/"), True, ""),
        (CC_BY.replace("/by/", "/by-nc/"), True, "the licence CC-BY-NC-4.0 does not allow it"),
        (CC_BY.replace("/by/", "/by-nd/"), True, "the licence CC-BY-ND-4.0 does not allow it"),
        ("", True, "its source states no licence"),
        (CC_BY, False, "no text with the stated hash was found"),
    ],
)
def test_a_sentence_is_shown_only_where_its_licence_allows_it_and_its_text_is_at_hand(licence, keep, reason, mech):
    mechanism, folder = quoted(mech, licence, keep=keep)
    found = quotes.collect(mechanism, folder)
    assert [one.text for one in found.shown.values()] == ([] if reason else ["All others slept on."])
    assert found.withheld[reason] == bool(reason)
    shown = page.html(mechanism, quotes=found)
    assert ("All others slept on." in shown) == (not reason)


def test_a_build_shows_sentences_only_if_asked_and_says_what_it_withheld(mech, tmp_path):
    _, folder = quoted(mech, CC_BY, "anchor: others slept on", "anchor: woke first")
    out = tmp_path / "out"
    plain = run("build", mech, "--only", "html,ttl", "--sources", folder, "-o", out)
    assert plain.exit_code == 0, plain.output
    html = (out / "naps.html").read_text(encoding="utf-8")
    assert "quotes" not in plain.output and "All others slept on." not in html
    result = run("build", mech, "--only", "html,ttl", "--sources", folder, "-o", out, "--quotes")
    assert (
        "2 sentences shown, 0 not shown" in re.sub(r"; .*", "", result.output) or "2 sentences shown" in result.output
    )
    html = (out / "naps.html").read_text(encoding="utf-8")
    assert "All others slept on." in html and "All others slept on." not in (out / "naps.ttl").read_text(
        encoding="utf-8"
    )
    credit = "van der Berg AMJ, Test Group. Clocks of the Tα-1 lab: a test. J Clocks. 2021-02-03"
    assert f'{credit}</span>. <a href="https://creativecommons.org/licenses/by/4.0/"' in html
    again = run("build", mech, "--only", "html,ttl", "--sources", folder, "-o", out, "--quotes")
    assert "2 sentences shown" in again.output and "nothing has changed" in again.output


def test_a_sentence_with_markup_is_text(mech):
    body = "<body><p>Then &lt;img src=x onerror=alert(1)&gt; woke up late.</p></body>"
    file = mech.parent.parent / "papers" / "paper.xml"
    file.write_text(jats(body=body), encoding="utf-8")
    curate.add_source(mech, jats=file, read="full")
    cited(mech, "anchor: woke up late")
    mechanism = kg.read(mech)
    html = page.html(mechanism, quotes=quotes.collect(mechanism, file.parent))
    assert "&lt;img src=x onerror=alert(1)&gt; woke up late." in html and "<img src=x" not in html


def test_a_long_sentence_is_shortened_and_says_so(mech):
    body = (
        f"<body><p>First. {'The mouse slept, ' * 40}but one cat woke there, {'and then they ran, ' * 40}off.</p></body>"
    )
    file = mech.parent.parent / "papers" / "paper.xml"
    file.write_text(jats(body=body), encoding="utf-8")
    curate.add_source(mech, jats=file, read="full")
    cited(mech, "anchor: one cat woke there")
    mechanism = kg.read(mech)
    found = quotes.collect(mechanism, file.parent)
    (quote,) = found.shown.values()
    assert (
        quote.shortened
        and quote.text.startswith("… ")
        and quote.text.endswith(" …")
        and "one cat woke there" in quote.text
    )
    assert len(quote.text) <= texts.LONGEST + 4 and "</a>, shortened" in page.html(mechanism, quotes=found)


@pytest.mark.parametrize(
    ("text", "phrase", "sentence"),
    [
        ("It fell (Fig. 2). TLR7 rose, cf. Wei et al. 2019. It fell again.", "TLR7 rose", "TLR7 rose, cf. Wei et al. 2019."),
        ("It fell.12,13 miR-146a rose in E. coli! Why? No one knows.", "miR-146a rose", "miR-146a rose in E. coli!"),
        ("A dose of 1.5 mg was given. Mice slept.", "1.5 mg", "A dose of 1.5 mg was given."),
        ("## A heading\n\nOne. “Two.” Three.", "Two", "“Two.”"),
        ("## A heading\n\nOne.", "heading", "A heading"),
        ("One two. Three four. Five.", "two. Three", "One two. Three four."),
    ],
)  # fmt: skip
def test_a_sentence_ends_where_a_reader_says_so(text, phrase, sentence):
    found = texts.Text(text)
    assert found.sentence(*found.find(phrase)[0]) == (sentence, False)


def test_a_site_links_passages_and_shows_no_sentence_even_with_the_texts_at_hand(mech, monkeypatch):
    mechanism, folder = quoted(mech)
    monkeypatch.setenv("KG_SOURCES", str(folder))
    made = static.files([mechanism])
    pages = [text for text in made.values() if isinstance(text, str)]
    assert any("others slept on" in text for text in pages)
    assert not any("All others slept on." in text for text in pages)
    link = "https://pmc.ncbi.nlm.nih.gov/articles/PMC900001/#:~:text=others%20slept%20on"
    for name in ("naps.html", static.source_page("naps", "clocks.1")):
        assert f'href="{link}"' in made[name]
        assert re.search('<a href="https://creativecommons.org/licenses/by/4.0/"[^>]*>CC-BY-4.0</a>', made[name])
    assert '"license": "https://creativecommons.org/licenses/by/4.0/"' in made[static.source_page("naps", "clocks.1")]


PASSAGE = "#:~:text=T%C3%A1%2D1%2C%20a%20%26%20b%25"


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("url: https://example.org/a", f"https://example.org/a{PASSAGE}"),
        ("url: https://example.org/a#s2", f"https://example.org/a#s2{PASSAGE[1:]}"),
        ("doi: 10.1000/x\n    pmid: 7", f"https://doi.org/10.1000/x{PASSAGE}"),
        ("pmid: 7", f"https://pubmed.ncbi.nlm.nih.gov/7/{PASSAGE}"),
        (f"texts: [{'0' * 64}]", ""),
    ],
)
def test_a_passage_is_linked_at_its_source(said, link, mech):
    text = mech.read_text(encoding="utf-8")
    sources = re.search(r"\nsources:.*?(?=\n\S)", text, re.S)[0]
    text = text.replace(sources, f"\nsources:\n  one:\n    kind: review\n    {said}\n")
    mech.write_text(
        re.sub(
            r"(\n  evidence:\n).*?(?=\n\S|\n- |\Z)", r"\1  - {anchor: 'Tá-1, a & b%', claim: finding}", text, flags=re.S
        ),
        encoding="utf-8",
    )
    mechanism = kg.read(mech)
    item = mechanism.edges[0].evidence[0]
    assert Narrative(mechanism).passage(item) == link
    html = page.html(mechanism)
    assert (f'href="{escape(link)}"' in html) == bool(link) and ("The passage at its source" in html) == bool(link)


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "https://example.org/terms", "CC-BY-SA-3.0-IGO"])
def test_the_licence_of_a_source_comes_back_from_rdf(licence, mech, tmp_path):
    quoted(mech)
    mech.write_text(
        mech.read_text(encoding="utf-8").replace('licence: "CC-BY-4.0"', f"licence: {licence}"), encoding="utf-8"
    )
    assert kg.read(mech).sources["clocks.1"].licence == licence
    result = run("convert", mech, tmp_path / "out.ttl")
    assert result.exit_code == 0, result.output
    assert kg.read(tmp_path / "out.ttl").sources["clocks.1"].licence == licence


def test_a_licence_has_a_form():
    """A licence is one word or an address; the nearest id of SPDX is shown."""
    assert keys.fault("licence", "CC-BY-4.0") is None
    assert keys.fault("licence", "https://example.org/terms") is None
    assert keys.fault("licence", "CC BY-SA 4.0")[2] == "for example CC-BY-SA-4.0"
    assert keys.fault("licence", "all rights reserved")[::2] == ("wrong-kind", "")
