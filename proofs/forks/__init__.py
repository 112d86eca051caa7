"""A planner server that forks while it books, and what its processes were told."""
