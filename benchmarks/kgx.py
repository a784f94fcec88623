"""KGX of any size with bad rows, the same for the same seed: what `benchmarks/bulk.py` and the tests read.

python benchmarks/kgx.py EDGES FOLDER        # nodes.tsv and edges.tsv
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

NODE_COLUMNS = ("id", "category", "name", "xref", "description", "curators_note")
EDGE_COLUMNS = (
    *("object", "id", "subject", "predicate", "category", "primary_knowledge_source", "publications"),
    *("species_context_qualifier", "object_aspect_qualifier", "object_direction_qualifier", "qualified_predicate"),
    *("knowledge_level", "agent_type", "has_evidence_of_type", "negated", "supporting_text", "score"),
)
SPECIES = ("NCBITaxon:9606", "NCBITaxon:10090", "", "")
SOURCES = ("infores:ctd", "infores:reactome", "infores:monarchinitiative", "infores:string")
CODES = ("ECO:0000204", "ECO:0000033", "", "ECO:0000269|ECO:0000304")
LEVELS = ("knowledge_assertion", "knowledge_assertion", "prediction", "statistical_association", "")
WORDS = ("raises", "lowers", "“it binds”", 'said "twice"', r"a \ stays", "IFN-γ", "🧬 twice", "in mice")
BAD = 0.015  # of the rows, each kind in turn


def nodes(count: int, seed: int = 1) -> Iterator[bytes]:
    """So many rows of nodes below their header; some of them bad."""
    rnd = random.Random(seed)
    yield _line(NODE_COLUMNS)
    for number in range(count):
        kind = ("HGNC:%d", "GO:%07d", "CHEBI:%d")[number % 3]
        id = kind % (number % 99_999 if number % 3 == 0 else number)
        if number % 3 == 0 and number > 99_998:
            id = f"UBERON:{number}"
        category = ("biolink:Gene", "biolink:BiologicalProcess", "biolink:ChemicalEntity|biolink:Drug")[number % 3]
        row = [id, category, f"node {number} {rnd.choice(WORDS)}", f"MESH:D{number}", rnd.choice(WORDS), "seen"]
        if rnd.random() < BAD:
            yield from _bad_nodes(row, number)
        else:
            yield _line(row)


def edges(count: int, of_nodes: int, seed: int = 2) -> Iterator[bytes]:
    """So many rows of edges, or a few more, below their header; some of them bad."""
    rnd = random.Random(seed)
    known = list(_ids(of_nodes))
    yield _line(EDGE_COLUMNS)
    bad = 0
    for number in range(count):
        said = rnd.random()
        signed = said < 0.5
        pmids = "|".join(f"PMID:{rnd.randrange(1, 39_000_000)}" for _ in range(1 + (said > 0.7)))
        row = [
            known[int(rnd.random() ** 2 * len(known))],
            f"uuid:{rnd.getrandbits(128):032x}",
            rnd.choice(known),
            "biolink:affects" if signed else "biolink:related_to",
            "biolink:Association",
            SOURCES[number % 4],
            pmids,
            SPECIES[number * 7 % 4],
            "activity" if signed else "",
            ("increased" if number % 3 else "decreased") if signed else "",
            "biolink:causes" if signed else "",
            LEVELS[number % 5],
            "manual_agent" if number % 3 else "",
            CODES[number // 3 % 4],
            "true" if number % 97 == 0 else "",
            f"{rnd.choice(WORDS)} {number}" if number % 4 == 0 else "",
            "0.5",
        ]
        if rnd.random() < BAD:
            yield from _bad_edges(row, bad)
            bad += 1
        else:
            yield _line(row)


def _ids(count: int) -> Iterator[str]:
    """The ids of the good rows: what is wrong with an edge is to be wrong with the edge alone."""
    good = re.compile(
        rb"((?:HGNC|GO|CHEBI|UBERON):\d+)\tbiolink:(?:Gene|BiologicalProcess|ChemicalEntity\|biolink:Drug)\t"
    )
    found: dict[bytes, set[bytes]] = {}
    for line in nodes(count):
        if line.count(b"\t") == len(NODE_COLUMNS) - 1 and (row := good.match(line)) and b"\xff" not in line:
            found.setdefault(row[1], set()).add(line)
    yield from (id.decode() for id, lines in found.items() if len(lines) == 1)


def _line(cells: list[str] | tuple[str, ...]) -> bytes:
    return "\t".join(cells).encode() + b"\n"


def _bad_nodes(row: list[str], number: int) -> Iterator[bytes]:
    kind = number % 8
    if kind == 0:
        yield _line(["XYZ:<1", *row[1:]])
    elif kind == 1:
        yield _line(["no curie", *row[1:]])
    elif kind == 2:
        yield _line([row[0], "biolink:Gen", *row[2:]])
    elif kind == 3:
        yield _line(row[:-1])
    elif kind == 4:
        yield b"\t".join([row[0].encode(), row[1].encode(), b"\xff\xfe", b"", b"", b""]) + b"\n"
    elif kind == 5:
        yield from (_line(row), _line(row))
    elif kind == 6:
        yield from (_line(row), _line([*row[:2], "another name", *row[3:]]))
    else:
        yield _line(["", *row[1:]])


def _bad_edges(row: list[str], number: int) -> Iterator[bytes]:
    """Lines with one of the faults in turn."""
    place = {name: EDGE_COLUMNS.index(name) for name in EDGE_COLUMNS}

    def but(**values: str) -> bytes:
        made = list(row)
        for name, value in values.items():
            made[place[name]] = value
        return _line(made)

    lines: list[list[bytes]] = [
        [but(subject="HGNC:99999")],
        [but(object="HGNC:no")],
        [but(subject="XYZ:<1")],
        [but(predicate="")],
        [but(predicate="biolink:afects")],
        [_line(row), _line(row)],
        [_line(row), but(publications="PMID:1")],
        [_line([*row, "one more"])],
        [_line(row[:3])],
        [but(supporting_text="MARK").replace(b"MARK", b"caf\xe9")],
        [but(publications="PMID:1|PMID:x")],
        [but(category="biolink:Asociation")],
        [but(negated="maybe")],
        [but(supporting_text="a\x07bell")],
        [b"\n", but(species_context_qualifier="mouse")],
    ]
    yield from lines[number % len(lines)]


def write(edges_count: int, folder: str | Path) -> tuple[Path, Path]:
    """Write nodes.tsv, a tenth as many rows as there are edges, and edges.tsv."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    count = max(edges_count // 10, 20)
    files = folder / "nodes.tsv", folder / "edges.tsv"
    for file, lines in zip(files, (nodes(count), edges(edges_count, count)), strict=True):
        with file.open("wb") as out:
            out.writelines(lines)
    return files


if __name__ == "__main__":
    for path in write(int(sys.argv[1]), sys.argv[2]):
        print(f"{path}: {path.stat().st_size / 1e6:.0f} MB")
