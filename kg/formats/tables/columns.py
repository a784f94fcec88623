"""Which columns of a table say what, by ontology/columns.tsv: what a person says, else what the names of the columns say."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache

from kg.formats.shared.losses import Ledger
from kg.model import foreign, vocabulary
from kg.model.diagnostics import InvalidMechanism, Location, near

OWN = ("subject", "verb", "object")  # kg's own table has these
FLAGS = frozenset({"stimulation", "inhibition"})
DIRECTED = frozenset({"Directed", "Undirected", "directed", "undirected"})  # what Gephi says of the type of an edge
MOST = 0.8  # of the different cells of a column of verbs, how many are such words; of bare identifiers, how many are of UniProt
NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?")
#: Prefixes whose identifiers tables hold without them, in columns that are called so.
BARE = ("UniProtKB", "NCBIGene", "ENSEMBL", "HGNC", "MGI", "RGD", "CHEBI")
#: Of a cell of MITAB, such as ``psi-mi:"MI:2235"(up-regulates)``: the name that it gives, of several a short one.
MITAB = re.compile(r'(?:^|\|)[\w/ -]+:"?([^"|]*?)"?\(([^()|]*)\)(?=\||$)')
SHORT = ("display_short", "gene name", "display_long")
OTHERWISE = ("from", "effect", "name", "text")  # names that mean something else in a table of others


@cache
def holds() -> Mapping[str, str]:
    """Each column that kg reads, and what it holds."""
    return {row["column"]: row["holds"] for row in vocabulary.table("columns.tsv")}


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """By which names others call each of them, the likeliest first."""
    return {
        row["column"]: (row["column"], *filter(None, row["also"].split("|"))) for row in vocabulary.table("columns.tsv")
    }


def folded(name: str) -> str:
    """The name of a column without case, marks before it, and what stands between its words.

    >>> folded(" Source_GeneSymbol"), folded("#ID(s) interactor A")
    ('source genesymbol', 'id(s) interactor a')
    """
    return re.sub(r"[\s_-]+", " ", re.sub(r"^\W+", "", name.strip())).casefold()


def guessed(header: Sequence[str], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """What each column of kg is called in a header: as chosen, else by its first name that nobody has taken.

    >>> guessed(["Source", "Target", "Label", "Weight"])
    {'subject': 'Source', 'verb': 'Label', 'object': 'Target', 'sign': 'Weight'}
    >>> guessed(["subject", "verb", "object", "source"])["source"], guessed(["from", "to", "Effect"])
    ('source', {'subject': 'from', 'verb': 'Effect', 'object': 'to'})
    """
    found = dict(chosen or {})
    by = {folded(name): name for name in reversed(header) if name not in found.values()}
    own = not found and by.keys() >= set(OWN)
    edges = not own and "target" in by  # beside a target, a source is where an edge begins
    for role, names in _names().items():
        known = names if own or role not in OTHERWISE else names[1:]
        name = next((one for one in known if one in by and (one != "source" or _begins(role, edges))), "")
        if name and role not in found:
            found[role] = by.pop(name)
    return {role: found[role] for role in _names() if role in found}


def _begins(role: str, edges: bool) -> bool:
    """Whether a column that is called source may be a column of kg: where an edge begins, or what it cites."""
    return role == "subject" or (role == "source") != edges


def names_columns(cells: Sequence[str]) -> bool:
    """Whether the cells of a line name the columns of a table of edges: both ends are among them.

    >>> names_columns(["Supplementary table 1", ""]), names_columns(["TF", "Target", "PMIDs"])
    (False, True)
    """
    return {"subject", "object"} <= guessed(cells).keys()


def given(said: str) -> dict[str, str]:
    """Columns as a person gives them: ``subject=Source,verb=Effect``, or a line for each.

    >>> given("subject=Source, object=Target")
    {'subject': 'Source', 'object': 'Target'}
    """
    pairs = [pair.partition("=") for pair in re.split(r"[,\n]", said) if pair.strip()]
    return {folded(role): name.strip() for role, _, name in pairs}


def checked(chosen: Mapping[str, str], header: Sequence[str], ledger: Ledger, at: Location) -> dict[str, str]:
    """What a person chose, with the columns as they are spelt. Raises InvalidMechanism for what there is not."""
    spelt = {folded(name): name for name in header}
    for role, name in chosen.items():
        if role not in holds():
            ledger.complain(at, "unknown-column", f"kg has no column called {role!r}", near(role, holds()))
        elif folded(name) not in spelt:
            ledger.complain(at, "unknown-column", f"no column is called {name!r}", near(name, header))
    if any(one.code == "unknown-column" for one in ledger.wrong):
        raise InvalidMechanism(ledger.wrong)
    return {role: spelt[folded(name)] for role, name in chosen.items()}


def borne_out(
    found: Mapping[str, str], cells: Mapping[str, Sequence[str]], chosen: Container[str] = ()
) -> dict[str, str]:
    """A guess beside the cells of each column: what says how things act is found by its words, too.

    A type that only says that edges have a direction, as Gephi's does, is not a verb, and a weight is a sign only where one is
    below 0. What was chosen stays.

    >>> cells = {"Regulator": ["A"], "Target": ["B"], "Kind": ["activates"], "No": ["1"]}
    >>> borne_out(guessed(list(cells)), cells)
    {'subject': 'Regulator', 'verb': 'Kind', 'object': 'Target'}
    """
    untested = {role for role in found if role in chosen or role not in TESTS}
    left = {role: name for role, name in found.items() if role in untested or TESTS[role](cells[name])}
    for role in TESTS:
        signed = left.keys() & {"sign", *FLAGS} or ("verb" in left and _signed(cells[left["verb"]]))
        if role in left or signed:
            continue
        free = (name for name in cells if name not in left.values() and TESTS[role](cells[name]))
        if told := next(free, ""):
            left[role] = told
    verb = found.get("verb", "")
    if verb and not acts(left) and any(_is_word(cell) for cell in _said(cells[verb]) - DIRECTED):
        left["verb"] = verb  # its words are told, though nobody knows them
    return {role: left[role] for role in _names() if role in left}


def acts(found: Mapping[str, str]) -> bool:
    """Whether a column says how things act on one another."""
    return bool(found.keys() & {*TESTS, *FLAGS})


def minus(cells: Sequence[str]) -> bool:
    """Whether a hyphen alone is a sign in this column, and not nothing: a plus stands there, too."""
    return any(cell.strip() == "+" for cell in cells)


def _said(cells: Sequence[str]) -> set[str]:
    signs = {"-", "--"} if minus(cells) else {"--"}
    return {cell.strip() for cell in cells if cell.strip(" -\t") or cell.strip() in signs}


def _words(cells: Sequence[str]) -> bool:
    """Whether most of the different cells are words that say how one thing acts on another."""
    words = set(filter(_is_word, _said(cells)))
    known = [cell for cell in words if (told := foreign.relation(plain(cell))).known or told.sign]
    return bool(words) and len(known) >= MOST * len(_said(cells))


def _signed(cells: Sequence[str]) -> bool:
    return any(foreign.sign(plain(cell)) for cell in cells)


def _signs(cells: Sequence[str]) -> bool:
    """Whether the cells are signs or directions, of which not all are positive."""
    said = _said(cells) - {"0", "0.0"}
    signs = {foreign.sign(cell) if not NUMBER.fullmatch(cell) else (-1 if cell.startswith("-") else 1) for cell in said}
    numbers = all(not NUMBER.fullmatch(cell) or abs(float(cell)) == 1 for cell in said)
    return numbers and 0 not in signs and -1 in signs


def _is_word(cell: str) -> bool:
    return bool(re.search(r"[^\W\d_]", cell))


#: How the cells of a column look that says how things act.
TESTS: Mapping[str, Callable[[Sequence[str]], bool]] = {"verb": _words, "sign": _signs}


def prefixes(found: Mapping[str, str], cells: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The prefix of bare identifiers in the columns of the two ends: as the name of a column says, or as all cells look,
    which must be accessions of UniProt at both ends; beside names, most: one of miRBase among them has no prefix.

    >>> prefixes({"subject": "A", "subject term": "entrez_a"}, {"A": ["TLR7"], "entrez_a": ["51284"]})
    {'subject term': 'NCBIGene'}
    """
    made: dict[str, str] = {}
    for end in ("subject", "object"):
        for role in (f"{end} term", end):
            named = [vocabulary.registered(word) for word in folded(found.get(role, "")).split()]
            if told := next((prefix for prefix in named if prefix in BARE), ""):
                made[role] = told
    for some in (("subject term", "object term"), ("subject", "object")):
        there = [role for role in some if role in found]
        every = [cell for role in there for cell in cells[found[role]] if cell.strip() and ":" not in cell]
        fitting = [cell for cell in every if vocabulary.compress(f"UniProtKB:{cell.strip()}")]
        least = MOST if some[0].endswith("term") else 1  # where names may stand, one may look like an accession
        if len(there) == 2 and every and len(fitting) >= least * len(every):
            made = {**dict.fromkeys(there, "UniProtKB"), **made}
    return made


def plain(said: str) -> str:
    """A cell of MITAB as what it names; another one as it is, and a hyphen alone as nothing.

    >>> plain('psi-mi:"MI:2235"(up-regulates)'), plain("psi-mi:tlr7_human(display_long)|uniprotkb:TLR7(gene name)")
    ('up-regulates', 'TLR7')
    >>> plain("-"), plain("IL-6 (human)")
    ('', 'IL-6 (human)')
    """
    if said.strip() == "-":
        return ""
    found = MITAB.findall(said)
    names = {kind: name for name, kind in reversed(found) if name}
    short = next((names[kind] for kind in SHORT if kind in names), "")
    words = [kind for name, kind in found if name.startswith("MI:")]
    return short or (words[0] if words else said)


def in_words(columns: Mapping[str, str], header: Sequence[str]) -> str:
    """Which column says what, and which say nothing here.

    >>> in_words({"subject": "Source", "object": "Target"}, ["Source", "Target", "Id"])
    'Columns: subject = Source, object = Target; no column of relations or signs was found; not used: Id'
    """
    unused = [name for name in header if name not in columns.values()]
    said = ", ".join(f"{role} = {name}" for role, name in columns.items())
    none = "" if acts(columns) else "; no column of relations or signs was found"
    return f"Columns: {said}{none}" + (f"; not used: {', '.join(unused)}" if unused else "")
