"""The planner's tokens: opaque, several, each with a label and its last use, stored as digests alone."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.store.database import Database
from carloop_sandbox.units import MINUTE

START_LABEL: Final = "start"
LABEL_PATTERN: Final = re.compile("[A-Za-z0-9._ -]{1,60}")


def draw_token() -> str:
    """Draw a token of 256 random bits."""
    return f"clp_{secrets.token_urlsafe(32)}"


def digest_of(token: str) -> str:
    """Return what is stored of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What can be shown of a token: all but itself. Times in microseconds."""

    label: str
    created: int
    last_used: int | None


class Tokens:
    """The tokens of one account; when each was last used is stored once a minute at most."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[str, int] = {}
        self._stored_use: dict[str, int] = {}

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels of all tokens, sorted."""
        return tuple(each.label for each in self.listed())

    def listed(self) -> tuple[TokenRow, ...]:
        """Return all tokens, sorted by label."""
        rows = self._database.all("SELECT label, created_us, last_used_us FROM tokens ORDER BY label")
        return tuple(
            TokenRow(row["label"], row["created_us"], self._used.get(row["label"], row["last_used_us"]))
            for row in rows
        )

    def label_of(self, token: str, now: int) -> str | None:
        """Return the label of a valid token and record its use; None for an unknown or revoked one."""
        row = self._database.one("SELECT label FROM tokens WHERE digest = ?", digest_of(token))
        if row is None:
            return None
        label = str(row["label"])
        self._used[label] = now
        # a commit for each request would cost more than the request: once a minute will do
        if abs(now - self._stored_use.get(label, 0)) >= MINUTE:
            self.store_use()
        return label

    def add(self, label: str, token: str, now: int) -> None:
        """Store a token under a new label; refuse one that exists."""
        if label in self.labels:
            detail = "Revoke the token of this label first, or choose another label."
            raise CallRefused("label_exists", detail)
        self.put(label, token, now)

    def renew(self, label: str, token: str, now: int) -> None:
        """Replace a token, which is invalid from the next request on."""
        self._check(label)
        self.put(label, token, now)

    def put(self, label: str, token: str, now: int) -> None:
        """Store a token, in the place of the one that had its label; the same one keeps its use."""
        digest = digest_of(token)
        if self._database.one("SELECT 1 FROM tokens WHERE label = ? AND digest = ?", label, digest):
            return
        with self._database.writing():
            self._database.run("DELETE FROM tokens WHERE label = ? OR digest = ?", label, digest)
            sql = "INSERT INTO tokens (label, digest, created_us) VALUES (?, ?, ?)"
            self._database.run(sql, label, digest, now)
        self._forget_use(label)

    def revoke(self, label: str) -> None:
        """Make a token invalid from the next request on; refuse an unknown label."""
        self._check(label)
        with self._database.writing():
            self._database.run("DELETE FROM tokens WHERE label = ?", label)
        self._forget_use(label)

    def store_use(self) -> None:
        """Store when each token was last used."""
        if self._used == self._stored_use:
            return
        with self._database.writing():
            for label, used in self._used.items():
                self._database.run("UPDATE tokens SET last_used_us = ? WHERE label = ?", used, label)
        self._stored_use = dict(self._used)

    def _check(self, label: str) -> None:
        if label not in self.labels:
            raise CallRefused("not_found", "There is no token of this label.")

    def _forget_use(self, label: str) -> None:
        self._used.pop(label, None)
        self._stored_use.pop(label, None)


def bearer_token(authorization: str | None) -> str | None:
    """Take the token out of an Authorization header."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
