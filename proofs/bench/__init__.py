"""Whether the bench runs and writes its results."""
