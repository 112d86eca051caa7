"""What keeps the pages safe: own origin, session, known host, headers, cookies.

What `SafePages` refuses is tried here for every way to ask; the programs on web_base try one request a route.
"""

import pytest

from web_base.security import content_security_policy, origin_of, trusted_hosts

PASSWORD = "open-sesame"
SIGN_IN = {"name": "admin", "password": PASSWORD}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        # a page cannot forge Sec-Fetch-Site, so an Origin beside it does not help
        {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
        {"Origin": "https://evil.example"},
        # what is no address is foreign, and so is another spelling of same-origin
        {"Origin": "http://["},
        {"Origin": "http://"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "Same-Origin"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {},
    ],
    ids=lambda headers: " ".join(headers.values()) or "neither header",
)
@pytest.mark.parametrize("path", ["/change", "/sign-in", "/sign-out"])
def test_a_change_from_elsewhere_is_refused(site, browser_of, client_of, headers, path):
    """Whoever is signed in: the page it comes from must be ours, and nothing is done."""
    cookies = browser_of("admin").cookies
    (session,) = cookies.values()
    client = client_of(**{name: value.format(own=site.url) for name, value in headers.items()})
    client.cookies.update(cookies)
    answer = client.post(path, data={"name": "x"})
    assert (answer.status_code, site.done) == (403, [])
    assert "Diese Anfrage kam von einer fremden Seite" in answer.text
    assert "set-cookie" not in answer.headers
    assert site.program.access.user_of(session) is not None


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "{own}"}])
def test_a_change_from_our_own_page_is_done(site, browser_of, client_of, headers):
    """Also by a browser that does not know Sec-Fetch-Site."""
    client = client_of(**{name: value.format(own=site.url) for name, value in headers.items()})
    client.cookies.update(browser_of("admin").cookies)
    assert client.post("/change", data={"name": "x"}).status_code == 303
    assert site.done == [{"name": "x", "all": ""}]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/change", "/nothing"])
def test_every_unsafe_method_needs_our_own_page(client_of, method, path):
    """Also one that no page offers, and on paths that there are not."""
    assert client_of().request(method, path).status_code == 403


def test_a_change_without_a_session_is_refused(site, browser_of):
    """With a page that leads to the sign-in; the script is sent there at once, and back to the page it is on."""
    browser = browser_of()
    answer = browser.post("/change", data={"name": "x"})
    assert (answer.status_code, site.done, "/sign-in" in answer.text) == (401, [], True)
    for shown, leads in (
        ("", "/sign-in"),
        (f"{site.url}/shown?value=x", "/sign-in?next=/shown"),
        ("http://[", "/sign-in"),
    ):
        answer = browser.post("/change", headers={"HX-Request": "true", "HX-Current-URL": shown})
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, leads)


@pytest.mark.parametrize("path", ["/", "/shown", "/admin", "/gone", "/fail"])
def test_a_page_without_a_session_leads_to_the_sign_in(browser_of, path):
    """And back to where one wanted to."""
    answer = browser_of().get(path, params={"a": "b"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}%3Fa%3Db")


def test_a_page_of_another_role_is_refused(browser_of):
    """The page itself is not shown."""
    answer = browser_of("advisor").get("/admin")
    assert (answer.status_code, "secret" in answer.text) == (403, False)
    assert browser_of("admin").get("/admin").text == "secret"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "[::2]", "known.example.org",
     "127.0.0.1:80@evil.example", "127.0.0.1:port", "localhost.", "[::1]evil", "known.example,evil.example"],
)  # fmt: skip
def test_a_forged_host_is_refused(client_of, host):
    """Whatever other name points at this address."""
    for path in ("/sign-in", "/static/own/own.css", "/nothing"):
        answer = client_of(Host=host).get(path)
        assert (answer.status_code, "evil" in answer.text) == (400, False)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "LOCALHOST:8080", "[::1]:9", "known.example", "Known.Example:443"]
)
def test_a_known_host_is_answered(client_of, host):
    """With any port, in any case."""
    assert client_of(Host=host).get("/sign-in").status_code == 200


def test_trusted_hosts_are_this_machine_and_what_was_bound():
    """Never the address that means all of them."""
    own = {"127.0.0.1", "localhost", "[::1]"}
    assert set(trusted_hosts("127.0.0.1")) == own
    named = " carloop.example, carloop.test,,"
    assert set(trusted_hosts("0.0.0.0", named)) == own | {"carloop.example", "carloop.test"}  # noqa: S104
    assert set(trusted_hosts("fe80::1")) == own | {"[fe80::1]"}


@pytest.mark.parametrize("path", ["/sign-in", "/shown", "/fail", "/gone", "/nothing", "/static/own/own.css"])
def test_every_answer_carries_the_headers(browser_of, path):
    """No inline script or style, which no page has, no frame, no guessing of types; pages are not kept."""
    answer = browser_of("admin").get(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    names = ("x-content-type-options", "x-frame-options", "referrer-policy")
    assert [answer.headers[name] for name in names] == ["nosniff", "DENY", "same-origin"]
    assert path.startswith("/static") or answer.headers["cache-control"] == "no-store"
    text = answer.text
    assert (" style=" in text, "<style" in text) == (False, False)
    assert " on" not in text.lower().replace(" on\n", "").partition("<main")[2].partition("</main>")[0]
    assert text.count("<script") == text.count("<script src=")


def test_pictures_from_elsewhere_are_admitted_by_origin(browser_of):
    """What names no origin admits nothing."""
    policy = browser_of("admin").get("/pictures").headers["content-security-policy"]
    assert "img-src 'self' data: https://cars.example;" in policy
    assert "img-src 'self' data:;" in content_security_policy(["", "x", "//y", "http://["])
    assert origin_of("https://a.example:8/b?c") == "https://a.example:8"


@pytest.mark.parametrize(("headers", "is_secure"), [({}, False), ({"Host": "known.example"}, True)])
def test_the_cookie_of_a_session(browser_of, headers, is_secure):
    """Not readable by a script, not sent from elsewhere, and over https alone unless on this machine."""
    cookie = browser_of(**headers).post("/sign-in", data=SIGN_IN).headers["set-cookie"].lower()
    assert [word for word in ("httponly", "samesite=lax") if word not in cookie] == []
    assert ("secure" in cookie) is is_secure


def test_a_session_begins_and_ends_with_the_sign_in(browser_of):
    """A session planted before is not taken over; signed out, it is over for whoever has kept the cookie."""
    browser = browser_of("admin")
    ((name, session),) = browser.cookies.items()
    assert 'session=""' in browser.post("/sign-out").headers["set-cookie"]
    kept = browser_of()
    kept.cookies[name] = session
    assert kept.get("/").status_code == 303
    kept.cookies[name] = "planted"
    answer = kept.post("/sign-in", data=SIGN_IN)
    assert answer.status_code == 303
    assert f"{name}=" in answer.headers["set-cookie"]
    assert "planted" not in answer.headers["set-cookie"]
