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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carloop_plugin.domain.accounts import TOKEN, StoredToken
from carloop_plugin.domain.failures import ConfigurationProblem
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.domain.values import Site
from carloop_plugin.instants import format_instant

if TYPE_CHECKING:
    from types import ModuleType

_LOG = logging.getLogger(__name__)
_LARGEST = 1 << 20


def secrets_path(store_location: str) -> Path:
    """Return the path of the secrets file that belongs to a store.

    A PostgreSQL store has no folder, so its file lies in the user's data folder. No two stores share tokens.
    """
    if not read_location(store_location).is_shared:
        return Path(f"{store_location}.secrets.json")
    from platformdirs import user_data_path

    return user_data_path("carloop", appauthor=False) / f"{_digest(store_location)}.secrets.json"


def has_keyring() -> bool:
    """Return whether the optional package `keyring` is installed."""
    return find_spec("keyring") is not None


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file by one that only its owner can read, so that it is never half written. Raise `OSError`."""
    # mkstemp makes the file with mode 0600, before anything is in it.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    if sys.platform != "win32":  # folders cannot be opened there
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file, which other processes wait for and other threads of this one."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if sys.platform == "win32":  # pragma: no cover - closing the file gives the lock back there
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            yield
            return
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            # A child forked meanwhile has the file open too, so closing it here would not give the lock back.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class SecretsFile:
    """Tokens in a JSON file of mode 0600, replaced as a whole.

    A file that others could read is closed to them at the next use; one that belongs to somebody else, is no
    plain file or cannot be understood is refused with `ConfigurationProblem`.
    """

    path: Path

    def token(self, site: Site) -> StoredToken | None:
        """Return a site's token; None where none is kept."""
        return _from_entry(self._read().get(site))

    def keep_token(self, site: Site, token: StoredToken) -> None:
        """Keep a token in place of the site's old one."""
        self._replace_entry(site, _to_entry(token))

    def forget_token(self, site: Site) -> None:
        """Drop a site's token; dropping none is fine."""
        if site in self._read():
            self._replace_entry(site, None)

    def _replace_entry(self, site: Site, entry: object) -> None:
        """Replace a site's entry, or drop it, while other writers are kept out: two sites saved at once are kept."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self.path.with_name(f"{self.path.name}.lock")):
                entries = {**self._read(), site: entry}
                kept = {each: entry for each, entry in entries.items() if entry is not None}
                replace_file(self.path, json.dumps(kept, indent=1).encode())
        except (OSError, ValueError):
            raise self._problem("unwritable", code="storage_failed") from None

    def _read(self) -> dict[str, object]:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise self._problem("unreadable") from None
        with os.fdopen(descriptor, "rb") as file:
            self._close_to_others(descriptor)
            content = file.read(_LARGEST)
        with suppress(ValueError, RecursionError):
            entries = json.loads(content)
            if isinstance(entries, dict):
                return entries
        raise self._problem("broken")  # not empty: a save would overwrite the other tokens

    def _close_to_others(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise self._problem("unreadable")
        if sys.platform == "win32":  # pragma: no cover - the profile's folder is the user's own there
            return
        if status.st_uid not in (os.geteuid(), 0):
            raise self._problem("foreign")
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            try:
                os.fchmod(descriptor, 0o600)
            except OSError:
                raise self._problem("open") from None

    def _problem(self, why: str, *, code: str = "not_configured") -> ConfigurationProblem:
        return ConfigurationProblem(f"credentials.file_{why}", code=code, file=str(self.path))


@dataclass(frozen=True, slots=True)
class KeyringOrFile:
    """Tokens in the operating system's keyring; in a `SecretsFile` where there is none, or while it is locked.

    Nothing is opened or imported before a token is asked for: one from the environment needs neither.
    """

    store_location: str = field(repr=False)

    @property
    def place(self) -> str:
        """The place in use: `keyring` or the file's path."""
        return "keyring" if _working_keyring() else str(self._file.path)

    def token(self, site: Site) -> StoredToken | None:
        """Return a site's token; None where none is kept."""
        other, found = self._file.token(site), None
        if keyring := _working_keyring():
            try:
                found = _from_entry(json.loads(keyring.get_password(self._service, site) or "null"))
            except Exception as error:  # noqa: BLE001 - back ends raise what they like: D-Bus, Win32, their own
                _log_unusable(error)
        # The file holds the newer one if the keyring was locked when it was entered.
        return max((t for t in (found, other) if t is not None), key=lambda t: t.since, default=None)

    def keep_token(self, site: Site, token: StoredToken) -> None:
        """Keep a token in place of the site's old one."""
        if keyring := _working_keyring():
            try:
                keyring.set_password(self._service, site, json.dumps(_to_entry(token)))
            except Exception as error:  # noqa: BLE001 - as above
                _log_unusable(error)
            else:
                self._file.forget_token(site)
                return
        self._file.keep_token(site, token)

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

        backend = keyring.get_keyring()
        # None that keeps nothing (`fail`, `null`, an empty chain) has a priority above zero, nor has a chain of one.
        return keyring if backend.priority > 0 or getattr(backend, "backends", None) else None
    except Exception as error:  # noqa: BLE001 - a broken keyring configuration must not stop a planner
        _log_unusable(error)
        return None


def _digest(store_location: str) -> str:
    return hashlib.sha256(store_location.encode()).hexdigest()[:16]


def _log_unusable(error: Exception) -> None:
    # Only the kind of error: its text may hold what was to be kept.
    _LOG.info("the keyring cannot be used (%s), the secrets file is used instead", type(error).__name__)


def _to_entry(token: StoredToken) -> dict[str, str]:
    return {"token": token.value, "origin": token.origin, "since": format_instant(token.since)}


def _from_entry(entry: Any) -> StoredToken | None:  # whatever somebody may have written there
    """Read an entry; None for one that holds no token."""
    with suppress(AttributeError, KeyError, TypeError, ValueError):
        since = datetime.fromisoformat(entry["since"])
        if TOKEN.fullmatch(entry["token"]) and since.tzinfo:
            return StoredToken(entry["token"], entry["origin"], since.astimezone(UTC))
    return None
