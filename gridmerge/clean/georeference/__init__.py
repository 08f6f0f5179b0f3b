"""Which coordinate system and datum an input is in, and where it lies."""
