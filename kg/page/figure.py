"""A figure for print: a mechanism at a width in millimetres, with text that can be read there, its legend, caption and source.

A mechanism whose own layout is too wide is laid out again in fewer columns. A figure is SVG; Typst makes PDF and PNG of it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Literal

from kg.model import vocabulary
from kg.model.diagnostics import KgError, MissingLibrary
from kg.model.mechanism import Mechanism
from kg.model.records import GRID_LINES, Frozen, Stop
from kg.page import drawing, legend, reflow
from kg.page.geometry import wanted
from kg.page.layout import FONT, GAP, PAD, SMALLER, WIDE, Box, clean, spoken
from kg.page.legend import r
from kg.page.picture import FACE, Picture, Shown, colours, wrapped
from kg.page.views import SMALL
from kg.page.words import Narrative

if TYPE_CHECKING:
    from kg.reasoning.whatif import WhatIf

POINT = 25.4 / 72  # millimetres
LEAST, MOST = 6.0, 9.0  # points: the smallest text, and the largest in a box
TITLE, TEXT, FINE = 8.5, 6.5, 6.0  # points: of the title, of caption and answer, of legend and sources
HIGHEST = 240.0  # millimetres: what a page has between its margins
PPI = 600  # dots of a PNG per inch, as journals want them for line drawings
Form = Literal["svg", "pdf", "png"]
FORMATS: tuple[Form, ...] = ("svg", "pdf", "png")
LARGEST = FONT  # letters that still fit into a box: as large as they may be where a unit is small
FEW = 5  # faults with which no better layout is searched for
MARGIN = 6  # around the picture, in its own units: half of the widest stroke, and half of a head
SIGN = {"on": "✓", "off": "✕", "open": "?", "split": "≠"}


class FigureError(KgError, ValueError):
    """A figure that cannot be drawn as it was asked for."""


class TooNarrow(FigureError):
    """A width at which the text of a figure cannot be read.

    >>> print(TooNarrow("icd", 85, 300))
    icd: at 85 mm its text would be smaller than 6 pt; the nearest width that works is 300 mm
    """

    def __init__(self, name: str, width: float, works: float, also: str = "") -> None:
        self.works = works
        said = (
            f"at {width:g} mm its text would be smaller than {LEAST:g} pt; the nearest width that works is {works:g} mm"
        )
        super().__init__(f"{name}: {said}{also}")


@dataclass(frozen=True)
class Figure:
    """A figure as SVG, its size in millimetres, and the size of its smallest text in points."""

    svg: str
    width: float
    height: float
    smallest: float
    title: str

    def render(self, form: Form = "svg") -> bytes:
        """The figure as a file: ``svg``, ``pdf`` with text as text, or ``png`` with 600 dots per inch.

        Raises MissingLibrary where Typst is not installed, which ``kg[figure]`` brings.
        """
        if form == "svg":
            return self.svg.encode("utf-8")
        try:
            import typst
        except ImportError:
            raise MissingLibrary("typst", "figure") from None
        sheet = (
            "#set document(title: sys.inputs.title, date: none)\n"
            f"#set page(width: {self.width}mm, height: {self.height}mm, margin: 0mm, fill: white)\n"
            '#image(bytes(sys.inputs.figure), format: "svg", width: 100%, alt: sys.inputs.title)\n'
        )
        said = {"title": self.title, "figure": self.svg}
        made = typst.compile(sheet.encode(), format=form, ppi=PPI, sys_inputs=said)
        assert isinstance(made, bytes), "a figure is one page"
        return made


def figure(
    mechanism: Mechanism,
    width: float = 170,
    light: Collection[str] = (),
    stop: int = 0,
    answer: WhatIf | None = None,
    line_only: bool = False,
) -> Figure:
    """The figure of a mechanism, so many millimetres wide, with text of at least 6 pt.

    ``light`` names edges and nodes, or ``stop`` a stop of the tour: everything else is faint. ``answer`` is that of a what-if: its
    values stand in the picture, and what was asked and what follows below it. ``line_only``: nothing but the main line.

    >>> from kg.formats import read
    >>> made = figure(read("ta1-tlr7"), 260)
    >>> made.width, made.smallest >= 6, made.svg.count("stated by the source")
    (260, True, 1)

    Raises TooNarrow, with the nearest width that works.
    """
    drawn = main_line(mechanism) if line_only else mechanism
    lit = mechanism.tour[stop - 1] if stop else Stop(light=tuple(light)) if light else None
    picture, scale = _fitting(drawn, width)
    return _Sheet(mechanism, picture, scale, width, lit, answer).figure()


def named(m: Mechanism, name: str) -> str:
    """The edge or the node of a name, as the picture has it: the name of the edge, or the key of the node.

    >>> from kg.formats import read
    >>> named(read("ta1-tlr7"), "RNase A"), named(read("ta1-tlr7"), "protection")
    ('RNase_A', 'protection')

    Raises UnknownName, with the nearest one.
    """
    return name if any(edge.name == name for edge in m.edges) else m.find(name).key


def main_line(m: Mechanism) -> Mechanism:
    """The steps of the main line, with the nodes that they are about."""
    from kg.reasoning.routes import spine

    if not m.spine:
        raise FigureError(f"{m.id} declares no main line (spine:)")
    told = Picture(Narrative(m))
    along = [m.edge(step.edge) for step in spine(m)]
    edges = tuple(dict.fromkeys(one for edge in along for one in (edge, *told.told.blocked(edge))))
    nodes = {key for edge in edges for key in told.touched(edge)}
    return Mechanism(
        id=m.id,
        title=m.title,
        sources=m.sources,
        places=m.places,
        nodes=Frozen({key: node for key, node in m.nodes.items() if key in nodes}),
        edges=edges,
    )


# ---- the layout


def _fitting(m: Mechanism, width: float) -> tuple[Picture, float]:
    """The picture of a mechanism at a width, and how large a unit of it is in points: laid out again if it is too wide."""
    own = _picture(m)
    if own.large:
        raise FigureError(
            f"{m.id}: {len(m.edges)} steps are too many to read in one figure; --main-line draws the main line"
        )
    room = width / POINT
    if scale := _scale(own, room):
        return own, scale
    if own.over or sum(1 for _ in wanted(m)) > GRID_LINES:
        raise TooNarrow(m.id, width, _needs(own), "; --main-line draws the main line only" * bool(m.spine))
    most = int((room * LARGEST / LEAST - 2 * MARGIN - 2 * PAD + GAP) // (WIDE + GAP))
    for columns in range(most, max(most - 2, 0), -1):
        best: tuple[tuple[int, int], Picture, float] | None = None
        for rows in reflow.grids(m, columns):
            one = _picture(replace(m, layout=rows))
            scale, faults = _scale(one, room), _faults(one)
            if scale and faults and (best is None or faults < best[0]):
                best = faults, one, scale
            if best and best[0][0] <= FEW:
                break
        if best:
            return best[1], best[2]
    raise TooNarrow(m.id, width, _needs(own))


def _picture(m: Mechanism) -> Picture:
    picture = Picture(Narrative(m))
    picture.ink = {**colours(), "paper": "#ffffff"}
    return picture


def _faults(picture: Picture) -> tuple[int, int] | None:
    """How hard a picture is to read, then its height; nothing where a box or a place stands in a place that is not its own."""
    score = drawing.score(picture.told.original)
    if score.foreign_boxes or score.area_overlaps or score.box_overlaps:
        return None
    return 4 * score.through_boxes + score.crossings + score.close_ends, round(picture.drawing.layout.height)


def _frame(picture: Picture) -> Box:
    """What a picture takes, without the room that a page leaves around it."""
    layout = picture.drawing.layout
    boxes = [*layout.boxes.values(), *(area.box for area in layout.areas)]
    points = [point for line in picture.drawing.lines for point in line.way.fine]
    points += [(x, y) for box in boxes for x, y in ((box.x, box.y), (box.x + box.w, box.y + box.h))] or [(0, 0)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).grown(MARGIN)


def _scale(picture: Picture, room: float) -> float:
    """Points to a unit where a picture takes the room and can be read; else 0. Its letters then have their size."""
    wide = SMALL if picture.over else LARGEST
    scale = min(room / _frame(picture).w, MOST / picture.font)
    if scale * wide < LEAST:
        return 0.0
    picture.least = math.ceil(10 * LEAST / scale) / 10  # sizes are written with one decimal
    return scale


def _needs(picture: Picture) -> float:
    """The least width of a picture, in whole millimetres."""
    return math.ceil(_frame(picture).w * LEAST / (SMALL if picture.over else LARGEST) * POINT)


# ---- the sheet


class _Sheet:
    """A figure that is written from the top to the bottom; all in points."""

    def __init__(
        self,
        whole: Mechanism,
        picture: Picture,
        scale: float,
        width: float,
        lit: Stop | None,
        answer: WhatIf | None,
    ) -> None:
        self.whole, self.picture, self.scale, self.width = whole, picture, scale, width
        self.lit, self.answer = lit, answer
        self.room = width / POINT
        self.y = 0.0
        self.out: list[str] = []

    def figure(self) -> Figure:
        m, answer = self.whole, self.answer
        title = clean(m.title or m.id)
        self.text(title, TITLE, bold=True)
        if answer:
            self.text(f"What if: {asked(m, answer)}", TEXT, bold=True, colour="accent")
        elif self.lit:
            said = f": {clean(self.lit.title)}" if self.lit.title else ""
            self.text(f"In full colour{said}; everything else is faint", TEXT, bold=True, colour="accent")
        if (count := len(self.picture.m.edges)) < len(m.edges):
            self.text(f"The main line: {count} of {len(m.edges)} steps", TEXT)
        self.y += 5
        self.drawing()
        signs = [*self.picture.signs, *(legend.VALUES if answer else ())]
        drawn, high = legend.svg(signs, self.picture.ink, self.room, FINE)
        self.out.append(f'<g transform="translate(0 {r(self.y)})">{drawn}</g>')
        self.y += high + 4
        if answer:
            self.answered(answer)
        else:
            self.text(clean(self.lit.caption if self.lit and self.lit.caption else m.summary), TEXT)
        self.y += 2
        top = self.y
        self.text(" · ".join(map(clean, m.caveats)) + ".", TEXT, bold=True, inset=7)
        self.text(f"Source: {' — '.join(map(clean, self.picture.told.credits))}", FINE, inset=7, colour="mute")
        cite = vocabulary.credit(answer.cite if answer else m.cite(), m.id)
        self.text(cite, FINE, inset=7, colour="mute")
        bar = f'<path d="M1.5 {r(top + 2)}V{r(self.y)}" stroke="{self.picture.ink["caution"]}" stroke-width="2"/>'
        return self.written(title, bar)

    def written(self, title: str, bar: str) -> Figure:
        high = self.y + 3
        height = round(high * POINT, 1)
        about = clean(self.whole.summary) or title
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:g}mm" height="{height:g}mm" '
            f'viewBox="0 0 {self.room:.2f} {height / POINT:.2f}" role="img" aria-labelledby="figure-title figure-desc" '
            f'font-family="{FACE}"><title id="figure-title">{escape(title)}</title>'
            f'<desc id="figure-desc">{escape(about)} {escape(". ".join(map(clean, self.whole.caveats)))}.</desc>'
            f'<rect width="100%" height="100%" fill="{self.picture.ink["paper"]}"/>'
        )
        letters = SMALL if self.picture.over else max(SMALLER, self.picture.least)
        smallest = min(FINE, letters * self.scale)
        return Figure("".join((head, *self.out, bar, "</svg>\n")), self.width, height, smallest, title)

    def text(self, text: str, size: float, bold: bool = False, inset: float = 0, colour: str = "ink") -> None:
        """A paragraph, in lines as long as the figure is wide."""
        rows = wrapped(text, self.room - inset, size * (1.2 if bold else 1), 4000)
        weight = ' font-weight="600"' if bold else ""
        said = "".join(
            f'<tspan x="{r(inset)}" y="{r(self.y + size * (1.05 + 1.3 * n))}">{escape(row)}</tspan>'
            for n, row in enumerate(rows)
        )
        if rows:
            self.out.append(f'<text font-size="{size:g}"{weight} fill="{self.picture.ink[colour]}">{said}</text>')
            self.y += 1.3 * size * len(rows) + 1.5

    def drawing(self) -> None:
        picture = self.picture
        frame = _frame(picture)
        values = dict(shown_values(self.whole, self.answer)) if self.answer else {}
        above = 12 if values else 0  # the values of the uppermost boxes
        if self.lit:
            edges, nodes = picture.lit(self.lit)
        else:
            edges, nodes = set(picture.told.edge_number), set(picture.drawing.layout.boxes)
        left = (self.room - frame.w * self.scale) / 2
        place = (
            f"translate({left:.2f} {self.y:.2f}) scale({self.scale:.4f}) translate({r(-frame.x)} {r(above - frame.y)})"
        )
        shapes = "".join(picture.shapes(edges, nodes, bool(self.lit), values))
        self.out.append(f'<g transform="{place}">{shapes}</g>')
        self.y += (frame.h + above) * self.scale + 5

    def answered(self, answer: WhatIf) -> None:
        """What was asked, each outcome with why, and what else changes."""
        from kg.reasoning import whatif

        m = self.whole
        self.text(f"Compared with {compared(m, answer)}.", TEXT)
        for step in answer.outcomes:
            why = "" if step.status == "set" else f" Why: {whatif.why_in_a_line(m, answer, step)}."
            self.text(f"{spoken(change(m, answer, step.node))} ({step.status}).{why}", TEXT)
        outcomes = {step.node for step in answer.outcomes}
        others = [one.node for one in answer.changed if one.node not in outcomes and one.status != "set"]
        if others:
            self.text(f"Also changed: {'; '.join(change(m, answer, node) for node in others)}.", TEXT)
        if answer.assumptions:
            self.text(f"Assumed: {'; '.join(m.assumptions[name].title or name for name in answer.assumptions)}.", TEXT)


# ---- an answer in words


def asked(m: Mechanism, answer: WhatIf) -> str:
    """What a what-if sets: its condition, and what is set on top of it.

    >>> from kg.formats import read
    >>> from kg.reasoning.whatif import whatif
    >>> seed = read("ta1-tlr7")
    >>> asked(seed, whatif(seed, "both", {"TLR7": "absent"}))
    'Chemotherapy and Tα-1 · TLR7 absent'
    """
    given: Mapping[str, str] = m.conditions[answer.condition].values if answer.condition else {}
    parts = [m.conditions[answer.condition].title or answer.condition] if answer.condition else []
    more = {node: value for node, value in answer.settings.items() if given.get(node) != value}
    parts += [f"{m.nodes[node].label} {value}" for node, value in more.items() if node not in answer.then]
    later = [f"then {m.nodes[node].label} {value}" for node, value in answer.then.items()]
    return clean(" · ".join([*parts, *later]) or "nothing set")


def compared(m: Mechanism, answer: WhatIf) -> str:
    """What an answer is compared with."""
    from kg.reasoning import whatif

    against = answer.compared_with
    if against in m.conditions:
        return clean(m.conditions[against].title or against)
    return "where that run ended" if against == whatif.BEFORE else "the starting state"


def change(m: Mechanism, answer: WhatIf, node: str) -> str:
    """A node with its value before and after."""
    from kg.reasoning import whatif

    by = answer.disagree.get(node, {})
    after = " | ".join(dict.fromkeys(map(whatif.shown, by.values()))) or whatif.shown(answer.values[node])
    before = whatif.shown(answer.before[node])
    return clean(f"{m.nodes[node].label}: {f'{after}, unchanged' if before == after else f'{before} → {after}'}")


def shown_values(m: Mechanism, answer: WhatIf) -> Iterator[tuple[str, Shown]]:
    """What a run says of each node, as it stands on its box."""
    from kg.reasoning import whatif

    changed = {step.node for step in answer.changed}
    for node, value in answer.values.items():
        levels: Sequence[str] = m.nodes[node].levels or ("absent", "present")
        if node in answer.disagree:
            look, said = "split", "disagree"
        else:
            look = "open" if value == "unknown" or not isinstance(value, str) else "off" if value == levels[0] else "on"
            said = whatif.shown(value)
        said = f"set: {said}" if node in answer.settings else said
        yield node, Shown(look, f"{SIGN[look]} {said}", node in changed)
