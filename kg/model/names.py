"""How a name is folded before it is compared: what is spelt in several ways gets one key.

Letter case, hyphens and blanks, Greek letters, plurals, British spelling, Roman numerals, and the plus sign of a
marker make no difference. What is compared later may still tell them apart: ``pDC`` and the gene ``PDC`` share a key.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψωßµϕ",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega beta mu phi".split(),
        strict=True,
    )
)
#: The Latin letter that is typed for a Greek one: TNFa, IL-1b, IFNg.
LATIN = {
    "a": "alpha",
    "b": "beta",
    "g": "gamma",
    "d": "delta",
    "e": "epsilon",
    "z": "zeta",
    "k": "kappa",
    "l": "lambda",
}
_MARKS = str.maketrans(
    {
        **{letter: f" {name} " for letter, name in GREEK.items()},
        **{upper: f" {name} " for letter, name in GREEK.items() if len(upper := letter.upper()) == 1},
        **dict.fromkeys("’‘`´ʼ", "'"),
        **dict.fromkeys("−–—‐‑‒", "-"),
        "ø": "o",
        "Ø": "o",
        "⁺": "+",
        "⁻": " negative ",
    }
)
_NUMERALS = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_SINGLE = {"i": "1", "v": "5", "x": "10"}
#: After these words a single letter is a Roman numeral; RIG-I keeps its letter.
_BEFORE_NUMERAL = frozenset(
    "type class group complex factor grade phase stage angiotensin collagen subtype mhc".split()
)
#: British spelling within a word.
_AMERICAN = (
    ("tumour", "tumor"),
    ("signall", "signal"),
    ("labell", "label"),
    ("oedema", "edema"),
    ("haem", "hem"),
    ("aemi", "emi"),
    ("leuco", "leuko"),
    ("oeso", "eso"),
    ("oestr", "estr"),
    ("faec", "fec"),
    ("foet", "fet"),
    ("caec", "cec"),
    ("coeli", "celi"),
    ("rrhoea", "rrhea"),
    ("dyspnoea", "dyspnea"),
    ("sulph", "sulf"),
    ("anaes", "anes"),
    ("paed", "ped"),
    ("paeni", "peni"),
    ("gynaec", "gynec"),
    ("ischaem", "ischem"),
    ("colour", "color"),
    ("favour", "favor"),
    ("behaviour", "behavior"),
    ("ageing", "aging"),
    ("lyse", "lyze"),
    ("grey", "gray"),
    ("homoeo", "homeo"),
    ("manoeuv", "maneuv"),
    ("defence", "defense"),
    ("palae", "pale"),
    ("orthopae", "orthope"),
    ("draught", "draft"),
    ("mould", "mold"),
    ("naeve", "neve"),
)
#: British endings: -isation, -ising, -ise, -ised, and centre, litre, fibre.
_ENDING = re.compile(r"is(ation|ing|ed?)$|(?<=ent|lit|met|fib)re$")
_SINGULAR = {
    "mitochondria": "mitochondrion",
    "bacteria": "bacterium",
    "ganglia": "ganglion",
    "media": "medium",
    "sera": "serum",
    "mice": "mouse",
    "fungi": "fungus",
    "nuclei": "nucleus",
    "alveoli": "alveolus",
    "villi": "villus",
    "bronchi": "bronchus",
    "thymi": "thymus",
    "bacilli": "bacillus",
    "cocci": "coccus",
    "stimuli": "stimulus",
    "glomeruli": "glomerulus",
    "lumina": "lumen",
    "epithelia": "epithelium",
    "endothelia": "endothelium",
    "cilia": "cilium",
    "flagella": "flagellum",
    "vertebrae": "vertebra",
    "leaves": "leaf",
    "indices": "index",
    "matrices": "matrix",
    "appendices": "appendix",
    "cortices": "cortex",
    "lymphocytes": "lymphocyte",
    "feet": "foot",
    "teeth": "tooth",
    "children": "child",
    "women": "woman",
    "men": "man",
}
#: Words that end like a plural and are none.
_NO_PLURAL = re.compile(r"(ss|us|is|as|os|aids|series|species|rabies|scabies|caries|herpes|diabetes)$")
_MANY = re.compile(r"(?<![A-Za-z0-9])([a-z]?[A-Z]{2,}\d*)s(?![A-Za-z0-9])")  # DCs, pDCs, NETs
_PARTS = re.compile(r"[a-z0-9]+")
_PLUS = re.compile(r"(?<=[a-z0-9])\s?\+(?!\s?[a-z0-9]*/)")


@cache
def _word(word: str) -> str:
    """A word in its one form: singular, American."""
    if len(word) < 4:
        return word[:-1] if re.fullmatch(r"\w*[a-z]\ds", word) else word
    word = _SINGULAR.get(word) or _singular(word)
    for british, american in _AMERICAN:
        if british in word:
            word = word.replace(british, american)
    return _ENDING.sub(lambda end: f"iz{end[1]}" if end[1] else "er", word)


def _singular(word: str) -> str:
    if not word.endswith("s") or _NO_PLURAL.search(word):
        return word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if re.search(r"(sta|the|ly|ne|oma|opto|phago|poie|gno|rosi|asi)ses$", word):
        return word[:-2] + "is"
    return word[:-2] if re.search(r"(us|ss|x|sh|ch)es$", word) else word[:-1]


def tokens(text: str) -> list[str]:
    """The words of a name, each in its one form.

    >>> tokens("CD8⁺ T cells"), tokens("MHC class II"), tokens("IL-1β")
    (['cd8', 'positive', 't', 'cell'], ['mhc', 'class', '2'], ['il', '1', 'beta'])
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_MARKS)).translate(_MARKS)
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = _MANY.sub(r"\1", text).lower()
    if "'" in text:
        text = re.sub(r"'s?\b", "", text)
    if "+" in text:
        text = _PLUS.sub(" positive ", text)
    found = []
    last = ""
    for word in _PARTS.findall(text):
        if word in _NUMERALS:
            word = _NUMERALS[word]
        elif word in _SINGLE and last in _BEFORE_NUMERAL:
            word = _SINGLE[word]
        else:
            word = _word(word)
        found.append(word)
        last = word
    return found


def fold(text: str) -> str:
    """The key of a name.

    >>> fold("tumour necrosis factors") == fold("Tumor Necrosis Factor")
    True
    >>> fold("pDCs"), fold("ROS"), fold("Ras")
    ('pdc', 'ros', 'ras')
    >>> fold("RORγt"), fold("Peyer's patches"), fold("type I interferon")
    ('rorgammat', 'peyerpatch', 'type1interferon')
    """
    return "".join(tokens(text))
