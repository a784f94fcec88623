"""Whole sessions at the writing bench, in Chromium: by keyboard from nothing, from a source text, with hostile and with large texts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import LITTLE, serving
from rdflib import Graph

import kg
from kg import bench, formats
from kg.formats.notation.read import parse_bytes
from kg.reasoning import whatif

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import write

pytestmark = pytest.mark.slow
TEXT = LITTLE.read_text(encoding="utf-8") + "layout:\n- [miR146a, TLR7, TLR7_active, maturation]\n"
#: What stands in the source that the sentences are taken from: words of our own.
SOURCE = (
    "In psoriatic skin, dendritic cells release IL-23. IL-23 may promote the growth of Th17 cells in mice. "
    "Th17 cells release IL-17A. IL-17A activates keratinocytes, which thicken the skin."
)
HEAD = (
    "id: psoriasis\ntitle: How IL-23 may thicken the skin\nlicence: CC0-1.0\nversion: 0.1.0\n"
    "sources:\n  text: {kind: review, title: A text of our own, url: https://example.org/il23, read: full}\n"
    "nodes:\n  IL23: none\n  Th17: none\n  IL17A: none\n  skin: {term: none, name: thick skin, outcome: yes}\n"
    "conditions:\n  given: {set: {IL23: present}}\n"
)
EDGES = {
    "IL23 promotes Th17": "may promote the growth",
    "Th17 releases IL17A": "Th17 cells release IL-17A",
    "IL17A promotes skin": "which thicken the skin",
}


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens the bench and waits until Python is up; fails on an error, a dialog, or a request to anywhere else."""
    contexts, wrong = [], []

    def open_bench(url: str, **how: Any) -> Any:
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, **how)
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(60_000)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("dialog", lambda one: one.accept() if one.type == "beforeunload" else wrong.append(one.message))
        tab.on("request", lambda request: request.url.startswith((url, "blob:", "data:")) or wrong.append(request.url))
        tab.goto(url)
        ready(tab)
        return tab

    yield open_bench
    for context in contexts:
        context.close()
    assert wrong == []


def ready(tab: Any) -> None:
    tab.wait_for_function("document.documentElement.dataset.core")
    assert tab.evaluate("document.documentElement.dataset.core") == "ready", tab.inner_text("#verdict")


def says(tab: Any, id: str, words: str) -> None:
    tab.wait_for_function("([id, words]) => document.getElementById(id).innerText.includes(words)", arg=[id, words])


def test_psoriasis_is_written_by_keyboard_alone_from_nothing_with_a_reload_in_the_middle(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    with serving(tmp_path / "psoriasis.yaml") as server:
        tab = opened(server.address)
        keys = tab.keyboard

        def to(id: str, key: str = "Tab") -> None:
            """Goes to an element as somebody does who has no mouse."""
            for _ in range(80):
                if tab.evaluate("document.activeElement.id") == id:
                    return
                keys.press(key)
            pytest.fail(f"{id} is not reached by {key}")

        to("editor")
        keys.press("Control+a")
        keys.press("Delete")
        keys.insert_text(HEAD)
        says(tab, "verdict", "error")
        tab.goto("about:blank")
        tab.goto(server.address)
        ready(tab)
        assert tab.evaluate("bench.text()") == HEAD, "what was not saved is there again"
        to("editor")
        keys.press("Control+End")
        keys.insert_text("edges:\n")
        for edge, anchor in EDGES.items():
            keys.insert_text(f"- edge: {edge}\n  evidence: [{{anchor: {anchor}, claim: finding}}]\n")
        tab.wait_for_function("document.getElementById('verdict').dataset.wrong === 'false'")
        to("condition")
        keys.press("End")
        to("node")
        keys.type("Th17")
        to("ask")
        keys.press("Enter")
        says(tab, "result", "thick skin")
        keys.press("Control+s")
        says(tab, "state", "Saved")
        m = kg.read(server.file)
        assert [edge.sentence.text for edge in m.edges] == [*EDGES] and kg.check(m, sources="").errors == ()
        found = whatif.whatif(m, "given", {"Th17": "absent"}).as_dict()["outcomes"][0]
        assert tab.inner_text("#result") == f"thick skin: {found['before']} → {found['after']}"


def test_hostile_and_large_texts_are_answered_and_all_that_is_exported_is_kg_s(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "write.html"
    file.write_text(bench.html(TEXT, LITTLE.name), encoding="utf-8")
    tab = opened(file.as_uri(), color_scheme="dark", offline=True)

    def put(text: str) -> None:
        tab.evaluate("text => { performance.clearMarks('answered'); bench.put(text); }", text)
        tab.wait_for_function("performance.getEntriesByName('answered').length")

    def export(form: str) -> str:
        tab.click("#export summary")
        with tab.expect_download() as download:
            tab.click(f"[data-form={form}]")
        return Path(download.value.path()).read_text(encoding="utf-8")

    edited = TEXT.replace("activates", "inhibits", 1)
    put(edited)
    tab.click("#since summary")
    says(tab, "since-text", "Sign flipped")
    tab.click("#screen summary")
    says(tab, "screened", "dendritic cell maturation")
    turtle, m = export("ttl"), parse_bytes(edited.encode(), LITTLE.name)[0]
    assert "Made without the lexicon" in turtle.split("\n")[1]
    told, whole = (Graph().parse(data=text, format="turtle") for text in (turtle, formats.text(m, ".ttl")))
    assert len(told) > 100 and not {*told} - {*whole}
    assert 'id="change-how"' in (explorer := export("html")) and m.title in explorer
    assert "+- edge: miR146a inhibits TLR7_active\n" in export("patch")
    assert axe(tab) == []

    script = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    for hostile in (
        TEXT.replace("A microRNA makes TLR7 signal", script).replace("name: TLR7", f'name: "{script}"'),
        TEXT.replace("name: TLR7", f"name: {'long ' * 2000}"),
        "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)}, ' * 9}]\n" for n in range(20)),
        "x: " + "[" * 20_000,
        "\u202e\u0000\u2028",
    ):
        put(hostile)
        assert tab.evaluate("document.images.length") == 0
    put(write.mechanism(500))
    assert tab.get_attribute("#verdict", "data-wrong") == "false"
    tab.set_viewport_size({"width": 390, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(tab) == []


def axe(tab: Any) -> list[Any]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab, options={"preload": False}).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
