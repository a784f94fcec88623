"""Relations that a sentence of a text may say: a verb, or a noun made from one, between two names of the lexicon. Rules only.

The verbs are those of ``ontology/predicates.tsv``, with their synonyms; the words around them that matter (hedges, denials,
absence) are in ``ontology/words.tsv``. Little of English is known here: what is found is for a person to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from kg.model import foreign, grounding, verbs, vocabulary
from kg.model.foreign import Relation
from kg.model.grounding import Match
from kg.model.mechanism import Mechanism
from kg.model.names import fold
from kg.model.vocabulary import Term

LONGEST = 7  # words of a name
REACH = 6  # words between a name and the verb
#: That something is seen; which way is in the words behind it: *showed reduced X*.
SHOWS = Relation("affects")
_JOINED = {
    "dependent": "required_for",
    "mediated": "promotes",
    "driven": "promotes",
    "induced": "induces",
    "triggered": "triggers",
    "stimulated": "activates",
}
#: A word with its hyphens, but *TLR7* of *TLR7-deficient* and *LPS* of *LPS-induced*.
_ENDS = "|".join(
    (
        *_JOINED,
        "deficient",
        "null",
        "depleted",
        "associated",
        "specific",
        "expressing",
        "treated",
        "positive",
        "negative",
    )
)
WORD = re.compile(rf"[^\W_](?:(?:(?!-(?:{_ENDS})\b)[\w.'’/+⁺⁻-])*[\w+⁺⁻])?(?:\(\+\))?")
#: Behind a name: a mouse or a cell lacks it.
LACKING = re.compile(r"[ -]?(?:deficient|null|depleted|knock-?outs?|D?KO|−/−|-/-|–/–)(?!\w)", re.IGNORECASE)
_ASIDE = re.compile(r", (?:in turn|however|therefore|thus|then|in contrast|in addition|moreover|consequently), ")
_BREAK = re.compile(r"[.;:?!()\[\]—]|, (?!which|that|and|or|who)")
#: Verbs without a sign that are found; others without one join names that merely stand near each other.
_UNSIGNED = frozenset(
    "binds required_for falls_after rises_after engulfs presents phosphorylates ubiquitinates cleaves".split()
)
#: An organ is where something happens, unless something goes there.
_GOES = frozenset("migrates_to transports_to enters".split())
_PLACES = frozenset(("biolink:GrossAnatomicalStructure", "biolink:AnatomicalEntity"))
_KINDS = frozenset(("molecule", "structure", "cell", "process", "state", "treatment"))


@cache
def words(use: str) -> frozenset[str]:
    """The words of a row of ``ontology/words.tsv``.

    >>> "may" in words("hedge")
    True
    """
    return next(frozenset(row["words"].split()) for row in vocabulary.table("words.tsv") if row["use"] == use)


def _any(use: str) -> str:
    """A pattern for one of these words."""
    return rf"\b(?:{'|'.join(map(re.escape, sorted(words(use), key=len, reverse=True)))})\b"


@cache
def _pattern(use: str) -> re.Pattern[str]:
    return re.compile(_any(use), re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """A name in a text: its characters [start, end), and what it may mean. ``lacking``: the text speaks of its absence."""

    start: int
    end: int
    said: str
    matches: tuple[Match, ...] = ()
    node: str = ""  # of the mechanism whose names are known, too
    lacking: bool = False


@dataclass(frozen=True)
class Found:
    """Where a relation stands between two names: the verb with its sign, and the words that say it."""

    subject: Mention
    relation: Relation
    object: Mention
    start: int
    end: int
    denied: bool = False


# ---------------------------------------------------------------- names


@cache
def _placed() -> re.Pattern[str]:
    """A preposition at the end of some words, perhaps with an article and an adjective behind it."""
    return re.compile(rf"{_any('placed')}(?: (?:the|a|an|these|those|its|their))?(?: [^\s,;:.()]+)? ?$", re.IGNORECASE)


def known_names(mechanism: Mechanism | None) -> dict[str, str]:
    """The names of a mechanism's nodes, folded, and the node that each means."""
    if mechanism is None:
        return {}
    names = ((name, key) for key, node in mechanism.nodes.items() for name in (key, node.label))
    return {fold(name): key for name, key in names if fold(name)}


def mentions(
    text: str, known: Mapping[str, str] | None = None, short: Mapping[str, tuple[Match, ...]] | None = None
) -> list[Mention]:
    """The names that stand in a text, the longest where several overlap.

    ``known`` are folded names of nodes, ``short`` the short forms that the text defines.

    >>> [one.said for one in mentions("RNase A degrades miR-146a in dendritic cells of mice.")]
    ['RNase A', 'miR-146a', 'dendritic cells']
    """
    known, short, tokens = known or {}, short or {}, [*WORD.finditer(text)]
    windows: dict[tuple[int, int], str] = {}
    for first, word in enumerate(tokens):
        for last in range(first, min(len(tokens), first + LONGEST)):
            if last > first and not re.fullmatch(r"[ \n]+", text[tokens[last - 1].end() : tokens[last].start()]):
                break
            if not (_function(word.group()) or _function(tokens[last].group())):
                windows[first, last] = fold(text[word.start() : tokens[last].end()])
    named = grounding.named(set(filter(None, windows.values())))
    found: list[Mention] = []
    free = 0
    for first in range(len(tokens)):
        if first < free:
            continue
        for last in range(min(len(tokens), first + LONGEST) - 1, first - 1, -1):
            key = windows.get((first, last), "")
            start, end = tokens[first].start(), tokens[last].end()
            said = text[start:end]
            if (meant := short.get(said) or short.get(f"{said}s")) and key not in known:
                found.append(Mention(start, end, said, meant))
                free = last + 1
                break
            if key not in named and key not in known:
                continue
            if mention := _mention(said, start, end, known.get(key, "")):
                found.append(mention)
                free = last + 1
                break
    return found


def short_forms(text: str) -> dict[str, tuple[Match, ...]]:
    """The short forms that a text defines behind a name, and what the name may mean: *apoptotic bodies (ABs)*.

    >>> {short: str(one[0]) for short, one in short_forms("They released apoptotic bodies (ABs). ABs act.").items()}
    {'ABs': 'GO:0097189 ! apoptotic body'}
    """
    found: dict[str, tuple[Match, ...]] = {}
    for bracket in re.finditer(r" \(([A-Z][\w-]{1,9}|[\w-]*[A-Z][\w-]*)\)", text):
        before = text[max(0, bracket.start() - 80) : bracket.start()]
        names = [one for one in mentions(before) if one.end == len(before)]
        initials = "".join(word[0] for word in re.findall(r"[^\W_]+", names[0].said)) if names else ""
        if (
            names
            and bracket[1][0].casefold() == initials[:1].casefold()
            and len(bracket[1].rstrip("s")) <= len(names[0].said)
        ):
            found.setdefault(bracket[1], names[0].matches)
    return found


def _function(word: str) -> bool:
    """Whether a word is one of the language, and not a symbol such as A of RNase A."""
    return word.casefold() in words("function") and not (word.isupper() and word != "I")


def _mention(said: str, start: int, end: int, node: str) -> Mention | None:
    """A name, unless it is a word of every text, a species, or a verb."""
    if node:
        return Mention(start, end, said, (), node)
    if said.casefold() in words("general") or said.isdigit() or len(said) < 2:
        return None
    if said.islower() and " " not in said and verbs.meant(said, spelled=False):
        return None
    matches = meanings(said)
    return Mention(start, end, said, matches) if matches else None


@cache
def meanings(said: str) -> tuple[Match, ...]:
    """What a name may mean that can take part in a mechanism, best first; the first alone if no other is as good."""
    found = grounding.exactly(said)
    if said.islower() and " " not in said:  # a word of the language is not a symbol that is written like it
        found = replace(found, matches=tuple(one for one in found.matches if not one.name.isupper()))
    if not found.best or found.best.kind not in _KINDS or vocabulary.kind_of(found.best.category) == "other":
        return ()
    return found.matches if found.ambiguous else found.matches[:1]


def _kind(name: Mention) -> str:
    return name.matches[0].kind if name.matches else ""


def _is_place(name: Mention) -> bool:
    return bool(name.matches) and name.matches[0].category in _PLACES


def species(sentence: str) -> tuple[Term, ...]:
    """The species that a sentence names, if it is one: of several, none is that of the statement."""
    said = {fold(word.group()) for word in WORD.finditer(sentence)}
    named = {
        entry.id: Term(entry.id, entry.label)
        for entry in vocabulary.terms().values()
        if entry.id.startswith("NCBITaxon:") and said & set(map(fold, (entry.label, *entry.synonyms)))
    }
    if "murine" in said:
        named.setdefault("NCBITaxon:10090", Term("NCBITaxon:10090", "Mus musculus"))
    return tuple(named.values()) if len(named) == 1 else ()


# ---------------------------------------------------------------- relations


class Sentence:
    """A sentence of a text, in which relations are found. ``start`` is its first character in the text."""

    def __init__(self, text: str, start: int, known: Mapping[str, str], short: Mapping[str, tuple[Match, ...]]) -> None:
        self.text, self.start = text, start
        self.tokens = [*WORD.finditer(text)]
        self.names = [self._absent(one) for one in mentions(text, known, short)]

    def _absent(self, name: Mention) -> Mention:
        """The name, and whether the words around it speak of its absence: *loss of*, *-deficient*."""
        before = self.text[: name.start].split()[-3:]
        gone = bool(LACKING.search(name.said)) or bool(LACKING.match(self.text[name.end : name.end + 12]))
        gone |= any(
            a.casefold() in words("absence") | words("fewer") and b in ("of", "in") for a, b in pairwise(before)
        )
        gone |= bool(before and before[-1].casefold() in words("absence before"))
        gone |= self.text[name.end :].lstrip(" -").partition(" ")[0].strip(",.;").casefold() in words(
            "absence"
        ) | words("fewer")
        return replace(name, lacking=gone)

    def relations(self) -> Iterator[Found]:
        """What the sentence says of two names, each pair once: the closest wording first."""
        seen = set()
        for found in (*self._joined(), *self._by_noun(), *self._by_verb()):
            signed = self._signed(found)
            pair = (found.subject.start, found.object.start)
            if signed and pair not in seen and found.subject.said != found.object.said:
                seen.add(pair)
                yield signed

    def _signed(self, found: Found) -> Found | None:
        """What is said once absence, and less or more of the object, are taken into account; None if that is not a relation.

        *Without A there is less B* says that A promotes B.
        """
        if found.relation.verb not in _GOES and any(map(_is_place, (found.subject, found.object))):
            return None
        if any(self._goes_on(one) for one in (found.subject, found.object)):
            return None
        if found.relation == SHOWS and not found.subject.lacking:
            return None  # that cells show more of a thing is not their doing
        relation, absent = found.relation, found.subject.lacking != found.object.lacking
        between = self.text[max(found.subject.end, found.object.start - 45) : found.object.start]
        changed = -1 if _pattern("less").search(between) else 1 if _pattern("more").search(between) else 0
        less = changed < 0 < relation.sign  # *causes reduced X*
        sign = changed if relation == SHOWS else -relation.sign if less else relation.sign
        sign *= -1 if absent else 1
        if sign and (sign != relation.sign or absent):
            relation = Relation(foreign.SIGNED[sign], sign)
        if not sign and (relation.verb not in _UNSIGNED or found.subject.lacking):
            return None
        kinds = (_kind(found.subject), _kind(found.object))
        fits = verbs.fitting([vocabulary.predicates()[relation.verb]], *(kinds[::-1] if relation.turned else kinds))
        general = sign and relation.verb not in _UNSIGNED  # the verb may give way to one that says its sign
        return replace(found, relation=relation) if general or fits else None

    def _goes_on(self, name: Mention) -> bool:
        """Whether a name is part of that of another thing: *PD-L1 antibody*."""
        return self.text[name.end :].lstrip(" -").partition(" ")[0].strip(",.;)").casefold() in words("another thing")

    def _by_verb(self) -> Iterator[Found]:
        """``A activates B``, ``B is activated by A``, ``B requires A``, ``A is required for B``."""
        for start, end in self._verbs():
            said = self.text[start:end]
            being = any(word.casefold() in words("being") for word in self.text[:start].split()[-3:])
            participle = said.endswith(("ed", "en", "n"))
            agent = self.text.startswith(" by ", end)
            if participle and self.text.startswith(" with ", end):
                continue  # *cells stimulated with X* is how it was done
            passive = agent or (being and participle)
            left, right = self._beside(start, end, skip=being or not agent)
            plain = _verb(said)
            if plain and plain.sign and passive and not agent and (then := self._after(end)):
                for one in left:
                    yield self._found(one, Relation.of("rises_after" if plain.sign > 0 else "falls_after"), then, start)
                continue
            if passive and not agent:  # *B was reduced in A-deficient cells*: only an absence says who did it
                right = [one for one in right if one.lacking]
            for one in left:
                for other in right:
                    subject, object = (other, one) if passive else (one, other)
                    relation = _verb(said, _kind(subject), _kind(object))
                    if relation:
                        yield self._found(subject, relation, object, start)

    def _after(self, end: int) -> Mention | None:
        """What *B was reduced after A* names behind the verb: that one follows the other does not say that it acts."""
        then = next((one for one in self.names if one.start >= end), None)
        behind = self.text[end : then.start] if then else ""
        return then if re.fullmatch(r"(?: \w+){0,4}? (?:after|following) (?:the )?", behind) else None

    def _found(self, subject: Mention, relation: Relation, object: Mention, at: int) -> Found:
        """A relation that begins at a character; a relation that is turned round is put right."""
        if relation.turned:
            subject, object, relation = object, subject, replace(relation, turned=False)
        start, end = min(subject.start, object.start, at), max(subject.end, object.end)
        return Found(subject, relation, object, start, end, self._denied(at))

    def _by_noun(self) -> Iterator[Found]:
        """``activation of B by A``."""
        for object, subject in pairwise(self.names):
            noun = re.search(r"\b(\w+(?:ion|ment|ance|al)) of (?:the )?$", self.text[: object.start])
            meant = verbs.meant(noun[1], spelled=False) if noun else []
            if noun and meant and re.fullmatch(r" (?:\w+ )?by (?:the )?", self.text[object.end : subject.start]):
                yield self._found(subject, Relation.of(meant[0].verb), replace(object, lacking=False), noun.start())

    def _joined(self) -> Iterator[Found]:
        """``A-induced B``."""
        for one, other in pairwise(self.names):
            said = re.fullmatch(rf"[-–]({'|'.join(_JOINED)}) ", self.text[one.end : other.start])
            if said:
                yield self._found(one, Relation.of(_JOINED[said[1]]), other, one.start)

    def _verbs(self) -> Iterator[tuple[int, int]]:
        """The verbs of the sentence, the longest where several overlap, as their characters [start, end)."""
        held = [(one.start, one.end) for one in self.names]
        free = 0
        for n, word in enumerate(self.tokens):
            if n < free or any(a <= word.start() < b for a, b in held):
                continue
            for last in self.tokens[min(n + 2, len(self.tokens) - 1) : n - 1 if n else None : -1]:
                said = self.text[word.start() : last.end()]
                if last is not word and said.endswith((" by", " with", " in", " of")):
                    continue  # a participle and what follows it
                if _verb(said) and not self._is_noun(word.start(), last.end()):
                    yield word.start(), last.end()
                    free = self.tokens.index(last) + 1
                    break

    def _is_noun(self, start: int, end: int) -> bool:
        """Whether a word that looks like a verb is a noun: *the block*, *release of*."""
        before = self.text[:start].split()[-1:]
        behind_a_name = any(one.end == start - 1 for one in self.names)
        if before and before[0].casefold() in words("shows"):
            return True  # *showed increased X*
        determined = bool(before) and before[0].casefold() in words("before a noun") and not behind_a_name
        return determined or self.text.startswith((" of ", "-"), end)

    def _denied(self, at: int) -> bool:
        before = [word.casefold().strip(",") for word in self.text[:at].split()[-4:]]
        return any(word in words("denial") or word.endswith("n't") for word in before)

    def _beside(self, start: int, end: int, skip: bool) -> tuple[list[Mention], list[Mention]]:
        """The names that a verb joins: the nearest on either side, with those that *and* joins to them."""
        left = [one for one in self.names if one.end <= start][::-1]
        right = [one for one in self.names if one.start >= end]
        while skip and left and self._placed(left[0], left[1].end if len(left) > 1 else 0):
            start, left = left[0].start, left[1:]
        return self._chain(left, start, -1), self._chain(right, end, 1)

    def _placed(self, name: Mention, after: int) -> bool:
        """Whether a preposition stands before a name, which then is not a subject; *loss of* and *ability of* go with it."""
        before = self.text[max(after, name.start - 40) : name.start]
        return bool(_placed().search(before))

    def _chain(self, names: Sequence[Mention], at: int, way: int) -> list[Mention]:
        found: list[Mention] = []
        joined = False
        for name in names:
            between = self.text[at : name.start] if way > 0 else self.text[name.end : at]
            between = _ASIDE.sub(" ", between).removeprefix(")" if way < 0 else "")  # *enzymes (RNase A) degrade*
            if found:
                if not re.fullmatch(r"(?:,? (?:and|or) |, )(?:the )?", between):
                    break
                joined |= between.strip(", ") != ""
            elif between == ", ":  # *A, produced by B*
                pass
            elif (
                _BREAK.search(between)
                or len(between.split()) > REACH
                or (way > 0 and (_pattern("apart").search(between.removeprefix(" by ")) or ", " in between))
            ):
                break
            found.append(name)
            at = name.end if way > 0 else name.start
        return found if joined else found[:1]  # *A, B* alone is not a list


@cache
def _verb(said: str, subject: str = "", object: str = "") -> Relation | None:
    """What words say as a relation between nodes of these kinds; None if they are no verb of one.

    A verb that acts on an edge says no more than its sign here: which edge it is the words leave open.
    """
    first, _, rest = said.casefold().partition(" ")
    if first in words("shows") and not rest:
        return SHOWS
    if first in words("needed"):
        return Relation.of("required_for")
    if first in words("needs"):
        return replace(Relation.of("required_for"), turned=True) if rest in ("", "on", "upon") else None
    meant = verbs.meant(said, spelled=False) if first not in words("no verb") else []
    if not meant or not said[:1].isalpha() or re.search("(ions?|ments?|ance|ity|al|ers?|ors?|ing)$", first):
        return None
    fitting = verbs.fitting(meant, subject, object)
    if not fitting and any(verb.sign == "0" for verb in meant):
        return None  # *presents* may be said without a sign, so that none is known
    verb = (fitting or meant)[0]
    if verb.role == "blocks":
        sign = 1 if verb.sign == "+" else -1
        return Relation(foreign.SIGNED[sign], sign)
    return Relation.of(verb.verb) if verb.sign != "0" or verb.verb in _UNSIGNED else None
