"""What other installed packages add to kg: formats, rules and questions, each by an entry point."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any


def plugged(group: str) -> Iterator[tuple[str, Any]]:
    """The name and the object of each entry point of a group such as ``kg.formats``, in the order of their names.

    One that cannot be loaded is left out with a warning: kg goes on without it.
    """
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        try:
            found = point.load()
        except Exception as error:  # another package may raise anything
            unusable(group, point.name, repr(error))
        else:
            yield point.name, found


def unusable(group: str, name: str, why: str) -> None:
    """Warn that an entry point is left out, and say why."""
    warnings.warn(f"the entry point {name!r} of {group} cannot be used: {why}", stacklevel=3)
