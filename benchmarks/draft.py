"""What `kg draft` finds in texts that people have encoded, and how much of what it proposes is right.

Recall is against the edges of the mechanisms in seeds/ whose evidence stands in a text: a place is hit if any proposal comes from
its sentence, and the edge is found if such a proposal joins the same two nodes with the same sign. Curators write of activities
and states that no name of the lexicon means, so that few edges can be found. ``KG_SOURCES`` names the folder of texts. Precision
is against ``draft.tsv``: what a person judged, proposal by proposal; it holds names and places, and no sentence of a source.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import kg
from kg import formats
from kg.model import texts
from kg.model.mechanism import Mechanism
from kg.model.names import fold
from kg.model.records import Node
from kg.review import suggest
from kg.review.relations import meanings, mentions

TEXTS = ("article.txt", "texts/mcpherson2014-pd1.txt", "texts/lew2014-tam.txt", "texts/yamaguchi2014-amp.txt")
SIGNS = {"increases": 1, "decreases": -1}


@dataclass(frozen=True)
class Stated:
    """An edge of a mechanism and a place of the text that it rests on."""

    subject: frozenset[str]
    object: frozenset[str]
    sign: int
    start: int
    end: int


def stated(mechanisms: Sequence[Mechanism], text: texts.Text) -> Iterator[Stated]:
    """The edges between two nodes that rest on a place of a text."""
    for m in mechanisms:
        own = [source for source in m.sources.values() if text.sha256 in source.texts]
        for edge in m.edges:
            if edge.sentence.object not in m.nodes:
                continue
            for item in edge.evidence:
                places = [item.span] if item.span else text.find(item.anchor)[:1] if item.anchor else []
                for start, end in places if m.source(item) in own else ():
                    subject, object = (frozenset(of_node(m.nodes[key])) for key in (edge.subject, edge.sentence.object))
                    yield Stated(subject, object, SIGNS.get(edge.role, 0), start, end)


def listed(file: Path) -> Iterator[Stated]:
    """The statements of a table that people made of a text, with signs for up and down."""
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            sign = {"up": 1, "down": -1}.get(row["direction"].split(" ")[0], 0)
            subject, object = (frozenset(things(row[key])) for key in ("subject", "object"))
            yield Stated(subject, object, sign, int(row["char_start"]), int(row["char_end"]))


def things(said: str) -> set[str]:
    """What the names in some words may mean, by identifier; the words themselves where they are no name."""
    return {match.id for one in (said, *(name.said for name in mentions(said))) for match in meanings(one)} | {
        fold(said)
    }


def of_node(node: Node) -> set[str]:
    """The same of a node: its terms, those of the thing whose activity it is, and the names in its label."""
    terms = [one.id for one in (node.term, *node.narrower, node.thing and node.thing.term) if one]
    return {*terms, fold(node.key), *things(node.label)}


def hits(one: Stated, proposals: Sequence[suggest.Proposal], text: texts.Text) -> list[suggest.Proposal]:
    """The proposals from the sentence in which an edge is stated."""
    first, last = next(((a, b) for a, b in text.sentences() if a <= one.start < b), (one.start, one.end))
    return [p for p in proposals if first <= p.start < max(last, one.end)]


def found(one: Stated, proposals: Sequence[suggest.Proposal], text: texts.Text) -> bool:
    near = hits(one, proposals, text)
    return any(p.sign == one.sign and things(p.subject) & one.subject and things(p.object) & one.object for p in near)


def main() -> None:
    folder = Path(os.environ["KG_SOURCES"])
    table = folder / "biology" / "statements.tsv"
    seeds = [kg.read(path) for path in formats.seeds()]
    with (Path(__file__).parent / "draft.tsv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t")
        judged = {(row["text"], int(row["start"]), row["subject"], row["object"]): row["right"] for row in rows}
    print(
        "| text | proposed | judged | right | places in seeds | hit | edge found | with the names of the seed: hit | edge found |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in TEXTS:
        text = texts.open_text(folder / name)
        own = [m for m in seeds if any(text.sha256 in source.texts for source in m.sources.values())]
        gold = list(dict.fromkeys(listed(table) if name == "article.txt" else stated(own, text)))
        alone = suggest.draft(folder / name).proposals
        told = [p for m in own for p in suggest.draft(folder / name, m).proposals]
        marks = [mark for p in alone if (mark := judged.get((name, p.start, p.subject, p.object)))]
        scores = [
            count
            for some in (alone, told)
            for count in (sum(bool(hits(one, some, text)) for one in gold), sum(found(one, some, text) for one in gold))
        ]
        cells = (name, len(alone), len(marks), marks.count("yes"), len(gold), *scores)
        print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()
