"""Pages: forms and their limits, what is not there, what fails, the language that was chosen, signing in."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest

from web_base.forms import LARGEST_BODY, MOST_FIELDS
from web_base.pages import Form, own_path

FORM = "application/x-www-form-urlencoded"
PASSWORD = "open-sesame"


def test_a_form_gives_texts_without_blanks_at_the_ends(site, browser_of):
    """The last of several, all of them, and the empty text for what was not sent; also of a form sent in chunks."""
    browser, data = browser_of("admin"), {"name": ["first", "  Jörg Müller \n"], "each": ["a", " b "]}
    assert browser.post("/change", data=data).status_code == 303
    headers = {"Content-Type": FORM}
    assert browser.post("/change", content=iter([b"name=", b"x"]), headers=headers).status_code == 303
    assert site.done == [{"name": "Jörg Müller", "all": "a|b"}, {"name": "x", "all": ""}]
    form = Form({"a.1": ("x",), "a.2": ("y",), "b": ("z",)})
    assert (form["nothing"], form.all("nothing"), "b" in form, "c" in form) == ("", (), True, False)
    assert form.starting_with("a.") == {"1": ("x",), "2": ("y",)}
    assert "x" not in repr(form)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "title"),
    [
        (b"a=" + b"x" * LARGEST_BODY, FORM, 413, "Das ist zu viel auf einmal"),
        (b"&".join(b"a%d=1" % n for n in range(MOST_FIELDS + 1)), FORM, 400, "unvollständig angekommen"),
        (b"--x", "multipart/form-data", 400, "unvollständig angekommen"),
        (
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nx\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            400,
            "unvollständig angekommen",
        ),
    ],
    ids=["too long", "too many fields", "not readable", "a file"],
)
def test_a_form_has_its_limits(site, browser_of, body, content_type, status, title):
    """A page says what is wrong, and nothing is done."""
    answer = browser_of("admin").post("/change", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, title in answer.text, site.done) == (status, True, [])


def test_what_comes_with_a_request_for_a_page_is_not_read(site):
    """It means nothing, so it cannot be too long either."""
    body, headers = b"x" * (LARGEST_BODY + 1), {"Content-Type": FORM}
    assert httpx.request("GET", f"{site.url}/sign-in", content=body, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/change"])
@pytest.mark.parametrize("form", [FORM, "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("length", ["Content-Length: 5\r\n", ""], ids=["a length that lies", "no length"])
def test_bytes_are_counted_as_they_come(site, path, form, length):
    """Whatever the headers say, and without a session: what is too long is refused, and the rest is not read."""
    address = urlsplit(site.url)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: {form}\r\n{length}Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    part = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n'
    start = b"%x\r\n%b\r\n" % (len(part), part)
    answer = b""
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode() + (start if "multipart" in form else b""))
        with suppress(ConnectionError):
            for _ in range(2_000):  # 125 MiB
                connection.sendall(chunk)
            pytest.fail("all of it was read")
        with suppress(ConnectionError):
            while more := connection.recv(65_536):
                answer += more
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/rentals/R1?done=swap", "/rentals/R1?done=swap"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("///evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\u2028x", "/"),
        ("javascript:alert(1)", "/"),
        ("http:evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("/\t/evil.example", "/"),
        ("evil", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_an_own_path_only(browser_of, path, own):
    """Nobody is sent to another site, and whoever has signed in needs no form."""
    assert own_path(path) == own
    browser = browser_of()
    signing_in = browser.post("/sign-in", data={"name": "admin", "password": PASSWORD, "next": path})
    for answer in (signing_in, browser.get("/sign-in", params={"next": path})):
        assert (answer.status_code, answer.headers["location"]) == (303, own)


def test_a_wrong_sign_in_says_so_and_keeps_the_name(browser_of):
    """Never the password; after too many tries it says how long to wait."""
    browser = browser_of()
    answer = browser.post("/sign-in", data={"name": "adm<in", "password": "canary-password"})
    assert (answer.status_code, 'value="adm&lt;in"' in answer.text) == (401, True)
    assert "canary-password" not in answer.text
    for _ in range(5):
        answer = browser.post("/sign-in", data={"name": "adm<in", "password": "x"})
    assert (answer.status_code, "Bitte warten Sie 60 Sekunden" in answer.text) == (429, True)


@pytest.mark.parametrize(
    ("language", "title", "method"),
    [
        ("de", "Diese Seite gibt es nicht", "Das geht an dieser Stelle nicht"),
        ("en", "There is no such page", "This cannot be done here"),
    ],
)
def test_what_is_not_there_is_said_in_both_languages(browser_of, language, title, method):
    """A route, a page, a static file, a method; the script, which asked for a part, shows it instead of the page."""
    browser = browser_of("admin", **{"Accept-Language": language})
    for path in ("/nothing", "/gone", "/shown/", "/static/own/nothing.css"):
        answer = browser.get(path)
        assert (answer.status_code, f'<html lang="{language}">' in answer.text) == (404, True)
        assert title in answer.text
    answer = browser.get("/change")
    assert (answer.status_code, method in answer.text) == (405, True)
    refused = browser.get("/gone", headers={"HX-Request": "true"})
    told = [refused.headers.get(name) for name in ("hx-retarget", "hx-reselect", "hx-reswap")]
    assert (refused.status_code, told) == (404, ["main", "main", "outerHTML"])


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_fails_shows_nothing_of_the_inside(browser_of, caplog, language):
    """A page with a number, by which the log's entry is found; the inside is in the log alone."""
    answer = browser_of("admin", **{"Accept-Language": language}).get("/fail")
    assert answer.status_code == 500
    assert ("canary" in answer.text, "Traceback" in answer.text) == (False, False)
    (record,) = [each for each in caplog.records if each.name == "web_base.pages"]
    assert record.getMessage().split()[3] in answer.text


def test_what_a_page_shows_is_text(browser_of):
    """Script stays a word."""
    answer = browser_of("admin").get("/shown", params={"value": '<script>alert("1")</script>'})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in answer.text


def test_the_language_is_remembered(browser_of):
    """Chosen once by its link, it stays; the link keeps what else the address names."""
    browser = browser_of("admin")
    first = browser.get("/shown", params={"value": "ä&b", "lang": "en"})
    assert '<html lang="en">' in first.text
    assert 'href="/shown?value=%C3%A4%26b&amp;lang=de"' in first.text
    assert '<html lang="en">' in browser.get("/shown").text
    assert "lang" not in browser_of().get("/sign-in", params={"lang": "xx"}).cookies


def test_static_files_are_cached_under_the_digest_of_their_content(browser_of):
    """A new content has a new address."""
    browser = browser_of("admin")
    text = browser.get("/shown").text
    (address,) = [part for part in text.split('"') if part.startswith("/static/base/base.css")]
    assert "immutable" in browser.get(address).headers["cache-control"]
    assert len(address.partition("?v=")[2]) == 12
    assert browser.get("/static/base/../../access.py").status_code in (400, 404)


def test_a_proxy_is_believed_as_far_as_it_wrote(browser_of):
    """The last address is the one the proxy wrote; what stands before that, anybody can have sent."""
    forwarded = {"X-Forwarded-For": "192.0.2.1, 198.51.100.1"}
    assert browser_of("admin").get("/address", headers=forwarded).text == "198.51.100.1"
