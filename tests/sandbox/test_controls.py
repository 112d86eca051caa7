"""The controls under /sandbox: who reaches them, the clock, the tokens, and the same from code."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from carloop_sandbox.remote import ControlRefused
from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet
from tests.support.interface import planner_of

BASE = "/api/planner/v1"

PATHS = [
    ("POST", "/sandbox/faults"),
    ("DELETE", "/sandbox/faults"),
    ("POST", "/sandbox/desk"),
    ("POST", "/sandbox/clock"),
    ("POST", "/sandbox/tokens"),
    ("POST", "/sandbox/reset"),
    ("GET", "/sandbox/requests"),
    ("GET", "/sandbox/history"),
    ("DELETE", "/sandbox/tokens/start"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_the_option_there_are_no_controls(reader, method, path):
    """404, as if there had never been any."""
    answer = reader.http.request(method, path, json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_no_web_page_reaches_the_controls(planner, method, path):
    """Any Origin is refused, and any Host that is not loopback (DNS rebinding)."""
    for headers in (
        {"Origin": "http://127.0.0.1:8081"},
        {"Origin": "null"},
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.evil.example"},
    ):
        answer = planner.http.request(method, path, json={}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("path", sorted({path for method, path in PATHS if method == "POST"}))
def test_only_json_is_taken(planner, path):
    """Forms and plain text, which a web page may send without asking, are refused."""
    for content_type in ("", "text/plain", "application/x-www-form-urlencoded"):
        answer = planner.http.post(path, content=b"{}", headers={"Content-Type": content_type})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99", "[::1]:8081", "127.3.4.5"])
def test_every_loopback_host_is_fine(sandbox, host):
    """By name or address, and without a token."""
    answer = httpx.delete(f"{sandbox.url}/sandbox/faults", headers={"Host": host})
    assert answer.status_code == 204


def test_the_clock_is_held_where_it_was_set(planner):
    """It stands still until it is set anew or set free, or runs on from there with `running`."""
    assert planner.clock("2031-03-03T08:30:00+01:00") == {"now": "2031-03-03T07:30:00Z"}
    times = {planner.get("/account").json()["server_time"] for _ in range(3)}
    assert times == {"2031-03-03T07:30:00Z"}
    assert planner.search("2031-03-03T07:31:00Z", "2031-03-04T07:30:00Z")["as_of"] == "2031-03-03T07:30:00Z"
    planner.clock("2031-03-03T08:30:00+01:00", running=True)
    first, second = (datetime.fromisoformat(planner.get("/account").json()["server_time"]) for _ in range(2))
    assert datetime(2031, 3, 3, 7, 30, tzinfo=UTC) < first < second < datetime(2031, 3, 3, 7, 31, tzinfo=UTC)
    planner.clock(None)
    now = datetime.fromisoformat(planner.get("/account").json()["server_time"])
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    "body", [{}, [], {"now": 5}, {"now": "2031-03-03T08:30:00"}, {"now": None, "zone": 1}]
)
def test_a_wrong_clock_is_refused(planner, body):
    """422, and the clock stays as it was."""
    planner.clock(planner.at(5))
    answer = planner.http.post("/sandbox/clock", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert planner.http.get("/sandbox/clock").json() == {"now": planner.at(5)}


def test_a_reset_puts_the_seeded_fleet_back():
    """Vehicles, and rentals around now; a rental's id of before names none, while token and account stay."""
    with run_sandbox(fleet=Fleet(vehicles=8)) as sandbox, planner_of(sandbox) as planner:
        before = planner.search(planner.at(50), planner.at(51))["items"]
        booked = planner.book("V1001", planner.at(50), planner.at(51), key="k", external_reference="i/s/A/c")
        account = planner.get("/account").json()["id"]
        sandbox.controls.reset()
        assert planner.search(planner.at(50), planner.at(51))["items"] == before
        assert planner.get(f"/rentals/{booked['id']}").status_code == 404
        rentals = planner.get("/rentals", limit=1000).json()["items"]
        assert min(each["id"] for each in rentals) > booked["id"]
        assert (planner.get("/account").json()["id"], sandbox.controls.history()) == (account, [])
        again = planner.try_book(
            "V1001", planner.at(60), planner.at(61), key="k", external_reference="i/s/A/c"
        )
        assert again.status_code == 201


def test_the_last_requests_are_listed(planner, sandbox):
    """Newest first, with the fault that was met; without body and query, and not the controls' own."""
    planner.arm("search", "status", value=502)
    planner.arm("account", "drop_after")
    planner.get("/vehicles", start=planner.at(3), end=planner.at(4))
    with pytest.raises(httpx.RemoteProtocolError):
        planner.get("/account")
    planner.get("/nothing")
    items = sandbox.controls.requests()
    shown = [(each["method"], each["path"], each["status"], each.get("fault")) for each in items[:3]]
    assert shown == [
        ("GET", f"{BASE}/nothing", 404, None),
        ("GET", f"{BASE}/account", None, "drop_after"),
        ("GET", f"{BASE}/vehicles", 502, "status"),
    ]
    assert set(items[0]) == {"at", "method", "path", "status", "ms"}
    for _ in range(200):
        planner.get("/health")
    assert {each["path"] for each in sandbox.controls.requests()} == {f"{BASE}/health"}
    assert len(sandbox.controls.requests()) == 200


def test_tokens_come_and_go(planner, sandbox):
    """A new one works at once, a revoked one is invalid from the next request on; only digests are stored."""
    assert planner.http.get("/sandbox/tokens").json() == {"items": [{"label": "start"}]}
    made = planner.http.post("/sandbox/tokens", json={"label": "second"}).json()
    second = {"Authorization": f"Bearer {made['token']}"}
    assert planner.get("/account", headers=second).status_code == 200
    database = sandbox.store.database
    assert database.one("SELECT last_used_us FROM tokens WHERE label = 'second'")[0] is not None
    folder = Path(database.one("SELECT file FROM pragma_database_list WHERE name = 'main'")["file"]).parent
    for token in (made["token"], sandbox.token):
        assert not any(token.encode() in file.read_bytes() for file in folder.iterdir())
    assert planner.http.delete("/sandbox/tokens/second").status_code == 204
    assert planner.get("/account", headers=second).json()["code"] == "token_invalid"
    assert planner.get("/account").status_code == 200
    planner.http.delete("/sandbox/tokens/start")
    assert planner.get("/account").status_code == 401


def test_a_wrong_label_is_refused(planner):
    """One that is taken, one that is unknown, and one that cannot stand in an address."""
    assert planner.http.post("/sandbox/tokens", json={"label": "start"}).json()["code"] == "label_exists"
    assert planner.http.delete("/sandbox/tokens/other").status_code == 404
    for label in ("", "x" * 61, "a/b", 5):
        answer = planner.http.post("/sandbox/tokens", json={"label": label})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/label")


def test_the_controls_can_be_used_from_code(planner, sandbox):
    """Everything that there is, without writing HTTP."""
    controls = sandbox.controls
    controls.arm("account", "status", times=2, value=502)
    assert planner.get("/account").status_code == 502
    assert [fault["times"] for fault in controls.armed()] == [1]
    controls.disarm()
    rental = planner.book("V1001", planner.at(3), planner.at(5))
    assert controls.desk(rental["id"], "swap", vehicle_id="V1002")["vehicle"]["id"] == "V1002"
    with pytest.raises(ControlRefused, match="404 not_found"):
        controls.desk("R9", "hand_out")
    token = controls.add_token("second one")
    assert planner.get("/account", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    controls.revoke_token("second one")
    controls.revoke_token()
    assert planner.get("/account").status_code == 401
    assert controls.set_clock(None).endswith("Z")
