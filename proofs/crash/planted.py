"""Bugs to plant into the plugin, each of which the checks must find.

    python -m proofs.crash.planted BUG [--rounds 12]

The plugin is patched in this process, which the harness forks.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from carloop_plugin.api import wire
from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.changes import Action, Intent
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.usecases import change, deliver, recover
from proofs.crash.__main__ import main


def sent_before_it_is_recorded() -> None:
    """Send first, and record afterwards."""

    def early(intent: Any, carloop: Any, context: Any) -> Any:
        outcome = deliver.send(intent, carloop, context)
        context.store.record(intent)
        return outcome

    change.deliver = early  # type: ignore[attr-defined]


def a_key_for_every_attempt() -> None:
    """Draw a new key when the request is written, not with the intent."""
    original = wire.write_request

    def fresh_key(intent: Intent) -> Any:
        return original(replace(intent, change_id=ChangeId(str(uuid.uuid4()))))

    wire.write_request = fresh_key


def a_fresh_revision_when_sent_again() -> None:
    """Send the revision that Carloop has by now."""
    original = deliver.send

    def fresh(intent: Any, *to: Any) -> Any:
        return original(replace(intent, revision=(intent.revision or 0) + 1), *to)

    recover.send = fresh  # type: ignore[attr-defined,assignment]


def refused_when_it_is_not_found() -> None:
    """Treat a change that Carloop does not have yet as one that it will never have."""
    recover.may_send_again = lambda *_, **__: False  # type: ignore[attr-defined]
    recover.may_be_in_flight = lambda *_, **__: False  # type: ignore[attr-defined]


def cancelled_and_then_booked() -> None:
    """Rebook in two steps: cancel the rental, then book without replacing it."""
    original = CarloopSession.send

    def in_two_steps(session: CarloopSession, intent: Any, *, deadline: float) -> Any:
        if intent.action is Action.REBOOK:
            key = ChangeId(str(uuid.uuid5(uuid.NAMESPACE_OID, intent.change_id)))
            own = {"change_id": key, "revision": None, "body": session.cancellation_body(None)}
            original(session, replace(intent, action=Action.CANCEL, **own), deadline=deadline)
            booking = {name: each for name, each in json.loads(intent.body).items() if name != "replaces"}
            intent = replace(intent, action=Action.BOOK, revision=None, body=json.dumps(booking).encode())
        return original(session, intent, deadline=deadline)

    CarloopSession.send = in_two_steps  # type: ignore[method-assign,assignment]


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        sent_before_it_is_recorded,
        a_key_for_every_attempt,
        a_fresh_revision_when_sent_again,
        refused_when_it_is_not_found,
        cancelled_and_then_booked,
    )
}

if __name__ == "__main__":
    BUGS[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
