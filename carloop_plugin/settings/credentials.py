"""Where the tokens entered on the settings page are kept: the keyring, or a file only its owner can read."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from carloop_plugin.domain.accounts import TOKEN, StoredToken
from carloop_plugin.domain.failures import ConfigurationProblem
from carloop_plugin.domain.store_location import is_shared_store
from carloop_plugin.domain.values import Site, format_instant, parse_instant
from carloop_plugin.ports import Credentials
from mobility_hookspecs.authoring.forking import renew_in_child

if TYPE_CHECKING:
    from types import ModuleType

_LOG = logging.getLogger(__name__)
_WRITING = Lock()
_LARGEST = 1 << 20
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_credentials(store_location: str) -> Credentials:
    """Return the place for a store's tokens: the keyring where one works, else a file beside the store.

    A PostgreSQL store has no folder, so its file lies in the user's data folder. No two stores share tokens.
    Nothing is opened or imported before a token is asked for: one from the environment needs neither.
    """
    return KeyringOrFile(store_location)


def secrets_path(store_location: str) -> Path:
    """Return the path of the secrets file that belongs to a store."""
    if not is_shared_store(store_location):
        return Path(f"{store_location}.secrets.json")
    from platformdirs import user_data_path

    return user_data_path("carloop", appauthor=False) / f"{_digest(store_location)}.secrets.json"


def has_keyring() -> bool:
    """Return whether the optional package `keyring` is installed."""
    return find_spec("keyring") is not None


@dataclass(frozen=True, slots=True)
class SecretsFile:
    """Tokens in a JSON file of mode 0600, replaced as a whole, so that it is never half written.

    A file that others could read is closed to them at the next use; one that belongs to somebody else, is no
    plain file or cannot be understood is refused with `ConfigurationProblem`.
    """

    path: Path

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self.path)

    def token(self, site: Site) -> StoredToken | None:
        """Return a site's token; None where none is kept."""
        entry = self._read().get(site)
        return None if entry is None else _from_entry(entry)

    def keep_token(self, site: Site, token: StoredToken) -> None:
        """Keep a token in place of the site's old one."""
        with self._alone():
            self._write({**self._read(), site: _to_entry(token)})

    def forget_token(self, site: Site) -> None:
        """Drop a site's token; dropping none is fine."""
        if not self._read():
            return
        with self._alone():
            entries = self._read()
            if entries.pop(site, None) is not None:
                self._write(entries)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other writers out, so that two sites saved at once are both kept."""
        with _WRITING, ExitStack() as stack:
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _lock(stack, self.path.with_name(f"{self.path.name}.lock"))
            except (OSError, ValueError):
                raise self._problem("unwritable", code="storage_failed") from None
            yield

    def _read(self) -> dict[str, object]:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise self._problem("unreadable") from None
        with os.fdopen(descriptor, "rb") as file:
            self._close_to_others(file.fileno())
            content = file.read(_LARGEST)
        try:
            entries = json.loads(content)  # never empty where the file is damaged: a save would overwrite it
        except (ValueError, RecursionError):
            raise self._problem("broken") from None
        if not isinstance(entries, dict):
            raise self._problem("broken")
        return entries

    def _close_to_others(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise self._problem("unreadable")
        if sys.platform == "win32":  # pragma: no cover - the profile's folder is the user's own there
            return
        if status.st_uid not in (os.geteuid(), 0):
            raise self._problem("foreign")
        if status.st_mode & _OTHERS:
            try:
                os.fchmod(descriptor, 0o600)
            except OSError:
                raise self._problem("open") from None

    def _write(self, entries: dict[str, object]) -> None:
        content = json.dumps(entries, indent=1).encode()
        try:
            # mkstemp makes the file with mode 0600, before anything is in it.
            descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        except OSError:
            raise self._problem("unwritable", code="storage_failed") from None
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
            _sync_folder(self.path.parent)
        except OSError:
            with suppress(OSError):
                Path(temporary).unlink()
            raise self._problem("unwritable", code="storage_failed") from None

    def _problem(self, why: str, *, code: str = "not_configured") -> ConfigurationProblem:
        return ConfigurationProblem(f"credentials.file_{why}", code=code, file=str(self.path))


@dataclass(frozen=True, slots=True)
class KeyringOrFile:
    """Tokens in the operating system's keyring; in a `SecretsFile` where there is none, or while it is locked."""

    store_location: str = field(repr=False)

    @property
    def place(self) -> str:
        """The place in use: `keyring` or the file's path."""
        return "keyring" if _working_keyring() else self._file.place

    def token(self, site: Site) -> StoredToken | None:
        """Return a site's token; None where none is kept."""
        other, found = self._file.token(site), None
        if keyring := _working_keyring():
            try:
                entry = keyring.get_password(self._service, site)
                found = None if entry is None else _from_entry(json.loads(entry))
            except Exception as error:  # noqa: BLE001 - back ends raise what they like: D-Bus, Win32, their own
                _log_unusable(error)
        # The file holds the newer one if the keyring was locked when it was entered.
        return max((t for t in (found, other) if t is not None), key=lambda t: t.since, default=None)

    def keep_token(self, site: Site, token: StoredToken) -> None:
        """Keep a token in place of the site's old one."""
        if (keyring := _working_keyring()) is None:
            self._file.keep_token(site, token)
            return
        try:
            keyring.set_password(self._service, site, json.dumps(_to_entry(token)))
        except Exception as error:  # noqa: BLE001 - as above
            _log_unusable(error)
            self._file.keep_token(site, token)
        else:
            self._file.forget_token(site)

    def forget_token(self, site: Site) -> None:
        """Drop a site's token; dropping none is fine. Raise `ConfigurationProblem` where it stays."""
        # The file first: the keyring may raise, and a token in either would still be used.
        self._file.forget_token(site)
        if (keyring := _working_keyring()) is None:
            return
        try:
            if keyring.get_password(self._service, site) is not None:
                keyring.delete_password(self._service, site)
        except Exception as error:  # noqa: BLE001 - as above
            _log_unusable(error)
            raise ConfigurationProblem("credentials.keyring_keeps", code="storage_failed") from None

    @property
    def _file(self) -> SecretsFile:
        return SecretsFile(secrets_path(self.store_location))

    @property
    def _service(self) -> str:
        return f"carloop-plugin {_digest(self.store_location)}"


def _working_keyring() -> ModuleType | None:
    """Return the keyring module if it is installed and has a back end that keeps anything."""
    if not has_keyring():
        return None
    try:
        import keyring
        from keyring.backends import chainer, fail, null

        backend = keyring.get_keyring()
    except Exception as error:  # noqa: BLE001 - a broken keyring configuration must not stop a planner
        _log_unusable(error)
        return None
    if isinstance(backend, fail.Keyring | null.Keyring):
        return None
    if isinstance(backend, chainer.ChainerBackend) and not backend.backends:
        return None
    return keyring


def _digest(store_location: str) -> str:
    return hashlib.sha256(store_location.encode()).hexdigest()[:16]


def _log_unusable(error: Exception) -> None:
    # Only the kind of error: its text may hold what was to be kept.
    _LOG.info("the keyring cannot be used (%s), the secrets file is used instead", type(error).__name__)


def _to_entry(token: StoredToken) -> dict[str, str]:
    return {"token": token.value, "origin": token.origin, "since": format_instant(token.since)}


def _from_entry(entry: object) -> StoredToken | None:
    """Read an entry; None for one that holds no token, whoever wrote it."""
    if not isinstance(entry, dict):
        return None
    value, origin, since = entry.get("token"), entry.get("origin"), entry.get("since")
    if not (isinstance(value, str) and isinstance(origin, str) and isinstance(since, str)):
        return None
    if not TOKEN.fullmatch(value):
        return None
    with suppress(ValueError):
        return StoredToken(value=value, origin=origin, since=parse_instant(since))
    return None


def _lock(stack: ExitStack, path: Path) -> None:
    if sys.platform == "win32":  # pragma: no cover - one process a user is what there is to expect there
        return
    import fcntl

    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    stack.callback(os.close, descriptor)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    # A child forked meanwhile has the file open too, so closing it here would not give the lock back.
    stack.callback(fcntl.flock, descriptor, fcntl.LOCK_UN)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # pragma: no cover - folders cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _renew() -> None:
    global _WRITING
    _WRITING = Lock()


renew_in_child(_renew)
