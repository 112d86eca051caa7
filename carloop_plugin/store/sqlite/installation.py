"""The migrations of a SQLite file, by sqlite-utils, and which installation it belongs to.

The installation's id is repeated in a small file beside the store, for when the store is damaged or gone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from carloop_plugin.store.tables import MIGRATIONS
from carloop_plugin.store.upgrades import Run

NOW = "(julianday('now') - 2440587.5) * 86400.0"
TYPES = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "blob": "BLOB",
    "now": NOW,
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

KNOWN: dict[Path, str] = {}
"""The installations whose records this process has had open: a file that is gone since then was not new."""


BESIDE = ".installation"
"""What the name of the file that repeats the installation's id adds to the store's."""


def note_installation(path: Path, installation: str) -> None:
    """Repeat the installation's id beside the store, where it is not yet. Nothing fails where it cannot be written."""
    with suppress(OSError):
        descriptor = os.open(f"{path}{BESIDE}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(installation + "\n")


def noted_installation(path: Path) -> str | None:
    """Return the id that is repeated beside the store; None where it is not."""
    with suppress(OSError):
        return Path(f"{path}{BESIDE}").read_text("ascii", "replace").strip() or None
    return None


def replace_installation(path: Path, installation: str) -> None:
    """Note that a store is another installation's from now on."""
    Path(f"{path}{BESIDE}").unlink(missing_ok=True)
    KNOWN[path] = installation
    note_installation(path, installation)
