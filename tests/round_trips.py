"""What comes back of one mechanism from each format, and from each pair of formats: sign, identifier, citation, species, name.

The losses are measured by reading again (docs/decisions/0010); here they are measured a second time, by what a reader of
the mechanism would ask for, without the code that makes the loss report.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from kg import formats
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Frozen, Node, Sentence, Source
from kg.model.vocabulary import Term

MARK = "<!-- made by tests/derived.py from the mechanism of tests/round_trips.py -->\n"
BOTH = {row.name: row for row in formats.FORMATS.values() if row.reads and row.writes}
MOUSE, HUMAN = Term("NCBITaxon:10090", "Mus musculus"), Term("NCBITaxon:9606", "Homo sapiens")


def _edge(sentence, *items):
    evidence = tuple(
        Evidence(source=source, anchor=f"words of {source}", claim="finding", taxon=tuple(taxa))
        for source, *taxa in items
    )
    return Edge(Sentence(*sentence.split()), sentence.replace(" ", "-"), evidence=evidence)


def mechanism():
    """Both signs and none; publications by PMID and DOI, one of them for two edges; species of one edge and not of
    another, two of one; names in Greek, beside an identifier and without one."""
    return Mechanism(
        id="round-trip",
        title="What comes back",
        licence="CC0-1.0",
        sources=Frozen(
            {
                "one": Source("one", "journal article", "One", pmid="7654321", read="full"),
                "two": Source("two", "journal article", "Two", doi="10.1000/xyz.2", read="full"),
                "three": Source("three", "journal article", "Three", pmid="7654323", read="full"),
            }
        ),
        nodes=Frozen(
            {
                "TLR7": Node("TLR7", Term("MESH:D051199", "Toll-Like Receptor 7"), "TLR7"),
                "TNF": Node("TNF", Term("MESH:D014409", "Tumor Necrosis Factor-alpha"), "TNF-α"),
                "ATP": Node("ATP", Term("CHEBI:15422", "ATP")),
                "gd_T": Node("gd_T", None, "γδ T cell", kind="cell"),
                "IL10": Node("IL10", None, "", kind="molecule"),
            }
        ),
        edges=(
            _edge("TLR7 promotes TNF", ("one", MOUSE)),
            _edge("IL10 inhibits TNF", ("two", HUMAN), ("three", HUMAN)),
            _edge("ATP affects TLR7", ("two",)),
            _edge("gd_T promotes IL10", ("three", MOUSE, HUMAN)),
            _edge("TNF limits gd_T", ("one",)),
        ),
    )


#: What is measured, and the fields of the loss report that tell of it.
ASKED = {
    "sign": {("edge", "edge"), ("requirement", "node")},
    "identifier": {("node", "term")},
    "citation": {("evidence", "source")},
    "species": {("evidence", "taxon")},
    "name": {("node", "name"), ("node", "key")},
}


def facts(one, asked, needs=True):
    """What a mechanism says that is asked for, each with the record that says it: an edge by its two nodes; with what
    edges require and exclude, unless without ``needs``."""
    if asked == "identifier":
        return {(key, node.term.id) for key, node in one.nodes.items() if node.term}
    if asked == "name":
        return {(key, node.label) for key, node in one.nodes.items()}
    found = set()
    for subject, object, sign, items in influences(one, needs):
        ends = f"{subject} {object}"
        for item in items:
            source = one.source(item)
            works = (source.pmid, source.doi) if source else ()
            found |= {(ends, said) for said in (works if asked == "citation" else ()) if said}
            found |= {(ends, taxon.id) for taxon in (item.taxon if asked == "species" else ())}
        if asked == "sign":
            found.add((ends, sign))
    return found


def influences(one, needs=True):
    """Who acts on what, with which sign, and on what evidence: what an edge requires acts as the edge does, and what it
    excludes against it."""
    for edge in one.edges:
        object, sign = one.object(edge), one.sign(edge)
        yield edge.subject, object, sign, edge.evidence
        for needed, as_it in ((edge.requires, 1), (edge.unless, -1)) if needs else ():
            yield from ((each.node, object, sign * as_it, each.evidence) for each in needed)


def behind(one, ends, asked):
    """The names of the records that say something of two nodes: edges, or what an edge requires or excludes."""
    found = set()
    for edge in one.edges:
        object = one.object(edge)
        found |= {edge.name} if f"{edge.subject} {object}" == ends else set()
        needed = (*edge.requires, *edge.unless)
        found |= {f"{edge.name} {one.node}" for one in needed if f"{one.node} {object}" == ends}
    return found


def again(one, name):
    """A mechanism written in a format and read again."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{one.id}{BOTH[name].suffix}"
        formats.write(one, file)
        return formats.read(file)


@cache
def returned(*names):
    """The mechanism through some formats, one after the other; None where nothing of it goes into one of them."""
    if not names:
        return mechanism()
    before = returned(*names[:-1])
    if before is None:
        return None
    try:
        return again(before, names[-1])
    except formats.InvalidMechanism as error:
        if {one.code for one in error.diagnostics if one.severity == "error"} <= {*formats.NOTHING}:
            return None
        raise


@cache
def account(*names):
    """The loss report of the last of some formats."""
    return formats.account(returned(*names[:-1]), BOTH[names[-1]])


def reported(told, asked):
    """The records of which a loss report says that what is asked for is lost or changed, each with its reason."""
    every = [one for one in (*told.lost, *told.changed) if (one.record, one.field) in ASKED[asked]]
    return {one.name: one.how for one in every}


def cell(name, asked):
    """What the table says of a format: yes, or why not; "part" where some of it comes back."""
    want, have = facts(mechanism(), asked), facts(returned(name), asked)
    if want <= have:
        return "yes"
    reasons = dict.fromkeys(how for how in reported(account(name), asked).values() if not how.startswith("now "))
    return f"{'part' if want & have else 'no'}: {'; '.join(reasons) or 'it is another one'}"


def table():
    """A row for each format that is read and written."""
    lines = [f"| format | {' | '.join(ASKED)} |", "|---" * (len(ASKED) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(cell(name, asked) for asked in ASKED)} |" for name in BOTH]
    return "\n".join(lines) + "\n"
