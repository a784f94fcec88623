"""The pictures of the documentation: from the real pages, by a browser, and from the code that draws.

python benchmarks/pictures.py docs      docs/explorer.png, and what-if.png, embed.png and model.svg in docs/assets (needs Chromium)
python benchmarks/pictures.py layouts   those of docs/decisions/0032: a generated graph in ranks, as before, and on a lattice
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

import kg
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Frozen, Node, Sentence
from kg.page import drawing
from kg.page.geometry import tangle
from kg.page.picture import Picture
from kg.page.words import Narrative

DOCS = Path(__file__).resolve().parents[1] / "docs"
#: Each picture of a page: what follows the address, and the size of the window.
SHOTS = {
    "explorer.png": ("", 1280, 800),
    "assets/what-if.png": ("#tab=runs&in=both&set=TLR7%3Dabsent", 1280, 800),
    "assets/embed.png": ("?embed=1#stop=5", 760, 560),
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def pages() -> None:
    """The first mechanism as its page shows it."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "ta1-tlr7.html"
        file.write_text(kg.page.html(kg.read("ta1-tlr7")), encoding="utf-8")
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, (after, width, height) in SHOTS.items():
            tab = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
            tab.goto(file.as_uri() + after)
            tab.wait_for_timeout(1500)
            tab.screenshot(path=DOCS / name)
            tab.close()
        browser.close()


def model() -> None:
    """The diagram of the data model."""
    import pygraphviz

    graph = pygraphviz.AGraph(str(DOCS / "assets" / "model.dot"))
    graph.draw(str(DOCS / "assets" / "model.svg"), prog="dot", format="svg")


def generated(count: int, more: int) -> Mechanism:
    """A random tree with further edges."""
    rnd = random.Random(1)
    pairs = [(rnd.randrange(n), n) for n in range(1, count)]
    pairs += [(rnd.randrange(count), rnd.randrange(count)) for _ in range(more)]
    return Mechanism(
        id="made",
        title=f"A generated graph of {count} nodes",
        nodes=Frozen({f"n{n}": Node(key=f"n{n}", name=f"molecule {n}", kind="molecule") for n in range(count)}),
        edges=tuple(
            Edge(sentence=Sentence(f"n{a}", "degrades" if n % 4 == 0 else "activates", f"n{b}"), name=f"e{n}")
            for n, (a, b) in enumerate(pairs)
            if a != b
        ),
    )


def layouts() -> None:
    """One generated graph in both layouts."""
    m = generated(80, 25)
    shapes = Picture(Narrative(m))
    for name, file in (("ranks", "0032-before.svg"), ("lattice", "0032-after.svg")):
        drawn = Picture(Narrative(m))
        best = "" if name not in drawing.others(m) else name
        drawn.__dict__["drawing"] = drawing.draw(m, shapes.contested, best)
        print(file, tangle(drawn.drawing.lines), "crossings", len(drawn.svg()), "characters")
        (DOCS / "decisions" / file).write_text(drawn.svg(), encoding="utf-8")


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["docs"]
    for made in [model, pages] if chosen == ["docs"] else [layouts]:
        made()
