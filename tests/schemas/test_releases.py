"""A minor version of the contract breaks nobody who speaks an earlier one."""

import copy
import importlib
import json
from pathlib import Path

import pytest

from mobility_schemas import REQUESTS, validate
from tests.support.changed_documents import GONE, changed

SCHEMAS = Path(__file__).parents[2] / "schemas"
RELEASED = json.loads((SCHEMAS / "released/1.0.json").read_bytes())
NARROWER, WIDER, OTHER = "no longer accepts", "accepts what an earlier host refuses", "is not what it is"
BREAKS = [
    # a place in the released schemas, what stands there now, what is found
    ("/money", GONE, "money is gone"),
    ("/rental_change/else/properties/reason", GONE, "is gone"),
    ("/period/properties", GONE, "properties/start is gone"),
    ("/appointment/required/7", "vehicle", f"required/vehicle {NARROWER}"),
    ("/rental/required/11", "price", f"required/price {NARROWER}"),
    ("/rental_change/allOf/1/then/required/2", "revision", f"required/revision {NARROWER}"),
    ("/rental/required/0", "id", f"required/provider {WIDER}"),
    ("/appointment/properties/status/enum", ["scheduled"], NARROWER),
    ("/mobility_step/properties/state/enum/4", "lost", WIDER),
    ("/provider_settings/properties/values/additionalProperties/type", "string", NARROWER),
    ("/money/properties/amount/type", ["string", "null"], WIDER),
    ("/customer/properties/city/maxLength", 100, NARROWER),
    ("/customer/properties/city/maxLength", GONE, WIDER),
    ("/rental/properties/revision/minimum", 1, NARROWER),
    ("/rental/properties/allowed_changes/maxItems", 2, NARROWER),
    ("/rental/properties/period/$ref", "time.json", OTHER),
    ("/vehicle/additionalProperties", False, NARROWER),
    ("/rental_change/if/properties/action/const", "book", OTHER),
    ("/customer/allOf/1", {"required": ["city"]}, OTHER),
    ("/mobility_request/properties/limit/default", 50, OTHER),
    ("/customer/properties/email/x-personal-data", GONE, OTHER),
]
ALLOWED = [
    ("/vehicle/properties/colour", {"$ref": "line.json"}),
    ("/colour", {"$id": "/1.0/colour.json", "type": "string"}),
    ("/rental_change/properties/action/enum/4", "extend"),
    ("/appointment/properties/work/maxLength", 5000),
    ("/mobility_request/required", ["site", "period"]),
    ("/vehicle/properties/licence_plate/x-personal-data", True),
]


@pytest.fixture
def releases(monkeypatch):
    """The script that compares."""
    monkeypatch.syspath_prepend(SCHEMAS)
    return importlib.import_module("compare_releases")


@pytest.mark.parametrize(("place", "value", "found"), BREAKS)
def test_what_a_minor_version_must_not_do(place, value, found, releases):
    """Each is found, in the document where it is done."""
    rows = releases.broken(RELEASED, changed(copy.deepcopy(RELEASED), place, value))
    assert [row for row in rows if not f"/{row}".startswith("/".join(place.split("/")[:2]))] == []
    assert [row for row in rows if found in row] != []


@pytest.mark.parametrize(("place", "value"), ALLOWED)
def test_what_a_minor_version_may_do(place, value, releases, tmp_path):
    """A field more and the like: in the next version, not in the one that is released."""
    schemas = changed(copy.deepcopy(RELEASED), place, value)
    releases.write_release(tmp_path, RELEASED)
    assert releases.broken(RELEASED, schemas) == []
    assert "1.0 is released" in releases.findings(tmp_path, schemas)[0]


def test_which_releases_are_compared_with(releases, tmp_path):
    """Those of the same major version, by the version in the ids, which is one; words for a reader may change."""
    releases.write_release(tmp_path, RELEASED)
    schemas = changed(copy.deepcopy(RELEASED), "/vehicle/description", "A car.")
    assert releases.findings(tmp_path, schemas) == []
    schemas = json.dumps(changed(schemas, "/rental/properties/price", GONE))
    for version, found in (("1.0", 1), ("1.7", 1), ("2.0", 0)):
        assert len(releases.findings(tmp_path, json.loads(schemas.replace("/1.0/", f"/{version}/")))) == found
    mixed = changed(RELEASED | {}, "/rental", RELEASED["rental"] | {"$id": "/1.1/rental.json"})
    assert releases.findings(tmp_path, mixed) == ["the ids of the schemas name several versions: 1.0, 1.1"]


def test_documents_of_the_release_are_valid():
    """Every example of contract 1.0, whether a host asks with it or a provider answers so."""
    for name, schema in RELEASED.items():
        for example in schema["examples"]:
            validate(example, name, closed=name in REQUESTS)
