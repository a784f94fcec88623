"""Every complaint, word for word: tests/wrong/CODE.yaml earns it, CODE.txt is what ``kg check`` prints.

CODE.MORE.yaml is another such file where one file can hold one fault only. A first line such as ``# kg check --strict --sources sources`` in the YAML says how it is checked.
"""

import ast
from pathlib import Path

import pytest
import yaml

import kg
from kg import formats

HERE = Path(__file__).parent / "wrong"
PACKAGE = Path(kg.__file__).parent
FILES = sorted(HERE.glob("*.yaml"))
MANY = HERE / "many.yaml"
COMPLAINERS = {"error", "warning", "hint", "complain", "Diagnostic"}  # the code is their second argument


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.chdir(HERE)
    monkeypatch.delenv("KG_SOURCES", raising=False)


def code(path):
    return path.name.partition(".")[0]


def complaints(path):
    first, *_ = path.read_bytes().splitlines()
    options = first.decode().split()[3:] if first.startswith(b"# kg check ") else []
    sources = options[options.index("--sources") + 1] if "--sources" in options else None
    _, report = formats.examine(path.name, sources, strict="--strict" in options)
    return report.diagnostics


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_complaints_are_word_for_word(path):
    found = complaints(path)
    assert "\n".join(map(str, found)) + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert {one.code for one in found} == {code(path)} or path == MANY
    assert list(found) == sorted(found)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_complaints_are_the_same_without_libyaml(path, monkeypatch):
    monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    assert "\n".join(map(str, complaints(path))) + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


def codes_in(file):
    calls = (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    for call in calls:
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name in COMPLAINERS and len(call.args) > 1:
            code = call.args[1]
            if isinstance(code, ast.Starred):  # a fault from the table of keys, whose codes stand there
                continue
            if isinstance(code, ast.Constant):
                yield code.value
            else:
                assert isinstance(code, ast.Name), (
                    f"line {call.lineno}: the code of a complaint is written where it is made"
                )


def codes_of_keys():
    """The codes of complaints about single values: the first of three in a tuple that is returned."""
    tree = ast.parse((PACKAGE / "model" / "keys.py").read_text(encoding="utf-8"))
    returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    values = [inner for one in returned if one for inner in ast.walk(one) if isinstance(inner, ast.Tuple)]
    firsts = [one.elts[0] for one in values if len(one.elts) == 3]
    return {one.value for one in firsts if isinstance(one, ast.Constant)}


def test_every_code_has_its_pair():
    files = [*(PACKAGE / "checks").glob("*.py"), *(PACKAGE / "formats" / "notation").glob("*.py")]
    made = {code for file in files if file.stem != "shapes" for code in codes_in(file)}
    made |= codes_of_keys()
    assert made == {code(path) for path in FILES if path != MANY}
    assert {path.stem for path in FILES} == {path.stem for path in HERE.glob("*.txt")}


def test_many_faults_are_told_in_one_run_and_in_file_order():
    found = complaints(MANY)
    assert len({one.code for one in found}) >= 12
    lines = [one.at.line for one in found]
    assert lines == sorted(lines)


def test_a_complaint_is_its_place_its_line_a_caret_and_a_mend():
    place, line, caret, mend = str(complaints(HERE / "impossible-date.yaml")[0]).splitlines()
    assert place.startswith("impossible-date.yaml:5:")
    assert caret.index("^") == line.index("2025-02-29")
    assert mend.startswith("  help: ")
