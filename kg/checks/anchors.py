"""Anchors and spans, looked up in the texts that are at hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg.checks.rules import error, warning
from kg.model import texts
from kg.model.diagnostics import Diagnostic, Location
from kg.model.mechanism import Mechanism
from kg.model.records import STATUS, Evidence, Source

ANCHOR_SHARE = 0.15  # of a source's characters, for all its anchors together
SHORT = 3000  # characters of a text, such as an abstract, of which a share would leave nothing to point at
ANCHORS_PER_EDGE = 2  # in a short text


@dataclass(frozen=True)
class Coverage:
    """What became of the anchors and spans of a mechanism: all of them end in exactly one count.

    Counted apart is evidence that points nowhere, since its source was not read in full: there is not text to look in.
    """

    matched: int = 0
    wrong: int = 0
    skipped: Counter[str] = field(default_factory=Counter)  # why it was not checked -> how many
    no_text: int = 0
    excuse: str = ""  # why nothing could be checked, as the file declares it

    @property
    def checked(self) -> int:
        return self.matched + self.wrong

    @property
    def reasons(self) -> dict[str, int]:
        """Why something was not checked, and how often, with what is counted apart."""
        return {**self.skipped, **({"no text": self.no_text} if self.no_text else {})}

    @property
    def total(self) -> int:
        return self.checked + sum(self.skipped.values())

    def __str__(self) -> str:
        line = f"{self.checked} of {self.total} anchors and spans were compared with the source text"
        why = [f"{count} were not: {reason}" for reason, count in sorted(self.skipped.items())]
        apart = [f"{self.no_text} more have a source without a text"] * bool(self.no_text)
        excuse = [self.excuse] * bool(self.excuse)
        return "; ".join([line + (f", {self.wrong} wrong" if self.wrong else ""), *why, *apart, *excuse])


def looked_up(m: Mechanism, folder: Path | None, strict: bool) -> tuple[list[Diagnostic], Coverage]:
    """Every anchor and span looked up in the texts that are at hand, and what became of each."""
    found: list[Diagnostic] = []
    files = texts.by_hash(folder) if folder and folder.is_dir() else {}
    if folder and not folder.is_dir():
        at = Location(m.at.path if m.at else m.file, 1, 1)
        found.append(error(at, "no-folder", f"there is no folder {folder}", "give --sources a folder that exists"))
        strict = False  # one complaint is enough
    texts_of = at_hand(m, files)
    for source in m.sources.values():
        for i, sha in enumerate(source.texts):
            if files and sha not in files:
                found.append(
                    warning(
                        source.location_of(f"texts.{i}"),
                        "unknown-text",
                        f"no text in {folder} has this hash",
                        _likeliest(m, source.key, files),
                    )
                )
    matched = wrong = 0
    skipped: Counter[str] = Counter()
    quoted: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
    for item in _located(m):
        of = m.source(item)
        key = of.key if of else ""
        here = usable(item, of, texts_of)
        if not here:
            why = "no text was found" if of and of.texts else "its source has no text"
            skipped[why] += 1
            if strict:
                spot = item.location_of("anchor" if item.anchor else "span")
                found.append(
                    error(
                        spot,
                        "unchecked",
                        f"this was not checked: {why}",
                        f"--sources names {'another' if folder else 'the'} folder, with the text of {key!r}"
                        if of and of.texts
                        else f"give {key!r} the hash of its text, under texts:",
                    )
                )
            continue
        spans, complaint = look_up(item, here)
        if complaint:
            wrong += 1
            found.append(complaint)
            continue
        matched += 1
        if item.anchor:
            for text, span in spans:
                quoted[key, text.sha256].add(span)
    for (key, sha), anchors in quoted.items():
        text = next(text for text in texts_of[key] if text.sha256 == sha)
        found += _too_much(m, key, len(text), anchors)
    excuse = ""
    if strict and not (matched or wrong or skipped):
        excuse = f"nothing could be checked, as the file says: {STATUS[m.status]}" if m.status in STATUS else ""
        found += [] if excuse else [_nothing(m)]
    return found, Coverage(matched, wrong, skipped, sum(1 for _ in _without_text(m)), excuse)


def at_hand(m: Mechanism, files: Mapping[str, Path]) -> dict[str, list[texts.Text]]:
    """The texts of each source that are among files, which are named by their hashes."""
    return {key: [texts.open_text(files[sha]) for sha in of.texts if sha in files] for key, of in m.sources.items()}


def usable(item: Evidence, of: Source | None, texts_of: Mapping[str, list[texts.Text]]) -> list[texts.Text]:
    """The texts in which the place of an item can be looked up; spans count in the first text of their source only."""
    here = texts_of.get(of.key, []) if of else []
    return [] if item.span and of and here and here[0].sha256 != of.texts[0] else here


def _too_much(m: Mechanism, key: str, length: int, spans: set[tuple[int, int]]) -> Iterator[Diagnostic]:
    """A complaint if the anchors of a text reproduce more of it than pointers need."""
    if length < SHORT:
        edges = sum(any((of := m.source(item)) and of.key == key for item in edge.evidence) for edge in m.edges)
        too_much = len(spans) > ANCHORS_PER_EDGE * max(edges, 1)
        rule = f"in a text of fewer than {SHORT:,} characters the limit is {ANCHORS_PER_EDGE} for each edge"
        message = f"{len(spans)} anchors of {key!r} for {edges} edge{'s' * (edges != 1)}; {rule}"
    else:
        share = len({n for span in spans for n in range(*span)}) / length
        too_much = share > ANCHOR_SHARE
        message = f"the anchors reproduce {share:.0%} of {key!r}; the limit is {ANCHOR_SHARE:.0%}"
    if too_much:
        mend = "point at some of them by span:, or say it in your own words after says: where the source was not read in full"
        yield error(m.sources[key].at, "too-much-quoted", message, mend)


def _nothing(m: Mechanism) -> Diagnostic:
    """A file that a strict check cannot fail is told so."""
    at = m.location_of("id") or Location(m.file, 1, 1)
    message = "nothing was checked: no evidence points into a text"
    return error(at, "nothing-checked", message, "give evidence an anchor or a span, or the file status: outline")


def _located(m: Mechanism) -> Iterator[Evidence]:
    return (item for item in m.evidence() if item.anchor or item.span)


def _without_text(m: Mechanism) -> Iterator[Evidence]:
    """The evidence that points nowhere, and rests on a source that was not read in full: it needs no place."""
    for item in m.evidence():
        source = m.source(item)
        if not (item.anchor or item.span or item.because) and source and source.read != "full":
            yield item


def look_up(
    item: Evidence, here: list[texts.Text]
) -> tuple[list[tuple[texts.Text, tuple[int, int]]], Diagnostic | None]:
    """Where an anchor or span stands in the texts of its source, or what is wrong with it."""
    if item.span:
        if item.span[1] > len(here[0]):
            return [], error(
                item.location_of("span"),
                "span-outside",
                f"the text has {len(here[0])} characters",
                "`kg locate FILE PHRASE` prints the span of a phrase",
            )
        return [(here[0], item.span)], None
    spans = [(text, found) for text in here for found in text.find(item.anchor)]
    most = max((len(text.find(item.anchor)) for text in here), default=0)
    if most == 0:
        nearest = here[0].nearest(item.anchor)
        return [], error(
            item.location_of("anchor"),
            "anchor-absent",
            "the source does not say this",
            f"it says: {nearest}{_sections(here[:1], nearest)}" if nearest else "`kg locate FILE PHRASE` finds a place",
        )
    if most > 1:
        return [], error(
            item.location_of("anchor"),
            "anchor-repeated",
            f"the source says this {most} times{_sections(here, item.anchor)}",
            "add a word before or after it to make it unique",
        )
    return spans, None


def _sections(here: list[texts.Text], phrase: str) -> str:
    """In which sections a phrase stands, for the end of a complaint; nothing for a text that marks none."""
    found = dict.fromkeys(text.section(start) for text in here for start, _ in text.find(phrase))
    named = [f"“{section}”" for section in found if section]
    return f", in {' and '.join(named)}" if named else ""


def _likeliest(m: Mechanism, key: str, files: dict[str, Path]) -> str:
    """The text at hand that holds most of a source's anchors, if any does."""
    anchors = [item.anchor for item in _located(m) if item.anchor and (source := m.source(item)) and source.key == key]
    best, most = "", 0
    for sha, path in files.items():
        if path.suffix in (".txt", ".md", ".html", ".xml") and anchors:
            text = texts.open_text(path)
            hits = sum(len(text.find(anchor)) == 1 for anchor in anchors)
            if hits > most:
                best, most = f"{path.name} holds {hits} of its {len(anchors)} anchors; its hash is {sha}", hits
    return best
