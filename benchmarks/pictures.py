"""The pictures of docs/decisions/0032: a generated graph in ranks, as before, and on a lattice.

python benchmarks/pictures.py FOLDER
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Frozen, Node, Sentence
from kg.page import drawing
from kg.page.geometry import tangle
from kg.page.picture import Picture
from kg.page.words import Narrative


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


def main(folder: Path) -> None:
    m = generated(80, 25)
    shapes = Picture(Narrative(m))
    for name, file in (("ranks", "0032-before.svg"), ("lattice", "0032-after.svg")):
        drawn = Picture(Narrative(m))
        best = "" if name not in drawing.others(m) else name
        drawn.__dict__["drawing"] = drawing.draw(m, shapes.contested, best)
        print(file, tangle(drawn.drawing.lines), "crossings", len(drawn.svg()), "characters")
        (folder / file).write_text(drawn.svg(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
