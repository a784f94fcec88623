"""Files that are written as a whole or not at all: the one place where kg replaces what is on disk.

Everything is first made in a folder ``.kg-part-...`` beside its place. When that is complete it is called ``.kg-whole-...``, and
then moved. If a run is killed before that, nothing has changed; if it is killed later, the next run finishes the move. So what
belongs together is old or new. Folders of killed runs are removed by the next run; those of living runs are locked, and stay.

This holds for full disks and killed processes. Nobody waits for the disk itself, so a loss of power may cost the last write.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PART, WHOLE = ".kg-part-", ".kg-whole-"
#: In a part: files that go to their places one by one, what takes the place of a whole folder, and what is to be removed.
NEW, SWAP, GONE = "new", "swap", "gone"
PATIENCE = 10.0  # seconds to wait for another run's lock; it is held for as long as files are moved
OLD = 86_400.0  # seconds after which a part is litter where the system has no locks


def write(file: Path, data: bytes | str) -> None:
    """Replace a file as a whole, keeping its permissions; nothing is left of an attempt that fails. A device is written to.

    >>> folder = Path(tempfile.mkdtemp())
    >>> write(folder / "one.txt", "whole")
    >>> [file.name for file in folder.iterdir()], (folder / "one.txt").read_bytes()
    (['one.txt'], b'whole')
    >>> write(folder, "")
    Traceback (most recent call last):
    IsADirectoryError: [Errno 21] this is a folder: ...

    Raises OSError, such as FileNotFoundError where there is no such folder, or IsADirectoryError.
    """
    write_all({file: data})


def write_all(made: Mapping[Path, bytes | str], folder: Path | None = None, gone: Iterable[str] = ()) -> None:
    """Replace files that belong together: all, or none if there is no room for one of them. Text is written as UTF-8.

    Those below ``folder``, which is made, are one set, even if the run is killed; else those of each folder are. ``gone``
    names files below ``folder`` that are removed at the same time.

    >>> folder = Path(tempfile.mkdtemp()) / "new"
    >>> write_all({folder / "a.txt": "one", folder / "b" / "c.txt": b"two"}, folder)
    >>> sorted(path.name for path in folder.rglob("*"))
    ['a.txt', 'b', 'c.txt']
    """
    devices = {file: data for file, data in made.items() if file.exists() and not (file.is_file() or file.is_dir())}
    sets: dict[Path, dict[str, bytes | str]] = {folder: {}} if folder else {}
    for file, data in made.items():
        if file not in devices:
            place = file if folder else file.resolve()  # what a link leads to is replaced, not the link
            root = folder or place.parent
            sets.setdefault(root, {})[place.relative_to(root).as_posix()] = data
    with ExitStack() as stack:
        if folder:
            stack.enter_context(_made(folder))
        parts = [stack.enter_context(_Part(root)).filled(files, gone) for root, files in sets.items()]
        for device, data in devices.items():
            with _named(device):
                device.write_bytes(_bytes(data))
        for part in parts:
            part.moved()


@contextmanager
def replacing(out: Path, gone: Iterable[str] = ()) -> Iterator[Path]:
    """A place to make a file or a folder, which then takes the place of ``out`` as a whole; ``gone`` are files beside it that go.

    >>> out = Path(tempfile.mkdtemp()) / "folder"
    >>> with replacing(out) as new:
    ...     new.mkdir()
    >>> out.is_dir()
    True
    """
    with _made(out.parent), _Part(out.parent) as part:
        (part.path / SWAP).mkdir()
        yield part.path / SWAP / out.name
        part.filled({}, gone).moved()


@contextmanager
def scratch(beside: Path | None = None) -> Iterator[Path]:
    """A folder in another one, or among the temporary files; removed in the end, or by the next run if this one is killed.

    >>> with scratch() as folder:
    ...     _ = (folder / "a.txt").write_text("for a while")
    >>> folder.exists()
    False
    """
    with _Part(beside or Path(tempfile.gettempdir())) as part:
        yield part.path


def settle(folder: Path) -> None:
    """Finish what a killed run had made whole in a folder, and remove what it had not. Raises OSError if that fails."""
    if folder.is_dir():
        with _locked(folder, PATIENCE) as alone:
            _settle(folder, alone)


class _Part:
    """A folder in which something is made for another one. It is locked, so that others know that somebody works there."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(folder))
        self.folder, self._lock = folder, ExitStack()
        with _locked(folder, PATIENCE) as alone:  # nobody takes it for litter before it has its own lock
            _settle(folder, alone)
            self.path = Path(tempfile.mkdtemp(prefix=PART, dir=folder))
            self._lock.enter_context(_locked(self.path, 0))

    def __enter__(self) -> _Part:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self.path.name.startswith(WHOLE):  # whatever came between, what has begun is finished
                _move(self.path, self.folder)
            shutil.rmtree(self.path, ignore_errors=True)

    def filled(self, files: Mapping[str, bytes | str], gone: Iterable[str]) -> _Part:
        """The same with new files, each by its path, and the list of those that go. Raises OSError, at the file."""
        (self.path / NEW).mkdir()
        for name, data in files.items():
            place, target = self.path / NEW / name, self.folder / name
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "this is a folder", str(target))
            if not (above := next(one for one in target.parents if one.exists())).is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "this is not a folder", str(above))
            with _named(target):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(_bytes(data))
                if target.exists():
                    place.chmod(stat.S_IMODE(target.stat().st_mode))
        (self.path / GONE).write_text(json.dumps([*gone]), encoding="utf-8")
        return self

    def moved(self) -> None:
        """Everything is there: move it to its place."""
        with _locked(self.folder, PATIENCE) as alone:
            _settle(self.folder, alone)
            whole = self.path.with_name(self.path.name.replace(PART, WHOLE))
            os.replace(self.path, whole)
            self.path = whole
            _move(whole, self.folder)


def _settle(folder: Path, alone: bool) -> None:
    """What killed runs have left in a folder; without a lock of the folder, only what is old."""
    with os.scandir(folder) as there:
        names = sorted(one.name for one in there if one.name.startswith((PART, WHOLE)))
    for path in map(folder.joinpath, names):
        with suppress(FileNotFoundError), _locked(path, 0) as dead:
            facts = path.lstat()
            ours = stat.S_ISDIR(facts.st_mode) and (not hasattr(os, "geteuid") or facts.st_uid == os.geteuid())
            if ours and (dead if alone else time.time() - facts.st_mtime > OLD):
                if path.name.startswith(WHOLE):
                    _move(path, folder)
                shutil.rmtree(path, ignore_errors=True)


def _move(whole: Path, folder: Path) -> None:
    """Move what a part holds to its place. Whoever is killed on the way, the next one goes on."""
    for made in sorted((whole / NEW).rglob("*")):
        target = folder / made.relative_to(whole / NEW)
        if made.is_dir():
            target.mkdir(exist_ok=True)
        else:
            os.replace(made, target)
    for made in (whole / SWAP).iterdir() if (whole / SWAP).is_dir() else ():
        target = folder / made.name
        if target.is_dir():
            os.replace(target, Path(tempfile.mkdtemp(dir=whole)) / "old")
        os.replace(made, target)
    if (whole / GONE).is_file():
        for name in json.loads((whole / GONE).read_text(encoding="utf-8")):
            (folder / name).unlink(missing_ok=True)


def _bytes(data: bytes | str) -> bytes:
    return data.encode("utf-8") if isinstance(data, str) else data


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Whatever fails, the error names the file that was to be written."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """A folder that is there; those that had to be made for it go again if the block fails."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for one in missing:
            with suppress(OSError):  # somebody uses it meanwhile
                one.rmdir()
        raise


@contextmanager
def _locked(folder: Path, patience: float) -> Iterator[bool]:
    """Whether nobody else has this folder: its lock ends with the process. Without one where the system has none."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, PermissionError):  # Windows
        yield False
        return
    try:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    yield False
                    return
                time.sleep(0.01)
            except OSError:  # a file system without locks
                yield False
                return
        yield True
    finally:
        os.close(handle)
