"""Who the departments are, and what people call the columns of a file: facts as data.

`catalog()` gives the departments (``departments.toml``), `find_field` the column of a frame that plays a part
(``fields.toml``). Nothing comes in but text; nothing goes out but frozen values.
"""

from gridmerge.catalog.departments import Catalog, Department, catalog
from gridmerge.catalog.fields import find_field, near_names, plain

__all__ = ["Catalog", "Department", "catalog", "find_field", "near_names", "plain"]
