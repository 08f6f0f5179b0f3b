"""gridmerge: twenty departmental grid networks over one township, merged into one layer of unified comprehensive grids."""

__version__ = "0.1.0"
