"""What the writing bench asks kg: everything that is said of a text while it is being written, as plain values.

The page runs this file in a worker, in Python compiled to WebAssembly; nothing here reads a file or asks a network. Places
are lines and columns that count from 1, as in every complaint.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from kg import checks
from kg.bench.sheet import Sheet
from kg.formats.notation import edit
from kg.formats.notation.read import parse_bytes
from kg.model import keys, vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, KgError
from kg.model.mechanism import Mechanism
from kg.model.texts import Text
from kg.reasoning import experiments, whatif
from kg.reasoning.network import AS_WRITTEN, QueryError
from kg.review import diff, suggest

#: What a hint proposes instead of a word, at its place.
_MEANT = re.compile(r"did you mean '([^']+)'\?|write ([a-z_]+)[:;]")


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
    mechanism: Mechanism | None = None  # the last one without errors
    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of it: condition -> node -> value
    runs: checks.ExpectationRuns = field(default_factory=checks.ExpectationRuns)  # its expectations
    sheet: Sheet = field(default_factory=Sheet)

    def open(self, text: str, name: str = "mechanism.yaml") -> dict[str, Any]:
        """Begin with a text: changes are told against it."""
        self.name, self.opened, self.mechanism, self.outcomes, self.sheet = name, text, None, {}, Sheet()
        return self.look(text)

    def look(self, text: str) -> dict[str, Any]:
        """What kg says of a text: complaints with their fixes, what it holds, and what comes out when it is run.

        ``valid`` says that there is no error. Only then there are ``outcomes``, ``changed`` (outcomes that differ from those of the
        last valid text, with why) and ``runs``, without the edges that no expectation tests. ``holds`` is of what could be read.
        """
        mechanism, wrong = parse_bytes(text.encode("utf-8", "surrogatepass"), self.name)
        broken = any(one.severity == "error" for one in wrong)
        report = checks.judged(mechanism, "", False, run=not broken, pins=False)
        found = sorted({*wrong, *report.diagnostics})
        valid = not any(one.severity == "error" for one in found)
        said: dict[str, Any] = {
            "valid": valid,
            "complaints": [_complaint(one, text) for one in found],
            "holds": _holds(mechanism),
            "runs": str(report.runs) if valid else "",
            "outcomes": [],
            "changed": [],
        }
        if valid:
            before, self.mechanism, self.runs = self.outcomes, mechanism, report.runs
            said["outcomes"], self.outcomes = self._outcomes()
            said["changed"] = list(_changed(mechanism, before, self.outcomes))
        return said

    def pins(self) -> str:
        """What became of the expectations of the last valid version, with the edges that none of them tests: this takes longer."""
        if self.mechanism and self.runs.expectations and not self.runs.not_run:
            self.runs = replace(self.runs, unpinned=tuple(experiments.unpinned(self.mechanism)))
        return str(self.runs)

    def picture(
        self,
        dark: bool = False,
        near: str = "",
        run: Mapping[str, Any] | None = None,
        spots: Mapping[str, tuple[float, float]] | None = None,
    ) -> dict[str, Any]:
        """The picture of the last valid version, as ``Sheet`` tells of it; nothing if there was none, or it has no node.

        ``near`` names the node or edge around which a large mechanism is drawn; ``run`` has the condition and the settings whose
        values stand on the boxes; ``spots`` says where new boxes are wanted.
        """
        m = self.mechanism
        if not m or not m.nodes:
            return {}
        answer = None
        if run and not (run["condition"] and run["condition"] not in m.conditions) and {*run["settings"]} <= {*m.nodes}:
            answer = whatif.whatif(m, run["condition"], dict(run["settings"]))
        return self.sheet.drawn(m, dark, near, answer, spots or {})

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

    def connect(self, text: str, sentence: str, evidence: Mapping[str, str]) -> dict[str, Any]:
        """The edit that writes a sentence with its evidence behind the last one; keys without a value are left out."""
        said = {key: value for key, value in evidence.items() if value}
        return _edited(text, ("edges", len(edit.content(text).get("edges") or [])), {"edge": sentence, "evidence": [said]})

    def node(self, text: str, name: str, place: str = "") -> dict[str, Any]:
        """The edit that writes a node, and its ``key``: with a pinned term, if one is called so."""
        taken = edit.content(text).get("nodes") or {}
        stem = re.sub(r"\W+", "_", name).strip("_") or "node"
        stem = stem if stem[0].isalpha() else f"n{stem}"
        key = next(one for one in (stem, *(f"{stem}_{n}" for n in count(2))) if one not in taken)
        terms = (t for t in vocabulary.terms().values() if name.casefold() in map(str.casefold, (t.id, t.label, *t.synonyms)))
        term = next((f"{t.id} ! {t.label}" for t in terms), "none")
        said = {"term": term} | ({"name": name} if name != key else {}) | ({"in": place} if place else {})
        return {**_edited(text, ("nodes", key), said if len(said) > 1 else term), "key": key}

    def remove(self, text: str, part: str) -> dict[str, Any]:
        """The edit that takes an edge out of a text, or a node that is named nowhere else."""
        edges = edit.content(text).get("edges") or []
        names = [str(one.get("name") or "-".join(one["edge"].split())) for one in edges]
        if part in names:
            return _edited(text, ("edges", names.index(part)), None)
        if sum(use.name == part and use.of in ("node", "about") for use in edit.uses(text)) > 1:
            return {"error": f"the text still names {part} elsewhere"}
        return _edited(text, ("nodes", part), None)

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
                f"changes are told of valid texts; {first.at.path}, line {first.at.line}: {first.message}"
            ) from None
        return diff.compare(old, new, ask=False).text()

    def suggest(self, text: str) -> list[dict[str, Any]]:
        """The sentences that a source text may say, with the entry that writes each into the mechanism, and whether it is there.

        Names of nodes are known, and the pinned terms; the lexicon is not in the page.
        """
        found = suggest.of_text(Text(text), Path("source.txt"), self.mechanism)
        told = []
        if found.mechanism:
            m, here = found.mechanism, self.mechanism
            for edge in m.edges:
                item = edge.evidence[0]
                missing = [key for key in (edge.subject, edge.sentence.object) if not here or key not in here.nodes]
                place = f"anchor: {_quoted(item.anchor)}" if item.anchor else f"span: {list(item.span or ())}"
                more = f", hedge: {_quoted(item.hedge)}" if item.hedge else ""
                more += "".join(f", taxon: {_quoted(str(taxon))}" for taxon in item.taxon)
                told.append(
                    {
                        "words": m.words(edge),
                        "said": item.anchor or text[slice(*(item.span or (0, 0)))],
                        "entry": f"- edge: {edge.sentence.text}\n  evidence:\n  - {{{place}, claim: {item.claim}{more}}}",
                        "nodes": [f"{key}: {m.nodes[key].term or 'none'}" for key in missing],
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


def words() -> dict[str, Any]:
    """What can be completed anywhere: the keys of each record with their meaning, verbs with their synonyms, values of choices."""
    records = {
        record: [{"key": key, "meaning": row.meaning, "kind": keys.in_words(row.kind)} for key, row in rows.items()]
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
    terms = [{"id": term.id, "label": term.label, "also": list(term.synonyms)} for term in vocabulary.terms().values()]
    return {"records": records, "verbs": verbs, "claims": claims, "terms": terms}


def _edited(text: str, path: edit.Path, value: edit.Value) -> dict[str, Any]:
    """An edit as the page makes it: what changes where, and the place behind it; or why it cannot be made."""
    try:
        changes = sorted(edit.changed(text, path, value))
    except edit.CannotEdit as error:
        return {"error": str(error)}
    told = [{"from": one.start, "to": one.end, "insert": one.text} for one in changes]
    grown = sum(len(one.text) - one.end + one.start for one in changes)
    return {"changes": told, "cursor": max((one.end for one in changes), default=0) + grown}


def _quoted(text: str) -> str:
    """A text as a value of YAML that can be nothing else."""
    return json.dumps(text, ensure_ascii=False)


def _complaint(one: Diagnostic, text: str) -> dict[str, Any]:
    """A complaint as the editor shows it, with the word to put in its place where kg knows one."""
    said = one.as_dict()
    lines = text.split("\n")
    line = lines[one.at.line - 1] if one.at.line <= len(lines) else ""
    word = re.match(keys.KEY, line[one.at.column - 1 :])
    said["length"] = len(word.group()) if word else 1
    meant = _MEANT.search(one.help)
    if meant and word:
        said["fix"] = meant[1] or meant[2]
    return said


def _holds(m: Mechanism) -> dict[str, Any]:
    """The parts of a mechanism, each with the line at which it stands."""

    def line(one: Any) -> int:
        return one.at.line if one.at else 1

    return {
        "id": m.id,
        "title": m.title,
        "nodes": [
            {"key": n.key, "label": n.label, "kind": n.drawn_as, "outcome": n.outcome, "line": line(n)}
            for n in m.nodes.values()
        ],
        "edges": [
            {
                "name": e.name,
                "words": m.words(e),
                "subject": e.subject,
                "verb": e.verb,
                "object": e.sentence.object,
                "line": line(e),
            }
            for e in m.edges
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
    """The outcomes that are other than they were in the last valid text, each with what decides it now."""
    for condition, values in after.items():
        for node, value in values.items():
            old = before.get(condition, {}).get(node, value)
            if old != value and node in m.nodes:
                answer = whatif.whatif(m, condition)
                step = answer.steps.get(node)
                why = whatif.why_in_a_line(m, answer, step) if step else ""
                yield {"condition": condition, "node": m.nodes[node].label, "before": old, "after": value, "why": why}
