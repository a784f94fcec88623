"""The site: every mechanism, term, source and question as plain files, for any static host and for ``file://``.

The files of a build (``ID.ttl``, ``all.nq``, ``void.ttl`` ...) and ``vocabulary.ttl`` lie beside ``index.html``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import kg
from kg import formats, page, sparql
from kg.formats.rdf import names, nanopublications, void
from kg.model import licences, vocabulary
from kg.model.files import settle
from kg.model.mechanism import Mechanism
from kg.model.records import Edge, Evidence, Node, Place, Source
from kg.model.vocabulary import Term
from kg.page.picture import asset
from kg.page.words import Narrative
from kg.page.written import BENCH, written
from kg.reasoning import disagreements, merge, outward
from kg.reasoning.conflict import Conflict
from kg.site import query
from kg.site.addresses import file_name, source_page, term_page, where
from kg.site.build import OTHERS, Progress, contents, endings, moved, outputs, silent

HERE = Path(__file__).parent / "pages"
STAMP = ".site.json"  # what was written, so that the next site takes away what it no longer has
TITLE = "Immune mechanisms as knowledge graphs"
SHOWN = 200  # rows of an answer on its page; its file has all
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self' data:; style-src 'self'; frame-src 'self'"
)
CONTEXT = {"@context": {"@vocab": "http://schema.org/", "void": "http://rdfs.org/ns/void#"}}
#: What is copied from ontology/, since the RDF points to it.
WORDS = {
    "vocabulary.ttl": "the vocabulary of the RDF: OWL",
    "shapes.ttl": "the shapes that the RDF must have: SHACL",
    "shapes-core.ttl": "the same for SHACL engines without SPARQL",
    "context.jsonld": "the JSON-LD context",
}
TITLES = {
    **{ending: row.title for row in formats.writers() for ending in row.suffixes},
    **OTHERS,
    **WORDS,
    "query.html": "SPARQL over all of it: one offline page",
}
WORDS_OF = f"""SELECT ?word ?label ?means {{
  ?word rdfs:label ?label . OPTIONAL {{ ?word skos:definition ?means }}
  FILTER STRSTARTS(STR(?word), "{vocabulary.BASE}vocab/") }} ORDER BY ?word ?means"""


def write(
    mechanisms: Iterable[Mechanism],
    folder: str | Path,
    url: str = "",
    progress: Progress = silent,
    endpoint: str = "",
    manual: Mapping[str, bytes] = MappingProxyType({}),
) -> list[Path]:
    """Write the whole site into a folder, and return its files.

    Everything is written at once. What an earlier site left there and this one has not is taken away; other files stay.
    ``url`` is where the site will be, for snippets that are pasted elsewhere and for void.ttl; ``endpoint`` is a SPARQL
    endpoint over it; ``manual`` are the files of the documentation (kg.site.manual).
    """
    out = Path(folder)
    settle(out)
    made = files(list(mechanisms), url, progress, endpoint, manual)
    before = _written(out)
    old = {name: out / name for name in before if name not in made}
    gone = [
        n for n, file in old.items() if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == before[n]
    ]
    moved(out, made, {}, STAMP, gone)
    return [out / name for name in made]


def files(
    mechanisms: Sequence[Mechanism],
    url: str = "",
    progress: Progress = silent,
    endpoint: str = "",
    manual: Mapping[str, bytes] = MappingProxyType({}),
) -> dict[str, str | bytes]:
    """Every file of the site, by its path."""
    site = Site(mechanisms, url, progress, endpoint)
    if manual:
        site.menu = (*site.menu, ("docs/index.html", "Documentation"))
    made: dict[str, str | bytes] = dict(site.data)
    made |= site.pages()
    made |= {f"docs/{path}": content for path, content in manual.items()}
    return made


def _written(out: Path) -> dict[str, str]:
    """The files that an earlier site wrote, with their hashes."""
    try:
        return dict(json.loads((out / STAMP).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):  # no site was here
        return {}


@dataclass
class Use:
    """What one mechanism does with a term."""

    told: Narrative
    nodes: list[Node]  # stand for it
    forms: list[Node]  # whose file gives it beside the node's own term
    places: list[Place]
    stated: list[Edge]  # whose evidence states it: a species, an assay
    whole: bool = False  # a source states it of the whole

    @property
    def steps(self) -> list[Edge]:
        """The steps that its nodes take part in."""
        keys = [node.key for node in (*self.nodes, *self.forms)]
        found = (e for key in keys for e in (*self.told.into(key), *self.told.out_of(key), *self.told.needing(key)))
        return list({edge.name: edge for edge in found}.values())

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(text for node in self.nodes for text in self.told.notes(node.key)))


@dataclass
class Word:
    """A term with a page of its own: what the tables say of it, and what mechanisms say with it."""

    id: str
    label: str
    entry: vocabulary.Entry | None
    uses: list[Use]

    @property
    def page(self) -> str:
        return term_page(self.id)

    @property
    def iri(self) -> str:
        return vocabulary.iri(self.id)

    @property
    def link(self) -> str:
        """A web page about it; a term of ours has this one."""
        return "" if self.id.startswith("kg:") else vocabulary.link(self.id)

    @property
    def ontology(self) -> str:
        prefix = self.id.partition(":")[0]
        known = vocabulary.prefix(prefix)
        return known.name if known else prefix


@dataclass
class Part:
    """Something that a source supports, and the evidence for it from there."""

    title: str
    href: str
    items: list[Evidence]


@dataclass
class ListedRow:
    """A file to download."""

    name: str
    title: str
    bytes: int
    sha256: str
    group: str

    @property
    def size(self) -> str:
        return f"{self.bytes / 1000:.1f} kB"


class Site:
    """What the templates ask for. Addresses are from the folder of the site; a page puts the way there before them."""

    base = vocabulary.BASE
    draft = vocabulary.DRAFT
    version = kg.__version__

    def __init__(self, mechanisms: Sequence[Mechanism], url: str, progress: Progress, endpoint: str = "") -> None:
        self.mechanisms = tuple(
            sorted(mechanisms, key=lambda m: (bool(m.status), m.id))
        )  # outlines after what is whole
        self.url, self.progress = url, progress
        self.told = {m.id: Narrative(m) for m in self.mechanisms}
        self.whole = merge.merge(mechanisms)
        self.data = contents(mechanisms, progress=progress, home="index.html", url=url, endpoint=endpoint, bench=True)
        for name in WORDS:
            self.data[name] = (kg.data_dir("ontology") / name).read_text(encoding="utf-8")
        self.answers = self._answers()

    # ---- addresses

    def own(self, m: Mechanism) -> str:
        return file_name(m.id)

    def node(self, m: Mechanism, key: str) -> str:
        return where(f"{quote(m.id)}/node/{quote(key)}")

    def edge(self, m: Mechanism, name: str) -> str:
        return where(f"{quote(m.id)}/edge/{quote(name)}")

    def place(self, m: Mechanism, key: str) -> str:
        return where(f"{quote(m.id)}/place/{quote(key)}")

    def source(self, m: Mechanism, key: str) -> str:
        return source_page(m.id, key)

    def term(self, term: Term) -> str:
        return term_page(term.id)

    def stop(self, m: Mechanism, n: int) -> str:
        return f"{file_name(m.id)}-stop-{n:02}.svg"

    def change(self, m: Mechanism) -> str:
        """Where the text of a mechanism is open in the writing bench; empty if it has none of a size to be edited."""
        text = written(m)
        return text.address(BENCH) if text else ""

    def captions(self, m: Mechanism) -> str:
        return f"{file_name(m.id)}-stops.md"

    def snippet(self, m: Mechanism) -> str:
        return page.embed(m, self.url or "https://example.org/kg/")

    # ---- counts and what must be said

    def citable(self, m: Mechanism) -> bool:
        return vocabulary.citable(m.id)

    def counts(self, m: Mechanism) -> list[tuple[int, str]]:
        counted = {
            "node": len(m.nodes),
            "step": len(m.edges),
            "piece of evidence": sum(1 for _ in m.evidence()),
            "source": len(m.sources),
        }
        plural = {"piece of evidence": "pieces of evidence"}
        return [(n, noun if n == 1 else plural.get(noun, f"{noun}s")) for noun, n in counted.items()]

    def strips_of(self, uses: Iterable[Use]) -> list[str]:
        return strips({use.told.m.id: use.told.m.caveats for use in uses})

    @cached_property
    def strips(self) -> list[str]:
        """The source strips of all mechanisms, those that share one together."""
        return strips({m.id: m.caveats for m in self.mechanisms})

    @property
    def licences(self) -> list[str]:
        return sorted({m.licence for m in self.mechanisms if m.licence})

    @cached_property
    def conflicts(self) -> list[Conflict]:
        return disagreements.supports(self.whole).conflicts

    @property
    def shared(self) -> int:
        """Nodes that are one in several mechanisms."""
        homes = Counter(self.whole.keys.values())
        return sum(count > 1 for count in homes.values())

    # ---- terms

    @cached_property
    def terms(self) -> dict[str, Word]:
        """Every term that a mechanism uses, and every one of ours, by its id."""
        known = vocabulary.terms()
        found: dict[str, Word] = {}
        for id, entry in known.items():
            if id.startswith("kg:"):
                found[id] = Word(id, entry.label, entry, [])

        def use(term: Term | None, told: Narrative) -> Use:
            assert term
            word = found.setdefault(term.id, Word(term.id, term.label, known.get(term.id), []))
            if not word.uses or word.uses[-1].told is not told:
                word.uses.append(Use(told, [], [], [], []))
            return word.uses[-1]

        for told in self.told.values():
            for node in told.m.nodes.values():
                if node.term:
                    use(node.term, told).nodes.append(node)
                for form in (*node.same, *node.narrower, *node.broader):
                    use(form, told).forms.append(node)
            for place in told.m.places.values():
                if place.term:
                    use(place.term, told).places.append(place)
            for item in told.m.scope:
                for taxon in item.taxon:
                    use(taxon, told).whole = True
            for edge in told.m.edges:
                stated = {t.id: t for item in edge.evidence for t in (*item.taxon, *filter(None, [item.assay]))}
                for term in stated.values():
                    use(term, told).stated.append(edge)
        return found

    @cached_property
    def term_groups(self) -> list[tuple[str, list[Word]]]:
        """Terms by the first thing that they stand for, each group by label."""
        groups: dict[str, list[Word]] = {
            name: [] for name in ("Nodes", "Further terms", "Places", "Species and assays", "Unused")
        }
        for word in sorted(self.terms.values(), key=lambda word: (word.label.casefold(), word.id)):
            kinds = (
                any(use.nodes for use in word.uses),
                any(use.forms for use in word.uses),
                any(use.places for use in word.uses),
                bool(word.uses),
                True,
            )
            groups[list(groups)[kinds.index(True)]].append(word)
        return [(name, some) for name, some in groups.items() if some]

    @cached_property
    def pages_of_iris(self) -> dict[str, str]:
        return {word.iri: word.page for word in self.terms.values()}

    # ---- sources

    def reported_by(self, m: Mechanism, key: str) -> list[Source]:
        return [source for source in m.sources.values() if source.reports == key]

    def elsewhere(self, m: Mechanism, key: str) -> list[tuple[Mechanism, str]]:
        """The same work in other mechanisms: one DOI, PubMed number or address."""

        def names(source: Source) -> set[str]:
            return set(filter(None, (source.doi.casefold(), source.pmid, source.url)))

        here = names(m.sources[key])
        return [(o, s.key) for o in self.mechanisms if o is not m for s in o.sources.values() if here & names(s)]

    def said_with(self, m: Mechanism, key: str) -> list[Part]:
        """Everything that points into a source: steps with what they need, notes, the whole, and what must come out."""
        told = self.told[m.id]
        parts: list[Part] = []

        def add(title: str, href: str, items: Iterable[Evidence]) -> None:
            own = [e for e in items if not told.only_own(e) and (s := m.source(e)) is not None and s.key == key]
            if own:
                parts.append(Part(title, href, own))

        for edge in m.edges:
            said, href = told.say(edge), self.edge(m, edge.name)
            add(said, href, edge.evidence)
            for needed in (*edge.requires, *edge.unless):
                word = "needs" if needed in edge.requires else "not with"
                add(f"{said}: {word} {told.label(needed.node)}", href, needed.evidence)
            add(f"{said}: how far it goes", href, [edge.effect] if edge.effect and edge.effect.claim else [])
        add("Of the whole", "", m.scope)
        for one in m.expectations:
            add(
                f"What must come out: {told.label(one.expect.node)} {one.expect.relation} {one.expect.than}, given {one.given}",
                f"{self.own(m)}.html#tab=runs",
                one.evidence,
            )
        for note in m.notes:
            add(note.note, f"{self.own(m)}.html#tab=notes", note.evidence)
        return parts

    def published(self, m: Mechanism) -> list[tuple[str, str, str]]:
        """The nanopublications of a mechanism: code, what it asserts, and where that is shown."""
        return [
            (code, outward.words(m, said), self.edge(m, said.edge.name))
            for code, (said, _) in nanopublications.published(m).items()
        ]

    # ---- files

    @cached_property
    def downloads(self) -> list[tuple[str, list[ListedRow]]]:
        """Every data file, by what it holds."""
        groups = [(m.title, self.rows(m.id)) for m in self.mechanisms]
        own = {row.name for _, rows in groups for row in rows}
        rest = [self._row(name, "all") for name in sorted(self.data) if name not in own]
        return [(title, rows) for title, rows in [("All mechanisms together", rest), *groups] if rows]

    def rows(self, id: str) -> list[ListedRow]:
        """The files of a mechanism."""
        own = dict.fromkeys(ending for name in outputs() for ending in endings(name))  # two may share a file
        return [self._row(id + ending, id, ending) for ending in own if id + ending in self.data]

    def _row(self, name: str, group: str, ending: str = "") -> ListedRow:
        data = self.data[name].encode("utf-8")
        title = TITLES.get(name) or TITLES.get(ending or "." + name.partition(".")[2], "")
        return ListedRow(name, title, len(data), hashlib.sha256(data).hexdigest(), file_name(group))

    # ---- questions

    @property
    def questions(self) -> Mapping[str, sparql.Question]:
        return sparql.questions()

    @cached_property
    def topics(self) -> list[tuple[str, list[sparql.Question]]]:
        known = list(self.questions.values())
        topics = sorted({one.topic for one in known})
        return [(topic, [one for one in known if one.topic == topic]) for topic in topics]

    def _answers(self) -> dict[str, sparql.Answer]:
        found = {}
        with sparql.Engine() as engine:
            if self.mechanisms:  # else it would load what comes with kg
                engine.load(*self.mechanisms)
            for number, name in enumerate(self.questions):
                self.progress(f"asking {name}", number / len(self.questions))
                found[name] = engine.ask(name)
        return found

    def answered(self, m: Mechanism) -> list[sparql.Question]:
        """The questions that have a reviewed answer beside the file of a mechanism."""
        names = {file.stem for file in (Path(m.file).parent / "answers").glob("*.csv")} if m.file else set()
        return [one for one in self.questions.values() if one.name in names]

    def cells(self, answer: sparql.Answer) -> list[list[tuple[str, str, bool]]]:
        """The rows of an answer as text, a page of ours about it, and whether it is a number."""
        return [
            [(answer.shown(v, row), self._about(v), v is not None and v.datatype.endswith("#integer")) for v in row]
            for row in answer.rows[:SHOWN]
        ]

    def _about(self, value: sparql.BoundValue | None) -> str:
        if value is None or value.kind != "uri":
            return ""
        if value.text in self.pages_of_iris:
            return self.pages_of_iris[value.text]
        if not value.text.startswith(vocabulary.BASE):
            return ""
        found = where(value.text.removeprefix(vocabulary.BASE))
        return found if found.partition("#")[0] in self.names else ""

    def shell(self, text: str) -> str:
        return shlex.quote(text)

    # ---- what words mean, and where frames were tried

    @cached_property
    def words(self) -> list[tuple[str, str, str]]:
        """The words of the vocabulary: name, label, definition."""
        with sparql.Engine() as engine:
            engine.load(kg.data_dir("ontology") / "vocabulary.ttl")
            rows = engine.ask(WORDS_OF).rows
        start = len(f"{vocabulary.BASE}vocab/")
        return [
            (w.text[start:], label.text if label else "", said.text if said else "") for w, label, said in rows if w
        ]

    @cached_property
    def hosts(self) -> list[dict[str, str]]:
        with open(HERE / "hosts.tsv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

    # ---- pages

    @cached_property
    def names(self) -> frozenset[str]:
        """Every page and file that there will be."""
        pages = [path for path, *_ in self._plan()]
        return frozenset((*self.data, *pages))

    menu: tuple[tuple[str, str], ...] = (
        ("index.html", "Mechanisms"),
        ("questions.html", "Questions"),
        ("query.html", "Ask"),
        ("write.html", "Write"),
        ("terms.html", "Terms"),
        ("sources.html", "Sources"),
        ("downloads.html", "Downloads"),
        ("embed.html", "Embed"),
        ("about.html", "About"),
    )

    def _plan(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Every page: its path, its template, and what it is about."""
        plan: list[tuple[str, str, dict[str, Any]]] = [
            ("query.html", "query.html", {"title": "Ask in SPARQL"}),
            ("index.html", "index.html", {"title": TITLE, "linked": self._catalogue()}),
            ("questions.html", "questions.html", {"title": "Questions and answers"}),
            ("terms.html", "terms.html", {"title": "Terms"}),
            ("sources.html", "sources.html", {"title": "Sources"}),
            ("downloads.html", "downloads.html", {"title": "Downloads", "linked": self._catalogue()}),
            ("embed.html", "embed.html", {"title": "How to embed"}),
            ("vocabulary.html", "vocabulary.html", {"title": "The vocabulary"}),
            ("np/index.html", "nanopublications.html", {"title": "Nanopublications"}),
            ("about.html", "about.html", {"title": "About, licence and citation"}),
        ]
        for m in self.mechanisms:
            about = {"title": m.title, "m": m, "linked": self._dataset(m), "description": m.summary}
            plan.append((f"{self.own(m)}/index.html", "mechanism.html", about))
            for s in m.sources.values():
                about = {
                    "title": s.title or s.key,
                    "m": m,
                    "s": s,
                    "linked": self._work(m, s),
                    "section": "sources.html",
                }
                plan.append((self.source(m, s.key), "source.html", about))
        for t in self.terms.values():
            about = {"title": f"{t.label} ({t.id})", "t": t, "linked": self._defined(t), "section": "terms.html"}
            plan.append((t.page, "term.html", about))
        for name, q in self.questions.items():
            about = {"title": q.summary, "q": q, "section": "questions.html"}
            plan.append((f"questions/{name}.html", "question.html", about))
        return plan

    def pages(self) -> dict[str, str]:
        """Every page that is not a page of a build, and what only pages need."""
        templates = page.templates(HERE)
        made = {"site.css": tokens() + (HERE / "site.css").read_text(encoding="utf-8"), ".nojekyll": ""}
        plan = self._plan()
        for number, (path, template, about) in enumerate(plan):
            self.progress(f"writing {path}", number / len(plan))
            if "q" in about:
                answer = self.answers[about["q"].name]
                about |= {"a": answer, "cells": self.cells(answer)}
                form = "turtle" if answer.turtle else "csv"
                made[f"questions/{about['q'].name}.{'ttl' if answer.turtle else 'csv'}"] = answer.text(form, safe=True)
            if template == "query.html":
                style = made["site.css"] + (HERE / "query.css").read_text(encoding="utf-8")
                about |= query.values(self.mechanisms, self.data["all.nq"], self.words, style)
            root = "../" * path.count("/")
            values = {"site": self, "here": path, "root": root, "policy": POLICY, "description": "", **about}
            values["description"] = values["description"] or f"{values['title']}: {TITLE.lower()}"
            made[path] = templates.get_template(template).render(values)
            if template == "query.html":  # it can be taken away as one file, so it stands among the downloads
                self.data[path] = made[path]
        for m in self.mechanisms:
            made |= {f"np/{code}.trig": nanopublications.alone(m, code) for code, *_ in self.published(m)}
            made[f"{self.own(m)}/picture-dark.svg"] = page.svg(m, dark=True)
            if m.tour:
                made |= {f"{self.own(m)}/{name}": text for name, text in page.pictures(m).items()}
        return made

    # ---- for machines: schema.org and VoID as JSON-LD

    def _catalogue(self) -> dict[str, Any]:
        """The site as a data set of data sets."""
        return {
            **CONTEXT,
            "@id": vocabulary.BASE,
            "@type": ["Dataset", "void:Dataset"],
            "name": TITLE,
            "description": f"{'; '.join(m.title for m in self.mechanisms)}. Research findings, not medical advice.",
            "softwareVersion": kg.__version__,
            "license": [f"https://spdx.org/licenses/{name}" for name in self.licences],
            "isAccessibleForFree": True,
            "void:dataDump": {"@id": "all.nq"},
            "hasPart": [{"@id": names.iri(m), "@type": "Dataset", "name": m.title} for m in self.mechanisms],
        }

    def _dataset(self, m: Mechanism) -> dict[str, Any]:
        """A mechanism as a data set: what it is made of, and its files."""
        dump = f"{m.id}.nq"
        return {
            **CONTEXT,
            "@id": names.iri(m),
            "@type": ["Dataset", "void:Dataset"],
            "name": m.title,
            "description": " · ".join(filter(None, (m.summary, *m.caveats))),
            "version": m.version,
            "license": f"https://spdx.org/licenses/{m.licence}",
            "identifier": f"sha256:{names.input_hash(m)}",
            "citation": [s.title for s in m.sources.values() if s.title],
            "isAccessibleForFree": True,
            "includedInDataCatalog": {"@id": vocabulary.BASE},
            "void:triples": self.data[dump].count("> .\n") if dump in self.data else 0,
            "void:dataDump": {"@id": f"../{dump}"},
            "void:uriSpace": f"{names.iri(m)}/",
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": row.title,
                    "contentUrl": f"../{row.name}",
                    "encodingFormat": void.MEDIA.get(Path(row.name).suffix, "application/octet-stream"),
                    "contentSize": f"{row.bytes} B",
                    "sha256": row.sha256,
                }
                for row in self.rows(m.id)
            ],
        }

    def _work(self, m: Mechanism, s: Source) -> dict[str, Any]:
        """A source as a work."""
        kinds = {
            "journal article": "ScholarlyArticle",
            "review": "ScholarlyArticle",
            "blog report": "BlogPosting",
            "news article": "NewsArticle",
        }
        urls = [
            vocabulary.link(f"doi:{s.doi}") if s.doi else "",
            vocabulary.link(f"PMID:{s.pmid}") if s.pmid else "",
            s.url,
        ]
        return {
            **CONTEXT,
            "@id": names.iri(m, "source", s.key),
            "@type": kinds.get(s.kind, "CreativeWork"),
            "name": s.title or s.key,
            **({"author": s.authors} if s.authors else {}),
            **({"publisher": s.publisher} if s.publisher else {}),
            **({"datePublished": s.date} if s.date else {}),
            **({"license": licences.link(s.licence)} if s.licence else {}),
            "sameAs": [url for url in urls if url],
        }

    def _defined(self, t: Word) -> dict[str, Any]:
        return {
            **CONTEXT,
            "@id": t.iri,
            "@type": "DefinedTerm",
            "name": t.label,
            "termCode": t.id,
            **({"description": t.entry.definition} if t.entry and t.entry.definition else {}),
            **({"alternateName": list(t.entry.synonyms)} if t.entry and t.entry.synonyms else {}),
        }


def strips(caveats: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Source strips by mechanism; those that are alike once, with the names before them."""
    by_strip: dict[tuple[str, ...], list[str]] = {}
    for id, strip in caveats.items():
        by_strip.setdefault(strip, []).append(id)
    return [f"{', '.join(ids)}: {' · '.join(strip)}" for strip, ids in by_strip.items()]


def tokens() -> str:
    """The colours of the explorer as CSS, light and dark as the reader's system has it."""
    light, dark = (block.rpartition("{")[2].strip() for block in asset("explorer.css").split("}")[:2])
    return f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
