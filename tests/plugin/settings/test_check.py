"""Testing a site's connection: each mistake is one sentence that says what to do, in German and English."""

from datetime import timedelta

import pytest

from carloop_plugin import plugin
from carloop_plugin.contract.settings_documents import report_document
from carloop_plugin.domain.accounts import SiteSettings
from carloop_plugin.domain.values import Site
from carloop_plugin.settings.check import Report, check_connection
from mobility_hookspecs import MobilityHost
from mobility_schemas import validate
from tests.support.fakes import FakeCarloop
from tests.support.peer import run_server


@pytest.fixture
def web_server():
    """A web server that answers every request with a page."""
    page = b"<!doctype html><title>Carloop</title><p>Willkommen"
    with run_server() as server:
        yield server.does(lambda peer, _: peer.answer(200, page, content_type="text/html; charset=utf-8"))


@pytest.fixture
def check(plugin_environment, monkeypatch):
    """Test the connection as a host does, with settings from the environment."""

    def call(locale, **settings):
        for name in ("BASE_URL", "TOKEN", "CONFIG"):
            monkeypatch.delenv(f"CARLOOP_{name}", raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(f"CARLOOP_{name.upper()}", value)
        with MobilityHost.of(plugin) as host:
            report = host.check("carloop", "main", locale=locale)
        validate(report, "check_report")
        return dict(report)

    return call


def find_mistake(check, **settings):
    """Return the only finding's code and its German text; both languages must say what to do."""
    words = {}
    for locale, please in (("de", "Bitte"), ("en", "lease")):
        report = check(locale, **settings)
        [finding] = report["findings"]
        assert report["ok"] is False
        words[locale] = f"{finding['message']} {finding.get('hint', '')}".strip()
        assert please in words[locale]
        assert words[locale].endswith(".")
    assert words["de"] != words["en"]
    return finding["code"], words["de"]


WHERE_TO_FIND_IT = "Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten"
MISTAKES = {
    "no token": ({"base_url": "{carloop}"}, "not_configured", WHERE_TO_FIND_IT),
    "no address": ({"token": "x"}, "not_configured", "Webadresse"),
    "not an address": ({"base_url": "https://a b", "token": "x"}, "not_configured", "Webadresse"),
    "nobody there": ({"base_url": "http://127.0.0.1:9", "token": "x"}, "unreachable", "Webadresse"),
    "no encryption": ({"base_url": "http://192.0.2.1:8081", "token": "x"}, "insecure_address", "https"),
    "a web page": ({"base_url": "{page}", "token": "x"}, "invalid_answer", "Webseite"),
    "a wrong path": ({"base_url": "{carloop}/wrong", "token": "{token}"}, "unreachable", "Webadresse"),
    "a wrong token": ({"base_url": "{carloop}", "token": "no"}, "not_authorised", "Werkstattplaner"),
}


@pytest.mark.parametrize(("settings", "code", "german"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_what_to_do(check, sandbox, web_server, settings, code, german):
    """One finding with its code; the German sentence names what to look at."""
    places = {"carloop": sandbox.url, "token": sandbox.token, "page": web_server.url}
    found = find_mistake(check, **{name: value.format(**places) for name, value in settings.items()})
    assert (found[0], german in found[1]) == (code, True)


def test_a_token_alone(check, web_server, monkeypatch):
    """CARLOOP_TOKEN reaches nobody whose address was typed on the page."""
    with MobilityHost.of(plugin) as host:
        monkeypatch.setenv("CARLOOP_TOKEN", "canary-token")
        values = {"base_url": web_server.url}
        host.save_settings({"provider": "carloop", "site": "main", "values": values})
        code, german = find_mistake(check, token="canary-token")
        found = host.mobility_filters("main").failures
    assert (code, "CARLOOP_BASE_URL" in german, web_server.seen) == ("not_configured", True, [])
    assert "CARLOOP_BASE_URL" in found[0].problem["detail"]


def codes(report):
    return [finding["code"] for finding in report["findings"]]


def test_a_misspelt_key(check, sandbox, tmp_path):
    """An unknown key of the configuration file is a warning that names it; the connection is ok."""
    config = tmp_path / "config.toml"
    config.write_text('base_ur = "x"\n[sites.nord]\nstaton = "nord"\n')
    report = check("de", base_url=sandbox.url, token=sandbox.token, config=str(config))
    assert (report["ok"], codes(report)) == (True, ["unknown_setting", "unknown_setting", "connected"])
    named = zip(("base_ur", "sites.nord.staton"), report["findings"], strict=False)
    assert [key in finding["message"] for key, finding in named] == [True, True]


def check_fake(carloop, **settings):
    """Test the connection to a fake Carloop."""
    given = SiteSettings(site=Site("main"), **{"base_url": "https://a.example", "token": "x"} | settings)
    found = check_connection(given, carloop.connect, deadline=0)
    return report_document(Report(Site("main"), tuple(found)), locale="en")


CONNECTED = "Connected to Carloop, account “Autohaus Muster”."
STATIONS = "nord (Hamburg Nord), sued (Hamburg Süd)"
REPORTS = {
    "connected": (0, {}, ["connected"], CONNECTED),
    "station unknown": (0, {"station": "west"}, ["connected", "station_unknown"], STATIONS),
    "all missing": (0, {"base_url": None, "token": None}, ["not_configured"] * 2, ""),
    "clock a minute ahead": (60, {}, ["connected"], CONNECTED),
    "clock over a minute ahead": (61, {}, ["connected", "clock_skew"], "61"),
}


@pytest.mark.parametrize(("skew", "settings", "found", "words"), REPORTS.values(), ids=REPORTS)
def test_what_is_found(skew, settings, found, words):
    """A skew over a minute is a warning; each setting that is missing or wrong is an error."""
    report = check_fake(FakeCarloop(skew=timedelta(seconds=skew)), **settings)
    is_ok = not {"station_unknown", "not_configured"} & set(found)
    assert (report["ok"], codes(report)) == (is_ok, found)
    assert words in report["findings"][-1]["message"]
