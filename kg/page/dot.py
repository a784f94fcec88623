"""Where things stand and how lines run in a mechanism without a grid of its own: in ranks by Graphviz dot, or on a lattice.

Places are nested clusters. A line that ends on another line needs a point there, so the other passes through a small
node, a knot, of which nothing is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from itertools import islice, pairwise, product
from typing import Protocol

from kg.model.mechanism import Mechanism
from kg.page.geometry import TIP, Line, Way, crowded, tangle
from kg.page.graphviz import Cluster, Graph
from kg.page.lattice import packed, settled
from kg.page.layout import GAP, HEAD, HIGH, PAD, WIDE, Box, Layout, Point, advance, areas, clean, spoken
from kg.page.straight import CLEAR, KNOT, Wish, apart, straight

PLAIN = {"label": "", "fixedsize": "true"}  # every node of dot
INCH = 72.0  # dot takes sizes in inches and gives points; a point is a pixel here
ROOM = {"TB": (40, 42), "LR": (34, 48)}  # direction of the ranks -> space within a rank, and between ranks
SCREEN = (1040, 700)  # about what a page has for its picture
FEW, SOME, MANY = (
    90,
    150,
    400,
)  # lines: up to so many, many folds are tried, and a few; above the last there are no ranks

SPARSE = 40  # lines: with fewer, ranks are tried only, since they show the order
EDGE = 13  # of a box: how deep the strips at its top and bottom are, whose cells are ports

Part = tuple[int, int]  # number of a line, and of its stretch between two knots
Ports = Mapping[
    tuple[int, bool], str
]  # number of a line, and whether it is its end -> side of the box, and which place there


UNSOUND = 0.5  # of its worth keeps a picture in which a line runs through a box or two ends touch
WHOLE = 150  # lines at most of a picture that is drawn whole: a line through a box misleads there


def arrange(mechanism: Mechanism, wishes: Sequence[Wish], brief: bool = False) -> dict[str, tuple[Layout, list[Way]]]:
    """Boxes, places, and a way for each line; a wish is a line and the number of the line that it ends on, or -1.

    The layout that reads best is called "". Where both were tried, "ranks" and "lattice" are there, too. What nothing
    joins is laid out by itself, then packed as rectangles. ``brief``: in ranks only, downwards or to the right, without
    search, while somebody waits.
    """
    pieces = list(_pieces(mechanism, wishes))
    tried = []
    for keys, numbers in pieces:
        new = {n: k for k, n in enumerate(numbers)} | {-1: -1}
        own = [(line, new[target]) for line, target in (wishes[n] for n in numbers)]
        tried.append({"": _flat(mechanism, keys, own)} if brief else _tried(mechanism, keys, own))
    names = dict.fromkeys(name for sheets in tried for name in sheets) if tried else ("",)
    return {
        name: _joined(mechanism, [sheets.get(name, sheets[""]) for sheets in tried], [numbers for _, numbers in pieces])
        for name in names
    }


def _joined(mechanism: Mechanism, sheets: Sequence[Sheet], lines: Sequence[Sequence[int]]) -> tuple[Layout, list[Way]]:
    """Sheets side by side, each with the numbers of its lines, as one."""
    if len(sheets) == 1:
        return sheets[0].layout, list(sheets[0].ways)
    corners, (width, height) = packed([(sheet.layout.width, sheet.layout.height) for sheet in sheets], 0)
    boxes: dict[str, Box] = {}
    rectangles: dict[str, Box] = {}
    ways: dict[int, Way] = {}
    for (x, y), sheet, numbers in zip(corners, sheets, lines, strict=True):
        boxes |= {key: box.moved(x, y) for key, box in sheet.layout.boxes.items()}
        rectangles |= {area.key: area.box.moved(x, y) for area in sheet.layout.areas}
        ways |= {n: way.moved(x, y) for n, way in zip(numbers, sheet.ways, strict=True)}
    boxes = {key: boxes[key] for key in mechanism.nodes}
    layout = Layout(boxes, areas(mechanism, rectangles), max(width, GAP), max(height, GAP))
    return layout, [ways[n] for n in sorted(ways)]


def _pieces(mechanism: Mechanism, wishes: Sequence[Wish]) -> Iterator[tuple[list[str], list[int]]]:
    """The nodes, and the numbers of the lines, of each part that no line and no place joins with another."""
    of: dict[tuple[str, str | int], list[tuple[str, str | int]]] = {
        ("node", key): [("node", key)] for key in mechanism.nodes
    }

    def join(one: tuple[str, str | int], other: tuple[str, str | int]) -> None:
        held, more = of.setdefault(one, [one]), of.setdefault(other, [other])
        if held is not more:
            held += more
            of.update(dict.fromkeys(more, held))

    for key, node in mechanism.nodes.items():
        if places := mechanism.within(node.place):
            join(("node", key), ("place", places[-1]))
    for n, (line, target) in enumerate(wishes):
        join(("node", line.start), ("line", n))
        join(("line", n), ("node", line.end) if target < 0 else ("line", target))
    for piece in map(set, {id(held): held for held in of.values()}.values()):
        yield (
            [key for key in mechanism.nodes if ("node", key) in piece],
            [n for n in range(len(wishes)) if ("line", n) in piece],
        )


def _tried(mechanism: Mechanism, keys: Sequence[str], wishes: Sequence[Wish]) -> dict[str, Sheet]:
    """The sheets of nodes that lines or places join: the best in ranks, unless there are too many lines for that, and one
    on a lattice, unless there are few; that which reads best is called "".

    Long chains make long strips, which a screen shows small. So the strip is also folded, where few lines run: those no
    longer order the ranks, and what follows comes to lie beside what precedes. The best of these is laid out again with
    a port for each end of a line, which keeps ends apart and bends lines more.
    """
    if len(wishes) > MANY:
        return {"": _spread(mechanism, keys, wishes)}
    best = _Sheet(mechanism, keys, wishes, "TB")
    if len(keys) < 3 and not wishes:
        return {"": best}
    flat = (best, _Sheet(mechanism, keys, wishes, "LR"))
    ranks = max(flat, key=merit)
    if len(wishes) <= SOME:
        folded = (_Sheet(mechanism, keys, wishes, sheet.direction, loose) for sheet in flat for loose in sheet.folds())
        best = max([*flat, *folded], key=merit)
        ports = (best.ports(ranked) for ranked in (False, True))
        ported = [_Sheet(mechanism, keys, wishes, best.direction, best.loose, each) for each in ports]
        ranks = max([*ported, best], key=merit)
    if len(wishes) <= SPARSE or not find_spec("numpy"):  # which the page of kg write does not have
        return {"": ranks}
    lattice = _spread(mechanism, keys, wishes)
    return {"": max((ranks, lattice), key=merit), "ranks": ranks, "lattice": lattice}


def _flat(mechanism: Mechanism, keys: Sequence[str], wishes: Sequence[Wish]) -> Sheet:
    """Ranks from the top to the bottom, or from the left to the right."""
    sheets = [_Sheet(mechanism, keys, wishes, direction) for direction in ("TB", "LR")]
    return max(sheets, key=lambda sheet: min(SCREEN[0] / sheet.layout.width, SCREEN[1] / sheet.layout.height))


def _spread(mechanism: Mechanism, keys: Sequence[str], wishes: Sequence[Wish]) -> Sheet:
    """Boxes on a lattice, and straight lines, bent where a box lies in between."""
    number = {key: n for n, key in enumerate(keys)}
    ends = [(number[line.start], number[line.end] if target < 0 else len(keys) + target) for line, target in wishes]
    homes = [mechanism.within(mechanism.nodes[key].place) for key in keys]
    points, around = settled(homes, ends, {name: _heading(mechanism, name) for home in homes for name in home})
    boxes = {key: Box(x - WIDE / 2, y - HIGH / 2, WIDE, HIGH) for key, (x, y) in zip(keys, points, strict=False)}
    frames = [*boxes.values(), *around.values()]
    left, top = min(box.x for box in frames) - GAP / 2, min(box.y for box in frames) - GAP / 2
    boxes = {key: box.moved(-left, -top) for key, box in boxes.items()}
    around = {name: box.moved(-left, -top) for name, box in around.items()}
    width = max(box.x + box.w for box in (*boxes.values(), *around.values())) + GAP / 2
    height = max(box.y + box.h for box in (*boxes.values(), *around.values())) + GAP / 2
    layout = Layout(boxes, areas(mechanism, around), width, height)
    return Spread(wishes, layout, straight(wishes, layout))


def merit(sheet: Sheet) -> float:
    """Its worth; less where a line runs through a box or two ends touch, in a picture that is drawn whole."""
    if len(sheet.wishes) > WHOLE:
        return worth(sheet)
    lines = [replace(line, way=way) for (line, _), way in zip(sheet.wishes, sheet.ways, strict=True)]
    sound = not any(sheet.layout.pierced(way.fine) for way in sheet.ways) and not crowded(lines, sheet.layout)
    return worth(sheet) * (1 if sound else UNSOUND)


def worth(sheet: Sheet) -> float:
    """How large it is on a screen, less where lines cross one another, a heading or a box, or end too close together."""
    layout, ways = sheet.layout, sheet.ways
    lines = [replace(line, way=way) for (line, _), way in zip(sheet.wishes, ways, strict=True)]
    crossed = tangle(lines, about=True) + 5 * sum(len(layout.pierced(way.points)) for way in ways)
    crossed += sum(
        any(box.x < x < box.x + box.w and box.y < y < box.y + box.h for x, y in line.way.points)
        for line in lines
        for box in (area.heading for area in layout.areas)
    )
    crossed += 2 * crowded(lines, layout)
    return min(SCREEN[0] / layout.width, SCREEN[1] / layout.height) * math.exp(-crossed / max(len(lines), 1))


def _heading(mechanism: Mechanism, place: str) -> float:
    """The room that the name of a place takes."""
    return min(advance(spoken(clean(mechanism.places[place].label)), 20), 3 * WIDE) + PAD


class Sheet(Protocol):
    """Where all stands, and a way for each line."""

    wishes: Sequence[Wish]

    @property
    def layout(self) -> Layout: ...

    @property
    def ways(self) -> Sequence[Way]: ...


@dataclass
class Spread:
    wishes: Sequence[Wish]
    layout: Layout
    ways: Sequence[Way]


class _Sheet:
    """A mechanism laid out in one direction. Keys may be anything, so dot sees numbers."""

    def __init__(
        self,
        mechanism: Mechanism,
        keys: Sequence[str],
        wishes: Sequence[Wish],
        direction: str,
        loose: Collection[Part] = (),
        ports: Ports | None = None,
    ) -> None:
        self.mechanism, self.wishes, self.direction, self.loose = mechanism, wishes, direction, loose
        self.ported = ports or {}
        self.number = {key: f"n{n}" for n, key in enumerate(keys)}
        self.knots: list[list[int]] = [[] for _ in wishes]  # on each line, the lines that end on it
        for n, (_, target) in enumerate(wishes):
            if target >= 0:
                self.knots[target].append(n)
        within, between = ROOM[direction]
        self.graph = Graph(
            "",
            {
                "rankdir": direction,
                "newrank": "true",
                "nodesep": f"{within / INCH}",
                "ranksep": f"{between / INCH}",
                "splines": "true",
            },
            every=PLAIN,
        )
        for key, name in self.number.items():
            self._node(name, "box", WIDE + 2 * CLEAR, HIGH + 2 * CLEAR)
            if ports:
                self.graph.of[name]["label"] = self._cells(key)
        for n, (line, _) in enumerate(wishes):
            self._line(n, line)
        self._clusters("", self.graph)
        self.graph.lay("dot")

    def _node(self, name: str, shape: str, wide: float, high: float) -> None:
        self.graph.of[name] = {"shape": shape, "width": f"{wide / INCH}", "height": f"{high / INCH}"}

    def _line(self, n: int, line: Line) -> None:
        """A line as dot's edges: from its start through its knots to its end, which may be a knot on another line."""
        for k in self.knots[n]:
            self._node(f"k{k}", "circle", 2 * KNOT, 2 * KNOT)
        stations = self._stations(n)
        for part in range(len(stations) - 1):
            last = part == len(stations) - 2
            tip = TIP["ring" if line.condition else line.kind] if last else 0.0
            size = (tip - KNOT if stations[-1].startswith("k") else tip) / 10  # an arrow of size 1 is 10 points long
            attributes = {
                "arrowhead": "normal" if size > 0.3 else "none",
                "arrowsize": f"{size}",
                "constraint": "false" if (n, part) in self.loose else "true",
                "weight": "4" if self.knots[n] else "2" if line.kind in ("increases", "decreases") else "1",
                **({"tailport": self.ported[n, False]} if part == 0 and (n, False) in self.ported else {}),
                **({"headport": self.ported[n, True]} if last and (n, True) in self.ported else {}),
            }
            self.graph.edges[f"{n}.{part}"] = stations[part], stations[part + 1], attributes

    def ports(self, ranked: bool) -> Ports:
        """A place of its own on a side of its box for each end of a line, in the order in which lines go there.

        The side is that where the line comes now; or, ranked, one along the ranks for all that leads into another rank.
        """
        ends: dict[tuple[str, str], list[tuple[float, int, bool]]] = {}
        spot = {name: self._point(one["pos"]) for name, one in self.graph.of.items()}
        for n, (line, target) in enumerate(self.wishes):
            stations, way = self._stations(n), self.ways[n]
            for last, key in ((False, line.start), (True, line.end)):
                if (last and target >= 0) or line.start == line.end:
                    continue
                here, there = (spot[name] for name in (stations[-2:][::-1] if last else stations[:2]))
                x, y = there[0] - here[0], there[1] - here[1]
                if ranked:
                    flat = abs(x) > WIDE / 2 if self.direction == "LR" else abs(x) > 2 * abs(y)
                else:
                    end = way.tip if last else way.curve[0]
                    x, y = end[0] - here[0], end[1] - here[1]
                    flat = abs(x) * HIGH > abs(y) * WIDE
                side = ("e" if x > 0 else "w") if flat else ("s" if y > 0 else "n")
                x, y = there[0] - here[0], there[1] - here[1]
                along, away = (y, abs(x)) if flat else (x, abs(y))
                ends.setdefault((key, side), []).append((round(math.atan2(along, away), 3), n, last))
        return {
            (n, last): f"{side}{place}:{side}"
            for (_, side), found in ends.items()
            for place, (_, n, last) in enumerate(sorted(found))
        }

    def _cells(self, key: str) -> str:
        """A box as a table whose cells are its ports: rows at the top and the bottom, columns at the left and the right."""
        count = dict.fromkeys("nesw", 0)
        for (n, last), port in self.ported.items():
            line = self.wishes[n][0]
            if key == (line.end if last else line.start):
                count[port[0]] += 1

        def table(wide: float, high: float, rows: str) -> str:
            size = f'FIXEDSIZE="TRUE" WIDTH="{wide:g}" HEIGHT="{high:g}"'
            return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" {size}>{rows}</TABLE>'

        def cells(side: str, wide: float, high: float) -> str:
            many, down = max(count[side], 1), side in "ew"
            size = f'WIDTH="{wide if down else wide / many:g}" HEIGHT="{high / many if down else high:g}"'
            each = [f'<TD FIXEDSIZE="TRUE" {size} PORT="{side}{n}"></TD>' for n in range(many)]
            rows = "".join(f"<TR>{cell}</TR>" for cell in each) if down else f"<TR>{''.join(each)}</TR>"
            return table(wide, high, rows)

        wide, high = WIDE + 2 * CLEAR, HIGH + 2 * CLEAR
        inner = high - 2 * EDGE
        middle = f'<TD FIXEDSIZE="TRUE" WIDTH="{wide - 2 * EDGE:g}" HEIGHT="{inner:g}"></TD>'
        rows = (
            f'<TR><TD COLSPAN="3">{cells("n", wide, EDGE)}</TD></TR>'
            f"<TR><TD>{cells('w', EDGE, inner)}</TD>{middle}<TD>{cells('e', EDGE, inner)}</TD></TR>"
            f'<TR><TD COLSPAN="3">{cells("s", wide, EDGE)}</TD></TR>'
        )
        return f"<{table(wide, high, rows)}>"

    def _stations(self, n: int) -> list[str]:
        line, target = self.wishes[n]
        end = f"k{n}" if target >= 0 else self.number[line.end]
        return [self.number[line.start], *(f"k{k}" for k in self.knots[n]), end]

    def _clusters(self, outer: str, around: Cluster) -> None:
        """The places inside a place, each with its own nodes and the knots between them, and the room of its heading."""
        for n, name in enumerate(self.mechanism.places):
            if (*self.mechanism.within(name), "")[1] != outer or not self._held[name]:
                continue
            wide = _heading(self.mechanism, name)
            room = f'<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{math.ceil(wide)}" HEIGHT="{HEAD - 10}"><TR><TD></TD></TR></TABLE>'
            frame = {"margin": f"{PAD}", "labeljust": "l", "label": f"<{room}>"}
            inner = Cluster(f"cluster_{n}", frame, self._held[name])
            around.clusters.append(inner)
            self._clusters(name, inner)

    @cached_property
    def _held(self) -> dict[str, list[str]]:
        """What dot has to keep inside each place: its nodes, those of inner places, and knots of lines between them."""
        held: dict[str, list[str]] = {name: [] for name in self.mechanism.places}
        for key, name in self.number.items():
            for place in self.mechanism.within(self.mechanism.nodes[key].place):
                held[place].append(name)
        for n, knots in enumerate(self.knots):
            start, end = (self.mechanism.within(self.mechanism.nodes[key].place) for key in self._ends(n))
            for place in (place for place in start if place in end):
                held[place] += [f"k{k}" for k in knots]
        return held

    def _ends(self, n: int) -> tuple[str, str]:
        line, target = self.wishes[n]
        return line.start, line.end if target < 0 else self._ends(target)[1]

    def _detour(self, lines: Sequence[int]) -> None:
        """Run lines anew around the boxes, which stay where they are: where much meets, dot runs some through them."""
        plan = Graph("", {"splines": "true", "esep": "+4", "notranslate": "true"}, every=PLAIN)
        keys = [f"{n}.{part}" for n in lines for part in range(len(self._stations(n)) - 1)]
        for key in keys:
            start, end, old = self.graph.edges[key]
            plan.edges[key] = start, end, {name: old[name] for name in ("arrowhead", "arrowsize")}
        ends = [end for one in plan.edges.values() for end in one[:2]]
        plan.of = {name: dict(self.graph.of[name]) for name in dict.fromkeys([*self.number.values(), *ends])}
        plan.lay("nop")
        for key in keys:
            old = self.graph.edges[key][2]
            old["pos"] = plan.edges[key][2]["pos"] or old["pos"]

    # ---- folding

    def folds(self) -> Iterator[frozenset[Part]]:
        """Sets of stretches of lines that need not go forward, so that the strip falls into parts which lie side by side."""
        down = self.direction == "TB"
        long, short = (self.layout.height, self.layout.width) if down else (self.layout.width, self.layout.height)
        wanted = SCREEN[0] / SCREEN[1] if down else SCREEN[1] / SCREEN[0]
        parts = max(2, round(math.sqrt(long / short * wanted)))
        where = {name: self._point(one["pos"])[down] for name, one in self.graph.of.items()}
        ranks = sorted({round(where[name]) for name in self.number.values()})
        cuts = {(a + b) / 2: self._cut((a + b) / 2, where) for a, b in pairwise(ranks)}
        few = len(self.wishes) <= FEW
        for count in (parts, parts + 1):
            near = [
                sorted(
                    (y for y in cuts if abs(y - long * k / count) < 0.35 * long / count), key=lambda y: (cuts[y][0], y)
                )
                for k in range(1, count)
            ]
            most = 1 if not few else 4 if count == 2 else 2
            for chosen in islice(product(*(each[:most] for each in near)), 8):
                yield frozenset[Part]().union(*(cuts[y][1] for y in chosen))

    def _cut(self, y: float, where: dict[str, float]) -> tuple[int, frozenset[Part]]:
        """What a fold at some height costs, and the stretches that run across it: a place should not be torn apart."""
        torn = sum(len({where[name] < y for name in held}) > 1 for held in self._held.values())
        across = frozenset(
            (n, part)
            for n in range(len(self.wishes))
            for part, (start, end) in enumerate(pairwise(self._stations(n)))
            if (where[start] < y) != (where[end] < y)
        )
        return len(across) + 2 * torn, across

    # ---- what dot made of it

    @cached_property
    def ways(self) -> list[Way]:
        """A way for each line, around all boxes."""
        ways = [self._way(n) for n in range(len(self.wishes))]
        astray = [n for n, way in enumerate(ways) if self.layout.pierced(way.fine)]
        if astray:
            self._detour(astray)
            for n in astray:
                ways[n] = self._way(n)
        return apart(self.wishes, self.layout, ways)

    @cached_property
    def layout(self) -> Layout:
        width, height = self._corner
        boxes = {}
        for key, name in self.number.items():
            x, y = self._point(self.graph.of[name]["pos"])
            boxes[key] = Box(x - WIDE / 2, y - HIGH / 2, WIDE, HIGH)
        rectangles = {}
        names = list(self.mechanism.places)
        for cluster in self.graph.within():
            left, low, right, top = map(float, cluster.attributes["bb"].split(","))
            (x, y), (x2, y2) = self._point(f"{left},{top}"), self._point(f"{right},{low}")
            rectangles[names[int(cluster.name.removeprefix("cluster_"))]] = Box(x, y, x2 - x, y2 - y)
        return Layout(boxes, areas(self.mechanism, rectangles), width + GAP, height + GAP)

    @cached_property
    def _corner(self) -> tuple[float, float]:
        _, _, width, height = map(float, (self.graph.attributes["bb"] or "0,0,0,0").split(","))
        return width, height

    def _point(self, text: str) -> Point:
        """A point of dot, which counts upwards from the bottom, on the sheet with its margin."""
        x, y = map(float, text.split(","))
        return x + GAP / 2, self._corner[1] - y + GAP / 2

    def _way(self, n: int) -> Way:
        """The course of a line: dot's curves, joined in its knots."""
        target = self.wishes[n][1]
        stations = self._stations(n)
        curve: list[Point] = []
        tip: Point | None = None
        for part, (start, end) in enumerate(pairwise(stations)):
            points: list[Point] = []
            for word in self.graph.edges[f"{n}.{part}"][2]["pos"].replace(";", " ").split():
                if word.startswith("e,"):
                    tip = self._point(word[2:])
                elif not word.startswith("s,"):
                    points.append(self._point(word))
            if not points:  # dot found no way: a straight one, which is astray
                points = _straight(*(self._point(self.graph.of[name]["pos"]) for name in (start, end)))
            if curve:  # through the middle of the knot, where another line ends
                middle = self._point(self.graph.of[start]["pos"])
                curve += [*_straight(curve[-1], middle)[1:], *_straight(middle, points[0])[1:-1]]
            curve += points
        if target >= 0:
            tip = self._point(self.graph.of[f"k{n}"]["pos"])
        last = curve[-1]
        back = last if tip and math.dist(tip, last) > 1 else curve[-2]
        tip = tip or last
        far = math.dist(tip, back) or 1.0
        toward = (back[0] - tip[0]) / far, (back[1] - tip[1]) / far
        return Way(0, tuple(curve), tip=tip, toward=toward)


def _straight(a: Point, b: Point) -> list[Point]:
    """A straight line as a cubic."""
    return [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for t in (0, 1 / 3, 2 / 3, 1)]
