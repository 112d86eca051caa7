"""Text from outside, made fit for a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    """Replace what a terminal would obey rather than show (escape sequences, line breaks) with `·`."""
    return "".join(c if c.isprintable() else "·" for c in text)
