"""Open the sandbox's data: the database, and what is read from it once."""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from carloop_sandbox.store.clock import Clock
from carloop_sandbox.store.database import Database, open_database, read_setting, write_setting
from carloop_sandbox.store.seeding import seed_fleet
from carloop_sandbox.store.tokens import START_LABEL, Tokens, draw_token


@dataclass(frozen=True, slots=True)
class Fleet:
    """What a new sandbox is filled with; an existing one keeps what it has.

    `account` is the account's id: drawn when not given, so that a Carloop whose data are gone is another one.
    `turnaround_minutes` is how long a vehicle stays free between two rentals; `rentals=False` makes a fleet without
    a past or a future.
    """

    vehicles: int = 40
    seed: int = 1
    account: str | None = None
    turnaround_minutes: int = 0
    rentals: bool = True


@dataclass(frozen=True, slots=True)
class Store:
    """Everything a call works on; used by one thread at a time."""

    database: Database
    clock: Clock
    tokens: Tokens
    account: str
    cursor_key: bytes
    turnaround_minutes: int

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
        """Store when the tokens were used and close the database."""
        self.tokens.store_use()
        self.database.close()


def open_store(folder: Path, *, fleet: Fleet | None = None) -> Store:
    """Open the sandbox's data in a folder; make and fill them when there are none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(folder)
    try:
        clock = Clock(database)
        _fill(database, fleet or Fleet(), now=clock.now())
        account = read_setting(database, "account") or ""
        return Store(
            database=database,
            clock=clock,
            tokens=Tokens(database),
            account=account,
            cursor_key=bytes.fromhex(read_setting(database, "cursor_key") or ""),
            turnaround_minutes=int(read_setting(database, "turnaround_minutes") or 0),
        )
    except BaseException:
        database.close()
        raise


def _fill(database: Database, fleet: Fleet, *, now: int) -> None:
    with database.writing():
        if read_setting(database, "account") is not None:
            return
        account = fleet.account or f"autohaus-{secrets.token_hex(8)}"
        # with a given account everything can be repeated, the cursors too
        drawn = (
            secrets.token_bytes(32) if fleet.account is None else hashlib.sha256(account.encode()).digest()
        )
        write_setting(database, "account", account)
        write_setting(database, "cursor_key", drawn.hex())
        write_setting(database, "turnaround_minutes", str(fleet.turnaround_minutes))
        seed_fleet(
            database,
            vehicles=fleet.vehicles,
            seed=fleet.seed,
            rentals=fleet.rentals,
            turnaround_minutes=fleet.turnaround_minutes,
            now=now,
        )
