"""The tables of the SQLite store, as sqlite-utils migrations. A migration that was released is never edited."""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from carloop_plugin.model import Reason, StoreFailed
from carloop_plugin.store.connection import reading, writing

migrations = Migrations("carloop_plugin")

APPOINTMENTS = """
CREATE TABLE appointments (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, status TEXT NOT NULL, site TEXT NOT NULL,
  "start" TEXT NOT NULL, "end" TEXT NOT NULL, start_text TEXT NOT NULL, end_text TEXT NOT NULL,
  time_zone TEXT NOT NULL, customer_source TEXT NOT NULL,
  salt BLOB NOT NULL, customer_digest TEXT NOT NULL, number_digest TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

INTENTS = """
CREATE TABLE intents (
  change_id TEXT PRIMARY KEY, action TEXT NOT NULL, site TEXT NOT NULL, appointment_id TEXT,
  digest TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('recorded', 'sent', 'unknown', 'settled')),
  recorded_at TEXT NOT NULL, account TEXT, rental_id TEXT, external_reference TEXT, vehicle_id TEXT,
  "start" TEXT, "end" TEXT, appointment_start TEXT, appointment_end TEXT, revision INTEGER, body BLOB,
  last_sent_at TEXT, sends INTEGER NOT NULL, tries INTEGER NOT NULL, last_code TEXT,
  gives_up TEXT, given_up_by TEXT, outcome TEXT,
  CHECK ((state = 'settled') = (outcome IS NOT NULL)), CHECK (state != 'settled' OR body IS NULL)
) STRICT
"""

RENTALS = """
CREATE TABLE rentals (
  site TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, appointment_id TEXT NOT NULL,
  change_id TEXT NOT NULL, status TEXT NOT NULL, active INTEGER NOT NULL, linked INTEGER NOT NULL,
  differs INTEGER NOT NULL, cancelled_here INTEGER NOT NULL, "start" TEXT NOT NULL, "end" TEXT NOT NULL,
  revision INTEGER NOT NULL,
  updated_at TEXT NOT NULL, document TEXT NOT NULL, appointment_start TEXT, appointment_end TEXT,
  PRIMARY KEY (account, id)
) STRICT
"""


@migrations()
def create_tables(db: Database) -> None:
    """Make the first tables, and draw the installation's id."""
    for statement in (APPOINTMENTS, INTENTS, RENTALS):
        db.execute(statement)
    # At most one pending change and one active rental an appointment, whoever writes. Giving up is a second
    # change to an appointment on purpose.
    db.execute(
        "CREATE UNIQUE INDEX one_pending_change ON intents (appointment_id)"
        " WHERE state != 'settled' AND gives_up IS NULL"
    )
    db.execute("CREATE INDEX pending_intents ON intents (recorded_at) WHERE state != 'settled'")
    db.execute(
        "CREATE UNIQUE INDEX one_active_rental ON rentals (appointment_id) WHERE active = 1 AND linked = 1"
    )
    db.execute("CREATE INDEX rentals_of_appointment ON rentals (appointment_id, updated_at)")
    db.execute("CREATE INDEX rentals_by_id ON rentals (id)")
    db.execute("CREATE INDEX rentals_by_change ON rentals (change_id)")
    db.execute("CREATE INDEX rentals_of_account ON rentals (account, updated_at)")
    db.execute(
        "CREATE TABLE contacts (account TEXT PRIMARY KEY, at TEXT NOT NULL, skew_seconds REAL NOT NULL,"
        " position TEXT) STRICT"
    )
    db.execute("CREATE TABLE sites (site TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
    db.execute("CREATE TABLE settings (site TEXT PRIMARY KEY, base_url TEXT, station TEXT) STRICT")
    db.execute("CREATE TABLE installation (id TEXT PRIMARY KEY) STRICT")


@migrations()
def note_when_settled(db: Database) -> None:
    """Note when an intent was settled, so that the doctor can say how long changes take."""
    db.execute("ALTER TABLE intents ADD COLUMN settled_at TEXT")


@migrations()
def remember_erasures(db: Database) -> None:
    """Remember what was asked to be erased until nothing of it is left, in the tables and in the file."""
    db.execute(
        "CREATE TABLE erasures (appointment_id TEXT PRIMARY KEY, asked_at TEXT NOT NULL, erased_at TEXT)"
        " STRICT, WITHOUT ROWID"
    )


def migrate(db: Database, path: Path, *, deadline: float, installation: str | None = None) -> str:
    """Bring the file up to date and give the installation's id; several processes may do so at once.

    :param installation: the id to keep where the file is new (a rebuilt store stays the same installation).
    :raises StoreFailed: the file is of a newer version; both versions are named.
    """
    with reading(db, path, deadline=deadline):
        _refuse_newer(db, path)
        if not migrations.pending(db):
            return _installation(db)
    with writing(db, path, deadline=deadline):
        migrations.apply(db)
        db.execute(
            "INSERT INTO installation (id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM installation)",
            [installation or secrets.token_hex(8)],
        )
        return _installation(db)


def _installation(db: Database) -> str:
    return str(db.execute("SELECT id FROM installation").fetchone()[0])


def _refuse_newer(db: Database, path: Path) -> None:
    ours = [migration.name for migration in migrations._migrations]
    theirs = [migration.name for migration in migrations.applied(db)]
    unknown = [name for name in theirs if name not in ours]
    if unknown:
        params = (("path", str(path)), ("found", unknown[-1]), ("known", ours[-1]))
        raise StoreFailed(Reason("storage_failed", "store.newer", params))
