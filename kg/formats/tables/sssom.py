"""The matches of the terms of mechanisms as a table of SSSOM, the standard for mappings."""

from __future__ import annotations

from collections.abc import Sequence

from kg.model import identities, lexicon, vocabulary
from kg.model.mechanism import Mechanism

COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "mapping_provider",
    "comment",
)
SEMAPV = "https://w3id.org/semapv/vocab/"
#: How a match came about, by its source; what a source of the lexicon does not state is not specified.
JUSTIFIED = {
    identities.FILE: "semapv:ManualMappingCuration",
    identities.LOCAL: "semapv:ManualMappingCuration",
    "kg": "semapv:LexicalMatching",
}


def table(mechanisms: Sequence[Mechanism]) -> str:
    """One row for each match and source of it, below the head that SSSOM asks for.

    >>> from kg.formats import read
    >>> rows = [line.split("\\t") for line in table([read("ta1-tlr7")]).splitlines() if not line.startswith("#")]
    >>> next(row[2] for row in rows if row[0] == "MESH:D051199" and row[3] == "UniProtKB:Q9NYK1")
    'skos:narrowMatch'
    """
    nodes = [node for m in mechanisms for node in m.nodes.values()]
    places = [place for m in mechanisms for place in m.places.values()]
    rows = [_row(one, source) for one in identities.of_all(nodes, places) for source in one.sources]
    used = {id.partition(":")[0] for row in rows for id in (row[0], row[3])}
    prefixes = {prefix: vocabulary.iri(f"{prefix}:") for prefix in sorted({*used, "skos"})} | {"semapv": SEMAPV}
    head = [f"mapping_set_id: {vocabulary.BASE}all.sssom.tsv", "license: https://spdx.org/licenses/CC0-1.0"]
    head += ["curie_map:", *(f"  {prefix}: {iri}" for prefix, iri in prefixes.items())]
    lines = [*(f"#{line}" for line in head), "\t".join(COLUMNS), *("\t".join(row) for row in sorted(rows))]
    return "\n".join(lines) + "\n"


def _row(one: identities.Match, source: str) -> tuple[str, ...]:
    way = f", via {' and '.join(one.via)}" if one.via else ""
    return (
        one.subject,
        identities.label(one.subject),
        f"skos:{one.match}Match",
        one.object,
        identities.label(one.object),
        "semapv:MappingChaining" if one.via else JUSTIFIED.get(source, "semapv:UnspecifiedMatching"),
        lexicon.credit(source) or vocabulary.BASE,
        f"{one.predicate} by {identities.named(source)}{way}",
    )
