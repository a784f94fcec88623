"""Terms in a file that somebody downloaded: an ontology in OBO, or a table of HGNC, MGI, MeSH or the NCBI Taxonomy.

``kg ground`` finds terms in it, holds the pinned labels of ontology/terms.tsv against it, and adds rows with its release
and hash, so that everybody can tell where an id and its label were read.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from kg import data_dir
from kg.model import files, vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location, near
from kg.model.grounding import Grounding, Match
from kg.model.vocabulary import Entry

#: What a row of a table is read from: id, label, synonyms, status and kind, by the header that the table has.
TABLES = {
    "hgnc_id": ("hgnc_id", "symbol", ("alias_symbol", "prev_symbol"), "status", "locus_group"),
    "MGI Accession ID": (
        "MGI Accession ID",
        "Marker Symbol",
        ("Marker Synonyms (pipe-separated)",),
        "Status",
        "Marker Type",
    ),
}
#: The kinds of name of an organism that are synonyms.
SAID_OF_ORGANISMS = ("genbank common name", "common name", "synonym", "equivalent name", "acronym")
WITHDRAWN = ("w", "entry withdrawn", "symbol withdrawn", "withdrawn")
#: The Biolink category of a term of GO, by its namespace.
NAMESPACES = {
    "biological_process": "biolink:BiologicalProcess",
    "molecular_function": "biolink:MolecularActivity",
    "cellular_component": "biolink:CellularComponent",
}


@dataclass(frozen=True)
class Catalogue:
    """A file of terms, its release if it names one, and its hash."""

    file: Path
    release: str
    sha256: str
    entries: Mapping[str, Entry]

    @property
    def verified_in(self) -> str:
        """How a row of terms.tsv names the file: name, release, hash."""
        return " ".join(filter(None, (self.file.name, self.release, f"sha256:{self.sha256}")))

    def found(self, text: str, most: int = 10) -> Grounding:
        """The terms whose label, synonym or id is the text, then those with all of its words; the nearest have some."""
        asked = _words(text)
        ranked = sorted((_rank(entry, asked), id) for id, entry in self.entries.items() if not entry.obsolete)
        found = [(tier, self._match(self.entries[id], tier, asked)) for (tier, shared, *_), id in ranked if shared][
            :most
        ]
        matches = tuple(match for tier, match in found if tier < 2)
        return Grounding(text, matches, tuple(match for tier, match in found if tier == 2 and not matches))

    def _match(self, entry: Entry, tier: int, asked: list[str]) -> Match:
        kind = ("label" if _words(entry.label) == asked else "synonym", "words", "near")[tier]
        also = f"also: {', '.join(entry.synonyms)}" if entry.synonyms else ""
        return Match(entry.id, entry.label, kind, entry.category, entry.taxon, entry.label, also, self.verified_in)

    @property
    def prefixes(self) -> frozenset[str]:
        """The prefixes that most of its ids have: what it can be asked about."""
        counts = Counter(id.partition(":")[0] for id in self.entries)
        return frozenset(prefix for prefix, count in counts.items() if 20 * count >= counts.total())


@dataclass(frozen=True)
class Finding:
    """A pinned term that the file says something else of: another label, obsolete, or not there."""

    id: str
    pinned: str
    what: str  # "another label", "obsolete" or "missing"
    there: str = ""

    def __str__(self) -> str:
        return f"{self.id} ! {self.pinned}: {self.what}" + f": {self.there}" * bool(self.there)


def read(path: str | Path, kind: str, about: Iterable[str] = ()) -> Catalogue:
    """A file of terms; ``kind`` is ``obo`` or ``table``.

    Of the NCBI Taxonomy, which names millions, it takes what is pinned and what ``about`` names by an id or a word.

    Raises InvalidMechanism if it is not what it is said to be, and OSError if it cannot be read.
    """
    file = Path(path)
    data = file.read_bytes()
    text = data.decode("utf-8-sig", "replace")
    if kind == "obo":
        entries, release = _obo(text, file)
    elif text.startswith("*NEWRECORD"):
        entries, release = _mesh(text), ""
    elif re.match(r"\d+\t\|\t", text):
        entries, release = _taxonomy(text, about), ""
    else:
        entries, release = _table(text, file)
    if not entries:
        raise _refusal(str(file), "no-terms", "there is no term in it")
    return Catalogue(file, release, hashlib.sha256(data).hexdigest(), entries)


def _rank(entry: Entry, asked: list[str]) -> tuple[int, int, int, str]:
    """How like a text an entry is: an exact hit before a hit on all words, that before a hit on some of them."""

    def found(name_words: list[str]) -> int:
        return sum(any(w == a or (len(a) > 2 and w.startswith(a)) for w in name_words) for a in asked)

    names = [_words(name) for name in (entry.label, *entry.synonyms, entry.id)]
    anywhere = found([word for name in names for word in name])
    tier = 0 if asked in names else 1 if anywhere == len(asked) else 2
    return tier, -anywhere, min(len(name) - 2 * found(name) for name in names), entry.id


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _refusal(where: str, code: str, message: str, help: str = "") -> InvalidMechanism:
    return InvalidMechanism([Diagnostic(Location(where, 1, 1), code, message, help)])


def _entry(id: str, label: str, synonyms: Iterable[str], category: str, obsolete: str) -> Entry:
    known = vocabulary.prefixes().get(id.partition(":")[0])
    names = tuple(dict.fromkeys(name for name in synonyms if name and name != label))
    return Entry(id, label, names, category, known.taxon if known else "", "", obsolete, "", "")


def _obo(text: str, file: Path) -> tuple[dict[str, Entry], str]:
    """The [Term] stanzas of an OBO file, and its data-version.

    The format: https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html
    """
    head, *stanzas = re.split(r"(?m)^\[(?=\w+\]\s*$)", text)
    if "format-version:" not in head:
        raise _refusal(str(file), "not-obo", "its head has no format-version, so it is not an OBO file")
    release = re.search(r"(?m)^data-version:\s*(.+?)\s*$", head)
    entries = {}
    for stanza in stanzas:
        kind, _, body = stanza.partition("]")
        tags: dict[str, list[str]] = {}
        for line in body.splitlines() if kind == "Term" else ():
            tag, _, value = line.partition(":")
            tags.setdefault(tag.strip(), []).append(value.strip())
        if "id" in tags and "name" in tags:
            id = tags["id"][0].split(" ")[0]
            namespace = tags.get("namespace", [""])[0]
            names = (found[1] for one in tags.get("synonym", ()) if (found := re.match(r'"((?:[^"\\]|\\.)*)"', one)))
            gone = tags.get("is_obsolete", [""])[0].startswith("true")
            instead = ", ".join(tags.get("replaced_by", ()))
            obsolete = (f"replaced by {instead}" if instead else "obsolete") if gone else ""
            label = _plain(re.sub(r"\s*\{[^{}]*\}\s*$", "", tags["name"][0]))
            entries[id] = _entry(id, label, map(_plain, names), NAMESPACES.get(namespace, ""), obsolete)
    return entries, release[1] if release else ""


def _plain(value: str) -> str:
    """A value of an OBO file without its escapes."""
    return " ".join(
        re.sub(r"\\(.)", lambda found: {"n": " ", "W": " ", "t": " "}.get(found[1], found[1]), value).split()
    )


def _table(text: str, file: Path) -> tuple[dict[str, Entry], str]:
    """The rows of a table of HGNC or MGI, which name no release."""
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t")
    columns = next((TABLES[name] for name in rows.fieldnames or () if name in TABLES), None)
    if columns is None or columns[1] not in (rows.fieldnames or ()):
        wanted = " or ".join(f"{one[0]}, {one[1]}" for one in TABLES.values())
        raise _refusal(
            str(file), "not-a-table", "it lacks the columns of a table of HGNC or MGI", f"for example {wanted}"
        )
    id, label, also, status, _ = columns
    entries = {}
    try:
        whole = list(rows)
    except csv.Error as error:
        raise _refusal(f"{file}:{rows.line_num}", "not-a-table", str(error)) from None
    for row in whole:
        if re.fullmatch(r"(HGNC|MGI):\d+", row[id] or "") and row[label]:
            names = (name.strip() for column in also for name in (row.get(column) or "").split("|"))
            gone = (row.get(status) or "").strip().casefold() in WITHDRAWN
            entries[row[id]] = _entry(row[id], row[label].strip(), names, "biolink:Gene", "withdrawn" if gone else "")
    return entries, ""


def _mesh(text: str) -> dict[str, Entry]:
    """The records of MeSH in ASCII: descriptors (d2026.bin) or supplementary concepts (c2026.bin)."""
    entries = {}
    for record in text.split("*NEWRECORD")[1:]:
        fields: dict[str, list[str]] = {}
        for key, value in re.findall(r"(?m)^([A-Z ]+?) = (.*?)\s*$", record):
            fields.setdefault(key, []).append(value)
        label = (fields.get("MH") or fields.get("NM") or [""])[0]
        if label and (number := fields.get("UI")):
            names = (name.partition("|")[0] for key in ("ENTRY", "PRINT ENTRY", "SY") for name in fields.get(key, ()))
            entries[f"MESH:{number[0]}"] = _entry(f"MESH:{number[0]}", label, names, "", "")
    return entries


def _taxonomy(text: str, about: Iterable[str]) -> dict[str, Entry]:
    """The organisms of names.dmp that are pinned, or named by an id or a word."""
    wanted = {id for id in vocabulary.terms() if id.startswith("NCBITaxon:")} | set(about)
    words = [word.casefold() for word in about if ":" not in word]
    rows = (line.removesuffix("\t|").split("\t|\t") for line in text.splitlines())
    entries = {}
    for number, group in groupby(rows, key=lambda row: row[0]):
        id = f"NCBITaxon:{number}"
        names = [(row[3], row[1]) for row in group if len(row) > 3]
        if id in wanted or any(word in name.casefold() for _, name in names for word in words):
            label = next((name for kind, name in names if kind == "scientific name"), "")
            also = (name for kind, name in names if kind in SAID_OF_ORGANISMS)
            entries[id] = _entry(id, label, also, "biolink:OrganismTaxon", "")
    return entries


def recheck(catalogue: Catalogue) -> tuple[list[Finding], int]:
    """Every pinned term of the file's prefixes of which it says something else, and how many were compared."""
    found: list[Finding] = []
    compared = 0
    for id, pinned in vocabulary.terms().items():
        there = catalogue.entries.get(id)
        if there is None and id.partition(":")[0] not in catalogue.prefixes:
            continue
        compared += 1
        if there is None:
            found.append(Finding(id, pinned.label, "missing"))
        elif there.obsolete and not pinned.obsolete:
            found.append(Finding(id, pinned.label, "obsolete", there.obsolete))
        elif there.label != pinned.label:
            found.append(Finding(id, pinned.label, "another label", there.label))
    return found, compared


def add(catalogue: Catalogue, ids: Iterable[str], category: str = "") -> list[Entry]:
    """Write rows for terms of the file into ontology/terms.tsv of a checkout; all of them, or none.

    The category is the term's own where the file tells it, else that of every pinned term with the same prefix.

    Raises InvalidMechanism for an id that the file does not have, that is pinned already, obsolete, or of an unknown
    prefix, and where there is no checkout.
    """
    table = data_dir("ontology") / "terms.tsv"
    if not (table.parent.parent / "setup.cfg").is_file():
        raise _refusal(
            str(table), "no-checkout", "this is an installed kg", "terms are added in a checkout of the project"
        )
    today = datetime.datetime.now(datetime.UTC).date()
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        today = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    wrong: list[Diagnostic] = []
    new: list[Entry] = []
    for id in dict.fromkeys(ids):
        entry = catalogue.entries.get(id)
        own = category or (entry.category if entry else "") or _usual(id)
        complaint = _complaint(id, entry, own, catalogue)
        if complaint:
            wrong.append(complaint)
        elif entry:
            day = today.isoformat()
            new.append(replace(entry, category=own, verified_in=catalogue.verified_in, verified_on=day))
    if wrong:
        raise InvalidMechanism(wrong)
    _write(table, new)
    vocabulary.terms.cache_clear()
    return new


def _complaint(id: str, entry: Entry | None, category: str, catalogue: Catalogue) -> Diagnostic | None:
    """What keeps a term from being added."""
    at = Location(str(catalogue.file), 1, 1)
    prefix = id.partition(":")[0]
    known = {row["category"] for row in vocabulary.table("categories.tsv")}
    if entry is None:
        alike = [one for one in catalogue.entries if one.startswith(prefix)]
        return Diagnostic(at, "unknown-term", f"{id!r} is not in it", near(id, alike))
    if id in vocabulary.terms():
        pinned = f"{id} ! {vocabulary.terms()[id].label}"
        return Diagnostic(at, "pinned-already", f"{id} is in terms.tsv already", pinned)
    if entry.obsolete:
        return Diagnostic(at, "obsolete-term", f"{id} ! {entry.label} is obsolete", entry.obsolete)
    if not vocabulary.prefix(prefix):
        return Diagnostic(
            at,
            "unknown-prefix",
            f"{prefix!r} is not a prefix of prefixes.tsv or of the registry",
            "add a row for it first",
        )
    if category not in known:
        message = f"{category!r} is not a category" if category else f"which category {id} has is not clear"
        return Diagnostic(at, "unknown-category", message, f"say --category; {near(category, known)}")
    return None


def _usual(id: str) -> str:
    """The category of every pinned term of a prefix; nothing if they have several."""
    prefix = id.partition(":")[0]
    used = {entry.category for entry in vocabulary.terms().values() if entry.id.partition(":")[0] == prefix}
    return used.pop() if len(used) == 1 else ""


def _write(table: Path, new: list[Entry]) -> None:
    """Put rows behind the last one of their prefix with a smaller id; every other line stays as it is."""
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    columns = lines[0].rstrip("\n").split("\t")
    for entry in new:
        cells = {**vars(entry), "synonyms": "|".join(entry.synonyms)}
        line = "\t".join(re.sub(r"\s+", " ", str(cells[column])) for column in columns) + "\n"
        at = max((n for n, row in enumerate(lines) if n and _order(row) < _order(line)), default=len(lines) - 1)
        lines.insert(at + 1, line)
    files.write(table, "".join(lines))


def _order(row: str) -> tuple[str, int, str]:
    """The order of the table: by prefix, then by number."""
    prefix, _, local = row.partition("\t")[0].partition(":")
    return prefix.casefold(), int(local) if local.isdigit() else 0, local
