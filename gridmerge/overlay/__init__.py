"""Agree the lines first, then cut once.

In: a `Township` (villages: the law) and the mended `Layer`s of twenty departments that drew the same streets twenty times.
Out: a `Mosaic` — the smallest faces that any department tells apart, who claims each, and how well each line is agreed.
"""

from gridmerge.overlay.engine import overlay_layers
from gridmerge.overlay.village_nodes import add_village_nodes

__all__ = ["add_village_nodes", "overlay_layers"]
