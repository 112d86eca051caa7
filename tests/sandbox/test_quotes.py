"""GET …/quote: what a rental or another end of one would cost, whether it is possible, and until when."""

import random

import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet
from tests.support.interface import planner_of


@pytest.fixture
def ask(planner):
    """Ask for the quote of a vehicle's rental, or of another end of a rental."""

    def quote(path, **query):
        answer = planner.get(f"{path}/quote", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return quote


def test_a_quote_agrees_with_the_booking():
    """Turnaround included: what is quoted as available is booked at that price, and nothing else is booked."""
    chance, made = random.Random(12), []
    fleet = Fleet(vehicles=1, rentals=False, turnaround_minutes=60)
    with run_sandbox(fleet=fleet) as sandbox, planner_of(sandbox) as planner:
        for _ in range(60):
            start = chance.randint(50, 160) / 2
            period = planner.at(0, start), planner.at(0, start + chance.randint(1, 12) / 2)
            quote = planner.get("/vehicles/V1001/quote", start=period[0], end=period[1]).json()
            booked = planner.try_book("V1001", *period)
            assert quote["available"] == (booked.status_code == 201), (period, quote)
            assert quote["available"] == (quote["free_until"] is None or period[1] <= quote["free_until"])
            if quote["available"]:
                made.append(booked.json())
                assert made[-1]["price"] == quote["price"]
        for rental in made:
            end = planner.at(0, chance.randint(50, 170) / 2)
            answer = planner.get(f"/rentals/{rental['id']}/quote", end=end)
            changed = planner.change_end(rental, end)
            if answer.status_code == 200:
                assert answer.json()["available"] == (changed.status_code == 200)
                assert changed.json().get("price", answer.json()["price"]) == answer.json()["price"]
            else:
                assert answer.json()["code"] == changed.json()["code"] == "period_invalid"


def test_a_quote_says_how_far_the_end_could_go(planner, rental, ask):
    """To the next rental, or with no end in sight; a vehicle that is not free then is free until its start."""
    planner.book("V1001", planner.at(8), planner.at(9))
    path = f"/rentals/{rental['id']}"
    assert ask(path, end=planner.at(8))["available"] is True
    beyond = ask(path, end=planner.at(8.5))
    assert (beyond["available"], beyond["free_until"]) == (False, planner.at(8))
    vehicle = "/vehicles/V1001"
    taken = ask(vehicle, start=planner.at(4), end=planner.at(6))
    assert (taken["available"], taken["free_until"]) == (False, planner.at(4))
    assert ask(vehicle, start=planner.at(9), end=planner.at(12))["free_until"] is None


def test_a_quote_keeps_nothing(planner, sandbox, rental, ask):
    """No transaction is written, so no booking waits for one, and the vehicle stays free."""
    ask("/vehicles/V1001", start=planner.at(8), end=planner.at(9))
    before = sandbox.store.database.transaction
    ask("/vehicles/V1001", start=planner.at(8), end=planner.at(9))
    ask(f"/rentals/{rental['id']}", end=planner.at(9))
    assert (sandbox.store.database.transaction, planner.read(rental)) == (before, rental)
    assert "V1001" in planner.free(planner.at(8), planner.at(9))


def test_a_rental_that_would_be_replaced_is_not_in_the_way(planner, rental, ask):
    """The same vehicle, an hour later."""
    period = {"start": planner.at(3, 1), "end": planner.at(5, 1)}
    assert ask("/vehicles/V1001", **period)["available"] is False
    assert ask("/vehicles/V1001", **period, replaces=rental["id"])["available"] is True


def test_a_vehicle_that_is_out_past_its_end_is_not_available(planner, rental, ask):
    """However late the period: nobody knows when it is back. Its own rental can be extended all the same."""
    planner.desk(rental, "hand_out")
    planner.clock(planner.at(6))
    quote = ask("/vehicles/V1001", start=planner.at(20), end=planner.at(21))
    assert (quote["available"], quote["free_until"]) == (False, planner.at(20))
    assert ask(f"/rentals/{rental['id']}", end=planner.at(7))["available"] is True


def test_what_cannot_be_quoted_is_refused(planner, rental):
    """With the codes of the booking or change that it asks about."""
    planner.cancel(rental)
    period = {"start": planner.at(3), "end": planner.at(4)}
    past = {"start": planner.at(-3), "end": planner.at(4)}
    own = f"/rentals/{rental['id']}/quote"
    for path, query, status, code in (
        ("/vehicles/V9/quote", period, 404, "not_found"),
        ("/vehicles/V1001/quote", period | {"replaces": "R9"}, 404, "not_found"),
        ("/vehicles/V1001/quote", period | {"replaces": rental["id"]}, 409, "rental_closed"),
        ("/vehicles/V1001/quote", past, 422, "period_in_past"),
        ("/vehicles/V1001/quote", {"start": planner.at(3)}, 422, "validation_failed"),
        ("/rentals/R9/quote", {"end": planner.at(4)}, 404, "not_found"),
        (own, {"end": planner.at(4)}, 409, "rental_closed"),
    ):
        answer = planner.get(path, **query)
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
