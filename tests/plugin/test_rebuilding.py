"""Rebuilding: the new records take the old ones' place when they are complete, and at no moment is there none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.erase import finish_erasures
from carloop_plugin.model import Site, StoredSettings, StoreFailed
from carloop_plugin.store.damaged import discard_moved_aside, moved_aside, put_in_place
from mobility_hookspecs import CallContext, MobilityProblem

if TYPE_CHECKING:
    from conftest import Planner
else:
    Planner = Any


class Killed(BaseException):
    """Stands for whatever ends a rebuild on its way."""


def soon() -> float:
    return CallContext.within(10).deadline


def damage(planner: Planner) -> bytes:
    """Damage the planner's records; give what they are now."""
    bootstrap.close()
    planner.store.write_bytes(b"not a database any more" * 1000)
    return planner.store.read_bytes()


def test_a_rebuild_that_is_interrupted_leaves_the_old_records_in_place(planner: Planner) -> None:
    """A planner that goes on meanwhile is refused; with empty records it would book the car a second time."""
    planner.save()
    planner.book()
    damaged = damage(planner)

    def interrupt(_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        bootstrap.rebuild_store(deadline=soon(), tell=interrupt)
    assert damaged == planner.store.read_bytes()
    with pytest.raises(MobilityProblem) as refused:
        plugin.on_appointment_saved(planner.appointment, CallContext.within(5))  # type: ignore[arg-type]
    assert "storage_failed" == refused.value.problem["code"]
    _, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert 1 == rebuilt.rentals
    assert [] == list(planner.store.parent.glob("*.rebuilding*"))


def test_lost_records_stay_the_same_installation(planner: Planner) -> None:
    """Else Carloop's rentals would be a stranger's, and the same change would be another one."""
    planner.save()
    change = planner.booking()
    rental = planner.do(change)["rental"]
    bootstrap.close()
    planner.store.unlink()
    planner.save()
    outcome = planner.do(change)
    assert ("done", rental["id"]) == (outcome["status"], outcome["rental"]["id"])
    assert 1 == len(planner.control.rentals(planner.id))


ODD = "carloop [1]*#%?.sqlite3"
"""A name of which each sign means something to a pattern or an address."""


def test_files_of_an_odd_name_are_found(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read from them, what an interrupted rebuild left is removed, and an erasure deletes them."""
    store = planner.store.with_name(ODD)
    monkeypatch.setenv("CARLOOP_STORE", str(store))
    planner.save()
    with bootstrap.opened(deadline=soon()) as wired:
        wired.call.store.save_settings(Site("main"), StoredSettings(None, "Ulm"))
    bootstrap.close()
    store.with_name(f"{ODD}.installation").unlink()
    left = store.with_name(f"{ODD}.rebuilding")
    left.write_text("left by an earlier attempt")
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    with bootstrap.opened(deadline=soon()) as wired:
        assert StoredSettings(None, "Ulm") == wired.call.store.stored_settings(Site("main"))
        assert aside is not None
        assert [aside.name] == [each.name for each in wired.call.store.moved_aside()]
        assert 1 == wired.call.store.discard_moved_aside()
    assert not aside.exists()


def test_files_of_other_records_are_left_alone(tmp_path: Path) -> None:
    """A store whose name is a pattern does not find its neighbours'."""
    for name in ("carloop?", "carloop1"):
        (tmp_path / f"{name}.damaged-20260102T030405").write_text("damaged")
    assert 1 == discard_moved_aside(tmp_path / "carloop?")
    assert ["carloop1.damaged-20260102T030405"] == [each.name for each in tmp_path.iterdir()]


def test_when_files_were_moved_aside(tmp_path: Path) -> None:
    """Their names tell, and their journals' too; where a name was altered, the file's own time does."""
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    names = [f"s.damaged-20260102T030405{more}" for more in ("", "-2", "-2-wal", "-wal")]
    for name in names:
        (tmp_path / name).write_text("damaged")
    assert [(name, at) for name in sorted(names)] == [(e.name, e.at) for e in moved_aside(tmp_path / "s")]
    for name in ("s.damaged-by-me", "s.damaged-99999999T999999"):
        (tmp_path / name).write_text("damaged")
    for altered in moved_aside(tmp_path / "s")[-2:]:
        assert abs(datetime.now(UTC) - altered.at) < timedelta(minutes=1)


def test_what_cannot_be_deleted_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The erasure is not finished then, and the host asks again."""
    (tmp_path / "s.damaged-20260102T030405").write_text("damaged")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreFailed) as failed:
        discard_moved_aside(tmp_path / "s")
    monkeypatch.undo()
    assert "store.not_writable" == failed.value.reason.text


def ask_for_what_is_kept(planner: Planner) -> None:
    """Leave a change pending and ask for the erasure of its appointment, which has to wait."""
    planner.save()
    planner.control.fault("book", "drop_after", times=100)
    planner.do(planner.booking())
    report = planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []})
    assert [planner.id] == [each["appointment_id"] for each in report.answers["carloop"]["kept"]]
    planner.control.calm()
    bootstrap.close()


def unfinished() -> int:
    """Count the erasures that are not finished."""
    with bootstrap.opened(deadline=soon()) as wired:
        return wired.call.store.unfinished_erasures()


def test_an_erasure_that_waits_is_not_lost_by_rebuilding(planner: Planner) -> None:
    """Nobody has to ask again: the file moved aside holds the customer, and goes with the next round."""
    ask_for_what_is_kept(planner)
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    assert aside is not None
    assert (True, 1) == (aside.exists(), unfinished())
    planner.reconcile()
    assert (False, 0) == (aside.exists(), unfinished())


def test_an_erasure_that_is_not_finished_is_not_lost_by_rebuilding(planner: Planner) -> None:
    """What was saved again under the same id meanwhile is not what was asked for."""
    planner.save()
    with bootstrap.opened(deadline=soon()) as wired:
        wired.call.store.forget_appointments([planner.id])  # type: ignore[list-item]
    bootstrap.close()
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    planner.save()
    planner.reconcile()
    assert aside is not None
    assert (False, 0) == (aside.exists(), unfinished())
    with bootstrap.opened(deadline=soon()) as wired:
        assert wired.call.store.appointment(planner.id) is not None  # type: ignore[arg-type]


@pytest.mark.parametrize("damage_to", ["all of it", "the erasures"])
def test_records_that_cannot_say_what_was_to_be_erased_go(planner: Planner, damage_to: str) -> None:
    """Somebody's erasure may stand where nobody can read it any more."""
    ask_for_what_is_kept(planner)
    if damage_to == "all of it":
        damage(planner)
    else:
        with closing(sqlite3.connect(planner.store)) as connection:
            connection.execute("DROP TABLE erasures")
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    assert aside is not None
    assert (True, 1) == (aside.exists(), unfinished())
    planner.reconcile()
    assert (False, 0) == (aside.exists(), unfinished())


def test_records_of_which_nothing_was_to_be_erased_stay_aside(planner: Planner) -> None:
    """Whoever wants to know what damaged them has the time until the next erasure."""
    planner.save()
    bootstrap.close()
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    planner.reconcile()
    assert aside is not None
    assert (True, 0) == (aside.exists(), unfinished())


def test_files_that_cannot_be_deleted_keep_an_erasure_unfinished(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next round tries again."""
    ask_for_what_is_kept(planner)
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    unlink = Path.unlink

    def refuse(path: Path, **options: bool) -> None:
        if path == aside:
            raise PermissionError(13, "Permission denied")
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", refuse)
    planner.reconcile()
    assert aside is not None
    assert (True, 1) == (aside.exists(), unfinished())
    monkeypatch.undo()
    monkeypatch.setenv("CARLOOP_STORE", str(planner.store))
    with bootstrap.opened(deadline=soon()) as wired:
        finish_erasures(wired.call)
    assert (False, 0) == (aside.exists(), unfinished())


@pytest.mark.parametrize("has_links", [True, False])
def test_two_stores_moved_aside_at_once_are_both_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    """The second does not take the first one's name, whether the file system has hard links or not."""

    def refuse(*_: object) -> None:
        raise OSError

    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    store, fresh, at = tmp_path / "s", tmp_path / "s.rebuilding", bootstrap.CLOCK.now()
    store.write_text("one")
    for content in ("two", "three"):
        fresh.write_text(content)
        put_in_place(fresh, store, at=at)
    assert "three" == store.read_text()
    assert ["one", "three", "two"] == sorted(each.read_text() for each in tmp_path.iterdir())


def test_journals_go_with_the_records_they_belong_to(tmp_path: Path) -> None:
    """A journal that is left behind would be played back into the new records."""
    store, fresh = tmp_path / "s", tmp_path / "s.rebuilding"
    for suffix in ("", "-journal", "-wal"):
        (tmp_path / f"s{suffix}").write_text(f"old{suffix}")
    fresh.write_text("new")
    aside = put_in_place(fresh, store, at=bootstrap.CLOCK.now())
    assert aside is not None
    beside = {path.name: path.read_text() for path in tmp_path.iterdir()}
    moved = {f"{aside.name}{suffix}": f"old{suffix}" for suffix in ("", "-journal", "-wal")}
    assert moved | {"s": "new"} == beside
