"""What the admin enters and finds."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from planner_host.settings_form import fields_of, mistakes_of

from ..conftest import HOOKS, Elements
from .conftest import words


@dataclass
class Kept:
    """What a provider was told to keep, and whether it works."""

    values: list[dict[str, object]] = field(default_factory=list)
    works: bool = True
    code: str = "not_authorised"


@pytest.fixture
def kept() -> Kept:
    """Nothing yet."""
    return Kept()


@pytest.fixture
def desk(workshop, fake, kept):
    """A planner whose provider has settings."""

    def save_provider_settings(settings):
        kept.values.append(settings["values"])
        findings = [{"code": "saved", "severity": "info", "message": "Ist gespeichert."}]
        findings += [{"code": "connected", "severity": "info", "message": "Verbunden."}]
        if not kept.works:
            findings = [{"code": kept.code, "severity": "error", "message": "Nein."}]
        return {"provider": "fake", "site": "main", "ok": kept.works, "findings": findings}

    def provide_provider_settings(site):
        properties = {"url": {"title": "Webadresse"}, "key": {"title": "Schlüssel", "writeOnly": True}}
        since = [{"name": "key", "since": "2026-11-23T10:00:00+01:00"}]
        more = {"schema": {"properties": properties}, "secrets_set": since, "fixed": []}
        return {"provider": "fake", "site": site, "values": {"url": "https://a.example"}} | more

    return workshop.planner(
        fake.module(
            *HOOKS,
            save_provider_settings=save_provider_settings,
            provide_provider_settings=provide_provider_settings,
        )
    )


def test_a_secret_is_set_since(site):
    """And never shown."""
    page = site.browser("admin").get("/settings/fake")
    assert "23.11.2026, 10:00" in words(page)
    assert "" == Elements(page.text).field("value_key")


def test_what_is_saved_is_noted(site, fake, kept):
    """Who and whether it works, not what; classes are asked for anew."""
    admin = site.browser("admin")
    site.planner.filters.choices("main", "de")
    assert "notice-good" in admin.post("/settings/fake", data={"value_url": "https://b.example"}).text
    kept.works = False
    bad = admin.post("/settings/fake", data={"value_url": "https://c.example", "value_key": "canary"})
    assert [{"url": "https://b.example"}, {"url": "https://c.example", "key": "canary"}] == kept.values
    assert ("https://c.example", "") == tuple(
        Elements(bad.text).field(name) for name in ("value_url", "value_key")
    )
    assert [("done", ""), ("saved", "not_authorised")] == [
        (deed.outcome, deed.code) for deed in site.planner.audit.of("fake")
    ]
    site.planner.filters.choices("main", "de")
    assert 2 == fake.asked.count("filters")


@pytest.mark.parametrize(
    ("typed", "is_said"),
    [({}, False), ({"value_url": "https://b.example"}, True), ({"value_key": "canary"}, True)],
)
def test_what_is_only_typed_is_not_tested_and_not_lost(site, typed, is_said):
    """The test is of what is saved, and says so."""
    sent = {"beside": "form", "value_url": "https://a.example", "value_key": ""} | typed
    page = site.browser("admin").post("/settings/fake/check", data=sent)
    assert sent["value_url"] == Elements(page.text).field("value_url")
    assert is_said is ("noch nicht gespeichert" in words(page))


def test_a_success_is_one_notice(site):
    """Which says what was found, too."""
    page = Elements(
        site.browser("admin").post("/settings/fake", data={"value_url": "https://b.example"}).text
    )
    (notice,) = [each for each in page.all("div") if "notice" in each.get("class", "").split()]
    assert "autofocus" in notice
    assert "Gespeichert. Die Verbindung funktioniert. Verbunden." in " ".join(page.text.split())
    assert "Ist gespeichert." not in page.text


@pytest.mark.parametrize(
    ("code", "title", "field", "outcome"),
    [
        ("not_authorised", "Gespeichert, aber so funktioniert es noch nicht.", "value_key", "saved"),
        ("unreachable", "Gespeichert, aber so funktioniert es noch nicht.", "value_url", "saved"),
        ("url_unknown", "Gespeichert, aber so funktioniert es noch nicht.", "value_url", "saved"),
        ("not_saved", "Die Einstellungen sind nicht gespeichert.", None, "refused"),
    ],
)
def test_what_is_wrong_is_marked(site, kept, code, title, field, outcome):
    """With the focus, and in the log: what was saved is not called refused."""
    kept.works, kept.code = False, code
    answer = site.browser("admin").post("/settings/fake", data={"value_url": "https://b.example"})
    assert title in words(answer)
    marked = [each["name"] for each in Elements(answer.text).all("input") if "aria-invalid" in each]
    assert ([field] if field else []) == marked
    assert [outcome] == [deed.outcome for deed in site.planner.audit.of("fake")]


def test_what_a_provider_refuses_is_marked_where_it_points():
    """By its JSON Pointer."""
    fields = fields_of({"values": {}, "schema": {"properties": {"url": {}, "key": {"writeOnly": True}}}})
    refused = {"code": "invalid_document", "title": "Nein.", "retryable": False, "pointer": "/values/key"}
    assert {"key": "Nein."} == mistakes_of(fields, report=None, problem=refused)
