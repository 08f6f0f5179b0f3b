"""The solver on bare graphs: weights, edges with costs, a number of districts, limits. No geometry."""
