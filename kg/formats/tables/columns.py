"""Which columns of a table say what, by ontology/columns.tsv: what a person says, else what the names of the columns say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from kg.formats.shared.losses import Ledger
from kg.model import vocabulary
from kg.model.diagnostics import InvalidMechanism, Location, near

OWN = ("subject", "verb", "object")  # kg's own table has these
OTHERWISE = ("from", "effect", "name", "text")  # names that mean something else in a table of others


@cache
def holds() -> Mapping[str, str]:
    """Each column that kg reads, and what it holds."""
    return {row["column"]: row["holds"] for row in vocabulary.table("columns.tsv")}


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """By which names others call each of them, the likeliest first."""
    return {
        row["column"]: (row["column"], *filter(None, row["also"].split("|"))) for row in vocabulary.table("columns.tsv")
    }


def folded(name: str) -> str:
    """The name of a column without case, marks before it, and what stands between its words.

    >>> folded(" Source_GeneSymbol"), folded("#ID(s) interactor A")
    ('source genesymbol', 'id(s) interactor a')
    """
    return re.sub(r"[\s_-]+", " ", re.sub(r"^\W+", "", name.strip())).casefold()


def guessed(header: Sequence[str], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """What each column of kg is called in a header: as chosen, else by its first name that nobody has taken.

    >>> guessed(["Source", "Target", "Label", "Weight"])
    {'subject': 'Source', 'verb': 'Label', 'object': 'Target', 'sign': 'Weight'}
    >>> guessed(["subject", "verb", "object", "source"])["source"], guessed(["from", "to", "Effect"])
    ('source', {'subject': 'from', 'verb': 'Effect', 'object': 'to'})
    """
    found = dict(chosen or {})
    by = {folded(name): name for name in reversed(header) if name not in found.values()}
    own = not found and by.keys() >= set(OWN)
    edges = not own and "target" in by  # beside a target, a source is where an edge begins
    for role, names in _names().items():
        known = names if own or role not in OTHERWISE else names[1:]
        name = next((one for one in known if one in by and not (edges and role == one == "source")), "")
        if name and role not in found:
            found[role] = by.pop(name)
    return {role: found[role] for role in _names() if role in found}


def names_columns(cells: Sequence[str]) -> bool:
    """Whether the cells of a line name the columns of a table of edges: both ends are among them.

    >>> names_columns(["Supplementary table 1", ""]), names_columns(["TF", "Target", "PMIDs"])
    (False, True)
    """
    return {"subject", "object"} <= guessed(cells).keys()


def given(said: str) -> dict[str, str]:
    """Columns as a person gives them: ``subject=Source,verb=Effect``, or a line for each.

    >>> given("subject=Source, object=Target")
    {'subject': 'Source', 'object': 'Target'}
    """
    pairs = [pair.partition("=") for pair in re.split(r"[,\n]", said) if pair.strip()]
    return {folded(role): name.strip() for role, _, name in pairs}


def checked(chosen: Mapping[str, str], header: Sequence[str], ledger: Ledger, at: Location) -> dict[str, str]:
    """What a person chose, with the columns as they are spelt. Raises InvalidMechanism for what there is not."""
    spelt = {folded(name): name for name in header}
    for role, name in chosen.items():
        if role not in holds():
            ledger.complain(at, "unknown-column", f"{role!r} is no column that kg reads", near(role, holds()))
        elif folded(name) not in spelt:
            ledger.complain(at, "unknown-column", f"the table has no column {name!r}", near(name, header))
    if any(one.code == "unknown-column" for one in ledger.wrong):
        raise InvalidMechanism(ledger.wrong)
    return {role: spelt[folded(name)] for role, name in chosen.items()}


def in_words(columns: Mapping[str, str], header: Sequence[str]) -> str:
    """Which column says what, and which say nothing here.

    >>> in_words({"subject": "Source", "object": "Target"}, ["Source", "Target", "Id"])
    'Columns: subject = Source, object = Target; not used: Id'
    """
    unused = [name for name in header if name not in columns.values()]
    said = ", ".join(f"{role} = {name}" for role, name in columns.items())
    return f"Columns: {said}" + (f"; not used: {', '.join(unused)}" if unused else "")
