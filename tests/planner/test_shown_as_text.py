"""Whatever stands in a customer's name, a car's model or a provider's message is text, on every page that shows it."""

import re
import uuid
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from planner_host.audit import Deed

from .conftest import HOOKS, PERIOD, Elements, Fake, hidden, problem, served

SCRIPT = """\"'><script>alert(1)</script>{{7*7}}"""
CUSTOMER = {
    "source": "manual",
    "last_name": f"Sommer{SCRIPT}",
    "company": SCRIPT,
    "city": SCRIPT,
    "email": SCRIPT,
}
NOTICES = [{"code": SCRIPT, "severity": "error", "message": SCRIPT}]
PICTURE = "https://cars.example/golf.jpg"


class Hostile(Fake):
    """A provider that puts script into everything it may write."""

    def __init__(self, provider="fake"):
        super().__init__(provider, SCRIPT)
        vehicle = {
            "id": SCRIPT,
            "make": SCRIPT,
            "model": SCRIPT,
            "vehicle_class": SCRIPT,
            "features": [SCRIPT],
        }
        self.vehicle = vehicle | {"licence_plate": SCRIPT, "station": SCRIPT, "image_url": PICTURE}
        self.options = [
            self.option(SCRIPT, title=SCRIPT, vehicle=self.vehicle),
            self.option("V2", title=SCRIPT, vehicle=self.vehicle, match="alternative", differs=[SCRIPT]),
        ]

    def rental(self, appointment_id, **fields):
        """Write a rental of script."""
        own = {
            "id": SCRIPT,
            "title": SCRIPT,
            "vehicle": self.vehicle,
            "web_url": "https://carloop.example/r?a=1&b=2",
        }
        return super().rental(appointment_id, **(own | fields))

    def settings(self, site):
        """Write settings of script."""
        described = {"title": SCRIPT, "description": SCRIPT}
        names = {
            "text": {"type": "string"},
            "one": {"enum": [SCRIPT, "b"]},
            "many": {"type": "array"},
            SCRIPT: {},
        }
        return {
            "provider": self.provider,
            "site": site,
            "values": {"text": SCRIPT, "one": SCRIPT, "many": [SCRIPT]},
            "schema": {
                "title": SCRIPT,
                "properties": {name: described | each for name, each in names.items()},
            },
            "secrets_set": [],
            "fixed": [],
            "help": SCRIPT,
            "links": [
                {"title": SCRIPT, "url": "https://www.carloop.info/?a=1&b=2"},
                {"title": "plain", "url": "http://www.carloop.info/"},
                {"title": "script", "url": "javascript:alert(3)"},
            ],
        }

    def report(self, site):
        """Write a report of script."""
        finding = {"code": SCRIPT, "severity": "error", "message": SCRIPT, "hint": SCRIPT}
        return {"provider": self.provider, "site": site, "ok": False, "findings": [finding]}

    def module(self, *hooks, **own):
        """Give all hooks, settings too."""
        own = {
            "provide_provider_settings": lambda site: self.settings(site),
            "save_provider_settings": lambda settings: self.report(settings["site"]),
            "check_mobility_provider": lambda site: self.report(site),
        } | own
        return super().module(*(hooks or HOOKS), **own)


@pytest.fixture
def hostile():
    """The provider."""
    return Hostile()


@pytest.fixture
def site(workshop, hostile, tmp_path):
    """A planner with that provider, and one that fails with script."""
    failing = Fake("other", SCRIPT).module(
        on_appointment_saved=lambda: (_ for _ in ()).throw(problem(title=SCRIPT, detail=SCRIPT)),
        provide_mobility_options=lambda: (_ for _ in ()).throw(problem(title=SCRIPT, detail=SCRIPT)),
        provide_mobility_filters=lambda: (_ for _ in ()).throw(problem(title=SCRIPT, detail=SCRIPT)),
        provide_mobility_states=lambda: (_ for _ in ()).throw(problem(title=SCRIPT, detail=SCRIPT)),
        provide_provider_settings=lambda: (_ for _ in ()).throw(problem(title=SCRIPT, detail=SCRIPT)),
    )
    with served(workshop.planner(hostile.module(), failing), tmp_path) as site:
        yield site


@pytest.fixture
def appointment(site, draft, visit):
    """A visit of a customer whose name is script."""
    own = {"licence_plate": SCRIPT, "make": SCRIPT, "model": SCRIPT}
    visit = replace(visit, customer=CUSTOMER, vehicle=own, work=SCRIPT)
    return site.planner.records.save(draft(visit=visit)).appointment


def harmless(page, *, times=1):
    """Fail unless a page holds no script, style, event or address of others', and shows the script as text so often."""
    elements = Elements(page)
    for tag, attributes in elements.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (
            tag,
            attributes,
        )
        assert tag not in ("style", "iframe", "object", "embed", "base"), tag
        assert tag != "script" or attributes["src"].startswith("/static/"), attributes
        assert tag != "img" or attributes["src"] == PICTURE, attributes
    for address in elements.addresses:
        assert urlsplit(address).scheme in ("", "https"), address
        assert re.match(
            r"/(?!/)|#|https://(carloop\.example/r|www\.carloop\.info/|cars\.example/)", address
        ), address
    shown = elements.text.count(SCRIPT) + sum(
        SCRIPT in value for _, found in elements.tags for value in found.values()
    )
    assert shown >= times, (shown, times)
    return elements


def search_form(site, appointment, browser):
    """Open the appointment, and give what its search sends, with the list that was found for it."""
    page = browser.get(f"/appointments/{appointment.id}").text
    return hidden(page, f"/appointments/{appointment.id}/offers") | {
        "start_date": "25.11.2026",
        "start_time": "12:00",
        "end_date": "25.11.2026",
        "end_time": "17:00",
        "found_period": "2026-11-25T12:00:00+01:00/2026-11-25T17:00:00+01:00",
        "found_filters": "[[], []]",
    }


@pytest.mark.parametrize("user", ["anna", "admin"])
def test_the_week(site, appointment, user):
    """Customer, plate, and the reason of a provider that fails."""
    harmless(site.browser(user).get("/?week=2026-11-25").text, times=3)


def test_the_search(site, appointment):
    """What was typed, and who was found."""
    browser = site.browser("anna")
    harmless(browser.post("/appointments", data={"words": SCRIPT}).text, times=1)
    harmless(browser.post("/appointments", data={"words": "sommer"}).text, times=2)


def test_the_appointment(site, appointment, hostile):
    """Without a rental, with one, in question, and with proposals."""
    browser, path = site.browser("anna"), f"/appointments/{appointment.id}"
    harmless(browser.get(path).text, times=12)
    change = {"provider": "fake", "action": "change_end", "rental_id": SCRIPT, "end": PERIOD["end"]}
    hostile.book(appointment.id)
    hostile.states[appointment.id] |= {
        "state": "attention",
        "notices": NOTICES,
        "proposals": [{"id": SCRIPT, "reason": SCRIPT, "message": SCRIPT, "change": change}],
    }
    page = harmless(browser.get(f"{path}?ask=cancel").text, times=15)
    (link,) = page.all("a", href="https://carloop.example/r?a=1&b=2")
    assert (link["target"], set(link["rel"].split())) == ("_blank", {"noopener", "noreferrer"})
    pending = {"change_id": str(uuid.uuid4()), "action": "book", "since": PERIOD["start"]}
    hostile.states[appointment.id] = {"state": "unknown", "pending": pending, "notices": NOTICES}
    harmless(browser.get(f"{path}?ask=give-up&done={SCRIPT}").text, times=6)


@pytest.mark.parametrize("path", ["https", "javascript:alert(1)", "http://carloop.example/", "https://a b/"])
def test_only_links_that_may_be_shown(site, appointment, hostile, path):
    """A link of a rental leads to an https address, or there is none."""
    hostile.book(appointment.id, web_url=path)
    page = Elements(site.browser("anna").get(f"/appointments/{appointment.id}").text)
    assert page.all("a", target="_blank") == []


def test_a_form_that_is_shown_again(site, appointment):
    """What was typed, with what is wrong with it."""
    fields = {
        "revision": "1",
        "customer_source": "manual",
        "do": "save",
        "work": SCRIPT,
        "start_date": SCRIPT,
    }
    fields |= {
        "customer_last_name": SCRIPT,
        "vehicle_model": SCRIPT,
        "end_time": SCRIPT,
        "customer_query": SCRIPT,
    }
    browser, path = site.browser("anna"), f"/appointments/{appointment.id}"
    harmless(browser.post(path, data=fields).text, times=6)
    harmless(browser.post(path, data=fields | {"do": "find"}).text, times=6)
    harmless(browser.post("/dms/customers", data={"customer_query": SCRIPT}).text, times=0)


def test_two_versions(site, appointment):
    """Mine and theirs, beside each other."""
    path = f"/appointments/{appointment.id}"
    browser = site.browser("anna")
    fields = hidden(browser.get(path).text, path) | {"customer_last_name": SCRIPT + "mine", "do": "save"}
    fields |= {"start_date": "25.11.2026", "start_time": "8", "end_date": "25.11.2026", "end_time": "17"}
    page = browser.post(path, data=fields | {"revision": "0"}).text
    assert "inzwischen geändert" in page
    harmless(page, times=8)


@pytest.mark.parametrize("partial", [{}, {"HX-Request": "true"}], ids=["page", "script"])
def test_the_offers(site, appointment, partial):
    """Model, class, features, station, what differs, and the pictures' origin alone in the policy."""
    browser = site.browser("anna")
    answer = browser.post(
        f"/appointments/{appointment.id}/offers",
        data=search_form(site, appointment, browser),
        headers=partial,
    )
    page = harmless(answer.text, times=10)
    assert len(page.all("img")) == 2
    (images,) = re.findall(r"img-src ([^;]*);", answer.headers["content-security-policy"])
    assert images == "'self' data: https://cars.example"


def test_a_picture_is_admitted_on_the_page_that_shows_it_alone(site, appointment):
    """The next page has the policy of all."""
    browser = site.browser("anna")
    browser.post(f"/appointments/{appointment.id}/offers", data=search_form(site, appointment, browser))
    assert (
        "cars.example"
        not in browser.get(f"/appointments/{appointment.id}").headers["content-security-policy"]
    )


def test_a_refusal(site, appointment, hostile):
    """Of a booking with its alternatives, of an end, of a cancellation."""
    browser, path = site.browser("anna"), f"/appointments/{appointment.id}"
    refused = {"status": "refused", "problem": {**problem().problem, "title": SCRIPT, "detail": SCRIPT}}
    hostile.outcomes = [refused | {"alternatives": [hostile.options[1]]}, refused]
    fields = search_form(site, appointment, browser) | {"option": f"fake:{SCRIPT}"}
    harmless(browser.post(f"{path}/rental", data=fields).text, times=14)
    fields["silent"] = "other"
    harmless(browser.post(f"{path}/rental", data=fields).text, times=14)
    hostile.book(appointment.id)
    about = {"change_id": str(uuid.uuid4()), "provider": "fake", "rental_id": SCRIPT, "site": "main"}
    end = {"end_date": "26.11.2026", "end_time": "9"}
    harmless(browser.post(f"{path}/rental/end", data=about | end).text, times=10)
    harmless(browser.post(f"{path}/rental/end", data=about | {"end_date": SCRIPT}).text, times=10)
    about["change_id"] = str(uuid.uuid4())
    harmless(browser.post(f"{path}/rental/cancellation", data=about).text, times=10)
    assert SCRIPT == hostile.changes[0]["option_id"] == hostile.changes[-1]["rental_id"]


def test_the_paper(site, appointment, hostile):
    """Customer, car and rental on the sheet to be printed."""
    hostile.book(appointment.id)
    harmless(site.browser("anna").get(f"/appointments/{appointment.id}/print").text, times=8)


def test_the_audit(site, appointment):
    """A rental's id and a provider's name."""
    for action, subject in (("book", appointment.id), ("settings", "fake")):
        site.planner.audit.note(
            Deed(site.planner.now(), "anna", action, subject, "fake", SCRIPT, code=SCRIPT)
        )
    harmless(site.browser("admin").get("/audit").text, times=5)


def test_the_settings(site):
    """The list, the form with its help and links, the report of a check and of a save, a failure."""
    browser = site.browser("admin")
    harmless(browser.get("/settings").text, times=2)
    page = harmless(browser.get("/settings/fake").text, times=14)
    assert [each["href"] for each in page.all("a", target="_blank")] == ["https://www.carloop.info/?a=1&b=2"]
    harmless(
        browser.post("/settings/fake", data={"value_text": SCRIPT, f"value_{SCRIPT}": SCRIPT}).text, times=16
    )
    harmless(browser.post("/settings/fake/check").text, times=16)
    harmless(browser.get("/settings/other").text, times=3)


def test_a_sign_in_that_is_wrong(site):
    """The name stays in its field, the password does not."""
    page = (
        site.browser()
        .post("/sign-in", data={"name": SCRIPT, "password": f"canary{SCRIPT}", "next": SCRIPT})
        .text
    )
    assert "canary" not in harmless(page).text
