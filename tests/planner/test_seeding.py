"""What a new planner shows is believable, valid, and the same on every machine."""

from datetime import timedelta

import pytest

from mobility_schemas import validate
from planner_host.appointments import document_of
from planner_host.dms import open_dms
from planner_host.planner import SEEDED_CUSTOMERS
from planner_host.seeding import seed


@pytest.fixture(scope="session")
def seeded_dms(tmp_path_factory):
    """The DMS that a new planner has."""
    with open_dms(
        tmp_path_factory.mktemp("seeded") / "dms.sqlite3", seeded_customers=SEEDED_CUSTOMERS
    ) as dms:
        yield dms


@pytest.fixture
def planner(workshop, seeded_dms):
    """A planner that was started for the first time."""
    workshop.dms = seeded_dms
    planner = workshop.planner()
    seed(planner)
    return planner


def everything(planner):
    """Give all appointments."""
    now = planner.now()
    return planner.records.appointments_between(now - timedelta(days=40), now + timedelta(days=40))


def test_every_appointment_is_a_valid_document(planner):
    """Each can be told to a provider; there is something on every working day of three weeks."""
    found = everything(planner)
    for appointment in found:
        validate(document_of(appointment), "appointment")
    days = {appointment.visit.start.astimezone(planner.zone).date() for appointment in found}
    assert (planner.records.count_appointments(), 36) == (len(found), len(days))


def test_the_workshop_is_open_when_cars_come_and_go(planner):
    """Nobody brings or fetches a car at night or on a Sunday."""
    for appointment in everything(planner):
        for moment in (appointment.visit.start, appointment.visit.end):
            local = moment.astimezone(planner.zone)
            assert (local.weekday() < 6, 7 <= local.hour < 19) == (True, True), local


def test_customers_are_those_of_the_dms(planner):
    """As the DMS has them."""
    for appointment in everything(planner):
        customer = planner.dms.customer(appointment.visit.customer["number"])
        assert customer is not None
        assert customer.document() == appointment.visit.customer


def test_what_is_there_already_is_left_alone(planner):
    """A second start adds nothing."""
    before = everything(planner)
    seed(planner, number=2)
    assert everything(planner) == before


def test_the_same_day_makes_the_same_appointments(planner, tmp_path_factory, workshop, seeded_dms):
    """On another machine too."""
    before = everything(planner)
    workshop.folder = tmp_path_factory.mktemp("again")
    again = workshop.planner()
    seed(again)
    assert everything(again) == before
