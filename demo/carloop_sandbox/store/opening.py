"""Open the sandbox's data: the database, and what is read from it once."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from carloop_sandbox.store.clock import Clock
from carloop_sandbox.store.database import Database, open_database, read_setting, write_setting
from carloop_sandbox.store.seeding import Fleet, seed_fleet
from carloop_sandbox.store.tokens import START_LABEL, Tokens, draw_token

# what refers to another table comes before it
_SEEDED: Final = (
    *("history", "idempotency", "rentals", "features_of_vehicles"),
    *("vehicles", "vehicle_features", "vehicle_classes", "stations"),
)


@dataclass(frozen=True, slots=True)
class Store:
    """Everything a call works on; used by one thread at a time."""

    database: Database
    clock: Clock
    tokens: Tokens
    account: str
    cursor_key: bytes
    fleet: Fleet

    @property
    def turnaround_minutes(self) -> int:
        """Return how long a vehicle stays free between two rentals."""
        return self.fleet.turnaround_minutes

    def reset(self) -> None:
        """Put the seeded fleet back, as of now; account, tokens and clock stay.

        The numbers of rentals go on: who still knows an old one must not find another rental under it.
        """
        with self.database.writing():
            (row,) = self.database.all("SELECT max(number) + 1 AS next FROM rentals")
            for table in _SEEDED:
                self.database.run(f"DELETE FROM {table}")  # noqa: S608  # names of this file
            seed_fleet(self.database, self.fleet, now=self.clock.now(), first=row["next"])

    def start_token(self, token: str | None) -> str | None:
        """Make sure that there is a token to start with; return a newly drawn one, else None.

        A given token takes the label `start`. Without one, a sandbox that has tokens keeps them.
        """
        drawn = None
        if token is None:
            if self.tokens.labels:
                return None
            token = drawn = draw_token()
        self.tokens.put(START_LABEL, token, self.clock.now())
        return drawn

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(folder: Path, *, fleet: Fleet | None = None) -> Store:
    """Open the sandbox's data in a folder; make and fill them when there are none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(folder)
    fleet = fleet or Fleet()
    try:
        clock = Clock(database)
        _fill(database, fleet, now=clock.now())
        settings = {row["name"]: row["value"] for row in database.all("SELECT name, value FROM settings")}
        return Store(
            database=database,
            clock=clock,
            tokens=Tokens(database),
            account=settings["account"],
            cursor_key=bytes.fromhex(settings["cursor_key"]),
            fleet=replace(fleet, turnaround_minutes=int(settings["turnaround_minutes"])),
        )
    except BaseException:  # whatever it is, the connection must not outlive it
        database.close()
        raise


def _fill(database: Database, fleet: Fleet, *, now: int) -> None:
    with database.writing():
        if read_setting(database, "account") is not None:
            return
        account = fleet.account or f"autohaus-{secrets.token_hex(8)}"
        # with a given account everything can be repeated, the cursors too
        repeatable = hashlib.sha256(account.encode()).digest()
        cursor_key = secrets.token_bytes(32) if fleet.account is None else repeatable
        write_setting(database, "account", account)
        write_setting(database, "cursor_key", cursor_key.hex())
        write_setting(database, "turnaround_minutes", str(fleet.turnaround_minutes))
        seed_fleet(database, fleet, now=now)
