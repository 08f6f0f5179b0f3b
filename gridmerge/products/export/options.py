"""How an export is to be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from gridmerge.geo.datum import Datum
from gridmerge.products.masking import Audience

Profile = Literal["geojson", "rings", "wkt-json", "vertices-csv"]

PROFILES: tuple[Profile, ...] = get_args(Profile)
COORDS: tuple[Datum, ...] = get_args(Datum)
AUDIENCES: tuple[Audience, ...] = get_args(Audience)


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """Options of an export.

    Parameters
    ----------
    profile
        For .geojson, .json and .csv: the shape a platform wants. None: GeoJSON, or a table with WKT for .csv. ``rings`` has
        no holes, no multipart and only numbers that 32-bit floats hold; ``wkt-json`` a WKT a grid; ``vertices-csv`` a row
        a vertex.
    coord
        ``wgs84`` (= CGCS2000), ``gcj02`` or ``bd09``: shifted exports say so in each record and, where the format has
        one, in the layer's name.
    audience
        ``platform`` holds what the build holds; ``meeting`` masks phones;
        ``public`` masks names, has no phones and suppresses counts below five.
    review_number
        The map review number (审图号) of the imprint; "" leaves a line for it.
    """

    profile: Profile | None = None
    coord: Datum = "wgs84"
    audience: Audience = "platform"
    review_number: str = ""
