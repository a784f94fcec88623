"""Asking in SPARQL: the library of questions, and one verb that runs a question over mechanisms, RDF or an endpoint.

The engine is pyoxigraph. It has no time limit of its own, so it works in a process that can be killed, and nothing
that an answer needs is ever taken from the network: ``SERVICE`` is refused by reading the query's tokens.

>>> questions()["what-protects"].summary
'From what is a node protected, by what, and where?'
>>> print(ask("what-protects", "ta1-tlr7", given={"node": "miR-146a-5p"}).text("csv"))
edge,protector,from,place
https://w3id.org/immune-kg/ta1-tlr7/edge/protection,Tα-1,RNase A,Endolysosome
<BLANKLINE>
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kg import shelf, vocabulary
from kg.conflicts import ALL
from kg.diagnostics import Diagnostic, Location, near, visible

if TYPE_CHECKING:
    from kg.mechanism import Mechanism

SECONDS, ROWS = 30.0, 10_000
FORMATS = ("table", "csv", "tsv", "json", "turtle")

#: RDF files that can be asked, by how their names end: the media type of each.
SUFFIXES = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".owl": "application/rdf+xml",
}

#: Prefixes that a query may use without declaring them, beside those of ontology/prefixes.tsv.
PREFIXES = {
    "biolink": "https://w3id.org/biolink/vocab/",
    "cito": "http://purl.org/spar/cito/",
    "dcterms": "http://purl.org/dc/terms/",
    "kg": f"{vocabulary.BASE}term/",
    "kgv": f"{vocabulary.BASE}vocab/",
    "oa": "http://www.w3.org/ns/oa#",
    "obo": "http://purl.obolibrary.org/obo/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
LABELS = (PREFIXES["rdfs"] + "label", PREFIXES["dcterms"] + "title")


class NoAnswer(ValueError):
    """A question that cannot be answered: not understood, refused, or given up; ``diagnostics`` say why and where.

    >>> ask("what-protect", "ta1-tlr7")
    Traceback (most recent call last):
    kg.sparql.NoAnswer: what-protect:1:1: unknown-question: there is no such question, nor a file of this name
      help: did you mean 'what-protects'?
    """

    def __init__(
        self, code: str, message: str, help: str = "", at: Location | None = None, name: str = "query"
    ) -> None:
        self.diagnostics = (Diagnostic(at or Location(name, 1, 1), code, message, help),)
        super().__init__(str(self.diagnostics[0]))


# ---------------------------------------------------------------- the library


@dataclass(frozen=True)
class Parameter:
    """What a question can be asked about: a ``VALUES ?name { default }`` of its query."""

    name: str
    default: str
    meaning: str


@dataclass(frozen=True)
class Question:
    """A file of ontology/questions/: a query, headed by what it asks and how."""

    name: str
    summary: str
    asks: str  # scientist, curator, educator or reviewer
    topic: str
    parameters: tuple[Parameter, ...]
    explanation: str
    empty: str  # why its answer may rightly be empty
    text: str  # the whole file; its head is comments, so it is a query as it stands
    file: str = field(compare=False)

    @property
    def query(self) -> str:
        """The query alone, without its head."""
        lines = self.text.splitlines(keepends=True)
        head = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
        return "".join(lines[head:])


@cache
def questions() -> Mapping[str, Question]:
    """Every question of the library by its name.

    >>> [p.default for p in questions()["what-protects"].parameters]
    ['miR-146a-5p']
    """
    return {path.stem: _question(path) for path in sorted((shelf("ontology") / "questions").glob("*.rq"))}


def _question(path: Path) -> Question:
    text = path.read_text(encoding="utf-8-sig")
    keys: dict[str, str] = {}
    parameters, explanation = [], []
    for line in text.splitlines():
        if line.startswith("#+"):
            key, _, value = (part.strip() for part in line[2:].partition(":"))
            if key == "param":
                name, _, rest = (part.strip() for part in value.partition("="))
                default, _, meaning = (part.strip() for part in rest.partition("   #"))
                parameters.append(Parameter(name, default, meaning))
            else:
                keys[key] = value
        elif line.startswith("#"):
            explanation.append(line[1:].strip())
        elif line.strip():
            break
    return Question(
        name=path.stem,
        summary=keys.get("summary", ""),
        asks=keys.get("asks", ""),
        topic=keys.get("topic", ""),
        parameters=tuple(parameters),
        explanation="\n".join(explanation).strip(),
        empty=keys.get("empty", ""),
        text=text,
        file=str(path),
    )


# ---------------------------------------------------------------- reading a query


class Token(NamedTuple):
    """A piece of a query: comment, iri, literal, variable, blank, name, number, language, word, space or other."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_LOCAL = r"[\w:]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?#@%]"
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<comment>\#[^\n\r]*)
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
  | (?P<literal>"{{3}}(?:"{{0,2}}(?:[^"\\]|\\.))*"{{3}} | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
              | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<blank>_:\w(?:[\w.-]*[\w-])?)
  | (?P<name>(?:[^\W\d_](?:[\w.-]{{0,250}}[\w-])?)?:(?:(?:{_LOCAL})(?:(?:{_LOCAL}|[.-])*(?:{_LOCAL}|-))?)?)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<word>[^\W\d]\w*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BEGINS = re.compile(r"\s|(?:prefix|base|select|ask|construct|describe|insert|delete|load)\b", re.IGNORECASE)
_UPDATES = set("insert delete load clear create drop copy move add with".split())
_FORMS = set("select ask construct describe".split())


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query, without white space and comments.

    >>> [f"{t.kind} {t.text}" for t in tokens("?s ex:SERVICE 'SERVICE' # SERVICE")]
    ['variable ?s', 'name ex:SERVICE', "literal 'SERVICE'"]
    """
    for match in _TOKEN.finditer(query):
        if match.lastgroup not in ("space", "comment"):
            yield Token(str(match.lastgroup), match.group(), match.start())


@dataclass(frozen=True)
class _Query:
    """A query that has been read far enough to know that it may be run."""

    text: str
    name: str  # of the file that it stands in, for complaints
    form: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    added: int = 0  # lines that were put before it, to declare prefixes
    names: bool = False  # whether it tells graphs apart

    def at(self, offset: int) -> Location:
        """Where a character of the text stands."""
        lines = self.text[:offset].split("\n")
        text = self.text.split("\n")[len(lines) - 1].rstrip("\r")
        return Location(self.name, len(lines) - self.added, len(lines[-1]) + 1, text)


def _read(text: str, name: str, remote: bool = False) -> _Query:
    """Declare the prefixes that everybody knows, and refuse what may not be run."""
    query = _Query(text, name)
    form = ""
    declared: dict[str, str] = {}
    used: dict[str, Token] = {}
    before = Token("", "", 0)
    found = list(tokens(text))
    for token, after in zip(found, [*found[1:], Token("", "", 0)], strict=False):
        word = token.text.casefold()
        prefix = token.text.partition(":")[0] if token.kind == "name" else ""
        if token.kind == "name" and before.text.casefold() == "prefix":
            declared[prefix] = after.text[1:-1]
        elif token.kind == "name":
            used.setdefault(prefix, token)
        if token.kind == "word" and not form and word in _FORMS | _UPDATES:
            form = word.upper()
        if not remote and _calls(token, before, after):
            raise NoAnswer(
                "no-service",
                "SERVICE would ask another server, which a question never does",
                "ask that endpoint itself with --endpoint, or save its answer as a file and give that",
                query.at(token.start),
            )
        before = token
    if form.casefold() in _UPDATES:
        start = next(t.start for t in found if t.text.upper() == form)
        raise NoAnswer(
            "no-update", f"{form} is an update; kg only asks", "SELECT, ASK, CONSTRUCT or DESCRIBE", query.at(start)
        )
    known = {**{prefix: row.iri for prefix, row in vocabulary.prefixes().items()}, **PREFIXES}
    missing = {prefix: token for prefix, token in used.items() if prefix not in declared}
    for prefix, token in missing.items():
        if prefix not in known:
            hint = near(prefix, known)
            raise NoAnswer(
                "unknown-prefix",
                f"the prefix '{prefix}:' is not declared",
                f"put PREFIX {prefix}: <...> at the top{'; ' + hint if hint.startswith('did') else ''}",
                query.at(token.start),
            )
    lines = "".join(f"PREFIX {prefix}: <{known[prefix]}>\n" for prefix in missing)
    names = any(t.kind == "word" and t.text.casefold() in ("graph", "from") for t in found)
    return _Query(lines + text, name, form, {**declared, **{p: known[p] for p in missing}}, len(missing), names)


def _calls(token: Token, before: Token, after: Token) -> bool:
    """Whether a token may start a call of another server.

    The engine needs no space after a keyword: to it ``SERVICE:x {``, ``SERVICESILENT<x>{`` and ``trueSERVICE<x>{`` are
    calls, too. So any word that holds SERVICE counts, and so does such a prefix if a group follows.
    """
    if token.kind == "word":
        return "service" in token.text.casefold()
    graph = before.text.casefold() in ("graph", "from", "named")
    held = "service" in token.text.partition(":")[0].casefold()
    return token.kind == "name" and held and after.text == "{" and not graph


def _filled(question: Question, given: Mapping[str, str]) -> str:
    """The text of a question with the values of its parameters in place of the defaults."""
    known = [parameter.name for parameter in question.parameters]
    for name, value in given.items():
        if name not in known:
            hint = near(name, known) if known else "it has no parameters"
            raise NoAnswer("unknown-parameter", f"{question.name} has no parameter {name!r}", hint, name=question.name)
        if not value.strip():
            raise NoAnswer("missing-value", f"the parameter {name!r} is given no value", name=question.name)
    text, found = question.text, list(tokens(question.text))
    for n in range(len(found) - 5, -1, -1):  # from the end, so that what is replaced moves nothing before it
        word, variable, opening, default, closing = found[n : n + 5]
        name = variable.text[1:]
        if (word.text.upper(), opening.text, closing.text) == ("VALUES", "{", "}") and name in given:
            new = _written(given[name], default, name, question.name)
            text = text[: default.start] + new + text[default.end :]
    return text


def _written(value: str, like: Token, parameter: str, question: str) -> str:
    """A value as a SPARQL term of the same kind as the default: an IRI, a number or a literal."""
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise NoAnswer("wrong-value", f"the value of {parameter!r} is not text", name=question)
    if like.kind == "iri":
        prefix, _, local = value.partition(":")
        if prefix in vocabulary.prefixes() and not local.startswith("//"):
            value = vocabulary.expand(value)
        elif not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value):
            value = vocabulary.BASE + value
        if re.search(r'[<>"{}|^`\\\x00-\x20\x7f-\x9f]', value):
            raise NoAnswer("wrong-value", f"{parameter!r} is an IRI, which {value!r} is not", name=question)
        return f"<{value}>"
    if like.kind == "number":
        if not re.fullmatch(r"[0-9]{1,18}", value.strip()):
            raise NoAnswer("wrong-value", f"{parameter!r} is a whole number, which {value!r} is not", name=question)
        return value.strip()
    return _quoted(value)


def _quoted(value: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    return '"' + "".join(escapes.get(char, char) for char in value) + '"'


# ---------------------------------------------------------------- answers


class Value(NamedTuple):
    """A term of an answer: kind is ``uri``, ``literal`` or ``bnode`` (``triple`` for a quoted one)."""

    kind: str
    text: str
    datatype: str = ""
    language: str = ""

    @property
    def turtle(self) -> str:
        """As it is written in Turtle and in SPARQL."""
        if self.kind != "literal":
            return {"uri": f"<{self.text}>", "bnode": f"_:{self.text}"}.get(self.kind, self.text)
        tail = f"@{self.language}" if self.language else f"^^<{self.datatype}>" if self.datatype else ""
        bare = self.datatype == PREFIXES["xsd"] + "integer" and re.fullmatch(r"[+-]?\d+", self.text)
        return self.text if bare else _quoted(self.text) + tail


Row = tuple[Value | None, ...]


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
    labels: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def text(self, format: str = "", width: int = 100) -> str:
        """The answer as a ``table``, ``csv``, ``tsv``, ``json`` (SPARQL results) or, if it is a graph, ``turtle``.

        >>> print(ask("ASK { ?x a kgv:Mechanism }", "ta1-tlr7").text(), end="")
        yes
        """
        if format == "turtle" or (not format and self.form in ("CONSTRUCT", "DESCRIBE")):
            if self.form not in ("CONSTRUCT", "DESCRIBE"):
                raise NoAnswer("no-graph", f"{self.form} gives no graph to write as Turtle", "CONSTRUCT does")
            return self.turtle
        if format == "json":
            return json.dumps(self._json(), ensure_ascii=False, indent=1) + "\n"
        if format in ("csv", "tsv"):
            return self._separated(format)
        return self._table(width)

    @property
    def strips(self) -> Mapping[tuple[str, ...], list[str]]:
        """The ids of the mechanisms that share a source strip, by strip."""
        found: dict[tuple[str, ...], list[str]] = {}
        for id, caveats in self.caveats.items():
            found.setdefault(caveats, []).append(id)
        return found

    def _json(self) -> dict[str, Any]:
        if self.truth is not None:
            return {"head": {}, "boolean": self.truth}
        bindings = []
        for row in self.rows:
            bound = {}
            for name, value in zip(self.variables, row, strict=True):
                if value is not None:
                    extra = {"xml:lang": value.language} if value.language else {"datatype": value.datatype}
                    bound[name] = {"type": value.kind, "value": value.text, **{k: v for k, v in extra.items() if v}}
            bindings.append(bound)
        return {"head": {"vars": list(self.variables)}, "results": {"bindings": bindings}}

    def _separated(self, format: str) -> str:
        if self.truth is not None:
            return f"answer\n{str(self.truth).lower()}\n"
        if format == "tsv":
            lines = [[f"?{name}" for name in self.variables]]
            lines += [[value.turtle if value else "" for value in row] for row in self.rows]
            return "".join("\t".join(line) + "\n" for line in lines)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.variables)
        writer.writerows([value.text if value else "" for value in row] for row in self.rows)
        return out.getvalue()

    def _table(self, width: int) -> str:
        if self.truth is not None:
            return "yes\n" if self.truth else "no\n"
        if not self.variables:
            return f"{len(self.rows)} rows of nothing\n"
        cells = [[self._shown(value, row) for value in row] for row in self.rows]
        heads = [name.replace("_", " ") for name in self.variables]
        columns = [[head, *(row[i] for row in cells)] for i, head in enumerate(heads)]
        widths = _widths([max(map(len, column)) for column in columns], width)
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

    def _shown(self, value: Value | None, row: Row) -> str:
        """A cell: an IRI is made compact, and its label is put before it unless the row says it anyway."""
        if value is None:
            return ""
        if value.kind != "uri":
            return visible(value.text.replace("\n", " "))
        short, label = self._compact(value.text), self.labels.get(value.text, "")
        said = any(other is not None and other.kind == "literal" and other.text == label for other in row)
        return visible(f"{label} ({short})" if label and not said else short)

    def _compact(self, iri: str) -> str:
        for prefix, start in sorted(_known().items() | self.prefixes.items(), key=lambda item: (-len(item[1]), item)):
            if start and iri.startswith(start) and re.fullmatch(r"[\w.-]+", iri[len(start) :]):
                return f"{prefix}:{iri[len(start) :]}"
        return iri.removeprefix(vocabulary.BASE) if iri != vocabulary.BASE else iri


@cache
def _known() -> Mapping[str, str]:
    return {**PREFIXES, **{prefix: row.iri for prefix, row in vocabulary.prefixes().items()}}


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


def _numeric(values: Iterable[Value | None]) -> bool:
    kinds = {PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "int", "long")}
    found = [value for value in values if value is not None]
    return bool(found) and all(value.datatype in kinds for value in found)


# ---------------------------------------------------------------- asking


def ask(
    question: str | Path,
    *over: str | Path | Mechanism,
    given: Mapping[str, str] | None = None,
    endpoint: str = "",
    seconds: float = SECONDS,
    rows: int = ROWS,
    labels: bool = True,
) -> Answer:
    """The answer to a question of the library, a query, or a file that holds one.

    It is asked over mechanisms (ids in seeds/, files, folders, or values), RDF files, or all of seeds/ if nothing is
    named; a mechanism comes with what its runs derive. With ``endpoint`` a SPARQL server is asked instead. Simple
    patterns see the merge of all graphs; ``GRAPH ?g`` tells them apart. ``given`` replaces the defaults of parameters.
    ``labels`` looks up what IRIs are called, which only a table shows.

    >>> answer = ask("SELECT ?label { ?n kgv:outcome true ; rdfs:label ?label } ORDER BY ?label", "ta1-tlr7")
    >>> [row[0].text for row in answer.rows]
    ['CD8⁺ T-cell priming', 'miR-146a-5p', 'tumour control']

    Raises NoAnswer if the question is unknown, wrong, refused, or takes longer than ``seconds``.
    """
    query = _read(*_text(question, given or {}), remote=bool(endpoint))
    if endpoint:
        return _remote(query, endpoint, seconds, rows)
    with Engine(seconds, names=query.names) as engine:
        engine.check(query)
        engine.load(*over)
        return engine.answer(query, rows, labels)


def explained(question: str | Path, given: Mapping[str, str] | None = None) -> str:
    """A question as text: what it asks, how the query works, and the query with its parameters filled in.

    >>> print(explained("what-protects").splitlines()[0])
    From what is a node protected, by what, and where?
    """
    text, name = _text(question, given or {})
    path = Path(name)
    one = _question(path) if path.is_file() else None
    if one is None or not one.summary:
        return text
    lines = [
        one.summary,
        f"asked by: {one.asks}",
        *(f"--with {p.name}={p.default}: {p.meaning}" for p in one.parameters),
    ]
    return "\n".join([*lines, "", one.explanation, "", replace(one, text=text).query])


def _text(question: str | Path, given: Mapping[str, str]) -> tuple[str, str]:
    """The text of a question, and the name to complain under."""
    name = str(question)
    if name in questions():
        known = questions()[name]
        return _filled(known, given), known.file
    if "{" in name or _BEGINS.match(name):
        text, name = name, "query"
    elif Path(name).is_file():
        if Path(name).suffix not in (".rq", ".sparql", ".txt"):
            raise NoAnswer("unknown-question", "a question stands in a file that ends in .rq", name=name)
        try:
            known = _question(Path(name))
        except UnicodeDecodeError as error:
            raise NoAnswer("not-text", f"byte {error.start} is no UTF-8", name=name) from None
        return _filled(known, given), name
    else:
        message = "there is no such question, nor a file of this name"
        raise NoAnswer("unknown-question", message, near(name, questions()), name=name)
    if given:
        raise NoAnswer("unknown-parameter", "a query that is given as text has no parameters", name=name)
    return text, name


class Engine:
    """RDF held in a process of its own, in which questions are answered and from which they can be called off.

    Use it to ask several questions of the same data; ``ask`` is one question of one engine.

    >>> with Engine() as engine:
    ...     engine.load("ta1-tlr7")
    ...     [engine.ask(f"ASK {{ ?x a kgv:{kind} }}").truth for kind in ("Node", "Nothing")]
    [True, False]
    """

    def __init__(self, seconds: float = SECONDS, names: bool = True) -> None:
        self.seconds, self.names = seconds, names
        self.caveats: dict[str, tuple[str, ...]] = {}
        code = f"import sys; sys.path[:] = {sys.path!r}; from kg.sparql import _serve; _serve()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.process.wait()

    def load(self, *over: str | Path | Mechanism) -> None:
        """Add mechanisms and RDF files; everything in seeds/ if none is named."""
        from kg import formats
        from kg.formats import rdf

        mechanisms = []
        for one in over or formats.seeds():
            if isinstance(one, (str, Path)) and Path(one).suffix in SUFFIXES:
                self._load_file(Path(one))
            else:
                mechanisms.append(self._load_mechanism(one))
        if len(mechanisms) > 1:
            self._load_graph(ALL, vocabulary.BASE + ALL, rdf.together(mechanisms))

    def ask(
        self, question: str | Path, given: Mapping[str, str] | None = None, rows: int = ROWS, labels: bool = True
    ) -> Answer:
        """The answer to a question over what was loaded."""
        return self.answer(_read(*_text(question, given or {})), rows, labels)

    def check(self, query: _Query) -> None:
        """Raise NoAnswer if the engine does not understand the query. Nothing needs to be loaded."""
        self._done(self._said("query", do="check", query=query.text), query)

    def answer(self, query: _Query, rows: int = ROWS, labels: bool = True) -> Answer:
        """The answer to a query that has been read."""
        about = {"query": query.text, "rows": rows, "prefixes": dict(query.prefixes), "labels": labels}
        said = self._done(self._said("query", do="ask", **about), query)
        found = tuple(tuple(None if one is None else Value(*one) for one in row) for row in said["rows"])
        strips = {id: tuple(strip) for id, strip in said["caveats"].items()}
        return Answer(
            form=query.form,
            variables=tuple(said["variables"]),
            rows=found,
            truth=said["truth"],
            turtle=said["turtle"],
            capped=said["capped"],
            caveats={**strips, **self.caveats},
            labels=said["labels"],
            prefixes=query.prefixes,
        )

    def _load_mechanism(self, one: str | Path | Mechanism) -> Mechanism:
        from kg import formats
        from kg.diagnostics import InvalidMechanism
        from kg.formats import rdf

        if isinstance(one, (str, Path)):
            mechanism, report = formats.examine(one)
            if report.errors:
                raise InvalidMechanism(report.diagnostics)
        else:
            mechanism = one
        self.caveats[mechanism.id] = mechanism.caveats
        for name, graph in ((rdf.iri(mechanism), rdf.graph), (rdf.iri(mechanism, "run"), rdf.run_graph)):
            self._load_graph(mechanism.id, name, graph(mechanism))
        return mechanism

    def _load_graph(self, about: str, name: str, graph: Any) -> None:
        text = graph.serialize(format="nt")
        self._done(self._said(about, do="load", text=text, graph=name, names=self.names))

    def _load_file(self, path: Path) -> None:
        with open(path, "rb"):  # an OSError names the file
            pass
        said = self._said(str(path), do="load", path=str(path), graph=path.resolve().as_uri(), names=self.names)
        if "error" in said:
            at = Location(str(path), said.get("line", 1), said.get("column", 1), said.get("text", ""))
            raise NoAnswer("not-rdf", said["error"], at=at)

    def _said(self, about: str, **request: Any) -> dict[str, Any]:
        """What the process answers; it is killed when its time is over."""
        over = threading.Event()

        def stop() -> None:
            over.set()
            self.process.kill()

        timer = threading.Timer(self.seconds, stop)
        timer.start()
        try:
            assert self.process.stdin and self.process.stdout and self.process.stderr
            line = b""
            with contextlib.suppress(OSError):
                self.process.stdin.write(json.dumps({**request, "seconds": self.seconds}).encode() + b"\n")
                self.process.stdin.flush()
                line = self.process.stdout.readline()
        finally:
            timer.cancel()
        if over.is_set():
            message = f"{about} took longer than {self.seconds:g} s and was stopped"
            raise NoAnswer("time-limit", message, "make it narrower, or give it more --seconds", name=about)
        if not line.endswith(b"\n"):
            last = self.process.stderr.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
            message = f"the engine ended while it worked on {about}; it may need more memory than there is"
            raise NoAnswer("engine-ended", message, last, name=about)
        found: dict[str, Any] = json.loads(line)
        return found

    def _done(self, said: dict[str, Any], query: _Query | None = None) -> dict[str, Any]:
        if "error" not in said:
            return said
        if query and "offset" in said:
            raise NoAnswer("syntax", said["error"], at=query.at(said["offset"]))
        raise NoAnswer("not-answered", said["error"], name=query.name if query else "query")


def _remote(query: _Query, endpoint: str, seconds: float, rows: int) -> Answer:
    """The answer of a SPARQL endpoint: one POST, as the protocol has it."""
    import urllib.error
    import urllib.parse
    import urllib.request

    if not re.match(r"https?://[^\s/]", endpoint):
        raise NoAnswer("no-endpoint", "an endpoint is an http or https address", name=endpoint)
    graph = query.form in ("CONSTRUCT", "DESCRIBE")
    accept = "text/turtle" if graph else "application/sparql-results+json"
    request = urllib.request.Request(
        endpoint,
        data=urllib.parse.urlencode({"query": query.text}).encode(),
        headers={"Accept": accept, "User-Agent": "kg"},
    )
    until = time.monotonic() + seconds
    parts = []
    try:
        with urllib.request.urlopen(request, timeout=seconds) as reply:
            while part := reply.read1(65536):
                parts.append(part)
                if time.monotonic() > until:
                    raise TimeoutError
    except urllib.error.HTTPError as error:
        said = " ".join(error.read(2000).decode("utf-8", "replace").split())[:300]
        raise NoAnswer("endpoint", f"it answers {error.code} {error.reason}", said, name=endpoint) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            message = f"it took longer than {seconds:g} s"
            raise NoAnswer("time-limit", message, "give it more --seconds", name=endpoint) from None
        raise NoAnswer("endpoint", f"it cannot be reached: {reason}", name=endpoint) from None
    try:
        return _received(b"".join(parts), query, graph, rows)
    except (ValueError, KeyError, TypeError, AttributeError):
        kind = reply.headers.get_content_type()
        message = f"it answers with {kind} that is no {'Turtle' if graph else 'SPARQL result in JSON'}"
        raise NoAnswer("endpoint", message, name=endpoint) from None


def _received(data: bytes, query: _Query, graph: bool, rows: int) -> Answer:
    if graph:
        said = _graph(data, rows, query.prefixes)
        found = tuple(tuple(Value(*one) for one in row) for row in said["rows"])
        variables = tuple(said["variables"])
        return Answer(query.form, variables, found, None, said["turtle"], said["capped"], prefixes=query.prefixes)
    result = json.loads(data)
    if "boolean" in result:
        return Answer(query.form, truth=bool(result["boolean"]), prefixes=query.prefixes)
    names = tuple(map(str, result["head"]["vars"]))
    kinds = {"typed-literal": "literal"}
    bindings = result["results"]["bindings"]
    table: list[Row] = []
    for bound in bindings[:rows]:
        row: list[Value | None] = []
        for name in names:
            one = bound.get(name)
            text = one and (one["value"] if isinstance(one["value"], str) else json.dumps(one["value"]))
            row.append(
                one
                and Value(kinds.get(one["type"], one["type"]), text, one.get("datatype", ""), one.get("xml:lang", ""))
            )
        table.append(tuple(row))
    return Answer(query.form, names, tuple(table), capped=len(bindings) > rows, prefixes=query.prefixes)


# ---------------------------------------------------------------- in the process that can be killed


def _serve() -> None:
    """Answer one line of JSON with another until there are no more."""
    import signal

    import pyoxigraph as ox

    _bounded()
    store = ox.Store()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if hasattr(signal, "setitimer"):  # if the parent dies first, this ends by itself
            signal.setitimer(signal.ITIMER_REAL, request["seconds"] + 5)
        try:
            said = {"check": _check, "load": _load, "ask": _ask}[request["do"]](store, request)
        except SyntaxError as error:
            said = _misread(request["query"]) if "query" in request else {"error": str(error)}
        except (OSError, ValueError, RuntimeError) as error:
            said = {"error": str(error)}
        sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
        sys.stdout.buffer.flush()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def _bounded() -> None:
    """Let the process have three quarters of the memory, so that a greedy query ends it and not the machine."""
    with contextlib.suppress(ImportError, ValueError, OSError, AttributeError):
        import os
        import resource

        most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _misread(query: str) -> dict[str, Any]:
    """Where and why the engine does not understand a query.

    It tries each keyword by taking as many characters, so the place that it names is past the fault by up to a
    keyword. Asked once more with wide gaps between the tokens, the place falls into the token or the gap behind it.
    """
    import pyoxigraph as ox

    gap, wide, starts = " " * 64, "", []
    found = list(tokens(query))
    for before, token in zip([None, *found], found, strict=False):
        if before is None or before.end < token.start or token.text in "(){}[];," or before.text in "(){}[];,":
            wide += gap
        starts.append(len(wide))
        wide += token.text
    place = None
    try:
        ox.Store().query(wide + gap)
    except SyntaxError as error:
        place = re.match(r"error at (\d+):(\d+): expected (.*)", str(error), re.DOTALL)
    if place is None:
        return {"error": "the engine does not understand the query", "offset": 0}
    lines = wide.split("\n")
    at = sum(len(line) + 1 for line in lines[: int(place[1]) - 1]) + int(place[2]) - 1
    ended = at >= len(wide) + len(gap)
    here = max((n for n, start in enumerate(starts) if start <= at), default=0)
    there = (
        "the query is empty"
        if not found
        else "the query ends too early"
        if ended
        else f"{found[here].text[:40]!r} does not belong here"
    )
    if not ended and found and found[here].kind == "iri" and ":" not in found[here].text:
        there += ": an IRI must be absolute, such as <https://...>"
    return {"error": _reason(there, place[3]), "offset": found[-1].end if ended else found[here].start if found else 0}


def _reason(there: str, expected: str) -> str:
    """What is wrong there, from the engine's list of all that might have stood there instead."""
    sentence = re.search(r"\b(?:The|Invalid|Unexpected|Blank|Variable)\b[^,\[\"]+ [^,\[\"]+", expected)
    if sentence:
        return sentence.group().strip()
    quoted = set(re.findall(r'"((?:[^"\\]|\\.)+)"', expected))
    words = sorted(set(re.findall(r"\b[A-Z]{2,}\b", re.sub(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]', " ", expected))))
    kinds = [
        ("a variable", bool(quoted & {"?", "$"})),
        ("an IRI", "<" in quoted or ":" in quoted),
        ("a literal", bool(quoted & {"'", '\\"'})),
        ("an expression", len(words) > 6),
        *[(f"'{mark}'", mark in quoted) for mark in "{}().;,"],
    ]
    wanted = [kind for kind, holds in kinds if holds]
    wanted += words[: 7 - len(wanted)] if wanted and len(words) <= 6 else []
    if not wanted and "CONSTRUCT" in words:
        wanted = ["SELECT, ASK, CONSTRUCT or DESCRIBE"]
    return there + (f"; expected: {', '.join(wanted)}" if wanted else "")


def _check(_: Any, request: dict[str, Any]) -> dict[str, Any]:
    import pyoxigraph as ox

    ox.Store().query(request["query"])
    return {}


def _load(store: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Add a graph to the default graph, which is the merge of all, and under its own name if that is wanted.

    The engine's own union of graphs will not do: it counts a triple that stands in two graphs twice.
    """
    import pyoxigraph as ox

    graph = ox.NamedNode(request["graph"]) if request["names"] else ox.DefaultGraph()
    if "text" in request:
        store.bulk_load(request["text"].encode(), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
        return _merged(store, request)
    path = Path(request["path"])
    format = ox.RdfFormat.from_media_type(SUFFIXES[path.suffix])
    data = path.read_bytes()
    if format == ox.RdfFormat.RDF_XML and re.search(rb"<!ENTITY\s+\S+\s+(\"[^\"]*&|'[^']*&)", data):
        raise ValueError("an entity that is made of entities can grow without end, so it is not read")
    options = {"format": format, "base_iri": request["graph"]}
    try:
        if path.suffix in (".nq", ".trig", ".jsonld"):
            quads = ox.parse(data, rename_blank_nodes=True, **options)
            named = request["names"]
            own = ox.DefaultGraph()
            store.bulk_extend(
                ox.Quad(
                    quad.subject,
                    quad.predicate,
                    quad.object,
                    quad.graph_name if named and quad.graph_name != own else graph,
                )
                for quad in quads
            )
        else:
            store.bulk_load(data, to_graph=graph, **options)
    except SyntaxError as error:
        message = re.sub(r"^Parser error at line \d+ column \d+: | \(line \d+\)$", "", str(error))
        line = data.decode("utf-8", "replace").split("\n")[(error.lineno or 1) - 1 :][:1]
        return {
            "error": message,
            "line": error.lineno or 1,
            "column": error.offset or 1,
            "text": "".join(line).strip("\r"),
        }
    return _merged(store, request)


def _merged(store: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Put what stands in named graphs into the default graph as well, each triple once."""
    if request["names"]:
        store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
    return {}


def _ask(store: Any, request: dict[str, Any]) -> dict[str, Any]:
    import pyoxigraph as ox

    most = request["rows"]
    said: dict[str, Any] = {"variables": [], "truth": None, "turtle": "", "capped": False, "rows": []}
    found = store.query(request["query"])
    if isinstance(found, ox.QueryBoolean):
        said["truth"] = bool(found)
    elif isinstance(found, ox.QueryTriples):
        said.update(_graph(found, most, request["prefixes"]))
    else:
        said["variables"] = [variable.value for variable in found.variables]
        rows: list[list[Any]] = []
        for solution in found:
            if len(rows) == most:
                said["capped"] = True
                break
            rows.append([None if term is None else _plain(term) for term in solution])
        said["rows"] = rows
    shown = said["rows"] if request["labels"] else []
    iris = {one[1] for row in shown for one in row if one and one[0] == "uri"}
    said["labels"] = {iri: label for iri in iris if (label := _label(store, iri))}
    strips: dict[str, list[str]] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["kgv"] + "caveat"), None, None):
        strips.setdefault(quad.subject.value.removeprefix(vocabulary.BASE), []).append(quad.object.value)
    said["caveats"] = {id: sorted(set(strip)) for id, strip in sorted(strips.items()) if not id.endswith("/run")}
    return said


def _label(store: Any, iri: str) -> str:
    import pyoxigraph as ox

    for predicate in LABELS:
        quads = store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None, None)
        found = sorted(quad.object.value for quad in quads if isinstance(quad.object, ox.Literal))
        if found:
            return str(found[0])
    return ""


def _plain(term: Any) -> list[str]:
    """A term of the engine as plain texts, in the order of ``Value``."""
    import pyoxigraph as ox

    if type(term) is ox.NamedNode:
        return ["uri", term.value]
    if type(term) is ox.Literal:
        if term.language:
            return ["literal", term.value, "", term.language]
        datatype = term.datatype.value
        return ["literal", term.value, "" if datatype == PREFIXES["xsd"] + "string" else datatype]
    return ["bnode", term.value] if type(term) is ox.BlankNode else ["triple", str(term)]


def _graph(source: Any, rows: int, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """A graph, as an iterator of the engine's or as Turtle: its triples as rows, and as Turtle in a stable order."""
    import pyoxigraph as ox

    if isinstance(source, bytes):
        source = (quad.triple for quad in ox.parse(source, format=ox.RdfFormat.TURTLE))
    triples: list[Any] = []
    capped = False
    for triple in dict.fromkeys(source):
        if len(triples) == rows:
            capped = True
            break
        triples.append(triple)
    triples.sort(key=str)
    names = dict(sorted(prefixes.items()))
    turtle = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=names) or b"").decode()
    table = [[_plain(t.subject), _plain(t.predicate), _plain(t.object)] for t in triples]
    variables = ["subject", "predicate", "object"]
    return {"variables": variables, "rows": table, "turtle": turtle, "capped": capped}
