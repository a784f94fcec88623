"""The writing bench: what it asks kg, how it saves, and that a mechanism can be written in it from a file."""

import base64
import gzip
import http.client
import json
import re
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import LITTLE, serving

import kg
from kg import bench, formats, page
from kg.bench.serve import Bench
from kg.bench.session import Session, patch, words
from kg.cli.group import main
from kg.formats.notation.read import parse_bytes
from kg.model import lexicon
from kg.model.diagnostics import KgError
from kg.model.names import fold
from kg.page.written import BENCH, written
from kg.reasoning import screens, whatif
from kg.reasoning.merge import merge

TEXT = LITTLE.read_text(encoding="utf-8")
SEED = (kg.data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml").read_text(encoding="utf-8")


def edited(text, edit):
    """The text after an edit, whose places count as JavaScript does."""
    units = text.encode("utf-16-le")
    for one in sorted(edit["changes"], key=lambda one: -one["from"]):
        units = units[: 2 * one["from"]] + one["insert"].encode("utf-16-le") + units[2 * one["to"] :]
    return units.decode("utf-16-le")


# ---------------------------------------------------------------- what is said of a text


def test_a_complaint_has_its_place_and_the_word_that_mends_it():
    session = Session()
    said = session.open(SEED.replace("RNase_A degrades miR146a", "RNase_A degrads miR146a"))
    assert not said["valid"] and said["outcomes"] == [] and session.picture() == {}
    (one, *_) = (one for one in said["complaints"] if one["code"] == "unknown-verb")
    text = SEED.replace("RNase_A degrades miR146a", "RNase_A degrads miR146a")
    assert text[one["from"] : one["to"]] == "degrads" and text.count("\n", 0, one["from"]) == one["line"] - 1
    fix = one["fixes"][0]
    assert fix["name"] == "Write degrades" and edited(text, fix) == SEED


@pytest.mark.parametrize(
    "text", ["", "\x00", "a: [", "- 1", "id: x\nedges: 3", "\ud800", "a: &a [*a]", "x: " + "[" * 500]
)
def test_any_text_is_answered_and_never_a_crash(text):
    said = Session().open(text)
    assert not said["valid"] and said["complaints"] and json.dumps(said)


def test_what_is_said_is_what_the_commands_say():
    session = Session()
    said = session.open(SEED)
    assert said["valid"] and session.pins()["runs"] == str(kg.check(kg.read("ta1-tlr7"), sources="").runs)
    both = next(row for row in said["outcomes"] if row["condition"] == "both")
    assert both["values"]["tumour_control"] == "strong"
    asked = session.answer("both", {"TLR7": "absent"})
    assert asked == kg.whatif(kg.read("ta1-tlr7"), "both", {"TLR7": "absent"}).as_dict()
    assert "error" in session.answer("no such", {}) and "error" in session.answer("both", {"none": "absent"})
    assert session.picture()["part"] == "" and session.svg() == kg.page.svg(kg.read("ta1-tlr7"))


def test_an_edit_tells_the_outcomes_that_change_and_the_changes_in_words():
    session = Session()
    session.open(TEXT)
    edited = TEXT.replace("activates", "inhibits", 1)
    assert edited != TEXT
    told = session.changes(edited)
    assert "**Sign flipped**" in told and "mechanism.yaml as opened → mechanism.yaml" in told
    assert session.look(TEXT)["valid"]
    said = session.look(edited)
    assert said["changed"] and {"before", "after", "node", "why"} <= said["changed"][0].keys()


def test_expectations_are_told_as_they_turn_and_a_screen_is_that_of_the_command():
    session = Session()
    first = session.open(SEED)["expectations"]
    assert {one["state"] for one in first} <= {"holds", "open"} and not any(one["was"] for one in first)
    flipped = session.look(SEED.replace("miR146a activates TLR7_active", "miR146a inhibits TLR7_active"))
    assert any(one["code"].startswith("expectation-") for one in flipped["complaints"]) and flipped["changed"]
    turned = [one for one in flipped["expectations"] if one["was"]]
    assert turned and all(one["state"] != one["was"] for one in turned)
    assert "expect" in SEED.split("\n")[turned[0]["line"] - 1] or "given" in SEED.split("\n")[turned[0]["line"] - 1]
    assert {one["was"] for one in session.look(SEED)["expectations"]} & {"fails", "open"}, "and back"
    found = session.screen("both", "absent")
    trials = screens.screen(kg.read("ta1-tlr7"), "both")
    assert [row["node"] for row in found["rows"]] == [node for trial in trials for node in trial.settings]
    assert [[cell["after"] for cell in row["cells"]] for row in found["rows"]] == [
        [whatif.shown(one.after) for one in trial.outcomes] for trial in trials
    ]
    assert {cell["way"] for row in found["rows"] for cell in row["cells"]} >= {"lower", "same"}
    assert Session().screen("", "absent") == {"outcomes": [], "rows": []}


def test_an_export_is_what_the_commands_write():
    session = Session()
    session.open(TEXT, "little/mechanism.yaml")
    m = kg.read(LITTLE)
    assert session.export(TEXT, "ttl") == formats.text(m, ".ttl")
    assert session.export(TEXT, "html") == page.html(m)
    with pytest.raises(KgError, match="mend them first"):
        session.export("id: a", "ttl")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TEXT, TEXT.replace("activates", "inhibits", 1)),
        (TEXT, TEXT.rstrip("\n")),
        (TEXT.rstrip("\n"), TEXT.replace("A microRNA", "--- a/x\u2028\r+++ b/x", 1)),
        ("", TEXT),
    ],
)
def test_a_proposed_change_is_applied_by_git(tmp_path, old, new):
    file = tmp_path / "seeds" / "little" / "mechanism.yaml"
    file.parent.mkdir(parents=True)
    if old:
        file.write_bytes(old.encode())
    told = "what changed\n--- a/seeds/little/mechanism.yaml\n+++ b/x\n@@ -1 +1 @@"
    (tmp_path / "a.patch").write_bytes(patch("seeds/little/mechanism.yaml", old, new, told).encode())
    subprocess.run(["git", "apply", "a.patch"], cwd=tmp_path, check=True)
    assert file.read_bytes() == new.encode()
    session = Session()
    session.open(TEXT)
    proposed = session.export(TEXT.replace("activates", "inhibits", 1), "patch")
    assert "# **Sign flipped**" in proposed and "\n+- edge: miR146a inhibits TLR7_active\n" in proposed
    assert session.export(TEXT, "patch") == ""


def test_suggestions_are_entries_that_can_be_written_and_know_what_is_encoded():
    session = Session()
    session.open(SEED)
    source = "RNase A may degrade miR-146a-5p in mice. RNase A inhibits TLR7."
    one, two = session.suggest(source)
    assert one["encoded"] and not two["encoded"] and two["nodes"] == {} and two["said"] == "RNase A inhibits TLR7"
    assert one["evidence"]["hedge"] == "may" and one["evidence"]["taxon"] == ["NCBITaxon:10090 ! Mus musculus"]
    values = [[["edges", None], {"edge": two["edge"], "evidence": [two["evidence"]]}]]
    after = edited(SEED, session.edit(SEED, "all", {"values": values}))
    assert len(after.split("\n")) > len(SEED.split("\n"))
    added = {one["name"] for one in session.look(after)["holds"]["edges"]} - {
        edge.name for edge in kg.read("ta1-tlr7").edges
    }
    assert added == {"RNase_A-inhibits-TLR7"}
    assert session.suggest("") == []


def test_a_source_text_shows_what_is_encoded_and_offers_evidence():
    session, anchored = Session(), TEXT.replace("says: the strand makes", "anchor: the strand makes")
    session.open(anchored)
    said = session.read(
        "<article><front/><body><p>\U0001d6fc: in mice, the strand makes the receptor signal. It may help. It may help.</p></body></article>"
    )
    source, hash = said["text"], said["source"]["texts"][0]
    assert "<" not in source and said["known"] == [] and len(hash) == 64
    units = source.encode("utf-16-le")

    def shown(one):
        return units[2 * one["from"] : 2 * one["to"]].decode("utf-16-le")

    (mark,) = session.marks()["marks"]
    assert shown(mark) == "the strand makes the receptor signal" and "activates" in mark["title"]
    offer = session.choose(anchored, mark["from"], mark["to"])
    assert (offer["anchor"], offer["taxon"], offer["wrong"]) == (shown(mark), ["NCBITaxon:10090 ! Mus musculus"], "")
    twice = units.index("It may help".encode("utf-16-le")) // 2
    offer = session.choose(anchored, twice, twice + 11)
    assert "occur 2 times" in offer["wrong"] and offer["anchor"] == "" and offer["hedges"] == ["may"]
    assert source[slice(*offer["span"])] == "It may help"
    assert "words; " in session.choose(anchored, 0, len(units) // 2)["wrong"]
    assert "Select words" in session.choose(anchored, 0, 0)["wrong"] and "error" in session.read("<article><p>")
    session.look(
        anchored.replace("the strand makes", "the strand made").replace("excerpt}", f"excerpt, texts: [{hash}]}}")
    )
    (absent,) = session.marks()["absent"]
    assert absent["near"] == "the strand makes the receptor signal" and session.marks()["marks"] == []


def test_edits_count_as_the_editor_counts_and_say_why_they_cannot_be():
    session, text = Session(), "# \U0001d6fc\U0001d6fd\n" + TEXT
    made = session.edit(text, "rename", {"of": "node", "old": "TLR7", "new": "receptor"})
    after = edited(text, made)
    assert after == "# \U0001d6fc\U0001d6fd\n" + edited(
        TEXT, session.edit(TEXT, "rename", {"of": "node", "old": "TLR7", "new": "receptor"})
    )
    at = len(text[: text.index("TLR7: {") + 2].encode("utf-16-le")) // 2
    assert session.named(text, at) == {"of": "node", "name": "TLR7", "times": 3}
    assert session.named(text, 1) == {} and session.named("a: [", 1) == {}
    assert "taken" in session.edit(TEXT, "rename", {"of": "node", "old": "TLR7", "new": "miR146a"})["error"]
    assert "mend that first" in session.edit("a: [", "set", {"path": ["id"], "value": "b"})["error"]
    assert session.content("id: a") == {"said": {"id": "a"}} and "error" in session.content("a: [")


def test_the_exercise_is_whole_and_what_is_to_be_written_lacks_its_sentences_only():
    folder = Path(bench.__file__).parent / "examples"
    report = kg.check(kg.read(folder / "finished.yaml"), sources=folder)
    assert not report.diagnostics and (report.coverage.matched, report.runs.held, report.runs.unpinned) == (9, 3, ())
    session = Session()
    session.open((folder / "finished.yaml").read_text(encoding="utf-8"))
    session.read((folder / "exercise.txt").read_text(encoding="utf-8"))
    assert len(session.marks()["marks"]) == 9 and session.marks()["absent"] == []
    said = session.open((folder / "empty.yaml").read_text(encoding="utf-8"))
    assert [one["code"] for one in said["complaints"] if one["severity"] == "error"] == ["missing-key"]


def test_everything_that_can_be_completed_is_known():
    known = words()
    assert {"edge", "evidence"} <= {row["key"] for row in known["records"]["edge"]}
    assert any(one["verb"] == "degrades" for one in known["verbs"])
    assert any(one["claim"] == "finding" for one in known["claims"])


def test_names_are_found_by_any_alias_however_they_are_spelt():
    session = Session()
    session.open("nodes:\n  IL23: {term: fplx:IL23 ! IL23, name: Interleukin-23}\n  tnf: {term: none, name: TNF-α}\n")
    for phrases, phrase, apply in (
        (["interleukin-2"], 0, "IL23"),
        (["lowers interleukin 23", "interleukin 23", "23"], 1, "IL23"),
        (["tnfa"], 0, "tnf"),
        (["toll like receptor 7"], 0, "MESH:D051199 ! Toll-Like Receptor 7"),
    ):
        assert any((one["phrase"], one["apply"]) == (phrase, apply) for one in session.names(phrases)), phrases
    assert all(one["detail"].startswith("node ") for one in session.names(["toll", "interleukin"], terms=False))
    assert session.names(["", "x"]) == []


@pytest.mark.slow
def test_the_lexicon_of_the_page_knows_what_the_lexicon_knows():
    held, whole = lexicon.PackedLexicon(lexicon.packed()), lexicon.lexicon()
    keys = [fold(name) for name in ("IL-17A", "TNF-α", "NK cells", "miR-146a", "no such name", "02 optic nerve", "DC")]
    assert [*whole.keys_from(["interleukin2"], range(8, 14), 50)] == [
        *held.keys_from(["interleukin2"], range(8, 14), 50)
    ]

    def told(one):
        return sorted((key, name.term.id, name.kind, name.name) for key, name in one.named(keys))

    assert told(held) == told(whole) and len(told(whole)) > 10
    for id in ("CL:0000235", "HGNC:15631", "CHEBI:1", "none:1"):
        assert (held.term(id), held.replacement(id)) == (whole.term(id), whole.replacement(id))
    with pytest.raises(ValueError, match="not a lexicon of kg"):
        lexicon.PackedLexicon(b"something else")


# ---------------------------------------------------------------- the picture and the text

PSORIASIS = (kg.data_dir("seeds") / "il23-psoriasis" / "mechanism.yaml").read_text(encoding="utf-8")
DRAWN = "- edge: IL17F activates extra\n  evidence:\n  - {claim: inference, because: drawn}\n"


def edited_by(session, text, how, **given):
    """A text after an edit, of which the editor is told by its own offsets; without an edit, why there is none."""
    told = session.edit(text, how, given)
    for one in sorted(told.get("changes", ()), key=lambda one: -one["from"]):
        text = text[: one["from"]] + one["insert"] + text[one["to"] :]
    return told.get("error", text)


def test_a_picture_stays_where_it_was_when_a_sentence_or_a_node_is_written():
    session = Session()
    session.open(PSORIASIS)
    before = session.picture()
    lines = dict(re.findall(r'data-edge="([^"]+)".*?<path d="([^"]+)"', before["svg"]))
    edited = PSORIASIS.replace("\nedges:\n", f"\n  extra: none\nedges:\n{DRAWN}", 1)
    assert session.look(edited)["valid"]
    after = session.picture(spot=(-400, 300))
    assert {key: after["boxes"][key] for key in before["boxes"]} == before["boxes"]
    x, y, w, h = after["boxes"]["extra"]
    assert not any(x < u + p and u < x + w and y < v + q and v < y + h for u, v, p, q in before["boxes"].values())
    again = dict(re.findall(r'data-edge="([^"]+)".*?<path d="([^"]+)"', after["svg"]))
    assert {name: d for name, d in again.items() if name in lines} == lines and "IL17F-activates-extra" in again
    assert session.look(PSORIASIS)["valid"] and session.picture()["boxes"] == before["boxes"]


def test_a_large_mechanism_is_drawn_around_what_is_chosen():
    nodes = "".join(f"  n{n}: none\n" for n in range(300))
    edges = "".join(
        f"- edge: n{n} activates n{(n * 7 + k) % 300}\n  evidence: [{{claim: inference, because: made}}]\n"
        for n in range(1, 251)
        for k in (1, 2)
        if (n * 7 + k) % 300 != n
    )
    session = Session()
    said = session.open(
        f"id: big\ntitle: t\nlicence: CC0-1.0\nsources: {{p: {{kind: review, title: t, doi: 10.1000/x, read: no}}}}\nnodes:\n{nodes}edges:\n{edges}"
    )
    assert said["valid"] and len(said["holds"]["edges"]) > 490
    told = session.picture(near="n5")
    assert "n5" in told["boxes"] and len(told["boxes"]) < 80 and re.match(r"\d+ of \d+ sentences", told["part"])
    other = next(f"n{n}" for n in range(1, 250) if f"n{n}" not in told["boxes"])
    assert other in session.picture(near=other)["boxes"]


def test_values_of_a_run_stand_in_the_picture_and_its_legend():
    session = Session()
    session.open(SEED)
    plain, run = session.picture(), session.picture(run={"condition": "both", "settings": {"TLR7": "absent"}})
    assert "set: absent" in run["svg"] and "set: absent" not in plain["svg"]
    assert any("changed" in sign for sign in run["legend"]) and len(run["legend"]) == len(plain["legend"]) + 2
    assert session.picture(run={"condition": "no such", "settings": {}}) == plain
    session.arrange()
    assert session.picture()["boxes"].keys() == plain["boxes"].keys()
    said = session.look(SEED.replace("miR146a activates TLR7_active", "miR146a inhibits TLR7_active"))
    assert not said["valid"] and said["sound"] and said["changed"], "an expectation that fails is run and drawn"
    assert session.picture()["svg"] != plain["svg"]


def test_drawing_writes_and_deletes_sentences_and_leaves_all_else_as_it_was():
    session = Session()
    session.open(SEED)
    evidence = {"claim": "inference", "because": 'a: "b" #c', "says": ""}
    text = edited_by(session, SEED, "connect", sentence="TLR7 interacts_with RNase_A", evidence=evidence)
    assert {*SEED.split("\n")} <= {*text.split("\n")} and session.look(text)["valid"]
    made = session.mechanism.edge("TLR7-interacts_with-RNase_A")
    assert [(one.claim, one.because) for one in made.evidence] == [("inference", 'a: "b" #c')]
    assert edited_by(session, text, "remove", part=made.name) == SEED
    assert "delete those sentences first" in edited_by(session, SEED, "remove", part="TLR7")
    text = edited_by(session, SEED, "node", name="TLR7", place="")
    assert session.look(text)["valid"] and session.mechanism.layout[-1] == ("TLR7_2",)
    assert edited_by(session, text, "remove", part="TLR7_2") == SEED.replace(
        "\n\ntranslations", "\n- [.]\n\ntranslations"
    )


# ---------------------------------------------------------------- the page and the server


def test_the_page_makes_no_request_and_carries_the_licences_of_others():
    made = bench.html("</script><script>alert(1)</script>", "<b>.yaml")
    assert "alert(1)</script>" not in made.replace("\\u003c", "<").partition('id="opened"')[0]
    assert "<b>.yaml" not in made and "&lt;b&gt;.yaml" in made
    assert "Mozilla Public License" in made and "connect-src" not in made and len(made) < 14e6


@pytest.fixture
def server(tmp_path):
    file = tmp_path / "mechanism.yaml"
    file.write_text(TEXT, encoding="utf-8")
    (tmp_path / "other.yaml").write_text("secret", encoding="utf-8")
    with serving(file) as server:
        yield server


def ask(server, method, path, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text


def test_it_saves_to_its_file_and_over_no_change(server):
    path = f"/{server.token}/text"
    status, _ = ask(server, "PUT", path, json.dumps({"before": TEXT, "text": "new\n"}))
    assert status == 200 and server.file.read_text(encoding="utf-8") == "new\n"
    status, said = ask(server, "PUT", path, json.dumps({"before": TEXT, "text": "newer\n"}))
    assert status == 409 and "changed by another program" in said and "+new" in said
    assert server.file.read_text(encoding="utf-8") == "new\n"
    assert sorted(one.name for one in server.file.parent.iterdir()) == ["mechanism.yaml", "other.yaml"]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {}),
        ("GET", "/wrong/", {}),
        ("GET", "/{token}/other.yaml", {}),
        ("GET", "/{token}/../other.yaml", {}),
        ("GET", "/{token}/", {"Host": "evil.example"}),
        ("PUT", "/{token}/", {}),
        ("PUT", "/{token}/other.yaml", {}),
        ("PUT", "/{token}/text", {"Origin": "http://evil.example"}),
        ("PUT", "/{token}/text", {"Host": "evil.example"}),
        ("PUT", "/wrong/text", {}),
        ("PUT", "/{token}/text", {"Origin": "null"}),
        ("PUT", "/{token}/text", {"Origin": "http://127.0.0.1:1"}),
        ("PUT", "/{token}/%74ext/../text", {}),
        ("GET", "/{token}/%2e%2e/other.yaml", {}),
        ("GET", "http://127.0.0.1/{token}/", {}),
        ("GET", "/{token}", {}),
        ("GET", "/{token}/", {"Host": "localhost"}),
    ],
)
def test_nobody_else_is_answered_and_no_other_file_is_reached(server, method, path, headers):
    body = json.dumps({"before": TEXT, "text": "x"}) if method == "PUT" else None
    status, said = ask(server, method, path.format(token=server.token), body, **headers)
    assert status == 404 and "secret" not in said and TEXT not in said
    assert server.file.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS", "PATCH", "HEAD", "CONNECT"])
def test_no_other_method_is_answered_so_that_no_other_page_may_ask(server, method):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request(method, f"/{server.token}/text", "x", {"Origin": "http://evil.example"})
    reply = connection.getresponse()
    assert reply.status == 501 and not [name for name in reply.headers if name.lower().startswith("access-control")]
    connection.close()
    assert server.file.read_text(encoding="utf-8") == TEXT


def test_a_file_that_became_a_link_is_neither_read_nor_written(server):
    other = server.file.with_name("other.yaml")
    server.file.unlink()
    server.file.symlink_to(other)
    status, said = ask(server, "GET", f"/{server.token}/")
    assert status == 500 and "a link to another file" in said
    body = json.dumps({"before": "secret", "text": "x"})
    status, said = ask(server, "PUT", f"/{server.token}/text", body)
    assert status == 500 and "a link to another file" in said and other.read_text(encoding="utf-8") == "secret"


def test_of_several_who_save_at_once_one_is_first_and_a_file_that_is_no_text_now_is_kept(server):
    path, answers = f"/{server.token}/text", []
    saves = [
        threading.Thread(
            target=lambda n=n: answers.append(ask(server, "PUT", path, json.dumps({"before": TEXT, "text": f"{n}\n"})))
        )
        for n in range(8)
    ]
    for one in saves:
        one.start()
    for one in saves:
        one.join()
    assert sorted(status for status, _ in answers) == [200, *[409] * 7]
    server.file.write_bytes(b"caf\xe9\n")
    status, said = ask(server, "PUT", path, json.dumps({"before": TEXT, "text": "x"}))
    assert status == 409 and "changed by another program" in said and server.file.read_bytes() == b"caf\xe9\n"
    assert ask(server, "GET", f"/{server.token}/")[0] == 500


@pytest.mark.parametrize("body", ["", "{", "[]", '{"before": 1}', '{"before": "x", "text": 3}'])
def test_what_the_bench_does_not_send_changes_nothing(server, body):
    status, _ = ask(server, "PUT", f"/{server.token}/text", body)
    assert status in (400, 409) and server.file.read_text(encoding="utf-8") == TEXT


def test_what_is_too_long_to_be_sent_changes_nothing(server, monkeypatch):
    monkeypatch.setattr("kg.bench.serve.MOST", 10)
    status, said = ask(server, "PUT", f"/{server.token}/text", json.dumps({"before": TEXT, "text": "x"}))
    assert status == 413 and "more than" in said and server.file.read_text(encoding="utf-8") == TEXT


def test_a_long_text_is_saved_and_a_link_stays_one(server):
    link = server.file.with_name("link.yaml")
    link.symlink_to(server.file)
    linked = Bench(link)
    linked.server_close()
    assert linked.save(TEXT, "by the link\n") == "" and link.is_symlink()
    long = "# é\n" * 1_500_000
    body = json.dumps({"before": "by the link\n", "text": long}, ensure_ascii=False).encode()
    assert ask(server, "PUT", f"/{server.token}/text", body) == (200, "saved")
    assert server.file.read_text(encoding="utf-8") == long


def test_line_ends_of_the_file_are_kept(server):
    server.file.write_bytes(b"id: a\r\ntitle: b\r\n")
    before = server.data().decode()
    assert server.save(before, before.replace("b", "c")) == ""
    assert server.file.read_bytes() == b"id: a\r\ntitle: c\r\n"


def test_changes_are_told_of_valid_texts_only():
    session = Session()
    session.open("")
    with pytest.raises(KgError, match="line 1: the file is empty"):
        session.changes(TEXT)


@pytest.mark.parametrize("more", [("-o", "page.html"), ("--no-browser",)])
def test_a_file_that_is_no_utf8_is_refused_at_its_place(tmp_path, more):
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"id: a\ntitle: caf\xe9\n")
    run = CliRunner().invoke(
        main, ["write", str(file), *(str(tmp_path / one) if one[0] == "p" else one for one in more)]
    )
    assert run.exit_code == 1 and "latin.yaml:2:11: not-utf8" in run.output
    assert [one.name for one in tmp_path.iterdir()] == ["latin.yaml"]


def test_the_command_writes_the_page_to_a_file(tmp_path):
    out = tmp_path / "write.html"
    run = CliRunner().invoke(main, ["write", str(LITTLE), "-o", str(out)])
    assert run.exit_code == 0 and "needs no network" in run.output
    assert "A microRNA makes TLR7 signal" in out.read_text(encoding="utf-8")


# ---------------------------------------------------------------- in a browser


@pytest.mark.slow
def test_a_mechanism_is_mended_run_and_kept_in_a_page_from_a_file(chromium, tmp_path: Path):
    file = tmp_path / "write.html"
    file.write_text(bench.html(SEED.replace("RNase_A degrades miR146a", "RNase_A degrads miR146a")), encoding="utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 720})
    try:
        tab, asked = context.new_page(), []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(file.as_uri())
        tab.wait_for_function("document.documentElement.dataset.core", timeout=120_000)
        assert tab.evaluate("document.documentElement.dataset.core") == "ready"
        assert "1 error" in tab.locator("#verdict").inner_text()
        assert "'degrads' is not a verb" in tab.locator("#complaints").inner_text()
        tab.evaluate("bench.put(bench.text().replace('degrads', 'degrades'))")
        tab.wait_for_function("document.getElementById('verdict').textContent.startsWith('Nothing')", timeout=60_000)
        tab.wait_for_selector("#picture svg", timeout=60_000)
        tab.locator("#picture g", has_text="RNase A degrades miR-146a-5p").last.dispatch_event("click")
        assert "RNase_A degrades" in tab.evaluate("bench.line()")
        tab.select_option("#condition", "both")
        tab.select_option("#node", "TLR7")
        tab.click("#ask")
        tab.wait_for_function("document.getElementById('result').childElementCount", timeout=60_000)
        assert "tumour control: strong → partial" in tab.locator("#result").inner_text()
        tab.evaluate("bench.put(bench.text().replace('RNase_A degrades', 'RNase_A stabilises'))")
        tab.wait_for_function("document.getElementById('verdict').dataset.wrong === 'true'", timeout=60_000)
        assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    finally:
        context.close()


@pytest.mark.slow
def test_a_mechanism_is_written_from_nothing_and_nothing_unsaved_is_lost(chromium, server):
    from axe_playwright_python.sync_playwright import Axe

    server.file.unlink()
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    try:
        tab, wrong = context.new_page(), []
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("dialog", lambda dialog: dialog.accept())
        state = tab.locator("#state")

        def opened():
            tab.goto(server.address)
            tab.wait_for_function("document.documentElement.dataset.core", timeout=120_000)

        opened()
        assert "A starter, not saved" in state.inner_text() and "Nothing wrong" in tab.locator("#verdict").inner_text()
        tab.evaluate("bench.put('')")
        tab.wait_for_function("document.getElementById('verdict').textContent.startsWith('1 error')")
        tab.click("text=Add a sentence by form")
        tab.click("#add")
        assert "write the nodes first" in state.inner_text() and tab.evaluate("bench.text()") == ""
        tab.evaluate(
            "bench.put('nodes:\\n  A: none\\n  B: none\\n# what follows\\nconditions:\\n  c: {set: {A: present}}\\n')"
        )
        tab.wait_for_selector("#subject option", state="attached")  # errors or not
        tab.click("#add")
        text = tab.evaluate("bench.text()")
        assert text.startswith("nodes:\n") and "\nedges:\n- edge: A " in text
        tab.evaluate("bench.put('nodes: {A: none}\\nedges: []\\n')")
        tab.click("#add")
        assert "stands in one line" in state.inner_text() and tab.evaluate("bench.text()").endswith("edges: []\n")
        tab.focus("#add")
        tab.keyboard.press("Control+s")
        tab.wait_for_function("document.getElementById('state').textContent.startsWith('Saved')")
        tab.evaluate("bench.put(bench.text() + '# mine')")
        other = "nodes: {A: none}\n# of another program\n"
        server.file.write_text(other, encoding="utf-8")
        tab.click("#save")
        tab.wait_for_function("document.getElementById('state').textContent.includes('another program')")
        assert "+# of another program" in state.inner_text().split("\n") and wrong.pop().endswith("409 (Conflict)")
        opened()
        assert tab.evaluate("bench.text()").endswith("# mine") and tab.locator("#overwrites").is_visible()
        found = Axe().run(tab, options={"preload": False}).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        tab.click("#discard")
        assert tab.evaluate("bench.text()") == other and server.file.read_text(encoding="utf-8") == other
        opened()
        assert not tab.locator("#restored").is_visible() and wrong == []
    finally:
        context.close()


# ---------------------------------------------------------------- the way into the bench


def test_a_page_holds_the_text_of_its_file_with_comments_and_leads_to_a_bench_that_is_there():
    m = kg.read(LITTLE)
    alone, beside = page.html(m), page.html(m, bench=BENCH)
    for made in (alone, beside):
        name, packed = re.findall(r'<script type="text/plain" id="text" data-name="(.*?)">(.*?)</script>', made)[0]
        assert name == "little/mechanism.yaml" and gzip.decompress(base64.b64decode(packed)) == LITTLE.read_bytes()
        assert str(LITTLE.parent.parent) not in made, "where the file lies is nobody's business"
    assert BENCH not in alone and "kg build --bench" in alone and 'id="save-text"' in alone
    assert f'href="{BENCH}"' in beside and 'id="save-text"' not in beside


def test_a_mechanism_that_its_file_does_not_say_has_the_text_that_kg_writes():
    m = replace(kg.read(LITTLE), title="Another")
    text = written(m).text
    assert text != TEXT and parse_bytes(text.encode(), "x.yaml")[0] == m
    assert written(merge([m, kg.read("ta1-tlr7")])) is None, "several mechanisms are no text"


def test_a_build_has_the_bench_if_it_is_asked_for(tmp_path):
    for more, names in (([], {"tlr7-activity.html"}), (["--bench"], {"tlr7-activity.html", BENCH})):
        run = CliRunner().invoke(main, ["build", str(LITTLE), "--only", "html", "-o", str(tmp_path), *more])
        assert run.exit_code == 0, run.output
        assert {one.name for one in tmp_path.glob("*.html")} == names


def test_without_a_name_a_starter_is_opened_that_overwrites_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my-mechanism.yaml").write_text("id: mine\n", encoding="utf-8")
    run = CliRunner().invoke(main, ["write", "-o", "page.html"])
    made = Path("page.html").read_text(encoding="utf-8")
    opened = json.loads(re.findall(r'id="opened">(.*?)</script>', made)[0])
    assert run.exit_code == 0 and opened["name"] == "my-mechanism-2.yaml" and opened["text"] == ""
    assert Session().open(opened["starter"])["valid"]


@pytest.mark.slow
def test_a_mechanism_is_edited_in_the_form_by_keyboard_and_its_text_stays_as_it_was_else(chromium, tmp_path: Path):
    from axe_playwright_python.sync_playwright import Axe

    file = tmp_path / "write.html"
    broken = TEXT.replace("miR146a activates TLR7_active", "miR146a activats TLR7_active  # why?")
    file.write_text(bench.html(broken), encoding="utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 720})
    try:
        tab, wrong = context.new_page(), []
        tab.on("pageerror", lambda error: wrong.append(str(error)))

        def until(said):
            tab.wait_for_function(said, timeout=60_000)

        def axe():
            found = Axe().run(tab, options={"preload": False}).response["violations"]
            return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]

        tab.goto(file.as_uri())
        until("document.documentElement.dataset.core === 'ready'")
        tab.click("button.fix >> text=Write activates")  # a complaint is mended
        until("document.getElementById('verdict').textContent.startsWith('No')")
        mended = tab.evaluate("bench.text()")
        assert mended == TEXT.replace("activates TLR7_active", "activates TLR7_active  # why?", 1)
        tab.focus(".cm-content")  # a node gets another name
        tab.keyboard.press("Control+f")
        tab.keyboard.type("  TLR7")
        tab.keyboard.press("Enter")
        tab.keyboard.press("Escape")
        tab.keyboard.press("F2")
        tab.wait_for_selector("#naming[open]")
        assert "node TLR7, which is written in 3 places" in tab.locator("#naming-what").inner_text() and axe() == []
        tab.keyboard.type("receptor")
        tab.keyboard.press("Enter")
        until("document.getElementById('state').textContent.includes('everywhere')")
        assert tab.evaluate("bench.text()").count("receptor") == mended.count("receptor") + 3
        tab.focus("#as-form")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#sheet .entries")
        assert axe() == []
        tab.focus("#sheet .entries button >> text=miR-146a-5p activates")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#sheet .said")
        assert axe() == []
        field = tab.locator('#sheet [data-path=\'["edges",0,"evidence",0,"hedge"]\']')
        field.focus()
        tab.keyboard.type("may")
        tab.keyboard.press("Tab")
        until("bench.text().includes('claim: finding, hedge: may, taxon: NCBITaxon')")
        tab.click("#undo")  # one step each
        tab.click("#undo")
        assert tab.evaluate("bench.text()") == mended
        tab.click("#no-tour")
        tab.click("#help")
        for _ in range(5):
            tab.keyboard.press("Enter")
        assert tab.locator("#tour-title").inner_text() == "6 of 6: Saving" and axe() == []
        tab.keyboard.press("Escape")
        tab.select_option("#examples", "finished")
        until("document.getElementById('encoded').textContent.startsWith('9 places')")
        until("document.getElementById('verdict').textContent.startsWith('Nothing')")
        assert not tab.locator("#offer-tour").is_visible() and not tab.locator("#tour").is_visible() and wrong == []
    finally:
        context.close()


@pytest.mark.slow
def test_evidence_is_written_from_the_words_of_a_text(chromium, tmp_path: Path):
    from axe_playwright_python.sync_playwright import Axe

    file, article = tmp_path / "write.html", tmp_path / "article.xml"
    file.write_text(bench.html(TEXT), encoding="utf-8")
    meta = '<article-meta><article-id pub-id-type="doi">10.1000/abc</article-id></article-meta>'
    article.write_text(f"<article><front>{meta}</front><body><p>In mice, miR-146a-5p may activate TLR7 activity. "
        "It is <b>so</b>. dendritic cell maturation inhibits TLR7.</p></body></article>", encoding="utf-8")  # fmt: skip
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 720})
    try:
        tab, wrong = context.new_page(), []
        tab.on("pageerror", lambda error: wrong.append(str(error)))

        def until(said):
            tab.wait_for_function(said, timeout=60_000)

        tab.goto(file.as_uri())
        until("document.documentElement.dataset.core === 'ready'")
        tab.click("text=From a source text")
        tab.set_input_files("#open-source", str(article))
        until("document.getElementById('encoded').textContent.startsWith('Nothing')")
        shown = "document.getElementById('source').shadowRoot.querySelector('.cm-content')"
        assert tab.evaluate(f"{shown}.textContent").startswith(
            "In mice, miR-146a-5p may activate TLR7 activity. It is so."
        )
        tab.click("#as-source")
        until("bench.text().includes('doi: 10.1000/abc')")
        tab.evaluate(f"{shown}.focus()")
        tab.keyboard.press("Control+Home")
        for _ in range(9):
            tab.keyboard.press("ArrowRight")
        tab.keyboard.down("Shift")
        for _ in range(10):
            tab.keyboard.press("ArrowRight")
        tab.keyboard.up("Shift")
        tab.focus("#anchor")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#offer")
        assert tab.locator("#offer-said").inner_text() == "“miR-146a-5p”"
        found = Axe().run(tab, options={"preload": False}).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        tab.select_option("#offer-where", label="evidence of: miR-146a-5p activates TLR7 activity")
        tab.click("#offer-write")
        written = (
            "{source: abc, anchor: miR-146a-5p, claim: finding, hedge: may, taxon: NCBITaxon:10090 ! Mus musculus}"
        )
        until(f"bench.text().includes({json.dumps(written)})")
        until("document.getElementById('encoded').textContent.startsWith('One place')")
        assert tab.evaluate(f"{shown}.querySelector('mark').title") == "miR-146a-5p activates TLR7 activity"
        tab.click("#suggest")
        tab.wait_for_selector("#suggestions li")
        tab.click("#suggestions summary >> nth=0")
        tab.locator("#suggestions select").first.select_option("limits")
        before = tab.evaluate("bench.text()")
        tab.click("#suggestions button >> text=Add")
        until("bench.text().includes('- edge: maturation limits TLR7')")
        tab.click("#undo")
        assert tab.evaluate("bench.text()") == before and wrong == []
    finally:
        context.close()


@pytest.mark.slow
def test_a_sentence_is_drawn_by_hand_and_by_keyboard_and_each_is_one_step_of_undo(chromium, tmp_path: Path):
    file = tmp_path / "write.html"
    file.write_text(bench.html(PSORIASIS), encoding="utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 720})
    try:
        tab, wrong = context.new_page(), []
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.set_default_timeout(90_000)
        tab.goto(file.as_uri())
        tab.wait_for_function("document.documentElement.dataset.core", timeout=120_000)
        tab.wait_for_selector("#picture [data-node=IL23]")

        def told(words):
            tab.wait_for_function("words => document.getElementById('state').textContent.startsWith(words)", arg=words)

        def middle(selector):
            box = tab.locator(selector).first.bounding_box()
            return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

        tab.mouse.click(*middle("[data-node=IL23]"))
        assert tab.evaluate("bench.line()").strip() == "IL23:" and tab.input_value("#part") == "IL23"
        tab.mouse.move(*middle(".knob"))
        tab.mouse.down()
        tab.mouse.move(*middle("[data-node=IL17F]"), steps=4)
        tab.mouse.up()
        assert tab.input_value("#line-to") == "IL17F"
        tab.fill("#line-verb", "does away with")
        tab.keyboard.press("Enter")
        assert tab.locator("#line").evaluate("one => one.open"), "no verb is called so"
        tab.fill("#line-verb", "turns on")
        tab.select_option("#line-claim", "inference")
        tab.fill("#line-says", "drawn by hand")
        tab.keyboard.press("Enter")
        told("Written")
        tab.wait_for_selector("[data-edge=IL23-activates-IL17F]", state="attached")
        assert "- edge: IL23 activates IL17F" in tab.evaluate("bench.text()")
        tab.click("#undo")
        assert tab.evaluate("bench.text()") == PSORIASIS
        tab.wait_for_selector("[data-edge=IL23-activates-IL17F]", state="detached")

        tab.select_option("#part", "TNF")
        tab.focus("#picture")
        tab.keyboard.press("c")
        tab.select_option("#line-to", "IL17A")
        tab.fill("#line-verb", "inhibits")
        tab.select_option("#line-claim", "inference")
        tab.fill("#line-says", "by keyboard")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("[data-edge=TNF-inhibits-IL17A]", state="attached")
        tab.select_option("#part", "TNF-inhibits-IL17A")
        tab.focus("#picture")
        tab.keyboard.press("Delete")
        told("Deleted")
        assert tab.evaluate("bench.text()") == PSORIASIS

        tab.click("#all")
        box = tab.locator("#picture").bounding_box()
        tab.mouse.dblclick(box["x"] + 12, box["y"] + 12)
        tab.fill("#box-name", "Another thing")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("[data-node=Another_thing]", state="attached")
        before = tab.evaluate("document.querySelector('#picture svg').getAttribute('viewBox')")
        tab.focus("#picture")
        tab.keyboard.press("+")
        assert tab.evaluate("document.querySelector('#picture svg').getAttribute('viewBox')") != before and wrong == []
    finally:
        context.close()
