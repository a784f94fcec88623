"""Rules about edges: verbs, signs, kinds, blocking edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kg.checks.rules import error, rule, warning
from kg.model import verbs, vocabulary
from kg.model.diagnostics import Diagnostic, Location, near, nearest
from kg.model.mechanism import Mechanism
from kg.model.records import Change, Edge


@rule
def verbs_are_known(m: Mechanism) -> Iterator[Diagnostic]:
    """An edge's verb stands in predicates.tsv, and only a verb that protects takes `from`."""
    for edge in m.edges:
        if not edge.verb:
            continue
        if edge.verb not in vocabulary.predicates():
            yield error(
                edge.location_of("verb"),
                "unknown-verb",
                f"{edge.verb!r} is not a verb",
                _verb_meant(m, edge),
            )
        elif bool(edge.sentence.other) != (edge.verb == "protects"):
            said = edge.sentence
            if said.other:
                message, form = f"{said.verb!r} takes no `from`", f"{said.subject} {said.verb} {said.object}"
                yield error(edge.location_of("from"), "unreadable-sentence", message, f"write: {form}")
            else:
                form = f"{said.text} from NODE"
                yield error(
                    edge.location_of("verb"),
                    "unreadable-sentence",
                    "'protects' does not say from what",
                    f"write: {form}",
                )


def _verb_meant(m: Mechanism, edge: Edge) -> str:
    """The verb that means what an unknown one says, and joins these nodes; else those that could stand here, by effect."""
    ends = [m.nodes[end].drawn_as if end in m.nodes else "" for end in (edge.subject, edge.sentence.object)]
    meant = verbs.meant(edge.verb)
    fit = verbs.fitting(meant, *ends)
    if fit:
        others = f", or {' or '.join(one.verb for one in fit[1:])}" if fit[1:] else ""
        return f"write {fit[0].verb}{others}: {fit[0].definition}"
    every = verbs.fitting(vocabulary.predicates().values(), *ends)
    if meant:
        alike = [one.verb for one in every if (one.role, one.sign) == (meant[0].role, meant[0].sign)]
        told = f"{meant[0].verb!r} means it, but joins {meant[0].kinds.replace(' > ', ' to ')}"
        return f"{told}; of the same sign are: {', '.join(alike[:6])}" if alike else told
    by_role = {words: [one.verb for one in every if one.role == role] for role, words in verbs.ROLES.items()}
    some = [f"{words}: {', '.join(names[:4])}" for words, names in by_role.items() if names and words != "stop an edge"]
    return "; ".join([*some, "`kg verbs` lists all"])


@rule
def blocking_edges_block_one_edge(m: Mechanism) -> Iterator[Diagnostic]:
    """`A blocks EDGE` and `A protects B from C` act on exactly one edge, which is not, by way of others, itself."""
    told: set[str] = set()
    names = [edge.name for edge in m.edges]
    for edge in m.edges:
        if (
            edge.verb not in vocabulary.predicates()
            or edge.role != "blocks"
            or (edge.verb == "protects") != bool(edge.sentence.other)
        ):
            continue
        found, sentence = m.blocked(edge), edge.sentence
        unknown = {(e.subject, e.sentence.object) for e in m.edges if e.verb not in vocabulary.predicates()}
        if not found and (sentence.other, sentence.object) in unknown:
            continue  # the verb of the edge that it means has been complained of
        circle = _circle(m, edge)
        if circle and not told & set(circle):
            told.update(circle)
            yield error(
                edge.location_of("object"),
                "blocks-itself",
                f"{edge.name!r} blocks itself: {' blocks '.join(circle)}",
                "name an edge that does not block",
            )
        elif not sentence.other and not found:
            yield error(
                edge.location_of("object"),
                "blocks-nothing",
                f"no edge is called {sentence.object!r}",
                near(sentence.object, [n for n in names if n != edge.name]),
            )
        elif not found and {sentence.object, sentence.other} <= set(m.nodes):
            hint = f"write that edge too, such as: {sentence.other} degrades {sentence.object}"
            yield error(
                edge.location_of("other"),
                "blocks-nothing",
                f"there is no edge by which {sentence.other!r} lowers {sentence.object!r}",
                hint,
            )
        elif len(found) > 1:
            either = " or ".join(f"`{edge.subject} blocks {one.name}`" for one in found)
            yield error(
                edge.location_of("other"),
                "blocks-two",
                f"by {len(found)} edges {sentence.other!r} lowers {sentence.object!r}",
                f"name one: {either}",
            )


def _circle(m: Mechanism, edge: Edge) -> list[str]:
    """The names of the edges by which an edge blocks itself, from it to it; none if it does not."""
    now, names = edge, [edge.name]
    while now.role == "blocks" and not now.sentence.other and len(names) <= len(m.edges):
        blocked = m.blocked(now)
        if not blocked or blocked[0].verb not in vocabulary.predicates():
            break
        now = blocked[0]
        names.append(now.name)
        if now is edge:
            return names
    return []


@rule
def edges_are_said_once(m: Mechanism) -> Iterator[Diagnostic]:
    """No two edges have the same name, and none says the same again: sentence, place, level, requirements."""
    first: dict[str, Location | None] = {}
    said: dict[tuple[object, ...], Location | None] = {}
    for edge in m.edges:
        if not edge.sentence.subject or edge.definition:
            continue
        needs = frozenset((key, one.node, one.level) for key in ("requires", "unless") for one in getattr(edge, key))
        same = (edge.sentence, edge.place, edge.level, needs)
        again = said.get(same)
        if again:
            yield error(
                edge.location_of("edge"),
                "duplicate-edge",
                f"line {again.line} says this already",
                "put its evidence there, or say what differs",
            )
        elif edge.name in first:
            seen = first[edge.name]
            yield error(
                edge.location_of("name" if "name" in edge.locations else "edge"),
                "duplicate-edge",
                f"line {seen.line if seen else 1} has the name {edge.name!r} already",
                "give one of them another `name:`",
            )
        elif edge.name in m.nodes:
            message = f"a node has the name {edge.name!r} already"
            yield error(edge.location_of("name"), "duplicate-edge", message, "give the edge another `name:`")
        first.setdefault(edge.name, edge.at)
        said.setdefault(same, edge.at)


@rule
def definitions_are_not_edges_too(m: Mechanism) -> Iterator[Diagnostic]:
    """That a thing is required for its activity follows from `activity of`, and no edge says it again."""
    for made in (edge for edge in m.edges if edge.definition):
        for edge in m.edges:
            if not edge.definition and (edge.sentence == made.sentence or edge.name == made.name):
                line = f"line {made.at.line} already implies this edge: " if made.at else ""
                message = f"{line}{made.sentence.object} is defined as the activity of {made.subject}"
                yield error(
                    edge.location_of("edge"), "duplicate-edge", message, "remove the edge; `activity of` implies it"
                )


@rule
def kinds_make_sense(m: Mechanism) -> Iterator[Diagnostic]:
    """A verb's subject and object are of kinds that can do that: RNA is degraded, a process is not."""
    for edge in m.edges:
        if edge.verb not in vocabulary.predicates():
            continue
        ends = [("subject", edge.subject, edge.predicate.subject_kinds)]
        if edge.predicate.kinds.split(" > ")[1] != "edge":
            ends.append(("object", edge.sentence.object, edge.predicate.object_kinds))
        for part, name, kinds in ends:
            kind = m.nodes[name].drawn_as if name in m.nodes else "other"
            if kinds and kind != "other" and kind not in kinds:
                message = f"{name!r} is a {kind}; the {part} of {edge.verb!r} is a {' or '.join(sorted(kinds))}"
                hint = f"these verbs fit: {', '.join(_like(m, edge)[:6])}" if _like(m, edge) else ""
                yield error(edge.location_of(part), "senseless-kind", message, hint or "another node, or another verb")


def _like(m: Mechanism, edge: Edge) -> list[str]:
    """The verbs of the same role and sign that can join the nodes of an edge."""
    ends = (m.nodes[end].drawn_as if end in m.nodes else "" for end in (edge.subject, edge.sentence.object))
    every = verbs.fitting(vocabulary.predicates().values(), *ends)
    return [one.verb for one in every if (one.role, one.sign) == (edge.role, edge.predicate.sign)]


@rule
def opposite_signs_are_explained(m: Mechanism) -> Iterator[Diagnostic]:
    """Two executing edges of opposite sign on one pair in one place need a note that speaks of both."""
    seen: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    edges = [
        edge
        for edge in m.edges
        if edge.verb in vocabulary.predicates() and edge.run and edge.role in ("increases", "decreases")
    ]
    for i, edge in enumerate(edges):
        seen[edge.subject, edge.sentence.object, edge.place].append(i)
    for (subject, object, _), same in seen.items():
        for i in same[1:]:
            first, second = edges[same[0]], edges[i]
            explained = any({first.name, second.name} <= set(note.about) for note in m.notes)
            if first.role != second.role and not explained:
                message = (
                    f"{subject!r} both {first.predicate.phrase} and {second.predicate.phrase} {object!r} in one place"
                )
                help = f"give them different `in:`, or a note about: [{first.name}, {second.name}]"
                yield error(second.location_of("verb"), "both-signs", message, help)


@rule
def increases_are_not_complete(m: Mechanism) -> Iterator[Diagnostic]:
    """`effect:` belongs to an edge that decreases, `level:` to one that increases."""
    by_name = {edge.name: edge for edge in m.edges}
    told: list[tuple[Edge, Edge | Change]] = [(edge, edge) for edge in m.edges]
    told += [(by_name[n], c) for reading in m.readings.values() for n, c in reading.edges.items() if n in by_name]
    for edge, says in told:
        if edge.verb not in vocabulary.predicates():
            continue
        if says.effect and edge.role != "decreases":
            use = "remove it" + (", or use `level:`" if edge.role == "increases" else "")
            message = f"{edge.verb!r} lowers nothing, so it has no `effect:`"
            yield error(says.location_of("effect"), "senseless-key", message, use)
        if says.effect and says.effect.complete and says.effect.to:
            message = f"a complete decrease leaves nothing, and this one leaves {says.effect.to!r}"
            yield error(says.effect.location_of("to"), "senseless-key", message, "remove `to:` or `complete:`")
        if says.level and edge.role != "increases":
            use = "remove it" + (", or use `effect:`" if edge.role == "decreases" else "")
            message = f"{edge.verb!r} raises nothing, so it has no `level:`"
            yield error(says.location_of("level"), "senseless-key", message, use)


@rule
def nodes_are_used(m: Mechanism) -> Iterator[Diagnostic]:
    """Some edge touches every node."""
    said = [edge for edge in m.edges if not edge.definition]
    touched = {name for edge in said for name in (edge.subject, edge.sentence.object, edge.sentence.other)}
    needs = [needed for edge in m.edges for needed in (*edge.requires, *edge.unless)]
    for reading in m.readings.values():
        for change in reading.edges.values():
            needs += [*(change.requires or ()), *(change.unless or ())]
    touched |= {needed.node for needed in needs} | {node.activity_of for node in m.nodes.values()}
    touched |= {nearest(name, m.nodes) for name in touched - {*m.nodes}}  # a slip of the pen is told where it is
    if all(edge.subject for edge in m.edges):  # what a sentence touches that cannot be read is not known
        for node in m.nodes.values():
            if node.key not in touched and m.edges:
                message = f"no edge touches {node.key!r}"
                yield warning(node.at, "untouched-node", message, "write one, or remove the node")


@rule
def supplements_feed_the_target(m: Mechanism) -> Iterator[Diagnostic]:
    """A complete decrease beats every increase: what a supplement adds to a depleted pool is lost there."""
    edges = [edge for edge in m.edges if edge.verb in vocabulary.predicates() and edge.executes]
    emptied = {
        edge.sentence.object: edge
        for edge in edges
        if edge.role == "decreases" and edge.effect and edge.effect.complete
    }
    for edge in edges:
        subject = m.nodes.get(edge.subject)
        by = emptied.get(edge.sentence.object)
        if (
            edge.role == "increases"
            and by
            and subject
            and subject.drawn_as == "treatment"
            and by.subject != edge.subject
        ):
            line = by.at.line if by.at else 1
            message = f"{by.subject!r} empties {edge.sentence.object!r} (line {line}), so this adds nothing"
            yield warning(
                edge.location_of("object"),
                "feeds-depleted",
                message,
                "draw the supplement as a second input of what the pool feeds",
            )
