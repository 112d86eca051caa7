"""The records: `ports.Store` over any database of ours, for one hook call."""

from __future__ import annotations

from carloop_plugin.domain.changes import TRIES_BEFORE_SET_ASIDE, IntentState
from carloop_plugin.domain.figures import Figures
from carloop_plugin.store.appointments import Appointments
from carloop_plugin.store.database import Database
from carloop_plugin.store.intents import Intents


class Records(Appointments, Intents):
    """All of `ports.Store`. The rules are here, the two databases differ in how they are opened and locked."""

    def __init__(self, db: Database, *, installation: str) -> None:
        super().__init__(db)
        self._installation = installation

    @property
    def installation(self) -> str:
        return self._installation

    @property
    def database(self) -> Database:
        """Give the database itself, to whom the rows matter and not what they say."""
        return self._db

    @property
    def is_on_server(self) -> bool:
        return self._db.IS_SERVER

    def figures(self) -> Figures:
        pending = self.pending_intents()
        return Figures(
            installation=self._installation,
            location=self._db.place,
            engine=self._db.engine,
            journal=self._db.journal,
            rentals=int(self._db.query("SELECT count(*) AS n FROM rentals")[0]["n"]),
            pending=len(pending),
            unknown=sum(intent.state is IntentState.UNKNOWN for intent in pending),
            oldest_pending=min((intent.recorded_at for intent in pending), default=None),
            set_aside=tuple(i.change_id for i in pending if i.tries >= TRIES_BEFORE_SET_ASIDE),
            contacts=self._contacts(),
            oldest_unknown=min(
                (i.recorded_at for i in pending if i.state is IntentState.UNKNOWN), default=None
            ),
            settled=self.newest_settled(),
            unfinished_erasures=self.unfinished_erasures(),
            moved_aside=tuple(self.moved_aside()),
            unreadable=tuple(self.unreadable()),
        )
