"""The page of threats: every test that it names is there, and every threat has one."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split("|") for line in PAGE.partition("\n## ")[0].splitlines() if line.startswith("|")][2:]


def test_every_threat_names_what_stops_it_and_a_test_that_is_there():
    assert len(ROWS) > 15
    for row in ROWS:
        assert len(row) == 4 and all(cell.strip() for cell in row[1:]), row
        named = re.findall(r"`(tests/test_\w+\.py)::(test_\w+)`", row[3])
        assert named and len(named) == row[3].count("`") // 2, row
        for file, test in named:
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (
                f"{file}::{test}"
            )


def test_everybody_who_can_send_something_has_a_row():
    who = " ".join(row[0] for row in ROWS)
    for one in (
        "mechanism file",
        "RDF or XML",
        "table",
        "query",
        "label ends in a course page",
        "server",
        "store",
        "plug-in",
    ):
        assert f"**{one}**" in who or one in who, one
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
