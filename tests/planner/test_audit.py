"""Who did what and when is written down once, with what became of it."""

from datetime import timedelta

import pytest

from planner_host.audit import PAGE_SIZE, Deed

LATER = timedelta(minutes=5)


@pytest.fixture
def audit(desk):
    """An empty list."""
    return desk.audit


@pytest.fixture
def booking(desk):
    """A booking that Anna asked for."""
    return Deed(desk.now(), "anna", "book", "T-1", "fake", change_id="c-1", outcome="unknown")


def test_a_deed_is_listed(audit, booking):
    """As it was noted."""
    assert audit.note(booking)
    assert audit.page(1) == ([booking], False)


def test_who_asks_again_does_not_take_it_over(audit, booking):
    """The same change is one deed, of whoever asked first."""
    audit.note(booking)
    assert not audit.note(Deed(booking.at + LATER, "bert", "book", "T-1", "fake", change_id="c-1"))
    assert [deed.user for deed in audit.of("T-1")] == ["anna"]


def test_deeds_that_are_no_changes_are_each_their_own(audit, booking):
    """Two saves by one person are two rows."""
    for _ in range(2):
        audit.note(Deed(booking.at, "anna", "appointment_scheduled", "T-1"))
    assert len(audit.of("T-1")) == 2


def test_an_outcome_is_written_down(audit, booking):
    """At once: no word of when. Later: when it was found out."""
    audit.note(booking)
    audit.settle("c-1", outcome="unknown", code="deadline_exceeded")
    audit.settle("c-1", outcome="done", rental_id="R-1", at=booking.at + LATER)
    (deed,) = audit.of("T-1")
    assert ("done", "", "R-1", booking.at + LATER) == (
        deed.outcome,
        deed.code,
        deed.rental_id,
        deed.settled_at,
    )


def test_what_is_done_stays_done(audit, booking):
    """A later answer to the same question does not undo it."""
    audit.note(booking)
    audit.settle("c-1", outcome="done", rental_id="R-1")
    audit.settle("c-1", outcome="refused", code="busy", at=booking.at + LATER)
    assert [(deed.outcome, deed.code, deed.settled_at) for deed in audit.of("T-1")] == [("done", "", None)]


def test_what_was_refused_may_be_done_later(audit, booking):
    """Where a refusal kept nothing, the same change ran again."""
    audit.note(booking)
    audit.settle("c-1", outcome="refused", code="unreachable")
    audit.settle("c-1", outcome="done", at=booking.at + LATER)
    assert [("done", booking.at + LATER)] == [(deed.outcome, deed.settled_at) for deed in audit.of("T-1")]


def test_the_rental_that_was_named_is_kept(audit, booking):
    """An outcome that names no rental does not take away which one was meant."""
    audit.note(Deed(booking.at, "anna", "cancel", "T-1", "fake", "R-9", "c-2", "unknown"))
    audit.settle("c-2", outcome="refused", code="rental_closed")
    assert [deed.rental_id for deed in audit.of("T-1")] == ["R-9"]


def test_a_change_that_is_not_listed_settles_nothing(audit):
    """Nothing appears of itself."""
    audit.settle("c-9", outcome="done")
    assert audit.page(1) == ([], False)


def test_pages_go_back_in_time(audit, booking):
    """Newest first; the last page says that it is the last."""
    for number in range(PAGE_SIZE + 1):
        audit.note(Deed(booking.at, "anna", "appointment_new", f"T-{number}"))
    (first, has_older), (second, has_more) = audit.page(1), audit.page(2)
    assert (first[0].subject, len(first), has_older) == (f"T-{PAGE_SIZE}", PAGE_SIZE, True)
    assert ([deed.subject for deed in second], has_more) == (["T-0"], False)
    assert audit.page(99_999_999) == ([], False)
