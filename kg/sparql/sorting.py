"""Lines in order on disk, so that what is as large as a graph is never in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from pathlib import Path

RUN = 32 << 20  # bytes that are ordered in memory at once


def ordered(lines: Iterable[bytes], folder: Path) -> Iterator[bytes]:
    """Lines in order, each once. Each ends with a newline; ``folder`` takes what does not fit into memory.

    >>> list(ordered([b"b\\n", b"a\\n", b"b\\n"], Path("unused")))
    [b'a\\n', b'b\\n']
    """
    runs: list[Path] = []
    held: set[bytes] = set()
    size = 0
    for line in lines:
        if line not in held:
            held.add(line)
            size += len(line) + 100  # what an object takes beside
        if size > RUN:
            runs.append(written(sorted(held), folder))
            held, size = set(), 0
    if not runs:
        yield from sorted(held)
        return
    runs.append(written(sorted(held), folder))
    held.clear()
    with ExitStack() as stack:
        before = b""
        for line in merge(*(stack.enter_context(open(run, "rb")) for run in runs)):
            if line != before:
                yield line
            before = line
    for run in runs:
        run.unlink()


def written(lines: Iterable[bytes], folder: Path) -> Path:
    """A file of lines in a folder."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.writelines(lines)
    return Path(file.name)


def compared(ours: Iterable[bytes], theirs: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """What only one of two ordered iterables has, and whether it is ours.

    >>> list(compared([b"a", b"b"], [b"b", b"c"]))
    [(b'a', True), (b'c', False)]
    """
    left, right = iter(ours), iter(theirs)
    mine, other = next(left, None), next(right, None)
    while mine is not None or other is not None:
        if other is None or (mine is not None and mine < other):
            assert mine is not None
            yield mine, True
            mine = next(left, None)
        elif mine is None or other < mine:
            yield other, False
            other = next(right, None)
        else:
            mine, other = next(left, None), next(right, None)
