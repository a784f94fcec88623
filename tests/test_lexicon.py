"""The lexicon and what is found in it: that it agrees with itself, is unpacked anywhere, and answers as people ask."""

import csv
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli.group import main
from kg.model import lexicon as module
from kg.model import vocabulary
from kg.model.grounding import ground
from kg.model.lexicon import KINDS, lexicon
from kg.model.names import fold

FOLDER = kg.data_dir("ontology") / "lexicon"


def rows(name):
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


# ---------------------------------------------------------------- the data


def test_the_archive_fits_into_the_wheel_and_names_where_each_term_is_from():
    assert (FOLDER / "lexicon.tar.xz").stat().st_size < 12e6
    sources = {row["source"]: row for row in rows("sources.tsv")}
    database = lexicon()._database
    counted = dict(database.execute("select source, count(*) from term group by source"))
    assert counted == {source: int(row["terms"]) for source, row in sources.items() if int(row["terms"])}
    assert sum(counted.values()) > 160_000
    mapped = dict(database.execute("select source, count(*) from mapping group by source"))
    assert set(mapped) <= set(sources)
    licences = {row["licence"] for row in sources.values()}
    assert licences == {"CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "BSD-2-Clause", "public domain"}


def test_names_stand_under_the_keys_by_which_they_are_asked_for():
    sql = "select key, coalesce(nullif(name, ''), label) from name join term on n = term where n % 40 = 7"
    wrong = [(key, name) for key, name in lexicon()._database.execute(sql) if fold(name) != key]
    assert wrong == [], "kg/model/names.py has changed: python ontology/lexicon/build.py"


def test_terms_have_registered_prefixes_known_categories_and_ids_of_their_form():
    found = lexicon()._database.execute("select id, category from term").fetchall()
    categories = {row["category"] for row in vocabulary.table("categories.tsv")}
    assert {category for _, category in found} <= categories
    import re

    patterns = {prefix: re.compile(row.pattern, re.ASCII) for prefix, row in vocabulary.prefixes().items()}
    wrong = [id for id, _ in found if not patterns[id.partition(":")[0]].search(id.partition(":")[2])]
    assert wrong == []


def test_each_short_form_names_a_term_of_the_lexicon_by_its_label():
    forms = rows("short_forms.tsv")
    assert len(forms) >= 500
    origins = {row["source"]: f"{row['name'].partition(':')[0]} {row['release']}" for row in rows("sources.tsv")}
    for row in forms:
        term = lexicon().term(row["id"])
        assert term and term.label == row["label"], row
        assert row["verified_in"] == origins[term.source], row
    assert max(Counter((row["name"], row["id"]) for row in forms).values()) == 1


def test_what_is_pinned_by_hand_agrees_with_the_lexicon_or_says_where_it_was_read():
    differ = {
        entry.id: (entry.label, known.label)
        for entry in vocabulary.terms().values()
        if (known := lexicon().term(entry.id)) and known.label != entry.label and not entry.obsolete
    }
    assert differ == {}


def test_mappings_keep_the_predicate_of_their_source():
    of_tlr7 = {(one.predicate, one.object, one.source) for one in lexicon().mappings("HGNC:15631")}
    assert ("biolink:orthologous_to", "MGI:2176882", "hgnc") in of_tlr7
    assert ("biolink:has_gene_product", "UniProtKB:Q9NYK1", "hgnc") in of_tlr7
    members = {one.subject for one in lexicon().mappings("fplx:IL12") if one.predicate == "biolink:member_of"}
    assert members == {"HGNC:5969", "HGNC:5970"}
    exact = "select distinct source from mapping where predicate = 'skos:exactMatch'"
    assert lexicon()._database.execute(exact).fetchall() == [("famplex",)]


def test_an_obsolete_id_names_what_replaces_it():
    assert lexicon().replacement("CL:0000044") == "CL:0000051"
    assert lexicon().term("CL:0000044") is None
    assert lexicon().replacement("CL:0000235") is None


# ---------------------------------------------------------------- where it is unpacked


def in_a_process(tmp_path, code="pass", **environment):
    """What a new process finds, with the database made by a copy of the one that is there: unpacking takes seconds."""
    made = next(Path(row[2]) for row in lexicon()._database.execute("pragma database_list"))
    program = f"""
import shutil, sqlite3, sys
from pathlib import Path
from kg.model import lexicon
def fill(database, folder):
    print("filled", file=sys.stderr)
    sqlite3.connect({str(made)!r}).backup(database)
lexicon._fill = fill
{code}
found = lexicon.lexicon()
print(found.term("CL:0000235").label, found._database.execute("pragma database_list").fetchone()[2])
"""
    wanted = {**os.environ, "PYTHONPATH": str(Path(kg.__file__).parent.parent), "TMPDIR": str(tmp_path), **environment}
    env = {name: value for name, value in wanted.items() if value != ""}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, timeout=120, check=True
    )
    label, _, file = done.stdout.strip().partition(" ")
    assert label == "macrophage"
    return file, "filled" in done.stderr


def test_it_is_unpacked_once_into_the_cache_of_the_user(tmp_path):
    where = {
        "KG_CACHE": "",
        "XDG_CACHE_HOME": "",
        "HOME": str(tmp_path / "home"),
        "LOCALAPPDATA": str(tmp_path / "home"),
    }
    first, again = in_a_process(tmp_path, **where), in_a_process(tmp_path, **where)
    assert first[0] == again[0] and Path(first[0]).is_relative_to(tmp_path / "home")
    assert (first[1], again[1]) == (True, False)
    assert [path.name for path in Path(first[0]).parent.iterdir()] == [Path(first[0]).name]  # nothing temporary stays


def test_without_a_home_it_is_a_private_temporary_file_and_without_any_place_in_memory(tmp_path):
    (tmp_path / "file").touch()
    nowhere = {"KG_CACHE": str(tmp_path / "file" / "x"), "XDG_CACHE_HOME": str(tmp_path / "file" / "y")}
    file, _ = in_a_process(tmp_path, **nowhere)
    assert Path(file).is_relative_to(tmp_path) and not Path(file).parent.stat().st_mode & 0o077
    Path(file).unlink()
    Path(file).parent.chmod(0o777)  # anybody could put a file there
    assert in_a_process(tmp_path, **nowhere) == ("", True)


def test_two_at_once_both_find_a_whole_file(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(in_a_process(tmp_path, KG_CACHE=str(tmp_path / "cache"))))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({file for file, _ in found}) == 1 and len(found) == 2


def test_a_copy_without_the_archive_has_an_empty_lexicon(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "data_dir", lambda name: tmp_path)
    empty = module._opened.__wrapped__()
    assert (empty.term("CL:0000235"), empty.replacement("CL:0000044"), empty.mappings("HGNC:1")) == (None, None, [])
    assert (list(empty.named(["macrophage"])), empty.with_words(["cell"], 9)) == ([], [])


def test_it_is_asked_by_another_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(lexicon().term("CL:0000235")))
    thread.start()
    thread.join()
    assert found[0].label == "macrophage"


def test_the_archive_is_what_is_unpacked(tmp_path):
    """The tables of the archive, counted where they are packed and where they are asked."""
    import lzma
    import tarfile

    with lzma.open(FOLDER / "lexicon.tar.xz") as packed, tarfile.open(fileobj=packed, mode="r|") as archive:
        lines = {member.name: archive.extractfile(member).read().count(b"\n") for member in archive}
    counted = {
        f"{name}s.tsv": lexicon()._database.execute(f"select count(*) from {name}").fetchone()[0]
        for name in ("term", "mapping")
    }
    assert counted == {name: lines[name] for name in counted}
    short = lexicon()._database.execute("select count(*) from name where kind = ?", (KINDS.index("short form"),))
    names = lexicon()._database.execute("select count(*) from name").fetchone()[0]
    assert names - short.fetchone()[0] == lines["names.tsv"]
    assert module._fingerprint(FOLDER) in lexicon()._database.execute("pragma database_list").fetchone()[2]


# ---------------------------------------------------------------- what a name means

#: What is typed, the term that is meant, and by which kind of name it is found: one of each kind.
MEANT = [
    ("interleukin 13", "HGNC:5973", "exact synonym"),  # spelled out
    ("IL-13", "HGNC:5973", "label"),  # hyphen
    ("IL13", "HGNC:5973", "label"),
    ("ifng", "HGNC:5438", "label"),  # lower case
    ("Cxcr5", "MGI:103567", "label"),  # as mouse genes are written
    ("IFN-gamma", "HGNC:5438", "short form"),
    ("IFNγ", "HGNC:5438", "short form"),  # Greek
    ("PKCθ", "HGNC:9410", "short form"),
    ("Integrin alpha M", "HGNC:6149", "synonym"),  # of the MeSH heading
    ("CD40 ligand", "HGNC:11935", "exact synonym"),
    ("CD11c⁺ dendritic cells", "", ""),  # no class: only the nearest
    ("naive CD4⁺ T cells", "CL:0000895", "short form"),
    ("monocytes", "CL:0000576", "label"),  # plural
    ("haematopoietic stem cells", "CL:0000037", "label"),  # British
    ("oesophagus", "UBERON:0001043", "label"),
    ("Kupffer", "CL:0000091", "label"),  # cell left out
    ("mature B lymphocytes", "CL:0000785", "exact synonym"),
    ("type II interferon", "HGNC:5438", "short form"),  # numeral
    ("activation of T cells", "GO:0042110", "label"),  # of
    ("TLR3 signalling", "GO:0034138", "label"),
    ("IL-4 secretion", "GO:0032633", "label"),
    ("Sjögren's syndrome", "MONDO:0010030", "label"),  # accent, apostrophe
    ("lymphosyte", "CL:0000542", "spelling"),
    ("macrofages", "CL:0000235", "spelling"),
    ("hydroxichloroquine", "CHEBI:5801", "spelling"),
    ("recombinant IL-2", "HGNC:6001", "label"),
    ("miR-21-5p", "HGNC:31586", "label"),
    ("adalimumab", "MESH:D000068879", "label"),
    ("BALB/c", "MESH:D008807", "short form"),
    ("C. rodentium", "NCBITaxon:67825", "short form"),
    ("TNFSF6", "HGNC:11936", "previous symbol"),
    ("CL:0000235", "CL:0000235", "id"),
]
#: What means nothing: no such member of a series, no such word, words of any paper.
NOTHING = ["IL-98", "CCL77", "CD901", "TLR31", "Th77", "week 3", "n = 12", "downregulated", "factor Q", "blurbimab", "zorkocyte",
           "was", "not", "set", "supplementary figure", "JAK9", "caspase-99", "M9 macrophages", "qxz", "", "β"]  # fmt: skip


@pytest.mark.parametrize(("text", "id", "match"), MEANT)
def test_a_name_finds_what_is_meant(text, id, match):
    best = ground(text).best
    assert (best.id, best.match) == (id, match) if id else best is None


@pytest.mark.parametrize("text", NOTHING)
def test_what_means_nothing_has_no_match(text):
    assert ground(text).matches == ()


def test_a_drug_is_not_taken_for_one_that_differs_by_a_letter():
    assert ground("etrolizumab").best.label == "etrolizumab"
    assert ground("etolizumab").matches == ()


def test_the_nearest_stand_beside_no_match_and_are_marked():
    found = ground("M9 macrophages")
    assert "macrophage" in {one.label for one in found.nearest}
    assert {one.match for one in found.nearest} == {"near"}


def test_several_meanings_are_told_apart():
    found = ground("RA")
    assert found.ambiguous
    assert {"MONDO:0008383", "CHEBI:15367"} <= {one.id for one in found.matches}
    assert len({one.about for one in found.matches}) == len(found.matches)
    assert not ground("TLR7").ambiguous  # the mouse's is no other meaning


def test_case_tells_short_forms_apart():
    assert [ground(text).best.id for text in ("cAMP", "CAMP")] == ["CHEBI:17489", "HGNC:1472"]
    assert [ground(text).best.id for text in ("pDC", "PDC")] == ["CL:0000784", "HGNC:8759"]


def test_the_mouse_goes_first_if_preferred():
    assert ground("CD127", prefer="mouse").best.id == "MGI:96562"
    assert [ground("TNFa", prefer=who).best.id for who in ("human", "mouse")] == ["HGNC:11892", "MGI:104798"]
    assert ground("spleen", prefer="mouse").best.id == "UBERON:0002106"


# ---------------------------------------------------------------- on the command line


def run(*arguments):
    return CliRunner().invoke(main, ["ground", *map(str, arguments)])


def test_json_has_matches_and_the_nearest():
    found = json.loads(run("CD19", "--json").output)
    assert {"id", "label", "match", "category", "taxon"} <= set(found["matches"][0])
    assert found["matches"][0]["id"] == "HGNC:1633" and found["nearest"] == []
    result = run("CD901", "--json")
    assert json.loads(result.output)["matches"] == [] and json.loads(result.output)["nearest"]
    assert result.exit_code == 1


def test_a_column_of_names_becomes_a_table_to_review(tmp_path):
    file = tmp_path / "names.csv"
    file.write_text('Treg,1\n"CD901",2\n\nRA,3\n', encoding="utf-8")
    head, treg, nothing, ra = (line.split("\t") for line in run("--all", file).output.splitlines())
    assert head[:3] == ["name", "id", "label"]
    assert treg[:4] == ["Treg", "CL:0000815", "regulatory T cell", "short form"]
    assert nothing[:3] == ["CD901", "", ""] and nothing[-1]
    assert ra[0] == "RA" and "all-trans-retinoic acid" in ra[-2]
    assert [one["text"] for one in json.loads(run("--all", file, "--json").output)] == ["Treg", "CD901", "RA"]
