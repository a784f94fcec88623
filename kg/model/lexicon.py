"""The lexicon: 218,000 terms with their names, mappings and replacements, from ontology/lexicon/lexicon.tar.xz.

The archive is unpacked at first use, in some seconds, into one SQLite file of the user's cache: ``$KG_CACHE``, else the
cache folder of the system, else a private folder for temporary files. It is opened immutable. Where nothing can be
written it is unpacked into memory. Its name holds a hash of all it is made of, so that no stale file is read.
"""

from __future__ import annotations

import os
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kg import data_dir
from kg.model import files
from kg.model.names import fold

if TYPE_CHECKING:
    from sqlite3 import Connection

#: What a name is to its term, the firmest first; ``names.tsv`` of the archive has their numbers.
KINDS = ("label", "exact synonym", "short form", "curated text", "alias", "synonym", "previous symbol")
SPELLED = range(12, 33)  # letters of a key that is found although two of them are wrong
_TABLES = """
pragma journal_mode = off;
pragma synchronous = off;
create table term (n integer primary key, id text, label text, category text, taxon text, source text);
create table name (key text, kind integer, term integer, name text, primary key (key, kind, term, name)) without rowid;
create table mapping (subject text, predicate text, object text, source text,
    primary key (subject, object, predicate, source)) without rowid;
create table replaced (old text primary key, new text) without rowid;
create table reversed (key text primary key) without rowid;
create virtual table word using fts5(labels, content='', detail=none, columnsize=0);
"""
_INDEXES = """
insert into word (rowid, labels) select n, label from term;
create unique index term_id on term (id);
create index mapping_object on mapping (object);
"""


@dataclass(frozen=True)
class LexiconTerm:
    """A term of the lexicon; its source is a row of ontology/lexicon/sources.tsv."""

    id: str
    label: str
    category: str
    taxon: str
    source: str


@dataclass(frozen=True)
class Name:
    """A name of a term, and what it is to it: one of KINDS."""

    term: LexiconTerm
    kind: int
    name: str


@dataclass(frozen=True)
class Mapping:
    """What a source says two identifiers are to each other, by the predicate that it uses."""

    subject: str
    predicate: str
    object: str
    source: str


class Lexicon:
    """An opened lexicon; without a database it is empty."""

    def __init__(self, database: Connection | None) -> None:
        self._database = database

    def _rows(self, sql: str, values: Iterable[object]) -> Iterable[tuple[Any, ...]]:
        return self._database.execute(sql, tuple(values)) if self._database else ()

    def term(self, id: str) -> LexiconTerm | None:
        """The term with an id.

        >>> lexicon().term("CL:0000235").label
        'macrophage'
        """
        rows = self._rows("select id, label, category, taxon, source from term where id = ?", [id])
        return next((LexiconTerm(*row) for row in rows), None)

    def replacement(self, id: str) -> str | None:
        """What replaces an obsolete id, empty if nothing does; None for an id that is not known as obsolete."""
        return next((new for (new,) in self._rows("select new from replaced where old = ?", [id])), None)

    def named(self, keys: Iterable[str]) -> Iterator[tuple[str, Name]]:
        """The names with these keys, which ``kg.model.names.fold`` makes: (key, name)."""
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            sql = f"""select key, kind, name, id, label, category, taxon, source from name join term on n = term
                where key in ({",".join("?" * len(some))})"""
            for key, kind, name, *term in self._rows(sql, some):
                yield key, Name(LexiconTerm(*term), kind, name or term[1])

    def calls(self, id: str, name: str) -> bool:
        """Whether a name is the label or a synonym of a term, however it is spelt.

        >>> lexicon().calls("CL:0000623", "NK cells"), lexicon().calls("CL:0000235", "B cell")
        (True, False)
        """
        return any(one.term.id == id for _, one in self.named([fold(name)]))

    def mappings(self, id: str) -> list[Mapping]:
        """What an id is mapped to, or is mapped to it.

        >>> [one.object for one in lexicon().mappings("HGNC:15631") if one.object.startswith("MGI:")]
        ['MGI:2176882']
        """
        sql = """select subject, predicate, object, source from mapping where subject = ?1
            union select subject, predicate, object, source from mapping where object = ?1"""
        return [Mapping(*row) for row in self._rows(sql, (id,))]

    def keys_from(self, prefixes: Iterable[str], lengths: range, most: int) -> Iterator[str]:
        """The keys of some lengths that begin with one of these, at most some for each."""
        yield from self._begun("select distinct key from name", prefixes, lengths, most)

    def keys_to(self, suffix: str, lengths: range, most: int) -> Iterator[str]:
        """The keys of some lengths that end so."""
        found = self._begun("select key from reversed", [suffix[::-1]], lengths, most)
        yield from (key[::-1] for key in found)

    def _begun(self, select: str, prefixes: Iterable[str], lengths: range, most: int) -> Iterator[str]:
        sql = f"{select} where key >= ? and key < ? and length(key) between ? and ? limit ?"
        for prefix in prefixes:
            bounds = (prefix, prefix + "\U0010ffff", lengths.start, lengths.stop - 1, most)
            yield from (key for (key,) in self._rows(sql, bounds))

    def with_words(self, words: Iterable[str], most: int) -> list[LexiconTerm]:
        """The terms whose labels have words that begin with all of these, the shortest label first."""
        query = " AND ".join(f'"{word}"*' for word in words)
        sql = "select id, label, category, taxon, source from term where n in (select rowid from word where word match ? limit 5000)"
        found = self._rows(f"{sql} order by length(label), id limit ?", (query, most))
        return [LexiconTerm(*row) for row in found]


@cache
def _sources() -> dict[str, list[str]]:
    lines = (data_dir("ontology") / "lexicon" / "sources.tsv").read_text(encoding="utf-8").splitlines()
    return {row[0]: row for row in (line.split("\t") for line in lines[1:])}


def origin(source: str) -> str:
    """The name and the release of a source; what is not a source of the lexicon stays as it is.

    >>> origin("cl").partition(" v")[0]
    'Cell Ontology'
    """
    row = _sources().get(source)
    return f"{row[1]} {row[2]}".strip() if row else source


def credit(source: str) -> str:
    """The address of a source; nothing where it has none.

    >>> credit("hgnc")
    'https://www.genenames.org'
    """
    row = _sources().get(source)
    return row[4] if row and row[4].startswith("https://") else ""


class PackedLexicon(Lexicon):
    """The lexicon in memory, where there is no SQLite, as in a browser: found by halves in the sorted lines that ``packed`` makes.

    It does not know the words within labels, nor how names end: what is near a misspelt name stays out.
    """

    def __init__(self, data: bytes) -> None:
        """``data`` is what ``packed`` makes. Raises ValueError if it is anything else."""
        import io
        import tarfile

        super().__init__(None)
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
                parts = {one.name: _lines_of(archive.extractfile(one)) for one in archive}
            self._names, self._terms, self._mappings, self._replaced = (parts[f"{name}.tsv"] for name in PARTS)
        except (OSError, EOFError, KeyError, tarfile.TarError, zlib.error) as error:
            raise ValueError("this file is no lexicon of kg") from error
        self._starts = [one.end() for one in re.finditer(b"\n", self._terms)]

    def term(self, id: str) -> LexiconTerm | None:
        row = next(_begun(self._terms, f"{id}\t"), None)
        return LexiconTerm(*row) if row else None

    def replacement(self, id: str) -> str | None:
        row = next(_begun(self._replaced, f"{id}\t"), None)
        return row[1] if row else None

    def named(self, keys: Iterable[str]) -> Iterator[tuple[str, Name]]:
        for key in dict.fromkeys(keys):
            for _key, kind, n, name in _begun(self._names, f"{key}\t"):
                start = self._starts[int(n)]
                term = LexiconTerm(*self._terms[start : self._terms.index(b"\n", start)].decode("utf-8").split("\t"))
                yield key, Name(term, int(kind), name or term.label)

    def mappings(self, id: str) -> list[Mapping]:
        """What an id is mapped to; what is mapped to it is not looked for."""
        return [Mapping(*row) for row in _begun(self._mappings, f"{id}\t")]

    def keys_from(self, prefixes: Iterable[str], lengths: range, most: int) -> Iterator[str]:
        for prefix in prefixes:
            keys = dict.fromkeys(
                row[0] for row in islice(_begun(self._names, prefix), 20 * most) if len(row[0]) in lengths
            )
            yield from [*keys][:most]

    def keys_to(self, suffix: str, lengths: range, most: int) -> Iterator[str]:
        yield from ()

    def with_words(self, words: Iterable[str], most: int) -> list[LexiconTerm]:
        return []


#: The tables of a lexicon, as its archives have them.
PARTS = ("names", "terms", "mappings", "replaced")


def _lines_of(file: IO[bytes] | None) -> bytes:
    return b"\n" + file.read() if file else b"\n"


def _begun(lines: bytes, prefix: str) -> Iterator[list[str]]:
    """The rows that begin so, of sorted lines; the first line is empty."""
    sought = prefix.encode("utf-8")
    low, high = 0, len(lines) - 1
    while low < high:  # the break before the first line that is not less than the prefix
        middle = lines.rfind(b"\n", 0, (low + high) // 2 + 1)
        end = lines.find(b"\n", middle + 1)
        if lines[middle + 1 : end if end >= 0 else len(lines)] < sought:
            low = end if end >= 0 else len(lines)
        else:
            high = middle
    at = low + 1
    while lines.startswith(sought, at):
        end = lines.find(b"\n", at)
        end = end if end >= 0 else len(lines)
        yield lines[at:end].decode("utf-8").split("\t")
        at = end + 1


@cache
def packed() -> bytes:
    """The lexicon as one file of 10 MB that a browser can unpack; empty for a copy of kg without the archive."""
    import gzip
    import io
    import lzma
    import tarfile

    folder = data_dir("ontology") / "lexicon"
    if not (folder / "lexicon.tar.xz").is_file():
        return b""
    tables: dict[str, bytes] = {}
    with lzma.open(folder / "lexicon.tar.xz") as source, tarfile.open(fileobj=source, mode="r|") as archive:
        for member in archive:
            held = archive.extractfile(member)
            tables[member.name] = held.read() if held else b""
    numbers = {line.partition(b"\t")[0]: n for n, line in enumerate(tables["terms.tsv"].splitlines())}
    forms = (line.split("\t") for line in (folder / "short_forms.tsv").read_text(encoding="utf-8").splitlines()[1:])
    kind = KINDS.index("short form")
    reviewed = [f"{fold(name)}\t{kind}\t{numbers[id.encode()]}\t{name}".encode() for name, id, *_ in forms]
    lines = sorted([*tables["names.tsv"].splitlines(), *reviewed], key=lambda line: line.partition(b"\t")[0])
    tables["names.tsv"] = b"\n".join([*lines, b""])
    made = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=made, mode="wb", compresslevel=6, mtime=0) as out,
        tarfile.open(fileobj=out, mode="w") as archive,
    ):
        for name in PARTS:
            entry = tarfile.TarInfo(f"{name}.tsv")
            entry.size = len(tables[entry.name])
            archive.addfile(entry, io.BytesIO(tables[entry.name]))
    return made.getvalue()


_used: list[Lexicon] = []


def use(lexicon: Lexicon) -> None:
    """Take this lexicon from now on instead of the one in the user's cache."""
    _used[:] = [lexicon]


def lexicon() -> Lexicon:
    """The lexicon in use, unpacked if it is not yet. A copy of kg without the archive, as in a browser, has an empty one."""
    return _used[0] if _used else _opened()


@cache
def _opened() -> Lexicon:
    folder = data_dir("ontology") / "lexicon"
    if not (folder / "lexicon.tar.xz").is_file():
        return Lexicon(None)
    import sqlite3

    file_name = f"lexicon-{_fingerprint(folder)}.sqlite"
    for place in _caches():
        file = place / file_name
        try:
            if not file.is_file():
                _unpack_into(file, folder)
            return Lexicon(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False))
        except (OSError, sqlite3.OperationalError):  # nothing can be written or read there
            continue
    database = sqlite3.connect(":memory:", check_same_thread=False)
    _fill(database, folder)
    return Lexicon(database)


def _caches() -> Iterator[Path]:
    """Where the unpacked file may stand, the best place first."""
    if chosen := os.environ.get("KG_CACHE"):
        yield Path(chosen).absolute()
    if sys.platform == "win32":
        own = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        own = os.path.expanduser("~/Library/Caches")
    else:
        own = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    if os.path.isabs(own):  # nobody's home stays a ~
        yield Path(own) / "immune-kg"
    import tempfile

    user = os.getuid() if hasattr(os, "getuid") else 0
    shared = Path(tempfile.gettempdir()) / f"immune-kg-{user}"
    try:
        shared.mkdir(mode=0o700, exist_ok=True)
        facts = shared.stat(follow_symlinks=False)
    except OSError:
        return
    if not hasattr(os, "getuid") or (facts.st_uid == user and not facts.st_mode & 0o077):  # nobody else put it there
        yield shared


def _fingerprint(folder: Path) -> str:
    """A hash of what the file is made of; the end of the archive holds the checksum of its content."""
    with open(folder / "lexicon.tar.xz", "rb") as archive:
        archive.seek(-128, os.SEEK_END)
        made_of = archive.read()
    made_of += (folder / "short_forms.tsv").read_bytes()
    return f"{zlib.crc32(made_of + (_TABLES + _INDEXES).encode()):08x}"


def _unpack_into(file: Path, folder: Path) -> None:
    """Make the file whole, and then put it there: whoever comes at the same time does the same."""
    import sqlite3

    with files.replacing(file) as new, closing(sqlite3.connect(new)) as database:
        _fill(database, folder)


def _fill(database: Connection, folder: Path) -> None:
    """The tables of the archive as tables of a database; they come sorted, and with the keys that names are found by."""
    import lzma
    import tarfile

    database.executescript(_TABLES)
    ends = set()
    terms: list[str] = []
    forms = (folder / "short_forms.tsv").read_text(encoding="utf-8").splitlines()[1:]
    with lzma.open(folder / "lexicon.tar.xz") as packed, tarfile.open(fileobj=packed, mode="r|") as archive:
        for member in archive:
            rows = _lines(archive.extractfile(member))
            if member.name == "terms.tsv":
                for n, row in enumerate(rows):
                    database.execute("insert into term values (?, ?, ?, ?, ?, ?)", (n, *row))
                    terms.append(row[0])
            elif member.name == "names.tsv":
                for row in rows:
                    database.execute("insert into name values (?, ?, ?, ?)", row)
                    ends.add(row[0][::-1])
            elif member.name == "mappings.tsv":
                database.executemany("insert into mapping values (?, ?, ?, ?)", rows)
            else:
                database.executemany("insert into replaced values (?, ?)", rows)
    numbers = {id: n for n, id in enumerate(terms)}
    reviewed = (
        (fold(name), KINDS.index("short form"), numbers[id], name) for name, id, *_ in (f.split("\t") for f in forms)
    )
    database.executemany("insert or ignore into name values (?, ?, ?, ?)", reviewed)
    database.executemany("insert into reversed values (?)", ((key,) for key in sorted(ends) if len(key) in SPELLED))
    database.executescript(_INDEXES)
    database.commit()


def _lines(file: IO[bytes] | None) -> Iterator[list[str]]:
    assert file is not None
    return (line.decode("utf-8").rstrip("\n").split("\t") for line in file)
