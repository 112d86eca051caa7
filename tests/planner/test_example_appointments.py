"""The appointments of a new planner are plausible, valid, and the same on every machine."""

from datetime import timedelta

import pytest

from mobility_schemas import validate
from planner_host.appointments.appointment import document_of
from planner_host.example_appointments import seed


@pytest.fixture
def planner(workshop, example_dms):
    """A planner that was started for the first time."""
    workshop.dms = example_dms
    planner = workshop.planner()
    seed(planner)
    return planner


def everything(planner):
    """Return all appointments."""
    now = planner.now()
    return planner.records.appointments_between(now - timedelta(days=40), now + timedelta(days=40))


def test_appointments_are_valid_and_when_the_workshop_is_open(planner):
    """On every working day of six weeks, with customers as the DMS has them."""
    found = everything(planner)
    assert planner.records.count_appointments() == len(found)
    assert len({each.visit.start.astimezone(planner.zone).date() for each in found}) == 36
    for appointment in found:
        validate(document_of(appointment), "appointment")
        for moment in (appointment.visit.start, appointment.visit.end):
            local = moment.astimezone(planner.zone)
            assert (local.weekday() < 6, 7 <= local.hour < 19) == (True, True), local
        customer = planner.dms.customer(appointment.visit.customer["number"])
        assert customer.document() == appointment.visit.customer


def test_the_same_day_makes_the_same_appointments(planner, tmp_path_factory, workshop):
    """On another machine too; a second start adds nothing."""
    before = everything(planner)
    seed(planner, number=2)
    assert everything(planner) == before
    workshop.folder = tmp_path_factory.mktemp("again")
    again = workshop.planner()
    seed(again)
    assert everything(again) == before
