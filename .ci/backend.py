"""The build backend: setuptools, with archives that have the same bytes wherever and whenever they are built.

setuptools writes the time and the permissions of each file into an archive. Here each file has one fixed time, and is readable by all.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403 -- all other hooks are those of setuptools

#: 1980-01-01, the earliest time that a zip file can hold.
EPOCH = 315532800


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Build a wheel and return its file name."""
    name: str = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    path = Path(wheel_directory) / name
    with zipfile.ZipFile(path) as made:
        files = {one.filename: made.read(one) for one in made.infolist()}
    with zipfile.ZipFile(path, "w") as fixed:
        for file, content in files.items():
            entry = zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # 3: Unix
            fixed.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return name


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    """Build a source distribution and return its file name."""
    name: str = build_meta.build_sdist(sdist_directory, config_settings)
    path, packed = Path(sdist_directory) / name, io.BytesIO()
    with tarfile.open(path) as made, tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as fixed:
        for entry in sorted(made.getmembers(), key=lambda entry: entry.name):
            entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = EPOCH, 0, 0, "", ""
            entry.mode, entry.pax_headers = (0o755 if entry.isdir() else 0o644), {}
            fixed.addfile(entry, made.extractfile(entry) if entry.isfile() else None)
    path.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=EPOCH))
    return name
