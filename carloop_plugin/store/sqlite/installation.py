"""The first use of a SQLite file: its migrations, by sqlite-utils, and which installation it belongs to.

The installation's id is repeated in a small file beside the store, for when the store is damaged or gone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.store.sqlite.database import file_on_disk, lost
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
                step(lambda sql, values: [dict(row) for row in db.execute(sql, values)])

    return run


for _name, _steps in MIGRATIONS.items():
    migrations(name=_name)(_running(_steps))

_known: dict[Path, str] = {}
"""The installations whose records this process has had open: a file that is gone since then was not new."""


def had_records(path: Path) -> bool:
    """Return whether there were records here before. Raise `StoreFailed` where their file is gone."""
    # In this order: a process that is just beginning them notes their id when the file is there.
    former = _known.get(path) or noted_installation(path)
    if former is not None and file_on_disk(path) is None:
        # Its folder may be gone as a whole: then other processes, and a rebuild, learn it from us.
        note_installation(path, former)
        raise lost(path)
    return former is not None


def prepare(db: Database, path: Path, *, kept: str | None, is_known: bool) -> tuple[str, bytes]:
    """Bring a file up to date; return its installation's id and number key. Several processes may do so at once.

    :param kept: the id to keep where the file is new (a rebuilt store stays the same installation).
    :param is_known: whether there were records before, so that a file without any is not begun.
    :raises StoreFailed: the file is of a newer version, both versions are named; or the records are lost, or are not
        those that this process has had open.
    """
    refuse_newer(db, path)
    if migrations.pending(db):
        db.execute("BEGIN IMMEDIATE")
        with db.conn:
            if is_known and not migrations.applied(db):
                raise lost(path)
            migrations.apply(db)
            drawn = [kept or secrets.token_hex(8), secrets.token_bytes(NUMBER_KEY_BYTES)]
            db.execute(DRAW_INSTALLATION, drawn)
    installation, number_key = db.execute("SELECT id, number_key FROM installation").fetchone()
    known = _known.setdefault(path, installation)
    if known != installation and kept is None:
        params = (("path", str(path)), ("found", installation), ("known", known))
        raise StoreFailed(Reason("storage_failed", "store.other_installation", params))
    _known[path] = installation
    note_installation(path, installation)
    return installation, number_key


def refuse_newer(db: Database, path: Path) -> None:
    """Raise `StoreFailed` for a file of a newer version, with both versions named."""
    unknown = [migration.name for migration in migrations.applied(db) if migration.name not in MIGRATIONS]
    if unknown:
        params = (("path", str(path)), ("found", unknown[-1]), ("known", NEWEST))
        raise StoreFailed(Reason("storage_failed", "store.newer", params))


def note_installation(path: Path, installation: str) -> None:
    """Repeat the installation's id beside the store. Nothing fails where that cannot be written."""
    with suppress(OSError):
        descriptor = os.open(Path(f"{path}.installation"), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(installation + "\n")


def noted_installation(path: Path) -> str | None:
    """Return the id that is repeated beside the store; None where it is not."""
    with suppress(OSError):
        return Path(f"{path}.installation").read_text("ascii", "replace").strip() or None
    return None


def replace_installation(path: Path, installation: str) -> None:
    """Note that a store is another installation's from now on."""
    Path(f"{path}.installation").unlink(missing_ok=True)
    _known[path] = installation
    note_installation(path, installation)
