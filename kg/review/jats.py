"""Articles in JATS, the XML of journals and of PubMed Central (NISO Z39.96), also in its older NLM form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.formats.shared.bounded import Element
from kg.review.papers import Draft, author

#: Elements whose words are not the article's own: references, machine forms, what stands in no sentence.
SKIPPED = {"ref-list", "ack", "fn-group", "object-id", "tex-math", "annotation", "annotation-xml", "permissions",
           "alt-text", "long-desc", "processing-meta", "sub-article", "response", "related-object", "attrib"}  # fmt: skip
#: Elements that may stand in a paragraph: those that part it, and those that are written after it.
PARTING = {"list", "def-list", "disp-quote", "boxed-text", "speech", "verse-group", "statement"}
FLOATS = {*PARTING, "fig", "fig-group", "table-wrap", "table-wrap-group", "fn", "supplementary-material", "media",
          "chem-struct-wrap"}  # fmt: skip
SECTIONS = {"sec", "app", "boxed-text", "glossary", "notes"}
CAPTIONED = {"fig", "table-wrap", "supplementary-material", "media", "chem-struct-wrap"}
#: Elements that only hold paragraphs and others like them.
HOLDERS = {"body", "list", "list-item", "disp-quote", "def-list", "def-item", "def", "caption", "fig-group", "abstract",
           "table-wrap-group", "table-wrap-foot", "app-group", "floats-group", "speech", "verse-group", "statement"}  # fmt: skip
FORMULAS = {"inline-formula", "disp-formula", "math"}
ROWS, CELLS = {"tr", "row"}, {"td", "th", "entry"}
#: What stands apart from the words beside it.
APART = {"break", "p", "title", "label", "sec", *ROWS, *CELLS}
#: Marks of MathML that are not seen.
UNSEEN = str.maketrans(dict.fromkeys("\u2061\u2062\u2063\u2064"))
#: Abstracts that only advertise the article.
TEASERS = {"toc", "graphical", "teaser", "web-summary", "short"}
#: The kinds of articles that the notation has words for; others keep the word of JATS.
KINDS = {"research-article": "journal article", "review-article": "review", "systematic-review": "review"}
#: Which of several dates is that of publication, best first; that of the release in PubMed Central is not.
DATES = ("pub", "publication", "epub", "epub-ppub", "ppub", "collection", "")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read(article: Element, draft: Draft) -> Draft:
    """The bibliography and the text of an article. Raises nothing; what is odd becomes a complaint of the draft."""
    front = _first(article, "front")
    meta = _first(front, "article-meta")
    reader = _Body(draft)
    _bibliography(article, meta, draft, reader)
    _journal(_first(front, "journal-meta"), draft, reader)
    draft.paragraph(draft.known.get("title", ""))
    for abstract in meta.all("abstract"):
        if abstract.attributes.get("abstract-type", "") not in TEASERS:
            words = abstract.attributes.get("abstract-type", "").replace("-", " ").capitalize()
            reader.section(abstract, 1, words or "Abstract")
    for body in article.all("body"):
        reader.inside(body, 0)
    for back in article.all("back"):
        for one in back.children:
            if one.tag in ("sec", "app-group", "app"):
                reader.block(one, 0)
    for group in article.all("floats-group"):
        draft.heading(1, "Figures and tables")
        reader.inside(group, 1)
    if reader.unreadable:
        message = f"the text has [formula] for what is a picture or TeX: {reader.unreadable} times"
        draft.ledger.complain(article.at, "formula", message, "no anchor can hold them", "warning")
    return draft


def _bibliography(article: Element, meta: Element, draft: Draft, reader: _Body) -> None:
    """Title, authors, date, identifiers, licence and kind."""
    known = draft.known
    titles = _first(meta, "title-group")
    named = [*titles.all("article-title"), *titles.all("subtitle")]
    known["title"] = ": ".join(filter(None, (reader.words(one, [], notes=False) for one in named)))
    known["authors"] = ", ".join(dict.fromkeys(filter(None, _authors(meta, reader))))
    kind = article.attributes.get("article-type", "")
    known["kind"] = KINDS.get(kind, kind.replace("-", " "))
    for one in meta.all("article-id"):
        type, said = one.attributes.get("pub-id-type", ""), reader.words(one, [])
        if type in ("doi", "pmid") and not one.attributes.get("specific-use"):
            draft.identifier(type, said, one.at)
        elif type in ("pmc", "pmcid"):
            draft.pmc(said)
    _date(meta, draft, reader)
    _licence(meta, draft, reader)


def _authors(meta: Element, reader: _Body) -> Iterator[str]:
    """Who wrote it, people and groups, in the order of the file."""
    for group in meta.all("contrib-group"):
        for one in group.all("contrib"):
            role = one.attributes.get("contrib-type", group.attributes.get("content-type", "author"))
            if role not in ("author", "authors"):
                continue
            name = _first(_first(one, "name-alternatives", one), "name")
            if name.children:
                given = _first(name, "given-names")
                initials = given.attributes.get("initials") or reader.words(given, [])
                yield author(reader.words(_first(name, "surname"), []), initials)
            else:
                of = next((child for child in one.children if child.tag in ("collab", "string-name")), None)
                of = of and Element(of.tag, {}, of.at, [part for part in of.content if _is_name(part)])
                yield reader.words(of, []) if of else ""


def _is_name(part: Element | str) -> bool:
    """Whether it is part of the name of a group, and not the list of its members or where they work."""
    return isinstance(part, str) or part.tag not in ("contrib-group", "aff", "xref", "contrib-id", "email")


def _date(meta: Element, draft: Draft, reader: _Body) -> None:
    """When it was published."""
    dates: dict[str, Element] = {}
    for one in meta.all("pub-date"):
        type = one.attributes.get("date-type") or one.attributes.get("pub-type", "")
        if list(one.all("year")):
            dates.setdefault(type, one)
    best = next((dates[type] for type in DATES if type in dates), None)
    if best:
        year, month, day = (reader.words(_first(best, tag), []) for tag in ("year", "month", "day"))
        word = month[:3].casefold()
        month = str(MONTHS.index(word) + 1) if word in MONTHS else month if month.isdigit() else ""
        draft.date(year, month, *([day] if month else []))


def _licence(meta: Element, draft: Draft, reader: _Body) -> None:
    """The licence, from its address if that stands on the element, else from those in its text."""
    said: list[str] = []
    at = None
    for permissions in meta.all("permissions"):
        for one in permissions.children:
            if one.tag not in ("license", "license_ref", "free_to_read"):
                continue
            at = at or one.at
            own = [value for name, value in one.attributes.items() if name.rpartition("}")[2] in ("href", "resource")]
            refs = [reader.words(ref, []) for ref in _below(one, "license_ref")]
            links = [value for ref in _below(one) for name, value in ref.attributes.items() if name.endswith("href")]
            address = [one for one in (*own, *refs) if "creativecommons.org" in one]
            said += address or [*own, *refs, *links, reader.words(one, [])]
    for one in _below(meta, "copyright-statement"):
        words = reader.words(one, [])
        if not said and "creative commons" in words.casefold():  # where older articles state it
            said, at = [words], one.at
    draft.licence(said, at)


def _journal(meta: Element, draft: Draft, reader: _Body) -> None:
    """The journal: its title, else a short one."""
    titles = [one for tag in ("journal-title", "abbrev-journal-title") for one in _below(meta, tag)]
    short = [one for one in meta.all("journal-id") if one.attributes.get("journal-id-type") in ("nlm-ta", "iso-abbrev")]
    draft.known["publisher"] = next(filter(None, (reader.words(one, []) for one in (*titles, *short))), "")


class _Body:
    """Sections and paragraphs, on their way into a draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.unreadable = 0

    def section(self, one: Element, depth: int, title: str = "") -> None:
        """A part with a heading; ``title`` is used where it has none of its own."""
        caption = _first(one, "caption")
        own = [*one.all("label"), *one.all("title"), *caption.all("title")]
        self.draft.heading(depth, " ".join(self.words(child, [], notes=False) for child in own) or title)
        self.inside(one, depth, ("title", "label"))

    def inside(self, one: Element, depth: int, but: tuple[str, ...] = ("label",)) -> None:
        """What an element that is not a paragraph holds; words that stand in it directly are a paragraph, too."""
        self.draft.paragraph(one.text)
        for child in one.children:
            if child.tag not in but:
                self.block(child, depth)

    def block(self, one: Element, depth: int) -> None:
        """A section, a paragraph, or anything else that stands between paragraphs. ``depth`` is of the section around."""
        if one.tag in SKIPPED:
            return
        if one.tag in SECTIONS:
            self.section(one, depth + 1)
        elif one.tag in CAPTIONED:
            self.captioned(one, depth)
        elif one.tag in FORMULAS:
            self.draft.paragraph(self.formula(one))
        elif one.tag in HOLDERS:
            self.inside(one, depth, ("label", "title") if one.tag == "caption" else ("label",))
        else:
            self.paragraph(one, depth)

    def paragraph(self, one: Element, depth: int) -> None:
        """A paragraph; a list in it parts it, and figures, tables and notes come after the part that they stand in."""
        part: list[Element | str] = []
        for piece in [*one.content, None]:
            if piece is not None and (isinstance(piece, str) or piece.tag not in PARTING):
                part.append(piece)
                continue
            floats: list[Element] = []
            self.draft.paragraph(self.words(Element(one.tag, {}, one.at, part), floats))
            for float in floats:
                self.block(float, depth)
            if piece is not None:
                self.block(piece, depth)
            part = []

    def captioned(self, one: Element, depth: int) -> None:
        """A figure or a table: label and caption as one paragraph, then rows, then what stands below."""
        floats: list[Element] = []
        parts = [*one.all("label"), *(part for caption in one.all("caption") for part in caption.children)]
        self.draft.paragraph(" ".join(self.words(part, floats) for part in parts if part.tag not in SKIPPED))
        for row in _rows(one):
            cells = [self.words(cell, floats) for cell in row.children if cell.tag in CELLS]
            self.draft.paragraph(" | ".join(cells) if any(cells) else "")
        for part in one.children:
            if part.tag in ("p", "table-wrap-foot", *CAPTIONED):
                self.block(part, depth)
        for float in floats:
            self.block(float, depth)

    def words(self, one: Element, floats: list[Element], notes: bool = True) -> str:
        """The words of an element, in one line; what floats in it is put aside.

        A reference inside a word does not part it; without ``notes``, references to notes are left out.
        """
        out: list[str] = []

        def walk(here: Element) -> None:
            for part in here.content:
                if isinstance(part, str):
                    out.append(part)
                elif part.tag in FLOATS:
                    floats.append(part)
                    out.append(" " * (part.tag != "fn"))
                elif part.tag in FORMULAS:
                    shown = self.formula(part)
                    out.append(f" {shown} " if part.tag == "disp-formula" else shown)
                elif part.tag in SKIPPED or (not notes and part.tag == "xref"):
                    continue
                else:
                    apart = " " * (part.tag in APART)
                    out.append(apart)
                    walk(part)
                    out.append(apart)

        walk(one)
        return " ".join("".join(out).split())

    def formula(self, one: Element) -> str:
        """A formula as its symbols stand in line; [formula] for one that is a picture or TeX only."""
        maths = [one] if one.tag == "math" else list(_below(one, "math"))
        if maths:
            shown = _symbols(maths[0])
        else:
            shown = self.words(Element("", {}, one.at, [part for part in one.content if _is_words(part)]), [])
        self.unreadable += not shown
        labels = "".join(f" {self.words(label, [])}" for label in one.all("label"))
        return (shown or "[formula]") + labels


def _symbols(math: Element) -> str:
    """The symbols of MathML in their order, without its blanks, which nobody sees."""
    out: list[str] = []
    todo: list[Element | str] = [math]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            out.append(one)
        elif one.tag not in SKIPPED:
            seen = one.tag == "mtext"
            todo += reversed([re.sub(r"\s+", "", p) if isinstance(p, str) and not seen else p for p in one.content])
    return "".join(out).translate(UNSEEN)


def _is_words(part: Element | str) -> bool:
    return isinstance(part, str) or part.tag not in ("label", "alternatives", "graphic", "inline-graphic", "tex-math")


def _first(one: Element, tag: str, default: Element | None = None) -> Element:
    """The first child of that name, or else an empty element."""
    return next(one.all(tag), default or Element(tag, {}, one.at))


def _rows(one: Element) -> Iterator[Element]:
    """The rows of a table, and not those of tables in it."""
    for child in one.children:
        if child.tag in ROWS:
            yield child
        elif child.tag not in FLOATS:
            yield from _rows(child)


def _below(one: Element, tag: str = "") -> Iterator[Element]:
    """Every element of that name below one, or every element, in the order of the file."""
    for child in one.children:
        if not tag or child.tag == tag:
            yield child
        yield from _below(child, tag)
