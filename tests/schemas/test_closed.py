"""Requests are strict at every depth; in answers what is unknown is ignored."""

import pytest

from mobility_schemas import explain, validate

REQUESTS = {"appointment", "mobility_request", "rental_change", "erasure_subjects"}


def objects_of(document, pointer=""):
    """Yield every object inside a document with its place."""
    if isinstance(document, dict):
        yield pointer, document
        for name, part in document.items():
            yield from objects_of(part, f"{pointer}/{name}")
    elif isinstance(document, list):
        for number, part in enumerate(document):
            yield from objects_of(part, f"{pointer}/{number}")


def is_free(name, pointer):
    """Return whether a place holds what the contract does not describe."""
    return name == "provider_settings" and pointer.startswith(("/schema", "/values"))


def test_unknown_field_at_any_depth(contract_files, example, document_name):
    """An unknown field is refused in requests, accepted in answers, and refused everywhere when asked to."""
    for number in range(len(contract_files[document_name]["examples"])):
        for pointer, _ in objects_of(example(document_name, number)):
            document = example(document_name, number)
            dict(objects_of(document))[pointer]["x_new"] = 1
            expected = [] if is_free(document_name, pointer) else [f"{pointer}/x_new"]

            def pointers(closed, document=document):
                return [finding.pointer for finding in explain(document, document_name, closed=closed)]

            assert pointers(True) == expected
            assert pointers(False) == []
            assert pointers(None) == (expected if document_name in REQUESTS else [])


@pytest.mark.parametrize("condition", ["book", "change_end", "cancel", "rebook"])
def test_conditions_close_nothing(example, condition):
    """The rules for an action do not refuse the fields that they do not mention."""
    every = {}
    for number in range(5):
        every |= example("rental_change", number)
    del every["book_change_id" if condition == "cancel" else "reason"]

    assert explain(every | {"action": condition}, "rental_change") == ()


def test_carloop_components_are_read():
    """Carloop's own documents are validated by the names of its OpenAPI document, unknown fields accepted."""
    validate({"status": "ok", "x_new": [{"a": [None, 1.5, True, "ä"]}]}, "carloop/Health")
    assert [finding.pointer for finding in explain({}, "carloop/Health")] == ["/status"]
