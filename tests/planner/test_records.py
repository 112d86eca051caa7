"""Appointments are saved once, never over one another, and found by what people remember of them."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from planner_host.appointments import Status
from planner_host.records import Records, Saved, SavedMeanwhile, read_us, write_us


def named(draft, last_name, *, plate="", start=None, **customer):
    """Draft an appointment of somebody with a car."""
    visit = draft().visit
    visit = replace(
        visit,
        customer={"source": "manual", "last_name": last_name, **customer},
        vehicle={"licence_plate": plate} if plate else {},
    )
    if start is not None:
        visit = replace(visit, start=start, end=start + timedelta(hours=2))
    return draft(visit=visit)


def test_what_is_saved_is_there(desk, draft):
    """All of it, as the first revision."""
    appointment = draft()
    saved = desk.records.save(appointment)
    assert Saved(replace(appointment, revision=1)) == saved
    assert desk.records.appointment(appointment.id) == saved.appointment


def test_an_appointment_that_there_is_not(desk):
    """No id of another, and no text that could be read as one."""
    assert [desk.records.appointment(each) for each in ("T-0", "", "' OR 1=1 --")] == [None] * 3


def test_records_outlive_a_restart(workshop, fake, draft):
    """They are in the file, which its owner alone can read."""
    saved = workshop.planner(fake.module()).records.save(draft()).appointment
    again = workshop.planner(fake.module()).records
    assert (saved, 1) == (again.appointment(saved.id), again.count_appointments())
    assert (workshop.folder / "planner.sqlite3").stat().st_mode & 0o077 == 0


def test_the_very_same_save_again_succeeds(desk, draft):
    """A double click makes one appointment of one revision."""
    appointment = draft()
    first, second = desk.records.save(appointment), desk.records.save(appointment)
    assert (first.appointment, True, False) == (second.appointment, first.is_new, second.is_new)


def test_saving_without_a_change_makes_no_revision(desk, saved):
    """Providers are not told of revisions in which nothing differs."""
    again = desk.records.save(replace(saved, saved_by="bert"))
    assert Saved(saved, is_new=False) == again


def test_a_change_makes_the_next_revision(desk, saved):
    """Whoever saves it is written down."""
    cancelled = replace(saved, visit=replace(saved.visit, status=Status.CANCELLED), saved_by="bert")
    assert (
        (done := desk.records.save(cancelled).appointment).revision,
        done.saved_by,
        done.is_cancelled,
    ) == (2, "bert", True)


def test_what_somebody_else_has_saved_is_not_overwritten(desk, saved):
    """The second to save is shown what the first saved, and nothing of his is kept."""
    mine = replace(saved, visit=replace(saved.visit, work="mine"))
    theirs = replace(saved, visit=replace(saved.visit, work="theirs"), saved_by="bert")
    kept = desk.records.save(theirs).appointment
    assert SavedMeanwhile(kept) == desk.records.save(mine)
    assert desk.records.appointment(saved.id).visit.work == "theirs"


def test_the_same_content_by_another_is_no_double_click(desk, draft):
    """Two who type the same at once are told of each other."""
    appointment = draft()
    desk.records.save(appointment)
    assert isinstance(desk.records.save(replace(appointment, saved_by="bert")), SavedMeanwhile)


@pytest.mark.parametrize("revision", [0, 1], ids=["new", "saved"])
def test_one_of_many_at_once_wins(desk, draft, revision):
    """Of 16 who save at the same moment one does, and fifteen are shown his version."""
    appointment = draft()
    if revision:
        appointment = desk.records.save(appointment).appointment
    together = threading.Barrier(16)
    outcomes = []

    def save(number):
        mine = replace(
            appointment, visit=replace(appointment.visit, work=f"by {number}"), saved_by=f"user {number}"
        )
        together.wait()
        outcomes.append(desk.records.save(mine))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [each.appointment for each in outcomes if isinstance(each, Saved)]
    seen = {each.theirs.visit.work for each in outcomes if isinstance(each, SavedMeanwhile)}
    assert (1, {won[0].visit.work}, revision + 1) == (len(won), seen, won[0].revision)


def test_one_of_two_servers_wins(workshop, fake, draft):
    """Two planners over one file agree on who was first."""
    one = workshop.planner(fake.module()).records
    saved = one.save(draft()).appointment
    other = Records(workshop.folder)
    try:
        kept = other.save(replace(saved, visit=replace(saved.visit, work="other"))).appointment
        assert SavedMeanwhile(kept) == one.save(replace(saved, visit=replace(saved.visit, work="one")))
    finally:
        other.close()


def test_a_period_is_half_open(desk, draft):
    """What begins at the week's end belongs to the next."""
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    week = timedelta(days=7)
    starts = [
        monday - timedelta(microseconds=1),
        monday + week - timedelta(microseconds=1),
        monday,
        monday + week,
    ]
    for start in starts:
        desk.records.save(named(draft, "Sommer", start=start))
    found = desk.records.appointments_between(monday, monday + week)
    assert [starts[2], starts[1]] == [each.visit.start for each in found]


@pytest.mark.parametrize(
    "words",
    [
        "müller",
        "MUELLER",
        "Muller",
        "hans mül",
        "Lüdenscheidt",
        "krüger söhne",
        "k-4711",
        "4711",
        "kmu 12",
        "K-MU 123",
        "k mu",
    ],
)
def test_a_customer_is_found_by_what_is_remembered(desk, draft, words):
    """By the beginnings of names in any order, however umlauts are typed, by company, number and plate."""
    wanted = named(
        draft,
        "Müller-Lüdenscheidt",
        first_name="Hans",
        company="Krüger & Söhne",
        number="K-4711",
        plate="K-MU 123",
    )
    desk.records.save(wanted)
    desk.records.save(named(draft, "Zander", plate="M-X 1"))
    assert [wanted.id] == [each.id for each in desk.records.find(words)]


@pytest.mark.parametrize(
    "words", ["", "  ", "&", "%", "_", "*", "'", "üller", "hans xaver", "\\", "%%%%", "\x00"]
)
def test_what_nobody_has_is_not_found(desk, draft, words):
    """Signs of a query language find no more than any other sign."""
    desk.records.save(named(draft, "Müller", first_name="Hans"))
    assert desk.records.find(words) == []


def test_an_underscore_is_a_letter(desk, draft):
    """It stands for itself."""
    found = named(draft, "a_b")
    for each in (found, named(draft, "axb")):
        desk.records.save(each)
    assert [found.id] == [each.id for each in desk.records.find("a_b")]


def test_the_latest_are_found_first_and_not_all(desk, draft):
    """Of many, those to come."""
    first = datetime(2026, 1, 5, 8, tzinfo=UTC)
    for day in range(4):
        desk.records.save(named(draft, "Müller", start=first + timedelta(days=day)))
    assert [each.visit.start.day for each in desk.records.find("mul", limit=2)] == [8, 7]


def test_a_proposal_is_hidden_for_one_appointment(desk, saved):
    """Twice is as good as once."""
    for _ in range(2):
        desk.records.hide_proposal(saved.id, "p-1")
    assert (frozenset({"p-1"}), frozenset()) == (
        desk.records.hidden_proposals(saved.id),
        desk.records.hidden_proposals("T-2"),
    )


def test_no_repr_names_a_customer(saved):
    """What is logged by mistake holds no personal data."""
    assert "Sommer" not in repr(saved)
    assert "KA-AS" not in repr(saved)
    assert "Inspektion" not in repr(saved)


def test_instants_are_kept_to_the_microsecond():
    """Before 1970 too."""
    for when in (datetime(2026, 11, 24, 9, 7, 1, 234567, UTC), datetime(1969, 12, 31, tzinfo=UTC)):
        assert when == read_us(write_us(when))
