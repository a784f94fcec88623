"""SIF, the simple interaction format of Cytoscape: ``A relation B C ...`` on a line, tabs or else blanks between.

The relation is a sign (1, -1, +, -) or a word; 0 states a relation without a sign, and a name alone is a node.
"""

from __future__ import annotations

from pathlib import Path

from kg.formats.shared import bounded, drafting
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model import foreign
from kg.model.mechanism import Mechanism
from kg.model.records import Sentence
from kg.reasoning import outward

LOST = {
    "node": "SIF holds names of nodes and no more",
    "denied edge": "SIF has no word for what is not so",
    "edge": "in SIF it says the same as another edge, and is joined to it",
    "edge.name": "SIF holds subject, relation and object, and no more",
    "edge.in": "SIF holds subject, relation and object, and no more",
    "edge.level": "SIF holds subject, relation and object, and no more",
    "edge.run": "SIF holds subject, relation and object, and no more",
    "*": "SIF holds edges and no more",
}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The network of a SIF file. Complains of lines that are no edges; each line says where it stands."""
    text = bounded.text(file, ledger)
    draft = drafting.Draft(file, ledger, text)
    tabs = "\t" in text
    for number, line in enumerate(text.split("\n"), 1):
        words = [word.strip() for word in line.split("\t")] if tabs else line.split()
        at = ledger.at(number, 1, line.rstrip("\r") if len(line) < 10_000 else "")
        if not any(words):
            continue
        if len(words) == 2 or not all(words):
            help = "A relation B, with tabs in all lines or in none"
            ledger.complain(at, "no-sentence", f"this is {len(words)} words and no edge", help)
            continue
        if len(words) == 1:
            alone = ledger.record("node", words[0], {"name": words[0]}, at)
            draft.node(alone.text("name"), at=at)
            continue
        for i, name in enumerate(words[2:]):
            values = {"source": words[0], "relation": words[1], "target": name}
            edge = ledger.record("edge", f"{number}" + f".{i + 1}" * (len(words) > 3), values, at)
            draft.edge(_sentence(draft, edge), edge)
    return draft.mechanism()


def _sentence(draft: drafting.Draft, edge: ForeignRecord) -> Sentence:
    subject, object = (draft.node(edge.text(end), at=edge.at) for end in ("source", "target"))
    return draft.sentence(edge, "relation", subject, object, foreign.relation(edge.text("relation")))


#: SIF cannot say what is an inference, so none is written unless all is asked for.
without_inferences = outward.without_inferences


def text(mechanism: Mechanism, name: str = "sif") -> str:
    """A mechanism as SIF, its verbs as relations; what acts on an edge goes to the object of that edge. What is not so
    is no line of it."""
    told = [one for one in outward.statements(mechanism) if not one.negated]
    lines = [f"{one.subject}\t{one.verb}\t{one.object}\n" for one in told]
    touched = {key for one in told for key in (one.subject, one.object)}
    return "".join([*dict.fromkeys(lines), *(f"{key}\n" for key in mechanism.nodes if key not in touched)])
