"""A minor version of the contract breaks nobody who speaks an earlier one."""

import copy
import importlib
import json
from pathlib import Path

import pytest

from mobility_schemas import REQUESTS, validate

SCHEMAS = Path(__file__).parents[2] / "schemas"
RELEASED = json.loads((SCHEMAS / "released/1.0.json").read_bytes())
GONE = object()
BREAKS = {
    # what is done to the released schemas: document, place, value there; and what is found
    "a document is gone": ("money", "", GONE, "is gone"),
    "a field of a request is gone": ("appointment", "/properties/work", GONE, "is gone"),
    "a field of an answer is gone": ("rental", "/properties/price", GONE, "is gone"),
    "a field of some actions is gone": ("rental_change", "/else/properties/reason", GONE, "is gone"),
    "all fields are gone": ("period", "/properties", GONE, "start is gone"),
    "a request needs more": ("appointment", "/required/7", "vehicle", "/required/vehicle no longer accepts"),
    "an answer needs more": ("rental", "/required/11", "price", "/required/price no longer accepts"),
    "an action needs more": (
        "rental_change", "/allOf/1/then/required/2", "revision", "/required/revision no longer accepts"
    ),
    "an answer may lack what was always there": ("rental", "/required/0", "id", "/provider accepts what an"),
    "a value of a request is gone": ("appointment", "/properties/status/enum", ["scheduled"], "no longer"),
    "a value of an answer is new": ("mobility_step", "/properties/state/enum/4", "lost", "accepts what an"),
    "a type is narrower": (
        "provider_settings", "/properties/values/additionalProperties/type", "string", "no longer accepts"
    ),
    "a type is another": ("check_report", "/properties/ok/type", "string", "no longer accepts"),
    "a type is wider": ("money", "/properties/amount/type", ["string", "null"], "accepts what an"),
    "a text is shorter": ("customer", "/properties/city/maxLength", 100, "no longer accepts"),
    "a text is longer": ("customer", "/properties/city/maxLength", GONE, "accepts what an earlier host"),
    "a number begins later": ("rental", "/properties/revision/minimum", 1, "no longer accepts"),
    "a list is limited": ("rental", "/properties/allowed_changes/maxItems", 2, "no longer accepts"),
    "a pattern is another": ("id", "/pattern", "^[a-z]+", "is not what it is in the release"),
    "a format is asked for": ("line", "/format", "email", "no longer accepts"),
    "a field is another document": ("rental", "/properties/period/$ref", "time.json", "is not what it is"),
    "entries are other documents": (
        "mobility_offer", "/properties/options/items/$ref", "rental.json", "is not what it is"
    ),
    "unknown fields are refused": ("vehicle", "/additionalProperties", False, "no longer accepts"),
    "a condition is another": ("rental_change", "/if/properties/action/const", "book", "is not what it is"),
    "a condition more": ("customer", "/allOf/1", {"required": ["city"]}, "is not what it is"),
    "a default is another": ("mobility_request", "/properties/limit/default", 50, "is not what it is"),
    "a mark is gone": ("customer", "/properties/email/x-personal-data", GONE, "is not what it is"),
}  # fmt: skip
ALLOWED = {
    "a field more": ("vehicle", "/properties/colour", {"$ref": "line.json"}),
    "a document more": ("colour", "", {"$id": "/1.0/colour.json", "type": "string"}),
    "other words for a reader": ("vehicle", "/description", "A car."),
    "a value of a request more": ("rental_change", "/properties/action/enum/4", "extend"),
    "a longer text of a request": ("appointment", "/properties/work/maxLength", 5000),
    "a request may lack a field": ("mobility_request", "/required", ["site", "period"]),
    "a mark more": ("vehicle", "/properties/licence_plate/x-personal-data", True),
}


@pytest.fixture
def releases(monkeypatch):
    """The script that compares, and the schemas of 1.0 with a place changed."""
    monkeypatch.syspath_prepend(SCHEMAS)
    return importlib.import_module("compare_releases")


def changed(name, pointer, value):
    """Return the released schemas with one place changed, added or taken away."""
    holder = schemas = copy.deepcopy(RELEASED)
    *above, last = [int(step) if step.isdigit() else step for step in f"/{name}{pointer}".split("/")[1:]]
    for step in above:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value
    return schemas


@pytest.mark.parametrize("case", BREAKS)
def test_what_a_minor_version_must_not_do(case, releases):
    """Each is found, at its place; nothing else is."""
    name, pointer, value, expected = BREAKS[case]
    rows = releases.broken(RELEASED, changed(name, pointer, value))
    assert {row.split("/")[0].split(" ")[0] for row in rows} == {name}
    assert [row for row in rows if expected in row] != []


@pytest.mark.parametrize("case", ALLOWED)
def test_what_a_minor_version_may_do(case, releases, tmp_path):
    """A field more and the like; but a version that is released itself changes no more, except its words."""
    schemas = changed(*ALLOWED[case])
    assert releases.broken(RELEASED, schemas) == []
    releases.write_release(tmp_path, RELEASED)
    assert bool(releases.findings(tmp_path, schemas)) == (case != "other words for a reader")


def test_a_release_is_kept_and_compared_with(releases, tmp_path):
    """The release is named by the ids, later minor versions are compared with it, another major version is not."""
    releases.write_release(tmp_path, RELEASED)
    assert json.loads((tmp_path / "1.0.json").read_bytes()) == RELEASED
    breaking = changed("rental", "/properties/price", GONE)
    for version, expected in (("1.0", 1), ("1.7", 1), ("2.0", 0)):
        text = json.dumps(breaking).replace("/1.0/", f"/{version}/")
        assert len(releases.findings(tmp_path, json.loads(text))) == expected
    mixed = changed("rental", "/$id", "https://workshop-planner.example/mobility/1.1/rental.json")
    assert releases.findings(tmp_path, mixed) == ["the ids of the schemas name several versions: 1.0, 1.1"]


def test_documents_of_the_release_are_valid():
    """Every example of contract 1.0, whether a host asks with it or a provider answers so."""
    for name, schema in RELEASED.items():
        for example in schema["examples"]:
            validate(example, name, closed=name in REQUESTS)
