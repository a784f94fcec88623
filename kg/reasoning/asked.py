"""The nodes that a question names, in whatever words."""

from __future__ import annotations

from collections.abc import Mapping

from kg.model.diagnostics import UnknownName
from kg.model.mechanism import Mechanism
from kg.reasoning.network import QueryError


def key_of(mechanism: Mechanism, text: str) -> str:
    """The key of the node that a text names, as ``Mechanism.find`` has it.

    Raises QueryError if no node is called so, or if several are.
    """
    try:
        return mechanism.find(text).key
    except UnknownName as error:
        raise QueryError(str(error)) from error


def keyed(mechanism: Mechanism, values: Mapping[str, str] | None) -> dict[str, str]:
    """Settings by the keys of their nodes.

    >>> from kg.formats import read
    >>> keyed(read("ta1-tlr7"), {"Toll-like receptor 7": "absent"})
    {'TLR7': 'absent'}

    Raises QueryError for a node that there is not, and for one that is set twice, to different values.
    """
    found: dict[str, str] = {}
    for text, value in (values or {}).items():
        key = key_of(mechanism, text)
        if found.setdefault(key, value) != value:
            raise QueryError(f"{key} is set to {found[key]} and to {value}")
    return found
