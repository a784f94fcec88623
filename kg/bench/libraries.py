"""What of Python stands in the bench beside kg: which files of which library, and their licences.

``CORE`` is there from the start. ``MORE`` is unpacked when something is exported for the first time.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

CORE = {"yaml": "PyYAML"}
#: The folder of each library that exports need, and what it is called where it was installed from.
MORE = {
    "rdflib": "rdflib",
    "jinja2": "Jinja2",
    "markupsafe": "MarkupSafe",
    "pyvis": "pyvis",
    "networkx": "networkx",
}
#: Parts of libraries that no export asks for.
LEFT = ("rdflib/plugins/sparql/", "rdflib/tools/", "rdflib/extras/", "/tests/")


def files(libraries: dict[str, str]) -> dict[str, Path]:
    """The files of some libraries, by their path in the page.

    >>> sorted(files(CORE))[0]
    'yaml/__init__.py'

    Raises ModuleNotFoundError for one that is not installed.
    """
    found: dict[str, Path] = {}
    for folder in libraries:
        library = find_spec(folder)
        if library is None or library.origin is None:
            raise ModuleNotFoundError(folder)
        home = Path(library.origin).parent
        if folder == "pyvis":  # of which pages take its vis-network alone
            script = sorted(home.glob("templates/lib/vis-*/vis-network.min.js"))[-1]
            found[f"pyvis/{script.relative_to(home).as_posix()}"] = script
            continue
        own = {f"{folder}/{path.relative_to(home).as_posix()}": path for path in sorted(home.rglob("*.py"))}
        found |= {name: path for name, path in own.items() if not any(part in name for part in LEFT)}
    return found


def about(libraries: dict[str, str]) -> tuple[list[dict[str, str]], str]:
    """A row for each library with version and licence, and the texts of their licences.

    >>> about(CORE)[0][0]["licence"]
    'MIT License'
    """
    rows, texts = [], []
    for name in libraries.values():
        of = distribution(name)
        known = [one.rpartition(" :: ")[2] for one in of.metadata.get_all("Classifier") or () if "License ::" in one]
        stated = [*(of.metadata.get_all("License-Expression") or ()), *known, *(of.metadata.get_all("License") or ())]
        rows.append({"package": name, "version": of.version, "licence": stated[0] if stated else "not stated"})
        said = [
            of.locate_file(path) for path in of.files or () if "dist-info" in str(path) and "licen" in path.name.lower()
        ]
        texts += [f"{name} {of.version}\n\n{Path(str(file)).read_text(encoding='utf-8')}" for file in said]
        if not said:
            raise PackageNotFoundError(f"the licence of {name}")
    return rows, f"\n{'-' * 72}\n\n".join(texts)


def metadata(name: str) -> dict[str, bytes]:
    """What an installed library says of itself, which it may ask for when it is imported."""
    of = distribution(name)
    return {
        f"{name}-{of.version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {of.version}\n".encode()
    }
