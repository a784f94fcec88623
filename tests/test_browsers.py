"""What a reader does, from a file and without a network, in each of three engines: Chromium, Firefox and WebKit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from browsers import ENGINES, SLOW, Tab
from conftest import ACTIVE, LITTLE, SEED, needed, serving

from kg import page, sparql
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Frozen, Node, Sentence, Source
from kg.page.words import Narrative
from kg.reasoning import whatif
from kg.site import static

pytestmark = pytest.mark.slow
TOLD = Narrative(SEED)

#: Notes what goes wrong from now on.
WATCH = """window.wrong = []
addEventListener('error', event => wrong.push(event.message))
addEventListener('unhandledrejection', event => wrong.push(String(event.reason)))
addEventListener('securitypolicyviolation', event => wrong.push(event.violatedDirective + ' ' + event.blockedURI))
"""
#: What the query page says of its answer, once there is one, or an error.
ANSWERED = "return document.querySelector('#status').textContent.match(/^(?!Opening|Running).+/)?.[0]"


@pytest.fixture(scope="module", params=ENGINES)
def tab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    commands, packages, start = ENGINES[request.param]
    command, *_ = (needed(one, packages) for one in commands)
    given = request.getfixturevalue("chromium") if request.param == "chromium" else command
    with start(tmp_path_factory.mktemp(request.param), given) as opened:
        yield opened


@pytest.fixture
def visit(tab: Tab) -> Iterator[Callable[[Path, str], Tab]]:
    """Opens a page from its file; fails on an error in it, and on anything that it asks for."""

    def open_page(path: Path, after: str = "") -> Tab:
        tab.open("about:blank")
        tab.open(path.as_uri() + after)
        tab.js(WATCH)
        return tab

    yield open_page
    tab.enter(None)
    assert tab.js("return wrong") == []
    asked = tab.js("return performance.getEntriesByType('resource').map(one => one.name)")
    assert [url for url in asked if not url.startswith("file:")] == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a little mechanism."""
    folder = tmp_path_factory.mktemp("site")
    static.write([ACTIVE], folder)
    return folder


def until(tab: Tab, body: str, *given: Any) -> Any:
    """What the body of a function returns, once that is something."""
    end = time.monotonic() + SLOW
    while not (found := tab.js(body, *given)):
        assert time.monotonic() < end, f"not in {SLOW} seconds: {body} {given}"
        time.sleep(0.05)
    return found


def press(tab: Tab, selector: str) -> None:
    """Clicks on an element, which must be in sight with nothing in front of it."""
    x, y, free = tab.js(
        """const one = document.querySelector(arguments[0])
        one.scrollIntoView({block: 'center', behavior: 'instant'})
        const {left, top, width, height} = one.getBoundingClientRect(), x = left + width / 2, y = top + height / 2
        return [x, y, one.contains(document.elementFromPoint(x, y))]""",
        selector,
    )
    assert free, f"{selector} is covered"
    tab.click(x, y)


def saved(tab: Tab, name: str) -> bytes:
    """A file that was saved, once it is whole."""
    file, end, before = tab.saved / name, time.monotonic() + SLOW, b""
    while True:
        tab.js("return 1")  # Playwright saves what it has in the meantime
        now = file.read_bytes() if file.exists() else b""
        if now and now == before:
            file.unlink()
            return now
        assert time.monotonic() < end, f"{name} is not saved in {SLOW} seconds: {[*tab.saved.iterdir()]}"
        before = now
        time.sleep(0.2)


def text(tab: Tab, selector: str) -> list[str]:
    """The words of each element that is seen."""
    found = tab.js(
        "return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility()).map(e => e.innerText)",
        selector,
    )
    return [" ".join(one.split()) for one in found]


def test_the_tour_starts(visit: Callable[..., Tab], file: Path) -> None:
    tab = visit(file)
    press(tab, "#next")
    until(tab, "return location.hash === '#stop=1'")
    assert text(tab, ".stop h2") == [SEED.tour[0].title]
    lit = tab.js("return explorer.lit().edges")
    assert set(lit) >= {name for name in SEED.tour[0].light if name in TOLD.edge_number}


def test_a_click_on_a_line_shows_what_it_rests_on(visit: Callable[..., Tab], file: Path) -> None:
    tab = visit(file)
    spot = until(tab, "return explorer.at('activation')")
    tab.click(spot["x"], spot["y"])
    until(tab, "return location.hash === '#edge=activation'")
    assert text(tab, ".card h2") == [TOLD.say(SEED.edge("activation"))]
    assert any(SEED.edge("activation").evidence[0].anchor in one for one in text(tab, ".card .evidence li"))


def test_a_what_if_is_answered_as_by_kg(visit: Callable[..., Tab], file: Path) -> None:
    tab = visit(file)
    press(tab, "#tab-runs")
    press(tab, f"[data-condition='{[*SEED.conditions].index('both-without-TLR7')}']")
    until(tab, "return location.hash === '#tab=runs&in=both-without-TLR7'")
    changed = {step.node: step for step in whatif.whatif(SEED, "both-without-TLR7").changed}
    shown = dict(zip(text(tab, "#outcomes dt"), text(tab, "#outcomes dd"), strict=True))
    outcomes = [key for key, node in SEED.nodes.items() if node.outcome and key in changed]
    assert len(outcomes) > 1
    for key in outcomes:
        step = changed[key]
        assert shown[TOLD.title(key)] == f"{whatif.shown(step.before)} → {whatif.shown(step.after)}"


def test_the_picture_is_saved_as_svg_and_as_png(visit: Callable[..., Tab], file: Path) -> None:
    tab = visit(file)
    press(tab, "#share summary")
    press(tab, "#save-svg")
    drawn = ElementTree.fromstring(saved(tab, "ta1-tlr7.svg"))
    said = " ".join(drawn.itertext())
    assert drawn.findtext("{http://www.w3.org/2000/svg}title") == SEED.title
    assert {"RNase", "TLR7", "miR-146a-5p", "Chemotherapy"} <= set(said.split()) and "medical advice" in said
    assert "brings about or raises" in said and SEED.cite() in said, "a legend, and how to cite it"
    press(tab, "#share summary")
    press(tab, "#save-png")
    data = saved(tab, "ta1-tlr7.png")
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR"
    size = [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)]
    wanted = [2 * float(side) for side in drawn.get("viewBox", "").split()[2:]]
    assert size == [pytest.approx(side, abs=1) for side in wanted] and len(data) > 200_000


def test_a_query_is_answered(visit: Callable[..., Tab], site: Path) -> None:
    tab = visit(site / "query.html", "#question=mechanisms")
    assert " in " in until(tab, ANSWERED)
    press(tab, "[data-save=csv]")
    assert saved(tab, "mechanisms.csv").decode() == sparql.ask("mechanisms", ACTIVE).text("csv")


def test_explorer_and_query_page_work_in_frames_that_may_only_run_scripts(
    visit: Callable[..., Tab], site: Path, file: Path
) -> None:
    frame = '<iframe sandbox="allow-scripts" width="600" height="560" src="{}"></iframe>'
    host = frame.format("seed.html?embed=1") + frame.format("query.html#question=mechanisms")
    (site / "seed.html").write_bytes(file.read_bytes())
    (site / "course.html").write_text(f"<!doctype html><title>A course</title>{host}", encoding="utf-8")
    tab = visit(site / "course.html")
    tab.enter(0)
    until(tab, "return window.explorer")
    tab.js("document.querySelector('#next').click()")
    assert text(tab, ".stop h2") == [SEED.tour[0].title]
    tab.enter(None)
    tab.enter(1)
    assert " in " in until(tab, ANSWERED)


# ---- the writing bench

#: What the bench says, once it says something else than before.
TEXT = LITTLE.read_text(encoding="utf-8")
READY = "return document.documentElement.dataset.core"
SAYS = "return document.getElementById(arguments[0]).innerText.includes(arguments[1])"


def test_change_this_opens_the_text_and_the_bench_checks_runs_and_downloads_it(
    visit: Callable[..., Tab], site: Path
) -> None:
    tab = visit(site / f"{ACTIVE.id}.html")
    press(tab, "#change")
    tab.arrive("/write.html#name=")
    tab.js(WATCH)
    assert until(tab, READY) == "ready"
    assert tab.js("return bench.text()") == TEXT and "# " in TEXT, "comments, too"
    tab.js("bench.put(arguments[0])", TEXT.replace("activates", "activats", 1))
    until(tab, SAYS, "complaints", "'activats' is not a verb")
    tab.js("bench.put(arguments[0])", TEXT.replace("activates", "inhibits", 1))
    until(tab, SAYS, "changes", "→")
    press(tab, "#ask")
    assert until(tab, "return document.querySelector('#result').innerText")
    press(tab, "#save")
    assert saved(tab, LITTLE.name).decode() == TEXT.replace("activates", "inhibits", 1)


def test_the_server_of_kg_write_serves_every_engine(tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "mechanism.yaml"
    file.write_text(TEXT, encoding="utf-8")
    with serving(file) as server:
        tab.open(server.address)
        tab.js(WATCH)
        assert until(tab, READY) == "ready"
        tab.js("bench.put(arguments[0])", TEXT + "# mine\n")
        press(tab, "#save")
        until(tab, SAYS, "state", "Saved")
        assert file.read_text(encoding="utf-8") == TEXT + "# mine\n" and tab.js("return wrong") == []
        tab.open("about:blank")


# ---- lines


def lines() -> Mechanism:
    """Two long lines on bare paper: what a source states, and the curator's inference."""
    stated = Evidence(source="s", span=(1, 9), claim="finding")
    own = Evidence(claim="inference", because="ours")
    return Mechanism(
        id="lines",
        title="Two lines",
        sources=Frozen({"s": Source(key="s", kind="journal article", title="A source")}),
        nodes=Frozen({key: Node(key=key, name=key) for key in "abcd"}),
        edges=(
            Edge(sentence=Sentence("a", "promotes", "b"), name="stated", evidence=(stated,)),
            Edge(sentence=Sentence("c", "promotes", "d"), name="inferred", evidence=(own,)),
        ),
        layout=(("a", *"......", "b"), ("c", *"......", "d")),
    )


#: How dark a line is: the pixels across it, added up where 1 is as dark as can be, on average over a stretch before its mark.
#: ``to`` says where a point of the picture is in pixels.
DARK = """
function dark(ctx, line, to) {
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', line.d)
  const long = path.getTotalLength(), found = []
  for (let n = 0; n < 150; n++) {
    const {x, y} = to(path.getPointAtLength(long * (0.02 + 0.15 * n / 150)))
    const {data} = ctx.getImageData(Math.round(x), Math.round(y) - 3, 1, 7) // across the line
    let sum = 0
    for (let at = 0; at < data.length; at += 4) sum += (data[0] - data[at]) / 255
    found.push(sum)
  }
  return found.reduce((a, b) => a + b) / found.length
}
const {lines} = JSON.parse(document.getElementById('scene').textContent), scale = arguments[0]
"""
LIVE = f"""{DARK}
const canvas = document.querySelector('#net canvas'), corner = canvas.getBoundingClientRect()
const {{nodes}} = JSON.parse(document.getElementById('host').textContent), at = explorer.at('a')
const to = p => ({{x: at.x - corner.left + (p.x - nodes[0].x) * scale, y: at.y - corner.top + (p.y - nodes[0].y) * scale}})
return lines.map(line => dark(canvas.getContext('2d'), line, to))
"""
STILL = f"""{DARK}
if (window.drawn !== arguments[1]) {{
  const image = new Image
  image.onload = () => {{
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    window.ctx = canvas.getContext('2d')
    ctx.drawImage(image, 0, 0)
    window.drawn = arguments[1]
  }}
  image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(arguments[1])
  return
}}
return lines.map(line => dark(ctx, line, p => ({{x: (p.x + 12) * scale, y: (p.y + 66) * scale}})))
"""


@pytest.mark.parametrize("scale", [0.15, 0.3, 1])
def test_dots_are_seen_as_dots_at_every_scale(visit: Callable[..., Tab], tmp_path: Path, scale: float) -> None:
    file = tmp_path / "lines.html"
    file.write_text(page.html(lines()), encoding="utf-8")
    tab = visit(file, f"#at=600,150,{scale}")
    until(tab, "return Math.abs(explorer.scale() - arguments[0]) < 0.001", scale)
    solid, dotted = until(tab, LIVE, scale)
    assert solid > 0.2 and 0.3 * solid < dotted < 0.6 * solid, "on the canvas"
    svg = page.svg(lines())
    _, _, width, height = ElementTree.fromstring(svg).get("viewBox", "").split()
    sized = svg.replace("<svg ", f'<svg width="{float(width) * scale}" height="{float(height) * scale}" ', 1)
    solid, dotted = until(tab, STILL, scale, sized)
    assert solid > 0.05 and 0.3 * solid < dotted < 0.6 * solid, "in a file"
