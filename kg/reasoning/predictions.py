"""Where the runs of two mechanisms come to opposite values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kg.model.mechanism import Mechanism
from kg.model.records import Node
from kg.reasoning import contexts
from kg.reasoning.conflict import Conflict, side_of, verdict_of
from kg.reasoning.contexts import Context
from kg.reasoning.identity import links
from kg.reasoning.network import NO_CONTEXT, Run, Settings
from kg.reasoning.reasons import Reasons


def of_outcomes(parts: Sequence[Mechanism]) -> Iterator[Conflict]:
    """Two mechanisms that are given the same, on nodes that they share, and predict different things."""
    shared: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for link in links(parts):
        if not link.differs and link.one[0] != link.other[0]:
            shared[link.one[0], link.other[0]][link.one[1]] = link.other[1]
    by_id = {m.id: m for m in parts}
    runs = {m.id: Run(m) for m in parts if any(edge.executes for edge in m.edges)}
    for (one, other), same in shared.items():
        if one in runs and other in runs:
            yield from _predictions(runs[one], runs[other], same, by_id[one], by_id[other])


def _predictions(a: Run, b: Run, same: Mapping[str, str], m: Mechanism, n: Mechanism) -> Iterator[Conflict]:
    back = {theirs: ours for ours, theirs in same.items()}
    given: dict[str, tuple[Settings, Settings]] = {}  # what an intervention is called -> settings for either

    def give(title: str, values: Mapping[str, str], asked: Context = NO_CONTEXT) -> None:
        """Values of the nodes of ``m``, some of which may be levels that only the same node of ``n`` has."""
        ours, theirs = {}, {}
        for key, value in values.items():
            one, other = m.nodes[key], n.nodes[same[key]]
            ours[key], theirs[same[key]] = _on(one, value, other), _on(other, value, one)
        if all((*ours.values(), *theirs.values())):  # else the levels of one cannot be said of the other
            given[title] = a.settings(values=ours, context=asked), b.settings(values=theirs, context=asked)

    for condition in m.conditions.values():
        if condition.values.keys() <= same.keys():
            give(condition.title or condition.key, condition.values, contexts.of(condition))
    for condition in n.conditions.values():
        if condition.values.keys() <= back.keys():
            ours = {back[key]: value for key, value in condition.values.items()}
            give(condition.title or condition.key, ours, contexts.of(condition))
    declared = len(given)
    for key in same:
        for value in ("present", "absent"):
            give(f"{m.nodes[key].label} {value}", {key: value})
    told: set[str] = set()
    for number, (title, (settings, moved)) in enumerate(given.items()):
        for key, theirs in same.items():
            if key in settings or key in told:
                continue
            values = _definite(a, settings, key), _definite(b, moved, theirs)
            if "" in values or values[0] == values[1]:
                continue
            depends = _depends(a, settings, key) and _depends(b, moved, theirs)
            if depends or (number < declared and (m.nodes[key].outcome or n.nodes[theirs].outcome)):
                told.add(key)
                yield _predicted(a, b, title, (settings, moved), (key, theirs), values)


def _on(node: Node, value: str, other: Node) -> str:
    """A value of two nodes that are one, as the first has it: of a node without levels, any but the lowest is present."""
    if value in node.levels or value in ("absent", "present", "unknown"):
        return value
    return "" if node.levels else "absent" if value == other.levels[0] else "present"


def _definite(run: Run, settings: Mapping[str, str], node: str) -> str:
    """Whether a node is present or absent under every reading; empty if that is open or they disagree."""
    found = set()
    for net in run.networks.values():
        value = net.propagate(*net.facts(settings))
        found.add({True: "present", False: "absent", None: ""}[value.get(net.variables[node][0])])
    return found.pop() if len(found) == 1 else ""


def _depends(run: Run, settings: Mapping[str, str], node: str) -> bool:
    net = next(iter(run.networks.values()))
    cone = net.cone([net.variables[node][0]])
    return all(cone & set(net.variables[key]) for key in settings)


def _predicted(
    a: Run, b: Run, title: str, settings: Sequence[Mapping[str, str]], nodes: Sequence[str], values: Sequence[str]
) -> Conflict:
    sides, assumed = [], []
    for run, given, node, value in zip((a, b), settings, nodes, values, strict=True):
        m, net = run.mechanism, next(iter(run.networks.values()))
        facts = Reasons(net, given, node)
        inputs = facts.inputs(facts.one() or [])
        edges = [m.edge(name) for name in dict.fromkeys(i.name for i in inputs if i.kind == "edge")]
        words = f"if {title}: {m.nodes[node].label} {value}"
        sides.append(side_of(m, "node", [node], words, (item for edge in edges for item in edge.evidence)))
        closed = [m.nodes[i.name].label for i in inputs if i.kind == "closed"]
        assumed += [f"{m.id} assumes that nothing unlisted causes {', '.join(closed)}"] * bool(closed)
    because = "; ".join(assumed) + "." * bool(assumed)
    left = ("what else causes it",) if assumed else ()
    return Conflict("different-outcomes", verdict_of((), left), tuple(sides), open=left, because=because)
