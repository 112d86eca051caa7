"""The records in a SQLite file."""
