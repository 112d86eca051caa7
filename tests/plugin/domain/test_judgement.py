"""What each answer of Carloop means for an intent, as a table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin.domain import judgement
from carloop_plugin.domain.changes import Action, Done, Intent, NothingHappened, Refused, Unknown
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.rentals import Rental, RentalStatus
from carloop_plugin.domain.values import Period
from carloop_plugin.domain.vehicles import Vehicle

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PERIOD = Period(NOW + timedelta(days=1), NOW + timedelta(days=2))
CAR, OTHER_CAR = (Vehicle(v, "DA-CL 1", "VW", "Golf", "kompakt") for v in ("v-1", "v-2"))
REFERENCE = "i/main/A-1/c-1"
RENTAL = Rental("R-1", REFERENCE, CAR, PERIOD, PERIOD.end, RentalStatus.RESERVED, 1, NOW)
CANCELLED = replace(RENTAL, status=RentalStatus.CANCELLED, revision=2)
BOOKING = replace(
    Intent("c-1", Action.BOOK, "main", None, "d", NOW, external_reference=REFERENCE),
    vehicle_id=CAR.id,
    period=PERIOD,
)
END = replace(BOOKING, action=Action.CHANGE_END, rental_id=RENTAL.id, revision=1)
CANCELLATION = replace(BOOKING, action=Action.CANCEL, rental_id=RENTAL.id)
AGAIN = replace(BOOKING, sends=2)

TAKEN, RATE_LIMITED = Reason("vehicle_unavailable"), Reason("rate_limited")
EXISTS, GONE, BAD = Reason("reference_exists"), Reason("rental_not_found"), Reason("invalid_document")
NOT_ITS_ANSWER = Reason("invalid_answer", "api.other_rental")
UNREFERENCED = replace(RENTAL, external_reference=None)
OTHERS = replace(RENTAL, external_reference="another/main/A-1/c-1")
OTHER_BOOKINGS = replace(RENTAL, external_reference="i/main/A-2/c-2")
OTHER_PERIOD = replace(RENTAL, period=Period(PERIOD.start, PERIOD.end + timedelta(hours=1)))
SWAPPED = replace(RENTAL, vehicle=OTHER_CAR)


def mismatched(intent, rental):
    reason = Reason("invalid_answer", f"change.mismatched_{intent.action}", (("rental", "R-1"),))
    return Refused(reason, rental=rental)


@pytest.mark.parametrize(
    ("intent", "answer", "expected"),
    [
        (BOOKING, Done(RENTAL), Done(RENTAL)),
        (BOOKING, Done(SWAPPED), mismatched(BOOKING, SWAPPED)),
        (BOOKING, Done(OTHER_PERIOD), mismatched(BOOKING, OTHER_PERIOD)),
        (BOOKING, Done(UNREFERENCED), mismatched(BOOKING, UNREFERENCED)),
        (BOOKING, Done(OTHER_PERIOD, replayed=True), Done(OTHER_PERIOD, replayed=True)),
        (BOOKING, Done(UNREFERENCED, replayed=True), Unknown(NOT_ITS_ANSWER)),
        (BOOKING, Done(OTHERS, replayed=True), Unknown(NOT_ITS_ANSWER)),
        (BOOKING, Done(OTHERS), mismatched(BOOKING, OTHERS)),
        (BOOKING, Done(OTHER_BOOKINGS), Unknown(NOT_ITS_ANSWER)),
        (BOOKING, Refused(TAKEN), Refused(TAKEN)),
        (BOOKING, Refused(BAD), NothingHappened(BAD)),
        (BOOKING, Refused(RATE_LIMITED), NothingHappened(RATE_LIMITED)),
        (BOOKING, NothingHappened(RATE_LIMITED), NothingHappened(RATE_LIMITED)),
        (BOOKING, Unknown(RATE_LIMITED), Unknown(RATE_LIMITED)),
        (END, Done(RENTAL), Done(RENTAL)),
        (END, Done(OTHER_PERIOD), mismatched(END, OTHER_PERIOD)),
        (END, Done(RENTAL, replayed=True), Done(RENTAL, replayed=True)),
        (END, Done(OTHER_PERIOD, replayed=True), Unknown(NOT_ITS_ANSWER)),
        (CANCELLATION, Done(CANCELLED), Done(CANCELLED)),
        (CANCELLATION, Done(RENTAL, replayed=True), Unknown(NOT_ITS_ANSWER)),
        (CANCELLATION, Done(RENTAL), mismatched(CANCELLATION, RENTAL)),
        (CANCELLATION, Refused(GONE), Refused(GONE)),
    ],
)
def test_an_answer_is_judged(intent, answer, expected):
    """Refused is only what cannot have happened; what is not known is called so."""
    assert judgement.judge(intent, answer) == expected


@pytest.mark.parametrize(
    ("intent", "answer", "expected"),
    [
        (BOOKING, Refused(TAKEN), False),
        (BOOKING, Refused(TAKEN, after_lost_attempt=True), True),
        (BOOKING, Refused(EXISTS), True),
        (AGAIN, Refused(TAKEN), True),
        (BOOKING, NothingHappened(RATE_LIMITED), False),
        (AGAIN, NothingHappened(RATE_LIMITED), True),
        (AGAIN, Done(RENTAL), False),
        (AGAIN, Unknown(RATE_LIMITED), False),
    ],
)
def test_a_refusal_after_another_sending_is_looked_up(intent, answer, expected):
    """An earlier sending may have done what the last one says was not done."""
    assert judgement.needs_lookup(intent, answer) == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (TAKEN, Refused(TAKEN)),
        (RATE_LIMITED, Unknown(RATE_LIMITED)),
        (EXISTS, Unknown(NOT_ITS_ANSWER)),
        (BAD, Unknown(BAD)),
    ],
    ids=["final", "may pass", "ours exists", "invalid"],
)
def test_a_refusal_is_believed_after_looking(reason, expected):
    """A refusal that may pass is not an end: the intent stays pending, under a code of the contract."""
    assert judgement.judge_not_found(reason) == expected


@pytest.mark.parametrize(
    ("intent", "rental", "expected"),
    [
        (BOOKING, RENTAL, True),
        (BOOKING, replace(RENTAL, vehicle=OTHER_CAR, revision=4), True),
        (BOOKING, CANCELLED, True),
        (END, replace(RENTAL, revision=2), True),
        (END, RENTAL, False),
        (END, replace(OTHER_PERIOD, revision=2), False),
        (CANCELLATION, CANCELLED, True),
        (CANCELLATION, RENTAL, False),
    ],
)
def test_a_rental_found_proves_its_intent(intent, rental, expected):
    """A booking's rental is ours whatever the desk made of it; the others must show what was asked."""
    assert judgement.proves(intent, rental) == expected


@pytest.mark.parametrize(
    ("intent", "now", "expected"),
    [
        (BOOKING, PERIOD.start - timedelta(seconds=1), True),
        (BOOKING, PERIOD.start, False),
        (BOOKING, PERIOD.end, False),
        (replace(BOOKING, given_up_by="c-2"), NOW, False),
        (END, PERIOD.end, True),
        (CANCELLATION, PERIOD.end, True),
    ],
)
def test_a_booking_is_sent_again_while_it_can_succeed(intent, now, expected):
    """Not once its start has passed, and not once it was given up."""
    assert judgement.may_send_again(intent, now=now) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, True), (120, True), (121, False), (-1, False), (-3600, False)]
)
def test_a_sending_is_in_flight_for_two_minutes(seconds, expected):
    """An age below zero is that of a clock set back: it is old, or it would stay in flight as long as the jump was."""
    assert judgement.may_be_in_flight(replace(BOOKING, sent_ago=timedelta(seconds=seconds))) == expected
