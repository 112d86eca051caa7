"""Named values that the sandbox keeps about itself."""

from carloop_sandbox.database import Database


def read_setting(database: Database, name: str) -> str | None:
    """Give a stored value, or None."""
    row = database.one("SELECT value FROM settings WHERE name = ?", name)
    return None if row is None else str(row["value"])


def write_setting(database: Database, name: str, value: str) -> None:
    """Store a value; inside a transaction of the caller's."""
    database.run(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value,
    )
