"""A damaged file: moved aside, never repaired in place, and its installation's id found again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import Any

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.model import AppointmentId, MovedAside, Reason, StoreFailed

JOURNALS = ("-journal", "-wal", "-shm")
_STAMP = "%Y%m%dT%H%M%S"


def id_file(path: Path) -> Path:
    """Name the small file beside the store that repeats the installation's id, for when the store is damaged."""
    return path.with_name(path.name + ".installation")


def note_installation(path: Path, installation: str) -> None:
    """Repeat the installation's id beside the store. Nothing fails where that cannot be written."""
    with (
        suppress(OSError),
        open(id_file(path), "x", opener=_for_the_owner, encoding="ascii") as file,
    ):
        file.write(installation + "\n")


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def noted_installation(path: Path) -> str | None:
    """Give the id that is repeated beside the store; None where it is not."""
    with suppress(OSError):
        return id_file(path).read_text("ascii", "replace").strip() or None
    return None


def find_installation(path: Path) -> str:
    """Find the id of the installation a damaged store belongs to.

    :raises StoreFailed: neither the store nor the file beside it says.
    """
    if noted := noted_installation(path):
        return noted
    with suppress(sqlite3.Error, IndexError):
        return str(_read(path, "SELECT id FROM installation LIMIT 1")[0][0])
    raise StoreFailed(Reason("storage_failed", "store.installation_lost", (("path", str(path)),)))


def find_settings(path: Path) -> list[tuple[str, str | None, str | None]]:
    """Read what a damaged store still gives of the settings: site, address and station."""
    with suppress(sqlite3.Error):
        return _read(path, "SELECT site, base_url, station FROM settings")
    return []


def find_erasures(path: Path) -> list[AppointmentId] | None:
    """Read which erasures a damaged store still has to finish, by appointment; None where it does not say."""
    with suppress(sqlite3.Error):
        return [AppointmentId(row[0]) for row in _read(path, "SELECT appointment_id FROM erasures")]
    return None


def _read(path: Path, sql: str) -> list[Any]:
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return list(connection.execute(sql))


def begin_rebuilding(path: Path) -> Path:
    """Name the file a store is rebuilt in. What an earlier attempt left there, killed on its way, is removed."""
    fresh = path.with_name(f"{path.name}.rebuilding")
    for each in _beside(path, "rebuilding*"):
        each.unlink()
    return fresh


def put_in_place(fresh: Path, path: Path, *, at: datetime) -> Path | None:
    """Put a rebuilt store in the place of the damaged one; give where that is now, None where there was none.

    At no moment is there no store: a planner that goes on meanwhile would begin an empty one, and book again.
    """
    aside = _aside(path, at=at) if path.exists() else None
    id_file(fresh).unlink(missing_ok=True)
    fresh.replace(path)
    return aside


def _aside(path: Path, *, at: datetime) -> Path:
    aside = _unused(path.with_name(f"{path.name}.damaged-{at:{_STAMP}}"))
    for suffix in JOURNALS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))
    try:
        aside.hardlink_to(path)
    except OSError:  # a file system without hard links: then there is no store for a moment
        path.replace(aside)
    return aside


def _unused(path: Path) -> Path:
    names = (path, *(path.with_name(f"{path.name}-{number}") for number in range(2, 1000)))
    return next(name for name in names if not name.exists())


def discard_moved_aside(path: Path) -> int:
    """Delete the stores moved aside; a damaged file cannot be searched for a person. Give how many files there were.

    :raises StoreFailed: one cannot be deleted.
    """
    found = list(_beside(path, "damaged-*"))
    for each in found:
        try:
            each.unlink(missing_ok=True)
        except OSError as error:
            params = (("path", str(each)), ("why", error.strerror or ""))
            raise StoreFailed(Reason("storage_failed", "store.not_writable", params)) from None
    return len(found)


def moved_aside(path: Path) -> list[MovedAside]:
    """List the files of stores moved aside, by their names."""
    return [MovedAside(each.name, _moved_at(each)) for each in sorted(_beside(path, "damaged-*"))]


def _moved_at(path: Path) -> datetime:
    # The name tells; the file's own time is when it was last written.
    with suppress(ValueError):
        stamp, *_ = path.name.rpartition(".damaged-")[2].split("-")
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _beside(path: Path, kind: str) -> Iterable[Path]:
    return (each for each in path.parent.glob(f"{escape(path.name)}.{kind}") if each.is_file())
