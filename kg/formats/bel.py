"""BEL script: SET and UNSET give each statement its citation, its evidence and its annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg import bel, foreign
from kg.diagnostics import Location
from kg.losses import Ledger, Taken
from kg.mechanism import Evidence, Mechanism
from kg.vocabulary import Term

_SET = re.compile(r"SET\s+(DOCUMENT\s+)?(\w+)\s*=\s*(.+)", re.DOTALL | re.IGNORECASE)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s",{}]+)', re.DOTALL)
EVIDENCE = ("evidence", "supportingtext", "support")
SPECIES = ("Species", "species", "TAXON")


@dataclass
class _Context:
    """What SET has set so far, and UNSET has not taken away; each is a record, whether a statement follows or not."""

    citation: Taken | None = None
    annotations: dict[str, Taken] = field(default_factory=dict)

    def set(self, ledger: Ledger, name: str, values: list[str], at: Location) -> None:
        word = name.casefold()
        if word == "citation":  # a new citation ends what belonged to the one before
            names = ("type", "name", "id") if len(values) != 2 else ("type", "id")
            said = dict(zip(names, values, strict=False))
            self.citation, self.annotations = ledger.record("citation", said.get("id", ""), said, at), {}
        elif word in EVIDENCE:
            record = ledger.record("evidence", f"line {at.line}", {"evidence": " ".join(" ".join(values).split())}, at)
            record.lost("evidence", "the words of a publication are pointed to, not copied")
        else:
            self.annotations[name] = ledger.record("annotation", f"line {at.line}", {name: values}, at)

    def unset(self, name: str) -> None:
        word = name.casefold()
        if word in ("all", "statement_group"):
            self.annotations = {}
        if word in ("all", "citation"):
            self.citation = None
        self.annotations.pop(name, None)


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The statements of a BEL script. Namespaces are not fetched; a name is looked up in ontology/terms.tsv."""
    text = foreign.text(file, ledger)
    draft = foreign.Draft(file, ledger, text)
    context = _Context()
    for said, at in _lines(text, ledger):
        word = said.split(maxsplit=1)[0].upper()
        if word == "SET":
            _set(draft, ledger, context, said, at)
        elif word == "UNSET":
            for name in re.findall(r"\w+", said)[1:]:
                context.unset(name)
        elif word == "DEFINE":
            record = ledger.record("definition", " ".join(said.split()[1:3]), {"definition": said}, at)
            record.lost("definition", "nothing is fetched; a name is looked up in ontology/terms.tsv")
        else:
            _statement(draft, ledger, context, said, at)
    return draft.mechanism()


def _lines(text: str, ledger: Ledger) -> Iterator[tuple[str, Location]]:
    """The lines of a script, without comments; a text in quotation marks may go on over several."""
    open_at = ledger.at()
    parts: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not parts and (not line.strip() or line.lstrip().startswith("#")):
            continue
        if not parts:
            open_at = ledger.at(number, 1, line if len(line) < 10_000 else "")
        parts.append(line.rstrip().removesuffix("\\"))
        whole = "\n".join(parts)
        if len(re.findall(r'(?<!\\)"', whole)) % 2 == 0 and not line.rstrip().endswith("\\"):
            yield whole.strip(), open_at
            parts = []
    if parts:
        ledger.complain(open_at, "no-statement", "the quotation mark that opens here is never closed", "close it")


def _set(draft: foreign.Draft, ledger: Ledger, context: _Context, said: str, at: Location) -> None:
    found = _SET.fullmatch(said)
    if not found:
        ledger.complain(at, "no-statement", "this sets nothing", 'SET Citation = {"PubMed", "title", "12345"}')
        return
    values = [one or other for one, other in _STRING.findall(found[3])]
    if not found[1]:
        context.set(ledger, found[2], values, at)
        return
    name, value = found[2].casefold(), " ".join(values)
    record = ledger.record("document", found[2], {found[2]: value}, at)
    field = {"name": "title", "version": "version", "description": "summary"}.get(name, "")
    if field and value:
        draft.about[field] = str(record.take(found[2]))


def _statement(draft: foreign.Draft, ledger: Ledger, context: _Context, said: str, at: Location) -> None:
    """One statement with what is set around it. Statements about statements, and terms alone, say no edge."""
    parts = _split(said)
    if not parts:
        help = "such as: p(HGNC:FYN) increases bp(GO:apoptosis)"
        ledger.complain(at, "no-statement", "this is no statement", help)
        return
    subject, relation, object = parts
    record = ledger.record(
        "statement", f"line {at.line}", {"subject": subject, "relation": relation, "object": object}, at
    )
    if not relation:
        bel.node(draft, str(record.take("subject")), at)
        return
    if object.startswith("("):
        for part in ("subject", "relation", "object"):
            record.lost(part, "a statement about a statement is no edge between nodes")
        return
    for side in ("subject", "object"):
        record.take(side)
    evidence = []
    if context.citation:
        source = bel.cited(draft, context.citation, "type", "id")
        evidence = [Evidence(source=source, claim=foreign.UNCLASSIFIED, taxon=_species(context), at=at)]
    bel.edge(draft, record, "relation", subject, object, evidence)


def _species(context: _Context) -> tuple[Term, ...]:
    """The species that are set, if all of them were looked up."""
    name = next((name for name in SPECIES if name in context.annotations), "")
    if not name:
        return ()
    record = context.annotations[name]
    taxa = [foreign.taxon(one) for one in record.see(name)]
    stated = tuple(taxon for taxon in taxa if taxon)
    if len(stated) < len(taxa):
        record.lost(name, "the species is not in ontology/terms.tsv, so nobody has checked its name")
        return ()
    record.take(name)
    return stated


def _split(said: str) -> tuple[str, str, str] | None:
    """Subject, relation and object of a statement; of a term alone, only the subject. None for anything else.

    >>> _split('p(HGNC:FYN) -> bp(GO:"a (b) c")')
    ('p(HGNC:FYN)', '->', 'bp(GO:"a (b) c")')
    """
    depth, quoted = 0, False
    for place, char in enumerate(said):
        quoted ^= char == '"' and said[place - 1] != "\\"
        depth += 0 if quoted else (char == "(") - (char == ")")
        if depth < 0:
            return None
        if char == ")" and depth == 0 and not quoted:
            subject, rest = said[: place + 1], said[place + 1 :].split("#")[0].strip()
            break
    else:
        return None
    if not re.match(r"\w+\s*\(", subject):
        return None
    relation, _, object = rest.partition(" ")
    if not rest:
        return subject, "", ""
    balanced = object.count("(") == object.count(")") and re.match(r"\w*\s*\(.*\)$", object.strip(), re.DOTALL)
    return (subject, relation, object.strip()) if balanced else None
