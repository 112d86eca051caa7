"""The checks of a race find each kind of error."""

import pytest

from proofs.races import checks


def rental(number, **fields):
    """Return a rental as Carloop has it."""
    return {
        "id": f"R-{number}",
        "external_reference": f"i/main/A-{number}/c-{number}",
        "vehicle": {"id": "V1"},
        "start": f"2027-03-0{number}T08:00:00Z",
        "end": f"2027-03-0{number}T17:00:00Z",
        "status": "reserved",
    } | fields


def asked(*changes):
    return {f"c-{number}": change for number, change in enumerate(changes, 1)}


BOOK = {"action": "book", "appointment_id": "A-1"}
DONE, REFUSED = ({"status": status, "code": None} for status in ("done", "refused"))
STATES = {"A-1": {"rental": {"id": "R-1"}}}


def test_a_clean_race():
    """One booking, one rental, linked."""
    rentals = [rental(1)]
    assert checks.lost(asked(BOOK), {"c-1": DONE}, rentals, STATES) + checks.overlaps(rentals) == []


@pytest.mark.parametrize(
    ("answer", "rentals", "states"),
    [
        (DONE, [], STATES),
        (DONE, [rental(1), rental(1, id="R-2", status="cancelled")], STATES),
        (REFUSED, [rental(1)], STATES),
        (DONE, [rental(1)], {"A-1": {}}),
        (DONE, [rental(1), rental(2, external_reference="i/main/A-1/c-9")], STATES),
    ],
    ids=["not there", "doubled", "refused and there", "not linked", "two of one appointment"],
)
def test_what_is_lost(answer, rentals, states):
    """Whatever Carloop has and the servers do not know, or the other way round."""
    assert checks.lost(asked(BOOK), {"c-1": answer}, rentals, states)


def test_a_cancellation_that_did_not_happen():
    """It was answered as done, and the vehicle is still reserved."""
    cancel = {"action": "cancel", "rental_id": "R-1"}
    answers = {"c-1": DONE, "c-2": DONE}
    assert checks.lost(asked(BOOK, cancel), answers, [rental(1)], STATES)
    assert not checks.lost(asked(BOOK, cancel), answers, [rental(1, status="cancelled")], STATES)


def test_moments():
    """Two rentals of one appointment, of which the second replaced the first, in one step or in two."""
    changes = asked(BOOK, {"action": "rebook", "rental_id": "R-1"})
    rentals = [rental(1, status="cancelled"), rental(2, external_reference="i/main/A-1/c-2")]
    for counts, is_wrong in (((1, 1), False), ((1, 0, 1), True), ((1, 2, 1), True)):
        history = [{"appointment": "i/main/A-1", "active": count} for count in counts]
        assert bool(checks.moments(changes, rentals, history)) == is_wrong
    done = {"c-1": DONE, "c-2": DONE}
    assert not checks.lost(changes, done, rentals, {"A-1": {"rental": {"id": "R-2"}}})
    assert checks.lost(changes, done, [rental(1), rentals[1]], {"A-1": {"rental": {"id": "R-2"}}})


def test_overlaps():
    """One vehicle, two active rentals at one time; back to back is fine."""
    later = rental(2, start="2027-03-01T16:00:00Z")
    assert checks.overlaps([rental(1), later])
    assert not checks.overlaps([rental(1), later | {"status": "cancelled"}])
    assert not checks.overlaps([rental(1), later | {"vehicle": {"id": "V2"}}])
    assert not checks.overlaps([rental(1), later | {"start": "2027-03-01T17:00:00Z"}])
