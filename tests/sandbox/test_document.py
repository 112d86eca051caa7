"""The OpenAPI document, and that what is served agrees with it."""

import json
import re

import pytest

from carloop_sandbox.app import PATHS
from carloop_sandbox.contract import document, resolve
from carloop_sandbox.problems import CODES
from mobility_schemas import explain, validate

COMPONENTS = sorted(document()["components"]["schemas"])
NOT_OF_THE_INTERFACE = {"forbidden", "label_exists", "wrong_status"}
"""Codes of the controls, which are no part of the interface."""


def schemas_in(node, path=""):
    """Give every schema that has properties, with where it stands."""
    if isinstance(node, dict):
        for name, schema in (
            node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ()
        ):
            yield f"{path}/{name}", schema
        for name, child in node.items():
            yield from schemas_in(child, f"{path}/{name}")
    elif isinstance(node, list):
        for child in node:
            yield from schemas_in(child, path)


def test_every_path_and_method_is_served():
    """No more and no less."""
    methods = {"get", "post", "patch", "put", "delete"}
    documented = {
        path: {name.upper() for name in item if name in methods} for path, item in document()["paths"].items()
    }
    assert documented == {path: set(operations) for path, operations in PATHS.items()}


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_is_described_and_has_a_valid_example(name):
    """Title, description, and examples that pass it."""
    schema = document()["components"]["schemas"][name]
    assert schema["title"]
    assert schema["description"]
    for example in schema.get("examples", []):
        assert explain(example, f"carloop/{name}") == ()


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_field_is_described(name):
    """Itself or by what it refers to."""
    for path, schema in schemas_in(document()["components"]["schemas"][name]):
        if set(schema) <= {"const", "minLength"}:
            continue
        assert "description" in schema or "description" in resolve(schema), path


def test_personal_data_are_marked():
    """Whatever says who somebody is."""
    schemas = document()["components"]["schemas"]
    for name in ("Customer", "RentalCustomer"):
        fields = schemas[name]["properties"]
        assert schemas[name]["x-personal-data"] is True
        assert {field for field, schema in fields.items() if not schema.get("x-personal-data")} == {"source"}
    assert schemas["RentalCreate"]["properties"]["note"]["x-personal-data"] is True
    assert schemas["Cancellation"]["properties"]["reason"]["x-personal-data"] is True


@pytest.mark.parametrize("name", ["RentalCreate", "RentalEndChange", "Cancellation", "Customer"])
def test_requests_are_closed_and_answers_open(name):
    """A request with an unknown field is refused, an answer with one is not."""
    closed = {
        each
        for each in COMPONENTS
        if document()["components"]["schemas"][each].get("additionalProperties") is False
    }
    assert closed == {"RentalCreate", "RentalEndChange", "Cancellation", "Customer"}
    assert name in closed


def test_every_code_is_documented():
    """Each code that the interface can answer with stands in the document, and each there is one of ours."""
    text = resolve({"$ref": "#/components/schemas/Problem"})["properties"]["code"]["description"]
    documented = set(re.findall("`([a-z_]+)`", text)) - {"conflict", "rental", "errors"}
    assert documented == set(CODES) - NOT_OF_THE_INTERFACE


def test_what_is_answered_agrees_with_it(planner):
    """Every kind of answer passes its component."""
    rental = planner.book("V1001", planner.at(3), planner.at(5))
    problem = planner.try_book("V1001", planner.at(3), planner.at(5)).json()
    answers = {
        "Health": planner.get("/health").json(),
        "Account": planner.get("/account").json(),
        "VehicleClassList": planner.get("/vehicle-classes").json(),
        "VehicleFeatureList": planner.get("/vehicle-features").json(),
        "VehicleList": planner.search(planner.at(3), planner.at(5)),
        "Rental": rental,
        "RentalList": planner.get("/rentals").json(),
        "Problem": problem,
    }
    for name, answer in answers.items():
        validate(answer, f"carloop/{name}")


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({"field_of_a_later_version": 1}, True),
        ({"vehicle": {"fuel": "antimatter"}}, True),
        ({"status": "lost"}, False),
        ({"start": "2031-03-03"}, False),
        ({"start": "2031-03-03T23:59:60Z"}, False),
        ({"end": None}, False),
        ({"id": "../R1"}, False),
        ({"id": ""}, False),
        ({"id": "R1\n"}, False),
        ({"revision": 0}, False),
        ({"price": {"amount": 49.9, "currency": "EUR", "tax_included": True}}, False),
        ({"price": {"amount": "49,90", "currency": "EUR", "tax_included": True}}, False),
        ({"price": {"amount": "49.90", "currency": "euro", "tax_included": True}}, False),
        ({"external_reference": None}, True),
        ({"customer": {}}, True),
    ],
)
def test_answers_are_strict_where_it_counts(change, valid):
    """In ids, times, money and status; elsewhere what is unknown is let pass."""
    rental = json.loads(json.dumps(document()["components"]["schemas"]["Rental"]["examples"][0]))
    for name, value in change.items():
        rental[name] = {**rental[name], **value} if name == "vehicle" else value
    assert (explain(rental, "carloop/Rental") == ()) == valid
