"""Every command that writes, killed and out of room at one moment after another: what is there is old or new.

    python tests/kills.py                    50 random kills of each command, and one at each of its operations on files
    python tests/kills.py build site -n 200

A command runs up to where it begins to write. There the process forks for each trial, so that a trial costs only the
writing. A trial is killed (SIGKILL) before one operation on files (open to write, rename, make, remove), or after a random
time, or that operation fails for want of room, or no file may grow beyond some bytes. Then the hashes of all files are those
from before or those of a whole run; else they are once the next run has finished what the killed one began. Nothing of kg's own is left.
Prints a row for each command, and ends with 1 if it was otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import test_bulk
import test_catalogue
import test_papers

import kg
from kg import formats
from kg.bench.serve import Bench
from kg.cli import main as command_line
from kg.model import catalogue, files, lexicon, vocabulary

HERE = Path(__file__).parent
WRITES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.truncate"}
MOST = 60  # operations at which a command is killed: of more, the first and last ten and some between
State = dict[str, str]


def kg_run(*arguments: object) -> None:
    """A command in this process. Raises SystemExit with its code."""
    command_line.main([str(one) for one in arguments], prog_name="kg")


@dataclass(frozen=True)
class Writer:
    """A command that writes below ``out``: how, and the versions of its input; of one version, nothing is there before."""

    write: Callable[[Path, str], None]
    versions: Sequence[str] = ("old", "new")
    before: Callable[[Path], None] = lambda out: None


# ---------------------------------------------------------------- the commands


def mechanism(root: Path, version: str, source: Path = HERE / "little" / "mechanism.yaml") -> Path:
    """A mechanism in one of two versions."""
    file = root / "in" / version / "mechanism.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = source.read_text(encoding="utf-8")
    file.write_text(text if version == "old" else text.replace("\ntitle: ", "\ntitle: New. ", 1), encoding="utf-8")
    return file


def with_tour(root: Path, version: str) -> Path:
    return mechanism(root, version, Path(kg.data_dir("seeds")) / "ta1-tlr7" / "mechanism.yaml")


def bulk(root: Path, version: str) -> None:
    for name, text in (("nodes", test_bulk.NODES), ("edges", test_bulk.EDGES)):
        file = root / "in" / f"{name}.tsv"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.replace("TLR7", version), encoding="utf-8", errors="surrogateescape")
    kg_run(
        "bulk", root / "in" / "nodes.tsv", root / "in" / "edges.tsv", "-o", root / "out" / "graph", "--engine", "python"
    )


def source(root: Path, version: str) -> None:
    kg_run("add-source", root / "out" / "mechanism.yaml", "--jats", root / "out" / "paper.xml")


def article(root: Path) -> None:
    shutil.copy(HERE / "little" / "mechanism.yaml", root / "out" / "mechanism.yaml")
    (root / "out" / "paper.xml").write_text(test_papers.jats(), encoding="utf-8")


def draft(root: Path, version: str) -> None:
    text = root / "text.txt"
    text.write_text("RNase A degrades miR-146a in mice.", encoding="utf-8")
    kg_run("draft", text, "-o", root / "out" / "mechanism.yaml")


def add_term(root: Path, version: str) -> None:
    file = root / "go.obo"
    file.write_text(test_catalogue.OBO, encoding="utf-8")
    kg_run("ground", "--obo", file, "--add", "GO:9000001")


def tables(root: Path) -> None:
    shutil.copytree(
        kg.data_dir("ontology"), root / "out" / "ontology", ignore=shutil.ignore_patterns("lexicon", "*.xz")
    )
    (root / "out" / "setup.cfg").touch()
    catalogue.data_dir = vocabulary.data_dir = lambda name: root / "out" / name  # type: ignore[assignment]


def save(root: Path, version: str) -> None:
    server = Bench(root / "out" / "mine" / "mechanism.yaml")
    server.server_close()
    server.save(server.data().decode(), f"# {version}\n" * 1000)


def unpack(root: Path, version: str) -> None:
    os.environ["KG_CACHE"] = str(root / "out")
    lexicon._unpack_into(root / "out" / "lexicon.sqlite", kg.data_dir("ontology") / "lexicon")


def python(root: Path, version: str) -> None:
    kg.write(kg.read(mechanism(root, version)), root / "out" / "x_edges.jsonl")


WRITERS: dict[str, Writer] = {
    "build": Writer(lambda root, v: kg_run("build", mechanism(root, v), "-o", root / "out", "--only", "ttl,kgx,svg")),
    "build first": Writer(lambda root, v: kg_run("build", mechanism(root, v), "-o", root / "out" / "a" / "b", "--only", "ttl,nq"), ("new",)),
    "site": Writer(lambda root, v: kg_run("site", mechanism(root, v), "-o", root / "out")),
    "bulk": Writer(bulk),
    "bulk first": Writer(bulk, ("new",)),
    "new": Writer(lambda root, v: kg_run("new", root / "out" / "mine"), ("new",)),
    "embed images": Writer(lambda root, v: kg_run("embed", with_tour(root, v), "--images", root / "out" / "images")),
    "embed scorm": Writer(lambda root, v: kg_run("embed", with_tour(root, v), "--scorm", root / "out" / "x.zip")),
    "diff": Writer(lambda root, v: kg_run("diff", mechanism(root, "old"), mechanism(root, v), "--html", root / "out" / "x.html")),
    "figure": Writer(lambda root, v: kg_run("figure", mechanism(root, v), "-o", root / "out" / "x.svg")),
    "write": Writer(lambda root, v: kg_run("write", mechanism(root, v), "-o", root / "out" / "x.html")),
    "save": Writer(save),
    "draft": Writer(draft, ("new",)),
    "convert": Writer(lambda root, v: kg_run("convert", mechanism(root, v), root / "out" / "x_edges.tsv", "--losses", root / "out" / "losses.json")),
    "kg.write": Writer(python),
    "add-source": Writer(source, ("new",), article),
    "ground": Writer(add_term, ("new",), tables),
    "lexicon": Writer(unpack, ("new",)),
}  # fmt: skip


# ---------------------------------------------------------------- one trial


@dataclass
class Watch:
    """What sees each operation on files below a folder, and ends the process or lets it fail at one of them."""

    below: str
    begun: Callable[[], None]
    count: int = -1  # until the first of them
    kill: int = -1
    fail: int = -1
    busy: bool = False
    renames: list[int] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.busy or not (event in WRITES or (event == "open" and self._writes(arguments))):
            return
        within = event in ("os.remove", "os.rmdir") and arguments[1] >= 0 and self.count >= 0  # of an open folder
        if not within and not str(arguments[0]).startswith(self.below):
            return
        if self.count < 0:
            self.busy = True
            self.begun()
            self.busy, self.count = False, 0
        self.count += 1
        if event == "os.rename":
            self.renames.append(self.count)
        if self.count == self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.count == self.fail:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @staticmethod
    def _writes(arguments: tuple[Any, ...]) -> bool:
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        return isinstance(arguments[0], (str, os.PathLike)) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def state(folder: Path) -> State:
    """The hash of each file, without those of kg's own that nobody sees."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and ".kg-" not in name:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def own(folder: Path) -> list[Path]:
    return list(folder.rglob(".kg-*"))


@dataclass
class Report:
    name: str
    kills: int = 0
    failures: int = 0
    operations: int = 0
    told: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def tried(name: str, times: int, every: bool = True, seed: int = 0) -> Report:
    """All trials of one command, each in a process of its own: at ``every`` operation, or only where files are renamed."""
    writer, report = WRITERS[name], Report(name)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as spare:
        root = Path(folder).resolve()
        (root / "out").mkdir()
        writer.before(root)
        for version in writer.versions[:-1]:
            _child(partial(writer.write, root, version))
        old = Path(spare) / "old"
        shutil.copytree(root / "out", old)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            trials = _Trials(root, old, times, every, Random(f"{name} {seed}"), writing)
            _quiet()
            watch = Watch(str(root / "out"), trials.run)
            trials.watch = watch
            sys.addaudithook(watch)
            code = 0
            try:
                writer.write(root, writer.versions[-1])
            except SystemExit as error:
                code = int(error.code or 0)
            except (OSError, sqlite3.Error):
                code = 1
            except Exception:  # a fault, which must not unwind: this process would remove the folders of all trials
                traceback.print_exc()
                code = 70
            watch.busy = True
            trials.end(code)
        os.close(writing)
        with os.fdopen(reading, "r", encoding="utf-8") as said:
            lines = said.read().splitlines()
        os.waitpid(pid, 0)
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "wrong":
            report.wrong.append(f"{name}: {rest}")
        elif kind == "count":
            key, number = rest.rsplit(" ", 1)
            report.told[key] = int(number)
    report.kills, report.failures, report.operations = (report.told[key] for key in ("kills", "failures", "operations"))
    if not report.operations:
        report.wrong.append(f"{name}: it wrote nothing")
    return report


def _quiet() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(null, stream)


def _child(run: Callable[[], None]) -> None:
    """Run something in a process of its own, which must end well."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            _quiet()
            try:
                run()
                code = 0
            except SystemExit as error:
                code = int(error.code or 0)
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, "the first run has failed"


class _Trials:
    """The trials of a process that stands where it is about to write."""

    watch: Watch

    def __init__(self, root: Path, old: Path, times: int, every: bool, random: Random, channel: int) -> None:
        self.root, self.out, self.kept = root, root / "out", old
        self.times, self.every, self.random, self.channel = times, every, random, channel
        self.told: Counter[str] = Counter()
        self.ours = os.getpid()

    def run(self) -> None:
        """Called before the first operation. Returns in each trial's process, and never in the one that called it."""
        old = state(self.out)
        began = time.monotonic()
        code = self.forked()
        if code is None:
            return
        took, new = time.monotonic() - began, state(self.out)
        if code != ("exit", 0) or new == old or own(self.out):
            self.wrong(f"a whole run ended with {code}, {len(own(self.out))} files of its own, changed: {new != old}")
        self.operations, *renames = map(int, (self.root / "count").read_text().split())
        some = range(1, self.operations + 1) if self.every else renames
        step = max(1, len(some) // (MOST - 20))
        some = sorted({*some[:10], *some[-10:], *some[::step]}) if len(some) > MOST else some
        sizes = sorted(len((self.out / name).read_bytes()) for name in new if new[name] != old.get(name))
        limits = {0, 1, sizes[0] - 1, sizes[-1] // 2, sizes[-1] - 1} - {-1}
        plans: list[tuple[str, float]] = [("kill", n) for n in some] + [("fail", n) for n in some]
        plans += [("size", n) for n in sorted(limits)]
        plans += [("after", self.random.random() * took) for _ in range(self.times)]
        for kind, at in plans:
            shutil.rmtree(self.out)
            shutil.copytree(self.kept, self.out)
            code = self.forked(kind, at)
            if code is None:
                return
            self.judged(f"{kind} {at:g}", code, old, new)
        self.told["operations"] = self.operations
        for key, number in self.told.items():
            os.write(self.channel, f"count {key} {number}\n".encode())
        os._exit(0)

    def forked(self, kind: str = "", at: float = 0) -> tuple[str, int] | None:
        """How a trial ended: by a signal or by its own exit code. None in the trial itself."""
        pid = os.fork()
        if pid == 0:
            if kind == "size":
                resource.setrlimit(resource.RLIMIT_FSIZE, (int(at), resource.RLIM_INFINITY))
            self.watch.kill = int(at) if kind == "kill" else -1
            self.watch.fail = int(at) if kind == "fail" else -1
            return None
        if kind == "after":
            time.sleep(at)
            os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return ("killed", -code) if code < 0 else ("exit", code)

    def judged(self, what: str, code: tuple[str, int], old: State, new: State) -> None:
        found = state(self.out)
        if found not in (old, new):
            self.told["to be finished"] += 1
        for folder in {path.parent for path in own(self.out) if ".kg-" not in str(path.parent.relative_to(self.out))}:
            files.settle(folder)
        after = state(self.out)
        self.told["kills" if code[0] == "killed" else "failures" if code[1] else "whole"] += 1
        self.told["old" if after == old else "new" if after == new else "mixed"] += 1
        if after not in (old, new):
            changed = sorted(k for k in {*after, *new} if after.get(k) != new.get(k))
            self.wrong(f"{what}: neither old nor new, such as {changed[:3]}")
        if own(self.out):
            self.wrong(f"{what}: {own(self.out)[0].name} is left")
        if code == ("exit", 0) and after != new:
            self.wrong(f"{what}: it ended with 0, and is not new")
        if code[0] == "exit" and found not in (old, new):
            self.wrong(f"{what}: it ended by itself, and not all is old or new")
        if code[0] == "exit" and code[1] not in (0, 1):
            self.wrong(f"{what}: it ended with {code[1]}")

    def wrong(self, words: str) -> None:
        os.write(self.channel, f"wrong {words}\n".encode())

    def end(self, code: int) -> None:
        """The end of a trial's process."""
        if os.getpid() != self.ours:
            with contextlib.suppress(OSError):  # it may not write any more
                (self.root / "count").write_text(" ".join(map(str, (self.watch.count, *self.watch.renames))))
        os._exit(code)


def rows(names: Sequence[str], times: int, every: bool, seed: int) -> Iterator[tuple[str, list[str]]]:
    for name in names:
        began = time.monotonic()
        one = tried(name, times, every, seed)
        told = one.told
        yield (
            f"| {name} | {one.operations} | {one.kills} | {one.failures} | {told['whole']} | {told['old']} | {told['new']} "
            f"| {told['to be finished']} | {told['mixed']} | {time.monotonic() - began:.1f} s |",
            one.wrong,
        )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("commands", nargs="*", help=f"of {', '.join(WRITERS)}")
    asked.add_argument("-n", type=int, default=50, help="kills after a random time")
    asked.add_argument("--renames", action="store_true", help="only before each renaming, not before each operation")
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    if unknown := set(given.commands) - set(WRITERS):
        asked.error(f"no command is called {', '.join(sorted(unknown))}")
    print("| command | operations | killed | failed | whole | old | new | finished by the next run | mixed | time |")
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    wrong = []
    for row, found in rows(given.commands or list(WRITERS), given.n, not given.renames, given.seed):
        print(row, flush=True)
        wrong += found
    print("\n".join(wrong[:50]))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    formats.seeds()
    main()
