"""The drawing of a mechanism: where everything stands and how every line runs, and the score of the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.model.mechanism import Mechanism, once
from kg.model.records import GRID_LINES
from kg.page import dot, router
from kg.page.geometry import Line, Way, crowded, inferred, marked, tangle, wanted
from kg.page.layout import AIR, Layout, areas, grid, place


@dataclass(frozen=True)
class Score:
    """What is wrong with a picture, as counts."""

    crossings: int
    through_boxes: int
    box_overlaps: int
    foreign_boxes: int
    area_overlaps: int
    close_ends: int  # pairs of lines whose heads touch on one box


@dataclass(frozen=True)
class Drawing:
    """A layout with its lines: those of edges first, then the connectors of their conditions."""

    layout: Layout
    lines: tuple[Line, ...]

    def told(self, mechanism: Mechanism) -> Drawing:
        """The same for the mechanism in another language."""
        frames = {area.key: area.box for area in self.layout.areas}
        return replace(self, layout=replace(self.layout, areas=areas(mechanism, frames)))


@once
def _arranged(mechanism: Mechanism) -> dict[str, tuple[Layout, list[Line]]]:
    """Where boxes stand and lines run. Marks do not move them, so this is done once for all who mark other edges."""
    wishes = list(wanted(mechanism))
    if grid(mechanism) and len(wishes) <= GRID_LINES:
        layout = place(mechanism)
        return {"": _whole(layout, wishes, router.ways(wishes, layout))}
    return {name: _whole(layout, wishes, ways) for name, (layout, ways) in dot.arrange(mechanism, wishes).items()}


def _whole(layout: Layout, wishes: Sequence[tuple[Line, int]], ways: Sequence[Way]) -> tuple[Layout, list[Line]]:
    lines = [replace(line, way=way) for (line, _), way in zip(wishes, ways, strict=True)]
    points = [point for line in lines for point in line.way.fine]  # a line may run around the last box of a row
    width = max([layout.width, *(x + AIR for x, _ in points)])
    height = max([layout.height, *(y + AIR for _, y in points)])
    return replace(layout, width=width, height=height), lines


def others(mechanism: Mechanism) -> list[str]:
    """The layouts that were tried beside the one that reads best, by name."""
    found = _arranged(mechanism)
    return [name for name, (layout, _) in found.items() if layout.boxes != found[""][0].boxes]


@once
def draw(mechanism: Mechanism, contested: frozenset[str] = frozenset(), name: str = "") -> Drawing:
    """Lay a mechanism out and choose a way for every line; edges that are contested get a place for their mark.

    ``name`` is one of the `others`, if not the best layout is wanted.

    >>> from kg.model.records import Edge, Frozen, Node, Sentence
    >>> nodes = Frozen({key: Node(key=key) for key in "ab"})
    >>> edge = Edge(sentence=Sentence("a", "activates", "b"), name="ab")
    >>> [line.kind for line in draw(Mechanism(nodes=nodes, edges=(edge,))).lines]
    ['increases']
    """
    layout, lines = _arranged(mechanism)[name]
    names = frozenset(edge.name for edge in mechanism.edges if inferred(edge)) | contested
    return Drawing(layout, tuple(marked(lines, names)))


def score(mechanism: Mechanism) -> Score:
    """Count what a reader would stumble over in the picture of a mechanism; the aim is 0 everywhere."""
    drawing = draw(mechanism)
    boxes, places = drawing.layout.boxes, drawing.layout.areas
    listed = list(boxes.values())
    return Score(
        tangle(drawing.lines),
        sum(len(drawing.layout.pierced(line.way.fine)) for line in drawing.lines),
        sum(a.overlaps(b) for n, a in enumerate(listed) for b in listed[:n]),
        sum(
            area.box.overlaps(box)
            for area in places
            for key, box in boxes.items()
            if area.key not in mechanism.within(mechanism.nodes[key].place)
        ),
        sum(
            a.box.overlaps(b.box)
            for n, a in enumerate(places)
            for b in places[:n]
            if a.key not in mechanism.within(b.key) and b.key not in mechanism.within(a.key)
        ),
        crowded(drawing.lines, drawing.layout),
    )
