"""Planner servers that race for the same cars over one store, and the judge of what came of it."""
