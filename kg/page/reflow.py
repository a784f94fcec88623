"""A grid for a picture that must be narrow: nodes in so many columns, with short lines that rarely cross.

The search is simulated annealing over the cells of the grid. It draws nothing: what its best grids look like, the router
says.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from kg.model.mechanism import Mechanism
from kg.page.geometry import wanted
from kg.page.layout import grid

Rows = tuple[tuple[str, ...], ...]
Point = tuple[int, int]  # row and column in quarters of a cell, since lines end on the middle of lines, too

TALL = 0.62  # how far it is from row to row, in columns
CROSSED, PIERCED, FOREIGN = 3.0, 4.0, 12.0  # two lines that cross; a line through a box; a box in a place not its own
UPWARD = 0.35  # a step that runs up, against the order of reading
SEARCHES = 8
STEPS, HOT, WARM, COLD = 8000, 2.5, 1.5, 0.06  # of a search: how many, and how ready it is to accept what is worse


def grids(mechanism: Mechanism, columns: int) -> Iterator[Rows]:
    """Grids of so many columns that hold every node once, each found in another search; the same ones each time.

    In none does a node, or a place, stand in a place that is not its own.

    >>> from kg.model.records import Edge, Frozen, Node, Sentence
    >>> nodes = Frozen({key: Node(key=key) for key in "abc"})
    >>> edges = tuple(Edge(sentence=Sentence(a, "activates", b), name=a + b) for a, b in ("ab", "bc"))
    >>> next(grids(Mechanism(nodes=nodes, edges=edges), 1))
    (('a',), ('b',), ('c',))
    """
    search = _Search(mechanism, columns)
    rows = grid(mechanism)
    for seed in range(1, SEARCHES + 1):
        if rows and seed <= 2:  # about as in the file, upright and on its side
            start = search.start(rows if seed == 1 else tuple(zip(*_filled(rows), strict=True)))
        else:
            start = search.start()
        cells = search.run(start, WARM if rows and seed <= 2 else HOT, seed)
        if search.framed(cells) < FOREIGN:
            yield search.rows(cells)


def _filled(rows: Rows) -> list[tuple[str, ...]]:
    broad = max(map(len, rows))
    return [(*row, *(["."] * (broad - len(row)))) for row in rows]


class _Search:
    """What is placed, and what a placing costs. Points are numbered: nodes first, then the middles of lines."""

    def __init__(self, mechanism: Mechanism, columns: int) -> None:
        order = {key: [*mechanism.places].index(key) for key in mechanism.places}
        chains = {
            key: [order[name] for name in mechanism.within(node.place)[::-1]] for key, node in mechanism.nodes.items()
        }
        self.keys = sorted(mechanism.nodes, key=lambda key: chains[key])  # what is in one place begins side by side
        self.number = {key: n for n, key in enumerate(self.keys)}
        self.count = len(self.keys)
        self.columns = columns
        self.tall = math.ceil(self.count / columns + (columns > 1))
        self.segments: list[tuple[int, int, float, bool]] = []  # from, to, weight of its length, whether it flows
        self.middles: list[Point] = []  # each is halfway between two points
        at: dict[str, int] = {}
        for line, _ in wanted(mechanism):
            inner = line.end in self.number and not line.condition
            start, end = (
                self.number[line.start],
                self.number[line.end] if inner else at[line.edge if line.condition else line.end],
            )
            self.segments.append((start, end, 0.7 if line.condition else 1.0, inner))
            if not line.condition:
                at[line.edge] = self.count + len(self.middles)
                self.middles.append((start, end))
        self._relate()
        around = [frozenset(mechanism.within(mechanism.nodes[key].place)) for key in self.keys]
        names = [name for name in mechanism.places if any(name in some for some in around)]
        self.places = [[n for n, some in enumerate(around) if name in some] for name in names]
        self.foreign = [[n for n in range(self.count) if n not in {*some}] for some in self.places]
        pairs = combinations(range(len(names)), 2)
        self.apart = [(a, b) for a, b in pairs if not {*self.places[a]} & {*self.places[b]}]
        self.lengths: dict[tuple[Point, Point], float] = {}
        self.over: dict[tuple[Point, Point], tuple[Point, ...]] = {}
        self.crossed: dict[tuple[Point, Point, Point, Point], bool] = {}

    def _relate(self) -> None:
        """Which segments a node moves, and which may cross which."""
        moved: list[set[int]] = [{n} for n in range(self.count)]
        for n, ends in enumerate(self.middles, self.count):
            for some in moved:
                if not some.isdisjoint(ends):
                    some.add(n)
        self.moved = [sorted(n for n in some if n >= self.count) for some in moved]
        self.touched = [
            frozenset(n for n, (a, b, _, _) in enumerate(self.segments) if a in some or b in some) for some in moved
        ]
        self.against: list[list[int]] = [[] for _ in self.segments]
        for n, (a, b, _, _) in enumerate(self.segments):
            for m, (c, d, _, _) in enumerate(self.segments):
                onto = {self.middles[end - self.count] for end in (b, d) if end >= self.count}
                if n != m and not {a, b} & {c, d} and not {(a, b), (c, d)} & onto:
                    self.against[n].append(m)

    def start(self, rows: Rows = ()) -> list[Point]:
        """Cells of the nodes, then those that are empty: in the order of the file, or about as in another grid."""
        cells = [(4 * row, 4 * column) for row in range(self.tall) for column in range(self.columns)]
        if not rows:
            return cells
        high, wide = max(len(rows) - 1, 1), max(max(map(len, rows)) - 1, 1)
        wish = {
            key: (y / high * 4 * (self.tall - 1), x / wide * 4 * (self.columns - 1))
            for y, row in enumerate(rows)
            for x, key in enumerate(row)
            if key in self.number
        }
        free = dict.fromkeys(cells)
        placed = []
        for key in self.keys:
            best = min(free, key=lambda cell: math.dist(cell, wish[key]))
            del free[best]
            placed.append(best)
        return [*placed, *free]

    def run(self, cells: list[Point], hot: float, seed: int) -> list[Point]:
        """One search: the cheapest cells that it met."""
        chance, count = random.Random(seed), self.count
        points = cells[:count]
        for a, b in self.middles:
            points.append(_middle(points[a], points[b]))
        full = set(cells[:count])
        framed = self.framed(points)
        now = best = self.local(range(len(self.segments)), points, full) + framed
        kept = list(cells)
        for step in range(STEPS):
            heat = hot * (COLD / hot) ** (step / STEPS)
            a, b = int(chance.random() * count), int(chance.random() * len(cells))
            if a == b:
                continue
            some = self.touched[a] | self.touched[b] if b < count else self.touched[a]
            others = () if b < count else (cells[a], cells[b])  # what lies under other lines changes
            before = self.local(some, points, full) + self.under(some, points, others, full)
            self.swap(a, b, cells, points, full)
            after = self.local(some, points, full) + self.under(some, points, others, full)
            places = self.framed(points)
            more = after - before + places - framed
            if more <= 0 or chance.random() < math.exp(-more / heat):
                now, framed = now + more, places
                if now < best - 1e-6:
                    best, kept = now, list(cells)
            else:
                self.swap(a, b, cells, points, full)
        return kept

    def swap(self, a: int, b: int, cells: list[Point], points: list[Point], full: set[Point]) -> None:
        cells[a], cells[b] = cells[b], cells[a]
        points[a] = cells[a]
        if b < self.count:
            points[b] = cells[b]
        else:
            full.discard(cells[b])
            full.add(cells[a])
        for n in (*self.moved[a], *(self.moved[b] if b < self.count else ())):
            points[n] = _middle(*(points[end] for end in self.middles[n - self.count]))

    def local(self, some: Iterable[int], points: Sequence[Point], full: set[Point]) -> float:
        """What some segments cost: their length, what they run over, and what they cross."""
        total, seen = 0.0, set()
        crossed = self.crossed
        for n in some:
            seen.add(n)
            a, b, weight, flows = self.segments[n]
            p, q = points[a], points[b]
            total += weight * self.length(p, q)
            if flows and q[0] < p[0]:
                total += UPWARD
            for cell in self.below(p, q):
                if cell in full:
                    total += PIERCED
            for m in self.against[n]:
                if m not in seen:
                    c, d, _, _ = self.segments[m]
                    key = (p, q, points[c], points[d])
                    known = crossed.get(key)
                    if known is None:
                        known = crossed[key] = _cross(*key)
                    if known:
                        total += CROSSED
        return total

    def under(self, but: frozenset[int], points: Sequence[Point], cells: Sequence[Point], full: set[Point]) -> float:
        """What the other segments cost that run over some cells."""
        if not cells:
            return 0.0
        total = 0.0
        for n, (a, b, _, _) in enumerate(self.segments):
            if n not in but and (below := self.below(points[a], points[b])):
                total += PIERCED * sum(cell in full and cell in below for cell in cells)
        return total

    def framed(self, points: Sequence[Point]) -> float:
        """What places cost: boxes and other places in them that are not theirs, and the room that they take."""
        total = 0.0
        frames = []
        for some, others in zip(self.places, self.foreign, strict=True):
            ys, xs = [points[n][0] for n in some], [points[n][1] for n in some]
            top, low, left, right = min(ys), max(ys), min(xs), max(xs)
            frames.append((top, low, left, right))
            cells = (low - top + 4) * (right - left + 4) // 16
            if cells > len(some):
                total += 0.05 * (cells - len(some))
                for n in others:
                    y, x = points[n]
                    if top <= y <= low and left <= x <= right:
                        total += FOREIGN
        for a, b in self.apart:
            p, q = frames[a], frames[b]
            if p[0] <= q[1] and q[0] <= p[1] and p[2] <= q[3] and q[2] <= p[3]:
                total += FOREIGN
        return total

    def length(self, p: Point, q: Point) -> float:
        known = self.lengths.get((p, q))
        if known is None:
            far = math.hypot((p[1] - q[1]) / 4, (p[0] - q[0]) / 4 * TALL)
            known = self.lengths[p, q] = far + 0.12 * far * far
        return known

    def below(self, p: Point, q: Point) -> tuple[Point, ...]:
        """The cells, other than its ends, over which a segment runs."""
        known = self.over.get((p, q))
        if known is None:
            found = set()
            for n in range(1, 40):
                y, x = p[0] + (q[0] - p[0]) * n / 40, p[1] + (q[1] - p[1]) * n / 40
                row, column = 4 * round(y / 4), 4 * round(x / 4)
                if abs(y - row) < 1.4 and abs(x - column) < 1.4:
                    found.add((row, column))
            known = self.over[p, q] = tuple(found - {p, q})
        return known

    def rows(self, cells: Sequence[Point]) -> Rows:
        """As a file has its grid; rows with nothing in them are left out."""
        by = dict(zip(cells, self.keys, strict=False))
        rows = (tuple(by.get((4 * row, 4 * column), ".") for column in range(self.columns)) for row in range(self.tall))
        return tuple(row for row in rows if {*row} != {"."})


def _middle(p: Point, q: Point) -> Point:
    return (p[0] + q[0]) // 2, (p[1] + q[1]) // 2


def _cross(p: Point, q: Point, r: Point, s: Point) -> bool:
    def side(u: Point, v: Point, w: Point) -> int:
        return (v[1] - u[1]) * (w[0] - u[0]) - (v[0] - u[0]) * (w[1] - u[1])

    return side(p, q, r) * side(p, q, s) < 0 and side(r, s, p) * side(r, s, q) < 0
