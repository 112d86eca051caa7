"""Entity tags: the state of a thing, named (RFC 9110, section 8.8.3)."""

import hashlib


def etag_of_revision(revision: int) -> str:
    """Give the entity tag of a rental: its revision in quotation marks."""
    return f'"{revision}"'


def etag_of_bytes(body: bytes) -> str:
    """Give the entity tag of a document that has no revision."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def admits(if_match: str, etag: str) -> bool:
    """Say whether If-Match admits a state: compared strongly, so a weak tag never does.

    A number without its quotation marks is understood: it can mean one revision only.
    """
    tags = [tag.strip() for tag in if_match.split(",")]
    return "*" in tags or etag in tags or etag.strip('"') in tags


def has_seen(if_none_match: str, etag: str) -> bool:
    """Say whether If-None-Match names a state: compared weakly."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags
