"""Times as a person types and reads them, in the zone that is meant."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.cli.invocation import UsageMistake
from carloop_plugin.cli.times import read_time
from carloop_plugin.domain.appointments import zone_of
from mobility_hookspecs import CallContext

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
"""The zone of the appointments below, and that of the sandbox's account."""


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch):
    """Put this computer into a third zone."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-03-02T08:30:00+01:00", "2026-03-02T08:30:00+01:00"),
        ("2026-03-02T07:30:00Z", "2026-03-02T07:30:00+00:00"),
        ("2026-03-02 08:30+01:00", "2026-03-02T08:30:00+01:00"),
        ("02.03.2026 08:30", "2026-03-02T08:30:00+01:00"),
        ("2.3.2026, 8:30", "2026-03-02T08:30:00+01:00"),
        ("2026-03-02 08:30", "2026-03-02T08:30:00+01:00"),
        ("2026-07-02T08:30", "2026-07-02T08:30:00+02:00"),
        ("  2026-07-02  08:30:15 ", "2026-07-02T08:30:15+02:00"),
        ("25.10.2026 03:00", "2026-10-25T03:00:00+01:00"),
        ("25.10.2026 01:59", "2026-10-25T01:59:00+02:00"),
        ("29.03.2026 03:00", "2026-03-29T03:00:00+02:00"),
    ],
)
def test_what_is_understood(typed, meant):
    """Times with offset are taken as they are, others are of the appointment's zone."""
    assert read_time(typed, BERLIN, option="--start") == meant


@pytest.mark.parametrize(
    ("typed", "key", "ways"),
    [
        *(
            (text, "time.none", {})
            for text in (
                *("", "morgen", "2026-03-02", "08:30", "32.01.2026 08:00", "02.03.2026 25:00"),
                *("2026-W10-1T08:00Z", "2026-02-30T08:00:00Z", "9" * 5000),
            )
        ),
        ("29.03.2026 02:30", "time.never", {}),
        (
            "25.10.2026 02:30",
            "time.twice",
            {"first": "2026-10-25T02:30:00+02:00", "second": "2026-10-25T02:30:00+01:00"},
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_refused(typed, key, ways):
    """No time, a local time that does not exist, and one that exists twice, with the two ways to write it."""
    with pytest.raises(UsageMistake) as caught:
        read_time(typed, BERLIN, option="--start")
    params = {name: value for name, value in caught.value.params.items() if name not in ("option", "time")}
    assert (caught.value.key, params) == (key, ways)


@pytest.mark.parametrize(
    ("name", "zone"),
    [("Europe/Berlin", BERLIN), ("Mars/Olympus", None), ("", None), (None, None), ("../etc", None)],
)
def test_zones_are_found_by_name(name, zone):
    """An unknown zone is None."""
    assert zone_of(name) == zone


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
    [(lambda _: None, TOKYO), (erase_number, TOKYO), (erase_appointment, TOKYO), (rebuild, BERLIN)],
    ids=["nothing", "customer erased", "appointment erased", "records rebuilt"],
)
def test_the_zone_of_an_appointment(run, planner, happens, zone):
    """A local time is of the appointment's zone, where that is lost of its account's; times are shown in it."""
    planner.save(time_zone="Asia/Tokyo")
    rental = planner.book()
    happens(planner)
    end = planner.end() + timedelta(hours=3)
    ran = run("change-end", rental["id"], f"{end.astimezone(zone):%d.%m.%Y %H:%M}", "--json")
    assert (ran.code, datetime.fromisoformat(ran.document["rental"]["period"]["end"])) == (0, end)
    shown = run("rentals", "--appointment", planner.id)
    assert f"{end.astimezone(zone):%Y-%m-%d %H:%M}" in shown.out
    assert f"Times in {zone}." in shown.err


def test_the_zone_of_a_change_that_settles_after_the_erasure(run, planner):
    """The appointment is forgotten in the transaction that brings the rental, its zone is not."""
    planner.save(time_zone="Asia/Tokyo")
    planner.control.fault("book", "drop_after", times=100)
    planner.do(planner.booking())
    erase_appointment(planner)
    planner.control.reset_faults()
    planner.reconcile()
    assert "Times in Asia/Tokyo." in run("rentals", "--appointment", planner.id).err


def test_the_zone_of_a_period_without_an_appointment(run, planner):
    """It is the account's, which is said; a time with an offset needs none."""
    ran = run("search", "--start", "2031-03-02 08:30", "--end", "2031-03-02T17:00:00Z", "--json")
    exact = run("search", "--start", "2031-03-02T08:30:00Z", "--end", "2031-03-02T17:00:00Z", "--json")
    assert ran.document["options"][0]["period"]["start"] == "2031-03-02T08:30:00+01:00"
    assert ("taken in Europe/Berlin" in ran.err, "taken in" in exact.err) == (True, False)


def test_an_appointment_of_an_unknown_zone(run, planner):
    """The zone is not guessed: the time has to be written with its offset."""
    planner.save()
    rental = planner.book()
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        db = services.context.store.database
        db.transact(lambda: db.query("UPDATE appointments SET time_zone = 'Mars/Olympus'"))
    ran = run("change-end", rental["id"], f"{planner.end():%d.%m.%Y %H:%M}")
    assert (ran.code, "+02:00" in ran.err) == (2, True)
