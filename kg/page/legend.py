"""The legend of a picture: a table of the signs that kg draws, those of it that occur, and their samples as SVG.

The page, its saved pictures, the pictures of the tour and the figure for print all take it from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from kg.model.languages import speak
from kg.page import geometry
from kg.page.layout import Box, advance

WIDE, HIGH = 46, 16  # of the sample of a line
LETTERS = 15.0  # the size of text beside which a sample has that size
BOX = Box(2, 2, 84, 56)  # the sample of a box, drawn at 0.27 of this

Sign = Mapping[
    str, str
]  # key, text, class (its colours), d, head, mark, style; "box" is not empty for the outline of a box


def diamond(x: float, y: float, c: float = 8) -> str:
    """The mark of the curator's inference."""
    return f"M{r(x - c)} {r(y)}L{r(x)} {r(y - c)}L{r(x + c)} {r(y)}L{r(x)} {r(y + c)}Z"


def cross(x: float, y: float, c: float = 9) -> str:
    """The mark of a dispute: a cross with arms that have a width, so that it can be filled as a diamond is."""
    a, b = c, 0.35 * c
    corners = ((-a, b - a), (b - a, -a), (0, -b), (a - b, -a), (a, b - a), (b, 0))
    whole = (*corners, *((-u, -v) for u, v in corners))
    return "M" + "L".join(f"{r(x + u)} {r(y + v)}" for u, v in whole) + "Z"


def r(value: float) -> str:
    """A number for a picture: one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def _line(key: str, text: str, look: str, d: str, head: str = "", mark: str = "", style: str = "solid") -> Sign:
    return {"key": key, "text": text, "class": look, "d": d, "head": head, "mark": mark, "style": style, "box": ""}


_RING = geometry.circle(34, 8, 6)
#: Every sign of a line, in the order in which a legend has them.
LINES: tuple[Sign, ...] = (
    _line("increases", "brings about or raises", "increases", "M2 8H32", "M44 8L31 2V14Z"),
    _line("decreases", "lowers or destroys", "decreases", "M2 8H32", "M36 1V15"),
    _line("blocks", "blocks the step it ends on", "blocks", "M2 8H32", "M31 1V15" + geometry.circle(39, 8, 5)),
    _line("circle", "touches or works with", "circle", "M2 8H32", geometry.circle(38, 8, 5)),
    _line("none", "related, no effect stated", "none", "M2 8H44"),
    _line("requires", "needed for the step", "condition", "M2 8H26", mark=_RING),
    _line("unless", "stops the step", "condition", "M2 8H26", mark=_RING + "M29 13L39 3"),
    _line("solid", "stated by the source", "plain", "M2 8H44"),
    _line("dashed", "supposed by its authors", "plain", "M2 8H44", style="dashed"),
    _line("dotted", "the curator’s inference", "plain", "M2 8H44", mark=diamond(23, 8, 6), style="dotted"),
    _line("inferred", "partly the curator’s inference", "plain", "M2 8H44", mark=diamond(23, 8, 6)),
    _line("definition", "follows from a definition", "plain", "M2 8H44", style="definition"),
    _line("contested", "disputed or contradicted", "plain", "M2 8H44", mark=cross(23, 8, 6)),
    _line("idle", "drawn, not run", "plain idle", "M2 8H44"),
)


def _value(key: str, text: str, look: str) -> Sign:
    return {
        "key": key,
        "text": text,
        "class": look,
        "d": "M10 2H36a6 6 0 0 1 0 12H10a6 6 0 0 1 0 -12Z",
        "head": "",
        "mark": "",
        "style": "",
        "box": "",
    }


#: What a run says of a node.
VALUES: tuple[Sign, ...] = (
    _value("changed", "value after the run, changed", "value changed"),
    _value("same", "value after the run, as before", "value"),
)


def spoken(sign: Sign) -> Sign:
    """A sign with its text in the language that is spoken now."""
    return {**sign, "text": speak(sign["text"])}


def of(key: str) -> str:
    """What a sign of a line says.

    >>> of("decreases")
    'lowers or destroys'
    """
    return next(speak(sign["text"]) for sign in LINES if sign["key"] == key)


def occurring(lines: Iterable[Mapping[str, Any]]) -> set[str]:
    """The keys of the signs that lines show: kind, style, mark, and whether they are run.

    >>> sorted(occurring([{"kind": "increases", "style": "dotted", "sign": "inferred", "run": True}]))
    ['dotted', 'increases']
    """
    found: set[str] = set()
    for line in lines:
        found |= {line["kind"], line["style"], line["sign"]}
        if line["style"] == "dotted":
            found.discard("inferred")
        if not line["run"] and line["style"] != "condition":
            found.add("idle")
    if any(line["sign"] == "inferred" and line["style"] != "dotted" for line in lines):
        found.add("inferred")
    return found & {sign["key"] for sign in LINES}


def legend(lines: Iterable[Mapping[str, Any]], boxes: Iterable[tuple[str, str, bool]]) -> list[Sign]:
    """The signs of what is drawn, in order: lines as the scene of a page has them; of each box its kind, the kind whose
    shape and colours it has, and whether it is an outcome.

    >>> line = {"kind": "increases", "style": "solid", "sign": "", "run": True}
    >>> [sign["text"] for sign in legend([line], [("molecule", "molecule", False)])]
    ['brings about or raises', 'stated by the source', 'molecule']
    """
    keys, every = occurring(list(lines)), list(boxes)
    kinds = {kind: shape for kind, shape, _ in every}
    signs = [spoken(sign) for sign in LINES if sign["key"] in keys]
    signs += [box_sign(kind, speak(kind), shape) for kind, shape in kinds.items()]
    outcome = next((shape for _, shape, outcome in every if outcome), "")
    return [*signs, box_sign("outcome", speak("outcome"), outcome + " outcome")] if outcome else signs


def box_sign(key: str, text: str, look: str) -> Sign:
    """The sample of a box."""
    shape = geometry.outline(look.partition(" ")[0], BOX)
    return {
        "key": f"box {key}",
        "text": text,
        "class": look,
        "d": shape,
        "head": "",
        "mark": "",
        "style": "",
        "box": "1",
    }


def number_sign(key: str, text: str) -> Sign:
    """The sample of a line that carries a number."""
    return _line(key, text, "none", "M2 8H44")


def svg(signs: Sequence[Sign], ink: Mapping[str, str], room: float, size: float = LETTERS) -> tuple[str, float]:
    """Samples with their texts in columns, from the point 0, 0, and their height. ``ink`` has the colours; ``size`` is that
    of the letters.
    """
    if not signs:
        return "", 0.0
    by = size / LETTERS
    text_at, step, gap = (WIDE + 8) * by, 1.5 * size, 14 * by
    wide = [advance(sign["text"], size) + text_at + gap for sign in signs]
    for columns in range(len(signs), 0, -1):  # as many as there is room for
        rows = -(-len(signs) // columns)
        widths = [max(wide[n : n + rows]) for n in range(0, len(signs), rows)]
        if sum(widths) <= room + gap:
            break
    spare = min(max(room + gap - sum(widths), 0) / len(widths), 3 * gap)
    lefts = [sum(widths[:n]) + spare * n for n in range(len(widths))]
    out = []
    for n, sign in enumerate(signs):
        x, y = lefts[n // rows], n % rows * step
        out.append(
            f'<g data-sign="{escape(sign["key"])}" transform="translate({r(x)} {r(y)})">'
            f'<g transform="translate(0 {r(step / 2 - HIGH / 2 * by)}) scale({by:.3f})">{_sample(sign, ink)}</g>'
            f'<text x="{r(text_at)}" y="{r(step / 2 + 0.35 * size)}" font-size="{r(size)}" fill="{ink["ink"]}">'
            f"{escape(sign['text'])}</text></g>"
        )
    return "".join(out), rows * step


def _sample(sign: Sign, ink: Mapping[str, str]) -> str:
    look, _, more = sign["class"].partition(" ")
    if sign["box"]:
        fill, border = ink[f"{look}-fill"], ink[f"{look}-line"]
        heavy = 8 if more == "outcome" else 4
        return (
            f'<path transform="translate(20 -0.1) scale(0.27)" d="{sign["d"]}" fill="{fill}" stroke="{border}" '
            f'stroke-width="{heavy}"/>'
        )
    if look == "value":
        return f'<path d="{sign["d"]}" fill="{ink["accent" if more else "panel"]}" stroke="{ink["ink"]}" stroke-width="1.2"/>'
    colour = ink[look]
    width = 1.6 if look == "condition" else 1.3 if more else 2.4
    faint = ' opacity="0.6"' if more else ""
    out = (
        f'<g fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"{faint}>'
        f'<path d="{sign["d"]}"{geometry.dashes(sign["style"], width)}/>'
    )
    if sign["head"]:
        full = f' fill="{colour}" stroke-width="0"' if look in ("increases", "circle") else ""
        out += f'<path d="{sign["head"]}"{full}/>'
    if sign["mark"]:
        out += f'<path d="{sign["mark"]}" fill="{ink["paper"]}" stroke-width="1.8"/>'
    return out + "</g>"
