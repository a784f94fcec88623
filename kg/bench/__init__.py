"""The writing bench: one page in which a mechanism is written, checked, drawn and run, by the same code as the commands.

Everything stands in the page: Python compiled to WebAssembly (Pyodide), this package and its tables, and the editor. It makes no
request and opens from a file. ``session`` is what the page asks of kg; ``serve`` lets it save to a file of this machine.
"""

from __future__ import annotations

import base64
import io
import zipfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from kg import data_dir, page
from kg.page import vendor
from kg.page.picture import asset

HERE = Path(__file__).parent
#: Folders of kg that the page leaves out: what writes files, serves, or needs libraries that the page does not have.
LEFT = (
    "cli",
    "site",
    "bench/js",
    "bulk",
    "formats/rdf",
    "formats/tables",
    "formats/gocam",
    "formats/bel",
    "formats/boolean",
)
#: The files of Pyodide, by the name that the worker has for each.
PYODIDE = {"asm": "pyodide.asm.mjs", "loader": "pyodide.js", "wasm": "pyodide.asm.wasm", "stdlib": "python_stdlib.zip"}


def html(text: str, name: str = "mechanism.yaml", save: str = "", kept: str = "") -> str:
    """The bench with a text opened in it, as one page of about 10 MB that runs from a file.

    ``name`` is what the text is called in complaints and when it is saved. ``save`` is an address at which a server takes the text
    and answers whether the file was changed meanwhile; without it the page saves by a download. What is not saved is kept in the
    browser under ``kept``, or under the address of the page. Instead of an empty text the page shows a starter, not saved yet.

    >>> made = html("id: a")
    >>> 8e6 < len(made) < 14e6, "https://cdn" in made
    (True, False)
    """
    style = asset("explorer.css").partition("*{box-sizing")[0] + (HERE / "write.css").read_text(encoding="utf-8")
    script = f"{(vendor.FOLDER / 'writer.min.js').read_text(encoding='utf-8').strip()}\n{_scripts()}".replace(
        "</script", "<\\/script"
    )
    packages, licences = vendor.others("writer", "py")
    shown = page.templates(HERE).get_template("write.html")
    return str(
        shown.render(
            style=style,
            script=script,
            worker=(HERE / "js" / "worker.js").read_text(encoding="utf-8").replace("</script", "<\\/script"),
            parts={key: _packed(file) for key, file in PYODIDE.items()} | {"core": _core()},
            opened={"text": text, "name": name, "save": save, "kept": kept, "starter": "" if text else _starter()},
            packages=packages,
            licences=licences,
            policy=(
                "default-src 'none'; base-uri 'none'; form-action 'none'; worker-src blob:; "
                f"{'connect-src ' + save.rpartition('/')[0] + '/; ' if save else ''}"
                f"script-src {page.digest(script)} 'wasm-unsafe-eval' 'unsafe-eval'; img-src data:; style-src {page.digest(style)}"
            ),
        )
    )


def _starter() -> str:
    """What `kg new` writes, without its first line, which names a file that is not there."""
    text = (data_dir("ontology") / "starter.yaml").read_text(encoding="utf-8")
    return text.partition("\n")[2].replace("NAME", "my-mechanism")


@cache
def _scripts() -> str:
    """Each part of the page in a file of its own; write.js puts them together."""
    parts = ("core", "complete", "arrive", "text", "answers", "form", "source", "picture", "names", "save", "write")
    return "\n".join((HERE / "js" / f"{name}.js").read_text(encoding="utf-8") for name in parts)


def _packed(file: str) -> str:
    return base64.b64encode((vendor.FOLDER / f"{file}.gz").read_bytes()).decode()


@cache
def _core() -> str:
    """This package, its tables and the YAML library, as a zip: what is left out, or is not Python, the page never asks for."""
    library = find_spec("yaml")
    if library is None or library.origin is None:
        raise ModuleNotFoundError("yaml")
    package, made = HERE.parent, io.BytesIO()
    files = {f"kg/{path.relative_to(package).as_posix()}": path for path in sorted(package.rglob("*.py"))}
    files |= {f"kg/page/{path.name}": path for path in sorted((package / "page").glob("*.css"))}
    files |= {f"yaml/{path.name}": path for path in sorted(Path(library.origin).parent.glob("*.py"))}
    ontology = data_dir("ontology")
    files |= {f"ontology/{path.relative_to(ontology).as_posix()}": path for path in sorted(ontology.rglob("*.tsv"))}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in files.items():
            if not name.startswith(tuple(f"kg/{folder}/" for folder in LEFT)):
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return base64.b64encode(made.getvalue()).decode()
