"""Keep the libraries' logs out of our calls: httpx logs whole addresses, httpcore logs headers with the token.

The plugin lives in other people's processes, so their own use of these libraries is logged as they like:
only records made during a call of ours are dropped, by a filter that looks at the thread's current call.
"""

from __future__ import annotations

import logging

from carloop_plugin.api.call import CURRENT

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")


class _DuringNoCall(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - what it says does not matter
        """Let a record pass unless one of our calls made it."""
        return CURRENT.get(None) is None


_FILTER = _DuringNoCall()


def silence_libraries() -> None:
    """Make sure the filter is in place."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
