"""Addresses met in answers: shown or passed on, never requested."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LONGEST_LINK = 2_000
_LONGEST_ORIGIN = 100
_DEFAULT_PORTS = {"https": "443", "http": "80"}
_NOT_IN_LINKS = re.compile(r"[^!-~]|[\\\"<>^`{|}]")


class OwnLinks:
    """Lets links to Carloop's own pages pass and drops all others.

    An answer that points elsewhere could send an advisor to a page made to look like Carloop's.
    """

    def __init__(self, origin: str) -> None:
        scheme, _, authority = origin.partition("://")
        has_port = re.search(r":\d+$", authority) is not None
        starts = [origin] if has_port else [origin, f"{origin}:{_DEFAULT_PORTS[scheme]}"]
        self._starts = tuple(f"{start}/" for start in starts)
        self._longest = max(map(len, self._starts))

    def keep(self, url: str | None) -> str | None:
        """Give a link back where it leads to our own origin, None where not."""
        if url is None or len(url) > _LONGEST_LINK or _NOT_IN_LINKS.search(url):
            return None
        return url if url[: self._longest].lower().startswith(self._starts) else None


def shown_origin(location: str) -> str | None:
    """Give the origin of a redirect's target, to be shown to a person; None where it has none."""
    if _NOT_IN_LINKS.search(location):
        return None
    try:
        parts = urlsplit(location)
    except ValueError:
        return None
    authority = parts.netloc.rpartition("@")[2]
    if not authority:
        return None
    return f"{parts.scheme or 'https'}://{authority}".lower()[:_LONGEST_ORIGIN]
