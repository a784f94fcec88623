"""What several commands print alike: complaints, counts, support, progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from kg.model.diagnostics import Diagnostic
    from kg.model.mechanism import Mechanism


def unreadable(path: str, error: Exception) -> Sequence[Diagnostic]:
    """Why a file could not be read, as complaints."""
    from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location

    if isinstance(error, InvalidMechanism):
        return error.diagnostics
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return [Diagnostic(Location(path, 1, 1), "unreadable", reason)]


def valid_mechanism(path: str, source: str = "") -> Mechanism:
    """A mechanism to run, or `all` of seeds/ as one; the complaints end the command if it is not valid. ``source`` is the name
    of a format.
    """
    from kg import formats
    from kg.model.diagnostics import InvalidMechanism
    from kg.reasoning import merge

    if path == merge.ALL and not Path(path).exists():
        return merge.merge(valid_mechanisms())
    mechanism, report = formats.examine(path, sources="", name=source)
    if report.errors:
        raise InvalidMechanism(report.diagnostics)
    for one in report.diagnostics:
        if one.code == "columns":  # of a table: what was guessed decides the answer
            click.echo(one.message, err=True)
    return mechanism


def valid_mechanisms(paths: Sequence[str] = ()) -> list[Mechanism]:
    """Mechanisms to run, by default all of seeds/, with the name of each while it is read."""
    from kg import formats

    these = paths or [str(file) for file in formats.seeds()]
    found = []
    with Progress() as say:
        for number, path in enumerate(these):
            say(f"reading {Path(path).parent.name or path}", number / len(these))
            found.append(valid_mechanism(path))
    return found


def print_credit(mechanism: Mechanism, cite: str = "") -> None:
    """What kind of source an answer comes from, and how to cite it: no answer is printed without."""
    click.echo(click.style(" · ".join(mechanism.caveats), dim=True))
    from kg.model import vocabulary

    said = vocabulary.credit(cite or mechanism.cite(), mechanism.id)
    click.echo(click.style(said + " (docs/embedding.md)" * (said == vocabulary.DRAFT), dim=True))


STEPS = 1000  # of a bar


class Reporter(Protocol):
    """Takes what is being done, and the share that is done where it is known."""

    def __call__(self, words: str, share: float = -1.0, /) -> None: ...


class Progress:
    """Says on stderr what is being done, on one line that is overwritten; silent if nobody looks.

    Where the share that is done is known, click shows it with the time left.
    """

    def __enter__(self) -> Reporter:
        self.shown = sys.stderr.isatty()
        self.bar: ProgressBar[str] | None = None
        return self.say

    def say(self, words: str, share: float = -1.0, /) -> None:
        if not self.shown:
            return
        if share < 0:
            self.bar = None
            click.echo(f"\r\x1b[K{words}", nl=False, err=True)
            return
        done = round(share * STEPS)
        if self.bar is None or done < self.bar.pos:  # another piece of work begins
            self.bar = click.progressbar(
                length=STEPS, file=sys.stderr, width=24, show_percent=True, item_show_func=lambda words: words
            )
        self.bar.update(done - self.bar.pos, words)
        self.bar.render_progress()

    def __exit__(self, *error: object) -> None:
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)


class Profile(Progress):
    """The same, and measures the CPU time of each step: from its words to those of the next."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []

    def __enter__(self) -> Reporter:
        self.say("loading kg")
        return super().__enter__()

    def say(self, words: str, share: float = -1.0, /) -> None:
        if share < 0 or not self.steps or self.steps[-1][0] != words:
            self.steps.append((words, time.process_time()))
        if len(self.steps) > 1:
            super().say(words, share)

    def table(self) -> list[list[str]]:
        """Seconds and their share by what was done: reading, and each output of all mechanisms together; most first."""
        now, start = time.process_time(), 0.0
        seconds: dict[str, float] = {}
        for (words, _), end in zip(self.steps, [*(at for _, at in self.steps[1:]), now], strict=True):
            verb, _, rest = words.partition(" ")
            name, dot, ending = rest.partition(".")
            what = "reading and checking" if verb == "reading" else words
            if dot and verb == "writing":
                what = f"writing {'all' if name == 'all' else 'ID'}.{ending}"
            seconds[what] = seconds.get(what, 0.0) + end - start
            start = end
        rows = sorted(seconds.items(), key=lambda row: -row[1])
        return [
            ["step", "CPU seconds", "share"],
            *([what, f"{spent:.2f}", f"{spent / now:.0%}"] for what, spent in rows),
            ["together", f"{now:.2f}", "100%"],
        ]


def print_complaints(diagnostics: Sequence[Diagnostic]) -> None:
    for one in diagnostics:
        click.echo(str(one), err=True)


def support_counts(mechanism: Mechanism) -> dict[str, Any]:
    """What each edge rests on, as counts."""
    from kg.reasoning import disagreements

    supports = disagreements.supports(mechanism)
    return {edge.name: supports.of(edge.name).as_dict() for edge in mechanism.edges}


def support_line(mechanism: Mechanism) -> str:
    """How many edges are supported by how many sources, and how many disagreements there are."""
    from collections import Counter

    from kg.reasoning import disagreements

    stated = [edge for edge in mechanism.edges if not edge.definition]
    papers = Counter(mechanism.support(edge).supporting for edge in stated)
    counts = [f"{count} with {number_of(n, 'source') if n else 'no source'}" for n, count in sorted(papers.items())]
    defined = len(mechanism.edges) - len(stated)
    counts += [f"{defined} by definition"] if defined else []
    found = len(disagreements.supports(mechanism).conflicts)
    shown = " (see `kg conflicts`)" if found else ""
    return f"edges: {', '.join(counts)}; {number_of(found, 'disagreement')}{shown}"


def print_table(lines: Sequence[Sequence[str]]) -> None:
    """Rows in columns, the first one as their heads."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for i, line in enumerate(lines):
        text = "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        click.echo(click.style(text, bold=True) if i == 0 else text)


def complaint_counts(diagnostics: Sequence[Diagnostic]) -> str:
    counts = [(sum(one.severity == kind for one in diagnostics), kind) for kind in ("error", "warning", "hint")]
    return ", ".join(number_of(n, kind) for n, kind in counts if n)


def number_of(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
