"""A planner server that forks while it books, and the answers that its processes got."""
