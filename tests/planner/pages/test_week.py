"""The calendar, and the search for an appointment."""

from dataclasses import replace
from datetime import timedelta

from ..conftest import Elements
from .conftest import path_of, words


def test_an_appointment_stands_at_its_hour_with_its_state(anna, saved, fake):
    """As text, not as a colour alone."""
    fake.book(saved.id)
    answer = anna.get("/calendar?day=2026-11-26")
    (link,) = Elements(answer.text).all("a", href=path_of(saved))
    assert "state-reserved" in link["class"]
    assert "08:00 Sommer, Änne KA-AS 1 · Inspektion bis 17:00 VW Golf Variant reserviert" in words(answer)


def test_an_empty_slot_makes_an_appointment_at_its_hour(anna):
    """The form has its day and time."""
    link = "/appointments/new?at=2026-11-27T10:00"
    assert f'href="{link}"' in anna.get("/calendar?day=2026-11-26").text
    form = Elements(anna.get(link).text)
    assert (form.field("start_date"), form.field("start_time")) == ("27.11.2026", "10:00")


def test_the_hours_of_all_days_stand_side_by_side(anna, site, draft, visit):
    """A card takes an hour, unless the next begins before; now is marked, and to what is past nothing is added."""
    for minutes in (0, 30, 600, 900):
        start = visit.start + timedelta(minutes=minutes)
        site.planner.records.save(draft(visit=replace(visit, start=start, end=start + timedelta(hours=1))))
    page = Elements(anna.get("/calendar?day=2026-11-24").text)
    classes = [attributes.get("class", "") for _, attributes in page.tags]
    assert [each for each in classes if each.startswith("cards")] == [
        "cards at-3 for-1",
        "cards at-4 for-2",
        "cards at-23 for-1",
        "cards at-24 for-1",
    ]
    assert [each for each in classes if each.startswith("now")] == ["now at-7 now-0"]
    assert [each for each in classes if each.startswith("day ")] == ["day today chosen"]
    assert next(each for each in page.addresses if "?at=" in each) == "/appointments/new?at=2026-11-24T10:00"


def test_a_week_of_169_hours_ends_late_on_sunday(anna, site, draft, visit):
    """The clocks go back in it."""
    start = visit.start.replace(year=2027, month=10, day=31, hour=22, minute=30)
    late = site.planner.records.save(draft(visit=replace(visit, start=start, end=start + timedelta(hours=1))))
    week, after = anna.get("/calendar?day=2027-10-31").text, anna.get("/calendar?day=2027-11-01").text
    assert [path_of(late.appointment) in page for page in (week, after)] == [True, False]


def test_an_appointment_is_found_by_name_and_plate(anna, site, draft, saved, monkeypatch):
    """By POST, so that no name stands in an address; a list that is cut says so."""
    for typed in ("sommer", "kaas1"):
        answer = anna.post("/appointments", data={"words": typed})
        assert len(Elements(answer.text).all("a", href=path_of(saved))) == 1
    assert "Kein Termin gefunden" in words(anna.post("/appointments", data={"words": "xyz"}))
    monkeypatch.setattr("planner_host.pages.week.MOST_FOUND", 1)
    assert "bitte mehr tippen" not in anna.post("/appointments", data={"words": "sommer"}).text
    site.planner.records.save(draft())
    page = anna.post("/appointments", data={"words": "sommer"})
    assert "1 Termin · Weitere gefunden – bitte mehr tippen." in words(page)
