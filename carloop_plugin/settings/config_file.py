"""The configuration file: TOML with a table a site, `[sites.NAME]`, and defaults for all at the top."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from carloop_plugin.domain.failures import ConfigurationProblem

ENTRY_KEYS = ("base_url", "token_file", "station", "ca_file")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the file says about one site, or about all of them. Paths are absolute."""

    base_url: str | None = None
    token_file: Path | None = None
    station: str | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file as read. `unknown` names the keys that mean nothing, such as typing errors."""

    path: Path | None = None
    defaults: Entry = Entry()
    sites: Mapping[str, Entry] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def read_config(path: Path) -> ConfigFile:
    """Read a configuration file. Raise `ConfigurationProblem` for one that cannot be read or understood."""
    document = _parse(path, _read(path))
    tables = document.get("sites", {})
    if not isinstance(tables, dict):
        raise ConfigurationProblem("settings.config_table", file=str(path), key="sites")
    top = {name: value for name, value in document.items() if name != "sites"}
    unknown = [name for name in top if name not in ENTRY_KEYS]
    sites: dict[str, Entry] = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigurationProblem("settings.config_table", file=str(path), key=f"sites.{name}")
        sites[name] = _entry(path, table, prefix=f"sites.{name}.")
        unknown += [f"sites.{name}.{key}" for key in table if key not in ENTRY_KEYS]
    return ConfigFile(path=path, defaults=_entry(path, top, prefix=""), sites=sites, unknown=tuple(unknown))


def read_bounded(path: Path, *, most: int) -> bytes:
    """Read a small file, at most `most` bytes of it."""
    with path.open("rb") as file:
        return file.read(most)


def why_unreadable(error: OSError | ValueError) -> str:
    """Name why a file could not be read: `missing`, `no_permission`, `folder`, `unreadable`."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "missing"
    if isinstance(error, PermissionError):
        return "no_permission"
    return "folder" if isinstance(error, IsADirectoryError) else "unreadable"


def _read(path: Path) -> str:
    try:
        # A byte order mark is what Windows' editors put there.
        return read_bounded(path, most=1 << 20).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = str(error.object.count(b"\n", 0, error.start) + 1)
        raise ConfigurationProblem("settings.config_not_text", file=str(path), line=line) from None
    except (OSError, ValueError) as error:
        raise ConfigurationProblem(f"settings.config_{why_unreadable(error)}", file=str(path)) from None


def _parse(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The message may quote the line, which may hold what is secret: only the place is told.
        place = _PLACE.search(str(error))
        line, column = place.groups() if place else (str(text.count("\n") + 1), "1")
        raise ConfigurationProblem(
            "settings.config_broken", file=str(path), line=line, column=column
        ) from None
    except RecursionError:
        raise ConfigurationProblem("settings.config_broken", file=str(path), line="1", column="1") from None


def _entry(path: Path, table: Mapping[str, object], *, prefix: str) -> Entry:
    words: dict[str, str] = {}
    for key in ENTRY_KEYS:
        value = table.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise ConfigurationProblem("settings.config_not_a_word", file=str(path), key=prefix + key)
        words[key] = value.strip()
    return Entry(
        base_url=words.get("base_url"),
        token_file=_beside(path, words.get("token_file")),
        station=words.get("station"),
        ca_file=_beside(path, words.get("ca_file")),
    )


def _beside(path: Path, name: str | None) -> Path | None:
    # A relative path is meant from the configuration file, wherever the planner was started.
    return None if name is None else path.absolute().parent / Path(name).expanduser()
