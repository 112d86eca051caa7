"""Documents a person hands in: a file, or `-` for standard input.

Which file an appointment was saved from is remembered, so that `book` finds the customer there: the path alone, since
no personal data are kept here. A file that is gone, or an appointment from standard input, leaves nothing to find.
"""

from __future__ import annotations

import json
import os
import select
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from carloop_plugin.cli.invocation import UsageMistake

_LARGEST = 1 << 20
_PIPE_TIMEOUT = 0.3
STANDARD_INPUT = "-"


def load_document(name: str) -> dict[str, object]:
    """Read a JSON object from a file, or from standard input for `-`. Raise `UsageMistake` where there is none."""
    return parse_document(_read_input() if name == STANDARD_INPUT else _read_file(Path(name)), name)


def parse_document(content: bytes, name: str) -> dict[str, object]:
    """Read a JSON object. Raise `UsageMistake` that names where it came from, never what it holds."""
    if len(content) > _LARGEST:
        raise UsageMistake("input.too_large", name=name)
    try:
        # `int` refuses NaN and Infinity, which JSON does not have.
        document = json.loads(content.decode("utf-8-sig"), parse_constant=int)
    except UnicodeDecodeError:
        raise UsageMistake("input.not_utf8", name=name) from None
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise UsageMistake("input.not_json", name=name, line=line, column=column) from None
    if not isinstance(document, dict):
        raise UsageMistake("input.not_an_object", name=name)
    return document


def piped_input(*, wait: bool) -> bytes | None:
    """Read what is piped into the program; None for a terminal and for nothing.

    Without `wait`, a pipe that is silent for 0.3 seconds counts as nothing: some other program left it open.
    """
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError, AttributeError):  # none, closed, or replaced by a test
        return _read_input().strip() or None
    if stat.S_ISCHR(mode) or not (wait or _has_something(descriptor, mode)):
        return None
    return _read_input().strip() or None


def is_terminal() -> bool:
    """Return whether a person can be asked on standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


def customer_in(document: Mapping[str, object], *, appointment_id: str, name: str) -> object:
    """Return the customer of an appointment's document, or the document itself if it is a customer."""
    if "customer" not in document:
        return dict(document)
    if document.get("id") != appointment_id:
        raise UsageMistake("input.other_appointment", name=name, wanted=appointment_id)
    return document["customer"]


def remember_file(appointment_id: str, file: Path | None) -> None:
    """Remember the file of an appointment; None forgets it. A file that cannot be written fails no command."""
    from carloop_plugin.settings.credentials import replace_file

    before = _read_index()
    paths = {each: path for each, path in before.items() if each != appointment_id}
    if file is not None:
        paths[appointment_id] = str(file.absolute())
    if paths != before:
        with suppress(OSError):
            _index().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(_index(), json.dumps(paths).encode())


def remembered_file(appointment_id: str) -> Path | None:
    """Return the file an appointment was saved from; None where none is known or it is gone."""
    path = _read_index().get(appointment_id)
    return Path(path) if isinstance(path, str) and Path(path).is_file() else None


def forget_every_file() -> None:
    """Forget every file: a path may name a customer, and which one is not known here."""
    with suppress(OSError):
        _index().unlink(missing_ok=True)


def _has_something(descriptor: int, mode: int) -> bool:
    if not stat.S_ISFIFO(mode) or sys.platform == "win32":  # Windows can wait for sockets alone
        return True
    return bool(select.select([descriptor], [], [], _PIPE_TIMEOUT)[0])


def _read_input() -> bytes:
    # Without a standard input (`<&-`) there is nothing to read.
    return b"" if sys.stdin is None else sys.stdin.buffer.read(_LARGEST + 1)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise UsageMistake("input.missing", name=str(path)) from None
    except (OSError, ValueError):
        raise UsageMistake("input.unreadable", name=str(path)) from None


def _index() -> Path:
    """Return the file beside the records in which the paths are."""
    from carloop_plugin.settings.credentials import secrets_path
    from carloop_plugin.settings.environment import Environment

    secrets = secrets_path(Environment.read().store)
    return secrets.with_name(secrets.name.replace(".secrets.json", ".files.json"))


def _read_index() -> dict[str, object]:
    with suppress(OSError, ValueError, RecursionError):
        paths = json.loads(_index().read_bytes())
        return paths if isinstance(paths, dict) else {}
    return {}
