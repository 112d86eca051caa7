"""A planner host with the plugin set up for the stage's Carloop, and one appointment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.store.pool import SqliteFile
from carloop_scenes.stage import CUSTOMER, END, INSTALLATION, START, Stage, key
from mobility_hookspecs import MobilityHost

Document = dict[str, Any]

APPOINTMENT: Document = {
    "id": "A-1",
    "revision": 1,
    "status": "scheduled",
    "site": "main",
    "period": {"start": START, "end": END},
    "time_zone": "Europe/Berlin",
    "customer": CUSTOMER,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What an advisor does, as short calls; changes carry the ids of `key`."""

    host: MobilityHost

    def save(self) -> Document:
        """Save the appointment and give what step 4 shows."""
        gathered = self.host.appointment_saved(APPOINTMENT)
        assert gathered.failures == ()
        return dict(gathered.answers["carloop"])

    def search(self, **filters: list[str]) -> Document:
        """Search the free cars of the appointment's period."""
        request = {"site": "main", "period": APPOINTMENT["period"], "filters": filters}
        gathered = self.host.mobility_options(request)
        assert gathered.failures == ()
        return dict(gathered.answers["carloop"])

    def book(self, number: int, **more: Any) -> Document:
        """Book a car for the appointment."""
        return self.change(
            number,
            "book",
            **{
                "appointment_id": APPOINTMENT["id"],
                "site": "main",
                "option_id": "V1001",
                "period": APPOINTMENT["period"],
                "customer": CUSTOMER,
            }
            | more,
        )

    def change(self, number: int, action: str, **more: Any) -> Document:
        """Send the change of that number."""
        return dict(
            self.host.change_rental(
                {"change_id": key(number), "provider": "carloop", "action": action, **more}
            )
        )

    def state(self) -> Document:
        """Give the appointment's state."""
        gathered = self.host.mobility_states([APPOINTMENT["id"]])
        assert gathered.failures == ()
        return dict(gathered.answers["carloop"][0])


@contextmanager
def planner(stage: Stage, *, token: str | None = None) -> Iterator[Desk]:
    """Open a host whose plugin knows the stage's Carloop by its environment, with a store of its own."""
    store = stage.folder / "carloop.sqlite3"
    with pytest.MonkeyPatch.context() as patch, MobilityHost.of(plugin) as host:
        patch.delenv("CARLOOP_CONFIG", raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(stage.folder))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.setenv("CARLOOP_BASE_URL", stage.base_url)
        patch.setenv("CARLOOP_TOKEN", token or stage.token)
        patch.setenv("CARLOOP_STORE", str(store))
        _begin_store(stage)
        try:
            yield Desk(host)
        finally:
            bootstrap.close()


def _begin_store(stage: Stage) -> None:
    """Make the store with an id that is not drawn: it is part of every reference that Carloop gets to see."""
    file = SqliteFile(stage.folder / "carloop.sqlite3", installation=INSTALLATION)
    try:
        with file.open(deadline=time.monotonic() + 10):
            pass
    finally:
        file.close()
