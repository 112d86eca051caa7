"""Rebuilding: the new records take the old ones' place when they are complete, and at no moment is there none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.store.damaged import put_in_place
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
