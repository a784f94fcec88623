"""Networks of nodes and edges with plain attributes: what GraphML, Cytoscape JSON and CX2 have in common.

Written, a mechanism is its view ``Mechanism.graph`` and a few attributes more, so that it can be read again. Read, the
attributes of others are taken by the names that Cytoscape and its like give them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from kg.formats.shared import bounded, drafting
from kg.formats.shared.losses import Ledger, Taken
from kg.model import vocabulary
from kg.model.diagnostics import InvalidMechanism, Location
from kg.model.mechanism import Mechanism
from kg.model.records import ONE_LOWER, Effect, Evidence, Frozen, Place, Requirement, Sentence, Source
from kg.model.vocabulary import Term

if TYPE_CHECKING:
    import networkx as nx

LOST = {"*": "a network holds nodes and edges, and no more"}
NEEDS = ("requires", "unless")
GRID = (220, 140)  # pixels from one cell of a layout to the next

#: By which names others give an attribute, the commonest first.
LABELS = ("label", "name", "shared name", "display_name", "NodeLabel", "n")
VERBS = ("predicate", "interaction", "shared interaction", "relation", "relationship", "i")
TERMS = ("term", "represents", "identifier", "curie", "r")
WORKS = ("publications", "publication", "pmid", "pubmed", "pubmed_id", "doi", "citation", "references")
TITLES = ("title", "name", "label", "shared name")
SUMMARIES = ("summary", "description")
KINDS = {
    **dict.fromkeys(
        ("protein", "gene", "mirna", "rna", "complex", "smallmolecule", "chemical", "metabolite"), "molecule"
    ),
    **dict.fromkeys(("process", "biologicalprocess", "phenotype", "pathway"), "process"),
    **{kind: kind for kind in ("treatment", "molecule", "structure", "cell", "process", "state")},
}
SIGNS = {"1": 1, "+": 1, "+1": 1, "1.0": 1, "-1": -1, "-": -1, "-1.0": -1}


def graph(mechanism: Mechanism) -> nx.MultiDiGraph[str]:
    """``Mechanism.graph`` with what else a reader needs: sources, places, and where it stands how far a decrease goes."""
    made = mechanism.graph.copy()
    made.graph |= _filled(summary=mechanism.summary, version=mechanism.version)
    for part in ("sources", "places"):
        records = [_plain(one) for one in getattr(mechanism, part).values()]
        made.graph |= {part: json.dumps(records, ensure_ascii=False)} if records else {}
    for edge in mechanism.edges:
        at, effect = made.edges[edge.subject, mechanism.object(edge), edge.name], edge.effect
        at |= {} if edge.run else {"run": "no"}
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
class Network:
    """What a format read: attributes of the whole, nodes and edges. ``styled`` is what only says how it looks."""

    attributes: Mapping[str, Any]
    nodes: list[Item] = field(default_factory=list)
    edges: list[Item] = field(default_factory=list)
    styled: Mapping[str, Any] = field(default_factory=dict)


def mechanism(draft: drafting.Draft, ledger: Ledger, network: Network) -> Mechanism:
    """The mechanism that a network says."""
    whole = ledger.record("network", "", network.attributes, ledger.at())
    for name in network.styled:
        look = ledger.record("style", name, {name: json.dumps(network.styled[name], ensure_ascii=False)}, ledger.at())
        look.lost(name, "kg draws a mechanism by what it says, not by a style")
    _head(draft, whole)
    places = {str(one["key"]): one for one in _records(draft, whole, "places", Place)}
    for one in _records(draft, whole, "sources", Source):
        draft.sources[str(one["key"])] = Source(**one)
    layout = _layout(network)
    for item in network.nodes:
        record = ledger.record("node", item.id, _with_ends(item), item.at)
        _node(draft, record, places)
        for axis in ("x", "y") if item.position else ():
            record.take(axis) if layout else record.lost(axis, "the nodes do not stand on a grid")
    for item in network.edges:
        record = ledger.record("edge", item.id or f"{item.source} to {item.target}", _with_ends(item), item.at)
        if missing := [end for end in (item.source, item.target) if end not in draft.keys]:
            ledger.complain(item.at, "unknown-node", f"the edge joins {missing[0]!r}, which is no node of the file")
        else:
            _edge(draft, record, places)
    return draft.mechanism(
        places=Frozen({key: Place(**one) for key, one in places.items()}),
        layout=tuple(tuple(draft.keys.get(id, ".") for id in row) for row in layout),
    )


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


def _layout(network: Network) -> tuple[tuple[str, ...], ...]:
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


def _first(record: Taken, names: Iterable[str]) -> str:
    """The first of some attributes that says something; it is carried."""
    for name in names:
        if record.see(name) not in ("", None, []):
            return str(record.take(name)).strip()
    return ""


def _head(draft: drafting.Draft, whole: Taken) -> None:
    draft.about["title"] = _first(whole, TITLES)
    draft.about["summary"] = _first(whole, SUMMARIES)
    for name in ("version", "licence"):
        draft.about[name] = _first(whole, (name,))
    if whole.see("status") == "outline":  # the one word that kg has for it
        draft.about["status"] = str(whole.take("status"))
    id = str(whole.see("id"))
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", id):
        draft.about["id"] = str(whole.take("id"))
    whole.lost("caveat", "it is made again from sources and scope")


def _records(draft: drafting.Draft, whole: Taken, name: str, kind: type[Any]) -> Iterator[dict[str, Any]]:
    """The sources or places that kg wrote into an attribute of the network."""
    found = _json(draft, whole, name)
    if found is None:
        return
    known = {one.name for one in fields(kind)}
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, dict) and set(one) <= known and "key" in one:
            yield _made(one, whole.at)
        else:
            whole.lost(name, f"this is no list of {name} as kg writes it")


def _json(draft: drafting.Draft, record: Taken, name: str) -> Any:
    """An attribute that holds JSON; None, and lost, if it holds something else."""
    said = str(record.see(name))
    if not said:
        return None
    if said[:1] in "[{":
        try:
            found = bounded.objects(said, Ledger(draft.ledger.file, draft.ledger.title), record.at)
            record.take(name)
            return found
        except InvalidMechanism:
            pass
    record.lost(name, "it is not written as kg writes it")
    return None


def _made(said: Mapping[str, Any], at: Location | None) -> dict[str, Any]:
    """Plain values as fields again: terms, spans and tuples."""
    made: dict[str, Any] = {"at": at}
    for name, value in said.items():
        if name in ("term", "assay"):
            value = _term(value, at)
        elif name in ("taxon", "forms"):
            value = tuple(filter(None, (_term(one, at) for one in value)))
        elif isinstance(value, list):
            value = tuple(value)
        made[name] = value
    return made


def _term(said: object, at: Location | None) -> Term | None:
    id, _, label = str(said).partition(" ! ")
    return drafting.term(id, label, at)


def _node(draft: drafting.Draft, node: Taken, places: Mapping[str, Any]) -> None:
    id, own = str(node.take("id")), str(node.take("key"))
    label = _first(node, LABELS)
    says: dict[str, Any] = {"note": str(node.take("note")), "at": node.at}
    if node.see("label") and node.see("name"):  # the name is what is shown, the label what that comes from
        says["name"] = str(node.take("name"))
        if says["name"] != label:
            node.lost("label", "the name is shown")
    curie, said = _first(node, TERMS), str(node.see("term_label"))
    term = drafting.term(curie, said or label, node.at) if curie else None
    if curie and term is None:
        for attribute in TERMS:
            node.lost(attribute, "its prefix is not registered in ontology/prefixes.tsv")
    elif term and said == term.label:
        node.take("term_label")
    elif term and said:
        node.changed("term_label", f"{term.label}, as it was looked up")
    says["term"] = term
    kind_of = next((one for one in ("kind", "type") if node.see(one)), "kind")
    said = re.sub(r"[\W_]", "", str(node.see(kind_of))).casefold()
    entry = vocabulary.terms().get(term.id) if term else None
    if said in KINDS:
        node.changed(kind_of, f"kind: {KINDS[said]}") if said != KINDS[said] else node.take(kind_of)
        says["kind"] = "" if entry and entry.kind == KINDS[said] else KINDS[said]
    elif said == "other":
        node.take(kind_of)
    if node.see("place") in places:
        says["place"] = node.take("place")
    start, levels = str(node.see("at_start")), tuple(filter(None, str(node.see("levels")).split("|")))
    if all(re.fullmatch(drafting.KEY, level) for level in levels):
        says["levels"] = tuple(filter(None, str(node.take("levels")).split("|")))
        if start in ("present", "absent", "unknown", *levels):
            says["at_start"] = str(node.take("at_start"))
    outcome = str(node.see("outcome")).casefold()
    if outcome in ("true", "false", "1", "0"):
        node.take("outcome")
        says["outcome"] = outcome in ("true", "1")
    ids, labels = (str(node.see(name)).split("|") for name in ("forms", "form_labels"))
    forms = [drafting.term(id, label, node.at) for id, label in zip(ids, labels, strict=False)]
    if forms and len(ids) == len(labels) and all(forms):
        node.take("forms")
        node.take("form_labels")
        says["forms"] = tuple(forms)
    shown = says.get("name") or label or id
    made = draft.node(id, shown, key=own or (shown if id.isdigit() else id), **says)
    if id.isdigit() and made != id:
        node.changed("id", "the node is called by its key")


def _edge(draft: drafting.Draft, edge: Taken, places: Mapping[str, Any]) -> None:
    subject, object = (draft.keys[str(edge.take(end))] for end in ("source", "target"))
    sentence = _sentence(draft, edge, subject, object)
    role = vocabulary.predicates()[sentence.verb].role
    more: dict[str, Any] = {}
    if edge.see("place") in places:
        more["place"] = edge.take("place")
    if role == "increases" and edge.see("level"):
        more["level"] = str(edge.take("level"))
    effect = str(edge.see("effect"))
    to = effect.removeprefix("to ") if effect.startswith("to ") or effect == ONE_LOWER else ""
    if role == "decreases" and (effect in ("complete", "unstated") or to):
        edge.take("effect")
        more["effect"] = Effect(complete=effect == "complete", to=to)
        said = _json(draft, edge, "effect_evidence")
        if isinstance(said, dict) and set(said) <= {one.name for one in fields(Effect)}:
            more["effect"] = Effect(**_made(said, edge.at))
    for name in NEEDS:
        needed = [one.partition(">=") for one in str(edge.see(name)).split("|") if one]
        if needed and all(one[0] in draft.nodes for one in needed):
            edge.take(name)
            rests = _json(draft, edge, f"{name}_evidence")
            rests = rests if isinstance(rests, dict) else {}
            items = {node: tuple(_items(draft, edge, f"{name}_evidence", found)) for node, found in rests.items()}
            more[name] = tuple(Requirement(node, level, items.get(node, ())) for node, _, level in needed)
    if edge.see("run") == "no" or (str(edge.see("executes")).casefold() in ("false", "0") and role != "none"):
        more["run"] = str(edge.take("run", "no")) != "no"
    for name in ("executes", "sign", "role", "claim", "asserted", "disputed", "species", "blocks"):
        if edge.see("sentence") and edge.see(name) not in ("", None):
            edge.take(name)  # what the other attributes say in other words
    id, own = str(edge.take("id")), str(edge.take("key"))
    if id.isdigit():
        edge.changed("id", "the edge is called by its key, or else by its sentence")
    draft.edge(sentence, edge, _evidence(draft, edge), name=own or ("" if id.isdigit() else id), **more)


def _sentence(draft: drafting.Draft, edge: Taken, subject: str, object: str) -> Sentence:
    """The sentence that kg wrote, else subject, verb or sign, and object."""
    words = str(edge.see("sentence")).split()
    if len(words) in (3, 5) and words[0] == subject and words[1] in vocabulary.predicates():
        edge.take("sentence")
        edge.take("predicate")
        return Sentence(words[0], words[1], words[2], words[4] if len(words) == 5 else "")
    said = next((name for name in VERBS if edge.see(name)), "")
    known = drafting.verb(str(edge.see(said))) if said else None
    if known and known.role != "blocks":
        edge.take(said)
        return Sentence(subject, known.verb, object)
    for name in ("sign", "effect", said):
        if name and (sign := SIGNS.get(str(edge.see(name)), 0)):
            edge.take(name)
            if said and said != name:
                edge.changed(
                    said, f"{drafting.SIGNED[sign]}: kg has no verb {edge.see(said)!r}, but the edge has a sign"
                )
            return Sentence(subject, drafting.SIGNED[sign], object)
    if said:
        edge.changed(said, f"related_to: kg has no verb {edge.see(said)!r}")
    return Sentence(subject, "related_to", object)


def _items(draft: drafting.Draft, edge: Taken, name: str, found: object) -> Iterator[Evidence]:
    """The items of evidence that kg wrote into an attribute of an edge."""
    known = {one.name for one in fields(Evidence)}
    for one in found if isinstance(found, list) else []:
        if isinstance(one, dict) and set(one) <= known and one.get("source", "") in ("", *draft.sources):
            first = "" if one.get("because") else next(iter(draft.sources), "")
            yield Evidence(**{"source": first, **_made(one, edge.at)})
        else:
            edge.lost(name, "it is not written as kg writes it")


def _evidence(draft: drafting.Draft, edge: Taken) -> list[Evidence]:
    items = list(_items(draft, edge, "evidence", _json(draft, edge, "evidence")))
    for name in WORKS:
        for one in re.split(r"[|;,\s]+", str(edge.see(name))) if edge.see(name) else ():
            id = f"PMID:{one}" if one.isdigit() and name != "doi" else f"doi:{one}" if one.startswith("10.") else one
            if source := draft.cite(id):
                edge.take(name)
                items.append(Evidence(source=source, claim=drafting.UNCLASSIFIED, at=edge.at))
    return items
