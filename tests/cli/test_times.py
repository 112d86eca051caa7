"""Times as a person types them."""

from zoneinfo import ZoneInfo

import pytest

from carloop_plugin.cli.misuse import Misuse
from carloop_plugin.cli.texts import Texts
from carloop_plugin.cli.times import read_time, show_time, zone_of

BERLIN = ZoneInfo("Europe/Berlin")


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
    "typed",
    ["", "morgen", "2026-03-02", "08:30", "32.01.2026 08:00", "02.03.2026 25:00", "2026-W10-1T08:00Z",
     "2026-02-30T08:00:00Z", "9" * 5000],
)  # fmt: skip
def test_what_is_no_time(typed):
    """Anything else is refused with two ways to write one."""
    with pytest.raises(Misuse) as caught:
        read_time(typed, BERLIN, option="--start")
    assert caught.value.key == "time.none"


def test_the_night_that_has_no_half_past_two():
    """A local time that does not exist is refused."""
    with pytest.raises(Misuse) as caught:
        read_time("29.03.2026 02:30", BERLIN, option="--start")
    assert caught.value.key == "time.never"


def test_the_night_that_has_it_twice():
    """A local time that exists twice is refused with the two ways to write it."""
    with pytest.raises(Misuse) as caught:
        read_time("25.10.2026 02:30", BERLIN, option="--start")
    ways = (caught.value.params["first"], caught.value.params["second"])
    assert (caught.value.key, ways) == (
        "time.twice",
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
    )


def test_a_local_time_of_no_known_zone():
    """Without a zone nobody guesses: this computer's may be another one."""
    with pytest.raises(Misuse) as caught:
        read_time("02.03.2026 08:30", None, option="--start")
    assert (caught.value.key, caught.value.params["example"]) == ("time.no_zone", "2026-03-02T08:30:00+02:00")


def test_times_are_shown_in_the_language():
    """A German reads 02.03.2026, 08:30."""
    shown = [show_time("2026-03-02T07:30:00Z", Texts(locale), BERLIN) for locale in ("de", "en")]
    assert shown == ["02.03.2026, 08:30", "2026-03-02 08:30"]


def test_a_zone_there_is_none_of():
    """An unknown zone is none."""
    assert [zone_of(name) for name in ("Europe/Berlin", "Mars/Olympus", "", None, "../etc")] == [
        BERLIN,
        None,
        None,
        None,
        None,
    ]
