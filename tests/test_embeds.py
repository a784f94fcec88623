"""What a reader of a small screen, a frame or a course system gets: text that can be read, a tour, a legend, a report."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from conftest import ACTIVE, LITTLE, SEED, Open

from kg import page
from kg.cli import main
from kg.page.course import manifest
from kg.page.picture import Picture
from kg.page.words import Narrative

#: Sizes of frames, from the smallest that a tour should work in.
FRAMES = [(320, 400), (360, 640), (400, 400), (700, 450), (1100, 560), (1280, 720)]

#: Notes each text that is written on a canvas, with the size of its letters on the screen.
NOTE = """() => { const {prototype: p} = CanvasRenderingContext2D, fill = p.fillText; window.lettered = [];
  p.fillText = function (text, ...rest) {
    lettered.push([text, parseFloat(/([\\d.]+)px/.exec(this.font)[1]) * this.getTransform().a / devicePixelRatio, this.font.startsWith('600')]);
    return fill.call(this, text, ...rest);
  } }"""


def written(tab: Any, address: str) -> list[tuple[str, float, bool]]:
    """The texts that the picture of an address has, the size of their letters on the screen in pixels, and whether bold."""
    tab.evaluate(
        "address => { lettered.length = 0; location.hash = address; dispatchEvent(new Event('hashchange')) }", address
    )
    tab.wait_for_function("() => lettered.length > 1")
    return list(
        tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(lettered))))")
    )


# ---- text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("after", "width", "height", "least"), [("", 1280, 720, 11), ("", 390, 844, 9), ("?embed=1", 700, 450, 9)]
)
def test_text_is_legible_at_first_look_and_no_name_of_a_place_is_smaller_than_those_of_its_nodes(
    visit: Open, after: str, width: int, height: int, least: float
) -> None:
    shapes = Picture(Narrative(SEED))
    labels = {line for key in SEED.nodes for line in shapes.face(key)["lines"]}
    names = {text for area in shapes.areas for text in (*area["lines"], " ".join(area["lines"]))}
    tab = visit(after, width, height)
    tab.evaluate(NOTE)
    for stop in range(len(SEED.tour) + 1):
        found = written(tab, f"#stop={stop}")
        sizes = [size for text, size, bold in found if text in labels and not bold]
        assert len(sizes) > 1 and min(sizes) >= least, f"stop {stop}"
        assert min(size for text, size, bold in found if text in names and bold) >= max(sizes), f"stop {stop}"


@pytest.mark.slow
def test_strip_and_legend_fold_and_take_no_more_than_a_fifth_of_the_height(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "long-strip.html"
    path.write_text(page.html(replace(SEED, scope=SEED.scope * 40)), encoding="utf-8")
    high = "['#strip', '#legend'].reduce((sum, one) => sum + document.querySelector(one).offsetHeight, 0)"
    for file in ({}, {"path": path}):
        for after, sizes in (("", [(1440, 900), (1280, 720), (390, 844)]), ("?embed=1", FRAMES)):
            tab = visit(after, *sizes[0], **file)
            for width, height in sizes:
                tab.set_viewport_size({"width": width, "height": height})
                tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
                assert tab.evaluate(high) <= height / 5, (after, width, height)
                box, strip = (tab.locator(one).bounding_box() for one in ("#strip li:first-child", "#strip"))
                assert box["y"] + box["height"] <= strip["y"] + strip["height"], (after, width, height)
    assert tab.locator("#strip li").first.inner_text() == "Research findings, not medical advice"
    folded = tab.locator("#strip").bounding_box()["height"]
    tab.click("#unfold")
    assert tab.locator("#strip").bounding_box()["height"] > folded and tab.locator("#unfold").inner_text() == "Less"
    tab = visit("", 1440, 900)
    assert tab.locator("#legend").is_visible()
    tab.click("#key")
    assert not tab.locator("#legend").is_visible() and tab.locator("#key").get_attribute("aria-expanded") == "false"


def test_the_legend_is_in_order_and_has_what_occurs() -> None:
    shapes = Picture(Narrative(SEED))
    boxes = [one["text"] for one in shapes.legend if one["box"]]
    assert boxes == ["treatment", "molecule", "structure", "cell", "process", "state", "outcome"]
    assert not {"unless", "definition"} & {one["key"] for one in shapes.legend}
    assert {"definition"} <= {one["key"] for one in Picture(Narrative(ACTIVE)).legend}


# ---- frames


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), FRAMES)
def test_in_a_frame_of_any_size_the_tour_can_be_started_the_legend_opens_and_the_credit_stays(
    visit: Open, width: int, height: int
) -> None:
    tab = visit("?embed=1", width, height)

    def whole(selector: str) -> bool:
        """Whether all of it is in sight, and nothing lies over it."""
        return bool(
            tab.evaluate(
                """selector => { const e = document.querySelector(selector), b = e.getBoundingClientRect();
                return b.width > 0 && b.left >= 0 && b.top >= 0 && b.right <= innerWidth && b.bottom <= innerHeight &&
                  e.contains(document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2)) }""",
                selector,
            )
        )

    assert whole("#next") and tab.locator("#next").inner_text() == "Start the tour →"
    assert tab.locator("#stage").bounding_box()["height"] >= 140
    for n in range(len(Narrative(SEED).credits)):
        assert whole(f"#strip .credit span:nth-child({n + 1})")
    strip = tab.locator("#strip ul").bounding_box()
    for caveat in SEED.caveats:
        box = tab.get_by_text(caveat, exact=True).bounding_box()
        assert strip["y"] - 2 <= box["y"] and box["y"] + box["height"] <= strip["y"] + strip["height"] + 2, caveat
    tab.click("#key")
    assert whole("#legend") and "brings about or raises" in tab.locator("#legend").inner_text()
    tab.click("#key")
    tab.click("#next")
    assert whole("#next") and whole("#back") and tab.locator("#count").inner_text() == f"1 of {len(SEED.tour)}"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_in_a_frame_the_wheel_and_a_finger_scroll_the_page_around_it_and_ctrl_or_two_fingers_zoom(
    chromium: Any, file: Path
) -> None:
    host = file.with_name("scrolls.html")
    frame = f'<iframe sandbox="allow-scripts" width="700" height="450" src="{file.name}?embed=1"></iframe>'
    host.write_text(f'<body style="margin:0;height:3000px">{frame}</body>')
    context = chromium.new_context(viewport={"width": 900, "height": 700}, has_touch=True)
    tab = context.new_page()
    tab.goto(host.as_uri())
    inside = tab.frames[1]
    inside.wait_for_function("() => window.explorer")
    scale = inside.evaluate("explorer.scale()")
    inside.evaluate(
        """() => { const hint = document.getElementById('hint'); window.hinted = [];
        new MutationObserver(() => hint.matches('.on') && hinted.push(hint.innerText)).observe(hint, {attributes: true}) }"""
    )
    tab.mouse.move(200, 200)
    tab.mouse.wheel(0, 100)
    tab.wait_for_function("() => scrollY > 50")
    assert inside.evaluate("explorer.scale()") == scale
    assert "Ctrl" in inside.evaluate("hinted.at(-1)")
    tab.keyboard.down("Control")
    tab.mouse.wheel(0, -100)
    inside.wait_for_function("scale => explorer.scale() > scale", arg=scale)
    tab.keyboard.up("Control")

    touch = context.new_cdp_session(tab)

    def drag(*ways: tuple[int, int, int, int]) -> None:
        for step in range(-1, 12):
            points = [
                {"x": x + dx * max(step, 0), "y": y + dy * max(step, 0), "id": n}
                for n, (x, y, dx, dy) in enumerate(ways)
            ]
            kind = "touchStart" if step < 0 else "touchMove" if step < 11 else "touchEnd"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if step < 11 else []})
            tab.evaluate("new Promise(requestAnimationFrame)")

    tab.evaluate("scrollTo(0, 0)")
    before = inside.evaluate("explorer.scale()")
    drag((200, 300, 0, -15))
    tab.wait_for_function("() => scrollY > 50")
    assert inside.evaluate("explorer.scale()") == before
    inside.wait_for_function("() => hinted.at(-1).includes('two fingers')")
    tab.evaluate(
        """new Promise(done => { let last = -1, still = 0; const look = () => {
        still = scrollY === last ? still + 1 : 0; last = scrollY; still > 40 ? done() : requestAnimationFrame(look) }; look() })"""
    )  # what the finger has thrown comes to rest
    tab.evaluate("scrollTo(0, 0)")
    tab.evaluate(
        "new Promise(done => setTimeout(done, 400))"
    )  # Chromium takes a touch in a frame that moves for its end
    drag((180, 250, -8, 0), (220, 250, 8, 0))
    inside.wait_for_function("scale => explorer.scale() > 1.2 * scale", arg=before)
    assert tab.evaluate("scrollY") == 0
    context.close()


# ---- slides


def test_slides_carry_the_values_of_the_stop() -> None:
    files, told = page.pictures(SEED), Narrative(SEED)
    for text, stop in zip(files.values(), SEED.tour, strict=False):
        texts = ElementTree.fromstring(text).iter("{http://www.w3.org/2000/svg}text")
        whole = " ".join(" ".join("".join(one.itertext()).split()) for text in texts for one in text)
        outcomes = told.outcomes(stop)
        assert (outcomes is not None) == bool(stop.condition)
        for cell in outcomes.cells if outcomes else ():
            assert f"{cell.label}: {' or '.join(cell.values)} ({cell.status})" in whole
    assert sum(bool(stop.condition) for stop in SEED.tour) > 1


# ---- course systems

#: What elements of a manifest hold, and in which order, by the schemas of IMS CP 1.1.2 and ADL SCORM 1.2: as far as ours have them.
CP, ADL = "{http://www.imsproject.org/xsd/imscp_rootv1p1p2}", "{http://www.adlnet.org/xsd/adlcp_rootv1p2}"
HOLDS = {
    "manifest": (["metadata", "organizations", "resources"], {"identifier", "version"}),
    "metadata": (["schema", "schemaversion"], set()),
    "organizations": (["organization"], {"default"}),
    "organization": (["title", "item"], {"identifier"}),
    "item": (["title"], {"identifier", "identifierref"}),
    "resources": (["resource"], set()),
    "resource": (["file"], {"identifier", "type", "href", f"{ADL}scormtype"}),
    "file": ([], {"href"}),
    **{name: ([], set()) for name in ("title", "schema", "schemaversion")},
}


@pytest.mark.parametrize("language", ["", "de"])
def test_a_manifest_has_what_scorm_wants(language: str) -> None:
    root = ElementTree.fromstring(manifest(replace(SEED, title="A & B " * 99), language))
    for element in root.iter():
        holds, has = HOLDS[element.tag.removeprefix(CP)]
        assert [one.tag.removeprefix(CP) for one in element] == holds
        spoken = {"parameters"} if language and element.tag == f"{CP}item" else set()
        assert set(element.attrib) == has | spoken
    found = {element.attrib["identifier"]: element for element in root.iter() if "identifier" in element.attrib}
    assert len(found) == 4 and all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in found)
    organizations, item = (next(root.iter(f"{CP}{name}")) for name in ("organizations", "item"))
    assert found[organizations.attrib["default"]].tag == f"{CP}organization"
    resource = found[item.attrib["identifierref"]]
    assert item.get("parameters", "") == ("#lang=de" if language else "")
    assert (resource.get(f"{ADL}scormtype"), resource.get("type")) == ("sco", "webcontent")
    assert resource.get("href") == next(root.iter(f"{CP}file")).get("href") == "index.html"
    assert [one.text for one in root.iter() if one.tag in (f"{CP}schema", f"{CP}schemaversion")] == ["ADL SCORM", "1.2"]
    assert all(0 < len(one.text or "") <= 200 for one in root.iter(f"{CP}title"))


@pytest.fixture(scope="session")
def package() -> bytes:
    return page.scorm(SEED)


@pytest.mark.slow
def test_a_package_holds_its_manifest_and_one_page_that_asks_for_nothing(package: bytes) -> None:
    archive = ZipFile(io.BytesIO(package))
    assert archive.namelist() == ["imsmanifest.xml", "index.html"]
    text = archive.read("index.html").decode()
    assert "default-src 'none'" in text and "LMSInitialize" in text
    assert "LMSInitialize" not in page.html(SEED), "only pages of a course system report"


@pytest.mark.slow
def test_a_package_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    run = CliRunner()
    out = tmp_path / "course.zip"
    done = run.invoke(main, ["embed", "ta1-tlr7", "--scorm", str(out)])
    assert (done.exit_code, done.output) == (0, f"{out}\n") and ZipFile(out).testzip() is None
    both = run.invoke(main, ["embed", "ta1-tlr7", "--scorm", str(out), "--images", str(tmp_path / "slides")])
    assert both.exit_code == 2 and "give one of them" in both.output and not (tmp_path / "slides").exists()
    nowhere = run.invoke(main, ["embed", "ta1-tlr7", "--scorm", str(tmp_path / "none" / "course.zip")])
    assert nowhere.exit_code == 1 and "no such folder" in nowhere.output
    folder = run.invoke(main, ["embed", "ta1-tlr7", "--scorm", str(tmp_path)])
    assert folder.exit_code == 1
    without = run.invoke(
        main, ["embed", str(Path(__file__).parent / "little" / "mechanism.yaml"), "--scorm", str(tmp_path / "b.zip")]
    )
    assert without.exit_code == 2 and "no `tour:`" in without.output
    slides = run.invoke(main, ["embed", str(LITTLE), "--images", str(tmp_path / "slides")])
    assert slides.exit_code == 2 and "no `tour:`" in slides.output and not (tmp_path / "slides").exists()
    assert [file.name for file in tmp_path.iterdir()] == ["course.zip"]


#: A course system: it takes what SCORM 1.2 allows, in the order that it wants, and keeps it under `kept` for the next time.
SYSTEM = """
const kept = JSON.parse(sessionStorage.kept ?? '{}'), calls = window.calls = []; let state = 'new', error = '0';
const allowed = {
  'cmi.core.lesson_status': /^(passed|completed|failed|incomplete|browsed)$/, 'cmi.core.lesson_location': /^.{0,255}$/,
  'cmi.core.score.raw': /^(\\d{1,2}|100)$/, 'cmi.core.score.min': /^0$/, 'cmi.core.score.max': /^100$/,
  'cmi.core.session_time': /^\\d{2,4}:[0-5]\\d:[0-5]\\d$/, 'cmi.core.exit': /^(time-out|suspend|logout|)$/, 'cmi.suspend_data': /^.{0,4096}$/
};
const says = (ok, code) => { error = ok ? '0' : code; return String(ok); };
window.API = {
  LMSInitialize: () => { calls.push('initialize'); const ok = state === 'new'; state = 'running'; return says(ok, '101'); },
  LMSGetValue: name => { says(state === 'running', '301'); return kept[name] ?? (name === 'cmi.core.lesson_status' ? 'not attempted' : name === 'cmi.core.lesson_mode' ? mode : ''); },
  LMSSetValue: (name, value) => {
    const ok = state === 'running' && typeof value === 'string' && !!allowed[name]?.test(value) && !refuses.includes(name);
    calls.push([name, value, ok]);
    if (ok) kept[name] = value;
    return says(ok, '405');
  },
  LMSCommit: () => { calls.push('commit'); sessionStorage.kept = JSON.stringify(kept); return says(state === 'running', '301'); },
  LMSFinish: () => { calls.push('finish'); sessionStorage.kept = JSON.stringify(kept); const ok = state === 'running'; state = 'over'; return says(ok, '301'); },
  LMSGetLastError: () => error, LMSGetErrorString: code => code === '0' ? '' : 'Incorrect data type'
};"""


@pytest.fixture
def course(chromium: Any, package: bytes) -> Iterator[Any]:
    """Opens the page of a package in a course system, by itself or in a frame; nothing else can be had."""
    held = ZipFile(io.BytesIO(package)).read("index.html")
    tab = chromium.new_page(viewport={"width": 1100, "height": 800}, reduced_motion="reduce")
    wrong: list[str] = []

    def serve(route: Any) -> None:
        path = route.request.url.removeprefix("http://course.test")
        if path.startswith("/system"):
            mode, _, refuses = path.partition("?")[2].partition("&")
            frame = '<iframe id="page" src="/inner"></iframe>'
            script = f"<script>const mode = '{mode}', refuses = '{refuses}'; {SYSTEM}</script>"
            route.fulfill(content_type="text/html", body=script + frame)
        elif path == "/inner":  # systems put frames into frames
            route.fulfill(
                content_type="text/html", body='<iframe src="/index.html" width="1000" height="700"></iframe>'
            )
        elif path == "/index.html":
            route.fulfill(content_type="text/html", body=held)
        else:
            wrong.append(path)
            route.abort()

    tab.route("**/*", serve)
    tab.on("pageerror", lambda error: wrong.append(str(error)))

    def opened(path: str) -> tuple[Any, Any]:
        tab.goto(f"http://course.test{path}")
        inside = tab.frames[-1]
        inside.wait_for_function("() => window.explorer")
        return tab, inside

    yield opened
    tab.close()
    assert wrong == []


def kept(tab: Any) -> dict[str, str]:
    """What the system has kept, with ``cmi.core.`` left out."""
    tab.evaluate("document.getElementById('page').remove()")
    values = tab.evaluate("JSON.parse(sessionStorage.kept)")
    return {name.removeprefix("cmi.").removeprefix("core."): value for name, value in values.items()}


@pytest.mark.slow
def test_a_course_system_is_told_what_was_seen_and_how_readers_judge_their_answers(course: Any) -> None:
    asked = [n for n, stop in enumerate(SEED.tour, 1) if stop.question]
    tab, inside = course("/system?normal")
    for _ in range(asked[0]):
        inside.click("#next")
    judge = inside.locator(".stop.on .judge:visible")
    assert judge.count() == 0, "before the answer was seen there is nothing to judge"
    inside.click(".stop.on summary:visible")
    judge.get_by_text("Not yet").click()
    said = inside.locator("#reported").inner_text()
    assert (
        said
        == f"Reported to the course: {asked[0]} of {len(SEED.tour)} stops seen, 0 of {len(asked)} answers right by your own judgement."
    )
    found = kept(tab)
    assert (found["lesson_status"], found["score.raw"], found["exit"]) == ("incomplete", "0", "suspend")
    assert tab.evaluate("calls.filter(one => one[2] === false)") == [] and tab.evaluate("calls.at(-1)") == "finish"

    tab, inside = course("/system?normal")  # again: it goes on where it was left
    assert inside.evaluate("location.hash") == f"#stop={asked[0]}"
    inside.click(".stop.on summary:visible")
    assert judge_pressed(inside) == "Not yet"
    inside.locator(".stop.on .judge:visible").get_by_text("Yes").click()
    while inside.locator("#next").get_attribute("aria-disabled") == "false":
        assert "completed" not in tab.evaluate("calls.flat()")
        inside.click("#next")
    found = kept(tab)
    assert (found["lesson_status"], found["score.raw"], found["exit"]) == ("completed", str(100 // len(asked)), "")
    assert (found["score.min"], found["score.max"]) == ("0", "100")
    assert tab.evaluate("calls.filter(one => one[2] === false)") == []

    tab, inside = course("/system?normal")  # a third time: what is complete stays so
    inside.click("#back")
    assert kept(tab)["lesson_status"] == "completed"


def judge_pressed(inside: Any) -> str:
    return str(inside.locator(".stop.on .judge:visible [aria-pressed=true]").inner_text())


@pytest.mark.slow
def test_a_course_system_that_refuses_is_quoted_and_one_that_only_looks_is_told_nothing(course: Any) -> None:
    tab, inside = course("/system?normal&cmi.suspend_data")
    inside.click("#next")
    assert inside.locator("#reported").inner_text() == "The course system did not take this: Incorrect data type."
    tab.evaluate("sessionStorage.clear()")
    tab, inside = course("/system?review")
    inside.click("#next")
    tab.evaluate("document.getElementById('page').remove()")
    assert tab.evaluate("calls") == ["initialize", "finish"]


@pytest.mark.slow
def test_outside_of_a_course_system_the_page_of_a_package_reports_nothing(course: Any) -> None:
    asked = next(n for n, stop in enumerate(SEED.tour, 1) if stop.question)
    _, tab = course("/index.html")
    for _ in range(asked):
        tab.click("#next")
    tab.click(".stop.on summary:visible")
    assert tab.locator(".stop.on details:visible p").first.is_visible()
    assert tab.locator(".judge:visible").count() == 0 and not tab.locator("#reported").is_visible()
