"""Planner servers that race for the same vehicles over one store."""
