"""Screens of every node and every pair on random networks.

    pip install -e . && python benchmarks/screen.py [EDGES ...]      # default: 200 2000

Prints the runs, their seconds of CPU, and the time of one run.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from causal import network

import kg
from kg.model.records import Frozen


def main() -> None:
    for size in list(map(int, sys.argv[1:])) or [200, 2000]:
        mechanism = network(size)
        last = list(mechanism.nodes)[-3:]
        nodes = {key: replace(node, outcome=key in last) for key, node in mechanism.nodes.items()}
        mechanism = replace(mechanism, nodes=Frozen(nodes))
        for pairs in (False, True) if size <= 200 else (False,):
            start = time.process_time()
            count = len(kg.screen(mechanism, pairs=pairs))
            spent = time.process_time() - start
            print(f"{size} edges: {count:,} runs in {spent:.2f} s, {1e6 * spent / count:.0f} µs each")


if __name__ == "__main__":
    main()
