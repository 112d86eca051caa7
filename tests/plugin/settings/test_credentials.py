"""Where the tokens entered on the settings page are kept."""

import json
import logging
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend

from carloop_plugin.domain.accounts import StoredToken
from carloop_plugin.domain.failures import ConfigurationProblem
from carloop_plugin.domain.values import Site
from carloop_plugin.settings import credentials
from carloop_plugin.settings.credentials import KeyringOrFile, SecretsFile
from tests.support.forking import fork

MAIN, NORD = Site("main"), Site("nord")
CANARY = "canary-token-0815"
TOKEN = StoredToken(value=CANARY, origin="https://a.example", since=datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
NEWER = StoredToken(value="newer", origin="https://a.example", since=datetime(2026, 3, 3, 7, 30, tzinfo=UTC))


class MemoryKeyring(KeyringBackend):
    """A keyring in memory that can be locked."""

    priority = 1

    def __init__(self):
        self.kept = {}
        self.locked = False

    def _open(self):
        if self.locked:
            raise RuntimeError(f"locked, said D-Bus, about {CANARY}")
        return self.kept

    def get_password(self, service, username):
        return self._open().get((service, username))

    def set_password(self, service, username, password):
        self._open()[service, username] = password

    def delete_password(self, service, username):
        del self._open()[service, username]


@pytest.fixture
def memory_keyring(no_keyring):
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    return backend


@pytest.fixture
def file(tmp_path):
    return SecretsFile(tmp_path / "folder" / "secrets.json")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_token_comes_back(file):
    """What is kept for a site is returned for it, and dropped with it; forgetting none makes no file."""
    file.forget_token(MAIN)
    assert not file.path.parent.exists()
    file.keep_token(MAIN, TOKEN)
    file.keep_token(NORD, NEWER)
    file.forget_token(NORD)
    assert (file.token(MAIN), file.token(NORD)) == (TOKEN, None)
    assert CANARY not in repr((file, TOKEN))


def test_only_the_owner_can_read(file):
    """The file has mode 0600 and the folder made for it 0700, from the start and after each use; no copy is left."""
    for site in (MAIN, NORD):
        file.keep_token(site, TOKEN)
        assert (mode(file.path), mode(file.path.parent)) == (0o600, 0o700)
    file.path.chmod(0o644)
    assert (file.token(MAIN), mode(file.path)) == (TOKEN, 0o600)
    assert sorted(p.name for p in file.path.parent.iterdir()) == ["secrets.json", "secrets.json.lock"]


def refusal(call, *arguments):
    """Return why a call is refused."""
    with pytest.raises(ConfigurationProblem) as caught:
        call(*arguments)
    return caught.value.reason


@pytest.mark.parametrize("content", ["{", "[]", "[" * 100_000], ids=["{", "[]", "[[["])
def test_a_broken_file(file, content):
    """A damaged file is a problem that names it, never an empty answer that a save would overwrite."""
    file.path.parent.mkdir()
    file.path.write_text(content)
    assert refusal(file.token, MAIN).text == "credentials.file_broken"
    assert refusal(file.keep_token, MAIN, TOKEN).text == "credentials.file_broken"


def test_a_file_that_must_not_be_used(file, tmp_path):
    """A symbolic link is not followed; where nothing can be written it is a failure of storage."""
    file.path.parent.mkdir()
    (tmp_path / "elsewhere.json").write_text("{}")
    file.path.symlink_to(tmp_path / "elsewhere.json")
    assert refusal(file.token, MAIN).text == "credentials.file_unreadable"
    below_a_file = SecretsFile(tmp_path / "elsewhere.json" / "secrets.json")
    assert refusal(below_a_file.keep_token, MAIN, TOKEN).code == "storage_failed"


@pytest.mark.parametrize("change", [None, {"token": None}, {"token": "two words"}, {"since": "2026-01-01"}])
def test_an_invalid_entry(file, change):
    """An entry that holds no token counts as none."""
    file.keep_token(MAIN, TOKEN)
    good = json.loads(file.path.read_text())["main"]
    file.path.write_text(json.dumps({"main": 5 if change is None else good | change}))
    assert file.token(MAIN) is None


def test_several_processes_lose_nothing(file):
    """Sites saved at once by several processes are all kept."""
    children = []
    for number in range(3):
        children.append(fork())
        if children[-1] == 0:
            try:
                for turn in range(20):
                    file.keep_token(Site(f"site-{number}-{turn}"), TOKEN)
            finally:
                os._exit(0)
    for child in children:
        os.waitpid(child, 0)
    assert len(json.loads(file.path.read_text())) == 60


def test_without_a_keyring_the_file_serves(tmp_path, monkeypatch):
    """It is beside the store; for PostgreSQL in the user's folder, under a name without the password."""
    store = str(tmp_path / "s.sqlite3")
    kept = KeyringOrFile(store)
    kept.keep_token(MAIN, TOKEN)
    assert (kept.place, mode(Path(f"{store}.secrets.json"))) == (f"{store}.secrets.json", 0o600)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    shared = KeyringOrFile(f"postgresql://user:{CANARY}@db.example/carloop")
    assert Path(shared.place).parent == tmp_path / "carloop"
    assert CANARY not in repr((shared, shared.place))


def test_the_keyring_comes_first(memory_keyring, tmp_path):
    """Where there is a keyring, tokens are in it and in no file; two stores do not share them."""
    one, two = (KeyringOrFile(str(tmp_path / name)) for name in ("one", "two"))
    one.keep_token(MAIN, TOKEN)
    assert (one.place, one.token(MAIN), two.token(MAIN)) == ("keyring", TOKEN, None)
    assert list(tmp_path.iterdir()) == []
    one.forget_token(MAIN)
    one.forget_token(MAIN)
    assert (one.token(MAIN), memory_keyring.kept) == (None, {})


def test_a_chain_of_one_keyring(memory_keyring, tmp_path, monkeypatch):
    """It serves as its only keyring does, although keyring itself puts it below none."""
    monkeypatch.setattr(ChainerBackend, "backends", [memory_keyring])
    keyring.set_keyring(ChainerBackend())
    kept = KeyringOrFile(str(tmp_path / "s"))
    kept.keep_token(MAIN, TOKEN)
    assert (kept.place, kept.token(MAIN), len(memory_keyring.kept)) == ("keyring", TOKEN, 1)


def test_keyring_is_not_installed(memory_keyring, tmp_path, monkeypatch):
    """Without the extra the file serves, though a back end may be there."""
    monkeypatch.setattr(credentials, "has_keyring", lambda: False)
    kept = KeyringOrFile(str(tmp_path / "s"))
    kept.keep_token(MAIN, TOKEN)
    assert (kept.place, kept.token(MAIN)) == (str(tmp_path / "s.secrets.json"), TOKEN)
    kept.forget_token(MAIN)
    assert (kept.token(MAIN), memory_keyring.kept) == (None, {})


def test_a_locked_keyring(memory_keyring, tmp_path, caplog):
    """The file serves meanwhile, the newest token counts afterwards; one that cannot be deleted is an error."""
    caplog.set_level(logging.DEBUG)
    kept = KeyringOrFile(str(tmp_path / "s"))
    kept.keep_token(MAIN, TOKEN)
    memory_keyring.locked = True
    assert kept.token(MAIN) is None
    assert refusal(kept.forget_token, MAIN).text == "credentials.keyring_keeps"
    kept.keep_token(MAIN, NEWER)
    assert kept.token(MAIN) == NEWER
    memory_keyring.locked = False
    assert kept.token(MAIN) == NEWER
    assert CANARY not in caplog.text
