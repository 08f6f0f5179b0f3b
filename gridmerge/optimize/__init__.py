"""Solvers for integer programmes."""
