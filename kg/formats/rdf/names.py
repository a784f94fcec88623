"""IRIs, namespaces, and what an IRI or a date of a mechanism looks like."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TypeVar
from urllib.parse import quote

from rdflib import SKOS, XSD, Graph, Literal, Namespace, URIRef

from kg.model import vocabulary
from kg.model.mechanism import Mechanism, once
from kg.model.records import Evidence, Source, Stop, plain

PREFIXES = {prefix: Namespace(iri) for prefix, iri in vocabulary.NAMESPACES.items()}
BIOLINK, CITO, KGV, OA, SCHEMA = (PREFIXES[prefix] for prefix in ("biolink", "cito", "kgv", "oa", "schema"))


MATCH = {"exact": SKOS.exactMatch, "close": SKOS.closeMatch, "broad": SKOS.broadMatch}


#: What an edge does in a run, as a word of the vocabulary: a verb such as kgv:blocks has another meaning.
ROLES = {"increases": KGV.increasing, "decreases": KGV.decreasing, "blocks": KGV.blocking, "none": KGV.noRole}


Value = URIRef | Literal | str | bool | int


V = TypeVar("V")


def iri(mechanism: Mechanism, *steps: str) -> str:
    """The IRI of a mechanism, or of a part of it: ``iri(m, "edge", "degradation")``."""
    first, *rest = mechanism.address(*steps)
    return "/".join([vocabulary.BASE + first, *(quote(step, safe=vocabulary.IN_AN_IRI) for step in rest)])


@once
def input_hash(mechanism: Mechanism) -> str:
    """A SHA-256 of all that a mechanism's file says, whatever its layout, its comments and the order of its records.

    It is taken of the values as JSON: keys sorted, no spaces, UTF-8, and nothing that has the value it has when left
    out. Which source comes first is part of it, since evidence that names none means that one.
    """
    first = next(iter(mechanism.sources), "")
    return hashlib.sha256(canonical([first, plain_value(mechanism)]).encode("utf-8", "backslashreplace")).hexdigest()


def plain_value(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        said = {field.name: (getattr(value, field.name), field.default) for field in fields(value) if field.compare}
        return {name: plain_value(own) for name, (own, default) in said.items() if own != default}
    if isinstance(value, Mapping):
        return {key: plain_value(one) for key, one in value.items()}
    if isinstance(value, tuple):
        ordered = not value or isinstance(value[0], Stop) or not is_dataclass(value[0])
        return [plain_value(one) for one in value] if ordered else sorted(map(plain_value, value), key=canonical)
    return value


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def bind(target: Graph, mechanism: Mechanism) -> None:
    for prefix, namespace in PREFIXES.items():
        target.bind(prefix, namespace, replace=True)
    for part in ("edge", "evidence", "node", "place", "source"):
        target.bind(part, Namespace(iri(mechanism, part) + "/"), replace=True)


def works(source: Source) -> list[str]:
    """The IRIs that identify a source, firmest first."""
    named = [("doi", source.doi), ("PMID", source.pmid)]
    return [vocabulary.expand(f"{prefix}:{local}") for prefix, local in named if local] + [source.url] * bool(
        source.url
    )


def digest(item: Evidence) -> str:
    content = json.dumps(plain(item), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:10]


def date_literal(date: str) -> Literal | None:
    kind = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}.get(len(date))
    return Literal(date, datatype=kind) if kind else None


def stem(file: str) -> str:
    """The id of the mechanism that a file of a build is about.

    >>> stem("ta1-tlr7_edges.tsv")
    'ta1-tlr7'
    """
    return re.split("[._]", file, maxsplit=1)[0]
