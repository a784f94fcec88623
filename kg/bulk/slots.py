"""What a row of KGX may say: its columns, the patterns of what stands in them, and the reasons why a row is rejected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from kg.model import vocabulary

TAB, CELL, ITEM = "\t", "\x1f", "\x1e"  # between cells of TSV, between cells and items of what was read from JSON
BIOLINK, KGV, RDF = (vocabulary.NAMESPACES[prefix] for prefix in ("biolink", "kgv", "rdf"))
BOOLEAN = vocabulary.NAMESPACES["xsd"] + "boolean"
#: What is wrong with a row, in words.
REASONS = {
    "not-utf8": "the line is not UTF-8",
    "unseen-character": "text must not contain a control character",
    "no-json": "the line is not a JSON object",
    "repeated-key": "a JSON object has one key twice",
    "bad-escape": "JSON has no such escape, or half a surrogate pair is not a character",
    "nested-value": "a value is an object, or a list inside a list",
    "many-values": "a list stands where one value belongs",
    "odd-row": "the row has more or fewer cells than the header",
    "missing-value": "a value that every row needs is empty",
    "malformed-curie": "this is not a CURIE, or not a valid one for its prefix",
    "unknown-predicate": "no version of the Biolink Model has such a predicate",
    "unknown-category": "the Biolink Model has no such class",
    "not-a-flag": "it is neither true nor false",
    "missing-node": "no valid row of the nodes has this id",
    "duplicate-id": "rows with this id differ, so none of them is used",
    "repeated-row": "the row repeats another row",
}
REJECTS = ("of", "file", "line", "reason", "column", "value", "id")  # the columns of the list of rejected rows
MOST = 200  # characters of a value that stand among the rejects
SKIPPED = ("header", "blank")
#: What stands in no IRI (RFC 3987): characters for private use, and those that are none.
BARRED = "\\x7f-\\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff\U000efffe-\U0010ffff"
BARRED += "".join(f"{chr(plane * 0x10000 + 0xFFFE)}-{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 14))
#: Neither do these as they are, or they divide it; ``%`` only before two digits.
UNSAFE = f'\\x00-\\x20{BARRED}<>"{{}}|\\\\^`\\[\\]%#'
SAFE, HOST = f"[^{UNSAFE}]", f"[^{UNSAFE}/?:@]"
REST = f"{SAFE}*(?:%[0-9A-Fa-f]{{2}}{SAFE}*)*"
LOCAL, FRAGMENT = SAFE + REST, f"(?:#{REST})?"
SERVER = f"https?://{HOST}+(?::[0-9]+)?"
IRI = f"{SERVER}(?:[/?]{REST})?{FRAGMENT}"
ENCODED = '%<>"{}|\\^` []#'  # what an IRI cannot hold of the id of an edge
HIDDEN = f"[\\x00-\\x1f{BARRED}]"  # nor can that id
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")  # of a prefix
SCHEMES = ("http", "https")  # no prefixes, though a colon follows
ANY = "[^\\x00-\\x20]+"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


@dataclass(frozen=True)
class Slot:
    """A column of KGX that is carried over: a row of ``ontology/kgx.tsv``."""

    of: str  # node or edge
    column: str
    value: str  # curie, node, category, predicate, flag or text
    many: bool
    needed: bool
    property: str

    def always(self) -> bool:
        """Whether every row that is written says it: for the last two, the Biolink Model has a word for "not stated"."""
        return self.needed or self.column in ("knowledge_level", "agent_type")


@cache
def slots(of: str) -> tuple[Slot, ...]:
    """The columns of nodes or of edges that are carried over.

    >>> [slot.column for slot in slots("edge")][:4]
    ['id', 'subject', 'predicate', 'object']
    """
    rows = [row for row in vocabulary.table("kgx.tsv") if row["of"] == of]
    return tuple(
        Slot(of, row["column"], row["value"], row["many"] == "yes", row["needed"] == "yes", row["property"])
        for row in rows
    )


@cache
def biolink(*kinds: str) -> tuple[str, ...]:
    """Names of the Biolink Model: classes of a ``node`` or an ``edge``, with those for both (``mixin``), or ``predicate``.

    Predicates are also those of older versions, as ``ontology/foreign.tsv`` has them.

    >>> "affects" in biolink("predicate"), "Gene" in biolink("node", "mixin"), "positively_regulates" in biolink("predicate")
    (True, True, True)
    """
    names = [row["name"] for row in vocabulary.table("biolink.tsv") if row["is"] in kinds]
    if "predicate" in kinds:
        words = (row["word"] for row in vocabulary.table("foreign.tsv"))
        names += [word.removeprefix("biolink:") for word in words if word.startswith("biolink:")]
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Prefixes:
    """Which CURIEs there are, and the IRIs that they stand for. A prefix is looked up by its name: there are thousands."""

    added: Mapping[str, str]

    @classmethod
    def registered(cls, more: Mapping[str, str] | None = None) -> Prefixes:
        """Those of ``ontology/prefixes.tsv`` and of the registry, in any case and by any name, and others by their IRIs, as they
        are written; one that was verified by hand keeps its own.
        """
        known = vocabulary.prefixes()
        added = {prefix: iri for prefix, iri in sorted((more or {}).items()) if prefix not in known}
        return cls({vocabulary.OWN: vocabulary.BASE, **added})

    def iri(self, name: str) -> str:
        """The beginning of the IRIs of a prefix: one of ours if nobody registered it, nothing if it cannot be one.

        >>> known = Prefixes.registered()
        >>> known.iri("uniprotkb"), known.iri("XYZ"), known.iri("https")
        ('http://purl.uniprot.org/uniprot/', 'https://w3id.org/immune-kg/identifier/XYZ:', '')
        """
        if self.is_registered(name):
            return self.added.get(name) or self._registered[name.lower()][0]
        return f"{vocabulary.IDENTIFIER}{name}:" if NAME.fullmatch(name) and name not in SCHEMES else ""

    def is_registered(self, name: str) -> bool:
        """Whether anybody says what the identifiers behind a prefix name."""
        return name in self.added or (name.isascii() and name.lower() in self._registered)

    @cached_property
    def _registered(self) -> dict[str, tuple[str, str]]:
        """By each name in small letters: the beginning of the IRIs, and a pattern of what follows the colon."""
        taken = {name.lower() for name in self.added}
        rows = {name: vocabulary.prefix(name) for name in vocabulary.names() if NAME.fullmatch(name)}
        return {name: (row.iri, self._local(row)) for name, row in rows.items() if row and name not in taken}

    @staticmethod
    def _local(row: vocabulary.Prefix) -> str:
        verified = row.prefix in vocabulary.prefixes()  # of others kg takes what makes an IRI of their IRI
        return row.pattern.strip("^$").replace(r"\S+", LOCAL) if verified else following(row.iri)

    @cached_property
    def _patterns(self) -> dict[str, str]:
        """What follows the colon -> the prefixes that it follows, both as patterns."""
        exactly: dict[str, list[str]] = {}
        anyhow: dict[str, list[str]] = {}
        for name, iri in self.added.items():
            exactly.setdefault(following(iri), []).append(re.escape(name))
        for name, (_, local) in self._registered.items():
            anyhow.setdefault(local, []).append(name)
        found = {local: [tree(names)] for local, names in anyhow.items()}
        for local, names in exactly.items():
            found.setdefault(local, []).extend(names)
        return {local: "|".join(names) for local, names in found.items()}

    @cached_property
    def one(self) -> str:
        """A pattern of what identifies a thing: an IRI, or a CURIE as its prefix has them."""
        curies = (f"(?:{names}):(?:{local})" for local, names in self._patterns.items())
        return f"(?:{IRI}|{'|'.join(curies)})"

    def curie(self, name: str) -> str:
        """A pattern of what follows the colon after a prefix."""
        if not self.is_registered(name):
            return UNREGISTERED
        return following(self.added[name]) if name in self.added else self._registered[name.lower()][1]

    @cached_property
    def registered_only(self) -> str:
        """A pattern of what has a registered prefix, right or not."""
        return f"(?:{'|'.join(self._patterns.values())}):{ANY}"


def following(iri: str) -> str:
    """A pattern of what makes an IRI of the beginning of one."""
    made = f"[/?]{REST}" if re.fullmatch(SERVER, iri) else LOCAL  # nothing may be added to the name of a server
    return made + ("" if "#" in iri else FRAGMENT)


def tree(names: Iterable[str]) -> str:
    """A pattern of some names in ASCII, in any case, that branches at each letter: Java tries the names of a list one by one.

    >>> tree(["go", "gorel"])
    '[gG][oO](?:[rR][eE][lL])?'
    """
    rests: dict[str, list[str]] = {}
    for name in sorted(set(names) - {""}):
        rests.setdefault(name[0], []).append(name[1:])
    letters = {one: f"[{one}{one.upper()}]" if one.isalpha() else re.escape(one) for one in rests}
    branches = [letters[one] + tree(some) for one, some in rests.items()]
    if "" in names:
        return f"(?:{'|'.join(branches)})?" if branches else ""
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


#: What follows the colon after a prefix that nobody registered: no slash, which begins the server of an IRI.
UNREGISTERED = f"[^/{UNSAFE}]{REST}{FRAGMENT}"
#: An identifier with any prefix, as a pattern.
PREFIXED = f"{NAME.pattern}:{UNREGISTERED}"


def whole(pattern: str, many: bool = False) -> str:
    """A pattern that the whole of a text must match, or each item of a list; no ``$``, which Java takes for less."""
    return rf"\A(?:{pattern})(?:\x1e(?:{pattern}))*\z" if many else rf"\A(?:{pattern})\z"
