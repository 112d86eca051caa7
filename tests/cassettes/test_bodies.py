"""Every body on a cassette is valid by today's schemas, unless it was sent to be refused."""

import json
from dataclasses import replace

import pytest
from carloop_scenes.contract import operation_of, schema_of_answer, schema_of_request

from mobility_schemas import InvalidDocument, validate

REFUSED_FOR_THEIR_BODY = {
    "malformed_request",
    "rental_immutable",
    "too_large",
    "unsupported_media_type",
    "validation_failed",
}
WITH_MORE = {
    "reference_exists": "rental",
    "rental_immutable": "errors",
    "validation_failed": "errors",
    "vehicle_unavailable": "conflict",
}


def objections(exchange):
    """Say what is wrong with an exchange by today's schemas."""
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
    ("cassette", "field"),
    [("interface_book", "body"), ("interface_book", "request_body"), ("refusal_not_found", "body")],
)
def test_body_of_another_schema_is_noticed(cassette, field, exchanges):
    """A field of another type, on a tape recorded before the schema changed, is found."""
    exchange = next(each for each in exchanges if each.cassette == cassette)
    document = json.loads(getattr(exchange, field))
    name = next(name for name in ("end", "code") if name in document)
    stale = replace(exchange, **{field: json.dumps(document | {name: 5})})
    assert [found.endswith(f"/{name}") for found in objections(stale)] == [True]


def test_bodies_sent_to_be_refused_are_wrong(exchanges):
    """What was refused as immutable is no valid change: nothing valid hides behind the exception."""
    refused = [each for each in exchanges if each.code == "rental_immutable"]
    assert [_objection(each.request_body or "", "RentalEndChange") for each in refused] == [
        "RentalEndChange/start"
    ]


def test_problems_carry_what_they_promise(exchanges):
    """The rental of a reference, the period in the way, the fields that are wrong."""
    problems = [each for each in exchanges if each.code in WITH_MORE]
    assert set() == {str(each) for each in problems if WITH_MORE[str(each.code)] not in json.loads(each.body)}


def test_waits_are_told(exchanges):
    """Who is turned away for now is told for how long."""
    turned_away = [each for each in exchanges if each.code in ("rate_limited", "maintenance")]
    assert [each.headers.get("retry-after", "-").isdecimal() for each in turned_away] == [True] * len(
        turned_away
    )
    assert len(turned_away) >= 2


def test_declared_headers_are_there(exchanges):
    """A success carries each header that its operation declares; a replay is said of replays alone."""
    missing = {
        str(each): sorted(lacking)
        for each in exchanges
        if each.status < 400 and (lacking := _declared_headers(each) - {*each.headers})
    }
    assert missing == {}


def _declared_headers(exchange):
    operation = operation_of(exchange.method, exchange.path)
    assert operation is not None
    declared = operation.answer(exchange.status).get("headers", {})
    return {name.lower() for name in declared} - {"idempotent-replay"}


def test_lengths_are_those_of_the_bodies(exchanges):
    """An answer's length is that of its body on the tape, as the client will check it."""
    wrong = {
        str(each)
        for each in exchanges
        if int(each.headers.get("content-length", "0")) != len(each.body.encode())
    }
    assert wrong == set()
