"""What stands in the boxes of a picture: labels, and for terms of BEL the symbol and its role, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_TOKEN = re.compile(r'(?<!\s)\s*(?:"((?:[^"\\]|\\.)*)"|([\w.-]+)\s*\(|([(),:!])|([^\s"(),:!]+))')
_TERM = re.compile(r"\w+\(.*\)", re.DOTALL)

#: What each function of BEL says of what is in it; its first argument takes the place of the braces.
ROLES = {
    **dict.fromkeys(("p", "a", "g", "bp", "path", "pop", "loc", "proteinAbundance", "abundance"), "{}"),
    **dict.fromkeys(("geneAbundance", "biologicalProcess", "pathology", "populationAbundance"), "{}"),
    **dict.fromkeys(("r", "rnaAbundance"), "{} mRNA"),
    **dict.fromkeys(("m", "microRNAAbundance"), "{}"),
    **dict.fromkeys(("act", "activity", "molecularActivity"), "activity of {}"),
    **dict.fromkeys(("cat", "catalyticActivity"), "catalytic activity of {}"),
    **dict.fromkeys(("chap", "chaperoneActivity"), "chaperone activity of {}"),
    **dict.fromkeys(("gap",), "GTPase activation by {}"),
    **dict.fromkeys(("gef",), "nucleotide exchange by {}"),
    **dict.fromkeys(("gtp", "gtpBoundActivity"), "GTP-bound {}"),
    **dict.fromkeys(("kin", "kinaseActivity"), "kinase activity of {}"),
    **dict.fromkeys(("pep", "peptidaseActivity"), "peptidase activity of {}"),
    **dict.fromkeys(("phos", "phosphataseActivity"), "phosphatase activity of {}"),
    **dict.fromkeys(("ribo", "ribosylationActivity"), "ribosylation by {}"),
    **dict.fromkeys(("tscript", "transcriptionalActivity"), "transcription by {}"),
    **dict.fromkeys(("tport", "transportActivity"), "transport by {}"),
    **dict.fromkeys(("sec", "cellSecretion", "CellSecretion"), "secretion of {}"),
    **dict.fromkeys(("surf", "cellSurfaceExpression", "CellSurfaceExpression"), "{} on the surface"),
    **dict.fromkeys(("tloc", "translocation", "Translocation"), "translocation of {}"),
    **dict.fromkeys(("deg", "degradation", "Degradation"), "degradation of {}"),
}
MANY = {"complex": "/", "complexAbundance": "/", "composite": " + ", "compositeAbundance": " + "}
ACTIVITIES = frozenset(("act", "activity", "molecularActivity"))
#: What a change makes of a protein; others stand behind its name.
CHANGES = {
    "Ph": "phosphorylated",
    "P": "phosphorylated",
    "Ac": "acetylated",
    "Me": "methylated",
    "Ub": "ubiquitinated",
    "Glyco": "glycosylated",
    "Sumo": "sumoylated",
    "Hy": "hydroxylated",
}

Tree = tuple[str, list["Tree | str"]]


def drawn(labels: Mapping[str, str]) -> dict[str, str]:
    """A short label for each node, unlike those of all others; one that would not be unique stays as it is.

    >>> list(drawn({"a": "cat(p(HGNC:CASP1))", "b": "p(HGNC:IL6)", "c": "p(MGI:IL6)", "d": "T cells (CD8)"}).values())
    ['catalytic activity of CASP1', 'p(HGNC:IL6)', 'p(MGI:IL6)', 'T cells (CD8)']
    """
    brief = {key: short(label) for key, label in labels.items()}
    often = Counter(name.casefold() for name in brief.values())
    return {key: labels[key] if often[name.casefold()] > 1 else name for key, name in brief.items()}


def short(label: str) -> str:
    """A term of BEL in words; any other label as it is.

    >>> short("p(HGNC:STAT3, pmod(Ph, Tyr, 705))"), short('complex(p(HGNC:CD8A), p(HGNC:CD8B))'), short('bp(GO:"cell death")')
    ('phosphorylated STAT3 (Tyr 705)', 'CD8A/CD8B', 'cell death')
    """
    if not _TERM.fullmatch(label):
        return label
    tokens = [match.groups() for match in _TOKEN.finditer(label)]
    if "".join(found for token in tokens for found in token if found).count("(") > 40 or not tokens[0][1]:
        return label
    tree = _tree(tokens[::-1])
    return (tree and _words(tree)) or label


def _tree(tokens: list[tuple[str, ...]]) -> Tree | None:
    """A function and its arguments, from tokens that are read from the end of the list."""
    name = tokens.pop()[1]
    found: list[Tree | str] = []
    said = ""
    while tokens:
        quoted, function, mark, plain = tokens[-1]
        if function:
            inner = _tree(tokens)
            if inner is None:
                return None
            found.append(inner)
            continue
        tokens.pop()
        if mark == "!":
            said = ""  # what follows is the name of the identifier before
        elif mark in (",", ")"):
            if said:
                found.append(said.strip())
            said = ""
            if mark == ")":
                return name, found
        elif mark == ":":
            said = ""  # a name without its namespace
        else:
            said += f" {quoted or plain or mark}"
    return None


def _words(tree: Tree) -> str:
    """What a term says; nothing if it says something else than this knows."""
    name, arguments = tree
    said = [one if isinstance(one, str) else _words(one) for one in arguments]
    if name in MANY:
        return MANY[name].join(said) if said and all(said) else ""
    if name not in ROLES or not said or not said[0]:
        return ""
    words = said[0]
    for argument in arguments[1:]:
        if isinstance(argument, str):
            return ""
        kind, inner = argument[0], [one for one in argument[1] if isinstance(one, str)]
        if kind in ("pmod", "proteinModification"):
            change = CHANGES.get(inner[0], "") if inner else "modified"
            rest = " ".join(inner[1:] if change else inner)
            words = f"{change} {words}".strip() + (f" ({rest})" if rest else "")
        elif kind in ("ma", "molecularActivity") and name in ACTIVITIES and inner:
            role = ROLES.get(inner[0], "")
            return role.format(words) if role else f"{inner[0]} of {words}"
        elif kind in ("loc", "location") and inner:
            words += f" in {inner[0]}"
        elif kind in ("fromLoc", "toLoc"):
            where = [one for one in argument[1] if isinstance(one, str)]
            words += f" {'from' if kind == 'fromLoc' else 'to'} {where[0]}" if where else ""
        elif kind in ("var", "variant", "frag", "fragment", "sub", "substitution", "trunc", "truncation") and inner:
            words += f" {inner[0]}"
        else:
            return ""
    return ROLES[name].format(words)
