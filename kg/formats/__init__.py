"""The formats that a mechanism is read from and written to: one file each, and one row each in FORMATS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

from kg import checks, quads, shelf
from kg.diagnostics import Diagnostic, InvalidMechanism, Location, near
from kg.mechanism import Mechanism


@dataclass(frozen=True)
class Format:
    """A row of the table: a file name's ending, the module that reads or writes it, and what it is."""

    name: str
    suffix: str
    module: str
    reads: bool
    writes: bool
    title: str

    def load(self) -> ModuleType:
        return import_module(self.module)


FORMATS = {
    row.name: row
    for row in (
        Format("yaml", ".yaml", "kg.formats.yaml", True, True, "the notation, written by hand"),
        Format("ttl", ".ttl", "kg.formats.rdf", False, True, "RDF: Turtle, one graph"),
        Format("trig", ".trig", "kg.formats.rdf", False, True, "RDF: TriG, one named graph per mechanism"),
        Format("nq", ".nq", "kg.formats.rdf", False, True, "RDF: N-Quads, sorted lines"),
        Format("jsonld", ".jsonld", "kg.formats.rdf", False, True, "RDF: JSON-LD with its context inside"),
        Format("run", ".run.ttl", "kg.formats.rdf", False, True, "RDF: what follows under each condition"),
        Format("rdf12", ".rdf12.ttl", "kg.formats.rdf", False, True, "RDF 1.2: Turtle, edges as reifiers"),
        Format("nanopub", ".nanopub.trig", "kg.formats.rdf", False, True, "RDF: nanopublications, unsigned"),
        Format("graphml", ".graphml", "kg.formats.graphml", False, True, "GraphML: Cytoscape, Gephi, yEd, igraph, R"),
    )
}


def find(path: str | Path) -> Path:
    """The mechanism file that an id in seeds/, a file or a folder stands for.

    >>> find("ta1-tlr7").name
    'mechanism.yaml'

    Raises InvalidMechanism with the nearest id if there is none.
    """
    given = Path(path)
    for candidate in (given, given / "mechanism.yaml", shelf("seeds") / given / "mechanism.yaml"):
        if candidate.is_file():
            here = Path.cwd()
            return candidate.relative_to(here) if candidate.is_relative_to(here) else candidate
    seeds = [found.parent.name for found in shelf("seeds").glob("*/mechanism.yaml")]
    message = "there is no such file, nor a mechanism of this name in seeds/"
    raise InvalidMechanism([Diagnostic(Location(str(path), 1, 1), "not-found", message, near(str(path), seeds))])


def seeds() -> list[Path]:
    """The mechanism files that come with kg, by name."""
    return sorted(shelf("seeds").glob("*/mechanism.yaml"))


def parse(path: str | Path) -> tuple[Mechanism, list[Diagnostic]]:
    """A mechanism as far as it can be read, and every complaint about its shape.

    Raises InvalidMechanism if there is no such file, or it is in no format that can be read.
    """
    file = find(path)
    known = {row.suffix: row for row in FORMATS.values() if row.reads}
    row = known.get(file.suffix) or known.get({".yml": ".yaml"}.get(file.suffix, ""))
    if row is None:
        message = f"{file.suffix or 'a name without an ending'} is in no format that kg reads"
        raise InvalidMechanism(
            [
                Diagnostic(
                    Location(str(file), 1, 1),
                    "unknown-format",
                    message,
                    f"it reads {', '.join(known)}; RDF ({', '.join(quads.SUFFIXES)}) can be checked and asked",
                )
            ]
        )
    found: tuple[Mechanism, list[Diagnostic]] = row.load().parse(file)
    return found


def read(path: str | Path) -> Mechanism:
    """A mechanism from an id in seeds/, a file or its folder. Its shape is checked, its meaning by ``kg.check``.

    >>> read("ta1-tlr7").id
    'ta1-tlr7'

    Raises InvalidMechanism, with every complaint, if the text is not in the notation.
    """
    mechanism, wrong = parse(path)
    if any(one.severity == "error" for one in wrong):
        raise InvalidMechanism(wrong)
    return mechanism


def examine(
    path: str | Path, sources: str | Path | None = None, strict: bool = False
) -> tuple[Mechanism, checks.Report]:
    """A file read as far as it can be, with every complaint about its shape and its meaning in one report.

    Raises InvalidMechanism if there is no such file, or it is in no format that can be read.
    """
    mechanism, shape = parse(path)
    report = checks.check(mechanism, sources, strict, run=not shape)
    taken = {(one.at.line, one.at.column) for one in shape}
    meaning = [one for one in report.diagnostics if (one.at.line, one.at.column) not in taken]
    if shape and not mechanism.nodes and not mechanism.edges:
        meaning = []  # nothing was read, so what is missing cannot be told from what was not understood
    return mechanism, replace(report, diagnostics=tuple(sorted([*shape, *meaning])))


def valid(path: str | Path) -> Mechanism:
    """A mechanism in which nothing is wrong; texts are not looked up, which is for ``kg check``.

    >>> valid("ta1-tlr7").id
    'ta1-tlr7'

    Raises InvalidMechanism, with every complaint.
    """
    mechanism, report = examine(path, sources="")
    if report.errors:
        raise InvalidMechanism(report.diagnostics)
    return mechanism


def write(mechanism: Mechanism, path: str | Path) -> None:
    """Write a mechanism in the format that the file's name ends in; the file is whole or not there at all.

    Raises ValueError for an ending that no format has.
    """
    file = Path(path)
    file_temporary = file.with_name(f".{file.name}.part")
    ending = max((row.suffix for row in writers() if file.name.endswith(row.suffix)), key=len, default=file.suffix)
    file_temporary.write_text(text(mechanism, ending), encoding="utf-8", newline="\n")
    file_temporary.replace(file)


def text(mechanism: Mechanism, suffix: str) -> str:
    """A mechanism as the text of a format, chosen by its file name's ending.

    >>> text(read("ta1-tlr7"), ".ttl").startswith("# How Tα-1")
    True
    """
    for row in writers():
        if row.suffix == suffix:
            return str(row.load().text(mechanism, row.name))
    known = [row.suffix for row in writers()]
    raise ValueError(f"no format is written to {suffix!r}; {near(suffix, known)}")


def writers() -> Iterator[Format]:
    """The formats that can be written."""
    return (row for row in FORMATS.values() if row.writes)
