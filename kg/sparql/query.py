"""A query as text: its tokens, what it may not do, and the prefixes that it need not declare."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.model import vocabulary
from kg.model.diagnostics import Diagnostic, KgError, Location, near


class NoAnswer(KgError, ValueError):
    """A question that cannot be answered: not understood, refused, or given up; ``diagnostics`` say why and where.

    >>> from kg.sparql import ask
    >>> ask("what-protect", "ta1-tlr7")
    Traceback (most recent call last):
    kg.sparql.query.NoAnswer: what-protect:1:1: unknown-question: there is no such question, nor a file of this name
      help: did you mean 'what-protects'?
    """

    def __init__(
        self, code: str, message: str, help: str = "", at: Location | None = None, name: str = "query"
    ) -> None:
        self.diagnostics = (Diagnostic(at or Location(name, 1, 1), code, message, help),)
        super().__init__(str(self.diagnostics[0]))


class Token(NamedTuple):
    """A piece of a query: comment, iri, literal, variable, blank, name, number, language, word, space or other.

    A literal that does not end is ``unclosed``: the rest of its line, or of the text if it begins with three quotes.
    """

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
  | (?P<long>"{{3}}(?:"{{0,2}}(?:[^"\\]|\\.))*"{{3}} | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}})
  | (?P<unclosed_long>"{{3}}.* | '{{3}}.*)
  | (?P<literal>"(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
  | (?P<unclosed>["'][^\n\r]*)
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
#: How a query begins, unlike the name of a file: ask-me.rq
BEGINS = re.compile(
    r"\s|(?:prefix|base|select|ask|construct|describe|insert|delete|load)(?=[\s{<*?$(#]|$)", re.IGNORECASE
)
_UPDATES = set("insert delete load clear create drop copy move add with".split())
_FORMS = set("select ask construct describe".split())


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query, without white space and comments.

    >>> [f"{t.kind} {t.text}" for t in tokens("?s ex:SERVICE 'SERVICE' # SERVICE")]
    ['variable ?s', 'name ex:SERVICE', "literal 'SERVICE'"]
    """
    for match in _TOKEN.finditer(query):
        kind = {"long": "literal", "unclosed_long": "unclosed"}.get(str(match.lastgroup), str(match.lastgroup))
        if kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start())


@dataclass(frozen=True)
class Query:
    """A query that has been read far enough to know that it may be run."""

    text: str
    name: str  # of the file that it stands in, for complaints
    form: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    added: int = 0  # lines that were put before it, to declare prefixes
    names: bool = False  # whether it tells graphs apart
    called: str = ""  # what its answer is called in a citation
    hints: tuple[str, ...] = ()  # where it says what its author hardly means

    def at(self, offset: int) -> Location:
        """Where a character of the text stands."""
        lines = self.text[:offset].split("\n")
        text = self.text.split("\n")[len(lines) - 1].rstrip("\r")
        return Location(self.name, len(lines) - self.added, len(lines[-1]) + 1, text)


def read(text: str, name: str, called: str = "", remote: bool = False) -> Query:
    """Declare the prefixes that everybody knows, and refuse what may not be run.

    Without a name of its own a query is called by a hash of its tokens: neither layout nor comments change it.
    """
    query = Query(text, name)
    form = ""
    declared: dict[str, str] = {}
    used: dict[str, Token] = {}
    before = Token("", "", 0)
    found = list(tokens(text))
    if not found:
        raise NoAnswer("syntax", "the query is empty", "SELECT, ASK, CONSTRUCT or DESCRIBE", name=name)
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
    usual = vocabulary.namespaces()
    missing = {prefix: token for prefix, token in used.items() if prefix not in declared}
    for prefix, token in missing.items():
        if prefix not in usual:
            hint = near(prefix, usual)
            raise NoAnswer(
                "unknown-prefix",
                f"the prefix '{prefix}:' is not declared",
                f"put PREFIX {prefix}: <...> at the top{'; ' + hint if hint.startswith('did') else ''}",
                query.at(token.start),
            )
    lines = "".join(f"PREFIX {prefix}: <{usual[prefix]}>\n" for prefix in missing)
    names = any(t.kind == "unclosed" or (t.kind == "word" and t.text.casefold() in ("graph", "from")) for t in found)
    said = " ".join(token.text for token in found)
    called = called or f"query-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:10]}"
    prefixes = {**declared, **{prefix: usual[prefix] for prefix in missing}}
    return Query(
        lines + text, name, form, prefixes, len(missing), names, called, tuple(_aliases_in_having(text, found))
    )


def _aliases_in_having(text: str, found: Sequence[Token]) -> Iterator[str]:
    """A hint for each HAVING that names an alias of its SELECT.

    By the algebra of SPARQL 1.1 (section 18.2.4) aliases are bound after HAVING, so such a condition is never true; some
    engines bind them all the same.
    """
    aliases: list[dict[str, str]] = [{}]  # of the SELECT at each depth of braces: the expression behind a variable
    opened: list[int] = []  # brackets that are open
    choosing = having = False
    for n, token in enumerate(found):
        word = token.text.casefold()
        if token.kind == "word":
            if word == "select":
                aliases[-1], choosing = {}, True
            if word in ("order", "limit", "offset", "values", "group"):
                having = False
            having = having or word == "having"
        elif word == "{":
            choosing = having = False
            aliases.append({})
        elif word == "}" and len(aliases) > 1:
            aliases.pop()
            having = False
        elif word == "(":
            opened.append(n)
        elif word == ")" and opened:
            start = opened.pop()
            if choosing and not opened and found[n - 2].text.casefold() == "as":
                aliases[-1][found[n - 1].text[1:]] = text[found[start].end : found[n - 2].start].strip()
            elif having and not opened:
                named = [one for one in found[start:n] if one.kind == "variable" and one.text[1:] in aliases[-1]]
                meant = text[found[start].start : token.end]
                for one in named:
                    said = aliases[-1][one.text[1:]].replace("\\", r"\\")
                    meant = re.sub(re.escape(one.text) + r"(?!\w)", said, meant)
                if named:
                    yield f"{named[0].text} is a name that SELECT gives, and HAVING does not know it: write HAVING {meant}"


def _calls(token: Token, before: Token, after: Token) -> bool:
    """Whether a token may start a call of another server.

    The engine needs no space after a keyword: to it ``SERVICE:x {``, ``SERVICESILENT<x>{`` and ``trueSERVICE<x>{`` are
    calls, too. So any word that holds SERVICE counts, and so does such a prefix if a group follows.
    """
    if token.kind in ("word", "unclosed"):
        return "service" in token.text.casefold()
    graph = before.text.casefold() in ("graph", "from", "named")
    held = "service" in token.text.partition(":")[0].casefold()
    return token.kind == "name" and held and after.text == "{" and not graph


def quoted(value: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    return '"' + "".join(escapes.get(char, char) for char in value) + '"'
