"""The records in a PostgreSQL database that several servers share."""
