"""What is not valid is refused, with the place that is wrong."""

import pytest

from mobility_schemas import Finding, InvalidDocument, explain, validate
from tests.support.changed_documents import GONE, changed

BOOK, END, CANCEL, GIVE_UP, REBOOK = range(5)
UUID = "0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51"

REFUSED = [
    # document, number of the example, place, values that are refused there
    ("period", 0, "/end", [GONE]),
    ("period", 0, "/start", ["2026-11-24T08:00:00", None]),
    ("customer", 0, "/source", ["crm"]),
    ("customer", 0, "/number", [GONE, "", 10023]),
    ("customer", 0, "/last_name", [GONE, " \u00a0\u2003", "x" * 201]),
    ("customer", 1, "/company", [""]),
    ("customer", 0, "/first_name", ["Erika\x00"]),
    ("customer", 0, "/city", ["Ham\nburg"]),
    ("appointment", 0, "/id", ["", "a" * 81, "a/b", "a\n", "ä", 815]),
    ("appointment", 0, "/revision", [0, True, 1.5, 2**53]),
    ("appointment", 0, "/status", ["moved"]),
    ("appointment", 0, "/site", ["s" * 61, "a b"]),
    ("appointment", 0, "/time_zone", ["", "Europe Berlin"]),
    ("appointment", 0, "/note", ["x"]),
    ("mobility_request", 0, "/limit", [0, 10001, "200"]),
    ("mobility_request", 0, "/filters", [GONE]),
    ("mobility_request", 0, "/filters/features/0", ["a\x07"]),
    ("mobility_request", 0, "/filters/vehicle_classes", ["kombi"]),
    ("mobility_request", 0, "/filters/stations", [None, "mitte"]),
    ("mobility_filters", 0, "/stations/0/name", [GONE]),
    ("mobility_filters", 0, "/stations/0/opening_hours/0/closes", ["25:00", "8:00", "18:00\n"]),
    ("mobility_offer", 0, "/options/1/match", ["near"]),
    ("mobility_offer", 0, "/options/0/kind", ["plane"]),
    ("mobility_offer", 0, "/options/0/title", [" "]),
    ("mobility_offer", 0, "/options/0/price/amount", [49.9, "49,90"]),
    ("mobility_offer", 0, "/options/0/price/currency", ["eur"]),
    ("mobility_offer", 0, "/options/0/vehicle/seats", ["5"]),
    ("mobility_offer", 0, "/total", [-1]),
    ("mobility_offer", 0, "/truncated", [0]),
    ("rental_change", BOOK, "/change_id", [UUID.replace("-", ""), f"{UUID}\n", None]),
    ("rental_change", BOOK, "/action", ["extend"]),
    ("rental_change", BOOK, "/site", [GONE]),
    ("rental_change", BOOK, "/appointment_id", [GONE]),
    ("rental_change", BOOK, "/option_id", [GONE, "", "o" * 256]),
    ("rental_change", BOOK, "/period", [GONE]),
    ("rental_change", BOOK, "/customer", [GONE]),
    ("rental_change", BOOK, "/colour", ["red"]),
    ("rental_change", REBOOK, "/note", ["", "x" * 2001]),
    ("rental_change", END, "/end", [GONE]),
    ("rental_change", END, "/rental_id", [GONE]),
    ("rental_change", END, "/revision", ["1"]),
    ("rental_change", CANCEL, "/rental_id", [GONE]),
    ("rental_change", CANCEL, "/book_change_id", [UUID]),
    ("rental_change", CANCEL, "/reason", ["x" * 1001]),
    ("rental_change", GIVE_UP, "/book_change_id", ["first"]),
    ("rental_change", REBOOK, "/customer", [GONE]),
    ("rental_change", REBOOK, "/period", [GONE]),
    ("proposal", 0, "/change/end", [GONE]),
    ("proposal", 1, "/change/period", [GONE]),
    ("rental", 0, "/allowed_changes/2", ["book"]),
    ("rental_outcome", 0, "/status", ["pending"]),
    ("rental_outcome", 0, "/change_id", [GONE, 7]),
    ("rental_outcome", 1, "/problem/code", ["no_idea"]),
    ("rental_outcome", 1, "/problem/retryable", ["no"]),
    ("mobility_step", 0, "/locked/0", ["customer"]),
    ("mobility_step", 1, "/notices/0/severity", ["fatal"]),
    ("mobility_step", 2, "/pending/since", [GONE]),
    ("rental_quote", 0, "/possible", [GONE, "yes"]),
    ("rental_quote", 0, "/difference/amount", [-49.9]),
    ("provider_settings", 0, "/links/0/url", ["http://www.carloop.info"]),
    ("provider_settings", 0, "/values/nested", [{"a": 1}]),
    ("check_report", 0, "/ok", ["yes"]),
    ("erasure_subjects", 0, "/appointment_ids/0", ["a b"]),
    ("erasure_report", 0, "/kept/0/until", ["tomorrow"]),
]
REFUSED_INSIDE = [
    # document, number of the example, place, value, where the refusal points
    ("rental_change", CANCEL, "/customer", {"source": "dms"}, "/customer/number"),
    ("provider_settings", 0, "/values/list", [[1]], "/values/list/0"),
]
CASES = [(*place, value, place[2]) for *place, values in REFUSED for value in values] + REFUSED_INSIDE


@pytest.mark.parametrize(("name", "number", "place", "value", "pointer"), CASES)
def test_refused_with_its_place(example, name, number, place, value, pointer):
    """One thing is made wrong: the refusal points there, and both functions say the same."""
    document = changed(example(name, number), place, value)

    with pytest.raises(InvalidDocument) as refusal:
        validate(document, name)

    error = refusal.value
    assert (error.name, error.pointer) == (name, pointer)
    assert explain(document, name)[0] == Finding(error.pointer, error.message)
    assert explain(document, name, locale="de")[0] == Finding(error.pointer, error.in_language("de"))


ACCEPTED = [
    ("customer", 0, "/first_name", [""]),
    ("customer", 0, "/company", [""]),
    ("customer", 1, "/number", ["K-1"]),
    ("customer", 1, "/last_name", [" "]),
    ("appointment", 0, "/id", ["~._-aZ9", "a" * 80]),
    ("appointment", 0, "/time_zone", ["America/Argentina/Buenos_Aires", "UTC"]),
    ("appointment", 0, "/work", ["Inspektion\nÖlwechsel\t"]),
    ("mobility_request", 0, "/limit", [1, 10000, GONE]),
    ("mobility_request", 0, "/appointment_id", [GONE]),
    ("rental_change", BOOK, "/change_id", [UUID.upper()]),
    ("rental_change", BOOK, "/rental_id", ["r-1"]),
    ("rental_change", END, "/site", ["hamburg"]),
    ("rental_change", END, "/revision", [GONE]),
    ("rental_change", END, "/option_id", ["veh-2"]),
    ("rental_change", END, "/reason", ["x"]),
    ("rental_change", END, "/note", [""]),
    ("rental_change", BOOK, "/note", ["Kindersitz\nhinten"]),
    ("rental_change", END, "/book_change_id", [UUID]),
    ("rental_change", CANCEL, "/site", [GONE]),
    ("rental_change", REBOOK, "/end", ["2026-11-26T17:00:00+01:00"]),
    ("rental_outcome", 0, "/change_id", [None]),
    ("rental_outcome", 0, "/provider", [None]),
    ("provider_settings", 0, "/values/token", [None]),
    ("provider_settings", 0, "/values/stations", [["a", 1, True, None]]),
    ("mobility_step", 0, "/locked/0", [""]),
    ("mobility_offer", 0, "/explanation", [GONE]),
]


@pytest.mark.parametrize(("name", "number", "place", "values"), ACCEPTED)
def test_accepted(example, name, number, place, values):
    """What the contract admits is accepted, also where unknown fields are refused."""
    for value in values:
        validate(changed(example(name, number), place, value), name, closed=True)


def test_every_finding_is_listed(example):
    """`explain` lists each place once, the deciding one first; of a thousand mistakes it gives twenty."""
    change = example("rental_change", BOOK)
    del change["site"], change["customer"]
    change |= {"option_id": 5, "colour": "red"}
    pointers = [finding.pointer for finding in explain(change, "rental_change")]
    assert sorted(pointers) == ["/colour", "/customer", "/option_id", "/site"]
    assert len(explain(example("mobility_offer") | {"options": [{}] * 1000}, "mobility_offer")) == 20


def test_pointer_is_escaped(example):
    """A name with `/` and `~` is written as RFC 6901 says."""
    assert explain(example("period") | {"a/b~c": 1}, "period", closed=True)[0].pointer == "/a~1b~0c"


def test_unknown_document():
    """A document type that does not exist is the caller's mistake, not the document's."""
    for name in ("rental_chance", "carloop/Boat", "", "../time"):
        with pytest.raises(LookupError):
            validate({}, name)


def test_a_refusal_may_go_without_its_explanation():
    """Who has no time to look for the place learns that the document is not valid, and no more."""
    validate({"start": "2026-11-24T08:00:00Z", "end": "2026-11-25T08:00:00Z"}, "period", explained=False)
    with pytest.raises(InvalidDocument) as refused:
        validate({"start": "2026-11-24T08:00:00Z"}, "period", explained=False)
    assert (refused.value.pointer, refused.value.message) == ("", "This does not have the expected form.")
