"""Every route is behind what keeps pages safe: own origin, session, role; odd requests never make a page fail.

What each of these accepts and refuses is proven in `tests/base`.
"""

import pytest
from starlette.routing import Route

from planner_host.app import create_app
from web_base.security import SAFE_METHODS

from .conftest import hidden

SESSION = "planner-host-session"


class Unused:
    """Stands for a planner and accounts that are not asked for anything."""


def routes():
    """Return each method and path that the planner offers; a page that is added comes with it."""
    app = create_app(Unused(), Unused(), hosts=[])
    found = [route for route in app.routes if isinstance(route, Route)]
    return [(method, route.path) for route in found for method in sorted(route.methods or ())]


CHANGES = [path for method, path in routes() if method not in SAFE_METHODS]
PAGES = [path for method, path in routes() if method == "GET"]
OPEN_TO_ALL = ("/sign-in", "/sign-out")
OF_ADMINS = [
    each for each in routes() if each[1].startswith(("/settings", "/audit", "/accounts", "/privacy"))
]


@pytest.fixture
def place(site, saved, fake):
    """Return a function that puts an appointment that has a rental, and a provider, into a path."""
    fake.book(saved.id)
    return lambda path: path.format(id=saved.id, provider="fake", receipt="L-1")


@pytest.fixture
def untouched(site, saved, fake):
    """Verify after the test that nothing was done."""
    yield
    records = site.planner.records
    assert (records.appointment(saved.id), records.count_appointments()) == (saved, 1)
    assert (fake.changes, site.planner.audit.page(1)[0]) == ([], [])
    assert records.hidden_of([saved.id]) == set()


def test_all_routes_are_seen():
    """Pages of steps 1 to 4, of settings, of the audit log and of accounts are tried below."""
    assert {method for method, _ in routes()} == {"GET", "HEAD", "POST"}
    assert {"/appointments/{id}/rental/cancellation", "/dms/customers", "/sign-out"} <= set(CHANGES)
    assert {("GET", "/audit"), ("POST", "/settings/{provider}"), ("POST", "/accounts")} <= set(OF_ADMINS)


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_from_elsewhere_is_refused(site, place, untouched, path):
    """It does nothing, and ends no session."""
    stranger, session = site.stranger(Origin="https://evil.example"), site.session("admin")
    stranger.cookies[SESSION] = session
    answer = stranger.post(place(path), data={"do": "save", "name": "admin"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert "Diese Anfrage kam von einer fremden Seite" in answer.text
    assert site.access.user_of(session).name == "admin"


@pytest.mark.parametrize("path", [each for each in CHANGES if each not in OPEN_TO_ALL])
def test_a_change_without_a_session_is_refused(site, place, untouched, path):
    """The page leads to the sign-in; the script is sent there at once."""
    browser = site.browser()
    browser.cookies[SESSION] = "made-up"
    answer = browser.post(place(path), data={"do": "save"})
    assert (answer.status_code, answer.text.count('href="/sign-in"')) == (401, 1)
    partial = browser.post(place(path), data={"do": "save"}, headers={"HX-Request": "true"})
    assert (partial.status_code, partial.headers["hx-redirect"], partial.text) == (401, "/sign-in", "")


def test_a_page_without_a_session_leads_to_the_sign_in(site, place):
    """It shows nothing."""
    browser = site.browser()
    for path in map(place, set(PAGES) - set(OPEN_TO_ALL)):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
        assert answer.text == ""


def test_an_advisor_reaches_no_page_of_the_admins(site, place, untouched):
    """Not even the names of what is there, nor a link to it."""
    anna = site.browser("anna")
    for method, path in OF_ADMINS:
        answer = anna.request(method, place(path))
        assert (answer.status_code, "Fake" in answer.text) == (403, False), path
    for user, links in (("anna", 0), ("admin", 1)):
        page = site.browser(user).get("/").text
        assert (page.count('href="/settings"'), "/audit" in page) == (links, False)


ODD = (
    {
        "change_id": "x",
        "option": "fake:V1",
        "do": "pick:\x00",
        "words": "\x00%",
        "revision": "٣",
        "name": "\x00",
    },
    {"revision": "9" * 5_000, "do": f"car:{'9' * 5_000}", "next": "//x", "start_date": "1.1.0001"},
    {},
)


@pytest.mark.parametrize("path", CHANGES)
def test_an_odd_form_never_fails_a_page(site, place, path):
    """Nothing, odd signs, long numbers: each is answered with a page."""
    browser = site.browser("admin")
    for fields in ODD:
        answer = browser.post(place(path), data=fields)
        assert answer.status_code in (200, 303, 400, 401, 404, 429), fields
        browser.cookies[SESSION] = site.session("admin")  # which signing out has ended


@pytest.mark.parametrize(
    "path",
    ["/calendar?day=0001-01-01", "/calendar?day=9999-12-31", "/calendar?day=x", "/appointments/new?at=0001-01-01",
     "/appointments/{id}?ask=x&done=<b>", "/audit?page=-1", "/audit?page=٣", "/audit?page=" + "9" * 5_000,
     "/audit?from=x&to=1.1.0001&user=%00",
     "/settings/fake?done=x", "/?lang=xx", "/sign-in?next=%00", "/appointments/{id}/print?x=%ff"],
    ids=lambda path: path[:40],
)  # fmt: skip
def test_an_odd_address_never_fails_a_page(site, place, path):
    """What it names is looked for, and left at that."""
    assert site.browser("admin").get(place(path)).status_code in (200, 303)


def test_a_page_that_does_not_exist_is_answered_as_a_page(site, saved):
    """As is a method that is not offered, with those that are."""
    admin = site.browser("admin")
    for path in ("/appointments/x", "/appointments/%00", "/appointments/..%2f", "/settings/other", "/x"):
        answer = admin.get(path)
        assert (answer.status_code, "<h1>" in answer.text) == (404, True)
    answer = admin.put(f"/appointments/{saved.id}")
    assert (answer.status_code, "<h1>" in answer.text) == (405, True)
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


def test_an_appointment_is_saved_under_no_address_of_another_page(site):
    """What is saved can be opened again."""
    anna = site.browser("anna")
    page = anna.get("/appointments/new").text
    action = page.partition('action="/appointments/T-')[2].partition('"')[0]
    fields = hidden(page, f"/appointments/T-{action}")
    fields |= {"customer_source": "manual", "customer_last_name": "Sommer"}
    for path in ("/appointments/new", "/appointments/a%20b", "/appointments/..."):
        assert anna.post(path, data=fields).status_code == 404
    assert site.planner.records.count_appointments() == 0


def test_every_page_carries_the_headers_and_is_in_the_language_of_the_browser(site, place):
    """No inline script or style, no frame, no guessing of types; no page is cached."""
    browser = site.browser("admin", **{"Accept-Language": "fr, en;q=0.5"})
    for path in map(place, PAGES):
        answer = browser.get(path)
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert policy.startswith(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        )
        assert ("unsafe" in policy, headers["x-frame-options"]) == (False, "DENY")
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
        assert headers["cache-control"] == "no-store"
        if "html" in headers.get("content-type", "html"):
            assert answer.is_redirect or '<html lang="en">' in answer.text
