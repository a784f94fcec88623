"""A mechanism in the making: what a reader of a foreign file fills.

It finds keys, terms, sources and verbs, and adds nothing that a file does not say.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model import foreign, keys, verbs, vocabulary
from kg.model.diagnostics import InvalidMechanism, Location
from kg.model.foreign import Relation
from kg.model.lexicon import lexicon
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Effect, Evidence, Frozen, Node, Note, Requirement, Sentence, Source
from kg.model.vocabulary import Predicate, Term

GATE = re.compile(r"and[_-]?\d+", re.IGNORECASE)  # a conjunction that is drawn as a node, as CellNOpt names it
#: What tables write where there is no value, in small letters; NA only so, as R writes it, since other forms are names.
NOTHING = frozenset({"", "-", "--", ".", "n/a", "#n/a", "nan", "none", "null", "nil"})
#: A number of PubMed, whatever stands before it, and as a spreadsheet makes it a decimal number.
PUBMED = r"^(?:(?:PMID|PubMed)\s*:?\s*)+(\d+)(?:\.0)?$"
UNCLASSIFIED = "unclassified"  # the claim of what a file asserts without saying what kind of statement it is


KEY = keys.KEY


def as_key(name: str) -> str:
    """A name as a key of the notation. Letters of other scripts become the words that they are called by.

    >>> as_key("p(HGNC:CXCR6)"), as_key("γδ T cell"), as_key("TNF-α"), as_key("naïve"), as_key("CD4⁻")
    ('p_HGNC_CXCR6', 'gammadelta_T_cell', 'TNF-alpha', 'naive', 'CD4-')
    """
    if re.fullmatch(keys.KEY, name):
        return name
    plain = name if name.isascii() else "".join(map(_plain, unicodedata.normalize("NFKD", name)))
    return re.sub(r"[^A-Za-z0-9_.+-]+", "_", plain).strip("_").lstrip("_.+-") or "x"


def nothing(said: str) -> bool:
    """Whether a text stands where there is no value.

    >>> nothing("NA"), nothing("null"), nothing("Na"), nothing("NO")
    (True, True, False, False)
    """
    return said.casefold() in NOTHING or said == "NA"


def called(node: Node) -> str:
    """What a format that holds one name of a node calls it: the name that its key was made from, else its key.

    >>> called(Node("TNF-alpha", name="TNF-α")), called(Node("TNF", name="TNF-α"))
    ('TNF-α', 'TNF')
    """
    own = as_key(node.label)
    return node.label if not node.term and re.fullmatch(rf"{re.escape(own)}(-[0-9]+)?", node.key) else node.key


def _plain(letter: str) -> str:
    """A letter in ASCII: by its name in Unicode, else by its number; a mark over a letter is nothing."""
    if letter.isascii():
        return letter
    if letter == "\N{MINUS SIGN}" or unicodedata.category(letter) == "Pd":
        return "-"
    if unicodedata.combining(letter):
        return ""
    found = re.search(r" LETTER (?:FINAL )?(\w+)", unicodedata.name(letter, ""))
    return found[1].lower() if found else f"u{ord(letter):x}" if letter.isalnum() else "_"


def title(file: Path) -> str:
    """The name of a file as a text, which it need not be.

    >>> title(Path("a\\x07b.sif"))
    'a\ufffdb.sif'
    """
    return keys.UNSEEN.sub("\ufffd", " ".join(file.name.split()))


def term(id: str, label: str = "", at: Location | None = None) -> Term | None:
    """A term of an ontology that kg knows, with the label that was looked up, else the given one, else its id."""
    curie = vocabulary.compress(id)
    prefix = curie.partition(":")[0]
    entry = vocabulary.terms().get(curie)
    if not vocabulary.prefix(prefix) or (entry is None and prefix == "kg"):
        return None
    known = entry or lexicon().term(curie)
    return Term(curie, known.label if known else " ".join(label.split()) or curie, at)


def identifier(id: str, label: str = "", at: Location | None = None) -> Term | None:
    """The same of a value that its format calls an identifier: that nobody registered its prefix makes it none the less one.

    What a prefix that was verified by hand cannot have is still none.

    >>> identifier("FOO:123"), identifier("GO:123"), identifier("a name"), identifier("uniprot:P05231").id
    (Term(id='FOO:123', label='FOO:123'), None, None, 'UniProtKB:P05231')
    """
    if found := term(id, label, at):
        return found
    said = vocabulary.compress(id) or id
    prefix, _, local = said.partition(":")
    spelt = vocabulary.registered(prefix) or prefix
    ours = spelt in (vocabulary.OWN, *vocabulary.namespaces())
    if ours or not vocabulary.CURIE.fullmatch(said):
        return None
    return Term(f"{spelt}:{local}", " ".join(label.split()) or id, at)


def local(iri: str) -> str:
    """The last part of an IRI, decoded.

    >>> local("http://example.org/a#Adenosine%20triphosphate")
    'Adenosine triphosphate'
    """
    return unquote(re.split("[/#]", iri.rstrip("/#"))[-1])


def taxon(said: str) -> Term | None:
    """A species by its number in the NCBI Taxonomy or by its name, if its name was looked up.

    >>> str(taxon("10090"))
    'NCBITaxon:10090 ! Mus musculus'
    """
    local = "" if "|" in said else said.rpartition(":")[2].strip()  # of several none is the species
    for entry in vocabulary.terms().values():
        names = [name.casefold() for name in (entry.label, *entry.synonyms)]
        if entry.id.startswith("NCBITaxon:") and (entry.id == f"NCBITaxon:{local}" or local.casefold() in names):
            return Term(entry.id, entry.label)
    return None


def taxa(said: Sequence[str]) -> dict[str, Term]:
    """The species that texts name, each text that names one with it.

    >>> [str(one) for one in taxa(["9606", "mouse", "x"]).values()]
    ['NCBITaxon:9606 ! Homo sapiens', 'NCBITaxon:10090 ! Mus musculus']
    """
    return {one: found for one in said if (found := taxon(one))}


def verb(said: str) -> Predicate | None:
    """A verb of kg by its name or its phrase; None if kg has no such verb.

    >>> verb("positively regulates").verb
    'positively_regulates'
    """
    word = re.sub(r"[\s-]+", "_", said.strip()).casefold()
    return vocabulary.predicates().get(word) or next(
        (one for one in vocabulary.predicates().values() if one.phrase.casefold() == said.strip().casefold()), None
    )


class Draft:
    """A mechanism in the making. What an edge rests on is what the file cites, else the file itself.

    A file that does not say what kind of statement an edge is gives the claim ``unclassified``; a publication that it
    cites was not read by kg (``read: no``); a licence that it does not state is NOASSERTION, SPDX's word for that.
    """

    def __init__(self, file: Path, ledger: Ledger, text: str | bytes) -> None:
        self.file, self.ledger = file, ledger
        kind = f"{ledger.title.partition(':')[0]} file"
        sha = hashlib.sha256(text.encode("utf-8") if isinstance(text, str) else text).hexdigest()
        self.whole = Source(key="file", kind=kind, title=title(file), texts=(sha,), at=ledger.at())
        self.about = {"id": "", "title": "", "licence": "", "summary": "", "version": "", "status": ""}
        self.nodes: dict[str, Node] = {}
        self.keys: dict[str, str] = {}  # what the file calls a node -> its key
        self.alike: dict[str, dict[str, str]] = {}  # the key that names make -> each node by its id, and its name
        self.edges: dict[tuple[Any, ...], Edge] = {}  # what one says -> the edge
        self.evidence: dict[tuple[Any, ...], dict[Evidence, None]] = {}  # the items of each
        self.again: dict[tuple[Any, ...], list[Evidence]] = {}  # those that came when the edge was there already
        self.sources: dict[str, Source] = {}
        self.works: dict[str, tuple[str, ...]] = {}  # the key of a source -> what identifies it
        self.by: dict[str, str] = {}  # what identifies a source -> its key
        self.cited: dict[str, str] = {}  # a publication as the file names it -> its key
        self.names: set[str] = set()
        self.numbers: dict[str, int] = {}  # a name -> the number that it was given last
        self.active: dict[str, str] = {}  # the key of a node -> that of the node whose activity it is

    def node(self, id: str, label: str = "", key: str = "", **says: Any) -> str:
        """The key of the node that the file calls so, which is made if there is none; ``says`` are fields of Node."""
        if id not in self.keys:
            wanted = as_key(key or id)
            self.alike.setdefault(wanted, {})[id] = key or id
            made = self.ledger.keys.get(id) or self.free(wanted, self.nodes)
            term, shown = says.get("term"), " ".join((label or id).split())
            named = shown == (term.label if term else made) or (term and vocabulary.compress(shown) == term.id)
            if not says.get("name") and not named:
                says["name"] = shown
            self.keys[id] = made
            self.nodes[made] = Node(key=made, **says)
        return self.keys[id]

    def _activities(self) -> None:
        """Say of each activity whose it is; what follows from that (its name, its kind) is not said again."""
        for key, of in self.active.items():
            if key not in self.nodes or key == of:
                continue
            node = replace(self.nodes[key], activity_of=of, thing=self.nodes[of])
            bare = replace(node, name="", kind="")
            name = "" if node.name == bare.label else node.name
            self.nodes[key] = replace(node, name=name, kind="" if node.kind == bare.drawn_as else node.kind)

    def free(self, name: str, *taken: Container[str]) -> str:
        """A name that nobody has; the numbers that were given away are not tried again."""
        made = unused(name, *taken, first=self.numbers.get(name, 1))
        self.numbers[name] = int(made.removeprefix(name).lstrip("-") or 1)
        return made

    def _in_order(self) -> dict[str, str]:
        """The keys of nodes whose names make one key, as they are whatever the order of the file: the name that is
        that key has it, then the first in the order of characters, and the others have numbers."""
        found: dict[str, str] = {}
        taken = set(self.alike)
        for wanted, names in self.alike.items():
            if len(names) > 1:
                taken.discard(wanted)
                for n, (_, _, id) in enumerate(sorted((name != wanted, name, id) for id, name in names.items()), 1):
                    found[id] = unused(wanted, taken, first=n)
                    taken.add(found[id])
        return found

    def gates(self) -> None:
        """Take nodes such as and1 for what they are: what acts on them acts together on what they act on.

        Such an edge has one of the inputs as its subject, requires the others, and excludes those with a negative sign.
        A gate stays a node, with the same meaning, where no input must be there, and beside another gate.
        """
        every = self._whole()
        signed = {edge.name for edge in every if edge.role in ("increases", "decreases")}
        gates: dict[str, tuple[list[Edge], list[Edge]]] = {}
        for key, node in self.nodes.items():
            if not node.term and GATE.fullmatch(node.label):
                into = [one for one in every if one.sentence.object == key]
                out = [one for one in every if one.subject == key]
                if into and out and signed >= {one.name for one in (*into, *out)}:
                    gates[key] = (into, out)
        stay = {key for key, (into, _) in gates.items() if not any(one.role == "increases" for one in into)}
        for edge in every:
            stay |= ends if gates.keys() >= (ends := {edge.subject, edge.sentence.object}) else set()
        for key, (into, out) in gates.items():
            said = {"inputs": [one.subject for one in into], "outputs": [one.sentence.object for one in out]}
            record = self.ledger.record("gate", self.nodes[key].label, said, self.nodes[key].at)
            for field in said:
                record.changed(field, "the inputs of the gate became requirements of one edge")
            self._replace(into, out, "" if key not in stay else key)
            if key not in stay:
                del self.nodes[key]
                self.keys = {id: one for id, one in self.keys.items() if one != key}

    def _replace(self, into: Sequence[Edge], out: Sequence[Edge], gate: str) -> None:
        """Put edges that say what a gate says in place of those into it, and of those out of it if the gate goes."""
        gone = {edge.name for edge in (*into, *(() if gate else out))}
        before, self.edges = self.edges, {}
        self.names -= gone
        for name in gone:
            self.numbers.pop(name, None)
        for says, edge in before.items():
            if edge.name not in gone:
                self.edges[says] = edge
            elif gate and edge is into[0]:
                self._conjunction(into, Sentence("", "promotes", gate), edge.at)
            elif not gate and edge in out:
                self._conjunction(into, edge.sentence, edge.at, edge.evidence)

    def _conjunction(
        self, inputs: Sequence[Edge], said: Sentence, at: Location | None, evidence: Sequence[Evidence] = ()
    ) -> None:
        """Edges that say that all inputs together do something: those that increase are there, and no other is."""
        together = [one for one in inputs if one.role == "increases"]
        against = [one for one in inputs if one.role == "decreases"]

        def needed(edges: Sequence[Edge]) -> tuple[Requirement, ...]:
            return tuple(Requirement(one.subject, "", self._cited(one.evidence), at=one.at) for one in edges)

        if together:
            rests = self._cited((*evidence, *together[0].evidence))
            sentence = replace(said, subject=together[0].subject)
            self.edge(sentence, None, rests, requires=needed(together[1:]), unless=needed(against), at=at)
            return
        self.nodes[said.object] = replace(self.nodes[said.object], at_start="present")
        for one in against:
            sentence = Sentence(one.subject, "prevents", said.object)
            self.edge(sentence, None, self._cited(one.evidence), effect=Effect(complete=True), at=one.at)

    def _cited(self, items: Iterable[Evidence]) -> tuple[Evidence, ...]:
        """Items of evidence once each, without those that are the file itself."""
        return tuple(dict.fromkeys(one for one in items if one.source != "file" or one.taxon))

    def cite(self, publication: str) -> str:
        """The key of the source that a CURIE or an address identifies; nothing if it identifies none."""
        said = re.sub(PUBMED, r"PMID:\1", publication.strip(), flags=re.IGNORECASE)
        said = re.sub(r"^(?=PMC\d+$)", "PMCID:", said)
        if "://" in said and (curie := vocabulary.compress(said.rstrip("/"))).startswith("PMID:"):
            said = curie
        if said not in self.cited:
            self.cited[said] = self._source(said)
        return self.cited[said]

    def _source(self, said: str) -> str:
        prefix, _, local = said.partition(":")
        doi = re.fullmatch(r"(?:doi:|(https?://(?:dx\.)?doi\.org/))?(10\..*)", said, re.IGNORECASE)
        number = local.strip() if prefix.casefold() in ("pmid", "pubmed") else ""
        number = number if number.strip("0") else ""  # PubMed has no number 0: it stands where nothing is cited
        identifies = {
            "pmid": (number, f"PMID_{number}"),
            "doi": (unquote(doi[2]) if doi[1] else doi[2], f"doi_{doi[2]}") if doi else ("", ""),
            "url": (said, said.partition("://")[2][:60]),
        }
        curie = "" if "://" in said else vocabulary.compress(said)
        if curie and not curie.startswith(("PMID:", "doi:")) and vocabulary.prefix(curie.partition(":")[0]):
            address = vocabulary.expand(curie)  # in PubMed Central, and the like
            identifies["url"] = (address, address.partition("://")[2][:60])
        shapes = keys.notation()["source"]
        fitting = [(field, *two) for field, two in identifies.items() if not keys.fault(shapes[field].kind, two[0])]
        if not fitting:
            return ""
        field, work, name = fitting[0]
        if len(self.works) != len(self.sources):  # a file may bring sources of its own
            self.works = {key: (one.pmid, one.doi, one.url) for key, one in self.sources.items()}
            self.by = {work: key for key, works in reversed(self.works.items()) for work in works if work}
        if work not in self.by:
            made = unused(as_key(name), self.sources)
            identified: dict[str, Any] = {field: work}
            self.sources[made] = Source(key=made, kind="publication", read="no", **identified)
            self.works[made], self.by[work] = ("", "", ""), made
        return self.by[work]

    def sentence(self, record: ForeignRecord, field: str, subject: str, object: str, found: Relation) -> Sentence:
        """The sentence that a relation of others says of two nodes; ``field`` of the record holds the relation, and its
        fate is told. A verb that does not join nodes of these kinds gives way to the one that says its sign, and no more.
        """
        if found.turned:
            subject, object = object, subject
        verb, lacks = vocabulary.predicates()[found.verb], found.lacks
        if not verbs.fitting([verb], self.nodes[subject].drawn_as, self.nodes[object].drawn_as):
            general = foreign.SIGNED.get(found.sign, "related_to")
            lacks = lacks or f"{verb.phrase!r} does not join nodes of these kinds"
            verb = vocabulary.predicates()[general]
        if found.loses_sign:
            record.lost(field, f"{verb.verb}: {lacks or 'its sign is not said'}")
        elif lacks:
            record.changed(field, f"{verb.verb}: {lacks}")
        elif found.turned:
            record.changed(field, f"{verb.verb}, with subject and object changed round")
        else:
            record.carried(field)
        return Sentence(subject, verb.verb, object)

    def edge(
        self,
        sentence: Sentence,
        record: ForeignRecord | None = None,
        evidence: Sequence[Evidence] = (),
        name: str = "",
        **more: Any,
    ) -> str:
        """Add an edge between nodes by their keys. What was said before gets the evidence of this one, too."""
        at = record.at if record else more.pop("at", None)
        items = tuple(evidence) or (Evidence(source="file", claim=UNCLASSIFIED, at=at),)
        says = (
            sentence,
            more.get("place", ""),
            more.get("level", ""),
            more.get("requires", ()),
            more.get("unless", ()),
        )
        if before := self.edges.get(says):
            known = self.evidence[says]
            more_of_it = [one for one in items if one.source != "file" or one not in known]
            known.update(dict.fromkeys(more_of_it))
            self.again.setdefault(says, []).extend(more_of_it)
            if record:
                record.joined(before.name)
            return before.name
        made = self.free(as_key(name) if name else sentence.name, self.names, self.nodes)
        self.names.add(made)
        self.edges[says] = Edge(sentence=sentence, name=made, evidence=items, at=at, **more)
        self.evidence[says] = dict.fromkeys(items)
        return made

    def _whole(self) -> tuple[Edge, ...]:
        """The edges with all their evidence, in one go: a file may say one thing a hundred thousand times."""
        for known, more in self.again.items():
            self.edges[known] = replace(self.edges[known], evidence=(*self.edges[known].evidence, *more))
        self.again = {}
        return tuple(self.edges.values())

    def _opposites(self, edges: Sequence[Edge]) -> Iterator[Note]:
        """A note on the edges of opposite sign that join one pair in one place: sources may disagree, and both stand."""
        pairs: dict[tuple[str, str, str], list[Edge]] = {}
        for edge in edges:
            if edge.run and edge.role in ("increases", "decreases"):
                pairs.setdefault((edge.subject, edge.sentence.object, edge.place), []).append(edge)
        for (subject, object, _), same in pairs.items():
            if len({edge.role for edge in same}) > 1:
                said = " and ".join(dict.fromkeys(edge.predicate.phrase for edge in same))
                ends = [self.nodes[key].label for key in (subject, object)]
                message = f"{ends[0]!r} {said} {ends[1]!r}: the file says both, and both are kept"
                self.ledger.complain(
                    same[-1].at, "both-signs", message, "kg conflicts shows what supports each", "warning"
                )
                note = f"{ends[0]} {said} {ends[1]}, by different statements of the file. Both are kept."
                yield Note(note=note, about=tuple(edge.name for edge in same), at=same[-1].at)

    def mechanism(self, **parts: Any) -> Mechanism:
        """What was drafted. Raises InvalidMechanism if there is no edge, for the faults of the file where it has some."""
        if not self.edges and any(one.severity == "error" for one in self.ledger.wrong):
            raise InvalidMechanism(self.ledger.wrong)
        if not self.edges:
            raise self.ledger.stop(None, "no-edges", "the file has no edge that can be read")
        if (keys := self._in_order()) and any(self.keys.get(id, key) != key for id, key in keys.items()):
            self.ledger.keys = keys
        name = re.sub("[^a-z0-9]+", "-", (self.about["id"] or self.file.name.partition(".")[0]).lower()).strip("-")[:64]
        sources = dict(self.sources)
        self._activities()
        edges = self._whole()
        if notes := tuple(self._opposites(edges)):
            parts["notes"] = (*parts.get("notes", ()), *notes)
        needs = (needed for edge in edges for needed in (*edge.requires, *edge.unless))
        stating: Iterable[Edge | Requirement] = (*edges, *needs)
        items = [*parts.get("scope", ()), *(item for one in stating for item in one.evidence)]
        if not sources or any(item.source == "file" for item in items):
            sources = {"file": self.whole, **sources}
        says: dict[str, Any] = {
            "id": name or "mechanism",
            "title": " ".join(self.about["title"].split()) or title(self.file),
            "licence": self.about["licence"] or "NOASSERTION",
            "summary": self.about["summary"],
            "version": self.about["version"],
            "status": self.about["status"],
        }
        return Mechanism(
            **says,
            sources=Frozen(sources),
            nodes=Frozen(self.nodes),
            edges=edges,
            file=str(self.file),
            at=self.ledger.at(),
            **parts,
        )


def unused(name: str, *taken: Container[str], first: int = 1) -> str:
    """The name, or the name with a number that nobody has; ``first`` is the number to try first.

    >>> unused("A", {"A", "A-2"})
    'A-3'
    """
    made = (name if n == 1 else f"{name}-{n}" for n in range(first, 10**9))
    return next(one for one in made if not any(one in names for names in taken))


def position(said: Any) -> tuple[float, float] | None:
    """Where a node stands in a picture; None if it is not said as two numbers.

    >>> position({"x": 1, "y": 2.5})
    (1, 2.5)
    """
    found = [said.get("x"), said.get("y")] if isinstance(said, dict) else []
    near = [one for one in found if isinstance(one, (int, float)) and type(one) is not bool and abs(one) < 1e9]
    return (near[0], near[1]) if len(near) == 2 else None
