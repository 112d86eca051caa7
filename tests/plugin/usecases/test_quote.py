"""What a change would cost, whether it is possible, and how far the end could go; nothing is kept of it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from carloop_plugin import plugin
from carloop_plugin.messages import text
from mobility_hookspecs import CallContext, MobilityProblem


def amounts(quote):
    """Return price and difference as numbers; None for one that is left out."""
    return [Decimal(quote[name]["amount"]) if name in quote else None for name in ("price", "difference")]


def told(quote):
    problem = quote.get("problem", {})
    return quote["possible"], problem.get("code"), problem.get("pointer"), problem.get("detail")


def days(planner, count):
    """Return the appointment's period, that many days longer."""
    return {"start": planner.start().isoformat(), "end": (planner.end() + timedelta(days=count)).isoformat()}


@pytest.fixture
def free_car(planner):
    """A car that is free for some days after the appointment."""
    planner.save()
    return planner.car_free_for_days()


def test_a_quote_agrees_with_the_booking(planner, free_car):
    """The price of the whole rental, and no difference from anything."""
    change = planner.booking(option_id=free_car, period=days(planner, 1))
    quote = planner.host.quote(change)
    assert (quote["change_id"], quote["provider"], told(quote)[0]) == (change["change_id"], "carloop", True)
    assert quote["price"] == planner.do(change)["rental"]["price"]
    assert amounts(quote)[1] is None


@pytest.mark.parametrize("action", ["change_end", "rebook"])
@pytest.mark.parametrize("more", [1, -1])
def test_the_difference_is_to_what_the_rental_costs_now(planner, free_car, action, more):
    """Negative where it would cost less. The rental's own period is not in the way of its rebooking."""
    rental = planner.book(option_id=free_car, period=days(planner, 1))
    changed = days(planner, 1 + more)
    if action == "change_end":
        change = planner.end_change(rental, changed["end"])
    else:
        change = planner.rebooking(rental, period=changed)
    quote = planner.host.quote(change)
    price, difference = amounts(quote)
    assert quote["possible"] is True
    assert price - difference == Decimal(rental["price"]["amount"])
    assert (difference > 0) is (more > 0)
    assert planner.do(change)["rental"]["price"] == quote["price"]


def test_an_end_that_collides_says_how_far_it_could_go(planner, free_car, rent_directly):
    """The end up to then is possible."""
    rental = planner.book(option_id=free_car)
    rent_directly(free_car, planner.end() + timedelta(hours=5), planner.end() + timedelta(days=1))
    quote = planner.host.quote(planner.end_change(rental, planner.end() + timedelta(days=2)))
    detail = text("change.extension_blocked", "de")
    assert told(quote) == (False, "vehicle_unavailable", "/end", detail)
    assert amounts(quote) == [None, None]
    assert datetime.fromisoformat(quote["free_until"]) == planner.end() + timedelta(hours=5)
    assert planner.do(planner.end_change(rental, quote["free_until"]))["status"] == "done"


def test_a_car_that_is_not_free_at_all_has_no_end_to_go_to(planner, free_car, rent_directly):
    """Of a booking, and of a rebooking."""
    rental = planner.book(option_id=free_car)
    other = planner.car_free_for_days()
    rent_directly(other, planner.start(), planner.end())
    quote = planner.host.quote(planner.rebooking(rental, option_id=other))
    assert told(quote) == (False, "vehicle_unavailable", "/option_id", text("change.rebooking_blocked", "de"))
    assert "free_until" not in quote


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"option_id": "V-never"}, ("vehicle_unavailable", "/option_id")),
        ({"option_id": "."}, ("vehicle_unavailable", "/option_id")),
        ({"rental_id": "R-never"}, ("rental_not_found", "/rental_id")),
        ({"period": "backwards"}, ("period_invalid", "/period/end")),
        ({"period": "past"}, ("period_in_past", "/period/start")),
        ({"desk": "hand_out"}, ("rental_closed", None)),
    ],
)
def test_what_is_not_possible_says_why(planner, rental, wanted, expected):
    """As the refusal of the change itself would."""
    changes = dict(wanted)
    if desk := changes.pop("desk", None):
        planner.control.desk(rental["id"], desk)
    start, end = planner.appointment["period"]["start"], planner.appointment["period"]["end"]
    past = {"start": "2026-01-12T08:00:00Z", "end": "2026-01-13T08:00:00Z"}
    periods = {"backwards": {"start": end, "end": start}, "past": past}
    if "period" in changes:
        changes["period"] = periods[changes["period"]]
    quote = planner.host.quote(planner.rebooking(rental) | changes)
    assert told(quote)[:3] == (False, *expected)


def test_a_rental_of_nobody_has_no_new_end(planner, rental, monkeypatch):
    """Also where a field is one that no change of the end has."""
    gone = planner.end_change({"id": "R-never"}, planner.end())
    assert told(planner.host.quote(gone))[1:3] == ("rental_not_found", "/rental_id")
    more = planner.end_change(rental, planner.end(), option_id="V1001")
    assert told(planner.host.quote(more))[1:3] == ("rental_immutable", "/option_id")
    early = planner.end_change(rental, planner.start())
    assert told(planner.host.quote(early))[1:3] == ("period_invalid", "/end")


def test_nothing_is_kept_of_a_quote(planner, free_car, columns_with, records):
    """Neither here nor at Carloop; the change id is free, the same change is booked later."""
    change = planner.booking(option_id=free_car)
    assert planner.host.quote(change)["possible"] is True
    with records() as store:
        assert (store.intent(change["change_id"]), store.pending_intents()) == (None, [])
    assert (columns_with(change["change_id"]), planner.control.rentals(planner.id)) == (set(), [])
    assert planner.do(change)["status"] == "done"


def test_what_cannot_be_asked_is_a_problem(planner, free_car, monkeypatch):
    """And not an impossible change."""
    change = planner.booking(option_id=free_car)
    monkeypatch.setenv("CARLOOP_TOKEN", "another")
    with pytest.raises(MobilityProblem) as raised:
        planner.host.quote(change)
    assert raised.value.problem["code"] == "not_authorised"


def test_a_cancellation_has_no_quote(planner, rental):
    """Also for a host that uses plain pluggy; another provider's change is left alone."""
    change = planner.cancellation(rental_id=rental["id"])
    with pytest.raises(MobilityProblem) as raised:
        plugin.quote_rental_change(change, CallContext.within(5, locale="de"))
    problem = raised.value.problem
    assert (problem["code"], problem["pointer"]) == ("invalid_document", "/action")
    assert problem["detail"] == text("change.not_quoted", "de")
    assert plugin.quote_rental_change(change | {"provider": "taxi"}, CallContext.within(5)) is None
