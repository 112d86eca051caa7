"""Standard output and standard error as they are: a charset that lacks our letters, a reader gone, a full disk."""

from __future__ import annotations

import io
import os
import sys


def soften_streams() -> None:
    """Write `?` for what a terminal's charset cannot show, where Python would break off."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def speaks_unicode() -> bool:
    """Tell whether standard output takes every letter there is."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").startswith("utf")


def flush_output() -> None:
    """Hand over what was printed; there may be no standard output at all (`>&-`)."""
    if sys.stdout is not None:
        sys.stdout.flush()


def output_is_broken() -> bool:
    """Tell whether standard output takes nothing: its device is full, or failed. Costs a line break if it does."""
    if sys.stdout is None:
        return False
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        return True
    return False


def abandon_output() -> None:
    """Write no more, so that Python does not try once again at its end and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
