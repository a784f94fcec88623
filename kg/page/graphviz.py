"""Graphviz: a graph as text in the language of dot, and where its layout puts things.

Outside it comes inside the wheel of pygraphviz; a page that has none hands over another `engine`.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field

Attributes = dict[str, str]


@dataclass
class Cluster:
    """Nodes in a frame of their own, which may hold further frames."""

    name: str
    attributes: Attributes = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)

    def within(self) -> Iterator[Cluster]:
        """The frames inside it, at any depth."""
        for cluster in self.clusters:
            yield cluster
            yield from cluster.within()

    def _text(self, indent: str) -> Iterator[str]:
        yield f"{indent}subgraph {_quoted(self.name)} {{"
        yield from (f"{indent} {key}={_quoted(value)};" for key, value in self.attributes.items())
        yield from (f"{indent} {_quoted(name)};" for name in self.nodes)
        for cluster in self.clusters:
            yield from cluster._text(indent + " ")
        yield f"{indent}}}"


@dataclass
class Graph(Cluster):
    """A graph of nodes and edges by name; laying it out gives them ``pos``, and frames ``bb``.

    >>> graph = Graph("g", {"rankdir": "LR"})
    >>> for name in "ab":
    ...     graph.of[name] = {"shape": "box", "width": "1", "height": "1"}
    >>> graph.edges["ab"] = ("a", "b", {})
    >>> graph.lay("dot")
    >>> graph.of["a"]["pos"], graph.of["b"]["pos"], graph.attributes["bb"]
    ('36,36', '144,36', '0,0,180,72')
    """

    of: dict[str, Attributes] = field(default_factory=dict)  # each node
    edges: dict[str, tuple[str, str, Attributes]] = field(default_factory=dict)  # start, end
    every: Attributes = field(default_factory=dict)  # each node has these, too
    directed: bool = True
    strict: bool = False

    def text(self) -> str:
        """The graph in the language of dot."""
        arrow = "->" if self.directed else "--"
        parts = [f"{'strict ' * self.strict}{'di' * self.directed}graph {{"]
        parts += [f" {key}={_quoted(value)};" for key, value in self.attributes.items()]
        parts.append(f" node{_listed(self.every)};")
        parts += [f" {_quoted(name)}{_listed(attributes)};" for name, attributes in self.of.items()]
        parts += [
            f" {_quoted(start)} {arrow} {_quoted(end)}{_listed({'id': name, **attributes})};"
            for name, (start, end, attributes) in self.edges.items()
        ]
        for cluster in self.clusters:
            parts += cluster._text(" ")
        return "\n".join([*parts, "}\n"])

    def lay(self, program: str) -> None:
        """Run a program of Graphviz on it, such as dot or neato; what it finds no place or way for has no ``pos``."""
        found = json.loads(engine(self.text(), program))
        self.attributes["bb"] = found.get("bb", "")
        clusters = {cluster.name: cluster for cluster in self.within()}
        for one in found.get("objects", ()):
            if one["name"] in clusters:
                clusters[one["name"]].attributes["bb"] = one["bb"]
            else:
                self.of[one["name"]]["pos"] = one.get("pos", "")
        for one in found.get("edges", ()):
            self.edges[one["id"]][2]["pos"] = one.get("pos", "")


def _quoted(value: str) -> str:
    """A value; one in angle brackets is markup of a label."""
    return value if value.startswith("<") else '"' + value.replace('"', '\\"') + '"'


def _listed(attributes: Attributes) -> str:
    return f" [{' '.join(f'{key}={_quoted(value)}' for key, value in attributes.items())}]"


def _pygraphviz(text: str, program: str) -> str:
    """Graphviz writes to stderr by itself what it could not do, such as to curve a line; pygraphviz, that a graph is large."""
    from pygraphviz import AGraph

    silent, heard = os.open(os.devnull, os.O_WRONLY), os.dup(2)
    try:
        os.dup2(silent, 2)
        with redirect_stderr(io.StringIO()):
            return str(AGraph(string=text).draw(format="json0", prog=program).decode())
    finally:
        os.dup2(heard, 2)
        os.close(silent)
        os.close(heard)


#: What lays a text of dot out by a program, and answers in Graphviz's ``json0``.
engine: Callable[[str, str], str] = _pygraphviz
