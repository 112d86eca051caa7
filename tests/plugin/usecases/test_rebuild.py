"""Rebuilding the records: the new ones replace the old ones when they are complete, and at no moment is there none."""

import shutil
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.domain.accounts import Account, StoredSettings
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.values import AccountId, Site
from carloop_plugin.store.sqlite import file as sqlite_file
from carloop_plugin.store.sqlite import salvage as remains
from carloop_plugin.store.sqlite.file import SqliteFile
from carloop_plugin.usecases.rebuild import rebuild
from carloop_plugin.usecases.reconcile import reconcile
from mobility_hookspecs import CallContext, MobilityProblem
from tests.support.planner import Planner


def soon():
    return CallContext.within(10).deadline


def destroy(planner):
    """Overwrite all of the planner's records, and return what they are now."""
    bootstrap.close()
    planner.store.write_bytes(b"not a database any more" * 1000)
    return planner.store.read_bytes()


def test_a_rebuild_that_is_interrupted_leaves_the_old_records_in_place(planner):
    """A planner that goes on meanwhile is refused; with empty records it would book the car a second time."""
    planner.save()
    planner.book()
    damaged = destroy(planner)

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bootstrap.rebuild_store(deadline=soon(), progress=interrupt)
    assert planner.store.read_bytes() == damaged
    (failure,) = planner.host.appointment_saved(planner.appointment).failures
    assert failure.problem["code"] == "storage_failed"
    _, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert rebuilt.rentals == 1
    assert list(planner.store.parent.glob("*.rebuilding*")) == []
    # Digests are keyed anew, so an appointment of another customer raises no alarm.
    step = planner.save(revision=2, customer={"source": "dms", "number": "4712", "last_name": "Other"})
    assert (step["state"], step["proposals"]) == ("booked", [])


def files_aside(planner):
    """Return the names of the files that a rebuild left beside the records."""
    return [each.name for each in planner.store.parent.glob(f"{planner.store.name}.[dr]e*")]


def alter(store, statement):
    """Change the records by another connection than the plugin's."""
    bootstrap.close()
    with closing(sqlite3.connect(store)) as db, db:
        db.execute(statement)


OF_A_LATER_VERSION = """INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
    VALUES ('carloop_plugin', 'of_2030', '')"""


@pytest.mark.parametrize(
    ("condition", "lock", "why"),
    [
        ("sound", "", "store.sound"),
        ("sound", "BEGIN", "store.sound"),
        ("sound", "BEGIN EXCLUSIVE", "store.rebuild_in_use"),
        ("newer", "", "store.newer"),
        ("newer, damaged", "", "store.newer"),
        ("damaged", "BEGIN IMMEDIATE", "store.rebuild_in_use"),
        ("damaged", "BEGIN EXCLUSIVE", "store.rebuild_in_use"),
        ("damaged", "BEGIN", None),
    ],
)
def test_only_damaged_records_are_rebuilt(planner, lost_booking, monkeypatch, condition, lock, why):
    """Sound records, those of a newer version and those in use by another program stay, with all that is in them."""
    monkeypatch.setattr(remains, "LONGEST_USE", 0.05)
    lost_booking(times=100)
    planner.control.reset_faults()
    bootstrap.close()
    if "newer" in condition:
        alter(planner.store, OF_A_LATER_VERSION)
    before = planner.damage() if "damaged" in condition else planner.store.read_bytes()
    with closing(sqlite3.connect(planner.store, isolation_level=None)) as other:
        other.execute(lock)
        if why is None:
            assert bootstrap.rebuild_store(deadline=soon())[0] is not None
            return
        with pytest.raises(StoreFailed) as refused:
            bootstrap.rebuild_store(deadline=soon())
    assert refused.value.reason.text == why
    assert (planner.store.read_bytes(), files_aside(planner)) == (before, [])


def test_records_are_not_rebuilt_beside_a_change(planner, pause, monkeypatch):
    """Its answer would be written to the file that is moved aside, so the user is asked to stop the planner first."""
    monkeypatch.setattr(sqlite_file, "LONGEST_USE", 0.0)
    planner.save()
    change, outcomes = planner.booking(), []
    paused = pause("send")
    booking = threading.Thread(target=lambda: outcomes.append(planner.do(change, timeout=60)))
    booking.start()
    paused.wait()
    (session,) = bootstrap._sessions.values()
    before = planner.damage()
    with pytest.raises(StoreFailed) as refused:
        bootstrap.rebuild_store(deadline=soon())
    assert (refused.value.reason.code, refused.value.reason.text) == ("busy", "store.rebuild_in_use")
    assert (planner.store.read_bytes(), files_aside(planner)) == (before, [])
    paused.resume()
    booking.join()
    session.close()  # the call went on after the damage had closed it, on a connection of its own
    # Whether the answer could still be kept depends on what of the damaged page it needed.
    assert (outcomes[0]["status"], planner.state()["state"]) in [("done", "booked"), ("unknown", "unknown")]


def test_who_calls_during_a_rebuild_is_asked_to_wait(planner, monkeypatch):
    """The same change is made afterwards, in the new records; an open handle does not use the old ones."""
    planner.save()
    planner.book()
    own = SqliteFile(planner.store)
    with own.open(deadline=soon()) as records:
        assert len(records.rentals()) == 1
    monkeypatch.setattr(sqlite_file, "LONGEST_USE", 0.0)
    planner.damage("rentals_of_account")
    codes = []

    def call(_):
        with pytest.raises(MobilityProblem) as refused:
            plugin.on_appointment_saved(planner.appointment, CallContext.within(5))
        codes.append((refused.value.problem["code"], refused.value.problem["retryable"]))

    bootstrap.rebuild_store(deadline=soon(), progress=call)
    assert codes[0] == ("busy", True)
    assert planner.save()["state"] == "booked"
    with own.open(deadline=soon()) as records:
        assert records.appointments([planner.id]).get(planner.id) is not None
    own.close()


def test_what_is_pending_in_damaged_records_stays_pending(planner, lost_booking):
    """As far as it can be read: its outcome is unknown, never `open`, and is found out."""
    lost_booking(fault="drop_before", times=100)
    planner.control.reset_faults()
    planner.damage()
    _, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert (rebuilt.rentals, rebuilt.pending, rebuilt.is_complete) == (0, 1, True)
    assert planner.state()["state"] == "unknown"
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert planner.state()["state"] == "booked"


ODD = "carloop [1]*#%?.sqlite3"
"""A name of which each sign means something to a pattern or an address."""


def test_what_cannot_be_read_is_reported(planner, records, monkeypatch):
    """The rest is carried over, whatever the file's name: what was refused for good, and the settings."""
    monkeypatch.setenv("CARLOOP_STORE", str(planner.store.with_name(ODD)))
    planner.store = planner.store.with_name(ODD)
    planner.save()
    planner.book()
    second = planner.booking()
    refused = planner.do(second)
    with records() as store:
        store.save_settings(Site("main"), StoredSettings(None, "Ulm"))
    planner.damage("appointments")
    planner.store.with_name(f"{ODD}.installation").unlink()
    planner.store.with_name(f"{ODD}.rebuilding").write_text("left by an earlier attempt")
    aside, rebuilt = bootstrap.rebuild_store(deadline=soon())
    assert (rebuilt.rentals, rebuilt.is_complete) == (1, False)
    assert (refused["problem"]["code"], planner.do(second)) == ("already_booked", refused)
    with records() as store:
        assert store.stored_settings(Site("main")) == StoredSettings(None, "Ulm")
        assert [each.name for each in store.figures().moved_aside] == [aside.name]
        store.discard_moved_aside()
    assert not aside.exists()


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
    assert (planner.store.read_bytes(), files_aside(planner)) == (before, [])
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
    assert (outcome["status"], outcome["rental"]["id"]) == ("done", rental["id"])
    assert len(planner.control.rentals(planner.id)) == 1


def test_records_that_were_exchanged_are_not_used(planner, records, tmp_path):
    """An intent in a deleted file is lost, and another installation's records do not know our rentals."""
    planner.save()
    with records() as store:
        planner.store.unlink()
        with pytest.raises(StoreFailed) as failed:
            store.save_settings(Site("main"), StoredSettings(None, "Ulm"))
    assert failed.value.reason.text == "store.lost"
    other = SqliteFile(tmp_path / "other" / "carloop.sqlite3")
    with other.open(deadline=soon()):
        pass
    other.close()
    (tmp_path / "other" / "carloop.sqlite3").replace(planner.store)
    (failure,) = planner.host.appointment_saved(planner.appointment).failures
    assert (failure.problem["code"], "Installation" in failure.problem["detail"]) == ("storage_failed", True)


@dataclass(eq=False)
class OwnCarloop:
    """A Carloop without rentals that records in `read` when its feed is read."""

    number: int
    read: list[int]
    origin: str = "https://carloop.example"

    def read_account(self, *, deadline):
        account = AccountId(f"a-{self.number}")
        return Account(account, "Autohaus", "Europe/Berlin", (), datetime.now(UTC))

    def rentals_changed_since(self, since, *, deadline):
        self.read.append(self.number)
        return iter(())


@pytest.mark.parametrize("work", [rebuild, reconcile])
def test_every_account_is_read_once(planner, work):
    """However many there are and however often a session is made anew: accounts count, not objects."""
    read = []

    def connect(site):
        # Kept by nobody, as a session that had to make room: the next object may have its identity.
        return OwnCarloop(int(site) // 2, read)

    with bootstrap.opened(deadline=soon()) as services:
        work([Site(str(number)) for number in range(140)], replace(services.context, connect=connect))
    assert read == [*range(70)]


@pytest.fixture
def unfinished(records):
    """Count the erasures that are not finished."""

    def count():
        with records() as store:
            return store.backlog().unfinished_erasures

    return count


def test_an_erasure_that_waits_is_not_lost_by_rebuilding(planner, lost_booking, unfinished, monkeypatch):
    """It waits for its change in the new records, and for the file moved aside until that can be deleted."""
    lost_booking(times=100)
    report = planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []})
    assert [each["appointment_id"] for each in report.answers["carloop"]["kept"]] == [planner.id]
    planner.control.reset_faults()
    planner.damage()
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    assert (aside.exists(), unfinished()) == (True, 0)

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "unlink", refuse)
        planner.reconcile()
    assert (aside.exists(), unfinished()) == (True, 1)
    planner.reconcile()
    assert (aside.exists(), unfinished()) == (False, 0)


def test_an_erasure_that_is_not_finished_is_not_lost_by_rebuilding(planner, records, unfinished):
    """What was saved again under the same id meanwhile is not what was asked for."""
    planner.save()
    with records() as store:
        store.forget_appointments([planner.id])
    planner.damage()
    aside, _ = bootstrap.rebuild_store(deadline=soon())
    planner.save()
    planner.reconcile()
    assert (aside.exists(), unfinished()) == (False, 0)
    with records() as store:
        assert store.appointments([planner.id]).get(planner.id) is not None


DAMAGES = {
    "all of it": destroy,
    "the erasures": lambda planner: alter(planner.store, "DROP TABLE erasures"),
    "an index": Planner.damage,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_moved_aside_is_deleted_by_an_erasure_alone(planner, unfinished, damage):
    """Until then its damage can be examined, also if it cannot be read what was to be erased."""
    planner.save()
    DAMAGES[damage](planner)
    aside, rebuilt = bootstrap.rebuild_store(deadline=soon())
    planner.reconcile()
    assert (aside.exists(), unfinished(), rebuilt.is_complete) == (True, 0, damage == "an index")
    planner.host.erase({"customer_numbers": ["no-such-number"], "appointment_ids": []})
    assert not aside.exists()
