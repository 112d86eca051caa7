"""The settings page: what it shows, and what saving it changes."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carloop_plugin.contract.settings_documents import (
    read_settings_change,
    report_document,
    settings_document,
)
from carloop_plugin.domain.accounts import StoredSettings, StoredToken
from carloop_plugin.domain.failures import CallFailed, Reason, RuleBroken
from carloop_plugin.domain.values import Site
from carloop_plugin.ports import UseCaseContext
from carloop_plugin.settings.environment import Environment, site_settings
from carloop_plugin.settings.page import known_stations, save_settings
from tests.support.fakes import STATIONS, FakeCarloop, FakeSettingsStore

MAIN = Site("main")
NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
CANARY = "canary-token-0815"
A, B = "https://a.example", "https://b.example"
STORED = StoredSettings(base_url=A, station=None)


@dataclass
class Form(FakeCarloop, FakeSettingsStore):
    """A settings page with a store in memory and a fake Carloop."""

    folder: Path = Path()
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def secrets(self):
        return self.environment().credentials

    def now(self):
        return NOW

    def environment(self):
        return Environment.read({"CARLOOP_STORE": str(self.folder / "s"), **self.environ})

    def describe(self, locale="de"):
        in_force = site_settings(MAIN, environment=self.environment(), store=self)
        return settings_document(in_force, known_stations(in_force, self.context), locale=locale)

    @property
    def context(self):
        return UseCaseContext(self, self.connect, None, self, time.monotonic() + 5)

    def save(self, values, locale="en"):
        change = read_settings_change({"provider": "carloop", "site": "main", "values": values})
        report = save_settings(change, environment=self.environment(), context=self.context)
        return report_document(report, locale=locale)

    def state(self):
        token = self.secrets.token(MAIN)
        return self.saved.get(MAIN), token.value if token else None


@pytest.fixture
def form(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return Form(folder=tmp_path)


@pytest.fixture
def filled(form):
    """A page with an address and a token saved."""
    form.saved[MAIN] = STORED
    form.secrets.keep_token(MAIN, StoredToken(value=CANARY, origin="https://a.example", since=NOW))
    return form


def codes(report):
    return [finding["code"] for finding in report["findings"]]


def test_the_page_of_a_new_installation(form):
    """Nothing is set; the fields have titles in the language, the path to the token and the link."""
    shown = form.describe()
    fields = shown["schema"]["properties"]
    assert (shown["values"], shown["secrets_set"], shown["fixed"]) == ({}, [], [])
    assert [(name, f["title"], f.get("writeOnly", False)) for name, f in fields.items()] == [
        ("base_url", "Webadresse", False),
        ("token", "Authentifizierungsschlüssel", True),
        ("station", "Station", False),
    ]
    path = "Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten"
    assert (path in shown["help"], path in fields["token"]["description"]) == (True, True)
    assert [link["url"] for link in shown["links"]] == ["https://www.carloop.info"]
    assert form.describe("en")["schema"]["properties"]["token"]["title"] == "Authentication key"


def test_a_station_is_chosen_by_its_name(filled):
    """Where Carloop answers; else its id is typed."""
    chosen = [(each["const"], each["title"]) for each in station_of(filled)["oneOf"]]
    assert chosen == [(None, "Alle Stationen"), *((each.id, each.name) for each in STATIONS)]
    filled.failure = CallFailed(Reason("unreachable"))
    assert "oneOf" not in station_of(filled)


def station_of(form):
    """Return how the page describes the station."""
    return form.describe()["schema"]["properties"]["station"]


def test_a_token_is_not_shown(filled):
    """The page says since when one is saved, and not which; what the environment sets is fixed."""
    shown = filled.describe()
    assert (shown["values"], shown["fixed"]) == ({"base_url": A}, [])
    assert shown["secrets_set"] == [{"name": "token", "since": "2026-03-02T07:30:00Z"}]
    filled.environ = {"CARLOOP_BASE_URL": B, "CARLOOP_TOKEN": CANARY}
    fixed = filled.describe()
    assert (fixed["values"], fixed["fixed"]) == ({"base_url": B}, ["base_url", "token"])
    assert CANARY not in repr((shown, fixed))


def test_saving_tests_the_connection(form):
    """What was entered is kept in one spelling, also while Carloop is away; the account is named."""
    values = {"base_url": " HTTPS://a.example:443/ ", "token": f" {CANARY}\n", "station": "nord"}
    report = form.save(values)
    assert (report["ok"], codes(report)) == (True, ["saved", "connected"])
    assert "Autohaus Muster" in report["findings"][1]["message"]
    assert form.state() == (StoredSettings(A, "nord"), CANARY)
    form.failure = CallFailed(Reason("unreachable"))
    report = form.save({"station": "sued"})
    assert (report["ok"], codes(report)) == (False, ["saved", "unreachable"])
    assert form.state() == (StoredSettings(A, "sued"), CANARY)


DROPPED = ["token_dropped", "not_configured"]
CHANGES = {
    "what is left out stays": ({"station": "nord"}, ["connected"], (A, "nord"), CANARY),
    "an empty token keeps the token": ({"base_url": A, "token": ""}, ["connected"], (A,), CANARY),
    "null deletes the token": ({"token": None}, ["not_configured"], (A,), None),
    "null deletes the address": ({"base_url": None}, [*DROPPED, "not_configured"], (None,), None),
    "a new origin drops the token": ({"base_url": B}, DROPPED, (B,), None),
    "a new origin with its token": ({"base_url": B, "token": "other"}, ["connected"], (B,), "other"),
    "a new path keeps the token": ({"base_url": f"{A}/path"}, ["connected"], (f"{A}/path",), CANARY),
}


@pytest.mark.parametrize(("values", "found", "stored", "token"), CHANGES.values(), ids=CHANGES)
def test_what_saving_changes(filled, values, found, stored, token):
    """A token stays with its origin; without a token that may be used nothing is called."""
    report = filled.save(values)
    assert (report["ok"], codes(report)) == (found == ["connected"], ["saved", *found])
    assert filled.state() == (StoredSettings(*stored), token)
    assert filled.connections == (found == ["connected"])


@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_typed_address_needs_a_typed_token(form, locale):
    """CARLOOP_TOKEN alone is not sent to an address typed on the page; page and report say what to set."""
    form.environ = {"CARLOOP_TOKEN": CANARY}
    shown = form.describe(locale)
    assert (shown["fixed"], shown["help"].startswith("CARLOOP_TOKEN")) == ([], True)
    report = form.save({"base_url": B}, locale)
    assert (report["ok"], codes(report), form.connections) == (False, ["saved", "not_configured"], 0)
    report = form.save({"token": "typed"}, locale)
    assert (report["ok"], codes(report)) == (True, ["saved", "token_unused", "connected"])
    assert form.describe(locale)["secrets_set"] != []


def save_nothing(form, values):
    """Save values that are refused: nothing is stored and nothing is called; return the finding's code."""
    before = form.state()
    report = form.save(values)
    assert (report["ok"], codes(report)[1:]) == (False, ["not_saved"])
    assert (form.state(), form.connections) == (before, 0)
    return codes(report)[0]


def test_an_address_that_must_not_be_used(filled):
    """Neither the token nor the station that came with it is stored."""
    more = {"token": "other", "station": "nord"}
    assert save_nothing(filled, {"base_url": "http://carloop.example", **more}) == "insecure_address"
    assert save_nothing(filled, {"base_url": "nonsense", **more}) == "not_configured"


def test_fixed_settings_cannot_be_saved(filled):
    """Saving a fixed setting changes nothing, the rest of the form included; the same value is no change."""
    filled.environ = {"CARLOOP_TOKEN": "env-token", "CARLOOP_BASE_URL": B}
    for values in ({"token": "new", "station": "nord"}, {"base_url": None}, {"token": None}):
        assert save_nothing(filled, values) == "setting_fixed"
    assert filled.save({"base_url": B, "station": "nord"})["ok"]
    assert filled.state() == (StoredSettings(A, "nord"), CANARY)


INVALID = [
    ("base_url", 5),
    ("token", True),
    ("token", "two words"),
    ("token", "x" * 5000),
    ("station", "a\nb"),
    ("colour", "red"),
    ("a/b~c", None),
]


@pytest.mark.parametrize(("name", "value"), INVALID)
def test_an_invalid_value(filled, name, value):
    """A wrong type or an unknown name is an invalid document with its pointer, and nothing is stored."""
    before = filled.state()
    with pytest.raises(RuleBroken) as caught:
        filled.save({"station": "nord", name: value})
    pointer = "/values/" + name.replace("~", "~0").replace("/", "~1")
    assert (caught.value.reason.code, caught.value.reason.pointer) == ("invalid_document", pointer)
    assert filled.state() == before


def test_what_cannot_be_kept_is_not_saved(form):
    """A token without the address it is bound to, and anything while the configuration file is broken."""
    assert save_nothing(form, {"token": CANARY, "station": "nord"}) == "not_configured"
    form.environ = {"CARLOOP_CONFIG": str(form.folder / "none.toml")}
    assert save_nothing(form, {"base_url": A, "token": CANARY}) == "not_configured"
