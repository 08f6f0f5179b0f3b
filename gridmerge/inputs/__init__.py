"""Everything a project names, read once."""
