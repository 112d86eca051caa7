"""The schema files say what the contract says, and say it so that a person understands."""

import jsonschema
import pytest
from referencing import Registry, Resource

from mobility_schemas import validate

FIELDS = {
    "period": "start end",
    "customer": "source number? kind? salutation? first_name? last_name? company? street? postal_code? city? country? "
    "phone? mobile? email?",
    "appointment": "id revision status site period time_zone customer vehicle? work?",
    "appointment_vehicle": "licence_plate? vin? make? model?",
    "mobility_step": "provider appointment_id state period customer? locked rental? pending? proposals notices",
    "mobility_state": "provider appointment_id state rental? pending? proposals",
    "pending": "change_id action since",
    "proposal": "id reason message change",
    "notice": "code severity message",
    "mobility_request": "appointment_id? site period filters limit?",
    "requested_filters": "vehicle_classes features",
    "mobility_filters": "provider vehicle_classes features",
    "vehicle_class": "id name",
    "vehicle_feature": "id name group?",
    "mobility_option": "provider id kind title period vehicle? price? match differs?",
    "vehicle": "id licence_plate? make model vehicle_class features seats? fuel? transmission? image_url? station?",
    "money": "amount currency tax_included",
    "mobility_offer": "provider as_of options total truncated explanation?",
    "offer_explanation": "matching busy next_free? message",
    "rental_change": "change_id provider action site? appointment_id? option_id? period? customer? rental_id? end? "
    "revision? book_change_id? reason?",
    "proposed_change": "provider action site? appointment_id? option_id? period? rental_id? end? revision? "
    "book_change_id? reason?",
    "rental": "provider site id appointment_id kind title status period planned_end? vehicle? allowed_changes revision "
    "changed_at price? web_url?",
    "rental_outcome": "change_id provider status rental? problem? alternatives?",
    "reconcile_report": "provider settled changed pending oldest_pending?",
    "problem": "code title detail? retryable pointer?",
    "provider_info": "id name version contract kinds capabilities",
    "provider_settings": "provider site values schema? secrets_set? fixed? help? links?",
    "secret_set": "name since",
    "link": "title url",
    "check_report": "provider site ok findings",
    "check_finding": "code severity message hint?",
    "erasure_subjects": "customer_numbers appointment_ids",
    "erasure_report": "provider erased kept remarks",
    "kept_record": "appointment_id reason until",
}

PERSONAL = {
    "customer": "number kind salutation first_name last_name company street postal_code city country phone mobile "
    "email",
    "appointment": "customer work",
    "appointment_vehicle": "licence_plate vin",
    "mobility_step": "customer",
    "rental_change": "customer reason",
    "proposed_change": "reason",
    "erasure_subjects": "customer_numbers",
}


@pytest.fixture(scope="module")
def registry(contract_files):
    """Every file under its own id, as a reader in another language would load them."""
    return Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in contract_files.values()
    )


def test_every_file_is_a_described_schema(contract_files, document_name):
    """A file is valid JSON Schema 2020-12 with an id of its own, a title, a description and examples."""
    schema = contract_files[document_name]

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(f"/{document_name}.json")
    assert schema["title"]
    assert schema["description"].endswith(".")
    assert schema["examples"]
    for name, field in schema.get("properties", {}).items():
        assert field.get("description", "").endswith("."), name


def test_examples_are_valid(contract_files, document_name):
    """Each example is valid, also where unknown fields are refused."""
    for example in contract_files[document_name]["examples"]:
        validate(example, document_name)
        validate(example, document_name, closed=True)


def test_examples_are_valid_for_any_reader(contract_files, registry, document_name):
    """The files alone, without this package, accept the examples."""
    schema = contract_files[document_name]
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    reader = jsonschema.Draft202012Validator(schema, registry=registry, format_checker=checker)

    refused = [error.message for example in schema["examples"] for error in reader.iter_errors(example)]

    assert refused == []


def test_every_object_is_listed_here(contract_files):
    """No object of the contract escapes the comparison below."""
    objects = {name for name, schema in contract_files.items() if schema["type"] == "object"}

    assert objects == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_those_of_the_contract(contract_files, name):
    """A document has the contract's fields, and requires those without a question mark."""
    schema = contract_files[name]
    expected = FIELDS[name].split()

    assert list(schema["properties"]) == [field.removesuffix("?") for field in expected]
    assert schema["required"] == [field for field in expected if not field.endswith("?")]


def test_personal_data_are_marked(contract_files):
    """Exactly the fields that can name a person are marked."""
    marked = {
        name: " ".join(
            field
            for field, part in schema.get("properties", {}).items()
            if part.get("x-personal-data") is True
        )
        for name, schema in contract_files.items()
    }

    assert {name: fields for name, fields in marked.items() if fields} == PERSONAL


def test_the_files_are_tolerant(contract_files):
    """No file refuses an unknown field; requests are closed by `validate` alone."""
    for schema in contract_files.values():
        assert '"additionalProperties": false' not in str(schema).replace("'", '"').replace("False", "false")
        assert "unevaluatedProperties" not in str(schema)
