"""What is written is old or new: on a full disk, after a kill, beside another run; and one module of kg writes."""

import ast
import errno
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.model import files

HERE = Path(__file__).parent
#: Writes three files of one set, of which one is new, and removes a fourth; it is killed before operation N of os.replace.
WRITES = """
import os, signal, sys
from pathlib import Path
from kg.model import files
replace, count = os.replace, 0
def counted(*paths):
    global count
    count += 1
    if count == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*paths)
os.replace = counted
out = Path(sys.argv[1])
if sys.argv[3] == "files":
    files.write_all({out / name: "new" for name in ("a", "b/c", "d")}, out, ["gone"])
else:
    with files.replacing(out / "b", ["gone"]) as made:
        made.mkdir()
        (made / "new").write_text("new")
print(count)
"""
OLD = {"a": "old", "b/c": "old", "gone": "old"}
NEW = {
    "files": {"a": "new", "b/c": "new", "d": "new"},
    "folder": {"a": "old", "b/new": "new"},
}


def state(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and ".kg-" not in str(path)
    }


def own(folder):
    return [path.name for path in folder.rglob(".kg-*")]


@pytest.fixture
def old(tmp_path):
    out = tmp_path / "out"
    files.write_all({out / name: text for name, text in OLD.items()}, out)
    assert state(out) == OLD and own(out) == []
    return out


def run(*arguments, **more):
    return subprocess.run([sys.executable, "-c", WRITES, *map(str, arguments)], capture_output=True, text=True, **more)


@pytest.mark.parametrize("what", NEW)
def test_whoever_is_killed_leaves_the_old_or_the_next_makes_it_the_new(old, what, tmp_path):
    kept, seen = tmp_path / "kept", set()
    subprocess.run(["cp", "-r", old, kept], check=True)
    for number in range(1, 20):
        subprocess.run(["rm", "-r", old], check=True)
        subprocess.run(["cp", "-r", kept, old], check=True)
        ended = run(old, number, what)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL and own(old), ended.stderr
        files.settle(old)
        assert own(old) == []
        seen.add("old" if state(old) == OLD else "new")
        assert state(old) in (OLD, NEW[what]), number
    assert state(old) == NEW[what] and own(old) == []
    assert seen == {"old", "new"} and number == int(ended.stdout) + 1


def test_a_part_of_a_living_run_stays_and_of_a_killed_one_does_not(old):
    waits = "import sys, time\nfrom pathlib import Path\nfrom kg.model import files\nwith files.scratch(Path(sys.argv[1])):\n    print('here', flush=True)\n    time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", waits, str(old)], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"here\n"
        files.write(old / "a", "new")
        assert len(own(old)) == 1, "its part is still there"
        other.kill()
    files.write(old / "a", "newer")
    assert own(old) == [] and (old / "a").read_text() == "newer"


def test_what_nobody_of_us_made_is_left_alone(old, monkeypatch):
    (old / ".kg-part-file").write_text("mine")
    (old / ".kg-whole-link").symlink_to(old / "b")
    (old / ".kg-whole-theirs" / "new").mkdir(parents=True)
    (old / ".kg-whole-theirs" / "new" / "a").write_text("planted")
    monkeypatch.setattr(os, "geteuid", lambda: 123456)
    files.settle(old)
    monkeypatch.undo()
    assert state(old) == OLD and len(own(old)) == 3


def test_without_locks_only_what_is_old_is_litter(old, monkeypatch):
    for name in ("new", "old"):
        (old / f".kg-part-{name}").mkdir()
    day_before = time.time() - 2 * files.OLD
    os.utime(old / ".kg-part-old", (day_before, day_before))
    monkeypatch.setitem(sys.modules, "fcntl", None)
    files.write(old / "a", "new")
    assert own(old) == [".kg-part-new"] and (old / "a").read_text() == "new"


def test_what_is_begun_is_finished_even_if_it_is_interrupted(old, monkeypatch):
    replace, count = os.replace, []

    def interrupted(*paths):
        count.append(paths)
        if len(count) == 3:
            raise KeyboardInterrupt
        replace(*paths)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_all({old / name: "new" for name in ("a", "b/c", "d")}, old, ["gone"])
    assert state(old) == NEW["files"] and own(old) == []


def test_links_permissions_devices_and_folders(old, tmp_path):
    (old / "a").chmod(0o640)
    (old / "link").symlink_to(old / "a")
    files.write(old / "link", "new")
    assert (old / "link").is_symlink() and (old / "a").read_text() == "new"
    assert stat.S_IMODE((old / "a").stat().st_mode) == 0o640
    mask = os.umask(0o027)
    try:
        files.write(old / "fresh", "new")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((old / "fresh").stat().st_mode) == 0o640
    with pytest.raises(OSError, match="No space left") as full:
        files.write(Path("/dev/full"), "new")
    assert full.value.filename == "/dev/full" and stat.S_ISCHR(os.stat("/dev/full").st_mode)
    with pytest.raises(NotADirectoryError, match="this is not a folder"):
        files.write_all({old / "a" / "b": "new"}, old)
    made = tmp_path / "one" / "two"
    with pytest.raises(IsADirectoryError):
        files.write_all({made / "..": "new"}, made)
    assert not (tmp_path / "one").exists(), "what was made for nothing is gone"


@pytest.mark.parametrize(
    "command", [["new", "x"], ["diff", "ta1-tlr7", "ta1-tlr7", "--html", "x"], ["embed", "ta1-tlr7", "--images", "x"]]
)
def test_a_full_disk_leaves_nothing_and_is_said(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "_bytes", full)
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1 and ": No space left on device" in result.stderr and ".kg" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_behind_standard_output_is_no_success():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-m", "kg", "verbs"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode not in (0, 2) and "No space left" in done.stderr and "Traceback" not in done.stderr


#: Who writes beside ``kg.model.files``: into a folder that nobody else sees, which is moved or removed as a whole.
INSIDE = {
    "bulk/__init__",
    "bulk/engines",
    "bulk/run",
    "site/manual",  # the documentation, made by MkDocs in a folder for the time of the run
    "site/prepare",  # the folder of a server
    "site/server",
    "sparql/sorting",
}
#: Who gives its files to ``kg.model.files``; `kills.py` tries each.
THROUGH = {
    "bench/serve": "save",
    "bulk/__init__": "bulk",
    "cli/check": "write",
    "cli/compare": "diff",
    "cli/show": "figure, embed images, embed scorm",
    "formats/__init__": "convert, kg.write",
    "formats/notation/schema": "new, draft",
    "model/catalogue": "ground",
    "model/lexicon": "lexicon",
    "review/curate": "add-source",
    "site/build": "build, site",
    "site/static": "site",
    "site/manual": "",  # only a folder for the time of the run
    "sparql/push": "",  # only a folder for the time of the run
}
OPENS = {"write_text", "write_bytes", "replace", "rename", "mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory", "move", "copy", "copyfile", "copytree"}  # fmt: skip


def writes(tree):
    """Whether a module opens files to write, or moves them."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        of = getattr(getattr(call.func, "value", None), "id", "")
        if name == "open" and all(one.arg != "fileobj" for one in call.keywords):
            modes = [*call.args[:2], *(one.value for one in call.keywords if one.arg == "mode")]
            if any(
                isinstance(m, ast.Constant)
                and isinstance(m.value, str)
                and m.value[:1] in ("w", "a", "x")
                and len(m.value) < 4
                for m in modes
            ):
                yield name
        elif name in ("replace", "rename", "move", "copy", "copyfile", "copytree"):
            if of in ("os", "shutil") or (name == "rename" and not call.keywords and len(call.args) == 1):
                yield name
        elif name in OPENS:
            yield name


def test_one_module_writes():
    found, through = set(), set()
    for file in sorted(Path(kg.__file__).parent.rglob("*.py")):
        tree, place = (
            ast.parse(file.read_text(encoding="utf-8")),
            file.relative_to(Path(kg.__file__).parent).with_suffix("").as_posix(),
        )
        if list(writes(tree)):
            found.add(place)
        for node in ast.walk(tree):
            names = [one.name for one in node.names] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom) and (
                node.module == "kg.model.files" or (node.module == "kg.model" and "files" in names)
            ):
                through.add(place)
    assert found - {"model/files"} == INSIDE
    assert through == set(THROUGH)


#: The commands that `kills.py` tries.
TRIED = re.findall(r'^    "([^"]+)": Writer\(', (HERE / "kills.py").read_text(encoding="utf-8"), re.MULTILINE)


def test_each_command_that_writes_is_tried():
    named = {name for said in THROUGH.values() for name in said.split(", ") if name}
    assert named == {name.removesuffix(" first") for name in TRIED}


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])
def test_every_command_that_writes_leaves_the_old_or_the_new(half):
    """Killed before each of its renamings and at some random moments; more by hand: ``python tests/kills.py``."""
    names = TRIED[half::2]
    done = subprocess.run(
        [sys.executable, HERE / "kills.py", *names, "-n", "3", "--renames"],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(names) + 3


def test_what_is_written_into_a_scratch_folder_waits_for_no_lock(monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 3600.0)  # it would wait for its own lock
    with files.scratch() as folder:
        files.write(folder / "a.txt", "now")
        assert (folder / "a.txt").read_text(encoding="utf-8") == "now"
