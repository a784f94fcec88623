"""The whole article: coverage.tsv says for each statement what of the first mechanism carries it, or why nothing does.

The article is not part of the project. Where KG_SOURCES names a folder that holds it, with the statements that were read from
it, the tests below also hold each carrier against the sentence that it claims to carry.
"""

import csv
import hashlib
import os
import re
import warnings
from pathlib import Path

import pytest
from conftest import SEED

import kg

FOLDER = kg.data_dir("seeds") / "ta1-tlr7"
BESIDE = FOLDER.parents[2] / "shared"  # where the article lies next to the repository

#: What a statement of this kind may be called in the seed, at its firmest.
CLAIM = {
    "mechanistic finding": "finding",
    "observed finding": "finding",
    "background claim": "background",
    "hypothesis": "hypothesis",
    "interpretation": "interpretation",
    "proposed clinical implication": "implication",
    "regulatory fact": "regulatory",
    "safety caveat": "caution",
    "bibliographic fact": "bibliographic",
}
#: What holds "under normal circumstances" is background to the article, although the table calls it a finding.
BACKGROUND = ("S030", "S032")
SPECIES = {"NCBITaxon:9606": r"\b(human|patients|people)", "NCBITaxon:10090": r"\b(mouse|mice)\b"}


def rows():
    with open(FOLDER / "coverage.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def carriers(row):
    return row["carried_by"].split("; ") if row["carried_by"] else []


def handle(note):
    """What coverage.tsv calls a note: its first six words."""
    return "-".join(re.findall(r"\w+", note.note.lower())[:6])


def evidence(carrier):
    """The evidence of a carrier; KeyError if the seed has no such part."""
    kind, _, name = carrier.partition(":")
    if kind == "scope":
        return SEED.scope
    if kind == "source":
        return SEED.sources[name] and ()
    if kind == "edge":
        return SEED.edge(name).evidence
    if kind == "effect":
        return (SEED.edge(name).effect,)
    if kind == "requires":
        edge, _, node = name.partition(":")
        return {needed.node: needed.evidence for needed in SEED.edge(edge).requires}[node]
    if kind == "reading":
        changes = SEED.readings[name].edges.values()
        return tuple(item for change in changes for needed in change.requires or () for item in needed.evidence)
    if kind == "expectation":
        return dict(enumerate(SEED.expectations, 1))[int(name)].evidence
    return {f"note:{handle(note)}": note.evidence for note in SEED.notes}[carrier]


ROWS = rows()
STATED = [row for row in ROWS if row["statement"].startswith("S")]
PLACED = [row for row in STATED if any(not carrier.startswith("source:") for carrier in carriers(row))]


def located(row):
    return any(item.anchor or item.span for carrier in carriers(row) for item in evidence(carrier))


# ---------------------------------------------------------------- without the article


def test_every_statement_has_its_row():
    wanted = [f"S{n:03}" for n in range(1, 116)] + [f"I{n:02}" for n in range(1, 7)]
    assert [row["statement"] for row in ROWS] == wanted


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["statement"])
def test_a_statement_is_carried_by_something_that_is_there_or_left_out_for_a_reason(row):
    assert bool(row["carried_by"]) != bool(row["left_out_because"])
    for carrier in carriers(row):
        evidence(carrier)
    assert len(set(carriers(row))) == len(carriers(row))


def test_a_hundred_statements_have_a_place_in_the_article():
    assert sum(map(located, STATED)) >= 100


@pytest.mark.parametrize("row", [row for row in ROWS if row not in STATED], ids=lambda row: row["statement"])
def test_what_we_inferred_is_marked_so_wherever_it_is_carried(row):
    assert carriers(row)
    for carrier in carriers(row):
        assert any(item.claim == "inference" and item.because for item in evidence(carrier)), carrier


def test_no_two_notes_share_a_handle():
    assert len({handle(note) for note in SEED.notes}) == len(SEED.notes)


# ---------------------------------------------------------------- with the article


class Article:
    def __init__(self, folder, text):
        self.folder, self.text = folder, text
        ends = [0]
        # a sentence ends with its line, or at . ? ! before a blank and a capital, but not after `et al.`
        for match in re.finditer(r"\n+|(?<=[.?!])(?<!\bal\.)[ \t]+(?=[A-ZΑ-Ω])", text):
            ends.append(match.end())
        self.sentences = list(zip(ends, [*ends[1:], len(text)], strict=True))
        with open(folder / "biology" / "statements.tsv", encoding="utf-8", newline="") as file:
            self.statements = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}

    def span(self, item):
        if item.span:
            return item.span
        start = self.text.index(item.anchor)
        return start, start + len(item.anchor)

    def sentence(self, start, end):
        """The sentence that holds a span whole."""
        held = [s for s in self.sentences if s[0] <= start and end <= s[1]]
        assert len(held) == 1, f"no one sentence holds {start}-{end}"
        return held[0]

    def of(self, item):
        return self.sentence(*self.span(item))

    def said(self, statement):
        row = self.statements[statement]
        return self.sentence(int(row["char_start"]), int(row["char_end"]))


def missing(why):
    """Skip, and say so loudly; in CI, where the article lies beside the repository, there is no excuse."""
    if os.environ.get("CI") and BESIDE.is_dir():
        pytest.fail(f"{why}, although {BESIDE} is there")
    warnings.warn(f"NOT CHECKED AGAINST THE ARTICLE: {why}", stacklevel=2)
    pytest.skip(f"not checked against the article: {why}")


@pytest.fixture(scope="module")
def article():
    name = os.environ.get("KG_SOURCES")
    if not name:
        missing("KG_SOURCES names no folder")
    folder = Path(name)
    sha = SEED.sources["article"].texts[0]
    for path in sorted(folder.glob("*.txt")):
        if hashlib.sha256(path.read_bytes()).hexdigest() == sha:
            break
    else:
        missing(f"no text in KG_SOURCES={name} has the hash of the article")
    if not (folder / "biology" / "statements.tsv").is_file():
        missing(f"KG_SOURCES={name} holds no biology/statements.tsv")
    return Article(folder, path.read_text(encoding="utf-8"))


def pointed():
    """All evidence of the seed that points into the article."""
    items = [item for item in SEED.evidence() if item.anchor or item.span]
    assert all(SEED.source(item).key == "article" for item in items)
    return items


def test_the_table_has_the_statements_of_the_article(article):
    assert {row["statement"] for row in ROWS} == set(article.statements)


@pytest.mark.parametrize("row", PLACED, ids=lambda row: row["statement"])
def test_each_carrier_points_into_the_sentence_of_its_statement(article, row):
    name = row["statement"]
    sentence = article.said(name)
    here = []
    for carrier in carriers(row):
        found = [i for i in evidence(carrier) if (i.anchor or i.span) and article.of(i) == sentence]
        assert found or carrier.startswith("source:"), f"{carrier} does not point into the sentence of {name}"
        here += found
    kind = "background" if name in BACKGROUND else CLAIM[article.statements[name]["modality"]]
    assert kind in {item.claim for item in here}, f"{name} is a {kind}; its carriers say {[i.claim for i in here]}"


def test_a_hedge_is_a_word_of_its_sentence(article):
    for item in pointed():
        start, end = article.of(item)
        for word in item.hedge.split():
            assert re.search(rf"\b{word}\b", article.text[start:end], re.IGNORECASE), item


def test_a_species_is_stated_where_the_evidence_stands(article):
    """In the sentence itself, or, where it says `this effect`, in the one before."""
    for item in pointed():
        start, end = article.of(item)
        before = article.sentences[max(0, article.sentences.index((start, end)) - 1)][0]
        if "this effect" in article.text[start:end]:
            start = before
        for taxon in item.taxon:
            assert re.search(SPECIES[taxon.id], article.text[start:end]), item


def test_every_anchor_and_span_was_checked_and_little_is_reproduced(article):
    report = kg.check(SEED, article.folder, strict=True)
    assert report.diagnostics == ()
    assert report.coverage.checked == report.coverage.total == len(pointed())
    quoted = {n for item in pointed() if item.anchor for n in range(*article.span(item))}
    assert len(quoted) <= 0.15 * len(article.text)


def test_the_prose_is_our_own(article):
    """No nine words in a row of the article stand in the seed, its table, or here; the title of the paper is not a prose."""

    def runs(text):
        words = re.findall(r"[\w+-]+", text.lower())
        return {tuple(words[n : n + 9]) for n in range(len(words) - 8)}

    known = runs(article.text)
    for path in (FOLDER / "mechanism.yaml", FOLDER / "coverage.tsv", Path(__file__)):
        text = path.read_text(encoding="utf-8").replace(SEED.sources["paper"].title, "")
        copied = known & runs(text.replace("\t", " | tab | "))
        assert not copied, f"{path.name}: {copied}"
