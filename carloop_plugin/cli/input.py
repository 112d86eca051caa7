"""Documents a person hands in: a file, or `-` for standard input."""

from __future__ import annotations

import json
import os
import select
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from carloop_plugin.cli.misuse import Misuse

_LARGEST = 1 << 20
_PATIENCE = 0.3
STANDARD_INPUT = "-"


def read_document(name: str) -> dict[str, object]:
    """Read a JSON object from a file, or from standard input for `-`. Raise `Misuse` where there is none."""
    return parse_document(_read_input() if name == STANDARD_INPUT else _read_file(Path(name)), name)


def parse_document(content: bytes, name: str) -> dict[str, object]:
    """Read a JSON object. Raise `Misuse` that names where it came from, never what it holds."""
    if len(content) > _LARGEST:
        raise Misuse("input.too_large", name=name)
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise Misuse("input.not_json", name=name, line=error.lineno, column=error.colno) from None
    except UnicodeDecodeError:
        raise Misuse("input.not_utf8", name=name) from None
    except (ValueError, RecursionError):
        raise Misuse("input.not_json", name=name, line=1, column=1) from None
    if not isinstance(document, dict):
        raise Misuse("input.not_an_object", name=name)
    return document


def piped_input(*, wait: bool) -> bytes | None:
    """Read what is piped into the program; None for a terminal and for nothing.

    Without `wait`, a pipe that says nothing within a moment counts as nothing: it is the one some other
    program left open, not a document.
    """
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError, AttributeError):  # none, closed, or a test's
        return _read_input().strip() or None
    if stat.S_ISCHR(mode) or not (wait or _has_something(descriptor, mode)):
        return None
    return _read_input().strip() or None


def is_terminal() -> bool:
    """Return whether a person can be asked on standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


def customer_in(document: Mapping[str, object], *, appointment_id: str, name: str) -> object:
    """Give the customer of an appointment's document, or the document itself if it is a customer."""
    if "customer" not in document:
        return dict(document)
    if document.get("id") != appointment_id:
        raise Misuse("input.other_appointment", name=name, wanted=appointment_id)
    return document["customer"]


def _has_something(descriptor: int, mode: int) -> bool:
    if not stat.S_ISFIFO(mode) or sys.platform == "win32":  # Windows can wait for sockets alone
        return True
    return bool(select.select([descriptor], [], [], _PATIENCE)[0])


def _read_input() -> bytes:
    # Without a standard input (`<&-`) there is nothing to read.
    return b"" if sys.stdin is None else sys.stdin.buffer.read(_LARGEST + 1)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise Misuse("input.missing", name=str(path)) from None
    except (OSError, ValueError):
        raise Misuse("input.unreadable", name=str(path)) from None


def _refuse(_constant: str) -> NoReturn:
    raise ValueError
