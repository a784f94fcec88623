"""Figures for print, and pictures that a reader saves: what is in them, its legend, and text that can be read."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from conftest import ACTIVE, LITTLE, SEED, SEEDS, Open
from pypdf import PdfReader

import kg
from kg import page
from kg.cli import main
from kg.model.diagnostics import install
from kg.page.figure import POINT, Figure, TooNarrow, figure
from kg.page.picture import Picture
from kg.page.words import Narrative
from kg.reasoning.merge import merge
from kg.reasoning.whatif import whatif

SPACE = "{http://www.w3.org/2000/svg}"
LINES = {
    "brings about or raises",
    "lowers or destroys",
    "blocks the step it ends on",
    "touches or works with",
    "related, no effect stated",
    "needed for the step",
    "stated by the source",
    "supposed by its authors",
    "the curator’s inference",
    "partly the curator’s inference",
    "drawn, not run",
}
BOXES = {"treatment", "structure", "state", "process", "molecule", "cell", "outcome"}
MAIN_LINE = LINES - {
    "touches or works with",
    "related, no effect stated",
    "supposed by its authors",
    "partly the curator’s inference",
    "drawn, not run",
}


def legend_of(svg: str | bytes) -> set[str]:
    """The texts of the legend of a figure."""
    groups = [one for one in ElementTree.fromstring(svg).iter(f"{SPACE}g") if one.get("data-sign")]
    found = ["".join(text.itertext()) for group in groups for text in group.iter(f"{SPACE}text")]
    assert len(found) == len(set(found))
    return set(found)


def words_of(svg: str | bytes) -> str:
    return " ".join(" ".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SPACE}text"))


def smallest(made: Figure) -> float:
    """The size of the smallest letters in points, through every transform, from the width in millimetres."""
    root = ElementTree.fromstring(made.svg)
    box = [float(value) for value in root.get("viewBox", "").split()]
    width = float(root.get("width", "").removesuffix("mm"))
    sizes = []

    def walk(element: ElementTree.Element, by: float) -> None:
        for scale in re.findall(r"scale\(([\d.]+)\)", element.get("transform", "")):
            by *= float(scale)
        if element.tag == f"{SPACE}text":
            sizes.append(float(element.get("font-size", "")) * by)
        for child in element:
            walk(child, by)

    walk(root, width / POINT / box[2])
    return min(sizes)


def seen(made: Figure, width: float, legend: set[str]) -> None:
    """What every figure has to have."""
    text = words_of(made.svg)
    assert made.width == width and f'width="{width:g}mm"' in made.svg
    assert smallest(made) >= 5.995 and made.smallest == pytest.approx(smallest(made), abs=0.02)
    assert legend_of(made.svg) == legend
    for said in (*SEED.title.split(), *SEED.caveats[-1].split(), "Peptide", "Source:", "Cite", "0.1.0"):
        assert said in text, said
    assert "…" not in text


def test_a_figure_that_is_wide_enough_keeps_the_layout_of_its_file() -> None:
    made = figure(SEED, 240)
    seen(made, 240, LINES | BOXES)
    own = {line["d"] for line in Picture(Narrative(SEED)).lines}
    assert own <= set(re.findall(r' d="([^"]+)"', made.svg))
    assert SEED.summary.split()[-1] in words_of(made.svg)


@pytest.mark.slow
@pytest.mark.parametrize("width", [85, 170])
def test_the_first_mechanism_fits_a_column_and_a_page(width: int) -> None:
    made = figure(SEED, width)
    seen(made, width, LINES | BOXES)
    assert made.height < 250
    boxes = set(re.findall(r'text-anchor="middle" font-size="[\d.]+" fill="#1d2430"><tspan x="([\d.]+)"', made.svg))
    assert len(boxes) == {85: 3, 170: 7}[width], "so many columns"
    assert len(re.findall(r"<g[^>]*><title>", made.svg)) == len(Picture(Narrative(SEED)).lines) + len(SEED.nodes)


def test_the_main_line_has_the_legend_of_what_is_in_it() -> None:
    made = figure(SEED, 200, line_only=True)
    seen(made, 200, MAIN_LINE | BOXES)
    assert "The main line: 10 of 28 steps" in words_of(made.svg)
    with pytest.raises(kg.KgError, match="declares no main line"):
        figure(ACTIVE, 170, line_only=True)


def test_a_figure_lights_a_stop_and_says_so() -> None:
    made = figure(SEED, 240, stop=4)
    text = words_of(made.svg)
    assert f"In full colour: {SEED.tour[3].title}; everything else is faint" in text
    assert SEED.tour[3].caption.split()[-1] in text and 'opacity="0.14"' in made.svg
    assert 'opacity="0.14"' not in figure(SEED, 240).svg


def test_a_figure_of_a_what_if_has_the_question_and_the_answer() -> None:
    answer = whatif(SEED, "both", {"TLR7": "absent"})
    made = figure(SEED, 240, answer=answer)
    seen(made, 240, LINES | BOXES | {"value after the run, changed", "value after the run, as before"})
    text = " ".join(words_of(made.svg).split())
    for said in (
        "What if: Chemotherapy and Tα-1 · TLR7 absent",
        "Compared with Chemotherapy and Tα-1.",
        "Tumour control: strong → partial",
        "Why: no longer: antigen presentation enables CD8⁺ T-cell priming",
        "✕ set: absent",
        answer.cite,
    ):
        assert said in text, said


def test_what_is_too_large_names_the_nearest_width_that_works() -> None:
    large = next(one for one in SEEDS if one.id == "complement-synapses")
    with pytest.raises(
        TooNarrow, match=r"at 85 mm its text would be smaller than 6 pt; the nearest width that works is \d+ mm"
    ) as said:
        figure(large, 85)
    assert smallest(figure(large, said.value.works)) >= 5.995
    with pytest.raises(TooNarrow):
        figure(large, said.value.works - 1)


# ---------------------------------------------------------------- the command


def test_the_command_writes_each_format_by_its_ending(tmp_path: Path) -> None:
    def run(*asked: str) -> Any:
        return CliRunner().invoke(main, ["figure", str(LITTLE), *asked])

    for ending in ("svg", "pdf", "png"):
        done = run("--width", "17cm", "-o", str(tmp_path / f"a.{ending}"))
        assert done.exit_code == 0 and "170 x " in done.output and "text from 6.0 pt" in done.output, done.output
    svg, pdf, png = ((tmp_path / f"a.{ending}").read_bytes() for ending in ("svg", "pdf", "png"))
    assert ElementTree.fromstring(svg).get("width") == "170mm"
    sheet = PdfReader(tmp_path / "a.pdf").pages[0]
    assert float(sheet.mediabox.width) * POINT == pytest.approx(170, abs=0.1)
    assert "medical advice" in sheet.extract_text() and ACTIVE.title in " ".join(sheet.extract_text().split())
    assert int.from_bytes(png[16:20], "big") == pytest.approx(170 / 25.4 * 600, abs=1)
    again = tmp_path / "again.pdf"
    assert run("-o", str(again)).exit_code == 0 and again.read_bytes() == pdf, "the same bytes"


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (("--width", "wide"), 2, "'wide' is not a width; write one such as 85mm, 17cm or 6.7in"),
        (("--width", "2mm"), 2, "a figure is from 20mm to 5000mm wide"),
        (("-o", "a.gif"), 2, "end it in .svg, .pdf or .png"),
        (("--stop", "99"), 2, "the tour of ta1-tlr7 has "),
        (("--stop", "1", "--light", "TLR7"), 2, "not both"),
        (("--light", "TLR77"), 1, "no node is called 'TLR77'; did you mean 'TLR7'?"),
        (("--set", "TLR7"), 2, "write NODE=VALUE"),
        (("--in", "nowhere"), 1, "nowhere"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    asked: tuple[str, ...], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["figure", "ta1-tlr7", *asked])
    assert done.exit_code == code and said in done.output, done.output
    assert not list(tmp_path.iterdir()), "nothing is half-written"


def test_without_typst_the_command_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    done = CliRunner().invoke(main, ["figure", str(LITTLE), "-o", str(tmp_path / "a.pdf")])
    assert done.exit_code == 1 and install("figure") in done.output
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- pictures in files, and those that a reader saves


@pytest.mark.parametrize("mechanism", [SEED, ACTIVE], ids=lambda one: one.id)
def test_pictures_in_files_have_the_legend_of_what_is_in_them(mechanism: kg.Mechanism) -> None:
    shapes = Picture(Narrative(mechanism))
    drawn = {node.drawn_as for node in mechanism.nodes.values()}
    for svg in (page.svg(mechanism), page.svg(mechanism, dark=True), *list(page.pictures(mechanism).values())[:-1]):
        legend = legend_of(svg)
        assert legend == {sign["text"] for sign in shapes.legend}
        assert {text for text in legend if text in BOXES} - {"outcome"} == drawn
    listed = page.html(mechanism).partition('id="legend"')[2].partition("</footer>")[0]
    assert listed.count("<li") == len(shapes.legend)


def test_the_overview_of_parts_has_its_own_legend() -> None:
    whole = merge([SEED, ACTIVE])
    assert legend_of(page.svg(whole)) <= {"n nodes in both", "a part, with its steps"}
    assert LINES - {sign["text"] for sign in Picture(Narrative(whole), parted=True).legend} == set()


def saved(tab: Any, ending: str = "svg") -> bytes:
    tab.click("#share summary")
    with tab.expect_download() as download:
        tab.click(f"#save-{ending}")
    return Path(download.value.path()).read_bytes()


@pytest.mark.slow
def test_a_saved_picture_is_what_is_seen_with_all_that_it_needs(visit: Open) -> None:
    tab = visit("?theme=dark")
    svg = saved(tab)
    text = words_of(svg)
    for said in (
        SEED.title,
        "Source: Peptide Association",
        "Cite as https://w3id.org/immune-kg/ta1-tlr7",
        SEED.summary.split()[-1],
        *LINES,
        *BOXES,
    ):
        assert said in text, said
    assert "faint" not in text and b"#fbfaf7" in svg, "in the colours of paper"
    assert len(re.findall(rb"<path", svg)) > len(Picture(Narrative(SEED)).lines) + 2 * len(SEED.nodes)

    tab.evaluate("location.hash = 'stop=4&claim=finding'")
    tab.locator(".stop.on h2", has_text=SEED.tour[3].title).wait_for()
    svg = saved(tab)
    assert (
        "Stop 4: By default the message is destroyed. 12 of 28 steps are lit. Firmest claim: finding. Everything else is faint."
        in words_of(svg)
    )
    assert b'opacity="0.14"' in svg

    tab.evaluate("location.hash = 'tab=explore'")
    tab.fill("#table", "TLR7,1.8\nRNase A,-0.6\nmiR-146a-5p,-2.4")
    tab.click("#colour")
    svg = saved(tab)
    text = words_of(svg)
    assert text.count("−2.4") == 2 and "2.4" in text.replace("−2.4", "") and "The reader’s own numbers" in text
    stops = [one.get("stop-color") for one in ElementTree.fromstring(svg).iter(f"{SPACE}stop")]
    assert stops == ["#0571b0", "#92c5de", "#f7f7f7", "#f4a582", "#ca0020"]
    png = saved(tab, "png")
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(png[16:20], "big") > 2000


@pytest.mark.slow
def test_what_is_saved_of_many_steps_is_the_part_that_is_seen(visit: Open, tmp_path: Path) -> None:
    whole = merge([ACTIVE, SEED])
    path = tmp_path / "all.html"
    path.write_text(page.html(whole), encoding="utf-8")
    tab = visit("", path=path)
    overview = words_of(saved(tab))
    assert "a part, with its steps" in overview and "28 steps" in overview and "molecule" not in overview
    tab.evaluate("location.hash = 'stop=1'")
    tab.locator("#count", has_text="1").wait_for()
    svg = saved(tab)
    part = words_of(svg)
    assert f"Part 1 of 2: {ACTIVE.title}" in part and "28 steps" not in part and "RNase" not in part
    texts = {"".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SPACE}text")}
    assert texts & BOXES - {"outcome"} == {node.drawn_as for node in ACTIVE.nodes.values()}
    assert texts & LINES == {sign["text"] for sign in Picture(Narrative(ACTIVE)).legend} & LINES
    tab.evaluate("key => { location.hash = 'node=' + key }", whole.keys["ta1-tlr7.RNase_A"])
    tab.locator(".card.on h2", has_text="RNase A").wait_for()
    part = words_of(saved(tab))
    assert f"Part 2 of 2: {SEED.title}" in part and "Chosen: RNase A. Everything else is faint." in part


@pytest.mark.slow
def test_a_printed_what_if_has_its_answer(visit: Open, tmp_path: Path) -> None:
    tab = visit("#tab=steps&in=both&set=TLR7%3Dabsent")
    tab.locator("#running-title", has_text="TLR7 absent").wait_for()
    tab.pdf(path=tmp_path / "print.pdf", format="A4")
    pages = [" ".join(one.extract_text().split()) for one in PdfReader(tmp_path / "print.pdf").pages]
    assert "What if: Chemotherapy and Tα-1 · TLR7 absent" in pages[0] and "the curator’s inference" in pages[0]
    text = " ".join(pages[:3])
    for said in (
        "Tumour control strong → partial",
        "Given: Chemotherapy present",
        "because it needs TLR7, which is absent",
        "prediction",
    ):
        assert said in text, said
    tab = visit("#tab=runs&in=both&set=TLR7%3Dabsent&beside=1")
    tab.locator("#net-of strong").wait_for()
    both = words_of(saved(tab))
    assert both.count("Dendritic-cell") == 2 and both.count("Δ") > 3, "two conditions are two pictures"
    tab = visit("#tab=steps")
    tab.pdf(path=tmp_path / "none.pdf", format="A4")
    assert "What follows" not in "".join(one.extract_text() for one in PdfReader(tmp_path / "none.pdf").pages[:3])
