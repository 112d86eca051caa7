"""The migrations of the SQLite file, run by sqlite-utils."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.store.sqlite.connection import reading, select, writing
from carloop_plugin.store.sqlite.replaced_files import lost
from carloop_plugin.store.tables import DRAW_INSTALLATION, MIGRATIONS, NEWEST, NUMBER_KEY_BYTES
from carloop_plugin.store.upgrades import Run

TYPES = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "blob": "BLOB",
    "now": "(julianday('now') - 2440587.5) * 86400.0",
    "plain": "STRICT",
    "keyed": "STRICT, WITHOUT ROWID",
}

migrations = Migrations("carloop_plugin")


def _running(steps: Sequence[str | Callable[[Run], None]]) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        for step in steps:
            if isinstance(step, str):
                db.execute(step.format_map(TYPES))
            else:
                step(lambda sql, values: select(db, sql, values))

    return run


for _name, _statements in MIGRATIONS.items():
    migrations(name=_name)(_running(_statements))


def migrate(
    db: Database, path: Path, *, deadline: float, installation: str | None = None, is_lost: bool = False
) -> str:
    """Bring the file up to date and give the installation's id; several processes may do so at once.

    :param installation: the id to keep where the file is new (a rebuilt store stays the same installation).
    :param is_lost: whether there were records before, so that a file without any is not begun.
    :raises StoreFailed: the file is of a newer version, both versions are named; or the records are lost.
    """
    with reading(db, path, deadline=deadline):
        refuse_newer(db, path)
        if not migrations.pending(db):
            return _installation(db)
    with writing(db, path, deadline=deadline):
        if is_lost and not migrations.applied(db):
            raise lost(path)
        migrations.apply(db)
        db.execute(
            DRAW_INSTALLATION, [installation or secrets.token_hex(8), secrets.token_bytes(NUMBER_KEY_BYTES)]
        )
        return _installation(db)


def _installation(db: Database) -> str:
    return str(db.execute("SELECT id FROM installation").fetchone()[0])


def refuse_newer(db: Database, path: Path) -> None:
    """Raise `StoreFailed` for a file of a newer version, with both versions named."""
    unknown = [migration.name for migration in migrations.applied(db) if migration.name not in MIGRATIONS]
    if unknown:
        params = (("path", str(path)), ("found", unknown[-1]), ("known", NEWEST))
        raise StoreFailed(Reason("storage_failed", "store.newer", params))
