"""A spreadsheet of edges, an .xlsx file or saved as CSV or TSV: one row for each item of evidence of an edge.

Columns stand in any order, and ontology/columns.tsv says what each holds and what others call it. A table with the columns
``subject``, ``verb`` and ``object`` is kg's own, and every wrong cell is a complaint. In a table of others the columns are
guessed from their names, and the guess is told; FILE.columns beside it overrides it, and so does who reads it. There a
relation word means what ontology/foreign.tsv says, and what cannot be read is lost, with the reason. Columns that say
nothing here are reported, not read.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.formats.shared import bounded, drafting, tables
from kg.formats.shared.losses import Ledger
from kg.formats.shared.tables import TableRow
from kg.formats.tables import columns
from kg.model import foreign, vocabulary
from kg.model.diagnostics import Location, near
from kg.model.foreign import Relation
from kg.model.mechanism import Mechanism
from kg.model.records import Effect, Evidence, Requirement, Sentence
from kg.model.vocabulary import Term

INNER = re.compile(r'(?m)(?:^|\t)"[^"\t\n]*"[^"\t\n]')  # quotation marks within a cell of a TSV are letters
STANCES = ("supports", "disputes", "qualifies")
TRUE = frozenset("true t yes 1 1.0".split())
FALSE = frozenset("false f no 0 0.0".split())


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The mechanism of a table of edges; every complaint says row and column."""
    chosen = dict(ledger.columns)
    beside = file.with_name(f"{file.name}.columns")
    if not chosen and beside.is_file():
        chosen = columns.given(bounded.text(beside, ledger))

    def named(cells: Sequence[str]) -> bool:
        there = {columns.folded(cell) for cell in cells}
        return bool({columns.folded(name) for name in chosen.values()} & there) or columns.names_columns(cells)

    with file.open("rb") as stream:
        packed = stream.read(4) == b"PK\x03\x04" or file.suffix == ".xlsx"  # which is a ZIP file
    if packed:
        rows = list(tables.workbook(file, ledger, named))
        draft = drafting.Draft(file, ledger, file.read_bytes() if file.stat().st_size <= bounded.LARGEST else b"")
    else:
        text = bounded.text(file, ledger)
        top = "\n".join(text.lstrip().split("\n", tables.TOP)[: tables.TOP])
        between = max("\t;,", key=top.count)
        rows = list(tables.rows(text, ledger, between, between != "\t" or not INNER.search(text), named))
        draft = drafting.Draft(file, ledger, text)
    header = list(rows[0].cells) if rows else []
    chosen = columns.checked(chosen, header, ledger, rows[0].head or ledger.at()) if rows else chosen
    cells = {name: [row.cells[name] for row in rows] for name in header}
    found = columns.guessed(header, chosen)
    own = not chosen and all(columns.folded(found.get(role, "")) == role for role in columns.OWN)
    found = found if own else columns.borne_out(found, cells, chosen)
    prefixes = {} if own else columns.prefixes(found, cells)
    if rows and not own:
        _told(found, header, ledger, rows[0].head)
    minus = {role for role in columns.TESTS if role in found and (role in chosen or columns.minus(cells[found[role]]))}
    for row in rows:
        _RowReader(draft, ledger, row, found, own, prefixes, minus).edge()
    return draft.mechanism()


def _told(found: Mapping[str, str], header: Sequence[str], ledger: Ledger, at: Location | None) -> None:
    """Say how the columns were read. Raises InvalidMechanism where the ends are not found, or kg's own table has no verb."""
    help = f"use kg convert --columns subject=NAME,verb=NAME,object=NAME; the columns are: {', '.join(columns.holds())}"
    lacking = [role for role in ("subject", "object") if role not in found]
    if (
        not lacking
        and columns.folded(found["subject"]) == "subject"
        and not {"verb", "sign", "stimulation"} & found.keys()
    ):
        lacking = ["verb"]
    if lacking:
        raise ledger.stop(at, "no-table", f"the table has no column {lacking[0]!r}", help)
    said = columns.in_words(found, header)
    severity = "hint" if columns.acts(found) else "warning"
    help = "if this is wrong, use kg convert --columns, such as verb=NAME"
    ledger.complain(at, "columns", said, help, severity)


class _RowReader:
    """One row. In a table of others (not ``own``) nothing is complained of: what cannot be read is lost."""

    def __init__(
        self,
        draft: drafting.Draft,
        ledger: Ledger,
        row: TableRow,
        of: Mapping[str, str],
        own: bool,
        prefixes: Mapping[str, str],
        minus: Container[str],
    ) -> None:
        self.draft, self.ledger, self.row, self.of, self.own, self.prefixes = draft, ledger, row, of, own, prefixes
        self.minus = minus  # the columns in which a hyphen alone is a sign
        self.record = ledger.record("edge", f"row {row.at.line}", row.cells, row.at)
        self.wrong = False

    def text(self, column: str) -> str:
        """The cell of a column of kg; nothing if the table has none, or only a sign for nothing."""
        said = self.record.text(self.of[column]) if column in self.of else ""
        return said if self.own or column in self.minus else columns.plain(said)

    def edge(self) -> None:
        said = {side: self.needed(side) for side in ("subject", "object")}
        relations = list(self.own_verb() if self.own else self.relations())
        other = self.text("from")
        for verb in (vocabulary.predicates()[one.verb] for _, one in relations):
            if verb.role == "blocks" and not (verb.verb == "protects" and other):
                help = "in a table: protects, with a name in the column from"
                self.complain("verb", f"{verb.verb!r} acts on an edge", help)
        evidence = self.evidence()
        more = self.more(vocabulary.predicates()[relations[0][1].verb].role if relations else "")
        terms = [self.term(side) for side in ("subject", "object")]
        if self.wrong or not relations:
            return
        ends = [self.node(said[side], term) for side, term in zip(("subject", "object"), terms, strict=True)]
        for column, found in relations:
            sentence = Sentence(ends[0], found.verb, ends[1], self.node(other) if other else "")
            if not self.own and column:
                sentence = self.draft.sentence(self.record, self.of[column], ends[0], ends[1], found)
            self.draft.edge(sentence, self.record, evidence, name=self.text("name"), **more)

    def own_verb(self) -> Iterator[tuple[str, Relation]]:
        """What the verb of kg's own table is: a verb, or a word that means one; a slip of the pen is none."""
        said = self.needed("verb")
        verb, found = drafting.verb(said), foreign.relation(said)
        if verb is None and foreign.has_row(said) and not found.turned:
            verb = vocabulary.predicates()[found.verb]
            self.record.changed(self.of["verb"], f"{found.verb}: {found.lacks or 'it means the same'}")
        if said and verb is None:
            self.complain("verb", f"{said!r} is not a verb", near(said, vocabulary.predicates()))
        if verb:
            yield "verb", Relation.of(verb.verb)

    def relations(self) -> Iterator[tuple[str, Relation]]:
        """What a row of others says: by flags, of which both may be set; else by its word, else by its sign; else no more
        than that there is something.
        """
        flags = [column for column in ("stimulation", "inhibition") if self.text(column).casefold() in TRUE]
        word, sign = self.text("verb"), self.text("sign")
        found = foreign.relation(word) if word else None
        if flags:
            yield from ((column, foreign.relation(f"is_{column}")) for column in flags)  # as OmniPath calls them
        elif sign and foreign.sign(sign) and not (found and found.sign):
            yield "sign", foreign.relation(sign)
            if word and found and found.verb != "related_to":
                self.record.lost(self.of["verb"], "the sign column is more specific")
        elif found:
            yield "verb", found
        else:
            for column in columns.TESTS:
                if column in self.of and self.record.text(self.of[column]) == "-":
                    self.record.lost(self.of[column], "a hyphen alone is a sign only where a plus stands in the column")
            yield "", Relation("related_to")

    def needed(self, column: str) -> str:
        said = self.text(column) or self.identified(column)
        if not said:
            self.complain(column, f"the {column} is empty", columns.holds()[column])
            self.wrong = True
        return said

    def identified(self, side: str) -> str:
        """In a table of others, the identifier of an end that has no name."""
        said = "" if self.own else self.text(f"{side} term")
        return vocabulary.compress(said) or said

    def node(self, name: str, term: Term | None = None) -> str:
        term = term or (None if self.own else drafting.term(name, "", self.row.at))
        return self.draft.node(name, name, term=term, at=self.row.at)

    def term(self, side: str) -> Term | None:
        column = f"{side} term"
        said = self.record.text(self.of[column]) if column in self.of else ""
        id, _, label = said.partition(" ! ")
        label = label or ("" if self.own else self.text(side))
        role = column if column in self.of else side
        bare = said if column in self.of else self.text(side)
        found = drafting.identifier(id.strip(), label, self.row.at) if said else None
        if found is None and role in self.prefixes:
            found = drafting.term(f"{self.prefixes[role]}:{bare.strip()}", label, self.row.at)
        if said and found is None:
            message = f"{said!r} is not an ontology term that kg knows"
            self.complain(column, message, "for example GO:0006915 ! apoptotic process")
        if self.own and found and label and found.label != " ".join(label.split()):
            self.complain(column, f"{found.id} is {found.label!r}, not {label!r}", f"write {found}")
        return found

    def more(self, role: str) -> dict[str, Any]:
        more: dict[str, Any] = {}
        for column in ("requires", "unless"):
            names = [name.strip() for name in self.text(column).split("|") if name.strip()]
            if names:
                more[column] = tuple(Requirement(self.node(name)) for name in names)
        effect = self.text("effect")
        if effect and (effect not in ("complete", "unstated") or role != "decreases"):
            self.complain("effect", f"{effect!r} is not allowed here", columns.holds()["effect"])
        elif effect:
            more["effect"] = Effect(complete=effect == "complete")
        return more

    def evidence(self) -> list[Evidence]:
        """An item for each publication; the file itself where none is cited."""
        says = {name: self.text(name) for name in ("anchor", "because", "claim", "hedge", "stance")}
        sources = list(self.cited()) or ["file"]
        sha = self.text("text")
        if sha and (not re.fullmatch(r"[0-9a-f]{64}", sha) or sources[0] not in self.draft.sources):
            self.complain("text", f"{sha[:20]!r} is not the SHA-256 of any text of a source", columns.holds()["text"])
        elif sha and sha not in self.draft.sources[sources[0]].texts:
            known = self.draft.sources[sources[0]]
            self.draft.sources[sources[0]] = replace(known, texts=(*known.texts, sha))
        for column, words in (("claim", list(vocabulary.claims())), ("stance", list(STANCES))):
            if says[column] not in ("", *words):
                self.complain(column, f"{says[column]!r} is not a {column}", near(says[column], words))
                says[column] = ""
        species = self.text("taxon")
        named = [one for one in re.split(r"(?<!\s)\s*[|;,]\s*", re.sub(r"\([^)]*\)", "", species).strip()) if one]
        taxa = drafting.taxa(named)
        for one in named:
            if one not in taxa:
                self.complain(
                    "taxon", f"{one!r} is not a species in ontology/terms.tsv", "for example Mus musculus, or 10090"
                )
        found: dict[str, Any] = {**says, "taxon": tuple(dict.fromkeys(taxa.values()))}
        stance = says["stance"] or ("disputes" if self.denied() else "supports")
        found |= {"claim": says["claim"] or drafting.UNCLASSIFIED, "stance": stance}
        return [Evidence(**found, source=source, at=self.row.at) for source in dict.fromkeys(sources)]

    def denied(self) -> bool:
        """Whether the row says that the edge is not so."""
        said = self.text("negated").casefold()
        if said and said not in (*TRUE, *FALSE):
            self.complain("negated", f"{said!r} is neither true nor false", columns.holds()["negated"])
        return said in TRUE

    def cited(self) -> Iterator[str]:
        """The keys of the publications of a row. In OmniPath, the number behind the name of a resource is one of PubMed."""
        said = self.record.text(self.of["source"]) if "source" in self.of else ""
        works = (
            [said]
            if self.own
            else [one for one in re.split(r"(?<!\s)\s*[|;]\s*|(?<=\d)[,\s]+(?=\d)", said.strip("- ")) if one]
        )
        kept = []
        for work in works if said else ():
            number = re.fullmatch(r"(?:\w+:\s*)?(\d+)" if "stimulation" in self.of else r"(\d+)(?:\.0)?", work)
            if source := self.draft.cite(f"PMID:{number[1]}" if number else work):
                kept.append(work)
                yield source
            else:
                self.complain("source", f"{work!r} identifies no publication", columns.holds()["source"])
        if not self.own and 0 < len(kept) < len(works):
            self.record.kept(self.of["source"], works, kept, "it identifies no publication")

    def complain(self, column: str, message: str, help: str) -> None:
        """A complaint about a cell: at its place in the line, and with the letter of its column; else the cell is lost."""
        name = self.of.get(column, "")
        if not self.own:
            if column in ("subject", "object"):
                self.ledger.complain(self.row.at, "no-sentence", f"{message}; the row is set aside", severity="warning")
            for field in self.record.fields() if column in ("subject", "object") else [name]:
                self.record.lost(field, message)
            return
        self.wrong = True
        names = list(self.row.cells)
        letter = _letter(names.index(name)) if name in names else ""
        where = f"row {self.row.at.line}, column {letter} ({column}): " if letter else ""
        self.ledger.complain(self.row.place(name), "wrong-cell", f"{where}{message}", help)


def _letter(index: int) -> str:
    """The letter of a column, as spreadsheets count.

    >>> _letter(0), _letter(27)
    ('A', 'AB')
    """
    letters = ""
    while index >= 0:
        letters, index = chr(ord("A") + index % 26) + letters, index // 26 - 1
    return letters
