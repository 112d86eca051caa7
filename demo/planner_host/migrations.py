"""Migrations kept as SQL files. A file that was released is never edited."""

from collections.abc import Callable
from pathlib import Path

import sqlite_utils
from sqlite_utils import Migrations

from web_base.database import execute_script


def read_migrations(name: str, folder: Path) -> Migrations:
    """Return the migrations of a folder, one for each SQL file, in the order of their names."""
    migrations = Migrations(name)
    for file in sorted(folder.glob("*.sql")):
        migrations(name=file.stem, transactional=False)(_runner(file))
    return migrations


def _runner(file: Path) -> Callable[[sqlite_utils.Database], None]:
    def run(db: sqlite_utils.Database) -> None:
        execute_script(db, file.read_text("utf-8"))

    return run
