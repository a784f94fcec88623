"""How lines run between boxes that stand on a grid: ports and curves, chosen together to cross as little as possible."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kg.page.geometry import TIP, Line, Way, at, crossings, samples
from kg.page.layout import Box, Layout, Point

SIDES: dict[str, Point] = {"R": (1, 0), "L": (-1, 0), "B": (0, 1), "T": (0, -1)}
SLOTS = {"R": (0, -17, 17), "L": (0, -17, 17), "B": (0, -34, 34, -62, 62), "T": (0, -34, 34, -62, 62)}
CELL = 8  # the raster of boxes and headings


@dataclass
class _Wish:
    """A line to be drawn, before its way is chosen."""

    line: Line
    target: int = -1  # the line it ends on
    ways: list[Way] = field(default_factory=list)
    guides: list[list[Point]] = field(default_factory=list)


def ways(wishes: Sequence[tuple[Line, int]], layout: Layout) -> list[Way]:
    """A way for each line; a wish is a line and the number of the line that it ends on, or -1."""
    return _Router(wishes, layout).ways()


class _Router:
    """One pass: gathers ways for each line, and settles on the cheapest set."""

    def __init__(self, wishes: Sequence[tuple[Line, int]], layout: Layout) -> None:
        self.layout = layout
        self.keys = list(layout.boxes)
        self.across = int(layout.width // CELL) + 2
        self.raster = bytearray(self.across * (int(layout.height // CELL) + 2))  # 1: a box, 2: a heading
        for area in layout.areas:
            self._fill(area.heading, 2)
        for box in layout.boxes.values():
            self._fill(box.grown(3), 1)
        self.wishes = [_Wish(line, target) for line, target in wishes]
        self.pairs: dict[tuple[int, int, int, int], float] = {}
        self.kept: list[list[Way]] = []  # pairs are known by the identity of their ways, so no way may be forgotten

    def _fill(self, box: Box, value: int) -> None:
        rows = len(self.raster) // self.across
        for y in range(max(0, int(box.y // CELL)), min(rows, int((box.y + box.h) // CELL) + 1)):
            for x in range(max(0, int(box.x // CELL)), min(self.across, int((box.x + box.w) // CELL) + 1)):
                self.raster[y * self.across + x] = value

    def ways(self) -> list[Way]:
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
            costs = [way.cost + sum(25 * crossings(way.points, guide) for guide in wish.guides) for way in wish.ways]
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
        return [chosen[n] for n in range(len(self.wishes))]

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

    def _onto(self, wish: _Wish, target: Way) -> list[Way]:
        """Ways from a node to a point on another line, arriving across it."""
        line, ways = wish.line, []
        tip = TIP["blocks" if line.kind == "blocks" else "ring"]
        for spot in (0.5, 0.38, 0.62, 0.26, 0.74):
            (x, y), (dx, dy) = at(target.curve, spot)
            for v in ((-dy, dx), (dy, -dx)):
                q = x + v[0] * tip, y + v[1] * tip
                for leave in SIDES:
                    for a in SLOTS[leave][:3]:
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
        points = list(samples(curve, 12 if len(curve) == 4 else 10))
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
            if way.beside(other, 9):
                cost += 70 * crossings(way.points, other.points)
                cost += 5 * _near(way.points, other.points, a.target == m or b.target == n)
            self.pairs[key] = cost
        return self.pairs[key]


def _cubic(p: Point, u: Point, q: Point, v: Point, bend: float) -> tuple[Point, ...]:
    """A cubic from p, leaving along u, to q, where it arrives against v."""
    dx, dy = q[0] - p[0], q[1] - p[1]
    far = math.hypot(dx, dy)
    reach_p = max(min(18, far / 3), bend * (abs(dx * u[0] + dy * u[1]) + 0.25 * abs(dx * u[1] - dy * u[0])))
    reach_q = max(min(18, far / 3), bend * (abs(dx * v[0] + dy * v[1]) + 0.25 * abs(dx * v[1] - dy * v[0])))
    return p, (p[0] + u[0] * reach_p, p[1] + u[1] * reach_p), (q[0] + v[0] * reach_q, q[1] + v[1] * reach_q), q


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
