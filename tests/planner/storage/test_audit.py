"""The audit log: each entry is noted once, with its outcome."""

from datetime import timedelta

import pytest

from planner_host.storage.audit import LONGEST, PAGE_SIZE, AuditEntry

LATER = timedelta(minutes=5)


@pytest.fixture
def booking(planner):
    """A booking that Anna asked for."""
    return AuditEntry(planner.now(), "anna", "book", "T-1", "fake", "R-9", change_id="c-1", outcome="unknown")


def test_a_change_is_noted_once(planner, booking):
    """As it was asked for first, whoever asks again. Two entries that are no changes are two rows."""
    planner.audit.settle("c-1", outcome="done")
    assert planner.audit.page(1) == ([], False)
    assert planner.audit.add(booking)
    assert not planner.audit.add(
        AuditEntry(booking.at + LATER, "bert", "book", "T-1", "fake", change_id="c-1")
    )
    assert planner.audit.page(1) == ([booking], False)
    for _ in range(2):
        planner.audit.add(AuditEntry(booking.at, "anna", "appointment_scheduled", "T-2"))
    assert len(planner.audit.of("T-2")) == 2


def outcome(outcome, code="", rental_id="", at=None):
    """Write how a change is settled."""
    return {"outcome": outcome, "code": code, "rental_id": rental_id, "at": at}


@pytest.mark.parametrize(
    ("outcomes", "kept"),
    [
        (
            [outcome("unknown", "deadline_exceeded"), outcome("done", rental_id="R-1", at=LATER)],
            ("done", "", "R-1", LATER),
        ),
        # a later answer to the same question does not undo what is done
        ([outcome("done", rental_id="R-1"), outcome("refused", "busy", at=LATER)], ("done", "", "R-1", None)),
        # where a refusal kept nothing, the same change may run again
        ([outcome("refused", "unreachable"), outcome("done", at=LATER)], ("done", "", "R-9", LATER)),
        # an outcome that names no rental keeps which one was meant
        ([outcome("refused", "rental_closed")], ("refused", "rental_closed", "R-9", None)),
    ],
    ids=["known later", "done stays done", "refused and done later", "rental stays named"],
)
def test_an_outcome_is_noted(planner, booking, outcomes, kept):
    """With when it became known, unless that was at once."""
    planner.audit.add(booking)
    for each in outcomes:
        planner.audit.settle("c-1", **each | {"at": each["at"] and booking.at + each["at"]})
    (entry,) = planner.audit.of("T-1")
    settled = entry.settled_at and entry.settled_at - booking.at
    assert (entry.outcome, entry.code, entry.rental_id, settled) == kept


def test_pages_go_back_in_time(planner, booking):
    """Newest first; each says whether there are older ones."""
    for number in range(PAGE_SIZE + 1):
        planner.audit.add(AuditEntry(booking.at, "anna", "appointment_new", f"T-{number}"))
    (first, has_older), (second, has_more) = planner.audit.page(1), planner.audit.page(2)
    assert (first[0].subject, len(first), has_older) == (f"T-{PAGE_SIZE}", PAGE_SIZE, True)
    assert ([entry.subject for entry in second], has_more) == (["T-0"], False)
    assert planner.audit.page(99_999_999) == ([], False)


def test_the_log_is_bounded(planner, booking, monkeypatch):
    """In the length of its fields, and in their number; the oldest entries go first."""
    monkeypatch.setattr("planner_host.storage.audit.MOST_KEPT", 3)
    long = "x" * 10_000
    for number in range(5):
        change = f"c-{number}"
        planner.audit.add(
            AuditEntry(booking.at, long, long, f"T-{number}", long, long, change, "refused", long)
        )
        planner.audit.settle(change, outcome="refused", code=long + long, rental_id=long)
    entries, has_older = planner.audit.page(1)
    assert ([entry.subject for entry in entries], has_older) == (["T-4", "T-3", "T-2"], False)
    for entry in entries:
        fields = (entry.user, entry.action, entry.provider, entry.rental_id, entry.code)
        assert [len(each) for each in fields] == [LONGEST] * 5
