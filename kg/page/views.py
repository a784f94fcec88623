"""Several mechanisms in one page: an overview with a box for each, and the picture that each has by itself."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Frozen, Node, Sentence
from kg.page.drawing import Drawing, draw
from kg.page.layout import lines, spoken
from kg.reasoning.merge import Union

SMALL, CLOSE = 15.0, 17.0  # of the letters in a box of the overview: size, and from line to line
BROAD = 1.6  # how many times more columns than rows an overview has


@dataclass(frozen=True)
class Overview:
    """A box for each of several mechanisms, and a line between two that share nodes.

    >>> from kg.formats import read
    >>> from kg.reasoning.merge import merge
    >>> whole = Overview(merge([read("ta1-tlr7"), read("ta1-efferocytosis")]))
    >>> list(whole.shared), whole.texts["ta1-tlr7"][-1]
    ([('ta1-tlr7', 'ta1-efferocytosis')], '27 steps')
    """

    of: Union

    @cached_property
    def shared(self) -> Mapping[tuple[str, str], int]:
        """How many nodes two mechanisms share, where they share any."""
        homes: dict[str, list[str]] = {}
        for name, key in self.of.keys.items():
            homes.setdefault(key, []).append(name.partition(".")[0])
        order = [part.id for part in self.of.parts]
        pairs = (sorted(set(ids), key=order.index) for ids in homes.values())
        return Counter(pair for ids in pairs for pair in combinations(ids, 2))

    @cached_property
    def texts(self) -> Mapping[str, tuple[str, ...]]:
        """What stands in the box of each mechanism: its title, shortened, and how many steps it has."""
        counts = {part.id: sum(not edge.definition for edge in part.edges) for part in self.of.parts}
        return {
            part.id: (
                *lines(spoken(part.title or part.id), 3, SMALL),
                f"{counts[part.id]} step{'s' * (counts[part.id] != 1)}",
            )
            for part in self.of.parts
        }

    @cached_property
    def sheet(self) -> Mechanism:
        """What is drawn: mechanisms as the nodes of one, on a grid."""
        return Mechanism(
            id=self.of.id,
            nodes=Frozen({part.id: Node(key=part.id, name=part.title or part.id) for part in self.of.parts}),
            edges=tuple(Edge(sentence=Sentence(a, "related_to", b), name=f"{a}|{b}") for a, b in self.shared),
            layout=_near([part.id for part in self.of.parts], self.shared),
        )

    @cached_property
    def drawing(self) -> Drawing:
        return draw(self.sheet)


def _near(ids: Sequence[str], weights: Mapping[tuple[str, str], int]) -> tuple[tuple[str, ...], ...]:
    """A grid on which mechanisms that share nodes lie near each other: swapped in pairs, as long as that shortens the lines."""
    broad = max(1, math.ceil(math.sqrt(len(ids) * BROAD)))
    cells = [(n // broad, n % broad) for n in range(math.ceil(len(ids) / broad) * broad)]
    at: dict[str, tuple[int, int]] = dict(zip(ids, cells, strict=False))
    free = [f".{n}" for n in range(len(cells) - len(ids))]
    at |= dict(zip(free, cells[len(ids) :], strict=True))

    def length() -> float:
        return sum(math.sqrt(weight) * math.dist(at[a], at[b]) ** 2 for (a, b), weight in weights.items())

    best, better = length(), True
    while better:
        better = False
        for a, b in combinations(at, 2):
            at[a], at[b] = at[b], at[a]
            if (now := length()) < best - 1e-9:
                best, better = now, True
            else:
                at[a], at[b] = at[b], at[a]
    by = {cell: name if name in ids else "." for name, cell in at.items()}
    return tuple(tuple(by[row, column] for column in range(broad)) for row in range(len(cells) // broad))
