"""Which addresses of a provider a host may show as links."""

from __future__ import annotations

import re

# One pattern each instead of urllib.parse, which strips what a browser may not: no white space, no
# backslash, no user name before the host.
_REST = r"(?:[/?#][^\s\x00-\x1f\x7f\\]*)?"
_HTTPS = re.compile(rf"https://[^\s\x00-\x1f\x7f\\/?#@]+{_REST}", re.IGNORECASE)
_LOOPBACK = re.compile(
    rf"http://(?:localhost|127(?:\.\d{{1,3}}){{3}}|\[::1\])(?::\d+)?{_REST}", re.IGNORECASE
)


def is_https(address: str) -> bool:
    """Tell whether an address is an ``https`` one with a host and without oddities."""
    return _HTTPS.fullmatch(address) is not None


def is_showable(address: str) -> bool:
    """Tell whether an address is ``https``, or ``http`` on this very machine."""
    return is_https(address) or _LOOPBACK.fullmatch(address) is not None
