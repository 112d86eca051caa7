"""Each mistake in the settings is one clear sentence with what to do, in German and English."""

import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from carloop_plugin import plugin
from mobility_hookspecs import MobilityHost
from mobility_schemas import validate


class WebPage(BaseHTTPRequestHandler):
    """A web page, whatever is asked."""

    def do_GET(self):
        body = b"<!doctype html><title>Carloop</title><p>Willkommen"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def serving(context=None):
    """Serve the page on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), WebPage)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a refused handshake is no news
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


def told(check, **settings):
    """Give the code, and message and hint in both languages; each must be a sentence and say what to do."""
    words = {}
    for locale, please in (("de", "Bitte"), ("en", "lease")):
        report = check(locale, **settings)
        [finding] = report["findings"]
        assert report["ok"] is False
        words[locale] = f"{finding['message']} {finding.get('hint', '')}".strip()
        assert please in words[locale]
        assert words[locale].endswith(".")
    assert words["de"] != words["en"]
    return finding["code"], words["de"], words["en"]


def test_a_token_alone(check, monkeypatch):
    """CARLOOP_TOKEN reaches nobody whose address was typed on the page."""
    met = []
    monkeypatch.setattr(WebPage, "do_GET", lambda page: met.append(page.headers["Authorization"]))
    with serving() as port, MobilityHost.of(plugin) as host:
        monkeypatch.setenv("CARLOOP_TOKEN", "canary-token")
        values = {"base_url": f"http://127.0.0.1:{port}"}
        host.save_settings({"provider": "carloop", "site": "main", "values": values})
        code, german, _ = told(check, token="canary-token")
        found = host.mobility_filters("main").failures
    assert (code, "CARLOOP_BASE_URL" in german, met) == ("not_configured", True, [])
    assert "CARLOOP_BASE_URL" in found[0].problem["detail"]


def test_no_token(check, sandbox):
    """No token: where in Carloop it is found."""
    code, german, _ = told(check, base_url=sandbox.url)
    assert code == "not_configured"
    assert "Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten" in german


def test_no_address(check):
    """No address: it is missing."""
    code, german, _ = told(check, token="x")
    assert (code, "Webadresse" in german) == ("not_configured", True)


@pytest.mark.parametrize(
    "address", ["nonsense", "carloop.example", "ftp://a.example", "https://", "https://a b"]
)
def test_no_address_at_all(check, address):
    """What is no address is told as such."""
    assert told(check, base_url=address, token="x")[0] == "not_configured"


def test_nobody_there(check):
    """A wrong address: nobody answers there."""
    assert told(check, base_url="http://127.0.0.1:9", token="x")[0] == "unreachable"


@pytest.mark.parametrize("address", ["http://carloop.example", "http://192.0.2.1:8081"])
def test_without_encryption(check, address):
    """http to a foreign host is refused before anything is sent."""
    code, german, _ = told(check, base_url=address, token="x")
    assert (code, "https" in german) == ("insecure_address", True)


def test_an_expired_certificate(check, tmp_path):
    """An expired TLS certificate is named."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    expired = authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    expired.configure_cert(context)
    config = tmp_path / "config.toml"
    config.write_text('ca_file = "ca.pem"\n')
    with serving(context) as port:
        settings = {"base_url": f"https://127.0.0.1:{port}", "token": "x", "config": str(config)}
        code, german, english = told(check, **settings)
    assert code == "unreachable"
    assert "abgelaufen" in german
    assert "expired" in english


def test_an_authority_nobody_knows(check):
    """A certificate of an unknown authority is refused, and named as the cause."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with serving(context) as port:
        code, german, _ = told(check, base_url=f"https://127.0.0.1:{port}", token="x")
    assert (code, "Zertifikat" in german) == ("unreachable", True)


def test_a_web_page(check):
    """A web page instead of the interface is told as such."""
    with serving() as port:
        code, german, _ = told(check, base_url=f"http://127.0.0.1:{port}", token="x")
    assert (code, "Webseite" in german) == ("invalid_answer", True)


def test_a_path_too_many(check, sandbox):
    """A path under which there is no interface is told as an address to check."""
    code, german, _ = told(check, base_url=f"{sandbox.url}/wrong", token=sandbox.token)
    assert (code, "Webadresse" in german) == ("unreachable", True)


def test_a_wrong_token(check, sandbox):
    """A wrong token: renew it, and where."""
    code, german, _ = told(check, base_url=sandbox.url, token="wrong")
    assert (code, "Werkstattplaner Schnittstelle" in german) == ("not_authorised", True)


def test_the_address_of_the_interface_itself(check, sandbox):
    """An address pasted with the interface's own path works."""
    report = check("de", base_url=f"{sandbox.url}/api/planner/v1/", token=sandbox.token)
    assert (report["ok"], report["findings"][0]["code"]) == (True, "connected")


def test_a_misspelt_key(check, sandbox, tmp_path):
    """A key of the configuration file that means nothing is a warning, the connection is ok."""
    config = tmp_path / "config.toml"
    config.write_text('staton = "nord"\n')
    report = check("de", base_url=sandbox.url, token=sandbox.token, config=str(config))
    assert (report["ok"], [each["code"] for each in report["findings"]]) == (
        True,
        ["unknown_setting", "connected"],
    )
