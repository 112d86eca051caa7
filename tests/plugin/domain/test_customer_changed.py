"""An appointment whose customer is another one than its rental's asks for attention."""

import json
from datetime import UTC, datetime

import pytest

from carloop_plugin.contract.requests import parse_appointment
from carloop_plugin.domain.appointments import MOST_CUSTOMERS, remember
from carloop_plugin.messages import text
from tests.support.planner import appointment_on

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
    """Save a revision for each of the customers, and return the last step."""
    for customer in customers:
        step = planner.save(revision=planner.appointment["revision"] + 1, customer=customer)
    return step


@pytest.mark.parametrize(
    ("booked_for", "then", "expected"),
    [
        (DMS, [OTHER_DMS], DIFFERS),
        (DMS, [ADAM], DIFFERS),
        (ERIKA, [ERIKA | {"last_name": "Canary-Mayer"}], DIFFERS),
        (WENZEL, [WENZEL | {"company": "Canary-Wenzel AG"}], DIFFERS),
        (ERIKA | {"number": "1"}, [ERIKA | {"number": "2"}], DIFFERS),
        (ERIKA, [ERIKA | {"phone": "0721 2", "salutation": "Frau", "kind": "person", "company": ""}], FITS),
        (DMS, [DMS | {"first_name": " Jo\u0308rg "}], FITS),
        (DMS, [DMS | {"last_name": "Canary-Müller-Berg", "phone": "0721 2"}], FITS),
        (ERIKA, [ERIKA | {"source": "dms", "number": "4713"}], FITS),
        (DMS, [{**DMS, "source": "manual", "number": ""}], FITS),
        (ERIKA, [ADAM, WENZEL, ERIKA], FITS),
    ],
)
def test_another_customer_asks_for_attention(planner, booked_for, then, expected):
    """A corrected telephone number does not, nor a customer linked with the DMS later, nor one who comes back."""
    planner.save(customer=booked_for)
    planner.book()
    step = save_each(planner, *then)
    assert told(step) == expected
    assert (step["state"], step["proposals"]) == (planner.state()["state"], planner.state()["proposals"])


def test_the_notice_and_the_proposal_say_what_to_do(planner, rental):
    """With the present customer the proposal is sent as it is: the car is rebooked for them."""
    save_each(planner, OTHER_DMS)
    for locale in ("de", "en"):
        step = planner.host.appointment_saved(planner.appointment, locale=locale).answers["carloop"]
        (proposal,), (notice,) = step["proposals"], step["notices"]
        assert notice["message"] == text("notice.customer_changed", locale)
        assert proposal["message"] == text("proposal.rebook_customer_changed", locale)
    assert proposal["change"]["period"] == {
        name: each.replace("+00:00", "Z") for name, each in rental["period"].items()
    }
    change = planner.rebooking(rental, customer=OTHER_DMS) | proposal["change"]
    outcome = planner.do(change)
    assert (outcome["status"], outcome["rental"]["vehicle"]) == ("done", rental["vehicle"])
    assert told(save_each(planner, OTHER_DMS)) == FITS


def test_a_rental_that_is_handed_out_is_left_to_the_desk(planner, rental):
    """It cannot be cancelled; a notice says so."""
    planner.control.desk(rental["id"], "hand_out")
    planner.reconcile()
    assert told(save_each(planner, OTHER_DMS)) == ("attention", [], ["desk_must_help"])


def test_a_customer_chosen_in_step_4_fits(planner):
    """A customer typed by hand can be changed until the rental is saved; then theirs fits, too, but no former one."""
    save_each(planner, WENZEL | {"last_name": "Berg"}, WENZEL, ERIKA)
    planner.book(customer=ADAM)
    assert told(save_each(planner, ERIKA | {"phone": "0721 2"})) == FITS
    assert told(save_each(planner, ADAM)) == FITS
    assert told(save_each(planner, WENZEL)) == DIFFERS


@pytest.mark.parametrize("since", [[ADAM], [ADAM, WENZEL]])
def test_an_outdated_form_does_not_choose_the_customer(planner, since):
    """Two advisors: one has saved another customer, the other books for the one that was on the page."""
    planner.save(customer=ERIKA)
    save_each(planner, *since)
    planner.book(customer=ERIKA)
    assert told(planner.state() | {"notices": []})[:2] == DIFFERS[:2]


def test_it_is_known_however_the_booking_is_settled(planner, lost_booking):
    """The answer was lost and the customer changed meanwhile: the intent keeps its customer."""
    lost_booking()
    planner.control.fault("any", "status", times=20, value=503)
    assert save_each(planner, OTHER_DMS)["state"] == "unknown"
    planner.control.reset_faults()
    planner.reconcile()
    assert planner.state()["state"] == "attention"


@pytest.fixture
def identities(planner, records):
    """Return every digest of a customer that the records keep of the planner's appointment."""

    def look():
        sql = "SELECT customers FROM {}"
        with records() as store:
            rows = [
                row
                for table in ("appointments", "intents")
                for row in store.database.query(sql.format(table))
            ]
        return [each for row in rows for each in json.loads(row["customers"] or "[]")]

    return look


def test_an_erased_customer_stays_another_one(planner, rental, identities):
    """Their digests are erased, and the rental still does not fit the present customer."""
    save_each(planner, OTHER_DMS)
    assert len(identities()) == 3
    report = planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []}).answers["carloop"]
    assert (report["erased"], report["kept"]) == (0, [])
    assert len(identities()) == 1
    assert planner.state()["state"] == "attention"


@pytest.mark.both_databases
@pytest.mark.parametrize("subject", ["number", "appointment"])
@pytest.mark.parametrize("is_pending", [False, True])
def test_no_digest_outlives_its_appointment(planner, identities, subject, is_pending):
    """The rental's customer is no longer known; saved again, the appointment needs no attention."""
    planner.save()
    if is_pending:
        planner.control.fault("book", "drop_after", times=100)
    planner.do(planner.booking())
    numbers, ids = (["4711"], []) if subject == "number" else ([], [planner.id])
    planner.host.erase({"customer_numbers": numbers, "appointment_ids": ids})
    planner.control.reset_faults()
    planner.reconcile()
    assert identities() == []
    assert told(save_each(planner, OTHER_DMS)) == FITS


def test_the_newest_former_customers_are_known():
    """At most five of an appointment, the present one among them."""
    revisions = [save(number) for number in range(MOST_CUSTOMERS + 2)]
    known = revisions[0]
    for revision in revisions[1:]:
        known = revision.after(known)
    assert known.customers == tuple(each.customers[0] for each in revisions[-MOST_CUSTOMERS:])


def save(number):
    """Return a revision that is for a customer of that number."""
    appointment = appointment_on(datetime.now(UTC)) | {"customer": OTHER_DMS | {"number": str(number)}}
    return remember(parse_appointment(appointment), key=b"any")
