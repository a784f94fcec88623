"""A mechanism: what a file in the notation says, what follows from it at once, and its view as a networkx graph."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from kg.model import identities, vocabulary
from kg.model.diagnostics import AmbiguousName, UnknownName, nearest
from kg.model.frames import frame
from kg.model.languages import speak
from kg.model.records import (
    STATUS,
    Assumption,
    Condition,
    Edge,
    Evidence,
    Expectation,
    Frozen,
    Node,
    Note,
    Place,
    Reading,
    Sentence,
    Source,
    Stop,
    Support,
    TrackedRecord,
    common_name,
    defined,
    plain,
)

if TYPE_CHECKING:
    import networkx as nx

    from kg.model.frames import DataFrame


@dataclass(frozen=True)
class Mechanism(TrackedRecord):
    """A mechanism: what a file in the notation says."""

    id: str = ""
    title: str = ""
    summary: str = ""
    licence: str = ""
    version: str = ""
    status: str = ""
    sources: Frozen[Source] = Frozen()
    scope: tuple[Evidence, ...] = ()
    places: Frozen[Place] = Frozen()
    nodes: Frozen[Node] = Frozen()
    edges: tuple[Edge, ...] = ()
    readings: Frozen[Reading] = Frozen()
    assumptions: Frozen[Assumption] = Frozen()
    conditions: Frozen[Condition] = Frozen()
    expectations: tuple[Expectation, ...] = ()
    notes: tuple[Note, ...] = ()
    tour: tuple[Stop, ...] = ()
    spine: tuple[str, ...] = ()
    layout: tuple[tuple[str, ...], ...] = ()
    file: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Add what follows from the definition of a node; what has no shape is for ``construct.faults`` to complain of."""
        nodes: Any = self.nodes  # as types say, but nobody has held them to it yet
        edges: Any = self.edges
        shaped = isinstance(nodes, Mapping) and isinstance(edges, tuple)
        shaped = shaped and all(isinstance(one, Node) and isinstance(one.activity_of, str) for one in nodes.values())
        shaped = shaped and all(isinstance(one, Edge) and isinstance(one.sentence, Sentence) for one in edges)
        if shaped and (any(one.activity_of for one in nodes.values()) or any(one.definition for one in edges)):
            for name, value in zip(("nodes", "edges"), defined(self.nodes, self.edges), strict=True):
                object.__setattr__(self, name, value)

    @property
    def parts(self) -> tuple[Mechanism, ...]:
        """The mechanisms that it consists of: itself."""
        return (self,)

    def address(self, *steps: str) -> tuple[str, ...]:
        """The steps of the IRI of a part, below the base: ``("ta1-tlr7", "edge", "degradation")``."""
        return (self.id, *steps)

    def node(self, key: str) -> Node:
        """A node by its key. Raises UnknownName, which says what may have been meant."""
        if key not in self.nodes:
            raise UnknownName("node", key, self.nodes)
        return self.nodes[key]

    def edge(self, name: str) -> Edge:
        """An edge by its name. Raises UnknownName, which says what may have been meant."""
        if name not in self._edges:
            raise UnknownName("edge", name, self._edges)
        return self._edges[name]

    def find(self, text: str) -> Node:
        """A node by what people call it: its key, its label, or a label, synonym or identifier of its terms.

        The key itself comes first, then what the file calls the node, then its other names, then those of its further
        identities, such as the human gene of a protein; capitals and hyphens do not matter.

        >>> from kg.formats import read
        >>> seed = read("ta1-tlr7")
        >>> seed.find("dendritic cell maturation").key, seed.find("MESH:D051199").key, seed.find("UniProtKB:Q9NYK1").key
        ('DC_maturation', 'TLR7', 'TLR7')

        Raises UnknownName if no node is called so, which says what it might have been, and AmbiguousName if several are.
        """
        if text in self.nodes:
            return self.nodes[text]
        for names in self._called():
            found = names.get(_loose(text), ())
            if len(found) == 1:
                return self.nodes[found[0]]
            if found:
                each = [f"{key} ({self.nodes[key].label})" for key in found]
                raise AmbiguousName("node", text, each)
        close = nearest(text, (name for node in self.nodes.values() for name in names_of(node)))
        raise UnknownName("node", text, [close] if close else self.nodes)

    @cached_property
    def _names(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Keys of nodes by what the file calls them, and by all of their names."""
        own: dict[str, list[str]] = {}
        every: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for table, names in ((own, (node.key, node.label)), (every, names_of(node))):
                for name in dict.fromkeys(map(_loose, names)):
                    table.setdefault(name, []).append(node.key)
        return own, every

    def _called(self) -> Iterator[Mapping[str, list[str]]]:
        """Keys of nodes by their names, the nearest names first; further identities only if they are asked for."""
        yield from self._names
        yield self._identities

    @cached_property
    def _identities(self) -> dict[str, list[str]]:
        """Keys of nodes by the names of their further identities."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for name in dict.fromkeys(map(_loose, identities.names(node))):
                found.setdefault(name, []).append(node.key)
        return found

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The keys of the nodes that are declared as outcomes."""
        return tuple(node.key for node in self.nodes.values() if node.outcome)

    @cached_property
    def _edges(self) -> dict[str, Edge]:
        return {edge.name: edge for edge in self.edges}

    def blocked(self, edge: Edge) -> tuple[Edge, ...]:
        """The edges that a blocking edge acts on: exactly one in a valid mechanism.

        ``A protects B from C`` acts on the decreasing edge from C to B, ``A blocks NAME`` on the edge of that name.
        """
        if edge.verb not in vocabulary.predicates() or edge.role != "blocks":
            return ()
        if not edge.sentence.other:
            return tuple(e for e in self.edges if e.name == edge.sentence.object)
        wanted = (edge.sentence.other, edge.sentence.object)
        return tuple(
            e
            for e in self.edges
            if (e.subject, e.sentence.object) == wanted and e.verb in vocabulary.predicates() and e.role == "decreases"
        )

    def object(self, edge: Edge) -> str:
        """The node that an edge points to; for a blocking edge, the object of what it blocks."""
        passed = {edge.name}
        while not edge.sentence.other and (blocked := self.blocked(edge)) and blocked[0].name not in passed:
            edge = blocked[0]
            passed.add(edge.name)
        return edge.sentence.object

    def words(self, edge: Edge) -> str:
        """An edge in words, with labels for keys: ``RNase A degrades miR-146a-5p``."""

        def label(key: str) -> str:
            return (
                self.nodes[key].label
                if key in self.nodes
                else f"“{self._edges[key].name}”"
                if key in self._edges
                else key
            )

        said = edge.sentence
        other = f" from {label(said.other)}" if said.other else ""
        many = said.subject in self.nodes and self.nodes[said.subject].many
        return f"{label(said.subject)} {edge.predicate.said(many)} {label(said.object)}{other}"

    def source(self, evidence: Evidence) -> Source | None:
        """The source of an item of evidence: the one it names, or the first of the file."""
        return self.sources.get(evidence.source or next(iter(self.sources), ""))

    def evidence(self) -> Iterator[Evidence]:
        """Every item of evidence of the file, in order: edges and their conditions, scope, notes, expectations."""
        yield from self.scope
        for edge in self.edges:
            yield from edge.evidence
            for requirement in (*edge.requires, *edge.unless):
                yield from requirement.evidence
            yield from (edge.effect,) if edge.effect and edge.effect.claim else ()
        for reading in self.readings.values():
            for change in reading.edges.values():
                for requirement in (*(change.requires or ()), *(change.unless or ())):
                    yield from requirement.evidence
                yield from (change.effect,) if change.effect and change.effect.claim else ()
        for expectation in self.expectations:
            yield from expectation.evidence
        for note in self.notes:
            yield from note.evidence

    def within(self, place: str) -> tuple[str, ...]:
        """A place and all places around it, innermost first."""
        found: list[str] = []
        while place in self.places and place not in found:
            found.append(place)
            place = self.places[place].inside
        return tuple(found)

    def sign(self, edge: Edge) -> int:
        """+1, -1 or 0: what the edge does to its object."""
        return {"+": 1, "-": -1}.get(edge.predicate.sign, 0)

    def behind(self, source: str) -> tuple[str, ...]:
        """A source and the studies behind it: what it reports, what that reports, and so on; by their keys."""
        found: list[str] = []
        while source in self.sources and source not in found:
            found.append(source)
            source = self.sources[source].reports
        return tuple(found)

    @cached_property
    def papers(self) -> Mapping[str, str]:
        """The study behind each source, by keys: sources that report one study, or share a DOI or PubMed number, have one."""
        first: dict[str, str] = {}  # an identifier -> the source that had it first
        found: dict[str, str] = {}
        for key in self.sources:
            found[key] = self.behind(key)[-1]
        for key, study in found.items():
            for one in dict.fromkeys((study, key)):
                names = (f"doi:{self.sources[one].doi.casefold()}", f"PMID:{self.sources[one].pmid}")
                for name in (name for name in names if not name.endswith(":")):
                    other, here = found[first.setdefault(name, key)], found[key]
                    if other != here:
                        found.update({k: other for k, s in found.items() if s == here})
        return found

    def studies(self, edge: Edge) -> Iterator[tuple[str, str, str]]:
        """For each item of evidence of an edge that has a source: its stance, the study behind it, how that was read.

        A finding is its study's: a study that is known through another source was read in a report.
        """
        for item in edge.evidence:
            source = self.source(item)
            if source and not item.because:
                told = item.claim == "finding" and source.reports in self.sources
                yield item.stance, self.papers[source.key], "report" if told else source.read

    def support(self, *edges: Edge) -> Support:
        """What an edge, or all edges of a derivation together, rest on, as counts."""
        papers: dict[str, set[str]] = {"supports": set(), "disputes": set(), "qualifies": set()}
        read = set()
        for edge in edges:
            for stance, study, how in self.studies(edge):
                papers[stance].add(study)
                read.add(how)
        items = [item for edge in edges for item in edge.evidence]
        return Support(
            supporting=len(papers["supports"]),
            disputing=len(papers["disputes"]),
            qualifying=len(papers["qualifies"]),
            claims=Counter(item.claim for item in items),
            species=tuple(sorted({taxon.label for item in items if item.stance == "supports" for taxon in item.taxon})),
            designs=tuple(sorted({item.assay.label for item in items if item.assay})),
            read=tuple(sorted(read)),
            defined=(edges != () and all(edge.definition for edge in edges)) or None,
        )

    @property
    def second_hand(self) -> tuple[Source, ...]:
        """The source of most of the evidence, where it retells a study of which the curator read nothing, not even the abstract.

        One commentary among other sources does not make a mechanism second-hand: its evidence says so itself.
        """
        behind = Counter(source.key for item in self.evidence() if (source := self.source(item)))
        return tuple(
            source
            for source in self.sources.values()
            if source.reports
            and (source.reports not in self.sources or self.sources[source.reports].read in ("report", "no"))
            and 2 * behind[source.key] > behind.total()
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages that some of it is translated into.

        >>> from kg.formats import read
        >>> read("ta1-tlr7").languages
        ('de',)
        """
        return tuple(sorted({tag for stop in self.tour for tag in stop.translations}))

    def told(self, language: str) -> Mechanism:
        """The same in another language, as far as it is translated.

        >>> from kg.formats import read
        >>> read("ta1-tlr7").told("de").tour[4].title
        'Tα-1 schirmt die Botschaft ab'
        """
        if language not in self.languages:
            return self
        return replace(self, tour=tuple(stop.told(language) for stop in self.tour))

    @property
    def caveats(self) -> tuple[str, ...]:
        """The source strip: what every page, picture and answer must carry, derived from sources and scope."""
        strip = []
        for source in self.second_hand:
            if of := self.sources.get(source.reports):
                text = "From a {0} about a {1} we have not read" if of.read == "no" else "From a {0} about a {1}"
                strip.append(speak(text, speak(source.kind), speak(of.kind)))
        n = len(self.sources)
        strip = strip or [speak("From {0} sources" if n != 1 else "From {0} source", n)]
        strip += [speak(STATUS[self.status])] if self.status else []
        stated = [
            f"{speak(item.hedge)} {speak(common_name(taxon))}".strip() for item in self.scope for taxon in item.taxon
        ]
        strip.append(
            speak("Species: {0}, by the source's own account", ", ".join(stated))
            if stated
            else speak("Species as stated on each step")
        )
        return (*strip, speak("Research findings, not medical advice"))

    def __repr__(self) -> str:
        """Short: a mechanism in full is its file.

        >>> Mechanism(id="one", title="A title")
        <Mechanism one: 'A title', 0 nodes, 0 edges>
        """
        return f"<Mechanism {self.id}: {self.title!r}, {len(self.nodes)} nodes, {len(self.edges)} edges>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the explorer, whole, in a frame. The page is above this floor, so kg's face is asked."""
        import kg

        return str(kg.page.notebook(self))

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and pickled: what the file says, and nothing that was computed from it."""
        return {name: value for name, value in self.__dict__.items() if name in self.__dataclass_fields__}

    def cite(self, *part: str) -> str:
        """How a mechanism, or a part of it such as an answer, is cited: its IRI and its version.

        >>> from kg.formats import read
        >>> read("ta1-tlr7").cite("run", "both")
        'https://w3id.org/immune-kg/ta1-tlr7/run/both, version 0.1.0'
        """
        return f"{vocabulary.BASE}{'/'.join(self.address(*filter(None, part)))}" + f", version {self.version}" * bool(
            self.version
        )

    def to_frame(self, of: str = "edges") -> DataFrame:
        """The ``edges``, ``nodes``, ``evidence`` or ``sources`` as a pandas data frame of plain values, a row for each.

        Edges and nodes have the attributes that ``graph`` gives them; evidence has the keys of the notation, beside the
        edge that it stands on.

        >>> from kg.formats import read
        >>> list(read("ta1-tlr7").to_frame("evidence").columns[:3])
        ['edge', 'stance', 'source']

        Raises MissingLibrary without pandas (``kg[frame]``), and UnknownName for another word.
        """
        tables: dict[str, Callable[[], Iterable[dict[str, Any]]]] = {
            "edges": lambda: (
                {"edge": name, "subject": s, "object": o, **v}
                for s, o, name, v in self.graph.edges(keys=True, data=True)
            ),
            "nodes": lambda: ({"node": key, **values} for key, values in self.graph.nodes(data=True)),
            "evidence": lambda: (
                {"edge": e.name, "stance": item.stance, **plain(item)} for e in self.edges for item in e.evidence
            ),
            "sources": lambda: (
                _plain(**{key: value for key, value in vars(one).items() if isinstance(value, str)})
                for one in self.sources.values()
            ),
        }
        if of not in tables:
            raise UnknownName("table", of, tables)
        return frame(tables[of](), {"evidence": ("edge", "stance", "source")}.get(of, ()))

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The mechanism as a ``networkx.MultiDiGraph``: node keys, and what every export states between them.

        Each edge has its name as its key; what it requires or excludes is an edge of its own, from that node to the
        object, with the key ``EDGE/requires/NODE``. An edge that blocks an edge goes to the object of that edge.

        All attributes are plain (str, int, bool) and left out where there is nothing to say; a list is one text with
        ``|`` between its items. A graph has ``id``, ``title``, ``licence``, ``status`` and ``caveat``; a node ``label``,
        ``name`` (where it is given one), ``term``, ``term_label``, ``kind``, ``place``, ``at_start``, ``levels``,
        ``outcome``, ``activity_of``, ``same``, ``narrower``, ``broader`` (each with its ``_labels``), ``note`` and, of these
        and of the further identities that mappings give, ``exact_match``, ``narrow_match``, ``broad_match``,
        ``close_match`` and ``related_match``; an edge ``predicate``, ``sign`` (1, -1, 0), ``role``, ``claim``,
        ``asserted``, ``executes``, ``disputed``, ``place``, ``publications``, ``knowledge_level``, ``agent_type``,
        ``species``, ``context`` (JSON), ``sentence``, ``blocks`` (the edge that it blocks), ``requires``, ``unless``,
        ``level``, ``effect``, ``evidence`` (a JSON list) and, where several mechanisms are one graph, ``mechanism``. The
        role of a requirement is ``requires`` or ``unless``, and ``edge`` names the edge that needs it; that of what follows
        from a definition is ``definition``.
        """
        from importlib import import_module

        made: nx.MultiDiGraph[str] = import_module("kg.reasoning.outward").graph(self)  # which stands above this floor
        return made


def names_of(node: Node) -> tuple[str, ...]:
    """All names of a node: its label and key, then the labels, identifiers and synonyms of its terms in the file.

    >>> names_of(Node(key="Mac", name="macrophage"))
    ('macrophage', 'Mac')
    """
    names = [node.label, node.key]
    for term in (node.term, *node.same, *node.narrower):
        if term:
            entry = vocabulary.terms().get(term.id)
            names += [term.label, term.id, *(entry.synonyms if entry else ())]
    return tuple(dict.fromkeys(names))


def _loose(name: str) -> str:
    """A name without capitals, hyphens and spaces; as it is if nothing is left of it."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum()) or folded


M = TypeVar("M", bound=Mechanism)
P = ParamSpec("P")
T = TypeVar("T")


def once(function: Callable[Concatenate[M, P], T]) -> Callable[Concatenate[M, P], T]:
    """Make a function of a mechanism compute its result once: the mechanism, which never changes, holds it.

    All who ask share the result, so nobody may change it. Further arguments must be hashable.

    >>> @once
    ... def size(mechanism):
    ...     print("computed")
    ...     return len(mechanism.nodes)
    >>> one = Mechanism(id="one")
    >>> size(one), size(one)
    computed
    (0, 0)
    """

    @wraps(function)
    def held(mechanism: M, /, *args: P.args, **named: P.kwargs) -> T:
        results: dict[Any, T] = mechanism.__dict__.setdefault("_results", {})
        key = (function, args, *named.items())
        if key not in results:
            results[key] = function(mechanism, *args, **named)
        return results[key]

    return held


def _plain(**values: str | int | bool | None) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value != ""}
