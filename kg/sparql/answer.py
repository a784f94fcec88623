"""An answer: rows, or yes or no, or a graph; and how it is written."""

from __future__ import annotations

import csv
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

from kg.model import vocabulary
from kg.model.diagnostics import visible
from kg.model.frames import frame
from kg.model.vocabulary import NAMESPACES
from kg.sparql.query import NoAnswer, quoted

if TYPE_CHECKING:
    from kg.model.frames import DataFrame


class BoundValue(NamedTuple):
    """A term of an answer: kind is ``uri``, ``literal`` or ``bnode`` (``triple`` for a quoted one)."""

    kind: str
    text: str
    datatype: str = ""
    language: str = ""

    @property
    def plain(self) -> Any:
        """The value as Python has it: a number or a truth if its datatype says so and it is one, else its text."""
        try:
            return PLAIN.get(self.datatype.removeprefix(NAMESPACES["xsd"]), str)(self.text)
        except ValueError:  # a server may call anything an integer
            return self.text

    @property
    def turtle(self) -> str:
        """As it is written in Turtle and in SPARQL."""
        if self.kind != "literal":
            return {"uri": f"<{self.text}>", "bnode": f"_:{self.text}"}.get(self.kind, self.text)
        tail = f"@{self.language}" if self.language else f"^^<{self.datatype}>" if self.datatype else ""
        bare = self.datatype == NAMESPACES["xsd"] + "integer" and re.fullmatch(r"[+-]?\d+", self.text)
        return self.text if bare else quoted(self.text) + tail


#: The Python type of a literal, by the end of the IRI of its datatype; any other stays a text.
PLAIN: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("integer", "int", "long", "nonNegativeInteger", "positiveInteger"), int),
    **dict.fromkeys(("decimal", "double", "float"), float),
    "boolean": lambda text: text in ("true", "1"),
}

#: A cell that a spreadsheet may run instead of showing it; a number is none.
FORMULA = re.compile(r"[=@\t\r\n＝＋－＠]|[+-](?!(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$)")

Row = tuple[BoundValue | None, ...]


def table(terms: Sequence[Sequence[str] | None], rows: Iterable[Iterable[int]]) -> tuple[Row, ...]:
    """Rows from the numbers of their terms, as the engine's process says them."""
    values = [None if term is None else BoundValue(*term) for term in terms]
    return tuple(tuple(map(values.__getitem__, row)) for row in rows)


@dataclass(frozen=True)
class Answer:
    """What a question was answered: rows, or yes or no, or a graph (as ``turtle``, and its triples as rows)."""

    form: str
    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truth: bool | None = None
    turtle: str = ""
    capped: bool = False  # there are more rows than were asked for
    caveats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the source strip of each mechanism
    versions: Mapping[str, str] = field(default_factory=dict)  # of each mechanism that was asked
    called: str = ""  # the question, as an answer to it is cited
    labels: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()  # where the question says what its author hardly means

    def text(self, format: str = "", width: int = 100, safe: bool = False) -> str:
        """The answer as a ``table``, ``csv``, ``tsv``, ``json`` (SPARQL results) or, if it is a graph, ``turtle``.

        CSV holds each value as it is, as the SPARQL standard says, even one that a spreadsheet would run. ``safe`` puts
        ``'`` before such a value.

        >>> from kg.sparql import ask
        >>> print(ask("ASK { ?x a kgv:Mechanism }", "ta1-tlr7").text(), end="")
        yes
        """
        if format == "turtle" or (not format and self.form in ("CONSTRUCT", "DESCRIBE")):
            if self.form not in ("CONSTRUCT", "DESCRIBE"):
                raise NoAnswer("no-graph", f"{self.form} gives no graph to write as Turtle", "CONSTRUCT does")
            return "".join(f"# {visible(line)}\n" for line in self.about) + self.turtle
        if format == "json":
            return json.dumps(self._json(), ensure_ascii=False, indent=1) + "\n"
        if format in ("csv", "tsv"):
            return self._separated(format, safe)
        return self._table(width)

    @property
    def formulas(self) -> int:
        """How many values a spreadsheet may run instead of showing them.

        >>> from kg.sparql import ask
        >>> answer = ask("SELECT ?x { VALUES ?x { '=1+1' '-3' 'a' } }", "ta1-tlr7")
        >>> answer.formulas, answer.text("csv", safe=True)
        (1, "x\\n'=1+1\\n-3\\na\\n")
        """
        return sum(value is not None and bool(FORMULA.match(value.text)) for row in self.rows for value in row)

    @property
    def values(self) -> list[dict[str, Any]]:
        """The rows as plain Python values by variable: text, int, float, bool; None where nothing is bound.

        >>> from kg.sparql import ask
        >>> ask("SELECT ?n { VALUES ?n { 1 2.5 true 'x' } }", "ta1-tlr7").values
        [{'n': 1}, {'n': 2.5}, {'n': True}, {'n': 'x'}]
        """
        return [
            {name: value.plain if value else None for name, value in zip(self.variables, row, strict=True)}
            for row in self.rows
        ]

    def to_frame(self) -> DataFrame:
        """The rows as a pandas data frame of plain values. Raises MissingLibrary without pandas (``kg[frame]``)."""
        return frame(self.values, self.variables)

    @property
    def cite(self) -> str:
        """The IRI of the answer, and the version of each mechanism that was asked; nothing if there is none.

        It is made of the question, its parameters and the mechanism: of nothing that a new wording or order changes.

        >>> from kg.sparql import ask
        >>> ask("what-protects", "ta1-tlr7", given={"node": "miR146a"}).cite
        'https://w3id.org/immune-kg/ta1-tlr7/answer/what-protects?node=miR146a, version 0.1.0'
        """
        each = [
            (id, f"version {version}" if version else "no version") for id, version in sorted(self.versions.items())
        ]
        if len(each) == 1:
            return f"{urljoin(vocabulary.BASE, each[0][0])}/answer/{self.called}, {each[0][1]}"
        whole = f"{vocabulary.BASE}answer/{self.called}"
        return whole + ", of " + ", ".join(map(" ".join, each)) if each else ""

    @property
    def about(self) -> list[str]:
        """What must stand beside the answer, as lines: what kind of source it comes from, and how it is cited."""
        lines = []
        for caveats, ids in self.strips.items():
            of = "" if len(self.caveats) == 1 else ", ".join(ids[:3]) + (" ...: " if len(ids) > 3 else ": ")
            lines.append(of + " · ".join(caveats))
        if len(self.versions) > 20:
            count = f"{len(self.versions)} mechanisms; `kg ask mechanisms` lists them with their versions"
            return [*lines, f"Cite as {vocabulary.BASE}answer/{self.called}, of {count}"]
        return lines + [vocabulary.credit(self.cite, *self.versions)] * bool(self.cite)

    @property
    def strips(self) -> Mapping[tuple[str, ...], list[str]]:
        """The ids of the mechanisms that share a source strip, by strip."""
        found: dict[tuple[str, ...], list[str]] = {}
        for id, caveats in self.caveats.items():
            found.setdefault(caveats, []).append(id)
        return found

    def _json(self) -> dict[str, Any]:
        """SPARQL results, and between head and results two keys more, where parsers skip what they do not know."""
        more: dict[str, Any] = {"cite": self.cite} if self.cite else {}
        more |= {"caveats": {id: list(strip) for id, strip in self.caveats.items()}} if self.caveats else {}
        if self.truth is not None:
            return {"head": {}, **more, "boolean": self.truth}
        bindings = []
        for row in self.rows:
            bound = {}
            for name, value in zip(self.variables, row, strict=True):
                if value is not None:
                    extra = {"xml:lang": value.language} if value.language else {"datatype": value.datatype}
                    bound[name] = {"type": value.kind, "value": value.text, **{k: v for k, v in extra.items() if v}}
            bindings.append(bound)
        return {"head": {"vars": list(self.variables)}, **more, "results": {"bindings": bindings}}

    def _separated(self, format: str, safe: bool) -> str:
        if self.truth is not None:
            return f"answer\n{str(self.truth).lower()}\n"
        if format == "tsv":
            lines = [[f"?{name}" for name in self.variables]]
            lines += [[value.turtle if value else "" for value in row] for row in self.rows]
            return "".join("\t".join(line) + "\n" for line in lines)
        out = _Lines()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.variables)
        for row in self.rows:
            texts = [value.text if value else "" for value in row]
            writer.writerow([f"'{text}" if safe and FORMULA.match(text) else text for text in texts])
        return "".join(out)

    def _table(self, width: int) -> str:
        if self.truth is not None:
            return "yes\n" if self.truth else "no\n"
        if not self.variables:
            return f"{len(self.rows)} rows of nothing\n"
        cells = [[self.shown(value, row) for value in row] for row in self.rows]
        heads = [name.replace("_", " ") for name in self.variables]
        columns = [[head, *(row[i] for row in cells)] for i, head in enumerate(heads)]
        widths = _widths([max(1, *map(len, column)) for column in columns], width)
        right = [_numeric(row[i] for row in self.rows) for i in range(len(heads))]
        lines = []
        for number, row in enumerate([heads, *cells]):
            wrapped = [textwrap.wrap(cell, wide) or [""] for cell, wide in zip(row, widths, strict=True)]
            for n in range(max(map(len, wrapped))):
                parts = [part[n] if n < len(part) else "" for part in wrapped]
                laid = [
                    part.rjust(wide) if number and last else part.ljust(wide)
                    for part, wide, last in zip(parts, widths, right, strict=True)
                ]
                lines.append("  ".join(laid).rstrip())
            if number == 0:
                lines.append("  ".join("-" * wide for wide in widths))
        lines.append(f"\n{len(self.rows)} row{'s' * (len(self.rows) != 1)}")
        return "\n".join(lines) + "\n"

    def shown(self, value: BoundValue | None, row: Row) -> str:
        """A cell: an IRI is made compact, and its label is put before it unless the row says it anyway."""
        if value is None:
            return ""
        if value.kind != "uri":
            return visible(value.text.replace("\n", " "))
        short, label = vocabulary.abbreviate(value.text, self.prefixes), self.labels.get(value.text, "")
        said = any(other is not None and other.kind == "literal" and other.text == label for other in row)
        return visible(f"{label} ({short})" if label and not said else short)


class _Lines(list[str]):
    """Lines as csv writes them, so that each of the characters that end a line is quoted in a value, but ended by one."""

    def write(self, line: str) -> None:
        self.append(line.removesuffix("\r\n") + "\n")


def _widths(wanted: Sequence[int], width: int) -> list[int]:
    """Column widths that fit: narrow columns keep theirs, the wide ones share what is left."""
    room = max(width - 2 * (len(wanted) - 1), 4 * len(wanted))
    widths = list(wanted)
    while sum(widths) > room:
        widest = max(widths)
        second = max((w for w in widths if w < widest), default=0)
        many = [i for i, w in enumerate(widths) if w == widest]
        cut = max(1, min(widest - second, (sum(widths) - room) // len(many)))
        for i in many:
            if sum(widths) > room:
                widths[i] = max(4, widths[i] - cut)
    return widths


def _numeric(values: Iterable[BoundValue | None]) -> bool:
    kinds = {NAMESPACES["xsd"] + name for name in ("integer", "decimal", "double", "float", "int", "long")}
    found = [value for value in values if value is not None]
    return bool(found) and all(value.datatype in kinds for value in found)
