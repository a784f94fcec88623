"""What a server serves, made in a process of its own, so that the server answers meanwhile and a fault ends nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kg import formats
from kg.model import rdf_files, vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location
from kg.model.mechanism import Mechanism
from kg.site import addresses, static
from kg.site.build import Progress, silent

#: Endings of files that are also kept compressed, with their media types.
TEXTS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".txt": "text/plain",
    ".graphml": "application/xml",
    ".xml": "application/xml",
    **rdf_files.SUFFIXES,
}
#: The first page where there is no mechanism to show.
START = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>A SPARQL endpoint</title></head>
<body>
<main>
<h1>A SPARQL endpoint</h1>
<p>It answers queries at <a href="sparql">sparql</a>, and says there, in RDF, what it can do. To ask it:</p>
<pre>kg ask 'SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 10' --endpoint ADDRESS/sparql</pre>
</main>
</body>
</html>
"""


def main() -> None:
    """Prepare what a line of JSON on stdin says, and say what was made, or the complaints, in JSON."""
    said = json.loads(sys.stdin.buffer.readline())
    try:
        made = prepare(said["paths"], Path(said["folder"]), said["url"], _say)
    except InvalidMechanism as error:
        made = {"complaints": [str(one) for one in error.diagnostics]}
    except OSError as error:
        made = {"complaints": [f"{error.filename or 'kg'}: {error.strerror or error}"]}
    print(json.dumps(made), flush=True)


def _say(words: str, share: float = -1.0, /) -> None:
    """Say what is being done, on one line of a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


def prepare(paths: Sequence[str], folder: Path, url: str, progress: Progress = silent) -> dict[str, Any]:
    """Write the site of mechanisms into a folder, with compressed copies, and say what a server must know.

    ``load`` has the files for the store, with the graph of each; ``store`` a folder of pyoxigraph's; ``site`` the media
    type of each file; ``terms`` the file that defines each IRI of ours that is not part of a mechanism; ``digest`` a hash
    of all data. Raises InvalidMechanism with the complaints about all mechanisms.
    """
    stores = [path for path in paths if rdf_files.store_of(path)]
    files = [path for path in paths if rdf_files.is_rdf(path)]
    named = [path for path in paths if path not in (*stores, *files)]
    if stores and len(paths) > 1:
        raise InvalidMechanism(
            [Diagnostic(Location(stores[0], 1, 1), "store-alone", "a store can only be served alone")]
        )
    mechanisms = _valid(named if paths else [str(path) for path in formats.seeds()])
    graphs = _graphs(files)
    if mechanisms:
        static.write(mechanisms, folder, url, progress, endpoint=f"{url}/sparql")
    else:
        (folder / "index.html").write_text(START, encoding="utf-8", newline="\n")
    site = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for mechanism in mechanisms:
        discoverable(site[f"{addresses.file_name(mechanism.id)}/index.html"], mechanism, url)
    whole = ["all.nq"] if len(mechanisms) > 1 else [f"{m.id}.nq" for m in mechanisms]  # what `kg ask` asks
    load = [(str(site[name]), vocabulary.BASE) for name in whole] + list(graphs.items())
    progress("")
    digest = hashlib.sha256()
    for path, _ in load:
        digest.update(rdf_files.content(Path(path)))
    digest.update(b"".join(str(Path(path).stat().st_mtime_ns).encode() for path in stores))
    return {
        "load": load,
        "store": str(rdf_files.store_of(stores[0])) if stores else "",
        "site": {name: _kept(path) for name, path in site.items()},
        "terms": _terms(site),
        "digest": digest.hexdigest(),
        "mechanisms": [
            {"id": m.id, "title": m.title, "version": m.version, "caveats": list(m.caveats)} for m in mechanisms
        ],
    }


def _valid(paths: Iterable[str]) -> list[Mechanism]:
    found: dict[str, Mechanism] = {}
    wrong: list[Diagnostic] = []
    for path in paths:
        try:
            mechanism, report = formats.examine(path, sources="")
        except InvalidMechanism as error:  # there is none; the others may be wrong as well
            wrong += error.diagnostics
            continue
        wrong += report.errors
        if mechanism.id in found and not report.errors:
            at = mechanism.location_of("id") or Location(mechanism.file, 1, 1)
            wrong.append(Diagnostic(at, "duplicate-id", f"{mechanism.id!r} is {found[mechanism.id].file} already"))
        found[mechanism.id] = mechanism
    if wrong:
        raise InvalidMechanism(wrong)
    return list(found.values())


def _graphs(files: Iterable[str]) -> dict[str, str]:
    """The graph of each RDF file: its name without its folder, which is nobody's business on the web."""
    found: dict[str, str] = {}
    for path in files:
        rdf_files.content(Path(path))
        graph = f"file:///{quote(Path(path).name)}"
        if graph in found.values():
            message = "another file of this name is served already, and the graphs are named by it"
            raise InvalidMechanism([Diagnostic(Location(path, 1, 1), "duplicate-file", message, "rename one of them")])
        found[path] = graph
    return found


def discoverable(page: Path, mechanism: Mechanism, url: str) -> None:
    """Put the link by which oEmbed finds what to embed into the head of a page."""
    links = ""
    for kind in ("json", "xml"):
        at = f"{url}/oembed?url={quote(f'{url}/{addresses.file_name(mechanism.id)}/', safe='')}&format={kind}"
        media = "application/json" if kind == "json" else "text/xml"
        links += f'<link rel="alternate" type="{media}+oembed" href="{escape(at)}" title="{escape(mechanism.title)}">\n'
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</head>", f"{links}</head>", 1), encoding="utf-8", newline="\n")


def _kept(path: Path) -> dict[str, Any]:
    """The media type and hash of a file of the site; a text is compressed beside it."""
    data = path.read_bytes()
    media = TEXTS.get(path.suffix, "")
    packed = bool(media) and len(data) > 1000
    if packed:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 6, mtime=0))
    known = {".png": "image/png", ".wasm": "application/wasm"}
    text = media + "; charset=utf-8" * media.startswith("text/")
    kind = text or known.get(path.suffix, "application/octet-stream")
    return {"media": kind, "tag": hashlib.sha256(data).hexdigest()[:32], "packed": packed}


#: What a file alone defines, by the first step of an IRI: the first file that speaks of it.
DEFINED = {
    "vocabulary.ttl": ("vocab", "term"),
    "shapes.ttl": ("shapes",),
    "shapes-core.ttl": ("shapes",),
    "void.ttl": ("void",),
}


def _terms(site: dict[str, Path]) -> dict[str, str]:
    """The file that says what an IRI is, by what follows the base, for those that belong to no mechanism."""
    found: dict[str, str] = {}
    defined = DEFINED | {name: ("np",) for name in site if re.match(r"np/.*\.trig$", name)}
    for name, kinds in defined.items():
        path = site.get(name)
        for quad in rdf_files.parsed(path, path.read_bytes(), vocabulary.BASE) if path else ():
            for term in (quad.subject, quad.graph_name):
                rest = getattr(term, "value", "").removeprefix(vocabulary.BASE)
                if rest.partition("/")[0] in kinds:
                    found.setdefault(rest, name)
    return found
