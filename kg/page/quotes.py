"""Sentences of sources, for a reader's own build: where the licence of the source allows it and its text is at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg.checks import anchors
from kg.model import licences, texts
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence, Source


@dataclass(frozen=True)
class Quote:
    """A sentence, its attribution, and the licence that allows it to be shown."""

    text: str
    credit: str
    licence: str
    link: str
    shortened: bool


@dataclass(frozen=True)
class Quotes:
    """The sentences of a mechanism by their evidence, and how many were withheld, by reason."""

    shown: Mapping[Evidence, Quote] = field(default_factory=dict)
    withheld: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        n = sum(self.withheld.values())
        why = "; ".join(f"{count} since {reason}" for reason, count in sorted(self.withheld.items()))
        return f"{len(self.shown)} sentences shown, {n} not shown" + f": {why}" * bool(n)


def collect(m: Mechanism, folder: str | Path | None) -> Quotes:
    """The sentence at each anchor and span of a mechanism, from the texts in a folder that have the stated hashes.

    A sentence is shown only if the licence that its source states allows it (``kg.model.licences.forbids``).
    """
    files = texts.by_hash(Path(folder)) if folder and Path(folder).is_dir() else {}
    texts_of = anchors.at_hand(m, files)
    shown: dict[Evidence, Quote] = {}
    withheld: Counter[str] = Counter()
    for item in dict.fromkeys(item for item in m.evidence() if item.anchor or item.span):
        source = m.source(item)
        here = anchors.usable(item, source, texts_of)
        reason = licences.forbids(source.licence if source else "")
        if not reason and not here:
            reason = "no text with the stated hash was found"
        if not reason and source:
            places, complaint = anchors.look_up(item, here)
            if places and not complaint:
                shown[item] = _quote(source, *places[0])
                continue
            reason = "its position is not in the text"
        withheld[reason] += 1
    return Quotes(shown, withheld)


def _quote(source: Source, text: texts.Text, span: tuple[int, int]) -> Quote:
    sentence, shortened = text.sentence(*span)
    who = source.authors or "authors not stated"
    credit = ". ".join(part.rstrip(".") for part in (who, source.label, source.publisher, source.date) if part)
    return Quote(sentence, credit, source.licence, licences.link(source.licence), shortened)
