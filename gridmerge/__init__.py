"""gridmerge: the grid networks of a township's departments, merged into one layer of unified comprehensive grids."""

__version__ = "0.1.0"
