"""The package of docs/extending.md, installed as it stands there, adds what it says; a broken one does no harm."""

import os
import re
import subprocess
import sys

import pytest
from conftest import ACTIVE, LITTLE

import kg
from kg.reasoning import outward

PAGE = (kg.data_dir("seeds").parent / "docs" / "extending.md").read_text(encoding="utf-8")


def blocks(language, head):
    """The code of the page that begins with a comment of that name, in one piece."""
    found = re.findall(rf"```{language}\n# {re.escape(head)}[^\n]*\n(.*?)```", PAGE, re.DOTALL)
    assert found, f"docs/extending.md shows no {head}"
    return "\n\n".join(found)


def install(folder, name, points):
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(points, encoding="utf-8")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The kg command beside the page's package and a broken one."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "tiny_kg.py").write_text(blocks("python", "tiny_kg.py"), encoding="utf-8")
    (folder / "questions").mkdir()
    (folder / "questions" / "how-many-edges.rq").write_text(
        blocks("sparql", "questions/how-many-edges.rq"), encoding="utf-8"
    )
    points = blocks("ini", "setup.cfg").partition("\n")[2]
    install(folder, "tiny_kg", re.sub(r"(?m)^(kg\.\w+) =$", r"[\1]", points).replace("    ", ""))
    (folder / "broken_kg.py").write_text("raise OSError('gone')", encoding="utf-8")
    install(folder, "broken_kg", "[kg.formats]\nbroken = broken_kg:X\n")

    def kg(*arguments):
        command = [sys.executable, "-m", "kg", *map(str, arguments)]
        env = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}", "KG_SOURCES": ""}
        return subprocess.run(command, capture_output=True, text=True, env=env, check=False)

    return kg


def test_a_package_adds_a_format(run, tmp_path):
    listed = run("formats")
    assert "tiny" in listed.stdout
    assert "the entry point 'broken' of kg.formats cannot be used: OSError('gone')" in listed.stderr
    file = tmp_path / "x.tiny"
    file.write_text("A>B>some note\nB>C\n", encoding="utf-8")
    done = run("convert", file, tmp_path / "x.sif")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "x.sif").read_text(encoding="utf-8") == "A\tpromotes\tB\nB\tpromotes\tC\n"
    assert "note of edge (1)" in done.stdout
    assert "carried 4, changed 0, lost 1" in done.stdout
    assert run("convert", "ta1-tlr7", tmp_path / "y.tiny", "--strict").returncode == 1


def test_a_package_adds_a_rule(run, tmp_path):
    seed = LITTLE.read_text(encoding="utf-8")
    file = tmp_path / "mechanism.yaml"
    file.write_text(re.sub(r"(?m)^title: .*$", "title: Ends with a stop.", seed), encoding="utf-8")
    found = run("check", file)
    assert found.returncode == 0
    assert "title-stop: warning: the title ends in a full stop" in found.stdout + found.stderr


def test_a_package_adds_a_question(run):
    assert "how-many-edges" in run("ask").stdout
    answer = run("ask", "how-many-edges", LITTLE, "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    statements = outward.statements(ACTIVE)  # what an edge requires is an association, too
    assert len(statements) == int(answer.stdout.splitlines()[1].rpartition(",")[2])


def test_every_example_of_the_page_is_ten_lines_or_so():
    for code in re.findall(r"```(?:python|sparql|ini)\n(.*?)```", PAGE, re.DOTALL):
        assert len(code.splitlines()) <= 30
