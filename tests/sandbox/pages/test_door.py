"""Who comes to the pages, and what stays open to programs."""

import threading

import httpx
import pytest

from carloop_sandbox.pages.site import PAGES

BASE = "/api/planner/v1"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def routes():
    """Give every page's path, filled in, with its methods."""
    for module in PAGES:
        for route in module.routes(program=None):
            path = route.path.replace("{rental_id}", "{rental}").replace("{vehicle_id}", "V1001")
            yield path, route.methods


READ = sorted({path for path, methods in routes() if "GET" in methods})
WRITE = sorted({path for path, methods in routes() if "POST" in methods})


def test_all_pages_are_seen():
    """The walk finds what is tried below."""
    assert len(READ) >= 11
    assert len(WRITE) >= 4


@pytest.fixture
def path(request, busy_sandbox):
    """A page's path, for a rental that is reserved."""
    row = busy_sandbox.store.database.one("SELECT id FROM rentals WHERE status = 'reserved'")
    return request.param.replace("{rental}", row["id"])


@pytest.mark.parametrize("path", READ, indirect=True)
def test_a_page_is_for_those_who_have_signed_in(busy_sandbox, path):
    """Everybody else is led to the sign-in, and back."""
    answer = httpx.get(f"{busy_sandbox.url}{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


@pytest.mark.parametrize("path", WRITE, indirect=True)
def test_a_form_needs_a_session_and_our_own_page(busy_sandbox, visitor, path):
    """401 and 403, whatever is in it."""
    url = f"{busy_sandbox.url}{path}"
    assert httpx.post(url, headers={"Sec-Fetch-Site": "same-origin"}, data={"a": "b"}).status_code == 401
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert visitor.http.post(path, data={"a": "b"}, headers=headers).status_code == 403


@pytest.mark.parametrize("path", READ, indirect=True)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_is_in_both_languages(visitor, path, language):
    """With its language named, without inline script or style, and with the policy that forbids them."""
    answer = visitor.http.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, path
    assert f'<html lang="{language}">' in answer.text
    assert " style=" not in answer.text
    assert answer.text.count("<script") == answer.text.count("<script src=")
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_interface_is_not_behind_the_sign_in(sandbox, planner):
    """Neither it nor the controls want a session, an own page or a known host."""
    assert httpx.get(f"{sandbox.url}{BASE}/health").json() == {"status": "ok"}
    answer = planner.get("/account", headers={"Host": "elsewhere.example", "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert "content-security-policy" not in answer.headers
    rental = planner.book("V1001", planner.at(3), planner.at(4))
    assert planner.desk(rental, "hand_out").status_code == 200


def test_unknown_paths_are_a_page_for_people_and_a_problem_for_programs(sandbox, clerk):
    """By where the path lies."""
    for path in ("/nothing", "/rentals/R1", "/vehicles/V1", "/apis", "/rentals/R1/swap", "/rentals/"):
        text = clerk.look(path, status=404)
        assert "Diese Seite gibt es nicht" in text
    for path in ("/api", "/api/", "/api/planner/v1/nothing", "/sandbox", "/sandbox/nothing"):
        answer = httpx.get(f"{sandbox.url}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_forged_host_gets_no_page(sandbox):
    """The names it answers to are its own."""
    answer = httpx.get(f"{sandbox.url}/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_a_rentals_address_leads_to_its_page(clerk, planner):
    """What the interface calls `web_url`."""
    rental = planner.book("V1001", planner.at(3), planner.at(4))
    assert rental["id"] in clerk.look(rental["web_url"].removeprefix(str(clerk.http.base_url).rstrip("/")))


@pytest.mark.parametrize(("language", "word"), [("de", "angehalten"), ("en", "stopped")])
def test_a_clock_that_was_set_is_shown(clerk, planner, language, word):
    """Held or put on, but not when it is the machine's."""
    assert 'class="clock"' not in clerk.look("/", language=language)
    planner.clock("2031-07-01T06:30:00Z")
    text = clerk.look("/vehicles", language=language)
    assert word in text
    assert "08:30" in text
    planner.clock("2031-07-01T06:30:00Z", running=True)
    text = clerk.look("/vehicles", language=language)
    assert 'class="clock"' in text
    assert word not in text
    planner.clock(None)
    assert 'class="clock"' not in clerk.look("/", language=language)


def test_pages_work_on_the_thread_that_has_the_database(sandbox, clerk):
    """One after the other with the interface's calls; whoever signs in is not kept waiting by them."""
    done = threading.Event()
    busy = sandbox.service.worker._threads.submit(done.wait)
    try:
        with pytest.raises(httpx.ReadTimeout):
            clerk.http.get("/vehicles", timeout=0.3)
        assert clerk.send("/sign-in", name="admin", password="wrong").status_code == 401
    finally:
        done.set()
        busy.result()
    assert clerk.http.get("/vehicles").status_code == 200
