"""What changed between two versions of mechanisms: as a curator would say it in a review.

A version is a file, a folder, an id in seeds/, ``REV:PATH`` in git, or built RDF. What is compared is what they say, not how
it is laid out: a file that was only reformatted has not changed.
"""

from __future__ import annotations

import itertools
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from html import escape
from pathlib import Path
from typing import Any

from kg import checks, formats
from kg.checks import shapes
from kg.formats.shared.losses import Ledger
from kg.model import rdf_files, vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location
from kg.model.mechanism import Mechanism
from kg.model.records import Change as Replaced
from kg.model.records import Edge, Evidence, Node, Source, plain
from kg.reasoning import disagreements, expectations, network, routes, whatif
from kg.reasoning.conflict import Conflict, named
from kg.sparql import Engine, NoAnswer, questions

#: Kinds of change, those first that a reviewer should see first.
KINDS = {
    "sign-flipped": "Sign flipped",
    "edge-removed": "Edges removed",
    "edge-added": "Edges added",
    "edge-changed": "Edges changed",
    "evidence-lost": "Evidence lost",
    "evidence-gained": "Evidence gained",
    "claim-changed": "Claim changed",
    "species-changed": "Species changed",
    "context-changed": "Context changed",
    "term-changed": "Grounded to another term",
    "node-removed": "Nodes removed",
    "node-added": "Nodes added",
    "node-changed": "Nodes changed",
    "conflict-appeared": "Disagreement appeared",
    "conflict-resolved": "Disagreement resolved",
    "expectation-fails": "Expectation that fails now",
    "expectation-holds": "Expectation that holds now",
    "expectation-removed": "Expectations removed",
    "expectation-added": "Expectations added",
    "answer-lost": "Questions that have no answer any more",
    "answer-changed": "Questions with another answer",
    "source-removed": "Sources removed",
    "source-added": "Sources added",
    "source-changed": "Sources changed",
    "rest-changed": "Also changed",
    "mechanism-removed": "Mechanisms removed",
    "mechanism-added": "Mechanisms added",
}
#: What a change of each of these keys of an item of evidence is; a change of any other is one of the claim.
OF_EVIDENCE = {"taxon": "species-changed", **dict.fromkeys(("context", "time", "dose"), "context-changed")}
#: The other keys of a mechanism, each compared as a whole.
REST = tuple(
    one.name
    for one in fields(Mechanism)
    if one.compare and one.name not in ("id", "sources", "nodes", "edges", "expectations")
)


@dataclass(frozen=True)
class Edit:
    """One thing that is different, in words, and what it was and is."""

    kind: str
    mechanism: str
    about: str  # the name of an edge, the key of a node, ...
    words: str
    old: str = ""
    new: str = ""

    def as_dict(self) -> dict[str, str]:
        return {key: value for key, value in vars(self).items() if value}

    def __str__(self) -> str:
        change = (
            f": {self.old} → {self.new}"
            if self.old and self.new
            else f": {self.old or self.new}" * bool(self.old or self.new)
        )
        return f"{self.words}{change}"


@dataclass(frozen=True)
class Version:
    """One side of a comparison: its mechanisms by id, and what can be asked in SPARQL."""

    name: str
    mechanisms: Mapping[str, Mechanism]
    rdf: tuple[str, ...] = ()  # RDF files, which are asked as they are
    broken: Mapping[str, str] = field(
        default_factory=dict
    )  # mechanisms with errors, which are not run, and the first one


@dataclass(frozen=True)
class Difference:
    """All changes between two versions, weightiest first, and what could not be compared."""

    old: Version
    new: Version
    changes: tuple[Edit, ...]
    unsaid: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The difference as plain values, for ``--json``."""
        return {
            "old": self.old.name,
            "new": self.new.name,
            "changes": [change.as_dict() for change in self.changes],
            "not_compared": list(self.unsaid),
        }

    def text(self) -> str:
        """The difference as Markdown, to paste into a review."""
        lines = [f"{self.old.name} → {self.new.name}", ""]
        for id, of_one in itertools.groupby(self.changes, key=lambda change: change.mechanism):
            lines += [f"### {id}" if id else "### all of them", ""]
            for kind, same in itertools.groupby(of_one, key=lambda change: change.kind):
                lines += [f"**{KINDS[kind]}**", *(f"- {change}" for change in same), ""]
        if not self.changes:
            lines += ["No difference in what they say.", ""]
        return "\n".join([*lines, *(f"Not compared: {line}." for line in self.unsaid)]).rstrip() + "\n"


def diff(old: str | Path, new: str | Path, progress: Callable[[str], None] = lambda words: None) -> Difference:
    """What changed from one version to another.

    >>> diff("ta1-tlr7", "ta1-tlr7").changes
    ()

    Raises InvalidMechanism for a version that cannot be found or read.
    """
    sides = load(str(old)), load(str(new))
    return compare(*sides, progress)


def compare(
    old: Version, new: Version, progress: Callable[[str], None] = lambda words: None, ask: bool = True
) -> Difference:
    """The same for two versions that were loaded. ``ask`` False leaves the questions of the library out."""
    changes: list[Edit] = []
    for id in dict.fromkeys((*old.mechanisms, *new.mechanisms)):
        progress(f"comparing {id}")
        before, after = old.mechanisms.get(id), new.mechanisms.get(id)
        if before is None or after is None:
            kind = "mechanism-added" if before is None else "mechanism-removed"
            changes.append(Edit(kind, id, id, (after or before or Mechanism()).title))
        else:
            changes += _compared(before, after)
            if changes and not {id} & {*old.broken, *new.broken}:
                changes += _expectations(before, after)
    unsaid = [
        f"{id} of {side.name} has errors, so nothing of it was run: {error}"
        for side in (old, new)
        for id, error in side.broken.items()
    ]
    if changes and not (old.broken or new.broken):
        changes += _disagreements(old, new)
        if ask:
            progress("asking all questions of both")
            changes += _answers(old, new)
    order = list(KINDS)
    ids = list(dict.fromkeys((*new.mechanisms, *old.mechanisms, "")))
    changes.sort(key=lambda change: (ids.index(change.mechanism), order.index(change.kind)))
    return Difference(old, new, tuple(changes), tuple(unsaid))


# ---------------------------------------------------------------- versions


def load(name: str) -> Version:
    """A version by its name. Raises InvalidMechanism if there is none, or it is in no format that can be compared."""
    path = Path(name)
    if rdf_files.is_rdf(path) and path.is_file():
        from kg.formats.rdf import read

        found = read.mechanisms(shapes.read(path), Ledger(name, "RDF"))
        if not found:
            raise InvalidMechanism(
                [Diagnostic(Location(name, 1, 1), "nothing-to-compare", "no mechanism is in this RDF")]
            )
        return version(name, [(mechanism, []) for mechanism in found], (name,))
    if re.match(r"[^:]+:.", name) and not path.exists():
        return version(name, [_parsed(data, file) for file, data in _revision(name)])
    if path.is_dir() and not (path / "mechanism.yaml").is_file():
        files = sorted(path.glob("*/mechanism.yaml"))
        if files:
            return version(name, [formats.parse(file) for file in files])
    return version(name, [formats.parse(name)])


def version(name: str, parsed: Iterable[tuple[Mechanism, list[Diagnostic]]], rdf: tuple[str, ...] = ()) -> Version:
    """A version of mechanisms that were parsed, each with the complaints about its shape. Raises InvalidMechanism for one of
    which nothing could be read.
    """
    found: dict[str, Mechanism] = {}
    broken = {}
    for mechanism, wrong in parsed:
        if not mechanism.edges and wrong:
            raise InvalidMechanism(wrong)
        errors = [*(one for one in wrong if one.severity == "error"), *checks.check(mechanism, "", run=False).errors]
        found[mechanism.id] = mechanism
        if errors:
            broken[mechanism.id] = f"{errors[0].at}: {errors[0].message}"
    return Version(name, found, rdf, broken)


def _parsed(data: bytes, name: str) -> tuple[Mechanism, list[Diagnostic]]:
    from kg.formats.notation import read

    return read.parse_bytes(data, name)


def _revision(name: str) -> Iterator[tuple[str, bytes]]:
    """The mechanism files of ``REV:PATH`` in the git repository of this folder, with their bytes."""
    revision, _, path = name.partition(":")
    if revision.startswith("-"):
        raise _missing(name, f"{revision!r} is not a revision")
    where = f"{revision}:./" if not path.startswith("/") else f"{revision}:"
    tries = (path, f"{path.rstrip('/')}/mechanism.yaml", f"seeds/{path}/mechanism.yaml")
    for one in tries:
        data = _git("show", f"{where}{one}")
        if data is not None and not data.startswith(b"tree "):
            yield f"{revision}:{one}", data
            return
    listed = _git("ls-tree", "-r", "--name-only", revision, "--", path) or b""
    files = [file for file in listed.decode("utf-8", "replace").splitlines() if file.endswith("/mechanism.yaml")]
    for file in files:
        yield f"{revision}:{file}", _git("show", f"{where}{file}") or b""
    if not files:
        why = (
            "there is no such file or folder in that revision"
            if _git("rev-parse", revision)
            else "git knows no such revision here"
        )
        raise _missing(name, why)


def _missing(name: str, why: str) -> InvalidMechanism:
    return InvalidMechanism([Diagnostic(Location(name, 1, 1), "not-found", why, "write REV:PATH, as git does")])


def _git(*arguments: str) -> bytes | None:
    """What git answers; nothing if it does not."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


# ---------------------------------------------------------------- what changed in one mechanism


def _compared(old: Mechanism, new: Mechanism) -> Iterator[Edit]:
    id = new.id
    pairs, gone, come = _matched(old, new)
    for edge in gone:
        yield Edit("edge-removed", id, edge.name, f"{old.words(edge)} ({edge.name})")
    for edge in come:
        yield Edit("edge-added", id, edge.name, f"{new.words(edge)} ({edge.name})", new=str(new.support(edge)))
    for a, b in pairs:
        yield from _edge(old, a, new, b)
    for key in dict.fromkeys((*old.nodes, *new.nodes)):
        here, there = old.nodes.get(key), new.nodes.get(key)
        if here and there:
            yield from _node(old, here, new, there)
        else:
            label = f"{(here or there or Node()).label} ({key})"
            yield Edit("node-removed" if here else "node-added", id, key, label)
    for key in dict.fromkeys((*old.sources, *new.sources)):
        before, after = old.sources.get(key), new.sources.get(key)
        if before != after:
            kind = "source-changed" if before and after else "source-removed" if before else "source-added"
            yield Edit(kind, id, key, named(after or before or Source()) + f" ({key})")
    yield from _plans(old, new)
    for name in REST:
        before_value, after_value = _rest(old, name), _rest(new, name)
        if before_value != after_value:
            shown = isinstance(getattr(new, name), str)
            yield Edit("rest-changed", id, name, name, *((getattr(old, name), getattr(new, name)) if shown else ()))


def _rest(m: Mechanism, name: str) -> object:
    """A part of the file that is compared as a whole; what has no order is compared without one."""
    value = getattr(m, name)
    if name == "notes":
        return Counter((note.note, frozenset(note.about), _items(m, note.evidence)) for note in value)
    if name == "readings":
        return {
            key: (one.title, {edge: _replaced(m, change) for edge, change in one.edges.items()})
            for key, one in value.items()
        }
    if name == "places":
        return {key: replace(place, name=place.label) for key, place in value.items()}  # whether stated or of its term
    if name in ("conditions", "assumptions"):
        return {key: replace(one, title=one.title or key) for key, one in value.items()}
    return _items(m, value) if name == "scope" else value


def _replaced(m: Mechanism, change: Replaced) -> object:
    """What a reading puts in the place of an edge's keys; None is not the same as nothing."""
    needs = [
        None if part is None else frozenset((one.node, one.level, _items(m, one.evidence)) for one in part)
        for part in (change.requires, change.unless)
    ]
    effect = (change.effect.extent, _said(m, change.effect)) if change.effect else None
    return (*needs, change.level, effect, change.run)


def _matched(old: Mechanism, new: Mechanism) -> tuple[list[tuple[Edge, Edge]], list[Edge], list[Edge]]:
    """Edges of one name, or, where the name is gone, between the same nodes; what is gone; what has come."""
    mine, yours = {e.name: e for e in old.edges}, {e.name: e for e in new.edges}
    pairs = [(mine[name], yours[name]) for name in mine if name in yours]
    gone, come = [e for e in old.edges if e.name not in yours], [e for e in new.edges if e.name not in mine]
    for edge in list(gone):
        ends = (edge.subject, edge.sentence.object, edge.sentence.other)
        again = next((e for e in come if (e.subject, e.sentence.object, e.sentence.other) == ends), None)
        if again:
            pairs.append((edge, again))
            gone.remove(edge)
            come.remove(again)
    return pairs, gone, come


def _edge(old: Mechanism, a: Edge, new: Mechanism, b: Edge) -> Iterator[Edit]:
    id, words = new.id, f"{new.words(b)} ({b.name})"
    signs = _sign(old, a), _sign(new, b)
    if signs[0] != signs[1]:
        yield Edit("sign-flipped", id, b.name, b.name, f"{old.words(a)} ({signs[0]})", f"{new.words(b)} ({signs[1]})")
    elif a.sentence != b.sentence:
        yield Edit("edge-changed", id, b.name, b.name, old.words(a), new.words(b))
    if a.name != b.name:
        yield Edit("edge-changed", id, b.name, f"{words}: name", a.name, b.name)
    for name, show in _KEYS.items():
        here, there = show(old, a), show(new, b)
        if here != there:
            yield Edit("edge-changed", id, b.name, f"{words}: {name}", here or "not stated", there or "not stated")
    yield from _evidence(old, a, new, b, words)


def _needs(kind: str) -> Callable[[Mechanism, Edge], str]:
    return lambda m, edge: ", ".join(
        sorted(r.node + (f" at {r.level}" if r.level else "") for r in getattr(edge, kind))
    )


_KEYS: dict[str, Callable[[Mechanism, Edge], str]] = {
    "in": lambda m, edge: m.places[edge.place].label if edge.place in m.places else edge.place,
    "requires": _needs("requires"),
    "unless": _needs("unless"),
    "level": lambda m, edge: edge.level,
    "effect": lambda m, edge: edge.effect.extent.replace("unstated", "") if edge.effect else "",
    "run": lambda m, edge: "yes" if edge.run else "no",
    "context": lambda m, edge: _context(edge.context),
}


def _sign(m: Mechanism, edge: Edge) -> str:
    try:
        sign = routes.sign(m, edge) or m.sign(edge)
    except (KeyError, IndexError):  # an edge of a broken file
        return "?"
    return {1: "+", -1: "−"}.get(sign, "0")


def _said(m: Mechanism, item: Evidence) -> tuple[tuple[str, str], ...]:
    """An item of evidence by what it says, the source in full; the curator's own step has none."""
    source = m.source(item) if item.anchor or item.span or not item.because else None
    said = {**plain(item), "source": source.key if source else ""}
    said |= {"context": _context(item.context)} if item.context else {}
    for key in ("complete", "to"):
        said.pop(key, None)
    return tuple(sorted((key, str(sorted(value) if isinstance(value, list) else value)) for key, value in said.items()))


def _context(stated: Mapping[str, str]) -> str:
    return "; ".join(f"{kind}: {said}" for kind, said in sorted(stated.items()))


def _items(m: Mechanism, items: Iterable[Evidence]) -> frozenset[tuple[tuple[tuple[str, str], ...], int]]:
    return frozenset(Counter(_said(m, item) for item in items).items())


def _evidence(old: Mechanism, a: Edge, new: Mechanism, b: Edge, words: str) -> Iterator[Edit]:
    """Items that came, went, or stand at the same place and say something else; and what this does to the whole."""

    def all_items(m: Mechanism, edge: Edge) -> Counter[tuple[tuple[str, str], ...]]:
        extra = [item for r in (*edge.requires, *edge.unless) for item in r.evidence]
        extra += [edge.effect] if edge.effect and edge.effect.claim else []
        return Counter(_said(m, item) for item in (*edge.evidence, *extra))

    mine, yours = all_items(old, a), all_items(new, b)
    lost, gained = list((mine - yours).elements()), list((yours - mine).elements())
    place = ("source", "anchor", "span", "because")
    for item in list(lost):
        at = [dict(item).get(key) for key in place]
        again = next((one for one in gained if [dict(one).get(key) for key in place] == at), None)
        if again:
            lost.remove(item)
            gained.remove(again)
            for key in sorted({k for k, _ in {*item} ^ {*again}}):
                kind = OF_EVIDENCE.get(key, "claim-changed")
                here, there = dict(item).get(key, "not stated"), dict(again).get(key, "not stated")
                yield Edit(kind, new.id, b.name, f"{words}, {_where(item)}: {key}", here, there)
    counts = [_papers(old, a), _papers(new, b)]
    papers = f", {' → '.join(counts)}" if counts[0] != counts[1] else ""
    for item in lost:
        yield Edit("evidence-lost", new.id, b.name, words + papers, old=_where(item))
    for item in gained:
        yield Edit("evidence-gained", new.id, b.name, words + papers, new=_where(item))
    for kind, show in (
        ("claim-changed", lambda m, e: e.claim),
        ("species-changed", lambda m, e: ", ".join(m.support(e).species)),
    ):
        here, there = show(old, a), show(new, b)
        if here != there:
            what = "firmest claim" if kind == "claim-changed" else "species stated"
            yield Edit(kind, new.id, b.name, f"{words}: {what}", here or "none", there or "none")


def _papers(m: Mechanism, edge: Edge) -> str:
    support = m.support(edge)
    return f"{support.supporting} supporting and {support.disputing} disputing papers"


def _where(item: Iterable[tuple[str, str]]) -> str:
    """An item of evidence in a few words: claim, stance, hedge, place."""
    said = dict(item)
    claim = vocabulary.claims()[said["claim"]].label if said.get("claim") in vocabulary.claims() else "no claim"
    at = (
        f"“{said['anchor']}”"
        if "anchor" in said
        else f"span {said['span']}"
        if "span" in said
        else said.get("because", "")
    )
    stance = said.get("stance", "supports")
    parts = [claim, stance * (stance != "supports"), f"“{said['hedge']}”" if "hedge" in said else "", at]
    return ", ".join(filter(None, parts)) + f" in {said['source']}" * bool(said["source"])


def _node(old: Mechanism, a: Node, new: Mechanism, b: Node) -> Iterator[Edit]:
    if a.term != b.term:
        yield Edit("term-changed", new.id, b.key, f"{b.label} ({b.key})", str(a.term), str(b.term))
    show: dict[str, Callable[[Mechanism, Node], str]] = {
        "name": lambda m, node: node.label,
        "activity of": lambda m, node: m.nodes[node.activity_of].label if node.thing else node.activity_of,
        "in": lambda m, node: m.places[node.place].label if node.place in m.places else node.place,
        "at start": lambda m, node: node.at_start,
        "levels": lambda m, node: ", ".join(node.levels),
        "outcome": lambda m, node: "yes" if node.outcome else "no",
        "same": lambda m, node: ", ".join(sorted(map(str, node.same))),
        "narrower": lambda m, node: ", ".join(sorted(map(str, node.narrower))),
        "broader": lambda m, node: ", ".join(sorted(map(str, node.broader))),
        "kind": lambda m, node: node.drawn_as,
        "note": lambda m, node: node.note,
    }
    for name, value in show.items():
        here, there = value(old, a), value(new, b)
        if here != there and not (name == "kind" and a.term != b.term):
            yield Edit(
                "node-changed",
                new.id,
                b.key,
                f"{b.label} ({b.key}): {name}",
                here or "not stated",
                there or "not stated",
            )


def _plans(old: Mechanism, new: Mechanism) -> Iterator[Edit]:
    """Expectations that came or went, or rest on other evidence."""

    def told(m: Mechanism) -> dict[str, object]:
        name = "{0.given}: {0.expect.text} {0.reading}"
        return {name.format(one).strip(): _items(m, one.evidence) for one in m.expectations}

    mine, yours = told(old), told(new)
    for name in dict.fromkeys((*mine, *yours)):
        if name not in yours or name not in mine:
            yield Edit("expectation-removed" if name in mine else "expectation-added", new.id, name, name)
        elif mine[name] != yours[name]:
            yield Edit("rest-changed", new.id, name, f"the evidence of the expectation {name}")


# ---------------------------------------------------------------- what follows from it


def _expectations(old: Mechanism, new: Mechanism) -> Iterator[Edit]:
    """Expectations of both that failed and hold now, or the other way round."""

    def held(m: Mechanism) -> dict[str, tuple[bool, str]]:
        found: dict[str, tuple[bool, str]] = {}
        if any(edge.executes for edge in m.edges):
            for one in expectations.outcomes(network.Run(m)):
                name = f"{one.expectation.given}: {one.expectation.expect.text}"
                holds, value = found.get(name, (True, whatif.shown(one.value)))
                found[name] = holds and one.holds is True, value if not holds else whatif.shown(one.value)
        return found

    before, after = held(old), held(new)
    for name, (holds, value) in after.items():
        was = before.get(name, (True, ""))
        if was[0] != holds:
            kind = "expectation-holds" if holds else "expectation-fails"
            yield Edit(kind, new.id, name, name, was[1] or "new", value)


def _disagreements(old: Version, new: Version) -> Iterator[Edit]:
    def found(version: Version) -> dict[str, Conflict]:
        return {f"{one.key} {one.verdict}": one for one in disagreements.conflicts(version.mechanisms.values())}

    mine, yours = found(old), found(new)
    for key, one in (*mine.items(), *yours.items()):
        if (key in mine) != (key in yours):
            kind = "conflict-resolved" if key in mine else "conflict-appeared"
            ids = dict.fromkeys(side.mechanism for side in one.sides)
            words = f"{one.title}: {' / '.join(side.words for side in one.sides)}"
            yield Edit(kind, next(iter(ids)) if len(ids) == 1 else "", one.kind, words)


def _answers(old: Version, new: Version) -> Iterator[Edit]:
    """Questions of the library whose answer, with the defaults, is another one now."""
    with Engine(60) as one, Engine(60) as other:
        for engine, version in ((one, old), (other, new)):
            engine.load(*(version.rdf or version.mechanisms.values()))
        for name, question in questions().items():
            try:
                rows = [engine.ask(name).text("csv").splitlines() for engine in (one, other)]
            except NoAnswer as error:
                yield Edit("answer-lost", "", name, f"`{name}` is not answered: {error}")
                continue
            before, after = Counter(rows[0]), Counter(rows[1])
            if before != after:
                fewer, more = (before - after).total(), (after - before).total()
                words = f"`{name}`: {question.summary} {fewer} rows less, {more} rows more"
                lost = len(rows[1]) <= 1 < len(rows[0])  # only the names of the columns are left
                words = f"`{name}`: {question.summary} no rows, after {len(rows[0]) - 1}" if lost else words
                yield Edit("answer-lost" if lost else "answer-changed", "", name, words)


# ---------------------------------------------------------------- as a page


def html(difference: Difference) -> str:
    """The difference as one offline page: what changed, and each mechanism before and after with that lit."""
    title = escape(f"{difference.old.name} → {difference.new.name}")
    out = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>",
    ]
    for id, of_one in itertools.groupby(difference.changes, key=lambda change: change.mechanism):
        changes = list(of_one)
        out.append(f"<h2>{escape(id or 'all of them')}</h2>")
        for kind, same in itertools.groupby(changes, key=lambda change: change.kind):
            rows = "".join(f"<li>{escape(str(change))}</li>" for change in same)
            out.append(f"<h3>{KINDS[kind]}</h3><ul>{rows}</ul>")
        out += _pictures(difference, id, {change.about for change in changes})
    if not difference.changes:
        out.append("<p>No difference in what they say.</p>")
    out += [f"<p>Not compared: {escape(line)}.</p>" for line in difference.unsaid]
    return "\n".join([*out, "</body></html>"]) + "\n"


def _pictures(difference: Difference, id: str, changed: set[str]) -> Iterator[str]:
    """The mechanism before and after, with what changed lit; a version that cannot be drawn is left out."""
    from kg import page

    for word, version in (("before", difference.old), ("after", difference.new)):
        m = version.mechanisms.get(id)
        lit = [name for name in (*(e.name for e in m.edges), *m.nodes) if name in changed] if m else []
        if m and lit and id not in version.broken:
            picture = page.svg(m, lit, f"{id}, {word}").replace("picture-", f"{word}-{id}-")
            yield f"<figure><figcaption>{word}: what changed is lit</figcaption>{picture}</figure>"


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
    "h1{font-size:1.4rem}h2{margin-top:2rem;border-bottom:1px solid #ccc}h3{font-size:1rem;margin:1rem 0 0}"
    "figure{margin:1rem 0}figcaption{font-weight:600}svg{width:100%;height:auto;border:1px solid #ddd}"
)
