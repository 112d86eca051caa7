"""The hooks as plain functions: other providers' documents, unreadable and hostile ones, calls without a deadline."""

import math

import pytest

from carloop_plugin import bootstrap, plugin
from mobility_hookspecs import CallContext


def test_documents_for_another_provider_are_left_alone(configured, records):
    """In plain pluggy every provider is asked: its change is not answered, its settings are not saved."""
    assert plugin.on_rental_change({"provider": "taxi"}, CallContext.within(5)) is None
    settings = {"provider": "taxi", "site": "main", "values": {"base_url": "https://taxi.example"}}
    assert plugin.save_provider_settings(settings, CallContext.within(5)) is None
    with records() as store:
        assert store.stored_settings(bootstrap.DEFAULT_SITE) is None


@pytest.mark.parametrize("change", [None, "x", {}, {"provider": 5}, {"provider": "carloop"}])
def test_an_unreadable_change_is_refused(configured, change):
    """What of it cannot be read is null."""
    outcome = plugin.on_rental_change(change, CallContext.within(5))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "invalid_document")
    assert outcome["change_id"] is None


def test_a_call_without_a_deadline_is_answered(planner):
    """A host that does not use the host kit may set none."""
    planner.save()
    outcome = plugin.on_rental_change(planner.booking(), CallContext(math.inf))
    assert outcome["status"] == "done"


def hostile(*_):
    raise RuntimeError("hostile")


class Hostile(dict):
    """A dict that is valid, and raises when it is read by its own methods."""

    __getitem__ = __iter__ = get = items = hostile


def test_hostile_objects_are_read_by_their_content(planner):
    """A plain copy is validated and used."""
    step = plugin.on_appointment_saved(Hostile(planner.appointment), CallContext.within(5))
    assert step["appointment_id"] == planner.id
    assert plugin.on_rental_change(Hostile(planner.booking()), CallContext.within(5))["status"] == "done"
