"""The schema files describe the contract, and are understandable."""

import jsonschema
import pytest
from referencing import Registry, Resource

from mobility_schemas import validate

PERSONAL = {
    "customer": "number kind salutation first_name last_name company street postal_code city country phone mobile "
    "email",
    "appointment": "customer work",
    "appointment_vehicle": "licence_plate vin",
    "mobility_step": "customer",
    "rental_change": "customer reason note",
    "proposed_change": "reason note",
    "erasure_subjects": "customer_numbers",
}


@pytest.fixture(scope="module")
def registry(contract_files):
    """Every file under its own id, as a reader in another language would load them."""
    return Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in contract_files.values()
    )


def test_every_file_is_a_described_schema(contract_files, document_name):
    """A file is valid JSON Schema 2020-12 with an id, a title, a description and examples, and closes nothing."""
    schema = contract_files[document_name]

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(f"/{document_name}.json")
    assert schema["title"]
    assert schema["description"].endswith(".")
    assert schema["examples"]
    for name, field in schema.get("properties", {}).items():
        assert field.get("description", "").endswith("."), name
    closing = ("'additionalProperties': False", "unevaluatedProperties")  # `validate` alone closes requests
    assert [word for word in closing if word in str(schema)] == []


def test_examples_are_valid(contract_files, registry, document_name):
    """Each example, also where unknown fields are refused, and for a reader who has the files alone."""
    schema = contract_files[document_name]
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    reader = jsonschema.Draft202012Validator(schema, registry=registry, format_checker=checker)
    for example in schema["examples"]:
        validate(example, document_name)
        validate(example, document_name, closed=True)
        assert [error.message for error in reader.iter_errors(example)] == []


def test_personal_data_are_marked(contract_files):
    """Exactly the fields that can name a person are marked."""
    marked = {}
    for name, schema in contract_files.items():
        fields = schema.get("properties", {}).items()
        if personal := [field for field, part in fields if part.get("x-personal-data") is True]:
            marked[name] = " ".join(personal)
    assert marked == PERSONAL
