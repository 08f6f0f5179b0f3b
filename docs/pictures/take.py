"""Take the README's pictures again: ``python docs/pictures/take.py OUT`` (a finished build of sample_layers)."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from gridmerge.publish.map import from_out, render_data

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
BESIDE_THE_CARD = 140  # pixels the town is moved to the left, so that the card hides none of it


def meeting_map(page: Page) -> None:
    """Show the whole town, and who is responsible at a place in its middle."""
    page.evaluate("pixels => window.gridmerge.map.panBy([pixels, 0], {animate: false})", BESIDE_THE_CARD)
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


def main(out: Path) -> None:
    """Write both pictures beside this file."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "map.html")
        file.write_text(render_data(from_out(out)), "utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, act in (("meeting-map", meeting_map), ("edit-mode", edit_mode)):
            page = browser.new_context(viewport={"width": 1440, "height": 810}).new_page()
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-ready]")
            act(page)
            page.wait_for_timeout(600)  # the map flies and the canvas follows
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
