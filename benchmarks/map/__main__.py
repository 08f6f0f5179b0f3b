"""The map beside plain folium: file size, seconds to write, seconds until it can be used, milliseconds a click.

    python -m benchmarks.map 500 2000 10000

The same invented town both ways. Plain folium is `folium.GeoJson` of the faces with a tooltip, on Leaflet alone: its other
assets would come from the network, which a meeting room does not have, so it is spared their weight.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import folium
from playwright.sync_api import Browser, Page, sync_playwright

from gridmerge.products.map import MapData, inline_assets, render_map_data
from gridmerge.products.map.folium_page import OfflineMap
from tests.products.map_town import town_data

PER_VILLAGE = 40
CLICKS = 12
OPENINGS = 3
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]


def plain(data: MapData) -> str:
    """Return what a folium user would write."""
    faces = (
        data.faces.drop(columns="geometry")
        .assign(geometry=data.faces.geometry)
        .set_geometry("geometry")
    )
    west, south, east, north = faces.to_crs(4326).total_bounds
    drawn = OfflineMap(tiles=None, prefer_canvas=True)
    fields = ["face_id", "grid_code", *data.works]
    folium.GeoJson(
        faces.to_crs(4326)[[*fields, "geometry"]], tooltip=folium.GeoJsonTooltip(fields)
    ).add_to(drawn)
    drawn.fit_bounds([[south, west], [north, east]])
    return inline_assets(drawn.get_root())


@contextmanager
def opened(browser: Browser, html: str, folder: Path, ready: str) -> Iterator[tuple[float, Page]]:
    """Open a page, several times; median seconds until `ready` holds and a frame is painted, and the page of the last time."""
    file = folder / "map.html"
    file.write_text(html, "utf-8")
    seconds = []
    for left in reversed(range(OPENINGS)):
        context = browser.new_context(viewport={"width": 1600, "height": 900})
        page = context.new_page()
        start = time.perf_counter()
        page.goto(file.as_uri())
        page.wait_for_function(ready)
        page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        seconds.append(time.perf_counter() - start)
        if not left:
            yield statistics.median(seconds), page
        context.close()


def click_ms(page: Page) -> float:
    """Median milliseconds of moving a face and painting the result, over lawful moves of the page's own choosing."""
    return statistics.median(
        page.evaluate(
            """async clicks => {
              const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
              const api = window.gridmerge, times = [];
              document.querySelector('[data-tab=edit]').click();
              document.getElementById('gm-edit-switch').click();
              const moves = api.lawfulMoves(clicks);
              for (const move of moves) {
                await painted();
                const start = performance.now();
                api.move(move.face, move.to);
                await painted();
                times.push(performance.now() - start);
              }
              return times;
            }""",
            CLICKS,
        )
    )


def main(sizes: list[int]) -> None:
    """Print one row a size."""
    print(
        "| faces | vertices | ours: MB | write s | usable s | click ms | plain folium: MB | write s | usable s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for size in sizes:
            data = town_data(1, villages=max(2, size // PER_VILLAGE), layers=24, blocks=PER_VILLAGE)
            start = time.perf_counter()
            ours = render_map_data(data)
            written = time.perf_counter() - start
            with opened(
                browser, ours, Path(folder), "() => document.documentElement.dataset.ready"
            ) as (usable, page):
                click = click_ms(page)
            start = time.perf_counter()
            theirs = plain(data)
            theirs_written = time.perf_counter() - start
            with opened(
                browser, theirs, Path(folder), "() => document.readyState == 'complete'"
            ) as (theirs_usable, _):
                pass
            vertices = int(data.faces.geometry.count_coordinates().sum())
            print(
                f"| {len(data.faces)} | {vertices} | {len(ours.encode()) / 1e6:.2f} | {written:.1f} | {usable:.2f} | {click:.0f} "
                f"| {len(theirs.encode()) / 1e6:.2f} | {theirs_written:.1f} | {theirs_usable:.2f} |",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [500, 2000, 10000])
