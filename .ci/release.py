"""Prepare a release: check what it says of itself, build it twice, test the wheel, and list what it is made of.

    .venv/bin/python .ci/release.py [--python PYTHON ...] [-o FOLDER]

Run it on a clean checkout. The folder, `dist` unless told, then holds the source distribution, the wheel, the bill of materials (CycloneDX),
the data as an RO-Crate, the section of the changelog, and the hashes of all of them. Nothing is published and no tag is set. See docs/releases.md.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Run all steps in order, and end at the first that fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "dist", metavar="FOLDER")
    parser.add_argument(
        "--python", action="append", metavar="PYTHON", help="a Python to test the wheel with; may be repeated"
    )
    chosen = parser.parse_args()
    version = stated()
    step(f"kg {version}: the checkout is clean, and all files name the same version")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        files = built(scratch)
        step("built twice, in two folders, with the same bytes")
        for python in chosen.python or [sys.executable]:
            tested(python, next(file for file in files if file.suffix == ".whl"), scratch)
            step(f"the wheel passes the tests of the checkout with {python}")
        files += [materials(scratch, version), data(scratch, version), notes(scratch, version)]
        step("bill of materials, RO-Crate and release notes written")
        chosen.out.mkdir(parents=True, exist_ok=True)
        lines = []
        for file in files:
            shutil.copyfile(file, chosen.out / file.name)
            lines.append(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n")
        (chosen.out / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    print(f"{chosen.out}: {len(files) + 1} files. To release them: git tag v{version}")


def step(done: str) -> None:
    """Say what has been done."""
    print(f"ok: {done}", flush=True)


def run(*command: object, cwd: Path = ROOT) -> str:
    """What a command prints; if it fails, all that it printed is the reason to end."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def stated(root: Path = ROOT) -> str:
    """The version of the checkout, or the end if its files differ on it or git has changes that are not committed."""
    versions = {
        name: found[1] if (found := re.search(pattern, (root / name).read_text(encoding="utf-8"), re.M)) else "none"
        for name, pattern in {
            "kg/__init__.py": r'^__version__ = "(.+)"',
            "CITATION.cff": r"^version: (.+)",
            "CHANGELOG.md": r"^## (\S+) \(\d{4}-\d\d-\d\d\)",
        }.items()
    }
    if len(set(versions.values())) > 1:
        sys.exit(
            "The files name different versions (the newest section of CHANGELOG.md needs a date): "
            + json.dumps(versions)
        )
    if changed := run("git", "status", "--porcelain", cwd=root):
        sys.exit(f"Not committed:\n{changed}")
    return versions["kg/__init__.py"]


def python_of(folder: Path, *requirements: object, base: str = sys.executable) -> Path:
    """The Python of a new environment that holds these requirements."""
    if base == sys.executable:
        venv.create(folder, with_pip=True)
    else:
        run(base, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", *requirements)
    return python


def built(scratch: Path) -> list[Path]:
    """The source distribution, and the wheel made from it, if a second build in another folder gives the same bytes."""
    python, results = python_of(scratch / "builder", "build"), []
    for name in ("first", "second"):
        run("git", "clone", "-q", ROOT, scratch / name)
        run(python, "-m", "build", "-o", scratch / f"dist-{name}", scratch / name)
        results.append({file.name: file for file in sorted((scratch / f"dist-{name}").iterdir())})
    first, second = results
    if differ := [name for name in first if first[name].read_bytes() != second[name].read_bytes()]:
        sys.exit(f"A second build gives other bytes: {', '.join(differ)}")
    return list(first.values())


def tested(base: str, wheel: Path, scratch: Path) -> None:
    """Run the test command over the wheel: in a copy of the checkout whose `kg` is the one that was installed."""
    folder = scratch / re.sub(r"\W+", "-", base)
    python, copy = python_of(folder, f"{wheel}[test]", base=base), folder / "checkout"
    run("git", "clone", "-q", ROOT, copy)
    installed = Path(run(python, "-c", "import kg; print(kg.__path__[0])", cwd=folder).strip())
    shutil.rmtree(copy / "kg")
    (copy / "kg").symlink_to(installed, target_is_directory=True)
    run(python, "-m", "pytest", cwd=copy)


def materials(scratch: Path, version: str) -> Path:
    """The bill of materials: all that an installation without extras holds, and what is vendored for the browser."""
    (wheel,) = (scratch / "dist-first").glob("*.whl")
    user = python_of(scratch / "user", wheel)
    run(user, "-m", "pip", "uninstall", "-q", "-y", "pip", "setuptools")
    python, path = python_of(scratch / "lister", "cyclonedx-bom"), scratch / f"kg-{version}.cdx.json"
    run(python, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON", "-o", path, user)
    bill = json.loads(path.read_text(encoding="utf-8"))
    for part in bill["components"]:  # where kg itself was installed from is a folder that is soon gone
        kept = [one for one in part.get("externalReferences", []) if not one["url"].startswith("file:")]
        part["externalReferences"] = kept
    with (ROOT / "kg" / "site" / "vendor" / "assets.tsv").open(encoding="utf-8", newline="") as table:
        bill["components"] += vendored(list(csv.DictReader(table, delimiter="\t")))
    path.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    validate = f"""
from pathlib import Path
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
found = JsonStrictValidator(SchemaVersion.from_version("{bill["specVersion"]}")).validate_str(Path("{path}").read_text())
raise SystemExit(str(found) if found else 0)
"""
    run(python, "-c", validate, path)
    return path


def vendored(rows: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """The packages of npm in the scripts that kg carries, each once, with the hash of the package that npm states."""
    components: dict[str, dict[str, Any]] = {}
    for row in rows:
        purl = f"pkg:npm/{row['package'].replace('@', '%40')}@{row['version']}"
        digest = base64.b64decode(row["integrity"].removeprefix("sha512-")).hex()
        components[purl] = {
            "type": "library",
            "bom-ref": purl,
            "name": row["package"],
            "version": row["version"],
            "purl": purl,
            "licenses": [{"expression": row["licence"]}],
            "hashes": [{"alg": "SHA-512", "content": digest}],
        }
    return list(components.values())


def data(scratch: Path, version: str) -> Path:
    """All mechanisms in all formats with their RO-Crate, as one zip."""
    folder = scratch / f"mechanisms-{version}"
    run(scratch / "user" / "bin" / "kg", "build", "-o", folder, cwd=scratch)
    if not (folder / "ro-crate-metadata.json").is_file():
        sys.exit("The build has no ro-crate-metadata.json")
    return Path(shutil.make_archive(str(folder), "zip", scratch, folder.name))


def notes(scratch: Path, version: str, root: Path = ROOT) -> Path:
    """The section of the changelog for this version."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    path = scratch / f"notes-{version}.md"
    path.write_text(
        text.partition(f"\n## {version} ")[2].partition("\n## ")[0].partition("\n")[2].strip() + "\n", encoding="utf-8"
    )
    return path


if __name__ == "__main__":
    os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    main()
