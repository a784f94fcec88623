"""The JavaScript of the pages without a browser: its answers and its parts under node, its files, and the types of its data."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest
from conftest import ACTIVE
from test_page import generated
from test_semantics import examples, sketch
from test_whatif import asked, by_python, made, questions, told_apart

import kg
from kg import page
from kg.model.mechanism import Mechanism
from kg.page import network
from kg.site import query

ROOT = Path(kg.__file__).parent.parent
TESTS = Path(__file__).parent / "js"
SCRIPTS = sorted((ROOT / "kg" / "page" / "js").glob("*.js"))
#: Only in a page for a course system.
COURSE = {"scorm.js"}
PAIR = """
edges: [{edge: A promotes B, name: step}, {edge: C blocks step, name: block}]
nodes: {B: {outcome: 'yes'}}
readings: {rival: {edges: {block: {run: 'no'}}}}
"""


def without(what: str, missing: str) -> NoReturn:
    """Fails where everything must be tested, and says elsewhere what was not."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"NOT TESTED: {what} is missing, so {missing}")


def passed(file: str, **env: str) -> int:
    """How many tests of a file pass under node; none may fail or be left out."""
    node = shutil.which("node")
    if not node:
        without("node", "no JavaScript was run outside a browser")
    command = [node, "--test", "--test-reporter=tap", str(TESTS / file)]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = dict(re.findall(r"^# (pass|fail|cancelled|skipped|todo) (\d+)$", done.stdout, re.MULTILINE))
    assert len(counts) == 5 and not sum(int(n) for name, n in counts.items() if name != "pass"), done.stdout
    return int(counts["pass"])


def compared(mechanism: Mechanism, count: int) -> dict[str, Any]:
    """Questions to a mechanism, drawn at random, and what Python answers."""
    rnd = random.Random(mechanism.id)
    every = list(questions(mechanism, count, rnd))
    some = rnd.sample(every, min(count, len(every)))
    answers = [by_python(mechanism, question) for question in some]
    row = asked(mechanism, some)
    return {"id": mechanism.id, "row": row, "expected": answers, "experiments": told_apart(mechanism)}


def sketched(text: str) -> dict[str, Any]:
    mechanism, data = sketch(text)
    then = {
        "in": data.get("in", ""),
        "after": data.get("after"),
        "set": data.get("set", {}),
        "then": data.get("then", {}),
        "text": text,
    }
    return {"data": network.compiled(mechanism), "nodes": list(mechanism.nodes), **then}


def test_a_what_if_has_the_answers_of_python(tmp_path: Path) -> None:
    mechanisms = [kg.read("ta1-tlr7"), ACTIVE, *map(made, range(8))]
    several = [compared(m, 60) for m in mechanisms if any(edge.executes for edge in m.edges)]
    runnable = [one for one in (sketched(example.values[0]) for example in examples()) if "readings" in one["data"]]
    cases = {"examples": runnable, "compared": several, "pair": sketched(PAIR)}
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases), encoding="utf-8")
    assert passed("network.test.mjs", KG_CASES=str(path)) == len(several) + 6


def test_numbers_of_ones_own_are_read_matched_and_coloured() -> None:
    assert passed("overlay.test.mjs") == 13


def test_routes_that_read_the_same_are_told_apart() -> None:
    assert passed("routes.test.mjs") == 3


def test_the_neighbourhood_of_a_node_has_each_node_once() -> None:
    assert passed("neighbours.test.mjs") == 3


# ---- the files


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_says_what_it_is_and_is_no_longer_than_three_hundred_lines(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("// ") and "'use strict';" in lines[:6]
    assert len(lines) <= 300


def test_the_page_holds_every_script_and_no_type() -> None:
    text = page.html(ACTIVE)
    script = text[text.rindex("<script>") :]
    assert "/**" not in script and script.count("'use strict';") == len(SCRIPTS) - len(COURSE) > 20
    every = [file for file in SCRIPTS if file.name not in COURSE]
    for file in every:
        assert file.read_text(encoding="utf-8").splitlines()[0] in script
    assert script.rindex("// The explorer: ") == max(script.rindex(f.read_text("utf-8").splitlines()[0]) for f in every)


def ids(file: str, name: str) -> set[str]:
    """The ids that an interface of types lists; those that only some pages have, or that a script makes, left out."""
    body = re.search(rf"interface {name} \{{\n(.*?)\n\}}", (ROOT / file).read_text("utf-8"), re.DOTALL)
    assert body
    return {key for key, null in re.findall(r"^  '?([\w-]+)'?: \w+( \| null)?;", body[1], re.MULTILINE) if not null}


def test_every_id_that_a_script_asks_for_is_in_its_page() -> None:
    there = set(re.findall(r'\bid="([\w-]+)"', page.html(kg.read("ta1-tlr7"))))
    assert (
        len(there) > 80 and ids("kg/page/js/types.d.ts", "Ids") - {"reported"} <= there
    )  # that one is in pages for courses
    template = (ROOT / "kg" / "site" / "pages" / "query.html").read_text(encoding="utf-8")
    assert ids("kg/site/query.d.ts", "QueryIds") <= set(re.findall(r'\bid="([\w-]+)"', template))


def test_the_locks_name_no_registry() -> None:
    for folder in (ROOT, ROOT / "kg" / "site" / "vendor"):
        text = (folder / "package-lock.json").read_text(encoding="utf-8")
        assert '"resolved"' not in text and '"integrity"' in text


# ---- the data


@pytest.mark.slow
def test_what_python_writes_into_the_pages_has_the_types_that_the_scripts_are_checked_with(tmp_path: Path) -> None:
    tsc = ROOT / "node_modules" / ".bin" / "tsc"
    if not tsc.exists():
        without("typescript (npm ci)", "no type was checked")
    mechanisms = [kg.read("ta1-tlr7"), ACTIVE, generated(1200)]
    pattern = r'<script type="application/json" id="(\w+)">(.*?)</script>'
    values = [found for m in mechanisms for found in re.findall(pattern, page.html(m), re.DOTALL)]
    known = query.values(mechanisms[:2], "", [("protects", "protects", "keeps from harm")], "")["known"]
    types = {
        "scene": "Scene",
        "host": "Host",
        "network": "Compiled",
        "words": "Record<string, string>",
        "known": "QueryData",
    }
    lines = [
        f"const value{n}: {types[id]} = {text};" for n, (id, text) in enumerate([*values, ("known", json.dumps(known))])
    ]
    assert len(lines) == 13
    data = tmp_path / "data.ts"
    data.write_text("\n".join(lines), encoding="utf-8")
    scripts = [f"{ROOT}/kg/{name}" for name in ("page/js", "site/pages", "site/query.d.ts")]
    settings = {"extends": f"{ROOT}/tsconfig.json", "include": scripts, "files": [str(data)]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run([str(tsc), "-p", str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert (done.stdout + done.stderr)[:3000] == "" and done.returncode == 0
