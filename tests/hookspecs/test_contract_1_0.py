"""A provider of contract 1.0, which says `>=1.0,<2`, works as before with a host of 1.1."""

import json
from pathlib import Path

import pytest

RELEASED = json.loads((Path(__file__).parents[2] / "schemas/released/1.0.json").read_bytes())
REQUEST, APPOINTMENT = (RELEASED[name]["examples"][0] for name in ("mobility_request", "appointment"))
ASKED = {
    "on_appointment_saved": ("mobility_step", lambda host: host.appointment_saved(APPOINTMENT)),
    "provide_mobility_filters": ("mobility_filters", lambda host: host.mobility_filters("hamburg")),
    "provide_mobility_options": ("mobility_offer", lambda host: host.mobility_options(REQUEST)),
    "provide_mobility_states": ("mobility_state", lambda host: host.mobility_states(["A-2026-0815"])),
    "reconcile_rentals": ("reconcile_report", lambda host: host.reconcile()),
}


@pytest.mark.parametrize("hook", ASKED)
def test_answers_of_the_release(hook, make_host, make_provider):
    """Each example of an answer of 1.0 comes through as it is, without the fields that 1.1 has added."""
    name, ask = ASKED[hook]
    for example in RELEASED[name]["examples"]:
        answer = [example] if name == "mobility_state" else example
        assert ask(make_host(make_provider("carloop", **{hook: answer}))).answers == {"carloop": answer}


def test_a_strict_provider_of_1_0_sees_no_field_that_says_nothing(make_host, make_provider, documents):
    """No stations are left out for it, and stay in the host's own request; stations that were chosen are sent."""
    seen = []
    answer = lambda request: seen.append(set(request["filters"])) or documents.offer()  # noqa: E731
    host = make_host(make_provider(provide_mobility_options=answer))
    known = set(RELEASED["requested_filters"]["properties"])
    for stations in ([], (), ["mitte"]):
        filters = {"vehicle_classes": [], "features": [], "stations": stations}
        assert host.mobility_options(documents.request(filters=filters)).failures == ()
        assert filters["stations"] == stations
    assert seen == [known, known, {*known, "stations"}]
