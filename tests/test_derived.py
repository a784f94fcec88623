"""Each file that is made from others is what they make of it."""

import derived
import pytest

MADE = [(file, made) for file, made in derived.derived() if file.parent.name != "exports"]  # test_build holds those


@pytest.mark.parametrize(("file", "made"), MADE, ids=[file.name for file, _ in MADE])
def test_a_file_that_is_made_from_others_is_up_to_date(file, made):
    old = file.read_text(encoding="utf-8")
    assert made(old) == old, f"{file.name} is stale: run {derived.COMMAND}"


def test_the_committed_exports_are_among_them():
    assert {file.suffix for file, _ in derived.derived() if file.parent.name == "exports"} == {
        ".ttl",
        ".jsonld",
        ".graphml",
        ".svg",
    }
