"""What somebody between us and Carloop makes of its answers."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.proxy import FaultProxy
from tests.support.strikes import Effect, Position, Strike

if TYPE_CHECKING:
    from carloop_sandbox.running import Sandbox
    from tests.support.planner import Planner
else:
    Planner = Sandbox = Any


@pytest.fixture
def proxy(planner, sandbox, monkeypatch):
    """A proxy between the plugin and Carloop; `planner.control` goes past it."""
    with FaultProxy(sandbox.url) as proxy:
        monkeypatch.setenv("CARLOOP_BASE_URL", proxy.url)
        yield proxy


def break_rental(rental, planner, proxy):
    """Make a rental unreadable wherever it stands in an answer: it loses its page."""
    page = str(rental["web_url"]).replace(planner.control.url, proxy.url)
    pieces = ((f'"web_url":"{page}"'.encode(), b'"web_url":""'),)
    proxy.arm(Strike(Effect.REWRITE, Position.AFTER, pieces=pieces), "read", times=99)


def replay(rental):
    """Answer with a rental as if it had been replayed, after Carloop has done the work."""
    body = json.dumps(rental).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return Strike(
        Effect.INSTEAD, Position.AFTER, answer=f"{head}idempotent-replay: true\r\n\r\n".encode() + body
    )


def test_a_replayed_answer_that_is_another_rental_is_not_linked(planner, proxy):
    """Who it belongs to is never told or offered for cancellation; the booking's own is found and linked."""
    planner.save()
    change = planner.booking()
    other = planner.control.api("GET", "/rentals", params={"limit": "1"}).json()["items"][0]
    proxy.arm(replay(other), "book")
    outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", "invalid_answer")
    state = planner.state()
    assert (state["state"], state["proposals"]) == ("unknown", [])
    assert other["id"] not in json.dumps([outcome, state])
    (settled,) = planner.reconcile()["settled"]
    (ours,) = planner.control.rentals(planner.id)
    assert ("done", ours["id"]) == (settled["status"], settled["rental"]["id"])


def test_a_replayed_cancellation_that_cancelled_nothing_is_not_done(planner, proxy):
    """The giving up of a booking is held against the same: the rental has to be cancelled."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=3)
    assert planner.do(change)["status"] == "unknown"
    (ours,) = planner.control.rentals(planner.id)
    giving_up = planner.cancellation(book_change_id=change["change_id"])
    proxy.arm(Strike(Effect.INSTEAD, Position.BEFORE, answer=replay(ours).answer), "cancel")
    outcome = planner.do(giving_up)
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", "invalid_answer")
    planner.reconcile()
    assert planner.do(giving_up)["status"] == "done"
    assert [rental["status"] for rental in planner.control.rentals(planner.id)] == ["cancelled"]


def strangers_rental(planner, vehicle_id):
    """Book at Carloop as another planner would."""
    start = planner.start() + timedelta(days=40)
    body = {
        "external_reference": f"another/main/A-1/{uuid.uuid4()}",
        "vehicle_id": vehicle_id,
        "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat(),
        "customer": {"source": "manual", "last_name": "Stranger"},
    }
    answer = planner.control.api(
        "POST", "/rentals", json=body, headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def at_carloop(planner):
    (rental,) = planner.control.rentals(planner.id)
    return rental


def findings(planner):
    report = planner.host.check("carloop", "main")
    return report["ok"], [(each["code"], each["severity"]) for each in report["findings"]]


CONNECTED = ("connected", "info")


def told(caplog, name):
    """Return the fields of the events of a name."""
    return [each.fields for each in caplog.records if getattr(each, "event", "") == name]


def test_a_strangers_rental_that_cannot_be_read_costs_itself_alone(planner, proxy, caplog):
    """What the desk did to ours is seen, and the check of the connection names the one that is skipped."""
    planner.save()
    ours = planner.book()
    stranger = strangers_rental(planner, ours["vehicle"]["id"])
    planner.control.desk(ours["id"], "hand_out")
    break_rental(stranger, planner, proxy)
    report = planner.reconcile()
    assert [(ours["id"], "picked_up")] == [(each["id"], each["status"]) for each in report["changed"]]
    assert findings(planner) == (True, [CONNECTED, ("unreadable_rentals", "warning")])
    assert stranger["id"] in planner.host.check("carloop", "main")["findings"][-1]["message"]
    planner.reconcile()
    (event,) = told(caplog, "rental.unreadable")
    assert (stranger["id"], {"account", "rental_id"}) == (event["rental_id"], set(event))
    proxy.calm()
    planner.reconcile()
    assert findings(planner) == (True, [CONNECTED])


def test_one_of_ours_that_cannot_be_read_is_read_again_until_it_can(planner, proxy):
    """Also when the feed has gone past it: it becomes readable with a newer plugin, without a change at Carloop."""
    planner.save()
    ours = planner.book()
    planner.control.desk(ours["id"], "hand_out")
    break_rental(at_carloop(planner), planner, proxy)
    assert planner.reconcile()["changed"] == []
    assert findings(planner) == (False, [CONNECTED, ("unreadable_rentals", "error")])
    planner.control.clock(datetime.now(UTC) + timedelta(minutes=5))
    strangers_rental(planner, ours["vehicle"]["id"])
    assert planner.reconcile()["changed"] == []
    assert not findings(planner)[0]
    proxy.calm()
    assert [ours["id"]] == [each["id"] for each in planner.reconcile()["changed"]]
    assert planner.state()["rental"]["status"] == "picked_up"
    assert findings(planner)[0]


def test_a_pending_booking_whose_rental_cannot_be_read_is_neither_sent_nor_refused(planner, proxy):
    """That Carloop has none would be a lie."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=3)
    assert planner.do(change)["status"] == "unknown"
    break_rental(at_carloop(planner), planner, proxy)
    sent = len([each for each in proxy.passed if each.operation == "book"])
    assert (planner.reconcile()["settled"], planner.reconcile()["pending"]) == ([], 1)
    assert sent == len([each for each in proxy.passed if each.operation == "book"])
    proxy.calm()
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert findings(planner)[0]


def test_a_feed_that_is_no_list_is_said(planner, proxy):
    """Nothing of it can be read, so health is not green until it can."""
    planner.save()
    planner.book()
    proxy.arm(Strike(Effect.REWRITE, Position.AFTER, pieces=((b'"items":', b'"things":'),)), "read", times=99)
    planner.reconcile()
    assert findings(planner) == (False, [CONNECTED, ("feed_unreadable", "error")])
    proxy.calm()
    planner.reconcile()
    assert findings(planner)[0]


@pytest.mark.parametrize("instead", ["7", '"\\u0007"'])
def test_a_car_that_cannot_be_read_does_not_empty_the_search(planner, proxy, instead, caplog):
    """Nor does one whose name holds what the contract has no place for."""
    whole = planner.search()
    plate = whole["options"][0]["vehicle"]["licence_plate"]
    pieces = ((f'"licence_plate":"{plate}"'.encode(), f'"licence_plate":{instead}'.encode()),)
    proxy.arm(Strike(Effect.REWRITE, Position.AFTER, pieces=pieces), "search")
    found = planner.search()
    shown = [each["id"] for each in found["options"]]
    assert [each["id"] for each in whole["options"]][-len(shown) :] == shown
    skipped = [{"ids": whole["options"][0]["id"], "count": 1}]
    assert (skipped if instead == "7" else []) == told(caplog, "vehicles.unreadable")
    assert (len(shown), len(shown)) == (found["total"], len(whole["options"]) - (instead == "7"))
