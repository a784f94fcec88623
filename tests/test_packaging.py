"""kg as it is installed: what it imports is declared, and it runs from a wheel, a sdist, and with the lowest versions allowed.

Those that install kg into a fresh venv, away from the checkout, are slow: `pytest -m slow`.
"""

import ast
import os
import re
import runpy
import subprocess
import sys
from configparser import ConfigParser
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

import kg as kg_of_today

ROOT = Path(__file__).parent.parent
SETUP = ConfigParser()
SETUP.read(ROOT / "setup.cfg", encoding="utf-8")
EXTRAS = SETUP["options.extras_require"]
release = SimpleNamespace(**runpy.run_path(str(ROOT / ".ci" / "release.py")))
USERS = sorted(set(EXTRAS) - {"benchmark", "docs", "lexicon", "test"})  # the extras that kg itself imports from


# ---------------------------------------------------------------- what is declared


def plain(name):
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(text):
    """What a field of setup.cfg requires: each distribution, and the lowest version allowed."""
    lines = filter(None, map(str.strip, text.splitlines()))
    found = [re.match(r"([\w.-]+)(?:\[[^]]*\])?(?:[>=]=([\w.]+))?", line).groups() for line in lines]
    return {plain(name): lowest for name, lowest in found}


ALWAYS = declared(SETUP["options"]["install_requires"])


def imported(nodes, own):
    """The distributions from which these nodes import; ``own`` are the modules of the folder itself."""
    modules = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "find_spec":  # its files are read
            modules |= {name.value for name in node.args if isinstance(name, ast.Constant)} - {"pip"}
    modules = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - own
    return {plain(distributions().get(name, [name])[0]) for name in modules}  # what is not installed goes by its name


distributions = cache(packages_distributions)


def test_kg_declares_what_it_imports_and_imports_what_it_declares():
    used = set()
    for file in sorted((ROOT / "kg").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        needs = imported(tree.body, {"kg"}) - ALWAYS.keys()  # what has to be there for this file to be imported
        assert any(needs <= declared(EXTRAS[name]).keys() for name in USERS), f"{file}: no extra has all of {needs}"
        used |= imported(ast.walk(tree), {"kg"})
    assert 'find_spec("pyvis")' in (ROOT / "kg" / "page" / "__init__.py").read_text(encoding="utf-8")
    used.add("pyvis")  # of which a file is read
    assert used == set(ALWAYS).union(*(declared(EXTRAS[name]) for name in USERS))


@pytest.mark.parametrize(
    ("folder", "extras"), [("tests", ["test"]), ("benchmarks", ["test", "benchmark"]), ("ontology", ["lexicon"])]
)
def test_tests_and_benchmarks_import_only_what_is_declared(folder, extras):
    known = set(ALWAYS).union(*(declared(EXTRAS[name]) for name in [*USERS, *extras]))
    files = sorted((ROOT / folder).rglob("*.py"))
    own = {"kg"} | {file.stem for name in ("tests", "benchmarks") for file in (ROOT / name).rglob("*.py")}
    for file in files:
        undeclared = imported(ast.walk(ast.parse(file.read_text(encoding="utf-8"))), own) - known
        assert not undeclared, f"{file} imports {undeclared}"


def test_every_library_of_kg_has_a_lowest_version():
    for text in (SETUP["options"]["install_requires"], *map(EXTRAS.get, USERS)):
        assert all(declared(text).values()), f"no lowest version: {text}"
        assert all("<" in line for line in text.splitlines() if line), f"no upper bound: {text}"


def test_the_wheel_holds_every_package_of_the_checkout():
    folders = {".".join(file.parent.relative_to(ROOT).parts) for file in (ROOT / "kg").rglob("__init__.py")}
    assert set(SETUP["options"]["packages"].split()) == folders | {"kg.ontology", "kg.seeds"}


def test_the_table_of_dependencies_has_a_row_for_each_library_and_each_extra():
    rows = re.findall(
        r"(?m)^\| (`?[\w.-]+`?) \| (.+?) \|", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    )
    first = {plain(name.strip("`")): {plain(one) for one in adds.split(", ")} for name, adds in rows}
    assert set(ALWAYS) <= first.keys()
    users = {name: set(declared(EXTRAS[name])) for name in [*USERS, "lexicon"]}
    assert {name: first[name] for name in users} == users


def test_a_release_needs_one_version_in_all_files_and_lists_the_vendored_packages_once(tmp_path):
    (tmp_path / "kg").mkdir()
    files = {
        "kg/__init__.py": '__version__ = "0.3.0"\n',
        "CITATION.cff": "version: 0.3.0\n",
        "CHANGELOG.md": "# Changes\n\n## 0.3.0 (2030-01-01)\n\n- One thing.\n\n## 0.2.0 (2029-01-01)\n\n- Another.\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run("git", "init", "-q", cwd=tmp_path)
    with pytest.raises(SystemExit, match="Not committed"):
        release.stated(tmp_path)
    run("git", "add", ".", cwd=tmp_path)
    run("git", "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "all", cwd=tmp_path)
    assert release.stated(tmp_path) == "0.3.0"
    assert release.notes(tmp_path, "0.3.0", tmp_path).read_text(encoding="utf-8") == "- One thing.\n"
    (tmp_path / "CITATION.cff").write_text("version: 0.2.0\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r'"CITATION.cff": "0\.2\.0"'):
        release.stated(tmp_path)
    row = {"file": "a.js", "package": "@a/b", "version": "1.0", "licence": "MIT", "integrity": "sha512-AAEC"}
    (one,) = release.vendored([row, row | {"file": "b.js"}])
    assert (one["purl"], one["hashes"]) == ("pkg:npm/%40a/b@1.0", [{"alg": "SHA-512", "content": "000102"}])


# ---------------------------------------------------------------- what is installed


def run(*command, cwd):
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def fresh(folder):
    """A new venv, as a command of pip that installs into it and a command that runs kg in it, and a copy of the checkout."""
    venv, source = folder / "venv", folder / "source"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=folder)
    runner = sys.executable if _has_pip() else "python3"
    run("git", "clone", "-q", "--no-hardlinks", ROOT, source, cwd=folder)  # so that building leaves nothing in ours
    pip = [runner, "-m", "pip", "--python", venv / "bin" / "python"]
    return pip, [venv / "bin" / "kg"], source


def _has_pip():
    return subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_kg_builds_from_what_is_installed(kind, tmp_path):
    (pip, kg, source), dist = fresh(tmp_path), tmp_path / "dist"
    python = tmp_path / "venv" / "bin" / "python"
    if kind == "wheel":
        build = [*pip, "wheel", "-q", "--no-deps", "-w"]
        run(*build, dist, source, cwd=tmp_path)
    else:
        run(*pip, "install", "-q", "setuptools==80.9.0", cwd=tmp_path)
        build = [
            python,
            "-c",
            "import sys; sys.path.insert(0, '.ci'); import backend; backend.build_sdist(sys.argv[1])",
        ]
        run(*build, dist, cwd=source)
    (file,) = dist.iterdir()
    for changed in (
        source / "kg" / "__init__.py",
        source / "setup.cfg",
    ):  # the same bytes at another time, by another user
        os.utime(changed, (1e9, 1e9))
        changed.chmod(0o600)
    run(*build, *([tmp_path / "again", source] if kind == "wheel" else [tmp_path / "again"]), cwd=source)
    assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
    run(*pip, "install", "-q", file, cwd=tmp_path)
    out = run(*kg, "build", cwd=tmp_path)
    assert "22 nodes" in out
    assert (tmp_path / "exports" / "ta1-tlr7.html").stat().st_size > 100_000
    assert "1 mechanism" in run(*kg, "site", "cgas-sting", "-o", "public", cwd=tmp_path)
    assert (tmp_path / "public" / "query.html").stat().st_size > 2_000_000
    assert "nothing wrong" in run(*kg, "check", cwd=tmp_path)
    assert "mechanism.yaml" in run(*kg, "new", "my-mechanism", cwd=tmp_path)
    run(*kg, "write", "cgas-sting", "-o", "write.html", cwd=tmp_path)
    assert (tmp_path / "write.html").stat().st_size > 8_000_000
    found = run(python, "-c", "import kg; print(kg.data_dir('ontology'), kg.data_dir('seeds'))", cwd=tmp_path)
    assert found.count("site-packages") == 2


@pytest.mark.slow
def test_kg_runs_from_a_bare_checkout_and_finds_its_folders(tmp_path):
    out = run(sys.executable, "-m", "kg", "check", cwd=ROOT)
    assert "nothing wrong" in out


# ---------------------------------------------------------------- with the lowest versions allowed


@pytest.fixture
def lowest(tmp_path):
    """Installs kg with extras, each library in the lowest version that setup.cfg allows; then a command that runs it."""

    def install(*extras):
        pip, kg, source = fresh(tmp_path)
        pins = ALWAYS.copy()
        for name in extras:
            pins |= declared(EXTRAS[name])
        wanted = f"[{','.join(extras)}]" * bool(extras)
        bounds = tmp_path / "lowest.txt"
        bounds.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()), encoding="utf-8")
        run(*pip, "install", "-q", "-c", bounds, f"{source}{wanted}", cwd=tmp_path)
        return kg

    if f">={sys.version_info[0]}.{sys.version_info[1]}" != SETUP["options"]["python_requires"]:
        pytest.skip("NOT TESTED: the lowest versions of libraries go with the lowest Python, and this is a newer one")
    return install


@pytest.mark.slow
def test_kg_works_with_the_lowest_versions_that_it_allows(lowest, tmp_path):
    kg = lowest()
    run(*kg, "build", cwd=tmp_path)
    for file in sorted((ROOT / "exports").glob("*.ttl")):
        assert (tmp_path / "exports" / file.name).read_bytes() == file.read_bytes(), file.name
    assert "nothing wrong" in run(*kg, "check", cwd=tmp_path)
    for ending in (".ttl", ".jsonld"):
        assert "nothing wrong" in run(*kg, "check", f"exports/cgas-sting{ending}", cwd=tmp_path)
    answer = run(*kg, "ask", "what-protects", "ta1-tlr7", "--format", "csv", cwd=tmp_path)
    assert "ta1-tlr7/edge/protection" in answer
    run(*kg, "convert", "exports/cgas-sting.graphml", "again.yaml", cwd=tmp_path)
    assert "STING" in (tmp_path / "again.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_extras_work_with_the_lowest_versions_that_kg_allows(lowest, tmp_path):
    kg = lowest("bulk", "exact", "figure", "frame", "sbml", "serve", "xlsx")
    run(*kg, "figure", "ta1-tlr7", "--width", "260mm", "-o", "figure.pdf", cwd=tmp_path)
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")
    assert "fixed point" in run(*kg, "whatif", "ta1-tlr7", "--in", "both", "--fixed-points", cwd=tmp_path)
    run(*kg, "build", "cgas-sting", "--only", "sbml,kgx", cwd=tmp_path)
    assert "<sbml" in (tmp_path / "exports" / "cgas-sting.sbml").read_text(encoding="utf-8")
    files = [f"exports/cgas-sting_{of}.tsv" for of in ("nodes", "edges")]
    for engine in ("python", "duckdb"):
        (tmp_path / engine).mkdir()
        run(*kg, "bulk", *(f"../{file}" for file in files), "-o", "graph", "--engine", engine, cwd=tmp_path / engine)
    quads = {
        engine: (tmp_path / engine / "graph" / "edges-00000.nq").read_text().splitlines()
        for engine in ("python", "duckdb")
    }
    assert sorted(quads["python"]) == sorted(quads["duckdb"])
    book = openpyxl.Workbook()
    for row in (["subject", "verb", "object", "source"], ["TLR7", "activates", "IRF7", "PMID:7654321"]):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    run(*kg, "convert", "table.xlsx", "table.yaml", cwd=tmp_path)
    assert "TLR7 activates IRF7" in (tmp_path / "table.yaml").read_text(encoding="utf-8")
    shown = run(
        tmp_path / "venv/bin/python", "-c", "import kg; print(len(kg.read('ta1-tlr7').to_frame()))", cwd=tmp_path
    )
    assert int(shown) == len(kg_of_today.read("ta1-tlr7").to_frame())
    command = ["timeout", "60", *kg, "serve", "cgas-sting", "--port", "0"]
    with subprocess.Popen(list(map(str, command)), cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
        lines = iter(server.stderr.readline, "")
        address = next((found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+/", line))), "")
        assert address, "it ended, and served nothing"
        asked = run(*kg, "ask", "mechanisms", "--endpoint", f"{address}sparql", cwd=tmp_path)
        server.terminate()
    assert "STING" in asked
