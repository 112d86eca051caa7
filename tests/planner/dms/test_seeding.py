"""The customers who are made up: nobody can be reached, and everything about them is plausible."""

import re
from collections import Counter

import pytest

from mobility_schemas import validate
from planner_host.dms import open_dms
from planner_host.dms.places import CITIES
from planner_host.dms.seeding import seeded

NOBODYS_NUMBERS = re.compile(
    # Bundesnetzagentur, Mitteilung 148/2021
    r"030 23125 \d{3}|069 90009 \d{3}|040 66969 \d{3}|0221 4710 \d{3}|089 99998 \d{3}"
    r"|0171 39200 \d{2}|0176 040690 \d{2}|0152 (28817386|28895456|54599371)"
    r"|0172 (9925904|9968532|9973185|9973186|9980752)|0174 (9091317|9464308)"
)
NOBODYS_ADDRESS = re.compile(r"[a-z0-9.-]+@example\.(com|org|net)")
PLATE = re.compile(r"([A-ZÄÖÜ]{1,3})-([A-Z]{1,2}) ([1-9]\d{0,3})E?")


@pytest.fixture(scope="module")
def customers():
    """The 2,000 customers of a new DMS."""
    return list(seeded(2000))


@pytest.fixture(scope="module")
def cars(customers):
    """Their cars."""
    return [car for customer in customers for car in customer.cars]


def test_the_same_seed_gives_the_same_customers(customers):
    """Another one gives others, fewer are the first of more, and a demo can count on Hans Müller."""
    assert list(seeded(500)) == customers[:500]
    assert list(seeded(100, seed=2))[50:] != customers[50:100]
    first = customers[0]
    assert (first.number, first.name, first.city) == ("10001", "Müller, Hans", "Köln")
    assert first.cars[0].licence_plate == "K-MU 123"


def test_every_customer_and_car_is_a_document_of_the_contract(customers, cars):
    """Of each car all is known."""
    for customer in customers:
        validate(customer.document(), "customer", closed=True)
    for car in cars:
        validate(car.document(), "appointment_vehicle", closed=True)
        assert list(car.document()) == ["licence_plate", "vin", "make", "model"]


def test_nobody_can_be_reached(customers):
    """Telephone numbers are reserved for films, e-mail addresses for examples; everybody has a number."""
    numbers = [number for each in customers for number in (each.phone, each.mobile) if number]
    emails = [each.email for each in customers if each.email]
    assert [number for number in numbers if not NOBODYS_NUMBERS.fullmatch(number)] == []
    assert [email for email in emails if not NOBODYS_ADDRESS.fullmatch(email)] == []
    assert [each.number for each in customers if not each.phone and not each.mobile] == []
    assert len(emails) == len(set(emails)) > 1200


def test_postal_code_plate_and_landline_are_the_citys(customers):
    """A postal code has five digits and belongs to one city."""
    codes = [code for city in CITIES for code in city.postal_codes]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if not re.fullmatch(r"\d{5}", code)] == []
    cities = {city.name: city for city in CITIES}
    assert len(cities) >= 80
    dialled = {
        "030": "Berlin",
        "069": "Frankfurt am Main",
        "040": "Hamburg",
        "0221": "Köln",
        "089": "München",
    }
    for customer in customers:
        city = cities[customer.city]
        assert customer.postal_code in city.postal_codes
        assert not customer.phone or dialled[customer.phone.split()[0]] == customer.city
        assert {car.licence_plate.partition("-")[0] for car in customer.cars} == {city.plate}


def test_cars_are_plausible(customers, cars):
    """One to four each; plates and identification numbers are unique and as the law wants them."""
    assert {len(customer.cars) for customer in customers} == {1, 2, 3, 4}
    assert len(cars) == len({car.licence_plate for car in cars}) == len({car.vin for car in cars})
    assert [car.vin for car in cars if not re.fullmatch("[A-HJ-NPR-Z0-9]{17}", car.vin)] == []
    plates = {car.licence_plate: PLATE.fullmatch(car.licence_plate) for car in cars}
    assert [plate for plate in plates if len(re.sub("[- ]", "", plate)) > 8] == []
    assert {plate[2] for plate in plates.values()} & {"HJ", "KZ", "NS", "SA", "SS"} == set()
    assert len({car.make for car in cars}) >= 30


def test_names_are_those_of_germany(customers):
    """Letters of our neighbours, double names, two first names, companies, students; hardly a name twice."""
    names = " | ".join(f"{each.first_name}; {each.last_name}; {each.company}" for each in customers)
    assert [
        part for part in ("ä", "ß", "ş", "İ", "ł", "é", "ø", "; von ", "GmbH & Co. KG") if part not in names
    ] == []
    assert len([each for each in customers if re.search(r"\w-\w", each.last_name)]) > 50
    assert len([each for each in customers if " " in each.first_name]) > 50
    assert len([each for each in customers if re.search(r", (WG|Zi\. \d+|App\. \d+)$", each.street)]) > 50
    assert 250 < Counter(each.kind for each in customers)["company"] < 500
    assert Counter(each.name for each in customers).most_common(1)[0][1] < 10


def test_a_dms_that_has_customers_keeps_them(tmp_path):
    """It is filled when it is made."""
    path = tmp_path / "dms.sqlite3"
    open_dms(path, seeded_customers=50).close()
    with open_dms(path, seeded_customers=5, seed=2) as dms:
        assert [dms.customer(number) is not None for number in ("10050", "10051")] == [True, False]
