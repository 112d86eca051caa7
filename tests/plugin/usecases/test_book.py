"""Booking: one rental for a saved appointment, and only for its customer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.api.session import CarloopSession
from carloop_plugin.messages import text
from mobility_hookspecs import CallContext
from mobility_hookspecs.problems import TITLES


def refusal(outcome):
    """Return the code of a refusal, the field it points at, and the sentence that the advisor reads."""
    problem = outcome.get("problem", {})
    return outcome["status"], problem.get("code"), problem.get("pointer"), problem.get("detail")


def do_at_once(planner, changes):
    """Send changes from one thread each; return their outcomes."""
    with ThreadPoolExecutor(len(changes)) as threads:
        return list(threads.map(planner.do, changes))


def test_the_same_change_again_has_the_same_outcome(planner, booking):
    """A reload, a double click or a restart makes no second rental, however the period is written."""
    in_utc = {name: value.replace("+00:00", "Z") for name, value in booking["period"].items()}
    first = planner.do(booking)
    assert planner.do(booking) == first
    assert planner.do(booking | {"period": in_utc}) == first
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["reserved"]


def test_the_same_id_with_other_content_is_refused(planner, booking):
    """The first change keeps its outcome."""
    planner.do(booking)
    later = booking["period"] | {"end": (planner.end() + timedelta(hours=1)).isoformat()}
    outcome = planner.do(booking | {"period": later})
    expected = ("refused", "change_id_reused", "/change_id", text("change.id_reused", "de"))
    assert refusal(outcome) == expected
    assert planner.do(booking)["status"] == "done"


def test_one_change_sent_several_times_at_once_makes_one_rental(planner):
    """Every sender gets the first one's outcome."""
    planner.save()
    outcomes = do_at_once(planner, [planner.booking()] * 6)
    assert outcomes == [outcomes[0]] * 6
    assert outcomes[0]["status"] == "done"
    assert len(planner.control.rentals(planner.id)) == 1


@pytest.mark.both_databases
def test_two_at_once_with_two_ids_make_one_rental(planner):
    """Two windows, one appointment."""
    planner.save()
    options = planner.search()["options"][:2]
    outcomes = do_at_once(planner, [planner.booking(option_id=option["id"]) for option in options])
    assert sorted(outcome["status"] for outcome in outcomes) == ["done", "refused"]
    refused = next(outcome for outcome in outcomes if outcome["status"] == "refused")
    assert refused["problem"]["code"] in ("already_booked", "outcome_pending")
    assert len(planner.control.rentals(planner.id)) == 1


def test_a_second_booking_is_refused_and_shows_the_first(planner, rental):
    """An appointment has one active rental; once the desk has cancelled it, another one can be booked at once."""
    outcome = planner.do(planner.booking())
    assert refusal(outcome) == ("refused", "already_booked", None, text("change.already_booked", "de"))
    assert outcome["rental"] == rental
    planner.control.desk(rental["id"], "cancel")
    assert planner.book()["id"] != rental["id"]


def test_an_appointment_never_saved_is_refused_for_now(planner):
    """The same change works once the appointment is saved."""
    change = planner.booking()
    outcome = planner.do(change)
    expected = ("refused", "appointment_not_saved", "/appointment_id", text("change.not_saved", "de"))
    assert refusal(outcome) == expected
    assert outcome["problem"]["retryable"] is True
    planner.save()
    assert planner.do(change)["status"] == "done"


def test_an_altered_dms_customer_is_refused(planner):
    """Also one that is said to be typed by hand; one that was saved as such can be altered."""
    planner.save()
    typed = planner.appointment["customer"] | {"source": "manual", "last_name": "Other"}
    expected = ("refused", "customer_locked", "/customer", text("change.customer_locked", "de"))
    assert refusal(planner.do(planner.booking(customer=typed))) == expected
    assert planner.control.rentals(planner.id) == []
    assert planner.save(revision=2, customer=typed)["locked"] == []
    planner.book(customer=typed | {"first_name": "Eva"})


def test_a_start_in_the_past_is_refused(planner, booking):
    """The refusal stays, and no other vehicles are offered: that is done only where the vehicle is taken."""
    planner.control.fault("book", "status", value={"status": 422, "code": "period_in_past"})
    outcome = planner.do(booking)
    assert refusal(outcome)[::3] == ("refused", text("change.period_in_past", "de"))
    assert not {"rental", "alternatives"} & set(outcome)
    assert planner.do(booking) == outcome


def test_a_start_in_our_past_is_booked_where_carloops_clock_is_behind(planner):
    """Carloop's clock decides."""
    days = {"start": timedelta(days=399), "end": timedelta(days=398)}
    period = {name: (planner.start() - ago).isoformat() for name, ago in days.items()}
    planner.control.clock(planner.start() - timedelta(days=400))
    planner.save(period=period)
    planner.book()


def test_a_period_that_ends_at_its_start_is_refused(planner):
    """Half-open periods have a length."""
    planner.save()
    period = planner.appointment["period"]
    outcome = planner.do(planner.booking(period=period | {"end": period["start"]}))
    assert refusal(outcome)[1:] == ("period_invalid", "/period/end", text("change.end_before_start", "de"))


def test_settings_that_break_while_a_booking_is_sent_cost_the_alternatives_alone(
    planner, booking, rent_directly, tmp_path, monkeypatch
):
    """What Carloop refused is settled as refused: recovery does not send it again after that answer."""
    token = tmp_path / "token"
    token.write_text(planner.control.token)
    config = tmp_path / "carloop.toml"
    config.write_text(f'token_file = "{token}"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))
    monkeypatch.delenv("CARLOOP_TOKEN")
    rent_directly(booking["option_id"], planner.start(), planner.end())
    send = CarloopSession.send

    def send_and_lose_the_token(*args, **named):
        token.unlink()
        return send(*args, **named)

    monkeypatch.setattr(CarloopSession, "send", send_and_lose_the_token)
    outcome = planner.do(booking)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "vehicle_unavailable")
    assert "alternatives" not in outcome
    assert planner.do(booking) == outcome


def test_a_vehicle_taken_by_another_planner_is_refused_with_alternatives(planner, booking, rent_directly):
    """Carloop decides who was first; the other one is shown what else is free."""
    rent_directly(booking["option_id"], planner.start(), planner.end())
    outcome = planner.do(booking)
    expected = ("refused", "vehicle_unavailable", "/option_id", text("change.vehicle_taken", "de"))
    assert refusal(outcome) == expected
    assert 1 <= len(outcome["alternatives"]) <= 5
    assert {option["match"] for option in outcome["alternatives"]} == {"alternative"}
    assert booking["option_id"] not in {option["id"] for option in outcome["alternatives"]}
    assert planner.state()["state"] == "open"


def test_an_unknown_vehicle_is_refused_in_the_language_of_the_call(planner):
    """Title and detail, also when the same change is sent again."""
    planner.save()
    change = planner.booking(option_id="V-never")
    problems = {locale: planner.host.change_rental(change, locale=locale)["problem"] for locale in TITLES}
    code = "vehicle_unavailable"
    told = {locale: (problem["code"], problem["title"]) for locale, problem in problems.items()}
    assert told == {locale: (code, titles[code]) for locale, titles in TITLES.items()}
    assert problems["de"]["detail"] != problems["en"]["detail"]


def test_without_a_token_nothing_is_sent(planner, booking, monkeypatch):
    """The refusal says so, and the same change works when the token is back."""
    with monkeypatch.context() as away:
        away.delenv("CARLOOP_TOKEN")
        assert planner.do(booking)["problem"]["code"] == "not_configured"
    assert planner.do(booking)["status"] == "done"


@pytest.mark.parametrize("fault", [None, "drop_after"])
def test_a_booking_is_recognised_in_rebuilt_records(planner, booking, fault):
    """The records were damaged and rebuilt from Carloop: the same change again is the same rental."""
    if fault:
        planner.control.fault("book", fault, times=3)
    planner.do(booking)
    bootstrap.close()
    planner.store.write_bytes(b"not a database any more" * 1000)
    aside, rebuilt = bootstrap.rebuild_store(deadline=CallContext.within(10).deadline)
    assert (aside is not None and aside.exists(), rebuilt.rentals, rebuilt.missing) == (True, 1, ())
    outcome = planner.do(booking)
    assert outcome["status"] == "done", outcome
    assert (planner.state()["state"], planner.state()["rental"]) == ("booked", outcome["rental"])
    assert len(planner.control.rentals(planner.id)) == 1
