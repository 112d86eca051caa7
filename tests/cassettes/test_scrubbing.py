"""No cassette holds a secret, a person, or the place it was recorded at."""

import json
import re
from dataclasses import replace

import pytest
from vcr.request import Request

from carloop_sandbox.store import fleet
from tests.cassettes.recorder.carloop import CUSTOMER, REASON
from tests.cassettes.recorder.cassette import FOLDER
from tests.cassettes.recorder.scenario import RECORDING_TOKEN
from tests.cassettes.recorder.scrub import (
    HOST,
    LONGEST_BODY,
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    scrub_request,
    scrub_response,
    without_prose,
)

ORIGIN = "http://127.0.0.1:43121"
SECRETS = {
    "token": r"Bearer |\b(?:tok|clp)_|not-a-token|[A-Za-z0-9_-]{40,}",
    "e-mail address": r"[\w.+-]+@[\w-]+\.",
    "network address": r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\blocalhost\b|\[?::1\b|[a-z]:\d{2,5}\b",
    "other host": r"https?://(?!carloop\.example/|json-schema\.org/)",
    "file": r"(?:^|[\s\"'=])/(?:home|root|tmp|usr|var|work|opt|Users|private)/|[A-Za-z]:\\\\|file:/",
    # the scenarios play in 2027, and a vehicle is looked up five years ahead
    "time of another day": r"\b(?!2027-|2032-)\d{4}-\d\d-\d\dT",
}
# long and opaque, but no secret: a place in a list, signed with a key that is made of the account's public id
CURSOR = re.compile(r'cursor=[\w-]+|"next_cursor": "[\w-]+"')
FREE_TEXT = {"phone", "mobile", "email", "note", "licence_holder", "iban", "reason"}
NAMES = ("first_names", "last_names", "companies", "streets")
FICTIONAL = {*CUSTOMER.values(), *(word for name in NAMES for word in fleet.PEOPLE[name])}
FICTIONAL |= {word for town in fleet.PEOPLE["towns"] for word in town} | {"manual", "person", "company"}


def secrets_in(text):
    """Return the kinds of secrets in a cassette's text."""
    return [kind for kind, pattern in SECRETS.items() if re.search(pattern, CURSOR.sub("", text))]


def people_in(node):
    """Return the fields of a document that hold data of anybody but the fictional customers."""
    if isinstance(node, list):
        return [name for each in node for name in people_in(each)]
    if not isinstance(node, dict) or "openapi" in node:
        return []
    return [found for name, value in node.items() for found in _person_in(name, value)]


def _person_in(name, value):
    if name in FREE_TEXT:
        return [] if value == REASON else [name]
    if name != "customer":
        return people_in(value)
    return [f"customer/{field}" for field, held in value.items() if not _is_fictional(held)]


def _is_fictional(value):
    return value in FICTIONAL or re.sub(r" \d+$", "", value) in FICTIONAL


def leaks_in(exchange):
    """Return what an exchange holds beyond what is declared: headers, addresses, and data of people."""
    found = sorted({*exchange.request_headers} - {*REQUEST_HEADERS})
    found += sorted({*exchange.headers} - {*RESPONSE_HEADERS})
    found += [] if exchange.url.startswith(f"{HOST}/api/") else [exchange.url]
    for body in (exchange.request_body, exchange.body):
        try:
            found += people_in(json.loads(body or ""))
        except ValueError:  # none, or one that was sent to be refused for that
            continue
    return found


def test_no_text_holds_a_secret():
    """No token, no address of a person or a machine, no path, no time but that of the scenarios."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}
    assert {name: secrets_in(text) for name, text in texts.items() if secrets_in(text)} == {}
    assert [name for name, text in texts.items() if RECORDING_TOKEN in text] == []


def test_only_fictional_people_and_declared_headers(exchanges):
    """The customers do not exist, each header is one that decides something, and the address is always the same."""
    assert {str(each): leaks_in(each) for each in exchanges if leaks_in(each)} == {}


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        ("token", f"x: {RECORDING_TOKEN}"),
        ("token", "detail: Authorization was Bearer s3cr3t"),
        ("token", "x: clp_Zm9v"),
        ("token", "key: dGhpcyBpcyBhIHRva2VuIG9mIDI1NiBiaXRzLCByZWFsbHkgaXQgaXM"),
        ("e-mail address", "email: erika.mustermann@haus.de"),
        ("network address", "at 127.0.0.1"),
        ("network address", "host: localhost"),
        ("network address", "url: https://carloop.example:8443/"),
        ("other host", "url: https://carloop.dealer.de/"),
        ("file", "path: /home/jo/carloop.sqlite3"),
        ("time of another day", "at: '2026-11-23T09:12:00Z'"),
    ],
)
def test_planted_secret_is_found(kind, planted):
    """The scan sees each kind of what it looks for."""
    assert kind in secrets_in(planted)


@pytest.mark.parametrize(
    ("field", "value"),
    [("last_name", "Schmidt"), ("mobile", "+49 170 5550100"), ("street", "Unbekannter Weg 12")],
)
def test_planted_person_is_found(field, value):
    """Anybody but the fictional customers is found, however deep."""
    rental = {"customer": CUSTOMER | {field: value}}
    assert people_in({"items": [{"rental": rental}]}) == [f"customer/{field}"]


def test_planted_text_header_and_address_are_found(exchanges):
    """Free text, a header and an address that nobody declared are found."""
    body = '{"note": "calls at noon", "reason": "x"}'
    exchange = replace(exchanges[0], body=body, headers={"server": "x"}, url=f"{ORIGIN}/api/account")
    assert leaks_in(exchange) == ["server", f"{ORIGIN}/api/account", "note", "reason"]


def test_address_token_and_transport_are_left_out():
    """Whatever a client sends along and a server adds, only what decides is kept, under the stable address."""
    headers = {"Authorization": "Bearer x", "Host": "127.0.0.1:43121", "User-Agent": "x", "If-Match": '"1"'}
    request = scrub_request(Request("GET", f"{ORIGIN}/api/planner/v1/rentals/R1?a=b", None, headers))
    assert request.uri == f"{HOST}/api/planner/v1/rentals/R1?a=b"
    assert dict(request.headers) == {"if-match": '"1"'}
    body = f'{{"web_url":"{ORIGIN}/rentals/R1"}}'.encode()
    answer = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Date": ["now"], "Server": ["x"], "ETag": ['"1"'], "Content-Length": [str(len(body))]},
        "body": {"string": body},
    }
    kept = scrub_response(answer, origin=ORIGIN)
    assert kept["body"]["string"] == f'{{\n "web_url": "{HOST}/rentals/R1"\n}}'.encode()
    assert kept["headers"] == {"content-length": [str(len(kept["body"]["string"]))], "etag": ['"1"']}
    assert scrub_response(kept, origin=ORIGIN) == kept


def test_controls_are_never_recorded():
    """The sandbox's controls, with tokens in their answers, are not the interface's."""
    assert scrub_request(Request("POST", f"{ORIGIN}/sandbox/tokens", b"{}", {})) is None


def test_huge_body_is_kept_as_its_size():
    """A body sent to be too large is not worth its room."""
    request = Request("POST", f"{ORIGIN}/api/planner/v1/rentals", b"x" * (LONGEST_BODY + 1), {})
    assert scrub_request(request).body == b"[16385 bytes]"


def test_prose_is_left_out_of_the_document_alone():
    """A sentence of the interface's description may change without a recording; a field called so may not."""
    field = {"type": "string", "examples": ["x"]}
    document = {"description": "prose", "properties": {"description": field}, "example": 1}
    assert without_prose(document) == {"properties": {"description": {"type": "string"}}}
