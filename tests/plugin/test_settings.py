"""What is in force for a site."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from carloop_plugin.credentials import SecretsFile
from carloop_plugin.messages import text
from carloop_plugin.model import Site, SiteSettings, StoredSettings, StoredToken
from carloop_plugin.settings import ConfigurationProblem, Environment, site_settings, token_place

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
MAIN = Site("main")
CANARY = "canary-token-0815"


@dataclass
class SavedSettings:
    """A settings store in memory."""

    saved: dict[Site, StoredSettings] = field(default_factory=dict)

    def stored_settings(self, site: Site) -> StoredSettings | None:
        return self.saved.get(site)

    def save_settings(self, site: Site, settings: StoredSettings) -> None:
        self.saved[site] = settings


@pytest.fixture(autouse=True)
def empty_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the tester's own configuration out."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


@pytest.fixture
def secrets(tmp_path: Path) -> SecretsFile:
    return SecretsFile(tmp_path / "secrets.json")


@pytest.fixture
def in_force(tmp_path: Path, secrets: SecretsFile):
    """Give what is in force for a site under an environment, with what was saved."""

    def read(site: str = "main", *, saved: StoredSettings | None = None, **environ: str) -> SiteSettings:
        store = SavedSettings({Site(site): saved} if saved else {})
        environment = Environment.read({"CARLOOP_STORE": str(tmp_path / "s.sqlite3"), **environ})
        return site_settings(Site(site), environment=environment, store=store, credentials=secrets)

    return read


@pytest.fixture
def config(tmp_path: Path):
    """Write a configuration file and give its path."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "config.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_environment_wins_over_the_page(in_force) -> None:
    """The environment's address and token win over saved ones, and are fixed."""
    saved = StoredSettings(base_url="https://saved.example", station="nord")
    settings = in_force(saved=saved, CARLOOP_BASE_URL="https://env.example", CARLOOP_TOKEN=CANARY)
    assert (settings.base_url, settings.token, settings.station) == ("https://env.example", CANARY, "nord")
    assert settings.fixed == {"base_url", "token"}


@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_an_empty_variable_is_none(in_force, empty: str) -> None:
    """A variable that is empty counts as not set."""
    settings = in_force(CARLOOP_BASE_URL=empty, CARLOOP_TOKEN=empty)
    assert (settings.base_url, settings.token, settings.fixed) == (None, None, frozenset())


def test_the_saved_token_serves_its_origin_alone(in_force, secrets: SecretsFile) -> None:
    """A token entered for one Carloop is not sent to another."""
    secrets.keep_token(MAIN, StoredToken(value=CANARY, origin="https://a.example", since=NOW))
    there = in_force(saved=StoredSettings(base_url="https://A.example:443/planner/"))
    elsewhere = in_force(saved=StoredSettings(base_url="https://a.example.evil.example"))
    assert (there.token, there.token_since) == (CANARY, NOW)
    assert (elsewhere.token, elsewhere.token_since) == (None, None)


def test_a_site_with_an_entry_has_its_own(in_force, config, tmp_path: Path) -> None:
    """A site's entry wins over the environment, which serves the sites without one."""
    (tmp_path / "nord.token").write_text("token-of-nord\n")
    environ = {
        "CARLOOP_BASE_URL": "https://env.example",
        "CARLOOP_TOKEN": CANARY,
        "CARLOOP_CONFIG": config(
            '[sites.nord]\nbase_url = "https://nord.example"\ntoken_file = "nord.token"\nstation = "n1"\n'
        ),
    }
    nord, west = in_force("nord", **environ), in_force("west", **environ)
    assert (nord.base_url, nord.token, nord.station) == ("https://nord.example", "token-of-nord", "n1")
    assert (west.base_url, west.token, west.station) == ("https://env.example", CANARY, None)


def test_the_others_token_is_not_sent_to_a_sites_own_carloop(in_force, config) -> None:
    """CARLOOP_TOKEN does not go to the address of a site's own entry."""
    settings = in_force(
        "nord",
        CARLOOP_TOKEN=CANARY,
        CARLOOP_CONFIG=config('[sites.nord]\nbase_url = "https://nord.example"\n'),
    )
    assert settings.token is None


def test_an_entry_with_a_station_alone(in_force, config) -> None:
    """An entry that names a station alone uses the environment's Carloop."""
    settings = in_force(
        "nord",
        CARLOOP_BASE_URL="https://env.example",
        CARLOOP_TOKEN=CANARY,
        CARLOOP_CONFIG=config('[sites.nord]\nstation = "n1"\n'),
    )
    assert (settings.base_url, settings.token, settings.station) == ("https://env.example", CANARY, "n1")


def test_the_files_token_belongs_to_the_files_address(in_force, config, tmp_path: Path) -> None:
    """A default token_file is not sent where CARLOOP_BASE_URL leads away from the address beside it."""
    (tmp_path / "token").write_text(CANARY)
    path = config('base_url = "https://file.example"\ntoken_file = "token"\nca_file = "ca.pem"\n')
    assert in_force(CARLOOP_CONFIG=path).token == CANARY
    assert in_force(CARLOOP_CONFIG=path, CARLOOP_BASE_URL="https://other.example").token is None
    assert in_force(CARLOOP_CONFIG=path).ca_file == str(tmp_path / "ca.pem")


BROKEN_FILES = {
    "config_broken": 'base_url = "https://a.example"\ntoken_file = canary-secret\n',
    "config_not_text": b'base_url = "https://a.example"\nstation = "\xff"\n',
    "config_table": 'sites = "nord"\n',
    "config_not_a_word": "[sites.nord]\nstation = 5\n",
}


@pytest.mark.parametrize("key", BROKEN_FILES)
def test_a_broken_file_is_told(in_force, config, key: str) -> None:
    """A file that cannot be understood is a problem that names it, in both languages, without its content."""
    path = config(BROKEN_FILES[key])
    with pytest.raises(ConfigurationProblem) as caught:
        in_force(CARLOOP_CONFIG=path)
    reason = caught.value.reason
    assert (reason.code, reason.text) == ("not_configured", f"settings.{key}")
    for locale in ("de", "en"):
        words = text(reason.text, locale, dict(reason.params))
        assert path in words
        assert "canary" not in words


@pytest.mark.parametrize(("content", "place"), [("a = 1\nb = = 2\n", ("2", "5")), ("a = '", ("1", "1"))])
def test_the_line_is_named(in_force, config, content: str, place: tuple[str, str]) -> None:
    """The line and column of what is wrong are named, also at the file's end."""
    with pytest.raises(ConfigurationProblem) as caught:
        in_force(CARLOOP_CONFIG=config(content))
    params = dict(caught.value.reason.params)
    assert (params["line"], params["column"]) == place


def test_files_that_cannot_be_read(in_force, config, tmp_path: Path) -> None:
    """A missing file, a folder and a path that is none are told apart."""
    found = {}
    for name, path in {"missing": tmp_path / "none.toml", "folder": tmp_path, "odd": Path("a\0b")}.items():
        with pytest.raises(ConfigurationProblem) as caught:
            in_force(CARLOOP_CONFIG=str(path))
        found[name] = caught.value.reason.text
    assert found == {
        "missing": "settings.config_missing",
        "folder": "settings.config_folder",
        "odd": "settings.config_unreadable",
    }


@pytest.mark.parametrize("content", ["", "two words", "zeile\numbruch", "schlüssel", "x" * 5000])
def test_a_token_file_without_a_token(in_force, config, tmp_path: Path, content: str) -> None:
    """A file that holds no token is told, and what it holds is not."""
    (tmp_path / "token").write_text(content)
    with pytest.raises(ConfigurationProblem) as caught:
        in_force(CARLOOP_CONFIG=config('token_file = "token"\n'))
    assert caught.value.reason.text == "settings.token_file_content"
    assert content[:5] not in repr(caught.value.reason) or content == ""


def test_a_missing_token_file(in_force, config) -> None:
    """A token_file that is not there is a problem, not a missing token."""
    with pytest.raises(ConfigurationProblem) as caught:
        in_force(CARLOOP_CONFIG=config('token_file = "nowhere"\n'))
    assert caught.value.reason.text == "settings.token_file_missing"


@pytest.mark.parametrize("token", ["two words", "a\tb", "geheimnüs", "\udc80"])
def test_a_variable_that_holds_no_token(in_force, token: str) -> None:
    """CARLOOP_TOKEN with white space or umlauts is refused with a sentence that does not repeat it."""
    with pytest.raises(ConfigurationProblem) as caught:
        in_force(CARLOOP_TOKEN=token)
    assert caught.value.reason.text == "settings.token_variable"
    assert token not in repr(caught.value.reason)


def test_keys_that_mean_nothing(config) -> None:
    """A misspelt key is named, with its table."""
    path = config('base_ur = "x"\n[sites.nord]\nstaton = "y"\n')
    assert Environment.read({"CARLOOP_CONFIG": path}).config.unknown == ("base_ur", "sites.nord.staton")


def test_no_token_in_a_repr(in_force) -> None:
    """Neither the environment nor the settings show the token or a database's password."""
    environment = Environment.read(
        {"CARLOOP_TOKEN": CANARY, "CARLOOP_STORE": f"postgresql://u:{CANARY}@h/db"}
    )
    assert CANARY not in repr(environment)
    assert CANARY not in repr(in_force(CARLOOP_TOKEN=CANARY))
    assert environment.store_shown == "postgresql://h/db"


def test_the_store_is_a_file_in_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without CARLOOP_STORE the records are in the user's data folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Environment.read({}).store == str(tmp_path / "carloop" / "carloop.sqlite3")


def test_the_users_own_configuration_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_force) -> None:
    """Without CARLOOP_CONFIG the file in the user's configuration folder serves, if there is one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert in_force().base_url is None
    (tmp_path / "carloop").mkdir()
    (tmp_path / "carloop" / "config.toml").write_text('base_url = "https://own.example"\n')
    assert in_force().base_url == "https://own.example"


def test_relative_paths_are_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A relative CARLOOP_STORE is meant from where the program was started."""
    monkeypatch.chdir(tmp_path)
    assert Environment.read({"CARLOOP_STORE": "a/b.sqlite3"}).store == str(tmp_path / "a" / "b.sqlite3")


def test_the_tokens_place(config, secrets: SecretsFile, tmp_path: Path) -> None:
    """The token's place is the environment, the token file, or where the page's tokens are kept."""
    file = config('[sites.nord]\ntoken_file = "token"\n')
    places = [
        token_place(Site(site), Environment.read(environ), credentials=secrets)
        for site, environ in [
            ("main", {"CARLOOP_TOKEN": CANARY}),
            ("nord", {"CARLOOP_TOKEN": CANARY, "CARLOOP_CONFIG": file}),
            ("main", {"CARLOOP_CONFIG": file}),
        ]
    ]
    assert places == ["environment", str(tmp_path / "token"), secrets.place]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up the rights of root for a while, since root may read every file."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_one_may_not_read(in_force) -> None:
    """A configuration file without permission is told as such."""
    with TemporaryDirectory(prefix="carloop-config-") as folder:
        Path(folder).chmod(0o755)  # the file alone is in the way
        path = Path(folder) / "config.toml"
        path.touch(mode=0)
        with as_nobody(), pytest.raises(ConfigurationProblem) as caught:
            in_force(CARLOOP_CONFIG=str(path))
    assert caught.value.reason.text == "settings.config_no_permission"
