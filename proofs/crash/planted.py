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
from carloop_plugin.usecases import (
    book,
    cancel,
    change_end,
    recover,
    settle,
)
from proofs.crash.__main__ import main


def sent_before_it_is_recorded() -> None:
    """Send first, and record what came of it."""

    def early(intent: Any, *, carloop: Any, account: Any, call: Any) -> Any:
        outcome = settle.send(intent, carloop=carloop, account=account, call=call)
        call.store.record(intent)
        return outcome

    for use_case in (book, change_end, cancel):
        use_case.record_and_send = early  # type: ignore[attr-defined]


def a_key_for_every_attempt() -> None:
    """Draw the key when the request is written, not with the intent."""
    honest = wire.write_request

    def fresh(intent: Any) -> Any:
        return honest(replace(intent, change_id=str(uuid.uuid4())))

    wire.write_request = fresh


def a_fresh_revision_when_sent_again() -> None:
    """Take the revision that Carloop has by now."""
    honest = settle.send

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
