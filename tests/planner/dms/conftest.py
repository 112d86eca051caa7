"""A DMS of customers who are hard to find."""

from contextlib import closing

import pytest

from planner_host.dms import Car, Dms, DmsCustomer

HANS = DmsCustomer(
    "10001",
    first_name="Hans",
    last_name="Müller",
    street="Hauptstr. 5",
    postal_code="50667",
    city="Köln",
    phone="0221 4710 123",
    mobile="+49 171 39200 05",
    cars=(Car("K-MU 123", "WVWZZZAUZHP004711", "VW", "Golf"), Car("", "WBA12345678901234", "BMW", "320d")),
)
BAKERY = DmsCustomer(
    "K-0815",
    "company",
    first_name="Jörg",
    last_name="Øster",
    company="Bäckerei Krüger & Söhne GmbH & Co. KG",
    city="Münster",
    cars=(Car("MS-BK 1"), Car("MS-BK 2")),
)
PEOPLE = (
    HANS,
    DmsCustomer("10002", first_name="Eva", last_name="Mueller", city="Bonn"),
    DmsCustomer("10003", first_name="Sabine", last_name="Müller-Lüdenscheidt", city="Köln"),
    DmsCustomer("10004", first_name="Łucja", last_name="Wójcik", city="Łódź", street="Straße der Einheit 1"),
    DmsCustomer("10005", first_name="İrem", last_name="Yıldırım", city="Fürth", cars=(Car("FÜ-E 12E"),)),
    DmsCustomer("10006", first_name="Hans Peter", last_name="von der Heide", city="Bad Säckingen"),
    DmsCustomer("10007", first_name="Anna", last_name="Strauß", city="Gießen"),
    DmsCustomer("10008", first_name="Piero", last_name="D'Angelo", city="Ulm"),
    BAKERY,
    DmsCustomer("0000017", last_name="Quast"),
    DmsCustomer("10010", first_name="Karl", last_name="Mull", city="Hansdorf", street="Müllerweg 123"),
)


@pytest.fixture
def dms(tmp_path):
    """A DMS of these customers."""
    with closing(Dms(tmp_path / "dms.sqlite3")) as dms:
        dms.replace(PEOPLE)
        yield dms


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    """The same, which nobody changes."""
    with closing(Dms(tmp_path_factory.mktemp("people") / "dms.sqlite3")) as dms:
        dms.replace(PEOPLE)
        yield dms
