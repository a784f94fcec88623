"""A spreadsheet as a workbook (.xlsx): read as the same table in CSV, every complaint at its row and column."""

import csv
import io
import sys
import zipfile

import openpyxl
import pytest
from click.testing import CliRunner

import kg
from kg import formats
from kg.cli.group import main
from kg.formats.shared import tables
from kg.model.diagnostics import InvalidMechanism

ROWS = [
    ["Subject", "verb", "object", "source", "taxon", "claim", "remark"],
    ["TLR7", "activates", "IRF7", "PMID:7654321", 10090, "finding", "mine"],
    ["RNase A", "degrades", "miR", "10.1000/xyz", "human", None, 7.0],
    [None, None, None, None, None, None, None],
    ["TLR7", "activates", "IRF7", "PMID:7654322"],
]


def saved(tmp_path, rows=ROWS, name="x.xlsx", **sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, cells in sheets.items():
        book.create_sheet(title).append(cells)
    book.save(tmp_path / name)
    return tmp_path / name


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_a_workbook_says_what_the_same_table_says_as_csv(tmp_path):
    text = io.StringIO()
    wide = [[*row, *[None] * (7 - len(row))] for row in ROWS]
    csv.writer(text, lineterminator="\n").writerows([7 if one == 7.0 else one for one in row] for row in wide)
    plain = tmp_path / "x.csv"
    plain.write_text(text.getvalue(), encoding="utf-8")
    file = saved(tmp_path)
    assert formats.recognise(file).name == "table"
    workbook, table = formats.read(file), formats.read(plain)
    assert workbook.nodes == table.nodes and workbook.edges == table.edges
    assert [edge.at.line for edge in workbook.edges] == [2, 3]
    assert len(workbook.edge("TLR7-activates-IRF7").evidence) == 2
    one, other = (formats._parsed(each)[1].account() for each in (file, plain))
    said = sorted((value.field, value.said, value.fate) for value in one.values)
    assert said == sorted((value.field, value.said, value.fate) for value in other.values)
    formats.write(workbook, tmp_path / "again.yaml")
    assert kg.read(tmp_path / "again.yaml") == workbook


def test_a_wrong_cell_is_told_by_its_row_and_column(tmp_path):
    rows = [ROWS[0], ["TLR7", "activats", "IRF7"], ["TLR7", "activates", None, "a book", "mice", "fnding"]]
    _, wrong = formats.parse(saved(tmp_path, [*rows, ROWS[1]]))
    assert [(one.at.line, one.at.column, one.message) for one in wrong] == [
        (2, 2, "row 2, column B (verb): 'activats' is not a verb"),
        (3, 3, "row 3, column C (object): the object is empty"),
        (3, 4, "row 3, column D (source): 'a book' identifies no publication"),
        (3, 5, "row 3, column E (taxon): 'mice' is not a species in ontology/terms.tsv"),
        (3, 6, "row 3, column F (claim): 'fnding' is not a claim"),
    ]


def test_a_formula_is_neither_run_nor_read(tmp_path):
    file = saved(tmp_path, [ROWS[0], ["=1+1", "activates", "IRF7"]])
    result = run("convert", file, tmp_path / "out.yaml")
    assert result.exit_code == 1 and f"{file}:2:1: formula-cell" in result.stderr
    assert not (tmp_path / "out.yaml").exists()


def test_what_is_not_read_is_reported(tmp_path):
    rows = [["subject", "verb", "object", None, None, "why"], ["A", "activates", "B", "stray", "stray too", "so"]]
    _, ledger = formats._parsed(saved(tmp_path, rows, Other=["something"]))
    lost = {(one.record, one.field, one.said) for one in ledger.account().lost}
    assert lost == {
        ("edge", "unnamed 4", "stray"),
        ("edge", "unnamed 5", "stray too"),
        ("edge", "why", "so"),
        ("sheet", "name", "Other"),
    }


def packed(tmp_path, change):
    """A workbook whose parts somebody has changed."""
    file, other = saved(tmp_path), tmp_path / "y.xlsx"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return other


BOMB = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda name, data: BOMB + data.partition(b"?>")[2] if "sheet1" in name else data, "doctype"),
        (lambda name, data: data.decode().encode("utf-16") if "sheet1" in name else data, "doctype"),
        (lambda name, data: data[: len(data) // 2] if "sheet1" in name else data, "no-table"),
        (lambda name, data: b" " * 200_000 if "sheet1" in name else data, "too-large"),
        (lambda name, data: b"" if "workbook.xml" in name else data, "no-table"),
    ],
)
def test_a_hostile_workbook_is_refused_and_nothing_is_written(change, code, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "LARGEST", 80_000)
    file = packed(tmp_path, change)
    result = run("convert", file, tmp_path / "out.yaml")
    assert result.exit_code == 1 and f"{file}:1:1: {code}" in result.stderr, result.output
    assert not (tmp_path / "out.yaml").exists()


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"\x00" * 100, b"no zip"])
def test_a_file_that_is_no_workbook_is_told(data, tmp_path):
    file = tmp_path / "x.xlsx"
    file.write_bytes(data)
    result = run("check", file)
    assert result.exit_code == 1 and "no-table" in result.stderr and not isinstance(result.exception, ValueError)


def test_a_row_without_end_is_refused(tmp_path):
    with pytest.raises(InvalidMechanism, match="too-many"):
        formats.parse(saved(tmp_path, [ROWS[0], ["A", "activates", "B", *["x"] * 1100]]))


def test_without_openpyxl_it_is_said_what_to_install(tmp_path, monkeypatch):
    file = saved(tmp_path)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    result = run("check", file)
    assert result.exit_code == 1 and "[xlsx]" in result.stderr and "save the sheet as CSV" in result.stderr
