"""The explorer beside stock pyvis and cytoscape.js, from the same graph, in headless Chromium, in one run.

    pip install -e '.[test]' && python benchmarks/page.py [EDGES ...]      # default: 20 200 1000 5000 20000

Prints a Markdown table: milliseconds until the picture is stable (and, for the explorer above its limit, until the
search answers), until the first click is answered, size of the file, JavaScript heap, seconds to write the file.
Stock pyvis is ``Network(cdn_resources="in_line").from_nx(mechanism.graph)`` with its own settings; its requests to a
content network are refused, as they would be offline. cytoscape.js comes from the npm registry (``npm`` is needed), is
inlined, and places nodes on a grid, its cheapest layout. "-" means: not within the limit of 60 s. Crossings, overlaps and the
size of letters are counted by layouts.py, on real graphs.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, sync_playwright

from kg import page
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Frozen, Node, Place, Sentence, Source

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
LIMIT = 60_000  # milliseconds
RUNS = 3


def generated(size: int, seed: int = 1) -> Mechanism:
    """A random graph in which ends are drawn by degree, in four places, with evidence on every edge."""
    rnd = random.Random(seed)
    count = max(size * 2 // 3, 4)
    pool = [0]
    pairs: dict[tuple[int, int], None] = {}
    while len(pairs) < size:
        a = rnd.choice(pool) if rnd.random() < 0.6 else rnd.randrange(count)
        b = rnd.randrange(count)
        if a != b:
            pairs[a, b] = None
            pool += [a, b]
    item = Evidence(source="s", anchor="a few words of the source", claim="finding")
    edges = tuple(
        Edge(
            sentence=Sentence(f"n{a}", "degrades" if i % 4 == 0 else "promotes", f"n{b}"),
            name=f"e{i}",
            evidence=(item,),
        )
        for i, (a, b) in enumerate(pairs)
    )
    used = sorted({end for pair in pairs for end in pair})
    nodes = Frozen({f"n{i}": Node(key=f"n{i}", name=f"molecule {i}", place=f"p{i % 4}") for i in used})
    return Mechanism(
        id=f"random-{size}",
        title=f"A random graph of {size} edges",
        sources=Frozen({"s": Source(key="s", kind="journal article", title="A source")}),
        places=Frozen({f"p{i}": Place(key=f"p{i}", name=f"place {i}") for i in range(4)}),
        nodes=nodes,
        edges=edges,
    )


def stock(mechanism: Mechanism) -> str:
    """The same graph as pyvis draws it by itself."""
    from pyvis.network import Network

    net = Network(directed=True, cdn_resources="in_line", height="900px")
    graph = mechanism.graph.copy()
    for _, _, _, attributes in graph.edges(keys=True, data=True):
        attributes.clear()  # its own names (title, level ...) would be taken for settings
    for _, attributes in graph.nodes(data=True):
        label = attributes["label"]
        attributes.clear()
        attributes["label"] = label
    net.from_nx(graph)
    return str(net.generate_html())


def cytoscape(mechanism: Mechanism, library: str) -> str:
    """The same graph as cytoscape.js draws it: arrows, labels, a grid."""
    nodes = [{"data": {"id": f"n/{node.key}", "label": node.label}} for node in mechanism.nodes.values()]
    edges = [
        {"data": {"id": f"e/{edge.name}", "source": f"n/{edge.subject}", "target": f"n/{edge.sentence.object}"}}
        for edge in mechanism.edges
    ]
    style = [
        {"selector": "node", "style": {"label": "data(label)"}},
        {"selector": "edge", "style": {"target-arrow-shape": "triangle", "curve-style": "bezier"}},
    ]
    return (
        "<!doctype html><meta charset=utf-8><style>#c{position:absolute;inset:0}</style><div id=c></div>"
        f"<script>{library}</script><script>"
        f"const cy = cytoscape({{container: document.getElementById('c'), elements: {json.dumps(nodes + edges)}, "
        f"style: {json.dumps(style)}, layout: {{name: 'grid'}}}}); cy.on('tap', 'node', () => {{ window.clicked = true }})"
        "</script>"
    )


def library(folder: Path) -> str:
    """cytoscape.js, from its npm package."""
    subprocess.run(["npm", "install", "--silent", "--prefix", folder, "cytoscape@3"], check=True)
    return (folder / "node_modules/cytoscape/dist/cytoscape.min.js").read_text(encoding="utf-8")


# each says when it is stable: stock pyvis when its physics stops, the others two frames after their first
READY = {
    "pyvis": """new Promise(done => {
        const look = () => typeof network !== 'undefined' && network && network.physics.stabilized ?
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))) : setTimeout(look, 10);
        look();
    })""",
    "cytoscape": """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))""",
    "kg": """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))""",
}


def measured(browser: Any, file: Path, kind: str, node: str, drawn: bool) -> dict[str, float] | None:
    """One visit in a fresh context: stable, first click answered, heap."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    tab = context.new_page()
    tab.set_default_timeout(LIMIT)
    tab.route("**/*", lambda r: r.continue_() if r.request.url.startswith("file:") else r.abort())
    try:
        tab.goto(file.as_uri(), wait_until="commit", timeout=LIMIT)
        tab.wait_for_load_state("domcontentloaded", timeout=LIMIT)
        stable = tab.evaluate(
            f"Promise.race([{READY[kind]}, new Promise((_, no) => setTimeout(() => no('late'), {LIMIT}))])"
        )
        if kind == "kg":
            if drawn:
                spot = tab.evaluate("name => explorer.at(name)", node)
                start = time.perf_counter()
                tab.mouse.click(spot["x"], spot["y"])
            else:
                start = time.perf_counter()
                tab.fill("#find", node)
                tab.keyboard.press("Enter")
            tab.locator(".card.on").wait_for()
        elif kind == "cytoscape":
            spot = tab.evaluate("() => cy.nodes()[0].renderedPosition()")
            start = time.perf_counter()
            tab.mouse.click(spot["x"], spot["y"])
            tab.wait_for_function("window.clicked", timeout=LIMIT)
        else:
            spot = tab.evaluate(
                """() => { const id = network.body.nodeIndices[0], at = network.canvasToDOM(network.getPosition(id)),
                   box = network.canvas.frame.getBoundingClientRect();
                   network.once('selectNode', () => { window.clicked = true });
                   return {x: at.x + box.x, y: at.y + box.y} }"""
            )
            start = time.perf_counter()
            tab.mouse.click(spot["x"], spot["y"])
            tab.wait_for_function("window.clicked", timeout=LIMIT)
        click = (time.perf_counter() - start) * 1000
        session = context.new_cdp_session(tab)
        session.send("HeapProfiler.collectGarbage")
        heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        return {"stable": stable, "click": stable + click, "heap": heap}
    except Error:
        return None
    finally:
        context.close()


def main(sizes: list[int]) -> None:
    print("| edges | | stable, ms | first click answered, ms | file, kB | heap, MB | written in, s |")
    print("|---|---|---|---|---|---|---|")
    folder = Path(tempfile.mkdtemp())
    page.html(generated(20))  # imports and templates
    peer = library(folder)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for size in sizes:
            mechanism = generated(size)
            node = next(iter(mechanism.nodes))
            rows: dict[str, dict[str, float]] = {}
            makers = {"pyvis": stock, "cytoscape": lambda m: cytoscape(m, peer), "kg": page.html}
            for kind, write in makers.items():
                file = folder / f"{kind}-{size}.html"
                start = time.perf_counter()
                file.write_text(write(mechanism), encoding="utf-8")
                row: dict[str, float] = {"written": time.perf_counter() - start, "file": file.stat().st_size / 1000}
                drawn = kind != "kg" or size <= page.LIMIT
                visits = []
                for _ in range(RUNS):
                    visit = measured(browser, file, kind, node, drawn)
                    visits += [visit] if visit else []
                    if not visit:
                        break
                for key in ("stable", "click", "heap") if visits else ():
                    row[key] = statistics.median(visit[key] for visit in visits)
                rows[kind] = row

            def shown(row: dict[str, float], key: str, digits: int = 0) -> str:
                return f"{row[key]:.{digits}f}" if key in row else "-"

            for kind, row in rows.items():
                name = {"pyvis": "stock pyvis", "cytoscape": "cytoscape.js, grid"}.get(kind, "kg")
                name += " (a neighbourhood)" if kind == "kg" and size > page.LIMIT else ""
                cells = [
                    shown(row, key, 2 * (key == "written")) for key in ("stable", "click", "file", "heap", "written")
                ]
                print(f"| {size} | {name} | {' | '.join(cells)} |")
            for other in ("pyvis", "cytoscape"):
                both = [
                    f"{rows['kg'][key] / rows[other][key]:.2f}" if key in rows[other] and key in rows["kg"] else "-"
                    for key in ("stable", "click", "file", "heap", "written")
                ]
                print(f"| {size} | kg / {other} | {' | '.join(both)} |", flush=True)
        browser.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [20, 200, 1000, 5000, 20000])
