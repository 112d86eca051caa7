"""Import a DMS's export: `customers.csv` and `cars.csv`, whatever they are called; all of it, or nothing.

Columns of the customers, in any order, under their German or English names (others are ignored): Kundennummer, Anrede,
Vorname, Nachname, Firma, Straße, PLZ, Ort, Land, Telefon, Mobil, E-Mail. A number and a last name or a company are
needed; who has a company is one. Columns of the cars: Kundennummer, Kennzeichen, FIN, Marke, Modell; a plate or a
vehicle identification number is needed.

An export is complete: whoever is not in it any more is removed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from planner_host.dms.csv_cells import Columns, CsvRow, read_rows
from planner_host.dms.customer import Car, DmsCustomer
from planner_host.dms.findings import DmsProblem, Finding
from planner_host.dms.folding import is_visible
from planner_host.dms.sqlite import Dms, Replaced

_NUMBER: Final = ("Kundennummer", "Kunden-Nr.", "Kd.-Nr.", "number", "customer number")

CUSTOMER_COLUMNS: Final = Columns(
    {
        "number": _NUMBER,
        "salutation": ("Anrede", "salutation"),
        "first_name": ("Vorname", "first name"),
        "last_name": ("Nachname", "Familienname", "Name", "last name"),
        "company": ("Firma", "Firmenname", "company"),
        "street": ("Straße", "Straße und Hausnummer", "Straße/Hausnummer", "Straße/Hausnr.", "street"),
        "postal_code": ("PLZ", "Postleitzahl", "postal code"),
        "city": ("Ort", "Wohnort", "Stadt", "city"),
        "country": ("Land", "country"),
        "phone": ("Telefon", "Telefonnummer", "Festnetz", "phone"),
        "mobile": ("Mobil", "Mobiltelefon", "Mobilnummer", "Handy", "mobile"),
        "email": ("E-Mail", "E-Mail-Adresse"),
    },
    needed=(("number",), ("last_name", "company")),
)
CAR_COLUMNS: Final = Columns(
    {
        "number": _NUMBER,
        "licence_plate": (
            "Kennzeichen",
            "Amtl. Kennzeichen",
            "Amtliches Kennzeichen",
            "licence plate",
            "plate",
        ),
        "vin": ("FIN", "Fahrgestellnummer", "Fahrgestell-Nr.", "VIN"),
        "make": ("Marke", "Hersteller", "Fabrikat", "make"),
        "model": ("Modell", "Fahrzeugmodell", "model"),
    },
    needed=(("number",), ("licence_plate", "vin")),
)
"""Capitals, marks, blanks and signs do not matter: `KdNr` is `Kd.-Nr.`, and `licence_plate` is `licence plate`."""

# What the contract admits in `customer` and in an appointment's `vehicle`; a test holds the two together.
LONGEST: Final[Mapping[str, int]] = {
    "number": 80, "salutation": 80, "country": 80, "phone": 80, "mobile": 80, "postal_code": 40, "email": 320,
    "licence_plate": 40, "vin": 40,
}  # fmt: skip
LONGEST_OF_THE_OTHERS: Final = 200
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def import_csv(dms: Dms, customers: Path, cars: Path) -> Replaced:
    """Replace the customers of the DMS by those of an export.

    Raises:
        DmsProblem: the export has mistakes, which it lists by line and column. Nothing has changed then.
    """
    rows, car_rows = read_rows(customers, CUSTOMER_COLUMNS), read_rows(cars, CAR_COLUMNS)
    if not rows:
        raise DmsProblem(Finding("csv_empty", customers.name))
    if mistakes := [*_customer_mistakes(rows), *_car_mistakes(car_rows, rows)]:
        raise DmsProblem(*mistakes)
    return dms.replace(_customers(rows, car_rows))


def import_example(dms: Dms) -> None:
    """Import the customers and cars that a new planner starts with; none of them exist."""
    folder = Path(__file__).parent / "example"
    import_csv(dms, folder / "customers.csv", folder / "cars.csv")


def longest(field: str) -> int:
    """Return how many characters the contract admits in a field of a customer or of a customer's car."""
    return LONGEST.get(field, LONGEST_OF_THE_OTHERS)


def _customer_mistakes(rows: Iterable[CsvRow]) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for row in rows:
        yield from _cell_mistakes(row)
        number = row.cells["number"]
        if number in lines:
            yield row.finding("csv_number_twice", "number", first=lines[number])
        elif is_visible(number):
            lines[number] = row.line
        yield from _lacking(row, "csv_name_missing", "last_name", "company")


def _car_mistakes(rows: Iterable[CsvRow], customers: Iterable[CsvRow]) -> Iterator[Finding]:
    numbers = {row.cells["number"] for row in customers}
    for row in rows:
        yield from _cell_mistakes(row)
        if is_visible(row.cells["number"]) and row.cells["number"] not in numbers:
            yield row.finding("csv_customer_unknown", "number")
        yield from _lacking(row, "csv_car_empty", "licence_plate", "vin")


def _cell_mistakes(row: CsvRow) -> Iterator[Finding]:
    if not is_visible(row.cells["number"]):
        yield row.finding("csv_value_missing", "number")
    for field, text in row.cells.items():
        limit = longest(field)
        if len(text) > limit:
            yield row.finding("csv_too_long", field, limit=limit)
        if _CONTROL.search(text):
            yield row.finding("csv_control_character", field)


def _lacking(row: CsvRow, code: str, *fields: str) -> Iterator[Finding]:
    if not any(is_visible(row.cells.get(field, "")) for field in fields):
        yield row.finding(code, next(field for field in fields if field in row.titles))


def _customers(rows: Iterable[CsvRow], cars: Iterable[CsvRow]) -> Iterator[DmsCustomer]:
    cars_of: dict[str, list[Car]] = defaultdict(list)
    for row in cars:
        fields = dict(row.cells)
        cars_of[fields.pop("number")].append(Car(**fields))
    for row in rows:
        kind: Literal["person", "company"] = "company" if row.cells.get("company") else "person"
        yield DmsCustomer(**row.cells, kind=kind, cars=tuple(cars_of[row.cells["number"]]))
