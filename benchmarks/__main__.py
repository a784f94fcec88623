"""Every benchmark at small size, in one table with medians and spread, beside the last one: Markdown and JSON.

    pip install -e '.[test,benchmark]' && python -m benchmarks [-o FOLDER] [--rounds 3] [--minutes 9] [NAME ...]

Each script is run once, then again in turn, up to ROUNDS times, while that fits into the MINUTES; a number of its tables becomes
the median of the rounds, with the least and the most. Behind it stands the number of the last table, and what is more than
20 % worse is printed as a regression. A script that cannot run here (no Chromium, no npm, a peer that is not installed) is
named with its reason, and never guessed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
SMALL = {
    "build": [],
    "bulk": ["10000"],
    "causal": ["1000"],
    "layouts": ["conib_paris2013b.bel.nodelink.json", "il6_signaling.sbmlqual.xml"],
    "page": ["20"],
    "screen": ["200"],
    "serve": ["--seconds", "1", "--runaway", "5"],
    "sparql": ["10000"],
    "whatif": ["1000"],
    "write": [],
}
PEERS = (
    "duckdb",
    "ibis-framework",
    "mpbn",
    "oxrdflib",
    "polars",
    "pyoxigraph",
    "pyspark",
    "pyvis",
    "rdflib",
    "rdflib-endpoint",
    "scipy",
)
LIMIT = 240  # seconds for one script
LAST = HERE / "results.json"  # the table to compare with, which is committed
SIZES = {"edges", "nodes", "triples", "clients", "pairs"}  # heads of what is given, not measured
WORSE = 1.2  # times the last number: a regression
MORE = re.compile(r"requests|right|found|agree|letters|rows/s|edges/s", re.IGNORECASE)  # heads of what should be large
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
Table = list[list[str]]


def run(name: str) -> tuple[list[Table], str]:
    """The tables that a script prints, and why there are none."""
    command = [sys.executable, str(HERE / f"{name}.py"), *SMALL[name]]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, cwd=HERE.parent)
    except subprocess.TimeoutExpired:
        return [], f"not within {LIMIT} s"
    if ran.returncode:
        return [], (ran.stderr.strip().splitlines() or ["it ended with an error"])[-1][:300]
    return tables(ran.stdout), ""


def tables(text: str) -> list[Table]:
    """The tables in a text, in Markdown or in columns with two spaces between, each a list of rows of cells.

    >>> tables("| a | b |\\n|---|---|\\n| x | 1.5 |")
    [[['a', 'b'], ['x', '1.5']]]
    """
    found: list[Table] = []
    before = False
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        else:
            cells = re.split(r"\s{2,}", line.strip()) if len(re.split(r"\s{2,}", line.strip())) > 2 else []
        if not cells:
            before = False
            continue
        if not before:
            found.append([])
        before = True
        if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            found[-1].append(cells)
    return found


def together(rounds: list[list[Table]]) -> list[Table]:
    """One table of several: a cell that is a number in each has the median, with the least and the most behind it."""
    first, *_ = rounds
    return [
        [
            [_cell([one[t][r][c] for one in rounds if _has(one, t, r, c)]) for c in range(len(row))]
            for r, row in enumerate(table)
        ]
        for t, table in enumerate(first)
    ]


def _has(one: list[Table], t: int, r: int, c: int) -> bool:
    return t < len(one) and r < len(one[t]) and c < len(one[t][r])


def _cell(said: list[str]) -> str:
    numbers = [NUMBER.search(cell) for cell in said]
    rest = {NUMBER.sub("", cell, count=1) for cell in said}
    if len(set(said)) == 1 or not all(numbers) or len(rest) > 1:
        return said[0]
    values = sorted((float(found[0].replace(",", "")), found[0]) for found in numbers if found)
    middle = statistics.median_low([value for value, _ in values])
    text = next(text for value, text in values if value == middle)
    return f"{NUMBER.sub(text, said[0], count=1)} ({values[0][1]} to {values[-1][1]})"


def beside(now: list[Table], last: list[Table]) -> tuple[list[Table], list[str]]:
    """The tables with the last number behind each new one, and a line for each that is over 20 % worse.

    Rows are found by their first cells, columns by their heads; smaller numbers are better, but for heads such as requests/s.

    >>> beside([[["", "wall"], ["ours", "1.5 s (1.4 to 1.6)"]]], [[["", "wall"], ["ours", "1.0 s"]]])
    ([[['', 'wall'], ['ours', '1.5 s (1.4 to 1.6), last 1.0 s']]], ['ours, wall: 1.5 s, last 1.0 s (1.50 times)'])
    """
    known = {(*heads, *_named(heads, row)): row for heads, *rows in last for row in rows}
    found, regressions = [], []
    for table in now:
        heads, rows = table[0], []
        for row in table[1:]:
            about = _named(heads, row)
            before = known.get((*heads, *about), [])
            cells = []
            for head, cell, old in zip(heads, row, [*before, *[""] * len(row)], strict=False):
                a, b = NUMBER.search(cell), NUMBER.search(old)
                if len(cells) < len(about) or not a or not b:
                    cells.append(cell)
                    continue
                new, was = cell.partition(" (")[0], old.partition(" (")[0]
                cells.append(f"{cell}, last {was}")
                x, y = (float(one[0].replace(",", "")) for one in (a, b))
                times = (y / x if MORE.search(head) else x / y) if x and y else 1.0
                if times > WORSE:
                    regressions.append(
                        f"{', '.join(filter(None, about))}, {head}: {new}, last {was} ({times:.2f} times)"
                    )
            rows.append(cells)
        found.append([heads, *rows])
    return found, regressions


def _named(heads: list[str], row: list[str]) -> list[str]:
    """The cells that say what a row is about: up to the first number that is not the size of something given."""
    for n, (head, cell) in enumerate(zip(heads, row, strict=False)):
        if NUMBER.match(cell) and head not in SIZES:
            return row[:n]
    return row


def versions() -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for peer in PEERS:
        try:
            found[peer] = importlib.metadata.version(peer)
        except importlib.metadata.PackageNotFoundError:
            found[peer] = "not installed"
    return found


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("-o", "--out", default=".", help="where results.md and results.json go")
    asked.add_argument("--rounds", type=int, default=3, help="how often each script is run at most")
    asked.add_argument("--minutes", type=float, default=9, help="after this time no script is run again")
    asked.add_argument("--last", type=Path, default=LAST, help="the results.json to compare with")
    asked.add_argument("names", nargs="*", help="only these scripts")
    given = asked.parse_args()
    unknown = set(given.names) - set(SMALL)
    if unknown or given.rounds < 1:
        asked.error(f"{', '.join(sorted(unknown))}: one of {', '.join(SMALL)}" if unknown else "--rounds is at least 1")
    machine = {"system": platform.platform(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    results: dict[str, object] = {"date": date.today().isoformat(), "machine": machine, "versions": versions()}
    lines = [f"# Benchmarks at small size, {results['date']}", ""]
    lines += [f"{machine['system']}, {machine['cores']} cores, load {machine['load']:.1f} at the start; up to {given.rounds} rounds, median (least to most).", ""]  # fmt: skip
    lines += [", ".join(f"{name} {version}" for name, version in versions().items()), ""]
    last = json.loads(given.last.read_text(encoding="utf-8")) if given.last.exists() else {"scripts": {}}
    if last["scripts"]:
        lines += [
            f"The last numbers are of {last['date']}, {last['machine']['cores']} cores, load {last['machine']['load']:.1f}.",
            "",
        ]
    scripts: dict[str, object] = {}
    regressions: list[str] = []
    names = given.names or list(SMALL)
    rounds: dict[str, list[list[Table]]] = {name: [] for name in names}
    why, took = dict.fromkeys(names, ""), dict.fromkeys(names, 0.0)
    start = time.monotonic()
    for number in range(given.rounds):
        for name in names:
            began = time.monotonic()
            if why[name] or (number and began - start + took[name] > given.minutes * 60):
                continue
            print(f"{name}, round {number + 1} ...", file=sys.stderr, flush=True)
            found, why[name] = run(name)
            took[name] = time.monotonic() - began
            rounds[name] += [found] * (not why[name])
    for name in names:
        lines += [f"## {name}.py {' '.join(SMALL[name])}".rstrip(), ""]
        if why[name]:
            scripts[name] = {"not run": why[name]}
            lines += [f"Not run: {why[name]}", ""]
            continue
        merged = together(rounds[name])
        scripts[name] = {"arguments": SMALL[name], "tables": merged, "rounds": rounds[name]}
        shown, worse = beside(merged, last["scripts"].get(name, {}).get("tables", []))
        regressions += [f"{name}: {one}" for one in worse]
        lines += [f"{len(rounds[name])} rounds of {took[name]:.0f} s", ""]
        for table in shown:
            wide = max(map(len, table))
            for number, row in enumerate(table):
                lines.append("| " + " | ".join([*row, *[""] * (wide - len(row))]) + " |")
                lines += ["|" + "---|" * wide] * (number == 0)
            lines.append("")
    lines += ["## Regressions over 20 %", "", *(f"- {one}" for one in regressions or ["none" if last["scripts"] else f"not known: there is no {given.last}"]), ""]  # fmt: skip
    results["scripts"] = scripts
    out = Path(given.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.md").write_text("\n".join(lines), encoding="utf-8")
    (out / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
