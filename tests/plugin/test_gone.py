"""A rental that Carloop no longer has: not to be extended, as good as cancelled, if its own account says so."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.messages import text
from carloop_plugin.model import AccountId, AppointmentId
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from carloop_sandbox.running import Sandbox
    from tests.support.planner import Planner
else:
    Planner = Sandbox = Any

REVISIONS = pytest.mark.parametrize("revision", [{}, {"revision": 1}], ids=["read anew", "as seen"])


@pytest.fixture
def gone(planner, sandbox):
    """A rental of the planner's that was deleted in Carloop."""
    planner.save()
    rental = planner.book()
    with sandbox.store.database.writing():
        sandbox.store.database.run("DELETE FROM rentals WHERE id = ?", rental["id"])
    return rental


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


@REVISIONS
def test_it_is_not_found_when_it_is_to_be_extended(planner, gone, revision):
    """Whether that is learnt before the change is sent or from its answer; then it is no longer shown as booked."""
    change = planner.end_change(gone, planner.end() + timedelta(hours=1), **revision)
    outcome = planner.do(change)
    assert code(outcome) == ("refused", "rental_not_found")
    assert text("change.rental_gone", "de") == outcome["problem"]["detail"]
    assert outcome["problem"]["pointer"] == "/rental_id"
    assert outcome == planner.do(change)
    step = planner.save(revision=2)
    assert (step["state"], [each["code"] for each in step["notices"]]) == ("open", ["cancelled_at_desk"])


@REVISIONS
def test_it_is_as_good_as_cancelled(planner, gone, revision):
    """A success, which the appointment's next booking builds on."""
    cancellation = planner.cancellation(rental_id=gone["id"], **revision)
    outcome = planner.do(cancellation)
    assert (
        outcome["status"],
        outcome["rental"]["status"],
        outcome["rental"]["allowed_changes"],
    ) == ("done", "cancelled", [])
    assert outcome == planner.do(cancellation)
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


def test_another_accounts_rental_of_the_same_id_is_not_gone(planner, gone):
    """Two Carloops number alike; only the one that was asked has lost it."""
    with bootstrap.opened(deadline=CallContext.within(10).deadline) as wired:
        (known,) = wired.call.store.rentals_named(gone["id"])
        newer = known.updated_at + timedelta(minutes=1)
        twin = replace(
            known, account=AccountId("other"), appointment_id=AppointmentId("A-2"), updated_at=newer
        )
        wired.call.store.keep_rental(twin)
    outcome = planner.do(planner.cancellation(rental_id=gone["id"], revision=1))
    assert ("done", planner.id) == (outcome["status"], outcome["rental"]["appointment_id"])
    assert planner.state()["state"] == "open"
    (other,) = planner.host.mobility_states(["A-2"]).answers["carloop"]
    assert other["state"] == "booked"


def test_it_is_in_no_other_bookings_way(planner, gone):
    """The second booking looks first; had it not been made, the advisor would be told whose doing it was."""
    second = planner.booking()
    planner.control.fault("book", "status", times=3, value=429)
    assert code(planner.do(second)) == ("refused", "rate_limited")
    step = planner.save(revision=2)
    assert (step["state"], [each["code"] for each in step["notices"]]) == ("open", ["cancelled_at_desk"])
    assert planner.do(second)["status"] == "done"
