"""What reading a layer or a column of a GeoPackage that should be there may raise."""

from __future__ import annotations

from pyogrio.errors import DataLayerError, DataSourceError

# KeyError: a column that is not there
LAYER_ERRORS = (OSError, KeyError, ValueError, DataSourceError, DataLayerError)
