"""The tests that run all day."""
