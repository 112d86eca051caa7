"""Mutants of the decision modules."""
