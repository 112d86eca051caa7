"""`carloop settings`: show, set and test, and the token that is never shown."""

import stat

import pytest

from mobility_schemas import validate

CANARY = "canary-token-0815"


@pytest.fixture
def entered(run, plugin_environment, sandbox):
    """Save address and token, the token from standard input; give the path of the records."""
    ran = run("settings", "set", "--base-url", sandbox.url, "--token-stdin", given=f"{sandbox.token}\n")
    assert ran.code == 0
    return plugin_environment


def codes(ran):
    """Return the codes of a report's findings."""
    return [each["code"] for each in ran.document["findings"]]


def test_what_was_entered_works(run, entered, sandbox):
    """What was saved is shown without the token, and the connection works."""
    shown, report = run("settings", "show", "--json"), run("settings", "test", "--json")
    validate(shown.document, "provider_settings")
    assert shown.document["values"] == {"base_url": sandbox.url}
    assert [each["name"] for each in shown.document["secrets_set"]] == ["token"]
    validate(report.document, "check_report")
    assert (report.code, report.document["ok"], len(report.out.splitlines())) == (0, True, 1)
    page = run("--lang", "de", "settings", "show")
    assert "gesetzt seit" in page.out
    assert "https://www.carloop.info" in page.err
    assert sandbox.token not in shown.text + report.text + page.text
    secrets = entered.with_name(f"{entered.name}.secrets.json")
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


def test_a_wrong_or_missing_token(run, entered):
    """It is saved or deleted all the same; the report says what is wrong then, and the command exits 1."""
    wrong = run("settings", "set", "--token-stdin", "--json", given=CANARY)
    assert (wrong.code, wrong.document["ok"], codes(wrong)) == (1, False, ["saved", "not_authorised"])
    assert CANARY not in wrong.text
    deleted = run("settings", "set", "--delete", "token", "--json")
    assert (deleted.code, codes(deleted)) == (1, ["saved", "not_configured"])


def test_the_token_from_the_environment(run, plugin_environment, sandbox, monkeypatch):
    """CARLOOP_TOKEN can be taken over into the settings."""
    monkeypatch.setenv("CARLOOP_TOKEN", sandbox.token)
    assert run("settings", "set", "--base-url", sandbox.url, "--token-env").code == 0
    monkeypatch.delenv("CARLOOP_TOKEN", raising=False)
    assert run("settings", "test").code == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [("\n", 2), ("two words", 1), ("schlüssel", 1)],
    ids=["nothing", "a blank", "an umlaut"],
)
def test_what_is_no_token(run, plugin_environment, given, code):
    """An empty input is a mistake; what cannot be a token is refused without being repeated."""
    ran = run("settings", "set", "--base-url", "https://a.example", "--token-stdin", given=given)
    assert ran.code == code
    assert given.strip() == "" or given not in ran.out + ran.err
    assert run("settings", "show", "--json").document["values"] == {}


def test_a_broken_configuration_file(run, plugin_environment, monkeypatch, tmp_path):
    """A broken configuration file is named with its line, everywhere."""
    config = tmp_path / "config.toml"
    config.write_text("[sites.nord]\nbase_url = \n")
    monkeypatch.setenv("CARLOOP_CONFIG", str(config))
    for words in (("settings", "test"), ("settings", "show"), ("classes",), ("doctor",)):
        ran = run(*words)
        assert (ran.code, str(config) in ran.text, "line 2" in ran.text) == (1, True, True), words


def test_an_unknown_station(run, entered):
    """Saving, testing, the doctor and a search all say that there is no such station, and which there are."""
    saved = run("settings", "set", "--station", "Karlsruhe Mitte", "--json")
    for ran in (saved, run("settings", "test", "--json"), run("doctor", "--json")):
        found = {each["code"]: each["message"] for each in ran.document["findings"]}
        assert (ran.code, ran.document["ok"], "karlsruhe" in found["station_unknown"]) == (1, False, True)
    searched = run("search", "--start", "2031-03-02 08:30", "--end", "2031-03-03 17:00", "--json")
    assert (searched.code, searched.document["code"]) == (1, "not_configured")
    assert "karlsruhe" in searched.document["detail"]
