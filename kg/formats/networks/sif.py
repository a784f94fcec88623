"""SIF, the simple interaction format of Cytoscape: ``A relation B C ...`` on a line, tabs or else blanks between.

The relation is a sign (1, -1, +, -) or a word; 0 states a relation without a sign, and a name alone is a node.
"""

from __future__ import annotations

import re
from pathlib import Path

from kg.formats.shared import bounded, drafting
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model import foreign, vocabulary
from kg.model.diagnostics import Location
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence, Sentence
from kg.reasoning import outward

#: The first column of what extended SIF has: edges with more columns, and nodes.
EXTENDED = ("PARTICIPANT_A", "PARTICIPANT")
#: What a header calls the first three columns, in small letters without blanks.
SUBJECTS = ("source", "from", "subject", "participanta", "entitya", "node1", "a", "regulator", "tf", "gene1", "head")
OBJECTS = ("target", "to", "object", "participantb", "entityb", "node2", "b", "regulated", "gene2", "tail", "gene")
RELATIONS = (
    "interaction",
    "interactiontype",
    "relation",
    "type",
    "effect",
    "edge",
    "sign",
    "predicate",
    "mor",
    "weight",
)
LOST = {
    "node": "SIF holds only names of nodes",
    "denied edge": "SIF cannot state a negation",
    "edge": "in SIF another edge has the same statement, and the two are merged",
    "edge.name": "SIF holds only subject, relation and object",
    "edge.in": "SIF holds only subject, relation and object",
    "edge.level": "SIF holds only subject, relation and object",
    "edge.run": "SIF holds only subject, relation and object",
    "*": "SIF holds only edges",
}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The network of a SIF file. Complains of lines that are no edges; each line says where it stands."""
    text = bounded.text(file, ledger)
    draft = drafting.Draft(file, ledger, text)
    tabs = "\t" in text
    header: list[str] = []  # the columns of extended SIF, for edges or for nodes
    first = True
    for number, line in enumerate(text.split("\n"), 1):
        words = _words(line, tabs)
        at = ledger.at(number, 1, line.rstrip("\r") if len(line) < 10_000 else "")
        if not any(words):
            continue
        if (first and _names_columns(words, tabs)) or (tabs and words[0] in EXTENDED):
            header = words
            record = ledger.record("header", f"line {number}", {"columns": words}, at)
            record.changed("columns", "it names the columns and is not an edge")
            first = False
            continue
        first = False
        if len(header) > 3 or header[:1] == ["PARTICIPANT"]:
            _extended(draft, ledger, header, words, at)
            continue
        if len(words) == 2 or not all(words):
            help = "A relation B, with tabs in all lines or in none"
            ledger.aside(at, "no-sentence", f"this is {len(words)} words and no edge", help)
            continue
        if len(words) > 2 and any(map(drafting.nothing, (words[0], *words[2:]))):
            ledger.aside(at, "no-sentence", "an end of this edge is a placeholder, not a node")
            continue
        if len(words) == 1:
            alone = ledger.record("node", words[0], {"name": words[0]}, at)
            _node(draft, alone.text("name"), at)
            continue
        for i, name in enumerate(words[2:]):
            values = {"source": words[0], "relation": words[1], "target": name}
            edge = ledger.record("edge", f"{number}" + f".{i + 1}" * (len(words) > 3), values, at)
            draft.edge(_sentence(draft, edge), edge)
    draft.gates()
    return draft.mechanism()


def _words(line: str, tabs: bool) -> list[str]:
    """The words of a line. In a file with tabs, a line without one is an edge only if a relation word is its second word.

    >>> _words("A activates B", tabs=True), _words("CD8 T cell", tabs=True)
    (['A', 'activates', 'B'], ['CD8 T cell'])
    """
    blank = line.split()
    if not tabs or ("\t" not in line and len(blank) == 3 and foreign.relation(blank[1]).known):
        return blank
    return [word.strip() for word in line.split("\t")]


def _names_columns(words: list[str], tabs: bool = True) -> bool:
    """Whether a first line is a header: it names the columns or, in a file with tabs, numbers them, as pandas does.

    >>> _names_columns(["0", "1", "2"]), _names_columns(["Source", "Interaction", "Target"]), _names_columns(["A", "-1", "B"])
    (True, True, False)
    """
    if len(words) < 3:
        return False
    if tabs and words == [str(n) for n in range(len(words))]:
        return True
    said = [re.sub(r"[\W_]+", "", word).casefold() for word in words[:3]]
    return said[0] in SUBJECTS and said[2] in OBJECTS and said[1] in RELATIONS


def _extended(draft: drafting.Draft, ledger: Ledger, header: list[str], words: list[str], at: Location) -> None:
    """A row of extended SIF: an edge with columns for what it rests on, or a node."""
    cells = dict(zip(header, words, strict=False))
    if len(words) > len(header) or not all(words[: 3 if header[0] != "PARTICIPANT" else 1]):
        ledger.aside(at, "odd-row", f"this row has {len(words)} cells, the header {len(header)}")
        return
    if header[0] == "PARTICIPANT":
        node = ledger.record("node", words[0], cells, at)
        _node(draft, node.text("PARTICIPANT"), at)
        return
    if len(words) < 3:
        ledger.aside(at, "no-sentence", f"this is {len(words)} words and no edge")
        return
    edge = ledger.record("edge", str(at.line), cells, at)
    subject, object = (_node(draft, edge.text(header[side]), at) for side in (0, 2))
    sentence = draft.sentence(edge, header[1], subject, object, foreign.relation(edge.text(header[1])))
    items: list[Evidence] = []
    for column in (name for name in header[3:] if re.search("pubmed|pmid", name, re.IGNORECASE)):
        works = edge.many(column, between=r"[;|,\s]+")
        cited = {work: draft.cite(f"PMID:{work}" if work.isdigit() else work) for work in works}
        items += [Evidence(source=one, claim=drafting.UNCLASSIFIED, at=at) for one in cited.values() if one]
        known = [work for work, one in cited.items() if one]
        edge.kept(column, works, known, "it is not a PubMed number, a DOI or a web address")
    draft.edge(sentence, edge, items)


def _node(draft: drafting.Draft, name: str, at: Location | None) -> str:
    """The key of a node; a name that is an identifier with a registered prefix is its term."""
    term = drafting.term(name, "", at) if vocabulary.CURIE.fullmatch(name) else None
    return draft.node(name, at=at, term=term)


def _sentence(draft: drafting.Draft, edge: ForeignRecord) -> Sentence:
    subject, object = (_node(draft, edge.text(end), edge.at) for end in ("source", "target"))
    return draft.sentence(edge, "relation", subject, object, foreign.relation(edge.text("relation")))


#: SIF cannot say what is an inference, so none is written unless all is asked for.
without_inferences = outward.without_inferences


def text(mechanism: Mechanism, name: str = "sif") -> str:
    """A mechanism as SIF, its verbs as relations; what acts on an edge goes to the object of that edge. What is not so
    is not a line of it. A node without a term stands under its name, if its key was made from that; any other under its key."""
    told = [one for one in outward.statements(mechanism) if not one.negated]
    names = {key: " ".join(drafting.called(node).split()) for key, node in mechanism.nodes.items()}
    lines = [f"{names[one.subject]}\t{_relation(one)}\t{names[one.object]}\n" for one in told]
    touched = {key for one in told for key in (one.subject, one.object)}
    return "".join([*dict.fromkeys(lines), *(f"{name}\n" for key, name in names.items() if key not in touched)])


def _relation(one: outward.Statement) -> str:
    """The verb of a statement. What blocks an edge that lowers a node raises it: then a word says what follows."""
    return one.verb if not one.acts_on or one.sign in (0, one.effect) else foreign.SIGNED.get(one.effect, "affects")
