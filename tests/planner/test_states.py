"""A list has one word for each appointment: the one that needs somebody's eye most."""

import uuid

import pytest

from planner_host import states as module
from planner_host.states import states_of

from .conftest import HOOKS, Fake, problem


def words(planner, *ids):
    """Ask how appointments stand; nobody fails."""
    found, failures = states_of(ids, planner, locale="de")
    assert failures == ()
    return dict(found)


def test_no_appointments_need_no_providers(desk, fake):
    """Nobody is asked about nothing."""
    assert (words(desk), fake.asked) == ({}, [])


@pytest.mark.parametrize(
    ("state", "status", "word"),
    [
        ("open", None, "none"),
        ("booked", "reserved", "reserved"),
        ("booked", "picked_up", "picked_up"),
        ("booked", "returned", "returned"),
        ("booked", "cancelled", "none"),
        ("open", "cancelled", "none"),
        ("open", "returned", "none"),
        ("unknown", None, "unknown"),
        ("unknown", "reserved", "unknown"),
        ("attention", "reserved", "attention"),
    ],
)
def test_each_state_has_its_word(desk, fake, state, status, word):
    """What the state and the rental's status come to."""
    fake.states["T-1"] = {"state": state} | ({"rental": fake.rental("T-1", status=status)} if status else {})
    assert words(desk, "T-1", "T-2") == {"T-1": word, "T-2": "none"}


def test_every_word_has_its_text(language):
    """In both languages."""
    assert [word for word in module.ORDER if language.text(f"state.{word}") == f"state.{word}"] == []


def test_of_several_providers_what_matters_most(workshop, fake):
    """A rental at one and a question at the other: the question."""
    other = Fake("other")
    planner = workshop.planner(fake.module(*HOOKS), other.module(*HOOKS))
    fake.book("T-1")
    fake.book("T-2")
    other.states["T-1"] = {"state": "attention", "rental": other.rental("T-1")}
    assert words(planner, "T-1", "T-2") == {"T-1": "attention", "T-2": "reserved"}


def test_what_is_open_here_is_unknown(desk, fake):
    """Before the provider knows of it."""
    fake.outcomes = ["unknown"]
    change = {
        "change_id": str(uuid.uuid4()),
        "provider": "fake",
        "action": "cancel",
        "site": "main",
        "rental_id": "R",
    }
    desk.changes.ask(change, appointment_id="T-1", user="anna", locale="de")
    assert words(desk, "T-1", "T-2") == {"T-1": "unknown", "T-2": "none"}


def test_who_fails_is_named_and_the_others_stand(workshop, fake):
    """The list is there, with what is known."""
    fake.book("T-1")
    broken = Fake("other").module(
        provide_mobility_states=lambda: (_ for _ in ()).throw(problem("storage_failed"))
    )
    planner = workshop.planner(fake.module(*HOOKS), broken)
    found, failures = states_of(["T-1"], planner, locale="de")
    assert (
        found,
        [(failure.provider, failure.problem["code"]) for failure in failures],
    ) == ({"T-1": "reserved"}, [("other", "storage_failed")])


def test_a_whole_year_is_asked_at_once(desk, fake):
    """One question for however many appointments."""
    ids = [f"T-{number}" for number in range(2_000)]
    assert (len(words(desk, *ids)), fake.asked.count("states")) == (2_000, 1)
