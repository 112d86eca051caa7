"""What keeps the pages safe: own origin, session, known host, headers, cookies."""

import httpx
import pytest

from demo_base.security import content_security_policy, origin_of, trusted_hosts

UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        # a page cannot forge Sec-Fetch-Site, so an Origin beside it does not help
        {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {},
    ],
)
@pytest.mark.parametrize("path", ["/change", "/sign-in", "/sign-out"])
def test_a_change_from_elsewhere_is_refused(site, browser_of, headers, path):
    """Whoever is signed in: the page it comes from must be ours, and nothing is done."""
    cookies = browser_of("admin").cookies
    (session,) = cookies.values()
    headers = {name: value.format(own=site.url) for name, value in headers.items()}
    answer = httpx.post(f"{site.url}{path}", data={"name": "x"}, headers=headers, cookies=cookies)
    assert answer.status_code == 403
    assert "Diese Anfrage kam von einer fremden Seite" in answer.text
    assert site.done == []
    assert "set-cookie" not in answer.headers
    assert site.program.access.user_of(session) is not None


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "{own}"}])
def test_a_change_from_our_own_page_is_done(site, browser_of, headers):
    """Also by a browser that does not know Sec-Fetch-Site."""
    cookies = browser_of("admin").cookies
    headers = {name: value.format(own=site.url) for name, value in headers.items()}
    answer = httpx.post(f"{site.url}/change", data={"name": "x"}, headers=headers, cookies=cookies)
    assert answer.status_code == 303
    assert site.done == [{"name": "x", "all": ""}]


@pytest.mark.parametrize("method", UNSAFE)
def test_every_unsafe_method_needs_our_own_page(site, method):
    """Also one that no page offers, and on paths that there are not."""
    for path in ("/change", "/nothing"):
        assert httpx.request(method, f"{site.url}{path}").status_code == 403


def test_a_change_without_a_session_is_refused(site, browser_of):
    """With a page that leads to the sign-in; the script is sent there at once."""
    browser = browser_of()
    answer = browser.post("/change", data={"name": "x"})
    assert (answer.status_code, site.done) == (401, [])
    assert "/sign-in" in answer.text
    partial = browser.post("/change", data={"name": "x"}, headers={"HX-Request": "true"})
    assert (partial.status_code, partial.headers["hx-redirect"]) == (401, "/sign-in")
    for shown, leads in ((f"{site.url}/shown?value=x", "/sign-in?next=/shown"), ("http://[", "/sign-in")):
        sent = {"HX-Request": "true", "HX-Current-URL": shown}
        assert browser.post("/change", headers=sent).headers["hx-redirect"] == leads


@pytest.mark.parametrize("path", ["/", "/shown", "/admin", "/gone", "/fail"])
def test_a_page_without_a_session_leads_to_the_sign_in(browser_of, path):
    """And back to where one wanted to."""
    answer = browser_of().get(path, params={"a": "b"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path}%3Fa%3Db"


def test_the_script_shows_a_refusal_in_place_of_the_page(browser_of):
    """It asked for a part, which the refusal does not have."""
    refused = browser_of("admin").get("/gone", headers={"HX-Request": "true"})
    told = [refused.headers.get(name) for name in ("hx-retarget", "hx-reselect", "hx-reswap")]
    assert (refused.status_code, told) == (404, ["main", "main", "outerHTML"])


def test_a_role_that_may_not_is_told_so(browser_of):
    """The page itself is not shown."""
    answer = browser_of("advisor").get("/admin")
    assert answer.status_code == 403
    assert "secret" not in answer.text
    assert browser_of("admin").get("/admin").text == "secret"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "[::2]", "known.example.org"]
)
def test_a_forged_host_is_refused(site, host):
    """Whatever other name points at this address."""
    for path in ("/sign-in", "/static/own/own.css", "/nothing"):
        answer = httpx.get(f"{site.url}{path}", headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "LOCALHOST:8080", "[::1]:9", "known.example", "Known.Example:443"]
)
def test_a_known_host_is_answered(site, host):
    """With any port, in any case."""
    assert httpx.get(f"{site.url}/sign-in", headers={"Host": host}).status_code == 200


def test_trusted_hosts_are_this_machine_and_what_was_bound():
    """Never the address that means all of them."""
    own = {"127.0.0.1", "localhost", "[::1]"}
    assert set(trusted_hosts("127.0.0.1")) == own
    named = " carloop.example, carloop.test,,"
    assert set(trusted_hosts("0.0.0.0", named)) == own | {"carloop.example", "carloop.test"}  # noqa: S104
    assert set(trusted_hosts("fe80::1")) == own | {"[fe80::1]"}


@pytest.mark.parametrize("path", ["/sign-in", "/shown", "/fail", "/gone", "/nothing", "/static/own/own.css"])
def test_every_answer_carries_the_headers(browser_of, path):
    """No inline script or style, no frame, no guessing of types; pages are not kept."""
    answer = browser_of("admin").get(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    if not path.startswith("/static"):
        assert answer.headers["cache-control"] == "no-store"


def test_no_page_has_inline_script_or_style(browser_of):
    """The policy would stop it, and the console would say so."""
    text = browser_of("admin").get("/shown").text
    assert " style=" not in text
    assert "<style" not in text
    assert " on" not in text.lower().replace(" on\n", "").partition("<main")[2].partition("</main>")[0]
    assert text.count("<script") == text.count("<script src=")


def test_pictures_from_elsewhere_are_admitted_by_origin(browser_of):
    """What names no origin admits nothing."""
    policy = browser_of("admin").get("/pictures").headers["content-security-policy"]
    assert "img-src 'self' data: https://cars.example;" in policy
    assert "img-src 'self' data:;" in content_security_policy(["", "x", "//y", "http://["])
    assert origin_of("https://a.example:8/b?c") == "https://a.example:8"


def test_the_sessions_cookie_is_for_the_server_alone(site, browser_of):
    """Not readable by a script, not sent from elsewhere, and over https alone unless on this machine."""
    data = {"name": "admin", "password": "open-sesame"}
    own = browser_of().post("/sign-in", data=data).headers["set-cookie"].lower()
    assert "httponly" in own
    assert "samesite=lax" in own
    assert "secure" not in own
    away = browser_of(Host="known.example").post("/sign-in", data=data).headers["set-cookie"].lower()
    assert "secure" in away


def test_signing_out_ends_the_session_and_takes_the_cookie(browser_of):
    """Also for who has kept the cookie."""
    browser = browser_of("admin")
    ((name, session),) = browser.cookies.items()
    answer = browser.post("/sign-out")
    assert 'session=""' in answer.headers["set-cookie"]
    kept = browser_of()
    kept.cookies[name] = session
    assert kept.get("/").status_code == 303


def test_a_session_is_drawn_anew_when_one_signs_in(browser_of):
    """A session planted before is not taken over."""
    (name,) = browser_of("admin").cookies
    browser = browser_of()
    browser.cookies[name] = "planted"
    answer = browser.post("/sign-in", data={"name": "admin", "password": "open-sesame"})
    assert answer.status_code == 303
    assert f"{name}=" in answer.headers["set-cookie"]
    assert "planted" not in answer.headers["set-cookie"]
