"""Location management (定位管理): whose is this place?

In: the folder of a finished build, and a longitude and latitude, or a file of events. Out: an `PlaceAnswer`, or the same rows with
the grid, its village, its people, and how near a grid line is. Light to import: one look-up must be quick.
"""

from gridmerge.services.locate.single_place import PlaceAnswer, locate_one

__all__ = ["PlaceAnswer", "locate_one"]
