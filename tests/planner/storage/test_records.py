"""Appointments are saved once, never over one another, and found by what people remember of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from planner_host.appointments.appointment import Status
from planner_host.storage.records import Saved, SavedMeanwhile

from ..conftest import NOW, at_once


@pytest.fixture
def records(planner):
    """Records without an appointment."""
    return planner.records


@pytest.fixture
def named(draft, visit):
    """Return a function that drafts an appointment of somebody with a car."""

    def named(last_name, *, plate="", start=visit.start, **customer):
        car = {"licence_plate": plate} if plate else {}
        customer = {"source": "manual", "last_name": last_name, **customer}
        end = start + timedelta(hours=2)
        return draft(visit=replace(visit, customer=customer, vehicle=car, start=start, end=end))

    return named


def with_work(appointment, work, by="anna"):
    """Write other work into an appointment."""
    return replace(appointment, visit=replace(appointment.visit, work=work), saved_by=by)


def test_an_appointment_is_saved(records, draft):
    """All of it, as the first revision; saved once more by a double click it is the same. No repr names anybody."""
    appointment = draft()
    first = records.save(appointment)
    assert first == Saved(replace(appointment, revision=1))
    assert [each for each in ("Sommer", "KA-AS", "Inspektion") if each in repr(first)] == []
    assert records.appointment(appointment.id) == first.appointment
    assert records.save(appointment) == Saved(first.appointment, is_new=False)
    assert [records.appointment(each) for each in ("T-0", "", "' OR 1=1 --")] == [None] * 3


def test_records_outlive_a_restart(workshop, fake, draft):
    """They are in the file, which its owner alone can read."""
    saved = workshop.planner(fake.module()).records.save(draft()).appointment
    again = workshop.planner(fake.module()).records
    assert (again.appointment(saved.id), again.count_appointments()) == (saved, 1)
    assert (workshop.folder / "planner.sqlite3").stat().st_mode & 0o077 == 0


def test_only_a_change_makes_a_revision(records, saved):
    """With who saved it."""
    assert records.save(replace(saved, saved_by="bert")) == Saved(saved, is_new=False)
    cancelled = replace(saved, visit=replace(saved.visit, status=Status.CANCELLED), saved_by="bert")
    done = records.save(cancelled).appointment
    assert (done.revision, done.saved_by, done.is_cancelled) == (2, "bert", True)


def test_a_save_does_not_overwrite_another(records, draft, saved):
    """The second to save is shown what the first has saved, even if both have typed the same."""
    kept = records.save(with_work(saved, "theirs", "bert")).appointment
    assert records.save(with_work(saved, "mine")) == SavedMeanwhile(kept)
    assert records.appointment(saved.id).visit.work == "theirs"
    new = draft()
    records.save(new)
    assert isinstance(records.save(replace(new, saved_by="bert")), SavedMeanwhile)


@pytest.mark.parametrize("revision", [0, 1], ids=["new", "saved"])
def test_one_of_many_saves_at_once_wins(records, draft, revision):
    """The others are shown its version."""
    appointment = draft()
    if revision:
        appointment = records.save(appointment).appointment
    outcomes = at_once(
        16, lambda number: records.save(with_work(appointment, f"by {number}", f"user {number}"))
    )
    (won,) = [each.appointment for each in outcomes if isinstance(each, Saved)]
    seen = {each.theirs.visit.work for each in outcomes if isinstance(each, SavedMeanwhile)}
    assert (seen, won.revision) == ({won.visit.work}, revision + 1)


def test_a_period_is_half_open(records, named):
    """What begins at the week's end belongs to the next."""
    monday, instant = datetime(2026, 11, 23, tzinfo=UTC), timedelta(microseconds=1)
    end = monday + timedelta(days=7)
    for start in (monday - instant, end - instant, monday, end):
        records.save(named("Sommer", start=start))
    found = records.appointments_between(monday, end)
    assert [each.visit.start for each in found] == [monday, end - instant]


@pytest.mark.parametrize(
    "words", ["MUELLER", "Muller", "hans mül", "Lüdenscheidt", "krüger söhne", "k-4711", "4711", "kmu 12"]
)
def test_an_appointment_is_found_by_what_is_remembered(records, named, words):
    """Beginnings of names in any order, however umlauts are typed; company, customer number and plate."""
    wanted = named(
        "Müller-Lüdenscheidt", first_name="Hans", company="Krüger & Söhne", number="K-4711", plate="K-MU 123"
    )
    for each in (wanted, named("Zander", plate="M-X 1")):
        records.save(each)
    assert [each.id for each in records.find(words, now=NOW)] == [wanted.id]


def test_signs_of_a_query_language_are_only_signs(records, named):
    """An underscore stands for itself."""
    underscore = named("a_b")
    for each in (named("Müller", first_name="Hans"), underscore, named("axb")):
        records.save(each)
    nobody = ("", "%", "_", "*", "'", "üller", "hans xaver", "\\", "\x00")
    assert [words for words in nobody if records.find(words, now=NOW)] == []
    assert [each.id for each in records.find("a_b", now=NOW)] == [underscore.id]


def test_what_is_found_comes_soonest_first(records, draft, visit):
    """What is over comes last, the latest of it first."""
    days = (-20, -3, 1, 30)
    saved = {}
    for day in days:
        start = NOW + timedelta(days=day)
        planned = replace(visit, start=start, end=start + timedelta(hours=1))
        saved[records.save(draft(visit=planned)).appointment.id] = day
    assert [saved[each.id] for each in records.find("sommer", now=NOW)] == [1, 30, -3, -20]
