"""A spreadsheet of edges, an .xlsx file or saved as CSV or TSV: one row for each item of evidence of an edge.

Columns stand in any order. ``subject``, ``verb`` and ``object`` are needed; the other columns are in COLUMNS. Others are reported, not read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.formats.shared import bounded, drafting, tables
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.formats.shared.tables import TableRow
from kg.model import foreign, vocabulary
from kg.model.diagnostics import near
from kg.model.mechanism import Mechanism
from kg.model.records import Effect, Evidence, Requirement, Sentence
from kg.model.vocabulary import Term

#: Each column, and what it holds.
COLUMNS = {
    "subject": "a name; the same name is the same node",
    "verb": "a verb of kg",
    "object": "a name",
    "from": "for protects: from what",
    "name": "a name for the edge",
    "subject term": "ID ! label, or an ID",
    "object term": "ID ! label, or an ID",
    "requires": "names of nodes, with | between them",
    "unless": "names of nodes, with | between them",
    "effect": "complete or unstated, where the verb lowers",
    "source": "PMID:..., a DOI or an address",
    "text": "the SHA-256 of the text that the anchor stands in; kg locate prints it",
    "anchor": "at most 8 words of the source",
    "because": "why, in the curator's own words",
    "claim": "what kind of statement it is",
    "hedge": "the word with which the source holds back",
    "taxon": "the species that the source states, by name or number",
    "stance": "supports, disputes or qualifies",
}
INNER = re.compile(r'(?m)(?:^|\t)"[^"\t\n]*"[^"\t\n]')  # quotation marks within a cell of a TSV are letters
STANCES = ("supports", "disputes", "qualifies")


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The mechanism of a table of edges; every complaint says row and column."""
    with file.open("rb") as stream:
        packed = stream.read(4) == b"PK\x03\x04" or file.suffix == ".xlsx"  # which is a ZIP file
    if packed:
        rows = tables.workbook(file, ledger)
        draft = drafting.Draft(file, ledger, file.read_bytes() if file.stat().st_size <= bounded.LARGEST else b"")
    else:
        text = bounded.text(file, ledger)
        head = text.lstrip().partition("\n")[0]
        between = max("\t;,", key=head.count)
        rows = tables.rows(text, ledger, between, quotes=between != "\t" or not INNER.search(text))
        draft = drafting.Draft(file, ledger, text)
    for row in rows:
        cells = {_column(name): cell for name, cell in row.cells.items()}
        if lacking := [name for name in ("subject", "verb", "object") if name not in cells]:
            help = f"the columns are: {', '.join(COLUMNS)}"
            at = ledger.at(1) if packed else ledger.at(1, 1, head)
            raise ledger.stop(at, "no-table", f"the table has no column {lacking[0]!r}", help)
        _SpreadsheetReader(draft, ledger, row, ledger.record("edge", f"row {row.at.line}", cells, row.at)).edge()
    return draft.mechanism()


def _column(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.strip()).casefold()


class _SpreadsheetReader:
    """One row."""

    def __init__(self, draft: drafting.Draft, ledger: Ledger, row: TableRow, record: ForeignRecord) -> None:
        self.draft, self.ledger, self.row, self.record = draft, ledger, row, record
        self.wrong = False

    def edge(self) -> None:
        said = {side: self.needed(side) for side in ("subject", "verb", "object")}
        verb, found = drafting.verb(said["verb"]), foreign.relation(said["verb"])
        if verb is None and foreign.has_row(said["verb"]) and not found.turned:  # a slip of the pen is none
            verb = vocabulary.predicates()[found.verb]
            self.record.changed("verb", f"{found.verb}: {found.lacks or 'it means the same'}")
        if said["verb"] and verb is None:
            self.complain("verb", f"{said['verb']!r} is no verb", near(said["verb"], vocabulary.predicates()))
        other = self.record.text("from")
        if verb and verb.role == "blocks" and not (verb.verb == "protects" and other):
            self.complain(
                "verb", f"{verb.verb!r} acts on an edge", "in a table: protects, with a name in the column from"
            )
        evidence, more = self.evidence(), self.more(verb.role if verb else "")
        terms = [self.term(f"{side} term") for side in ("subject", "object")]
        if self.wrong or verb is None:
            return
        ends = [self.node(said[side], term) for side, term in zip(("subject", "object"), terms, strict=True)]
        sentence = Sentence(ends[0], verb.verb, ends[1], self.node(other) if other else "")
        self.draft.edge(sentence, self.record, evidence, name=self.record.text("name"), **more)

    def needed(self, column: str) -> str:
        said = self.record.text(column)
        if not said:
            self.complain(column, f"the {column} is empty", COLUMNS[column])
        return said

    def node(self, name: str, term: Term | None = None) -> str:
        return self.draft.node(name, name, term=term, at=self.row.at)

    def term(self, column: str) -> Term | None:
        said = self.record.text(column)
        id, _, label = said.partition(" ! ")
        found = drafting.identifier(id.strip(), label, self.row.at) if said else None
        if said and found is None:
            self.complain(
                column, f"{said!r} is no term of an ontology that kg knows", "such as GO:0006915 ! apoptotic process"
            )
        if found and label and found.label != " ".join(label.split()):
            self.complain(column, f"{found.id} is {found.label!r}, not {label!r}", f"write {found}")
        return found

    def more(self, role: str) -> dict[str, Any]:
        more: dict[str, Any] = {}
        for column in ("requires", "unless"):
            names = [name.strip() for name in self.record.text(column).split("|") if name.strip()]
            if names:
                more[column] = tuple(Requirement(self.node(name)) for name in names)
        effect = self.record.text("effect")
        if effect and (effect not in ("complete", "unstated") or role != "decreases"):
            self.complain("effect", f"{effect!r} cannot stand here", COLUMNS["effect"])
        elif effect:
            more["effect"] = Effect(complete=effect == "complete")
        return more

    def evidence(self) -> list[Evidence]:
        says = {name: self.record.text(name) for name in ("anchor", "because", "claim", "hedge", "stance")}
        cited, species = self.record.text("source"), self.record.text("taxon")
        source = self.draft.cite(f"PMID:{cited}" if cited.isdigit() else cited) if cited else "file"
        if not source:
            self.complain("source", f"{cited!r} identifies no publication", COLUMNS["source"])
        sha = self.record.text("text")
        if sha and (not re.fullmatch(r"[0-9a-f]{64}", sha) or source not in self.draft.sources):
            self.complain("text", f"{sha[:20]!r} is no SHA-256 of a text of a source", COLUMNS["text"])
        elif sha and sha not in self.draft.sources[source].texts:
            known = self.draft.sources[source]
            self.draft.sources[source] = replace(known, texts=(*known.texts, sha))
        if says["claim"] not in ("", *vocabulary.claims()):
            self.complain("claim", f"{says['claim']!r} is no claim", near(says["claim"], vocabulary.claims()))
        if says["stance"] not in ("", *STANCES):
            self.complain("stance", f"{says['stance']!r} is no stance", near(says["stance"], STANCES))
        taxon = drafting.taxon(species) if species else None
        if species and taxon is None:
            self.complain("taxon", f"{species!r} is no species in ontology/terms.tsv", "such as Mus musculus, or 10090")
        found: dict[str, Any] = {**says, "source": source, "taxon": (taxon,) if taxon else ()}
        found |= {"claim": says["claim"] or drafting.UNCLASSIFIED, "stance": says["stance"] or "supports"}
        return [Evidence(**found, at=self.row.at)]

    def complain(self, column: str, message: str, help: str) -> None:
        """A complaint about a cell: at its place in the line, and with the letter of its column."""
        self.wrong = True
        names = [_column(name) for name in self.row.cells]
        letter = _letter(names.index(column)) if column in names else ""
        where = f"row {self.row.at.line}, column {letter} ({column}): " if letter else ""
        spelt = next((name for name in self.row.cells if _column(name) == column), "")
        self.ledger.complain(self.row.place(spelt), "wrong-cell", f"{where}{message}", help)


def _letter(index: int) -> str:
    """The letter of a column, as spreadsheets count.

    >>> _letter(0), _letter(27)
    ('A', 'AB')
    """
    letters = ""
    while index >= 0:
        letters, index = chr(ord("A") + index % 26) + letters, index // 26 - 1
    return letters
