"""The planner's tokens: opaque, several, each with a label and its last use, stored as digests alone."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.store.database import Database, Row
from carloop_sandbox.units import MINUTE

START_LABEL: Final = "start"
# a label made at /sandbox/tokens is a part of a path, so that it can be revoked there
LABEL_PATTERN: Final = re.compile("[A-Za-z0-9._ -]{1,60}")


def draw_token() -> str:
    """Draw a token of 256 random bits."""
    return f"clp_{secrets.token_urlsafe(32)}"


def digest_of(token: str) -> str:
    """Return what is stored of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one account."""

    database: Database

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels of all tokens, sorted."""
        return tuple(row["label"] for row in self.listed())

    def listed(self) -> list[Row]:
        """Return what can be shown of all tokens, sorted by label: `label`, `created`, `last_used` (or None)."""
        columns = "label, created_us AS created, last_used_us AS last_used"
        return self.database.all(f"SELECT {columns} FROM tokens ORDER BY label")  # noqa: S608

    def accept(self, token: str, now: int) -> bool:
        """Return whether a token is valid, and record its use."""
        digest = digest_of(token)
        row = self.database.one("SELECT last_used_us FROM tokens WHERE digest = ?", digest)
        if row is None:
            return False
        # a commit for each request would cost more than the request: once a minute will do
        if row["last_used_us"] is None or abs(now - row["last_used_us"]) >= MINUTE:
            with self.database.writing():
                self.database.run("UPDATE tokens SET last_used_us = ? WHERE digest = ?", now, digest)
        return True

    def add(self, label: str, token: str, now: int) -> None:
        """Store a token under a new label; refuse one that exists."""
        if label in self.labels:
            detail = "Revoke the token of this label first, or choose another label."
            raise CallRefused("label_exists", detail)
        self.put(label, token, now)

    def renew(self, label: str, token: str, now: int) -> None:
        """Replace a token, which is invalid from the next request on; refuse an unknown label."""
        with self.database.writing():
            self.revoke(label)
            self.put(label, token, now)

    def put(self, label: str, token: str, now: int) -> None:
        """Store a token, in the place of the one that had its label; the same one keeps its use."""
        digest = digest_of(token)
        if self.database.one("SELECT 1 FROM tokens WHERE label = ? AND digest = ?", label, digest):
            return
        with self.database.writing():
            sql = "INSERT OR REPLACE INTO tokens (label, digest, created_us) VALUES (?, ?, ?)"
            self.database.run(sql, label, digest, now)

    def revoke(self, label: str) -> None:
        """Make a token invalid from the next request on; refuse an unknown label."""
        with self.database.writing():
            if not self.database.run("DELETE FROM tokens WHERE label = ?", label):
                raise CallRefused("not_found", "There is no token of this label.")
