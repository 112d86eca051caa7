"""The settings page: what is set, and to set it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from carloop_plugin.check import check_connection
from carloop_plugin.credentials import SecretsFile
from carloop_plugin.model import (
    Account,
    AccountId,
    CallFailed,
    Reason,
    Refused,
    Site,
    SiteSettings,
    Station,
    StoredSettings,
    StoredToken,
)
from carloop_plugin.ports import Carloop
from carloop_plugin.settings import Environment
from carloop_plugin.settings_page import describe_settings, save_settings

MAIN = Site("main")
NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
CANARY = "canary-token-0815"
STORED = StoredSettings(base_url="https://a.example", station=None)


def account(skew=0):
    return Account(
        id=AccountId("a1"),
        name="Autohaus Muster",
        time_zone="Europe/Berlin",
        stations=(Station("nord", "Hamburg Nord"), Station("sued", "Hamburg Süd")),
        server_time=NOW,
        skew=timedelta(seconds=skew),
    )


@dataclass
class Desk:
    """A settings page in memory, with a Carloop that answers with `account` or fails with `failure`."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    saved: dict[Site, StoredSettings] = field(default_factory=dict)
    account: Account = field(default_factory=account)
    failure: CallFailed | None = None
    connections: int = 0

    @property
    def secrets(self):
        return SecretsFile(self.folder / "secrets.json")

    def stored_settings(self, site):
        return self.saved.get(site)

    def save_settings(self, site, settings):
        self.saved[site] = settings

    def now(self):
        return NOW

    def connect(self, site):
        self.connections += 1
        return cast("Carloop", self)

    def read_account(self, *, deadline):
        if self.failure is not None:
            raise self.failure
        return self.account

    def environment(self):
        return Environment.read({"CARLOOP_STORE": str(self.folder / "s"), **self.environ})

    def describe(self, locale="de"):
        return describe_settings(
            MAIN, environment=self.environment(), store=self, credentials=self.secrets, locale=locale
        )

    def save(self, values, locale="en"):
        return save_settings(
            {"provider": "carloop", "site": "main", "values": values},
            environment=self.environment(),
            store=self,
            credentials=self.secrets,
            connect=self.connect,
            clock=self,
            deadline=time.monotonic() + 5,
            locale=locale,
        )

    def state(self):
        token = self.secrets.token(MAIN)
        return self.saved.get(MAIN), token.value if token else None


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return Desk(tmp_path)


@pytest.fixture
def furnished(desk):
    """Have an address and a token saved."""
    desk.saved[MAIN] = STORED
    desk.secrets.keep_token(MAIN, StoredToken(value=CANARY, origin="https://a.example", since=NOW))
    return desk


def codes(report):
    return [finding["code"] for finding in report["findings"]]


def test_the_page_of_a_new_installation(desk):
    """Nothing is set; the fields have their German titles, the path to the token and the link."""
    page = desk.describe()
    fields = page["schema"]["properties"]
    assert (page["values"], page["secrets_set"], page["fixed"]) == ({}, [], [])
    assert [(name, f["title"], f.get("writeOnly", False)) for name, f in fields.items()] == [
        ("base_url", "Webadresse", False),
        ("token", "Authentifizierungsschlüssel", True),
        ("station", "Station", False),
    ]
    way = "Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten"
    assert way in page["help"]
    assert way in fields["token"]["description"]
    assert [link["url"] for link in page["links"]] == ["https://www.carloop.info"]


def test_the_page_speaks_english(desk):
    """The same page in English."""
    assert desk.describe("en")["schema"]["properties"]["token"]["title"] == "Authentication key"


def test_a_secret_never_comes_back(furnished):
    """The page says since when a token is set and not which."""
    page = furnished.describe()
    assert page["values"] == {"base_url": "https://a.example"}
    assert page["secrets_set"] == [{"name": "token", "since": "2026-03-02T07:30:00Z"}]
    assert CANARY not in repr(page)


def test_the_environment_is_fixed(furnished):
    """What the environment sets is shown, read-only, and the token is not."""
    furnished.environ = {"CARLOOP_BASE_URL": "https://env.example", "CARLOOP_TOKEN": CANARY}
    page = furnished.describe()
    assert (page["values"], page["fixed"]) == ({"base_url": "https://env.example"}, ["base_url", "token"])
    assert CANARY not in repr(page)


def test_saving_tests_the_connection(desk):
    """What was entered is kept, in one spelling, and the account's name comes back."""
    report = desk.save({"base_url": " HTTPS://a.example:443/ ", "token": f" {CANARY}\n", "station": "nord"})
    assert (report["ok"], codes(report)) == (True, ["saved", "connected"])
    assert "Autohaus Muster" in report["findings"][1]["message"]
    assert desk.state() == (StoredSettings("https://a.example", "nord"), CANARY)


def test_what_is_left_out_stays(furnished):
    """A name that is absent keeps its value, and so does an empty field for the token."""
    furnished.save({"station": "nord"})
    furnished.save({"base_url": "https://a.example", "token": ""})
    assert furnished.state() == (StoredSettings("https://a.example", "nord"), CANARY)


def test_null_deletes(furnished):
    """Null deletes a value and a secret."""
    report = furnished.save({"token": None})
    assert (report["ok"], codes(report)) == (False, ["saved", "not_configured"])
    assert furnished.state() == (STORED, None)
    furnished.save({"base_url": None})
    assert furnished.state() == (StoredSettings(None), None)


def test_a_new_origin_drops_the_token(furnished):
    """The token does not follow to another Carloop; the report says to enter it again, nothing is called."""
    report = furnished.save({"base_url": "https://b.example"})
    assert (report["ok"], codes(report)) == (False, ["saved", "token_dropped", "not_configured"])
    assert furnished.state() == (StoredSettings("https://b.example"), None)
    assert furnished.connections == 0


@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_typed_address_needs_a_typed_token(desk, locale):
    """CARLOOP_TOKEN alone is not sent to an address typed on the page; page and report say what to set."""
    desk.environ = {"CARLOOP_TOKEN": CANARY}
    assert desk.describe(locale)["fixed"] == []
    assert desk.describe(locale)["help"].startswith("CARLOOP_TOKEN")
    report = desk.save({"base_url": "https://b.example"}, locale)
    assert (report["ok"], codes(report), desk.connections) == (False, ["saved", "not_configured"], 0)
    assert "CARLOOP_BASE_URL" in report["findings"][1]["message"]
    report = desk.save({"token": "typed"}, locale)
    assert (report["ok"], codes(report)) == (True, ["saved", "token_unused", "connected"])
    assert desk.describe(locale)["secrets_set"] != []


def test_a_new_path_keeps_the_token(furnished):
    """Another path of the same origin is the same Carloop."""
    report = furnished.save({"base_url": "https://a.example/planner"})
    assert (codes(report), furnished.state()[1]) == (["saved", "connected"], CANARY)


def test_a_new_origin_with_its_token(furnished):
    """Address and token entered together are kept together."""
    report = furnished.save({"base_url": "https://b.example", "token": "other"})
    assert (codes(report), furnished.state()) == (
        ["saved", "connected"],
        (StoredSettings("https://b.example"), "other"),
    )


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://carloop.example", "insecure_address"),
        ("http://127.0.0.1.evil.example", "insecure_address"),
        ("https://user:pass@carloop.example", "insecure_address"),
        ("carloop.example", "not_configured"),
        ("ftp://carloop.example", "not_configured"),
        ("https://", "not_configured"),
        ("https://a.example/?x=1", "not_configured"),
        ("nonsense", "not_configured"),
        ("https://[::1", "not_configured"),
    ],
)
@pytest.mark.parametrize("locale", ["de", "en"])
def test_an_address_that_must_not_be_used(furnished, address, code, locale):
    """An address that is none, or insecure, is refused and nothing is stored, the token in it included."""
    before = furnished.state()
    report = furnished.save({"base_url": address, "token": "other", "station": "nord"}, locale)
    assert (report["ok"], codes(report)) == (False, [code, "not_saved"])
    assert (furnished.state(), furnished.connections) == (before, 0)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8081", "http://localhost:8081", "http://[::1]:8081"])
def test_http_for_this_computer(desk, address):
    """Plain http is fine for this computer alone."""
    assert codes(desk.save({"base_url": address, "token": "x"})) == ["saved", "connected"]


def test_what_is_fixed_cannot_be_saved(furnished):
    """Saving a fixed setting changes nothing, the rest of the form included; the same value is no change."""
    furnished.environ = {"CARLOOP_TOKEN": "env-token", "CARLOOP_BASE_URL": "https://env.example"}
    before = furnished.state()
    for values in ({"token": "new", "station": "nord"}, {"base_url": None}, {"token": None}):
        report = furnished.save(values)
        assert (report["ok"], codes(report)) == (False, ["setting_fixed", "not_saved"])
        assert furnished.state() == before
    assert furnished.save({"base_url": "https://env.example", "station": "nord"})["ok"]
    assert furnished.state() == (StoredSettings("https://a.example", "nord"), CANARY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", 5),
        ("base_url", ["https://a.example"]),
        ("token", True),
        ("token", "two words"),
        ("token", "schlüssel"),
        ("token", "x" * 5000),
        ("station", 1.5),
        ("station", "a\nb"),
        ("colour", "red"),
        ("a/b~c", None),
    ],
)
def test_a_value_that_is_none(furnished, name, value):
    """A wrong type or an unknown name is an invalid document with its pointer, and nothing is stored."""
    before = furnished.state()
    with pytest.raises(Refused) as caught:
        furnished.save({"station": "nord", name: value})
    pointer = "/values/" + name.replace("~", "~0").replace("/", "~1")
    assert (caught.value.reason.code, caught.value.reason.pointer) == ("invalid_document", pointer)
    assert furnished.state() == before


def test_saved_although_carloop_is_away(desk):
    """Settings stay saved when Carloop cannot be reached just now."""
    desk.failure = CallFailed(Reason("unreachable"))
    report = desk.save({"base_url": "https://a.example", "token": CANARY})
    assert (report["ok"], codes(report)) == (False, ["saved", "unreachable"])
    assert desk.state() == (STORED, CANARY)


def test_a_token_without_an_address(desk):
    """A token is bound to an address, so it is not kept without one."""
    report = desk.save({"token": CANARY, "station": "nord"})
    assert codes(report) == ["not_configured", "not_saved"]
    assert desk.state() == (None, None)


def test_saving_with_a_broken_configuration_file(desk):
    """A broken configuration file is reported, and nothing is saved under it."""
    desk.environ = {"CARLOOP_CONFIG": str(desk.folder / "none.toml")}
    report = desk.save({"base_url": "https://a.example", "token": CANARY})
    assert (codes(report), desk.state()) == (["not_configured", "not_saved"], (None, None))


def check(desk, locale="en", **settings):
    given = {"base_url": "https://a.example", "token": CANARY} | settings
    return check_connection(SiteSettings(site=MAIN, **given), desk.connect, deadline=0, locale=locale)


def test_a_check_that_finds_nothing(desk):
    """A connection that works is ok and names the account."""
    report = check(desk, "de")
    assert (report["ok"], codes(report)) == (True, ["connected"])
    assert report["findings"][0]["message"] == "Verbunden mit Carloop, Konto „Autohaus Muster“."


def test_everything_that_is_missing(desk):
    """Address and token are both named when both are missing, and nothing is called."""
    report = check(desk, base_url=None, token=None)
    assert (report["ok"], codes(report), desk.connections) == (False, ["not_configured"] * 2, 0)


@pytest.mark.parametrize("seconds", [-3600, -61, 61, 3600])
def test_clocks_apart(desk, seconds):
    """Over a minute between the clocks is a warning that names the seconds; the connection is ok."""
    desk.account = account(skew=seconds)
    report = check(desk)
    assert (report["ok"], codes(report)) == (True, ["connected", "clock_skew"])
    assert str(abs(seconds)) in report["findings"][1]["message"]


def test_clocks_together(desk):
    """A minute and less is no finding."""
    desk.account = account(skew=60)
    assert codes(check(desk)) == ["connected"]


def test_a_station_that_is_not_there(desk):
    """A station Carloop does not know is an error that lists those it knows."""
    report = check(desk, station="west")
    assert (report["ok"], codes(report)) == (False, ["connected", "station_unknown"])
    assert "nord (Hamburg Nord), sued (Hamburg Süd)" in report["findings"][1]["message"]


PROBLEMS = [
    "not_authorised", "unreachable", "deadline_exceeded", "rate_limited", "invalid_answer", "rental_not_found"
]  # fmt: skip


@pytest.mark.parametrize("code", PROBLEMS)
@pytest.mark.parametrize("locale", ["de", "en"])
def test_each_failure_says_what_to_do(desk, code, locale):
    """Whatever keeps Carloop from answering is a sentence, with a hint what to do."""
    desk.failure = CallFailed(Reason(code))
    report = check(desk, locale)
    [finding] = report["findings"]
    assert (report["ok"], finding["code"], finding["severity"]) == (False, code, "error")
    assert finding["hint"].startswith("Bitte" if locale == "de" else "Please")
