"""The notation: what is written is read back unchanged, and nothing that is read makes kg fall over."""

import contextlib
import dataclasses
import json

import jsonschema
import pytest
import yaml
from conftest import EVERY
from hypothesis import given
from hypothesis import strategies as st

from kg import checks, data_dir, formats
from kg.formats.notation.read import parse_bytes
from kg.formats.notation.schema import schema
from kg.formats.notation.write import text
from kg.model import records, texts, vocabulary
from kg.model.diagnostics import InvalidMechanism
from kg.model.keys import KEY, RECORDS, RELATIONS, notation
from kg.model.mechanism import Mechanism
from kg.model.records import Frozen
from kg.model.vocabulary import Term

SEEDS = formats.seeds()
SCHEMA = jsonschema.Draft7Validator(schema())

# ---------------------------------------------------------------- any valid mechanism

AWKWARD = [
    *(
        "NO",
        "null",
        "~",
        "1e3",
        "0x1F",
        "yes",
        "2026-06-24",
        "- x",
        "[a",
        "{a",
        "!tag",
        "&a",
        "*a",
        "%",
        "@",
        "`",
        "? a",
    ),
    *("a: b", ": a", "a:", "# a", "a # b", "a, b", "--- a", "...", "<<", "=", "|", ">", "'a", '"a"', "it's", 'a "b" c'),
    *(
        "Tα-1 ⟶ miR-146a",
        "e\u0301",
        "樹状細胞",
        "🧬 a",
        "a\u00a0b",
        "a\u200db",
        "a\ufeffb",
        "a\u2028b",
        "a\\nb",
        "\\",
        "a\tb",
    ),
    *("one\ntwo", "one\n\n two\n  three", "a \n b", "x" * 300, "a long text " * 20 + "ends", "a: b\nc # d\n- e"),
]
# what the reader takes: no control characters, and no blanks around it
LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\n\t")
TEXT = st.one_of(st.sampled_from(AWKWARD), st.text(LETTERS, min_size=1, max_size=40).map(str.strip).filter(bool))
LINE = TEXT.map(lambda text: " ".join(text.split())).filter(bool)
NAME = st.one_of(
    st.sampled_from(["NO", "null", "1e3", "0x1F", "a.b", "x+y", "TLR7", "yes", "n-1", "2026"]),
    st.from_regex(KEY, fullmatch=True),
)
WORD = st.text(LETTERS, min_size=1, max_size=8).filter(lambda word: word.split() == [word])
TERM = st.builds(Term, st.builds("{}:{}".format, st.sampled_from(["GO", "MESH", "kg", "a.b"]), NAME), LINE)
SENTENCE = st.builds(records.Sentence, NAME, st.sampled_from(sorted(vocabulary.predicates())), NAME, st.just("") | NAME)
SINGLE = {
    "text": TEXT,
    "value": WORD,
    "id": st.from_regex(r"[a-z0-9][a-z0-9-]*", fullmatch=True),
    "key": NAME,
    "about": NAME,
    "date": st.sampled_from(["2026", "2024-02", "2024-02-29"]),
    "doi": st.sampled_from(["10.1158/0008-5472.CAN-25-5547", "10.1000/a#b:c"]),
    "digits": st.integers(0, 10**12).map(str),
    "url": st.sampled_from(["https://example.org/a#b", "http://example.org/?a=b&c=d:e,f"]),
    "licence": st.sampled_from(["CC-BY-4.0", "CC0-1.0", "https://example.org/terms?a=b,c#d"]),
    "sha256": st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    "term": TERM,
    "span": st.tuples(st.integers(0, 999), st.integers(1000, 10**9)),
    "sentence": SENTENCE,
    "expect": st.builds(records.Expect, NAME, st.sampled_from(RELATIONS), NAME),
    "values": st.dictionaries(NAME, WORD, max_size=3).map(Frozen),
    "names": st.dictionaries(NAME, TEXT, max_size=3).map(Frozen),
    "values:text": st.dictionaries(NAME, TEXT, max_size=3).map(Frozen),
    "rows": st.lists(st.lists(st.just(".") | NAME, max_size=3).map(tuple), max_size=3).map(tuple),
    "yesno": st.booleans(),
}


def value(kind, needed):
    form, _, of = kind.partition(":")
    if form == "record":
        return record(of)
    if form == "choice":
        return st.sampled_from(of.split("|"))
    if form == "list":
        items = record(of) if of in RECORDS else SINGLE[of]
        return st.lists(items, min_size=bool(needed), max_size=3).map(tuple)
    if form == "map":
        entries = st.dictionaries(NAME, record(of), min_size=bool(needed), max_size=3)
        return entries.map(
            lambda found: Frozen(
                {key: entry if of == "change" else dataclasses.replace(entry, key=key) for key, entry in found.items()}
            )
        )
    return SINGLE[kind if kind in SINGLE else form]


@st.composite
def _record(draw, name):
    kind, values = RECORDS[name], {}
    for key in notation()[name].values():
        if key.required or draw(st.booleans()):
            values[key.field] = draw(value(key.kind, key.required))
    if name == "edge" and not values.get("name"):
        values["name"] = values["sentence"].name
    return kind(**values)


def record(name):
    return st.deferred(lambda: _record(name))


@given(record("mechanism"))
def test_any_valid_mechanism_is_read_back_as_it_was_written(mechanism):
    written = text(mechanism)
    again, wrong = parse_bytes(written.encode())
    assert wrong == []
    assert again == mechanism
    assert text(again) == written


@given(st.data())
def test_every_record_of_the_notation_is_written_and_read(data):
    """Smaller than a whole mechanism, so that every key meets every awkward text."""
    edge = data.draw(record("edge"))
    other = data.draw(st.sampled_from(sorted({"notes", "tour", "readings", "assumptions", "expectations", "places"})))
    row = notation()["mechanism"][other]
    mechanism = Mechanism(
        id="x",
        title=data.draw(TEXT),
        licence="CC0-1.0",
        sources=Frozen({"a": dataclasses.replace(data.draw(record("source")), key="a")}),
        nodes=Frozen({"b": dataclasses.replace(data.draw(record("node")), key="b")}),
        edges=(edge,),
        **{row.field: data.draw(value(row.kind, "yes"))},
    )
    again, wrong = parse_bytes(text(mechanism).encode())
    assert wrong == []
    assert again == mechanism


@pytest.mark.parametrize("awkward", AWKWARD)
def test_an_awkward_text_survives(awkward):
    term = Term("GO:1", " ".join(awkward.split()))
    mechanism = Mechanism(
        id="x", title=awkward, nodes=Frozen({"NO": records.Node(key="NO", term=term, narrower=(term, term))})
    )
    again, _ = parse_bytes(text(mechanism).encode())
    assert (again.title, again.nodes) == (awkward, mechanism.nodes)


def test_the_name_that_a_sentence_gives_is_not_written():
    sentence = records.Sentence("RNase_A", "degrades", "miR146a")
    mechanism = Mechanism(
        edges=(records.Edge(sentence=sentence, name=sentence.name), records.Edge(sentence=sentence, name="again"))
    )
    assert text(mechanism).count("name:") == 1


@pytest.mark.parametrize("mechanism", EVERY, ids=lambda m: m.id)
def test_a_seed_survives(mechanism):
    again, wrong = parse_bytes(text(mechanism).encode())
    assert (again, wrong) == (mechanism, [])


# ---------------------------------------------------------------- any bytes at all


def digest(data, folder=None):
    """Read and check whatever bytes: complaints are fine, any other exception is a bug."""
    mechanism, wrong = parse_bytes(data)
    for one in (*wrong, *checks.check(mechanism).diagnostics):
        assert one.code
        assert one.at.line >= 1
        assert one.at.column >= 1
        str(one).encode()
    if folder:
        file = folder / "mechanism.yaml"
        file.write_bytes(data)
        with contextlib.suppress(InvalidMechanism):
            formats.examine(file, sources=folder, strict=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bytes")


TRIPS = [
    *(
        b'"\\UFFFFFFFF"',
        b'"\\uD800"',
        b'title: "\\0"',
        b"%YAML 9.9\n---\na",
        b"%TAG ! tag:\n---\n!a b",
        b"!%FF a",
        b"&a [*a]",
    ),
    *(b"\xef\xbb\xbf", b"\xff\xfe\x00a", b"\x00", b"[" * 5000, b"{" * 5000, b"- " * 5000, b"? " * 5000, b"a: " * 50),
    *(
        b"nodes: {x: !!binary aGk=}",
        b"<<: {id: a}",
        b"id: x\r\ntitle: y\rlicence: z",
        b"\xc2\x85\xe2\x80\xa8nodes: [",
        b"--- a\n--- b",
    ),
    *(
        b"edges: [{edge: a blocks b, name: c}, {edge: a blocks c, name: b, level: x}]",
        b"%YAML 1." + b"9" * 5000 + b"\n---\n",
    ),
]


@pytest.mark.parametrize("data", TRIPS, ids=lambda data: repr(data[:12]))
def test_what_yaml_readers_trip_over_is_a_complaint(data, folder):
    digest(data, folder)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_the_reader_fall_over(data):
    digest(data)


SEED_LINES = SEEDS[0].read_bytes().splitlines(keepends=True)


@st.composite
def mutated(draw):
    start = draw(st.integers(0, len(SEED_LINES) - 1))
    lines = SEED_LINES[start : start + draw(st.integers(1, 60))] if draw(st.booleans()) else list(SEED_LINES)
    for _ in range(draw(st.integers(1, 6))):
        i, j = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        what = draw(st.integers(0, 5))
        if what == 0:
            lines.insert(j, lines[i])
        elif what == 1:
            lines[i], lines[j] = lines[j], lines[i]
        elif what == 2 and len(lines) > 1:
            del lines[i]
        elif what == 3:
            cut = draw(st.integers(0, len(lines[i])))
            noise = draw(
                st.sampled_from(
                    [*"[]{}:,#&*!|>'\"%@`-?\t\n\r\0\\~", "é", "🧬", "\ud800", "\u2028", "\ufeff", ": ", " #"]
                )
            )
            lines[i] = lines[i][:cut] + noise.encode("utf-8", "surrogatepass") + lines[i][cut:]
        elif what == 4:
            lines[i] = lines[i][: draw(st.integers(0, len(lines[i])))]
        else:
            lines[i] = b"  " * draw(st.integers(0, 3)) + lines[i].lstrip(b" ")
    return b"".join(lines)


@given(mutated())
def test_no_change_of_a_seed_makes_kg_fall_over(folder, data):
    digest(data, folder)


KEYS = sorted({key for keys in notation().values() for key in keys} | {"x", "TLR7", "kills-alone"})
WORDS = [
    *(
        "",
        ".",
        "present",
        "yes",
        "complete",
        "[1, 2]",
        "TLR7",
        "a b",
        "GO:0036019 ! endolysosome",
        "GO: ! a",
        ": ! :",
        "kg:x ! x",
    ),
    *(
        "a activates b",
        "a protects b from c",
        "a blocks a-blocks-a-blocks",
        "x is y",
        "x same as x",
        "2026-13",
        "finding",
        "gap",
        "0" * 64,
    ),
]
SHAPES = st.recursive(
    st.sampled_from(WORDS) | st.text(max_size=5) | st.integers(-5, 5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=30,
)


@st.composite
def wrong_shapes(draw):
    """Known keys with values of the right outer shape and anything within, or of any shape."""
    found = {}
    for key in notation()["mechanism"].values():
        form, _, of = key.kind.partition(":")
        inner = st.dictionaries(st.sampled_from(sorted(notation().get(of, {"x": 1}))), SHAPES, max_size=6) | SHAPES
        outer = {
            "list": st.lists(inner, max_size=3),
            "map": st.dictionaries(st.sampled_from(["x", "y", "a", "TLR7"]), inner, max_size=3),
        }.get(form, SHAPES)
        if draw(st.integers(0, 2)):
            found[key.key] = draw(outer | SHAPES if draw(st.booleans()) else outer)
    return found


@given(wrong_shapes(), st.sampled_from([True, False, None]))
def test_no_shape_makes_kg_fall_over(shape, flow):
    digest(yaml.safe_dump(shape, default_flow_style=flow, allow_unicode=True, sort_keys=False).encode())


@given(record("mechanism"))
def test_no_mechanism_makes_the_rules_fall_over(mechanism):
    assert checks.check(mechanism).coverage.total >= 0


def test_a_byte_order_mark_changes_nothing():
    data = "ids: x\ntitle: Tα-1\n".encode()
    assert parse_bytes(b"\xef\xbb\xbf" + data) == parse_bytes(data)
    assert [str(one) for one in parse_bytes(b"\xef\xbb\xbf" + data)[1]] == [str(one) for one in parse_bytes(data)[1]]


def test_a_file_of_references_is_no_bomb():
    """Each of these lines stands for ten of the line before, were references read."""
    lines = ["a: &l0 [x]", *(f"b{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 20))]
    _, wrong = parse_bytes("\n".join(lines).encode())
    assert [one.code for one in wrong] == ["yaml-syntax"]


# ---------------------------------------------------------------- schema, table and values agree


def test_the_schema_is_the_one_that_is_committed():
    committed = (data_dir("ontology") / "mechanism.schema.json").read_text(encoding="utf-8")
    assert json.dumps(schema(), indent=1, ensure_ascii=False) + "\n" == committed


def test_the_schema_is_a_schema():
    SCHEMA.check_schema(SCHEMA.schema)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.parent.name)
def test_a_seed_fits_the_schema(path):
    SCHEMA.validate(yaml.load(path.read_bytes(), yaml.BaseLoader))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("licence:", "license:"),
        ("\nlicence: CC0-1.0", ""),
        ("edge: RNase_A degrades", "edge: RNase_A eats"),
        ("claim: finding", "claim: fact"),
        ("outcome: yes", "outcome: maybe"),
        ("term: MESH:D051199 ! Toll-Like", "term: MESH:D051199 Toll-Like"),
        ("id: ta1", "id: Ta1"),
        ("doi: 10.", "doi: 11."),
        ("date: 2026-06-24", "date: June"),
        ("pmid: 4", "pmid: PMID4"),
        ("span: [", "span: [1, "),
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(old, new):
    seed = (data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml").read_text(encoding="utf-8")
    assert old in seed
    changed = seed.replace(old, new)
    assert parse_bytes(changed.encode())[1] or checks.check(parse_bytes(changed.encode())[0]).errors
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(yaml.load(changed, yaml.BaseLoader))


@given(record("mechanism"))
def test_what_the_writer_writes_fits_the_schema(mechanism):
    found = yaml.load(text(mechanism), yaml.BaseLoader)
    assert not list(SCHEMA.iter_errors(found))


@pytest.mark.parametrize("name", RECORDS)
def test_the_table_and_the_values_have_the_same_keys(name):
    told = [key.field for key in notation()[name].values()]
    fields = {field.name for field in dataclasses.fields(RECORDS[name])}
    assert len(told) == len(set(told))
    assert set(told) == fields - {"key", "at", "locations", "file", "mechanism", "definition", "thing"} - (
        {"assay", "time", "dose", "context", "stance"} if name == "effect" else set()
    )


def test_every_kind_of_the_table_is_one_that_the_reader_knows():
    kinds = {key.kind.partition(":")[0] for keys in notation().values() for key in keys.values()}
    assert kinds <= set(SINGLE) | {"record", "list", "map", "choice"}


def test_the_examples_of_the_table_are_in_the_notation():
    """Each key alone in its record: what is missing is complained of, the example is not."""
    for name, keys in notation().items():
        for key in keys.values():
            if not key.example or "..." in key.example or "…" in key.example:
                continue
            inner = f"{{{key.example}}}" if key.kind.startswith("map:") else key.example
            if key.kind.startswith("rows:"):
                inner = f"[{inner.removeprefix('- ')}]"
            said = f"{key.key}: {inner}" if not inner.startswith("- ") else f"{key.key}:\n  {inner}"
            file = said if name == "mechanism" else None
            path = {"source": "sources", "place": "places", "node": "nodes", "reading": "readings"}
            path |= {"assumption": "assumptions", "condition": "conditions"}
            if name in path:
                file = f"{path[name]}:\n  x:\n    " + said.replace("\n", "\n    ")
            elif f"list:{name}" in {row.kind for row in notation()["mechanism"].values()} or name == "evidence":
                lists = {
                    "edge": "edges",
                    "evidence": "scope",
                    "expectation": "expectations",
                    "note": "notes",
                    "stop": "tour",
                }
                file = f"{lists[name]}:\n- " + said.replace("\n", "\n  ")
            elif name == "wording":
                file = "translations:\n  de:\n    " + said
            elif name == "change":
                file = "readings:\n  x:\n    edges:\n      y:\n        " + said.replace("\n", "\n        ")
            elif name in ("requirement", "effect"):
                outer = "requires:\n  - " if name == "requirement" else "effect:\n    "
                file = f"edges:\n- {outer}" + said.replace("\n", "\n    ")
            assert file, name
            _, wrong = parse_bytes(file.encode())
            assert {one.code for one in wrong} <= {"missing-key"}, (name, key.key, [str(one) for one in wrong])


# ---------------------------------------------------------------- source texts


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("ﬁnd the ﬂow", "find the flow"),
        ("TLR7‐driven TLR7–driven TLR7—driven TLR7−driven", "TLR7-driven TLR7-driven TLR7-driven TLR7-driven"),
        ("“a” „b‟ «c» ″d″", '"a" "b" "c" "d"'),
        ("‘a’ ‚b‛ ′c′ `d´", "'a' 'b' 'c' 'd'"),
        ("micro\u00adRNA zero\u200bwidth \ufeffmark", "microRNA zerowidth mark"),
        ("  one\n\ttwo\u00a0\u3000three \r\n", "one two three"),
        ("Me\u0301tchnikoff", "M\u00e9tchnikoff"),
        ("ＴＬＲ７ CD8⁺ ½", "TLR7 CD8+ 1\u20442"),
        ("TLR7 tlr7", "TLR7 tlr7"),
    ],
)
def test_one_normalisation(raw, normal):
    assert texts.normalise(raw) == normal
    assert texts.Text(f"Before {raw} after").find(normal)


def test_a_span_is_of_the_text_as_it_is():
    raw = "Then miR\u00ad146a\u2013like  \ufb02ow, Me\u0301tchnikoff said."
    text = texts.Text(raw)
    for phrase, original in {
        "miR146a-like flow": "miR\u00ad146a\u2013like  \ufb02ow",
        "flow": "\ufb02ow",
        "M\u00e9": "Me\u0301",
        "said.": "said.",
        "Then": "Then",
    }.items():
        [(start, end)] = text.find(phrase)
        assert raw[start:end] == original


CLUSTERS = [
    "a",
    "b",
    "TLR7",
    " ",
    "\n",
    "\t",
    "\u00a0",
    "-",
    "–",
    "\u00ad",
    "ﬁ",
    "e\u0301",
    "é",
    "α",
    "“",
    "'",
    "´",
    "½",
    "…",
    "\u200b",
    "🧬",
    "o\u0308\u0323",
    "′",
]


@given(st.lists(st.sampled_from(CLUSTERS), max_size=40), st.data())
def test_every_part_of_a_text_is_found_in_it(parts, data):
    """For parts that are whole characters, with the marks on them."""
    raw = "".join(parts)
    first = data.draw(st.integers(0, len(parts)))
    phrase = "".join(parts[first : data.draw(st.integers(first, len(parts)))])
    text = texts.Text(raw)
    found = text.find(phrase)
    if texts.normalise(phrase):
        assert texts.normalise(phrase) in {texts.normalise(raw[start:end]) for start, end in found}
        assert all(0 <= start < end <= len(text) for start, end in found)
    else:
        assert found == []


def test_a_passage_is_told_by_its_section_and_paragraph():
    text = texts.Text("A title\n\nFirst words here.\n\nResults\nOne is told.\n\nTwo is told. Two ends.\n")
    assert [text.passage(*text.find(phrase)[0]) for phrase in ("First words", "One is", "Two ends")] == [
        texts.Passage("A title", 1, 9, 20),
        texts.Passage("Results", 1, 36, 42),
        texts.Passage("Results", 2, 63, 71),
    ]


def test_a_text_is_found_by_its_hash(tmp_path):
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "a.txt"
    file.write_bytes(b"TLR7 \xff fires.\r\n")
    text = texts.open_text(file)
    assert texts.by_hash(tmp_path) == {text.sha256: file}
    assert text.text == "TLR7 \ufffd fires.\r\n"
    assert texts.locate(file, "fires.") == [texts.Passage("", 1, 7, 13)]


def test_the_nearest_words_are_of_the_text_or_there_are_none():
    text = texts.Text("In mice, the interferon rose within hours. Nothing else was seen.")
    assert text.nearest("interferon went up within hours") == "interferon rose within hours"
    assert text.nearest("macrophages slept") == ""
    assert texts.Text("").nearest("interferon") == ""


def test_a_long_text_is_searched():
    words = "Chemotherapy leaves Tα-1–poor blood and ﬂoating bodies. "
    text = texts.Text(words * (2**20 // len(words)) + "Only here does TLR7 fire.")
    [(start, end)] = text.find("does TLR7 fire")
    assert text.text[start:end] == "does TLR7 fire"
    assert len(text.find("floating bodies")) == 2**20 // len(words)
