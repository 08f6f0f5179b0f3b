"""A folium figure → one HTML file that requests nothing: every script, style and picture inside it.

folium leaves its assets on four hosts. What this package does not carry is a hard error naming the asset: a map that
silently lost a plugin would be found out in the meeting, without a network.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from branca.element import CssLink, Element, Figure, JavascriptLink

LEAFLET_FILES = {"leaflet.js": "leaflet.js", "leaflet.css": "leaflet.css"}
_URL = re.compile(r"""url\(\s*(?!["']?(?:data:|#))["']?([^"')]+)["']?\s*\)""")


class UnknownAssetError(LookupError):
    """A figure asks for an asset that is not on board: a mistake of whoever added it, not of the user."""


def inline_assets(figure: Figure) -> str:
    """Render a figure with every linked script and style as text in the file.

    Parameters
    ----------
    figure
        From `folium.Map.get_root`; its header is changed in place.

    Raises
    ------
    UnknownAssetError
        The figure links something that is not on board.
    """
    figure.render()  # folium adds the links while it renders
    for name, child in list(figure.header._children.items()):
        if isinstance(child, JavascriptLink):
            figure.header._children[name] = _verbatim_element(
                f"<script>{_read_script(child.url)}</script>"
            )
        elif isinstance(child, CssLink):
            figure.header._children[name] = _verbatim_element(
                f"<style>{_read_style(child.url)}</style>"
            )
    html: str = figure._template.render(this=figure, kwargs={})
    return html


def _verbatim_element(html: str) -> Element:
    """Make an element that jinja leaves as it is."""
    return Element("{% raw %}" + html + "{% endraw %}")


def _leaflet_folder() -> Traversable:
    return resources.files("xstatic.pkg.leaflet") / "data"


@cache
def _read_script(url: str) -> str:
    text = _find_asset(url).read_text("utf-8")
    # the map of the minified source is on no board, and developer tools would ask the network for it
    return re.sub(r"(?m)^//# sourceMappingURL=.*$", "", text).replace("</script", "<\\/script")


@cache
def _read_style(url: str) -> str:
    return _URL.sub(
        lambda found: f"url({_data_url(found[1])})", _find_asset(url).read_text("utf-8")
    )


def _find_asset(url: str) -> Traversable:
    name = LEAFLET_FILES.get(url.rpartition("/")[2])
    if name is None:
        raise UnknownAssetError(
            f"{url} is not on board: a map that needs no network cannot link it"
        )
    return _leaflet_folder() / name


def _data_url(path: str) -> str:
    picture = _leaflet_folder() / path
    if not picture.is_file():
        raise UnknownAssetError(f"{path}, asked for by a style sheet, is not on board")
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"
