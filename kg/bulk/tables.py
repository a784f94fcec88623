"""A run as tables of an engine, for graphs of any size: what ``rules`` say, as SQL, on DuckDB or on Spark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
from ibis.expr.types import Table

from kg.bulk import rules
from kg.bulk.lines import InputFile
from kg.bulk.run import COUNTED, MOST_VALUES, BulkOptions, BulkRun, BulkSummary, Counts
from kg.bulk.slots import REJECTS, SKIPPED

if TYPE_CHECKING:
    from kg.bulk.engines import BulkEngine


class Tables(BulkRun):
    """Lines, rows, rows that share an id, what is kept and what is rejected: a table for each."""

    def __init__(self, engine: BulkEngine, options: BulkOptions) -> None:
        super().__init__(engine.progress, options)
        self.engine = engine
        self.kept: dict[str, Table] = {}
        self.good: dict[str, Table] = {}
        self.wrong: list[Table] = []

    def checked(self) -> tuple[dict[str, Counts], dict[str, int]]:
        engine, before = self.engine, 0
        counts: dict[str, Counts] = {}
        reasons: dict[str, int] = {}
        nodes: Table | None = None
        for of in ("node", "edge"):
            known = nodes

            def rows(lines: Table, file: InputFile, of: str = of, known: Table | None = known) -> Table:
                return rules.rows(lines, of, file.header, file.separator, self.prefixes, known)

            staged = engine.read(f"{of}_rows", self.groups(of), rows)
            good = self.good[of] = rules.good(staged)
            ids = engine.stage(f"{of}_shared", rules.shared(good))
            again = engine.stage(f"{of}_again", rules.again(good, ids, of))
            self.kept[of] = engine.view(f"{of}_kept", rules.kept(staged, ids, again))
            self.wrong.append(rules.rejects(of, staged, again))
            found = dict(engine.rows(staged.group_by("fault").aggregate(rows=staged.count())))
            twice = dict(engine.rows(again.group_by("fault").aggregate(rows=again.count())))
            skipped = sum(found.pop(f"{fault} ", 0) for fault in SKIPPED)
            kept = found.pop("", 0) - sum(twice.values()) + twice.pop("", 0)
            bad = {fault: found.get(fault, 0) + twice.get(fault, 0) for fault in (*found, *twice)}
            lines = engine.counted() - before
            before += lines
            counts[of] = Counts(lines - skipped, kept, sum(bad.values()))
            reasons |= {f"{of}s: {fault.strip()}": n for fault, n in bad.items()}
            if of == "node":
                nodes = engine.stage("node_ids", self.kept["node"].select("id"))
        return counts, dict(sorted(reasons.items()))

    def rejects(self) -> Iterator[pa.RecordBatch]:
        whole = self.wrong[0].union(self.wrong[1])
        ordered = whole.order_by([whole.of.desc(), "file", "line", "id", "reason", "column", "value"])
        yield from self.engine.batches(ordered.select(*REJECTS))

    def written(self) -> BulkSummary:
        end = getattr(self.engine, "end", "\n")
        for of, rows in self.kept.items():
            used = self.used[of]
            found = (str(name) for (name,) in self.engine.rows(rules.prefixed(self.good[of], of, used)))
            iris = {name: iri for name in sorted(found) if (iri := self.prefixes.iri(name))}
            self.unregistered.update(name for name in iris if not self.prefixes.is_registered(name))
            quads = rules.quads(rows, of, self.graph, iris, used, end)
            self.parts += self.engine.text(quads, f"{of}s", self.out, self.packed)
            self.engine.parquet(rules.table(rows, of, self.graph, iris, used), f"{of}s", self.out)
        return self._counted()

    def _counted(self) -> BulkSummary:
        self.progress("counting", -1, 0)
        statements: Counter[str] = Counter()
        for of, rows in self.kept.items():
            sums = rules.statements(rows, of, self.used[of])
            (found,) = self.engine.rows(rows.aggregate(**{f"n{n}": sums[name] for n, name in enumerate(sums)}))
            statements.update({name: int(n or 0) for name, n in zip(sums, found, strict=True)})
        edges = self.kept["edge"]
        ends = edges.select(end=edges.subject).union(edges.select(end=edges.object))
        degrees = ends.group_by("end").aggregate(degree=ends.count())
        degrees = degrees.group_by("degree").aggregate(nodes=degrees.count())
        (asserted,) = self.engine.rows(edges.aggregate(n=rules.asserted(edges).sum()))
        return BulkSummary.of(
            int(asserted[0] or 0),
            statements,
            self._cells(self.kept["node"], "category"),
            {column: self._cells(edges, column) for column in COUNTED},
            {int(degree): int(n) for degree, n in self.engine.rows(degrees)},
        )

    def _cells(self, table: Table, column: str) -> list[tuple[str, int]]:
        """Rows by the cells of a column, most first."""
        cells = table.group_by(column).aggregate(rows=table.count())
        found = self.engine.rows(cells.order_by([cells.rows.desc(), column]).limit(MOST_VALUES))
        return [(str(cell), int(n)) for cell, n in found]
