"""The site as a folder and in Chromium: every link leads somewhere, nothing is asked of anybody, and answers are kg's."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from click.testing import CliRunner
from test_page import hostile

import kg
from kg import sparql
from kg.checks import names
from kg.cli.group import main
from kg.model import vocabulary
from kg.page import vendor
from kg.site import addresses, query, static

SEED = "cgas-sting"  # any would do
SEVERAL = ("cgas-sting", "complement-synapses", "ta1-tlr7")
VENDOR = Path(query.__file__).parent / "vendor"
ANSWERED = re.compile(r"^(\d+ rows? in|Yes, in|No, in|No answer)")

Visit = Callable[..., Any]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of one mechanism."""
    folder = tmp_path_factory.mktemp("small")
    static.write([kg.read(SEED)], folder)
    return folder


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of several seeds, as the command writes it."""
    folder = tmp_path_factory.mktemp("whole")
    result = CliRunner().invoke(main, ["site", *SEVERAL, "--no-docs", "-o", str(folder)], env={"KG_SOURCES": ""})
    assert result.exit_code == 0, result.output
    return folder


# ---------------------------------------------------------------- links


class Links(HTMLParser):
    """What a page refers to, what it can be referred to by, and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.scripts: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.attributes |= set(given)
        self.scripts |= {given.get("type", "")} if tag == "script" else set()
        self.ids += [given["id"]] if "id" in given else []
        loads = [given.get("src", ""), given.get("srcset", "")]
        if tag == "link" and given.get("rel") == "stylesheet":
            loads.append(given["href"])
        self.loads += filter(None, loads)
        if tag in ("a", "link"):
            self.links.append(given.get("href", ""))
        self.links += filter(None, loads)


def pages(folder: Path) -> dict[str, Links]:
    found = {}
    for file in sorted(folder.rglob("*.html")):
        found[file.relative_to(folder).as_posix()] = links = Links()
        links.feed(file.read_text(encoding="utf-8"))
    return found


@cache
def scene(file: Path) -> tuple[set[str], set[str]]:
    """The names of the steps and the keys of the nodes of an explorer."""
    found = re.search(r'<script type="application/json" id="scene">(.*?)</script>', file.read_text(encoding="utf-8"))
    assert found
    data = json.loads(found[1])
    return {edge["name"] for edge in data["edges"]}, {node["key"] for node in data["nodes"]}


def dead(folder: Path) -> list[str]:
    """Every link in a folder that leads nowhere: no such file, no such place in it, no such step or node."""
    known, wrong = pages(folder), []
    for name, page in known.items():
        for link in page.links:
            to = urlsplit(link)
            if to.scheme in ("http", "https", "mailto") or link == "data:,":
                continue
            target = (folder / name).parent.joinpath(unquote(to.path)) if to.path else folder / name
            path = Path(os.path.normpath(target))
            if to.scheme or not path.is_file() or not path.is_relative_to(folder):
                wrong.append(f"{name}: {link}")
                continue
            at = path.relative_to(folder).as_posix()
            state = {key: values[0] for key, values in parse_qs(to.fragment).items()}
            if {"edge", "node"} & set(state):
                edges, nodes = scene(path)
                if state.get("edge") not in {None, *edges} or state.get("node") not in {None, *nodes}:
                    wrong.append(f"{name}: {link}")
            elif at == "query.html" and state:
                if state.get("question") not in sparql.questions():
                    wrong.append(f"{name}: {link}")
            elif to.fragment and not state and unquote(to.fragment) not in known[at].ids:
                wrong.append(f"{name}: {link}")
    return wrong


def test_no_link_leads_nowhere_and_nothing_is_loaded_from_elsewhere(small: Path) -> None:
    assert dead(small) == []
    for file in (*small.rglob("*.css"), *small.rglob("*.svg")):
        assert not re.search(r"@import|url\(|href=", file.read_text(encoding="utf-8")), file
    for name, page in pages(small).items():
        assert not [link for link in page.loads if re.match(r"[a-z]+:|//", link)], name
        policy = (small / name).read_text(encoding="utf-8").partition("Content-Security-Policy")[2][:600]
        assert "default-src &#39;none&#39;" in policy or "default-src 'none'" in policy, name
        icon = "data:," in page.links and re.search("img-src[^;]* data:", policy)
        assert icon, f"{name}: a browser asks for favicon.ico, which the policy refuses with an error"


def test_a_dead_link_is_seen(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(small, folder)
    (folder / "about.html").write_text(
        '<a href="gone.html"></a><a href="terms.html#gone"></a><a href="cgas-sting.html#edge=gone"></a>'
        '<a href="../out.html"></a><a href="query.html#question=gone"></a><a href="terms.html#nodes"></a>',
        encoding="utf-8",
    )
    found = [line for line in dead(folder) if line.startswith("about.html")]
    assert len(found) == 5 and "terms.html#nodes" not in "".join(found)


@pytest.mark.slow
def test_no_link_of_the_whole_site_leads_nowhere(whole: Path) -> None:
    assert dead(whole) == []
    names = [file.relative_to(whole).as_posix() for file in whole.rglob("*")]
    assert len({name.casefold() for name in names}) == len(names), "two names differ in capitals only"


def test_every_iri_of_ours_has_a_page(small: Path) -> None:
    text = (small / "all.nq").read_text(encoding="utf-8")
    iris = {iri.removeprefix(vocabulary.BASE) for iri in re.findall(rf"<({vocabulary.BASE}[^>]*)>", text)}
    assert len(iris) > 100
    known = pages(small)
    edges, nodes = scene(small / f"{SEED}.html")
    for iri in sorted(iris):
        path, _, fragment = addresses.where(iri).partition("#")
        assert (small / path).is_file(), iri
        if iri.startswith("vocab/"):
            assert fragment in known[path].ids, iri
        if "/node/" in iri and "/run/" not in iri:
            assert unquote(fragment.removeprefix("node=")) in nodes, iri
        if re.match(rf"{SEED}/edge/[^/]+$", iri):
            assert unquote(fragment.removeprefix("edge=")) in edges, iri


def test_no_mechanism_can_be_called_as_something_of_the_site(small: Path) -> None:
    own = {file.name for file in small.iterdir() if not re.match(rf"{SEED}[._]|{SEED}$", file.name)}
    taken = {name.partition(".")[0] for name in own} - {"", "site", "ro-crate-metadata"}  # site.css, ID.html: no clash
    assert taken <= set(names.RESERVED)


# ---------------------------------------------------------------- what is there


def test_every_mechanism_term_source_and_question_has_a_page_that_says_what_there_is(small: Path) -> None:
    m = kg.read(SEED)
    for s in m.sources:
        text = (small / addresses.source_page(SEED, s)).read_text(encoding="utf-8")
        assert "evidence" in text
    for node in m.nodes.values():
        text = (small / addresses.term_page(node.term.id)).read_text(encoding="utf-8") if node.term else node.label
        assert node.label[1:] in text
    for name in sparql.questions():
        assert (small / f"questions/{name}.html").is_file()
    index = (small / "index.html").read_text(encoding="utf-8")
    assert m.title in index and f"{SEED}.svg" in index
    for file in small.rglob("*.html"):
        assert "not medical advice" in file.read_text(encoding="utf-8"), file


def test_the_downloads_have_their_size_and_hash(small: Path) -> None:
    text = (small / "downloads.html").read_text(encoding="utf-8")
    rows = re.findall(r'<a href="([^"]+)">.*?([\d.]+) kB.*?<code>([0-9a-f]{64})</code>', text)
    assert {f"{SEED}.ttl", "all.nq", "void.ttl", "vocabulary.ttl"} <= {name for name, _, _ in rows}
    for name, size, sha in rows:
        data = (small / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == sha and f"{len(data) / 1000:.1f}" == size, name


def test_an_answer_is_the_reviewed_one(small: Path) -> None:
    for file in (kg.data_dir("seeds") / SEED / "answers").glob("*.csv"):
        assert (small / "questions" / file.name).read_bytes() == file.read_bytes()


def test_pages_describe_themselves_in_schema_org(small: Path) -> None:
    import pyoxigraph as ox

    store = ox.Store()
    for file in small.rglob("*.html"):
        for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', file.read_text(encoding="utf-8")):
            store.bulk_load(text.encode(), format=ox.RdfFormat.JSON_LD, base_iri="https://example.org/kg/x/y.html")
    counted = {
        row["type"].value.rpartition("/")[2]: int(row["n"].value)
        for row in store.query("SELECT ?type (COUNT(DISTINCT ?x) AS ?n) { ?x a ?type } GROUP BY ?type")
    }
    assert counted["Dataset"] == 2 and counted["DefinedTerm"] > 30
    assert counted["DataDownload"] == len(list(small.glob(f"{SEED}[._]*")))
    triples = (
        f"ASK {{ <{vocabulary.BASE}{SEED}> <http://rdfs.org/ns/void#triples> ?n ; <http://schema.org/license> ?l }}"
    )
    assert bool(store.query(triples))


@pytest.mark.slow
def test_the_same_bytes_whatever_the_hash_seed(small: Path) -> None:
    code = f"""
import hashlib, kg
from kg.site import addresses, static
for name, content in sorted(static.files([kg.read({SEED!r})]).items()):
    print(name, hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest())
"""
    env = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(kg.__file__).parents[1])}
    said = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=120
    )
    there = json.loads((small / static.STAMP).read_text(encoding="utf-8"))["files"]
    assert dict(line.rsplit(" ", 1) for line in said.stdout.splitlines()) == there


def test_a_site_takes_away_what_it_wrote_before_and_nothing_else(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(static, "files", lambda *_: {"index.html": "one", "term/a.html": "a", "term/b.html": "b"})
    static.write([], tmp_path)
    (tmp_path / "CNAME").write_text("kg.example.org", encoding="utf-8")
    (tmp_path / "term/b.html").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(static, "files", lambda *_: {"index.html": "two"})
    assert [file.name for file in static.write([], tmp_path)] == ["index.html"]
    left = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()}
    assert left == {"index.html", "CNAME", "term/b.html", static.STAMP}


def test_a_fault_leaves_the_old_site(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(static, "files", lambda *_: {"index.html": "one"})
    static.write([], tmp_path)

    def no_space(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_space)
    with pytest.raises(OSError, match="No space"):
        static.write([], tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"index.html", static.STAMP}


def test_an_invalid_mechanism_writes_no_site(tmp_path: Path) -> None:
    bad = tmp_path / "mechanism.yaml"
    text = (kg.data_dir("seeds") / SEED / "mechanism.yaml").read_text(encoding="utf-8")
    bad.write_text(re.sub(r"(edge: \S+) \w+ ", r"\1 wobbles ", text), encoding="utf-8")
    result = CliRunner().invoke(main, ["site", str(bad), "-o", str(tmp_path / "out")])
    assert result.exit_code == 1 and "unknown-verb" in result.stderr and not (tmp_path / "out").exists()
    assert CliRunner().invoke(main, ["site", "-o", ""]).exit_code == 2


def test_a_hostile_mechanism_stays_text_and_in_its_folder(monkeypatch: Any) -> None:
    monkeypatch.setattr(static, "contents", lambda *_, **__: {"all.nq": ""})
    monkeypatch.setattr(
        static.Site, "_answers", lambda self: dict.fromkeys(sparql.questions(), sparql.Answer("ASK", truth=True))
    )
    bad = hostile()
    bad = replace(bad, nodes=bad.nodes.__class__({k: replace(n, term=None) for k, n in bad.nodes.items()}))
    for name, content in static.files([bad]).items():
        assert ".." not in name.split("/") and re.fullmatch(r"[A-Za-z0-9._/-]+", name), name
        if name.endswith(".html") and isinstance(content, str):
            seen = Links()
            seen.feed(content)
            assert not [one for one in seen.attributes if one.startswith("on")] and "x" not in seen.loads, name
            assert seen.scripts <= {"application/ld+json"} or name == "query.html", name


@pytest.mark.slow
def test_a_site_of_nothing_is_a_site(tmp_path: Path) -> None:
    static.write([], tmp_path)
    assert dead(tmp_path) == [] and (tmp_path / "questions" / "mechanisms.html").is_file()


# ---------------------------------------------------------------- the assets of others


def test_the_assets_are_those_of_the_lock_and_of_the_table() -> None:
    lock = json.loads((VENDOR / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = json.loads((VENDOR / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert lock[""]["devDependencies"] == wanted
    built = {file.name for file in VENDOR.iterdir() if file.name.endswith((".min.js", ".gz"))}
    rows = vendor.assets()
    assert {row["file"] for row in rows} == built
    for row in rows:
        pinned = lock[f"node_modules/{row['package']}"]
        assert (row["version"], row["licence"], row["integrity"]) == tuple(
            pinned[key] for key in ("version", "license", "integrity")
        )
        assert hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["file"]
        said = f"{row['package']} {row['version']}, {row['licence']}"
        assert said in (VENDOR / "licences.txt").read_text(encoding="utf-8")
    direct = {name for name in wanted if name != "esbuild"}
    assert direct <= {row["package"] for row in rows}


@pytest.mark.slow
def test_the_assets_can_be_built_again_from_the_lock(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if not npm:
        if os.environ.get("CI"):
            pytest.fail("npm is missing: install the package npm")
        pytest.skip("NOT TESTED: npm is missing, so the assets were not built again")
    for file in VENDOR.iterdir():
        if file.is_file() and file.suffix in (".json", ".mjs", ".js", ".txt") and not file.name.endswith(".min.js"):
            shutil.copy(file, tmp_path)
    for command in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([npm, *command], cwd=tmp_path, check=True, capture_output=True, timeout=300)
    for row in vendor.assets():
        there, here = (tmp_path / row["file"]).read_bytes(), (VENDOR / row["file"]).read_bytes()
        same = gzip.decompress(there) == gzip.decompress(here) if row["file"].endswith(".gz") else there == here
        assert same, row["file"]  # how well zlib compresses is its own affair


# ---------------------------------------------------------------- in the browser


@pytest.fixture
def visit(chromium: Any) -> Iterator[Visit]:
    """Opens a page from its file, offline; fails on a request for anything outside the folder, and on any complaint."""
    contexts, wrong = [], []

    def open_page(folder: Path, after: str, width: int = 1440, height: int = 900, scheme: str = "light") -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", offline=True
        )
        contexts.append(context)
        context.set_default_timeout(60_000)
        tab = context.new_page()

        def asked(request: Any) -> None:
            if not request.url.startswith((f"{folder.as_uri()}/", "blob:", "data:")):
                wrong.append(request.url)

        tab.on("request", asked)
        tab.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.goto(f"{folder.as_uri()}/{after}")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def answered(tab: Any) -> str:
    """What the query page says of its answer, once there is one."""
    status = tab.locator("#status", has_text=ANSWERED)
    status.wait_for()
    return str(status.inner_text())


def write(tab: Any, query: str) -> None:
    """Replaces what stands in the editor."""
    tab.locator("#editor .cm-content").click()
    tab.keyboard.press("Control+a")
    tab.keyboard.press("Delete")
    tab.keyboard.insert_text(query)


#: Keeps what would be saved: a browser refuses more than a few downloads in a second.
KEEP = """() => {
  const make = URL.createObjectURL;
  URL.createObjectURL = blob => { window.kept = blob; return make(blob) };
  HTMLAnchorElement.prototype.click = () => {};
}"""


def kept(tab: Any, form: str) -> str:
    tab.click(f"[data-save={form}]")
    return str(tab.evaluate("kept.text()"))


def saved(tab: Any, form: str) -> str:
    with tab.expect_download() as download:
        tab.click(f"[data-save={form}]")
    return Path(download.value.path()).read_bytes().decode("utf-8")


def violations(tab: Any) -> list[Any]:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("NOT TESTED: axe-playwright-python is missing")
    found = Axe().run(tab, options={"preload": False}).response["violations"]  # it would fetch styles once more
    return [(one["id"], [node["target"] for node in one["nodes"]][:4]) for one in found]


def test_a_question_is_answered_in_the_page_as_by_kg(small: Path, visit: Visit) -> None:
    tab = visit(small, f"query.html#question=edges-of-a-node&with.node=STING%20signalling&of={SEED}")
    assert "row" in answered(tab)
    wanted = sparql.ask("edges-of-a-node", SEED, given={"node": "STING signalling"})
    assert len(wanted.rows) > 1
    assert saved(tab, "csv") == wanted.text("csv")
    assert saved(tab, "json") == wanted.text("json")
    assert wanted.about == tab.locator("#about li").all_inner_texts()
    assert "2.0" < f"{(small / 'query.html').stat().st_size / 1e6:.1f}" < "3.1"
    assert violations(tab) == []


KINDS = [
    "index.html",
    "ta1-tlr7/index.html",
    "ta1-tlr7/source/article.html",
    "term/GO_0034154.html",
    "terms.html",
    "sources.html",
    "questions.html",
    "questions/outcomes-by-condition.html",
    "questions/is-it-called-a-treatment.html",
    "downloads.html",
    "embed.html",
    "vocabulary.html",
    "about.html",
    "query.html#question=what-protects",
    "query.html#question=chain-to-an-outcome&show=graph",
    "query.html#query=SELECT",
    "all.html",
]


HOW = {"wide": (1440, 900, "light"), "dark": (1440, 900, "dark"), "phone": (390, 844, "light")}


@pytest.mark.slow
@pytest.mark.parametrize("how", HOW)
def test_axe_finds_nothing_on_any_kind_of_page(whole: Path, visit: Visit, how: str) -> None:
    tab, wrong = visit(whole, "about.html", *HOW[how]), []
    for page in KINDS if how != "phone" else KINDS[:4] + KINDS[-5:-1]:
        tab.goto("about:blank")
        tab.goto(f"{whole.as_uri()}/{page}")
        if page.startswith("query"):
            answered(tab)
        wrong += [(page, one) for one in violations(tab)]
        if tab.evaluate("document.documentElement.scrollWidth") > HOW[how][0]:
            wrong.append((page, "it is wider than the screen"))
    assert wrong == []


@pytest.fixture(scope="module")
def answers() -> Iterator[Callable[[str, str], sparql.Answer]]:
    """What kg ask answers, over one seed or over all."""
    engines: dict[str, sparql.Engine] = {}

    def asked(name: str, of: str) -> sparql.Answer:
        if of not in engines:
            engines[of] = sparql.Engine(120)
            engines[of].load(*([of] if of else SEVERAL))
        return engines[of].ask(name)

    yield asked
    for engine in engines.values():
        engine.close()


@pytest.mark.slow
@pytest.mark.parametrize("of", ["", "ta1-tlr7"])
def test_every_question_has_the_same_answer_in_the_page_as_by_kg_ask(
    whole: Path, visit: Visit, answers: Callable[[str, str], sparql.Answer], of: str
) -> None:
    tab = visit(whole, f"query.html#question=mechanisms&of={of}")
    answered(tab)
    tab.evaluate(KEEP)
    golden = {file.stem for file in (kg.data_dir("seeds") / of / "answers").glob("*.csv")} if of else set()
    for name in sorted(golden) if of else sparql.questions():
        tab.evaluate("([name, of]) => { location.hash = `question=${name}&of=${of}` }", [name, of])
        tab.locator(f"[data-question={name}][aria-current]").wait_for(state="attached")
        answered(tab)
        wanted = answers(name, of)
        assert kept(tab, "csv") == wanted.text("csv"), name
        assert kept(tab, "json") == wanted.text("json"), name


@pytest.mark.slow
def test_the_list_of_mechanisms_says_which_are_outlines(whole: Path) -> None:
    index = (whole / "index.html").read_text(encoding="utf-8")
    assert index.count("outline") >= sum(kg.read(file).status == "outline" for file in SEVERAL) > 0


@pytest.mark.slow
def test_a_query_can_be_stopped_and_the_next_one_is_answered(
    whole: Path, visit: Visit, answers: Callable[[str, str], sparql.Answer]
) -> None:
    tab = visit(whole, "query.html#query=SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    tab.locator("#stop:enabled").wait_for()
    tab.click("[data-question=mechanisms]")  # a page that is busy still answers to its reader
    assert answered(tab).startswith(f"{len(answers('mechanisms', '').rows)} rows")
    tab.go_back()
    tab.locator("#stop:enabled").wait_for()
    tab.click("#stop")
    tab.locator("#wrong", has_text="Stopped.").wait_for()
    write(tab, "ASK { ?x a kgv:Mechanism }")
    tab.keyboard.press("Control+Enter")
    assert answered(tab).startswith("Yes") and "query=ASK" in tab.url
    assert tab.locator("#answer .lead").inner_text() == "Yes"


@pytest.mark.slow
def test_a_query_that_takes_too_long_is_stopped(small: Path, tmp_path: Path, visit: Visit) -> None:
    text = (small / "query.html").read_text(encoding="utf-8")
    assert text.count('"seconds": 30.0') == 1
    (tmp_path / "query.html").write_text(text.replace('"seconds": 30.0', '"seconds": 2'), encoding="utf-8")
    tab = visit(tmp_path, "query.html#query=SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    tab.locator("#wrong", has_text="It took longer than 2 s and was stopped").wait_for()
    write(tab, "ASK {}")
    tab.click("#run")
    assert answered(tab).startswith("Yes")


@pytest.mark.slow
def test_what_is_wrong_is_said_and_nothing_leaves_the_page(whole: Path, visit: Visit) -> None:
    tab = visit(whole, "query.html#query=SELECT ?x {%0A ?x rdf:type ]")
    assert answered(tab).startswith("No answer")
    assert tab.locator("#wrong").inner_text().startswith("Line 2, column ")
    for asked, words in (
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "not supported"),
        ("SELECT * { ?x nosuch:y ?z }", "refix"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", ""),
    ):
        write(tab, asked)
        tab.click("#run")
        assert answered(tab).startswith("No answer")
        assert words in tab.locator("#wrong").inner_text()
    tab.evaluate("location.hash = 'question=nothing-like-it'")
    tab.locator("#wrong", has_text="There is no question nothing-like-it").wait_for()


@pytest.mark.slow
def test_the_editor_completes_terms_by_their_label_and_lets_the_keyboard_go(whole: Path, visit: Visit) -> None:
    tab = visit(whole, "query.html#query=")
    editor = tab.locator("#editor .cm-content")
    editor.click()
    tab.keyboard.type("SELECT ?node { ?node kgv:denotes Toll-Like")
    tab.locator("#editor .cm-tooltip-autocomplete li", has_text="Toll-Like Receptor 7").first.click()
    assert "MESH:D051199" in editor.inner_text()
    tab.keyboard.type(" ")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Control+Enter")
    assert re.match("[1-9][0-9]* row", answered(tab))
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "run"


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves a folder from an origin of its own."""
    servers = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    def start(folder: Path) -> str:
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("allowed", ["allow-scripts", ""], ids=["scripts", "none"])
def test_an_embed_works_in_a_page_of_another_origin(
    small: Path,
    tmp_path: Path,
    serve: Callable[[Path], str],
    chromium: Any,
    allowed: str,
) -> None:
    there, here = serve(small), serve(tmp_path)
    snippet = kg.page.embed(kg.read(SEED), f"{there}/").replace("allow-scripts allow-popups", allowed)  # and no more
    strict = (
        "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">"  # the page around it runs nothing
    )
    (tmp_path / "course.html").write_text(f"<!doctype html>{strict}<title>A course</title>{snippet}", encoding="utf-8")
    context, asked, said = chromium.new_context(), [], []
    tab = context.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(f"{here}/course.html", wait_until="load")
    tab.locator("iframe").scroll_into_view_if_needed()
    frame = tab.frame_locator("iframe")
    assert frame.locator("#strip").inner_text().count("not medical advice") == 1
    if allowed:
        frame.locator("#next").click()
        frame.locator(".stop.on[data-stop='1']").wait_for()
        assert frame.locator("#net canvas").is_visible()
    else:
        frame.locator("#static svg").wait_for()
        assert frame.locator("#steps").is_visible()
        assert "not read" in frame.locator("#steps, #card").first.inner_text() or frame.locator(".evidence").count() > 0
    assert tab.locator("body > p a").get_attribute("href") == f"{there}/{SEED}.html"
    assert {url.partition("?")[0] for url in asked} <= {
        f"{here}/course.html",
        f"{there}/{SEED}.html",
        f"{here}/favicon.ico",
    }
    assert said == []
    context.close()


@pytest.mark.slow
def test_the_query_page_works_in_a_frame_that_may_only_run_scripts(
    small: Path,
    tmp_path: Path,
    serve: Callable[[Path], str],
    chromium: Any,
) -> None:
    there, here = serve(small), serve(tmp_path)
    frame = f'<iframe sandbox="allow-scripts" src="{there}/query.html#question=mechanisms" width="900" height="700"></iframe>'
    (tmp_path / "course.html").write_text(f"<!doctype html><title>A course</title>{frame}", encoding="utf-8")
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(f"{here}/course.html")
    status = tab.frame_locator("iframe").locator("#status", has_text=ANSWERED)
    status.wait_for(timeout=60_000)
    assert " rows in " in status.inner_text()
    context.close()


def test_the_style_of_the_site_has_the_colours_of_the_explorer_light_and_dark() -> None:
    """Each colour once in each of the two blocks, and no block in a block that a browser would leave out."""
    light, dark = re.findall(r":root\{([^{}]*)\}", static.tokens())
    assert "--paper:#fbfaf7" in light and "--paper:#12161d" in dark
    assert re.fullmatch(r":root\{[^{}]*\}\n@media \(prefers-color-scheme:dark\)\{:root\{[^{}]*\}\}\n", static.tokens())
