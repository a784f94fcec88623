"""What a name may mean: terms of the lexicon, of ontology/terms.tsv and of the reviewed short forms, best first.

A name is looked up as it stands; if that finds nothing good, in the other ways of writing it that REWRITINGS lists; if
these find nothing, among the names that differ by a letter or two. Each step costs, and what costs too much is no match:
then the nearest names stand beside it, marked as such. The costs only make the order; they are never shown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from kg.model import vocabulary
from kg.model.lexicon import KINDS, LexiconTerm, Name, lexicon, origin
from kg.model.names import LATIN, fold, tokens

LIMIT = 5.0  # what costs more is no match
GOOD = 2.8  # what costs less needs no rewriting
CLOSE = 1.0  # meanings that cost so little more than the best are shown beside it
#: What a name costs by its kind: the better it is established, the less.
KIND_COST = dict(zip(KINDS, (0.0, 1.0, 0.2, 0.9, 1.9, 2.2, 2.6), strict=True))
#: What a term costs by its source: where several have a name, the one that immunologists mean goes first.
SOURCE_COST = {"pinned": 0.0, "hgnc": 0.0, "cl": 0.1, "famplex": 0.2, "go": 0.2, "mondo": 0.2, "uberon": 0.3, "ncbitaxon": 0.3,
    "ncbi": 0.3, "chebi": 0.3, "mesh": 1.1, "mirbase": 1.1, "mgi": 1.5, "local": 2.9}  # fmt: skip
HUMAN, MOUSE = "NCBITaxon:9606", "NCBITaxon:10090"
#: Words of every text that are symbols, too: they mean a gene or a disease only if they are written as its symbol.
WORDS = frozenset(
    "a act age aim all an and app arch as at bad be bid big block by can cap cars cat chip clock coil control cope cut"
    " day days dose down end ends fact far fast fat fig figure fish flip for gap gas gene genes go had has hat her here high hip him his"
    " hr if impact in is it killer kit lamp large led level low map mars max me men met mice min mini nest net no not of off on or pan"
    " part per pigs pin pit ran rat raw rest set she sit six small spin star step tag tank task tax test the tip to top trap tub tube"
    " type up wars was wee who with wt yes".split()
)
#: Other ways of writing a name, over its words: cost, what was done, pattern, replacement.
REWRITINGS = (
    (0.5, "with 'cell'", r"$", " cell"),
    (0.5, "without the species", r"^(human|mouse|murine|rat|hsa|mmu|h|m) (?=\w{2})", ""),
    (0.6, "without 'recombinant'", r"^(recombinant|rh|rm) ", ""),
    *((1.0, "Greek letter", rf"(?<=[a-z0-9]) ?{latin}(?=\d?\b)", f" {greek}") for latin, greek in LATIN.items()),
    *((1.0, "Greek letter", rf" ?\b{greek}\b ?", latin) for latin, greek in LATIN.items()),
    (1.0, "alpha-beta understood", r"\b(cd[48]) (?:positive )?t cell", r"\1 positive alpha beta t cell"),
    (1.0, "alpha-beta understood", r"^(\w+(?: \w+)?) (cd[48]) (?:positive )?t cell", r"\2 positive alpha beta \1 t cell"),
    (1.0, "alpha-beta understood", r"^(\w+(?: \w+)?) (cd[48]) (?:positive )?t cell", r"\1 \2 positive alpha beta t cell"),
    (1.0, "spelled out", r"\bil ?(?=\d)", "interleukin "),
    (0.8, "spelled out", r"\bnf ?kb\b", "nf kappa b"),
    (1.0, "spelled out", r"\bifn(?=\b|[abglar])", "interferon "),
    (1.0, "spelled out", r"\btlr ?(?=\d)", "toll like receptor "),
    (1.0, "spelled out", r"\btnf\b", "tumor necrosis factor"),
    (1.0, "spelled out", r"\btcr\b", "t cell receptor"),
    (1.0, "spelled out", r"\bbcr\b", "b cell receptor"),
    (1.0, "spelled out", r"\bth ?(?=\d)", "t helper "),
    (1.0, "spelled out", r"\bnk\b", "natural killer"),
    (1.0, "spelled out", r"\bdc\b", "dendritic cell"),
    (1.0, "spelled out", r"\bmo\b|\bmph\b|\bmac\b", "macrophage"),
    (1.0, "spelled out", r"\ber\b", "endoplasmic reticulum"),
    (1.0, "spelled out", r"\bvs\b", "versus"),
    (1.0, "spelled out", r"\bab\b", "antibody"),
    (1.0, "spelled out", r"\bmhc\b", "major histocompatibility complex"),
    (1.0, "abbreviated", r"\binterleukin ?", "il"),
    (1.0, "abbreviated", r"\btoll like receptor ?", "tlr"),
    (1.0, "abbreviated", r" ?\breceptor ?(?=\w*$)", "r"),
    (1.0, "abbreviated", r" ?\bligand ?(?=\w*$)", "l"),
    (1.0, "abbreviated", r" ?\bantagonist$", "a"),
    (0.8, "abbreviated", r"\b(micro ?rna|mirna)\b ?", "mir"),
    (1.2, "the gene of its precursor", r"(?<=\d)([a-z]?) (5p|3p)$", r"\1"),
    (1.2, "with 'complex'", r"$", " complex"),
    (1.2, "with 'complex'", r"$", " protein complex"),
    (1.2, "with 'disease'", r"(?<=[a-z]{5})$", " disease"),
    (1.2, "with 'syndrome'", r"(?<=[a-z]{5})$", " syndrome"),
    (1.2, "with 'virus'", r"(?<=[a-z]{3})$", " virus"),
    (1.2, "with 'infection'", r"(?<=virus)$", " infection"),
    (1.4, "without 'cell'", r"(?<=\w\w) cell$", ""),
    (1.4, "without a general word", r"(?<=\w\w) (protein|gene|molecule|antigen|cytokine|chemokine|enzyme|mrna|level|expression|disease|bacterium|drug)$", ""),
    (1.4, "without a general word", r"^(cytokine|chemokine|protein|the) (?=\w{3})", ""),
    (1.2, "signalling in full", r" (signal|signaling|pathway|signaling pathway)$", " signaling pathway"),
    (1.2, "signalling in full", r" (signal|signaling|pathway|signaling pathway)$", " mediated signaling pathway"),
    (1.2, "signalling in full", r" (signal|signaling|pathway|signaling pathway)$", " receptor signaling pathway"),
    (1.0, "with 'cell'", r" (differentiation|activation|proliferation|migration|chemotaxis|death)$", r" cell \1"),
    (1.2, "another word for it", r" recruitment$", " chemotaxis"),
    (1.2, "another word for it", r" (secretion|release|synthesis|expression)$", " production"),
    (1.2, "another word for it", r" production$", " secretion"),
    (1.2, "another word for it", r" (killing|cytotoxicity)$", " mediated cytotoxicity"),
    (1.2, "another word for it", r" (formation|generation)$", " assembly"),
    (1.2, "another word for it", r"\bcancer\b", "carcinoma"),
    (1.2, "another word for it", r"\b(carcinoma|tumor)\b", "cancer"),
    (1.2, "another word for it", r" (epithelium|epithelial)$", " epithelial cell"),
    (1.2, "the words turned", r"^(.+) (?:of|from|in) (?:the )?(.+)$", r"\2 \1"),
    (1.8, "the words turned", r"^(\w+) (.+)$", r"\2 \1"),
    (1.8, "the words turned", r"^(.+) (\w+)$", r"\2 \1"),
)  # fmt: skip
#: Kinds of MeSH heading that are often mapped to something broader or narrower than what they name.
NARROWER = ("biolink:Disease", "biolink:BiologicalProcess")
#: Names of drugs that differ by a letter are different drugs.
_DRUG = re.compile(r"(mab|cept|nib|kinra|cillin|mycin|vir|statin|limus|olone|azole|prazole|sartan|platin|rubicin)$")
_CURIE = re.compile(r"[A-Za-z][\w.]*:[\w.-]+")


@dataclass(frozen=True)
class Match:
    """A term that a text may mean: by which of its names, of which kind, and what was done to the text to find it."""

    id: str
    label: str
    match: str  # a kind of name, "spelling", "id" or "near"
    category: str
    taxon: str
    name: str
    how: str = ""
    source: str = ""

    @property
    def kind(self) -> str:
        return vocabulary.kind_of(self.category)

    @property
    def about(self) -> str:
        """What tells it from other meanings: its kind, species, the name by which it was found, and its source."""
        category = vocabulary.category_in_words(self.category)
        species = {HUMAN: "human", MOUSE: "mouse"}.get(self.taxon, self.taxon)
        by = f"{self.match} {self.name!r}" if self.name not in (self.label, self.id) else self.match
        what = ", ".join(dict.fromkeys((self.kind, f"{species} {category}".strip())))
        pinned = vocabulary.terms().get(self.id)
        read = f"{pinned.verified_in}, {pinned.verified_on}" if pinned else origin(self.source)
        return "; ".join(filter(None, (what, by, self.how, read)))

    def __str__(self) -> str:
        return f"{self.id} ! {self.label}"


@dataclass(frozen=True)
class Grounding:
    """What a text may mean, best first; if nothing fits, there are no matches but what is nearest."""

    text: str
    matches: tuple[Match, ...]
    nearest: tuple[Match, ...] = ()
    ambiguous: bool = False  # the first two are other things, and one is as good as the other

    @property
    def best(self) -> Match | None:
        return self.matches[0] if self.matches else None

    def as_dict(self) -> dict[str, Any]:
        """It as plain values, for ``--json``."""
        return {
            "matches": [asdict(one) for one in self.matches],
            "nearest": [asdict(one) for one in self.nearest],
            "ambiguous": self.ambiguous,
        }


class _Candidates:
    """The terms found so far, each with its lowest cost."""

    def __init__(self, text: str, prefer: str) -> None:
        self.text, self.prefer = text, prefer
        self.found: dict[str, tuple[float, Match]] = {}

    def add(self, cost: float, how: str, hits: Iterable[Name], match: str = "") -> None:
        for hit in hits:
            kind = KINDS[hit.kind]
            full = cost + self._cost(hit, kind)
            term = hit.term
            shown = Match(term.id, term.label, match or kind, term.category, term.taxon, hit.name, how, term.source)
            if term.id not in self.found or full < self.found[term.id][0]:
                self.found[term.id] = (full, shown)

    def _cost(self, hit: Name, kind: str) -> float:
        term, name, text = hit.term, hit.name, self.text
        cost = KIND_COST[kind] + (0.0 if kind == "short form" else SOURCE_COST[term.source])
        if name != text:
            cost += 0.2 if name.casefold() == text.casefold() else 0.4
            if len(text) <= 6 and (kind != "label" or _odd(text)):  # the case of a short form says what it is short for
                cost += 0.3 if text.islower() else 0.8
            if text in WORDS:
                cost += LIMIT
        elif kind == "label" and term.source == "mgi":
            cost -= 1.4  # Foxp3, as a mouse gene is written
        if term.taxon in (HUMAN, MOUSE) and self.prefer == "mouse":
            cost += -1.6 if term.taxon == MOUSE else 1.6
        return cost

    def ranked(self) -> list[tuple[float, Match]]:
        return sorted(
            self.found.values(), key=lambda one: (one[0], SOURCE_COST[one[1].source], one[1].source, one[1].id)
        )

    @property
    def best(self) -> float:
        return min((cost for cost, _ in self.found.values()), default=99.0)


def _odd(text: str) -> bool:
    """Whether capitals stand elsewhere than they do in words and symbols of genes: cAMP, pDC."""
    return text not in (text.lower(), text.upper(), text.capitalize())


def ground(text: str, most: int = 10, prefer: str = "human") -> Grounding:
    """The terms that a text may mean, best first; ``prefer`` says which species' genes go first, human or mouse.

    >>> str(ground("TNFa").best), str(ground("CD8⁺ T cells").best)
    ('HGNC:11892 ! TNF', 'CL:0000625 ! CD8-positive, alpha-beta T cell')
    >>> ground("day 7").matches
    ()
    >>> ground("Th17").best.match
    'short form'
    """
    text = " ".join(text.split())
    if _CURIE.fullmatch(text) and (known := _by_id(text)):
        return Grounding(text, (known,))
    key = fold(text)
    found = _Candidates(text, prefer)
    _look_up(found, {key: (0.0, "")})
    if found.best > GOOD and len(text) > 1:
        _look_up(found, _rewritten(tokens(text), key))
    if found.best > LIMIT and any(len(word) > 4 for word in tokens(text)):
        wrong = {near: (3.0 + 0.5 * n, f"{n} letter{'s' * (n > 1)} otherwise") for near, n in _misspelt(key)}
        _look_up(found, wrong, "spelling")
    if prefer == "mouse":
        _add_orthologues(found)
    ranked = _ranked(found, most)
    if ranked.matches:
        return ranked
    beside = [replace(match, match="near", how="") for _, match in found.ranked()]
    return Grounding(text, (), tuple(_distinct([*beside, *_near(text, key)]))[:most])


def exactly(text: str) -> Grounding:
    """The terms that have a text as their name, as it stands: what a complaint proposes."""
    found = _Candidates(text, "human")
    if key := fold(text):
        _look_up(found, {key: (0.0, "")})
    return _ranked(found)


def named(keys: Iterable[str]) -> set[str]:
    """Those of some folded names that any term has: what is worth a look-up.

    >>> sorted(named(["tlr7", "nosuchname"]))
    ['tlr7']
    """
    return {key for key, _ in _hits(keys)}


def _ranked(found: _Candidates, most: int = 10) -> Grounding:
    """What was found at a cost that a match may have, best first, and whether one is as good as the other."""
    good = [(cost, match) for cost, match in found.ranked() if cost <= LIMIT]
    if not good:
        return Grounding(found.text, ())
    lowest, best = good[0]
    close = [match for cost, match in good[1:] if cost <= lowest + CLOSE]
    same = _same(best.id) if close else set()
    rivals = [match for match in close if match.id not in same and fold(match.label) != fold(best.label)]
    return Grounding(found.text, tuple(match for _, match in good[:most]), (), bool(rivals))


def _distinct(matches: Iterable[Match]) -> Iterator[Match]:
    seen = set()
    for match in matches:
        if match.id not in seen:
            seen.add(match.id)
            yield match


def _by_id(id: str) -> Match | None:
    """A term by its id, also an obsolete one by what replaces it."""
    pinned = vocabulary.terms().get(id)
    if pinned:
        return Match(id, pinned.label, "id", pinned.category, pinned.taxon, id, "", "pinned")
    now = lexicon().replacement(id)
    term = lexicon().term(now or id)
    how = f"replaces {id}" if now else ""
    return Match(term.id, term.label, "id", term.category, term.taxon, id, how, term.source) if term else None


def _add_orthologues(found: _Candidates) -> None:
    """The mouse genes of the human genes that were found, before them."""
    for cost, match in found.ranked()[:5]:
        for row in lexicon().mappings(match.id) if match.taxon == HUMAN else ():
            if row.predicate == "biolink:orthologous_to" and (mouse := lexicon().term(row.object)):
                of = replace(match, id=mouse.id, label=mouse.label, category=mouse.category, taxon=mouse.taxon)
                so = replace(of, how=f"orthologue of {match}", source=mouse.source)
                found.found[mouse.id] = min(
                    found.found.get(mouse.id, (99.0, so)), (cost - 1.7, so), key=lambda one: one[0]
                )


def _look_up(found: _Candidates, keys: Mapping[str, tuple[float, str]], match: str = "") -> None:
    """Every name with one of these keys; a name of a MeSH term is one of what that is mapped to, too."""
    for key, hit in _hits(keys):
        if match == "spelling" and _marks(hit.name) != _marks(found.text):
            continue
        cost, how = keys[key]
        if hit.term.source == "mesh" and (others := _mapped(hit.term.id)):
            behind = 0.4 if hit.term.category in NARROWER else 1.0
            found.add(cost + behind, how, [hit], match)  # the term that it is mapped to goes first
            for to in others:
                kind = KINDS.index("synonym") if KINDS[hit.kind] != "label" else KINDS.index("exact synonym")
                said = f"{how}; " * bool(how) + f"a name of {hit.term.id}"
                found.add(cost + 0.3, said, [Name(to, max(kind, hit.kind), hit.name)], match)
        else:
            found.add(cost, how, [hit], match)


def _hits(keys: Iterable[str]) -> Iterator[tuple[str, Name]]:
    keys = list(keys)
    for key in keys:
        for name in _pinned().get(key, ()):
            yield key, name
    yield from lexicon().named(keys)


@cache
def _mapped(id: str) -> tuple[LexiconTerm, ...]:
    """The terms that a source maps a MeSH id to; that an organism has one of its names is not enough."""
    rows = (row for row in lexicon().mappings(id) if row.source != "kg" or "NCBITaxon:" not in row.object)
    others = {row.object if row.subject == id else row.subject for row in rows}
    return tuple(term for other in sorted(others) if (term := lexicon().term(other)))


@cache
def _pinned() -> Mapping[str, list[Name]]:
    """The names of the terms in terms.tsv, by their keys."""
    found: dict[str, list[Name]] = defaultdict(list)
    for entry in vocabulary.terms().values():
        if entry.obsolete or entry.category in ("biolink:EvidenceType", "biolink:InformationContentEntity"):
            continue
        term = LexiconTerm(entry.id, entry.label, entry.category, entry.taxon, _source(entry.id))
        for kind, name in (("label", entry.label), *(("exact synonym", name) for name in entry.synonyms)):
            found[fold(name)].append(Name(term, KINDS.index(kind), name))
    return found


def _source(id: str) -> str:
    """The source of a pinned term, as the lexicon has it, so that both stand at the same place."""
    prefix = id.partition(":")[0].casefold()
    return "local" if prefix == "kg" else prefix if prefix in SOURCE_COST else "pinned"


def _same(id: str) -> set[str]:
    """What a source says is the same, or the same in another form or species: no other meaning."""
    first = {one for row in lexicon().mappings(id) for one in (row.subject, row.object)}
    return first | {one for other in first for row in lexicon().mappings(other) for one in (row.subject, row.object)}


@cache
def _rewritings() -> list[tuple[float, str, re.Pattern[str], str]]:
    return [(cost, what, re.compile(pattern), to) for cost, what, pattern, to in REWRITINGS]


def _rewritten(words: list[str], key: str) -> dict[str, tuple[float, str]]:
    """The keys of other ways of writing a name, by at most two rewritings, each with its cost."""
    start = " ".join(words)
    forms: dict[str, tuple[float, list[str]]] = {start: (0.0, [])}
    for _ in range(2):
        for form, (cost, done) in list(forms.items()):
            for more, what, pattern, to in _rewritings():
                new = " ".join(pattern.sub(to, form, count=1).split())
                full = cost + more
                if new != form and full <= LIMIT - 1 and full < forms.get(new, (99.0, []))[0]:
                    forms[new] = (full, [*done, what])
    found: dict[str, tuple[float, str]] = {}
    for form, (cost, done) in forms.items():
        new = form.replace(" ", "")
        if len(new) > 1 and new != key and cost < found.get(new, (99.0, ""))[0]:
            found[new] = (cost, ", ".join(dict.fromkeys(done)))
    return found


# ---------------------------------------------------------------- spelling


def _misspelt(key: str) -> list[tuple[str, int]]:
    """The keys that differ by one letter, or from twelve letters on by two; never by a digit, and no names of drugs.

    One letter of a short name may be any but the first.
    """
    if not re.search(r"[a-z]{5}", key) or _DRUG.search(key):
        return []
    most = 1 if len(key) < 12 else 2
    digits = re.sub(r"\D", "", key)
    half = (len(key) + 1) // 2
    near = range(len(key) - most, len(key) + most + 1)
    candidates = {other for other, _ in lexicon().named([*_edited(key), *_sounded(key)])}
    if most == 2:
        candidates.update(lexicon().keys_from([key[:half], *_edited(key[:half])], near, 2000))
        candidates.update(lexicon().keys_to(key[half:], near, 2000))
    found = []
    for other in candidates:
        wrong = max(_distance(_sound(key), _sound(other), most), 1)
        alike = (most == 2 or other[0] == key[0]) and re.sub(r"\D", "", other) == digits
        if alike and wrong <= most and not _DRUG.search(other):
            found.append((other, wrong))
    return sorted(found, key=lambda one: (one[1], one[0]))


def _marks(name: str) -> list[str]:
    """The words of a name in which no letter may be wrong: CD11c, T, 6."""
    return sorted(word for word in tokens(name) if len(word) <= 3 or re.search(r"\d", word))


def _sound(key: str) -> str:
    """A key without the letters that are heard alike: macrofage."""
    return key.replace("ph", "f")


def _sounded(key: str) -> list[str]:
    return [key[:n] + "ph" + key[n + 1 :] for n, letter in enumerate(key) if letter == "f"] + [_sound(key)]


def _edited(key: str) -> list[str]:
    """What a key becomes by one letter left out, put in, changed, or exchanged with the next."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    parts = [(key[:n], key[n:]) for n in range(len(key) + 1)]
    left_out = [a + b[1:] for a, b in parts if b]
    exchanged = [a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1]
    changed = [a + letter + b[1:] for a, b in parts if b for letter in letters]
    put_in = [a + letter + b for a, b in parts for letter in letters]
    return list(dict.fromkeys([*left_out, *exchanged, *changed, *put_in]))


def _distance(one: str, other: str, most: int) -> int:
    """How many letters differ, two exchanged neighbours counting once; more than ``most`` if it is more."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            least = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]


# ---------------------------------------------------------------- what is nearest


def _near(text: str, key: str) -> Iterator[Match]:
    """Terms with all the words of a text, then with a part of its words as their name."""
    words = re.findall(r"[a-z]{2,}|\d+", " ".join(tokens(text)))
    if words and any(word.isalpha() and len(word) > 2 for word in words):
        for term in lexicon().with_words(words, 5):
            yield Match(term.id, term.label, "near", term.category, term.taxon, term.label, "", term.source)
    parts = tokens(text)
    spans = [parts[a:b] for a in range(len(parts)) for b in range(a + 1, len(parts) + 1) if b - a < len(parts)]
    keys = {"".join(span): (float(len(parts) - len(span)), "") for span in spans if len("".join(span)) > 2}
    keys.setdefault(key[1:], (2.0, ""))  # pSTAT3
    while len(key) > 4 and len(keys) < 60:
        key = key[:-1]
        keys.setdefault(key, (5.0, ""))
    found = _Candidates(text, "human")
    _look_up(found, keys)
    yield from (replace(match, match="near", how="") for _, match in found.ranked()[:5])
