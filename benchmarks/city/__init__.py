"""A city of many districts whose networks differ as those of Washington or Seattle do: `python -m benchmarks.city --help`."""
