"""Random towns nobody tuned on, each built, verified and judged against its truth: see `benchmarks.soak.__main__`."""
