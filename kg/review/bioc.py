"""Articles in BioC, the form of text miners, in XML or JSON: as PubMed Central and PubTator give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.formats.shared.bounded import Element, Places
from kg.model.diagnostics import Location
from kg.review.papers import Draft, author

#: Sections that are not the article's own words.
SKIPPED = {"REF", "ACK_FUND", "AUTH_CONT", "COMP_INT", "REVIEW_INFO", "KEYWORD", "SUPPL", "ABBR"}
#: What PubTator states of a document beside its infons.
BESIDE = ("doi", "pmid", "pmcid", "journal", "authors")
NAMED = {"article-id_doi": "doi", "doi": "doi", "article-id_pmid": "pmid", "pmid": "pmid"}
#: Sources whose documents are named by their PubMed number.
OF_PUBMED = re.compile(r"(?i)pubmed|pubtator")


@dataclass
class _Part:
    """What documents and passages have: values by name, and where they stand."""

    infons: Mapping[str, str]
    at: Location


@dataclass
class _Passage(_Part):
    text: str


@dataclass
class _Document(_Part):
    id: str
    passages: list[_Passage]


def from_xml(root: Element, draft: Draft) -> Draft:
    """A collection in BioC XML. Raises InvalidMechanism unless it holds one document."""

    def passage(one: Element) -> _Passage:
        texts = list(one.all("text")) or [text for sentence in one.all("sentence") for text in sentence.all("text")]
        return _Passage(_infons(one), one.at, " ".join(text.text for text in texts))

    documents = [
        _Document(_infons(one), one.at, _joined(one, "id"), [passage(part) for part in one.all("passage")])
        for one in root.all("document")
    ]
    return _read(documents, _joined(root, "source"), root.at, draft)


def _joined(one: Element, tag: str) -> str:
    return "".join(child.text for child in one.all(tag)).strip()


def _infons(one: Element) -> dict[str, str]:
    return {infon.attributes.get("key", ""): infon.text.strip() for infon in one.all("infon")}


def from_json(text: str, data: Any, draft: Draft) -> Draft:
    """A collection, a list of one, or one document in BioC JSON. Raises InvalidMechanism unless it holds one document."""
    places = Places(text, draft.ledger)
    found: list[_Document] = []
    source = ""
    todo = [data]
    while todo:
        one = todo.pop(0)
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict) and "passages" in one:
            passages = [_passage(each, places) for each in places.records(one, "passages")]
            beside = _strings({name: one[name] for name in BESIDE if name in one})
            infons = {**beside, **_strings(one.get("infons"))}
            found.append(_Document(infons, places(one), str(one.get("id", "")), passages))
        elif isinstance(one, dict):
            source = source or str(one.get("source", ""))
            todo += [one[name] for name in one if name == "documents" or name.startswith("PubTator")]
            source = source or next((name for name in one if name.startswith("PubTator")), "")
    return _read(found, source, places(data), draft)


def _passage(one: Mapping[str, Any], places: Places) -> _Passage:
    said = [one.get("text")] if one.get("text") else [each.get("text") for each in places.records(one, "sentences")]
    text = " ".join(part for part in said if isinstance(part, str))
    return _Passage(_strings(one.get("infons")), places(one), text)


def _strings(infons: object) -> dict[str, str]:
    """Single values as texts, and lists of texts as one; what else there is, such as annotations, is left out."""
    found = infons if isinstance(infons, dict) else {}
    joined = {
        name: ", ".join(filter(lambda one: isinstance(one, str), said)) if isinstance(said, list) else said
        for name, said in found.items()
    }
    return {str(name): str(said).strip() for name, said in joined.items() if isinstance(said, (str, int))}


def _read(documents: list[_Document], source: str, at: Location, draft: Draft) -> Draft:
    """The bibliography and the text of the one document."""
    if len(documents) != 1:
        message = f"this holds {len(documents)} articles" if documents else "this is not an article in BioC"
        help = "put one into a file of its own" if documents else "a collection has documents with passages"
        raise draft.ledger.stop(at, "no-article", message, help)
    (document,) = documents
    _bibliography(document, source, draft)
    titled = False
    section = ""
    for passage in document.passages:
        part, type = passage.infons.get("section_type", ""), passage.infons.get("type", "")
        if _skipped(passage):
            continue
        if not titled and (type in ("front", "title") or part == "TITLE"):
            draft.known["title"] = " ".join(passage.text.split())
            draft.paragraph(passage.text)
            titled = True
            continue
        heading = re.fullmatch(r"(abstract_)?title(?:_(\d))?", type)
        named = passage.text.strip().casefold() == "abstract"
        within = part or ("ABSTRACT" if type == "abstract" else "")
        if within == "ABSTRACT" != section and not named:
            draft.heading(1, "Abstract")
        section = within
        if heading:  # a part of the abstract stands in the abstract
            draft.heading(int(heading[2] or 1) + (bool(heading[1]) and not named), passage.text)
        else:
            draft.paragraph(passage.text)
    return draft


def _bibliography(document: _Document, source: str, draft: Draft) -> None:
    """What the document and its passages say of the article; the first word on each thing counts."""
    parts = [document, *(one for one in document.passages if not _skipped(one))]  # a reference has authors of its own
    said: dict[str, tuple[str, Location]] = {}
    for one in parts:
        for name, infon in one.infons.items():
            if name in NAMED:
                draft.identifier(NAMED[name], infon, one.at)
            said.setdefault(name, (infon, one.at))

    def value(*names: str) -> str:
        return next((said[name][0] for name in names if name in said and said[name][0]), "")

    if OF_PUBMED.search(source) and "pmid" not in draft.stated and document.id.isdigit():
        draft.identifier("pmid", document.id, document.at)
    draft.pmc(value("article-id_pmc", "pmcid") or (document.id if document.id.startswith("PMC") else ""))
    draft.date(value("year"))
    names = sorted((name for name in said if re.fullmatch(r"name_\d{1,6}", name)), key=lambda name: int(name[5:]))
    people = [dict(part.partition(":")[::2] for part in said[name][0].split(";")) for name in names]
    listed = ", ".join(author(person.get("surname", ""), person.get("given-names", "")) for person in people)
    draft.known["authors"] = listed or value("authors").strip(" ,;")
    journal = value("journal", "journal-title").partition(";")[0]  # PubTator: J Naps. 2020 Jan;3(1):1-9
    draft.known["publisher"] = re.sub(r"\.? (?:19|20)\d\d\b.*", "", journal)
    licences = [one.infons["license"] for one in parts if "license" in one.infons]
    draft.licence(licences, said["license"][1] if licences else None)


def _skipped(passage: _Part) -> bool:
    return passage.infons.get("section_type") in SKIPPED or passage.infons.get("type") == "ref"
