"""Where a text is wrong, why, and how to mend it: one shape for every complaint that kg makes."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

WIDTH = 160  # an excerpt shows this many characters of a long line, around the fault


@dataclass(frozen=True, order=True)
class Location:
    """A place in a text; line and column count from 1, the column in characters.

    >>> str(Location("mechanism.yaml", 3, 8))
    'mechanism.yaml:3:8'
    """

    path: str
    line: int
    column: int
    text: str = field(default="", compare=False, repr=False)  # the whole line, for the excerpt

    def __str__(self) -> str:
        return f"{visible(self.path)}:{self.line}:{self.column}"

    def moved(self, columns: int) -> Location:
        """The same line, so many characters further right."""
        return Location(self.path, self.line, self.column + columns, self.text)

    def word(self, word: str) -> Location:
        """Where a word stands on the line, from here on; here, if it does not.

        >>> Location("m.yaml", 1, 5, "in: GO:1 ! lysosome").word("lysosome").column
        12
        """
        found = self.text.find(word, self.column - 1)
        return self.moved(found + 1 - self.column) if found >= 0 else self

    def excerpt(self) -> str:
        """The line with a caret below the column, as two lines of text; empty if the line is not known."""
        if not self.text:
            return ""
        start = max(0, self.column - WIDTH // 2) if len(self.text) > WIDTH else 0
        shown, before = self.text[start : start + WIDTH], self.text[start : self.column - 1]
        margin = f"{self.line:>5} | "
        blank = "".join("\t" if c == "\t" else " " * _width(c) for c in before)
        return f"{margin}{visible(shown)}\n{' ' * len(margin)}{blank}^"


@dataclass(frozen=True, order=True)
class Diagnostic:
    """One complaint about one place, with the mend where kg knows it."""

    at: Location
    code: str
    message: str
    help: str = ""
    severity: str = "error"  # or "warning", which stops nothing, or "hint", which is no fault
    steps: tuple[str, ...] = ()  # how it comes about, a line each

    def __str__(self) -> str:
        severity = "" if self.severity == "error" else f"{self.severity}: "
        lines = [f"{self.at}: {self.code}: {severity}{visible(self.message)}", self.at.excerpt()]
        lines += [f"    {visible(step)}" for step in self.steps]
        lines.append(f"  help: {visible(self.help)}" if self.help else "")
        return "\n".join(filter(None, lines))

    def as_dict(self) -> dict[str, str | int | list[str]]:
        """The complaint as plain values, for ``--json``; ``steps`` only where there are any."""
        steps = {"steps": list(self.steps)} if self.steps else {}
        return {
            "file": self.at.path,
            "line": self.at.line,
            "column": self.at.column,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "help": self.help,
            **steps,
        }


class KgError(Exception):
    """Whatever kg raises of its own; the docstring of ``kg`` draws the tree."""


class UnknownName(KgError, KeyError):
    """A name that a mechanism does not have, with the one that may have been meant.

    >>> print(UnknownName("node", "TLR", ["TLR7", "MyD88"]))
    no node is called 'TLR'; did you mean 'TLR7'?
    """

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no {what} is called {name!r}; {near(name, known)}")

    def __str__(self) -> str:  # a KeyError shows the repr of its text
        return str(self.args[0])


class AmbiguousName(UnknownName):
    """A name that several parts of a mechanism share, with all of them.

    >>> print(AmbiguousName("node", "TLR", ["TLR7 (receptor)", "TLR9 (receptor)"]))
    'TLR' names 2 nodes: TLR7 (receptor), TLR9 (receptor)
    """

    def __init__(self, what: str, name: str, found: Sequence[str]) -> None:
        KeyError.__init__(self, f"{name!r} names {len(found)} {what}s: {', '.join(found)}")


def install(extra: str) -> str:
    """The command that installs an extra of kg where this Python runs, which may have no pip of its own.

    >>> install("frame").endswith(" install 'immune-mechanism-kg[frame]'")
    True
    """
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    pip = f"{python} -m pip" if find_spec("pip") else f"python3 -m pip --python {python}"
    return f"{pip} install 'immune-mechanism-kg[{extra}]'"


class MissingLibrary(KgError, ImportError):
    """A library that an extra of kg brings is not installed.

    >>> str(MissingLibrary("pandas", "frame")) == f"pandas is missing: {install('frame')}"
    True
    """

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is missing: {install(extra)}")


class InvalidMechanism(KgError, ValueError):
    """A text that is not a valid mechanism; ``diagnostics`` holds every complaint, in file order.

    >>> raise InvalidMechanism([Diagnostic(Location("m.yaml", 1, 1), "missing-key", "no 'id'")])
    Traceback (most recent call last):
    kg.model.diagnostics.InvalidMechanism: m.yaml:1:1: missing-key: no 'id'
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics))
        super().__init__("\n".join(map(str, self.diagnostics)))


def near(word: str, words: Iterable[str]) -> str:
    """A hint for a word that is not among words: the nearest one, or all of a few.

    >>> near("chemotherpy", ["chemotherapy", "TLR7"])
    "did you mean 'chemotherapy'?"
    >>> near("zzz", ["absent", "present"])
    'one of: absent, present'
    """
    known = sorted(words)
    close = nearest(word, known)
    if close:
        return f"did you mean {close!r}?"
    return f"one of: {', '.join(known[:12])}{' ...' if len(known) > 12 else ''}" if known else "there is none yet"


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of the words that may have been meant; nothing if none is like it.

    >>> nearest("tlr-7", ["TLR4", "TLR7"])
    'TLR7'
    """
    folded = {w.casefold(): w for w in sorted(words)}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else ""


def _width(char: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.category(char) in ("Mn", "Me") or char == "\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def visible(text: str) -> str:
    """Text that cannot steer a terminal: control and bidirectional characters become U+FFFD.

    >>> visible("a\\x1b[31mb")
    'a\\ufffd[31mb'
    """
    return "".join(
        "\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\t\u200d" else c for c in text
    )
