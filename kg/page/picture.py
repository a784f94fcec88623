"""The picture as shapes and as a static SVG, whole or with one stop of the tour lit; its colours and its legend."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import Any

from kg.model.languages import speak
from kg.model.records import Edge, Stop
from kg.page import drawing, geometry
from kg.page.drawing import Drawing
from kg.page.geometry import Line
from kg.page.layout import FONT, LEADING, Box, Layout, advance, clean, lines, spoken
from kg.page.names import drawn
from kg.page.views import CLOSE, SMALL, Part, overview
from kg.page.words import Narrative
from kg.reasoning.merge import Union

HERE = Path(__file__).parent
FACE = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif"
DASHED = frozenset(("hypothesis", "interpretation", "implication"))
LIMIT = 1000  # with more edges no picture can be read: one node and its neighbours are drawn at a time
KINDS = ("treatment", "molecule", "structure", "cell", "process", "state", "other")
ROLES = {
    "increases": "brings about or raises",
    "decreases": "lowers or destroys",
    "blocks": "blocks the step it ends on",
    "circle": "touches or works with",
    "none": "related, no effect said",
}


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

    @cached_property
    def drawing(self) -> Drawing:
        """The whole picture, or the overview of parts; nothing of what is too large."""
        if self.over:
            return self.over.drawing
        return drawing.draw(self.m, self.contested) if self.drawn else Drawing(Layout({}, (), 0, 0, (), ()), ())

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
        for name in drawing.others(self.m):
            own = drawing.draw(self.m, self.contested, name)
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
        """What stands in a box."""
        return self.over.texts[key] if self.over else lines(spoken(self.names[key]))

    @cached_property
    def names(self) -> dict[str, str]:
        """The labels of nodes, short enough for a box."""
        return drawn({key: self.told.label(key) for key in self.m.nodes})

    def style(self, edge: Edge) -> str:
        """solid for what a source states, dashed for what it supposes, dotted for the curator's own step; or a definition."""
        if edge.definition:
            return "definition"
        return "dotted" if edge.claim == "inference" else "dashed" if edge.claim in DASHED else "solid"

    def look(self, edge: Edge) -> dict[str, Any]:
        """How the line of an edge looks, wherever it runs."""
        kind, own = geometry.kind(edge), geometry.inferred(edge)
        return {
            "kind": kind,
            "style": self.style(edge),
            "run": edge.run,
            "inferred": own,
            "contested": edge.name in self.contested,
        }

    def sign(self, edge: Edge) -> str:
        """Sign and claim of an edge, for who does not see its line.

        >>> from kg.formats import read
        >>> shapes = Picture(Narrative(read("ta1-tlr7")))
        >>> shapes.sign(shapes.m.edge("degradation"))
        'lowers or destroys. Claim: finding'
        """
        parts = [self.told.claim(edge.claim) or speak("no supporting claim")]
        parts += [speak("disputed")] * (edge.name in self.contested) + [speak("drawn, not run")] * (not edge.run)
        return speak("{0}. Claim: {1}", speak(ROLES[geometry.kind(edge)]), ", ".join(parts))

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
                "label": fit(a.label, a.box.w - 26, 11),
                "size": min(17.0, 17 * (a.box.w - 30) / advance(a.label, 19.5)),  # semibold is wider
                "hue": a.hue % 6,
                "depth": min(a.depth, 1),
                **_rounded(a.box.x, a.box.y, a.box.w, a.box.h),
            }
            for a in layout.areas
        ]

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        return [self._line(line) for line in self.drawing.lines]

    def _line(self, line: Line) -> dict[str, Any]:
        if self.over:
            a, _, b = line.edge.partition("|")
            shape = {"kind": "none", "d": line.d, "head": "", "filled": False, "style": "solid", "run": True}
            return {
                **shape,
                "edge": -1,
                "node": -1,
                "mark": "",
                "at": [round(value, 1) for value in geometry.middle(line)],
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
            "mark": (_cross if edge.name in self.contested else _diamond)(*line.mark) if line.mark else "",
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

    def svg(self, stop: Stop | None = None, title: str = "", about: str = "") -> str:
        """The picture, whole or with one stop lit. Attributes only: a style would need the page's leave."""
        m, layout, ink = self.m, self.drawing.layout, self.ink
        title = clean(title or m.title)
        about = clean(about or m.summary) or speak("{0} nodes and {1} edges.", len(m.nodes), len(m.edges))
        edges, nodes = self.lit(stop) if stop else (set(self.told.edge_number), set(layout.boxes))
        room = max(layout.width, 560)
        notice = _wrapped(" · ".join(map(clean, m.caveats)), room - 90, 21)  # 19, and bold, which is wider
        credit = _wrapped(" — ".join(map(clean, self.told.credits)), room - 90, 15)
        width, top = room + 24, 66
        foot = top + layout.height + 10
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
        for area in self.areas:
            fill = ink[f"place-{area['hue']}-in" if area["depth"] else f"place-{area['hue']}"]
            border = ink[f"place-{area['hue']}-line"]
            out.append(f'<path d="{area["d"]}" fill="{fill}" stroke="{border}" stroke-width="1.4"/>')
        pairs = list(zip(self.drawing.lines, self.lines, strict=True))
        for line, data in sorted(pairs, key=lambda pair: (pair[0].edge in edges, pair[1]["run"])):
            out.append(self._drawn_line(line, data, self.over is not None or line.edge in edges, bool(stop)))
        for area in self.areas:
            out.append(
                f'<text x="{r(area["x"] + 16)}" y="{r(area["y"] + 27)}" font-size="{r(max(area["size"], 9))}" font-weight="600" '
                f'fill="{ink["heading"]}">{escape(area["label"])}</text>'
            )
        for key in layout.boxes:
            out.append(self._drawn_node(key, key in nodes))
        out.append("</g>")
        if self.large and not self.over:
            text = "Not drawn: {0} nodes and {1} steps are too many to read in one picture."
            said = speak(text, len(m.nodes), len(m.edges))
            out.append(f'<text x="28" y="{top + 4}" font-size="17" fill="{ink["ink"]}">{said}</text>')
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

    def _drawn_line(self, line: Line, data: dict[str, Any], on: bool, some: bool) -> str:
        ink = self.ink
        colour = ink["condition" if line.condition else line.kind]
        width = 1.6 if line.condition else (2.8 if data["run"] else 1.6) + (1.1 if some and on else 0)
        faint = "" if on and (data["run"] or some) else ' opacity="0.6"' if on else ' opacity="0.14"'
        out = (
            f"<g{faint}><title>{escape(clean(self._said(line, data)))}</title>"
            f'<path d="{line.d}" fill="none" stroke="{colour}" stroke-width="{r(width)}"{geometry.dashes(data["style"], width)}/>'
        )
        if line.head:
            fill = colour if line.filled else ink["paper"]
            heavy = 1.2 if line.filled else 2 if line.condition else 3.6
            out += f'<path d="{line.head}" fill="{fill}" stroke="{colour}" stroke-width="{heavy}"/>'
        if data["mark"]:
            out += f'<path d="{data["mark"]}" fill="{ink["paper"]}" stroke="{colour}" stroke-width="2"/>'
        if data.get("said"):
            x, y = data["at"]
            out += f'<text x="{r(x)}" y="{r(y + 5)}" text-anchor="middle" font-size="15" fill="{ink["ink"]}" stroke="{ink["paper"]}" '
            out += f'stroke-width="5" paint-order="stroke">{data["said"]}</text>'
        return out + "</g>"

    def _said(self, line: Line, data: dict[str, Any]) -> str:
        if self.over:
            return speak(self.over.counted[data["said"] != "1"], data["said"])
        return self.told.say(self.m.edge(line.edge))

    def _drawn_node(self, key: str, on: bool) -> str:
        sheet = self.over.sheet if self.over else self.m
        node, box, ink = sheet.nodes[key], self.drawing.layout.boxes[key], self.ink
        kind, texts = "other" if self.over else self.kind(key), self.texts(key)
        x, y = box.centre
        font, leading = (SMALL, CLOSE) if self.over else (FONT, LEADING)
        first = y - (len(texts) - 1) * leading / 2 + font * 0.36
        d = geometry.outline(kind, box)
        faint = "" if on else ' opacity="0.36"'
        back = "" if on else f'<path d="{d}" fill="{ink["paper"]}"/>'
        said = "".join(
            f'<tspan x="{r(x)}" y="{r(first + n * leading)}">{escape(text)}</tspan>' for n, text in enumerate(texts)
        )
        return (
            f"{back}<g{faint}><title>{escape(clean(node.label))}</title>"
            f'<path d="{d}" fill="{ink[kind + "-fill"]}" stroke="{ink[kind + "-line"]}" '
            f'stroke-width="{3.4 if node.outcome else 1.7}"/>'
            f'<text text-anchor="middle" font-size="{font}" fill="{ink["ink"]}">{said}</text></g>'
        )

    # ---- the legend

    @cached_property
    def legend(self) -> list[dict[str, str]]:
        """One item for each look that occurs, as paths for a small sample of 46 by 16."""
        items: list[dict[str, str]] = []
        kinds = {geometry.kind(edge) for edge in self.m.edges}
        kinds |= {line.kind for line in self.drawing.lines}
        for kind, text in ROLES.items():
            if kind in kinds:
                items.append(
                    {"text": speak(text), "class": kind, "d": "M2 8H32", "head": _sample(kind), "style": "solid"}
                )
        styles = {self.style(edge) for edge in self.m.edges}
        if any(map(geometry.inferred, self.m.edges)):
            styles.add("dotted")
        for style, text in (
            ("solid", speak("stated by the source")),
            ("dashed", speak("supposed by its authors")),
            ("dotted", speak("the curator’s inference")),
            ("definition", speak("follows from a definition")),
        ):
            if style in styles:
                mark = _diamond(23, 8, 6) if style == "dotted" else ""
                items.append({"text": text, "class": "plain", "d": "M2 8H44", "mark": mark, "style": style})
        if "requires" in kinds:
            items.append(
                {
                    "text": speak("needed for the step"),
                    "class": "condition",
                    "d": "M2 8H26",
                    "mark": geometry.circle(34, 8, 6),
                }
            )
        if "unless" in kinds:
            ring = geometry.circle(34, 8, 6) + "M29 13L39 3"
            items.append({"text": speak("stops the step"), "class": "condition", "d": "M2 8H26", "mark": ring})
        if self.contested:
            items.append(
                {
                    "text": speak("disputed or contradicted"),
                    "class": "plain",
                    "d": "M2 8H44",
                    "mark": _cross(23, 8, 6),
                    "style": "solid",
                }
            )
        if any(not edge.run for edge in self.m.edges):
            items.append({"text": speak("drawn, not run"), "class": "plain idle", "d": "M2 8H44", "style": "solid"})
        return items

    @cached_property
    def kinds(self) -> list[dict[str, str]]:
        """The kinds of node that occur, as outlines for a small sample."""
        samples = []
        for kind in dict.fromkeys(node.drawn_as for node in self.m.nodes.values()):
            known = f"{kind}-fill" in self.ink
            path = geometry.outline(kind, Box(2, 2, 84, 56))
            samples.append({"text": speak(kind), "class": kind if known else "other", "d": path})
        return samples


def fit(text: str, room: float, size: float = 18) -> str:
    """A text, shortened so that it takes no more room."""
    if advance(text[:400], size) <= room:
        return text[:400]
    while text and advance(text[:400] + "…", size) > room:
        text = text[: min(len(text), 400) - 1]
    return text.rstrip() + "…"


def _wrapped(text: str, room: float, size: float) -> list[str]:
    rows = [""]
    for word in text[:1200].split():
        if advance(f"{rows[-1]} {word}", size) > room and rows[-1]:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return [fit(row, room + 60, size) for row in rows if row]


def _rounded(x: float, y: float, w: float, h: float, c: float = 22) -> dict[str, Any]:
    d = (
        f"M{r(x + c)} {r(y)}h{r(w - 2 * c)}a{c} {c} 0 0 1 {c} {c}v{r(h - 2 * c)}a{c} {c} 0 0 1 {-c} {c}"
        f"h{r(2 * c - w)}a{c} {c} 0 0 1 {-c} {-c}v{r(2 * c - h)}a{c} {c} 0 0 1 {c} {-c}Z"
    )
    return {"x": x, "y": y, "w": w, "h": h, "d": d}


def _diamond(x: float, y: float, c: float = 8) -> str:
    return f"M{r(x - c)} {r(y)}L{r(x)} {r(y - c)}L{r(x + c)} {r(y)}L{r(x)} {r(y + c)}Z"


def _cross(x: float, y: float, c: float = 9) -> str:
    """A cross with arms that have a width, so that it can be filled as a diamond is."""
    a, b = c, 0.35 * c
    corners = ((-a, b - a), (b - a, -a), (0, -b), (a - b, -a), (a, b - a), (b, 0))
    whole = (*corners, *((-u, -v) for u, v in corners))
    return "M" + "L".join(f"{r(x + u)} {r(y + v)}" for u, v in whole) + "Z"


def _sample(kind: str) -> str:
    return {
        "increases": "M44 8L31 2V14Z",
        "decreases": "M36 1V15",
        "blocks": "M31 1V15" + geometry.circle(39, 8, 5),
        "circle": geometry.circle(38, 8, 5),
    }.get(kind, "M32 8H44")


def r(value: float) -> str:
    """A number for a picture: one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


@cache
def asset(name: str) -> str:
    """A file of this folder."""
    return (HERE / name).read_text(encoding="utf-8")


@cache
def colours(dark: bool = False) -> dict[str, str]:
    """The colours, light or dark, from the first two blocks of explorer.css, which is the one place that has them."""
    block = asset("explorer.css").split("}")[dark]
    return {name: value.strip() for name, value in re.findall(r"--([\w-]+):([^;]+);", block)}
