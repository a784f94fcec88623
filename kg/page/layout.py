"""Where things stand: the grid of a mechanism, as boxes for its nodes and nested rectangles for its places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

from kg.model.diagnostics import visible
from kg.model.mechanism import Mechanism

WIDE, HIGH = 168, 74  # every node has the same box
SQUARE = 100  # side of the squares by which boxes are looked up
GAP = 64  # between two boxes, at least
TALL = 118  # between two rows, at most, where the picture would be flat
SHAPE = 1.42  # how many times wider than high a picture is, if it can be chosen
PAD, HEAD = 17, 34  # inside a place: its margin, and the strip that its heading stands in
AIR = 26  # between the borders of two places, at least
FONT, LEADING, LINES = 21.0, 23, 3
SMALLER = 19.5  # letters of a label that would else be shortened

_THIN, _NARROW, _BROAD = frozenset("iljI.,;:'|! ·"), frozenset("tfr()[]-⁺"), frozenset("mwMW@%&—…")


Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """An upright rectangle.

    >>> Box(0, 0, 10, 10).overlaps(Box(5, 5, 10, 10))
    True
    """

    x: float
    y: float
    w: float
    h: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def overlaps(self, other: Box) -> bool:
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )

    def holds(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.w <= self.x + self.w
            and other.y + other.h <= self.y + self.h
        )

    def moved(self, x: float, y: float) -> Box:
        return Box(self.x + x, self.y + y, self.w, self.h)

    def grown(self, by: float) -> Box:
        return Box(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)


@dataclass(frozen=True)
class Area:
    """A place as it is drawn. ``hue`` numbers the outermost places; ``depth`` is 0 for those."""

    key: str
    label: str
    box: Box
    hue: int
    depth: int

    @property
    def heading(self) -> Box:
        """Where its name is written."""
        return Box(self.box.x + PAD, self.box.y + 8, min(advance(self.label, 18) + 4, self.box.w - PAD), HEAD - 10)


@dataclass(frozen=True)
class Layout:
    """Boxes by node, areas from the outside inwards, and the free channels between columns and rows."""

    boxes: Mapping[str, Box]
    areas: tuple[Area, ...]
    width: float
    height: float
    columns: tuple[float, ...] = ()
    rows: tuple[float, ...] = ()

    def pierced(self, points: Sequence[Point]) -> list[str]:
        """The nodes through whose boxes a line runs; its two ends do not count."""
        found = set()
        for x, y in points[2:-2]:
            for key, box in self._by_square.get((int(x // SQUARE), int(y // SQUARE)), ()):
                if box.x < x < box.x + box.w and box.y < y < box.y + box.h:
                    found.add(key)
        return [key for key in self.boxes if key in found] if found else []

    @cached_property
    def _by_square(self) -> Mapping[tuple[int, int], list[tuple[str, Box]]]:
        """The boxes, a little smaller, by the squares of the sheet that they touch."""
        found: dict[tuple[int, int], list[tuple[str, Box]]] = {}
        for key, box in self.boxes.items():
            inner = box.grown(-1)
            for column in range(int(inner.x // SQUARE), int((inner.x + inner.w) // SQUARE) + 1):
                for row in range(int(inner.y // SQUARE), int((inner.y + inner.h) // SQUARE) + 1):
                    found.setdefault((column, row), []).append((key, inner))
        return found


def advance(text: str, size: float) -> float:
    """How wide a text is at most, in a common sans-serif; the reader's own font is not known here."""
    return size * sum(
        0.31 if c in _THIN else 0.41 if c in _NARROW else 0.95 if c in _BROAD else 0.69 if c.isupper() else 0.6
        for c in text
    )


def clean(text: str) -> str:
    """Text on one line that can be drawn: no control or bidirectional character, nothing that XML forbids.

    >>> clean("a\\u202eb\\n c")
    'a\ufffdb c'
    """
    line = " ".join(text.split())
    return line if line.isprintable() else "".join("\ufffd" if c in "\ufffe\uffff" else c for c in visible(line))


def spoken(text: str) -> str:
    """A label at the start of a sentence: a common word gets its capital, a name like miR-146a keeps its own case.

    >>> spoken("apoptotic body"), spoken("miR-146a-5p"), spoken("γδ T cell"), spoken("v_akt")
    ('Apoptotic body', 'miR-146a-5p', 'γδ T cell', 'v_akt')
    """
    first = text.partition(" ")[0].partition("-")[0]
    common = len(first) > 1 and first.islower() and not re.search("[α-ω_]", first)
    return text[:1].upper() + text[1:] if common else text


def lines(label: str, most: int = LINES, size: float = FONT) -> tuple[str, ...]:
    """A label in as many lines as a box holds, balanced; what does not fit gives way to an ellipsis.

    >>> lines("T-cell killing of tumour cells"), lines("IL-17-competent innate cells")
    (('T-cell killing', 'of tumour', 'cells'), ('IL-17-', 'competent', 'innate cells'))
    """
    room = WIDE - 10
    words = [f"{word} " for word in clean(label)[:200].split(" ")]
    parts = [part for word in words for part in re.split(r"(?<=\w\w-)(?=\w{4})", word)]  # of a word that no line holds
    for pieces in (words, parts):
        for count in range(1, min(most, len(pieces)) + 1):
            ways = [_split(pieces, cuts) for cuts in combinations(range(1, len(pieces)), count - 1)]
            found = min(ways, key=lambda way: max(advance(line, size) for line in way))
            if max(advance(line, size) for line in found) <= room:
                return found
    found = ("",)
    for part in parts:  # fill the lines in turn, and shorten what is too long
        if found[-1] and len(found) < most and advance((found[-1] + part).rstrip(), size) > room:
            found = (*found, part)
        else:
            found = (*found[:-1], found[-1] + part)
    return tuple(_shortened(line.rstrip(), room, size) for line in found)


def font(label: str) -> float:
    """The size of its letters: a little smaller where it would else be shortened.

    >>> font("tumour control"), font("phosphorylated CD28")
    (21.0, 19.5)
    """
    return SMALLER if any(line.endswith("…") for line in lines(label)) else FONT


def _split(pieces: list[str], cuts: tuple[int, ...]) -> tuple[str, ...]:
    bounds = (0, *cuts, len(pieces))
    return tuple("".join(pieces[a:b]).rstrip() for a, b in pairwise(bounds))


def _shortened(line: str, room: float, size: float) -> str:
    if advance(line, size) <= room:
        return line
    while line and advance(line + "…", size) > room:
        line = line[:-1]
    return line.rstrip() + "…"


def grid(mechanism: Mechanism) -> tuple[tuple[str, ...], ...]:
    """The rows of node keys of the file's own layout; nothing if it does not hold every node once."""
    shown = [key for row in mechanism.layout for key in row if key in mechanism.nodes]
    return mechanism.layout if len(shown) == len(set(shown)) == len(mechanism.nodes) else ()


def place(mechanism: Mechanism) -> Layout:
    """Boxes and areas from the file's grid; rows and columns move apart where a place's border runs between them."""
    rows = grid(mechanism)
    cells = {key: (r, c) for r, row in enumerate(rows) for c, key in enumerate(row) if key in mechanism.nodes}
    tall, broad = max(len(rows), 1), max(map(len, rows), default=1)
    around = {key: mechanism.within(mechanism.nodes[key].place) for key in cells}
    spans: dict[str, tuple[int, int, int, int]] = {}
    for key, (r, c) in cells.items():
        for name in around[key]:
            r0, r1, c0, c1 = spans.get(name, (r, r, c, c))
            spans[name] = min(r, r0), max(r, r1), min(c, c0), max(c, c1)
    depth = {name: len(mechanism.within(name)) - 1 for name in spans}
    outwards = sorted(spans, key=lambda name: (-depth[name], list(mechanism.places).index(name)))
    borders = {name: [1, 1, 1, 1] for name in spans}  # how many borders run side by side there: itself and inner ones
    for name in outwards:
        outer = mechanism.places[name].inside
        if outer in spans and outer != name:
            for side in range(4):
                if spans[outer][side] == spans[name][side]:
                    borders[outer][side] = max(borders[outer][side], borders[name][side] + 1)
    edge = [[0.0] * (tall if side < 2 else broad) for side in range(4)]
    for name in outwards:
        for side in range(4):
            need = borders[name][side] * (PAD + (HEAD if side == 0 else 0))
            edge[side][spans[name][side]] = max(edge[side][spans[name][side]], need)
    lefts = _positions(edge[2], edge[3], WIDE, _room(mechanism, cells, broad))
    flat = [float(GAP)] * (tall - 1)
    spare = (lefts[-1] + WIDE) / SHAPE - _positions(edge[0], edge[1], HIGH, flat)[-1] - HIGH
    more = max(0.0, min(TALL - GAP, spare / max(tall - 1, 1)))
    tops = _positions(edge[0], edge[1], HIGH, [GAP + more] * (tall - 1))
    boxes = {key: Box(lefts[c], tops[r], WIDE, HIGH) for key, (r, c) in cells.items()}
    rectangles: dict[str, Box] = {}
    for name in outwards:
        held = [boxes[key] for key in cells if mechanism.nodes[key].place == name]
        held += [rectangles[n] for n in rectangles if n != name and mechanism.places[n].inside == name]
        if not held:  # only where places are inside each other in a circle
            continue
        box = _around(held).grown(PAD)
        rectangles[name] = Box(box.x, box.y - HEAD, box.w, box.h + HEAD)
    return Layout(
        boxes,
        areas(mechanism, rectangles),
        lefts[-1] + WIDE + edge[3][-1] + GAP / 2,
        tops[-1] + HIGH + edge[1][-1] + GAP / 2,
        (*(x - GAP / 2 for x in lefts), lefts[-1] + WIDE + GAP / 2),
        (*(y - GAP / 2 for y in tops), tops[-1] + HIGH + GAP / 2),
    )


def areas(mechanism: Mechanism, rectangles: Mapping[str, Box]) -> tuple[Area, ...]:
    """The places that have a rectangle, from the outside inwards; those around nothing else get a hue each."""
    chains = {name: mechanism.within(name) for name in mechanism.places if name in rectangles}
    roots = list(dict.fromkeys(chain[-1] for chain in chains.values()))
    return tuple(
        Area(
            name,
            spoken(clean(mechanism.places[name].label)),
            rectangles[name],
            roots.index(chains[name][-1]),
            len(chains[name]) - 1,
        )
        for name in sorted(chains, key=lambda name: len(chains[name]))
    )


def _room(mechanism: Mechanism, cells: Mapping[str, tuple[int, int]], broad: int) -> list[float]:
    """The gap after each column: wider where the edge between two neighbours has marks to carry."""
    gaps = [float(GAP)] * (broad - 1)
    for edge in mechanism.edges:
        (r, c), (r2, c2) = (cells.get(key, (-9, -9)) for key in (edge.subject, edge.sentence.object))
        if r == r2 and abs(c - c2) == 1:
            marks = len(edge.requires) + len(edge.unless) + (edge.claim == "inference")
            gaps[min(c, c2)] = max(gaps[min(c, c2)], GAP - 6.0 + 22 * marks)
    return gaps


def _positions(before: list[float], after: list[float], size: float, gaps: list[float]) -> list[float]:
    """Where each column (or row) begins, given what borders need before and after each."""
    found, end, left = [], 0.0, 0.0
    for n, (lead, trail) in enumerate(zip(before, after, strict=True)):
        start = GAP / 2 + lead if n == 0 else end + max(gaps[n - 1], left + lead + AIR)
        found.append(start)
        end, left = start + size, trail
    return found


def _around(boxes: Iterable[Box]) -> Box:
    every = list(boxes)
    x, y = min(b.x for b in every), min(b.y for b in every)
    return Box(x, y, max(b.x + b.w for b in every) - x, max(b.y + b.h for b in every) - y)
