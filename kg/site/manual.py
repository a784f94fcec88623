"""The documentation as a site: the pages of docs/, what they link to, and a reference made from its one source.

All of it lies in one plain folder before MkDocs sees it, so another generator can take its place (decision 0035).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import kg
from kg import sparql
from kg.model import verbs, vocabulary
from kg.model.diagnostics import KgError, MissingLibrary
from kg.model.files import scratch

#: A link or a picture of Markdown that leads to a file: what stands before its address, the address, and what follows.
LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)#\s]+)((?:#[^)\s]*)?\))")
FENCED = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)|`[^`\n]+`", re.S | re.M)
HOME = "index.md"


class ManualFailed(KgError):
    """The generator of the documentation complained; its own words follow."""


def root() -> Path | None:
    """The folder of kg that has docs/; an installed kg has none.

    >>> (root() / "docs" / "mkdocs.yml").is_file()
    True
    """
    folder = kg.data_dir("seeds").parent
    return folder if (folder / "docs" / "mkdocs.yml").is_file() else None


def made(folder: Path, reference: Mapping[str, str]) -> dict[str, bytes]:
    """Every file of the documentation site, by its path. ``folder`` has docs/; ``reference`` are further pages.

    Raises MissingLibrary without MkDocs (``kg[docs]``), and ManualFailed with every warning of MkDocs.
    """
    for library in ("mkdocs", "material", "mkdocstrings"):
        if not find_spec(library):
            raise MissingLibrary(library, "docs")
    with scratch() as work:
        for path, content in {**pages(folder), **written(folder), **reference}.items():
            file = work / "pages" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        for own in ("mkdocs.yml", "examples.py"):
            shutil.copy(folder / "docs" / own, work / own)
        path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", ""))))
        quiet = {"PYTHONPATH": path, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
        dated = {"SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "0")}  # no clock in a build
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(work / "mkdocs.yml")]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, env={**os.environ, **quiet, **dated})
        if done.returncode:
            lines = (line for line in done.stderr.splitlines() if not line.startswith("INFO"))
            raise ManualFailed("\n".join(["the documentation has errors:", *lines]))
        out = work / "made"
        return {
            file.relative_to(out).as_posix(): file.read_bytes()
            for file in sorted(out.rglob("*"))
            if file.is_file() and file.suffix != ".map" and not file.name.startswith("sitemap.xml")
        }


def pages(folder: Path) -> dict[str, str | bytes]:
    """The README, docs/, and every file of the project that they link to, each with its links set anew.

    >>> found = pages(root())
    >>> "](project/ontology/vocabulary.ttl)" in found["rdf.md"], "project/ontology/vocabulary.ttl" in found
    (True, True)
    """
    waiting = [folder / "README.md"]
    waiting += [
        file
        for file in sorted((folder / "docs").rglob("*"))
        if file.is_file() and file.suffix not in (".yml", ".py", ".pyc", ".htaccess") and not file.name.startswith(".")
    ]
    found: dict[str, str | bytes] = {}
    while waiting:
        file = waiting.pop()
        place = placed(file.relative_to(folder))
        if place in found:
            continue
        if file.suffix != ".md":
            found[place] = file.read_bytes()
            continue
        text, linked = _linked(file, folder)
        found[place] = text
        waiting += linked
    return found


def placed(path: Path) -> str:
    """Where a file of the project lies in the documentation.

    >>> placed(Path("docs/rdf.md")), placed(Path("README.md")), placed(Path("ontology/shapes.ttl"))
    ('rdf.md', 'index.md', 'project/ontology/shapes.ttl')
    """
    if path.parts[0] == "docs":
        return PurePosixPath(*path.parts[1:]).as_posix()
    if path.name == "LICENSE":  # a browser shows a text with this ending
        path = path.with_suffix(".txt")
    return HOME if path == Path("README.md") else f"project/{path.as_posix()}"


def _linked(file: Path, folder: Path) -> tuple[str, list[Path]]:
    """The text of a page whose links lead to where each file lies, and those files; a link to a folder is its words."""
    here = PurePosixPath(placed(file.relative_to(folder))).parent
    linked: list[Path] = []

    def anew(found: re.Match[str]) -> str:
        target = (file.parent / found[2]).resolve()
        if not target.is_file():
            return found[0]
        linked.append(target)
        return f"{found[1]}{os.path.relpath(placed(target.relative_to(folder)), here)}{found[3]}"

    text = file.read_text(encoding="utf-8")
    text = re.sub(r"\[([^]]*)\]\(([^)#:\s]+/)\)", lambda m: m[1] if (file.parent / m[2]).is_dir() else m[0], text)
    parts: list[str] = []
    last = 0
    for code in FENCED.finditer(text):  # what stands in code is not a link
        parts += [LINK.sub(anew, text[last : code.start()]), code[0]]
        last = code.end()
    return "".join([*parts, LINK.sub(anew, text[last:])]), linked


def written(folder: Path) -> dict[str, str]:
    """The pages of the reference that tables of the project make: verbs, complaints, questions, the functions of Python."""
    return {
        "reference/verbs.md": verbs_page(),
        "reference/complaints.md": complaints_page(folder / "tests" / "wrong"),
        "reference/questions.md": questions_page(),
        "reference/python.md": python_page(),
        "decisions/index.md": decisions_page(folder / "docs" / "decisions"),
    }


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of Markdown.

    >>> print(table(("a", "b"), [("1", "x | y")]), end="")
    | a | b |
    | --- | --- |
    | 1 | x &#124; y |
    """
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


def verbs_page() -> str:
    """Every verb, by what it does in a run."""
    parts = [
        "# Verbs\n\nEvery verb of an edge, made from `ontology/predicates.tsv`. `kg verbs WORD` finds the verb for a word in a "
        "source; [the rules of a run](../semantics.md) say what each role does.\n"
    ]
    every = vocabulary.predicates().values()
    for role, does in verbs.ROLES.items():
        rows = [
            (
                f"`{one.verb}`",
                one.definition,
                one.also.replace(" ", ", ").replace("_", " "),
                one.kinds.replace(">", "→"),
                one.ro and f"{one.ro} {one.ro_label} ({one.ro_match})",
            )
            for one in every
            if one.role == role
        ]
        parts.append(f"## Verbs that {does}\n\n")
        parts.append(table(("verb", "means", "words of sources", "joins", "Relation Ontology"), rows) + "\n")
    return "\n".join(parts)


def complaints_page(folder: Path) -> str:
    """Every complaint of ``kg check``, with a file that earns it: the files of tests/wrong/ and what kg prints."""
    parts = [
        "# Complaints\n\nEvery complaint of `kg check` about a mechanism, by its code, as kg prints it. The files are those of "
        "`tests/wrong/`; the tests compare each complaint word for word. An **error** stops a build. A **warning** or a "
        "**hint** does not.\n"
    ]
    for file in sorted(folder.glob("*.txt")):
        code, _, more = file.stem.partition(".")
        if code == "many":  # several complaints in one run
            continue
        if not more:
            parts.append(f"## {code}\n")
        parts.append(f"```text\n{file.read_text(encoding='utf-8').rstrip()}\n```\n")
    return "\n".join(parts)


def questions_page() -> str:
    """Every question of the library with its query."""
    known = sparql.questions().values()
    parts = [
        f"# The {len(known)} questions\n\nMade from `ontology/questions/`. `kg ask NAME` answers one; `kg ask NAME --explain` "
        "shows the query. [Asking](../questions.md) says how to write one; the tutorial "
        "[SPARQL for immunologists](../tutorials/sparql.md) teaches the language.\n"
    ]
    for topic in sorted({one.topic for one in known}):
        parts.append(f"## {topic[:1].upper()}{topic[1:]}\n")
        for one in (one for one in known if one.topic == topic):
            asked = "".join(f"`--with {p.name}=…`: {p.meaning} (default: {p.default})\n\n" for p in one.parameters)
            empty = f"The answer may be empty: {one.empty}\n\n" if one.empty else ""
            parts.append(
                f'### `{one.name}`\n\n{one.summary}\n\n{asked}{empty}??? note "The query"\n\n'
                + "".join(
                    f"    {line}\n"
                    for line in [*one.explanation.splitlines(), "", "```sparql", *one.query.splitlines(), "```"]
                )
            )
    return "\n".join(parts)


def python_page() -> str:
    """The public names of kg, for mkdocstrings to fill from their docstrings."""
    modules = {"page", "site", "bulk"}
    parts = [
        "# Python\n\nThe public names of `kg`, from their docstrings. Every example runs as a test. Each name is imported at "
        "its first use, so `import kg` costs nothing.\n\n"
        "`kg.page`, `kg.site` and `kg.bulk` are modules: `kg.page.html(mechanism)`, `kg.site.static.write([mechanism], out)`, "
        "`kg.bulk.bulk(nodes, edges, out)`.\n"
    ]
    for name in kg.__all__:
        if name in modules:
            continue
        home = kg._HOME.get(name, "kg")
        whole = "\n    options: {members: null}" if name == "Mechanism" else ""
        parts.append(f"::: {home}.{name}{whole}\n")
    return "\n".join(parts)


def decisions_page(folder: Path) -> str:
    """The decision records, by number."""
    rows = [(file.name, file.read_text(encoding="utf-8").partition("\n")[0]) for file in sorted(folder.glob("0*.md"))]
    listed = "".join(f"* [{title.removeprefix('# ')}]({name})\n" for name, title in rows)
    return f"# Decisions\n\nWhy kg is as it is, where there was a real choice, and what was rejected.\n\n{listed}"
