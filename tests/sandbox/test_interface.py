"""What every call has in common: token, problems, strictness."""

import json
from importlib.resources import files

import httpx
import pytest

BASE = "/api/planner/v1"
PROTECTED = [
    "/account",
    "/vehicle-classes",
    "/vehicle-features",
    "/vehicles",
    "/rentals",
    "/rentals/R1",
    "/openapi.json",
]


def test_health_needs_no_token(busy_sandbox):
    """Whoever asks learns that Carloop answers."""
    answer = httpx.get(f"{busy_sandbox.url}{BASE}/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic dGVzdA==", "Bearer", "test-token"])
def test_everything_else_needs_a_valid_token(busy_sandbox, path, authorization):
    """Without a valid token every call is refused, and says how to do it right."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = httpx.get(f"{busy_sandbox.url}{BASE}{path}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_scheme_of_the_token_is_read_in_any_case(busy_sandbox):
    """`bearer` is `Bearer` (RFC 9110, section 11.1)."""
    answer = httpx.get(f"{busy_sandbox.url}{BASE}/account", headers={"Authorization": "bearer test-token"})
    assert answer.status_code == 200


def test_account_tells_stations_clock_and_limits(reader):
    """The account names what a client must know before it books."""
    account = reader.get("/account").json()
    assert account["time_zone"] == "Europe/Berlin"
    assert len(account["stations"]) >= 2
    assert all(station["opening_hours"] for station in account["stations"])
    assert account["limits"]["max_page"] == 1000
    assert account["server_time"].endswith("Z")


@pytest.mark.parametrize("path", ["/vehicle-classes", "/vehicle-features"])
def test_lists_are_not_sent_twice(reader, path):
    """Who names the tag of what they have gets 304 and no body."""
    first = reader.get(path)
    etag = first.headers["etag"]
    for tag in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = reader.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert reader.get(path, headers={"If-None-Match": '"other"'}).json() == first.json()


def test_the_document_is_served_as_it_is(reader):
    """What is served is the file that everything else is built from."""
    served = reader.get("/openapi.json")
    assert served.content == files("mobility_schemas").joinpath("carloop/openapi.json").read_bytes()
    assert served.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/account/", 404, "not_found"),
        ("GET", "/rentals/R1/cancellation/x", 404, "not_found"),
        ("DELETE", "/rentals", 405, "method_not_allowed"),
        ("PUT", "/account", 405, "method_not_allowed"),
        ("OPTIONS", "/rentals/R1", 405, "method_not_allowed"),
        ("GET", "/rentals/R1/cancellation", 405, "method_not_allowed"),
        ("GET", "/rentals/unknown", 404, "not_found"),
        ("GET", "/rentals/%00%ff%2e", 404, "not_found"),
    ],
)
def test_what_there_is_not_is_a_problem_document(reader, method, path, status, code):
    """The framework's own refusals look like all others."""
    answer = reader.http.request(method, BASE + path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["title"]
    assert problem["detail"]
    if status == 405:
        assert answer.headers["allow"]


def test_a_path_names_all_its_methods(reader):
    """`Allow` lists what there is."""
    answer = reader.http.request("DELETE", f"{BASE}/rentals/R1")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PATCH"}


@pytest.mark.parametrize("accept", ["text/html", "application/xml, text/*", "application/json;q=0"])
def test_who_wants_no_json_is_refused(reader, accept):
    """Only JSON is spoken here."""
    answer = reader.get("/account", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("accept", ["", "*/*", "application/*", "text/html, application/json;q=0.1"])
def test_who_takes_json_among_others_gets_it(reader, accept):
    """A list of types is read, not compared."""
    assert reader.get("/account", headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    ("path", "query", "pointers"),
    [
        ("/account", "verbose=1", ["/verbose"]),
        ("/vehicle-classes", "limit=1", ["/limit"]),
        ("/vehicles", "start=2031-03-03T08:00:00Z&end=2031-03-03T09:00:00Z&color=red", ["/color"]),
        ("/vehicles", "start=2031-03-03T08:00:00Z", ["/end"]),
        ("/vehicles", "", ["/start", "/end"]),
        (
            "/vehicles",
            "start=2031-03-03T08:00:00Z&start=2031-03-03T08:00:00Z&end=2031-03-03T09:00:00Z",
            ["/start"],
        ),
        ("/vehicles", "start=2031-03-03T08:00:00&end=2031-03-03T09:00:00Z", ["/start"]),
        ("/vehicles", "start=2031-03-03T08:00:00+01:00&end=2031-03-03T09:00:00Z", ["/start"]),
        ("/vehicles", "start=2031-02-29T08:00:00Z&end=2031-03-03T09:00:00Z", ["/start"]),
        ("/vehicles", "start=2031-03-03T08:00:00Z&end=2031-03-03T23:59:60Z", ["/end"]),
        ("/vehicles", "start=0999-03-03T08:00:00Z&end=2031-03-03T09:00:00Z", ["/start"]),
        ("/vehicles", "start=2031-03-03T08:00:00Z&end=2031-03-03T09:00:00Z&limit=0", ["/limit"]),
        ("/vehicles", "start=2031-03-03T08:00:00Z&end=2031-03-03T09:00:00Z&limit=1001", ["/limit"]),
        ("/vehicles", "start=2031-03-03T08:00:00Z&end=2031-03-03T09:00:00Z&limit=1e2&limit=", ["/limit"]),
        (
            "/vehicles",
            "start=2031-03-03T08:00:00Z&end=2031-03-03T09:00:00Z&station=a&station=b",
            ["/station"],
        ),
        (
            "/vehicles",
            "start=2031-03-03T08:00:00Z&end=2031-03-03T09:00:00Z&vehicle_class=",
            ["/vehicle_class"],
        ),
        ("/rentals", "updated_since=yesterday", ["/updated_since"]),
        ("/rentals", "external_reference=", ["/external_reference"]),
        ("/rentals", "cursor=!", ["/cursor"]),
        ("/rentals/R100001", "fields=id", ["/fields"]),
    ],
)
def test_queries_are_read_strictly(reader, path, query, pointers):
    """Unknown, doubled, missing and malformed parameters are refused by name."""
    answer = reader.http.get(f"{BASE}{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert {error["in"] for error in answer.json()["errors"]} == {"query"}


def test_a_query_that_is_no_utf8_is_refused(reader):
    """What cannot be read is not guessed at."""
    answer = reader.http.get(f"{BASE}/rentals?external_reference=%ff")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_a_head_request_has_the_head_alone(reader):
    """HEAD answers like GET, without the body."""
    answer = reader.http.head(f"{BASE}/account")
    assert (answer.status_code, answer.content) == (200, b"")


def test_retry_count_is_ignored(reader):
    """A client may say how often it has tried."""
    assert reader.get("/account", headers={"X-Retry-Count": "2"}).status_code == 200


def test_answers_do_not_name_the_server_software(reader):
    """What runs here is nobody's business."""
    assert "server" not in reader.get("/account").headers


def test_a_strange_host_does_not_get_into_addresses(planner):
    """A Host that is no host falls back to the address that is listened on."""
    vehicle = planner.free_vehicle(planner.at(2), planner.at(3))
    body = {
        "external_reference": "host",
        "vehicle_id": vehicle,
        "start": planner.at(2),
        "end": planner.at(3),
        "customer": {"source": "manual", "last_name": "X"},
    }
    headers = {"Idempotency-Key": "k", "Host": 'evil/"path'}
    answer = planner.http.post(
        f"{BASE}/rentals", content=json.dumps(body), headers={**headers, "Content-Type": "application/json"}
    )
    assert answer.json()["web_url"].startswith(str(planner.http.base_url).rstrip("/"))
