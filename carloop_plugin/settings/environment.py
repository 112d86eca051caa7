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
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from carloop_plugin.domain.accounts import LONGEST_TOKEN, TOKEN, SiteSettings, StoredSettings, StoredToken
from carloop_plugin.domain.addresses import usable_origin
from carloop_plugin.domain.failures import ConfigurationProblem, Reason
from carloop_plugin.domain.store_location import is_address, shown
from carloop_plugin.domain.values import Site
from carloop_plugin.ports import Credentials, SettingsStore

ENVIRONMENT_NAMES = ("CARLOOP_BASE_URL", "CARLOOP_TOKEN", "CARLOOP_STORE", "CARLOOP_CONFIG")
ENTRY_KEYS = ("base_url", "token_file", "station", "ca_file")
LONGEST_FILE = 1 << 20
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the configuration file says about one site, or about all of them. Paths are absolute."""

    base_url: str | None = None
    token_file: Path | None = None
    station: str | None = None
    ca_file: Path | None = None


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
        environ = os.environ if environ is None else environ
        base_url, token, store, named = (environ.get(name, "").strip() or None for name in ENVIRONMENT_NAMES)
        config, problem = ConfigFile(), None
        try:
            config = _find_config(named)
        except ConfigurationProblem as unusable:
            problem = unusable
        return cls(base_url, token, locate_store(store), config, problem)

    @property
    def store_shown(self) -> str:
        """The store's place for a person to read, without a password or user name."""
        return shown(self.store)


def site_settings(
    site: Site, *, environment: Environment, store: SettingsStore, credentials: Credentials
) -> SiteSettings:
    """Return the settings in force for a site. A missing address or token is None.

    A site's own entry in the configuration file wins, then the environment, then the file's defaults, then
    what was saved on the settings page. A provided token serves a provided address only, a stored one only the
    origin it was entered for.
    Raise `ConfigurationProblem` for a configuration file, token file or token that cannot be used.
    """
    # Else what was saved on the page would be used in place of what the file says.
    if environment.problem is not None:
        raise environment.problem
    own, defaults = environment.config.sites.get(site, Entry()), environment.config.defaults
    saved = store.stored_settings(site) or StoredSettings(base_url=None)
    base_url = own.base_url or environment.base_url or defaults.base_url
    station = own.station or defaults.station
    source, unused = _provided_token(own, environment, base_url)
    token, place = _read_token(source)
    kept = _stored_token(site, credentials, base_url or saved.base_url) if token is None else None
    fixed = {"base_url": base_url, "token": token, "station": station}
    ca_file = own.ca_file or defaults.ca_file
    return SiteSettings(
        site=site,
        base_url=base_url or saved.base_url,
        token=kept.value if kept else token,
        station=station or saved.station,
        ca_file=str(ca_file) if ca_file else None,
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
    return named if is_address(named) else str(Path(named).expanduser().absolute())


def _provided_token(
    own: Entry, environment: Environment, base_url: str | None
) -> tuple[str | Path | None, Reason | None]:
    """Choose the token for the address that was provided with it, or return why the one there must not be sent.

    The one place that decides where a provided token goes: only to an address that is provided too, never to
    one that was typed on a page; and a file's token only to the file's address, where the file has one.
    """
    defaults = environment.config.defaults
    token: str | Path | None
    token, beside = own.token_file, own.base_url or defaults.base_url
    if token is None and own.base_url is None:  # else: the other sites' token is for the other sites' Carloop
        token, beside = environment.token or defaults.token_file, defaults.base_url
    if token is None:
        return None, None
    params = (("file", str(token)),) if isinstance(token, Path) else ()
    if base_url is None:
        where = "file" if params else "variable"
        return None, Reason("not_configured", f"settings.token_alone_{where}", params)
    if params and beside is not None and usable_origin(beside) != usable_origin(base_url):
        return None, Reason("not_configured", "settings.token_elsewhere", params)
    return token, None


def _read_token(source: str | Path | None) -> tuple[str | None, str | None]:
    """Return a provided token, and its place: `environment` or the path of its file."""
    if source is None:
        return None, None
    if isinstance(source, str):
        if not TOKEN.fullmatch(source):
            raise ConfigurationProblem("settings.token_variable", name="CARLOOP_TOKEN")
        return source, "environment"
    try:
        with source.open("rb") as file:
            # More than any token, in case of blank lines; not all of what may be a device or a huge file.
            token = file.read(LONGEST_TOKEN * 4).decode("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        raise ConfigurationProblem(f"settings.token_file_{_why(error)}", file=str(source)) from None
    if not TOKEN.fullmatch(token):
        raise ConfigurationProblem("settings.token_file_content", file=str(source))
    return token, str(source)


def _stored_token(site: Site, credentials: Credentials, base_url: str | None) -> StoredToken | None:
    kept = credentials.token(site)
    return kept if kept is not None and kept.origin == usable_origin(base_url) else None


def _find_config(named: str | None) -> ConfigFile:
    """Read the configuration file that is named, else the user's own if there is one."""
    if named is not None:
        return _read_config(Path(named).expanduser())
    from platformdirs import user_config_path

    path = user_config_path("carloop", appauthor=False) / "config.toml"
    with suppress(OSError):  # the user's own folder is not readable: as if there were no file
        if path.exists():
            return _read_config(path)
    return ConfigFile()


def _read_config(path: Path) -> ConfigFile:
    """Read a configuration file. Raise `ConfigurationProblem` for one that cannot be read or understood."""
    document = _parse_config(path)
    sites = document.pop("sites", {})
    tables: dict[str, object] = {"": document}
    tables |= (
        {f"sites.{name}": table for name, table in sites.items()}
        if isinstance(sites, dict)
        else {"sites": sites}
    )
    entries: dict[str, Entry] = {}
    unknown: list[str] = []
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigurationProblem("settings.config_table", file=str(path), key=key)
        entries[key] = _read_entry(path, table, key)
        unknown += [f"{key}.{name}".lstrip(".") for name in table if name not in ENTRY_KEYS]
    defaults = entries.pop("")
    return ConfigFile(
        path, defaults, {key.removeprefix("sites."): e for key, e in entries.items()}, tuple(unknown)
    )


def _parse_config(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            # A byte order mark is what Windows' editors put there.
            text = file.read(LONGEST_FILE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = str(error.object.count(b"\n", 0, error.start) + 1)
        raise ConfigurationProblem("settings.config_not_text", file=str(path), line=line) from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        raise ConfigurationProblem(f"settings.config_{_why(error)}", file=str(path)) from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # The message may quote the line, which may hold a secret: only the place is shown.
        place = _PLACE.search(str(error))
        line, column = place.groups() if place else (str(text.count("\n") + 1), "1")
        raise ConfigurationProblem(
            "settings.config_broken", file=str(path), line=line, column=column
        ) from None


def _read_entry(path: Path, table: Mapping[str, object], prefix: str) -> Entry:
    values: dict[str, str] = {}
    for key in ENTRY_KEYS:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise ConfigurationProblem(
                "settings.config_not_a_string", file=str(path), key=f"{prefix}.{key}".lstrip(".")
            )
        values[key] = value.strip()
    # A relative path starts at the configuration file, wherever the planner was started.
    folder = path.absolute().parent
    token_file, ca_file = (
        folder / Path(n).expanduser() if (n := values[k]) else None for k in ("token_file", "ca_file")
    )
    return Entry(values["base_url"] or None, token_file, values["station"] or None, ca_file)


def _why(error: OSError | ValueError) -> str:
    """Name why a file could not be read: `missing`, `no_permission`, `folder`, `unreadable`."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "missing"
    if isinstance(error, PermissionError):
        return "no_permission"
    return "folder" if isinstance(error, IsADirectoryError) else "unreadable"
