"""Files that are written as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(file: Path, data: bytes) -> None:
    """Replace a file as a whole, keeping its permissions; nothing is left of an attempt that fails.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write(folder / "one.txt", b"whole")
    >>> [file.name for file in folder.iterdir()], (folder / "one.txt").read_bytes()
    (['one.txt'], b'whole')
    >>> write(folder, b"")
    Traceback (most recent call last):
    IsADirectoryError: [Errno 21] this is a folder: ...

    Raises OSError, such as FileNotFoundError where there is no such folder, or IsADirectoryError.
    """
    file = file.resolve()  # what a link leads to is replaced, not the link
    if file.is_dir():
        raise IsADirectoryError(21, "this is a folder", str(file))
    if not file.parent.is_dir():
        raise FileNotFoundError(2, "there is no such folder", str(file.parent))
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.chmod(name, file.stat().st_mode if file.exists() else 0o644)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
