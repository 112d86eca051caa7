"""What planner servers in a proof use: an empty store, a Carloop, and its rentals in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx

from benchmarks.postgres import run_postgres
from proofs.documents import Document


class RunningCarloop(Protocol):
    """The address of a Carloop and a token for it."""

    @property
    def url(self) -> str: ...
    @property
    def token(self) -> str: ...


@contextmanager
def empty_store(kind: str, folder: Path) -> Iterator[str]:
    """Yield the location of an empty store: `sqlite` in the folder, or `postgres` on a server of its own."""
    if kind == "sqlite":
        yield str(folder / "carloop.sqlite3")
        return
    with run_postgres() as postgres:
        yield postgres.new_database()


def plugin_environment(folder: Path, store: str, url: str, token: str) -> dict[str, str]:
    """Return the plugin's environment for a store and a Carloop, with its settings in `folder` and no keyring."""
    return {
        "CARLOOP_STORE": store,
        "CARLOOP_BASE_URL": url,
        "CARLOOP_TOKEN": token,
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def first_day() -> datetime:
    """Return the first day to book, far after the sandbox's own rentals."""
    return datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=400)


def vehicle_ids(carloop: RunningCarloop, most: int) -> list[str]:
    """Return the ids of vehicles, at most so many."""
    start = first_day() - timedelta(days=2)
    params = {"start": start.isoformat(), "end": (start + timedelta(days=1)).isoformat(), "limit": 1000}
    return [str(each["id"]) for each in _items(carloop, "/vehicles", params)][:most]


def our_rentals(carloop: RunningCarloop) -> list[Document]:
    """Return all of our rentals at Carloop."""
    return [each for each in _items(carloop, "/rentals", {"limit": 1000}) if each["external_reference"]]


def _items(carloop: RunningCarloop, path: str, params: dict[str, Any]) -> Iterator[Document]:
    headers = {"Authorization": f"Bearer {carloop.token}"}
    with httpx.Client(base_url=f"{carloop.url}/api/planner/v1", headers=headers, timeout=30) as http:
        while True:
            page = http.get(path, params=params).raise_for_status().json()
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            params = params | {"cursor": page["next_cursor"]}
