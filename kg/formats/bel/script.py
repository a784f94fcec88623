"""BEL script: SET and UNSET give each statement its citation, its evidence and its annotations.

Written, each item of evidence for an edge, and for what the edge requires, is one statement. What BEL has no word for,
and its reader may need (the verb, the kind of claim, a hedge, the edge that is blocked), is an annotation that begins
with ``kg_``, so that nobody takes it for theirs. PyBEL reads no statement without a citation and an evidence: what is
the curator's own step cites the mechanism itself, and evidence that quotes no source stands in square brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kg.formats.shared import bel, bounded, drafting
from kg.formats.shared.losses import FIRMEST, ForeignRecord, Ledger
from kg.model import vocabulary
from kg.model.diagnostics import Location
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence, Frozen, Node, Requirement, Sentence, Source
from kg.model.vocabulary import Term
from kg.reasoning import contexts, outward
from kg.reasoning.outward import Statement

_SET = re.compile(r"SET\s+(DOCUMENT\s+)?(\w+)\s*=\s*(.+)", re.DOTALL | re.IGNORECASE)
#: A relation and what comes behind it; behind an arrow no blank is needed.
_RELATION = re.compile(r"(?:(->|=>|-\||=\||--|→|⇒|:>|>>)\s*|(\w+)\s+)(?=\S)(.+)", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"|([^\s",{}]+)', re.DOTALL)
EVIDENCE = ("evidence", "supportingtext", "support")
SPECIES = ("Species", "species", "TAXON")
OURS = "kg_"
NAMED = ("key", "term", "kind", "name", "note", "levels")  # of a node
DEFINITION = "definition"  # of a statement: the node from whose definition it follows
KINDS = ("treatment", "molecule", "structure", "cell", "process", "state", "other")
SAID = ("claim", "hedge", "says", "because", "time", "dose")  # of an item of evidence, as annotations
ACTS = ("blocks", "requires", "unless")  # the edge that a statement is about, by its name
CONTEXTS = {
    kind: f"context_{kind}" for kind in contexts.kinds()
}  # and in what it was seen, an annotation for each kind
LICENCE = re.compile(r"[A-Z][\w.]*(-[\w.]+)+")  # a name as SPDX has them
LOST = {
    "mechanism": "a BEL document has no key for it",
    "mechanism.evidence": "a BEL document has no key for it",
    **dict.fromkeys(("source.pmid", "source.url"), FIRMEST),
    "source": "a citation of BEL is a database and a number",
    "place": "BEL has no statement for a place",
    "node": "a BEL term only says what a thing is",
    "denied edge": "BEL can deny only causal statements",
    "edge": "in BEL another edge has the same statement, and the two are merged",
    "edge.in": "a statement of BEL has no place",
    "edge.run": "BEL does not say what is executed",
    "requirement": "a statement of BEL holds for any level",
    "effect": "BEL does not say how far a decrease goes",
    "evidence": "BEL cannot hold evidence that disputes or qualifies a statement",
    "evidence.anchor": "BEL quotes the publication, and kg does not copy quotations",
    "evidence.span": "BEL quotes the publication, and points to no place in it",
    "evidence.assay": "an annotation names no term of an ontology",
    "*": "a BEL script holds only statements",
}


@dataclass
class _Context:
    """What SET has set so far, and UNSET has not taken away; each is a record, whether a statement follows or not."""

    citation: ForeignRecord | None = None
    annotations: dict[str, ForeignRecord] = field(default_factory=dict)

    def set(self, ledger: Ledger, name: str, values: list[str], at: Location) -> None:
        word = name.casefold()
        if word == "citation":  # a new citation ends what belonged to the one before
            names = ("type", "id") if len(values) == 2 else ("type", "name", "id", "date", "authors", "comments")
            said: dict[str, Any] = dict(zip(names, values, strict=False))
            said |= {"more": values[len(names) :]} if len(values) > len(names) else {}
            for gone, record in self.annotations.items():
                if not record.fates:
                    record.lost(gone, "a citation ends the annotations before it")
            self.citation, self.annotations = ledger.record("citation", said.get("id", ""), said, at), {}
        elif word in EVIDENCE:
            record = ledger.record("evidence", f"line {at.line}", {"evidence": " ".join(" ".join(values).split())}, at)
            record.lost("evidence", "kg points to the words of a publication and does not copy them")
        else:
            self.annotations[name] = ledger.record("annotation", f"line {at.line}", {name: values}, at)

    def unset(self, name: str) -> bool:
        """Take away what has been set by a name, or all of it; False if nothing of that name is ever set."""
        word = name.casefold()
        if word in ("all", "statement_group"):
            self.annotations = {}
        if word in ("all", "citation"):
            self.citation = None
        return self.annotations.pop(name, None) is not None or word in ("all", "statement_group", "citation", *EVIDENCE)


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The statements of a BEL script. Namespaces are not fetched; a name is looked up in ontology/terms.tsv."""
    return _BelReader(file, ledger).mechanism()


class _BelReader:
    """One pass over the lines. Statements about statements wait for the end, when all statements are known."""

    def __init__(self, file: Path, ledger: Ledger) -> None:
        self.ledger, self.text = ledger, bounded.text(file, ledger)
        self.draft = drafting.Draft(file, ledger, self.text)
        self.context = _Context()
        self.edges: dict[tuple[str, str, str], set[str]] = {}  # subject, relation, object -> the edges that say so
        self.nested: list[tuple[ForeignRecord, str, list[Evidence], str, str]] = []
        self.named: dict[str, str] = {}  # what kg called an edge -> its name
        self.acting: list[tuple[ForeignRecord, dict[str, str], list[Evidence]]] = []

    def mechanism(self) -> Mechanism:
        for said, at in _lines(self.text, self.ledger):
            word = said.split(maxsplit=1)[0].upper()
            if word == "SET":
                _set(self.draft, self.ledger, self.context, said, at)
            elif word == "UNSET":
                for name in re.findall(r"[^\s,{}]+", said)[1:]:
                    if not self.context.unset(name):
                        record = self.ledger.record("annotation", f"line {at.line}", {"unset": name}, at)
                        record.lost("unset", "nothing of that name is set")
            elif word == "DEFINE":
                record = self.ledger.record("definition", " ".join(said.split()[1:3]), {"definition": said}, at)
                record.lost("definition", "nothing is fetched; a name is looked up in ontology/terms.tsv")
            else:
                self.statement(said, at)
        for record, subject, evidence, verb, name in self.nested:
            self.about_statement(record, subject, evidence, verb, name)
        needs: dict[tuple[str, str, str], list[Evidence]] = {}
        for record, acts, evidence in self.acting:
            self.acts(record, acts, evidence, needs)
        self.needed(needs)
        return self.draft.mechanism()

    def statement(self, said: str, at: Location) -> None:
        """One statement with what is set around it. A term alone says no edge."""
        parts = _split(said)
        if not parts:
            help = "for example: p(HGNC:FYN) increases bp(GO:apoptosis)"
            self.ledger.aside(at, "no-statement", "this is not a statement", help, said)
            return
        subject, relation, object = parts
        values = {"subject": subject, "relation": relation, "object": object}
        record = self.ledger.record("statement", f"line {at.line}", values, at)
        if not relation:
            self.node(record.text("subject"), at)
            return
        evidence, verb, name = self.evidence(at), self.ours("verb"), self.ours("edge")
        if object.startswith("("):
            self.nested.append((record, subject, evidence, verb, name))
            return
        if node := self.ours(DEFINITION):
            for end in (subject, object):
                bel.node(self.draft, end, at)
            for part in ("subject", "relation", "object"):
                record.changed(part, "kg derives it from the definition of the activity")
            self.draft.active[node] = self.draft.keys[bel.canonical(subject)]
            return
        if acts := {one: self.ours(one) for one in ACTS if OURS + one in self.context.annotations}:
            self.acting.append((record, {**acts, "verb": verb, "edge": name}, evidence))
            return
        record.carried("subject", "object")
        object = self.known.get(self.ours("object"), object)
        more = {"name": name, "verb": verb, "level": self.ours("level")}
        made = bel.edge(self.draft, record, "relation", subject, object, evidence, **more)
        self.named.setdefault(name, made)
        key = (bel.canonical(subject), bel.relation(relation), bel.canonical(object))
        self.edges.setdefault(key, set()).add(made)

    @property
    def known(self) -> dict[str, str]:
        """The terms of the nodes that the script has named, by their keys."""
        return {key: term for term, key in self.draft.keys.items()}

    def acts(
        self,
        record: ForeignRecord,
        said: dict[str, str],
        items: list[Evidence],
        needs: dict[tuple[str, str, str], list[Evidence]],
    ) -> None:
        """A statement of ours that is about an edge: it blocks it, or is what it requires or excludes."""
        kind = next(iter(said))
        name = self.named.get(said[kind])
        edge = next((one for one in self.draft.edges.values() if one.name == name), None)
        if edge is None:
            for part in ("subject", "relation", "object"):
                record.lost(part, f"the script has no edge {said[kind]!r}, which it is about")
            return
        one = bel.node(self.draft, record.text("subject"), record.at)
        for part in ("relation", "object"):
            record.changed(part, f"{kind} the edge {edge.name}")
        if kind == "blocks":
            protects = said["verb"] == "protects"
            ends = (edge.sentence.object, edge.subject) if protects else (edge.name, "")
            sentence = Sentence(one, "protects" if protects else "blocks", *ends)
            self.named.setdefault(said["edge"], self.draft.edge(sentence, record, items, name=said["edge"]))
        else:
            needs.setdefault((edge.name, kind, one), []).extend(items)

    def needed(self, needs: dict[tuple[str, str, str], list[Evidence]]) -> None:
        """Put what edges require or exclude to them; what the edge's own evidence says is not said twice."""
        for (name, kind, node), items in needs.items():
            says, edge = next((says, one) for says, one in self.draft.edges.items() if one.name == name)
            own = (*edge.evidence, *self.draft.again.get(says, ()))
            rests = () if set(items) <= set(own) else tuple(items)
            more: dict[str, Any] = {kind: (*getattr(edge, kind), Requirement(node, "", rests, at=edge.at))}
            self.draft.edges[says] = replace(edge, **more)

    def about_statement(self, record: ForeignRecord, subject: str, items: list[Evidence], verb: str, name: str) -> None:
        """What decreases a statement of the file blocks its edge; any other says no edge between nodes."""
        inner = _split(record.text("object")[1:-1].strip())
        key = (bel.canonical(inner[0]), bel.relation(inner[1]), bel.canonical(inner[2])) if inner else ("", "", "")
        found = self.edges.get(key, set())
        why = "kg can only block a statement"
        if bel.relation(record.text("relation", carry=False)) in ("decreases", "directlyDecreases"):
            why = "" if len(found) == 1 else f"{len(found) or 'no'} edges of the file say what it is about"
        for part in ("subject", "relation", "object") if why else ():
            record.lost(part, why)
        if why:
            return
        record.carried("subject", "relation", "object")
        one = bel.node(self.draft, subject, record.at)
        ends = [self.draft.keys[end] for end in (key[0], key[2])]
        protects = verb == "protects"
        sentence = Sentence(one, "protects", ends[1], ends[0]) if protects else Sentence(one, "blocks", *found)
        self.draft.edge(sentence, record, items, name=name)

    def uncited(self) -> bool:
        """Whether the citation is that of kg, which stands where nothing is cited."""
        citation = self.context.citation
        if citation is None or not citation.text("id", carry=False).startswith(vocabulary.BASE):
            return False
        for part in citation.fields():
            citation.changed(part, "it stands where nothing is cited")
        return True

    def node(self, said: str, at: Location) -> None:
        """A term alone is a node; what kg wrote around it is what it is called."""
        self.uncited()
        bel.node(
            self.draft, said, at, {name: self.ours(name) for name in NAMED if OURS + name in self.context.annotations}
        )

    def ours(self, name: str) -> str:
        """The value of an annotation that kg wrote, if it is one that kg may have written."""
        record = self.context.annotations.get(OURS + name)
        if record is None:
            return ""
        said = " ".join(record.items(OURS + name, carry=False))
        known = {"verb": vocabulary.predicates(), "claim": vocabulary.claims(), "kind": KINDS}
        named = {key: [said] for key in ("key", "edge", "level", "object", DEFINITION, *ACTS)}
        keys = {**named, "levels": said.split("|")}.get(name, [])
        fits = all(re.fullmatch(drafting.KEY, key) for key in keys) and said in known.get(name, [said])
        if fits:
            record.carried(OURS + name)
        else:
            record.lost(OURS + name, "it is not written as kg writes it")
        return said if fits else ""

    def evidence(self, at: Location) -> list[Evidence]:
        """The item that citation and annotations make; none if nothing is set."""
        citation, taxa = self.context.citation, _species(self.context)
        says: dict[str, Any] = {name: self.ours(name) for name in SAID}
        if citation is None and not any(says.values()):
            return []
        citation = None if self.uncited() else citation
        source = bel.cited(self.draft, citation, "type", "id") if citation else "" if says["because"] else "file"
        claim = vocabulary.claims().get(says["claim"])
        if claim and claim.locator == "yes" and source in ("", "file"):  # such a claim needs its place in a source
            record = self.context.annotations[OURS + "claim"]
            record.changed(OURS + "claim", f"{drafting.UNCLASSIFIED}: it cites nothing that has a number or an address")
            claim = None
        says["claim"] = claim.claim if claim else drafting.UNCLASSIFIED
        context = {kind: said for kind, name in CONTEXTS.items() if (said := self.ours(name))}
        return [Evidence(source=source, taxon=taxa, at=at, context=Frozen(context), **says)]


def _lines(text: str, ledger: Ledger) -> Iterator[tuple[str, Location]]:
    """The lines of a script, without comments; a text in quotation marks may go on over several."""
    open_at = ledger.at()
    parts: list[str] = []
    quoted = False
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        at = ledger.at(number, 1, line.rstrip("\r") if len(line) < 10_000 else "")
        said, comment, quoted = _uncommented(line.rstrip(), quoted)
        if comment.strip("#/ "):
            ledger.record("comment", f"line {number}", {"text": comment}, at).lost("text", "comments are not kept")
        if not parts and not said.strip():
            continue
        open_at = open_at if parts else at
        goes_on = (len(said) - len(said.rstrip("\\"))) % 2
        parts.append(said[:-1] if goes_on else said)
        if not quoted and not goes_on:
            yield "\n".join(parts).strip(), open_at
            parts = []
    if parts:
        message = "the quotation mark that opens here is never closed"
        ledger.aside(open_at, "no-statement", message, "close it", "\n".join(parts))


def _uncommented(line: str, quoted: bool) -> tuple[str, str, bool]:
    """A line without its comment, the comment, and whether a quotation mark is open at its end, as at its beginning.

    >>> _uncommented('SET Name = "a #1" # b', False)
    ('SET Name = "a #1" ', '# b', False)
    """
    for found in re.finditer(r'\\.|"|(?<!\S)(?:#|//)', line):
        if found[0] in ("#", "//") and not quoted:
            return line[: found.start()], line[found.start() :], False
        quoted ^= found[0] == '"'
    return line, "", quoted


def _set(draft: drafting.Draft, ledger: Ledger, context: _Context, said: str, at: Location) -> None:
    found = _SET.fullmatch(said)
    if not found:
        ledger.aside(at, "no-statement", "this sets nothing", 'SET Citation = {"PubMed", "title", "12345"}', said)
        return
    values = [_plain(one) or other for one, other in _STRING.findall(found[3])]
    if not found[1]:
        context.set(ledger, found[2], values, at)
        return
    name, value = found[2].casefold(), " ".join(values)
    record = ledger.record("document", found[2], {found[2]: value}, at)
    if name == "disclaimer":
        record.changed(found[2], "kg writes it anew")
    field = {"name": "title", "version": "version", "description": "summary", "licenses": "licence"}.get(name, "")
    if field and value and (field != "licence" or LICENCE.fullmatch(value)):
        draft.about[field] = record.text(found[2])


def _species(context: _Context) -> tuple[Term, ...]:
    """The species that are set, if all of them were looked up."""
    name = next((name for name in SPECIES if name in context.annotations), "")
    if not name:
        return ()
    record = context.annotations[name]
    taxa = [drafting.taxon(one) for one in record.items(name, carry=False)]
    stated = tuple(taxon for taxon in taxa if taxon)
    if len(stated) < len(taxa):
        record.lost(name, "the species is not in ontology/terms.tsv, so nobody has checked its name")
        return ()
    record.carried(name)
    return stated


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)


def _split(said: str) -> tuple[str, str, str] | None:
    """Subject, relation and object of a statement; of a term alone, only the subject. None for anything else.

    >>> _split('p(HGNC:FYN) -> bp(GO:"a (b) c")')
    ('p(HGNC:FYN)', '->', 'bp(GO:"a (b) c")')
    """
    end = _term_end(said) if re.match(r"\w+\s*\(", said) else 0
    subject, rest = said[:end], _RELATION.match(said[end:].strip())
    if not end or (rest is None and said[end:].strip()):
        return None
    relation, object = (rest[1] or rest[2], rest[3]) if rest else ("", "")
    fits = not rest or (re.match(r"\w*\s*\(", object) and _term_end(object) == len(object))
    return (subject, relation, object) if fits else None


def _term_end(said: str) -> int:
    """Where the brackets that a text opens are all closed again; 0 if they are not."""
    depth = 0
    for found in re.finditer(r'"(?:[^"\\]++|\\.)*+"|[()]', said, re.DOTALL):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth <= 0 and found[0] == ")":
            return found.end() if depth == 0 else 0
    return 0


# ---------------------------------------------------------------- writing

FUNCTIONS = {"process": "bp", "state": "path"}  # of a kind of node; all else is an abundance
RELATION = {1: "increases", -1: "decreases", 0: "association"}
MOVES = ("enters", "migrates_to")


def text(mechanism: Mechanism, name: str = "bel") -> str:
    """A mechanism as a BEL script: first each node with its key, then a statement for each item of evidence."""
    terms = {key: _term(mechanism, node) for key, node in mechanism.nodes.items()}
    said = [(one, _statement(mechanism, one, terms)) for one in outward.statements(mechanism)]
    used = "\n".join([*terms.values(), *(statement for _, statement in said)])
    prefixes = sorted(set(re.findall(r"[(,] ?(\w+):", re.sub(r'"(?:[^"\\]|\\.)*"', '""', used))))
    head = {
        "Disclaimer": outward.caveat(mechanism),
        "Name": mechanism.title,
        "Version": mechanism.version,
        "Description": mechanism.summary,
        "Licenses": mechanism.licence,
    }
    lines = [f"SET DOCUMENT {key} = {_quoted(value)}" for key, value in head.items() if value]
    lines += ["", *(f'DEFINE NAMESPACE {prefix} AS PATTERN ".+"' for prefix in prefixes)]
    own = [
        OURS + one for one in (*NAMED, "edge", "verb", "level", "object", DEFINITION, *ACTS, *SAID, *CONTEXTS.values())
    ]
    lines += [f'DEFINE ANNOTATION {one} AS PATTERN ".+"' for one in ("Species", *own)]
    for key, node in mechanism.nodes.items():
        lines += ["", "UNSET ALL", _citation(mechanism, None), *_node(node, terms[key])]
    told: set[tuple[str, str, str]] = set()
    for one, statement in said:
        for item in (one.behind or (None,)) if statement else ():
            cleared, citation, evidence, *rest = _around(mechanism, one, item, "tloc(" in statement)
            if (citation, evidence, statement) in told:  # PyBEL takes the same words of the same statement for one
                evidence = f'{evidence[:-1]} [of {one.name}]"'
            told.add((citation, evidence, statement))
            lines += ["", cleared, citation, evidence, *rest, statement]
    return "\n".join(lines) + "\n"


def _term(mechanism: Mechanism, node: Node) -> str:
    """A node as a BEL term: by its ontology term, or by its key where it has none or another node has the same.

    A cell in a place says in which.
    """
    function = FUNCTIONS.get(node.drawn_as, "a")
    alone = outward.identifiers(mechanism)[node.key] == (node.term.id if node.term else "")
    place = mechanism.places.get(node.place) if outward.located(node) else None
    where = f", loc({_named(place.term)})" if place and place.term else ""
    named = _named(node.term) if node.term and alone else f"node:{_quoted(node.key)}"
    return f"{function}({named}{where})"


def _named(term: Term) -> str:
    prefix, _, local = term.id.partition(":")
    said = local if re.fullmatch(r"[A-Za-z0-9_.-]+", local) else _quoted(local)
    return f"{prefix.replace('.', '_')}:{said} ! {_quoted(term.label)}"


def _node(node: Node, term: str) -> Iterator[str]:
    """A node that a script states alone, and what it is called."""
    kind = node.drawn_as if bel.KINDS[term.partition("(")[0]] != node.drawn_as else ""
    name = node.name if node.term else node.label if node.label != node.key else ""
    apart = str(node.term) if node.term and "(node:" in term else ""
    said = {"key": node.key, "term": apart, "kind": kind, "name": name, "note": node.note}
    said["levels"] = "|".join(node.levels)
    yield from [*_annotations(said), term]


def _statement(mechanism: Mechanism, one: Statement, terms: Mapping[str, str]) -> str:
    """A statement of BEL. Of what acts on an edge it says what follows for the object, since tools take a statement about
    a statement apart; nothing where something is not so that BEL cannot deny.
    """
    acts, verb = one.predicate.role == "blocks", one.predicate
    relation = RELATION[one.effect] if acts else verb.bel or RELATION[one.sign]
    object = terms[one.object]
    if one.verb in MOVES and (moved := _moved(mechanism, one, terms)):
        object = moved
    if one.negated:
        relation = "causesNoChange" if relation in ("increases", "decreases", "regulates") and not acts else ""
    return f"{terms[one.subject]} {relation} {object}" if relation else ""


def _moved(mechanism: Mechanism, one: Statement, terms: Mapping[str, str]) -> str:
    """The object of a movement from one place to another, where both are stated."""
    ends = (mechanism.places.get(mechanism.nodes[key].place) for key in (one.subject, one.object))
    stated = [_named(place.term) for place in ends if place and place.term]
    if len(stated) < 2:
        return ""
    return f"tloc({terms[one.object]}, fromLoc({stated[0]}), toLoc({stated[1]}))"


def _around(mechanism: Mechanism, one: Statement, item: Evidence | None, moved: bool) -> Iterator[str]:
    """What is set around a statement: citation, evidence, species and annotations."""
    yield "UNSET ALL"
    own = item is None or outward.own_step(item)
    yield _citation(mechanism, None if item is None or own else mechanism.source(item))
    defined = one.kind == outward.DEFINITION
    yield f"SET Evidence = {_quoted('[it follows from a definition]' if defined else _words(item, own))}"
    if item and item.taxon:
        taxa = [_quoted(taxon.id.partition(":")[2]) for taxon in item.taxon]
        yield f"SET Species = {taxa[0] if len(taxa) == 1 else '{' + ', '.join(taxa) + '}'}"
    own_name = {"edge": one.edge.name, "verb": one.verb, "level": one.edge.level}
    said = own_name if one.kind == "edge" or defined else {}
    said |= {DEFINITION: one.object} if defined else {}
    said |= {"object": one.object} if moved else {}
    acts = one.kind if one.kind in ("requires", "unless") else "blocks" if one.acts_on else ""
    said |= {acts: one.acts_on} if acts else {}
    said |= {name: getattr(item, name) for name in SAID} if item else {}
    said |= {CONTEXTS[kind]: text for kind, text in item.context.items() if kind in CONTEXTS} if item else {}
    yield from _annotations(said)


def _words(item: Evidence | None, own: bool) -> str:
    """What stands as evidence: words of the source, or else, in square brackets, what they are in ours."""
    if item and item.anchor and not own:
        return item.anchor
    if item and item.because:
        return f"[the curator's own step: {item.because}]"
    if item and item.says:
        return f"[in our words: {item.says}]"
    if item and item.span:
        return f"[characters {item.span[0]} to {item.span[1]} of the text]"
    return "[the source states it; no words of it are given]" if item else "[no source is given]"


def _annotations(said: Mapping[str, str]) -> Iterator[str]:
    return (f"SET {OURS}{name} = {_quoted(value)}" for name, value in said.items() if value)


def _citation(mechanism: Mechanism, source: Source | None) -> str:
    """The citation of a source by its firmest number; of none, the mechanism itself."""
    kinds = (("DOI", source.doi), ("PubMed", source.pmid), ("Online Resource", source.url)) if source else ()
    here = ("Online Resource", vocabulary.BASE + "/".join(mechanism.address()))
    kind, id = next((pair for pair in kinds if pair[1]), ("Other", source.key) if source else here)
    title = source.label if source else f"kg: {mechanism.title}"
    return f"SET Citation = {{{', '.join(map(_quoted, (kind, title, id)))}}}"


def _quoted(said: str) -> str:
    """A text in quotation marks, on one line."""
    return '"' + " ".join(said.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'
