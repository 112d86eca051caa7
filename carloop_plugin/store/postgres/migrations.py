"""The migrations of PostgreSQL, run by one server at a time however many start at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from psycopg.errors import UndefinedTable

from carloop_plugin.store.database import Row
from carloop_plugin.store.postgres.connections import SCHEMA, DeadlineConnection
from carloop_plugin.store.postgres.database import PostgresDatabase
from carloop_plugin.store.tables import DRAW_INSTALLATION, MIGRATIONS, NUMBER_KEY_BYTES, newer_version

# Text is compared by its bytes, as SQLite does, whatever the database's own language is.
TYPES = {
    "text": 'TEXT COLLATE "C"',
    "integer": "BIGINT",
    "real": "DOUBLE PRECISION",
    "blob": "BYTEA",
    "now": "extract(epoch FROM clock_timestamp())::float8",
    "plain": "",
    "keyed": "",
}

# PostgreSQL's statistics quote the most frequent values of a column, past every erasure.
UNCOUNTED = (
    "intents.body",
    "intents.digest",
    "intents.customers",
    "appointments.salt",
    "appointments.customer_digest",
    "appointments.number_digest",
    "appointments.customers",
)

_APPLIED = """
SELECT name, (SELECT id FROM installation) AS id, (SELECT number_key FROM installation) AS number_key
FROM migrations ORDER BY number
"""


def migrate(db: PostgresDatabase, *, installation: str | None = None) -> tuple[str, bytes]:
    """Bring the database up to date; return the installation's id and number key. Costs one look where it is.

    :param installation: the id to keep where the database is new.
    :raises StoreFailed: the records are of a newer version; both versions are named.
    """
    applied = db.retry(_look)
    if not _missing(applied, db):
        return applied[0]["id"], applied[0]["number_key"]
    return db.transact(lambda: _apply(db, installation))


def is_there(db: PostgresDatabase) -> bool:
    """Return whether the database has records of ours."""
    return bool(db.query(f"SELECT to_regclass('{SCHEMA}.migrations') IS NOT NULL AS there")[0]["there"])


def _look(connection: DeadlineConnection) -> list[Row]:
    try:
        return connection.execute(_APPLIED.encode()).fetchall()
    except UndefinedTable:
        return []


def _apply(db: PostgresDatabase, installation: str | None) -> tuple[str, bytes]:
    # Whoever comes second waits here, and sees then what the first one did.
    db.query(db.LOCK, ["carloop migrations"])
    if db.query(f"SELECT to_regnamespace('{SCHEMA}') IS NULL AS is_new")[0]["is_new"]:
        db.query(f"CREATE SCHEMA {SCHEMA}")
    is_new = not is_there(db)
    if is_new:
        name = f"{TYPES['text']} UNIQUE NOT NULL"
        db.query(f"CREATE TABLE migrations (number SERIAL PRIMARY KEY, name {name})")
    applied = [] if is_new else db.query(_APPLIED)
    for name in _missing(applied, db):
        for step in MIGRATIONS[name]:
            if isinstance(step, str):
                db.query(step.format_map(TYPES))
            else:
                step(db.query)
        db.query("INSERT INTO migrations (name) VALUES (?)", [name])
    for column in UNCOUNTED:
        db.query("ALTER TABLE {} ALTER COLUMN {} SET STATISTICS 0".format(*column.split(".")))
    db.query(DRAW_INSTALLATION, [installation or secrets.token_hex(8), secrets.token_bytes(NUMBER_KEY_BYTES)])
    drawn = db.query(_APPLIED)[0]
    return drawn["id"], drawn["number_key"]


def _missing(applied: Sequence[Row], db: PostgresDatabase) -> list[str]:
    there = [str(row["name"]) for row in applied]
    if unknown := [name for name in there if name not in MIGRATIONS]:
        raise newer_version(unknown[-1], place=db.place)
    return [name for name in MIGRATIONS if name not in there]
