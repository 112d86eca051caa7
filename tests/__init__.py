"""The quick tests."""
