"""A long document is decided by the fast engine, and never given whole to the slow one."""

import pytest

from mobility_schemas import InvalidDocument, explaining, validate, validators
from mobility_schemas.plain import is_plain
from mobility_schemas.validators import explainer


@pytest.fixture
def offer(example):
    """An offer of 1,000 options."""
    offer = example("mobility_offer")
    return offer | {"options": [offer["options"][0] | {"id": f"veh-{number}"} for number in range(1000)]}


def test_a_valid_document_is_decided_at_once(offer, monkeypatch):
    """Only what stands beside the long list is looked at in Python."""
    looked_at = []
    monkeypatch.setattr(
        validators, "is_plain", lambda document: looked_at.append(document) or is_plain(document)
    )

    validate(offer, "mobility_offer")

    assert looked_at == [{name: part for name, part in offer.items() if name != "options"}]


def test_only_the_refused_element_is_explained(offer, monkeypatch):
    """jsonschema, which would take seconds, sees that element alone."""
    explained = []

    class Watched:
        def __init__(self, schema):
            self.validator = explainer(schema)

        def iter_errors(self, element):
            explained.append(element)
            return self.validator.iter_errors(element)

    monkeypatch.setattr(explaining, "explainer", Watched)
    offer["options"].append(offer["options"][0] | {"title": 5})

    with pytest.raises(InvalidDocument) as refused:
        validate(offer, "mobility_offer")

    assert (refused.value.pointer, explained) == ("/options/1000/title", [5])
