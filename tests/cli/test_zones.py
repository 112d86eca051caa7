"""A local time means the same instant whatever was erased or rebuilt, whichever zone this computer is in."""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from carloop_plugin import bootstrap
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
"""The appointment's zone, and that of the sandbox's account."""


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch):
    """This computer is in a third zone."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def booked(planner):
    """A rental of an appointment in Tokyo."""
    planner.save(time_zone="Asia/Tokyo")
    return planner.book()


def leave(_):
    """Leave everything as it is."""


def erase_number(planner):
    """Erase the customer."""
    planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []})


def erase_appointment(planner):
    """Erase the appointment, twice."""
    for _ in range(2):
        planner.host.erase({"customer_numbers": [], "appointment_ids": [planner.id]})


def rebuild(planner):
    """Lose the records and rebuild them: the appointment is not in Carloop."""
    bootstrap.close()
    planner.store.write_bytes(b"not a database any more" * 1000)
    bootstrap.rebuild_store(deadline=CallContext.within(10).deadline)


@pytest.mark.parametrize(
    ("happens", "zone"),
    [(leave, TOKYO), (erase_number, TOKYO), (erase_appointment, TOKYO), (rebuild, BERLIN)],
)
def test_a_local_time_is_one_of_the_appointments_zone(run, planner, booked, happens, zone):
    """Else of its account's. Times are shown in the zone that is meant."""
    happens(planner)
    end = planner.end() + timedelta(hours=3)
    ran = run("change-end", booked["id"], f"{end.astimezone(zone):%d.%m.%Y %H:%M}", "--json")
    assert (0, end) == (ran.code, datetime.fromisoformat(ran.document["rental"]["period"]["end"]))
    shown = run("rentals", "--appointment", planner.id)
    assert (f"{end.astimezone(zone):%Y-%m-%d %H:%M}" in shown.out, f"Times in {zone}." in shown.err) == (
        True,
        True,
    )


def test_a_change_that_settles_after_the_erasure_keeps_the_zone(run, planner):
    """The appointment is forgotten in the transaction that brings the rental."""
    planner.save(time_zone="Asia/Tokyo")
    planner.control.fault("book", "drop_after", times=100)
    planner.do(planner.booking())
    erase_appointment(planner)
    planner.control.calm()
    planner.reconcile()
    assert "Times in Asia/Tokyo." in run("rentals", "--appointment", planner.id).err


def test_a_period_without_an_appointment_is_of_the_accounts_zone(run, planner):
    """And it is said which that is; a time with an offset needs none."""
    ran = run("search", "--start", "2031-03-02 08:30", "--end", "2031-03-02T17:00:00Z", "--json")
    assert "Europe/Berlin" in ran.err
    assert ran.document["options"][0]["period"]["start"] == "2031-03-02T08:30:00+01:00"


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_zone_that_is_not_known_here_is_not_guessed(run, planner, booked, language):
    """The time has to be written with its offset."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        db = wired.call.store.database
        db.transact(lambda: db.execute("UPDATE appointments SET time_zone = 'Mars/Olympus'"))
    ran = run("--lang", language, "change-end", booked["id"], f"{planner.end():%d.%m.%Y %H:%M}")
    assert (ran.code, "+02:00" in ran.err) == (2, True)
