"""How much of a project file `init` gets right, on towns whose files were written in many ways."""
