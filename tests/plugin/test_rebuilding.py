"""Rebuilding: the new records take the old ones' place when they are complete, and at no moment is there none."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.erase import finish_erasures
from carloop_plugin.model import Account, AccountId, Site, StoredSettings, StoreFailed
from carloop_plugin.rebuild import rebuild
from carloop_plugin.reconcile import reconcile
from carloop_plugin.store import use_lock
from carloop_plugin.store.damaged import discard_moved_aside, moved_aside, put_in_place
from carloop_plugin.store.pool import SqliteFile
from mobility_hookspecs import CallContext, MobilityProblem

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any


class Killed(BaseException):
    """Stands for whatever ends a rebuild on its way."""


def soon():
    return CallContext.within(10).deadline


def damage(planner):
    """Damage the planner's records; give what they are now."""
    bootstrap.close()
    planner.store.write_bytes(b"not a database any more" * 1000)
    return planner.store.read_bytes()


def test_a_rebuild_that_is_interrupted_leaves_the_old_records_in_place(planner):
    """A planner that goes on meanwhile is refused; with empty records it would book the car a second time."""
    planner.save()
    planner.book()
    damaged = damage(planner)

    def interrupt(_):
        raise Killed

    with pytest.raises(Killed):
        bootstrap.rebuild_store(deadline=soon(), tell=interrupt)
    assert damaged == planner.store.read_bytes()
    with pytest.raises(MobilityProblem) as refused:
        plugin.on_appointment_saved(planner.appointment, CallContext.within(5))
    assert refused.value.problem["code"] == "storage_failed"
    _, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert rebuilt.rentals == 1
    assert list(planner.store.parent.glob("*.rebuilding*")) == []


def aside_of(planner):
    """Name what lies beside the records because of a rebuild."""
    return [each.name for each in planner.store.parent.glob(f"{planner.store.name}.[dr]e*")]


def make_newer(store):
    """Make records look as a later version of the plugin left them."""
    with closing(sqlite3.connect(store)) as db, db:
        columns = "(migration_set, name, applied_at)"
        db.execute(f"INSERT INTO _sqlite_migrations {columns} VALUES ('carloop_plugin', 'of_2030', '')")


@pytest.mark.parametrize("is_damaged", [False, True], ids=["sound", "damaged"])
@pytest.mark.parametrize("how", ["", "newer", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "BEGIN"])
def test_only_damaged_records_are_rebuilt(planner, how, is_damaged):
    """What is sound, of a newer version, or in use by another program stays where it is, with all that is in it."""
    planner.save()
    planner.control.fault("book", "drop_after", times=100)
    planner.do(planner.booking())
    planner.control.calm()
    bootstrap.close()
    if how == "newer":
        make_newer(planner.store)
    before = planner.damage() if is_damaged else planner.store.read_bytes()
    with closing(sqlite3.connect(planner.store, isolation_level=None)) as other:
        if how.startswith("BEGIN"):
            other.execute(how)
        if is_damaged and how in ("", "BEGIN"):
            assert bootstrap.rebuild_store(deadline=soon())[0] is not None
            return
        with pytest.raises(StoreFailed) as refused:
            bootstrap.rebuild_store(deadline=soon())
    whys = {"newer": "store.newer", "": "store.sound", "BEGIN": "store.sound"}
    assert whys.get(how, "store.rebuild_in_use") == refused.value.reason.text
    assert (before, []) == (planner.store.read_bytes(), aside_of(planner))


def test_records_are_not_rebuilt_beside_a_change(planner, monkeypatch):
    """Its answer would go into the ones that are moved aside; so the person is told to stop the planner first."""
    monkeypatch.setattr(use_lock, "LONGEST_WAIT", 0.0)
    planner.save()
    change, outcomes = planner.booking(), []
    planner.control.fault("book", "delay", value=0.5)
    booking = threading.Thread(target=lambda: outcomes.append(planner.do(change)))
    booking.start()
    wait_for_intent(planner.store)
    before = planner.damage()
    with pytest.raises(StoreFailed) as refused:
        bootstrap.rebuild_store(deadline=soon())
    assert (refused.value.reason.code, refused.value.reason.text) == ("busy", "store.rebuild_in_use")
    assert (before, []) == (planner.store.read_bytes(), aside_of(planner))
    booking.join()
    # Whether the answer could still be kept depends on what of the damaged page it needed.
    assert (outcomes[0]["status"], planner.state()["state"]) in [("done", "booked"), ("unknown", "unknown")]


def wait_for_intent(store):
    """Wait until the intent is on the disk: from then on its request may be under way."""
    end = soon()
    with closing(sqlite3.connect(store)) as reader:
        while not reader.execute("SELECT count(*) FROM intents").fetchone()[0]:
            assert CallContext.within(0).deadline < end


def test_who_calls_during_a_rebuild_is_asked_to_wait(planner, monkeypatch):
    """The same change is made afterwards, in the new records; a handle that was open leads nobody to the old ones."""
    planner.save()
    planner.book()
    own = SqliteFile(planner.store)
    with own.open(deadline=soon()) as records:
        assert len(records.all_rentals()) == 1
    monkeypatch.setattr(use_lock, "LONGEST_WAIT", 0.0)
    planner.damage("rentals_of_account")
    codes = []

    def call(_):
        with pytest.raises(MobilityProblem) as refused:
            plugin.on_appointment_saved(planner.appointment, CallContext.within(5))
        codes.append((refused.value.problem["code"], refused.value.problem["retryable"]))

    bootstrap.rebuild_store(deadline=soon(), tell=call)
    assert codes[0] == ("busy", True)
    assert planner.save()["state"] == "booked"
    with own.open(deadline=soon()) as records:
        assert records.appointment(planner.id) is not None
    own.close()


def test_what_is_pending_in_damaged_records_stays_pending(planner):
    """As far as it can be read: its outcome is unknown, never `open`, and is found out."""
    planner.save()
    planner.control.fault("book", "drop_before", times=100)
    planner.do(planner.booking())
    planner.control.calm()
    planner.damage()
    _, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert (rebuilt.rentals, rebuilt.pending, rebuilt.is_complete) == (0, 1, True)
    assert planner.state()["state"] == "unknown"
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert planner.state()["state"] == "booked"


def test_what_cannot_be_read_is_said(planner):
    """The rest is carried over: what was refused for good is refused for good."""
    planner.save()
    planner.book()
    second = planner.booking()
    refused = planner.do(second)
    planner.damage("appointments")
    _, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert (rebuilt.rentals, rebuilt.is_complete) == (1, False)
    assert ("already_booked", refused) == (refused["problem"]["code"], planner.do(second))


def test_a_site_that_cannot_be_read_keeps_the_old_records_in_place(planner, tmp_path, monkeypatch):
    """Also one that the records name and that has its settings from the configuration: its rentals would be missing."""
    planner.save()
    planner.book()
    planner.appointment = planner.appointment | {"id": f"{planner.id}-nord", "site": "nord"}
    planner.save()
    before = planner.damage()
    config = tmp_path / "carloop.toml"
    config.write_text('[sites.nord]\nbase_url = "http://127.0.0.1:9"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))
    aside, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert (None, [Site("nord")]) == (aside, [site for site, _ in rebuilt.missing])
    assert (before, []) == (planner.store.read_bytes(), aside_of(planner))
    monkeypatch.delenv("CARLOOP_CONFIG")
    aside, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert (aside is not None, rebuilt.rentals, rebuilt.missing) == (True, 1, ())


LOSSES = {
    "the file": lambda store: store.unlink(),
    "what was in it": lambda store: store.write_bytes(b""),
    "the folder": lambda store: shutil.rmtree(store.parent),
}


@pytest.mark.parametrize("is_restarted", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("lost", LOSSES)
def test_lost_records_are_not_begun_empty(planner, monkeypatch, tmp_path, lost, is_restarted):
    """Every call is refused until they are rebuilt, as the same installation: else the car is booked once more."""
    store = tmp_path / "data" / "carloop.sqlite3"
    monkeypatch.setenv("CARLOOP_STORE", str(store))
    planner.save()
    change = planner.booking()
    rental = planner.do(change)["rental"]
    if is_restarted:
        bootstrap.close()
    LOSSES[lost](store)
    for ask in (planner.host.appointment_saved, lambda _: planner.host.reconcile()):
        (failure,) = ask(planner.appointment).failures
        assert failure.problem["code"] == "storage_failed"
        assert "carloop recover --rebuild" in failure.problem["detail"]
    again = planner.do(planner.booking(option_id=change["option_id"]))
    assert (again["status"], again["problem"]["code"]) == ("refused", "storage_failed")
    _, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert (rebuilt.rentals, rebuilt.missing) == (1, ())
    planner.save()
    outcome = planner.do(change)
    assert ("done", rental["id"]) == (outcome["status"], outcome["rental"]["id"])
    assert len(planner.control.rentals(planner.id)) == 1


def test_records_deleted_during_a_change_record_nothing(planner):
    """An intent in a file that is gone is no intent, so nothing is sent; a settled outcome is unknown."""
    planner.save()
    with bootstrap.opened(deadline=soon()) as wired:
        planner.store.unlink()
        with pytest.raises(StoreFailed) as failed:
            wired.call.store.save_settings(Site("main"), StoredSettings(None, "Ulm"))
    assert failed.value.reason.text == "store.lost"


def test_records_of_another_installation_are_not_taken_for_ours(planner, tmp_path):
    """A data folder that was replaced under a running planner: its rentals would be strangers there."""
    planner.save()
    other = SqliteFile(tmp_path / "other" / "carloop.sqlite3")
    with other.open(deadline=soon()):
        pass
    other.close()
    (tmp_path / "other" / "carloop.sqlite3").replace(planner.store)
    (failure,) = planner.host.appointment_saved(planner.appointment).failures
    assert (failure.problem["code"], "Installation" in failure.problem["detail"]) == ("storage_failed", True)


@dataclass(eq=False)
class OwnCarloop:
    """A Carloop without rentals that counts how often its feed is read."""

    number: int
    origin: str = "https://carloop.example"
    read: list[int] = field(default_factory=list)

    def read_account(self, *, deadline):
        now = datetime.now(UTC)
        return Account(AccountId(f"a-{self.number}"), "Autohaus", "Europe/Berlin", (), now)

    def rentals_changed_since(self, since, *, deadline):
        self.read.append(self.number)
        return iter(())


@pytest.mark.parametrize("work", [rebuild, reconcile])
def test_every_account_is_read_once(planner, work):
    """However many there are and however often a session is made anew: accounts tell, not objects."""
    read = []

    def connect(site):
        # Kept by nobody, as a session that had to make room: the next object may have its identity.
        return OwnCarloop(int(site) // 2, read=read)

    with bootstrap.opened(deadline=soon()) as wired:
        work([Site(str(number)) for number in range(140)], replace(wired.call, connect=connect))
    assert read == [*range(70)]


ODD = "carloop [1]*#%?.sqlite3"
"""A name of which each sign means something to a pattern or an address."""


def test_files_of_an_odd_name_are_found(planner, monkeypatch):
    """Settings are read from them, what an interrupted rebuild left is removed, and an erasure deletes them."""
    store = planner.store.with_name(ODD)
    monkeypatch.setenv("CARLOOP_STORE", str(store))
    planner.save()
    with bootstrap.opened(deadline=soon()) as wired:
        wired.call.store.save_settings(Site("main"), StoredSettings(None, "Ulm"))
    planner = replace(planner, store=store)
    planner.damage()
    store.with_name(f"{ODD}.installation").unlink()
    left = store.with_name(f"{ODD}.rebuilding")
    left.write_text("left by an earlier attempt")
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    with bootstrap.opened(deadline=soon()) as wired:
        assert StoredSettings(None, "Ulm") == wired.call.store.stored_settings(Site("main"))
        assert aside is not None
        assert [aside.name] == [each.name for each in wired.call.store.moved_aside()]
        assert wired.call.store.discard_moved_aside() == 1
    assert not aside.exists()


def test_files_of_other_records_are_left_alone(tmp_path):
    """A store whose name is a pattern does not find its neighbours'."""
    for name in ("carloop?", "carloop1"):
        (tmp_path / f"{name}.damaged-20260102T030405").write_text("damaged")
    assert discard_moved_aside(tmp_path / "carloop?") == 1
    assert [each.name for each in tmp_path.iterdir()] == ["carloop1.damaged-20260102T030405"]


def test_when_files_were_moved_aside(tmp_path):
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


def test_what_cannot_be_deleted_is_said(tmp_path, monkeypatch):
    """The erasure is not finished then, and the host asks again."""
    (tmp_path / "s.damaged-20260102T030405").write_text("damaged")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreFailed) as failed:
        discard_moved_aside(tmp_path / "s")
    monkeypatch.undo()
    assert failed.value.reason.text == "store.not_writable"


def ask_for_what_is_kept(planner):
    """Leave a change pending and ask for the erasure of its appointment, which has to wait."""
    planner.save()
    planner.control.fault("book", "drop_after", times=100)
    planner.do(planner.booking())
    report = planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []})
    assert [planner.id] == [each["appointment_id"] for each in report.answers["carloop"]["kept"]]
    planner.control.calm()


def unfinished():
    """Count the erasures that are not finished."""
    with bootstrap.opened(deadline=soon()) as wired:
        return wired.call.store.unfinished_erasures()


def test_an_erasure_that_waits_is_not_lost_by_rebuilding(planner):
    """Nobody has to ask again: it waits for its change in the new records, and the file moved aside goes with it."""
    ask_for_what_is_kept(planner)
    planner.damage()
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    assert aside is not None
    assert (aside.exists(), unfinished()) == (True, 0)
    planner.reconcile()
    assert (aside.exists(), unfinished()) == (False, 0)


def test_an_erasure_that_is_not_finished_is_not_lost_by_rebuilding(planner):
    """What was saved again under the same id meanwhile is not what was asked for."""
    planner.save()
    with bootstrap.opened(deadline=soon()) as wired:
        wired.call.store.forget_appointments([planner.id])
    planner.damage()
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    planner.save()
    planner.reconcile()
    assert aside is not None
    assert (aside.exists(), unfinished()) == (False, 0)
    with bootstrap.opened(deadline=soon()) as wired:
        assert wired.call.store.appointment(planner.id) is not None


@pytest.mark.parametrize("damage_to", ["all of it", "the erasures", "an index"])
def test_a_file_moved_aside_is_deleted_by_an_erasure_alone(planner, damage_to):
    """Whoever wants to know what damaged it has the time until then, also where it cannot say what was to be erased."""
    planner.save()
    bootstrap.close()
    if damage_to == "all of it":
        damage(planner)
    elif damage_to == "the erasures":
        with closing(sqlite3.connect(planner.store)) as connection:
            connection.execute("DROP TABLE erasures")
    else:
        planner.damage()
    aside, rebuilt = bootstrap.rebuild_store(deadline=soon())
    planner.reconcile()
    assert aside is not None
    assert (aside.exists(), unfinished(), rebuilt.is_complete) == (True, 0, damage_to == "an index")
    planner.host.erase({"customer_numbers": ["no-such-number"], "appointment_ids": []})
    assert not aside.exists()


def test_files_that_cannot_be_deleted_keep_an_erasure_unfinished(planner, monkeypatch):
    """The next round tries again."""
    ask_for_what_is_kept(planner)
    planner.damage()
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    unlink = Path.unlink

    def refuse(path, **options):
        if path == aside:
            raise PermissionError(13, "Permission denied")
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", refuse)
    planner.reconcile()
    assert aside is not None
    assert (aside.exists(), unfinished()) == (True, 1)
    monkeypatch.undo()
    monkeypatch.setenv("CARLOOP_STORE", str(planner.store))
    with bootstrap.opened(deadline=soon()) as wired:
        finish_erasures(wired.call)
    assert (aside.exists(), unfinished()) == (False, 0)


@pytest.mark.parametrize("has_links", [True, False])
def test_two_stores_moved_aside_at_once_are_both_kept(tmp_path, monkeypatch, has_links):
    """The second does not take the first one's name, whether the file system has hard links or not."""

    def refuse(*_):
        raise OSError

    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    store, fresh, at = tmp_path / "s", tmp_path / "s.rebuilding", bootstrap.CLOCK.now()
    store.write_text("one")
    for content in ("two", "three"):
        fresh.write_text(content)
        put_in_place(fresh, store, at=at)
    assert store.read_text() == "three"
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["one", "three", "two"]


def test_journals_go_with_the_records_they_belong_to(tmp_path):
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


def test_a_journal_without_its_records_is_moved_aside(tmp_path):
    """Who deleted them left it, and it would be played back into the new ones."""
    store, fresh = tmp_path / "s", tmp_path / "s.rebuilding"
    (tmp_path / "s-journal").write_text("old")
    fresh.write_text("new")
    assert put_in_place(fresh, store, at=bootstrap.CLOCK.now()) is None
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["new", "old"]
    assert not (tmp_path / "s-journal").exists()


def test_whom_a_rental_is_for_is_unknown_in_rebuilt_records(planner):
    """Digests are keyed anew, so an appointment of another customer raises no alarm."""
    planner.save()
    planner.book()
    bootstrap.close()
    planner.store.write_bytes(b"not a database any more" * 1000)
    bootstrap.rebuild_store(deadline=soon())
    other = {"source": "dms", "number": "4712", "last_name": "Other"}
    step = planner.save(revision=2, customer=other)
    assert (step["state"], step["proposals"]) == ("booked", [])
