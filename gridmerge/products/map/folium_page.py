"""MapData → a folium map with one element of our own on it."""

from __future__ import annotations

import html
from importlib import resources
from typing import Literal

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from gridmerge.products.labels import UNIFIED
from gridmerge.products.map.audience import restrict_map_data
from gridmerge.products.map.basemap import choose_basemap
from gridmerge.products.map.data import MapData
from gridmerge.products.map.options import MapOptions
from gridmerge.products.map.payload import make_payload

PageName = Literal["map", "atlas", "trouble"]


class OfflineMap(folium.Map):
    """folium's map with Leaflet alone: polygons, lines and controls need no jQuery, Bootstrap or icon font."""

    default_js = [("leaflet", "leaflet.js")]  # noqa: RUF012 - folium's own attribute
    default_css = [("leaflet_css", "leaflet.css")]  # noqa: RUF012


class Page(MacroElement):
    """The page around the map: its style, its skeleton, its data and its script, which knows the map as `map`."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}<style>{{ this.style }}</style>{% endmacro %}
        {% macro html(this, kwargs) %}{{ this.page }}
        <script type="application/json" id="gm-data">{{ this.data }}</script>{% endmacro %}
        {% macro script(this, kwargs) %}(function (map) {
        "use strict";
        {{ this.program }}
        })({{ this._parent.get_name() }});{% endmacro %}
        """
    )

    def __init__(self, data: str, page: PageName) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Page"
        self.data = data
        self.style = _raw_template(_read_asset("page.css"))
        self.page = _raw_template(_read_asset(f"{page}.html"))
        # bundled from web/src by `npm run build`
        self.program = _raw_template(_read_asset(f"{page}.js"))


def make_map_figure(data: MapData, options: MapOptions) -> Figure:
    """Return the folium figure of a plan; add to its map what you like before it is inlined.

    Parameters
    ----------
    data
        What to show.
    options
        How to show it.
    """
    data = restrict_map_data(data, options.audience)
    tiles = choose_basemap(options)
    page = Page(make_payload(data, options, tiles), "map")
    title = UNIFIED.in_(options.language)
    return make_offline_figure(page, f"{data.name} · {title}", tiles.hosts)


def make_offline_figure(page: Page, title: str, hosts: tuple[str, ...] = ()) -> Figure:
    """Put a page on a folium map that links nothing but Leaflet.

    Parameters
    ----------
    page
        Skeleton, data and script.
    title
        Of the browser's tab; any text.
    hosts
        What pictures may come from.
    """
    drawn = OfflineMap(
        tiles=None, prefer_canvas=True, zoom_control=False, control_scale=False, zoom_snap=0.25
    )
    page.add_to(drawn)
    root = drawn.get_root()
    assert isinstance(root, Figure)
    # folium draws ids at random, which would make every file differ
    drawn._id, page._id, root._id = "gridmerge", "page", "figure"
    root.title = html.escape(title)
    root.header.add_child(Element(_content_policy(hosts)), name="policy", index=1)
    return root


def _content_policy(hosts: tuple[str, ...]) -> str:
    """Let the browser itself guarantee that nothing leaves the file, but for the tiles somebody asked for."""
    rules = (
        "default-src 'none'",
        "script-src 'unsafe-inline'",
        "style-src 'unsafe-inline'",
        " ".join(("img-src data: blob:", *hosts)),
        "font-src data:",
        "connect-src 'none'",
        "form-action 'none'",
        "base-uri 'none'",
    )
    return (
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape("; ".join(rules), quote=True)}" />'
        '<meta name="referrer" content="no-referrer" />'
    )


def _raw_template(text: str) -> str:
    """Keep jinja's hands off: branca reads what an element rendered as a template once more."""
    return "{% raw %}" + text + "{% endraw %}"


def _read_asset(name: str) -> str:
    return (resources.files("gridmerge.products.map") / "assets" / name).read_text("utf-8")
