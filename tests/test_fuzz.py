"""No file ends in a traceback, nor takes long: a few mutated inputs for each reader, and every input that once did.

``python tests/fuzz.py`` gives each reader thousands. Files of formats are also in ``test_readers.py``.
"""

from random import Random

import fuzz
import pytest
from hypothesis import given
from hypothesis import strategies as st

OTHERS = [
    pytest.param(one, marks=pytest.mark.slow) if one in ("bulk", "bulkl", "workbook") else one
    for one in sorted(set(fuzz.READERS) - set(fuzz.test_readers.READ))
]
RESULT = '{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": %s}]}}'
#: What the fuzzer has found: the reader, the name of a file, its text, and what becomes of it now.
FOUND = [
    ("results", "x.ttl", "@prefix", "complained"),
    ("results", "x.json", RESULT % '{"type": [], "value": "x"}', "complained"),
    ("results", "x.json", RESULT % '{"type": "literal", "value": "x", "datatype": {}}', "complained"),
    ("results", "x.json", RESULT % "false", "complained"),
    ("results", "x.json", RESULT % '{"type": "literal", "value": "x", "datatype": "http://www.w3.org/2001/XMLSchema#int"}', "read"),
    ("bnet", "x.bnd", "node A { logic = B; }\n" + "node E { /* a remark */ rate_up = 1; }\n" * 15_000, "complained"),
    ("gocamttl", "x.gocam.ttl", fuzz.test_readers.of_others("gocamttl")[0]["x.gocam.ttl"].replace("obo:RO_0002630 :n3", "a :n3"), "read"),
]  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_mutated_file_is_read_or_ends_in_a_complaint(name, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz") / "input"

    @given(st.randoms(use_true_random=False))
    def tried(random):
        assert fuzz.tried(name, random, folder) in ("read", "complained")

    tried()


@pytest.mark.parametrize(
    ("name", "file", "text", "now"),
    FOUND,
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_what_once_ended_in_a_traceback_or_never_does_not(name, file, text, now, tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "made", lambda *_: {file: text.encode()})
    assert fuzz.tried(name, Random(0), tmp_path / "input") == now


def test_the_fuzzer_sees_a_fault_and_what_hangs(tmp_path, monkeypatch, capsys):
    def broken(file):
        if len(file.read_bytes()) % 2:
            raise KeyError("a fault")

    monkeypatch.setitem(fuzz.READERS, "broken", fuzz.Reader(broken, lambda: [{"x.txt": b"text"}]))
    found = fuzz.run("broken", range(60), tmp_path / "input")
    assert len(found) == 1 and "KeyError" in found[0]
    assert capsys.readouterr().out.startswith("| broken | 60 |")
    monkeypatch.setattr(fuzz, "SECONDS", 0.01)
    monkeypatch.setitem(
        fuzz.READERS, "slow", fuzz.Reader(lambda _: [0 for _ in iter(int, 1)], lambda: [{"x.txt": b"x"}])
    )
    assert "Slow" in fuzz.run("slow", range(1), tmp_path / "input")[0]
