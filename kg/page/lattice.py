"""Where boxes stand in a crowded picture: in the cells of lattices, like bricks, so that few straight lines cross.

Springs say roughly what is near to what (neato of Graphviz); each box goes to a cell near its place. Then boxes
move to other cells, or change places, as long as fewer lines cross or run through boxes. A cell is larger than a box, so
boxes never overlap. Each place has a lattice of its own, and rectangles of places stand beside each other as boxes do.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.page.layout import GAP, HEAD, HIGH, PAD, SHAPE, WIDE, Box, Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pygraphviz import AGraph

    Ints = NDArray[np.signedinteger[Any]]
    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]

WIDTH, HEIGHT = WIDE + 64, HIGH + 54  # of a cell
MARGIN = 4  # of a box: a line that comes so close runs through it
FULL = 0.6  # of the cells of a lattice: how many hold a box
SPRINGS = range(1, 7)  # seeds
EVEN = (0.3, 0.8)  # 0: as springs have it, crowded in the middle; 1: as many boxes in each column and each row
FREE = (0.36, 0.64)  # of a line: between them another may end on it
KEPT = 6  # beginnings that are improved at all; the best of them is improved further
TRIED = 12  # cells for a box at a time
HEAT = (
    0.5  # crossings: how much worse a change may make it at first, so that the search does not end in the next hollow
)
LAST = 3  # so many rounds without a change are the end
CALL = 12_000  # what looking at one box costs by itself, in pairs of lines
SHORT, LONG = 10_000_000, 10_000_000  # pairs of lines to be looked at for all beginnings, and for the best
EACH = 30_000  # and so many more for the best, for each line
THROUGH = 0.5  # how many crossings it is worth that a straight line runs through no box; most are bent around it later
NEAR = 1 / 3000  # how many crossings a pixel of a line is worth

Ends = tuple[int, int]  # of a line: numbers of boxes; from their count upwards, a spot on the line of that number


def settled(
    homes: Sequence[Sequence[str]], lines: Sequence[Ends], headings: Mapping[str, float]
) -> tuple[list[Point], dict[str, Box]]:
    """The middle of each box, then for each line the spot on another where it ends; and a rectangle for each place.

    ``homes`` has the places of each box, from the innermost outwards; ``lines`` its ends as numbers; ``headings`` how
    wide the name of each place is.

    >>> places, around = settled([("cell",), ("cell",), ()], [(0, 1), (1, 2)], {"cell": 60})
    >>> len(places), list(around)
    (5, ['cell'])
    """
    rooms = _Rooms(homes, lines, headings)
    search = _Search(rooms, len(homes), lines)
    begun = sorted((search.snapped(spots, even) for spots in search.springs() for even in EVEN), key=search.cost)[:KEPT]
    better = [search.improved(at, SHORT // KEPT, n) for n, at in enumerate(begun)]
    good = min(better, key=search.cost)
    best = min((good, search.improved(good, LONG + EACH * len(lines), 0)), key=search.cost)
    return [(float(x), float(y)) for x, y in search.points(best)], rooms.around


def packed(sizes: Sequence[tuple[float, float]], gap: float = GAP) -> tuple[list[Point], tuple[float, float]]:
    """The upper left corner of each rectangle, so that none overlap and the whole has about the shape of a screen; its size.

    Each comes to lie as high as it can, the tallest first; of several widths the one that a screen shows largest is taken.

    >>> packed([(30, 10), (30, 10), (30, 10), (30, 10)], 2)
    ([(0.0, 0.0), (32.0, 0.0), (0.0, 12.0), (32.0, 12.0)], (62.0, 22.0))
    """
    if not sizes:
        return [], (0, 0)
    order = sorted(range(len(sizes)), key=lambda n: (-sizes[n][1], -sizes[n][0], n))
    area, widest = sum((w + gap) * (h + gap) for w, h in sizes), max(w for w, _ in sizes)
    ways = []
    for k in range(12):
        room = max(widest, math.sqrt(area * SHAPE) * (0.7 + 0.08 * k))
        at, line = [(0.0, 0.0)] * len(sizes), [(0.0, 0.0)]  # the lower edge of what lies there, from each x onwards
        for n in order:
            w, h = sizes[n]
            spots = [
                (max(y for x, y in _under(line, left, left + w)), left) for left, _ in line if left + w <= room + 0.01
            ]
            y, x = min(spots)
            at[n] = x, y
            line = _raised(line, x, x + w + gap, y + h + gap)
        size = (
            max(x + w for (x, _), (w, _) in zip(at, sizes, strict=True)),
            max(y + h for (_, y), (_, h) in zip(at, sizes, strict=True)),
        )
        ways.append((max(size[0] / SHAPE, size[1]), size, at))
    _, size, at = min(ways)
    return at, size


def _under(line: Sequence[Point], left: float, right: float) -> list[Point]:
    ends = [x for x, _ in line[1:]] + [math.inf]
    return [(x, y) for (x, y), end in zip(line, ends, strict=True) if x < right and end > left]


def _raised(line: Sequence[Point], left: float, right: float, low: float) -> list[Point]:
    after = [y for x, y in line if x <= right][-1]
    cut = [(x, y) for x, y in line if x < left] + [(left, low), (right, after)]
    return cut + [(x, y) for x, y in line if x > right]


def laid(graph: AGraph, program: str) -> None:
    """Run Graphviz. It writes to stderr by itself what it could not do, such as to curve a line."""
    silent, heard = os.open(os.devnull, os.O_WRONLY), os.dup(2)
    try:
        os.dup2(silent, 2)
        graph.layout(program)
    finally:
        os.dup2(heard, 2)
        os.close(silent)
        os.close(heard)


class _Rooms:
    """The rectangles of places, and the cells in them: those inside each other first, then what stands side by side."""

    def __init__(self, homes: Sequence[Sequence[str]], lines: Sequence[Ends], headings: Mapping[str, float]) -> None:
        self.headings, self.lines = headings, [(a, b) for a, b in lines if b < len(homes)]
        self.chains = [tuple(reversed(home)) for home in homes]  # from the outside inwards
        self.around: dict[str, Box] = {}
        self.cells: list[tuple[int, int]] = []
        self.mine: list[range] = [range(0)] * len(homes)  # the cells that a box may take
        self._furnish(0, list(range(len(homes))), 0, 0, self._sized(0, list(range(len(homes)))))

    def _sized(self, depth: int, boxes: list[int]) -> dict[str, Any]:
        """What stands side by side at a depth, with its sizes: the boxes that are in no further place, and each such place."""
        groups: dict[str, list[int]] = {}
        for n in boxes:
            groups.setdefault(self.chains[n][depth] if len(self.chains[n]) > depth else "", []).append(n)
        inner = {
            name: self._sized(depth + 1, held) if name else self._lattice(len(held)) for name, held in groups.items()
        }
        sizes = []
        for name, found in inner.items():
            w, h = found["size"]
            sizes.append((max(w, self.headings[name]) + 2 * PAD, h + 2 * PAD + HEAD) if name else (w, h))
        at, size = packed(sizes, GAP / 2) if len(sizes) > 1 else ([(0.0, 0.0)], sizes[0])
        joined = self._joined(list(groups.values()))
        if len(sizes) > 2 and joined:
            at, size = min(
                [(at, size), *_ranked(sizes, joined)], key=lambda way: _sprawl(way[0], way[1], sizes, joined)
            )
        return {"groups": groups, "inner": inner, "at": at, "sizes": sizes, "size": size}

    def _joined(self, groups: Sequence[Sequence[int]]) -> dict[Ends, int]:
        """How many lines run between two of the groups."""
        of = {n: g for g, held in enumerate(groups) for n in held}
        found: dict[Ends, int] = {}
        for a, b in self.lines:
            if a in of and b in of and of[a] != of[b]:
                pair = min(of[a], of[b]), max(of[a], of[b])
                found[pair] = found.get(pair, 0) + 1
        return found

    def _lattice(self, count: int) -> dict[str, Any]:
        rows = max(1, round(math.sqrt(count / FULL * WIDTH / HEIGHT / SHAPE))) if count > 3 else 1
        columns = max(1, math.ceil(count / FULL / rows)) if count > 3 else count
        wide = columns * WIDTH + (WIDTH // 2 if rows > 1 else 0) - (WIDTH - WIDE)
        return {"rows": rows, "columns": columns, "size": (float(wide), float(rows * HEIGHT - (HEIGHT - HIGH)))}

    def _furnish(self, depth: int, boxes: list[int], left: float, top: float, plan: Mapping[str, Any]) -> None:
        for (name, held), (x, y), (w, h) in zip(plan["groups"].items(), plan["at"], plan["sizes"], strict=True):
            inner = plan["inner"][name]
            if name:
                self.around[name] = Box(left + x, top + y, w, h)
                self._furnish(depth + 1, held, left + x + PAD, top + y + PAD + HEAD, inner)
                continue
            first = len(self.cells)
            for row in range(inner["rows"]):
                for column in range(inner["columns"]):
                    shift = row % 2 * WIDTH // 2
                    self.cells.append(
                        (round(left + x + column * WIDTH + shift + WIDE / 2), round(top + y + row * HEIGHT + HIGH / 2))
                    )
            for n in held:
                self.mine[n] = range(first, len(self.cells))


def _ranked(sizes: Sequence[Point], joined: Mapping[Ends, int]) -> list[tuple[list[Point], Point]]:
    """Rectangles in ranks, downwards and to the right, as dot has them."""
    from pygraphviz import AGraph

    ways = []
    for direction in ("TB", "LR"):
        graph = AGraph(directed=True, rankdir=direction, nodesep=f"{GAP / 144}", ranksep=f"{GAP / 72}", splines="none")
        graph.node_attr.update(label="", fixedsize="true", shape="box")
        for n, (w, h) in enumerate(sizes):
            graph.add_node(f"n{n}", width=f"{w / 72}", height=f"{h / 72}")
        for (a, b), count in joined.items():
            graph.add_edge(f"n{a}", f"n{b}", weight=count)
        laid(graph, "dot")
        spots = [_spot(graph, n) for n in range(len(sizes))]
        lows = [-y - h / 2 for (_, y), (_, h) in zip(spots, sizes, strict=True)]
        lefts = [x - w / 2 for (x, _), (w, _) in zip(spots, sizes, strict=True)]
        at = [(x - min(lefts), y - min(lows)) for x, y in zip(lefts, lows, strict=True)]
        size = (
            max(x + w for (x, _), (w, _) in zip(at, sizes, strict=True)),
            max(y + h for (_, y), (_, h) in zip(at, sizes, strict=True)),
        )
        ways.append((at, size))
    return ways


def _spot(graph: AGraph, n: int) -> Point:
    x, y = map(float, graph.get_node(f"n{n}").attr["pos"].split(","))
    return x, y


def _sprawl(at: Sequence[Point], size: Point, sizes: Sequence[Point], joined: Mapping[Ends, int]) -> float:
    """How small a screen shows it, and how long the lines between rectangles are."""
    middles = [(x + w / 2, y + h / 2) for (x, y), (w, h) in zip(at, sizes, strict=True)]
    far = sum(count * math.dist(middles[a], middles[b]) for (a, b), count in joined.items()) / sum(joined.values())
    return max(size[0] / SHAPE, size[1]) + far


class _Search:
    """Boxes in cells, and what their lines cross. All coordinates are whole numbers, so that nothing is rounded."""

    def __init__(self, rooms: _Rooms, count: int, lines: Sequence[Ends]) -> None:
        import numpy as np

        self.count, self.lines = count, lines
        self.cells = np.array(rooms.cells, np.int32)
        self.mine = [np.arange(held.start, held.stop) for held in rooms.mine]
        self.ends = np.array([(a, b if b < count else count + n) for n, (a, b) in enumerate(lines)], np.intp)
        self.spots = self._fractions()
        touched = [self._touched(n) for n in range(len(lines))]
        with_box: list[list[int]] = [[] for _ in range(count)]
        for n, held in enumerate(touched):
            for box in held:
                with_box[box].append(n)
        self.of = [np.array(found, np.intp) for found in with_box]  # the lines that move when a box does
        self.near = [np.array(sorted({box for n in found for box in touched[n]}), np.intp) for found in with_box]
        tokens = [{a, b, count + n} for n, (a, b) in enumerate(lines)]
        known = np.zeros((len(lines), count + len(lines)), np.float32)
        for n, held in enumerate(tokens):
            known[n, list(held)] = 1
        self.apart = known @ known.T == 0  # no end in common, and neither ends on the other
        self.apart &= np.array([a != b for a, b in lines])
        self.apart &= np.array([a != b for a, b in lines])[:, None]

    def _fractions(self) -> list[tuple[int, int, float]]:
        """Each line that ends on another: its number, the other, and where on that."""
        onto: dict[int, list[int]] = {}
        for n, (_, b) in enumerate(self.lines):
            if b >= self.count:
                onto.setdefault(b - self.count, []).append(n)
        at = {n: (k + 1) / (len(held) + 1) for held in onto.values() for k, n in enumerate(held)}
        return [
            (n, b - self.count, FREE[0] + (FREE[1] - FREE[0]) * at[n]) for n, (_, b) in enumerate(self.lines) if n in at
        ]

    def _touched(self, n: int) -> set[int]:
        a, b = self.lines[n]
        return {a, b} if b < self.count else {a} | self._touched(b - self.count)

    def points(self, at: Ints) -> Ints:
        """Where boxes and spots are, for one or several arrangements of boxes in cells."""
        import numpy as np

        found = np.zeros((*at.shape[:-1], self.count + len(self.lines), 2), np.int32)
        found[..., : self.count, :] = self.cells[at]
        for n, target, fraction in self.spots:
            a, b = self.ends[target]
            start, end = found[..., a, :], found[..., b, :]
            found[..., self.count + n, :] = start + ((end - start) * fraction).astype(np.int32)
        return found

    # ---- beginnings

    def springs(self) -> list[Floats]:
        """Where springs pull boxes, in several ways."""
        import numpy as np
        from pygraphviz import AGraph

        ways = []
        for seed in SPRINGS[: max(2, 2000 // max(self.count, 1))]:  # of many boxes each way takes long
            graph = AGraph(strict=True, directed=False, splines="none", overlap="true", start=f"{seed}", mode="sgd")
            graph.node_attr.update(label="", fixedsize="true", shape="box", width="1", height="1")
            for n in range(self.count):
                graph.add_node(f"n{n}")
            for a, b in sorted({(box, other) for n in range(len(self.lines)) for box, other in self._pairs(n)}):
                graph.add_edge(f"n{a}", f"n{b}")
            laid(graph, "neato")
            ways.append(
                np.array(
                    [[float(v) for v in graph.get_node(f"n{n}").attr["pos"].split(",")] for n in range(self.count)]
                )
            )
        return ways

    def _pairs(self, n: int) -> list[Ends]:
        first = self.lines[n][0]
        return [(min(first, box), max(first, box)) for box in self._touched(n) if box != first]

    def snapped(self, spots: Floats, even: float) -> Ints:
        """Each box in a cell near its place in its lattice; those in the middle choose first."""
        import numpy as np

        at = np.zeros(self.count, np.intp)
        for first in sorted({int(held[0]) for held in self.mine}):
            boxes = np.array([n for n, held in enumerate(self.mine) if held[0] == first])
            cells = self.mine[boxes[0]]
            corner, frame = self.cells[cells].min(0), np.ptp(self.cells[cells], axis=0)
            place = spots[boxes]
            plain = (place - place.min(0)) / np.maximum(np.ptp(place, axis=0), 1e-9)
            ranks = np.argsort(np.argsort(place, axis=0, kind="stable"), axis=0, kind="stable") / max(len(boxes) - 1, 1)
            wanted = corner + (plain * (1 - even) + ranks * even) * frame
            free = np.ones(len(cells), np.bool_)
            far = ((wanted - wanted.mean(0)) ** 2).sum(1)
            for n in np.argsort(far, kind="stable"):
                away = ((wanted[n] - self.cells[cells]) ** 2).sum(1)
                best = int(np.where(free, away, np.inf).argmin())
                at[boxes[n]], free[best] = cells[best], False
        return at

    # ---- what is wrong with an arrangement

    def cost(self, at: Ints) -> float:
        points, every = self.points(at)[None], range(len(self.lines))
        start, end = points[:, self.ends[:, 0]], points[:, self.ends[:, 1]]
        found = 0.0
        for first in range(0, len(every), 200):  # not all pairs of many lines at once
            some = self._range(first, min(first + 200, len(every)))
            none = some * 0
            found += (
                self._crossed(none, some, start, end).sum() / 2
                + THROUGH * self._through(none, some, start, end, points).sum()
            )
        return float(found)

    def _range(self, first: int, last: int) -> Ints:
        import numpy as np

        return np.arange(first, last, dtype=np.intp)

    def _crossed(self, ways: Ints, lines: Ints, start: Ints, end: Ints) -> Truths:
        """Whether each of some lines, each in one of several arrangements, crosses each of all lines."""
        (px, py), (qx, qy) = (start[ways, lines, :, None].swapaxes(0, 1), end[ways, lines, :, None].swapaxes(0, 1))
        x, y = start[ways, :, 0], start[ways, :, 1]
        dx, dy = end[ways, :, 0] - x, end[ways, :, 1] - y
        x, y, ux, uy = x - px, y - py, qx - px, qy - py  # from where each line starts
        side = ux * y - uy * x
        found: Truths = (side > 0) != (side + ux * dy - uy * dx > 0)
        side = dy * x - dx * y
        found &= (side > 0) != (side + dx * uy - dy * ux > 0)
        found &= self.apart[lines]
        return found

    def _through(self, ways: Ints, lines: Ints, start: Ints, end: Ints, points: Ints) -> Truths:
        """Whether each of some lines, each in one of several arrangements, runs through each of all boxes."""
        import numpy as np

        p, q = start[ways, lines], end[ways, lines]
        found = _meets(p[:, None], q[:, None], points[ways, : self.count])
        each = np.arange(len(lines))
        for side in (0, 1):
            own = self.ends[lines, side]
            found[each[own < self.count], own[own < self.count]] = False
        return found

    # ---- making it better

    def improved(self, at: Ints, work: int, seed: int) -> Ints:
        """Boxes moved to other cells, or exchanged, as long as that makes it better and there is work to be spent."""
        import numpy as np

        rnd = random.Random(seed)
        at = at.copy()
        owner = np.full(len(self.cells), -1, np.intp)
        owner[at] = np.arange(self.count)
        order = [n for n in range(self.count) if len(self.of[n]) and len(self.mine[n]) > 1]
        idle, whole = 0, work
        while order and idle < LAST:
            rnd.shuffle(order)
            idle += 1
            heat = HEAT * max(0.0, 2 * work / whole - 1)
            for box in order:
                cells = self._offers(box, at, rnd)
                gain, spent = self._gains(box, cells, at, owner)
                work -= spent + CALL
                best = int(gain.argmin())
                if gain[best] < heat - 1e-6:
                    here, there = at[box], cells[best]
                    other = owner[there]
                    if other >= 0:
                        at[other] = here
                    at[box], owner[there], owner[here] = there, box, other
                    idle = 0
                if work < 0:
                    return at
        return at

    def _offers(self, box: int, at: Ints, rnd: random.Random) -> Ints:
        """Other cells for a box: some in the middle of what it is joined to, some beside it, some anywhere."""
        import numpy as np

        mine = self.mine[box]
        spots = self.cells[mine]
        found: dict[int, None] = {}
        for middle in (self.cells[at[self.near[box]]].mean(0), self.cells[at[box]]):
            close = np.argsort(((spots - middle) ** 2).sum(1), kind="stable")[:TRIED].tolist()
            found |= dict.fromkeys(rnd.sample(close, min(TRIED // 3, len(close))))
        found |= dict.fromkeys(rnd.sample(range(len(mine)), min(TRIED // 3, len(mine))))
        found.pop(int(at[box] - mine[0]), None)
        return mine[list(found or {int(at[box] - mine[0]): None})]

    def _gains(self, box: int, cells: Ints, at: Ints, owner: Ints) -> tuple[Floats, int]:
        """By how much it gets worse when a box goes to each of some cells, and how many pairs of lines that took.

        What stands in such a cell comes to stand where the box did. The last arrangement is that which is.
        """
        import numpy as np

        many, here = len(cells), at[box]
        others = owner[cells]
        ways = np.repeat(at[None], many + 1, 0)
        each = np.arange(many)
        ways[each, box] = cells
        taken = others >= 0
        ways[each[taken], others[taken]] = here
        points = self.points(ways)
        start, end = points[:, self.ends[:, 0]], points[:, self.ends[:, 1]]
        moved = np.zeros((many, len(self.lines)), np.bool_)
        moved[:, self.of[box]] = True
        for way in each[taken]:
            moved[way, self.of[others[way]]] = True
        way, line = np.nonzero(moved)
        some, back = np.unique(line, return_inverse=True)
        still = np.full(len(some), many)
        whole = 1 - 0.5 * moved[way]  # two lines that both move are looked at twice
        worse: Floats = np.zeros(len(way))
        worse += (self._crossed(way, line, start, end) * whole).sum(1)
        worse -= (self._crossed(still, some, start, end)[back] * whole).sum(1)
        worse += THROUGH * self._through(way, line, start, end, points).sum(1)
        worse -= THROUGH * self._through(still, some, start, end, points).sum(1)[back]
        worse += NEAR * (_length(start, end, way, line) - _length(start, end, still, some)[back])
        found: Floats = np.zeros(many)
        np.add.at(found, way, worse)
        p, q = start[many][None], end[many][None]  # lines that stay: through which boxes that move do they run?
        old, new = _meets(p, q, self.cells[here][None, None]), _meets(p, q, self.cells[cells][:, None])
        resting = ~moved
        found += THROUGH * ((new.astype(np.int8) - old) * resting).sum(1)
        found += THROUGH * ((old.astype(np.int8) - new) * resting).sum(1) * taken
        return found, (len(line) + len(some)) * len(self.lines)


def _meets(p: Ints, q: Ints, boxes: Ints) -> Truths:
    """Whether straight lines from p to q come nearer to boxes than their margin."""
    import numpy as np

    wide, high = WIDE + 2 * MARGIN, HIGH + 2 * MARGIN  # twice what is from the middle to a side, as all below
    ux, uy = q[..., 0] - p[..., 0], q[..., 1] - p[..., 1]
    x, y = 2 * boxes[..., 0] - p[..., 0] - q[..., 0], 2 * boxes[..., 1] - p[..., 1] - q[..., 1]
    flat, steep = np.abs(ux), np.abs(uy)
    found: Truths = (np.abs(x) < flat + wide) & (np.abs(y) < steep + high)
    found &= np.abs(x * uy - y * ux) < wide * steep + high * flat
    return found


def _length(start: Ints, end: Ints, ways: Ints, lines: Ints) -> Floats:
    import numpy as np

    found: Floats = np.hypot(*(end[ways, lines] - start[ways, lines]).astype(np.float64).T)
    return found
