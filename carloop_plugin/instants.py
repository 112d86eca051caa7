"""Instants as documents hold them. Apart from the values, which a command's help imports: msgspec takes 7 ms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

format_instant: Callable[[datetime], str] = msgspec.to_builtins
"""Write an instant in UTC as RFC 3339, `2026-03-02T07:30:00Z`."""
