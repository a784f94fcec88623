"""Every reader ends in a complaint with its place, or in a mechanism that every writer takes; and nothing is unread."""

import itertools
from functools import cache
from random import Random

import generator
import mutations
import pytest
from test_formats import FULL, SMALL
from test_formats_bnet import LANGUAGES
from test_imports import GATES

from kg import checks, formats
from kg.formats.boolean import formulas
from kg.formats.notation import parse_bytes
from kg.formats.shared import drafting, losses
from kg.model import vocabulary
from kg.model.diagnostics import InvalidMechanism
from kg.reasoning import outward

READ = {row.name: row for row in formats.FORMATS.values() if row.reads}
WRITTEN = {row.name: row for row in formats.writers()}
WRITERS = list(WRITTEN.values())
by_reader = pytest.mark.parametrize("name", READ)
by_writer = pytest.mark.parametrize("name", WRITTEN)


def runs(few, many):
    """How many times: few by default, many among the slow tests."""
    return pytest.mark.parametrize("times", [few, pytest.param(many, marks=pytest.mark.slow)])


@cache
def valid(seed):
    return generator.valid(Random(seed))


def of_others(name):
    """Small files of a format as others write it."""
    more = {"bnet": [{one: LANGUAGES[one]} for one in ("x.bnd", "x.booleannet")], "sif": [{"x.sif": GATES}]}
    return [dict([SMALL[name]]), *more.get(name, ())] if name in SMALL else []


@cache
def examples(name):
    """Small files of a format, as {file name: text}, the file to read first: those of others, and those that kg writes."""
    row, found = READ[name], of_others(name)
    mechanisms = [FULL, generator.valid(Random(5), 2)] if row.writes else []
    for one in mechanisms:
        found.append({f"{one.id}{suffix}": text for suffix, text in formats.texts(one, row).items()})
    return found


def saved(folder, files):
    """The first of some files, all of which are written to a folder."""
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    return folder / next(iter(files))


def read(file, name):
    """A mechanism with its ledger, or None and the complaints: any exception but InvalidMechanism is a fault."""
    try:
        mechanism, ledger = formats._parsed(file, name)
        wrong = [one for one in ledger.wrong if one.severity == "error"]
    except InvalidMechanism as error:
        mechanism, ledger, wrong = None, None, error.diagnostics
    for one in wrong:
        assert one.at.path.startswith(str(file.parent)) and one.at.line >= 1 and one.at.column >= 1, repr(one)
        assert one.code and one.message
        str(one)
    return (None, None) if wrong else (mechanism, ledger)


def written(mechanism, turn):
    """Send a mechanism through the check and one writer in turn: all of them for one takes too long."""
    if not checks.check(mechanism, sources="").errors:
        texts = formats.texts(mechanism, WRITERS[turn % len(WRITERS)])
        assert all(isinstance(text, str) for text in texts.values())


class Faults(dict):
    """What went wrong, once each, with what first led to it: a test tells them all."""

    def during(self, what, function, *arguments):
        try:
            return function(*arguments)
        except Exception as error:
            trace = error.__traceback__
            while trace.tb_next:
                trace = trace.tb_next
            code = trace.tb_frame.f_code
            at = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
            self.setdefault((type(error).__name__, at), f"{what}: {str(error)[:200]}")
        return None

    def none(self):
        assert not self, f"{len(self)} faults\n" + "\n".join(f"{key}: {why}" for key, why in self.items())


# ---------------------------------------------------------------- the generator


def test_the_generator_makes_every_key_of_the_notation_say_something():
    used = {(one.record, one.field) for seed in range(150) for one in losses.values(valid(seed))}
    kinds = {row["record"] for row in vocabulary.table("notation.tsv")}
    for row in vocabulary.table("notation.tsv"):
        form, _, of = row["kind"].partition(":")
        holds_records = of in kinds and form in ("record", "list", "map")
        assert holds_records or (row["record"], row["key"]) in used, row


@runs(60, 2000)
def test_what_the_generator_makes_is_valid(times):
    for seed in range(times):
        assert checks.check(valid(seed), sources="").errors == (), seed


@runs(60, 2000)
def test_a_nearly_valid_file_earns_a_complaint(times):
    for seed in range(times):
        spoilt = generator.spoilt(Random(seed))
        mechanism, wrong = parse_bytes(spoilt.text.encode("utf-8", "surrogatepass"))
        found = [
            one
            for one in checks.check(mechanism, sources="").diagnostics
            if one.severity == "error" or one.code == "unregistered-prefix"
        ]
        assert wrong or found, f"{seed}: {spoilt}"


@pytest.mark.parametrize("untyped", [False, True])
@runs(60, 2000)
def test_the_model_takes_no_value_that_the_table_forbids(times, untyped):
    faults = Faults()

    def refused(spoilt):
        try:
            mechanism = spoilt.built()
        except InvalidMechanism:
            return
        assert checks.check(mechanism, sources="").errors, "nobody complains"

    for seed in range(times):
        spoilt = generator.spoilt(Random(seed), untyped)
        faults.during(f"{seed}: {spoilt}", refused, spoilt)
    faults.none()


# ---------------------------------------------------------------- valid mechanisms through writers and readers


@by_writer
@runs(6, 60)
def test_every_writer_takes_every_valid_mechanism_and_its_reader_what_was_written(name, times, tmp_path):
    row, faults = WRITTEN[name], Faults()

    def both(mechanism):
        files = {
            f"{mechanism.id}{suffix}": text for suffix, text in formats.texts(mechanism, row, everything=True).items()
        }
        file = saved(tmp_path, files)
        if not row.reads:
            return
        again, _ = read(file, name)
        if row.name == "yaml":
            assert again == mechanism
        assert again is not None or not said(mechanism, row), "its reader takes nothing of what was written"
        if again is not None:
            assert checks.check(again, sources="").errors == ()
            written(again, turn=seed)

    def said(mechanism, row):
        """Whether the format can hold an edge of it."""
        if row.name in ("bnet", "sbml"):
            if row.name == "sbml" and any(node.levels for node in mechanism.nodes.values()):
                return False  # a function may ask for a level and against a lower one, which is never so
            functions = [(name, formulas.parsed(said)) for name, said in formulas.Net(mechanism).functions()]
            return any(any(formulas.depends(f, v) for v in f.variables if v != name) for name, f in functions)
        if row.name == "nanopub":
            return any(one.asserted for one in outward.statements(mechanism))
        if row.name == "sif":  # a node may be called `null`, which a SIF file has where there is none
            return not any(map(drafting.nothing, mechanism.nodes))
        return row.name != "gocam"

    for seed in range(times):
        faults.during(seed, both, valid(seed))
    faults.none()


# ---------------------------------------------------------------- files with a fault


@by_reader
@runs(20, 400)
def test_a_file_with_a_fault_ends_in_a_complaint_or_in_a_mechanism_that_every_writer_takes(name, times, tmp_path):
    faults, known = Faults(), set()
    for files in examples(name):
        texts = list(files.items())
        for seed in range(times):
            random = Random(seed)
            file, text = random.choice(texts)
            text, what = mutations.mutate(random, name, text)
            path = saved(tmp_path, {**files, file: text})
            mechanism, _ = faults.during(f"{seed} {file} {what}", read, path, name) or (None, None)
            if mechanism is not None and repr(mechanism) not in known:
                known.add(repr(mechanism))
                faults.during(f"{seed} {file} {what}", written, mechanism, seed)
    faults.none()


# ---------------------------------------------------------------- canaries


def found(mechanism, ledger):
    """Whether the canary is in a mechanism, in the report of what was not carried, or in a remark."""
    word = mutations.CANARY.casefold()
    if word in formats.text(mechanism, ".yaml").casefold():
        return True
    values = [
        one for one in ledger.account().values if word in f"{one.name} {one.field} {one.said} {one.how}".casefold()
    ]
    lost = [one for one in values if one.fate != "carried" or word not in one.said.casefold()]
    return bool(lost) or any(word in str(one).casefold() for one in ledger.wrong)


@by_reader
@runs(5, 250)
def test_a_canary_at_any_place_of_a_file_is_carried_or_reported(name, times, tmp_path):
    faults = Faults()
    vanished = {}
    for files in of_others(name) or examples(name)[:1]:
        for file, text in files.items():
            every = list(mutations.canaries(name, text))
            for where, changed in itertools.islice(every, 0, None, -(-len(every) // times)):
                path = saved(tmp_path, {**files, file: changed()})
                mechanism, ledger = faults.during(where, read, path, name) or (None, None)
                if mechanism is not None and not faults.during(where, found, mechanism, ledger):
                    vanished[f"{file} {where}"] = None
    assert not vanished, f"{len(vanished)} canaries vanished:\n" + "\n".join(vanished)
    faults.none()
