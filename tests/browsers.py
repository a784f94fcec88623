"""Three engines behind one small face: a tab that opens a file, runs a script, is clicked, is looked at, and saves.

Each is the browser that Debian has, driven by its own protocol: Chromium by Playwright, Firefox by Mozilla's Marionette,
WebKit by the WebDriver of WebKitGTK, in a screen of its own (Xvfb).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

WIDE, HIGH = 1280, 720
SLOW = 60  # seconds until a step counts as failed
#: A port that nobody listens to: what a page asks of the network fails.
NOWHERE = 9


class Tab(Protocol):
    """One tab of 1280 by 720. What is saved in it lies in ``saved`` under its own name."""

    saved: Path

    def open(self, url: str) -> None:
        """Opens a file, and waits until it is loaded."""

    def js(self, body: str, *given: Any) -> Any:
        """What the body of a function returns; ``arguments`` are what is given."""

    def click(self, x: float, y: float) -> None:
        """Presses and releases the mouse."""

    def shot(self) -> bytes:
        """What is seen, as PNG."""


class Chromium:
    def __init__(self, page: Any, saved: Path) -> None:
        self.page, self.saved = page, saved
        page.on("download", lambda one: one.save_as(saved / one.suggested_filename))

    def open(self, url: str) -> None:
        self.page.goto(url)

    def js(self, body: str, *given: Any) -> Any:
        return self.page.evaluate(f"given => (function () {{ {body} }}).apply(null, given)", list(given))

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(x, y)

    def shot(self) -> bytes:
        return bytes(self.page.screenshot())


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

    def shot(self) -> bytes:
        return bytes(self.client.screenshot(format="binary", full=False))


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

    def shot(self) -> bytes:
        return bytes(self.driver.get_screenshot_as_png())


@contextmanager
def chromium(home: Path) -> Iterator[Tab]:
    from conftest import FLAGS
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH}, offline=True, reduced_motion="reduce")
        page.set_default_timeout(SLOW * 1000)
        yield Chromium(page, home)
        browser.close()


@contextmanager
def firefox(home: Path) -> Iterator[Tab]:
    from marionette_driver.marionette import Marionette

    client = Marionette(
        bin="/usr/bin/firefox-esr",
        port=0,
        headless=True,
        gecko_log=str(home / "gecko.log"),
        startup_timeout=SLOW,
        socket_timeout=SLOW,
        workspace=str(home),
        prefs={
            "network.proxy.type": 1,
            "network.proxy.http": "127.0.0.1",
            "network.proxy.http_port": NOWHERE,
            "network.proxy.ssl": "127.0.0.1",
            "network.proxy.ssl_port": NOWHERE,
            "browser.download.folderList": 2,
            "browser.download.dir": str(home),
            "browser.download.alwaysOpenPanel": False,
            "ui.prefersReducedMotion": 1,
        },
    )
    try:
        client.start_session()
        client.set_window_rect(width=WIDE, height=HIGH)
        inner = client.execute_script("return [innerWidth, innerHeight]")
        client.set_window_rect(width=2 * WIDE - inner[0], height=2 * HIGH - inner[1])
        yield Firefox(client, home)
    finally:
        client.cleanup()


@contextmanager
def webkit(home: Path) -> Iterator[Tab]:
    from selenium import webdriver

    (home / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{home}"\n', encoding="utf-8")
    reader, writer = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    display = ":" + os.read(reader, 20).decode().strip()
    env = {**os.environ, "DISPLAY": display, "XDG_CONFIG_HOME": str(home), "HOME": str(home)}
    service = webdriver.webkitgtk.service.Service("/usr/bin/WebKitWebDriver", env=env)
    driver = webdriver.WebKitGTK(service=service)
    driver.set_script_timeout(SLOW)
    driver.set_page_load_timeout(SLOW)
    driver.set_window_size(WIDE, HIGH)
    inner = driver.execute_script("return [innerWidth, innerHeight]")
    driver.set_window_size(2 * WIDE - inner[0], 2 * HIGH - inner[1])
    yield WebKit(driver, home)
    driver.quit()
    screen.terminate()
    screen.wait()
    os.close(reader)


ENGINES = {"chromium": chromium, "firefox-esr": firefox, "WebKitWebDriver": webkit}
