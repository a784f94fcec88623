"""The library of questions: ontology/questions/*.rq, and a question with its parameters filled in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from kg import data_dir
from kg.model import vocabulary
from kg.model.diagnostics import near
from kg.model.plugins import plugged
from kg.sparql.query import BEGINS, NoAnswer, Token, quoted, tokens

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


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

    @property
    def makes_a_graph(self) -> bool:
        """Whether its answer is a graph, and not rows or yes or no."""
        words = (token.text.upper() for token in tokens(self.query))
        return next((word for word in words if word in FORMS), "") in ("CONSTRUCT", "DESCRIBE")


@cache
def questions() -> Mapping[str, Question]:
    """Every question by its name: those of kg, then those of other packages.

    An entry point of the group ``kg.questions`` leads to a folder of .rq files, as a path or a text.

    >>> [p.default for p in questions()["what-protects"].parameters]
    ['miR-146a-5p']
    """
    folders = [data_dir("ontology") / "questions", *(Path(found) for _, found in plugged("kg.questions"))]
    found: dict[str, Question] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.rq")):
            found.setdefault(path.stem, _question(path))
    return found


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


def explained(question: str | Path, given: Mapping[str, str] | None = None) -> str:
    """A question as text: what it asks, how the query works, and the query with its parameters filled in.

    >>> print(explained("what-protects").splitlines()[0])
    From what is a node protected, by what, and where?
    """
    text, name, _ = text_of(question, given or {})
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


def text_of(question: str | Path, given: Mapping[str, str]) -> tuple[str, str, str]:
    """The text of a question, the name to complain under, and what its answer is called if it is of the library."""
    name = str(question)
    if name in questions():
        known = questions()[name]
        filled = _filled(known, given)
        asked = {p.name: given[p.name] for p in known.parameters if given.get(p.name, p.default) != p.default}
        called = name + f"?{urlencode(sorted(asked.items()), safe=':/')}" * bool(asked)
        return filled, known.file, called
    if not os.path.isfile(name) and (not name or "{" in name or BEGINS.match(name)):
        text, name = name, "query"
    elif os.path.isfile(name):
        if Path(name).suffix not in (".rq", ".sparql", ".txt"):
            raise NoAnswer("unknown-question", "a question stands in a file that ends in .rq", name=name)
        try:
            known = _question(Path(name))
        except UnicodeDecodeError as error:
            raise NoAnswer("not-text", f"byte {error.start} is not UTF-8", name=name) from None
        return _filled(known, given), name, ""
    else:
        message = "there is no such question, nor a file of this name"
        raise NoAnswer("unknown-question", message, near(name, questions()), name=name)
    if given:
        raise NoAnswer("unknown-parameter", "a query that is given as text has no parameters", name=name)
    return text, name, ""


def _filled(question: Question, given: Mapping[str, str]) -> str:
    """The text of a question with the values of its parameters in place of the defaults."""
    known = [parameter.name for parameter in question.parameters]
    for name, value in given.items():
        if name not in known:
            hint = near(name, known) if known else "it has no parameters"
            raise NoAnswer("unknown-parameter", f"{question.name} has no parameter {name!r}", hint, name=question.name)
        if not value.strip():
            raise NoAnswer("missing-value", f"the parameter {name!r} is given no value", name=question.name)
    text = question.text
    for name, default in reversed(places(question)):  # from the end: what is replaced moves nothing before it
        if name in given:
            new = _written(given[name], default, name, question.name)
            text = text[: default.start] + new + text[default.end :]
    return text


def places(question: Question) -> list[tuple[str, Token]]:
    """Where the parameters of a question stand in its text: each with the token of its default, in order.

    >>> [(name, token.text) for name, token in places(questions()["what-protects"])]
    [('node', '"miR-146a-5p"')]
    """
    known, found = {parameter.name for parameter in question.parameters}, list(tokens(question.text))
    return [
        (variable.text[1:], default)
        for word, variable, opening, default, closing in zip(*(found[n:] for n in range(5)), strict=False)
        if (word.text.upper(), opening.text, closing.text) == ("VALUES", "{", "}") and variable.text[1:] in known
    ]


def _written(value: str, like: Token, parameter: str, question: str) -> str:
    """A value as a SPARQL term of the same kind as the default: an IRI, a number or a literal."""
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise NoAnswer("wrong-value", f"the value of {parameter!r} is not text", name=question)
    if like.kind == "iri":
        prefix, _, local = value.partition(":")
        if (known := vocabulary.prefix(prefix)) and not local.startswith("//"):
            value = vocabulary.expand(f"{known.prefix}:{local}")
        elif not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value):
            value = vocabulary.BASE + value
        if re.search(r'[<>"{}|^`\\\x00-\x20\x7f-\x9f]', value):
            raise NoAnswer("wrong-value", f"{parameter!r} is an IRI, which {value!r} is not", name=question)
        return f"<{value}>"
    if like.kind == "number":
        if not re.fullmatch(r"[0-9]{1,18}", value.strip()):
            raise NoAnswer("wrong-value", f"{parameter!r} is a whole number, which {value!r} is not", name=question)
        return value.strip()
    return quoted(value)
