"""Addresses as the page searches them: sorted, each with only what differs from the one before."""

from __future__ import annotations

import re
from itertools import takewhile

import geopandas as gpd
import numpy as np
import shapely

from gridmerge.products.map.page_types import Addresses
from gridmerge.products.map.topology_arcs import UNITS_PER_DEGREE, Display

MAX_ADDRESSES = 20_000  # about 0.6 MB of the file, which is to stay below 5 MB with everything else
_NUMBER = re.compile(r"(?:附?[0-9A-Za-z\-]+号|[0-9A-Za-z]+[栋幢座]|[0-9]+[-0-9]*$).*")


def packed_addresses(addresses: gpd.GeoDataFrame, display: Display) -> Addresses:
    """Return the addresses for the page.

    Parameters
    ----------
    addresses
        address, geometry (points).
    display
        What the page shows coordinates in.

    Returns
    -------
    Addresses
        ``shared``: how many characters each has in common with the one before; ``rest``: what follows; ``at``: x, y, x, y … in
        steps from the one before, as `topology_arcs.encode_deltas` has them; ``coarse``: whether house numbers were left out to fit LISTED.
    """
    listed = addresses.sort_values("address").drop_duplicates("address")
    coarse = len(listed) > MAX_ADDRESSES
    if coarse:
        listed = listed.assign(
            address=listed["address"].str.replace(_NUMBER, "", regex=True).str.strip()
        )
        listed = (
            listed[listed["address"] != ""]
            .drop_duplicates("address")
            .sort_values("address")
            .head(MAX_ADDRESSES)
        )
    if not len(listed):
        return {"shared": [], "rest": [], "at": [], "coarse": coarse}
    texts = listed["address"].tolist()
    shared = [_common_length(one, other) for one, other in zip(["", *texts], texts, strict=False)]
    degrees = display.degrees(shapely.get_coordinates(listed.geometry.to_numpy()))
    units = np.rint((degrees - display.origin) * UNITS_PER_DEGREE).astype(np.int64)
    return {
        "shared": shared,
        "rest": [text[count:] for text, count in zip(texts, shared, strict=True)],
        "at": np.diff(units, axis=0, prepend=0).ravel().tolist(),
        "coarse": coarse,
    }


def _common_length(one: str, other: str) -> int:
    """Length of the common beginning, up to the first character that JavaScript counts as two."""
    same = takewhile(
        lambda pair: pair[0] == pair[1] and ord(pair[0]) < 0x10000, zip(one, other, strict=False)
    )
    return sum(1 for _ in same)
