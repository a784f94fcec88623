"""A mechanism's own questions: answers/NAME.csv beside it holds what question NAME of the library must answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kg.model.diagnostics import Diagnostic, Location, near
from kg.model.mechanism import Mechanism
from kg.sparql.engine import Engine
from kg.sparql.library import questions
from kg.sparql.query import NoAnswer

SHOWN = 3  # rows of a difference


@dataclass(frozen=True)
class Answers:
    """What became of the declared answers: how many there are, and a complaint about each that is another now."""

    declared: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        same = self.declared - len(self.diagnostics)
        return f"{same} of {self.declared} saved answers are unchanged"


def examine(mechanism: Mechanism) -> Answers:
    """Ask every question that a mechanism declares an answer to, and compare, row by row.

    A mechanism declares answers in the folder ``answers`` beside its file; there may be none.

    >>> from kg.formats import read
    >>> examine(read("cgas-sting")).diagnostics
    ()
    """
    files = sorted(Path(mechanism.file).parent.glob("answers/*.csv")) if mechanism.file else []
    if not files:
        return Answers()
    with Engine() as engine:
        engine.load(mechanism)
        found = [one for file in files for one in _compared(engine, file)]
    return Answers(len(files), tuple(found))


def _compared(engine: Engine, file: Path) -> list[Diagnostic]:
    """The complaint about one declared answer, if there is any."""
    here = Location(str(file), 1, 1)
    if file.stem not in questions():
        message = f"no question of the library is called {file.stem!r}"
        return [Diagnostic(here, "unknown-question", message, near(file.stem, questions()))]
    try:
        now = engine.ask(file.stem).text("csv").splitlines()
    except NoAnswer as error:
        return [Diagnostic(here, "answer-differs", f"the question is not answered: {error}")]
    declared = file.read_text(encoding="utf-8").splitlines()
    if now == declared:
        return []
    gone, come = Counter(declared) - Counter(now), Counter(now) - Counter(declared)
    words = [f"{count} {how}" for count, how in ((gone.total(), "rows gone"), (come.total(), "rows new")) if count]
    line = next((n for n, row in enumerate(declared, 1) if row in gone), 1)
    steps = [f"{mark} {row}" for mark, rows in (("-", gone), ("+", come)) for row in list(rows)[:SHOWN]]
    message = f"the answer is another one now: {', '.join(words) or 'its rows are in another order'}"
    help = "if this is meant, read the new answer against the source, and write it with `kg ask --format csv`"
    return [Diagnostic(Location(str(file), line, 1), "answer-differs", message, help, steps=tuple(steps))]
