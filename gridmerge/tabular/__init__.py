"""Cells of tables: numbers, codes, row numbers and coordinates, read in one way for every room."""
