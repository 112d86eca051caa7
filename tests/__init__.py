"""The quick tests, run all day."""
