"""Invented towns with a known truth: seed, size and dirt go in; a town in memory, or a folder of files, comes out."""

from tests.towns.draw import DrawnLayer
from tests.towns.town import Town, draw_town, recovery

__all__ = ["DrawnLayer", "Town", "draw_town", "recovery"]
