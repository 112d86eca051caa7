"""A second rental with another provider is warned of."""

from __future__ import annotations

import pytest

from ..conftest import HOOKS, Elements, Fake
from .conftest import path_of, search_form


@pytest.fixture
def other() -> Fake:
    """Another provider."""
    return Fake("other", "Other")


@pytest.fixture
def desk(workshop, fake, other):
    """A planner with both."""
    return workshop.planner(fake.module(*HOOKS), other.module(*HOOKS))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "script"])
def test_a_second_rental_needs_a_tick(anna, saved, fake, other, headers):
    """The list has the box, by script as well; without it nothing is asked."""
    fake.book(saved.id)
    other.options = [other.option("O1")]
    fields = search_form(anna, saved)
    found = Elements(anna.post(f"{path_of(saved)}/offers", data=fields, headers=headers).text)
    assert 1 == len(found.all("input", name="second"))
    fields |= {"option": "other:O1"}
    anna.post(f"{path_of(saved)}/rental", data=fields)
    assert [] == other.changes
    assert 303 == anna.post(f"{path_of(saved)}/rental", data=fields | {"second": "yes"}).status_code
    assert ["O1"] == [each["option_id"] for each in other.changes]
