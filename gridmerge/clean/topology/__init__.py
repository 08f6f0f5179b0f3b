"""Valid areas, and how they fit together."""
