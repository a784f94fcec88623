"""Sentences that a text may say, for a curator to accept, change or reject one by one: by rules, without a model.

What is proposed has the claim ``unclassified``: only a reader can say whether the authors found it, suppose it or report it. A
sentence that says that something is *not* so is set aside, and so is what another reader proposed and the text does not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kg.formats.shared import bounded
from kg.formats.shared.drafting import UNCLASSIFIED, Draft
from kg.formats.shared.losses import Ledger
from kg.model import foreign, vocabulary
from kg.model.diagnostics import Diagnostic, Location
from kg.model.limits import most
from kg.model.mechanism import Mechanism
from kg.model.names import fold
from kg.model.records import Evidence, Node
from kg.model.texts import Text, open_text
from kg.model.vocabulary import Term
from kg.review.relations import LACKING, Found, Mention, Sentence, known_names, meanings, short_forms, species, words

FIELDS = ("subject", "verb", "object", "quote")
EXAMPLE = '{"subject": "RNase A", "verb": "degrades", "object": "miR-146a", "quote": "rapidly degrades miR-146a"}'
ANCHOR = 8  # words at most, as in any mechanism
MOST = most("drafted text")  # characters of a text: ten long articles
PIECE = 1000  # characters of a sentence; what has no full stop for longer is a list or a table, and is read in pieces
MARKUP = re.compile(r"\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z][\w:-]*[\s>])", re.IGNORECASE)
SHARE = 0.1  # of the text that anchors may hold here; a mechanism may hold 0.15, and what a curator adds needs room


@dataclass(frozen=True)
class Proposal:
    """A sentence that a text may say, with what shows it: the names as the text has them, and its characters [start, end).

    ``verb`` is one of kg; ``sign`` is what the words say: 1, -1, or 0 for none. ``hedge`` and ``species`` stand in the same
    sentence of the text. ``words`` is the relation as the text words it.
    """

    subject: str
    verb: str
    object: str
    sign: int
    words: str
    hedge: str
    species: str
    start: int
    end: int

    def __str__(self) -> str:
        more = [f"hedged: {self.hedge}"] * bool(self.hedge) + [self.species] * bool(self.species)
        said = f"{self.subject} {vocabulary.predicates()[self.verb].phrase} {self.object}"
        return said + f" ({'; '.join(more)})" * bool(more)


@dataclass(frozen=True)
class Drafted:
    """What a text may say: proposals in its order; and the same as a mechanism, which is None if there are none.

    ``aside`` tells what was found and not proposed, or proposed by others and not borne out, each with its place and reason.
    """

    file: Path
    proposals: tuple[Proposal, ...]
    aside: tuple[Diagnostic, ...]
    mechanism: Mechanism | None

    def as_dict(self) -> dict[str, Any]:
        """It as plain values, for ``--json``."""
        return {
            "text": str(self.file),
            "proposals": [asdict(one) for one in self.proposals],
            "aside": [asdict(one) for one in self.aside],
        }


def draft(file: str | Path, known: Mechanism | None = None, proposed: str | Path | None = None) -> Drafted:
    """The sentences that a text may say, each with the words that say it.

    ``file`` is plain text, such as `kg add-source --jats` saves. ``known`` is a mechanism whose nodes keep their names where
    the text has them. ``proposed`` is a file of JSON lines by another reader: each sentence must prove itself in the text.
    Raises InvalidMechanism if the text or the proposals cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = Path(folder) / "a.txt"
    ...     _ = text.write_text("RNase A may degrade miR-146a in mice. TLR7 does not activate MyD88.")
    ...     found = draft(text)
    >>> print(*found.proposals), found.aside[0].message
    RNase A degrades miR-146a (hedged: may; Mus musculus)
    (None, "the text says that this is not so: 'TLR7 activates MyD88'; it is set aside")
    """
    path = Path(file)
    ledger = Ledger(str(path), "text")
    _readable(path, ledger)
    return _Drafting(path, open_text(path), known, ledger).done(proposed)


def of_text(text: Text, path: Path, known: Mechanism | None = None, proposed: str | Path | None = None) -> Drafted:
    """The same of a text that is at hand; ``path`` is what complaints call it."""
    return _Drafting(path, text, known, Ledger(str(path), "text")).done(proposed)


def _readable(path: Path, ledger: Ledger) -> None:
    """Complain of a file that is no plain text of an article; bytes of another encoding are a warning each."""
    said = bounded.text(path, ledger)
    if not said.strip():
        raise ledger.stop(None, "no-text", "the text is empty")
    if MARKUP.match(said):
        raise ledger.stop(
            None, "no-text", "this is XML or HTML, not plain text", f"kg add-source MECH --jats {path} saves its text"
        )
    if len(said) > MOST:
        message = f"the text has {len(said):,} characters; {MOST:,} are the most that are read at once"
        raise ledger.stop(None, "too-large", message, "split it, one article in a file")


class _Drafting:
    """One pass over a text, or over what others propose for it."""

    def __init__(self, path: Path, text: Text, known: Mechanism | None, ledger: Ledger) -> None:
        self.text, self.mechanism, self.known = text, known, known_names(known)
        self.short = short_forms(text.text)
        self.ledger = ledger
        self.places = bounded.Places(text.text, ledger)
        self.draft = Draft(path, self.ledger, text.text)
        sources = known.sources.values() if known else ()
        own = replace(self.draft.whole, key="text", kind="text", texts=(text.sha256,), read="no")
        self.source = replace(next((one for one in sources if text.sha256 in one.texts), own), reports="", at=None)
        self.draft.sources[self.source.key] = self.source
        self.proposals: list[Proposal] = []
        self.anchored = 0  # characters
        self.doubtful: set[str] = set()

    def read(self) -> None:
        """Look for relations in every sentence."""
        for start, end in (piece for one in self.text.sentences() for piece in _pieces(self.text.text, *one)):
            sentence = Sentence(self.text.text[start:end], start, self.known, self.short)
            for found in sentence.relations():
                self.propose(found, sentence, self.at(start + found.start))

    def take(self, file: Path) -> None:
        """What another reader proposes, where the text bears it out; else it is set aside with its reason."""
        ledger = Ledger(str(file), "proposals")
        said = bounded.text(file, ledger)
        if said.lstrip().startswith("["):
            place = bounded.Places(said, ledger).shown
            proposed = [(one, place(getattr(one, "offset", 0))) for one in bounded.objects(said, ledger)]
        else:
            lines = ((line, ledger.at(n, 1, line)) for n, line in enumerate(said.split("\n"), 1) if line.strip())
            proposed = [(bounded.objects(line, ledger, at), at) for line, at in lines]
        self.ledger = self.draft.ledger = ledger
        if not proposed:
            raise ledger.stop(None, "no-edges", "the file has no proposal", EXAMPLE)
        for one, at in proposed:
            for what in _plain(one):
                self.prove(what, at)

    def prove(self, said: Mapping[str, str], at: Location) -> None:
        """Propose what another reader says if its quote, its names and its verb can be shown."""
        missing = [key for key in FIELDS if not said[key]]
        if missing:
            return self.ledger.aside(at, "no-sentence", f"it has no {missing[0]}", EXAMPLE)
        places = self.text.find(said["quote"])
        if not places:
            near = self.text.nearest(said["quote"])
            return self.ledger.aside(
                at, "anchor-not-found", f"the text does not say {said['quote']!r}", f"it says {near!r}" if near else ""
            )
        ends = [self.named(said[key]) for key in ("subject", "object")]
        for key, end in zip(("subject", "object"), ends, strict=True):
            if end is None:
                return self.ledger.aside(
                    at, "unknown-name", f"{said[key]!r} is not a name that kg knows", f"kg ground {said[key]}"
                )
        relation = foreign.relation(said["verb"])
        if not relation.known:
            return self.ledger.aside(at, "unknown-verb", f"kg has no verb {said['verb']!r}", f"kg verbs {said['verb']}")
        first, last = places[0]
        subject, object = (replace(one, start=0, end=0) for one in ends if one)
        if relation.turned:
            subject, object, relation = object, subject, replace(relation, turned=False)
        sentence = Sentence(self.text.text[first:last], first, self.known, self.short)
        return self.propose(Found(subject, relation, object, 0, last - first), sentence, at)

    def named(self, said: str) -> Mention | None:
        """What a name means by itself; None if nobody calls anything so."""
        node, matches = self.known.get(fold(said), ""), self.short.get(said) or meanings(said)
        return Mention(0, 0, said, matches, node) if node or matches else None

    def propose(self, found: Found, sentence: Sentence, at: Location) -> None:
        """Add what a sentence says, unless it says that it is not so."""
        start, end = sentence.start + found.start, sentence.start + found.end
        quoted = " ".join(self.text.text[start:end].split())
        phrase = vocabulary.predicates()[found.relation.verb].phrase
        if found.denied:
            message = f"the text says that this is not so: '{found.subject.said} {phrase} {found.object.said}'"
            return self.ledger.aside(at, "denied", message, said=quoted)
        subject, object = (self.node(one, at) for one in (found.subject, found.object))
        if subject == object:
            return None
        said = {"subject": found.subject.said, "relation": found.relation.verb, "object": found.object.said}
        record = self.ledger.record("sentence", quoted, said, at)
        made = self.draft.sentence(record, "relation", subject, object, found.relation)
        hedges = (one.group() for one in sentence.tokens if one.start() < found.end)
        hedge = next((one.casefold() for one in hedges if one.casefold() in words("hedge")), "")
        taxon = species(sentence.text)
        anchor = self.anchor(start, end)
        evidence = Evidence(
            source=self.source.key,
            anchor=anchor,
            span=None if anchor else (start, end),
            claim=UNCLASSIFIED,
            hedge=hedge,
            taxon=taxon,
        )
        self.draft.edge(made, record, [evidence])
        name = taxon[0].label if taxon else ""
        ends = (found.subject.said, made.verb, found.object.said)
        self.proposals.append(Proposal(*ends, found.relation.sign, quoted, hedge, name, start, end))
        return None

    def at(self, offset: int) -> Location:
        return self.places.shown(offset)

    def node(self, name: Mention, at: Location) -> str:
        """The key of a name's node. A name that may mean several things has no term, and a warning says so."""
        if name.node and self.mechanism:
            own = self.mechanism.nodes[name.node]
            self.draft.nodes.setdefault(name.node, Node(own.key, term=own.term, name=own.label, kind=own.kind))
            return name.node
        said, best = LACKING.sub("", name.said), name.matches[0]
        kind = "" if best.id in vocabulary.terms() else best.kind
        if len(name.matches) == 1:
            return self.draft.node(best.id, said, key=said, term=Term(best.id, best.label), kind=kind)
        if said not in self.doubtful:
            self.doubtful.add(said)
            meant = " or ".join(map(str, name.matches[:3]))
            self.ledger.complain(at, "ambiguous-name", f"{said!r} may mean {meant}", f"kg ground {said}", "warning")
        return self.draft.node(fold(said), said, key=said, kind=best.kind)

    def anchor(self, start: int, end: int) -> str:
        """Words that point to a place: eight at most, found once. Nothing where a span has to do."""
        tokens = [*re.finditer(r"\S+", self.text.text[start:end])]
        first = max(0, len(tokens) - ANCHOR) // 2
        chosen = tokens[first : first + ANCHOR]
        said = " ".join(self.text.text[start + chosen[0].start() : start + chosen[-1].end()].split()).strip(",;:")
        if len(said) > SHARE * len(self.text) - self.anchored or len(self.text.find(said)) != 1:
            return ""
        self.anchored += len(said)
        return said

    def done(self, proposed: str | Path | None) -> Drafted:
        if proposed is None:
            self.read()
        else:
            self.take(Path(proposed))
        made = self.draft.mechanism() if self.proposals else None
        return Drafted(Path(self.draft.file), tuple(self.proposals), tuple(self.ledger.wrong), made)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, or pieces of it that end at a blank, as [start, end) in characters of the text."""
    while end - start > PIECE:
        blank = text.rfind(" ", start, start + PIECE)
        cut = blank + 1 if blank > start else start + PIECE
        yield start, cut
        start = cut
    yield start, end


def _plain(one: Any) -> Iterator[dict[str, str]]:
    """A proposal by its four fields; a statement of INDRA is one for each of its evidence texts."""
    said = one if isinstance(one, dict) else {}
    if "evidence" not in said or "type" not in said:
        yield {key: str(said.get(key) or "").strip() for key in FIELDS}
        return
    members = said.get("members")
    if isinstance(members, list) and len(members) == 2:
        ends = members
    else:
        roles = (("subj", "enz", "agent"), ("obj", "sub"))
        ends = [next((said[role] for role in names if said.get(role)), None) for names in roles]
    names = [str(end.get("name") or "") if isinstance(end, dict) else "" for end in ends]
    items = said["evidence"] if isinstance(said["evidence"], list) else []
    for item in items or [{}]:
        quote = str(item.get("text") or "") if isinstance(item, dict) else ""
        yield {"subject": names[0], "verb": str(said["type"]), "object": names[1], "quote": quote}
