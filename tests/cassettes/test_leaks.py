"""No cassette holds a secret, a person, or the place it was recorded at."""

from dataclasses import replace

import pytest
from carloop_scenes.leaks import leaks_in, leaks_in_text, people_in
from carloop_scenes.scrub import HOST
from carloop_scenes.stage import CUSTOMER
from carloop_scenes.tape import FOLDER
from carloop_scenes.theatre import RECORDING_TOKEN

CASSETTES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_text_holds_nothing_secret(path):
    """No token, no address of a person or a machine, no path, no time but that of the scenes."""
    text = path.read_text(encoding="utf-8")
    assert leaks_in_text(text) == []
    assert RECORDING_TOKEN not in text


def test_only_declared_people_and_headers(exchanges):
    """The customers are the declared, fictional ones, and each header is one that decides something."""
    assert {str(each): leaks_in(each) for each in exchanges if leaks_in(each)} == {}


def test_every_conversation_took_place_at_the_same_address(exchanges):
    """The sandbox's port is nowhere."""
    assert {each.url.partition("/api/")[0] for each in exchanges} == {HOST}


@pytest.mark.parametrize(
    "planted",
    [
        f"x: {RECORDING_TOKEN}",
        "detail: Authorization was Bearer s3cr3t",
        "      authorization:\n",
        "  date:\n",
        "x: clp_Zm9v",
        "key: dGhpcyBpcyBhIHRva2VuIG9mIDI1NiBiaXRzLCByZWFsbHkgaXQgaXM",
        "email: erika.mustermann@haus.de",
        "url: http://127.0.0.1:43121/rentals/R1",
        "host: localhost",
        "url: https://carloop.example:8443/",
        "url: https://carloop.dealer.de/",
        "path: /home/jo/carloop.sqlite3",
        "at: '2026-11-23T09:12:00Z'",
    ],
)
def test_planted_leak_is_found(planted):
    """The scan sees each kind of what it looks for."""
    assert len(leaks_in_text(planted)) >= 1


@pytest.mark.parametrize(
    "customer",
    [
        CUSTOMER | {"last_name": "Schmidt"},
        CUSTOMER | {"mobile": "+49 170 5550100"},
        {"source": "manual", "last_name": "Schmidt"},
        {"source": "manual", "last_name": "Testmann", "street": "Kaiserallee 12"},
    ],
)
def test_planted_person_is_found(customer):
    """Anybody but the declared customers is found, however deep."""
    assert people_in({"items": [{"rental": {"customer": customer}}]}) == ["customer"]


def test_planted_note_and_header_are_found(exchanges):
    """Free text and headers that nobody declared are found."""
    exchange = replace(
        exchanges[0], body='{"note": "calls at noon", "reason": "x"}', headers={"server": "uvicorn"}
    )
    assert leaks_in(exchange) == ["header server", "note", "reason"]
