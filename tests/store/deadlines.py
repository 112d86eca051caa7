"""Deadlines of calls of a store."""

import time


def soon(seconds=30):
    """Return a deadline that many seconds from now."""
    return time.monotonic() + seconds
