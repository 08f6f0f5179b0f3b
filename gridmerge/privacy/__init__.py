"""What counts as personal, in whatever way it is written."""
