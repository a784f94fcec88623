"""Which verb of ``ontology/predicates.tsv`` a word means: by its synonyms, its forms, its spelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache

from kg.model import vocabulary
from kg.model.vocabulary import Predicate

#: What each role does to the object of an edge, in the order in which verbs are listed.
ROLES = {
    "increases": "raise the object",
    "decreases": "lower the object",
    "blocks": "stop an edge",
    "none": "have no effect in a run",
}

LIKE = 0.85  # how alike two spellings must be: "teleports" is not "exports"


def meant(text: str, spelled: bool = True) -> list[Predicate]:
    """The verbs that a word or phrase means, the likeliest first; none if nothing is like it.

    American spelling, hyphens and other forms of the word do not matter. ``spelled`` takes the nearest spelling, too.

    >>> [verb.verb for verb in meant("stimulate")], [verb.verb for verb in meant("up-regulated")], meant("xyz")
    (['activates'], ['upregulates'], [])
    """
    every, names = vocabulary.predicates(), _names()
    form = _form(text)
    found = names.get(form) or names.get(re.sub("_(to|of|with|by|into|on|from)$", "", form), ())
    if not found and spelled:
        near = difflib.get_close_matches(form, names, n=1, cutoff=LIKE)
        found = names[near[0]] if near else ()
    return [every[verb] for verb in found]


def fitting(verbs: Iterable[Predicate], subject: str, object: str) -> list[Predicate]:
    """Those verbs that can join nodes of these kinds; a kind that is not known fits all.

    >>> [verb.verb for verb in fitting(meant("kills"), "cell", "molecule")]
    []
    """
    return [verb for verb in verbs if _takes(verb.subject_kinds, subject) and _takes(verb.object_kinds, object)]


def verbs(text: str = "") -> list[Predicate]:
    """All verbs; or those that a text means, then those whose synonyms or definition hold one of its words.

    >>> [verb.verb for verb in verbs("gives off")][:1]
    ['secretes']
    """
    every = list(vocabulary.predicates().values())
    words = {_form(word) for word in re.findall(r"\w{3,}", text)}

    def shared(verb: Predicate) -> int:
        said = f"{verb.phrase} {verb.also} {verb.definition}".replace("_", " ")
        return len(words & {_form(word) for word in re.findall(r"\w+", said)})

    holding = sorted(filter(shared, every), key=shared, reverse=True)
    return list(dict.fromkeys([*meant(text), *holding])) if text else every


def _takes(kinds: frozenset[str], kind: str) -> bool:
    return not kinds or kind in ("", "other") or kind in kinds


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """The form of every verb and synonym -> the verbs that it stands for."""
    found: dict[str, list[str]] = {}
    for verb in vocabulary.predicates().values():
        for name in (verb.verb, *verb.also.split()):
            found.setdefault(_form(name), []).append(verb.verb)
    return {form: tuple(dict.fromkeys(verbs)) for form, verbs in found.items()}


def _form(text: str) -> str:
    """A word or phrase without its inflection: British spelling, underscores for blanks, the first word cut to its stem."""
    first, _, rest = re.sub(r"[\W_]+", "_", text.strip().casefold()).strip("_").partition("_")
    if first in ("up", "down", "co", "cross", "over") and rest:
        first, _, rest = (first + rest).partition("_")
    first = re.sub("iz(?=(e|es|ed|ing|ation)$)", "is", first)
    first = re.sub("(ation|ating|ated|ates|ate)$", "at", first)
    stem = re.sub("(ies|ied)$", "y", first) if len(first) > 4 else first
    stem = re.sub("(?<=..)(ion|ment|es|ed|ing|s|e)$", "", stem)
    return f"{stem}_{rest}" if rest else stem
