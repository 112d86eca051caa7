"""The settings in force for a site: from the environment and the configuration file, then from the settings page.

All of it is read anew at each call: a changed variable, file or saved setting counts from the next call on.
The configuration file is TOML with a table for each site, `[sites.NAME]`, and defaults for all at the top. tomllib
parses it: msgspec rejects or ignores unknown keys instead of listing them, and leaves the site out of its errors.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from carloop_plugin.domain.accounts import LONGEST_TOKEN, TOKEN, SiteSettings, StoredSettings
from carloop_plugin.domain.addresses import usable_origin
from carloop_plugin.domain.failures import ConfigurationProblem, Reason
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.domain.values import Site
from carloop_plugin.ports import Store
from carloop_plugin.settings.credentials import KeyringOrFile

ENVIRONMENT_NAMES = ("CARLOOP_BASE_URL", "CARLOOP_TOKEN", "CARLOOP_STORE", "CARLOOP_CONFIG")
LONGEST_FILE = 1 << 20
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the configuration file says about one site, or about all of them. Paths are absolute."""

    base_url: str | None = None
    token_file: str | None = None
    station: str | None = None
    ca_file: str | None = None


ENTRY_KEYS = tuple(each.name for each in fields(Entry))


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file as read. `unknown` lists the keys that mean nothing, such as typing errors."""

    path: Path | None = None
    defaults: Entry = Entry()
    sites: Mapping[str, Entry] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """What the process's environment says about Carloop, and the configuration file it leads to.

    `store` is an absolute file path or a `postgresql://` address (which may hold a password, so it is in no
    repr). `problem` says why the configuration file cannot be used; `site_settings` raises it.
    """

    base_url: str | None = None
    token: str | None = field(default=None, repr=False)
    store: str = field(default="", repr=False)
    config: ConfigFile = field(default_factory=ConfigFile)
    problem: ConfigurationProblem | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Environment:
        """Read the environment as it is now. Never raise; an empty variable counts as none."""
        from platformdirs import user_config_path

        environ = os.environ if environ is None else environ
        base_url, token, store, named = (environ.get(name, "").strip() or None for name in ENVIRONMENT_NAMES)
        own = user_config_path("carloop", appauthor=False) / "config.toml"
        path = Path(named).expanduser() if named else own
        config, problem = ConfigFile(), None
        try:
            # A file of the user's own need not exist; where its folder cannot be read, it is as if there were none.
            if named or os.access(path, os.F_OK):
                config = _read_config(path)
        except ConfigurationProblem as unusable:
            problem = unusable
        return cls(base_url, token, locate_store(store), config, problem)

    @property
    def credentials(self) -> KeyringOrFile:
        """Where the tokens that were entered on the settings page are kept."""
        return KeyringOrFile(self.store)


def site_settings(site: Site, *, environment: Environment, store: Store) -> SiteSettings:
    """Return the settings in force for a site. A missing address or token is None.

    A site's own entry in the configuration file wins, then the environment, then the file's defaults, then what was
    saved on the settings page. A provided token serves a provided address only, a stored one only its own origin.
    Raise `ConfigurationProblem` for a configuration file, token file or token that cannot be used.
    """
    # Else what was saved on the page would be used in place of what the file says.
    if environment.problem is not None:
        raise environment.problem
    own, defaults = environment.config.sites.get(site, Entry()), environment.config.defaults
    saved = store.stored_settings(site) or StoredSettings(base_url=None)
    base_url = own.base_url or environment.base_url or defaults.base_url
    station = own.station or defaults.station
    token, place, unused = _provided_token(own, environment, base_url)
    kept = environment.credentials.token(site) if token is None else None
    if kept is not None and kept.origin != usable_origin(base_url or saved.base_url):
        kept = None
    fixed = {"base_url": base_url, "token": token, "station": station}
    return SiteSettings(
        site=site,
        base_url=base_url or saved.base_url,
        token=kept.value if kept else token,
        station=station or saved.station,
        ca_file=own.ca_file or defaults.ca_file,
        token_since=kept.since if kept else None,
        token_place=place,
        unused_token=unused,
        fixed=frozenset(name for name, value in fixed.items() if value is not None),
    )


def missing_settings(settings: SiteSettings) -> list[Reason]:
    """Return why nothing can be asked of Carloop with these settings; empty where address and token are there."""
    if settings.token is None and settings.unused_token is not None:
        return [settings.unused_token]
    wanted = {"check.no_address": settings.base_url, "check.no_token": settings.token}
    return [Reason("not_configured", text) for text, value in wanted.items() if not value]


def locate_store(named: str | None) -> str:
    """Return a store's location: an address as it is, a path made absolute, else a file in the user's data folder."""
    if named is None:
        from platformdirs import user_data_path

        named = str(user_data_path("carloop", appauthor=False) / "carloop.sqlite3")
    return named if read_location(named).is_address else str(Path(named).expanduser().absolute())


def _provided_token(
    own: Entry, environment: Environment, base_url: str | None
) -> tuple[str | None, str | None, Reason | None]:
    """Return the token for the address that was provided with it and its place, or why one there must not be sent.

    The one place that decides where a provided token goes: only to an address that is provided too, never to
    one that was typed on a page; and a file's token only to the file's address, where the file has one.
    """
    defaults = environment.config.defaults
    token, file, beside = None, own.token_file, own.base_url or defaults.base_url
    if file is None and own.base_url is None:  # else: the other sites' token is for the other sites' Carloop
        token, file, beside = environment.token, defaults.token_file, defaults.base_url
    if token is not None:
        if base_url is None:
            return None, None, Reason("not_configured", "settings.token_alone_variable")
        if not TOKEN.fullmatch(token):
            raise ConfigurationProblem("settings.token_variable", name="CARLOOP_TOKEN")
        return token, "environment", None
    if file is None:
        return None, None, None
    if base_url is None:
        return None, None, Reason("not_configured", "settings.token_alone_file", (("file", file),))
    if beside is not None and usable_origin(beside) != usable_origin(base_url):
        return None, None, Reason("not_configured", "settings.token_elsewhere", (("file", file),))
    return _read_token_file(file), file, None


def _read_token_file(file: str) -> str:
    # More than any token, in case of blank lines.
    content = _read_bytes(Path(file), LONGEST_TOKEN * 4, "token_file")
    token = content.decode("utf-8-sig", errors="replace").strip()
    if not TOKEN.fullmatch(token):
        raise ConfigurationProblem("settings.token_file_content", file=file)
    return token


def _read_config(path: Path) -> ConfigFile:
    document = _parse_config(path)
    sites = document.pop("sites", {})
    if not isinstance(sites, dict):
        raise ConfigurationProblem("settings.config_table", file=str(path), key="sites")
    tables = {"": document, **{f"sites.{name}.": table for name, table in sites.items()}}
    defaults, *own = (_read_entry(path, prefix, table) for prefix, table in tables.items())
    unknown = [prefix + key for prefix, table in tables.items() for key in table if key not in ENTRY_KEYS]
    return ConfigFile(path, defaults, dict(zip(sites, own, strict=True)), tuple(unknown))


def _parse_config(path: Path) -> dict[str, object]:
    content, text = _read_bytes(path, LONGEST_FILE, "CARLOOP_CONFIG"), ""
    try:
        text = content.decode("utf-8-sig")  # a byte order mark is what Windows' editors put there
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = str(error.object.count(b"\n", 0, error.start) + 1)
        raise ConfigurationProblem("settings.config_not_text", file=str(path), line=line) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # The message may quote the line, which may hold a secret: only the place is shown.
        place = _PLACE.search(str(error))
        line, column = place.groups() if place else (str(text.count("\n") + 1), "1")
        raise ConfigurationProblem(
            "settings.config_broken", file=str(path), line=line, column=column
        ) from None


def _read_entry(path: Path, prefix: str, table: object) -> Entry:
    if not isinstance(table, dict):
        raise ConfigurationProblem("settings.config_table", file=str(path), key=prefix.rstrip("."))
    values: dict[str, str | None] = {}
    for key in ENTRY_KEYS:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise ConfigurationProblem("settings.config_not_a_string", file=str(path), key=prefix + key)
        values[key] = value.strip() or None
        if values[key] and key.endswith("_file"):
            # A relative path starts at the configuration file, wherever the planner was started.
            values[key] = str(path.absolute().parent / Path(value.strip()).expanduser())
    return Entry(**values)


def _read_bytes(path: Path, most: int, name: str) -> bytes:
    """Read a file, not all of what may be a device or a huge file; `name` is the setting that leads to it."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        kinds: dict[type[Exception], str] = {IsADirectoryError: "folder", PermissionError: "no_permission"}
        kinds |= dict.fromkeys((FileNotFoundError, NotADirectoryError), "missing")
        why = kinds.get(type(error), "unreadable")
        raise ConfigurationProblem(f"settings.file_{why}", file=str(path), name=name) from None
