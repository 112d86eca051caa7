"""The form of step 4: filled in from the appointment, and read into the contract's documents."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobility_schemas import validate
from planner_host.appointments.appointment import Appointment, Visit
from planner_host.mobility.offer_form import (
    LIMIT,
    MOMENTS,
    RENTER,
    booking_of,
    drawn_for,
    filled_in,
    read_offer_form,
    request_of,
)
from web_base.pages import Form

from ..conftest import NOW, PERIOD

DMS = {"source": "dms", "number": "10001", "last_name": "Müller", "phone": "0221 1"}
TYPED = {"source": "manual", "last_name": "Sommer", "phone": "0721 1"}
START = datetime.fromisoformat(PERIOD["start"]).astimezone(UTC)
sent = st.text(st.characters(codec="utf-8"), max_size=300)


def appointment_of(customer):
    """Write a saved appointment."""
    visit = Visit(START, START + timedelta(hours=9), customer, {})
    return Appointment("T-1", 1, "main", "Europe/Berlin", visit, "anna", NOW)


MANUAL = appointment_of(TYPED)


@pytest.fixture
def drawn(catalogues):
    """The form of an appointment whose customer was typed by hand."""
    return drawn_for(MANUAL, language=catalogues["de"], now=NOW)


def sent_form(drawn, **fields):
    """Send a form, with fields filled in."""
    texts = dict(drawn.texts) | {"change_id": drawn.change_id} | fields
    values = {name: value if isinstance(value, tuple) else (value,) for name, value in texts.items()}
    return filled_in(Form(values))


def read(form, appointment=MANUAL, now=NOW):
    """Read a form."""
    return read_offer_form(form, appointment, now=now)


def test_period_and_customer_are_the_appointments(language):
    """Nothing has to be typed again, in either language."""
    wanted = read(drawn_for(MANUAL, language=language, now=NOW))
    assert (wanted.period, wanted.customer, wanted.problems) == (PERIOD, TYPED, {})


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [("08:00", "08:15", "17:00"), ("16:59", "17:00", "18:00"), ("18:20", "18:30", "17:00")],
)
def test_a_rental_that_is_late_begins_with_the_next_quarter(catalogues, now, start, end):
    """One whose visit is over ends when a car is usually picked up."""
    instant = datetime.fromisoformat(f"2026-11-25T{now}:00+01:00").astimezone(UTC)
    form = drawn_for(MANUAL, language=catalogues["de"], now=instant)
    assert (form.texts["start_time"], form.texts["end_time"]) == (start, end)
    assert read(form, now=instant).problems == {}


@pytest.mark.parametrize(("late", "problems"), [(59, {}), (60, {"start_date": "typed.past"})])
def test_a_rental_begins_in_the_future(drawn, late, problems):
    """By our clock, give or take the minute in which the form is filled in; Carloop's decides."""
    assert read(drawn, now=START + timedelta(seconds=late)).problems == problems


@pytest.mark.parametrize(
    ("customer", "fields", "renter"),
    [
        (DMS, {"renter_last_name": "Meier"}, DMS),
        (
            TYPED,
            {"renter_last_name": "Winter", "renter_phone": ""},
            {"source": "manual", "last_name": "Winter"},
        ),
        (TYPED, {"renter_last_name": " ", "renter_company": ""}, None),
    ],
    ids=["of the DMS", "typed by hand", "without a name"],
)
def test_only_a_customer_typed_by_hand_can_be_changed(catalogues, customer, fields, renter):
    """A name is needed; one of the DMS stays whatever is sent beside the form."""
    appointment = appointment_of(customer)
    form = sent_form(drawn_for(appointment, language=catalogues["de"], now=NOW), **fields)
    wanted = read(form, appointment)
    assert wanted.customer == renter
    assert wanted.problems == ({} if renter else {"renter_last_name": "customer.name_missing"})


def test_a_change_has_the_id_of_its_form(drawn, catalogues):
    """Each form has another; one is drawn where a form sends none."""
    assert drawn_for(MANUAL, language=catalogues["de"], now=NOW).change_id != drawn.change_id
    assert sent_form(drawn).change_id == drawn.change_id
    assert uuid.UUID(sent_form(drawn, change_id="").change_id)


def test_what_is_ticked_is_searched_for(drawn):
    """Several of each kind; nothing any more where the button says so."""
    ticked = {"vehicle_class": ("kombi", "suv"), "feature": ("navi", "allrad"), "station": ("nord", "süd")}
    form = sent_form(drawn, **ticked)
    request = request_of(form, PERIOD, MANUAL)
    validate(request, "mobility_request")
    wanted = {
        "vehicle_classes": ["kombi", "suv"],
        "features": ["navi", "allrad"],
        "stations": ["nord", "süd"],
    }
    assert request["filters"] == wanted
    assert not any(sent_form(drawn, **ticked, do="clear").filters.values())
    assert (request["appointment_id"], request["site"], request["limit"]) == ("T-1", "main", LIMIT)


@pytest.mark.parametrize(
    ("option", "named"),
    [("fake:a:b/c", ("fake", "a:b/c")), *((option, None) for option in ("", "fake", "fake:", ":V1"))],
)
def test_a_booking_names_provider_and_option(drawn, option, named):
    """An option's id may hold anything; without an option there is no booking."""
    form = sent_form(drawn, option=option)
    booking = booking_of(form, PERIOD, TYPED, MANUAL)
    assert (booking and (booking["provider"], booking["option_id"])) == named
    if booking:
        validate(booking, "rental_change")
        assert booking["change_id"] == form.change_id


@given(st.dictionaries(st.sampled_from([*MOMENTS, *RENTER]), sent))
def test_any_form_is_refused_or_a_valid_booking(catalogues, fields):
    """Refused by the names of its fields."""
    drawn = drawn_for(MANUAL, language=catalogues["de"], now=NOW)
    form = sent_form(drawn, option="fake:V1", **fields)
    wanted = read(form)
    if wanted.problems:
        assert set() < set(wanted.problems) <= {*MOMENTS, *RENTER}
    else:
        validate(booking_of(form, wanted.period, wanted.customer, MANUAL), "rental_change")
