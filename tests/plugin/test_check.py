"""Testing a site's connection: each mistake is one sentence that says what to do, in German and English."""

import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from carloop_plugin import plugin
from carloop_plugin.check import check_connection
from carloop_plugin.model import Account, AccountId, CallFailed, Reason, Site, SiteSettings, Station
from mobility_hookspecs import MobilityHost
from mobility_schemas import validate


class WebPage(BaseHTTPRequestHandler):
    """A web server that answers every request with a page."""

    def do_GET(self):
        body = b"<!doctype html><title>Carloop</title><p>Willkommen"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002 - the base class's name
        """Log nothing."""


@contextmanager
def serving(context=None):
    """Serve the page on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), WebPage)
    server.handle_error = lambda *_: None  # a refused handshake is expected
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
    "a wrong token": (
        {"base_url": "{carloop}", "token": "wrong"},
        "not_authorised",
        "Werkstattplaner Schnittstelle",
    ),
}


@pytest.mark.parametrize(("settings", "code", "german"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_what_to_do(check, sandbox, settings, code, german):
    """One finding with its code; the German sentence names what to look at."""
    with serving() as port:
        places = {"carloop": sandbox.url, "token": sandbox.token, "page": f"http://127.0.0.1:{port}"}
        found = find_mistake(check, **{name: value.format(**places) for name, value in settings.items()})
    assert (found[0], german in found[1]) == (code, True)


def test_a_token_alone(check, monkeypatch):
    """CARLOOP_TOKEN reaches nobody whose address was typed on the page."""
    met = []
    monkeypatch.setattr(WebPage, "do_GET", lambda page: met.append(page.headers["Authorization"]))
    with serving() as port, MobilityHost.of(plugin) as host:
        monkeypatch.setenv("CARLOOP_TOKEN", "canary-token")
        values = {"base_url": f"http://127.0.0.1:{port}"}
        host.save_settings({"provider": "carloop", "site": "main", "values": values})
        code, german = find_mistake(check, token="canary-token")
        found = host.mobility_filters("main").failures
    assert (code, "CARLOOP_BASE_URL" in german, met) == ("not_configured", True, [])
    assert "CARLOOP_BASE_URL" in found[0].problem["detail"]


@pytest.mark.parametrize(
    ("is_known", "days", "german"),
    [(True, -1, "abgelaufen"), (False, 1, "Zertifikat")],
    ids=["old", "foreign"],
)
def test_a_certificate_that_cannot_be_trusted(check, tmp_path, is_known, days, german):
    """An expired certificate, or one of an unknown authority, is named as the cause."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) + timedelta(days=days)).configure_cert(
        context
    )
    config = tmp_path / "config.toml"
    config.write_text('ca_file = "ca.pem"\n' if is_known else "")
    with serving(context) as port:
        url = f"https://127.0.0.1:{port}"
        code, words = find_mistake(check, base_url=url, token="x", config=str(config))
    assert (code, german in words) == ("unreachable", True)


def test_a_misspelt_key(check, sandbox, tmp_path):
    """An unknown key of the configuration file is a warning; the connection is ok."""
    config = tmp_path / "config.toml"
    config.write_text('staton = "nord"\n')
    report = check("de", base_url=sandbox.url, token=sandbox.token, config=str(config))
    assert (report["ok"], codes(report)) == (True, ["unknown_setting", "connected"])


class FakeCarloop:
    """A Carloop with a clock ahead of ours, or one that fails."""

    def __init__(self, skew=0, failure=None):
        self.skew = timedelta(seconds=skew)
        self.failure = failure

    def read_account(self, *, deadline):
        if self.failure is not None:
            raise CallFailed(Reason(self.failure))
        stations = (Station("nord", "Hamburg Nord"), Station("sued", "Hamburg Süd"))
        return Account(
            AccountId("a1"), "Autohaus Muster", "Europe/Berlin", stations, datetime.now(UTC), self.skew
        )


def check_fake(carloop, locale="en", **settings):
    """Test the connection to a fake Carloop."""
    given = {"base_url": "https://a.example", "token": "x"} | settings
    return check_connection(
        SiteSettings(site=Site("main"), **given), lambda _: carloop, deadline=0, locale=locale
    )


def codes(report):
    return [finding["code"] for finding in report["findings"]]


def test_a_connection_that_works():
    """The report is ok and names the account."""
    report = check_fake(FakeCarloop(), "de")
    assert (report["ok"], codes(report)) == (True, ["connected"])
    assert report["findings"][0]["message"] == "Verbunden mit Carloop, Konto „Autohaus Muster“."


def test_everything_that_is_missing():
    """Address and token are both named when both are missing, and nothing is called."""
    report = check_fake(None, base_url=None, token=None)
    assert (report["ok"], codes(report)) == (False, ["not_configured"] * 2)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3600, "3600"), (-61, "61"), (-60, None), (60, None), (61, "61"), (3600, "3600")],
)
def test_clock_skew(seconds, words):
    """Over a minute between the clocks is a warning that names the seconds; the connection is ok."""
    report = check_fake(FakeCarloop(skew=seconds))
    assert (report["ok"], codes(report)) == (True, ["connected"] + ["clock_skew"] * (words is not None))
    assert (words or "") in report["findings"][-1]["message"]


def test_a_station_that_does_not_exist():
    """A station Carloop does not know is an error that lists those it knows."""
    report = check_fake(FakeCarloop(), station="west")
    assert (report["ok"], codes(report)) == (False, ["connected", "station_unknown"])
    assert "nord (Hamburg Nord), sued (Hamburg Süd)" in report["findings"][1]["message"]


@pytest.mark.parametrize(
    "code", ["not_authorised", "unreachable", "deadline_exceeded", "rate_limited", "invalid_answer"]
)
@pytest.mark.parametrize(("locale", "please"), [("de", "Bitte"), ("en", "Please")])
def test_each_failure_has_a_hint(code, locale, please):
    """Whatever keeps Carloop from answering is an error with a hint what to do."""
    report = check_fake(FakeCarloop(failure=code), locale)
    [finding] = report["findings"]
    assert (report["ok"], finding["code"], finding["severity"]) == (False, code, "error")
    assert finding["hint"].startswith(please)
