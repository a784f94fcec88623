"""The public face: every verb, lazy when it runs, typed for a checker, one tree of errors, results for a notebook."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kg
from kg.cli import main

SOURCE = Path(kg.__file__)
#: Commands whose verb has another name in Python, or is for a terminal only.
ELSEWHERE = {
    "add-source": "add_source",
    "formats": "",  # kg.formats.FORMATS
    "new": "",
    "paths": "routes",
    "reach": "",  # kg.bulk.graph
    "schema": "",
    "serve": "",
}
USERS_FILE = """
import kg

reveal_type(kg.read("ta1-tlr7"))
reveal_type(kg.check(kg.read("ta1-tlr7")).errors)
x: int = kg.whatif(kg.read("ta1-tlr7"))
y: str = kg.page.html(kg.read("ta1-tlr7"))
kg.no_such_verb
"""


def test_what_a_checker_sees_is_what_runs():
    (block,) = [node for node in ast.parse(SOURCE.read_text(encoding="utf-8")).body if isinstance(node, ast.If)][:1]
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    assert seen == kg._HOME
    assert kg.__all__ == sorted([*seen, "data_dir"])
    assert dir(kg) == kg.__all__


@pytest.mark.parametrize("name", kg.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    assert inspect.getdoc(getattr(kg, name))


def test_every_command_is_a_verb_in_python():
    for command in main.commands:
        verb = ELSEWHERE.get(command, command)
        assert not verb or verb in kg.__all__, f"kg {command} has no kg.{verb}"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_verb"):
        kg.no_such_verb  # noqa: B018


@pytest.mark.slow
def test_a_users_file_is_typed(tmp_path):
    file = tmp_path / "users.py"
    file.write_text(USERS_FILE, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=SOURCE.parent.parent, check=False)
    told = re.findall(r"users\.py:(\d+): (?:note|error): (.*?)(?:  \[|$)", done.stdout, re.MULTILINE)
    assert ("4", 'Revealed type is "kg.model.mechanism.Mechanism"') in told, done.stdout
    assert ("5", 'Revealed type is "tuple[kg.model.diagnostics.Diagnostic, ...]"') in told, done.stdout
    assert any(line == "6" and "Incompatible types in assignment" in said for line, said in told), done.stdout
    assert any(line == "8" and "has no attribute" in said for line, said in told), done.stdout
    assert {line for line, _ in told} == {"4", "5", "6", "8"}, done.stdout


def test_the_docstring_draws_the_tree_of_errors():
    drawn = re.findall(r"[├└]── (\w+)", kg.__doc__)
    assert drawn == [name for name in drawn if issubclass(getattr(kg, name), kg.KgError)]
    public = {
        name for name in kg.__all__ if isinstance(getattr(kg, name), type) and issubclass(getattr(kg, name), Exception)
    }
    assert public == {*drawn, "KgError"}


def test_a_name_that_is_not_there_is_told_the_nearest():
    mechanism = kg.read("ta1-tlr7")
    with pytest.raises(kg.UnknownName, match=r"no node is called 'TLR'; did you mean 'TLR7'"):
        mechanism.node("TLR")
    with pytest.raises(KeyError, match="did you mean 'degradation'"):
        mechanism.edge("degradaton")
