"""The search and the booking of step 4: drawn from the appointment, read back into the contract's documents."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_base.pages import Form
from mobility_schemas import validate
from planner_host.appointments import Appointment, Visit
from planner_host.offer_form import (
    LIMIT,
    MOMENTS,
    RENTER,
    booking_of,
    draw_change_id,
    drawn_for,
    filled_in,
    read_offer_form,
    request_of,
)

from .conftest import NOW, PERIOD

DMS = {"source": "dms", "number": "10001", "last_name": "Müller", "phone": "0221 1"}
START = datetime.fromisoformat(PERIOD["start"]).astimezone(UTC)
sent = st.text(st.characters(codec="utf-8"), max_size=300)


def appointment_of(customer, *, start=START, hours=9):
    """Write a saved appointment."""
    visit = Visit(start, start + timedelta(hours=hours), customer, {})
    return Appointment("T-1", 1, "main", "Europe/Berlin", visit, "anna", NOW)


@pytest.fixture
def manual():
    """An appointment of somebody typed by hand."""
    return appointment_of({"source": "manual", "last_name": "Sommer", "phone": "0721 1"})


@pytest.fixture
def german(catalogues):
    """The first language."""
    return catalogues["de"]


def sent_form(drawn, **fields):
    """Send a drawn form, with fields filled in."""
    texts = dict(drawn.texts) | {"change_id": drawn.change_id} | fields
    return filled_in(
        Form({name: value if isinstance(value, tuple) else (value,) for name, value in texts.items()})
    )


def test_period_and_customer_are_the_appointments(manual, language):
    """Nothing has to be typed again, in either language."""
    wanted = read_offer_form(drawn_for(manual, language=language, now=NOW), manual, now=NOW)
    assert (PERIOD, manual.visit.customer, {}) == (wanted.period, wanted.customer, wanted.problems)


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("08:05", "08:15", "17:00"),
        ("08:00", "08:15", "17:00"),
        ("16:59", "17:00", "18:00"),
        ("18:20", "18:30", "17:00"),
    ],
)
def test_who_comes_late_rents_from_the_next_quarter(manual, german, now, start, end):
    """A rental begins in the future; one whose visit is over ends when a car is usually picked up."""
    instant = datetime.fromisoformat(f"2026-11-25T{now}:00+01:00").astimezone(UTC)
    drawn = drawn_for(manual, language=german, now=instant)
    assert (drawn.texts["start_time"], drawn.texts["end_time"]) == (start, end)
    assert read_offer_form(drawn, manual, now=instant).problems == {}


@pytest.mark.parametrize(("late", "problems"), [(59, {}), (60, {"start_date": "typed.past"})])
def test_a_rental_begins_in_the_future(manual, german, late, problems):
    """By our clock, give or take the minute in which the form is filled in; Carloop's decides."""
    drawn = drawn_for(manual, language=german, now=NOW)
    now = START + timedelta(seconds=late)
    assert read_offer_form(drawn, manual, now=now).problems == problems


def test_a_customer_of_the_dms_cannot_be_changed(german):
    """Whatever is sent beside the form."""
    appointment = appointment_of(DMS)
    form = sent_form(drawn_for(appointment, language=german, now=NOW), renter_last_name="Meier")
    assert read_offer_form(form, appointment, now=NOW).customer == DMS


def test_a_customer_typed_by_hand_can(manual, german):
    """Until the rental is saved, another name, and an empty field where it was filled."""
    form = sent_form(
        drawn_for(manual, language=german, now=NOW),
        renter_last_name="Winter",
        renter_phone="",
        renter_city="Ulm",
    )
    wanted = read_offer_form(form, manual, now=NOW)
    assert wanted.customer == {"source": "manual", "last_name": "Winter", "city": "Ulm"}


def test_a_customer_who_was_not_asked_for_is_the_appointments(manual, german):
    """Where a provider locks the customer, the form has no fields for it."""
    drawn = drawn_for(manual, language=german, now=NOW)
    bare = replace(drawn, texts={name: text for name, text in drawn.texts.items() if name not in RENTER})
    assert manual.visit.customer == read_offer_form(sent_form(bare), manual, now=NOW).customer


def test_a_customer_without_a_name_is_none(manual, german):
    """Said at the field."""
    form = sent_form(drawn_for(manual, language=german, now=NOW), renter_last_name=" ", renter_company="")
    wanted = read_offer_form(form, manual, now=NOW)
    assert (wanted.period, wanted.problems) == (None, {"renter_last_name": "customer.name_missing"})


def test_a_change_keeps_its_id_from_the_form(manual, german):
    """Drawn with it, another for each form, and drawn late where a form sends none."""
    first, second = (drawn_for(manual, language=german, now=NOW) for _ in range(2))
    assert first.change_id != second.change_id
    assert first.change_id == sent_form(first).change_id
    assert uuid.UUID(sent_form(first, change_id="").change_id)


def test_what_is_ticked_is_searched_for(manual, german):
    """Several classes and features."""
    form = sent_form(
        drawn_for(manual, language=german, now=NOW),
        vehicle_class=("kombi", "suv"),
        feature=("navi", "allrad"),
    )
    request = request_of(form, PERIOD, manual)
    validate(request, "mobility_request")
    assert request["filters"] == {"vehicle_classes": ["kombi", "suv"], "features": ["navi", "allrad"]}
    assert (request["appointment_id"], request["site"], request["limit"]) == ("T-1", "main", LIMIT)


@pytest.mark.parametrize(
    ("option", "expected"), [("fake:V1", ("fake", "V1")), ("fake:a:b/c", ("fake", "a:b/c"))]
)
def test_a_booking_names_provider_and_option(manual, german, option, expected):
    """An option's id may hold anything."""
    form = sent_form(drawn_for(manual, language=german, now=NOW), option=option)
    booking = booking_of(form, PERIOD, manual.visit.customer, manual)
    validate(booking, "rental_change")
    assert (booking["provider"], booking["option_id"]) == expected
    assert form.change_id == booking["change_id"]


@pytest.mark.parametrize("option", ["", ":", "fake", "fake:", ":V1"])
def test_without_an_option_there_is_no_booking(manual, german, option):
    """Nothing is asked of anybody."""
    form = sent_form(drawn_for(manual, language=german, now=NOW), option=option)
    assert booking_of(form, PERIOD, manual.visit.customer, manual) is None


@given(st.dictionaries(st.sampled_from([*MOMENTS, *RENTER]), sent))
def test_what_can_be_booked_the_contract_takes(catalogues, fields):
    """Whatever is sent, it is refused by name of the field, or it is a valid booking."""
    appointment = appointment_of({"source": "manual", "last_name": "Sommer"})
    drawn = drawn_for(appointment, language=catalogues["de"], now=NOW)
    form = sent_form(drawn, option="fake:V1", **fields)
    wanted = read_offer_form(form, appointment, now=NOW)
    if wanted.period is None:
        assert set() < set(wanted.problems) <= {*MOMENTS, *RENTER}
    else:
        assert wanted.customer is not None
        validate(booking_of(form, wanted.period, wanted.customer, appointment), "rental_change")


def test_drawn_ids_differ():
    """They are UUIDs."""
    assert len({uuid.UUID(draw_change_id()) for _ in range(100)}) == 100
