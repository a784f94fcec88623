"""Layouts of real graphs beside those of others: crossings, overlaps, size of the letters at first look, and time.

    KG_SAMPLES=folder python benchmarks/layouts.py [FILE ...]      # default: five; a FILE may be the name of one in the folder

Every layout gets boxes of our size. One function counts for all. Crossings are counted twice: of straight lines between the
middles of boxes, one for each pair that is joined, and of lines as each draws them (dot: its splines, ELK: its bends, kg:
its curves, others: straight), where lines that share an end do not count. "Through" are boxes that straight lines between
others run through. Letters are those of a box, in pixels, where the picture is fitted into 1040 x 700 as in the page; kg
also writes the labels that fit at 10.5 pixels. dot and sfdp are those of pygraphviz; cytoscape.js and ELK come from npm.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from kg.formats import read
from kg.model.mechanism import Mechanism
from kg.page.drawing import draw
from kg.page.geometry import samples, wanted
from kg.page.lattice import laid
from kg.page.layout import FONT, HIGH, WIDE

FIVE = (
    "cbn_cytotoxic_tcell_2.0_Hs.jgif.json",
    "conib_paris2013b.bel.nodelink.json",
    "il6_signaling.sbmlqual.xml",
    "kgx_monarch-tiny_edges.tsv",
    "korkut_stmts.sif",
)
SCREEN = (1040, 700)
PACKAGES = ("cytoscape@3", "cytoscape-fcose@2", "elkjs@0.12")
Points = list[tuple[float, float]]


def joined(m: Mechanism) -> list[tuple[int, int]]:
    """The ends of each line, as numbers of nodes; of one that ends on a line, that line's end."""
    number = {key: n for n, key in enumerate(m.nodes)}
    wishes = list(wanted(m))

    def end(n: int) -> int:
        line, target = wishes[n]
        return number[line.end] if target < 0 else end(target)

    return [(number[line.start], end(n)) for n, (line, _) in enumerate(wishes)]


def crossings(lines: Sequence[Points], ends: Sequence[tuple[int, int]]) -> int:
    """How often lines cross, as pieces of straight lines; those that share an end do not count."""
    pieces = [(a, b, n) for n, line in enumerate(lines) for a, b in pairwise(line)]
    if not pieces:
        return 0
    p, q = np.array([a for a, _, _ in pieces]), np.array([b for _, b, _ in pieces])
    of = np.array([ends[n] for _, _, n in pieces])
    found = 0

    def side(a: Any, b: Any, c: Any) -> Any:
        return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) > (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])

    for n in range(len(pieces)):
        a, b, c, d = p[n], q[n], p[n + 1 :], q[n + 1 :]
        meets = (side(a, b, c) != side(a, b, d)) & (side(c, d, a[None]) != side(c, d, b[None]))
        meets &= (of[n + 1 :, None, :] != of[n][None, :, None]).all((1, 2))
        found += int(meets.sum())
    return found


def measured(
    at: Sequence[Sequence[float]], lines: Sequence[Points] | None, ends: list[tuple[int, int]]
) -> dict[str, float]:
    """What a reader meets in a layout."""
    spots = np.array(at, float)
    pairs = sorted({(min(pair), max(pair)) for pair in ends if pair[0] != pair[1]})
    x, y = np.abs(spots[:, None] - spots).transpose(2, 0, 1)
    overlaps = (int(((x < WIDE - 0.5) & (y < HIGH - 0.5)).sum()) - len(spots)) // 2
    through = 0
    for a, b in pairs:
        points = spots[a] + (spots[b] - spots[a]) * np.linspace(0, 1, 80)[:, None]
        away = np.abs(points[:, None] - spots)
        through += int(((away[..., 0] < WIDE / 2) & (away[..., 1] < HIGH / 2)).any(0).sum()) - 2
    width, height = np.ptp(spots, axis=0) + np.array([WIDE, HIGH])
    straight = [[tuple(spots[a]), tuple(spots[b])] for a, b in ends]
    return {
        "straight": crossings([[tuple(spots[a]), tuple(spots[b])] for a, b in pairs], pairs),
        "drawn": crossings(straight if lines is None else lines, ends),
        "overlaps": overlaps,
        "through": through,
        "width": width,
        "height": height,
        "letters": FONT * min(SCREEN[0] / width, SCREEN[1] / height, 1.4),
    }


def ours(m: Mechanism) -> tuple[float, list[Any], list[Points]]:
    start = time.process_time()
    drawing = draw(m)
    seconds = time.process_time() - start
    curves = [list(samples(line.way.curve, 10)) for line in drawing.lines]
    return seconds, [drawing.layout.boxes[key].centre for key in m.nodes], curves


def graphviz(m: Mechanism, ends: list[tuple[int, int]], program: str) -> tuple[float, list[Any], list[Points] | None]:
    from pygraphviz import AGraph

    graph = AGraph(strict=False, directed=True, splines="true" if program == "dot" else "none")
    graph.node_attr.update(label="", fixedsize="true", shape="box", width=f"{WIDE / 72}", height=f"{HIGH / 72}")
    if program == "sfdp":
        graph.graph_attr.update(overlap="vpsc", sep="+16", K="2", start="1")
    for n in range(len(m.nodes)):
        graph.add_node(f"n{n}")
    for n, (a, b) in enumerate(ends):
        graph.add_edge(f"n{a}", f"n{b}", key=str(n))
    start = time.process_time()
    laid(graph, program)
    seconds = time.process_time() - start
    at = [tuple(map(float, graph.get_node(f"n{n}").attr["pos"].split(","))) for n in range(len(m.nodes))]
    if program == "sfdp":
        return seconds, at, None
    lines = []
    for n, (a, b) in enumerate(ends):
        words = (graph.get_edge(f"n{a}", f"n{b}", str(n)).attr["pos"] or "").replace(";", " ").split()
        points = [tuple(map(float, word.split(","))) for word in words if word[0] not in "es"]
        lines.append(list(samples(points, 10)) if points else [at[a], at[b]])
    return seconds, at, lines


def others(m: Mechanism, ends: list[tuple[int, int]], modules: Path) -> dict[str, tuple[float, list[Any], Any]]:
    graph = {
        "nodes": [{"id": f"n{n}", "width": WIDE, "height": HIGH} for n in range(len(m.nodes))],
        "edges": [(f"n{a}", f"n{b}") for a, b in ends],
    }
    script = Path(__file__).with_suffix(".js")
    done = subprocess.run(
        ["node", script],
        input=json.dumps(graph),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NODE_PATH": str(modules / "node_modules")},
    )
    found = json.loads(done.stdout)
    return {name: (one["seconds"], one["at"], one.get("lines")) for name, one in found.items()}


def main(files: Sequence[Path], modules: Path) -> None:
    print("| graph | layout | crossings, straight | drawn | overlaps | through | letters, px | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for file in files:
        m = read(file)
        ends = joined(m)
        layouts = {name: graphviz(m, ends, name) for name in ("dot", "sfdp")} | others(m, ends, modules)
        layouts["kg"] = ours(m)
        rows = {name: measured(at, lines, ends) for name, (_, at, lines) in layouts.items()}
        for name, row in rows.items():
            cells = [f"{row[key]:.0f}" for key in ("straight", "drawn", "overlaps", "through")]
            cells += [f"{row['letters']:.1f}", f"{layouts[name][0]:.2f}"]
            print(f"| {file.stem[:14]}, {len(ends)} lines | {name} | {' | '.join(cells)} |")
        rest = [row for name, row in rows.items() if name != "kg"]
        ratios = [
            f"{rows['kg'][key] / best:.2f}"
            if (best := min(row[key] for row in rest))
            else f"{rows['kg'][key]:.0f} to 0"
            for key in ("straight", "drawn")
        ]
        letters = rows["kg"]["letters"] / max([row["letters"] for row in rest if not row["overlaps"]] or [math.nan])
        print(f"| | kg / best | {' | '.join(ratios)} | | | {letters:.2f} | |", flush=True)


if __name__ == "__main__":
    samples_folder = Path(os.environ.get("KG_SAMPLES", "."))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, *PACKAGES], check=True)
        files = [Path(name) if Path(name).exists() else samples_folder / name for name in sys.argv[1:] or FIVE]
        main(files, Path(folder))
