"""Lines and shapes as SVG path strings, so that canvas, hit test, static picture and print draw the same."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise

from kg.model.mechanism import Mechanism
from kg.model.records import Edge
from kg.page.layout import Box, Layout, Point

TIP = {"increases": 15.0, "decreases": 5.0, "blocks": 13.0, "circle": 12.0, "none": 3.0, "ring": 7.0}  # end of the line
#: Patterns of lines: how long a dash and a gap are, in widths of the line. Their ends are flat: where a line is thinner than a
#: pixel, WebKit leaves out the round ends, and dots that consist of nothing else.
DASHES = {"dashed": (4.3, 1.8), "dotted": (1.0, 1.3), "definition": (1.8, 1.2)}
TOUCH = frozenset(("binds", "interacts_with", "synergises_with"))  # drawn with a small circle


@dataclass(frozen=True)
class Way:
    """One possible course of a line: its ends, its cubic curves, and what it costs by itself."""

    cost: float
    curve: tuple[Point, ...]  # start, then three points for each cubic
    ports: tuple[tuple[str, str, float], ...] = ()  # node, side, slot: two lines should not share one
    tip: Point = (0, 0)  # where the head ends
    toward: Point = (1, 0)  # from the tip back along the line
    spot: float = 0.5  # where on another line it ends
    bend: float = 0.0  # 0 for a detour

    @cached_property
    def points(self) -> list[Point]:
        return list(samples(self.curve, 14 if len(self.curve) == 4 else 10))

    @cached_property
    def fine(self) -> list[Point]:
        """Points close enough to tell whether it touches a box."""
        return list(samples(self.curve, 48 if len(self.curve) == 4 else 16))

    @cached_property
    def frame(self) -> tuple[float, float, float, float]:
        xs, ys = [p[0] for p in self.points], [p[1] for p in self.points]
        return min(xs), min(ys), max(xs), max(ys)

    def shifted(self, x: float, y: float, last: bool) -> Way:
        """The same with its end, or its start, moved so far; the line leaves its box in the same direction."""

        def by(point: Point) -> Point:
            return point[0] + x, point[1] + y

        curve = (*self.curve[:-2], *map(by, self.curve[-2:])) if last else (*map(by, self.curve[:2]), *self.curve[2:])
        return replace(self, curve=curve, tip=by(self.tip) if last else self.tip)

    def moved(self, x: float, y: float) -> Way:
        """The same elsewhere."""
        return replace(self, curve=tuple((u + x, v + y) for u, v in self.curve), tip=(self.tip[0] + x, self.tip[1] + y))

    def beside(self, other: Way, by: float) -> bool:
        """Whether another way may come this close: their frames do."""
        p, q = self.frame, other.frame
        return p[0] - by < q[2] and q[0] - by < p[2] and p[1] - by < q[3] and q[1] - by < p[3]

    @cached_property
    def d(self) -> str:
        x, y = self.curve[0]
        text = f"M{_n(x)} {_n(y)}"
        for n in range(1, len(self.curve), 3):
            text += "C" + " ".join(f"{_n(x)} {_n(y)}" for x, y in self.curve[n : n + 3])
        return text


@dataclass(frozen=True)
class Line:
    """A line as it is drawn: an edge, or the connector of a condition (``condition`` names its node)."""

    edge: str
    way: Way
    kind: str  # increases, decreases, blocks, circle, none; requires or unless for a connector
    start: str
    end: str  # a node, or the name of the edge that it ends on
    condition: str = ""
    mark: Point | None = None  # where its mark stands, if it has one: the curator's inference, or a dispute

    @property
    def d(self) -> str:
        return self.way.d

    @property
    def head(self) -> str:
        """The head as a path: filled for an arrow and a circle, stroked for a bar and a ring."""
        (x, y), (u, v) = self.way.tip, self.way.toward
        if self.kind == "increases":
            a, b = (x + u * 16 - v * 7.5, y + v * 16 + u * 7.5), (x + u * 16 + v * 7.5, y + v * 16 - u * 7.5)
            return f"M{_n(x)} {_n(y)}L{_n(a[0])} {_n(a[1])}L{_n(b[0])} {_n(b[1])}Z"
        if self.kind in ("decreases", "blocks"):  # a bar; a blocking one stands before a ring on the blocked edge
            half, back = (14, 3) if self.kind == "decreases" else (17, 12)
            ring = circle(x, y, 7) if self.kind == "blocks" else ""
            x, y = x + u * back, y + v * back
            return f"M{_n(x - v * half)} {_n(y + u * half)}L{_n(x + v * half)} {_n(y - u * half)}" + ring
        if self.kind == "circle":
            return circle(x + u * 6, y + v * 6, 6)
        if self.kind in ("requires", "unless"):
            slash = f"M{_n(x - 6)} {_n(y + 6)}L{_n(x + 6)} {_n(y - 6)}" if self.kind == "unless" else ""
            return circle(x, y, 7) + slash
        return ""

    @property
    def filled(self) -> bool:
        return self.kind in ("increases", "circle")


def circle(x: float, y: float, r: float) -> str:
    """A circle as a path."""
    return f"M{_n(x - r)} {_n(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"


def dashes(style: str, width: float) -> str:
    """The ends and the pattern of a line of a style, as attributes of SVG.

    >>> dashes("dotted", 2.8), dashes("solid", 2.8)
    (' stroke-linecap="butt" stroke-dasharray="2.8 3.6"', ' stroke-linecap="round"')
    """
    if style not in DASHES:
        return ' stroke-linecap="round"'
    pattern = " ".join(_n(part * width) for part in DASHES[style])
    return f' stroke-linecap="butt" stroke-dasharray="{pattern}"'


def inferred(edge: Edge) -> bool:
    """Whether a step of the curator's own is part of an edge: it carries a diamond, whatever else supports it."""
    items = (*edge.evidence, edge.effect) if edge.effect else edge.evidence
    return any(item.claim == "inference" for item in items)


def kind(edge: Edge) -> str:
    """What the head of an edge's line says: its role, or that it only touches."""
    return "circle" if edge.role == "none" and edge.verb in TOUCH else edge.role


def middle(line: Line) -> Point:
    """A point on a line, halfway along it."""
    return at(line.way.curve, 0.5)[0]


def outline(kind: str, box: Box) -> str:
    """The shape of a node of a kind, in its box: kinds differ in shape, not in colour alone."""
    x, y, w, h = box.x, box.y, box.w, box.h
    if kind == "treatment":  # cut corners
        c = 15
        return (
            f"M{_n(x + c)} {_n(y)}H{_n(x + w - c)}L{_n(x + w)} {_n(y + c)}V{_n(y + h - c)}L{_n(x + w - c)} {_n(y + h)}"
            f"H{_n(x + c)}L{_n(x)} {_n(y + h - c)}V{_n(y + c)}Z"
        )
    r = {"molecule": 27, "cell": 20, "structure": 14, "state": 8}.get(kind, 3)
    return (
        f"M{_n(x + r)} {_n(y)}H{_n(x + w - r)}a{r} {r} 0 0 1 {r} {r}V{_n(y + h - r)}a{r} {r} 0 0 1 {-r} {r}"
        f"H{_n(x + r)}a{r} {r} 0 0 1 {-r} {-r}V{_n(y + r)}a{r} {r} 0 0 1 {r} {-r}Z"
    )


def wanted(mechanism: Mechanism) -> Iterator[tuple[Line, int]]:
    """The lines that a mechanism needs, and the number of the line that each ends on, or -1.

    Edges between nodes come first, then edges that end on an edge, then conditions: each after what it ends on.
    """
    index: dict[str, int] = {}
    waiting: list[tuple[Edge, str]] = []
    count = 0
    for edge in mechanism.edges:
        blocked = mechanism.blocked(edge)
        if blocked and blocked[0] is not edge and edge.subject in mechanism.nodes:
            waiting.append((edge, blocked[0].name))
        elif edge.subject in mechanism.nodes and edge.sentence.object in mechanism.nodes:
            index[edge.name] = count
            count += 1
            yield Line(edge.name, Way(0, ()), kind(edge), edge.subject, edge.sentence.object), -1
    while waiting:
        ready = [pair for pair in waiting if pair[1] in index]
        if not ready:
            break  # what it blocks is not drawn, or two block each other: the list of steps still has them
        for edge, target in ready:
            waiting.remove((edge, target))
            index[edge.name] = count
            count += 1
            yield Line(edge.name, Way(0, ()), "blocks", edge.subject, target), index[target]
    for edge in mechanism.edges:
        if edge.name in index:
            conditions = [("requires", r.node) for r in edge.requires] + [("unless", r.node) for r in edge.unless]
            for what, node in dict.fromkeys(conditions):
                if node in mechanism.nodes and node != edge.subject:  # a level of its own subject has a line already
                    line = Line(edge.name, Way(0, ()), what, node, edge.name, node)
                    yield line, index[edge.name]


NEAR = 24  # how close another line may come to a mark without taking room from it


def marked(lines: Sequence[Line], names: Collection[str]) -> Iterator[Line]:
    """Each line whose edge is named with the free spot for its mark: away from heads, rings and what crosses it."""
    wanted = [not line.condition and line.edge in names for line in lines]
    cells: dict[tuple[int, int], list[tuple[int, Point]]] = defaultdict(
        list
    )  # squares as wide as NEAR: others need not be asked
    for m, line in enumerate(lines) if any(wanted) else ():
        for p in line.way.points:
            cells[int(p[0] // NEAR), int(p[1] // NEAR)].append((m, p))
    tips: dict[str, list[tuple[int, Point]]] = defaultdict(list)
    for m, line in enumerate(lines):
        tips[line.end].append((m, line.way.tip))

    def close(n: int, p: Point) -> float:
        """How close another line comes to a point."""
        x, y = int(p[0] // NEAR), int(p[1] // NEAR)
        around = (one for u in (x - 1, x, x + 1) for v in (y - 1, y, y + 1) for one in cells.get((u, v), ()))
        return min((math.dist(p, q) for m, q in around if m != n), default=NEAR)

    for n, line in enumerate(lines):
        if not wanted[n]:
            yield line
            continue
        taken = [tip for m, tip in tips[line.edge] if m != n] + [line.way.curve[0], line.way.tip]
        locations = [at(line.way.curve, t / 20)[0] for t in range(4, 17)]
        middle = locations[len(locations) // 2]
        scores = [
            min(min(math.dist(p, q) for q in taken), 34) + 0.5 * min(close(n, p), NEAR) - 0.02 * math.dist(p, middle)
            for p in locations
        ]
        yield replace(line, mark=locations[scores.index(max(scores))])


APART = 30  # how far the numbers of two lines stand from each other


def numbered(lines: Sequence[Line]) -> Mapping[str, Point]:
    """Where the number of each edge's line stands: on the line, clear of other numbers, and of other lines where that can be."""
    spots: dict[str, Point] = {}
    reach = {line.edge: sum(map(math.dist, line.way.points, line.way.points[1:])) for line in lines}
    for line in sorted(lines, key=lambda one: reach[one.edge]):  # a short one has the fewest places

        def worth(p: Point, line: Line = line) -> float:
            others = min((math.dist(p, q) for q in spots.values()), default=APART)
            passes = min((math.dist(p, q) for one in lines if one is not line for q in one.way.points), default=NEAR)
            ends = min(math.dist(p, line.way.curve[0]), math.dist(p, line.way.tip), APART / 2)
            return 4 * min(others, APART) + min(passes, NEAR) + 2 * ends - 0.02 * math.dist(p, middle(line))

        spots[line.edge] = max((at(line.way.curve, t / 20)[0] for t in range(3, 18)), key=worth)
    return spots


def touch(a: Line, b: Line) -> bool:
    """Whether one line ends on the other, so that their meeting is meant."""
    return a.end == b.edge or b.end == a.edge or bool(a.condition and b.condition and a.edge == b.edge)


def tangle(lines: Sequence[Line], about: bool = False) -> int:
    """How often lines cross that do not end on one another; only about, from a few points of each, where that will do."""
    points = [way.points[::5] + way.points[-1:] if about else way.points for way in (line.way for line in lines)]
    return sum(
        crossings(points[n], points[m])
        for n, line in enumerate(lines)
        for m, other in enumerate(lines[:n])
        if line.way.beside(other.way, 0) and not touch(line, other)
    )


def crowded(lines: Sequence[Line], layout: Layout, near: float = 12) -> int:
    """How many heads of lines are nearer to another end on their box than heads are wide, as pairs."""
    ends: dict[str, list[tuple[Point, bool]]] = {}
    for line in lines:
        ends.setdefault(line.start, []).append((line.way.curve[0], False))
        if line.end in layout.boxes:
            ends.setdefault(line.end, []).append((line.way.tip, True))
    pairs = (pair for found in ends.values() for pair in combinations(found, 2))
    return sum((head or other) and math.dist(a, b) < near for (a, head), (b, other) in pairs)


_BASIS: dict[int, list[tuple[float, float, float, float]]] = {}


def samples(curve: Sequence[Point], count: int) -> Iterator[Point]:
    basis = _BASIS.get(count)
    if basis is None:
        steps = [n / count for n in range(1, count + 1)]
        basis = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in steps]
        _BASIS[count] = basis
    yield curve[0]
    for n in range(0, len(curve) - 1, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve[n : n + 4]
        for a, b, c, d in basis:
            yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def at(curve: Sequence[Point], t: float) -> tuple[Point, Point]:
    """The point at a fraction of a curve's length, and the direction there."""
    points = list(samples(curve, 40))
    far = [0.0]
    for a, b in pairwise(points):
        far.append(far[-1] + math.dist(a, b))
    want = t * far[-1]
    n = next((n for n in range(1, len(far)) if far[n] >= want), len(far) - 1)
    (x0, y0), (x1, y1) = points[n - 1], points[n]
    step = math.hypot(x1 - x0, y1 - y0) or 1.0
    part = (want - far[n - 1]) / step
    return (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part), ((x1 - x0) / step, (y1 - y0) / step)


def crossings(a: Sequence[Point], b: Sequence[Point]) -> int:
    found = 0
    xs, ys = [p[0] for p in b], [p[1] for p in b]
    left, right, high, low = min(xs), max(xs), min(ys), max(ys)
    x2, y2 = a[0]
    for n in range(1, len(a)):
        x1, y1 = x2, y2
        x2, y2 = a[n]
        if (
            (x1 < left and x2 < left)
            or (x1 > right and x2 > right)
            or (y1 < high and y2 < high)
            or (y1 > low and y2 > low)
        ):
            continue
        dx, dy = x2 - x1, y2 - y1
        far = dx * y1 - dy * x1
        above = [dx * y - dy * x > far for x, y in b]
        if True in above and False in above:
            for k in range(1, len(b)):
                if above[k] != above[k - 1]:
                    x3, y3 = b[k - 1]
                    ex, ey = b[k][0] - x3, b[k][1] - y3
                    if (ex * (y1 - y3) - ey * (x1 - x3) > 0) != (ex * (y2 - y3) - ey * (x2 - x3) > 0):
                        found += 1
    return found


def _n(value: float) -> str:
    """A number for a path: one decimal at most, the same on every machine."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0", 1)
        if abs(value) < 0.05
        else f"{value:.1f}".removesuffix(".0")
    )
