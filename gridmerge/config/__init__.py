"""The project file: its keys and defaults, how it is read, and how a hand-written one is put right."""
