"""Settings of a provider: the admin enters, saves and tests them; a secret goes in and never comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from planner_host.providers.settings_form import fields_of, mistakes_of

from ...conftest import HOOKS, Elements
from ..conftest import words

SINCE = "2026-11-23T10:00:00+01:00"
SAVED_BUT_WRONG = "Gespeichert, aber die Verbindung funktioniert noch nicht."


def finding(code, message="Nein.", severity="error"):
    """Write a finding."""
    return {"code": code, "severity": severity, "message": message}


@dataclass
class Kept:
    """What a provider was told to keep, and what is wrong with it, if anything."""

    values: list[dict[str, object]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def report(self, *good):
        """Write a report: what is wrong, else what is good."""
        findings = [finding(code) for code in self.wrong] or list(good)
        return {"provider": "fake", "site": "main", "ok": not self.wrong, "findings": findings}


@pytest.fixture
def kept():
    """Nothing yet."""
    return Kept()


@pytest.fixture
def planner(workshop, fake, kept):
    """A planner whose provider has settings: an address, and a secret key that was set."""
    connected = finding("connected", "Verbunden.", "info")

    def save_provider_settings(settings):
        kept.values.append(settings["values"])
        return kept.report(finding("saved", "Ist gespeichert.", "info"), connected)

    def check_mobility_provider(site):
        return kept.report(connected)

    def provide_provider_settings(site):
        properties = {"url": {"title": "Webadresse"}, "key": {"title": "Schlüssel", "writeOnly": True}}
        more = {"secrets_set": [{"name": "key", "since": SINCE}], "fixed": []}
        more |= {"schema": {"properties": properties}, "values": {"url": "https://a.example"}}
        return {"provider": "fake", "site": site, **more}

    hooks = (save_provider_settings, check_mobility_provider, provide_provider_settings)
    return workshop.planner(fake.module(*HOOKS, **{hook.__name__: hook for hook in hooks}))


@pytest.fixture
def admin(site):
    """A browser in which the admin has signed in."""
    return site.browser("admin")


def marked(page):
    """Return the fields that are marked as wrong."""
    return [each["name"] for each in Elements(page.text).all("input") if "aria-invalid" in each]


def test_settings_are_saved_and_noted(admin, site, fake, kept):
    """Who saved them and whether they work, not what they are; a secret shows since when it is set."""
    page = admin.get("/settings/fake")
    assert ("23.11.2026, 10:00" in words(page), Elements(page.text).field("value_key")) == (True, "")
    site.planner.filters.choices("main", "de")
    good = admin.post("/settings/fake", data={"value_url": "https://b.example"})
    kept.wrong = ["not_authorised"]
    bad = admin.post("/settings/fake", data={"value_url": "https://c.example", "value_key": "canary"})
    assert kept.values == [{"url": "https://b.example"}, {"url": "https://c.example", "key": "canary"}]
    notices = [each for each in Elements(good.text).all("div") if "notice" in each.get("class", "").split()]
    assert ["autofocus" in each for each in notices] == [True]
    assert "Gespeichert. Die Verbindung funktioniert. Verbunden." in words(good)
    assert "Ist gespeichert." not in good.text
    shown = [Elements(bad.text).field(name) for name in ("value_url", "value_key")]
    assert shown == ["https://c.example", ""]
    entries = [(entry.outcome, entry.code) for entry in site.planner.audit.of("fake")]
    assert entries == [("done", ""), ("saved", "not_authorised")]
    site.planner.filters.choices("main", "de")
    assert fake.asked.count("filters") == 2  # classes and features are asked for anew


@pytest.mark.parametrize(
    ("code", "title", "fields", "outcome"),
    [
        ("not_authorised", SAVED_BUT_WRONG, ["value_key"], "saved"),
        ("url_unknown", SAVED_BUT_WRONG, ["value_url"], "saved"),
        ("not_saved", "Die Einstellungen sind nicht gespeichert.", [], "refused"),
    ],
)
def test_a_wrong_setting_is_marked(admin, site, kept, code, title, fields, outcome):
    """By the code of what was found; in the log, what was saved is not called refused."""
    kept.wrong = [code]
    answer = admin.post("/settings/fake", data={"value_url": "https://b.example"})
    assert (title in words(answer), marked(answer)) == (True, fields)
    assert [entry.outcome for entry in site.planner.audit.of("fake")] == [outcome]


def test_a_refused_setting_is_marked_where_the_problem_points():
    """By its JSON Pointer."""
    fields = fields_of({"values": {}, "schema": {"properties": {"url": {}, "key": {"writeOnly": True}}}})
    refused = {"code": "invalid_document", "title": "Nein.", "retryable": False, "pointer": "/values/key"}
    assert mistakes_of(fields, report=None, problem=refused) == {"key": "Nein."}


KEY_SAVED = {"url": "https://a.example", "key": "canary"}


@pytest.mark.parametrize(
    ("typed", "wrong", "saved", "verdict"),
    [
        ({}, [], [], "Die Verbindung funktioniert."),
        ({}, ["not_authorised"], [], "Mit diesen Einstellungen funktioniert die Verbindung nicht."),
        ({"value_key": "canary"}, [], [KEY_SAVED], "Gespeichert. Die Verbindung funktioniert."),
        ({"value_key": "canary"}, ["not_authorised"], [KEY_SAVED], SAVED_BUT_WRONG),
        ({"clear_key": "on"}, ["not_authorised"], [KEY_SAVED | {"key": None}], SAVED_BUT_WRONG),
    ],
    ids=["unchanged, works", "unchanged, wrong", "secret, works", "secret, wrong", "secret removed"],
)
def test_a_test_saves_what_was_typed_first(admin, kept, typed, wrong, saved, verdict):
    """Where nothing differs from what is set, that is tested."""
    kept.wrong = wrong
    sent = {"beside": "form", "value_url": "https://a.example", "value_key": ""} | typed
    page = admin.post("/settings/fake/check", data=sent)
    assert (kept.values, "canary" in page.text) == (saved, False)
    assert "Geändertes wird dabei gespeichert." in words(page)
    assert "Getestet mit Webadresse: https://a.example." in words(page)  # which this provider still answers
    assert verdict in words(page)


def test_settings_that_cannot_be_saved_are_not_tested(admin, kept):
    """The field that is wrong is marked and keeps what was typed."""
    kept.wrong = ["not_configured", "not_saved"]
    answer = admin.post("/settings/fake/check", data={"beside": "form", "value_url": "nonsense"})
    assert "Die Einstellungen sind nicht gespeichert." in words(answer)
    assert "Es wurde nichts getestet." in words(answer)
    assert (marked(answer), Elements(answer.text).field("value_url")) == (["value_url"], "nonsense")


def test_a_provider_without_settings(workshop, fake, serve):
    """There is nothing to set, which is no mistake."""
    site = serve(workshop.planner(fake.module(*HOOKS)))
    page = site.browser("admin").get("/settings/fake")
    assert ("nichts einzustellen" in words(page), "notice-bad" in page.text) == (True, False)
