"""Build and the commands, as a user runs them: all or nothing, the same bytes, clear words, exit codes."""

import io
import json
import re
import shutil
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ACTIVE, EVERY, LITTLE

import kg
from kg import formats
from kg.cli.group import main
from kg.cli.printing import Progress
from kg.formats.rdf import write
from kg.reasoning import disagreements, network
from kg.reasoning.merge import merge
from kg.site.build import STAMP, build, contents, outputs

SEED = kg.data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml"
GOLDEN = kg.data_dir("seeds").parent / "exports"
FAST = ["ttl", "graphml"]


def run(*arguments, **env):
    return CliRunner().invoke(main, list(arguments), env=env)


@pytest.fixture
def broken(tmp_path):
    """A mechanism with two faults."""
    file = tmp_path / "broken" / "mechanism.yaml"
    file.parent.mkdir()
    text = SEED.read_text(encoding="utf-8")
    file.write_text(
        text.replace("RNase_A degrades", "RNase_A degrads").replace("in: lymph_node", "in: lymf_node", 1),
        encoding="utf-8",
    )
    return file


def test_a_build_writes_every_output_and_says_what(built):
    printed = built.with_suffix(".txt").read_text(encoding="utf-8")
    printed = re.search(r"^ta1-tlr7: .*\n(  .*\n)+", printed, re.MULTILINE)[0]
    extras = {row.suffix for row in formats.FORMATS.values() if row.extra}  # these only where they are asked for
    for ending in outputs().values():
        file = built / f"ta1-tlr7{ending}"
        assert file.exists() == (ending not in extras)
        if ending in extras:
            continue
        assert file.stat().st_size > 500
        assert re.search(rf"{file.stat().st_size / 1000:.1f} kB +{re.escape(str(file))}", printed)
    for word in ("22 nodes, 28 edges", "finding", "inference", "Mus musculus", "not stated", "0 of 160 anchors"):
        assert word in printed
    assert not list(built.glob(".kg-*"))


def test_an_invalid_mechanism_stops_the_build_and_nothing_is_touched(tmp_path, broken):
    out = tmp_path / "out"
    build([LITTLE], out, FAST)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    result = run("build", str(LITTLE), str(broken), "-o", str(out), "--only", "ttl")
    assert result.exit_code == 1
    assert "unknown-verb" in result.stderr and "write degrades" in result.stderr
    assert "unknown-place" in result.stderr and "2 errors" in result.stderr
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    missing = tmp_path / "none"
    assert run("build", str(broken), "-o", str(missing)).exit_code == 1
    assert not missing.exists()


def test_a_fault_while_writing_leaves_what_was_there(tmp_path, monkeypatch):
    build([LITTLE], tmp_path, FAST)
    before = (tmp_path / "tlr7-activity.ttl").read_bytes()
    text = LITTLE.read_text(encoding="utf-8").replace("title: A microRNA makes", "title: A microRNA may make")
    changed = tmp_path / "changed.yaml"
    changed.write_text(text, encoding="utf-8")

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_space)
    result = run("build", str(changed), "-o", str(tmp_path), "--only", "ttl,graphml")
    assert result.exit_code == 1 and "No space left" in result.stderr
    assert (tmp_path / "tlr7-activity.ttl").read_bytes() == before
    assert not list(tmp_path.glob(".kg-*"))


def test_unchanged_inputs_are_not_built_again(tmp_path):
    first = build([LITTLE], tmp_path, FAST)
    stamps = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    second = build([LITTLE], tmp_path, FAST)
    assert (first.fresh, second.fresh) == (True, False)
    assert second.summaries == first.summaries
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps
    (tmp_path / "tlr7-activity.ttl").write_text("spoiled", encoding="utf-8")
    assert build([LITTLE], tmp_path, FAST).fresh
    assert build([LITTLE], tmp_path, ["ttl"]).fresh
    (tmp_path / STAMP).write_text("{}", encoding="utf-8")
    assert build([LITTLE], tmp_path, ["ttl"]).fresh


def test_a_changed_mechanism_is_built_again(tmp_path):
    file = tmp_path / "m.yaml"
    shutil.copy(LITTLE, file)
    build([file], tmp_path / "out", ["ttl"])
    file.write_text(file.read_text(encoding="utf-8").replace("version: 0.1.0", "version: 0.3.0"), encoding="utf-8")
    assert build([file], tmp_path / "out", ["ttl"]).fresh
    assert '"0.3.0"' in (tmp_path / "out" / "tlr7-activity.ttl").read_text(encoding="utf-8")


def test_two_mechanisms_of_one_id_are_refused(tmp_path):
    other = tmp_path / "other.yaml"
    shutil.copy(SEED, other)
    result = run("build", str(SEED), str(other), "-o", str(tmp_path / "out"), "--only", "ttl")
    assert result.exit_code == 1 and "duplicate-id" in result.stderr


@pytest.mark.parametrize("ending", [".ttl", ".jsonld", ".run.ttl", ".graphml", ".svg"])
def test_the_committed_exports_are_what_a_build_writes(ending, built):
    """exports/ holds golden files. If this fails and the change is meant: kg build, and commit them."""
    made = (built / f"ta1-tlr7{ending}").read_bytes()
    assert made == (GOLDEN / f"ta1-tlr7{ending}").read_bytes(), "python tests/derived.py"


@pytest.mark.parametrize("mechanism", EVERY, ids=lambda m: m.id)
def test_the_committed_turtle_is_what_is_written(mechanism):
    made = formats.text(mechanism, ".ttl").encode()
    assert made == (GOLDEN / f"{mechanism.id}.ttl").read_bytes(), "python tests/derived.py"


def test_check_prints_every_complaint_and_exits_1(broken):
    result = run("check", str(broken))
    assert result.exit_code == 1
    assert re.search(r"mechanism\.yaml:\d+:\d+: unknown-verb: 'degrads' is not a verb", result.stderr)
    assert "2 errors" in result.stdout
    found = json.loads(run("check", str(broken), "--json").stdout)
    assert [one["code"] for one in found[0]["diagnostics"]] == ["unknown-place", "unknown-verb"]
    assert set(found[0]["diagnostics"][0]) == {"file", "line", "column", "code", "severity", "message", "help"}


def test_check_says_how_much_it_checked(tmp_path):
    result = run("check", "ta1-tlr7", KG_SOURCES="")
    assert (
        result.exit_code == 0
        and "0 of 160 anchors and spans were compared with the source text; 160 were not: no text was found; 41 more have a source without a text"
        in result.stdout
    )
    strict = run("check", "ta1-tlr7", "--strict", KG_SOURCES="")
    assert strict.exit_code == 1 and "160 errors" in strict.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["check", "no-such"], 1, "not-found"),
        (["check", "ta1-tlr"], 1, "did you mean 'ta1-tlr7'?"),
        (["build", "--only", "pdf"], 2, "'pdf' is none of ttl"),
        (["whatif", "ta1-tlr7", "--set", "TLR=absent"], 1, "did you mean 'TLR7'?"),
        (["whatif", "ta1-tlr7", "--set", "TLR7"], 2, "write NODE=VALUE"),
        (
            ["whatif", "ta1-tlr7", "--set", "TLR7=absent", "--set", "TLR7=present"],
            2,
            "TLR7 is set to absent and to present",
        ),
        (["whatif", "ta1-tlr7", "--in", "bot"], 1, "did you mean 'both'?"),
        (["why", "ta1-tlr7", "CD8"], 1, "no node is called 'CD8'"),
        (["whatif", "ta1-tlr7", "--conditions", "--in", "both"], 2, "leave out --in"),
        (["paths", "ta1-tlr7", "TLR7", "TLR7", "--most", "-1"], 2, "not in the range"),
        (["build", "-o", ""], 2, "--out is empty"),
        (["build", "--only", ","], 2, "--only is empty"),
        (["paths", "ta1-tlr7", "TLR7", "nowhere"], 1, "no node is called 'nowhere'"),
        (["build", "--no-such-option"], 2, "No such option"),
        (["ground", "zzzz"], 1, "no term is like"),
        (["new", "Not A Name"], 2, "small letters"),
        (["locate", "no-such-file", "words"], 2, "does not exist"),
    ],
)
def test_mistakes_are_answered_in_words(arguments, code, words):
    result = run(*arguments)
    assert (result.exit_code, words in result.output) == (code, True), result.output
    assert "Traceback" not in result.output


def test_ground_shows_id_label_kind_and_where_it_was_looked_up():
    result = run("ground", "apoptotic", "body", "-n", "1")
    assert result.output.splitlines()[0] == "GO:0097189 ! apoptotic body"
    assert "structure" in result.output and "go.json" in result.output
    assert json.loads(run("ground", "TLR7", "--json").output)["matches"][0]["id"] in ("HGNC:15631", "MGI:2176882")


def test_locate_finds_section_paragraph_and_span(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("Findings\n\nFirst words.\n\nRNase A degrades it; RNase A is named.\n", encoding="utf-8")
    one = run("locate", str(text), "degrades it")
    assert (
        "span: [32, 43]" in one.output
        and "“Findings”, paragraph 2" in one.output
        and "anchor: degrades it" in one.output
    )
    assert "found 2 times" in run("locate", str(text), "RNase", "A").output
    absent = run("locate", str(text), "RNase", "A", "destroys", "it")
    assert absent.exit_code == 1 and "it says: RNase A degrades it" in absent.output


def test_formats_lists_what_is_read_and_written():
    rows = {row["name"]: row for row in json.loads(run("formats", "--json").output)}
    assert rows["yaml"]["reads"] and rows["yaml"]["writes"] and not rows["html"]["reads"]
    written = {name for name, row in rows.items() if row["writes"]}
    assert set(outputs()) | {"yaml"} == written and rows["signor"]["reads"] and not rows["signor"]["writes"]


def test_every_answer_of_a_run_carries_the_source_strip():
    strip = " · ".join(kg.read("ta1-tlr7").caveats)
    for arguments in (
        ["whatif", "ta1-tlr7", "--in", "both"],
        ["whatif", "ta1-tlr7", "--conditions"],
        ["whatif", "ta1-tlr7", "--fixed-points"],
        ["why", "ta1-tlr7", "tumour_control", "--in", "both", "--all"],
        ["discriminate", "ta1-tlr7"],
    ):
        result = run(*arguments)
        assert result.exit_code == 0, result.output
        assert strip in result.output, arguments


def test_whatif_as_json_has_the_documented_keys():
    found = json.loads(run("whatif", "ta1-tlr7", "--in", "both-without-TLR7", "--json").stdout)
    assert found["values"]["tumour_control"] == "partial"
    assert found["values"]["TLR7"] == "absent"
    assert "tumour_control" in found["changed"]
    assert found["because"]["tumour_control"]["status"] == "reproduces an observation"
    assert found["compared_with"] == "start"
    assert found["outcomes"][2] == {"node": "CD8_priming", "before": "unknown", "after": "absent"}
    open_ = json.loads(run("whatif", "ta1-tlr7", "--in", "both-miR-unstated", "--json").stdout)
    assert open_["values"]["tumour_control"] == ["partial", "strong"]
    fixed = json.loads(run("whatif", "ta1-tlr7", "--in", "both", "--fixed-points", "--json").stdout)
    assert fixed["complete"] is True
    assert {point["tumour_control"] for point in fixed["fixed_points"]} == {"strong"}


def test_paths_print_each_route_with_its_sign():
    found = json.loads(run("paths", "ta1-tlr7", "chemotherapy", "tumour_control", "--json").stdout)
    assert found["net"] == "mixed"
    first = found["routes"][0]
    assert (first["edges"], first["sign"]) == (["cell-death", "direct-killing"], "+")
    assert (first["support"]["supporting"], first["support"]["read"]) == (1, ["full"])
    capped = run("paths", "ta1-tlr7", "chemotherapy", "tumour_control", "--most", "1")
    assert "1 route and more" in capped.stdout
    assert "weakest step: tumour-cell death → tumour control (no source, curator inference)" in capped.stdout
    assert first["weakest"]["edge"] == "direct-killing" and first["weakest"]["sources"] == 0


def test_one_file_that_cannot_be_read_hides_no_other(broken):
    found = json.loads(run("check", "--json", "no-such", str(broken), "ta1-tlr7").stdout)
    assert [len(one["diagnostics"]) for one in found] == [1, 2, 0]
    plain = run("check", "no-such", "ta1-tlr7")
    assert plain.exit_code == 1
    assert "not-found" in plain.stderr
    assert "nothing wrong" in plain.stdout


def test_a_text_that_comes_or_goes_is_an_input_of_the_build(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    assert build([LITTLE], tmp_path / "out", ["ttl"], sources=texts).fresh
    (texts / "article.md").write_text("some text", encoding="utf-8")
    assert build([LITTLE], tmp_path / "out", ["ttl"], sources=texts).fresh
    assert not build([LITTLE], tmp_path / "out", ["ttl"], sources=texts).fresh


def test_a_folder_in_the_way_stops_the_build_before_anything_is_replaced(tmp_path):
    build([LITTLE], tmp_path, ["ttl"])
    before = (tmp_path / "tlr7-activity.ttl").read_bytes()
    (tmp_path / "tlr7-activity.graphml").mkdir()
    result = run("build", str(LITTLE), "-o", str(tmp_path), "--only", "graphml,ttl")
    assert result.exit_code == 1
    assert "tlr7-activity.graphml: this is a folder" in result.stderr
    assert (tmp_path / "tlr7-activity.ttl").read_bytes() == before
    assert not list(tmp_path.glob(".kg-*"))


def test_the_same_settings_have_the_same_status_however_they_are_given():
    named = json.loads(run("whatif", "ta1-tlr7", "--in", "both-without-TLR7", "--json").stdout)
    built = json.loads(
        run("whatif", "ta1-tlr7", "--in", "both", "--set", "TLR7=absent", "--against", "start", "--json").stdout
    )
    assert named["because"] == built["because"]


def test_routes_that_were_not_looked_at_have_no_sign():
    found = json.loads(run("paths", "ta1-tlr7", "chemotherapy", "tumour_control", "--most", "1", "--json").stdout)
    assert (found["capped"], found["net"]) == (True, "unknown")


def test_a_build_computes_each_graph_run_and_list_of_conflicts_once(monkeypatch):
    """Of two mechanisms and of the whole: how often each thing is computed that is dear."""
    computed = Counter()

    def counted(home, name, what, of):
        function = getattr(home, name)

        def counting(first, *arguments):
            computed[what, of(first, *arguments)] += 1
            return function(first, *arguments)

        monkeypatch.setattr(home, name, counting)

    counted(write._RdfWriter, "__init__", "graph", lambda _, mechanism: mechanism.id)
    counted(write._RunsWriter, "__init__", "graph of runs", lambda _, mechanism: mechanism.id)
    counted(disagreements, "conflicts", "conflicts", lambda parts: "+".join(part.id for part in parts))
    counted(network.Network, "freeze", "networks", lambda _: "")
    seeds = [replace(ACTIVE, id="one"), replace(ACTIVE, id="other")]  # of which nothing was computed yet
    contents(seeds)
    assert computed.pop(("networks", "")) == sum(len(network.readings(one)) for one in (*seeds, merge(seeds)))
    once = [(what, m.id) for what in ("graph", "graph of runs", "conflicts") for m in seeds]
    assert computed == dict.fromkeys([*once, ("conflicts", "one+other")], 1)


def test_long_work_shows_the_share_that_is_done(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    with Progress() as say:
        say("reading one", 0.0)
        say("reading two", 0.5)
        say("counting")
        say("writing one", 0.25)
    shown = sys.stderr.getvalue()
    assert "50%" in shown and "reading two" in shown
    assert "counting" in shown and "25%" in shown
