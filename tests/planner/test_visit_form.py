"""Steps 1 to 3 as texts: drawn from an appointment, read back, and never read into what the contract refuses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobility_schemas import validate
from planner_host.appointments import (
    MANUAL_FIELDS,
    VEHICLE_FIELDS,
    Appointment,
    Status,
    Visit,
    document_of,
    is_id,
    name_of,
    new_id,
)
from planner_host.dms.csv_import import longest
from planner_host.visit_form import (
    FIELDS,
    LONGEST_WORK,
    blank_texts,
    read_visit,
    start_of_new,
    texts_of,
    tidy,
    usual_end,
    with_customer,
    with_vehicle,
    without_customer,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 9, 7, tzinfo=UTC)
START = datetime(2026, 11, 25, 7, tzinfo=UTC)

# Anything a browser or another program can send; half characters are refused before a form is read.
sent = st.text(st.characters(codec="utf-8"), max_size=400)
odd = st.sampled_from(
    ["\x00", "\x1f", "\x7f", "\u200b", "\xa0", "\r\n", "\x85", "\ufeff", " ", "x" * 500, "ü" * 41]
)


def read(texts, **more):
    """Read a form on a day in November."""
    return read_visit(texts, zone=BERLIN, now=NOW, **({"customer_of_dms": None} | more))


@pytest.fixture
def form(catalogues):
    """A form with a customer typed by hand, filled in as it should be."""
    texts = blank_texts(START, language=catalogues["de"], zone=BERLIN)
    return texts | {"customer_source": "manual", "customer_last_name": "Sommer"}


def document(visit):
    """Write a visit as the document it becomes."""
    saved = Appointment(new_id(), 1, "main", "Europe/Berlin", visit, "anna", NOW)
    return document_of(saved)


def test_what_is_filled_in_becomes_a_visit(form):
    """Customer, car, times and work are there; what was left empty is not."""
    read_form = read(form | {"vehicle_licence_plate": "KA-AS 1", "work": "Inspektion"})
    expected = Visit(
        START,
        START + timedelta(hours=8),
        {"source": "manual", "last_name": "Sommer"},
        {"licence_plate": "KA-AS 1"},
        "Inspektion",
    )
    assert (read_form.problems, read_form.visit) == ({}, expected)


def test_a_drawn_form_is_read_back(language, draft):
    """Opening an appointment and saving it changes nothing, in either language."""
    appointment = draft()
    assert appointment.visit == read(texts_of(appointment, language=language)).visit


@given(st.integers(0, 100_000_000), st.integers(1, 10_000))
def test_a_drawn_period_is_read_back(catalogues, minute, minutes):
    """On whatever day of the year, however long the car stays."""
    start = datetime(2000, 1, 2, tzinfo=UTC) + timedelta(minutes=minute)
    visit = Visit(start, start + timedelta(minutes=minutes), {"source": "manual", "last_name": "Sommer"}, {})
    appointment = Appointment("T-1", 1, "main", "Europe/Berlin", visit, "anna", NOW)
    assert visit == read(texts_of(appointment, language=catalogues["de"])).visit


@given(st.dictionaries(st.sampled_from(FIELDS), sent | odd | st.builds(str.__add__, sent, odd)))
def test_what_can_be_saved_the_contract_takes(catalogues, fields):
    """Whatever is sent, it is refused by name of the field, or it is a valid appointment."""
    texts = blank_texts(START, language=catalogues["de"], zone=BERLIN) | {"customer_last_name": "Sommer"}
    read_form = read(texts | {name: text.strip() for name, text in fields.items()})
    if read_form.visit is None:
        assert set(read_form.problems) <= set(FIELDS)
        assert read_form.problems != {}
    else:
        validate(document(read_form.visit), "appointment")


@pytest.mark.parametrize(
    "name", [*(f"customer_{n}" for n in MANUAL_FIELDS), *(f"vehicle_{n}" for n in VEHICLE_FIELDS)]
)
def test_a_line_is_as_long_as_the_contract_has_it(form, name):
    """The longest that the contract takes is taken; one letter more is said at its field, and nothing is cut off."""
    most = longest(name.partition("_")[2])
    fits, too_long = (read(form | {name: "a@" + "ü" * more}) for more in (most - 2, most - 1))
    assert fits.visit is not None
    validate(document(fits.visit), "appointment")
    assert (too_long.visit, dict(too_long.problems)) == (None, {name: "typed.too_long"})


def test_work_is_as_long_as_its_field(form):
    """What does not fit is said, not cut off."""
    assert read(form | {"work": "x" * LONGEST_WORK}).visit is not None
    assert read(form | {"work": "x" * (LONGEST_WORK + 1)}).problems == {"work": "typed.too_long"}


def test_work_keeps_its_lines(form):
    """Several lines stay several lines; what no text holds becomes a blank."""
    visit = read(form | {"work": "Bremsen\n\tvorn\x00hinten"}).visit
    assert visit is not None
    assert visit.work == "Bremsen\n\tvorn hinten"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("  Hans\tPeter ", "Hans Peter"),
        ("Mu\u0308ller", "Müller"),
        ("a\r\nb\x00c", "a b c"),
        ("\x1f", ""),
        ("\u00a0x\u2003y", "x y"),
    ],
)
def test_a_line_is_tidied(typed, line):
    """What was pasted with line ends, tabs and the like is one line of text."""
    assert tidy(typed) == line


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\ufeff\u00a0", "\x00"])
def test_a_customer_has_a_name(form, name):
    """A name of nothing that a person sees is none."""
    assert read(form | {"customer_last_name": name}).problems == {
        "customer_last_name": "customer.name_missing"
    }


def test_a_company_is_name_enough(form):
    """Companies need no person."""
    visit = read(form | {"customer_last_name": "", "customer_company": "Krüger GmbH"}).visit
    assert visit is not None
    assert name_of(visit.customer) == "Krüger GmbH"


def test_every_mistake_is_said_at_once(form):
    """Who mistyped three fields is told of three."""
    wrong = {"start_date": "31.2.", "end_time": "25", "customer_last_name": ""}
    expected = {
        "start_date": "typed.day",
        "end_time": "typed.time",
        "customer_last_name": "customer.name_missing",
    }
    assert read(form | wrong).problems == expected


@pytest.mark.parametrize("end", ["07:59", "08:00"])
def test_the_car_is_fetched_after_it_was_brought(form, end):
    """A visit takes a while."""
    assert read(form | {"end_time": end}).problems == {"end_date": "typed.end_before_start"}


def test_the_odd_night_is_measured_by_instants(form):
    """From the second 2:30 to 2:45 is a quarter of an hour; from there back to the first, none."""
    night = {"start_date": "31.10.2027", "end_date": "31.10.2027", "start_time": "2:30", "end_time": "2:45"}
    forth = read(form | night | {"start_fold": "0", "end_fold": "1"}).visit
    back = read(form | night | {"start_fold": "1", "end_fold": "0"})
    assert forth is not None
    assert timedelta(minutes=75) == forth.end - forth.start
    assert back.problems == {"end_date": "typed.end_before_start"}


def test_a_customer_of_the_dms_is_what_the_dms_says(form, dms):
    """Whatever stands in the form's hidden fields, the DMS's own data are saved."""
    customer = dms.customer("10001")
    texts = with_customer(form, customer) | {"customer_last_name": "Meier", "customer_phone": "x" * 500}
    visit = read(texts, customer_of_dms=customer.document()).visit
    assert visit is not None
    assert customer.document() == visit.customer


def test_a_customer_who_is_gone_from_the_dms_is_said(form):
    """A number alone is nobody."""
    texts = form | {"customer_source": "dms", "customer_number": "999"}
    assert read(texts).problems == {"customer_query": "customer.gone"}


def test_the_only_car_comes_along(form, dms):
    """One car is taken over with its owner, of several one is chosen."""
    assert [
        with_customer(form, dms.customer(number))["vehicle_licence_plate"] for number in ("10001", "10002")
    ] == ["K-MU 123", ""]


def test_another_customer_is_begun_with_empty_fields(form, dms):
    """Nothing of the customer of the DMS stays in the form typed by hand."""
    texts = without_customer(with_customer(form, dms.customer("10001")))
    left = [texts[name] for name in FIELDS if name.startswith("customer_") and name != "customer_source"]
    assert (set(left), texts["customer_source"]) == ({""}, "manual")


def test_another_car_replaces_all_of_the_first(form):
    """A plate that the new car does not have is not kept."""
    texts = with_vehicle(form | {"vehicle_vin": "W1", "vehicle_make": "VW"}, {"licence_plate": "KA-B 2"})
    assert tuple(texts[f"vehicle_{name}"] for name in ("licence_plate", "vin", "make")) == ("KA-B 2", "", "")


@pytest.mark.parametrize(
    ("at", "start"),
    [
        ("2026-11-26T08:00", "2026-11-26T07:00"),
        ("2027-03-28T02:30", "2027-03-28T01:30"),
        ("", "2026-11-24T09:15"),
        ("heute", "2026-11-24T09:15"),
        ("0001-01-01T00:00", "2026-11-24T09:15"),
        ("9999-12-31T23:59", "2026-11-24T09:15"),
    ],
)
def test_a_new_appointment_begins_at_its_slot(at, start):
    """An address that names no hour a visit can have means the next quarter of an hour."""
    assert (
        start_of_new(at, now=NOW, zone=BERLIN).isoformat(timespec="minutes").removesuffix("+00:00") == start
    )


@pytest.mark.parametrize("text", ["T-0a1b2c3d4e5f", "A.b_c~d-1", "x" * 80])
def test_an_id(text):
    """What the contract takes as an id, and an address can bear."""
    assert is_id(text)


@pytest.mark.parametrize("text", ["", "x" * 81, "ä", "a/b", "a b", "a\n", "..", ".", "new", "-a\x00"])
def test_no_id(text):
    """An address would lead elsewhere, or the contract refuses it."""
    assert not is_id(text)


def test_drawn_ids_are_ids():
    """Each is another."""
    drawn = {new_id() for _ in range(100)}
    assert (len(drawn), all(map(is_id, drawn))) == (100, True)


def test_a_cancelled_visit_is_a_valid_document(visit, draft):
    """The status is the contract's, whatever else is known of car and work."""
    bare = Visit(visit.start, visit.end, visit.customer, {}, "", Status.CANCELLED)
    written = document_of(draft(visit=bare, revision=2))
    validate(written, "appointment")
    assert (written["status"], written["period"]["start"]) == ("cancelled", "2026-11-25T08:00:00+01:00")


@pytest.mark.parametrize(
    ("typed", "is_one"), [("a@b.example", True), ("", True), ("k. A.", False), ("a@b@c", False)]
)
def test_an_email_address_is_one(form, typed, is_one):
    """The browser is not asked: it would say so in its own language, or not at all."""
    problems = read(form | {"customer_email": typed}).problems
    assert ({} if is_one else {"customer_email": "customer.email_wrong"}) == problems


def test_every_mistake_of_a_moment_is_named(form):
    """The day's and the time's at once."""
    problems = read(form | {"start_date": "31.02.", "start_time": "24:00"}).problems
    assert problems == {"start_date": "typed.day", "start_time": "typed.midnight"}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-25T08:00", "2026-11-25T16:00"),
        ("2026-11-25T15:30", "2026-11-25T18:00"),
        ("2026-11-25T17:00", "2026-11-25T18:00"),
        ("2026-11-25T17:15", "2026-11-26T17:00"),
        ("2026-11-25T22:00", "2026-11-26T17:00"),
        ("2026-11-27T18:30", "2026-11-30T17:00"),
        ("2026-11-28T17:30", "2026-11-30T17:00"),
    ],
)
def test_a_car_is_picked_up_while_somebody_is_there(start, end):
    """Eight hours later, by six at the latest, else on the next working day at five."""
    begins, ends = (datetime.fromisoformat(each).replace(tzinfo=BERLIN) for each in (start, end))
    assert ends == usual_end(begins.astimezone(UTC), BERLIN)


@pytest.mark.parametrize(
    ("query", "plate"),
    [("MS-BK 2", "MS-BK 2"), ("msbk2", "MS-BK 2"), ("MS-BK", ""), ("krüger", ""), ("10002", "")],
)
def test_the_car_that_was_searched_for_goes_along(dms, form, query, plate):
    """Of several; by its plate, as far as it was typed and means one alone."""
    customer = dms.customer("10002")
    assert with_customer(form | {"customer_query": query}, customer)["vehicle_licence_plate"] == plate
