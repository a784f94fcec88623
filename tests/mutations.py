"""Files with a fault, and files with a canary: one parser of each syntax into a tree of lists, mappings and texts.

``mutate`` changes one place of a file, as its syntax allows: what stands there goes, occurs twice, or is of another
type. ``canaries`` puts a word at one place after another, where no reader may overlook it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import yaml

CANARY = "Canary7391"
#: What may stand in a file where something else belongs.
ODD = (
    *(None, 5, -1, 0, 1.5, 10**30, True, False, "", " ", "x", "a b", "nobody", "present", "finding", "high", "-", "1"),
    *([], {}, [[]], [{}], {"a": {}}, ["a"], [None], [5], {"a": ["b"]}, [["a", "b"]]),
    *("https://a b", "javascript:a", "10.1/x", "PMID:x", "GO:1", "kg:nothing ! x", "MESH:D051199 ! wrong", "a: b"),
    *("=1+1", "a\tb", "a\nb", "\u202e", "é", "a/../b", "A" * 5000, "2026-13-45", "[1, 2]", '{"a": 1}', "null", "yes"),
)

Path = tuple[Any, ...]


# ---------------------------------------------------------------- syntaxes


def _graphs(text: str, format: ox.RdfFormat) -> list[list[str]]:
    """The quads of a text as lists of terms, written as in N-Quads."""
    parsed = ox.parse(text, format=format, base_iri="http://example.org/", rename_blank_nodes=False)
    found = ([str(one) for one in (q.subject, q.predicate, q.object, q.graph_name)] for q in parsed)
    return [["" if term == "DEFAULT" else term for term in quad] for quad in found]


def _statements(quads: Any) -> str:
    """Quads as TriG, which is Turtle where there is one graph without a name."""
    said = [[str(term) for term in quad] if isinstance(quad, list) else [str(quad)] for quad in quads]
    lines = (f"{one[3]} {{ {' '.join(one[:3])} }}" if one[3:] and one[3] else f"{' '.join(one[:3])} ." for one in said)
    return "\n".join(lines) + "\n"


def _nquads(quads: Any) -> str:
    return "".join(" ".join(map(str, one if isinstance(one, list) else [one])) + " .\n" for one in quads)


def _cells(delimiter: str) -> tuple[Callable[[str], Any], Callable[[Any], str]]:
    """A table without quotation marks that hold a delimiter."""

    def dump(rows: Any) -> str:
        said = (delimiter.join(map(_word, row)) if isinstance(row, list) else _word(row) for row in rows)
        return "\n".join(said) + "\n"

    return lambda text: [line.split(delimiter) for line in text.splitlines()], dump


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(text: str) -> Any:
    return text.splitlines()


def _joined(lines: Any) -> str:
    return "".join(f"{_word(line)}\n" for line in lines)


def _json(tree: Any) -> str:
    return json.dumps(tree, ensure_ascii=False, indent=1)


def _yaml(tree: Any) -> str:
    return str(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))


def _of_yaml(text: str) -> Any:
    return yaml.load(text, yaml.BaseLoader)


_JSON = (json.loads, _json)
_JSONL = (
    lambda text: [json.loads(line) for line in text.splitlines()],
    lambda tree: "\n".join(map(json.dumps, tree)) + "\n",
)
_TRIG = (lambda text: _graphs(text, ox.RdfFormat.TRIG), _statements)
#: Format -> how its text is read into a tree, and a tree written as a text; formats of XML have their own ways.
SYNTAX: dict[str, tuple[Callable[[str], Any], Callable[[Any], str]]] = {
    "yaml": (_of_yaml, _yaml),
    "gocam": (_of_yaml, _yaml),
    **dict.fromkeys(("jsonld", "cyjs", "cx2", "jgif", "nodelink"), _JSON),
    "kgxl": _JSONL,
    **dict.fromkeys(("ttl", "trig", "nanopub", "gocamttl"), _TRIG),
    "nq": (lambda text: _graphs(text, ox.RdfFormat.N_QUADS), _nquads),
    **dict.fromkeys(("kgx", "sif"), _cells("\t")),
    "table": _cells(","),
    "signor": _cells(";"),
    **dict.fromkeys(("bnet", "bel"), (_lines, _joined)),
}
XML = ("graphml", "sbml")
RDF = ("ttl", "trig", "nq", "nanopub", "gocamttl")


def _inner(value: object) -> Any:
    """The JSON that a text holds, if it holds some."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return None


def _paths(tree: Any, at: Path = ()) -> Iterator[Path]:
    """Every place of a tree, also within texts that are JSON themselves: there a step is a pair."""
    yield at
    inner = _inner(tree)
    if inner is not None:
        yield from ((*at, "json", *rest) for rest in _paths(inner) if rest)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _paths(value, (*at, key))
    elif isinstance(tree, list):
        for i, value in enumerate(tree):
            yield from _paths(value, (*at, i))


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = _inner(tree) if isinstance(tree, str) else tree[step]
    return tree


def _put(tree: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A tree in which a place is what ``change`` makes of what it was."""
    if not path:
        return change(tree)
    step, rest = path[0], path[1:]
    if isinstance(tree, str):
        return json.dumps(_put(_inner(tree), rest, change), ensure_ascii=False)
    if isinstance(tree, list):
        return [_put(value, rest, change) if i == step else value for i, value in enumerate(tree)]
    return {key: _put(value, rest, change) if key == step else value for key, value in tree.items()}


# ---------------------------------------------------------------- mutations


def mutate(random: Random, format: str, text: str) -> tuple[str, str]:
    """A text with one fault, and what the fault is."""
    if random.random() < 0.15:
        return _scratched(random, text)
    if format in XML:
        return _mutated_xml(random, text)
    parse, dump = SYNTAX[format]
    tree = parse(text)
    paths = list(_paths(tree))
    path = random.choice(paths[1:])
    other = _at(tree, random.choice(paths))
    above, here = path[:-1], _at(tree, path)
    step, odd = path[-1], random.choice(ODD)
    if isinstance(odd, str) and random.random() < 0.3:
        odd = other
    changes: dict[str, Callable[[], Any]] = {
        "replaced": lambda: _put(tree, path, lambda _: odd),
        "swapped": lambda: _put(tree, path, lambda _: other),
        "in a list": lambda: _put(tree, path, lambda value: [value]),
        "in a mapping": lambda: _put(tree, path, lambda value: {"a": value}),
        "without": lambda: _put(tree, above, lambda outer: _without(outer, step)),
        "twice": lambda: _put(tree, above, lambda outer: _twice(outer, step)),
        "renamed": lambda: _put(tree, above, lambda outer: _renamed(outer, step, odd)),
        "with more": lambda: _put(tree, path, lambda value: _more(value, odd)),
    }
    name = random.choice(list(changes))
    return dump(changes[name]()), f"{path} {name}: {str(here)[:40]!r} -> {str(odd)[:40]!r}"


def _without(outer: Any, step: Any) -> Any:
    if isinstance(outer, dict):
        return {key: value for key, value in outer.items() if key != step}
    return [value for i, value in enumerate(outer) if i != step] if isinstance(outer, list) else ""


def _twice(outer: Any, step: Any) -> Any:
    if isinstance(outer, list):
        return [*outer[:step], outer[step], *outer[step:]]
    return {**outer, "again": outer[step]} if isinstance(outer, dict) else outer * 2


def _renamed(outer: Any, step: Any, odd: Any) -> Any:
    if isinstance(outer, dict):
        return {(str(odd) if key == step else key): value for key, value in outer.items()}
    return list(reversed(outer)) if isinstance(outer, list) else outer


def _more(value: Any, odd: Any) -> Any:
    if isinstance(value, dict):
        return {**value, "unheard_of": odd}
    return [*value, odd] if isinstance(value, list) else f"{value}{odd}"


def _scratched(random: Random, text: str) -> tuple[str, str]:
    """A text that was cut, or with a character too many or too few."""
    at = random.randrange(max(len(text), 1))
    noise = random.choice([*"[]{}:,;#&*!|<>'\"%@`-?\t\n\r\0\\~/ 0é", "\u2028", "\ufeff", "]]>", "&x;", "<!--", "\x85"])
    found = random.choice((text[:at], text[:at] + noise + text[at:], text[:at] + text[at + 1 :], text[at:]))
    return found, f"scratched at {at} with {noise!r}"


def _tree(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.encode())


def _xml(root: ElementTree.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _mutated_xml(random: Random, text: str) -> tuple[str, str]:
    root = _tree(text)
    above = {child: outer for outer in root.iter() for child in outer}
    one = random.choice([child for child in root.iter() if child is not root])
    outer, odd = above[one], str(random.choice(ODD)).replace("\0", "")
    name = random.choice(list(one.attrib) or [""])
    inner = _inner((one.text or "").strip())
    if inner is not None and random.random() < 0.8:  # what the format holds as JSON
        said, what = mutate(random, "cyjs", json.dumps(inner))
        one.text = re.sub("[\0-\x08\x0b\x0c\x0e-\x1f]", "", said)
        return _xml(root), f"within <{one.tag}>: {what}"
    what = random.choice(
        ("drop", "twice", "tag", "attribute", "drop attribute", "add", "child", "text", "tail", "move")
    )
    if what == "drop":
        outer.remove(one)
    elif what == "twice":
        outer.append(one)
    elif what == "tag":
        one.tag = random.choice([other.tag for other in root.iter()])
    elif what == "attribute" and name:
        one.set(name, random.choice([odd, *(value for other in root.iter() for value in other.attrib.values())]))
    elif what == "drop attribute" and name:
        del one.attrib[name]
    elif what == "add":
        one.set("unheard_of", odd)
    elif what == "child":
        ElementTree.SubElement(one, random.choice([other.tag for other in root.iter()])).text = odd
    elif what == "text":
        one.text = odd
    elif what == "tail":
        one.tail = odd
    else:
        outer.remove(one)
        root.append(one)
    return _xml(root), f"<{one.tag}> {what} {name}: {odd[:40]!r}"


# ---------------------------------------------------------------- canaries


Made = Callable[[], str]  # a text that is made when it is asked for: most places are passed over


def canaries(format: str, text: str) -> Iterator[tuple[str, Made]]:
    """Every place of a file at which a word can stand, with the text that has one there."""
    if format in XML:
        yield from _xml_canaries(text)
        return
    parse, dump = SYNTAX[format]
    tree = parse(text)
    if format in RDF:
        yield from ((where, partial(dump, quads)) for where, quads in _rdf_canaries(tree))
        return

    def put(path: Any, made: Any) -> str:
        return dump(_put(tree, path, lambda _: made))

    for path in _paths(tree):
        here = _at(tree, path)
        for where, made in _canary_at(here):
            yield f"{path} {where}", partial(put, path, made)
        if format in ("bnet", "bel") and path:
            for i, found in enumerate(re.finditer(r"[\w.]+", here)):
                said = here[: found.start()] + CANARY + here[found.end() :]
                yield f"{path} word {i}", partial(put, path, said)
                said = f"{here[: found.end()]}.{CANARY}{here[found.end() :]}"
                yield f"{path} behind word {i}", partial(put, path, said)


def _canary_at(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield "key", {**value, CANARY: "x"}
        yield "value", {**value, "unheard_of": CANARY}
        yield "deep", {**value, "unheard_of": [{"a": CANARY}]}
    elif isinstance(value, list):
        yield "item", [*value, CANARY]
        yield "list", [*value, [CANARY]]
        yield "mapping", [*value, {"unheard_of": CANARY}]
        yield "first", [CANARY, *value]
    elif _inner(value) is None:
        yield "instead", CANARY
        yield "behind", f"{value} {CANARY}"
        yield "joined", f"{value}|{CANARY}"
        yield "in a list", [value, CANARY]
        yield "in a mapping", {"x": value, "unheard_of": CANARY}


def _rdf_canaries(quads: list[list[str]]) -> Iterator[tuple[str, list[list[str]]]]:
    iri, text = f"<http://example.org/{CANARY}>", f'"{CANARY}"'
    for subject, graph in dict.fromkeys((one[0], one[3]) for one in quads):
        for what, more in (
            ("predicate", [subject, iri, '"x"', graph]),
            ("object", [subject, "<http://example.org/p>", text, graph]),
            ("type", [subject, "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", iri, graph]),
            ("label", [subject, "<http://www.w3.org/2000/01/rdf-schema#label>", text, graph]),
        ):
            yield f"{subject} {graph}: a {what} more", [*quads, more]
    for graph in dict.fromkeys(one[3] for one in quads):
        yield f"a subject more {graph}", [*quads, [iri, "<http://example.org/p>", '"x"', graph]]
    for i, quad in enumerate(quads):
        for part, term in enumerate(quad):
            if part in (1, 2):
                put = text if term.startswith('"') else iri
                yield f"{quad} part {part}", [*quads[:i], [*quad[:part], put, *quad[part + 1 :]], *quads[i + 1 :]]
        yield f"{quad} twice", [*quads, [*quad[:2], text, quad[3]]]


def _xml_canaries(text: str) -> Iterator[tuple[str, Made]]:
    count = sum(1 for _ in _tree(text).iter())

    def changed(i: int, change: Callable[[ElementTree.Element], object]) -> str:
        root = _tree(text)
        change(list(root.iter())[i])
        return _xml(root)

    for i, one in enumerate(_tree(text).iter()):
        tag = one.tag.rpartition("}")[2]
        yield f"<{tag}> {i} of {count}: attribute", partial(changed, i, lambda e: e.set("unheard_of", CANARY))
        yield f"<{tag}> {i}: name of an attribute", partial(changed, i, lambda e: e.set(CANARY, "x"))
        yield (
            f"<{tag}> {i}: child",
            partial(changed, i, lambda e: setattr(ElementTree.SubElement(e, "unheard_of"), "text", CANARY)),
        )
        yield f"<{tag}> {i}: tag", partial(changed, i, lambda e: ElementTree.SubElement(e, CANARY))
        yield (
            f"<{tag}> {i}: attribute of a child",
            partial(changed, i, lambda e: ElementTree.SubElement(e, "unheard_of").set("a", CANARY)),
        )
        yield f"<{tag}> {i}: text", partial(changed, i, lambda e: setattr(e, "text", f"{e.text or ''}{CANARY}"))
        if i:
            yield (
                f"<{tag}> {i}: text behind it",
                partial(changed, i, lambda e: setattr(e, "tail", f"{e.tail or ''}{CANARY}")),
            )
        for name in one.attrib:
            yield f"<{tag}> {i}: {name}", partial(changed, i, lambda e, name=name: e.set(name, CANARY))
            yield (
                f"<{tag}> {i}: {name} goes on",
                partial(changed, i, lambda e, name=name: e.set(name, f"{e.get(name)} {CANARY}")),
            )
        inner = _inner((one.text or "").strip())
        if inner is not None:
            for where, said in canaries("cyjs", json.dumps(inner)):
                yield f"<{tag}> {i}: {where}", partial(changed, i, lambda e, said=said: setattr(e, "text", said()))
