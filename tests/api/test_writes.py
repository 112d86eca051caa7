"""What is known of a write after its attempts: done, refused, nothing happened, or unknown."""

import json
import re
import socket
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from importlib.resources import files
from math import inf
from types import SimpleNamespace

import pytest

from carloop_plugin.api.answers import Failure, Success, judge, read_document
from carloop_plugin.api.call import AttemptFailed, Call, RawAnswer, Request
from carloop_plugin.api.refusals import NOTHING_DONE
from carloop_plugin.domain.appointments import Customer
from carloop_plugin.domain.changes import Action, Done, NothingHappened, Refused, Unknown
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.domain.values import Period
from mobility_schemas import validate


def problem(status, code, **more):
    """Return a behaviour that answers with Carloop's problem document."""
    body = {"code": code, "title": "Title", "status": status} | more
    return lambda peer, _: peer.answer(status, body)


def page(status):
    """Return a behaviour that answers with some server's own page."""
    return lambda peer, _: peer.answer(status, b"<html>no</html>", content_type="text/html")


def lost(peer, _):
    """Read the request and close without an answer."""
    return "close"


def field(pointer):
    """Return a refusal that names a field."""
    return problem(422, "validation_failed", errors=[{"pointer": pointer, "message": "Canary-Lindqvist"}])


CONFLICT = {"start": "2027-03-02T08:30:00+01:00", "end": "2027-03-03T08:30:00+01:00"}

# what Carloop says to a change; the code and pointer that the planner gets
REFUSED_BOOKINGS = {
    "token": (problem(401, "token_invalid"), "not_authorised", None),
    "taken": (problem(409, "vehicle_unavailable", conflict=CONFLICT), "vehicle_unavailable", None),
    "closed": (problem(409, "rental_closed"), "rental_closed", None),
    "unknown vehicle": (field("/vehicle_id"), "vehicle_unavailable", "/option_id"),
    "start": (field("/start"), "invalid_document", "/period/start"),
    "end": (field("/end"), "invalid_document", "/period/end"),
    "customer": (field("/customer/email"), "invalid_document", "/customer/email"),
    "another field": (field("/external_reference"), "invalid_document", None),
    "past": (problem(422, "period_in_past"), "period_in_past", "/period/start"),
    "past end": (
        problem(422, "period_in_past", errors=[{"pointer": "/end", "message": "m"}]),
        "period_in_past",
        "/period/end",
    ),
    "end before start": (problem(422, "period_invalid"), "period_invalid", "/period"),
    "key missing": (problem(400, "idempotency_key_missing"), "invalid_document", None),
    "key reused": (problem(422, "idempotency_key_reused"), "invalid_document", "/change_id"),
    "rate limited": (problem(429, "rate_limited"), "rate_limited", None),
    "maintenance": (problem(503, "maintenance"), "unreachable", None),
    "body too large": (problem(413, "too_large"), "invalid_document", None),
}
REFUSED_CHANGES = {
    "gone": (problem(404, "not_found"), "rental_not_found", None),
    "changed": (problem(412, "changed_elsewhere"), "changed_elsewhere", None),
    "no precondition": (problem(428, "precondition_required"), "invalid_document", None),
    "past": (problem(422, "period_in_past"), "period_in_past", "/end"),
    "end": (field("/end"), "invalid_document", "/end"),
    "immutable": (problem(422, "rental_immutable"), "rental_immutable", None),
    "closed": (problem(409, "rental_closed"), "rental_closed", None),
    "taken": (problem(409, "vehicle_unavailable", conflict=CONFLICT), "vehicle_unavailable", None),
}
REFUSED_REBOOKINGS = {
    "gone": (problem(404, "not_found"), "rental_not_found", None),
    "changed": (problem(412, "changed_elsewhere"), "changed_elsewhere", None),
    "closed": (problem(409, "rental_closed"), "rental_closed", None),
    "taken": (problem(409, "vehicle_unavailable", conflict=CONFLICT), "vehicle_unavailable", None),
    "unknown vehicle": (field("/vehicle_id"), "vehicle_unavailable", "/option_id"),
    "customer": (field("/customer/last_name"), "invalid_document", "/customer/last_name"),
    "past": (problem(422, "period_in_past"), "period_in_past", "/period/start"),
}
REFUSED = [("booking", REFUSED_BOOKINGS, name) for name in REFUSED_BOOKINGS]
REFUSED += [("change_of_end", REFUSED_CHANGES, name) for name in REFUSED_CHANGES]
REFUSED += [("rebooking", REFUSED_REBOOKINGS, name) for name in REFUSED_REBOOKINGS]


@pytest.mark.parametrize(
    ("request_of", "table", "name"), REFUSED, ids=lambda it: it if type(it) is str else ""
)
def test_refused_write(request_of, table, name, server, session, documents, soon):
    """Each refusal becomes the contract's code, with the field that the user sees; `detail` is not needed."""
    behaviour, code, pointer = table[name]
    server.does(behaviour)
    result = session.send(getattr(documents, request_of)(), deadline=soon(5))
    reason = Reason(code, result.reason.text, result.reason.params, pointer)
    is_for_now = name in ("rate limited", "maintenance")
    assert result == (NothingHappened(reason) if is_for_now else Refused(reason))
    assert "Canary" not in repr(result)


LOST = {
    "closed": (lost, "unreachable"),
    "reset": (lambda peer, _: peer.reset(), "unreachable"),
    "in progress": (problem(409, "request_in_progress"), "busy"),
    "a proxy's 401": (page(401), "unreachable"),
    "a proxy's 404": (page(404), "unreachable"),
    "a proxy's 429": (page(429), "rate_limited"),
    "no such path, says Carloop": (problem(404, "not_found"), "unreachable"),
    "a new 422": (problem(422, "brand_new"), "invalid_answer"),
    "a 422 that broke off": (
        lambda peer, _: peer.send(b"HTTP/1.1 422 X\r\ncontent-length: 9\r\n\r\n{") or "close",
        "unreachable",
    ),
    "a 500": (problem(500, "internal_error"), "unreachable"),
    "a 500 that calls itself maintenance": (problem(500, "maintenance"), "unreachable"),
    "a proxy's 503": (page(503), "unreachable"),
    "another 503": (problem(503, "overloaded"), "unreachable"),
    "a 409 that says 400": (lambda peer, _: peer.answer(409, TOLD | {"status": 400}), "unreachable"),
    "a 409 with a list": (lambda peer, _: peer.answer(409, [TOLD]), "unreachable"),
    "a web page": (page(201), "invalid_answer"),
    "another schema": (lambda peer, _: peer.answer(201, {"id": "ren-1"}), "invalid_answer"),
    "an odd success": (lambda peer, _: peer.answer(202, {}), "invalid_answer"),
    "a redirect": (lambda peer, _: peer.answer(303, b"", location="/done"), "invalid_answer"),
}


@pytest.mark.parametrize("name", LOST)
def test_lost_booking(name, server, session, documents, soon):
    """What proves nothing is lost, after three attempts with one key."""
    behaviour, code = LOST[name]
    server.does(behaviour)
    result = session.send(documents.booking(), deadline=soon(5))
    assert (type(result), result.reason.code) == (Unknown, code)
    assert [seen.headers["x-retry-count"] for seen in server.seen] == ["0", "1", "2"]


def odd(status):
    """Return the reason of a status that has no meaning here."""
    return Reason("invalid_answer", "api.odd_status", (("status", str(status)),))


def failed(status):
    """Return the reason of an error inside Carloop."""
    return Reason("unreachable", "api.server_error", (("status", str(status)),))


TOLD = {"code": "rental_closed", "title": "Title", "status": 409}
BROKEN_OFF = Reason("unreachable", "api.reset")
IN_PROGRESS = Reason("busy", "api.in_progress")
RATE_LIMITED = Reason("rate_limited", "api.rate_limited")
MAINTENANCE = Reason("unreachable", "api.maintenance")
LATER = {"retry_after": "7"}
PROBLEM_JSON = {"content_type": "application/problem+json"}
SHOWN = {
    "maintenance": (
        503,
        LATER,
        TOLD | {"code": "maintenance"},
        Failure(NothingHappened(MAINTENANCE), wait="7"),
    ),
    "a proxy's 503": (503, LATER, None, Failure(Unknown(failed(503)), wait="7")),
    "a 500": (500, LATER, TOLD, Failure(Unknown(failed(500)), wait="7")),
    "the last of the errors": (599, {}, None, Failure(Unknown(failed(599)))),
    "in progress": (
        409,
        LATER,
        TOLD | {"code": "request_in_progress"},
        Failure(Unknown(IN_PROGRESS), wait="7"),
    ),
    "rate limited": (
        429,
        LATER,
        TOLD | {"code": "rate_limited"},
        Failure(NothingHappened(RATE_LIMITED), wait="7"),
    ),
    "a proxy's 429": (429, LATER, None, Failure(Unknown(RATE_LIMITED), wait="7")),
    "refused": (409, LATER, TOLD, Failure(Refused(Reason("rental_closed")), code="rental_closed")),
    "no success, no error": (399, {}, None, Failure(Unknown(odd(399)))),
    "no status of HTTP": (600, {}, None, Failure(Unknown(odd(600)))),
    "created, and that was not asked for": (201, {}, {"id": "x"}, Failure(Unknown(odd(201)))),
}


@pytest.mark.parametrize("name", SHOWN)
def test_an_answer_shows(name):
    """Whether it was done, why not, and when to ask again."""
    status, headers, body, expected = SHOWN[name]
    headers = headers | PROBLEM_JSON
    answer = RawAnswer(status, json.dumps(body | {"status": status}).encode() if body else b"", **headers)
    read = partial(read_document, "Rental", dict)
    shown = judge(answer, read=read, deadline=inf, action=Action.CHANGE_END)
    assert shown == expected


@pytest.mark.parametrize(("header", "replayed"), [({}, False), ({"idempotent_replay": " True "}, True)])
@pytest.mark.parametrize(("status", "action"), [(201, Action.BOOK), (200, Action.BOOK), (200, None)])
def test_a_good_answer_shows_what_was_done(status, action, header, replayed, documents):
    """And whether it had been done before."""
    answer = RawAnswer(status, json.dumps(documents.account()).encode(), **header)
    read = partial(read_document, "Account", lambda it: it["id"])
    shown = judge(answer, read=read, deadline=inf, action=action)
    assert shown == Success("acc-1", replayed=replayed)


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        (AttemptFailed(BROKEN_OFF, sent=False), Failure(NothingHappened(BROKEN_OFF))),
        (AttemptFailed(BROKEN_OFF, False, sent=False), Failure(NothingHappened(BROKEN_OFF), again=False)),
        (AttemptFailed(BROKEN_OFF), Failure(Unknown(BROKEN_OFF))),
        (AttemptFailed(BROKEN_OFF, again=False), Failure(Unknown(BROKEN_OFF), again=False)),
    ],
)
def test_an_answer_that_broke_off_shows(failed, expected, make_client):
    """Whatever its status said: without its body it may be anybody's."""

    def exchange(*_):
        raise failed

    client = make_client(_transport=SimpleNamespace(exchange=exchange))
    assert client.send(Request("GET", "/account"), dict, Call(inf)) == expected


RFC_9457 = {"type": "about:blank", "title": "Title"}
NOT_CARLOOPS = {
    "nothing": ({}, None),
    "a page": ({"content_type": "text/html"}, None),
    "RFC 9457 alone": (PROBLEM_JSON, RFC_9457),
    "a code of its own": (PROBLEM_JSON, RFC_9457 | {"code": "upstream_forbidden"}),
    "Carloop's code under another status": (PROBLEM_JSON, RFC_9457 | {"code": "rental_closed"}),
    "Carloop's document under another status": (PROBLEM_JSON, TOLD),
    "Carloop's code in a document of another type": ({"content_type": "application/json"}, TOLD),
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("name", NOT_CARLOOPS)
def test_only_carloops_own_problem_document_proves_anything_about_a_write(name, action):
    """Whatever its status, another answer may have come before or after Carloop did the work."""
    headers, document = NOT_CARLOOPS[name]
    for status in {*range(300, 600)} - {409}:
        body = document and {"status": status} | document
        answer = RawAnswer(status, json.dumps(body).encode(), **headers)
        shown = judge(answer, read=partial(read_document, "Rental", dict), deadline=inf, action=action)
        assert type(shown.answer) is Unknown, (status, shown)
        assert shown.answer.reason.code in ("unreachable", "invalid_answer", "rate_limited"), (status, shown)


def test_every_refusal_of_the_interface_is_a_proof():
    """The codes that openapi.json gives to writes under an error's status, but for the one that says "still at it"."""
    told = set()
    document = json.loads(files("mobility_schemas").joinpath("carloop/openapi.json").read_text("utf-8"))
    for methods in document["paths"].values():
        for method in methods.keys() & {"post", "patch"}:
            for status, response in methods[method]["responses"].items():
                name = response.get("$ref", "").rpartition("/")[2]
                said = document["components"]["responses"].get(name, {}).get("description", "")
                codes = [
                    word
                    for word in re.findall(r"`([a-z_]+)`", said)
                    if word not in ("conflict", "rental", "replaces")
                ]
                told |= {(int(status), code) for code in codes if status.isdecimal()}
    proofs = {(status, code) for status, codes in NOTHING_DONE.items() for code in codes}
    assert proofs == told - {(409, "request_in_progress")}


def test_both_sides_name_the_same_fields_of_a_customer():
    """So all that the planner sends of a customer is handed on; a name that Carloop does not know would be refused."""
    schemas = files("mobility_schemas")
    own = json.loads(schemas.joinpath("contract/customer.json").read_text("utf-8"))
    carloops = json.loads(schemas.joinpath("carloop/openapi.json").read_text("utf-8"))["components"][
        "schemas"
    ]
    assert set(own["properties"]) == set(carloops["Customer"]["properties"])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 409, 412, 413, 421, 425, 429, 431, 499])
def test_a_read_refused_on_the_way_is_told_and_decides_nothing(status, server, session, soon):
    """It has no code of Carloop's; an operator reads where to look."""
    server.does(page(status))
    with pytest.raises(CallFailed) as failed:
        session.read_rental("ren-1", deadline=soon(5))
    code = {401: "not_authorised", 403: "not_authorised", 429: "rate_limited"}.get(status, "unreachable")
    assert failed.value.reason.code == code
    assert failed.value.reason.text is not None
    assert len(server.seen) == (3 if status in (408, 409, 421, 425, 429) else 1)


SEQUENCES = [
    ([lost, problem(422, "period_in_past")], Refused, "period_in_past", True),
    ([lost, problem(401, "token_invalid")], Refused, "not_authorised", True),
    ([lost, problem(429, "rate_limited")], Unknown, "rate_limited", None),
    ([lost, problem(503, "maintenance")], Unknown, "unreachable", None),
    ([problem(429, "rate_limited"), problem(422, "period_in_past")], Refused, "period_in_past", False),
    ([problem(429, "rate_limited"), lost], Unknown, "unreachable", None),
    (
        [problem(503, "maintenance"), problem(429, "rate_limited"), problem(409, "rental_closed")],
        Refused,
        "rental_closed",
        False,
    ),
    ([problem(500, "x"), problem(409, "vehicle_unavailable")], Refused, "vehicle_unavailable", True),
]


@pytest.mark.parametrize(("behaviours", "kind", "code", "after_lost"), SEQUENCES)
def test_attempts_are_judged_together(behaviours, kind, code, after_lost, server, session, documents, soon):
    """One lost attempt is enough for doubt; a refusal after it says so."""
    server.does(*behaviours)
    result = session.send(documents.booking(), deadline=soon(5))
    assert (type(result), result.reason.code) == (kind, code)
    if after_lost is not None:
        assert result.after_lost_attempt is after_lost


def test_server_that_goes_away_after_a_lost_attempt(server, session, documents, soon):
    """No connection after a lost attempt proves nothing about that attempt."""

    def close_all(peer, _):
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        return "close"

    server.does(close_all)
    result = session.send(documents.booking(), deadline=soon(5))
    assert (type(result), result.reason.text) == (Unknown, "api.connection_refused")


def test_without_a_connection_nothing_happened(make_session, documents, soon, closed_port, monkeypatch):
    """Where nobody listens nothing was done; a name that no server has is told by its name."""
    session = make_session(f"http://127.0.0.1:{closed_port}")
    result = session.send(documents.booking(), deadline=soon(5))
    assert (type(result), result.reason.text) == (NothingHappened, "api.connection_refused")

    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    result = make_session("https://carloop.example").send(documents.booking(), deadline=soon(5))
    assert (type(result), result.reason.text) == (NothingHappened, "api.unknown_host")
    assert dict(result.reason.params) == {"host": "carloop.example"}


@pytest.mark.parametrize("headers", [{}, {"idempotent_replay": "true"}])
def test_booking_that_is_done(headers, server, session, documents, soon):
    """A booking is sent with its key, and comes back as a rental without its customer, perhaps a stored answer."""
    server.does(lambda peer, _: peer.answer(201, documents.rental(), **headers))
    result = session.send(documents.booking(), deadline=soon(5))
    assert type(result) is Done
    assert (result.rental.id, result.rental.revision, result.replayed) == ("ren-1", 3, bool(headers))
    assert result.rental.vehicle.daily_rate.amount == Decimal("49.90")
    assert "Canary" not in repr(result)
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/api/planner/v1/rentals")
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["idempotency-key"] == documents.booking().change_id
    assert seen.body == documents.booking().body
    assert "if-match" not in seen.headers


def test_rebooking_that_is_done(server, session, documents, soon):
    """It is a booking of another rental, made only while the one it replaces has the revision that was read."""
    server.does(lambda peer, _: peer.answer(201, documents.rental(id="ren-2")))
    result = session.send(documents.rebooking(), deadline=soon(5))
    assert (type(result), result.rental.id) == (Done, "ren-2")
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/api/planner/v1/rentals")
    assert (seen.headers["if-match"], seen.body) == ('"3"', documents.rebooking().body)


@pytest.mark.parametrize("more", [{}, {"note": "Canary", "replaces": "ren-1"}])
def test_the_body_of_a_booking(session, more):
    """What is not said is not sent; a note and a rental to replace are fields of the interface."""
    period = Period(datetime(2027, 3, 2, 7, 30, tzinfo=UTC), datetime(2027, 3, 4, 16, tzinfo=UTC))
    who = Customer("manual", {"last_name": "Canary-Lindqvist", "phone": ""})
    body = json.loads(
        session.booking_body(
            external_reference="i/m/a/c", vehicle_id="v-1", period=period, customer=who, **more
        )
    )
    validate(body, "carloop/RentalCreate")
    assert {name: body[name] for name in body.keys() & {"note", "replaces"}} == more
    assert body["customer"] == {"source": "manual", "last_name": "Canary-Lindqvist"}


@pytest.mark.parametrize(
    ("request_of", "method", "path", "revision"),
    [("change_of_end", "PATCH", "", '"3"'), ("cancellation", "POST", "/cancellation", None)],
)
def test_change_that_is_done(request_of, method, path, revision, server, session, documents, soon):
    """A change is sent to its rental; that of the end only to the revision it was made for."""
    server.does(lambda peer, _: peer.answer(200, documents.rental(revision=4, status="cancelled")))
    result = session.send(getattr(documents, request_of)(), deadline=soon(5))
    assert (type(result), result.rental.revision, result.rental.status) == (Done, 4, "cancelled")
    (seen,) = server.seen
    assert (seen.method, seen.target) == (method, f"/api/planner/v1/rentals/ren-1{path}")
    assert (seen.headers.get("if-match"), seen.body[:1]) == (revision, b"{")


def test_answer_about_another_rental_is_lost(server, session, documents, soon):
    """A change of one rental that is answered with another one proves nothing."""
    server.does(lambda peer, _: peer.answer(200, documents.rental(id="ren-2")))
    result = session.send(documents.change_of_end(), deadline=soon(5))
    assert (type(result), result.reason.text) == (Unknown, "api.other_rental")


@pytest.mark.parametrize("changes", [{}, {"id": 1}])
def test_what_a_refusal_carries_along_does_not_hide_its_code(changes, server, session, documents, soon):
    """The rental that has our reference already comes with the refusal, valid or not."""
    server.does(problem(409, "reference_exists", rental=documents.rental(**changes)))
    result = session.send(documents.booking(), deadline=soon(5))
    assert result == Refused(Reason("reference_exists"))


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "0001-01-01T00:00:00+23:59"},
        {"end": "2027-03-04T23:59:60Z"},
        {"status": "on_the_moon"},
        {"id": "a b"},
        {"revision": 0},
        {"revision": "3"},
        {"start": "2027-03-02T07:30:00"},
        {"price": {"amount": "1e3", "currency": "EUR", "tax_included": True}},
        {"price": {"amount": "49.90", "currency": "euros", "tax_included": True}},
    ],
)
def test_ids_times_money_and_status_are_never_guessed(changes, server, session, documents, soon):
    """A rental with an id, time, amount or status of another form is no answer."""
    server.does(lambda peer, _: peer.answer(201, documents.rental(**changes)))
    result = session.send(documents.booking(), deadline=soon(5))
    assert (type(result), result.reason.code) == (Unknown, "invalid_answer")


@pytest.mark.parametrize("rental_id", [None, "", ".", ".."])
def test_change_without_a_rental_is_not_sent(rental_id, server, session, documents, soon):
    """A change whose rental can have no address is refused without a request."""
    result = session.send(documents.cancellation(rental_id), deadline=soon(5))
    assert result == Refused(Reason("rental_not_found"))
    assert server.connections == 0
