"""A source text beside a mechanism that is being written: what of it is encoded, and what a selection of it offers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.formats.shared.losses import Ledger
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence
from kg.model.texts import Text
from kg.review import papers
from kg.review.relations import WORD, species, words
from kg.review.suggest import ANCHOR


@dataclass(frozen=True)
class Opened:
    """A source text, and what the file it comes from states of it, by the fields of a source."""

    text: Text
    stated: Mapping[str, str]


def opened(given: str, name: str = "text") -> Opened:
    """A text that was pasted or opened: plain, or an article in JATS or BioC, of which it takes the words.

    Raises InvalidMechanism for a broken article.

    >>> opened("RNase A degrades it.").text.text
    'RNase A degrades it.'
    """
    paper = papers.of_text(given, Ledger(name, papers.TITLE))
    said = given if paper.text is None else paper.text
    return Opened(Text(said, hashlib.sha256(said.encode("utf-8")).hexdigest()), paper.source)


def evidence(m: Mechanism) -> Iterator[tuple[str, Evidence]]:
    """Every item of evidence of the edges, with the edge in words."""
    for edge in m.edges:
        said = m.words(edge) if edge.subject else edge.name
        for item in (*edge.evidence, *(one for needed in (*edge.requires, *edge.unless) for one in needed.evidence)):
            yield said, item


def encoded(text: Text, m: Mechanism) -> list[tuple[int, int, str]]:
    """The places of a text that evidence points to, as [start, end) with the sentences that rest on them."""
    found: dict[tuple[int, int], list[str]] = {}
    for said, item in evidence(m):
        if not _of(text, item, m):
            continue
        places = text.find(item.anchor)[:1] if item.anchor else [item.span] if item.span else []
        for start, end in places:
            if end <= len(text):
                found.setdefault((start, end), []).append(said)
    return [(start, end, "; ".join(dict.fromkeys(said))) for (start, end), said in sorted(found.items())]


def _of(text: Text, item: Evidence, m: Mechanism) -> bool:
    """Whether an item is of this text: its source has its hash, or no source of the mechanism has."""
    source = m.source(item)
    known = any(text.sha256 in one.texts for one in m.sources.values())
    return source is not None and (text.sha256 in source.texts if known else bool(item.anchor))


def absent(text: Text, m: Mechanism) -> list[tuple[Evidence, str]]:
    """The anchors that the text of their source does not have exactly once, with the words of it that are most like them."""
    items = [item for _, item in evidence(m) if item.anchor]
    return [
        (item, text.nearest(item.anchor))
        for item in items
        if (source := m.source(item)) and text.sha256 in source.texts and len(text.find(item.anchor)) != 1
    ]


def chosen(text: Text, start: int, end: int) -> dict[str, Any]:
    """What a selection offers as evidence: an anchor or a span, hedge words and species of its sentence.

    ``wrong`` tells why there is no anchor: it has too many words, or occurs more than once.

    >>> found = chosen(Text("In mice, RNase A may degrade it."), 9, 30)
    >>> found["anchor"], found["hedges"], found["taxon"], found["wrong"]
    ('RNase A may degrade it', ['may'], ['NCBITaxon:10090 ! Mus musculus'], '')
    """
    said = text.text[start:end]
    start += len(said) - len(said.lstrip())
    end -= len(said) - len(said.rstrip())
    for word in WORD.finditer(text.text, max(0, start - 100), end + 100) if start < end else ():
        start = word.start() if word.start() < start < word.end() else start  # whole words
        end = word.end() if word.start() < end < word.end() else end
    if start >= end:
        return {"wrong": "Select words in the text first."}
    anchor = " ".join(text.text[start:end].split())
    many, times = len(anchor.split()), len(text.find(anchor))
    wrong = ""
    if many > ANCHOR:
        wrong = f"An anchor has at most {ANCHOR} words; {many} are selected, so a span points to them."
    elif times != 1:
        wrong = f"These words occur {times} times: select one more word, or use a span."
    within = [text.text[a:b] for a, b in text.sentences() if a < end and start < b]
    sentence = " ".join(within) or anchor
    known = {one.group().casefold() for one in WORD.finditer(sentence)}
    return {
        "wrong": wrong,
        "anchor": "" if wrong else anchor,
        "span": [start, end],
        "said": anchor,
        "hedges": sorted(known & words("hedge"), key=lambda word: _place(sentence, word)),
        "taxon": [str(one) for one in species(sentence)],
    }


def _place(sentence: str, word: str) -> int:
    found = re.search(rf"\b{re.escape(word)}\b", sentence, re.IGNORECASE)
    return found.start() if found else len(sentence)
