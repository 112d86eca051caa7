"""A list has one word for each appointment: the one that needs attention most."""

import pytest

from planner_host.mobility.states import states_of

from ..conftest import HOOKS, Fake, failing


def words(planner, *ids):
    """Return how appointments stand; no provider fails."""
    states = states_of(ids, planner, locale="de")
    assert states.failures == ()
    return dict(states.words)


@pytest.mark.parametrize(
    ("state", "status", "word"),
    [
        ("open", None, "none"),
        ("booked", "reserved", "reserved"),
        ("booked", "picked_up", "picked_up"),
        ("booked", "cancelled", "none"),
        ("open", "returned", "none"),
        ("unknown", None, "unknown"),
        ("unknown", "reserved", "unknown"),
        ("attention", "reserved", "attention"),
    ],
)
def test_each_state_has_its_word(planner, fake, state, status, word):
    """By the state and the rental's status."""
    fake.states["T-1"] = {"state": state} | ({"rental": fake.rental("T-1", status=status)} if status else {})
    assert words(planner, "T-1", "T-2") == {"T-1": word, "T-2": "none"}


def test_of_several_providers_the_word_that_matters_most_counts(both, fake, other):
    """A rental at one and a question at the other: the question."""
    fake.book("T-1")
    fake.book("T-2")
    other.states["T-1"] = {"state": "attention", "rental": other.rental("T-1")}
    assert words(both, "T-1", "T-2") == {"T-1": "attention", "T-2": "reserved"}


def test_a_provider_that_fails_is_named(workshop, fake):
    """The others' states stand."""
    fake.book("T-1")
    broken = Fake("other").module(provide_mobility_states=failing("storage_failed"))
    states = states_of(["T-1"], workshop.planner(fake.module(*HOOKS), broken), locale="de")
    assert states.words == {"T-1": "reserved"}
    assert [(each.provider, each.problem["code"]) for each in states.failures] == [
        ("other", "storage_failed")
    ]


def test_all_appointments_are_asked_for_at_once(planner, fake):
    """None needs no question."""
    assert (words(planner), fake.asked) == ({}, [])
    ids = [f"T-{number}" for number in range(2_000)]
    assert (len(words(planner, *ids)), fake.asked) == (2_000, ["states"])
