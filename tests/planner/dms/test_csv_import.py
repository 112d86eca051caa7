"""An export is imported as German software writes it, or refused with the place of each mistake."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from mobility_schemas import validate
from planner_host.catalogues import catalogues
from planner_host.dms import Car, Dms, DmsCustomer, DmsProblem, Finding, Replaced, import_csv

CUSTOMERS = """\
Kundennummer;Anrede;Vorname;Nachname;Firma;Straße;PLZ;Ort;Mobil;Umsatz
10001;Herr;Jörg;Müller;;"Hauptstraße 5; Hinterhaus";01067;Dresden;0171 39200 05;12,50

10002;;;;"Bäckerei ""Krüger"" GmbH";"Am Markt 1
Gebäude B";50667;Köln;;0
"""
CARS = """\
Kundennummer;Kennzeichen;FIN;Marke;Modell
10002;K-BK 1;;VW;Caddy
10002;K-BK 2;WV1ZZZ2KZ8X000001;VW;Crafter
10001;DD-JM 5;;Škoda;Fabia
"""


@dataclass
class Export:
    """Two files, and the DMS that imports them."""

    dms: Dms
    folder: Path

    def take(self, customers=CUSTOMERS, cars=CARS):
        """Write the files and import them."""
        for name, text in (("customers.csv", customers), ("cars.csv", cars)):
            (self.folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_csv(self.dms, self.folder / "customers.csv", self.folder / "cars.csv")

    def refused(self, customers=CUSTOMERS, cars=CARS):
        """Import what must be refused without changing anything; return the problem."""
        before = self.dms.search("müller")
        with pytest.raises(DmsProblem) as refused:
            self.take(customers, cars)
        assert self.dms.search("müller") == before
        return refused.value


@pytest.fixture
def export(dms, tmp_path):
    """An export for a DMS that has customers."""
    return Export(dms, tmp_path)


ENCODED = {
    "utf-8 with a byte order mark": CUSTOMERS.encode("utf-8-sig"),
    "windows-1252": CUSTOMERS.replace("\n", "\r\n").encode("cp1252"),
    "excel's own first line": b"sep=;\r\n" + CUSTOMERS.encode(),
    "a last semicolon": CUSTOMERS.replace("12,50\n", "12,50;\n").encode(),
}


@pytest.mark.parametrize("customers", ENCODED.values(), ids=ENCODED.keys())
def test_an_export_is_imported_as_german_software_writes_it(export, customers):
    """Every value where it belongs, whatever the encoding and the ends of lines; each is valid in the contract."""
    assert export.take(customers) == Replaced(added=0, changed=2, removed=9, unchanged=0)
    joerg, krueger = export.dms.customer("10001"), export.dms.customer("10002")
    person = {"salutation": "Herr", "first_name": "Jörg", "last_name": "Müller", "mobile": "0171 39200 05"}
    address = {"street": "Hauptstraße 5; Hinterhaus", "postal_code": "01067", "city": "Dresden"}
    cars = (Car("DD-JM 5", make="Škoda", model="Fabia"),)
    assert joerg == DmsCustomer("10001", **person, **address, cars=cars)
    plates = [car.licence_plate for car in krueger.cars]
    assert (krueger.kind, krueger.company) == ("company", 'Bäckerei "Krüger" GmbH')
    assert (krueger.street, plates) == ("Am Markt 1 Gebäude B", ["K-BK 1", "K-BK 2"])
    for customer in (joerg, krueger):
        validate(customer.document(), "customer", closed=True)
        validate(customer.cars[0].document(), "appointment_vehicle", closed=True)


def test_columns_have_many_names(export):
    """German, English or the contract's, in any order and case; all but number and name may be missing."""
    export.take("LAST_NAME;kd-nr;Land\nAbel;7;AT\n", "vin;CUSTOMER NUMBER\nWVWZZZAUZHP004711;7\n")
    abel = DmsCustomer("7", last_name="Abel", country="AT", cars=(Car(vin="WVWZZZAUZHP004711"),))
    assert export.dms.customer("7") == abel


def test_another_import_updates(export):
    """The same again changes nothing; then one customer has moved, one is gone and one is new, and a car is sold."""
    export.take()
    assert export.take() == Replaced(added=0, changed=0, removed=0, unchanged=2)
    changed = CUSTOMERS.replace("Dresden", "Pirna").replace("10002;", "10003;")
    sold = CARS.replace("10002;K-BK 2;WV1ZZZ2KZ8X000001;VW;Crafter\n", "").replace("10002;", "10003;")
    assert export.take(changed, sold) == Replaced(added=1, changed=1, removed=1, unchanged=0)
    assert (len(export.dms.search("kbk1")), len(export.dms.search("kbk2"))) == (1, 0)


def with_change(old, new):
    """Change one place of the customers."""
    assert old in CUSTOMERS
    return CUSTOMERS.replace(old, new, 1)


HEAD = CUSTOMERS.split("\n")[0]
MIXED = CUSTOMERS.encode().replace("Köln".encode(), b"K\xf6ln")
REFUSED = {
    "number missing": (with_change("10002", "\u200b"), CARS, "csv_value_missing", 4, "Kundennummer"),
    "number twice": (with_change("10002", "10001"), CARS, "csv_number_twice", 4, "Kundennummer"),
    "no name": (with_change("Müller", ""), CARS, "csv_name_missing", 2, "Nachname"),
    "too long": (with_change("Dresden", "D" * 201), CARS, "csv_too_long", 2, "Ort"),
    "control character": (with_change("Jörg", "J\x07rg"), CARS, "csv_control_character", 2, "Vorname"),
    "semicolon too many": (with_change("Dresden", "Dresden;Mitte"), CARS, "csv_cells", 2, ""),
    "quote not closed": (with_change('Hinterhaus"', "Hinterhaus"), CARS, "csv_quotes", 2, ""),
    "commas": (HEAD.replace(";", ","), CARS, "csv_delimiter", 1, ""),
    "no name column": ("Kundennummer;Ort\n1;Ulm\n", CARS, "csv_column_missing", 1, "Nachname / Firma"),
    "column twice": (with_change("Umsatz", "ORT"), CARS, "csv_column_twice", 1, "Ort"),
    "no customers": (HEAD, CARS, "csv_empty", 0, ""),
    "mixed encodings": (MIXED, CARS, "csv_encoding", 5, ""),
    "unknown customer": (
        CUSTOMERS,
        CARS + "4711;K-X 1;;VW;Polo\n",
        "csv_customer_unknown",
        5,
        "Kundennummer",
    ),
    "car without plate": (CUSTOMERS, CARS + "10001;;;VW;Polo\n", "csv_car_empty", 5, "Kennzeichen"),
}


@pytest.mark.parametrize(
    ("customers", "cars", "code", "line", "column"), REFUSED.values(), ids=REFUSED.keys()
)
def test_a_mistake_is_named_with_its_place(export, customers, cars, code, line, column):
    """Code, file, line and column; nothing is imported, and no value is in the sentence."""
    problem = export.refused(customers, cars)
    found = problem.findings[0]
    file = "cars.csv" if customers is CUSTOMERS else "customers.csv"
    assert (found.code, found.file, found.line, found.column) == (code, file, line, column)
    for locale in ("de", "en"):
        message, last = problem.message(locale), catalogues()[locale].text("finding.nothing_imported")
        assert (message.startswith(file), message.endswith(last)) == (True, True)
        secrets = ("Jörg", "Müller", "10001", "10002", "4711", "Dresden", "Krüger")
        assert [each for each in secrets if each in message] == []


def test_a_file_that_cannot_be_read_is_named(export):
    """It may be a folder."""
    export.take()
    (export.folder / "folder").mkdir()
    with pytest.raises(DmsProblem) as refused:
        import_csv(export.dms, export.folder / "customers.csv", export.folder / "folder")
    assert refused.value.findings == (Finding("csv_unreadable", "folder"),)


def test_all_mistakes_are_named_at_once(export):
    """The first 20, and how many more there are."""
    customers = "Kundennummer;Name\n" + "".join(f"{n};\n" for n in range(50))
    problem = export.refused(customers, "Kundennummer;FIN\n")
    assert [finding.line for finding in problem.findings] == list(range(2, 52))
    lines = problem.message("de").split("\n")
    assert lines[20:] == ["… und 30 weitere.", "Es wurde nichts eingelesen."]
    assert lines[0].startswith(
        "customers.csv, Zeile 2, Spalte „Name“: Der Kunde hat weder Nachnamen noch Firma."
    )
