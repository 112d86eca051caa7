"""The values of the port: what the contract gets of them, and what they keep to themselves."""

import pytest

from mobility_schemas import validate
from planner_host.dms import Car, DmsCustomer, Hit

HANS = DmsCustomer(
    number="10001",
    salutation="Herr",
    first_name="Hans",
    last_name="Müller",
    city="Köln",
    cars=(Car("K-MU 123", "WVWZZZAUZHP004711", "VW", "Golf"),),
)


def test_the_document_of_a_customer():
    """From the DMS, with its number, and without what is not known."""
    document = HANS.document()
    assert document == {
        "source": "dms",
        "number": "10001",
        "kind": "person",
        "salutation": "Herr",
        "first_name": "Hans",
        "last_name": "Müller",
        "city": "Köln",
    }
    validate(document, "customer", closed=True)


def test_the_document_of_a_car():
    """The contract's vehicle of an appointment, without what is not known."""
    assert HANS.cars[0].document() == {
        "licence_plate": "K-MU 123",
        "vin": "WVWZZZAUZHP004711",
        "make": "VW",
        "model": "Golf",
    }
    assert Car(make="VW").document() == {"make": "VW"}
    validate(HANS.cars[0].document(), "appointment_vehicle", closed=True)


@pytest.mark.parametrize(
    ("customer", "name"),
    [
        (HANS, "Müller, Hans"),
        (DmsCustomer("1", last_name="Müller"), "Müller"),
        (DmsCustomer("1", company="Krüger AG"), "Krüger AG"),
        (DmsCustomer("1", company="Krüger AG", last_name="Müller"), "Krüger AG"),
    ],
)
def test_the_name_in_lists(customer, name):
    """The company, else last and first name."""
    assert customer.name == name


def test_nothing_personal_is_in_a_repr():
    """What is printed or logged by mistake names nobody."""
    hit = Hit("10001", "Müller, Hans", "Köln", ("K-MU 123",))
    for secret in ("10001", "Müller", "Köln", "K-MU", "WVW"):
        assert secret not in f"{HANS!r} {HANS.cars!r} {hit!r}"


def test_the_file_keeps_the_port(dms):
    """The type checker holds the one to the other; whatever was stored comes back."""
    port = dms
    dms.replace([HANS])
    assert port.customer("10001") == HANS
    assert [port.customer(number) for number in ("1000", "", "\ud800")] == [None, None, None]
