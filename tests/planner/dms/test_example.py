"""The customers a new planner has: nobody can be reached, and each is a valid document."""

import re

import pytest

from mobility_schemas import validate
from planner_host.example_appointments import CUSTOMERS, FIRST_CUSTOMER

NOBODYS_NUMBERS = re.compile(
    # Bundesnetzagentur, Mitteilung 148/2021
    r"030 23125 \d{3}|069 90009 \d{3}|040 66969 \d{3}|0221 4710 \d{3}|089 99998 \d{3}"
    r"|0171 39200 \d{2}|0176 040690 \d{2}|0152 (28817386|28895456|54599371)"
    r"|0172 (9925904|9968532|9973185|9973186|9980752)|0174 (9091317|9464308)"
)
NOBODYS_ADDRESS = re.compile(r"[a-z0-9.-]+@example\.(com|org|net)")


@pytest.fixture(scope="module")
def customers(example_dms):
    """The customers of a new DMS, who have numbers without a gap."""
    return [example_dms.customer(str(FIRST_CUSTOMER + place)) for place in range(CUSTOMERS)]


def test_a_demo_can_count_on_its_first_customer(customers):
    """Hans Müller and his car. Of other names there are several, and many have several cars."""
    first = customers[0]
    assert (first.number, first.name, first.city) == ("10001", "Müller, Hans", "Köln")
    assert first.cars[0].licence_plate == "K-MU 123"
    names = [each.name for each in customers]
    assert [each for each in sorted(set(names)) if names.count(each) > 1] == ["Schmidt, Svenja"]
    assert len([each for each in customers if len(each.cars) > 1]) > 100


def test_every_customer_and_car_is_a_document_of_the_contract(customers):
    """Of each car all is known, and no two have the same plate or number."""
    for customer in customers:
        validate(customer.document(), "customer", closed=True)
    cars = [car for customer in customers for car in customer.cars]
    for car in cars:
        validate(car.document(), "appointment_vehicle", closed=True)
        assert list(car.document()) == ["licence_plate", "vin", "make", "model"]
    assert len(cars) == len({car.licence_plate for car in cars}) == len({car.vin for car in cars})


def test_nobody_can_be_reached(customers):
    """Telephone numbers are reserved for films, e-mail addresses for examples; everybody has a number."""
    numbers = [number for each in customers for number in (each.phone, each.mobile) if number]
    emails = [each.email for each in customers if each.email]
    assert [number for number in numbers if not NOBODYS_NUMBERS.fullmatch(number)] == []
    assert [email for email in emails if not NOBODYS_ADDRESS.fullmatch(email)] == []
    assert [each.number for each in customers if not each.phone and not each.mobile] == []
    assert len(emails) == len(set(emails)) > 180
