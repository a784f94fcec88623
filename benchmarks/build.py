"""`kg build --only ttl,html` beside a script that does the naive thing with rdflib and pyvis, in one run.

    pip install -e . && python benchmarks/build.py

Both are whole processes, run in turn; prints medians of wall and CPU seconds, and the ratio. `kg --help` and an
unchanged rebuild are timed as well. Python may keep what it has compiled, of kg as of the libraries of the script.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

NAIVE = """
import sys
import rdflib, yaml
from pyvis.network import Network
data = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
graph, net = rdflib.Graph(), Network(directed=True, cdn_resources="in_line")
E = rdflib.Namespace("http://example.org/")
for key in data["nodes"]:
    net.add_node(key, label=key)
for row in data["edges"]:
    subject, verb, object = row["edge"].split()[:3]
    graph.add((E[subject], E[verb], E[object]))
    for i, item in enumerate(row["evidence"]):
        about = E[f"{subject}-{verb}-{object}-{i}"]
        for name, value in item.items():
            graph.add((about, E[name], rdflib.Literal(str(value))))
    net.add_edge(subject, object, title=verb)
graph.serialize(sys.argv[2] + "/naive.ttl")
open(sys.argv[2] + "/naive.html", "w", encoding="utf-8").write(net.generate_html())
"""


def once(*command: str) -> tuple[float, float]:
    """Wall and CPU seconds of a process."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu


def main() -> None:
    import kg

    seed = str(kg.data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "naive.py"
        script.write_text(NAIVE, encoding="utf-8")
        run = [sys.executable, "-m", "kg"]
        contenders = {
            "the naive script": [sys.executable, str(script), seed, folder],
            "kg build, changed": [*run, "build", seed, "-o", f"{folder}/changed", "--only", "ttl,html"],
            "kg build, unchanged": [*run, "build", seed, "-o", f"{folder}/same", "--only", "ttl,html"],
            "kg --help": [*run, "--help"],
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
        for number in range(RUNS + 1):
            for name, command in contenders.items():
                if name.endswith(", changed") and (stamp := Path(folder) / "changed" / ".build.json").exists():
                    os.remove(stamp)
                seconds = once(*command)
                if number:  # the first round warms the caches
                    times[name].append(seconds)
    base = statistics.median(wall for wall, _ in times["the naive script"])
    print("| | wall | CPU | wall, as a ratio |\n|---|---|---|---|")
    for name, pairs in times.items():
        wall, cpu = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
        print(f"| {name} | {wall:.2f} s | {cpu:.2f} s | {wall / base:.2f} |")


if __name__ == "__main__":
    main()
