"""`carloop settings`: show, set and test, and the token that is never shown."""

import json
import stat
from pathlib import Path

import pytest

from mobility_schemas import validate

CANARY = "canary-token-0815"


@pytest.fixture
def entered(run, plugin_environment, sandbox):
    """Have address and token saved, the token from standard input."""
    ran = run("settings", "set", "--base-url", sandbox.url, "--token-stdin", given=f"{sandbox.token}\n")
    assert ran.code == 0
    return plugin_environment


def test_what_was_entered_works(run, entered, sandbox):
    """What was saved is shown without the token, and the connection works."""
    shown = run("settings", "show", "--json")
    validate(shown.document, "provider_settings")
    assert shown.document["values"] == {"base_url": sandbox.url}
    assert [each["name"] for each in shown.document["secrets_set"]] == ["token"]
    report = run("settings", "test", "--json")
    validate(report.document, "check_report")
    assert (report.code, report.document["ok"]) == (0, True)
    assert sandbox.token not in shown.out + shown.err + report.out + run("settings", "show").out


def test_the_token_is_in_one_place(entered, sandbox):
    """The token is in the secrets file alone, which only its owner can read."""
    holders = [
        path
        for path in entered.parent.rglob("*")
        if path.is_file() and sandbox.token.encode() in path.read_bytes()
    ]
    assert holders == [Path(f"{entered}.secrets.json")]
    assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600


def test_the_page_in_german(run, entered):
    """A person sees the words of the planner's screen."""
    ran = run("--lang", "de", "settings", "show")
    assert all(word in ran.out for word in ("Webadresse", "Authentifizierungsschlüssel", "gesetzt seit"))
    assert "Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten" in ran.err
    assert "https://www.carloop.info" in ran.err


def test_a_wrong_token(run, entered, sandbox):
    """A wrong token is told with what to do, and exits 1."""
    ran = run("settings", "set", "--token-stdin", "--json", given=CANARY)
    assert (ran.code, ran.document["ok"]) == (1, False)
    assert [each["code"] for each in ran.document["findings"]] == ["saved", "not_authorised"]
    assert CANARY not in ran.out + ran.err


def test_the_token_from_the_environment(run, plugin_environment, sandbox, monkeypatch):
    """CARLOOP_TOKEN can be taken over into the settings."""
    monkeypatch.setenv("CARLOOP_TOKEN", sandbox.token)
    ran = run("settings", "set", "--base-url", sandbox.url, "--token-env")
    assert ran.code == 0
    monkeypatch.delenv("CARLOOP_TOKEN", raising=False)
    assert run("settings", "test").code == 0


def test_what_the_environment_sets_cannot_be_saved(run, configured, sandbox):
    """A setting that the environment fixes is refused, and nothing is stored."""
    ran = run("settings", "set", "--base-url", "https://other.example", "--json")
    assert (ran.code, ran.document["findings"][0]["code"]) == (1, "setting_fixed")
    shown = run("settings", "show", "--json").document
    assert (shown["values"]["base_url"], shown["fixed"]) == (sandbox.url, ["base_url", "token"])


def test_delete(run, entered):
    """A setting can be deleted; the report says what is missing then."""
    ran = run("settings", "set", "--delete", "token", "--json")
    assert (ran.code, [each["code"] for each in ran.document["findings"]]) == (1, ["saved", "not_configured"])


def test_an_address_without_encryption(run, plugin_environment):
    """http to another computer is refused in a sentence, and nothing is stored."""
    ran = run("--lang", "de", "settings", "set", "--base-url", "http://carloop.example")
    assert (ran.code, "insecure_address" in ran.out, "https://" in ran.out) == (1, True, True)
    assert run("settings", "show", "--json").document["values"] == {}


@pytest.mark.parametrize("given", ["", "\n"])
def test_no_token_on_standard_input(run, plugin_environment, given):
    """An empty standard input is a mistake, not a token."""
    assert run("settings", "set", "--token-stdin", given=given).code == 2


@pytest.mark.parametrize("given", ["two words", "schlüssel", "a\tb", "a\nb"])
def test_what_is_no_token(run, plugin_environment, given):
    """What cannot be a token is refused without being repeated."""
    ran = run("settings", "set", "--base-url", "https://a.example", "--token-stdin", "--json", given=given)
    assert ran.code == 1
    assert given not in ran.out + ran.err
    assert run("settings", "show", "--json").document["values"] == {}


def test_several_sites(run, plugin_environment, sandbox, monkeypatch, tmp_path):
    """A site of the configuration file has its own; the environment serves the others."""
    (tmp_path / "nord.token").write_text(sandbox.token)
    config = tmp_path / "config.toml"
    config.write_text(f'[sites.nord]\nbase_url = "{sandbox.url}"\ntoken_file = "nord.token"\n')
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))
    codes = [run("settings", "test", "--site", site).code for site in ("nord", "west")]
    assert codes == [0, 1]
    assert run("--site", "nord", "classes").code == 0


def test_a_broken_configuration_file(run, plugin_environment, monkeypatch, tmp_path):
    """A broken configuration file is named with its line, everywhere."""
    config = tmp_path / "config.toml"
    config.write_text("[sites.nord]\nbase_url = \n")
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))
    for words in (("settings", "test"), ("settings", "show"), ("classes",), ("doctor",)):
        ran = run(*words)
        assert (ran.code, str(config) in ran.out + ran.err, "line 2" in ran.out + ran.err) == (1, True, True)


def test_the_report_is_one_document(run, entered):
    """`--json` prints one line that is one document."""
    assert len(run("settings", "test", "--json").out.splitlines()) == 1
    assert json.loads(run("settings", "test", "--json").out)["provider"] == "carloop"


@pytest.mark.parametrize("station", ["nowhere", "Karlsruhe Mitte"])
def test_a_station_by_a_wrong_id(run, entered, station):
    """Saving, testing, the doctor and a search all say that there is no such station, and which there are."""
    saved = run("settings", "set", "--station", station, "--json")
    tested, examined = run("settings", "test", "--json"), run("doctor", "--json")
    searched = run("search", "--start", "2031-03-02 08:30", "--end", "2031-03-03 17:00", "--json")
    for ran in (saved, tested, examined):
        found = {each["code"]: each["message"] for each in ran.document["findings"]}
        assert (ran.code, ran.document["ok"], "karlsruhe" in found["station_unknown"]) == (1, False, True)
    assert (searched.code, searched.document["code"]) == (1, "not_configured")
    assert "karlsruhe" in searched.document["detail"]
