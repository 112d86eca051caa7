"""The registry of personal data is right: about the tables, the contract, and what changes leave behind."""

import json
from collections.abc import Mapping
from importlib import resources

import pytest

from carloop_plugin.personal_data import BOOKKEEPING, COLUMNS, FIELDS, IMPERSONAL, Kind

REGISTERED = {place.where for place in COLUMNS}
PLAIN = {place.where for place in COLUMNS if place.kind is Kind.PLAIN}


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
    """A new column fails here until it is in the registry or among those without personal data."""
    planner.save()
    assert columns() - BOOKKEEPING == REGISTERED | IMPERSONAL
    assert REGISTERED.isdisjoint(IMPERSONAL)


def test_every_place_says_what_for_and_how_long():
    """Nothing is kept without a purpose and an end."""
    assert [place.where for place in COLUMNS if not (place.holds and place.purpose and place.kept)] == []


def test_the_contract_marks_the_same_fields():
    """Each marked field leads to places that exist; Carloop is sent what the contract marks, never a note."""
    assert set(FIELDS) == set(marked_as_personal())
    assert {where for places in FIELDS.values() for where in places} - REGISTERED == set()
    text = (resources.files("mobility_schemas") / "carloop/openapi.json").read_text("utf-8")
    schemas = json.loads(text)["components"]["schemas"].values()
    marked = {n for schema in schemas for n, part in schema.get("properties", {}).items() if is_marked(part)}
    sent = {"reason", *(field.removeprefix("customer.") for field in FIELDS if field.startswith("customer."))}
    assert sent == marked - {"note"}


def canaries():
    """Return a customer in which every marked field has a value of its own."""
    names = [field.removeprefix("customer.") for field in FIELDS if field.startswith("customer.")]
    customer = {name: f"Kanarie-{name}" for name in names} | {"source": "dms", "kind": "person"}
    return customer | {"email": "kanarie-email@example.org", "country": "DE", "postal_code": "Kana-1"}


@pytest.mark.both_databases
def test_what_is_readable_is_where_the_registry_says(planner, columns_with):
    """While a change is pending its payload contains the customer, and no other column does; afterwards none does."""
    vehicle = {"licence_plate": "KA-NARIE 1", "vin": "KANARIENVIN123456"}
    planner.save(customer=canaries(), vehicle=vehicle, work="Kanarie-work")
    planner.control.fault("book", "drop_after", times=100)
    change = planner.booking()
    planner.do(change)
    words = ("Kanarie-", "kanarie-", "KA-NARIE", "KANARIENVIN")
    assert {where for word in words for where in columns_with(word)} == PLAIN
    planner.control.reset_faults()
    rental = planner.do(change)["rental"]
    planner.control.fault("cancel", "drop_after", times=100)
    cancellation = planner.cancellation(rental_id=rental["id"], reason="Kanarie-reason")
    planner.do(cancellation)
    assert columns_with("Kanarie-reason") == PLAIN
    planner.control.reset_faults()
    assert planner.do(cancellation)["status"] == "done"
    assert {where for word in words for where in columns_with(word)} == set()


@pytest.mark.both_databases
def test_references_are_where_the_registry_says(planner, columns_with):
    """The appointment's id is in the columns that are declared for it, and in no other."""
    planner.save()
    rental = planner.book()
    planner.control.fault("read", "unknown_enum", times=2, value="status")
    planner.reconcile()
    planner.control.fault("cancel", "drop_after", times=100)
    planner.do(planner.cancellation(rental_id=rental["id"]))
    planner.host.erase({"customer_numbers": [], "appointment_ids": [planner.id]})
    found = columns_with(planner.id)
    assert found == {place.where for place in COLUMNS if place.kind is Kind.REFERENCE}
