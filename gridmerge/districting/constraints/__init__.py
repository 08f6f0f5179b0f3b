"""What people and policy have fixed: locks, an earlier plan, how many grids a village has."""
