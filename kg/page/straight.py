"""Straight lines between boxes that may stand anywhere: bent around boxes and around what they would cross, apart at their ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kg.page.geometry import TIP, Line, Way, at
from kg.page.layout import Box, Layout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CLEAR = 3  # between a box and the tip of a head
KNOT = 7  # radius of the ring in which a line ends on another
CORNER = 10  # of a box: how far from it a line may end
TAILS = 4  # the least room between two lines that start side by side
APART = 14  # from one end of a line to the next on a side of a box
SWING = (0, 60, 120, 190, 270, 360)  # how far each of the two handles of a curve may be drawn aside, on either side
FAR = 80  # how far it is worth to draw one aside to save a crossing
BELOW = 15  # how many crossings it is worth that no line runs below a box
ROUNDS = 4  # of choosing anew, for each line, while others change
PAIRS = (
    400_000  # of lines and ways that one might take: so many are looked at at most, which takes some tenths of a second
)
STEPS, FINE = 6, 48  # pieces of a curve: to see what it crosses, and below which boxes it runs
PART = (0.36, 0.64)  # of a line: between them others may end on it

Wish = tuple[Line, int]  # and the number of the line that it ends on, or -1


def neighbours(wishes: Sequence[Wish]) -> tuple[dict[tuple[str, ...], list[int]], dict[int, list[int]]]:
    """The numbers of the lines that join the same two boxes, by these boxes, and of those that end on a line, by its number."""
    pairs: dict[tuple[str, ...], list[int]] = {}
    onto: dict[int, list[int]] = {}
    for n, (line, target) in enumerate(wishes):
        if target < 0:
            pairs.setdefault(tuple(sorted((line.start, line.end))), []).append(n)
        else:
            onto.setdefault(target, []).append(n)
    return pairs, onto


def straight(wishes: Sequence[Wish], layout: Layout) -> list[Way]:
    """A way for each line between boxes that stand.

    A line that ends on another comes after it.

    >>> boxes = {"a": Box(0, 0, 168, 74), "b": Box(500, 0, 168, 74)}
    >>> (way,) = straight([(Line("e", Way(0, ()), "none", "a", "b"), -1)], Layout(boxes, (), 700, 74))
    >>> way.curve[0], way.tip
    ((171.0, 37.0), (497.0, 37.0))
    """
    pairs, onto = neighbours(wishes)
    bends = _Bends(layout, len(wishes))
    free: list[Way] = []  # wishes have those first that end on a box
    for n, (line, target) in enumerate(wishes):
        if target < 0:
            held = pairs[tuple(sorted((line.start, line.end)))]
            shift = APART * (held.index(n) - (len(held) - 1) / 2) * (1 if line.start <= line.end else -1)
            free.append(bends.add(line, layout.boxes[line.end], shift))
    free = apart(wishes[: len(free)], layout, bends.settled(free))
    bends.follow(free)
    for n in range(len(free), len(wishes)):
        line, target = wishes[n]
        held = onto[target]
        part = PART[0] + (PART[1] - PART[0]) * (held.index(n) + 1) / (len(held) + 1)
        x, y = at(free[target].curve, part)[0]
        r = KNOT - CLEAR
        free.append(bends.chosen(n, bends.add(line, Box(x - r, y - r, 2 * r, 2 * r), 0)))
    return free


class _Bends:
    """Lines as they are now, and the ways that each might take."""

    def __init__(self, layout: Layout, count: int) -> None:
        import numpy as np

        self.layout = layout
        self.asked: list[tuple[Line, Box, float]] = []
        self.tried: dict[int, tuple[Floats, Floats, Floats]] = {}  # curves, their points, and what each costs by itself
        self.points = np.full((count, STEPS + 1, 2), np.inf)  # of each line; those to come are nowhere
        self.boxes = np.array([(b.x + 1, b.y + 1, b.x + b.w - 1, b.y + b.h - 1) for b in layout.boxes.values()])
        self.work = PAIRS
        swings = np.array(
            [(p, q) for p in (*SWING, *(-s for s in SWING[1:])) for q in (*SWING, *(-s for s in SWING[1:]))]
        )
        price = np.abs(swings).max(1) / FAR + np.abs(swings[:, 0] - swings[:, 1]) / FAR / 2
        order = np.argsort(price, kind="stable")
        self.swings, self.price = swings[order], price[order]

    def add(self, line: Line, end: Box, shift: float) -> Way:
        """One more line, straight for now."""
        start = self.layout.boxes[line.start]
        way = (
            loop(start, shift)
            if start == end
            else _way(line, end, _curves(line, start, end, shift, self.swings[:1])[0])
        )
        self.points[len(self.asked)] = _along([way.curve], STEPS)[0]
        self.asked.append((line, end, shift))
        return way

    def follow(self, ways: Sequence[Way]) -> None:
        """Take the lines as they are in the end."""
        for n, way in enumerate(ways):
            self.points[n] = _along([way.curve], STEPS)[0]

    def settled(self, ways: Sequence[Way]) -> list[Way]:
        """The ways, some of them bent, so that fewer cross and fewer run below boxes."""
        found = list(ways)
        for _ in range(ROUNDS):
            before = list(found)
            for n, way in enumerate(before):
                found[n] = self.chosen(n, way)
            if found == before:
                break
        return found

    def chosen(self, n: int, now: Way) -> Way:
        """The best way for a line while the others stay."""
        line, end, shift = self.asked[n]
        start = self.layout.boxes[line.start]
        if start == end or self.work < 0:
            return now
        if n not in self.tried:
            if not self._below(_along([now.curve], FINE)).any() and not self._crossed(self.points[n : n + 1], n).any():
                return now
            curves = _curves(line, start, end, shift, self.swings)
            self.tried[n] = curves, _along(curves, STEPS), self.price + self._below(_along(curves, FINE))
        curves, points, alone = self.tried[n]
        best = int((alone + self._crossed(points, n)).argmin())
        self.points[n] = points[best]
        return _way(line, end, curves[best])

    def _below(self, points: Floats) -> Floats:
        """What it costs that each polyline runs below boxes; its two ends do not count."""
        inner = points[:, 2:-2]
        near = (self.boxes[:, :2] < inner.max((0, 1))).all(1) & (self.boxes[:, 2:] > inner.min((0, 1))).all(1)
        left, top, right, low = self.boxes[near].T
        x, y = inner[..., 0, None], inner[..., 1, None]
        found: Floats = BELOW * ((x > left) & (x < right) & (y > top) & (y < low)).any(1).sum(1).astype(float)
        return found

    def _crossed(self, some: Floats, n: int) -> Floats:
        """How often each of some polylines crosses the lines that are, all but one."""
        import numpy as np

        (low, high), (first, last) = ((points.min(1), points.max(1)) for points in (some, self.points))
        near = ((low[:, None] < last) & (first < high[:, None])).all(2)
        near[:, n] = False
        one, other = near.nonzero()
        self.work -= len(one)
        a, b = some.astype(np.float32)[one], self.points.astype(np.float32)[other]
        meet = _parted(a, b) & _parted(b, a).swapaxes(1, 2)
        found: Floats = np.bincount(one, meet.sum((1, 2)), len(some)).astype(float)
        return found


def _along(curves: Any, count: int) -> Floats:
    """So many points on each of some cubics, and the first."""
    import numpy as np

    t = np.linspace(0, 1, count + 1)[:, None]
    basis = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3])
    found: Floats = basis @ np.asarray(curves, float)
    return found


def _parted(a: Floats, b: Floats) -> Any:
    """For each piece of a polyline and each piece of its partner, whether the ends of the latter lie on its two sides."""
    x, y = (a[:, :-1, None, k] for k in (0, 1))
    u, v = (a[:, 1:, None, k] - a[:, :-1, None, k] for k in (0, 1))
    side = u * b[:, None, :, 1] - v * b[:, None, :, 0] > u * y - v * x
    return side[:, :, 1:] != side[:, :, :-1]


def _curves(line: Line, start: Box, end: Box, shift: float, swings: Floats) -> Floats:
    """Cubics from the border of one box to that of another: so far to the side of their middles, with handles drawn aside."""
    import numpy as np

    a, b = np.array(start.centre), np.array(end.centre)
    far = math.dist(a, b) or 1.0
    along = (b - a) / far
    aside = np.array([-along[1], along[0]])
    a, b = a + aside * shift, b + aside * shift
    near, away = _border(start, a, b[None]), _border(end, b, a[None])
    p = near + (away - near) / 3 + swings[:, :1] * aside
    q = away - (away - near) / 3 + swings[:, 1:] * aside
    first, tip = _border(start, a, p), _border(end, b, q)
    back = q - tip
    back /= np.maximum(np.hypot(*back.T), 1e-9)[:, None]
    return np.stack([first, p, q, tip + back * _head(line, end)], axis=1)


def _head(line: Line, end: Box) -> float:
    """How long the head of a line is before the border of what it ends on."""
    return max(TIP["ring" if line.condition else line.kind] - (KNOT if end.w < 20 else 0), 0)


def _way(line: Line, end: Box, curve: Floats) -> Way:
    """A cubic as a way with a head."""
    first, p, q, last = ((float(x), float(y)) for x, y in curve)
    far = math.dist(last, q) or 1.0
    u, v = (q[0] - last[0]) / far, (q[1] - last[1]) / far
    head = _head(line, end)
    return Way(0, (first, p, q, last), tip=(last[0] - u * head, last[1] - v * head), toward=(u, v))


def _border(box: Box, inside: Floats, outside: Floats) -> Floats:
    """Where a straight line from inside to each point outside leaves a box, with some air."""
    import numpy as np

    around = box.grown(CLEAR)
    corner, size = np.array([around.x, around.y]), np.array([around.w, around.h])
    way = outside - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(way == 0, np.inf, (np.where(way < 0, corner, corner + size) - inside) / way)
    found: Floats = inside + way * np.minimum(reach.min(1), 1e9)[:, None]
    return found


def loop(box: Box, shift: float) -> Way:
    """From a box to itself, above it."""
    x, y = box.centre[0] + shift, box.y - CLEAR
    return Way(
        0, ((x - 40, y), (x - 56, y - 46), (x + 46, y - 54), (x + 40, y - 15)), tip=(x + 40, y), toward=(0.0, -1.0)
    )


def apart(wishes: Sequence[Wish], layout: Layout, ways: list[Way]) -> list[Way]:
    """The ways with their ends moved along the sides of boxes where two would touch; none so that it runs into a box."""
    sides: dict[tuple[str, str], list[tuple[float, int, bool]]] = {}
    for n, (line, target) in enumerate(wishes):
        for last, key, (x, y) in ((False, line.start, ways[n].curve[0]), (True, line.end, ways[n].tip)):
            if target < 0 or not last:
                box = layout.boxes[key]
                away = {
                    "n": abs(y - box.y),
                    "s": abs(y - box.y - box.h),
                    "w": abs(x - box.x),
                    "e": abs(x - box.x - box.w),
                }
                side = min(away, key=away.__getitem__)
                sides.setdefault((key, side), []).append((x if side in "ns" else y, n, last))
    for (key, side), ends in sides.items():
        box, level = layout.boxes[key], side in "ns"
        first, long = (box.x, box.w) if level else (box.y, box.h)
        moved = _spaced(sorted(ends), first + CORNER, first + long - CORNER)
        for old, new, n, last in moved:
            way = ways[n].shifted(*((new - old, 0.0) if level else (0.0, new - old)), last)
            if new != old and not layout.pierced(way.fine):
                ways[n] = way
    return ways


def _spaced(
    ends: Sequence[tuple[float, int, bool]], first: float, last: float
) -> Iterator[tuple[float, float, int, bool]]:
    """Where each end lies on a side and where it is to lie, in their order: far enough from the next, if all fit.

    If they do not, lines that start side by side close up first: only the head of a line needs room.
    """
    heads = [head for _, _, head in ends]
    bare = [not (a or b) for a, b in pairwise(heads)]  # between two lines that start here
    over = APART * len(bare) - (last - first)
    tails = sum(bare)
    narrow = APART - min(max(over, 0.0) / tails, APART - TAILS) if tails else APART
    gaps = [narrow if one else APART for one in bare]
    if sum(gaps) > last - first:
        gaps = [gap * (last - first) / sum(gaps) for gap in gaps]
    at: list[float] = []
    for n, (place, _, _) in enumerate(ends):
        at.append(max(place, at[-1] + gaps[n - 1]) if at else max(place, first))
    behind = 0.0
    for i in reversed(range(len(at))):
        at[i] = min(at[i], last - behind)
        behind += gaps[i - 1] if i else 0.0
    yield from ((place, new, n, at_end) for (place, n, at_end), new in zip(ends, at, strict=True))
