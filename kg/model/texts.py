"""Source texts: found by their hash, searched for short anchors, never copied into the project.

One normalisation holds everywhere an anchor is looked for (docs/notation.md, "Anchors"): Unicode NFKC (which
splits ligatures and folds widths), every kind of hyphen and dash as ``-``, every kind of quotation mark as ``'``
or ``"``, soft hyphens and zero-width characters dropped, and each run of white space as one blank. Case counts.

A paragraph is a line. Headings are lines that begin with ``#``, more of them the deeper they are; `kg add-source --jats`
writes them. In a text without any, a heading is a short line of its own that ends in no full stop.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

LARGEST = 64 * 2**20  # bytes; a larger file is not text that a curator read
LONGEST = 400  # characters of a sentence that is shown
HEADING = re.compile(r"(#{1,6}) +(?=\S)")
#: Where a sentence ends and the next begins: behind a full stop, perhaps with quotation marks or numbers of references.
_END = re.compile(
    r"(?:[.!?][\"')\]’”]*|(?<=[a-z)\]])\.[0-9][0-9,–-]*)\s+(?=[\"'(\[“‘]*(?:[A-ZΑ-Ωα-ω0-9]|[^\W\d_]{1,4}[A-Z0-9-]))"
)
#: Words whose full stop ends no sentence.
_SHORT = re.compile(
    r"(?:^|[\s(\[])(?:[A-Z]|al|e\.g|i\.e|cf|vs|ca|approx|[Ff]igs?|[Ss]uppl?|[Rr]efs?|[Ee]qs?|[Nn]os?|[Dd]r|[Pp]rof|sp|spp|var|St|Inc|Ltd|Co)$"
)
_SAME = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
    }
)


@dataclass(frozen=True)
class Passage:
    """Where a phrase stands: section heading, paragraph in it, and characters [start, end) of the text."""

    section: str
    paragraph: int
    start: int
    end: int


def normalise(text: str) -> str:
    """Text as anchors are compared.

    >>> normalise("“TLR7–driven”  ﬂow")
    '"TLR7-driven" flow'
    """
    return _normal(text)[0].strip()


def _normal(text: str) -> tuple[str, list[int], list[int]]:
    """The normalised text, and for each of its characters the start and end of what it came from in the text."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    # a character and the marks after it are normalised together, so that offsets stay true
    for cluster in _clusters().finditer(text):
        start, end = cluster.span()
        if cluster.lastgroup == "plain":  # no mark can follow any of these
            out += cluster.group().translate(_SAME)
            starts += range(start, end)
            ends += range(start + 1, end + 1)
            continue
        for char in _same(cluster.group()):
            if char.isspace():
                if out and out[-1] == " ":
                    continue
                char = " "
            out.append(char)
            starts.append(start)
            ends.append(end)
    return "".join(out), starts, ends


@cache
def _clusters() -> re.Pattern[str]:
    marks = "".join(chr(c) for c in range(0x300, 0x20000) if unicodedata.category(chr(c))[0] == "M")
    return re.compile(f"(?P<plain>[!-~]+)(?=[ -~])|.[{marks}]*", re.DOTALL)


def _plain(word: str) -> str:
    return word.casefold().strip(".,;:()'\"")


@lru_cache(maxsize=4096)
def _same(cluster: str) -> str:
    # NFKC takes some marks apart (an acute accent becomes a blank and an accent), so they are replaced before it too
    return unicodedata.normalize("NFKC", cluster.translate(_SAME)).translate(_SAME)


class Text:
    """A source text that is at hand.

    >>> text = Text("Findings\\n\\nRNase A rapidly degrades it. TLR7 fires.")
    >>> text.find("rapidly  degrades")
    [(18, 34)]
    >>> text.passage(18, 34)
    Passage(section='Findings', paragraph=1, start=18, end=34)
    """

    def __init__(self, text: str, sha256: str = "") -> None:
        self.text = text
        self.sha256 = sha256
        self._normal, self._starts, self._ends = _normal(text)

    def __len__(self) -> int:
        return len(self.text)

    def find(self, phrase: str) -> list[tuple[int, int]]:
        """Every place where the phrase stands, as [start, end) in characters of the text."""
        wanted, found, at = normalise(phrase), [], -1
        while wanted and (at := self._normal.find(wanted, at + 1)) >= 0:
            found.append((self._starts[at], self._ends[at + len(wanted) - 1]))
        return found

    def nearest(self, phrase: str, most: int = 8) -> str:
        """The words of the text, at most eight, that are most like the phrase; nothing if they share less than half."""
        wanted = normalise(phrase).split()[:most]
        words = self._normal.split()
        if not wanted or not words:
            return ""
        plain = [_plain(word) for word in words]
        bag = {*map(_plain, wanted)}
        order, size = [*map(_plain, wanted)], len(wanted)

        def likeness(i: int) -> int:
            window = plain[i : i + size]
            return 2 * sum(word in bag for word in window) + sum(a == b for a, b in zip(window, order, strict=False))

        best = max(range(max(1, len(words) - size + 1)), key=likeness)
        window = words[best : best + size]
        shared = [i for i, word in enumerate(window) if _plain(word) in bag]
        like = len(shared) > 1 and len(shared) * 2 >= size
        return " ".join(window[shared[0] : shared[-1] + 1]).rstrip(".,;:") if like else ""

    @cached_property
    def marked(self) -> bool:
        """Whether lines that begin with ``#`` are its headings."""
        return any(HEADING.match(line) for line in self.text.split("\n"))

    def passage(self, start: int, end: int) -> Passage:
        """The section and paragraph of a span; the section with those around it.

        >>> text = Text("Title\\n\\n## Results\\n\\n### In mice\\n\\nRNase A degrades it.\\n\\n## Methods\\n\\nWe asked.")
        >>> text.passage(*text.find("degrades")[0]).section, text.passage(*text.find("asked")[0]).section
        ('Results > In mice', 'Methods')
        """
        sections: list[tuple[int, str]] = []
        paragraph = 0
        for block in re.finditer(r"[^\n]+", self.text):
            line = block.group().strip()
            if not line:
                continue
            mark = HEADING.match(block.group())
            if self.marked and mark:
                deep, heading = len(mark[1]), block.group()[mark.end() :].strip()
                sections, paragraph = [*(one for one in sections if one[0] < deep), (deep, heading)], 0
            elif not self.marked and len(line.split()) <= 8 and line[-1] not in ".:;,!?" and block.end() <= start:
                sections, paragraph = [(1, line)], 0
            else:
                paragraph += 1
            if block.end() > start:
                break
        return Passage(" > ".join(heading for _, heading in sections), paragraph, start, end)

    def section(self, start: int) -> str:
        """The section in which a character stands, if the text marks its headings."""
        return self.passage(start, start).section if self.marked else ""

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Every sentence, as [start, end) in characters of the text; headings are none.

        >>> text = Text("# Findings\\n\\nIt is lost (Fig. 2). TLR7 fires.")
        >>> [text.text[start:end] for start, end in text.sentences()]
        ['It is lost (Fig. 2). ', 'TLR7 fires.']
        """
        for line in re.finditer(r"[^\n]+", self.text):
            if HEADING.match(line.group()):
                continue
            first, last = line.span()
            for stop in _END.finditer(self.text, first, last):
                if not _SHORT.search(self.text, first, stop.start()):
                    yield first, stop.end()
                    first = stop.end()
            if first < last:
                yield first, last

    def sentence(self, start: int, end: int) -> tuple[str, bool]:
        """The sentence that holds a span, and whether it is shortened: to LONGEST characters around the span.

        >>> text = Text("It is lost (Fig. 2). RNase A degrades miR-146a in mice.12 TLR7 fires.")
        >>> text.sentence(*text.find("degrades miR-146a")[0])
        ('RNase A degrades miR-146a in mice.12', False)
        """
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        last = last if last >= 0 else len(self.text)
        mark = HEADING.match(self.text, first)
        first = mark.end() if mark else first
        for stop in _END.finditer(self.text, first, last):
            if _SHORT.search(self.text, first, stop.start()):
                continue
            if stop.end() <= start:
                first = stop.end()
            elif stop.start() >= end - 1:
                last = stop.end()
                break
        room = max(0, LONGEST - (end - start)) // 2
        left, right = (start - room, end + room) if last - first > LONGEST else (first, last)
        shown = " ".join(self.text[max(first, left) : min(last, right)].split())
        if left > first:
            shown = f"… {shown.partition(' ')[2]}" if self.text[left - 1 : left].strip() else f"… {shown}"
        if right < last:
            shown = f"{shown.rpartition(' ')[0]} …" if self.text[right : right + 1].strip() else f"{shown} …"
        return shown, left > first or right < last


@cache
def open_text(path: Path) -> Text:
    """A text file as it was hashed: its bytes, decoded as UTF-8 with broken bytes shown as U+FFFD."""
    data = path.read_bytes()
    return Text(data.decode("utf-8", "replace"), hashlib.sha256(data).hexdigest())


def by_hash(folder: Path) -> dict[str, Path]:
    """Every file below a folder that can be read, by the SHA-256 of its bytes."""
    found: dict[str, Path] = {}
    files = (Path(root, name) for root, _, names in os.walk(folder.resolve()) for name in names)
    for path in sorted(files):
        try:
            about = path.stat()
            if path.is_file() and about.st_size <= LARGEST:
                found.setdefault(_hash(path, about.st_mtime_ns, about.st_size), path)
        except OSError:
            continue  # a text that cannot be read is not at hand; its hash is then reported as unknown
    return found


@cache
def _hash(path: Path, changed: int, size: int) -> str:
    """The hash of a file, kept while neither its time of change nor its size differs."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def locate(path: str | Path, phrase: str) -> list[Passage]:
    """Every place where a phrase stands in a text file.

    Raises OSError if the file cannot be read.
    """
    text = open_text(Path(path))
    return [text.passage(*span) for span in text.find(phrase)]
