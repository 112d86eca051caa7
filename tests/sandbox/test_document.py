"""The OpenAPI document: every path, component, field and code; how strict it is."""

import copy
import re

import pytest

from carloop_sandbox.app import create_app
from carloop_sandbox.interface.calls import CALLS
from carloop_sandbox.interface.contract import BASE_PATH, document, operations, resolve
from carloop_sandbox.interface.problem_documents import CODES
from carloop_sandbox.service import Service
from mobility_schemas import explain

SCHEMAS = document()["components"]["schemas"]
NOT_OF_THE_INTERFACE = {"forbidden", "label_exists", "wrong_status"}
"""Codes of the controls, which are no part of the interface."""


def test_every_path_and_method_is_served():
    """No more and no less."""
    methods = {"get", "post", "patch", "put", "delete"}
    documented = {
        path: {name.upper() for name in item if name in methods} for path, item in document()["paths"].items()
    }
    routes = create_app(Service(None)).routes
    assert {each.path.removeprefix(BASE_PATH): each.methods - {"HEAD"} for each in routes} == documented
    assert {each.id for each in operations()} == {"bookRental", *CALLS}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_component_is_described(name):
    """It has a title, a description and valid examples; each field is described, or what it refers to."""
    schema = SCHEMAS[name]
    assert schema["title"]
    assert schema["description"]
    for example in schema.get("examples", []):
        assert explain(example, f"carloop/{name}") == ()
    for field, part in schema.get("properties", {}).items():
        assert "description" in part or "description" in resolve(part), field


def test_personal_data_are_marked():
    """Every field that can name a person."""
    for name in ("Customer", "RentalCustomer"):
        fields = SCHEMAS[name]["properties"]
        assert SCHEMAS[name]["x-personal-data"] is True
        assert {field for field, schema in fields.items() if not schema.get("x-personal-data")} == {"source"}
    assert SCHEMAS["RentalCreate"]["properties"]["note"]["x-personal-data"] is True
    assert SCHEMAS["Cancellation"]["properties"]["reason"]["x-personal-data"] is True


def test_requests_are_closed_and_answers_open():
    """A request with an unknown field is refused, an answer with one is not."""
    closed = {name for name, schema in SCHEMAS.items() if schema.get("additionalProperties") is False}
    assert closed == {"RentalCreate", "RentalEndChange", "Cancellation", "Customer"}


def test_every_code_is_documented():
    """Each code that the interface can answer with, and no other."""
    text = resolve({"$ref": "#/components/schemas/Problem"})["properties"]["code"]["description"]
    documented = set(re.findall("`([a-z_]+)`", text)) - {"conflict", "rental", "errors"}
    assert documented == set(CODES) - NOT_OF_THE_INTERFACE


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({"field_of_a_later_version": 1}, True),
        ({"vehicle": {"fuel": "antimatter"}}, True),
        ({"customer": {}}, True),
        ({"status": "lost"}, False),
        ({"start": "2031-03-03"}, False),
        ({"end": None}, False),
        ({"id": "../R1"}, False),
        ({"revision": 0}, False),
        ({"price": {"amount": 49.9}}, False),
        ({"price": {"currency": "euro"}}, False),
    ],
)
def test_answers_are_strict_in_ids_times_money_and_status(change, valid):
    """Elsewhere unknown fields and values are accepted."""
    rental = copy.deepcopy(SCHEMAS["Rental"]["examples"][0])
    for name, value in change.items():
        rental[name] = rental[name] | value if name in ("vehicle", "price") else value
    assert (explain(rental, "carloop/Rental") == ()) == valid
