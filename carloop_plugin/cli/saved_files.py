"""Which file an appointment was saved from, so that `book` finds the customer there.

The plugin keeps no personal data and neither do we: what is remembered is the path alone. A file that is gone,
or an appointment saved from standard input, leaves nothing to find.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from carloop_plugin.settings.credentials import secrets_path


def remember_file(store: str, appointment_id: str, file: Path | None) -> None:
    """Remember the file of an appointment; None forgets it. Failing to is no reason to fail a command."""
    paths = _read(store)
    if file is None:
        if paths.pop(appointment_id, None) is None:
            return
    else:
        paths[appointment_id] = str(file.absolute())
    with suppress(OSError):
        _write(_index(store), paths)


def remembered_file(store: str, appointment_id: str) -> Path | None:
    """Give the file an appointment was saved from; None where none is known or it is gone."""
    path = _read(store).get(appointment_id)
    return Path(path) if isinstance(path, str) and Path(path).is_file() else None


def forget_every_file(store: str) -> None:
    """Forget every file: a path may name a customer, and which one is not known here."""
    with suppress(OSError):
        _index(store).unlink(missing_ok=True)


def _index(store: str) -> Path:
    secrets = secrets_path(store)
    return secrets.with_name(secrets.name.replace(".secrets.json", ".files.json"))


def _read(store: str) -> dict[str, object]:
    try:
        paths = json.loads(_index(store).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return paths if isinstance(paths, dict) else {}


def _write(index: Path, paths: dict[str, object]) -> None:
    index.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=index.parent, prefix=f".{index.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(paths, file)
    Path(temporary).replace(index)
