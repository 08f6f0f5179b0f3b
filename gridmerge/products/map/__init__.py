"""The meeting map: a build → one HTML file, drawn by folium, that works without a network.

Comes in: a `Build`, or a finished output folder. Goes out: the whole page as text.
"""

from __future__ import annotations

from gridmerge.model import Build
from gridmerge.products.map.data import MapData
from gridmerge.products.map.findings_page import make_findings_html
from gridmerge.products.map.finished_map import read_map_data
from gridmerge.products.map.folium_page import make_map_figure
from gridmerge.products.map.inlining import inline_assets
from gridmerge.products.map.options import MapOptions
from gridmerge.products.map.payload import build_hash
from gridmerge.products.map.township_index import make_township_index_page
from gridmerge.products.masking import Audience

__all__ = [
    "Audience",
    "MapData",
    "MapOptions",
    "build_hash",
    "inline_assets",
    "make_findings_html",
    "make_map_figure",
    "make_township_index_page",
    "read_map_data",
    "render_map",
    "render_map_data",
]

DEFAULT_MAP_OPTIONS = MapOptions()


def render_map(build: Build, *, options: MapOptions = DEFAULT_MAP_OPTIONS) -> str:
    """Return map.html for a build.

    Parameters
    ----------
    build
        A finished build.
    options
        Language, audience, base map.
    """
    return render_map_data(MapData.from_build(build), options=options)


def render_map_data(data: MapData, *, options: MapOptions = DEFAULT_MAP_OPTIONS) -> str:
    """Return map.html for what `MapData` holds, from whatever it was read."""
    return inline_assets(make_map_figure(data, options))
