"""Base maps: none unless asked for. Whose tiles, from which host, in which datum."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from gridmerge.errors import OutputError
from gridmerge.geo.datum import Datum
from gridmerge.products.map.options import MapOptions

TIANDITU = "tianditu"
# environment variable: a key is a person's, and belongs in no project file
TIANDITU_KEY = "TIANDITU_KEY"
_TIANDITU_URL = (
    "https://t{{s}}.tianditu.gov.cn/DataServer?T={layer}&x={{x}}&y={{y}}&l={{z}}&tk={key}"
)
# their tiles are GCJ-02, always
_SHIFTED_HOSTS = ("autonavi.com", "amap.com", "gtimg.com", "map.qq.com", "google.cn")
_SUBDOMAINS = {
    "autonavi.com": "1234",
    "amap.com": "1234",
    "tianditu.gov.cn": "01234567",
    "gtimg.com": "0123",
}
_HOST = re.compile(r"[\w.\-{}]+(:\d+)?")


@dataclass(frozen=True, kw_only=True)
class Basemap:
    """Tiles to lay under the grids.

    Parameters
    ----------
    urls
        Tile addresses as Leaflet writes them, bottom to top; none: the page requests nothing.
    hosts
        What the page's policy lets pictures come from.
    subdomains
        What Leaflet may put for ``{s}``.
    datum
        What the tiles are drawn in; all geometry is shown in it.
    """

    urls: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    subdomains: str = "abc"
    datum: Datum = "wgs84"


def choose_basemap(options: MapOptions) -> Basemap:
    """Return the tiles that the options ask for.

    Raises
    ------
    OutputError
        The address is no http(s) tile address, or Tianditu is asked for and its key is not in the environment.
    """
    if not options.basemap:
        return Basemap()
    urls = _tianditu_urls() if options.basemap == TIANDITU else (options.basemap,)
    hosts = tuple(dict.fromkeys(_tile_host(url) for url in urls))
    shifted = any(host.endswith(known) for host in hosts for known in _SHIFTED_HOSTS)
    known = [names for domain, names in _SUBDOMAINS.items() if hosts[0].endswith(domain)]
    return Basemap(
        urls=urls,
        hosts=hosts,
        subdomains=known[0] if known else "abc",
        datum="gcj02" if shifted else options.basemap_datum,
    )


def _tianditu_urls() -> tuple[str, ...]:
    key = os.environ.get(TIANDITU_KEY, "")
    if not re.fullmatch(r"[0-9A-Za-z]+", key):
        raise OutputError(
            f"天地图需要您自己的密钥：请先设置环境变量 {TIANDITU_KEY}（注意：打开地图的人能在文件中看到它）。",
            f"Tianditu needs your own key: set the environment variable {TIANDITU_KEY} "
            "(whoever opens the map can read it there).",
        )
    return tuple(_TIANDITU_URL.format(layer=layer, key=key) for layer in ("vec_w", "cva_w"))


def _tile_host(url: str) -> str:
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not _HOST.fullmatch(parts.netloc)
        or "{z}" not in url
    ):
        raise OutputError(
            f"底图地址 {url} 不可用；应形如 https://host/{{z}}/{{x}}/{{y}}.png，或写 {TIANDITU}。",
            f"The base map {url} cannot be used; it should look like https://host/{{z}}/{{x}}/{{y}}.png, or be {TIANDITU}.",
        )
    first, _, rest = parts.netloc.partition(".")
    return f"{parts.scheme}://*.{rest}" if "{s}" in first else f"{parts.scheme}://{parts.netloc}"
