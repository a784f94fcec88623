"""The explorer: one offline page, a picture, or pictures of a tour, for a mechanism.

Python decides everything that is seen: where boxes stand (layout), how edges run (geometry), how it looks (picture),
what is said about it (words and explorer.html). The script in the page, from js/, selects, dims, zooms and finds.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from kg.model import vocabulary
from kg.model.languages import speak, speaking, wording
from kg.model.mechanism import Mechanism
from kg.model.records import Stop
from kg.page import drawing, geometry, legend, network
from kg.page.course import package
from kg.page.drawing import Score
from kg.page.layout import FONT, HIGH, LEADING, WIDE, Box, clean
from kg.page.picture import HERE, KINDS, LIMIT, Picture, asset, colours
from kg.page.quotes import Quotes
from kg.page.speech import speaking as asking
from kg.page.words import Narrative
from kg.page.written import Written, written

PACK = 250  # cards in a block of a large page
#: Types stand in comments of this form: the checker reads them, and a page does without.
TYPES = re.compile(r"^ */\*\*(?:(?!\*/).)*\*/\n|/\*\*(?:(?!\*/).)*\*/ ?", re.DOTALL | re.MULTILINE)

__all__ = ["LIMIT", "embed", "html", "notebook", "pictures", "score", "scorm", "svg"]


def html(
    mechanism: Mechanism,
    home: str = "",
    quotes: Quotes | None = None,
    course: bool = False,
    bench: str = "",
    text: Written | None = None,
) -> str:
    """The explorer of a mechanism as one self-contained page: it makes no request and runs from a file.

    ``home`` is the address of a page that it is part of, to which it then leads back. ``quotes`` are sentences of its
    sources to show beside the evidence. ``course``: it reports to a course system that opens it, as in ``scorm``. ``bench``
    is the address of the writing bench, in which its text can be changed; ``text`` is that text, if it is not that of its file.

    >>> from kg.model.mechanism import Mechanism
    >>> page = html(Mechanism(id="one", title="A <b>title</b>"))
    >>> "A &lt;b&gt;title&lt;/b&gt;" in page, "https://cdn" in page
    (True, False)
    """
    said = _Asked(home, quotes, course, bench, text or written(mechanism))
    others = [(tag, _page(mechanism, said, tag)) for tag in mechanism.languages]
    return _page(mechanism, said, others=[(tag, *_body(page)) for tag, page in others])


class _Asked(NamedTuple):
    """What is asked of a page beside its mechanism, as ``html`` means it."""

    home: str
    quotes: Quotes | None
    course: bool
    bench: str
    text: Written | None


def _page(mechanism: Mechanism, asked: _Asked, language: str = "", others: Sequence[tuple[str, str, str]] = ()) -> str:
    """The explorer in one language, with what it is in others: their tags, that of their interface, and packed pages."""
    with speaking(language):
        return _spoken(mechanism, asked, language, others)


def _spoken(mechanism: Mechanism, asked: _Asked, language: str, others: Sequence[tuple[str, str, str]]) -> str:
    from markupsafe import Markup

    told = Narrative(mechanism, asked.quotes, language)
    shapes = Picture(told, parted=True)
    lang = language if wording(language) else "en"
    style, vis, script = asset("explorer.css"), _vis(), _script(asked.course)
    early = "document.documentElement.classList.add('js')"
    template = templates(HERE, told=True).get_template("explorer.html")
    page: str = template.render(
        m=told.m,
        lang=lang,
        in_language=lambda tag: Markup(f' lang="{escape(tag)}"') if tag != lang else "",
        words=dict(wording(language)),
        others=others,
        home=asked.home,
        course=asked.course,
        bench=asked.bench,
        written=asked.text,
        told=told,
        shapes=shapes,
        scene=scene(shapes),
        run=network.compiled(told.m),
        picture=Markup(shapes.svg(keyed=False)),
        dashes=lambda style: Markup(geometry.dashes(style, 2.4)),
        style=Markup(style),
        early=Markup(early),
        script=Markup(script),
        vis=Markup(vis),
        policy=Markup(
            "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
            f"script-src {digest(early)} {digest(vis)} {digest(script)}; style-src {digest(style)}"
        ),
        host=_host(shapes),
    )
    return _packed(page) if shapes.large else page


def svg(mechanism: Mechanism, light: Iterable[str] = (), title: str = "", dark: bool = False) -> str:
    """The picture of a mechanism by itself, titled and described, with what must be said about its source drawn in.

    ``light`` names edges and nodes; all others are dimmed, as at a stop of the tour. ``dark`` is for dark pages.

    >>> from kg.model.mechanism import Mechanism
    >>> svg(Mechanism(id="none", title="Nothing & all")).count("Nothing &amp; all")
    2
    """
    names = tuple(light)
    return Picture(Narrative(mechanism), dark).svg(Stop(light=names) if names else None, title)


def pictures(mechanism: Mechanism, language: str = "") -> dict[str, str]:
    """A picture for each stop of the tour, lit as in the page, and a file of their captions; by file name.

    Captions are in the language, a tag such as de, where the tour is translated.

    >>> from kg.formats import read
    >>> list(pictures(read("ta1-tlr7")))[:2]
    ['ta1-tlr7-stop-01.svg', 'ta1-tlr7-stop-02.svg']
    """
    with speaking(language):
        return _pictures(Narrative(mechanism, language=language))


def _pictures(told: Narrative) -> dict[str, str]:
    mechanism, shapes = told.m, Picture(told)
    files: dict[str, str] = {}
    said = [f"# {_md(mechanism.title)}", "", _md(" · ".join(mechanism.caveats)) + ".", ""]
    said += [f"{_md(credit)}." for credit in told.credits]
    for n, stop in enumerate(mechanism.tour, 1):
        edges, nodes = shapes.lit(stop)
        name = f"{_file_name(mechanism.id)}-stop-{n:02}.svg"
        steps = [told.say(edge) for edge in mechanism.edges if edge.name in edges]
        shown = steps or [told.title(key) for key in mechanism.nodes if key in nodes]
        alternative = speak("Diagram with these parts lit: {0}.", "; ".join(shown)) if shown else speak("Diagram.")
        files[name] = shapes.svg(
            stop, f"{n}. {stop.title}", f"{stop.caption} {alternative} {speak('Part of: {0}.', mechanism.title)}"
        )
        said += ["", f"## {n}. {_md(stop.title)}", "", f"![{_md(alternative)}]({name})", "", _md(stop.caption)]
        said += ["", f"{speak('In plain words:')} {_md(stop.plain)}"] if stop.plain else []
        outcomes = told.outcomes(stop)
        said += ["", f"{_md(outcomes.said)}."] if outcomes else []
        said += (
            ["", f"{speak('Question:')} {_md(stop.question)}", "", f"{speak('Answer:')} {_md(stop.answer)}"]
            if stop.question
            else []
        )
    files[f"{_file_name(mechanism.id)}-stops.md"] = "\n".join(said) + "\n"
    return files


def scorm(mechanism: Mechanism, language: str = "") -> bytes:
    """The explorer as a SCORM 1.2 package, a zip that course systems take: it reports how much of the tour was seen, and how
    readers judge their own answers.

    >>> import io, zipfile
    >>> from kg.formats import read
    >>> zipfile.ZipFile(io.BytesIO(scorm(read("ta1-tlr7")))).namelist()
    ['imsmanifest.xml', 'index.html']

    Raises ValueError for a mechanism without a tour, which nobody could complete.
    """
    if not mechanism.tour:
        raise ValueError(f"{mechanism.id} has no tour, so there is nothing to complete; a file has one under `tour:`")
    told = Narrative(mechanism, language=language).m
    return package(told, html(mechanism, course=True), language)


def embed(mechanism: Mechanism, url: str = "", stop: int = 0, height: int = 560, language: str = "") -> str:
    """HTML to put into another page: the explorer in a frame of fixed height, what it is told from, and a link.

    It needs no script in the host page. ``url`` is where the built page is, or the folder that it is in.

    >>> from kg.model.mechanism import Mechanism
    >>> embed(Mechanism(id="one", title="A & B"), "https://example.org/kg/").splitlines()[0]
    '<iframe src="https://example.org/kg/one.html?embed=1" title="A &amp; B"'
    """
    with speaking(language):
        told = mechanism.told(language)
        title = escape(clean(told.title or told.id))
        about = escape(" · ".join(map(clean, told.caveats)))
        credit = escape(" — ".join(map(clean, Narrative(told).credits)))
        opens = escape(speak("opens the full page"))
    page = url if url.endswith((".html", ".htm")) else f"{url.rstrip('/')}/{mechanism.id}.html".removeprefix("/")
    asked = [f"stop={stop}"] * bool(stop) + [f"lang={language}"] * bool(language)
    at = escape("#" + "&".join(asked)) if asked else ""
    return (
        f'<iframe src="{escape(page)}?embed=1{at}" title="{title}"\n'
        f'  width="100%" height="{height}" loading="lazy" sandbox="allow-scripts allow-popups"\n'
        f'  style="border:1px solid #999;max-width:1100px"></iframe>\n'
        f'<p><a href="{escape(page)}{at}">{title}</a> ({opens}).<br>\n'
        f"<small>{about}.<br>\n{credit}.</small></p>\n"
    )


def notebook(mechanism: Mechanism, height: int = 680) -> str:
    """The explorer in a frame that holds the whole page, for notebooks: no file, no server, no request.

    Scripts run in it, and nothing else is allowed: it reaches neither the notebook nor the network. Where frames are
    taken out, what it is told from remains below.

    >>> from kg.model.mechanism import Mechanism
    >>> shown = notebook(Mechanism(id="one", title="A & B"))
    >>> shown[:51], shown.count("<iframe"), 'sandbox="allow-scripts"' in shown
    ('<iframe title="A &amp; B" width="100%" height="680"', 1, True)
    """
    title = escape(clean(mechanism.title or mechanism.id))
    about = escape(" · ".join(map(clean, mechanism.caveats)))
    credit = escape(" — ".join(map(clean, Narrative(mechanism).credits)))
    whole = html(mechanism).replace("&", "&amp;").replace('"', "&quot;")  # all that an attribute needs
    return (
        f'<iframe title="{title}" width="100%" height="{height}" sandbox="allow-scripts" style="border:1px solid #999" '
        f'srcdoc="{whole}"></iframe>\n'
        f"<p><strong>{title}</strong><br>{about}.<br><small>{credit}</small></p>"
    )


def score(mechanism: Mechanism) -> Score:
    """What is wrong with the picture of a mechanism, as counts."""
    return drawing.score(mechanism)


def scene(shapes: Picture) -> dict[str, Any]:
    """All that the script draws, tests and finds, as plain values. Nodes and edges are numbers here."""
    told, m = shapes.told, shapes.m
    boxes = shapes.drawing.layout.boxes
    number = told.node_number
    signs: dict[str, int] = {}
    choices = [{choice.key: n for n, choice in enumerate(facet.choices)} for facet in told.facets]
    return {
        "id": clean(m.id),
        "drawn": shapes.drawn,
        "views": shapes.views,
        "layouts": shapes.layouts,
        "parts": [clean(part.title) for part in shapes.over.parts] if shapes.over else [],
        "legend": [*shapes.legend, *map(legend.spoken, legend.VALUES)],
        "cite": clean(m.cite()) if vocabulary.citable(m.id) else "",
        "staged": shapes.staged,
        "wide": WIDE,
        "high": HIGH,
        "width": shapes.drawing.layout.width,
        "height": shapes.drawing.layout.height,
        "font": FONT,
        "leading": LEADING,
        "areas": shapes.areas,
        "lines": shapes.lines if shapes.drawn else [],
        "dashes": geometry.DASHES,
        "edges": [
            {
                "name": clean(edge.name),
                "nodes": sorted(number[key] for key in shapes.touched(edge)),
                "blocks": [told.edge_number[b.name] for b in told.blocked(edge)],
                "from": number.get(edge.subject, -1),
                "to": number.get(told.object(edge), -1),
                **({} if shapes.drawn else shapes.look(edge)),
                "tags": [[at[key] for key in keys] for at, keys in zip(choices, told.tags(edge), strict=True)],
                "says": signs.setdefault(shapes.spoken(edge), len(signs)),
            }
            for edge in m.edges
        ],
        "nodes": [{"key": clean(key), "drawn": key in boxes, **_seen(shapes, key)} for key in m.nodes],
        "outlines": {kind: geometry.outline(kind, Box(-WIDE / 2, -HIGH / 2, WIDE, HIGH)) for kind in KINDS},
        "pack": PACK,
        "light": colours(),
        "hub": told.node_number[told.hubs[0]] if told.hubs else -1,
        "facets": [{"key": f.key, "choices": [clean(c.key) for c in f.choices]} for f in told.facets],
        "signs": list(signs),
        "names": told.names,
        "hops": told.hops,
        "claims": [speak(claim.label) for claim in told.claims.values()],
        "prefixes": "" if shapes.large else told.prefixes,
        "copies": {} if shapes.large else told.copies,
        "cited": [clean(f"{m.title.rstrip('.')}. "), *told.chains],
        "line": [told.edge_number[edge.name] for edge, _ in told.line],
        "stops": [
            {
                "nodes": [number[name] for name in stop.light if name in number],
                "edges": [told.edge_number[name] for name in stop.light if name in told.edge_number],
                "condition": told.condition_number.get(stop.condition, -1),
            }
            for stop in m.tour
        ],
    }


def _seen(shapes: Picture, key: str) -> dict[str, Any]:
    """What the script needs to draw a node by itself, where not all are drawn at once."""
    if shapes.drawn:
        return {}
    node = shapes.m.nodes[key]
    return {"kind": shapes.kind(key), "outcome": node.outcome, **shapes.face(key)}


def _body(page: str) -> tuple[str, str]:
    """What is to stand in the place of another page: the language of its interface, and all but its scripts, packed."""
    lang, body = re.findall(r'<html lang="(.+?)">.*?<body>(.*?)<!-- scripts -->', page, re.DOTALL)[0]
    return lang, base64.b64encode(gzip.compress(body.encode("utf-8", "replace"), 6, mtime=0)).decode()


def _packed(page: str) -> str:
    """A large page with its cards compressed, so many to a block: a browser opens a block when one of its cards is asked for."""
    pattern = re.compile(r'<noscript data-later="([en])(\d+)">(.*?)</noscript>\n?', re.DOTALL)
    blocks: dict[str, list[str]] = {}
    for kind, number, card in pattern.findall(page):
        blocks.setdefault(f"{kind}{int(number) // PACK}", []).append(card)
    packs = []
    for name, cards in blocks.items():
        data = gzip.compress(json.dumps(cards, ensure_ascii=False).encode("utf-8", "replace"), 6, mtime=0)
        packs.append(f'<script type="text/plain" id="pack-{name}">{base64.b64encode(data).decode()}</script>\n')
    head, foot, rest = pattern.sub("", page).partition('<script type="application/json" id="scene">')
    return head + "".join(packs) + foot + rest


def _host(shapes: Picture) -> dict[str, Any]:
    """What vis-network is given: nodes by number, since names come from a file, and its options. We paint the edges."""
    told = shapes.told
    nodes = []
    for key, box in shapes.drawing.layout.boxes.items() if shapes.drawn else ():
        x, y = box.centre
        face, kind = shapes.face(key), shapes.kind(key)
        nodes.append(
            {
                "id": told.node_number[key],
                "label": "\n".join(face["lines"]) or " ",
                "shape": "custom",
                "x": x,
                "y": y,
                "kind": kind,
                "outcome": told.m.nodes[key].outcome,
                **face,
                "d": geometry.outline(kind, Box(-box.w / 2, -box.h / 2, box.w, box.h)),
                "wide": box.w,
                "high": box.h,
            }
        )
    options = {
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False},
        "interaction": {"dragNodes": False, "hover": True, "keyboard": False, "zoomSpeed": 0.6, "tooltipDelay": 10**6},
    }
    return {"nodes": nodes, "options": options}


def _shown(text: str) -> str:
    """Any text of the mechanism on its way into the page; the template escapes it after this."""
    return clean(text) if text.strip() else text


def _md(text: str) -> str:
    """Text as Markdown that shows it as it is."""
    marks = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|"})
    return clean(text).translate(marks)


def _file_name(text: str) -> str:
    """An id as the start of a file name: a hostile one cannot leave the folder."""
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in text)[:80] or "mechanism"


@cache
def templates(folder: Path, told: bool = False) -> Any:
    """The templates of a folder in an environment that escapes everything; where they are told in languages, they are compiled
    once for all.
    """
    from jinja2 import Environment, FileSystemLoader, FunctionLoader, pass_context
    from markupsafe import Markup

    plain = FileSystemLoader(folder)
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(lambda name: asking(plain.get_source(environment, name)[0])) if told else plain,
        finalize=lambda value: _shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["speak"] = environment.filters["speak"] = speak
    environment.filters["spoken"] = pass_context(lambda _, text: Markup(speak(text)))  # which makes it no constant
    return environment


@cache
def _script(course: bool = False) -> str:
    """The files of js/ as one script. They share their names; explorer.js uses them all at once, so it is the last. Only
    pages of a course system hold scorm.js.
    """
    some = (file for file in (HERE / "js").glob("*.js") if course or file.name != "scorm.js")
    files = sorted(some, key=lambda file: (file.name == "explorer.js", file.name))
    return TYPES.sub("", "\n".join(asset(f"js/{file.name}") for file in files))


@cache
def _vis() -> str:
    """vis-network as the installed pyvis brings it, newest first. It is read, since to import pyvis imports IPython."""
    package = find_spec("pyvis")
    if not package or not package.submodule_search_locations:
        raise ModuleNotFoundError("pyvis, which brings vis-network, is not installed", name="pyvis")
    found = sorted(Path(package.submodule_search_locations[0]).glob("templates/lib/vis-*/vis-network.min.js"))
    return found[-1].read_text(encoding="utf-8").strip().replace("</script", "<\\/script")


def digest(text: str) -> str:
    """A text inside a page, as its Content-Security-Policy allows it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
