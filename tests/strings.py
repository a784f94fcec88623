"""List every text that a user of kg can read, with its place, so that all of them can be read in one sitting.

    .venv/bin/python tests/strings.py [page | output | docs] > texts.txt

`page` are the words of the explorer, which ontology/languages translates. `output` are the texts in the code: help, complaints, answers. `{}`
stands for a value. `docs` are the sentences of the documentation. Docstrings are left out: the documentation holds those that users read.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def page() -> Iterator[str]:
    """The words of the page, from the table that translates them."""
    table = ROOT / "ontology" / "languages" / "de.tsv"
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines()[1:], 2):
        yield f"{table.relative_to(ROOT)}:{number}: {line.split(chr(9))[0]}"


def output() -> Iterator[str]:
    """The texts in the code: at least two words, or one with a capital and a full stop."""
    for file in sorted((ROOT / "kg").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docs = {node.body[0].value for node in ast.walk(tree) if _documented(node)}  # type: ignore[attr-defined]
        inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - docs
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs | inside:
                text = node.value
            else:
                continue
            if re.search(r"[A-Za-z,.:]{2,} [a-z{]", text) and not re.search(r"[<>\\]|^\s*(SELECT|PREFIX)|\(\?", text):
                yield f"{file.relative_to(ROOT)}:{node.lineno}: {' '.join(text.split())}"


def _documented(node: ast.AST) -> bool:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, kinds) and ast.get_docstring(node) is not None


def docs() -> Iterator[str]:
    """The paragraphs of the documentation, without code and tables."""
    for file in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = re.sub(r"(?ms)^```.*?^```", lambda code: "\n" * code[0].count("\n"), file.read_text(encoding="utf-8"))
        line = 1
        for part in re.split(r"(\n\n+)", text):
            if part.strip() and not part.startswith("|"):
                yield f"{file.relative_to(ROOT)}:{line}: {' '.join(part.split())}"
            line += part.count("\n")


if __name__ == "__main__":
    for name in sys.argv[1:] or ("page", "output", "docs"):
        print(f"# {name}", *{"page": page, "output": output, "docs": docs}[name](), sep="\n")
