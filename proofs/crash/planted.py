"""Bugs to plant into the plugin, each of which the harness has to see.

    python -m proofs.crash.planted BUG [--rounds 12]

They are what a hurried change might do. The plugin is patched in this process, which the harness forks.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from carloop_plugin.api import wire
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.usecases import change, deliver, recover
from proofs.crash.__main__ import main


def sent_before_it_is_recorded() -> None:
    """Send first, and record what came of it."""

    def early(prepared: Any, context: Any) -> Any:
        own = {"carloop": prepared.carloop, "account": prepared.account}
        outcome = deliver.send(prepared.intent, **own, context=context)
        context.store.record(prepared.intent)
        return outcome

    change.deliver = early  # type: ignore[attr-defined]


def a_key_for_every_attempt() -> None:
    """Draw the key when the request is written, not with the intent."""
    honest = wire.write_request

    def fresh_key(intent: Intent) -> Any:
        return honest(replace(intent, change_id=ChangeId(str(uuid.uuid4()))))

    wire.write_request = fresh_key


def a_fresh_revision_when_sent_again() -> None:
    """Take the revision that Carloop has by now."""
    honest = deliver.send

    def fresh(intent: Any, **to: Any) -> Any:
        return honest(replace(intent, revision=(intent.revision or 0) + 1), **to)

    recover.send = fresh  # type: ignore[attr-defined]


def refused_when_it_is_not_found() -> None:
    """Take a change that Carloop does not have yet for one that it will never have."""
    recover.may_send_again = lambda *_, **__: False  # type: ignore[attr-defined]
    recover.may_be_in_flight = lambda *_, **__: False  # type: ignore[attr-defined]


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        sent_before_it_is_recorded,
        a_key_for_every_attempt,
        a_fresh_revision_when_sent_again,
        refused_when_it_is_not_found,
    )
}

if __name__ == "__main__":
    BUGS[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
