"""How edges run: ports, curves and heads, chosen to cross as little as possible, and the score of the result.

Everything is an SVG path string, so that canvas, hit test, static picture and print draw the same shapes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from kg.mechanism import Edge, Mechanism
from kg.page.layout import Box, Layout, place

Point = tuple[float, float]
SIDES: dict[str, Point] = {"R": (1, 0), "L": (-1, 0), "B": (0, 1), "T": (0, -1)}
SLOTS = {"R": (0, -17, 17), "L": (0, -17, 17), "B": (0, -34, 34, -62, 62), "T": (0, -34, 34, -62, 62)}
TIP = {"increases": 15.0, "decreases": 5.0, "blocks": 13.0, "circle": 12.0, "none": 3.0, "ring": 7.0}  # end of the line
TOUCH = frozenset(("binds", "interacts_with", "synergises_with"))  # drawn with a small circle
CAREFUL = 48  # above so many lines each takes its own best way; looking at all the others would take many seconds
CELL = 8  # the raster of boxes and headings


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
        return list(_samples(self.curve, 14 if len(self.curve) == 4 else 10))

    @cached_property
    def frame(self) -> tuple[float, float, float, float]:
        xs, ys = [p[0] for p in self.points], [p[1] for p in self.points]
        return min(xs), min(ys), max(xs), max(ys)

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


@dataclass(frozen=True)
class Score:
    """What is wrong with a picture, as counts."""

    crossings: int
    through_boxes: int
    box_overlaps: int
    foreign_boxes: int
    area_overlaps: int


@dataclass
class _Wish:
    """A line to be drawn, before its way is chosen."""

    line: Line
    target: int = -1  # the line it ends on
    ways: list[Way] = field(default_factory=list)
    guides: list[list[Point]] = field(default_factory=list)


@dataclass(frozen=True)
class Drawing:
    """A layout with its lines: those of edges first, then the connectors of their conditions."""

    layout: Layout
    lines: tuple[Line, ...]


def circle(x: float, y: float, r: float) -> str:
    """A circle as a path."""
    return f"M{_n(x - r)} {_n(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"


def inferred(edge: Edge) -> bool:
    """Whether a step of the curator's own is part of an edge: it carries a diamond, whatever else supports it."""
    items = (*edge.evidence, edge.effect) if edge.effect else edge.evidence
    return any(item.claim == "inference" for item in items)


def middle(line: Line) -> Point:
    """A point on a line, halfway along it."""
    return _at(line.way.curve, 0.5)[0]


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


def draw(mechanism: Mechanism) -> Drawing:
    """Lay a mechanism out and choose a way for every line.

    >>> from kg.mechanism import Frozen, Node, Sentence
    >>> nodes = Frozen({key: Node(key=key) for key in "ab"})
    >>> edge = Edge(sentence=Sentence("a", "activates", "b"), name="ab")
    >>> [line.kind for line in draw(Mechanism(nodes=nodes, edges=(edge,))).lines]
    ['increases']
    """
    return _Router(mechanism, place(mechanism)).drawing()


def score(mechanism: Mechanism) -> Score:
    """Count what a reader would stumble over in the picture of a mechanism; the aim is 0 everywhere."""
    drawing = draw(mechanism)
    boxes, areas = drawing.layout.boxes, drawing.layout.areas
    fine = [list(_samples(line.way.curve, 48)) for line in drawing.lines]
    crossings = sum(
        _crossings(a, b)
        for n, a in enumerate(fine)
        for m, b in enumerate(fine[:n])
        if not _touch(drawing.lines[n], drawing.lines[m])
    )
    through = 0
    for points in fine:
        for box in boxes.values():
            inside = [p for p in points[2:-2] if _within(p, box.grown(-1))]
            through += bool(inside)
    listed = list(boxes.values())
    return Score(
        crossings,
        through,
        sum(a.overlaps(b) for n, a in enumerate(listed) for b in listed[:n]),
        sum(
            area.box.overlaps(box)
            for area in areas
            for key, box in boxes.items()
            if area.key not in mechanism.within(mechanism.nodes[key].place)
        ),
        sum(
            a.box.overlaps(b.box)
            for n, a in enumerate(areas)
            for b in areas[:n]
            if a.key not in mechanism.within(b.key) and b.key not in mechanism.within(a.key)
        ),
    )


class _Router:
    """One pass over a mechanism: lists the lines it needs, gathers ways for each, and settles on the cheapest set."""

    def __init__(self, mechanism: Mechanism, layout: Layout) -> None:
        self.layout = layout
        self.keys = list(layout.boxes)
        self.across = int(layout.width // CELL) + 2
        self.raster = bytearray(self.across * (int(layout.height // CELL) + 2))  # 1: a box, 2: a heading
        for area in layout.areas:
            self._fill(area.heading, 2)
        for box in layout.boxes.values():
            self._fill(box.grown(3), 1)
        self.wishes = list(self._wishes(mechanism))
        self.marked = frozenset(edge.name for edge in mechanism.edges if inferred(edge) or edge.disputed)
        self.pairs: dict[tuple[int, int, int, int], float] = {}
        self.kept: list[list[Way]] = []  # pairs are known by the identity of their ways, so no way may be forgotten

    def _fill(self, box: Box, value: int) -> None:
        rows = len(self.raster) // self.across
        for y in range(max(0, int(box.y // CELL)), min(rows, int((box.y + box.h) // CELL) + 1)):
            for x in range(max(0, int(box.x // CELL)), min(self.across, int((box.x + box.w) // CELL) + 1)):
                self.raster[y * self.across + x] = value

    def _wishes(self, mechanism: Mechanism) -> Iterator[_Wish]:
        """Edges between nodes, then edges that end on an edge, then conditions: each after what it ends on."""
        index: dict[str, int] = {}
        waiting: list[tuple[Edge, str]] = []
        count = 0
        for edge in mechanism.edges:
            blocked = mechanism.blocked(edge)
            if blocked and blocked[0] is not edge and edge.subject in self.layout.boxes:
                waiting.append((edge, blocked[0].name))
            elif edge.subject in self.layout.boxes and edge.sentence.object in self.layout.boxes:
                kind = "circle" if edge.role == "none" and edge.verb in TOUCH else edge.role
                index[edge.name] = count
                count += 1
                yield _Wish(Line(edge.name, Way(0, ()), kind, edge.subject, edge.sentence.object))
        while waiting:
            ready = [pair for pair in waiting if pair[1] in index]
            if not ready:
                break  # what it blocks is not drawn, or two block each other: the list of steps still has them
            for edge, target in ready:
                waiting.remove((edge, target))
                index[edge.name] = count
                count += 1
                yield _Wish(Line(edge.name, Way(0, ()), "blocks", edge.subject, target), index[target])
        for edge in mechanism.edges:
            if edge.name in index:
                conditions = [("requires", r.node) for r in edge.requires] + [("unless", r.node) for r in edge.unless]
                for kind, node in dict.fromkeys(conditions):
                    if node in self.layout.boxes:
                        line = Line(edge.name, Way(0, ()), kind, node, edge.name, node)
                        yield _Wish(line, index[edge.name])

    def drawing(self) -> Drawing:
        if len(self.wishes) > CAREFUL:
            return self._hasty()
        own = [n for n, wish in enumerate(self.wishes) if wish.target < 0]
        for n in own:
            self.wishes[n].ways = self._between(self.wishes[n].line)
        for wish in self.wishes:  # until their own way is known, a straight line stands in for these
            if wish.target >= 0:
                root = self.wishes[wish.target]
                while root.target >= 0:
                    root = self.wishes[root.target]
                a, b = (self.layout.boxes[key].centre for key in (root.line.start, root.line.end))
                middle = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
                start = self.layout.boxes[wish.line.start].centre
                for m in own:
                    if m != wish.target and wish.line.start not in (self.wishes[m].line.start, self.wishes[m].line.end):
                        self.wishes[m].guides.append([start, middle])
        for n in own:
            wish = self.wishes[n]
            costs = [way.cost + sum(25 * _crossings(way.points, guide) for guide in wish.guides) for way in wish.ways]
            wish.ways = [replace(way, cost=cost) for way, cost in zip(wish.ways, costs, strict=True)]
            wish.ways.sort(key=lambda way: way.cost)
            self.kept.append(wish.ways)
        first = {n: self.wishes[n].ways[0].cost for n in own}
        starts = (sorted(own, key=lambda n: -first[n]), sorted(own, key=lambda n: first[n]), own)
        tries = []
        for order in starts[:2]:  # a descent ends where it began to go down: begin in three ways
            tried: dict[int, Way] = {}
            self._settle(order, tried)
            tries += [tried, *(self._fanned(tried, flip) for flip in (1, -1))]
        chosen = min(tries, key=self._total) if own else {}
        self._settle(own, chosen)
        self._untangle(own, chosen)
        self._attach(chosen)
        for n, m in [(a, b) for a in own for b in own if b < a and self._parallel(a, b)]:
            before = self._total(chosen)  # of two edges between the same nodes, either may be the better one to reach
            swapped = chosen | {n: chosen[m], m: chosen[n]}
            self._attach(swapped)
            if self._total(swapped) < before:
                chosen = swapped
        lines = [replace(wish.line, way=chosen[n]) for n, wish in enumerate(self.wishes)]
        return Drawing(self.layout, tuple(self._marked(lines)))

    def _hasty(self) -> Drawing:
        """A way for each line by itself, between the sides that face each other: the work grows with the lines alone."""
        chosen: list[Way] = []
        for wish in self.wishes:
            line = wish.line
            if wish.target >= 0:
                chosen.append(self._onto(wish, chosen[wish.target], spots=(0.5,), slots=1)[0])
                continue
            (x, y), (x2, y2) = self.layout.boxes[line.start].centre, self.layout.boxes[line.end].centre
            leaves, enters = ("R", "R"), ("B", "B")  # of a node's line to itself
            if line.start != line.end:
                across, down = ("R", "L") if x2 >= x else ("L", "R"), ("B", "T") if y2 >= y else ("T", "B")
                leaves, enters = (across[0], down[0]), (across[1], down[1])
            ways = (self._curve(line, leave, enter, 0, 0, 0.5) for leave in leaves for enter in enters)
            chosen.append(min(ways, key=lambda way: way.cost))
        lines = [replace(wish.line, way=way) for wish, way in zip(self.wishes, chosen, strict=True)]
        return Drawing(
            self.layout,
            tuple(
                replace(line, mark=middle(line)) if line.edge in self.marked and not line.condition else line
                for line in lines
            ),
        )

    def _fanned(self, chosen: dict[int, Way], flip: int) -> dict[int, Way]:
        """The same sides, with the ends on each side spread in the order of where they go."""
        ends: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
        for n, way in chosen.items():
            for last, (node, side, _) in enumerate(way.ports):
                other = way.ports[1 - last][0]
                (x, y), (x2, y2) = self.layout.boxes[node].centre, self.layout.boxes[other].centre
                u, v = SIDES[side]
                along, away = (x2 - x) * abs(v) + (y2 - y) * abs(u), (x2 - x) * u + (y2 - y) * v
                order = n if last else n * flip
                ends.setdefault((node, side), []).append((round(math.atan2(along, away), 3), order, n))
        slots: dict[tuple[int, str, str], float] = {}
        for (node, side), items in ends.items():
            step = min(34.0 if side in "TB" else 18.0, (132 if side in "TB" else 44) / max(len(items) - 1, 1))
            for place_, (_, _, n) in enumerate(sorted(items)):
                slots[n, node, side] = (place_ - (len(items) - 1) / 2) * step
        spread: dict[int, Way] = {}
        for n, way in chosen.items():
            (start, leave, _), (end, enter, _) = way.ports
            a, b = slots[n, start, leave], slots[n, end, enter]
            spread[n] = self._curve(self.wishes[n].line, leave, enter, a, b, way.bend) if way.bend else way
        self.kept.append(list(spread.values()))
        return spread

    def _parallel(self, n: int, m: int) -> bool:
        a, b = self.wishes[n].line, self.wishes[m].line
        reached = any(wish.target in (n, m) for wish in self.wishes)
        return (a.start, a.end, a.kind) == (b.start, b.end, b.kind) and reached

    def _total(self, chosen: dict[int, Way]) -> float:
        pairs = ((n, m) for n in chosen for m in chosen if m < n)
        return sum(self._between_two(n, chosen[n], m, chosen[m]) for n, m in pairs) + sum(
            w.cost for w in chosen.values()
        )

    def _attach(self, chosen: dict[int, Way]) -> None:
        """Lines that end on lines, once those have their way."""
        for n, wish in enumerate(self.wishes):
            if wish.target >= 0:
                chosen.pop(n, None)
        for n, wish in enumerate(self.wishes):
            if wish.target >= 0:
                wish.ways = self._onto(wish, chosen[wish.target])
                self.kept.append(wish.ways)
                self._settle([n], chosen)
        for _ in range(2):
            for n, wish in enumerate(self.wishes):
                if wish.target >= 0:
                    self._settle([n], chosen)

    # ---- ways

    def _between(self, line: Line) -> list[Way]:
        """Ways from a node to a node: every pair of sides, then slots for the best of them, and detours if none is free."""
        first: list[tuple[float, str, str, float]] = []
        for leave in SIDES:
            for enter in SIDES:
                for bend in (0.5, 0.85):
                    way = self._curve(line, leave, enter, 0, 0, bend)
                    first.append((way.cost, leave, enter, bend))
        first.sort(key=lambda item: item[0])
        ways = [
            self._curve(line, leave, enter, a, b, bend)
            for _, leave, enter, bend in first[:7]
            for a in SLOTS[leave][: self._ports(line.start)]
            for b in SLOTS[enter][: self._ports(line.end)]
        ]
        if min(way.cost for way in ways) > 400:
            ways += self._detours(line)
        return sorted(ways, key=lambda way: way.cost)[:90]

    def _curve(self, line: Line, leave: str, enter: str, a: float, b: float, bend: float) -> Way:
        p, u = self._port(line.start, leave, a, 2)
        tip, v = self._port(line.end, enter, b, 3)
        q = tip[0] + v[0] * TIP[line.kind], tip[1] + v[1] * TIP[line.kind]
        curve = _cubic(p, u, q, v, bend)
        ports = ((line.start, leave, a), (line.end, enter, b))
        return Way(self._cost(curve) + 0.02 * (abs(a) + abs(b)), curve, ports, tip, v, bend=bend)

    def _ports(self, key: str) -> int:
        """How many slots a side of a node offers: all where many lines meet."""
        return 5 if sum(key in (wish.line.start, wish.line.end) for wish in self.wishes) > 4 else 3

    def _detours(self, line: Line) -> Iterator[Way]:
        """Two curves that meet in a free channel between columns or rows."""
        for leave in SIDES:
            for enter in SIDES:
                p, u = self._port(line.start, leave, 0, 2)
                tip, v = self._port(line.end, enter, 0, 3)
                q = tip[0] + v[0] * TIP[line.kind], tip[1] + v[1] * TIP[line.kind]
                for x in self.layout.columns:
                    for y in self.layout.rows:
                        for w in ((1, 0), (0, 1)):
                            s = 1 if w[0] * (q[0] - p[0]) + w[1] * (q[1] - p[1]) >= 0 else -1
                            t = (w[0] * s, w[1] * s)
                            curve = _cubic(p, u, (x, y), (-t[0], -t[1]), 0.5) + _cubic((x, y), t, q, v, 0.5)[1:]
                            ports = ((line.start, leave, 0.0), (line.end, enter, 0.0))
                            yield Way(self._cost(curve) + 12, curve, ports, tip, v)

    def _onto(
        self, wish: _Wish, target: Way, spots: tuple[float, ...] = (0.5, 0.38, 0.62, 0.26, 0.74), slots: int = 3
    ) -> list[Way]:
        """Ways from a node to a point on another line, arriving across it."""
        line, ways = wish.line, []
        tip = TIP["blocks" if line.kind == "blocks" else "ring"]
        for spot in spots:
            (x, y), (dx, dy) = _at(target.curve, spot)
            for v in ((-dy, dx), (dy, -dx)):
                q = x + v[0] * tip, y + v[1] * tip
                for leave in SIDES:
                    for a in SLOTS[leave][:slots]:
                        p, u = self._port(line.start, leave, a, 2)
                        for bend in (0.5, 0.85):
                            curve = _cubic(p, u, q, v, bend)
                            cost = self._cost(curve) + abs(spot - 0.5) * 16 + 0.02 * abs(a)
                            ways.append(Way(cost, curve, ((line.start, leave, a),), (x, y), v, spot))
        return sorted(ways, key=lambda way: way.cost)[:90]

    def _port(self, key: str, side: str, slot: float, gap: float) -> tuple[Point, Point]:
        box, (u, v) = self.layout.boxes[key], SIDES[side]
        x, y = box.centre
        return (x + u * (box.w / 2 + gap) + abs(v) * slot, y + v * (box.h / 2 + gap) + abs(u) * slot), (u, v)

    def _cost(self, curve: tuple[Point, ...]) -> float:
        """Boxes are a wall, headings a hedge; then length and turning."""
        raster, across, size = self.raster, self.across, len(self.raster)
        points = list(_samples(curve, 12 if len(curve) == 4 else 10))
        hits = labels = 0
        length = turning = before = 0.0
        last = len(points) - 1
        x0, y0 = points[0]
        for n in range(1, last + 1):
            x, y = points[n]
            dx, dy = x - x0, y - y0
            step = math.hypot(dx, dy)
            length += step
            if step > 0.5:
                heading = math.atan2(dy, dx)
                turn = abs(heading - before) if n > 1 else 0.0
                turning += turn if turn < math.pi else 2 * math.pi - turn
                before = heading
            parts = int(step / 26) + 1
            for part in range(1, parts + 1):
                px, py = x0 + dx * part / parts, y0 + dy * part / parts
                cell = int(py / CELL) * across + int(px / CELL)
                if px < 0 or py < 0 or cell >= size:
                    labels += 3
                elif raster[cell] and length - step * (1 - part / parts) > 14:  # its own box lies at its very ends
                    if raster[cell] == 2:
                        labels += 1
                    elif math.dist((px, py), points[last]) > 14:
                        hits += 1
            x0, y0 = x, y
        return hits * 500 + labels * 14 + length * 0.06 + turning * 9 + max(0, turning - 3.3) * 30

    # ---- choosing

    def _settle(self, group: list[int], chosen: dict[int, Way]) -> None:
        """Coordinate descent: each line in turn takes the way that is cheapest beside all others."""
        for _ in range(5):
            moved = False
            for n in group:
                best, least = self.wishes[n].ways[0], math.inf
                for k, way in enumerate([chosen[n], *self.wishes[n].ways] if n in chosen else self.wishes[n].ways):
                    if way.cost >= least:
                        if k:
                            break
                        continue
                    cost = way.cost
                    for m, other in chosen.items():
                        if m != n:
                            cost += self._between_two(n, way, m, other)
                            if cost >= least:
                                break
                    if cost < least:
                        best, least = way, cost
                moved |= best is not chosen.get(n)
                chosen[n] = best
            if not moved:
                break

    def _untangle(self, group: list[int], chosen: dict[int, Way]) -> None:
        """Two lines that still cross are moved together: alone, neither can leave for a way that the other holds."""
        for n in group:
            for m in group:
                if m >= n or self._between_two(n, chosen[n], m, chosen[m]) < 50:
                    continue
                others = [(k, way) for k, way in chosen.items() if k not in (n, m)]

                def alone(k: int, way: Way, others: list[tuple[int, Way]] = others) -> float:
                    return way.cost + sum(self._between_two(k, way, o, other) for o, other in others)

                def few(k: int) -> list[tuple[float, Way]]:
                    ways = {(way.ports[0][:2], way.ports[-1]): way for way in reversed(self.wishes[k].ways)}
                    cheap = sorted(ways.values(), key=lambda way: way.cost)[:16]
                    return sorted(((alone(k, way), way) for way in [chosen[k], *cheap]), key=lambda pair: pair[0])

                least = alone(n, chosen[n]) + alone(m, chosen[m]) + self._between_two(n, chosen[n], m, chosen[m])
                for cost, way in few(n):
                    for cost2, way2 in few(m) if cost < least else ():
                        if cost + cost2 >= least - 1e-9:
                            break
                        both = cost + cost2 + self._between_two(n, way, m, way2)
                        if both < least - 1e-9:
                            least, chosen[n], chosen[m] = both, way, way2

    def _between_two(self, n: int, way: Way, m: int, other: Way) -> float:
        if n > m:
            n, way, m, other = m, other, n, way
        key = (n, id(way), m, id(other))
        if key not in self.pairs:
            cost = 0.0
            for node, side, slot in way.ports:
                for node2, side2, slot2 in other.ports:
                    if node == node2 and side == side2 and abs(slot - slot2) < 16:
                        cost += 55
            a, b = self.wishes[n], self.wishes[m]
            if a.target == b.target >= 0 and abs(way.spot - other.spot) < 0.19:
                cost += 80
            p, q = way.frame, other.frame
            if p[0] - 9 < q[2] and q[0] - 9 < p[2] and p[1] - 9 < q[3] and q[1] - 9 < p[3]:
                cost += 70 * _crossings(way.points, other.points)
                cost += 5 * _near(way.points, other.points, a.target == m or b.target == n)
            self.pairs[key] = cost
        return self.pairs[key]

    def _marked(self, lines: list[Line]) -> Iterator[Line]:
        """Each line with the free spot for its mark: away from heads, rings and what crosses it."""
        for n, line in enumerate(lines):
            if line.condition or line.edge not in self.marked:
                yield line
                continue
            taken = [other.way.tip for m, other in enumerate(lines) if m != n and other.end == line.edge]
            taken += [line.way.curve[0], line.way.tip]
            near = [p for m, other in enumerate(lines) if m != n for p in other.way.points]
            spots = [_at(line.way.curve, t / 20)[0] for t in range(4, 17)]
            best = max(
                spots,
                key=lambda p: (
                    min(min((math.dist(p, q) for q in taken), default=60), 34)
                    + 0.5 * min(min((math.dist(p, q) for q in near), default=30), 24)
                    - 0.02 * math.dist(p, spots[len(spots) // 2])
                ),
            )
            yield replace(line, mark=best)


def _touch(a: Line, b: Line) -> bool:
    """Whether one line ends on the other, so that their meeting is meant."""
    return a.end == b.edge or b.end == a.edge or bool(a.condition and b.condition and a.edge == b.edge)


def _cubic(p: Point, u: Point, q: Point, v: Point, bend: float) -> tuple[Point, ...]:
    """A cubic from p, leaving along u, to q, where it arrives against v."""
    dx, dy = q[0] - p[0], q[1] - p[1]
    far = math.hypot(dx, dy)
    reach_p = max(min(18, far / 3), bend * (abs(dx * u[0] + dy * u[1]) + 0.25 * abs(dx * u[1] - dy * u[0])))
    reach_q = max(min(18, far / 3), bend * (abs(dx * v[0] + dy * v[1]) + 0.25 * abs(dx * v[1] - dy * v[0])))
    return p, (p[0] + u[0] * reach_p, p[1] + u[1] * reach_p), (q[0] + v[0] * reach_q, q[1] + v[1] * reach_q), q


_BASIS: dict[int, list[tuple[float, float, float, float]]] = {}


def _samples(curve: Sequence[Point], count: int) -> Iterator[Point]:
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


def _at(curve: Sequence[Point], t: float) -> tuple[Point, Point]:
    """The point at a fraction of a curve's length, and the direction there."""
    points = list(_samples(curve, 40))
    far = [0.0]
    for a, b in pairwise(points):
        far.append(far[-1] + math.dist(a, b))
    want = t * far[-1]
    n = next((n for n in range(1, len(far)) if far[n] >= want), len(far) - 1)
    (x0, y0), (x1, y1) = points[n - 1], points[n]
    step = math.hypot(x1 - x0, y1 - y0) or 1.0
    part = (want - far[n - 1]) / step
    return (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part), ((x1 - x0) / step, (y1 - y0) / step)


def _crossings(a: Sequence[Point], b: Sequence[Point]) -> int:
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


def _near(a: Sequence[Point], b: Sequence[Point], joined: bool) -> int:
    """How many points of one line run close beside the other; one that ends there does so at its last points."""
    count = 0
    last = -3 if joined else -1
    for x, y in a[1:last]:
        for x2, y2 in b[1:last]:
            if -11 < x - x2 < 11 and -11 < y - y2 < 11:
                count += 1
                break
    return count


def _within(point: Point, box: Box) -> bool:
    return box.x < point[0] < box.x + box.w and box.y < point[1] < box.y + box.h


def _n(value: float) -> str:
    """A number for a path: one decimal at most, the same on every machine."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0", 1)
        if abs(value) < 0.05
        else f"{value:.1f}".removesuffix(".0")
    )
