"""Small edits of a text in the notation: a value set, taken out or moved, a name changed everywhere it is used.

An edit changes the characters that it must and no other, so comments, order and layout stay (decision 0017). Each is read again
before it is handed over: it says what was asked, and nothing else has changed. A text has ``\\n`` at the ends of its lines.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from kg.formats.notation.read import compose
from kg.model.diagnostics import KgError, near
from kg.model.keys import FORMER, KEY, RECORDS, Key, in_words, mend, notation, shortened

Path = Sequence[str | int]
#: What a value may be: a text, a list, or keys with values; None for no value.
Value = Any
WIDE = 100  # characters of a line that need not be broken


@dataclass(frozen=True, order=True)
class Change:
    """The characters [start, end) of a text become another text."""

    start: int
    end: int
    text: str


class CannotEdit(KgError, ValueError):
    """An edit that cannot be made, with the reason.

    >>> print(CannotEdit("no node is called 'x'"))
    no node is called 'x'
    """


def applied(text: str, changes: Iterable[Change]) -> str:
    """The text with changes, which do not overlap.

    >>> applied("abc", [Change(0, 1, "x"), Change(3, 3, "!")])
    'xbc!'
    """
    for one in sorted(changes, reverse=True):
        text = text[: one.start] + one.text + text[one.end :]
    return text


def content(text: str) -> Value:
    """What a text says, as plain lists, dicts and strings; an empty text has no keys. Raises CannotEdit if it is no YAML.

    >>> content("id: a\\nnodes: {A: none}\\n")
    {'id': 'a', 'nodes': {'A': 'none'}}
    """
    return _plain(_root(text))


def spelt_out(said: Value, kind: str = "mechanism") -> Value:
    """The same with every record by its keys, also where a single value stands for it, and a list where one item does.

    >>> spelt_out({"node": "A"}, "requirement"), spelt_out("A", "list:requirement")
    ({'node': 'A'}, [{'node': 'A'}])
    """
    form, _, of = kind.partition(":")
    if form == "list":
        return [spelt_out(one, of) for one in (said if isinstance(said, list) else [said] if said else [])]
    if form == "map" and isinstance(said, dict):
        return {key: spelt_out(one, of) for key, one in said.items()}
    if kind not in RECORDS:
        return said
    if isinstance(said, str):
        short = _short(yaml.ScalarNode("", said), notation()[kind])
        return {short.key: " ".join(said.split()[len(short.opening.split()) :])} if short else {}
    return {key: spelt_out(one, _kind(kind, key)) for key, one in said.items()} if isinstance(said, dict) else {}


# ---------------------------------------------------------------- names


@dataclass(frozen=True)
class Use:
    """A place in a text at which something is named: ``of`` is node, source, place, ..., or about for a node or an edge."""

    of: str
    name: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.name)


def uses(text: str) -> list[Use]:
    """Every place at which a part of the mechanism is declared or named, in the order of the text.

    >>> [(one.of, one.name) for one in uses("nodes: {A: none}\\nedges: [{edge: A activates B}]")]
    [('node', 'A'), ('node', 'A'), ('about', 'B')]
    """
    return sorted(_in_record(text, _root(text), "mechanism"), key=lambda one: one.start)


def renamed(text: str, of: str, old: str, new: str) -> list[Change]:
    """The changes that give a node, source, place, condition, reading or assumption another name wherever it is named.

    The name of an edge that is made from its sentence follows. Comments and texts are not touched. Raises CannotEdit if the old
    name is not declared, or the new one is no name or is taken.

    >>> text = "nodes: {A: none}\\nedges: [{edge: A activates A}]  # A\\n"
    >>> applied(text, renamed(text, "node", "A", "TLR7"))
    'nodes: {TLR7: none}\\nedges: [{edge: TLR7 activates TLR7}]  # A\\n'
    """
    said = content(text)
    declared = {
        kind: said.get(f"{kind}s") or {} for kind in ("node", "source", "place", "condition", "reading", "assumption")
    }
    if of not in declared:
        raise CannotEdit(f"a name of {of!r} cannot be changed: one of {', '.join(declared)}")
    if old not in declared[of]:
        raise CannotEdit(f"no {of} is called {old!r}; {near(old, declared[of])}")
    if not re.fullmatch(KEY, new):
        raise CannotEdit(f"{shortened(new)} is not {in_words('key')}" + (f", {mend('key', new)}" if new else ""))
    found = uses(text)
    edges = {"node": {one.name for one in found if one.of in ("edge", "about")}}.get(of, set())
    if new != old and (new in declared[of] or new in edges):
        raise CannotEdit(f"the name {new!r} is taken")
    names = {(of, old): new}
    if of == "node":
        names[("about", old)] = new
        names.update(_sentences_renamed(said.get("edges") or [], {old: new}))
    changes = [Change(one.start, one.end, names[one.of, one.name]) for one in found if (one.of, one.name) in names]
    return changes


def _sentences_renamed(edges: list[Any], words: dict[str, str]) -> dict[tuple[str, str], str]:
    """The other names of edges that have none of their own, and so follow their sentences."""
    found: dict[str, str] = dict(words)
    own = [
        one["edge"].split() for one in edges if isinstance(one, dict) and "name" not in one and _said(one.get("edge"))
    ]
    while True:
        before = len(found)
        for said in own:
            if any(word in found for word in said):
                found.setdefault("-".join(said), "-".join(found.get(word, word) for word in said))
        if len(found) == before:
            return {(of, old): new for old, new in found.items() if old not in words for of in ("edge", "about")}


def _said(value: Any) -> bool:
    return isinstance(value, str)


def _in_record(text: str, node: yaml.Node, name: str) -> Iterator[Use]:
    keys = notation()[name]
    if not isinstance(node, yaml.MappingNode):
        if short := _short(node, keys):
            yield from _in_value(text, node, short.kind, short.opening)
        return
    for key_node, value in node.value:
        key = keys.get(FORMER.get(name, {}).get(key_node.value, key_node.value))
        if key:
            kind = (
                "list:key:edge" if key.key == "spine" else key.kind
            )  # the table says key, since a name is all it must be
            yield from _in_value(text, value, kind)


def _in_value(text: str, node: yaml.Node, kind: str, opening: str = "") -> Iterator[Use]:
    form, _, of = kind.partition(":")
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if form == "record":
        yield from _in_record(text, node, of)
    elif form == "list":
        for item in items:
            yield from _in_record(text, item, of) if of in RECORDS else _in_value(text, item, of)
    elif form == "map":
        for key, value in pairs:
            yield from _words(text, key, ["edge" if of == "change" else of])
            yield from _in_record(text, value, of)
    elif form == "names" or (form == "values" and not of):
        for key, _value in pairs:
            yield from _words(text, key, [of or "node"])
    elif form == "rows":
        for row in items:
            for cell in row.value if isinstance(row, yaml.SequenceNode) else []:
                yield from _words(text, cell, [of])
    elif form == "sentence":
        yield from _words(text, node, ["node", "", "about", "", "node"])
    elif form == "expect":
        last = [""] if re.match(r"\S+\s+is\s", str(node.value)) else ["", "condition"]
        yield from _words(text, node, ["node", "", *last])
    elif form in ("key", "about") and (of or form == "about"):
        yield from _words(text, node, [""] * len(opening.split()) + [of or form])


def _words(text: str, node: yaml.Node, kinds: list[str]) -> Iterator[Use]:
    """The words of a single value that name something."""
    at = node.start_mark.index
    for word, of in zip(str(node.value).split() if isinstance(node, yaml.ScalarNode) else [], kinds, strict=False):
        at = text.find(word, at, node.end_mark.index)
        if at < 0:
            raise CannotEdit(
                f"line {node.start_mark.line + 1}: {word!r} is written with escapes; write it plainly first"
            )
        if of and re.fullmatch(KEY, word):
            yield Use(of, word, at)
        at += len(word)


# ---------------------------------------------------------------- values


def changed(text: str, path: Path, value: Value) -> list[Change]:
    """The change that sets a value, or takes it out if it is None.

    A path has the keys and positions that lead there, such as ``("edges", 0, "evidence", 0, "claim")``. What is not there yet is
    written: a key behind the one that stands before it in the table of keys, an item behind the last one. Raises CannotEdit if the
    text cannot say that by a small edit.

    >>> text = "nodes:\\n  A: none  # the first\\n"
    >>> applied(text, changed(text, ("nodes", "A", "kind"), "cell"))
    'nodes:\\n  A: {term: none, kind: cell}  # the first\\n'
    """
    edit = _Edit(text)
    changes = edit.change(list(path), value)
    _prove(text, changes, _put(content(text), list(path), value))
    return changes


def changed_all(text: str, values: Iterable[tuple[Sequence[str | int | None], Value]]) -> list[Change]:
    """Several values set one after the other, as one change; a position that is None is the end of its list.

    >>> text = "id: a\\n"
    >>> applied(text, changed_all(text, [(("id",), "b"), (("nodes", "A"), "none")]))
    'id: b\\n\\nnodes:\\n  A: none\\n'
    """
    after = text
    for path, value in values:
        steps: list[str | int] = []
        for step in path:
            if step is None:
                held: Any = content(after)
                for one in steps:
                    held = held.get(one) if isinstance(held, dict) else held[int(one)]
                step = len(held) if isinstance(held, list) else 1 if held else 0
            steps.append(step)
        after = applied(after, changed(after, steps, value))
    start = next((n for n, (a, b) in enumerate(zip(text, after, strict=False)) if a != b), min(len(text), len(after)))
    rest = min(len(text), len(after)) - start
    back = next((n for n in range(rest) if text[-1 - n] != after[-1 - n]), rest)
    return [Change(start, len(text) - back, after[start : len(after) - back])]


def moved(text: str, path: Path, by: int) -> list[Change]:
    """The change that exchanges an item of a list, or an entry of a mapping, with the next (by 1) or the one before (by -1).

    Comments directly above an item go with it.

    >>> text = "edges:\\n- edge: A activates B\\n# the second\\n- edge: B activates A\\n"
    >>> print(applied(text, moved(text, ("edges", 1), -1)))
    edges:
    # the second
    - edge: B activates A
    - edge: A activates B
    <BLANKLINE>
    """
    edit = _Edit(text)
    parent = edit.find(path[:-1])
    items = list(parent.value) if isinstance(parent, yaml.CollectionNode) else []
    n = (
        path[-1]
        if isinstance(path[-1], int)
        else next((i for i, (k, _) in enumerate(items) if k.value == path[-1]), -1)
    )
    first = min(n, n + by)
    if abs(by) != 1 or n < 0 or first < 0 or first + 1 >= len(items):
        raise CannotEdit("it cannot be moved further")
    if getattr(parent, "flow_style", False):
        (a, b), (c, d) = (edit.span(items[i]) for i in (first, first + 1))
        changes = [Change(a, d, text[c:d] + text[b:c] + text[a:b])]
    else:
        a, b, c = (edit.above(items, i) for i in (first, first + 1, first + 2))
        one, other = text[a:b], text[b:c]
        other += "" if other.endswith("\n") else "\n"
        changes = [Change(a, c, other + one if c < len(text) or text.endswith("\n") else other + one.rstrip("\n"))]
    said = content(text)
    held: Any = said
    for step in path[:-1]:
        held = held[step]
    if isinstance(held, list):
        held[first : first + 2] = held[first : first + 2][::-1]
    _prove(text, changes, said)
    return changes


def path_at(text: str, offset: int) -> tuple[list[str | int], str]:
    """The path to the innermost record that holds a place in a text, and which record it is.

    >>> path_at("nodes:\\n  A: {term: none}\\n", 13)
    (['nodes', 'A'], 'node')
    """
    node, record = _root(text), "mechanism"
    path: list[str | int] = []
    found = path, record
    while True:
        inside = (
            one for one in _children(node, record, text) if one[3] <= offset < max(_end(one[1], text), one[3] + 1)
        )
        step, child, kind, _start = next(inside, (None, node, "", 0))
        if step is None:
            return found
        path, node, record = [*path, step], child, kind
        if record in RECORDS:
            found = path, record


def scalar_at(text: str, offset: int) -> tuple[list[str | int], str]:
    """The path to the single value that holds a place in a text, and that value. Raises CannotEdit if there is none.

    >>> scalar_at("nodes:\\n  A: {term: none}\\n", 19)
    (['nodes', 'A', 'term'], 'none')
    """
    node = _root(text)
    path: list[str | int] = []
    while not isinstance(node, yaml.ScalarNode):
        for step, child, *_more in _children(node, "", text):
            if child.start_mark.index <= offset < max(_end(child, text), child.start_mark.index + 1):
                node, path = child, [*path, step]
                break
        else:
            raise CannotEdit("no value stands there")
    return path, str(node.value)


def stub(kind: str, example: str = "") -> Value:
    """What can stand for a value that is required and not there: what the table of keys demands, and nothing else.

    >>> stub("choice:supports|disputes"), stub("list:evidence")
    ('supports', [{'claim': 'finding'}])
    """
    form, _, of = kind.partition(":")
    if form in ("list", "rows"):
        return [stub(f"record:{of}" if of in RECORDS else of)]
    if form == "map":
        return {of: stub(f"record:{of}")}
    if form == "record":
        needed = {key.key: stub(key.kind) for key in notation()[of].values() if key.required}
        return needed or {"claim": "finding"}
    if form in ("values", "names"):
        return {}
    if form in ("choice", "yesno"):
        return of.split("|")[0] or "yes"
    return of if form == "term" and of else ""


def _children(node: yaml.Node, kind: str, text: str) -> Iterator[tuple[str | int, yaml.Node, str, int]]:
    """What stands in a node: the step to it, its kind, which is a record or a kind of value, and where it begins."""
    form, _, of = kind.partition(":")
    if isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield i, item, of if form == "list" else "", item.start_mark.index
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if kind in RECORDS:
                row = notation()[kind].get(FORMER.get(kind, {}).get(key.value, key.value))
                inner = row.kind if row else ""
                inner = inner.partition(":")[2] if inner.startswith("record:") else inner
            else:
                inner = of if form == "map" else ""
            yield key.value, value, inner, key.start_mark.index


class _Edit:
    """A text with its nodes."""

    def __init__(self, text: str) -> None:
        self.text, self.root = text, _root(text)

    def find(self, path: Path) -> yaml.Node:
        node: yaml.Node | None = self.root
        for step in path:
            node = _child(node, step) if node else None
        if node is None:
            raise CannotEdit(f"there is no {' / '.join(map(str, path))}")
        return node

    def change(self, path: list[str | int], value: Value) -> list[Change]:
        node, kind, flow = self.root, "mechanism", False
        above: list[Any] = []  # the nodes on the way, each with the step from it
        for n, step in enumerate(path):
            flow = flow or bool(getattr(node, "flow_style", False))
            child = _child(node, step)
            if child is None:
                return (
                    [] if value is None else [self.added(node, kind, step, _wrapped(path[n + 1 :], value), flow, above)]
                )
            above.append((node, step))
            kind = _kind(kind, step)
            node = child
        if value is None:
            return [self.removed(path, above, flow)]
        return [self.replaced(node, value, flow, above)]

    def replaced(self, node: yaml.Node, value: Value, flow: bool, above: list[Any]) -> Change:
        start, end = node.start_mark.index, _end(node, self.text)
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and isinstance(above[-1][1], str):
            return Change(self.text.rindex(":", 0, start) + 1, end, _block(value, self.indent(above)))
        if isinstance(value, str):
            folds = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
            if folds and value == " ".join(value.split()):
                return Change(start, end, _folded(value, self.indent(above) + 2))
            return Change(start, end, _blank(self.text, start) + scalar(value, flow))
        return Change(start, end, _blank(self.text, start) + _flow(value))

    def added(self, node: yaml.Node, kind: str, step: str | int, value: Value, flow: bool, above: list[Any]) -> Change:
        """A key or an item that is not there yet."""
        empty = (isinstance(node, yaml.CollectionNode) and not node.value) or _null(node)
        opened = _kind(kind, step).startswith("map:")
        if empty and node is self.root:
            head = self.text.rstrip("\n")
            return Change(len(head), len(self.text), f"{head and chr(10)}{step}:{_block(value, 0, opened)}\n")
        if empty:
            start, end = node.start_mark.index, _end(node, self.text)
            held = [value] if isinstance(step, int) else {str(step): value}
            if any(getattr(outer, "flow_style", False) for outer, _step in above):
                return Change(start, end, _blank(self.text, start) + _flow(held))
            start = self.text.rindex(":", 0, start + 1) + 1 if self.text[:start].rstrip().endswith(":") else start
            return Change(start, end, _block(held, self.indent(above), True))
        if isinstance(node, yaml.ScalarNode):
            if isinstance(step, int):
                return Change(node.start_mark.index, node.end_mark.index, _flow([str(node.value), value]))
            short = _short(node, notation()[kind]) if kind in RECORDS else None
            if not short:
                raise CannotEdit(f"line {node.start_mark.line + 1}: no key can stand here")
            old = " ".join(str(node.value).split()[len(short.opening.split()) :])
            return Change(node.start_mark.index, node.end_mark.index, _flow({short.key: old, str(step): value}))
        last = node.value[-1]
        if isinstance(node, yaml.SequenceNode):
            if node.flow_style:
                end = _end(last, self.text)
                return Change(end, end, f", {_flow(value)}")
            end, indent = _eol(self.text, _end(last, self.text)), node.start_mark.column
            return Change(end, end, f"\n{' ' * indent}- {_item(value, indent + 2)}")
        order = list(notation()[kind]) if kind in RECORDS else []
        before = [pair for pair in node.value if pair[0].value in order[: order.index(step) if step in order else 0]]
        first = node.value[0][0].start_mark
        if flow or getattr(node, "flow_style", False):
            if order and not before:
                return Change(first.index, first.index, f"{step}: {_flow(value)}, ")
            end = _end((before or [last])[-1][1], self.text)
            return Change(end, end, f", {step}: {_flow(value)}")
        indent = first.column
        if order and not before:
            return Change(first.index, first.index, f"{step}:{_block(value, indent)}\n{' ' * indent}")
        end = _eol(self.text, _end((before or [last])[-1][1], self.text))
        gap = "\n" if node is self.root and not isinstance(value, str) else ""
        return Change(end, end, f"\n{gap}{' ' * indent}{step}:{_block(value, indent, opened)}")

    def removed(self, path: list[str | int], above: list[Any], flow: bool) -> Change:
        """An entry or an item without which the rest stays as it is; the last one of a list leaves the empty list."""
        parent, step = above[-1]
        if not isinstance(parent, yaml.CollectionNode):  # the short form of a record, or of a list
            return self.removed(path[:-1], above[:-1], flow)
        items = list(parent.value)
        n = step if isinstance(step, int) else next(i for i, (key, _) in enumerate(items) if key.value == step)
        if len(items) == 1:
            nothing = "[]" if isinstance(parent, yaml.SequenceNode) else "{}"
            start, end = parent.start_mark.index, _end(parent, self.text)
            if not flow and len(above) > 1 and isinstance(above[-2][1], str):
                start = self.text.rindex(":", 0, start) + 1
                nothing = f" {nothing}"
            return Change(start, end, nothing)
        start, end = self.span(items[n])
        if parent.flow_style:
            return (
                Change(start, self.span(items[n + 1])[0], "")
                if n + 1 < len(items)
                else Change(self.span(items[n - 1])[1], end, "")
            )
        if isinstance(parent, yaml.SequenceNode):
            start = self.text.rindex("-", 0, start)
        bol = _bol(self.text, start)
        if self.text[bol:start].strip():  # the first key, on the line of the item
            return Change(start, self.span(items[n + 1])[0], "")
        eol = _eol(self.text, end)
        return Change(bol, eol + 1, "") if eol < len(self.text) else Change(max(bol - 1, 0), eol, "")

    def span(self, item: Any) -> tuple[int, int]:
        """The characters of an item, or of an entry with its key."""
        first, last = item if isinstance(item, tuple) else (item, item)
        return first.start_mark.index, _end(last, self.text)

    def above(self, items: list[Any], n: int) -> int:
        """Where an item of a block begins, with the comments directly above it; behind the last one, where that ends."""
        if n == len(items):
            return min(_eol(self.text, self.span(items[-1])[1]) + 1, len(self.text))
        start = self.span(items[n])[0]
        start = _bol(self.text, start if isinstance(items[n], tuple) else self.text.rindex("-", 0, start))
        while n and start and self.text[_bol(self.text, start - 1) : start].lstrip().startswith("#"):
            start = _bol(self.text, start - 1)
        return start

    def indent(self, above: list[Any]) -> int:
        """The column of the key under which a value stands."""
        for node, _step in reversed(above):
            if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
                return int(node.value[0][0].start_mark.column)
        return 0


@lru_cache(maxsize=4)  # an edit and its proof look at two texts several times
def _root(text: str) -> yaml.Node:
    try:
        found = compose(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise CannotEdit(f"{where}the text cannot be read there; mend that first") from None
    if found is None or _null(found):
        return yaml.MappingNode("", [], flow_style=False)
    if not isinstance(found, yaml.MappingNode):
        raise CannotEdit("the text is no mechanism: it has no 'key: value' lines")
    return found


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode):
        return node.value[step] if isinstance(step, int) and 0 <= step < len(node.value) else None
    return node if step == 0 and not _null(node) else None  # a single value may stand for a list of one


def _kind(kind: str, step: str | int) -> str:
    """The kind of what a step leads to."""
    form, _, of = kind.partition(":")
    if kind in RECORDS:
        row = notation()[kind].get(str(step))
        inner = row.kind if row else ""
        return inner.partition(":")[2] if inner.startswith("record:") else inner
    return of if form in ("map", "list") else ""


def _short(node: yaml.Node, keys: Mapping[str, Key]) -> Key | None:
    """The key that a single value stands for."""
    said = str(node.value).split() if isinstance(node, yaml.ScalarNode) else []
    opened = [key for key in keys.values() if key.opening and said[: len(key.opening.split())] == key.opening.split()]
    return next(iter(opened), None) or next((key for key in keys.values() if key.short == "yes" and said), None)


def _null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value and not node.style


def _plain(node: yaml.Node) -> Value:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value


def _put(said: Value, path: list[str | int], value: Value, kind: str = "mechanism") -> Value:
    """The plain content with a value set, which the edited text must have."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        said = said if isinstance(said, list) else [said] if said else []
        new = _put(said[step] if step < len(said) else None, rest, value, _kind(kind, step))
        return [*said[:step], *([] if value is None and not rest else [new]), *said[step + 1 :]]
    if isinstance(said, str) and said:
        said = spelt_out(said, kind) if kind in RECORDS else {}
    if said and not isinstance(said, dict):
        raise CannotEdit(f"{step!r} is no part of a list")
    said = dict(said or {})
    new = _put(said.get(step), rest, value, _kind(kind, step))
    if value is None and not rest:
        said.pop(step, None)
    else:
        said[step] = new
    return said


def _prove(text: str, changes: list[Change], wanted: Value) -> None:
    """Refuse an edit after which the text says anything but what was asked."""
    try:
        same = content(applied(text, changes)) == wanted
    except CannotEdit:
        same = False
    if not same:
        raise CannotEdit("this layout cannot take that edit without changing what the text says; write it in the text")


def _wrapped(path: list[str | int], value: Value) -> Value:
    for step in reversed(path):
        value = [value] if isinstance(step, int) else {step: value}
    return value


# ---------------------------------------------------------------- layout


def _bol(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _eol(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _end(node: yaml.Node, text: str) -> int:
    """Where the content of a node ends; what follows a block in YAML's own count is comments and blank lines."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last, text)
    end: int = node.end_mark.index if node.end_mark else len(text)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return len(text[:end].rstrip())
    return end


def _blank(text: str, at: int) -> str:
    """The blank that a value needs behind the colon of its key."""
    return " " if text[at - 1 : at] in (":", "-") else ""


def scalar(value: str, flow: bool = True) -> str:
    """A text as a value of YAML: plain where that says the same, within brackets or outside, else quoted.

    >>> scalar("GO:0036019 ! endolysosome"), scalar("a, b"), scalar("a, b", flow=False)
    ('GO:0036019 ! endolysosome', '"a, b"', 'a, b')
    """
    try:
        found = yaml.compose(f"[{value}]" if flow else f"a: {value}", Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError):
        found = None
    inner = found.value[0] if found is not None and len(found.value) == 1 else None
    inner = inner[1] if isinstance(inner, tuple) else inner
    plain = isinstance(inner, yaml.ScalarNode) and not inner.style and inner.value == value and value
    return value if plain and not re.search(r"[\x00-\x1f]", value) else json.dumps(value, ensure_ascii=False)


def _folded(value: str, indent: int) -> str:
    margin = " " * indent
    return ">-\n" + textwrap.fill(" ".join(value.split()), 118, initial_indent=margin, subsequent_indent=margin)


def _flow(value: Value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return scalar(str(value), True)


def _fits(value: Value) -> bool:
    """Whether a value stands well in one line: it is short, and holds no list of records."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    records = any(isinstance(one, list) and any(isinstance(item, dict) for item in one) for one in inner)
    return not records and len(_flow(value)) <= WIDE


def _block(value: Value, indent: int, opened: bool = False) -> str:
    """What stands behind ``key:`` at a column; ``opened`` gives each item a line of its own."""
    margin = "\n" + " " * indent
    if isinstance(value, list) and value and (opened or any(isinstance(item, dict) for item in value)):
        return "".join(f"{margin}- {_item(item, indent + 2)}" for item in value)
    if isinstance(value, dict) and value and (opened or not _fits(value)):
        return "".join(f"{margin}  {key}:{_block(one, indent + 2)}" for key, one in value.items())
    return f" {_flow(value) if isinstance(value, (dict, list)) else scalar(str(value), False)}"


def _item(value: Value, indent: int) -> str:
    """What stands behind the dash of an item; its keys have a column."""
    if isinstance(value, dict) and value and (not _fits(value) or "edge" in value):
        return f"\n{' ' * indent}".join(f"{key}:{_block(one, indent)}" for key, one in value.items())
    return _flow(value) if isinstance(value, (dict, list)) else scalar(str(value), False)
