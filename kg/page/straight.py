"""Straight lines between boxes that may stand anywhere: bent where a box lies in between, and apart where they end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from kg.page.geometry import TIP, Line, Way, at, crossings
from kg.page.layout import Box, Layout, Point

CLEAR = 3  # between a box and the tip of a head
KNOT = 7  # radius of the ring in which a line ends on another
CORNER = 10  # of a box: how far from it a line may end
TAILS = 4  # the least room between two lines that start side by side
APART = 14  # from one end of a line to the next on a side of a box
BENDS = (40, 70, 110, 160, 220, 300)  # how far a line swings out around a box, on either side
PEAKS = (0.5, 0.25, 0.75)  # where along the line
ENOUGH = 5  # bends to choose from
PART = (0.36, 0.64)  # of a line: between them others may end on it

Wish = tuple[Line, int]  # and the number of the line that it ends on, or -1


def straight(
    wishes: Sequence[Wish], layout: Layout, bent: bool = True, held: Mapping[int, Way] = MappingProxyType({})
) -> list[Way]:
    """A way for each line between boxes that stand; without bending, those that meet a box run below it.

    A line that ends on another comes after it. ``held`` has the ways of lines, by number, that keep them.

    >>> boxes = {"a": Box(0, 0, 168, 74), "b": Box(500, 0, 168, 74)}
    >>> (way,) = straight([(Line("e", Way(0, ()), "none", "a", "b"), -1)], Layout(boxes, (), 700, 74))
    >>> way.curve[0], way.tip
    ((171.0, 37.0), (497.0, 37.0))
    """
    pairs: dict[tuple[str, ...], list[int]] = {}
    onto: dict[int, list[int]] = {}
    for n, (line, target) in enumerate(wishes):
        if target < 0:
            pairs.setdefault(tuple(sorted((line.start, line.end))), []).append(n)
        else:
            onto.setdefault(target, []).append(n)
    free: list[Way] = []  # wishes have those first that end on a box
    for n, (line, target) in enumerate(wishes):
        if target < 0:
            beside = pairs[tuple(sorted((line.start, line.end)))]
            shift = APART * (beside.index(n) - (len(beside) - 1) / 2) * (1 if line.start <= line.end else -1)
            start, end = layout.boxes[line.start], layout.boxes[line.end]
            free.append(held.get(n) or (_loop(start, shift) if start == end else _way(line, start, end, shift)))
    ends = [layout.boxes[line.end] for line, target in wishes if target < 0]
    if bent:
        for n, end in enumerate(ends):
            free[n] = held.get(n) or _around(wishes[n][0], end, layout, free, n)
        free = [held.get(n) or way for n, way in enumerate(apart(wishes[: len(free)], layout, free))]
    for n in range(len(free), len(wishes)):
        line, target = wishes[n]
        if n in held:
            free.append(held[n])
            continue
        others = onto[target]
        part = PART[0] + (PART[1] - PART[0]) * (others.index(n) + 1) / (len(others) + 1)
        x, y = at(free[target].curve, part)[0]
        r = KNOT - CLEAR
        ring = Box(x - r, y - r, 2 * r, 2 * r)
        free.append(_way(line, layout.boxes[line.start], ring, 0))
        if bent:
            free[n] = _around(line, ring, layout, free, n)
    return free


def _around(line: Line, end: Box, layout: Layout, ways: Sequence[Way], n: int) -> Way:
    """The same way if it meets no box; or a bent one that crosses few others, if there is one that meets none."""
    if line.start == line.end or not layout.pierced(ways[n].fine):
        return ways[n]
    free = []
    for far in BENDS:
        for bend, peak in ((side * far, peak) for side in (1, -1) for peak in PEAKS):
            way = _way(line, layout.boxes[line.start], end, 0, bend, peak)
            if not layout.pierced(way.fine):
                beside = (other for m, other in enumerate(ways) if m != n and way.beside(other, 0))
                crossed = sum(crossings(way.points, other.points) for other in beside)
                free.append((crossed + far / 60, far, bend, peak, way))
        if len(free) > ENOUGH:
            break
    return min(free, key=lambda one: one[:4])[-1] if free else ways[n]


def _way(line: Line, start: Box, end: Box, shift: float, bend: float = 0, peak: float = 0.5) -> Way:
    """From the border of one box to that of another: so far to the side of their middles, and swinging out so far."""
    (x, y), (x2, y2) = start.centre, end.centre
    far = math.dist((x, y), (x2, y2)) or 1.0
    u, v = (x2 - x) / far, (y2 - y) / far
    a, b = (x - v * shift, y + u * shift), (x2 - v * shift, y2 + u * shift)
    c = x + u * far * peak - v * bend * 4 / 3, y + v * far * peak + u * bend * 4 / 3
    first, tip = _border(start, a, c if bend else b), _border(end, b, c if bend else a)
    toward = c if bend else first
    away = math.dist(tip, toward) or 1.0
    back = (toward[0] - tip[0]) / away, (toward[1] - tip[1]) / away
    long = max(TIP["ring" if line.condition else line.kind] - (KNOT if end.w < 20 else 0), 0)
    last = tip[0] + back[0] * long, tip[1] + back[1] * long
    p, q = (c, c) if bend else (_between(first, last, 1 / 3), _between(first, last, 2 / 3))
    if bend:  # the curve comes as near to its peak as a quadratic one would
        p, q = _between(first, c, 2 / 3), _between(last, c, 2 / 3)
    return Way(0, (first, p, q, last), tip=tip, toward=back)


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def _border(box: Box, inside: Point, outside: Point) -> Point:
    """Where a straight line from inside leaves a box, with some air."""
    around = box.grown(CLEAR)
    (x, y), (dx, dy) = inside, (outside[0] - inside[0], outside[1] - inside[1])
    ts = [((around.x if dx < 0 else around.x + around.w) - x) / dx] if dx else []
    ts += [((around.y if dy < 0 else around.y + around.h) - y) / dy] if dy else []
    t = min(ts, default=0.0)
    return x + dx * t, y + dy * t


def _loop(box: Box, shift: float) -> Way:
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
