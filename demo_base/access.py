"""Who may use a program: accounts with a role and a password, and the sessions of those who signed in.

Kept in a file of its own beside the program's data, so that a session outlives a restart. Passwords are stored as
argon2 hashes, sessions by the digest of their id: neither can be used by who reads the file.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import sqlite_utils
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlite_utils import Migrations

from demo_base.database import Database, execute_script

FILE_NAME: Final = "access.sqlite3"
IDLE_SECONDS: Final = 12 * 3600
LONGEST_SECONDS: Final = 7 * 24 * 3600
TRIES: Final = 5
WAIT_SECONDS: Final = 60
_SEEN_STEP: Final = 60

MIGRATIONS: Final = Migrations("demo_base_access")


@MIGRATIONS(name="0001_first_tables", transactional=False)
def first_tables(db: sqlite_utils.Database) -> None:
    """Make the tables of the first version."""
    execute_script(
        db,
        """
        CREATE TABLE accounts (
          name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, password TEXT NOT NULL, changed INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE sessions (
          digest TEXT PRIMARY KEY, name TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
          created INTEGER NOT NULL, seen INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE failures (
          name TEXT PRIMARY KEY COLLATE NOCASE, count INTEGER NOT NULL, last INTEGER NOT NULL
        ) STRICT;
        """,
    )


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who has signed in."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: who it belongs to, and the id for the cookie."""

    user: User
    session: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """Nobody may try this name before so many seconds have passed."""

    seconds: int


class Access:
    """Accounts and sessions in one file."""

    def __init__(
        self,
        folder: Path,
        *,
        hasher: PasswordHasher | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Open the file in a folder.

        :param now: seconds since 1970.
        """
        self._database = Database(folder / FILE_NAME, MIGRATIONS)
        self._hasher = hasher or PasswordHasher()
        self._now = now
        # A name that there is not must cost as long as one that there is.
        self._nobody = self._hasher.hash(secrets.token_hex())

    @property
    def accounts(self) -> tuple[User, ...]:
        """Give every account, sorted by name."""
        rows = self._database.all("SELECT name, role FROM accounts ORDER BY name")
        return tuple(User(row["name"], row["role"]) for row in rows)

    def set_account(self, name: str, *, role: str, password: str) -> None:
        """Add an account, or give one a new password and role; its sessions end."""
        row = {
            "name": name,
            "role": role,
            "password": self._hasher.hash(password),
            "changed": int(self._now()),
        }
        with self._database.writing():
            self._database.run("DELETE FROM accounts WHERE name = ?", name)
            self._database.run("DELETE FROM failures WHERE name = ?", name)
            self._database.tables.table("accounts").insert(row)

    def ensure_account(self, name: str, *, role: str, password: str) -> None:
        """Set an account unless it is so already: whoever is signed in stays so across a restart."""
        row = self._database.one("SELECT role, password FROM accounts WHERE name = ?", name)
        if row is None or row["role"] != role or not self._fits(row["password"], password):
            self.set_account(name, role=role, password=password)

    def sign_in(self, name: str, password: str) -> SignedIn | TooManyTries | None:
        """Begin a session; None where name and password do not fit."""
        if (wait := self._note_try(name)) > 0:
            return TooManyTries(wait)
        row = self._database.one("SELECT name, role, password FROM accounts WHERE name = ?", name)
        if not self._fits(row["password"] if row else self._nobody, password) or row is None:
            return None
        session = secrets.token_urlsafe(32)
        now = int(self._now())
        with self._database.writing():
            self._database.run("DELETE FROM failures WHERE name = ?", name)
            self._forget_old(now)
            self._database.tables.table("sessions").insert(
                {"digest": _digest(session), "name": row["name"], "created": now, "seen": now}
            )
        return SignedIn(User(row["name"], row["role"]), session)

    def user_of(self, session: str | None) -> User | None:
        """Give who a session belongs to, and note that it is in use; None where it has ended."""
        if not session:
            return None
        now = int(self._now())
        row = self._database.one(
            "SELECT a.name, a.role, s.seen FROM sessions AS s JOIN accounts AS a ON a.name = s.name "
            "WHERE s.digest = ? AND s.seen > ? AND s.created > ?",
            _digest(session),
            now - IDLE_SECONDS,
            now - LONGEST_SECONDS,
        )
        if row is None:
            return None
        # a commit for each page would cost more than the page: once a minute will do
        if now - row["seen"] >= _SEEN_STEP:
            with self._database.writing():
                self._database.run("UPDATE sessions SET seen = ? WHERE digest = ?", now, _digest(session))
        return User(row["name"], row["role"])

    def sign_out(self, session: str | None) -> None:
        """End a session."""
        if session:
            with self._database.writing():
                self._database.run("DELETE FROM sessions WHERE digest = ?", _digest(session))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _note_try(self, name: str) -> int:
        """Count a try as failed until it succeeds, so that many at once are many; or give the seconds to wait."""
        now = int(self._now())
        with self._database.writing():
            row = self._database.one("SELECT count, last FROM failures WHERE name = ?", name[:80])
            if row is not None and row["count"] >= TRIES and now < row["last"] + WAIT_SECONDS:
                return int(row["last"]) + WAIT_SECONDS - now
            self._database.run("DELETE FROM failures WHERE last <= ?", now - WAIT_SECONDS)
            self._database.run(
                "INSERT INTO failures (name, count, last) VALUES (?, 1, ?) "
                "ON CONFLICT (name) DO UPDATE SET count = count + 1, last = excluded.last",
                name[:80],
                now,
            )
        return 0

    def _forget_old(self, now: int) -> None:
        self._database.run(
            "DELETE FROM sessions WHERE seen <= ? OR created <= ?", now - IDLE_SECONDS, now - LONGEST_SECONDS
        )


def draw_password() -> str:
    """Draw a password a person can type: four groups of four, some 80 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()
