"""The migrations of the sandbox's database; their SQL stands in files of the same names."""

from pathlib import Path
from typing import Final

from sqlite_utils import Database, Migrations

from web_base.database import execute_script

MIGRATIONS: Final = Migrations("carloop_sandbox")
FIRST_RENTAL_NUMBER: Final = 100_001


@MIGRATIONS(name="0001_first_tables", transactional=False)
def first_tables(db: Database) -> None:
    """Make every table, index and trigger of the first version, all or none."""
    execute_script(db, Path(__file__).with_name("0001_first_tables.sql").read_text("utf-8"))
