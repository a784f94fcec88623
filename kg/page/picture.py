"""The picture as shapes and as a static SVG, whole or with one stop of the tour lit; its colours and its legend."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import Any

from kg.model.languages import speak
from kg.model.records import Edge, Frozen, Stop
from kg.page import drawing, geometry
from kg.page import legend as legends
from kg.page.drawing import Drawing
from kg.page.geometry import Line
from kg.page.layout import FONT, LEADING, Box, Layout, Point, advance, clean, font, lines, spoken
from kg.page.legend import Sign, cross, diamond, r
from kg.page.names import drawn
from kg.page.views import CLOSE, SMALL, Part, overview
from kg.page.words import Narrative
from kg.reasoning.merge import Union

HERE = Path(__file__).parent
FACE = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif"
DASHED = frozenset(("hypothesis", "interpretation", "implication"))
HEADING = 22  # size of the letters of a place's name: it is never smaller than those of its nodes
LIMIT = 1000  # with more edges no picture can be read: one node and its neighbours are drawn at a time
KINDS = ("treatment", "molecule", "structure", "cell", "process", "state", "other")


@dataclass(frozen=True)
class Shown:
    """What a run says of a node: how it looks (on, off, open or split), in words, and whether it changed."""

    look: str
    said: str
    changed: bool


class Picture:
    """The shapes of a mechanism, computed once and shared by canvas, hit test, static picture and print."""

    def __init__(
        self, told: Narrative, dark: bool = False, contested: frozenset[str] | None = None, parted: bool = False
    ) -> None:
        """``contested`` names the edges that carry a cross, if they are not those that the mechanism itself tells of;
        ``parted``: what is large is drawn part by part, as several mechanisms always are.
        """
        self.ink = colours(dark)
        self.told = told
        self.contested = told.contested if contested is None else contested
        self.m = told.m
        self.large = len(told.m.edges) > LIMIT
        self.over = overview(told.m) if parted or isinstance(told.m, Union) else None
        self.staged = self.over is not None and isinstance(told.m, Union)  # its parts are the stops of its tour
        self.drawn = not self.large and self.over is None
        self.font = SMALL if self.over else FONT
        self.least = 0.0  # the smallest that letters in boxes may be, for a figure whose unit is small

    @cached_property
    def drawing(self) -> Drawing:
        """The whole picture, or the overview of parts; nothing of what is too large."""
        if self.over:
            return self.over.drawing
        return self._drawing() if self.drawn else Drawing(Layout({}, (), 0, 0, (), ()), ())

    def _drawing(self, name: str = "") -> Drawing:
        """Laid out once for all languages, since all boxes have one size: only the names of places are other ones."""
        found = drawing.draw(self.told.original, self.contested, name)
        return found if self.m is self.told.original else found.told(self.m)

    @cached_property
    def views(self) -> list[dict[str, Any]]:
        """The overview of parts, then each by itself: areas, lines, boxes and size, in the numbers of the whole.

        In the overview boxes and lines have numbers below 0, and boxes have faces.
        """
        if not self.over:
            return []
        layout = self.drawing.layout
        boxes = [[-10 - n, *box.centre] for n, box in enumerate(layout.boxes.values())]
        faces = [
            {"kind": "other", "outcome": False, "lines": list(self.texts(key)), "font": SMALL, "leading": CLOSE}
            for key in layout.boxes
        ]
        size = {"width": layout.width, "height": layout.height}
        return [
            {**size, "areas": [], "lines": self.lines, "boxes": boxes, "faces": faces},
            *map(self._view, self.over.parts),
        ]

    @cached_property
    def layouts(self) -> dict[str, dict[str, Any]]:
        """The other layouts of what is one picture, from which a reader may choose: by name, as `views` has parts."""
        if not self.drawn:
            return {}
        number = self.told.node_number
        found = {}
        for name in drawing.others(self.told.original):
            own = self._drawing(name)
            boxes = [[number[key], *box.centre] for key, box in own.layout.boxes.items()]
            size = {"width": own.layout.width, "height": own.layout.height}
            lines = [self._line(line) for line in own.lines]
            found[name] = {**size, "areas": self._areas(own.layout), "lines": lines, "boxes": boxes}
        return found

    def _view(self, part: Part) -> dict[str, Any]:
        whole = self.told
        m = part.mechanism
        contested = frozenset(edge.name for edge in m.edges if part.edges[edge.name] in self.contested)
        own = Picture(Narrative(m), contested=contested)
        nodes = [whole.node_number[part.nodes[key]] for key in m.nodes]
        edges = [whole.edge_number[part.edges[edge.name]] for edge in m.edges]
        layout = own.drawing.layout
        lines = [
            {**line, "edge": edges[line["edge"]], "node": nodes[line["node"]] if line["node"] >= 0 else -1}
            for line in own.lines
        ]
        boxes = [[nodes[own.told.node_number[key]], *box.centre] for key, box in layout.boxes.items()]
        return {"width": layout.width, "height": layout.height, "areas": own.areas, "lines": lines, "boxes": boxes}

    def texts(self, key: str) -> tuple[str, ...]:
        """What stands in a box of the whole picture."""
        return self.over.texts[key] if self.over else tuple(self.face(key)["lines"])

    def face(self, key: str) -> dict[str, Any]:
        """What stands in the box of a node, and the size of its letters where it is not the usual one."""
        label = spoken(self.names[key])
        size = font(label)
        return {"lines": list(lines(label, size=size)), **({} if size == FONT else {"font": size})}

    @cached_property
    def names(self) -> dict[str, str]:
        """The labels of nodes, short enough for a box."""
        return drawn({key: self.told.label(key) for key in self.m.nodes})

    def style(self, edge: Edge) -> str:
        """solid for what a source states, dashed for what it supposes, dotted for the curator's own step; or a definition."""
        if edge.definition:
            return "definition"
        return "dotted" if edge.claim == "inference" else "dashed" if edge.claim in DASHED else "solid"

    def sign(self, edge: Edge) -> str:
        """What the mark of a line says, if it has one: contested, or else inferred."""
        return "contested" if edge.name in self.contested else "inferred" if geometry.inferred(edge) else ""

    def look(self, edge: Edge) -> dict[str, Any]:
        """How the line of an edge looks, wherever it runs."""
        kind = geometry.kind(edge)
        return {
            "kind": kind,
            "style": self.style(edge),
            "run": edge.run,
            "sign": self.sign(edge),
        }

    def spoken(self, edge: Edge) -> str:
        """Sign and claim of an edge, for who does not see its line.

        >>> from kg.formats import read
        >>> shapes = Picture(Narrative(read("ta1-tlr7")))
        >>> shapes.spoken(shapes.m.edge("degradation"))
        'lowers or destroys. Claim: finding'
        """
        parts = [self.told.claim(edge.claim) or speak("no supporting claim")]
        parts += [speak("disputed")] * (edge.name in self.contested) + [speak("drawn, not run")] * (not edge.run)
        return speak("{0}. Claim: {1}", legends.of(geometry.kind(edge)), ", ".join(parts))

    def kind(self, key: str) -> str:
        """How a node is drawn: a kind that has a colour."""
        kind = self.m.nodes[key].drawn_as
        return kind if f"{kind}-fill" in self.ink else "other"

    @cached_property
    def areas(self) -> list[dict[str, Any]]:
        return self._areas(self.drawing.layout)

    def _areas(self, layout: Layout) -> list[dict[str, Any]]:
        return [
            {
                "lines": heading(a.label, a.box.w - 12),
                "hue": a.hue % 6,
                "depth": min(a.depth, 1),
                **_rounded(a.box.x, a.box.y, a.box.w, a.box.h),
            }
            for a in layout.areas
        ]

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        return [self._line(line) for line in self.drawing.lines]

    @cached_property
    def counts(self) -> Mapping[str, Point]:
        """Where the numbers on the lines of an overview stand."""
        return geometry.numbered(self.drawing.lines)

    def _line(self, line: Line) -> dict[str, Any]:
        if self.over:
            a, _, b = line.edge.partition("|")
            shape = {
                "kind": "none",
                "d": f"{line.d}L{r(line.way.tip[0])},{r(line.way.tip[1])}",  # no head stands at the end
                "head": "",
                "filled": False,
                "style": "solid",
                "run": True,
                "sign": "",
            }
            return {
                **shape,
                "edge": -1,
                "node": -1,
                "mark": "",
                "at": [round(value, 1) for value in self.counts[line.edge]],
                "said": str(self.over.between[a, b]),
            }
        edge = self.m.edge(line.edge)
        return {
            "edge": self.told.edge_number[line.edge],
            "kind": line.kind,
            "d": line.d,
            "head": line.head,
            "filled": line.filled,
            "style": "condition" if line.condition else self.style(edge),
            "run": edge.run,
            "node": self.told.node_number.get(line.condition, -1),
            "mark": (cross if edge.name in self.contested else diamond)(*line.mark) if line.mark else "",
            "sign": self.sign(edge) if line.mark else "",
            "at": [round(value, 1) for value in geometry.middle(line)],
        }

    def lit(self, stop: Stop) -> tuple[set[str], set[str]]:
        """The edges and nodes that a stop lights: what it names, what those edges block, and their ends."""
        edges = {name for name in stop.light if name in self.told.edge_number}
        edges |= {one.name for name in edges for one in self.told.blocked(self.m.edge(name))}
        nodes = {name for name in stop.light if name in self.m.nodes}
        return edges, nodes | {key for name in edges for key in self.touched(self.m.edge(name))}

    def touched(self, edge: Edge) -> Collection[str]:
        """The nodes that an edge is about: its ends and its conditions."""
        ends = (edge.subject, self.told.object(edge), edge.sentence.other)
        keys = dict.fromkeys((*ends, *(r.node for r in (*edge.requires, *edge.unless))))
        return [key for key in keys if key in self.m.nodes]

    # ---- the static picture

    def svg(self, stop: Stop | None = None, title: str = "", about: str = "", keyed: bool = True) -> str:
        """The picture, whole or with one stop lit. Attributes only: a style would need the page's leave. ``keyed``: with
        its legend.
        """
        m, layout, ink = self.m, self.drawing.layout, self.ink
        title = clean(title or m.title)
        about = clean(about or m.summary) or speak("{0} nodes and {1} edges.", len(m.nodes), len(m.edges))
        edges, nodes = self.lit(stop) if stop else (set(self.told.edge_number), set(layout.boxes))
        room = max(layout.width, 560)
        notice = wrapped(" · ".join(map(clean, m.caveats)), room - 90, 21)  # 19, and bold, which is wider
        credit = wrapped(" — ".join(map(clean, self.told.credits)), room - 90, 15)
        width, top = room + 24, 66
        signs, high = legends.svg(self.signs if keyed else (), ink, room - 60)
        results = self._results(stop, room)
        ran = top + layout.height + 10
        keys = ran + 26 * len(results) + bool(results) * 12
        foot = keys + high + bool(signs) * 14
        height = foot + 44 + 26 * len(notice) + 21 * len(credit)
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {r(width)} {r(height)}" role="img" '
            f'aria-labelledby="picture-title picture-desc" font-family="{FACE}">',
            f'<title id="picture-title">{escape(title)}</title>',
            f'<desc id="picture-desc">{escape(about)} {escape(". ".join(map(clean, m.caveats)))}.</desc>',
            f'<rect width="{r(width)}" height="{r(height)}" fill="{ink["paper"]}"/>',
            f'<text x="28" y="44" font-size="26" font-weight="600" fill="{ink["ink"]}">'
            f"{escape(fit(title, width - 60, 29))}</text>",
            f'<g transform="translate(12 {top})">',
        ]
        out += self.shapes(edges, nodes, bool(stop))
        out.append("</g>")
        if self.large and not self.over:
            text = "Not drawn: {0} nodes and {1} steps are too many to read in one picture."
            said = speak(text, len(m.nodes), len(m.edges))
            out.append(f'<text x="28" y="{top + 4}" font-size="17" fill="{ink["ink"]}">{said}</text>')
        if results:
            said = "".join(
                f'<tspan x="28" y="{r(ran + 22 + 26 * n)}">{escape(row)}</tspan>' for n, row in enumerate(results)
            )
            out.append(f'<text font-size="19" fill="{ink["ink"]}">{said}</text>')
        if signs:
            out.append(f'<g transform="translate(28 {r(keys)})">{signs}</g>')
        out.append(
            f'<path d="M28 {r(foot + 4)}V{r(height - 14)}" stroke="{ink["caution"]}" stroke-width="5"/>'
            f'<text font-size="19" font-weight="600" fill="{ink["ink"]}">'
        )
        out += [f'<tspan x="44" y="{r(foot + 22 + 26 * n)}">{escape(text)}</tspan>' for n, text in enumerate(notice)]
        out.append(f'</text><text font-size="15" fill="{ink["mute"]}">')
        below = foot + 22 + 26 * len(notice)
        out += [f'<tspan x="44" y="{r(below + 21 * n)}">{escape(text)}</tspan>' for n, text in enumerate(credit)]
        out.append("</text></svg>")
        return "".join(out)

    def shapes(
        self,
        edges: Collection[str],
        nodes: Collection[str],
        some: bool,
        values: Mapping[str, Shown] = Frozen(),
    ) -> Iterator[str]:
        """All that is drawn of the mechanism, from the back to the front: what is not among ``edges`` and ``nodes`` is faint,
        and ``some`` says whether anything is. ``values`` are those of a run.
        """
        ink = self.ink
        for area in self.areas:
            fill = ink[f"place-{area['hue']}-in" if area["depth"] else f"place-{area['hue']}"]
            border = ink[f"place-{area['hue']}-line"]
            yield f'<path d="{area["d"]}" fill="{fill}" stroke="{border}" stroke-width="1.4"/>'
        pairs = list(zip(self.drawing.lines, self.lines, strict=True))
        for line, data in sorted(pairs, key=lambda pair: (pair[0].edge in edges, pair[1]["run"])):
            yield self._drawn_line(line, data, self.over is not None or line.edge in edges, some)
        for x, y, said in ((*data["at"], data["said"]) for data in self.lines if data.get("said")):  # over all lines
            yield (
                f'<text x="{r(x)}" y="{r(y + 5)}" text-anchor="middle" font-size="15" fill="{ink["ink"]}" '
                f'stroke="{ink["paper"]}" stroke-width="5" paint-order="stroke">{said}</text>'
            )
        for area in self.areas:
            yield self._drawn_heading(area)
        for key in self.drawing.layout.boxes:
            yield self._drawn_node(key, key in nodes, values.get(key))
        for key, value in values.items():
            if key in self.drawing.layout.boxes:
                yield self._drawn_value(key, value)

    def _drawn_heading(self, area: Mapping[str, Any]) -> str:
        one, halo = (
            len(area["lines"]) == 1,
            self.ink[f"place-{area['hue']}-in" if area["depth"] else f"place-{area['hue']}"],
        )
        x, y = r(area["x"] + (16 if one else 8)), area["y"] + (30 if one else 21)
        rows = enumerate(area["lines"])
        said = "".join(f'<tspan x="{x}" y="{r(y + n * HEADING)}">{escape(text)}</tspan>' for n, text in rows)
        return (
            f'<text font-size="{HEADING}" font-weight="600" fill="{self.ink["heading"]}" stroke="{halo}" stroke-width="4" '
            f'stroke-linejoin="round" paint-order="stroke">{said}</text>'
        )

    def _drawn_value(self, key: str, value: Shown) -> str:
        """What a run says of a node, on a corner of its box that no head reaches: filled if it changed."""
        box, ink = self.drawing.layout.boxes[key], self.ink
        wide, high = advance(value.said, self.font * 1.2) + 12, self.font + 7
        inside = 2 if len(self.texts(key)) > 2 else 9
        corners = [
            Box(box.x + across, box.y + down, wide, high)
            for down in (inside - high, box.h - inside)
            for across in (box.w + 8 - wide, -8)
        ]
        place = min(corners, key=lambda corner: sum(corner.overlaps(taken) for taken in self._ends))
        x, y = place.x, place.y
        fill, colour = ("accent", "on-accent") if value.changed else ("panel", "ink")
        return (
            f'<rect x="{r(x)}" y="{r(y)}" width="{r(wide)}" height="{r(high)}" rx="{4 if value.look == "off" else r(high / 2)}" '
            f'fill="{ink[fill]}" stroke="{ink["ink"]}" stroke-width="1.2"/><text x="{r(x + wide / 2)}" y="{r(y + high / 2 + self.font * 0.35)}" '
            f'text-anchor="middle" font-size="{r(self.font)}" font-weight="600" fill="{ink[colour]}">{escape(value.said)}</text>'
        )

    @cached_property
    def _ends(self) -> list[Box]:
        """Where heads and headings stand, which no value should cover."""
        tips = [Box(*line.way.tip, 0, 0).grown(8) for line in self.drawing.lines]
        return [*tips, *(area.heading for area in self.drawing.layout.areas)]

    def _results(self, stop: Stop | None, room: float) -> list[str]:
        """What the run of a stop says of the outcomes, in lines."""
        outcomes = self.told.outcomes(stop) if stop and stop.condition else None
        return wrapped(clean(outcomes.said) + ".", room - 60, 19) if outcomes else []

    def _drawn_line(self, line: Line, data: dict[str, Any], on: bool, some: bool) -> str:
        ink = self.ink
        colour = ink["condition" if line.condition else line.kind]
        width = 1.6 if line.condition else (2.8 if data["run"] else 1.6) + (1.1 if some and on else 0)
        faint = "" if on and (data["run"] or some) else ' opacity="0.6"' if on else ' opacity="0.14"'
        out = (
            f"<g{faint}><title>{escape(clean(self._said(line, data)))}</title>"
            f'<path d="{data["d"]}" fill="none" stroke="{colour}" stroke-width="{r(width)}"{geometry.dashes(data["style"], width)}/>'
        )
        if data["head"]:
            fill = colour if line.filled else ink["paper"]
            heavy = 1.2 if line.filled else 2 if line.condition else 3.6
            out += f'<path d="{line.head}" fill="{fill}" stroke="{colour}" stroke-width="{heavy}"/>'
        if data["mark"]:
            out += f'<path d="{data["mark"]}" fill="{ink["paper"]}" stroke="{colour}" stroke-width="2"/>'
        return out + "</g>"

    def _said(self, line: Line, data: dict[str, Any]) -> str:
        if self.over:
            return speak(self.over.counted[data["said"] != "1"], data["said"])
        return self.told.say(self.m.edge(line.edge))

    def _drawn_node(self, key: str, on: bool, value: Shown | None = None) -> str:
        sheet = self.over.sheet if self.over else self.m
        node, box, ink = sheet.nodes[key], self.drawing.layout.boxes[key], self.ink
        kind, texts = "other" if self.over else self.kind(key), self.texts(key)
        x, y = box.centre
        size = SMALL if self.over else max(self.face(key).get("font", FONT), self.least)
        leading = CLOSE if self.over else LEADING * size / FONT
        first = y - (len(texts) - 1) * leading / 2 + size * 0.36
        d = geometry.outline(kind, box)
        faint = "" if on else ' opacity="0.36"'
        back = "" if on else f'<path d="{d}" fill="{ink["paper"]}"/>'
        absent = ' stroke-dasharray="7 5"' if value and value.look == "off" else ""
        said = "".join(
            f'<tspan x="{r(x)}" y="{r(first + n * leading)}">{escape(text)}</tspan>' for n, text in enumerate(texts)
        )
        return (
            f"{back}<g{faint}><title>{escape(clean(node.label))}</title>"
            f'<path d="{d}" fill="{ink[kind + "-fill"]}" stroke="{ink[kind + "-line"]}" '
            f'stroke-width="{3.4 if node.outcome else 1.7}"{absent}/>'
            f'<text text-anchor="middle" font-size="{r(size)}" fill="{ink["ink"]}">{said}</text></g>'
        )

    # ---- the legend

    @cached_property
    def legend(self) -> list[Sign]:
        """The signs of all that the page of the mechanism can show: of what is drawn in parts, those of all parts."""
        if self.drawn:
            return self.signs
        lines = [line for view in self.views[1:] for line in view["lines"]] + [*map(self.look, self.m.edges)]
        return [*(self.signs if self.over else []), *legends.legend(lines, self._faces)]

    @cached_property
    def signs(self) -> list[Sign]:
        """The signs of the picture itself."""
        if self.over:
            between = legends.number_sign("between", speak(self.over.counted[1], "n"))
            part = legends.box_sign("part", speak("a part, with its steps"), "other")
            return [between] * bool(self.lines) + [part]
        return legends.legend(self.lines, self._faces) if self.drawn else []

    @property
    def _faces(self) -> Iterator[tuple[str, str, bool]]:
        """Of each node its kind, the kind as which it is drawn, and whether it is an outcome; in the order of kinds."""
        faces = ((node.drawn_as, self.kind(key), node.outcome) for key, node in self.m.nodes.items())
        return iter(sorted(faces, key=lambda face: (KINDS.index(face[1]), face[0])))


def fit(text: str, room: float, size: float = 18) -> str:
    """A text, shortened so that it takes no more room."""
    if advance(text[:400], size) <= room:
        return text[:400]
    while text and advance(text[:400] + "…", size) > room:
        text = text[: min(len(text), 400) - 1]
    return text.rstrip() + "…"


def heading(label: str, room: float) -> list[str]:
    """The name of a place in one line, or else in two; what does not fit gives way to an ellipsis.

    >>> heading("Blood", 190), heading("Tumour-draining lymph node", 190)
    (['Blood'], ['Tumour-draining', 'lymph node'])
    """
    pieces = re.split(r"(?<=[\s-])(?=\w)", label[:400])
    if advance(label[:400], HEADING) <= room - 14 or len(pieces) < 2:
        return [fit(label, room, HEADING)]
    ways = [("".join(pieces[:n]).rstrip(), "".join(pieces[n:])) for n in range(1, len(pieces))]
    return [fit(line, room, HEADING) for line in min(ways, key=lambda way: max(advance(line, HEADING) for line in way))]


def wrapped(text: str, room: float, size: float, most: int = 1200) -> list[str]:
    """A text in lines that take no more room; a word that is longer than a line goes on in the next. ``most`` characters."""
    rows = [""]
    for word in text[:most].split():
        if advance(f"{rows[-1]} {word}", size) > room and rows[-1]:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
        while advance(rows[-1], size) > room and len(rows[-1]) > 1:
            part = next(n for n in range(len(rows[-1]), 0, -1) if n == 1 or advance(rows[-1][:n], size) <= room)
            rows[-1:] = [rows[-1][:part], rows[-1][part:]]
    return [row for row in rows if row]


def _rounded(x: float, y: float, w: float, h: float, c: float = 22) -> dict[str, Any]:
    d = (
        f"M{r(x + c)} {r(y)}h{r(w - 2 * c)}a{c} {c} 0 0 1 {c} {c}v{r(h - 2 * c)}a{c} {c} 0 0 1 {-c} {c}"
        f"h{r(2 * c - w)}a{c} {c} 0 0 1 {-c} {-c}v{r(2 * c - h)}a{c} {c} 0 0 1 {c} {-c}Z"
    )
    return {"x": x, "y": y, "w": w, "h": h, "d": d}


@cache
def asset(name: str) -> str:
    """A file of this folder."""
    return (HERE / name).read_text(encoding="utf-8")


@cache
def colours(dark: bool = False) -> dict[str, str]:
    """The colours, light or dark, from the first two blocks of explorer.css, which is the one place that has them."""
    block = asset("explorer.css").split("}")[dark]
    return {name: value.strip() for name, value in re.findall(r"--([\w-]+):([^;]+);", block)}
