"""The saved appointment: the same customer is recognised however it is written, and no personal data is kept."""

from dataclasses import fields

import pytest

from carloop_plugin.contract.requests import parse_appointment
from carloop_plugin.domain.appointments import Customer, digest_customer, digest_number, normalise, remember

KEY = b"a key of the records"
APPOINTMENT = {
    "id": "A-1",
    "revision": 1,
    "status": "scheduled",
    "site": "main",
    "period": {"start": "2026-11-24T10:30:00+01:00", "end": "2026-11-25T10:30:00+01:00"},
    "time_zone": "Europe/Berlin",
    "customer": {"source": "dms", "number": "K-4711", "first_name": "Jörg", "last_name": "Canary-Müller"},
}


def remembered(document):
    return remember(parse_appointment(document), key=KEY)


@pytest.mark.parametrize(
    ("altered", "expected"),
    [
        pytest.param({"first_name": "Jo\u0308rg"}, True, id="decomposed umlaut"),
        pytest.param({"last_name": " Canary-Müller\n"}, True, id="white space around"),
        pytest.param({"email": "  "}, True, id="blank field"),
        pytest.param({"number": "K-4712"}, False, id="other number"),
        pytest.param({"source": "manual"}, False, id="typed by hand"),
        pytest.param({"last_name": "Canary-Muller"}, False, id="other letter"),
        pytest.param({"first_name": "JÖRG"}, False, id="other case"),
        pytest.param({"city": "Ulm"}, False, id="one field more"),
    ],
)
def test_a_customer_is_compared_with_the_saved_one(altered, expected):
    """Empty fields are dropped, text is in NFC, white space is collapsed; everything else counts."""
    customer = APPOINTMENT["customer"] | altered
    assert remembered(APPOINTMENT).is_of(Customer(customer["source"], customer)) == expected


@pytest.mark.parametrize(
    ("saved", "asked", "expected"),
    [("4711", "4711", True), ("4711", "4712", False), ("Jo\u0308 1", " Jö  1", True), (" ", "None", False)],
)
def test_a_number_is_recognised_by_its_digest(saved, asked, expected):
    """Erasing asks for numbers, however written. They are short, as names are, and not to be tried without the key."""
    customer = APPOINTMENT["customer"] | {"number": saved}
    kept = remembered(APPOINTMENT | {"customer": customer})
    assert (kept.number_digest == digest_number(asked, key=KEY)) == expected
    by_key = [remember(parse_appointment(APPOINTMENT), key=key).customers[0] for key in (KEY, KEY[::-1])]
    assert len({digest for each in by_key for digest in (each.number_digest, each.name_digest)}) == 4


@pytest.mark.parametrize("number", [{}, {"number": ""}, {"number": " "}])
def test_a_customer_without_a_number_is_not_found_by_one(number):
    """Neither by an empty number nor by the number "None"."""
    kept = remembered(APPOINTMENT | {"customer": {"source": "manual", "last_name": "Meier"} | number})
    assert (kept.number_digest, digest_number(" ", key=KEY), normalise(" None ")) == ("", "", "None")


def test_a_customers_digest_is_stable():
    """It outlives a version of the plugin; the fields' names count, their order does not."""
    customer = {"source": "manual", "last_name": " Berg  Tal ", "first_name": "A\u0308nne", "city": ""}
    expected = "aa8968f560f90a753216523cf1a7a79839a0bd5c064369bfc1fd36aece00e2d5"
    for each in (customer, dict(reversed(customer.items()))):
        assert digest_customer(Customer("manual", each), salt=b"0" * 16) == expected
    moved = customer | {"last_name": "Tal", "first_name": "A\u0308nne Berg"}
    assert digest_customer(Customer("manual", moved), salt=b"0" * 16) != expected


def test_nothing_of_the_customer_is_kept():
    """Two appointments of one customer share at most the number's digest, and the row holds no name or number.

    The number has a letter that no hexadecimal digest has by chance.
    """
    kept = [remembered(APPOINTMENT) for _ in range(2)]
    assert kept[0].customer_digest != kept[1].customer_digest
    values = str([getattr(kept[0], each.name) for each in fields(kept[0])])
    assert not any(personal in values for personal in ("Canary", "K-4711", "Jörg"))
