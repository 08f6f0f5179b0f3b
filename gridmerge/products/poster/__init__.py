"""Posters for the wall: `MapData` → one A3 sheet for the township and one a village, as PDF and PNG.

Comes in: what the map shows. Goes out: vector PDF files whose Chinese text can be selected and searched, and PNG pictures.
Needs matplotlib, an extra: ``pip install gridmerge[posters]``.
"""

from __future__ import annotations

from gridmerge.products.poster.poster_files import draw_posters

__all__ = ["draw_posters"]
