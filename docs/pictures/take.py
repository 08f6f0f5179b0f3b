"""Take the pictures of the README and the manual again: ``python docs/pictures/take.py OUT``.

OUT is a finished build of sample_layers whose project folder has been through ``gridmerge check`` too. The poster wants matplotlib and a
Chinese font.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from gridmerge.products.map import read_map_data, render_map_data
from gridmerge.products.poster import draw_posters

HERE = Path(__file__).parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]
SCREEN = {"width": 1440, "height": 810}
POSTER_WIDTH = 1400
BESIDE_THE_CARD = 140  # pixels the town is moved to the left, so that the card hides none of it


def meeting_map(page: Page) -> None:
    """Show the whole town, and who is responsible at a place in its middle."""
    page.evaluate(
        "pixels => window.gridmerge.map.panBy([pixels, 0], {animate: false})", BESIDE_THE_CARD
    )
    page.mouse.click(870, 530)


def edit_mode(page: Page) -> None:
    """Show a grid that has been given three pieces of land."""
    page.click("[data-tab=edit]")
    page.click("#gm-edit-switch")
    page.mouse.click(880, 560)
    page.evaluate(
        """() => {
          const api = window.gridmerge, grid = document.querySelector('.bar.on').dataset.code;
          api.lawfulMoves(9999).filter(move => move.to === grid).slice(0, 3).forEach(move => api.move(move.face, move.to));
        }"""
    )


def docket(page: Page) -> None:
    """Show what departments disagree about, and where the first of it lies."""
    page.click("[data-tab=check]")
    page.wait_for_timeout(300)
    page.locator(".item").first.click()


def as_it_opens(page: Page) -> None:
    """Show what is on the screen at first."""


MAP_PICTURES = {"meeting-map": meeting_map, "edit-mode": edit_mode, "docket": docket}


def shoot(browser: Browser, file: Path, name: str, act: Callable[[Page], None], ready: str) -> None:
    """Open a page, act on it and keep what is on the screen."""
    page = browser.new_context(viewport=SCREEN).new_page()
    page.goto(file.as_uri())
    page.wait_for_selector(ready)
    act(page)
    page.wait_for_timeout(600)  # the map flies and the canvas follows
    page.screenshot(path=HERE / f"{name}.png")


def poster(out: Path, folder: Path) -> None:
    """Keep the sheet of one village, small enough for a page."""
    draw_posters(read_map_data(out), folder)
    sheet = Image.open(sorted(folder.glob("*.png"))[0])
    sheet.thumbnail((POSTER_WIDTH, POSTER_WIDTH))
    sheet.convert("P", palette=Image.Palette.ADAPTIVE).save(HERE / "poster.png", optimize=True)


def main(out: Path) -> None:
    """Write the pictures beside this file."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "map.html")
        file.write_text(render_map_data(read_map_data(out)), "utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, act in MAP_PICTURES.items():
            shoot(browser, file, name, act, "html[data-ready]")
        shoot(browser, out / "report.html", "report", as_it_opens, "body")
        shoot(browser, out.parent / "check" / "findings.html", "findings", as_it_opens, "body")
        browser.close()
        poster(out, Path(scratch, "posters"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
