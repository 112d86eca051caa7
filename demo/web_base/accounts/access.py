"""Who may use a program: accounts with a role and a password, and the sessions of those who signed in.

Kept in a file of its own beside the program's data, so that a session outlives a restart. Passwords are stored as
argon2 hashes, sessions by the digest of their id: a reader of the file can use neither.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web_base.accounts.passwords import HashSlots, TooManyChecks
from web_base.accounts.throttle import Throttle
from web_base.database import Database, sql_migrations

FILE_NAME: Final = "access.sqlite3"
IDLE_SECONDS: Final = 12 * 3600
LONGEST_SECONDS: Final = 7 * 24 * 3600
SHORTEST_PASSWORD: Final = 10
ACCOUNT_NAME: Final = re.compile(r"[\w.-]{1,80}")
_SEEN_STEP: Final = 60

MIGRATIONS: Final = sql_migrations("demo_base_access", Path(__file__).with_name("migrations"))


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who has an account."""

    name: str
    role: str
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: who it belongs to, and the id for the cookie."""

    user: User
    session: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TryLater:
    """The password was not looked at: this address must wait, or the program is busy with other passwords."""

    seconds: int
    is_busy: bool = False


BUSY: Final = TryLater(1, is_busy=True)


class Changed(StrEnum):
    """What became of a change of an account."""

    DONE = "done"
    NO_ACCOUNT = "no_account"
    EXISTS = "exists"
    LAST_ADMIN = "last_admin"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105  # no password


class Access:
    """Accounts and sessions in one file."""

    def __init__(
        self, folder: Path, *, hasher: PasswordHasher | None = None, now: Callable[[], float] = time.time
    ) -> None:
        """Open the file in a folder.

        :param now: seconds since 1970.
        """
        self._database = Database(folder / FILE_NAME, MIGRATIONS)
        self._hasher = hasher or PasswordHasher()
        self._now = now
        self._throttle = Throttle(now=now)
        self._slots = HashSlots()
        # An unknown name must take as long as a known one.
        self._nobody = self._hasher.hash(secrets.token_hex())

    @property
    def accounts(self) -> tuple[User, ...]:
        """Return every account, sorted by name."""
        rows = self._database.all("SELECT name, role, disabled FROM accounts ORDER BY name")
        return tuple(User(row["name"], row["role"], bool(row["disabled"])) for row in rows)

    def set_account(self, name: str, *, role: str, password: str) -> None:
        """Add an account, or give one a new password and role and enable it; its sessions end."""
        hashed = self._hasher.hash(password)
        # What is replaced is deleted first, and its sessions, which refer to it, go with it.
        replace = "INSERT OR REPLACE INTO accounts (name, role, password, changed) VALUES (?, ?, ?, ?)"
        self._database.run(replace, name, role, hashed, int(self._now()))

    def add_account(self, name: str, *, role: str, password: str) -> Changed:
        """Add an account; one that exists stays as it is."""
        hashed = self._hasher.hash(password)
        add = "INSERT OR IGNORE INTO accounts (name, role, password, changed) VALUES (?, ?, ?, ?)"
        added = self._database.run(add, name, role, hashed, int(self._now()))
        return Changed.DONE if added else Changed.EXISTS

    def reset_password(self, name: str, password: str) -> Changed:
        """Set a new password without the old one; the account's sessions end."""
        hashed = self._hasher.hash(password)
        with self._database.writing():
            update = "UPDATE accounts SET password = ?, changed = ? WHERE name = ?"
            if not self._database.run(update, hashed, int(self._now()), name):
                return Changed.NO_ACCOUNT
            self._database.run("DELETE FROM sessions WHERE name = ? COLLATE NOCASE", name)
        return Changed.DONE

    def enable(self, name: str) -> Changed:
        """Let a disabled account sign in again."""
        changed = self._database.run("UPDATE accounts SET disabled = 0 WHERE name = ?", name)
        return Changed.DONE if changed else Changed.NO_ACCOUNT

    def disable(self, name: str) -> Changed:
        """End an account's sessions and let it begin none; the last active admin stays."""
        ended = "DELETE FROM sessions WHERE name = ? COLLATE NOCASE"
        return self._remove(name, "UPDATE accounts SET disabled = 1 WHERE name = ?", ended)

    def delete(self, name: str) -> Changed:
        """Delete an account, and so its sessions; the last active admin stays."""
        return self._remove(name, "DELETE FROM accounts WHERE name = ?")

    def is_last_admin(self, name: str) -> bool:
        """Return whether an account is the only admin that is not disabled."""
        active = [each.name for each in self.accounts if each.role == "admin" and not each.is_disabled]
        return [each.lower() for each in active] == [name.lower()]

    def change_password(
        self, name: str, old: str, new: str, *, session: str | None, address: str = ""
    ) -> Changed | TryLater:
        """Change the password of an account, given the old one; every session but this one ends."""
        tried = self._try(name, old, address, new=new)
        if not isinstance(tried, tuple):
            return tried or Changed.WRONG_PASSWORD
        known, hashed = tried
        self._throttle.take_back(name, address, succeeded=True)
        update = "UPDATE accounts SET password = ?, changed = ? WHERE name = ? AND password = ?"
        with self._database.writing():
            # Somebody else may have changed it since it was checked.
            if not self._database.run(update, hashed, int(self._now()), name, known):
                return Changed.WRONG_PASSWORD
            others = "DELETE FROM sessions WHERE name = ? AND digest <> ?"
            self._database.run(others, name, _digest(session or ""))
        return Changed.DONE

    def ensure_account(self, name: str, *, role: str, password: str) -> None:
        """Set an account unless it is so already: sessions outlive a restart."""
        row = self._database.one("SELECT role, password FROM accounts WHERE name = ?", name)
        if row is None or row["role"] != role or not self._fits(row["password"], password):
            self.set_account(name, role=role, password=password)

    def sign_in(self, name: str, password: str, *, address: str = "") -> SignedIn | TryLater | None:
        """Begin a session; None where name and password do not fit, or the account is disabled.

        :param address: where the try comes from.
        """
        tried = self._try(name, password, address)
        if not isinstance(tried, tuple):
            return tried
        signed_in = self._begin_session(name, tried[0])
        if signed_in is not None:
            self._throttle.take_back(name, address, succeeded=True)
        return signed_in

    def _try(
        self, name: str, password: str, address: str, *, new: str = ""
    ) -> tuple[str, str] | TryLater | None:
        """Return the stored hash of a password that fits, and the hash of a new one; None where it is wrong."""
        if (wait := self._throttle.begin(name, address)) > 0:
            return TryLater(wait)
        row = self._database.one("SELECT password FROM accounts WHERE name = ?", name)
        known = str(row["password"]) if row else self._nobody
        try:
            with self._slots.taken():
                if self._fits(known, password) and row:
                    return known, self._hasher.hash(new) if new else ""
        except TooManyChecks:
            self._throttle.take_back(name, address)
            return BUSY
        return None

    def _begin_session(self, name: str, hashed: str) -> SignedIn | None:
        """Begin a session of an account that is still as it was when its password was checked."""
        session, now = secrets.token_urlsafe(32), int(self._now())
        account = "SELECT name, role FROM accounts WHERE name = ? AND password = ? AND NOT disabled"
        with self._database.writing():
            row = self._database.one(account, name, hashed)
            if row is None:
                return None
            ended = "DELETE FROM sessions WHERE seen <= ? OR created <= ?"
            self._database.run(ended, now - IDLE_SECONDS, now - LONGEST_SECONDS)
            begun = "INSERT INTO sessions (digest, name, created, seen) VALUES (?, ?, ?, ?)"
            self._database.run(begun, _digest(session), row["name"], now, now)
        return SignedIn(User(row["name"], row["role"]), session)

    def user_of(self, session: str | None, *, in_use: bool = True) -> User | None:
        """Return who a session belongs to, and record that it is in use; None where it has ended."""
        if not session:
            return None
        now = int(self._now())
        row = self._database.one(
            "SELECT a.name, a.role, s.seen FROM sessions AS s JOIN accounts AS a ON a.name = s.name "
            "WHERE s.digest = ? AND s.seen > ? AND s.created > ? AND NOT a.disabled",
            _digest(session),
            now - IDLE_SECONDS,
            now - LONGEST_SECONDS,
        )
        if row is None:
            return None
        # A commit for each page would cost more than the page: once a minute will do.
        if in_use and now - row["seen"] >= _SEEN_STEP:
            self._database.run("UPDATE sessions SET seen = ? WHERE digest = ?", now, _digest(session))
        return User(row["name"], row["role"])

    def sign_out(self, session: str | None) -> None:
        """End a session."""
        if session:
            self._database.run("DELETE FROM sessions WHERE digest = ?", _digest(session))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _remove(self, name: str, *statements: str) -> Changed:
        with self._database.writing():
            if self._database.one("SELECT 1 FROM accounts WHERE name = ?", name) is None:
                return Changed.NO_ACCOUNT
            # Nobody else could set the program up, or let an account in again.
            if self.is_last_admin(name):
                return Changed.LAST_ADMIN
            for statement in statements:
                self._database.run(statement, name)
        return Changed.DONE


def _digest(session: str) -> str:
    # A session's id is long and drawn, so that a fast hash is as safe as a slow one.
    return hashlib.sha256(session.encode()).hexdigest()
