"""A mechanism as a networkx graph with plain attributes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kg.model.mechanism import Mechanism, Requirement, plain

if TYPE_CHECKING:
    import networkx as nx


def networkx_graph(mechanism: Mechanism) -> nx.MultiDiGraph[str]:
    """What ``Mechanism.graph`` holds; its docstring names the attributes."""
    import networkx as nx

    caveat = " · ".join(mechanism.caveats)
    about = _plain(
        id=mechanism.id, title=mechanism.title, licence=mechanism.licence, status=mechanism.status, caveat=caveat
    )
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(**about)
    for node in mechanism.nodes.values():
        graph.add_node(
            node.key,
            **_plain(
                label=node.label,
                name=node.name,
                term=node.term.id if node.term else "",
                term_label=node.term.label if node.term else "",
                kind=node.drawn_as,
                place=node.place,
                at_start=node.at_start,
                levels="|".join(node.levels),
                outcome=node.outcome,
                forms="|".join(form.id for form in node.forms),
                form_labels="|".join(form.label for form in node.forms),
                note=node.note,
            ),
        )
    for edge in mechanism.edges:
        blocked = mechanism.blocked(edge)
        graph.add_edge(
            edge.subject,
            mechanism.object(edge),
            key=edge.name,
            **_plain(
                predicate=edge.verb,
                sign=mechanism.sign(edge),
                role=edge.role,
                claim=edge.claim,
                asserted=mechanism.bare(edge),
                executes=edge.executes,
                disputed=edge.disputed,
                place=edge.place,
                blocks=blocked[0].name if blocked else "",
                requires="|".join(map(_needed, edge.requires)),
                unless="|".join(map(_needed, edge.unless)),
                level=edge.level,
                effect="" if edge.effect is None else "complete" if edge.effect.complete else "unstated",
                sentence=edge.sentence.text,
                mechanism=edge.mechanism,
                species="|".join(mechanism.support(edge).species),
                evidence=json.dumps([plain(item) for item in edge.evidence], ensure_ascii=False),
            ),
        )
    return graph


def _needed(requirement: Requirement) -> str:
    return requirement.node + (f">={requirement.level}" if requirement.level else "")


def _plain(**values: str | int | bool | None) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value != ""}
