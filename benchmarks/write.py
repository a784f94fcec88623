"""The writing bench in three engines: how soon the page can be used, Python is up, and an edit is answered, and how large it is.

    pip install -e '.[test]' && python benchmarks/write.py [ENGINE ...]      # default: chromium firefox webkit

Prints a Markdown table: what was measured, its limit, and their ratio, which is below 1 where the limit is kept. The page is opened
from a file and shows a mechanism of 50 edges with outcomes, conditions, an expectation and a picture. An edit is answered once
its complaints, its outcomes and its picture are shown; the number is the median of ten edits, and the wait of 150 ms for further
keys is part of it. Needs chromium, firefox-esr, WebKitWebDriver and Xvfb; an engine that is not there is named.
"""

from __future__ import annotations

import itertools
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from browsers import ENGINES
from page import FLAGS

from kg import bench

EDGES = 50
EDITS = 10
#: Milliseconds from the start of the page, and of an edit; by engine where they differ.
USABLE, ANSWER = 1000, 300
UP = {"chromium": 4000, "firefox": 4000, "webkit": 7000}
SIZE = 14.0  # MB
PATIENCE = 120  # seconds until a step counts as failed


def mechanism(edges: int) -> str:
    """A mechanism of so many edges as text: rows of ten nodes, each of which promotes the next, with outcomes and conditions."""
    keys = [f"n{n}" for n in range(edges + 1)]
    nodes = "".join(
        f"  {key}: {{term: none, name: molecule {key}{', outcome: yes' if n % 10 == 9 else ''}}}\n"
        for n, key in enumerate(keys)
    )
    steps = "".join(
        f"- edge: {a} promotes {b}\n  evidence: [{{source: s, anchor: words of the source {n}, claim: finding}}]\n"
        for n, (a, b) in enumerate(itertools.pairwise(keys))
    )
    rows = "".join(f"- [{', '.join(keys[start : start + 10])}]\n" for start in range(0, len(keys), 10))
    return (
        "id: benchmark\ntitle: A chain\nlicence: CC0-1.0\nversion: 0.1.0\n"
        "sources:\n  s: {kind: journal article, title: A source, url: https://example.org, read: full}\n"
        f"nodes:\n{nodes}edges:\n{steps}conditions:\n  some: {{set: {{n0: present}}}}\n  none: {{set: {{n0: absent}}}}\n"
        f"expectations:\n- {{given: some, expect: n{edges} is present, evidence: [{{source: s, anchor: words of the end, claim: finding}}]}}\nlayout:\n{rows}"
    )


def waited(tab: Any, body: str) -> Any:
    """What a function in the page returns, once that is something."""
    end = time.monotonic() + PATIENCE
    while not (found := tab.js(body)):
        if time.monotonic() > end:
            raise TimeoutError(body)
        time.sleep(0.05)
    return found


def measured(file: Path, start: Any, given: Any) -> dict[str, float]:
    """One visit: milliseconds until the page is usable, Python is up and an edit is answered."""
    with start(Path(tempfile.mkdtemp()), given) as tab:
        tab.open(file.as_uri())
        usable = waited(tab, "return performance.getEntriesByName('usable')[0]?.startTime")
        if waited(tab, "return document.documentElement.dataset.core") != "ready":
            raise RuntimeError(tab.js("return document.getElementById('verdict').textContent"))
        up = tab.js("return performance.getEntriesByName('up')[0].startTime")
        taken = []
        for n in range(EDITS):
            tab.js(
                "performance.clearMarks('answered'); bench.put(bench.text().replace(/promotes|inhibits/, arguments[0]))",
                ("inhibits", "promotes")[n % 2],
            )
            waited(tab, "return performance.getEntriesByName('answered').length")
            taken.append(
                tab.js(
                    "return performance.getEntriesByName('answered')[0].startTime - performance.getEntriesByName('edited').at(-1).startTime"
                )
            )
    return {"usable": usable, "up": up, "answer": statistics.median(taken)}


def main(names: list[str]) -> None:
    page = bench.html(mechanism(EDGES))
    file = Path(tempfile.mkdtemp()) / "write.html"
    file.write_text(page, encoding="utf-8")
    print("| what | limit | measured | ratio |")
    print("|---|---|---|---|")
    print(f"| size, MB | {SIZE:g} | {len(page.encode()) / 1e6:.1f} | {len(page.encode()) / 1e6 / SIZE:.2f} |")
    for name in names:
        commands, packages, start = ENGINES[name]
        missing = [one for one in commands if not shutil.which(one)]
        if missing:
            print(f"| {name} | | not run: install {packages} | |")
            continue
        found = visit(name, file, start, shutil.which(commands[0]) or "")
        for what, limit in (("usable", USABLE), ("up", UP[name]), ("answer", ANSWER)):
            print(f"| {name}: {LABELS[what]}, ms | {limit} | {found[what]:.0f} | {found[what] / limit:.2f} |")


LABELS = {"usable": "page usable", "up": "Python up", "answer": f"edit to answer at {EDGES} edges"}


def visit(name: str, file: Path, start: Any, command: str) -> dict[str, float]:
    """The same in an engine, whichever way it is started."""
    if name != "chromium":
        return measured(file, start, command)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=command, args=FLAGS)
        return measured(file, start, browser)


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(ENGINES)
    if unknown:
        raise SystemExit(f"{', '.join(sorted(unknown))}: one of {', '.join(ENGINES)}")
    main(sys.argv[1:] or [*ENGINES])
