"""Networks of nodes and edges with plain attributes: what GraphML, Cytoscape JSON and CX2 have in common.

Written, a mechanism is its view ``Mechanism.graph`` and a few attributes more, so that it can be read again. Read, the
attributes of others are taken by the names that Cytoscape and its like give them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from kg.formats.shared import bounded, drafting
from kg.formats.shared.losses import ForeignRecord, Ledger
from kg.model import construct, foreign, identities, keys, vocabulary
from kg.model.diagnostics import InvalidMechanism, Location
from kg.model.mechanism import Mechanism
from kg.model.records import (
    ONE_LOWER,
    Effect,
    Evidence,
    Frozen,
    Place,
    Requirement,
    Sentence,
    Source,
    TrackedRecord,
)
from kg.model.vocabulary import Term
from kg.reasoning import outward

if TYPE_CHECKING:
    import networkx as nx

R = TypeVar("R", bound=TrackedRecord)
LOST = {"*": "a network holds only nodes and edges"}
NEEDS = ("requires", "unless")
#: Of an edge, for others: kg makes these again from what else the file says.
AGAIN: tuple[str, ...] = ("executes", "sign", "role", "claim", "asserted", "disputed", "species", "blocks")
AGAIN += ("publications", "knowledge_level", "agent_type")
GRID = (220, 140)  # pixels from one cell of a layout to the next

#: By which names others give an attribute, the commonest first.
LABELS = ("label", "name", "shared name", "shared_name", "display_name", "NodeLabel", "n", "Label", "symbol")
VERBS = ("predicate", "interaction", "shared interaction", "relation", "relationship", "i")
#: Where an edge of others says what it is: a word, a sign, or the end of its line; in small letters.
WORDS = (*VERBS, "edgelabel", "label", "type", "edge type", "relation type", "relationship type", "interaction type")
SIGNS = ("sign", "effect", "direction", "mode", "regulation", "polarity")
ARROWS = ("target arrow", "target arrow shape", "edge target arrow shape", "arrowhead")
ENDS = ("source", "target")  # of a line: an arrow, or where no tee is drawn, no more than an end
TERMS = ("term", "represents", "identifier", "curie", "r")
#: In small letters, with blanks between words.
WORKS: tuple[str, ...] = (
    "publications",
    "publication",
    "pmid",
    "pmids",
    "pubmed",
    "pubmed id",
    "pubmed ids",
    "doi",
    "dois",
    "citation",
)
WORKS += ("references", "reference", "publication identifier(s)")
SPECIES = ("species", "organism", "taxon", "taxid", "tax id", "ncbi tax id", "species context qualifier")
TITLES = ("title", "name", "label", "shared name")
SUMMARIES = ("summary", "description")
KINDS = {
    **dict.fromkeys(
        ("protein", "gene", "mirna", "rna", "complex", "smallmolecule", "chemical", "metabolite"), "molecule"
    ),
    **dict.fromkeys(("process", "biologicalprocess", "phenotype", "pathway"), "process"),
    **{kind: kind for kind in ("treatment", "molecule", "structure", "cell", "process", "state")},
}


def graph(mechanism: Mechanism) -> nx.MultiDiGraph[str]:
    """``Mechanism.graph`` with what else a reader needs: sources, places, and where it stands how far a decrease goes."""
    made = mechanism.graph.copy()
    made.graph |= _filled(summary=mechanism.summary, version=mechanism.version)
    for part in ("sources", "places"):
        records = [_plain(one) for one in getattr(mechanism, part).values()]
        made.graph |= {part: json.dumps(records, ensure_ascii=False)} if records else {}
    for key in mechanism.nodes:
        made.nodes[key].update({"key": key} if key.isdigit() else {})  # others number their nodes
    for edge in mechanism.edges:
        at, effect = made.edges[edge.subject, mechanism.object(edge), edge.name], edge.effect
        at |= {} if edge.run else {"run": "no"}
        at |= {"key": edge.name} if edge.name.isdigit() else {}
        if effect and effect.claim:
            at["effect_evidence"] = json.dumps(_plain(effect), ensure_ascii=False)
        for name in NEEDS:
            rests = {one.node: [_plain(item) for item in one.evidence] for one in getattr(edge, name) if one.evidence}
            at |= {f"{name}_evidence": json.dumps(rests, ensure_ascii=False)} if rests else {}
    return made


def positions(mechanism: Mechanism) -> dict[str, tuple[int, int]]:
    """Where the layout of a mechanism puts each node, in pixels; nothing if it has none."""
    return {
        key: (c * GRID[0], r * GRID[1])
        for r, row in enumerate(mechanism.layout)
        for c, key in enumerate(row)
        if key in mechanism.nodes
    }


def _filled(**said: Any) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value}


def _plain(record: Any) -> dict[str, Any]:
    """A record without records in it as plain values: what equals the default is left out."""
    said: dict[str, Any] = {}
    for one in fields(record):
        value = getattr(record, one.name)
        if one.compare and value != one.default:
            many = isinstance(value, tuple)
            terms = many and any(isinstance(item, Term) for item in value)
            said[one.name] = list(map(str, value)) if terms else list(value) if many else value
            said[one.name] = str(value) if isinstance(value, Term) else said[one.name]
            said[one.name] = dict(value) if isinstance(value, Frozen) else said[one.name]
    return said


# ---------------------------------------------------------------- reading


@dataclass
class Item:
    """A node (by its id) or an edge (from one id to another) of a network, with its attributes."""

    attributes: Mapping[str, Any]
    at: Location
    id: str = ""
    source: str = ""
    target: str = ""
    position: tuple[float, float] | None = None


@dataclass
class DrawnNetwork:
    """What a format read: attributes of the whole, nodes and edges. ``styled`` is what only says how it looks."""

    attributes: Mapping[str, Any]
    nodes: list[Item] = field(default_factory=list)
    edges: list[Item] = field(default_factory=list)
    styled: Mapping[str, Any] = field(default_factory=dict)


def mechanism(draft: drafting.Draft, ledger: Ledger, network: DrawnNetwork) -> Mechanism:
    """The mechanism that a network says."""
    whole = ledger.record("network", "", network.attributes, ledger.at())
    for name in network.styled:
        look = ledger.record("style", name, {name: json.dumps(network.styled[name], ensure_ascii=False)}, ledger.at())
        look.lost(name, "kg draws a mechanism from its content, not from a style")
    _head(draft, whole)
    places = {one.key: one for one in _records(draft, whole, "place", "places", Place)}
    draft.sources |= {one.key: one for one in _records(draft, whole, "source", "sources", Source)}
    layout = _layout(network)
    nodes = []
    for item in network.nodes:
        record = ledger.record("node", item.id, _with_ends(item), item.at)
        if not item.id or item.id in draft.keys:
            told = f"the id {item.id!r} occurs twice" if item.id else "a node has no id"
            ledger.complain(item.at, "no-element", told, "each node has an id of its own")
            continue
        _node(draft, record, places)
        nodes.append(record)
        for axis in ("x", "y") if item.position else ():
            record.carried(axis) if layout else record.lost(axis, "the nodes are not on a grid")
    _activities(draft, nodes)
    names = {str(item.attributes.get("key", item.id)) for item in network.edges}
    signs = (*SIGNS, *_weights(network))
    for item in network.edges:
        record = ledger.record("edge", item.id or f"{item.source} to {item.target}", _with_ends(item), item.at)
        role = item.attributes.get("role")
        of = draft.active.get(draft.keys.get(item.target, ""), "")
        if role == outward.DEFINITION and of and of == draft.keys.get(item.source):
            for name in record.fields():
                record.changed(name, "kg derives it from the definition of the activity")
            continue
        if role in NEEDS and str(item.attributes.get("edge")) in names:
            for name in record.fields():
                record.changed(name, "kg derives it from the edge that needs it")
            continue
        if missing := [end for end in (item.source, item.target) if end not in draft.keys]:
            for name in record.fields():
                record.lost(name, f"{missing[0]!r} is not a node of the file")
            message = f"the edge joins {missing[0]!r}, which is not a node of the file; it is set aside"
            ledger.complain(item.at, "unknown-node", message, severity="warning")
        else:
            _edge(draft, record, places, signs)
    if not any("sentence" in item.attributes for item in network.edges):  # as kg writes it, which draws no gates
        draft.gates()
    return draft.mechanism(
        places=Frozen(places),
        layout=tuple(tuple(draft.keys.get(id, ".") for id in row) for row in layout),
    )


def texts(ledger: Ledger, kind: str, said: Mapping[str, Any], names: Iterable[str], at: Location) -> list[str]:
    """Some values of an object as texts, before it is a record; a list or an object in place of one is a complaint."""
    taken = ForeignRecord(ledger, kind, "", said, at)
    return [taken.text(name) for name in names]


def apart(outer: Mapping[str, Any], inner: object, name: str) -> dict[str, Any]:
    """The values of an object and of one inside it, which was called so; of two with one name, both are there.

    >>> apart({"a": 1, "b": 2}, {"a": 3}, "data")
    {'a (beside data)': 1, 'b': 2, 'a': 3}
    """
    if not isinstance(inner, dict):
        return {**outer, **({name: inner} if inner else {})}
    return {**{f"{key} (beside {name})" if key in inner else key: value for key, value in outer.items()}, **inner}


def _with_ends(item: Item) -> dict[str, Any]:
    """What an item says, in one: an attribute that has the name of an end or of the id is called so."""
    own: dict[str, Any] = {"id": item.id} if item.id else {}
    own |= {"source": item.source, "target": item.target} if item.source or item.target else {}
    own |= {"x": item.position[0], "y": item.position[1]} if item.position else {}
    return own | {f"attribute {name}" if name in own else name: value for name, value in item.attributes.items()}


def _layout(network: DrawnNetwork) -> tuple[tuple[str, ...], ...]:
    """The grid that all nodes stand on, if they stand on ours, each in a cell of its own."""
    cells: dict[tuple[int, int], str] = {}
    for item in network.nodes:
        if item.position is None:
            return ()
        column, row = (value / size for value, size in zip(item.position, GRID, strict=True))
        if column != int(column) or row != int(row) or min(column, row) < 0 or max(column, row) > 500:
            return ()
        if cells.setdefault((int(row), int(column)), item.id) != item.id:
            return ()
    if not cells:
        return ()
    wide, high = max(c for _, c in cells) + 1, max(r for r, _ in cells) + 1
    return tuple(tuple(cells.get((r, c), ".") for c in range(wide)) for r in range(high))


def _first(record: ForeignRecord, names: Iterable[str]) -> str:
    """The first of some attributes that says something; it is carried."""
    for name in names:
        if said := record.text(name, carry=False):
            record.carried(name)
            return said
    return ""


def _head(draft: drafting.Draft, whole: ForeignRecord) -> None:
    draft.about["title"] = _first(whole, TITLES)
    draft.about["summary"] = _first(whole, SUMMARIES)
    for name in ("version", "licence"):
        draft.about[name] = whole.text(name)
    for name, form in (("status", "outline"), ("id", keys.SHAPES["id"][0])):  # the one word that kg has for a status
        said = whole.text(name, carry=False)
        if re.fullmatch(form, said):
            draft.about[name] = whole.text(name)
    whole.lost("caveat", "kg derives it from sources and scope")


def _records(draft: drafting.Draft, record: ForeignRecord, kind: str, name: str, type: type[R]) -> list[R]:
    """The records of a kind that kg wrote into an attribute; what is no such record is complained of."""
    found = _json(draft, record, name)
    made = [_record(draft, record, kind, name, type, one) for one in (found if isinstance(found, list) else [found])]
    return [one for one in made if one is not None]


def _record(draft: drafting.Draft, record: ForeignRecord, kind: str, name: str, type: type[R], said: Any) -> R | None:
    """A record that kg wrote as JSON; of what has other keys, or none, it is reported that nobody read it."""
    if said is None:
        return None
    known = {one.name for one in fields(type)} - {"at", "locations"}
    if not isinstance(said, dict) or not said.keys() <= known or ("key" in known and "key" not in said):
        record.lost(name, f"it is not {keys.with_article(kind)} as kg writes it")
        return None
    try:
        made = construct.built(kind, said, record.at)
    except InvalidMechanism as error:
        draft.ledger.wrong += error.diagnostics
        return None
    assert isinstance(made, type)
    return made


def _json(draft: drafting.Draft, record: ForeignRecord, name: str) -> Any:
    """An attribute that holds JSON; None, and lost, if it holds something else."""
    said = record.text(name, carry=False)
    if said[:1] in ("[", "{"):
        try:
            found = bounded.objects(said, Ledger(draft.ledger.file, draft.ledger.title), record.at)
        except InvalidMechanism:
            pass
        else:
            record.carried(name)
            return found
    if said:
        record.lost(name, "it is not written as kg writes it")
    return None


def _values(node: ForeignRecord, says: dict[str, Any]) -> None:
    """The levels of a node, how it starts, and whether it is an outcome."""
    start, levels = (node.text(name, carry=False) for name in ("at_start", "levels"))
    if all(re.fullmatch(keys.KEY, level) for level in levels.split("|")):
        node.carried("levels")
        says["levels"] = tuple(levels.split("|"))
    if start in ("present", "absent", "unknown", *says.get("levels", ())):
        says["at_start"] = node.text("at_start")
    outcome = node.text("outcome", carry=False).casefold()
    if outcome in ("true", "false", "1", "0"):
        node.carried("outcome")
        says["outcome"] = outcome in ("true", "1")


def _matches(node: ForeignRecord, says: dict[str, Any]) -> None:
    """The further terms of a node: of the same thing, more exact, more general."""
    for kind in identities.WRITTEN:
        fields = {kind: "id", f"{kind}_labels": "label"}
        ids, labels = (node.text(name, carry=False).split("|") for name in fields)
        terms = [drafting.identifier(id, label, node.at) for id, label in zip(ids, labels, strict=False)]
        if len(ids) == len(labels) and all(terms):
            says[kind] = tuple(terms)
            for field, part in fields.items():
                again = "|".join(getattr(term, part) for term in terms)
                kept = again == node.text(field, carry=False)
                node.carried(field) if kept else node.changed(field, f"{again}, as it was looked up")


def _node(draft: drafting.Draft, node: ForeignRecord, places: Mapping[str, Any]) -> None:
    id, own = node.text("id"), node.text("key")
    label, name = _first(node, LABELS), node.text("name", carry=False)
    says: dict[str, Any] = {"note": node.text("note"), "at": node.at}
    if node.text("label", carry=False) and name:  # the name is what is shown, the label what that comes from
        says["name"] = node.text("name")
        if name != label:
            node.lost("label", "the name is shown")
    curie, said = _first(node, TERMS), node.text("term_label", carry=False)
    term = drafting.identifier(curie, said or label, node.at) if curie else None
    if curie and term is None:
        for attribute in TERMS:
            node.lost(attribute, "it is not a valid CURIE of its prefix")
    elif term and said == term.label:
        node.carried("term_label")
    elif term and said:
        node.changed("term_label", f"{term.label}, as it was looked up")
    says["term"] = term
    kind_of = next((one for one in ("kind", "type") if node.text(one, carry=False)), "kind")
    said = node.text(kind_of, carry=False)
    kind = KINDS.get(re.sub(r"[\W_]", "", said).casefold(), "")
    entry = vocabulary.terms().get(term.id) if term else None
    if kind:
        node.carried(kind_of) if said == kind else node.changed(kind_of, f"kind: {kind}")
        says["kind"] = "" if entry and entry.kind == kind else kind
    elif said == "other":
        node.carried(kind_of)
    if node.text("place", carry=False) in places:
        says["place"] = node.text("place")
    _values(node, says)
    _matches(node, says)
    shown = says.get("name") or label or id
    made = draft.node(id, shown, key=own or (shown if id.isdigit() else id), **says)
    for kind, again in outward.matched(draft.nodes[made]).items():
        if node.text(kind, carry=False) == "|".join(again):
            node.changed(kind, "kg derives it from the identifiers of the node")
    if own and made != own:
        node.changed("key", f"the node is called {made}")
    elif made != id and id not in (own, draft.nodes[made].name):
        node.changed("id", f"the node is called {made}")


def _activities(draft: drafting.Draft, nodes: Iterable[ForeignRecord]) -> None:
    """Whose activity each node is, once all nodes are known."""
    for node in nodes:
        key, said = draft.keys[node.text("id", carry=False)], node.text("activity_of", carry=False)
        of = said if said in draft.nodes else draft.keys.get(said, "")
        if of and of != key:
            node.carried("activity_of")
            draft.active[key] = of


def _weights(network: DrawnNetwork) -> list[str]:
    """A weight is a sign where each is 1, -1 or nothing, and one is below 0, as in a table."""
    said = {str(item.attributes["weight"]).removesuffix(".0") for item in network.edges if "weight" in item.attributes}
    return ["weight"] if "-1" in said and said <= {"1", "-1", "0", ""} else []


def _edge(draft: drafting.Draft, edge: ForeignRecord, places: Mapping[str, Any], signs: Sequence[str]) -> None:
    subject, object = (draft.keys[edge.text(end)] for end in ("source", "target"))
    sentence = _sentence(draft, edge, subject, object, signs)
    role = vocabulary.predicates()[sentence.verb].role
    more: dict[str, Any] = {}
    if edge.text("place", carry=False) in places:
        more["place"] = edge.text("place")
    stated = _json(draft, edge, "context")
    if isinstance(stated, dict) and all(isinstance(said, str) for said in stated.values()):
        more["context"] = Frozen(stated)
    elif stated is not None:
        edge.lost("context", "it is not written as kg writes it")
    if role == "increases":
        more["level"] = edge.text("level")
    extent = edge.text("effect", carry=False)
    to = extent if extent == ONE_LOWER else extent.removeprefix("to ") if extent.startswith("to ") else ""
    if role == "decreases" and (extent in ("complete", "unstated") or to):
        edge.carried("effect")
        said = Effect(complete=extent == "complete", to=to)
        found = _record(draft, edge, "effect", "effect_evidence", Effect, _json(draft, edge, "effect_evidence"))
        if found and found.extent != said.extent:
            edge.lost("effect", "effect_evidence says another one")
        more["effect"] = found or said
    for name in NEEDS:
        needed = [one.partition(">=") for one in edge.text(name, carry=False).split("|") if one]
        if needed and all(one[0] in draft.nodes for one in needed):
            edge.carried(name)
            rests = _json(draft, edge, f"{name}_evidence")
            items = {node: _items(draft, edge, f"{name}_evidence", found) for node, found in (rests or {}).items()}
            more[name] = tuple(Requirement(node, level, items.pop(node, ())) for node, _, level in needed)
            if items:
                edge.lost(f"{name}_evidence", f"{next(iter(items))!r} is nothing that the edge {name}")
    run, executes = (edge.text(name, carry=False).casefold() for name in ("run", "executes"))
    if run == "no" or (executes in ("false", "0") and role != "none"):
        edge.carried("run" if run == "no" else "executes")
        more["run"] = False
    for name in AGAIN if edge.text("sentence", carry=False) else ():
        if name not in edge.fates:
            edge.changed(name, "kg derives it from the rest")
    id, own = edge.text("id"), edge.text("key")
    made = draft.edge(sentence, edge, _evidence(draft, edge), name=own or ("" if id.isdigit() else id), **more)
    for called, name in (("key", own), ("id", "" if own else id)):
        if name and name != made and edge.fates[called][0] == "carried":
            edge.changed(called, f"the edge is called {made}")


def _sentence(draft: drafting.Draft, edge: ForeignRecord, subject: str, object: str, signs: Sequence[str]) -> Sentence:
    """The sentence that kg wrote, else what the relation word says, or the sign beside it, or the end of the line."""
    words = edge.text("sentence", carry=False).split()
    form = len(words) == 3 or (len(words) == 5 and words[3] == "from")
    if form and words[0] == subject and words[1] in vocabulary.predicates():
        edge.carried("sentence")
        for name in VERBS:
            if edge.text(name, carry=False) == words[1]:
                edge.carried(name)
            else:
                edge.lost(name, "the sentence of the edge has another verb")
        return Sentence(words[0], words[1], words[2], words[4] if len(words) == 5 else "")
    names = _names(edge)
    said = [(names[name], edge.text(names[name], carry=False)) for name in (*WORDS, *signs) if name in names]
    said += [(names[name], f"arrow:{edge.text(names[name], carry=False)}") for name in ARROWS if name in names]
    if "source arrow" in names and not any(name in names for name in ARROWS):  # the line ends where it begins
        said.append((names["source arrow"], f"arrow:{edge.text(names['source arrow'], carry=False)}"))
    found = [(name, foreign.relation(word)) for name, word in said if word]
    if not found:
        return Sentence(subject, "related_to", object)
    signed = [pair for pair in found if pair[1].sign]
    name, relation = (signed or found)[0]
    ends = {which: [f"{which} {kind}" for kind in ("arrow", "end") if f"{which} {kind}" in names] for which in ENDS}
    drawn = [foreign.sign(f"arrow:{edge.text(one, carry=False)}") for one in ends["source"]]
    if any(drawn) and not ends["target"] and not any(arrow in names for arrow in ARROWS):  # it leads back
        relation = replace(relation, turned=not relation.turned)
        for one in ends["source"]:
            edge.changed(one, "the line ends where it begins")
    for other, beside in found:
        if other != name and (beside.sign == relation.sign or (beside.verb == "related_to" and not beside.sign)):
            edge.changed(other, f"{relation.verb}: {name} says it")
    return draft.sentence(edge, name, subject, object, relation)


def _names(record: ForeignRecord) -> dict[str, str]:
    """The attributes of a record by their names in small letters, with blanks between words."""
    return {re.sub(r"[\s_-]+", " ", name).casefold(): name for name in reversed(record.fields())}


def _items(draft: drafting.Draft, edge: ForeignRecord, name: str, found: Any) -> tuple[Evidence, ...]:
    """The items of evidence that kg wrote into an attribute of an edge."""
    items = []
    for one in found if isinstance(found, list) else [found]:
        item = _record(draft, edge, "evidence", name, Evidence, one)
        if item and item.source in ("", *draft.sources):
            first = next(iter(draft.sources), "") if "source" not in one and not item.because else item.source
            items.append(replace(item, source=first))
        elif item:
            edge.lost(name, f"the file has no source {item.source!r}")
    return tuple(items)


def _evidence(draft: drafting.Draft, edge: ForeignRecord) -> list[Evidence]:
    items = list(_items(draft, edge, "evidence", _json(draft, edge, "evidence")))
    named = _names(edge)
    ours = AGAIN if items else ()  # what kg writes for others, beside the evidence itself
    taxa: tuple[Term, ...] = ()
    for name in [named[one] for one in SPECIES if one in named and one not in ours]:
        said = edge.many(name, between=r"\s*[|;,]\s*")
        found = drafting.taxa(said)
        taxa = taxa or tuple(dict.fromkeys(found.values()))
        edge.kept(name, said, found, "it is not a species in ontology/terms.tsv")
    says: dict[str, Any] = {"claim": drafting.UNCLASSIFIED, "taxon": taxa, "at": edge.at}
    for name in [named[one] for one in WORKS if one in named and one not in ours]:
        works = edge.many(name, between=r"""(?:[|;,\s\[\]'"]|(?<=:)\s)+""")
        cited = {
            work: draft.cite(_publication(name, work)) for work in works if work.casefold() not in ("pmid:", "pubmed:")
        }
        known = [work for work, source in cited.items() if source]
        items += [Evidence(source=source, **says) for source in dict.fromkeys(cited[work] for work in known)]
        edge.kept(name, list(cited), known, "it is not a PubMed number, a DOI or a web address")
    return items or [Evidence(source="file", **says)] * bool(taxa)


def _publication(name: str, work: str) -> str:
    """A publication as a CURIE or an address; a bare number is one of PubMed."""
    if work.isdigit() and not name.casefold().startswith("doi"):
        return f"PMID:{work}"
    return f"doi:{work}" if work.startswith("10.") else work
