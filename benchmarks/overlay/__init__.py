"""The overlay stage beside what one would use instead: `python -m benchmarks.overlay --help`."""
