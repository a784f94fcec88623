"""The writing bench: one page in which a mechanism is written, checked, drawn and run, by the same code as the commands.

Everything stands in the page: Python compiled to WebAssembly (Pyodide), this package and its tables, and the editor. It makes no
request and opens from a file. ``session`` is what the page asks of kg; ``serve`` lets it save to a file of this machine.
"""

from __future__ import annotations

import base64
import io
import zipfile
from functools import cache
from pathlib import Path

from kg import data_dir, page
from kg.bench import libraries
from kg.page import vendor
from kg.page.picture import asset

HERE = Path(__file__).parent
LEXICON = "kg-lexicon.tar.gz"  # the file beside the page
#: Folders of kg that the page leaves out: what writes files, serves, or needs libraries that the page does not have.
LEFT = (
    "kg/cli/",
    "kg/site/",
    "kg/bench/js/",
    "kg/bulk/",
    "kg/formats/tables/",
    "kg/formats/gocam/",
    "kg/formats/bel/",
    "kg/formats/boolean/",
)
#: What only exports ask for: it is unpacked for the first of them, with the libraries that it needs.
LATER = ("kg/formats/rdf/", "kg/page/js/", "kg/page/explorer.html")
#: The files of Pyodide and of Graphviz, by the name that the worker has for each.
VENDORED = {
    "asm": "pyodide.asm.mjs",
    "loader": "pyodide.js",
    "wasm": "pyodide.asm.wasm",
    "stdlib": "python_stdlib.zip",
    "graphviz": "viz-global.js",
}


def html(text: str, name: str = "mechanism.yaml", save: str = "", kept: str = "", lexicon: str = "") -> str:
    """The bench with a text opened in it, as one page of about 10 MB that runs from a file.

    ``name`` is what the text is called in complaints and when it is saved. ``save`` is an address at which a server takes the text
    and answers whether the file was changed meanwhile; without it the page saves by a download. What is not saved is kept in the
    browser under ``kept``, or under the address of the page. ``lexicon`` is the address of what ``kg.model.lexicon.packed`` makes, which
    the page asks for when somebody wants it; without one it takes a file. Instead of an empty text the page shows a starter, not saved yet.

    >>> made = html("id: a")
    >>> 8e6 < len(made) < 14e6, "https://cdn" in made
    (True, False)
    """
    style = asset("explorer.css").partition("*{box-sizing")[0] + (HERE / "write.css").read_text(encoding="utf-8")
    script = f"{(vendor.FOLDER / 'writer.min.js').read_text(encoding='utf-8').strip()}\n{_scripts()}".replace(
        "</script", "<\\/script"
    )
    packages, licences = vendor.others("writer", "py", "viz")
    own, texts = libraries.about({**libraries.CORE, **libraries.MORE})
    shown = page.templates(HERE).get_template("write.html")
    return str(
        shown.render(
            style=style,
            script=script,
            worker=(HERE / "js" / "worker.js").read_text(encoding="utf-8").replace("</script", "<\\/script"),
            parts={key: _packed(file) for key, file in VENDORED.items()} | {"core": _core(), "more": _more()},
            opened={
                "text": text,
                "name": name,
                "save": save,
                "kept": kept,
                "starter": "" if text else _starter(),
                "lexicon": lexicon,
                "examples": _examples(),
            },
            packages=[*packages, *own],
            licences=f"{licences}\n{texts}",
            policy=(
                "default-src 'none'; base-uri 'none'; form-action 'none'; worker-src blob:; "
                f"{_reached(save, lexicon)}"
                f"script-src {page.digest(script)} 'wasm-unsafe-eval' 'unsafe-eval'; img-src data:; style-src {page.digest(style)}"
            ),
        )
    )


def _examples() -> dict[str, str]:
    """A made-up text to practise on, and its mechanism, written and to be written."""
    files = {"text": "exercise.txt", "empty": "empty.yaml", "finished": "finished.yaml"}
    return {name: (HERE / "examples" / file).read_text(encoding="utf-8") for name, file in files.items()}


def _reached(save: str, lexicon: str) -> str:
    """What the page may ask for, as a part of its policy: where it saves, and the lexicon beside it."""
    if save:
        return f"connect-src {save.rpartition('/')[0]}/; "
    return "connect-src 'self'; " * bool(lexicon)


def _starter() -> str:
    """What `kg new` writes, without its first line, which names a file that is not there."""
    text = (data_dir("ontology") / "starter.yaml").read_text(encoding="utf-8")
    return text.partition("\n")[2].replace("NAME", "my-mechanism")


@cache
def _scripts() -> str:
    """Each part of the page in a file of its own; write.js puts them together."""
    parts = (
        "core",
        "complete",
        "arrive",
        "text",
        "answers",
        "panel",
        "form",
        "fields",
        "sheet",
        "source",
        "view",
        "picture",
        "draw",
        "names",
        "lexicon",
        "guide",
        "save",
        "write",
    )
    return "\n".join((HERE / "js" / f"{name}.js").read_text(encoding="utf-8") for name in parts)


def _packed(file: str) -> str:
    return base64.b64encode((vendor.FOLDER / f"{file}.gz").read_bytes()).decode()


@cache
def _core() -> str:
    """This package, its tables and the YAML library, as a zip: what is left out, or is not Python, the page never asks for."""
    files = {name: path for name, path in _package().items() if not name.startswith(LATER)}
    return _zipped({name: path.read_bytes() for name, path in {**files, **libraries.files(libraries.CORE)}.items()})


@cache
def _more() -> str:
    """What is added for exports."""
    files = {name: path for name, path in _package().items() if name.startswith(LATER)}
    held = {name: path.read_bytes() for name, path in {**files, **libraries.files(libraries.MORE)}.items()}
    return _zipped({**held, **libraries.metadata("rdflib")})


def _package() -> dict[str, Path]:
    """The files of kg that the page has, by their path in it."""
    package, ontology = HERE.parent, data_dir("ontology")
    here = [path for ending in ("py", "css", "js", "html") for path in package.rglob(f"*.{ending}")]
    files = {f"kg/{path.relative_to(package).as_posix()}": path for path in sorted(here)}
    files |= {f"ontology/{path.relative_to(ontology).as_posix()}": path for path in sorted(ontology.rglob("*.tsv"))}
    files["ontology/vocabulary.ttl"] = ontology / "vocabulary.ttl"
    return {name: path for name, path in files.items() if not name.startswith(LEFT)}


def _zipped(files: dict[str, bytes]) -> str:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return base64.b64encode(made.getvalue()).decode()
