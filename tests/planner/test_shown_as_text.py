"""Whatever stands in a customer's name, a car's model or a provider's message is text on every page."""

import re
import uuid
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from planner_host.storage.audit import AuditEntry

from .conftest import HOOKS, PERIOD, Elements, Fake, failing, hidden, problem
from .pages.conftest import search_form

SCRIPT = """\"'><script>alert(1)</script>{{7*7}}"""
CUSTOMER = {"source": "manual", "last_name": f"Sommer{SCRIPT}"}
CUSTOMER |= dict.fromkeys(("company", "city", "email"), SCRIPT)
CAR = dict.fromkeys(("licence_plate", "make", "model"), SCRIPT)
NOTICES = [{"code": SCRIPT, "severity": "error", "message": SCRIPT}]
PICTURE = "https://cars.example/golf.jpg"
RENTAL_LINK = "https://carloop.example/r?a=1&b=2"
HELP_LINK = "https://www.carloop.info/?a=1&b=2"
OUR_ADDRESS = re.compile(r"/(?!/)|#|https://(carloop\.example/r|www\.carloop\.info/|cars\.example/)")


class Hostile(Fake):
    """A provider that writes script wherever it may write."""

    def __init__(self):
        super().__init__(name=SCRIPT)
        self.vehicle = CAR | {"id": SCRIPT, "vehicle_class": SCRIPT, "features": [SCRIPT]}
        self.vehicle |= {"station": SCRIPT, "image_url": PICTURE}
        self.options = [
            self.option(SCRIPT, title=SCRIPT, vehicle=self.vehicle),
            self.option("V2", title=SCRIPT, vehicle=self.vehicle, match="alternative", differs=[SCRIPT]),
        ]

    def rental(self, appointment_id, **fields):
        """Write a rental."""
        own = {"id": SCRIPT, "title": SCRIPT, "vehicle": self.vehicle, "web_url": RENTAL_LINK}
        return super().rental(appointment_id, **(own | fields))

    def settings(self, site):
        """Write settings."""
        kinds = {"text": {"type": "string"}, "one": {"enum": [SCRIPT]}, "many": {"type": "array"}, SCRIPT: {}}
        properties = {name: {"title": SCRIPT, "description": SCRIPT} | kind for name, kind in kinds.items()}
        links = [
            {"title": SCRIPT, "url": HELP_LINK},
            {"title": "plain", "url": "http://www.carloop.info/"},
            {"title": "script", "url": "javascript:alert(3)"},
        ]
        more = {"values": {"text": SCRIPT, "one": SCRIPT, "many": [SCRIPT]}, "secrets_set": [], "fixed": []}
        more |= {"schema": {"title": SCRIPT, "properties": properties}, "help": SCRIPT, "links": links}
        return {"provider": self.provider, "site": site, **more}

    def erased(self, subjects):
        """Write the report of an erasure."""
        kept = [{"appointment_id": "T-1", "reason": SCRIPT, "until": PERIOD["start"]}]
        return {"provider": self.provider, "erased": 1, "kept": kept, "remarks": [SCRIPT]}

    def report(self, site):
        """Write a report."""
        finding = {"code": SCRIPT, "severity": "error", "message": SCRIPT, "hint": SCRIPT}
        return {"provider": self.provider, "site": site, "ok": False, "findings": [finding]}


@pytest.fixture
def hostile():
    """The provider."""
    return Hostile()


@pytest.fixture
def site(workshop, hostile, serve):
    """A planner with that provider, and one that fails with script."""
    fail = failing(title=SCRIPT, detail=SCRIPT)
    hooks = (*HOOKS[:4], "provide_provider_settings", "on_personal_data_erased")
    broken = Fake("other", SCRIPT).module(**dict.fromkeys(hooks, fail))
    working = hostile.module(
        *HOOKS,
        provide_provider_settings=lambda site: hostile.settings(site),
        save_provider_settings=lambda settings: hostile.report(settings["site"]),
        check_mobility_provider=lambda site: hostile.report(site),
        on_personal_data_erased=lambda subjects: hostile.erased(subjects),
    )
    return serve(workshop.planner(working, broken))


@pytest.fixture
def appointment(site, draft, visit):
    """A visit of a customer whose name is script."""
    visit = replace(visit, customer=CUSTOMER, vehicle=CAR, work=SCRIPT)
    return site.planner.records.save(draft(visit=visit)).appointment


@pytest.fixture
def path(appointment):
    """The appointment's address."""
    return f"/appointments/{appointment.id}"


def harmless(answer):
    """Assert that a page shows the script as text, and has no script, style, event or foreign address."""
    page = Elements(answer.text)
    tags = {tag for tag, _ in page.tags}
    assert tags & {"style", "iframe", "object", "embed", "base"} == set()
    for tag, attributes in page.tags:
        assert [name for name in attributes if name.startswith("on") or name == "style"] == [], tag
        assert tag != "script" or attributes["src"].startswith("/static/"), attributes
        assert tag != "img" or attributes["src"] == PICTURE, attributes
    for address in page.addresses:
        assert urlsplit(address).scheme in ("", "https"), address
        assert OUR_ADDRESS.match(address), address
    values = [value for _, attributes in page.tags for value in attributes.values()]
    assert SCRIPT in page.text or any(SCRIPT in value for value in values)
    return page


def test_the_week_and_the_search(anna, site, appointment):
    """Customer, plate, the reason of a provider that fails, and what was typed."""
    for browser in (anna, site.browser("admin")):
        harmless(browser.get("/calendar?day=2026-11-25"))
    harmless(anna.post("/appointments", data={"words": SCRIPT}))
    harmless(anna.post("/appointments", data={"words": "sommer"}))


def test_the_appointment(anna, appointment, path, hostile):
    """Without a rental, with one, its proposal and its link, on paper, and while a change is unknown."""
    harmless(anna.get(path))
    change = {"provider": "fake", "action": "change_end", "rental_id": SCRIPT, "end": PERIOD["end"]}
    one = {"id": SCRIPT, "reason": SCRIPT, "message": SCRIPT, "change": change}
    hostile.book(appointment.id)
    hostile.states[appointment.id] |= {"state": "attention", "notices": NOTICES, "proposals": [one]}
    harmless(anna.get("/"))
    page = harmless(anna.get(f"{path}?ask=cancel"))
    (link,) = page.all("a", href=RENTAL_LINK)
    assert (link["target"], set(link["rel"].split())) == ("_blank", {"noopener", "noreferrer"})
    harmless(anna.get(f"{path}/print"))
    for url in ("https", "javascript:alert(1)", "http://carloop.example/", "https://a b/"):
        hostile.book(appointment.id, web_url=url)
        assert Elements(anna.get(path).text).all("a", target="_blank") == []
    pending = {"change_id": str(uuid.uuid4()), "action": "book", "since": PERIOD["start"]}
    hostile.states[appointment.id] = {"state": "unknown", "pending": pending, "notices": NOTICES}
    harmless(anna.get(f"{path}?ask=withdraw&done={SCRIPT}"))


def test_a_form_that_is_shown_again(anna, path):
    """What was typed, with what is wrong with it; and two versions beside each other."""
    names = ("work", "start_date", "customer_last_name", "vehicle_model", "end_time", "customer_query")
    typed = {"revision": "1", "customer_source": "manual", **dict.fromkeys(names, SCRIPT)}
    for do in ("save", "find"):
        harmless(anna.post(path, data=typed | {"do": do}))
    fields = hidden(anna.get(path).text, path) | {"customer_last_name": SCRIPT + "mine", "revision": "0"}
    fields |= {"start_date": "25.11.2026", "start_time": "8", "end_date": "25.11.2026", "end_time": "17"}
    harmless(anna.post(path, data=fields))


def test_the_offers(anna, appointment, path):
    """The policy of this page alone admits the origin of the pictures."""
    answer = anna.post(f"{path}/offers", data=search_form(anna, appointment))
    assert len(harmless(answer).all("img")) == 2
    (images,) = re.findall(r"img-src ([^;]*);", answer.headers["content-security-policy"])
    assert images == "'self' data: https://cars.example"
    assert "cars.example" not in anna.get(path).headers["content-security-policy"]


def test_a_refusal(anna, appointment, path, hostile):
    """Of a booking with its alternatives, of an end, of a cancellation."""
    refused = {"status": "refused", "problem": problem(title=SCRIPT, detail=SCRIPT).problem}
    hostile.outcomes = [refused | {"alternatives": [hostile.options[1]]}, refused]
    booking = search_form(anna, appointment) | {"option": f"fake:{SCRIPT}"}
    for more in ({}, {"silent": "other"}):
        harmless(anna.post(f"{path}/rental", data=booking | more))
    hostile.book(appointment.id)
    for action, end in (("end", "26.11.2026"), ("end", SCRIPT), ("cancellation", "")):
        sent = {"change_id": str(uuid.uuid4()), "provider": "fake", "rental_id": SCRIPT, "site": "main"}
        sent |= {"end_date": end, "end_time": "9"}
        harmless(anna.post(f"{path}/rental/{action}", data=sent))
    assert (hostile.changes[0]["option_id"], hostile.changes[-1]["rental_id"]) == (SCRIPT, SCRIPT)


def test_the_audit_log(site, appointment):
    """A rental's id and a provider's name."""
    for action, subject in (("book", appointment.id), ("settings", "fake")):
        entry = AuditEntry(site.planner.now(), "anna", action, subject, "fake", SCRIPT, code=SCRIPT)
        site.planner.audit.add(entry)
    harmless(site.browser("admin").get("/audit"))


def test_data_protection(site, appointment):
    """Who was found, the question, and what the providers say of the erasure; filters of the audit log."""
    admin = site.browser("admin")
    harmless(admin.get("/audit", params=dict.fromkeys(("user", "subject", "from"), SCRIPT)))
    harmless(admin.post("/privacy/retention", data={"months": SCRIPT}))
    found = harmless(admin.post("/privacy", data={"words": SCRIPT, "do": "find"}))
    assert found.all("input", name="who") != []
    chosen = {"words": "sommer", "who": found.field("who")}
    harmless(admin.post("/privacy", data=chosen | {"do": "ask"}))
    erased = admin.post("/privacy", data=chosen | {"do": "erase"})
    harmless(admin.get(erased.headers["location"]))


def test_the_settings(site):
    """The list, the form with its help and links, the report of a check and of a save, a failure."""
    admin = site.browser("admin")
    harmless(admin.get("/settings"))
    page = harmless(admin.get("/settings/fake"))
    assert [each["href"] for each in page.all("a", target="_blank")] == [HELP_LINK]
    typed = {"value_text": SCRIPT, f"value_{SCRIPT}": SCRIPT}
    harmless(admin.post("/settings/fake", data=typed))
    harmless(admin.post("/settings/fake/check"))
    harmless(admin.get("/settings/other"))
