"""RDF in a process of its own, in which questions are answered and which can be killed."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.model import rdf_files, vocabulary
from kg.model.diagnostics import Location
from kg.reasoning.merge import ALL, merge
from kg.sparql.answer import Answer, table
from kg.sparql.library import text_of
from kg.sparql.query import NoAnswer, Query, read

if TYPE_CHECKING:
    from kg.model.mechanism import Mechanism

SECONDS, ROWS = 30.0, 10_000


class Engine:
    """RDF held in a process of its own, in which questions are answered and from which they can be called off.

    Use it to ask several questions of the same data; ``ask`` is one question of one engine.

    >>> with Engine() as engine:
    ...     engine.load("ta1-tlr7")
    ...     [engine.ask(f"ASK {{ ?x a kgv:{kind} }}").truth for kind in ("Node", "Nothing")]
    [True, False]
    """

    def __init__(self, seconds: float = SECONDS, names: bool = True) -> None:
        self.seconds, self.names = seconds, names
        self.caveats: dict[str, tuple[str, ...]] = {}
        self.versions: dict[str, str] = {}
        code = f"import sys; sys.path[:] = {sys.path!r}; from kg.sparql.process import serve; serve()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.process.wait()

    def load(self, *over: str | Path | Mechanism) -> None:
        """Add mechanisms and RDF files; everything in seeds/ if none is named. A store on disk is asked as it lies there."""
        from kg import formats
        from kg.formats.rdf import write

        stores = [found for found in map(rdf_files.store_of, over) if found]
        if stores:
            if len(over) > 1:
                raise NoAnswer(
                    "not-alone", "a store on disk can only be asked alone", "name no other PATH", name=str(stores[0])
                )
            self._done(self._said(str(stores[0]), do="open", path=str(stores[0])))
            return
        mechanisms = []
        for one in over or formats.seeds():
            if rdf_files.is_rdf(one):
                self._load_file(Path(one))
            else:
                mechanisms.append(self._load_mechanism(one))
        if len(mechanisms) > 1:
            self._load_graph(ALL, vocabulary.BASE + ALL, write.together(merge(mechanisms)))
        if self.names:
            self._done(self._said("the merge of all graphs", do="unite"))

    def ask(
        self, question: str | Path, given: Mapping[str, str] | None = None, rows: int = ROWS, labels: bool = True
    ) -> Answer:
        """The answer to a question over what was loaded."""
        return self.answer(read(*text_of(question, given or {})), rows, labels)

    def check(self, query: Query) -> None:
        """Raise NoAnswer if the engine does not understand the query. Nothing needs to be loaded."""
        self._done(self._said("query", do="check", query=query.text), query)

    def answer(self, query: Query, rows: int = ROWS, labels: bool = True) -> Answer:
        """The answer to a query that has been read."""
        about = {"query": query.text, "rows": rows, "prefixes": dict(query.prefixes), "labels": labels}
        said = self._done(self._said("query", do="ask", **about), query)
        strips = {id: tuple(strip) for id, strip in said["caveats"].items()}
        return Answer(
            form=query.form,
            variables=tuple(said["variables"]),
            rows=table(said["terms"], said["rows"]),
            truth=said["truth"],
            turtle=said["turtle"],
            capped=said["capped"],
            caveats={**strips, **self.caveats},
            versions={**said["versions"], **self.versions},
            called=query.called,
            labels=said["labels"],
            prefixes=query.prefixes,
            hints=query.hints,
        )

    def _load_mechanism(self, one: str | Path | Mechanism) -> Mechanism:
        from kg import formats
        from kg.formats.rdf import names, write

        mechanism = formats.valid(one) if isinstance(one, (str, Path)) else one
        self.caveats[mechanism.id], self.versions[mechanism.id] = mechanism.caveats, mechanism.version
        for name, graph in ((names.iri(mechanism), write.graph), (names.iri(mechanism, "run"), write.run_graph)):
            self._load_graph(mechanism.id, name, graph(mechanism))
        return mechanism

    def _load_graph(self, about: str, name: str, graph: Any) -> None:
        text = graph.serialize(format="nt")
        self._done(self._said(about, do="load", text=text, graph=name, names=self.names))

    def _load_file(self, path: Path) -> None:
        said = self._said(str(path), do="load", path=str(path), graph=path.absolute().as_uri(), names=self.names)
        if "error" in said:
            at = Location(str(path), said.get("line", 1), said.get("column", 1), said.get("text", ""))
            raise NoAnswer(said.get("code", "not-rdf"), said["error"], said.get("help", ""), at)

    def _said(self, about: str, **request: Any) -> dict[str, Any]:
        """What the process answers; it is killed when its time is over."""
        over = threading.Event()

        def stop() -> None:
            over.set()
            self.process.kill()

        timer = threading.Timer(self.seconds, stop)
        timer.start()
        try:
            assert self.process.stdin and self.process.stdout and self.process.stderr
            line = b""
            with contextlib.suppress(OSError):
                self.process.stdin.write(json.dumps({**request, "seconds": self.seconds}).encode() + b"\n")
                self.process.stdin.flush()
                line = self.process.stdout.readline()
        finally:
            timer.cancel()
        if over.is_set():
            message = f"{about} took longer than {self.seconds:g} s and was stopped"
            raise NoAnswer("time-limit", message, "make it narrower, or use a larger --seconds", name=about)
        if not line.endswith(b"\n"):
            last = self.process.stderr.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
            crashed = self.process.wait() in (-signal.SIGABRT, -signal.SIGSEGV)
            why = "is nested too deeply, or too long" if crashed else "needs more memory than there is"
            raise NoAnswer("engine-ended", f"the engine broke off: {about} probably {why}", last, name=about)
        found: dict[str, Any] = json.loads(line)
        return found

    def _done(self, said: dict[str, Any], query: Query | None = None) -> dict[str, Any]:
        if "error" not in said:
            return said
        if query and "offset" in said:
            raise NoAnswer("syntax", said["error"], at=query.at(said["offset"]))
        raise NoAnswer("not-answered", said["error"], name=query.name if query else "query")
