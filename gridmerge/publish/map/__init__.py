"""The meeting map: a build → one HTML file, drawn by folium, that works without a network.

Comes in: a `Build`, or a finished output folder. Goes out: the whole page as text.
"""

from __future__ import annotations

from gridmerge.model import Build
from gridmerge.publish.map.atlas import atlas
from gridmerge.publish.map.data import MapData
from gridmerge.publish.map.figure import figure
from gridmerge.publish.map.inline import inline
from gridmerge.publish.map.options import MapOptions
from gridmerge.publish.map.payload import build_hash
from gridmerge.publish.map.reopen import from_out
from gridmerge.publish.map.trouble import trouble
from gridmerge.publish.privacy import Audience

__all__ = [
    "Audience",
    "MapData",
    "MapOptions",
    "atlas",
    "build_hash",
    "figure",
    "from_out",
    "inline",
    "render",
    "render_data",
    "trouble",
]

DEFAULTS = MapOptions()


def render(build: Build, *, options: MapOptions = DEFAULTS) -> str:
    """Return map.html for a build.

    Parameters
    ----------
    build
        A finished build.
    options
        Language, audience, base map.
    """
    return render_data(MapData.from_build(build), options=options)


def render_data(data: MapData, *, options: MapOptions = DEFAULTS) -> str:
    """Return map.html for what `MapData` holds, from whatever it was read."""
    return inline(figure(data, options))
