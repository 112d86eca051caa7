"""Whether the bench runs and writes what it promises."""
