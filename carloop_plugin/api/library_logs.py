"""Keep the libraries' logs out of our calls: httpx logs whole addresses, httpcore logs headers with the token.

The plugin lives in other people's processes, so their own use of these libraries is logged as they like:
only records made during a call of ours are dropped, by a filter that looks at the thread's current call.
"""

from __future__ import annotations

import logging

from carloop_plugin.api.call import CURRENT

LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")


class _OutsideCalls(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - what it says does not matter
        """Let a record pass unless one of our calls made it."""
        return CURRENT.get(None) is None


OUTSIDE_CALLS = _OutsideCalls()
