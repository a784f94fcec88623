"""Three engines behind one small face: a tab that opens a file, runs a script, is clicked, is looked at, and saves.

Each is the browser that Debian has, driven by its own protocol: Chromium by Playwright, Firefox by Mozilla's Marionette,
WebKit by the WebDriver of WebKitGTK, on a screen of its own (Xvfb).
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

SIZE = 1280, 720
SLOW = 60  # seconds until a step counts as failed
HERE = "http://127.0.0.1:"  # a server of a test, which alone may be asked
NOWHERE = "127.0.0.1", 9  # a proxy where nobody answers: what a page asks of the network fails


class Tab(Protocol):
    """One tab of 1280 by 720. What a reader saves in it lies in ``saved`` under its own name."""

    saved: Path

    def open(self, url: str) -> None:
        """Opens an address, and waits until it is loaded."""

    def js(self, body: str, *given: Any) -> Any:
        """What the body of a function returns; ``arguments`` are what is given."""

    def click(self, x: float, y: float) -> None:
        """Presses the mouse at a point of the window."""

    def arrive(self, part: str) -> None:
        """Waits until a page is loaded whose address holds this."""

    def enter(self, frame: int | None) -> None:
        """From now on scripts run in a frame of the page, by its number, or again in the page."""


class Chromium:
    def __init__(self, page: Any, saved: Path) -> None:
        self.page, self.inside, self.saved = page, page, saved
        page.set_default_timeout(SLOW * 1000)
        page.on("download", lambda one: one.save_as(saved / one.suggested_filename))

    def open(self, url: str) -> None:
        self.page.context.set_offline(not url.startswith(HERE))
        self.page.goto(url)

    def js(self, body: str, *given: Any) -> Any:
        return self.inside.evaluate(f"given => (function () {{ {body} }}).apply(null, given)", list(given))

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(x, y)

    def arrive(self, part: str) -> None:
        self.page.wait_for_url(lambda url: part in url)

    def enter(self, frame: int | None) -> None:
        self.inside = self.page if frame is None else self.page.frames[frame + 1]


class Firefox:
    def __init__(self, client: Any, saved: Path) -> None:
        self.client, self.saved = client, saved

    def open(self, url: str) -> None:
        self.client.navigate(url)

    def js(self, body: str, *given: Any) -> Any:
        return self.client.execute_script(body, given, sandbox=None)

    def click(self, x: float, y: float) -> None:
        mouse = self.client.actions.sequence("pointer", "mouse", {"pointerType": "mouse"})
        mouse.pointer_move(round(x), round(y)).pointer_down(0).pointer_up(0).perform()

    def arrive(self, part: str) -> None:
        soon(lambda: part in self.client.get_url() and self.js(LOADED))

    def enter(self, frame: int | None) -> None:
        self.client.switch_to_frame(frame)


class WebKit:
    def __init__(self, driver: Any, saved: Path) -> None:
        self.driver, self.saved = driver, saved

    def open(self, url: str) -> None:
        self.driver.get(url)

    def js(self, body: str, *given: Any) -> Any:
        return self.driver.execute_script(body, *given)

    def click(self, x: float, y: float) -> None:
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        chain = ActionBuilder(self.driver)
        chain.pointer_action.move_to_location(round(x), round(y)).click()
        chain.perform()

    def arrive(self, part: str) -> None:
        soon(lambda: part in self.driver.current_url and self.js(LOADED))

    def enter(self, frame: int | None) -> None:
        if frame is None:
            self.driver.switch_to.default_content()
        else:
            self.driver.switch_to.frame(frame)


LOADED = "return document.readyState === 'complete'"


def soon(there: Callable[[], bool]) -> None:
    """Waits until something is so."""
    end = time.monotonic() + SLOW
    while not there():
        if time.monotonic() > end:
            raise TimeoutError(f"not in {SLOW} seconds")
        time.sleep(0.05)


@contextmanager
def chromium(home: Path, browser: Any) -> Iterator[Tab]:
    """A tab of the browser that the tests have open."""
    page = browser.new_page(viewport=dict(zip(("width", "height"), SIZE, strict=True)), offline=True)
    yield Chromium(page, home)
    page.close()


@contextmanager
def firefox(home: Path, command: str) -> Iterator[Tab]:
    from marionette_driver.marionette import Marionette

    host, port = NOWHERE
    offline = {
        "network.proxy.type": 1,
        "network.proxy.allow_hijacking_localhost": True,
        "network.proxy.no_proxies_on": host,
    }
    for of in ("http", "ssl"):
        offline |= {f"network.proxy.{of}": host, f"network.proxy.{of}_port": port}
    saves = {"browser.download.folderList": 2, "browser.download.dir": str(home)}
    client = Marionette(
        bin=command,
        port=0,
        headless=True,
        prefs={**offline, **saves},
        gecko_log=str(home / "firefox.log"),
        workspace=str(home),
        startup_timeout=SLOW,
        socket_timeout=SLOW,
    )
    try:
        client.start_session()
        fit(client.execute_script, lambda width, height: client.set_window_rect(width=width, height=height))
        yield Firefox(client, home)
    finally:
        client.cleanup()


@contextmanager
def webkit(home: Path, command: str) -> Iterator[Tab]:
    from selenium import webdriver

    (home / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{home}"\n', encoding="utf-8")
    with ExitStack() as open_things:
        number = open_things.enter_context(screen())
        env = {**os.environ, "DISPLAY": f":{number}", "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
        options = webdriver.WebKitGTKOptions()
        proxies = dict.fromkeys(("httpProxy", "sslProxy"), "{}:{}".format(*NOWHERE))
        options.set_capability("proxy", {"proxyType": "manual", **proxies, "noProxy": [NOWHERE[0]]})
        driver = webdriver.WebKitGTK(options, webdriver.webkitgtk.service.Service(command, env=env))
        open_things.callback(driver.quit)
        driver.set_page_load_timeout(SLOW)
        driver.set_script_timeout(SLOW)
        fit(driver.execute_script, driver.set_window_size)
        yield WebKit(driver, home)


@contextmanager
def screen() -> Iterator[str]:
    """The number of a display without a screen, which Xvfb itself chooses."""
    reader, writer = os.pipe()
    size = "x".join(str(2 * side) for side in SIZE)
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        ready, _, _ = select.select([reader], [], [], SLOW)
        number = os.read(reader, 20).decode().strip() if ready else ""
        if not number:
            raise RuntimeError("Xvfb has not started")
        yield number
    finally:
        os.close(reader)
        server.terminate()
        server.wait(SLOW)


def fit(script: Callable[[str], list[int]], resize: Callable[[int, int], object]) -> None:
    """Gives a window the size that makes its page 1280 by 720."""
    resize(*SIZE)
    resize(*(2 * side - inner for side, inner in zip(SIZE, script("return [innerWidth, innerHeight]"), strict=True)))


class Engine(NamedTuple):
    """How a tab of an engine is opened: with a folder, and its first command or what already runs."""

    commands: tuple[str, ...]
    packages: str
    start: Callable[[Path, Any], AbstractContextManager[Tab]]


ENGINES = {
    "chromium": Engine(("chromium",), "chromium", chromium),
    "firefox": Engine(("firefox-esr",), "firefox-esr", firefox),
    "webkit": Engine(("WebKitWebDriver", "Xvfb"), "webkit2gtk-driver and xvfb", webkit),
}
