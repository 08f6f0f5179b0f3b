"""Who the departments are, and what people call the columns of a file: facts as data.

`catalog()` gives the departments (``departments.toml``), `find_field` the column of a frame that plays a part
(``field_names.toml``). Nothing comes in but text; nothing goes out but frozen values.
"""

from gridmerge.catalog.departments import Catalog, Department, load_catalog
from gridmerge.catalog.field_names import find_field, near_names, normalize_name

__all__ = ["Catalog", "Department", "find_field", "load_catalog", "near_names", "normalize_name"]
