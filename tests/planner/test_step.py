"""Step 4 is what every provider says of an appointment, in one picture, whoever fails."""

from dataclasses import replace

import pytest

from planner_host import step as module
from planner_host.appointments import Status
from planner_host.step import look_up

from .conftest import HOOKS, Fake, problem

PROPOSAL = {
    "id": "p-1",
    "reason": "appointment_moved",
    "message": "Verleihende ändern?",
    "change": {
        "provider": "fake",
        "action": "change_end",
        "rental_id": "R-1",
        "end": "2026-11-26T17:00:00+01:00",
    },
}
SINCE = "2026-11-24T10:00:00+01:00"
ID = "0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51"


@pytest.fixture
def other():
    """A second provider."""
    return Fake("other", "Other")


@pytest.fixture
def both(workshop, fake, other):
    """A planner with both providers."""
    return workshop.planner(fake.module(*HOOKS), other.module(*HOOKS))


@pytest.fixture
def saved_in(draft):
    """Give what saves an appointment in a planner."""
    return lambda planner: planner.records.save(draft()).appointment


def step_of(planner, appointment):
    """Look step 4 up."""
    return look_up(appointment, planner, locale="de")


def pending(action="book"):
    """Write a state in which a change is pending."""
    return {"state": "unknown", "pending": {"change_id": ID, "action": action, "since": SINCE}}


def test_nothing_booked(desk, fake, saved):
    """One can search; the provider was told of the appointment as it was saved."""
    step = step_of(desk, saved)
    assert (step.can_search, step.open_providers, step.rentals, step.unknowns) == (True, ("fake",), (), ())
    assert (step.is_locked, step.is_second, fake.asked) == (False, False, ["saved"])


def test_a_rental_is_shown_with_its_provider(desk, fake, saved):
    """And nothing can be searched beside it, where there is but one provider."""
    fake.book(saved.id)
    step = step_of(desk, saved)
    (shown,) = step.active
    assert (shown.provider, shown.name, shown.rental["id"]) == ("fake", "Fake & Co.", "R-1")
    assert (step.can_search, step.is_second) == (False, True)


@pytest.mark.parametrize(
    ("status", "is_active"),
    [("reserved", True), ("picked_up", True), ("returned", False), ("cancelled", False)],
)
def test_a_rental_that_is_over_leaves_room(desk, fake, saved, status, is_active):
    """After its end, or cancelled, the next one can be booked."""
    fake.book(saved.id, status=status)
    step = step_of(desk, saved)
    assert (bool(step.active), step.can_search) == (is_active, not is_active)


def test_two_providers_in_one_picture(both, fake, other, saved_in):
    """The rental of one, and the other in which a second could be booked."""
    saved = saved_in(both)
    fake.book(saved.id)
    step = step_of(both, saved)
    assert (
        [shown.provider for shown in step.active],
        step.open_providers,
        step.can_search,
        step.is_second,
    ) == (["fake"], ("other",), True, True)


def test_one_that_fails_is_named_and_the_other_stands(workshop, fake, other, saved_in):
    """With its reason; what it may have booked is not known, so it is not offered."""
    other_module = other.module(
        "provide_mobility_states",
        on_appointment_saved=lambda: (_ for _ in ()).throw(problem("unreachable", title="Kein Netz")),
    )
    planner = workshop.planner(fake.module(*HOOKS), other_module)
    step = step_of(planner, saved_in(planner))
    assert [
        (failure.name, failure.problem["code"], failure.problem["title"]) for failure in step.failures
    ] == [("Other", "unreachable", "Kein Netz")]
    assert step.open_providers == ("fake",)


def test_one_that_hangs_costs_its_own_answer(workshop, fake, other, saved_in, release, monkeypatch):
    """The page is there in time."""
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    hanging = other.module(on_appointment_saved=lambda: release.wait(10))
    planner = workshop.planner(fake.module(*HOOKS), hanging)
    step = step_of(planner, saved_in(planner))
    assert (
        [failure.problem["code"] for failure in step.failures],
        step.open_providers,
    ) == (["deadline_exceeded"], ("fake",))


def test_one_that_minds_no_saves_is_asked_for_its_state(workshop, fake, saved_in):
    """The contract does not oblige a provider to listen to saves."""
    planner = workshop.planner(fake.module("provide_mobility_states"))
    saved = saved_in(planner)
    fake.book(saved.id)
    step = step_of(planner, saved)
    assert ([shown.rental["id"] for shown in step.active], step.can_search) == (["R-1"], False)


@pytest.mark.parametrize("answers", [lambda: None, None], ids=["says nothing", "has no hook"])
def test_one_that_has_nothing_to_say_can_be_searched(workshop, fake, saved_in, answers):
    """Who keeps no states has nothing booked."""
    own = {} if answers is None else {"on_appointment_saved": answers}
    planner = workshop.planner(fake.module("provide_mobility_options", **own))
    step = step_of(planner, saved_in(planner))
    assert (step.can_search, step.open_providers, step.failures) == (True, ("fake",), ())


def test_no_provider_at_all(workshop, saved_in):
    """Nothing to search, nothing that failed."""
    planner = workshop.planner()
    step = step_of(planner, saved_in(planner))
    assert (step.can_search, step.failures, step.open_providers) == (False, (), ())


def test_what_is_pending_is_shown_once(desk, fake, saved):
    """The provider says so, and so does the planner's own list: one change, with the provider's word of when."""
    fake.outcomes = ["unknown"]
    change = {
        "change_id": ID,
        "provider": "fake",
        "action": "book",
        "site": "main",
        "appointment_id": saved.id,
    }
    change |= {"option_id": "V1", "period": fake.rental(saved.id)["period"], "customer": saved.visit.customer}
    desk.changes.ask(change, appointment_id=saved.id, user="anna", locale="de")
    fake.states[saved.id] = pending()
    step = step_of(desk, saved)
    (unknown,) = step.unknowns
    assert (
        unknown.change_id,
        unknown.action,
        unknown.since,
        unknown.can_be_given_up,
    ) == (ID, "book", SINCE, True)
    assert (step.can_search, len(fake.changes)) == (False, 2)


def test_what_is_open_here_is_unknown_whatever_a_provider_says(desk, fake, saved):
    """A provider that knows of nothing may not have seen the change yet."""
    fake.outcomes = ["unknown"]
    change = {"change_id": ID, "provider": "fake", "action": "cancel", "site": "main", "rental_id": "R-1"}
    desk.changes.ask(change, appointment_id=saved.id, user="anna", locale="de")
    step = step_of(desk, saved)
    (unknown,) = step.unknowns
    assert (
        unknown.change_id,
        unknown.since,
        unknown.can_be_given_up,
        step.can_search,
    ) == (ID, "", False, False)


def test_proposals_are_shown_until_hidden(desk, fake, saved):
    """One that was hidden is not shown again; another is."""
    fake.states[saved.id] = {
        "state": "attention",
        "rental": fake.rental(saved.id),
        "proposals": [PROPOSAL, PROPOSAL | {"id": "p-2"}],
    }
    desk.records.hide_proposal(saved.id, "p-1")
    assert [each["id"] for each in step_of(desk, saved).rentals[0].proposals] == ["p-2"]


def test_what_is_said_without_a_rental_is_shown(desk, fake, saved):
    """Proposals and notices need no rental."""
    notice = {"code": "x", "severity": "warning", "message": "Bitte anrufen."}
    fake.states[saved.id] = {"proposals": [PROPOSAL], "notices": [notice]}
    step = step_of(desk, saved)
    assert ((("Fake & Co.", PROPOSAL),), (("Fake & Co.", notice),)) == (step.proposals, step.notices)


def test_what_is_locked_is_said(desk, fake, saved):
    """By any provider."""
    fake.states[saved.id] = {"locked": ["/customer"]}
    assert step_of(desk, saved).is_locked


def test_nothing_is_searched_for_a_visit_that_was_called_off(desk, saved):
    """The customer does not come."""
    cancelled = replace(saved, visit=replace(saved.visit, status=Status.CANCELLED), revision=2)
    assert not step_of(desk, cancelled).can_search
