"""Every reader of kg under files with faults: each must end in a complaint of kg's own or in a reading, and soon.

    python tests/fuzz.py                     20,000 inputs for each reader
    python tests/fuzz.py bnet jats -n 500    some readers, fewer inputs
    python tests/fuzz.py bnet --input 17     one input again, kept in ./fuzz, with its traceback

An input is an example (small files of our own, and the samples of KG_SAMPLES) with one to four faults in its structure or
in its bytes. Its number alone makes it, so it can be had again. Prints a row for each reader, and ends with 1 at a fault.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import mutations
import test_bulk
import test_catalogue
import test_formats_table
import test_papers
import test_readers

import kg
from kg import bulk, checks, formats
from kg.model import catalogue, rdf_files
from kg.model.diagnostics import KgError
from kg.review import papers, suggest
from kg.sparql import endpoint, query

HERE = Path(__file__).parent
SECONDS = 20  # of one input: what takes longer hangs
SMALL = 6000  # bytes of an example that is chosen more often
LARGEST = 12_000  # bytes of a sample: of a longer one, its first lines
Files = dict[str, bytes]


@dataclass(frozen=True)
class Reader:
    """What reads, the examples that it understands, and the syntax in which ``mutations`` changes them."""

    read: Callable[[Path], object]
    examples: Callable[[], Sequence[Files]]
    syntax: str = ""
    complaint: tuple[type[Exception], ...] = (KgError,)


# ---------------------------------------------------------------- readers


def _texts(*files: dict[str, str]) -> list[Files]:
    return [{name: text.encode("utf-8", "surrogatepass") for name, text in one.items()} for one in files]


def _samples(name: str) -> Iterator[Files]:
    """The files of others in a format, cut to what can be read often."""
    folder = os.environ.get("KG_SAMPLES")
    for file in sorted(Path(folder).iterdir()) if folder else ():
        with suppress(KgError):
            if file.is_file() and formats.recognise(file).name == name:
                data = file.read_bytes()
                yield {file.name: data if len(data) < LARGEST else data[: data.rfind(b"\n", 0, LARGEST) + 1]}


@cache
def _of_format(name: str) -> list[Files]:
    """Small files many times, since they are read in no time, and large ones once."""
    row, little = test_readers.READ[name], kg.read(HERE / "little" / "mechanism.yaml")
    own = _texts(*test_readers.examples(name))
    small = [one for one in own if sum(map(len, one.values())) < SMALL]
    if row.writes and name != "gocam":  # which has no line for it
        with suppress(KgError):
            small += _texts({f"x{suffix}": text for suffix, text in formats.texts(little, row).items()})
    return [*own, *_samples(name), *small * 10]


def _format(name: str) -> Reader:
    def read(file: Path) -> bool:
        mechanism, ledger = test_readers.read(file, name)
        if ledger:
            ledger.account()
            turn = zlib.crc32(file.read_bytes())
            if turn % 10 == 0 and not checks.check(mechanism, sources="", run=False).errors:
                formats.texts(mechanism, test_readers.WRITERS[turn // 10 % len(test_readers.WRITERS)])
        return mechanism is not None

    return Reader(read, lambda: _of_format(name), name)


def _rdf(file: Path) -> None:
    list(rdf_files.stream(file, "http://example.org/"))


def _results(file: Path) -> None:
    """What a SPARQL server answers, by the way that ``endpoint`` takes it."""
    form = "CONSTRUCT" if file.suffix == ".ttl" else "SELECT"
    answer = endpoint.received(file.read_bytes(), query.Query("", "x", form), 1000)
    for format in ("table", "csv", "tsv", "json", *["turtle"] * bool(answer.turtle)):
        answer.text(format)
    assert isinstance(answer.values, list)


def _draft(file: Path) -> None:
    suggest.draft(file)


def _proposals(file: Path) -> None:
    text = file.with_name("text.txt")
    text.write_text(SAID, encoding="utf-8")
    suggest.draft(text, None, file)


def _bulk(file: Path) -> None:
    nodes = file if file.stem == "nodes" else file.with_name(f"nodes{file.suffix}")
    edges = nodes.with_name(f"edges{file.suffix}")
    bulk.bulk(nodes, edges, file.parent / "out", "python")


def _book(file: Path) -> bool:
    return test_readers.read(file, "table")[0] is not None


SAID = "RNase A may degrade miR-146a in mice. TLR7 does not activate MyD88. IL-6 induces STAT3 in human T cells."
PROPOSED = (
    '{"subject": "RNase A", "verb": "degrades", "object": "miR-146a", "quote": "RNase A may degrade miR-146a"}\n'
    '{"subject": "IL-6", "verb": "induces", "object": "STAT3", "quote": "IL-6 induces STAT3"}\n'
    '{"type": "Activation", "subj": {"name": "TLR7", "db_refs": {"HGNC": "15631"}}, "obj": {"name": "MyD88"}, '
    '"evidence": [{"source_api": "reach", "text": "TLR7 does not activate MyD88."}]}\n'
)
RESULT = json.dumps(
    {
        "head": {"vars": ["a", "b"]},
        "results": {
            "bindings": [
                {"a": {"type": "uri", "value": "http://example.org/a"}, "b": {"type": "literal", "value": "=1+1"}},
                {"a": {"type": "bnode", "value": "x"}, "b": {"type": "literal", "value": "b", "xml:lang": "en"}},
                {"b": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}},
            ]
        },
    }
)
TRIPLES = {
    "x.ttl": '@prefix ex: <http://example.org/> .\nex:a a ex:B ; ex:p "x"@en , 1.5 , [ ex:q true ] .\n',
    "x.trig": '@prefix ex: <http://example.org/> .\nex:g { ex:a ex:p "x"^^ex:t . }\n',
    "x.nt": '<http://example.org/a> <http://example.org/p> "x\\u00e9" .\n_:b <http://example.org/p> <http://example.org/c> .\n',
    "x.nq": '<http://example.org/a> <http://example.org/p> "x" <http://example.org/g> .\n',
    "x.jsonld": '{"@context": {"ex": "http://example.org/"}, "@id": "ex:a", "ex:p": [{"@value": "x", "@language": "en"}, 5]}\n',
    "x.rdf": '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://example.org/">\n'
    '<rdf:Description rdf:about="http://example.org/a"><ex:p xml:lang="en">x</ex:p><ex:q rdf:resource="#c"/></rdf:Description>\n</rdf:RDF>\n',
}
PREFIXES = {
    "x.json": '{"@context": {"ex": "http://example.org/", "@vocab": "http://example.org/v", "a": {"@id": "b"}}}',
    "x.tsv": "prefix\tiri\nex\thttp://example.org/\nurn\turn:x:\n",
}
QUERIES = (
    'PREFIX ex: <http://example.org/>\nSELECT ?a (COUNT(*) AS ?n) { ?a ex:p \'x\\\'\' ; rdfs:label """y"""@en } # c\nGROUP BY ?a HAVING (?n > 1)',
    "ASK { SERVICE <http://example.org/> { ?s ?p ?o } }",
    "INSERT DATA { <a> <b> <c> }",
    "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 10",
)


def _rows(table: str) -> str:
    """A table of KGX as JSON lines."""
    head, *rows = [line.split("\t") for line in table.splitlines()]
    return "".join(json.dumps(dict(zip(head, row, strict=False))) + "\n" for row in rows)


@cache
def _workbooks() -> list[Files]:
    with tempfile.TemporaryDirectory() as folder:
        return [{"x.xlsx": test_formats_table.saved(Path(folder)).read_bytes()}]


def _term(kind: str, text: str) -> Reader:
    return Reader(lambda file: catalogue.read(file, kind, ("mouse",)), lambda: _texts({"x.txt": text}))


READERS: dict[str, Reader] = {
    **{name: _format(name) for name in test_readers.READ},
    "workbook": Reader(_book, _workbooks),
    "jats": Reader(papers.read, lambda: _texts({"x.xml": test_papers.jats()}), "graphml"),
    "bioc": Reader(papers.read, lambda: _texts({"x.xml": test_papers.bioc_xml()}), "graphml"),
    "biocjson": Reader(papers.read, lambda: _texts({"x.json": test_papers.bioc_json()}), "cyjs"),
    "text": Reader(_draft, lambda: _texts({"x.txt": SAID}, {"x.txt": test_papers.TEXT})),
    "proposals": Reader(_proposals, lambda: _texts({"x.jsonl": PROPOSED}), "kgxl"),
    "rdf": Reader(_rdf, lambda: _texts(*({name: text} for name, text in TRIPLES.items()))),
    "results": Reader(_results, lambda: _texts({"x.json": RESULT}, {"x.ttl": TRIPLES["x.ttl"]}), "cyjs"),
    "query": Reader(
        lambda file: query.read(file.read_bytes().decode("utf-8", "replace"), "x"),
        lambda: _texts(*({"x.rq": one} for one in QUERIES)),
    ),
    "bulk": Reader(_bulk, lambda: _texts({"nodes.tsv": test_bulk.NODES, "edges.tsv": test_bulk.EDGES}), "kgx"),
    "bulkl": Reader(
        _bulk, lambda: _texts({"nodes.jsonl": _rows(test_bulk.NODES), "edges.jsonl": _rows(test_bulk.EDGES)}), "kgxl"
    ),
    "prefixes": Reader(bulk.prefix_map, lambda: _texts(*({name: text} for name, text in PREFIXES.items()))),
    "obo": _term("obo", test_catalogue.OBO),
    "hgnc": _term("table", test_catalogue.HGNC),
    "mesh": _term("table", test_catalogue.MESH),
    "taxa": _term("table", test_catalogue.TAXA),
}


# ---------------------------------------------------------------- faults

MARKS = b"[]{}()<>:,;#&*!|'\"%@`-?=\t\n\r\0\\~/ 0.eE+\xff\xc3\xa9"
ODD = [one.encode() for one in mutations.ODD if isinstance(one, str)] + [
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", "\u2028".encode(), b"<![CDATA[", b"]]>", b"&x;", b"%", b"\r", b"NaN",
    b"1e999", b"-0", b"99999999999999999999999", b"!!python/object:os.system x", b"&a [*a]", b"<<: *a", b"@context",
]  # fmt: skip


def scratched(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Bytes with one fault: some gone, twice, changed, of another file, in another encoding, or very many."""
    at = random.randrange(len(data) + 1)
    end = min(len(data), at + random.choice((1, 1, 2, 8, 60, 400)))
    kind = random.randrange(100)
    if kind < 15:
        return data[:at] + data[end:]
    if kind < 30:
        return data[:at] + bytes([random.choice(MARKS)]) + data[at + random.randrange(2) :]
    if kind < 40:
        return data[:at] + data[at:end] * 2 + data[end:]
    if kind < 60:
        return data[:at] + random.choice(ODD) + data[at + random.choice((0, 0, 1, 4)) :]
    if kind < 70:
        other = random.choice(others)
        start = random.randrange(len(other) + 1)
        return data[:at] + other[start : start + random.choice((3, 20, 200))] + data[at:]
    if kind < 80:
        words = data.split()
        one, two = (random.choice(words or [b""]) for _ in range(2))
        return data.replace(one or b"\n", two, random.choice((1, 1, -1)))
    if kind < 87:
        lines = data.split(b"\n")
        random.shuffle(lines) if kind < 82 else lines.insert(random.randrange(len(lines)), random.choice(lines))
        return b"\n".join(lines)
    if kind < 93:
        return data[:at]
    if kind < 97:
        return data[:at] + bytes(random.randrange(256) for _ in range(random.choice((1, 3, 20)))) + data[end:]
    if kind < 99:
        encoding = random.choice(("utf-16", "utf-16-be", "latin-1", "utf-32", "cp1252"))
        return data.decode("utf-8", "replace").encode(encoding, "replace")
    many = random.choice((b"[", b"{", b"(", b"<a>", b'{"a":', b"- ", b"!", b"&a ", data[at:end] or b"a"))
    return data[:at] + many * random.choice((50, 1000, 20_000)) + data[at:]


def _packed(random: Random, data: bytes) -> bytes:
    """A workbook with a fault in one of its parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = random.choice([*parts, *[one for one in parts if "sheet1" in one or "shared" in one] * 10])
    parts[name] = scratched(random, parts[name], list(parts.values()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def made(name: str, random: Random) -> Files:
    """The files of one input: an example with one to four faults."""
    reader = READERS[name]
    every = reader.examples()
    files = dict(random.choice(every))
    others = [data for one in every for data in one.values()]
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        file = random.choice(list(files))
        data = files[file]
        if file.endswith(".xlsx") and random.random() < 0.9:
            with suppress(Exception):  # it is not a zip file any more
                files[file] = _packed(random, data)
                continue
        if reader.syntax and random.random() < 0.5:
            with suppress(Exception):  # it has lost its structure already
                said, _what = mutations.mutate(random, reader.syntax, data.decode("utf-8"))
                files[file] = said.encode("utf-8", "surrogatepass")
                continue
        files[file] = scratched(random, data, others)
    return files


# ---------------------------------------------------------------- running


class Slow(BaseException):
    """An input takes longer than SECONDS; no reader may catch it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    def late(*_: Any) -> None:
        raise Slow

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def tried(name: str, random: Random, folder: Path) -> str:
    """Give one input to a reader: ``read``, or the code of the complaint. Any other exception is a fault."""
    reader = READERS[name]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = made(name, random)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    try:
        with within(SECONDS):
            understood = reader.read(folder / next(iter(files)))
    except reader.complaint as error:
        if not str(error):
            raise
        return "complained"
    return "complained" if understood is False else "read"


def run(name: str, inputs: range, folder: Path, most: int = 20) -> list[str]:
    """Give inputs to a reader, print how it went, and return the faults: each kind once, by its place in the code."""
    told: Counter[str] = Counter()
    faults: dict[str, str] = {}
    start, slowest = time.monotonic(), (0.0, 0)
    for number in inputs:
        began = time.monotonic()
        try:
            told[tried(name, Random(f"{name} {number}"), folder)] += 1
        except (Exception, Slow) as error:
            told["faults"] += 1
            frames = traceback.extract_tb(error.__traceback__)
            ours = [one for one in frames if "/kg/" in one.filename] or list(frames)
            at = f"{type(error).__name__} {ours[-1].filename.rpartition('/kg/')[2]}:{ours[-1].lineno} {ours[-1].name}"
            faults.setdefault(at, f"{name} --input {number}: {at}: {str(error)[:200]}")
        slowest = max(slowest, (time.monotonic() - began, number))
        if len(faults) >= most:
            break
    took = time.monotonic() - start
    done = sum(told.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = (name, done, told["read"], told["complained"], told["faults"], f"{slowest[0]:.2f} s (input {slowest[1]})", f"{took:.0f} s", f"{memory:.0f} MB")  # fmt: skip
    print("| " + " | ".join(map(str, row)) + " |", flush=True)
    return list(faults.values())


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("readers", nargs="*", help=f"of {', '.join(READERS)}")
    asked.add_argument("-n", type=int, default=20_000, help="inputs for each reader")
    asked.add_argument("--first", type=int, default=0, help="the number of the first input")
    asked.add_argument("--input", type=int, help="only this one, with its traceback")
    given = asked.parse_args()
    names = given.readers or list(READERS)
    if unknown := set(names) - set(READERS):
        asked.error(f"no reader is called {', '.join(sorted(unknown))}")
    if given.input is not None:
        print(tried(names[0], Random(f"{names[0]} {given.input}"), Path("fuzz")))
        return
    os.environ.pop("KG_SOURCES", None)
    soft = 4 * 2**30
    resource.setrlimit(resource.RLIMIT_AS, (soft, resource.getrlimit(resource.RLIMIT_AS)[1]))
    print(
        "| reader | inputs | read | complaints | faults | slowest input | time | memory |\n|---|---|---|---|---|---|---|---|"
    )
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            wrong += run(name, range(given.first, given.first + given.n), Path(folder) / "input")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
