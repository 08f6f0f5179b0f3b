"""plan.xlsx: summary, grids, members, reconciliation slips, findings."""
