"""Scenes of the provider's own client: the same port that the plugin's use cases speak to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from carloop_plugin.api.session import CarloopSession
from carloop_plugin.model import (
    Action,
    AnswerLost,
    CallFailed,
    ChangeId,
    Confirmed,
    NotExecuted,
    Period,
    Reason,
    RentalId,
    RentalStatus,
    VehicleId,
    VehicleQuery,
    WriteRequest,
    parse_instant,
)
from carloop_scenes.scene import Playbill
from carloop_scenes.stage import CUSTOMER, END, NOW, START, Stage, key, reference

scene = Playbill("client")
SCENES = scene.scenes

PERIOD = Period(parse_instant(START), parse_instant(END))
LATER = datetime(2027, 3, 5, 10, tzinfo=UTC)


@scene
def account(stage: Stage) -> None:
    """The account is read with its clock, whose distance to ours is measured."""
    with _session(stage) as carloop:
        found = carloop.read_account(deadline=_soon())
    assert (found.id, found.server_time, len(found.stations)) == ("autohaus-beispiel", NOW, 3)
    assert abs(found.skew) < timedelta(seconds=5)


@scene
def filters(stage: Stage) -> None:
    """Classes and features are read with their names and groups."""
    with _session(stage) as carloop:
        found = carloop.filters(deadline=_soon())
    assert (found.vehicle_classes[0].name, found.features[0].group) == ("Kleinwagen", "Antrieb")


@scene
def search(stage: Stage) -> None:
    """A search gives vehicles and what Carloop says of all that match."""
    query = VehicleQuery(PERIOD, vehicle_classes=("kombi", "suv"), features=("klimaanlage",), limit=2)
    with _session(stage) as carloop:
        found = carloop.search(query, deadline=_soon())
    assert {each.vehicle_class for each in found.vehicles} == {"kombi", "suv"}
    assert (found.matching, found.busy, found.next_free, found.as_of) == (2, 0, None, NOW)


@scene
def search_in_the_past(stage: Stage) -> None:
    """A search of the past fails with the contract's code."""
    query = VehicleQuery(Period(NOW - timedelta(days=1), NOW + timedelta(days=1)))
    with _session(stage) as carloop:
        assert _failure(lambda: carloop.search(query, deadline=_soon())).code == "period_in_past"


@scene
def book(stage: Stage) -> None:
    """A booking is confirmed; sent again it is the same rental, which had been made before."""
    with _session(stage) as carloop:
        first = carloop.send(_booking(carloop), deadline=_soon())
        again = carloop.send(_booking(carloop), deadline=_soon())
    assert isinstance(first, Confirmed)
    assert isinstance(again, Confirmed)
    assert (first.replayed, again.replayed, again.rental) == (False, True, first.rental)
    assert (first.rental.period, first.rental.web_url) == (PERIOD, f"{stage.base_url}/rentals/R100001")


@scene
def book_refused(stage: Stage) -> None:
    """What Carloop refuses of a booking is known not to be done, and the rental in its way comes with it."""
    with _session(stage) as carloop:
        made = carloop.send(_booking(carloop), deadline=_soon())
        taken = carloop.send(_booking(carloop, 2), deadline=_soon())
        known = carloop.send(_booking(carloop, 1, change=3, vehicle="V1002"), deadline=_soon())
        turned = carloop.send(_booking(carloop, 4, period=Period(PERIOD.end, PERIOD.start)), deadline=_soon())
        past = carloop.send(_booking(carloop, 5, period=Period(NOW, PERIOD.end)), deadline=_soon())
        nothing = carloop.send(_booking(carloop, 6, vehicle="V9999"), deadline=_soon())
        reused = carloop.send(_booking(carloop, 1, vehicle="V1002"), deadline=_soon())
    codes = [_refusal(each).code for each in (taken, known, turned, past, nothing, reused)]
    assert codes == [
        "vehicle_unavailable",
        "reference_exists",
        "period_invalid",
        "period_in_past",
        "vehicle_unavailable",
        "invalid_document",
    ]
    assert isinstance(made, Confirmed)
    assert isinstance(known, NotExecuted)
    assert known.rental == made.rental


@scene
def find_and_read(stage: Stage) -> None:
    """A rental is found by reference and read by id; what is not there is None."""
    with _session(stage) as carloop:
        made = carloop.send(_booking(carloop), deadline=_soon())
        assert isinstance(made, Confirmed)
        assert carloop.find_rental(reference(1), deadline=_soon()) == made.rental
        assert carloop.read_rental(made.rental.id, deadline=_soon()) == made.rental
        assert carloop.find_rental(reference(2), deadline=_soon()) is None
        assert carloop.read_rental(RentalId("R999999"), deadline=_soon()) is None


@scene.with_desk_rentals
def feed(stage: Stage) -> None:
    """The rentals of the desk come too: with their vehicle and period, without a reference."""
    with _session(stage) as carloop:
        found = list(carloop.rentals_changed_since(NOW - timedelta(days=13), deadline=_soon()))
    assert (len(found), {each.external_reference for each in found}) == (3, {None})
    assert sorted(each.updated_at for each in found) == [each.updated_at for each in found]


@scene
def change_end(stage: Stage) -> None:
    """The end of the revision that is known is changed; of an older one it is not."""
    with _session(stage) as carloop:
        made = carloop.send(_booking(carloop), deadline=_soon())
        assert isinstance(made, Confirmed)
        longer = carloop.send(_end_change(carloop, made.rental.id, LATER), deadline=_soon())
        stale = carloop.send(_end_change(carloop, made.rental.id, PERIOD.end, number=3), deadline=_soon())
    assert isinstance(longer, Confirmed)
    assert (longer.rental.period.end, longer.rental.planned_end) == (LATER, PERIOD.end)
    assert _refusal(stale).code == "changed_elsewhere"


@scene
def cancel(stage: Stage) -> None:
    """A reserved rental is cancelled, and once more without effect; one handed out is not."""
    with _session(stage) as carloop:
        made = carloop.send(_booking(carloop), deadline=_soon())
        driven = carloop.send(_booking(carloop, 2, vehicle="V1002"), deadline=_soon())
        assert isinstance(made, Confirmed)
        assert isinstance(driven, Confirmed)
        stage.backstage.desk(driven.rental.id, "hand_out")
        first = carloop.send(_cancellation(carloop, made.rental.id, 3), deadline=_soon())
        again = carloop.send(_cancellation(carloop, made.rental.id, 4), deadline=_soon())
        closed = carloop.send(_cancellation(carloop, driven.rental.id, 5), deadline=_soon())
    assert isinstance(first, Confirmed)
    assert isinstance(again, Confirmed)
    assert (first.rental.status, again.rental) == (RentalStatus.CANCELLED, first.rental)
    assert _refusal(closed).code == "rental_closed"


@scene
def token_refused(stage: Stage) -> None:
    """A token that Carloop does not know is not authorised."""
    with _session(stage, token="not-a-token") as carloop:
        failure = _failure(lambda: carloop.read_account(deadline=_soon()))
    assert (failure.code, failure.text) == ("not_authorised", "api.token_refused")


@scene
def waits_as_asked(stage: Stage) -> None:
    """Told to slow down, the client waits as long as it is asked to, then succeeds."""
    stage.backstage.fault("account", "status", value={"status": 429, "retry_after": 2})
    stage.backstage.fault("account", "status", value={"status": 503, "retry_after": 1})
    waits: list[float] = []
    with _session(stage, sleep=waits.append) as carloop:
        assert carloop.read_account(deadline=_soon(30)).id == "autohaus-beispiel"
    assert waits == [2.0, 1.0]


@scene
def refuses_after_three_attempts(stage: Stage) -> None:
    """A booking that was turned away three times was provably not made."""
    stage.backstage.fault("book", "status", times=3, value={"status": 429, "retry_after": 0})
    with _session(stage) as carloop:
        result = carloop.send(_booking(carloop), deadline=_soon())
        assert carloop.find_rental(reference(1), deadline=_soon()) is None
    assert _refusal(result).code == "rate_limited"


@scene
def committed_but_failed(stage: Stage) -> None:
    """A booking answered 500 after it was made is found by the second attempt, with the same key."""
    stage.backstage.fault("book", "status", value={"status": 500, "after": True})
    with _session(stage) as carloop:
        result = carloop.send(_booking(carloop), deadline=_soon())
    assert isinstance(result, Confirmed)
    assert (result.replayed, result.rental.id) == (True, "R100001")


@scene
def never_heard_of_again(stage: Stage) -> None:
    """Where every answer is a failure the outcome is not known; looking for the reference tells."""
    stage.backstage.fault("book", "status", times=3, value={"status": 500, "after": True})
    with _session(stage) as carloop:
        result = carloop.send(_booking(carloop), deadline=_soon())
        found = carloop.find_rental(reference(1), deadline=_soon())
    assert isinstance(result, AnswerLost)
    assert found is not None


@scene
def meets_its_own_first_attempt(stage: Stage) -> None:
    """While the first attempt is still worked on, the second waits, and then gets the first one's rental."""
    with _session(stage, sleep=lambda _: stage.backstage.finish_attempt()) as carloop:
        request = _booking(carloop)
        stage.backstage.begin_attempt("/rentals", request.body, change=request.key)
        result = carloop.send(request, deadline=_soon())
    assert isinstance(result, Confirmed)
    assert result.replayed


@contextmanager
def _session(
    stage: Stage, *, token: str | None = None, sleep: Callable[[float], None] = lambda _: None
) -> Iterator[CarloopSession]:
    carloop = CarloopSession(stage.base_url, token or stage.token, random=Random(1), sleep=sleep)
    try:
        yield carloop
    finally:
        carloop.close()


def _soon(seconds: float = 10) -> float:
    return time.monotonic() + seconds


def _booking(
    carloop: CarloopSession,
    number: int = 1,
    *,
    change: int | None = None,
    vehicle: str = "V1001",
    period: Period = PERIOD,
) -> WriteRequest:
    body = carloop.booking_body(
        external_reference=reference(number),
        vehicle_id=VehicleId(vehicle),
        period=period,
        customer=CUSTOMER,
    )
    return WriteRequest(Action.BOOK, ChangeId(key(change or number)), body)


def _end_change(
    carloop: CarloopSession, rental_id: RentalId, end: datetime, *, number: int = 2
) -> WriteRequest:
    body = carloop.end_body(end)
    return WriteRequest(Action.CHANGE_END, ChangeId(key(number)), body, rental_id=rental_id, revision=1)


def _cancellation(carloop: CarloopSession, rental_id: RentalId, number: int) -> WriteRequest:
    body = carloop.cancellation_body("Termin verschoben")
    return WriteRequest(Action.CANCEL, ChangeId(key(number)), body, rental_id=rental_id)


def _failure(read: Callable[[], object]) -> Reason:
    try:
        found = read()
    except CallFailed as failed:
        return failed.reason
    raise AssertionError(f"it did not fail: {found!r}")


def _refusal(result: object) -> Reason:
    assert isinstance(result, NotExecuted), result
    return result.reason
