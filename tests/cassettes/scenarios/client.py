"""Scenarios of the provider's own client: how it tries again, and what it makes of answers that are lost."""

import time
from contextlib import closing
from datetime import datetime
from random import Random

from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.appointments import Customer
from carloop_plugin.domain.changes import Action, Done, Intent, Unknown
from carloop_plugin.domain.values import Period
from tests.cassettes.recorder.carloop import CUSTOMER, END, START, key, reference


def waits_as_asked(carloop):
    """Told to slow down, the client waits as long as it is asked to, then succeeds."""
    carloop.controls.fault("account", "status", value={"status": 429, "retry_after": 2})
    carloop.controls.fault("account", "status", value={"status": 503, "retry_after": 1})
    waits = []
    with _client(carloop, sleep=waits.append) as client:
        assert client.read_account(deadline=_soon(30)).id == "autohaus-beispiel"
    assert waits == [2.0, 1.0]


def committed_but_failed(carloop):
    """A booking answered 500 after it was made is found by the second attempt, with the same key."""
    carloop.controls.fault("book", "status", value={"status": 500, "after": True})
    with _client(carloop) as client:
        result = client.send(_booking(client), deadline=_soon())
    assert (type(result), result.replayed, result.rental.id) == (Done, True, "R100001")


def never_heard_of_again(carloop):
    """Where every answer is a failure the outcome is not known; looking for the reference tells."""
    carloop.controls.fault("book", "status", times=3, value={"status": 500, "after": True})
    with _client(carloop) as client:
        result = client.send(_booking(client), deadline=_soon())
        found = client.find_rental(reference(1), deadline=_soon())
    assert (type(result), found.id) == (Unknown, "R100001")


def meets_its_own_first_attempt(carloop):
    """While the first attempt is still in progress, the second waits, and then gets the first one's rental."""
    with _client(carloop, sleep=lambda _: carloop.controls.finish_attempt()) as client:
        request = _booking(client)
        carloop.controls.begin_attempt("/rentals", request.body, change=request.change_id)
        result = client.send(request, deadline=_soon())
    assert (type(result), result.replayed) == (Done, True)


def _client(carloop, *, sleep=lambda _: None):
    return closing(CarloopSession(carloop.base_url, carloop.token, random=Random(1), sleep=sleep))


def _soon(seconds=10):
    return time.monotonic() + seconds


def _booking(client):
    body = client.booking_body(
        external_reference=reference(1),
        vehicle_id="V1001",
        period=Period(*map(datetime.fromisoformat, (START, END))),
        customer=Customer(CUSTOMER["source"], CUSTOMER),
    )
    return Intent(key(1), Action.BOOK, "main", "A-1", "digest", datetime.fromisoformat(START), body=body)
