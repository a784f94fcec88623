"""Fixtures that several files of tests share: a browser, and the explorer of the first mechanism opened in it."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, is_hypothesis_test, settings

import kg
from kg import formats, page
from kg.bench.serve import Bench
from kg.cli import main
from kg.model.mechanism import Mechanism

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

Open = Callable[..., Any]

#: Every mechanism of seeds/.
SEEDS = [kg.read(path) for path in formats.seeds()]
FIRST = "ta1-tlr7"
#: The first of them. Those who share it share what is computed of it once: its graph, its runs, its picture.
SEED = next(one for one in SEEDS if one.id == FIRST)
#: Some that differ most: the first, one with levels and whole texts, the one with most edges, an outline with most contexts.
SAMPLE = (FIRST, "ta1-efferocytosis", "mir146a-brake", "complement-synapses")


def slowly(mechanisms: Iterable[Mechanism], fast: Collection[str] = (FIRST,)) -> list[Any]:
    """Mechanisms as parameters of a test; all but some of them are among the slow tests."""
    return [one if one.id in fast else pytest.param(one, marks=pytest.mark.slow) for one in mechanisms]


EVERY = slowly(SEEDS)
SOME = slowly(one for one in SEEDS if one.id in SAMPLE)


#: A small mechanism, with the activity of a thing: for whatever needs any mechanism.
LITTLE = Path(__file__).parent / "little" / "mechanism.yaml"
ACTIVE = kg.read(LITTLE)


#: Properties are tried on few examples, and where the slow tests are asked for on many; always on the same ones.
STABLE = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile("few", STABLE, max_examples=20)
settings.register_profile("many", STABLE, max_examples=100)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("few" if config.option.markexpr == "not slow" else "many")


def pytest_itemcollected(item: pytest.Item) -> None:
    if settings.get_current_profile_name() == "many" and is_hypothesis_test(getattr(item, "obj", None)):
        item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def in_build(request: pytest.FixtureRequest) -> list[Mechanism]:
    """The mechanisms of ``built``: some, or the first and a little one where the slow tests are left out."""
    fast = request.config.option.markexpr == "not slow"
    some = [one for one in SEEDS if one.id in (SAMPLE[:1] if fast else SAMPLE)]
    return [*some, ACTIVE] if fast else some


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, in_build: list[Mechanism]) -> Path:
    """All that ``kg build`` writes, and beside it in built.txt what it prints: one build for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "built"
    printed = folder.with_suffix(".txt")
    try:
        folder.mkdir()
    except FileExistsError:  # another worker builds
        for _ in range(3000):
            if printed.exists():
                return folder
            time.sleep(0.1)
        pytest.fail("the worker that builds the exports has not ended in five minutes")
    result = CliRunner().invoke(
        main, ["build", *(one.file for one in in_build), "-o", str(folder)], env={"KG_SOURCES": ""}
    )
    folder.with_suffix(".part").write_text(result.output, encoding="utf-8")
    folder.with_suffix(".part").rename(printed)
    assert result.exit_code == 0, result.output
    return folder


@contextmanager
def serving(file: Path) -> Iterator[Bench]:
    """The server of ``kg write`` for a file."""
    server = Bench(file)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(10)


def needed(command: str, packages: str) -> str:
    """Where a command of a browser is; without it the test fails in .ci/run, and is skipped elsewhere."""
    found = shutil.which(command)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(f"{command} is missing: install {packages}")
    pytest.skip(f"NOT TESTED: {command} is missing, so no page was opened")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    found = needed("chromium", "chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "seed.html"
    path.write_text(page.html(SEED), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tabs(chromium: Any) -> dict[bool, list[Any]]:
    """Tabs that nobody uses, with and without JavaScript: to load a page in one takes half of the time of a new one."""
    return {True: [], False: []}


@pytest.fixture
def visit(chromium: Any, tabs: dict[bool, list[Any]], file: Path) -> Iterator[Open]:
    """Opens a page from its file, refuses every other request, and fails on any, and on any word in the console."""
    opened, wrong = [], []

    def open_page(after: str = "", width: int = 1440, height: int = 900, path: Path = file, js: bool = True) -> Any:
        free = tabs[js]
        tab = free.pop() if free else chromium.new_page(reduced_motion="reduce", java_script_enabled=js)
        tab.set_viewport_size({"width": width, "height": height})

        def route(handler: Any) -> None:
            if handler.request.url.partition("?")[0].partition("#")[0] == path.as_uri():
                handler.continue_()
            else:
                wrong.append(handler.request.url)
                handler.abort()

        heard = {
            "console": lambda message: wrong.append(message.text),
            "pageerror": lambda error: wrong.append(str(error)),
            "dialog": lambda dialog: (wrong.append("dialog"), dialog.dismiss()),
        }
        opened.append((tab, free, heard))
        tab.route("**/*", route)
        for event, listener in heard.items():
            tab.on(event, listener)
        tab.goto(path.as_uri() + after)
        return tab

    yield open_page
    for tab, free, heard in opened:
        tab.unroute_all()
        tab.goto("about:blank")
        tab.mouse.move(0, 0)
        tab.emulate_media(media="null", forced_colors="null")
        for event, listener in heard.items():
            tab.remove_listener(event, listener)
        free.append(tab)
    assert wrong == []
