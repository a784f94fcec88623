"""The picture of a mechanism that is being written, which follows its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from kg.model.mechanism import Mechanism
from kg.page import drawing, legend
from kg.page.drawing import Drawing
from kg.page.figure import shown_values
from kg.page.follow import follow
from kg.page.layout import Point, advance, clean
from kg.page.picture import FACE, Picture
from kg.page.views import CROWDED, near
from kg.page.words import Narrative
from kg.reasoning.whatif import WhatIf

MARGIN = 24  # around all that is drawn


@dataclass
class Sheet:
    """What is drawn now, and of what: the next version stays like it.

    >>> from kg.formats import read
    >>> told = Sheet().drawn(read("ta1-tlr7"), False, "", None, None)
    >>> sorted(told), told["part"], 'data-node="TLR7"' in told["svg"]
    (['boxes', 'frame', 'legend', 'part', 'svg'], '', True)
    """

    mechanism: Mechanism | None = None
    whole: Mechanism | None = None
    drawing: Drawing | None = None

    def drawn(self, m: Mechanism, dark: bool, at: str, answer: WhatIf | None, spot: Point | None) -> dict[str, Any]:
        """``svg`` of all boxes and lines, in which each says which it is; its ``frame`` and ``boxes`` as x, y, width and height;
        its ``legend`` as SVG; and in ``part`` what of it is drawn, if not all.
        """
        if m is not self.whole or (len(m.edges) > CROWDED and at and self.mechanism and not _holds(self.mechanism, at)):
            shown = near(m, at) if len(m.edges) > CROWDED else m
            told = Narrative(shown)
            self.drawing = follow(shown, self.drawing, told.contested, spot)
            self.whole, self.mechanism = m, shown
        assert self.mechanism and self.drawing
        picture = self._picture(dark)
        picture.named = True
        values = dict(shown_values(m, answer)) if answer else {}
        edges, boxes = {edge.name for edge in self.mechanism.edges}, self.drawing.layout.boxes
        frame = self.drawing.frame.grown(MARGIN)
        signs = [*picture.signs, *(legend.VALUES if answer else ())]
        shapes = "".join(picture.shapes(edges, boxes.keys(), False, values))
        return {
            "svg": f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{FACE}"><title>{escape(clean(m.title))}</title>{shapes}</svg>',
            "frame": [frame.x, frame.y, frame.w, frame.h],
            "boxes": {key: [box.x, box.y, box.w, box.h] for key, box in boxes.items()},
            "legend": _legend(signs, picture.ink),
            "part": f"{len(edges)} of {len(m.edges)} sentences" if len(edges) < len(m.edges) else "",
        }

    def arrange(self) -> None:
        """Lay it out anew, as well as `kg build` does without numpy."""
        if self.mechanism:
            self.drawing = drawing.draw(self.mechanism, Narrative(self.mechanism).contested)

    def svg(self) -> str:
        """What is drawn as a file, in light colours, with title, legend and source."""
        return self._picture(False).svg() if self.mechanism else ""

    def _picture(self, dark: bool) -> Picture:
        assert self.mechanism
        picture = Picture(Narrative(self.mechanism), dark)
        if self.drawing:
            picture.drawing = self.drawing
        return picture


def _holds(m: Mechanism, name: str) -> bool:
    return name in m.nodes or any(edge.name == name for edge in m.edges)


def _legend(signs: list[legend.Sign], ink: Mapping[str, str]) -> list[str]:
    """Each sign by itself, so that a page can lay them out."""
    wide = [legend.WIDE + 14 + advance(sign["text"], legend.LETTERS) for sign in signs]
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {room:.0f} 23" width="{room:.0f}" height="23">{legend.svg([sign], ink, room)[0]}</svg>'
        for sign, room in zip(signs, wide, strict=True)
    ]
