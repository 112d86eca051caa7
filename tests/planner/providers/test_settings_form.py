"""Any provider's settings make a form, and a form makes settings; a secret goes in and never comes out."""

import pytest

from mobility_schemas import validate
from planner_host.providers import settings_form
from planner_host.providers.settings_form import LONGEST, fields_of, values_of
from web_base.pages import Form

SINCE = "2026-11-24T10:00:00.123456789+01:00"


def settings(properties, *, values=None, secrets=(), fixed=()):
    """Write settings as a provider answers them."""
    document = {"provider": "fake", "site": "main", "values": values or {}, "fixed": list(fixed)}
    document |= {"schema": {"type": "object", "properties": properties}}
    document |= {"secrets_set": [{"name": name, "since": SINCE} for name in secrets]}
    validate(document, "provider_settings")
    return document


def saved(document, **fields):
    """Send the form with these fields filled in; return the values that are saved."""
    form = Form({name: (text,) for name, text in fields.items()})
    values = values_of(fields_of(document), form)
    validate({"provider": "fake", "site": "main", "values": values}, "provider_settings")
    return values


@pytest.mark.parametrize(
    ("described", "present", "kind", "shown"),
    [
        ({"type": "string"}, "Ulm & Söhne", "text", "Ulm & Söhne"),
        ({"type": "string"}, None, "text", ""),
        ({"type": "integer"}, 30, "number", "30"),
        ({"type": "number"}, 2.5, "number", "2.5"),
        ({"type": ["integer", "null"]}, 7, "number", "7"),
        ({"type": "boolean"}, True, "switch", "on"),
        ({"type": "boolean"}, False, "switch", ""),
        ({"enum": ["a", "b"]}, "b", "choice", "b"),
        ({"type": "integer", "enum": [5, 10, None]}, 10, "choice", "10"),
        ({"type": "array"}, ["a", "b"], "list", "a\nb"),
        ({"type": "array", "enum": "a", "oneOf": 5}, ["a"], "list", "a"),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, "a", "text", "a"),
        ({"type": "string", "writeOnly": True}, None, "secret", ""),
    ],
)
def test_a_value_is_shown_by_its_kind_and_read_back(described, present, kind, shown):
    """What is sent unchanged is what was set."""
    document = settings({"x": described}, values={"x": present})
    (field,) = fields_of(document)
    assert (field.kind, field.value) == (kind, shown)
    if kind != "secret":
        assert saved(document, value_x=shown) == {"x": present}


# What is typed into a field of a kind, and the value that is saved.
NUMBER, SWITCH = {"type": "number"}, {"type": "boolean"}
CHOICE = {"enum": [5, "auto", True]}
TYPED = [
    *((NUMBER, typed, value) for typed, value in (("5.0", 5), ("2,5", 2.5), ("-1", -1), ("", None))),
    # what is no number or no choice is left to the provider to refuse
    *((NUMBER, typed, typed) for typed in ("viel", "nan", "1e999")),
    *((CHOICE, typed, value) for typed, value in (("5", 5), ("auto", "auto"), ("true", True), ("6", "6"))),
    # an emptied field deletes its value
    *((described, "", None) for described in (CHOICE, {"type": "string"})),
    ({"type": "array"}, " \n ", None),
    # browsers send nothing for a switch that is off
    *((SWITCH, typed, value) for typed, value in (("on", True), (None, False))),
]


@pytest.mark.parametrize(("described", "typed", "value"), TYPED)
def test_a_value_is_read_as_people_type_it(described, typed, value):
    """It keeps its kind; null is the contract's word for none."""
    fields = {} if typed is None else {"value_x": typed}
    assert saved(settings({"x": described}, values={"x": None}), **fields) == {"x": value}


def test_a_value_that_was_never_set_is_shown_as_its_default():
    """A value that is set, be it nothing, goes before."""
    properties = {"x": {"type": "integer", "default": 30}, "y": {"type": "boolean", "default": True}}
    for values, shown in (({}, ["30", "on"]), ({"x": 5, "y": False}, ["5", ""])):
        assert [field.value for field in fields_of(settings(properties, values=values))] == shown


def test_a_secret_is_kept_set_or_deleted():
    """One that is entered is set, whatever else is ticked."""
    document = settings({"token": {"type": "string", "writeOnly": True}}, secrets=["token"])
    assert saved(document) == {}
    assert saved(document, value_token="new", clear_token="on") == {"token": "new"}
    assert saved(document, clear_token="on") == {"token": None}


def test_a_secret_is_never_shown():
    """Neither what a careless provider gives back nor what was just sent."""
    described = {"token": {"writeOnly": True, "default": "canary"}}
    document = settings(described, values={"token": "canary"}, secrets=["token"])
    (field,) = fields_of(document, sent=Form({"value_token": ("canary",)}))
    assert (field.value, field.kind, field.set_since.year) == ("", "secret", 2026)
    assert "canary" not in repr(field)


def test_values_that_were_sent_are_shown_again():
    """After a refusal; a setting of the environment is read-only, and not sent to the provider whatever comes in."""
    properties = {"x": {}, "y": SWITCH, "t": {"writeOnly": True}}
    sent, values = Form({"value_x": ("b",)}), {"x": "a", "y": True}
    fields = fields_of(settings(properties, values=values), sent=sent)
    assert [(field.is_fixed, field.value) for field in fields] == [(False, "b"), (False, ""), (False, "")]
    document = settings(properties, values=values, fixed=properties)
    fields = fields_of(document, sent=sent)
    assert [(field.is_fixed, field.value) for field in fields] == [(True, "a"), (True, "on"), (True, "")]
    assert saved(document, value_x="b", value_t="c", clear_t="on") == {}


def test_title_help_length_and_order_are_the_schemas():
    """Where it has no title, the name stands there; what has no order comes last."""
    described = {"title": "Webadresse", "description": "Hilfe", "maxLength": 10, "x-order": 1.5}
    properties = {"z": {"x-order": "first"}, "y": {"maxLength": "long", "x-order": 2}, "x": described}
    x, y, z = fields_of(settings(properties))
    assert (x.title, x.help, x.longest) == ("Webadresse", "Hilfe", 10)
    assert (y.title, y.help, y.longest, z.name) == ("y", "", LONGEST, "z")


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [({}, []), ({"schema": {"properties": []}}, []), ({"schema": {"properties": {"x": True}}}, ["text"])],
    ids=["no schema", "no properties", "no description"],
)
def test_a_schema_that_says_nothing_makes_a_form(fields, kinds):
    """The contract lets a provider write any, or none where it cannot be asked."""
    document = {"provider": "fake", "site": "main", "values": {}} | fields
    assert [field.kind for field in fields_of(document)] == kinds


def test_a_choice_may_have_names():
    """The id is saved; nothing has a name of its own, and what cannot be chosen any more stays until it is changed."""
    named = [{"const": None, "title": "Alle"}, {"const": "n", "title": "Köln Nord"}, {"title": "no value"}]
    for value, labels in (
        ("n", {"": "Alle", "n": "Köln Nord"}),
        ("x", {"": "Alle", "x": "x", "n": "Köln Nord"}),
    ):
        document = settings({"x": {"type": "string", "oneOf": named}}, values={"x": value})
        (field,) = fields_of(document)
        assert (field.kind, field.value, field.labels) == ("choice", value, labels)
        assert saved(document, value_x=value) == {"x": value}
        assert settings_form.tested_of(document) == f"x: {labels[value]}"
    assert saved(document, value_x="") == {"x": None}
