"""What every call of the interface has in common: token, content negotiation, queries, problem documents."""

from importlib.resources import files

import httpx
import pytest

BASE = "/api/planner/v1"
PATHS = (
    *("/account", "/vehicle-classes", "/vehicle-features", "/vehicles", "/rentals", "/rentals/R1"),
    *("/vehicles/V1/quote", "/rentals/R1/quote", "/openapi.json"),
)
START = "start=2031-03-03T08:00:00Z"
PERIOD = f"{START}&end=2031-03-03T09:00:00Z"


def test_health_needs_no_token(busy_sandbox):
    """Whoever asks learns that Carloop answers."""
    answer = httpx.get(f"{busy_sandbox.url}{BASE}/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic dGVzdA==", "test-token"])
def test_everything_else_needs_a_valid_token(reader, authorization):
    """401, which says how to do it right."""
    for path in PATHS:
        answer = reader.get(path, headers={"Authorization": authorization})
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/vehicle-classes", "/vehicle-features"])
def test_lists_are_not_sent_twice(reader, path):
    """A request with the ETag of the list gets 304 and no body."""
    first = reader.get(path)
    etag = first.headers["etag"]
    for tag in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = reader.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert reader.get(path, headers={"If-None-Match": '"other"'}).json() == first.json()


@pytest.mark.parametrize(
    ("accepted", "language", "small", "drive"),
    [
        ("en-GB, de;q=0.5", "en", "Small car", "Drive"),
        ("de", "de", "Kleinwagen", "Antrieb"),
        ("fr, *", "de", "Kleinwagen", "Antrieb"),
    ],
)
def test_names_come_in_the_language_that_is_asked_for(reader, accepted, language, small, drive):
    """German where neither is; what was read in one language is not taken for the other's."""
    classes, features = (
        reader.get(path, headers={"Accept-Language": accepted})
        for path in ("/vehicle-classes", "/vehicle-features")
    )
    assert (classes.json()["items"][0]["name"], features.json()["items"][0]["group"]) == (small, drive)
    assert (classes.headers["content-language"], classes.headers["vary"]) == (language, "Accept-Language")
    other = {"If-None-Match": classes.headers["etag"], "Accept-Language": "de" if language == "en" else "en"}
    assert reader.get("/vehicle-classes", headers=other).status_code == 200


def test_the_document_is_served_as_it_is(reader):
    """The file of `mobility_schemas`, byte for byte."""
    served = reader.get("/openapi.json")
    assert served.content == files("mobility_schemas").joinpath("carloop/openapi.json").read_bytes()
    assert served.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/account/", 404, "not_found"),
        ("GET", "/rentals/unknown", 404, "not_found"),
        ("GET", "/rentals/%00%ff%2e", 404, "not_found"),
        ("PUT", "/account", 405, "method_not_allowed"),
        ("OPTIONS", "/rentals/R1", 405, "method_not_allowed"),
    ],
)
def test_unknown_paths_and_methods_are_problem_documents(reader, method, path, status, code):
    """The framework's own refusals look like all others; 405 names the methods that there are."""
    answer = reader.http.request(method, BASE + path)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["title"]
    assert problem["detail"]
    allowed = {"/account": "GET, HEAD", "/rentals/R1": "GET, HEAD, PATCH"}.get(path, "")
    assert sorted(answer.headers.get("allow", "").split(", ")) == allowed.split(", ")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Accept": "application/xml, text/*"}, 406),
        ({"Accept": "application/json;q=0"}, 406),
        ({"Accept": ""}, 200),
        ({"Accept": "application/*"}, 200),
        ({"Accept": "text/html, application/json;q=0.1"}, 200),
        ({"Authorization": "bearer test-token"}, 200),  # in any case: RFC 9110, section 11.1
    ],
)
def test_headers_are_read_as_http_says(reader, headers, status):
    """Only JSON is spoken; the scheme of the token has no case; the server's software is not named."""
    answer = reader.get("/account", headers=headers)
    assert (answer.status_code, answer.json().get("code")) == (
        status,
        "not_acceptable" if status == 406 else None,
    )
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("path", "query", "pointers"),
    [
        ("/account", "verbose=1", ["/verbose"]),
        ("/vehicles", f"{PERIOD}&color=red", ["/color"]),
        ("/vehicles", "", ["/start", "/end"]),
        ("/vehicles", f"{START}&{PERIOD}", ["/start"]),
        ("/vehicles", "start=2031-03-03T08:00:00&end=2031-03-03T09:00:00Z", ["/start"]),
        ("/vehicles", "start=2031-03-03T08:00:00+01:00&end=2031-03-03T09:00:00Z", ["/start"]),
        ("/vehicles", "start=0999-03-03T08:00:00Z&end=2031-03-03T09:00:00Z", ["/start"]),
        ("/vehicles", f"{PERIOD}&limit=1001", ["/limit"]),
        ("/vehicles", f"{PERIOD}&station=a&station=b", ["/station"]),
        ("/vehicles", f"{PERIOD}&vehicle_class=", ["/vehicle_class"]),
        ("/rentals", "updated_since=yesterday", ["/updated_since"]),
        ("/rentals", "updated_since=1000-01-01T00:00:00%2B14:00", ["/updated_since"]),
        ("/rentals", "external_reference=%ff", []),
        ("/rentals", "cursor=!", ["/cursor"]),
        ("/rentals/R100001", "fields=id", ["/fields"]),
    ],
)
def test_queries_are_read_strictly(reader, path, query, pointers):
    """Unknown, repeated, missing and malformed parameters are refused by name."""
    answer = reader.http.get(f"{BASE}{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    errors = answer.json().get("errors", [])
    assert [(error["in"], error["pointer"]) for error in errors] == [("query", each) for each in pointers]


def test_a_strange_host_does_not_get_into_addresses(planner, rental):
    """A Host that is no host falls back to the address that is listened on."""
    answer = planner.get(f"/rentals/{rental['id']}", headers={"Host": 'evil/"path'})
    assert answer.json()["web_url"] == rental["web_url"]
    assert rental["web_url"].startswith(str(planner.http.base_url).rstrip("/"))
