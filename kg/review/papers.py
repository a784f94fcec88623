"""Article files: the bibliography of a paper and its text, from JATS XML, BioC (XML or JSON) or plain text.

The text is what anchors are looked up in: the title, then sections under headings that begin with ``#``, a line for each
paragraph. Nothing is looked up on the network, and what a file does not state is left empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from kg.formats.shared import bounded
from kg.formats.shared.bounded import Element
from kg.formats.shared.losses import Ledger
from kg.model import keys, licences, texts
from kg.model.diagnostics import Diagnostic, Location
from kg.model.limits import most

TITLE = "an article"
#: Levels of elements: articles nest some 30, and their readers are recursive.
DEEPEST = most("depth of an article")
#: Identifiers that a file may state: the shape of their values, and what they are called.
IDENTIFIERS = {"doi": ("doi", "DOI"), "pmid": ("digits", "PubMed number")}
#: Where PubMed Central shows an article.
PMC = "https://pmc.ncbi.nlm.nih.gov/articles/{}/"


@dataclass
class Paper:
    """What an article file states, by the fields of a source. ``text`` is None if the file is its own text, and empty if it
    holds none.
    """

    source: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    warnings: tuple[Diagnostic, ...] = ()
    errors: tuple[Diagnostic, ...] = ()


class Draft:
    """The text of a paper in the making, and what the file says of it.

    >>> draft = Draft(Ledger("paper.xml", TITLE))
    >>> draft.heading(1, "Results"); draft.paragraph("RNase A\\n  degrades it."); draft.paragraph("# P < 0.05")
    >>> draft.text
    '## Results\\n\\nRNase A degrades it.\\n\\n # P < 0.05\\n'
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.lines: list[str] = []
        self.known: dict[str, str] = {}  # fields of Source
        self.stated: dict[str, dict[str, tuple[str, Location]]] = {}  # identifiers: name -> each that the file states

    @property
    def text(self) -> str:
        """Its lines, without headings that nothing stands under."""
        kept: list[str] = []
        below = 0  # the depth of the heading that comes next, 99 if it is a paragraph
        for line in reversed(self.lines):
            mark = texts.HEADING.match(line)
            if not mark or len(mark[1]) < below:
                kept.append(line)
                below = len(mark[1]) if mark else 99
        return "\n\n".join(reversed(kept)) + "\n" * bool(kept)

    def heading(self, depth: int, words: str) -> None:
        """A heading: sections of the article have depth 1, those in them 2, and so on."""
        if shown := " ".join(words.split()):
            self.lines.append(f"{'#' * min(depth + 1, 6)} {shown}")

    def paragraph(self, words: str) -> None:
        if shown := " ".join(words.split()):
            self.lines.append(f" {shown}" if texts.HEADING.match(shown) else shown)  # a blank: it is no heading

    def identifier(self, name: str, said: str, at: Location) -> None:
        """A DOI or PubMed number that the file states; one of the wrong form is a complaint."""
        value = plain(said, name)
        pattern, what = keys.SHAPES[IDENTIFIERS[name][0]]
        if value and not re.fullmatch(pattern, value):
            self.ledger.complain(
                at, "wrong-kind", f"{value!r} is not {what}", f"correct it, or give the right one as --{name}"
            )
        elif value:
            self.stated.setdefault(name, {}).setdefault(value.casefold(), (value, at))

    def licence(self, stated: list[str], at: Location | None) -> None:
        """The licence among addresses and sentences; if none or several are stated there, a warning says so."""
        found = licences.stated(stated)
        if len(found) == 1:
            self.known["licence"] = found[0]
        elif any(one.strip() for one in stated):
            message = (
                f"the file states several licences: {', '.join(found)}"
                if found
                else "the file states its licence in words, without an address of Creative Commons"
            )
            help = "read it there, and write licence: with its SPDX id, such as CC-BY-4.0"
            self.ledger.complain(at, "licence-unclear", f"{message}; none is used", help, "warning")

    def pmc(self, said: str) -> None:
        """The number in PubMed Central, where the text can be read."""
        if number := re.fullmatch(r"(?:PMC)?(\d+)(?:\.\d+)?", said.strip()):
            self.known.setdefault("url", PMC.format(f"PMC{number[1]}"))

    def date(self, *parts: str) -> None:
        """A date from year, month and day, as far as they make one."""
        said = "-".join([parts[0], *(part.zfill(2) for part in parts[1:] if part)])
        while said and not (re.fullmatch(keys.SHAPES["date"][0], said) and keys.is_date(said)):
            said = said.rpartition("-")[0]
        if said:
            self.known["date"] = said

    def paper(self, chosen: Mapping[str, str]) -> Paper:
        """All of it; what is wrong with the file goes along. Of two DOIs the one is taken that was ``chosen``."""
        for name, (_, title) in IDENTIFIERS.items():
            self._identify(name, title, chosen.get(name, ""))
        if not self.known.get("title"):
            help = "--title gives it; in [ ] if you made it up"
            self.ledger.complain(None, "no-title", "the file states no title of an article", help, "warning")
        if len(self.lines) <= bool(self.known.get("title")):
            message = "the file holds neither an abstract nor a body, so there is not text for anchors"
            self.ledger.complain(None, "no-text", message, "", "warning")
            self.lines = []
        errors = tuple(one for one in self.ledger.wrong if one.severity == "error")
        warnings = tuple(one for one in self.ledger.wrong if one.severity != "error")
        source = {name: " ".join(said.split()) for name, said in self.known.items()}
        return Paper(source, self.text, warnings, errors)

    def _identify(self, name: str, title: str, chosen: str) -> None:
        stated = list(self.stated.get(name, {}).values())
        values = [value for value, _ in stated]
        known = chosen or next(iter(values), "")
        if chosen and stated and chosen.casefold() not in self.stated[name]:
            message = f"the file states the {title} {' and '.join(values)}, not {chosen}"
            self.ledger.complain(
                stated[0][1], "other-article", message, f"is it another article? leave out --{name} if not"
            )
        elif not chosen and len(stated) > 1:
            message = f"the file states several {title}s: {', '.join(values)}"
            self.ledger.complain(stated[1][1], "several-identifiers", message, f"choose one: --{name} {known}")
        self.known[name] = known


def read(file: Path, chosen: Mapping[str, str] = MappingProxyType({})) -> Paper:
    """A paper from its file; what the file is, its content tells. ``chosen`` holds a ``doi`` or ``pmid`` that is its own.

    Raises InvalidMechanism for a file that is too large, broken, or something else than one article.
    """
    ledger = Ledger(str(file), TITLE)
    return of_text(bounded.text(file, ledger), ledger, chosen)


def of_text(text: str, ledger: Ledger, chosen: Mapping[str, str] = MappingProxyType({})) -> Paper:
    """The same of what a file holds.

    >>> of_text("Plain words.", Ledger("paper.txt", TITLE)).text is None
    True
    """
    from kg.review import bioc, jats

    start = text.lstrip()[:1]
    if start == "<":
        root = bounded.elements(text, ledger, doctype=True, deepest=DEEPEST)
        if root.tag == "collection":
            return bioc.from_xml(root, Draft(ledger)).paper(chosen)
        return jats.read(_article(root, ledger), Draft(ledger)).paper(chosen)
    if start and start in "{[":
        return bioc.from_json(text, bounded.objects(text, ledger), Draft(ledger)).paper(chosen)
    return Paper()


def _article(root: Element, ledger: Ledger) -> Element:
    """The one article of a file, which a server may have wrapped."""
    found: list[Element] = []
    todo = [root]
    while todo:
        one = todo.pop()
        if one.tag == "article":
            found.append(one)
        else:
            todo += one.children
    if len(found) != 1:
        message = f"this holds {len(found)} articles" if found else f"<{root.tag}> is not an article in JATS, nor BioC"
        help = "put one into a file of its own" if found else "save the article as JATS XML, BioC or plain text"
        raise ledger.stop(root.at, "no-article", message, help)
    return found[0]


#: What stands before an identifier in the forms in which people copy it.
_BEFORE = {
    "doi": re.compile(r"(?i)(https?://)?(dx\.)?doi\.org/|doi:\s*"),
    "pmid": re.compile(r"(?i)pmid:\s*|(https?://)?(pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/"),
}


def plain(said: str, kind: str) -> str:
    """An identifier without the prefix or the address that it is written with.

    >>> plain("https://doi.org/10.1000/xyz", "doi"), plain("PMID: 123", "pmid"), plain("123", "pmid")
    ('10.1000/xyz', '123', '123')
    """
    before = _BEFORE[kind].match(said.strip())
    return said.strip()[before.end() :].rstrip("/") if before else said.strip()


def author(surname: str, given: str) -> str:
    """A name as references write it.

    >>> author("van der Berg", "Anne-Marie J."), author("Wei", "")
    ('van der Berg AMJ', 'Wei')
    """
    initials = "".join(word[0].upper() for word in re.split(r"[\s.\-‐]+", given) if word[:1].isalpha())
    return f"{surname} {initials}".strip()
