"""Everything a project names, read once."""

from gridmerge.inputs.project_inputs import Inputs
from gridmerge.inputs.reading import load_inputs

__all__ = ["Inputs", "load_inputs"]
