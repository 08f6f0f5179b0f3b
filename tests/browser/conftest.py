"""A real browser: Debian's chromium, headless, with a profile of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gridmerge.products.map import MapOptions, render_map_data
from tests.products.map_town import town_data

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Meeting:
    """One page, everything it asked for, and everything it complained about."""

    def __init__(self, context, file: Path):
        self.page = context.new_page()
        self.requests, self.errors = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console", lambda said: self.errors.append(said.text) if said.type == "error" else None
        )
        self.page.on(
            "dialog",
            lambda dialog: (self.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()),
        )
        self.file = file
        self.open()

    def open(self):
        self.page.goto(self.file.as_uri())
        self.page.wait_for_selector("html[data-ready]")

    def click_face(self, face: str):
        """Click a point well inside a face."""
        x, y = self.page.evaluate("face => window.gridmerge.spot(face)", face)
        self.page.mouse.click(x, y)

    def grid_of(self, face: str) -> str:
        return self.page.evaluate("face => window.gridmerge.gridOf(face)", face)

    def edits(self) -> dict:
        return self.page.evaluate("() => window.gridmerge.edits()")

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)


@pytest.fixture(scope="session")
def data():
    return town_data()


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def meet(chromium, data, tmp_path):
    """Open a map, in a fresh profile; closes what it opened."""
    contexts = []

    def open_map(shown=data, *, width=1400, height=900, **options) -> Meeting:
        file = tmp_path / "青山镇 地图" / "map.html"
        file.parent.mkdir(exist_ok=True)
        file.write_text(render_map_data(shown, options=MapOptions(**options)), "utf-8")
        contexts.append(
            chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        )
        return Meeting(contexts[-1], file)

    yield open_map
    for context in contexts:
        context.close()
