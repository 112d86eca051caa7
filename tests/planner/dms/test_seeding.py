"""Customers who do not exist and look as if they did."""

import re
import time
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
PLATE = re.compile(r"([A-ZÄÖÜ]{1,3})-([A-Z]{1,2}) ([1-9]\d{0,3})E?")


@pytest.fixture(scope="module")
def customers():
    """The 2,000."""
    return list(seeded(2000))


def test_the_same_seed_gives_the_same_customers(customers):
    """Another one gives others; fewer are the first of more."""
    assert customers[:500] == list(seeded(500))
    assert customers[50:100] != list(seeded(100, seed=2))[50:]


def test_every_customer_and_car_is_a_document_of_the_contract(customers):
    """A planner can hand them on."""
    for customer in customers:
        validate(customer.document(), "customer", closed=True)
        for car in customer.cars:
            validate(car.document(), "appointment_vehicle", closed=True)
            assert list(car.document()) == ["licence_plate", "vin", "make", "model"]


def test_nobody_can_be_reached(customers):
    """Telephone numbers are kept free for films, e-mail addresses for examples; most have one of each."""
    numbers = [number for each in customers for number in (each.phone, each.mobile) if number]
    emails = [each.email for each in customers if each.email]
    assert [number for number in numbers if not NOBODYS_NUMBERS.fullmatch(number)] == []
    assert [email for email in emails if not re.fullmatch(r"[a-z0-9.-]+@example\.(com|org|net)", email)] == []
    assert [each.number for each in customers if not each.phone and not each.mobile] == []
    assert len(emails) == len(set(emails)) > 1200


def test_numbers_and_places_fit(customers):
    """A postal code is its city's, a plate begins with its district, a landline with its city's code."""
    cities = {city.name: city for city in CITIES}
    codes = {"030": "Berlin", "069": "Frankfurt am Main", "040": "Hamburg", "0221": "Köln", "089": "München"}
    assert len(cities) >= 80
    for customer in customers:
        city = cities[customer.city]
        assert customer.postal_code in city.postal_codes
        assert not customer.phone or codes[customer.phone.split()[0]] == customer.city
        assert {city.plate} == {car.licence_plate.partition("-")[0] for car in customer.cars}


def test_postal_codes_are_one_citys():
    """Five digits, and no two cities share one."""
    codes = [code for city in CITIES for code in city.postal_codes]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if not re.fullmatch(r"\d{5}", code)] == []


def test_cars_look_real(customers):
    """One to four each, no plate and no identification number twice, each as the law wants it."""
    cars = [car for customer in customers for car in customer.cars]
    assert {len(customer.cars) for customer in customers} == {1, 2, 3, 4}
    assert len(cars) == len({car.licence_plate for car in cars}) == len({car.vin for car in cars})
    assert [car.vin for car in cars if not re.fullmatch("[A-HJ-NPR-Z0-9]{17}", car.vin)] == []
    for car in cars:
        plate = PLATE.fullmatch(car.licence_plate)
        assert plate is not None
        assert len(re.sub("[- ]", "", car.licence_plate)) <= 8
        assert plate[2] not in {"HJ", "KZ", "NS", "SA", "SS"}
    assert len({car.make for car in cars}) >= 30


def test_names_are_those_of_germany(customers):
    """Umlauts, ß, double names, nobles, two first names, companies of every form, letters of our neighbours."""
    names = " | ".join(f"{each.first_name}; {each.last_name}; {each.company}" for each in customers)
    for part in (
        *(
            "ä",
            "ö",
            "ü",
            "ß",
            "ş",
            "ı",
            "İ",
            "ğ",
            "ł",
            "ń",
            "ż",
            "ò",
            "ć",
            "é",
            "ø",
            "Müller-Lüdenscheidt",
            "; von ",
        ),
        *(
            "Hans",
            "GmbH",
            "GmbH & Co. KG",
            "e.K.",
            " AG",
            "OHG",
            "UG (haftungsbeschränkt)",
            "& Söhne",
            "Straßenbau",
        ),
    ):
        assert part in names, part
    assert len([each for each in customers if re.search(r"\w-\w", each.last_name)]) > 50
    assert len([each for each in customers if " " in each.first_name]) > 50
    assert len([each for each in customers if re.search(r", (WG|Zi\. \d+|App\. \d+)$", each.street)]) > 50
    assert 250 < Counter(each.kind for each in customers)["company"] < 500
    assert Counter(each.name for each in customers).most_common(1)[0][1] < 10


def test_the_first_customers_are_known_by_name(customers):
    """A demo can count on Hans Müller and his car."""
    assert (
        customers[0].number, customers[0].name, customers[0].city, customers[0].cars[0].licence_plate,
    ) == ("10001", "Müller, Hans", "Köln", "K-MU 123")  # fmt: skip


def test_a_dms_is_filled_in_a_moment_and_once(tmp_path):
    """A DMS that has customers keeps them."""
    path = tmp_path / "dms.sqlite3"
    took = []
    for _ in range(3):
        path.unlink(missing_ok=True)
        start = time.perf_counter()
        open_dms(path, seeded_customers=2000).close()
        took.append(time.perf_counter() - start)
    with open_dms(path, seeded_customers=5, seed=2) as dms:
        assert dms.search("10001")[0].name == "Müller, Hans"
        assert dms.customer("12000") is not None
    assert min(took) < 3.0  # a busy machine's second
