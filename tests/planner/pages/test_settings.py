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
    more: list[dict[str, object]] = field(default_factory=list)


@pytest.fixture
def kept():
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
            findings = [{"code": kept.code, "severity": "error", "message": "Nein."}, *kept.more]
        return {"provider": "fake", "site": "main", "ok": kept.works, "findings": findings}

    def check_mobility_provider(site):
        finding = {"code": "connected", "severity": "info", "message": "Verbunden."}
        findings = [finding if kept.works else finding | {"code": kept.code, "severity": "error"}]
        return {"provider": "fake", "site": site, "ok": kept.works, "findings": findings}

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
            check_mobility_provider=check_mobility_provider,
        )
    )


def test_a_secret_is_set_since(site):
    """And never shown."""
    page = site.browser("admin").get("/settings/fake")
    assert "23.11.2026, 10:00" in words(page)
    assert Elements(page.text).field("value_key") == ""


def test_what_is_saved_is_noted(site, fake, kept):
    """Who and whether it works, not what; classes are asked for anew."""
    admin = site.browser("admin")
    site.planner.filters.choices("main", "de")
    assert "notice-good" in admin.post("/settings/fake", data={"value_url": "https://b.example"}).text
    kept.works = False
    bad = admin.post("/settings/fake", data={"value_url": "https://c.example", "value_key": "canary"})
    assert kept.values == [{"url": "https://b.example"}, {"url": "https://c.example", "key": "canary"}]
    assert tuple(Elements(bad.text).field(name) for name in ("value_url", "value_key")) == (
        "https://c.example",
        "",
    )
    assert [(deed.outcome, deed.code) for deed in site.planner.audit.of("fake")] == [
        ("done", ""),
        ("saved", "not_authorised"),
    ]
    site.planner.filters.choices("main", "de")
    assert fake.asked.count("filters") == 2


@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [
        ({}, []),
        ({"value_url": "https://b.example"}, [{"url": "https://b.example"}]),
        ({"value_key": "canary"}, [{"url": "https://a.example", "key": "canary"}]),
        ({"clear_key": "on"}, [{"url": "https://a.example", "key": None}]),
    ],
)
@pytest.mark.parametrize("works", [True, False])
def test_what_is_typed_is_tested(site, fake, kept, typed, kept_as, works):
    """It is saved and tested as one; only where nothing differs from what is set, that is tested."""
    kept.works = works
    sent = {"beside": "form", "value_url": "https://a.example", "value_key": ""} | typed
    page = site.browser("admin").post("/settings/fake/check", data=sent)
    assert kept.values == kept_as
    said = words(page)
    assert "Speichert zuerst, was Sie geändert haben." in said
    assert "Getestet mit Webadresse: https://a.example." in said  # which this provider goes on answering
    assert "canary" not in page.text
    verdict = {
        (True, True): "Gespeichert. Die Verbindung funktioniert.",
        (True, False): "Gespeichert, aber so funktioniert es noch nicht.",
        (False, True): "Die Verbindung funktioniert.",
        (False, False): "Mit diesen Einstellungen funktioniert es nicht.",
    }
    assert verdict[bool(typed), works] in said


def test_nonsense_is_tested_as_nonsense(site, kept):
    """Nothing was saved, so nothing was tested; the field that is wrong is marked."""
    kept.works, kept.code, kept.more = (
        False,
        "not_configured",
        [{"code": "not_saved", "severity": "error", "message": "Nicht gespeichert."}],
    )
    sent = {"beside": "form", "value_url": "nonsense"}
    answer = site.browser("admin").post("/settings/fake/check", data=sent)
    said = words(answer)
    assert ("Die Einstellungen sind nicht gespeichert." in said, "Es wurde nichts getestet." in said) == (
        True,
        True,
    )
    marked = [each["name"] for each in Elements(answer.text).all("input") if "aria-invalid" in each]
    assert (marked, Elements(answer.text).field("value_url")) == (["value_url"], "nonsense")


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
    assert [deed.outcome for deed in site.planner.audit.of("fake")] == [outcome]


def test_what_a_provider_refuses_is_marked_where_it_points():
    """By its JSON Pointer."""
    fields = fields_of({"values": {}, "schema": {"properties": {"url": {}, "key": {"writeOnly": True}}}})
    refused = {"code": "invalid_document", "title": "Nein.", "retryable": False, "pointer": "/values/key"}
    assert mistakes_of(fields, report=None, problem=refused) == {"key": "Nein."}
