"""How a map is to be drawn: the switches of `gridmerge map`, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gridmerge.i18n.text import Language
from gridmerge.products.masking import Audience


@dataclass(frozen=True, kw_only=True)
class MapOptions:
    """Options of a map.

    Parameters
    ----------
    language
        In which it opens; both label sets are inside.
    audience
        ``meeting`` (default) has the editor and never a whole phone; ``platform`` has no editor; ``public`` masks names, suppresses
        small counts and shows neither findings nor departmental holders.
    basemap
        A tile URL with ``{z} {x} {y}``, or ``tianditu``; None (default): the map requests nothing at all.
    basemap_datum
        ``gcj02`` where the tiles are AMap's or Tencent's: what is drawn is shifted to fit, and the map says so.
    review_number
        The map review number (审图号), printed in the footer; "" leaves a line for it.
    """

    language: Language = "zh"
    audience: Audience = "meeting"
    basemap: str | None = None
    basemap_datum: Literal["wgs84", "gcj02"] = "wgs84"
    review_number: str = ""
