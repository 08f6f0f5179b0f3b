"""Geometry and coordinate systems that more than one room needs."""
