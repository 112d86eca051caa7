"""Carloop's OpenAPI document and the cassettes: all that it declares is recorded, and all that is recorded is valid."""

import json
from dataclasses import replace

import pytest

from carloop_sandbox.interface.contract import document
from mobility_schemas import InvalidDocument, validate
from tests.cassettes.recorder.operations import (
    operation_of,
    operations,
    problem_codes,
    schema_of_answer,
    schema_of_request,
)
from tests.cassettes.recorder.scrub import without_prose

REFUSED_FOR_THEIR_BODY = {
    "malformed_request",
    "rental_immutable",
    "too_large",
    "unsupported_media_type",
    "validation_failed",
}


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.id)
def test_every_operation_is_recorded(operation, exchanges):
    """Each operation has succeeded on a cassette, with every success that it declares."""
    recorded = {each.status for each in exchanges if operation.fits(each.method, each.path)}
    assert operation.successes() - recorded == set()


def test_every_problem_code_is_recorded_and_no_other(exchanges):
    """Each problem code has been answered on a cassette, under the status that Carloop's document declares."""
    assert {(each.status, each.code) for each in exchanges if each.code} == problem_codes()


def test_recorded_document_is_todays(exchanges):
    """The cassettes were recorded from a Carloop that spoke today's interface; its prose may have changed."""
    (recorded,) = [each for each in exchanges if each.path == "/openapi.json"]
    assert json.loads(recorded.body) == without_prose(document())


def test_every_recorded_path_belongs_to_an_operation(exchanges):
    """Only what is refused for its method belongs to none."""
    without = {each.code for each in exchanges if operation_of(each.method, each.path) is None}
    assert without == {"method_not_allowed"}


def objections(exchange):
    """Return what is wrong with an exchange by today's schemas."""
    operation = operation_of(exchange.method, exchange.path)
    media_type, answer = schema_of_answer(operation, exchange.status)
    found = [_objection(exchange.body, answer)] if answer else []
    if media_type != exchange.headers.get("content-type"):
        found.append(f"content type {exchange.headers.get('content-type')}")
    request = schema_of_request(operation)
    if request and exchange.request_body and exchange.code not in REFUSED_FOR_THEIR_BODY:
        found.append(_objection(exchange.request_body, request))
    return [each for each in found if each]


def _objection(body, name):
    try:
        validate(json.loads(body), f"carloop/{name}")
    except InvalidDocument as invalid:
        return f"{name}{invalid.pointer}"
    return ""


def test_every_body_is_valid(exchanges):
    """Requests and answers alike, each by the schema that its operation declares."""
    assert {str(each): objections(each) for each in exchanges if objections(each)} == {}


@pytest.mark.parametrize(
    ("cassette", "body", "wrong"),
    [
        ("interface_book", "body", "Rental/end"),
        ("interface_book", "request_body", "RentalCreate/end"),
        ("refusal_not_found", "body", "Problem/code"),
    ],
)
def test_body_of_another_schema_is_noticed(cassette, body, wrong, exchanges):
    """A field of another type, on a cassette recorded before the schema changed, is found."""
    exchange = next(each for each in exchanges if each.cassette == cassette)
    field = wrong.partition("/")[2]
    stale = replace(exchange, **{body: json.dumps(json.loads(getattr(exchange, body)) | {field: 5})})
    assert objections(stale) == [wrong]


def test_bodies_sent_to_be_refused_are_wrong(exchanges):
    """What was refused as immutable is no valid change: nothing valid hides behind the exception."""
    refused = [each for each in exchanges if each.code == "rental_immutable"]
    found = [_objection(each.request_body, "RentalEndChange") for each in refused]
    assert found == ["RentalEndChange/start"]
