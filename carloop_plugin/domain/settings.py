"""What is set for a site, and what is in force there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.values import Site


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """What the settings page saved for a site."""

    base_url: str | None
    station: str | None = None


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token, the one origin it may be sent to, and since when it is kept."""

    value: str = field(repr=False)
    origin: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What is in force for a site: the environment and the configuration file win over what was saved.

    `fixed` names the settings (`base_url`, `token`, `station`) the page cannot change. Of a token from the
    settings page `token_since` says when it was entered; of any other `token_place` says where it comes from,
    `environment` or a file's path. `unused_token` says why a token that is provided there is not used.
    """

    site: Site
    base_url: str | None = None
    token: str | None = field(default=None, repr=False)
    station: str | None = None
    ca_file: str | None = None
    token_since: datetime | None = None
    token_place: str | None = None
    unused_token: Reason | None = None
    fixed: frozenset[str] = frozenset()
