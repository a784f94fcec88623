"""Parts of a mechanism as Turtle, to be copied from its page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from kg.model.diagnostics import visible


class Turtle:
    """Parts of a graph as Turtle: an edge or a node with what hangs on it, in the order in which one reads it.

    It asks terms only for ``n3()``; rdflib's own serializer would want a graph for each part.
    """

    def __init__(self, graph: Any, base: str) -> None:
        self.base = base
        self.short = {iri: prefix for prefix, iri in prefixes(base).items()}
        self.names: dict[str, str] = {}
        self.facts: dict[str, list[tuple[str, str, str]]] = {}
        for subject, predicate, value in graph:
            fact = (self._name(str(predicate)), self._n3(value), str(value))
            self.facts.setdefault(str(subject), []).append(fact)

    def about(self, iri: str) -> str:
        """A part with its requirements, evidence and selectors; then the bare triple, if an edge has one."""
        blocks, todo = [], [iri]
        root = iri.rsplit("/", 2)[0]  # the mechanism that it is a part of
        for here in todo:  # grows while it is read
            facts = sorted(self.facts.get(here, ()), key=lambda fact: (fact[0] != "rdf:type", fact))
            bare = f"{root}/node/"  # what a node does to a node belongs to the edge that says so
            facts = [fact for fact in facts if not (here.startswith(bare) and fact[2].startswith(bare))]
            if facts:
                said: dict[str, list[str]] = {}
                for p, o, _ in facts:
                    said.setdefault("a" if p == "rdf:type" else p, []).append(o)
                lines = " ;\n".join(f"    {p} {', '.join(every)}" for p, every in said.items())
                blocks.append(f"{self._name(here)}\n{lines} .\n")
            inner = (o for _, _, o in facts if o.startswith((f"{root}/evidence/", f"{iri}/")))
            todo += [o for o in dict.fromkeys(inner) if o not in todo]
        own = {p: o for p, o, _ in self.facts.get(iri, ())}
        if own.get("kgv:asserted") == "true":
            blocks.append(f"{own['rdf:subject']} {own['rdf:predicate']} {own['rdf:object']} .\n")
        return "\n".join(blocks)

    def _n3(self, term: Any) -> str:
        if not hasattr(term, "datatype"):
            return self._name(str(term))
        text = str(term.n3())
        text = re.sub(r'^"(true|false|\d+)"\^\^<http://www\.w3\.org/2001/XMLSchema#(boolean|integer)>$', r"\1", text)
        return text if text.isprintable() else "".join(c if c == "\n" or visible(c) == c else _escaped(c) for c in text)

    def _name(self, iri: str) -> str:
        if iri not in self.names:
            self.names[iri] = self._named(iri)
        return self.names[iri]

    def _named(self, iri: str) -> str:
        for cut in (iri.rfind("#") + 1, iri.rfind("/") + 1):
            prefix, local = self.short.get(iri[:cut]), iri[cut:]
            if prefix and re.fullmatch(r"[A-Za-z](?:[\w-]*\w)?", local, re.ASCII):
                return f"{prefix}:{local}"
        return f"<{quoted(iri.removeprefix(f'{self.base}/'))}>"


def quoted(iri: str) -> str:
    """An IRI that cannot end before its end."""
    return quote(iri, safe=":/?#[]@!$&()*+,;=%~", errors="replace")


def _escaped(character: str) -> str:
    n = ord(character)
    return f"\\u{n:04X}" if n < 0x10000 else f"\\U{n:08X}"


def prefixes(base: str) -> dict[str, str]:
    from kg.formats.rdf import names

    own = {part: f"{base}/{part}/" for part in ("edge", "node", "place", "source")}
    return {**{prefix: str(iri) for prefix, iri in names.PREFIXES.items()}, **own}
