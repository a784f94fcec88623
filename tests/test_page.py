"""The explorer, driven in Chromium from a file: what is seen, what is said, and that nothing leaves or executes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import kg
from kg import page
from kg.mechanism import Edge, Evidence, Frozen, Mechanism, Node, Note, Place, Sentence, Source, Stop
from kg.vocabulary import Term

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SEED = kg.read("ta1-tlr7")
TIDY = """
.            tumour_control     T_cell_killing     .               .           .             CD8_priming
chemotherapy tumour_cell_death  tumour_miR146a_high TLR7           TLR7_active DC_maturation antigen_presentation
.            spontaneous_bodies apoptotic_bodies   engulfed_bodies miR146a     .             DC_in_lymph_node
.            .                  immune_suppression Ta1             RNase_A     .             .
.            .                  Ta1_blood          .               .           .             .
.            .                  Ta1_supplement     .               .           .             .
"""
EVIL = "</script><script>document.title='gone'</script><img src=x onerror=\"document.title='gone'\">{{ 7*7 }}\u202e"

Open = Callable[..., Any]


# ---- the picture


def test_no_box_is_covered_and_few_lines_cross() -> None:
    score = page.score(SEED)
    assert (score.box_overlaps, score.through_boxes, score.foreign_boxes, score.area_overlaps) == (0, 0, 0, 0)
    tidy = replace(SEED, layout=tuple(tuple(row.split()) for row in TIDY.strip().splitlines()))
    assert page.score(tidy).crossings <= 3  # 0 when this was written


def test_without_a_layout_places_still_hold_only_their_own() -> None:
    score = page.score(replace(SEED, layout=()))
    assert (score.box_overlaps, score.foreign_boxes, score.area_overlaps) == (0, 0, 0)


def test_svg_is_well_formed_titled_described_and_carries_the_strip() -> None:
    root = ElementTree.fromstring(page.svg(SEED))
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text == SEED.title  # type: ignore[union-attr]
    assert all(caveat in root.find(f"{space}desc").text for caveat in SEED.caveats)  # type: ignore[union-attr, operator]
    drawn = " ".join("".join(text.itertext()) for text in root.iter(f"{space}text"))
    for caveat in SEED.caveats:
        assert caveat.split()[-1] in drawn
    assert "style=" not in page.svg(SEED)


def test_a_blocking_edge_ends_on_the_edge_it_blocks() -> None:
    drawing = page.geometry.draw(SEED)
    lines = {line.edge: line for line in drawing.lines if not line.condition}
    assert lines["protection"].end == "degradation"
    x, y = lines["protection"].way.tip
    on_it = page.geometry._samples(lines["degradation"].way.curve, 200)
    assert min((x - px) ** 2 + (y - py) ** 2 for px, py in on_it) < 4


@pytest.mark.parametrize("what", ["html", "svg"])
def test_the_same_bytes_whatever_the_hash_seed(what: str) -> None:
    code = f"import kg, hashlib; from kg import page; print(hashlib.sha256(page.{what}(kg.read('ta1-tlr7')).encode()).hexdigest())"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(kg.__file__).parents[1])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] and len(runs[0]) > 60


def test_importing_the_page_imports_no_host() -> None:
    code = "import sys, kg.page; print(sorted({'pyvis', 'jinja2', 'networkx', 'rdflib', 'IPython'} & set(sys.modules)))"
    env = {**os.environ, "PYTHONPATH": str(Path(kg.__file__).parents[1])}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True).stdout.strip() == "[]"


def test_no_mechanism_is_too_odd_to_draw() -> None:
    node = {key: Node(key=key, place=place) for key, place in (("a", "p"), ("b", "q"), ("c", ""))}
    round_places = {"p": Place(key="p", inside="q"), "q": Place(key="q", inside="p")}
    ring = tuple(Edge(sentence=Sentence(a, "enables", b), name=a + b) for a, b in ("ab", "ba", "aa", "ax"))
    loose = Edge(sentence=Sentence("c", "blocks", "nothing"), name="loose")
    odd = Mechanism(id="odd", nodes=Frozen(node), places=Frozen(round_places), edges=(*ring, loose))
    for mechanism in (Mechanism(), Mechanism(nodes=Frozen(node)), odd):
        ElementTree.fromstring(page.svg(mechanism))
        assert page.html(mechanism).startswith("<!doctype html>")


# ---- the page in a browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    found = shutil.which("chromium")
    if not found:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: install the package chromium")
        pytest.skip("NOT TESTED: chromium is missing, so no page was opened")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "seed.html"
    path.write_text(page.html(SEED), encoding="utf-8")
    return path


@pytest.fixture
def visit(chromium: Any, file: Path) -> Iterator[Open]:
    """Opens a page from its file, refuses every other request, and fails on any, and on any word in the console."""
    contexts, wrong = [], []

    def open_page(after: str = "", width: int = 1440, height: int = 900, path: Path = file, js: bool = True) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", java_script_enabled=js
        )
        contexts.append(context)
        tab = context.new_page()

        def route(handler: Any) -> None:
            if handler.request.url.partition("?")[0].partition("#")[0] == path.as_uri():
                handler.continue_()
            else:
                wrong.append(handler.request.url)
                handler.abort()

        tab.route("**/*", route)
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
        tab.goto(path.as_uri() + after)
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def click_on(tab: Any, name: str) -> None:
    spot = tab.evaluate("name => explorer.at(name)", name)
    tab.mouse.click(spot["x"], spot["y"])


def test_clicking_an_edge_shows_its_evidence(visit: Open) -> None:
    tab = visit()
    click_on(tab, "activation")
    card = tab.locator(".card:visible")
    assert card.locator("h2").inner_text() == "miR-146a-5p activates TLR7 signalling"
    text = card.inner_text()
    for said in ("miR146a-5p was able to activate Toll-like receptor 7", "finding", "intact TLR7 signaling", "Needs"):
        assert said in text
    assert "blog report, read in full; it reports a journal article, not read" in text
    assert "not stated here; source: primarily mouse" in text
    assert tab.evaluate("location.hash") == "#edge=activation"


def test_clicking_a_node_shows_its_term_and_its_edges(visit: Open) -> None:
    tab = visit()
    click_on(tab, "RNase_A")
    card = tab.locator(".card:visible")
    assert "RNase A degrades miR-146a-5p" in card.inner_text()
    link = card.locator("a").first
    assert link.get_attribute("href") == "https://meshb.nlm.nih.gov/record/ui?ui=D012259"
    assert "noopener" in link.get_attribute("rel")


def test_a_blocking_edge_says_and_lights_what_it_blocks(visit: Open) -> None:
    tab = visit("#edge=protection")
    blocked = tab.locator(".card:visible .blocked").first
    assert "It blocks the step:" in blocked.inner_text() and "RNase A degrades miR-146a-5p" in blocked.inner_text()
    blocked.locator("button").click()
    assert tab.locator(".card:visible h2").inner_text() == "RNase A degrades miR-146a-5p"
    assert "It is blocked where" in tab.locator(".card:visible").inner_text()


def test_an_inference_is_marked_as_the_curators_own(visit: Open) -> None:
    text = visit("#edge=depletion").locator(".card:visible").inner_text()
    for said in ("characters 4517–4555 of the blog report", "hedged: “if”", "Curator’s own:", "complete"):
        assert said in text


def test_the_tour_by_button_and_by_key_with_plain_words_and_a_hidden_answer(visit: Open) -> None:
    tab = visit()
    assert tab.locator(".stop:visible h2").inner_text() == SEED.title
    tab.click("#next")
    tab.keyboard.press("ArrowRight")
    assert tab.locator(".stop:visible h2").inner_text() == SEED.tour[1].title
    assert tab.evaluate("location.hash") == "#stop=2"
    tab.check("#plain")
    assert tab.locator(".stop:visible .caption:visible").inner_text() == SEED.tour[1].plain
    asked = next(n for n, stop in enumerate(SEED.tour, 1) if stop.question)
    tab = visit(f"#stop={asked}")
    answer = tab.get_by_text(SEED.tour[asked - 1].answer)
    assert not answer.is_visible()
    tab.click(".stop:visible summary")
    assert answer.is_visible()


def test_zoom_pan_and_fit_by_keyboard(visit: Open) -> None:
    tab = visit()
    start = tab.evaluate("explorer.scale()")
    tab.focus("#stage")
    tab.keyboard.press("+")
    assert tab.evaluate("explorer.scale()") > start
    at = tab.evaluate("explorer.at('TLR7')")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("explorer.at('TLR7')")["x"] < at["x"]
    tab.keyboard.press("0")
    assert tab.evaluate("explorer.scale()") == pytest.approx(start)


def test_every_step_is_in_the_list_once_and_selects_it(visit: Open) -> None:
    tab = visit()
    tab.click("#tab-steps")
    buttons = tab.locator("#steps [data-edge]")
    assert sorted(map(int, buttons.evaluate_all("all => all.map(b => b.dataset.edge)"))) == list(range(len(SEED.edges)))
    buttons.nth(3).click()
    assert buttons.nth(3).get_attribute("aria-current") == "true"
    assert "edge=" in tab.evaluate("location.hash")


@pytest.mark.parametrize(("after", "width", "height"), [("", 1440, 900), ("", 390, 844), ("?embed=1", 800, 560)])
def test_the_source_strip_is_in_sight_and_nothing_is_clipped(visit: Open, after: str, width: int, height: int) -> None:
    tab = visit(after, width, height)
    for caveat in SEED.caveats:
        box = tab.get_by_text(caveat, exact=True).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and 0 < box["y"] + box["height"] <= height, caveat
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("#net canvas").bounding_box()["height"] > 200


def test_the_embed_credits_the_article_and_the_paper(visit: Open) -> None:
    credit = visit("?embed=1", 800, 560).locator("#strip .credit")
    assert credit.is_visible()
    for key in ("article", "paper"):
        assert SEED.sources[key].publisher in credit.inner_text()


def test_in_a_sandboxed_frame(visit: Open, file: Path) -> None:
    host = file.with_name("host.html")
    host.write_text(f'<iframe sandbox="allow-scripts" width="800" height="560" src="{file.name}?embed=1"></iframe>')
    context_page = visit()
    context_page.unroute("**/*")
    context_page.goto(host.as_uri())
    frame = context_page.frames[1]
    frame.click("#next")
    assert frame.locator(".stop:visible h2").inner_text() == SEED.tour[0].title


def test_without_javascript_the_picture_and_the_steps_are_there(visit: Open) -> None:
    tab = visit(js=False)
    assert tab.locator("#static svg").is_visible()
    assert tab.get_by_text("RNase A degrades miR-146a-5p", exact=True).first.is_visible()
    assert tab.locator("#steps li").count() == len(SEED.edges)
    assert not tab.locator("#next").is_visible()


def test_on_paper_the_static_picture_the_strip_and_the_steps_are_printed(visit: Open) -> None:
    tab = visit()
    tab.emulate_media(media="print")
    assert tab.locator("#static svg").is_visible() and tab.locator("#strip").is_visible()
    assert tab.locator("#steps").is_visible() and not tab.locator("#net").is_visible()


def hostile() -> Mechanism:
    url = "javascript:document.title='gone'"
    item = Evidence(source=EVIL, anchor=EVIL, because=EVIL, claim="finding", hedge=EVIL)
    nodes = {
        "a": Node(key="a", name=EVIL, term=Term("HGNC:1", EVIL), note=EVIL, place=EVIL, kind=EVIL),
        "b": Node(key="b", name="long " + "x" * 10_000, note=EVIL),
        EVIL: Node(key=EVIL, name="\ud800\x00\u2028" + EVIL),
    }
    return Mechanism(
        id=EVIL,
        title=EVIL,
        summary=EVIL,
        licence=EVIL,
        sources=Frozen({EVIL: Source(key=EVIL, kind=EVIL, title=EVIL, url=url, doi=url, pmid=EVIL, interest=EVIL)}),
        places=Frozen({EVIL: Place(key=EVIL, name=EVIL)}),
        nodes=Frozen(nodes),
        edges=(
            Edge(sentence=Sentence("a", "activates", "b"), name=EVIL, evidence=(item,)),
            Edge(sentence=Sentence("b", "activates", EVIL), name="plain", evidence=(item,)),
        ),
        notes=(Note(note=EVIL, about=(EVIL, "a"), evidence=(item,)),),
        tour=(Stop(title=EVIL, caption=EVIL, plain=EVIL, light=("a", EVIL), question=EVIL, answer=EVIL),),
    )


def test_hostile_text_is_shown_as_text(visit: Open, tmp_path: Path) -> None:
    bad = hostile()
    path = tmp_path / "hostile.html"
    path.write_text(page.html(bad), encoding="utf-8")
    ElementTree.fromstring(page.svg(bad))
    tab = visit(path=path)
    shown = EVIL.replace("\u202e", "\ufffd")
    assert tab.title() == shown and tab.locator("h1").inner_text() == shown
    tab.click("#next")
    for name in ("a", "b"):
        click_on(tab, name)
        tab.wait_for_timeout(20)
    for key in ("steps", "notes", "card"):
        tab.click(f"#tab-{key}")
    assert tab.title() == shown
    links = tab.locator("a[href]").evaluate_all("all => all.map(a => a.protocol)")
    assert set(links) <= {"https:", "http:", "file:"}
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1440
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", path.read_text(encoding="utf-8").partition("<script>")[0])
