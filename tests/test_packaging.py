"""kg from a wheel and from a sdist, in a fresh venv, away from the checkout. Slow: `pytest -m slow`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_kg_builds_from_what_is_installed(kind, tmp_path):
    venv, dist = tmp_path / "venv", tmp_path / "dist"
    run(sys.executable, "-m", "venv", "--without-pip", str(venv), cwd=tmp_path)
    python = venv / "bin" / "python"
    pip = (
        [sys.executable, "-m", "pip", "--python", str(python)]
        if _has_pip()
        else ["python3", "-m", "pip", "--python", str(python)]
    )
    source = tmp_path / "source"  # a copy, so that building leaves nothing in the checkout
    run("git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source), cwd=tmp_path)
    if kind == "wheel":
        run(*pip, "wheel", "-q", "--no-deps", "-w", str(dist), str(source), cwd=tmp_path)
    else:
        run(*pip, "install", "-q", "setuptools>=64", cwd=tmp_path)
        run(str(python), "-c", f"import setuptools.build_meta as b; b.build_sdist({str(dist)!r})", cwd=source)
    (file,) = dist.iterdir()
    run(*pip, "install", "-q", str(file), cwd=tmp_path)
    out = run(str(venv / "bin" / "kg"), "build", cwd=tmp_path)
    assert "20 nodes" in out
    assert (tmp_path / "exports" / "ta1-tlr7.html").stat().st_size > 100_000
    assert "1 mechanism" in run(str(venv / "bin" / "kg"), "site", "pd1-blockade", "-o", "public", cwd=tmp_path)
    assert (tmp_path / "public" / "query.html").stat().st_size > 2_000_000
    assert "nothing wrong" in run(str(venv / "bin" / "kg"), "check", cwd=tmp_path)
    assert "mechanism.yaml" in run(str(venv / "bin" / "kg"), "new", "my-mechanism", cwd=tmp_path)
    found = run(str(python), "-c", "import kg; print(kg.data_dir('ontology'), kg.data_dir('seeds'))", cwd=tmp_path)
    assert found.count("site-packages") == 2


def test_kg_runs_from_a_bare_checkout_and_finds_its_folders(tmp_path):
    out = run(sys.executable, "-m", "kg", "check", cwd=ROOT)
    assert "nothing wrong" in out


def _has_pip():
    return subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0
