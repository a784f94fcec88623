"""The drawing of a mechanism that is being written: what was drawn before stays where it was."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from kg.model.mechanism import Mechanism
from kg.model.records import GRID_LINES
from kg.page import dot, drawing
from kg.page.drawing import Drawing
from kg.page.geometry import TIP, Line, Way, at, crossings, inferred, marked, wanted
from kg.page.layout import AIR, GAP, HEAD, HIGH, PAD, WIDE, Box, Layout, Point, areas, grid, place
from kg.page.straight import APART, CLEAR, KNOT, PART, Wish, apart, loop, neighbours

NEW = 4  # one box in so many may be new; with more of them all is laid out anew
STEP = 29  # between two spots that are tried for a new box
ROOM = 22  # around a new box
BENDS = (40, 70, 110, 160, 220, 300)  # how far a new line swings out around a box, on either side
PEAKS = (0.5, 0.25, 0.75)  # where along the line
ENOUGH = 5  # bends to choose from
TRIES = 200  # free spots that are tried, the nearest first, for one that no line runs through


def follow(
    mechanism: Mechanism,
    before: Drawing | None,
    contested: Collection[str] = (),
    spot: Point | None = None,
) -> Drawing:
    """The drawing of a mechanism, like that of its last version: boxes keep their places, and lines between them their ways.

    A new box stands in free room: near the boxes that lines join it with, or near ``spot``. If there is
    no room, or much is new, all is laid out anew. A mechanism with a grid of its own is drawn on that.

    >>> from kg.model.records import Edge, Frozen, Node, Sentence
    >>> def chain(keys):
    ...     edges = (Edge(sentence=Sentence(a, "activates", b), name=a + b) for a, b in zip(keys, keys[1:]))
    ...     return Mechanism(nodes=Frozen({key: Node(key=key) for key in keys}), edges=tuple(edges))
    >>> one = follow(chain("abcd"), None)
    >>> two = follow(chain("abcde"), one)
    >>> all(two.layout.boxes[key] == box for key, box in one.layout.boxes.items()), list(two.layout.boxes)
    (True, ['a', 'b', 'c', 'd', 'e'])
    """
    wishes = list(wanted(mechanism))
    on_grid = bool(grid(mechanism)) and len(wishes) <= GRID_LINES
    layout = before and (place(mechanism) if on_grid else _kept(mechanism, before, wishes, spot))
    if before and layout and all(layout.boxes.get(key, box) == box for key, box in before.layout.boxes.items()):
        ways = _routed(wishes, layout, dict(_held(wishes, before.lines, layout)))
    elif on_grid:
        return drawing.draw(mechanism, frozenset(contested))
    else:
        layout, ways = dot.arrange(mechanism, wishes, brief=True)[""]
    lines = [replace(line, way=way) for (line, _), way in zip(wishes, ways, strict=True)]
    names = {edge.name for edge in mechanism.edges if inferred(edge)} | {*contested}
    return Drawing(layout, tuple(marked(lines, names)))


def _course(line: Line, targets: Mapping[str, Line]) -> tuple[str, ...]:
    """What makes two lines the same: their ends and their heads, whatever the edge is called."""
    onto = targets.get(line.end)
    return (
        line.start,
        line.kind,
        bool(line.condition) * "condition",
        *(_course(onto, targets) if onto else (line.end,)),
    )


def _held(wishes: Sequence[Wish], lines: Sequence[Line], layout: Layout) -> Iterator[tuple[int, Way]]:
    """The ways that lines had before, unless a new box stands in them; what ends on a line without one has none either."""
    targets = {line.edge: line for line in lines if not line.condition}
    known: dict[tuple[str, ...], list[Way]] = {}
    for line in lines:
        known.setdefault(_course(line, targets), []).append(line.way)
    targets = {line.edge: line for line, _ in wishes if not line.condition}
    found: set[int] = set()
    for n, (line, target) in enumerate(wishes):
        ways = known.get(_course(line, targets))
        if ways and (target < 0 or target in found):
            way = ways.pop(0)
            if not layout.pierced(way.fine):
                found.add(n)
                yield n, way


def _kept(mechanism: Mechanism, before: Drawing, wishes: Sequence[Wish], spot: Point | None) -> Layout | None:
    """The boxes of the last drawing with the new ones among them; none if they cannot stand so."""
    old = before.layout
    homes = {key: mechanism.within(node.place) for key, node in mechanism.nodes.items()}
    around = {area.key: area.box for area in old.areas if any(area.key in home for home in homes.values())}
    stays = {key: box for key, box in old.boxes.items() if key in homes and _home(old, box) == homes[key][:1]}
    new = [key for key in homes if key not in stays]
    if len(new) * NEW > len(homes) or any(place not in around for home in homes.values() for place in home):
        return None
    boxes = {key: stays[key] for key in homes if key in stays}
    points = [point for line in before.lines for point in line.way.points]
    for key in new:
        near = _middle(key, boxes, wishes) or spot or (old.width + WIDE, HIGH)
        box = _free(near, homes[key], boxes, around, points)
        if box is None:
            return None
        boxes[key] = box
    frames = [*boxes.values(), *around.values()]
    width, height = max((b.x + b.w for b in frames), default=0), max((b.y + b.h for b in frames), default=0)
    ordered = {key: boxes[key] for key in mechanism.nodes}
    return Layout(ordered, areas(mechanism, around), width + GAP / 2, height + GAP / 2)


def _home(layout: Layout, box: Box) -> tuple[str, ...]:
    """The innermost place in which a box stands."""
    return tuple(area.key for area in layout.areas if area.box.holds(box))[-1:]


def _middle(key: str, boxes: Mapping[str, Box], wishes: Sequence[Wish]) -> Point | None:
    """Below the boxes that lines join it with."""
    pairs = [(line.start, line.end) for line, _ in wishes if key in (line.start, line.end)]
    centres = [boxes[end].centre for pair in pairs for end in pair if end in boxes]
    if not centres:
        return None
    return sum(x for x, _ in centres) / len(centres), sum(y for _, y in centres) / len(centres) + HIGH


def _free(
    near: Point, home: Sequence[str], boxes: Mapping[str, Box], around: Mapping[str, Box], points: Sequence[Point]
) -> Box | None:
    """A box where there is room, in its place and in no other: near, and where no line runs, or few."""
    inner = around[home[0]] if home else None
    x, y = near
    if inner:
        left, top = inner.x + PAD, inner.y + HEAD + PAD
        across, down = inner.w - 2 * PAD - WIDE, inner.h - 2 * PAD - HEAD - HIGH
    else:
        reach = max([0.0, *(max(b.x + b.w, b.y + b.h) for b in (*boxes.values(), *around.values()))])
        left, top, across, down = x % STEP, y % STEP, reach + WIDE, reach + HIGH
    corners = [
        (left + STEP * i, top + STEP * k) for i in range(int(across // STEP) + 1) for k in range(int(down // STEP) + 1)
    ]
    corners.sort(key=lambda corner: (math.dist(near, (corner[0] + WIDE / 2, corner[1] + HIGH / 2)), corner))
    foreign = [box.grown(AIR / 2) for place, box in around.items() if place not in home]
    best: tuple[int, Box] | None = None
    tried = 0
    for corner in corners:
        box = Box(*corner, WIDE, HIGH)
        air = box.grown(ROOM)
        if any(air.overlaps(other) for other in boxes.values()) or any(box.overlaps(other) for other in foreign):
            continue
        run = sum(air.x < u < air.x + air.w and air.y < v < air.y + air.h for u, v in points)
        if best is None or run < best[0]:
            best = run, box
        tried += 1
        if not run or tried >= TRIES:
            break
    return best and best[1]


# ---- ways of new lines


def _routed(wishes: Sequence[Wish], layout: Layout, held: Mapping[int, Way]) -> list[Way]:
    """A way for each line: its own, if it is held; else a straight one, bent where a box lies in between. It is plain Python, since
    a page has no numpy.
    """
    pairs, onto = neighbours(wishes)
    free: list[Way] = []  # wishes have those first that end on a box
    for n, (line, target) in enumerate(wishes):
        if target < 0:
            beside = pairs[tuple(sorted((line.start, line.end)))]
            shift = APART * (beside.index(n) - (len(beside) - 1) / 2) * (1 if line.start <= line.end else -1)
            start, end = layout.boxes[line.start], layout.boxes[line.end]
            free.append(held.get(n) or (loop(start, shift) if start == end else _way(line, start, end, shift)))
    ends = [layout.boxes[line.end] for line, target in wishes if target < 0]
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
