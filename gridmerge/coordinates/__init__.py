"""Places as people write them in tables: read here, for every room and command, and nowhere else."""
