"""What-if on random scale-free networks, beside mpbn on the same network, in one run.

    pip install -e . mpbn && python benchmarks/causal.py [EDGES ...]      # default: 10000 100000

Each size twice: acyclic, and with one edge in twenty turned back, so that most of the network hangs on loops.
Prints seconds (median of the runs), the values left open, the peak memory of this process before mpbn is loaded (with 10,000 and 100,000 in
one run, mpbn's first turn is in the second), and the ratio to mpbn.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import time
from collections.abc import Callable

from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Effect, Frozen, Node, Requirement, Sentence
from kg.reasoning import network as reasoning
from kg.reasoning.reasons import Reasons


def network(size: int, seed: int = 1, back: float = 0) -> Mechanism:
    """A random network: ends are drawn by degree, a quarter of the edges lower, a tenth has a requirement.

    It is acyclic but for the share of edges that is turned ``back``.
    """
    rnd = random.Random(seed)
    count = size // 2
    names = [f"n{i}" for i in range(count)]
    pool, edges = [0], []
    while len(edges) < size:
        a = rnd.choice(pool) if rnd.random() < 0.7 else rnd.randrange(count)
        b = rnd.randrange(count)
        if a == b:
            continue
        a, b = sorted((a, b))
        pool += [a, b]
        if back and rnd.random() < back:
            a, b = b, a
        verb = "degrades" if rnd.random() < 0.25 else "promotes"
        edges.append(
            Edge(
                sentence=Sentence(names[a], verb, names[b]),
                name=f"e{len(edges)}",
                effect=Effect(complete=True) if verb == "degrades" else None,
                requires=(Requirement(node=names[rnd.randrange(a + 1)]),) if rnd.random() < 0.1 else (),
            )
        )
    targets = {edge.sentence.object for edge in edges}
    nodes = {name: Node(key=name, at_start="absent" if name in targets else "present") for name in names}
    return Mechanism(id="random", nodes=Frozen(nodes), edges=tuple(edges))


def functions(mechanism: Mechanism) -> dict[str, str]:
    """The same network as Boolean functions, for mpbn."""
    up: dict[str, list[str]] = {name: [] for name in mechanism.nodes}
    down: dict[str, list[str]] = {name: [] for name in mechanism.nodes}
    for edge in mechanism.edges:
        fires = "(" + "&".join([edge.subject, *(needed.node for needed in edge.requires)]) + ")"
        (up if edge.verb == "promotes" else down)[edge.sentence.object].append(fires)
    found = {}
    for name, node in mechanism.nodes.items():
        raised = "|".join(["1"] if node.at_start == "present" else up[name]) or "0"
        found[name] = "&".join([f"({raised})", *(f"!{fires}" for fires in down[name])])
    return found


def timed(work: Callable[[], object], runs: int = 3) -> float:
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def row(size: int, back: float) -> str:
    """One line of the table."""
    mechanism = network(size, back=back)
    compiled = timed(lambda: reasoning.compile(mechanism))
    net = reasoning.compile(mechanism)
    settings = {next(iter(mechanism.nodes)): "absent"}
    first = timed(lambda: net.propagate(*net.facts({})))
    again = timed(lambda: net.propagate(*net.facts(settings)))
    value = net.propagate(*net.facts({}))
    left = sum(gates[0] not in value for gates in net.variables.values())
    late = [node for node, gates in net.variables.items() if gates[0] in value][-1]
    reasons = Reasons(net, {}, late)
    reason = timed(reasons.one)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # of this process so far
    peer = _mpbn(mechanism) if size <= 100_000 else None
    ratio = f"{peer / (compiled + first):.1f}" if peer else "-"
    shown = f"{peer:.2f} s" if peer else "not run"
    ours = f"{compiled:.2f} s | {first:.3f} s | {again:.3f} s | {1000 * reason:.1f} ms | {memory:.0f} MiB"
    return f"| {size:,} | {back:.0%} | {left / len(mechanism.nodes):.1%} | {ours} | {shown} | {ratio} |"


def main(sizes: list[int]) -> None:
    print(
        "| edges | turned back | left open | compile | first answer | one more question | one minimal reason | memory so far "
        "| mpbn, load and one attractor | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size in sizes:
        for back in (0, 0.05):
            print(row(size, back), flush=True)


def _mpbn(mechanism: Mechanism) -> float | None:
    try:
        import mpbn
    except ImportError:
        return None
    rules = functions(mechanism)
    start = {name: int(node.at_start == "present") for name, node in mechanism.nodes.items()}
    return timed(lambda: next(iter(mpbn.MPBooleanNetwork(rules).attractors(reachable_from=start, limit=1))), 1)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [10_000, 100_000])
