"""A day and a time are read as people type them, and mean one instant or are refused with the reason."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner_host.appointments.wall_clock import WallTime, fold_of, read_instant, read_time
from web_base.days import Mistyped, read_day

TODAY = date(2026, 11, 24)
BERLIN = ZoneInfo("Europe/Berlin")
NO_DAYS = (
    "", "heute", "29.2.2026", "0.3.2026", "1.13.2026", "2.3.202", "2.", "2.3.2026 08:30", "2026-02-30", "²/3/2026",
    "1.1.1999", "-2.3.2026", "2.3.\n2026\x00", "1.1.1" * 1000, f"2.3{' ' * 200_000}x",
)  # fmt: skip
NO_TIMES = (
    "", "24:01", "8:60", "8:5", "08:30:00", "8:30 pm", "-8", "acht", "12345", "½", "8" * 5000, f"8:{' ' * 200_000}x",
)  # fmt: skip
instants = st.timedeltas(timedelta(), timedelta(days=199 * 365)).map(datetime(2000, 1, 2, tzinfo=UTC).__add__)


@pytest.mark.parametrize(
    ("day", "typed"),
    [
        (date(2026, 3, 2), ["02.03.2026", "2.3.26", " 2. 3. 2026 ", "2/3/2026", "2026-03-02", "٢.٣.٢٠٢٦"]),
        (date(2027, 3, 2), ["２.３.", "2.3.", "2.3", "2/3"]),
        (date(2026, 11, 23), ["23.11."]),
        (date(2028, 2, 29), ["29.2.", "29.2.2028"]),
        (date(2199, 12, 31), ["31.12.2199"]),
    ],
    ids=str,
)
def test_a_day_as_people_type_it(day, typed):
    """The day comes first; the year may be short or left out."""
    assert {each: read_day(each, today=TODAY) for each in typed} == dict.fromkeys(typed, day)


@pytest.mark.parametrize(
    ("told", "typed"),
    [
        (time(8), ["8", "08", "8 Uhr", "8h", "8."]),
        (time(8, 30), ["830", "0830", "8:30", "08.30 Uhr", "8UHR30", "8h30", " 8 : 30 ", "٠٨:٣٠"]),
        (time(23, 59), ["23:59"]),
        (time(), ["0", "0000", "00:00"]),
    ],
    ids=str,
)
def test_a_time_as_people_type_it(told, typed):
    """With colon, point or nothing between, and the word people put behind it."""
    assert {each: read_time(each) for each in typed} == dict.fromkeys(typed, told)


def read_today(typed):
    """Read a day as if it were typed today."""
    return read_day(typed, today=TODAY)


def instant_of(day, typed, fold=""):
    """Read a day, a time and a fold in Berlin."""
    return read_instant(WallTime(day, typed, fold), BERLIN, today=TODAY)


@pytest.mark.parametrize(
    ("read", "typed", "reason"),
    [
        *((read_today, each, "day") for each in NO_DAYS),
        *((read_time, each, "time") for each in NO_TIMES),
        *((read_time, each, "midnight") for each in ("24", "24:00")),
        # the hour that is left out or there twice, without an answer or with none that is one
        *((partial(instant_of, "28.3.2027"), each, "missing_hour") for each in ("02:00", "2:59")),
        *((partial(instant_of, "31.10.2027", fold=fold), "02:59", "twice") for fold in ("", "yes")),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_day_or_time_is_refused(read, typed, reason):
    """Nothing is guessed, and no year passes that no visit can have; midnight may be meant of either day."""
    with pytest.raises(Mistyped) as refused:
        read(typed)
    assert refused.value.reason == reason


@given(st.text())
def test_any_text_is_read_or_refused(typed):
    """No other error is raised."""
    for read in (read_today, read_time):
        with suppress(Mistyped):
            read(typed)


@given(instants)
def test_a_written_instant_is_read_back(language, instant):
    """Day, time and fold name the minute they were written from, on either side of a change of clocks."""
    minute = instant.replace(second=0, microsecond=0)
    day = minute.astimezone(BERLIN)
    typed = WallTime(language.day(day), language.time(minute, BERLIN), fold_of(minute, BERLIN))
    assert read_instant(typed, BERLIN, today=TODAY) == minute


@pytest.mark.parametrize(
    ("day", "typed", "fold", "utc"),
    [
        ("28.3.2027", "1:59", "", "2027-03-28 00:59"),
        ("28.3.2027", "3:00", "", "2027-03-28 01:00"),
        ("31.10.2027", "2:30", "0", "2027-10-31 00:30"),
        ("31.10.2027", "2:30", "1", "2027-10-31 01:30"),
        # what a field kept from another night does not matter where nothing is asked
        ("31.10.2027", "1:59", "1", "2027-10-30 23:59"),
        ("31.10.2027", "3:00", "0", "2027-10-31 02:00"),
    ],
)
def test_a_night_in_which_the_clocks_change(day, typed, fold, utc):
    """From 2:00 to 3:00 on 28 March 2027, and back from 3:00 to 2:00 on 31 October 2027."""
    instant = instant_of(day, typed, fold)
    assert f"{instant:%Y-%m-%d %H:%M}" == utc
    assert fold_of(instant, BERLIN) == (fold if typed == "2:30" else "")
