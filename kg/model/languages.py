"""The language in which something is told: the English words stand in the code, those of another language in its table.

A table, ``ontology/languages/de.tsv``, has a row for each: English, and the same in that language, with ``{0}``, ``{1}``
where something is put in. What has no row stays English; tests/test_languages.py finds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from kg import data_dir
from kg.model import vocabulary

ENGLISH: Mapping[str, str] = {}
_SPOKEN: ContextVar[Mapping[str, str]] = ContextVar("spoken", default=ENGLISH)


def languages() -> tuple[str, ...]:
    """The tags of the languages that have a table, beside English.

    >>> languages()
    ('de',)
    """
    return tuple(sorted(file.stem for file in (data_dir("ontology") / "languages").glob("*.tsv")))


@cache
def wording(language: str) -> Mapping[str, str]:
    """The table of a language, by the English words; empty for English and for a language without one.

    >>> wording("de")["unknown"], wording("tlh")
    ('unbekannt', {})
    """
    if language not in languages():
        return ENGLISH
    return {row["english"]: row["translation"] for row in vocabulary.table(f"languages/{language}.tsv")}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it, ``speak`` speaks this language."""
    token = _SPOKEN.set(wording(language))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def speak(text: str, *inside: object) -> str:
    """An English text in the language that is spoken now, with what is put in for ``{0}``, ``{1}``.

    >>> speak("{0} of {1}", 2, 9)
    '2 of 9'
    >>> with speaking("de"):
    ...     speak("{0} of {1}", 2, 9)
    '2 von 9'
    """
    said = _SPOKEN.get().get(text, text)
    return said.format(*inside) if inside else said
