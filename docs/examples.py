"""For mkdocstrings: the examples of a docstring stand in a block of code."""

from __future__ import annotations

import re
from typing import Any

import griffe


class Examples(griffe.Extension):
    """Sets every docstring that is read."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """A docstring whose examples stand in blocks of code, for Markdown.

    >>> fenced("Adds.\\n\\n>>> 1 + 1\\n2\\n\\nThat is all.").split("\\n\\n")
    ['Adds.', '```pycon\\n>>> 1 + 1\\n2\\n```', 'That is all.']
    """
    return re.sub(r"^(>>> .*?)(?=\n\s*\n(?!>>> )|\Z)", r"```pycon\n\1\n```", text, flags=re.S | re.M)
