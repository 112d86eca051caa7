"""Every page: for those who have signed in, in both languages, beside an interface that stays open."""

import httpx
import pytest

from carloop_sandbox.pages.routes import PAGES


@pytest.fixture(scope="module")
def paths_of(busy_sandbox):
    """Return the paths of all pages that take a method, for a rental that is reserved."""
    row = busy_sandbox.store.database.one("SELECT id FROM rentals WHERE status = 'reserved'")

    def paths(method):
        found = {path for path, _, methods, _ in PAGES if method in methods}
        assert len(found) >= {"GET": 13, "POST": 6}[method]
        return sorted(path.format(rental_id=row["id"], vehicle_id="V1001") for path in found)

    return paths


@pytest.fixture(scope="module")
def stranger(busy_sandbox):
    """A browser without a session."""
    with httpx.Client(base_url=busy_sandbox.url, headers={"Sec-Fetch-Site": "same-origin"}) as http:
        yield http


def test_a_page_without_a_session_leads_to_the_sign_in(stranger, paths_of):
    """And from there to the page."""
    for path in paths_of("GET"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


def test_a_form_needs_a_session_and_our_own_page(stranger, visitor, paths_of):
    """401 and 403, whatever is in it."""
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path in paths_of("POST"):
        assert stranger.post(path, data={"a": "b"}).status_code == 401
        assert visitor.http.post(path, data={"a": "b"}, headers=foreign).status_code == 403


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_is_in_both_languages(visitor, paths_of, language):
    """Its language is named, it has no inline script or style, and its policy forbids them."""
    for path in paths_of("GET"):
        answer = visitor.http.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.text
        assert " style=" not in answer.text
        assert answer.text.count("<script") == answer.text.count("<script src=")
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_interface_is_not_behind_the_sign_in(planner, rental):
    """Neither it nor the controls need a session, an own page or a known host."""
    answer = planner.get("/account", headers={"Host": "elsewhere.example", "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert "content-security-policy" not in answer.headers
    assert planner.desk(rental, "hand_out").status_code == 200


def test_unknown_paths_are_a_page_for_people_and_a_problem_for_programs(planner, clerk):
    """By where the path lies."""
    for path in ("/nothing", "/rentals/R1", "/vehicles/V1", "/apis", "/rentals/R1/swap"):
        assert "Diese Seite gibt es nicht" in clerk.look(path, status=404)
    for path in ("/api", "/api/planner/v1/nothing", "/sandbox/nothing"):
        answer = planner.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_clock_that_was_set_is_shown(clerk, planner):
    """Whether it is stopped or runs on, but not when it is the machine's."""
    assert 'class="clock"' not in clerk.look("/")
    for running in (False, True):
        planner.clock("2031-07-01T06:30:00Z", running=running)
        clock = clerk.look("/vehicles").partition('class="clock"')[2]
        assert ("08:30" in clock, "angehalten" in clock) == (True, not running)
