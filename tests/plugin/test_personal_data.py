"""The page about privacy is right: about the tables, the contract, and what changes leave behind."""

import json
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/explanation/privacy.md").read_text("utf-8")


def table(head):
    """Return the rows of the page's table with these headings, each as a list of cells."""
    lines = PAGE.partition(f"| {' | '.join(head)} |\n")[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def words(cell):
    """Return what a cell marks as code."""
    return re.findall(r"`([^`]+)`", cell)


PLACES = table(("where", "kind", "what", "what for", "how long"))
KINDS = {words(where)[0]: kind for where, kind, *_ in PLACES if not where.startswith("`STORE.")}
FIELDS = {words(field)[0]: words(columns) for field, columns in table(("field", "kept in"))}
IMPERSONAL = {
    f"{words(name)[0]}.{column}" for name, cell in table(("table", "columns")) for column in words(cell)
}
MIGRATIONS = {
    "_sqlite_migrations": ("applied_at", "id", "migration_set", "name"),
    "migrations": ("name", "number"),
}
BOOKKEEPING = {f"{name}.{column}" for name, columns in MIGRATIONS.items() for column in columns}
REGISTERED = set(KINDS)
PLAIN = {where for where, kind in KINDS.items() if kind == "plain"}


def marked_as_personal():
    """Return every field of the contract that is marked as personal, as `document.field`."""
    for file in (resources.files("mobility_schemas") / "contract").iterdir():
        schema = json.loads(file.read_text("utf-8"))
        for name, part in schema.get("properties", {}).items():
            if is_marked(part):
                yield f"{file.name.removesuffix('.json')}.{name}"


def is_marked(part):
    """Return whether a field, or what a list of it holds, is marked."""
    if not isinstance(part, Mapping):
        return False
    return bool(part.get("x-personal-data")) or is_marked(part.get("items"))


@pytest.mark.both_databases
def test_every_column_is_decided_on(planner, columns):
    """A new column fails here until the page says that it is personal or that it is not."""
    planner.save()
    assert columns() - BOOKKEEPING == REGISTERED | IMPERSONAL
    assert REGISTERED.isdisjoint(IMPERSONAL)


def test_every_place_says_what_for_and_how_long():
    """Nothing is kept without a purpose and an end."""
    assert [place for place in PLACES if "" in place or len(place) != 5] == []
    assert {place[1] for place in PLACES} == {"plain", "digest", "reference"}


def test_the_contract_marks_the_same_fields():
    """Each marked field leads to places that exist; Carloop is sent what the contract marks."""
    assert set(FIELDS) == set(marked_as_personal())
    assert {where for places in FIELDS.values() for where in places} - REGISTERED == set()
    text = (resources.files("mobility_schemas") / "carloop/openapi.json").read_text("utf-8")
    schemas = json.loads(text)["components"]["schemas"].values()
    marked = {n for schema in schemas for n, part in schema.get("properties", {}).items() if is_marked(part)}
    sent = {
        "reason",
        "note",
        *(field.removeprefix("customer.") for field in FIELDS if field.startswith("customer.")),
    }
    assert sent == marked


def canaries():
    """Return a customer in which every marked field can be told from the others."""
    names = [field.removeprefix("customer.") for field in FIELDS if field.startswith("customer.")]
    customer = {name: f"Kanarie-{name}" for name in names} | {"source": "dms", "kind": "person"}
    return customer | {"email": "kanarie-email@example.org", "country": "DE", "postal_code": "Kana-1"}


@pytest.mark.both_databases
def test_what_is_readable_is_where_the_page_says(planner, columns_with):
    """While a change is pending its payload holds the customer, and no other column does; afterwards none does."""
    vehicle = {"licence_plate": "KA-NARIE 1", "vin": "KANARIENVIN123456"}
    planner.save(customer=canaries(), vehicle=vehicle, work="Kanarie-work")
    planner.control.fault("book", "drop_after", times=100)
    change = planner.booking(note="Kanarie-note")
    planner.do(change)
    canary_words = ("Kanarie-", "kanarie-", "KA-NARIE", "KANARIENVIN")
    assert {where for word in canary_words for where in columns_with(word)} == PLAIN
    planner.control.reset_faults()
    rental = planner.do(change)["rental"]
    planner.control.fault("cancel", "drop_after", times=100)
    cancellation = planner.cancellation(rental_id=rental["id"], reason="Kanarie-reason")
    planner.do(cancellation)
    assert columns_with("Kanarie-reason") == PLAIN
    planner.control.reset_faults()
    assert planner.do(cancellation)["status"] == "done"
    assert {where for word in canary_words for where in columns_with(word)} == set()


@pytest.mark.both_databases
def test_references_are_where_the_page_says(planner, columns_with):
    """The appointment's id stands in the columns that say so, and in no other."""
    planner.save()
    rental = planner.book()
    planner.control.fault("read", "unknown_enum", times=2, value="status")
    planner.reconcile()
    planner.control.fault("cancel", "drop_after", times=100)
    planner.do(planner.cancellation(rental_id=rental["id"]))
    planner.host.erase({"customer_numbers": [], "appointment_ids": [planner.id]})
    found = columns_with(planner.id)
    assert found == {where for where, kind in KINDS.items() if kind == "reference"}
