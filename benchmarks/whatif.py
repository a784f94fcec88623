"""What-if in the page: how long Chromium takes to read a network, to answer, to explain one node; and its size.

    .venv/bin/python benchmarks/whatif.py [EDGES ...]

Random mechanisms of ``benchmarks/causal.py``. Absolute times depend on the machine; no test asserts one.
"""

from __future__ import annotations

import json
import shutil
import sys
import time

import causal  # of this folder
from playwright.sync_api import sync_playwright

from kg.page import network
from kg.page.picture import asset

MEASURE = """text => {
  const clock = () => performance.now(), times = [clock()];
  const model = new Model(JSON.parse(text));
  times.push(clock());
  const answer = model.ask({values: new Map([[0, 'present']])});
  times.push(clock());
  const again = model.ask({values: new Map([[0, 'absent']])});
  times.push(clock());
  again.changed.slice(0, 30).forEach(again.step);
  times.push(clock());
  return [times.slice(1).map((t, n) => Math.round(t - times[n])), again.changed.length];
}"""


def main(sizes: list[int]) -> None:
    print("edges     compile here  JSON, MB  read, ms  first answer  one more  30 explanations  nodes that change")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for size in sizes:
            mechanism = causal.network(size)
            start = time.perf_counter()
            text = json.dumps(network.compiled(mechanism), separators=(",", ":"))
            took = time.perf_counter() - start
            tab = browser.new_page()
            for name in ("network", "reasons", "model"):
                tab.add_script_tag(content=asset(f"js/{name}.js"))
            (read, first, more, steps), changed = tab.evaluate(MEASURE, text)
            row = f"{took:9.2f} s {len(text) / 1e6:9.2f} {read:9} {first:13} {more:9} {steps:16} {changed:18}"
            print(f"{size:<9,}{row}", flush=True)
            tab.close()
        browser.close()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000, 20_000, 100_000])
