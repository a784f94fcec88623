"""Adding to a mechanism file by hand's own rules: every line that is there stays as it is, comments and all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kg import formats
from kg.formats.notation.read import BREAK, blocks, parse_bytes
from kg.model import files, keys, texts
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location, near
from kg.model.mechanism import Mechanism
from kg.model.records import Frozen, Source
from kg.review import papers


@dataclass(frozen=True)
class Added:
    """What was added: the mechanism file, the source, where its text was saved, and what its article file leaves open.

    ``new`` is False if the source was there with this text: then only the text was saved, for who has the article only.
    """

    file: Path
    source: Source
    new: bool = True
    text: Path | None = None
    sections: int = 0
    warnings: tuple[Diagnostic, ...] = ()


def add_source(
    path: str | Path,
    doi: str = "",
    pmid: str = "",
    text: str | Path | None = None,
    key: str = "",
    kind: str = "",
    title: str = "",
    read: str = "no",
    jats: str | Path | None = None,
) -> Added:
    """Append a source to a mechanism file, and commented stubs to its edges; the file is whole or as it was.

    An identifier may be written in any form, such as ``https://doi.org/10.1000/xyz`` or ``PMID:123``. ``text`` is a file with the text that anchors will be read from; its hash goes into the file, the text does not.
    ``jats`` is an article in JATS XML, BioC or plain text: what it states is taken from it, and its text is saved beside it, as ``.txt``.
    ``read`` says how much of it was read. Nothing is looked up, so what is not given has to be filled in by hand.

    Raises InvalidMechanism if the file is not in the notation, has the source already, or the source is malformed, and if
    ``jats`` is not an article, or another text was saved beside it.
    """
    file = formats.find(path)
    data = file.read_bytes()
    mechanism, wrong = parse_bytes(data, str(file))
    errors = [one for one in wrong if one.severity == "error"]
    if errors:
        raise InvalidMechanism(errors)
    given = {"doi": papers.plain(doi, "doi"), "pmid": papers.plain(pmid, "pmid")}
    article = Path(jats) if jats else None
    paper = papers.read(article, given) if article else papers.Paper()
    made = (paper.text or "").encode("utf-8")
    saved = article.with_suffix(".txt") if article and made else None
    plain = text or (article if paper.text is None else None)
    hashes = [texts.open_text(Path(plain)).sha256] if plain else [hashlib.sha256(made).hexdigest()] if made else []
    own = {name: value for name, value in {**given, "title": title, "kind": kind}.items() if value}
    source = _source({**paper.source, **own}, tuple(hashes), read)
    source = replace(source, key=key or _key(source, mechanism))
    there = next((one for one in mechanism.sources.values() if saved and hashes[0] in one.texts), None)
    complaints = [*paper.errors, *_other_text(saved, made)]
    complaints += [] if there else _complaints(mechanism, source, file)
    if complaints:
        raise InvalidMechanism(complaints)
    changed = data if there else _with(data, mechanism, source, file)
    written = {saved: made} if saved and not saved.exists() else {}
    files.write_all(written if there else {**written, file: changed})
    sections = sum(bool(texts.HEADING.match(line)) for line in (paper.text or "").split("\n"))
    return Added(file, there or source, not there, saved, sections, paper.warnings)


def _source(said: Mapping[str, str], hashes: tuple[str, ...], read: str) -> Source:
    """A source of what an article file and the options state of it, by field."""
    return Source(
        kind=said.get("kind") or "publication",
        title=said.get("title", ""),
        authors=said.get("authors", ""),
        publisher=said.get("publisher", ""),
        date=said.get("date", ""),
        doi=said.get("doi", ""),
        pmid=said.get("pmid", ""),
        url=said.get("url", ""),
        licence=said.get("licence", ""),
        texts=hashes,
        read=read,
    )


def _other_text(saved: Path | None, made: bytes) -> list[Diagnostic]:
    """The complaint if another text stands where that of an article is to be saved."""
    if saved is None or not saved.exists() or saved.read_bytes() == made:
        return []
    message = "another text stands where the text of the article would be saved"
    return [Diagnostic(Location(str(saved), 1, 1), "other-text", message, f"move it, or use it: --text {saved}")]


def _key(source: Source, mechanism: Mechanism) -> str:
    """A key for a source that is given none, from the end of its identifier."""
    id = source.doi.partition("/")[2] or (
        f"pmid-{source.pmid}" if source.pmid else source.url.strip("/").rpartition("/")[2]
    )
    name = re.sub(r"[^A-Za-z0-9_.+-]+", "-", id).strip("-.+_") or "source"
    return next(k for n in range(1, 10_000) if (k := name if n == 1 else f"{name}-{n}") not in mechanism.sources)


def _complaints(mechanism: Mechanism, source: Source, file: Path) -> list[Diagnostic]:
    """What is wrong with a source that is to be added."""
    here = Location(str(file), 1, 1)
    found = []
    if not (source.doi or source.pmid or source.url):
        message = "no DOI, PubMed number or address is known"
        found.append(Diagnostic(here, "no-identity", message, "give it a --doi or a --pmid"))
    for name, shape in (("doi", "doi"), ("pmid", "digits"), ("key", "key")):
        value = getattr(source, name)
        pattern, what = keys.SHAPES[shape]
        if value and not re.fullmatch(pattern, value):
            inner = re.search(pattern, value)
            hint = f"did you mean {inner.group()!r}?" if inner else f"for example {what.rpartition(' ')[2]}"
            found.append(Diagnostic(Location(f"--{name}", 1, 1), "wrong-kind", f"{value!r} is not {what}", hint))
    if source.key in mechanism.sources:
        at = mechanism.sources[source.key].at or here
        found.append(
            Diagnostic(at, "source-there", f"a source is called {source.key!r} already", "give it another --key")
        )
    for other in mechanism.sources.values():
        for name, title in (("doi", "DOI"), ("pmid", "PubMed number"), ("url", "address")):
            value = getattr(source, name)
            if value and value.casefold() == getattr(other, name).casefold():
                at = other.location_of(name) or here
                message = f"{other.key!r} has this {title} already: {value}"
                found.append(Diagnostic(at, "source-there", message, f"name it as source: {other.key}"))
    choices = keys.notation()["source"]["read"].kind.partition(":")[2].split("|")
    if source.read not in choices:
        found.append(
            Diagnostic(here, "wrong-kind", f"read {source.read!r} is no such word", near(source.read, choices))
        )
    return found


def _with(data: bytes, mechanism: Mechanism, source: Source, file: Path) -> bytes:
    """The bytes of a file with the source behind the last one, and stubs behind the last edge."""
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = data[len(mark) :].decode("utf-8")
    pieces = re.split(f"({BREAK})", text)  # lines, and between them what ends each
    found = blocks(text)
    end = "\r\n" if "\r\n" in text else "\n"
    for name, lines in (
        ("edges", _stubs(source)),
        ("sources", _entry(source)),
    ):  # from the end, so that lines keep their number
        block = found[name]
        if block.flow:
            at = mechanism.location_of(name) or Location(str(file), 1, 1)
            message = f"{name} is written inside brackets, where nothing can be added without changing a line"
            raise InvalidMechanism(
                [Diagnostic(at, "flow-style", message, f"write each item of {name}: on lines of its own")]
            )
        new = "".join(f"{' ' * block.indent * bool(line)}{line}{end}" for line in lines)
        after = 2 * block.last + 1
        if after < len(pieces):
            pieces[after] += new
        else:  # the last line of the file ends without a break
            pieces[-1] += end + new
    changed = mark + "".join(pieces).encode("utf-8")
    again, wrong = parse_bytes(changed, str(file))
    wanted = replace(mechanism, sources=Frozen({**mechanism.sources, source.key: source}))
    if wrong or again != wanted:
        at = mechanism.location_of("sources") or Location(str(file), 1, 1)
        message = "the source cannot be added to this layout without changing what the file says"
        raise InvalidMechanism([Diagnostic(at, "cannot-add", message, "add it by hand")])
    return changed


def _entry(source: Source) -> list[str]:
    """A source in the notation; what is not known stands in a comment, to be filled in."""

    def line(name: str) -> str:
        value = getattr(source, name)
        return f"{name}: {json.dumps(value, ensure_ascii=False)}" if value else f"# {name}:"

    said = [
        line("kind").ljust(36) + "  # journal article, preprint, review, ...",
        line("title") if source.title else '# title: ""',
        line("authors"),
        line("publisher"),
        line("date"),
        f"doi: {source.doi}" if source.doi else "# doi:",
        line("pmid"),
        *([line("url")] if source.url else []),
        line("licence").ljust(36) + "  # of its text, as it states it: an SPDX id or an address",
        *([f"texts: [{', '.join(source.texts)}]"] if source.texts else []),
        f"read: {source.read}".ljust(36) + "  # how much of it was read: full, excerpt, abstract, report or no",
    ]
    return [f"{source.key}:", *(f"  {line}" for line in said)]


def _stubs(source: Source) -> list[str]:
    """How the source supports, disputes and adds, as comments to fill in."""
    name = f"doi:{source.doi}" if source.doi else f"PMID:{source.pmid}" if source.pmid else source.url
    where = ", anchor: AT MOST EIGHT WORDS OF IT" if source.texts else ""  # a text that is not at hand has no places
    return [
        "",
        f"# ---- {source.key}, {name}: fill in what it says, take the # away, then `kg check`",
        "# below the evidence of an edge that it supports, qualifies or disputes:",
        f"#  - {{source: {source.key}{where}, claim: finding, stance: disputes}}",
        "# and an edge that it adds:",
        "# - edge: SUBJECT verb OBJECT",
        "#   evidence:",
        f"#   - {{source: {source.key}{where}, claim: finding}}",
    ]
