"""A mechanism in words: sentences, evidence, runs, filters and what a reader may copy. The template says nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from kg.model import identities, licences, vocabulary
from kg.model.languages import speak, speaking
from kg.model.mechanism import Mechanism, names_of
from kg.model.records import ONE_LOWER, Edge, Effect, Evidence, Node, Requirement, Source, Stop, Support, common_name
from kg.model.vocabulary import Term
from kg.page.layout import clean, spoken
from kg.page.quotes import Quote, Quotes
from kg.page.turtle import Turtle, prefixes, quoted
from kg.reasoning import contexts, network, routes, whatif
from kg.reasoning.conflict import Conflict, Side
from kg.reasoning.disagreements import Supports, supports
from kg.reasoning.merge import Union

READ = {
    "full": "read in full",
    "excerpt": "read in part",
    "abstract": "only its abstract read",
    "report": "known through a report",
    "no": "not read",
}
STANCES = {"supports": "What supports it", "qualifies": "What qualifies it", "disputes": "What disputes it"}
NOT_STATED = "not-stated"


def rests(support: Support) -> str:
    """What edges rest on, in counts, as a reader says it; model.js says the same of a derivation.

    >>> from kg.formats import read
    >>> rests(read("ta1-tlr7").support(read("ta1-tlr7").edge("fall-in-blood")))
    '1 source (known through a report); assay: substance quantification evidence'
    """
    read = ", ".join(speak(READ.get(how, how)) for how in support.read)
    assays = speak("; assay: {0}", ", ".join(support.designs)) if support.designs else ""
    return support.counts + f" ({read})" * bool(read) + assays


@dataclass(frozen=True)
class Group:
    """Some edges under a title."""

    title: str
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Choice:
    """Something to filter by, and how many edges have it."""

    key: str
    label: str
    count: int
    title: str = ""  # of a source, in its own language


@dataclass(frozen=True)
class Facet:
    """A question that filters answer: claim, species, source or place."""

    key: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Cell:
    """An outcome under a condition: one value, or several where the readings disagree."""

    label: str
    values: tuple[str, ...]
    readings: str  # which reading says what; empty where all agree
    status: str = ""  # a key of whatif.MARKS

    @property
    def said(self) -> str:
        """The values as a reader says them."""
        return " | ".join(speak(" to ").join(map(speak, value.split(" to "))) for value in self.values)

    @property
    def look(self) -> str:
        """split, open, off or on: for the mark beside the words."""
        if len(self.values) > 1:
            return "split"
        value = self.values[0]
        return "open" if value == "unknown" or " to " in value else "off" if value in ("absent", "none") else "on"


@dataclass(frozen=True)
class Outcomes:
    """A declared condition with what it sets and what comes out of it."""

    key: str
    title: str
    settings: str
    cells: tuple[Cell, ...]

    @property
    def said(self) -> str:
        """The condition with each outcome, its value and what that rests on, in one line."""
        cells = (f"{c.label}: {c.said.replace(' | ', speak(' or '))} ({speak(c.status)})" for c in self.cells)
        return f"{self.title}: {'; '.join(cells)}"


@dataclass(frozen=True)
class Table:
    """The declared conditions as rows, run under the assumptions that it names."""

    title: str
    assumed: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[Outcomes, ...]
    split: bool


class Narrative:
    """A mechanism in words: what the template, the script and the pictures say of it.

    ``quotes`` are sentences of sources to show beside evidence; without them, none is shown. ``language`` is that in
    which the mechanism is told; ``speaking`` says in which the words around it are.
    """

    def __init__(self, mechanism: Mechanism, quotes: Quotes | None = None, language: str = "") -> None:
        self.original, self.language = mechanism, language
        self.m = mechanism = mechanism.told(language)
        self.quotes = quotes.shown if quotes else {}
        self.claims = vocabulary.claims()
        self.edge_number = {edge.name: n for n, edge in enumerate(mechanism.edges)}
        self.node_number = {key: n for n, key in enumerate(mechanism.nodes)}
        self.condition_number = {key: n for n, key in enumerate(mechanism.conditions)}
        self.predicates = vocabulary.predicates()
        self._into: dict[str, list[Edge]] = {}
        self._out: dict[str, list[Edge]] = {}
        self._needing: dict[str, list[Edge]] = {}
        self._blockers: dict[str, list[Edge]] = {}
        self._blocked: dict[str, tuple[Edge, ...]] = {}
        for edge in mechanism.edges:
            blocked = mechanism.blocked(edge)
            self._blocked[edge.name] = blocked
            self._into.setdefault(self.object(edge), []).append(edge)
            self._out.setdefault(edge.subject, []).append(edge)
            for key in dict.fromkeys(r.node for r in (*edge.requires, *edge.unless)):
                self._needing.setdefault(key, []).append(edge)
            for one in blocked:
                self._blockers.setdefault(one.name, []).append(edge)

    # ---- nodes and edges

    def label(self, key: str) -> str:
        """A node as a reader calls it; the key itself if there is no such node."""
        return self.m.nodes[key].label if key in self.m.nodes else key

    def title(self, key: str) -> str:
        return spoken(self.label(key))

    def say(self, edge: Edge) -> str:
        """An edge as a sentence of labels."""
        many = edge.subject in self.m.nodes and self.m.nodes[edge.subject].many
        verb = self.predicates[edge.verb].said(many) if edge.verb in self.predicates else edge.verb.replace("_", " ")
        blocked = self.blocked(edge)
        subject, object = self.title(edge.subject), self.label(edge.sentence.object)
        if edge.sentence.other:
            return speak(f"{{0}} {verb} {{1}} from {{2}}", subject, object, self.label(edge.sentence.other))
        if blocked and blocked[0] is not edge:
            first = blocked[0]
            object = speak("the step “{0}”", self.say(first) if first.role != "blocks" else first.name)
        return speak(f"{{0}} {verb} {{1}}", subject, object)

    def blocked(self, edge: Edge) -> tuple[Edge, ...]:
        return self._blocked[edge.name]

    def blockers(self, edge: Edge) -> list[Edge]:
        return self._blockers.get(edge.name, [])

    def object(self, edge: Edge) -> str:
        """The node that an edge points to; for a blocking edge, the object of what it blocks."""
        return self.m.object(edge) if self._blocked.get(edge.name) else edge.sentence.object

    def into(self, key: str) -> list[Edge]:
        return self._into.get(key, [])

    def out_of(self, key: str) -> list[Edge]:
        return self._out.get(key, [])

    def needing(self, key: str) -> list[Edge]:
        return self._needing.get(key, [])

    @cached_property
    def hops(self) -> list[int]:
        """The steps that routes take, six numbers each: node, edge, kind, sign, and the claim and sources it stands on."""
        kinds, claims = list(routes.WORDS), list(self.claims)
        found = []
        try:
            for hop, _ in routes.hops(self.m):
                _, claim, sources = routes.stands_on(self.m, hop)
                found += [self.node_number[hop.node], self.edge_number[hop.edge], kinds.index(hop.kind), hop.sign]
                found += [claims.index(claim) if claim else -1, sources]
        except (KeyError, IndexError, ValueError):  # not valid: what is wrong is `kg check`'s to say
            return []
        return found

    def place(self, key: str) -> str:
        """A place with the places around it."""
        inside, *around = [self.m.places[p].label for p in self.m.within(key)] or [""]
        for name in around:
            inside = speak("{0}, in the {1}", inside, name[:1].lower() + name[1:], name)
        return inside

    def start(self, node: Node) -> str:
        if node.at_start:
            return speak(node.at_start)
        made = any(e.executes and e.role == "increases" for e in self.into(node.key))
        return speak("absent, until a step brings it" if made else "unknown")

    def runs(self, edge: Edge) -> str:
        if edge.definition:
            return speak("yes: if {0} is absent, this is absent, too", self.label(edge.subject))
        if edge.executes:
            return speak("yes")
        return speak("no: drawn and exported only" if edge.role != "none" else "no: the verb states no effect")

    def extent(self, effect: Effect) -> str:
        """How far a decrease goes."""
        level = "" if effect.complete or effect.to == ONE_LOWER else effect.to
        return speak("to {0}", speak(level)) if level else speak(effect.extent)

    # ---- evidence

    def claim(self, claim: str) -> str:
        return speak(self.claims[claim].label if claim in self.claims else claim)

    def hedges(self, edge: Edge) -> list[str]:
        """How the evidence of an edge's own claim is hedged; what only qualifies the edge hedges nothing."""
        own = (item for item in edge.evidence if item.stance == "supports" and item.claim == edge.claim)
        return list(dict.fromkeys(item.hedge for item in own if item.hedge))

    def grouped(self, items: Iterable[Evidence]) -> list[tuple[str, list[Evidence]]]:
        """Evidence by its stance, what supports first; with titles where there is more than one kind."""
        by_stance: dict[str, list[Evidence]] = {stance: [] for stance in STANCES}
        for item in items:
            by_stance.setdefault(item.stance, []).append(item)
        found = [(speak(STANCES.get(stance, stance)), some) for stance, some in by_stance.items() if some]
        return found if len(found) > 1 else [("", some) for _, some in found]

    @cached_property
    def scope(self) -> str:
        """What the source says about species as a whole."""
        return ", ".join(
            f"{speak(e.hedge)} {speak(common_name(taxon))}".strip() for e in self.m.scope for taxon in e.taxon
        )

    def species(self, taxa: Iterable[Term]) -> str:
        """The species that are stated; else that none is, and what the source says of the whole."""
        stated = dict.fromkeys(f"{speak(common_name(taxon))} ({taxon.label})" for taxon in taxa)
        if stated:
            return ", ".join(stated)
        return speak("not stated here; source: {0}", self.scope) if self.scope else speak("not stated")

    def context(self, *items: Evidence, own: Mapping[str, str] | None = None) -> str:
        """In what something was seen, beside its species: ``inducer: LPS; dose: 1 mg/kg``."""
        stated = contexts.stated(items, own)
        return "; ".join(f"{kind}: {contexts.listed(said)}" for kind, said in stated.items() if kind != "species")

    def species_short(self, edge: Edge) -> str:
        stated = dict.fromkeys(speak(common_name(taxon)) for taxon in edge.taxa)
        return ", ".join(stated) or speak("species not stated")

    def locator(self, evidence: Evidence) -> str:
        """Where it stands, in characters; and that nothing else is known of it, where no words say what stands there."""
        if not evidence.span:
            return ""
        source = self.m.source(evidence)
        place = speak("characters {0}–{1} of the {2}", *evidence.span, speak(source.kind if source else "text"))
        told = evidence.anchor or evidence.says or evidence.because or self.quote(evidence)
        return place if told else speak("Only its place in the text is known: {0}.", place)

    def quote(self, evidence: Evidence) -> Quote | None:
        """The sentence at its place, if a build was asked for sentences and the licence of the source allows it."""
        return self.quotes.get(evidence)

    def passage(self, evidence: Evidence) -> str:
        """A link to the source, and to the anchor in it, which a browser scrolls to; nothing without an address.

        >>> from kg.formats import read
        >>> m = read("ta1-tlr7")
        >>> Narrative(m).passage(m.edge("degradation").evidence[0])[-46:]
        '#:~:text=rapidly%20degrade%20these%20microRNAs'
        """
        source = self.m.source(evidence)
        if source is None or self.only_own(evidence):
            return ""
        doi, pmid = (prefix + id if id else "" for prefix, id in (("doi:", source.doi), ("PMID:", source.pmid)))
        url = self.web(source.url) or next(filter(None, (self.page(id) for id in (doi, pmid) if id)), "")
        if not url or not evidence.anchor:
            return url
        # a comma, a hyphen and an ampersand have a meaning in a text fragment; quote leaves the hyphen
        text = quote(evidence.anchor, safe="", errors="replace").replace("-", "%2D")
        return f"{url}{'' if '#' in url else '#'}:~:text={text}"

    def chain(self, evidence: Evidence) -> tuple[str, str]:
        """How we know: the text that was read, by name if it is not the first; and how, with the study behind it."""
        source = self.m.source(evidence)
        if source is None or self.only_own(evidence):
            return "", ""
        first = source.key == next(iter(self.m.sources))
        return "" if first else self.named(source), self.reading(source)

    def reading(self, source: Source) -> str:
        text = f"{speak(source.kind)}, {speak(READ.get(source.read, source.read))}"
        of = self.m.sources.get(source.reports)
        return text + (
            speak("; it reports a {0}, {1}", speak(of.kind), speak(READ.get(of.read, of.read))) if of else ""
        )

    def named(self, source: Source) -> str:
        """A source as one cites it."""
        who = f"{source.authors} ({source.date})" if source.authors and source.date else source.authors or source.date
        return ". ".join(filter(None, (who.rstrip("."), source.title.rstrip("."), source.publisher)))

    def conditions(self, requirements: Iterable[Requirement]) -> str:
        return ", ".join(map(self.condition, requirements))

    def condition(self, one: Requirement) -> str:
        return (
            speak("{0} at {1} or more", self.label(one.node), speak(one.level)) if one.level else self.label(one.node)
        )

    def support(self, edge: Edge) -> str:
        """What an edge rests on, in counts: independent sources by stance, how they were read, assays, disagreements."""
        return rests(self._support(edge))

    def counts(self, edge: Edge) -> str:
        """The same in a few words: independent sources by stance, and disagreements."""
        return self._support(edge).counts

    def _support(self, edge: Edge) -> Support:
        return self.supports.of(edge.name) if self.supports else self.m.support(edge)

    # ---- disagreement

    @cached_property
    def supports(self) -> Supports | None:
        """What every edge rests on, and where mechanisms or their sources disagree; nothing if it cannot be told."""
        try:
            return supports(self.m)
        except (KeyError, IndexError, network.QueryError):  # not valid: what is wrong is `kg check`'s to say
            return None

    @property
    def conflicts(self) -> list[Conflict]:
        return self.supports.conflicts if self.supports else []

    def disagreements(self, edge: Edge) -> list[Conflict]:
        """The disagreements that an edge is in."""
        return self.supports.by_edge.get(edge.name, []) if self.supports else []

    @cached_property
    def contested(self) -> frozenset[str]:
        """The edges that somebody disputes, or that contradict others so that nothing stated separates them."""
        disputed = {edge.name for edge in self.m.edges if edge.disputed}
        by_edge = self.supports.by_edge if self.supports else {}
        open = {name for name, found in by_edge.items() if any(one.verdict in ("direct", "possible") for one in found)}
        return frozenset(disputed | open)

    def side_edges(self, side: Side) -> list[Edge]:
        """The edges of a side, as they are called here."""
        names = side.about if side.kind == "edge" else ()
        return [self.m.edge(name if name in self.edge_number else f"{side.mechanism}.{name}") for name in names]

    def verdict(self, one: Conflict) -> list[tuple[str, str]]:
        """What separates the sides of a disagreement, each with what the sides state of it; then the words of the file."""
        said = [(f"{speak(name)}: ", f"{here} / {there}") for name, here, there in one.separated]
        if one.open:
            said.append((speak("not stated on both sides: {0}", ", ".join(map(speak, one.open))), ""))
        return [*said, ("", one.because)] if one.because else said

    def counted(self, edge: Edge) -> str:
        claims = self.m.support(edge).claims
        return ", ".join(f"{self.claim(claim)} {claims[claim]}" for claim in self.claims if claim in claims)

    def identifiers(self, evidence: Iterable[Evidence]) -> list[tuple[str, str]]:
        """Text and address of every identifier of the sources behind some evidence."""
        found: dict[str, str] = {}
        for item in evidence:
            source = self.m.source(item)
            for one in (source, self.m.sources.get(source.reports)) if source and not self.only_own(item) else ():
                for prefix, local in (("doi", one.doi), ("PMID", one.pmid)) if one else ():
                    if local:
                        found.setdefault(f"{prefix}:{local}", self.page(f"{prefix}:{local}"))
                if one and one.url and not (one.doi or one.pmid):
                    found.setdefault(one.title or one.url, self.web(one.url))
        return list(found.items())

    def only_own(self, item: Evidence) -> bool:
        """Whether an item is the curator's own and points to no text."""
        return bool(item.because) and not (item.anchor or item.span)

    def notes(self, name: str) -> list[str]:
        return self._notes.get(name, [])

    @cached_property
    def _notes(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for note in self.m.notes:
            for name in dict.fromkeys(note.about):
                found.setdefault(name, []).append(note.note)
        return found

    @cached_property
    def ordered_notes(self) -> list[Any]:
        """Notes with the cautions first."""
        return sorted(self.m.notes, key=lambda note: not any(e.claim == "caution" for e in note.evidence))

    @cached_property
    def groups(self) -> list[Group]:
        """Every edge once: under the first stop of the tour that lights it, the others by the place they start in."""
        left = dict.fromkeys(edge.name for edge in self.m.edges)
        groups = []
        for stop in self.m.tour:
            here = [self.m.edge(name) for name in dict.fromkeys(stop.light) if name in left]
            for edge in here:
                del left[edge.name]
            groups.append(Group(stop.title, tuple(here)))
        by_place: dict[str, list[Edge]] = {}
        for name in left:
            edge = self.m.edge(name)
            node = self.m.nodes.get(edge.subject)
            around = self.m.within(edge.place or (node.place if node else ""))
            title = self.m.places[around[-1]].label if around else speak("Elsewhere")
            by_place.setdefault(speak("Also: {0}", title) if self.m.tour else title, []).append(edge)
        groups += [Group(title, tuple(edges)) for title, edges in by_place.items()]
        return [group for group in groups if group.edges]

    def web(self, url: str) -> str:
        """A link that may be followed: http and https only."""
        return url if re.match(r"https?://[^\s<>\"]+$", url) else ""

    def licence(self, source: Source) -> str:
        """The address of the licence of a source."""
        return self.web(licences.link(source.licence))

    def page(self, curie: str) -> str:
        return self.web(vocabulary.link(curie))

    @cached_property
    def credits(self) -> list[str]:
        """A line for each text that the picture is told from, and the study behind it; for the embed and the picture."""
        told = self.m.second_hand
        keys = dict.fromkeys(key for s in told for key in (s.key, s.reports)) or self.m.sources
        return [self.named(self.m.sources[key]) for key in keys if key in self.m.sources]

    @cached_property
    def hubs(self) -> list[str]:
        """The nodes that most steps begin or end at: where to begin in a large mechanism."""
        touching = {key: len(self._into.get(key, ())) + len(self._out.get(key, ())) for key in self.m.nodes}
        return sorted(touching, key=lambda key: -touching[key])[:12]

    @cached_property
    def languages(self) -> list[str]:
        """The languages of the mechanism: its own, for which there is no tag, and those that it is translated into."""
        return ["", *self.m.languages]

    def tongue(self, stop: Stop) -> str:
        """The language of the words of a stop: that of the mechanism, if it is translated; else English."""
        return self.language if self.language in stop.translations else "en"

    @cached_property
    def line(self) -> list[tuple[Edge, routes.SpineStep]]:
        """The main line that the file declares, edge by edge."""
        try:
            return [(self.m.edge(step.edge), step) for step in routes.spine(self.m)]
        except (KeyError, IndexError, ValueError):  # not valid: what is wrong is `kg check`'s to say
            return []

    # ---- filters and search

    def tags(self, edge: Edge) -> tuple[tuple[str, ...], ...]:
        """What an edge has of each facet, in their order."""
        taxa = dict.fromkeys(taxon.id for taxon in edge.taxa)
        sources = dict.fromkeys(
            source.key for item in edge.evidence if not self.only_own(item) and (source := self.m.source(item))
        )
        return (
            (edge.claim or NOT_STATED,),
            tuple(taxa) or (NOT_STATED,),
            tuple(sources) or (NOT_STATED,),
            self.m.within(edge.place) or (NOT_STATED,),
        )

    @cached_property
    def facets(self) -> tuple[Facet, ...]:
        """What can be filtered by; a facet with one choice is shown, too, since its count says something."""
        taxa = {
            taxon.id: speak(common_name(taxon)) for e in self.m.edges for item in e.evidence for taxon in item.taxon
        }
        names: tuple[tuple[str, str, Mapping[str, str]], ...] = (
            ("claim", speak("Firmest claim"), {claim: self.claim(claim) for claim in self.claims}),
            ("species", speak("Species"), taxa),
            ("source", speak("Source"), {key: speak(s.kind) for key, s in self.m.sources.items()}),
            ("place", speak("Place"), {key: spoken(place.label) for key, place in self.m.places.items()}),
        )
        rest = {"claim": speak("no supporting claim"), "source": speak("no source: the curator’s own")}
        facets = []
        counts: list[dict[str, int]] = [{} for _ in names]
        for edge in self.m.edges:
            for count, keys in zip(counts, self.tags(edge), strict=True):
                for key in keys:
                    count[key] = count.get(key, 0) + 1
        for (facet, title, known), count in zip(names, counts, strict=True):
            labels = {**{k: v for k, v in known.items() if k in count}, **{k: k for k in count if k not in known}}
            labels.pop(NOT_STATED, None)
            titles = {key: s.title for key, s in self.m.sources.items()} if facet == "source" else {}
            choices = [Choice(key, label, count[key], titles.get(key, "")) for key, label in labels.items()]
            if NOT_STATED in count:
                choices.append(Choice(NOT_STATED, rest.get(facet, speak("not stated")), count[NOT_STATED]))
            facets.append(Facet(facet, title, tuple(choices)))
        return tuple(facets)

    @cached_property
    def names(self) -> list[list[str]]:
        """What the search looks through: for each node its label, then other names and identifiers; edges likewise."""
        found = []
        for key, node in self.m.nodes.items():
            own = names_of(self.original.nodes[key])[self.title(key) == spoken(self.original.nodes[key].label) :]
            found.append([f"n{self.node_number[key]}", self.title(key), *own, *identities.names(node)])
        found += [[f"e{n}", self.say(edge), edge.name] for n, edge in enumerate(self.m.edges)]
        return [[clean(text)[:400] for text in row] for row in found]

    # ---- runs

    @cached_property
    def tables(self) -> list[Table]:
        """The declared conditions with their outcomes, as the source has it and with every assumption on; of several mechanisms
        none, since the page of each has its own.
        """
        if isinstance(self.m, Union):
            return []
        found = [self._table(speak("What follows under each condition"), ())]
        if self.m.assumptions:
            found.append(self._table(speak("The same under the declared assumptions"), tuple(self.m.assumptions)))
        return [table for table in found if table.rows]

    def _table(self, title: str, assume: Collection[str]) -> Table:
        try:
            run = whatif.table(self.m, assume) if self.m.conditions else []
        except (KeyError, network.QueryError):  # an invalid mechanism cannot run; what is wrong is `kg check`'s to say
            run = []
        rows, split = [], False
        for row in run:
            cells = []
            for node, by in row.values.items():
                said = {reading: whatif.shown(value) for reading, value in by.items()}
                values = tuple(dict.fromkeys(said.values()))
                readings = "; ".join(f"{speak(value)} ({self._reading(r)})" for r, value in said.items())
                cells.append(Cell(self.title(node), values, readings if len(values) > 1 else "", row.status[node]))
                split = split or len(values) > 1
            given = self.m.conditions[row.condition]
            settings = ", ".join(f"{self.label(node)} {speak(value)}" for node, value in given.values.items())
            asked = contexts.of(given)
            settings += speak("; in this context: {0}", asked) if asked else ""
            rows.append(Outcomes(row.condition, row.title or row.condition, settings, tuple(cells)))
        heads = tuple(cell.label for cell in rows[0].cells) if rows else ()
        names = tuple(self.m.assumptions[name].title or name for name in assume)
        return Table(title, names, heads, tuple(rows), split)

    def _reading(self, name: str) -> str:
        return speak(name) if name == network.AS_WRITTEN else self.m.readings[name].title or name

    def outcomes(self, stop: Stop) -> Outcomes | None:
        """What comes out under the condition of a stop."""
        rows = self.tables[0].rows if self.tables and stop.condition else ()
        return next((row for row in rows if row.key == stop.condition), None)

    # ---- to copy

    @cached_property
    def chains(self) -> dict[str, int]:
        """The source chains of citations, numbered as ``copies`` meets them."""
        return {}

    @cached_property
    def copies(self) -> dict[str, dict[str, Any]]:
        """What can be copied of each edge and node: Turtle, CURIEs, a citation and the number of its source chain."""
        from kg.formats.rdf import names, write

        try:
            with speaking(""):  # the graph is made once, for all who ask
                turtle = Turtle([triple for part in self.original.parts for triple in write.graph(part)], self._base)
        except (KeyError, IndexError, ValueError):  # an unknown prefix, verb or edge, or half a character: not valid
            turtle = None
        version = speak(" Version {0}.", self.m.version) if self.m.version else ""
        known, draft = vocabulary.citable(self.m.id), speak(vocabulary.DRAFT)
        found: dict[str, dict[str, Any]] = {}
        for kind, parts in (("edge", self.edge_number), ("node", self.node_number)):
            for name, number in parts.items():
                iri = names.iri(self.m, kind, name)
                if kind == "edge":
                    edge = self.m.edge(name)
                    said, sources = self.say(edge), self._behind(edge)
                    ends = (self._curie(edge.subject), f"kgv:{edge.verb}", self._curie(self.object(edge)))
                    curie = " ".join(ends) if all(ends) else ""
                else:
                    said, sources, curie = self.title(name), self.credits, self._curie(name)
                chain = clean(speak("From: {0}.", "; ".join(sources)) if sources else "")
                found[kind[0] + str(number)] = {
                    "turtle": turtle.about(iri) if turtle else "",
                    "citation": clean(f"“{said}”. {iri if known else draft}.{version}"),
                    "chain": self.chains.setdefault(chain, len(self.chains)),
                    "curie": clean(curie),
                }
        return found

    @cached_property
    def prefixes(self) -> str:
        """The prefix declarations that all copied Turtle shares."""
        base = self._base
        lines = (f"@prefix {prefix}: <{quoted(iri)}> .\n" for prefix, iri in prefixes(base).items())
        return f"@base <{quoted(base)}/> .\n" + "".join(lines)

    @property
    def _base(self) -> str:
        """What the IRIs of all parts have in common."""
        from kg.formats.rdf import names

        return names.iri(self.m) if next(iter(self.m.parts), None) is self.m else vocabulary.BASE.rstrip("/")

    def _curie(self, key: str) -> str:
        node = self.m.nodes.get(key)
        return node.term.id if node and node.term else ""

    def _behind(self, edge: Edge) -> list[str]:
        """The source chain of an edge: what was read, and what that reports; of its support, where it has any."""
        said: dict[str, None] = {}
        for item in [item for item in edge.evidence if item.stance == "supports"] or edge.evidence:
            source = self.m.source(item)
            if source and not self.only_own(item):
                of = self.m.sources.get(source.reports)
                text = f"{self.named(source)} ({speak(source.kind)}, {speak(READ.get(source.read, source.read))})"
                if of:
                    of_id = f", doi:{of.doi}" if of.doi else f", PMID:{of.pmid}" if of.pmid else ""
                    how = f"({speak(of.kind)}, {speak(READ.get(of.read, of.read))})"
                    text += speak(", reporting {0}", f"{self.named(of)}{of_id} {how}")
                said.setdefault(text)
        return list(said) or [speak("the curator’s own inference")]
