"""Our records: the rules once, then the two databases."""
