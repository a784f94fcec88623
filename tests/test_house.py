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
from kg.cli.group import main

HERE = Path(kg.__file__).parent
ROOT = HERE.parent
FILES = sorted(HERE.rglob("*.py"))
#: What people wrote by hand in kg/; vendor/ holds the code of others.
OURS = [
    *FILES,
    *(path for end in ("js", "css", "html") for path in HERE.rglob(f"*.{end}") if "vendor" not in path.parts),
]

#: The floors, read from the map in CONTRIBUTING.md: folder -> floor. A file imports from lower floors only.
MAP = re.findall(r"^\| (\d+) \| `kg/(\w+)/` \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
FLOORS = {folder: int(floor) for floor, folder in MAP}
#: What formats share stands below the families of formats, and these below the table of formats.
SHARED = "shared"

#: Each library has one door: the only files that may import it.
DOORS = {
    "click": {"cli"},
    "clingo": {"reasoning/exact"},
    "curies": {"model/vocabulary"},
    "duckdb": {"bulk"},
    "ibis": {"bulk"},
    "jinja2": {"page"},
    "libsbml": {"formats/boolean/sbml"},
    "markupsafe": {"page"},
    "networkx": {"model/mechanism", "reasoning/outward", "formats/networks", "page/dot", "page/views"},
    "numpy": {"bulk", "page/lattice", "page/straight"},
    "openpyxl": {"formats/shared/tables"},
    "pandas": {"model/frames"},
    "pyarrow": {"bulk"},
    "pygraphviz": {"page"},
    "pyoxigraph": {"bulk", "model/rdf_files", "checks/shapes", "sparql"},
    "pyshacl": {"checks/shapes"},
    "pyspark": {"bulk"},
    "rdflib": {"formats/rdf", "checks/shapes"},
    "scipy": {"bulk"},
    "starlette": {"site"},
    "typst": {"page/figure"},
    "uvicorn": {"site"},
    "yaml": {"formats/shared/bounded", "formats/gocam/yaml", "formats/notation"},
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
    """kg.formats.rdf -> formats; kg.data_dir, which stands in kg/__init__.py -> nothing."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else ""


def family(name):
    """kg.formats.bel.script -> bel; kg.formats.read -> nothing."""
    parts = name.split(".")
    return parts[2] if len(parts) > 2 and parts[1] == "formats" and (HERE / "formats" / parts[2]).is_dir() else ""


def folders(at):
    return {path.name for path in at.iterdir() if path.is_dir() and any(path.glob("*.py"))}


def test_the_readme_draws_every_floor_from_the_top():
    assert set(FLOORS) == folders(HERE), "CONTRIBUTING.md maps the folders of kg/, each with its floor"
    assert [int(floor) for floor, _ in MAP] == sorted(FLOORS.values(), reverse=True)


def test_beside_the_folders_stands_the_public_face_only():
    assert {path.name for path in HERE.glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(HERE).as_posix())
def test_a_file_imports_only_from_lower_floors(file):
    here = file.relative_to(HERE).parts[0]
    for name in imports(file):
        if here in FLOORS and name.split(".")[0] == "kg" and room(name) != here:
            assert FLOORS.get(room(name), 0) < FLOORS[here], f"{here} imports {name} from above or beside it"


def test_a_family_of_formats_imports_no_other_and_each_format_stands_in_the_table():
    named = {row.module for row in formats.FORMATS.values()}
    for one in folders(HERE / "formats"):
        for file in sorted((HERE / "formats" / one).glob("*.py")):
            for name in imports(file):
                if name.startswith("kg.formats"):
                    assert family(name) in (one, SHARED), f"formats/{one}/{file.name} imports {name}"
        assert one == SHARED or any(module.split(".")[2] == one for module in named), f"no format is in {one}"


def test_no_file_is_longer_than_a_person_reads():
    long = {path.relative_to(ROOT).as_posix(): len(path.read_bytes().splitlines()) for path in OURS}
    assert {name: lines for name, lines in long.items() if lines > 700} == {}


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
    heavy |= {"curies", "pydantic"}
    code = f"import sys, kg.cli; print(*sorted({heavy - {'json.decoder'}!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""


def commands(group=main, path="kg"):
    for name, command in sorted(group.commands.items()):
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_has_help_and_stands_in_the_table_of_tasks(name, command):
    tasks = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
    assert command.help, f"{name} has no help"
    assert re.search(rf"`{re.escape(name)}\b", tasks), f"docs/tasks.md does not show `{name}`"
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts[0]} has no help"


@pytest.mark.parametrize("page", ["README.md", "docs/tasks.md", "docs/start.md", "docs/faq.md"])
def test_a_page_names_no_command_that_is_not_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    known = {name for name, _ in commands()}
    for verb in set(re.findall(r"(?<![\w/.-])kg ([a-z-]+)", "\n".join(re.findall(r"```.*?```|`[^`]+`", text, re.S)))):
        assert f"kg {verb}" in known, f"{page} shows `kg {verb}`"


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
    assert schema == json.loads((kg.data_dir("ontology") / "mechanism.schema.json").read_text(encoding="utf-8"))
    assert CliRunner().invoke(main, ["new", "my-mechanism"]).exit_code == 2  # never overwrites
