"""A DMS of a few customers for what is found, and one of 2,000 for what it takes."""

import pytest

from planner_host.dms import Car, DmsCustomer, open_dms

PEOPLE = (
    DmsCustomer(
        number="10001",
        salutation="Herr",
        first_name="Hans",
        last_name="Müller",
        street="Hauptstr. 5",
        postal_code="50667",
        city="Köln",
        country="DE",
        phone="0221 4710 123",
        mobile="+49 171 39200 05",
        email="hans@example.org",
        cars=(
            Car("K-MU 123", "WVWZZZAUZHP004711", "VW", "Golf"),
            Car("", "WBA12345678901234", "BMW", "320d"),
        ),
    ),
    DmsCustomer(number="10002", first_name="Eva", last_name="Mueller", city="Bonn"),
    DmsCustomer(number="10003", first_name="Sabine", last_name="Müller-Lüdenscheidt", city="Köln"),
    DmsCustomer(
        number="10004", first_name="Łucja", last_name="Wójcik", city="Łódź", street="Straße der Einheit 1"
    ),
    DmsCustomer(
        number="10005", first_name="İrem", last_name="Yıldırım", city="Fürth", cars=(Car("FÜ-E 12E"),)
    ),
    DmsCustomer(number="10006", first_name="Hans Peter", last_name="von der Heide", city="Bad Säckingen"),
    DmsCustomer(number="10007", first_name="Anna", last_name="Strauß", city="Gießen"),
    DmsCustomer(number="10008", first_name="Piero", last_name="D'Angelo", city="Ulm"),
    DmsCustomer(
        number="K-0815",
        kind="company",
        first_name="Jörg",
        last_name="Øster",
        company="Bäckerei Krüger & Söhne GmbH & Co. KG",
        city="Münster",
        cars=(Car("MS-BK 1"), Car("MS-BK 2")),
    ),
    DmsCustomer(number="10010", first_name="Karl", last_name="Mull", city="Hansdorf", street="Müllerweg 123"),
)


@pytest.fixture
def dms(tmp_path):
    """A DMS of ten customers."""
    with open_dms(tmp_path / "dms.sqlite3") as dms:
        dms.replace(PEOPLE)
        yield dms


@pytest.fixture(scope="session")
def big_dms(tmp_path_factory):
    """A DMS of the 2,000 seeded customers; nobody changes it."""
    with open_dms(tmp_path_factory.mktemp("dms") / "dms.sqlite3", seeded_customers=2000) as dms:
        yield dms
