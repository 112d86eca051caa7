"""Which settings are in force for a site: of the environment, a configuration file or the settings page."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from carloop_plugin.domain.accounts import StoredSettings, StoredToken
from carloop_plugin.domain.failures import ConfigurationProblem
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.domain.values import Site
from carloop_plugin.messages import text
from carloop_plugin.settings.credentials import SecretsFile
from carloop_plugin.settings.environment import Environment, missing_settings, site_settings
from tests.support.fakes import FakeSettingsStore

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
MAIN = Site("main")
CANARY = "canary-token-0815"


@pytest.fixture(autouse=True)
def empty_home(monkeypatch, tmp_path):
    """Keep the tester's own configuration out."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


@pytest.fixture
def secrets(tmp_path):
    return SecretsFile(tmp_path / "s.sqlite3.secrets.json")


@pytest.fixture
def in_force(tmp_path):
    """Read what is in force for a site under an environment, with what was saved."""

    def read(site="main", *, saved=None, **environ):
        store = FakeSettingsStore({Site(site): saved} if saved else {})
        environment = Environment.read({"CARLOOP_STORE": str(tmp_path / "s.sqlite3"), **environ})
        return site_settings(Site(site), environment=environment, store=store)

    return read


@pytest.fixture
def refusal(in_force):
    """Return why an environment is refused."""

    def read(**environ):
        with pytest.raises(ConfigurationProblem) as caught:
            in_force(**environ)
        return caught.value.reason

    return read


@pytest.fixture
def config(tmp_path):
    """Write a configuration file and return its path."""

    def write(content):
        path = tmp_path / "config.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_environment_wins_over_the_page(in_force):
    """The environment's address and token win over saved ones, and are fixed; an empty variable is none."""
    saved = StoredSettings(base_url="https://saved.example", station="nord")
    settings = in_force(saved=saved, CARLOOP_BASE_URL="https://env.example", CARLOOP_TOKEN=CANARY)
    assert (settings.base_url, settings.token, settings.station) == ("https://env.example", CANARY, "nord")
    assert settings.fixed == {"base_url", "token"}
    settings = in_force(saved=saved, CARLOOP_BASE_URL="  \n", CARLOOP_TOKEN="")
    assert (settings.base_url, settings.token, settings.fixed) == (saved.base_url, None, frozenset())


def test_the_saved_token_serves_its_origin_alone(in_force, secrets):
    """A token entered for one Carloop is not sent to another."""
    secrets.keep_token(MAIN, StoredToken(value=CANARY, origin="https://a.example", since=NOW))
    there = in_force(saved=StoredSettings(base_url="https://A.example:443/planner/"))
    elsewhere = in_force(saved=StoredSettings(base_url="https://a.example.evil.example"))
    assert (there.token, there.token_since) == (CANARY, NOW)
    assert (elsewhere.token, elsewhere.token_since) == (None, None)


def test_a_site_with_an_entry_has_its_own(in_force, config, tmp_path):
    """A site's entry wins over the environment, which serves what is not in it; paths start at the file."""
    (tmp_path / "nord.token").write_text("token-of-nord\n")
    nord = 'base_url = "https://nord.example"\ntoken_file = "nord.token"\nstation = "n1"\n'
    environ = {
        "CARLOOP_BASE_URL": "https://env.example",
        "CARLOOP_TOKEN": CANARY,
        "CARLOOP_CONFIG": config(f'ca_file = "ca.pem"\n[sites.nord]\n{nord}[sites.sued]\nstation = "s1"\n'),
    }
    found = [in_force(site, **environ) for site in ("nord", "sued", "west")]
    assert [(each.base_url, each.token, each.station) for each in found] == [
        ("https://nord.example", "token-of-nord", "n1"),
        ("https://env.example", CANARY, "s1"),
        ("https://env.example", CANARY, None),
    ]
    assert found[2].ca_file == str(tmp_path / "ca.pem")


ENV, FILE, OWN, TYPED = (f"https://{name}.example" for name in ("env", "file", "own", "typed"))
TOP = 'token_file = "top-token"\n'
AT_TOP = f'base_url = "{FILE}"\n'
NORD = '[sites.nord]\ntoken_file = "nord-token"\n'
AT_NORD = f'base_url = "{OWN}"\n'
VARIABLE = {"CARLOOP_TOKEN": "env-token"}
ADDRESS = {"CARLOOP_BASE_URL": ENV}
ALONE, ALONE_IN_FILE, ELSEWHERE = (
    f"settings.token_{why}" for why in ("alone_variable", "alone_file", "elsewhere")
)

WHERE_TOKENS_GO = {
    "variable-address-typed": (VARIABLE, "", TYPED, None, ALONE),
    "variable-with-its-address": (VARIABLE | ADDRESS, "", ENV, "env-token", None),
    "variable-address-of-the-file": (VARIABLE, AT_TOP, FILE, "env-token", None),
    "variable-and-files-token-address-typed": (VARIABLE, TOP, TYPED, None, ALONE),
    "variable-and-files-pair": (VARIABLE, AT_TOP + TOP, FILE, "env-token", None),
    "files-token-address-typed": ({}, TOP, TYPED, None, ALONE_IN_FILE),
    "files-pair": ({}, AT_TOP + TOP, FILE, "top-token", None),
    "files-token-address-of-the-variable": (ADDRESS, TOP, ENV, "top-token", None),
    "files-pair-another-address-of-the-variable": (ADDRESS, AT_TOP + TOP, ENV, None, ELSEWHERE),
    "sites-token-address-typed": ({}, NORD, TYPED, None, ALONE_IN_FILE),
    "sites-pair": ({}, NORD + AT_NORD, OWN, "nord-token", None),
    "sites-pair-wins": (VARIABLE | ADDRESS, AT_TOP + TOP + NORD + AT_NORD, OWN, "nord-token", None),
    "sites-token-address-of-the-file": ({}, AT_TOP + NORD, FILE, "nord-token", None),
    "sites-token-address-of-the-variable": (ADDRESS, NORD, ENV, "nord-token", None),
    "sites-token-files-address-another-of-the-variable": (ADDRESS, AT_TOP + NORD, ENV, None, ELSEWHERE),
    "sites-address-variable": (VARIABLE, "[sites.nord]\n" + AT_NORD, OWN, None, None),
    "sites-address-files-token": ({}, AT_TOP + TOP + "[sites.nord]\n" + AT_NORD, OWN, None, None),
    "another-sites-pair": (VARIABLE, "[sites.west]\n" + AT_NORD, TYPED, None, ALONE),
    "nothing": ({}, "", TYPED, None, None),
}


@pytest.mark.parametrize(
    ("environ", "file", "base_url", "token", "why"), WHERE_TOKENS_GO.values(), ids=WHERE_TOKENS_GO
)
def test_where_a_provided_token_goes(
    in_force, config, secrets, tmp_path, environ, file, base_url, token, why
):
    """A token of the environment or a file goes to an address that stands there too, never to one typed on a page."""
    for name in ("top-token", "nord-token"):
        (tmp_path / name).write_text(name)
    environ = {**environ, "CARLOOP_CONFIG": config(file)}
    typed = StoredSettings(base_url=TYPED)

    settings = in_force("nord", saved=typed, **environ)

    assert (settings.base_url, settings.token) == (base_url, token)
    assert ("token" in settings.fixed) == (token is not None)
    places = {None: None, "env-token": "environment"}
    assert settings.token_place == places.get(token, str(tmp_path / str(token)))
    assert settings.unused_token is None if why is None else settings.unused_token.text == why
    assert [each.text for each in missing_settings(settings)] == ([] if token else [why or "check.no_token"])
    # A token that was entered for the address in force serves it where no other does.
    secrets.keep_token(Site("nord"), StoredToken(value="typed-token", origin=base_url, since=NOW))
    assert in_force("nord", saved=typed, **environ).token == (token or "typed-token")


BROKEN_FILES = {
    "config_broken": (b'base_url = "https://a.example"\ntoken_file = canary-secret\n', ("2", "14")),
    "config_broken at its end": (b"a = '", ("1", "1")),
    "config_not_text": (b'base_url = "https://a.example"\nstation = "\xff"\n', ("2", None)),
    "config_table": (b'sites = "nord"\n', (None, None)),
    "config_not_a_string": (b"[sites.nord]\nstation = 5\n", (None, None)),
}


@pytest.mark.parametrize("key", BROKEN_FILES)
def test_a_broken_file(refusal, config, key):
    """It is named in both languages, where it can be with line and column, and its content is not shown."""
    content, place = BROKEN_FILES[key]
    path = config(content)
    reason = refusal(CARLOOP_CONFIG=path)
    params = dict(reason.params)
    assert (reason.code, reason.text) == ("not_configured", f"settings.{key.split()[0]}")
    assert (params.get("line"), params.get("column")) == place
    for locale in ("de", "en"):
        words = text(reason.text, locale, params)
        assert path in words
        assert "canary" not in words


def test_a_file_that_cannot_be_read(refusal, config, tmp_path, monkeypatch):
    """A missing file, a folder, an impossible path and one without read permission are told apart."""
    path = config("")
    for wrong, why in ((tmp_path / "none.toml", "missing"), (tmp_path, "folder"), ("a\0b", "unreadable")):
        assert refusal(CARLOOP_CONFIG=str(wrong)).text == f"settings.file_{why}"

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(CARLOOP_CONFIG=path).text == "settings.file_no_permission"


@pytest.mark.parametrize("content", [None, "", "two words", "schlüssel", "x" * 5000])
def test_a_token_file_without_a_token(refusal, config, tmp_path, content):
    """A file that is missing or holds no token is a problem, and what it holds is not shown."""
    if content is not None:
        (tmp_path / "token").write_text(content)
    reason = refusal(CARLOOP_CONFIG=config(AT_TOP + 'token_file = "token"\n'))
    assert reason.text == f"settings.{'file_missing' if content is None else 'token_file_content'}"
    assert not content or content[:5] not in repr(reason)


@pytest.mark.parametrize("token", ["two words", "\udc80"])
def test_a_variable_that_holds_no_token(refusal, token):
    """It is refused with a sentence that does not repeat it."""
    reason = refusal(CARLOOP_TOKEN=token, CARLOOP_BASE_URL=ENV)
    assert reason.text == "settings.token_variable"
    assert token not in repr(reason)


def test_where_the_store_is(monkeypatch, tmp_path):
    """In the user's data folder, or where CARLOOP_STORE says; a database's password is not shown."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Environment.read({}).store == str(tmp_path / "carloop" / "carloop.sqlite3")
    monkeypatch.chdir(tmp_path)
    assert Environment.read({"CARLOOP_STORE": "a/b.sqlite3"}).store == str(tmp_path / "a" / "b.sqlite3")
    shared = Environment.read({"CARLOOP_TOKEN": CANARY, "CARLOOP_STORE": f"postgresql://u:{CANARY}@h/db"})
    assert read_location(shared.store).shown == "postgresql://h/db"
    assert CANARY not in repr(shared)


def test_the_users_own_configuration_file(monkeypatch, tmp_path, in_force):
    """Without CARLOOP_CONFIG the file in the user's configuration folder serves, if there is one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert in_force().base_url is None
    (tmp_path / "carloop").mkdir()
    (tmp_path / "carloop" / "config.toml").write_text('base_url = "https://own.example"\n')
    assert in_force().base_url == "https://own.example"
