"""The explorer: one offline page, or one picture, for a mechanism.

Python decides everything that is seen: where boxes stand (layout), how edges run (geometry), what is said about them
(here and explorer.html). The script in the page selects, dims and zooms; it writes no text of its own into the page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import vocabulary
from kg.mechanism import Edge, Evidence, Mechanism, Node, Requirement, Source, common_name
from kg.page import geometry
from kg.page.geometry import Drawing, Line, Score
from kg.page.layout import FONT, LEADING, Box, advance, clean, lines, spoken

if TYPE_CHECKING:
    from pyvis.network import Network

__all__ = ["html", "score", "svg"]

HERE = Path(__file__).parent
FACE = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif"
DASHED = frozenset(("hypothesis", "interpretation", "implication"))
READ = {
    "full": "read in full",
    "excerpt": "read in part",
    "abstract": "only its abstract read",
    "report": "known through a report",
    "no": "not read",
}
ROLES = {
    "increases": "brings about or raises",
    "decreases": "lowers or destroys",
    "blocks": "blocks the step it ends on",
    "circle": "touches or works with",
    "none": "related, no effect said",
}


def html(mechanism: Mechanism) -> str:
    """The explorer of a mechanism as one self-contained page: it makes no request and runs from a file.

    >>> from kg.mechanism import Mechanism
    >>> page = html(Mechanism(id="one", title="A <b>title</b>"))
    >>> "A &lt;b&gt;title&lt;/b&gt;" in page, "https://cdn" in page
    (True, False)
    """
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader
    from markupsafe import Markup

    told = _Told(mechanism)
    net = _network(told)
    theirs = net.templateEnv.loader
    net.templateEnv = Environment(
        autoescape=True,
        loader=ChoiceLoader([FileSystemLoader(HERE), theirs]),
        finalize=lambda value: _shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    net.path = "explorer.html"
    style, script, vis = _asset("explorer.css"), _asset("explorer.js"), _vis()
    net.templateEnv.globals.update(
        m=mechanism,
        told=told,
        scene=told.scene,
        picture=Markup(told.picture),
        style=Markup(style),
        script=Markup(script),
        vis=Markup(vis),
        policy=Markup(
            "default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"script-src {_digest(vis)} {_digest(script)}; style-src {_digest(style)}"
        ),
        options_plain=net.options,
    )
    return str(net.generate_html())


def svg(mechanism: Mechanism) -> str:
    """The picture of a mechanism by itself, titled and described, with what must be said about its source drawn in.

    >>> from kg.mechanism import Mechanism
    >>> svg(Mechanism(id="none", title="Nothing & all")).count("Nothing &amp; all")
    2
    """
    return _Told(mechanism).picture


def score(mechanism: Mechanism) -> Score:
    """What is wrong with the picture of a mechanism, as counts."""
    return geometry.score(mechanism)


@dataclass(frozen=True)
class _Group:
    title: str
    edges: tuple[Edge, ...]


class _Told:
    """A mechanism in words and shapes: what the template, the script and the picture have in common."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.m = mechanism
        self.claims = vocabulary.claims()
        self.edge_number = {edge.name: n for n, edge in enumerate(mechanism.edges)}
        self.node_number = {key: n for n, key in enumerate(mechanism.nodes)}
        self.predicates = vocabulary.predicates()

    @cached_property
    def drawing(self) -> Drawing:
        return geometry.draw(self.m)

    # ---- words

    def label(self, key: str) -> str:
        """A node as a reader calls it; the key itself if there is no such node."""
        return self.m.nodes[key].label if key in self.m.nodes else key

    def title(self, key: str) -> str:
        return spoken(self.label(key))

    def say(self, edge: Edge) -> str:
        """An edge as a sentence of labels."""
        verb = self.predicates[edge.verb].phrase if edge.verb in self.predicates else edge.verb.replace("_", " ")
        blocked = self.m.blocked(edge)
        if edge.sentence.other:
            rest = f"{self.label(edge.sentence.object)} from {self.label(edge.sentence.other)}"
        elif blocked and blocked[0] is not edge:
            first = blocked[0]
            rest = f"the step “{self.say(first) if first.role != 'blocks' else first.name}”"
        else:
            rest = self.label(edge.sentence.object)
        return f"{self.title(edge.subject)} {verb} {rest}"

    def place(self, key: str) -> str:
        """A place with the places around it."""
        return ", in the ".join(
            name if n == 0 else name[:1].lower() + name[1:]
            for n, name in enumerate(self.m.places[p].label for p in self.m.within(key))
        )

    def claim(self, claim: str) -> str:
        return self.claims[claim].label if claim in self.claims else claim

    @cached_property
    def scope(self) -> str:
        """What the source says about species as a whole."""
        return ", ".join(f"{e.hedge} {common_name(taxon)}".strip() for e in self.m.scope for taxon in e.taxon)

    def species(self, evidence: Iterable[Evidence]) -> str:
        """The species that some evidence states; else that it states none, and what the source says of the whole."""
        stated = dict.fromkeys(f"{common_name(taxon)} ({taxon.label})" for item in evidence for taxon in item.taxon)
        if stated:
            return ", ".join(stated)
        return f"not stated here; source: {self.scope}" if self.scope else "not stated"

    def species_short(self, edge: Edge) -> str:
        stated = dict.fromkeys(common_name(taxon) for item in edge.evidence for taxon in item.taxon)
        return ", ".join(stated) or "species not stated"

    def locator(self, evidence: Evidence) -> str:
        source = self.m.source(evidence)
        return (
            f"characters {evidence.span[0]}–{evidence.span[1]} of the {source.kind if source else 'text'}"
            if (evidence.span)
            else ""
        )

    def chain(self, evidence: Evidence) -> str:
        """How we know: the text that was read, and the study behind it."""
        source = self.m.source(evidence)
        return self.reading(source) if source else ""

    def reading(self, source: Source) -> str:
        text = f"{source.kind}, {READ.get(source.read, source.read)}"
        of = self.m.sources.get(source.reports)
        return text + (f"; it reports a {of.kind}, {READ.get(of.read, of.read)}" if of else "")

    def conditions(self, requirements: Iterable[Requirement]) -> str:
        return ", ".join(self.label(r.node) + (f" at {r.level} or more" if r.level else "") for r in requirements)

    def start(self, node: Node) -> str:
        if node.at_start:
            return node.at_start
        made = any(e.executes and e.role == "increases" and e.sentence.object == node.key for e in self.m.edges)
        return "absent, until a step brings it" if made else "unknown"

    def runs(self, edge: Edge) -> str:
        if edge.executes:
            return "yes"
        return "no: drawn and exported only" if edge.role != "none" else "no: the verb states no effect"

    def support(self, edge: Edge) -> str:
        support = self.m.support(edge)
        counts = [f"{support.supporting} supporting", f"{support.disputing} disputing"]
        counts += [f"{support.qualifying} qualifying"] if support.qualifying else []
        return ", ".join(counts)

    def counted(self, edge: Edge) -> str:
        claims = self.m.support(edge).claims
        return ", ".join(f"{self.claim(claim)} {claims[claim]}" for claim in self.claims if claim in claims)

    def touching(self, key: str) -> list[Edge]:
        return [e for e in self.m.edges if key in (e.subject, e.sentence.object, e.sentence.other)]

    def into(self, key: str) -> list[Edge]:
        return [e for e in self.m.edges if self.m.object(e) == key]

    def out_of(self, key: str) -> list[Edge]:
        return [e for e in self.m.edges if e.subject == key]

    def needing(self, key: str) -> list[Edge]:
        return [e for e in self.m.edges if any(r.node == key for r in (*e.requires, *e.unless))]

    def blockers(self, edge: Edge) -> list[Edge]:
        return [e for e in self.m.edges if edge in self.m.blocked(e)]

    def notes(self, name: str) -> list[str]:
        return [note.note for note in self.m.notes if name in note.about]

    @cached_property
    def ordered_notes(self) -> list[Any]:
        """Notes with the cautions first."""
        return sorted(self.m.notes, key=lambda note: not any(e.claim == "caution" for e in note.evidence))

    @cached_property
    def groups(self) -> list[_Group]:
        """Every edge once: under the first stop of the tour that lights it, the others by the place they start in."""
        left = dict.fromkeys(edge.name for edge in self.m.edges)
        groups = []
        for stop in self.m.tour:
            here = [self.m.edge(name) for name in dict.fromkeys(stop.light) if name in left]
            for edge in here:
                del left[edge.name]
            groups.append(_Group(stop.title, tuple(here)))
        by_place: dict[str, list[Edge]] = {}
        for name in left:
            edge = self.m.edge(name)
            node = self.m.nodes.get(edge.subject)
            around = self.m.within(edge.place or (node.place if node else ""))
            title = self.m.places[around[-1]].label if around else "Elsewhere"
            by_place.setdefault(f"Also: {title}" if self.m.tour else title, []).append(edge)
        groups += [_Group(title, tuple(edges)) for title, edges in by_place.items()]
        return [group for group in groups if group.edges]

    def web(self, url: str) -> str:
        """A link that may be followed: http and https only."""
        return url if re.match(r"https?://[^\s<>\"]+$", url) else ""

    def page(self, curie: str) -> str:
        return self.web(vocabulary.link(curie))

    @cached_property
    def credits(self) -> list[str]:
        """A line for each text that the picture is told from, and the study behind it; for the embed and the picture."""
        told = [s for s in self.m.sources.values() if s.reports]
        keys = dict.fromkeys(key for s in told for key in (s.key, s.reports)) or self.m.sources
        credited = [self.m.sources[key] for key in keys if key in self.m.sources]
        return [
            ". ".join(filter(None, (s.authors.rstrip("."), s.title.rstrip("."), s.publisher, s.date))) for s in credited
        ]

    # ---- shapes

    def style(self, edge: Edge) -> str:
        """solid for what a source states, dashed for what it supposes, dotted for the curator's own step."""
        return "dotted" if edge.claim == "inference" else "dashed" if edge.claim in DASHED else "solid"

    @cached_property
    def scene(self) -> dict[str, Any]:
        """All that the script draws and tests, as plain values."""
        boxes = self.drawing.layout.boxes
        return {
            "id": clean(self.m.id),
            "width": self.drawing.layout.width,
            "height": self.drawing.layout.height,
            "font": FONT,
            "leading": LEADING,
            "areas": [
                {
                    "label": _fit(a.label, a.box.w - 26, 17),
                    "hue": a.hue % 6,
                    "depth": min(a.depth, 1),
                    **_rounded(a.box.x, a.box.y, a.box.w, a.box.h),
                }
                for a in self.drawing.layout.areas
            ],
            "lines": [self._line(line) for line in self.drawing.lines],
            "edges": [
                {
                    "name": clean(edge.name),
                    "nodes": sorted(
                        {
                            self.node_number[key]
                            for key in (
                                edge.subject,
                                self.m.object(edge),
                                edge.sentence.other,
                                *(r.node for r in (*edge.requires, *edge.unless)),
                            )
                            if key in self.node_number
                        }
                    ),
                    "blocks": [self.edge_number[b.name] for b in self.m.blocked(edge)],
                }
                for edge in self.m.edges
            ],
            "nodes": [{"key": clean(key), "drawn": key in boxes} for key in self.m.nodes],
            "stops": [
                {
                    "nodes": [self.node_number[name] for name in stop.light if name in self.node_number],
                    "edges": [self.edge_number[name] for name in stop.light if name in self.edge_number],
                }
                for stop in self.m.tour
            ],
        }

    def _line(self, line: Line) -> dict[str, Any]:
        edge = self.m.edge(line.edge)
        return {
            "edge": self.edge_number[line.edge],
            "kind": line.kind,
            "d": line.d,
            "head": line.head,
            "filled": line.filled,
            "style": "condition" if line.condition else self.style(edge),
            "run": edge.run,
            "node": self.node_number.get(line.condition, -1),
            "mark": _diamond(*line.mark) if line.mark else "",
            "at": [round(value, 1) for value in geometry.middle(line)],
        }

    @cached_property
    def picture(self) -> str:
        """The static picture: light colours, attributes only (a style would need leave from the page's policy)."""
        m, layout, ink = self.m, self.drawing.layout, _colours()
        title, about = clean(m.title), clean(m.summary) or f"{len(m.nodes)} nodes and {len(m.edges)} edges."
        notice = _wrapped(" · ".join(map(clean, m.caveats)), max(layout.width, 560) - 90, 19)
        credit = _wrapped(" — ".join(map(clean, self.credits)), max(layout.width, 560) - 90, 15)
        width, top = max(layout.width, 560) + 24, 66
        foot = top + layout.height + 10
        height = foot + 44 + 26 * len(notice) + 21 * len(credit)
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_r(width)} {_r(height)}" role="img" '
            f'aria-labelledby="picture-title picture-desc" font-family="{FACE}">',
            f'<title id="picture-title">{escape(title)}</title>',
            f'<desc id="picture-desc">{escape(about)} {escape(". ".join(map(clean, m.caveats)))}.</desc>',
            f'<rect width="{_r(width)}" height="{_r(height)}" fill="{ink["paper"]}"/>',
            f'<text x="28" y="44" font-size="26" font-weight="600" fill="{ink["ink"]}">'
            f"{escape(_fit(title, width - 60, 26))}</text>",
            f'<g transform="translate(12 {top})">',
        ]
        for area in self.scene["areas"]:
            fill = ink[f"place-{area['hue']}-in" if area["depth"] else f"place-{area['hue']}"]
            border = ink[f"place-{area['hue']}-line"]
            out.append(f'<path d="{area["d"]}" fill="{fill}" stroke="{border}" stroke-width="1.4"/>')
        drawn = self.scene["lines"]
        for line, data in sorted(zip(self.drawing.lines, drawn, strict=True), key=lambda pair: pair[1]["run"]):
            colour = ink["condition" if line.condition else line.kind]
            width_ = 1.6 if line.condition else 2.8 if data["run"] else 1.6
            dash = {"dashed": ' stroke-dasharray="10 7"', "dotted": ' stroke-dasharray="0.1 6.5"'}.get(
                data["style"], ""
            )
            faint = "" if data["run"] else ' opacity="0.6"'
            out.append(
                f"<g{faint}><title>{escape(clean(self.say(m.edge(line.edge))))}</title>"
                f'<path d="{line.d}" fill="none" stroke="{colour}" stroke-width="{width_}" stroke-linecap="round"{dash}/>'
            )
            if line.head:
                fill = colour if line.filled else ink["paper"]
                heavy = 1.2 if line.filled else 2 if line.condition else 3.6
                out.append(f'<path d="{line.head}" fill="{fill}" stroke="{colour}" stroke-width="{heavy}"/>')
            if data["mark"]:
                out.append(f'<path d="{data["mark"]}" fill="{ink["paper"]}" stroke="{colour}" stroke-width="2"/>')
            out.append("</g>")
        for area in self.scene["areas"]:
            out.append(
                f'<text x="{_r(area["x"] + 16)}" y="{_r(area["y"] + 27)}" font-size="17" font-weight="600" '
                f'fill="{ink["heading"]}" stroke="{ink["place-halo"]}" stroke-width="0">{escape(area["label"])}</text>'
            )
        for key, box in layout.boxes.items():
            node = m.nodes[key]
            kind = node.drawn_as if f"{node.drawn_as}-fill" in ink else "other"
            texts = lines(spoken(node.label))
            x, y = box.centre
            first = y - (len(texts) - 1) * LEADING / 2 + FONT * 0.36
            out.append(
                f"<g><title>{escape(clean(node.label))}</title>"
                f'<path d="{geometry.outline(kind, box)}" fill="{ink[kind + "-fill"]}" stroke="{ink[kind + "-line"]}" '
                f'stroke-width="{3.4 if node.outcome else 1.7}"/>'
                f'<text text-anchor="middle" font-size="{FONT}" fill="{ink["ink"]}">'
            )
            out += [
                f'<tspan x="{_r(x)}" y="{_r(first + n * LEADING)}">{escape(text)}</tspan>'
                for n, text in enumerate(texts)
            ]
            out.append("</text></g>")
        out.append("</g>")
        out.append(
            f'<path d="M28 {_r(foot + 4)}V{_r(height - 14)}" stroke="{ink["caution"]}" stroke-width="5"/>'
            f'<text font-size="19" font-weight="600" fill="{ink["ink"]}">'
        )
        out += [f'<tspan x="44" y="{_r(foot + 22 + 26 * n)}">{escape(text)}</tspan>' for n, text in enumerate(notice)]
        out.append(f'</text><text font-size="15" fill="{ink["mute"]}">')
        below = foot + 22 + 26 * len(notice)
        out += [f'<tspan x="44" y="{_r(below + 21 * n)}">{escape(text)}</tspan>' for n, text in enumerate(credit)]
        out.append("</text></svg>")
        return "".join(out)

    @cached_property
    def legend(self) -> list[dict[str, str]]:
        """One item for each look that occurs, as paths for a small sample of 46 by 16."""
        items: list[dict[str, str]] = []
        kinds = {line.kind for line in self.drawing.lines}
        for kind, text in ROLES.items():
            if kind in kinds:
                items.append({"text": text, "class": kind, "d": "M2 8H32", "head": _sample(kind), "style": "solid"})
        styles = {self.style(edge) for edge in self.m.edges}
        if any(map(geometry.inferred, self.m.edges)):
            styles.add("dotted")
        for style, text in (
            ("solid", "stated by the source"),
            ("dashed", "supposed by its authors"),
            ("dotted", "the curator’s inference"),
        ):
            if style in styles:
                mark = _diamond(23, 8, 6) if style == "dotted" else ""
                items.append({"text": text, "class": "plain", "d": "M2 8H44", "mark": mark, "style": style})
        if "requires" in kinds:
            items.append(
                {"text": "needed for the step", "class": "condition", "d": "M2 8H26", "mark": geometry.circle(34, 8, 6)}
            )
        if "unless" in kinds:
            ring = geometry.circle(34, 8, 6) + "M29 13L39 3"
            items.append({"text": "stops the step", "class": "condition", "d": "M2 8H26", "mark": ring})
        if any(not edge.run for edge in self.m.edges):
            items.append({"text": "drawn, not run", "class": "plain idle", "d": "M2 8H44", "style": "solid"})
        return items

    @cached_property
    def kinds(self) -> list[dict[str, str]]:
        """The kinds of node that occur, as outlines for a small sample."""
        present = dict.fromkeys(node.drawn_as for node in self.m.nodes.values())
        samples = []
        for kind in present:
            known = f"{kind}-fill" in _colours()
            path = geometry.outline(kind, Box(2, 2, 84, 56)).replace("\n", "")
            samples.append({"text": kind, "class": kind if known else "other", "d": path})
        return samples


def _network(told: _Told) -> Network:
    """The mechanism in a pyvis network: nodes and edges by number, since names come from a file."""
    from pyvis.network import Network

    net = Network(directed=True, cdn_resources="in_line")
    ink = _colours()
    for key, box in told.drawing.layout.boxes.items():
        node = told.m.nodes[key]
        kind = node.drawn_as if f"{node.drawn_as}-fill" in ink else "other"
        x, y = box.centre
        texts = lines(spoken(node.label))
        net.add_node(
            told.node_number[key],
            label="\n".join(texts) or " ",
            shape="custom",
            x=x,
            y=y,
            kind=kind,
            outcome=node.outcome,
            lines=list(texts),
            d=geometry.outline(kind, Box(-box.w / 2, -box.h / 2, box.w, box.h)),
            wide=box.w,
            high=box.h,
        )
    for edge in told.m.edges:
        ends = told.node_number.get(edge.subject), told.node_number.get(told.m.object(edge))
        if all(end in net.node_ids for end in ends):
            net.add_edge(*ends, id=told.edge_number[edge.name])
    net.options = {
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False},
        "interaction": {"dragNodes": False, "hover": True, "keyboard": False, "zoomSpeed": 0.6, "tooltipDelay": 10**6},
    }
    return net


def _shown(text: str) -> str:
    """Any text of the mechanism on its way into the page; the template escapes it after this."""
    return clean(text) if text.strip() else text


def _fit(text: str, room: float, size: float = 18) -> str:
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
    return [_fit(row, room + 60, size) for row in rows if row]


def _rounded(x: float, y: float, w: float, h: float, r: float = 22) -> dict[str, Any]:
    d = (
        f"M{_r(x + r)} {_r(y)}h{_r(w - 2 * r)}a{r} {r} 0 0 1 {r} {r}v{_r(h - 2 * r)}a{r} {r} 0 0 1 {-r} {r}"
        f"h{_r(2 * r - w)}a{r} {r} 0 0 1 {-r} {-r}v{_r(2 * r - h)}a{r} {r} 0 0 1 {r} {-r}Z"
    )
    return {"x": x, "y": y, "w": w, "h": h, "d": d}


def _diamond(x: float, y: float, r: float = 8) -> str:
    return f"M{_r(x - r)} {_r(y)}L{_r(x)} {_r(y - r)}L{_r(x + r)} {_r(y)}L{_r(x)} {_r(y + r)}Z"


def _sample(kind: str) -> str:
    return {
        "increases": "M44 8L31 2V14Z",
        "decreases": "M36 1V15",
        "blocks": "M31 1V15" + geometry.circle(39, 8, 5),
        "circle": geometry.circle(38, 8, 5),
    }.get(kind, "M32 8H44")


def _r(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@cache
def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _vis() -> str:
    """vis-network as the installed pyvis brings it, newest first."""
    import pyvis

    found = sorted((Path(pyvis.__file__).parent / "templates" / "lib").glob("vis-*/vis-network.min.js"))
    return found[-1].read_text(encoding="utf-8").strip().replace("</script", "<\\/script")


@cache
def _colours() -> dict[str, str]:
    """The light colours, from the first block of explorer.css, which is the one place that has them."""
    block = _asset("explorer.css").partition("}")[0]
    return {name: value.strip() for name, value in re.findall(r"--([\w-]+):([^;]+);", block)}


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
