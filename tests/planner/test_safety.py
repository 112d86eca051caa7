"""Nobody from elsewhere, nobody without a session and nobody of the wrong role does or sees anything."""

import threading

import pytest
from starlette.routing import Route

from demo_base.security import SAFE_METHODS
from demo_base.throttle import TRIES
from planner_host.app import create_app

from .conftest import OUTSIDE, PASSWORD, hidden

SESSION = "planner-host-session"
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://["},
    {"Origin": "http://[::1"},
    {"Origin": "http://"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Origin": "OWN", "Sec-Fetch-Site": "cross-site"},
    {},
)


class Unused:
    """Stands for accounts that are not asked for."""


def routes():
    """Give each method and path that the planner offers; a page that is added comes with it."""
    app = create_app(Unused(), Unused(), hosts=[])
    for route in app.routes:
        if isinstance(route, Route):
            for method in sorted(route.methods or ()):
                yield method, route.path


UNSAFE = [(method, path) for method, path in routes() if method not in SAFE_METHODS]
PAGES = [path for method, path in routes() if method == "GET"]
OPEN_TO_ALL = ("/sign-in", "/sign-out")
OF_ADMINS = [
    (method, path) for method, path in routes() if path.startswith(("/settings", "/audit", "/accounts"))
]


@pytest.fixture
def place(site, saved, fake):
    """Give what puts an appointment that has a rental, and a provider, into a path."""
    fake.book(saved.id)
    return lambda path: path.format(id=saved.id, provider="fake")


@pytest.fixture
def untouched(site, saved, fake):
    """Look, when the test ends, that nothing was done."""
    yield
    assert (saved, [], []) == (
        site.planner.records.appointment(saved.id),
        fake.changes,
        site.planner.audit.page(1)[0],
    )
    assert (1, frozenset()) == (
        site.planner.records.count_appointments(),
        site.planner.records.hidden_proposals(saved.id),
    )


def test_the_routes_are_all_seen():
    """Every page of steps 1 to 4, of settings and audit is tried below."""
    assert {
        "/appointments/{id}/rental",
        "/appointments/{id}/rental/cancellation",
        "/dms/customers",
        "/sign-out",
    } <= {path for _, path in UNSAFE}
    assert {
        ("GET", "/settings"),
        ("POST", "/settings/{provider}"),
        ("GET", "/audit"),
        ("POST", "/accounts"),
    } <= set(OF_ADMINS)
    assert {method for method, _ in UNSAFE} == {"POST"}


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_a_change_from_elsewhere_is_refused(site, place, untouched, method, path):
    """Whoever has signed in: what a page of another origin sends does nothing, and ends no session."""
    stranger, session = site.stranger(), site.session("admin")
    stranger.cookies[SESSION] = session
    for headers in FOREIGN:
        sent = {name: site.url if value == "OWN" else value for name, value in headers.items()}
        answer = stranger.request(method, place(path), data={"do": "save", "name": "admin"}, headers=sent)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False), headers
        assert "Diese Anfrage kam von einer fremden Seite" in answer.text
    assert site.access.user_of(session).name == "admin"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "OWN"}])
def test_a_change_from_our_own_page_is_done(site, headers):
    """By a browser that sends Sec-Fetch-Site, and by one that only knows Origin."""
    sent = {name: site.url if value == "OWN" else value for name, value in headers.items()}
    browser = site.stranger(**sent)
    browser.cookies[SESSION] = site.session("anna")
    assert browser.post("/appointments", data={"words": "som"}).status_code == 200


@pytest.mark.parametrize(("method", "path"), [each for each in UNSAFE if each[1] not in OPEN_TO_ALL])
def test_a_change_without_a_session_is_refused(site, place, untouched, method, path):
    """The page leads to the sign-in; the script is sent there at once."""
    browser = site.browser()
    for session in (None, "made-up", ""):
        if session is not None:
            browser.cookies[SESSION] = session
        answer = browser.request(method, place(path), data={"do": "save"})
        assert (answer.status_code, answer.text.count('href="/sign-in"')) == (401, 1)
        partial = browser.request(method, place(path), data={"do": "save"}, headers={"HX-Request": "true"})
        assert (partial.status_code, partial.headers["hx-redirect"], partial.text) == (401, "/sign-in", "")


@pytest.mark.parametrize("path", [path for path in PAGES if path not in OPEN_TO_ALL])
def test_a_page_without_a_session_leads_to_the_sign_in(site, place, path):
    """And shows nothing."""
    answer = site.browser().get(place(path))
    assert (303, f"/sign-in?next={place(path)}", "") == (
        answer.status_code,
        answer.headers["location"],
        answer.text,
    )


@pytest.mark.parametrize(("method", "path"), OF_ADMINS)
def test_an_advisor_reaches_neither_settings_nor_audit(site, place, untouched, method, path):
    """Not even the names of what is there."""
    answer = site.browser("anna").request(method, place(path))
    assert (answer.status_code, "Fake" in answer.text) == (403, False)


def test_an_advisor_is_not_led_there(site):
    """The bar names what one may."""
    seen = {user: site.browser(user).get("/").text for user in ("anna", "admin")}
    assert {
        user: (page.count('href="/settings"'), page.count('href="/audit"')) for user, page in seen.items()
    } == {"anna": (0, 0), "admin": (1, 1)}


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "127.0.0.1:80@evil.example", "[::2]",
     "127.0.0.1:port", "localhost.", "127.0.0.1 evil", "[::1]evil", "planner.example,evil.example", "127.0.0.1/evil"],
)  # fmt: skip
def test_a_forged_host_is_refused(site, host):
    """Whatever other name points at this address, whatever is asked; and the page does not repeat it."""
    browser = site.browser("admin", Host=host)
    for path in ("/", "/sign-in", "/static/own/own.css", "/nothing"):
        answer = browser.get(path)
        assert (answer.status_code, "evil" in answer.text) == (400, False)


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST:8080", OUTSIDE, "Planner.Example:443"])
def test_a_known_host_is_answered(site, host):
    """With any port, in any case."""
    assert site.browser("admin", Host=host).get("/").status_code == 200


def sign_in(browser, name="anna", password=PASSWORD, **fields):
    """Send the form."""
    return browser.post("/sign-in", data={"name": name, "password": password, **fields})


@pytest.mark.parametrize(
    ("host", "is_secure"), [("127.0.0.1", False), ("localhost:8080", False), (OUTSIDE, True)]
)
def test_the_sessions_cookie_is_for_the_server_alone(site, host, is_secure):
    """No script reads it, no other site sends it, and off this machine it travels over https alone."""
    cookie = sign_in(site.browser(Host=host, Origin=f"http://{host}")).headers["set-cookie"]
    flags = [flag.strip().lower() for flag in cookie.split(";")[1:]]
    assert {"httponly", "samesite=lax", "path=/"} <= set(flags)
    assert is_secure == ("secure" in flags)
    assert cookie.startswith(f"{SESSION}=")


def test_a_session_that_was_planted_is_not_taken_over(site):
    """The id is drawn at sign-in; the one there was before ends."""
    mine = site.session("bert")
    browser = site.browser()
    browser.cookies[SESSION] = mine
    answer = sign_in(browser)
    drawn = answer.cookies[SESSION]
    assert (site.access.user_of(mine), site.access.user_of(drawn).name) == (None, "anna")
    assert drawn not in (mine, site.session("anna"))


def test_signing_out_ends_the_session_at_the_server(site):
    """Also for who has kept the cookie."""
    browser = site.browser("anna")
    session = browser.cookies[SESSION]
    answer = browser.post("/sign-out")
    assert (
        answer.status_code,
        answer.headers["location"],
        site.access.user_of(session),
    ) == (303, "/sign-in", None)
    kept = site.browser()
    kept.cookies[SESSION] = session
    assert kept.get("/").status_code == 303


def test_a_new_password_ends_the_sessions(site):
    """Whoever had signed in with the old one is out."""
    browser = site.browser("anna")
    site.access.set_account("anna", role="advisor", password="another-password")
    assert browser.get("/").status_code == 303


def test_after_some_tries_one_must_wait(site):
    """The right password does not help then, and a name that there is not waits as well; others are not concerned."""
    browser = site.browser()
    for name in ("anna", "nobody"):
        tries = [sign_in(browser, name, "wrong").status_code for _ in range(TRIES + 1)]
        assert tries == [401] * TRIES + [429]
    waiting = sign_in(browser)
    assert (
        waiting.status_code,
        "set-cookie" in waiting.headers,
        "Sekunden" in waiting.text,
    ) == (429, False, True)
    assert sign_in(browser, "bert").status_code == 303


def test_many_tries_at_once_are_many(site):
    """Who guesses in parallel gets no more than who guesses one by one."""
    together, answers = threading.Barrier(20), []

    def guess(browser):
        together.wait()
        answers.append(sign_in(browser, "anna", "wrong").status_code)

    threads = [threading.Thread(target=guess, args=(site.browser(),)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [401] * TRIES + [429] * (20 - TRIES)


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/appointments/new?at=2026-11-25T08:00", "/appointments/new?at=2026-11-25T08:00"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("evil.example", "/"),
        ("http:evil.example", "/"),
        ("/\u2028x", "/"),
    ],
)
def test_signing_in_leads_to_no_other_site(site, wanted, place):
    """By the form, and by an address for who has signed in already."""
    assert sign_in(site.browser(), next=wanted).headers["location"] == place
    assert site.browser("anna").get("/sign-in", params={"next": wanted}).headers["location"] == place


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_an_odd_form_never_fails_a_page(site, place, method, path):
    """Nothing, too much, what is no form, half characters: each is answered with a page that says so."""
    browser = site.browser("admin")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    parts = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--x--\r\n'
    odd = {
        "change_id": "x",
        "option": "fake:V1",
        "do": "pick:\x00",
        "words": "\x00%",
        "revision": "٣",
        "name": "\x00",
    }
    numbers = {"revision": "9" * 5_000, "do": f"car:{'9' * 5_000}", "next": "//x", "start_date": "1.1.0001"}
    cases = [
        ({"content": b"", "headers": form}, None),
        ({"content": b"a=" + b"x" * 262_144, "headers": form}, 413),
        ({"content": b"&".join(b"f%d=1" % number for number in range(301)), "headers": form}, 400),
        ({"content": iter([b"a=", b"b"]), "headers": form}, None),
        ({"content": b"\xff\xfe=%ff%00&%", "headers": form}, None),
        ({"content": b'{"a": 1}', "headers": {"Content-Type": "application/json"}}, None),
        ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ({"content": b"junk", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400),
        ({"data": {"a": "b"}, "files": {"f": b"x"}}, 400),
        (
            {
                "content": parts % (b"customer_query", b"+2AA-"),
                "headers": {"Content-Type": "multipart/form-data; boundary=x; charset=utf-7"},
            },
            400,
        ),
        ({"data": odd}, None),
        ({"data": numbers}, None),
    ]
    for sent, expected in cases:
        answer = browser.request(method, place(path), **sent)
        if path == "/sign-out":  # which reads no field, and so ends whatever session there is
            browser.cookies[SESSION] = site.session("admin")
        assert answer.status_code in ([expected] if expected else [200, 303, 400, 401, 404, 429]), sent
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/?week=0001-01-01", "/?week=9999-12-31", "/?week=x", "/appointments/new?at=0001-01-01",
     "/appointments/new?at=9999-12-31", "/appointments/{id}?ask=x&done=<b>", "/audit?page=0", "/audit?page=-1",
     "/audit?page=٣", "/audit?page=99999999", "/audit?page=00000001" + "0" * 5_000, "/audit?page=" + "9" * 5_000,
     "/settings/fake?done=x", "/?lang=xx", "/sign-in?next=%00", "/appointments/{id}/print?x=%ff"],
)  # fmt: skip
def test_an_odd_address_never_fails_a_page(site, place, path):
    """What it names is looked for, and left at that."""
    assert site.browser("admin").get(place(path)).status_code in (200, 303)


@pytest.mark.parametrize(
    "path", ["/appointments/x", "/appointments/%00", "/appointments/..%2f", "/settings/other", "/x"]
)
def test_what_there_is_not_is_said(site, path):
    """As a page."""
    answer = site.browser("admin").get(path)
    assert (answer.status_code, "<h1>" in answer.text) == (404, True)


def test_a_method_that_is_not_offered_is_said_with_those_that_are(site, saved):
    """As HTTP wants it."""
    answer = site.browser("admin").put(f"/appointments/{saved.id}")
    assert (answer.status_code, "<h1>" in answer.text) == (405, True)
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize("path", ["/appointments/new", "/appointments/a%20b", "/appointments/..."])
def test_an_appointment_is_saved_under_no_address_of_another_page(site, path):
    """What is saved can be opened again."""
    page = site.browser("anna").get("/appointments/new").text
    action = page.partition('action="/appointments/T-')[2].partition('"')[0]
    fields = hidden(page, f"/appointments/T-{action}") | {
        "customer_source": "manual",
        "customer_last_name": "Sommer",
    }
    answer = site.browser("anna").post(path, data=fields)
    assert (answer.status_code, site.planner.records.count_appointments()) == (404, 0)


def test_every_answer_carries_the_headers(site, place):
    """No inline script or style, no frame, no guessing of types; no page is kept."""
    browser = site.browser("admin")
    for path in (*map(place, PAGES), "/nothing", "/static/own/own.css"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        )
        assert (
            headers["x-content-type-options"],
            headers["x-frame-options"],
            headers["referrer-policy"],
        ) == ("nosniff", "DENY", "same-origin")
        assert path.startswith("/static") or headers["cache-control"] == "no-store"
