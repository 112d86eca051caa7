"""The files of stores that replace one another: the one that is being rebuilt, damaged ones moved aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from glob import escape
from pathlib import Path

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.figures import MovedAside

JOURNALS = ("-journal", "-wal", "-shm")

_STAMP = "%Y%m%dT%H%M%S"


@contextmanager
def rebuilding(path: Path) -> Iterator[Path]:
    """Name the file a store is rebuilt in. Only for whoever has the records alone.

    What an earlier attempt left there, killed on its way, is removed, as is what does not come to its end now.
    """
    _delete(_beside(path, "rebuilding*"))
    try:
        yield path.with_name(f"{path.name}.rebuilding")
    finally:
        _delete(_beside(path, "rebuilding*"))


def put_in_place(fresh: Path, path: Path, *, at: datetime) -> Path | None:
    """Put a rebuilt store in the place of the damaged one; return where that is now, None where there was none.

    At no moment is there no store: a planner that goes on meanwhile would take it for lost.
    """
    aside = _unused(path.with_name(f"{path.name}.damaged-{at:{_STAMP}}"))
    # Also where the store itself is gone: a journal that is left behind would be played back into the new one.
    for suffix in JOURNALS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(f"{aside}{suffix}")
    try:
        aside.hardlink_to(path)
    except FileNotFoundError:
        fresh.replace(path)
        return None
    except OSError:  # a file system without hard links: then there is no store for a moment
        path.replace(aside)
    fresh.replace(path)
    return aside


def _unused(path: Path) -> Path:
    names = (path, *(path.with_name(f"{path.name}-{number}") for number in range(2, 1000)))
    return next(name for name in names if not any(name.parent.glob(f"{escape(name.name)}*")))


def discard_moved_aside(path: Path) -> None:
    """Delete the stores moved aside; a damaged file cannot be searched for a person.

    What a rebuild left unfinished goes with them: nobody rebuilds while the records are in use.

    :raises StoreFailed: one cannot be deleted.
    """
    _delete([*_beside(path, "damaged-*"), *_beside(path, "rebuilding*")])


def _delete(found: Sequence[Path]) -> None:
    for each in found:
        try:
            each.unlink(missing_ok=True)
        except OSError as error:
            params = (("path", str(each)), ("why", error.strerror or ""))
            raise StoreFailed(Reason("storage_failed", "store.not_writable", params)) from None


def moved_aside(path: Path) -> list[MovedAside]:
    """List the files of stores moved aside, by their names."""
    return [MovedAside(each.name, _moved_at(each)) for each in sorted(_beside(path, "damaged-*"))]


def _moved_at(path: Path) -> datetime:
    # Its name says when; the file's own time is when it was last written.
    with suppress(ValueError):
        stamp, *_ = path.name.rpartition(".damaged-")[2].split("-")
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _beside(path: Path, kind: str) -> Sequence[Path]:
    return [each for each in path.parent.glob(f"{escape(path.name)}.{kind}") if each.is_file()]
