"""The text of a mechanism as it stands in its pages, and the address at which the writing bench opens it."""

from __future__ import annotations

import base64
import gzip
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from kg import data_dir, formats
from kg.formats.notation.read import parse_bytes
from kg.model.construct import faults
from kg.model.mechanism import Mechanism
from kg.page.picture import LIMIT
from kg.reasoning.merge import Union

#: The page of the bench, where a site or a build has one.
BENCH = "write.html"


@dataclass(frozen=True)
class Written:
    """A text of the notation, with the name of its file.

    >>> Written("one.yaml", "id: one").address("write.html").partition("&text=")[0]
    'write.html#name=one.yaml'
    """

    name: str
    text: str

    @property
    def packed(self) -> str:
        """The text as a page holds it: by gzip, in base64."""
        return base64.b64encode(gzip.compress(self.text.encode("utf-8"), 9, mtime=0)).decode()

    def address(self, bench: str) -> str:
        """The address at which the bench opens the text. It holds all of the text: no request is needed, and no server."""
        return f"{bench}#name={quote(self.name)}&text={self.packed}"


def written(mechanism: Mechanism) -> Written | None:
    """The text of a mechanism: its file with all comments, or else how kg writes it. None if no text of a size to be edited
    says the same.

    >>> from kg.formats import read
    >>> found = written(read("ta1-tlr7"))
    >>> found.name, found.text == (data_dir("seeds") / "ta1-tlr7" / "mechanism.yaml").read_text(encoding="utf-8")
    ('seeds/ta1-tlr7/mechanism.yaml', True)
    """
    if isinstance(mechanism, Union) or len(mechanism.edges) > LIMIT:
        return None
    file = Path(mechanism.file)
    if file.suffix in (".yaml", ".yml") and file.is_file():
        data = file.read_bytes()
        if parse_bytes(data, mechanism.file)[0] == mechanism:  # not changed since it was read, in memory or on disk
            return Written(called(file), data.decode("utf-8"))
    return None if faults(mechanism) else Written(f"{mechanism.id}.yaml", formats.text(mechanism, ".yaml"))


def called(file: Path) -> str:
    """What a file is called in pages: by its path in a checkout of kg, else by its name, and the
    folder that is called as the mechanism is; the way there is nobody's business.
    """
    home = data_dir("seeds").parent.resolve()
    full = file.resolve()
    if full.is_relative_to(home / "seeds"):
        return full.relative_to(home).as_posix()
    return f"{full.parent.name}/{file.name}" if file.name == "mechanism.yaml" and full.parent.name else file.name
