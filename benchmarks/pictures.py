"""The pictures of docs/decisions/0032: two generated graphs in ranks, as before, and on a lattice.

python benchmarks/pictures.py FOLDER
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Frozen, Node, Place, Sentence
from kg.page import drawing
from kg.page.geometry import tangle
from kg.page.picture import Picture
from kg.page.words import Narrative


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


def main(folder: Path) -> None:
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
    main(Path(sys.argv[1]))
