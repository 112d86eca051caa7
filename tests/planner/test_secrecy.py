"""The token is in no page, cookie, log or file but its own, and no customer in an address; with the real plugin."""

import logging
import re
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest

from carloop_plugin import plugin
from planner_host.planner import utc_now

from .conftest import PASSWORD, Elements

WRONG = "canary-of-a-wrong-token"
PERSON = {
    "customer_salutation": "Canaryfrau",
    "customer_first_name": "Canarella",
    "customer_last_name": "Canaryname",
    "customer_street": "Canaryweg 7",
    "customer_city": "Canarystadt",
    "customer_phone": "0999 424242",
    "customer_email": "canary@mail.example",
    "vehicle_licence_plate": "CA-NY 999",
    "work": "Canarybremsen",
}


class Received:
    """All that a browser was sent: headers, cookies, bodies, and the addresses in them."""

    def __init__(self):
        self.answers = []
        self.addresses = []

    def __call__(self, answer):
        """Keep an answer."""
        answer.read()
        self.answers += [f"{name}: {value}" for name, value in answer.headers.multi_items()]
        self.answers.append(answer.text)
        self.addresses += [str(answer.request.url), answer.headers.get("location", "")]
        if "html" in answer.headers.get("content-type", ""):
            self.addresses += Elements(answer.text).addresses


@pytest.fixture
def canary(control):
    """A token that Carloop accepts, drawn for this test."""
    answer = control.http.post("/sandbox/tokens", json={"label": "canary"})
    yield answer.raise_for_status().json()["token"]
    control.http.request("DELETE", "/sandbox/tokens/canary", json={}).raise_for_status()


@pytest.fixture
def received():
    """Nothing yet."""
    return Received()


@pytest.fixture
def admin(plugin_environment, workshop, serve, received, caplog):
    """The admin's browser, signed in by the form; the planner has the plugin, which is not set up yet."""
    caplog.set_level(logging.DEBUG)
    workshop.clock = utc_now
    browser = serve(workshop.planner(plugin)).browser()
    browser.event_hooks["response"] = [received]
    browser.post("/sign-in", data={"name": "admin", "password": PASSWORD})
    return browser


def form_of(page, action):
    """Return all that a form of a page sends, nothing ticked."""
    form = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)[0]
    fields = [*Elements(form).all("input"), *Elements(form).all("textarea")]
    return {
        each["name"]: each.get("value", "")
        for each in fields
        if each.get("type") not in ("checkbox", "radio") and "name" in each
    }


def save(browser, **fields):
    """Save settings; return the page."""
    path = "/settings/carloop"
    answer = browser.post(path, data=form_of(browser.get(path).text, path) | fields)
    assert answer.status_code == 200
    return answer.text


def save_appointment(browser):
    """Save a new appointment; return its address."""
    page = browser.get("/appointments/new").text
    (path,) = re.findall(r'action="(/appointments/T-[0-9a-f]+)"', page)
    day = f"{utc_now() + timedelta(days=40):%d.%m.%Y}"
    times = {"start_date": day, "start_time": "9", "end_date": day, "end_time": "17"}
    who = PERSON | {"customer_source": "manual", "do": "save"}
    answer = browser.post(path, data=form_of(page, path) | times | who)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=saved")
    return path


def book(browser, path):
    """Search, save the first car, change its end, ask to cancel, print, cancel."""
    fields = form_of(browser.get(path).text, f"{path}/offers")
    found = browser.post(f"{path}/offers", data=fields, headers={"HX-Request": "true"}).text
    fields |= {name: Elements(found).field(name) for name in ("found_period", "found_filters", "option")}
    assert browser.post(f"{path}/rental", data=fields).status_code == 303
    fields = form_of(browser.get(path).text, f"{path}/rental/end") | {"end_time": "18:00"}
    assert browser.post(f"{path}/rental/end", data=fields).status_code == 303
    assert browser.get(f"{path}/print").status_code == 200
    fields = form_of(browser.get(f"{path}?ask=cancel").text, f"{path}/rental/cancellation")
    assert browser.post(f"{path}/rental/cancellation", data=fields).status_code == 303


def erase(browser, words):
    """Find somebody and erase them; return the page of who was found."""
    found = browser.post("/privacy", data={"words": words, "do": "find"}).text
    chosen = {"words": words, "who": Elements(found).field("who")}
    assert "question" in browser.post("/privacy", data=chosen | {"do": "ask"}).text
    receipt = browser.post("/privacy", data=chosen | {"do": "erase"}).headers["location"]
    assert "notice-info" not in browser.get(receipt).text  # nothing is left to do
    return found


def files_with(text, folder):
    """Return the files that hold a text."""
    return [each for each in folder.rglob("*") if each.is_file() and text.encode() in each.read_bytes()]


def test_neither_token_nor_customer_comes_out(admin, received, sandbox, canary, caplog, tmp_path, capfd):
    """The token is in one file that its owner alone can read; nobody is in an address, a form's included, or a log."""
    pages = [
        save(admin, value_base_url=sandbox.url, value_token=WRONG),
        save(admin, value_base_url="http://carloop.example", value_token=canary),
        save(admin, value_base_url="not an address", value_token=canary),
        save(admin, value_base_url=sandbox.url, value_token=canary),
        admin.post("/settings/carloop/check").text,
        save(admin, value_base_url=sandbox.url),
    ]
    assert ["notice-good" in page for page in pages] == [False, False, False, True, True, True]
    (secrets,) = files_with(canary, tmp_path)
    assert secrets.stat().st_mode & 0o077 == 0
    path = save_appointment(admin)
    book(admin, path)
    admin.post("/appointments", data={"words": "canaryname"})
    admin.post("/dms/customers", data={"customer_query": "canaryname"})
    form = form_of(admin.get(path).text, path)
    for more in (
        {"do": "save", "start_time": "x"},
        {"do": "find", "customer_query": "Canaryname"},
        {"do": "save", "revision": "0", "work": "Canarywerk"},
    ):
        admin.post(path, data=form | more)
    week = f"/calendar?day={(utc_now() + timedelta(days=40)).date()}"
    shown = [admin.get(each).text for each in (week, "/settings", "/settings/carloop", "/audit")]
    assert "Canaryname" in shown[0]
    assert "Canarella" in erase(admin, "Canaryname")
    assert files_with("Canarella", tmp_path) == []
    save(admin, value_base_url=sandbox.url, clear_token="on")

    said = caplog.text + "".join(capfd.readouterr())
    assert "DEBUG" in said
    for token in (canary, WRONG):
        assert [answer[:200] for answer in received.answers if token in answer] == []
        assert (files_with(token, tmp_path), token in said) == ([], False)
    addresses = "\n".join(unquote_plus(each) for each in received.addresses).lower()
    assert path.lower() in addresses
    for secret in ("canary", "canarella", "424242", "ca-ny"):
        assert (secret in addresses, secret in caplog.text.lower()) == (False, False)
