"""`kg write`: the bench on this machine, which may save to the one file that was opened.

It listens on the loopback interface, at an address that holds a random token; nobody who does not know the token is answered, and
no file but the one is read or written. A file that changed meanwhile is never written over.
"""

from __future__ import annotations

import difflib
import errno
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from kg import bench
from kg.model import files, lexicon
from kg.model.limits import most
from kg.page.written import called

MOST = most("bench")  # bytes of what is sent: the text as it was, and as it is
LINES = 40  # of a difference that is shown


class Bench(ThreadingHTTPServer):
    """A server of the bench for one file. ``address`` is what to open.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     server = Bench(Path(folder) / "mechanism.yaml")
    ...     server.server_close()
    >>> server.address.startswith("http://127.0.0.1:"), len(server.token) >= 32
    (True, True)
    """

    daemon_threads = True

    def __init__(self, file: Path, port: int = 0) -> None:
        self.file, self.token, self.saving = file.resolve(), secrets.token_urlsafe(32), threading.Lock()
        super().__init__(("127.0.0.1", port), _Answer)
        self.address = f"http://127.0.0.1:{self.server_port}/{self.token}/"

    def data(self) -> bytes:
        """What the file holds now; nothing if there is none yet. Raises OSError if it is another file by now."""
        if self.file.resolve() != self.file:
            raise OSError(errno.ELOOP, "it is a link to another file now")
        return self.file.read_bytes() if self.file.exists() else b""

    def save(self, before: str, text: str) -> str:
        """Write the text if the file still holds ``before``; else what stands there now, as a difference. The file is whole or as it
        was, and of several who save at once one is first. Raises OSError if it cannot be written.
        """
        with self.saving:
            if (now := self.data()) != before.encode("utf-8"):
                names = ("as you opened it", "as it is on disk now")
                there = now.decode("utf-8", "replace").splitlines()
                lines = difflib.unified_diff(before.splitlines(), there, *names, lineterm="", n=1)
                return "the file was changed by another program.\n" + "\n".join([*lines][:LINES])
            files.write_all({self.file: text}, self.file.parent)
        return ""


class _Answer(BaseHTTPRequestHandler):
    server: Bench
    protocol_version = "HTTP/1.1"

    def _asked(self) -> str:
        """The path behind the token; nothing for who does not know it, or asks by another name of this machine."""
        prefix = f"/{self.server.token}/"
        known = secrets.compare_digest(self.path[: len(prefix)].encode(), prefix.encode())
        here = self.headers.get("Host", "") == f"127.0.0.1:{self.server.server_port}"
        return (self.path.removeprefix(prefix) or "page") if known and here else ""

    def do_GET(self) -> None:
        if self._asked() == "lexicon":
            return self._give(200, lexicon.packed(), "application/gzip")
        if self._asked() != "page":
            return self._say(404, "there is nothing here")
        try:
            text = self.server.data().decode("utf-8")  # line ends as they are
        except (OSError, UnicodeDecodeError) as error:
            return self._say(500, f"{self.server.file}: {error}")
        page = bench.html(
            text, called(self.server.file), f"{self.server.address}text", str(self.server.file), "lexicon"
        )
        return self._say(200, page, "text/html; charset=utf-8")

    def do_PUT(self) -> None:
        origin = self.headers.get("Origin", "")
        if self._asked() != "text" or origin not in ("", self.server.address.rpartition(f"/{self.server.token}")[0]):
            return self._say(404, "there is nothing here")
        size = self.headers.get("Content-Length", "")
        if not size.isdigit() or int(size) > MOST:
            self.close_connection = True
            return self._say(413, f"the text as it was and as it is have more than {MOST // 2**20} MiB")
        try:
            said = json.loads(self.rfile.read(int(size)))
            before, text = said["before"], said["text"]
            if not isinstance(before, str) or not isinstance(text, str):
                raise TypeError("texts are wanted")
            wrong = self.server.save(before, text)
        except (ValueError, KeyError, TypeError):
            return self._say(400, "the request does not come from the bench")
        except OSError as error:
            return self._say(500, f"{self.server.file}: {error.strerror or error}")
        return self._say(409, wrong) if wrong else self._say(200, "saved")

    def _say(self, status: int, text: str, media: str = "text/plain; charset=utf-8") -> None:
        self._give(status, text.encode("utf-8"), media)

    def _give(self, status: int, data: bytes, media: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: a terminal in which somebody writes needs no line for each request."""
