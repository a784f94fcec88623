"""What changed between two versions: each kind of change on a copy of the seed, and none where only the layout changed."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner
from conftest import EVERY

import kg
from kg.cli.group import main
from kg.model.diagnostics import InvalidMechanism
from kg.model.records import Frozen
from kg.review.diff import KINDS, diff, html, load

SEED = kg.data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml"
TEXT = SEED.read_text(encoding="utf-8")


@pytest.fixture
def unasked(monkeypatch):
    """Compares without the questions of the library: to load both versions and ask all of them takes most of the time."""
    monkeypatch.setattr(sys.modules[diff.__module__], "_answers", lambda old, new: ())


def changed(tmp_path, *pairs):
    """The difference between the seed and a copy of it in which some texts were replaced."""
    text = TEXT
    for old, new in pairs:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    file = tmp_path / "new.yaml"
    file.write_text(text, encoding="utf-8")
    return diff(SEED, file)


def by_kind(difference):
    found = {}
    for change in difference.changes:
        found.setdefault(change.kind, []).append(change)
    return found


def test_a_file_that_was_only_reformatted_has_not_changed(tmp_path):
    again = tmp_path / "again.yaml"
    kg.write(kg.read(SEED), again)  # other quotes, other breaks, no comments
    assert again.read_text(encoding="utf-8") != TEXT
    found = diff(SEED, again)
    assert found.changes == () and "No difference" in found.text()


@pytest.mark.parametrize(
    ("kind", "about", "pairs"),
    [
        ("edge-removed", "cell-death", [("- edge: chemotherapy induces tumour_cell_death\n  name: cell-death\n  in: tumour\n  evidence:\n  - {anchor: cancer cells are killed by chemotherapy, claim: background}\n", "")]),
        ("edge-added", "new", [("edges:\n", "edges:\n- edge: chemotherapy depletes RNase_A\n  name: new\n  evidence: [{anchor: x, claim: finding}]\n")]),
        ("sign-flipped", "maturation", [("TLR7_active enables DC_maturation", "TLR7_active prevents DC_maturation")]),
        ("edge-changed", "activation", [("miR146a activates TLR7_active", "miR146a promotes TLR7_active")]),
        ("edge-changed", "cargo", [("  requires:\n  - node: tumour_miR146a_high", "  unless:\n  - node: tumour_miR146a_high")]),
        ("evidence-gained", "engulfment", [("claim: finding}\n\n- edge: engulfed_bodies carries", "claim: finding}\n  - {span: [1, 9], claim: finding}\n\n- edge: engulfed_bodies carries")]),
        ("evidence-lost", "binding", [('  - {span: [1972, 2015], claim: finding, says: "the binding was found in the endolysosomal compartment of dendritic cells"}  # where it happens\n', "")]),
        ("claim-changed", "protection", [("span: [829, 882], claim: finding", "span: [829, 882], claim: background")]),
        ("context-changed", "synergy", [("{anchor: strong synergy with chemotherapy, claim: finding,", "{anchor: strong synergy with chemotherapy, context: {model: melanoma}, claim: finding,")]),
        ("species-changed", "synergy", [('{anchor: strong synergy with chemotherapy, claim: finding, taxon: "NCBITaxon:10090 ! Mus musculus"}', '{anchor: strong synergy with chemotherapy, claim: finding, taxon: "NCBITaxon:9606 ! Homo sapiens"}')]),
        ("term-changed", "RNase_A", [("MESH:D012259 ! Ribonuclease, Pancreatic", "GO:0004522 ! ribonuclease A activity")]),
        ("node-changed", "TLR7", [("    name: TLR7\n    in: endolysosome\n    at start: present", "    name: TLR7\n    in: endolysosome\n    at start: absent")]),
        ("source-changed", "paper", [("doi: 10.1158/0008-5472.CAN-25-5547", "doi: 10.1158/0008-5472.CAN-25-5548")]),
        ("expectation-fails", "both: miR146a is present", [("- edge: Ta1_supplement supplies Ta1\n  name: supplementation\n", "- edge: Ta1_supplement supplies Ta1\n  name: supplementation\n  run: no\n")]),
        ("conflict-resolved", "disputed", [(", claim: regulatory, stance: disputes}\n  - {source: fda-by-news, claim: regulatory, stance: disputes}", ", claim: regulatory}\n  - {source: fda-by-news, claim: regulatory}")]),
        ("answer-changed", "what-protects", [("    name: RNase A\n", "    name: RNase 1\n")]),
        ("answer-lost", "what-protects", [("- edge: Ta1 protects miR146a from RNase_A\n", "- edge: Ta1 binds miR146a\n")]),
        ("rest-changed", "version", [("version: 0.1.0", "version: 0.2.0")]),
        ("rest-changed", "layout", [("- [., ., Ta1_blood, ., ., ., .]", "- [., Ta1_blood, ., ., ., ., .]")]),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_told(kind, about, pairs, tmp_path, request):
    if kind not in ("answer-changed", "answer-lost"):
        request.getfixturevalue("unasked")
    difference = changed(tmp_path, *pairs)
    found = by_kind(difference)
    assert kind in found, found
    assert about in {change.about for change in found[kind]}
    order = list(KINDS)
    own = [order.index(change.kind) for change in difference.changes if change.mechanism == "ta1-tlr7"]
    assert own == sorted(own)


def test_only_what_changed_is_told(tmp_path, unasked):
    found = changed(tmp_path, ("TLR7_active enables DC_maturation", "TLR7_active induces DC_maturation"))
    assert [(change.kind, change.old, change.new) for change in found.changes] == [
        (
            "edge-changed",
            "TLR7 signalling enables dendritic-cell maturation",
            "TLR7 signalling induces dendritic-cell maturation",
        )
    ]


def test_an_edge_without_a_name_of_its_own_is_the_same_edge_under_another_verb(tmp_path, unasked):
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    starter = (kg.data_dir("ontology") / "starter.yaml").read_text(encoding="utf-8").replace("NAME", "new")
    edge = re.search(r"- edge: (\w+) (\w+) (\w+)\n", starter)
    one.write_text(starter, encoding="utf-8")
    two.write_text(starter.replace(edge[0], f"- edge: {edge[1]} prevents {edge[3]}\n"), encoding="utf-8")
    kinds = by_kind(diff(one, two))
    assert "edge-removed" not in kinds and "edge-added" not in kinds
    assert "sign-flipped" in kinds


def test_built_rdf_is_compared_with_what_it_carries(tmp_path):
    for name in ("ta1-tlr7.ttl", "ta1-tlr7.nq"):
        kg.write(kg.read("ta1-tlr7"), tmp_path / name)
        same = diff(tmp_path / name, "ta1-tlr7")
        assert same.changes == () and "No difference" in same.text() and not same.unsaid
    text = (tmp_path / "ta1-tlr7.ttl").read_text(encoding="utf-8")
    (tmp_path / "other.ttl").write_text(
        text.replace('kgv:startsAs "present"', 'kgv:startsAs "absent"'), encoding="utf-8"
    )
    found = by_kind(diff(tmp_path / "ta1-tlr7.ttl", tmp_path / "other.ttl"))
    assert {change.about for change in found["node-changed"]} == {
        "CD8_T_cells",
        "RNase_A",
        "TLR7",
        "tumour_antigen",
    }
    assert "both: tumour_control higher than chemo" in {change.about for change in found["expectation-fails"]}


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("tour", "Chemotherapy leaves debris", "Chemotherapy leaves something"),
        ("layout", "., Ta1_blood, ., ., ., .]", "Ta1_blood, ., ., ., ., .]"),
        ("readings", "title: Tα-1 not only protects", "title: Tα-1 does not only protect"),
        ("readings", "that the peptide is also needed to reach TLR7", "that it is also needed to reach TLR7"),
    ],
)
def test_what_programs_read_in_rdf_is_compared_as_well(part, old, new, tmp_path, request):
    if part != "tour":  # once a mechanism and an RDF file are asked all questions
        request.getfixturevalue("unasked")
    assert TEXT.count(old) == 1, "the seed has changed"
    changed = tmp_path / "changed.yaml"
    changed.write_text(TEXT.replace(old, new), encoding="utf-8")
    kg.write(kg.read(changed), tmp_path / "changed.ttl")
    found = diff("ta1-tlr7", tmp_path / "changed.ttl")
    assert part in {change.about for change in by_kind(found)["rest-changed"]}


@pytest.mark.slow
def test_git_revisions_and_folders_are_versions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "seeds" / "ta1-tlr7"
    folder.mkdir(parents=True)
    file = folder / "mechanism.yaml"
    file.write_text(TEXT, encoding="utf-8")

    def git(*arguments):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    file.write_text(TEXT.replace("version: 0.1.0", "version: 0.2.0"), encoding="utf-8")
    for old in (
        "HEAD:seeds/ta1-tlr7/mechanism.yaml",
        "HEAD:seeds/ta1-tlr7",
        "HEAD:ta1-tlr7",
        "HEAD:seeds",
        "HEAD:./seeds",
    ):
        found = by_kind(diff(old, "seeds" if old.endswith("seeds") else file))
        assert [change.new for change in found["rest-changed"]] == ["0.2.0"], old
    other = tmp_path / "seeds" / "other"
    other.mkdir()
    (other / "mechanism.yaml").write_text(TEXT.replace("id: ta1-tlr7", "id: other"), encoding="utf-8")
    assert [c.about for c in by_kind(diff("HEAD:seeds", "seeds"))["mechanism-added"]] == ["other"]
    for wrong, words in (
        ("NONE:seeds", "no such revision"),
        ("HEAD:nowhere", "no such file"),
        ("-x:y", "is not a revision"),
    ):
        with pytest.raises(InvalidMechanism, match=words):
            load(wrong)


def test_a_version_with_errors_is_compared_and_not_run(tmp_path):
    found = changed(tmp_path, ("RNase_A degrades miR146a", "RNase_A supplies miR146a"))
    assert "sign-flipped" in by_kind(found) and "answer-changed" not in by_kind(found)
    assert "has errors, so nothing of it was run" in found.text()


class Requests(HTMLParser):
    """Whatever a page would load or run."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [tag] * (tag in ("script", "link", "img", "iframe", "object"))
        self.found += [
            value for name, value in attrs if name in ("src", "href", "onload", "onerror") and not value.startswith("#")
        ]


def test_the_page_is_offline_escaped_and_has_both_pictures(tmp_path, unasked):
    found = changed(
        tmp_path,
        ("    name: RNase A\n", "    name: <script>alert(1)</script>\n"),
        ("TLR7_active enables DC", "TLR7_active prevents DC"),
    )
    page = html(found)
    seen = Requests()
    seen.feed(page)
    assert seen.found == []
    assert page.count("<svg") == 2 and page.count("<figcaption>before") == 1
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "No difference" in html(diff("ta1-tlr7", "ta1-tlr7"))


def test_the_command_prints_markdown_json_and_a_page(tmp_path, unasked):
    new = tmp_path / "new.yaml"
    new.write_text(TEXT.replace("TLR7_active enables DC", "TLR7_active prevents DC"), encoding="utf-8")

    def run(*arguments):
        return CliRunner().invoke(main, ["diff", *map(str, arguments)])

    result = run("ta1-tlr7", new, "--html", tmp_path / "page.html")
    assert result.exit_code == 0
    assert "**Sign flipped**\n- maturation: TLR7 signalling enables" in result.output
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    found = json.loads(run("ta1-tlr7", new, "--json").output)
    assert found["changes"][0]["kind"] == "sign-flipped"
    assert run("ta1-tlr7", "ta1-tlr7").exit_code == 0
    assert run("ta1-tlr7", "no-such").exit_code == 1
    (tmp_path / "other.ttl").write_text("<http://x/s> <http://x/p> 'o' .", encoding="utf-8")
    nothing = run("ta1-tlr7", tmp_path / "other.ttl")
    assert nothing.exit_code == 1 and "no mechanism is in this RDF" in nothing.output


def test_a_title_or_name_that_says_nothing_new_is_no_change(tmp_path, unasked):
    seed = kg.read("ta1-tlr7")
    place, condition = seed.places["endolysosome"], seed.conditions["both"]
    before = replace(seed, places=Frozen({**seed.places, "endolysosome": replace(place, name="")}))
    after = replace(seed, places=Frozen({**seed.places, "endolysosome": replace(place, name=place.term.label)}))
    kg.write(before, tmp_path / "a.yaml")
    kg.write(after, tmp_path / "b.yaml")
    assert diff(tmp_path / "a.yaml", tmp_path / "b.yaml").changes == ()
    named = replace(after, conditions=Frozen({**seed.conditions, "both": replace(condition, title="another title")}))
    kg.write(named, tmp_path / "c.yaml")
    assert [change.about for change in diff(tmp_path / "b.yaml", tmp_path / "c.yaml").changes] == ["conditions"]


@pytest.mark.parametrize("mechanism", EVERY, ids=lambda m: m.id)
def test_every_seed_comes_back_from_its_rdf(mechanism, tmp_path):
    kg.write(mechanism, tmp_path / "m.ttl")
    assert [str(change) for change in diff(tmp_path / "m.ttl", mechanism.file).changes] == []
