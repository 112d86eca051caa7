"""Book: once, of a saved appointment, of a customer that is theirs."""

import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin.messages import text
from mobility_hookspecs.problem_titles import TITLES

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any


def where_and_why(outcome):
    """Give the field that a refusal points at, and the sentence that the advisor reads."""
    return outcome["problem"].get("pointer"), outcome["problem"].get("detail")


def test_a_booked_car_is_at_carloop_and_in_the_state(planner):
    """The main thing."""
    planner.save()
    rental = planner.book()
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["reserved"]
    assert ("booked", rental) == (planner.state()["state"], planner.state()["rental"])
    assert rental["allowed_changes"] == ["change_end", "cancel"]


def test_the_same_change_again_gives_the_same_outcome(planner):
    """A reload, a double click, a restart: one rental."""
    planner.save()
    change = planner.booking()
    first = planner.do(change)
    assert first == planner.do(change)
    assert first == planner.do(change | {"period": _in_another_zone(change["period"])})
    assert len(planner.control.rentals(planner.id)) == 1


def _in_another_zone(period):
    return {name: value.replace("+00:00", "Z") for name, value in period.items()}


def test_the_same_id_with_other_content_is_refused(planner):
    """Two forms never share an id."""
    planner.save()
    change = planner.booking()
    planner.do(change)
    later = change["period"] | {"end": (planner.end() + timedelta(hours=1)).isoformat()}
    outcome = planner.do(change | {"period": later})
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "change_id_reused")
    assert where_and_why(outcome) == ("/change_id", text("change.id_reused", "de"))
    assert planner.do(change)["status"] == "done"


def test_two_at_once_with_one_id_make_one_rental(planner):
    """The second to come gets the first one's outcome."""
    planner.save()
    change, outcomes = planner.booking(), []
    threads = [threading.Thread(target=lambda: outcomes.append(planner.do(change))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [outcomes[0]] * 6
    assert outcomes[0]["status"] == "done"
    assert len(planner.control.rentals(planner.id)) == 1


def test_a_second_booking_is_refused_and_shows_the_first(planner):
    """One active rental for an appointment."""
    planner.save()
    rental = planner.book()
    outcome = planner.do(planner.booking())
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "already_booked")
    assert where_and_why(outcome) == (None, text("change.already_booked", "de"))
    assert rental == outcome["rental"]


def test_two_at_once_with_two_ids_make_one_rental(planner):
    """Two windows, one appointment."""
    planner.save()
    first, second = planner.search()["options"][:2]
    changes = [planner.booking(option_id=option["id"]) for option in (first, second)]
    outcomes = []
    threads = [threading.Thread(target=lambda c=change: outcomes.append(planner.do(c))) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome["status"] for outcome in outcomes) == ["done", "refused"]
    refused = next(outcome for outcome in outcomes if outcome["status"] == "refused")
    assert refused["problem"]["code"] in ("already_booked", "outcome_pending")
    assert len(planner.control.rentals(planner.id)) == 1


def test_a_car_cancelled_at_the_desk_can_be_replaced_at_once(planner):
    """Before a second booking is refused, Carloop is asked whether the first still stands."""
    planner.save()
    rental = planner.book()
    planner.control.desk(rental["id"], "cancel")
    assert rental["id"] != planner.book()["id"]


def test_an_appointment_never_saved_is_refused_for_now(planner):
    """Saved meanwhile, the same change works."""
    change = planner.booking()
    outcome = planner.do(change)
    assert (outcome["problem"]["code"], outcome["problem"]["retryable"]) == ("appointment_not_saved", True)
    assert where_and_why(outcome) == ("/appointment_id", text("change.not_saved", "de"))
    planner.save()
    assert planner.do(change)["status"] == "done"


@pytest.mark.parametrize(
    "altered", [{"last_name": "Other"}, {"source": "manual"}, {"number": "4712"}, {"city": "Ulm"}]
)
def test_an_altered_dms_customer_is_refused(planner, altered):
    """Typed by hand is not a way around."""
    planner.save()
    outcome = planner.do(planner.booking(customer=planner.appointment["customer"] | altered))
    assert outcome["problem"]["code"] == "customer_locked"
    assert where_and_why(outcome) == ("/customer", text("change.customer_locked", "de"))
    assert planner.control.rentals(planner.id) == []


def test_a_customer_typed_by_hand_stays_editable(planner):
    """Until the rental is saved."""
    typed = {"source": "manual", "last_name": "Meier"}
    step = planner.save(customer=typed)
    assert step["locked"] == []
    planner.book(customer=typed | {"first_name": "Eva"})


def test_a_start_in_the_past_is_refused(planner):
    """A rental's times must be in the future, by Carloop's clock."""
    planner.save()
    change = planner.booking()
    planner.control.clock(planner.start() + timedelta(minutes=5))
    outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "period_in_past")
    assert not {"rental", "alternatives"} & set(outcome)
    assert outcome == planner.do(change)


def test_carloops_clock_decides_where_it_is_behind_ours(planner):
    """A start that has passed for us is in the future for Carloop."""
    planner.control.clock(planner.start() - timedelta(days=400))
    period = {
        "start": (planner.start() - timedelta(days=399)).isoformat(),
        "end": (planner.start() - timedelta(days=398)).isoformat(),
    }
    planner.save(period=period)
    planner.book()


def test_a_period_that_ends_before_it_begins_is_refused(planner):
    """Half-open periods have a length."""
    planner.save()
    period = planner.appointment["period"]
    outcome = planner.do(planner.booking(period=period | {"end": period["start"]}))
    assert (outcome["problem"]["code"], outcome["problem"]["pointer"]) == ("period_invalid", "/period/end")


def test_a_car_taken_first_by_another_planner_is_refused_with_alternatives(planner):
    """Carloop decides, and the loser is shown what else there is."""
    planner.save()
    change = planner.booking()
    body = {
        "external_reference": f"other/main/{uuid.uuid4()}/x",
        "vehicle_id": change["option_id"],
        "start": change["period"]["start"],
        "end": change["period"]["end"],
        "customer": {"source": "manual", "last_name": "Faster"},
    }
    answer = planner.control.api(
        "POST", "/rentals", json=body, headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert answer.status_code == 201
    outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "vehicle_unavailable")
    assert where_and_why(outcome) == ("/option_id", text("change.vehicle_taken", "de"))
    assert 1 <= len(outcome["alternatives"]) <= 5
    assert {option["match"] for option in outcome["alternatives"]} == {"alternative"}
    assert change["option_id"] not in {option["id"] for option in outcome["alternatives"]}
    assert planner.state()["state"] == "open"


@pytest.mark.parametrize("status", [400, 415, 422])
def test_other_cars_are_no_answer_to_what_is_not_about_the_car(planner, status):
    """They are looked for where the one that was wanted is taken."""
    planner.save()
    planner.control.fault("book", "status", value=status)
    outcome = planner.do(planner.booking())
    assert outcome["status"] == "refused"
    assert not {"rental", "alternatives"} & set(outcome)


def test_an_unknown_vehicle_is_not_available(planner):
    """An option from somewhere else."""
    planner.save()
    outcome = planner.do(planner.booking(option_id="V-never"))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "vehicle_unavailable")


def test_back_to_back_rentals_are_legal(planner):
    """Periods are half-open; the sandbox's own turnaround buffer is what lies between."""
    planner.save()
    outcome = planner.do(planner.booking())
    assert planner.appointment["period"]["start"] == outcome["rental"]["period"]["start"].replace(
        "Z", "+00:00"
    )


def test_without_a_token_nothing_is_sent(planner, monkeypatch):
    """Somebody took it away: the refusal says so, and the same change works when it is back."""
    planner.save()
    change = planner.booking()
    with monkeypatch.context() as away:
        away.delenv("CARLOOP_TOKEN")
        problem = planner.do(change)["problem"]
    assert problem["code"] == "not_configured"
    assert planner.do(change)["status"] == "done"


def test_a_refusal_speaks_the_language_it_was_asked_in(planner):
    """Title and detail, of the same change as well."""
    planner.save()
    change = planner.booking(option_id="nobody-has-this")
    told = {}
    for locale in ("de", "en"):
        problem = planner.host.change_rental(change, locale=locale)["problem"]
        assert TITLES[locale][problem["code"]] == problem["title"]
        told[locale] = problem.get("detail")
    assert told["de"] != told["en"]


def test_rebooking_is_not_supported_yet(planner):
    """It is no capability of this version, and says so."""
    planner.save()
    rental = planner.book()
    change = planner.booking(option_id="V1001", action="rebook", rental_id=rental["id"])
    del change["appointment_id"]
    outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "not_supported")
    assert where_and_why(outcome) == ("/action", text("change.not_supported", "de"))


def test_a_change_for_another_provider_is_none_of_ours(planner):
    """By plain pluggy every provider is asked."""
    from carloop_plugin import plugin
    from mobility_hookspecs import CallContext

    assert plugin.on_rental_change({"provider": "taxi"}, CallContext.within(5)) is None


@pytest.mark.parametrize(
    "change", [None, [], "x", {}, {"provider": 5}, {"provider": ""}, {"provider": "carloop"}]
)
def test_an_unreadable_change_is_refused(planner, change):
    """With what of it could be read."""
    from carloop_plugin import plugin
    from mobility_hookspecs import CallContext

    outcome = plugin.on_rental_change(change, CallContext.within(5))
    assert outcome is not None
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "invalid_document")
    assert outcome["change_id"] is None
