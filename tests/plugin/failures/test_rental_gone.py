"""A rental that Carloop no longer has cannot be extended and counts as cancelled, if its own account says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from carloop_plugin.messages import text

REVISIONS = pytest.mark.parametrize("revision", [{}, {"revision": 1}], ids=["read anew", "as seen"])


@pytest.fixture
def gone(rental, sandbox):
    """A rental of the planner's that was deleted in Carloop."""
    with sandbox.store.database.writing():
        sandbox.store.database.run("DELETE FROM rentals WHERE id = ?", rental["id"])
    return rental


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


@REVISIONS
def test_it_cannot_be_extended(planner, gone, revision):
    """Whether that is known before the change is sent or from its answer. It is no longer shown as booked."""
    change = planner.end_change(gone, planner.end() + timedelta(hours=1), **revision)
    outcome = planner.do(change)
    assert code(outcome) == ("refused", "rental_not_found")
    assert outcome["problem"]["detail"] == text("change.rental_gone", "de")
    assert outcome["problem"]["pointer"] == "/rental_id"
    assert planner.do(change) == outcome
    step = planner.save(revision=2)
    assert (step["state"], [each["code"] for each in step["notices"]]) == ("open", ["rental_gone"])


@REVISIONS
def test_it_counts_as_cancelled(planner, gone, revision):
    """Cancelling it succeeds, and the appointment can be booked again."""
    cancellation = planner.cancellation(rental_id=gone["id"], **revision)
    outcome = planner.do(cancellation)
    assert (outcome["status"], outcome["rental"]["status"]) == ("done", "cancelled")
    assert outcome["rental"]["allowed_changes"] == []
    assert planner.do(cancellation) == outcome
    step = planner.save(revision=2)
    # the advisor did this, so there is nothing to tell of the desk
    assert (step["state"], step["notices"]) == ("open", [])
    planner.book()


def test_it_is_not_believed_while_the_account_cannot_be_asked(planner, gone):
    """The same change settles it once it can."""
    cancellation = planner.cancellation(rental_id=gone["id"], revision=1)
    planner.control.fault("account", "drop_before", times=3)
    assert code(planner.do(cancellation)) == ("refused", "unreachable")
    assert planner.state()["state"] == "booked"
    assert planner.do(cancellation)["status"] == "done"


def test_no_other_rental_is_gone(planner, gone, records):
    """Two Carloops number alike: the change is for the present account's, and only that one has lost it."""
    with records() as store:
        (known,) = store.rentals(rental_id=gone["id"])
        newer = replace(known, updated_at=known.updated_at + timedelta(minutes=1))
        store.keep_rental(replace(newer, account="other", appointment_id="A-2"))
        store.keep_rental(replace(newer, id="R-other", appointment_id="A-3"))
    outcome = planner.do(planner.cancellation(rental_id=gone["id"], revision=1))
    assert (outcome["status"], outcome["rental"]["appointment_id"]) == ("done", planner.id)
    assert planner.state()["state"] == "open"
    others = planner.host.mobility_states(["A-2", "A-3"]).answers["carloop"]
    assert [(each["state"], each["rental"]["status"]) for each in others] == [("booked", "reserved")] * 2


def test_one_that_is_not_in_the_records_either_is_cancelled_all_the_same(planner, gone, records, begin):
    """Damaged records were saved in part: the change is in them, its rental is not."""
    finish = begin(planner.cancellation(rental_id=gone["id"], revision=1), "send")
    with records() as store:
        store.database.transact(lambda: store.database.query("DELETE FROM rentals"))
    assert code(finish()) == ("done", "")


def test_it_does_not_block_another_booking(planner, gone):
    """Carloop is asked for the rental first; a notice says that the desk cancelled it."""
    second = planner.booking()
    planner.control.fault("book", "status", times=3, value=429)
    assert code(planner.do(second)) == ("refused", "rate_limited")
    step = planner.save(revision=2)
    assert (step["state"], [each["code"] for each in step["notices"]]) == ("open", ["rental_gone"])
    assert planner.do(second)["status"] == "done"
