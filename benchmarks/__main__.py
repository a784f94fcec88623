"""Every benchmark at small size, in one table with medians and spread: Markdown and JSON.

    pip install -e '.[test,benchmark]' && python -m benchmarks [-o FOLDER] [--rounds 3] [NAME ...]

Each script is run ROUNDS times in turn; a number of its tables becomes the median of the rounds, with the least and the most.
A script that cannot run here (no Chromium, no npm, a peer that is not installed) is named with its reason, and never guessed.
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
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
SMALL = {
    "build": [],
    "bulk": ["10000"],
    "causal": ["1000"],
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
LIMIT = 900  # seconds for one script
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
    asked.add_argument("--rounds", type=int, default=3, help="how often each script is run")
    asked.add_argument("names", nargs="*", help="only these scripts")
    given = asked.parse_args()
    unknown = set(given.names) - set(SMALL)
    if unknown or given.rounds < 1:
        asked.error(f"{', '.join(sorted(unknown))}: one of {', '.join(SMALL)}" if unknown else "--rounds is at least 1")
    machine = {"system": platform.platform(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    results: dict[str, object] = {"date": date.today().isoformat(), "machine": machine, "versions": versions()}
    lines = [f"# Benchmarks at small size, {results['date']}", ""]
    lines += [f"{machine['system']}, {machine['cores']} cores, load {machine['load']:.1f} at the start; {given.rounds} rounds, median (least to most).", ""]  # fmt: skip
    lines += [", ".join(f"{name} {version}" for name, version in versions().items()), ""]
    scripts: dict[str, object] = {}
    for name in given.names or SMALL:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rounds, why = [], ""
        for _ in range(given.rounds):
            found, why = run(name)
            if why:
                break
            rounds.append(found)
        lines += [f"## {name}.py {' '.join(SMALL[name])}".rstrip(), ""]
        if not rounds:
            scripts[name] = {"not run": why}
            lines += [f"Not run: {why}", ""]
            continue
        merged = together(rounds)
        scripts[name] = {"arguments": SMALL[name], "tables": merged, "rounds": rounds}
        for table in merged:
            wide = max(map(len, table))
            for number, row in enumerate(table):
                lines.append("| " + " | ".join([*row, *[""] * (wide - len(row))]) + " |")
                lines += ["|" + "---|" * wide] * (number == 0)
            lines.append("")
    results["scripts"] = scripts
    out = Path(given.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.md").write_text("\n".join(lines), encoding="utf-8")
    (out / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
