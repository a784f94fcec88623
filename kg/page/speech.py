"""The words of a template in another language: what stands in it as plain text, or in an attribute that is read out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

CODE = re.compile(r"({{.*?}}|{%.*?%}|{#.*?#})", re.DOTALL)
READ_OUT = re.compile(r'(?<=\s)((?:aria-label|alt|placeholder|title)=")([^"]*)(?=")')


def texts(source: str) -> list[str]:
    """The texts of a template that a reader can see or hear; those inside of ``{{ }}`` are asked of ``speak``.

    >>> texts('<p title="Why">How many? <b>{{ count }} <i>of all</i></b></p>')
    ['Why', 'How many?', 'of all']
    """
    found: list[str] = []

    def add(text: str) -> str:
        found.append(text)
        return text

    _each(source, add)
    return found


def speaking(source: str) -> str:
    """The template with its own texts asked of the filter ``spoken``, so that it is compiled once for all languages.

    >>> speaking('<button title="Reset"> Save {{ what }}</button>')
    '<button title="{{ "Reset"|spoken }}"> {{ "Save"|spoken }} {{ what }}</button>'
    """
    return _each(source, lambda text: f"{{{{ {json.dumps(text, ensure_ascii=False)}|spoken }}}}")


def _each(source: str, said: Callable[[str], str]) -> str:
    """Each text replaced by what is said for it; a text ends where a tag or code begins."""
    inside = False  # of a tag, which code may interrupt
    out = []

    def text(match: re.Match[str]) -> str:
        before, bare, after = match.groups()
        return f"{before}{said(' '.join(bare.split()))}{after}"

    def read_out(match: re.Match[str]) -> str:
        return match[1] + said(match[2])

    for n, part in enumerate(CODE.split(source)):
        if n % 2:
            out.append(part)
            continue
        for piece in re.split(r"(?=[<])|(?<=[>])", part):
            inside = inside or piece.startswith("<")
            if inside:
                out.append(READ_OUT.sub(read_out, piece))
                inside = not piece.endswith(">")
            elif any(map(str.isalpha, piece)):
                out.append(re.sub(r"^(\s*)(.*?)(\s*)$", text, piece, flags=re.DOTALL))
            else:
                out.append(piece)
    return "".join(out)
