"""What pages hold that is by others: built files, the packages in each, and their licences."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "site" / "vendor"


def assets() -> list[dict[str, str]]:
    """The table of what is by others: each file that was built, and each package in it."""
    with open(FOLDER / "assets.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def others(*files: str) -> tuple[list[dict[str, str]], str]:
    """What in some files of vendor/ is by others: a row for each package, and their licences. A file is named by how it begins.

    >>> packages, licences = others("engine")
    >>> [row["package"] for row in packages], licences.startswith("oxigraph")
    (['oxigraph'], True)
    """
    rows = {row["package"]: row for row in assets() if row["file"].startswith(files)}
    named = {f"{row['package']} {row['version']}, {row['licence']}" for row in rows.values()}
    line = "-" * 72
    texts = (FOLDER / "licences.txt").read_text(encoding="utf-8").split(f"\n{line}\n\n")
    return list(rows.values()), f"\n{line}\n\n".join(text for text in texts if text.partition("\n")[0] in named)
