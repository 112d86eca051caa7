"""Step 4 puts together what every provider says of an appointment, whoever fails."""

import pytest

from planner_host.mobility import step as module
from planner_host.mobility.step import look_up

from ..conftest import HOOKS, NOW, failing

CHANGE = {"provider": "fake", "action": "change_end", "rental_id": "R-1", "end": "2026-11-26T17:00:00+01:00"}
PROPOSAL = {"id": "p-1", "reason": "appointment_moved", "message": "Verleihende ändern?", "change": CHANGE}
SINCE = "2026-11-24T10:00:00+01:00"
ID = "0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51"


@pytest.fixture
def step_of(draft):
    """Return a function that looks step 4 up in a planner, of a new appointment unless one is given."""

    def step_of(planner, appointment=None):
        saved = appointment or planner.records.save(draft()).appointment
        return look_up(saved, planner, locale="de")

    return step_of


def test_without_a_rental_one_can_search(planner, fake, saved, step_of):
    """The provider was told of the appointment."""
    step = step_of(planner, saved)
    assert (step.can_search, step.rentals, step.unknowns) == (True, (), ())
    assert (step.is_locked, fake.asked) == (False, ["saved"])


@pytest.mark.parametrize(("status", "is_active"), [("picked_up", True), ("returned", False)])
def test_with_an_active_rental_nothing_is_searched(planner, fake, saved, step_of, status, is_active):
    """After its end, or cancelled, the next one can be booked."""
    fake.book(saved.id, status=status)
    step = step_of(planner, saved)
    shown = [(each.provider, each.rental["id"]) for each in step.active]
    assert shown == ([("fake", "R-1")] if is_active else [])
    assert step.can_search == (not is_active)


def test_a_provider_that_fails_or_hangs_is_named(workshop, fake, other, step_of, release, monkeypatch):
    """With its reason, and in time; the others can still be searched."""
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    for hook, code in (
        (failing("unreachable", title="Kein Netz"), "unreachable"),
        (lambda: release.wait(30), "deadline_exceeded"),
    ):
        other_module = other.module("provide_mobility_states", on_appointment_saved=hook)
        step = step_of(workshop.planner(fake.module(*HOOKS), other_module))
        assert [(each.provider, each.problem["code"]) for each in step.failures] == [("other", code)]
        assert step.can_search
    release.set()


def test_a_provider_that_cannot_say_what_is_booked_is_not_searched(workshop, fake, step_of):
    """One without saves may keep states, and fail; one that keeps none has nothing booked. No provider, no search."""
    search, fails = fake.module("provide_mobility_options"), {"provide_mobility_states": failing()}
    for providers, failed, can_search in (
        ([search], [], True),
        ([fake.module("provide_mobility_options", **fails)], ["fake"], False),
        ([], [], False),
    ):
        step = step_of(workshop.planner(*providers))
        assert ([each.provider for each in step.failures], step.can_search) == (failed, can_search)


@pytest.mark.parametrize(
    ("fields", "state", "expected"),
    [
        (
            {"action": "book", "option_id": "V1"},
            {"state": "unknown", "pending": {"change_id": ID, "action": "book", "since": SINCE}},
            ("book", SINCE),
        ),
        # a provider that knows of nothing may not have seen the change yet
        ({"action": "cancel", "rental_id": "R-1"}, {}, ("cancel", NOW.isoformat())),
    ],
    ids=["known to the provider", "known here alone"],
)
def test_an_open_change_is_shown_once(planner, fake, saved, step_of, fields, state, expected):
    """With the provider's word of when, else since it was asked for."""
    fake.outcomes = ["unknown"]
    change = {"change_id": ID, "provider": "fake", "site": "main"} | fields
    if change["action"] == "book":
        change |= {"appointment_id": saved.id, "period": fake.rental(saved.id)["period"]}
        change |= {"customer": saved.visit.customer}
    planner.changes.ask(change, appointment_id=saved.id, user="anna", locale="de")
    fake.states[saved.id] = state
    step = step_of(planner, saved)
    (unknown,) = step.unknowns
    assert (unknown.action, unknown.since) == expected
    assert (unknown.change_id, step.can_search, len(fake.changes)) == (ID, False, 2)


def test_proposals_and_notices_need_no_rental(planner, fake, saved, step_of):
    """A provider may have something to say before anything is booked."""
    notice = {"code": "x", "severity": "warning", "message": "Bitte anrufen."}
    fake.states[saved.id] = {"proposals": [PROPOSAL], "notices": [notice], "locked": ["/customer"]}
    step = step_of(planner, saved)
    (standing,) = step.others
    assert (step.all_proposals, standing.notices, step.is_locked) == ((PROPOSAL,), (notice,), True)
