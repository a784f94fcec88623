"""What the relation words of others mean, by ``ontology/foreign.tsv``: the nearest verb, the sign, and what the verb leaves out.

A word that says a sign keeps it: where no verb is near, ``promotes`` and ``limits`` say the sign and no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from kg.model import verbs, vocabulary

SIGNED = {1: "promotes", -1: "limits"}  # the verbs that say a sign, and no more
_SIGNS = {"+": 1, "-": -1}
_DIRECT = {"yes": "that it is direct is not said", "no": "that it is indirect is not said"}
#: How a word begins that says a sign, where no table and no synonym has it.
_BEGINS = {
    1: "activat|stimulat|promot|increas|induc|enhanc|upregulat|upreg|positiv|agonis|potentiat|elevat|amplif|boost|"
    "facilitat|augment|transactivat|coactivat|reactivat|catalys|catalyz|trigger|stabili|exacerbat",
    -1: "inhibit|repress|suppress|decreas|reduc|downregulat|downreg|negativ|block|antagoni|attenuat|diminish|abolish|"
    "prevent|impair|limit|silenc|deplet|inactivat|deactivat|disrupt|abrogat|neutrali|destabili|degrad|kill|corepress|"
    "transrepress|ameliorat",
}
_WHOLE = {"up": 1, "pos": 1, "plus": 1, "gain": 1, "down": -1, "neg": -1, "minus": -1}
_DENIES = frozenset("not no non never without neither nor unaffected".split())
_CORRELATES = re.compile("correlat|associat|coexpress")


@dataclass(frozen=True)
class Relation:
    """A relation word of others: the nearest verb, the sign that the word says, and what the verb leaves out of it.

    ``turned``: the subject of the word is the object of the verb. ``known``: a row, a verb or a synonym has the word.
    """

    verb: str
    sign: int = 0
    lacks: str = ""
    turned: bool = False
    known: bool = True

    @classmethod
    def of(cls, verb: str) -> Relation:
        """A verb of kg as a relation."""
        return cls(verb, _SIGNS.get(vocabulary.predicates()[verb].sign, 0))

    @property
    def loses_sign(self) -> bool:
        """Whether the word says a sign, and the verb says none."""
        return bool(self.sign) and vocabulary.predicates()[self.verb].sign == "0"


def relation(said: str) -> Relation:
    """What a relation word means: by its row, as a verb of kg or a synonym of one, else by the sign that it says.

    The end of a line is a word such as ``arrow:t_shape``.

    >>> relation("inhibition").verb, relation("RO:0002630").lacks, relation("biolink:has_part").turned
    ('inhibits', 'that it is direct is not said', True)
    >>> relation("strongly represses in vitro").verb, relation("zaps").lacks
    ('limits', "kg has no verb 'zaps'")
    """
    rows, word = _rows(), _form(said)
    local = word.removeprefix("biolink:")
    found = rows.get(word) or _own(local) or rows.get(local) or rows.get(f"biolink:{local}")
    return found or _passive(local) or _by_sign(said)


def has_row(said: str) -> bool:
    """Whether a word stands in the table, letter by letter.

    >>> has_row("up-regulates"), has_row("activats")
    (True, False)
    """
    return _form(said) in _rows()


def sign(said: str) -> int:
    """The sign that a word says: 1, -1, or 0 for none.

    >>> sign("-1.0"), sign("upregulated"), sign("zaps")
    (-1, 1, 0)
    """
    return relation(said).sign if said.strip() else 0


@cache
def _rows() -> Mapping[str, Relation]:
    """Every row by its word; then what RO calls a verb exactly."""
    exact = (one for one in vocabulary.predicates().values() if one.ro_match == "exact")
    return {_form(one.ro): Relation.of(one.verb) for one in exact} | {
        _form(row["word"]): Relation(
            row["verb"],
            _SIGNS.get(row["sign"], 0),
            row["lacks"] or _DIRECT.get(row["direct"], ""),
            bool(row["turned"]),
        )
        for row in vocabulary.table("foreign.tsv")
    }


def _form(said: str) -> str:
    """A word as the table is looked up: blanks, hyphens and case do not matter where there are letters."""
    word = re.sub(r"^:(?=\w)", "", said.strip())
    return re.sub(r"[\s_-]+", "_", word).casefold() if re.search(r"[^\W\d_]", word) else word


def _own(word: str) -> Relation | None:
    """A verb of kg, by its name, its phrase or a synonym; nothing is guessed from a spelling."""
    found = next(iter(verbs.meant(word, spelled=False)), None)
    if found is None or (word.endswith("_by") and word not in (found.verb, *found.also.split())):
        return None
    if found.role == "blocks":  # it acts on an edge, and the word names none
        signed = _SIGNS.get(found.sign, 0)
        return Relation(SIGNED[signed], signed, f"{found.verb} acts on an edge, which is not said")
    return Relation.of(found.verb)


def _passive(word: str) -> Relation | None:
    """``is activated by``: the subject of the word is the object of the verb."""
    found = re.fullmatch(r"(?:is_|are_|was_)?(\w+e[dn])_by", word)
    meant = _own(found[1]) if found else None
    return replace(meant, turned=True) if meant else None


def _by_sign(said: str) -> Relation:
    """A word that no row has: its sign, if it says one."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said).casefold()
    split = re.sub(r"\b(up|down)[\s_-]+(?=reg)", r"\1", split)
    words = re.findall(r"[^\W\d_]+", split)
    begins = {s: re.compile(starts) for s, starts in _BEGINS.items()}
    signs = {s for s, starts in begins.items() for word in words if starts.match(word) or _WHOLE.get(word) == s}
    turned = words[-1:] == ["by"]
    if not signs:
        return Relation("related_to", 0, f"kg has no verb {said!r}", known=False)
    if _DENIES & set(words) or len(signs) > 1:
        why = "both signs" if len(signs) > 1 else "what is not so"
        return Relation("related_to", 0, f"kg has no verb {said!r}, which says {why}", known=False)
    (signed,) = signs
    if any(_CORRELATES.match(word) for word in words):
        return Relation("related_to", signed, "a correlation is no effect, so its sign is not said", known=False)
    return Relation(SIGNED[signed], signed, f"kg has no verb {said!r}, but it says a sign", turned, known=False)
