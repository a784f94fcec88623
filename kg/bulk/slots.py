"""What a row of KGX may say: its columns, the patterns of what stands in them, and the reasons why a row is rejected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kg.model import vocabulary

TAB, CELL, ITEM = "\t", "\x1f", "\x1e"  # between cells of TSV, between cells and items of what was read from JSON
BIOLINK, KGV, RDF = (vocabulary.NAMESPACES[prefix] for prefix in ("biolink", "kgv", "rdf"))
BOOLEAN = vocabulary.NAMESPACES["xsd"] + "boolean"
#: What is wrong with a row, in words.
REASONS = {
    "not-utf8": "the line is not UTF-8",
    "unseen-character": "a control character is in no text",
    "no-json": "the line is no JSON object",
    "repeated-key": "an object of JSON says one key twice",
    "bad-escape": "JSON has no such escape, or half a surrogate pair is no character",
    "nested-value": "a value is an object, or a list inside a list",
    "many-values": "a list stands where one value belongs",
    "odd-row": "the row has more or fewer cells than the header",
    "missing-value": "a value that every row needs is empty",
    "malformed-curie": "this is no CURIE, or not as its prefix has them",
    "unknown-prefix": "the prefix is not registered",
    "unknown-predicate": "the Biolink Model has no such predicate",
    "unknown-category": "the Biolink Model has no such class",
    "not-a-flag": "it is neither true nor false",
    "missing-node": "no valid row of the nodes has this id",
    "duplicate-id": "rows with this id say different things, so none of them is taken",
    "repeated-row": "the row says what another row says",
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

    >>> "affects" in biolink("predicate"), "Gene" in biolink("node", "mixin")
    (True, True)
    """
    return tuple(row["name"] for row in vocabulary.table("biolink.tsv") if row["is"] in kinds)


@dataclass(frozen=True)
class Prefixes:
    """Which CURIEs there are, and the IRIs that they stand for."""

    iris: Mapping[str, str]
    patterns: Mapping[str, str]

    @classmethod
    def registered(cls, more: Mapping[str, str] | None = None) -> Prefixes:
        """Those of ``ontology/prefixes.tsv``, and others by their IRIs; a registered one keeps its own."""
        known = vocabulary.prefixes()
        added = {vocabulary.OWN: vocabulary.BASE}
        added |= {prefix: iri for prefix, iri in sorted((more or {}).items()) if prefix not in known}
        return cls(
            {**{row.prefix: row.iri for row in known.values()}, **added},
            {row.prefix: row.pattern.strip("^$").replace(r"\S+", LOCAL) for row in known.values()},
        )

    @property
    def one(self) -> str:
        """A pattern of what identifies a thing: an IRI, or a CURIE as its prefix has them."""
        return f"(?:{IRI}|{'|'.join(map(self.curie, self.iris))})"

    def curie(self, prefix: str) -> str:
        """A pattern of the CURIEs of a prefix; where nobody says how they look, of what makes an IRI of its IRI."""
        iri = self.iris[prefix]
        made = f"[/?]{REST}" if re.fullmatch(SERVER, iri) else LOCAL  # nothing may be added to the name of a server
        made += "" if "#" in iri else FRAGMENT
        return f"{re.escape(prefix)}:(?:{self.patterns.get(prefix, made)})"

    @property
    def registered_only(self) -> str:
        """A pattern of what has a registered prefix, right or not."""
        return f"(?:{'|'.join(map(re.escape, self.iris))}):{ANY}"


#: Anything with a prefix.
PREFIXED = rf"[A-Za-z_][A-Za-z0-9_.\-]*:{ANY}"


def whole(pattern: str, many: bool = False) -> str:
    """A pattern that the whole of a text must match, or each item of a list; no ``$``, which Java takes for less."""
    return rf"\A(?:{pattern})(?:\x1e(?:{pattern}))*\z" if many else rf"\A(?:{pattern})\z"
