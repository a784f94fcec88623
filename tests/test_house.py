"""The house: floors, doors, the public face, and docs that say what the code does."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import kg
from kg import formats
from kg.cli import main

HERE = Path(kg.__file__).parent
ROOT = HERE.parent
FILES = sorted(HERE.rglob("*.py"))

#: A file imports from lower floors only.
FLOORS = """
diagnostics < quads vocabulary texts < catalogue mechanism < causal exchange < conflicts exact gaps < checks < formats < bulk curate shapes sparql < page < diff site < cli < __main__
""".split("<")

#: Each library has one door: the only files that may import it.
DOORS = {
    "click": {"cli"},
    "clingo": {"exact"},
    "duckdb": {"bulk"},
    "ibis": {"bulk"},
    "jinja2": {"page"},
    "libsbml": {"formats/sbml"},
    "markupsafe": {"page"},
    "networkx": {"mechanism", "exchange/networks", "formats/graphml"},
    "numpy": {"bulk"},
    "openpyxl": {"exchange/foreign"},
    "pyarrow": {"bulk"},
    "pygraphviz": {"page"},
    "pyoxigraph": {"bulk", "quads", "shapes", "sparql"},
    "pyshacl": {"shapes"},
    "pyspark": {"bulk"},
    "pyvis": {"page"},
    "rdflib": {"formats/rdf", "shapes"},
    "scipy": {"bulk"},
    "starlette": {"site"},
    "uvicorn": {"site"},
    "yaml": {"exchange/foreign", "formats/gocam", "formats/yaml"},
}


def imports(file):
    """Every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write the import in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name):
    """kg.formats.rdf -> formats; kg.cli -> cli; kg.shelf -> the ground floor."""
    parts = name.split(".")
    rooms = " ".join(FLOORS).split()
    return parts[1] if len(parts) > 1 and parts[1] in rooms else ""


def height(name):
    """How high a file stands, from 1; `kg` itself (shelf, version) is the ground, 0."""
    return next((n for n, names in enumerate(FLOORS, 1) if name in names.split()), 0)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(HERE).as_posix())
def test_a_file_imports_only_from_lower_floors(file):
    here = file.relative_to(HERE).with_suffix("").parts[0]
    here = "" if here == "__init__" else here
    for name in imports(file):
        if name.split(".")[0] != "kg" or (here and room(name) == here):
            continue
        assert not here or height(room(name)) < height(here), f"{here} imports {name} from above or beside it"


def test_a_format_imports_no_other_format_and_stands_in_the_table():
    modules = {path.stem for path in (HERE / "formats").glob("*.py")} - {"__init__"}
    assert {row.module.removeprefix("kg.formats.") for row in formats.FORMATS.values()} == modules
    for module in modules:
        for name in imports(HERE / "formats" / f"{module}.py"):
            assert not name.startswith("kg.formats"), f"{module} imports {name}"


def test_each_library_has_one_door():
    seen = {library: set() for library in DOORS}
    for file in FILES:
        place = file.relative_to(HERE).with_suffix("").as_posix()
        for name in imports(file):
            library = name.split(".")[0]
            if library in DOORS:
                seen[library].add(place)
            else:
                assert library in ("kg", *sys.stdlib_module_names), f"{place} imports {library}, which has no door"
    for library, doors in DOORS.items():
        used = {
            next((door for door in doors if place == door or place.startswith(f"{door}/")), place)
            for place in seen[library]
        }
        assert used == doors, f"{library}: {used} instead of {doors}"


def test_the_command_loads_nothing_heavy():
    """`kg --help` does not pay for rdflib, networkx, pyvis or yaml."""
    heavy = {"rdflib", "networkx", "pyvis", "yaml", "jinja2", "IPython", "numpy", "importlib.metadata", "json.decoder"}
    code = f"import sys, kg.cli; print(*sorted({heavy - {'json.decoder'}!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""


def test_the_public_face_is_sorted_complete_and_lazy():
    assert kg.__all__ == sorted(kg.__all__)
    for name in kg.__all__:
        assert getattr(kg, name) is not None
    with pytest.raises(AttributeError):
        kg.no_such_name  # noqa: B018


def commands(group=main, path="kg"):
    for name, command in sorted(group.commands.items()):
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_has_help_and_stands_in_the_readme(name, command):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert command.help, f"{name} has no help"
    assert re.search(rf"`{re.escape(name)}\b", readme), f"README.md does not show `{name}`"
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts[0]} has no help"


def test_the_readme_names_no_command_that_is_not_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    known = {name for name, _ in commands()}
    for verb in set(re.findall(r"(?<![\w/.-])kg ([a-z-]+)", "\n".join(re.findall(r"`[^`]+`|```.*?```", readme, re.S)))):
        assert f"kg {verb}" in known, f"README.md shows `kg {verb}`"


def test_the_guide_is_the_notation():
    """docs/notation.md holds the tables that `kg schema --guide` prints."""
    from kg.formats import yaml

    text = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8")
    assert text.endswith(yaml.guide()), "run: kg schema --guide, and put it at the end of docs/notation.md"


def test_documents_link_to_files_that_are_there():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_starter_is_valid(tmp_path, monkeypatch):
    from click.testing import CliRunner

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KG_SOURCES", raising=False)
    assert CliRunner().invoke(main, ["new", "my-mechanism"]).exit_code == 0
    mechanism, report = formats.examine("my-mechanism")
    assert mechanism.id == "my-mechanism"
    assert report.diagnostics == ()
    schema = json.loads(Path("my-mechanism/mechanism.schema.json").read_text(encoding="utf-8"))
    assert schema == json.loads((kg.shelf("ontology") / "mechanism.schema.json").read_text(encoding="utf-8"))
    assert CliRunner().invoke(main, ["new", "my-mechanism"]).exit_code == 2  # never overwrites
