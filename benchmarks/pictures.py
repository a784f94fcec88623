"""The pictures of the documentation: from the real pages, by a browser, and from the code that draws.

python benchmarks/pictures.py docs      docs/explorer.png, and what-if.png, embed.png and model.svg in docs/assets (needs Chromium)
python benchmarks/pictures.py layouts   those of docs/decisions/0032: two generated graphs in ranks, as before, and on a lattice
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

import kg
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Frozen, Node, Place, Sentence
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


def tree(count: int, more: int) -> Mechanism:
    """A random tree with further edges."""
    rnd = random.Random(1)
    pairs = [(rnd.randrange(n), n) for n in range(1, count)]
    pairs += [(rnd.randrange(count), rnd.randrange(count)) for _ in range(more)]
    return _mechanism(count, [pair for pair in pairs if pair[0] != pair[1]], 0)


def hubs(count: int, lines: int, places: int) -> Mechanism:
    """A graph in places, in which few nodes have many lines: an end is drawn by degree, and most often in the same place."""
    rnd = random.Random(1)
    pool = list(range(count))
    pairs: dict[tuple[int, int], None] = {}
    while len(pairs) < lines:
        a = rnd.choice(pool)
        near = [n for n in pool if n % places == a % places] if rnd.random() < 0.85 else pool
        b = rnd.choice(near)
        if a != b and (b, a) not in pairs:
            pairs[a, b] = None
            pool += [a, a, b]
    return _mechanism(count, list(pairs), places)


def _mechanism(count: int, pairs: list[tuple[int, int]], places: int) -> Mechanism:
    used = sorted({end for pair in pairs for end in pair})
    return Mechanism(
        id="made",
        title=f"A generated graph of {len(used)} nodes",
        places=Frozen({f"p{n}": Place(key=f"p{n}", name=f"place {n}") for n in range(places)}),
        nodes=Frozen(
            {
                f"n{n}": Node(
                    key=f"n{n}", name=f"molecule {n}", kind="molecule", place=f"p{n % places}" if places else ""
                )
                for n in used
            }
        ),
        edges=tuple(
            Edge(sentence=Sentence(f"n{a}", "degrades" if n % 4 == 0 else "activates", f"n{b}"), name=f"e{n}")
            for n, (a, b) in enumerate(pairs)
        ),
    )


def layouts() -> None:
    """Two generated graphs in both layouts."""
    folder = DOCS / "decisions"
    for m, files in (
        (tree(80, 25), ("0032-before.svg", "0032-after.svg")),
        (hubs(60, 90, 3), ("0032-places-before.svg", "0032-places-after.svg")),
    ):
        shapes = Picture(Narrative(m))
        for name, file in zip(("ranks", "lattice"), files, strict=True):
            drawn = Picture(Narrative(m))
            best = "" if name not in drawing.others(m) else name
            drawn.__dict__["drawing"] = drawing.draw(m, shapes.contested, best)
            print(file, tangle(drawn.drawing.lines), "crossings", len(drawn.svg()), "characters")
            (folder / file).write_text(drawn.svg(), encoding="utf-8")


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["docs"]
    for made in [model, pages] if chosen == ["docs"] else [layouts]:
        made()
