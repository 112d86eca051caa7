"""The controls under /sandbox: who reaches them; clock and tokens."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from carloop_sandbox.remote import ControlRefused

PATHS = [
    ("POST", "/sandbox/faults"),
    ("DELETE", "/sandbox/faults"),
    ("POST", "/sandbox/desk"),
    ("POST", "/sandbox/clock"),
    ("POST", "/sandbox/tokens"),
    ("DELETE", "/sandbox/tokens/start"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_without_the_option_there_are_no_controls(reader, method, path):
    """404, as if there had never been any."""
    answer = reader.http.request(method, path, json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:8081"},
        {"Origin": "null"},
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.evil.example"},
    ],
)
def test_no_web_page_reaches_the_controls(visitor, method, path, headers):
    """Any Origin is refused, and any Host that is not loopback (DNS rebinding)."""
    answer = visitor.http.request(method, path, json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/sandbox/faults", "/sandbox/desk", "/sandbox/clock", "/sandbox/tokens"])
@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_only_json_is_taken(visitor, path, content_type):
    """A form or a plain text, which a web page may send without asking, is refused."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = visitor.http.post(path, content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99", "[::1]:8081", "127.3.4.5"])
def test_every_loopback_host_is_fine(visitor, host):
    """By name or address."""
    assert visitor.http.delete("/sandbox/faults", headers={"Host": host}).status_code == 204


def test_no_token_is_needed(sandbox):
    """The controls are for whoever sits at this machine."""
    answer = httpx.post(f"{sandbox.url}/sandbox/clock", json={"now": None})
    assert answer.status_code == 200


def test_the_clock_is_held_where_it_was_set(planner):
    """It stands still until it is set anew or set free."""
    assert planner.clock("2031-03-03T08:30:00+01:00") == {"now": "2031-03-03T07:30:00Z"}
    times = {planner.get("/account").json()["server_time"] for _ in range(3)}
    assert times == {"2031-03-03T07:30:00Z"}
    assert planner.search("2031-03-03T07:31:00Z", "2031-03-04T07:30:00Z")["as_of"] == "2031-03-03T07:30:00Z"
    planner.clock(None)
    now = datetime.fromisoformat(planner.get("/account").json()["server_time"])
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=30)


def test_the_clock_can_run_on_from_where_it_was_set(planner):
    """With `running`."""
    planner.clock("2031-03-03T08:30:00+01:00", running=True)
    first, second = (datetime.fromisoformat(planner.get("/account").json()["server_time"]) for _ in range(2))
    assert datetime(2031, 3, 3, 7, 30, tzinfo=UTC) < first < second < datetime(2031, 3, 3, 7, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"now": 5}',
        '{"now": "2031-03-03T08:30:00"}',
        '{"now": null, "zone": 1}',
        "[]",
        '{"now": null, "running": 1}',
    ],
)
def test_a_wrong_clock_is_refused(visitor, body):
    """And the clock stays as it was."""
    answer = visitor.http.post("/sandbox/clock", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_tokens_come_and_go(planner, sandbox):
    """A new one works at once, a revoked one is invalid from the next request on, the others go on."""
    made = planner.http.post("/sandbox/tokens", json={"label": "second"}).json()
    assert made["label"] == "second"
    url = f"{sandbox.url}/api/planner/v1/account"
    with httpx.Client(headers={"Authorization": f"Bearer {made['token']}"}) as second:
        assert second.get(url).status_code == 200
        assert planner.http.delete("/sandbox/tokens/second").status_code == 204
        revoked = second.get(url)
        assert (revoked.status_code, revoked.json()["code"]) == (401, "token_invalid")
    assert planner.get("/account").status_code == 200


def test_the_first_token_has_the_label_start(planner):
    """So that it can be revoked too."""
    assert planner.http.get("/sandbox/tokens").json() == {"items": [{"label": "start"}]}
    planner.http.delete("/sandbox/tokens/start")
    assert planner.get("/account").status_code == 401


def test_labels_are_unique_and_known(visitor):
    """A second token of a label and one that is not there are refused."""
    assert visitor.http.post("/sandbox/tokens", json={"label": "start"}).json()["code"] == "label_exists"
    assert visitor.http.delete("/sandbox/tokens/other").status_code == 404


@pytest.mark.parametrize("label", ["", "x" * 61, "a/b", "ä", 5, None])
def test_a_wrong_label_is_refused(visitor, label):
    """A label goes into an address."""
    answer = visitor.http.post("/sandbox/tokens", json={"label": label})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/label")


def test_the_controls_can_be_worked_from_code(planner, sandbox):
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


def test_tokens_are_stored_as_digests(planner, sandbox):
    """Nobody who reads the file learns one; its last use is written down."""
    from pathlib import Path

    made = planner.http.post("/sandbox/tokens", json={"label": "second"}).json()
    planner.get("/account", headers={"Authorization": f"Bearer {made['token']}"})
    database = sandbox.store.database
    row = database.one("SELECT * FROM tokens WHERE label = 'second'")
    assert row["last_used_us"] is not None
    folder = Path(database.one("SELECT file FROM pragma_database_list WHERE name = 'main'")["file"]).parent
    for token in (made["token"], sandbox.token):
        assert not any(token.encode() in file.read_bytes() for file in folder.iterdir())


def test_nothing_shows_a_token(sandbox, caplog):
    """Neither a representation nor the log."""
    caplog.set_level("DEBUG")
    httpx.get(f"{sandbox.url}/api/planner/v1/account", headers={"Authorization": f"Bearer {sandbox.token}"})
    assert sandbox.token not in repr(sandbox)
    assert sandbox.token not in caplog.text
