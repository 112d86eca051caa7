"""Any provider's settings make a form, and a form makes settings; a secret goes in and never comes out."""

import pytest

from demo_base.pages import Form
from mobility_schemas import validate
from planner_host.settings_form import LONGEST, fields_of, values_of

SINCE = "2026-11-24T10:00:00.123456789+01:00"


def settings(properties, *, values=None, secrets=(), fixed=()):
    """Write settings as a provider answers them."""
    document = {
        "provider": "fake",
        "site": "main",
        "values": values or {},
        "schema": {"type": "object", "properties": properties},
        "secrets_set": [{"name": name, "since": SINCE} for name in secrets],
        "fixed": list(fixed),
    }
    validate(document, "provider_settings")
    return document


def saved(document, **fields):
    """Send the form with these fields filled in, and give the values that are saved."""
    form = Form({name: (text,) for name, text in fields.items()})
    values = values_of(fields_of(document), form)
    validate({"provider": "fake", "site": "main", "values": values}, "provider_settings")
    return values


@pytest.mark.parametrize(
    ("described", "present", "kind", "shown"),
    [
        ({"type": "string"}, "Ulm & Söhne", "text", "Ulm & Söhne"),
        ({}, "x", "text", "x"),
        ({"type": "string"}, None, "text", ""),
        ({"type": "string", "default": "x"}, None, "text", ""),
        ({"type": "integer"}, 30, "number", "30"),
        ({"type": "number"}, 2.5, "number", "2.5"),
        ({"type": "number"}, 2.0, "number", "2"),
        ({"type": ["integer", "null"]}, 7, "number", "7"),
        ({"type": "boolean"}, True, "switch", "on"),
        ({"type": "boolean"}, False, "switch", ""),
        ({"enum": ["a", "b"]}, "b", "choice", "b"),
        ({"type": "integer", "enum": [5, 10, None]}, 10, "choice", "10"),
        ({"type": "array"}, ["a", "b"], "list", "a\nb"),
        ({"type": "string", "writeOnly": True}, None, "secret", ""),
        ({"type": "object"}, None, "text", ""),
    ],
)
def test_each_kind_of_value_is_drawn_and_read_back(described, present, kind, shown):
    """What is shown and sent unchanged is what was set."""
    document = settings({"x": described}, values={"x": present})
    (field,) = fields_of(document)
    assert (field.kind, field.value) == (kind, shown)
    if kind != "secret":
        assert saved(document, value_x=shown) == {"x": present}


def test_what_was_never_set_is_drawn_with_its_default():
    """A value that is set, be it nothing, goes before."""
    properties = {"x": {"type": "integer", "default": 30}, "y": {"type": "boolean", "default": True}}
    assert [field.value for field in fields_of(settings(properties))] == ["30", "on"]
    assert [field.value for field in fields_of(settings(properties, values={"x": 5, "y": False}))] == [
        "5",
        "",
    ]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("5", 5), ("5.0", 5), ("2,5", 2.5), ("-1", -1), ("", None), ("viel", "viel"), ("nan", "nan"), ("inf", "inf"),
     ("1e999", "1e999"), ("1e300", "1e300")],
)  # fmt: skip
def test_a_number_as_people_type_it(typed, number):
    """With comma or point; what is none is left to the provider to refuse."""
    assert saved(settings({"x": {"type": "number"}}), value_x=typed) == {"x": number}


def test_a_switch_that_is_off_is_sent_as_nothing():
    """As browsers do it."""
    document = settings({"x": {"type": "boolean"}}, values={"x": True})
    assert (saved(document), saved(document, value_x="on")) == ({"x": False}, {"x": True})


def test_an_emptied_field_deletes_its_value():
    """Null is the contract's word for it."""
    document = settings({"x": {"type": "string"}, "y": {"type": "array"}}, values={"x": "a", "y": ["b"]})
    assert saved(document, value_x="", value_y=" \n ") == {"x": None, "y": None}


def test_a_choice_keeps_its_kind():
    """A number among the choices is saved as a number, and what is no choice is left to the provider."""
    document = settings({"x": {"enum": [5, "auto", True]}})
    assert [saved(document, value_x=text) for text in ("5", "auto", "true", "6", "")] == [
        {"x": 5},
        {"x": "auto"},
        {"x": True},
        {"x": "6"},
        {"x": None},
    ]


def test_a_secret_is_kept_set_or_deleted():
    """Left empty it is kept; entered it is set, whatever else is ticked; with its removal ticked it is deleted."""
    document = settings({"token": {"type": "string", "writeOnly": True}}, secrets=["token"])
    assert [
        saved(document),
        saved(document, value_token="new"),
        saved(document, value_token="new", clear_token="on"),
        saved(document, clear_token="on"),
    ] == [{}, {"token": "new"}, {"token": "new"}, {"token": None}]


def test_a_secret_is_never_drawn():
    """Neither what a careless provider gives back nor what was just sent."""
    document = settings(
        {"token": {"writeOnly": True, "default": "canary"}}, values={"token": "canary"}, secrets=["token"]
    )
    (field,) = fields_of(document, sent=Form({"value_token": ("canary",)}))
    assert (field.value, field.kind, field.set_since.year) == ("", "secret", 2026)
    assert "canary" not in repr(field)


def test_what_was_sent_is_drawn_again():
    """After a refusal nothing has to be typed again; what is fixed stays what it is."""
    document = settings(
        {"x": {}, "y": {"type": "boolean"}, "z": {}}, values={"x": "a", "y": True, "z": "fixed"}, fixed=["z"]
    )
    fields = fields_of(document, sent=Form({"value_x": ("b",), "value_z": ("c",)}))
    assert [field.value for field in fields] == ["b", "", "fixed"]


def test_what_the_environment_sets_is_not_saved():
    """Read-only on the page, and not sent to the provider whatever comes in."""
    document = settings({"x": {}, "t": {"writeOnly": True}}, values={"x": "a"}, fixed=["x", "t"])
    assert [field.is_fixed for field in fields_of(document)] == [True, True]
    assert saved(document, value_x="b", value_t="c", clear_t="on") == {}


def test_fields_stand_in_their_order():
    """By `x-order`, what has none behind it, and then as the schema has them."""
    properties = {
        "d": {},
        "c": {"x-order": 2},
        "e": {"x-order": "first"},
        "a": {"x-order": 1.5},
        "b": {"x-order": 2},
    }
    assert [field.name for field in fields_of(settings(properties))] == ["a", "c", "b", "d", "e"]


def test_titles_help_and_length_are_the_schemas():
    """Where it has none, the name stands there."""
    properties = {
        "x": {"title": "Webadresse", "description": "Hilfe", "maxLength": 10},
        "y": {"maxLength": "long"},
    }
    x, y = fields_of(settings(properties))
    assert (x.title, x.help, x.longest) == ("Webadresse", "Hilfe", 10)
    assert (y.title, y.help, y.longest) == ("y", "", LONGEST)


@pytest.mark.parametrize(
    "schema", [{}, {"properties": []}, {"properties": None}, {"properties": {"x": True}}]
)
def test_a_schema_that_says_nothing_makes_a_form_all_the_same(schema):
    """The contract lets a provider write any; the page must not fail of it."""
    document = settings({}) | {"schema": schema}
    validate(document, "provider_settings")
    assert [field.kind for field in fields_of(document)] in ([], ["text"])


def test_settings_without_a_schema_have_no_fields():
    """The answer may leave it out."""
    assert fields_of({"provider": "fake", "site": "main", "values": {}}) == []
