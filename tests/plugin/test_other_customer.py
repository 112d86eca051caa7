"""The appointment's customer is another one than the rental's: known by digest, and never passed over in silence."""

from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.messages import text
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any

ERIKA = {"source": "manual", "first_name": "Erika", "last_name": "Canary-Meier", "phone": "0721 1"}
ADAM = {"source": "manual", "first_name": "Adam", "last_name": "Canary-Berg"}
WENZEL = {"source": "manual", "company": "Canary-Wenzel GmbH"}
DMS = {"source": "dms", "number": "4711", "first_name": "Jörg", "last_name": "Canary-Müller"}
OTHER_DMS = DMS | {"number": "4712"}

FITS = ("booked", [], [])
DIFFERS = ("attention", ["customer_changed"], ["customer_changed"])


def told(step):
    """Return the state, the proposals' reasons and the notices' codes."""
    reasons = [each["reason"] for each in step["proposals"]]
    return step["state"], reasons, [each["code"] for each in step["notices"]]


def save_each(planner, *customers):
    """Save a revision for each of the customers, and give the last step."""
    steps = [
        planner.save(revision=planner.appointment["revision"] + 1, customer=customer)
        for customer in customers
    ]
    return steps[-1]


@pytest.mark.parametrize(
    ("booked_for", "then", "expected"),
    [
        (DMS, [OTHER_DMS], DIFFERS),
        (DMS, [ADAM], DIFFERS),
        (ERIKA, [ERIKA | {"last_name": "Canary-Mayer"}], DIFFERS),
        (ERIKA, [DMS], DIFFERS),
        (WENZEL, [WENZEL | {"company": "Canary-Wenzel AG"}], DIFFERS),
        (ERIKA | {"number": "1"}, [ERIKA | {"number": "2"}], DIFFERS),
        (ERIKA, [ERIKA | {"phone": "0721 2", "email": "canary@example.org", "city": "Ulm"}], FITS),
        (ERIKA, [ERIKA | {"salutation": "Frau", "kind": "person", "company": ""}], FITS),
        (ERIKA, [ERIKA | {"first_name": "  Erika "}], FITS),
        (DMS, [DMS | {"first_name": "Jo\u0308rg"}], FITS),
        (DMS, [DMS | {"last_name": "Canary-Müller-Berg", "phone": "0721 2"}], FITS),
        (ERIKA, [ERIKA | {"source": "dms", "number": "4713"}], FITS),
        (DMS, [{**DMS, "source": "manual", "number": ""}], FITS),
        (DMS, [OTHER_DMS, DMS], FITS),
        (ERIKA, [ADAM, WENZEL, ERIKA], FITS),
    ],
)
def test_another_customer_asks_for_attention(planner, booked_for, then, expected):
    """A corrected telephone number does not, nor does one who is linked with the DMS later, or comes back."""
    planner.save(customer=booked_for)
    planner.book()
    step = save_each(planner, *then)
    assert told(step) == expected
    assert (step["state"], step["proposals"]) == (planner.state()["state"], planner.state()["proposals"])


@pytest.mark.parametrize("locale", ["de", "en"])
def test_it_is_said_what_is_so_and_what_to_do(planner, locale):
    """Taken as it is, the proposal cancels, and the car can be booked for the new customer."""
    planner.save()
    planner.book()
    save_each(planner, OTHER_DMS)
    step = planner.host.appointment_saved(planner.appointment, locale=locale).answers["carloop"]
    (proposal,), (notice,) = step["proposals"], step["notices"]
    assert text("notice.customer_changed", locale) == notice["message"]
    assert text("proposal.customer_changed", locale) == proposal["message"]
    change = proposal["change"] | {"change_id": planner.cancellation()["change_id"]}
    assert (change["action"], planner.do(change)["status"]) == ("cancel", "done")
    planner.book()
    assert told(save_each(planner, OTHER_DMS)) == FITS


def test_one_who_drives_off_with_it_is_for_the_desk(planner):
    """A rental that is handed out cannot be cancelled; it is said all the same."""
    planner.save()
    rental = planner.book()
    planner.control.desk(rental["id"], "hand_out")
    planner.reconcile()
    assert told(save_each(planner, OTHER_DMS)) == ("attention", [], ["desk_must_help"])


def test_a_new_revision_makes_a_new_proposal(planner):
    """A host hides a proposal by its id, until the appointment is saved anew."""
    planner.save()
    planner.book()
    hidden = {save_each(planner, OTHER_DMS)["proposals"][0]["id"], planner.state()["proposals"][0]["id"]}
    assert len(hidden) == 1
    assert set() == hidden & {each["id"] for each in save_each(planner, OTHER_DMS)["proposals"]}


def test_whom_the_advisor_chose_in_step_4_is_left_alone(planner):
    """A customer typed by hand can be changed until the rental is saved; what is saved as theirs then fits, too."""
    planner.save(customer=ERIKA)
    planner.book(customer=ADAM)
    assert told(save_each(planner, ERIKA | {"phone": "0721 2"})) == FITS
    assert told(save_each(planner, ADAM)) == FITS
    assert told(save_each(planner, WENZEL)) == DIFFERS


@pytest.mark.parametrize("since", [[ADAM], [ADAM, WENZEL]])
def test_a_form_that_is_behind_does_not_choose(planner, since):
    """Two advisors: one has saved another customer, the other books for the one that was on the page."""
    planner.save(customer=ERIKA)
    save_each(planner, *since)
    planner.book(customer=ERIKA)
    assert DIFFERS[:2] == told(planner.state() | {"notices": []})[:2]


def test_it_is_known_however_the_booking_is_settled(planner):
    """The answer was lost and the customer changed meanwhile: the intent keeps whom it is for."""
    planner.save()
    planner.control.fault("book", "drop_after", times=3)
    assert planner.do(planner.booking())["status"] == "unknown"
    planner.control.fault("any", "status", times=20, value=503)
    assert save_each(planner, OTHER_DMS)["state"] == "unknown"
    planner.control.calm()
    planner.reconcile()
    assert planner.state()["state"] == "attention"


def test_a_closed_rental_is_nobodys_trouble(planner):
    """Cancelled, it holds no car."""
    planner.save()
    rental = planner.book()
    planner.do(planner.cancellation(rental_id=rental["id"]))
    assert told(save_each(planner, OTHER_DMS)) == ("open", [], [])


def test_an_erased_customer_stays_another_one(planner):
    """Their digests go from where the appointment is somebody else's now, and the car is still not for that one."""
    planner.save()
    planner.book()
    save_each(planner, OTHER_DMS)
    assert len(_identities(planner)) == 3
    report = planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []}).answers["carloop"]
    assert (report["erased"], report["kept"]) == (0, [])
    assert len(_identities(planner)) == 1
    assert planner.state()["state"] == "attention"


@pytest.mark.parametrize("subject", ["number", "appointment"])
@pytest.mark.parametrize("is_pending", [False, True])
def test_no_digest_outlives_its_appointment(planner, subject, is_pending):
    """Erased, nothing tells whom the rental is for; saved again, the appointment raises no alarm."""
    planner.save()
    if is_pending:
        planner.control.fault("book", "drop_after", times=100)
    planner.do(planner.booking())
    numbers, ids = (["4711"], []) if subject == "number" else ([], [planner.id])
    planner.host.erase({"customer_numbers": numbers, "appointment_ids": ids})
    planner.control.calm()
    planner.reconcile()
    assert _identities(planner) == []
    assert told(save_each(planner, OTHER_DMS)) == FITS


def _identities(planner):
    """Return every digest of somebody that the records keep of the planner's appointment."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        db = wired.call.store.database
        rows = db.query("SELECT customers FROM appointments WHERE id = ?", [planner.id])
        rows += db.query("SELECT customers FROM intents WHERE appointment_id = ?", [planner.id])
    return [each for row in rows for each in (row["customers"] or "").split()]
