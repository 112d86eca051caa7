"""What is in force for a site: the environment and the configuration file, then what was saved on the page.

All of it is read anew at each call: a changed variable, file or saved setting counts from the next call on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from carloop_plugin.domain.addresses import usable_origin
from carloop_plugin.domain.failures import ConfigurationProblem, Reason
from carloop_plugin.domain.settings import SiteSettings, StoredToken
from carloop_plugin.domain.store_location import is_address, is_shared_store, shown
from carloop_plugin.domain.values import Site
from carloop_plugin.ports import Credentials, SettingsStore
from carloop_plugin.settings.config_file import (
    ConfigFile,
    Entry,
    read_bounded,
    read_config,
    why_unreadable,
)

__all__ = [
    "ENVIRONMENT_NAMES",
    "LONGEST_TOKEN",
    "Environment",
    "is_shared_store",
    "is_token",
    "locate_store",
    "missing_settings",
    "site_settings",
]

ENVIRONMENT_NAMES = ("CARLOOP_BASE_URL", "CARLOOP_TOKEN", "CARLOOP_STORE", "CARLOOP_CONFIG")
LONGEST_TOKEN = 4096
_TOKEN = re.compile(r"[\x21-\x7e]+")


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
    problem: Reason | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Environment:
        """Read the environment as it is now. Never raise; an empty variable counts as none."""
        given = _given(os.environ if environ is None else environ)
        config, problem = _config(given.get("CARLOOP_CONFIG"))
        return cls(
            base_url=given.get("CARLOOP_BASE_URL"),
            token=given.get("CARLOOP_TOKEN"),
            store=_store(given.get("CARLOOP_STORE")),
            config=config,
            problem=problem,
        )

    @property
    def store_shown(self) -> str:
        """The store's place for a person to read, without a password or user name."""
        return shown(self.store)


def is_token(text: str) -> bool:
    """Tell whether a text can be a token: visible ASCII without white space, at most 4096 long."""
    return len(text) <= LONGEST_TOKEN and _TOKEN.fullmatch(text) is not None


def site_settings(
    site: Site, *, environment: Environment, store: SettingsStore, credentials: Credentials
) -> SiteSettings:
    """Put together what is in force for a site. A missing address or token is None.

    A site's own entry in the configuration file wins, then the environment, then the file's defaults, then
    what was saved on the settings page. A provided token serves a provided address only, a stored one only the
    origin it was entered for.
    Raise `ConfigurationProblem` for a configuration file, token file or token that cannot be used.
    """
    if environment.problem is not None:
        raise ConfigurationProblem(
            environment.problem.text or "settings.config_unreadable", **dict(environment.problem.params)
        )
    provided = _provided(site, environment)
    saved = store.stored_settings(site)
    base_url = provided.base_url or (saved.base_url if saved else None)
    token = _read_token(provided.token)
    kept = _usable(credentials.token(site), base_url) if token is None else None
    return SiteSettings(
        site=site,
        base_url=base_url,
        token=kept.value if kept else token,
        station=provided.station or (saved.station if saved else None),
        ca_file=str(provided.ca_file) if provided.ca_file else None,
        token_since=kept.since if kept else None,
        token_place=provided.token_place,
        unused_token=provided.unused_token,
        fixed=_names(base_url=provided.base_url, token=token, station=provided.station),
    )


def missing_settings(settings: SiteSettings) -> list[Reason]:
    """Return why nothing can be asked of Carloop with these settings; empty where address and token are there."""
    if settings.token is None and settings.unused_token is not None:
        return [settings.unused_token]
    wanted = {"check.no_address": settings.base_url, "check.no_token": settings.token}
    return [Reason("not_configured", text) for text, value in wanted.items() if not value]


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    values = {name: environ.get(name, "").strip() for name in ENVIRONMENT_NAMES}
    return {name: value for name, value in values.items() if value}


def _config(named: str | None) -> tuple[ConfigFile, Reason | None]:
    try:
        if named is not None:
            return read_config(Path(named).expanduser()), None
        path = _default_config()
        return (read_config(path), None) if path.exists() else (ConfigFile(), None)
    except ConfigurationProblem as problem:
        return ConfigFile(), problem.reason
    except OSError:  # the user's own folder is not readable: as if there were no file
        return ConfigFile(), None


def _default_config() -> Path:
    from platformdirs import user_config_path

    return user_config_path("carloop", appauthor=False) / "config.toml"


def _store(named: str | None) -> str:
    if named is None:
        from platformdirs import user_data_path

        return str((user_data_path("carloop", appauthor=False) / "carloop.sqlite3").absolute())
    return locate_store(named)


def locate_store(named: str) -> str:
    """Turn what a person calls a store into its location: an address as it is, a path made absolute."""
    return named if is_address(named) else str(Path(named).expanduser().absolute())


@dataclass(frozen=True, slots=True)
class _Provided:
    """What the environment and the configuration file say about a site, whatever was saved on the page."""

    base_url: str | None
    token: str | Path | None = field(repr=False)
    unused_token: Reason | None
    station: str | None
    ca_file: Path | None

    @property
    def token_place(self) -> str | None:
        if isinstance(self.token, Path):
            return str(self.token)
        return None if self.token is None else "environment"


def _provided(site: Site, environment: Environment) -> _Provided:
    own, defaults = environment.config.sites.get(site, Entry()), environment.config.defaults
    base_url = own.base_url or environment.base_url or defaults.base_url
    token, unused = _provided_token(own, environment, base_url)
    return _Provided(
        base_url, token, unused, own.station or defaults.station, own.ca_file or defaults.ca_file
    )


def _provided_token(
    own: Entry, environment: Environment, base_url: str | None
) -> tuple[str | Path | None, Reason | None]:
    """Choose the token for the address that was provided with it, or say why the one there is must not be sent.

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


def _read_token(source: str | Path | None) -> str | None:
    if source is None:
        return None
    if isinstance(source, str):
        if not is_token(source):
            raise ConfigurationProblem("settings.token_variable", name="CARLOOP_TOKEN")
        return source
    try:
        token = read_bounded(source, most=LONGEST_TOKEN * 4).decode("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        raise ConfigurationProblem(f"settings.token_file_{why_unreadable(error)}", file=str(source)) from None
    if not is_token(token):
        raise ConfigurationProblem("settings.token_file_content", file=str(source))
    return token


def _usable(kept: StoredToken | None, base_url: str | None) -> StoredToken | None:
    return kept if kept is not None and kept.origin == usable_origin(base_url) else None


def _names(**values: str | None) -> frozenset[str]:
    return frozenset(name for name, value in values.items() if value is not None)
