"""`make bench`: the figures of speed, each a ratio of medians measured alternately in one run."""
