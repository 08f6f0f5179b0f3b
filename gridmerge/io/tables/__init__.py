"""Rows of cells → frames: headers, units, totals, coordinates."""
