"""Build: every mechanism in every format, all of it or nothing, and nothing again when nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import kg
from kg import bench as writing_bench
from kg import checks, formats
from kg.model import texts, vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location, near
from kg.model.files import settle, write_all
from kg.model.mechanism import Mechanism
from kg.model.records import STATUS
from kg.page.quotes import Quotes, collect
from kg.page.written import BENCH
from kg.reasoning import merge, outward

#: What is built beside the formats, in a few words.
OTHERS = {
    ".html": "the explorer: one offline page",
    ".svg": "the picture alone",
    "write.html": "the writing bench: one offline page in which a mechanism is changed or begun",
    "all.nq": "every quad of every mechanism",
    "all.sssom.tsv": "SSSOM: what else the terms are, and who says so",
    "void.ttl": "VoID, DCAT and schema.org: counts, sizes and hashes",
    "ro-crate-metadata.json": "the same as an RO-Crate",
}
STAMP = ".build.json"  # beside the exports: what they were made from, and what was made

#: How a build finds the sentences of sources that a page may show.
Sentences = Callable[[Mechanism], Quotes]

#: How a build says what it is doing: called with a few words before each step.


class Progress(Protocol):
    """Is told what is being done, and the share of it that is done, from 0 to 1, where that is known."""

    def __call__(self, words: str, share: float = -1.0, /) -> None: ...


def silent(words: str, share: float = -1.0, /) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class Summary:
    """What was built of one mechanism, as counts."""

    id: str
    title: str
    nodes: int
    edges: int
    asserted: int
    evidence: int
    claims: dict[str, int]
    species: dict[str, int]  # how many edges state it; "not stated" for the others
    anchors: str
    warnings: int
    status: str = ""  # what must be said of the whole, such as that only excerpts were read
    quotes: str = ""  # how many sentences of its sources are shown, and why others are not; empty if none was asked for
    files: dict[str, int] = field(default_factory=dict)  # name -> bytes


@dataclass(frozen=True)
class Built:
    """The result of a build; ``fresh`` is False if nothing had changed and nothing was written."""

    folder: Path
    summaries: tuple[Summary, ...]
    warnings: tuple[Diagnostic, ...]
    fresh: bool


def outputs() -> dict[str, str]:
    """What can be built: name -> ending of the file. All formats but the notation, and the page and its picture.

    >>> list(outputs())
    ['ttl', 'trig', 'nq', 'jsonld', 'run', 'rdf12', 'nanopub', 'graphml', 'cyjs', 'cx2', 'kgx', 'kgxl', 'bnet', 'sbml', 'sif', 'bel', 'gocam', 'html', 'svg']
    """
    written = {row.name: row.suffix for row in formats.writers() if row.name != "yaml"}
    return {**written, "html": ".html", "svg": ".svg"}


def endings(name: str) -> tuple[str, ...]:
    """The endings of the files that an output is written to.

    >>> endings("kgx")
    ('_edges.tsv', '_nodes.tsv', '_metadata.json')
    """
    return formats.FORMATS[name].suffixes if name in formats.FORMATS else (outputs()[name],)


def usual() -> list[str]:
    """The outputs that are built unless some are named: all that need no extra of kg."""
    return [name for name in outputs() if name not in formats.FORMATS or not formats.FORMATS[name].extra]


def build(
    paths: Iterable[str | Path] = (),
    folder: str | Path = "exports",
    only: Sequence[str] = (),
    sources: str | Path | None = None,
    progress: Progress = silent,
    everything: bool = False,
    source: str = "",
    quotes: bool = False,
    bench: bool = False,
) -> Built:
    """Write every mechanism (default: all in seeds/) to ``ID.ttl``, ``ID.html`` and so on below a folder.

    A build of everything adds the graph of all of them, as ``all.nq``, ``all.html`` and ``all.graphml``, their matches as ``all.sssom.tsv``, and says what
    there is in ``void.ttl`` and ``ro-crate-metadata.json``.
    All files are written at once, so that a complaint or a fault leaves what was there before. If neither the files nor kg have changed since the last build, nothing is written. ``everything``
    includes inferences where a format cannot say that they are none of a source; ``source`` is the format of the files.
    With ``quotes``, the pages show the sentence at each anchor and span, from the texts in ``sources`` whose licence
    allows it. With ``bench``, the writing bench stands beside the pages, and they lead to it.

    Raises InvalidMechanism with the complaints about all mechanisms, and ValueError for an unknown output.
    """
    files = [formats.find(path) for path in paths] or formats.seeds()
    names = list(only or usual())
    for name in names:
        if name not in outputs():
            raise ValueError(f"{name!r} is nothing that can be built; {near(name, outputs())}")
    out = Path(folder)
    beside = [given for file in files if (given := file.with_name(f"{file.name}.columns")).is_file()]
    options = ["--all"] * everything + [f"--from {source}"] * bool(source) + ["--quotes"] * quotes + ["--bench"] * bench
    key = _inputs([*files, *beside], [*names, *options], sources)
    settle(out)
    if before := _unchanged(out, key):
        return before
    found, warnings = valid(files, sources, progress, source)
    at_hand = (os.environ.get("KG_SOURCES") if sources is None else sources) or ""
    sentences = partial(collect, folder=at_hand) if quotes else None
    mechanisms = [mechanism for mechanism, _ in found]
    made = contents(mechanisms, only, progress, everything=everything, sentences=sentences, bench=bench)
    summaries = []
    for mechanism, report in found:
        own = (mechanism.id + ending for name in names for ending in endings(name))
        sizes = {name: len(made[name].encode("utf-8")) for name in own}
        summaries.append(summary(mechanism, report, sizes, str(sentences(mechanism)) if sentences else ""))
    progress("moving the files to their places")
    moved(out, made, {"inputs": key, "summaries": [asdict(one) for one in summaries]}, STAMP)
    return Built(out, tuple(summaries), tuple(warnings), fresh=True)


def valid(
    files: list[Path], sources: str | Path | None, progress: Progress, source: str = ""
) -> tuple[list[tuple[Mechanism, checks.CheckReport]], list[Diagnostic]]:
    """Every mechanism with its report; all complaints about all of them at once if any is invalid."""
    found: list[tuple[Mechanism, checks.CheckReport]] = []
    errors: list[Diagnostic] = []
    for number, file in enumerate(files):
        progress(f"reading {file.parent.name or file.name}", number / len(files))
        mechanism, report = formats.examine(file, sources, name=source)
        found.append((mechanism, report))
        errors += report.errors
    first: dict[str, str] = {}
    for mechanism, _ in found:
        if first.setdefault(mechanism.id, mechanism.file) != mechanism.file and not errors:
            at = mechanism.location_of("id") or Location(mechanism.file, 1, 1)
            other = first[mechanism.id]
            errors.append(
                Diagnostic(at, "duplicate-id", f"{mechanism.id!r} is {other} already", "give it an id of its own")
            )
    if errors:
        raise InvalidMechanism(errors)
    return found, [one for _, report in found for one in report.diagnostics]


def contents(
    mechanisms: Sequence[Mechanism],
    only: Sequence[str] = (),
    progress: Progress = silent,
    home: str = "",
    url: str = "",
    endpoint: str = "",
    everything: bool = False,
    sentences: Sentences | None = None,
    bench: bool = False,
) -> dict[str, str]:
    """The text of every file of a build, by name: some outputs of each mechanism, or all, and what holds for all of them.

    ``home`` is an address that the pages lead back to; ``url`` is where the files will lie on the web, and ``endpoint``
    a SPARQL endpoint over them. ``everything`` is what ``formats.write`` means by it. ``sentences`` finds those that a
    page may show. ``bench``: the writing bench is one of the files, and pages lead to it.
    """
    made: dict[str, str] = {}
    if bench:
        progress(f"writing {BENCH}")
        made[BENCH] = writing_bench.html("")
    outs = list(product(mechanisms, only or usual()))
    for number, (mechanism, name) in enumerate(outs):
        progress(f"writing {mechanism.id}{outputs()[name]}", number / len(outs))
        own = _texts(mechanism, name, home, everything, sentences, BENCH if bench else "")
        made |= {mechanism.id + ending: text for ending, text in own.items()}
    if not only:
        progress("writing what holds for all of them")
        made |= _together(mechanisms, made, progress, home, sentences)
        made |= _described(mechanisms, made, url, endpoint)
    return made


def _texts(
    mechanism: Mechanism,
    name: str,
    home: str,
    everything: bool = False,
    sentences: Sentences | None = None,
    bench: str = "",
) -> dict[str, str]:
    """The text of each file of an output, by its ending."""
    if name in ("html", "svg"):
        from kg import page

        if name == "svg":
            return {".svg": page.svg(mechanism)}
        quotes = sentences(mechanism) if sentences else None
        return {".html": page.html(mechanism, home, quotes, bench=bench)}
    return formats.texts(mechanism, formats.FORMATS[name], everything)


def _together(
    mechanisms: Sequence[Mechanism],
    made: dict[str, str],
    progress: Progress,
    home: str,
    sentences: Sentences | None,
) -> dict[str, str]:
    """All of it as one graph: quads with what holds between mechanisms, a page, GraphML."""
    from kg.formats.rdf import write
    from kg.formats.tables import sssom

    whole = merge.merge(mechanisms)
    links = write.lines(write.together(whole), f"{vocabulary.BASE}{merge.ALL}")
    texts = [text for name, text in made.items() if name.endswith(".nq")]
    quads = {f"{line}\n" for text in texts for line in text.split("\n") if line.startswith("<")}
    added = {"all.nq": _caveats(mechanisms) + "".join(sorted(quads | set(links)))}
    added |= {"all.sssom.tsv": sssom.table(mechanisms)}
    for name in ("html", "graphml"):
        progress(f"writing all{outputs()[name]}")
        added |= {f"all{ending}": text for ending, text in _texts(whole, name, home, sentences=sentences).items()}
    return added


def _caveats(mechanisms: Sequence[Mechanism]) -> str:
    """The source strip of each mechanism, as comments that open a file about all of them."""
    return "".join(f"# {one.id}: {outward.caveat(one)}\n" for one in mechanisms) + "\n"


def _described(mechanisms: Sequence[Mechanism], made: dict[str, str], url: str, endpoint: str) -> dict[str, str]:
    """What there is, for machines: in VoID, and as an RO-Crate."""
    from kg.formats.rdf import void

    files = {name: text.encode("utf-8") for name, text in made.items()}
    described = _caveats(mechanisms) + void.collection(mechanisms, files, url, endpoint)
    files["void.ttl"] = described.encode("utf-8")
    crate = _crate(mechanisms, dict(sorted(files.items())))
    return {"void.ttl": described, "ro-crate-metadata.json": json.dumps(crate, ensure_ascii=False, indent=1) + "\n"}


def _crate(mechanisms: Sequence[Mechanism], contents: dict[str, bytes]) -> dict[str, Any]:
    """The files of a build as an RO-Crate 1.1: what each is, which mechanisms it holds, and what those come from."""
    from kg.formats.rdf import names, void

    date, dated = _dated(mechanisms)
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": "Immune mechanisms as knowledge graphs",
        "description": f"{'; '.join(mechanism.title for mechanism in mechanisms)}. {dated}",
        "license": _refer(sorted({_licence(mechanism) for mechanism in mechanisms})),
        "hasPart": _refer([*map(names.iri, mechanisms), *contents]),
    }
    if date:
        root["datePublished"] = date
    crate: list[dict[str, Any]] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        root,
    ]
    for licence in sorted({mechanism.licence for mechanism in mechanisms}):
        about = {"@id": f"https://spdx.org/licenses/{licence}", "@type": "CreativeWork", "name": licence}
        crate.append({**about, "description": "A licence of the SPDX License List"})
    for mechanism in mechanisms:
        crate.append(
            {
                "@id": names.iri(mechanism),
                "@type": "Dataset",
                "name": mechanism.title,
                "description": " · ".join(filter(None, (mechanism.summary, *mechanism.caveats))),
                "version": mechanism.version,
                "license": {"@id": _licence(mechanism)},
                "identifier": f"sha256:{names.input_hash(mechanism)}",
                "citation": [source.label for source in mechanism.sources.values()],
                "hasPart": _refer(name for name in contents if names.stem(name) == mechanism.id),
            }
        )
    titles = {**{suffix: row.title for row in formats.writers() for suffix in row.suffixes}, **OTHERS}
    for name, content in contents.items():
        stem = names.stem(name)
        crate.append(
            {
                "@id": name,
                "@type": "File",
                "name": name,
                "description": titles.get(name, titles.get(name.removeprefix(stem), "")),
                "encodingFormat": void.MEDIA.get(Path(name).suffix, "application/octet-stream"),
                "contentSize": str(len(content)),
                "sha256": hashlib.sha256(content).hexdigest(),
                "about": _refer(names.iri(one) for one in mechanisms if stem in (one.id, "all", "void")),
            }
        )
    own = {"sha256": "http://schema.org/sha256"}  # younger than the context of RO-Crate 1.1
    return {"@context": ["https://w3id.org/ro/crate/1.1/context", own], "@graph": crate}


def _dated(mechanisms: Iterable[Mechanism]) -> tuple[str, str]:
    """The date of a build, which reads no clock, and where it is from: SOURCE_DATE_EPOCH, or else the sources."""
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        try:
            return datetime.fromtimestamp(int(epoch), UTC).date().isoformat(), "Dated by SOURCE_DATE_EPOCH."
        except (ValueError, OverflowError, OSError):
            at = Location("SOURCE_DATE_EPOCH", 1, 1, epoch)
            raise InvalidMechanism([Diagnostic(at, "no-date", "it is not a number of seconds since 1970")]) from None
    dates = [source.date for mechanism in mechanisms for source in mechanism.sources.values() if source.date]
    newest = max(dates, default="")
    return newest, f"Dated {newest} by the newest of its sources, since a build reads no clock." if newest else ""


def _refer(ids: Iterable[str]) -> dict[str, str] | list[dict[str, str]]:
    """References in JSON-LD; a single one is not a list, as RO-Crate wants it."""
    found = [{"@id": id} for id in dict.fromkeys(ids)]
    return found[0] if len(found) == 1 else found


def _licence(mechanism: Mechanism) -> str:
    return f"https://spdx.org/licenses/{mechanism.licence}"


def summary(
    mechanism: Mechanism, report: checks.CheckReport, files: dict[str, int] | None = None, quotes: str = ""
) -> Summary:
    """What there is in a mechanism, as counts."""
    species: Counter[str] = Counter()
    for edge in (edge for edge in mechanism.edges if not edge.definition):
        species.update(mechanism.support(edge).species or ("not stated",))
    evidence = list(mechanism.evidence())
    return Summary(
        id=mechanism.id,
        title=mechanism.title,
        nodes=len(mechanism.nodes),
        edges=len(mechanism.edges),
        asserted=sum(one.asserted for one in outward.statements(mechanism) if one.kind == "edge"),
        evidence=len(evidence),
        claims=dict(Counter(item.claim or "not stated" for item in evidence).most_common()),
        species=dict(species.most_common()),
        anchors=str(report.coverage),
        warnings=len(report.diagnostics) - len(report.errors),
        status=STATUS.get(mechanism.status, ""),
        quotes=quotes,
        files=files or {},
    )


def moved(
    out: Path, made: Mapping[str, str | bytes], said: Mapping[str, Any], stamp: str, gone: Iterable[str] = ()
) -> None:
    """Put files into a folder, with a stamp, and take away what is gone, all at once.

    The stamp is JSON: what is ``said``, and the hash of every file.
    """
    data = {name: content.encode("utf-8") if isinstance(content, str) else content for name, content in made.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in data.items()}
    text = json.dumps({**said, "files": hashes}, ensure_ascii=False, indent=1)
    write_all({out / name: content for name, content in {**data, stamp: text.encode("utf-8")}.items()}, out, gone)


def _unchanged(out: Path, key: str) -> Built | None:
    """The last build, if it was made from the same inputs and its files are still what it wrote."""
    try:
        stamp: dict[str, Any] = json.loads((out / STAMP).read_text(encoding="utf-8"))
        same = stamp["inputs"] == key and all(
            hashlib.sha256((out / name).read_bytes()).hexdigest() == sha for name, sha in stamp["files"].items()
        )
        summaries = tuple(Summary(**one) for one in stamp["summaries"])
    except (OSError, ValueError, KeyError, TypeError):  # no stamp, or none of ours
        return None
    return Built(out, summaries, (), fresh=False) if same else None


def _inputs(files: list[Path], names: list[str], sources: str | Path | None) -> str:
    """A hash over all that the outputs depend on: the mechanisms, the vocabulary, kg itself, what it is built with."""
    from importlib.metadata import version

    total = hashlib.sha256()
    folder = (os.environ.get("KG_SOURCES") if sources is None else sources) or ""
    known = [
        kg.__version__,
        *names,
        str(folder),
        os.environ.get("SOURCE_DATE_EPOCH", ""),
        *(f"{name} {version(name)}" for name in ("rdflib", "pyvis", "networkx")),
    ]
    total.update("\n".join(known).encode())
    here = Path(kg.__file__).parent
    code = [path for path in here.rglob("*") if path.suffix in (".py", ".html", ".css", ".js")]
    words = [path for path in kg.data_dir("ontology").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    at_hand = sorted(texts.by_hash(Path(folder))) if folder and Path(folder).is_dir() else []
    for path in (*files, *sorted(code), *sorted(words)):
        total.update(os.fsencode(path.name) + hashlib.sha256(path.read_bytes()).digest())
    total.update("".join(at_hand).encode())
    return total.hexdigest()
