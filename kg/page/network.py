"""The compiled network of a mechanism as compact JSON, so that network.js answers in the page as ``kg.reasoning`` does.

Nodes and edges are numbers: their places in the file. A reading is a network of its own; nodes come first in it, so
that the gates of a node have the same numbers in all.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from kg.model import vocabulary
from kg.model.languages import speak
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Expectation, common_name
from kg.page.layout import clean, spoken
from kg.page.words import READ
from kg.reasoning import conflict, contexts, meetings, network, whatif
from kg.reasoning.contexts import Context
from kg.reasoning.disagreements import Supports, supports
from kg.reasoning.network import Network

#: With more executing edges the page says that it is too large: at 100,000 (7 MB of JSON) Chromium took 0.2 s to read the
#: network and 0.1 s for an answer (benchmarks/whatif.py), and a page of so many steps is slow for other reasons.
MOST = 100_000

STANCES = ("supports", "disputes", "qualifies")  # in a profile
KINDS = ("edge", "requires", "unless", "start", "closed", "effect")  # of inputs, by number; network.js has the same


def compiled(mechanism: Mechanism) -> dict[str, Any]:
    """All that a what-if needs, under every reading; or ``why``, a sentence that says why there can be none.

    >>> from kg.formats import read
    >>> data = compiled(read("ta1-tlr7"))
    >>> [reading["key"] for reading in data["readings"]], data["claims"][0]
    (['as written', 'also-delivers'], 'finding')
    >>> compiled(Mechanism(id="one"))
    {'why': 'No step of this mechanism can be run.'}
    """
    try:
        running = sum(edge.executes for edge in mechanism.edges)
        if not running:
            return {"why": speak("No step of this mechanism can be run.")}
        if running > MOST:
            return {
                "why": speak(
                    "{0:,} steps are too many to run in a page; kg whatif runs them on the command line.", running
                )
            }
        return _compiled(mechanism)
    except (KeyError, IndexError, network.QueryError):  # an invalid mechanism: what is wrong is `kg check`'s to say
        return {"why": speak("This mechanism cannot be run: kg check says what is wrong with it.")}


def _compiled(mechanism: Mechanism) -> dict[str, Any]:
    m = mechanism
    number = {key: n for n, key in enumerate(m.nodes)}
    edge_number = {edge.name: n for n, edge in enumerate(m.edges)}
    claims = vocabulary.claims()
    conditions = list(m.conditions)
    readings = network.readings(m)
    taxa: dict[str, int] = {}
    species = {}
    for n, edge in enumerate(m.edges):
        found = m.support(edge).species if edge.executes else ()
        if found or edge.definition:  # a definition is of no species, stated or not
            species[n] = [taxa.setdefault(label, len(taxa)) for label in found]
    common = {taxon.label: common_name(taxon) for item in m.evidence() for taxon in item.taxon}
    run = network.Run(m)
    for settings in (*m.conditions, *m.assumptions):  # raises QueryError for what cannot be set
        run.settings(values=(m.conditions.get(settings) or m.assumptions[settings]).values)

    every = {
        context: n for n, context in enumerate(dict.fromkeys(filter(None, map(contexts.of, m.conditions.values()))))
    }

    def fates(reading: str, context: Context) -> list[list[int | str]]:
        found: list[list[int | str]] = []
        for (kind, edge, *node), fate in contexts.fates(network.under(m, reading), context).items():
            claim = [KINDS.index(kind), edge_number[edge], number[node[0]] if node else -1]
            found.append([*claim, int(fate.verdict == "contested"), clean(str(fate))])
        return found

    def given(values: Any) -> list[list[int | str]]:
        return [[number[node], value] for node, value in values.items()]

    def expected(one: Expectation) -> list[int | str]:
        wanted = one.expect
        than = wanted.than if wanted.relation == "is" else conditions.index(wanted.than)
        reading = readings.index(one.reading) if one.reading else -1
        return [conditions.index(one.given), number[wanted.node], wanted.relation, than, reading]

    return {
        "levels": [list(map(clean, node.levels)) if node.levels else 0 for node in m.nodes.values()],
        "outcomes": [number[node.key] for node in m.nodes.values() if node.outcome],
        "into": [number.get(e.sentence.object, -1) if e.role in ("increases", "decreases") else -1 for e in m.edges],
        "lowers": [n for n, edge in enumerate(m.edges) if edge.role == "decreases"],
        "defined": {n: number[edge.sentence.object] for n, edge in enumerate(m.edges) if edge.definition},
        **_settles(m),
        "claims": list(claims),
        "said": [speak(claim.label) for claim in claims.values()],
        "taxa": list(map(clean, taxa)),
        "common": [clean(speak(common.get(label, label))) for label in taxa],
        "species": species,
        **_rests(m, supports(m)),
        "readings": [
            {
                "key": clean(name),
                "title": clean(_title(m, name)),
                **_network(network.under(m, name), net, number, edge_number),
            }
            for name, net in run.networks.items()
        ],
        "assumptions": [
            [clean(one.key), clean(one.title or one.key), given(one.values)] for one in m.assumptions.values()
        ],
        "conditions": [
            [clean(one.key), spoken(clean(one.title or one.key)), given(one.values), every.get(contexts.of(one), -1)]
            for one in m.conditions.values()
        ],
        "contexts": [{"said": clean(str(one)), "fates": [fates(name, one) for name in run.networks]} for one in every],
        "expectations": [
            expected(one)
            for one in m.expectations
            if any(item.claim == "finding" and item.stance == "supports" for item in one.evidence)
        ],
    }


def _rests(m: Mechanism, told: Supports) -> dict[str, Any]:
    """What each edge rests on, as the number of a profile, and the profiles; sources and disagreements as numbers.

    A profile is the sources by stance, the assays, how the sources were read, and the disagreements, so that those of
    several edges can be united and counted.
    """
    papers = {study: n for n, study in enumerate(dict.fromkeys(m.papers.values()))}
    conflicts = {id(one): n for n, one in enumerate(told.conflicts)}
    profiles: dict[tuple[tuple[Any, ...], ...], int] = {}
    rests = []
    for edge in m.edges:
        studies = set(m.studies(edge))
        profile = (
            *(tuple(sorted({papers[study] for of, study, _ in studies if of == stance})) for stance in STANCES),
            tuple(map(clean, m.support(edge).designs)),
            tuple(sorted({how for _, _, how in studies})),
            tuple(conflicts[id(one)] for one in told.by_edge.get(edge.name, ())),
        )
        rests.append(profiles.setdefault(profile, len(profiles)))
    return {
        "rests": rests,
        "profiles": [list(map(list, profile)) for profile in profiles],
        "read": {how: speak(said) for how, said in READ.items()},
    }


def _settles(m: Mechanism) -> dict[str, Any]:
    """What each edge that may meet an opposite one states around it, by number; and what would settle it between two of these.

    Few edges differ in what they state, so that the words are few even where many edges meet.
    """
    into: dict[str, tuple[list[Edge], list[Edge]]] = {}
    for edge in m.edges:
        if edge.role in ("increases", "decreases"):
            into.setdefault(edge.sentence.object, ([], []))[edge.role == "decreases"].append(edge)
    contexts: dict[str, int] = {}
    around: dict[str, int] = {}
    settles: dict[tuple[int, int], str] = {}
    for node, (up, down) in into.items():
        if up and down:
            for edge in (*up, *down):
                stated = json.dumps(conflict.context(m, edge), sort_keys=True)
                around[edge.name] = contexts.setdefault(stated, len(contexts))
            firsts = [{around[edge.name]: edge.name for edge in reversed(some)} for some in (up, down)]
            for (one, increase), (other, decrease) in itertools.product(*(first.items() for first in firsts)):
                if (one, other) not in settles:
                    settles[one, other] = meetings.settles(m, meetings.Meeting(node, increase, decrease))
    number, claims = {edge.name: n for n, edge in enumerate(m.edges)}, list(vocabulary.claims())

    def claim(edge: Edge) -> int:
        return claims.index(edge.claim) if edge.claim else -1

    return {
        "around": {number[name]: [context, claim(m.edge(name))] for name, context in around.items()},
        "settles": [[one, other, clean(text)] for (one, other), text in settles.items()],
    }


def _title(mechanism: Mechanism, reading: str) -> str:
    return speak(reading) if reading == network.AS_WRITTEN else mechanism.readings[reading].title or reading


def _network(m: Mechanism, net: Network, number: dict[str, int], edge_number: dict[str, int]) -> dict[str, Any]:
    """Gates as a string of kinds, their literals in one row, inputs as kind, node or edge, and node of a condition."""
    claims = list(vocabulary.claims())
    inputs: list[int] = []
    known = []
    for gate, kind in enumerate(net.gates):
        what = net.what(gate)
        if kind == 0 and what:
            of_node = what.kind in ("start", "closed")
            name = number[what.name] if of_node else edge_number[what.name]
            inputs += [KINDS.index(what.kind), name, number[what.node] if what.node else -1]
            known.append({True: "1", False: "0", None: "?"}[net.given.get(gate)])
    standing = [whatif.acting_claim(m.edge(name)) for name in net.fires]
    return {
        "kinds": "".join(map(str, net.gates)),
        "counts": [len(ins) for ins in net.ins],
        "ins": [literal for ins in net.ins for literal in ins],
        "inputs": inputs,
        "known": "".join(known),
        "fires": [edge_number[name] for name in net.fires],
        "standing": [claims.index(claim) if claim else -1 for claim in standing],
    }
