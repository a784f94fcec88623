"""Paths, reach and signed neighbourhoods over the table of edges that a run wrote: millions of edges, by scipy.

A sign is only where an edge states one: what it causes to increase or decrease, as ``docs/bulk.md`` says. A negated edge is
no step.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy import sparse
from scipy.sparse import csgraph

from kg.model import foreign
from kg.model.diagnostics import KgError, near

#: Aspects of an object of which more is more of the object: their direction is a sign.
SIGNED = ("", "activity_or_abundance", "abundance", "activity", "expression", "synthesis", "stability")
DIRECTIONS = {"increased": 1, "upregulated": 1, "decreased": -1, "downregulated": -1}
READ = (
    *("subject", "predicate", "object", "negated", "id"),
    *("object_aspect_qualifier", "object_direction_qualifier", "qualified_predicate"),
)
AGAIN = [name for name in READ if name not in ("id", "negated")]  # texts that come again and again


class Unknown(KgError, ValueError):
    """A node that is not in the graph."""


class GraphStep(NamedTuple):
    """An edge along a route: sign is 1, -1, or 0 where none is stated."""

    subject: str
    predicate: str
    object: str
    sign: int
    id: str


class Reached(NamedTuple):
    """A node that can be reached: in how many steps, and with which signs (``+``, ``-``, ``+-``, or none)."""

    node: str
    steps: int
    signs: str


@dataclass(frozen=True)
class Graph:
    """Edges as numbers of nodes, in the order of subject and object."""

    nodes: np.ndarray[Any, Any]  # ids, sorted
    subject: np.ndarray[Any, Any]
    object: np.ndarray[Any, Any]
    sign: np.ndarray[Any, Any]
    row: np.ndarray[Any, Any]  # where the edge stands in the two columns of texts
    predicate: pa.ChunkedArray
    id: pa.ChunkedArray

    @classmethod
    def read(cls, folder: str | Path) -> Graph:
        """The graph of ``edges-*.parquet`` in a folder that ``kg bulk`` wrote. Raises ValueError if it is none."""
        files = sorted(Path(folder).glob("edges-*.parquet"))
        if not (Path(folder) / "manifest.json").is_file():
            raise ValueError(f"{folder} is not a folder that kg bulk wrote")
        tables = [
            pq.read_table(
                file, columns=[name for name in READ if name in pq.read_schema(file).names], read_dictionary=AGAIN
            )
            for file in files
        ]
        return cls.of(pa.concat_tables(tables) if tables else pa.table({name: pa.array([], pa.string()) for name in READ}))  # fmt: skip

    @classmethod
    def of(cls, table: pa.Table) -> Graph:
        """The graph of a table with the columns of READ, of which only subject, predicate, object and id must be there."""
        if "negated" in table.column_names:
            table = table.filter(pc.invert(pc.fill_null(pc.equal(table["negated"].cast(pa.string()), "true"), False)))
        ends = [_numbered(table[side]) for side in ("subject", "object")]
        names = pc.unique(pa.concat_arrays([found.dictionary for found in ends]))
        names = names.take(pc.sort_indices(names))
        subject, object = (
            pc.index_in(found.dictionary, names).to_numpy().astype(np.int64)[found.indices.to_numpy()] for found in ends
        )
        rows = np.argsort(subject * len(names) + object, kind="stable")
        return cls(
            names.to_numpy(zero_copy_only=False),
            subject[rows],
            object[rows],
            _signs(table)[rows],
            rows,
            table["predicate"],
            table["id"],
        )

    def number(self, node: str) -> int:
        """Where a node stands. Raises Unknown, with the nearest id."""
        at = int(np.searchsorted(self.nodes, node))
        if at == len(self.nodes) or self.nodes[at] != node:
            around = [str(one) for one in self.nodes[max(0, at - 500) : at + 500]]
            raise Unknown(f"no edge has the node {node!r}; {near(node, around)}")
        return at

    def _steps(self, signed: bool = False) -> sparse.csr_matrix:
        """The matrix of steps; signed: of nodes twice, as reached with + and, behind them, with -."""
        n = len(self.nodes)
        if not signed:
            ones = np.ones(len(self.subject), np.int8)
            return sparse.csr_matrix((ones, (self.subject, self.object)), (n, n))
        kept = self.sign != 0
        turn = np.where(self.sign[kept] < 0, n, 0)
        s, o = self.subject[kept], self.object[kept]
        rows, columns = np.concatenate([s, s + n]), np.concatenate([o + turn, o + n - turn])
        return sparse.csr_matrix((np.ones(len(rows), np.int8), (rows, columns)), (2 * n, 2 * n))

    def reach(self, node: str, steps: int = 0, back: bool = False) -> list[Reached]:
        """What can be reached from a node, in at most so many steps (0: any), nearest first; ``back``: from where.

        The signs are those of the walks of at most so many steps along which every edge states one.

        >>> rows = [("a", "b", "increased"), ("b", "c", "decreased"), ("a", "c", None)]
        >>> subjects, objects, directions = zip(*rows)
        >>> graph = Graph.of(pa.table({"subject": subjects, "object": objects, "object_direction_qualifier": directions,
        ...     "predicate": ["affects"] * 3, "id": ["1", "2", "3"]}))
        >>> [tuple(one) for one in graph.reach("a")]
        [('b', 1, '+'), ('c', 1, '-')]
        """
        start, n = self.number(node), len(self.nodes)
        limit = float(steps) if steps else np.inf
        found = []
        for signed in (False, True):
            matrix = self._steps(signed)
            matrix = matrix.T.tocsr() if back else matrix
            found.append(csgraph.dijkstra(matrix, indices=start, unweighted=True, limit=limit))
        plain, signs = found
        plus, minus = np.isfinite(signs[:n]), np.isfinite(signs[n:])
        there = np.flatnonzero(np.isfinite(plain))
        there = there[there != start]
        ordered = there[np.lexsort((self.nodes[there].astype(str), plain[there]))]
        return [Reached(str(self.nodes[i]), int(plain[i]), "+" * bool(plus[i]) + "-" * bool(minus[i])) for i in ordered]

    def routes(self, start: str, end: str, longest: int = 0) -> Iterator[list[list[GraphStep]]]:
        """The routes from one node to another that visit no node twice, shortest first: for each step its edges.

        Only the shortest ones unless ``longest`` says how many steps a route may have. Neighbours come in order of their ids.
        """
        first, last = self.number(start), self.number(end)
        matrix = self._steps()
        back = matrix.T.tocsr()
        left = csgraph.dijkstra(back, indices=last, unweighted=True, limit=float(longest) if longest else np.inf)
        if first == last or not np.isfinite(left[first]):
            return
        shortest = int(left[first])
        for length in range(shortest, (longest or shortest) + 1):
            for path in self._of_length(matrix, left, first, last, length):
                yield [self._edges(a, b) for a, b in itertools.pairwise(path)]

    @staticmethod
    def _of_length(matrix: Any, left: Any, first: int, last: int, length: int) -> Iterator[list[int]]:
        """Paths of exactly so many steps; nothing is tried that is too far from the end."""

        def onward(node: int, steps: int) -> Iterator[int]:
            near = matrix.indices[matrix.indptr[node] : matrix.indptr[node + 1]]
            return iter(np.sort(near[left[near] <= steps]).tolist())

        path, seen, todo = [first], {first}, [onward(first, length - 1)]
        while todo:
            node = next(todo[-1], None)
            if node is None:
                todo.pop()
                seen.discard(path.pop())
            elif node == last:
                if len(path) == length:
                    yield [*path, last]
            elif node not in seen and len(path) < length:
                path.append(node)
                seen.add(node)
                todo.append(onward(node, length - len(path)))

    def _edges(self, subject: int, object: int) -> list[GraphStep]:
        low, high = np.searchsorted(self.subject, [subject, subject + 1])
        found = low + np.flatnonzero(self.object[low:high] == object)
        ends = str(self.nodes[subject]), str(self.nodes[object])
        return sorted(
            GraphStep(ends[0], self.predicate[row].as_py(), ends[1], int(self.sign[i]), self.id[row].as_py())
            for i, row in zip(found, self.row[found].tolist(), strict=True)
        )


def _numbered(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Texts as numbers of different texts."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.DictionaryArray) else pa.concat_arrays(whole.chunks)


def _signs(table: pa.Table) -> np.ndarray[Any, Any]:
    """1 or -1 where an edge says that its subject causes more or less of its object, else 0."""

    def among(name: str, words: Sequence[str]) -> np.ndarray[Any, Any]:
        """Where a column has one of these words; nothing is the empty one."""
        if name not in table.column_names:
            return np.full(len(table), "" in words)
        cells = _numbered(table[name])
        hits = np.append(np.isin(cells.dictionary.to_numpy(zero_copy_only=False), words), "" in words)
        return np.asarray(hits[cells.indices.fill_null(len(hits) - 1).to_numpy()])

    signs = np.zeros(len(table), np.int8)
    for word in _numbered(table["predicate"]).dictionary.to_pylist() if "predicate" in table.column_names else ():
        said = foreign.relation(word or "")
        if said.sign and not said.turned and not said.loses_sign:
            signs[among("predicate", [word]) & among("object_direction_qualifier", [""])] = said.sign
    counts = among("object_aspect_qualifier", SIGNED) & among("qualified_predicate", ("", "causes"))
    for sign in (1, -1):
        words = [word for word, value in DIRECTIONS.items() if value == sign]
        signs[counts & among("object_direction_qualifier", words)] = sign
    return signs
