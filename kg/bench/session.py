"""What the writing bench asks kg: everything that is said of a text while it is being written, as plain values.

The page runs this file in a worker, in Python compiled to WebAssembly; nothing here reads a file or asks a network. Places
are lines and columns that count from 1, as in every complaint.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from kg import checks, formats, page
from kg.bench import mend, panel, reading, sketch
from kg.bench.sheet import Sheet
from kg.checks.runs import ExpectationRuns
from kg.formats.notation import edit
from kg.formats.notation.read import parse_bytes
from kg.model import keys, vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, KgError
from kg.model.grounding import exactly
from kg.model.lexicon import lexicon
from kg.model.mechanism import Mechanism, names_of
from kg.model.names import fold
from kg.model.texts import Text
from kg.page.written import Written
from kg.reasoning import experiments, whatif
from kg.reasoning.network import AS_WRITTEN, QueryError
from kg.review import diff, suggest

MOST = 12  # names that are offered for a phrase


#: Without the lexicon a file of RDF is not all that `kg export` writes, and says so. It has this term.
KNOWN = "CL:0000235"
NO_MATCHES = "# Made without the lexicon: what the terms are called in other vocabularies is missing; kg export writes it, too.\n"


#: What is wrong where a picture needs Graphviz, which the page does not have.


@dataclass
class Session:
    """A mechanism that is being written: its text as it was opened, and the last version of it that has no errors.

    >>> session = Session()
    >>> said = session.open("id: a")
    >>> said["valid"], said["complaints"][0]["code"]
    (False, 'missing-key')
    """

    name: str = "mechanism.yaml"
    opened: str = ""
    mechanism: Mechanism | None = None  # the last one that is sound
    seen: Mechanism | None = None  # what could be read of the last text
    source: reading.Opened | None = None  # the source text beside it
    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of it: condition -> node -> value
    found: Sequence[Diagnostic] = ()  # the complaints of the last text
    runs: ExpectationRuns = field(default_factory=ExpectationRuns)  # its expectations
    sheet: Sheet = field(default_factory=Sheet)

    expected: Mapping[str, str] = field(default_factory=dict)  # what became of each of them

    def open(self, text: str, name: str = "mechanism.yaml") -> dict[str, Any]:
        """Begin with a text: changes are told against it."""
        self.name, self.opened, self.mechanism, self.outcomes, self.sheet = name, text, None, {}, Sheet()
        self.expected = {}
        return self.look(text)

    def look(self, text: str, fixes: bool = True) -> dict[str, Any]:
        """What kg says of a text: complaints with their fixes, what it holds, and what comes out when it is run.

        ``valid`` says that there is no error, ``sound`` that there is none but of expectations, so that it can be run and drawn. Only
        then there are ``outcomes``, ``changed`` (outcomes that differ from those of the last sound text, with why), ``expectations`` and ``runs``,
        without the edges that no expectation tests. ``holds`` is of what could be read. Without ``fixes`` complaints have none; each
        takes a reading of the text, so the page asks for them afterwards.
        """
        mechanism, wrong = parse_bytes(text.encode("utf-8", "surrogatepass"), self.name)
        self.seen = mechanism
        broken = any(one.severity == "error" for one in wrong)
        report = checks.judged(mechanism, "", False, run=not broken, pins=False)
        found = sorted({*wrong, *report.diagnostics})
        errors = {one.code for one in found if one.severity == "error"}
        sound = errors <= {"expectation-fails", "expectation-open"}
        said: dict[str, Any] = {
            "valid": not errors,
            "sound": sound,
            "complaints": [_complaint(one, text) for one in found],
            "holds": _holds(mechanism),
            "runs": str(report.runs) if sound else "",
            "outcomes": [],
            "changed": [],
            "expectations": [],
        }
        self.found = found
        if fixes:
            for one, mends in zip(said["complaints"], self.fixes(text), strict=True):
                one["fixes"] = mends
        if sound:
            before, self.mechanism, self.runs = self.outcomes, mechanism, report.runs
            said["expectations"] = panel.expected(mechanism, self.expected)
            self.expected = {one["words"]: one["state"] for one in said["expectations"]}
            said["outcomes"], self.outcomes = self._outcomes()
            said["changed"] = list(_changed(mechanism, before, self.outcomes))
        return said

    def fixes(self, text: str) -> list[list[dict[str, Any]]]:
        """The edits that answer each complaint of the text that was looked at last."""
        assert self.seen is not None
        return [
            [{"name": one.name, **_edit(text, one.changes, one.select)} for one in mend.mends(found, text, self.seen)]
            for found in self.found
        ]

    def pins(self) -> dict[str, Any]:
        """``runs`` of the last sound version, and in ``untested`` the edges that no expectation tests: this takes longer."""
        if self.mechanism and self.runs.expectations and not self.runs.not_run:
            self.runs = replace(self.runs, unpinned=tuple(experiments.unpinned(self.mechanism)))
        return {"runs": str(self.runs), "untested": list(self.runs.unpinned)}

    def picture(
        self,
        dark: bool = False,
        near: str = "",
        run: Mapping[str, Any] | None = None,
        spot: tuple[float, float] | None = None,
    ) -> dict[str, Any]:
        """The picture of the last sound version, as ``Sheet`` tells of it; nothing if there was none, or it has no node.

        ``near`` names the node or edge around which a large mechanism is drawn; ``run`` has the condition and the settings whose
        values stand on the boxes; ``spot`` says where a new box is wanted.
        """
        m = self.mechanism
        if not m or not m.nodes:
            return {}
        answer = None
        if run and not (run["condition"] and run["condition"] not in m.conditions) and {*run["settings"]} <= {*m.nodes}:
            answer = whatif.whatif(m, run["condition"], dict(run["settings"]))
        return self.sheet.drawn(m, dark, near, answer, spot)

    def arrange(self) -> None:
        """Lay the picture out anew, with the search of `kg build`, which takes seconds where there is no ``layout:``."""
        self.sheet.arrange()

    def svg(self) -> str:
        """The picture as a file: with title, legend and source, as `kg build` writes it; empty if there is none."""
        return self.sheet.svg()

    def answer(self, condition: str, settings: Mapping[str, str]) -> dict[str, Any]:
        """What follows if nodes are set, as ``kg whatif --json`` says it; or ``error``, if it cannot be asked."""
        if self.mechanism is None:
            return {"error": "the text has errors: nothing can be run"}
        try:
            found = whatif.whatif(self.mechanism, condition, dict(settings))
        except (QueryError, KeyError) as error:
            return {"error": str(error)}
        return found.as_dict()

    def screen(self, condition: str, value: str) -> dict[str, Any]:
        """Every node set to a value in turn on top of a condition, with what each outcome is then."""
        if self.mechanism is None or not any(edge.executes for edge in self.mechanism.edges):
            return {"outcomes": [], "rows": []}
        return panel.screen(self.mechanism, condition, value)

    def changes(self, text: str) -> str:
        """What changed since the text was opened, in words, for a review. Raises KgError if either has errors."""
        try:
            old, new = (
                diff.version(name, [parse_bytes(said.encode("utf-8", "surrogatepass"), name)])
                for said, name in ((self.opened, f"{self.name} as opened"), (text, self.name))
            )
        except InvalidMechanism as error:
            first = error.diagnostics[0]
            raise KgError(
                f"changes can be listed for valid texts only; {first.at.path}, line {first.at.line}: {first.message}"
            ) from None
        return diff.compare(old, new, ask=False).text()

    def export(self, text: str, form: str) -> str:
        """A text for others: its ``ttl``, its page as ``html``, or a ``patch`` of what changed since it was opened, with the changes
        in words before it. Raises KgError if the text has errors.
        """
        told = self.changes(text) if form == "patch" else ""
        mechanism, wrong = parse_bytes(text.encode("utf-8", "surrogatepass"), self.name)
        if any(one.severity == "error" for one in (*wrong, *checks.judged(mechanism, "", False, run=True).diagnostics)):
            raise KgError("the text has errors: mend them first")
        if form == "patch":
            return patch(self.name, self.opened, text, told)
        if form == "html":
            return page.html(mechanism, text=Written(self.name, text))
        head, line, rest = formats.text(mechanism, f".{form}").partition("\n")
        return head + line + ("" if lexicon().term(KNOWN) else NO_MATCHES) + rest

    def edit(self, text: str, how: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """An edit of a text: the ``changes`` that the editor has to make, or the ``error`` that tells why there are none.

        ``how`` is ``rename`` (of, old, new), ``set`` (path, value; None takes it out), ``all`` (several such, which a position that
        is None puts at the end of its list), ``move`` (path, by), or one of those by which a picture is drawn: ``connect`` (sentence,
        evidence), ``node`` (name, place), ``remove`` (part).

        >>> Session().edit("nodes: {A: none}", "rename", {"of": "node", "old": "A", "new": "B"})
        {'changes': [{'from': 8, 'to': 9, 'insert': 'B'}], 'select': None}
        """
        makes: dict[str, Callable[..., list[edit.Change]]] = {
            "rename": edit.renamed,
            "set": edit.changed,
            "all": edit.changed_all,
            "move": edit.moved,
            "connect": sketch.connected,
            "node": sketch.with_node,
            "remove": sketch.without,
        }
        try:
            return _edit(text, makes[how](text, **given))
        except edit.CannotEdit as error:
            return {"error": str(error)}

    def named(self, text: str, at: int) -> dict[str, Any]:
        """What is named at a place of the editor: what it is, its name, and how often it is named; empty if nothing is."""
        place = _character(text, at)
        try:
            found = edit.uses(text)
        except edit.CannotEdit:
            return {}
        here = next((one for one in found if one.start <= place <= one.end), None)
        if not here:
            return {}
        nodes = {one.name for one in found if one.of == "node"}
        of = ("node" if here.name in nodes else "edge") if here.of == "about" else here.of
        return {"of": of, "name": here.name, "times": sum(one.name == here.name for one in found)}

    def names(self, phrases: list[str], terms: bool = True) -> list[dict[str, Any]]:
        """What may be meant by the words before the cursor, each phrase a word shorter than the one before.

        Nodes of the text are found by any of their names and aliases, terms by any that is pinned or, if the page has the
        lexicon, that is known there (if ``terms`` may stand there); hyphens, blanks, capitals and Greek letters make no difference. ``phrase`` is the number
        of the phrase, ``apply`` what is written in its place.

        >>> session = Session()
        >>> _ = session.open("nodes:\\n  IL23: {term: fplx:IL23 ! IL23, name: Interleukin-23}")
        >>> session.names(["of interleukin 2", "interleukin 2"])[0]
        {'phrase': 1, 'label': 'Interleukin-23', 'detail': 'node IL23', 'apply': 'IL23'}
        """
        found: dict[str, dict[str, Any]] = {}
        for n, phrase in enumerate(phrases):
            key = fold(phrase)
            if len(key) < (4 if " " in phrase.strip() else 2):
                continue
            for label, detail, apply in [*self._nodes(key), *(_terms(phrase, key) if terms else ())][:MOST]:
                found.setdefault(apply, {"phrase": n, "label": label, "detail": detail, "apply": apply})
        return [*found.values()]

    def _nodes(self, key: str) -> Iterator[tuple[str, str, str]]:
        for node in self.seen.nodes.values() if self.seen else ():
            name = next((name for name in names_of(node) if fold(name).startswith(key)), "")
            if name:
                yield name, f"node {node.key}", node.key

    def content(self, text: str) -> dict[str, Any]:
        """What a text says, as plain values with each record by its keys, for the form; or the ``error`` that keeps it from being
        read.

        >>> Session().content("nodes: {A: none}")
        {'said': {'nodes': {'A': {'term': 'none'}}}}
        """
        try:
            return {"said": edit.spelt_out(edit.content(text))}
        except edit.CannotEdit as error:
            return {"error": str(error)}

    def read(self, text: str) -> dict[str, Any]:
        """Put a source text beside the mechanism: plain, JATS or BioC. It says the plain ``text``, and the ``source`` that it would
        be in the mechanism; or an ``error``, if it is not an article.
        """
        try:
            self.source = reading.opened(text)
        except InvalidMechanism as error:
            first = error.diagnostics[0]
            return {"error": f"line {first.at.line}: {first.message}"}
        held = self.source.text
        known = (
            [source.key for source in self.seen.sources.values() if held.sha256 in source.texts] if self.seen else []
        )
        stated = {key: value for key, value in self.source.stated.items() if value}
        new = {"kind": "journal article", **stated, "texts": [held.sha256], "read": "full"}
        return {"text": held.text, "known": known, "source": new}

    def marks(self) -> dict[str, Any]:
        """What of the source text is encoded: ``marks`` with the sentences that rest on each; and the anchors that it lacks."""
        if not (self.source and self.seen):
            return {"marks": [], "absent": []}
        text = self.source.text
        found = reading.encoded(text, self.seen)
        places = _units(text.text, [place for start, end, _ in found for place in (start, end)])
        marks = [
            {"from": places[2 * n], "to": places[2 * n + 1], "title": title} for n, (_s, _e, title) in enumerate(found)
        ]
        absent = [
            {"line": item.at.line if item.at else 1, "anchor": item.anchor, "near": near}
            for item, near in reading.absent(text, self.seen)
        ]
        return {"marks": marks, "absent": absent}

    def choose(self, text: str, start: int, end: int) -> dict[str, Any]:
        """What a selection of the source text offers as evidence (``reading.chosen``), with the source that it is of in a text of
        the mechanism: nothing for the first, which evidence need not name.
        """
        if not self.source:
            return {"wrong": "Paste or open a text first."}
        held = self.source.text
        found = reading.chosen(held, *sorted(_character(held.text, place) for place in (start, end)))
        sources = self.content(text).get("said", {}).get("sources", {})
        own = [key for key, one in sources.items() if held.sha256 in one.get("texts", [])]
        return {**found, "source": own[0] if own and own[0] != next(iter(sources)) else ""}

    def suggest(self, text: str) -> list[dict[str, Any]]:
        """The sentences that a source text may say, with the values that write each into the mechanism, and whether it is there.

        Names of nodes are known, and the pinned terms; the lexicon is, if the page has loaded it.
        """
        found = suggest.of_text(Text(text), Path("source.txt"), self.mechanism)
        told = []
        if found.mechanism:
            m, here = found.mechanism, self.seen
            for edge in m.edges:
                item = edge.evidence[0]
                missing = [key for key in (edge.subject, edge.sentence.object) if not here or key not in here.nodes]
                place = {"anchor": item.anchor} if item.anchor else {"span": [str(one) for one in item.span or ()]}
                hedge = {"hedge": item.hedge} if item.hedge else {}
                taxon = {"taxon": [str(one) for one in item.taxon]} if item.taxon else {}
                told.append(
                    {
                        "words": m.words(edge),
                        "said": item.anchor or text[slice(*(item.span or (0, 0)))],
                        "edge": edge.sentence.text,
                        "sign": m.sign(edge),
                        "evidence": {**place, "claim": item.claim, **hedge, **taxon},
                        "nodes": {key: str(m.nodes[key].term or "none") for key in missing},
                        "encoded": here is not None and any(edge.sentence == one.sentence for one in here.edges),
                    }
                )
        return told

    def _outcomes(self) -> tuple[list[dict[str, Any]], dict[str, dict[str, str]]]:
        m = self.mechanism
        rows = whatif.table(m) if m and m.conditions and any(edge.executes for edge in m.edges) else []
        told, values = [], {}
        for row in rows:
            by_node = {node: whatif.shown(by[AS_WRITTEN]) for node, by in row.values.items()}
            values[row.condition] = by_node
            told.append({"condition": row.condition, "title": row.title, "values": by_node, "status": dict(row.status)})
        return told, values


def patch(name: str, old: str, new: str, told: str) -> str:
    """A change as `git apply` and `patch -p1` take it, with what it says before it; empty if nothing changed.

    >>> print(patch("a.yaml", "id: a\\n", "id: b", "Another id"))
    # Another id
    <BLANKLINE>
    --- a/a.yaml
    +++ b/a.yaml
    @@ -1 +1 @@
    -id: a
    +id: b
    \\ No newline at end of file
    <BLANKLINE>
    """
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", one) for one in (old, new))
    names = (f"a/{name}" if old else "/dev/null", f"b/{name}")
    lines = difflib.unified_diff(before, after, *names)
    found = [one if one.endswith("\n") else f"{one}\n\\ No newline at end of file\n" for one in lines]
    # no line of what is told is taken for a line of the patch
    said = "".join(f"# {line}".rstrip() + "\n" for line in told.splitlines())
    return f"{said}\n{''.join(found)}" if found else ""


def words() -> dict[str, Any]:
    """What can be completed anywhere: the keys of each record with their meaning, verbs with their synonyms, values of choices."""
    records = {
        record: [
            {
                "key": key,
                "meaning": row.meaning,
                "kind": keys.in_words(row.kind),
                "form": row.kind,
                "required": bool(row.required),
            }
            for key, row in rows.items()
        ]
        for record, rows in keys.notation().items()
    }
    verbs = [
        {
            "verb": verb.verb,
            "phrase": verb.phrase,
            "also": [word.replace("_", " ") for word in verb.also.split()],
            "sign": verb.sign,
            "means": verb.definition,
        }
        for verb in vocabulary.predicates().values()
    ]
    claims = [{"claim": key, "means": one.meaning} for key, one in vocabulary.claims().items()]
    return {"records": records, "verbs": verbs, "claims": claims}


def _terms(phrase: str, key: str) -> Iterator[tuple[str, str, str]]:
    """Terms whose names begin so: those that are called so first, then the pinned ones, then those of the lexicon."""
    for match in exactly(phrase).matches[:MOST]:
        yield match.label, match.id, edit.scalar(f"{match.id} ! {match.label}")
    for folded, name, id, label in _pinned():
        if folded.startswith(key):
            yield name, f"{id} ! {label}" if name != label else id, edit.scalar(f"{id} ! {label}")
    longer = range(len(key), len(key) + 16)
    for _, hit in lexicon().named(lexicon().keys_from([key], longer, MOST) if len(key) > 2 else ()):
        term = f"{hit.term.id} ! {hit.term.label}"
        yield hit.name, term if hit.name != hit.term.label else hit.term.id, edit.scalar(term)


@cache
def _pinned() -> list[tuple[str, str, str, str]]:
    """Every name of a pinned term as it is folded, as it is written, and the term."""
    return [
        (fold(name), name, term.id, term.label)
        for term in vocabulary.terms().values()
        for name in (term.label, term.id, *term.synonyms)
    ]


def _complaint(one: Diagnostic, text: str) -> dict[str, Any]:
    """A complaint as the editor shows it, with its place."""
    start = mend.offset(text, one.at.line, one.at.column)
    word = re.compile(keys.KEY).match(text, start)
    places = _units(text, [start, word.end() if word else min(start + 1, len(text))])
    return {**one.as_dict(), "from": places[0], "to": places[1], "fixes": []}


def _edit(text: str, changes: Iterable[edit.Change], select: tuple[int, int] | None = None) -> dict[str, Any]:
    """Changes as the editor makes them; ``select`` is what it selects then."""
    changes = sorted(changes)
    places = _units(text, [place for one in changes for place in (one.start, one.end)])
    made = [{"from": places[2 * n], "to": places[2 * n + 1], "insert": one.text} for n, one in enumerate(changes)]
    return {"changes": made, "select": select and _units(edit.applied(text, changes), select)}


def _units(text: str, places: Iterable[int]) -> list[int]:
    """Places in characters as the editor counts: a character of another plane is two."""
    if text.isascii():
        return [*places]
    return [len(text[:place].encode("utf-16-le", "surrogatepass")) // 2 for place in places]


def _character(text: str, unit: int) -> int:
    """The character at a place of the editor."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * unit].decode("utf-16-le", "ignore"))


def _holds(m: Mechanism) -> dict[str, Any]:
    """The parts of a mechanism, each with the line at which it stands."""

    def line(one: Any) -> int:
        return one.at.line if one.at else 1

    return {
        "id": m.id,
        "title": m.title,
        "nodes": [
            {
                "key": n.key,
                "label": n.label,
                "kind": n.drawn_as,
                "outcome": n.outcome,
                "line": line(n),
                "names": list(names_of(n)),
            }
            for n in m.nodes.values()
        ],
        "edges": [
            {
                "name": e.name,
                "index": n,
                "words": m.words(e),
                "subject": e.subject,
                "verb": e.verb,
                "object": e.sentence.object,
                "line": line(e),
            }
            for n, e in enumerate(m.edges)
            if _whole(m, e)
        ],
        "conditions": [{"key": c.key, "title": c.title or c.key, "set": dict(c.values)} for c in m.conditions.values()],
        "sources": list(m.sources),
        "places": list(m.places),
    }


def _whole(m: Mechanism, edge: Any) -> bool:
    """Whether an edge can be said in words: its verb and its ends are known."""
    names = {*m.nodes, *(one.name for one in m.edges)}
    return edge.verb in vocabulary.predicates() and {edge.subject, edge.sentence.object} <= names


def _changed(
    m: Mechanism, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Iterator[dict[str, str]]:
    """The outcomes that are other than they were in the last sound text, each with what decides it now."""
    for condition, values in after.items():
        old = before.get(condition, {})
        turned = [node for node, value in values.items() if old.get(node, value) != value and node in m.nodes]
        if turned:
            answer = whatif.whatif(m, condition)
            for node in turned:
                step = answer.steps.get(node)
                why = whatif.why_in_a_line(m, answer, step) if step else ""
                yield {
                    "condition": condition,
                    "node": m.nodes[node].label,
                    "before": old[node],
                    "after": values[node],
                    "why": why,
                }
