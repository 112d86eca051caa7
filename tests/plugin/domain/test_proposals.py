"""Which rental no longer fits its appointment, and what is proposed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin.contract.steps import state_document
from carloop_plugin.domain.appointments import CustomerIdentity, SavedAppointment
from carloop_plugin.domain.proposals import Misfit, Proposal, propose
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import Period
from carloop_plugin.domain.vehicles import Vehicle
from carloop_plugin.usecases.appointment import Standing

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEFORE = START - 9 * HOUR
VISIT = Period(START, START + 8 * HOUR)
APPOINTMENT = SavedAppointment(
    "A-1", 1, "scheduled", "main", VISIT, "", "", "Europe/Berlin", "manual", b"", "", ""
)
VEHICLE = Vehicle("V-1", "DA-CL 1", "VW", "Golf", "kompakt")
RENTAL = RentalRecord(
    *("R-1", VEHICLE, VISIT, VISIT.end, RentalStatus.RESERVED, 3, START, None, None),
    *("main", "acme", "A-1", "c-1"),
    appointment_period=VISIT,
)
PICKED_UP = replace(RENTAL, status=RentalStatus.PICKED_UP)
END_MOVED, MOVED, OTHER = Misfit.END_MOVED, Misfit.APPOINTMENT_MOVED, Misfit.CUSTOMER_CHANGED
ADAM, EVE = (CustomerIdentity("manual", "", name) for name in ("adam", "eve"))
OTHER_AND_MOVED = Proposal(OTHER, period=Period(START + 5 * HOUR, VISIT.end + 5 * HOUR))
LEFT_TO_THE_DESK = Proposal(OTHER, is_possible=False)


def visit(start_hours=0, end_hours=0):
    return replace(APPOINTMENT, period=Period(VISIT.start + start_hours * HOUR, VISIT.end + end_hours * HOUR))


def moved(start_hours, end_hours):
    return Proposal(MOVED, period=visit(start_hours, end_hours).period)


def rented(start_hours, end_hours):
    return replace(RENTAL, period=visit(start_hours, end_hours).period)


@pytest.mark.parametrize(
    ("rental", "appointment", "expected"),
    [
        (RENTAL, APPOINTMENT, None),
        (RENTAL, None, None),
        (RENTAL, visit(end_hours=2), Proposal(END_MOVED, VISIT.end + 2 * HOUR)),
        (RENTAL, visit(end_hours=-2), Proposal(END_MOVED, VISIT.end - 2 * HOUR)),
        (RENTAL, visit(1, 0), None),
        (RENTAL, visit(-1, 0), moved(-1, 0)),
        (RENTAL, visit(24, 24), moved(24, 24)),
        (RENTAL, visit(8, 9), moved(8, 9)),
        (PICKED_UP, visit(1, 0), None),
        (PICKED_UP, visit(24, 24), Proposal(END_MOVED, VISIT.end + 24 * HOUR)),
        (RENTAL, replace(APPOINTMENT, status="cancelled"), Proposal(Misfit.APPOINTMENT_CANCELLED, None)),
        (
            PICKED_UP,
            replace(APPOINTMENT, status="cancelled"),
            Proposal(Misfit.APPOINTMENT_CANCELLED, None, is_possible=False),
        ),
        (replace(RENTAL, linked=False), APPOINTMENT, Proposal(Misfit.NOT_AS_ASKED, None)),
        (replace(RENTAL, status=RentalStatus.CANCELLED), visit(24, 24), None),
        (replace(RENTAL, status=RentalStatus.RETURNED), visit(24, 24), None),
        # what cannot be rebooked any more is cancelled
        (RENTAL, visit(-10, 0), Proposal(MOVED)),
        (
            replace(RENTAL, customers=(ADAM,)),
            replace(APPOINTMENT, customers=(EVE,)),
            Proposal(OTHER, period=VISIT),
        ),
        (replace(RENTAL, customers=(ADAM,)), replace(visit(5, 5), customers=(EVE,)), OTHER_AND_MOVED),
        (replace(PICKED_UP, customers=(ADAM,)), replace(APPOINTMENT, customers=(EVE,)), LEFT_TO_THE_DESK),
        # a difference that the advisor chose when booking
        (rented(0, -1), APPOINTMENT, None),
        (rented(0, 5), APPOINTMENT, None),
        (rented(0, 5), visit(end_hours=2), None),
        (rented(0, 5), visit(end_hours=6), Proposal(END_MOVED, VISIT.end + 6 * HOUR)),
        # a visit that is moved within its rental, to its very start and end too
        (rented(-1, 1), visit(-1, -1), None),
        (rented(-1, 1), visit(1, 1), None),
        (rented(-1, 1), visit(2, 2), moved(2, 2)),
        # a rental that follows the moved visit already
        (rented(0, 2), visit(end_hours=2), None),
    ],
)
def test_a_proposal_is_computed(rental, appointment, expected):
    """Only what changed since the booking asks for attention."""
    assert propose(rental, appointment, now=BEFORE) == expected


def proposed(revision):
    """Return the proposal of an end an hour later, for a revision of the appointment."""
    proposals = ((RENTAL, Proposal(END_MOVED, VISIT.end + HOUR)),)
    standing = Standing(replace(APPOINTMENT, revision=revision), RENTAL, None, proposals)
    return state_document("A-1", standing, locale="en")["proposals"][0]


def test_a_new_revision_makes_a_new_proposal():
    """A host hides a proposal by its id, until the appointment changes again: also in the plugin's next version."""
    ids = [proposed(revision)["id"] for revision in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0] == "4cd84f960d3d64123eecfee9"


def test_a_proposal_is_a_change_without_id_and_customer():
    """The host adds the change's id, and may send it as it is."""
    document = proposed(2)
    what = {"action": "change_end", "revision": 3, "end": "2026-11-24T18:00:00Z"}
    assert document["change"] == what | {"provider": "carloop", "site": "main", "rental_id": "R-1"}
