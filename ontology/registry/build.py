"""Builds the registry of prefixes: prefixes.tsv and sources.tsv beside this file, from the data of pinned packages.

``python ontology/registry/build.py [FOLDER]`` downloads the packages of packages.txt by their hashes into FOLDER (a
temporary one by default), reads their data files, and runs none of their code. The same packages give the same bytes.

A prefix of the Bioregistry is taken if a registry of the life sciences has it, if its keywords are of biology or
medicine, or if it is a part of one of these; all of the Biolink Model's are taken but those of words of RDF. One prefix is spelt as ``ontology/prefixes.tsv``
spells it, else as the Biolink Model, else as the Bioregistry, and its IRI is by the same order. Why: docs/decisions/0022.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from kg.model import vocabulary

HERE = Path(__file__).parent
COLUMNS = ("prefix", "also", "name", "pattern", "iri", "forms", "link")
#: Registries of the life sciences, as the Bioregistry calls them.
REGISTRIES = frozenset(
    """biocontext biolink.resource cellosaurus.resource cheminf edam.data go.resource integbio miriam ncbi.resource
    obofoundry ontobee pathguide prefixcommons togoid uniprot.resource""".split()
)
#: Keywords that say so where no such registry has a prefix.
KEYWORDS = frozenset(
    """anatomy|biochemistry|biodiversity|bioinformatics|biology|biomedical science|botany|cancer|cell|cell line|clinical studies
disease|drug|epidemiology|gene|genetics|genome|genomics|health science|immunology|life science|life sciences, biology
medicine|metabolomics|molecular biology|obo|pathway|phenotype|protein|proteomics|rna|small molecule|virology""".replace(
        "\n", "|"
    ).split("|")
)
#: Indexes of software, which some of these registries have, too.
SOFTWARE = ("pypi",)
#: Those that have names of their own for a prefix, by which others may call it.
NAMING = ("biolink.resource", "go.resource", "biocontext", "miriam", "n2t", "prefixcommons", "ncbi.resource")
#: Who says where a prefix leads, in this order, where the Bioregistry does not.
LEADING = ("obofoundry", "miriam", "prefixcommons", "n2t", "biocontext", "go.resource", "cellosaurus.resource", "ols")
NAME = re.compile(r"[A-Za-z_][\w.-]*(?: [\w.-]+)?", re.ASCII)
#: Hosts that have a place for every prefix: kg makes their forms itself, or nobody writes them.
GENERAL = re.compile(
    r"(?:[\w.-]*\.)?(?:identifiers\.org|bioregistry\.io|n2t\.net|bio2rdf\.org|aber-owl\.net|ontobee\.org)/"
)
FORM = re.compile(r"[^\s|?#<>\"{}\\^`\[\]$]*[/#_:=]|[^\s|#<>\"{}\\^`\[\]$]*[/#_:=]")
OBO = "http://purl.obolibrary.org/obo/"


def packages(folder: Path) -> dict[str, tuple[ZipFile, str, str]]:
    """The downloaded packages, each with its release and its hash."""
    wanted = HERE / "packages.txt"
    python = sys.executable if find_spec("pip") else "python3"  # an environment may have no pip of its own
    command = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([*command, "--only-binary=:all:", "--dest", str(folder), "-r", str(wanted)], check=True)
    pins = re.findall(r"^([\w.]+)==(\S+) --hash=sha256:(\w+)", wanted.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (ZipFile(next(folder.glob(f"{name}-{release}-*.whl"))), release, sha) for name, release, sha in pins}


def of_biology(registry: dict[str, dict[str, Any]], prefix: str) -> bool:
    """Whether a prefix of the Bioregistry is of biology, or is a part of one that is."""
    record = registry[prefix]
    whole = {record.get("part_of"), record.get("part_of_database")} - {None, prefix}
    if any(one in registry and of_biology(registry, one) for one in whole):
        return True
    told = (record, *(record.get(place, {}) for place in ("fairsharing", "bioportal", "integbio")))
    words = {word.casefold() for said in told for word in said.get("keywords", ())}
    return bool(REGISTRIES & record.get("mappings", {}).keys() or KEYWORDS & words)


def named(prefix: str, record: dict[str, Any]) -> list[str]:
    """What a record calls its prefix, the firmest name first."""
    own = [record.get("preferred_prefix"), record.get("obofoundry", {}).get("preferredPrefix"), prefix]
    others = [record.get("mappings", {}).get(place) for place in NAMING]
    return [name for name in [*own, *record.get("synonyms", ()), *others] if name and NAME.fullmatch(name)]


def starts(record: dict[str, Any]) -> Iterator[str]:
    """The beginnings of its IRIs, the firmest first."""
    told = [record.get("rdf_uri_format"), record.get("uri_format")]
    told[1:1] = (
        [f"{OBO}{record['obofoundry']['preferredPrefix']}_$1"]
        if record.get("obofoundry", {}).get("preferredPrefix")
        else []
    )
    told += [record.get(place, {}).get("uri_format") for place in LEADING]
    for said in told:
        start = (said or "").strip().removesuffix("$1")
        if said and said.strip() != start and re.match("https?://[^/]+/", start) and FORM.fullmatch(start):
            yield start


def pattern(record: dict[str, Any]) -> str:
    """How its identifiers look, if its own example looks so; nothing if nobody says."""
    said = (record.get("pattern") or record.get("miriam", {}).get("pattern") or "").removeprefix("^").removesuffix("$")
    examples = filter(None, (record.get("example"), *record.get("example_extras", ())))
    try:
        fits = said and all(re.fullmatch(said, example, re.ASCII) for example in examples)
    except re.error:
        return ""
    return f"^(?:{said})$" if fits else ""


def rows(registry: dict[str, dict[str, Any]], biolink: dict[str, str]) -> list[dict[str, str]]:
    hand = vocabulary.prefixes()
    owner = {
        name: row.prefix
        for row in hand.values()
        for name in (row.prefix.casefold(), *filter(None, row.also.split("|")))
    }
    spelt = {name.casefold(): name for name in sorted(biolink)}
    words = {*vocabulary.NAMESPACES, vocabulary.OWN, "http", "https", "ftp", "urn", "none", "prefix", *SOFTWARE}
    found: dict[str, dict[str, Any]] = {}

    def row(prefix: str) -> dict[str, Any]:
        owner.setdefault(prefix.casefold(), prefix)
        return found.setdefault(
            prefix, {"prefix": prefix, "names": [], "starts": [], "iri": "", "name": "", "pattern": "", "link": ""}
        )

    taken = sorted(
        (record.get("deprecated", False), prefix) for prefix, record in registry.items() if of_biology(registry, prefix)
    )
    records = [(prefix, registry[prefix], named(prefix, registry[prefix])) for _, prefix in taken]
    records = [one for one in records if one[2] and one[0] not in words]
    homes: dict[str, str] = {}
    for prefix, _, names in records:  # spellings first, so that no synonym takes the name of another
        folded = [name.casefold() for name in names]
        ours = next((owner[name] for name in folded if name in owner and (name == prefix or name in spelt)), "")
        theirs = next((spelt[name] for name in (prefix, *folded) if name in spelt and name not in owner), "")
        homes[prefix] = ours or theirs or (names[0] if names[0].casefold() not in owner else prefix)
        row(homes[prefix])
    for name in sorted(biolink):
        if name.casefold() not in {*owner, *words} and re.match("https?://", biolink[name]):
            row(name)
    for prefix, record, names in records:
        said = row(homes[prefix])
        for name in (name.casefold() for name in names):
            if owner.setdefault(name, said["prefix"]) == said["prefix"] and name not in words:
                said["names"].append(name)
        said["starts"] += starts(record)
        told = (
            record,
            *(
                record.get(place, {})
                for place in ("obofoundry", "miriam", "ols", "bioportal", "prefixcommons", "fairsharing")
            ),
        )
        said["name"] = said["name"] or next((" ".join(one["name"].split()) for one in told if one.get("name")), prefix)
        said["pattern"] = said["pattern"] or pattern(record)
        link = record.get("uri_format") or record.get("miriam", {}).get("uri_format") or ""
        said["link"] = said["link"] or (link if re.match(r"https?://\S+$", link) and link.count("$1") == 1 else "")
    taken_forms = {start.partition("://")[2] for one in hand.values() for start in (one.iri, *one.forms.split("|"))}
    made = []
    for prefix, said in sorted(found.items(), key=lambda pair: (pair[0].casefold(), pair[0])):
        general = f"https://bioregistry.io/{prefix}:"
        said["iri"] = hand[prefix].iri if prefix in hand else biolink.get(prefix) or next(iter(said["starts"]), general)
        said["name"] = said["name"] or prefix
    taken_forms |= {said["iri"].partition("://")[2] for said in found.values()}
    for prefix, said in sorted(found.items(), key=lambda pair: (pair[0].casefold(), pair[0])):
        forms = []
        for form in sorted({start.partition("://")[2] for start in said["starts"]}):
            if form not in taken_forms and not GENERAL.match(form):
                taken_forms.add(form)
                forms.append(form)
        own = {} if prefix in hand else {column: said[column] for column in ("name", "pattern", "iri", "link")}
        also = "|".join(
            sorted({*said["names"]} - {prefix.casefold(), *(hand[prefix].also.split("|") if prefix in hand else ())})
        )
        made.append({**dict.fromkeys(COLUMNS, ""), **own, "prefix": prefix, "also": also, "forms": "|".join(forms)})
    return [one for one in made if one["iri"] or one["also"] or one["forms"]]


def files(folder: Path) -> dict[str, str]:
    """The text of each file that is built, from packages in a folder."""
    found = packages(folder)
    registry = json.loads(found["bioregistry"][0].read("bioregistry/data/bioregistry.json"))
    biolink = json.loads(found["biolink_model"][0].read("biolink_model/prefixmaps/biolink_model_prefix_map.json"))
    made = rows(registry, biolink)
    table = ["\t".join(COLUMNS), *("\t".join(row[column].replace("\t", " ") for column in COLUMNS) for row in made)]
    told = (
        ("bioregistry", "Bioregistry", "CC0-1.0", "https://bioregistry.io", "bioregistry"),
        ("biolink", "Biolink Model prefix map", "Apache-2.0", "https://w3id.org/biolink", "biolink_model"),
    )
    sources = ["source\tname\tlicence\tcredit\tpackage\tversion\tsha256"]
    sources += ["\t".join((*source, *found[source[-1]][1:])) for source in told]
    return {name: "\n".join(lines) + "\n" for name, lines in (("prefixes.tsv", table), ("sources.tsv", sources))}


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        made = files(Path(sys.argv[1] if len(sys.argv) > 1 else temporary))
    for name, text in made.items():
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(made['prefixes.tsv'].splitlines()) - 1} prefixes")


if __name__ == "__main__":
    main()
