"""The documentation: its tutorials run as they stand, its site is whole without network, and its pages say what is so."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import LITTLE

import kg
from kg.cli import main
from kg.cli.reference import commands_page, every
from kg.site import manual

ROOT = kg.data_dir("seeds").parent
TUTORIALS = [ROOT / "README.md", ROOT / "docs" / "start.md", *sorted((ROOT / "docs" / "tutorials").glob("[!i]*.md"))]
WHOLE = ("README", "start", "sparql")  # they ask a whole mechanism, time and again
#: A block of code: the place where a tutorial says to insert it, its kind, the file that it is, and its text.
BLOCK = re.compile(
    r'^(?:<!-- test: in (\S+) before (\S+) -->\n)?```(\w+)(?: title="([^"]+)")?\n(.*?)^```', re.DOTALL | re.MULTILINE
)
SAME = doctest.OutputChecker().check_output
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, id=page.stem, marks=[pytest.mark.slow] * (page.stem in WHOLE)) for page in TUTORIALS],
)
def test_the_commands_of_a_tutorial_print_what_it_shows(page: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """What a reader saves is saved, what a reader inserts is inserted, and each ``$ kg`` runs; ``...`` is left out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KG_SOURCES", raising=False)
    ran = 0
    for file, before, kind, title, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if title:
            Path(title).parent.mkdir(parents=True, exist_ok=True)
            Path(title).write_text(text, encoding="utf-8")
        elif file:
            head, line, rest = Path(file).read_text(encoding="utf-8").partition(f"\n{before}\n")
            assert line, f"{page.name}: {file} has no line {before}"
            Path(file).write_text(f"{head}\n{text}{before}\n{rest}", encoding="utf-8")
        elif kind == "sh" and text.startswith("sed "):
            subprocess.run(["bash", "-ec", text], check=True)
        elif kind == "console":
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
                name, *words = shlex.split(command)
                assert name == "kg", f"{page.name}: {command}"
                done = CliRunner().invoke(main, words)
                assert SAME(shown, done.output, LOOSE), f"{page.name}: {command} prints\n{done.output}"
                wrong = re.search(r"[1-9] error|so nothing was written", done.output)
                assert done.exit_code == bool(wrong), command
                ran += 1
    assert ran, f"{page.name} runs nothing"


def test_every_command_complaint_verb_and_question_has_its_place_in_the_reference() -> None:
    made = manual.written(ROOT) | {"commands": commands_page()}
    for name, command in every(main, "kg"):
        assert f"\n## {name}\n" in made["commands"]
        for option in command.params:
            assert all(word in made["commands"] for word in option.opts if word.startswith("--")), option
    codes = {file.name.partition(".")[0] for file in (ROOT / "tests" / "wrong").glob("*.yaml")} - {"many"}
    assert set(re.findall(r"^## (.+)$", made["reference/complaints.md"], re.M)) == codes
    from kg import sparql
    from kg.model import vocabulary

    assert set(re.findall(r"^\| `(\w+)` \|", made["reference/verbs.md"], re.M)) == set(vocabulary.predicates())
    assert set(re.findall(r"^### `([\w-]+)`$", made["reference/questions.md"], re.M)) == set(sparql.questions())
    public = {name for name in kg.__all__ if name not in ("page", "site", "bulk")}
    assert set(re.findall(r"^::: [\w.]+\.(\w+)$", made["reference/python.md"], re.M)) == public


def test_every_page_of_docs_is_in_the_menu() -> None:
    menu = (ROOT / "docs" / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    listed = set(re.findall(r"[\w./-]+\.md", menu))
    pages = {name for name in manual.pages(ROOT) if name.endswith(".md")} | {*manual.written(ROOT)}
    assert {name for name in pages if not name.startswith("decisions/0")} == listed - {"reference/commands.md"}


@pytest.fixture(scope="session")
def documentation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the documentation; MkDocs is strict, so a warning fails."""
    folder = tmp_path_factory.mktemp("docs")
    for name, content in manual.made(ROOT, {"reference/commands.md": commands_page()}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.slow
def test_no_page_of_the_documentation_loads_anything_from_another_host(documentation: Path) -> None:
    pages = sorted(documentation.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        for tag, address in re.findall(
            r'<(script|link|img|iframe|source)[^>]*?\s(?:src|href)="([^"]+)"', page.read_text(encoding="utf-8")
        ):
            assert not re.match(r"(https?:)?//", address), f"{page.name}: <{tag}> {address}"


@pytest.mark.slow
def test_the_documentation_is_searched_from_a_folder(documentation: Path, chromium: Any) -> None:
    asked: list[str] = []
    tab = chromium.new_page(viewport={"width": 1280, "height": 720})
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((documentation / "index.html").as_uri())
    tab.fill(".md-search__input", "knock-out")
    tab.wait_for_selector(".md-search-result__item a")
    found = tab.eval_on_selector_all(".md-search-result__item a", "links => links.map(link => link.href)")
    assert any("tutorials/knock-outs.html" in address for address in found), found
    assert not [address for address in asked if not address.startswith(("file:", "data:", "blob:"))]
    tab.close()


@pytest.mark.slow
def test_kg_site_has_the_documentation_below_docs(documentation: Path, tmp_path: Path, monkeypatch: Any) -> None:
    files = {file.relative_to(documentation).as_posix(): file.read_bytes() for file in documentation.rglob("*.html")}
    monkeypatch.setattr(manual, "made", lambda folder, reference: files)  # it is made once for all tests
    done = CliRunner().invoke(main, ["site", str(LITTLE), "-o", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "docs" / "tutorials" / "paper.html").is_file()
    assert 'href="docs/index.html"' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_without_mkdocs_kg_site_says_what_to_install(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(manual, "find_spec", lambda name: None)
    with pytest.raises(kg.MissingLibrary, match=r"immune-mechanism-kg\[docs\]"):
        manual.made(ROOT, {})
