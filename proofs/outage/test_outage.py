"""The checks and counts of an outage, and its journals."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from proofs.outage.checks import Requests, Span, by_appointment, check_all, count_requests
from proofs.outage.journal import Bug, ChangeAnswer, Journal, PageState, Sent, read_journals

ID = "P0-0-1"
OUTAGE = [Span("killed", "", 100.0, 200.0)]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([], Requests(0, 0)),
        ([Sent(101, "GET", 0, ""), Sent(102, "GET", 0, "")], Requests(2, 0)),
        ([Sent(101, "GET", 0, ""), Sent(102, "GET", 1, ""), Sent(103, "GET", 2, "")], Requests(1, 2)),
        ([Sent(101, "POST", 0, "k"), Sent(102, "POST", 1, "k")], Requests(1, 1)),
        # recovery that sends a key again is more, whenever it was first sent
        ([Sent(101, "POST", 0, "k"), Sent(150, "POST", 0, "k")], Requests(1, 1)),
        ([Sent(99, "POST", 0, "k"), Sent(150, "POST", 0, "k")], Requests(0, 1)),
        ([Sent(99, "GET", 2, ""), Sent(200, "GET", 2, "")], Requests(0, 0)),
    ],
)
def test_useful_requests_are_told_from_more(sent, expected):
    """The first attempt of what somebody asked for is useful; everything else is more."""
    assert count_requests(sent, OUTAGE) == expected


def test_a_share_of_nothing_is_no_merit():
    """Without a useful request any other one is too many."""
    assert Requests(0, 7).share == 1.0
    assert Requests(100, 7).share == 0.07


def instant(seconds):
    """Write an instant as Carloop does."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def rental(number=1, **more):
    """Return a rental made at 150."""
    return {
        "id": f"ren-{number}",
        "external_reference": f"i/main/{ID}/c{number}",
        "status": "reserved",
        "end": "2027-03-02T17:00:00Z",
        "created_at": instant(150),
        "updated_at": instant(150),
    } | more


CANCELLED = rental(status="cancelled", updated_at=instant(170))
BOOKED = {"state": "booked", "rental": {"id": "ren-1"}}
OPEN = {"state": "open"}
BOOK = ChangeAnswer(149, 151, {"appointment_id": ID, "change_id": "c1", "action": "book"}, "done", "", 0.0)
LATER = replace(
    BOOK,
    began=160,
    ended=161,
    change=BOOK.change | {"change_id": "c2", "action": "change_end", "end": "2027-03-02T18:00:00Z"},
)
CANCEL = replace(BOOK, began=169, ended=171, change=BOOK.change | {"change_id": "c3", "action": "cancel"})


def refused(answer):
    """Return the same, refused."""
    return replace(answer, status="refused", code="unreachable")


@pytest.mark.parametrize(
    ("kind", "entries", "rentals", "state"),
    [
        (None, [BOOK], [rental()], BOOKED),
        (None, [BOOK, LATER], [rental(end="2027-03-02T18:00:00Z")], BOOKED),
        (None, [BOOK, CANCEL], [CANCELLED], OPEN),
        (None, [refused(BOOK)], [], OPEN),
        (None, [replace(BOOK, status="unknown"), BOOK], [rental()], BOOKED),
        (None, [BOOK, refused(LATER)], [rental()], BOOKED),
        ("lost", [BOOK], [], OPEN),
        ("lost", [BOOK], [rental()], OPEN),
        ("lost", [BOOK], [rental()], {"state": "booked", "rental": {"id": "ren-9"}}),
        ("lost", [refused(BOOK)], [rental()], BOOKED),
        ("lost", [BOOK, LATER], [rental()], BOOKED),
        ("lost", [BOOK, refused(LATER)], [rental(end="2027-03-02T18:00:00Z")], BOOKED),
        ("lost", [BOOK, CANCEL], [rental()], BOOKED),
        ("lost", [BOOK, refused(CANCEL)], [CANCELLED], OPEN),
        ("doubled", [BOOK], [rental(), rental(2)], BOOKED),
        ("raw", [Bug("on_rental_change of provider carloop raised KeyError")], [], OPEN),
        (None, [PageState(140, 141, ID, "open")], [rental()], BOOKED),
        (
            None,
            [PageState(149.9, 150.1, ID, "open"), PageState(149.9, 150.1, ID, "booked")],
            [rental()],
            BOOKED,
        ),
        (None, [PageState(140, 141, ID, "unknown"), PageState(160, 161, ID, "unknown")], [rental()], BOOKED),
        (None, [PageState(160, 161, ID, "booked")], [CANCELLED], OPEN),
        (None, [PageState(172, 173, ID, "open")], [CANCELLED], OPEN),
        ("wrong_pages", [PageState(140, 141, ID, "booked")], [rental()], BOOKED),
        ("wrong_pages", [PageState(140, 141, ID, "booked")], [], OPEN),
        ("wrong_pages", [PageState(160, 161, ID, "open")], [rental()], BOOKED),
        ("wrong_pages", [PageState(160, 161, ID, "open")], [CANCELLED], OPEN),
        ("wrong_pages", [PageState(172, 173, ID, "booked")], [CANCELLED], OPEN),
    ],
)
def test_words_and_pages_are_held_against_carloop(kind, entries, rentals, state):
    """Each wrong is found by its kind, and what is right is not."""
    findings = check_all(entries, rentals, {ID: state})
    found = {name for name in ("lost", "doubled", "wrong_pages", "raw") if getattr(findings, name)}
    assert ({kind} if kind else set()) == found


def test_a_reference_names_its_appointment():
    """The second to last part."""
    assert by_appointment([rental()]) == {ID: [rental()]}


def test_a_journal_is_read_as_it_was_written(tmp_path):
    """The entries of all planners."""
    entries = [Sent(1.5, "GET", 0, ""), BOOK, PageState(1, 2, ID, "open"), Bug("ü")]
    for number, entry in enumerate(entries):
        journal = Journal(tmp_path / f"planner-{number}.jsonl")
        journal.note(entry)
        journal.close()
    assert entries == list(read_journals(tmp_path))
