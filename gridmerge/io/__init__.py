"""A file on disk → `RawLayer`: every format an officer has, its text decoded, its broken features told one by one.

In: what the project file says of one input (`Reading`), the project's folder, the input's key.
Out: a `RawLayer`: every column as text or number, geometry as it stands there (may be null or invalid, always 2D), the
declared CRS or None, where it all came from, and the findings made on the way. No input file is ever written to.
"""

from gridmerge.io.reader import read_input

__all__ = ["read_input"]
