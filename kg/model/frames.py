"""Results as pandas data frames, for notebooks; pandas is the extra ``kg[frame]``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kg.model.diagnostics import MissingLibrary

if TYPE_CHECKING:
    from pandas import DataFrame as DataFrame


def frame(rows: Iterable[Mapping[str, Any]], columns: Iterable[str] = ()) -> DataFrame:
    """Rows of plain values as a data frame, the named columns first; what a row does not say is missing in it.

    >>> frame([{"node": "TLR7", "value": "absent"}]).to_dict("records")
    [{'node': 'TLR7', 'value': 'absent'}]

    Raises MissingLibrary without pandas.
    """
    try:
        from pandas import DataFrame
    except ImportError:
        raise MissingLibrary("pandas", "frame") from None
    said = [dict(row) for row in rows]
    names = dict.fromkeys([*columns, *(name for row in said for name in row)])
    return DataFrame(said, columns=list(names))
