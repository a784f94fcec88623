"""What makes a row of KGX right, and what it is in RDF: one set of Ibis expressions, which each engine runs as its SQL.

Engines read tables, patterns and lists differently, so a row comes here as a raw line and is split here, and only
what all of them do alike is used: ``tests/test_bulk.py`` tries each function on each engine. A value that is not there is
the empty text, never NULL, and items of a list stand in one text with ITEM between them until a table is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table

from kg.bulk.slots import (
    BIOLINK,
    BOOLEAN,
    CELL,
    CONTROL,
    ENCODED,
    FRAGMENT,
    HIDDEN,
    ITEM,
    LOCAL,
    MOST,
    PREFIXED,
    SCHEMES,
    SKIPPED,
    TAB,
    Prefixes,
    Slot,
    biolink,
    slots,
    whole,
)
from kg.model.vocabulary import BASE, expand


def text(*pieces: StringValue | str) -> StringValue:
    """Texts one after the other, in one go: a chain of ``+`` copies what it has so far at each step."""
    merged: list[StringValue | str] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return ibis.literal("").join([ibis.literal(one) if isinstance(one, str) else one for one in merged])


def chosen(test: BooleanValue, yes: StringValue | str, no: StringValue | str) -> StringValue:
    return ibis.cases((test, yes), else_=no)


def listed(cell: StringValue) -> StringValue:
    """A cell of TSV as a list: ``|`` stands between items, spaces beside it and empty items say nothing."""
    apart = cell.re_replace(r" *(?:\| *)+", ITEM).re_replace(r"\A\x1e|\x1e\z", "")
    return chosen(cell.contains("|"), apart, cell)


def escaped(value: StringValue) -> StringValue:
    """A text as it stands between the quotation marks of a literal of N-Quads."""
    said = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return chosen(value.re_search(r'[\\"\n\r]'), said, value)


def prefixed(rows: Table, of: str, used: Iterable[str]) -> Table:
    """What stands before a colon in the references of rows: the prefixes among it are those that ``expanded`` needs."""
    named = [
        rows[slot.column]
        for slot in slots(of)
        if slot.value in ("curie", "node") and (slot.needed or slot.column in used)
    ]
    items = rows.select(item=text(*_between(named, ITEM)).split(ITEM).unnest())
    return items.select(prefix=items.item.split(":")[0]).distinct()


def expanded(value: StringValue, iris: Mapping[str, str], many: bool = False) -> StringValue:
    """CURIEs as IRIs, by the prefixes that occur: of a list each item; what is an IRI stays."""

    def alone(item: StringValue) -> StringValue:
        cases = [(item.startswith(f"{name}:"), text(iri, item.substr(len(name) + 1))) for name, iri in iris.items()]
        return ibis.cases(*cases, else_=item) if cases else item

    if not many:
        return alone(value)
    return chosen(value.contains(ITEM), value.split(ITEM).map(alone).join(ITEM), alone(value))


def encoded(id: StringValue) -> StringValue:
    """A text as the last part of an IRI: what an IRI cannot hold is percent-encoded."""
    said = id
    for char in ENCODED:
        said = said.replace(char, quote(char, safe=""))
    return chosen(id.re_search(f"[{re.escape(ENCODED)}]"), said, id)


# ---------------------------------------------------------------- from lines to rows


def rows(
    lines: Table, of: str, header: Sequence[str], separator: str, prefixes: Prefixes, nodes: Table | None = None
) -> Table:
    """Lines as rows: file, number, a value for each slot, and what is wrong, as ``REASON COLUMN`` with the value.

    ``lines`` has file, number, fault and line; of edges ``nodes`` (id) says which nodes there are.
    """
    line = chosen(lines.line.endswith("\r"), lines.line.left(lines.line.length() - 1), lines.line)
    table = lines.select("file", "number", "fault", line=line)
    table = table.mutate(cells=table.line.split(separator))
    table = table.mutate(complete=table.cells.length() == len(header))
    cells: dict[str, StringValue] = {}
    for slot in slots(of):
        if slot.column not in header:
            cells[slot.column] = ibis.literal("")
            continue
        cell = chosen(table.complete, table.cells[header.index(slot.column)], "")
        if slot.many and separator == TAB:
            cell = listed(cell)
        cells[slot.column] = cell.replace("biolink:", "") if slot.value in ("category", "predicate") else cell
    if of == "edge" and "id" not in header:
        cells["id"] = ibis.literal("")
    table = table.select("file", "number", "fault", "line", "complete", count=table.cells.length(), **cells)
    if of == "edge":
        made = text("md5-", text(*_between([table[name] for name in cells], CELL)).hexdigest("md5"))
        table = table.mutate(id=chosen(table.id == "", made, table.id))
    if nodes is not None:
        for side in ("subject", "object"):
            known = nodes.select(**{f"{side}_key": nodes.id})
            table = table.left_join(known, table[side] == known[f"{side}_key"])
    blank = ~table.line.re_search(r"[^ \t\r]") if separator == TAB else ibis.literal(False)
    first = separator.join(header)
    faults = ibis.cases(
        (table.fault != "", text(table.fault, " ")),
        (blank, "blank "),
        (table.line == first if separator == TAB else ibis.literal(False), "header "),
        (table.line.re_search(CONTROL) if separator == TAB else ibis.literal(False), "unseen-character "),
        (~table.complete, "odd-row "),
        *_faults(table, of, header, prefixes, nodes is not None),
        else_="",
    )
    table = table.mutate(fault=faults)
    named = [
        s.column for s in slots(of) if s.column == "id" or (s.column in header and (s.value != "text" or s.needed))
    ]
    value = ibis.cases(
        (table.fault == "", ""),
        (table.fault == "odd-row ", text(table["count"].cast("string"), f" cells, not {len(header)}")),
        *((table.fault.endswith(f" {name}"), table[name].left(MOST)) for name in named),
        else_="",
    )
    return table.select("file", "number", "fault", value=value, **{name: table[name] for name in cells})


def _between(pieces: Iterable[StringValue], mark: str) -> list[StringValue | str]:
    found: list[StringValue | str] = []
    for piece in pieces:
        found += [piece, mark]
    return found[:-1]


def _faults(
    table: Table, of: str, header: Sequence[str], prefixes: Prefixes, joined: bool
) -> Iterable[tuple[BooleanValue, str]]:
    """What can be wrong with the values of a row, in the order in which it is looked for."""
    for slot in slots(of):
        if slot.needed:
            yield table[slot.column] == "", f"missing-value {slot.column}"
    for slot in slots(of):
        if slot.column not in header:
            continue
        value, name = table[slot.column], slot.column
        if slot.value == "curie":
            yield (value != "") & ~_identified(value, prefixes, slot.many), f"malformed-curie {name}"
        elif slot.value == "node" and joined:
            missing = table[f"{name}_key"].isnull()
            yield missing & ~_identified(value, prefixes), f"malformed-curie {name}"
            yield missing, f"missing-node {name}"
        elif slot.value == "category":
            known = "|".join(biolink(of, "mixin"))
            yield (value != "") & ~value.re_search(whole(known, slot.many)), f"unknown-category {name}"
        elif slot.value == "predicate":
            yield (value != "") & ~value.isin(biolink("predicate")), f"unknown-predicate {name}"
        elif slot.value == "flag":
            yield (value != "") & ~value.lower().isin(("true", "false")), f"not-a-flag {name}"
    if of == "edge":
        yield table.id.re_search(HIDDEN), "unseen-character id"


def _identified(value: StringValue, prefixes: Prefixes, many: bool = False) -> BooleanValue:
    """Whether a value is an IRI or a CURIE, or each item of a list: as its prefix has them, if anybody registered that."""

    def unregistered(item: StringValue) -> BooleanValue:
        known = item.re_search(whole(prefixes.registered_only)) | item.re_search(rf"\A(?:{'|'.join(SCHEMES)}):")
        return item.re_search(whole(PREFIXED)) & ~known

    def wrong(item: StringValue) -> BooleanValue:
        return ~item.re_search(whole(prefixes.one)) & ~unregistered(item)

    mixed = ~wrong(value)
    if (
        many
    ):  # a pattern cannot say "any name but these", so items are looked at one by one where the whole does not fit
        mixed = ibis.cases((value.contains(ITEM), value.split(ITEM).filter(wrong).length() == 0), else_=mixed)
    return ibis.cases((value.re_search(whole(prefixes.one, many)), True), else_=mixed)


# ---------------------------------------------------------------- rows that share an id


def shared(good: Table) -> Table:
    """The ids that more than one row has."""
    counted = good.group_by("id").aggregate(rows=good.count())
    return counted.filter(counted.rows > 1).select("id")


def again(good: Table, ids: Table, of: str) -> Table:
    """The rows that share an id, each with its fault: one of those that say the same has none."""
    these = good.semi_join(ids, "id")
    said = text(*_between([these[slot.column] for slot in slots(of)], CELL))
    kinds = these.group_by("id").aggregate(kinds=said.nunique()).rename(kinds_id="id")
    number = ibis.row_number().over(ibis.window(group_by=these.id, order_by=[these.file, these.number]))
    ranked = these.mutate(rank=number)
    ranked = ranked.left_join(kinds, ranked.id == kinds.kinds_id)
    fault = ibis.cases(
        (ranked.kinds > 1, "duplicate-id id"),
        (ranked["rank"] > 0, "repeated-row id"),
        else_="",
    )
    return ranked.mutate(fault=fault, value=chosen(fault == "", "", ranked.id.left(MOST))).select(good.columns)


def good(staged: Table) -> Table:
    return staged.filter(staged.fault == "")


def kept(staged: Table, ids: Table, again: Table) -> Table:
    """The rows that are written."""
    return good(staged).anti_join(ids, "id").union(good(again))


def rejects(of: str, staged: Table, again: Table) -> Table:
    """The rows that are not written: where they stand, why, and the value that is at fault."""
    wrong = staged.filter((staged.fault != "") & ~staged.fault.isin([f"{one} " for one in SKIPPED]))
    both = wrong.union(again.filter(again.fault != ""))
    found = both.fault.split(" ")
    return both.select(
        of=ibis.literal(f"{of}s"),
        file=both.file,
        line=both.number,
        column=found[1],
        reason=found[0],
        value=both.value,
        id=both.id.left(MOST),
    )


# ---------------------------------------------------------------- from rows to RDF


def asserted(edges: Table) -> BooleanValue:
    """Whether an edge is claimed to hold: a knowledge assertion that is not negated. Not stated is not claimed."""
    return (edges.knowledge_level == "knowledge_assertion") & (edges.negated.lower() != "true")


def edge_iri(edges: Table, graph: str) -> StringValue:
    """The IRI of an edge: its id if that is an IRI of kg or a UUID, else its id below the graph's own."""
    return ibis.cases(
        (edges.id.re_search(whole(re.escape(BASE) + LOCAL + FRAGMENT)), edges.id),
        (edges.id.re_search(whole(r"uuid:[0-9A-Fa-f-]+")), text("urn:", edges.id)),
        else_=text(f"{graph}/edge/", encoded(edges.id)),
    )


def quads(rows: Table, of: str, graph: str, iris: Mapping[str, str], used: Iterable[str], end: str) -> Table:
    """A row as lines of N-Quads, as one text; the bare triple of an edge is among them if it is asserted.

    ``used`` names the columns that any file has; ``end`` stands behind the last line.
    """
    about = edge_iri(rows, graph) if of == "edge" else expanded(rows.id, iris)
    ends = {slot.column: expanded(rows[slot.column], iris) for slot in slots(of) if slot.value == "node"}
    rows = rows.mutate(about=text("<", about, "> <"), **{f"{name}_iri": end for name, end in ends.items()})
    stop, boolean = f" <{graph}> .\n", f'"^^<{BOOLEAN}>'

    def say(property: str, object: StringValue | str, *more: StringValue | str) -> list[StringValue | str]:
        return [rows.about, f"{expand(property)}> ", object, *more, stop]

    pieces: list[StringValue | str] = []
    if of == "edge":
        bare = asserted(rows)
        pieces += say("rdf:type", f"<{BIOLINK}Association>")
        pieces += say("kgv:asserted", '"', chosen(bare, "true", "false"), boolean)
        pieces += say("kgv:speciesStated", '"', chosen(rows.species_context_qualifier == "", "false", "true"), boolean)  # fmt: skip
        stated = [rows.subject_iri, f"> <{BIOLINK}", rows.predicate, "> <", rows.object_iri, f">{stop}"]
        pieces.append(chosen(bare, text("<", *stated), ""))
    for slot in slots(of):
        value = rows[slot.column]
        if slot.value == "node":
            pieces += say(slot.property, "<", rows[f"{slot.column}_iri"], ">")
        elif slot.always() and not slot.needed:
            pieces += say(slot.property, '"', chosen(value == "", "not_provided", escaped(value)), '"')
        elif slot.property and slot.column in used:
            said, opening, closing = _object(value, slot, iris)
            if slot.many:
                between = text(closing, stop, rows.about, f"{expand(slot.property)}> ", opening)
                said = chosen(value.contains(ITEM), said.replace(ITEM, between), said)
            line = say(slot.property, opening, said, closing)
            pieces += line if slot.needed else [chosen(value == "", "", text(*line))]
    whole_text = text(*pieces)
    return rows.select(text=whole_text if end == "\n" else whole_text.left(whole_text.length() - 1))


def _object(value: StringValue, slot: Slot, iris: Mapping[str, str]) -> tuple[StringValue, str, str]:
    """A value as what stands between two marks, and the marks."""
    if slot.value in ("category", "predicate"):
        return value, f"<{BIOLINK}", ">"
    if slot.value == "flag":
        return value.lower(), '"', f'"^^<{BOOLEAN}>'
    if slot.value == "curie" and slot.property != "skos:notation":
        return expanded(value, iris, slot.many), "<", ">"
    return escaped(value), '"', '"'


def table(rows: Table, of: str, graph: str, iris: Mapping[str, str], used: Iterable[str]) -> Table:
    """Rows as people want them in a table: lists as lists, nothing as NULL, with the IRI, and whether asserted."""
    iri = edge_iri(rows, graph) if of == "edge" else expanded(rows.id, iris)
    columns = {slot.column: _cell(rows[slot.column], slot) for slot in slots(of) if slot.column in used or slot.needed}
    more = {"asserted": asserted(rows)} if of == "edge" else {}
    return rows.select(iri=iri, **{"id": rows.id.nullif(""), **columns}, **more)


def _cell(value: StringValue, slot: Slot) -> ibis.Value:
    if slot.many:
        return ibis.cases((value == "", ibis.null("array<string>")), else_=value.split(ITEM))
    if slot.value == "flag":
        return ibis.cases((value == "", ibis.null("boolean")), else_=value.lower() == "true")
    return value.nullif("")


def items(value: StringValue, slot: Slot) -> ibis.Value:
    """How many things a cell says."""
    marks = value.length() - value.replace(ITEM, "").length() + 1 if slot.many else ibis.literal(1)
    return ibis.cases((value == "", 0), else_=marks)


def statements(rows: Table, of: str, used: Iterable[str]) -> dict[str, ibis.Value]:
    """How many quads are said of rows, by property; of bare triples each once, however many edges assert it."""
    count = rows.count()
    said: dict[str, ibis.Value] = {}
    if of == "edge":
        bare = text(rows.subject, CELL, rows.predicate, CELL, rows.object).nunique(where=asserted(rows))
        said = {"rdf:type": count, "kgv:asserted": count, "kgv:speciesStated": count, "": bare}
    for slot in slots(of):
        if slot.property and (slot.always() or slot.column in used):
            said[slot.property] = count if slot.always() and not slot.many else items(rows[slot.column], slot).sum()
    return said
