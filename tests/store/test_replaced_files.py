"""The files beside the records: damaged ones moved aside, their journals, and how they are deleted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.store.replaced_files import discard_moved_aside, moved_aside, put_in_place

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MOVED = "s.damaged-20260102T030405"


def refuse(*_, **__):
    raise PermissionError(13, "Permission denied")


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("has_links", [True, False])
def test_two_stores_moved_aside_at_once_are_both_kept(tmp_path, monkeypatch, has_links):
    """The second does not take the first one's name, whether the file system has hard links or not."""
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    store, fresh = tmp_path / "s", tmp_path / "s.rebuilding"
    store.write_text("one")
    for content in ("two", "three"):
        fresh.write_text(content)
        put_in_place(fresh, store, at=AT)
    assert contents(tmp_path) == {"s": "three", MOVED: "one", f"{MOVED}-2": "two"}


@pytest.mark.parametrize("suffixes", [("", "-journal", "-wal"), ("-journal",)], ids=["records", "journal"])
def test_journals_are_moved_with_their_records(tmp_path, suffixes):
    """A journal that is left behind, be it without its records, would be played back into the new ones."""
    for suffix in suffixes:
        (tmp_path / f"s{suffix}").write_text(f"old{suffix}")
    (tmp_path / "fresh").write_text("new")
    aside = put_in_place(tmp_path / "fresh", tmp_path / "s", at=AT)
    assert aside == (tmp_path / MOVED if "" in suffixes else None)
    assert contents(tmp_path) == {"s": "new"} | {f"{MOVED}{suffix}": f"old{suffix}" for suffix in suffixes}


def test_when_files_were_moved_aside(tmp_path):
    """The names of files and journals tell; where a name was altered, the file's own time does."""
    names = [f"{MOVED}{more}" for more in ("", "-2", "-2-wal", "-wal")]
    altered = ["s.damaged-99999999T999999", "s.damaged-by-me"]
    for name in names + altered:
        (tmp_path / name).write_text("damaged")
    found = moved_aside(tmp_path / "s")
    assert [(each.name, each.at) for each in found[:4]] == [(name, AT) for name in sorted(names)]
    assert [each.name for each in found[4:]] == altered
    assert all(abs(datetime.now(UTC) - each.at) < timedelta(minutes=1) for each in found[4:])


def test_deleting_files_moved_aside(tmp_path, monkeypatch):
    """Only the store's own, even if its name is a pattern; one that cannot be deleted is an error."""
    for name in ("carloop?", "carloop1"):
        (tmp_path / f"{name}.damaged-20260102T030405").write_text("damaged")
    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "unlink", refuse)
        with pytest.raises(StoreFailed) as failed:
            discard_moved_aside(tmp_path / "carloop?")
    assert failed.value.reason.text == "store.not_writable"
    discard_moved_aside(tmp_path / "carloop?")
    assert [each.name for each in tmp_path.iterdir()] == ["carloop1.damaged-20260102T030405"]
