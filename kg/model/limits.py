"""How much kg reads: one table. What is more ends in a complaint, so that no file takes all the time or all the memory."""

from __future__ import annotations

from typing import NamedTuple


class Limit(NamedTuple):
    """A row: the most there may be, of what, and the code of the complaint (for a server the status of its answer)."""

    most: int
    of: str
    code: str


#: docs/security.md shows this table; ``tests/derived.py`` writes it there.
LIMITS = {
    "file": Limit(64 * 2**20, "bytes of a file that is read whole, in any format", "too-large"),
    "unpacked": Limit(128 * 2**20, "bytes of a workbook (`.xlsx`), unpacked", "too-large"),
    "parts": Limit(1_000_000, "objects of JSON, elements of XML, values of YAML or triples in a file", "too-many"),
    "records": Limit(250_000, "nodes, edges, items of evidence and other records of a file of others", "too-many"),
    "columns": Limit(1000, "columns of a table", "too-many"),
    "complaints": Limit(1000, "complaints about a file of others", "too-many"),
    "value": Limit(100_000, "characters of one value, such as a label, a title or a note", "too-long"),
    "depth": Limit(100, "levels of lists and objects in JSON and in YAML of others", "too-deep"),
    "depth of XML": Limit(300, "levels of elements in GraphML and SBML", "too-deep"),
    "depth of an article": Limit(120, "levels of elements in JATS and BioC", "too-deep"),
    "depth of the notation": Limit(32, "levels of lists and keys in the notation", "yaml-syntax"),
    "depth of RDF/XML": Limit(1000, "levels of elements in RDF/XML", "rdf-depth"),
    "entity": Limit(1000, "characters that one entity of RDF/XML stands for; one that stands for others is refused", "rdf-entity"),
    "validated RDF": Limit(64_000_000, "bytes of an RDF file that `kg check` validates", "rdf-too-large"),
    "drafted text": Limit(2_000_000, "characters of a text for `kg draft`", "too-large"),
    "variables": Limit(200, "variables of one Boolean function", "no-function"),
    "tokens": Limit(100_000, "words and signs of one Boolean function", "no-function"),
    "diagram": Limit(200_000, "nodes of the decision diagrams of one Boolean function", "no-function"),
    "implicants": Limit(2000, "prime implicants of one Boolean function: each becomes an edge", "no-function"),
    "conditions": Limit(20, "conditions within conditions in a rate of MaBoSS", "no-function"),
    "levels": Limit(20, "levels of one species in SBML-qual", "no-levels"),
    "question": Limit(2**20, "bytes of a request to `/sparql`", "413"),
    "bench": Limit(64 * 2**20, "bytes that the page of `kg write` sends: the text before and after", "413"),
    "endpoint": Limit(2**29, "bytes that another SPARQL endpoint answers to `kg ask --endpoint`", "endpoint"),
}  # fmt: skip


def most(of: str) -> int:
    """The most there may be.

    >>> most("columns")
    1000
    """
    return LIMITS[of].most


def table() -> str:
    """The table as Markdown."""
    rows = [(f"{one.most:,}", one.of, f"`{one.code}`") for one in LIMITS.values()]
    return "".join(
        f"| {' | '.join(row)} |\n" for row in [("at most", "of what", "complaint"), ("--:", "---", "---"), *rows]
    )
