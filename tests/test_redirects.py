"""docs/w3id.htaccess in an Apache of its own, over the whole site: where each IRI of ours leads, in every form of data."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
from test_javascript import ROOT, without
from test_site import SEVERAL, whole  # noqa: F401

from kg.formats.rdf.void import MEDIA
from kg.model import vocabulary
from kg.site import addresses

pytestmark = pytest.mark.slow

MODULES = Path("/usr/lib/apache2/modules")  # where Debian has them
LOADED = "mpm_event authz_core dir headers mime rewrite"
CONFIGURED = """ServerRoot {root}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile httpd.pid
ErrorLog /dev/stderr
{modules}
TypesConfig /dev/null
{types}
{user}
DocumentRoot {root}
<Directory {root}>
  AllowOverride All
  Require all granted
</Directory>
"""
RDF = {
    "text/turtle": ".ttl",
    "application/trig": ".trig",
    "application/n-quads": ".nq",
    "application/ld+json": ".jsonld",
    "application/n-triples": "",
    "application/rdf+xml": "",
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
Reply = tuple[int, str, str]  # status, where it leads below the site, and what it varies by


class Apache:
    """The redirects at /immune-kg and the site at /site."""

    def __init__(self, port: int) -> None:
        self.port, self.connection = port, HTTPConnection("127.0.0.1", port, timeout=20)

    def get(self, path: str, accept: str = "") -> HTTPResponse:
        self.connection.request("GET", path, headers={"Accept": accept} if accept else {})
        reply = self.connection.getresponse()
        reply.read()
        return reply

    def leads(self, path: str, accept: str) -> Reply:
        """Where what follows the base of our IRIs leads, for an Accept header."""
        reply = self.get(f"/immune-kg/{path}", accept)
        place = reply.getheader("Location", "").partition(f":{self.port}/site/")[2]
        return reply.status, place, reply.getheader("Vary", "")


@pytest.fixture(scope="module")
def apache(whole: Path) -> Iterator[Apache]:  # noqa: F811
    program = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        without("apache2 (the package of this name)", "no redirect was followed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)  # Apache gives up being root before it reads
        shutil.copytree(whole, root / "site")
        (root / "site").chmod(0o755)
        (root / "immune-kg").mkdir()
        rules = (ROOT / "docs" / "w3id.htaccess").read_text(encoding="utf-8")
        (root / "immune-kg" / ".htaccess").write_text(rules.replace("SITE", f"http://127.0.0.1:{port}/site"), "utf-8")
        said = {
            "modules": "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED.split()),
            "types": "\n".join(f"AddType {media} {suffix}" for suffix, media in MEDIA.items()),
            "user": "User nobody\nGroup nogroup" if os.getuid() == 0 else "",
        }
        (root / "httpd.conf").write_text(CONFIGURED.format(root=root, port=port, **said), encoding="utf-8")
        process = subprocess.Popen([program, "-X", "-f", str(root / "httpd.conf")])
        server = Apache(port)
        try:
            for _ in range(100):
                try:
                    server.connection.connect()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                pytest.fail("Apache does not start: its words are in what was captured")
            yield server
        finally:
            server.connection.close()
            process.terminate()
            process.wait(20)


def described(site: Path) -> dict[str, set[str]]:
    """The files of the site that say something of each IRI of ours, by what follows the base."""
    found: dict[str, set[str]] = defaultdict(set)
    endings = tuple(filter(None, RDF.values()))
    names = [file for file in sorted((*site.glob("*"), *site.glob("np/*.trig"))) if file.name.endswith(endings)]
    for file in names:
        if file.name.endswith((".rdf12.ttl", ".nanopub.trig", "context.jsonld")):
            continue
        for quad in ox.parse(path=file):
            for term in (quad.subject, quad.graph_name):
                if isinstance(term, ox.NamedNode) and term.value.startswith(vocabulary.BASE):
                    name = term.value.removeprefix(vocabulary.BASE).partition("#")[0]
                    found[name].add(file.relative_to(site).as_posix())
    return found


def test_every_iri_leads_to_a_page_and_to_data_that_speak_of_it_or_says_that_there_are_none(
    apache: Apache,
    whole: Path,  # noqa: F811
) -> None:
    known = described(whole)
    kinds = {name.split("/")[0] for name in known}
    assert {"", "all", "np", "void", "vocab", "term", "shapes", *SEVERAL} <= kinds
    assert len(known) > 2500
    places = set()
    for name, files in known.items():
        status, place, varies = apache.leads(name, BROWSER)
        assert (status, unquote(place)) == (303, unquote(addresses.where(name))) and "Accept" in varies, name
        places.add((urlsplit(place).path, "text/html"))
        for media, ending in RDF.items():
            status, place, _ = apache.leads(name, media)
            if status == 406:
                defined = name.partition("/")[0] in ("", "term", "vocab")  # in one file, though many speak of it
                assert not ending or defined or not any(file.endswith(ending) for file in files), (name, media)
            else:
                assert status == 303 and place in files and place.endswith(ending), (name, media, place)
                places.add((place, media))
    assert len(places) > 190
    for place, media in places:
        reply = apache.get(f"/site/{place}")
        assert (reply.status, reply.getheader("Content-Type")) == (200, media), place


@pytest.mark.parametrize(
    ("path", "accept", "status", "place"),
    [
        ("ta1-tlr7", "", 303, "ta1-tlr7.html"),
        ("ta1-tlr7", "*/*", 303, "ta1-tlr7.html"),
        ("ta1-tlr7", "image/png", 406, ""),
        ("ta1-tlr7", "application/rdf+xml", 406, ""),
        ("ta1-tlr7", "application/rdf+xml, text/turtle;q=0.8, */*;q=0.1", 303, "ta1-tlr7.ttl"),
        ("ta1-tlr7", "application/n-triples, text/html;q=0.5", 303, "ta1-tlr7.html"),
        ("ta1-tlr7/edge/degradation", "text/turtle;q=0.9, text/html;q=0.3", 303, "ta1-tlr7.ttl"),
        ("ta1-tlr7/run?set=TLR7:absent", "text/html", 303, "ta1-tlr7.html#tab=runs&set=TLR7:absent"),
        ("ta1-tlr7/run?set=TLR7:absent", "text/turtle", 406, ""),
        ("ta1-tlr7/answer/what-protects?node=TLR7", "text/html", 303, "questions/what-protects.html"),
        ("answer/mechanisms", "text/html", 303, "questions/mechanisms.html"),
        ("answer/mechanisms", "text/turtle", 406, ""),
        ("vocab", "text/html", 303, "vocabulary.html"),
        ("term", "text/html", 303, "terms.html"),
        ("np", "text/html", 303, "np/index.html"),
        ("np", "application/trig", 406, ""),
        ("", "text/turtle", 303, "void.ttl"),
        ("", "application/ld+json", 406, ""),
        ("ta1-tlr7.run.ttl", "*/*", 303, "ta1-tlr7.run.ttl"),
        ("ta1-tlr7_nodes.tsv", "text/html", 303, "ta1-tlr7_nodes.tsv"),
    ],
)
def test_a_form_that_there_is_not_is_refused_and_a_wish_is_met(
    apache: Apache, path: str, accept: str, status: int, place: str
) -> None:
    assert apache.leads(path, accept)[:2] == (status, place)
