"""Steps 1 to 3 as texts: drawn from an appointment, read back, and never read into what the contract refuses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobility_schemas import validate
from planner_host.appointments.appointment import (
    MANUAL_FIELDS,
    VEHICLE_FIELDS,
    Appointment,
    Visit,
    document_of,
    is_id,
    name_of,
    new_id,
)
from planner_host.appointments.visit_form import (
    FIELDS,
    LONGEST_WORK,
    blank_texts,
    read_visit,
    start_of_new,
    texts_of,
    usual_end,
    with_customer,
    with_vehicle,
    without_customer,
)
from planner_host.dms.csv_import import longest

from ..conftest import NOW

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 25, 7, tzinfo=UTC)
SOMMER = {"source": "manual", "last_name": "Sommer"}

# Anything a browser or another program can send; half characters are refused before a form is read.
sent = st.text(st.characters(codec="utf-8"), max_size=400)
odd = st.sampled_from(
    ["\x00", "\x1f", "\x7f", "\u200b", "\xa0", "\r\n", "\x85", "\ufeff", " ", "x" * 500, "ü" * 41]
)


def read(texts, **more):
    """Read a form on a day in November."""
    return read_visit(texts, zone=BERLIN, now=NOW, **({"customer_of_dms": None} | more))


@pytest.fixture(scope="module")
def form(catalogues):
    """A form with a customer typed by hand, filled in as it should be."""
    texts = blank_texts(START, language=catalogues["de"], zone=BERLIN)
    return texts | {"customer_source": "manual", "customer_last_name": "Sommer"}


def saved(visit):
    """Write a saved appointment."""
    return Appointment("T-1", 1, "main", "Europe/Berlin", visit, "anna", NOW)


def test_a_form_becomes_a_visit(form):
    """Customer, car, times and work are there, as lines of text; what was left empty is not, as a company's person."""
    typed = {"customer_last_name": "\u00a0So\u0308m\r\nmer ", "work": "Bremsen\n\tvorn\x00hinten"}
    read_form = read(form | typed | {"vehicle_licence_plate": "ka as\t1"})
    end, customer = START + timedelta(hours=8), SOMMER | {"last_name": "Söm mer"}
    visit = Visit(START, end, customer, {"licence_plate": "KA-AS 1"}, "Bremsen\n\tvorn hinten")
    assert (read_form.problems, read_form.visit) == ({}, visit)
    visit = read(form | {"customer_last_name": "", "customer_company": "Krüger GmbH"}).visit
    assert name_of(visit.customer) == "Krüger GmbH"


def test_a_drawn_form_is_read_back(language, draft):
    """Opening an appointment and saving it changes nothing, in either language."""
    appointment = draft()
    assert read(texts_of(appointment, language=language)).visit == appointment.visit


@given(st.integers(0, 100_000_000), st.integers(1, 10_000))
def test_a_drawn_period_is_read_back(catalogues, minute, minutes):
    """On whatever day of the year, however long the car stays."""
    start = datetime(2000, 1, 2, tzinfo=UTC) + timedelta(minutes=minute)
    visit = Visit(start, start + timedelta(minutes=minutes), SOMMER, {})
    assert read(texts_of(saved(visit), language=catalogues["de"])).visit == visit


@given(st.dictionaries(st.sampled_from(FIELDS), sent | odd | st.builds(str.__add__, sent, odd)))
def test_any_form_is_refused_or_a_valid_appointment(form, fields):
    """Refused by the names of its fields."""
    read_form = read(form | {"customer_source": ""} | {name: text.strip() for name, text in fields.items()})
    if read_form.visit is None:
        assert set() < set(read_form.problems) <= set(FIELDS)
    else:
        validate(document_of(saved(read_form.visit)), "appointment")


@pytest.mark.parametrize(
    "name", [*(f"customer_{n}" for n in MANUAL_FIELDS), *(f"vehicle_{n}" for n in VEHICLE_FIELDS)]
)
def test_a_field_is_as_long_as_in_the_contract(form, name):
    """One letter more is refused at its field, and nothing is cut off."""
    most = longest(name.partition("_")[2])
    fits, too_long = (read(form | {name: "a@" + "ü" * more}) for more in (most - 2, most - 1))
    validate(document_of(saved(fits.visit)), "appointment")
    assert (too_long.visit, dict(too_long.problems)) == (None, {name: "typed.too_long"})


NIGHT = {"start_date": "31.10.2027", "end_date": "31.10.2027", "start_time": "2:30", "end_time": "2:45"}


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        # a name of nothing that a person sees is none
        *(({"customer_last_name": name}, {"customer_last_name": "customer.name_missing"})
          for name in ("", "\ufeff\u00a0", "\x00")),
        ({"customer_email": "k. A."}, {"customer_email": "customer.email_wrong"}),
        ({"customer_email": "a@b.example", "work": "x" * LONGEST_WORK}, {}),
        ({"start_date": "31.2.", "end_time": "25", "customer_last_name": ""},
         {"start_date": "typed.day", "end_time": "typed.time", "customer_last_name": "customer.name_missing"}),
        ({"start_time": "24:00"}, {"start_time": "typed.midnight"}),
        ({"end_time": "08:00"}, {"end_date": "typed.end_before_start"}),
        # in the night in which the clocks go back, the second 2:30 comes after the first 2:45
        (NIGHT | {"start_fold": "1", "end_fold": "0"}, {"end_date": "typed.end_before_start"}),
        ({"work": "x" * (LONGEST_WORK + 1)}, {"work": "typed.too_long"}),
        # a number alone is nobody
        ({"customer_source": "dms", "customer_number": "999"}, {"customer_query": "customer.gone"}),
    ],
)  # fmt: skip
def test_each_mistake_is_refused_at_its_field(form, fields, problems):
    """All of them at once."""
    assert read(form | fields).problems == problems


def test_a_customer_of_the_dms_is_saved_as_the_dms_has_it(form, dms):
    """Whatever stands in the form's hidden fields; another customer is begun with empty fields."""
    customer = dms.customer("10001")
    picked = with_customer(form, customer)
    texts = picked | {"customer_last_name": "Meier", "customer_phone": "x" * 500}
    assert read(texts, customer_of_dms=customer.document()).visit.customer == customer.document()
    texts = without_customer(picked)
    left = {texts[name] for name in FIELDS if name.startswith("customer_") and name != "customer_source"}
    assert (left, texts["customer_source"]) == ({""}, "manual")


@pytest.mark.parametrize(
    ("number", "query", "plate"),
    [
        ("10001", "", "K-MU 123"),
        ("10002", "krüger", ""),
        ("10002", "msbk2", "MS-BK 2"),
        ("10002", "MS-BK", ""),
    ],
)
def test_a_customer_comes_with_the_car_that_is_meant(form, dms, number, query, plate):
    """The only one, or the one whose plate was searched for; else one has to be chosen, which replaces all of it."""
    texts = with_customer(form | {"customer_query": query}, dms.customer(number))
    assert texts["vehicle_licence_plate"] == plate
    texts = with_vehicle(form | {"vehicle_vin": "W1", "vehicle_make": "VW"}, {"licence_plate": "KA-B 2"})
    assert [texts[f"vehicle_{name}"] for name in ("licence_plate", "vin", "make")] == ["KA-B 2", "", ""]


@pytest.mark.parametrize(
    ("at", "start"),
    [
        ("2026-11-26T08:00", "2026-11-26T07:00"),
        ("2027-03-28T02:30", "2027-03-28T01:30"),
        *((at, "2026-11-24T09:15") for at in ("", "heute", "9999-12-31T23:59")),
    ],
)
def test_a_new_appointment_begins_at_its_slot(at, start):
    """An address that names no hour a visit can have means the next quarter of an hour."""
    assert f"{start_of_new(at, now=NOW, zone=BERLIN):%Y-%m-%dT%H:%M}" == start


def test_an_id_is_what_the_contract_takes_and_an_address_can_hold():
    """No address of another page."""
    ids = ("T-0a1b2c3d4e5f", "A.b_c~d-1", "x" * 80, new_id())
    assert [each for each in ids if not is_id(each)] == []
    assert [each for each in ("", "x" * 81, "ä", "a/b", "a\n", "..", ".", "new") if is_id(each)] == []


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-25T08:00", "2026-11-25T16:00"),
        ("2026-11-25T15:30", "2026-11-25T18:00"),
        ("2026-11-25T17:15", "2026-11-26T17:00"),
        ("2026-11-27T18:30", "2026-11-30T17:00"),
    ],
)
def test_a_car_is_picked_up_while_the_workshop_is_open(start, end):
    """Eight hours later, by six at the latest, else on the next working day at five."""
    begins, ends = (datetime.fromisoformat(each).replace(tzinfo=BERLIN) for each in (start, end))
    assert usual_end(begins.astimezone(UTC), BERLIN) == ends
