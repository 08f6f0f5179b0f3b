"""The data files of a build: GeoJSON, GeoPackage, CSV tables."""
