"""The formats that a mechanism is read from and written to: one file each, and one row each in FORMATS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

from kg import checks, data_dir
from kg.formats.shared import losses
from kg.formats.shared.bounded import unicode
from kg.formats.shared.losses import Ledger
from kg.model import rdf_files
from kg.model.construct import faults
from kg.model.diagnostics import Diagnostic, InvalidMechanism, KgError, Location, near
from kg.model.files import scratch, write_all
from kg.model.mechanism import Mechanism
from kg.model.plugins import plugged, unusable


class UnknownFormat(KgError, ValueError):
    """A format that kg does not have, or an ending that none of its formats has."""


@dataclass(frozen=True)
class Format:
    """A row of the table: a file name's ending, the module that reads or writes it, and what it is.

    ``mark`` is a regular expression that finds the format in the beginning of a file; ``beside`` the endings
    of other files that belong to the first, with blanks between; ``extra`` the extra of kg that writing needs, so that a build writes it only
    where it is asked for.
    """

    name: str
    suffix: str
    module: str
    reads: bool
    writes: bool
    title: str
    mark: str = ""
    beside: str = ""
    extra: str = ""
    guesses: bool = False  # it reads what has its ending and no format's mark

    def load(self) -> ModuleType:
        return import_module(self.module)

    @property
    def suffixes(self) -> tuple[str, ...]:
        return (self.suffix, *self.beside.split())


#: Marks are sought in files of strangers: after ^ stands [ \t]* and not \s*, which would go over all empty lines from each.
_OURS = (
    Format("yaml", ".yaml", "kg.formats.notation", True, True, "the notation, written by hand"),
    Format("ttl", ".ttl", "kg.formats.rdf", True, True, "RDF: Turtle, one graph"),
    Format("trig", ".trig", "kg.formats.rdf", True, True, "RDF: TriG, one named graph per mechanism"),
    Format("nq", ".nq", "kg.formats.rdf", True, True, "RDF: N-Quads, sorted lines"),
    Format("jsonld", ".jsonld", "kg.formats.rdf", True, True, "RDF: JSON-LD with its context inside"),
    Format("run", ".run.ttl", "kg.formats.rdf", False, True, "RDF: what follows under each condition"),
    Format("rdf12", ".rdf12.ttl", "kg.formats.rdf", False, True, "RDF 1.2: Turtle, edges as reifiers"),
    Format(
        "nanopub",
        ".nanopub.trig",
        "kg.formats.rdf",
        True,
        True,
        "RDF: nanopublications, unsigned",
        mark=r"www\.nanopub\.org/nschema#",
    ),
    Format(
        "graphml",
        ".graphml",
        "kg.formats.networks.graphml",
        True,
        True,
        "GraphML: Cytoscape, Gephi, yEd, igraph, R",
        mark=r"<graphml\b",
    ),
    Format(
        "cyjs",
        ".cyjs",
        "kg.formats.networks.cyjs",
        True,
        True,
        "Cytoscape JSON: Cytoscape.js and Cytoscape",
        mark=r'"elements"\s*:\s*[\[{]|\A\s*\[\s*\{\s*"(data|group)"\s*:',
    ),
    Format(
        "cx2",
        ".cx2",
        "kg.formats.networks.cx2",
        True,
        True,
        "CX2: Cytoscape and NDEx; CX 1 is read",
        mark=r'"CXVersion"|"numberVerification"',
    ),
    Format(
        "kgx",
        "_edges.tsv",
        "kg.formats.tables.kgx",
        True,
        True,
        "KGX: Biolink nodes and edges as tables",
        mark=r"\A(?=[^\n]*\bsubject\b)(?=[^\n]*\bpredicate\b)(?=[^\n]*\bobject\b)[^\n]*\t|\A(?=([^\n]*\t)?id\t)[^\n]*\tcategory\b",
        beside="_nodes.tsv _metadata.json",
    ),
    Format(
        "kgxl",
        "_edges.jsonl",
        "kg.formats.tables.kgx",
        True,
        True,
        "KGX: Biolink nodes and edges as JSON lines",
        mark=r"\A\s*\{[^\n]*\"(subject|category)\"",
        beside="_nodes.jsonl _metadata.json",
    ),
    Format(
        "bnet",
        ".bnet",
        "kg.formats.boolean.bnet",
        True,
        True,
        "Boolean network: functions, as a mechanism runs; BooleanNet and MaBoSS are read",
        mark=r"(?im)\A(\s*#.*\n)*\s*targets\s*,\s*(factors|functions)\b|^[ \t]*([0-9]+[ \t]*:[ \t]*)?[\w.-]+[ \t]*\*[ \t]*=|^[ \t]*node\s+\S+\s*\{",
    ),
    Format(
        "sbml",
        ".sbml",
        "kg.formats.boolean.sbml",
        True,
        True,
        "SBML-qual: models of levels, and a Boolean copy",
        mark=r"<sbml\b",
        beside=".boolean.sbml",
        extra="sbml",
    ),
    Format("sif", ".sif", "kg.formats.networks.sif", True, True, "SIF: one line for an edge"),
    Format(
        "jgif",
        ".jgif.json",
        "kg.formats.bel.jgif",
        True,
        False,
        "JGIF: Causal Biological Networks",
        mark=r'"graphs?"\s*:\s*(\[\s*)?\{\s*"(directed|type|label|id|metadata|nodes|edges)"',
    ),
    Format(
        "bel",
        ".bel",
        "kg.formats.bel.script",
        True,
        True,
        "BEL script: statements with citations",
        mark=r"(?m)^[ \t]*(SET\s+(DOCUMENT|Citation)|DEFINE\s+(NAMESPACE|ANNOTATION))\b",
    ),
    Format(
        "nodelink",
        ".bel.nodelink.json",
        "kg.formats.bel.nodelink",
        True,
        False,
        "BEL nodelink JSON: PyBEL",
        mark=r'"document_metadata"|"bel"\s*:\s*"',
    ),
    Format(
        "gocam",
        ".gocam.yaml",
        "kg.formats.gocam.yaml",
        True,
        True,
        "GO-CAM YAML: causal activity models of the Gene Ontology",
        mark=r"(?m)^(activities\s*:|id\s*:\s*gomodel:)",
    ),
    Format(
        "gocamttl",
        ".gocam.ttl",
        "kg.formats.gocam.turtle",
        True,
        False,
        "GO-CAM Turtle: models as the Gene Ontology publishes them",
        mark=r"<http://(model\.geneontology\.org/|geneontology\.org/lego/)",
    ),
    Format(
        "table",
        ".csv",
        "kg.formats.tables.spreadsheet",
        True,
        False,
        "spreadsheet: a table of edges, CSV, TSV or .xlsx",
        mark=r"(?i)\A(?=[^\n]*\bsubject\b)(?=[^\n]*\bverb\b)(?=[^\n]*\bobject\b)",
        guesses=True,
    ),
    Format(
        "signor",
        ".csv",
        "kg.formats.networks.signor",
        True,
        False,
        "SIGNOR: the table of causal interactions",
        mark=r"\AENTITYA[;\t,]",
    ),
)


def _of_others() -> Iterator[Format]:
    """The formats of other packages: each an entry point of the group ``kg.formats`` that leads to a Format."""
    for name, found in plugged("kg.formats"):
        if isinstance(found, Format) and found.name not in {row.name for row in _OURS}:
            yield found
        else:
            unusable("kg.formats", name, "it is no kg.formats.Format with a name of its own")


FORMATS = {row.name: row for row in (*_OURS, *_of_others())}


def find(path: str | Path) -> Path:
    """The mechanism file that an id in seeds/, a file or a folder stands for.

    >>> find("ta1-tlr7").name
    'mechanism.yaml'

    Raises InvalidMechanism with the nearest id if there is none.
    """
    given = Path(path)
    for candidate in (given, given / "mechanism.yaml", data_dir("seeds") / given / "mechanism.yaml"):
        if candidate.is_file():
            here = Path.cwd()
            return candidate.relative_to(here) if candidate.is_relative_to(here) else candidate
    seeds = [found.parent.name for found in data_dir("seeds").glob("*/mechanism.yaml")]
    message = "there is no such file, nor a mechanism of this name in seeds/"
    raise InvalidMechanism([Diagnostic(Location(str(path), 1, 1), "not-found", message, near(str(path), seeds))])


def seeds() -> list[Path]:
    """The mechanism files that come with kg, by name."""
    return sorted(data_dir("seeds").glob("*/mechanism.yaml"))


def recognise(path: str | Path, name: str = "") -> Format:
    """The format of a file that can be read: the named one, else by its ending and by how it begins.

    Raises InvalidMechanism if it is in none, or plainly in another one than its ending or the name says, and
    UnknownFormat if no format has the name.
    """
    file = Path(path)
    readable = {row.name: row for row in FORMATS.values() if row.reads}
    if name and name not in readable:
        raise UnknownFormat(f"kg reads no format called {name!r}; {near(name, readable)}")
    head = _head(file)
    alike = [row for row in readable.values() if row.mark and re.search(row.mark, head)]
    endings = [(suffix, row) for row in readable.values() for suffix in (*row.suffixes, *ALSO.get(row.name, ()))]
    fitting = [(suffix, row) for suffix, row in endings if file.name.endswith(suffix)]
    longest = max((len(suffix) for suffix, _ in fitting), default=0)
    named = [readable[name]] if name else [row for suffix, row in fitting if len(suffix) == longest]
    told = [row for row in named if not row.mark or row in alike]
    if told or (named and not alike):
        guessing = [row for row in named if row.guesses]
        return next((row for row in told if row.mark), (told or guessing or named)[0])
    if name and named[0].guesses:
        return named[0]
    at = Location(str(file), 1, 1)
    if named and alike:
        message = f"it looks like {_kind(alike[0])}, not {_kind(named[0])}"
        raise InvalidMechanism(
            [
                Diagnostic(
                    at, "another-format", message, f"use --from {' or '.join(row.name for row in alike)}, or rename it"
                )
            ]
        )
    if alike:
        return alike[0]
    if COLUMNS.match(head):
        return readable["table"]
    message = f"{file.suffix or 'a name without an ending'} is in no format that kg reads"
    known = ", ".join(dict.fromkeys(suffix for row in readable.values() for suffix in row.suffixes))
    mend = f"use --from NAME (`kg formats` lists them); it reads {known}; RDF ({', '.join(rdf_files.SUFFIXES)}) can be checked and asked"
    raise InvalidMechanism([Diagnostic(at, "unknown-format", message, mend)])


#: A first line in columns: a file of no known ending, such as .txt, is then read as a table.
COLUMNS = re.compile(r"\s*(?=\S)[^\n]*(\t|([,;])\S[^\n]*\2\S)")
#: Other endings that files of a format have.
ALSO = {
    "yaml": (".yml",),
    "nanopub": (".trig",),
    "gocam": (".yaml", ".yml"),
    "gocamttl": (".ttl",),
    "jgif": (".json",),
    "nodelink": (".json",),
    "cyjs": (".json",),
    "cx2": (".cx",),
    "bnet": (".bnd", ".booleannet"),
    "sbml": (".xml", ".sbmlqual.xml"),
    "table": (".tsv", ".xlsx"),
    "signor": (".tsv",),
    "kgx": (".tsv",),
    "kgxl": (".jsonl",),
}


def _head(file: Path) -> str:
    with file.open("rb") as stream:
        data = stream.read(2**16)
    return data.decode(unicode(data), "replace")


def _kind(row: Format) -> str:
    return row.title.partition(":")[0]


def runners_up(path: str | Path, row: Format) -> list[str]:
    """The other formats that a file may be in, by how it begins or by its ending: one may name them where kg chose wrongly.

    >>> runners_up(find("ta1-tlr7"), FORMATS["yaml"])
    ['gocam']
    """
    file = Path(path)
    head = _head(file)
    ends = {
        one.name
        for one in FORMATS.values()
        for end in (*one.suffixes, *ALSO.get(one.name, ()))
        if file.name.endswith(end)
    }
    marked = [one for one in FORMATS.values() if one.reads and one.mark and re.search(one.mark, head)]
    likely = [*marked, *(one for one in FORMATS.values() if one.reads and one.name in ends)]
    return [name for name in dict.fromkeys(one.name for one in likely) if name != row.name]


def parse(path: str | Path, name: str = "") -> tuple[Mechanism, list[Diagnostic]]:
    """A mechanism as far as it can be read, and every complaint about its shape; ``name`` is the name of a format.

    Raises InvalidMechanism if there is no such file, or it is in no format that can be read.
    """
    mechanism, ledger = _parsed(path, name)
    return mechanism, sorted(ledger.wrong)


def _parsed(path: str | Path, name: str = "", columns: Mapping[str, str] | None = None) -> tuple[Mechanism, Ledger]:
    file = find(path)
    row = recognise(file, name)
    if columns and not row.guesses:
        raise UnknownFormat(
            f"{file} is read as {row.name}, whose columns are fixed; if it is a table, use --from table"
        )
    try:
        mechanism, ledger = _read(file, row, columns)
    except InvalidMechanism as error:
        others = [] if name else runners_up(file, row)
        if not others:
            raise
        told = f"the file was read as {row.name} ({_kind(row)}), by its ending and its first lines"
        mend = f"if it has another format, use --from {' or '.join(others)}"
        hint = Diagnostic(Location(str(file), 1, 1), "read-as", told, mend, "hint")
        raise InvalidMechanism([*error.diagnostics, hint]) from None
    if not any(one.severity == "error" for one in ledger.wrong):
        ledger.wrong += faults(mechanism)  # whatever a reader let through, no writer meets
    return mechanism, ledger


def _read(file: Path, row: Format, columns: Mapping[str, str] | None = None) -> tuple[Mechanism, Ledger]:
    """A mechanism as its reader makes it. It reads a second time where names met in one key, so that who has it does
    not depend on the order of the file."""
    ledger = Ledger(str(file), row.title, columns)
    mechanism: Mechanism = row.load().parse(file, ledger)
    if ledger.keys:
        ledger = ledger.anew()
        mechanism = row.load().parse(file, ledger)
    return mechanism, ledger


def read(path: str | Path) -> Mechanism:
    """A mechanism from an id in seeds/, a file or its folder. Its shape is checked, its meaning by ``kg.check``.

    >>> read("ta1-tlr7").id
    'ta1-tlr7'

    Raises InvalidMechanism, with every complaint, if the text is not in the notation.
    """
    mechanism, wrong = parse(path)
    if any(one.severity == "error" for one in wrong):
        raise InvalidMechanism(wrong)
    return mechanism


def examine(
    path: str | Path, sources: str | Path | None = None, strict: bool = False, name: str = ""
) -> tuple[Mechanism, checks.CheckReport]:
    """A file read as far as it can be, with every complaint about its shape and its meaning in one report; ``name`` is the name
    of a format.

    Raises InvalidMechanism if there is no such file, or it is in no format that can be read.
    """
    mechanism, ledger = _parsed(path, name)
    shape = sorted(ledger.wrong)
    broken = any(one.severity == "error" for one in shape)
    report = checks.judged(mechanism, sources, strict, run=not broken)
    return mechanism, replace(report, diagnostics=tuple(_complaints(mechanism, shape, report, bool(ledger.taken))))


def _complaints(
    mechanism: Mechanism, shape: list[Diagnostic], report: checks.CheckReport, of_others: bool
) -> list[Diagnostic]:
    """What is wrong with the shape of a file and with its meaning; of one place, what is wrong with its shape.

    That a term is obsolete is no error in a file ``of_others``, who wrote it when the term was not.
    """
    if shape and not mechanism.nodes and not mechanism.edges:
        return shape  # nothing was read, so what is missing cannot be told from what was not understood
    taken = {(one.at.line, one.at.column) for one in shape}
    told = [one for one in report.diagnostics if (one.at.line, one.at.column) not in taken]
    if of_others:
        told = [replace(one, severity="warning") if one.code == "obsolete-term" else one for one in told]
    return sorted([*shape, *told])


@dataclass(frozen=True)
class Conversion:
    """What a conversion made: the texts of its files by name, and the two loss reports, of reading and of writing."""

    files: dict[str, str]
    accounts: tuple[losses.Account, ...]
    warnings: tuple[Diagnostic, ...] = ()
    set_aside: tuple[Diagnostic, ...] = ()  # what the reader warned of: a bad line, sources that disagree
    guessed: tuple[Diagnostic, ...] = ()  # what it guessed, such as the columns of a table

    @property
    def lost(self) -> int:
        """How many values did not arrive."""
        return sum(account.count("lost") for account in self.accounts)


def convert(
    path: str | Path,
    out: str | Path,
    source: str = "",
    target: str = "",
    strict: bool = False,
    everything: bool = False,
    columns: Mapping[str, str] | None = None,
    report: str | Path = "",
) -> Conversion:
    """Write a mechanism, or a file in any format that can be read, in the format that ``out`` ends in.

    ``source`` and ``target`` name the formats where endings do not. What was written is read again, and what came
    back of each value is the loss report. ``strict`` writes nothing if anything was lost or set aside. A format that cannot say that
    an edge is an inference or a hypothesis holds none, unless ``everything`` is asked for. ``columns`` says which column of a
    table says what; it is kept beside the file, in FILE.columns. ``report`` is where the loss reports are written as JSON.

    Raises InvalidMechanism for wrong input, and UnknownFormat for a format that there is not.
    """
    row = _target(Path(out), target)
    mechanism, ledger = _parsed(path, source, columns)
    wrong = _complaints(
        mechanism, sorted(ledger.wrong), checks.check(mechanism, sources="", run=False), bool(ledger.taken)
    )
    if any(one.severity == "error" for one in wrong):
        raise InvalidMechanism(wrong)
    reading = (
        ledger.account()
        if ledger.taken
        else losses.compare(mechanism, mechanism, {}, f"reading {ledger.file} ({ledger.title})")
    )
    ends = max((suffix for suffix in row.suffixes if Path(out).name.endswith(suffix)), key=len, default="")
    stem = Path(out).name.removesuffix(ends) if ends else Path(out).name
    files = {stem + (suffix if ends else ""): said for suffix, said in texts(mechanism, row, everything).items()}
    writing = account(mechanism, row, f"writing {', '.join(files)} ({row.title})", everything)
    aside = tuple(one for one in ledger.wrong if one.severity == "warning")
    guessed = tuple(one for one in ledger.wrong if one.severity == "hint")
    made = Conversion(files, (reading, writing), tuple(wrong), aside, guessed)
    saved: dict[Path, str] = {}
    if not (strict and (made.lost or aside)):
        saved |= {Path(out).with_name(name): said for name, said in files.items()}
        if columns:
            saved[Path(ledger.file + ".columns")] = "".join(f"{role}={name}\n" for role, name in columns.items())
    if report:
        accounts = {"files": list(made.files), "steps": [account.as_dict() for account in made.accounts]}
        saved[Path(report)] = json.dumps(accounts, ensure_ascii=False, indent=1) + "\n"
    write_all(saved)
    return made


def account(mechanism: Mechanism, row: Format, step: str = "", everything: bool = False) -> losses.Account:
    """What a format keeps of a mechanism: it is written, read again, and compared value by value.

    Raises InvalidMechanism, at the mechanism, if nothing of it goes into the format.
    """
    with scratch() as folder:
        names = {folder / f"{mechanism.id}{suffix}": said for suffix, said in texts(mechanism, row, everything).items()}
        write_all(names)
        try:
            again, ledger = _read(next(iter(names)), row)
            wrong = [one for one in ledger.wrong if one.severity == "error"]
        except InvalidMechanism as error:
            wrong = list(error.diagnostics)
    if wrong:
        at = mechanism.at or Location(mechanism.file or mechanism.id, 1, 1)
        if wrong[-1].code in NOTHING:
            nothing = replace(mechanism, edges=())
            lost = losses.compare(mechanism, nothing, reasons(row), step, stated(mechanism, row, everything)).lost
            why = "; ".join(dict.fromkeys(one.how for one in lost if one.record == "edge"))
            message = f"a {row.suffix} file can hold no edge of this mechanism: {why}"
            help = "use --all, or " * (losses.LEFT_OUT in why) + "write it in another format"
            raise InvalidMechanism([Diagnostic(at, "nothing-to-write", message, help)])
        message = f"kg cannot read again what it would write to a {row.suffix} file"
        raise InvalidMechanism([Diagnostic(at, one.code, f"{message}: {one.message}", one.help) for one in wrong])
    written = stated(mechanism, row, everything)
    return losses.compare(mechanism, again, reasons(row), step or f"writing {row.title}", written)


def stated(mechanism: Mechanism, row: Format, everything: bool = False) -> Mechanism:
    """What a format writes of a mechanism: all of it, or what its module's ``without_inferences`` leaves of it."""
    leave: Callable[[Mechanism], Mechanism] | None = getattr(row.load(), "without_inferences", None)
    return leave(mechanism) if leave and not everything else mechanism


#: The complaints of readers about a file in which there is nothing.
NOTHING = ("no-edges", "no-graph", "no-mechanism")


def reasons(row: Format) -> Mapping[str, str]:
    """Why a format cannot hold a thing: ``LOST`` of its module, or what ``LOST_OF`` says for the row."""
    module = row.load()
    lost: Mapping[str, str] = getattr(module, "LOST_OF", {}).get(row.name) or getattr(module, "LOST", {})
    return lost


def _target(out: Path, name: str) -> Format:
    """The format to write: the named one, or the one with the longest ending that fits. Raises ValueError."""
    both = {row.name: row for row in FORMATS.values() if row.reads and row.writes}
    if name:
        if name not in both:
            raise UnknownFormat(f"{name!r} is not a format that is written and read again; {near(name, both)}")
        return both[name]
    fitting = [(len(suffix), row) for row in both.values() for suffix in row.suffixes if out.name.endswith(suffix)]
    if not fitting:
        known = ", ".join(suffix for row in both.values() for suffix in row.suffixes)
        raise UnknownFormat(f"{out.name!r} ends like no format that kg converts to: {known}")
    return max(fitting, key=lambda pair: pair[0])[1]


def valid(path: str | Path) -> Mechanism:
    """A mechanism in which nothing is wrong; texts are not looked up, which is for ``kg check``.

    >>> valid("ta1-tlr7").id
    'ta1-tlr7'

    Raises InvalidMechanism, with every complaint.
    """
    mechanism, report = examine(path, sources="")
    if report.errors:
        raise InvalidMechanism(report.diagnostics)
    return mechanism


def write(mechanism: Mechanism, path: str | Path, everything: bool = False) -> None:
    """Write a mechanism in the format that the file's name ends in; the file is whole or not there at all.

    ``everything`` includes inferences and hypotheses where the format cannot say that they are none of a source.

    Raises UnknownFormat for an ending that no format has, and InvalidMechanism for values that no file could hold.
    """
    if wrong := faults(mechanism):
        raise InvalidMechanism(wrong)
    file = Path(path)
    fitting = [(len(suffix), suffix, row) for row in writers() for suffix in row.suffixes if file.name.endswith(suffix)]
    if not fitting:
        text(mechanism, file.suffix)  # says which endings there are
    _, ending, row = max(fitting, key=lambda one: one[0])
    stem = file.name.removesuffix(ending)
    write_all({file.with_name(stem + suffix): said for suffix, said in texts(mechanism, row, everything).items()})


def texts(mechanism: Mechanism, row: Format, everything: bool = False) -> dict[str, str]:
    """The text of each file of a format, by its ending."""
    return {suffix: text(mechanism, suffix, everything) for suffix in row.suffixes}


def text(mechanism: Mechanism, suffix: str, everything: bool = False) -> str:
    """A mechanism as the text of a format, chosen by its file name's ending.

    >>> text(read("ta1-tlr7"), ".ttl").startswith("# How Tα-1")
    True
    """
    for row in writers():
        if suffix in row.suffixes:
            told = stated(mechanism, row, everything)
            return str(row.load().text(told, row.name if suffix == row.suffix else suffix))
    known = [suffix for row in writers() for suffix in row.suffixes]
    raise UnknownFormat(f"no format is written to {suffix!r}; {near(suffix, known)}")


def writers() -> Iterator[Format]:
    """The formats that can be written."""
    return (row for row in FORMATS.values() if row.writes)
